"""Every operator of the table as a function of symbols: composed, inferred, written and read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_abstract import SAMPLES, forms

from ndgrad import sym
from ndgrad.dispatch.abstract import forms_of
from ndgrad.ops.table import Op, Sample


def composed(op: Op, sample: Sample) -> sym.Symbol:
    call = getattr(sym._internal, op.name)
    names = op.keywords if not op.variadic else [f"x{i}" for i in range(len(sample.args))]
    variables = [sym.var(name) for name, _ in zip(names, sample.args, strict=False)]
    return call(*variables, name="made", **sample.params)


def composable(op: Op, sample: Sample) -> bool:
    """Whether a call has outputs, and parameters that users give: internal ones may be arrays."""
    arrays = any(isinstance(value, np.ndarray) for value in sample.params.values())
    return op.count(sample.params) > 0 and not arrays


CALLS = [(op, sample) for op, sample in SAMPLES if composable(op, sample)]


@pytest.mark.parametrize(
    ("op", "sample"), CALLS, ids=[f"{op.name}-{i}" for i, (op, _) in enumerate(CALLS)]
)
def test_shapes_and_dtypes(op: Op, sample: Sample) -> None:
    symbol, given = composed(op, sample), forms(sample)
    expected = forms_of(op, given, sample.params)
    names = symbol.list_inputs()
    shapes = dict(zip(names, [shape for shape, _ in given], strict=True))
    dtypes = dict(zip(names, [dtype for _, dtype in given], strict=True))
    known: Any = symbol._inference(shapes, dtypes)
    for made in (symbol, sym.load_json(symbol.tojson(remove_amp_cast=False))):
        known = made._inference(shapes, dtypes)
        heads = [(known.shapes[h.entry][h.output], known.dtypes[h.entry][h.output])
                 for h in made._heads]  # fmt: skip
        assert heads == [(shape, np.dtype(dtype)) for shape, dtype in expected]
