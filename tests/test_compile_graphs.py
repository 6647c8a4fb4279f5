"""Random graphs: a compiled function gives what the eager one gives, forward and backward.

A graph is drawn as a list of lines of Python, which are run as the body of a function, so that a
failure shrinks to a few lines that can be copied.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.graph import Leaf
from ndgrad.testing import assert_close

Shape = tuple[int, ...]

SHAPES: list[Shape] = [(3,), (1,), (2, 3), (2, 1), (1, 3), (3, 3), (2, 2, 3)]
# Of bounded values, so that a graph of thirty neither overflows nor meets a kink by chance.
UNARY = ("tanh", "sigmoid", "sin", "square", "abs", "relu", "arctan", "softsign", "negative")
BINARY = ("x + y", "x - y", "x * y", "nd.maximum(x, y)", "nd.minimum(x, y)", "x / (y * y + 1)")
COMPARISONS = ("x > y", "x <= y", "x == y")
NUMBERS = ("x * 0.5", "1 - x", "x + 1", "2 / (x * x + 2)", "x ** 2", "x > 0", "nd.clip(x, -1, 1)")
REDUCTIONS = ("sum", "mean", "max", "min")


@dataclass
class Graph:
    """Lines of a function's body, and the arrays that it may use from there on, with shapes."""

    inputs: list[Shape] = field(default_factory=list)
    captured: list[Shape] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    arrays: dict[str, Shape] = field(default_factory=dict)
    writable: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    def add(self, text: str, shape: Shape) -> str:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        self.arrays[name] = shape
        return name

    @property
    def source(self) -> str:
        arguments = ", ".join(f"a{i}" for i in range(len(self.inputs)))
        names = ", ".join(f"c{i}" for i in range(len(self.captured)))
        head = [f"global {names}"] if names else []
        body = "\n".join([*head, *self.lines, f"return {', '.join(self.results)},"])
        return f"def f({arguments}):\n{textwrap.indent(body, '    ')}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis shows of a failure."""
        text = f"\n# inputs {self.inputs}, captured {self.captured}\n{self.source}"
        for line in text.split("\n"):
            printer.text(line)
            printer.break_()


def broadcast(a: Shape, b: Shape) -> Shape | None:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None


@st.composite
def graphs(draw: Any, writes: bool = False, most: int = 30) -> Graph:
    graph = Graph()
    for i in range(draw(st.integers(1, 3))):
        graph.inputs.append(draw(st.sampled_from(SHAPES)))
        graph.arrays[f"a{i}"] = graph.inputs[-1]
    for i in range(draw(st.integers(0, 2)) if writes else 0):
        graph.captured.append(draw(st.sampled_from(SHAPES)))
        graph.arrays[f"c{i}"] = graph.captured[-1]
        graph.writable.append(f"c{i}")
    kinds = [unary, number, binary, binary, reduction, shaped, joined, softmax, product]
    kinds += [copy, written, written, written] if writes else []
    for _ in range(draw(st.integers(2, most))):
        draw(st.sampled_from(kinds))(draw, graph)
    made = [name for name in graph.arrays if name.startswith("v")] or list(graph.arrays)
    graph.results = draw(st.lists(st.sampled_from(made), min_size=1, max_size=3))
    return graph


def operand(draw: Any, graph: Graph) -> tuple[str, Shape]:
    # The newest first: a failure shrinks to a chain without gaps.
    return draw(st.sampled_from(list(graph.arrays.items())[::-1]))


def unary(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    graph.add(f"nd.{draw(st.sampled_from(UNARY))}({x})", shape)


def number(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    graph.add(draw(st.sampled_from(NUMBERS)).replace("x", x).replace(f"ma{x}", "max"), shape)


def binary(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    fitting = [(y, s) for y, s in graph.arrays.items() if broadcast(shape, s) is not None]
    y, other = draw(st.sampled_from(fitting[::-1]))
    text = draw(st.sampled_from(BINARY + COMPARISONS))
    result = broadcast(shape, other)
    assert result is not None
    text = text.replace("maximum", "MAX").replace("x", x).replace("y", y).replace("MAX", "maximum")
    z = graph.add(text, result)
    same = [name for name, s in graph.arrays.items() if s == result]
    if draw(st.integers(0, 4)) == 4:
        graph.add(f"nd.where({z}, {same[0]}, {z})", result)


def reduction(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    axes = draw(st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1))
    keep = draw(st.booleans())
    rest = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    name = draw(st.sampled_from(REDUCTIONS))
    graph.add(f"{x}.{name}(axis={tuple(axes)}, keepdims={keep})", rest or (1,))


def shaped(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    way = draw(st.sampled_from(["reshape", "transpose", "slice", "row", "step", "flip"]))
    if way == "reshape":
        graph.add(f"{x}.reshape((-1,))", (math.prod(shape),))
    elif way == "transpose":
        graph.add(f"{x}.transpose()", shape[::-1])
    elif way == "slice":
        graph.add(f"{x}[{shape[0] - 1}:]", (1, *shape[1:]))
    elif way == "row" and len(shape) > 1:
        graph.add(f"{x}[{shape[0] - 1}]", shape[1:])
    elif way == "step":
        graph.add(f"{x}[..., ::2]", (*shape[:-1], -(-shape[-1] // 2)))
    else:
        graph.add(f"nd.flip({x}, axis=0)", shape)


def joined(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    same = [name for name, s in graph.arrays.items() if s[1:] == shape[1:]]
    y = draw(st.sampled_from(same[::-1]))
    graph.add(f"nd.concat({x}, {y}, dim=0)", (shape[0] + graph.arrays[y][0], *shape[1:]))


def softmax(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    function = draw(st.sampled_from(["softmax", "log_softmax"]))
    graph.add(f"nd.{function}({x}, axis={draw(st.integers(-1, len(shape) - 1))})", shape)


def product(draw: Any, graph: Graph) -> None:
    matrices = [(x, s) for x, s in graph.arrays.items() if len(s) == 2]
    if not matrices:
        return
    x, (m, k) = draw(st.sampled_from(matrices[::-1]))
    y, (rows, columns) = draw(st.sampled_from([(y, s) for y, s in matrices if k in s]))
    transposed = rows != k
    n = rows if transposed else columns
    graph.add(f"nd.dot({x}, {y}, transpose_b={transposed})", (m, n))


def copy(draw: Any, graph: Graph) -> None:
    x, shape = operand(draw, graph)
    name = graph.add(f"{x}.copy()", shape)
    graph.writable.append(name)


def written(draw: Any, graph: Graph) -> None:
    if not graph.writable:
        copy(draw, graph)
    target = draw(st.sampled_from(graph.writable[::-1]))
    shape = graph.arrays[target]
    part, inner = draw(
        st.sampled_from(
            [
                ("[:]", shape),
                ("[1:3]", (min(3, shape[0]) - min(1, shape[0]), *shape[1:])),
                ("[0]", shape[1:] or (1,)),
                ("[..., ::2]", (*shape[:-1], -(-shape[-1] // 2))),
                ("+=", shape),
                ("*=", shape),
            ]
        )
    )
    fitting = [y for y, s in graph.arrays.items() if broadcast(inner, s) == inner]
    value = draw(st.sampled_from(["0.5", *fitting[::-1]]))
    statement = f"{target} {part} {value}" if "=" in part else f"{target}{part} = {value}"
    graph.lines.append(statement)
    if part == "[1:3]" and draw(st.booleans()) and inner[0]:
        view = graph.add(f"{target}[1:3]", inner)
        graph.writable.append(view)
    # Names are numbers of lines, and this line has none.


def arrays(shapes: list[Shape], seed: int) -> list[nd.NDArray]:
    generator = np.random.default_rng(seed)
    return [nd.array(generator.uniform(-1.5, 1.5, s), dtype="float64") for s in shapes]


def function_of(graph: Graph, captured: list[nd.NDArray]) -> Any:
    space = {"nd": nd, **{f"c{i}": x for i, x in enumerate(captured)}}
    exec(graph.source, space)
    return space["f"]


def run_recorded(graph: Graph, compiled: bool, req: str = "write", calls: int = 1) -> list[Any]:
    """Results and gradients of some calls in a row."""
    function = function_of(graph, [])
    function = mx.compile(function) if compiled else function
    found = []
    inputs = arrays(graph.inputs, 1)
    for x in inputs:
        x.attach_grad(req)
    for call in range(calls):
        with autograd.record():
            results = function(*inputs)
        heads = [y for y in results if y._node is not None and not isinstance(y._node, Leaf)]
        if heads:
            grads = arrays([y.shape for y in heads], 2 + call)
            autograd.backward(heads, grads, retain_graph=True)
            autograd.backward(heads, grads)
        found += [*results, *[x.grad.copy() for x in inputs]]
    return found


def compare(compiled: list[Any], eager: list[Any]) -> None:
    for a, b in zip(compiled, eager, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        # Nested sums round in another order; nothing here amplifies that much.
        assert_close(a, b)


# Every example compiles kernels of its own; many are tried as plain Python, without the JIT.
FEW = settings(max_examples=10, print_blob=False)
FEWER = settings(max_examples=5, print_blob=False)
MANY = settings(max_examples=300 if config.DISABLE_JIT else 12, print_blob=False)


def check_recorded(graph: Graph, req: str = "write", calls: int = 1) -> None:
    compare(run_recorded(graph, True, req, calls), run_recorded(graph, False, req, calls))


@FEW
@given(graphs(most=6))
def test_graphs(graph: Graph) -> None:
    check_recorded(graph)


@pytest.mark.slow
@MANY
@given(graphs(), st.sampled_from(["write", "add"]))
def test_large_graphs(graph: Graph, req: str) -> None:
    check_recorded(graph, req, calls=2)


FOUND = {
    "a part of what backward makes again": (
        [(2, 2, 3)],
        ["v0 = nd.square(a0)", "v1 = v0[1]", "v0 = nd.dot(v1, v1, transpose_b=True)"],
    ),
    "a row and a column of the same memory": ([(3, 1)], ["v0 = a0.reshape((-1,)) + a0"]),
    "a comparison is a number": ([(3,)], ["v0 = nd.sigmoid(a0 > 0)"]),
    "a view of what backward keeps": (
        [(2, 3)],
        ["v0 = nd.tanh(a0).sum(axis=(0,))", "v1 = v0[2:]", "v0 = nd.sin(v1)"],
    ),
}
"""What random graphs have found: inputs and lines, of which ``v0`` is the result."""


@pytest.mark.parametrize(("inputs", "lines"), FOUND.values(), ids=FOUND)
def test_graphs_that_once_failed(inputs: list[Shape], lines: list[str]) -> None:
    check_recorded(Graph(inputs=inputs, lines=lines, results=["v0"]))


def run_writes(graph: Graph, compiled: bool) -> list[Any]:
    """Results of three calls in a row, and the captured arrays after each."""
    captured = arrays(graph.captured, 3)
    function = function_of(graph, captured)
    function = mx.compile(function) if compiled else function
    found = []
    for call in range(3):
        results = function(*arrays(graph.inputs, call))
        found += [x.copy() for x in [*results, *captured]]
        results[0][:] = 7  # which a captured array, or another result, must see or not
        found += [x.copy() for x in [*results, *captured]]
    return found


def check_writes(graph: Graph) -> None:
    compare(run_writes(graph, True), run_writes(graph, False))


@FEW
@given(graphs(writes=True, most=6))
def test_graphs_that_write(graph: Graph) -> None:
    check_writes(graph)


@pytest.mark.slow
@MANY
@given(graphs(writes=True))
def test_large_graphs_that_write(graph: Graph) -> None:
    check_writes(graph)


def run_steps(graph: Graph, compiled: bool, req: str) -> list[Any]:
    """Losses and weights of two steps of descent; gradients are written inside the function."""
    function = function_of(graph, [])
    weights = arrays(graph.inputs, 4)
    for w in weights:
        w.attach_grad(req)

    def step(rate: nd.NDArray) -> nd.NDArray:
        with autograd.record():
            loss = sum((y.sum() for y in function(*weights)), weights[0].sum())
        loss.backward()
        for w in weights:
            w -= rate * w.grad
        return loss

    step = mx.compile(step) if compiled else step
    losses = [step(nd.array([0.01], dtype="float64")) for _ in range(2)]
    return [*losses, *weights, *[w.grad for w in weights]]


def check_steps(graph: Graph, req: str) -> None:
    compare(run_steps(graph, True, req), run_steps(graph, False, req))


@FEWER
@given(graphs(most=4), st.sampled_from(["write", "add"]))
def test_steps(graph: Graph, req: str) -> None:
    check_steps(graph, req)


@pytest.mark.slow
@MANY
@given(graphs(most=15), st.sampled_from(["write", "add"]))
def test_steps_of_large_graphs(graph: Graph, req: str) -> None:
    check_steps(graph, req)


def run_twice_differentiated(graph: Graph, where: str) -> list[Any]:
    """Second derivatives: nothing compiled, the function, or the taking of the gradient."""
    function = function_of(graph, [])
    if where == "outside":
        function = mx.compile(function)
    inputs = arrays(graph.inputs, 5)
    for x in inputs:
        x.attach_grad()

    def penalty(*inputs: nd.NDArray) -> nd.NDArray:
        head = sum((y.sum() for y in function(*inputs)), sum(x.sum() for x in inputs))
        slopes = autograd.grad(head, list(inputs), create_graph=True)
        return sum(((g * g).sum() for g in slopes), head)

    if where == "inside":
        penalty = mx.compile(penalty)
    with autograd.record():
        total = penalty(*inputs)
    total.backward()
    return [total, *[x.grad for x in inputs]]


def check_twice_differentiated(graph: Graph, where: str) -> None:
    compare(run_twice_differentiated(graph, where), run_twice_differentiated(graph, "nowhere"))


@FEWER
@given(graphs(most=3), st.sampled_from(["inside", "outside"]))
def test_second_derivatives(graph: Graph, where: str) -> None:
    check_twice_differentiated(graph, where)


@pytest.mark.slow
@MANY
@given(graphs(most=10), st.sampled_from(["inside", "outside"]))
def test_second_derivatives_of_large_graphs(graph: Graph, where: str) -> None:
    check_twice_differentiated(graph, where)
