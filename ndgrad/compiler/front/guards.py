"""Guards: a program holds while what its function refers to is as it was when it was traced.

From a function one comes to what it names: globals, variables of enclosing functions, defaults, and
from there, through containers and through attributes that are named somewhere in the code, to other
functions and objects.  Numbers and strings found so are compared by type and value before each
call, everything else by identity.  An array is the same as long as it is the same memory with the
same variable; its values may change.  Code of the standard library, of installed packages and of
ndgrad is not looked into.

An object of a class of ndgrad, or of a class derived from one, says itself what a program depends
on: `__guarded__` returns a mapping of names to values, each compared as above.  Without that method
it is all of its attributes.
"""

from __future__ import annotations

import functools
import inspect
import sys
import sysconfig
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import is_
from pathlib import Path
from typing import TypeAlias

from ...context import Context
from ...dispatch import classes
from ...ops.table import Op
from ...tape import Array
from ..program.keys import alike, arrays_in, is_container, plain

_MOST_ITEMS = 1024  # of a container that is looked into
_MOST_EDGES = 10_000
_GONE = object()
COMPILED_METHODS = "_ndgrad_compiled"
"""The attribute in which an object keeps its compiled methods; no program depends on it."""

_DYNAMIC_ACCESS = frozenset({"__dict__", "getattr", "vars"})
"""Names by which code reads attributes that it does not name."""

_IMMUTABLE = (Context, Op)
_PACKAGE = __name__.partition(".")[0]
_PLACES = tuple(
    str(Path(place).resolve())
    for place in {
        *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
        str(Path(__file__).parents[2]),
    }
)


Read: TypeAlias = Callable[..., object]
"""Reads what a holder has under a key."""

Edge = tuple[Read, object, object, object]
"""How to get from a holder to a value: the reader, the holder, the key, and the value found."""

State = Mapping[str, object]


class Guard:
    """A snapshot of what a function refers to.

    It keeps what it compares by identity alive, so that nothing else can get that identity.
    """

    __slots__ = (
        "_arrays",
        "_equal",
        "_known",
        "_members",
        "_met",
        "_same",
        "_sizes",
        "_sparse",
        "_states",
    )

    def __init__(self) -> None:
        self._same: list[Edge] = []
        self._equal: list[Edge] = []
        self._arrays: list[tuple[Array, object, object]] = []
        self._sparse: list[tuple[Array, object]] = []  # whose parts each call reads
        self._sizes: list[tuple[Sequence[object], int]] = []
        # Keys of dicts, elements of sets.
        self._members: list[tuple[Collection[object], tuple[object, ...]]] = []
        self._states: list[tuple[object, State]] = []
        self._known: dict[int, object] = {}
        self._met: list[object] = []

    def meet(self, containers: Sequence[object]) -> list[object]:
        """Take note which of a call's containers the function also finds around it.

        Returns
        -------
        list
            Those of them that hold no array: the function can be given them as they are.
        """
        self._met = [self._known.get(id(x)) for x in containers]
        return [x for x in self._met if x is not None and not arrays_in(x)]

    def holds(self, containers: Sequence[object] = ()) -> bool:
        """Whether everything is as it was, and a call's *containers* are found in it as before."""
        for now, then in zip(containers, self._met, strict=False):
            if (id(now) in self._known) if then is None else (now is not then):
                return False
        for container, size in self._sizes:
            if len(container) != size:
                return False
        for items, members in self._members:
            if len(items) != len(members) or not all(map(is_, items, members)):
                return False
        for read, holder, key, value in self._same:
            if read(holder, key) is not value:
                return False
        for read, holder, key, value in self._equal:
            if not alike(read(holder, key), value):
                return False
        for holder, state in self._states:
            if _changed(state, _state(holder)):
                return False
        for array, data, node in self._arrays:
            if array._data is not data or array._node is not node:
                return False
        for array, node in self._sparse:
            if array._node is not node:
                return False
        return True

    def arrays(self) -> list[Array]:
        """The dense arrays that the function refers to."""
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
        now = [(holder, _state(holder)) for holder, _ in self._states]
        changed = [
            name
            for (_, before), (_, after) in zip(self._states, now, strict=True)
            for name in _changed(before, after)
        ]
        self._states = now
        return [
            *changed,
            *(str(edge[2]) for edge, stays in zip(edges, holds, strict=True) if not stays),
        ]

    def _edge(self, edge: Edge) -> None:
        kind = self._same if plain(edge[3]) is None else self._equal
        kind.append(edge)


def _changed(before: State, after: State) -> list[str]:
    """Names under which two states of an object differ."""
    if before.keys() != after.keys():
        return sorted(before.keys() ^ after.keys())
    return [name for name, value in before.items() if not _is_same(value, after[name])]


def _is_same(a: object, b: object) -> bool:
    """Whether two things are one object, or the same plain value."""
    return a is b or (plain(a) is not None and alike(a, b))


def watch(*things: object) -> Guard:
    """A guard over what functions and objects refer to."""
    names: set[str] = set()
    while True:
        guard = Guard()
        known = len(names)
        _explore(things, names, guard)
        if len(names) == known:
            return guard


def _explore(things: Iterable[object], names: set[str], guard: Guard) -> None:
    """Visit what can be reached from *things* by what code in them names; *names* grows."""
    pending = list(things)
    seen: dict[int, object] = {}
    while pending and len(guard._same) + len(guard._equal) + len(guard._states) < _MOST_EDGES:
        thing = pending.pop()
        if id(thing) in seen or plain(thing) is not None:
            continue
        seen[id(thing)] = thing
        if is_container(thing):
            guard._known[id(thing)] = thing
        if isinstance(thing, Array):
            if isinstance(thing, classes.sparse):
                guard._sparse.append((thing, thing._node))
            else:
                guard._arrays.append((thing, thing._data, thing._node))
            continue
        if _is_own(thing):
            state = _state(thing)
            guard._states.append((thing, state))
            pending += state.values()
        for edge in _edges(thing, names, guard):
            guard._edge(edge)
            pending.append(edge[3])


def _edges(thing: object, names: set[str], guard: Guard) -> Iterator[Edge]:
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
    elif _wrapped(thing) is not _GONE:
        yield getattr, thing, "__wrapped__", thing.__wrapped__  # type: ignore[attr-defined]
    else:
        yield from _of_object(thing, names)


def _wrapped(thing: object) -> object:
    """What a wrapper made by `functools.wraps` stands for, found without calling `__getattr__`.

    That is code of a user, which may raise anything, or have an answer for any name.
    """
    return inspect.getattr_static(thing, "__wrapped__", _GONE)


def _given(_: object, value: object) -> object:
    """An element of a set, which stays what it is."""
    return value


def _item(holder: dict[object, object], key: object) -> object:
    return holder.get(key, _GONE)


def _named(space: dict[str, object], names: set[str]) -> Iterator[Edge]:
    for name in sorted(names & space.keys()):
        yield _item, space, name, space[name]


def _of_function(function: types.FunctionType, names: set[str]) -> Iterator[Edge]:
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


def _is_own(thing: object) -> bool:
    """Whether *thing* is an object of a class of ndgrad, or of one derived from it, with a state.

    What wraps a function stands for that.
    """
    if isinstance(thing, (type, types.ModuleType, *_IMMUTABLE)) or _wrapped(thing) is not _GONE:
        return False
    kind = type(thing)
    return hasattr(kind, "__guarded__") or any(
        base.__module__.partition(".")[0] == _PACKAGE for base in kind.__mro__
    )


def _state(thing: object) -> State:
    """What a program that uses *thing*, an object of ndgrad, depends on."""
    guarded: Callable[[object], State] | None = getattr(type(thing), "__guarded__", None)
    if guarded is not None:
        return guarded(thing)
    found: dict[str, object] = {}
    for base in reversed(type(thing).__mro__):
        for name, value in vars(base).items():
            if isinstance(value, types.MemberDescriptorType):  # a slot
                found[name] = _attribute(thing, name)
    found.update(getattr(thing, "__dict__", {}))
    found.pop(COMPILED_METHODS, None)
    return found


def _of_object(thing: object, names: set[str]) -> Iterator[Edge]:
    kind = thing if isinstance(thing, type) else type(thing)
    module = sys.modules.get(kind.__module__)  # none has code that was executed under another name
    if module is not None and _foreign(module):
        return
    own = vars(thing) if not isinstance(thing, type) and hasattr(thing, "__dict__") else None
    if own is not None and not _DYNAMIC_ACCESS.isdisjoint(names):
        names = names | (own.keys() - {COMPILED_METHODS})
    for base in kind.__mro__[:-1]:
        for name in sorted((names & vars(base).keys()) | _special_methods(base)):
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


def _special_methods(kind: type) -> frozenset[str]:
    """Methods that Python calls without code naming them, such as ``__call__``."""
    return frozenset(
        name
        for name, value in vars(kind).items()
        if name.startswith("__") and isinstance(value, types.FunctionType)
    )


def _attribute(thing: object, name: str) -> object:
    return getattr(thing, name, _GONE)


def _class_attribute(base: type, name: str) -> object:
    value = vars(base).get(name, _GONE)
    if isinstance(value, (classmethod, staticmethod)):
        return value.__func__
    return value.fget if isinstance(value, property) else value


def _content(cell: types.CellType, _: object) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _GONE


def _foreign(module: types.ModuleType) -> bool:
    """Whether a module is of Python, of an installed package or of ndgrad.

    One that has no file and was not imported is made by the user.
    """
    if module.__name__ == "__main__":
        return False
    space = vars(module)
    file = space.get("__file__")
    return space.get("__spec__") is not None if file is None else _installed(file)


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
