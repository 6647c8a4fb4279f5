"""
Sensitivity of a simulation
===========================

Hares and lynxes follow the equations of Lotka and Volterra, step by step in a Python loop. One
backward pass says how a few more animals at any time would change the number of hares at the end.
"""

import matplotlib.pyplot as plt
import numpy as np

from ndgrad import autograd, nd

STEPS, DURATION = 400, 0.05

# %%
# A state holds hares and lynxes. Before each step some animals are added.


def change(state):
    hares, lynxes = state[0], state[1]
    changes = hares * (1.1 - 0.04 * lynxes), lynxes * (0.01 * hares - 0.4)
    return nd.concat(*changes, dim=0)


def simulate(state, added):
    states = [state]
    for i in range(STEPS):
        state = state + added[i]
        middle = state + DURATION / 2 * change(state)
        state = state + DURATION * change(middle)
        states.append(state)
    return nd.stack(*states)


# %%
# None are added; but ``added`` is a variable, and its gradient has a row for each time.

start = nd.array([30, 10])
added = nd.zeros((STEPS, 2))
added.attach_grad()
with autograd.record():
    states = simulate(start, added)
    last = states[-1, 0]
last.backward()

# %%
# A check: the simulation with one more lynx at a certain time.

moment = 150
more = nd.zeros((STEPS, 2))
more[moment, 1] = 1
measured = simulate(start, more)[-1, 0] - last
print(
    f"one more lynx at time {moment * DURATION:g}: {measured.asscalar():+.2f} hares at the end, "
    f"{added.grad[moment, 1].asscalar():+.2f} by the gradient"
)

# %%
# Lynxes matter most when there are few of them.

times = DURATION * np.arange(STEPS + 1)
figure, (upper, lower) = plt.subplots(2, 1, figsize=(6, 4.5), sharex=True, layout="constrained")
for column, (name, color) in enumerate((("hares", "#0072b2"), ("lynxes", "#d55e00"))):
    upper.plot(times, states[:, column].asnumpy(), color=color, label=name)
    lower.plot(times[:-1], added.grad[:, column].asnumpy(), color=color)
upper.plot(times[-1], last.asscalar(), "o", color="#0072b2")
lower.axhline(0, color="#bbbbbb", linewidth=0.8)
upper.set(ylabel="animals")
lower.set(xlabel="time", ylabel="hares at the end\nfor one more animal now")
upper.legend(frameon=False)
