# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

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
    """Compute `qr` by NumPy on the host: the function of this name there."""
    ...
def eig(*args: Any, **kwargs: Any) -> Any:
    """Compute `eig` by NumPy on the host: the function of this name there."""
    ...
def eigvals(*args: Any, **kwargs: Any) -> Any:
    """Compute `eigvals` by NumPy on the host: the function of this name there."""
    ...
def pinv(*args: Any, **kwargs: Any) -> Any:
    """Compute `pinv` by NumPy on the host: the function of this name there."""
    ...
def matrix_rank(*args: Any, **kwargs: Any) -> Any:
    """Compute `matrix_rank` by NumPy on the host: the function of this name there."""
    ...
def cond(*args: Any, **kwargs: Any) -> Any:
    """Compute `cond` by NumPy on the host: the function of this name there."""
    ...
def matrix_power(*args: Any, **kwargs: Any) -> Any:
    """Compute `matrix_power` by NumPy on the host: the function of this name there."""
    ...
def multi_dot(*args: Any, **kwargs: Any) -> Any:
    """Compute `multi_dot` by NumPy on the host: the function of this name there."""
    ...
