"""Attributes of symbols that are made in a block: `AttrScope`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar

from .base import public_names

__all__ = ["AttrScope"]
__dir__ = public_names(globals())


class _Current(type):
    """The class of `AttrScope`, whose ``current`` belongs to the thread."""

    _threads = threading.local()

    @property
    def current(cls) -> AttrScope:
        """The scope of the innermost ``with`` block of this thread."""
        threads = _Current._threads
        if not hasattr(threads, "scope"):
            threads.scope = AttrScope()
        return threads.scope

    @current.setter
    def current(cls, scope: AttrScope) -> None:
        _Current._threads.scope = scope


class AttrScope(metaclass=_Current):
    """A ``with`` block in which new symbols have these attributes, and those of blocks around it.

    Parameters
    ----------
    **kwargs : str
        Such as ``lr_mult="0.1"``, ``ctx_group="stage1"`` or ``__mine__="..."``.

    Raises
    ------
    ValueError
        If a value is no string.

    Examples
    --------
    >>> import ndgrad as mx
    >>> with mx.AttrScope(lr_mult="0.1"):
    ...     x = mx.sym.var("x")
    >>> x.attr("lr_mult")
    '0.1'
    """

    current: ClassVar[AttrScope]

    def __init__(self, **kwargs: str) -> None:
        for value in kwargs.values():
            if not isinstance(value, str):
                raise ValueError("Attributes need to be string")
        self._attr: Mapping[str, str] = kwargs
        self._before: list[tuple[AttrScope, Mapping[str, str]]] = []

    def get(self, attr: Mapping[str, str] | None) -> dict[str, str]:
        """Return the attributes of the scope, and *attr*, which come first."""
        return {**self._attr, **(attr or {})}

    def __enter__(self) -> AttrScope:
        before = AttrScope.current
        self._before.append((before, self._attr))
        self._attr = {**before._attr, **self._attr}
        AttrScope.current = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        AttrScope.current, self._attr = self._before.pop()
