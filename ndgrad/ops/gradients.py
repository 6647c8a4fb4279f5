"""Gradients as derivatives return them: arrays, and calls that stand for a part of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from .. import tracing
from ..memory.device import Buffer, device_of, in_use, on_device
from ..tape import Array
from .definition import Params, lookup


@dataclass(slots=True)
class PartialGradient:
    """A gradient that differs in a part of an array from zero, or from the gradient that came in.

    It is a call of an operator that a derivative may return in place of the result.  If the array
    has a gradient already, the engine adds to that what is not zero.  If the operator replaces a
    part of what came in, and the engine alone holds that, it does so in place.

    Attributes
    ----------
    name : str
        Of an operator with ``accumulate``, or with ``replace`` too.
    inputs, params
        What it is called with.
    planned : callable, optional
        The same call by a plan: from *inputs* to a buffer.
    """

    name: str
    inputs: tuple[Array, ...]
    params: Params
    planned: Callable[..., Buffer] | None = None

    def whole(self) -> Array:
        """The gradient as an array."""
        return lookup(self.name).call(*self.inputs, **self.params)

    @property
    def remains(self) -> Buffer | None:
        """The gradient that came in, if the operator can replace its part in place."""
        return None if lookup(self.name).replace is None else self.inputs[0]._data

    def replace(self) -> Buffer:
        """The gradient in the memory of the one that came in."""
        replace = lookup(self.name).replace
        assert replace is not None
        replace(self.inputs[0]._data, **self.params)
        return self.inputs[0]._data

    def rows(self) -> tuple[Buffer, Buffer] | None:
        """The rows that are not zero, and their elements, if the operator tells."""
        found = lookup(self.name).rows
        if found is None:
            return None
        if tracing.active and (recorder := tracing.recorder()) is not None:
            with on_device(device_of(self.inputs[0]._data)) if in_use else nullcontext():
                return recorder.rows(self.name, found, self.inputs, self.params)
        with on_device(device_of(self.inputs[0]._data)) if in_use else nullcontext():
            return found(*self.inputs, **self.params)

    def accumulate(self, total: Buffer) -> None:
        """Add the gradient to a buffer of its size."""
        add = lookup(self.name).accumulate
        assert add is not None
        add(total, *self.inputs, **self.params)


class RowGradients(NamedTuple):
    """A row-sparse gradient in parts, as backward of a compiled function returns it.

    Attributes
    ----------
    parts : list of (Buffer, Buffer)
        Rows and their elements, to be added up.
    dense : Buffer or None
        What is to be added of all rows.
    """

    parts: list[tuple[Buffer, Buffer]]
    dense: Buffer | None


Gradient: TypeAlias = Array | PartialGradient | None
"""What a derivative returns for an input."""

Gradients: TypeAlias = Sequence[Gradient]
"""What a derivative returns for several inputs."""

Derivative: TypeAlias = Callable[..., Gradient | Gradients]
"""From what its parameters name to the gradients of the inputs; see `Op`."""

Needs: TypeAlias = Sequence[bool]
"""Which inputs of a call need a gradient."""
