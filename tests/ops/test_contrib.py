"""`nd.contrib`, `nd.linalg` and other functions that are composed of operators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd
from ndgrad.kernels import OPS
from ndgrad.testing import check_gradients


def x64(*shape: int) -> Any:
    return nd.array(np.linspace(-1, 2, int(np.prod(shape))).reshape(shape), dtype="float64")


def test_namespaces_hold_the_rows() -> None:
    for name in OPS:
        if name.startswith("linalg_"):
            assert callable(getattr(nd.linalg, name.removeprefix("linalg_")))
        if name.startswith("_contrib_"):
            assert callable(getattr(nd.contrib, name.removeprefix("_contrib_")))
    with pytest.raises(TypeError, match="quadratic: unknown argument 'd'"):
        nd.contrib.quadratic(nd.ones(2), d=1)


@pytest.mark.full_compiled
def test_compositions_have_gradients() -> None:
    index = nd.array([2, 0, 2])
    check_gradients(nd.contrib.div_sqrt_dim, [x64(2, 4)], order=2)
    check_gradients(nd.khatri_rao, [x64(2, 2), x64(3, 2), x64(2, 2)], order=2)
    check_gradients(lambda a, b: nd.contrib.index_copy(a, index, b), [x64(4, 2), x64(3, 2)])
    check_gradients(lambda a, b: nd.fill_element_0index(a, b, index), [x64(3, 4), x64(3)])


def test_index_copy() -> None:
    y = nd.contrib.index_copy(nd.zeros((3,)), nd.array([1, 1]), nd.array([5, 6]))
    assert y.tolist() == [0, 6, 0]  # the last of equal indices counts
    with pytest.raises(MXNetError, match="out of range"):
        nd.contrib.index_copy(nd.zeros((3,)), nd.array([3]), nd.ones(1))
    with pytest.raises(MXNetError, match="shapes"):
        nd.contrib.index_copy(nd.zeros((3, 2)), nd.array([0]), nd.ones(1))


def test_arange_like() -> None:
    y = nd.contrib.arange_like(nd.zeros((2, 3)), start=1, step=0.5, repeat=4)
    assert y.tolist() == [[1, 1, 1], [1, 1.5, 1.5]]
    with pytest.raises(MXNetError, match="repeat=0"):
        nd.contrib.arange_like(nd.zeros(2), repeat=0)
    with pytest.raises(MXNetError, match="axis=2"):
        nd.contrib.arange_like(nd.zeros(2), axis=2)


@pytest.mark.parametrize("dtype", ["float32", "int64", "float16"])
def test_ravel_and_unravel(dtype: str) -> None:
    flat = nd.array(np.arange(24).reshape(4, 6), dtype=dtype)
    vectors = nd.unravel_index(flat, shape=(2, 3, 4))
    assert vectors.dtype == flat.dtype
    expected = np.array(np.unravel_index(flat.asnumpy().astype(int), (2, 3, 4)))
    np.testing.assert_array_equal(vectors.asnumpy(), expected)
    back = nd.ravel_multi_index(vectors, shape=(2, 3, 4))
    np.testing.assert_array_equal(back.asnumpy(), flat.asnumpy())
    with pytest.raises(MXNetError, match="shape"):
        nd.ravel_multi_index(vectors, shape=(2, 3))
    with pytest.raises(MXNetError, match="positive lengths"):
        nd.unravel_index(flat, shape=(2, 0))


def test_cumsum_in_another_dtype() -> None:
    assert nd.cumsum(nd.array([1.5, 2.7]), dtype="int32").tolist() == [1, 3]
    assert nd.cumsum(nd.array([1, 1], dtype="bool")).dtype is np.int64
    with pytest.raises(MXNetError, match="axis"):
        nd.cumsum(nd.ones((2, 2)), axis=2)


def test_all_finite() -> None:
    for dtype in ("float16", "float32", "float64"):
        for value, finite in ((1, 1), (np.inf, 0), (-np.inf, 0), (np.nan, 0)):
            x = nd.array(np.full((100, 3), 1.0), dtype=dtype)
            x[57, 1] = value
            assert mx.nd.all_finite(x).asscalar() == finite
    with pytest.raises(MXNetError, match="num_arrays=1"):
        nd.multi_sum_sq(nd.ones(2), nd.ones(2), num_arrays=1)


def test_misfits() -> None:
    with pytest.raises(MXNetError, match="columns"):
        nd.khatri_rao(nd.ones((2, 2)), nd.ones((2, 3)))
    with pytest.raises(MXNetError, match="onehot_encode"):
        nd.onehot_encode(nd.ones(2), nd.ones((3, 2)))
    with pytest.raises(MXNetError, match="fill_element_0index"):
        nd.fill_element_0index(nd.ones((2, 2)), nd.ones(3), nd.ones(2))


@pytest.mark.full_compiled
def test_allclose() -> None:
    inf, nan = float("inf"), float("nan")

    def close(a: Any, b: Any, dtype: str = "float32", **params: Any) -> int:
        y = nd.contrib.allclose(nd.array(a, dtype=dtype), nd.array(b, dtype=dtype), **params)
        assert y.shape == ()
        assert y.dtype == np.uint8
        return int(y.asnumpy())

    assert [close([0], [1e-8]), close([0], [2e-8]), close([1, 2], [1, 2.1])] == [1, 0, 0]
    assert close([-1.0], [-1.1], rtol=0.1, atol=0) == 1
    assert close([-1.1], [-1.0], rtol=0.1, atol=0) == 0
    assert [close([inf], [inf]), close([inf], [1]), close([nan], [1])] == [1, 0, 0]
    assert [close([nan], [nan]), close([nan], [nan], equal_nan=False)] == [1, 0]
    assert [close([1, 2], [1, 3], "int32", rtol=0.5), close([1, 2], [1, 3], "int32")] == [1, 0]
    with pytest.raises(MXNetError, match="allclose: a has shape"):
        nd.contrib.allclose(nd.ones(2), nd.ones(3))


def test_straight_through_estimators() -> None:
    x = nd.array([-2.5, -0.5, 0, 1.5])
    for function, expected in (
        (nd.contrib.round_ste, [-3, -1, 0, 2]),
        (nd.contrib.sign_ste, [-1, -1, 0, 1]),
    ):
        x.attach_grad()
        with mx.autograd.record():
            y = function(x)
            (y * nd.arange(4)).sum().backward()
        assert y.tolist() == expected
        assert x.grad.tolist() == [0, 1, 2, 3]


def test_amp_multicast_and_reset_arrays() -> None:
    half, whole, count = nd.ones(2, dtype="float16"), nd.ones(3), nd.ones(1, dtype="int32")
    for narrow, kind in ((False, np.float32), (True, np.float16)):
        found = nd.amp_multicast(half, whole, count, num_outputs=3, cast_narrow=narrow)
        assert [y.dtype for y in found] == [kind, kind, np.int32]
    brain = nd.ones(2, dtype="bfloat16")
    for arrays in ((half, brain), (brain, half)):  # of one width, as in MXNet
        for narrow in (False, True):
            (found, _) = nd.amp_multicast(*arrays, num_outputs=2, cast_narrow=narrow)
            assert found.dtype is arrays[narrow].dtype
    assert nd.amp_multicast(count, count, num_outputs=2)[1].dtype == np.int32
    with pytest.raises(MXNetError, match="amp_multicast: num_outputs=3, but 1 arrays"):
        nd.amp_multicast(half, num_outputs=3)
    nd.reset_arrays(half, whole, num_arrays=2)
    assert half.tolist() + whole.tolist() == [0] * 5
    with pytest.raises(MXNetError, match="reset_arrays: num_arrays=2, but 1 arrays"):
        nd.reset_arrays(half, num_arrays=2)


def test_steps_of_several_weights_are_those_of_each() -> None:
    def state(i: int) -> list[nd.NDArray]:
        return [nd.array([0.5, 1.5]) + 0.1 * (i + k) for k in range(4)]

    singles, multiple = [state(0), state(1)], [state(0), state(1)]
    for i, (weight, *rest) in enumerate(singles):
        nd.contrib.adamw_update(weight, *rest, nd.array([0.5]), lr=0.1 + i, eta=1, wd=i, out=weight)
    lists = [list(x) for x in zip(*multiple, strict=True)]
    nd.contrib.multi_adamw_update(*lists, 0.5, [0.1, 1.1], [0, 1], [1, 1], out=lists[0])
    for single, several in zip(singles, multiple, strict=True):
        for x, y in zip(single, several, strict=True):
            np.testing.assert_array_equal(x.asnumpy(), y.asnumpy())


@pytest.mark.full_compiled
def test_zipfian_counts() -> None:
    samples, true, drawn = nd.contrib.rand_zipfian(nd.array([3]), 4, 5)
    assert samples.dtype == np.int64
    assert set(samples.asnumpy()) <= {*range(5)}
    np.testing.assert_allclose(true.asnumpy(), 4 * np.log(5 / 4) / np.log(6), rtol=1e-15)
    assert drawn.shape == (4,)


def test_classes_of_a_zipfian_draw_differ() -> None:
    mx.random.seed(3)
    samples, tries = nd._internal._sample_unique_zipfian(range_max=50, shape=(200, 4))
    assert samples.shape == (200, 4) and tries.shape == (200,)
    assert samples.dtype is tries.dtype is np.int64
    drawn = samples.asnumpy()
    assert drawn.min() >= 0 and drawn.max() < 50 and (tries.asnumpy() >= 4).all()
    assert all(len(set(row)) == 4 for row in drawn)
    counts = np.bincount(drawn[:, 0], minlength=50)  # the first of each draw is a plain one
    assert abs(counts[0] / 200 - np.log(2) / np.log(51)) < 0.1
    every, count = nd._internal._sample_unique_zipfian(range_max=3, shape=(1, 3))
    assert sorted(every.tolist()[0]) == [0, 1, 2] and count.asscalar() >= 3
    for params in ({"range_max": 3, "shape": (1, 4)}, {"range_max": 3, "shape": (2,)}):
        with pytest.raises(MXNetError, match=r"range_max=3|shape=\(2,\)"):
            nd._internal._sample_unique_zipfian(**params)


@pytest.mark.full_compiled
def test_a_count_sketch_adds_signed_elements() -> None:
    rng = np.random.default_rng(2)
    data, places, signs = rng.normal(size=(3, 7)), rng.integers(0, 4, 7), rng.choice([-1, 1], 7)
    expected = np.zeros((3, 4))
    for j in range(7):
        expected[:, places[j]] += signs[j] * data[:, j]
    arrays = [nd.array(x, dtype="float64") for x in (data, places[None], signs[None])]
    np.testing.assert_allclose(
        nd.contrib.count_sketch(*arrays, out_dim=4).asnumpy(), expected, rtol=1e-12
    )


@pytest.mark.full_compiled
def test_a_penalty_for_units_that_are_not_sparse() -> None:
    """MXNet calls this operator from symbols alone; these are its numbers."""
    x, average = nd.array([[0.2, 0.7, 0.1], [0.4, 0.9, 0.5]]), nd.array([0.3, 0.2, 0.6])
    x.attach_grad()
    with mx.autograd.record():
        y = nd.IdentityAttachKLSparseReg(
            x, average, sparseness_target=0.1, penalty=0.01, momentum=0.9
        )
    assert average.tolist() == np.array([0.3, 0.2, 0.6], "float32").tolist()
    y.backward()
    np.testing.assert_array_equal(y.asnumpy(), x.asnumpy())
    np.testing.assert_allclose(x.grad.asnumpy(), [[1.0095239, 1.008316, 1.0191759]] * 2, rtol=1e-6)
    np.testing.assert_allclose(average.asnumpy(), [0.3, 0.26, 0.57], rtol=1e-6)


@pytest.mark.full_compiled
def test_products_of_quantized_arrays() -> None:
    """Numbers of MXNet's symbols; its function on arrays fails."""
    x = nd.array([[1, -2, 100], [50, -128, 127]], dtype="int8")
    ends = [nd.array([end]) for end in (-1.0, 2.0, -3.0, 1.0)]
    y, low, high = nd.contrib.quantized_elemwise_mul(x, x, *ends)
    assert y.tolist() == [[1, 4, 10000], [2500, 16384, 16129]]
    assert (low.asscalar(), high.asscalar()) == (-798865.5, 798865.5)
    real = nd.contrib.quantized_elemwise_mul(x, x, *ends, enable_float_output=True)
    y, low, high = nd.contrib.quantized_elemwise_mul(
        x, x, *ends, min_calib_range=-9, max_calib_range=3
    )
    assert (low.asscalar(), high.asscalar()) == (-9, 3)
    np.testing.assert_allclose(y.asnumpy() * (9.0 / 127), real.asnumpy(), atol=9 / 127 / 2)


@pytest.mark.full_compiled
def test_a_quantized_rnn_is_that_of_what_data_stand_for() -> None:
    x = nd.array(np.linspace(-1, 1, 6).reshape(3, 1, 2))
    parameters, state = nd.array(np.sin(np.arange(64.0))), nd.zeros((1, 1, 2))
    facts = {"state_size": 2, "num_layers": 1, "mode": "lstm", "state_outputs": True}
    used = parameters[: 4 * 2 * (2 + 2 + 2)]
    expected = nd.RNN(x, used, state, state, **facts)
    data, scale, shift = nd.contrib.quantize_asym(x)
    found = nd.contrib.quantized_rnn(data, used, state, state, scale, shift, **facts)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=0.01)
