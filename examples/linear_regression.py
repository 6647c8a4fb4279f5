"""Fit a line to points, twice: with arrays and gradients alone, and with Gluon.

The points are ``y = 2 x_0 - 3.4 x_1 + 4.2`` with a little noise. Both ways take small steps against
the gradient of the squared error, on batches in random order, and print what they found.

    python examples/linear_regression.py --epochs 3 --seed 0
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn
from ndgrad.nd import NDArray

WEIGHT, BIAS = [2.0, -3.4], 4.2
POINTS, BATCH = 1000, 10
LEARNING_RATE = 0.03


def make_points() -> tuple[NDArray, NDArray]:
    x = nd.random.normal(0, 1, shape=(POINTS, len(WEIGHT)))
    y = nd.dot(x, nd.array(WEIGHT)) + BIAS
    return x, y + nd.random.normal(0, 0.01, shape=y.shape)


def batches(x: NDArray, y: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
    order = nd.random.shuffle(nd.arange(len(x)))
    for start in range(0, len(x), BATCH):
        chosen = order[start : start + BATCH]
        yield x.take(chosen), y.take(chosen)


def fit_by_hand(x: NDArray, y: NDArray, epochs: int) -> tuple[NDArray, NDArray]:
    weight = nd.random.normal(0, 0.01, shape=(len(WEIGHT),))
    bias = nd.zeros(1)
    for parameter in (weight, bias):
        parameter.attach_grad()
    for epoch in range(epochs):
        for some_x, some_y in batches(x, y):
            with autograd.record():
                loss = (nd.dot(some_x, weight) + bias - some_y) ** 2 / 2
            loss.backward()
            for parameter in (weight, bias):
                parameter -= LEARNING_RATE * parameter.grad / len(some_x)
        loss = ((nd.dot(x, weight) + bias - y) ** 2 / 2).mean()
        print(f"by hand, epoch {epoch + 1}: loss {loss.asscalar():.6f}")
    return weight, bias


def fit_with_gluon(x: NDArray, y: NDArray, epochs: int) -> tuple[NDArray, NDArray]:
    net = nn.Dense(1)
    net.initialize(mx.init.Normal(0.01))
    squared_error = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": LEARNING_RATE})
    points = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), BATCH, shuffle=True)
    for epoch in range(epochs):
        for some_x, some_y in points:
            with autograd.record():
                loss = squared_error(net(some_x), some_y)
            loss.backward()
            trainer.step(len(some_x))
        loss = squared_error(net(x), y).mean()
        print(f"with Gluon, epoch {epoch + 1}: loss {loss.asscalar():.6f}")
    return net.weight.data()[0], net.bias.data()


def main(arguments: Sequence[str] | None = None) -> float:
    """Fit, print; return the largest distance of what was found from what is right."""
    parser = argparse.ArgumentParser(
        description="Fit a line to points.", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=3, help="passes over the points")
    parser.add_argument("--seed", type=int, default=0, help="of the points, and their order")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)
    np.random.seed(options.seed)  # noqa: NPY002  # by which `DataLoader` shuffles
    x, y = make_points()
    worst = 0.0
    for fit in (fit_by_hand, fit_with_gluon):
        weight, bias = fit(x, y, options.epochs)
        found = [*weight.asnumpy(), bias.asscalar()]
        print(f"found: {', '.join(f'{value:.3f}' for value in found)}; right: {[*WEIGHT, BIAS]}")
        worst = max(worst, float(np.abs(np.subtract(found, [*WEIGHT, BIAS])).max()))
    return worst


if __name__ == "__main__":
    main()
