"""Layers, containers and losses of Gluon: results recorded from MXNet, layouts, errors."""

import json
import pathlib

import layer_cases
import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.gluon import contrib, loss, nn

HERE = pathlib.Path(__file__).parent
RECORDED = {
    kind: json.loads((HERE / "mxnet-1.9.1" / f"{kind}.json").read_text())
    for kind in ("layers", "losses")
}


def compare(found, recorded, path):
    if isinstance(recorded, dict):
        assert found.keys() == recorded.keys(), path
        for key, value in recorded.items():
            compare(found[key], value, f"{path}, {key}")
    elif path.endswith("gradients"):
        assert len(found) == len(recorded), path
        for i, value in enumerate(recorded):
            compare(found[i], value, f"{path} of input {i}")
    elif isinstance(recorded, list) and recorded and isinstance(recorded[0], list):
        assert found[0] == recorded[0], path
        largest = max(map(abs, recorded[1]), default=0)
        close = np.testing.assert_allclose
        close(found[1], recorded[1], 2e-5, 2e-6 + 1e-5 * largest, err_msg=path)
    else:
        assert found == recorded, path


@pytest.mark.parametrize(("layer", "inputs"), layer_cases.LAYERS)
def test_layers_are_those_of_mxnet(layer, inputs):
    found = layer_cases.run(mx, layer, inputs)
    compare(found, RECORDED["layers"][f"{layer} <- {inputs}"], layer)


@pytest.mark.parametrize(("layer", "inputs"), layer_cases.LOSSES)
def test_losses_are_those_of_mxnet(layer, inputs):
    found = layer_cases.run(mx, layer, inputs)
    compare(found, RECORDED["losses"][f"{layer} <- {inputs}"], layer)


# --- convolutions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "layouts"),
    [
        (nn.Conv1D, ("NCW", "NWC")),
        (nn.Conv2D, ("NCHW", "NHWC")),
        (nn.Conv2DTranspose, ("NCHW", "NHWC")),
    ],
)
def test_channels_may_be_last(layer, layouts):
    rank = len(layouts[0]) - 2
    first, last = (layer(4, 2, groups=2, layout=layout) for layout in layouts)
    x = nd.random.normal(shape=(2, 6, *[4] * rank))
    first.initialize(mx.init.Normal(1))
    last.initialize()
    y = first(x)
    to_last = (0, *range(2, 2 + rank), 1)
    last(x.transpose(to_last))  # which infers shapes
    assert last.weight.shape == first.weight.data().transpose(to_last).shape
    last.weight.set_data(first.weight.data().transpose(to_last))
    z = last(x.transpose(to_last))
    np.testing.assert_allclose(z.asnumpy(), y.transpose(to_last).asnumpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Conv2D(2, (3, 3, 3)), AssertionError, "kernel_size .* list of 2 ints"),
        (lambda: nn.Conv2D(2, 3, (1,)), AssertionError, "strides .* list of 2 ints"),
        (lambda: nn.Conv2D(2, 3, layout="CHWN"), AssertionError, "'NCHW' and 'NHWC'"),
        (lambda: nn.Conv2D(3, 3, groups=2), MXNetError, "channels=3 .* groups=2"),
        (lambda: nn.Conv2D(4, 3, groups=2, in_channels=3), MXNetError, "in_channels=3"),
        (lambda: nn.Conv1DTranspose(2, 3, output_padding=(1, 1)), AssertionError, "output_padding"),
        (lambda: nn.MaxPool2D((3, 3, 3)), AssertionError, "pool_size .* list of 2 ints"),
        (lambda: nn.AvgPool1D(layout="NCHW"), AssertionError, "NCW and NWC .* 1D Pooling"),
        (lambda: nn.GlobalAvgPool2D("NCW"), AssertionError, "NCHW and NHWC .* 2D Pooling"),
        (lambda: nn.ReflectionPad2D((1, 1)), AssertionError, "8 ints"),
        (lambda: nn.LeakyReLU(-1), AssertionError, "no less than 0"),
        (lambda: nn.Lambda("no_such"), AssertionError, "no_such is not found in ndarray"),
        (lambda: nn.HybridLambda("no_such"), AssertionError, "no_such is not found in symbol"),
        (lambda: nn.Lambda(3), ValueError, "Unrecognized function in lambda: 3"),
        (lambda: nn.HybridLambda(3), ValueError, "Unrecognized function in lambda: 3"),
        (lambda: nn.Activation("cube")(nd.ones(2)), MXNetError, "cube"),
        (lambda: nn.HybridSequential().add(nn.Lambda("tanh")), ValueError, "HybridSequential"),
        (lambda: contrib.nn.PixelShuffle2D((1, 2, 3)), AssertionError, "2 numbers"),
        (lambda: loss.CTCLoss("NCT"), AssertionError, "layout must be 'NTC' or 'TNC'"),
        (lambda: loss.CTCLoss(label_layout="N"), AssertionError, "label_layout"),
        (lambda: loss.LogisticLoss(label_format="x"), ValueError, "signed or binary"),
        (lambda: loss.L1Loss("2")(nd.ones((1, 1)), nd.ones((1, 1))), AssertionError, "number"),
    ],
)
def test_bad_arguments_are_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


# --- training and prediction ----------------------------------------------------------------------


def test_dropout_scales_what_it_keeps_and_shares_numbers_along_axes():
    x = nd.ones((40, 30))
    with autograd.train_mode():
        y = nn.Dropout(0.5)(x).asnumpy()
        z = nn.Dropout(0.5, axes=(1,))(x).asnumpy()
    assert {*y.ravel().tolist()} == {0, 2}
    assert 0.4 < y.mean() / 2 < 0.6
    assert (z == z[:, :1]).all() and {*z[:, 0].tolist()} == {0, 2}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_batch_norm_stays_float32_in_networks_of_narrow_dtypes(dtype):
    block = nn.BatchNorm(in_channels=2)
    block.initialize()
    block.cast(dtype)
    assert [p.data().dtype for p in block.collect_params().values()] == [np.float32] * 4
    block.cast("float64")
    assert [p.data().dtype for p in block.collect_params().values()] == [np.float64] * 4


def test_gradients_of_embeddings_may_be_row_sparse():
    block = nn.Embedding(5, 2, sparse_grad=True)
    block.initialize()
    with autograd.record():
        y = block(nd.array([3, 1, 3]))
    y.backward()
    grad = block.weight.grad()
    assert grad.stype == "row_sparse"
    assert grad.indices.asnumpy().tolist() == [1, 3]
    assert grad.data.asnumpy().tolist() == [[1, 1], [2, 2]]


def test_sparse_embeddings_learn_the_rows_in_use():
    block = contrib.nn.SparseEmbedding(5, 2)
    block.initialize(mx.init.One())
    x = nd.array([3, 1, 3])
    with pytest.raises(RuntimeError, match="no Trainer is created"):
        block(x)
    trainer = mx.gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 0.5})
    with autograd.record():
        y = block(x)
    y.backward()
    assert block.weight.row_sparse_data(x).indices.asnumpy().tolist() == [1, 3]
    assert block.weight.grad().data.asnumpy().tolist() == [[1, 1], [2, 2]]
    trainer.step(1)
    rows = block.weight.row_sparse_data(nd.arange(5)).asnumpy()
    assert rows[:, 0].tolist() == [1, 0.5, 1, 0, 1]


# --- containers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("container", [nn.Sequential, nn.HybridSequential])
def test_containers_are_lists_of_layers(container):
    net = container(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(2), nn.Dense(3), nn.Dropout(0.5))
    assert len(net) == 3
    assert [layer.name for layer in net] == ["net_dense0", "net_dense1", "net_dropout0"]
    assert net[-1] is net[2]
    part = net[:2]
    assert type(part) is container and part.prefix == "net_"
    assert [*part] == [net[0], net[1]]
    with pytest.raises(IndexError):
        net[3]


def test_empty_containers_return_their_input():
    x = nd.ones(2)
    assert nn.Sequential()(x) is x
    assert nn.HybridSequential()(x) is x


def test_sequential_advises_hybrid_sequential():
    net = nn.Sequential()
    net.add(nn.Dense(2), nn.Dense(3))
    with pytest.warns(UserWarning, match="Consider using HybridSequential"):
        net.hybridize()
    net.add(nn.Lambda("tanh"))
    net.hybridize()
    assert net[0]._active and net[1]._active


def test_slices_of_containers_share_parameters():
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), nn.Dense(3, in_units=2))
    net.initialize()
    assert net[:1].collect_params()[net[0].weight.name] is net[0].weight
    assert (net(nd.ones((1, 2))) == net[1:](net[:1](nd.ones((1, 2))))).asnumpy().all()
