"""Element-wise operators of several arrays, with MXNet's names for those of an array and a number.

Formulas are written as in `elementwise`.
"""

from __future__ import annotations

import math
import operator

import numpy as np

from ...base import HostArray, MXNetError
from ...tape import Array
from ..declare import binary, elementwise
from ..storage import (
    SparseCall,
    array_first,
    either_first,
    first_of,
    merged,
    on_elements,
    scaled,
    scaled_rows,
    with_number,
)
from ..table import F, Sample

_POSITIVE = (0.1, 3.0)

_Names = tuple[str, ...]


def _scalar_names(right: str, left: str | None = None) -> tuple[_Names, _Names]:
    """What MXNet calls an operator with a number on the right, and on the left."""

    def names(name: str) -> _Names:
        reflected = name == f"r{right}"
        words = (right if reflected else name).split("_")
        return f"_{name}_scalar", f"_{'R' * reflected}{''.join(map(str.title, words))}Scalar"

    return names(right), names(left or right)


def _internal_names(name: str) -> _Names:
    """What MXNet calls an operator of arrays of equal shapes: ``_greater``, ``_Greater``."""
    return f"_{name}", f"_{name.title()}"


def _arithmetic(
    name: str,
    formula: str,
    d_a: str | None,
    d_b: str | None,
    *,
    doc: str,
    internal_names: _Names,
    equal_sparse: SparseCall | None = None,
    **facts: object,
) -> None:
    """``broadcast_<name>``, and ``elemwise_<name>``, which has the *internal_names*.

    The latter calls *equal_sparse* for sparse arrays, which keeps the storage of more of them.
    """
    binary(f"broadcast_{name}", formula, d_a, d_b, doc=doc, **facts)
    for fact in ("aliases", "scalar_names", "functions"):
        facts.pop(fact, None)
    facts |= {"doc": f"{doc} Shapes must be equal.", "aliases": internal_names}
    facts["sparse"] = equal_sparse
    binary(f"elemwise_{name}", formula, d_a, d_b, broadcast=False, **facts)


_arithmetic(
    "add",
    "a + b",
    "g",
    "g",
    aliases=("broadcast_plus",),
    internal_names=(*_internal_names("plus"), "_add", "_grad_add"),
    scalar_names=_scalar_names("plus"),
    functions={"add": operator.add},
    sparse=on_elements,
    equal_sparse=merged,
    doc="a + b.",
)
_arithmetic(
    "sub",
    "a - b",
    "g",
    "-g",
    aliases=("broadcast_minus",),
    internal_names=(*_internal_names("minus"), "_sub"),
    scalar_names=_scalar_names("minus", "rminus"),
    functions={"subtract": operator.sub},
    sparse=array_first(on_elements),
    equal_sparse=merged,
    doc="a - b.",
)
_arithmetic(
    "mul",
    "a * b",
    "g * b",
    "g * a",
    internal_names=_internal_names("mul"),
    scalar_names=_scalar_names("mul"),
    functions={"multiply": operator.mul},
    sparse=first_of(with_number, scaled),
    equal_sparse=first_of(merged, either_first(scaled), either_first(scaled_rows)),
    doc="a * b.",
)
_arithmetic(
    "div",
    "a / b",
    "g / b",
    "-g * a / (b * b)",
    internal_names=_internal_names("div"),
    scalar_names=_scalar_names("div", "rdiv"),
    functions={"divide": operator.truediv, "true_divide": operator.truediv},
    domain=_POSITIVE,
    sparse=first_of(array_first(with_number), scaled),
    doc="a / b; integers: C's.",
)
binary(
    "broadcast_mod",
    "a % b",
    "g",
    "-g * floor(a / b)",
    aliases=("mod", *_internal_names("mod")),
    scalar_names=_scalar_names("mod", "rmod"),
    functions={"modulo": operator.mod},
    domain=(1.05, 1.9),
    doc="The remainder, with the sign of b; 0 where b is 0.",
)
binary(
    "broadcast_floor_divide",
    "round((a - a % b) / b)",
    None,
    None,
    aliases=("floor_divide",),
    domain=_POSITIVE,
    doc="The quotient rounded down; integers by 0 give 0.",
)
# At a = 0 the derivatives would be 0 times infinity for b = 0 and for b > 0.  There a is replaced
# rather than the result: the derivative of what is not chosen would be 0 times infinity again.
binary(
    "broadcast_power",
    "pow(a, b)",
    "g * b * pow(where(b == 0, where(a == 0, 1, a), a), b - 1)",
    "g * y * log(where(a == 0, where(b > 0, 1, a), a))",
    aliases=("pow", *_internal_names("power")),
    scalar_names=_scalar_names("power", "rpower"),
    functions={"power": operator.pow},
    domain=_POSITIVE,
    doc="a to the power b.",
)
binary(
    "broadcast_maximum",
    "maximum(a, b)",
    "where(a >= b, g, 0)",
    "where(a < b, g, 0)",
    aliases=("maximum", *_internal_names("maximum")),
    scalar_names=_scalar_names("maximum"),
    functions={"maximum": max},
    ordered=True,
    doc="The greater one.",
)
binary(
    "broadcast_minimum",
    "minimum(a, b)",
    "where(a <= b, g, 0)",
    "where(a > b, g, 0)",
    aliases=("minimum", *_internal_names("minimum")),
    scalar_names=_scalar_names("minimum"),
    functions={"minimum": min},
    ordered=True,
    doc="The smaller one.",
)
binary(
    "broadcast_hypot",
    "hypot(a, b)",
    "g * a / y",
    "g * b / y",
    aliases=("hypot", *_internal_names("hypot")),
    scalar_names=_scalar_names("hypot"),
    functions={"hypot": math.hypot},
    doc="sqrt(a^2 + b^2).",
)
binary(
    "broadcast_arctan2",
    "arctan2(a, b)",
    "g * b / (a * a + b * b)",
    "-g * a / (a * a + b * b)",
    aliases=("arctan2",),
    functions={"arctan2": math.atan2},
    domain=_POSITIVE,
    doc="The angle of the point (b, a), in radians.",
)

for _name, _sign, _mirrored, _compare in (
    ("equal", "==", "equal", operator.eq),
    ("not_equal", "!=", "not_equal", operator.ne),
    ("greater", ">", "lesser", operator.gt),
    ("greater_equal", ">=", "lesser_equal", operator.ge),
    ("lesser", "<", "greater", operator.lt),
    ("lesser_equal", "<=", "greater_equal", operator.le),
):
    binary(
        f"broadcast_{_name}",
        f"a {_sign} b",
        None,
        None,
        aliases=_internal_names(_name),
        scalar_names=_scalar_names(_name, _mirrored),
        functions={_name: _compare},
        sparse=on_elements,
        doc=f"1 where a {_sign} b, else 0.",
    )

for _name, _text, _on_bools, _which in (
    ("and", "(a != 0) * (b != 0)", operator.and_, "both are not 0, else 0"),
    ("or", "(a != 0) + (b != 0) > 0", operator.or_, "one is not 0, else 0"),
    ("xor", "(a != 0) != (b != 0)", operator.xor, "just one is not 0"),
):
    binary(
        f"broadcast_logical_{_name}",
        _text,
        None,
        None,
        aliases=_internal_names(f"logical_{_name}"),
        scalar_names=_scalar_names(f"logical_{_name}"),
        functions={f"logical_{_name}": lambda a, b, on=_on_bools: on(bool(a), bool(b))},
        doc=f"1 where {_which}.",
    )


_ARRAYS = (Array, np.ndarray)


def _where_rows(
    condition: Array | HostArray | float, x: Array | HostArray | float, y: Array | HostArray | float
) -> tuple[Array | HostArray | float, ...]:
    """A condition of one axis chooses rows of arrays that have more axes."""
    for other in (x, y):
        if not isinstance(condition, _ARRAYS) or not isinstance(other, _ARRAYS):
            continue
        if len(condition.shape) == 1 and len(other.shape) > 1:
            if condition.shape[0] != other.shape[0]:
                raise MXNetError(
                    f"Operator where: argument condition has shape {list(condition.shape)} and "
                    f"chooses rows, expected [{other.shape[0]}] for shape {list(other.shape)}"
                )
            rows = (condition.shape[0], *(1,) * (len(other.shape) - 1))
            condition = F._reshaped(condition, shape=rows)
    return condition, x, y


elementwise(
    "where",
    "condition x y_else",
    "where(condition != 0, x, y_else)",
    {"x": "where(condition != 0, g, 0)", "y_else": "where(condition != 0, 0, g)"},
    free=frozenset({"condition"}),
    arranged=_where_rows,
    reference=lambda condition, x, y: np.where(
        condition.reshape(len(condition), *(1,) * (x.ndim - 1))
        if condition.ndim == 1
        else condition,
        x,
        y,
    ),
    keywords=("condition", "x", "y"),
    samples=(
        Sample(([[1, 0], [0, 1]], (2, 2), (2, 2))),
        Sample(([1, 0], (2, 3), (2, 3))),
    ),
    doc="""x where condition is not 0, else y.

A condition of one axis chooses whole rows of arrays that have more axes.""",
)
