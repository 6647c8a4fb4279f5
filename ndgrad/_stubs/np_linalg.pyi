# Made by tools/write_stubs.py from the table of operators; do not edit.
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np

from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.symbol.symbol import Symbol
from ndgrad.tape import Array
from ndgrad.numpy.multiarray import ndarray

__all__ = [
    'cond',
    'eig',
    'eigvals',
    'matrix_power',
    'matrix_rank',
    'multi_dot',
    'pinv',
    'qr',
]

def qr(*args: Any, **kwargs: Any) -> Any:
    """Compute the qr factorization of a matrix."""
    ...
def eig(*args: Any, **kwargs: Any) -> Any:
    """Compute the eigenvalues and right eigenvectors of a square array."""
    ...
def eigvals(*args: Any, **kwargs: Any) -> Any:
    """Compute the eigenvalues of a general matrix."""
    ...
def pinv(*args: Any, **kwargs: Any) -> Any:
    """Compute the (Moore-Penrose) pseudo-inverse of a matrix."""
    ...
def matrix_rank(*args: Any, **kwargs: Any) -> Any:
    """Return matrix rank of array using SVD method"""
    ...
def cond(*args: Any, **kwargs: Any) -> Any:
    """Compute the condition number of a matrix."""
    ...
def matrix_power(*args: Any, **kwargs: Any) -> Any:
    """Raise a square matrix to the (integer) power `n`."""
    ...
def multi_dot(*args: Any, **kwargs: Any) -> Any:
    """Compute the dot product of two or more arrays in a single function call,"""
    ...
