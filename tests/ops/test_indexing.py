"""Square brackets: keys, views, writes, and gradients through both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd

KEYS: list[Any] = [
    1,
    -1,
    (1, 2),
    (0, 1, -1),
    slice(1, None),
    slice(None, None, -1),
    (slice(None), 1),
    (slice(None), slice(2, 0, -1), slice(None, None, 3)),
    (Ellipsis, 1),
    (1, Ellipsis, slice(0, 2)),
    None,
    (slice(None), None, 2),
    (0, None, slice(1, 3)),
    [1, 0, 1],
    ([0, 1], [1, 2]),
    ([0, 1], slice(None), [1, 2]),
    (1, slice(None), [0, 1]),
    (slice(None), [2, 0]),
    (slice(None), slice(1, 3), [3, 0]),
    (slice(None), [[0, 1], [2, 2]]),
    (slice(None), [0, 1], [[0], [1]]),
    ([[0], [1]], None, [1, 2]),
    (None, [1, 0], Ellipsis, None),
    (Ellipsis, [1, 1, 0], slice(1, 2)),
    ([1], [0], [3]),
    (slice(0, 0), [1, 2]),
    ([], 1),
]


def numbers(*shape: int) -> np.ndarray[Any, Any]:
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


def for_numpy(key: Any) -> Any:
    """The key with integers in empty lists."""
    if not isinstance(key, tuple):
        return key
    return tuple(np.array(item, int) if item == [] else item for item in key)


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_reads_what_numpy_reads(key: Any) -> None:
    host = numbers(2, 3, 4)
    expected = host[for_numpy(key)]
    result = nd.array(host)[key]
    assert result.shape == (expected.shape or (1,))
    np.testing.assert_array_equal(result.asnumpy().reshape(expected.shape), expected)


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_gradient_and_write(key: Any) -> None:
    host = numbers(2, 3, 4)
    x = nd.array(host, dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = x[key]
    head = numbers(*y.shape) + 1
    y.backward(nd.array(head, dtype="float64"))
    expected = np.zeros((2, 3, 4))
    where = for_numpy(key)
    np.add.at(expected, where, head.reshape(host[where].shape))
    np.testing.assert_array_equal(x.grad.asnumpy(), expected)
    z = nd.array(host)
    z[key] = nd.array(head)
    host[where] = head.reshape(host[where].shape)
    np.testing.assert_array_equal(z.asnumpy(), host)


@pytest.mark.parametrize("key", [0, (slice(None), 1), slice(None, None, -1), [1, 0]], ids=repr)
def test_second_order(key: Any) -> None:
    x = nd.array(numbers(2, 3) + 1)
    x.attach_grad()
    with autograd.record():
        y = x[key] ** 3
        (g,) = autograd.grad(y, [x], create_graph=True)
        total = (g * g).sum()
    total.backward()
    host = numbers(2, 3) + 1
    expected = np.zeros((2, 3))
    expected[key] = 36 * host[key] ** 3
    np.testing.assert_allclose(x.grad.asnumpy(), expected)


def test_views_share_memory_and_version() -> None:
    x = nd.array(numbers(4, 3))
    row = x[1:3][1]
    row[:] = -1
    assert (x.asnumpy()[2] == -1).all()
    x.attach_grad()
    with autograd.record():
        view = x[1:][0]
        y = view * view
    view_outside = x[0:3][1]
    view_outside[0] = 100
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()


def test_overlap_and_aliases() -> None:
    v = nd.array(numbers(5))
    v[1:] = v[:-1]
    np.testing.assert_array_equal(v.asnumpy(), [0, 0, 1, 2, 3])
    v[::-1] = v
    np.testing.assert_array_equal(v.asnumpy(), [3, 2, 1, 0, 0])
    v[[1, 0]] = v[0:2]
    np.testing.assert_array_equal(v.asnumpy(), [2, 3, 1, 0, 0])
    x = nd.array(numbers(2, 3))
    x[0] += 1
    np.testing.assert_array_equal(x.asnumpy()[0], [1, 2, 3])


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (5, IndexError, "index 5 is out of bounds for axis 0 with size 2"),
        ((0, -4), IndexError, "index -4 is out of bounds for axis 1 with size 3"),
        ([0, 5], IndexError, "index 5 is out of bounds for axis 0 with size 2"),
        ((0, 0, 0), IndexError, "too many indices"),
        ((..., ...), IndexError, "more than one ellipsis"),
        ("a", ValueError, "does not support slicing"),
        ((0, 1.0), ValueError, "does not support slicing"),
        (slice(None, None, 0), ValueError, "step cannot be zero"),
        (([0, 1], [0, 1, 2]), IndexError, "cannot be broadcast"),
        ([[1, 2], [0]], ValueError, "does not support slicing"),
    ],
    ids=repr,
)
def test_bad_keys(key: Any, error: type[Exception], text: str) -> None:
    x = nd.array(numbers(2, 3))
    with pytest.raises(error, match=text):
        x[key]
    with pytest.raises(error, match=text):
        x[key] = 1
    np.testing.assert_array_equal(x.asnumpy(), numbers(2, 3))


def test_crossed_slice() -> None:
    with pytest.raises(mx.MXNetError, match="Invalid slicing range"):
        nd.array(numbers(2, 3))[1:0]
    assert nd.array(numbers(2, 3))[5:].shape == (0, 3)


@pytest.mark.parametrize("kind", [nd.array, np.array, list])
def test_bad_values(kind: Any) -> None:
    value = kind([1, 2])
    x = nd.array(numbers(2, 3))
    with pytest.raises(ValueError, match="could not be broadcast"):
        x[0] = value
    with pytest.raises(TypeError, match="non-array-like"):
        x[0] = "a"
    np.testing.assert_array_equal(x.asnumpy(), numbers(2, 3))


def test_values_convert_as_c_does() -> None:
    z = nd.zeros((3,), dtype="uint8")
    z[0] = 300.7
    z[1:] = np.array([-1.0, 2.9])
    np.testing.assert_array_equal(z.asnumpy(), [44, 255, 2])
    z[[0, 2]] = 257
    z[nd.array([1])] = -1.0
    assert z.asnumpy().tolist() == [1, 255, 1]
    single = nd.zeros((3,))
    single[0], single[[1, 1]] = 1e300, -1e300
    single[2:][:] = 1e300
    assert single.asnumpy().tolist() == [np.inf, -np.inf, np.inf]
    half = nd.zeros((2,), dtype="float16")
    half[:] = nd.array([1.5, 2.5])
    assert half.asnumpy().tolist() == [1.5, 2.5]


def test_masks() -> None:
    x = nd.array(numbers(2, 3))
    mask = nd.array(numbers(2, 3) > 3, dtype="bool")
    np.testing.assert_array_equal(x[mask].asnumpy(), [4, 5])
    x[mask] = 0
    assert x.asnumpy().max() == 3
    with pytest.raises(IndexError, match="boolean index"):
        x[nd.array([1, 0, 1], dtype="bool")]
    # As in MXNet, booleans that are no boolean NDArray are the numbers 0 and 1.
    np.testing.assert_array_equal(x[[True, False]].asnumpy(), x.asnumpy()[[1, 0]])


def test_writes_while_recording() -> None:
    x = nd.array([1.0, 2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        with pytest.raises(mx.MXNetError, match="already in a computational graph"):
            x[0] = 5
        y = x * 2
        with pytest.raises(mx.MXNetError, match="already in a computational graph"):
            x[1:][:] = 1
        z = nd.zeros((2, 3))
        z[:] = y
        z.sum().backward()
    np.testing.assert_array_equal(x.asnumpy(), [1, 2, 3])
    np.testing.assert_array_equal(x.grad.asnumpy(), [4, 4, 4])


def test_partial_writes_while_recording() -> None:
    x = nd.array([1.0, 2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        z = nd.ones((4, 3))
        for i in range(3):
            z[i] = x * (i + 1)
        z[:, 0] = 7
        z[[3, 1], 1] = x[:2]
        y = z * z
    y.backward()
    host = np.array([1.0, 2.0, 3.0])
    grad = 2 * host * (1 + 4 + 9)
    grad[0] = 2 * host[0]  # column 0 was overwritten; z[3, 1] = x[0]
    grad[1] = 2 * host[1] * (1 + 9) + 2 * host[1]  # z[1, 1] = x[1] instead of 2 * x[1]
    np.testing.assert_allclose(x.grad.asnumpy(), grad)


@pytest.mark.parametrize("n", [0, 5])
@pytest.mark.parametrize("dtype", ["float16", "int8", "bool"])
def test_dtypes_and_empty_arrays(dtype: str, n: int) -> None:
    x = nd.array(numbers(n, 4), dtype=dtype)
    host = x.asnumpy()
    np.testing.assert_array_equal(x[:, 1:3].asnumpy(), host[:, 1:3])
    np.testing.assert_array_equal(x[:, [2, 0]].asnumpy(), host[:, [2, 0]])
    x[:, 1] = 1
    assert (x.asnumpy()[:, 1] == 1).all()


def test_0d() -> None:
    x = nd.array(5.0)
    assert x[()].shape == x[...].shape == ()
    x[()] = 3
    assert x.asnumpy() == 3
    with pytest.raises(IndexError):
        x[0]


@pytest.mark.parametrize("key", [np.s_[::2], np.s_[::-1], np.s_[1:7:3], np.s_[None, ::2]])
def test_what_a_step_picks_is_memory_of_its_own(key):
    x = nd.arange(8)
    y = x[key]
    assert y._data.flags.c_contiguous and not np.shares_memory(y._data, x._data)
    assert (y + 1).asnumpy().tolist() == (np.arange(8.0)[key] + 1).tolist()
    y[:] = 0
    assert x.asnumpy().tolist() == list(range(8))


def test_small_writes_overlap_safely():
    x = nd.array(np.arange(12.0).reshape(3, 4))
    expected = np.arange(12.0).reshape(3, 4)
    x[:, 1:] = x.detach()[:, :3]
    expected[:, 1:] = expected[:, :3].copy()
    assert x.asnumpy().tolist() == expected.tolist()
    indices = nd.array([1, 2, 0], dtype="int64")
    indices[indices[:2]] = 100  # which is no index
    assert indices.asnumpy().tolist() == [1, 100, 100]


def test_in_place_arithmetic_with_itself_and_with_a_part_of_itself():
    x = nd.arange(6)
    x -= x
    assert x.asnumpy().tolist() == [0] * 6
    x[:] = nd.arange(6)
    late, early = x[1:], x[:5]
    late += early
    assert x.asnumpy().tolist() == [0, 1, 3, 5, 7, 9]
    x *= 2
    assert x.asnumpy().tolist() == [0, 2, 6, 10, 14, 18]


def test_in_place_arithmetic_spoils_what_was_saved():
    x, w = nd.ones((3,)), nd.ones((3,))
    w.attach_grad()
    with autograd.record():
        y = w * x
    x += 1
    with pytest.raises(mx.base.MXNetError, match="overwritten"):
        y.backward()


def test_in_place_with_a_shape_that_does_not_fit_names_the_operator():
    x = nd.ones((4, 2))
    with pytest.raises(
        mx.MXNetError, match=r"x \+= y: operands could not be broadcast .* \[3,2\] \[5,2\]"
    ):
        x[0:3] += nd.ones((5, 2))
    assert (x.asnumpy() == 1).all()


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        ((20000,), slice(3000, 15000)),
        ((20000,), slice(None, None, -3)),
        ((300, 70), (slice(2, 250), slice(10, 60))),
        ((300, 70), (slice(None, None, -2), slice(60, 3, -1))),
        ((3, 9000), (slice(None), slice(100, 8200, 7))),
        ((9, 40, 60), (slice(1, None, 3), slice(None), slice(5, 6))),
        ((5, 4, 30, 20), (slice(1, 4), slice(None), slice(3, 9), slice(None, None, 2))),
    ],
)
def test_gradient_of_a_slice_over_several_pieces(shape: tuple[int, ...], key: Any) -> None:
    """Every element of the gradient is written: pieces begin and end within rows and gaps."""
    x = nd.zeros(shape)
    x.attach_grad()
    with autograd.record():
        y = x[key]
    g = np.random.default_rng(0).standard_normal(y.shape).astype("float32")
    expected = np.zeros(shape, "float32")
    expected[key] = g
    for _ in range(2):  # the second time in memory that holds other numbers
        with autograd.record():
            y = x[key]
        y.backward(nd.array(g))
        np.testing.assert_array_equal(x.grad.asnumpy(), expected)  # type: ignore[union-attr]
        x.grad[:] = 7  # type: ignore[index]


@pytest.mark.parametrize(
    ("length", "inner", "count"), [(70000, 3, 40000), (300000, 1, 20000), (10, 64, 5000)]
)
def test_rows_are_added_and_put_in_their_order_over_several_buckets(
    length: int, inner: int, count: int
) -> None:
    rng = np.random.default_rng(1)
    index = rng.integers(0, length, count)
    index[: count // 4] = index[0]
    g = rng.standard_normal((count, inner)).astype("float32")
    g[0] = -0.0
    expected = np.zeros((length, inner), "float32")
    np.add.at(expected, index, g)
    x = nd.zeros((length, inner))
    x.attach_grad()
    with autograd.record():
        y = nd.take(x, nd.array(index, dtype="int64"))
    y.backward(nd.array(g))
    assert x.grad.asnumpy().tobytes() == expected.tobytes()  # type: ignore[union-attr]
    last = np.zeros((length, inner), "float32")
    last[index] = g
    vectors = nd.array(index[None], dtype="int64")
    put = nd.scatter_nd(nd.array(g), vectors, shape=(length, inner))
    np.testing.assert_array_equal(put.asnumpy(), last)


# --- index arrays: by plans once the same call has come often enough ------------------------------

_FIRST, _SECOND, _THIRD = (
    np.array([0, -1, 1, 1]),
    np.array([[1], [2], [0]]),
    np.array([3, 0, -4, 2]),
)
_AGAIN = 20
_PLANNED: list[Any] = [
    _FIRST,
    (_FIRST, _SECOND),
    (_FIRST, _SECOND, _THIRD),
    (_FIRST, slice(None)),
    (slice(None), _SECOND),
    (slice(None), slice(None), _THIRD),
    (_FIRST, 2),
    (1, _FIRST),
    [1, 0],
    (_FIRST, slice(None), _THIRD),
]


def _key_of(key: Any, make: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(_key_of(item, make) for item in key)
    return make(key) if isinstance(key, np.ndarray) else key


@pytest.mark.parametrize("dtype", ["int64", "float32", None])
@pytest.mark.parametrize("library", ["nd", "np"])
def test_index_arrays_again_and_again(library: str, dtype: str | None) -> None:
    array = nd.array if library == "nd" else mx.np.array
    host = numbers(2, 3, 4)
    for key in _PLANNED:
        given = _key_of(key, lambda i: i if dtype is None else array(i, dtype=dtype))
        expected, grad = host[key], np.zeros_like(host)
        np.add.at(grad, key, 2)
        x = array(host)
        for _ in range(_AGAIN):
            result = x[given]
            assert result.shape == expected.shape
            np.testing.assert_array_equal(result.asnumpy(), expected)
        x.attach_grad()
        for _ in range(_AGAIN):
            with autograd.record():
                total = (x[given] * 2).sum()
            total.backward()
            np.testing.assert_array_equal(x.grad.asnumpy(), grad)


@pytest.mark.parametrize("library", ["nd", "np"])
def test_writes_to_index_arrays_again_and_again(library: str) -> None:
    array = nd.array if library == "nd" else mx.np.array
    host = numbers(2, 3, 4)
    for key in _PLANNED:
        given = _key_of(key, lambda i: array(i, dtype="int64"))
        shape = host[key].shape
        for value in (-numbers(*shape), -numbers(*shape[-1:]), 2.5):
            expected = host.copy()
            expected[key] = value
            is_number = isinstance(value, float)
            for written in (value, value if is_number else array(value)):
                x = array(host)
                for _ in range(_AGAIN):
                    x[:] = array(host)
                    x[given] = written
                    np.testing.assert_array_equal(x.asnumpy(), expected)


def test_index_arrays_out_of_bounds_again_and_again() -> None:
    x, good = nd.array(numbers(2, 3)), nd.array([1, 0], dtype="int64")
    for index in (good, nd.array([0, 2], dtype="int64"), nd.array([-3, 0])):
        for _ in range(_AGAIN):
            if index is good:
                assert x[index, index].shape == (2,)
                continue
            with pytest.raises(IndexError, match=r"index (2|-3) is out of bounds for axis 0 with"):
                x[index, good]
            with pytest.raises(IndexError, match=r"index (2|-3) is out of bounds for axis 0 with"):
                x[index] = 1
            np.testing.assert_array_equal(x.asnumpy(), numbers(2, 3))
    for _ in range(_AGAIN):
        with pytest.raises(ValueError, match="broadcast"):
            x[good] = nd.ones((2, 2))


def test_what_was_written_through_an_index_is_missed_by_backward() -> None:
    index = nd.array([1], dtype="int64")
    for _ in range(_AGAIN):
        x = nd.ones((2, 2))
        x.attach_grad()
        w = nd.ones((2, 2))
        with autograd.record():
            y = x * w
        w[index] = 3
        with pytest.raises(mx.MXNetError, match="overwritten"):
            y.backward()


def test_an_array_written_to_itself_through_an_index() -> None:
    index, host = nd.array([1, 2, 0], dtype="int64"), numbers(3)
    for _ in range(_AGAIN):
        x = nd.array(host)
        x[index] = x
        np.testing.assert_array_equal(x.asnumpy(), [2, 0, 1])


def test_labels_and_vectors_are_checked_by_plans_too() -> None:
    x, scores = nd.array(numbers(2, 3)), nd.ones((2, 3))
    good, bad = nd.array([[0, 1], [2, 1]]), nd.array([[0, 1], [3, np.nan]])
    for _ in range(_AGAIN):
        np.testing.assert_array_equal(nd.gather_nd(x, good).asnumpy(), [2, 4])
        with pytest.raises(IndexError, match="index 3 is out of bounds for axis 1 with size 3"):
            nd.gather_nd(x, bad)
        with pytest.raises(mx.MXNetError, match="expected labels from 0 to 2, got 1 to 3"):
            nd.softmax_cross_entropy(scores, nd.array([1, 3]))
        with pytest.raises(mx.MXNetError, match="out of bound for length 2: 7"):
            nd.take(x, nd.array([0, 7]), mode="raise")
