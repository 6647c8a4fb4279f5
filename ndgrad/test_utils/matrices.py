"""Matrices of tests: identities, and random ones whose eigenvalues are real."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..base import HostArray
from ..nd import NDArray, array
from ..nd.sparse import CSRNDArray, csr_matrix

_random = np.random  # MXNet's tests seed NumPy's global generator


def get_identity_mat(size: int) -> NDArray:
    """Return the identity matrix of *size* rows, float32."""
    return array(np.eye(size, dtype=np.float32))


def get_identity_mat_batch(size: int) -> NDArray:
    """Return two identity matrices of *size* rows, of shape (2, size, size)."""
    return array(np.stack([np.eye(size, dtype=np.float32)] * 2))


def new_orthonormal_matrix_2d(n: int) -> HostArray:
    """Return a random orthonormal matrix of *n* rows, float64."""
    return np.linalg.qr(_random.standard_normal((n, n)))[0]


def new_sym_matrix_with_real_eigvals_2d(n: int) -> HostArray:
    """Return a random symmetric matrix of *n* rows with eigenvalues between -10 and 10."""
    basis = new_orthonormal_matrix_2d(n)
    return basis.T @ np.diag(_random.uniform(-10, 10, n)) @ basis


def new_sym_matrix_with_real_eigvals_nd(shape: tuple[int, ...]) -> HostArray:
    """Return symmetric matrices as `new_sym_matrix_with_real_eigvals_2d`, along the last axes."""
    made = [new_sym_matrix_with_real_eigvals_2d(shape[-1]) for _ in np.ndindex(shape[:-2])]
    return np.stack(made).reshape(shape)


def new_matrix_with_real_eigvals_2d(n: int) -> HostArray:
    """Return a random matrix of *n* rows with real eigenvalues between -10 and 10.

    The condition number of its eigenvectors is 2 at most.
    """
    lengths = _random.uniform(0.5, 1, n) * _random.choice([-1, 1], n)
    basis = new_orthonormal_matrix_2d(n) * lengths
    return np.linalg.inv(basis) @ np.diag(_random.uniform(-10, 10, n)) @ basis


def new_matrix_with_real_eigvals_nd(shape: tuple[int, ...]) -> HostArray:
    """Return matrices as `new_matrix_with_real_eigvals_2d`, along the last two axes."""
    made = [new_matrix_with_real_eigvals_2d(shape[-1]) for _ in np.ndindex(shape[:-2])]
    return np.stack(made).reshape(shape)


def shuffle_csr_column_indices(csr: CSRNDArray) -> CSRNDArray:
    """Return the same matrix, whose elements are stored in random order within each row."""
    bounds = csr.indptr.asnumpy()
    order = np.concatenate(
        [np.zeros(0, np.int64)]
        + [low + _random.permutation(high - low) for low, high in pairwise(bounds)]
    )
    parts = csr.data.asnumpy()[order], csr.indices.asnumpy()[order], bounds
    return csr_matrix(parts, shape=csr.shape)
