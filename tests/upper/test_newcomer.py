"""What a newcomer tries in the first ten minutes, and what the pages for newcomers say."""

from __future__ import annotations

import copy
import pickle
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn, rnn

PAGES = Path(__file__).parents[2] / "docs" / "coming-from"


def matrix() -> nd.NDArray:
    return nd.array([[1, 2], [3, 4]])


def squares(x: nd.NDArray) -> nd.NDArray:
    return (x**2).sum()


def network() -> nn.HybridSequential:
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation="relu"), nn.Dense(2))
    net.initialize(mx.init.Xavier())
    return net


def initialised(block: Any) -> Any:
    block.initialize()
    return block


class Unprepared(nn.Block):
    """Its author forgot to call ``super().__init__()``."""

    def __init__(self) -> None:
        self.dense = nn.Dense(2)


# --- arrays ---------------------------------------------------------------------------------------


def test_showing_an_array() -> None:
    x = nd.array([[1, 2.5]])
    assert repr(x) == "\n[[1.  2.5]]\n<NDArray 1x2 @cpu(0)>"
    assert str(x.shape) == "(1, 2)" and f"{x.sum().asscalar():.2f}" == "3.50"
    assert x.dtype is np.float32 and x.context == mx.cpu()


@pytest.mark.parametrize(
    "given",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], dtype="float64").T.copy().T,
        [np.array([1, 2]), np.array([3, 4])],
        [range(1, 3), range(3, 5)],
        matrix(),
    ],
    ids=["lists", "tuples", "integers", "fortran", "rows", "ranges", "array"],
)
def test_making_an_array(given: object) -> None:
    x = nd.array(given)
    assert x.dtype is np.float32 and x.tolist() == [[1, 2], [3, 4]]


def test_python_with_an_array() -> None:
    """Loops, unpacking, numbers, `in`-place arithmetic, copies, pickles."""
    x = matrix()
    assert [row.tolist() for row in x] == [[1, 2], [3, 4]] and len(x) == 2
    first, second = x
    assert (first + second).tolist() == [4, 6]
    assert float(x[1, 1]) == 4 and int(x[0, 1]) == 2 and bool(x[0, 0])
    assert [10, 20, 30][int(x[0, 0])] == 20 and max(x[0, 0], x[0, 1]).asscalar() == 2
    kept = x
    x += 1
    assert kept is x and kept[0, 0] == 2
    for other in (copy.deepcopy(x), x.copy(), pickle.loads(pickle.dumps(x))):
        other[:] = 0
        assert x[0, 0] == 2 and other.shape == x.shape


@pytest.mark.parametrize(
    ("try_it", "error", "text"),
    [
        (lambda x: x + nd.ones(3), mx.MXNetError, "broadcast_add.*2,2.*3"),
        (lambda x: nd.dot(x, nd.ones((3, 2))), mx.MXNetError, "dot.*2.*3"),
        (lambda x: x[2], IndexError, "index 2 is out of bounds for axis 0 with size 2"),
        (lambda x: bool(x), ValueError, "ambiguous"),
        (lambda x: x.reshape((3, 3)), mx.MXNetError, "reshape"),
        (lambda x: x.backward(), mx.MXNetError, r"\(2, 2\), was not recorded.*record\(\)"),
        (lambda x: nd.concat(x, nd.ones((3, 3))), mx.MXNetError, r"Concat.*got \[3, 3\]"),
        (lambda x: nd.softmaxx(x), AttributeError, "softmaxx"),
        (lambda x: nd.softmax(x, axs=1), TypeError, "axs"),
        (lambda x: nd.array([[1], [2, 3]]), TypeError, "lists of equal lengths"),
        (lambda x: x.asscalar(), ValueError, "scalar"),
        (lambda x: nn.Dense(2)(x), RuntimeError, "has not been initialized"),
        (lambda x: nd.load("no-such-file.params"), mx.MXNetError, "no-such-file"),
        (lambda x: nn.Sequential([nn.Dense(2)]), TypeError, "prefix.*add()"),
        (lambda x: nn.Sequential().add([nn.Dense(2)]), TypeError, r"list.*add\(\*layers"),
        (lambda x: Unprepared(), AttributeError, r"Unprepared: dense.*super\(\).__init__"),
        (lambda x: nn.Block()(x), NotImplementedError, r"define forward\(self, x"),
        (lambda x: nn.HybridBlock()(x), NotImplementedError, r"define hybrid_forward\(self, F, x"),
        (lambda x: initialised(nn.Dense(2))(x.asnumpy()), ValueError, "ndarray of shape.*nd.array"),
        (lambda x: initialised(nn.Conv2D(2, 3))(x), ValueError, "batch, channels, height, width"),
        (lambda x: initialised(rnn.LSTM(2))(x), ValueError, r"layout='TNC'.*\(2, 2\)"),
        (lambda x: gluon.Trainer(nn.Dense(2), "sgd"), ValueError, "collect_params"),
        (lambda x: mx.optimizer.create("sdg"), ValueError, "did you mean 'sgd'"),
        (lambda x: mx.optimizer.SGD(lr=0.1), TypeError, "did you mean 'learning_rate'"),
        (lambda x: mx.optimizer.SGD(learning_rate="0.1"), TypeError, "learning_rate.*'0.1'"),
    ],
    ids=[
        *("shapes", "dot", "index", "truth", "reshape", "backward", "concat"),
        *("name", "argument", "ragged", "scalar", "initialize", "file"),
        *("layers", "added", "super", "forward", "hybrid_forward", "numpy", "conv", "lstm"),
        *("trainer", "optimizer", "lr", "text"),
    ],
)
def test_mistakes(try_it: Callable[[Any], object], error: type[Exception], text: str) -> None:
    x = matrix()
    with pytest.raises(error, match=f"(?s){text}"):
        try_it(x)
    assert x.tolist() == [[1, 2], [3, 4]]


# --- gradients ------------------------------------------------------------------------------------


def test_forgotten_record_and_forgotten_variable() -> None:
    x = matrix()
    assert x.grad is None
    with autograd.record():
        y = squares(x)
    with pytest.raises(mx.MXNetError, match=r"not recorded.*attach_grad"):
        y.backward()
    x.attach_grad()
    squares(x)
    assert x.grad.tolist() == [[0, 0], [0, 0]]
    with autograd.record():
        y = squares(x)
    y.backward()
    assert x.grad.tolist() == [[2, 4], [6, 8]]
    with pytest.raises(mx.MXNetError, match=r"earlier backward freed.*retain_graph=True"):
        y.backward()


def test_python_in_a_record() -> None:
    """Loops, branches on values, recursion, in-place filling."""
    x = nd.array([2])
    x.attach_grad()

    def power(x: nd.NDArray, n: int) -> nd.NDArray:
        return x if n == 1 else x * power(x, n - 1)

    with autograd.record():
        y = power(x, 4)
        while y < 1000:
            y = y * x
        y = y + x if x > 0 else y - x
    y.backward()
    assert y.asscalar() == 2**10 + 2 and x.grad.asscalar() == 10 * 2**9 + 1


def test_gradient_descent_from_nothing() -> None:
    mx.random.seed(0)
    t = nd.random.normal(shape=(50, 2))
    y = nd.dot(t, nd.array([2, -3])) + 1
    w, b = nd.zeros(2), nd.zeros(1)
    for p in (w, b):
        p.attach_grad()
    for _ in range(60):
        with autograd.record():
            loss = ((nd.dot(t, w) + b - y) ** 2).mean()
        loss.backward()
        for p in (w, b):
            p -= 0.2 * p.grad
    np.testing.assert_allclose([*w.tolist(), *b.tolist()], [2, -3, 1], atol=1e-3)


# --- networks -------------------------------------------------------------------------------------


def test_first_network(tmp_path: Path) -> None:
    """Train, print, save, load, export and import, without a warning."""
    mx.random.seed(0)
    x = nd.random.normal(shape=(64, 2))
    y = x[:, 0] > x[:, 1]
    net, loss_of, metric = network(), gluon.loss.SoftmaxCrossEntropyLoss(), mx.metric.Accuracy()
    batches = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch_size=16, shuffle=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
        for _ in range(8):
            for data, label in batches:
                with autograd.record():
                    loss = loss_of(net(data), label)
                loss.backward()
                trainer.step(len(data))
        metric.update(y, net(x))
        assert metric.get()[0] == "accuracy" and metric.get()[1] > 0.9

        net.save_parameters(str(tmp_path / "net.params"))
        again = network()
        again.load_parameters(str(tmp_path / "net.params"))
        net.hybridize()
        net(x)
        files = net.export(str(tmp_path / "net"))
        imported = gluon.SymbolBlock.imports(files[0], ["data"], files[1])
        for other in (again, imported):
            np.testing.assert_allclose(other(x), net(x), rtol=1e-4, atol=1e-5)
    assert "Dense(2 -> 4, Activation(relu))" in repr(net)


def test_help() -> None:
    for thing in (nd.dot, nd.array, autograd.record, gluon.Trainer, nn.Dense, mx.compile):
        assert thing.__doc__ and len(thing.__doc__) > 20
    assert "tanh" in dir(nd) and "Dense" in dir(nn) and "attach_grad" in dir(nd.array([1]))


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["pytorch", "jax", "numpy"])
def test_right_column(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands on the right of the tables of a page runs, from top to bottom."""
    monkeypatch.chdir(tmp_path)
    net, x = nn.Dense(3), matrix()
    net.initialize()
    net(x)
    scope = {"mx": mx, "nd": nd, "autograd": autograd, "gluon": gluon, "nn": nn, "np": np}
    scope |= {"x": x, "y": x + 1, "i": nd.array([1, 0]), "f": squares, "net": net}
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| .* \| (.*) \|$", text, flags=re.MULTILINE)
    codes = [code for cell in cells for code in re.findall(r"`([^`]+)`", cell)]
    codes = [c for c in codes if re.search(r"[.=@\[]", c) and "gpu" not in c and ".step" not in c]
    assert len(codes) > 20
    for code in codes:
        exec(compile(code, f"{page}.md: {code}", "exec"), scope)
