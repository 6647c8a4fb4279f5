"""Functions of symbols with MXNet's calling conventions, made from definitions of operators."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from ..attribute import AttrScope
from ..base import ArgumentTypeError, MXNetError, set_signature, shown
from ..name import NameManager
from ..nd._bind import checks_of, given_arguments, parameters, signature, unknown
from ..ops.table import ALIASES, ZERO, ElementwiseOp, Op, Params, lookup
from .attributes import hidden, is_hidden
from .entries import NodeEntry, Operand, Ref
from .json import value_of
from .numpy_like import kind_of
from .symbol import Symbol

if TYPE_CHECKING:
    from ..array.types import MaybeMany, Scalar

_Kind = TypeVar("_Kind", bound=Symbol)
_Function: TypeAlias = Callable[..., Symbol]


def function(
    op: Op, name: str, called: str | None = None, kind: type[Symbol] | None = None
) -> _Function:
    """What `ndgrad.symbol` has of an operator under *name*.

    Parameters
    ----------
    op : Op
    name : str
        Of the function, from which symbols that are given no name get theirs.
    called : str, optional
        What the graph calls the operator; by default its own name, or *name* if it is internal.
    kind : type, optional
        The class of what it returns, and then a list of several outputs; by default as of an array,
        that of the symbols that it is given, and one symbol.

    Raises (when called)
    --------------------
    TypeError
        For an argument that is unknown, or no symbol where one is needed.
    MXNetError
        If a parameter is missing.
    """
    if called is None:
        called = name if name.startswith("_") else op.name
    call = (_variadic if op.variadic else _fixed)(op, name, called, kind)
    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.symbol"
    call.__doc__ = op.doc
    set_signature(call, signature(op))
    return call


def _fixed(op: Op, name: str, called: str, kind: type[Symbol] | None) -> _Function:
    checks = checks_of(op)

    def call(*args: object, **kwargs: object) -> Symbol:
        label, attrs, rest = _labels(op, kwargs)
        given = given_arguments(op, name, args, rest)
        inputs = [given.pop(key, None) for key in op.keywords]
        params = _parameters(op, name, given, checks)
        taken = op.taken(params)
        inputs = _placed(op, inputs, taken)
        label = NameManager.current.get(label, name.lower())
        refs: list[Operand] = []
        for key, own, x in zip(op.keywords, op.inputs, inputs, strict=True):
            if x is None and own not in taken:
                refs.append(None)
            elif x is None:
                refs.append(_variable(f"{label}_{key}", attrs))
            else:
                refs.append(_operand(op, name, key, x))
        while refs and refs[-1] is None:
            refs.pop()
        count = sum(x is not None for x in refs)
        if count > len(taken) and op.takes is not None:
            raise MXNetError(
                f"{name}: {count} inputs are given, expected {', '.join(taken) or 'none'}"
            )
        result = made(called, op, refs, params, label, attrs, kind or kind_of(inputs))
        return result if kind is None else one_or_several(result)

    return call


def _placed(op: Op, inputs: list[object], taken: Sequence[str]) -> list[object]:
    """*inputs* where those that a call does not take are left out, rather than None."""
    given = [x for x in inputs if x is not None]
    others = [x for name, x in zip(op.inputs, inputs, strict=True) if name not in taken]
    if len(given) != len(taken) or all(x is None for x in others):
        return inputs
    rest = iter(given)
    return [next(rest) if name in taken else None for name in op.inputs]


def _variadic(op: Op, name: str, called: str, kind: type[Symbol] | None) -> _Function:
    checks = checks_of(op)
    known = {*parameters(op)}

    def call(*args: object, **kwargs: object) -> Symbol:
        label, attrs, rest = _labels(op, kwargs)
        count = None if "num_args" in known else rest.pop("num_args", None)
        inputs = list(args[0]) if len(args) == 1 and isinstance(args[0], (list, tuple)) else [*args]
        inputs += [rest.pop(key) for key in [*rest] if isinstance(rest[key], Symbol)]
        if len(inputs) == 1 and isinstance(inputs[0], Symbol):
            inputs = [*inputs[0]._each()]
        for key in rest:
            if key not in known:
                raise unknown(op, name, key)
        if not inputs and not count:
            raise MXNetError(f"{name}: at least one Symbol is needed")
        params = _parameters(op, name, rest, checks)
        label = NameManager.current.get(label, name.lower())
        refs = [_operand(op, name, f"{i}", x) for i, x in enumerate(inputs)]
        others = [] if op.takes is None else op.takes({**op.params, **params})
        names = [op.keywords[0], *others] if others else [f"arg{i}" for i in range(int(count or 0))]
        refs += [_variable(f"{label}_{key}", attrs) for key in names[len(refs) :]]
        result = made(called, op, refs, params, label, attrs, kind or kind_of(inputs))
        return result if kind is None else one_or_several(result)

    return call


def one_or_several(x: _Kind) -> _Kind | MaybeMany:
    """What NumPy's functions return: a symbol of one output, or a list of them."""
    return x if x.num_outputs == 1 else x._each()


def made(
    called: str,
    op: Op,
    inputs: Sequence[Operand],
    params: Params,
    label: str,
    attrs: Mapping[str, str],
    kind: type[_Kind],
) -> _Kind:
    """The outputs of a call, whose inputs and parameters have been checked, as a symbol."""
    count = op.count(params)
    entry = NodeEntry(label, called, tuple(inputs), dict(params), count, attrs=attrs)
    for key, initializer in op.initial.items():
        position = op.inputs.index(key)
        x = inputs[position] if position < len(inputs) else None
        if isinstance(x, Ref) and x.entry.op is None:
            x.entry.attrs.setdefault("__init__", initializer)
    return kind([Ref(entry, i) for i in range(count)])


def _labels(op: Op, kwargs: Params) -> tuple[str | None, dict[str, str], dict[str, Any]]:
    """The name and the attributes of a new symbol, and all other arguments."""
    rest = {key: value for key, value in kwargs.items() if key != "name"}
    attrs = {key: str(value) for key, value in (rest.pop("attr", None) or {}).items()}
    own = {key: str(rest.pop(key)) for key in [*rest] if is_hidden(key) and key not in op.params}
    if "out" in rest and rest.pop("out") is not None:
        raise TypeError(f"{op.name}: a symbol has no memory to write to, got out")
    return kwargs.get("name"), attributes({**attrs, **own}), rest


def attributes(attrs: Mapping[str, str]) -> dict[str, str]:
    """Attributes of a new symbol: those of the scope, and *attrs*."""
    for value in attrs.values():
        if not isinstance(value, str):
            raise ValueError("Set Attr only accepts string values")
    return hidden(AttrScope.current.get(attrs))


def _parameters(
    op: Op, name: str, given: Params, checks: Mapping[str, Callable[[str, str, object], object]]
) -> dict[str, object]:
    found = {}
    for key, value in given.items():
        if isinstance(value, str):
            value = value_of(value)  # MXNet takes all parameters as text
        found[key] = checks[key](name, key, value)
    for key in parameters(op):
        if op.params[key] is Parameter.empty and key not in found:
            raise MXNetError(f"Required parameter {key} is not presented, in operator {name}")
    return found


def _operand(op: Op, name: str, key: str, x: object) -> Ref | float:
    if isinstance(x, Symbol):
        if x.num_outputs != 1:
            raise MXNetError(
                f"{name}: argument {key} must have one output, got {x.num_outputs}: "
                f"{x.list_outputs()}"
            )
        return x._heads[0]
    if isinstance(op, ElementwiseOp) and isinstance(x, (numbers.Real, np.bool_)):
        return x  # type: ignore[return-value]
    raise ArgumentTypeError(f"{name}: argument {key} must be a Symbol, got {shown(x)}")


def _variable(name: str, attrs: Mapping[str, str]) -> Ref:
    return Ref(NodeEntry(name, attrs=attrs), 0)


# --- two operands ---------------------------------------------------------------------------------


def binary(op: ElementwiseOp, name: str) -> Callable[..., Any]:
    """What `ndgrad.symbol` has under one of the names in *op*'s fact ``functions``.

    Of two symbols it is the operator of arrays of one shape, where MXNet has one.
    """
    right, left = op.scalar_names or (("",), ("",))
    base = right[0].removesuffix("_scalar")
    alike = lookup(base) if base in ALIASES else op
    called = alike.name if alike.name.startswith("elemwise_") else base or op.name
    on_numbers = op.functions[name]

    def call(
        lhs: object, rhs: object, *, name: str | None = None, **others: object
    ) -> Symbol | float:
        symbols = [isinstance(x, Symbol) for x in (lhs, rhs)]
        if not any(symbols):
            if not all(isinstance(x, numbers.Number) for x in (lhs, rhs)):
                raise TypeError(f"types ({type(lhs)}, {type(rhs)}) not supported")
            return on_numbers(lhs, rhs)
        label, attrs, _ = _labels(op, {"name": name, **others})
        if all(symbols):
            hint, target = base or op.name, (called, alike)
        else:
            if op.ordered and not symbols[0]:
                lhs, rhs, symbols = rhs, lhs, [True, False]
            names = right if symbols[0] else left
            hint, target = names[0 if op.gradient == ZERO else -1] or op.name, (op.name, op)
        operands = [
            _operand(op, op.name, key, x) for key, x in zip(op.keywords, (lhs, rhs), strict=True)
        ]
        label = NameManager.current.get(label, hint.lower())
        return made(target[0], target[1], operands, {}, label, attrs, kind_of((lhs, rhs)))

    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.symbol"
    call.__doc__ = f"{op.doc}\n\nOf symbols and numbers; of two numbers, a number."
    return call


def scalar(op: ElementwiseOp, public: str, position: int) -> _Function:
    """What `ndgrad.symbol._internal` has under *public*: *op* with a number at *position*."""

    def call(data: Symbol | None = None, scalar: Scalar | str = 1.0, **others: object) -> Symbol:
        others.pop("is_int", None)
        label, attrs, rest = _labels(op, others)
        if rest:
            raise unknown(op, public, next(iter(rest)))
        label = NameManager.current.get(label, public.lower())
        number = value_of(scalar) if isinstance(scalar, str) else scalar
        x = (
            _variable(f"{label}_data", attrs)
            if data is None
            else _operand(op, public, "data", data)
        )
        first = position == 0 and not op.ordered
        operands = [number, x] if first else [x, number]
        return made(op.name, op, operands, {}, label, attrs, kind_of((data,)))

    call.__name__ = call.__qualname__ = public
    call.__module__ = "ndgrad.symbol"
    call.__doc__ = f"{op.doc}\n\nOf a symbol and a number, which is the operand {position}."
    return call
