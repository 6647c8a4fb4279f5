"""Axis-wise kernels of the host: softmax and its relatives, by formula.

Data are split into ``(outer, n, inner)`` about the axis: with inner 1 a slice along it is a
contiguous row and loops run along it; otherwise they run over neighbouring columns, whose maxima
and sums stand side by side.  The text is made for each dtype, as reductions are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from ...base import DType
from ...memory.device import Buffer
from ..build import binaries, half
from ..build.launch import Chunked, grain
from ..spec.formula import formula
from ..spec.rowwise import AxisKernel
from ..spec.text import each, expression, indented, loaded, module, stored
from .launch import launch
from .sums import LANES, PART, summed_in_parts

COLUMNS = 512  # neighbouring columns of one work item
_TOGETHER = 64  # rows, at most, that are gone over together if a function is computed of each
_SHORT = 128  # elements of a row, at most, that is gone over together with all its neighbours
_SHORT_ROWS = 256  # of which there are at most so many at once


def source(spec: AxisKernel, dtypes: tuple[DType, ...], out: DType, kind: str, form: str) -> str:
    """Module text of one operation.

    Parameters
    ----------
    spec : AxisKernel
    dtypes, out : numpy.dtype
        In memory, of the operands and of the result.
    kind : str
        The type of the arithmetic.
    form : {'row', 'columns', 'row_cut', 'columns_cut', 'short'}
        Whether slices along the axis are contiguous, whether each has a length of its own, and
        whether they are so short and many that all are gone over as one.
    """
    loads = {
        name: loaded(f"{name}[i]", dtype, kind)
        for name, dtype in zip(spec.args, dtypes, strict=True)
    }

    def text(written: str, **extra: str) -> str:
        return expression(written, kind, loads | {"scale": "scale"} | extra)

    in_row, cut = form.startswith("row"), form.endswith("_cut")
    store = [f"{n} = {n}_all[at : at + {{}}]" for n in spec.args]
    keeps = "t" in spec.names()
    body = [
        "@chunked",
        f"def loop({', '.join(n + '_all' for n in spec.args)}, y_all, lengths, "
        "n, inner, scale, lo, hi):",
    ]
    if form == "short":
        body += _short_rows(spec, kind, out, text)
    elif in_row:
        # The terms that are summed lie where the result will, if that has their type.
        terms = "y" if out.name == kind else "terms"
        per = {"m": "m", "s": "s", "t": f"{terms}[i]"}
        where = ""
        if terms == "terms":
            body.append(f"    terms_all = scratch({'n' if keeps else PART}, {kind})")
            where = f"0 : min({PART}, full - begin)"
            if keeps:
                where = f"begin : min(begin + {PART}, full)"
        begin = [
            "at = line * n",
            f"full = {'min(max(lengths[line], 0), n)' if cut else 'n'}",
        ]
        reduced = []
        if spec.peak:
            reduced += [line.format("full") for line in store]
            reduced += greatest_in_row("full", kind, text(spec.peak))
        term, take = text(spec.summed, **per), [f"sum += total({terms})"]
        reduced += [
            "sum = 0.0",
            *summed_in_parts(spec.args, "at", "full", terms, term, take, where),
            f"s = {kind}(sum)",
        ]
        filled = [
            *[line.format("full") for line in store],
            "y = y_all[at : at + n]",
            *(["terms = terms_all[0:full]"] if keeps and terms == "terms" else []),
            *each("full", [f"y[i] = {stored(text(spec.result, **per), out, kind)}"]),
        ]
        if cut:
            filled += ["rest = y[full:n]", "rest[:] = 0"]
        if spec.once and formula(spec.once).cost > 1 and not keeps:
            # A function of one number takes as long as of a vector: short rows share it.
            body += [
                f"    ms_all, ss_all = empty({_TOGETHER}, {kind}), empty({_TOGETHER}, {kind})",
                f"    together = max(1, min({_TOGETHER}, {PART} // max(n, 1)))",
                "    for first in range(lo, hi, together):",
                "        ss = ss_all[0 : min(together, hi - first)]",
                "        for k in range(ss.size):",
                "            line = first + k",
                *indented([*begin, *reduced, "ss_all[k] = s"], 3),
                *(["            ms_all[k] = m"] if spec.peak else []),
                "        for i in range(ss.size):",
                f"            ss[i] = {text(spec.once, s='ss[i]')}",
                "        for k in range(ss.size):",
                "            line = first + k",
                *(["            m = ms_all[k]"] if spec.peak else []),
                *indented([*begin, "s = ss_all[k]", *filled], 3),
            ]
        else:
            once = [f"s = {text(spec.once, s='s')}"] if spec.once else []
            body += ["    for line in range(lo, hi):"]
            body += indented([*begin, *reduced, *once, *filled], 2)
    else:
        per = {"m": "ms[i]", "s": "ss[i]", "t": "t"}
        guard = "r < lengths_here[i]"
        body += [
            f"    ms_all = empty({COLUMNS}, {kind})",
            f"    ss_all = empty({COLUMNS}, {kind})",
            f"    blocks = (inner + {COLUMNS - 1}) // {COLUMNS}",
            "    for unit in range(lo, hi):",
            f"        start = unit % blocks * {COLUMNS}",
            f"        w = min({COLUMNS}, inner - start)",
            "        first = unit // blocks * n * inner + start",
            "        ms = ms_all[0:w]",
            "        ss = ss_all[0:w]",
        ]
        if cut:
            body += [
                "        line = unit // blocks * inner + start",
                "        lengths_here = lengths[line : line + w]",
            ]

        def loop(*inside: str) -> list[str]:
            return [
                "        for r in range(n):",
                "            at = first + r * inner",
                *[f"            {line.format('w')}" for line in store],
                "            y = y_all[at : at + w]",
                "            for i in range(w):",
                *[f"                {line}" for line in inside],
            ]

        if spec.peak:
            here = text(spec.peak)
            body += [
                "        for i in range(w):",
                f"            ms[i] = {kind}(-inf)",
                *loop(
                    f"z = {here}",
                    "ms[i] = z if z > ms[i]" + (f" and {guard}" if cut else "") + " else ms[i]",
                ),
            ]
        term = text(spec.summed, **per)
        zero = f"{kind}(0)"
        body += [
            "        for i in range(w):",
            f"            ss[i] = {zero}",
            *loop(f"t = {term}", f"ss[i] += t if {guard} else {zero}" if cut else "ss[i] += t"),
        ]
        if spec.once:
            body += [
                "        for i in range(w):",
                f"            ss[i] = {text(spec.once, s='ss[i]')}",
            ]
        value = text(spec.result, **per)
        value = f"{value} if {guard} else {zero}" if cut else value
        inside = [f"t = {term}"] * keeps + [f"v = {value}", f"y[i] = {stored('v', out, kind)}"]
        body += loop(*inside)
    title = f"{spec.name}: {spec.result}, s the sum of {spec.summed}"
    if spec.peak:
        title += f", m the maximum of {spec.peak}"
    return module(f"{title}.", body, "Made from formulas")


def _short_rows(spec: AxisKernel, kind: str, out: DType, text: Callable[..., str]) -> list[str]:
    """The loop over many short rows, which are a vector but for their maxima and sums."""
    every = f"scratch({PART + LANES}, {kind})"
    arrays = ["terms", "ss", *(["zs", "ms"] if spec.peak else [])]
    per = {"m": "ms[i]", "s": "ss[i]", "t": "terms[i]"}
    once = each("rows", [f"sums[i] = {text(spec.once, s='sums[i]')}"]) if spec.once else []
    peak = []
    if spec.peak:
        peak = [
            *each("size", [f"zs[i] = {text(spec.peak)}"]),
            "for k in range(rows):",
            f"    m = greatest(zs_all, k * n, n) + {kind}(0)  # as in longer rows",
            "    spread(ms_all, k * n, n, m)",
        ]
    return [
        *[f"    {name}_all = {every}" for name in arrays],
        f"    sums = empty({_SHORT_ROWS}, {kind})",
        f"    together = min({_SHORT_ROWS}, {PART} // n)",
        "    for first in range(lo, hi, together):",
        "        rows = min(together, hi - first)",
        "        at, size = first * n, rows * n",
        *[f"        {name} = {name}_all[at : at + size]" for name in (*spec.args, "y")],
        *[f"        {name} = {name}_all[0:size]" for name in arrays],
        *indented(
            [
                *peak,
                *each("size", [f"terms[i] = {text(spec.summed, **per)}"]),
                "for k in range(rows):",
                f"    sums[k] = {kind}(total(terms_all[k * n : k * n + n]))",
                *once,
                "for k in range(rows):",
                "    spread(ss_all, k * n, n, sums[k])",
                *each("size", [f"y[i] = {stored(text(spec.result, **per), out, kind)}"]),
            ],
            2,
        ),
    ]


def greatest_in_row(count: str, kind: str, value: str) -> list[str]:
    """Text that makes ``m`` the greatest *value* of *count* elements i."""
    return [
        f"m = {kind}(-inf)",
        *each(count, [f"m = either_maximum(m, {value})"]),
        f"m += {kind}(0)  # either zero becomes the positive one",
    ]


@cache
def _kernel(
    spec: AxisKernel, dtypes: tuple[DType, ...], out: DType, kind: str, form: str
) -> Chunked:
    name = "_".join([spec.name, form, *dict.fromkeys(d.name for d in (*dtypes, out))])
    loop: Chunked = binaries.load(name, source(spec, dtypes, out, kind, form)).loop
    return loop


_NO_LENGTHS = np.empty(0, np.int64)


def run(
    spec: AxisKernel,
    operands: tuple[Buffer, ...],
    y: Buffer,
    form: tuple[int, int, int],
    scale: float = 1.0,
    lengths: Buffer | None = None,
) -> None:
    """Fill the flat *y* from flat *operands* of the form (outer, n, inner).

    Parameters
    ----------
    spec : AxisKernel
    operands : tuple of numpy.ndarray
    y : numpy.ndarray
        Memory of its own: terms lie there before all operands have been read.
    form : tuple of int
    scale : float
        What ``scale`` means in the formulas.
    lengths : numpy.ndarray of int64, optional
        How many elements of each slice along the axis count; the others become 0.
    """
    outer, n, inner = form
    if not y.size:
        return
    kind = spec.arithmetic((*operands, y))
    shape = ("row" if inner == 1 else "columns") + ("" if lengths is None else "_cut")
    if shape == "row" and 0 < n <= _SHORT and outer >= _TOGETHER:
        shape = "short"
    kernel = _kernel(spec, tuple(x.dtype for x in operands), y.dtype, kind, shape)
    lengths = _NO_LENGTHS if lengths is None else lengths
    units = outer if inner == 1 else outer * -(-inner // COLUMNS)
    each = grain(n * min(inner, COLUMNS), 4)
    launch(
        kernel,
        *map(half.as_bits, operands),
        half.as_bits(y),
        lengths,
        n,
        inner,
        np.dtype(kind).type(scale),
        units,
        each,
    )
