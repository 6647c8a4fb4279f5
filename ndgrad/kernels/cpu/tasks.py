"""Task lists: several kernels in one launch, for which threads are woken once.

To wake a thread takes some 5 us, as long as a small kernel runs.  So all threads are woken once and
run a table of tasks: each task's chunks are claimed by atomic counters, and a thread that finds
none left spins until the last is done.  Chunks belong to threads by number, so that a thread finds
in its cache what it wrote in the task before; a thread that has done its own takes those of others.

No thread waits for a chunk that is not claimed: if the others come late or not at all, the first
does the work of all.  Results do not depend on the number of threads.

A task may be *chained* to the one before: each of its chunks needs only the chunk of the same
number, and runs right after it, on the same thread, while what that made lies in its cache.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

from ...base import HostArray
from ..annotations import Arguments, Function, Signature
from ..build.launch import Specialization, address, chunked, driver, kernel, vector
from ..build.threads import num_threads

_FIELDS = 6  # of a task: trampoline, kernel, first word of its arguments, units, grain, chunks
_CHAINED = -1  # in the place of the chunks of a chained task
_LINE = 8  # words of a cache line
_PATIENCE = 200  # looks at what is done before a thread takes another's chunk: some 10 us
_SPINS = 2000  # some 100 us
LONGEST = 128
"""Tasks of a list at most: its counters stay in the cache."""


class Task(NamedTuple):
    """A kernel with its arguments.

    Attributes
    ----------
    entry : Specialization
    arguments : tuple
        Numbers, arrays that every call uses, and `ArrayName` for those that are given later.
    units, grain : int
    grain_alone : int
        The grain that pays where the task has a launch of its own.
    elements_per_chunk : int
        Elements of the result that a chunk fills, if chunks fill it from its beginning to its end;
        0 if not.
    chained : bool
        Whether a chunk needs of the task before only the chunk of the same number.
    """

    entry: Specialization
    arguments: Arguments
    units: int
    grain: int
    grain_alone: int
    elements_per_chunk: int = 0
    chained: bool = False

    @property
    def chunks(self) -> int:
        return -(-self.units // self.grain)


class ArrayName(str):
    """The name of a flat array among a task's arguments."""


_invoke: Function
_start: Function
_added: Function
_counter_value: Function
_pause: Function
_give_way: Function
if numba.config.DISABLE_JIT:  # tasks are called from Python: see `_Interpreted`

    def _absent(*args):
        raise NotImplementedError

    _invoke = _start = _added = _counter_value = _pause = _give_way = _absent
else:

    @intrinsic
    def _invoke(typing_context, kernel, packed, lo, hi, kinds):
        """Call a kernel whose arguments are words in memory: for an array its address and size."""
        signature = types.none(kernel, packed, lo, hi, kinds)
        of = tuple(kinds.instance_type)

        def generate(context, builder, signature, values):
            convention, word = context.call_conv, context.get_value_type(types.intp)
            given = builder.inttoptr(values[1], word.as_pointer())
            taken = 0

            def next_word():
                nonlocal taken
                taken += 1
                return builder.load(cgutils.gep(builder, given, taken - 1))

            arguments = []
            for kind in of:
                value = next_word()
                if isinstance(kind, types.Array):
                    array = make_array(kind)(context, builder)
                    item = context.get_abi_sizeof(context.get_data_type(kind.dtype))
                    size, step = next_word(), word(item)
                    populate_array(
                        array,
                        data=builder.inttoptr(value, array.data.type),
                        shape=[size],
                        strides=[step],
                        itemsize=step,
                        meminfo=None,
                    )
                    arguments.append(array._getvalue())
                else:
                    arguments.append(_from_word(context, builder, kind, value))
            kinds = (*of, types.intp, types.intp)
            kernel_type = convention.get_function_type(types.none, kinds)
            pointer = builder.inttoptr(values[0], kernel_type.as_pointer())
            status, _ = convention.call_function(
                builder, pointer, types.none, kinds, [*arguments, *values[2:4]]
            )
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return signature, generate

    def _from_word(context, builder, kind, word):
        value_type = context.get_value_type(kind)
        if isinstance(kind, types.Float):
            if kind.bitwidth < 64:
                word = builder.trunc(word, ir.IntType(kind.bitwidth))
            return builder.bitcast(word, value_type)
        return word if value_type == word.type else builder.trunc(word, value_type)

    @intrinsic
    def _start(typing_context, trampoline, kernel, packed, lo, hi):
        """Call a trampoline by its address; 0 if its kernel did not raise."""

        def generate(context, builder, signature, values):
            convention = context.call_conv
            kinds = (*signature.args[1:], types.TypeRef(types.none))
            pointer = builder.inttoptr(
                values[0], convention.get_function_type(types.none, kinds).as_pointer()
            )
            nothing = context.get_constant_null(kinds[-1])
            status, _ = convention.call_function(
                builder, pointer, types.none, kinds, [*values[1:], nothing]
            )
            return builder.zext(status.is_error, context.get_value_type(types.intp))

        return types.intp(trampoline, kernel, packed, lo, hi), generate

    def _counter(context, builder, signature, values):
        array = make_array(signature.args[0])(context, builder, values[0])
        return builder.gep(array.data, [values[1]])

    @intrinsic
    def _added(typing_context, counters, i, number):
        """Add to a counter that threads share; its value before."""

        def generate(context, builder, signature, values):
            counter = _counter(context, builder, signature, values)
            return builder.atomic_rmw("add", counter, values[2], "acq_rel")

        return types.intp(counters, i, types.intp), generate

    @intrinsic
    def _counter_value(typing_context, counters, i):
        """The value of a counter that threads share."""

        def generate(context, builder, signature, values):
            counter = _counter(context, builder, signature, values)
            return builder.load_atomic(counter, "acquire", 8)

        return types.intp(counters, i), generate

    def _calling(name: str | None, result: ir.Type) -> Function:
        """Calls a C function or an instruction without arguments, where there is one."""

        @intrinsic
        def called(typing_context):
            def generate(context, builder, signature, values):
                if name is not None:
                    form = ir.FunctionType(result, [])
                    builder.call(cgutils.get_or_insert_function(builder.module, form, name), [])
                return context.get_dummy_value()

            return types.none(), generate

        return called

    _X86 = platform.machine() in ("x86_64", "AMD64")
    _pause = _calling("llvm.x86.sse2.pause" if _X86 else None, ir.VoidType())
    _give_way = _calling("sched_yield" if os.name == "posix" else None, cgutils.int32_t)


@driver
def _trampoline(kernel, packed, lo, hi, kinds):
    """Calls kernels of one signature, given packed arguments: all trampolines are called alike."""
    _invoke(kernel, packed, lo, hi, kinds)


@kernel
def _chunk(table, packed: int, field: int, chunk: int) -> int:
    """Run a chunk of a task and of those that follow it; how many of them raised."""
    raised = 0
    while True:
        begin = chunk * table[field + 4]
        end = min(begin + table[field + 4], table[field + 3])
        arguments = packed + 8 * table[field + 2]
        raised += _start(table[field], table[field + 1], arguments, begin, end)
        field += _FIELDS
        if field == table.size or table[field + 5] != _CHAINED:
            return raised


@chunked
def _steps(table, packed, counters, threads: int, lo: int, hi: int) -> None:
    """What the threads number lo to hi - 1 of *threads* do.

    Each counter has a cache line: first a mark of failure, then one for each thread that is there,
    then for each task the chunks done and for each thread the claims of its share.
    """
    start_of_words = packed.ctypes.data
    for thread in range(lo, hi):
        counters[_LINE * (1 + thread)] = 1
        for task in range(table.size // _FIELDS):
            field = task * _FIELDS
            chunks = table[field + 5]
            if chunks == _CHAINED:
                continue
            done = _LINE * (1 + threads + task * (threads + 1))
            for turn in range(threads):
                owner = (thread + turn) % threads
                # To look at a thread's claims takes them from its cache: only when it is late.
                patience = _PATIENCE if turn and counters[_LINE * (1 + owner)] else 0
                while patience > 0 and _counter_value(counters, done) < chunks:
                    _pause()
                    patience -= 1
                claims = done + _LINE * (1 + owner)
                first = (chunks * owner + threads - 1) // threads
                last = (chunks * (owner + 1) + threads - 1) // threads
                finished = 0
                while first + _counter_value(counters, claims) < last:
                    chunk = first + _added(counters, claims, 1)
                    if chunk >= last:
                        break
                    if _chunk(table, start_of_words, field, chunk) != 0:
                        counters[0] = 1
                    finished += 1
                if finished:
                    _added(counters, done, finished)
                if _counter_value(counters, done) == chunks:
                    break
            spins = 0
            while _counter_value(counters, done) < chunks:
                spins += 1
                if spins < _SPINS:
                    _pause()
                else:  # there are more threads than cores, and the one that works may need this
                    _give_way()


@chunked
def _rounds(table, packed, width: int, failed, lo: int, hi: int) -> None:
    """Run all tasks again and again on one thread, each time with other *width* words."""
    for i in range(lo, hi):
        words = packed.ctypes.data + 8 * width * i
        for task in range(table.size // _FIELDS):
            field = task * _FIELDS
            for chunk in range(table[field + 5]):  # none of what is chained
                if _chunk(table, words, field, chunk) != 0:
                    failed[0] = 1


class TaskList:
    """Steps that one launch runs in order, over arrays that are given when it is prepared or run.

    Parameters
    ----------
    tasks : sequence of Task
    kept : str
        First letters of the names of arrays that stay where they are.

    Attributes
    ----------
    kept, given : tuple of ArrayName
        The arrays to be given when it is prepared, and when it is run, in the order in which the
        tasks name them first.
    """

    def __init__(self, tasks: Sequence[Task], kept: str = "") -> None:
        self.tasks = _without_needless_waits(tasks)
        named = (x for task in self.tasks for x in task.arguments if isinstance(x, ArrayName))
        names = tuple(dict.fromkeys(named))
        self.kept = tuple(x for x in names if x[0] in kept)
        self.given = tuple(x for x in names if x[0] not in kept)
        self.packed: list[int] = []  # the arguments of all tasks
        self.places: dict[ArrayName, list[int]] = {}  # first packed of the arguments that it is
        self.table: list[int] = []
        if not numba.config.DISABLE_JIT:
            self._lay_out()

    def _lay_out(self) -> None:
        for i, task in enumerate(self.tasks):
            entry, chunks = task.entry, _CHAINED if i and task.chained else task.chunks
            work = (task.units, task.grain, chunks)
            self.table += (_trampoline_of(entry), entry.address, len(self.packed), *work)
            for kind, x in zip(_kinds(entry), task.arguments, strict=True):
                self._put(kind, x)

    def _put(self, kind: types.Type, x: ArrayName | HostArray | float) -> None:
        if isinstance(x, ArrayName):
            self.places.setdefault(x, []).append(len(self.packed))
            self.packed += (0, 0)
        elif isinstance(x, np.ndarray):
            self.packed += _address_and_size(x)
        elif isinstance(kind, types.Float):
            bits = np.dtype(kind.name).type(x).view(f"int{kind.bitwidth}")
            self.packed.append(int(bits))
        else:
            self.packed.append(int(x))

    def prepared(self, kept: Mapping[ArrayName, HostArray]) -> Callable[..., None]:
        """What runs the tasks; not to be called while it runs.

        It is called with the arrays of `given`.
        """
        made = _Interpreted if numba.config.DISABLE_JIT else _Prepared
        return made(self, kept)


def _without_needless_waits(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Tasks of which those of a single chunk behind each other are done by one thread."""
    chunks = [task.chunks for task in tasks]
    return tuple(
        task._replace(chained=task.chained or (i > 0 and chunks[i - 1] == chunks[i] == 1))
        for i, task in enumerate(tasks)
    )


class _Prepared:
    """A table of tasks, the arguments and the counters that go with it."""

    def __init__(self, task_list: TaskList, kept: Mapping[ArrayName, HostArray]) -> None:
        self.task_list, self.kept = task_list, kept  # memory is known by its address alone below
        self.table = np.array(task_list.table, np.int64)
        self.packed = np.array(task_list.packed, np.int64)
        for name in task_list.kept:
            for place in task_list.places[name]:
                self.packed[place : place + 2] = _address_and_size(kept[name])
        self.places = [np.array(task_list.places[name]) for name in task_list.given]
        self.width = max(task.chunks for task in task_list.tasks)
        self.counters, self.threads = np.zeros(0, np.int64), 0

    def __call__(self, *arrays: HostArray) -> None:
        packed, counters, tasks = self.packed, self.counters, len(self.task_list.tasks)
        threads = min(num_threads(), self.width)
        if threads != self.threads:
            self.threads = threads
            counters = self.counters = np.zeros(_LINE * (1 + tasks) * (1 + threads), np.int64)
            for places, x in zip(self.places, arrays, strict=True):
                packed[places + 1] = x.size  # which is the same for every call
        else:
            counters.fill(0)
        for places, x in zip(self.places, arrays, strict=True):
            packed[places] = x.__array_interface__["data"][0]
        entry = _entry()
        if threads == 1:
            entry.serial(self.table, packed, counters, threads, 0, 1)
        else:
            entry.parallel(self.table, packed, counters, threads, threads, 1)
        if counters[0]:
            raise RuntimeError("a kernel of a compiled program raised an error")

    def run_rounds(self, sizes: HostArray, addresses: HostArray) -> None:
        """Run the tasks for each row of *addresses*, which says where the arrays begin.

        Columns, and *sizes* of the arrays, are in the order of `TaskList.given`.
        """
        words = np.concatenate([*self.places, np.zeros(0, np.intp)])
        columns = np.repeat(np.arange(len(self.places)), [len(x) for x in self.places])
        self.packed[words + 1] = sizes[columns]
        packed = np.empty((len(addresses), len(self.packed)), np.int64)
        packed[:] = self.packed
        packed[:, words] = addresses[:, columns]
        threads = min(num_threads(), self.width)
        if threads == 1:
            failed = np.zeros(1, np.int64)
            _rounds_entry().serial(
                self.table, packed.reshape(-1), packed.shape[1], failed, 0, len(packed)
            )
        else:
            lines = _LINE * (1 + len(self.task_list.tasks)) * (1 + threads)
            failed = np.zeros(lines, np.int64)
            for words in packed:
                failed[1:] = 0
                _entry().parallel(self.table, words, failed, threads, threads, 1)
        if failed[0]:
            raise RuntimeError("a kernel of a compiled program raised an error")


class _Interpreted:
    """The same with the JIT off: one task after the other, and the last chunks first.

    So a task shows that is chained to another one without that being right.
    """

    def __init__(self, task_list: TaskList, kept: Mapping[ArrayName, HostArray]) -> None:
        self.task_list, self.kept = task_list, dict(kept)

    def __call__(self, *arrays: HostArray) -> None:
        known = self.kept | dict(zip(self.task_list.given, arrays, strict=True))
        tasks = list(self.task_list.tasks)
        while tasks:
            together = [tasks.pop(0)]
            while tasks and tasks[0].chained:
                together.append(tasks.pop(0))
            for chunk in reversed(range(together[0].chunks)):
                for task in together:
                    values = (known[x] if isinstance(x, ArrayName) else x for x in task.arguments)
                    begin = chunk * task.grain
                    task.entry.serial(*values, begin, min(begin + task.grain, task.units))


def _address_and_size(x: HostArray) -> tuple[int, int]:
    return x.__array_interface__["data"][0], x.size


def _kinds(entry: Specialization) -> Signature:
    """Types of a kernel's arguments, without lo, hi."""
    return entry.signature[:-2]


@cache  # by the entry itself: to compare types takes long
def _trampoline_of(entry: Specialization) -> int:
    kinds = types.TypeRef(types.Tuple(_kinds(entry)))
    found: int = address(_trampoline, (*(types.intp,) * 4, kinds))
    return found


@cache
def _rounds_entry() -> Specialization:
    integers = vector(np.dtype("int64"))
    return Specialization(_rounds, (integers, integers, types.intp, integers, *(types.intp,) * 2))


@cache
def _entry() -> Specialization:
    integers = vector(np.dtype("int64"))
    return Specialization(_steps, (integers, integers, integers, *(types.intp,) * 3))
