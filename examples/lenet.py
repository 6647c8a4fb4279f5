"""Train a small convolutional network on handwritten digits, with Gluon.

The network is LeNet's (LeCun et al. 1998) in small: two convolutions, each with a pooling, and two
dense layers. The data are the 1,797 images of 8 by 8 pixels that scikit-learn ships; a quarter of
them is held out. `digits.py` does the same without Gluon.

    python examples/lenet.py --epochs 15 --seed 0
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import ndgrad as mx
from ndgrad import autograd, gluon
from ndgrad.gluon import nn

BATCH = 64


def load(seed: int) -> tuple[gluon.data.ArrayDataset, gluon.data.ArrayDataset]:
    images, digits = load_digits(return_X_y=True)
    images = (images.reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.astype(np.float32), test_size=0.25, stratify=digits, random_state=seed
    )
    return gluon.data.ArrayDataset(train_x, train_y), gluon.data.ArrayDataset(test_x, test_y)


def make_network() -> nn.HybridSequential:
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(
            nn.Conv2D(16, kernel_size=3, padding=1, activation="relu"),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Conv2D(32, kernel_size=3, padding=1, activation="relu"),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Dense(64, activation="relu"),
            nn.Dropout(0.3),
            nn.Dense(10),
        )
    return net


def accuracy_of(net: gluon.Block, batches: gluon.data.DataLoader) -> float:
    accuracy = mx.metric.Accuracy()
    for images, digits in batches:
        accuracy.update([digits], [net(images)])
    return float(accuracy.get()[1])


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, print; return the accuracy on the held-out images."""
    parser = argparse.ArgumentParser(
        description="Train LeNet on handwritten digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=int, default=15, help="passes over the training images")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the weights, the order")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)
    np.random.seed(options.seed)  # noqa: NPY002  # by which `DataLoader` shuffles

    train, test = load(options.seed)
    train_batches = gluon.data.DataLoader(train, BATCH, shuffle=True)
    test_batches = gluon.data.DataLoader(test, BATCH)
    net = make_network()
    net.initialize(mx.init.Xavier())
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 5e-3})

    accuracy = 0.0
    for epoch in range(options.epochs):
        mean_loss = mx.metric.Loss()
        for images, digits in train_batches:
            with autograd.record():
                loss = cross_entropy(net(images), digits)
            loss.backward()
            trainer.step(len(images))
            mean_loss.update(None, [loss])
        accuracy = accuracy_of(net, test_batches)
        print(f"epoch {epoch + 1}: loss {mean_loss.get()[1]:.4f}, accuracy {accuracy:.2%}")
    return accuracy


if __name__ == "__main__":
    main()
