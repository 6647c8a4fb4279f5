"""Factorisations and determinants: errors, which triangle is read, and the third order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.testing import assert_close, check_gradients

RNG = np.random.default_rng(5)
SQUARE = RNG.normal(size=(2, 3, 3)) * 0.3 + 2 * np.eye(3)
SYMMETRIC = np.array([[1.1, 0.3, 0.2], [0.3, 3.1, -0.2], [0.2, -0.2, 6.3]])
WIDE = RNG.normal(size=(2, 2, 3))


def real(x: Any) -> nd.NDArray:
    return nd.array(x, dtype="float64")


def of_symmetric(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function((x + nd.transpose(x)) * 0.5)


@pytest.mark.full_compiled
@pytest.mark.parametrize(
    ("function", "points"),
    [
        pytest.param(of_symmetric(nd.linalg.potrf), [SYMMETRIC], id="potrf"),
        pytest.param(of_symmetric(nd.linalg.syevd), [SYMMETRIC], id="syevd"),
        pytest.param(nd.linalg.potri, [SQUARE], id="potri"),
        pytest.param(nd.linalg.gelqf, [WIDE], id="gelqf"),
        pytest.param(nd.linalg.inverse, [SQUARE], id="inverse"),
        pytest.param(nd.linalg.det, [SQUARE], id="det"),
        pytest.param(lambda x: nd.linalg.slogdet(x)[1], [SQUARE], id="slogdet"),
        pytest.param(
            lambda a, b: nd.linalg.trsm(a, b, rightside=True, alpha=0.5), [SQUARE, WIDE], id="trsm"
        ),
    ],
)
def test_third_order(function: Callable[..., Any], points: list[Any]) -> None:
    check_gradients(function, [real(x) for x in points], order=3)


def test_factors_multiply_to_the_matrix() -> None:
    a = real(SYMMETRIC)
    factor = nd.linalg.potrf(a)
    assert_close(nd.linalg.syrk(factor), a)
    assert_close(nd.linalg.potri(factor), nd.linalg.inverse(a))
    vectors, values = nd.linalg.syevd(a)
    product = nd.linalg.gemm2(vectors, nd.linalg.makediag(values), transpose_a=True)
    assert_close(nd.dot(product, vectors), a)
    q, factor = nd.linalg.gelqf(real(WIDE))
    assert_close(nd.linalg.gemm2(factor, q), WIDE)


def test_equal_eigenvalues_have_finite_gradients() -> None:
    a = real(np.diag([1.0, 2.0, 2.0]))
    a.attach_grad()
    with autograd.record():
        vectors, values = nd.linalg.syevd(a)
        y = (values * values).sum() + vectors.sum()
    y.backward()
    # The trace of a @ a; pairs of vectors turn against each other, and add up to the same.
    assert_close(a.grad, np.diag([2.0, 4.0, 4.0]))


def test_a_singular_matrix_has_gradient_zero() -> None:
    a = real(np.stack([np.ones((2, 2)), 2 * np.eye(2)]))
    for function in (nd.linalg.det, lambda x: nd.linalg.slogdet(x)[1]):
        a.attach_grad()
        with autograd.record():
            y = function(a)
        y.backward()
        assert not a.grad[0].asnumpy().any() and a.grad[1].asnumpy().any()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nd.linalg.potrf(-nd.eye(2)), r"linalg_potrf: A is not positive definite"),
        (
            lambda: nd.linalg.potrf(nd.stack(nd.eye(2), -nd.eye(2))),
            r"linalg_potrf: A\[1\] is not positive definite",
        ),
        (lambda: nd.linalg.inverse(nd.zeros((1, 2, 2, 2))), r"linalg_inverse: A\[0, 0\] is singu"),
        (lambda: nd.linalg.potri(nd.zeros((2, 2))), r"linalg_potri: A is singular"),
        (
            lambda: nd.linalg.potri(nd.stack(nd.eye(2), nd.zeros((2, 2)))),
            r"linalg_potri: A\[1\] is singular",
        ),
        (lambda: nd.linalg.det(nd.ones((2, 3))), r"linalg_det: argument A .*\[2,3\], expected squ"),
        (lambda: nd.linalg.inverse(nd.ones((2, 2), dtype="int32")), "A has dtype int32, expected"),
        (lambda: nd.linalg.trsm(nd.eye(2), nd.ones((3, 2))), r"argument B has shape \[3,2\]"),
        (lambda: nd.linalg.trmm(nd.eye(2), nd.ones((2, 2), dtype="float64")), "B has dtype float6"),
        (lambda: nd.linalg.gelqf(nd.ones((3, 2))), "at most as many rows as columns"),
        (lambda: nd.linalg.extractdiag(nd.eye(2), offset=-2), "offset=-2, expected less than"),
        (lambda: nd.linalg.maketrian(nd.ones(4)), r"argument A has shape \[4\]"),
        (lambda: nd.linalg.makediag(nd.ones(4), offset=2**40), "offset=.* makes matrices of over"),
        (lambda: nd.linalg_trsm(nd.eye(2), nd.eye(2), lower="odd"), "lower must be True or False"),
    ],
)
def test_errors_name_operator_and_argument(call: Callable[[], Any], says: str) -> None:
    for _ in range(3):  # the second and third call have a plan
        with pytest.raises(mx.MXNetError, match=says):
            call()


def test_compiled_calls_raise_what_eager_ones_do() -> None:
    @mx.compile
    def factor(a: Any) -> Any:
        return nd.linalg.potrf(a)

    assert_close(factor(nd.eye(2) * 4), 2 * np.eye(2))
    with pytest.raises(mx.MXNetError, match="linalg_potrf: A is not positive definite"):
        factor(-nd.eye(2))


@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 0, 0)])
def test_empty_batches_and_matrices(shape: tuple[int, ...]) -> None:
    x = nd.ones(shape)
    assert nd.linalg.inverse(x).shape == nd.linalg.potri(x).shape == shape
    assert nd.linalg.trsm(x, x).shape == nd.linalg.potrf(x).shape == shape
    assert nd.linalg.det(x).shape == shape[:-2]
    assert [y.shape for y in nd.linalg.syevd(x)] == [shape, shape[:-1]]


def test_the_sides_flags_and_triangles_of_a_system() -> None:
    a = real(SQUARE)
    for right in (False, True):
        b = real(WIDE if right else np.swapaxes(WIDE, 1, 2))
        for transpose in (False, True):
            for lower in (False, True):
                flags = {"rightside": right, "transpose": transpose, "lower": lower}
                x = nd.linalg.trsm(a, b, alpha=2.0, **flags)
                assert_close(nd.linalg.trmm(a, x, alpha=0.5, **flags), b)
