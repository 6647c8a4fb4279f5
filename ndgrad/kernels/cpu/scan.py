"""Running sums and linear recurrences along an axis on the host: text and kernels.

Each column of the scanned axis is one chain of steps in float64 or int64, in the order of its
elements; elements are converted as they are read and written.  Chains do not depend on each other:
neighbouring columns are scanned together, in vectors, and short runs of columns four at a time,
which hides the latency of a step.  What is computed for a column is the same either way.  A long
row alone would be one chain: its products are those of parts of a fixed length, from which the
parts go on side by side.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import types

from ...base import DType, HostArray, is_floating
from ...memory.device import Buffer
from ...memory.storage import empty
from ..build import binaries
from ..build.launch import WORTH_SHARING, Specialization, chunked, grain, vector
from ..spec.text import indented, loaded, module, stored
from .launch import run, start
from .sums import product

_WIDTH = 256
"""Columns of a work item: their accumulators stay in the first cache."""

_VECTORS = 16
"""Neighbouring columns from which they are scanned in vectors."""

_CHAINS = 4
"""Columns of a work item where few are neighbours."""

_PART = 4096
"""Elements of a part of a long row."""

_DIRECT = ("float32", "float64")
"""Dtypes whose products are of elements as they lie in memory."""

_LONG = 4 * _CHAINS * _PART
"""Elements from which a row alone is in parts."""


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


@chunked
def _products_of_parts(x, y, lo: int, hi: int) -> None:
    for part in range(lo, hi):
        y[part] = product(x[part * _PART : min((part + 1) * _PART, x.size)])


@chunked
def _products_from(x, starts, reverse: bool, y, lo: int, hi: int) -> None:
    """The products of all earlier elements, from each part's start on, a few parts at a time."""
    for unit in range(lo, hi):
        begin = unit * _CHAINS * _PART
        end = min(begin + _CHAINS * _PART, x.size)
        if end - begin == _CHAINS * _PART:
            x0, y0 = x[begin : begin + _PART], y[begin : begin + _PART]
            x1, y1 = x[begin + _PART : begin + 2 * _PART], y[begin + _PART : begin + 2 * _PART]
            x2, y2 = x[begin + 2 * _PART : end - _PART], y[begin + 2 * _PART : end - _PART]
            x3, y3 = x[end - _PART : end], y[end - _PART : end]
            here = starts[unit * _CHAINS : (unit + 1) * _CHAINS]
            v0, v1, v2, v3 = here[0], here[1], here[2], here[3]
            for k in range(_PART):
                i = _PART - 1 - k if reverse else k
                y0[i], y1[i], y2[i], y3[i] = v0, v1, v2, v3
                v0, v1, v2, v3 = v0 * x0[i], v1 * x1[i], v2 * x2[i], v3 * x3[i]
            continue
        for at in range(begin, end, _PART):
            row, result = x[at : min(at + _PART, end)], y[at : min(at + _PART, end)]
            value = starts[at // _PART]
            for k in range(row.size):
                i = row.size - 1 - k if reverse else k
                result[i] = value
                value *= row[i]


def _long_products(x: HostArray, begin: float, reverse: bool, y: HostArray) -> None:
    """`recurrence` of a long row without addends."""
    parts = -(-x.size // _PART)
    products = empty(parts, np.dtype("float64"))
    _products_of_parts(x, products, parts, grain(_PART))
    starts = _scan("a", (products,), (1, parts, 1), begin, reverse, False)
    units = -(-parts // _CHAINS)
    _products_from(x, starts, reverse, y, units, grain(_CHAINS * _PART))


def recurrence(
    a: Buffer, b: Buffer | None, form: tuple[int, int, int], start: float, reverse: bool
) -> Buffer:
    """The recurrence ``v = v * a + b`` from *start* on, along the middle axis of *form*.

    Each value is the one before its step.  Without *b* (None) addends are 0.  It is computed in
    float64 or int64; the result has the dtype of *a*, which *b* has too.
    """
    if b is None and form == (1, a.size, 1) and a.size >= _LONG and a.dtype.name in _DIRECT:
        y = empty(a.size, a.dtype)
        run(_long_products, a, float(start), reverse, y)
        return y
    parts, given = ("a", (a,)) if b is None else ("ab", (a, b))
    return _scan(parts, given, form, start, reverse, False)


def running_sum(x: Buffer, form: tuple[int, int, int], reverse: bool) -> Buffer:
    """Sums of the elements up to each one, along the middle axis of *form*, in *x*'s dtype.

    They are added up in float64 or int64; *reverse* means from the last element on.
    """
    # -0 is what leaves every first element as it is.
    return _scan("b", (x,), form, -0.0, reverse, True)
