"""A program with arrays like NumPy's that type checkers must accept."""

from __future__ import annotations

from typing import Any

import numpy as onp

import ndgrad as mx
from ndgrad import autograd, gluon, np, npx


class Net(gluon.nn.HybridBlock):
    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return F.npx.relu(F.np.dot(x, x.T))


npx.set_np()
x = np.arange(6).reshape(2, 3)
x.attach_grad()
with autograd.record():
    y = np.tanh(x) * np.where(x > 2, x, 0) + x.std(axis=1, keepdims=True)
    loss = npx.softmax(y, axis=-1).sum()
loss.backward()
norm: float = float(np.linalg.norm(x.grad)) + x[0, 1].item()
mean: np.ndarray = norm + np.random.normal(size=(2,)).mean()
plain: mx.nd.NDArray = x.as_nd_ndarray()
again: np.ndarray = plain.as_np_ndarray()
greatest: np.ndarray = np.max(x, 1, True) + np.sum(x, 0, None, True) + x.max(axis=1)[:, None]
total: np.ndarray = np.add(1.5, x, out=y) * x.astype("float32", copy=False).T - np.zeros_like(x)
number: float = np.sqrt(2.0) + np.maximum(1, 2.5)
points, step = np.linspace(0, 1, 3, retstep=True)
joined: np.ndarray = np.concatenate([x, np.median(x, axis=0)[None], onp.ones((1, 3))], axis=0)
matrix: np.ndarray = np.atleast_2d(np.unique(x).reshape(-1)).T.copy()
parts: list[np.ndarray] = np.split(x, [1])
where: tuple[np.ndarray, ...] = np.nonzero(x) + np.where(x > 0)
drawn: np.ndarray = np.random.normal(x, 1.0, ctx=mx.cpu()) + np.random.gamma(onp.ones(3))
u, s, v = np.linalg.svd(x)
shape: tuple[int, ...] = Net()(x[:, None].squeeze()).shape
npx.reset_np()
