"""Fine-tune: teach a trained network another task, from the file of its parameters.

A residual network of the model zoo learns ten digits from half of the images, and is saved. A
second network with a new output takes the other parameters from that file and learns from a few
images whether a digit is odd, its old layers by a tenth of the learning rate. Beside it the same
network learns that from random weights.

    python examples/fine_tuning.py --epochs 8 --seed 0
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon.model_zoo import vision

BATCH = 32
FEW = 40


def make_network(classes: int) -> vision.ResNetV1:
    """A residual network of few channels, for images of 8 by 8."""
    return vision.ResNetV1(
        vision.BasicBlockV1, [1, 1], [16, 16, 32], classes=classes, thumbnail=True
    )


def train(net: gluon.HybridBlock, x: np.ndarray, y: np.ndarray, epochs: int) -> None:
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    for _ in range(epochs):
        for images, digits in gluon.data.DataLoader(
            gluon.data.ArrayDataset(x, y), BATCH, shuffle=True
        ):
            with autograd.record():
                loss = cross_entropy(net(images), digits)
            loss.backward()
            trainer.step(len(images))


def accuracy_of(net: gluon.HybridBlock, x: np.ndarray, y: np.ndarray) -> float:
    accuracy = mx.metric.Accuracy()
    accuracy.update([nd.array(y)], [net(nd.array(x))])
    return float(accuracy.get()[1])


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, print; return the accuracy of the fine-tuned network on held-out images."""
    parser = argparse.ArgumentParser(
        description="Fine-tune a network on another task.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=int, default=8, help="passes over each set of images")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the weights, the order")
    parser.add_argument("--params", type=Path, help="where to save; by default it is not kept")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)
    np.random.seed(options.seed)  # noqa: NPY002  # by which `DataLoader` shuffles

    images, digits = load_digits(return_X_y=True)
    images = (images.reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    old_x, new_x, old_y, new_y = train_test_split(
        images, digits.astype(np.float32), stratify=digits, test_size=0.5, random_state=options.seed
    )
    odd = new_y % 2

    net = make_network(10)
    net.initialize(mx.init.Xavier())
    train(net, old_x, old_y, options.epochs)
    with tempfile.TemporaryDirectory() as folder:
        file = str(options.params or Path(folder) / "digits.params")
        net.save_parameters(file)
        known = make_network(10)
        known.load_parameters(file)
    tuned = make_network(2)
    tuned.features = known.features
    tuned.features.collect_params().setattr("lr_mult", 0.1)
    tuned.output.initialize(mx.init.Xavier())
    fresh = make_network(2)
    fresh.initialize(mx.init.Xavier())
    accuracy = 0.0
    for name, other in (("from random weights", fresh), ("fine-tuned", tuned)):
        train(other, new_x[:FEW], odd[:FEW], options.epochs)
        accuracy = accuracy_of(other, new_x[FEW:], odd[FEW:])
        print(f"{name}, from {FEW} images: accuracy {accuracy:.2%}")
    return accuracy


if __name__ == "__main__":
    main()
