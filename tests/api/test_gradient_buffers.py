"""Where gradients are written: which arrays see the values, and that no other memory changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, engine, nd
from ndgrad.memory.device import address
from ndgrad.memory.storage import POOLED_BYTES, owns_memory, pool_stats
from ndgrad.ops.table import OPS, Op
from ndgrad.testing import sample_inputs

SIZES = [5, POOLED_BYTES]  # elements: from the C library, from the pool and in parallel


def variable(n: int, req: str = "write", dtype: str = "float32") -> Any:
    x = nd.arange(1, n + 1).astype(dtype) if n < 100 else nd.ones(n, dtype=dtype)
    x.attach_grad(req)
    return x


def run_backward(x: Any, factor: float = 3) -> None:
    """Leave *factor* in the gradient of *x*."""
    with autograd.record():
        y = x * factor
    y.backward()


# --- who sees the new values ----------------------------------------------------------------------

ALIASES: dict[str, Callable[[Any], Any]] = {
    "the array": lambda g: g,
    "a slice": lambda g: g[:],
    "a part": lambda g: g[1:4],
    "a reshape": lambda g: g.reshape(1, -1),
    "a detached array": lambda g: g.detach(),
    "NumPy through DLPack": np.from_dlpack,
    "NumPy through DLPack, of a part": lambda g: np.from_dlpack(g[1:3]),
    "NumPy without a copy": lambda g: g.__array__(copy=False),
    "an array through DLPack": nd.from_dlpack,
}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_of_a_gradient_see_new_values(alias: str, n: int) -> None:
    x = variable(n)
    seen = ALIASES[alias](x.grad)
    for factor in (3, 4):
        run_backward(x, factor)
        np.testing.assert_array_equal(x.grad.asnumpy(), np.full(n, factor))
        values = seen if isinstance(seen, np.ndarray) else seen.asnumpy()
        np.testing.assert_array_equal(values, np.full(values.shape, factor))


@pytest.mark.parametrize("n", SIZES)
def test_a_gradient_that_nobody_else_sees_is_not_copied(n: int) -> None:
    x = variable(n)
    kept = x.grad  # the array itself is no alias
    before = address(x.grad._data)
    run_backward(x)
    assert address(x.grad._data) != before
    assert kept is x.grad
    alias = x.grad[1:]
    before = address(x.grad._data)
    run_backward(x, 4)
    assert address(x.grad._data) == before
    assert alias.asnumpy()[0] == 4


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("n", SIZES)
def test_a_gradient_that_is_a_broadcast_is_not_copied(n: int, dtype: str) -> None:
    x = variable(n, dtype=dtype)
    before = address(x.grad._data)
    with autograd.record():
        y = x.sum()
    y.backward()
    assert address(x.grad._data) != before
    np.testing.assert_array_equal(x.grad.asnumpy(), np.ones(n, dtype))


def test_an_alias_that_died_is_none() -> None:
    x = variable(5)
    run_backward(x)
    alias = x.grad[1:]
    del alias
    before = address(x.grad._data)
    run_backward(x)
    assert address(x.grad._data) != before


def test_gradients_that_are_parts_of_larger_memory() -> None:
    x, y, both = nd.ones(3), nd.ones(2), nd.zeros(5)
    autograd.mark_variables([x, y], [both[:3], both[3:]])
    with autograd.record():
        z = nd.concat(x * 2, y * 3, dim=0)
    z.backward()
    np.testing.assert_array_equal(both.asnumpy(), [2, 2, 2, 3, 3])


@pytest.mark.parametrize("share", [nd.from_dlpack, nd.from_numpy])
def test_gradients_in_the_memory_of_another_library(share: Callable[[Any], Any]) -> None:
    theirs = np.zeros(4, "float32")
    x = nd.ones(4)
    autograd.mark_variables([x], [share(theirs)])
    run_backward(x)
    np.testing.assert_array_equal(theirs, np.full(4, 3))


def test_two_variables_with_one_gradient() -> None:
    x, y, g = nd.ones(4), nd.ones(4), nd.zeros(4)
    autograd.mark_variables([x, y], [g, g], "add")
    with autograd.record():
        z = x * 2 + y * 3
    z.backward()
    np.testing.assert_array_equal(g.asnumpy(), np.full(4, 5))


@pytest.mark.parametrize("n", [3, POOLED_BYTES // 4])
def test_a_view_that_another_thread_takes_as_backward_ends(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the gradient's buffer was found to have no other reference, before it is replaced."""
    x = variable(n)
    run_backward(x)
    interchangeable, views = engine._interchangeable, []

    def last_check(*buffers: Any) -> bool:
        result = interchangeable(*buffers)
        views.append(x.grad.reshape(-1))
        return result

    monkeypatch.setattr(engine, "_interchangeable", last_check)
    run_backward(x, 5)
    assert len(views) == 1
    np.testing.assert_array_equal(x.grad.asnumpy(), np.full(n, 5))
    np.testing.assert_array_equal(views[0].asnumpy(), np.full(n, 5))
    views[0][:] = 7
    assert (x.grad.asnumpy() == 7).all()


def test_a_compiled_function_sees_the_gradient_that_it_found() -> None:
    x = variable(5)
    gradient = x.grad

    @mx.compile
    def scaled(y: Any) -> Any:
        return gradient * y

    for factor in (3, 4):
        run_backward(x, factor)
        np.testing.assert_array_equal(scaled(nd.ones(5)).asnumpy(), np.full(5, factor))


# --- gradients that something else sees -----------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
def test_one_gradient_for_two_variables_is_in_two_memories(n: int) -> None:
    a, b = variable(n), variable(n)
    with autograd.record():
        y = a + b
    y.backward()
    a.grad[:] = 7
    np.testing.assert_array_equal(b.grad.asnumpy(), np.ones(n))
    b.grad[:] = 8
    np.testing.assert_array_equal(a.grad.asnumpy(), np.full(n, 7))


@pytest.mark.parametrize("head", ["a variable", "a copy", "a view"])
def test_a_head_gradient_stays_the_callers(head: str) -> None:
    x, given = variable(5), nd.full(5, 2)
    with autograd.record():
        y = {"a variable": lambda: x, "a copy": x.copy, "a view": lambda: x.reshape(1, 5)}[head]()
    y.backward(given.reshape(y.shape), retain_graph=True)
    x.grad[:] = 7
    np.testing.assert_array_equal(given.asnumpy(), np.full(5, 2))
    del given
    (found,) = autograd.grad(y, [x], [nd.full(y.shape, 4)])
    np.testing.assert_array_equal(found.asnumpy(), np.full(5, 4))
    np.testing.assert_array_equal(x.grad.asnumpy(), np.full(5, 7))


def test_what_a_function_keeps_of_a_gradient_stays_its_own() -> None:
    kept = []

    class Keeps(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x * 1

        def backward(self, dy: Any) -> Any:
            kept.append(dy)
            return dy

    x = variable(5)
    with autograd.record():
        y = Keeps()(x)
    y.backward()
    x.grad[:] = 7
    np.testing.assert_array_equal(kept[0].asnumpy(), np.ones(5))


def test_what_a_record_keeps_is_not_given_away() -> None:
    """The gradient of x * y by x is y's own memory times one; the record is used again."""
    x, y = variable(5), variable(5)
    with autograd.record():
        z = x * y
    for _ in range(2):
        z.backward(retain_graph=True)
        np.testing.assert_array_equal(x.grad.asnumpy(), y.asnumpy())
        x.grad[:] = -1
        y.grad[:] = -1
        np.testing.assert_array_equal(y.asnumpy(), np.arange(1, 6))


def test_gradients_that_are_returned_are_in_memories_of_their_own() -> None:
    a, b = variable(5), variable(5)
    with autograd.record():
        y = a + b
    found = autograd.grad(y, [a, b, a])
    for i, x in enumerate(found):
        x[:] = i
    assert [x.asnumpy()[0] for x in found] == [0, 1, 2]
    np.testing.assert_array_equal(a.grad.asnumpy(), np.zeros(5))


def test_a_write_to_a_gradient_spoils_what_was_saved_of_it() -> None:
    x, w = variable(5), variable(5)
    with autograd.record():
        uses = x.grad * w
    run_backward(x)
    with pytest.raises(mx.MXNetError, match="overwritten between forward and backward"):
        uses.backward()


# --- nothing is written when backward fails -------------------------------------------------------


class Fails(autograd.Function):
    """The identity, whose backward raises an error."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: Any) -> Any:
        return x * 1

    def backward(self, dy: Any) -> Any:
        raise self.error


@pytest.mark.parametrize("req", ["write", "add"])
@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), MemoryError()])
def test_no_gradient_is_written_when_a_derivative_fails(error: BaseException, req: str) -> None:
    x = variable(5, req)
    with autograd.record():
        y = Fails(error)(x)
    # Variables that are younger than the record: their gradients are complete before it fails.
    late, sliced = variable(5, req), variable(5, req)
    for a in (x, late, sliced):
        a.grad[:] = 9
        a._fresh_grad = False
    with autograd.record():
        z = y * late + sliced[0:5]
    with pytest.raises(type(error)):
        z.backward()
    for a in (x, late, sliced):
        np.testing.assert_array_equal(a.grad.asnumpy(), np.full(5, 9))
        assert not a._fresh_grad


def test_no_gradient_is_written_when_a_saved_array_was_overwritten() -> None:
    x, w = variable(5), variable(5)
    with autograd.record():
        y = x * w
    w[:] = 2
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), np.zeros(5))


# --- sums -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_gradient_that_is_added(n: int, dtype: str) -> None:
    x = variable(n, "add", dtype)
    alias = x.grad[1:3]
    for _ in range(3):
        run_backward(x)
    np.testing.assert_array_equal(x.grad.asnumpy(), np.full(n, 9))
    np.testing.assert_array_equal(alias.asnumpy(), np.full(2, 9))


def test_a_variable_of_another_dtype_than_its_result() -> None:
    x = variable(5, dtype="float16")
    with autograd.record():
        y = x.astype("float32") * 3
    y.backward()
    assert x.grad.dtype == np.float16
    np.testing.assert_array_equal(x.grad.asnumpy(), np.full(5, 3))


def test_sums_do_not_reach_what_they_were_made_of() -> None:
    """A gradient that goes two ways is not added to in place."""
    a, b = variable(5), variable(5)
    with autograd.record():
        y = a + b
        z = y + a * 2  # a receives another gradient, b must not see it
    z.backward()
    np.testing.assert_array_equal(a.grad.asnumpy(), np.full(5, 3))
    np.testing.assert_array_equal(b.grad.asnumpy(), np.ones(5))


def test_no_memory_is_left_behind() -> None:
    x, w = variable(POOLED_BYTES), variable(POOLED_BYTES)

    def step() -> int:
        with autograd.record():
            y = x * w + x
        y.backward()
        del y
        return pool_stats().bytes_in_use

    assert len({step() for _ in range(4)}) == 1


def test_memory_that_an_array_owns() -> None:
    for n in SIZES:
        x = nd.ones(n)
        assert owns_memory(x._data)
        assert not owns_memory(x._data[1:])
        assert not owns_memory(np.from_dlpack(x))
    assert not owns_memory(nd.from_dlpack(np.ones(3))._data)
    assert not owns_memory(nd.from_numpy(np.ones(3))._data)


# --- parts of an array ----------------------------------------------------------------------------

SHAPE = (6, 5, 4)


def random_part(rng: np.random.Generator) -> tuple[str, Callable[[Any], Any], Any]:
    """A part of an array of SHAPE: what it is, how it is taken, and its positions in the array."""
    places = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    axis = int(rng.integers(3))
    n = SHAPE[axis]
    start, stop = sorted(rng.choice(n + 1, 2, replace=False).tolist())
    index = rng.integers(0, n, int(rng.integers(1, 8)))
    array = nd.array(index, dtype="int32")
    key = (slice(None),) * axis
    vectors = nd.array(rng.integers(0, 4, (2, 7)), dtype="int32")
    found = tuple(vectors.asnumpy().astype(int))
    weight = {"input_dim": 6, "output_dim": 20}
    rows, backwards = rng.integers(0, 6, 4), slice(None, None, -2)
    cases: list[tuple[str, Callable[[Any], Any], Any]] = [
        ("whole", lambda x: x, places),
        ("int", lambda x: x[(*key, start)], places[(*key, start)]),
        ("slice", lambda x: x[(*key, slice(start, stop))], places[(*key, slice(start, stop))]),
        (
            "steps",
            lambda x: x[(*key, backwards)],
            places[(*key, backwards)],
        ),
        ("list", lambda x: x[(*key, index.tolist())], places[(*key, index)]),
        (
            "slice_axis",
            lambda x: nd.slice_axis(x, axis=axis, begin=start, end=stop),
            places[(*key, slice(start, stop))],
        ),
        (
            "nd.slice",
            lambda x: nd.slice(x, begin=(start if axis == 0 else 1, 0), end=(None, 3)),
            places[(start if axis == 0 else 1) :, 0:3],
        ),
        ("slice_like", lambda x: nd.slice_like(x, nd.ones((3, 2, 1))), places[:3, :2, :1]),
        ("take", lambda x: nd.take(x, array, axis=axis), places.take(index, axis)),
        ("gather_nd", lambda x: nd.gather_nd(x, vectors), places[found]),
        (
            "Embedding",
            lambda x: nd.Embedding(nd.array(rows), x.reshape(6, 20), **weight),
            places.reshape(6, 20)[rows],
        ),
        (
            "boolean_mask",
            lambda x: nd.contrib.boolean_mask(x, nd.array([1, 0, 1, 1, 0, 0])),
            places[[0, 2, 3]],
        ),
    ]
    return cases[int(rng.integers(len(cases)))]


@pytest.mark.parametrize("req", ["write", "add"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("seed", range(12))
def test_random_programs_of_parts(seed: int, dtype: str, req: str) -> None:
    """Sums of parts of a variable, and of what was made of it, against NumPy."""
    rng = np.random.default_rng(seed)
    x = nd.array(rng.uniform(-1, 1, SHAPE), dtype=dtype)
    x.attach_grad(req)
    alias = x.grad.reshape(-1) if seed % 2 else None
    expected = np.zeros(np.prod(SHAPE))
    for _ in range(2):
        if req == "write":
            expected[:] = 0
        what, heads, weights = [], [], []
        with autograd.record():
            interior = x * 2
            for _ in range(int(rng.integers(1, 7))):
                name, take, places = random_part(rng)
                inner = bool(rng.integers(2))
                y = take(interior if inner else x)
                weight = rng.integers(-3, 4, y.shape).astype(dtype)
                what.append(name)
                heads.append(y)
                weights.append(nd.array(weight, dtype=dtype))
                np.add.at(expected, places.reshape(-1), weight.reshape(-1) * (2 if inner else 1))
        autograd.backward(heads, weights)
        found = x.grad.asnumpy().reshape(-1)
        np.testing.assert_array_equal(found, expected, str(what))  # whole numbers: all exact
        if alias is not None:
            np.testing.assert_array_equal(alias.asnumpy(), expected)


ADJOINTS = [op for op in OPS.values() if op.accumulate is not None]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("op", ADJOINTS, ids=lambda op: op.name)
def test_what_is_added_is_the_operators_result(op: Op, dtype: str) -> None:
    rng = np.random.default_rng(0)
    for sample in op.samples:
        inputs = sample_inputs(op, sample, dtype)
        result = op.call(*inputs, **sample.params)
        total = nd.array(rng.integers(-3, 4, result.shape), dtype=dtype)
        expected = total.asnumpy() + result.asnumpy()
        assert op.accumulate is not None
        op.accumulate(total._data, *inputs, **{**op.params, **sample.params})
        tolerance = 2e-3 if dtype == "float16" else 1e-6
        np.testing.assert_allclose(total.asnumpy(), expected, rtol=tolerance)


def test_slices_of_one_array_are_added_to_one_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No array of zeros for each slice, nor a sum of whole arrays."""
    calls = []
    op = OPS["_as_strided_adjoint"]
    whole = op.call

    def counted(*args: Any, **params: Any) -> Any:
        calls.append(args)
        return whole(*args, **params)

    assert op.bound is not None
    monkeypatch.setattr(op, "bound", replace(op.bound, call=counted))
    x = nd.ones((8, 4))
    x.attach_grad()
    with autograd.record():
        y = x[0]
        for t in range(1, 8):
            y = y + x[t] * t
    y.backward()
    assert len(calls) == 1
    np.testing.assert_array_equal(x.grad.asnumpy()[:, 0], [1, 1, 2, 3, 4, 5, 6, 7])


def test_parts_under_create_graph() -> None:
    x = nd.array([1, 2, 3, 4])
    x.attach_grad()
    with autograd.record():
        y = x[1:3] ** 3
        (first,) = autograd.grad(y, [x], create_graph=True)
        z = first[0:2] * first[1:3]
    z.backward()
    # first = (0, 3 x1^2, 3 x2^2, 0); z = (0, 9 x1^2 x2^2)
    np.testing.assert_allclose(x.grad.asnumpy(), [0, 18 * 2 * 9, 18 * 4 * 3, 0])
