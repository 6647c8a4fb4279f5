"""Symbols with graphs of their own, or a user's code: control flow, custom operators, random."""

from __future__ import annotations

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd, sym


def cumulative():
    scale = sym.var("scale")
    outside = sym.exp(sym.var("e"), name="outside")

    def step(x, states):
        total = states[0] + x * scale
        return [total, outside + total], [total, states[1] + 1]

    outputs, states = sym.contrib.foreach(step, sym.var("x"), [sym.var("a"), sym.var("b")])
    return sym.Group([*outputs, *states])


VALUES = {
    "x": nd.array([[1, 2], [3, 4]]), "a": nd.array([0, 0]), "b": nd.array([5]),
    "scale": nd.array([2, 1]), "e": nd.array([0, 0]),
}  # fmt: skip


def test_foreach():
    graph = cumulative()
    assert set(graph.list_arguments()) == set(VALUES)
    expected = [[[2, 2], [8, 6]], [[3, 3], [9, 7]], [8, 6], [7]]
    for made in (graph, sym.load_json(graph.tojson())):
        assert [y.asnumpy().tolist() for y in made.eval(**VALUES)] == expected
    shapes = {name: x.shape for name, x in VALUES.items() if name != "scale"}
    arguments, outputs, _ = graph.infer_shape(**shapes)
    assert dict(zip(graph.list_arguments(), arguments, strict=True))["scale"] == (2,)
    assert outputs == [(2, 2), (2, 2), (2,), (1,)]


def test_gradients_of_foreach():
    graph = cumulative()[0]
    args = {name: VALUES[name] for name in graph.list_arguments()}
    gradient = nd.zeros(2)
    executor = graph.bind(mx.cpu(), args, {"scale": gradient})
    for _ in range(2):  # eager, and compiled
        executor.forward(is_train=True)
        executor.backward(nd.ones((2, 2)))
        assert gradient.asnumpy().tolist() == [5, 8]


def test_while_loop():
    limit = sym.var("limit")
    outputs, (i, total) = sym.contrib.while_loop(
        lambda i, total: i < limit,
        lambda i, total: (i * 2, [i + 1, total + i]),
        [sym.var("i"), sym.var("total")],
        max_iterations=5,
    )
    graph = sym.Group([outputs, i, total])
    values = {"i": nd.array([0]), "total": nd.array([0]), "limit": nd.array([3])}
    for made in (graph, sym.load_json(graph.tojson())):
        found = made.eval(**values)
        assert [y.asnumpy().ravel().tolist() for y in found] == [[0, 2, 4, 0, 0], [3], [3]]
    assert graph.infer_shape(i=(1,), total=(1,), limit=(1,))[1] == [(5, 1), (1,), (1,)]
    with pytest.raises(ValueError, match="max_iterations"):
        sym.contrib.while_loop(lambda x: x, lambda x: (x, x), sym.var("x"))


@pytest.mark.parametrize("in_list", [False, True])
@pytest.mark.parametrize("returns_list", [False, True])
def test_while_loop_returns_variables_as_they_were_given(in_list, returns_list):
    x = sym.var("x")
    _, last = sym.contrib.while_loop(
        lambda x: x < 4,
        lambda x: (x, [x + 1] if returns_list else x + 1),
        [x] if in_list else x,
        max_iterations=5,
    )
    assert isinstance(last, list) == in_list
    (last,) = last if in_list else [last]
    assert last.eval(x=nd.array([1]))[0].asscalar() == 4


def test_while_loop_without_a_step():
    outputs, (last,) = sym.contrib.while_loop(
        lambda x: x > 9, lambda x: (x * 2, x + 1), [sym.var("x")], max_iterations=2
    )
    gradient = nd.zeros(1)
    executor = sym.Group([outputs, last]).bind(mx.cpu(), [nd.array([1])], [gradient])
    assert [y.asnumpy().tolist() for y in executor.forward(True)] == [[[0], [0]], [1]]
    executor.backward([nd.ones((2, 1)), nd.array([3])])
    assert gradient.asscalar() == 3


def test_nested_graphs():
    def row(x, states):
        total = states[0] + x * scale
        return total, [total]

    def body(F):
        def rows(x, states):
            sums, last = F.contrib.foreach(row, x, states)
            _, (most,) = F.contrib.while_loop(
                lambda y: F.sum(y) < 9, lambda y: (None, [y * 2]), last, max_iterations=9, name="w"
            )
            branch = F.contrib.cond(F.sum(most) > 9, lambda: most, lambda: -most, name="c")
            return F.broadcast_add(sums, branch), [most]

        return rows

    scale, x, start = nd.array([2]), nd.arange(4).reshape((2, 2, 1)), nd.array([1])
    expected, (last,) = nd.contrib.foreach(body(nd), x, [start], name="f")
    values = {"scale": scale, "x": x, "start": start}
    scale = sym.var("scale")
    made, states = sym.contrib.foreach(body(sym), sym.var("x"), [sym.var("start")])
    graph = sym.Group([made, states[0]])
    assert set(graph.list_arguments()) == set(values)
    for one in (graph, sym.load_json(graph.tojson())):
        found = one.eval(**values)
        assert [y.tolist() for y in found] == [expected.tolist(), last.tolist()]


def test_cond():
    x, y = sym.var("x"), sym.var("y")
    graph = sym.contrib.cond(sym.sum(x) > 0, lambda: x * y, lambda: x - 1)
    assert graph.list_arguments() == ["x", "y"]
    for made in (graph, sym.load_json(graph.tojson())):
        for first, expected in ((2, [6]), (-2, [-3])):
            found = made.eval(x=nd.array([first]), y=nd.array([3]))
            assert found[0].asnumpy().tolist() == expected
    assert graph.infer_shape(x=(1,)) == ([(1,), (1,)], [(1,)], [])


@mx.operator.register("symbol_scaled")
class ScaledProp(mx.operator.CustomOpProp):
    def __init__(self, factor="1"):
        super().__init__()
        self.factor = float(factor)

    def list_arguments(self):
        return ["data", "weight"]

    def list_auxiliary_states(self):
        return ["calls"]

    def infer_shape(self, in_shape):
        return [in_shape[0], in_shape[0][1:]], [in_shape[0]], [(1,)]

    def create_operator(self, ctx, in_shapes, in_dtypes):
        return Scaled(self.factor)


class Scaled(mx.operator.CustomOp):
    def __init__(self, factor):
        self.factor = factor

    def forward(self, is_train, req, in_data, out_data, aux):
        aux[0][:] += 1
        self.assign(out_data[0], req[0], in_data[0] * in_data[1] * self.factor)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * in_data[1] * self.factor)
        self.assign(in_grad[1], req[1], (out_grad[0] * in_data[0]).sum(axis=0) * self.factor)


def test_custom_operators():
    graph = sym.Custom(sym.var("x"), op_type="symbol_scaled", factor=2, name="scaled")
    for made in (graph, sym.load_json(graph.tojson())):
        assert made.list_arguments() == ["x", "scaled_weight"]
        assert made.list_auxiliary_states() == ["scaled_calls"]
        assert made.list_outputs() == ["scaled_output"]
        assert made.infer_shape(x=(3, 2)) == ([(3, 2), (2,)], [(3, 2)], [(1,)])
        executor = made.simple_bind(mx.cpu(), x=(3, 2))
        executor.arg_dict["scaled_weight"][:] = 3
        for _ in range(2):
            executor.forward(is_train=True, x=nd.ones((3, 2)))
        assert executor.outputs[0].asnumpy().tolist() == [[6, 6]] * 3
        assert executor.aux_dict["scaled_calls"].asscalar() == 2
        executor.backward(nd.ones((3, 2)))
        assert executor.grad_dict["scaled_weight"].asnumpy().tolist() == [6, 6]
    with pytest.raises(MXNetError, match="no_such"):
        sym.Custom(sym.var("x"), op_type="no_such")
    with pytest.raises(MXNetError, match="no input 'other'"):
        sym.Custom(op_type="symbol_scaled", other=sym.var("x"))


def test_random_numbers():
    drawn = sym.random.normal(sym.var("mu"), sym.var("sigma"), shape=(2,))
    assert drawn.infer_shape(mu=(3,), sigma=(3,))[1] == [(3, 2)]
    (waits,) = sym.random.exponential(sym.var("s"), shape=(500,)).eval(s=nd.array([1e3, 1e-3]))
    assert (waits.mean(axis=1) > nd.array([500, 5e-4])).asnumpy().all()
    assert waits[1].max().asscalar() < 0.1
    assert (sym.random.uniform(0, 1, shape=(2, 3)) + 1).infer_shape()[1] == [(2, 3)]
    mx.random.seed(3)
    (first,) = sym.random.uniform(shape=(4,)).eval()
    mx.random.seed(3)
    assert first.asnumpy().tolist() == nd.random.uniform(shape=(4,)).asnumpy().tolist()
    (like,) = sym.random.uniform_like(data=sym.var("x")).eval(x=nd.ones((2, 2)))
    assert like.shape == (2, 2)


def test_classes_by_zipf():
    samples, true, drawn = sym.contrib.rand_zipfian(sym.var("t"), 4, 5)
    graph = sym.Group([samples, true, drawn])
    assert graph.infer_shape(t=(2,)) == ([(2,)], [(4,), (2,), (4,)], [])
    assert graph.infer_type(t="float32")[1] == [np.int64, np.float64, np.float64]
    mx.random.seed(1)
    found = graph.eval(t=nd.array([0, 3]))
    mx.random.seed(1)
    for x, y in zip(found, nd.contrib.rand_zipfian(nd.array([0, 3]), 4, 5), strict=True):
        assert x.asnumpy().tolist() == y.asnumpy().tolist()


def test_histogram():
    counts, edges = sym.histogram(sym.var("a"), bins=2, range=(0, 2))
    assert counts.eval(a=nd.array([0, 1, 1.5]))[0].asnumpy().tolist() == [1, 2]
    assert edges.infer_shape(a=(3,))[1] == [(3,)]
    with pytest.raises(ValueError, match="range"):
        sym.histogram(sym.var("a"))


def test_arrays_of_no_array():
    for made, expected in (
        (sym.zeros((2,)), [0, 0]), (sym.ones((2,)), [1, 1]), (sym.full((2,), 3), [3, 3]),
        (sym.arange(1, 3), [1, 2]), (sym.linspace(0, 1, 2), [0, 1]),
        (sym.eye(1).reshape((-1,)), [1]),
    ):  # fmt: skip
        again = sym.load_json(made.tojson())
        assert made.eval()[0].asnumpy().tolist() == again.eval()[0].asnumpy().tolist() == expected
    assert np.dtype(sym.zeros((2,), dtype="int32").eval()[0].dtype) == np.int32
