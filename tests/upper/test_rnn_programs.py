"""Programs with recurrent networks as users write them: they learn, and their files are read."""

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn, rnn


@pytest.fixture(autouse=True)
def _seed():
    mx.random.seed(0)


def detach(states):
    return [detach(s) for s in states] if isinstance(states, (list, tuple)) else states.detach()


class WordModel(gluon.Block):
    """A language model whose input and output layers share their weight."""

    def __init__(self, words, units, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.drop = nn.Dropout(0.1)
            self.encoder = nn.Embedding(words, units, weight_initializer=mx.init.Uniform(0.1))
            self.rnn = rnn.LSTM(units, 2, dropout=0.1, input_size=units)
            self.decoder = nn.Dense(words, in_units=units, params=self.encoder.params)
        self.units = units

    def forward(self, inputs, states):
        output, states = self.rnn(self.drop(self.encoder(inputs)), states)
        return self.decoder(self.drop(output).reshape((-1, self.units))), states

    def begin_state(self, *args, **kwargs):
        return self.rnn.begin_state(*args, **kwargs)


def test_word_language_model(tmp_path):
    model = WordModel(8, 16)
    model.collect_params().initialize(mx.init.Xavier(), ctx=mx.cpu())
    assert "encoder.weight" in model._collect_params_with_prefix()
    trainer = gluon.Trainer(model.collect_params(), "adam", {"learning_rate": 0.02})
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    text = nd.array(np.arange(160) % 8).reshape((4, 40)).T
    losses = []
    for _ in range(4):
        states = model.begin_state(func=nd.zeros, batch_size=4, ctx=mx.cpu())
        for start in range(0, 35, 5):
            states = detach(states)
            with autograd.record():
                output, states = model(text[start : start + 5], states)
                loss = cross_entropy(output, text[start + 1 : start + 6].reshape((-1,)))
                loss.backward()
            gradients = [p.grad(mx.cpu()) for p in model.collect_params().values()]
            gluon.utils.clip_global_norm(gradients, 4 * 5)
            trainer.step(4 * 5)
            losses.append(loss.mean().asscalar())
    assert losses[-1] < 0.5 * losses[0]
    model.save_parameters(str(tmp_path / "words.params"))
    other = WordModel(8, 16)
    other.load_parameters(str(tmp_path / "words.params"), ctx=mx.cpu())
    states = model.begin_state(4)
    assert (other(text[:5], states)[0] == model(text[:5], states)[0]).asnumpy().all()


class Encoder(gluon.Block):
    def __init__(self, words, units, **kwargs):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(words, units)
        self.rnn = rnn.GRU(units)

    def forward(self, inputs, states):
        return self.rnn(self.embedding(inputs).swapaxes(0, 1), states)


class Decoder(gluon.Block):
    """A cell that reads a word and what it attends to of the encoder's outputs."""

    def __init__(self, words, units, **kwargs):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(words, units)
        self.attention = nn.Sequential()
        self.attention.add(
            nn.Dense(units, activation="tanh", use_bias=False, flatten=False),
            nn.Dense(1, use_bias=False, flatten=False),
        )
        self.cell = rnn.GRUCell(units)
        self.scores = nn.Dense(words)

    def forward(self, word, states, memory):
        query = nd.broadcast_axis(states[0].expand_dims(0), axis=0, size=memory.shape[0])
        weights = nd.softmax(self.attention(nd.concat(memory, query, dim=2)), axis=0)
        context = (weights * memory).sum(axis=0)
        output, states = self.cell(nd.concat(self.embedding(word), context, dim=1), states)
        return self.scores(output), states


def test_encoder_and_decoder_with_attention():
    networks = Encoder(6, 16), Decoder(6, 16)
    trainers = []
    for net in networks:
        net.initialize(mx.init.Xavier())
        trainers.append(gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02}))
    encoder, decoder = networks
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    draw, losses = np.random.default_rng(0), []
    for _ in range(60):
        source = nd.array(draw.integers(2, 6, (16, 3)))
        target = source[:, ::-1]
        loss = nd.array([0])
        with autograd.record():
            memory, (state,) = encoder(source, encoder.rnn.begin_state(batch_size=16))
            word, states = nd.array([1] * 16), [state[0]]
            for right in target.T:
                output, states = decoder(word, states, memory)
                loss = loss + cross_entropy(output, right).sum()
                word = right
        loss.backward()
        for trainer in trainers:
            trainer.step(16)
        losses.append(loss.asscalar())
    assert np.mean(losses[-10:]) < 0.7 * losses[0]


class Tagger(gluon.HybridBlock):
    """Cells, unrolled inside of `hybrid_forward`."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.cells = rnn.HybridSequentialRNNCell()
            with self.cells.name_scope():
                self.cells.add(
                    rnn.BidirectionalCell(rnn.RNNCell(2, prefix="l_"), rnn.RNNCell(2, prefix="r_"))
                )
                self.cells.add(rnn.ResidualCell(rnn.RNNCell(4)))
            self.tags = nn.Dense(2, flatten=False)

    def hybrid_forward(self, F, x, lengths):
        output, _ = self.cells.unroll(2, x, merge_outputs=True, valid_length=lengths)
        return self.tags(output)


def test_cells_inside_a_network(tmp_path):
    net = Tagger(prefix="t_")
    net.initialize(mx.init.Xavier())
    x, lengths = nd.random.normal(shape=(2, 2, 3)), nd.array([1, 2])
    results = []
    for hybridized in (False, True):
        net.hybridize(hybridized)
        with autograd.record():
            y = net(x, lengths)
        y.backward()
        results.append([y, *[p.grad().copy() for p in net.collect_params().values()]])
    for eager, compiled in zip(*results, strict=True):
        np.testing.assert_allclose(eager.asnumpy(), compiled.asnumpy(), rtol=1e-5, atol=1e-6)
    net.export(str(tmp_path / "tagger"))
    files = [str(tmp_path / f"tagger-{end}") for end in ("symbol.json", "0000.params")]
    read = gluon.SymbolBlock.imports(files[0], ["data0", "data1"], files[1])
    np.testing.assert_allclose(read(x, lengths).asnumpy(), y.asnumpy(), rtol=1e-5, atol=1e-6)


def test_a_layer_inside_a_network_is_exported(tmp_path):
    net = nn.HybridSequential(prefix="n_")
    with net.name_scope():
        net.add(nn.Embedding(9, 4), rnn.LSTM(3, layout="NTC", bidirectional=True), nn.Dense(2))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    x = nd.array([[1, 2, 3], [4, 5, 8]])
    y = net(x)
    net.export(str(tmp_path / "net"))
    files = [str(tmp_path / f"net-{end}") for end in ("symbol.json", "0000.params")]
    read = gluon.SymbolBlock.imports(files[0], ["data"], files[1])
    np.testing.assert_allclose(read(x).asnumpy(), y.asnumpy(), rtol=1e-5, atol=1e-6)


def test_a_cell_of_ones_own():
    class Cell(rnn.HybridRecurrentCell):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            with self.name_scope():
                self.dense = nn.Dense(units, activation="tanh")

        def state_info(self, batch_size=0):
            return [{"shape": (batch_size, self.units), "__layout__": "NC"}]

        def hybrid_forward(self, F, x, states):
            output = self.dense(F.concat(x, states[0], dim=1))
            return output, [output]

    cell = Cell(3)
    cell.initialize()
    x = nd.random.normal(shape=(2, 4, 5))
    results = []
    for hybridized in (False, True):
        cell.hybridize(hybridized)
        results.append(cell.unroll(4, x, merge_outputs=True)[0].asnumpy())
    np.testing.assert_allclose(*results, rtol=1e-6)
    looped, _ = nd.contrib.foreach(
        lambda step, states: cell(step, states), x.swapaxes(0, 1), cell.begin_state(2)
    )
    np.testing.assert_allclose(looped.swapaxes(0, 1).asnumpy(), results[0], rtol=1e-6)
