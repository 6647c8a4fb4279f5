"""Functions replaced while the profiler runs, wherever they are bound, and restored exactly.

What is replaced is a function's code object.  So callers that hold the function, by any name, call
the replacement from then on, and nothing in the program asks whether a profiler runs.  That is one
assignment, so that other threads see the one code or the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping
from functools import cache
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from ..base import code, write_now

Function: TypeAlias = Callable[..., Any]
"""What is replaced or timed, of any signature."""

Arguments: TypeAlias = tuple[Any, ...]
"""What such a function is called with by position."""

Keywords: TypeAlias = dict[str, Any]
"""What it is called with by name."""

Hook: TypeAlias = Callable[[Arguments, Keywords], Any]
"""What is called in place of a function, with its arguments."""

Wrapper: TypeAlias = Callable[[Function], Hook]
"""Makes a hook of the function that it is to call."""

_HOOK = "<hook>"


class Replacements:
    """Functions that are replaced, and what they were."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._codes: dict[FunctionType, CodeType] = {}
        self._items: list[tuple[MutableMapping[str, object], str, object]] = []

    def function(self, function: FunctionType, wrapper: Wrapper) -> None:
        """Let calls of *function* go to the hook that *wrapper* makes of what it was.

        A function whose text is written when it is first called is replaced by one that does that
        first.
        """
        with self._lock:
            if function not in self._codes:
                self._codes[function] = function.__code__
                function.__code__ = _calling(self._first(function, wrapper), function.__code__)

    def _first(self, function: FunctionType, wrapper: Wrapper) -> Hook:
        def first(args: Arguments, kwargs: Keywords) -> object:
            with self._lock:
                if (before := self._codes.get(function)) is not None and not written:
                    function.__code__ = before
                    write_now(function)
                    self._codes[function] = before = function.__code__
                    written.append(True)
                    function.__code__ = _calling(wrapper(_copy(function)), before)
            return function(*args, **kwargs)

        written: list[bool] = []
        return first

    def item(self, mapping: MutableMapping[str, object], key: str, value: object) -> None:
        """Let *mapping* have *value* at *key*."""
        with self._lock:
            self._items.append((mapping, key, mapping[key]))
            mapping[key] = value

    def restore(self) -> None:
        """Let everything be what it was."""
        with self._lock:
            for function, before in self._codes.items():
                function.__code__ = before
            for mapping, key, value in reversed(self._items):
                mapping[key] = value
            self._codes.clear()
            self._items.clear()


def _copy(function: FunctionType) -> FunctionType:
    """A function that does what *function* does now, whatever becomes of that."""
    made = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _calling(hook: Hook, like: CodeType) -> CodeType:
    """Code that calls *hook*, for a function that has the code *like*."""
    made = _template(len(like.co_freevars))
    constants = tuple([hook if x == _HOOK else x for x in made.co_consts])
    return made.replace(co_consts=constants, co_name=like.co_name, co_qualname=like.co_qualname)


@cache
def _template(free: int) -> CodeType:
    """Code for functions with so many variables of an outer one, which it must name."""
    names = ", ".join([f"v{i}" for i in range(free)])
    text = (
        f"def outer({names}):\n"
        "    def call(*args, **kwargs):\n"
        f"        hook = {_HOOK!r}\n"
        "        return hook(args, kwargs)\n"
        f"        ({names})\n"
        "    return call\n"
    )
    made: dict[str, FunctionType] = {}
    exec(code(text, "<profiler>"), {}, made)
    found: CodeType = made["outer"](*[None] * free).__code__
    return found
