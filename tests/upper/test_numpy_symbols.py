"""`mx.sym.np` and `mx.sym.npx`: symbols of NumPy's functions, their JSON, and networks of them."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as onp
import pytest
from numpy_symbol_calls import CALLS, VALUES, composed, evaluated, filled, inputs, network

import ndgrad as mx
from ndgrad import autograd, gluon, nd, np, npx, sym
from ndgrad.base import MXNetError

FOLDER = Path(__file__).with_name("mxnet-1.9.1")
RECORDED = json.loads((FOLDER / "numpy_symbols.json").read_text())


@pytest.fixture(autouse=True)
def switch():
    npx.set_np()
    yield
    npx.reset_np()


@pytest.fixture
def x():
    """A variable of arrays like NumPy's."""
    return sym.var("x").as_np_ndarray()


# --- calls that MXNet has recorded ----------------------------------------------------------------


def same(made, recorded):
    assert [z[:2] for z in made] == [z[:2] for z in recorded]
    for ours, theirs in zip(made, recorded, strict=True):
        onp.testing.assert_allclose(ours[2], theirs[2], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("text", CALLS)
def test_a_call_and_mxnets_file_of_it(text):
    graph, outputs, values = RECORDED[text]
    same(evaluated(mx, sym.load_json(json.dumps(graph))), values)
    made = composed(mx, text)
    assert type(made) is sym.numpy._Symbol
    assert made.list_outputs() == outputs
    same(evaluated(mx, made), values)


@pytest.mark.parametrize("text", CALLS)
def test_our_file_of_a_call_loads_here_and_in_mxnet(text):
    made = composed(mx, text)
    written = made.tojson()
    assert sym.load_json(written).tojson() == written
    known = RECORDED["operators"]
    own = [n["op"] for n in json.loads(written)["nodes"] if n["op"].startswith("_np")]
    assert [name for name in own if name not in known] == []


@pytest.mark.parametrize("text", CALLS)
def test_shapes_are_inferred(text):
    made = composed(mx, text)
    shapes = {name: VALUES[name].shape for name in made.list_inputs()}
    expected = [tuple(shape) for _, shape, _ in RECORDED[text][2]]
    assert made.infer_shape(**shapes)[1] == expected


# --- networks -------------------------------------------------------------------------------------


def test_a_network_that_mxnet_exported():
    block = gluon.SymbolBlock.imports(
        str(FOLDER / "numpy-symbol.json"), ["data0", "data1"], str(FOLDER / "numpy-0000.params")
    )
    for _ in range(2):
        made = block(*inputs(mx))
        assert all(type(z) is np.ndarray for z in made)
        for ours, theirs in zip(made, RECORDED["network"], strict=True):
            onp.testing.assert_allclose(ours.asnumpy(), theirs, rtol=1e-4, atol=1e-5)
        block.hybridize()


def test_a_network_exported_here(tmp_path):
    net = network(mx)
    net.initialize()
    net.hybridize()
    net(*inputs(mx))  # which infers shapes of the parameters
    filled(net)
    made = net(*inputs(mx))
    for ours, theirs in zip(made, RECORDED["network"], strict=True):
        onp.testing.assert_allclose(ours.asnumpy(), theirs, rtol=1e-4, atol=1e-5)
    files = net.export(str(tmp_path / "net"))
    again = gluon.SymbolBlock.imports(files[0], ["data0", "data1"], files[1])
    for ours, theirs in zip(again(*inputs(mx)), made, strict=True):
        assert type(ours) is np.ndarray
        onp.testing.assert_allclose(ours.asnumpy(), theirs.asnumpy(), rtol=1e-5, atol=1e-6)
    ours, theirs = sym.load(files[0]), sym.load(FOLDER / "numpy-symbol.json")
    assert ours.list_inputs() == theirs.list_inputs()
    assert ours.list_outputs() == theirs.list_outputs()
    parameters = [Path(files[1]).read_bytes(), (FOLDER / "numpy-0000.params").read_bytes()]
    assert len(parameters[0]) == len(parameters[1])
    # MXNet reads arrays of this version alone while the switch for shapes is on.
    assert [x.count(b"\xca\xfa\x93\xf9") for x in parameters] == [len(net.collect_params())] * 2


class Own(gluon.nn.HybridBlock):
    """A block whose parameter has a length that follows from its input."""

    def __init__(self):
        super().__init__()
        self.weight = self.params.get("weight", shape=(2, 0), allow_deferred_init=True)

    def hybrid_forward(self, F, x, weight):
        y = F.npx.fully_connected(F.np.tanh(x), weight, num_hidden=2, no_bias=True)
        return F.np.where(y > 0, y, 0).sum(axis=-1)


def test_the_shape_of_an_own_parameter_follows():
    net = Own()
    net.initialize(init="ones")
    net.hybridize()
    x = np.ones((2, 3))
    with autograd.record():
        y = net(x)
    y.backward()
    assert net.weight.shape == (2, 3)
    assert net.weight.grad().asnumpy() == pytest.approx(2 * onp.tanh(1))


def test_a_block_called_with_a_symbol(x):
    made = Own()(x)
    assert type(made) is sym.numpy._Symbol
    assert made.infer_shape(x=(4, 5)) == ([(4, 5), (2, 5)], [(4,)], [])


# --- the class ------------------------------------------------------------------------------------


def test_results_are_of_the_class_as_those_of_arrays(x):
    assert type(x + 1) is type(sym.relu(x)) is type(sym.np.exp(sym.var("y"))) is type(x)
    assert type(x.as_nd_ndarray()) is type(x.as_nd_ndarray() + 1) is sym.Symbol
    for y in (copy.deepcopy(x + 1), pickle.loads(pickle.dumps(x + 1)), (x + 1).get_internals()[1]):
        assert type(y) is type(x)
    assert x.get_internals()["x"].list_outputs() == ["x"]


def test_one_output_is_no_sequence_and_several_are(x):
    with pytest.raises(TypeError):
        len(x)
    with pytest.raises(TypeError):
        iter(x)
    first, second = sym.np.split(x, 2)
    both = sym.Group([first, second]).as_np_ndarray()
    assert len(both) == 2
    assert [y.list_outputs() for y in both[:1]] == [first.list_outputs()]


@pytest.mark.parametrize(
    "key",
    [0, -1, (slice(None), -1), (..., 1), (None, 0), slice(None, None, -1), (0, 1), ()],
    ids=str,
)
def test_an_index_selects_what_it_does_of_an_array(x, key):
    values = np.arange(6).reshape(2, 3)
    made = x[key]
    assert (made.eval(x=values)[0] == values[key]).all()
    assert made.infer_shape(x=(2, 3))[1] == [values[key].shape]
    assert sym.load_json(made.tojson()).eval(x=values)[0].shape == values[key].shape


def test_plain_arrays_may_be_given(x):
    (made,) = (x * 2).sum().eval(x=nd.ones((2, 3)))
    assert made.shape == ()
    assert made == 12


def test_dtypes_are_inferred_without_shapes(x):
    chosen = sym.np.where(x > 1, sym.var("y"), 0)
    assert chosen.infer_type(x="float32", y="float16")[1] == [onp.float16]
    assert (x > 1).infer_type(x="float16")[1] == [onp.bool_]
    taken = sym.np.take(x, sym.var("i"), axis=0)
    assert taken.infer_type_partial(i="int32")[0] == [None, onp.int32]


def test_gradients_of_a_bound_symbol(x):
    executor = (x**2).mean().simple_bind(mx.cpu(), x=(2, 2))
    executor.arg_dict["x"][:] = 3
    executor.forward(is_train=True)
    executor.backward()
    assert (executor.grad_dict["x"].asnumpy() == 1.5).all()


def test_a_loop_over_symbols(x):
    sums, last = sym.contrib.foreach(lambda a, b: (a + b, a + b), x, sym.np.zeros((2,)))
    assert type(sums) is type(last) is type(x)
    assert sums.eval(x=np.ones((3, 2)))[0].tolist() == [[1, 1], [2, 2], [3, 3]]


def test_random_numbers():
    scale = sym.var("scale").as_np_ndarray()
    made = sym.np.random.normal(0, scale, size=(3,)) + sym.np.random.uniform(size=(3,))
    again = sym.load_json(made.tojson())
    assert again.eval(scale=np.zeros(()))[0].shape == (3,)
    assert sym.npx.random.bernoulli(0.5, size=(2,)).eval()[0].shape == (2,)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda x: sym.np.dot(x, "a"), TypeError, "must be a Symbol"),
        (lambda x: sym.np.full((2,), x), TypeError, "fill_value"),
        (lambda x: sym.np.sum(x, axis=x), TypeError, "axis must not be a Symbol"),
        (lambda x: sym.np.sum(x, where=x), TypeError, "where is only for arrays"),
        (lambda x: sym.np.sum(x, axes=0), TypeError, "sum: .*'axes'"),
        (lambda x: sym.np.random.uniform(to=1), TypeError, "uniform: .*'to'"),
        (lambda x: sym.np.where(x), ValueError, "x and y"),
        (
            lambda x: sym.np.pad(x, 1, "reflect", reflect_type="odd").eval(x=np.ones(3)),
            ValueError,
            "reflect_type 'odd'",
        ),
        (lambda x: sym.np.ravel(x, order="F"), NotImplementedError, "ravel: only supports C-order"),
        (lambda x: x.reshape((3, 2), order="F"), NotImplementedError, "reshape: only supports"),
        (lambda x: x[[0, 1]], IndexError, "slices"),
        (lambda x: sym.np.matmul(x, x).infer_shape(x=(2, 3)), MXNetError, "matmul0"),
    ],
)
def test_what_cannot_be_says_why(x, call, error, said):
    with pytest.raises(error, match=said):
        call(x)


def test_delete_and_insert_by_numbers_slices_and_symbols(x):
    index = mx.sym.var("i").as_np_ndarray()
    a = np.arange(6).reshape(2, 3)
    for made, expected in (
        (mx.sym.np.delete(x, -1, 1), [[0, 1], [3, 4]]),
        (mx.sym.np.delete(x, slice(None, None, 2)), [1, 3, 5]),
        (mx.sym.np.insert(x, 1, 7, 0), [[0, 1, 2], [7, 7, 7], [3, 4, 5]]),
        (mx.sym.np.insert(x, slice(0, 2), 9, 1), [[9, 0, 9, 1, 2], [9, 3, 9, 4, 5]]),
    ):
        again = mx.sym.load_json(made.tojson())
        assert made.infer_shape(x=(2, 3))[1] == [onp.shape(expected)]
        assert again.bind(mx.cpu(), {"x": a}).forward()[0].tolist() == expected
    chosen = mx.sym.np.delete(x, index, 1)
    assert chosen.infer_shape(x=(2, 3), i=(2,))[1] is None
    given = {"x": a, "i": np.array([0, 2], dtype="int64")}
    assert chosen.bind(mx.cpu(), given).forward()[0].tolist() == [[1], [4]]
    with pytest.raises(TypeError, match="insert: obj must be an int, a slice or a Symbol"):
        mx.sym.np.insert(x, [1], 2)
    values = mx.sym.var("v").as_np_ndarray()
    given["v"] = np.array([7, 8])
    for made, expected in (
        (mx.sym.np.insert(x, 1, values), [0, 7, 8, 1, 2, 3, 4, 5]),
        (mx.sym.np.insert(x, slice(0, 2), values), [7, 0, 8, 1, 2, 3, 4, 5]),
        (mx.sym.np.insert(x, index, values), [7, 0, 1, 8, 2, 3, 4, 5]),
        (mx.sym.np.insert(x, index, 9, 1), [[9, 0, 1, 9, 2], [9, 3, 4, 9, 5]]),
        (mx.sym.np.shares_memory(x, index), False),
    ):
        own = {name: given[name] for name in made.list_arguments()}
        assert made.bind(mx.cpu(), own).forward()[0].tolist() == expected


def test_draws_of_symbols():
    mean, cov = (mx.sym.var(name).as_np_ndarray() for name in ("mean", "cov"))
    drawn = mx.sym.np.random.multivariate_normal(mean, cov, (4,))
    values = {"mean": np.array([1, 2]), "cov": np.eye(2) * 1e-6}
    made = drawn.bind(mx.cpu(), values).forward()[0]
    assert made.shape == (4, 2)
    onp.testing.assert_allclose(made, [[1, 2]] * 4, atol=0.1)
    weights = mx.sym.np.random.choice(3, (2, 2), p=mean)
    onp_weights = {"mean": np.array([0, 0, 1])}
    assert weights.bind(mx.cpu(), onp_weights).forward()[0].tolist() == [[2, 2], [2, 2]]
    with pytest.raises(mx.base.NotImplementedForSymbol, match="shuffle"):
        mx.sym.np.random.shuffle(mean)
