"""Symbols as text and as drawings."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from symbol_helpers import variable

import ndgrad.symbol.symbol as symbols
from ndgrad import autograd as ag
from ndgrad import nd


def test_debug_str(polynomial):
    _, symbol, name = polynomial
    product = symbol.get_internals()[1].name
    assert symbol.debug_str().splitlines() == [
        f"{name} = variable -> (2,) float32",
        f"{product} = broadcast_mul({name}, {name}) -> (2,) float32",
        f"{symbol.name} = broadcast_add({product}, 1) -> (2,) float32",
        f"outputs: {symbol.name}_output",
    ]
    assert str(symbol) == repr(symbol) == f"<Symbol {symbol.name}>"


def elements(svg, tag):
    root = ElementTree.fromstring(svg)
    return root.findall(f".//{{http://www.w3.org/2000/svg}}{tag}")


def test_drawing(polynomial, tmp_path):
    _, symbol, name = polynomial
    drawing = symbol.draw(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == drawing
    assert drawing == symbol._repr_svg_() == drawing._repr_svg_()
    words = [element.text for element in elements(drawing, "text")]
    for word in (name, "broadcast_mul", "_plus_scalar", "scalar=1.0", "(2,)"):
        assert word in words
    assert len(elements(drawing, "g")) == 4
    assert len(elements(drawing, "path")) == 1 + 4  # the arrow's head and the edges


def boxes_of(svg):
    for group in elements(svg, "g"):
        rect = group.find("{http://www.w3.org/2000/svg}rect")
        yield tuple(float(rect.get(key)) for key in ("x", "y", "width", "height"))


def test_boxes_do_not_overlap():
    x = variable([0.5, 1.0])
    with ag.record():
        y = nd.exp(x * x) * nd.sin(x)
        (g,) = ag.grad(y, x, create_graph=True)
        (h,) = ag.grad(g * g, x, create_graph=True)
    boxes = list(boxes_of(ag.get_symbol(h).draw()))
    assert len(boxes) > 20
    for i, (x0, y0, w0, h0) in enumerate(boxes):
        for x1, y1, w1, h1 in boxes[i + 1 :]:
            assert x0 + w0 <= x1 or x1 + w1 <= x0 or y0 + h0 <= y1 or y1 + h1 <= y0


def test_drawing_escapes_text():
    graph = {
        "nodes": [
            {"op": "null", "name": '<a & "b">', "inputs": []},
            {"op": "exp", "name": "</svg>", "inputs": [[0, 0, 0]]},
        ],
        "arg_nodes": [0],
        "heads": [[1, 0, 0]],
    }
    symbol = symbols.load_json(json.dumps(graph))
    words = [element.text for element in elements(symbol.draw(), "text")]
    assert '<a & "b">' in words
    assert '\\"b\\"' in symbol.to_dot()


def test_dot(polynomial):
    text_of = polynomial[1].to_dot()
    assert text_of.startswith("digraph")
    assert text_of.count("->") == 4
