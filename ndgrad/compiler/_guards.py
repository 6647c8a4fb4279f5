"""What a compiled function found around it: programs hold for these things as they were.

Numbers, strings and arrays that a function refers to by name (in its closure, its globals, the
attributes of its object, one container deep) are looked at again before each call.  An array is the
same as long as it is the same memory with the same variable; its values may change.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

from ..graph import Array

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


class Guard:
    """A snapshot of what a function refers to."""

    __slots__ = ("_alive", "_lookups", "_seen")

    def __init__(self, lookups: list[Callable[[], Any]]) -> None:
        self._lookups = lookups
        self._seen = [_identity(lookup()) for lookup in lookups]
        # Nothing else may get the identity of what was seen.
        self._alive = [_parts(lookup()) for lookup in lookups]

    def holds(self) -> bool:
        """Whether everything is as it was."""
        for lookup, seen in zip(self._lookups, self._seen):  # noqa: B905 (of equal length)
            if _identity(lookup()) != seen:
                return False
        return True


def _identity(thing: Any) -> Any:
    if isinstance(thing, Array):
        return id(thing._data), id(thing._node) if thing._node is not None else 0
    if isinstance(thing, _PLAIN):
        return thing.__class__, thing
    if isinstance(thing, (list, tuple)):
        return tuple([_identity(x) for x in thing]) if len(thing) <= 256 else id(thing)
    if isinstance(thing, dict):
        return tuple([_identity(x) for x in thing.values()]) if len(thing) <= 256 else id(thing)
    return id(thing)


def _parts(thing: Any) -> Any:
    """What an identity is made of."""
    if isinstance(thing, Array):
        return thing._data, thing._node
    if isinstance(thing, (list, tuple, dict)) and len(thing) <= 256:
        return [_parts(x) for x in (thing.values() if isinstance(thing, dict) else thing)]
    return thing


def watch(function: Callable[..., Any]) -> Guard:
    """A guard over what *function* refers to."""
    return Guard(list(_lookups(function)))


def _lookups(function: Any) -> Iterator[Callable[[], Any]]:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if isinstance(function, types.MethodType):
        owner = function.__self__
        yield lambda: vars(owner) if hasattr(owner, "__dict__") else None
        function = function.__func__
    if not isinstance(function, types.FunctionType):
        return
    for cell in function.__closure__ or ():
        yield lambda cell=cell: _content(cell)  # type: ignore[misc]
    names = set(_names(function.__code__))
    space = function.__globals__
    for name in sorted(names & space.keys()):
        thing = space[name]
        if isinstance(thing, (types.ModuleType, types.FunctionType, type)):
            continue
        yield lambda name=name: space.get(name)  # type: ignore[misc]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
