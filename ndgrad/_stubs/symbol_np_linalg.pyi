# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

__all__ = [
    'cholesky',
    'det',
    'eig',
    'eigh',
    'eigvals',
    'eigvalsh',
    'inv',
    'slogdet',
    'solve',
    'svd',
    'tensorinv',
]

def cholesky(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the lower triangular L such that a = L @ L.T."""
    ...
def det(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the determinants of matrices."""
    ...
def eig(a: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Compute `eig` by NumPy on the host: the function of this name there."""
    ...
def eigh(a: Any, UPLO: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return eigenvalues, ascending, and eigenvectors as columns, of symmetric matrices."""
    ...
def eigvals(a: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Compute `eigvals` by NumPy on the host: the function of this name there."""
    ...
def eigvalsh(a: Any, UPLO: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the eigenvalues, ascending, of symmetric matrices."""
    ...
def inv(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the inverses of matrices."""
    ...
def slogdet(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return signs and logarithms of the absolute values of determinants."""
    ...
def svd(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the singular value decomposition U, L, V, such that a = U * L @ V."""
    ...
def tensorinv(a: Any, ind: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the inverse of a tensor under `tensordot` over *ind* axes."""
    ...
def solve(a: Any, b: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return x such that a @ x = b."""
    ...
