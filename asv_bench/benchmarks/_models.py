"""Steps of training of whole networks with their optimizers: Gluon beside PyTorch.

A network is written with the layers of either library, and for JAX in `jax_networks`; MXNet and
ndgrad share the text.  ``ndgrad`` and ``mxnet`` are hybridized, ``ndgrad-eager`` is not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ._base import Case, Run, Target, integers, uniform
from ._programs import torch_compiler

Network = Callable[..., Any]


class Step(Case):
    """One step: forward, loss, backward, and the optimizer's update of all parameters.

    Parameters
    ----------
    name : str
    inputs : callable
        Makes NumPy arrays: what the network takes, then the labels.
    networks : dict
        ``mx``: module -> block whose output is the loss; ``torch`` likewise.
    jax_network : callable, optional
        From the module `jax_networks` to one of its networks.
    optimizer : str
        ``sgd`` with momentum 0.9, or ``adam``.
    """

    target = Target(0.9, ("torch", "torch-compile", "jax", "mxnet"))
    eager_target = Target(1.0)
    comparable = False

    def __init__(
        self,
        name: str,
        inputs: Callable[[], tuple[Any, ...]],
        networks: dict[str, Network],
        optimizer: str = "sgd",
        jax_network: Callable[[Any], Any] | None = None,
    ) -> None:
        self.name = name
        self.jax_network = jax_network
        self.inputs = inputs
        self.networks = networks
        self.optimizer = optimizer

    def mx(self, mx: Any, hybridized: bool = True) -> Run:
        arrays = [mx.nd.array(a) for a in self.inputs()]
        net = self.networks["mx"](mx)
        net.initialize(mx.init.Xavier())
        if hybridized:
            net.hybridize(static_alloc=True, static_shape=True)
        settings = {"learning_rate": 1e-3}
        if self.optimizer == "sgd":
            settings["momentum"] = 0.9
        trainer = mx.gluon.Trainer(net.collect_params(), self.optimizer, settings)
        record, size = mx.autograd.record, arrays[0].shape[0]

        def run() -> Any:
            with record():
                loss = net(*arrays)
            loss.backward()
            trainer.step(size)
            return loss

        return run

    def ndgrad(self) -> Run:
        return self.mx(_ndgrad())

    def ndgrad_eager(self) -> Run:
        return self.mx(_ndgrad(), hybridized=False)

    def torch(self, compiler: Callable[[Any], Any] = lambda net: net) -> Run:
        import torch

        arrays = [torch.from_numpy(a) for a in self.inputs()]
        net = self.networks["torch"](torch)
        parameters = [*net.parameters()]
        if self.optimizer == "sgd":
            optimizer: Any = torch.optim.SGD(parameters, lr=1e-3, momentum=0.9)
        else:
            optimizer = torch.optim.Adam(parameters, lr=1e-3)
        forward = compiler(net)

        def run() -> Any:
            optimizer.zero_grad()
            loss = forward(*arrays)
            loss.mean().backward()
            optimizer.step()
            return loss

        return run

    def torch_compile(self) -> Run:
        return self.torch(torch_compiler)

    def jax(self) -> Run:
        if self.jax_network is None:
            raise NotImplementedError(f"{self.name} is not written for jax")
        import jax_networks

        network = self.jax_network(jax_networks)
        return self.jax_run(jax_networks, network)

    def jax_run(self, networks: Any, network: Any) -> Run:
        run: Run = networks.training(network, self.optimizer, self.inputs())
        return run


class Inference(Step):
    """Forward alone, in prediction mode."""

    def mx(self, mx: Any, hybridized: bool = True) -> Run:
        arrays = [mx.nd.array(a) for a in self.inputs()]
        net = self.networks["mx"](mx)
        net.initialize(mx.init.Xavier())
        if hybridized:
            net.hybridize(static_alloc=True, static_shape=True)
        return lambda: net(*arrays)

    def torch(self, compiler: Callable[[Any], Any] = lambda net: net) -> Run:
        import torch

        arrays = [torch.from_numpy(a) for a in self.inputs()]
        forward = compiler(self.networks["torch"](torch).eval())

        def run() -> Any:
            with torch.no_grad():
                return forward(*arrays)

        return run

    def jax_run(self, networks: Any, network: Any) -> Run:
        run: Run = networks.inference(network, self.inputs())
        return run


def _ndgrad() -> Any:
    mx = importlib.import_module("ndgrad")
    try:
        importlib.import_module("ndgrad.gluon")
    except ImportError:
        raise NotImplementedError("this ndgrad has no gluon") from None
    return mx


# --- a classifier: a network and its cross-entropy ------------------------------------------------


def _mx_classifier(layers: Callable[[Any], Any]) -> Network:
    def network(mx: Any) -> Any:
        class Classifier(mx.gluon.HybridBlock):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.net = layers(mx.gluon)
                self.loss = mx.gluon.loss.SoftmaxCrossEntropyLoss()

            def hybrid_forward(self, F: Any, x: Any, label: Any) -> Any:
                return self.loss(self.net(x), label)

        return Classifier()

    return network


def _torch_classifier(layers: Callable[[Any], Any]) -> Network:
    def network(torch: Any) -> Any:
        class Classifier(torch.nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.net = layers(torch.nn)

            def forward(self, x: Any, label: Any) -> Any:
                return torch.nn.functional.cross_entropy(self.net(x), label, reduction="none")

        return Classifier()

    return network


def _classifier(mx: Callable[[Any], Any], torch: Callable[[Any], Any]) -> dict[str, Network]:
    return {"mx": _mx_classifier(mx), "torch": _torch_classifier(torch)}


def _mx_sequence(nn: Any, *layers: Any) -> Any:
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def _mx_mlp(gluon: Any) -> Any:
    nn = gluon.nn
    return _mx_sequence(
        nn, nn.Dense(256, activation="relu"), nn.Dense(128, activation="relu"), nn.Dense(10)
    )


def _mx_lenet(gluon: Any) -> Any:
    nn = gluon.nn
    return _mx_sequence(
        nn,
        nn.Conv2D(20, 5, activation="tanh"),
        nn.MaxPool2D(2, 2),
        nn.Conv2D(50, 5, activation="tanh"),
        nn.MaxPool2D(2, 2),
        nn.Flatten(),
        nn.Dense(500, activation="tanh"),
        nn.Dense(10),
    )


MLP = _classifier(
    _mx_mlp,
    lambda nn: nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    ),
)

LENET = _classifier(
    _mx_lenet,
    lambda nn: nn.Sequential(
        nn.Conv2d(1, 20, 5),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 500),
        nn.Tanh(),
        nn.Linear(500, 10),
    ),
)


# --- ResNet-18 with a 3x3 stem, for images of 32x32 -----------------------------------------------

_STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
"""Channels and first stride of each pair of blocks."""


def _mx_resnet(gluon: Any) -> Any:
    nn = gluon.nn

    class Basic(gluon.HybridBlock):  # type: ignore[misc, name-defined]
        def __init__(self, channels: int, stride: int, project: bool) -> None:
            super().__init__()
            self.body = _mx_sequence(
                nn,
                nn.Conv2D(channels, 3, stride, 1, use_bias=False),
                nn.BatchNorm(),
                nn.Activation("relu"),
                nn.Conv2D(channels, 3, 1, 1, use_bias=False),
                nn.BatchNorm(),
            )
            self.side = None
            if project:
                self.side = _mx_sequence(
                    nn, nn.Conv2D(channels, 1, stride, use_bias=False), nn.BatchNorm()
                )

        def hybrid_forward(self, F: Any, x: Any) -> Any:
            side = x if self.side is None else self.side(x)
            return F.relu(self.body(x) + side)

    stem = [nn.Conv2D(64, 3, 1, 1, use_bias=False), nn.BatchNorm(), nn.Activation("relu")]
    blocks, before = [], 64
    for channels, stride in _STAGES:
        blocks.append(Basic(channels, stride, channels != before))
        blocks.append(Basic(channels, 1, False))
        before = channels
    return _mx_sequence(nn, *stem, *blocks, nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(10))


def _torch_resnet(nn: Any) -> Any:
    class Basic(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, before: int, channels: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(before, channels, 3, stride, 1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
                nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
                nn.BatchNorm2d(channels),
            )
            self.side: Any = nn.Identity()
            if before != channels:
                self.side = nn.Sequential(
                    nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
                )
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.relu(self.body(x) + self.side(x))

    layers: list[Any] = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    before = 64
    for channels, stride in _STAGES:
        layers += [Basic(before, channels, stride), Basic(channels, channels, 1)]
        before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


RESNET = _classifier(_mx_resnet, _torch_resnet)

# --- depthwise-separable convolutions -------------------------------------------------------------

_WIDTHS = (32, 64, 128, 128)


def _mx_separable(gluon: Any) -> Any:
    nn = gluon.nn
    layers = [nn.Conv2D(32, 3, 1, 1, use_bias=False), nn.BatchNorm(), nn.Activation("relu")]
    before = 32
    for channels in _WIDTHS:
        for convolution in (
            nn.Conv2D(before, 3, 1, 1, groups=before, use_bias=False),
            nn.Conv2D(channels, 1, use_bias=False),
        ):
            layers += [convolution, nn.BatchNorm(), nn.Activation("relu")]
        before = channels
    return _mx_sequence(nn, *layers, nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(10))


def _torch_separable(nn: Any) -> Any:
    layers = [nn.Conv2d(3, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU()]
    before = 32
    for channels in _WIDTHS:
        for convolution in (
            nn.Conv2d(before, before, 3, 1, 1, groups=before, bias=False),
            nn.Conv2d(before, channels, 1, bias=False),
        ):
            layers += [convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()]
        before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))


SEPARABLE = _classifier(_mx_separable, _torch_separable)

# --- a language model of two LSTM layers ----------------------------------------------------------

_WORDS, _UNITS, _STEPS, _BATCH = 1000, 128, 35, 20


def _mx_language_model(mx: Any) -> Any:
    nn, rnn = mx.gluon.nn, mx.gluon.rnn

    class LanguageModel(mx.gluon.HybridBlock):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(_WORDS, _UNITS)
            self.rnn = rnn.LSTM(_UNITS, 2, input_size=_UNITS)
            self.decoder = nn.Dense(_WORDS, flatten=False)
            self.loss = mx.gluon.loss.SoftmaxCrossEntropyLoss()

        def hybrid_forward(self, F: Any, words: Any, following: Any) -> Any:
            return self.loss(self.decoder(self.rnn(self.embedding(words))), following)

    return LanguageModel()


def _torch_language_model(torch: Any) -> Any:
    nn = torch.nn

    class LanguageModel(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(_WORDS, _UNITS)
            self.rnn = nn.LSTM(_UNITS, _UNITS, 2)
            self.decoder = nn.Linear(_UNITS, _WORDS)

        def forward(self, words: Any, following: Any) -> Any:
            scores = self.decoder(self.rnn(self.embedding(words))[0])
            return nn.functional.cross_entropy(scores.reshape(-1, _WORDS), following.reshape(-1))

    return LanguageModel()


# --- two layers of a transformer ------------------------------------------------------------------

_WIDTH, _TOKENS, _HEADS = 128, 64, 4


def _mx_transformer(gluon: Any) -> Any:
    nn = gluon.nn

    class Layer(gluon.HybridBlock):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(), nn.LayerNorm()
            self.qkv = nn.Dense(3 * _WIDTH, flatten=False)
            self.out = nn.Dense(_WIDTH, flatten=False)
            self.up = nn.Dense(4 * _WIDTH, flatten=False, activation="relu")
            self.down = nn.Dense(_WIDTH, flatten=False)

        def heads(self, F: Any, x: Any) -> Any:
            x = F.transpose(F.reshape(x, (0, 0, _HEADS, -1)), axes=(0, 2, 1, 3))
            return F.reshape(x, (-3, 0, 0))

        def hybrid_forward(self, F: Any, x: Any) -> Any:
            q, k, v = F.split(self.qkv(self.norm1(x)), num_outputs=3, axis=2)
            scores = F.batch_dot(self.heads(F, q), self.heads(F, k), transpose_b=True)
            mixed = F.batch_dot(F.softmax(scores * (_WIDTH // _HEADS) ** -0.5), self.heads(F, v))
            mixed = F.transpose(F.reshape(mixed, (-4, -1, _HEADS, 0, 0)), axes=(0, 2, 1, 3))
            x = x + self.out(F.reshape(mixed, (0, 0, -3)))
            return x + self.down(self.up(self.norm2(x)))

    return _mx_sequence(nn, Layer(), Layer(), nn.Dense(10))


def _torch_transformer(nn: Any) -> Any:
    import torch

    class Layer(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(_WIDTH), nn.LayerNorm(_WIDTH)
            self.qkv = nn.Linear(_WIDTH, 3 * _WIDTH)
            self.out = nn.Linear(_WIDTH, _WIDTH)
            self.up = nn.Linear(_WIDTH, 4 * _WIDTH)
            self.down = nn.Linear(4 * _WIDTH, _WIDTH)

        def forward(self, x: Any) -> Any:
            batch, tokens, _ = x.shape
            qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, _HEADS, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            mixed = nn.functional.scaled_dot_product_attention(q, k, v)
            x = x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, _WIDTH))
            return x + self.down(torch.relu(self.up(self.norm2(x))))

    return nn.Sequential(Layer(), Layer(), nn.Flatten(), nn.Linear(_TOKENS * _WIDTH, 10))


TRANSFORMER = _classifier(_mx_transformer, _torch_transformer)

# --- matrix factorisation with sparse gradients ---------------------------------------------------

_USERS, _FACTORS = 50_000, 64


def _mx_factorisation(mx: Any) -> Any:
    nn = mx.gluon.nn

    class Factorisation(mx.gluon.HybridBlock):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.users = nn.Embedding(_USERS, _FACTORS, sparse_grad=True)
            self.items = nn.Embedding(_USERS, _FACTORS, sparse_grad=True)
            self.loss = mx.gluon.loss.L2Loss()

        def hybrid_forward(self, F: Any, user: Any, item: Any, score: Any) -> Any:
            return self.loss(F.sum(self.users(user) * self.items(item), axis=1), score)

    return Factorisation()


def _torch_factorisation(torch: Any) -> Any:
    nn = torch.nn

    class Factorisation(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.users = nn.Embedding(_USERS, _FACTORS, sparse=True)
            self.items = nn.Embedding(_USERS, _FACTORS, sparse=True)

        def forward(self, user: Any, item: Any, score: Any) -> Any:
            return ((self.users(user) * self.items(item)).sum(1) - score) ** 2 / 2

    return Factorisation()


# --- a variational autoencoder --------------------------------------------------------------------

_HIDDEN, _LATENT = 400, 20


def _mx_vae(mx: Any) -> Any:
    nn = mx.gluon.nn

    class VAE(mx.gluon.HybridBlock):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = _mx_sequence(
                nn, nn.Dense(_HIDDEN, activation="relu"), nn.Dense(2 * _LATENT)
            )
            self.decoder = _mx_sequence(nn, nn.Dense(_HIDDEN, activation="relu"), nn.Dense(784))
            self.loss = mx.gluon.loss.SigmoidBinaryCrossEntropyLoss()

        def hybrid_forward(self, F: Any, x: Any) -> Any:
            mean, log_var = F.split(self.encoder(x), num_outputs=2, axis=1)
            noise = F.random.normal_like(mean)
            y = self.decoder(mean + F.exp(0.5 * log_var) * noise)
            divergence = 0.5 * F.sum(F.square(mean) + F.exp(log_var) - log_var - 1, axis=1)
            return self.loss(y, x) * 784 + divergence

    return VAE()


def _torch_vae(torch: Any) -> Any:
    nn = torch.nn

    class VAE(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(
                nn.Linear(784, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 2 * _LATENT)
            )
            self.decoder = nn.Sequential(
                nn.Linear(_LATENT, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 784)
            )

        def forward(self, x: Any) -> Any:
            mean, log_var = self.encoder(x).chunk(2, 1)
            y = self.decoder(mean + torch.exp(0.5 * log_var) * torch.randn_like(mean))
            entropy = nn.functional.binary_cross_entropy_with_logits(y, x, reduction="none")
            divergence = 0.5 * (mean**2 + log_var.exp() - log_var - 1).sum(1)
            return entropy.sum(1) + divergence

    return VAE()


# --- batches of images, by two worker processes ---------------------------------------------------

_MEAN, _DEVIATION = (0.5, 0.4, 0.3), (0.2, 0.3, 0.2)


class Loader(Case):
    """One epoch of 4,000 images of 32x32x3 bytes, made to normalised floats, in batches of 64."""

    name = "models/data-loader"
    target = Target(1.0)
    comparable = False

    def images(self) -> Any:
        return integers(4000, 32, 32, 3, high=256).astype("uint8")

    def mx(self, mx: Any) -> Run:
        data = mx.gluon.data
        transforms = data.vision.transforms
        transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(_MEAN, _DEVIATION)]
        )
        images = data.SimpleDataset([mx.nd.array(x, dtype="uint8") for x in self.images()])
        loader = data.DataLoader(images.transform(transform), 64, num_workers=2)
        return lambda: [batch.shape for batch in loader]

    def ndgrad(self) -> Run:
        return self.mx(_ndgrad())

    def torch(self) -> Run:
        import torch

        mean, deviation = (torch.tensor(x)[:, None, None] for x in (_MEAN, _DEVIATION))

        class Images(torch.utils.data.Dataset):  # type: ignore[misc, name-defined]
            def __init__(self, images: Any) -> None:
                self.images = [torch.from_numpy(x) for x in images]

            def __len__(self) -> int:
                return len(self.images)

            def __getitem__(self, i: int) -> Any:
                return (self.images[i].permute(2, 0, 1).float() / 255 - mean) / deviation

        loader = torch.utils.data.DataLoader(Images(self.images()), 64, num_workers=2)
        return lambda: [batch.shape for batch in loader]


# --- the table ------------------------------------------------------------------------------------


def _images(*shape: int) -> Callable[[], tuple[Any, ...]]:
    return lambda: (uniform(*shape), integers(shape[0], high=10))


def _words() -> tuple[Any, ...]:
    shape = (_STEPS, _BATCH)
    return integers(*shape, high=_WORDS), integers(*shape, high=_WORDS, seed=1)


def _scores() -> tuple[Any, ...]:
    users, items = (integers(1024, high=_USERS, seed=seed) for seed in (0, 1))
    return users, items, uniform(1024)


def _models() -> Iterator[Case]:
    yield Step("models/mlp-128", _images(128, 784), MLP, jax_network=lambda n: n.mlp)
    yield Step("models/lenet-64", _images(64, 1, 28, 28), LENET, jax_network=lambda n: n.lenet)
    yield Step(
        "models/resnet18-8",
        _images(8, 3, 32, 32),
        RESNET,
        jax_network=lambda n: n.resnet(_STAGES, training=True),
    )
    for batch in (1, 32):
        images = _images(batch, 3, 32, 32)
        networks = {"mx": lambda mx: _mx_resnet(mx.gluon), "torch": _torch_resnet_alone}
        yield Inference(
            f"models/resnet18-inference-{batch}",
            lambda i=images: i()[:1],
            networks,
            jax_network=lambda n: n.resnet(_STAGES, training=False),
        )
    yield Step(
        "models/separable-16",
        _images(16, 3, 32, 32),
        SEPARABLE,
        jax_network=lambda n: n.separable(_WIDTHS),
    )
    yield Step(
        "models/lstm-language-model",
        _words,
        {"mx": _mx_language_model, "torch": _torch_language_model},
        jax_network=lambda n: n.language_model(_WORDS, _UNITS),
    )
    yield Step(
        "models/transformer-8",
        _images(8, _TOKENS, _WIDTH),
        TRANSFORMER,
        optimizer="adam",
        jax_network=lambda n: n.transformer(_WIDTH, _TOKENS, _HEADS),
    )
    yield Step(
        "models/matrix-factorisation",
        _scores,
        {"mx": _mx_factorisation, "torch": _torch_factorisation},
    )
    yield Step(
        "models/vae-128",
        lambda: (np.abs(uniform(128, 784)),),
        {"mx": _mx_vae, "torch": _torch_vae},
        optimizer="adam",
        jax_network=lambda n: n.vae(_HIDDEN, _LATENT),
    )
    yield Loader()


def _torch_resnet_alone(torch: Any) -> Any:
    return _torch_resnet(torch.nn)


MODELS: list[Case] = [*_models()]
"""Steps of training, and ResNet's inference."""
