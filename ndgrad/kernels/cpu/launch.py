"""Launches of the host's kernels: run at once, or noted in the program of a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numba
import numpy as np
from numba import types

from ... import tracing
from ...base import DType, HostArray
from ...memory.abstract import AbstractBuffer, AbstractValue, BufferProgram
from ..annotations import Arguments, Key, SmallCall
from ..build.launch import WORTH_SHARING, Chunked, Specialization, type_of, vector
from . import calling

_Given: TypeAlias = AbstractBuffer | AbstractValue

_KERNELS: dict[Key, Specialization] = {}


def start(kernel: Specialization, args: Arguments, units: int, grain: int | None = None) -> None:
    """Run over work items in chunks of *grain*; without one, on the calling thread alone."""
    if tracing.active and (program := tracing.program()) is not None:
        # With the JIT off a kernel is Python, which looks at dtypes.
        interpreted = bool(numba.config.DISABLE_JIT)
        shorter = None
        if grain is None and not interpreted and program.launches:
            shorter = _bound(program, kernel, args, units)
        program.launch(kernel, args, units, grain, interpreted)
        if shorter is not None:
            program.shorten(*shorter)
    elif grain is None:
        kernel.serial(*args, 0, units)
    else:
        kernel.parallel(*args, units, grain)


_LETTERS = {
    types.int64: "I",
    types.uint64: "I",
    types.uint32: "U",
    types.boolean: "B",
    types.float32: "F",
    types.float64: "D",
}
"""The kinds of bound numbers by their types; see `calling.bound`."""

_ARRAYS = {8: "V", 4: "W"}
"""The kinds of bound arrays by the bytes of an element."""


def _bound(
    program: BufferProgram, kernel: Specialization, args: Arguments, units: int
) -> tuple[Callable[[], SmallCall], list[_Given], list[AbstractBuffer]] | None:
    """The same by a C function that holds all numbers and makes the buffers that are untouched.

    Returns
    -------
    tuple or None
        What makes the function, what it is given and the buffers that it makes; None if
        there is none for such arguments.
    """
    kinds = ""
    given: list[_Given] = []
    dtypes: list[DType] = []
    values: list[HostArray | float] = []
    made: list[AbstractBuffer] = []
    for x, kind in zip((*args, 0, units), kernel.signature, strict=True):
        if x.__class__ is AbstractBuffer:
            if program.is_untouched(x) and all(x.name != y.name for y in made):
                made.append(x)
                kinds += "Y"
                values.append(x.size)
                dtypes.append(program.made_in(x))
            else:
                kinds += "v"
                given.append(x)
        elif x.__class__ is np.ndarray:
            if x.dtype.itemsize not in _ARRAYS or (x.size and x.flags.writeable):
                return None
            kinds += _ARRAYS[x.dtype.itemsize]
            values.append(x)
        elif kind not in _LETTERS:
            return None
        elif x.__class__ is AbstractValue:
            kinds += _LETTERS[kind].lower()
            given.append(x)
        elif _LETTERS[kind] in "FD":
            kinds += _LETTERS[kind]
            values.append(float(x))
        else:
            kinds += _LETTERS[kind]
            values.append((int(x) + 2**63) % 2**64 - 2**63)  # the same word
    if any(x.name == y.name for x in given for y in made):
        return None
    make = partial(calling.bound, kernel, kinds, tuple(dtypes), tuple(values))
    return make, given, made


def run(function: Callable[..., object], *args: object) -> None:
    """Call a function that launches kernels in its own way and fills buffers, or note the call."""
    if tracing.active and (program := tracing.program()) is not None:
        program.call(function, args, True)
    else:
        function(*args)


def launch(kernel: Chunked, *args: Any) -> None:
    """What ``kernel(*args)`` does, where arguments may be abstract buffers."""
    if not tracing.active or (program := tracing.program()) is None:
        kernel(*args)
        return
    if not program.launches:
        return
    *given, units, grain = args
    found = _specialization(kernel, given)
    start(found, tuple(given), units, grain if units >= WORTH_SHARING * grain else None)


def launch_or_refuse(kernel: Chunked, refuse: Callable[..., None], *args: Any) -> None:
    """`launch` a kernel that raises an IndexError for elements that it does not take.

    *refuse*, which gets its arguments but for the number of work items and the grain, says why.
    """

    def whole(*args: Any) -> None:
        try:
            kernel(*args)
        except IndexError:
            refuse(*args[:-2])

    if not tracing.active or (program := tracing.program()) is None:
        whole(*args)
        return
    if not program.launches:
        return
    *given, units, grain = args
    shorter = None
    if units < WORTH_SHARING * grain and not numba.config.DISABLE_JIT:
        found = _specialization(kernel, given)
        shorter = _bound(program, found, tuple(given), units)
    program.call(whole, args, True)
    if shorter is not None:
        program.shorten(*shorter, refuses=True)


def _specialization(kernel: Chunked, args: Sequence[object]) -> Specialization:
    signature = (*map(_type_of, args), types.intp, types.intp)
    key = (kernel, signature)
    found = _KERNELS.get(key)
    if found is None:
        found = _KERNELS[key] = Specialization(kernel, signature)
    return found


def _type_of(x: object) -> types.Type:
    """Numba's type of an argument; that of an abstract one is the real one's."""
    if isinstance(x, AbstractBuffer):
        return vector(x.dtype)
    return type_of(x.kind(0) if isinstance(x, AbstractValue) else x)
