"""The autograd API where it goes beyond MXNet, or is right where MXNet is not."""

from __future__ import annotations

import gc
import math
import operator
import re
import threading
import weakref
from typing import Any

import numpy as np
import pytest
from forms import FULL, first

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.memory.storage import pool_stats
from ndgrad.testing import tolerance


def variable(*values: float, dtype: str = "float32") -> Any:
    x = nd.array(values, dtype=dtype)
    x.attach_grad()
    return x


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


# --- what is recorded after a release -------------------------------------------------------------


def rounds(step: Any, w: Any, cut: Any = lambda h: h) -> list[Any]:
    """Gradients of three rounds, each of which starts from the array that the last one made."""
    h = nd.array([0.5, -1.0])
    found = []
    for _ in range(3):
        h = cut(h)
        with autograd.record():
            h = step(h, w)
            loss = (h * h).sum()
        loss.backward()
        found.append(w.grad.asnumpy())
    return found


class Product(autograd.Function):
    def forward(self, h: Any, w: Any) -> Any:
        self.save_for_backward(h, w)
        return h * w

    def backward(self, g: Any) -> Any:
        h, w = self.saved_tensors
        return g * w, g * h


STEPS = {
    "one operator": lambda h, w: h * w,
    "several": lambda h, w: nd.tanh(nd.exp(h) * w + h),
    "views": lambda h, w: nd.concat(h[1:] * w[:1], h.reshape((2, 1))[0] * w[1:], dim=0),
    "outputs": lambda h, w: nd.add_n(*nd.split(nd.stack(h, h * w, axis=0), 2, squeeze_axis=True)),
    "no gradient": lambda h, w: nd.argmax(h, axis=0) * w + h,
    "a Function": lambda h, w: nd.sin(Product()(h, w)),
    "compiled": mx.compile(lambda h, w: nd.tanh(nd.exp(h) * w + h)),
}


@pytest.mark.parametrize("name", STEPS)
def test_truncated_backpropagation_needs_no_detach(name: str) -> None:
    w = variable(2, 3)
    exact = rounds(STEPS[name], w, lambda h: h.detach())
    for gradient, expected in zip(rounds(STEPS[name], w), exact, strict=True):
        np.testing.assert_array_equal(gradient, expected)


def released_by_another() -> tuple[Any, Any, Any]:
    """A variable, an array whose record a backward has released, and one made of it before."""
    w = variable(2, 3)
    with autograd.record():
        h = nd.exp(w)
        before, other = h * w, h * 2
    other.backward()
    return w, h, before


def test_what_was_recorded_before_a_release_raises() -> None:
    w, h, before = released_by_another()
    with autograd.record():
        after = before * w + h * w
    for head in (h, before, after):
        with pytest.raises(MXNetError, match="retain_graph=True"):
            head.backward()
        with pytest.raises(MXNetError, match="retain_graph=True"):
            autograd.grad(head, w)


def test_a_released_part_is_a_constant_of_any_order() -> None:
    w, h, _ = released_by_another()
    with autograd.record():
        z = nd.sin(h) * w * w
        (slope,) = autograd.grad(z, w, create_graph=True)
    s = np.sin(np.exp([2, 3]))
    np.testing.assert_allclose(slope.asnumpy(), 2 * s * [2, 3], rtol=1e-5)
    slope.backward()
    np.testing.assert_allclose(w.grad.asnumpy(), 2 * s, rtol=1e-5)


def test_what_is_made_of_released_parts_alone_is_a_constant() -> None:
    w, h, _ = released_by_another()
    with autograd.record():
        e = nd.exp(h)
        z = e * w
        mixed = nd.random.shuffle(e) + nd.argmax(e, axis=0)
    e.detach()[:] = 0  # exp saved it, but has no gradient to compute
    with pytest.raises(MXNetError, match=r"Operator broadcast_mul.*overwritten"):
        z.backward()
    with pytest.raises(MXNetError, match="no inputs in computation graph"):
        mixed.backward()
    with autograd.record():
        z = nd.exp(h) * w
    autograd.backward([z, e])
    np.testing.assert_allclose(w.grad.asnumpy(), np.exp(np.exp([2, 3])), rtol=1e-5)


def test_a_released_array_may_be_written_to() -> None:
    w, h, _ = released_by_another()
    with autograd.record():
        h += 1
        h[0] = 5
        h[:] = w * 3
        z = h * 2
    z.backward()
    np.testing.assert_array_equal(w.grad.asnumpy(), [6, 6])


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


# --- Function ------------------------------------------------------------------------------------


class Scaled(autograd.Function):
    """Two outputs, one argument that is no array, NumPy inside."""

    def forward(self, a: Any, factor: float, b: Any) -> Any:
        self.factor = factor
        product = a * b
        self.save_for_backward(a, b, product)
        return product * factor, nd.array(np.sin(b.asnumpy()))

    def backward(self, d_product: Any, d_sine: Any) -> Any:
        a, b, _ = self.saved_tensors
        return (
            d_product * b * self.factor,
            None,
            d_product * a * self.factor + d_sine * nd.cos(b),
        )


def test_function_of_many() -> None:
    a, b = variable(1, 2), variable(3, 4)
    with autograd.record():
        u, v = Scaled()(a, 10.0, b)
        total = u + v * 2
    total.backward()
    np.testing.assert_allclose(a.grad.asnumpy(), [30, 40])
    np.testing.assert_allclose(b.grad.asnumpy(), [10, 20] + 2 * np.cos([3, 4]), rtol=1e-6)


def test_function_with_one_output_used() -> None:
    a, b = variable(1, 2), variable(3, 4)
    with autograd.record():
        u, _ = Scaled()(a, 2.0, b)
    u.backward()
    np.testing.assert_allclose(b.grad.asnumpy(), [2, 4])


def test_function_adds_and_skips_inputs_without_gradient() -> None:
    a, b = nd.array([1.0, 2.0]), nd.array([3.0, 4.0])
    b.attach_grad("add")
    for _ in range(3):
        with autograd.record():
            u, _ = Scaled()(a, 1.0, b)
        u.backward()
    np.testing.assert_allclose(b.grad.asnumpy(), [3, 6])


def test_relu_of_an_integer_variable() -> None:
    x = variable(-2, 3, dtype="int32")
    with autograd.record():
        y = nd.relu(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [0, 1])


class Cube(autograd.Function):
    def forward(self, x: Any) -> Any:
        y = x * x * x
        self.save_for_backward(x, y)
        return y

    def backward(self, dy: Any) -> Any:
        x, y = self.saved_tensors
        return 3 * y / x * dy


def test_function_can_be_differentiated_again_through_inputs_and_outputs() -> None:
    x = variable(2, 3, dtype="float64")
    with autograd.record():
        value = Cube()(x)
        for _ in range(3):
            (value,) = autograd.grad(value, x, create_graph=True)
    np.testing.assert_allclose(value.asnumpy(), [6, 6], rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("input", "its input 'input1'"),
        ("view of an input", "its input 'input1'"),
        ("output", "its output 'output0'"),
        ("other", "an array that it uses"),
        ("view of another", "an array that it uses"),
    ],
)
def test_what_a_function_saved_must_not_be_overwritten(what: str, says: str, order: int) -> None:
    class Saves(autograd.Function):
        def forward(self, a: Any, b: Any) -> Any:
            y = a * b
            self.save_for_backward(a, b, y, other[1:], "no array")
            return y

        def backward(self, g: Any) -> Any:
            a, b, _, _, text = self.saved_tensors
            assert text == "no array"
            return g * b, g * a

    a, b, other = variable(1, 2), variable(3, 4), nd.ones(3)
    with autograd.record():
        y = Saves()(a, b)
        z = (y + a).sum()
    targets = {
        "input": b,
        "view of an input": b[:1],
        "output": y.detach(),
        "other": other,
        "view of another": other[:1],
    }
    targets[what][:] = 7
    with pytest.raises(MXNetError, match=f"Operator Saves: {says}.*overwritten"):
        z.backward() if order == 1 else autograd.grad(z, a, create_graph=True)
    assert not a.grad.asnumpy().any()


def test_a_function_hangs_on_what_its_input_was_when_it_was_called() -> None:
    x, buffer = variable(2, dtype="float64"), nd.array([3], dtype="float64")
    with autograd.record():
        y = Product()(buffer, x)
        moved = nd.zeros_like(buffer)
        moved[:] = y * x  # 3 x**2
        z = Product()(moved, x)
        (slope,) = autograd.grad(z, x, create_graph=True)
    slope.backward()
    assert slope.asscalar() == 9 * 4
    assert x.grad.asscalar() == 18 * 2


def test_function_errors_surface_as_themselves_with_the_call_site() -> None:
    class Broken(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x * 2

        def backward(self, dy: Any) -> Any:
            raise LookupError("boom")

    x = variable(1)
    with autograd.record():
        y = Broken()(x)
    with pytest.raises(LookupError, match="boom") as caught:
        y.backward()
    assert "Broken.backward" in caught.value.__notes__[0]
    assert __file__ in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (lambda dy: (dy, dy), "must return 1 gradients.*got 2"),
        (lambda dy: nd.ones(5), r"must have its shape \(2,\), got \(5,\)"),
        (lambda dy: "text", "must return NDArrays, got str"),
    ],
)
def test_function_results_are_checked(result: Any, text: str) -> None:
    class Wrong(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x * 2

        def backward(self, dy: Any) -> Any:
            return result(dy)

    x = variable(1, 2)
    with autograd.record():
        y = Wrong()(x)
    with pytest.raises((MXNetError, TypeError), match=text):
        y.backward()


def test_function_is_called_once_and_forward_may_fail() -> None:
    class Fails(autograd.Function):
        def forward(self, x: Any) -> Any:
            raise ValueError("no")

    x = variable(1)
    with autograd.record():
        with pytest.raises(ValueError, match="no"):
            Fails()(x)
        assert autograd.is_recording()
        cube = Cube()
        cube(x)
        with pytest.raises(MXNetError, match="only be called once"):
            cube(x)


def test_function_returning_its_input_is_an_identity() -> None:
    class Reversal(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x

        def backward(self, dy: Any) -> Any:
            return -dy

    x = variable(1, 2)
    with autograd.record():
        y = Reversal()(x) * 3
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [-3, -3])


# --- depth and memory ----------------------------------------------------------------------------


def test_a_chain_of_100_000_operators() -> None:
    x = variable(1, 2)
    with autograd.record():
        y = x
        for _ in range(100_000):
            y = y + 1
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [1, 1])
    with autograd.record():
        y = x
        for _ in range(100_000):
            y = y * 1.0
    del y  # freeing a graph must not recurse either


@pytest.mark.usefixtures("collects_own_objects")
def test_memory_is_freed_as_the_walk_passes() -> None:
    n, depth = 100_000, 40
    x = nd.ones(n)
    x.attach_grad()
    with autograd.record():
        y = x
        for _ in range(depth):
            y = nd.sin(y)
    nodes = []
    node = y._node
    while isinstance(node, mx.tape.Node):
        nodes.append(weakref.ref(node))
        node = node.parents[0]
    del node
    before = pool_stats()
    y.backward()
    # A few gradients at a time, in blocks that are used again: not one for each operator.
    assert pool_stats().mapped - before.mapped <= 4
    assert pool_stats().bytes_in_use < before.bytes_in_use / 4
    del y
    gc.collect()
    assert not any(ref() for ref in nodes)


class Keeps(autograd.Function):
    """Has its arrays as attributes too."""

    def forward(self, h: Any, w: Any) -> Any:
        self.h, self.y = h, h * w
        self.save_for_backward(w, self.y)
        return self.y

    def backward(self, g: Any) -> Any:
        w, _ = self.saved_tensors
        return g * w, g * self.h


RECORDED = {
    **STEPS,
    "many inputs": lambda h, w: nd.where(h > 0, nd.exp(h) * w, w / h),
    "a Function with attributes": lambda h, w: Keeps()(h, w) * 2,
    "a compiled Function": mx.compile(lambda h, w: nd.sin(Product()(h, w))),
    "written to": lambda h, w: assigned(h * w),
}


def assigned(value: Any) -> Any:
    y = nd.zeros(value.shape)
    y[:] = value
    return y


def never(y: Any, x: Any) -> None:
    pass


def once(y: Any, x: Any) -> None:
    y.backward()


def retained(y: Any, x: Any) -> None:
    y.backward(retain_graph=True)


def retained_then_released(y: Any, x: Any) -> None:
    y.backward(retain_graph=True)
    y.backward()


def gradient(y: Any, x: Any) -> None:
    autograd.grad(y, x)


def second_order(y: Any, x: Any) -> None:
    (slope,) = autograd.grad(y, x, create_graph=True)
    slope.backward()


def second_order_unused(y: Any, x: Any) -> None:
    autograd.grad(y, x, create_graph=True)


USES = (never, once, retained, retained_then_released, gradient, second_order, second_order_unused)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
@pytest.mark.parametrize("name", RECORDED)
def test_a_record_is_freed_with_the_last_reference_to_it(name: str, use: Any) -> None:
    x, w = variable(0.5, -1), variable(2, 3)
    gc.disable()
    try:
        with autograd.record():
            h = nd.exp(x)
            y = RECORDED[name](h, w)
            use(y, x)
        held = [weakref.ref(thing) for thing in (h, y, y._node, h._node, w._node)]
        del h, y
        assert [ref() is None for ref in held] == [True] * 4 + [False]
        x.attach_grad()
        w.attach_grad()
        assert held[-1]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", RECORDED)
def test_backward_releases_what_the_result_was_made_of(name: str) -> None:
    x, w = variable(0.5, -1), variable(2, 3)
    gc.disable()
    try:
        with autograd.record():
            h = nd.exp(x)
            y = RECORDED[name](h, w)
        y.backward()
        held = [weakref.ref(thing) for thing in (h, h._node)]
        del h
        assert all(ref() is None for ref in held), "by a result whose record has been used"
    finally:
        gc.enable()
    assert np.isfinite(y.asnumpy()).all()


@pytest.mark.parametrize(
    "call",
    [lambda b, w: b + w, lambda b, w: Product()(b, w), mx.compile(lambda b, w: b + w)],
    ids=["operator", "Function", "compiled"],
)
def test_an_input_that_becomes_the_result_is_no_cycle(call: Any) -> None:
    w, buffer = variable(2, 3), nd.ones(2)
    gc.disable()
    try:
        with autograd.record():
            buffer[:] = call(buffer, w)
        held = [weakref.ref(buffer), weakref.ref(buffer._node)]
        del buffer
        assert all(ref() is None for ref in held)
    finally:
        gc.enable()


def refuse_backward(h: Any, w: Any) -> None:
    compiled_without_backward(h, w).backward()


def refuse_elements(h: Any, w: Any) -> None:
    compiled_with_a_check(h, w, nd.zeros(2))


def refuse_shapes(h: Any, w: Any) -> None:
    mx.compile(lambda h, w: h * nd.concat(w, w, dim=0))(h, w)


compiled_without_backward = mx.compile(lambda h, w: nd.random.shuffle(h) * w)


@mx.compile
def compiled_with_a_check(h: Any, w: Any, written: Any) -> Any:
    written[:] = h
    return nd.take(w, h + 10, mode="raise")


@pytest.mark.parametrize("refuse", [refuse_backward, refuse_elements, refuse_shapes])
def test_an_error_of_a_compiled_function_keeps_nothing(refuse: Any) -> None:
    gc.disable()
    try:
        for _ in range(2):  # the first call traces
            x, w = variable(0.5, -1), variable(2, 3)
            with autograd.record():
                h = nd.exp(x)
                says = ""
                try:  # pytest.raises would keep the error
                    refuse(h, w)
                except MXNetError as error:
                    says = str(error)
            assert re.search("non-differentiable|out of bound|could not be broadcast", says)
            held = [weakref.ref(h), weakref.ref(h._node)]
            del h
        assert [ref() is None for ref in held] == [True, True]
    finally:
        gc.enable()


def test_integer_power_has_gradients():
    a, b = nd.array([2, 3], dtype="int32"), nd.array([3, 2], dtype="int32")
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = nd.broadcast_power(a, b)
    y.backward()
    assert a.grad.asnumpy().tolist() == [12, 6]
    assert b.grad.asnumpy().tolist() == [5, 9]  # of 8 log 2 and 9 log 3, cut off on storing


# --- powers of 0 ---------------------------------------------------------------------------------

INF, NAN, UNDEFINED = float("inf"), float("nan"), 12345.0

# a, b, and of a**b the derivatives by a, by a twice, by b, by b twice.
POWERS_AT_KINKS = [
    (0, 0, 0, 0, -INF, UNDEFINED),
    (0, 0.5, INF, -INF, 0, 0),
    (0, 1, 1, 0, 0, 0),
    (0, 1.5, 0, INF, 0, 0),
    (0, 2, 0, 2, 0, 0),
    (0, 3, 0, 0, 0, 0),
    (0, 7, 0, 0, 0, 0),
    (0, -1, -INF, INF, -INF, UNDEFINED),
    (2, 0, 0, 0, np.log(2), np.log(2) ** 2),
    (2, 1, 1, 0, 2 * np.log(2), 2 * np.log(2) ** 2),
    (-2, 0, 0, 0, NAN, NAN),
    (-2, 3, 12, -12, NAN, NAN),
]


def power_derivatives(function: Any, x: Any, compiled: bool) -> list[Any]:
    """The first derivative, by backward and recorded, and the second."""
    if compiled:
        function = mx.compile(function)
    x = nd.array(x, dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    with autograd.record():
        (first,) = autograd.grad(function(x), x, create_graph=True)
    found = [x.grad.asnumpy(), first.asnumpy()]
    first.backward()
    return [*found, x.grad.asnumpy()]


def assert_derivatives(found: list[Any], *exact: Any) -> None:
    for value, wanted in zip(found, exact, strict=True):
        wanted = np.array(wanted, "float64")
        np.testing.assert_allclose(value, np.where(wanted == UNDEFINED, value, wanted), rtol=1e-14)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("power", [operator.pow, nd.power], ids=["operator", "nd.power"])
@pytest.mark.parametrize("form", first("row", "array", "column"))
def test_derivatives_of_powers(form: str, power: Any, compiled: bool) -> None:
    a, b, by_a, by_a_twice, by_b, by_b_twice = np.array(POWERS_AT_KINKS, "float64").T
    whole = {"array": a.shape, "row": (3, a.size), "column": (a.size, 1)}[form]
    exact_a, exact_b = (by_a, by_a, by_a_twice), (by_b, by_b, by_b_twice)
    if form == "row":  # the variable is used three times
        threes = [np.where(x == UNDEFINED, x, 3 * x) for x in (*exact_a, *exact_b)]
        exact_a, exact_b = threes[:3], threes[3:]
    if form == "column":
        exact_a, exact_b = ([x.reshape(whole) for x in e] for e in (exact_a, exact_b))
        a, b = a.reshape(whole), b.reshape(whole)
    base, exponent = (nd.array(np.broadcast_to(x, whole), dtype="float64") for x in (a, b))
    assert_derivatives(power_derivatives(lambda x: power(x, exponent), a, compiled), *exact_a)
    assert_derivatives(power_derivatives(lambda x: power(base, x), b, compiled), *exact_b)


@pytest.mark.parametrize(
    ("kink", "compiled"),
    [(kink, False) for kink in POWERS_AT_KINKS]
    + [
        pytest.param(kink, True, marks=FULL if i else ())
        for i, kink in enumerate(POWERS_AT_KINKS[:5])
    ],
)
def test_derivatives_of_powers_by_numbers(kink: Any, compiled: bool) -> None:
    a, b, by_a, by_a_twice, by_b, by_b_twice = kink
    for power in (operator.pow, nd.power):
        found = power_derivatives(lambda x, f=power: f(x, b), [a], compiled)
        assert_derivatives(found, [by_a], [by_a], [by_a_twice])
        found = power_derivatives(lambda x, f=power: f(a, x), [b], compiled)
        assert_derivatives(found, [by_b], [by_b], [by_b_twice])


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, [3.0]])
def test_higher_orders_of_powers_at_0(exponent: Any) -> None:
    x = variable(0, dtype="float64")
    n = exponent if isinstance(exponent, int) else nd.array(exponent, dtype="float64")
    with autograd.record():
        value = x**n
        for order in range(1, 6):
            (value,) = autograd.grad(value, x, create_graph=True)
            k = int(exponent if isinstance(exponent, int) else exponent[0])
            assert value.asscalar() == (math.factorial(k) if order == k else 0)


@pytest.mark.parametrize("dtype", first("float64", "float16", "float32"))
def test_derivatives_of_powers_by_both(dtype: str) -> None:
    a = variable(0, 0, 0, 0, 2, 2, dtype=dtype)
    b = variable(0, 1, 2, 0.5, 0, 2, dtype=dtype)
    with autograd.record():
        y = a**b
        by_a, by_b = autograd.grad(y, [a, b], create_graph=True)
    y.backward()
    log = np.log(2.0)
    for found, exact in (
        (a.grad, [0, 1, 0, INF, 0, 4]),
        (by_a, [0, 1, 0, INF, 0, 4]),
        (b.grad, [-INF, 0, 0, 0, log, 4 * log]),
        (by_b, [-INF, 0, 0, 0, log, 4 * log]),
    ):
        np.testing.assert_allclose(found.asnumpy(), exact, rtol=tolerance(dtype)[0])


def test_mixed_derivatives_of_powers() -> None:
    a, b = variable(2, 2, 0, dtype="float64"), variable(0, 2, 3, dtype="float64")
    exact = [1 / 2, 2 + 4 * np.log(2.0), 0]  # (1 + b log a) a**(b - 1)
    for one, other in ((a, b), (b, a)):
        with autograd.record():
            (slope,) = autograd.grad(a**b, one, create_graph=True)
        slope.backward()
        np.testing.assert_allclose(other.grad.asnumpy(), exact, rtol=1e-14)


def test_a_condition_that_is_a_number_is_differentiable_again() -> None:
    x, y = variable(1, 2), variable(3, 4)
    for condition, exact in ((1, ([2, 4], [0, 0])), (0, ([0, 0], [6, 8]))):
        with autograd.record():
            z = nd.where(condition, x * x, y * y)
            slopes = autograd.grad(z, [x, y], create_graph=True)
        for slope, values in zip(slopes, exact, strict=True):
            np.testing.assert_array_equal(slope.asnumpy(), values)
