"""C functions that make small arrays of the host, of one number or of NumPy's elements, and back.

See `ndgrad.kernels.cpu.views`: where a function returns None, Python does it.
"""

from __future__ import annotations

import numpy as np

from ...memory.storage import POOLED_BYTES
from ..build.launch import PARALLEL_ELEMENTS, kernel
from .calling import CLASS, DATA, ITEMS, LENGTHS, SIZE
from .parts import (
    ACTIVE,
    ARRAY_CLASS,
    AT_DATA,
    AT_SHAPE,
    CONTEXT_CLASS,
    COUNT,
    DTYPE,
    DTYPE_WORDS,
    DTYPES_AT,
    FIRST_CLASS,
    FLAGS,
    FLOAT32,
    FLOAT64,
    FLOAT_CLASS,
    GPU_KIND,
    INT64,
    KIND,
    MOST_AXES,
    MOST_DTYPES,
    NEW_ARRAY,
    NONE,
    TUPLE_CLASS,
    array_in,
    integer,
    itemsize_of,
    kept,
    let_go,
    new_elements,
    new_version,
    one_element,
    tuple_of,
    write_number,
)
from .words import c_double, c_word, half_word, put, real_word, word, words

_AXES = DATA + SIZE  # of `PyArrayObject_fields`: how many, a C int
_PLAIN = 0x101  # ``NPY_ARRAY_C_CONTIGUOUS``, ``NPY_ARRAY_ALIGNED``
_LARGE = 1e38  # below it floats fit into float32


@kernel
def _known_dtype(known, x):
    """The number of a dtype that is given itself, as a class, or by its name; -1 for others."""
    if x == word(known + NONE):
        return FLOAT32
    for i in range(MOST_DTYPES):
        row = known + DTYPES_AT + DTYPE_WORDS * SIZE * i
        if word(row) == x or word(row + 2 * SIZE) == x or word(row + 3 * SIZE) == x:
            return i
    return -1


@kernel
def _is_host(known, ctx):
    """Whether that is a context, and no GPU; -1 for an error."""
    if word(ctx + CLASS) != word(known + CONTEXT_CLASS):
        return 0
    kind = c_word("PyObject_GetAttr", (ctx, word(known + KIND)))
    if kind == 0:
        return -1
    answer = 0 if kind == word(known + GPU_KIND) else 1
    let_go(kind)
    return answer


@kernel
def _memory(known, ctx, row, size):
    """New elements of a known dtype in the host's memory; -1 for Python, 0 with an error."""
    if size * word(row + SIZE) >= POOLED_BYTES:
        return -1
    is_host = _is_host(known, ctx)
    if is_host <= 0:
        return -1 if is_host == 0 else 0
    return new_elements(known, word(row), size)


@kernel
def full(known, given):
    """An array of a shape, a number, a dtype and a context."""
    lengths, value, none = word(given), word(given + SIZE), word(known + NONE)
    dtype, ctx = _known_dtype(known, word(given + 2 * SIZE)), word(given + 3 * SIZE)
    if word(word(known + ACTIVE) + COUNT) != 0:
        return kept(none)
    items, axes = given, 1
    if word(lengths + CLASS) == word(known + TUPLE_CLASS):
        items, axes = lengths + ITEMS, word(lengths + COUNT)
    if dtype < 0 or dtype > INT64 or axes == 0 or axes > MOST_AXES:
        return kept(none)
    number, size = words(1), 1
    for i in range(axes):
        if not integer(known, word(items + SIZE * i), number):
            return kept(none)
        length = word(number)
        if length <= 0 or length >= PARALLEL_ELEMENTS:
            return kept(none)
        size *= length
        if size >= PARALLEL_ELEMENTS:
            return kept(none)
    row = known + DTYPES_AT + DTYPE_WORDS * SIZE * dtype
    if word(value + CLASS) == word(known + FLOAT_CLASS):
        if not -_LARGE < c_double("PyFloat_AsDouble", (value,)) < _LARGE:
            return kept(none)
    data = _memory(known, ctx, row, size)
    if data <= 0:
        return kept(none) if data < 0 else 0
    if value != none:
        loops = words(4)
        put(loops, 1)
        put(loops + 2 * SIZE, 1)
        if not write_number(known, data, 0, loops, size, value):
            let_go(data)
            return kept(none)
    shape = kept(lengths) if items != given else c_word("PyTuple_Pack", (1, lengths))
    return array_in(known, word(known + FIRST_CLASS), ctx, data, shape, new_version(known))


@kernel
def _converted(source, target, size, dtype):
    """Write elements of a dtype as float32."""
    if dtype == FLOAT64:
        for i in range(size):
            put(target + 4 * i, np.float32(real_word(source + 8 * i)))
    elif dtype == INT64:
        for i in range(size):
            put(target + 4 * i, np.float32(word(source + 8 * i)))
    else:
        for i in range(size):
            put(target + 4 * i, np.float32(half_word(source + 4 * i)))


@kernel
def from_numpy(known, given):
    """An array of a NumPy array's elements, in a dtype and a context."""
    source, ctx, none = word(given), word(given + 2 * SIZE), word(known + NONE)
    if word(word(known + ACTIVE) + COUNT) != 0:
        return kept(none)
    if word(source + CLASS) != word(known + ARRAY_CLASS):
        return kept(none)
    axes = int(half_word(source + _AXES))
    plain = half_word(source + FLAGS) & np.int32(_PLAIN) == np.int32(_PLAIN)
    dtype = _known_dtype(known, word(given + SIZE))
    own = _known_dtype(known, word(source + DTYPE))
    if not plain or axes == 0 or axes > MOST_AXES or dtype < 0 or own < 0:
        return kept(none)
    if own != dtype and (dtype != FLOAT32 or own > INT64):
        return kept(none)
    size, lengths = 1, word(source + LENGTHS)
    for i in range(axes):
        length = word(lengths + SIZE * i)
        if length == 0 or length >= PARALLEL_ELEMENTS:
            return kept(none)
        size *= length
        if size >= PARALLEL_ELEMENTS:
            return kept(none)
    row = known + DTYPES_AT + DTYPE_WORDS * SIZE * dtype
    data = _memory(known, ctx, row, size)
    if data <= 0:
        return kept(none) if data < 0 else 0
    if own == dtype:
        c_word("memcpy", (word(data + DATA), word(source + DATA), size * word(row + SIZE)))
    else:
        _converted(word(source + DATA), word(data + DATA), size, own)
    shape = tuple_of(lengths, axes)
    return array_in(known, word(known + FIRST_CLASS), ctx, data, shape, new_version(known))


@kernel
def to_numpy(known, given):
    """A copy of an array as one of NumPy."""
    x, none = word(given), word(known + NONE)
    if one_element(known, x) == 0:
        return kept(none)
    data, shape = word(x + word(known + AT_DATA)), word(x + word(known + AT_SHAPE))
    axes = word(shape + COUNT)
    itemsize = itemsize_of(known, word(data + DTYPE))
    if axes > MOST_AXES or itemsize == 0:
        return kept(none)
    lengths = words(8)
    for i in range(axes):
        put(lengths + SIZE * i, c_word("PyLong_AsSsize_t", (word(shape + ITEMS + SIZE * i),)))
    dtype = kept(word(data + DTYPE))
    arguments = word(known + ARRAY_CLASS), dtype, np.int32(axes), lengths, 0, 0, np.int32(0), 0
    copy = c_word(word(known + NEW_ARRAY), arguments)
    if copy != 0:
        size = word(word(data + LENGTHS))
        c_word("memcpy", (word(copy + DATA), word(data + DATA), size * itemsize))
    return copy
