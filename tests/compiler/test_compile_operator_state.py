"""Operators with a state, and what a compiled function leaves of it when tracing raises."""

from __future__ import annotations

import dataclasses
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
from compile_helpers import agree_closely, some

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.dispatch import bind, copy_buffer, written
from ndgrad.dispatch.structured import structured_call
from ndgrad.ops.table import Op

# Which values a program has: what its kernels compute is a matter for other tests.
pytestmark = pytest.mark.full_compiled


def _centred_forward(data: Any, moving: Any, *, momentum: float = 0.5) -> Any:
    x, before = data._data.reshape(data._shape), moving._data
    mean = x.mean(axis=0)
    new = (momentum * before + (1 - momentum) * mean).astype(before.dtype)
    return [((x - mean).reshape(-1), data._shape), (new, moving._shape)]


def _centred_vjp(g: Any) -> Any:
    return g - nd.mean(g, axis=0, keepdims=True).broadcast_to(g.shape), None


_CENTRED = Op(
    name="_centred",
    inputs=("data", "moving"),
    outputs=("y", "_new"),
    params={"momentum": 0.5},
    forward=_centred_forward,
    vjp=_centred_vjp,
)
bind(_CENTRED)
_all_outputs = structured_call(dataclasses.replace(_CENTRED, outputs=("y", "new")))


def centred(data: nd.NDArray, moving: nd.NDArray) -> nd.NDArray:
    """The data less their mean; a hidden output is written to *moving*."""
    y = _CENTRED.call(data, moving)
    with autograd.pause():
        _, new = _all_outputs(data, moving)
    copy_buffer(new._data, moving._data)
    written(moving)
    return y


@pytest.mark.parametrize("given", ["argument", "captured"])
@pytest.mark.parametrize("record", [False, True])
def test_an_operator_with_a_state(given: str, record: bool) -> None:
    def scenario(decorate: Any) -> Any:
        moving, w = some(3) * 10, some(4, 3)
        w.attach_grad()

        if given == "captured":

            @decorate
            def step(x: Any) -> Any:
                y = centred(x * w, moving)
                return (y * centred(y + 1, moving)).sum() + moving.sum()

        else:

            @decorate
            def step(x: Any, moving: Any = moving) -> Any:
                y = centred(x * w, moving)
                return (y * centred(y + 1, moving)).sum() + moving.sum()

        found = []
        for i in range(4):
            x = some(4, 3) * (i + 1)
            arguments = (x,) if given == "captured" else (x, moving)
            if record:
                with autograd.record():
                    loss = step(*arguments)
                loss.backward()
            else:
                loss = step(*arguments)
            found += [loss.copy(), moving.copy(), w.grad.copy()]
        return found

    agree_closely(scenario)


@pytest.mark.parametrize("fallback", [False, True])
def test_a_state_is_as_it_was_when_tracing_raises(fallback: bool) -> None:
    moving = some(3)
    before, version = moving.asnumpy(), moving._version[0]

    @partial(mx.compile, fallback=fallback)
    def function(x: Any) -> Any:
        y = centred(x, moving)
        if float(y.sum().asscalar()) < 1e9:
            return y
        return x

    x = some(4, 3)
    if fallback:
        for _ in range(2):
            expected = 0.5 * moving.asnumpy() + 0.5 * x.asnumpy().mean(axis=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                function(x)
            np.testing.assert_allclose(moving.asnumpy(), expected)
    else:
        with pytest.raises(mx.MXNetError, match="compile:"):
            function(x)
        np.testing.assert_array_equal(moving.asnumpy(), before)
        assert moving._version[0] == version


def test_backward_of_what_an_operator_wrote_to_is_refused() -> None:
    moving = some(3)
    moving.attach_grad()

    @mx.compile
    def function(x: Any) -> Any:
        y = x * moving * moving
        centred(x, moving.detach())
        return y

    with autograd.record():
        y = function(some(4, 3))
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()
