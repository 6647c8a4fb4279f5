"""
Newton's method on Rosenbrock's function
========================================

The minimum lies in a long curved valley, along which gradient descent creeps. Newton's method
divides the gradient by the Hessian matrix, and is there in a few steps.
"""

import matplotlib.pyplot as plt
import numpy as np

from ndgrad import autograd, nd


def rosenbrock(point):
    x, y = point[0], point[1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


# %%
# The gradient is recorded too, so each of its elements can be differentiated again: these
# derivatives are the rows of the Hessian matrix.


def gradient_and_hessian(function, point):
    point.attach_grad()
    with autograd.record():
        (gradient,) = autograd.grad(function(point), [point], create_graph=True)
        rows = [autograd.grad(slope, [point], retain_graph=True)[0] for slope in gradient]
    return gradient.detach(), nd.stack(*rows)


start = nd.array([-1.2, 1.0], dtype="float64")
newton = [start]
for _ in range(6):
    gradient, hessian = gradient_and_hessian(rosenbrock, newton[-1])
    step = nd.dot(nd.linalg.inverse(hessian), gradient)
    newton.append(newton[-1] - step)

# %%
# Gradient descent needs a small rate: a larger one diverges, as the valley's walls are steep.

descent = [start]
for _ in range(2000):
    point = descent[-1].copy()
    point.attach_grad()
    with autograd.record():
        value = rosenbrock(point)
    value.backward()
    descent.append(point - 0.001 * point.grad)

# %%
# Both paths, and how far the function is above its minimum.

x, y = np.meshgrid(np.linspace(-1.6, 1.6, 200), np.linspace(-3.6, 1.8, 200))
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
left.contourf(x, y, rosenbrock((x, y)), levels=np.logspace(-2, 4, 19), norm="log", cmap="Greys")
for path, color, name in (
    (descent, "#d55e00", "gradient descent"),
    (newton, "#0072b2", "Newton's method"),
):
    points = np.array([point.asnumpy() for point in path])
    left.plot(*points.T, "o-", color=color, markersize=3, linewidth=1.2)
    right.loglog(
        np.arange(len(points)) + 1,
        rosenbrock(points.T),
        "o-",
        color=color,
        markersize=3,
        label=name,
    )
left.plot(1, 1, "*", color="black", markersize=10)
left.set(xlabel="x", ylabel="y")
right.set(xlabel="step", ylabel="value", ylim=(1e-12, 1e4))
right.legend(frameon=False)
