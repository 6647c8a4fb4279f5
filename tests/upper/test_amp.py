"""`mx.contrib.amp`: losses that are scaled, and steps that are left out when gradients overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ndgrad import autograd, cpu, gluon, nd, sym
from ndgrad.contrib import amp


class Parameter:
    grad_req = "write"

    def __init__(self, values: list[float]) -> None:
        self.data = nd.array(values)
        self.data.attach_grad()

    def list_grad(self) -> list[Any]:
        return [self.data.grad]


class Trainer:
    """The part of `gluon.Trainer` that takes steps."""

    def __init__(self, *params: Parameter) -> None:
        self._params, self._scale = params, 1.0

    def _update(self, ignore_stale_grad: bool = False) -> None:
        for x in self._params:
            x.data[:] -= self._scale * x.data.grad

    def step(self) -> None:
        self._update()


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    monkeypatch.setattr(amp, "_amp_initialized", False)
    return Trainer(Parameter([1.0, 2.0]))


def backward(trainer: Trainer, factor: float = 1.0) -> None:
    x = trainer._params[0].data
    with autograd.record():
        loss = (x * x * factor).sum()
        with amp.scale_loss(loss, trainer) as scaled:
            autograd.backward(scaled)


def test_steps_are_those_without_a_factor(trainer: Trainer) -> None:
    amp.init()
    amp.init_trainer(trainer)
    backward(trainer)
    x = trainer._params[0].data
    assert x.grad.asnumpy().tolist() == [2 * 2**16, 4 * 2**16]
    trainer.step()
    assert x.asnumpy().tolist() == [-1, -2]


def test_unscale(trainer: Trainer) -> None:
    amp.init()
    amp.init_trainer(trainer)
    backward(trainer)
    amp.unscale(trainer)
    x = trainer._params[0].data
    assert x.grad.asnumpy().tolist() == [2, 4]
    trainer.step()
    assert x.asnumpy().tolist() == [-1, -2]


def test_overflow(trainer: Trainer) -> None:
    amp.init()
    amp.init_trainer(trainer)
    x, scaler = trainer._params[0].data, trainer._amp_loss_scaler
    backward(trainer, 1e36)
    trainer.step()
    assert x.asnumpy().tolist() == [1, 2]
    assert scaler.loss_scale == 2**15
    for _ in range(scaler._GROWS_AFTER):
        x.grad[:] = 0
        trainer.step()
    assert scaler.loss_scale == 2**16
    x.grad[:] = np.nan
    assert scaler.has_overflow(trainer._params)


def test_lists_of_losses(trainer: Trainer) -> None:
    amp.init()
    amp.init_trainer(trainer)
    with amp.scale_loss([nd.ones(1), nd.ones(1)], trainer) as scaled:
        assert [x.asscalar() for x in scaled] == [2**16] * 2


def test_errors(trainer: Trainer) -> None:
    with pytest.raises(AssertionError, match=r"forget to call amp\.init"):
        amp.init_trainer(trainer)
    with pytest.raises(AssertionError, match="only float16 or bfloat16"):
        amp.init("int8")
    amp.init(np.dtype([("bfloat16", np.uint16)]))
    amp.init("bfloat16")
    with pytest.raises(TypeError, match="only compatible with Gluon Trainer"):
        amp.init_trainer(3)
    with (
        pytest.raises(AssertionError, match=r"forget to call amp\.init_trainer"),
        amp.scale_loss(nd.ones(1), trainer),
    ):
        pass


def test_models_stay_in_float32() -> None:
    net = sym.FullyConnected(sym.var("data"), num_hidden=2, name="fc")
    params = {"fc_weight": nd.ones((2, 3)), "fc_bias": nd.zeros(2)}
    converted, args, auxs = amp.convert_model(net, params, {}, target_dtype="float16")
    assert converted.list_arguments() == net.list_arguments() and args == params and auxs == {}
    assert converted.eval(data=nd.ones((1, 3)), **args)[0].asnumpy().tolist() == [[3, 3]]
    block = gluon.nn.Dense(2)
    assert amp.convert_hybrid_block(block, excluded_sym_names=["x"], ctx=cpu()) is block
    for call in (lambda: amp.convert_symbol(net, "int8"), lambda: amp.convert_hybrid_block(net)):
        with pytest.raises(AssertionError):
            call()
