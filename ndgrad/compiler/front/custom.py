"""Custom calls: operators that have no instruction, run as they are by the program."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from ... import dispatch, tracing
from ...array.ndarray import NDArray
from ...base import Shape
from ...memory.device import Buffer, DeviceArray, current_device, in_use, on_device, to_device
from ...memory.storage import empty_like
from ...tape import Array
from ..program.instructions import CustomCall, Form, Value
from .alias import AliasSets, root_of

Run = Callable[[Sequence[Buffer]], Sequence[Buffer]]


class CustomCalls:
    """Makes custom calls of the program.

    Attributes
    ----------
    buffers : AliasSets
    validating : bool
        Whether a call may refuse its inputs; backward's were accepted before.
    """

    def __init__(self, buffers: AliasSets) -> None:
        self.buffers = buffers
        self.validating = True

    def record(
        self,
        name: str,
        run: Callable[[Sequence[Array]], Sequence[Buffer]],
        arrays: Sequence[Array],
        facts: Hashable,
        validates: bool = False,
        dynamic: bool = False,
    ) -> list[Buffer]:
        """Run an operator once, on what its inputs hold while tracing, and add a call of it.

        Parameters
        ----------
        name : str
        run : callable
            From arrays to buffers.
        arrays : sequence of Array
        facts : hashable
            See `CustomCall`.
        validates : bool
            Whether the operator may refuse values of its inputs.  It is run on zeros then: the
            program finds out what to say of the elements.
        dynamic : bool
            Whether the lengths of what it makes are known only when it runs.
        """
        inputs = tuple(self.buffers.read(x._data, x._shape) for x in arrays)
        forms = [(x._shape, x._ctx) for x in arrays]
        dynamic_inputs = [value.dynamic for value in inputs]
        device = current_device()

        def made(given: Sequence[Array]) -> list[Buffer]:
            return [to_device(buffer, device) for buffer in dispatch.unrecorded(run, given)]

        @on_current_device
        def again(buffers: Sequence[Buffer]) -> Sequence[Buffer]:
            own = forms
            if True in dynamic_inputs:
                own = [
                    (shape_of(x, shape) if unknown else shape, ctx)
                    for x, (shape, ctx), unknown in zip(buffers, forms, dynamic_inputs, strict=True)
                ]
            return made([NDArray(x, s, c) for x, (s, c) in zip(buffers, own, strict=True)])

        roots = {id(root_of(x._data)): x._data for x in arrays}
        if validates:
            arrays = [NDArray(_zeros_like(x._data), x._shape, x._ctx) for x in arrays]
        for x in arrays:
            self.buffers.materialise(x._data)
        with tracing.suspended():
            buffers: list[Buffer] = [
                x if x.__class__ is DeviceArray else np.asarray(x) for x in made(list(arrays))
            ]
        fresh = [buffer for buffer in buffers if id(root_of(buffer)) not in roots]
        if fresh:
            views = [i for i, buffer in enumerate(buffers) if id(root_of(buffer)) in roots]
            values = self.add(
                name, again if not views else _without(again, frozenset(views)), inputs,
                [((buffer.size,), buffer.dtype) for buffer in fresh], facts, validates,
            )  # fmt: skip
            for buffer, value in zip(fresh, values, strict=True):
                value.dynamic = dynamic
                self.buffers.bind(buffer, value)
        return buffers

    def add(
        self,
        name: str,
        run: Run,
        inputs: Sequence[Value],
        forms: Sequence[Form],
        facts: Hashable,
        validates: bool = False,
        plans: Callable[[], Sequence[Any]] | None = None,
        replaced: tuple[int, ...] = (),
        lends: bool = False,
    ) -> tuple[Value, ...]:
        """Add a call that makes a value of each form; see `CustomCall`."""
        validates = validates and self.validating  # backward's inputs were accepted
        effects = self.buffers.effects() if validates else []
        call = CustomCall(
            inputs=(*inputs, *[value for _, value, _ in effects]), name=name, run=run,
            facts=facts, validates=validates, overwritten=tuple(source for source, *_ in effects),
            plans=plans, replaced=replaced, lends=lends,
        )  # fmt: skip
        return self.buffers.emitter.add_call(call, forms)


def shape_of(buffer: Buffer, like: Shape) -> Shape:
    """The shape of a buffer as *like*, but for the length of the first axis."""
    rest = like[1:]
    return buffer.size // max(1, math.prod(rest)), *rest


def _zeros_like(buffer: Buffer) -> Buffer:
    zeros = empty_like(buffer)
    zeros.fill(0)
    return zeros


def on_current_device(run: Run) -> Run:
    """*run*, wherever it is called, on the device on which this thread's kernels run now."""
    device = current_device()
    if not in_use:
        return run

    def there(buffers: Sequence[Buffer]) -> Sequence[Buffer]:
        with on_device(device):
            return run(buffers)

    return there


def _without(run: Run, views: frozenset[int]) -> Run:
    return lambda buffers: [y for i, y in enumerate(run(buffers)) if i not in views]
