"""`ndgrad.nd`: one function for every row of the op table, and what makes arrays."""

from __future__ import annotations

import inspect as _inspect
import types as _types
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ..device import in_use as _in_use
from ..kernels._table import lookup as _lookup
from ..ndarray import NDArray as NDArray
from . import _bind, contrib, linalg, random
from ._methods import METHODS as _METHODS
from .arithmetic import *  # noqa: F403
from .creation import *  # noqa: F403
from .layers import *  # noqa: F403
from .ordering import *  # noqa: F403
from .serialization import *  # noqa: F403
from .shaping import *  # noqa: F403

if _TYPE_CHECKING:

    def __getattr__(name: str) -> _Any:
        """Stand for the functions that are made from the op table below."""


_internal = _types.ModuleType("ndgrad.nd._internal")
op = _types.ModuleType("ndgrad.nd.op")

for _name, _function in _bind.public_functions().items():
    vars(_internal)[_name] = vars(op)[_name] = _function
    if not _name.startswith("_"):
        globals().setdefault(_name, _function)
    for _prefix, _space in (("_contrib_", contrib), ("linalg_", linalg)):
        if _name.startswith(_prefix):
            _short = _name.removeprefix(_prefix)
            setattr(_space, _short, _bind.function(_lookup(_name), _short))

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
    doc = _inspect.cleandoc(function.__doc__ or "")
    method.__doc__ = f"The same as ``nd.{name}(self, ...)``.\n\n{doc}"
    return method


for _name in _METHODS:
    if _name in globals() and _name not in vars(NDArray):
        setattr(NDArray, _name, _method(_name))


def waitall() -> None:
    """Return when everything has been computed, whichever threads started it.

    On the CPU that is at once: kernels run synchronously.
    """
    for device in _in_use:
        device.synchronize()
