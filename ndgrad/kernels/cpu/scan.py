"""Running sums and linear recurrences along an axis on the host: text and kernels.

Each column of the scanned axis is one chain of steps in float64 or int64, in the order of its
elements; elements are converted as they are read and written.  Chains do not depend on each other:
neighbouring columns are scanned together, in vectors, and short runs of columns four at a time,
which hides the latency of a step.  What is computed for a column is the same either way.
"""

from __future__ import annotations

from functools import cache

from numba import types

from ...base import DType, is_floating
from ...memory.device import Buffer
from ...memory.storage import empty
from ..build import binaries
from ..build.launch import WORTH_SHARING, Specialization, grain, vector
from ..spec.text import indented, loaded, module, stored
from .launch import start

_WIDTH = 256
"""Columns of a work item: their accumulators stay in the first cache."""

_VECTORS = 16
"""Neighbouring columns from which they are scanned in vectors."""

_CHAINS = 4
"""Columns of a work item where few are neighbours."""


def source(parts: str, dtype: DType, kind: str, vectors: bool, inclusive: bool) -> str:
    """Readable module text of a scan.

    Parameters
    ----------
    parts : {'a', 'b', 'ab'}
        Which factors and addends there are.
    dtype : numpy.dtype
        Of factors, addends and results in memory.
    kind : {'float64', 'int64'}
        The type of the arithmetic.
    vectors : bool
        Whether a work item is a block of neighbouring columns.
    inclusive : bool
        Whether an element of the result is what the recurrence has after its step, not before.
    """

    def step(value: str, place: str, array: str = "{}") -> list[str]:
        read = {x: loaded(f"{array.format(x)}[{place}]", dtype, kind) for x in parts}
        after = f"{value} * {read['a']}" if "a" in parts else value
        after = f"{after} + {read['b']}" if "b" in parts else after
        write = f"{array.format('y')}[{place}] = {stored('value', dtype, kind)}"
        take = [f"value = {value}"]
        go_on = [f"{value} = {after}"]
        return [*go_on, *take, write] if inclusive else [*take, *go_on, write]

    arrays = [*parts, "y"]
    if vectors:
        lines = [
            f"    values_all = empty({_WIDTH}, {kind})",
            f"    blocks = (inner + {_WIDTH - 1}) // {_WIDTH}",
            "    for unit in range(lo, hi):",
            f"        left = unit % blocks * {_WIDTH}",
            f"        w = min({_WIDTH}, inner - left)",
            "        at = (unit // blocks * n + first) * inner + left",
            "        values = values_all[0:w]",
            "        for i in range(w):",
            "            values[i] = start",
            "        for _ in range(n):",
            *[f"            {x} = {x}_all[at : at + w]" for x in arrays],
            "            for i in range(w):",
            *indented(step("values[i]", "i"), 4),
            "            at += stride",
        ]
    else:
        chains = range(_CHAINS)
        lines = [
            "    for unit in range(lo, hi):",
            f"        column = unit * {_CHAINS}",
            f"        end = min(column + {_CHAINS}, columns)",
            f"        if end - column == {_CHAINS}:",
            *[
                f"            at{j} = ((column + {j}) // inner * n + first) * inner"
                f" + (column + {j}) % inner"
                for j in chains
            ],
            *[f"            value{j} = start" for j in chains],
            "            for _ in range(n):",
            *[
                x
                for j in chains
                for x in indented(step(f"value{j}", f"uint64(at{j})", "{}_all"), 4)
            ],
            *[f"                at{j} += stride" for j in chains],
            "            column = end",
            "        while column < end:",
            "            at = (column // inner * n + first) * inner + column % inner",
            "            value0 = start",
            "            for _ in range(n):",
            *indented(step("value0", "uint64(at)", "{}_all"), 4),
            "                at += stride",
            "            column += 1",
        ]
    numbers = "start, reverse, n, inner, columns, lo, hi"
    lines = [
        "@chunked",
        f"def loop({', '.join(f'{x}_all' for x in arrays)}, {numbers}):",
        "    stride = -inner if reverse else inner",
        "    first = n - 1 if reverse else 0",
        *lines,
    ]
    how = "vectors of columns" if vectors else f"{_CHAINS} columns at a time"
    return module(f"Scan of {dtype.name} by {' and '.join(parts)}, {how}.", lines)


@cache
def _kernel(parts: str, dtype: DType, kind: str, vectors: bool, inclusive: bool) -> Specialization:
    """The kernel for the arguments of `source`."""
    form = ["vectors" if vectors else "chains", "after" if inclusive else "before"]
    name = "_".join(["scan", parts, dtype.name, *form])
    made = binaries.load(name, source(parts, dtype, kind, vectors, inclusive)).loop
    arrays = (vector(dtype),) * (len(parts) + 1)
    numbers = (getattr(types, kind), types.boolean, *[types.intp] * 5)
    return Specialization(made, (*arrays, *numbers))


def _scan(
    parts: str,
    given: tuple[Buffer, ...],
    form: tuple[int, int, int],
    begin: float,
    reverse: bool,
    inclusive: bool,
) -> Buffer:
    outer, n, inner = form
    dtype = given[0].dtype
    y = empty(given[0].size, dtype)
    if not y.size:
        return y
    kind, number = ("float64", float) if is_floating(dtype) else ("int64", int)
    vectors = inner >= _VECTORS
    columns = outer * inner
    units = outer * -(-inner // _WIDTH) if vectors else -(-columns // _CHAINS)
    each = grain(n * (min(inner, _WIDTH) if vectors else _CHAINS), 4)
    args = (*given, y, number(begin), reverse, n, inner, columns)
    shared = units >= WORTH_SHARING * each
    start(_kernel(parts, dtype, kind, vectors, inclusive), args, units, each if shared else None)
    return y


def recurrence(
    a: Buffer, b: Buffer | None, form: tuple[int, int, int], start: float, reverse: bool
) -> Buffer:
    """The recurrence ``v = v * a + b`` from *start* on, along the middle axis of *form*.

    Each value is the one before its step.  Without *b* (None) addends are 0.  It is computed in
    float64 or int64; the result has the dtype of *a*, which *b* has too.
    """
    parts, given = ("a", (a,)) if b is None else ("ab", (a, b))
    return _scan(parts, given, form, start, reverse, False)


def running_sum(x: Buffer, form: tuple[int, int, int], reverse: bool) -> Buffer:
    """Sums of the elements up to each one, along the middle axis of *form*, in *x*'s dtype.

    They are added up in float64 or int64; *reverse* means from the last element on.
    """
    # -0 is what leaves every first element as it is.
    return _scan("b", (x,), form, -0.0, reverse, True)
