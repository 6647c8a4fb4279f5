"""The autograd API where it goes beyond MXNet, or is right where MXNet is not."""

from __future__ import annotations

import operator
import threading
from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd

# --- scopes --------------------------------------------------------------------------------------


def states() -> tuple[bool, bool]:
    return autograd.is_recording(), autograd.is_training()


def test_scopes_nest_and_come_back() -> None:
    assert states() == (False, False)
    with autograd.record():
        assert states() == (True, True)
        with autograd.predict_mode():
            assert states() == (True, False)
            with autograd.pause(train_mode=True):
                assert states() == (False, True)
            assert states() == (True, False)
        assert states() == (True, True)
    assert states() == (False, False)


def test_a_scope_can_be_entered_again_inside_itself() -> None:
    scope = autograd.record(train_mode=False)
    for _ in range(2):
        with scope, autograd.pause(), scope:
            assert states() == (True, False)
        assert states() == (False, False)


def test_an_exception_restores_the_state() -> None:
    with pytest.raises(ZeroDivisionError), autograd.record():
        raise ZeroDivisionError
    assert states() == (False, False)


def test_states_belong_to_their_thread() -> None:
    seen = []
    with autograd.record():
        thread = threading.Thread(target=lambda: seen.append(states()))
        thread.start()
        thread.join()
    assert seen == [(False, False)]


def test_setters_return_what_was() -> None:
    assert autograd.set_recording(True) is False
    assert autograd.set_recording(False) is True
    assert autograd.set_training(True) is False
    assert autograd.set_training(False) is True


# --- variables -----------------------------------------------------------------------------------


def test_mark_variables_checks_before_it_marks() -> None:
    x, y = nd.ones(2), nd.ones(2)
    with pytest.raises(MXNetError, match=r"gradients\[1\] must have its variable's shape \(2,\)"):
        autograd.mark_variables([x, y], [nd.zeros(2), nd.zeros(3)])
    assert x.grad is None
    with pytest.raises(MXNetError, match="2 variables, 1 gradients"):
        autograd.mark_variables([x, y], [nd.zeros(2)])
    with pytest.raises(KeyError):
        autograd.mark_variables([x], [nd.zeros(2)], "sometimes")
    with pytest.raises(TypeError, match="must be an NDArray"):
        autograd.mark_variables([x], [np.zeros(2)])  # type: ignore[list-item]


def test_fresh_grad_and_zero_grad() -> None:
    x = variable(1, 2)
    assert not x._fresh_grad
    with autograd.record():
        y = x * x
    y.backward()
    assert x._fresh_grad
    x._fresh_grad = False
    assert not x._fresh_grad
    x.zero_grad()
    assert not x.grad.asnumpy().any()


def test_a_gradient_reaches_an_array_through_every_path() -> None:
    x = variable(3)
    with autograd.record():
        y = x * x + x
        z = y * x + y * y
    z.backward()
    v = 3.0
    exact = (2 * v + 1) * v + v * v + v + 2 * (v * v + v) * (2 * v + 1)
    assert x.grad.asscalar() == exact


# --- errors before anything is written -----------------------------------------------------------


def test_an_overwritten_input_is_named() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = nd.sin(x)
    x[:] = 10
    with pytest.raises(MXNetError, match=r"Operator sin: its input 'data'.*overwritten"):
        y.backward()
    assert not x.grad.asnumpy().any()


def test_an_overwritten_output_is_named() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = nd.exp(x)
        z = y.sum()
    y.detach()[:] = 0
    with pytest.raises(MXNetError, match="Operator exp: its output"):
        z.backward()


def test_an_array_that_nobody_saved_may_be_overwritten() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = x + 1
    x[:] = 10
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [1, 1])


def test_a_view_shares_the_version() -> None:
    x = variable(1, 2, 3)
    with autograd.record():
        y = x * x
    x.reshape(3, 1)[1:2] = 5
    with pytest.raises(MXNetError, match="overwritten"):
        y.backward()


@pytest.mark.parametrize("write", ["add", "item", "slice", "out", "copyto"])
def test_writes_while_recording_are_refused_first(write: str) -> None:
    x = variable(1, 2)
    ways = {
        "add": lambda: operator.iadd(x, 1),
        "item": lambda: operator.setitem(x, 0, 7),
        "slice": lambda: operator.setitem(x, slice(None), 7),
        "out": lambda: nd.exp(nd.ones(2), out=x),
        "copyto": lambda: nd.zeros(2).copyto(x),
    }
    with autograd.record(), pytest.raises(MXNetError, match="Nothing was written"):
        ways[write]()
    np.testing.assert_array_equal(x.asnumpy(), [1, 2])


@pytest.mark.parametrize(
    ("head_gradient", "error", "text"),
    [
        (lambda: nd.ones(3), MXNetError, r"shape \(2,\).*got \(3,\)"),
        (lambda: nd.ones(1), MXNetError, r"shape \(2,\).*got \(1,\)"),
        (lambda: nd.ones(2, dtype="float64"), MXNetError, "dtype float32.*float64"),
        (lambda: np.ones(2), TypeError, "must be an NDArray"),
        (lambda: 5.0, TypeError, "got float"),
    ],
)
def test_head_gradients_are_checked(head_gradient: Any, error: type, text: str) -> None:
    x = variable(1, 2)
    with autograd.record():
        y = x * 2
    with pytest.raises(error, match=text):
        y.backward(head_gradient())
    y.backward()  # nothing was lost
    np.testing.assert_array_equal(x.grad.asnumpy(), [2, 2])


def squares(x: Any) -> Any:
    return x * x


@pytest.mark.parametrize("shape", [(4,), (4, 1), (1, 4, 1), (2, 2)])
@pytest.mark.parametrize("function", [squares, mx.compile(squares)], ids=["eager", "compiled"])
def test_a_head_gradient_may_have_any_shape_of_its_size(function: Any, shape: Any) -> None:
    values, weights = np.array([[1], [2], [3], [4]]), np.array([1, 10, 100, 1000]).reshape(shape)
    exact = 2 * values * weights.reshape(4, 1)
    x, h = nd.array(values), nd.array(weights)
    x.attach_grad()
    h.attach_grad()

    def recorded() -> Any:
        with autograd.record():
            return function(x)

    recorded().backward(h)
    np.testing.assert_array_equal(x.grad.asnumpy(), exact)
    autograd.backward([recorded(), recorded()], [h, h])
    np.testing.assert_array_equal(x.grad.asnumpy(), 2 * exact)
    (slope,) = autograd.grad(recorded(), x, h)
    np.testing.assert_array_equal(slope.asnumpy(), exact)
    (slope,) = autograd.grad(recorded(), x, h, create_graph=True)
    np.testing.assert_array_equal(slope.asnumpy(), exact)
    slope.backward()
    np.testing.assert_array_equal(h.grad.asnumpy(), 2 * values.reshape(shape))
    np.testing.assert_array_equal(x.grad.asnumpy(), 2 * weights.reshape(4, 1))


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_head_gradient_of_its_size_inside_a_compiled_function(create_graph: bool) -> None:
    @mx.compile
    def weighted(x: Any, h: Any) -> Any:
        x = x * 1
        x.attach_grad()
        with autograd.record():
            y = x * x
        return autograd.grad(y, x, h, create_graph=create_graph)[0].detach()

    x, h = nd.array([[1.0], [2.0]]), nd.array([3.0, 4.0])
    np.testing.assert_array_equal(weighted(x, h).asnumpy(), [[6], [16]])


def test_a_released_graph_writes_nothing() -> None:
    x, w = variable(1, 2), variable(5, 5)
    with autograd.record():
        shared = x * x
        first, second = shared * 2, shared * w
    first.backward()
    before = x.grad.asnumpy()
    with pytest.raises(MXNetError, match="retain_graph=True"):
        second.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), before)
    assert not w.grad.asnumpy().any()


def test_retain_graph_keeps_it() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = x * x
    for _ in range(3):
        y.backward(retain_graph=True)
        np.testing.assert_array_equal(x.grad.asnumpy(), [2, 4])
    y.backward()
    with pytest.raises(MXNetError, match="not in a computational graph"):
        y.backward()


# --- grad and higher orders ----------------------------------------------------------------------


def test_grad_leaves_the_buffers_alone() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = x * x
    (g,) = autograd.grad(y, x)
    np.testing.assert_array_equal(g.asnumpy(), [2, 4])
    assert not x.grad.asnumpy().any()


def test_grad_returns_arrays_of_its_own() -> None:
    x = variable(1, 2)
    head = nd.array([3.0, 4.0])
    with autograd.record():
        y = x + 1
    (g,) = autograd.grad(y, x, head)
    g[:] = 0
    np.testing.assert_array_equal(head.asnumpy(), [3, 4])


def test_fifth_derivative_of_a_polynomial() -> None:
    x = variable(2, dtype="float64")
    with autograd.record():
        value = x**5
        for _ in range(5):
            (value,) = autograd.grad(value, x, create_graph=True)
    assert value.asscalar() == pytest.approx(120)


def test_gradient_penalty_matches_the_formula() -> None:
    # d/dw |d/dx sum(tanh(w x))|^2, by hand: with t = tanh(wx), s = 1 - t^2 it is
    # sum 2 w s (s - 2 w x t s).
    w = variable(0.7, dtype="float64")
    x = variable(0.1, 0.5, -0.4, dtype="float64")
    with autograd.record():
        y = nd.tanh(w * x)
        (g,) = autograd.grad(y, x, create_graph=True)
        penalty = (g * g).sum()
    penalty.backward()
    a, b = w.asscalar(), x.asnumpy()
    t = np.tanh(a * b)
    s = 1 - t * t
    assert w.grad.asscalar() == pytest.approx(np.sum(2 * a * s * (s - 2 * a * b * t * s)))


def test_gradients_flow_to_recorded_head_gradients() -> None:
    x, h = variable(1, 2, dtype="float64"), variable(3, 4, dtype="float64")
    with autograd.record():
        y = x * x
        (g,) = autograd.grad(y, x, head_grads=h, create_graph=True)
    g.backward()
    np.testing.assert_array_equal(h.grad.asnumpy(), [2, 4])
    np.testing.assert_array_equal(x.grad.asnumpy(), [6, 8])


def test_hessian_vector_product_equals_the_hessian() -> None:
    x = variable(0.3, -0.8, 1.1, dtype="float64")

    def gradient() -> Any:
        y = (nd.exp(x) * x[::-1]).sum() * x.sum()
        return autograd.grad(y, x, create_graph=True)[0]

    rows = []
    for i in range(3):
        with autograd.record():
            row = gradient()[i]
        row.backward()
        rows.append(x.grad.asnumpy().copy())
    hessian = np.array(rows)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12)
    v = nd.array([1.0, 2.0, 3.0], dtype="float64")
    with autograd.record():
        product = (gradient() * v).sum()
    product.backward()
    np.testing.assert_allclose(x.grad.asnumpy(), hessian @ v.asnumpy(), rtol=1e-12)
