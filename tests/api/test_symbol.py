"""get_symbol: names, errors, evaluation and binding of recorded graphs."""

from __future__ import annotations

import gc
import json
import weakref
from xml.etree import ElementTree

import numpy as np
import pytest
from symbol_helpers import number, variable

import ndgrad as mx
import ndgrad.symbol.symbol as symbols
from ndgrad import MXNetError, nd
from ndgrad import autograd as ag

# --- names ----------------------------------------------------------------------------------------


def test_names(polynomial):
    _, symbol, name = polynomial
    assert symbol.name.startswith("node_")
    assert symbol.list_outputs() == [f"{symbol.name}_output"]
    assert name.startswith("var")
    assert symbol.list_auxiliary_states() == []
    assert repr(symbol) == f"<Symbol {symbol.name}>"
    assert len(symbol) == 1


def test_variables_count_in_marking_order():
    a, b, c = variable([1]), variable([2]), variable([3])
    with ag.record():
        y = c * b + a
    names = ag.get_symbol(y).list_arguments()
    assert [number(n) - number(names[2]) for n in names] == [2, 1, 0]


def test_older_calls_have_lower_numbers():
    x, z = variable([1, 2]), variable([3, 4])
    with ag.record():
        y = nd.dot(x * x, z) + nd.exp(z)
    internals = ag.get_symbol(y).get_internals().list_outputs()
    kinds = [name[:3] for name in internals]
    assert kinds == ["var", "nod", "var", "nod", "nod", "nod"]
    calls = [number(name) for name in internals if name.startswith("node")]
    assert calls == list(range(calls[0], calls[0] + 4))


def test_names_stay(polynomial):
    y, symbol, _ = polynomial
    with ag.record():
        z = nd.exp(y) * nd.ones(2)
    first, again = ag.get_symbol(z), ag.get_symbol(z)
    assert first.tojson() == again.tojson()
    assert symbol.list_outputs()[0] in first.get_internals().list_outputs()


def test_constants():
    x, c = variable([1, 2]), nd.ones(2)
    with ag.record():
        y = c * x + c + nd.zeros(2)
    names = ag.get_symbol(y).list_arguments()
    assert [name.rstrip("0123456789") for name in names] == ["null", "var", "null"]


def test_views_of_one_constant_are_different_arguments():
    x, c = variable([1, 2]), nd.array([1, 2, 3, 4])
    # Views share the version cell; addition keeps neither.
    first, second = (type(c)(c._data[i : i + 2], (2,), c._ctx, c._version) for i in (0, 2))
    with ag.record():
        y = x + first + second
    symbol = ag.get_symbol(y)
    assert len(symbol.list_arguments()) == 3
    args = dict(zip(symbol.list_arguments(), (x, first, second), strict=True))
    assert symbol.eval(**args)[0].asnumpy().tolist() == y.asnumpy().tolist() == [5, 8]


def test_variable_itself():
    symbol = ag.get_symbol(variable([1, 2]))
    assert symbol.list_arguments() == symbol.list_outputs() == [symbol.name]


@pytest.mark.usefixtures("collects_own_objects")
def test_nodes_are_not_kept_alive():
    x = variable([1])
    with ag.record():
        y = x * 2
    symbol, node = ag.get_symbol(y), weakref.ref(y._node)
    del y
    gc.collect()
    assert node() is None
    assert len(symbol.list_arguments()) == 1


# --- errors ---------------------------------------------------------------------------------------


def test_unrecorded():
    with pytest.raises(MXNetError, match="not part of a computation graph"):
        ag.get_symbol(nd.ones(2))
    with pytest.raises(TypeError, match="expecting NDArray"):
        ag.get_symbol(3)


def test_released(polynomial):
    y, symbol, name = polynomial
    y.backward()
    with pytest.raises(MXNetError, match="not part of a computation graph"):
        ag.get_symbol(y)
    # What was read before stays good.
    assert symbol.eval(**{name: nd.array([3, 4])})[0].asnumpy().tolist() == [10, 17]


def test_released_in_part():
    x = variable([1, 2])
    with ag.record():
        y = x * x
        z = y + 1
    y.backward()
    with pytest.raises(MXNetError, match="not part of a computation graph"):
        ag.get_symbol(z)


def test_recorded_after_a_release():
    x = variable([1, 2])
    with ag.record():
        y = x * x
        z = y + 1
    z.backward()
    with ag.record():
        z = nd.exp(y) * x
    symbol = ag.get_symbol(z)
    names = symbol.list_arguments()
    assert [name.rstrip("0123456789") for name in names] == ["null", "var"]
    args = dict(zip(names, (nd.exp(y), x), strict=True))
    assert symbol.eval(**args)[0].asnumpy().tolist() == z.asnumpy().tolist()
    with pytest.raises(MXNetError, match="not part of a computation graph"):
        ag.get_symbol(y)


def test_function():
    class Double(ag.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy * 2

    x = variable([1, 2])
    with ag.record():
        y = Double()(x) + 1
    symbol = ag.get_symbol(y)
    (name,) = symbol.list_arguments()
    assert "Double(" in symbol.debug_str()
    ElementTree.fromstring(symbol.draw())
    with pytest.raises(MXNetError, match=r"autograd\.Function 'Double'"):
        symbol.tojson()
    with pytest.raises(MXNetError, match=r"autograd\.Function 'Double'"):
        symbol.eval(**{name: x})


def test_function_with_two_outputs():
    class Both(ag.Function):
        def forward(self, x):
            return x * 2, x * 3

        def backward(self, da, db):
            return da * 2 + db * 3

    x = variable([1, 2])
    with ag.record():
        a, b = Both()(x)
        y = b - a
    internals = ag.get_symbol(y).get_internals().list_outputs()
    assert [name[-7:] for name in internals[1:]] == ["output0", "output1", "_output"]
    assert ag.get_symbol(b).list_outputs() == [internals[2]]


# --- several outputs ------------------------------------------------------------------------------


@pytest.fixture
def halves():
    """The two outputs of a split, which the graph knows by number."""
    if not hasattr(nd, "split"):
        pytest.skip("no operator with several outputs yet")
    x = variable([[1, 2], [3, 4]])
    with ag.record():
        return nd.split(x * 2, num_outputs=2, axis=0)


def test_several_outputs(halves):
    symbol = ag.get_symbol(halves[1])
    assert symbol.list_outputs() == [f"{symbol.name}_output1"]
    assert [n[-7:] for n in symbol.get_internals().list_outputs()[-2:]] == ["output0", "output1"]
    again = symbols.load_json(symbol.tojson())
    args = {symbol.list_arguments()[0]: nd.array([[1, 2], [3, 4]])}
    for each in (symbol, again):
        assert each.eval(**args)[0].asnumpy().tolist() == halves[1].asnumpy().tolist()
    assert f"{symbol.name}" in symbol.debug_str()


# --- internals ------------------------------------------------------------------------------------


def test_internals(polynomial):
    _, symbol, name = polynomial
    internals = symbol.get_internals()
    product = internals.list_outputs()[1]
    assert len(internals) == 3
    assert internals.name is None
    assert repr(internals).startswith("<Symbol group [var")
    args = {name: nd.array([3, 4])}
    assert internals[product].eval(**args)[0].asnumpy().tolist() == [9, 16]
    assert internals[1].list_outputs() == internals[-2].list_outputs() == [product]
    assert internals[1:].list_outputs() == internals.list_outputs()[1:]
    assert [part.list_outputs()[0] for part in internals] == internals.list_outputs()
    assert len(internals.eval(**args)) == 3
    with pytest.raises(ValueError, match="Cannot find output"):
        internals["foo"]
    with pytest.raises(IndexError):
        internals[3]


def test_part_needs_only_its_own_arguments():
    x, z = variable([1, 2]), variable([3, 4])
    with ag.record():
        y = nd.exp(x) * z
    internals = ag.get_symbol(y).get_internals()
    part = internals[1]
    assert len(part.list_arguments()) == 1
    assert len(json.loads(part.tojson())["nodes"]) == 2


# --- evaluating -----------------------------------------------------------------------------------


def test_eval_checks_arguments(polynomial):
    _, symbol, name = polynomial
    with pytest.raises(ValueError, match=f"key `{name}` is missing"):
        symbol.eval()
    with pytest.raises(TypeError, match="must be an NDArray"):
        symbol.eval(**{name: 3})
    assert symbol.eval(ctx=mx.cpu(), **{name: nd.array([2])})[0].asscalar() == 5


def test_eval_other_dtype_and_shape(polynomial):
    _, symbol, name = polynomial
    (result,) = symbol.eval(**{name: nd.array([[1], [2], [3]], dtype="float64")})
    assert result.dtype == np.float64
    assert result.shape == (3, 1)


def test_eval_can_be_recorded(polynomial):
    _, symbol, name = polynomial
    x = variable([3, 4])
    with ag.record():
        (y,) = symbol.eval(**{name: x})
    y.backward()
    assert x.grad.asnumpy().tolist() == [6, 8]


def test_second_derivative():
    x = variable([0.5, 1.0])
    with ag.record():
        y = nd.exp(x * x)
        (g,) = ag.grad(y, x, create_graph=True)
    symbol = symbols.load_json(ag.get_symbol(g).tojson())
    names = symbol.list_arguments()
    args = {name: nd.ones(2) if name.startswith("null") else x for name in names}
    np.testing.assert_array_equal(symbol.eval(**args)[0].asnumpy(), g.asnumpy())


def test_bind(polynomial):
    _, symbol, name = polynomial
    x, gradient = nd.array([3, 4]), nd.zeros(2)
    executor = symbol.bind(mx.cpu(), {name: x}, args_grad={name: gradient})
    assert executor.forward()[0].asnumpy().tolist() == [10, 17]
    assert executor.output_dict[symbol.list_outputs()[0]] is executor.outputs[0]
    executor.backward()  # of a prediction
    assert gradient.asnumpy().tolist() == [6, 8]
    executor.forward(is_train=True)
    executor.backward()
    assert executor.grad_dict[name] is gradient is executor.grad_arrays[0]
    assert gradient.asnumpy().tolist() == [6, 8]
    executor.backward(nd.array([10, 100]))  # again, on the same forward
    assert gradient.asnumpy().tolist() == [60, 800]
    executor.backward([nd.array([[1], [10]])])  # of as many elements
    assert gradient.asnumpy().tolist() == [6, 80]
    with pytest.raises(MXNetError, match="as many elements as the head"):
        executor.backward(nd.ones(3))
    assert executor.forward(**{name: nd.array([1, 2])})[0].asnumpy().tolist() == [2, 5]
    assert executor.arg_arrays[0] is x
    assert x.asnumpy().tolist() == [1, 2]
    assert x._node is None


def test_bind_to_what_is_recorded_elsewhere(polynomial):
    """The executor's record is its own: a variable keeps its gradient."""
    _, symbol, name = polynomial
    x, gradient = variable([3, 4]), nd.zeros(2)
    with ag.record():
        executor = symbol.bind(args={name: x}, args_grad=[gradient])
        executor.forward(is_train=True)
    executor.backward()
    assert x.grad.asnumpy().tolist() == [0, 0]
    assert gradient.asnumpy().tolist() == [6, 8]


def test_bind_several_outputs_and_add(polynomial):
    symbol = polynomial[1]
    x, gradient = nd.array([3.0]), nd.array([100.0])
    executor = symbol.get_internals().bind(mx.cpu(), [x], [gradient], grad_req="add")
    executor.forward(is_train=True)
    executor.backward([nd.array([1.0]), nd.array([10.0]), None])
    assert gradient.asscalar() == 100 + 1 + 10 * 6 + 6
    with pytest.raises(MXNetError, match="expected 3"):
        executor.backward([None])


def test_bind_checks(polynomial):
    _, symbol, name = polynomial
    with pytest.raises(ValueError, match="is missing"):
        symbol.bind(mx.cpu(), {})
    with pytest.raises(ValueError, match="Length of args"):
        symbol.bind(mx.cpu(), [nd.ones(2)] * 2)
    with pytest.raises(MXNetError, match="shape"):
        symbol.bind(mx.cpu(), [nd.ones(2)], [nd.ones(3)])
    with pytest.raises(ValueError, match="grad_req"):
        symbol.bind(mx.cpu(), [nd.ones(2)], [nd.ones(2)], grad_req="foo")
    executor = symbol.bind(mx.cpu(), [nd.ones(2)])
    assert executor.grad_arrays == [None]
    with pytest.raises(TypeError, match="Unknown argument foo"):
        executor.forward(foo=nd.ones(2))
    with pytest.raises(ValueError, match="Shape not match"):
        executor.forward(**{name: nd.ones(5)})
    executor.backward()  # there is no gradient to be left


# --- shapes ---------------------------------------------------------------------------------------


def test_infer_shape():
    x, w = variable(np.ones((2, 3))), variable(np.ones((4, 3)))
    with ag.record():
        y = nd.dot(x, w, transpose_b=True) + 1
    symbol = ag.get_symbol(y)
    first, second = symbol.list_arguments()
    assert symbol.infer_shape() == ([(2, 3), (4, 3)], [(2, 4)], [])
    assert symbol.infer_shape(**{first: (7, 3)}) == ([(7, 3), (4, 3)], [(7, 4)], [])
    assert symbol.infer_shape(**{first: (7, 5), second: [6, 5]})[1] == [(7, 6)]
    with pytest.raises(MXNetError, match="foo not found"):
        symbol.infer_shape(foo=(2,))
    with pytest.raises(MXNetError):
        symbol.infer_shape(**{first: (7, 5)})


# --- depth ----------------------------------------------------------------------------------------


@pytest.mark.full
def test_deep_chain():
    length = 100_000
    x = variable([0.0])
    with ag.record():
        y = x
        for _ in range(length):
            y = y + 1
    symbol = ag.get_symbol(y)
    (name,) = symbol.list_arguments()
    assert len(symbol.get_internals()) == length + 1
    again = symbols.load_json(symbol.tojson())
    assert again.eval(**{name: nd.array([1.0])})[0].asscalar() == length + 1
    assert len(symbol.debug_str().splitlines()) == length + 2
    drawing = symbol.draw(limit=10)
    assert f"10 of {length + 1} entries are shown" in drawing
    assert f"{length - 9} more" in drawing
    assert len(repr(symbol.get_internals())) < 5000
