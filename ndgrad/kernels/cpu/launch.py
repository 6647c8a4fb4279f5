"""Launches of the host's kernels: run at once, or noted in the program of a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba import types

from ... import tracing
from ...memory.abstract import AbstractBuffer, AbstractValue
from ..annotations import Arguments, Key
from ..build.launch import WORTH_SHARING, Chunked, Specialization, vector

_KERNELS: dict[Key, Specialization] = {}


def start(kernel: Specialization, args: Arguments, units: int, grain: int | None = None) -> None:
    """Run over work items in chunks of *grain*; without one, on the calling thread alone."""
    if tracing.active and (program := tracing.program()) is not None:
        # With the JIT off a kernel is Python, which looks at dtypes.
        program.launch(kernel, args, units, grain, bool(numba.config.DISABLE_JIT))
    elif grain is None:
        kernel.serial(*args, 0, units)
    else:
        kernel.parallel(*args, units, grain)


def run(function: Callable[..., Any], *args: Any) -> None:
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
    signature = (*map(_type_of, given), types.intp, types.intp)
    key = (kernel, signature)
    found = _KERNELS.get(key)
    if found is None:
        found = _KERNELS[key] = Specialization(kernel, signature)
    start(found, tuple(given), units, grain if units >= WORTH_SHARING * grain else None)


def _type_of(x: object) -> types.Type:
    """Numba's type of an argument; that of an abstract one is the real one's."""
    if isinstance(x, AbstractBuffer):
        return vector(x.dtype)
    return numba.typeof(x.kind(0) if isinstance(x, AbstractValue) else x)
