# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any
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

def qr(*args: object, **kwargs: object) -> tuple[ndarray, ndarray]:
    """Compute `qr` by NumPy on the host: the function of this name there."""
    ...
def eig(*args: object, **kwargs: object) -> tuple[ndarray, ndarray]:
    """Compute `eig` by NumPy on the host: the function of this name there."""
    ...
def eigvals(*args: object, **kwargs: object) -> ndarray:
    """Compute `eigvals` by NumPy on the host: the function of this name there."""
    ...
def pinv(*args: object, **kwargs: object) -> ndarray:
    """Compute `pinv` by NumPy on the host: the function of this name there."""
    ...
def matrix_rank(*args: object, **kwargs: object) -> Any:
    """Compute `matrix_rank` by NumPy on the host: the function of this name there."""
    ...
def cond(*args: object, **kwargs: object) -> ndarray:
    """Compute `cond` by NumPy on the host: the function of this name there."""
    ...
def matrix_power(*args: object, **kwargs: object) -> ndarray:
    """Compute `matrix_power` by NumPy on the host: the function of this name there."""
    ...
def multi_dot(*args: object, **kwargs: object) -> ndarray:
    """Compute `multi_dot` by NumPy on the host: the function of this name there."""
    ...
