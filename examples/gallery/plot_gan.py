"""
Digits drawn by an adversarial network
======================================

A generator makes images out of noise, and a discriminator learns to tell them from real digits.
The generator learns from the discriminator's gradient what would pass for real.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(0)
shuffle = np.random.default_rng(0)
NOISE, BATCH = 16, 64
images = (load_digits().data / 8 - 1).astype(np.float32)  # from -1 to 1, as tanh gives

# %%
# Two networks, each with an optimizer of its own.

generator, discriminator = nn.HybridSequential(), nn.HybridSequential()
generator.add(
    nn.Dense(128, activation="relu"),
    nn.BatchNorm(),
    nn.Dense(128, activation="relu"),
    nn.Dense(64, activation="tanh"),
)
discriminator.add(nn.Dense(256), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Dense(1))
trainers = []
for net in (generator, discriminator):
    net.initialize(mx.init.Xavier())
    net.hybridize()
    adam = {"learning_rate": 2e-3, "beta1": 0.5}
    trainers.append(gluon.Trainer(net.collect_params(), "adam", adam))

cross_entropy = gluon.loss.SigmoidBinaryCrossEntropyLoss()
cross_entropy.hybridize()  # a few kernels, not one for each of its operators
real, fake = nd.ones(BATCH), nd.zeros(BATCH)

# %%
# They take turns. While the discriminator learns, the generator's images are constants
# (``detach``); while the generator learns, the discriminator's weights are left as they are.


def step(some_images):
    drawn = nd.random.normal(shape=(BATCH, NOISE))
    with autograd.record():
        made = generator(drawn)
        loss = cross_entropy(discriminator(some_images), 0.9 * real)
        loss = loss + cross_entropy(discriminator(made.detach()), fake)
    loss.backward()
    trainers[1].step(BATCH)
    with autograd.record():
        passing = cross_entropy(discriminator(made), real)
    passing.backward()
    trainers[0].step(BATCH)


for _ in range(1500):
    step(nd.array(images[shuffle.integers(len(images), size=BATCH)]))

# %%
# Real digits, and images that were drawn.

made = generator(nd.random.normal(shape=(20, NOISE))).asnumpy()
chosen = images[shuffle.integers(len(images), size=20)]
figure, axes = plt.subplots(4, 10, figsize=(6, 3), layout="constrained")
for axis, image in zip(axes.flat, np.concatenate([chosen, made]), strict=True):
    axis.imshow(image.reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
    axis.set(xticks=[], yticks=[])
axes[0, 0].set_title("real", loc="left", fontsize=10)
axes[2, 0].set_title("drawn", loc="left", fontsize=10)
