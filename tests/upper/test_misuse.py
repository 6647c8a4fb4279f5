"""What is given wrongly to modules, iterators, layers, schedules and optimizers is named."""

from __future__ import annotations

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn, rnn

_a, _b = mx.sym.Variable("a"), mx.sym.Variable("b")
_product = _a * _b
_layer = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc")
_output = mx.sym.SoftmaxOutput(_layer, name="softmax")


def _bound(**options):
    module = mx.mod.Module(_output, **options)
    module.bind([("data", (2, 4))], [("softmax_label", (2,))])
    return module


def _ready():
    module = _bound()
    module.init_params()
    return module


def _bucketing():
    return mx.mod.BucketingModule(lambda key: 3, default_bucket_key=7)


def _two_heads():
    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        heads = [x * x, x + 1]
    autograd.backward(heads, [nd.ones(2)])


CASES = {
    "a length that is no int": (lambda: nd.zeros((2.5,)), r"zeros: shape must be .* got \(2.5,\)"),
    "a length of samples that is no int": (
        lambda: nd.random.uniform(shape=(4 / 2,)),
        r"uniform: shape must be an int or a tuple of ints, got \(2.0,\)",
    ),
    "args as a number": (lambda: _product.bind(mx.cpu(), 5), "bind: args must be a list or a dict"),
    "too few args": (lambda: _product.bind(mx.cpu(), [nd.ones(2)]), "bind got 1, expected 2: a, b"),
    "a shape as a number": (
        lambda: _product.simple_bind(mx.cpu(), a=2),
        "simple_bind: the shape of a must be a tuple of ints, got 2 ",
    ),
    "an array as a shape": (
        lambda: _product.simple_bind(mx.cpu(), a=nd.ones(2)),
        "the shape of a must be a tuple of ints, got NDArray of shape .2,.; bind takes arrays",
    ),
    "a name that is no argument": (
        lambda: _product.simple_bind(mx.cpu(), x=(2,)),
        r"Arguments: \{'x': \(2,\)\}.* the arguments are a, b",
    ),
    "a parameter of another shape": (
        lambda: _output.simple_bind(mx.cpu(), data=(2, 4)).copy_params_from(
            {"fc_weight": nd.ones(2)}
        ),
        r"copy_params_from: fc_weight has shape \(3, 4\), got a value of shape \(2,\)",
    ),
    "three positions": (
        lambda: mx.viz.print_summary(_output, positions=[0.1, 0.2, 1.0]),
        r"print_summary: positions=\[0.1, 0.2, 1.0\], expected 4 numbers",
    ),
    "a number as a symbol": (lambda: mx.mod.Module(3), "Module: symbol must be a Symbol, got 3"),
    "data_shapes with a number": (
        lambda: mx.mod.Module(_output).bind([("data", 4)]),
        "the shape of data must be a tuple of ints, got 4",
    ),
    "an initializer's name": (
        lambda: _bound().init_params("xavier"),
        "init_params: initializer must be an Initializer or None, got 'xavier'",
    ),
    "an array as a batch": (
        lambda: _ready().forward(nd.ones((2, 4))),
        "forward: data_batch must be a DataBatch, with lists of arrays, got NDArray of shape",
    ),
    "an array as data of score": (lambda: _ready().score(3, "acc"), "score: eval_data must be an"),
    "a number as data of predict": (lambda: _ready().predict(3), "predict: eval_data must be an"),
    "a metric's name": (
        lambda: _ready().update_metric("acc", [nd.ones(2)]),
        "update_metric: eval_metric must be an EvalMetric, got 'acc'",
    ),
    "a number from sym_gen": (
        lambda: _bucketing().bind([("data", (2, 4))]),
        "sym_gen must return a symbol, data_names and label_names, got 3 .int. for bucket 7",
    ),
    "batches of no example": (
        lambda: mx.io.NDArrayIter(nd.ones(4), batch_size=0),
        "NDArrayIter: batch_size=0, expected 1 or more",
    ),
    "a loader of empty batches": (
        lambda: gluon.data.DataLoader([1, 2, 3], batch_size=0),
        "BatchSampler: batch_size=0, expected 1 or more",
    ),
    "heads without their gradients": (_two_heads, "backward: heads and head_grads .* got 2 and 1"),
    "a text as a norm": (
        lambda: gluon.utils.clip_global_norm([nd.ones(2)], "a"),
        "clip_global_norm: max_norm must be a number, got 'a'",
    ),
    "a number as a schedule": (
        lambda: mx.optimizer.SGD(lr_scheduler=3),
        "SGD: lr_scheduler must be an LRScheduler, got 3",
    ),
    "a number as multipliers": (
        lambda: mx.optimizer.SGD().set_lr_mult(3),
        "set_lr_mult: args_lr_mult must be a dict, got 3",
    ),
    "a text as steps": (lambda: mx.lr_scheduler.FactorScheduler("a"), "FactorScheduler: step='a'"),
    "a number as states": (
        lambda: mx.optimizer.Updater(mx.optimizer.SGD()).set_states(3),
        "set_states: states must be bytes, got 3",
    ),
    "a number as a custom operator": (
        lambda: mx.operator.register("misused")(3),
        "register: 'misused' must be a subclass of CustomOpProp, got 3",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_message_names_what_is_wrong(case):
    call, message = CASES[case]
    with pytest.raises((mx.MXNetError, TypeError, ValueError, AssertionError), match=message):
        call()


@pytest.mark.parametrize(
    ("method", "returned", "message"),
    [
        ("create_operator", 3, "create_operator must return a CustomOp, got 3"),
        ("infer_shape", 3, "infer_shape must return lists for inputs, outputs and auxiliary"),
        ("infer_type", (3, 4), "infer_type must return lists for inputs, outputs and auxiliary"),
    ],
)
def test_what_a_custom_operator_returns(method, returned, message):
    @mx.operator.register("misused")
    class Misused(mx.operator.CustomOpProp):
        def create_operator(self, ctx, in_shapes, in_dtypes):
            raise AssertionError

    setattr(Misused, method, lambda self, *args: returned)
    with pytest.raises(TypeError, match=f"Custom operator misused: {message}"):
        nd.Custom(nd.ones(2), op_type="misused")


@pytest.mark.parametrize("hybrid", [False, True])
def test_a_state_that_is_in_no_list(hybrid):
    """MXNet takes it if the cell is hybridized."""
    cell = rnn.GRUCell(2, input_size=3)
    cell.initialize()
    cell.hybridize(hybrid)
    x, state = nd.ones((2, 3)), nd.ones((2, 2))
    output, (after,) = cell(x, state)
    assert output.tolist() == after.tolist() == cell(x, [state])[0].tolist()
    lstm = rnn.LSTMCell(2, input_size=3, prefix="lstm_")
    lstm.initialize()
    lstm.hybridize(hybrid)
    with pytest.raises(ValueError, match="lstm: states must be a list of 2, got NDArray of shape"):
        lstm(x, state)


def test_a_cast_to_no_dtype_changes_nothing():
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), nn.BatchNorm(in_channels=2))
    net.initialize()
    with pytest.raises(TypeError, match="cast: dtype='flot' is not a dtype"):
        net.cast("flot")
    assert net[0].weight.dtype in (np.float32, "float32")
    assert net(nd.ones((2, 2))).dtype == np.float32


def test_a_key_that_no_record_has(tmp_path):
    names = str(tmp_path / "a.idx"), str(tmp_path / "a.rec")
    writer = mx.recordio.MXIndexedRecordIO(*names, "w")
    writer.write_idx(1, b"one")
    writer.close()
    reader = mx.recordio.MXIndexedRecordIO(*names, "r")
    with pytest.raises(KeyError, match="idx' has no record with the key 5"):
        reader.read_idx(5)
    reader.close()
