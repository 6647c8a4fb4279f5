"""Shapes and dtypes of an operator's results, from those of its inputs: nothing is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from .. import tracing
from ..base import DType, HostArray, Shape, is_floating
from ..context import cpu
from ..memory.abstract import AbstractBuffer, ShapeProgram
from ..memory.device import on_device
from ..memory.storage import empty
from ..ops.table import Op
from ..tape import Array, Scope
from . import classes

_HOST = cpu()

Form: TypeAlias = tuple[Shape, DType]
"""What is known of an array without its elements."""


def forms_of(
    op: Op, inputs: Sequence[Form | float | np.generic | None], params: Mapping[str, object]
) -> list[Form]:
    """The forms of the results of a call.

    An operator that looks at elements is called on zeros, or on identity matrices.

    Parameters
    ----------
    op : Op
    inputs : sequence
        For each input its form, a number, or None for one that is not given.
    params : mapping

    Raises
    ------
    MXNetError
        If the operator refuses such inputs.
    """
    try:
        return abstract_forms(op, inputs, params)
    except Exception:  # whatever needs elements fails in its own way; the call says why
        return _forms(op, inputs, params, _zeros)


def abstract_forms(
    op: Op, inputs: Sequence[Form | float | np.generic | None], params: Mapping[str, object]
) -> list[Form]:
    """The same from a call on abstract buffers alone: no memory is allocated, no kernel made.

    Raises
    ------
    Exception
        Of any class, if the operator refuses such inputs or looks at elements.
    """
    program = ShapeProgram()
    with tracing.planning(program), on_device(program):
        return _forms(op, inputs, params, program.parameter)


def _forms(
    op: Op,
    inputs: Sequence[Form | float | np.generic | None],
    params: Mapping[str, object],
    make: Callable[[int, DType], HostArray | AbstractBuffer],
) -> list[Form]:
    given: list[Array | float | np.generic | None] = []
    for x in inputs:
        if isinstance(x, tuple):
            shape, dtype = x
            data = make(math.prod(shape), dtype)
            if isinstance(data, np.ndarray) and is_floating(dtype) and _is_square(shape):
                data.reshape(shape)[..., range(shape[-1]), range(shape[-1])] = 1
            given.append(classes.array(data, shape, _HOST))
        else:
            given.append(x)
    with Scope(False, False):
        found = op.call(*given, **params)
    results = found if isinstance(found, (list, tuple)) else [found]
    return [(x._shape, x._data.dtype) for x in results]


def _zeros(n: int, dtype: DType) -> HostArray:
    data = empty(n, dtype)
    data.fill(0)
    return data


def _is_square(shape: Shape) -> bool:
    """Whether these are matrices that can be factorised if they are those of the identity."""
    return len(shape) >= 2 and shape[-1] == shape[-2]
