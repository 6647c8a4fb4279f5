"""Alias analysis while a function is traced: which value each buffer holds now.

Arrays that share memory are one alias set, known by the array that owns the memory.  Its state is
the value that the memory holds; a write gives it another one.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence

import numpy as np

from ...base import Shape, is_floating
from ...memory.device import BUFFERS, Buffer, Device, address, copy, device_of
from ...tape import Array, Version
from ..program.instructions import (
    CustomCall,
    Instruction,
    Part,
    RowStridedView,
    Source,
    StridedCopy,
    Update,
    Value,
    View,
    is_external,
    root,
)
from .emit import Emitter

LazyFill = Buffer | int | None


def root_of(buffer: Buffer) -> Buffer:
    """The array that owns the memory of *buffer*."""
    while isinstance(buffer.base, BUFFERS):
        buffer = buffer.base
    return buffer


class BufferState:
    """The state of an alias set: what its memory holds now.

    Attributes
    ----------
    value : Value
        All its elements.
    made : bool or None
        Whether it came into being while tracing; None while that is not known.
    source : Value or None
        What it held before, if it existed before.
    arrays : list
        Arrays through which it was written to.
    lazy_fill : array, number or None
        Lazy fill: what its memory is to be filled with before an operator reads it.  Pages that
        are never touched take no memory.
    """

    __slots__ = ("address", "arrays", "lazy_fill", "made", "source", "value")

    def __init__(self, root: Buffer, value: Value, made: bool | None) -> None:
        self.address = address(root)
        self.value = value
        self.made = made
        self.source: Value | None = None
        self.arrays: list[Array] = []
        self.lazy_fill: LazyFill = None

    def offset(self, root: Buffer, buffer: Buffer) -> int:
        """Where *buffer*, of the memory that *root* owns, begins in the alias set."""
        if buffer is root:
            return 0
        return (address(buffer) - self.address) // max(1, buffer.dtype.itemsize)


class AliasSets:
    """The alias sets of the buffers that a function touches, and the value that each holds.

    Attributes
    ----------
    emitter : Emitter
        Gets the instructions that reading and writing parts of buffers take.
    outer : AliasSets or None
        Those of the function around one that is traced by itself.
    """

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.outer: AliasSets | None = None
        self._states: dict[int, BufferState] = {}
        self._kept: list[Buffer] = []
        self._versions: dict[int, tuple[Version, Version]] = {}
        self._arrays: dict[int, weakref.ref[Array]] = {}
        self._devices: dict[Value, Device | None] = {}

    def _new_state(
        self, root: Buffer, value: Value, made: bool | None, keep: bool = False
    ) -> BufferState:
        state = self._states[id(root)] = BufferState(root, value, made)
        if keep:
            self._kept.append(root)
        else:
            # Memory may be used again once it is free, and the state must not outlive it.
            weakref.finalize(root, self._states.pop, id(root), None)
        return state

    def _source(self, buffer: Buffer, kind: str, index: int = 0, keep: bool = True) -> BufferState:
        """The state of memory that is seen for the first time."""
        root = root_of(buffer)
        if not root.flags.c_contiguous or root.dtype != buffer.dtype:
            root = buffer
        source = Source(kind=kind, index=index, data=root.reshape(-1) if keep else None)
        value = source.make(((root.size,), root.dtype))
        self._devices[value] = device_of(root)
        state = self._new_state(root, value, kind == "constant", keep=True)
        state.source = value if kind != "constant" else None
        return state

    def state(self, buffer: Buffer) -> BufferState | None:
        """The state of the memory that *buffer* lies in, if it was seen before."""
        return self._states.get(id(root_of(buffer))) or self._states.get(id(buffer))

    def argument(
        self, buffer: Buffer, index: int, kind: str = "argument", lazy_fill: LazyFill = None
    ) -> Value:
        """Let *buffer* be an argument, whose elements are *lazy_fill* once they are read."""
        state = self._source(buffer, kind, index, keep=False)
        state.lazy_fill = lazy_fill
        return state.value

    def part(self, array: Array, part: Part, dynamic: bool) -> None:
        """Let *array* stand for a part of a sparse array."""
        root = array._data
        value = part.make((array._shape, root.dtype))
        value.dynamic = dynamic
        self._devices[value] = device_of(root)
        self._new_state(root, value, False).source = value

    def add_made(self, array: Array) -> None:
        """Note that an array object came into being while tracing."""
        self._arrays[id(array)] = weakref.ref(array)

    def keep_version(self, array: Array) -> None:
        """Put the version counter of an array back when the trace ends."""
        self._versions.setdefault(id(array._version), (array._version, [*array._version]))

    def materialise(self, buffer: Buffer) -> None:
        """Give memory that stands for a value some elements."""
        root = root_of(buffer)
        state = self.state(buffer)
        if self.outer is not None and (state is None or state.source is not None):
            self.outer.materialise(buffer)
        if state is not None and state.lazy_fill is not None:
            if isinstance(state.lazy_fill, int):
                root.fill(state.lazy_fill)
            elif isinstance(state.lazy_fill, np.ndarray) and isinstance(root, np.ndarray):
                np.copyto(root, state.lazy_fill)
            else:
                copy(state.lazy_fill, root)
            state.lazy_fill = None

    def created(self, array: Array, view: bool) -> None:
        """An array object was made; what it holds, if it is no view, was made here as well."""
        self._arrays[id(array)] = weakref.ref(array)
        if view:
            return
        root = root_of(array._data)
        state = self._states.get(id(root))
        if state is None:
            self._source(array._data, "constant")
        elif state.made is None:
            state.made = True

    def made(self, array: Array) -> bool:
        """Whether an array object came into being while tracing."""
        found = self._arrays.get(id(array))
        return found is not None and found() is array

    def arrays(self) -> Iterator[Array]:
        """Array objects that came into being while tracing and are in use."""
        found = (reference() for reference in [*self._arrays.values()])
        return (array for array in found if array is not None)

    def filled(self, buffer: Buffer, value: int) -> None:
        """*buffer* was made of one number."""
        number = float(value) if is_floating(buffer.dtype) else int(value)
        self.bind(buffer, self.emitter.fill(number, (buffer.size,), buffer.dtype))

    def read(self, buffer: Buffer, shape: Shape | None = None) -> Value:
        """The value of *buffer* now, in a shape."""
        shape = (buffer.size,) if shape is None else tuple(shape)
        root = root_of(buffer)
        state = self.state(buffer)
        if state is None:
            state = self._source(buffer, "captured")
            state.made = False
        value = state.value
        offset = state.offset(root, buffer)
        if buffer.dtype != value.dtype or offset < 0 or offset + buffer.size > value.size:
            self.emitter.refuse(f"reads memory of dtype {value.dtype} as {buffer.dtype}")
        if offset == 0 and shape == value.shape:
            return value
        return self.emitter.add(View(inputs=(value,), offset=offset), (shape, value.dtype))

    def bind(self, buffer: Buffer, value: Value) -> None:
        """Let the memory of *buffer* hold *value*, whose shape does not matter."""
        self._devices[value] = device_of(buffer)
        root = root_of(buffer)
        state = self.state(buffer)
        if state is None:
            if root.size != buffer.size:  # a part of memory that existed before: read it first
                self.read(buffer)
                self.bind(buffer, value)
                return
            self._new_state(root, value, None)
            return
        if state.value.size == value.size:
            state.value = value
            return
        offset = state.offset(root, buffer)
        update = Update(inputs=(state.value, value), offset=offset)
        state.value = self.emitter.add(update, (state.value.shape, state.value.dtype))

    def bind_new(self, buffer: Buffer, value: Value) -> None:
        """Let the memory of *buffer* hold *value*; new memory has no elements yet."""
        new = self.state(buffer) is None
        self.bind(buffer, value)
        if new and (state := self._states.get(id(root_of(buffer)))) is not None:
            state.lazy_fill = 0

    def copy(self, source: Buffer, target: Buffer) -> None:
        """*target* receives the elements of *source*."""
        if source.size and source is not target:
            value = self.read(source)
            if device_of(source) is not device_of(target):
                value = self.emitter.to_device(value, device_of(target))
            elif is_external(value):
                value = self.emitter.copy(value)
            self.bind(target, value)

    def written(self, array: Array) -> None:
        """*array*'s memory is about to be written to."""
        if not self.made(array):
            self.keep_version(array)
        root = root_of(array._data)
        state = self.state(array._data)
        if state is None or state.made:
            return
        if state.source is None:  # a target that existed before and was never read
            buffer = array._data if root.dtype != array._data.dtype else root
            source = Source(kind="captured", data=buffer.reshape(-1))
            state.source = source.make(((buffer.size,), buffer.dtype))
            state.made = False
            self._kept.append(root)
        state.arrays.append(array)

    def restore(self) -> None:
        """Put back what tracing changed of arrays that existed before."""
        for version, before in self._versions.values():
            version[:] = before

    def effects(self) -> list[tuple[Value, Value, list[Array]]]:
        """Sources whose memory was written to: what they hold, and the arrays that say so."""
        return [
            (state.source, state.value, state.arrays)
            for state in self._states.values()
            if state.source is not None and state.value is not state.source
        ]

    def source(self, buffer: Buffer) -> Value | None:
        """The source that *buffer* is memory of, if it existed before and was not written to."""
        state = self.state(buffer)
        return None if state is None or state.value is not state.source else state.source

    def position(self, array: Array) -> tuple[BufferState, int]:
        """The state of an array's memory, and where in that the array begins."""
        self.read(array._data)
        root = root_of(array._data)
        state = self._states.get(id(root)) or self._states[id(array._data)]
        return state, state.offset(root, array._data)

    def device(self, instructions: Sequence[Instruction]) -> Device | None:
        """Where *instructions* compute; what a call does, such as a copy, may be elsewhere."""
        found: set[Device | None] = set()
        for instruction in instructions:
            if not isinstance(instruction, (CustomCall, StridedCopy, View, RowStridedView)):
                values = (*(root(x)[0] for x in instruction.inputs), *instruction.outputs)
                found.update(self._devices[x] for x in values if x in self._devices)
        if len(found) > 1:
            names = sorted("the host" if d is None else str(d.context) for d in found)
            self.emitter.refuse(
                f"computes on {' and on '.join(names)}; what is compiled runs on one device, to "
                "which as_in_context brings what it reads"
            )
        return found.pop() if found else None
