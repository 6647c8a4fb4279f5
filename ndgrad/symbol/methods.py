"""Methods of symbols: Python's operators, and the operators that are methods of arrays."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..base import DTypeLike, MXNetError, NotImplementedForSymbol
from ..ops.axes import integers
from ..ops.table import ElementwiseOp, Op, for_each, lookup
from .functions import binary, function
from .numpy_like import as_numpy_like
from .symbol import Symbol


def _of_symbols(
    call: Callable[..., Any], swapped: bool = False
) -> Callable[[Symbol, object], Symbol]:
    def method(self: Symbol, other: object) -> Symbol:
        if not isinstance(other, (Symbol, numbers.Number)):
            raise TypeError(f"type {type(other)} not supported")
        return call(other, self) if swapped else call(self, other)

    return method


def _install_operators(op: ElementwiseOp) -> None:
    for name in op.functions:
        call = binary(op, name)
        for own in op.python_operators:
            method = f"__{own.strip('_')}__"
            setattr(Symbol, method, _of_symbols(call))
            if own in _REFLECTED:
                setattr(Symbol, f"__r{own}__", _of_symbols(call, swapped=True))


_REFLECTED = ("add", "sub", "mul", "truediv", "mod", "pow")


def _install(op: Op) -> None:
    if isinstance(op, ElementwiseOp) and op.functions:
        _install_operators(op)
    for name in op.methods:
        if name not in vars(Symbol):
            setattr(Symbol, name, function(op, name))


def reshape(self: Symbol, *shape: int | Sequence[int], **kwargs: object) -> Symbol:
    """Return the elements in another shape, as `NDArray.reshape`; see ``Reshape``."""
    alone = len(shape) == 1 and isinstance(shape[0], (tuple, list))
    lengths = kwargs.pop("shape", None) or (shape[0] if alone else shape)
    if not lengths:
        raise ValueError("Shape must be provided.")
    given = {"shape": integers("reshape", "shape", lengths), **kwargs}
    return function(lookup("Reshape"), "reshape", "Reshape")(self, **given)


def astype(self: Symbol, dtype: DTypeLike, copy: bool = True) -> Symbol:
    """Return the elements in another dtype."""
    return function(lookup("Cast"), "cast", "Cast")(self, dtype=dtype)


def broadcast_to(self: Symbol, shape: int | Sequence[int]) -> Symbol:
    """Return the elements repeated along axes of length 1."""
    return function(lookup("broadcast_to"), "broadcast_to")(self, shape=shape)


def itself(self: Symbol, *args: object, **kwargs: object) -> Symbol:
    """Return the symbol, for which there is one back end."""
    return self


def gradient(self: Symbol, wrt: object) -> Symbol:
    """Raise: gradients are computed by `Executor.backward`, and by ``autograd``."""
    raise MXNetError("Symbol.gradient is not implemented; bind the symbol and call backward")


def negative(self: Symbol) -> Symbol:
    """Return ``-self``."""
    return binary(lookup("broadcast_mul"), "multiply")(self, -1.0)  # type: ignore[arg-type]


def absolute(self: Symbol) -> Symbol:
    """Return the absolute value of each element."""
    return function(lookup("abs"), "abs")(self)


def _only_of_arrays(name: str, alias: str | None = None) -> Callable[..., NoReturn]:
    def method(self: Symbol, *args: object, **kwargs: object) -> NoReturn:
        raise NotImplementedForSymbol(method, alias, *args)

    method.__name__ = name
    return method


for _name, _method in {
    "reshape": reshape,
    "broadcast_to": broadcast_to,
    "as_nd_ndarray": itself,
    "as_np_ndarray": as_numpy_like,
    "get_backend_symbol": itself,
    "optimize_for": itself,
    "gradient": gradient,
    "astype": astype,
    "__neg__": negative,
    "__abs__": absolute,
    "__hash__": object.__hash__,
}.items():
    setattr(Symbol, _name, _method)
for_each(_install)
for _name in ("asnumpy", "asscalar", "wait_to_read", "copy", "as_in_context", "detach", "backward"):
    if not hasattr(Symbol, _name):
        setattr(Symbol, _name, _only_of_arrays(_name))
for _name, _alias in {
    "__bool__": "bool", "__iadd__": "+=", "__isub__": "-=", "__imul__": "*=", "__itruediv__": "/=",
}.items():  # fmt: skip
    setattr(Symbol, _name, _only_of_arrays(_name, _alias))
