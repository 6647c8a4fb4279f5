"""`ndgrad.symbol`: graphs of operators as values, composed by functions or read from a record."""

from __future__ import annotations

import types as _types
from collections.abc import Callable as _Callable
from typing import TYPE_CHECKING

from .. import autograd as _autograd
from ..base import public_names as _public_names
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
for _space in (op, _internal):
    vars(_space).update(__all__=[], __dir__=_public_names(vars(_space)))
__dir__ = _public_names(globals())
_autograd.get_symbol = get_symbol
_python_operators.custom_symbol = extra.Custom


def _put(space: _types.ModuleType, name: str, function: _Callable[..., object]) -> None:
    vars(space)[name] = function
    if name not in space.__all__:
        space.__all__.append(name)


def _put_here(name: str, function: _Callable[..., object]) -> None:
    if not name.startswith("_") and name not in __all__:
        globals()[name] = function
        __all__.append(name)
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


def _add(operator: _Op) -> None:
    """Give an operator its functions of symbols."""
    if isinstance(operator, _ElementwiseOp):
        for name in operator.functions:
            _put_here(name, functions.binary(operator, name))
        for position, names in enumerate(reversed(operator.scalar_names)):
            for name in names:
                _put(_internal, name, functions.scalar(operator, name, position))
    for name in operator.names:
        _put_operator(name, functions.function(operator, name))
        for prefix, space in _SPACES:
            short = name.removeprefix(prefix)
            if short != name and not short.startswith("_"):
                _put(space, short, functions.function(operator, short, name))


_for_each(_add)
for _name in control_flow.__all__:
    _put(contrib, _name, getattr(control_flow, _name))
for _name in extra.__all__:
    _put_operator(_name, getattr(extra, _name))
    globals()[_name] = vars(sparse)[_name] = getattr(extra, _name)
Symbol.split_v2 = extra.split_v2  # type: ignore[method-assign, assignment]
pow = power = globals()["power"]
for _name, _operator in _OTHERS.items():
    _put_operator(_name, functions.function(_operator, _name))
