"""Symbols composed by hand: names, parameters, shapes, attributes."""

from __future__ import annotations

import copy
import pickle
import time

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, sym


@pytest.fixture(autouse=True)
def _fresh_names():
    with mx.name.NameManager():
        yield


def mlp():
    x = sym.FullyConnected(sym.var("data"), num_hidden=5, name="fc1")
    x = sym.Activation(x, act_type="relu", name="relu1")
    return sym.SoftmaxOutput(sym.FullyConnected(x, num_hidden=3, name="fc2"), name="softmax")


def test_parameters_are_made_and_named():
    net = mlp()
    assert net.list_arguments() == [
        "data", "fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias", "softmax_label",
    ]  # fmt: skip
    assert net.list_outputs() == ["softmax_output"]
    assert sym.FullyConnected(sym.var("x"), num_hidden=2, no_bias=True).list_arguments() == [
        "x", "fullyconnected0_weight",
    ]  # fmt: skip


def test_inputs_that_num_args_counts_are_named():
    enlarged = {"scale": 2, "num_filter": 3, "num_args": 2, "name": "up"}
    net = sym.UpSampling(sym.var("x"), sample_type="bilinear", **enlarged)
    assert net.list_arguments() == ["x", "up_weight"]
    assert sym.UpSampling(sample_type="bilinear", **enlarged).list_arguments() == [
        "up_data", "up_weight",
    ]  # fmt: skip
    net = sym.UpSampling(sym.var("x"), sample_type="nearest", **enlarged)
    assert net.list_arguments() == ["x", "up_arg1"]
    assert sym.Concat(num_args=2, name="c").list_arguments() == ["c_arg0", "c_arg1"]


def test_inputs_that_are_not_taken_may_be_left_out():
    names = [sym.var(name) for name in ("data", "parameters", "state", "lengths")]
    net = sym.RNN(*names, state_size=3, num_layers=1, mode="gru", use_sequence_length=True)
    assert net.infer_shape(data=(2, 3, 4)) == (
        [(2, 3, 4), (81,), (1, 3, 3), (3,)], [(2, 3, 3)], [],
    )  # fmt: skip


def test_states_are_no_arguments():
    net = sym.BatchNorm(sym.var("x"), name="bn")
    assert net.list_arguments() == ["x", "bn_gamma", "bn_beta"]
    assert net.list_auxiliary_states() == ["bn_moving_mean", "bn_moving_var"]
    assert net.infer_shape(x=(2, 3, 4)) == ([(2, 3, 4), (3,), (3,)], [(2, 3, 4)], [(3,), (3,)])
    half, single = np.float16, np.float32
    assert net.infer_type(x="float16") == ([half, single, single], [half], [single, single])


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (lambda x, y: x + y, "_plus0"), (lambda x, y: x - 1, "_minusscalar0"),
        (lambda x, y: 1 - x, "_rminusscalar0"), (lambda x, y: x**2, "_powerscalar0"),
        (lambda x, y: -x, "_mulscalar0"), (lambda x, y: x == 2, "_equal_scalar0"),
        (lambda x, y: 1 < x, "_greater_scalar0"), (lambda x, y: sym.pow(x, y), "_power0"),
        (lambda x, y: sym.maximum(x, 2), "_maximumscalar0"),
        (lambda x, y: x.reshape((2, 3)), "reshape0"), (lambda x, y: x.sum(axis=1), "sum0"),
        (lambda x, y: sym.contrib.MultiBoxPrior(x), "multiboxprior0"),
        (lambda x, y: sym.linalg.gemm2(x, y), "gemm20"), (lambda x, y: abs(x), "abs0"),
        (lambda x, y: sym.zeros((2, 3)), "_zeros0"), (lambda x, y: sym.arange(3), "_arange0"),
        (lambda x, y: sym.random.uniform(shape=(2,)), "_random_uniform0"),
        (lambda x, y: sym.random.normal(x, y), "_sample_normal0"),
    ],
)  # fmt: skip
def test_names(made, name):
    assert made(sym.var("x"), sym.var("y")).name == name


def test_inference_in_both_directions():
    x, w = sym.var("x"), sym.var("w")
    assert (x + w).infer_shape(w=(2, 3)) == ([(2, 3), (2, 3)], [(2, 3)], [])
    assert (x + w).infer_shape_partial(x=(2, 0), w=(0, 3))[1] == [(2, 3)]
    with pytest.warns(UserWarning, match="w: \\(\\)"):
        assert sym.broadcast_add(x, w).infer_shape(x=(2, 3)) == (None, None, None)
    start = sym.zeros((0, 4))
    step = sym.FullyConnected(start, num_hidden=4, name="h") + sym.FullyConnected(
        x, num_hidden=4, name="i"
    )
    assert (step * start).infer_shape(x=(3, 2))[1] == [(3, 4)]
    values = {"x": mx.nd.ones((3, 2)), "i_weight": mx.nd.ones((4, 2)), "i_bias": mx.nd.ones(4),
              "h_weight": mx.nd.ones((4, 4)), "h_bias": mx.nd.zeros(4)}  # fmt: skip
    assert step.eval(**values)[0].asnumpy().tolist() == [[3] * 4] * 3


@pytest.mark.parametrize(
    ("made", "x", "known", "y"),
    [
        (lambda x: sym.split(x, num_outputs=5, squeeze_axis=True)[1], (0, 5), (2, 5), (2,)),
        (lambda x: sym.split(x, num_outputs=2)[0], (0, 6, 0), (2, 6, 4), (2, 3, 4)),
        (lambda x: sym.concat(x, sym.var("z", shape=(0, 1))), (0, 2), (3, 2), (3, 3)),
        (lambda x: sym.concat(x, sym.var("z", shape=(1, 0)), dim=0), (0, 0), (3, 2), (4, 2)),
        (lambda x: sym.transpose(x, axes=(2, 0, 1)), (0, 2, 0), (3, 2, 4), (4, 3, 2)),
        (lambda x: sym.expand_dims(x, axis=-1), (0, 2), (3, 2), (3, 2, 1)),
        (lambda x: sym.cast(x, dtype="float32"), (0, 2), (3, 2), (3, 2)),
        (lambda x: sym.Convolution(x, num_filter=4, kernel=(3, 2), dilate=(2, 1), pad=(2, 0)),
         (0, 3, 0, 0), (5, 3, 6, 8), (5, 4, 6, 7)),
    ],
)  # fmt: skip
def test_inference_of_what_an_operator_takes(made, x, known, y):
    net = made(sym.var("x", shape=x)) + sym.var("y", shape=y)
    arguments, outputs, _ = net.infer_shape()
    assert outputs == [y]
    assert dict(zip(net.list_arguments(), arguments, strict=True))["x"] == known


@pytest.mark.parametrize(
    ("made", "x", "y"),
    [
        (lambda x: sym.dot(x, sym.var("w", shape=(4, 5))), (0, 3, 4), (0, 3, 5)),
        (lambda x: sym.mean(x, axis=(0, 2)), (0, 3, 4), (3,)),
        (lambda x: sym.reshape(x, shape=(-1, 6)), (0, 3, 4), (0, 6)),
        (lambda x: sym.slice_axis(x, axis=0, begin=0, end=2), (0, 3), (2, 3)),
        (lambda x: sym.slice_axis(x, axis=1, begin=0, end=2), (0, 3), (0, 2)),
        (lambda x: sym.broadcast_add(x, sym.var("w", shape=(1, 3))), (0, 3), (0, 3)),
        (lambda x: sym.Pooling(sym.Convolution(x, num_filter=4, kernel=(3, 3)), kernel=(2, 2)),
         (0, 3, 8, 0), (0, 4, 5, 0)),
        (lambda x: sym.batch_dot(x, x), (0, 3, 4), ()),
    ],
)  # fmt: skip
def test_a_batch_of_unknown_size(made, x, y):
    assert made(sym.var("x")).infer_shape_partial(x=x)[1] == [y]


def test_a_range_is_as_long_as_it_must_be():
    steps = sym.arange(1, step=2, repeat=2, infer_range=True)
    total = sym.load_json((steps + sym.var("x")).tojson())
    assert total.infer_shape(x=(5,))[1] == [(5,)]
    assert total.eval(x=mx.nd.zeros(5))[0].asnumpy().tolist() == [1, 1, 3, 3, 5]


def test_shapes_of_results_where_the_batch_is_not_known() -> None:
    x, v = mx.sym.var("x", shape=(0, 8, 8, 3)), mx.sym.var("v", shape=(0, 6))
    images = mx.sym.transpose(x, axes=(0, 3, 1, 2))
    pooled = mx.sym.Pooling(images, kernel=(2, 2), stride=(2, 2))
    network = mx.sym.FullyConnected(pooled, num_hidden=5, name="fc")
    assert network.infer_shape_partial() == ([(0, 8, 8, 3), (5, 48), (5,)], [(0, 5)], [])
    for made, shape in (
        (pooled, (0, 3, 4, 4)),
        (mx.sym.sum(v, axis=0), (6,)),
        (mx.sym.slice_axis(x, axis=1, begin=0, end=2), (0, 2, 8, 3)),
        (mx.sym.reshape(x, shape=(-1, 8, 24)), (0, 8, 24)),
        (mx.sym.diag(v), (0,)),  # of the shorter length
    ):
        assert made.infer_shape_partial()[1] == [shape], made


def test_shapes_that_do_not_fit():
    with pytest.raises(MXNetError, match=r"fc1.*weight.*Provided = \[3,5\].*\[5,4\]"):
        mlp().infer_shape(data=(2, 4), fc1_weight=(3, 5))
    with pytest.raises(MXNetError, match="argument q not found"):
        mlp().infer_shape(q=(2, 4))
    with pytest.raises(TypeError, match="shapes"):
        mlp().infer_shape(data=5)


def test_inputs_may_have_other_shapes_that_the_operator_takes():
    x = sym.var("x")
    prelu = sym.LeakyReLU(x, act_type="prelu", name="prelu")
    assert prelu.infer_shape(x=(2, 3), prelu_gamma=(1,))[1] == [(2, 3)]
    several = sym.SoftmaxOutput(x, multi_output=True, name="softmax")
    assert several.infer_shape(x=(2, 3, 4, 4), softmax_label=(2, 4, 4))[1] == [(2, 3, 4, 4)]
    with pytest.raises(MXNetError, match=r"Error in operator softmax.*got shape \[5\]"):
        several.infer_shape(x=(2, 3, 4, 4), softmax_label=(5,))


def test_a_layer_is_inferred_in_milliseconds():
    net = sym.Convolution(sym.var("x"), num_filter=64, kernel=(3, 3), pad=(1, 1))
    for _ in range(20):
        net = sym.Convolution(
            sym.Activation(sym.BatchNorm(net), act_type="relu"),
            num_filter=64, kernel=(3, 3), pad=(1, 1),
        )  # fmt: skip
    net.infer_shape(x=(2, 3, 8, 8))
    start = time.thread_time()
    arguments, outputs, _ = net.infer_shape(x=(2, 3, 8, 8))
    assert time.thread_time() - start < 1.0  # 63 operators
    assert (outputs, arguments[1]) == ([(2, 64, 8, 8)], (64, 3, 3, 3))


def test_attributes():
    with mx.AttrScope(lr_mult="2", __mine__="a"):
        x = sym.var("x", wd_mult=0)
        y = sym.FullyConnected(x, num_hidden=3, name="fc", attr={"ctx_group": "one"})
    assert x.list_attr() == {
        "__lr_mult__": "2", "lr_mult": "2", "__wd_mult__": "0", "wd_mult": "0", "__mine__": "a",
    }  # fmt: skip
    assert y.attr("num_hidden") == "3"
    assert y.attr_dict()["fc_weight"]["ctx_group"] == "one"
    assert y.attr("nothing") is None
    with pytest.raises(ValueError, match="double underscores"):
        sym.var("x", mine="a")


def test_dtypes_of_sources_and_of_parameters_that_are_computed():
    zeros = sym.zeros((2,), dtype="float64")
    assert zeros.infer_type() == ([], [np.float64], [])
    weight = sym.Cast(sym.var("w", shape=(5, 4)), dtype="float64")
    net = sym.Embedding(sym.var("x"), weight, input_dim=5, output_dim=4)
    assert net.infer_shape(x=(3,))[1] == [(3, 4)]
    assert net.infer_type(x="int32", w="float16")[0] == [np.int32, np.float16]


def test_prefix():
    with mx.name.Prefix("left_"):
        assert sym.sin(sym.var("x")).name == "left_sin0"
        assert sym.sin(sym.var("x"), name="wave").name == "left_wave"


def test_parts():
    net = mlp()
    internals = net.get_internals()
    assert internals["fc1_output"].list_arguments() == ["data", "fc1_weight", "fc1_bias"]
    assert net.get_children().list_outputs() == ["fc2_output", "softmax_label"]
    assert sym.var("x").get_children() is None
    group = sym.Group([net, internals["relu1_output"]])
    assert group.list_outputs() == ["softmax_output", "relu1_output"]
    assert group[1].name == "relu1"
    assert group.name is None
    assert group[-1:].list_outputs() == ["relu1_output"]
    for beyond in (slice(0, 3), slice(1, 1)):
        with pytest.raises(IndexError, match="2 outputs"):
            group[beyond]
    with pytest.raises(ValueError, match="Cannot find output"):
        group["fc1"]
    with pytest.raises(TypeError, match="list of symbols"):
        sym.Group([net, 3])


def test_composition_by_call():
    net = mlp()
    other = net(data=sym.sin(sym.var("q"), name="s"), name="top")
    assert other.list_arguments()[0] == "q"
    assert other.list_outputs() == ["top_output"]
    assert net.list_arguments()[0] == "data"
    with pytest.raises(MXNetError, match="no argument"):
        net(nothing=net)
    with pytest.raises(TypeError, match="Symbol"):
        net(data=3)


def test_copies():
    net = mlp()
    for other in (copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.list_arguments() == net.list_arguments()
        other._set_attr(mine="a")
    assert net.attr("mine") is None


def test_arguments_that_do_not_fit():
    x = sym.var("x")
    with pytest.raises(MXNetError, match="num_hidden"):
        sym.FullyConnected(x)
    with pytest.raises(TypeError, match="nothing"):
        sym.FullyConnected(x, num_hidden=3, nothing=4)
    with pytest.raises(TypeError, match="Symbol"):
        sym.FullyConnected(3, num_hidden=3)
    with pytest.raises(TypeError, match="not supported"):
        x + "a"
    with pytest.raises(mx.base.NotImplementedForSymbol):
        bool(x)
    with pytest.raises(mx.base.NotImplementedForSymbol, match='operator "-="'):
        x -= 1


def test_casts_of_mixed_precision_are_left_out_of_json():
    x, y = sym.var("x"), sym.var("y")
    a, b = sym.amp_multicast(sym.amp_cast(x, dtype="float16"), y, num_outputs=2)
    net = sym.load_json((a * b).tojson())
    assert net.list_arguments() == ["x", "y"] and len(net.get_internals()) == 3
    assert len(sym.load_json((a * b).tojson(remove_amp_cast=False)).get_internals()) == 6


def test_a_net_runs_as_it_is_and_compiled():
    net = mlp()
    shapes = dict(zip(net.list_arguments(), net.infer_shape(data=(2, 4))[0], strict=True))
    values = {name: mx.nd.ones(shape) * 0.1 for name, shape in shapes.items()}
    (y,) = net.eval(**values)
    (z,) = mx.compile(net)(**values)
    assert y.shape == (2, 3)
    np.testing.assert_allclose(y.asnumpy(), z.asnumpy(), rtol=1e-6)
    np.testing.assert_allclose(y.asnumpy(), np.full((2, 3), 1 / 3), rtol=1e-6)


@pytest.mark.parametrize("shape", [(-1,), (2, -1)])
def test_reshape_tells_a_length_that_is_not_known(shape) -> None:
    y = sym.reshape(sym.var("x", shape=(4, 0)), shape=shape)
    z = sym.elemwise_add(y, sym.var("w", shape=(12,) if shape == (-1,) else (2, 6)))
    assert z.infer_shape()[0][0] == (4, 3)


def test_lengths_that_are_not_known_pass_through_operators():
    x, wide = sym.var("x"), (0, 3, 8, 0)
    y = sym.Pooling(
        sym.Convolution(x, kernel=(3, 3), num_filter=4), kernel=(1, 1), global_pool=True
    )
    y = sym.FullyConnected(sym.Flatten(y), num_hidden=2, name="fc")
    arguments, outputs, _ = y.infer_shape_partial(x=wide)
    assert dict(zip(y.list_arguments(), arguments, strict=True))["fc_weight"] == (2, 4)
    assert outputs == [(0, 2)]
    for made, expected in (
        (sym.slice(x, begin=(None, 1, 2), end=(4, None, 6)), (0, 2, 4, 0)),
        (sym.transpose(x), (0, 8, 3, 0)),
        (sym.mean(x, axis=(2, 3)), (0, 3)),
        (sym.concat(x, x, dim=1), (0, 6, 8, 0)),
        (sym.broadcast_add(x, sym.var("y", shape=(1, 3, 1, 1))), (0, 3, 8, 0)),
        (sym.broadcast_add(x, sym.var("y", shape=(7, 3, 1, 1))), ()),
    ):
        assert made.infer_shape_partial(x=wide)[1] == [expected]
        with pytest.warns(UserWarning, match="Cannot decide shape"):
            assert made.infer_shape(x=wide) == (None, None, None)


def test_a_condition_has_a_dtype_of_its_own():
    net = sym.where(sym.var("condition"), sym.var("x"), sym.var("y"))
    with pytest.warns(UserWarning, match="x: None\n\ty: None"):
        assert net.infer_type(condition="int32") == (None, None, None)
    assert net.infer_type(condition="int32", x="float16")[0] == [np.int32, np.float16, np.float16]


@pytest.mark.parametrize(
    "make", [sym.zeros, sym.ones, lambda **given: sym.full(val=2, **given)], ids=["0", "1", "full"]
)
@pytest.mark.parametrize("unknown", [0, -1])
def test_lengths_that_follow_of_made_arrays(make, unknown):
    total = make(shape=(unknown, 3)) + sym.var("x")
    for graph in (total, sym.load_json(total.tojson())):
        assert graph.infer_shape(x=(2, 3)) == ([(2, 3)], [(2, 3)], [])
        assert graph.eval(x=mx.nd.zeros((2, 3)))[0].shape == (2, 3)
    with pytest.raises(MXNetError, match="negative"):
        (make(shape=(-2, 3)) + sym.var("x")).infer_shape(x=(2, 3))
