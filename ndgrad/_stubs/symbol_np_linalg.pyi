# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy._calls import SymbolLike
from ndgrad.symbol.numpy_like import _Symbol

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

def cholesky(
    a: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the lower triangular L such that a = L @ L.T."""
    ...
def det(a: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> _Symbol:
    """Return the determinants of matrices."""
    ...
def eig(
    a: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Compute `eig` by NumPy on the host: the function of this name there."""
    ...
def eigh(
    a: Symbol,
    UPLO: str = 'L',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> list[_Symbol]:
    """Return eigenvalues, ascending, and eigenvectors as columns, of symmetric matrices."""
    ...
def eigvals(
    a: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Compute `eigvals` by NumPy on the host: the function of this name there."""
    ...
def eigvalsh(
    a: Symbol,
    UPLO: str = 'L',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the eigenvalues, ascending, of symmetric matrices."""
    ...
def inv(a: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> _Symbol:
    """Return the inverses of matrices."""
    ...
def slogdet(
    a: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> list[_Symbol]:
    """Return signs and logarithms of the absolute values of determinants."""
    ...
def svd(
    a: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> list[_Symbol]:
    """Return the singular value decomposition U, L, V, such that a = U * L @ V."""
    ...
def tensorinv(
    a: Symbol,
    ind: int = 2,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the inverse of a tensor under `tensordot` over *ind* axes."""
    ...
def solve(
    a: Symbol,
    b: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return x such that a @ x = b."""
    ...
