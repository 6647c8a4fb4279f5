"""Definitions of the operators that a symbol may call: the table's, and functions of `ndgrad.nd`.

Functions that make arrays of none (`zeros`, `arange` ...) are no operators of the table, but graphs
have calls of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, NoReturn

from .. import nd
from ..base import DTypeLike, MXNetError, Shape, set_signature
from ..context import Context
from ..nd import distributions, random
from ..ops.axes import flag, integer, ints_of_text, number
from ..ops.bound import Bound
from ..ops.table import NONE, CompositeOp, ElementwiseOp, Op, Params, for_each, lookup
from ..tape import Array
from ..util import is_np_shape

if TYPE_CHECKING:
    from ..array.types import ShapeLike

OTHERS: dict[str, Op] = {}
"""What is not in the table, by the names that graphs have for it."""

FROM_NUMBER: dict[str, tuple[Op, Mapping[int, str]]] = {}
"""MXNet's names of calls with numbers as operands: the operator, and what holds which operand."""

WITH_NUMBER: dict[tuple[str, tuple[int, ...]], tuple[str, Mapping[int, str]]] = {}
"""Such a name and what holds which operand, by the operator's name and which are numbers."""


def add_number_names(op: Op, name: str, attributes: Mapping[int, str]) -> None:
    """Give an operator a name of calls in which some operands are numbers.

    Parameters
    ----------
    op : Op
    name : str
    attributes : mapping
        By the position of such an operand the attribute that holds it.
    """
    WITH_NUMBER.setdefault((op.name, tuple(attributes)), (name, attributes))
    if 1 in attributes or name not in FROM_NUMBER:  # ``1 < x`` is written as ``x > 1``
        FROM_NUMBER[name] = op, attributes


def _add_scalar_names(op: Op) -> None:
    if isinstance(op, ElementwiseOp) and op.scalar_names:
        for position, names in enumerate(reversed(op.scalar_names)):
            for name in names:
                add_number_names(op, name, {position: "scalar"})


for_each(_add_scalar_names)


def definition(name: str) -> Op:
    """The definition of an operator by one of its names.

    Raises
    ------
    MXNetError
        If there is none of this name.
    """
    found = OTHERS.get(name)
    return lookup(name) if found is None else found


def _declare(
    names: str,
    function: Callable[..., Array | Sequence[Array]],
    params: Params,
    inputs: str = "",
    visible: Callable[[Params], int] | None = None,
    infer: Callable[..., Mapping[str, Shape | None]] | None = None,
) -> None:
    """Declare what a graph may call by *names*, a function of arrays and parameters."""

    def call(*arrays: Array, out: object = None, **given: object) -> Array | list[Array]:
        found = function(*arrays, **given)
        return found if isinstance(found, Array) else [*found]

    types = {key: given.annotation for key, given in signature(function).parameters.items()}
    call.__annotations__.update({key: types[key] for key in params if key in types})
    keys = tuple(inputs.split())
    name, *aliases = names.split()
    op = CompositeOp(
        name=name, inputs=keys, params=params, aliases=tuple(aliases), function=call,
        gradient=NONE, visible=visible, infer=infer, doc=function.__doc__ or "",
        bound=Bound(call, underivable, underivable),
    )  # fmt: skip
    OTHERS.update(dict.fromkeys(op.names, op))


def underivable(*args: object) -> NoReturn:
    """Stand for the derivative of what is differentiated by its parts."""
    raise MXNetError("what makes arrays of no array is not differentiated")


_REQUIRED = Parameter.empty
_FORM: dict[str, object] = {"shape": _REQUIRED, "ctx": None, "dtype": "float32"}


def _arange(
    *,
    ctx: Context | None = None,
    infer_range: bool = False,
    shape: Sequence[int] = (0,),
    start: float = 0,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    dtype: DTypeLike = "float32",
) -> nd.NDArray:
    """Evenly spaced values; with *infer_range* as many as *shape* says, 0 where it is not known."""
    if stop is not None or not flag("_arange", "infer_range", infer_range):
        return nd.arange(start, stop, step, repeat, dtype=dtype)
    first, step = number("_arange", "start", start), number("_arange", "step", step)
    times, (length,) = integer("_arange", "repeat", repeat), shape
    end = first + step * -(-length // max(1, times))
    return nd.arange(first, end, step, times, dtype=dtype)[:length]


def _linspace(
    *,
    start: float,
    stop: float,
    num: int,
    ctx: Context | None = None,
    step: float | None = None,
    repeat: int = 1,
    infer_range: bool = False,
    endpoint: bool = True,
    dtype: DTypeLike = "float32",
) -> nd.NDArray:
    return nd.linspace(start, stop, num, endpoint, dtype=dtype)


def _without_context(function: Callable[..., nd.NDArray]) -> Callable[..., nd.NDArray]:
    """*function* where its graph runs: the context that a symbol names has no effect."""

    @wraps(function)
    def call(*, ctx: Context | None = None, **given: object) -> nd.NDArray:
        return function(**given)

    return call


def _open(shape: ShapeLike) -> ShapeLike:
    """A shape in which a length that is not known is 0, where MXNet writes -1 as well."""
    lengths: ShapeLike = ints_of_text(shape)
    if is_np_shape() or not isinstance(lengths, (tuple, list)):
        return lengths
    return tuple([0 if length == -1 else length for length in lengths])


def _zeros(
    shape: ShapeLike, ctx: Context | None = None, dtype: DTypeLike = "float32"
) -> nd.NDArray:
    return nd.zeros(_open(shape), dtype=dtype)


def _ones(shape: ShapeLike, ctx: Context | None = None, dtype: DTypeLike = "float32") -> nd.NDArray:
    return nd.ones(_open(shape), dtype=dtype)


def _full(
    shape: ShapeLike, value: float, ctx: Context | None = None, dtype: DTypeLike = "float32"
) -> nd.NDArray:
    return nd.full(_open(shape), value, dtype=dtype)


def _zeros_without_dtype(
    shape: ShapeLike, ctx: Context | None = None, dtype: int = -1
) -> nd.NDArray:
    return nd.zeros(shape)


_declare("_zeros", _zeros, _FORM)
_declare("_ones", _ones, _FORM)
_declare("_full", _full, {**_FORM, "value": _REQUIRED})
_RANGE: dict[str, object] = {"repeat": 1, "infer_range": False, "ctx": None, "dtype": "float32"}
_declare("_arange", _arange, {"start": 0, "stop": None, "step": 1.0, **_RANGE})
_declare(
    "_linspace",
    _linspace,
    {
        "start": _REQUIRED, "stop": None, "num": _REQUIRED, "endpoint": True, "step": None,
        **_RANGE,
    },
)  # fmt: skip
_declare(
    "_eye",
    _without_context(nd.eye),
    {"N": _REQUIRED, "M": 0, "k": 0, "ctx": None, "dtype": "float32"},
)
_declare("_zeros_without_dtype", _zeros_without_dtype, {**_FORM, "dtype": -1})
_declare(
    "_sample_unique_zipfian",
    nd._internal._sample_unique_zipfian,
    {"range_max": _REQUIRED, "shape": ()},
    visible=lambda params: 2,
)
_declare("cast_storage", nd.sparse.cast_storage, {"stype": _REQUIRED}, "data")


def _draws(function: Callable[..., Array]) -> Callable[..., Array]:
    @wraps(function)
    def draw(*arrays: Array, ctx: object = None, shape: object = (), **given: object) -> Array:
        return function(*arrays, **given, **({"shape": shape} if shape != () else {}))

    return draw


def _lengths(shape: ShapeLike | None) -> Shape:
    return (shape,) if isinstance(shape, int) else tuple(shape or ())


def _declare_distribution(
    name: str, own: Sequence[str], draw: Callable[..., object], arrays: Sequence[str]
) -> None:
    known = signature(draw).parameters
    defaults: dict[str, object] = {key: known[key].default for key in own}
    form: dict[str, object] = {
        "shape": (),
        "ctx": None,
        "dtype": "int32" if name == "randint" else "float32",
    }
    alias = f" {name}" if name in distributions.OPERATORS else ""
    by_number = distributions.OPERATORS[f"random_{name}"]
    _declare(f"_random_{name} random_{name}{alias}", _draws(by_number), {**defaults, **form})
    if arrays[0]:
        names, by_array = f"_sample_{name} sample_{name}", distributions.OPERATORS[f"sample_{name}"]
        first, *others = arrays[: len(own)]

        def infer(shape: ShapeLike | None, **known: Shape | None) -> dict[str, Shape | None]:
            own = known[first]
            return {"y": None if own is None else (*own, *_lengths(shape))}

        keys = [Parameter(key, Parameter.KEYWORD_ONLY) for key in ("shape", first)]
        set_signature(infer, Signature(keys))
        inputs = " ".join([first, *filter(None, others)])
        _declare(names, _draws(by_array), {"shape": (), "dtype": "float32"}, inputs, infer=infer)
        like = f"_random_{name}_like"
        _declare(like, distributions.OPERATORS[like], defaults, "data")


for _name, (_own, _draw, _arrays) in distributions.DISTRIBUTIONS.items():
    _declare_distribution(_name, _own, _draw, _arrays)
_declare(
    "_sample_multinomial sample_multinomial",
    _draws(random.multinomial),
    {"shape": (), "get_prob": False, "dtype": "int32"},
    "data",
    visible=lambda params: 2 if params["get_prob"] else 1,
)
