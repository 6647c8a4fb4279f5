"""Symbols as tables of layers, and as pictures by Graphviz."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .base import DTypeLike, Shape, public_names
from .symbol import Symbol

__all__ = ["plot_network", "print_summary"]
__dir__ = public_names(globals())

_WEIGHTS = tuple(
    f"_{name}"
    for name in (
        "weight bias gamma beta moving_mean moving_var running_mean running_var parameters".split()
    )
)
_COLOURS = {
    "null": "#8dd3c7",
    "Convolution": "#fb8072",
    "Deconvolution": "#fb8072",
    "FullyConnected": "#fb8072",
    "Activation": "#ffffb3",
    "LeakyReLU": "#ffffb3",
    "BatchNorm": "#bebada",
    "Pooling": "#80b1d3",
    "Concat": "#fdb462",
    "Flatten": "#fdb462",
    "Reshape": "#fdb462",
}
_OTHER_COLOUR = "#fccde5"


@dataclass
class _Node:
    """A node of a symbol: its name, operator, attributes and the nodes and shapes before it."""

    name: str
    op: str
    attributes: dict[str, str]
    inputs: list[tuple[_Node, Shape | None]]
    shape: Shape | None

    @property
    def is_weight(self) -> bool:
        """Whether it is a variable that is called as parameters are."""
        return self.op == "null" and self.name.endswith(_WEIGHTS)


def _nodes(symbol: Symbol, shape: Mapping[str, Shape] | None, function: str) -> list[_Node]:
    """The nodes of a symbol, those before others first; shapes are None if *shape* is."""
    if not isinstance(symbol, Symbol):
        raise TypeError(f"{function}: symbol must be a Symbol, got {type(symbol).__name__}")
    shapes: dict[str, Shape] = {}
    if shape is not None:
        if not isinstance(shape, Mapping):
            raise TypeError(
                f"{function}: shape must be a dict of shapes by the inputs' names, such as "
                f"{{'data': (1, 3)}}, got {type(shape).__name__}"
            )
        internals = symbol.get_internals()
        _, found, _ = internals.infer_shape(**shape)
        if found is None:
            raise ValueError(f"{function}: Input shape is incomplete, got {dict(shape)}")
        shapes = dict(zip(internals.list_outputs(), found, strict=True))
    nodes: list[_Node] = []
    for entry in json.loads(symbol.tojson())["nodes"]:
        name, op = entry["name"], entry["op"]
        attributes = entry.get("attrs") or entry.get("param") or {}
        inputs = [
            (nodes[i], shapes.get(_output(nodes[i], j), shapes.get(f"{nodes[i].name}_output")))
            for i, j, *_ in entry["inputs"]
        ]
        node = _Node(name, op, attributes, inputs, None)
        node.shape = shapes.get(_output(node, 0), shapes.get(f"{name}_output"))
        nodes.append(node)
    return nodes


def _output(node: _Node, index: int) -> str:
    """What an output is called, if the node has several."""
    return node.name if node.op == "null" else f"{node.name}_output{index}"


def _text(shape: Shape | None) -> str:
    """A shape without the batch's axis."""
    return "" if shape is None else "x".join(str(length) for length in shape[1:])


def print_summary(
    symbol: Symbol,
    shape: Mapping[str, Shape] | None = None,
    line_length: int = 120,
    positions: Sequence[float] = (0.44, 0.64, 0.74, 1.0),
) -> None:
    """Print a table of a symbol's layers: output shapes, numbers of parameters, and inputs.

    Parameters
    ----------
    symbol : Symbol
    shape : dict of str to tuple of int, optional
        The shapes of inputs; without them there are no shapes and no numbers of parameters.
    line_length : int
    positions : list of float
        Where columns end: fractions of *line_length*, or numbers of characters.

    Raises
    ------
    TypeError
        If *symbol* is no Symbol.
    ValueError
        If shapes do not follow from *shape*, or if there are not four positions.
    """
    nodes = _nodes(symbol, shape, "print_summary")
    if len(positions) != 4:
        raise ValueError(f"print_summary: positions={list(positions)}, expected 4 numbers")
    ends = [int(line_length * x) if positions[-1] <= 1 else int(x) for x in positions]

    def print_row(fields: Sequence[object]) -> None:
        text = ""
        for field, end in zip(fields, ends, strict=True):
            text = f"{text}{field}"[:end].ljust(end)
        print(text)

    print("_" * line_length)
    print_row(["Layer (type)", "Output Shape", "Param #", "Previous Layer"])
    print("=" * line_length)
    shown = [x for x in nodes if not (x.is_weight or (x.op == "null" and x.name.endswith("label")))]
    names = {x.name for x in shown}
    total = 0
    for node in shown:
        before = [x.name for x, _ in node.inputs if x.name in names]
        count = sum(_size(s) for x, s in node.inputs if x.name not in names and _is_learnt(x))
        total += count
        print_row([f"{node.name}({node.op})", _text(node.shape), count, (before or [""])[0]])
        for name in before[1:]:
            print_row(["", "", "", name])
        print(("=" if node is shown[-1] else "_") * line_length)
    print(f"Total params: {total}")
    print("_" * line_length)


def _is_learnt(node: _Node) -> bool:
    """Whether a variable is neither a label nor an average."""
    averages = ("label", "_mean", "_var")
    return node.op == "null" and not node.name.endswith(averages)


def _size(shape: Shape | None) -> int:
    size = 0 if shape is None else 1
    for length in shape or ():
        size *= length
    return size


def plot_network(
    symbol: Symbol,
    title: str = "plot",
    save_format: str = "pdf",
    shape: Mapping[str, Shape] | None = None,
    dtype: DTypeLike | None = None,
    node_attrs: Mapping[str, str] | None = None,
    hide_weights: bool = True,
) -> Any:
    """A picture of a symbol, by the package graphviz.

    Parameters
    ----------
    symbol : Symbol
    title : str
        The file's name without its ending.
    save_format : str
        The ending: ``'pdf'``, ``'png'`` ...
    shape : dict of str to tuple of int, optional
        The shapes of inputs: edges show shapes then.
    dtype : optional
        Ignored.
    node_attrs : dict of str to str, optional
        Graphviz's attributes of nodes.
    hide_weights : bool
        Whether parameters are left out.

    Returns
    -------
    graphviz.Digraph
        With ``source`` and ``render()``; notebooks show it.

    Raises
    ------
    ImportError
        If graphviz is not installed.  `Symbol.draw` needs nothing.
    TypeError
        If *symbol* is no Symbol.
    """
    try:
        digraph: Any = importlib.import_module("graphviz").Digraph
    except ImportError:
        raise ImportError(
            "plot_network: this needs the package graphviz, which is not installed; "
            "symbol.draw() makes a picture without it"
        ) from None
    nodes = _nodes(symbol, shape, "plot_network")
    picture = digraph(name=title, format=save_format)
    style = {
        "shape": "box",
        "fixedsize": "true",
        "width": "1.3",
        "height": "0.8034",
        "style": "filled",
        **(node_attrs or {}),
    }
    shown = [node for node in nodes if not (hide_weights and node.is_weight)]
    for node in shown:
        own = {"shape": "oval"} if node.op == "null" else {}
        colour = _COLOURS.get(node.op, _OTHER_COLOUR)
        picture.node(name=node.name, label=_label(node), **{**style, **own, "fillcolor": colour})
    drawn = {node.name for node in shown}
    for node in shown:
        for before, found in node.inputs:
            if before.name in drawn:
                picture.edge(
                    tail_name=node.name,
                    head_name=before.name,
                    dir="back",
                    arrowtail="open",
                    label=_text(found),
                )
    return picture


def _label(node: _Node) -> str:
    """What is written on a node: its name, or the operator and what matters of its parameters."""
    get = node.attributes.get
    if node.op in ("Convolution", "Deconvolution"):
        kernel, stride = _joined(get("kernel", "")), _joined(get("stride", "")) or "1"
        return f"{node.op}\n{kernel}/{stride}, {get('num_filter')}"
    if node.op == "FullyConnected":
        return f"{node.op}\n{get('num_hidden')}"
    if node.op in ("Activation", "LeakyReLU"):
        return f"{node.op}\n{get('act_type', 'leaky')}"
    if node.op == "Pooling":
        kernel, stride = _joined(get("kernel", "")), _joined(get("stride", "")) or "1"
        return f"{node.op}\n{get('pool_type', 'max')}, {kernel}/{stride}"
    return str(get("op_type", node.name)) if node.op == "Custom" else node.name


def _joined(text: str) -> str:
    """``3x3`` of ``(3, 3)``."""
    return "x".join(part.strip() for part in text.strip("()[]").split(",") if part.strip())
