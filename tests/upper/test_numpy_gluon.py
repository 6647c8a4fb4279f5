"""Gluon with the switch for arrays like NumPy's: it makes, trains and reads such arrays."""

from __future__ import annotations

import numpy as onp
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, np, npx
from ndgrad.gluon import nn, rnn


@pytest.fixture(autouse=True)
def switch():
    npx.set_np()
    yield
    npx.reset_np()


def filled(net):
    """The same weights as in the recording: a ramp in each parameter, in the order of names."""
    for param in net.collect_params().values():
        n = int(onp.prod(param.shape))
        param.set_data(np.array(onp.linspace(-0.3, 0.5, n, dtype="float32").reshape(param.shape)))


class Net(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.hidden, self.output = nn.Dense(4), nn.Dense(2)
        self.scale = self.params.get("scale", shape=(1,), init=mx.init.Constant(2))

    def hybrid_forward(self, F, x, scale):
        h = F.npx.relu(self.hidden(x))
        h = F.np.concatenate([h, F.np.tanh(h)], axis=1) * scale
        return F.npx.softmax(self.output(h)), F.np.sum(h, axis=1)


def test_a_network_eager_and_hybridized():
    net = Net()
    net.initialize()
    x = np.arange(6).reshape(2, 3) / 3
    assert net.hidden.weight.shape == (4, -1)
    net(x)
    filled(net)
    results = []
    for hybridized in (False, True):
        net.hybridize(hybridized)
        with autograd.record():
            probabilities, sums = net(x)
            loss = sums.sum() + (probabilities**2).mean()
        loss.backward()
        results.append([probabilities, sums, loss, net.scale.grad(), net.hidden.weight.grad()])
    for eager, compiled in zip(*results, strict=True):
        assert type(eager) is type(compiled) is np.ndarray
        onp.testing.assert_allclose(eager.asnumpy(), compiled.asnumpy(), rtol=1e-5)
    assert loss.shape == ()
    assert type(net.hidden.weight.data()) is type(net.hidden.weight.list_grad()[0]) is np.ndarray


def test_training_from_a_loader():
    x = onp.linspace(-1, 1, 24, dtype="float32").reshape(12, 2)
    data = gluon.data.ArrayDataset(np.array(x), (x[:, 0] > 0).astype("int32"))
    net = nn.Dense(2)
    net.initialize(mx.init.Constant(0.1))
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1})
    metric = mx.metric.Accuracy()
    for _ in range(4):
        metric.reset()
        for features, label in gluon.data.DataLoader(data, 4):
            assert type(features) is type(label) is np.ndarray
            assert label.dtype == "int32"
            with autograd.record():
                scores = net(features)
                loss = gluon.loss.SoftmaxCrossEntropyLoss()(scores, label)
            loss.backward()
            trainer.step(4)
            metric.update([label], [scores])
            assert type(loss) is np.ndarray
    assert metric.get()[1] == 1
    assert ((net(np.array(x)).argmax(axis=1) == (x[:, 0] > 0)).mean()) == 1


def test_recurrent_layers_and_states():
    layer = rnn.GRU(3)
    layer.initialize()
    state = layer.begin_state(batch_size=2)
    inputs = npx.one_hot(np.array([[0, 1], [1, 2]]).T, 4)
    outputs, states = layer(inputs, state)
    assert type(state[0]) is type(states[0]) is type(outputs) is np.ndarray
    assert type(rnn.LSTMCell(3).begin_state(2)[0]) is np.ndarray


def test_files(tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    file = str(tmp_path / "net.params")
    net.save_parameters(file)
    other = nn.Dense(2, in_units=3)
    other.load_parameters(file)
    assert type(other.weight.data()) is np.ndarray
    assert (other.weight.data() == net.weight.data()).all()
    npx.save(file, {"x": np.ones(2)})
    assert type(npx.load(file)["x"]) is np.ndarray
    assert type(mx.nd.load(file)["x"]) is mx.nd.NDArray


def test_data_of_images():
    to_tensor = gluon.data.vision.transforms.ToTensor()
    images = onp.full((4, 2, 3, 1), 51, "uint8")
    data = gluon.data.ArrayDataset(np.array(images), [1, 2, 3, 4]).transform_first(to_tensor)
    for workers in (0, 2):
        loader = gluon.data.DataLoader(data, 2, num_workers=workers, thread_pool=True)
        for x, y in loader:
            assert type(x) is type(y) is np.ndarray
            assert x.shape == (2, 1, 2, 3)
            assert x.mean() == onp.float32(0.2)
    parts = gluon.utils.split_and_load(onp.arange(4.0), [mx.cpu(0)])
    assert type(parts[0]) is np.ndarray
