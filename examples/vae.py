"""Train a variational autoencoder of handwritten digits (Kingma and Welling 2013), and draw some.

The encoder gives for an image the mean and variance of a normal distribution over codes of a few
numbers; the decoder gives for a code the probability that each pixel is ink. What is minimised is
the negative evidence lower bound: how badly the image is told again from a drawn code, and how far
the codes' distribution is from the standard normal one. The data are the images of 8 by 8 pixels
that scikit-learn ships.

    python examples/vae.py --epochs 30 --seed 0
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn
from ndgrad.nd import NDArray

CODES = 4
HIDDEN = 128
BATCH = 64
SHADES = " .:-=+*#%@"


class VAE(gluon.HybridBlock):
    """The negative evidence lower bound of each image, in nats."""

    def __init__(self, pixels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.encoder = nn.HybridSequential(prefix="encoder_")
            self.encoder.add(nn.Dense(HIDDEN, activation="tanh"), nn.Dense(2 * CODES))
            self.decoder = nn.HybridSequential(prefix="decoder_")
            self.decoder.add(nn.Dense(HIDDEN, activation="tanh"), nn.Dense(pixels))

    def hybrid_forward(self, F: Any, images: NDArray) -> NDArray:
        mean, log_variance = F.split(self.encoder(images), num_outputs=2, axis=1)
        # Drawn like this, the code has a gradient by mean and variance.
        code = mean + F.exp(0.5 * log_variance) * F.random.normal_like(mean)
        scores = self.decoder(code)
        # The cross-entropy of the sigmoid of scores, from the scores, so that it never overflows.
        told = F.sum(F.Activation(scores, act_type="softrelu") - images * scores, axis=1)
        distance = 0.5 * F.sum(mean**2 + F.exp(log_variance) - log_variance - 1, axis=1)
        return told + distance


def show(images: np.ndarray) -> str:
    """Images side by side, as text."""
    pixels = images.reshape(-1, 8, 8).transpose(1, 0, 2)
    shades = np.minimum((pixels * len(SHADES)).astype(int), len(SHADES) - 1)
    return "\n".join("  ".join("".join(SHADES[s] for s in row) for row in line) for line in shades)


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, print; return the last bound."""
    parser = argparse.ArgumentParser(
        description="Train a variational autoencoder.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=int, default=30, help="passes over the images")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and of what is drawn")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)
    np.random.seed(options.seed)  # noqa: NPY002  # by which `DataLoader` shuffles

    images = (load_digits().data / 16).astype(np.float32)
    net = VAE(images.shape[1])
    net.initialize(mx.init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 3e-3})
    batches = gluon.data.DataLoader(images, BATCH, shuffle=True)

    bound = float("inf")
    for epoch in range(options.epochs):
        mean_loss = mx.metric.Loss()
        for some in batches:
            with autograd.record():
                loss = net(some)
            loss.backward()
            trainer.step(len(some))
            mean_loss.update(None, [loss])
        bound = float(mean_loss.get()[1])
        print(f"epoch {epoch + 1}: {bound:.3f} nats an image")
    drawn = nd.sigmoid(net.decoder(nd.random.normal(shape=(8, CODES))))
    print(show(drawn.asnumpy()))
    return bound


if __name__ == "__main__":
    main()
