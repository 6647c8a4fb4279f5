"""A training loop with `nd` and `autograd`, as type checkers see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd


def loss_of(x: nd.NDArray, y: nd.NDArray, weights: Sequence[nd.NDArray]) -> nd.NDArray:
    first, second = weights
    hidden = nd.dot(x, first).tanh()
    hidden = nd.Dropout(hidden, p=0.5, mode="training")
    scores = nd.FullyConnected(hidden, second, no_bias=True, num_hidden=3, flatten=False)
    return -nd.pick(nd.log_softmax(scores, axis=-1), y, axis=1, keepdims=True).mean(axis=0)


def train(data: np.ndarray[tuple[int, int], np.dtype[np.float32]], steps: int) -> float:
    mx.random.seed(1)
    x = nd.array(data, ctx=mx.cpu(), dtype="float32")
    y = nd.argmax(nd.random.uniform(shape=(x.shape[0], 3)), axis=1)
    weights = [nd.random.normal(0, 0.1, shape=shape) for shape in ((x.shape[1], 8), (3, 8))]
    for w in weights:
        w.attach_grad(grad_req="write")
    loss = nd.zeros((1,))
    for _ in range(steps):
        with mx.engine.bulk(10), autograd.record():
            loss = loss_of(x, y, weights)
        loss.backward()
        for w in weights:
            assert w.grad is not None
            nd.sgd_update(w, w.grad, lr=0.1, wd=1e-4, out=w)
            w -= 0.01 * w
    return float(loss.asscalar())


def operators() -> None:
    x = nd.arange(6).reshape((2, 3))
    assert_type(x + 1, nd.NDArray)
    assert_type(2 / x, nd.NDArray)
    assert_type(x > 0.5, nd.NDArray)
    assert_type(x[0, 1:], nd.NDArray)
    assert_type(x.sum(axis=(0, 1), keepdims=True), nd.NDArray)
    assert_type(nd.concat(x, x, dim=1), nd.NDArray)
    assert_type(nd.stack(*[x, x], axis=0), nd.NDArray)
    assert_type(nd.split(x, num_outputs=3, axis=1), list[nd.NDArray])
    assert_type(nd.topk(x, k=2), nd.NDArray)
    assert_type(x.topk(k=2, ret_typ="both"), list[nd.NDArray])
    assert_type(nd.maximum(x, 0), nd.NDArray)
    assert_type(nd.add(1.5, 2), float)
    assert_type(nd.op.relu(x), nd.NDArray)
    assert_type(nd.linalg.gemm2(x, x, transpose_b=True), nd.NDArray)
    assert_type(nd.contrib.box_nms(x, overlap_thresh=0.5), nd.NDArray)
    assert_type(nd.image.to_tensor(x), nd.NDArray)
    assert_type(nd.sparse.retain(x, x), nd.NDArray)
    x += np.ones((2, 3))
    x[:] = 0
    weights = [x, x]
    nd.slice_axis(x, axis=1, begin=1, end=None)
    nd.BatchNorm(x, *weights, *weights, fix_gamma=False, output_mean_var=True)
    nd.Convolution(x, *weights, kernel=(3, 3), num_filter=8)
    nd.Convolution(x, x, x, kernel=(3, 3), num_filter=8, pad=1, layout="NCHW")
