"""
The latent plane of a variational autoencoder
=============================================

An encoder finds two numbers for each image of a digit, from which a decoder makes the image again.
The decoder then draws every point of the plane, also those between the digits that it saw.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

mx.random.seed(1)
np.random.seed(1)  # noqa: NPY002  # by which `DataLoader` shuffles
digits = load_digits()
images = (digits.data / 16).astype(np.float32)


# %%
# The encoder gives the mean and the variance of a normal distribution over codes. The loss is how
# badly the image is made again from a drawn code, and how far the distribution is from the standard
# normal one.


class Autoencoder(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.encoder = nn.HybridSequential()
            self.encoder.add(nn.Dense(128, activation="relu"), nn.Dense(4))
            self.decoder = nn.HybridSequential()
            self.decoder.add(nn.Dense(128, activation="relu"), nn.Dense(64))

    def hybrid_forward(self, F, images):
        mean, log_variance = F.split(self.encoder(images), num_outputs=2, axis=1)
        code = mean + F.exp(0.5 * log_variance) * F.random.normal_like(mean)
        scores = self.decoder(code)
        cross_entropy = F.sum(F.Activation(scores, "softrelu") - images * scores, axis=1)
        divergence = 0.5 * F.sum(mean**2 + F.exp(log_variance) - log_variance - 1, axis=1)
        return cross_entropy + divergence


net = Autoencoder()
net.initialize(mx.init.Xavier())
net.hybridize()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 3e-3})
for _ in range(30):
    for some in gluon.data.DataLoader(images, batch_size=64, shuffle=True):
        with autograd.record():
            loss = net(some)
        loss.backward()
        trainer.step(len(some))

# %%
# On the left the means of the codes, on the right what the decoder makes of a grid of codes.

codes = net.encoder(nd.array(images))[:, :2].asnumpy()
at = np.linspace(-2, 2, 12)
x, y = np.meshgrid(at, at[::-1])
grid = nd.array(np.stack([x.ravel(), y.ravel()], axis=1))
drawn = nd.sigmoid(net.decoder(grid)).asnumpy().reshape(12, 12, 8, 8)

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.7), layout="constrained")
points = left.scatter(*codes.T, c=digits.target, s=6, cmap="tab10", vmin=-0.5, vmax=9.5)
left.set(xlabel="first code", ylabel="second code", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
figure.colorbar(points, ax=left, ticks=range(10), label="digit")
drawn = np.pad(drawn, ((0, 0), (0, 0), (1, 1), (1, 1)))
picture = drawn.transpose(0, 2, 1, 3).reshape(120, 120)
right.imshow(picture, cmap="gray_r", extent=(-2.2, 2.2, -2.2, 2.2))
right.set(xlabel="first code", ylabel="second code")
