"""Several neighbouring elements in one access: what generated kernels load and store lanes with.

``load4(x, i)`` is the tuple ``x[i], ..., x[i + 3]``, and ``store4(y, i, values)`` its opposite.
The address of the first element has to be a multiple of all their bytes.  ``pick4`` and ``place4``
ask nothing of it and access each element by itself, so that a kernel can give its threads the same
elements wherever an array begins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from llvmlite import ir
from numba import types
from numba.core.datamodel.models import DataModel
from numba.extending import intrinsic

from ...memory.device import Buffer, DeviceArray
from ..annotations import Function
from .driver import SIMULATED

WIDTHS = (2, 4, 8)
"""How many lanes there can be."""

BYTES = 16
"""Of the widest access that a thread can make."""

PIECES = {1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64", 16: "uint64"}
"""As what a piece of so many bytes is copied; one of 16 by `load2` and `store2`."""


def _loader(lanes: int, together: bool) -> Function:
    if SIMULATED:
        return lambda x, i: tuple(x[i + k] for k in range(lanes))

    @intrinsic
    def load(typing_context, x, i):
        def generate(context, builder, signature, args):
            at, model, word, count = _located(context, builder, signature, args, lanes, together)
            if word is None:
                parts = [builder.load(builder.gep(at, [_number(k)])) for k in range(lanes)]
            else:
                vector = builder.load(at)
                vector.align = word.width // 8 * count
                parts = [p for k in range(count) for p in _split(builder, vector, k, model, word)]
            values = [model.from_data(builder, part) for part in parts[:lanes]]
            return context.make_tuple(builder, signature.return_type, values)

        return types.UniTuple(x.dtype, lanes)(x, types.int64), generate

    return load


def _storer(lanes: int, together: bool) -> Function:
    if SIMULATED:

        def store_each(y, i, values):
            for k, value in enumerate(values):
                y[i + k] = value

        return store_each

    @intrinsic
    def store(typing_context, y, i, values):
        def generate(context, builder, signature, args):
            at, model, word, count = _located(context, builder, signature, args, lanes, together)
            parts = [
                model.as_data(builder, builder.extract_value(args[2], k)) for k in range(lanes)
            ]
            if word is None:
                for k, part in enumerate(parts):
                    builder.store(part, builder.gep(at, [_number(k)]))
                return context.get_dummy_value()
            vector = ir.Constant(ir.VectorType(word, count), ir.Undefined)
            each = lanes // count
            for k in range(count):
                joined = _join(builder, parts[k * each : k * each + each], word)
                vector = builder.insert_element(vector, joined, _number(k))
            builder.store(vector, at).align = word.width // 8 * count
            return context.get_dummy_value()

        return types.void(y, types.int64, types.UniTuple(y.dtype, lanes)), generate

    return store


def _number(k: int) -> ir.Constant:
    return ir.Constant(ir.IntType(32), k)


def _located(
    context, builder, signature, args, lanes: int, together: bool
) -> tuple[ir.Value, DataModel, ir.IntType | None, int]:
    """Where the first element is, how elements lie in memory, and the words that hold them.

    Hardware moves vectors of words of 32 or 64 bits; narrower elements share a word.
    """
    array = signature.args[0]
    model = context.data_model_manager[array.dtype]
    data = context.make_array(array)(context, builder, args[0]).data
    at = builder.gep(data, [args[1]])
    if not together:
        return at, model, None, lanes
    size = context.get_abi_sizeof(model.get_data_type())
    word = ir.IntType(8 * max(size, min(4, size * lanes)))
    count = size * lanes * 8 // word.width
    return builder.bitcast(at, ir.VectorType(word, count).as_pointer()), model, word, count


def _split(
    builder: ir.IRBuilder, vector: ir.Value, k: int, model: DataModel, word: ir.IntType
) -> list[ir.Value]:
    """The elements in word *k*."""
    whole = builder.extract_element(vector, _number(k))
    kind = model.get_data_type()
    if not isinstance(kind, ir.IntType):
        return [builder.bitcast(whole, kind)]
    shifts = range(0, word.width, kind.width)
    return [builder.trunc(builder.lshr(whole, word(shift)), kind) for shift in shifts]


def _join(builder: ir.IRBuilder, parts: list[ir.Value], word: ir.IntType) -> ir.Value:
    """A word that holds *parts*."""
    if not isinstance(parts[0].type, ir.IntType):
        return builder.bitcast(parts[0], word)
    whole = word(0)
    for k, part in enumerate(parts):
        shifted = builder.shl(builder.zext(part, word), word(k * part.type.width))
        whole = builder.or_(whole, shifted)
    return whole


load2, load4, load8 = (_loader(lanes, True) for lanes in WIDTHS)
store2, store4, store8 = (_storer(lanes, True) for lanes in WIDTHS)
pick2, pick4, pick8 = (_loader(lanes, False) for lanes in WIDTHS)
place2, place4, place8 = (_storer(lanes, False) for lanes in WIDTHS)


def unpacked(name: str, lanes: int) -> list[str]:
    """Names of a vector's elements in generated text."""
    return [f"{name}_{k}" for k in range(lanes)]


def full_vector(itemsizes: Iterable[int]) -> int:
    """How many elements of arrays, all of them of so many bytes, a full vector has at most."""
    return min(BYTES // max(itemsizes), max(WIDTHS))


def lanes_of(arrays: Sequence[Buffer], divisor: int) -> int:
    """How many elements of each of *arrays* a thread takes at a time: those of a full vector.

    1 if one begins at an odd address, if one of the host has yet to be copied, or if they do not
    divide *divisor*, which divides every place where vectors begin.
    """
    addresses = 0
    for x in arrays:
        if x.__class__ is not DeviceArray:
            return 1
        addresses |= x.address
    lanes = full_vector([x.dtype.itemsize for x in arrays])
    return 1 if addresses % BYTES or divisor % lanes else lanes


def piece_of(arrays: Sequence[Buffer], *divisors: int) -> int:
    """How many elements of *arrays*, which have one dtype, are copied at a time.

    As many as fit into `BYTES` and divide every one of *divisors* and all addresses.
    """
    on_device = [x for x in arrays if isinstance(x, DeviceArray)]
    if len(on_device) < len(arrays):
        return 1  # one of the host has yet to be copied
    item = arrays[0].dtype.itemsize
    return math.gcd(BYTES // item, *(x.address // item for x in on_device), *divisors)
