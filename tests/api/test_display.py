"""What a notebook shows of arrays, blocks and compiled functions."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest

import ndgrad as mx
from ndgrad.array import display
from ndgrad.gluon import nn

TIMES = "\N{MULTIPLICATION SIGN}"


def test_array() -> None:
    x = mx.nd.array([[1, -2], [3, 4]])
    text = x._repr_html_()
    assert f"<strong>NDArray</strong> 2 {TIMES} 2 · float32 · cpu(0)<pre>[[ 1. -2.]\n" in text
    x.attach_grad("add")
    assert "variable, grad_req=&#x27;add&#x27;" in x._repr_html_()
    with mx.autograd.record():
        y = mx.nd.tanh(x)
        first, _ = mx.nd.split(x, 2, axis=1)
    assert "recorded, made by tanh" in y._repr_html_()
    assert "recorded, made by SliceChannel" in first._repr_html_()
    y.backward()
    assert "recorded" not in y._repr_html_()
    assert "scalar · float64" in mx.nd.array(2.5, dtype="float64").reshape(())._repr_html_()
    assert f"0 {TIMES} 3" in mx.nd.zeros((0, 3))._repr_html_()


@pytest.mark.parametrize("shape", [(1001,), (7, 200), (3, 40, 50), (2, 2, 300, 1)])
def test_large_arrays_are_abbreviated_as_numpy_does(shape: tuple[int, ...]) -> None:
    x = mx.nd.arange(int(np.prod(shape))).reshape(shape)
    assert display._text(x) == str(x.asnumpy())
    assert display._ends(x, 7).size <= 7 ** len(shape)


def test_sparse_array() -> None:
    x = mx.nd.array([[0, 1.5], [0, 0], [2, 0]]).tostype("csr")
    text = x._repr_html_()
    assert f"<strong>CSRNDArray</strong> 3 {TIMES} 2 · float32 · cpu(0) · 2 of 6 elements" in text
    assert "indptr <pre>[0 1 1 2]</pre>" in text
    assert "4 of 6 elements" in x.tostype("default").tostype("row_sparse")._repr_html_()


@pytest.mark.parametrize(
    ("shape", "size"), [((28, 28), (28, 28)), ((300, 200, 3), (100, 67)), ((8, 16, 1), (8, 16))]
)
def test_image(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    pytest.importorskip("PIL")
    x = mx.nd.array(np.arange(np.prod(shape)).reshape(shape) % 251, dtype="uint8")
    (source,) = re.findall('base64,([^"]*)', x._repr_html_())
    step = -(-max(shape[:2]) // 128)
    shown = mx.image.imdecode(base64.b64decode(source), flag=int(shape[-1] == 3)).asnumpy()
    expected = x.asnumpy()[::step, ::step].reshape(shown.shape)
    assert shown.shape[:2] == size and (shown == expected).all()


def test_bytes_that_are_no_image() -> None:
    for shape in ((8,), (3, 8), (8, 8, 5), (2, 8, 8, 3)):
        assert "<img" not in mx.nd.zeros(shape, dtype="uint8")._repr_html_()


def test_block() -> None:
    net = nn.HybridSequential()
    net.add(nn.Dense(4, in_units=3, activation="relu"), nn.HybridSequential())
    net[1].add(nn.Dense(2), nn.Dropout(0.5))
    text = net._repr_html_()
    assert "<code>HybridSequential</code> <em>shapes of 1 not yet known</em>" in text
    assert "(0): <code>Dense(3 -&gt; 4, Activation(relu))</code> <em>16 parameters</em>" in text
    assert text.count("<details") == text.count("</details>") == 2
    net.initialize()
    net(mx.nd.ones((1, 3)))
    assert "<em>26 parameters</em>" in net._repr_html_()


def test_compiled() -> None:
    function = mx.compile(lambda x: x * 2)
    assert "compiled for 0 signatures" in function._repr_html_()
    function(mx.nd.ones(3))
    assert "<svg" in function._repr_html_()
