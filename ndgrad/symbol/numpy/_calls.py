"""Calls of NumPy's functions in graphs: symbols, numbers and parameters become an entry."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as onp

from ...base import ArgumentTypeError, MXNetError, set_signature, shown
from ...name import NameManager
from ...ops.table import Op, Params
from ..entries import Operand, Ref
from ..functions import attributes, made, one_or_several
from ..numpy_like import _Symbol
from ..numpy_operators import NumpyOp
from ..operators import definition
from ..symbol import Symbol

if TYPE_CHECKING:
    from ...array.types import MaybeMany, Scalar

SymbolLike: TypeAlias = "Symbol | Scalar"
"""An operand: a symbol, or a number where a function has others."""

Axes: TypeAlias = int | Sequence[int] | None
"""Over which axes; None for all."""

_Function: TypeAlias = Callable[..., "_Symbol | MaybeMany"]


def call(
    operator: str,
    *inputs: SymbolLike | None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **params: object,
) -> _Symbol | MaybeMany:
    """Return the outputs of an operator: a symbol, or a list of them.

    Parameters
    ----------
    operator : str
        Its name in JSON.
    *inputs : Symbol or float
        None for one that is not given.
    name : str, optional
        Of the new entry.
    attr : dict of str, optional
        Its attributes.
    **params

    Raises
    ------
    TypeError
        For an operand that is neither a symbol nor a number, and a parameter that is a symbol.
    """
    return _called(definition(operator), operator, inputs, params, name, attr)


def _called(
    op: Op,
    operator: str,
    inputs: Iterable[object],
    params: Params,
    name: str | None,
    attr: Mapping[str, str] | None,
) -> _Symbol | MaybeMany:
    keys = iter(op.inputs)
    operands: list[Operand] = []
    for i, x in enumerate(inputs):
        key = f"{i}" if op.variadic else next(keys)
        operands.append(_operand(op, operator, key, x))
    while operands and operands[-1] is None:
        operands.pop()
    for key, value in params.items():
        if isinstance(value, Symbol):
            raise ArgumentTypeError(f"{operator}: argument {key} must not be a Symbol")
    label = NameManager.current.get(name, _hint(op, operator, operands))
    found = made(operator, op, operands, params, label, attributes(attr or {}), _Symbol)
    return one_or_several(found)


def _operand(op: Op, operator: str, key: str, x: object) -> Operand:
    if isinstance(x, Symbol):
        if x.num_outputs != 1:
            raise MXNetError(f"{operator}: argument {key} must have one output, got {x!r}")
        return x._heads[0]
    if x is None and key in op.optional:
        return None
    if isinstance(x, (numbers.Real, onp.bool_)) and len(op.inputs) > 1:
        return x  # type: ignore[return-value]  # a number, as classes of numbers say
    raise ArgumentTypeError(f"{operator}: argument {key} must be a Symbol, got {shown(x)}")


def _hint(op: Op, operator: str, operands: Sequence[Operand]) -> str:
    """What names are made from: that of the operator in JSON, without its prefix."""
    places = tuple([i for i, x in enumerate(operands) if not isinstance(x, Ref)])
    if places and isinstance(op, NumpyOp):
        operator = op.with_numbers.get(places, (operator,))[0]
    return operator.removeprefix("_np_").removeprefix("_npi_").removeprefix("_npx_").lower()


def function(name: str, op: NumpyOp, source: Callable[..., object]) -> _Function:
    """A function of symbols with the arguments of one of arrays, whose parameters *op* has.

    Without a symbol among its operands it is that of arrays and numbers.
    """
    known = _signature(source, op)
    order, operator, public = [*known.parameters], op.name, name

    def call(
        *args: object,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
        **kwargs: object,
    ) -> Any:
        given = bound(public, known, args, kwargs)
        if op.variadic:
            inputs = given.pop(order[0])
            inputs = inputs._each() if isinstance(inputs, Symbol) else list(inputs)
        else:
            inputs = [given.pop(key, None) for key in op.inputs]
        if op.inputs and not any(isinstance(x, Symbol) for x in inputs):
            return source(*args, **kwargs)
        if given.get("where") is not None:
            raise TypeError(f"{public}: where is only for arrays; choose by np.where before")
        required = {
            key: known.parameters[key].default for key in op.params if _is_required(op, key)
        }
        params = {key: x for key, x in (required | given).items() if _differs(op, key, x)}
        return _called(op, operator, inputs, params, name, attr)

    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.symbol.numpy"
    call.__doc__ = source.__doc__
    set_signature(call, known)
    return call


def bound(
    function: str, known: Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> dict[str, Any]:
    """The arguments of a call that are given, by name.

    Raises
    ------
    TypeError
        If they do not fit, with the name of the function.
    """
    try:
        return {**known.bind(*args, **kwargs).arguments}
    except TypeError as error:
        raise TypeError(f"{function}: {error}") from None


def _signature(source: Callable[..., object], op: NumpyOp) -> Signature:
    """The arguments of a function; those of arrays that take any others are bound when called."""
    known = signature(source)
    if any(x.kind is x.VAR_POSITIONAL for x in known.parameters.values()):
        required = ", ".join(op.inputs)
        names: dict[str, Callable[..., object]] = {}
        exec(f"def like({required}, out=None): ...", names)
        return signature(names["like"])
    return known


def _is_required(op: NumpyOp, key: str) -> bool:
    return op.params[key] is Parameter.empty


def _differs(op: NumpyOp, key: str, value: object) -> bool:
    """Whether an argument is a parameter of a graph's call that is not as by default."""
    if key == "ctx" or key not in op.params:
        return False
    default = op.params[key]
    return not (value is default or (type(value) is type(default) and value == default))
