"""Casts, copies between devices, and operators whose result depends on a shape alone."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from ...base import DType, DTypeLike, MXNetError, as_dtype, is_floating
from ...context import written
from ...kernels.front import cast, fill
from ...memory.device import context_device, to_device
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import integer
from ..composite import composite
from ..declare import operator
from ..emitter import Emitter
from ..storage import of_elements, zeros
from ..table import ZERO, F, Gradient, Result, ResultOn, Sample


def _cast_vjp(g: Array, data_dtype: DType) -> Gradient:
    return F.Cast(g, dtype=data_dtype)


@operator(
    "Cast",
    infer=inference.alike,
    traceable=True,
    vjp=_cast_vjp,
    aliases=("cast",),
    samples=(Sample(((3, 4),), {"dtype": "float64"}),),
)
def _cast(data: Array, *, dtype: DTypeLike) -> Result:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    return cast(data._data, as_dtype(dtype, op="cast")), data._shape


@operator(
    "amp_cast", traceable=True, vjp=_cast_vjp, samples=(Sample(((3, 4),), {"dtype": "float64"}),)
)
def _amp_cast(data: Array, *, dtype: DTypeLike) -> Result:
    """`Cast` for mixed precision: integers and bool stay as they are."""
    kind = data._data.dtype
    wanted = as_dtype(dtype, op="amp_cast") if is_floating(kind) else kind
    return cast(data._data, wanted), data._shape


@composite(
    "amp_multicast",
    visible=lambda params: integer("amp_multicast", "num_outputs", params["num_outputs"]),
    samples=(Sample(((3, 4), (2,)), {"num_outputs": 2}),),
)
def _amp_multicast(*data: Array, num_outputs: int, cast_narrow: bool = False) -> list[Array]:
    """`Cast` of several arrays to the widest of their dtypes; integers and bool stay as they are.

    Parameters
    ----------
    *data : NDArray
    num_outputs : int
        How many there are.
    cast_narrow : bool
        The narrowest dtype instead.

    Raises
    ------
    MXNetError
        For another number of arrays.
    """
    if integer("amp_multicast", "num_outputs", num_outputs) != len(data):
        raise MXNetError(f"amp_multicast: num_outputs={num_outputs}, but {len(data)} arrays given")
    kinds = [np.dtype(x.dtype) for x in data]
    floats = list(filter(is_floating, kinds))
    if not floats:
        return [F.identity(x) for x in data]
    # Of float16 and bfloat16 it is the first, or the last if narrow, as in MXNet.
    size = attrgetter("itemsize")
    chosen = min(floats[::-1], key=size) if cast_narrow else max(floats, key=size)
    return [F.amp_cast(x, dtype=chosen) for x in data]


def _copy_to_context_vjp(g: Array, ctx: str, source: str) -> Gradient:
    return F._copy_to_context(g, ctx=source, source=ctx) if ctx else F.identity(g)


def _copy_to_context_decomposed(
    emit: Emitter, data: Array, ctx: str, source: str
) -> ResultOn | None:
    if not ctx:
        return None
    target = written(ctx)
    return emit.to_context(data, target), data._shape, target


@operator(
    "_copy_to_context",
    linear=("data",),
    vjp=_copy_to_context_vjp,
    traceable=True,
    decompose=_copy_to_context_decomposed,
    sparse=of_elements,
    samples=(Sample(((3, 4),)),),
)
def _copy_to_context(data: Array, *, ctx: str = "", source: str = "") -> Result | ResultOn:
    """A copy to be placed on another device: *ctx*, if one of the two has memory of its own."""
    if not ctx:
        return cast(data._data, data._data.dtype), data._shape
    target = written(ctx)
    buffer = to_device(data._data, context_device(target))
    return buffer.copy() if buffer is data._data else buffer, data._shape, target


def _filled_like(data: Array, value: int) -> Result:
    y = empty(data._data.size, data._data.dtype)
    fill(y, value)
    return y, data._shape


@operator(
    "zeros_like",
    methods=True,
    infer=inference.alike,
    sparse=zeros,
    gradient=ZERO,
    decompose=lambda emit, data: (emit.filled(0, data._data.size, data._data.dtype), data._shape),
    samples=(Sample(((3, 4),)),),
)
def _zeros_like(data: Array) -> Result:
    """Zeros of the input's shape and dtype."""
    return _filled_like(data, 0)


@operator(
    "ones_like",
    methods=True,
    infer=inference.alike,
    gradient=ZERO,
    decompose=lambda emit, data: (emit.filled(1, data._data.size, data._data.dtype), data._shape),
    samples=(Sample(((3, 4),)),),
)
def _ones_like(data: Array) -> Result:
    """Ones of the input's shape and dtype."""
    return _filled_like(data, 1)


@operator(
    "make_loss",
    infer=inference.alike,
    results=("loss",),
    sparse=of_elements,
    vjp=lambda g: F.ones_like(g),
    samples=(Sample(((3, 4),)),),
)
def _make_loss(data: Array) -> Result:
    """A copy that starts gradients: its own is 1, whatever comes in."""
    return cast(data._data, data._data.dtype), data._shape


@operator("_independent", gradient=ZERO, samples=(Sample(((3, 4),)),))
def _independent(*data: Array) -> Result:
    """A copy of the first array, constant in all of them: a derivative that turned out to be so."""
    return cast(data[0]._data, data[0]._data.dtype), data[0]._shape
