"""`mx.np`: arrays like NumPy's, their functions, gradients and compiled programs."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as onp
import pytest
from numpy_calls import DIFFERENTIATED, SHOWN, arguments, differentiated, shown

import ndgrad as mx
from ndgrad import autograd, nd, np, npx


@pytest.fixture
def x():
    """A variable of two rows."""
    made = np.array([[1, 2], [3, 4.0]])
    made.attach_grad()
    return made


# --- what the class is ----------------------------------------------------------------------------


def test_results_are_of_the_class_and_share_no_formula():
    x = np.array([1, -2])
    assert (
        type(np.abs(x)) is type(x + 1) is type(nd.abs(x)) is type(x.astype("int32")) is np.ndarray
    )
    assert type(nd.array([1]) + 1) is type(nd.array(x)) is nd.NDArray
    assert isinstance(x, nd.NDArray)


def test_numpy_and_nd_share_memory_and_record(x):
    y = x.as_nd_ndarray()
    assert type(y) is nd.NDArray
    y[0, 0] = 7
    assert x[0, 0] == 7
    with autograd.record():
        z = (x.as_nd_ndarray() * 2).as_np_ndarray()
    assert type(z) is np.ndarray
    z.backward()
    assert (x.grad == 2).all()


RECORDS = Path(__file__).with_name("mxnet-1.9.1")
RECORDED = json.loads(RECORDS.joinpath("numpy.json").read_text())


@pytest.mark.parametrize("text", SHOWN)
def test_shown_as_by_mxnet(text):
    assert shown(mx, text) == RECORDED[text]


@pytest.mark.parametrize("text", DIFFERENTIATED)
def test_values_and_gradients_of_mxnet(text):
    found, recorded = differentiated(mx, text), RECORDED[text]
    assert found[:2] == recorded[:2]
    for elements, expected in zip(found[2:], recorded[2:], strict=True):
        onp.testing.assert_allclose(elements, expected, rtol=1e-4, atol=1e-5)


def test_arguments_have_mxnets_names_and_order():
    recorded = json.loads(RECORDS.joinpath("numpy-arguments.json").read_text())
    for name in ("np.diag", "np.diagflat", "np.ndarray.broadcast_like"):
        del recorded[name]  # in MXNet itself calls by these names fail
    found = {name: f"{text} " for name, text in arguments(mx).items()}
    known = {name: text for name, text in recorded.items() if name in found}
    other = {k: (v, found[k]) for k, v in known.items() if not found[k].startswith(f"{v} ")}
    assert not other
    assert len(known) > 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.array([[1, 2], [3, 4]])[2:1]", "array([], shape=(0, 2))"),
        ("np.array([1, 2], dtype='int32') >= 1.5", "array([False,  True])"),
        ("np.array([1, 2], dtype='int32').std()", "array(0.5)"),
        ("np.array([5, -5]) // 2", "array([ 2., -3.])"),
        ("np.argmax(np.ones(2)) == np.array(0)", "array(True)"),
        ("onp.max(np.array([[1, 2], [3, 4]]), 0, None, True)", "array([[3., 4.]])"),
        ("np.nanmax(np.ones(2), out=(y := np.zeros(()))) is y", "True"),
        ("np.fill_diagonal(y := np.zeros((2, 2)), 1) or y.sum()", "array(2.)"),
        ("np.histogram(np.ones(2), 1, normed=True)[0]", "array([1.], dtype=float64)"),
        ("np.reshape(np.arange(4), (2, 2), 'F')", "array([[0., 2.],\n       [1., 3.]])"),
        ("np.arctan2(np.array([1], dtype='int32'), 1.5).dtype", "dtype('float32')"),
        ("np.array([7], dtype='int32') // 0.5", "array([14.])"),
        ("np.diff(np.arange(2), prepend=3)", "array([-3.,  1.])"),
        ("np.arange(4).reshape(2, 2)[[0, 1], None].shape", "(2, 1, 2)"),
        ("np.copysign(np.ones(2), np.array([-0.0, 0.0]))", "array([-1.,  1.])"),
        ("np.percentile(np.array([1, onp.nan]), 0)", "array(nan)"),
    ],
)
def test_other_than_in_mxnet(text, expected):
    assert repr(eval(text)) == expected


def test_in_place_on_integers_and_by_masks():
    x = y = np.array([6, 3], dtype="int32")
    x &= 2.5
    x |= 8
    x ^= onp.int64(1)
    assert x is y and x.tolist() == [11, 11] and x.dtype == "int32"
    x[np.array([1])] = 2**33 + 5  # cut off, as by x[1]
    x[False] = 7
    assert x.tolist() == [11, 5]
    x[np.array(1) > 0] = np.array([1, 2])
    copied = x[True]
    copied[:] = 0
    assert x.tolist() == [1, 2]
    a = np.eye(2)
    a @= np.array([[1, 2], [3, 4]])
    assert a.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("np.exp(x, where=x > 0)", NotImplementedError, "exp: where must be True"),
        ("np.add(x, x, dtype='float64')", NotImplementedError, "add: dtype must be None"),
        ("np.copysign(x, x, foo=1)", TypeError, "copysign: .* argument 'foo'"),
        ("f'{x:.2f}'", TypeError, "without axes"),
        ("len(np.array(1))", TypeError, "unsized"),
        ("x & 1", TypeError, "bitwise_and: operands must be bools or integers"),
        ("np.percentile(x, 101)", ValueError, r"percentile: q must be in the range \[0, 100\]"),
        ("np.quantile(x[2:], 0.5)", ValueError, "quantile: a must have elements"),
        ("np.quantile(x, 0.5, interpolation='odd')", ValueError, "interpolation must be one of"),
        ("np.polyval(np.eye(2), x)", ValueError, "polyval: p must have one axis"),
    ],
)
def test_refused(text, error, said, x):
    with pytest.raises(error, match=said):
        eval(text, {"np": np, "x": x})


def test_a_pickle_and_copies_are_of_the_class(x):
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), x.copy(), x.detach()):
        assert type(y) is np.ndarray
        assert (y == x).all()


def test_slices_are_views():
    x = np.arange(6).reshape(2, 3)
    x[1][:] = 0
    x[0].reshape(3, 1)[1] = 9
    assert x.tolist() == [[0, 9, 2], [0, 0, 0]]
    x += 1
    x[x > 5] = -1
    assert x.tolist() == [[1, -1, 3], [1, 1, 1]]


# --- the functions, compared with NumPy -----------------------------------------------------------

_A = onp.array([[1.5, -2, 3], [0.25, 5, -6]], "float32")
_CALLS = {
    "sum": lambda m, a: m.sum(a, axis=(0, 1)),
    "mean": lambda m, a: m.mean(a, axis=0, keepdims=True),
    "std": lambda m, a: m.std(a, axis=1, ddof=1),
    "prod": lambda m, a: m.prod(a),
    "any": lambda m, a: m.any(a > 4, axis=0),
    "all": lambda m, a: m.all(a),
    "cumsum": lambda m, a: m.cumsum(a),
    "where": lambda m, a: m.where(a > 0, a, 0),
    "clip": lambda m, a: m.clip(a, None, 2),
    "concatenate": lambda m, a: m.concatenate([a, a], axis=None),
    "stack": lambda m, a: m.stack([a, a], axis=-1),
    "split": lambda m, a: m.split(a, [1, 2], axis=1)[1],
    "moveaxis": lambda m, a: m.moveaxis(a[None], 0, -1),
    "squeeze": lambda m, a: m.squeeze(a[None]),
    "tile": lambda m, a: m.tile(a, (2, 1, 1)),
    "repeat": lambda m, a: m.repeat(a, 2),
    "flip": lambda m, a: m.flip(a, 1),
    "roll": lambda m, a: m.roll(a, 1, axis=1),
    "rot90": lambda m, a: m.rot90(a),
    "pad": lambda m, a: m.pad(a, ((1, 0), (0, 2)), mode="reflect"),
    "pad-maximum": lambda m, a: m.pad(a, ((1, 0), (0, 2)), mode="maximum"),
    "pad-minimum": lambda m, a: m.pad(a, ((0, 1), (2, 1)), mode="minimum"),
    "pad-constant": lambda m, a: m.pad(a, ((2, 0), (0, 1)), mode="constant", constant_values=3),
    "tril": lambda m, a: m.tril(a),
    "trace": lambda m, a: m.trace(a),
    "diff": lambda m, a: m.diff(a, axis=0),
    "take": lambda m, a: m.take(a, m.array([0, 2]).astype("int32"), axis=1),
    "sort": lambda m, a: m.sort(a, axis=None),
    "argsort": lambda m, a: m.argsort(a),
    "dot": lambda m, a: m.dot(a, a.T),
    "inner": lambda m, a: m.inner(a[0], a[1]),
    "outer": lambda m, a: m.outer(a[0], a[1]),
    "tensordot": lambda m, a: m.tensordot(a, a, axes=([0, 1], [0, 1])),
    "einsum": lambda m, a: m.einsum("ij,kj->ik", a, a),
    "meshgrid": lambda m, a: m.meshgrid(a[0], a[1])[1],
    "unique": lambda m, a: m.unique(a),
    "median": lambda m, a: m.median(a),
    "norm": lambda m, a: m.linalg.norm(a, axis=1),
    "norm of matrices": lambda m, a: m.linalg.norm(a, 1, axis=(0, 1)),
    "det": lambda m, a: m.linalg.det(a[:, :2]),
    "solve": lambda m, a: m.linalg.solve(a[:, :2], a[:, 2]),
    "eigvalsh": lambda m, a: m.linalg.eigvalsh(a @ a.T),
    "average": lambda m, a: m.average(a, axis=0, weights=a**2),
    "nan_to_num": lambda m, a: m.nan_to_num(a / 0 * 0),
    "isclose": lambda m, a: m.isclose(a, a + 1e-9),
    "maximum": lambda m, a: m.maximum(0, a),
    "power": lambda m, a: 2**a % 3,
    "index": lambda m, a: a[..., None][1, m.array([2, 0]).astype("int32")],
}


@pytest.mark.parametrize("name", _CALLS)
def test_as_numpy(name):
    with onp.errstate(all="ignore"):
        expected = _CALLS[name](onp, _A)
    found = _CALLS[name](np, np.array(_A))
    assert found.shape == onp.shape(expected)
    onp.testing.assert_allclose(found.asnumpy(), expected, rtol=2e-5, atol=1e-6)


# --- autograd, compile ----------------------------------------------------------------------------


def _loss(x):
    return (np.tanh(x) @ x.T).mean() + np.where(x > 2, x, 0).sum() + x[0].max() * np.std(x)


def test_gradients_of_two_orders(x):
    with autograd.record():
        (slope,) = autograd.grad(_loss(x), [x], create_graph=True)
        assert type(slope) is np.ndarray
        total = (slope**2).sum()
    total.backward()
    y = x.as_nd_ndarray().detach()
    y.attach_grad()
    with autograd.record():
        loss = nd.dot(nd.tanh(y), y.T).mean() + nd.where(y > 2, y, nd.zeros_like(y)).sum()
        variance = ((y - y.mean()) ** 2).mean()
        loss = loss + y[0].max() * nd.sqrt(variance)
        (other,) = autograd.grad(loss, [y], create_graph=True)
        total = (other**2).sum()
    total.backward()
    onp.testing.assert_allclose(slope.asnumpy(), other.asnumpy(), rtol=1e-5)
    onp.testing.assert_allclose(x.grad.asnumpy(), y.grad.asnumpy(), rtol=1e-4)
    assert type(x.grad) is np.ndarray


def test_compiled(x):
    compiled = mx.compile(_loss)
    for _ in range(2):
        with autograd.record():
            y = compiled(x)
        y.backward()
        assert type(y) is np.ndarray and y.shape == ()
        onp.testing.assert_allclose(y.asnumpy(), _loss(x).asnumpy(), rtol=1e-5)
    double = mx.compile(lambda x: x * 2)
    assert type(double(x)) is np.ndarray
    assert type(double(x.as_nd_ndarray().detach())) is nd.NDArray


def test_functions_of_users(x):
    class Double(autograd.Function):
        def forward(self, x):
            assert type(x) is np.ndarray
            return x * 2

        def backward(self, dy):
            assert type(dy) is np.ndarray
            return dy * 2

    with autograd.record():
        y = Double()(x)
    y.backward()
    assert type(y) is np.ndarray
    assert (x.grad == 2).all()


def test_compiled_quantiles_and_parts(x):
    def function(x):
        middle = np.percentile(x, np.array([25, 50]), axis=0)
        return np.insert(np.delete(x, 0, axis=1), 0, middle, axis=1)

    with autograd.record():
        y = mx.compile(function)(x)
    y.backward()
    assert y.tolist() == [[1.5, 2, 2], [2.5, 3, 4]]
    assert x.grad.tolist() == [[1.25, 2.25], [0.75, 1.75]]


def test_what_the_host_computes_is_a_constant(x):
    with autograd.record():
        y = x * np.median(x)
    y.backward()
    assert (x.grad == 2.5).all()
    with pytest.raises(mx.MXNetError, match="in median, which is computed on the host"):
        mx.compile(np.median)(x)


def test_the_derivative_of_a_decomposition():
    values = onp.array([[2, 0.5, 0.1], [0.3, -1, 0.7]])
    for shape in ((2, 3), (3, 2)):
        a = np.array(values.T if shape == (3, 2) else values, dtype="float64")
        weights = [np.array(onp.cos(onp.arange(n)).reshape(m), dtype="float64") for n, m in (
            (shape[0] * 2, (shape[0], 2)), (2, (2,)), (2 * shape[1], (2, shape[1])),
        )]  # fmt: skip

        def loss(a, weights=weights):
            return sum(
                ((w * part) ** 2).sum() for w, part in zip(weights, np.linalg.svd(a), strict=True)
            )

        a.attach_grad()
        with autograd.record():
            y = loss(a)
        y.backward()
        for i, j in onp.ndindex(*shape):
            step = onp.zeros(shape)
            step[i, j] = 1e-5
            slope = (loss(a + step) - loss(a - step)) / 2e-5
            assert abs(slope - a.grad[i, j]) < 1e-6


def test_missing_names_say_so():
    with pytest.raises(AttributeError, match="not in ndgrad"):
        np.busday_count  # noqa: B018
    with pytest.raises(TypeError, match="not supported"):
        np.exp("a")
    with pytest.raises(mx.base.ArgumentValueError, match="cannot reshape"):
        np.ones(3).reshape(2, -1)
    with pytest.raises(ValueError, match="mode 'median' is not supported"):
        np.pad(np.ones(3), 1, "median")


def test_random():
    mx.random.seed(1)
    for name, args in {
        "uniform": (0, 1), "normal": (0, 1), "gamma": (2,), "beta": (1, 2), "exponential": (1,),
        "gumbel": (), "logistic": (), "laplace": (), "lognormal": (), "pareto": (2,), "power": (2,),
        "rayleigh": (), "weibull": (2,), "chisquare": (3,), "poisson": (1,),
    }.items():  # fmt: skip
        drawn = getattr(np.random, name)(*args, size=(3, 2))
        assert type(drawn) is np.ndarray and drawn.shape == (3, 2) and np.isfinite(drawn).all()
    assert np.random.normal(np.zeros((2, 1)), np.ones(3)).shape == (2, 3)
    assert np.random.uniform().shape == ()
    assert np.random.randint(5, size=3).dtype == "int64"
    assert sorted(np.random.choice(4, 4, replace=False).tolist()) == [0, 1, 2, 3]
    assert np.random.choice(np.array([1, 2]), 3, p=np.array([0, 1])).tolist() == [2, 2, 2]
    assert np.random.multinomial(9, [0.5, 0.5], size=2).sum(axis=1).tolist() == [9, 9]
    x = np.arange(5)
    np.random.shuffle(x)
    assert sorted(x.tolist()) == [0, 1, 2, 3, 4]
    assert npx.random.bernoulli(np.array([0, 1])).tolist() == [0, 1]


def test_copysign_has_a_derivative_at_zero_as_by_mxnet():
    x = np.array([0, 0, 2, -3])
    x.attach_grad()
    with autograd.record():
        y = np.copysign(x, np.array([1, -1, -1, 1]))
    y.backward()
    assert x.grad.tolist() == [1, -1, -1, -1]
    assert str(np.copysign(np.array([-0.0]), np.array([1]))) == "[0.]"


def test_constraint_check():
    held = npx.constraint_check(np.array([1, 1], dtype="bool"))
    assert held.dtype == onp.bool_ and held.item()
    with pytest.raises(ValueError, match="the scale must be positive"):
        npx.constraint_check(np.array([1, -1]) > 0, "the scale must be positive")
