"""NumPy's own functions called with arrays of ours: they go to ours of the same name.

Functions that are missing here get the arrays as NumPy's, and give NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as onp

from ..array.ndarray import NDArray
from ._check import is_default
from .multiarray import ndarray

_ours: dict[str, dict[str, object]] = {}


def install(functions: dict[str, object]) -> None:
    """Let NumPy call these functions by name for arrays of ours."""
    _ours.update(functions=functions)
    setattr(ndarray, "__array_ufunc__", _array_ufunc)  # noqa: B010
    setattr(ndarray, "__array_function__", _array_function)  # noqa: B010


def _found(name: str, module: str) -> Callable[..., object] | None:
    functions = _ours["functions"]
    for part in module.split(".")[1:]:
        space = functions.get(part)
        functions = vars(space) if hasattr(space, "__dict__") else {}
    function = functions.get(name)
    return function if callable(function) else None


def _on_host(x: Any) -> Any:
    if isinstance(x, NDArray):
        return x.__array__()
    if isinstance(x, (list, tuple)):
        return type(x)([_on_host(y) for y in x])
    return x


def _array_ufunc(
    self: ndarray, ufunc: onp.ufunc, method: str, *inputs: object, **kwargs: Any
) -> object:
    """Call our function of the ufunc's name; its methods, such as ``reduce``, on the host."""
    out = kwargs.pop("out", None)
    kwargs = {k: x for k, x in kwargs.items() if not is_default(k, x)}
    function = _found(ufunc.__name__, "numpy") if method == "__call__" else None
    if function is not None and not kwargs:
        if out is None:
            return function(*inputs)
        (target,) = out
        if isinstance(target, ndarray):
            return function(*inputs, out=target)
        return getattr(ufunc, method)(*map(_on_host, inputs), out=out)
    if out is not None:
        kwargs["out"] = tuple(map(_on_host, out))
    return getattr(ufunc, method)(*map(_on_host, inputs), **kwargs)


def _array_function(
    self: ndarray,
    func: Callable[..., object],
    types: Collection[type],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
) -> object:
    """Call our function of the same name and module; on the host what that does not take."""
    function = _found(func.__name__, getattr(func, "__module__", "numpy") or "numpy")
    if function is not None:
        try:
            return function(*args, **kwargs)
        except TypeError:  # lists, objects of NumPy's, arguments that only NumPy has
            pass
    return func(*_on_host(args), **{k: _on_host(v) for k, v in kwargs.items()})
