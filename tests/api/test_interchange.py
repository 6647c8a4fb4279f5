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


def test_torch_shares_memory() -> None:
    torch = pytest.importorskip("torch")
    x = nd.array([1, 2, 3])
    tensor = torch.from_dlpack(x)
    tensor[0] = 5
    assert x[0].asscalar() == 5
    back = nd.from_dlpack(torch.arange(3, dtype=torch.float32))
    np.testing.assert_array_equal(back.asnumpy(), [0, 1, 2])


def test_array_protocol() -> None:
    x = nd.array([[1, 2], [3, 4]])
    assert np.asarray(x).dtype == np.float32
    np.testing.assert_array_equal(np.asarray(x), [[1, 2], [3, 4]])
    assert np.asarray(x, dtype="int64").dtype == np.int64
    np.testing.assert_array_equal(np.add(np.asarray(x), 1), [[2, 3], [4, 5]])
    assert x.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "int64", "uint8", "bool"])
def test_pickles_and_copies(dtype: str) -> None:
    x = nd.array([[0, 1], [1, 0]], dtype=dtype, ctx=mx.cpu(1))
    for y in (pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x)):
        assert y.dtype is x.dtype and y.context == mx.cpu(1)
        np.testing.assert_array_equal(y.asnumpy(), x.asnumpy())
        y[:] = 1
    assert x[0, 0].asscalar() == 0
