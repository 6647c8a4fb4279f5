"""
An image from a fifth of its pixels
===================================

An image of few ingredients is nearly the product of two thin matrices. They are found from the
pixels that are known, and their product tells the others.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd

mx.random.seed(0)
SIZE, RANK, STEPS = 96, 8, 600

# %%
# The image: waves and a woven pattern. Of its pixels one in five is known.

y, x = np.mgrid[:SIZE, :SIZE] / SIZE
image = np.sin(9 * x) * np.cos(7 * y) + np.sin(25 * x + 4) * np.sin(19 * y) + 3 * (x - 0.5) * y
image += 0.7 * (np.floor(8 * x) % 2 == np.floor(8 * y) % 2)
image = nd.array(image)
known = nd.random.uniform(shape=image.shape) < 0.2

# %%
# The factors begin small, so that what is not known is not filled with noise.

rows = nd.random.normal(0, 0.1, shape=(SIZE, RANK))
columns = nd.random.normal(0, 0.1, shape=(RANK, SIZE))
factors = [rows, columns]
for factor in factors:
    factor.attach_grad()
update = mx.optimizer.get_updater(mx.optimizer.Adam(learning_rate=0.02))
losses = []
for _ in range(STEPS):
    with autograd.record():
        errors = known * nd.square(nd.dot(rows, columns) - image)
        size = nd.square(rows).sum() + nd.square(columns).sum()
        loss = errors.sum() + 0.03 * size
    loss.backward()
    for index, factor in enumerate(factors):
        update(index, factor.grad, factor)
    losses.append((errors.sum() / known.sum()).asscalar())

completed = nd.dot(rows, columns)
unseen = (nd.square(completed - image) * (1 - known)).sum() / (1 - known).sum()
print(f"mean square of errors: {losses[-1]:.4f} where known, {unseen.asscalar():.4f} elsewhere")

# %%
# The image, what was given, and what was made of it.

shown = {
    "image": image.asnumpy(),
    "one pixel in five": np.where(known.asnumpy() > 0, image.asnumpy(), np.nan),
    f"product of rank {RANK}": completed.asnumpy(),
}
figure, axes = plt.subplots(1, 3, figsize=(8, 2.9), layout="constrained")
for axis, (title, pixels) in zip(axes, shown.items(), strict=True):
    axis.imshow(pixels, cmap="cividis", vmin=-2.5, vmax=3)
    axis.set(title=title, xticks=[], yticks=[])
