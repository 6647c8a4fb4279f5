"""The entry points of kernels: one for each family, which chooses recorder, device or host.

An operator calls an entry and does not know where its buffers are.  An entry

* tells the recorder what would run, if this thread traces a function for `ndgrad.compile`.  One
  without a hook there raises: what it computed would be a constant of the program.  An operator
  whose kernels have no hook runs as a custom call, in the scope of `tracing.suspended`;
* makes the buffers that it would return and does nothing else, if this thread wants shapes alone;
* calls the back end of a device, which has functions of the same names, if the buffer that it looks
  at (mostly the result) is in that device's memory;
* otherwise calls the function of `kernels/cpu/`.

Functions here that are no entries are made of entries, or of ``@chunked`` kernels that any back end
runs as they are.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from functools import lru_cache, update_wrapper
from typing import TypeVar

import numpy as np

from .. import tracing
from ..base import DType, HostArray, Shape, promote, wide_dtype, written_function
from ..memory import device
from ..memory.device import Buffer, DeviceArray, in_use
from ..memory.storage import empty
from .build.launch import refuse_unrecorded
from .cpu import array_calls as host_array_calls
from .cpu import boxes as host_boxes
from .cpu import columns as host_columns
from .cpu import cross_entropy as host_cross_entropy
from .cpu import depthwise as host_depthwise
from .cpu import elementwise as host_elementwise
from .cpu import elementwise_text as host_elementwise_text
from .cpu import extremes as host_extremes
from .cpu import implicit as host_implicit
from .cpu import indexed as host_indexed
from .cpu import libraries as host_libraries
from .cpu import matmul as host_matmul
from .cpu import normalisation as host_normalisation
from .cpu import planes as host_planes
from .cpu import reduction as host_reduction
from .cpu import regions as host_regions
from .cpu import resampling as host_resampling
from .cpu import rowwise as host_rowwise
from .cpu import sampling as host_sampling
from .cpu import scan as host_scan
from .cpu import sort as host_sort
from .cpu import sparse as host_sparse
from .cpu import strided as host_strided
from .cpu import view_calls as host_view_calls
from .cpu import windows as host_windows
from .cpu import winograd as host_winograd
from .cpu.launch import run
from .spec.cast import cast_by
from .spec.formula import Loop
from .spec.indexed import RAW
from .spec.layout import constant
from .spec.strided import StridedSlice, sliced, whole

Function = TypeVar("Function", bound=Callable[..., object])

_INT64 = np.dtype("int64")

_STUB = """def {name}({signature}):
    if active:
        if (recorder := current()) is not None:
            return {recorded}
        if (program := planned()) is not None and not program.launches:
            return {made}
{on_device}    return host({arguments})
"""

_ON_DEVICE = """    if in_use and {at}.__class__ is DeviceArray:
        return {at}.device.backend.{name}({arguments})
"""


ENTRIES: dict[str, tuple[str | None, str | None]] = {}
"""By name: the buffer whose place decides, and the recorder's hook.

A back end has a function of the name of each for which a buffer decides.
"""


def entry(
    name: str,
    host: Function,
    at: str | None = None,
    hook: str | None = None,
    makes: Callable[..., object] | None = None,
) -> Function:
    """The entry point *name* of a family of kernels.

    Parameters
    ----------
    name : str
        Of the function in back ends of devices.
    host : callable
        The function for buffers on the host, with the entry's parameters.
    at : str, optional
        The buffer whose place decides, as an expression of the parameters.  Without one *host* is
        called for any: it is made of other entries, or of ``@chunked`` kernels alone.
    hook : str, optional
        The recorder's method, which takes the entry's parameters.
    makes : callable, optional
        For one that returns buffers: makes these from the entry's parameters, with no elements.
    """
    known: dict[str, object] = {"__name__": __name__, "host": host, "in_use": in_use}
    known |= {"active": tracing.active, "current": tracing.recorder, "planned": tracing.program}
    known |= {"makes": makes}
    known |= {"DeviceArray": DeviceArray, "refuse": refuse_unrecorded}
    made = written_function(name, lambda: _entry_text(name, host, at, hook, makes, known), known)
    ENTRIES[name] = at, hook
    return update_wrapper(made, host)  # type: ignore[return-value]


def _entry_text(
    name: str,
    host: Function,
    at: str | None,
    hook: str | None,
    makes: Callable[..., object] | None,
    known: dict[str, object],
) -> str:
    parameters = inspect.signature(host).parameters.values()
    arguments = ", ".join(p.name for p in parameters)
    signature = []
    for p in parameters:
        if p.default is not p.empty:
            known[f"default_{p.name}"] = p.default
        signature.append(p.name if p.default is p.empty else f"{p.name}=default_{p.name}")
    return _STUB.format(
        name=name,
        signature=", ".join(signature),
        arguments=arguments,
        made=f"makes({arguments})" if makes else "None",
        recorded=f"recorder.{hook}({arguments})" if hook else f"refuse(recorder, {name!r})",
        on_device=_ON_DEVICE.format(at=at, name=name, arguments=arguments) if at else "",
    )


# --- loops and reductions by formula --------------------------------------------------------------

elementwise = entry("elementwise", host_elementwise.run, "results[0]", "elementwise")
reduce = entry(
    "reduce",
    host_reduction.run,
    "x",
    "reduce",
    makes=lambda row, x, how, out: empty(math.prod(how.shape), out),
)
rowwise = entry("rowwise", host_rowwise.run, "y", "rowwise")
cast = cast_by(elementwise)
elementwise_text = host_elementwise_text.source


host_loop = host_elementwise.compiled
call_on = host_elementwise.call_on
bound_to_kernels = host_array_calls.bound_to_kernels
bound_to_plans = host_array_calls.bound_to_plans
bound_to_views = host_view_calls.bound_to_views
view_is_compiled = host_view_calls.view_is_compiled
slots_of = host_array_calls.slots_of
MOST_ARRAYS, MOST_DTYPES, MOST_PLANS = (
    host_array_calls.MOST_ARRAYS,
    host_array_calls.MOST_DTYPES,
    host_array_calls.MOST_PLANS,
)
small_cast = host_elementwise.small_cast
reduction_on = host_reduction.call_on
"""Compiled code itself, which fast paths hold: they know that nothing is traced."""


def device_loop(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    code: str,
) -> Callable[..., None]:
    """An element-wise loop over operands of one size, ready to be launched on a device."""
    return in_use[0].backend.FlatLoop(loop, dtypes, out_dtypes, compute, code)


# --- copies ---------------------------------------------------------------------------------------


def _copy(source: Buffer, target: Buffer) -> None:
    """Copy equal-sized flat buffers of one dtype."""
    if source.size and source is not target:
        if isinstance(source, DeviceArray) or isinstance(target, DeviceArray):
            device.copy(source, target)
        else:
            run(host_strided.copy, source, target)


def _fill(y: Buffer, value: float) -> None:
    """Let all elements of *y* be one number."""
    if isinstance(y, DeviceArray):
        y.fill(value)
    else:
        host_strided.fill(y, value)


copy = entry("copy", _copy, hook="copy")
fill = entry("fill", _fill, hook="filled")
strided_copy = entry("strided_copy", host_strided.strided_copy, "y")
strided_slice = entry(
    "strided_slice",
    host_strided.strided_slice,
    "x",
    "strided_slice",
    makes=lambda x, part: empty(part.size, x.dtype),
)
fill_around = entry(
    "fill_around", host_strided.fill_around, "x", makes=lambda x, n, where, value: empty(n, x.dtype)
)
expand = entry(
    "expand", host_strided.expand, "x", makes=lambda x, own, shape: empty(math.prod(shape), x.dtype)
)


def strided_adjoint(x: Buffer, n: int, where: StridedSlice) -> Buffer:
    """*n* zeros in which the slice *where* holds the elements of *x*."""
    return fill_around(x, n, where, 0)


def _join(parts: Sequence[Buffer], shapes: Sequence[Shape], axis: int, shape: Shape) -> Buffer:
    """Arrays of one dtype side by side along *axis* of an array of *shape*."""
    y = empty(whole(shape).size, parts[0].dtype)
    at = 0
    for part, own in zip(parts, shapes, strict=True):
        strided_copy(part, whole(own), y, sliced(whole(shape), axis, at, 1, own[axis]))
        at += own[axis]
    return y


join = entry(
    "join",
    _join,
    hook="join",
    makes=lambda parts, shapes, axis, shape: empty(math.prod(shape), parts[0].dtype),
)

# --- rows and elements by index -------------------------------------------------------------------

take = entry(
    "take",
    host_indexed.take,
    "x",
    makes=lambda x, index, outer, length, inner: empty(outer * index.size * inner, x.dtype),
)
put = entry("put", host_indexed.put, "y")
_add = entry(
    "add",
    host_indexed.add,
    "g",
    makes=lambda g, index, outer, length, inner: empty(outer * length * inner, g.dtype),
)
_add_into = entry("add_into", host_indexed.add_into, "y")
checked = entry("checked", host_indexed.checked, "index")
last_writer = entry(
    "last_writer",
    host_indexed.last_writer,
    "index",
    makes=lambda index, length: empty(length, _INT64),
)
one_hot = entry("one_hot", host_indexed.one_hot, "y")
take_along_axis = entry(
    "take_along_axis",
    host_indexed.take_along_axis,
    makes=lambda x, index, outer, length, inner: empty(outer * inner, x.dtype),
)
put_along_axis = entry("put_along_axis", host_indexed.put_along_axis)
wrapped = host_indexed.wrapped  # of indices that the host has
are_last = entry(
    "are_last",
    host_indexed.are_last,
    makes=lambda last, rows, inner: empty(rows.size * inner, np.dtype("bool")),
)
ravel = entry(
    "ravel", host_indexed.ravel, makes=lambda index, shape: empty(index.size // shape.size, _INT64)
)
unravel = entry(
    "unravel",
    host_indexed.unravel,
    makes=lambda index, shape: empty(shape.size * index.size, _INT64),
)
take_in_rows = entry("take_in_rows", host_indexed.take_in_rows)
log_in_rows = entry("log_in_rows", host_indexed.log_in_rows)
add_in_rows = entry("add_in_rows", host_indexed.add_in_rows)
_resolve = entry("resolve", host_indexed.resolve)
_locate = entry("locate", host_indexed.locate)


def add_into(g: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int) -> None:
    """Add the rows *g* to those of *y* that `take` would pick, summed in their `wide_dtype`."""
    wide = wide_dtype(g.dtype)
    if wide == g.dtype:
        _add_into(g, index, y, outer, length, inner)
        return
    total = cast(y, wide)
    _add_into(cast(g, total.dtype), index, total, outer, length, inner)
    copy(cast(total, y.dtype), y)


def add(g: Buffer, index: Buffer, outer: int, length: int, inner: int) -> Buffer:
    """The adjoint of `take`: zeros to which rows are added."""
    wide = wide_dtype(g.dtype)
    if wide == g.dtype:
        return _add(g, index, outer, length, inner)
    return cast(_add(cast(g, wide), index, outer, length, inner), g.dtype)


def positions(index: Buffer, length: int, mode: int) -> Buffer:
    """Indices as int64, made valid for *length* in a mode of `spec.indexed` but RAW."""
    y = empty(index.size, _INT64)
    _resolve(_as_numbers(index), y, length, mode)
    return y


def _as_numbers(index: Buffer) -> Buffer:
    """The elements in a dtype that kernels know as one of numbers."""
    if index.dtype.kind == "b":
        return index.view(np.uint8)
    wide = wide_dtype(index.dtype)
    return index if index.dtype == wide else cast(index, wide)


def rows_at(
    index: Buffer,
    lengths: Shape,
    error: type[Exception],
    text: str,
    negative: bool = True,
    before: Buffer | None = None,
) -> Buffer:
    """Row numbers, int64, of index vectors along the first axis of *index*.

    Fractions are cut off.

    Parameters
    ----------
    index : buffer
    lengths : tuple of int
        Of the axes that the vectors index, one or more.
    error, text
        What is raised for an index out of bounds; see `kernels.cpu.indexed.locate`.
    negative : bool
        Whether an index may be counted from the end.
    before : buffer, optional
        Row numbers along axes ahead of these, which are replaced.
    """
    size = index.size // len(lengths)
    y = empty(size, _INT64) if before is None else before
    x = _as_numbers(index)
    if not isinstance(x, DeviceArray):
        _locate(x, constant_lengths(lengths), negative, before is not None, y, error, text)
        return y
    found = positions(x, 0, RAW)
    for axis, n in enumerate(lengths):
        part = found[axis * size : (axis + 1) * size]
        own = text.format(value="{value}", axis=axis, n=n, range="{range}")
        checked(part, -n if negative else 0, n, error, own)
    rows = ravel(found, constant_lengths(lengths))
    if before is None:
        return rows
    elementwise(
        _BEHIND, (before, rows, math.prod(lengths)), (y.shape, y.shape, None), (y,), "int64"
    )
    return y


_BEHIND = Loop("behind", ("before", "rows", "n"), (("y", "before * n + rows"),))


@lru_cache(maxsize=1024)
def constant_lengths(lengths: Shape) -> HostArray:
    """Lengths as a kernel takes them."""
    return constant(list(lengths))


# --- products, and kernels along an axis ----------------------------------------------------------


def _product_made(
    a: Buffer, b: Buffer, m: int, n: int, k: int, ta: bool, tb: bool, alpha: float, batch: int,
    starts: object,
) -> Buffer:  # fmt: skip
    return empty(batch * m * n, promote(a.dtype, b.dtype))


product = entry("product", host_matmul.product, "a", "product", makes=_product_made)
product_into = entry("product_into", host_matmul.product_into, "c")
dense = entry(
    "dense",
    host_matmul.dense,
    "a",
    makes=lambda a, b, bias, m, n, k: empty(m * n, promote(promote(a.dtype, b.dtype), bias.dtype)),
)
unfold = entry("unfold", host_windows.unfold)
fold = entry("fold", host_windows.fold)
greatest_in_windows = entry("greatest_in_windows", host_windows.greatest, "x")
pick_in_windows = entry("pick_in_windows", host_windows.pick)
put_back_in_windows = entry("put_back_in_windows", host_windows.put_back)
host_window_products = host_implicit.fits
images_in_block = host_implicit.images_together
padded_planes = entry(
    "padded_planes", host_planes.pad, makes=lambda x, n, reading: empty(n * reading.size, x.dtype)
)
window_products = entry("window_products", host_implicit.products)
tile_products = entry("tile_products", host_winograd.convolve)
tile_products_pay = host_winograd.pays
window_weights = entry("window_weights", host_implicit.weights)
depthwise = entry("depthwise", host_depthwise.depthwise)
window_planes = entry("window_planes", host_depthwise.planes)
window_plane_weights = entry("window_plane_weights", host_depthwise.plane_weights)
sum_windows = entry("sum_windows", host_windows.sums)
spread_windows = entry("spread_windows", host_windows.spread)
resample = entry("resample", host_resampling.resample)
resize_bytes = entry("resize_bytes", host_resampling.resize_bytes)
region_means = entry("region_means", host_regions.means)
spread_region_means = entry("spread_region_means", host_regions.spread)
greatest_in_regions = entry("greatest_in_regions", host_regions.greatest)
sample = entry("sample", host_sampling.sample)
spread_samples = entry("spread_samples", host_sampling.spread)
columns = entry("columns", host_columns.columns, "next(iter(arrays.values())).buffer")
recurrence = entry(
    "recurrence",
    host_scan.recurrence,
    "a",
    makes=lambda a, b, form, start, reverse: empty(a.size, a.dtype),
)
running_sum = entry(
    "running_sum",
    host_scan.running_sum,
    "x",
    makes=lambda x, form, reverse: empty(x.size, x.dtype),
)
order = entry("order", host_sort.order, "y")
sort_rows = entry("sort_rows", host_sort.sort_rows, "y")
move_by_order = entry("move_by_order", host_sort.move_by_order, "y")
argextreme = entry("argextreme", host_extremes.argextreme, "y")
cross_entropy = entry("cross_entropy", host_cross_entropy.losses)
cross_entropy_gradient = entry("cross_entropy_gradient", host_cross_entropy.gradient)
suppress = entry("suppress", host_boxes.suppress, "kept")
match = entry("match", host_boxes.match)
normalise = entry("normalise", host_normalisation.normalise)
channel_sums = entry("channel_sums", host_normalisation.channel_sums, hook="channel_sums")
column_sums = entry("column_sums", host_normalisation.column_sums, hook="column_sums")
normalise_gradients = entry("normalise_gradients", host_normalisation.gradients)
group_gradients = entry("group_gradients", host_normalisation.group_gradients)

# --- sparse matrices ------------------------------------------------------------------------------

csr_product = entry("csr_product", host_sparse.csr_product, "data")
csr_row_numbers = entry("csr_row_numbers", host_sparse.csr_row_numbers)
csr_to_dense = entry("csr_to_dense", host_sparse.csr_to_dense)
dense_to_csr = entry("dense_to_csr", host_sparse.dense_to_csr)
nonzero_rows = entry("nonzero_rows", host_sparse.nonzero_rows)
merge_rows = entry("merge_rows", host_sparse.merge_rows)

# --- functions of libraries, which compute on the host wherever buffers are -----------------------

routine = entry(
    "routine",
    host_libraries.routine,
    makes=lambda name, operands, results, options: [
        empty(math.prod(shape), dtype) for dtype, shape in results
    ],
)
