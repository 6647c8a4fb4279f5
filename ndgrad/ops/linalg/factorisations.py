"""Factorisations of matrices and triangular systems: `potrf`, `potri`, `trmm`, `trsm` ...

The derivatives are those of Murray 2016, "Differentiation of the Cholesky decomposition", Giles
2008, "Collected matrix derivative results", and Seeger et al. 2017, "Auto-differentiating linear
algebra".  As in MXNet, `potrf` reads the lower triangle of a matrix and has the symmetric gradient.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray, MXNetError
from ...kernels import front
from ...tape import Array
from ..axes import flag
from ..composite import composite
from ..declare import operator
from ..matrices import check_floats, check_square, transposed
from ..products import show
from ..table import F, Gradient, Gradients, Needs, Result, Sample

_SPD = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]
_FACTOR = [[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [-0.25, 0.3, 1.2]]


def _symmetric(x: Array) -> Array:
    return (x + transposed(x)) * 0.5


def _mirrored(x: Array) -> Array:
    """The symmetric matrix with the lower triangle of *x*."""
    return F._triangle(x) + transposed(F._triangle(x, strict=True))


# --- Cholesky -------------------------------------------------------------------------------------


def _potrf_vjp(g: Array, y: Array, lower: bool) -> Gradient:
    # Murray 2016, equation 10.
    if not flag("linalg_potrf", "lower", lower):
        g, y = transposed(g), transposed(y)
    inner = _mirrored(F.linalg_gemm2(y, F._triangle(g), transpose_a=True))
    left = F.linalg_trsm(y, inner, transpose=True, alpha=0.5)
    return F.linalg_trsm(y, left, rightside=True)


@operator(
    "linalg_potrf",
    on_host=True,
    validates=True,
    vjp=_potrf_vjp,
    domain=(0.5, 2.0),
    reference=np.linalg.cholesky,
    aliases=("_linalg_potrf",),
    samples=(Sample(((2, 1, 1),)), Sample((_SPD,))),
)
def _potrf(A: Array, *, lower: bool = True) -> Result:
    """The Cholesky factors of positive definite matrices: lower triangular L of A = L L'.

    Parameters
    ----------
    A : NDArray
        Symmetric matrices in the last two axes, of which one triangle is read.
    lower : bool
        Whether that is the lower one.  If not, the factors are upper triangular U of A = U' U.

    Raises
    ------
    MXNetError
        If matrices are not square, or one is not positive definite.
    """
    check_square("linalg_potrf", A)
    if not flag("linalg_potrf", "lower", lower):
        return transposed(F.linalg_potrf(transposed(A)))._data, A._shape
    form = A._data, A._shape
    (y,) = front.routine("cholesky", [form], [(A._data.dtype, A._shape)], ("linalg_potrf",))
    return y, A._shape


def _potri_vjp(g: Array, A: Array, y: Array, lower: bool) -> Gradient:
    # Of Y = inv(A A'): -Y (G + G') Y A, by Giles 2008, section 2.2.3.
    is_lower = flag("linalg_potri", "lower", lower)
    twice = g + transposed(g)
    right = F.linalg_gemm2(y, F._triangle(A if is_lower else transposed(A)))
    found = F._triangle(F.linalg_gemm2(F.linalg_gemm2(y, twice, alpha=-1.0), right))
    return found if is_lower else transposed(found)


@operator(
    "linalg_potri",
    on_host=True,
    validates=True,
    vjp=_potri_vjp,
    domain=(0.5, 2.0),
    reference=lambda A: np.linalg.inv(np.tril(A) @ np.swapaxes(np.tril(A), -1, -2)),
    aliases=("_linalg_potri",),
    samples=(Sample(((2, 2),)), Sample(((2, 2, 2),)), Sample((_FACTOR,))),
)
def _potri(A: Array, *, lower: bool = True) -> Result:
    """The inverses of matrices from their Cholesky factors: of L it is the inverse of L L'.

    Parameters
    ----------
    A : NDArray
        Cholesky factors in the last two axes, of which one triangle is read.
    lower : bool
        Whether that is the lower one.  If not, the inverse is that of U' U.

    Raises
    ------
    MXNetError
        If matrices are not square, or one has a zero on its diagonal.
    """
    check_square("linalg_potri", A)
    if not flag("linalg_potri", "lower", lower):
        return F.linalg_potri(transposed(A))._data, A._shape
    form, result = (A._data, A._shape), (A._data.dtype, A._shape)
    (y,) = front.routine("inverse_of_product", [form], [result], ("linalg_potri",))
    return y, A._shape


# --- triangular products and systems --------------------------------------------------------------


def _check_pair(op: str, A: Array, B: Array, rightside: bool) -> None:
    check_square(op, A)
    check_floats(op, A=A, B=B)
    a, b = A._shape, B._shape
    if len(a) != len(b) or a[:-2] != b[:-2] or a[-1] != b[-1 if rightside else -2]:
        raise MXNetError(
            f"Operator {op}: argument B has shape {show(b)}, which does not fit A of shape "
            f"{show(a)} with rightside={rightside}: expected equal batch axes and matrices that "
            "can be multiplied"
        )


def _product_reference(
    A: HostArray,
    B: HostArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
) -> HostArray:
    a = np.tril(A) if lower else np.triu(A)
    a = np.swapaxes(a, -1, -2) if transpose else a
    return alpha * (B @ a if rightside else a @ B)


def _solution_reference(
    A: HostArray,
    B: HostArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
) -> HostArray:
    a = np.linalg.inv(np.tril(A) if lower else np.triu(A))
    return _product_reference(a, B, transpose, rightside, lower, alpha)


_PAIRS = (
    Sample(((2, 2), (2, 3)), {"alpha": 2.0}),
    Sample(((2, 2, 2), (2, 3, 2)), {"rightside": True, "transpose": True, "lower": False}),
    Sample(((2, 2), (2, 2)), {"transpose": True}),
    Sample(((2, 2), (3, 2)), {"rightside": True, "alpha": -0.5}),
)


@composite(
    "linalg_trmm",
    reference=_product_reference,
    aliases=("_linalg_trmm",),
    samples=_PAIRS,
)
def _trmm(
    A: Array,
    B: Array,
    *,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
) -> Array:
    """``alpha * op(A) @ B`` for triangular A.

    Parameters
    ----------
    A : NDArray
        Square matrices in the last two axes, of which one triangle is read.
    B : NDArray
        Matrices; all but the last two axes are those of A.
    transpose : bool
        Whether op(A) is the transposed matrix.
    rightside : bool
        Whether to multiply from the right, as ``alpha * B @ op(A)``.
    lower : bool
        Which triangle of A is read.
    alpha : float
        A factor.

    Raises
    ------
    MXNetError
        If A is not square or the shapes do not fit.
    """
    name = "linalg_trmm"
    right, turned = flag(name, "rightside", rightside), flag(name, "transpose", transpose)
    _check_pair(name, A, B, right)
    a = F._triangle(A, lower=flag(name, "lower", lower))
    if right:
        return F.linalg_gemm2(B, a, transpose_b=turned, alpha=alpha)
    return F.linalg_gemm2(a, B, transpose_a=turned, alpha=alpha)


def _trsm_vjp(
    g: Array, A: Array, y: Array, needs: Needs, transpose: bool, rightside: bool, lower: bool,
    alpha: float,
) -> Gradients:  # fmt: skip
    # Giles 2008, section 2.2.3: of op(A) Y = alpha B, with T = inv(op(A))' G, the gradient of B is
    # alpha T and that of op(A) is -T Y'; from the right side it is -Y' T.
    right, turned = bool(rightside), bool(transpose)
    solved = F.linalg_trsm(A, g, transpose=not turned, rightside=right, lower=lower)
    d_a = None
    if needs[0]:
        # Of A itself: op transposes the product, that is exchanges its factors.
        pair = (y, solved) if right != turned else (solved, y)
        flags = {"transpose_a": True} if right else {"transpose_b": True}
        d_a = F._triangle(F.linalg_gemm2(*pair, alpha=-1.0, **flags), lower=bool(lower))
    return d_a, solved * float(alpha) if needs[1] else None


@operator(
    "linalg_trsm",
    on_host=True,
    linear=("B",),
    vjp=_trsm_vjp,
    domain=(0.5, 2.0),
    reference=_solution_reference,
    aliases=("_linalg_trsm",),
    samples=_PAIRS,
)
def _trsm(
    A: Array,
    B: Array,
    *,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
) -> Result:
    """The solution X of ``op(A) @ X = alpha * B`` for triangular A.

    A zero on the diagonal gives infinities and NaN.

    Parameters
    ----------
    A : NDArray
        Square matrices in the last two axes, of which one triangle is read.
    B : NDArray
        Matrices; all but the last two axes are those of A.
    transpose : bool
        Whether op(A) is the transposed matrix.
    rightside : bool
        Whether to solve ``X @ op(A) = alpha * B``.
    lower : bool
        Which triangle of A is read.
    alpha : float
        A factor.

    Raises
    ------
    MXNetError
        If A is not square or the shapes do not fit.
    """
    name = "linalg_trsm"
    right, turned = flag(name, "rightside", rightside), flag(name, "transpose", transpose)
    _check_pair(name, A, B, right)
    operands = [(A._data, A._shape), (B._data, B._shape)]
    options = right, turned, flag(name, "lower", lower), float(alpha)
    (y,) = front.routine("triangular_solution", operands, [(A._data.dtype, B._shape)], options)
    return y, B._shape


# --- LQ and eigenvalues ---------------------------------------------------------------------------


def _gelqf_vjp(g_Q: Array, g_L: Array, Q: Array, L: Array) -> Gradient:
    # Seeger et al. 2017, section 4.2: inv(L)' (G_Q + mirrored(M) Q), M = L' G_L - G_Q Q'.
    product = F.linalg_gemm2(L, F._triangle(g_L), transpose_a=True)
    inner = _mirrored(product - F.linalg_gemm2(g_Q, Q, transpose_b=True))
    return F.linalg_trsm(L, g_Q + F.linalg_gemm2(inner, Q), transpose=True)


@operator(
    "linalg_gelqf",
    on_host=True,
    outputs="Q L",
    vjp=_gelqf_vjp,
    aliases=("_linalg_gelqf",),
    samples=(Sample(((2, 3),)), Sample(((2, 2, 2),))),
)
def _gelqf(A: Array) -> list[Result]:
    """The factors Q, with orthonormal rows, and lower triangular L of A = L Q.

    Parameters
    ----------
    A : NDArray
        Matrices in the last two axes, with at most as many rows as columns.

    Returns
    -------
    list of NDArray
        Q of the shape of A, and L.

    Raises
    ------
    MXNetError
        If there are more rows than columns.
    """
    check_floats("linalg_gelqf", A=A)
    shape = A._shape
    if len(shape) < 2 or shape[-2] > shape[-1]:
        raise MXNetError(
            f"Operator linalg_gelqf: argument A has shape {show(shape)}, expected matrices in the "
            "last two axes with at most as many rows as columns"
        )
    shapes = shape, (*shape[:-1], shape[-2])
    dtype = A._data.dtype
    found = front.routine("orthogonal_rows", [(A._data, shape)], [(dtype, s) for s in shapes])
    return list(zip(found, shapes, strict=True))


def _syevd_vjp(g_U: Array, g_L: Array, U: Array, L: Array) -> Gradient:
    # Seeger et al. 2017, section 4.3: U' (sym((G_U U') * E) + diag(G_L)) U, E_ij = 1 / (l_i - l_j).
    n = L.shape[-1]
    rows = F._reshaped(L, shape=(*U.shape[:-1], 1))
    columns = F._reshaped(L, shape=(*U.shape[:-2], 1, n))
    gap = F.broadcast_sub(rows, columns)
    equal = F.broadcast_equal(rows, columns)  # these are left out
    weight = (1 - equal) / (gap + equal)
    inner = _symmetric(F.linalg_gemm2(g_U, U, transpose_b=True) * weight)
    inner = inner + F.linalg_makediag(g_L)
    left = F.linalg_gemm2(U, inner, transpose_a=True)
    return F.linalg_gemm2(left, U)


@operator(
    "linalg_syevd",
    on_host=True,
    validates=True,
    outputs="U L",
    vjp=_syevd_vjp,
    aliases=("_linalg_syevd",),
    samples=(Sample(((2, 1, 1),)), Sample((_SPD,))),
)
def _syevd(A: Array) -> list[Result]:
    """The eigenvectors, as rows of U, and rising eigenvalues L of symmetric matrices.

    So A = U' diag(L) U.  The entry of greatest absolute value in each row of U is positive.  The
    gradient is symmetric.  Where eigenvalues are equal their eigenvectors have no derivative: how
    these turn into each other is left out, and the gradient is finite.

    Parameters
    ----------
    A : NDArray
        Symmetric matrices in the last two axes, of which the lower triangle is read.

    Returns
    -------
    list of NDArray
        U of the shape of A, and L with one axis less.

    Raises
    ------
    MXNetError
        If matrices are not square, or the iteration does not converge.
    """
    check_square("linalg_syevd", A)
    shapes, dtype = (A._shape, A._shape[:-1]), A._data.dtype
    results = [(dtype, shape) for shape in shapes]
    found = front.routine("eigen", [(A._data, A._shape)], results, ("linalg_syevd",))
    return list(zip(found, shapes, strict=True))
