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
from ._namespaces import Namespaces as _Namespaces
from ._namespaces import put as _put
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
_spaces = _Namespaces(globals(), __all__, op, _internal, contrib, image, linalg, sparse)
__dir__ = _public_names(globals())


def _called(operator: _Op, function: _Callable[..., object]) -> _Callable[..., object]:
    """*function*, of which it is noted that it calls the operator."""
    _CALLS[function] = operator.name
    return function


def _add(operator: _Op) -> None:
    """Give an operator its functions and methods."""
    if isinstance(operator, _ElementwiseOp):
        for name in operator.functions:
            _spaces.put_in_package(name, arithmetic.function(operator, name))
        for position, names in enumerate(reversed(operator.scalar_names)):
            for name in names:
                _put(_internal, name, arithmetic.scalar_function(operator, name, position))
    for name in operator.names:
        _spaces.put_operator(name, _called(operator, _bind.function(operator, name)))
        _spaces.put_short(name, lambda short, _: _called(operator, _bind.function(operator, short)))
    for name in operator.methods:
        if name not in vars(NDArray):
            method = _methods.method(operator, name, globals()[name])
            setattr(NDArray, name, _called(operator, method))


_for_each(_add)
_spaces.put_operator("Custom", _Custom)
for _name, _function in (distributions.OPERATORS | sparse.FUNCTIONS).items():
    _spaces.put_operator(_name, _function)
globals().update(sparse.FUNCTIONS)
for _name in vars(op).keys() & set(sparse.__all__):  # as MXNet registers them a second time
    _put(_internal, f"_sparse_{_name}", vars(sparse)[_name])
for _function in (_methods.slice_assign, _methods.slice_assign_scalar):
    setattr(NDArray, _function.__name__, _function)
for _name, _function in (creation.INTERNAL | contrib.INTERNAL).items():
    _put(_internal, _name, _function)
_put(sparse, "gs_retain", vars(sparse)["retain"])
