"""
Hamiltonian Monte Carlo
=======================

Samples of a density are drawn by particles that roll over its negative logarithm. They are pushed
at random from time to time, and move by the gradient, so they get far between two samples.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd

mx.random.seed(0)
CHAINS, SAMPLES, LEAPS, SIZE = 200, 40, 25, 0.12


def potential(x, y):
    """The negative logarithm of the density, but for a constant: a bent ridge."""
    return (y - x * x / 2 + 1) ** 2 / 0.18 + x * x / 4


# %%
# The leapfrog method moves all chains at once. A function that is compiled can take gradients
# inside; the loop becomes one program.


def force(position):
    position = position.detach()
    position.attach_grad()
    with autograd.record():
        energy = potential(position[0], position[1])
        (slope,) = autograd.grad(energy, [position])
    return -slope


@mx.compile
def leapfrog(position, momentum):
    path = [position]
    momentum = momentum + SIZE / 2 * force(position)
    for _ in range(LEAPS):
        position = position + SIZE * momentum
        momentum = momentum + SIZE * force(position)
        path.append(position)
    return nd.stack(*path), momentum - SIZE / 2 * force(position)


# %%
# A proposal is accepted with a probability that makes up for the errors of the method.

position = nd.random.normal(shape=(2, CHAINS))
samples, paths, accepted = [], [], []
for _ in range(SAMPLES):
    momentum = nd.random.normal(shape=(2, CHAINS))
    path, last_momentum = leapfrog(position, momentum)
    before = potential(*position) + nd.square(momentum).sum(axis=0) / 2
    after = potential(*path[-1]) + nd.square(last_momentum).sum(axis=0) / 2
    accept = nd.random.uniform(shape=CHAINS) < nd.exp(before - after)
    position = nd.where(nd.stack(accept, accept), path[-1], position)
    samples.append(position.asnumpy())
    paths.append(path[:, :, 0].asnumpy())
    accepted.append(accept.mean().asscalar())
print(f"{np.mean(accepted):.0%} of the proposals accepted")

# %%
# One chain in orange, and the samples of all after the first five.

points = np.concatenate(samples[5:], axis=1)
x, y = (
    nd.array(values) for values in np.meshgrid(np.linspace(-4, 4, 150), np.linspace(-2.5, 6, 150))
)
density = nd.exp(-potential(x, y)).asnumpy()
figure, axes = plt.subplots(figsize=(6, 3.8), layout="constrained")
axes.scatter(*points, s=2, color="#0072b2", alpha=0.25, linewidth=0)
axes.contour(
    x.asnumpy(),
    y.asnumpy(),
    density,
    levels=[0.05, 0.2, 0.4, 0.6, 0.8],
    colors="#333333",
    linewidths=0.8,
)
chain = np.concatenate(paths[5:10])
axes.plot(*chain.T, color="#d55e00", linewidth=1.2)
axes.plot(*chain[:: LEAPS + 1].T, "o", color="#d55e00", markersize=5)
axes.set(xlabel="x", ylabel="y", xlim=(-4, 4), ylim=(-2.5, 6))
