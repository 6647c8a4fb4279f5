"""`ndgrad.nd`: one function for every operator of the table, creation of arrays, and files."""

from __future__ import annotations

import types as _types
from collections.abc import Callable as _Callable
from typing import TYPE_CHECKING

from ..array.ndarray import NDArray as NDArray
from ..base import public_names as _public_names
from ..memory.device import in_use as _in_use
from ..operator import Custom as _Custom
from ..ops.bound import CALLS as _CALLS
from ..ops.table import ElementwiseOp as _ElementwiseOp
from ..ops.table import Op as _Op
from ..ops.table import for_each as _for_each
from . import (
    _bind,
    _methods,
    arithmetic,
    contrib,
    creation,
    distributions,
    image,
    linalg,
    random,
    serialization,
    shaping,
    sparse,
)
from .creation import *  # noqa: F403
from .serialization import *  # noqa: F403
from .shaping import *  # noqa: F403

if TYPE_CHECKING:  # what is made from the table below
    from .._stubs import nd_internal
    from .._stubs import nd_op as op
    from .._stubs.nd_functions import *  # noqa: F403

    _internal = nd_internal
else:
    op = _types.ModuleType("ndgrad.nd.op", "Every operator of the table under its own name.")
    _internal = _types.ModuleType(
        "ndgrad.nd._internal", "`ndgrad.nd.op`, and the operators whose names have an underscore."
    )


def waitall() -> None:
    """Return when everything has been computed, whichever threads started it.

    On the CPU that is at once: kernels run synchronously.
    """
    for device in _in_use:
        device.synchronize()


__all__: list[str] = ["NDArray", "contrib", "image", "linalg", "op", "random", "sparse", "waitall"]
for _module in (creation, serialization, shaping):
    __all__ += _module.__all__
for _space in (op, _internal):
    vars(_space).update(__all__=[], __dir__=_public_names(vars(_space)))
__dir__ = _public_names(globals())


def _put(space: _types.ModuleType, name: str, function: _Callable[..., object]) -> None:
    vars(space)[name] = function
    if name not in space.__all__:
        space.__all__.append(name)


def _put_here(name: str, function: _Callable[..., object]) -> None:
    if not name.startswith("_") and name not in __all__:
        globals()[name] = function
        __all__.append(name)
        if name not in sparse.__all__:
            _put(sparse, name, function)


def _put_operator(name: str, function: _Callable[..., object]) -> None:
    """Make a function of *name* known wherever operators are."""
    _put(_internal, name, function)
    vars(op)[name] = function
    if not name.startswith("_"):
        _put(op, name, function)
    _put_here(name, function)


_SPACES = (("_contrib_", contrib), ("_image_", image), ("linalg_", linalg), ("_sparse_", sparse))
"""Where operators with these prefixes are under the rest of their names."""


def _called(operator: _Op, function: _Callable[..., object]) -> _Callable[..., object]:
    """*function*, of which it is noted that it calls the operator."""
    _CALLS[function] = operator.name
    return function


def _add(operator: _Op) -> None:
    """Give an operator its functions and methods."""
    if isinstance(operator, _ElementwiseOp):
        for name in operator.functions:
            _put_here(name, arithmetic.function(operator, name))
        for position, names in enumerate(reversed(operator.scalar_names)):
            for name in names:
                _put(_internal, name, arithmetic.scalar_function(operator, name, position))
    for name in operator.names:
        _put_operator(name, _called(operator, _bind.function(operator, name)))
        for prefix, space in _SPACES:
            short = name.removeprefix(prefix)
            if short != name and not short.startswith("_"):
                _put(space, short, _called(operator, _bind.function(operator, short)))
    for name in operator.methods:
        if name not in vars(NDArray):
            method = _methods.method(operator, name, globals()[name])
            setattr(NDArray, name, _called(operator, method))


_for_each(_add)
_put_operator("Custom", _Custom)
for _name, _function in (distributions.OPERATORS | sparse.FUNCTIONS).items():
    _put_operator(_name, _function)
globals().update(sparse.FUNCTIONS)
for _name in vars(op).keys() & set(sparse.__all__):  # as MXNet registers them a second time
    _put(_internal, f"_sparse_{_name}", vars(sparse)[_name])
for _function in (_methods.slice_assign, _methods.slice_assign_scalar):
    setattr(NDArray, _function.__name__, _function)
for _name, _function in (creation.INTERNAL | contrib.INTERNAL).items():
    _put(_internal, _name, _function)
_put(sparse, "gs_retain", vars(sparse)["retain"])
