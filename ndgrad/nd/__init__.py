"""`ndgrad.nd`: one function for every row of the op table, and what makes arrays."""

from __future__ import annotations

import inspect as _inspect
import types as _types
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ..array.ndarray import NDArray as NDArray
from ..base import public_names as _public_names
from ..memory.device import in_use as _in_use
from ..ops.table import lookup as _lookup
from . import (
    _bind,
    arithmetic,
    contrib,
    creation,
    layers,
    linalg,
    ordering,
    random,
    serialization,
    shaping,
)
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


def waitall() -> None:
    """Return when everything has been computed, whichever threads started it.

    On the CPU that is at once: kernels run synchronously.
    """
    for device in _in_use:
        device.synchronize()


op = _types.ModuleType("ndgrad.nd.op", "Every operator of the table under its own name.")
_internal = _types.ModuleType(
    "ndgrad.nd._internal", "`ndgrad.nd.op`, and the operators whose names have an underscore."
)

__all__: list[str] = ["NDArray", "contrib", "linalg", "op", "random", "waitall"]
for _module in (arithmetic, creation, layers, ordering, serialization, shaping):
    __all__ += _module.__all__

_functions = _bind.public_functions() | random.OPERATORS
for _name, _function in _functions.items():
    vars(_internal)[_name] = vars(op)[_name] = _function
    if not _name.startswith("_") and _name not in __all__:  # those above call these
        globals()[_name] = _function
        __all__.append(_name)
    for _prefix, _space in (("_contrib_", contrib), ("linalg_", linalg)):
        if _name.startswith(_prefix):
            _short = _name.removeprefix(_prefix)
            setattr(_space, _short, _bind.function(_lookup(_name), _short))
            _space.__all__.append(_short)

for _space in (op, _internal):
    _private = _space is _internal
    _names = sorted(name for name in _functions if _private or not name.startswith("_"))
    vars(_space).update(__all__=_names, __dir__=_public_names(vars(_space)))
__dir__ = _public_names(globals())


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
