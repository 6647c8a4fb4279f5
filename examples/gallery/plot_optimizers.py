"""
Paths of optimizers
===================

Five optimizers start from the same points of a landscape with four valleys. Momentum overshoots,
and the methods that scale each coordinate leave in another direction than the gradient's.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd


def himmelblau(x, y):
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


# %%
# An optimizer changes a weight by its gradient, and keeps a state between the steps.


def path_of(optimizer, start, steps=60):
    point = nd.array(start)
    point.attach_grad()
    state = optimizer.create_state(0, point)
    path = [point.asnumpy()]
    for _ in range(steps):
        with autograd.record():
            value = himmelblau(point[0], point[1])
        value.backward()
        optimizer.update(0, point, point.grad, state)
        path.append(point.asnumpy())
    return np.array(path)


# %%
# The names are those that a ``Trainer`` takes.

optimizers = {
    "sgd": {"learning_rate": 0.01},
    "sgd with momentum": {"learning_rate": 0.004, "momentum": 0.9},
    "adagrad": {"learning_rate": 0.8},
    "rmsprop": {"learning_rate": 0.15},
    "adam": {"learning_rate": 0.3},
}
colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"]

x, y = np.meshgrid(np.linspace(-5.5, 5.5, 200), np.linspace(-5.5, 5.5, 200))
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained")
left.contour(x, y, himmelblau(x, y), levels=np.logspace(0, 3, 16), colors="#bbbbbb", linewidths=0.7)
for (name, arguments), color in zip(optimizers.items(), colors, strict=True):
    for start in ((0.0, -1.0), (-1.0, 5.0)):
        optimizer = mx.optimizer.create(name.split()[0], **arguments)
        path = path_of(optimizer, start)
        left.plot(*path.T, ".-", color=color, linewidth=1, markersize=4)
    right.semilogy(himmelblau(*path.T), color=color, label=name)
left.set(xlabel="x", ylabel="y", aspect="equal")
right.set(xlabel="step", ylabel="value on the upper path", ylim=(1e-6, 1e3))
right.legend(frameon=False, fontsize=8)
