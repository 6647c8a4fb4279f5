"""Recurrent cells and layers: what MXNet gives, hybridized too, and what differs from it."""

import json

import numpy as np
import pytest
from record_rnn import (
    CELLS,
    CONVOLUTIONS,
    GRAPHS,
    LAYERS,
    LAYOUTS,
    RECORDED,
    fill,
    flat,
    graph,
    numbers,
    plain,
    run_cell,
    run_convolution,
    run_layer,
)

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.gluon import nn, rnn
from ndgrad.gluon.contrib import rnn as contrib

RECORDS = json.loads(RECORDED.read_text())


def check(facts, recorded):
    """Compare texts exactly, and numbers as float32."""
    got = plain(facts)
    for key, expected in recorded.items():
        if key in ("values", "gradients"):
            ours, theirs = np.array(flat(got[key])), np.array(flat(expected))
            assert ours.shape == theirs.shape, key
            np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6, err_msg=key)
        else:
            assert got[key] == expected, key


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CELLS)
def test_cells_are_those_of_mxnet(name, layout):
    check(run_cell(mx, name, layout), RECORDS["cells"][f"{name}, {layout}"])


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutional_cells_are_those_of_mxnet(name):
    check(run_convolution(mx, name), RECORDS["convolutions"][name])


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_those_of_mxnet(name):
    check(run_layer(mx, name), RECORDS["layers"][name])


@pytest.mark.parametrize(("name", "layout"), GRAPHS)
def test_symbols_of_cells_are_those_of_mxnet(name, layout):
    assert graph(mx, name, layout) == RECORDS["graphs"][f"{name}, {layout}"]


COMPILES = pytest.mark.full  # fused kernels or a dtype that nothing else here compiles


@pytest.mark.parametrize(
    "name", [pytest.param("lstm", marks=COMPILES), "hybrid sequential", "zoneout"]
)
def test_hybridized_cells_give_the_same(name):
    check(run_cell(mx, name, "NTC", hybridized=True), RECORDS["cells"][f"{name}, NTC"])


@pytest.mark.parametrize("name", ["GRU", "LSTM both"])
def test_hybridized_layers_give_the_same(name):
    check(run_layer(mx, name, hybridized=True), RECORDS["layers"][name])


# --- equal networks -------------------------------------------------------------------------------


def sequence(layout="TNC"):
    shape = (2, 3, 3) if layout == "NTC" else (3, 2, 3)
    return nd.array(numbers("x", shape))


def filled(net, x):
    net.initialize()
    net(x)
    fill(net)
    return net


@pytest.mark.parametrize("name", ["RNN tanh", "GRU", "LSTM both"])
def test_a_layer_is_its_cells(name):
    layer = LAYERS[name](rnn)
    x = sequence(layer._layout)
    filled(layer, x)
    cells = layer._unfuse()
    assert {*cells.collect_params()} == {*layer.collect_params()}
    outputs, _ = cells.unroll(3, x, layout=layer._layout, merge_outputs=True)
    np.testing.assert_allclose(layer(x).asnumpy(), outputs.asnumpy(), rtol=1e-5, atol=1e-6)


def test_lengths_of_sequences():
    layer = rnn.LSTM(2, bidirectional=True, use_sequence_length=True, prefix="a_")
    x, lengths = sequence(), nd.array([2, 3])
    layer.initialize()
    layer(x, sequence_length=lengths)
    fill(layer)
    expected, last = layer._unfuse().unroll(
        3, x, layout="TNC", merge_outputs=True, valid_length=lengths
    )
    outputs, states = layer(x, layer.begin_state(2), lengths)
    np.testing.assert_allclose(outputs.asnumpy(), expected.asnumpy(), rtol=1e-5, atol=1e-6)
    found = [state[i].asnumpy() for i in range(2) for state in states]
    np.testing.assert_allclose(found, [s.asnumpy() for s in last], rtol=1e-5, atol=1e-6)
    whole = rnn.LSTM(2, bidirectional=True, params=layer.params)
    assert (whole(x, sequence_length=lengths) == whole(x)).asnumpy().all()  # as in MXNet


def test_a_projected_layer_is_its_cell():
    layer = filled(rnn.LSTM(3, projection_size=2, prefix="a_"), sequence())
    cell = contrib.LSTMPCell(3, 2, prefix="b_")
    cell.initialize()
    cell.unroll(3, sequence(), layout="TNC")
    for name, param in layer.collect_params().items():
        cell.params["b_" + name.removeprefix("a_l0_")].set_data(param.data())
    outputs, states = layer(sequence(), layer.begin_state(2))
    expected, last = cell.unroll(3, sequence(), layout="TNC", merge_outputs=True)
    np.testing.assert_allclose(outputs.asnumpy(), expected.asnumpy(), rtol=1e-5, atol=1e-6)
    for state, other in zip(states, last, strict=True):
        np.testing.assert_allclose(state[0].asnumpy(), other.asnumpy(), rtol=1e-5, atol=1e-6)


def test_states_are_clipped():
    layer = filled(rnn.LSTM(2, state_clip_min=-0.1, state_clip_max=0.2, prefix="a_"), sequence())
    cells = layer(sequence(), layer.begin_state(2))[1][1]
    assert cells.min().asscalar() == np.float32(-0.1) and cells.max().asscalar() <= np.float32(0.2)


# --- training -------------------------------------------------------------------------------------


def test_zoneout_keeps_elements_of_the_step_before():
    mx.random.seed(0)
    cell = rnn.ZoneoutCell(rnn.RNNCell(50, input_size=3), 0.4, 0.4)
    cell.initialize(mx.init.Normal(1))
    with autograd.record():
        outputs, _ = cell.unroll(2, nd.array(numbers("x", (2, 2, 3))))
    first, second = (y.asnumpy() for y in outputs)
    assert 0 < (first == 0).mean() < 0.8  # before the first step everything is 0
    assert 0 < (first == second).mean() < 0.8
    outputs, _ = cell.unroll(2, nd.array(numbers("x", (2, 2, 3))))
    assert (outputs[0].asnumpy() != 0).all()


def test_variational_dropout_has_one_mask_for_all_steps():
    mx.random.seed(0)
    for state in (0.0, 0.5):
        cell = contrib.VariationalDropoutCell(rnn.RNNCell(50, input_size=3), 0.0, state, 0.5)
        cell.initialize(mx.init.Normal(1))
        with autograd.record():
            outputs, _ = cell.unroll(3, nd.ones((2, 3, 3)), merge_outputs=False)
        dropped = [y.asnumpy() == 0 for y in outputs]
        assert 0.2 < dropped[0].mean() < 0.8
        assert (dropped[0] == dropped[1]).all() and (dropped[0] == dropped[2]).all()


def test_dropout_of_cells_and_layers():
    mx.random.seed(0)
    x = nd.ones((2, 3, 100))
    cell = rnn.DropoutCell(0.25)
    with autograd.record():
        outputs, states = cell.unroll(3, x)
        steps, _ = cell.unroll(3, x, merge_outputs=False)
    assert states == [] and 0.1 < (outputs == 0).mean().asscalar() < 0.4
    assert [y.shape for y in steps] == [(2, 100)] * 3
    layer = filled(rnn.GRU(4, 2, dropout=0.9), sequence())
    with autograd.train_mode():
        dropped = layer(sequence()).asnumpy()
    assert (dropped != layer(sequence()).asnumpy()).any()


def test_states_are_carried_from_one_batch_to_the_next():
    layer = filled(rnn.LSTM(2, prefix="a_"), sequence())
    whole, _ = layer(sequence(), layer.begin_state(2))
    states = layer.begin_state(batch_size=2, func=nd.zeros, ctx=mx.cpu())
    for step in range(3):
        with autograd.record():
            states = [state.detach() for state in states]
            output, states = layer(sequence()[step : step + 1], states)
        output.backward()
        np.testing.assert_allclose(output[0].asnumpy(), whole[step].asnumpy(), rtol=1e-5)


# --- files, dtypes, errors ------------------------------------------------------------------------


def test_parameters_of_layers_in_files(tmp_path):
    file = str(tmp_path / "a.params")
    net = nn.HybridSequential(prefix="n_")
    net.add(rnn.LSTM(2, 12, bidirectional=True, input_size=3))
    net.initialize()
    net.save_parameters(file)
    assert "0._unfused.11.r_cell.h2h_bias" in nd.load(file)
    other = nn.HybridSequential()
    other.add(rnn.LSTM(2, 12, bidirectional=True, input_size=3))
    other.load_parameters(file)
    assert (other(sequence()) == net(sequence())).asnumpy().all()


@pytest.mark.parametrize("dtype", ["float16", pytest.param("float64", marks=COMPILES)])
def test_dtypes(dtype):
    layer = rnn.GRU(2, input_size=3)
    layer.initialize()
    layer.cast(dtype)
    assert layer.begin_state(2)[0].dtype == layer(sequence().astype(dtype)).dtype == np.dtype(dtype)


def test_begin_state():
    cell = rnn.LSTMCell(2)
    assert [s.shape for s in cell.begin_state(3, nd.ones, dtype="float64")] == [(3, 2)] * 2
    assert cell.begin_state(batch_size=3, func=nd.random.uniform, low=1, high=2)[0].min() >= 1
    assert cell.begin_state(func=mx.sym.zeros)[1].name == f"{cell.prefix}begin_state_5"
    rnn.ZoneoutCell(cell).begin_state(batch_size=3)
    with pytest.raises(AssertionError, match="Call the modifier cell instead"):
        cell.begin_state(3)


def test_errors():
    with pytest.raises(ValueError, match=r"state shape. Expecting \(1, 2, 4\), got \(1, 3, 4\)"):
        rnn.GRU(4)(sequence(), nd.ones((1, 3, 4)))
    with pytest.raises(ValueError, match="1 states given, expected 2"):
        rnn.LSTM(4)(sequence(), nd.ones((1, 2, 4)))
    with pytest.raises(AssertionError, match="Invalid layout NCT"):
        rnn.LSTM(4, layout="NCT")
    with pytest.raises(ValueError, match="Invalid activation 'sine'"):
        rnn.RNN(4, activation="sine")
    with pytest.raises(AssertionError, match="have 3 steps, expected length=4"):
        rnn.RNNCell(4).unroll(4, sequence("NTC"))
    with pytest.raises(ValueError, match="Invalid layout CN"):
        rnn.RNNCell(4).unroll(3, sequence(), layout="CN")
    both = rnn.BidirectionalCell(rnn.RNNCell(2), rnn.RNNCell(2))
    with pytest.raises(NotImplementedError, match="Please use unroll"):
        both(sequence()[0], both.begin_state(2))
    with pytest.raises(AssertionError, match="cells underneath instead"):
        rnn.ZoneoutCell(both)
    with pytest.raises(AssertionError, match="Only support odd number"):
        contrib.Conv2DLSTMCell((3, 8, 8), 4, 3, (3, 4))


@pytest.mark.parametrize("both", [False, True])
def test_shapes_of_a_network_follow_from_its_symbol(both):
    net = nn.HybridSequential(prefix="n_")
    with net.name_scope():
        net.add(rnn.LSTM(5, 2, bidirectional=both), nn.Dense(3, flatten=False))
    symbol = net(mx.sym.var("data"))
    shapes, outputs, _ = symbol.infer_shape(data=(2, 3, 4))
    known = dict(zip(symbol.list_arguments(), shapes, strict=True))
    assert known["n_lstm0_l0_i2h_weight"] == (20, 4)
    assert known["n_lstm0_l1_i2h_weight"] == (20, 10 if both else 5)
    assert known.get("n_lstm0_r0_i2h_weight", (20, 4)) == (20, 4)
    assert outputs == [(2, 3, 3)]
    net.initialize()
    net.infer_shape(nd.ones((2, 3, 4)))
    assert net.collect_params()["n_dense0_weight"].shape == (3, 10 if both else 5)


@pytest.mark.parametrize("hybridized", [False, True])
def test_states_need_no_detach_after_backward(hybridized):
    """As in programs that call `detach` and drop what it returns."""
    gradients = []
    for detached in (False, True):
        layer = filled(rnn.LSTM(2, 2, prefix="a_"), sequence())
        if hybridized:
            layer.hybridize()
        states = layer.begin_state(2)
        for _ in range(3):
            if detached:
                states = [state.detach() for state in states]
            with autograd.record():
                output, states = layer(sequence(), states)
                loss = (output**2).sum()
            loss.backward()
        gradients.append([p.grad().asnumpy() for p in layer.collect_params().values()])
    for ours, expected in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)


def test_hooks_of_layers_see_what_the_layer_returns():
    layer, seen = rnn.GRU(2, input_size=3), []
    layer.initialize()
    layer.register_forward_hook(lambda _, inputs, outputs: seen.append((len(inputs), outputs)))
    x, states = nd.ones((2, 1, 3)), nd.zeros((1, 1, 2))
    for args in ((x,), (x, states)):
        result = layer(*args)
        count, outputs = seen.pop()
        assert count == 2
        assert outputs is result
    assert [len(layer(x)), len(layer(x, states))] == [2, 2]  # steps; outputs and states


@pytest.mark.parametrize("layout", ["TNC", "NTC"])
def test_dynamic_unroll_gives_what_unroll_gives(layout):
    cell = rnn.LSTMCell(2, input_size=3)
    cell.initialize(mx.init.Uniform(1))
    x = nd.random.normal(shape=(4, 2, 3) if layout == "TNC" else (2, 4, 3))
    states = [nd.ones((2, 2)), nd.zeros((2, 2))]
    for lengths in (None, nd.array([1, 4])):
        expected, after = cell.unroll(4, x, states, layout, True, lengths)
        outputs, last = contrib.dynamic_unroll(cell, x, states, layout=layout, valid_length=lengths)
        for one, other in zip([outputs, *last], [expected, *after], strict=True):
            np.testing.assert_allclose(one.asnumpy(), other.asnumpy(), rtol=1e-6)
