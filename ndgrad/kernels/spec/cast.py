"""Casts: a copy into another dtype, made of a back end's element-wise loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...base import DType, is_floating
from ...memory.device import Buffer
from ...memory.storage import empty_like
from .formula import Loop, compute_type

COPY = Loop("copy", ("x",), (("y", "x"),))


def cast_type(source: DType, target: DType) -> str:
    """What arithmetic a copy uses from one dtype to another.

    The wider side decides: a real number keeps its fraction until it is stored.
    """
    kind = source if is_floating(source) or not is_floating(target) else target
    return compute_type(kind, mathematical=False)


def cast_by(run: Callable[..., None]) -> Callable[[Buffer, DType], Any]:
    """The function that copies a buffer into a dtype by *run*, which fills buffers by a loop."""

    def cast(x: Buffer, dtype: DType) -> Any:
        """A copy of the elements in *dtype*, converted as C does it."""
        y = empty_like(x, dtype)
        if x.size:
            run(COPY, (x,), (x.shape,), (y,), cast_type(x.dtype, dtype))
        return y

    return cast
