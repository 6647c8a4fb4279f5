"""
Digits and the mistakes of a network
====================================

A network with one hidden layer learns to read handwritten digits of 8 by 8 pixels. What it gets
wrong among the images that were held out is mostly hard to read.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(0)
np.random.seed(0)  # noqa: NPY002  # by which `DataLoader` shuffles

# %%
# Pixels from 0 to 1. The last 500 images were written by other people than the first.

digits = load_digits()
images = (digits.data / 16).astype(np.float32)
labels = digits.target.astype(np.float32)
batches = gluon.data.DataLoader(
    gluon.data.ArrayDataset(images[:-500], labels[:-500]), batch_size=64, shuffle=True
)
test_images, test_labels = images[-500:], labels[-500:].astype(int)

# %%
# Dropout sets a part of the hidden layer to 0 while the network is trained, so that no image is
# learnt by heart.

net = nn.HybridSequential()
net.add(nn.Dense(128, activation="relu"), nn.Dropout(0.3), nn.Dense(10))
net.initialize(mx.init.Xavier())
net.hybridize()
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 3e-3})

for _ in range(15):
    for some_images, some_labels in batches:
        with autograd.record():
            loss = cross_entropy(net(some_images), some_labels)
        loss.backward()
        trainer.step(len(some_images))

probabilities = nd.softmax(net(nd.array(test_images))).asnumpy()
answers = probabilities.argmax(axis=1)
wrong = np.flatnonzero(answers != test_labels)
print(f"{len(wrong)} of {len(test_labels)} images wrong")

# %%
# The mistakes that the network was most certain of.

wrong = wrong[np.argsort(-probabilities[wrong, answers[wrong]])]
figure, axes = plt.subplots(2, 7, figsize=(7, 2.9), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for axis, i in zip(axes.flat, wrong, strict=False):
    axis.imshow(test_images[i].reshape(8, 8), cmap="gray_r")
    axis.set_title(
        f"{test_labels[i]} read as {answers[i]}\n({probabilities[i].max():.0%})", fontsize=8
    )
