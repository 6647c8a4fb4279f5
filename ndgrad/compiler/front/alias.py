"""Memory while a function is traced: the value that each piece of it holds.

Memory is told apart by the array that owns it; each such *cell* holds a value, and a write gives it
another.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from ...base import MXNetError
from ...memory.device import BUFFERS, Device, DeviceArray, address, copy, home, moved
from ...tape import Array
from ..program.instructions import (
    Call,
    Flat,
    Gather,
    Instruction,
    Map,
    Source,
    Strip,
    Update,
    Value,
    View,
    may_change,
    root,
)


def root_of(flat: Flat) -> Flat:
    """The array that owns the memory of *flat*."""
    while isinstance(flat.base, BUFFERS):
        flat = flat.base
    return flat


def arithmetic(dtype: np.dtype[Any]) -> str:
    """The type in which a formula that only copies is computed."""
    return "float32" if dtype == np.float16 else "int64" if dtype.kind != "f" else dtype.name


class Cell:
    """A piece of memory: what it holds now.

    Attributes
    ----------
    value : Value
        All its elements.
    made : bool or None
        Whether it came into being while tracing; None while nobody knows.
    source : Value or None
        What it held before, if it existed before.
    arrays : list
        Arrays through which it was written to.
    blank : array, number or None
        What its memory is to be filled with before an operator looks at it: pages that nobody
        touched take no memory.
    """

    __slots__ = ("address", "arrays", "blank", "made", "source", "value")

    def __init__(self, root: Flat, value: Value, made: bool | None) -> None:
        self.address = address(root)
        self.value = value
        self.made = made
        self.source: Value | None = None
        self.arrays: list[Array] = []
        self.blank: Any = None

    def offset(self, root: Flat, flat: Flat) -> int:
        """Where *flat*, of the memory that *root* owns, begins in the cell."""
        if flat is root:
            return 0
        return (address(flat) - self.address) // max(1, flat.dtype.itemsize)


class Memory:
    """What the memory that a function touches holds, and the instructions that made it so.

    Attributes
    ----------
    name : str
        What the function is called where it is refused.
    instructions : list of Instruction
        In the order in which they are to run.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.instructions: list[Instruction] = []
        self._cells: dict[int, Cell] = {}
        self._kept: list[Flat] = []
        self._stamps: dict[int, tuple[list[int], int]] = {}
        self._arrays: dict[int, weakref.ref[Array]] = {}
        self._homes: dict[Value, Device | None] = {}

    def add(self, instruction: Instruction, *results: Any) -> Any:
        self.instructions.append(instruction)
        return instruction.make(*results)

    def _new_cell(self, root: Flat, value: Value, made: bool | None, keep: bool = False) -> Cell:
        cell = self._cells[id(root)] = Cell(root, value, made)
        if keep:
            self._kept.append(root)
        else:
            # Memory may be used again once it is free, and the cell must not outlive it.
            weakref.finalize(root, self._cells.pop, id(root), None)
        return cell

    def _source(self, flat: Flat, kind: str, index: int = 0, keep: bool = True) -> Cell:
        """A cell for memory that nobody has seen yet."""
        root = root_of(flat)
        if not root.flags.c_contiguous or root.dtype != flat.dtype:
            root = flat
        source = Source(kind=kind, index=index, data=root.reshape(-1) if keep else None)
        value = source.make(((root.size,), root.dtype))
        self._homes[value] = home(root)
        cell = self._new_cell(root, value, kind == "constant", keep=True)
        cell.source = value if kind != "constant" else None
        return cell

    def _cell(self, flat: Flat) -> Cell | None:
        """The cell of the memory that *flat* lies in, if anybody has seen it."""
        return self._cells.get(id(root_of(flat))) or self._cells.get(id(flat))

    def argument(self, flat: Flat, index: int, kind: str = "argument", blank: Any = None) -> Value:
        """Make *flat* stand for an argument, whose elements are *blank* if anybody asks."""
        cell = self._source(flat, kind, index, keep=False)
        cell.blank = blank
        return cell.value

    def _fill_in(self, flat: Flat) -> None:
        """Give memory that stands for a value some elements."""
        root: Any = root_of(flat)
        cell = self._cell(flat)
        if cell is not None and cell.blank is not None:
            if isinstance(cell.blank, int):
                root.fill(cell.blank)
            elif root.__class__ is DeviceArray:
                copy(cell.blank, root)
            else:
                np.copyto(root, cell.blank)
            cell.blank = None

    def created(self, array: Array, view: bool) -> None:
        """An array object was made; what it holds, if it is no view, was made here as well."""
        self._arrays[id(array)] = weakref.ref(array)
        if view:
            return
        root = root_of(array._data)
        cell = self._cells.get(id(root))
        if cell is None:
            self._source(array._data, "constant")
        elif cell.made is None:
            cell.made = True

    def made(self, array: Array) -> bool:
        """Whether an array object came into being while tracing."""
        found = self._arrays.get(id(array))
        return found is not None and found() is array

    def filled(self, flat: Flat, value: int) -> None:
        """*flat* was made of one number."""
        number = float(value) if flat.dtype.kind == "f" else int(value)
        self._bind(flat, self._fill(number, (flat.size,), flat.dtype))

    def _fill(self, number: Any, shape: Any, dtype: np.dtype[Any]) -> Value:
        if dtype.kind != "f":
            number = int(number)
        fill = Map(name="fill", text="c", operands=(("c", number),), compute=arithmetic(dtype))
        return self.add(fill, (shape, dtype))

    def read(self, flat: Flat, shape: Any = None) -> Value:
        """The value of *flat* now, in a shape."""
        shape = (flat.size,) if shape is None else tuple(shape)
        root = root_of(flat)
        cell = self._cell(flat)
        if cell is None:
            cell = self._source(flat, "captured")
            cell.made = False
        value = cell.value
        offset = cell.offset(root, flat)
        if flat.dtype != value.dtype or offset < 0 or offset + flat.size > value.size:
            self.refuse(f"reads memory of dtype {value.dtype} as {flat.dtype}")
        if offset == 0 and shape == value.shape:
            return value
        return self.add(View(inputs=(value,), offset=offset), (shape, value.dtype))

    def _bind(self, flat: Flat, value: Value) -> None:
        """Let the memory of *flat* hold *value*, whose shape does not matter."""
        self._homes[value] = home(flat)
        root = root_of(flat)
        cell = self._cell(flat)
        if cell is None:
            if root.size != flat.size:  # a part of memory that existed before: read it first
                self.read(flat)
                self._bind(flat, value)
                return
            self._new_cell(root, value, None)
            return
        if cell.value.size == value.size:
            cell.value = value
            return
        offset = cell.offset(root, flat)
        update = Update(inputs=(cell.value, value), offset=offset)
        cell.value = self.add(update, (cell.value.shape, cell.value.dtype))

    def _bind_blank(self, flat: Flat, value: Value) -> None:
        """Let the memory of *flat* hold *value*; new memory has no elements yet."""
        new = self._cell(flat) is None
        self._bind(flat, value)
        if new and (cell := self._cells.get(id(root_of(flat)))) is not None:
            cell.blank = 0

    def copy(self, source: Flat, target: Flat) -> None:
        """*target* receives the elements of *source*."""
        if source.size and source is not target:
            value = self.read(source)
            if home(source) is not home(target):
                value = self.moved(value, home(target))
            elif may_change(value):
                value = self._copied(value)
            self._bind(target, value)

    def _copied(self, value: Value) -> Value:
        copy = Map(name="copy", text="x", operands=(("x", value),), compute=arithmetic(value.dtype))
        return self.add(copy, (value.shape, value.dtype))

    def moved(self, value: Value, device: Device | None) -> Value:
        """A copy of *value* on another device."""

        def run(flats: Sequence[Flat]) -> list[Flat]:
            (flat,) = flats
            return [flat.copy() if home(flat) is device else moved(flat, device)]

        call = Call(inputs=(value,), name="copy to device", run=run, facts=id(device))
        return self.add(call, ((value.size,), value.dtype))

    def written(self, array: Array) -> None:
        """*array*'s memory is about to be written to."""
        if not self.made(array):
            self._stamps.setdefault(id(array._version), (array._version, array._version[0]))
        root = root_of(array._data)
        cell = self._cell(array._data)
        if cell is None or cell.made:
            return
        if cell.source is None:  # a target that existed before and was never read
            flat = array._data if root.dtype != array._data.dtype else root
            source = Source(kind="captured", data=flat.reshape(-1))
            cell.source = source.make(((flat.size,), flat.dtype))
            cell.made = False
            self._kept.append(root)
        cell.arrays.append(array)

    def restore(self) -> None:
        """Put back what tracing changed of arrays that existed before."""
        for version, stamp in self._stamps.values():
            version[0] = stamp

    def effects(self) -> list[tuple[Value, Value, list[Array]]]:
        """Sources whose memory was written to: what they hold, and the arrays that say so."""
        return [
            (cell.source, cell.value, cell.arrays)
            for cell in self._cells.values()
            if cell.source is not None and cell.value is not cell.source
        ]

    def source(self, flat: Flat) -> Value | None:
        """The source that *flat* is memory of, if it existed before and was not written to."""
        cell = self._cell(flat)
        return None if cell is None or cell.value is not cell.source else cell.source

    def place(self, array: Array) -> tuple[Cell, int]:
        """The cell of an array, and where in it the array begins."""
        self.read(array._data)
        root = root_of(array._data)
        cell = self._cells.get(id(root)) or self._cells[id(array._data)]
        return cell, cell.offset(root, array._data)

    def device(self, instructions: Sequence[Instruction]) -> Device | None:
        """Where *instructions* compute; what a call does, such as a copy, may be elsewhere."""
        found: set[Device | None] = set()
        for instruction in instructions:
            if not isinstance(instruction, (Call, Gather, View, Strip)):
                values = (*(root(x)[0] for x in instruction.inputs), *instruction.outputs)
                found.update(self._homes[x] for x in values if x in self._homes)
        if len(found) > 1:
            names = sorted("the host" if d is None else str(d.context) for d in found)
            self.refuse(
                f"computes on {' and on '.join(names)}; what is compiled runs on one device, to "
                "which as_in_context brings what it reads"
            )
        return found.pop() if found else None

    def refuse(self, what: str) -> NoReturn:
        """Say that the function cannot be compiled because of *what* it does."""
        raise MXNetError(f"compile: {self.name} {what}")
