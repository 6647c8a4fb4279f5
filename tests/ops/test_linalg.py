"""Matrix products: shapes, dtypes, errors, second order; the table's tests do the gradients."""

from __future__ import annotations

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.ops.table import F

RNG = np.random.default_rng(1)


def real(*shape: int, dtype: str = "float64") -> mx.nd.NDArray:
    return nd.array(RNG.standard_normal(shape), dtype=dtype)


@pytest.mark.parametrize(
    ("left", "right", "flags", "shape"),
    [
        ((3,), (3,), {}, (1,)),
        ((2, 3), (3,), {}, (2,)),
        ((3,), (3, 2), {}, (2,)),
        ((2, 3, 4), (4, 5), {}, (2, 3, 5)),
        ((4, 2, 3), (4, 2), {"transpose_a": True}, (2, 3, 2)),
        ((2, 4), (3, 2, 4), {"transpose_b": True}, (2, 3, 2)),
        ((1, 3), (3, 1), {}, (1, 1)),
        ((0, 3), (3, 2), {}, (0, 2)),
        ((2, 0), (0, 3), {}, (2, 3)),
        ((0,), (0,), {}, (1,)),
    ],
)
def test_dot_shapes(left: tuple, right: tuple, flags: dict, shape: tuple) -> None:
    a, b = real(*left), real(*right)
    y = nd.dot(a, b, **flags)
    assert y.shape == shape
    x = np.moveaxis(a.asnumpy(), 0, -1) if flags.get("transpose_a") else a.asnumpy()
    z = np.moveaxis(b.asnumpy(), -1, 0) if flags.get("transpose_b") else b.asnumpy()
    np.testing.assert_allclose(y.asnumpy(), np.atleast_1d(np.tensordot(x, z, 1)), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("ta", [False, True])
@pytest.mark.parametrize("tb", [False, True])
@pytest.mark.parametrize("sizes", [(1, 7, 5), (7, 1, 5), (33, 65, 129), (1, 1, 1), (200, 190, 70)])
def test_dot_flags(dtype: str, ta: bool, tb: bool, sizes: tuple[int, int, int]) -> None:
    m, n, k = sizes
    a, b = real(*((k, m) if ta else (m, k)), dtype=dtype), real(*((n, k) if tb else (k, n)))
    b = b.astype(dtype)
    y = nd.dot(a, b, transpose_a=ta, transpose_b=tb)
    x, z = a.asnumpy().astype("float64"), b.asnumpy().astype("float64")
    expected = (x.T if ta else x) @ (z.T if tb else z)
    assert y.dtype == np.dtype(dtype)
    atol = {"float16": 3e-2, "float32": 2e-5, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(
        y.asnumpy(), expected, rtol=2e-3 if dtype == "float16" else 1e-5, atol=atol
    )


@pytest.mark.parametrize("dtype", ["int32", "int64", "int8", "uint8"])
def test_integers_are_exact(dtype: str) -> None:
    a = RNG.integers(0, 100, (3, 40)).astype(dtype)
    b = RNG.integers(0, 100, (5, 40)).astype(dtype)
    y = nd.dot(nd.array(a, dtype=dtype), nd.array(b, dtype=dtype), transpose_b=True)
    np.testing.assert_array_equal(y.asnumpy(), a @ b.T)


def test_large_integers_do_not_go_through_floats() -> None:
    a = nd.array(np.array([[2**62 + 1]]), dtype="int64")
    assert nd.dot(a, nd.array(np.array([[1]]), dtype="int64")).asscalar() == 2**62 + 1


def test_bool_is_any_of_all() -> None:
    a = nd.array(np.array([[True, False], [False, False]]), dtype="bool")
    assert nd.dot(a, a).tolist() == [[True, False], [False, False]]


def test_mixed_dtypes_promote_and_gradients_come_back() -> None:
    a, b = real(2, 3, dtype="float32"), real(3, 2, dtype="float64")
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = nd.dot(a, b)
    y.backward()
    assert y.dtype == np.float64
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize(
    ("call", "left", "right"),
    [
        (nd.dot, (2, 3), (2, 3)),
        (nd.dot, (3,), (2,)),
        (nd.batch_dot, (2, 3, 4), (2, 3, 4)),
        (nd.batch_dot, (2, 3, 4), (3, 4, 2)),
        (nd.batch_dot, (3, 4), (4, 2)),
        (nd.matmul, (2, 3, 4), (3, 4, 2)),
        (nd.matmul, (2, 3), (2, 3)),
        (nd.linalg_gemm2, (2, 3), (2, 3)),
    ],
)
def test_errors_name_both_shapes(call, left: tuple, right: tuple) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(mx.MXNetError) as caught:
        call(nd.ones(left), nd.ones(right))
    for shape in (left, right):
        assert str(list(shape)).replace(" ", "") in str(caught.value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((2, 3, 4), (4, 5)),
        ((4,), (2, 4, 3)),
        ((2, 3, 4), (4,)),
        ((4,), (4,)),
        ((5, 1, 3, 4), (2, 4, 3)),
        ((1, 3, 4), (1, 4, 3)),
        ((6, 30, 40), (6, 40, 20)),
        ((0, 3, 4), (4, 3)),
    ],
)
def test_matmul_is_numpys(left: tuple, right: tuple) -> None:
    a, b = real(*left), real(*right)
    expected = np.matmul(a.asnumpy(), b.asnumpy())
    y = nd.matmul(a, b)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12, atol=1e-13)


def test_fully_connected_second_order() -> None:
    """MXNet gives 0 here: it drops the part that comes through the incoming gradient."""
    x, w = nd.array([[3.0]]), nd.array([[2.0]])
    x.attach_grad()
    with autograd.record():
        y = nd.FullyConnected(x, w, num_hidden=1, no_bias=True) ** 2
        (g,) = autograd.grad(y, [x], create_graph=True)
    g.backward()
    assert x.grad.asscalar() == 8.0


def test_fully_connected_keeps_nan_of_the_bias_to_its_column() -> None:
    y = nd.FullyConnected(nd.ones((2, 3)), nd.ones((2, 3)), nd.array([1.0, np.nan]), num_hidden=2)
    assert y.asnumpy()[:, 0].tolist() == [4.0, 4.0]
    assert np.isnan(y.asnumpy()[:, 1]).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
def test_fully_connected_dtypes(dtype: str) -> None:
    x, w, b = (nd.array(RNG.integers(-3, 4, s), dtype=dtype) for s in ((4, 2, 3), (5, 6), (5,)))
    y = nd.FullyConnected(x, w, b, num_hidden=5)
    expected = x.asnumpy().reshape(4, 6) @ w.asnumpy().T + b.asnumpy()
    assert y.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(y.asnumpy(), expected)


@pytest.mark.parametrize(
    ("arrays", "params", "text"),
    [
        (((2, 3), (5, 4), (5,)), {"num_hidden": 5}, r"\[5,4\].*\[5,3\]"),
        (((2, 3), (5, 3), (4,)), {"num_hidden": 5}, r"bias.*\[4\].*\[5\]"),
        (((2, 3), (5, 3)), {"num_hidden": 5}, "bias is missing"),
        (((2, 3), (5, 3), (5,)), {"num_hidden": 5, "no_bias": True}, "no_bias=True"),
        (((2, 3), (5, 3), (5,)), {"num_hidden": 0}, "num_hidden=0"),
    ],
)
def test_fully_connected_errors(arrays: tuple, params: dict, text: str) -> None:
    with pytest.raises(mx.MXNetError, match=text):
        nd.FullyConnected(*(nd.ones(shape) for shape in arrays), **params)


def test_no_bias_gradient_where_there_is_none() -> None:
    x, w = real(2, 3), real(4, 3)
    w.attach_grad()
    with autograd.record():
        y = F.FullyConnected(x, w, num_hidden=4, no_bias=True)
    y.backward()
    np.testing.assert_allclose(w.grad.asnumpy(), np.ones((4, 2)) @ x.asnumpy())


def test_linalg_gemm_and_syrk() -> None:
    a, b, c = real(2, 3, 4), real(2, 4, 5), real(2, 3, 5)
    y = nd.linalg_gemm(a, b, c, alpha=2.0, beta=0.5)
    np.testing.assert_allclose(
        y.asnumpy(), 2 * (a.asnumpy() @ b.asnumpy()) + 0.5 * c.asnumpy(), rtol=1e-12
    )
    s = nd.linalg_syrk(a, transpose=True).asnumpy()
    np.testing.assert_allclose(s, a.asnumpy().transpose(0, 2, 1) @ a.asnumpy(), rtol=1e-12)


def test_storage_types_are_refused() -> None:
    with pytest.raises(mx.MXNetError, match="forward_stype"):
        nd.dot(nd.ones((2, 2)), nd.ones((2, 2)), forward_stype="csr")


@pytest.mark.parametrize("shape", [(200, 300, 150), (64, 4000, 40), (1500, 70, 90)])
def test_products_do_not_depend_on_the_number_of_threads(shape):
    m, n, k = shape
    generator = np.random.default_rng(3)
    a = nd.array(generator.standard_normal((m, k)))
    b = nd.array(generator.standard_normal((k, n)))
    before = mx.num_threads()
    results = []
    try:
        for threads in (1, before):
            mx.set_num_threads(threads)
            results.append(nd.dot(a, b).asnumpy())
    finally:
        mx.set_num_threads(before)
    np.testing.assert_array_equal(*results)
