"""What errors say and show: the name that was meant, the block, and no frames of ndgrad."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, init, metric, nd, optimizer, sym
from ndgrad.base import MXNetError, Settings


@pytest.mark.parametrize(
    ("call", "error", "meant"),
    [
        (lambda x: nd.tanhh(x), AttributeError, "tanh"),
        (lambda x: nd.Softmax_activation(x), AttributeError, "SoftmaxActivation"),
        (lambda x: sym.Convolutoin(), AttributeError, "Convolution"),
        (lambda x: gluon.nn.Dens(3), AttributeError, "Dense"),
        (lambda x: nd.softmax(x, axs=1), TypeError, "axis"),
        (lambda x: nd.zeros(2, dtpe="int8"), TypeError, "dtype"),
        (lambda x: sym.FullyConnected(sym.var("x"), num_hiden=3), TypeError, "num_hidden"),
        (lambda x: gluon.nn.Dense(3, acitvation="relu"), TypeError, "activation"),
        (lambda x: gluon.nn.MaxPool2D(2, stride=2), TypeError, "strides"),
        (lambda x: optimizer.SGD(learning_rat=1), TypeError, "learning_rate"),
        (lambda x: x.astype("flot32"), TypeError, "float32"),
        (lambda x: nd.Activation(x, act_type="rellu"), MXNetError, "relu"),
        (lambda x: optimizer.create("adm"), ValueError, "adam"),
        (lambda x: metric.create("acuracy"), ValueError, "accuracy"),
        (lambda x: init.create("xavierr"), ValueError, "xavier"),
        (lambda x: mx.kv.create("locl"), ValueError, "local"),
        (lambda x: mx.Context("gppu"), KeyError, "gpu"),
        (lambda x: x.attach_grad("wrte"), KeyError, "write"),
    ],
)
def test_the_name_that_was_meant(
    call: Callable[[nd.NDArray], object], error: type[Exception], meant: str
) -> None:
    with pytest.raises(error, match=rf"\(did you mean '{meant}'\?\)"):
        call(nd.ones((2, 3)))


def test_no_name_is_guessed_that_is_not_close() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = nd.something_else_entirely
    assert "did you mean" not in str(caught.value)


def _frames(call: Callable[[], object], error: type[Exception]) -> list[str]:
    """The functions in the traceback of an error, this one left out."""
    with pytest.raises(error) as caught:
        call()
    return [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)][1:]


class _Softmax(gluon.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.softmax(x, axis=x.shape[0])


class _Fails(gluon.HybridBlock):
    def hybrid_forward(self, F, x):
        return {}[x.shape]


def _twice() -> None:
    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    y.backward()


def test_a_traceback_ends_where_ndgrad_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    x = nd.ones((2, 3))
    monkeypatch.setenv("NDGRAD_TRACEBACK", "short")
    assert _frames(lambda: nd.softmax(x, axis=7), MXNetError) == ["<lambda>", "softmax"]
    assert _frames(lambda: x + nd.ones(4), MXNetError) == ["<lambda>", "broadcast_add"]
    assert _frames(lambda: nd.topk(x, k=9), MXNetError) == ["<lambda>", "topk"]
    assert _frames(_twice, MXNetError) == ["_twice", "backward"]
    compiled = mx.compile(lambda x: x + nd.ones(4))
    own = ["<lambda>", "__call__", "<lambda>", "broadcast_add"]
    assert _frames(lambda: compiled(x), MXNetError) == own
    own = ["<lambda>", "__call__", "hybrid_forward", "softmax"]
    assert _frames(lambda: _Softmax()(x), MXNetError) == own
    # An error that ndgrad does not raise keeps all frames.
    assert _frames(lambda: _Fails()(x), KeyError)[1:3] == ["__call__", "_run"]
    monkeypatch.setenv("NDGRAD_TRACEBACK", "full")
    assert len(_frames(lambda: nd.softmax(x, axis=7), MXNetError)) > 2


def test_an_error_names_the_innermost_block() -> None:
    net = gluon.nn.Sequential(prefix="net_")
    net.add(gluon.nn.Dense(4, in_units=3, prefix="a_"), gluon.nn.Dense(2, in_units=3, prefix="b_"))
    net.initialize()
    with pytest.raises(MXNetError) as caught:
        net(nd.ones((2, 3)))
    assert caught.value.__notes__ == ["In Dense 'b', called with float32 (2, 4)"]


def test_the_setting_of_tracebacks() -> None:
    assert not Settings({}).full_traceback
    with pytest.raises(MXNetError, match="NDGRAD_TRACEBACK=long: expected 'full' or 'short'"):
        _ = Settings({"NDGRAD_TRACEBACK": "long"}).full_traceback


@pytest.mark.parametrize(
    ("call", "classes"),
    [
        (lambda: nd.dot(nd.ones(2)), (MXNetError, TypeError)),
        (lambda: nd.sum("a"), (AssertionError, TypeError)),
        (lambda: nd.zeros("a"), (MXNetError, TypeError)),
        (lambda: mx.metric.create("no"), (AssertionError, ValueError)),
        (lambda: mx.gluon.data.ArrayDataset(), (AssertionError, MXNetError)),
        (lambda: nd.load("no/file"), (MXNetError, FileNotFoundError)),
    ],
)
def test_errors_are_of_the_classes_that_mxnet_raises_and_python_expects(
    call: Callable[[], object], classes: tuple[type[Exception], ...]
) -> None:
    for kind in classes:
        with pytest.raises(kind):
            call()
