"""Initializers: what MXNet's do by name, recorded; distributions; registry."""

import json
import logging
import math
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import registry

RECORDED = json.loads(
    Path(__file__).with_name("mxnet-1.9.1").joinpath("initializer.json").read_text()
)


def filled(init, shape, name="x_weight", dtype="float32", **desc):
    array = mx.nd.zeros(shape, dtype=dtype) - 7
    init(mx.init.InitDesc(name, **desc), array)
    return array.asnumpy()


@pytest.mark.parametrize("name", RECORDED["endings"])
def test_the_end_of_a_name_decides(name):
    for desc, expected in zip(
        (mx.init.InitDesc(name), name), RECORDED["endings"][name], strict=True
    ):
        array = mx.nd.zeros((1, 1, 2, 3)) - 7
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            target = array.reshape((6,)) if "bias" in name else array
            if expected is None:
                with pytest.raises(ValueError, match=f"Unknown initialization pattern for {name}"):
                    mx.init.Constant(3)(desc, target)
            else:
                mx.init.Constant(3)(desc, target)
                np.testing.assert_allclose(array.asnumpy().ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize("text", RECORDED["weights"])
def test_weights(text):
    shape, expected = RECORDED["weights"][text]
    got = filled(eval(text, vars(mx.init)), shape, global_init=mx.init.Constant(8))
    np.testing.assert_allclose(got.ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize("text", RECORDED["dumps"])
def test_dumps_is_read_by_create(text):
    init = eval(text, vars(mx.init))
    assert init.dumps() == RECORDED["dumps"][text]
    assert mx.init.create(init.dumps()) == init
    assert pickle.loads(pickle.dumps(init)) == init


def test_plain_names_are_deprecated():
    with pytest.warns(DeprecationWarning, match="InitDesc"):
        mx.init.One()("x_weight", mx.nd.zeros(2))


@pytest.mark.parametrize(
    ("init", "shape", "scale"),
    [
        (mx.init.Uniform(0.3), (200, 100), 0.3),
        (mx.init.Normal(0.3), (200, 100), 0.3),
        (mx.init.Xavier(), (100, 200), math.sqrt(3 / 150)),
        (mx.init.Xavier("uniform", "in", 2), (20, 10, 5, 5), math.sqrt(2 / 250)),
        (mx.init.Xavier("gaussian", "out", 2), (20, 10, 5, 5), math.sqrt(2 / 500)),
        (mx.init.MSRAPrelu("in", 0.5), (100, 200), math.sqrt(2 / 1.25 / 200)),
    ],
)
def test_distributions(init, shape, scale):
    mx.random.seed(3)
    got = filled(init, shape)
    uniform = isinstance(init, mx.init.Uniform) or getattr(init, "rnd_type", "") == "uniform"
    assert abs(got).max() <= scale or not uniform
    assert got.std() == pytest.approx(scale / (math.sqrt(3) if uniform else 1), rel=0.05)
    assert abs(got.mean()) < 0.03 * scale


@pytest.mark.parametrize("rand_type", ["uniform", "normal"])
@pytest.mark.parametrize("shape", [(3, 2, 4), (7, 5)])
def test_orthogonal(rand_type, shape):
    got = filled(mx.init.Orthogonal(2.0, rand_type), shape).reshape(shape[0], -1)
    small = got @ got.T if got.shape[0] < got.shape[1] else got.T @ got
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-5)


def test_quantized_weights_are_integers():
    got = filled(mx.init.Zero(), (1000,), "x_weight_quantize", dtype="int8")
    assert got.min() >= -127 and got.max() <= 127 and len(np.unique(got)) > 200


def test_an_attribute_of_the_name_comes_first():
    for init in ("one", mx.init.One(), mx.init.One().dumps()):
        assert filled(mx.init.Zero(), (2,), "x_foo", attrs={"__init__": init}).tolist() == [1, 1]
    assert filled(mx.init.Zero(), (2,), attrs={"__init__": ""}).tolist() == [0, 0]
    rnn = mx.init.FusedRNN(None, 2, 1, "rnn_relu").dumps()
    got = filled(mx.init.Constant(8), (14,), "x_parameters", attrs={"__init__": rnn})
    assert got.tolist() == [8] * 10 + [0] * 4


def test_parts_of_a_fused_rnn_have_names_and_shapes():
    seen = []

    class Noted(mx.init.Initializer):
        def _init_weight(self, name, arr):
            seen.append((str(name), arr.shape))

    filled(mx.init.FusedRNN(Noted(), 2, 2, "gru"), (3 * 2 * (3 + 2) + 3 * 2 * 4 + 24,))
    assert seen[:3] == [(f"l0_i2h_{gate}_weight", (2, 3)) for gate in "rzo"]
    assert seen[-1] == ("l1_h2h_o_weight", (2, 2))
    with pytest.raises(ValueError, match="31 elements"):
        filled(mx.init.FusedRNN("one", 2, 1, "lstm"), (31,))
    with pytest.raises(ValueError, match="mode='x'"):
        mx.init.FusedRNN("one", 2, 1, "x")


def test_load(tmp_path, caplog):
    mx.nd.save(str(tmp_path / "w"), {"arg:a": mx.nd.array([1, 2]), "aux:b": mx.nd.array([3])})
    init = mx.init.Load(str(tmp_path / "w"), mx.init.Zero(), verbose=True)
    with caplog.at_level(logging.INFO):
        assert filled(init, (2,), "a").tolist() == [1, 2]
        assert filled(init, (2,), "c_weight").tolist() == [0, 0]
    assert caplog.messages == ["Initialized a by loading", "Initialized c_weight by default"]
    with pytest.raises(ValueError, match=r"parameter a has shape \(3,\), loaded was \(2,\)"):
        filled(init, (3,), "a")
    with pytest.raises(ValueError, match="parameter c was not loaded"):
        filled(mx.init.Load(init.param), (3,), "c")
    with pytest.raises(TypeError, match="param must be"):
        mx.init.Load(5)


def test_mixed():
    init = mx.init.Mixed(["a", ".*bias", ".*w"], [mx.init.Constant(5), "zeros", mx.init.One()])
    assert filled(init, (1,), "a_weight") == 5
    assert filled(init, (1,), "b_bias") == 0
    assert filled(init, (1,), "b_a_weight") == 1
    with pytest.raises(ValueError, match="no pattern matches parameter c"):
        filled(init, (1,), "c")
    with pytest.raises(ValueError, match="1 patterns, but 0"):
        mx.init.Mixed(["a"], [])


def test_networks_by_loaded_and_mixed_initializers():
    net = mx.gluon.nn.Dense(2, in_units=2, prefix="d_")
    net.initialize(mx.init.Mixed(["d_w", ".*"], [mx.init.Constant(5), "zeros"]))
    assert net.weight.data().asnumpy().tolist() == [[5, 5], [5, 5]]
    loaded = mx.init.Load({"arg:d_weight": mx.nd.ones((2, 2))}, mx.init.Constant(7))
    net.initialize(loaded, force_reinit=True)
    assert net.weight.data().asnumpy().tolist() == [[1, 1], [1, 1]]
    assert net.bias.data().asnumpy().tolist() == [0, 0]


def test_verbosity(caplog):
    init = mx.init.Constant(2)
    assert init.set_verbosity(True) is init
    with caplog.at_level(logging.INFO):
        filled(init, (2, 2))
        init.set_verbosity(True, lambda array: array.shape)
        filled(init, (2, 2), "x_bias")
        filled(init, (2,), "y", attrs={"__init__": "one"})
    assert caplog.messages == [
        "Initialized x_weight as weight: 2.0",
        "Initialized x_bias as bias: (2, 2)",
        "Initialized y as one: (2,)",
    ]


def test_equality():
    assert mx.init.Xavier() == mx.init.Xavier() != mx.init.Xavier("gaussian")
    assert mx.init.Zero() != mx.init.One() and mx.init.Zero() != 0
    assert mx.init.Constant(mx.nd.array([1, 2])) == mx.init.Constant(mx.nd.array([1, 2]))


def test_dtypes_and_row_sparse_arrays():
    for dtype in ("float16", "float64"):
        assert abs(filled(mx.init.Uniform(), (20,), dtype=dtype)).max() <= 0.07
    array = mx.nd.sparse.zeros("row_sparse", (3, 2))
    mx.init.Xavier()(mx.init.InitDesc("x_weight"), array)
    assert array.stype == "row_sparse" and np.count_nonzero(array.asnumpy()) == 6


@pytest.mark.parametrize(
    ("init", "shape", "message"),
    [
        (mx.init.Xavier(), (3,), "parameter x_weight has shape"),
        (mx.init.Xavier(rnd_type="x"), (3, 2), "rnd_type='x'"),
        (mx.init.Xavier(factor_type="x"), (3, 2), "factor_type='x'"),
        (mx.init.Orthogonal(rand_type="x"), (3, 2), "rand_type='x'"),
        (mx.init.Bilinear(), (3, 2), "four axes"),
    ],
)
def test_bad_arguments(init, shape, message):
    with pytest.raises(ValueError, match=message):
        filled(init, shape)


def test_bad_calls():
    with pytest.raises(TypeError, match="name must be a string, got 5"):
        mx.init.Zero()(5, mx.nd.zeros(2))
    with pytest.raises(TypeError, match="arr must be an NDArray, got 5"):
        mx.init.Zero()("x", 5)
    with pytest.raises(TypeError, match="scale"):
        mx.init.create("zeros", scale=3)
    with pytest.raises(NotImplementedError, match="Initializer has no _init_weight"):
        filled(mx.init.Initializer(), (2,))


def test_registry():
    class Base:
        def __init__(self, value=0):
            self.value = value

    register = registry.get_register_func(Base, "thing")
    create = registry.get_create_func(Base, "thing")

    @registry.get_alias_func(Base, "thing")("first", "Second")
    class Some(Base):
        pass

    assert register(Some) is Some
    assert sorted(registry.get_registry(Base)) == ["first", "second", "some"]
    assert create("SOME", 3).value == create("second", value=3).value == 3
    assert create(thing="first").value == 0
    assert create({"thing": "some", "value": 2}).value == 2
    assert create('["some", {"value": 2}]').value == create('{"thing": "some", "value": 2}').value
    it = Some()
    assert create(it) is it
    with pytest.raises(TypeError, match="thing is an object already"):
        create(it, 3)
    with pytest.raises(ValueError, match="unknown thing 'x', expected one of first, second, some"):
        create("x")
    with pytest.raises(TypeError, match="thing must be"):
        create(5)
    with pytest.raises(TypeError, match="argument thing is missing"):
        create()
    for other in (5, dict):
        with pytest.raises(TypeError, match="expected a subclass of Base"):
            register(other)
    with pytest.warns(UserWarning, match="overriding existing thing"):
        register(Some)


def test_registered_subclasses():
    @mx.init.register
    class Sevens(mx.init.Initializer):
        def _init_weight(self, name, arr):
            arr[:] = 7

    try:
        assert filled(mx.init.create("sevens"), (2,)).tolist() == [7, 7]
    finally:
        del registry.registered(mx.init.Initializer)["sevens"]
