"""Keys of arguments: which calls of a function may run one program.

Plain values (numbers, strings, ``None`` ...) are told apart by type and bits, so 1, 1.0 and True
are three values, 0.0 and -0.0 are two, and NaN equals itself.  Lists, tuples, dicts, sets and NumPy
arrays are told apart by what is in them, and by which of them are one and the same object.
Everything else is told apart by identity: objects that compare equal may still differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from ...tape import Array

_EXACT = frozenset({bool, int, str, bytes, type(None), type(Ellipsis)})  # where == compares all
_T = TypeVar("_T")

_CONTAINERS = (list, tuple, dict, set, frozenset, np.ndarray)


def plain(x: Any) -> object:
    """The key of a plain value; None for any other object."""
    kind = x.__class__
    if kind in _EXACT:
        return kind, x
    if kind is float:
        return kind, x.hex()
    if kind is complex:
        return kind, x.real.hex(), x.imag.hex()
    if kind is slice:
        parts = plain(x.start), plain(x.stop), plain(x.step)
        return None if None in parts else (kind, *parts)
    if kind is range:
        return kind, x.start, x.stop, x.step
    if isinstance(x, np.generic):
        return kind, x.dtype, x.tobytes()
    return None


def alike(a: object, b: object) -> bool:
    """Whether two plain values are the same value."""
    return a is b or (a.__class__ is b.__class__ and plain(a) == plain(b))


def is_container(x: object) -> bool:
    """Whether *x* is told apart by what is in it."""
    return isinstance(x, _CONTAINERS) and not (isinstance(x, np.ndarray) and x.dtype.hasobject)


def rebuilt(x: Any, leaf: Callable[[object], object], done: dict[int, object]) -> object:
    """*x* with *leaf* of all that is no container; its containers are copied, each one once."""
    if not is_container(x):
        return leaf(x)
    if id(x) in done:
        return done[id(x)]
    if isinstance(x, np.ndarray):
        new: object = x.copy()
    elif isinstance(x, dict):
        mapping: dict[object, object] = {}
        new = done[id(x)] = mapping  # before what is in it, where it may be again
        mapping.update((rebuilt(k, leaf, done), rebuilt(v, leaf, done)) for k, v in x.items())
    elif x.__class__ is list:
        items: list[object] = []
        new = done[id(x)] = items
        items.extend(rebuilt(y, leaf, done) for y in x)
    else:
        parts = [rebuilt(y, leaf, done) for y in x]
        new = type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    done[id(x)] = new
    return new


class Same:
    """Equal for one object alone, which it keeps alive, so that no other gets its identity."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Same and self.thing is other.thing

    def __hash__(self) -> int:
        return id(self.thing)


class Arguments:
    """The arguments of a call, by what they are made of.

    Attributes
    ----------
    arrays : list of Array
        Each array once, in the order in which one comes to them.
    containers : list
        Each list, tuple, dict, set and NumPy array once.
    objects : list
        What is told apart by identity.
    """

    __slots__ = ("_numbers", "arrays", "containers", "objects")

    def __init__(self) -> None:
        self.arrays: list[Any] = []  # of the class that users hold, of a layer above
        self.containers: list[object] = []
        self.objects: list[object] = []
        self._numbers: dict[int, int] = {}

    def keys(self, values: Sequence[object]) -> tuple[object, ...]:
        """The keys of some arguments."""
        return tuple([self.key(x) for x in values])

    def key(self, x: Any) -> object:
        """The key of one argument."""
        found = plain(x)
        if found is not None:
            return found
        if isinstance(x, Array):
            return "array", self._number(x, self.arrays)
        if not is_container(x):
            self.objects.append(x)
            return Same(x)
        count = len(self.containers)
        number = self._number(x, self.containers)
        if number < count:
            return "again", number
        if isinstance(x, np.ndarray):
            return x.__class__, x.shape, x.dtype, x.tobytes()
        if isinstance(x, dict):
            return x.__class__, self.keys([*x]), self.keys([*x.values()])
        return x.__class__, self.keys([*x])

    def _number(self, x: _T, those: list[_T]) -> int:
        number = self._numbers.get(id(x))
        if number is None:
            number = self._numbers[id(x)] = len(those)
            those.append(x)
        return number


def arrays_in(x: object) -> list[Array]:
    """The arrays in nested containers, each once."""
    found = Arguments()
    found.key(x)
    return found.arrays
