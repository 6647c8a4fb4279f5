"""Trainer: steps, stale gradients, several contexts, stores, states, errors."""

import pickle
import warnings

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, nd

TWO = [mx.cpu(0), mx.cpu(1)]


def parameters(count=2, ctx=None, **kwargs):
    made = [gluon.Parameter(f"p{i}", shape=(2,), **kwargs) for i in range(count)]
    for param in made:
        param.initialize(mx.init.One(), ctx=ctx)
    return made


def backward(params, factor=1.0):
    """Gradients of *factor* times one more than the context's number."""
    with autograd.record():
        losses = [
            (x * (factor * (1 + x.context.device_id))).sum()
            for param in params
            for x in param.list_data()
        ]
    for loss in losses:
        loss.backward()


def values(params):
    return [x.asnumpy().tolist() for param in params for x in param.list_data()]


def test_steps_divide_gradients_by_the_batch():
    params = parameters()
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 0.5, "rescale_grad": 0.5})
    backward(params, 4.0)
    trainer.step(2)
    assert values(params) == [[0.5, 0.5]] * 2
    trainer.set_learning_rate(0.25)
    assert trainer.learning_rate == trainer.optimizer.lr == 0.25
    backward(params, 4.0)
    trainer.update(1)
    assert values(params) == [[0, 0]] * 2


def test_the_state_of_each_parameter_goes_on():
    params = parameters()
    trainer = gluon.Trainer(params, mx.optimizer.SGD(momentum=0.5, learning_rate=1.0))
    for _ in range(3):
        backward(params)
        trainer.step(1)
    assert values(params) == [[1 - 1 - 1.5 - 1.75] * 2] * 2


def test_multipliers_of_parameters():
    params = parameters(lr_mult=2.0, wd_mult=0.0)
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 0.5, "wd": 1.0})
    backward(params)
    trainer.step(1)
    assert values(params) == [[0, 0]] * 2
    params[0].lr_mult = 0.0
    backward(params)
    trainer.step(1)
    assert values(params) == [[0, 0], [-1, -1]]


def test_stale_gradients():
    params = parameters()
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 1.0})
    backward(params[:1])
    for _ in range(2):
        with pytest.raises(UserWarning, match="Gradient of Parameter `p1` on context cpu"):
            trainer.step(1)
        assert values(params) == [[1, 1], [1, 1]]
    trainer.step(1, ignore_stale_grad=True)
    assert values(params) == [[0, 0], [1, 1]]
    trainer.step(1, ignore_stale_grad=True)
    assert values(params) == [[0, 0], [1, 1]]


def test_parameters_without_gradients_are_left_out():
    params = [*parameters(1), gluon.Parameter("fixed", shape=(2,), grad_req="null")]
    params[1].initialize(mx.init.One())
    trainer = gluon.Trainer(params, "adam")
    backward(params[:1])
    trainer.step(1)
    assert [*trainer._updaters[0].states] == [0]


def test_gradients_that_add_up():
    params = parameters(1, grad_req="add")
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 1.0})
    backward(params)
    backward(params)
    trainer.step(1)
    assert values(params) == [[-1, -1]]
    params[0].zero_grad()


@pytest.mark.parametrize(
    ("kvstore", "on_store", "expected"),
    [
        ("device", None, [[-2, -2], [-2, -2]]),
        ("local", True, [[-2, -2], [-2, -2]]),
        ("device", False, [[-2, -2], [-2, -2]]),
        ("teststore", None, [[-2, -2], [-2, -2]]),
        (None, None, [[0, 0], [-1, -1]]),
    ],
)
def test_several_contexts(kvstore, on_store, expected):
    params = parameters(1, TWO)
    trainer = gluon.Trainer(
        params, "sgd", {"learning_rate": 1.0}, kvstore=kvstore, update_on_kvstore=on_store
    )
    backward(params)
    trainer.step(1)
    assert values(params) == expected
    assert trainer._update_on_kvstore is (kvstore in ("device", "local") and on_store is not False)


def test_updates_on_several_contexts_are_counted_apart():
    params = parameters(1, TWO)
    trainer = gluon.Trainer(params, "adam", {"learning_rate": 0.1}, update_on_kvstore=False)
    for _ in range(3):
        backward(params)
        trainer.step(1)
    assert trainer.optimizer.num_update == 3
    assert values(params)[0] == values(params)[1]
    single = parameters(1)
    alone = gluon.Trainer(single, "adam", {"learning_rate": 0.1})
    for _ in range(3):
        backward(single, 3.0)
        alone.step(1)
    assert values(single)[0] == values(params)[0]


def test_sums_apart_from_updates():
    params = parameters(1, TWO)
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 1.0}, update_on_kvstore=False)
    backward(params)
    trainer.allreduce_grads()
    assert [g.asnumpy().tolist() for g in params[0].list_grad()] == [[3, 3], [3, 3]]
    trainer.update(3)
    assert values(params) == [[0, 0], [0, 0]]
    on_store = gluon.Trainer(parameters(1, TWO), "sgd")
    for call in (on_store.allreduce_grads, lambda: on_store.update(1)):
        with pytest.raises(mx.MXNetError, match="when parameters are updated on kvstore"):
            call()


def test_values_that_are_set_reach_the_store():
    params = parameters(1, TWO)
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 1.0})
    backward(params)
    trainer.step(1)
    params[0].set_data(nd.array([10, 10]))
    backward(params)
    trainer.step(1)
    assert values(params) == [[7, 7], [7, 7]]


def test_subclasses_that_add_up_by_themselves():
    class Doubled(gluon.Trainer):
        def _allreduce_grads(self):
            for param in self._params:
                param.list_grad()[0][:] *= 2

    params = parameters(1)
    backward(params)
    Doubled(params, "sgd", {"learning_rate": 1.0}, kvstore=None).step(1)
    assert values(params) == [[-1, -1]]


@pytest.mark.parametrize("ctx", [None, TWO])
def test_states_are_saved(tmp_path, ctx):
    file = str(tmp_path / "states")
    params = parameters(2, ctx)
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 0.5, "momentum": 0.5})
    backward(params)
    trainer.step(1)
    trainer.save_states(file)
    others = parameters(2, ctx)
    for param, other in zip(params, others, strict=True):
        other.set_data(param.list_data()[0])
    resumed = gluon.Trainer(others, "sgd", {"momentum": 0.0})
    resumed.load_states(file)
    assert resumed.optimizer.momentum == 0.5 and resumed.learning_rate == 0.5
    assert resumed.optimizer.param_dict[0] is others[0]
    for each, owner in ((trainer, params), (resumed, others)):
        backward(owner)
        each.step(1)
    assert values(params) == values(others)


def test_dicts_are_taken_by_name():
    made = gluon.ParameterDict("x_")
    for name in ("w", "b"):
        made.get(name, shape=(2,))
    made.initialize()
    assert [p.name for p in gluon.Trainer(made, "sgd")._params] == ["x_b", "x_w"]
    first, second = parameters()
    trainer = gluon.Trainer({"z": first, "a": second}, "sgd")
    assert [p.name for p in trainer._params] == ["p1", "p0"]


def test_deferred_parameters():
    net = gluon.nn.Dense(1)
    net.initialize(mx.init.One(), ctx=TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    with autograd.record():
        losses = [net(nd.ones((1, 2), ctx=ctx)).sum() for ctx in TWO]
    autograd.backward(losses)
    trainer.step(2)
    assert net.weight.list_data()[1].asnumpy().tolist() == [[0, 0]]
    waiting = gluon.Parameter("u", shape=(0, 2), allow_deferred_init=True)
    waiting.initialize()
    with pytest.raises(gluon.DeferredInitializationError, match="Parameter 'u'"):
        gluon.Trainer([waiting], "sgd").step(1)


def test_row_sparse_gradients_update_their_rows():
    net = gluon.nn.Embedding(4, 2, sparse_grad=True)
    net.initialize(mx.init.One())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0, "wd": 0.5})
    with autograd.record():
        net(nd.array([1, 3, 1])).sum().backward()
    trainer.step(1)
    expected = [[1, 1], [-1.5, -1.5], [1, 1], [-0.5, -0.5]]
    np.testing.assert_array_equal(net.weight.data().asnumpy(), expected)


@pytest.mark.parametrize("hybrid", [False, True])
def test_csr_inputs_of_hybridized_networks(hybrid):
    class Linear(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.weight = self.params.get(
                "weight", shape=(3, 2), grad_stype="row_sparse", init="one"
            )

        def hybrid_forward(self, F, x, weight):
            return F.dot(x, weight)

    net = gluon.nn.HybridSequential()
    net.add(Linear(), gluon.nn.Dense(2, in_units=2))
    net.initialize(mx.init.One())
    if hybrid:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    for row in ([0, 1, 0], [2, 1, 0]):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with autograd.record():
                net(nd.array([row]).tostype("csr")).sum().backward()
        trainer.step(1)
    weight = net[0].weight
    assert weight.grad().stype == "row_sparse" and weight.grad().indices.tolist() == [0, 1]
    assert weight.data().asnumpy().tolist() == [[0, 0], [-0.5, -0.5], [1, 1]]  # as in MXNet


def test_schedules_count_steps():
    params = parameters(2)
    schedule = mx.lr_scheduler.FactorScheduler(1, 0.5, base_lr=1.0)
    trainer = gluon.Trainer(params, "sgd", {"lr_scheduler": schedule})
    rates = []
    for _ in range(3):
        backward(params)
        trainer.step(1)
        rates.append(trainer.learning_rate)
    assert rates == [1.0, 0.5, 0.25]
    with pytest.raises(UserWarning, match="LRScheduler of the optimizer"):
        trainer.set_learning_rate(1)


def test_optimizers_are_pickled_without_parameters():
    trainer = gluon.Trainer(parameters(), "sgd")
    assert pickle.loads(pickle.dumps(trainer.optimizer)).param_dict == {}


def test_forward_and_backward_may_be_compiled():
    params = parameters(1)
    trainer = gluon.Trainer(params, "sgd", {"learning_rate": 1.0, "momentum": 0.5})

    @mx.compile
    def loss(x):
        with autograd.record():
            (params[0].data() * x).sum().backward()

    @mx.compile
    def step(x):
        loss(x)
        trainer.step(1)

    for _ in range(2):
        loss(nd.ones(2))
        trainer.step(1)
    assert values(params) == [[-1.5, -1.5]]
    with pytest.raises(mx.MXNetError, match=r"call Trainer\.step outside of it"):
        step(nd.ones(2))
    assert values(params) == [[-1.5, -1.5]]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda p: gluon.Trainer(5, "sgd"), ValueError, "must be a list or dict of Parameters"),
        (lambda p: gluon.Trainer([5], "sgd"), ValueError, "got list of <class 'int'>"),
        (lambda p: gluon.Trainer(p, "nope"), ValueError, "unknown optimizer 'nope'"),
        (lambda p: gluon.Trainer(p, 5), TypeError, "optimizer must be a name or an Optimizer"),
        (lambda p: gluon.Trainer(p, "sgd", 5), TypeError, "optimizer_params must be a dict"),
        (lambda p: gluon.Trainer(p, "sgd", {"foo": 1}), TypeError, "foo"),
        (lambda p: gluon.Trainer(p, mx.optimizer.SGD(), {"wd": 1}), ValueError,
         "optimizer_params must be None"),
        (lambda p: gluon.Trainer(p, "sgd", update_on_kvstore=True).step(1), ValueError,
         "update_on_kvstore=False when training with one context"),
        (lambda p: gluon.Trainer(p, "sgd", kvstore="dist_async").step(1), mx.MXNetError,
         "needs servers of parameters"),
        (lambda p: gluon.Trainer(p, "sgd").step(0), ZeroDivisionError, "division"),
        (lambda p: gluon.Trainer([gluon.Parameter("u", shape=(2,))], "sgd"), RuntimeError,
         "'u' has not been initialized"),
        (lambda p: gluon.Trainer([*p, *parameters(1, TWO)], "sgd"), RuntimeError,
         "same set of contexts"),
    ],
)  # fmt: skip
def test_bad_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make(parameters())
