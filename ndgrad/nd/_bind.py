"""Functions with MXNet's calling conventions, made from definitions of operators."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from .._similar import unknown_argument
from ..array.ndarray import NDArray
from ..base import (
    ArgumentTypeError,
    MXNetError,
    is_attribute,
    set_signature,
    shown,
    user_call,
    written_function,
)
from ..dispatch import ABSENT, classes, is_planned, numpy_like_call, planned_function
from ..ops.axes import flag, integer, ints_of_text, number
from ..ops.bound import Call
from ..ops.table import CompositeOp, ElementwiseOp, Op, UpdateOp
from ..tape import Array

_Parameter = inspect.Parameter
_Check: TypeAlias = Callable[[str, str, object], object]


@cache
def signature(op: Op) -> inspect.Signature:
    """What callers may pass: inputs, then parameters, then ``out`` and ``name``."""
    parameters = []
    kind = _Parameter.KEYWORD_ONLY if op.variadic else _Parameter.POSITIONAL_OR_KEYWORD
    if op.variadic:
        parameters.append(_Parameter(op.keywords[0], _Parameter.VAR_POSITIONAL))
    else:
        for key, name in zip(op.keywords, op.inputs, strict=True):
            default = None if name in op.optional else _Parameter.empty
            parameters.append(_Parameter(key, kind, default=default))
    names = [n for n in op.params if not n.startswith("_")]
    for name in names:
        default = op.params[name]
        if kind is not _Parameter.KEYWORD_ONLY and any(
            p.default is not _Parameter.empty for p in parameters
        ):
            # A required parameter may follow an optional input: keywords say which is which.
            default = None if default is _Parameter.empty else default
        parameters.append(_Parameter(name, kind, default=default))
    parameters += [
        _Parameter(name, _Parameter.KEYWORD_ONLY, default=None) for name in ("out", "name")
    ]
    return inspect.Signature(parameters)


def function(
    op: Op,
    name: str | None = None,
    change: Callable[[Call], Call] | None = None,
    array: type[Array] = NDArray,
) -> Call:
    """The public function of an operator, under one of its names.

    *change* is for methods that take more: it makes what gets all calls past the fast path.  That
    is for arrays of the class *array*.

    Raises (when called)
    --------------------
    TypeError
        For an argument that is missing, unknown or no array.
    """
    name = name or op.name
    if isinstance(op, ElementwiseOp) and len(op.inputs) <= 2 and not op.params:
        own = op.call if array is NDArray else numpy_like_call(op.name)
        bound = own if name == op.name else _slow_path(op, name)
    else:
        general = _variadic(op, name) if op.variadic else _slow_path(op, name)
        general = general if change is None else change(general)
        if array is NDArray:
            general = _or_numpy_like(general, lambda of: function(op, name, change, of))
        direct = op.variadic and not is_planned(op, array)
        bound = general if direct else _bound(op, general, array)
    bound.__name__ = bound.__qualname__ = name
    bound.__module__ = "ndgrad.nd"
    bound.__doc__ = op.doc
    set_signature(bound, signature(op))
    return bound


def _or_numpy_like(general: Call, bound_for: Callable[[type[Array]], Call]) -> Call:
    """*general*, but for calls with arrays like NumPy's, which have a function of their own."""
    functions: list[Call] = []

    def call(*args: object, **kwargs: object) -> object:
        kind = classes.numpy_like
        for x in (*args, *kwargs.values()):
            if x.__class__ is kind:
                if not functions:
                    functions.append(bound_for(kind))
                return functions[0](*args, **kwargs)
        return general(*args, **kwargs)

    return call


@cache
def checks_of(op: Op) -> Mapping[str, _Check]:
    """What each parameter must be, as far as its default says: a check that returns its value.

    The operator's forward checks what depends on the inputs.
    """
    found: dict[str, _Check] = {}
    read = _read_by_formulas(op)
    for name, default in op.params.items():
        if default.__class__ is bool:
            found[name] = flag
        elif default.__class__ is float:
            found[name] = number
        elif default.__class__ is int:
            found[name] = _ints
        elif name in read:
            found[name] = _number
        else:
            found[name] = _no_array
    return found


def _read_by_formulas(op: Op) -> tuple[str, ...]:
    if isinstance(op, ElementwiseOp):
        return op.forward_loop.args
    return op.loop.args if isinstance(op, UpdateOp) else ()


def _ints(op: str, arg: str, value: object) -> object:
    return ints_of_text(_no_array(op, arg, value))


def _number(op: str, arg: str, value: object) -> object:
    """A number from text; the operator checks what else it is given."""
    return number(op, arg, value) if isinstance(value, str) else _no_array(op, arg, value)


def _no_array(op: str, arg: str, value: object) -> object:
    if isinstance(value, (NDArray, np.ndarray)) and value.ndim:
        raise MXNetError(f"Operator {op}: {arg} must not be an array, got {shown(value)}")
    return value


# Classes of parameters that need no check, as it would return their value.
_PLAIN = frozenset((bool, int, float, str, tuple, list, type, np.dtype, type(None)))
_QUICK: dict[_Check, frozenset[type]] = {
    flag: frozenset((bool,)),
    number: frozenset((float, int, bool)),
    _no_array: _PLAIN,
    _ints: _PLAIN - {str},
    _number: _PLAIN - {str},
}


def unknown(op: Op, name: str, given: str) -> TypeError:
    """The error of an argument that there is not."""
    known = [*op.keywords, *(p for p in op.params if not p.startswith("_")), "out", "name"]
    return unknown_argument(name, given, known)


def parameters(op: Op) -> list[str]:
    """The parameters that callers may give."""
    return [p for p in op.params if not p.startswith("_")]


def given_arguments(
    op: Op, name: str, args: Sequence[object], kwargs: Mapping[str, object]
) -> dict[str, object]:
    """The arguments of a call by name: inputs and parameters, of an operator that is not variadic.

    Raises
    ------
    TypeError
        For an argument that is unknown, too many, or given twice.
    """
    order = [*op.keywords, *parameters(op)]
    if len(args) > len(order):
        raise TypeError(f"{name}: {len(args)} arguments given, at most {len(order)} expected")
    given = dict(zip(order, args, strict=False))
    for key, value in kwargs.items():
        if key not in op.keywords and (key not in op.params or key.startswith("_")):
            if is_attribute(key) or (key == "dtype" and not parameters(op)):
                continue  # zeros_like(x, dtype=...): without parameters, MXNet looks at no argument
            raise unknown(op, name, key)
        if key in given:
            raise TypeError(f"{name}: argument {key!r} given twice")
        given[key] = value
    return given


def _slow_path(op: Op, name: str) -> Call:
    call = op.call
    keys = op.keywords
    params = parameters(op)
    required = {k for k, n in zip(keys, op.inputs, strict=True) if n not in op.optional}
    required |= {p for p in params if op.params[p] is _Parameter.empty}
    numbers_allowed = isinstance(op, ElementwiseOp)
    known, checks = {*keys, *params}, checks_of(op)

    def slow_path(*args: object, out: object = None, **kwargs: object) -> object:
        kwargs.pop("name", None)
        kwargs.pop("ctx", None) if "ctx" not in known else None
        given = given_arguments(op, name, args, kwargs)
        for key in required:
            if key not in given:
                raise ArgumentTypeError(f"{name}: argument {key!r} is missing")
        inputs = [given.pop(key, None) for key in keys]
        given = {key: checks[key](name, key, value) for key, value in given.items()}
        if not numbers_allowed:
            _check_arrays(name, keys, inputs, op.optional)
        while inputs and inputs[-1] is None and op.inputs[len(inputs) - 1] in op.optional:
            inputs.pop()
        return call(*inputs, out=out, **given) if out is not None else call(*inputs, **given)

    return slow_path


def _bound(op: Op, general: Call, array: type[Array]) -> Call:
    """A function with the operator's own signature, past *general* for arrays and plain parameters.

    Python binds the arguments, in a fraction of the time that taking them apart takes.  *general*
    takes every other call, and says what is wrong.
    """
    params = tuple(name for name in op.params if not name.startswith("_"))
    order = (*op.keywords, *params)

    checks = checks_of(op)
    if is_planned(op, array):
        quick = {name: _QUICK[checks[name]] for name in params}
        return planned_function(op, general, quick, array)

    def rebound(
        values: tuple[object, ...],
        rest: tuple[object, ...],
        others: dict[str, object],
        out: object = None,
    ) -> object:
        if out is not None:
            others["out"] = out
        if rest:
            return general(*values, *rest, **others)
        given = zip(order, values, strict=True)
        return general(**{key: value for key, value in given if value is not ABSENT}, **others)

    call, takes_out = op.call if array is NDArray else numpy_like_call(op.name), True
    if (
        array is NDArray
        and isinstance(op, CompositeOp)
        and not {"_training", "_out"} & {*op.params}
    ):
        call, takes_out = op.function, False  # which is all of a call without `out`
    least = sum(name not in op.optional for name in op.inputs)
    names: dict[str, object] = {"absent": ABSENT, "array": array}
    names |= {"call": call, "general": rebound}
    for name in params:
        default = op.params[name]
        names[f"default_{name}"] = ABSENT if default is _Parameter.empty else default
        names[f"plain_{name}"] = _QUICK[checks[name]]
    required = any(op.params[name] is _Parameter.empty for name in params)

    form = op.keywords, least, params, required, takes_out
    return written_function("bound", lambda: _text(*form), names)


def _text(
    inputs: tuple[str, ...], least: int, params: tuple[str, ...], required: bool, takes_out: bool
) -> str:
    """The bound function of an operator with these arguments.

    Inputs from number *least* on are optional; *required* says whether some parameter has no
    default, and *takes_out* whether what it calls takes ``out``.  For one input ``data`` and one
    parameter ``axis`` the text is, without the ``try`` of `user_call`::

        def bound(its_data=absent, its_axis=default_axis, *rest, out=None, name=None, **others):
            if not rest and not others:
                if its_data.__class__ is array:
                    if its_axis is default_axis and out is None:
                        return call(its_data)
                    if its_axis.__class__ in plain_axis:
                        return call(its_data, axis=its_axis, out=out)
            return general((its_data, its_axis,), rest, others, out)
    """
    inputs = tuple([f"its_{name}" for name in inputs])
    heads = [f"{name}={'absent' if i < least else None}" for i, name in enumerate(inputs)]
    heads += [f"its_{name}=default_{name}" for name in params]
    default = " and ".join(f"its_{name} is default_{name}" for name in params)
    plain = " and ".join(f"its_{name}.__class__ in plain_{name}" for name in params)
    passed = [*[f"{name}=its_{name}" for name in params], *["out=out"] * takes_out]
    unless = "" if takes_out else " and out is None"
    lines = [f"if not rest and not others{unless}:"]
    for count in range(len(inputs), least - 1, -1):
        fits = [f"{name}.__class__ is array" for name in inputs[:count]]
        fits += [f"{name} is None" for name in inputs[count:]]
        lines.append(f"    if {' and '.join(fits) or 'True'}:")
        if params and not required:
            lines.append(f"        if {default}{' and out is None' * takes_out}:")
            lines.append(f"            return call({', '.join(inputs[:count])})")
        lines.append(f"        if {plain or 'True'}:")
        lines.append(f"            return call({', '.join([*inputs[:count], *passed])})")
    values = ", ".join([*inputs, *[f"its_{name}" for name in params]])
    lines.append(f"return general(({values},), rest, others, out)")
    return user_call(f"bound({', '.join(heads)}, *rest, out=None, name=None, **others)", lines)


def _check_arrays(
    name: str, keys: Sequence[str], inputs: Sequence[object], optional: Collection[str]
) -> None:
    for key, value in zip(keys, inputs, strict=True):
        if not isinstance(value, NDArray) and not (value is None and key in optional):
            raise ArgumentTypeError(
                f"{name}: argument {key} must have NDArray type, got {type(value).__name__}"
            )


def _variadic(op: Op, name: str) -> Call:
    call = op.call
    known, checks = {p for p in op.params if not p.startswith("_")}, checks_of(op)
    required = [p for p in op.params if op.params[p] is _Parameter.empty]

    def variadic(*args: object, out: object = None, **kwargs: object) -> object:
        kwargs.pop("name", None)
        count = None if "num_args" in known else kwargs.pop("num_args", None)
        if count is not None:
            count = integer(name, "num_args", count)
        if len(args) == 1 and isinstance(args[0], (list, tuple)):
            args = tuple(args[0])
        if count is not None and count != len(args):
            raise MXNetError(f"{name}: num_args={count}, but {len(args)} arrays are given")
        given = {}
        for key, value in kwargs.items():
            if key in known:
                given[key] = checks[key](name, key, value)
            elif not is_attribute(key):
                raise unknown(op, name, key)
        for key in required:
            if key not in given:
                raise ArgumentTypeError(f"{name}: argument {key!r} is missing")
        if not args:
            raise ArgumentTypeError(f"{name}: at least one NDArray is needed")
        for i, x in enumerate(args):
            if not isinstance(x, NDArray):
                raise ArgumentTypeError(
                    f"{name}: argument {i} must have NDArray type, got {type(x).__name__}"
                )
        return call(*args, out=out, **given) if out is not None else call(*args, **given)

    return variadic
