"""
A network that solves Burgers' equation
=======================================

A network of time and place is trained to satisfy a differential equation and its initial values;
it sees no solution. The equation has second derivatives, which training differentiates once more.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(0)
VISCOSITY, POINTS, STEPS = 0.02, 700, 1250

# %%
# u is the speed of a fluid in a pipe from -1 to 1, of which the ends are at rest. The product with
# 1 - x² and the sine satisfy the conditions at the ends and at time 0 by themselves.

net = nn.HybridSequential()
net.add(*[nn.Dense(24, activation="tanh") for _ in range(3)], nn.Dense(1))
net.initialize(mx.init.Xavier())


def speed(t, x):
    return -nd.sin(np.pi * x) + t * (1 - x * x) * net(nd.stack(t, x, axis=1))[:, 0]


# %%
# The residual of u_t + u u_x = viscosity u_xx. Its derivatives are recorded, as the loss is made of
# them.


def residual(t, x):
    t.attach_grad()
    x.attach_grad()
    u = speed(t, x)
    u_t, u_x = autograd.grad(u, [t, x], create_graph=True)
    (u_xx,) = autograd.grad(u_x, [x], create_graph=True)
    return u_t + u * u_x - VISCOSITY * u_xx


@mx.compile
def loss_and_gradients():
    t = nd.random.uniform(0, 1, shape=POINTS)
    x = nd.random.uniform(-1, 1, shape=POINTS)
    with autograd.record():
        loss = nd.square(residual(t, x)).mean()
    loss.backward()
    return loss


speed(nd.zeros(1), nd.zeros(1))  # the weights get their shapes
schedule = mx.lr_scheduler.CosineScheduler(STEPS, base_lr=8e-3, final_lr=1e-4)
adam = {"learning_rate": 8e-3, "lr_scheduler": schedule}
trainer = gluon.Trainer(net.collect_params(), "adam", adam)
for step in range(STEPS):
    loss = loss_and_gradients()
    trainer.step(1)
    if step % 250 == 0:
        print(f"step {step}: mean square of the residual {loss.asscalar():.5f}")

# %%
# The same by finite differences, to compare.

places = np.linspace(-1, 1, 201)
width, duration = places[1] - places[0], 1e-3
solutions = [-np.sin(np.pi * places)]
for _ in range(1000):
    u = np.pad(solutions[-1], 1, mode="reflect", reflect_type="odd")
    change = VISCOSITY * (u[2:] - 2 * u[1:-1] + u[:-2]) / width**2
    change -= (u[2:] ** 2 - u[:-2] ** 2) / (4 * width)
    solutions.append(solutions[-1] + duration * change)

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for time, color in ((0, "#999999"), (0.25, "#0072b2"), (0.5, "#009e73"), (1, "#d55e00")):
    u = speed(nd.full(201, time), nd.array(places)).asnumpy()
    axes.plot(places, u, color=color, label=f"time {time}")
    axes.plot(places, solutions[int(1000 * time)], "k:", linewidth=1)
axes.plot([], [], "k:", label="finite differences")
axes.set(xlabel="x", ylabel="u")
axes.legend(frameon=False)
