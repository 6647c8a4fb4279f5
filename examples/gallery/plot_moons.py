"""
Logistic regression on two moons
================================

A weighted sum of powers of the coordinates gives the probability of a class. The weights are those
for which the classes that were seen are most probable.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd

mx.random.seed(0)

# %%
# Two half circles that reach into each other, with noise.

angle = nd.random.uniform(0, np.pi, shape=150)
upper = nd.stack(nd.cos(angle), nd.sin(angle), axis=1)
lower = nd.stack(1 - nd.cos(angle), 0.5 - nd.sin(angle), axis=1)
points = nd.concat(upper, lower, dim=0) + nd.random.normal(0, 0.18, shape=(300, 2))
classes = nd.concat(nd.zeros(150), nd.ones(150), dim=0)


def features(points):
    """The products of powers of the coordinates, up to degree 3."""
    x, y = points[:, 0], points[:, 1]
    powers = [x**i * y**j for i in range(4) for j in range(4 - i) if i + j > 0]
    return nd.stack(*powers, axis=1)


# %%
# A dense layer without activation gives the logarithm of the odds, which the loss takes.

net = gluon.nn.Dense(1)
net.initialize()
net.hybridize()
cross_entropy = gluon.loss.SigmoidBinaryCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1, "wd": 1e-3})
inputs = features(points)
for _ in range(400):
    with autograd.record():
        loss = cross_entropy(net(inputs), classes)
    loss.backward()
    trainer.step(len(points))

right = ((net(inputs)[:, 0] > 0) == classes).mean().asscalar()
print(f"cross-entropy {loss.mean().asscalar():.3f}, {right:.1%} of the points on the right side")

# %%
# The probability over the plane. The boundary is where it is one half.

x, y = np.meshgrid(np.linspace(-1.7, 2.7, 150), np.linspace(-1.3, 1.8, 120))
grid = nd.array(np.stack([x.ravel(), y.ravel()], axis=1))
probability = nd.sigmoid(net(features(grid))).asnumpy().reshape(x.shape)

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
image = axes.contourf(x, y, probability, levels=np.linspace(0, 1, 11), cmap="RdBu_r", alpha=0.6)
axes.contour(x, y, probability, levels=[0.5], colors="#333333")
for part, color in ((points[:150], "#0072b2"), (points[150:], "#d55e00")):
    axes.scatter(*part.asnumpy().T, s=12, color=color, edgecolor="white", linewidth=0.4)
axes.set(xlabel="x", ylabel="y", aspect="equal")
figure.colorbar(image, label="probability of the lower moon")
