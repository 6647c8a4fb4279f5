"""Stride-aware operands: products that read and write matrices where they lie, without copies.

The heads of attention are an example: they are parts of the rows of one matrix, and of each the
keys are to be transposed.  A product takes any matrices whose elements follow each other along rows
or columns, so of such a copy only where it would have read remains.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ...kernels.cpu.matmul import is_task
from ...kernels.spec.matmul import Matrices
from ...kernels.spec.strided import StridedSlice, contiguous_strides
from .instructions import (
    Instruction,
    Product,
    Region,
    RowStridedView,
    Source,
    StridedCopy,
    Value,
    View,
    live,
    region_of,
    replaced,
    root,
    whole,
)

New = dict[Value, Value]
_REAL = ("float32", "float64")


def absorb_strides(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Drop strided copies that only products read, which read and write along the strides."""
    readers: dict[Value, list[Instruction]] = {}
    for instruction in instructions:
        if not isinstance(instruction, (View, RowStridedView)):
            for base in {root(x)[0] for x in instruction.inputs}:
                readers.setdefault(base, []).append(instruction)
    kept = {root(value)[0] for value in wanted}
    new: New = {}
    for instruction in instructions:
        replaced(instruction, new)
        if isinstance(instruction, StridedCopy) and instruction.outputs[0] not in kept:
            _read_in_place(instruction, readers.get(instruction.outputs[0], []))
        elif isinstance(instruction, Product):
            for side in (0, 1):
                if isinstance(_maker(instruction.inputs[side]), RowStridedView):
                    _read(instruction, side)
            (out,) = instruction.outputs
            if out not in kept:
                new |= _written_in_place(instruction, readers.get(out, []))
    return live(instructions, [_latest(value, new) for value in wanted]), new


def _latest(value: Value, new: New) -> Value:
    return new.get(value, value)


def _maker(value: Value) -> Instruction:
    """What makes *value*, whatever shape it is seen in."""
    while isinstance(value.maker, View):
        (value,) = value.maker.inputs
    return value.maker


def _takes_places(product: Product) -> bool:
    fits = is_task(product.m, product.n, product.k, product.batch)
    return fits and product.outputs[0].dtype.name in _REAL


def _read_in_place(gather: StridedCopy, readers: Sequence[Instruction]) -> None:
    """Let all *readers* read where *gather* would, if they can."""
    (out,), (source,) = gather.outputs, gather.inputs
    maker = root(source)[0].maker
    if isinstance(maker, Source) and maker.kind not in ("constant", "head"):
        return  # backward would read what has been written there since
    sides = [
        (reader, side)
        for reader in readers
        for side, x in enumerate(reader.inputs)
        if root(x)[0] is out
    ]
    able = all(
        isinstance(reader, Product) and side < 2 and _found(reader, side) for reader, side in sides
    )
    if able:
        for reader, side in sides:
            assert isinstance(reader, Product)
            _read(reader, side)


def _found(product: Product, side: int) -> tuple[Value, Matrices, bool] | None:
    """Where an operand's matrices lie, of what, and whether as columns rather than rows."""
    x = product.inputs[side]
    part = _strided_slice(x)
    if part is None or product.places[side] is not None or not _takes_places(product):
        return None
    rows, columns = (product.m, product.k) if side == 0 else (product.k, product.n)
    if product.transpose_b if side else product.transpose_a:
        rows, columns = columns, rows
    found = matrices(part[1], rows, columns)
    return None if found is None else (part[0], *found)


def _read(product: Product, side: int) -> None:
    """Let a product read an operand where it lies, if it can."""
    found = _found(product, side)
    if found is None:
        return
    base, lies, turned = found
    inputs, places = list(product.inputs), list(product.places)
    inputs[side], places[side] = base, lies
    product.inputs, product.places = tuple(inputs), tuple(places)
    if side == 0:
        product.transpose_a ^= turned
    else:
        product.transpose_b ^= turned


def _written_in_place(product: Product, readers: Sequence[Instruction]) -> New:
    """Let *product* write where the one copy that reads it would, if it can."""
    (out,) = product.outputs
    if len(readers) != 1 or product.continues or not _takes_places(product):
        return {}
    (gather,) = readers
    if not isinstance(gather, StridedCopy) or whole(gather.inputs[0]) is not out:
        return {}
    part = _inverse(gather.part, out.size)
    found = None if part is None else matrices(part, product.m, product.n)
    if found is None or found[1]:
        return {}
    product.places = (*product.places[:2], found[0])
    (copied,) = gather.outputs
    return {copied: product.make((copied.shape, copied.dtype))}


def in_rows(product: Product, where: Region) -> Matrices | None:
    """Where *product* writes, if its result is to lie in rows apart."""
    m, columns, n = product.m, product.n, where.n
    contiguous = Matrices(tuple(range(0, product.batch * m * columns, m * columns)), columns)
    lies = product.places[2] or contiguous
    pieces = [divmod(start, n) for start in lies.starts]
    if product.continues or not _takes_places(product) or lies.step % n:
        return None
    if any(within + columns > n for _, within in pieces):
        return None
    starts = tuple(where.offset + row * where.stride + within for row, within in pieces)
    return Matrices(starts, lies.step // n * where.stride)


def _strided_slice(value: Value) -> tuple[Value, StridedSlice] | None:
    """Memory and the slice of it whose elements *value* has, if it is a copy along strides."""
    inner = value
    while isinstance(inner.maker, View) and inner.maker.offset == 0:
        (inner,) = inner.maker.inputs
    if isinstance(inner.maker, StridedCopy) and inner.size == value.size:
        where = region_of(inner.maker.inputs[0])
        part = None if where is None else _through(inner.maker.part, where)
    else:
        where = region_of(value)
        part = None
        if where is not None and where.n:
            shape = value.size // where.n, where.n
            part = StridedSlice(shape, (where.stride, 1), where.offset)
    return None if where is None or part is None else (where.base, part)


def _through(part: StridedSlice, where: Region) -> StridedSlice | None:
    """A slice of a value as one of the memory where that lies."""
    if not where.n:
        return part._replace(offset=where.offset + part.offset)
    row, within = divmod(part.offset, where.n)
    last, strides = within, []
    for length, step in zip(part.shape, part.strides, strict=True):
        if step % where.n == 0:
            strides.append(step // where.n * where.stride)
        else:
            strides.append(step)
            last += (length - 1) * step
            if step < 0:
                return None
    if last >= where.n:  # some steps lead from row to row
        return None
    return StridedSlice(part.shape, tuple(strides), where.offset + row * where.stride + within)


def _inverse(part: StridedSlice, size: int) -> StridedSlice | None:
    """The slice that what a copy was made of fills in order; None if it left some out."""
    steps = contiguous_strides(part.shape)
    axes = [axis for axis in zip(part.strides, part.shape, steps, strict=True) if axis[1] != 1]
    axes.sort(reverse=True)
    shape = tuple(length for _, length, _ in axes)
    strides = tuple(stride for stride, _, _ in axes)
    if part.offset or part.size != size or strides != contiguous_strides(shape):
        return None
    return StridedSlice(shape, tuple(step for _, _, step in axes))


def matrices(part: StridedSlice, rows: int, columns: int) -> tuple[Matrices, bool] | None:
    """A slice as matrices, and whether their columns lie together; None if nothing does."""
    axes = [axis for axis in zip(part.shape, part.strides, strict=True) if axis[0] != 1]
    across, down = _taken(axes, columns), _taken(axes, rows)
    if across is None or down is None:
        return None
    turned = across != 1
    step = across if turned else down
    if (down if turned else across) != 1 or step < (rows if turned else columns):
        return None
    places = itertools.product(*(range(0, n * stride, stride) for n, stride in axes if stride))
    if any(stride <= 0 for _, stride in axes):
        return None
    return Matrices(tuple(part.offset + sum(steps) for steps in places), step), turned


def _taken(axes: list[tuple[int, int]], length: int) -> int | None:
    """Take the last *length* elements off *axes*; their stride, if it is one."""
    stride, taken = 0, 1
    while taken < length:
        if not axes:
            return None
        n, step = axes.pop()
        if taken > 1 and step != stride * taken:
            return None
        stride = stride if taken > 1 else step
        part = length // taken
        if n > part:
            if n % part:
                return None
            axes.append((n // part, step * part))
            n = part
        if length % (taken * n):
            return None
        taken *= n
    return stride
