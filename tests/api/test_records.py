"""Records: what is left of released ones, how deep they may be, when memory is freed."""

from __future__ import annotations

import gc
import re
import weakref
from typing import Any

import numpy as np
import pytest
from autograd_helpers import Product, variable

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.memory.storage import pool_stats

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
