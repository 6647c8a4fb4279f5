"""Registries of classes by name, from which `create` makes objects: initializers, metrics ..."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Protocol, TypeVar

from ._similar import did_you_mean
from .base import ArgumentTypeError, ArgumentValueError, public_names, shown

__all__ = ["get_alias_func", "get_create_func", "get_register_func", "get_registry"]
__dir__ = public_names(globals())

_Class = TypeVar("_Class", bound=type)
_Base = TypeVar("_Base")


class _Register(Protocol):
    def __call__(self, klass: _Class, name: str | None = None) -> _Class: ...


class _Alias(Protocol):
    def __call__(self, *aliases: str) -> Callable[[_Class], _Class]: ...


_registries: dict[type, dict[str, type]] = {}


def registered(base_class: type) -> dict[str, type]:
    """Return the registry of *base_class* itself, which later registrations change."""
    return _registries.setdefault(base_class, {})


def get_registry(base_class: type) -> dict[str, type]:
    """Return a copy of the classes registered below *base_class*, by their names in lower case."""
    return dict(registered(base_class))


def get_register_func(base_class: type, nickname: str) -> _Register:
    """Make a function that registers subclasses.

    Parameters
    ----------
    base_class : type
        What registered classes derive from.
    nickname : str
        What such an object is called in messages, such as ``'initializer'``.

    Returns
    -------
    callable
        ``register(klass, name=None)`` registers a class by its own name, or by *name*, and returns
        it.  A name that is taken is replaced, with a warning.  It raises TypeError for what is no
        subclass of *base_class*.
    """
    registry = registered(base_class)

    def register(klass: _Class, name: str | None = None) -> _Class:
        if not isinstance(klass, type) or not issubclass(klass, base_class):
            raise TypeError(
                f"register: expected a subclass of {base_class.__name__}, got {shown(klass)}"
            )
        key = (klass.__name__ if name is None else name).lower()
        if key in registry:
            warnings.warn(
                f"New {nickname} {klass.__module__}.{klass.__name__} registered with name {key} "
                f"is overriding existing {nickname} "
                f"{registry[key].__module__}.{registry[key].__name__}",
                UserWarning,
                stacklevel=2,
            )
        registry[key] = klass
        return klass

    register.__doc__ = f"Register a subclass of `{base_class.__name__}`, by *name* or by its own."
    return register


def get_alias_func(base_class: type, nickname: str) -> _Alias:
    """Make a function that registers subclasses under further names.

    Parameters
    ----------
    base_class, nickname
        As for `get_register_func`.

    Returns
    -------
    callable
        ``alias(*names)`` is a decorator of classes, which registers them under these names.
    """
    register = get_register_func(base_class, nickname)

    def alias(*aliases: str) -> Callable[[_Class], _Class]:
        def decorate(klass: _Class) -> _Class:
            for name in aliases:
                register(klass, name)
            return klass

        return decorate

    alias.__doc__ = f"Register a subclass of `{base_class.__name__}` under all of these names."
    return alias


def get_create_func(base_class: type[_Base], nickname: str) -> Callable[..., _Base]:
    """Make a function that makes objects by name.

    Parameters
    ----------
    base_class, nickname
        As for `get_register_func`.

    Returns
    -------
    callable
        ``create(name, *args, **kwargs)`` calls the class with that name, in any case.  The first
        argument may also be an object, which is returned; a dict of *nickname* and arguments; or
        JSON of such a dict, or of a list of name and arguments.  It raises ValueError for unknown
        names, TypeError for other things or arguments.
    """
    registry = registered(base_class)

    def create(*args: object, **kwargs: object) -> _Base:
        if args:
            what, args = args[0], args[1:]
        elif nickname in kwargs:
            what = kwargs.pop(nickname)
        else:
            raise TypeError(f"create: argument {nickname} is missing")
        if isinstance(what, base_class):
            if args or kwargs:
                raise TypeError(
                    f"create: {nickname} is an object already, to which no arguments can be given"
                )
            return what
        if isinstance(what, dict):
            return create(**what)
        if not isinstance(what, str):
            raise ArgumentTypeError(
                f"create: {nickname} must be a name, JSON, a dict or an instance of "
                f"{base_class.__name__}, got {shown(what)}"
            )
        if what[:1] in ("[", "{") and not args and not kwargs:
            given = json.loads(what)
            if isinstance(given, dict):
                return create(**given)
            what, kwargs = given
        klass = registry.get(what.lower())
        if klass is None:
            known = ", ".join(sorted(registry))
            raise ArgumentValueError(
                f"create: unknown {nickname} {what!r}{did_you_mean(what, registry)}, "
                f"expected one of {known}"
            )
        return klass(*args, **kwargs)

    create.__doc__ = f"Make a `{base_class.__name__}` by name, from JSON or from a dict."
    return create
