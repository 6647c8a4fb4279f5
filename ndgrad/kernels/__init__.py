"""All that is compiled: kernels for the CPU and for CUDA, and what generates and launches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..base import DTypeLike, public_names
from .build.target import use_wide_vectors

use_wide_vectors()

from . import cuda  # noqa: E402, F401

OPS: Mapping[str, Any] = {}
"""The operators by name."""

__all__ = ["OPS", "source"]
__dir__ = public_names(globals())

_source: Callable[[str, DTypeLike], str]


def install(table: Mapping[str, object], read: Callable[[str, DTypeLike], str]) -> None:
    """Give this package the op table, which lies above it, for `OPS` and `source`."""
    global OPS, _source
    OPS, _source = table, read


def source(name: str, dtype: DTypeLike = "float32") -> str:
    """Return the text of an operator's kernels, to be read.

    Parameters
    ----------
    name : str
        An operator of the table, or an alias.
    dtype : str or type
        Of the operands.

    Returns
    -------
    str
        For an element-wise operator the generated modules of the forward and the gradient kernel,
        for contiguous operands of one shape; for any other the Python functions of its definition.

    Raises
    ------
    MXNetError
        If there is no such operator.

    Examples
    --------
    >>> print(source("square"))  # doctest: +ELLIPSIS
    \"\"\"square: y = x * x   (x: float32[]). Made from the op table; do not edit.\"\"\"
    ...
    @chunked
    def loop(x, y, lo, hi):
        x = x[lo:hi]
        y = y[lo:hi]
        for i in range(y.size):
            y[i] = x[i] * x[i]
    ...
    """
    return _source(name, dtype)
