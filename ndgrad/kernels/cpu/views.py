"""C functions for square brackets without arrays, and for reshape, on small arrays of the host.

What Python does to find the elements that a key means, and to make a view, takes ten times as long
as the view itself.  Keys of ints, slices, None and ``...`` are done here; for whatever else, for
bad keys, for recorded writes and while anything is traced, a function returns None, and Python does
it.
"""

from __future__ import annotations

import numpy as np

from ..build.launch import PARALLEL_ELEMENTS, kernel
from .calling import (
    CLASS,
    DATA,
    ITEMS,
    LENGTHS,
    SIZE,
)
from .parts import (
    ARRAY_CLASS,
    AT_ALIASES,
    AT_DATA,
    AT_NODE,
    AT_SHAPE,
    AT_VERSION,
    AXES,
    COUNT,
    DTYPE,
    ELEMENTS,
    FLAGS,
    LEADING,
    NEW_ARRAY,
    NEXT_VERSION,
    NONE,
    OFFSET,
    PART,
    PART_LENGTHS,
    PART_STRIDES,
    SET_BASE,
    SLICE_CLASS,
    START,
    TRUE,
    TUPLE_CLASS,
    WITHOUT_DEAD,
    ZERO,
    array_of,
    find,
    integer,
    is_recording,
    itemsize_of,
    kept,
    let_go,
    loops_of,
    move,
    new_elements,
    new_version,
    one_element,
    run_behind,
    tuple_of,
    write_number,
)
from .words import c_int, c_word, half_word, put, word, words

_KEPT = 0x500  # the flags that a view shares: ``NPY_ARRAY_WRITEABLE``, ``NPY_ARRAY_ALIGNED``
_WRITEABLE = 0x400
_REFERENT = object.__basicsize__  # where in a weak reference that is; None when it is gone
_MANY = 64  # aliases from which those that are gone are thrown away
_LARGEST = 1 << 31  # elements, whose square fits into a word


@kernel
def _shape_of(known, x, one, part):
    """A new reference to the shape of a part of *x*."""
    axes, leading = word(part + AXES), word(part + LEADING)
    if axes == 0:
        return kept(one)
    if leading >= 0:
        shape = word(x + word(known + AT_SHAPE))
        return c_word("PyTuple_GetSlice", (shape, leading, leading + axes))
    return tuple_of(part + PART_LENGTHS, axes)


@kernel
def _elements(known, data, offset, size, itemsize):
    """A NumPy array of some elements of another one."""
    length = words(1)
    put(length, size)
    flags = half_word(data + FLAGS) & np.int32(_KEPT)
    dtype = kept(word(data + DTYPE))
    start = word(data + DATA) + offset * itemsize
    arguments = word(known + ARRAY_CLASS), dtype, np.int32(1), length, 0, start, flags, 0
    view = c_word(word(known + NEW_ARRAY), arguments)
    if view != 0 and c_int(word(known + SET_BASE), (view, kept(data))) < 0:
        let_go(view)
        return 0
    return view


@kernel
def _joined(known, x, view):
    """Let *x* and a view of it know each other, as `ndgrad.tape.sharing.new_view` does."""
    aliases = word(x + word(known + AT_ALIASES))
    if aliases == 0:
        first = c_word("PyWeakref_NewRef", (x, 0))
        aliases = c_word("PyList_New", (0,))
        if first == 0 or aliases == 0 or c_int("PyList_Append", (aliases, first)) < 0:
            return False
        let_go(first)
        put(x + word(known + AT_ALIASES), aliases)
    put(view + word(known + AT_ALIASES), kept(aliases))
    reference = c_word("PyWeakref_NewRef", (view, 0))
    if reference == 0:
        return False
    count = word(aliases + COUNT)
    last = c_word("PyList_GetItem", (aliases, count - 1)) if count > 1 else 0
    if last != 0 and word(last + _REFERENT) == word(known + NONE):  # a view that is gone
        return c_int("PyList_SetItem", (aliases, count - 1, reference)) == 0
    if c_int("PyList_Append", (aliases, reference)) < 0:
        return False
    let_go(reference)
    count += 1
    if count >= _MANY and count & (count - 1) == 0:
        function = word(known + WITHOUT_DEAD)
        done = c_word("PyObject_CallFunctionObjArgs", (function, aliases, 0))
        if done == 0:
            return False
        let_go(done)
    return True


@kernel
def _view(known, x, data, shape, joins):
    """A view of *x* that takes over two references; *joins* says whether it becomes an alias."""
    version = word(x + word(known + AT_VERSION))
    if word(version + COUNT) == 1:
        if c_int("PyList_Append", (version, word(known + ZERO))) < 0:
            return 0
    view = array_of(known, x, data, shape, kept(version))
    if view != 0 and joins and not _joined(known, x, view):
        let_go(view)
        return 0
    return view


@kernel
def _copied(known, x, data, itemsize, part):
    """A NumPy array of the elements of a part that is no run; -1 where that is for Python."""
    size = word(part + ELEMENTS)
    if size >= PARALLEL_ELEMENTS:
        return -1
    loops = words(4)
    run = loops_of(part, loops)
    if run == 0:
        return -1
    copy = new_elements(known, word(data + DTYPE), size)
    if copy == 0:
        return 0
    start = word(data + DATA) + word(part + OFFSET) * itemsize
    target, count = word(copy + DATA), word(loops)
    for i in range(word(loops + 2 * SIZE)):
        source = start + i * word(loops + 3 * SIZE) * itemsize
        move(
            target + i * count * run * itemsize,
            run,
            source,
            word(loops + SIZE),
            count,
            run,
            itemsize,
        )
    return copy


@kernel
def _is_everything(known, x, key):
    """Whether *key* is ``:`` or ``()``, which give the array itself."""
    if word(key + CLASS) == word(known + TUPLE_CLASS):
        return word(key + COUNT) == 0
    none, number = word(known + NONE), words(1)
    if word(key + CLASS) != word(known + SLICE_CLASS) or word(key + START) != none:
        return False
    if word(key + START + SIZE) != none or word(word(x + word(known + AT_SHAPE)) + COUNT) == 0:
        return False
    step = word(key + START + 2 * SIZE)
    return step == none or (integer(known, step, number) and word(number) == 1)


@kernel
def _with_place(known, y, part):
    """*y* with the strides and the offset of a part in the place of its node; 0 with an error."""
    if y == 0:
        return 0
    axes = word(part + AXES)
    put(part + PART_STRIDES + SIZE * axes, word(part + OFFSET))
    place = tuple_of(part + PART_STRIDES, axes + 1)
    if place == 0:
        let_go(y)
        return 0
    let_go(word(known + NONE))
    put(y + word(known + AT_NODE), place)
    return y


@kernel
def getitem(known, given):
    """``x[key]``; if recorded, the node is a tuple of strides and the offset, at first."""
    x, key, none = word(given), word(given + SIZE), word(known + NONE)
    one = one_element(known, x)
    if one == 0:
        return kept(none)
    joins, recorded = word(x + word(known + AT_NODE)) == none, False
    if not joins:
        recording = is_recording(known)
        if recording < 0:
            return 0
        joins = recorded = recording == 1
    if _is_everything(known, x, key):
        return kept(x)
    part = words(PART)
    if not find(known, x, key, part):
        return kept(none)
    data = word(x + word(known + AT_DATA))
    itemsize = itemsize_of(known, word(data + DTYPE))
    if itemsize == 0:
        return kept(none)
    size = word(part + ELEMENTS)
    if run_behind(part, 0) != 0:
        view = _elements(known, data, word(part + OFFSET), size, itemsize)
        y = _view(known, x, view, _shape_of(known, x, one, part), joins)
        return _with_place(known, y, part) if recorded else y
    copy = _copied(known, x, data, itemsize, part)
    if copy == -1:
        return kept(none)
    y = array_of(known, x, copy, _shape_of(known, x, one, part), new_version(known))
    return _with_place(known, y, part) if recorded else y


@kernel
def reshape(known, given):
    """``x.reshape(shape)``, of lengths of which one may be -1; the view has no node."""
    x, codes, none = word(given), word(given + SIZE), word(known + NONE)
    if one_element(known, x) == 0 or word(codes + CLASS) != word(known + TUPLE_CLASS):
        return kept(none)
    count = word(codes + COUNT)
    if count == 1 and word(word(codes + ITEMS) + CLASS) == word(known + TUPLE_CLASS):
        codes = word(codes + ITEMS)
        count = word(codes + COUNT)
    joins = word(x + word(known + AT_NODE)) == none
    if not joins:
        recording = is_recording(known)
        if recording < 0:
            return 0
        joins = recording == 1
    data = word(x + word(known + AT_DATA))
    size = word(word(data + LENGTHS))
    if size == 0 or size >= _LARGEST or count == 0:
        return kept(none)
    number = words(1)
    product, inferred = 1, -1
    for i in range(count):
        if not integer(known, word(codes + ITEMS + SIZE * i), number):
            return kept(none)
        length = word(number)
        if length == -1 and inferred < 0:
            inferred = i
        elif length <= 0 or length > size or product > size:
            return kept(none)
        else:
            product *= length
    if inferred < 0:
        if product != size:
            return kept(none)
        return _view(known, x, kept(data), kept(codes), joins)
    if product > size or size % product != 0:
        return kept(none)
    shape = c_word("PyTuple_New", (count,))
    if shape == 0:
        return 0
    for i in range(count):
        length = word(codes + ITEMS + SIZE * i)
        if i == inferred:
            length = c_word("PyLong_FromSsize_t", (size // product,))
            if length == 0:
                let_go(shape)
                return 0
            put(shape + ITEMS + SIZE * i, length)
        else:
            put(shape + ITEMS + SIZE * i, kept(length))
    return _view(known, x, kept(data), shape, joins)


# --- writes ---------------------------------------------------------------------------------------


@kernel
def _has_shape(known, y, part):
    """Whether the shape of *y* is that of a part, or both are one element."""
    shape = word(y + word(known + AT_SHAPE))
    data = word(y + word(known + AT_DATA))
    if word(part + ELEMENTS) == 1 and word(word(data + LENGTHS)) == 1:
        return True
    axes = word(part + AXES)
    if word(shape + COUNT) != axes:
        return False
    for i in range(axes):
        length = c_word("PyLong_AsSsize_t", (word(shape + ITEMS + SIZE * i),))
        if length != word(part + PART_LENGTHS + SIZE * i):
            return False
    return True


@kernel
def _write_array(known, x, data, part, loops, run, value):
    """Write an array of the same class, dtype and shape; return whether that was done."""
    source = word(value + word(known + AT_DATA))
    if word(source + DTYPE) != word(data + DTYPE) or not _has_shape(known, value, part):
        return False
    itemsize = itemsize_of(known, word(data + DTYPE))
    start, count = word(source + DATA), word(loops)
    if count * word(loops + 2 * SIZE) != 1:  # one run may overlap another
        end = start + word(part + ELEMENTS) * itemsize
        low = word(data + DATA)
        if end > low and start < low + word(word(data + LENGTHS)) * itemsize:
            return False
    target = word(data + DATA) + word(part + OFFSET) * itemsize
    for i in range(word(loops + 2 * SIZE)):
        to = target + i * word(loops + 3 * SIZE) * itemsize
        move(to, word(loops + SIZE), start + i * count * run * itemsize, run, count, run, itemsize)
    return True


@kernel
def setitem(known, given):
    """``x[key] = value`` outside of a record; True if that was done."""
    x, key, value = word(given), word(given + SIZE), word(given + 2 * SIZE)
    none = word(known + NONE)
    if one_element(known, x) == 0:
        return kept(none)
    recording = is_recording(known)
    if recording < 0:
        return 0
    data = word(x + word(known + AT_DATA))
    if recording or half_word(data + FLAGS) & np.int32(_WRITEABLE) == 0:
        return kept(none)
    part, loops = words(PART), words(4)
    if not find(known, x, key, part) or itemsize_of(known, word(data + DTYPE)) == 0:
        return kept(none)
    run = loops_of(part, loops)
    if run == 0 or word(part + ELEMENTS) >= PARALLEL_ELEMENTS:
        return kept(none)
    if word(value + CLASS) == word(x + CLASS):
        if one_element(known, value) == 0:
            return kept(none)
        done = _write_array(known, x, data, part, loops, run, value)
    else:
        done = write_number(known, data, word(part + OFFSET), loops, run, value)
    if not done:
        return kept(none)
    now = c_word("PyObject_CallFunctionObjArgs", (word(known + NEXT_VERSION), 0))
    if now == 0 or c_int("PyList_SetItem", (word(x + word(known + AT_VERSION)), 0, now)) < 0:
        return 0
    return kept(word(known + TRUE))
