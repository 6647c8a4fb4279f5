"""Shape, joining and picking operators: what samples in the table do not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels.cpu import strided
from ndgrad.kernels.spec.strided import StridedSlice


def numbers(*shape: int, dtype: str = "float32") -> np.ndarray[Any, Any]:
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "bool"])
@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((70, 45), (1, 0)),
        ((3, 40, 33), (0, 2, 1)),
        ((3, 40, 33), (2, 1, 0)),
        ((2, 3, 50), (0, 2, 1)),
        ((2, 50, 3), (0, 2, 1)),
        ((5, 1, 9, 8), (3, 1, 0, 2)),
        ((0, 4), (1, 0)),
        ((2, 3, 2, 3, 2), (4, 1, 3, 0, 2)),
        ((300, 200), (1, 0)),
    ],
)
def test_transpose(shape: Any, axes: Any, dtype: str) -> None:
    host = numbers(*shape, dtype=dtype)
    result = nd.transpose(nd.array(host, dtype=dtype), axes=axes)
    np.testing.assert_array_equal(result.asnumpy(), host.transpose(axes))


def test_move_against_numpy() -> None:
    rng = np.random.default_rng(0)
    x = np.arange(4000, dtype="float32")
    for _ in range(200):
        ndim = int(rng.integers(1, 5))
        shape = tuple(int(n) for n in rng.integers(1, 6, ndim))
        strides = tuple(int(s) for s in rng.integers(-20, 21, ndim))
        low = sum(min(0, s * (n - 1)) for s, n in zip(strides, shape, strict=True))
        box = StridedSlice(shape, strides, -low)
        view = np.lib.stride_tricks.as_strided(x[-low:], shape, tuple(4 * s for s in strides))
        np.testing.assert_array_equal(strided.strided_slice(x, box).reshape(shape), view)


def test_short_runs_are_copied_many_at_a_time() -> None:
    a = np.arange(2 * 150 * 3, dtype="float32").reshape(2, 150, 3)
    x = nd.array(a)
    np.testing.assert_array_equal(nd.reverse(x, axis=2).asnumpy(), a[:, :, ::-1])
    np.testing.assert_array_equal(nd.repeat(x, repeats=5, axis=2).asnumpy(), a.repeat(5, 2))
    wide = nd.broadcast_to(x.slice_axis(axis=2, begin=1, end=2), shape=(2, 150, 4))
    np.testing.assert_array_equal(wide.asnumpy(), a[:, :, 1:2].repeat(4, 2))


@pytest.mark.parametrize(
    ("shape", "codes", "reverse", "expected"),
    [
        ((2, 3, 4), (0, 0, -1), False, (2, 3, 4)),
        ((2, 3, 4), (-4, -1, 2, -2), False, (1, 2, 3, 4)),
        ((2, 3, 4), (0, -3), False, (2, 12)),
        ((10, 5, 4), (-1, 0), False, (40, 5)),
        ((10, 5, 4), (-1, 0), True, (50, 4)),
        ((2, 3, 4), (-1, -3), True, (2, 12)),
        ((0, 3), (0, -1), False, None),
    ],
)
def test_reshape_codes(shape: Any, codes: Any, reverse: bool, expected: Any) -> None:
    x = nd.array(numbers(*shape))
    if expected is None:
        assert x.reshape((0, 3)).shape == (0, 3)
        return
    assert nd.reshape(x, shape=codes, reverse=reverse).shape == expected
    assert x.reshape(codes, reverse=reverse).shape == expected


@pytest.mark.parametrize(
    "call",
    [
        lambda x: nd.reshape(x, shape=(4, 2)),
        lambda x: nd.reshape(x, shape=(-1, 4)),
        lambda x: nd.reshape(x, shape=(-1, -1)),
        lambda x: nd.reshape(x, shape=(-5, 2)),
        lambda x: nd.reshape(x, shape=(-4, 2, 2, 0)),
        lambda x: nd.reshape(x, shape=(0, 0, 0)),
        lambda x: nd.transpose(x, axes=(0, 0)),
        lambda x: nd.transpose(x, axes=(0,)),
        lambda x: nd.swapaxes(x, 0, 5),
        lambda x: nd.expand_dims(x, 5),
        lambda x: nd.squeeze(x, axis=0),
        lambda x: nd.broadcast_to(x, shape=(4, 3)),
        lambda x: nd.broadcast_axis(x, axis=0, size=4),
        lambda x: nd.slice(x, begin=(0, 0, 0), end=(1, 1, 1)),
        lambda x: nd.slice(x, begin=(0,), end=(1,), step=(0,)),
        lambda x: nd.slice_axis(x, axis=1, begin=2, end=1),
        lambda x: nd.slice_axis(x, axis=1, begin="a", end=1),
        lambda x: nd.slice_like(x, nd.ones((3, 3))),
        lambda x: nd.flip(x, axis=2),
        lambda x: nd.tile(x, reps=(-1,)),
        lambda x: nd.repeat(x, repeats=-1),
        lambda x: nd.pad(x, mode="foo", pad_width=(0, 0, 1, 1)),
        lambda x: nd.pad(x, mode="reflect", pad_width=(0, 0, 3, 1)),
        lambda x: nd.diag(x, k=7),
        lambda x: nd.depth_to_space(x, block_size=2),
        lambda x: nd.concat(x, nd.ones((3, 3))),
        lambda x: nd.concat(x, x, dim=2),
        lambda x: nd.stack(x, nd.ones((3, 3))),
        lambda x: nd.split(x, num_outputs=2),
        lambda x: nd.split(x, num_outputs=1, squeeze_axis=True),
        lambda x: nd.split_v2(x, (2, 1), axis=1),
        lambda x: nd.add_n(x, nd.ones((3,))),
        lambda x: nd.take(x, nd.array([0]), axis=2),
        lambda x: nd.take(x, nd.array([9]), mode="raise"),
        lambda x: nd.take(x, nd.array([0]), mode="foo"),
        lambda x: nd.pick(x, nd.array([0, 1, 2])),
        lambda x: nd.pick(x, nd.array([0, 1]), axis=None),
        lambda x: nd.Embedding(nd.array([0]), x, input_dim=2, output_dim=2),
        lambda x: nd.gather_nd(x, nd.array([0, 1])),
        lambda x: nd.scatter_nd(x, nd.array([[0, 1]]), shape=(5,)),
        lambda x: nd.SequenceMask(x, nd.array([1]), use_sequence_length=True),
        lambda x: nd.where(nd.array([1, 0, 1]), x, x),
    ],
)
def test_refusals(call: Any) -> None:
    with pytest.raises(mx.MXNetError, match=r"\w+: .*|requires"):
        call(nd.array(numbers(2, 3)))


def test_mixed_dtypes_promote_and_gradients_come_back() -> None:
    a, b = nd.ones((2, 2)), nd.ones((2, 2), dtype="float64")
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = nd.concat(a, b, dim=0).sum() + nd.stack(a, b).sum() + nd.add_n(a, b).sum()
    y.backward()
    assert y.dtype == np.float64
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)
    assert (a.grad.asnumpy() == 3).all() and (b.grad.asnumpy() == 3).all()


def test_split_returns_a_list_or_the_only_part() -> None:
    x = nd.array(numbers(4, 6))
    x.attach_grad()
    with autograd.record():
        first, _, third = nd.split(x, num_outputs=3, axis=1)
        y = (first * third).sum()
    y.backward()
    expected = np.zeros((4, 6))
    expected[:, :2], expected[:, 4:] = numbers(4, 6)[:, 4:], numbers(4, 6)[:, :2]
    np.testing.assert_array_equal(x.grad.asnumpy(), expected)
    assert isinstance(nd.split(x, num_outputs=1), nd.NDArray)
    assert [p.shape for p in nd.split_v2(x, (1, 4), axis=1)] == [(4, 1), (4, 3), (4, 2)]
    with pytest.raises(ValueError, match="equal division"):
        nd.split_v2(x, 5, axis=1)


def test_add_n_of_many() -> None:
    arrays = [nd.array(numbers(3) + i) for i in range(15)]
    np.testing.assert_allclose(nd.add_n(*arrays).asnumpy(), sum(a.asnumpy() for a in arrays))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32"])
def test_gradients_add_up_over_repeated_indices(dtype: str) -> None:
    w = nd.array(numbers(5, 40), dtype=dtype)
    w.attach_grad()
    index = np.array([4, 0, 4, 4, -1, 9] * 50)
    with autograd.record():
        y = nd.take(w, nd.array(index))
    y.backward()
    expected = np.zeros((5, 40))
    np.add.at(expected, np.clip(index, 0, 4), 1)
    np.testing.assert_array_equal(w.grad.asnumpy(), expected)


def test_embedding_refuses_a_gradient_for_indices() -> None:
    index, weight = nd.array([0, 1]), nd.ones((2, 3))
    weight.attach_grad()
    index.attach_grad()
    with autograd.record():
        y = nd.Embedding(index, weight, input_dim=2, output_dim=3)
    with pytest.raises(mx.MXNetError, match="Embedding"):
        y.backward()
    assert (weight.grad.asnumpy() == 0).all()


def test_embedding_takes_indices_that_were_computed() -> None:
    x, weight = nd.ones((2, 3)), nd.ones((2, 3))
    weight.attach_grad()
    x.attach_grad()
    for indices in (
        lambda: nd.contrib.arange_like(x, axis=0),
        lambda: nd.argmax(x, axis=1),
        lambda: nd.argmax(2 * x, axis=1).astype("int32"),
    ):
        with autograd.record():
            y = nd.Embedding(indices(), weight, input_dim=2, output_dim=3).sum() + x.sum()
        y.backward()
        assert weight.grad.asnumpy().sum() == 6
        assert x.grad.asnumpy().tolist() == [[1] * 3] * 2


def test_scatter_nd_gives_overwritten_entries_no_gradient() -> None:
    data = nd.array([1.0, 2.0, 3.0])
    data.attach_grad()
    with autograd.record():
        y = nd.scatter_nd(data, nd.array([[1, 0, 1]]), shape=(3,))
    y.backward()
    np.testing.assert_array_equal(y.asnumpy(), [2, 3, 0])
    np.testing.assert_array_equal(data.grad.asnumpy(), [0, 1, 1])


def test_where_with_a_condition_for_rows() -> None:
    x = nd.array(numbers(2, 3))
    result = nd.where(nd.array([1, 0]), x, x * 10)
    np.testing.assert_array_equal(result.asnumpy(), [[0, 1, 2], [30, 40, 50]])


def test_sequences() -> None:
    host = numbers(3, 2, 2)
    x, lengths = nd.array(host), nd.array([1, 2])
    masked = nd.SequenceMask(x, lengths, use_sequence_length=True, value=-1).asnumpy()
    host[1:, 0] = host[2:, 1] = -1
    np.testing.assert_array_equal(masked, host)
    last = nd.SequenceLast(x, lengths, use_sequence_length=True)
    np.testing.assert_array_equal(last.asnumpy(), [[0, 1], [6, 7]])
    turned = nd.SequenceReverse(x, nd.array([2, 3]), use_sequence_length=True).asnumpy()
    np.testing.assert_array_equal(turned[:, :, 0], [[4, 10], [0, 6], [8, 2]])
    np.testing.assert_array_equal(nd.SequenceMask(x).asnumpy(), x.asnumpy())
