"""Arrays to and from NumPy and other libraries, without copies where memory permits."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd


def test_numpy_sees_our_memory_by_dlpack() -> None:
    x = nd.array([[1, 2], [3, 4]])
    shared = np.from_dlpack(x)
    x[0, 1] = 7
    assert shared[0, 1] == 7


def test_we_see_numpys_memory_by_dlpack() -> None:
    host = np.arange(6, dtype="float64").reshape(2, 3)
    x = nd.from_dlpack(host)
    assert x.dtype is np.float64 and x.shape == (2, 3)
    host[1, 2] = 9
    assert x[1, 2].asscalar() == 9


@pytest.mark.parametrize("method", ["to_dlpack_for_read", "to_dlpack_for_write"])
def test_capsules_go_round(method: str) -> None:
    x = nd.array([1, 2, 3], dtype="int32")
    y = nd.from_dlpack(getattr(nd, method)(x))
    np.testing.assert_array_equal(y.asnumpy(), [1, 2, 3])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_write_through_a_capsule_arrives(dtype: str) -> None:
    """As in the example of MXNet's documentation; a capsule with a version is not needed for it."""
    x = nd.ones((2, 3), dtype=dtype)
    y = nd.from_dlpack(nd.to_dlpack_for_write(x))
    y += 1
    assert x.asnumpy().tolist() == [[2, 2, 2], [2, 2, 2]]
    x[0] = 5
    del x
    assert y.asnumpy().tolist() == [[5, 5, 5], [2, 2, 2]]


def test_a_write_through_a_capsule_spoils_the_record() -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with mx.autograd.record():
        y = x * x
        with pytest.raises(MXNetError, match="Nothing was written"):
            x.to_dlpack_for_write()
    x.to_dlpack_for_write()
    with pytest.raises(MXNetError, match="overwritten"):
        y.backward()


def test_strided_memory_is_copied() -> None:
    host = np.arange(6, dtype="float32")
    x = nd.from_dlpack(host[::2])
    np.testing.assert_array_equal(x.asnumpy(), [0, 2, 4])
    x[:] = 0
    assert host[2] == 2


def test_from_dlpack_refuses() -> None:
    with pytest.raises(TypeError, match=r"expected an array or a capsule, got .* \(list\)"):
        nd.from_dlpack([1, 2])
    with pytest.raises(MXNetError, match="complex64"):
        nd.from_dlpack(np.ones(2, "complex64"))


@pytest.mark.parametrize("options", [{}, {"copy": True}, {"copy": False}, {"device": "cpu"}])
def test_versioned_dlpack(options: dict[str, object]) -> None:
    if np.lib.NumpyVersion(np.__version__) < "2.1.0":
        pytest.skip("np.from_dlpack of NumPy 1 has no options")
    x = nd.array([1, 2, 3])
    y = np.from_dlpack(x, **options)
    y[0] = 5
    assert x[0].asscalar() == (1 if options.get("copy") else 5)
    capsule = x.__dlpack__(max_version=(1, 0), dl_device=(1, 0), copy=False)
    assert "dltensor_versioned" in repr(capsule)
    assert nd.from_dlpack(capsule)[0].asscalar() == x[0].asscalar()


def test_read_only_memory_is_copied() -> None:
    host = np.arange(3, dtype="float32")
    host.flags.writeable = False
    x = nd.from_dlpack(host)
    x[:] = 7
    assert host[0] == 0


def test_torch_shares_memory() -> None:
    torch = pytest.importorskip("torch")
    x = nd.array([1, 2, 3])
    tensor = torch.from_dlpack(x)
    tensor[0] = 5
    assert x[0].asscalar() == 5
    source = torch.arange(3, dtype=torch.float32)
    back = nd.from_dlpack(source)
    source[0] = 4
    np.testing.assert_array_equal(back.asnumpy(), [4, 1, 2])
    np.testing.assert_array_equal(torch.asarray(x), nd.array(tensor).asnumpy())


def test_jax_arrays() -> None:
    numpy = pytest.importorskip("jax.numpy")
    y = numpy.from_dlpack(nd.array([1, 2, 3]))
    x = nd.from_dlpack(y)
    x[:] = 0  # of a copy: arrays of JAX are never written to
    np.testing.assert_array_equal(np.asarray(y), [1, 2, 3])
    np.testing.assert_array_equal(nd.array(y).asnumpy(), [1, 2, 3])


def test_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    x = nd.array(table)
    np.testing.assert_array_equal(x.asnumpy(), [[1, 0.5], [2, 1.5]])
    np.testing.assert_array_equal(nd.array(table["b"]).asnumpy(), [0.5, 1.5])
    assert pandas.DataFrame(x)[1].tolist() == [0.5, 1.5]


def test_pillow() -> None:
    pictures = pytest.importorskip("PIL.Image")
    pixels = np.arange(12, dtype="uint8").reshape(2, 2, 3)
    x = nd.array(pictures.fromarray(pixels), dtype="uint8")
    np.testing.assert_array_equal(x.asnumpy(), pixels)


@pytest.mark.parametrize("form", ["coo", "csc", "csr"])
def test_sparse_matrices_of_scipy(form: str) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    source = sparse.csr_matrix(np.array([[0, 2.5], [1, 0]], "float32")).asformat(form)
    for x in (nd.array(source), nd.sparse.array(source), nd.sparse.csr_matrix(source)):
        assert x.stype == "csr"
        np.testing.assert_array_equal(x.asnumpy(), [[0, 2.5], [1, 0]])
    assert (sparse.csr_matrix(x) != source).nnz == 0


def test_array_protocol() -> None:
    x = nd.array([[1, 2], [3, 4]])
    assert np.asarray(x).dtype == np.float32
    np.testing.assert_array_equal(np.asarray(x), [[1, 2], [3, 4]])
    assert np.asarray(x, dtype="int64").dtype == np.int64
    np.testing.assert_array_equal(np.add(np.asarray(x), 1), [[2, 3], [4, 5]])
    assert x.tolist() == [[1, 2], [3, 4]]


X = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    "expression",
    [
        "np.exp(x)",
        "np.add(x, x)",
        "np.maximum(x, 2)",
        "np.isfinite(x)",
        "np.add.reduce(x)",
        "np.multiply.outer(x, x)",
        "np.exp(x, out=np.empty((2, 2)))",
        "np.concatenate([x, x])",
        "np.stack([x, x])",
        "np.array([x, x])",
        "np.where(x, x, 0)",
        "np.linalg.inv(x)",
        "np.std(x)",
        "np.any(x)",
        "np.allclose(x, x)",
    ],
)
def test_numpys_functions_give_what_they_give_for_numpys_arrays(expression: str) -> None:
    x = nd.array(X)
    actual, expected = (eval(expression, {"np": np, "x": a}) for a in (x, x.asnumpy()))
    assert type(actual) is type(expected)
    np.testing.assert_array_equal(actual, expected)


def test_functions_that_numpy_passes_on_are_those_of_the_array() -> None:
    x = nd.array(X)
    x.attach_grad()
    with mx.autograd.record():
        y = np.sum(np.clip(x, 1.5, 9)) + np.mean(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [[0.25, 1.25], [1.25, 1.25]])


@pytest.mark.parametrize("sign", "+ - * / % ** == != < <= > >= // @".split())
def test_numpys_arrays_are_operands(sign: str) -> None:
    values = np.array([[1.0, 4.0], [2.0, 0.5]])
    for text in (f"a {sign} b", f"b {sign} a"):
        y = eval(text, {"a": nd.array(X), "b": values})
        assert isinstance(y, nd.NDArray) and y.dtype is np.float32
        expected = eval(text, {"a": nd.array(X), "b": nd.array(values)})
        np.testing.assert_array_equal(y.asnumpy(), expected.asnumpy())


def test_dtypes_beside_numpys_arrays() -> None:
    assert (nd.ones(2, dtype="float16") * np.array([0.5, 1])).dtype is np.float16
    assert (nd.ones(2) + np.array([1, 2], "uint16")).dtype is np.float32
    ints = nd.array([1, 2], dtype="int32")
    np.testing.assert_array_equal((ints * np.array([0.5, 1.5])).asnumpy(), [0.5, 3])
    assert (np.array([1, 2], "int8") + ints).dtype is np.int32
    with pytest.raises(MXNetError, match=r"NumPy array as an operand: dtype=uint16"):
        ints + np.array([1, 2], "uint16")
    with pytest.raises(MXNetError, match="complex128"):
        nd.ones(2) * np.array([1j, 2])


def test_numpys_arrays_are_constants_of_a_record() -> None:
    x, factor = nd.array(X), np.array([2.0, 3.0])
    x.attach_grad()
    with mx.autograd.record():
        y = factor * x
        y += np.ones((2, 2))
        z = nd.maximum(factor, y)
    z.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [[2, 3], [2, 3]])
    matrix = nd.array([[0, 2], [1, 0]]).tostype("csr")
    np.testing.assert_array_equal((matrix * np.array([[5, 3], [1, 1]])).asnumpy(), [[0, 6], [1, 0]])
    with pytest.raises(TypeError, match="argument lhs must be an NDArray or a number"):
        nd.add(factor, factor)


def test_numpy_arrays_take_what_ours_give() -> None:
    host = np.array([1.0, 2.0])
    host += nd.array([1, 2])
    host[0] = nd.array([7])
    np.testing.assert_array_equal(host, [7, 4])
    np.testing.assert_array_equal(host[nd.array([1, 0], dtype="int64")], [4, 7])


def test_no_gradient_is_lost_in_numpys_functions() -> None:
    x = nd.array(X)
    x.attach_grad()
    with mx.autograd.record():
        y = x * 2
        for function in (np.exp, np.linalg.norm, np.asarray, lambda x: nd.array([x, x])):
            with pytest.raises(MXNetError, match=r"not recorded.*asnumpy"):
                function(y)
        assert np.exp(y.detach()).shape == np.exp(y.asnumpy()).shape == (2, 2)
        with mx.autograd.pause():
            assert np.linalg.norm(y) > 0
    assert np.exp(y).shape == (2, 2)


def test_bfloat16_through_dlpack() -> None:
    x = nd.array([[1, 2.5], [3, 4]], dtype="bfloat16")
    for shared in (x, x.to_dlpack_for_read(), x.to_dlpack_for_write()):
        y = nd.from_dlpack(shared)
        assert y.dtype is x.dtype and y.tolist() == [[1, 2.5], [3, 4]]
    y = nd.from_dlpack(x)
    y[0] = 7
    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
        assert x.tolist() == [[7, 7], [3, 4]]


def test_bfloat16_of_torch() -> None:
    torch = pytest.importorskip("torch")
    x = nd.array([1, 2.5, 3], dtype="bfloat16")
    tensor = torch.from_dlpack(x)
    assert tensor.dtype == torch.bfloat16
    tensor[0] = 5
    assert x.tolist() == [5, 2.5, 3]
    back = nd.from_dlpack(tensor)
    back[1] = 4
    assert tensor.tolist() == [5, 4, 3]


def test_bfloat16_beside_numpy() -> None:
    x = nd.array([1, 2.5], dtype="bfloat16")
    assert repr(x) == "\n[1.  2.5]\n<NDArray 2 @cpu(0)>"
    number = x[1].asscalar()
    for y in (x * number, x * x.asnumpy(), x * np.array([1, 2.0]), x * 2):
        assert y.dtype is x.dtype
    assert (nd.ones(2) * x.asnumpy()).dtype is np.float32


@pytest.mark.parametrize(
    "dtype", ["float16", "bfloat16", "float64", "int8", "int64", "uint8", "bool"]
)
def test_pickles_and_copies(dtype: str) -> None:
    x = nd.array([[0, 1], [1, 0]], dtype=dtype, ctx=mx.cpu(1))
    for y in (pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x)):
        assert y.dtype is x.dtype and y.context == mx.cpu(1)
        np.testing.assert_array_equal(y.asnumpy(), x.asnumpy())
        y[:] = 1
    assert x[0, 0].asscalar() == 0
