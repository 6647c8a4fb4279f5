"""`ndgrad.nd`: one function for every row of the op table, and what makes arrays."""

from __future__ import annotations

import types as _types
from typing import Any as _Any

from ..ndarray import NDArray
from . import _bind, random
from ._methods import METHODS as _METHODS
from .arithmetic import *  # noqa: F403
from .creation import *  # noqa: F403
from .layers import *  # noqa: F403
from .ordering import *  # noqa: F403
from .shaping import *  # noqa: F403

_internal = _types.ModuleType("ndgrad.nd._internal")
op = _types.ModuleType("ndgrad.nd.op")

for _name, _function in _bind.public_functions().items():
    vars(_internal)[_name] = vars(op)[_name] = _function
    if not _name.startswith("_"):
        globals().setdefault(_name, _function)

for _name, _function in random.OPERATORS.items():
    vars(_internal)[_name] = vars(op)[_name] = _function
    if not _name.startswith("_"):
        globals()[_name] = _function


def _method(name: str) -> _Any:
    function = globals()[name]

    def method(self: NDArray, *args: _Any, **kwargs: _Any) -> _Any:
        return function(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"NDArray.{name}"
    method.__doc__ = f"The same as ``nd.{name}(self, ...)``.\n\n{function.__doc__}"
    return method


for _name in _METHODS:
    if _name in globals() and _name not in vars(NDArray):
        setattr(NDArray, _name, _method(_name))


def waitall() -> None:
    """Return when everything has been computed: at once, as CPU kernels run synchronously."""
