"""Whatever an operator of derivatives and indexing is given, its kernels stay inside their buffers.

Such operators have parameters that come from other calls of this library, but a symbol's file may
hold any, and a recorded symbol may be evaluated with other arrays.  Without the JIT, a kernel that
leaves a buffer raises an IndexError.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numba import config

from ndgrad import nd
from ndgrad.kernels import OPS
from ndgrad.ops.table import Op
from ndgrad.testing import sample_inputs

pytestmark = [
    pytest.mark.full_compiled,
    pytest.mark.skipif(not config.DISABLE_JIT, reason="compiled kernels do not look at bounds"),
]

_FORMS = ((0,), (1,), (2,), (1, 1), (1, 1, 1, 1), (1, 1, 1, 1, 1))
_VALUES = (10**9, -(10**9), 50, -50)

Call = tuple[list[nd.NDArray], dict[str, Any]]


def other_inputs(inputs: list[nd.NDArray]) -> Iterator[list[nd.NDArray]]:
    yield [nd.ones((1,) * x.ndim, dtype=x.dtype) for x in inputs]
    for i, x in enumerate(inputs):
        shapes = [*_FORMS, (*x.shape[:-1], 1), (1, *x.shape[1:])]
        others = [nd.ones(shape, dtype=x.dtype) for shape in shapes]
        others += [nd.array(np.full(x.shape, n).astype(x.dtype), dtype=x.dtype) for n in _VALUES]
        for other in others:
            yield [*inputs[:i], other, *inputs[i + 1 :]]


def other_values(value: object) -> list[Any]:
    if isinstance(value, np.ndarray):
        return [value + 100, value - 100]
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [value + 40, value - 40, 0, -1]
    if isinstance(value, tuple) and value and all(isinstance(n, int) for n in value):
        return [tuple(n + 40 for n in value), (0,) * len(value), value[:-1], (*value, 3)]
    return []


def calls(op: Op) -> Iterator[Call]:
    for sample in op.samples:
        inputs = sample_inputs(op, sample, "float64")
        for others in other_inputs(inputs):
            yield others, dict(sample.params)
        for name, value in sample.params.items():
            for other in other_values(value):
                yield inputs, {**sample.params, name: other}


def raised_by_a_check(error: IndexError) -> bool:
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    return "call" not in names[-3:] or names[-1] == "_check"  # a kernel is called by `call`


@pytest.mark.parametrize(
    "op", [pytest.param(op, id=op.name) for op in OPS.values() if op.name.startswith("_")]
)
def test_kernels_stay_inside_their_buffers(op: Op) -> None:
    outside = []
    for inputs, params in calls(op):
        try:
            op.call(*inputs, **params)
        except IndexError as error:
            if not raised_by_a_check(error):
                outside.append(f"{[x.shape for x in inputs]}, {params}: {error}")
        except Exception:
            pass  # it is refused
    assert not outside
