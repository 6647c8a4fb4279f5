"""What a compiled function found around it: a program holds for these things as they were.

From a function one comes to what it names: globals, variables of enclosing functions, defaults, and
from there, through containers and through attributes that are named somewhere in the code, to other
functions and objects.  Numbers and strings found so are compared by type and value before each
call, everything else by identity.  An array is the same as long as it is the same memory with the
same variable; its values may change.  Code of the standard library and of installed packages is
not looked into.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from operator import is_
from pathlib import Path
from typing import Any

from ...tape import Array
from ..program.keys import alike, arrays_in, is_container, plain

_MOST_ITEMS = 1024  # of a container that is looked into
_MOST_EDGES = 10_000
_GONE = object()
_PLACES = tuple(
    str(Path(place).resolve())
    for place in {
        *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
        str(Path(__file__).parents[2]),
    }
)


class Guard:
    """A snapshot of what a function refers to.

    It keeps what it compares by identity alive, so that nothing else can get that identity.
    """

    __slots__ = ("_arrays", "_equal", "_known", "_members", "_met", "_same", "_sizes")

    def __init__(self) -> None:
        self._same: list[tuple[Callable[[Any, Any], Any], Any, Any, Any]] = []
        self._equal: list[tuple[Callable[[Any, Any], Any], Any, Any, Any]] = []
        self._arrays: list[tuple[Array, Any, Any]] = []
        self._sizes: list[tuple[Any, int]] = []
        self._members: list[tuple[Any, tuple[Any, ...]]] = []  # keys of dicts, elements of sets
        self._known: dict[int, Any] = {}
        self._met: list[Any] = []

    def meet(self, containers: Sequence[Any]) -> list[Any]:
        """Take note which of a call's containers the function also finds around it.

        Returns
        -------
        list
            Those of them that hold no array: the function can be given them as they are.
        """
        self._met = [self._known.get(id(x)) for x in containers]
        return [x for x in self._met if x is not None and not arrays_in(x)]

    def holds(self, containers: Sequence[Any] = ()) -> bool:
        """Whether everything is as it was, and a call's *containers* are found in it as before."""
        for now, then in zip(containers, self._met, strict=False):
            if (id(now) in self._known) if then is None else (now is not then):
                return False
        for container, size in self._sizes:
            if len(container) != size:
                return False
        for container, members in self._members:
            if len(container) != len(members) or not all(map(is_, container, members)):
                return False
        for read, holder, key, value in self._same:
            if read(holder, key) is not value:
                return False
        for read, holder, key, value in self._equal:
            if not alike(read(holder, key), value):
                return False
        for array, data, node in self._arrays:
            if array._data is not data or array._node is not node:
                return False
        return True

    def arrays(self) -> list[Array]:
        """The arrays that the function refers to."""
        return [array for array, _, _ in self._arrays]

    def settle(self) -> list[str]:
        """Forget what has changed since the snapshot; returns how that is called."""
        same = [edge[0](*edge[1:3]) is edge[3] for edge in self._same]
        equal = [alike(edge[0](*edge[1:3]), edge[3]) for edge in self._equal]
        edges, holds = [*self._same, *self._equal], [*same, *equal]
        self._same = [*compress(self._same, same)]
        self._equal = [*compress(self._equal, equal)]
        self._sizes = [(container, len(container)) for container, _ in self._sizes]
        self._members = [(container, tuple(container)) for container, _ in self._members]
        return [str(edge[2]) for edge, stays in zip(edges, holds, strict=True) if not stays]

    def _edge(self, read: Callable[[Any, Any], Any], holder: Any, key: Any, value: Any) -> None:
        kind = self._same if plain(value) is None else self._equal
        kind.append((read, holder, key, value))


def watch(*things: Any) -> Guard:
    """A guard over what functions and objects refer to."""
    names: set[str] = set()
    while True:
        guard = Guard()
        known = len(names)
        _explore(things, names, guard)
        if len(names) == known:
            return guard


def _explore(things: Iterable[Any], names: set[str], guard: Guard) -> None:
    """Walk from *things* along what code in them names; *names* grows on the way."""
    pending = list(things)
    seen: dict[int, Any] = {}
    while pending and len(guard._same) + len(guard._equal) < _MOST_EDGES:
        thing = pending.pop()
        if id(thing) in seen or plain(thing) is not None:
            continue
        seen[id(thing)] = thing
        if is_container(thing):
            guard._known[id(thing)] = thing
        if isinstance(thing, Array):
            guard._arrays.append((thing, thing._data, thing._node))
            continue
        for read, holder, key, value in _edges(thing, names, guard):
            guard._edge(read, holder, key, value)
            pending.append(value)


_Edge = tuple[Callable[[Any, Any], Any], Any, Any, Any]


def _edges(thing: Any, names: set[str], guard: Guard) -> Iterator[_Edge]:
    """Where one can go from *thing*: how to get there again, and what is there."""
    if isinstance(thing, types.FunctionType):
        yield from _of_function(thing, names)
    elif isinstance(thing, types.MethodType):
        yield getattr, thing, "__func__", thing.__func__
        yield getattr, thing, "__self__", thing.__self__
    elif isinstance(thing, functools.partial):
        for key in ("func", "args", "keywords"):
            yield getattr, thing, key, getattr(thing, key)
    elif isinstance(thing, (list, tuple)):
        if len(thing) <= _MOST_ITEMS:
            guard._sizes.append((thing, len(thing)))
            for i, value in enumerate(thing):
                yield type(thing).__getitem__, thing, i, value
    elif isinstance(thing, dict):
        if len(thing) <= _MOST_ITEMS:
            guard._members.append((thing, tuple(thing)))
            for key, value in list(thing.items()):
                yield _item, thing, key, value
    elif isinstance(thing, (set, frozenset)):
        if len(thing) <= _MOST_ITEMS:
            guard._members.append((thing, tuple(thing)))
            for value in thing:
                if plain(value) is None:
                    yield _given, None, value, value
    elif isinstance(thing, types.ModuleType):
        if not _foreign(thing):
            yield from _named(vars(thing), names)
    elif hasattr(thing, "__wrapped__"):
        yield getattr, thing, "__wrapped__", thing.__wrapped__
    else:
        yield from _of_object(thing, names)


def _given(_: None, value: Any) -> Any:
    """An element of a set, which stays what it is."""
    return value


def _item(holder: Any, key: Any) -> Any:
    return holder.get(key, _GONE)


def _named(space: Any, names: set[str]) -> Iterator[_Edge]:
    for name in sorted(names & space.keys()):
        yield _item, space, name, space[name]


def _of_function(function: types.FunctionType, names: set[str]) -> Iterator[_Edge]:
    if hasattr(function, "__wrapped__"):
        yield getattr, function, "__wrapped__", function.__wrapped__
    if _installed(function.__code__.co_filename):
        return
    own = set(_names(function.__code__))
    names |= own
    yield from _named(function.__globals__, own)
    for cell in function.__closure__ or ():
        yield _content, cell, None, _content(cell, None)
    for key in ("__defaults__", "__kwdefaults__"):
        yield getattr, function, key, getattr(function, key)


def _of_object(thing: Any, names: set[str]) -> Iterator[_Edge]:
    kind = thing if isinstance(thing, type) else type(thing)
    module = sys.modules.get(kind.__module__)
    if module is None or _foreign(module):
        return
    own = vars(thing) if not isinstance(thing, type) and hasattr(thing, "__dict__") else None
    for base in kind.__mro__[:-1]:
        for name in sorted(names & vars(base).keys()):
            value = vars(base)[name]
            if isinstance(value, types.MemberDescriptorType):  # a slot
                if not isinstance(thing, type):
                    yield _attribute, thing, name, _attribute(thing, name)
                continue
            if isinstance(value, (classmethod, staticmethod)):
                value = value.__func__
            elif isinstance(value, property):
                value = value.fget
            yield _class_attribute, base, name, value
            if own is not None and name not in own:
                yield _item, own, name, _GONE  # an attribute that would hide it
    if own is not None:
        yield from _named(own, names)


def _attribute(thing: Any, name: str) -> Any:
    return getattr(thing, name, _GONE)


def _class_attribute(base: type, name: str) -> Any:
    value = vars(base).get(name, _GONE)
    if isinstance(value, (classmethod, staticmethod)):
        return value.__func__
    return value.fget if isinstance(value, property) else value


def _content(cell: Any, _: None) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _GONE


def _foreign(module: types.ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return module.__name__ != "__main__" and (file is None or _installed(file))


@functools.cache
def _installed(file: str) -> bool:
    """Whether code comes from the standard library or an installed package."""
    if file.startswith("<"):  # typed in, or a cell of a notebook
        return file.startswith("<frozen")
    return str(Path(file).resolve()).startswith(_PLACES)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
