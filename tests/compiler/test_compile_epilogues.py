"""Fused kernels that follow a product of matrices, block by block."""

import numpy as np
import pytest
from forms import SLOW

import ndgrad as mx
from ndgrad import nd
from ndgrad.kernels.cpu import fused, matmul

rng = np.random.default_rng(5)
FOLLOWS = "with blocks of the step before"


@pytest.fixture
def blocks(monkeypatch):
    """Products are shared out in blocks of rows, whatever the number of threads."""
    monkeypatch.setattr(matmul, "_block_shape", lambda m, n, k, tb: (max(1, m // 4), n))
    monkeypatch.setattr(matmul, "_CHUNK", 1)


def both(function, *arrays, rounding=0.0):
    """What `explain` says of *function*, which does compiled what it does eagerly."""
    found = []
    compiled = mx.compile(function)
    for f in (function, compiled):
        arguments = [nd.array(x) for x in arrays]
        y = f(*arguments)
        found.append([x.asnumpy() for x in (y, *arguments)])
    for x, y in zip(*found, strict=True):
        np.testing.assert_allclose(y, x, rtol=rounding)
    return str(compiled.explain())


def test_what_follows_a_product_runs_block_by_block(blocks):
    x, w, b = (rng.standard_normal(s).astype("f") for s in ((64, 32), (48, 32), (48,)))
    text = both(lambda x, w, b: nd.relu(nd.FullyConnected(x, w, b, num_hidden=48)), x, w, b)
    assert FOLLOWS in text
    softmax = both(lambda x, w: nd.softmax(nd.dot(x, w, transpose_b=True)), x, w, rounding=4e-7)
    assert FOLLOWS in softmax


def test_sums_over_the_rows_of_a_product_do_not_depend_on_blocks(blocks):
    x, w = (rng.standard_normal(s).astype("f") for s in ((2048, 16), (16, 128)))
    text = both(lambda x, w: nd.sum(nd.dot(x, w) * 2, axis=1), x, w, rounding=4e-7)
    assert FOLLOWS in text


def test_what_is_written_over_an_operand_waits_for_the_whole_product(blocks):
    x, w = (rng.standard_normal((64, 64)).astype("f") for _ in range(2))

    def update(x, w):
        w[:] = nd.dot(x, w) * 0.5 + 1
        return w + 0

    both(update, x, w)


def test_rows_of_a_product_that_others_read_as_columns_wait(blocks):
    x, w = (rng.standard_normal((64, 64)).astype("f") for _ in range(2))
    text = both(lambda x, w: nd.broadcast_add(nd.dot(x, w), nd.dot(x, w)[0:1]), x, w)
    assert FOLLOWS not in text


PROGRAMS = {
    "element by element": lambda x, y: nd.sigmoid(2 * x + 0.5) * nd.tanh(0.3 * y),
    "normalised rows": lambda x, y: (x - x.mean(axis=1, keepdims=True)) / nd.sum(y * y, axis=1)[0],
    "rows that lie apart": lambda x, y: nd.tanh(x[:, 100:500]) * 2 + y[:, 7:407],
    "normalised rows that lie apart": lambda x, y: nd.softmax(x[:, 100:500]) + y[:, :400],
    "over what is read": lambda x, y: nd.elemwise_add(nd.exp(x, out=x), y, out=y),
    "small-argument variants": lambda x, y: nd.sin(1e4 * x) + nd.cos(y),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if i in (0, 4) else SLOW) for i, name in enumerate(PROGRAMS)],
)
def test_prefetching_changes_nothing(name, monkeypatch):
    given = [rng.standard_normal((5, 901)).astype("f") for _ in range(2)]
    found = []
    for least, prefetches in ((1 << 62, False), (1, True)):
        monkeypatch.setattr(fused, "_PREFETCH_FROM", least)
        compiled = mx.compile(PROGRAMS[name])
        arrays = [nd.array(x) for x in given]
        y = compiled(*arrays)
        found.append([x.asnumpy() for x in (y, *arrays)])
        assert any(" prefetch(" in text for text in compiled.explain().sources) == prefetches
    for without, prefetched in zip(*found, strict=True):
        np.testing.assert_array_equal(prefetched, without)
