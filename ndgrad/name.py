"""Names of symbols that are given none: `NameManager`, and `Prefix` for a part of a net."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import ClassVar

from .base import public_names

__all__ = ["NameManager", "Prefix"]
__dir__ = public_names(globals())


class _Current(type):
    """The class of `NameManager`, whose ``current`` belongs to the thread."""

    _threads = threading.local()

    @property
    def current(cls) -> NameManager:
        """The manager of the innermost ``with`` block of this thread."""
        threads = _Current._threads
        if not hasattr(threads, "manager"):
            threads.manager = NameManager()
        return threads.manager

    @current.setter
    def current(cls, manager: NameManager) -> None:
        _Current._threads.manager = manager


class NameManager(metaclass=_Current):
    """Gives names ``fullyconnected0``, ``fullyconnected1`` ...; a ``with`` block makes it current.

    Examples
    --------
    >>> import ndgrad as mx
    >>> with mx.name.NameManager():
    ...     mx.sym.sin(mx.sym.var("x"))
    <Symbol sin0>
    """

    current: ClassVar[NameManager]

    def __init__(self) -> None:
        self._counter: dict[str, int] = {}
        self._before: list[NameManager] = []

    def get(self, name: str | None, hint: str) -> str:
        """Return *name*, or one made of *hint* and a number if it is None or empty."""
        if name:
            return name
        number = self._counter.get(hint, 0)
        self._counter[hint] = number + 1
        return f"{hint}{number}"

    def __enter__(self) -> NameManager:
        self._before.append(NameManager.current)
        NameManager.current = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        NameManager.current = self._before.pop()


class Prefix(NameManager):
    """Gives names with a prefix, also to symbols that are given one.

    Parameters
    ----------
    prefix : str

    Examples
    --------
    >>> import ndgrad as mx
    >>> with mx.name.Prefix("left_"):
    ...     mx.sym.sin(mx.sym.var("x"), name="wave")
    <Symbol left_wave>
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def get(self, name: str | None, hint: str) -> str:
        """Return the prefix and the name that `NameManager` gives."""
        return self._prefix + super().get(name, hint)
