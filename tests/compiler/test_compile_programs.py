"""Python around arrays as users of MXNet and Gluon write it, compiled: what is passed and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from compile_helpers import Decorate, Programs, agree_closely, noise, variables

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.compiler.plan import pieces
from ndgrad.compiler.plan.order import PartialOrder
from ndgrad.compiler.plan.workspace import Slot, lay_out

program = Programs()


# --- structures, arguments, closures --------------------------------------------------------------


@program
def nested_results(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, scale: float = 2.0, *, names: Any = ("a", "b")) -> Any:
        y = x * scale
        return {"none": None, names[0]: (y, [y + 1, 3, "text"]), names[1]: {"deep": (x, None)}}

    x = noise(2, 3)
    return f(x), f(x, 3.0), f(x, scale=-1, names=("c", "d")), f(scale=2.0, x=x)


@program
def static_branches(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, mode: str, depth: int, flags: Any) -> Any:
        for i in range(depth):
            x = nd.relu(x) if mode == "relu" else nd.tanh(x) + i
        if flags.get("square"):
            x = x**2
        return x if len(x.shape) == 2 else x.reshape((1, -1))

    x = noise(3, 2)
    calls = [("relu", 0, {}), ("tanh", 2, {}), ("tanh", 2, {"square": True}), ("relu", 1, {})]
    return [f(x, *call) for call in calls], f(noise(4), "relu", 1, {})


@program
def methods(decorate: Decorate) -> Any:
    class Dense:
        def __init__(self, units: int, inputs: int, activation: Any = None) -> None:
            (self.weight,) = variables(noise(units, inputs))
            self.bias, self.units, self.activation = nd.zeros(units), units, activation

        @decorate
        def forward(self, x: Any) -> Any:
            y = nd.FullyConnected(x, self.weight, self.bias, num_hidden=self.units)
            return y if self.activation is None else self.activation(y)

    class Net:
        def __init__(self) -> None:
            self.layers = [Dense(5, 3, nd.relu), Dense(2, 5)]
            self.scale = 1.0

        @decorate
        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer.forward(x)
            return x * self.scale

    net, results = Net(), []
    for scale in (1.0, 0.5):
        net.scale = scale
        with autograd.record():
            y = net.forward(noise(4, 3))
        y.backward()
        results += [y, net.layers[0].weight.grad.copy()]
    net.layers[1].activation = nd.tanh
    return results, net.forward(noise(4, 3)), net.layers[1].forward(noise(1, 5))


@program
def closures_over_parameters(decorate: Decorate) -> Any:
    parameters = {"w": noise(3, 3), "b": noise(3)}
    variables(*parameters.values())

    def layer(name: str) -> Callable[[Any], Any]:
        return lambda x: nd.dot(x, parameters["w"]) + parameters[name]

    first = layer("b")

    @decorate
    def f(x: Any) -> Any:
        return nd.relu(first(first(x)))

    results = []
    for _ in range(2):
        with autograd.record():
            y = f(noise(2, 3))
        y.backward()
        results += [y, parameters["w"].grad.copy()]
        parameters["w"][:] = parameters["w"] * 0.5
    parameters["b"] = noise(3, seed=9)  # another array
    return results, f(noise(2, 3))


@program
def shapes_take_turns(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any) -> Any:
        return nd.softmax(x - x.max(axis=-1, keepdims=True)).sum(axis=0)

    shapes = [(2, 3), (4, 3), (2, 3), (1, 7), (5, 1), (4, 3), (3, 2, 2)]
    return [f(noise(*shape)) for shape in shapes]


@program
def sizes_of_nothing_and_one(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any) -> Any:
        y = x * 2 + 1
        return y, y.sum(), nd.concat(y, y, dim=0), y.reshape((-1,)), y[0:0]

    with mx.util.np_shape(True) if hasattr(mx.util, "np_shape") else autograd.pause():
        arrays = [nd.array(np.zeros(s), dtype="float32") for s in ((0, 3), (1, 1), (3, 0))]
        return [f(x) for x in arrays]


# --- dtypes ---------------------------------------------------------------------------------------


@program
def mixed_dtypes(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, d: Any, h: Any, i: Any, b: Any) -> Any:
        total = x * i + d
        half = (h * 2 + i.astype("float16")).astype("float32")
        count = (x > 0).astype("int32") + i
        return total, half, count, nd.where(b, x, half), (i // 2) % 3, nd.cast(d, "uint8"), i * 1.5

    i = nd.array([[1, -2, 3], [4, 5, -6]], dtype="int32")
    b = nd.array([[1, 0, 1], [0, 0, 1]], dtype="bool")
    return f(noise(2, 3), noise(2, 3, dtype="float64") ** 2, noise(2, 3, dtype="float16"), i, b)


@program
def half_precision_training(decorate: Decorate) -> Any:
    (master,) = variables(noise(4, 3))

    @decorate
    def step(x: Any) -> Any:
        with autograd.record():
            y = nd.dot(x.astype("float16"), nd.cast(master, "float16"), transpose_b=True)
            loss = (y.astype("float32") ** 2).mean() * 8
        loss.backward()
        finite = nd.isfinite(master.grad).min()
        master[:] = master - 0.1 * finite * master.grad / 8
        return loss, y

    return [step(noise(2, 3, seed=i)) for i in range(3)], master


@program
def bfloat16(decorate: Decorate) -> Any:
    w, b = variables(noise(4, 3, dtype="bfloat16"), noise(4, dtype="bfloat16"))

    @decorate
    def step(x: Any) -> Any:
        with autograd.record():
            y = nd.FullyConnected(x, w, b, num_hidden=4)
            loss = -nd.log_softmax(nd.relu(y))[:, 1].mean()
        loss.backward()
        w[:] -= 0.125 * w.grad
        return loss, y + x[:, :1], y.argmax(axis=1), y.astype("int32")

    return [step(noise(2, 3, seed=i, dtype="bfloat16")) for i in range(2)], w, w.grad, b.grad


@program
def integers_and_indices(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, i: Any) -> Any:
        order = nd.argsort(x, axis=1)
        top = nd.topk(x, k=2, ret_typ="both", axis=1)
        counted = nd.one_hot(i, 4, dtype="int64").sum(axis=0)
        return order, top, counted, nd.take(x, i, axis=1), nd.argmax(x, axis=1), i.max()

    return f(noise(3, 4), nd.array([0, 2, 2, 3], dtype="int64"))


# --- memory ---------------------------------------------------------------------------------------


@program
def views_written_in_place(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, y: Any) -> Any:
        rows = x[1:3]
        rows[:] = rows * 2 + y[0]
        flat = x.reshape((-1,))
        flat[0:2] = 7
        x[3] = x[0] + flat[4:8]
        x[:, 1] = -1
        x[0, 2:4] = y[1, 0:2]
        y += x[0:2]
        z = nd.transpose(x)
        z[0] = 100
        return rows, flat, z, x.T, y[1]

    x, y = noise(4, 4), noise(2, 4)
    return f(x, y), x, y, f(x, y), x, y


@program
def a_ring_buffer(decorate: Decorate) -> Any:
    buffer, total = nd.zeros((3, 2)), nd.zeros(2)

    @decorate
    def push(x: Any, at: int) -> Any:
        total[:] = total - buffer[at] + x
        buffer[at] = x
        return buffer.mean(axis=0), total

    return [[y.copy() for y in push(noise(2, seed=i), i % 3)] for i in range(5)], buffer, total


@program
def swapping_buffers(decorate: Decorate) -> Any:
    a, b = noise(3), noise(3, seed=1)

    @decorate
    def swap() -> Any:
        kept = a.copy()
        a[:] = b
        b[:] = kept
        a[1:2] = b[0:1]
        return kept + b

    return swap(), a.copy(), b.copy(), swap(), a, b


@program
def moving_average_of_parameters(decorate: Decorate) -> Any:
    parameters = variables(noise(2, 3), noise(3))
    shadow = [p.copy() for p in parameters]

    @decorate
    def step(x: Any) -> Any:
        with autograd.record():
            loss = nd.square(nd.dot(x, parameters[0]) + parameters[1]).sum()
        grads = autograd.grad(loss, parameters)
        for p, s, g in zip(parameters, shadow, grads, strict=True):
            p -= 0.01 * g
            s *= 0.9
            s += 0.1 * p
        return grads

    return [step(noise(4, 2, seed=i)) for i in range(3)], parameters, shadow


# --- around it ------------------------------------------------------------------------------------


@program
def a_users_function(decorate: Decorate) -> Any:
    class Straight(autograd.Function):
        def forward(self, x: Any, k: int) -> Any:
            self.save_for_backward(x)
            return nd.round(x * k) / k

        def backward(self, dy: Any) -> Any:
            (x,) = self.saved_tensors
            return dy * (nd.abs(x) < 1), None

    @decorate
    def f(x: Any, k: int) -> Any:
        return Straight()(x * 1.5, k).sum()

    (x,) = variables(noise(6))
    results = []
    for k in (2, 4):
        with autograd.record():
            y = f(x, k)
        y.backward()
        results += [y, x.grad.copy()]
    return results


@program
def compiled_parts_of_an_eager_net(decorate: Decorate) -> Any:
    first = decorate(lambda x, w: nd.relu(nd.dot(x, w)))
    second = decorate(lambda h, w: (nd.dot(h, w), h.sum()))
    w1, w2 = variables(noise(3, 4), noise(4, 2))
    with autograd.record():
        h = first(noise(5, 3), w1)
        with autograd.pause():
            scale = second(h, w2)[1]
        y, total = second(h / (1 + nd.abs(scale)), w2)
        loss = y.sum() + total * 0.1
    loss.backward()
    return loss, w1.grad, w2.grad


@program
def a_symbol_that_is_bound(decorate: Decorate) -> Any:
    a, b = variables(noise(2, 3), noise(2, 3, seed=1))
    with autograd.record():
        y = nd.tanh(a * b) + a
    symbol = autograd.get_symbol(y)
    names = symbol.list_arguments()
    given = dict(zip(names, (noise(2, 3, seed=2), noise(2, 3, seed=3)), strict=True))

    @decorate
    def evaluate(**arguments: Any) -> Any:
        return symbol.eval(None, **arguments)

    (direct,) = evaluate(**given)
    executor = symbol.bind(mx.cpu(), given)
    (bound,) = executor.forward()
    return direct, bound


@program
def an_array_made_in_a_context(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any) -> Any:
        return nd.contrib.arange_like(x, ctx=mx.cpu()) + x

    return f(noise(2, 3))


@program
def slices_and_writes_of_each_step(decorate: Decorate) -> Any:
    @decorate
    def f(x: Any, added: Any) -> Any:
        states = nd.zeros((4, 3))
        for i in range(4):
            x = x * 2 + added[i, :3] + added[1, 1:]
            states[i] = x + added[:, 1:][i]
        return states, added[1:3] * 2 + added[2:4, :]

    x, added = variables(noise(3), noise(4, 4, seed=1))
    with autograd.record():
        states, rest = f(x, added)
    autograd.backward([states, rest])
    return states, rest, x.grad, added.grad


MANY_KERNELS = (integers_and_indices, views_written_in_place)
SEVERAL_DTYPES = (mixed_dtypes, half_precision_training)


@pytest.mark.parametrize("scenario", program.cases(*MANY_KERNELS, slow=SEVERAL_DTYPES))
def test_program(scenario: Callable[[Decorate], Any]) -> None:
    agree_closely(scenario)


# --- long ones ------------------------------------------------------------------------------------

LONG_CHAIN = """
import ndgrad as mx

@mx.compile
def chain(x):
    y = x
    for _ in range(900):
        y = y * 0.5 + 1
    total = y.sum()
    return y - total, total

print(*[float(y.max()) for y in chain(mx.nd.ones(3))])
"""


def test_long_chains_are_no_deep_recursions():
    done = subprocess.run(  # without the JIT, which takes long for so large a kernel
        [sys.executable, "-c", LONG_CHAIN],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "-4.0 6.0\n", done.stderr


def test_rounds_of_a_long_loop_share_kernels(monkeypatch):
    monkeypatch.setattr(pieces, "MOST", 12)

    def spiral(x: Any, y: Any) -> Any:
        for _ in range(20):
            x, y = x - 0.1 * y, y + 0.1 * x
        return x, y

    given = noise(5), noise(5, seed=1)
    compiled = mx.compile(spiral)
    for eager, own in zip(spiral(*given), compiled(*given), strict=True):
        np.testing.assert_array_equal(eager.asnumpy(), own.asnumpy())
    *kernels, _ = compiled.explain().sources  # six times the one, and what is left
    assert len(kernels) == 2 and "80 instructions in 7 steps" in str(compiled.explain())


def test_memory_of_many_small_values():
    rng = np.random.default_rng(0)
    steps = np.sort(rng.integers(0, 900, (700, 2)))
    slots = [
        Slot(f"t{i}", 3 + 40 * (i % 2), np.dtype("f"), *map(int, x)) for i, x in enumerate(steps)
    ]
    slots.append(Slot("large", 1000, np.dtype("f"), 0, 900))
    total = lay_out(slots)
    used = np.zeros((901, total), bool)
    for slot in slots:
        place = used[slot.first : slot.last + 1, slot.offset : slot.offset + slot.nbytes]
        assert not place.any() and place.shape[1] == slot.nbytes
        place[:] = True
    assert used.any(0).all()


@pytest.mark.parametrize("seed", range(3))
def test_order_of_elements_that_merge(seed):
    rng, order, relations = np.random.default_rng(seed), PartialOrder(), set()
    present = [order.new() for _ in range(40)]

    def below(a: int) -> set[int]:
        found, pending = set(), [a]
        while pending:
            x = pending.pop()
            new = {later for earlier, later in relations if earlier == x} - found
            found |= new
            pending += new
        return found

    for _ in range(120):
        a, b = map(int, rng.choice(present, 2, replace=False))
        between = any(b in below(x) for x in below(a))
        assert order.is_before(a, b) == (b in below(a))
        assert order.is_between(a, b) == between
        how = rng.integers(8)
        if how == 0 and not between and not order.is_between(b, a) and len(present) > 20:
            order.merge(a, b)
            present.remove(b)
            merged = {(a if x == b else x, a if y == b else y) for x, y in relations}
            relations = merged - {(a, a)}
        elif how == 1:
            present.append(order.new())
            order.insert(present[-1], b)
            relations = {(x, present[-1] if y == b else y) for x, y in relations}
            relations.add((present[-1], b))
        elif not order.is_before(b, a):
            order.precede([a], b)
            relations.add((a, b))
    done = list(order.sorted(present, lambda x: -x))
    assert sorted(done) == sorted(present)
    assert all(done.index(x) < done.index(y) for x, y in relations)
