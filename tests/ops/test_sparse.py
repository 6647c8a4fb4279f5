"""Sparse arrays: against SciPy and against the same operators on dense arrays."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import sparse as scipy_sparse

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels import front
from ndgrad.nd import sparse

S = sparse
PARTS = ([1.0, 2.0, 3.0], [0, 2, 1], [0, 2, 2, 3])
DENSE = np.array([[1, 0, 2, 0], [0, 0, 0, 0], [0, 3, 0, 0]], "float32")
RANDOM = np.random.default_rng(3)
ROWS = ([[1.0, 2.0], [3.0, 4.0]], [0, 2])


def matrix(dtype="float32"):
    return S.csr_matrix(PARTS, shape=(3, 4), dtype=dtype)


def rows():
    return S.row_sparse_array(ROWS, shape=(4, 2))


def random_matrix(m, n, density=0.2, seed=0, dtype="float32"):
    return scipy_sparse.random(
        m, n, density, format="csr", dtype=dtype, random_state=np.random.default_rng(seed)
    )


def same(x, expected, stype=None):
    if stype is not None:
        assert x.stype == stype
        if stype != "default":
            x.check_format()
    np.testing.assert_allclose(x.asnumpy(), expected, rtol=1e-5, atol=1e-6)


# --- creation and casts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        PARTS,
        (np.array([1, 2, 3], "float32"), ([0, 0, 2], [0, 2, 1])),
        (np.array([3, 1, 1, 1], "float32"), ([2, 0, 0, 0], [1, 2, 0, 2])),
        DENSE,
        DENSE.tolist(),
        nd.array(DENSE),
        scipy_sparse.csr_matrix(DENSE),
    ],
)
def test_a_matrix_is_made_of_its_parts_places_or_elements(source):
    x = S.csr_matrix(source, shape=(3, 4))
    assert x.dtype is np.float32 and x.shape == (3, 4) and x.stype == "csr"
    assert repr(x) == "\n<CSRNDArray 3x4 @cpu(0)>"
    same(x, DENSE, "csr")
    assert x.indices.dtype is np.int64 and x.indptr.asnumpy().tolist() == [0, 2, 2, 3]


def test_scipy_shares_its_elements_and_gets_a_copy():
    source = random_matrix(5, 6)
    x = S.array(source)
    source.data[0] = 7
    assert x.data.asnumpy()[0] == 7
    back = x.asscipy()
    assert (back != source).nnz == 0
    back.data[0] = 8
    assert x.data.asnumpy()[0] == 7


@pytest.mark.parametrize("make", [S.csr_matrix, S.row_sparse_array])
def test_contexts_of_sources(make):
    stype = "csr" if make is S.csr_matrix else "row_sparse"
    for source in (nd.ones((2, 3)), nd.ones((2, 3)).tostype(stype), np.ones((2, 3))):
        assert make(source, ctx=mx.cpu(1)).context == mx.cpu(1)
        assert make(source).context == mx.cpu(0)


def test_columns_of_scipy_that_come_twice_or_unsorted():
    parts = ([1, 2, 3, 4, 5, 6, 1], [0, 2, 2, 0, 1, 2, 1], [0, 2, 3, 7])
    source = scipy_sparse.csr_matrix(parts, shape=(3, 3), dtype="float32")
    x = nd.array(source)
    assert x.indices.asnumpy().tolist() == [0, 2, 2, 0, 1, 2]
    assert x.data.asnumpy().tolist() == [1, 2, 3, 4, 6, 6]
    assert source.nnz == 7


def test_rows_are_made_of_parts_and_elements():
    x = rows()
    assert repr(x) == "\n<RowSparseNDArray 4x2 @cpu(0)>" and x.dtype is np.float32
    same(x, [[1, 2], [0, 0], [3, 4], [0, 0]], "row_sparse")
    y = S.row_sparse_array(x.asnumpy())
    assert y.indices.asnumpy().tolist() == [0, 2]
    assert S.row_sparse_array(ROWS).shape == (3, 2)
    assert S.row_sparse_array((4, 2, 3)).data.shape == (0, 2, 3)


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "uint8", "bool"])
def test_casts_of_storage(dtype):
    x = nd.array(DENSE, dtype=dtype)
    for stype in ("csr", "row_sparse"):
        y = x.tostype(stype)
        assert y.dtype is x.dtype
        same(y, x.asnumpy(), stype)
        same(y.tostype("default"), x.asnumpy(), "default")
        same(nd.cast_storage(y, "default"), x.asnumpy(), "default")
        same(y.astype("float32"), x.asnumpy(), stype)
    same(matrix().astype("float64").tostype("default"), DENSE)


def test_nan_is_stored_and_negative_zero_is_not():
    x = nd.array([[float("nan"), -0.0, 0.0]]).tostype("csr")
    assert x.indices.asnumpy().tolist() == [0]


def test_zeros_and_copies():
    assert nd.zeros((2, 3), stype="csr").indptr.asnumpy().tolist() == [0, 0, 0]
    assert S.zeros("row_sparse", (2, 3), dtype="int32").dtype is np.int32
    same(S.zeros("default", (2, 3)), np.zeros((2, 3)), "default")
    x = matrix()
    y = x.copy()
    y[:] = 2 * DENSE
    same(x, DENSE)
    same(y, 2 * DENSE, "csr")
    same(x.copyto(nd.zeros((3, 4))), DENSE, "default")
    same(nd.array(DENSE).copyto(S.zeros("csr", (3, 4))), DENSE, "csr")
    assert x.data.shape == (3,)
    x.data[0] = 9  # a copy
    same(x, DENSE)
    for z in (x, rows()):
        same(pickle.loads(pickle.dumps(z)), z.asnumpy(), z.stype)


def test_rows_of_a_matrix():
    x = matrix()
    for key in (slice(0, 2), slice(1, None), slice(-2, None), slice(1, 1), slice(None)):
        same(x[key], DENSE[key], "csr")
    same(x[-1], DENSE[-1:], "csr")
    same(nd.slice(x, begin=(0, 1), end=(2, 3)), DENSE[0:2, 1:3], "csr")
    same(nd.take(x, nd.array([2, 0, 7])), DENSE[[2, 0, 2]], "csr")
    same(nd.concat(x, x, dim=0), np.concatenate([DENSE, DENSE]), "csr")
    same(nd.concat(x, x, dim=1), np.concatenate([DENSE, DENSE], 1), "default")
    for key in ((0, 1), [0, 1], slice(None, None, 2)):
        with pytest.raises(ValueError, match=r"indexing|Undefined|slicing"):
            x[key]


# --- bad parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (([1.0, 2.0], [0, 5], [0, 1, 2]), "indices must be in"),
        (([1.0, 2.0], [0, -1], [0, 1, 2]), "indices must be in"),
        (([1.0, 2.0], [0, 1], [0, 2]), "indptr have shapes"),
        (([1.0, 2.0], [0, 1], [0, 3, 2]), "indptr must rise"),
        (([1.0, 2.0], [0, 1], [1, 1, 2]), "indptr must rise"),
        (([1.0, 2.0], [0, 1], [0, 1, 9]), "indptr must rise"),
        (([1.0, 2.0, 3.0], [0, 1], [0, 1, 2]), "expected one length"),
        (([1.0, 2.0], [0.5, 1], [0, 1, 2]), "whole numbers"),
        (([1.0], ([0], [5])), "column must be in"),
        (([1.0], ([-1], [1])), "row must be in"),
        (([1.0, 2.0], ([0], [1])), "expected equal ones"),
    ],
)
def test_bad_parts_of_a_matrix_are_refused(parts, text):
    with pytest.raises(mx.MXNetError, match=text):
        S.csr_matrix(parts, shape=(2, 2))


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (([[1.0, 2.0]], [4]), "indices must be in"),
        (([[1.0, 2.0]], [-1]), "indices must be in"),
        (([[1.0, 2.0]], [0, 1]), "expected one length"),
        (([[1.0, 2.0, 3.0]], [0]), "expected"),
    ],
)
def test_bad_parts_of_rows_are_refused(parts, text):
    with pytest.raises(mx.MXNetError, match=text):
        S.row_sparse_array(parts, shape=(4, 2))


def test_indices_that_do_not_rise_are_told_by_check_format_and_change_no_result():
    x = S.csr_matrix(([1.0, 2.0, 4.0], [1, 0, 1], [0, 3, 3]), shape=(2, 2))
    with pytest.raises(mx.MXNetError, match="ascending"):
        x.check_format()
    x.check_format(full_check=False)
    same(x, [[2, 5], [0, 0]])
    same(x + x, [[4, 10], [0, 0]], "csr")
    y = S.row_sparse_array(([[3.0], [1.0]], [2, 0]), shape=(3, 1))
    with pytest.raises(mx.MXNetError, match="ascending"):
        y.check_format()
    same(y + y, [[2], [0], [6]], "row_sparse")


def test_indices_of_the_operator_on_parts_do_not_lead_out_of_its_buffers():
    data, columns, starts = nd.array([1, 2, 3]), nd.array([0, 99, -5]), nd.array([-7, 2, 99])
    for transpose in (False, True):
        for n in (1, 2):
            params = {"shape": (2, 2), "transpose": transpose}
            y = nd._internal._csr_dot(data, columns, starts, nd.ones((2, n)), **params)
            assert y.asnumpy().sum() == n
    with pytest.raises(mx.MXNetError, match="expected"):
        nd._internal._csr_dot(data, columns, nd.array([0, 3]), nd.ones((2, 1)), shape=(2, 2))


# --- products -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 5, 40])
def test_products_with_dense_matrices(n):
    a = random_matrix(23, 17)
    x, b, c = S.csr_matrix(a), RANDOM.random((17, n)), RANDOM.random((23, n))
    b, c = b.astype("float32"), c.astype("float32")
    same(nd.dot(x, nd.array(b)), a @ b, "default")
    same(nd.dot(x, nd.array(b.T), transpose_b=True), a @ b, "default")
    same(nd.dot(x, nd.array(c), transpose_a=True), a.T @ c, "row_sparse")
    same(nd.dot(x, nd.array(c), transpose_a=True, forward_stype="default"), a.T @ c, "default")
    same(nd.dot(nd.array(c.T), x), c.T @ a, "csr")
    same(nd.dot(nd.array(c), x, transpose_a=True), c.T @ a, "default")
    same(nd.dot(nd.array(b.T), x, transpose_b=True), b.T @ a.T, "csr")
    same(nd.dot(x, nd.array(b).tostype("row_sparse")), a @ b, "default")
    same(nd.dot(x, nd.array(b).tostype("csr")), a @ b, "default")


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32"])
def test_products_in_other_dtypes(dtype):
    y = nd.dot(matrix(dtype), nd.ones((4, 2), dtype=dtype))
    assert y.dtype is np.dtype(dtype).type
    same(y, DENSE @ np.ones((4, 2)))


def test_products_of_stored_elements_make_no_dense_matrix(monkeypatch):
    def refuse(*args):
        raise AssertionError("a dense matrix was made")

    x = matrix()
    monkeypatch.setattr(front, "csr_to_dense", refuse)
    same(nd.dot(x, nd.ones((4, 2))), DENSE @ np.ones((4, 2)))
    with pytest.raises(AssertionError, match="a dense matrix was made"):
        x.asnumpy()


def test_products_that_do_not_fit():
    with pytest.raises(mx.MXNetError, match="dot shape error"):
        nd.dot(matrix(), nd.ones((3, 2)))
    with pytest.raises(mx.MXNetError, match="expected float32, got float64"):
        nd.dot(matrix(), nd.ones((4, 2), dtype="float64"))


# --- element-wise operators and reductions --------------------------------------------------------


@pytest.mark.parametrize("name", ["sin", "sqrt", "square", "abs", "sign", "relu", "negative"])
def test_what_leaves_zero_zero_keeps_the_storage(name):
    for x in (matrix(), rows()):
        expected = getattr(nd, name)(nd.array(x.asnumpy())).asnumpy()
        same(getattr(S, name)(x), expected, x.stype)


@pytest.mark.parametrize("name", ["cos", "exp", "sigmoid", "softmax", "transpose", "max"])
def test_other_operators_take_the_dense_array(name):
    for x in (matrix(), rows()):
        expected = getattr(nd, name)(nd.array(x.asnumpy())).asnumpy()
        same(getattr(nd, name)(x), expected, "default")


def test_arithmetic_with_numbers():
    for x in (matrix(), rows()):
        dense = x.asnumpy()
        same(x * 2, dense * 2, x.stype)
        same(2 * x, dense * 2, x.stype)
        same(x / 2, dense / 2, x.stype)
        same(x > 1, dense > 1, x.stype)
        same(x.clip(-1, 2), dense.clip(-1, 2), x.stype)
        same(x + 2, dense + 2, "default")
        same(2 - x, 2 - dense, "default")
        same(x == 0, dense == 0, "default")


def test_arithmetic_of_one_storage():
    a, b = random_matrix(9, 7, seed=1), random_matrix(9, 7, seed=2)
    x, y = S.csr_matrix(a), S.csr_matrix(b)
    same(x + y, (a + b).toarray(), "csr")
    same(x - y, (a - b).toarray(), "csr")
    same(x * y, a.multiply(b).toarray(), "csr")
    assert (x - x).data.size == 0
    r, q = rows(), S.row_sparse_array(([[1.0, 2.0], [5.0, 6.0]], [1, 2]), shape=(4, 2))
    same(r + q, r.asnumpy() + q.asnumpy(), "row_sparse")
    same(r - q, r.asnumpy() - q.asnumpy(), "row_sparse")
    same(S.add_n(r, q, r), 2 * r.asnumpy() + q.asnumpy(), "row_sparse")
    r += q
    r *= 2
    same(r, 2 * (rows().asnumpy() + q.asnumpy()), "row_sparse")


@pytest.mark.parametrize("shape", [(9, 7), (1, 7), (9, 1), (7,), (1,)])
def test_arithmetic_with_dense_arrays(shape):
    a, d = random_matrix(9, 7), RANDOM.random(shape).astype("float32") + 1
    x, dense = S.csr_matrix(a), a.toarray()
    same(x * nd.array(d), dense * d, "csr")
    same(x / nd.array(d), dense / d, "csr")
    same(x + nd.array(d), dense + d, "default")
    same(nd.array(d) * x, dense * d, "default")


def test_reductions():
    a = random_matrix(9, 7)
    x, dense = S.csr_matrix(a), a.toarray()
    for axis in (None, 0, 1, -1, (0, 1)):
        for name in ("sum", "mean"):
            expected = getattr(dense, name)(axis)
            same(getattr(nd, name)(x, axis=axis), np.reshape(expected, np.shape(expected) or (1,)))
    same(nd.sum(x, axis=1, keepdims=True), dense.sum(1, keepdims=True))
    same(nd.norm(x), [np.linalg.norm(dense)])
    same(nd.norm(x, axis=1), np.linalg.norm(dense, axis=1))


def test_retained_rows():
    x = rows()
    y = S.retain(x, nd.array([0, 1]))
    assert y.indices.asnumpy().tolist() == [0, 1]
    same(y, [[1, 2], [0, 0], [0, 0], [0, 0]], "row_sparse")
    same(x.retain(nd.array([2])), [[0, 0], [0, 0], [3, 4], [0, 0]], "row_sparse")
    with pytest.raises(mx.MXNetError, match=r"indices must be in \[0, 4\)"):
        S.retain(x, nd.array([0, 9]))


def test_results_are_written_to_sparse_arrays():
    out = S.zeros("csr", (3, 4))
    assert nd.sin(matrix(), out=out) is out
    same(out, np.sin(DENSE), "csr")
    nd.broadcast_add(nd.array(DENSE), nd.array(DENSE), out=out)
    same(out, 2 * DENSE, "csr")
    nd.transpose(nd.array(DENSE.T.copy()), out=out)
    same(out, DENSE, "csr")
    with pytest.raises(mx.MXNetError, match="shapes"):
        nd.sin(matrix(), out=S.zeros("csr", (3, 5)))


# --- gradients ------------------------------------------------------------------------------------


def gradient(function, x, times=1):
    for _ in range(times):
        with autograd.record():
            y = function(x)
        y.backward()
    return x.grad


@pytest.mark.parametrize("req", ["write", "add"])
@pytest.mark.parametrize("stype", ["default", "row_sparse"])
def test_gradients_of_products(stype, req):
    a = random_matrix(6, 8)
    x, w = S.csr_matrix(a), nd.array(RANDOM.random((8, 3)))
    w.attach_grad(req, stype=stype)
    found = gradient(lambda w: nd.dot(x, w) * 3, w, 2)
    expected = 3 * np.repeat(a.toarray().sum(0)[:, None], 3, 1) * (2 if req == "add" else 1)
    same(found, expected, stype)
    if stype == "row_sparse":
        assert found.indices.asnumpy().tolist() == sorted(set(a.indices))
    gradient(lambda w: nd.dot(x, w) + nd.dot(x, w), w)
    w.zero_grad()
    same(w.grad, np.zeros((8, 3)))


def test_gradients_of_rows_and_dense_parts_meet():
    x, w = matrix(), nd.array(np.arange(8).reshape(4, 2))
    w.attach_grad(stype="row_sparse")
    found = gradient(lambda w: nd.dot(x, w) + nd.dot(nd.ones((3, 4)), w), w)
    same(found, DENSE.sum(0)[:, None] + 3 * np.ones((4, 2)), "row_sparse")
    found = gradient(lambda w: w * w, w)
    same(found, 2 * w.asnumpy(), "row_sparse")


def test_gradients_of_sparse_variables():
    x, w = matrix(), nd.array(np.arange(8).reshape(4, 2)).tostype("row_sparse")
    w.attach_grad()
    same(gradient(lambda w: nd.dot(x, w), w), np.repeat(DENSE.sum(0)[:, None], 2, 1), "row_sparse")
    x.attach_grad()
    same(gradient(lambda x: x * x, x), 2 * DENSE, "csr")
    same(gradient(lambda x: S.sin(x) * 2, x), 2 * np.cos(DENSE), "csr")
    expected = np.repeat(w.asnumpy().sum(1)[None], 3, 0)
    same(gradient(lambda x: nd.dot(x, w), x), expected, "csr")
    same(gradient(lambda x: x.tostype("default") * 3, x), np.full((3, 4), 3), "csr")
    r = rows()
    r.attach_grad()
    found = gradient(lambda r: S.retain(r, nd.array([0, 1])), r)
    assert found.indices.asnumpy().tolist() == [0, 1]
    same(found, [[1, 1], [1, 1], [0, 0], [0, 0]], "row_sparse")


def test_gradients_of_embeddings():
    w = nd.array(np.arange(8).reshape(4, 2))
    index = nd.array([2, 0, 2])
    for stype in ("row_sparse", None):
        w.attach_grad(stype=stype)
        found = gradient(
            lambda w: nd.Embedding(index, w, input_dim=4, output_dim=2, sparse_grad=True), w
        )
        same(found, [[1, 1], [0, 0], [2, 2], [0, 0]], stype or "default")
    w.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.Embedding(index, w, input_dim=4, output_dim=2)
    same(autograd.grad([y], [w])[0], [[1, 1], [0, 0], [2, 2], [0, 0]], "row_sparse")


def test_second_derivatives_of_products():
    x, w = matrix(), nd.array(RANDOM.random((4, 2)))
    w.attach_grad()
    with autograd.record():
        y = nd.dot(x, w)
        (slope,) = autograd.grad([y * y], [w], create_graph=True)
    slope.backward()
    same(w.grad, np.repeat((2 * DENSE.T @ DENSE).sum(1)[:, None], 2, 1))


# --- steps of optimizers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "states"), [("sgd_update", 0), ("sgd_mom_update", 1), ("adam_update", 2)]
)
@pytest.mark.parametrize("lazy", [True, False])
def test_steps_by_rows(name, states, lazy):
    step = getattr(nd, name)
    given = [nd.ones((4, 2)) for _ in range(states + 1)]
    expected = [x.copy() for x in given]
    params = {"lr": 0.1, "wd": 0.1}
    weight = given[0]
    assert step(weight, rows(), *given[1:], out=weight, lazy_update=lazy, **params) is weight
    step(expected[0], nd.array(rows().asnumpy()), *expected[1:], out=expected[0], **params)
    for x, y in zip(given, expected, strict=True):
        values = y.asnumpy()
        if lazy:
            values[[1, 3]] = 1
        same(x, values)


def test_a_step_of_a_sparse_weight():
    weight, state = nd.ones((4, 2)).tostype("row_sparse"), S.zeros("row_sparse", (4, 2))
    nd.sgd_mom_update(weight, rows(), state, out=weight, lr=1.0, momentum=0.9)
    same(weight, 1 - rows().asnumpy(), "row_sparse")
    same(state, -rows().asnumpy(), "row_sparse")


def test_adagrad_by_rows():
    weight, history = nd.ones((4, 2)), nd.ones((4, 2))
    S.adagrad_update(weight, rows(), history, lr=0.1, epsilon=3.0, out=weight)
    g = rows().asnumpy()
    same(history, 1 + g * g)
    same(weight, 1 - 0.1 * g / np.sqrt(4 + g * g))


# --- other operators, files -----------------------------------------------------------------------


def test_counts_squares_and_scatters():
    x, r = matrix(), rows()
    assert nd.contrib.getnnz(x).asnumpy().tolist() == [3]
    assert nd.contrib.getnnz(x, axis=1).asnumpy().tolist() == [2, 0, 1]
    with pytest.raises(mx.MXNetError, match="axis=0"):
        nd.contrib.getnnz(x, axis=0)
    square = nd._internal._square_sum
    same(square(r, axis=1), [5, 0, 25, 0], "default")
    same(square(r, axis=1, keepdims=True), [[5], [0], [25], [0]], "row_sparse")
    same(square(r, axis=0), [10, 20], "default")
    plus = nd._internal._scatter_plus_scalar
    same(plus(r, scalar=2), [[3, 4], [0, 0], [5, 6], [0, 0]], "row_sparse")
    divided = nd._internal._scatter_elemwise_div(r, nd.full((4, 2), 2))
    same(divided, rows().asnumpy() / 2, "row_sparse")


def test_files_hold_sparse_arrays(tmp_path):
    name = str(tmp_path / "arrays")
    given = {"c": matrix(), "r": rows(), "d": nd.ones((2, 2)), "z": S.zeros("csr", (2, 3))}
    given["y"] = S.zeros("row_sparse", (2, 3), dtype="float64")
    nd.save(name, given)
    found = nd.load(name)
    assert list(found) == list(given)
    for key, x in given.items():
        assert found[key].dtype is x.dtype
        same(found[key], x.asnumpy(), x.stype)
    parts = given["c"]._parts
    bad = S.csr_matrix(given["c"])
    bad._parts = parts._replace(indices=nd.array([0, 2, 9], dtype="int64"))
    nd.save(name, [bad])
    with pytest.raises(mx.MXNetError, match="indices must be in"):
        nd.load(name)


MXNET_FILE = """
120100000000000000000000000000000300000000000000c9fa93f90200000001000000030000000000000002000000
030000000000000004000000000000000100000000000000000000000600000001000000040000000000000006000000
0100000003000000000000000000803f0000004000004040000000000000000002000000000000000200000000000000
0300000000000000000000000000000002000000000000000100000000000000c9fa93f9020000000100000000000000
000000000200000002000000000000000300000000000000010000000000000000000000060000000100000003000000
0000000006000000010000000000000000000000000000000000000000000000000000000000000000000000c9fa93f9
010000000200000000000000000000000300000000000000020000000200000000000000030000000000000001000000
000000000000000006000000010000000000000000000000030000000000000001000000000000006301000000000000
007a010000000000000079
"""  # written by MXNet 1.9.1: a matrix, and two arrays that store nothing


def test_a_file_of_mxnet():
    found = nd.load_frombuffer(bytes.fromhex(MXNET_FILE))
    same(found["c"], DENSE, "csr")
    same(found["z"], np.zeros((2, 3)), "csr")
    same(found["y"], np.zeros((2, 3)), "row_sparse")


@pytest.mark.parametrize("record", [False, True])
def test_products_make_no_dense_matrix(record, monkeypatch):
    x, w = matrix(), nd.ones((4, 2))
    w.attach_grad(stype="row_sparse")
    expected = DENSE @ np.ones((4, 2), "float32")
    monkeypatch.setattr(S.CSRNDArray, "_dense", lambda self: pytest.fail("made dense"))
    with autograd.record(record):
        y = nd.dot(x, w)
    np.testing.assert_array_equal(y.asnumpy(), expected)
    if record:
        y.backward()
        assert w.grad.indices.asnumpy().tolist() == [0, 1, 2]


@pytest.mark.parametrize("stype", ["row_sparse", "csr"])
@pytest.mark.parametrize("grad_stype", ["default", "row_sparse", "csr"])
def test_gradients_in_another_storage_than_their_variable(stype: str, grad_stype: str) -> None:
    x = nd.array([[1, 0], [0, 2], [0, 0]]).tostype(stype)
    x.attach_grad(stype=grad_stype)
    with autograd.record():
        y = x * 3
    y.backward()
    assert x.grad is not None
    assert x.grad.stype == grad_stype
    assert x.grad.asnumpy().tolist() == [[3, 3]] * 3


@pytest.mark.parametrize("stype", ["row_sparse", "csr"])
def test_functions_of_two_sparse_arrays_keep_their_storage(stype: str) -> None:
    x = nd.array([[1, 0], [0, 2], [0, 0]]).tostype(stype)
    for name, expected in (("add", [2, 0]), ("subtract", [0, 0]), ("multiply", [1, 0])):
        call = getattr(sparse, name)
        assert call(x, x).stype == stype
        assert call(x, x).asnumpy()[0].tolist() == expected
        assert call(x, nd.ones((3, 1))).shape == (3, 2)
        assert call(nd.ones((3, 2)), 2).stype == "default"
    assert sparse.add(2, x).asnumpy().tolist() == [[3, 2], [2, 4], [2, 2]]
    assert sparse.subtract(2, 3) == -1
    with pytest.raises(TypeError, match="multiply: argument rhs must be an NDArray or a number"):
        sparse.multiply(x, "a")
    assert nd.add(x, x).stype == "default"
