"""A program with arrays like NumPy's that type checkers must accept."""

from __future__ import annotations

from typing import Any

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
norm: float = float(np.linalg.norm(x.grad)) + x[0, 1].item() + np.random.normal(size=(2,)).mean()
plain: mx.nd.NDArray = x.as_nd_ndarray()
again: np.ndarray = plain.as_np_ndarray()
shape: tuple[int, ...] = Net()(x[:, None].squeeze()).shape
npx.reset_np()
