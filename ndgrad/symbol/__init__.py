"""`ndgrad.symbol`: graphs of operators as values, composed by functions or read from a record."""

from __future__ import annotations

import types as _types
from typing import TYPE_CHECKING

from .. import autograd as _autograd
from ..base import public_names as _public_names
from ..nd._namespaces import Namespaces as _Namespaces
from ..nd._namespaces import put as _put
from ..operator import python as _python_operators
from ..ops.table import ElementwiseOp as _ElementwiseOp
from ..ops.table import Op as _Op
from ..ops.table import for_each as _for_each
from . import (
    contrib,
    control_flow,
    creation,
    extra,
    functions,
    image,
    linalg,
    random,
    sparse,
)
from . import methods as methods
from . import numpy as np  # noqa: F401  # MXNet has both names
from . import numpy as numpy
from . import numpy_extension as npx  # noqa: F401
from . import numpy_extension as numpy_extension
from .creation import *  # noqa: F403
from .operators import OTHERS as _OTHERS
from .symbol import Symbol, fromjson, get_symbol, load, load_json

if TYPE_CHECKING:  # what is made from the table below
    from .._stubs import symbol_internal
    from .._stubs import symbol_op as op
    from .._stubs.symbol_functions import *  # noqa: F403

    _internal = symbol_internal
else:
    op = _types.ModuleType("ndgrad.symbol.op", "Every operator of the table, of symbols.")
    _internal = _types.ModuleType(
        "ndgrad.symbol._internal",
        "`ndgrad.symbol.op`, and operators whose names have an underscore.",
    )
__all__: list[str] = [
    "Symbol", "contrib", "fromjson", "get_symbol", "image", "linalg", "load", "load_json", "op",
    "random", "sparse",
]  # fmt: skip
__all__ += creation.__all__
_spaces = _Namespaces(globals(), __all__, op, _internal, contrib, image, linalg, sparse)
__dir__ = _public_names(globals())
_autograd.get_symbol = get_symbol
_python_operators.custom_symbol = extra.Custom


def _add(operator: _Op) -> None:
    """Give an operator its functions of symbols."""
    if isinstance(operator, _ElementwiseOp):
        for name in operator.functions:
            _spaces.put_in_package(name, functions.binary(operator, name))
        for position, names in enumerate(reversed(operator.scalar_names)):
            for name in names:
                _put(_internal, name, functions.scalar(operator, name, position))
    for name in operator.names:
        _spaces.put_operator(name, functions.function(operator, name))
        _spaces.put_short(name, lambda short, long: functions.function(operator, short, long))


_for_each(_add)
for _name in control_flow.__all__:
    _put(contrib, _name, getattr(control_flow, _name))
for _name in extra.__all__:
    _spaces.put_operator(_name, getattr(extra, _name))
    globals()[_name] = vars(sparse)[_name] = getattr(extra, _name)
Symbol.split_v2 = extra.split_v2  # type: ignore[method-assign, assignment]
pow = power = globals()["power"]
for _name, _operator in _OTHERS.items():
    if not _name.startswith("_np"):  # which `sym.np` and `sym.npx` call
        _spaces.put_operator(_name, functions.function(_operator, _name))
