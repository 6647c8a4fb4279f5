"""NumPy's functions as operators of graphs, under the names that MXNet's JSON has for them.

An operator here is a function of `ndgrad.numpy`, with the parameters that MXNet writes.  It is
called with arrays when a graph is evaluated, traced or inferred, and so follows the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

import numpy as onp

from .. import numpy as np
from .. import numpy_extension as npx
from ..base import Shape
from ..ops import inference
from ..ops.bound import CALLS, Bound
from ..ops.table import NONE, CompositeOp, lookup
from ..tape import Array
from . import numpy_adapters as adapters
from .operators import OTHERS, add_number_names, underivable

if TYPE_CHECKING:
    from ..array.types import ShapeLike
    from ..numpy.multiarray import ndarray

_REQUIRED = Parameter.empty
_NOT_SAVED = frozenset(("ctx", "kind", "out", "where"))
"""Parameters of functions that say nothing about a result, or are arrays."""


@dataclass(kw_only=True, eq=False)
class NumpyOp(CompositeOp):
    """A function of arrays like NumPy's as an operator of graphs.

    Attributes
    ----------
    with_numbers : mapping
        MXNet's names of calls in which operands are numbers: by the positions of these operands the
        name, and the attributes that hold the numbers.
    free : tuple of str
        Inputs whose dtype says nothing of the others'.
    """

    free: tuple[str, ...] = ()
    with_numbers: Mapping[tuple[int, ...], tuple[str, tuple[str, ...]]] = field(
        default_factory=dict
    )


UNDER_NUMPY: dict[str, str] = {
    f"_{name}_scalar": f"_npi_{name}_scalar" for name in ("maximum", "minimum", "hypot")
}
"""Operators of the table that stand for one of these in graphs of arrays like NumPy's."""


_DTYPES: dict[str, str] = {
    **dict.fromkeys((
        "logical_not", "isnan", "isinf", "isfinite", "isneginf", "isposinf", "equal", "not_equal",
        "greater", "greater_equal", "less", "less_equal", "logical_and", "logical_or",
        "logical_xor", "isclose", "all", "any", "sometrue",
    ), "bool"),
    **dict.fromkeys(("argmax", "argmin"), "int64"),
}  # fmt: skip
"""Of results, by the functions of which they do not depend on the inputs'."""


def _parameters(function: Callable[..., object]) -> dict[str, object]:
    """The parameters of a function by name, with their defaults."""
    known = signature(function).parameters.values()
    kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return {x.name: x.default for x in known if x.kind in kinds}


def _declare(
    name: str,
    function: Callable[..., object],
    inputs: int | str = 1,
    aliases: Sequence[str] = (),
    written: str = "",
    **facts: Any,
) -> NumpyOp:
    """Declare an operator: a function, whose first parameters are arrays.

    Parameters
    ----------
    name : str
    function : callable
        Of arrays and parameters.
    inputs : int or str
        How many arrays it takes, or their names; a name with a star stands for any number.
    aliases : sequence of str
    written : str
        The operator of the table whose name MXNet writes instead.
    **facts
        Of the definition.
    """
    params = _parameters(function)
    keys = inputs.split() if isinstance(inputs, str) else [*params][:inputs]
    variadic = keys[:1] == ["*arrays"]

    def call(*arrays: Array, out: object = None, ctx: object = None, **given: object) -> Any:
        return function(arrays, **given) if variadic else function(*arrays, **given)

    if kind := _DTYPES.get(name.removeprefix("_np_").removeprefix("_npi_")):
        facts["infer_dtypes"] = lambda: {"y": kind}
    facts.setdefault("doc", function.__doc__ or "")
    facts.setdefault("optional", frozenset(k for k in keys if params.get(k) is None))
    own = {k: v for k, v in params.items() if k not in (*keys, *_NOT_SAVED, "arrays")}
    facts.setdefault("params", own if keys else {**own, "ctx": None})
    op = NumpyOp(
        name=name, inputs=tuple([key.lstrip("*") for key in keys]), function=call, gradient=NONE,
        aliases=tuple(aliases), variadic=variadic, bound=Bound(call, underivable, underivable),
        **facts,
    )  # fmt: skip
    OTHERS.update(dict.fromkeys(op.names, op))
    if written:
        UNDER_NUMPY[written] = name
    for positions, (called, attributes) in op.with_numbers.items():
        add_number_names(op, called, dict(zip(positions, attributes, strict=True)))
    return op


FUNCTIONS: dict[str, NumpyOp] = {}
"""Operators by the names of functions that take the same parameters."""

# --- functions of elements ------------------------------------------------------------------------

_SYMMETRIC = frozenset((
    "add", "multiply", "maximum", "minimum", "hypot", "lcm", "equal", "not_equal", "bitwise_and",
    "bitwise_or", "bitwise_xor",
))  # fmt: skip
_REFLECTED = frozenset((
    "subtract", "true_divide", "mod", "power", "arctan2", "copysign", "ldexp",
))  # fmt: skip
_MIRRORED = {
    "less": "greater", "greater": "less", "less_equal": "greater_equal",
    "greater_equal": "less_equal",
}  # fmt: skip
_SECOND = {
    "divide": "true_divide", "remainder": "mod", "fabs": "abs", "rad2deg": "degrees",
    "deg2rad": "radians", "invert": "bitwise_not",
}  # fmt: skip
"""Functions under another name, which MXNet has no operators of."""


def _number_names(name: str) -> dict[tuple[int, ...], tuple[str, tuple[str, ...]]]:
    """MXNet's names of a function of two arrays where one is a number."""
    if name in _SYMMETRIC:
        left = name
    elif name in _REFLECTED:
        left = f"r{name}"
    elif name in _MIRRORED:
        left = _MIRRORED[name]
    else:
        return {}
    scalar = ("scalar",)
    return {(1,): (f"_npi_{name}_scalar", scalar), (0,): (f"_npi_{left}_scalar", scalar)}


def _broadcast(x1: Shape | None, x2: Shape | None) -> dict[str, Shape]:
    """The shape of a function of two arrays, where 0 is a length that is not known."""
    if x1 is None or x2 is None:
        return {}
    ndim = max(len(x1), len(x2))
    pairs = zip(*[(1,) * (ndim - len(x)) + x for x in (x1, x2)], strict=True)
    lengths = [{*pair} - {1} for pair in pairs]
    if any(len(own - {0}) > 1 for own in lengths):
        return {}  # the call says what is wrong
    return {"y": tuple([max(own, default=1) for own in lengths])}


_PROMOTED = frozenset((
    "add", "subtract", "multiply", "mod", "power", "maximum", "minimum", "hypot", "arctan2",
    "copysign", "ldexp",
))  # fmt: skip
"""Functions that make float64 of integers beside a number with a point, in graphs."""


def _beside_floats(function: Callable[..., object]) -> Callable[..., object]:
    """*function* of two operands as graphs have it: MXNet's arrays cut off the number instead."""

    @wraps(function)
    def call(x1: object, x2: object) -> object:
        if isinstance(x1, (float, onp.floating)):
            return function(x1, _with_fractions(x2))
        return function(_with_fractions(x1) if isinstance(x2, (float, onp.floating)) else x1, x2)

    return call


def _with_fractions(x: object) -> object:
    if isinstance(x, Array) and x._data.dtype.kind in "iub":
        return np._calls.F.Cast(x, dtype="float64")
    return x


def _element_wise(name: str, function: Callable[..., object], inputs: str) -> NumpyOp:
    if name in _PROMOTED:
        function = _beside_floats(function)
    if inputs == "x":
        facts: dict[str, Any] = {"infer": lambda x, y: {"x": y, "y": x}}
    else:
        facts = {"infer": _broadcast, "with_numbers": _number_names(name)}
    return _declare(f"_npi_{name}", function, inputs, doc="", **facts)


for _name, _function in np._elementwise.FUNCTIONS.items():
    if _name not in _SECOND:
        _op_name = CALLS.get(_function)
        _many = 2 if _op_name is None else len(lookup(_op_name).inputs)
        _one = _many == 1 or _name == "bitwise_not"
        FUNCTIONS[_name] = _element_wise(_name, _function, "x" if _one else "x1 x2")
for _name in ("copysign", "ldexp"):
    FUNCTIONS[_name] = _element_wise(_name, getattr(np, _name), "x1 x2")
FUNCTIONS |= {name: FUNCTIONS[other] for name, other in _SECOND.items()}

# --- functions with the parameters that MXNet writes ----------------------------------------------

_TABLE: dict[tuple[str, int], str] = {
    ("_np_", 1): (
        "all amax amin any copy cumsum diag diagflat diagonal max min moveaxis prod product repeat "
        "roll sometrue squeeze sum trace transpose"
    ),
    ("_np_", 2): "dot",
    ("_npi_", 1): (
        "argmax argmin around broadcast_to count_nonzero expand_dims flip isneginf "
        "isposinf mean nanprod nansum nonzero ptp resize rot90 std tile tril triu unravel_index var"
    ),
    ("_npi_", 2): (
        "cross float_power heaviside isclose kron logaddexp matmul polyval take_along_axis"
    ),
}
"""Names, by their prefix in JSON and how many arrays they take."""

_RESULTS = {"std": "std", "var": "var", "matmul": "out"}
_WRITTEN = {"expand_dims": "expand_dims", "repeat": "repeat", "tile": "tile"}
_PARAMS = {"flip": {"axis": _REQUIRED}, "rot90": {"k": 1, "axes": _REQUIRED}}
"""Parameters that MXNet asks for, though the functions have defaults."""

for (_prefix, _count), _names in _TABLE.items():
    for _name in _names.split():
        _facts: dict[str, Any] = {"results": (_RESULTS[_name],)} if _name in _RESULTS else {}
        _facts |= {"params": _PARAMS[_name]} if _name in _PARAMS else {}
        _facts |= {"free": ("indices",)} if _name == "take_along_axis" else {}
        FUNCTIONS[_name] = _declare(
            f"{_prefix}{_name}", getattr(np, _name), _count, written=_WRITTEN.get(_name, ""),
            dynamic_shape=_name == "nonzero", **_facts,
        )  # fmt: skip
FUNCTIONS |= {
    "alltrue": FUNCTIONS["all"], "round": FUNCTIONS["around"], "round_": FUNCTIONS["around"],
}  # fmt: skip

LINALG: dict[str, NumpyOp] = {}
"""The same for functions of `ndgrad.numpy.linalg`."""

_MANY = {"slogdet": 2, "svd": 3, "eigh": 2, "eig": 2}


def _of_matrices(name: str, function: Callable[..., object], count: int) -> NumpyOp:
    results = _MANY.get(name)
    visible = None if results is None else lambda params: results
    inputs = {1: "a", 2: "a b"}[count]
    written = {"det": "_linalg_det", "inv": "_linalg_inverse", "slogdet": "_linalg_slogdet"}
    facts = {"results": ("output0",)} if name == "det" else {}
    return _declare(
        f"_npi_{name}", function, inputs, written=written.get(name, ""), visible=visible, **facts
    )


for _name in ("cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "slogdet", "svd",
              "tensorinv"):  # fmt: skip
    LINALG[_name] = _of_matrices(_name, getattr(np.linalg, _name), 1)
LINALG["solve"] = _of_matrices("solve", np.linalg.solve, 2)

# --- functions whose parameters MXNet writes in another way ---------------------------------------


_declare("_np_reshape", adapters.reshape, infer=inference.reshaped)
_declare("_npx_reshape", adapters.npx_reshape, aliases=["_npi_reshape"], infer=inference.reshaped)
_declare("_npi_swapaxes", adapters.swapaxes, written="SwapAxis")
_declare("_npi_cast", adapters.cast, written="Cast")
_declare("_npi_clip", adapters.clip, written="clip")
_declare("_npi_take", adapters.take, 2, written="take", free=("indices",))
_declare("_npi_argsort", adapters.argsort, written="argsort")
_declare("_npi_sort", adapters.sort, written="sort", results=("output0",))
_declare("_npi_split", adapters.split("split"), written="_split_v2", visible=adapters.split_count)
for _name in ("array_split", "hsplit", "dsplit"):
    _declare(f"_npi_{_name}", adapters.split(_name), visible=adapters.split_count)
_declare("_npi_slice", adapters.cut, written="slice")
_declare("_npi_getitem", adapters.getitem)
_declare("_npi_tensordot", adapters.tensordot, 2)
_declare("_npi_tensordot_int_axes", adapters.tensordot_int_axes, 2)
_declare("_npi_einsum", adapters.einsum, "*arrays")
_declare(
    "_npi_average", adapters.average, 2, visible=lambda params: 2 if params["returned"] else 1,
    results=("output0", "output1"),
)  # fmt: skip
_declare("_npi_diff", adapters.diff)
_declare("_npi_ediff1d", adapters.ediff1d, 3)
_declare("_npi_where", np.where, 3, optional=frozenset(), free=("condition",), with_numbers={
    (1,): ("_npi_where_lscalar", ("scalar",)), (2,): ("_npi_where_rscalar", ("scalar",)),
    (1, 2): ("_npi_where_scalar2", ("x", "y")),
})  # fmt: skip
_declare(
    "_npi_full_like",
    adapters.full_like,
    params={"fill_value": _REQUIRED, "dtype": None, "ctx": None},
)
_declare("_npi_pad", adapters.pad)
_declare("_npi_nan_to_num", adapters.nan_to_num)
_declare("_npi_bincount", adapters.bincount, 2, dynamic_shape=True)
_declare("_npi_percentile", adapters.percentile, 2)
_declare("_npi_norm", adapters.norm, results=("output0",))
_declare("_npi_tensorsolve", adapters.tensorsolve, 2)
_declare("_npi_pinv_scalar_rcond", adapters.pinv)
_declare("_npi_unique", adapters.unique, dynamic_shape=True, visible=lambda params: 1 + sum(
    bool(params[key]) for key in ("return_index", "return_inverse", "return_counts")
))  # fmt: skip
_declare("_npi_delete", adapters.delete, 2, infer=adapters.deleted, dynamic_shape=True)
_declare("_npi_insert_scalar", adapters.insert_scalar, 2)
_declare("_npi_insert_slice", adapters.insert_slice, 2)
_declare("_npi_insert_tensor", adapters.insert_tensor, 3)
_declare("_npi_share_memory", adapters.share_memory, 2, infer_dtypes=lambda: {"y": "bool"})
_declare("_npi_diag_indices_from", adapters.diag_indices_from, infer_dtypes=lambda: {"y": "int64"})
_declare("_npx_nonzero", npx.nonzero, dynamic_shape=True)
_declare("_npx_constraint_check", npx.constraint_check)

for _name in ("concatenate", "stack", "vstack", "hstack", "dstack", "column_stack"):
    FUNCTIONS[_name] = _declare(
        f"_npi_{_name}", getattr(np, _name), "*arrays",
        params={"axis": 0} if _name in ("concatenate", "stack") else {},
        results=() if _name in ("stack", "vstack", "column_stack") else ("out",),
    )  # fmt: skip
FUNCTIONS["row_stack"] = FUNCTIONS["vstack"]


for _name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    _declare(
        f"_np_{_name}", adapters.of_each(getattr(np, _name)), "*arrays",
        visible=lambda params: params["num_args"],
    )  # fmt: skip

# --- new arrays -----------------------------------------------------------------------------------

for _name in ("zeros", "ones", "arange", "eye", "linspace", "logspace", "indices", "hanning",
              "hamming", "blackman"):  # fmt: skip
    FUNCTIONS[_name] = _declare(f"_npi_{_name}", getattr(np, _name), 0)
_declare("_npi_full", adapters.full, 0, written="_full")
_declare("_npi_identity", adapters.identity, 0)

DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"), "normal": ("loc", "scale"), "gumbel": ("loc", "scale"),
    "logistic": ("loc", "scale"), "laplace": ("loc", "scale"), "gamma": ("shape", "scale"),
    "exponential": ("scale",), "rayleigh": ("scale",), "weibull": ("a",), "pareto": ("a",),
    "power": ("a",), "poisson": ("lam",),
    "bernoulli": ("prob", "logit"), "uniform_n": ("low", "high"), "normal_n": ("loc", "scale"),
}  # fmt: skip
"""Distributions and their own parameters; those that are arrays are None among the parameters."""

_SPELLED = {"power": "powerd"}


def _declare_distribution(name: str, own: tuple[str, ...]) -> None:
    space = np.random if hasattr(np.random, name) else npx.random
    draw = getattr(space, name)
    known = _parameters(draw)

    def call(
        *arrays: ndarray, size: ShapeLike | None = None, is_logit: object = None, **given: object
    ) -> ndarray:
        rest = iter(arrays)
        if is_logit is not None:
            own_key = own[bool(is_logit)]
            given[own_key] = next(rest, given.get(own_key))
        else:
            given |= {key: next(rest) for key in own if given.get(key) is None}
        shape = "batch_shape" if "batch_shape" in known else "size"
        return draw(**given, **{shape: size})

    params = {**dict.fromkeys(own), "size": None}
    params |= {"dtype": None} if "dtype" in known else {}
    params |= {"is_logit": None} if name == "bernoulli" else {}
    inputs = " ".join(f"input{i + 1}" for i in range(len(own)))
    plain = ("uniform", "uniform_n", "gamma", "power", "bernoulli", "laplace", "poisson")
    _declare(
        f"_npi_{_SPELLED.get(name, name)}", call, inputs, optional=frozenset(inputs.split()),
        params={**params, "ctx": None}, stochastic=True, doc=draw.__doc__,
        results=() if name in plain else ("output0",),
    )  # fmt: skip


_declare("_npi_choice", adapters.choice, 2, stochastic=True)
_declare("_npi_multivariate_normal", np.random.multivariate_normal, 2, stochastic=True)
for _name, _own in DISTRIBUTIONS.items():
    _declare_distribution(_name, _own)

for _name, _operator in npx._OPERATORS.items():
    OTHERS.setdefault(f"_npx_{_name}", lookup(_operator))
for _name in npx.image.__all__:
    OTHERS.setdefault(f"_npx__image_{_name}", lookup(f"_image_{_name}"))
