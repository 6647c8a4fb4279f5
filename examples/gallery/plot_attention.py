"""
What attention looks at
=======================

A layer of attention learns to write a row of digits backwards. Its weights show where each position
of the output has looked.
"""

import matplotlib.pyplot as plt
import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(0)
random = np.random.default_rng(0)
LENGTH, DIGITS, WIDTH, BATCH, STEPS = 8, 10, 32, 64, 250

# %%
# A position is a vector, and so is a digit. From their sum follow queries, keys and values. The
# products of queries and keys say how much of which value goes where.


class Transformer(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.digits = nn.Embedding(DIGITS, WIDTH)
            self.positions = nn.Embedding(LENGTH, WIDTH)
            self.query_key_value = nn.Dense(3 * WIDTH, flatten=False, use_bias=False)
            self.scores = nn.Dense(DIGITS, flatten=False)

    def hybrid_forward(self, F, digits, positions):
        x = F.broadcast_add(self.digits(digits), self.positions(positions))
        query, key, value = F.split(self.query_key_value(x), num_outputs=3, axis=2)
        attention = F.softmax(F.batch_dot(query, key, transpose_b=True) / WIDTH**0.5)
        x = x + F.batch_dot(attention, value)
        return self.scores(x), attention


# %%
# Rows are drawn anew for each step, so nothing can be learnt by heart.

net = Transformer()
net.initialize(mx.init.Normal(0.3))
net.hybridize()
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
cross_entropy.hybridize()  # a few kernels, not one for each of its operators
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
positions = nd.array([range(LENGTH)])
for _ in range(STEPS):
    rows = random.integers(DIGITS, size=(BATCH, LENGTH))
    with autograd.record():
        scores, _ = net(nd.array(rows), positions)
        loss = cross_entropy(scores, nd.array(rows[:, ::-1]))
    loss.backward()
    trainer.step(BATCH)

right = (scores.asnumpy().argmax(axis=2) == rows[:, ::-1]).mean()
print(f"{right:.1%} of the last digits right")

# %%
# The weights for one row: the first digit of the output comes from the last of the input.

row = nd.array([[3, 1, 4, 1, 5, 9, 2, 6]])
scores, attention = net(row, positions)
given, written = row[0].asnumpy().astype(int), scores[0].asnumpy().argmax(axis=1)
figure, axes = plt.subplots(figsize=(4.8, 3.8), layout="constrained")
image = axes.imshow(attention[0].asnumpy(), cmap="Blues", vmin=0, vmax=1)
axes.set_xticks(np.arange(LENGTH), given)
axes.set_yticks(np.arange(LENGTH), written)
axes.set(xlabel="digits of the input", ylabel="digits of the output")
figure.colorbar(image, label="attention")
