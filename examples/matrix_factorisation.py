"""Recommend: learn vectors of users and items whose products are the ratings.

The ratings are made up: every user and item has a hidden vector of 4 numbers, a rating is their
product with a little noise, and only a few of all ratings are known. A batch touches few rows of
the two matrices, so their gradients are row-sparse and the optimizer writes these rows alone.

    python examples/matrix_factorisation.py --epochs 10 --seed 0
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon
from ndgrad.gluon import nn
from ndgrad.nd import NDArray

USERS, ITEMS = 500, 300
FACTORS = 4
RATINGS = 20_000
BATCH = 200


class Factors(gluon.HybridBlock):
    """The product of a user's and an item's vector, and what each of them adds to all ratings."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.users = nn.Embedding(USERS, FACTORS, sparse_grad=True)
            self.items = nn.Embedding(ITEMS, FACTORS, sparse_grad=True)
            self.user_bias = nn.Embedding(USERS, 1, sparse_grad=True)
            self.item_bias = nn.Embedding(ITEMS, 1, sparse_grad=True)

    def hybrid_forward(self, F: Any, user: NDArray, item: NDArray) -> NDArray:
        product = F.sum(self.users(user) * self.items(item), axis=1)
        biases = self.user_bias(user) + self.item_bias(item)
        return product + F.reshape(biases, shape=(-1,))


def make_ratings(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    users = draw.normal(size=(USERS, FACTORS)) / 2
    items = draw.normal(size=(ITEMS, FACTORS))
    user, item = draw.integers(USERS, size=RATINGS), draw.integers(ITEMS, size=RATINGS)
    rating = (users[user] * items[item]).sum(axis=1) + draw.normal(0, 0.1, RATINGS)
    return user.astype("float32"), item.astype("float32"), rating.astype("float32")


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, print; return the root of the mean squared error of ratings that were held out."""
    parser = argparse.ArgumentParser(
        description="Factorise a matrix of ratings.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=int, default=10, help="passes over the known ratings")
    parser.add_argument("--seed", type=int, default=0, help="of the ratings and of the vectors")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)
    np.random.seed(options.seed)  # noqa: NPY002  # by which `DataLoader` shuffles

    ratings = make_ratings(options.seed)
    held_out = RATINGS // 10
    train = gluon.data.ArrayDataset(*[column[held_out:] for column in ratings])
    test = [mx.nd.array(column[:held_out]) for column in ratings]
    net = Factors()
    net.initialize(mx.init.Normal(0.1))
    squared_error = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})

    error = float("inf")
    for epoch in range(options.epochs):
        for user, item, rating in gluon.data.DataLoader(train, BATCH, shuffle=True):
            with autograd.record():
                loss = squared_error(net(user, item), rating)
            loss.backward()
            trainer.step(len(user))
        rmse = mx.metric.RMSE()
        rmse.update([test[2]], [net(*test[:2])])
        error = float(rmse.get()[1])
        print(f"epoch {epoch + 1}: error of held-out ratings {error:.3f}")
    return error


if __name__ == "__main__":
    main()
