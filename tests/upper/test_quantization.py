"""`mx.contrib.quantization`: graphs, ranges and parameters as MXNet 1.9.1's, and what they compute.

What MXNet gives was run with ``MXNET_SUBGRAPH_BACKEND=NONE``, so that it computes all outputs.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.contrib import quantization
from ndgrad.contrib.quantization.graph import quantized
from ndgrad.gluon import nn

DATA = np.random.RandomState(1).uniform(-1, 1, (8, 3, 8, 8)).astype("float32")


def network() -> mx.sym.Symbol:
    x = mx.sym.Convolution(
        mx.sym.var("data"), kernel=(3, 3), num_filter=8, pad=(1, 1), name="conv0"
    )
    x = mx.sym.BatchNorm(x, fix_gamma=False, name="bn0")
    x = mx.sym.Activation(x, act_type="relu", name="relu0")
    x = mx.sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", name="pool0")
    y = mx.sym.Convolution(x, kernel=(3, 3), num_filter=8, pad=(1, 1), no_bias=True, name="conv1")
    x = mx.sym.concat(mx.sym.elemwise_add(x, y, name="plus0"), y, name="cat")
    x = mx.sym.Pooling(x, global_pool=True, kernel=(1, 1), pool_type="avg", name="pool1")
    x = mx.sym.FullyConnected(mx.sym.Flatten(x, name="flat"), num_hidden=4, name="fc")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def parameters(symbol: mx.sym.Symbol) -> tuple[dict[str, mx.nd.NDArray], dict[str, mx.nd.NDArray]]:
    draw = np.random.RandomState(0).uniform
    arguments, _, states = symbol.infer_shape(data=(2, 3, 8, 8))
    inputs = ("data", "softmax_label")
    args = {
        name: nd.array(draw(-0.5, 0.5, shape))
        for name, shape in zip(symbol.list_arguments(), arguments, strict=True)
        if name not in inputs
    }
    names = symbol.list_auxiliary_states()
    return args, {
        name: nd.array(draw(0.5, 1, shape)) for name, shape in zip(names, states, strict=True)
    }


def batches() -> mx.io.NDArrayIter:
    return mx.io.NDArrayIter(DATA, np.zeros(8), 4)


def model(**arguments: Any) -> tuple[mx.sym.Symbol, Any, Any]:
    symbol = network()
    if arguments.get("calib_mode") != "none":
        arguments["calib_data"] = batches()
    return quantization.quantize_model(symbol, *parameters(symbol), **arguments)


def computed(symbol: mx.sym.Symbol, args: Any, states: Any) -> np.ndarray:
    inputs = {"data": nd.array(DATA), "softmax_label": nd.zeros(8)}
    return symbol.bind(mx.cpu(), {**args, **inputs}, aux_states=states).forward()[0].asnumpy()


def calls(symbol: mx.sym.Symbol) -> list[str]:
    """The names of calls in their order."""
    return [x["name"] for x in json.loads(symbol.tojson())["nodes"] if x["op"] != "null"]


ALL = """
data_quantize quantized_conv0 requantize_conv0 quantized_bn0 quantized_relu0 quantized_pool0
quantized_conv1 requantize_conv1 quantized_plus0 requantize_plus0 quantized_cat quantized_pool1
quantized_flat quantized_fc requantize_fc fc_dequantize softmax
"""
WITHOUT_SOME = """
data_quantize quantized_conv0 requantize_conv0 conv0_dequantize bn0 relu0 pool0
pool0_output_quantize quantized_conv1 requantize_conv1 conv1_dequantize plus0 cat pool1 flat fc
softmax
"""
NOTHING = "conv0 bn0 relu0 pool0 conv1 plus0 cat pool1 flat fc softmax"


@pytest.mark.parametrize(
    ("excluded", "mode", "expected"),
    [
        ([], "smart", ALL),
        ([], "full", ALL),
        (["bn0", "fc"], "smart", WITHOUT_SOME),
        (["conv0", "conv1", "fc"], "smart", NOTHING),
    ],
    ids=["smart", "full", "excluded", "no-layer"],
)  # fmt: skip
def test_calls_as_in_mxnet(excluded: list[str], mode: str, expected: str) -> None:
    symbol, _, _ = model(calib_mode="naive", excluded_sym_names=excluded, quantize_mode=mode)
    assert calls(symbol) == expected.split()


def test_excluded_operators() -> None:
    symbol, _, _ = model(calib_mode="naive", excluded_op_names=["Convolution", "elemwise_add"])
    names = calls(symbol)
    assert {"conv0", "conv1", "plus0", "quantized_fc"} <= {*names}
    assert not {"quantized_conv0", "quantized_conv1", "quantized_plus0"} & {*names}


def test_parameters_as_in_mxnet() -> None:
    symbol, args, states = model(calib_mode="naive")
    layers = ("conv0_weight", "conv0_bias", "conv1_weight", "fc_weight", "fc_bias")
    kinds = [f"{x}_quantize{end}" for x in layers for end in ("", "_min", "_max")]
    assert {*args} == {"bn0_gamma", "bn0_beta", *kinds}
    assert {*symbol.list_arguments()} == {*args, "data", "softmax_label"}
    assert {*states} == {"bn0_moving_mean", "bn0_moving_var"}
    assert args["conv0_bias_quantize"][:3].asnumpy().tolist() == [-61, -40, 30]
    assert args["fc_weight_quantize"].dtype is np.int8
    assert args["fc_weight_quantize"].asnumpy().ravel()[:3].tolist() == [-81, -25, 62]
    assert args["fc_weight_quantize_max"].asscalar() == pytest.approx(0.49945402)
    assert args["fc_weight_quantize_min"].asscalar() == pytest.approx(-0.49945402)


RANGES = {
    "naive": {
        "data_quantize": (-0.999771, 0.997041),
        "requantize_conv0": (-3.320646, 3.493019),
        "quantized_bn0": (-2.309722, 1.303485),
        "requantize_conv1": (-2.544135, 1.511554),
        "requantize_plus0": (-2.488120, 2.010477),
        "requantize_fc": (-0.931838, 0.235851),
    },
    "entropy": {  # of four examples
        "data_quantize": (-0.995273, 0.995273),
        "requantize_conv0": (-2.553514, 2.553514),
        "quantized_bn0": (-1.737446, 1.737446),
        "requantize_conv1": (-2.498346, 2.498346),
        "requantize_plus0": (-2.238717, 2.238717),
        "requantize_fc": (-0.900756, 0.900756),
    },
}


@pytest.mark.parametrize("mode", RANGES)
def test_ranges_as_in_mxnet(mode: str) -> None:
    count = 4 if mode == "entropy" else None
    symbol, _, _ = model(calib_mode=mode, quantized_dtype="auto", num_calib_examples=count)
    found = {
        name: tuple(float(attrs[f"{end}_calib_range"]) for end in ("min", "max"))
        for name, attrs in symbol.attr_dict().items()
        if "min_calib_range" in attrs
    }
    assert found.keys() == RANGES[mode].keys()
    for name, expected in RANGES[mode].items():
        assert found[name] == pytest.approx(expected, abs=2e-6), name


@pytest.mark.parametrize(
    ("mode", "dtype"),
    [("none", "int8"), ("none", "auto"), ("naive", "int8"), ("naive", "auto"), ("entropy", "auto")],
)
def test_what_is_computed_is_near(mode: str, dtype: str) -> None:
    symbol = network()
    expected = computed(symbol, *parameters(symbol))
    found = model(calib_mode=mode, quantized_dtype=dtype)
    np.testing.assert_allclose(computed(*found), expected, atol=0.01)
    assert ("bn0" in calls(found[0])) == (mode == "none")  # it needs a range for its result
    again = mx.sym.load_json(found[0].tojson())
    np.testing.assert_array_equal(computed(again, *found[1:]), computed(*found))


def test_by_a_collector() -> None:
    """The parts of `quantize_model`, as a program calls them that runs the network itself."""
    symbol = network()
    args, states = parameters(symbol)
    qsym, _, _, collector = quantization.quantize_graph(
        symbol, args, states, calib_mode="naive", quantize_mode="smart"
    )
    inputs = {"data": nd.array(DATA), "softmax_label": nd.zeros(8)}
    exe = symbol.bind(mx.cpu(), {**args, **inputs}, aux_states=states)
    exe.set_monitor_callback(collector.collect, monitor_all=True)
    exe.forward()
    found = quantization.calib_graph(qsym, args, states, collector, "naive")
    np.testing.assert_array_equal(computed(*found), computed(*model(calib_mode="naive")))


class Doubled:
    """A collector of a user: ranges twice as wide as need be."""

    def __init__(self) -> None:
        self.min_max_dict: dict[str, tuple[float, float]] = {}

    def collect(self, name: str, arr: mx.nd.NDArray) -> None:
        self.min_max_dict[name] = (2 * arr.min().asscalar(), 2 * arr.max().asscalar())


def convolutional() -> nn.HybridSequential:
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(
            nn.Conv2D(8, 3, padding=1),
            nn.BatchNorm(),
            nn.Activation("relu"),
            nn.MaxPool2D(),
            nn.Conv2D(8, 3, padding=1, activation="relu"),
            nn.GlobalAvgPool2D(),
            nn.Flatten(),
            nn.Dense(4),
        )
    net.initialize()
    net(nd.array(DATA))
    draw = np.random.RandomState(0).uniform
    for name, param in net.collect_params().items():
        low = 0.5 if "running_var" in name else -0.5
        param.set_data(nd.array(draw(low, 1 if low > 0 else 0.5, param.shape)))
    return net


def loader(labels: bool) -> Any:
    """Batches of a `DataLoader`, with labels or without."""
    data: Any = mx.gluon.data.ArrayDataset(DATA, np.zeros(8, "float32")) if labels else DATA
    return mx.gluon.data.DataLoader(data, 4)


@pytest.mark.parametrize(
    ("mode", "labels"),
    [("none", True), ("naive", True), ("naive", False), ("entropy", False), ("customize", True)],
)
def test_a_network(mode: str, labels: bool) -> None:
    net = convolutional()
    collector = Doubled() if mode == "customize" else None
    found = quantization.quantize_net_v2(
        net, calib_data=loader(labels), calib_mode=mode, LayerOutputCollector=collector
    )
    x = nd.array(DATA)
    np.testing.assert_allclose(found(x).asnumpy(), net(x).asnumpy(), atol=0.04)
    kinds = {p.dtype for name, p in found.collect_params().items() if name.endswith("quantize")}
    assert kinds == {np.int8}
    found.hybridize()
    found(x)
    np.testing.assert_allclose(found(x).asnumpy(), net(x).asnumpy(), atol=0.04)


def test_a_network_by_shapes_and_parts_of_names() -> None:
    net = convolutional()
    x = nd.array(DATA)
    found = quantization.quantize_net(
        net, data_shapes=[("data", (2, 3, 8, 8))], exclude_layers_match=["conv"]
    )
    names = [name for name in found.collect_params() if name.endswith("_quantize")]
    assert names == ["net_dense0_weight_quantize", "net_dense0_bias_quantize"]
    np.testing.assert_allclose(found(x).asnumpy(), net(x).asnumpy(), atol=0.02)
    quantization.quantize_net(net, calib_data=batches(), calib_mode="naive")


class TwoInputs(mx.gluon.HybridBlock):
    """A network of two inputs that joins them."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.dense = nn.Dense(3)

    def hybrid_forward(self, F: Any, x: Any, y: Any) -> Any:
        return self.dense(F.concat(x, y))


def test_a_network_of_two_inputs() -> None:
    net = TwoInputs()
    net.initialize()
    pairs = mx.gluon.data.ArrayDataset(DATA.reshape(8, -1), DATA.reshape(8, -1), np.zeros(8))
    data = mx.gluon.data.DataLoader(pairs, 4)
    found = quantization.quantize_net(net, calib_data=data, calib_mode="naive")
    x, y, _ = next(iter(data))
    np.testing.assert_allclose(found(x, y).asnumpy(), net(x, y).asnumpy(), atol=0.05)


def test_recurrent_and_embedding_layers() -> None:
    """An LSTM takes bytes and returns real numbers; indices of an embedding stay as they are."""
    x = mx.sym.Embedding(mx.sym.var("data"), input_dim=5, output_dim=4, name="emb")
    x = mx.sym.RNN(x, state_size=3, num_layers=1, mode="lstm", name="lstm")
    shapes = {"data": (6, 2), "lstm_state": (1, 2, 3), "lstm_state_cell": (1, 2, 3)}
    arguments, _, _ = x.infer_shape(**shapes)
    draw = np.random.RandomState(2).uniform
    args = {n: nd.array(draw(-1, 1, s)) for n, s in zip(x.list_arguments(), arguments, strict=True)}
    args["data"] = nd.array(np.arange(12).reshape(6, 2) % 5)
    offline = [name for name in args if name.endswith(("weight", "parameters"))]
    symbol, outputs = quantized(x, offline=offline, mode="full")
    assert calls(symbol) == [
        "quantized_emb", "emb_dequantize", "emb_output_quantize", "quantized_lstm",
    ]  # fmt: skip
    assert outputs == ["emb_output"]
    symbol, _ = quantized(x, offline=offline)
    assert calls(symbol) == ["emb", "emb_output_quantize", "quantized_lstm"]
    expected = x.bind(mx.cpu(), args).forward()[0].asnumpy()
    np.testing.assert_allclose(
        symbol.bind(mx.cpu(), args).forward()[0].asnumpy(), expected, atol=0.02
    )


def test_what_cannot_be_quantized_stays() -> None:
    x = mx.sym.var("data")
    for call in (
        mx.sym.Activation(x, act_type="tanh", name="x"),
        mx.sym.Pooling(x, kernel=(2, 2), pool_type="sum", name="x"),
        mx.sym.Pooling(x, kernel=(2,), name="x"),
        mx.sym.concat(x, x, dim=0, name="x"),
        mx.sym.BatchNorm(x, output_mean_var=True, name="x")[0],
        mx.sym.RNN(x, state_size=2, num_layers=1, mode="gru", name="x"),
        mx.sym.broadcast_add(x, x, name="x"),
    ):
        assert calls(quantized(call, mode="full")[0]) == ["x"]


def test_an_output_that_is_used_twice_is_converted_once() -> None:
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc")
    y = mx.sym.Group([mx.sym.tanh(x, name="a"), mx.sym.sin(x, name="b"), x])
    found = quantized(y, offline=["fc_weight", "fc_bias"])[0]
    assert calls(found).count("fc_dequantize") == 1
    shared = mx.sym.var("w")
    both = [
        mx.sym.FullyConnected(mx.sym.var(n), shared, num_hidden=2, no_bias=True, name=f"fc_{n}")
        for n in "xy"
    ]
    found = quantized(mx.sym.Group([*both, shared * 1]), offline=["w"])[0]
    assert found.list_arguments().count("w_quantize") == 1
    assert "w" in found.list_arguments()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"excluded_sym_names": "fc"}, "excluded_sym_names must be a list"),
        ({"excluded_op_names": "fc"}, "excluded_op_names must be a list"),
        ({"quantized_dtype": "int4"}, "unknown quantized_dtype int4"),
        ({"quantize_granularity": "row"}, "quantize_granularity row"),
        ({"calib_mode": "other"}, "unknown calibration mode other"),
        ({"ctx": [mx.cpu()]}, "single ctx"),
    ],
    ids=str,
)
def test_wrong_arguments(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        model(**{"calib_mode": "naive", **arguments})


def test_missing_data() -> None:
    symbol = network()
    given = (symbol, *parameters(symbol))
    with pytest.raises(ValueError, match="calib_data must be provided when calib_mode=entropy"):
        quantization.quantize_model(*given)
    with pytest.raises(ValueError, match="calib_data must be of DataIter type"):
        quantization.quantize_model(*given, calib_data=[DATA])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="data_shapes required"):
        quantization.quantize_net(convolutional())
    with pytest.raises(ValueError, match="calib_data must be provided"):
        quantization.quantize_net(
            convolutional(), data_shapes=[("data", (1, 3, 8, 8))], calib_mode="naive"
        )
    with pytest.raises(TypeError, match="batches of NDArray"):
        quantization.quantize_net(convolutional(), calib_data=[DATA])
    with pytest.raises(mx.MXNetError, match="unrecognized quantize mode: some"):
        model(calib_mode="naive", quantize_mode="some")
    with pytest.raises(ValueError, match="quantize_model_mkldnn only support Intel cpu"):
        quantization.quantize_model_mkldnn(*given, ctx=mx.gpu())
    with pytest.raises(ValueError, match="please set calibration mode"):
        quantization.calib_graph(*given, Doubled(), "none")
    with pytest.raises(TypeError, match="a Doubled has not collected what calib_mode=entropy"):
        quantization.calib_graph(*given, Doubled(), "entropy")


def test_histograms_grow() -> None:
    first, second = DATA[:4].ravel(), 3 * DATA[4:].ravel()
    collector = quantization._LayerHistogramCollector(101, ["a"])
    for name, x in (("a", first), ("b", first), ("a", second), ("a", first)):
        collector.collect(name, nd.array(x))
    assert collector.hist_dict.keys() == {"a"}
    counts, edges, least, greatest, end = collector.hist_dict["a"]
    assert counts.sum() == 3 * first.size
    assert counts.size % 2 == 1
    assert (edges[0], edges[-1]) == (-end, end)
    assert (least, greatest) == (second.min(), second.max())
    width = edges[1] - edges[0]
    assert width == pytest.approx(2 * np.abs(first).max() / 101, rel=1e-4)
    zeros = quantization._LayerHistogramCollector(101, ["a"])
    for x in (np.zeros(3), first):
        zeros.collect("a", nd.array(x))
    assert zeros.hist_dict["a"][0].sum() == 3 + first.size


def test_it_logs(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("quantization")
    with caplog.at_level(logging.DEBUG):
        model(calib_mode="entropy", num_calib_examples=4, logger=logger)
        model(calib_mode="naive", logger=logger)
    text = caplog.text
    for part in ("histogram of shape", "min_range=", "divergence=", "2 batches", "1 batches"):
        assert part in text


def test_a_failed_call_does_not_say_what_the_inputs_are() -> None:
    """A hybridized network that was called wrongly, and then rightly, is exported."""
    net = convolutional()
    net.hybridize()
    x = nd.array(DATA)
    with pytest.raises(TypeError):
        net(x, x)
    net(x)
    assert net._cached_graph[1].list_arguments()[0] == "data"
