"""Optimizers: ten of MXNet's updates each, recorded; rates and decay of weights; updaters."""

import json
import logging
import math
import pickle
import warnings
from pathlib import Path

import numpy as np
import optimizer_runs
import pytest

import ndgrad as mx
from ndgrad import nd, registry

RECORDED = json.loads(
    Path(__file__).with_name("mxnet-1.9.1").joinpath("optimizer.json").read_text()
)
MXNET_LISTS = ["adadelta", "adagrad", "adam", "adamax", "ccsgd", "dcasgd", "ftml", "ftrl",
               "groupadagrad", "lamb", "lars", "lbsgd", "nadam", "nag", "rmsprop", "sgd", "sgld",
               "signum", "test"]  # fmt: skip


@pytest.mark.parametrize("text", optimizer_runs.FLOAT32)
def test_updates(text):
    np.testing.assert_allclose(optimizer_runs.run(mx, text), RECORDED[text], atol=3e-6)


@pytest.mark.parametrize("text", optimizer_runs.FLOAT16)
def test_updates_of_float16_weights(text):
    got = optimizer_runs.run(mx, text, "float16")
    np.testing.assert_allclose(got, RECORDED[f"float16: {text}"], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("text", optimizer_runs.SPARSE)
def test_updates_by_row_sparse_gradients(text):
    got = optimizer_runs.run(mx, text, stype="row_sparse")
    np.testing.assert_allclose(got, RECORDED[f"sparse: {text}"], atol=3e-6)


def updated(optimizer, weight, *grads):
    update = mx.optimizer.get_updater(optimizer)
    array = nd.array(weight)
    for grad in grads:
        update(0, nd.array(grad), array)
    return array.asnumpy()


def test_dcasgd_with_momentum():
    optimizer = mx.optimizer.DCASGD(momentum=0.5, lamda=0.1, learning_rate=0.1)
    w, previous, mom = 1.0, 1.0, 0.0
    for g in (0.5, -0.25):
        mom = 0.5 * mom - 0.1 * (g + 0.1 * g * g * (w - previous))
        previous, w = w, w + mom
    got = updated(optimizer, [1.0, 1.0], [0.5, 0.5], [-0.25, -0.25])
    np.testing.assert_allclose(got, w, rtol=1e-6)


def test_sgld_is_half_a_step_with_noise():
    mx.random.seed(2)
    optimizer = mx.optimizer.SGLD(learning_rate=0.01, wd=0.5)
    got = updated(optimizer, np.full(4000, 2.0), np.ones(4000))
    assert got.std() == pytest.approx(0.1, rel=0.05)
    assert got.mean() == pytest.approx(2 - 0.005 * 2, abs=0.01)


def test_adamw_decays_apart_from_the_gradient():
    kwargs = {"learning_rate": 0.1, "wd": 0.1, "rescale_grad": 0.5}
    got = updated(mx.optimizer.create("adamw", epsilon=0.0, **kwargs), [2.0], [3.0])
    np.testing.assert_allclose(got, 2 - 0.1 - 0.1 * 0.1 * 2, rtol=1e-6)
    got = updated(mx.optimizer.contrib.AdamW(epsilon=0.0, correct_bias=False, **kwargs), [2], [3])
    np.testing.assert_allclose(got, 2 - 0.1 * 0.1 / math.sqrt(0.001) - 0.02, rtol=1e-5)


def test_optimizers_by_name():
    assert {*MXNET_LISTS} <= {*mx.optimizer.Optimizer.opt_registry}
    for name in MXNET_LISTS:
        optimizer = mx.optimizer.create(name.upper(), learning_rate=0.5)
        assert type(optimizer).__name__.lower() == name and optimizer.lr == 0.5
    assert isinstance(mx.opt.Optimizer.create_optimizer("adam"), mx.optimizer.Adam)
    assert isinstance(mx.optimizer.create(name="adam"), mx.optimizer.Adam)
    assert mx.optimizer.Adam().lr == 0.001 and mx.optimizer.SGD().lr == 0.01


def test_subclasses_as_in_mxnet():
    @mx.optimizer.register
    class Plain(mx.optimizer.Optimizer):
        def update(self, index, weight, grad, state):
            self._update_count(index)
            weight[:] -= self._get_lr(index) * (grad + self._get_wd(index) * weight)

    try:
        optimizer = mx.optimizer.create("plain", learning_rate=0.5, wd=0.1)
        assert updated(optimizer, [1.0], [2.0]) == pytest.approx(1 - 0.5 * 2.1)
        with pytest.warns(UserWarning, match="overriding existing optimizer"):
            mx.optimizer.Optimizer.register(Plain)
    finally:
        del registry.registered(mx.optimizer.Optimizer)["plain"]


def test_aggregated_updates_are_lists_of_one_dtype():
    seen = []

    class Noted(mx.optimizer.SGD):
        aggregate_num = 2

        def update_multi_precision(self, index, weight, grad, state):
            seen.append(index)
            super().update_multi_precision(index, weight, grad, state)

    update = mx.optimizer.get_updater(Noted(learning_rate=1.0))
    assert update.aggregate_updates
    weights = [nd.ones(2, dtype=t) for t in ("float32", "float64", "float32", "float32")]
    update([0, 1, 2, 3], [x * 0.5 for x in weights], weights)
    assert seen == [[0, 2], [3], [1]]
    assert all((x.asnumpy() == 0.5).all() for x in weights)


def test_adamax_leaves_weights_without_gradients():
    got = updated(mx.optimizer.Adamax(learning_rate=0.1), [1, 1], [0, 2])
    np.testing.assert_allclose(got, [1, 0.9], rtol=1e-6)


def test_rates_that_subclasses_override():
    class Halved(mx.optimizer.Adam):
        def _get_lr(self, index):
            return 0.5

    class Each(mx.optimizer.SGD):
        def _get_lrs(self, indices):
            return [0.5] * self.aggregate_num

    each = Each()
    each.aggregate_num = 1
    for optimizer in (Halved(), each):
        weights = [nd.ones(2), nd.ones(2)]
        mx.optimizer.get_updater(optimizer)([0, 1], [nd.ones(2)] * 2, weights)
        np.testing.assert_allclose([x.asnumpy() for x in weights], 0.5, rtol=1e-4)
    assert (mx.optimizer.SGD().aggregate_num, Each().aggregate_num, Halved().aggregate_num) == (
        4,
        4,
        0,
    )
    assert mx.optimizer.LAMB().aggregate_num == 45


def test_multipliers():
    names = {0: "a_weight", 1: "a_bias", 2: "b_gamma", 3: "b_beta", 4: "c"}
    optimizer = mx.optimizer.SGD(param_idx2name=names, wd=1.0, learning_rate=2.0)
    assert optimizer.wd_mult == {"a_bias": 0.0, "b_beta": 0.0, "c": 0.0}
    assert optimizer._get_wds(range(6)) == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    optimizer.set_lr_mult({0: 0.5, "a_bias": 3})
    assert optimizer._get_lrs(range(6)) == [1.0, 6.0, 2.0, 2.0, 2.0, 2.0]
    optimizer.set_wd_mult({0: 0.5, "a_bias": 3})
    assert optimizer._get_wds(range(6)) == [0.5, 3.0, 1.0, 0.0, 0.0, 1.0]
    assert mx.optimizer.LARS(param_idx2name=names).wd_mult["b_gamma"] == 0.0


def test_multipliers_of_a_symbols_variables():
    weight = mx.sym.var("a_weight", lr_mult=3, wd_mult=4)
    symbol = mx.sym.FullyConnected(weight, num_hidden=3, name="fc")
    names = {0: "a_weight", 1: "fc_weight", 2: "fc_bias"}
    optimizer = mx.optimizer.SGD(sym=symbol, param_idx2name=names, learning_rate=0.5, wd=1.0)
    assert optimizer._get_lrs(range(3)) == [1.5, 0.5, 0.5]
    assert optimizer._get_wds(range(3)) == [4.0, 1.0, 0.0]
    optimizer.set_lr_mult({"a_weight": 2.0})
    assert optimizer._get_lr(0) == 1.0


def test_multipliers_of_parameters_come_first():
    class Parameter:
        lr_mult, wd_mult = 3, 5

    optimizer = mx.optimizer.SGD(param_dict={0: Parameter()}, learning_rate=0.5, wd=1.0)
    optimizer.set_lr_mult({0: 7})
    assert (optimizer._get_lr(0), optimizer._get_wd(0)) == (1.5, 5.0)
    assert pickle.loads(pickle.dumps(optimizer)).param_dict == {}


def test_counts_of_updates():
    schedule = mx.lr_scheduler.FactorScheduler(2, 0.5)
    optimizer = mx.optimizer.SGD(lr_scheduler=schedule, begin_num_update=10)
    assert optimizer.lr is None and optimizer.learning_rate == 0.01 * 0.5**4
    optimizer._update_count(0)
    optimizer._update_count([0, 3])
    assert optimizer.num_update == 12
    optimizer._set_current_context(2)
    optimizer._update_count(0)
    assert optimizer._all_index_update_counts == {0: {0: 12, 3: 11}, 2: {0: 11}}
    assert optimizer.num_update == 12


def test_learning_rates():
    optimizer = mx.optimizer.SGD()
    optimizer.set_learning_rate(0.5)
    assert optimizer.learning_rate == 0.5
    with pytest.warns(
        UserWarning, match="learning rate from ``lr_scheduler`` has been overwritten"
    ):
        optimizer = mx.optimizer.Adam(lr_scheduler=mx.lr_scheduler.FactorScheduler(2))
    assert optimizer.learning_rate == 0.001
    with pytest.raises(UserWarning, match="LRScheduler of the optimizer has already been defined"):
        optimizer.set_learning_rate(1)
    with pytest.raises(DeprecationWarning, match="set_lr_mult"):
        optimizer.set_lr_scale({})


def test_states():
    def form(state):
        if isinstance(state, tuple):
            return tuple(map(form, state))
        return None if state is None else state.dtype.__name__

    def of(name, weight, **kwargs):
        optimizer = mx.optimizer.create(name, **kwargs)
        return form(optimizer.create_state_multi_precision(0, weight))

    half, single = nd.ones(2, dtype="float16"), nd.ones(2)
    brain = nd.ones(2, dtype="bfloat16")
    f = "float32"
    for name in ("sgd", "nag", "lars"):
        assert of(name, single) is None and of(name, single, momentum=0.9) == f
        assert of(name, half, multi_precision=True) == (None, f)
        assert of(name, half, momentum=0.9, multi_precision=True) == (f, f)
        assert of(name, single, multi_precision=True) is None
    assert of("adam", half, multi_precision=True) == (f, (f, f))
    assert of("rmsprop", single) == (f,)
    assert of("rmsprop", single, centered=True) == (f, f, f)
    assert of("dcasgd", single) == (None, f)
    assert of("sgd", brain, multi_precision=True) == (None, f)
    for weight, name in ((half, "float16"), (brain, "bfloat16")):
        with pytest.warns(UserWarning, match=f"Accumulating with {name}"):
            assert of("sgd", weight) is None
    sparse = single.reshape((2, 1)).tostype("row_sparse")
    assert mx.optimizer.SGD(momentum=0.9).create_state(0, sparse).stype == "row_sparse"
    eager = mx.optimizer.SGD(momentum=0.9, lazy_update=False)
    assert eager.create_state(0, sparse).stype == "default"


def test_updaters_are_saved():
    weights = [nd.ones(3), nd.ones(3)]
    update = mx.optimizer.get_updater(mx.optimizer.Adam(learning_rate=0.1))
    grads = [nd.array([1, 2, 3]), nd.array([1, 2, -3])]
    update(0, grads[0], weights[0])
    states, whole = update.get_states(), update.get_states(dump_optimizer=True)
    assert [*pickle.loads(states)] == [0]
    other = mx.optimizer.get_updater(mx.optimizer.Adam(learning_rate=0.5))
    other.set_states(whole)
    assert other.optimizer.lr == 0.1 and other.states_synced == {0: False}
    weights[1][:] = weights[0]
    update(0, grads[1], weights[0])
    other(0, grads[1], weights[1])
    np.testing.assert_array_equal(weights[0].asnumpy(), weights[1].asnumpy())
    other.set_states(states)
    assert other.optimizer.lr == 0.1 and [*other.states] == [0]


def test_states_that_mxnet_has_saved():
    folder = Path(__file__).with_name("mxnet-1.9.1")
    update = mx.optimizer.get_updater(mx.optimizer.SGD())
    update.set_states((folder / "adam.states").read_bytes())
    assert isinstance(update.optimizer, mx.optimizer.Adam) and update.optimizer.num_update == 3
    weights = nd.load(str(folder / "adam.params"))
    assert update.states[1][0].stype == "row_sparse"
    update(0, nd.array([1, 2]), weights[0])
    update(1, weights[1], weights[1])
    for got, expected in zip(weights, nd.load(str(folder / "adam-after.params")), strict=True):
        np.testing.assert_allclose(got.asnumpy(), expected.asnumpy(), rtol=1e-6)


def test_lbsgd_says_what_it_does(caplog):
    with caplog.at_level(logging.INFO):
        mx.optimizer.LBSGD(batch_scale=2)
    assert caplog.messages[0] == "Running Large-Batch SGD Algorithm"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: mx.optimizer.create("nope"), ValueError, "unknown optimizer 'nope', expected one"),
        (lambda: mx.optimizer.create(5), TypeError, "optimizer must be a name"),
        (lambda: mx.optimizer.create("sgd", foo=1), TypeError, "foo"),
        (lambda: mx.optimizer.SGD(learning_rate="a"), TypeError, "SGD: learning_rate must be"),
        (lambda: mx.optimizer.SGD(wd=[1]), TypeError, "SGD: wd must be a number"),
        (lambda: mx.optimizer.SGD(param_idx2name=5), TypeError, "param_idx2name must be a dict"),
        (lambda: mx.optimizer.SGD(param_dict=[1]), TypeError, "param_dict must be a dict"),
        (lambda: mx.optimizer.Optimizer().update(0, *[nd.ones(1)] * 2, None),
         NotImplementedError, "Optimizer overrides neither step nor update"),
        (lambda: updated(mx.optimizer.contrib.GroupAdaGrad(wd=1.0), [[1.0]], [[1.0]]),
         ValueError, "GroupAdaGrad: wd=1.0"),
    ],
)  # fmt: skip
def test_bad_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_states_that_share_memory_are_refused():
    w, g = nd.ones(2), nd.ones(2)
    with pytest.raises(mx.MXNetError, match="arguments mean and var share memory"):
        nd.adam_update(w, g, g, g, lr=0.1, out=w)
    nd.sgd_update(w, w, lr=0.5, out=w)  # which is read alone
    assert w.tolist() == [0.5, 0.5]


def test_a_gradient_of_another_shape_changes_nothing():
    weight = nd.ones(3)
    update = mx.optimizer.get_updater(mx.optimizer.Adam())
    with pytest.raises(mx.MXNetError, match=r"argument grad has shape \[2\], expected \[3\]"):
        update(0, nd.ones(2), weight)
    assert weight.asnumpy().tolist() == [1, 1, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        update(0, nd.ones(3), weight)
