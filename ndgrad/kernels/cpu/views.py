"""C functions for square brackets without arrays, and for reshape, on small arrays of the host.

What Python does to find the elements that a key means, and to make a view, takes ten times as long
as the view itself.  Keys of ints, slices, None and ``...`` are done here; for whatever else, for
bad keys, and while anything is recorded or traced, a function returns None, and Python does it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.base import BaseContext
from numba.core.typing.context import BaseContext as BaseTypingContext
from numba.extending import intrinsic

from ...base import DTYPES, Shape
from ..annotations import SmallCall, ViewSlots
from ..build.launch import PARALLEL_ELEMENTS, kernel
from .calling import (
    BYTES,
    CLASS,
    DATA,
    ITEMS,
    LENGTHS,
    POINTER,
    SIZE,
    WORD,
    bound_function,
    numpy_function,
    numpy_interface,
)
from .parts import (
    ARRAY_CLASS,
    AT_ALIASES,
    AT_CTX,
    AT_DATA,
    AT_NODE,
    AT_SHAPE,
    AT_VERSION,
    AXES,
    COUNT,
    DTYPE,
    DTYPES_AT,
    ELEMENTS,
    FLAGS,
    FLOAT_CLASS,
    LEADING,
    MOST_DTYPES,
    NAMES,
    NEW_ARRAY,
    NEXT_VERSION,
    NONE,
    OFFSET,
    PART,
    PART_LENGTHS,
    SET_BASE,
    SLICE_CLASS,
    START,
    TRUE,
    TUPLE_CLASS,
    WITHOUT_DEAD,
    ZERO,
    find,
    integer,
    is_recording,
    itemsize_of,
    kept,
    let_go,
    loops_of,
    move,
    one_element,
    run_behind,
)
from .words import c_double, c_int, c_word, half_word, put, word, words

_KEPT = 0x500  # the flags that a view shares: ``NPY_ARRAY_WRITEABLE``, ``NPY_ARRAY_ALIGNED``
_WRITEABLE = 0x400
_REFERENT = object.__basicsize__  # where in a weak reference that is; None when it is gone
_MANY = 64  # aliases from which those that are gone are thrown away
_SET_BASE_OBJECT = 282  # in the table of NumPy's binary interface
_LARGEST = 1 << 31  # elements, whose square fits into a word
_EXACT = 1 << 53  # ints up to it are floats


@kernel
def _shape_of(known, x, one, part):
    """A new reference to the shape of a part of *x*."""
    axes, leading = word(part + AXES), word(part + LEADING)
    if axes == 0:
        return kept(one)
    if leading >= 0:
        shape = word(x + word(known + AT_SHAPE))
        return c_word("PyTuple_GetSlice", (shape, leading, leading + axes))
    shape = c_word("PyTuple_New", (axes,))
    if shape == 0:
        return 0
    for i in range(axes):
        length = c_word("PyLong_FromSsize_t", (word(part + PART_LENGTHS + SIZE * i),))
        if length == 0:
            let_go(shape)
            return 0
        put(shape + ITEMS + SIZE * i, length)
    return shape


@kernel
def _array(known, x, data, shape, version):
    """An array of the class and the context of *x*; it takes over the other references."""
    y = 0
    if data != 0 and shape != 0 and version != 0:
        y = c_word("PyType_GenericAlloc", (word(x + CLASS), 0))
    if y == 0:
        for made in (data, shape, version):
            if made != 0:
                let_go(made)
        return 0
    put(y + word(known + AT_DATA), data)
    put(y + word(known + AT_SHAPE), shape)
    put(y + word(known + AT_VERSION), version)
    put(y + word(known + AT_CTX), kept(word(x + word(known + AT_CTX))))
    put(y + word(known + AT_NODE), kept(word(known + NONE)))
    return y


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
    view = _array(known, x, data, shape, kept(version))
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
    loops, length = words(4), words(1)
    run = loops_of(part, loops)
    if run == 0:
        return -1
    put(length, size)
    dtype = kept(word(data + DTYPE))
    arguments = word(known + ARRAY_CLASS), dtype, np.int32(1), length, 0, 0, np.int32(0), 0
    copy = c_word(word(known + NEW_ARRAY), arguments)
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
def _getitem(known, given):
    """``x[key]``."""
    x, key, none = word(given), word(given + SIZE), word(known + NONE)
    one = one_element(known, x)
    if one == 0:
        return kept(none)
    joins = word(x + word(known + AT_NODE)) == none
    if not joins:
        recording = is_recording(known)
        if recording < 0:
            return 0
        if recording:
            return kept(none)
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
        return _view(known, x, view, _shape_of(known, x, one, part), joins)
    copy = _copied(known, x, data, itemsize, part)
    if copy == -1:
        return kept(none)
    version = c_word("PyList_New", (1,))
    if version != 0:
        c_int("PyList_SetItem", (version, 0, kept(word(known + ZERO))))
    return _array(known, x, copy, _shape_of(known, x, one, part), version)


@kernel
def _reshape(known, given):
    """``x.reshape(shape)``, of lengths of which one may be -1."""
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
        if recording:
            return kept(none)
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
def _fill(start, itemsize, loops, run, value):
    """Write a number, of the type of the elements, to each element of a part."""
    for i in range(word(loops + 2 * SIZE)):
        for j in range(word(loops)):
            at = start + (i * word(loops + 3 * SIZE) + j * word(loops + SIZE)) * itemsize
            for k in range(run):
                put(at + k * itemsize, value)


@kernel
def _write_number(known, data, part, loops, run, value):
    """Write an int or a float; return whether that was done."""
    number, real = words(1), 0.0
    is_int = integer(known, value, number)
    if is_int:
        if not -_EXACT < word(number) < _EXACT:
            return False
        real = float(word(number))
    elif word(value + CLASS) == word(known + FLOAT_CLASS):
        real = c_double("PyFloat_AsDouble", (value,))
    else:
        return False
    dtype = word(data + DTYPE)
    start = word(data + DATA)
    if dtype == word(known + DTYPES_AT):
        _fill(start + 4 * word(part + OFFSET), 4, loops, run, np.float32(real))
    elif dtype == word(known + DTYPES_AT + 2 * SIZE):
        _fill(start + 8 * word(part + OFFSET), 8, loops, run, real)
    elif not is_int:
        return False
    elif dtype == word(known + DTYPES_AT + 4 * SIZE):
        if not -_LARGEST <= word(number) < _LARGEST:
            return False
        _fill(start + 4 * word(part + OFFSET), 4, loops, run, np.int32(word(number)))
    elif dtype == word(known + DTYPES_AT + 6 * SIZE):
        _fill(start + 8 * word(part + OFFSET), 8, loops, run, word(number))
    else:
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
def _setitem(known, given):
    """``x[key] = value`` outside of a record; True if that was done."""
    x, key, value, none = (
        word(given),
        word(given + SIZE),
        word(given + 2 * SIZE),
        word(known + NONE),
    )
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
        done = _write_number(known, data, part, loops, run, value)
    if not done:
        return kept(none)
    now = c_word("PyObject_CallFunctionObjArgs", (word(known + NEXT_VERSION), 0))
    if now == 0 or c_int("PyList_SetItem", (word(x + word(known + AT_VERSION)), 0, now)) < 0:
        return 0
    return kept(word(known + TRUE))


# --- for Python -----------------------------------------------------------------------------------

_FUNCTIONS = {"getitem": (_getitem, 2), "setitem": (_setitem, 3), "reshape": (_reshape, 2)}


@intrinsic(prefer_literal=True)
def view_function(typing_context: BaseTypingContext, name: types.Type):
    """The address of one of these C functions."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        inner, count = _FUNCTIONS[name.literal_value]
        form = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), WORD])
        called = builder.module.get_unique_name(f"{builder.function.name}.called")
        function = ir.Function(builder.module, form, called)
        function.linkage = "internal"
        body = ir.IRBuilder(function.append_basic_block("entry"))
        me, given, number = function.args
        wrong = body.icmp_signed("!=", number, WORD(count))
        with body.if_then(wrong, likely=False):
            python = context.get_python_api(body)
            python.err_set_string("PyExc_TypeError", f"{name.literal_value} takes {count} operands")
            body.ret(ir.Constant(POINTER, None))
        at = body.bitcast(body.gep(me, [WORD(ITEMS)]), POINTER.as_pointer())
        known = body.gep(body.load(at), [WORD(BYTES)])
        arguments = [body.ptrtoint(x, WORD) for x in (known, given)]

        def call(known, given):
            return inner(known, given)

        kinds = types.intp(types.intp, types.intp)
        code = context.compile_subroutine(body, call, kinds)
        _, made = context.call_internal_no_propagate(body, code.fndesc, kinds, arguments)
        body.ret(body.inttoptr(made, POINTER))
        return builder.ptrtoint(function, WORD)

    return types.intp(name), generate


def bound_to_views(
    name: str,
    slots: ViewSlots,
    classes: Sequence[tuple[type, Shape]],
    active: Sequence[object],
    state: object,
    next_version: Callable[[], int],
    without_dead: Callable[..., None],
) -> SmallCall:
    """A function that reads, writes or reshapes small arrays; None if that is for Python.

    Parameters
    ----------
    name : {'getitem', 'setitem', 'reshape'}
        Called with an array and a key; with a value behind; or with an array and a tuple of ints,
        or of one such tuple.
    slots : ViewSlots
    classes : sequence of tuple
        Two at most: a class of arrays and the shape of one element.
    active : list
        Is empty while nothing is traced.
    state : object
        Has an attribute ``recording``.
    next_version : callable
        The logical clock.
    without_dead : callable
        Takes aliases that are gone out of a list.
    """
    if numba.config.DISABLE_JIT:
        return lambda *operands: None
    array_class, new_array = numpy_interface()
    held: list[object] = [None, ..., True, int, float, slice, tuple]
    later = [active, state, "recording", next_version, without_dead, 0]
    known = [
        *map(id, held),
        array_class,
        new_array,
        numpy_function(_SET_BASE_OBJECT),
        *map(id, later),
        *slots,
    ]
    pairs = [*classes][:2]
    known += [id(one) for pair in pairs for one in pair] + [0] * (4 - 2 * len(pairs))
    dtypes = [np.dtype(x) for x in ("float32", "float64", "int32", "int64")]
    dtypes += [x for x in DTYPES if x not in dtypes]
    assert len(known) == len(NAMES) and len(dtypes) <= MOST_DTYPES
    for dtype in dtypes:
        known += [id(dtype), dtype.itemsize]
    known += [0, 0] * (MOST_DTYPES - len(dtypes))
    packed = struct.pack(f"{len(known)}q", *known)
    return bound_function("view_function", name, packed, (held, later, dtypes, pairs))
