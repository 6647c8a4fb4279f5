"""Recurrent networks of symbols, as recorded from MXNet."""

import json

import pytest
from record_symbol_rnn import CELLS, CONVOLUTIONAL, RECORDED, flat, graph, sentences, values

import ndgrad as mx
from ndgrad import nd

RECORDS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("name", CELLS)
def test_graphs_are_those_of_mxnet(name):
    assert graph(mx, name) == RECORDS[name]["graph"]


@pytest.mark.parametrize("name", ["lstm", "fused-lstm", "both", "residual", "dropout"])
def test_graphs_with_time_first_are_those_of_mxnet(name):
    merged = graph(mx, name, merge_outputs=True, layout="TNC")
    assert merged == RECORDS[name]["merged"]


@pytest.mark.parametrize("name", [*CELLS, *CONVOLUTIONAL])
def test_values_and_weights_are_those_of_mxnet(name):
    (got, parts, same), (expected, expected_parts, _) = values(mx, name), RECORDS[name]["values"]
    assert flat(got) == pytest.approx(flat(expected), rel=1e-5, abs=1e-6)
    assert list(parts) == list(expected_parts) and same
    for key, (shape, total) in expected_parts.items():
        assert parts[key] == [shape, pytest.approx(total, abs=1e-5)]


@pytest.mark.filterwarnings("ignore")
def test_sentences_are_those_of_mxnet():
    assert json.loads(json.dumps(sentences(mx))) == RECORDS["sentences"]


def test_a_network_and_its_cells_have_the_same_values():
    fused = mx.rnn.FusedRNNCell(3, 2, "gru", prefix="f_")
    unfused = fused.unfuse()
    data = mx.sym.var("data")
    whole, _ = fused.unroll(2, data, merge_outputs=True)
    steps, _ = unfused.unroll(2, data, merge_outputs=True)
    shapes, _, _ = whole.infer_shape(data=(2, 2, 4))
    args = {
        name: nd.random.uniform(-1, 1, shape)
        for name, shape in zip(whole.list_arguments(), shapes, strict=True)
    }
    (expected,) = whole.eval(**args)
    (got,) = steps.eval(**unfused.pack_weights(fused.unpack_weights(args)))
    assert got.asnumpy().ravel().tolist() == pytest.approx(expected.asnumpy().ravel(), abs=1e-6)


def test_zoneout_keeps_old_states_in_training_alone():
    data = mx.sym.var("data")
    outputs, _ = mx.rnn.ZoneoutCell(mx.rnn.RNNCell(3), 0.5, 0.5).unroll(2, data)
    module = mx.mod.Module(mx.sym.Group(outputs), label_names=None)
    module.bind([("data", (2, 2, 4))])
    module.init_params(mx.init.One())
    batch = mx.io.DataBatch([nd.ones((2, 2, 4)) / 8])
    module.forward(batch, is_train=False)
    assert (module.get_outputs()[0].asnumpy() != 0).all()
    zeros = 0
    for _ in range(5):
        module.forward(batch, is_train=True)
        zeros += (module.get_outputs()[0].asnumpy() == 0).sum()
    assert 0 < zeros < 30


def test_checkpoints_have_an_array_for_each_gate(tmp_path):
    cells = mx.rnn.LSTMCell(2, prefix="l_")
    outputs = mx.sym.Group(cells.unroll(2, mx.sym.var("data"))[0])
    shapes, _, _ = outputs.infer_shape(data=(1, 2, 3))
    names = [name for name in outputs.list_arguments() if name != "data"]
    args = {
        name: nd.random.uniform(-1, 1, shape)
        for name, shape in zip(outputs.list_arguments(), shapes, strict=True)
        if name in names
    }
    prefix = str(tmp_path / "m")
    mx.rnn.do_rnn_checkpoint([cells], prefix)(0, outputs, args, {})
    assert "arg:l_i2h_f_bias" in nd.load(f"{prefix}-0001.params")
    symbol, loaded, _ = mx.rnn.load_rnn_checkpoint(cells, prefix, 1)
    assert symbol.list_arguments() == outputs.list_arguments()
    assert {name: x.asnumpy().tolist() for name, x in loaded.items()} == {
        name: x.asnumpy().tolist() for name, x in args.items()
    }


def test_parameters_that_are_shared():
    params = mx.rnn.RNNParams("shared_")
    first, second = (mx.rnn.RNNCell(3, prefix=p, params=params) for p in ("a_", "b_"))
    assert first.params.get("i2h_weight") is second.params.get("i2h_weight")
    stack = mx.rnn.SequentialRNNCell(params=mx.rnn.RNNParams("z_"))
    with pytest.raises(AssertionError, match="Either specify params for SequentialRNNCell or"):
        stack.add(first)


def test_errors():
    fused = mx.rnn.FusedRNNCell(3)
    with pytest.raises(NotImplementedError, match="FusedRNNCell cannot be stepped"):
        fused(mx.sym.var("x"), [])
    with pytest.raises(AssertionError, match="FusedRNNCell doesn't support zoneout"):
        mx.rnn.ZoneoutCell(fused)
    with pytest.raises(ValueError, match="mode='x'; expected one of"):
        mx.rnn.FusedRNNCell(3, mode="x")
    inner = mx.rnn.RNNCell(3)
    mx.rnn.ResidualCell(inner)
    with pytest.raises(AssertionError, match="RNNCell is inside of a modifier cell"):
        inner.begin_state()
    with pytest.raises(AssertionError, match="inputs is None; expected a symbol"):
        mx.rnn.GRUCell(3).unroll(2, None)
    with pytest.raises(AssertionError, match="length=2, but there are 1 inputs"):
        mx.rnn.GRUCell(3).unroll(2, [mx.sym.var("x")])
    with pytest.raises(AssertionError, match="Unknown token b"):
        mx.rnn.encode_sentences([["a", "b"]], vocab={"a": 1})
    with pytest.raises(ValueError, match="Invalid layout XY"):
        mx.rnn.BucketSentenceIter([[1, 2]], 1, [2], layout="XY")
    with pytest.raises(ValueError, match="no length occurs 3 times; pass buckets"):
        mx.rnn.BucketSentenceIter([[1, 2]], 3)
    with pytest.raises(ValueError, match=r"no sentence fits a bucket of \[1\]"):
        mx.rnn.BucketSentenceIter([[1, 2]], 1, [1])


def test_a_class_of_users_gives_its_own_labels():
    class Same(mx.rnn.BucketSentenceIter):
        def reset(self):
            super().reset()
            self.ndlabel = self.nddata

    (batch,) = Same([[1, 2]], 1, [2], layout="NTC")
    assert batch.label[0].asnumpy().tolist() == [[1, 2]]


def test_convolutional_cells():
    cell = mx.rnn.ConvLSTMCell((4, 6, 5, 2), 3, conv_layout="NHWC", h2h_dilate=(2, 2))
    assert cell.state_info == [{"shape": (0, 6, 5, 3), "__layout__": "NHWC"}] * 2
    outputs, _ = cell.unroll(2, mx.sym.var("data"))
    _, shapes, _ = mx.sym.Group(outputs).infer_shape(data=(4, 2, 6, 5, 2))
    assert shapes == [(4, 6, 5, 3)] * 2
    with pytest.raises(AssertionError, match="Only support odd number, get h2h_kernel= "):
        mx.rnn.ConvRNNCell((4, 2, 6, 5), 3, h2h_kernel=(2, 3))


def test_words_that_a_vocabulary_does_not_have():
    coded, vocab = mx.rnn.encode_sentences([["a", "b"]], vocab={"a": 1}, unknown_token="?")
    assert (coded, vocab) == ([[1, 2]], {"a": 1, "?": 2})
