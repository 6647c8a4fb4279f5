"""`mx.test_utils`: comparisons, random arrays, checks of symbols."""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad import test_utils as tools


def product(weight: float = 1.0) -> Any:
    """The symbol ``weight * a * b``, and the names of a and b."""
    a, b = nd.ones(2), nd.ones(2)
    for x in (a, b):
        x.attach_grad()
    with autograd.record():
        y = a * b * weight
    symbol = autograd.get_symbol(y)
    return symbol, symbol.list_arguments()


# --- comparison -----------------------------------------------------------------------------------


def test_tolerances_by_dtype() -> None:
    assert tools.get_rtol(dtype=np.float16) == 1e-2
    assert tools.get_rtol() == 1e-5
    assert tools.get_atol(0.5) == 0.5
    assert tools.get_tols(nd.ones(1), np.ones(1, "float16"), None, None) == (1e-2, 1e-1)
    assert tools.default_numeric_eps()[np.dtype("float32")] == 2**-9
    assert tools.get_etol() == 0
    assert tools.get_tolerance(nd.ones(1), None, tools.default_atols()) == 1e-3
    assert tools.effective_dtype(nd.ones(1, dtype="float16")) == np.float16


def test_almost_equal() -> None:
    assert tools.almost_equal(nd.ones(2), np.ones(2) + 1e-5)
    assert not tools.almost_equal(nd.ones(2), np.ones(2) + 1e-2)
    assert not tools.almost_equal(nd.ones((1, 2)), nd.ones(2), use_broadcast=False)
    assert tools.almost_equal(np.full(1, np.nan), np.full(1, np.nan), equal_nan=True)
    assert not tools.almost_equal(np.full(1, np.nan), np.full(1, np.nan))


def test_assert_almost_equal() -> None:
    x = nd.ones((2, 3))
    tools.assert_almost_equal(x, np.ones((2, 3)))
    tools.assert_almost_equal(1, 1.0000001)
    y = np.ones((2, 3), "float32")
    y[1, 2], y[0, 1] = 1.5, 1.25
    with pytest.raises(AssertionError) as info:
        tools.assert_almost_equal(x, y, names=("left", "right"))
    text = str(info.value)
    assert "2 of 6 elements (33.3%)" in text
    assert "rtol=1.000000e-04, atol=1.000000e-03" in text
    assert text.index("(1, 2), left=1.00000000, right=1.50000000") < text.index("(0, 1), left")
    with pytest.raises(AssertionError, match=r"a\.shape = \(2, 3\) and b\.shape = \(3,\)"):
        tools.assert_almost_equal(x, nd.ones(3), use_broadcast=False)
    with pytest.raises(AssertionError, match="1 of 2 elements"):
        tools.assert_almost_equal(np.array([np.nan, 1]), np.array([np.nan, 2]), equal_nan=True)
    tools.assert_almost_equal_with_err(x, y, etol=0.5)
    with pytest.raises(AssertionError):
        tools.assert_almost_equal_with_err(x, y, etol=0.1)
    tools.assert_almost_equal_ignore_nan(np.array([np.nan, 1.0]), np.ones(2))
    tools.assert_allclose(np.ones(2), np.ones(2) + 1e-8)
    with pytest.raises(AssertionError):
        tools.assert_allclose(np.ones(2), np.ones(2) + 1e-6)
    tools.compare_ndarray_tuple((x, (x, None)), (x, (x, None)))
    with pytest.raises(AssertionError):
        tools.compare_ndarray_tuple((x, (x,)), (x, (x + 1,)))


def test_names_of_a_star_import() -> None:
    names: dict[str, Any] = {}
    exec("from ndgrad.test_utils import *", names)
    assert names["mx"] is mx
    assert names["np"] is np
    assert names["os"].sep


def test_generators() -> None:
    buckets, probs = tools.gen_buckets_probs_with_ppf(lambda q: 2 * q, 4)
    assert buckets == [(0, 0.5), (0.5, 1), (1, 1.5), (1.5, 2)]
    assert probs == [0.25] * 4

    def drawn(n: int) -> mx.nd.NDArray:
        return nd.array((np.arange(n) + 0.5) % 80 / 40)

    p, observed, expected = tools.chi_square_check(drawn, buckets, probs, 800)
    assert p == 1
    assert observed.tolist() == expected.tolist() == [200] * 4
    assert tools.verify_generator(drawn, buckets, probs, 800, nrepeat=2) == [1, 1]
    with pytest.raises(AssertionError, match=r"(?s)Chi-square p=\[.*buckets=\[\(0.0, 0.5\)"):
        tools.verify_generator(drawn, buckets, [0.1, 0.2, 0.3, 0.4], 800)
    with pytest.raises(AssertionError, match="2 probs for 1 buckets"):
        tools.chi_square_check(drawn, [(0, 2)], [0.5, 0.5])
    with pytest.raises(AssertionError, match="intervals that ascend"):
        tools.chi_square_check(drawn, [(0, 1.5), (1, 2)], [0.5, 0.5])
    p, observed, _ = tools.chi_square_check(lambda n: np.arange(n) % 2, [0, 1], [0.4, 0.6], 100)
    assert observed.tolist() == [50, 50]
    assert p == pytest.approx(0.0412268)  # of the chi-squared distribution with 1 degree, at 25 / 6
    assert tools.mean_check(drawn, 1, 0.58, 800)
    assert not tools.mean_check(drawn, 1.1, 0.58, 800)
    assert tools.var_check(drawn, 0.577, 800)
    assert not tools.var_check(drawn, 0.5, 800)


def test_optimizers_are_compared() -> None:
    def sgd(**options: object) -> mx.optimizer.Optimizer:
        return mx.optimizer.SGD(momentum=0.9, **options)

    tools.compare_optimizer(sgd(), sgd(), (3, 4), "float32")
    tools.compare_optimizer(sgd(), sgd(), (3, 4), "float32", g_stype="row_sparse")
    tools.compare_optimizer(sgd(), sgd(), [(3, 4), (2,)], "float32", ntensors=2)
    with pytest.raises(AssertionError, match="12 of 12 elements"):
        tools.compare_optimizer(sgd(), sgd(learning_rate=0.5), (3, 4), "float32")
    with pytest.raises(AssertionError, match="ntensors=1, expected 2"):
        tools.compare_optimizer(sgd(), sgd(), [(3, 4), (2,)], "float32")


def test_same() -> None:
    x = nd.ones(2)
    assert tools.same(x, np.ones(2))
    assert not tools.same(x, np.zeros(2))
    assert tools.same_array(x, x.reshape((2,)))
    assert not tools.same_array(x, nd.ones(2))
    assert x.asnumpy().tolist() == [1, 1]


def test_assert_exception() -> None:
    tools.assert_exception(int, ValueError, "x")
    with pytest.raises(AssertionError, match="did not raise KeyError"):
        tools.assert_exception(int, KeyError, "1")


# --- arrays ---------------------------------------------------------------------------------------


def test_random_arrays() -> None:
    assert tools.random_arrays((2, 3)).dtype == np.float32
    assert [x.shape for x in tools.random_arrays((2,), (3,))] == [(2,), (3,)]
    (x,) = tools.random_uniform_arrays((50,), low=3, high=4, dtype="float16")
    assert x.dtype == np.float16
    assert 3 <= x.min() < x.max() <= 4
    assert all(1 <= n <= 4 for n in tools.rand_shape_nd(3, 4))
    assert len(tools.rand_shape_2d()) == 2
    assert len(tools.rand_shape_3d(1, 1, 1)) == 3
    assert tools.rand_coord_2d(1, 2, 5, 6) == (1, 5)
    assert tools.random_sample([3, 1, 2], 3) == [3, 1, 2]


def test_random_ndarrays() -> None:
    assert tools.rand_ndarray((2, 3), dtype="float64").dtype == np.float64
    x = tools.rand_ndarray((4, 2), "row_sparse", density=1)
    assert (x.stype, x.indices.shape) == ("row_sparse", (4,))
    x, (values, rows) = tools.rand_sparse_ndarray((4, 2), "row_sparse", rsp_indices=[1, 3])
    assert rows.tolist() == [1, 3]
    assert tools.same(x.asnumpy()[rows], values)
    x, (indptr, _indices, values) = tools.rand_sparse_ndarray((3, 2), "csr", 1, data_init=2)
    assert (x.asnumpy() == 2).all()
    assert indptr.asnumpy().tolist() == [0, 2, 4, 6]
    assert tools.create_sparse_array_zd((3, 2), "row_sparse", 0).indices.shape == (0,)
    x = tools.create_sparse_array((3, 2), "csr", modifier_func=lambda v: v - 5, density=1)
    assert (x.asnumpy() < 0).all()


def test_functions_of_arrays() -> None:
    x = np.arange(6.0).reshape(2, 3)
    assert tools.np_reduce(x, (0, 1), True, np.sum).tolist() == [[15]]
    assert tools.np_reduce(x, 1, False, np.sum).tolist() == [3, 12]
    assert tools.collapse_sum_like(x, (1, 3)).tolist() == [[3, 5, 7]]
    assert tools.collapse_sum_like(x, (3,)).reshape(3).tolist() == [3, 5, 7]
    assert tools.assign_each(np.array([1.0, 2]), lambda v: 2 * v).tolist() == [2, 4]
    assert tools.assign_each2(np.ones(2), np.ones(2), lambda v, w: v + w).tolist() == [2, 2]
    assert tools.create_vector(3).asnumpy().tolist() == [0, 1, 2]
    assert tools.create_2d_tensor(2, 2).asnumpy().tolist() == [[0, 0], [1, 1]]


# --- symbols --------------------------------------------------------------------------------------


def test_check_symbolic() -> None:
    symbol, (a, b) = product()
    two, three = np.full(2, 2.0), np.full(2, 3.0)
    found = tools.check_symbolic_forward(symbol, [two, three], [two * three])
    assert found[0].asnumpy().tolist() == [6, 6]
    with pytest.raises(AssertionError, match="EXPECTED_"):
        tools.check_symbolic_forward(symbol, {a: two, b: three}, [two])
    grads = tools.check_symbolic_backward(symbol, [two, three], [two], [2 * three, 2 * two])
    assert grads[a].asnumpy().tolist() == [6, 6]
    tools.check_symbolic_backward(symbol, [two, three], None, {a: three}, grad_req="add")
    own = tools.check_symbolic_forward(symbol, [two, three], [two * three], dtype="asnumpy")
    assert own[0].dtype == np.float64
    tools.check_symbolic_backward(symbol, [two, three], [two], {a: 2 * three}, dtype="asnumpy")
    sparse = {a: "row_sparse", b: "default"}
    found = tools.check_symbolic_backward(
        symbol, {a: two[:, None], b: three[:, None]}, None, {a: three[:, None]}, grad_stypes=sparse
    )
    assert found[a].stype == "row_sparse"
    reqs = {a: "null", b: "write"}
    tools.check_symbolic_backward(symbol, [two, three], [two, three], [two, 2 * two], grad_req=reqs)
    with pytest.raises(AssertionError, match=f"EXPECTED_{b}"):
        tools.check_symbolic_backward(symbol, [two, three], [two], {b: three})
    with pytest.raises(ValueError, match="location has no argument c"):
        tools.check_symbolic_forward(symbol, {"c": two}, [two])
    assert tools.simple_forward(symbol, **{a: two, b: three}).tolist() == [6, 6]


def test_check_numeric_gradient() -> None:
    symbol, (_, b) = product(2.0)
    location = [np.full(2, 2.0), np.full(2, 3.0)]
    tools.check_numeric_gradient(symbol, location, rtol=1e-2)
    tools.check_numeric_gradient(symbol, location, rtol=1e-2, grad_nodes=[b])
    wrong = nd.ones(2)
    wrong.attach_grad()
    with autograd.record():
        y = nd.BlockGrad(wrong) + 2 * wrong
    with pytest.raises(AssertionError, match="NUMERICAL_"):
        tools.check_numeric_gradient(autograd.get_symbol(y), [np.ones(2)], rtol=1e-2)


def test_check_consistency() -> None:
    symbol, (a, b) = product()
    contexts = [{"ctx": mx.cpu(i), a: (2,), b: (2,)} for i in range(2)]
    contexts[1]["type_dict"] = {a: np.float64, b: np.float64}
    best = tools.check_consistency(symbol, contexts)
    assert best[a].dtype == np.float64
    other, names = product(3.0)
    text = other.tojson()
    for name, wanted in zip(names, (a, b), strict=True):
        text = text.replace(f'"{name}"', f'"{wanted}"')
    other = mx.sym.load_json(text)
    with pytest.raises(AssertionError):
        tools.check_consistency([symbol, other], contexts)
    net = mx.sym.BatchNorm(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc"))
    tools.check_consistency(net, [{"ctx": mx.cpu(i), "data": (4, 3)} for i in range(2)])


def test_others_of_symbols() -> None:
    symbol, (a, b) = product()
    assert tools.check_speed(symbol, N=1, **{a: (2,), b: (2,)}) > 0
    assert tools.same_symbol_structure(symbol, product()[0])
    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * x * 2
    assert not tools.same_symbol_structure(symbol, autograd.get_symbol(y))


# --- environment ----------------------------------------------------------------------------------


def test_default_context() -> None:
    before = mx.current_context()
    assert tools.default_context() == before
    try:
        tools.set_default_context(mx.cpu(3))
        assert tools.default_context() == mx.cpu(3)
        assert nd.zeros(1).context == mx.cpu(3)
    finally:
        tools.set_default_context(before)
    assert tools.default_dtype() is np.float32
    assert list(tools.list_gpus()) == list(range(mx.num_gpus()))


def test_environment() -> None:
    with tools.environment("NDGRAD_X", "1"):
        assert os.environ["NDGRAD_X"] == "1"
        with tools.environment({"NDGRAD_X": None, "NDGRAD_Y": "2"}):
            assert "NDGRAD_X" not in os.environ
        assert os.environ["NDGRAD_X"] == "1"
        assert "NDGRAD_Y" not in os.environ
    with pytest.raises(ValueError, match="environment"), tools.environment("NDGRAD_X"):
        pass


def test_retry() -> None:
    left = [False, False, True]

    @tools.retry(3)
    def flaky() -> str:
        assert left.pop(0)
        return "passed"

    assert flaky() == "passed"
    left[:] = [False] * 3
    with pytest.raises(AssertionError):
        flaky()


def test_discard_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with tools.discard_stderr():
        os.write(2, b"hidden")
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"


def test_download(tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text("content")
    path = tools.download(source.as_uri(), dirname=str(tmp_path / "new"))
    assert Path(path).read_text() == "content"
    source.write_text("changed")
    assert Path(tools.download(source.as_uri(), path)).read_text() == "content"
    assert Path(tools.download(source.as_uri(), path, overwrite=True)).read_text() == "changed"
    with pytest.raises(MXNetError, match="nosuch could not be fetched"):
        tools.download((tmp_path / "nosuch").as_uri(), str(tmp_path / "x"), retries=1)


def test_get_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MXNET_HOME", str(tmp_path / "home"))
    with pytest.raises(MXNetError, match="get_mnist: train-images-idx3-ubyte"):
        tools.get_mnist()
    (tmp_path / "data").mkdir()
    for name, count in (("train", 2), ("t10k", 1)):
        images = struct.pack(">4I", 0x803, count, 28, 28) + bytes([255]) * (784 * count)
        labels = struct.pack(">2I", 0x801, count) + bytes(range(count))
        (tmp_path / "data" / f"{name}-images-idx3-ubyte").write_bytes(images)
        (tmp_path / "data" / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    mnist = tools.get_mnist()
    assert mnist["train_data"].shape == (2, 1, 28, 28)
    assert mnist["test_data"].min() == 1
    assert mnist["train_label"].tolist() == [0, 1]
    with pytest.raises(MXNetError, match="get_mnist_iterator: train-labels-idx1-ubyte is needed"):
        tools.get_mnist_iterator(1, (784,))
    with pytest.raises(MXNetError, match="get_mnist_ubyte: train-labels-idx1-ubyte is needed"):
        tools.get_mnist_ubyte()
    for file in (tmp_path / "data").glob("*.gz"):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
    tools.get_mnist_ubyte()
    train, test = tools.get_mnist_iterator(1, (784,))
    assert sorted(float(batch.label[0]) for batch in train) == [0, 1]
    assert next(test).data[0].shape == (1, 784)
    train, _ = tools.get_mnist_iterator(1, (1, 28, 28), num_parts=2, part_index=1)
    assert [batch.data[0].shape for batch in train] == [(1, 1, 28, 28)]


def test_dummy_iter() -> None:
    class Batches:
        provide_data, provide_label, batch_size = ["data"], ["label"], 2

        def __next__(self) -> object:
            return object()

    batches = tools.DummyIter(Batches())
    assert next(batches) is batches.next() is next(iter(batches))
    assert batches.batch_size == 2


# --- blocks and matrices --------------------------------------------------------------------------


class Careless(mx.gluon.nn.HybridBlock):
    """Computes something else once it is hybridized."""

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return x * 2 if F is nd and not self._active else x * 3


def test_blocks_hybridized_or_not() -> None:
    x = nd.array([[1, 2], [3, 4]])
    check = tools.check_gluon_hybridize_consistency
    check(lambda **options: mx.gluon.nn.Dense(3, **options), [x])
    check(lambda **_: mx.gluon.nn.HybridLambda("tanh"), [x], numpy_func=np.tanh)
    with pytest.raises(AssertionError):
        check(lambda **_: mx.gluon.nn.HybridLambda("tanh"), [x], np.sin, test_grad=False)
    with pytest.raises(AssertionError):
        check(lambda **options: Careless(**options), [x])


def test_matrices() -> None:
    assert tools.get_identity_mat(2).asnumpy().tolist() == [[1, 0], [0, 1]]
    assert tools.get_identity_mat_batch(3).shape == (2, 3, 3)
    q = tools.new_orthonormal_matrix_2d(4)
    np.testing.assert_allclose(q @ q.T, np.eye(4), atol=1e-12)
    symmetric = tools.new_sym_matrix_with_real_eigvals_nd((2, 3, 4, 4))
    np.testing.assert_allclose(symmetric, np.swapaxes(symmetric, -1, -2), atol=1e-12)
    found = np.linalg.eigvals(tools.new_matrix_with_real_eigvals_nd((5, 4, 4)))
    assert np.abs(found.imag).max() < 1e-6
    assert np.abs(found).max() < 10.001
    assert tools.new_matrix_with_real_eigvals_nd((3, 3)).shape == (3, 3)


def test_columns_of_a_csr_matrix_in_another_order() -> None:
    x = nd.array([[0, *range(1, 20)], [0] * 20, [5] * 20]).tostype("csr")
    y = tools.shuffle_csr_column_indices(x)
    assert y.indices.asnumpy().tolist() != x.indices.asnumpy().tolist()
    assert y.asnumpy().tolist() == x.asnumpy().tolist()


def test_archives_are_unpacked(tmp_path: Path) -> None:
    import bz2
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inside.txt", "content")
    url = (tmp_path / "a.zip").as_uri()
    tools.get_zip_data(str(tmp_path / "data"), url, "a.zip")
    assert (tmp_path / "data" / "inside.txt").read_text() == "content"
    (tmp_path / "b.bz2").write_bytes(bz2.compress(b"text"))
    for _ in range(2):  # the second time it is there
        tools.get_bz2_data(str(tmp_path / "data"), "b", (tmp_path / "b.bz2").as_uri(), "b.bz2")
    assert (tmp_path / "data" / "b").read_bytes() == b"text"
    assert not (tmp_path / "data" / "b.bz2").exists()


def test_what_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tools.is_op_runnable()
    assert not tools.has_tvm_ops()
    assert isinstance(tools.is_aarch64_run(), bool)
    monkeypatch.setenv("CD_JOB", "1")
    assert tools.is_cd_run()
