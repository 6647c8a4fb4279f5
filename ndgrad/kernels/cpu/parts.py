"""What a key without arrays means of an array: which elements, and how to go through them.

These functions are compiled into those of `ndgrad.kernels.cpu.views`.  An object is the word of its
address; what a program knows of classes and of where attributes are lies in words at *known*.
"""

from __future__ import annotations

from numpy import float32, int32

from ..build.launch import kernel
from .calling import CLASS, DATA, ITEMS, SIZE
from .words import c_double, c_int, c_word, half_word, put, word, words

COUNT = object.__basicsize__  # where in a list or a tuple the number of its items is
START = object.__basicsize__  # where in a slice its start is, before stop and step
DTYPE, FLAGS = DATA + 5 * SIZE, DATA + 6 * SIZE  # of `PyArrayObject_fields`
MOST_AXES = 8
_OUTER = 2  # axes of a copy around what lies in one run
MOST_DTYPES = 12
DTYPE_WORDS = 4
FLOAT32, FLOAT64, INT32, INT64 = range(4)  # among the known dtypes
_EXACT = 1 << 53  # ints up to it are floats
_OF_INT32 = 1 << 31

# The words that a function is bound to; behind them of each dtype itself, the size of an element,
# the class of NumPy's scalars, and the name.
NAMES = (
    "NONE ELLIPSIS TRUE INT_CLASS FLOAT_CLASS SLICE_CLASS TUPLE_CLASS ARRAY_CLASS"
    " NEW_ARRAY SET_BASE ACTIVE STATE RECORDING NEXT_VERSION WITHOUT_DEAD ZERO"
    " AT_DATA AT_SHAPE AT_CTX AT_VERSION AT_NODE AT_ALIASES"
    " FIRST_CLASS FIRST_ONE SECOND_CLASS SECOND_ONE CONTEXT_CLASS KIND GPU_KIND"
).split()
(
    NONE, ELLIPSIS, TRUE, INT_CLASS, FLOAT_CLASS, SLICE_CLASS, TUPLE_CLASS, ARRAY_CLASS,
    NEW_ARRAY, SET_BASE, ACTIVE, STATE, RECORDING, NEXT_VERSION, WITHOUT_DEAD, ZERO,
    AT_DATA, AT_SHAPE, AT_CTX, AT_VERSION, AT_NODE, AT_ALIASES,
    FIRST_CLASS, FIRST_ONE, SECOND_CLASS, SECOND_ONE, CONTEXT_CLASS, KIND, GPU_KIND,
) = range(0, SIZE * len(NAMES), SIZE)  # fmt: skip
DTYPES_AT = SIZE * len(NAMES)

# What is found out about a part of an array: words, then the lengths and the strides of its axes.
OFFSET, ELEMENTS, AXES, LEADING, PART_LENGTHS = range(0, 5 * SIZE, SIZE)
PART_STRIDES = PART_LENGTHS + MOST_AXES * SIZE
PART = (PART_STRIDES + (MOST_AXES + 1) * SIZE) // SIZE


@kernel
def kept(x):
    """*x* with a reference more."""
    c_word("Py_IncRef", (x,))
    return x


@kernel
def let_go(x):
    c_word("Py_DecRef", (x,))


@kernel
def one_element(known, x):
    """The shape of one element of *x*; 0 for an object of another class, or one unfinished."""
    kind = word(x + CLASS)
    one = 0
    if kind == word(known + FIRST_CLASS):
        one = word(known + FIRST_ONE)
    elif kind == word(known + SECOND_CLASS):
        one = word(known + SECOND_ONE)
    if one == 0 or word(word(known + ACTIVE) + COUNT) != 0:
        return 0
    data = word(x + word(known + AT_DATA))
    if data == 0 or word(data + CLASS) != word(known + ARRAY_CLASS):
        return 0
    if word(x + word(known + AT_CTX)) == 0 or word(x + word(known + AT_VERSION)) == 0:
        return 0
    if word(x + word(known + AT_SHAPE)) == 0 or word(x + word(known + AT_NODE)) == 0:
        return 0
    return one


@kernel
def is_recording(known):
    """1 or 0; -1 for an error."""
    found = c_word("PyObject_GetAttr", (word(known + STATE), word(known + RECORDING)))
    if found == 0:
        return -1
    answer = 1 if found == word(known + TRUE) else 0
    let_go(found)
    return answer


@kernel
def integer(known, x, at):
    """Put the value of an int at an address; return whether *x* is one that a word holds."""
    if word(x + CLASS) != word(known + INT_CLASS):
        return False
    value = c_word("PyLong_AsSsize_t", (x,))
    if value == -1 and c_word("PyErr_Occurred", ()) != 0:
        c_word("PyErr_Clear", ())
        return False
    put(at, value)
    return True


@kernel
def _is_bound(known, x):
    """Whether a slice may have *x*: None or an int."""
    return x == word(known + NONE) or word(x + CLASS) == word(known + INT_CLASS)


@kernel
def _add_axis(part, length, stride):
    axes = word(part + AXES)
    put(part + PART_LENGTHS + SIZE * axes, length)
    put(part + PART_STRIDES + SIZE * axes, stride)
    put(part + AXES, axes + 1)
    put(part + ELEMENTS, word(part + ELEMENTS) * length)


@kernel
def find(known, x, key, part):
    """Put what *key* means of *x* into *part*; return whether that is some elements."""
    shape = word(x + word(known + AT_SHAPE))
    count = word(shape + COUNT)
    if count == 0 or count > MOST_AXES:
        return False
    lengths, steps, single, numbers = words(8), words(8), words(1), words(3)
    step = 1
    for i in range(count):
        axis = count - 1 - i
        length = c_word("PyLong_AsSsize_t", (word(shape + ITEMS + SIZE * axis),))
        put(lengths + SIZE * axis, length)
        put(steps + SIZE * axis, step)
        step *= length
    if step <= 0:
        return False
    items, given = single, 1
    put(single, key)
    if word(key + CLASS) == word(known + TUPLE_CLASS):
        items, given = key + ITEMS, word(key + COUNT)
        if given > MOST_AXES:
            return False
    used, dots, added = 0, 0, 0
    for i in range(given):
        item = word(items + SIZE * i)
        kind = word(item + CLASS)
        if kind == word(known + INT_CLASS) or kind == word(known + SLICE_CLASS):
            used += 1
        elif item == word(known + NONE):
            added += 1
        elif item == word(known + ELLIPSIS):
            dots += 1
        else:
            return False
    if used > count or dots > 1 or count + added > MOST_AXES:
        return False
    put(part + OFFSET, 0)
    put(part + ELEMENTS, 1)
    put(part + AXES, 0)
    axis, offset, leading = 0, 0, given
    for i in range(given):
        item = word(items + SIZE * i)
        kind = word(item + CLASS)
        if kind == word(known + INT_CLASS):
            if not integer(known, item, numbers):
                return False
            at, length = word(numbers), word(lengths + SIZE * axis)
            if at < 0:
                at += length
            if at < 0 or at >= length:
                return False
            offset += at * word(steps + SIZE * axis)
            axis += 1
        elif kind == word(known + SLICE_CLASS):
            leading = -1
            start, stop, by = numbers, numbers + SIZE, numbers + 2 * SIZE
            for j in range(3):
                if not _is_bound(known, word(item + START + SIZE * j)):
                    return False
            if c_int("PySlice_Unpack", (item, start, stop, by)) < 0:
                c_word("PyErr_Clear", ())
                return False
            length, stride = word(lengths + SIZE * axis), word(steps + SIZE * axis)
            found = c_word("PySlice_AdjustIndices", (length, start, stop, word(by)))
            if found == 0:
                return False
            offset += word(start) * stride
            _add_axis(part, found, word(by) * stride)
            axis += 1
        elif item == word(known + NONE):
            leading = -1
            _add_axis(part, 1, 0)
        else:
            leading = -1
            for _ in range(count - used):
                _add_axis(part, word(lengths + SIZE * axis), word(steps + SIZE * axis))
                axis += 1
    while axis < count:
        _add_axis(part, word(lengths + SIZE * axis), word(steps + SIZE * axis))
        axis += 1
    put(part + OFFSET, offset)
    put(part + LEADING, leading)
    return True


@kernel
def run_behind(part, axis):
    """How many elements axes of *part* from *axis* on are, if these are one run; else 0."""
    run = 1
    for i in range(word(part + AXES) - axis):
        at = SIZE * (word(part + AXES) - 1 - i)
        length = word(part + PART_LENGTHS + at)
        if length != 1 and word(part + PART_STRIDES + at) != run:
            return 0
        run *= length
    return run


@kernel
def loops_of(part, loops):
    """Put two axes around the runs of *part* into *loops*, with their strides; return the run.

    It is 0 where there are more axes around.
    """
    axes = word(part + AXES)
    inner = axes
    while inner > 0 and run_behind(part, inner - 1) != 0:
        inner -= 1
    put(loops, 1)
    put(loops + SIZE, 0)
    put(loops + 2 * SIZE, 1)
    put(loops + 3 * SIZE, 0)
    around = 0
    for i in range(inner):
        axis = SIZE * (inner - 1 - i)
        length = word(part + PART_LENGTHS + axis)
        if length == 1:
            continue
        if around == _OUTER:
            return 0
        put(loops + 2 * SIZE * around, length)
        put(loops + 2 * SIZE * around + SIZE, word(part + PART_STRIDES + axis))
        around += 1
    return run_behind(part, inner)


@kernel
def itemsize_of(known, dtype):
    """The size of an element; 0 for an unknown dtype."""
    for i in range(MOST_DTYPES):
        if word(known + DTYPES_AT + DTYPE_WORDS * SIZE * i) == dtype:
            return word(known + DTYPES_AT + DTYPE_WORDS * SIZE * i + SIZE)
    return 0


@kernel
def move(target, target_step, source, source_step, count, run, itemsize):
    """Copy *count* runs; steps and runs are in elements."""
    if run == 1 and itemsize == 4:
        for i in range(count):
            put(target + 4 * i * target_step, half_word(source + 4 * i * source_step))
    elif run == 1 and itemsize == 8:
        for i in range(count):
            put(target + 8 * i * target_step, word(source + 8 * i * source_step))
    else:
        for i in range(count):
            to, start = target + i * target_step * itemsize, source + i * source_step * itemsize
            c_word("memmove", (to, start, run * itemsize))


@kernel
def fill(start, itemsize, loops, run, value):
    """Write a number, of the type of the elements, to each element of a part."""
    if run == 1:
        for i in range(word(loops + 2 * SIZE)):
            row = start + i * word(loops + 3 * SIZE) * itemsize
            for j in range(word(loops)):
                put(row + j * word(loops + SIZE) * itemsize, value)
        return
    done = min(run, 16)
    for i in range(done):
        put(start + i * itemsize, value)
    while done < run:
        more = min(done, run - done)
        c_word("memcpy", (start + done * itemsize, start, more * itemsize))
        done += more
    for i in range(word(loops + 2 * SIZE)):
        for j in range(word(loops)):
            if i + j > 0:
                at = start + (i * word(loops + 3 * SIZE) + j * word(loops + SIZE)) * itemsize
                c_word("memcpy", (at, start, run * itemsize))


@kernel
def write_number(known, data, offset, loops, run, value):
    """Write an int or a float to runs of a NumPy array; return whether that was done."""
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
    if dtype == word(known + DTYPES_AT + FLOAT32 * DTYPE_WORDS * SIZE):
        fill(start + 4 * offset, 4, loops, run, float32(real))
    elif dtype == word(known + DTYPES_AT + FLOAT64 * DTYPE_WORDS * SIZE):
        fill(start + 8 * offset, 8, loops, run, real)
    elif not is_int:
        return False
    elif dtype == word(known + DTYPES_AT + INT32 * DTYPE_WORDS * SIZE):
        if not -_OF_INT32 <= word(number) < _OF_INT32:
            return False
        fill(start + 4 * offset, 4, loops, run, int32(word(number)))
    elif dtype == word(known + DTYPES_AT + INT64 * DTYPE_WORDS * SIZE):
        fill(start + 8 * offset, 8, loops, run, word(number))
    else:
        return False
    return True


@kernel
def tuple_of(numbers, count):
    """A new tuple of the ints in words; 0 with an error."""
    made = c_word("PyTuple_New", (count,))
    if made == 0:
        return 0
    for i in range(count):
        number = c_word("PyLong_FromSsize_t", (word(numbers + SIZE * i),))
        if number == 0:
            let_go(made)
            return 0
        put(made + ITEMS + SIZE * i, number)
    return made


@kernel
def new_elements(known, dtype, size):
    """A new, flat NumPy array; 0 with an error."""
    length = words(1)
    put(length, size)
    arguments = word(known + ARRAY_CLASS), kept(dtype), int32(1), length, 0, 0, int32(0), 0
    return c_word(word(known + NEW_ARRAY), arguments)


@kernel
def new_version(known):
    """The version counter of new memory; 0 with an error."""
    version = c_word("PyList_New", (1,))
    if version != 0:
        c_int("PyList_SetItem", (version, 0, kept(word(known + ZERO))))
    return version


@kernel
def array_in(known, kind, ctx, data, shape, version):
    """An array of a class in a context; it takes over the other three references."""
    y = 0
    if data != 0 and shape != 0 and version != 0:
        y = c_word("PyType_GenericAlloc", (kind, 0))
    if y == 0:
        for made in (data, shape, version):
            if made != 0:
                let_go(made)
        return 0
    put(y + word(known + AT_DATA), data)
    put(y + word(known + AT_SHAPE), shape)
    put(y + word(known + AT_VERSION), version)
    put(y + word(known + AT_CTX), kept(ctx))
    put(y + word(known + AT_NODE), kept(word(known + NONE)))
    return y


@kernel
def array_of(known, x, data, shape, version):
    """An array of the class and the context of *x*; it takes over the other references."""
    kind, ctx = word(x + CLASS), word(x + word(known + AT_CTX))
    return array_in(known, kind, ctx, data, shape, version)
