"""
A neural differential equation of a spiral
==========================================

A network says in which direction a point moves, and a Runge-Kutta method follows it. Gradients go
back through all steps of the method, to the network that fits noisy spirals best.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(0)
shuffle = np.random.default_rng(0)
DURATION, LENGTH, BATCH, STEPS = 0.05, 15, 64, 600


def solve(slope, point, steps):
    """Points of shape (steps + 1, batch, 2), by the classical method of order 4."""
    points = [point]
    for _ in range(steps):
        a = slope(point)
        b = slope(point + DURATION / 2 * a)
        c = slope(point + DURATION / 2 * b)
        d = slope(point + DURATION * c)
        point = point + DURATION / 6 * (a + 2 * b + 2 * c + d)
        points.append(point)
    return nd.stack(*points)


# %%
# What is to be found: the cubes of the coordinates, times a matrix.

matrix = nd.array([[-0.1, 2], [-2, -0.1]])
starts = nd.array([[2, 0], [0, 1.5]])
truth = solve(lambda point: nd.dot(point**3, matrix), starts, 150)
measured = truth + nd.random.normal(0, 0.03, shape=truth.shape)

# %%
# The network sees short pieces of the curves. A step is compiled, with its sixty calls of the
# network and the way back through them.

net = nn.HybridSequential()
net.add(nn.Dense(48, activation="tanh"), nn.Dense(2))
net.initialize(mx.init.Xavier())
net(starts)  # the weights get their shapes


def slope(point):
    return net(point**3)


@mx.compile
def loss_and_gradients(pieces):
    with autograd.record():
        loss = nd.abs(solve(slope, pieces[0], LENGTH) - pieces).mean()
    loss.backward()
    return loss


adam = {"learning_rate": 1e-2}
trainer = gluon.Trainer(net.collect_params(), "adam", adam)
curves = measured.asnumpy()
for step in range(STEPS):
    begin = shuffle.integers(len(curves) - LENGTH, size=BATCH)
    curve = shuffle.integers(2, size=BATCH)
    pieces = np.stack([curves[begin + i, curve] for i in range(LENGTH + 1)])
    loss = loss_and_gradients(nd.array(pieces))
    trainer.step(1)
    if step % 100 == 0:
        print(f"step {step}: mean distance {loss.asscalar():.3f}")

# %%
# The whole curves from their first points, and the directions that the network learned.

found = solve(slope, starts, 150).asnumpy()
figure, axes = plt.subplots(figsize=(5, 4.5), layout="constrained")
x, y = np.meshgrid(np.linspace(-2.2, 2.2, 30), np.linspace(-2.2, 2.2, 30))
directions = slope(nd.array(np.stack([x.ravel(), y.ravel()], axis=1))).asnumpy()
axes.streamplot(x, y, *directions.T.reshape(2, 30, 30), color="#cccccc", linewidth=0.6)
for i, color in enumerate(("#0072b2", "#d55e00")):
    axes.plot(*curves[:, i].T, ".", color=color, markersize=3, label=f"measured, curve {i + 1}")
    axes.plot(*found[:, i].T, color=color, linewidth=1.5, label="followed by the network")
axes.set(xlabel="x", ylabel="y", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal")
figure.legend(fontsize=7, loc="outside lower center", ncols=2)
