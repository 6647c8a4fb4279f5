"""Train a classifier of handwritten digits and draw how it went.

The data are the 1,797 images of 8 by 8 pixels that scikit-learn ships ("Optical recognition of
handwritten digits", UCI repository). A quarter of them is held out; the network is trained on the
rest by gradient descent with momentum, all of it written out below. `--network mlp` is 64-128-10
with relu, `--network conv` three convolutions with batch normalisation. With `--compile` a training
step runs as one compiled function, from the noise to the new weights.

    python examples/digits.py --network mlp --epochs 30 --seed 0 --output digits-output --compile
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # pictures go to files; no display is needed

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from tqdm import trange

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.nd import NDArray

HIDDEN = 128
CHANNELS = (8, 16, 32)
BATCH = 64
LEARNING_RATE = 0.05
MOMENTUM = 0.9
WEIGHT_DECAY = 1e-3
NOISE = 0.3

INK, BLUE, ORANGE = "#333333", "#1f5fa8", "#d9730d"


@dataclass
class Data:
    """Images as rows of standardised pixels, and which digit each shows."""

    train_images: np.ndarray
    test_images: np.ndarray
    train_digits: np.ndarray
    test_digits: np.ndarray


@dataclass
class History:
    """What training looked like, one number an epoch."""

    train_loss: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    steps_a_second: list[float] = field(default_factory=list)


def load(seed: int) -> Data:
    images, digits = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits, test_size=0.25, stratify=digits, random_state=seed
    )
    # One mean and scale for all pixels: on its own scale a pixel at the edge, which is hardly ever
    # touched, would weigh as much as one in the middle. The held-out images must not have a say.
    mean, scale = train_x.mean(), train_x.std()
    return Data((train_x - mean) / scale, (test_x - mean) / scale, train_y, test_y)


class Network:
    """Parameters with their momentum; a subclass makes them and says what they compute."""

    def __init__(self) -> None:
        self.parameters: list[NDArray] = []
        self.velocities: list[NDArray] = []

    def parameter(self, value: NDArray) -> NDArray:
        """*value*, to be trained."""
        value.attach_grad()
        self.parameters.append(value)
        self.velocities.append(nd.zeros(value.shape))
        return value

    def weight(self, outputs: int, *inputs: int) -> NDArray:
        """The weights of a dense layer or a convolution."""
        # Variance 2 / inputs keeps the scale of what passes through relu (He et al. 2015).
        deviation = (2 / math.prod(inputs)) ** 0.5
        return self.parameter(mx.random.normal(0, deviation, shape=(outputs, *inputs)))

    def __call__(self, images: NDArray) -> NDArray:
        """The score of each digit for each image."""
        raise NotImplementedError

    def update(self, learning_rate: NDArray) -> None:
        """Move the parameters against their gradients, in place."""
        count = len(self.parameters)
        gradients = [w.grad for w in self.parameters]
        arrays = zip(self.parameters, gradients, self.velocities, strict=True)
        # As `sgd_mom_update` for each parameter, in one call and with an array as learning rate:
        # for another number a compiled step would be compiled again.
        nd.preloaded_multi_sgd_mom_update(
            *itertools.chain.from_iterable(arrays),
            learning_rate.broadcast_to(count),
            nd.full(count, WEIGHT_DECAY),
            momentum=MOMENTUM,
            num_weights=count,
            out=self.parameters,
        )


class MLP(Network):
    """Two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.w1, self.b1 = self.weight(HIDDEN, 64), self.parameter(nd.zeros(HIDDEN))
        self.w2, self.b2 = self.weight(10, HIDDEN), self.parameter(nd.zeros(10))

    def __call__(self, images: NDArray) -> NDArray:
        hidden = nd.relu(nd.dot(images, self.w1, transpose_b=True) + self.b1)
        return nd.dot(hidden, self.w2, transpose_b=True) + self.b2


class ConvNet(Network):
    """Convolutions with batch normalisation, relu and pooling, and a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions: list[NDArray] = []
        self.normalisations: list[list[NDArray]] = []
        for inputs, outputs in itertools.pairwise((1, *CHANNELS)):
            self.convolutions.append(self.weight(outputs, inputs, 3, 3))
            gamma, beta = self.parameter(nd.ones(outputs)), self.parameter(nd.zeros(outputs))
            # Moving mean and variance are not trained: `BatchNorm` moves them in backward.
            self.normalisations.append([gamma, beta, nd.zeros(outputs), nd.ones(outputs)])
        # Two poolings leave 2 by 2 of the 8 by 8 pixels.
        self.dense, self.bias = self.weight(10, CHANNELS[-1] * 4), self.parameter(nd.zeros(10))

    def __call__(self, images: NDArray) -> NDArray:
        x = images.reshape((-1, 1, 8, 8))
        for layer, weight in enumerate(self.convolutions):
            channels = len(weight)
            x = nd.Convolution(
                x, weight, kernel=(3, 3), pad=(1, 1), num_filter=channels, no_bias=True
            )
            # By the batch's own mean and variance while recording, by the moving ones otherwise.
            x = nd.relu(nd.BatchNorm(x, *self.normalisations[layer], fix_gamma=False))
            if layer > 0:
                x = nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        return nd.FullyConnected(x, self.dense, self.bias, num_hidden=10)


NETWORKS = {"mlp": MLP, "conv": ConvNet}


def loss_of(scores: NDArray, digits: NDArray) -> NDArray:
    """The mean cross-entropy of the softmax of *scores*."""
    return -nd.pick(nd.log_softmax(scores, axis=1), digits, axis=1).mean()


def batches(data: Data, order: np.ndarray) -> Iterator[tuple[NDArray, NDArray]]:
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield nd.array(data.train_images[chosen]), nd.array(data.train_digits[chosen])


def train(data: Data, kind: str, epochs: int, seed: int, compiled: bool) -> tuple[Network, History]:
    mx.random.seed(seed)
    shuffle = np.random.default_rng(seed)
    network = NETWORKS[kind]()

    def step(images: NDArray, digits: NDArray, learning_rate: NDArray) -> NDArray:
        # With a little noise no image is seen twice, and none is learnt by heart.
        noisy = images + mx.random.normal(0, NOISE, shape=images.shape)
        with autograd.record():
            loss = loss_of(network(noisy), digits)
        loss.backward()
        network.update(learning_rate)
        return loss

    if compiled:
        step = mx.compile(step)
    history = History()
    test_images, test_digits = nd.array(data.test_images), nd.array(data.test_digits)
    # Kernels are compiled when they are first needed, and kept on the disk for the next run.
    bar = trange(epochs, desc="compiling and training", unit="epoch")
    for epoch in bar:
        # The learning rate falls to nothing along half a cosine.
        learning_rate = nd.array([LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * epoch / epochs))])
        total, steps, start = 0.0, 0, time.perf_counter()
        for images, digits in batches(data, shuffle.permutation(len(data.train_digits))):
            total += step(images, digits, learning_rate).asscalar() * len(images)
            steps += 1
        history.steps_a_second.append(steps / (time.perf_counter() - start))
        scores = network(test_images)
        hits = (scores.argmax(axis=1) == test_digits).mean().asscalar()
        history.train_loss.append(total / len(data.train_digits))
        history.test_loss.append(float(loss_of(scores, test_digits).asscalar()))
        history.test_accuracy.append(float(hits))
        bar.set_description("training", refresh=False)
        bar.set_postfix(loss=f"{history.train_loss[-1]:.4f}", accuracy=f"{hits:.1%}")
    return network, history


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#999999")
    axes.tick_params(colors=INK)


def draw_history(history: History, path: Path) -> None:
    epochs = np.arange(1, len(history.train_loss) + 1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, history.train_loss, color=BLUE, linewidth=2, label="training images")
    left.plot(epochs, history.test_loss, color=ORANGE, linewidth=2, label="held-out images")
    left.set(title="Cross-entropy", xlabel="epoch", yscale="log")
    left.grid(axis="y", which="both", color="#eeeeee")
    left.legend(frameon=False)
    right.plot(epochs, history.test_accuracy, color=ORANGE, linewidth=2)
    right.set(title="Accuracy on held-out images", xlabel="epoch")
    right.set_ylim(min(0.9, *history.test_accuracy), 1.0)
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.grid(axis="y", color="#eeeeee")
    right.annotate(
        f"{history.test_accuracy[-1]:.1%}",
        (epochs[-1], history.test_accuracy[-1]),
        xytext=(0, -18),
        textcoords="offset points",
        ha="right",
        color=ORANGE,
        weight="bold",
    )
    for axes in (left, right):
        _plain(axes)
        axes.set_axisbelow(True)
        axes.set_xlim(left=1 if len(epochs) > 1 else 0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_confusion(predicted: np.ndarray, digits: np.ndarray, path: Path) -> None:
    counts = confusion_matrix(digits, predicted, labels=range(10))
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    figure, axes = plt.subplots(figsize=(6.4, 6.4), layout="constrained")
    # Right answers blue, mistakes orange: on one scale a single mistake would look like none.
    right = np.ma.masked_array(counts, ~np.eye(10, dtype=bool))
    wrong = np.ma.masked_array(mistakes, mistakes == 0)
    axes.imshow(right, cmap="Blues", vmin=0, vmax=counts.max() * 1.1)
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=max(4, mistakes.max()) * 1.2)
    for row, column in np.argwhere(counts):
        color = "white" if row == column else INK
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=color)
    axes.set(
        title=f"{len(digits)} held-out images: {mistakes.sum()} mistakes",
        xlabel="what the network says",
        ylabel="what the image shows",
        xticks=range(10),
        yticks=range(10),
    )
    axes.set_xticks(np.arange(-0.5, 10), minor=True)
    axes.set_yticks(np.arange(-0.5, 10), minor=True)
    axes.grid(which="minor", color="#e4e4e4", linewidth=1)
    axes.tick_params(which="both", length=0, colors=INK)
    axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, draw, print; return the accuracy on the held-out images."""
    parser = argparse.ArgumentParser(
        description="Train a classifier of handwritten digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--network", choices=NETWORKS, default="mlp", help="what is trained")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training images")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the weights, the order")
    parser.add_argument("--output", type=Path, default=Path("digits-output"), help="for pictures")
    parser.add_argument("--compile", action="store_true", help="compile the training step")
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error("--epochs must be 1 or more")

    start = time.perf_counter()
    data = load(options.seed)
    network, history = train(data, options.network, options.epochs, options.seed, options.compile)
    seconds = time.perf_counter() - start

    predicted = network(nd.array(data.test_images)).argmax(axis=1).asnumpy().astype(int)
    options.output.mkdir(parents=True, exist_ok=True)
    pictures = [options.output / "loss.png", options.output / "confusion.png"]
    draw_history(history, pictures[0])
    draw_confusion(predicted, data.test_digits, pictures[1])

    accuracy = float((predicted == data.test_digits).mean())
    print(f"accuracy on {len(predicted)} held-out images: {accuracy:.2%}")
    print(f"time: {seconds:.1f} s, kernels compiled on the way included")
    if len(history.steps_a_second) > 1:
        speed = np.median(history.steps_a_second[1:])
        how = "compiled" if options.compile else "not compiled; compare --compile"
        print(f"training steps a second after the first epoch: {speed:,.0f} ({how})")
    print(f"pictures: {', '.join(map(str, pictures))}")
    return accuracy


if __name__ == "__main__":
    main()
