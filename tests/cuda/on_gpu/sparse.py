"""Sparse arrays on a GPU; run by `test_cuda.py`, as `rows.py` says."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.memory.device import DeviceArray

GPU, CPU = mx.gpu(0), mx.cpu(0)
RANDOM = np.random.default_rng(0)
DENSE = np.where(RANDOM.random((5, 7)) < 0.4, RANDOM.normal(size=(5, 7)), 0).astype("float32")
OTHER = np.where(RANDOM.random((5, 7)) < 0.4, RANDOM.normal(size=(5, 7)), 0).astype("float32")
SLICES = DENSE * np.array([[1], [0], [1], [0], [1]], "float32")


def matrix(ctx: mx.Context, values: Any = DENSE) -> Any:
    return nd.array(values, ctx=ctx).tostype("csr")


def slices(ctx: mx.Context, values: Any = SLICES) -> Any:
    return nd.array(values, ctx=ctx).tostype("row_sparse")


def parts(x: Any) -> list[Any]:
    names = {"csr": ("data", "indices", "indptr"), "row_sparse": ("data", "indices")}
    return [getattr(x, name) for name in names.get(x.stype, ())] or [x]


def check(make: Callable[[mx.Context], Any]) -> None:
    """The same on both, in the same storage, and all of it where it was made."""
    found = [make(ctx) for ctx in (CPU, GPU)]
    here, there = [x if isinstance(x, (list, tuple)) else [x] for x in found]
    for a, b in zip(here, there, strict=True):
        assert a.stype == b.stype and b.context == GPU
        for p, q in zip(parts(a), parts(b), strict=True):
            assert isinstance(q._data, DeviceArray) and p.dtype == q.dtype and p.shape == q.shape
            np.testing.assert_allclose(p.asnumpy(), q.asnumpy(), rtol=1e-5, atol=1e-6)


MADE: dict[str, Callable[[mx.Context], Any]] = {
    "parts": lambda c: nd.sparse.csr_matrix(([1, 2], [0, 2], [0, 1, 2]), shape=(2, 3), ctx=c),
    "places": lambda c: nd.sparse.csr_matrix(([1, 2, 3], ([1, 0, 1], [2, 1, 2])), ctx=c),
    "rows": lambda c: nd.sparse.row_sparse_array(([[1, 2]], [1]), shape=(3, 2), ctx=c),
    "zeros": lambda c: [nd.sparse.zeros(s, (2, 3), ctx=c) for s in ("csr", "row_sparse")],
    "of dense": lambda c: [matrix(c), slices(c)],
    "half": lambda c: nd.array(DENSE, ctx=c, dtype="float16").tostype("csr").tostype("default"),
    "to dense": lambda c: [matrix(c).tostype("default"), slices(c).tostype("default")],
    "copied": lambda c: [matrix(CPU).as_in_context(c), slices(CPU).copyto(c)],
    "assigned": lambda c: matrix(CPU).copyto(nd.sparse.zeros("csr", (5, 7), ctx=c)),
    "dtype": lambda c: matrix(c).astype("float64"),
    "pickled": lambda c: pickle.loads(pickle.dumps(matrix(c))),
}

CALLS: dict[str, Callable[[mx.Context], Any]] = {
    "product": lambda c: nd.dot(matrix(c), nd.ones((7, 3), ctx=c)),
    "product with a vector": lambda c: nd.dot(matrix(c), nd.ones((7, 1), ctx=c)),
    "transposed": lambda c: nd.dot(matrix(c), nd.ones((5, 3), ctx=c), transpose_a=True),
    "transposed, a vector": lambda c: nd.dot(matrix(c), nd.ones((5, 1), ctx=c), transpose_a=True),
    "dense times sparse": lambda c: nd.dot(nd.ones((2, 5), ctx=c), matrix(c)),
    "formulas": lambda c: [nd.sin(matrix(c)) * 2, slices(c).square(), matrix(c) + 1],
    "sums of two": lambda c: [matrix(c) + matrix(c, OTHER), slices(c) + slices(c, OTHER)],
    "products of two": lambda c: matrix(c) * matrix(c, OTHER),
    "times dense": lambda c: matrix(c) * nd.array(OTHER, ctx=c),
    "sums": lambda c: [nd.sum(matrix(c), axis=0), nd.sum(matrix(c), axis=1), slices(c).sum()],
    "joined": lambda c: nd.concat(matrix(c), matrix(c, OTHER), dim=0),
    "some rows": lambda c: [matrix(c)[1:3], nd.slice(matrix(c), begin=(1, 2), end=(4, 6))],
    "taken": lambda c: nd.take(matrix(c), nd.array([3, 0, 3], ctx=c)),
    "retain": lambda c: slices(c).retain(nd.array([0, 1, 4], ctx=c)),
    "square sum": lambda c: nd._internal._square_sum(slices(c), axis=1, keepdims=True),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_making_and_moving(make: Callable[[mx.Context], Any]) -> None:
    check(make)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_operators(call: Callable[[mx.Context], Any]) -> None:
    check(call)


def weight(ctx: mx.Context, req: str = "write") -> Any:
    w = nd.array(np.linspace(-1, 1, 21).reshape(7, 3), ctx=ctx)
    w.attach_grad(req, stype="row_sparse")
    return w


def embedded(index: Sequence[int], w: Any) -> Any:
    return nd.Embedding(nd.array(index, ctx=w.context), w, input_dim=7, output_dim=3)


@pytest.mark.parametrize("req", ["write", "add"])
def test_gradients(req: str) -> None:
    def gradient(ctx: mx.Context) -> Any:
        w = weight(ctx, req)
        for x in (matrix(ctx), matrix(ctx, OTHER)):
            with autograd.record():
                loss = (nd.dot(x, w) ** 2).sum() + embedded([1, 3, 3], w).sum()
            loss.backward()
        return [loss.detach(), w.grad]

    check(gradient)


STEPS: dict[str, Callable[..., Any]] = {
    "sgd": lambda w, m, v: nd.sgd_update(w, w.grad, out=w, lr=0.1),
    "momentum": lambda w, m, v: nd.sgd_mom_update(w, w.grad, m, out=w, lr=0.1, momentum=0.9),
    "adam": lambda w, m, v: nd.adam_update(w, w.grad, m, v, out=w, lr=0.1),
}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_steps_change_the_rows_of_the_gradient(step: Callable[..., Any], compiled: bool) -> None:
    def trained(ctx: mx.Context) -> Any:
        w, states = weight(ctx), [nd.zeros((7, 3), ctx=ctx) for _ in range(2)]

        def train(x: Any, index: Any) -> Any:
            with autograd.record():
                rows = nd.Embedding(index, w, input_dim=7, output_dim=3)
                loss = (nd.dot(x, w) ** 2).sum() + rows.sum()
            loss.backward()
            step(w, *states)
            return loss

        run = mx.compile(train) if compiled and ctx == GPU else train
        found = []
        for values, index in ((SLICES, [1, 1]), (OTHER, [5, 2]), (DENSE, [0, 0])):
            found.append(run(matrix(ctx, values), nd.array(index, ctx=ctx)))
        return [*found, w, *states, w.grad]

    check(trained)


def test_networks_with_sparse_gradients() -> None:
    def trained(ctx: mx.Context) -> Any:
        net = mx.gluon.nn.Embedding(7, 3, sparse_grad=True)
        net.initialize(mx.init.One(), ctx=ctx)
        trainer = mx.gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
        for index in ([1, 3], [3, 3]):
            with autograd.record():
                loss = (net(nd.array(index, ctx=ctx)) ** 2).sum()
            loss.backward()
            trainer.step(1)
        return [net.weight.data(ctx), net.weight.grad(ctx)]

    check(trained)


def test_a_row_sparse_weight() -> None:
    def trained(ctx: mx.Context) -> Any:
        w = slices(ctx)
        w.attach_grad()
        x = matrix(ctx, DENSE.T)
        for _ in range(2):
            with autograd.record():
                loss = (nd.dot(x, w) ** 2).sum()
            loss.backward()
            nd.sgd_update(w, w.grad, out=w, lr=0.1)
        return [w, w.grad]

    check(trained)


def test_arrays_on_two_devices_are_refused() -> None:
    with pytest.raises(MXNetError, match=r"dot: all arrays must be on one device"):
        nd.dot(matrix(GPU), nd.ones((7, 3)))
    with pytest.raises(MXNetError, match=r"retain: all arrays must be on one device"):
        slices(GPU).retain(nd.array([0]))


def test_files_and_scipy() -> None:
    x = matrix(GPU)
    np.testing.assert_array_equal(x.asscipy().toarray(), DENSE)
    x.check_format()
    with GPU:
        assert nd.sparse.zeros("csr", (2, 3)).context == GPU
        assert nd.zeros((2, 3), stype="row_sparse").context == GPU
