"""Inverses and determinants of square matrices: `inverse`, `det`, `slogdet`."""

from __future__ import annotations

import numpy as np

from ...base import Shape
from ...kernels import front
from ...tape import Array
from ..declare import operator
from ..matrices import check_square, transposed
from ..table import F, Gradient, Result, Sample

_MATRICES = (Sample(([[2.0, 1.0], [0.5, 3.0]],)), Sample(((2, 2),)), Sample(((2, 2, 2),)))


def _inverse_vjp(g: Array, y: Array) -> Gradient:
    # Giles 2008, "Collected matrix derivative results", section 2.2.3: -Y' G Y'.
    product = F.linalg_gemm2(y, g, transpose_a=True, alpha=-1.0)
    return F.linalg_gemm2(product, y, transpose_b=True)


@operator(
    "linalg_inverse",
    on_host=True,
    validates=True,
    vjp=_inverse_vjp,
    reference=np.linalg.inv,
    aliases=("_linalg_inverse",),
    samples=_MATRICES,
)
def _inverse(A: Array) -> Result:
    """The inverses of square matrices, the last two axes.

    Raises
    ------
    MXNetError
        If matrices are not square, or one is singular.
    """
    check_square("linalg_inverse", A)
    form = A._data, A._shape
    (y,) = front.routine("inverse", [form], [(A._data.dtype, A._shape)], ("linalg_inverse",))
    return y, A._shape


@operator("_inverse_or_zero", on_host=True, vjp=_inverse_vjp, samples=(Sample(((2, 2),)),))
def _inverse_or_zero(A: Array) -> Result:
    """The inverses of square matrices, and zeros for those that are singular."""
    check_square("_inverse_or_zero", A)
    (y,) = front.routine("inverse_or_zero", [(A._data, A._shape)], [(A._data.dtype, A._shape)])
    return y, A._shape


def _numbers_of(shape: Shape) -> Shape:
    return shape[:-2] or (1,)


def _scaled_inverse(A: Array, factor: Array) -> Array:
    """The transposed inverse, times a number for each matrix."""
    wide = F._reshaped(factor, shape=(*A.shape[:-2], 1, 1))
    return F.broadcast_mul(transposed(F._inverse_or_zero(A)), wide)


@operator(
    "linalg_det",
    results=("output0",),
    on_host=True,
    # Giles 2008, section 2.2.4.  The gradient at a singular matrix is zero, as in MXNet.
    vjp=lambda g, A, y: _scaled_inverse(A, g * y),
    reference=lambda A: np.atleast_1d(np.linalg.det(A)),
    aliases=("_linalg_det",),
    samples=_MATRICES,
)
def _det(A: Array) -> Result:
    """The determinants of square matrices, the last two axes; one matrix gives shape (1,).

    The gradient at a singular matrix is zero.

    Raises
    ------
    MXNetError
        If matrices are not square.
    """
    check_square("linalg_det", A)
    shape = _numbers_of(A._shape)
    (y,) = front.routine("determinant", [(A._data, A._shape)], [(A._data.dtype, shape)])
    return y, shape


@operator(
    "linalg_slogdet",
    on_host=True,
    outputs="sign logabsdet",
    vjp=lambda g_logabsdet, A: _scaled_inverse(A, g_logabsdet),
    reference=lambda A: [np.atleast_1d(x) for x in np.linalg.slogdet(A)],
    aliases=("_linalg_slogdet",),
    samples=_MATRICES,
)
def _slogdet(A: Array) -> list[Result]:
    """The signs of determinants and the logarithms of their absolute values.

    A singular matrix has sign 0 and logarithm ``-inf``; its gradient is zero.

    Raises
    ------
    MXNetError
        If matrices are not square.
    """
    check_square("linalg_slogdet", A)
    shape = _numbers_of(A._shape)
    form = A._data.dtype, shape
    found = front.routine("log_determinant", [(A._data, A._shape)], [form, form])
    return [(y, shape) for y in found]
