"""
A texture by the correlations of its features
=============================================

Random filters look at a picture, and what is kept of it is how their responses go together. The
gradient with respect to the pixels turns noise into another picture of which the same holds.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd

mx.random.seed(0)
SIZE, FILTERS, STEPS = 48, 48, 400
SMOOTHNESS = 0.1

# %%
# The picture: slanted waves of two colours, with dots.

y, x = np.mgrid[:SIZE, :SIZE]
waves = np.sin(2 * np.pi * (x + y + 2 * np.sin(2 * np.pi * y / 24)) / 12)
dots = np.hypot((x - 6 + y // 12 % 2 * 6) % 12 - 6, y % 12 - 6) < 2.5
picture = np.stack([0.5 + 0.4 * waves, 0.5 - 0.1 * waves, 0.5 - 0.4 * waves])
picture[:, dots] = np.array([[0.95], [0.9], [0.4]])
picture = nd.array(picture[np.newaxis])

# %%
# Filters of three sizes. The mean product of each pair of responses is a Gram matrix; it does not
# say where something is.

sizes = (3, 7, 11)
filters = [nd.random.normal(0, (3 * s * s) ** -0.5, shape=(FILTERS, 3, s, s)) for s in sizes]


def gram_matrices(image):
    matrices = []
    for weight, s in zip(filters, sizes, strict=True):
        responses = nd.Convolution(
            image - 0.5, weight, num_filter=FILTERS, kernel=(s, s), no_bias=True
        )
        responses = nd.relu(responses).reshape((FILTERS, -1))
        matrices.append(nd.dot(responses, responses, transpose_b=True) / responses.shape[1])
    return matrices


targets = gram_matrices(picture)
scales = [1 / nd.square(target).mean() for target in targets]

# %%
# What is learned are the pixels, as values of which the sigmoid is from 0 to 1. A little of the
# loss is the difference between neighbours, which keeps the noise down.

pixels = nd.random.normal(0, 0.5, shape=picture.shape)
pixels.attach_grad()
schedule = mx.lr_scheduler.CosineScheduler(STEPS, base_lr=0.15, final_lr=0.01)
adam = mx.optimizer.Adam(learning_rate=0.15, lr_scheduler=schedule)
state = adam.create_state(0, pixels)
losses = []
for _ in range(STEPS):
    with autograd.record():
        image = nd.sigmoid(pixels)
        pairs = zip(gram_matrices(image), targets, scales, strict=True)
        roughness = nd.abs(image[:, :, 1:] - image[:, :, :-1]).mean()
        roughness = roughness + nd.abs(image[:, :, :, 1:] - image[:, :, :, :-1]).mean()
        loss = nd.add_n(
            *[scale * nd.square(matrix - target).mean() for matrix, target, scale in pairs]
        )
        loss = loss + SMOOTHNESS * roughness
    loss.backward()
    adam.update(0, pixels, pixels.grad, state)
    losses.append(loss.asscalar())
print(f"loss {losses[0]:.4f} at first, {losses[-1]:.2e} at last")

figure, axes = plt.subplots(1, 2, figsize=(6, 3.2), layout="constrained")
for axis, shown, title in zip(axes, (picture, image), ("given", "made from noise"), strict=True):
    axis.imshow(shown[0].transpose((1, 2, 0)).asnumpy())
    axis.set(title=title, xticks=[], yticks=[])
