"""C functions for basic indexing and reshape: elements, memory, records and errors as without."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any

import numba
import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.array import indexing, ndarray, writing
from ndgrad.dispatch import array_calls
from ndgrad.nd import creation
from ndgrad.tape import overlapping

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="there are no C functions")
CUBE = np.arange(5 * 6 * 7, dtype="float32").reshape(5, 6, 7)

VIEWS: list[Any] = [
    1,
    -1,
    slice(1, 3),
    slice(-3, None),
    slice(0, 1, 4),
    (1, 2),
    (-1, 2, -3),
    (1, slice(2, 4)),
    (2, 3, slice(1, 6)),
    None,
    (None, 1),
    (1, None, 2),
    ...,
    (..., slice(None)),
    (slice(None), slice(None)),
    (slice(0, 1), slice(1, 4)),
    (slice(2, 3), 3, slice(1, 5)),
    (1, ...),
]
COPIES: list[Any] = [
    (slice(None), 2),
    (slice(None), slice(1, 3)),
    (slice(None), slice(None), 3),
    (slice(1, 4), slice(2, 5), slice(3, 6)),
    (slice(None), None, 3),
    (..., 2),
    (..., 2, slice(None)),
    slice(None, None, 2),
    slice(None, None, -1),
    (3, slice(None, None, -2)),
    (slice(None, None, 2), slice(None, None, 2), slice(None, None, 2)),
]


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Make sure that every function is there before the tests."""
    if numba.config.DISABLE_JIT:
        return
    x = nd.array(CUBE)
    while not loaded():
        x[0] = x[1]
        x.reshape((30, 7)).asnumpy()
        nd.array(nd.zeros((2, 3)).asnumpy())


def loaded() -> bool:
    functions = [indexing.getitem_call, writing.setitem_call, ndarray.reshape_call]
    functions += [ndarray.to_numpy_call, creation.full_call, creation.from_numpy_call]
    return all(isinstance(function, BuiltinFunctionType) for function in functions)


def copy_of(values: Any, dtype: str = "float32") -> Any:
    return nd.array(values, dtype=dtype)


@compiled
def test_functions_are_there() -> None:
    x = copy_of(CUBE)
    assert indexing.getitem_call(x, 1) is not None
    assert ndarray.reshape_call(x, (30, 7)) is not None
    assert writing.setitem_call(x, 1, 2.0) is True


@compiled
@pytest.mark.parametrize("key", VIEWS, ids=repr)
def test_views(key: Any) -> None:
    x = copy_of(CUBE)
    view, expected = indexing.getitem_call(x, key), CUBE[key]
    assert view.shape == (expected.shape or (1,)) and view.context == x.context
    np.testing.assert_array_equal(view.asnumpy().reshape(expected.shape), expected)
    view[:] = -1
    assert (x.asnumpy()[key] == -1).all() and (x.asnumpy() == -1).sum() == expected.size
    assert view._version is x._version and len(x._version) == 2
    assert [alias for alias, _ in overlapping(x)] == [view]


@compiled
@pytest.mark.parametrize("key", COPIES[:-1], ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8", "int64"])
def test_copies(key: Any, dtype: str) -> None:
    values = CUBE.astype(dtype)
    x = copy_of(values, dtype)
    copied = indexing.getitem_call(x, key)
    assert copied.shape == values[key].shape and copied.dtype is values.dtype.type
    np.testing.assert_array_equal(copied.asnumpy(), values[key])
    copied[:] = 0
    np.testing.assert_array_equal(x.asnumpy(), values)
    assert copied._version == [copied._version[0]] and x._version == [0]


@pytest.mark.parametrize("key", [*VIEWS, *COPIES], ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64", "uint8"])
def test_writes(key: Any, dtype: str) -> None:
    for value in (3, -2 if dtype != "uint8" else 2, 2.5, True):
        x, expected = copy_of(CUBE, dtype), CUBE.astype(dtype)
        x[key] = value
        expected[key] = value
        np.testing.assert_array_equal(x.asnumpy(), expected)
        assert x._version[0] > 0
    x, expected = copy_of(CUBE, dtype), CUBE.astype(dtype)
    rows = -expected[key] if dtype != "uint8" else expected[key] + 1
    x[key] = copy_of(rows, dtype)
    expected[key] = rows
    np.testing.assert_array_equal(x.asnumpy(), expected)


@pytest.mark.parametrize("key", [*VIEWS, *COPIES], ids=repr)
def test_arrays_like_numpy(key: Any) -> None:
    x, expected = mx.np.array(CUBE), CUBE.copy()
    found = x[key]
    assert type(found) is mx.np.ndarray and found.shape == CUBE[key].shape
    np.testing.assert_array_equal(found.asnumpy(), CUBE[key])
    x[key] = 7
    expected[key] = 7
    np.testing.assert_array_equal(x.asnumpy(), expected)


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        *[(kind, x) for kind in ("float32", "float64") for x in (1e39, -1e39, np.inf, np.nan)],
        *[(kind, x) for kind in ("float32", "float64") for x in (2**24 + 1, 2**53 + 1, -(2**70))],
        *[(kind, x) for kind in ("int32", "int64") for x in (2**40, -(2**31), 2**31, 1.5, -1.5)],
        ("int32", np.float64(2.5)),
        ("float32", np.float64(2.1)),
    ],
    ids=repr,
)
def test_numbers_become_what_numpy_makes_of_them(number: Any, dtype: str) -> None:
    x = copy_of(CUBE, dtype)
    x[1] = number
    with np.errstate(all="ignore"):
        expected = np.asarray(number).astype(dtype)
    np.testing.assert_array_equal(x[1].asnumpy(), np.full((6, 7), expected))


def test_writes_of_overlapping_parts() -> None:
    for key, other in [
        (slice(1, 4), slice(0, 3)),
        ((slice(None), slice(1, 4)), (slice(None), slice(0, 3))),
    ]:
        x, expected = copy_of(CUBE), CUBE.copy()
        x[key] = x[other]
        expected[key] = CUBE[other]
        np.testing.assert_array_equal(x.asnumpy(), expected)
    x, expected = copy_of(CUBE), CUBE.copy()
    x.reshape((6, 5, 7))[:, 1:3] = (
        x[0].reshape((6, 7))[:, :, None].reshape((6, 7))[:2].reshape((1, 2, 7))
    )
    expected.reshape(6, 5, 7)[:, 1:3] = CUBE[0, :2].reshape(1, 2, 7)
    np.testing.assert_array_equal(x.asnumpy(), expected)


def test_values_that_broadcast() -> None:
    x, expected = copy_of(CUBE), CUBE.copy()
    row = np.arange(7, dtype="float32")
    x[1:3], expected[1:3] = copy_of(row), row
    x[4], expected[4] = copy_of(row.reshape(1, 7)), row
    x[0, 0, 0], expected[0, 0, 0] = copy_of([9]), 9
    x[0, 1:2, 2:3], expected[0, 1, 2] = copy_of([8]), 8
    np.testing.assert_array_equal(x.asnumpy(), expected)
    for value in (copy_of([1, 2]), copy_of(np.ones((2, 6, 7)))):
        with pytest.raises((ValueError, mx.MXNetError)):
            x[1] = value
    np.testing.assert_array_equal(x.asnumpy(), expected)


@pytest.mark.parametrize(
    "key",
    [
        5,
        -6,
        (0, 6),
        (0, 0, 0, 0),
        2**70,
        (slice(None), 7),
        (..., ...),
        "a",
        (1, 1.5),
        slice(1, 2, 0),
    ],
    ids=repr,
)
def test_bad_keys(key: Any) -> None:
    x = copy_of(CUBE)
    with pytest.raises((IndexError, ValueError, TypeError, mx.MXNetError)):
        x[key]
    with pytest.raises((IndexError, ValueError, TypeError, mx.MXNetError)):
        x[key] = 1
    np.testing.assert_array_equal(x.asnumpy(), CUBE)
    assert x._version[0] == 0


def test_keys_that_give_the_array_itself() -> None:
    x = copy_of(CUBE)
    for key in (slice(None), (), slice(None, None, 1)):
        assert x[key] is x


def test_empty_slices() -> None:
    x = copy_of(CUBE)
    assert x[2:2].shape == (0, 6, 7) and x[:, 3:3].shape == (5, 0, 7)
    with pytest.raises(mx.MXNetError, match="Invalid slicing"):
        x[3:2]
    assert mx.np.array(CUBE)[3:2].shape == (0, 6, 7)
    assert nd.zeros((0, 3))[:].shape == (0, 3)


@compiled
@pytest.mark.parametrize(
    ("codes", "shape"),
    [
        ((30, 7), (30, 7)),
        (((30, 7),), (30, 7)),
        ((-1,), (210,)),
        ((5, -1), (5, 42)),
        (((-1, 1, 7),), (30, 1, 7)),
    ],
)
def test_reshape(codes: Any, shape: Any) -> None:
    x = copy_of(CUBE)
    view = ndarray.reshape_call(x, codes)
    assert view.shape == shape and view._data is x._data and view._version is x._version
    assert x.reshape(*codes).shape == shape
    assert view in [alias for alias, _ in overlapping(x)]


def test_other_shapes() -> None:
    x = copy_of(CUBE)
    assert x.reshape((0, -1)).shape == (5, 42)
    assert x.reshape((-3, 0)).shape == (30, 7)
    assert x.reshape([30, 7]).shape == (30, 7)
    assert x.reshape(shape=(30, 7)).shape == (30, 7)
    assert x.reshape((0, 0, -1), reverse=True).shape == (5, 6, 7)
    for codes in ((4, 7), (-1, 4), (-1, -1), (1 << 40, 1 << 40), (210, 1 << 62), (2.0, 105), ()):
        with pytest.raises((ValueError, TypeError, mx.MXNetError)):
            x.reshape(codes)


def test_views_of_variables() -> None:
    x = copy_of(CUBE)
    x.attach_grad()
    assert x[1]._node is None and x.reshape((30, 7))._node is None
    assert not hasattr(x[1], "_aliases")  # made outside of a record: no part of the graph
    with autograd.record():
        y = (x[1] * 2).sum() + x.reshape((30, 7))[:, 3].sum() + x[:, 1].sum()
        with autograd.pause():
            assert x[1]._node is None
    y.backward()
    expected = np.zeros_like(CUBE)
    expected[1] += 2
    expected.reshape(30, 7)[:, 3] += 1
    expected[:, 1] += 1
    np.testing.assert_array_equal(x.grad.asnumpy(), expected)


def test_recorded_writes() -> None:
    w, x = copy_of(CUBE[0]), copy_of(CUBE)
    w.attach_grad()
    row = x[1]
    with autograd.record():
        x[1] = w * 3
        x[2] = 4.0
        y = (row * row).sum() + x[1:3].sum()
    y.backward()
    np.testing.assert_allclose(w.grad.asnumpy(), 18 * CUBE[0] + 3)
    with autograd.record(), pytest.raises(mx.MXNetError):
        w[0] = 1


def test_what_is_saved_and_overwritten() -> None:
    x = copy_of(CUBE[0])
    x.attach_grad()
    values = copy_of(CUBE[0])
    with autograd.record():
        y = (x * values).sum()
    values[0] = 1
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()


def test_memory_that_must_not_be_written_to() -> None:
    values = CUBE.copy()
    x = nd.from_numpy(values)
    x._data.flags.writeable = False
    with pytest.raises((ValueError, mx.MXNetError)):
        x[1] = 2.0
    np.testing.assert_array_equal(values, CUBE)
    assert not x[1]._data.flags.writeable


def test_views_keep_memory_alive() -> None:
    view = copy_of(CUBE)[2:4][1]
    gc.collect()
    np.testing.assert_array_equal(view.asnumpy(), CUBE[3])
    assert view._data.base.__class__ is not np.ndarray or view._data.base.base is None


@compiled
def test_no_reference_is_lost_or_kept() -> None:
    x, row = copy_of(CUBE), copy_of(CUBE[0])
    big = 123456.5
    calls: list[Callable[[], object]] = [
        *[lambda key=key: x[key] for key in [*VIEWS, *COPIES[:-1]]],  # the last has a plan
        lambda: x.reshape((30, 7)),
        lambda: x.reshape(-1),
        lambda: x.reshape((15, -1)),
        lambda: x.__setitem__(1, row),
        lambda: x.__setitem__(1, big),
        lambda: x.__setitem__((slice(None), 2), 0),
    ]
    for call in calls:
        call()
    x[0]
    held = [x, x._shape, x._ctx, x._data, x._data.dtype, x._version, x._aliases, row, row._data]
    held += [None, ..., big, x._one_element, type(x)]
    del x._aliases[1:]
    before = [sys.getrefcount(one) for one in held]
    for call in calls:
        for _ in range(50):
            call()
    indexing.getitem_call(x, 99)
    assert [sys.getrefcount(one) for one in held] == before
    assert len(x._aliases) <= 130


@compiled
def test_wrong_operands() -> None:
    x = copy_of(CUBE)
    for call in (indexing.getitem_call, ndarray.reshape_call, writing.setitem_call):
        with pytest.raises(TypeError):
            call(x)
    unfinished = nd.NDArray.__new__(nd.NDArray)
    assert indexing.getitem_call(unfinished, 1) is None
    assert indexing.getitem_call(None, 1) is None
    assert ndarray.reshape_call(x, [30, 7]) is None
    assert writing.setitem_call(x, 1, unfinished) is None
    assert writing.setitem_call(x, 1, "2") is None


def test_iteration() -> None:
    x = copy_of(CUBE)
    rows = list(x)
    assert len(rows) == 5
    for row, expected in zip(rows, CUBE, strict=True):
        np.testing.assert_array_equal(row.asnumpy(), expected)
    rows[2][:] = 0
    assert x[2].sum().asscalar() == 0


def test_inside_of_compiled_functions() -> None:
    x = copy_of(CUBE)

    @mx.compile
    def program(x: Any) -> Any:
        y = x[1:3].reshape((2, -1)) * 2
        y[0] = 1
        return y

    expected = CUBE[1:3].reshape(2, -1) * 2
    expected[0] = 1
    np.testing.assert_array_equal(program(x).asnumpy(), expected)


# --- new arrays, and copies to and from NumPy -----------------------------------------------------

SHAPES: list[Any] = [(2, 3), (7,), (1, 1), 5, (0, 3), (), (200, 200)]
DTYPES: list[Any] = [
    None,
    "float32",
    "float64",
    "int32",
    "float16",
    "uint8",
    np.float64,
    np.int64,
    np.dtype("int64"),
    float,
]


def lengths(shape: Any) -> Any:
    return shape if isinstance(shape, tuple) else (shape,)


@pytest.mark.parametrize("dtype", DTYPES, ids=repr)
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_new_arrays(shape: Any, dtype: Any) -> None:
    kind = np.dtype(dtype or "float32")
    numbers: list[Any] = [0, 1, 3, True]
    if kind.kind == "f":
        numbers += [2.5, -0.0, 1000, 1e-7]
    for number in numbers:
        x = nd.full(shape, number, dtype=dtype)
        expected = np.full(lengths(shape), number, kind)
        assert (x.shape, x.dtype, x._version) == (lengths(shape), kind.type, [0])
        assert x.asnumpy().tobytes() == expected.tobytes()
        assert x.context == mx.cpu() and x._node is None
    for function, number in ((nd.zeros, 0), (nd.ones, 1)):
        x = function(shape, dtype=dtype)
        np.testing.assert_array_equal(x.asnumpy(), np.full(lengths(shape), number, kind))
    assert nd.empty(shape, dtype=dtype).shape == lengths(shape)


def test_contexts_of_new_arrays() -> None:
    assert nd.zeros((2, 3), ctx=mx.cpu(3)).context == mx.cpu(3)
    with mx.cpu(2):
        assert nd.ones((2, 3)).context == nd.array(CUBE).context == mx.cpu(2)
    for make in (nd.zeros, nd.ones, nd.empty, lambda *given: nd.full(given[0], 1, given[1])):
        with pytest.raises(TypeError):
            make((2, 3), "cpu")
    if not mx.context.num_gpus():
        with pytest.raises(mx.MXNetError):
            nd.zeros((2, 3), mx.gpu(0))


def test_wrong_shapes_and_dtypes() -> None:
    for shape in ((-1, 2), "a", None):
        with pytest.raises((TypeError, ValueError, mx.MXNetError)):
            nd.zeros(shape)
    with pytest.raises((TypeError, ValueError, mx.MXNetError)):
        nd.zeros((2, 3), dtype="float31")


@pytest.mark.parametrize(
    "own", ["float32", "float64", "int32", "int64", "uint8", "float16", "bool"]
)
@pytest.mark.parametrize("dtype", [None, "float32", "float64", "int64", np.uint8])
def test_arrays_of_numpy(own: str, dtype: Any) -> None:
    values = (np.arange(24).reshape(2, 3, 4) * 5.3).astype(own)
    for source in (values, values.T, values[:, ::2], values[0, 0], values[0, :0]):
        x = nd.array(source, dtype=dtype)
        assert x.shape == source.shape and x.dtype is np.dtype(dtype or "float32").type
        np.testing.assert_array_equal(x.asnumpy(), source.astype(dtype or "float32"))
        assert not np.shares_memory(x._data, values)


def test_numbers_of_numpy_that_do_not_fit() -> None:
    values = np.array([1e300, -1e300, np.nan, np.inf, 2.0**60, 1 + 2**-30])
    with np.errstate(all="ignore"):
        expected = values.astype("float32")
    np.testing.assert_array_equal(nd.array(values).asnumpy(), expected)
    whole = np.array([2**24 + 1, 2**53 + 1, -(2**62) - 1])
    np.testing.assert_array_equal(nd.array(whole).asnumpy(), whole.astype("float32"))
    swapped = np.arange(4, dtype=">f4")
    np.testing.assert_array_equal(nd.array(swapped).asnumpy(), swapped)


def test_copies_for_numpy() -> None:
    for values in (CUBE, CUBE.astype("float16"), CUBE[:, :0], np.ones((250, 250), "float32")):
        x = nd.array(values, dtype=values.dtype)
        copy = x.asnumpy()
        assert copy.dtype == values.dtype and copy.flags.writeable and copy.flags.owndata
        np.testing.assert_array_equal(copy, values)
        copy[:] = 1
        np.testing.assert_array_equal(x.asnumpy(), values)
    assert mx.np.array(2.5).asnumpy().shape == ()


def test_lists() -> None:
    np.testing.assert_array_equal(nd.array([[1, 2.5], [3, 4]]).asnumpy(), [[1, 2.5], [3, 4]])
    assert nd.array([1, 2], dtype="int32").dtype is np.int32 and nd.array([]).shape == (0,)
    for wrong in ([[1], [2, 3]], ["a"]):
        with pytest.raises(TypeError):
            nd.array(wrong)


@pytest.mark.parametrize(
    "given",
    [(5,), (2, 7), (-3, 2), (3, 1), (0,), (2**25, 2**25 + 3), (1, 9, 2), (1.5, 4)],
    ids=repr,
)
def test_ranges(given: Any) -> None:
    expected = np.arange(*given).astype("float32")
    found = nd.arange(*given)
    assert found.dtype is np.float32 and found.shape == expected.shape
    np.testing.assert_array_equal(found.asnumpy(), expected)


def test_numbers_of_one_element() -> None:
    for x in (nd.array([2.5]), nd.array([[2.5]], dtype="float64"), mx.np.array(2.5)):
        assert (float(x), int(x), bool(x)) == (2.5, 2, True)
    x = nd.array([3], dtype="int64")
    assert float(x) == 3.0 and int(x) == 3 and not nd.zeros((1,))
    for convert in (float, int, bool, lambda x: x.asscalar()):
        with pytest.raises((TypeError, ValueError)):
            convert(nd.ones((2,)))


@pytest.mark.parametrize("stored", [True, False])
def test_what_has_to_be_compiled_waits_for_more_calls(
    monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    names: dict[str, object] = {}
    monkeypatch.setattr(array_calls.front, "view_is_compiled", lambda name: stored)
    monkeypatch.setattr(array_calls.front, "bound_to_views", lambda name, *facts: name)
    call = array_calls.view_call("to_numpy", names)
    for _ in range(array_calls.UNLOADED_CALLS):
        assert call(CUBE) is None
    assert names == ({"to_numpy_call": "to_numpy"} if stored else {})
    for _ in range(array_calls.UNCOMPILED_CALLS - array_calls.UNLOADED_CALLS):
        call(CUBE)
    assert names == {"to_numpy_call": "to_numpy"}
