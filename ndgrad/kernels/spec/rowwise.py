"""Axis-wise operations by formula, softmax and its relatives: what they compute."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...base import MXNetError, Shape
from ...memory.device import Buffer
from .formula import compute_type, formula


def axis_split(op: str, shape: Shape, axis: object) -> tuple[int, int, int]:
    """Lengths (outer, n, inner): of the axes before *axis*, of itself, of those behind it.

    Raises
    ------
    MXNetError
        If there is no such axis.
    """
    ndim = len(shape)
    if not isinstance(axis, (int, np.integer)) or isinstance(axis, bool):
        raise MXNetError(f"Operator {op}: expected an int as axis, got {axis!r}")
    if not -ndim <= axis < ndim:
        raise MXNetError(
            f"Operator {op}: axis={axis} exceeds the input's {ndim} dimensions, "
            f"expected {-ndim} <= axis < {ndim}"
        )
    at = int(axis) % ndim
    return math.prod(shape[:at]), shape[at], math.prod(shape[at + 1 :])


@dataclass(frozen=True)
class AxisKernel:
    """Formulas of one operation along an axis.

    Attributes
    ----------
    name : str
        For file names.
    args : tuple of str
        Operands of the data's size.
    peak : str or None
        Formula whose greatest value along the axis is ``m``.
    summed : str
        Formula over the operands and ``m`` whose sum along the axis is ``s``.
    once : str or None
        Formula over ``s``, evaluated once a slice along the axis, that takes its place.
    result : str
        Formula over the operands, ``m``, ``s`` and ``t``, the term that was summed.
    """

    name: str
    args: tuple[str, ...]
    summed: str
    result: str
    peak: str | None = None
    once: str | None = None

    def names(self) -> frozenset[str]:
        return formula(self.result).names

    @staticmethod
    def arithmetic(arrays: Iterable[Buffer]) -> str:
        """The type in which all is computed, for operands and a result."""
        return compute_type(np.result_type(*[x.dtype for x in arrays]), mathematical=True)


SOFTMAX = AxisKernel("softmax", ("x",), "exp(x * scale - m)", "t * s", "x * scale", "1 / s")
