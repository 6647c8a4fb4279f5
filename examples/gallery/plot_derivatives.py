"""
tanh and its derivatives
========================

The gradient of a sum is the derivative of each element; with ``create_graph=True`` it is recorded
too, and can be differentiated again.
"""

import matplotlib.pyplot as plt

from ndgrad import autograd, nd

x = nd.linspace(-3, 3, 301)
x.attach_grad()
with autograd.record():
    curves = [nd.tanh(x)]
    for _ in range(3):
        curves += autograd.grad(curves[-1], [x], create_graph=True)

# %%
# Each derivative is one array among others.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for order, curve in enumerate(curves):
    axes.plot(x.asnumpy(), curve.asnumpy(), label=f"order {order}")
axes.axhline(0, color="#bbbbbb", linewidth=0.8)
axes.legend()
