"""C functions for the commonest calls, which take and return arrays: what they are made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Protocol

from .. import tracing
from ..base import Shape
from ..context import Context
from ..kernels import front
from ..kernels.annotations import PlanEntry, Slots, SmallCall, ViewSlots
from ..memory.device import Buffer
from ..ops.table import Op
from ..tape import Array, Maker, Version, new_array, next_version, state, without_dead
from . import classes


class Planned(Protocol):
    """A `Plan`, which is of a module above."""

    run: Callable[..., object]
    shape: Shape
    owner: int | None
    call: SmallCall | None


def no_call(*operands: object) -> None:
    """Stands for a C function that is not there yet: it takes no operands."""


class PlanCalls:
    """The C functions by which plans of one operator are called.

    Such a function knows the last few plans for a number of arrays.
    """

    def __init__(self) -> None:
        self.callers: dict[int, list[tuple[dict[str, object], str, type[Array]]]] = {}
        self.entries: dict[int, list[PlanEntry]] = {}

    def add(self, count: int, names: dict[str, object], name: str, array: type[Array]) -> None:
        """Put the function for *count* arrays of a class into *names*, whenever it changes."""
        self.callers.setdefault(count, []).append((names, name, array))
        names[name] = no_call
        if count in self.entries:
            self._put(count, [(names, name, array)])

    def settled(
        self, op: Op, inputs: Sequence[Array], params: Mapping[str, object]
    ) -> Callable[[Planned], None]:
        """What enters the plan of a call like this one, when it is given it."""
        values, dtypes = tuple(params.values()), tuple([x._data.dtype for x in inputs])
        shapes, first = tuple([x._shape for x in inputs]), type(inputs[0])

        def enter(plan: Planned) -> None:
            if has_array_call(op):
                self.enter(PlanEntry(values, dtypes, shapes, plan.run, plan.shape, plan))
            elif op.is_view and plan.owner is None and len(shapes) == 1:
                entry = PlanEntry((), dtypes, shapes, plan.run, plan.shape, plan)
                plan.call = front.bound_to_plans([entry], first, slots())

        return enter

    def enter(self, entry: PlanEntry) -> None:
        """Let the functions know one plan more; they forget the oldest."""
        count = len(entry.shapes)
        if count <= front.MOST_ARRAYS:
            entries = self.entries.get(count, [])
            self.entries[count] = [entry, *entries][: front.MOST_PLANS]
            self._put(count, self.callers.get(count, []))

    def clear(self) -> None:
        """Let the functions forget all plans."""
        self.entries.clear()
        for callers in self.callers.values():
            for names, name, _ in callers:
                names[name] = no_call

    def _put(self, count: int, callers: list[tuple[dict[str, object], str, type[Array]]]) -> None:
        for names, name, array in callers:
            names[name] = front.bound_to_plans(self.entries[count], array, slots())


def has_array_call(op: Op) -> bool:
    """Whether plans of *op* may be called by a C function: they make one new array."""
    return not (
        op.is_view
        or op.states is not None
        or op.before_forward is not None
        or not op.single
        or len(op.outputs) != 1
    )


@cache
def slots() -> Slots:
    """Where the attributes of an array are, which are those of all classes of arrays."""

    def make(
        data: Buffer, shape: Shape, ctx: Context, version: Version, node: Maker | None
    ) -> Array:
        x = new_array(Array, data, shape, ctx)
        x._version, x._node = version, node
        return x

    return Slots(*front.slots_of(make, 5))


UNLOADED_CALLS, UNCOMPILED_CALLS = 1000, 20_000
"""Calls before a function of `view_call` is loaded, or compiled if the cache does not have it.

To load it takes as long as twenty times as many; to compile it, once on a machine, seconds.
"""


def view_call(name: str, names: dict[str, object]) -> SmallCall:
    """What is called before Python does a thing: it returns None if that is needed.

    When it has been called some times, the C function takes its place in *names*.

    Parameters
    ----------
    name : {'getitem', 'setitem', 'reshape', 'full', 'from_numpy', 'to_numpy'}
        See `front.bound_to_views`; in *names* it stands with ``_call`` behind.
    names : dict
        The globals of what calls it.
    """
    count = itertools.count(1).__next__

    def counted(*operands: object) -> None:
        n = count()
        if n == UNCOMPILED_CALLS or (n == UNLOADED_CALLS and front.view_is_compiled(name)):
            kinds = [(kind, kind._one_element) for kind in (classes.array, classes.numpy_like)]
            names[f"{name}_call"] = front.bound_to_views(
                name, _view_slots(), kinds, tracing.active, state, next_version, without_dead
            )

    return counted


@cache
def _view_slots() -> ViewSlots:
    def make(*given: object) -> Array:
        x = new_array(Array, *given[:3])  # type: ignore[arg-type]  # what is in them is not read
        x._version, x._node, x._aliases = given[3:]  # type: ignore[assignment]
        return x

    return ViewSlots(*front.slots_of(make, 6))
