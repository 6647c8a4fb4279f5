"""Products of multi-head attention over queries, keys and values that lie interleaved."""

from __future__ import annotations

import math

from ...base import MXNetError
from ...tape import Array
from ..axes import positive
from ..composite import composite
from ..products import show
from ..table import F, Sample


def _parts(op: str, name: str, x: Array, heads: object, count: int) -> list[Array]:
    """Each of *count* interleaved parts, of shape (batch * heads, length, size)."""
    number = positive(op, "heads", heads)
    if len(x.shape) != 3 or x.shape[2] % (number * count):
        raise MXNetError(
            f"Operator {op}: argument {name} has shape {show(x.shape)}, expected (length, batch, "
            f"features), features a multiple of {number * count} for heads={number}"
        )
    length, batch, features = x.shape
    size = features // (number * count)
    split = F._reshaped(x, shape=(length, batch * number, count, size))
    parts = [F.slice_axis(split, axis=2, begin=i, end=i + 1) for i in range(count)]
    shape = (length, batch * number, size)
    return [F.transpose(F._reshaped(part, shape=shape), axes=(1, 0, 2)) for part in parts]


def _scores(op: str, queries: Array, keys: Array) -> Array:
    if queries.shape[0] != keys.shape[0] or queries.shape[2] != keys.shape[2]:
        raise MXNetError(
            f"Operator {op}: argument keys_values does not fit queries: heads of shapes "
            f"{show(queries.shape)} and {show(keys.shape)} differ in batch or size"
        )
    scaled = F.broadcast_div(queries, math.sqrt(max(1, queries.shape[2])))
    return F.batch_dot(scaled, keys, transpose_b=True)


def _weighted(op: str, values: Array, attention: Array, heads: int) -> Array:
    """Sums of values weighted by *attention*, with the heads side by side."""
    rows, length, size = values.shape
    shape = attention.shape
    if len(shape) != 3 or shape[0] != rows or shape[2] != length:
        raise MXNetError(
            f"Operator {op}: argument attention: Shape inconsistent, Provided = {show(shape)}, "
            f"expected ({rows},length,{length})"
        )
    y = F.transpose(F.batch_dot(attention, values), axes=(1, 0, 2))
    return F._reshaped(y, shape=(shape[1], rows // int(heads), int(heads) * size))


@composite(
    "_contrib_interleaved_matmul_selfatt_qk",
    samples=(Sample(((2, 2, 12),), {"heads": 2}),),
)
def _selfatt_qk(queries_keys_values: Array, *, heads: int) -> Array:
    """Products of queries and keys in self-attention, divided by the root of their length.

    Parameters
    ----------
    queries_keys_values : NDArray of shape (length, batch, heads * 3 * size)
        For each head its query, key and value, one behind the other.
    heads : int

    Returns
    -------
    NDArray of shape (batch * heads, length, length)

    Raises
    ------
    MXNetError
        If the last axis is no multiple of 3 * *heads*.
    """
    op = "interleaved_matmul_selfatt_qk"
    queries, keys, _ = _parts(op, "queries_keys_values", queries_keys_values, heads, 3)
    return _scores(op, queries, keys)


@composite(
    "_contrib_interleaved_matmul_selfatt_valatt",
    samples=(Sample(((2, 2, 12), (4, 2, 2)), {"heads": 2}),),
)
def _selfatt_valatt(queries_keys_values: Array, attention: Array, *, heads: int) -> Array:
    """Sums of the values in self-attention, weighted by *attention*.

    Parameters
    ----------
    queries_keys_values : NDArray of shape (length, batch, heads * 3 * size)
    attention : NDArray of shape (batch * heads, length, length)
    heads : int

    Returns
    -------
    NDArray of shape (length, batch, heads * size)

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "interleaved_matmul_selfatt_valatt"
    *_, values = _parts(op, "queries_keys_values", queries_keys_values, heads, 3)
    return _weighted(op, values, attention, heads)


@composite(
    "_contrib_interleaved_matmul_encdec_qk",
    samples=(Sample(((2, 2, 4), (3, 2, 8)), {"heads": 2}),),
)
def _encdec_qk(queries: Array, keys_values: Array, *, heads: int) -> Array:
    """Products of queries and keys of two sequences, divided by the root of their length.

    Parameters
    ----------
    queries : NDArray of shape (length, batch, heads * size)
    keys_values : NDArray of shape (other length, batch, heads * 2 * size)
        For each head its key and value, one behind the other.
    heads : int

    Returns
    -------
    NDArray of shape (batch * heads, length, other length)

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "interleaved_matmul_encdec_qk"
    (query,) = _parts(op, "queries", queries, heads, 1)
    keys, _ = _parts(op, "keys_values", keys_values, heads, 2)
    return _scores(op, query, keys)


@composite(
    "_contrib_interleaved_matmul_encdec_valatt",
    samples=(Sample(((3, 2, 8), (4, 2, 3)), {"heads": 2}),),
)
def _encdec_valatt(keys_values: Array, attention: Array, *, heads: int) -> Array:
    """Sums of the values of another sequence, weighted by *attention*.

    Parameters
    ----------
    keys_values : NDArray of shape (other length, batch, heads * 2 * size)
    attention : NDArray of shape (batch * heads, length, other length)
    heads : int

    Returns
    -------
    NDArray of shape (length, batch, heads * size)

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "interleaved_matmul_encdec_valatt"
    _, values = _parts(op, "keys_values", keys_values, heads, 2)
    return _weighted(op, values, attention, heads)
