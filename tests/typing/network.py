"""A network of Gluon and its training, as type checkers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, assert_type

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

if TYPE_CHECKING:
    from ndgrad.typing import BlockArguments, Operators, Tensor


class Residual(gluon.HybridBlock):
    def __init__(self, channels: int, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.body = nn.HybridSequential()
            self.body.add(nn.Conv2D(channels, kernel_size=3, padding=1), nn.BatchNorm())
            self.scale = self.params.get("scale", shape=(1,), init="ones")

    def hybrid_forward(self, F: Operators, x: Tensor, scale: Tensor) -> Tensor:
        y: Tensor = F.relu(F.broadcast_mul(self.body(x), scale) + x)
        return y


def build() -> nn.HybridSequential:
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(
            nn.Conv2D(8, kernel_size=(3, 3), activation="relu"),
            Residual(8),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Flatten(),
            nn.Dense(10),
        )
    net.initialize(mx.init.Xavier(magnitude=2.24), ctx=mx.cpu())
    net.hybridize()
    return net


def train(epochs: int) -> float:
    net = build()
    transform = gluon.data.vision.transforms.ToTensor()
    images = gluon.data.vision.MNIST(train=True).transform_first(transform)
    loader = gluon.data.DataLoader(images, batch_size=64, shuffle=True, num_workers=0)
    schedule = mx.lr_scheduler.FactorScheduler(step=100, factor=0.9)
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.1, "lr_scheduler": schedule}
    )
    loss_function = gluon.loss.SoftmaxCrossEntropyLoss()
    accuracy = mx.metric.Accuracy()
    for _ in range(epochs):
        accuracy.reset()
        for data, label in loader:
            with autograd.record():
                scores = net(data)
                loss = loss_function(scores, label)
            loss.backward()
            trainer.step(batch_size=data.shape[0])
            accuracy.update([label], [scores])
    net.save_parameters("net.params")
    net.export("net", epoch=0)
    assert_type(net[0], Any)
    assert_type(trainer.learning_rate, float)
    weight = net.collect_params()["net_dense0_weight"].data()
    return float(weight.norm().asscalar()) + nd.mean(weight).item()


def further_parts() -> None:
    assert_type(mx.init.Xavier(), mx.initializer.Xavier)
    assert_type(mx.optimizer.Adam(learning_rate=0.1), mx.optimizer.Adam)
    assert_type(mx.metric.Accuracy(), mx.metric.Accuracy)
    gluon.rnn.LSTM(16, num_layers=2).initialize()
    gluon.model_zoo.vision.resnet18_v1(classes=10).initialize()
    mx.kv.create("local")


def calls() -> None:
    x, labels, s = nd.ones((2, 3)), nd.array([0, 1]), mx.sym.var("x")
    scores = nn.Dense(10)(x)
    assert_type(scores, nd.NDArray)
    assert_type(nn.Dense(10)(s), mx.sym.Symbol)
    images: mx.np.ndarray = mx.np.ones((2, 3, 8, 8))
    assert_type(nn.Conv2D(8, 3, activation="relu")(images), mx.np.ndarray)
    loss = gluon.loss.SoftmaxCELoss()(scores, labels)
    assert_type(loss, nd.NDArray)
    assert_type(gluon.loss.CTCLoss()(x, labels, None, labels), nd.NDArray)
    net = build()
    assert_type(net(x), nd.NDArray)
    assert_type(net[1:], nn.HybridSequential)
    net[0].weight.set_data(net[-1].weight.data() * 2)
    assert_type(gluon.model_zoo.vision.get_model("resnet18_v1", classes=10)(x), nd.NDArray)
    gluon.model_zoo.vision.vgg11(pretrained=False, batch_norm=True).features[:3](x)
    y, attention = Attention(units=4)(x, labels)
    print(y.shape, attention.shape, Masked()(scores, labels, x), Residual(3, prefix="r_")(x).shape)


def sequences() -> None:
    x, s = nd.ones((5, 2, 3)), mx.sym.var("x")
    layer = gluon.rnn.LSTM(16, num_layers=2, use_sequence_length=True)
    assert_type(layer(x), nd.NDArray)
    output, states = layer(x, layer.begin_state(batch_size=2, ctx=mx.cpu()))
    assert_type(output, nd.NDArray)
    assert_type(states, list[nd.NDArray])
    cell = gluon.rnn.HybridSequentialRNNCell()
    cell.add(gluon.rnn.ResidualCell(gluon.rnn.GRUCell(3, input_size=3)))
    output, states = cell(x[0], cell.begin_state(2))
    assert_type(output, nd.NDArray)
    outputs, _ = cell.unroll(5, x, layout="TNC", merge_outputs=True, valid_length=nd.ones((2,)))
    print(outputs.shape, cell[0].base_cell)
    symbols, _ = cell.unroll(5, [s] * 5, cell.begin_state(func=mx.sym.zeros), merge_outputs=False)
    print(mx.sym.Group(symbols).list_outputs())


class Gated(gluon.rnn.HybridRecurrentCell):
    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        return [{"shape": (batch_size, 4), "__layout__": "NC"}]

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        output: Tensor = F.tanh(inputs) * states[0]
        return output, [output]


class Attention(nn.Dense):
    def forward(self, x: nd.NDArray, mask: nd.NDArray) -> tuple[nd.NDArray, nd.NDArray]:
        return x * mask, mask


class Masked(gluon.loss.SoftmaxCrossEntropyLoss):
    def forward(self, pred: nd.NDArray, label: nd.NDArray, valid: nd.NDArray) -> nd.NDArray:
        loss: nd.NDArray = super().forward(pred, label, nd.ones_like(valid))
        return loss.mean(axis=1)


class Twice(gluon.Block):
    def __init__(self, inner: gluon.Block) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: nd.NDArray, mask: nd.NDArray | None = None) -> nd.NDArray:
        y: nd.NDArray = self.inner(self.inner(x))
        return y if mask is None else y * mask


class Weighted(gluon.HybridBlock):
    def hybrid_forward(self, F: Any, x: nd.NDArray, weight: nd.NDArray) -> nd.NDArray:
        y: nd.NDArray = F.broadcast_mul(x, weight)
        return y


class Scaled(gluon.HybridBlock):
    def forward(self, x: nd.NDArray, *args: float) -> nd.NDArray:
        return x * args[0]


class Error(mx.metric.EvalMetric):
    def update(self, labels: list[nd.NDArray], preds: list[nd.NDArray]) -> None:
        for label, pred in zip(labels, preds, strict=True):
            self.sum_metric += nd.abs(label - pred).sum().asscalar()
            self.num_inst += label.size


@mx.init.register
class Half(mx.init.Initializer):
    def _init_weight(self, name: str, arr: nd.NDArray) -> None:
        arr[:] = 0.5


@mx.optimizer.register
class Sign(mx.optimizer.Optimizer):
    def create_state(self, index: int | str, weight: nd.NDArray) -> None:
        return None

    def update(self, index: Any, weight: nd.NDArray, grad: nd.NDArray, state: None) -> None:
        weight -= self._get_lr(index) * grad.sign()
