"""Functions of elements: NumPy's universal functions, made of the element-wise operators.

A call is the fast path of the operator for arrays like NumPy's, with no function around it.  What
NumPy says about dtypes is in the general way: numbers beside arrays of bool, integers divided.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import numpy as onp

from ..array.ndarray import NDArray
from ..base import DType, HostArray, is_floating, set_signature
from ..dispatch import Style, converted_call, elementwise_call
from ..ops.bound import CALLS
from ..ops.table import ElementwiseOp, Params, lookup
from ._calls import F, named
from ._check import delivered, ufunc_options
from .multiarray import Operand, ndarray, operand

if TYPE_CHECKING:
    from ..array.types import ArrayLike

Function: TypeAlias = Callable[..., ndarray]
_Operand = TypeVar("_Operand", bound=Operand)

_NUMBERS = (int, float, onp.generic)
_FLOAT, _INT, _BOOL = onp.dtype("float32"), onp.dtype("int64"), onp.dtype("bool")


class _Kind(NamedTuple):
    """What distinguishes the functions of a section of the table.

    Attributes
    ----------
    condition : str
        On ``dtype``, for the fast path.
    bools : dtype or None
        What arrays of bool become: all of them, or only beside a number.
    beside_numbers : bool
        Whether that is only beside a number.
    integers : dtype or None
        What arrays of integers become.
    truth : bool
        Whether results are bools.
    beside_floats : dtype or None
        What arrays of integers become beside a number that is a float.
    """

    condition: str = ""
    bools: DType | None = None
    beside_numbers: bool = False
    integers: DType | None = None
    truth: bool = False
    beside_floats: DType | None = None


_NO_BOOL = 'dtype.kind != "b"'
_SHAPED = _Kind()
_SIGNED = _Kind(_NO_BOOL, _INT)
_MATHEMATICAL = _Kind(_NO_BOOL, _FLOAT)
_ARITHMETIC = _Kind(_NO_BOOL, _INT, beside_numbers=True)
_FLOOR = _Kind(_NO_BOOL, _INT, beside_numbers=True, beside_floats=_FLOAT)
_DIVISION = _Kind('dtype.kind in "fV"', _FLOAT, integers=_FLOAT)
_TRUTH = _Kind(truth=True)

_UNARY: dict[_Kind, str] = {
    _SIGNED: "negative sign square",
    _SHAPED: "abs absolute:abs fabs:abs rint ceil floor trunc fix",
    _MATHEMATICAL: (
        "reciprocal sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh "
        "cosh tanh arcsinh arccosh arctanh degrees rad2deg:degrees radians deg2rad:radians"
    ),
    _TRUTH: "logical_not isnan isinf isfinite",
}
"""Names, with the operator behind a colon where it has another one."""

_BINARY: dict[_Kind, str] = {
    _ARITHMETIC: (
        "add subtract:broadcast_sub multiply:broadcast_mul mod remainder:broadcast_mod power "
        "maximum minimum fmax:broadcast_maximum fmin:broadcast_minimum"
    ),
    _FLOOR: "floor_divide",
    _DIVISION: "divide:broadcast_div true_divide:broadcast_div hypot arctan2",
    _TRUTH: (
        "equal not_equal greater greater_equal less:broadcast_lesser "
        "less_equal:broadcast_lesser_equal logical_and logical_or logical_xor"
    ),
}


def _cast(x: _Operand, dtype: DType) -> _Operand:
    return F.Cast(x, dtype=dtype) if isinstance(x, ndarray) and x._data.dtype != dtype else x


def _met(kind: _Kind, inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """Operands in the dtypes that the operator shall see."""
    with_number = not all(isinstance(x, ndarray) for x in inputs)
    integers = kind.integers
    if integers:  # an array of floats beside them decides
        floats = [x._data.dtype for x in inputs if isinstance(x, ndarray)]
        integers = next(filter(is_floating, floats), integers)
    found = []
    for x in inputs:
        of = x._data.dtype.kind if isinstance(x, ndarray) else ""
        if of in ("b", "i", "u") and integers:
            x = _cast(x, integers)
        elif of in ("b", "i", "u") and kind.beside_floats and any(map(_is_float, inputs)):
            x = _cast(x, kind.beside_floats)
        elif of == "b" and kind.bools and (with_number or not kind.beside_numbers):
            x = _cast(x, kind.bools)
        elif of in ("i", "u", "b") and kind.truth and any(_is_fraction(y) for y in inputs):
            x = _cast(x, onp.dtype("float64"))
        found.append(x)
    return tuple(found)


def _is_float(x: object) -> bool:
    return isinstance(x, (float, onp.floating))


def _is_fraction(x: object) -> bool:
    return isinstance(x, (float, onp.floating)) and not float(x).is_integer()


def _signature(inputs: tuple[str, ...]) -> Signature:
    kind = Parameter.POSITIONAL_OR_KEYWORD
    out = Parameter("out", kind, default=None, annotation="ndarray | None")
    given = [Parameter(x, kind, annotation="ArrayLike") for x in inputs]
    options = Parameter("options", Parameter.VAR_KEYWORD, annotation="object")
    return Signature([*given, out, options], return_annotation="ndarray")


def _function(name: str, op: ElementwiseOp, kind: _Kind) -> Function:
    on_numbers, converted = getattr(onp, name), converted_call(op)

    def general(inputs: tuple[Operand, ...], params: Params, out: ndarray | None) -> ndarray:
        first = next((x for x in inputs if isinstance(x, NDArray)), None)
        if first is None:
            for x in inputs:
                if not isinstance(x, _NUMBERS):
                    raise TypeError(f"{name}: type {type(x)} not supported")
            return on_numbers(*inputs)
        like = first.as_np_ndarray()
        given = _met(kind, tuple([operand(x, like) for x in inputs]))
        if op.ordered and not isinstance(given[0], ndarray):
            given = given[::-1]  # a tie with a number goes to the array, whichever comes first
        result = converted(*given)
        if kind.truth:
            result = _cast(result, _BOOL).detach()
        return delivered(result, out, name)

    inputs = ("x1", "x2") if len(op.inputs) > 1 else ("x",)
    options = partial(ufunc_options, name)
    style = Style(ndarray, inputs, kind.condition, kind.truth, not op.ordered, options)
    function = elementwise_call(op, general, style)
    CALLS[function] = op.name
    set_signature(function, _signature(inputs))
    doc = f"{op.doc}\n\nOf arrays and numbers, as NumPy's function of this name."
    return named(function, name, doc)


FUNCTIONS: dict[str, Function] = {}
"""All of them by name."""

for _table, _prefix in ((_UNARY, ""), (_BINARY, "broadcast_")):
    for _kind, _names in _table.items():
        for _entry in _names.split():
            _name, _, _other = _entry.partition(":")
            _op = lookup(_other or _prefix + _name)
            assert isinstance(_op, ElementwiseOp)
            FUNCTIONS[_name] = _function(_name, _op, _kind)

add, subtract, multiply = (FUNCTIONS[name] for name in ("add", "subtract", "multiply"))
absolute, negative, sign = (FUNCTIONS[name] for name in ("absolute", "negative", "sign"))
true_divide, floor_divide, mod = (FUNCTIONS[n] for n in ("true_divide", "floor_divide", "mod"))
equal, not_equal, less = (FUNCTIONS[name] for name in ("equal", "not_equal", "less"))
less_equal, greater = FUNCTIONS["less_equal"], FUNCTIONS["greater"]
greater_equal, power = FUNCTIONS["greater_equal"], FUNCTIONS["power"]
logical_and, logical_or = FUNCTIONS["logical_and"], FUNCTIONS["logical_or"]
logical_not, logical_xor = FUNCTIONS["logical_not"], FUNCTIONS["logical_xor"]
maximum, minimum, floor = (FUNCTIONS[name] for name in ("maximum", "minimum", "floor"))
square, sqrt, isnan, isinf = (FUNCTIONS[name] for name in ("square", "sqrt", "isnan", "isinf"))
exp, log, log1p = FUNCTIONS["exp"], FUNCTIONS["log"], FUNCTIONS["log1p"]


def _on_integers(name: str, on_bools: Function) -> Function:
    on_host = getattr(onp, name)

    def function(
        x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object
    ) -> ndarray:
        if options:
            ufunc_options(name, options)
        first = x1 if isinstance(x1, ndarray) else x2
        if not isinstance(first, ndarray):
            return on_host(x1, x2)
        given = [operand(x, first) for x in (x1, x2)]
        kinds = {x._data.dtype.kind for x in given if isinstance(x, ndarray)}
        if not kinds <= {"b", "i", "u"}:
            raise TypeError(f"{name}: operands must be bools or integers")
        if kinds == {"b"}:
            result = on_bools(*[x if isinstance(x, ndarray) else bool(x) for x in given])
        else:
            result = ndarray._from_numpy(on_host(*[_bits(x, first) for x in given]), first._ctx)
        return delivered(result, out, name)

    doc = "Of integers, or of bools, as NumPy's function of this name."
    return named(function, name, doc)


def _bits(x: Operand, like: ndarray) -> HostArray:
    """An operand of integers; a number in the dtype of the array beside it, cut off."""
    return x.asnumpy() if isinstance(x, ndarray) else onp.asarray(int(x)).astype(like._data.dtype)


FUNCTIONS["lcm"] = _on_integers("lcm", logical_and)
FUNCTIONS["gcd"] = _on_integers("gcd", logical_or)
bitwise_and = FUNCTIONS["bitwise_and"] = _on_integers("bitwise_and", logical_and)
bitwise_or = FUNCTIONS["bitwise_or"] = _on_integers("bitwise_or", logical_or)
bitwise_xor = FUNCTIONS["bitwise_xor"] = _on_integers("bitwise_xor", logical_xor)


def invert(x: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return not x of bools, -1 - x of integers."""
    ufunc_options("invert", options)
    if not isinstance(x, ndarray):
        return onp.invert(onp.asarray(x))
    if x.dtype.kind not in "biu":
        raise TypeError(f"invert: x must be of bools or integers, got {x.dtype}")
    result = logical_not(x) if x.dtype.kind == "b" else subtract(-1, x)
    return delivered(result, out, "invert")


FUNCTIONS["invert"] = FUNCTIONS["bitwise_not"] = invert


# --- Python's operators ---------------------------------------------------------------------------


def _reflected(function: Function) -> Function:
    return lambda self, other: function(other, self)


def _unless_none(function: Function, answer: bool) -> Callable[..., ndarray | bool]:
    return lambda self, other: answer if other is None else function(self, other)


OPERATORS: dict[str, Callable[..., ndarray | bool]] = {
    "__neg__": negative,
    "__abs__": absolute,
    "__invert__": invert,
    "__eq__": _unless_none(equal, False),
    "__ne__": _unless_none(not_equal, True),
    "__lt__": less,
    "__le__": less_equal,
    "__gt__": greater,
    "__ge__": greater_equal,
}
"""Methods of arrays by the names of Python's operators."""

PYTHON_OPERATORS: dict[str, str] = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide",
    "floordiv": "floor_divide", "mod": "mod", "pow": "power", "and": "bitwise_and",
    "or": "bitwise_or", "xor": "bitwise_xor",
}  # fmt: skip
"""Python's operators of two operands, and the functions that they are."""

for _python, _name in PYTHON_OPERATORS.items():
    OPERATORS[f"__{_python}__"] = FUNCTIONS[_name]
    OPERATORS[f"__r{_python}__"] = _reflected(FUNCTIONS[_name])


def _in_place(function: Function) -> Callable[[ndarray, ArrayLike], ndarray]:
    return lambda self, other: function(self, other, out=self)


OPERATORS |= {
    "__iand__": _in_place(bitwise_and),
    "__ior__": _in_place(bitwise_or),
    "__ixor__": _in_place(bitwise_xor),
    "__floor__": floor,
    "__ceil__": FUNCTIONS["ceil"],
    "__trunc__": FUNCTIONS["trunc"],
}
