"""Every form of the kernels written for GPUs, against the CPU; run by `test_cuda.py`.

Shapes are chosen so that each way to share out the work is taken, in the simulator too, where a
block has two threads: whole vectors and what is left, short lines and long ones, several passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forms import FULL, first

import ndgrad as mx
from ndgrad import nd
from ndgrad.base import as_dtype, is_floating
from ndgrad.testing import assert_close

DTYPES = first("float32", "float16", "bfloat16", "float64", "int32", "uint8")
FLOATS = DTYPES[:4]


def numbers(shape: tuple[int, ...], dtype: str) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(len(shape)).uniform(-2, 2, shape)
    kind = as_dtype(dtype, op="numbers")
    return (values * (1 if is_floating(kind) else 50)).astype(kind)


def compare(function: Any, *arrays: np.ndarray[Any, Any]) -> None:
    expected = function(*(nd.array(x, dtype=x.dtype) for x in arrays))
    actual = function(*(nd.array(x, ctx=mx.gpu(), dtype=x.dtype) for x in arrays))
    assert actual.context == mx.gpu()
    assert actual.dtype == expected.dtype
    dtype = np.dtype(expected.dtype).name
    assert_close(actual.asnumpy(), expected.asnumpy(), what="result", dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 7, 64, 67])
def test_flat(n: int, dtype: str) -> None:
    compare(lambda a, b: a * b + 3, numbers((n,), dtype), numbers((n,), dtype))


@pytest.mark.parametrize("start", [1, 4, 16])
def test_views(start: int) -> None:
    compare(lambda x: nd.tanh(x[start:] * 2), numbers((70,), "float32"))
    compare(lambda x: x[start:].sum(), numbers((70,), "float32"))
    compare(lambda x: nd.softmax(x[start:].reshape((1, -1))), numbers((70,), "float32"))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("a", "b"), [((3, 16), (16,)), ((3, 16), (3, 1)), ((3, 5), (5,)), ((2, 3, 8), (2, 1, 8))]
)
def test_broadcast(a: tuple[int, ...], b: tuple[int, ...], dtype: str) -> None:
    compare(nd.broadcast_add, numbers(a, dtype), numbers(b, dtype))


REDUCED = [
    ((3, 5), 1), ((3, 16), 1), ((2, 40), 1), ((2, 41), 1), ((700,), 0), ((2, 301), 1),
    ((5, 3), 0), ((67, 1), 0), ((300, 3), 0), ((2, 150, 5), 1), ((4, 3, 20), (0, 2)), ((0, 3), 0),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), REDUCED, ids=str)
def test_reductions(shape: tuple[int, ...], axis: Any, dtype: str) -> None:
    x = numbers(shape, dtype)
    compare(lambda x: nd.sum(x, axis=axis), x)
    if 0 not in shape:
        compare(lambda x: nd.max(x, axis=axis), x)
    if 0 not in shape and isinstance(axis, int):
        kind = "int32" if dtype in ("uint8", "bfloat16") else None  # some are longer than 256
        compare(lambda x: nd.argmax(x, axis=axis, dtype=kind), x)


LONG = pytest.param((2, 300), marks=FULL)  # half a minute in the simulator


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(3, 5), (5, 8), (3, 31), (2, 64), (2, 70), LONG, (0, 3)])
def test_lines(shape: tuple[int, int], dtype: str) -> None:
    x = numbers(shape, dtype)
    compare(nd.softmax, x)
    compare(nd.log_softmax, x)
    compare(lambda x: nd.softmax(x, axis=0), x)
    lengths = (np.arange(shape[0]) * 7 % (shape[1] + 1)).astype("int32")
    compare(lambda x, n: nd.softmax(x, n, use_length=True), x, lengths)
    compare(gradient(nd.softmax), x, numbers(shape, dtype))
    compare(gradient(nd.log_softmax), x, numbers(shape, dtype))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(2, 7, 3), (1, 11, 5)])
def test_lines_of_columns(shape: tuple[int, ...], dtype: str) -> None:
    x = numbers(shape, dtype)
    lengths = np.arange(shape[0] * shape[2]).reshape(shape[::2]).astype("int32")
    compare(lambda x, n: nd.softmax(x, n, axis=1, use_length=True), x, lengths)
    compare(gradient(lambda x: nd.log_softmax(x, axis=1)), x, numbers(shape, dtype))


def gradient(function: Any) -> Any:
    def of(x: Any, head: Any) -> Any:
        x.attach_grad()
        with mx.autograd.record():
            y = function(x)
        y.backward(head)
        return x.grad

    return of


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axes"),
    [((70, 67), (1, 0)), ((3, 9, 34), (0, 2, 1)), ((4, 3, 16), (1, 0, 2)), ((9, 2, 8), (2, 1, 0))],
)
def test_transposes(shape: tuple[int, ...], axes: tuple[int, ...], dtype: str) -> None:
    compare(lambda x: nd.transpose(x, axes), numbers(shape, dtype))


def test_copies() -> None:
    x = numbers((6, 20), "float32")
    compare(lambda x: x[::2, 4:12].copy(), x)
    compare(lambda x: x[:, 1:6].copy(), x)
    compare(lambda x: nd.flip(x, axis=1), x)
    compare(lambda x: nd.broadcast_to(x.reshape((6, 1, 20)), (6, 3, 20)), x)
    compare(lambda x: nd.concat(x, x, dim=1), x)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("width", [1, 3, 16])
def test_rows(width: int, dtype: str) -> None:
    index = np.array([[3, 0, 3], [1, 3, 0]], "int32")
    x = numbers((5, width), dtype)
    compare(nd.take, x, index)
    head = numbers((*index.shape, width), dtype)
    compare(lambda x, i, g: gradient(lambda x: nd.take(x, i))(x, g), x, index, head)
    columns = numbers((width, 5), dtype)
    compare(lambda x, i: nd.take(x, i, axis=1), columns, index)


@pytest.mark.parametrize(
    "values", [[1, 3, 3], [2, float("nan"), 5], [0.0, -0.0, 0.0], [-1, -1, -2]]
)
def test_extremes(values: list[float]) -> None:
    x = np.tile(np.array(values, "float32"), 50)
    for function in (nd.argmax, nd.argmin):
        compare(lambda x, f=function: f(x), x)
        compare(lambda x, f=function: f(x.reshape((3, 50)), axis=0), x)
        compare(lambda x, f=function: f(x.reshape((3, 50)), axis=1), x)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float16"])
@pytest.mark.parametrize("find", [nd.argmax, nd.argmin, nd.argsort, nd.topk])
def test_dtypes_of_indices(find: Any, dtype: str) -> None:
    x = numbers((2, 9), "float32")
    compare(lambda x: find(x, axis=1, dtype=dtype), x)
    compare(lambda x: find(x.astype("float16"), axis=0, dtype=dtype), x)
    if dtype == "uint8":
        with pytest.raises(mx.MXNetError, match="dtype=uint8 has not enough precision"):
            find(nd.ones((1, 300), ctx=mx.gpu()), axis=1, dtype=dtype)


def test_flat_positions_that_a_dtype_cannot_hold() -> None:
    index, shape = [[2**13], [2**12 + 1]], (2**14, 2**13)
    compare(lambda x: nd.ravel_multi_index(x, shape=shape), np.array(index, "int64"))
    with pytest.raises(mx.MXNetError, match=r"dtype=float32 of data .* 67112961"):
        nd.ravel_multi_index(nd.array(index, ctx=mx.gpu()), shape=shape).asnumpy()


# In the simulator a tile has 8 elements, and runs of more than one are merged.
@pytest.mark.parametrize(
    ("shape", "axis", "k"),
    [((3, 7), 1, 2), ((2, 33), 1, 5), ((30,), 0, 1), ((2, 9, 3), 1, 4), ((1, 1), 1, 1)],
)
@pytest.mark.parametrize("dtype", first("float32", "float16", "int64", "uint8"))
def test_orders(shape: tuple[int, ...], axis: int, k: int, dtype: str) -> None:
    x = np.floor(numbers(shape, "float32") * 2)  # with ties
    x[x == 0] = -0.0
    if dtype.startswith("float"):
        x[x > 2] = np.nan
    x = x.astype(dtype)
    down = dtype != "int64"
    compare(lambda x: nd.argsort(x, axis=axis, is_ascend=not down, dtype="int32"), x)
    for what in ("value", "mask"):
        compare(lambda x, what=what: nd.topk(x, axis, k, what, is_ascend=not down), x)
    if dtype == "float32" and k > 1:
        head = np.arange(x.size, dtype=dtype).reshape(shape)
        compare(gradient(lambda x: nd.sort(x, axis=axis)), x, head)


# In the simulator columns are cut from 32 elements on.
@pytest.mark.parametrize("dtype", first("float32", "int32"))
@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((1,), None),
        ((75,), None),
        ((3, 5), 1),
        pytest.param((35, 3), 0, marks=FULL),
        pytest.param((2, 35, 2), 1, marks=FULL),
    ],
    ids=str,
)
def test_scans(shape: tuple[int, ...], axis: int | None, dtype: str) -> None:
    x = numbers(shape, dtype)
    compare(lambda x: nd.cumsum(x, axis=axis), x)
    if dtype == "float32":
        x = np.where(x == 0, 1, np.sign(x) * (1 + np.abs(x) % 0.125)).astype("float32")
        one = np.ones(1 if axis is None else shape[:axis] + shape[axis + 1 :], "float32")
        compare(gradient(lambda x: nd.prod(x, axis=axis)), x, one)
        compare(gradient(gradient_of_prod(axis)), x, x)


def gradient_of_prod(axis: int | None) -> Any:
    def of(x: Any) -> Any:
        (slope,) = mx.autograd.grad(nd.prod(x, axis=axis), x, create_graph=True)
        return slope

    return of


@pytest.mark.parametrize("scale", [0, 1, 1e200, 1e-200, np.inf])
def test_norm_of_float64(scale: float) -> None:
    x = numbers((3, 5), "float64") * scale
    compare(lambda x: nd.norm(x, axis=1), x)
    compare(lambda x: nd.norm(x, axis=0), x)
