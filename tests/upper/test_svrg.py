"""`SVRGModule`: its steps by their formula, results of MXNet 1.9.1, devices and stores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.contrib.svrg_optimization.svrg_module import SVRGModule
from ndgrad.contrib.svrg_optimization.svrg_optimizer import _AssignmentOptimizer, _SVRGOptimizer

DATA = np.random.RandomState(0).rand(50, 3).astype("float32")
LABELS = (DATA @ np.array([1, 2, 3], "float32")).astype("float32")
FIRST = {"fc_weight": [[0.1, 0.2, 0.3]], "fc_bias": [0.5]}


def network() -> mx.sym.Symbol:
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=1, name="fc")
    return mx.sym.LinearRegressionOutput(x, mx.sym.var("lin_label"), name="lr")


def batches(size: int = 16) -> mx.io.NDArrayIter:
    return mx.io.NDArrayIter(DATA, LABELS, size, label_name="lin_label")


def module(devices: int = 1, **arguments: Any) -> SVRGModule:
    arguments = {"label_names": ["lin_label"], "update_freq": 2, **arguments}
    return SVRGModule(network(), context=[mx.cpu(i) for i in range(devices)], **arguments)


def trained(epochs: int, devices: int = 1, update_freq: int = 2, **arguments: Any) -> np.ndarray:
    """The weights after a training, the bias last."""
    found = module(devices, update_freq=update_freq)
    arguments = {"optimizer_params": {"learning_rate": 0.1}, "eval_metric": "mse", **arguments}
    first = {name: nd.array(x) for name, x in FIRST.items()}
    found.fit(batches(), num_epoch=epochs, arg_params=first, **arguments)
    args = found.get_params()[0]
    return np.append(args["fc_weight"].asnumpy(), args["fc_bias"].asnumpy())


def by_formula(epochs: int, update_freq: int, rate: float) -> np.ndarray:
    """The same in NumPy: the wrapped batch's gradient, minus the old weights', plus their mean."""
    x = np.hstack([DATA, np.ones((50, 1), "float32")]).astype("float64")
    x, y = np.vstack([x, x[:14]]), np.append(LABELS, LABELS[:14])
    weight = np.array([0.1, 0.2, 0.3, 0.5])
    parts = [slice(i, i + 16) for i in range(0, 64, 16)]

    def gradient(w: np.ndarray, part: slice) -> np.ndarray:
        return x[part].T @ (x[part] @ w - y[part])

    for epoch in range(epochs):
        if epoch % update_freq == 0:
            old = weight.copy()
            mean = sum(gradient(old, part) for part in parts) / (4 - 14 / 16)
        for part in parts:
            weight -= rate / 16 * (gradient(weight, part) - gradient(old, part) + mean)
    return weight


@pytest.mark.parametrize(("epochs", "update_freq"), [(1, 1), (2, 2), (5, 2), (4, 3)])
def test_steps_by_their_formula(epochs: int, update_freq: int) -> None:
    found = trained(epochs, update_freq=update_freq)
    np.testing.assert_allclose(found, by_formula(epochs, update_freq, 0.1), rtol=2e-5)


def test_results_of_mxnet() -> None:
    """Before the second pass over all data, to whose sums MXNet adds those of the first."""
    np.testing.assert_allclose(trained(2), [0.8112099, 0.94253886, 1.1861901, 1.780038], rtol=1e-5)
    momentum = {"learning_rate": 0.05, "momentum": 0.9}
    found = trained(2, kvstore=None, optimizer_params=momentum)
    np.testing.assert_allclose(found, [1.4546537, 1.6175846, 1.9756036, 2.9246712], rtol=1e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("kvstore", ["local", "device"])
def test_two_devices_do_what_one_does(optimizer: str, kvstore: str) -> None:
    one, two = (trained(3, n, optimizer=optimizer, kvstore=kvstore) for n in (1, 2))
    np.testing.assert_allclose(two, one, rtol=1e-5)
    store = mx.kv.create(kvstore)
    np.testing.assert_allclose(trained(3, optimizer=optimizer, kvstore=store), one, rtol=1e-5)


def test_it_learns_and_predicts() -> None:
    found = module(update_freq=1)
    found.fit(batches(10), eval_metric="mse", num_epoch=80, optimizer_params={"learning_rate": 0.5})
    assert found.score(batches(10), "mse")[0][1] < 1e-4
    assert found.predict(batches(25)).shape == (50, 1)  # bound anew for other batches


def test_fixed_parameters_stay() -> None:
    found = module(fixed_param_names=["fc_bias"])
    first = {name: nd.array(x) for name, x in FIRST.items()}
    found.fit(batches(), eval_metric="mse", num_epoch=3, arg_params=first)
    assert found.get_params()[0]["fc_bias"].asscalar() == 0.5
    assert found.get_params()[0]["fc_weight"][0, 2].asscalar() != np.float32(0.3)


def test_without_training_there_is_one_module() -> None:
    found = module()
    found.bind([("data", (4, 3))], for_training=False)
    found.init_params()
    found.forward(mx.io.DataBatch([nd.ones((4, 3))]), is_train=False)
    assert not found._mod_aux.binded
    assert found.get_outputs()[0].shape == (4, 1)


def test_the_optimizer() -> None:
    names = {0: "w", 1: "w_full"}
    found = mx.optimizer.create(
        _SVRGOptimizer.__name__,
        default_optimizer="sgd",
        learning_rate=0.5,
        momentum=0.9,
        param_idx2name=names,
    )
    assert isinstance(found.default_opt, mx.optimizer.SGD)
    assert isinstance(found.aux_opt, _AssignmentOptimizer)
    assert (found.default_opt.momentum, found.lr) == (0.9, 0.5)
    updater = mx.optimizer.get_updater(found)
    for index, expected in ((0, 0.0), (1, 2.0), ("w", 0.0), ("w_full", 2.0)):
        weight = nd.ones((2,))
        updater(index, nd.full((2,), 2.0), weight)
        assert weight[0].asscalar() == expected
    adam = mx.optimizer.Adam()
    assert _SVRGOptimizer(adam).default_opt is adam


@pytest.mark.parametrize(
    ("frequency", "error"), [(None, TypeError), ("2", TypeError), (0, ValueError), (-1, ValueError)]
)
def test_wrong_frequencies(frequency: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="update_freq in SVRGModule must be"):
        module(update_freq=frequency)
