"""Programs as users of MXNet and Gluon write them: compiled they do what they do eagerly."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.testing import assert_close

Decorate = Callable[[Callable[..., Any]], Callable[..., Any]]
PROGRAMS: dict[str, Callable[[Decorate], Any]] = {}


def program(scenario: Callable[[Decorate], Any]) -> Callable[[Decorate], Any]:
    PROGRAMS[scenario.__name__] = scenario
    return scenario


def noise(*shape: int, seed: int = 0, dtype: str = "float32") -> nd.NDArray:
    return nd.array(np.random.default_rng((seed, *shape)).normal(size=shape), dtype=dtype)


def variables(*arrays: nd.NDArray) -> list[nd.NDArray]:
    for x in arrays:
        x.attach_grad()
    return list(arrays)


def flattened(result: Any) -> list[Any]:
    """Arrays and everything else in a nested result, in order."""
    if isinstance(result, dict):
        return [x for key, value in result.items() for x in (key, *flattened(value))]
    if isinstance(result, (list, tuple)):
        return [type(result), *[x for value in result for x in flattened(value)]]
    return [result]


# --- optimisers -----------------------------------------------------------------------------------


def regression(decorate: Decorate, update: Callable[..., Any], states: int) -> Any:
    """Steps of training a small network, with *states* arrays for each parameter."""
    x, y = noise(16, 5), noise(16, 1, seed=1)
    parameters = variables(noise(8, 5), nd.zeros(8), noise(1, 8), nd.zeros(1))
    state = [[nd.zeros(p.shape) for _ in range(states)] for p in parameters]
    count = nd.zeros(1)

    @decorate
    def step(x: Any, y: Any, rate: Any) -> Any:
        w1, b1, w2, b2 = parameters
        with autograd.record():
            hidden = nd.relu(nd.FullyConnected(x, w1, b1, num_hidden=8))
            out = nd.FullyConnected(hidden, w2, b2, num_hidden=1)
            loss = nd.mean(nd.square(out - y))
        loss.backward()
        count[:] += 1
        for p, s in zip(parameters, state, strict=True):
            update(p, p.grad, rate, count, *s)
        return loss

    losses = [step(x, y, nd.array([0.05])) for _ in range(4)]
    return losses, parameters, state, [p.grad for p in parameters]


@program
def plain_sgd(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any) -> None:
        p -= rate * g

    return regression(decorate, update, 0)


@program
def momentum_sgd(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any, v: Any) -> None:
        v[:] = 0.9 * v - rate * (g + 0.01 * p)
        p[:] += v

    return regression(decorate, update, 1)


@program
def nesterov(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any, v: Any) -> None:
        v *= 0.9
        v += g
        p -= rate * (g + 0.9 * v)

    return regression(decorate, update, 1)


@program
def adam(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any, m: Any, v: Any) -> None:
        m[:] = 0.9 * m + 0.1 * g
        v[:] = 0.999 * v + 0.001 * g * g
        scale = rate * nd.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        p -= nd.broadcast_mul(m / (nd.sqrt(v) + 1e-8), scale.reshape((1,) * len(p.shape)))

    return regression(decorate, update, 2)


@program
def rmsprop_with_clipping(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any, v: Any) -> None:
        g = nd.clip(g, -0.1, 0.1)
        v[:] = 0.9 * v + 0.1 * nd.square(g)
        p[:] = p - rate * g / nd.sqrt(v + 1e-6)

    return regression(decorate, update, 1)


@program
def adagrad_through_out(decorate: Decorate) -> Any:
    def update(p: Any, g: Any, rate: Any, t: Any, h: Any) -> None:
        nd.elemwise_add(h, nd.square(g), out=h)
        p -= rate * g / (h.sqrt() + 1e-5)

    return regression(decorate, update, 1)


@program
def clipping_by_global_norm(decorate: Decorate) -> Any:
    x, y = noise(12, 4), nd.array([0, 1, 2] * 4)
    parameters = variables(noise(6, 4), noise(3, 6))

    @decorate
    def step(x: Any, y: Any) -> Any:
        with autograd.record():
            logits = nd.dot(nd.tanh(nd.dot(x, parameters[0].T)), parameters[1].T)
            loss = nd.softmax_cross_entropy(logits, y)
        loss.backward()
        norm = nd.sqrt(nd.add_n(*[nd.sum(nd.square(p.grad)) for p in parameters]))
        scale = nd.minimum(1.0 / (norm + 1e-8), nd.ones(1))
        for p in parameters:
            p.grad[:] *= scale
            p -= 0.5 * p.grad
        return loss, norm

    return [step(x, y) for _ in range(3)], parameters


@program
def accumulated_gradients(decorate: Decorate) -> Any:
    w = noise(3, 4)
    w.attach_grad(grad_req="add")

    @decorate
    def step(batch: Any, last: bool) -> Any:
        with autograd.record():
            loss = (nd.dot(batch, w, transpose_b=True) ** 2).mean()
        loss.backward()
        if last:
            w[:] = w - 0.1 * w.grad
            w.grad[:] = 0
        return loss

    return [step(noise(5, 4, seed=i), last=i % 2 == 1) for i in range(4)], w, w.grad


# --- networks -------------------------------------------------------------------------------------


@program
def attention(decorate: Decorate) -> Any:
    x, mask = noise(2, 5, 8), nd.array(np.tril(np.ones((5, 5))))
    q, k, v, o = variables(*[noise(8, 8, seed=i) for i in range(4)])

    def heads(x: Any, w: Any) -> Any:
        y = nd.dot(x, w).reshape((0, 0, 2, 4))
        return y.transpose((0, 2, 1, 3)).reshape((-3, 0, 0))

    @decorate
    def attend(x: Any, mask: Any) -> Any:
        with autograd.record():
            scores = nd.batch_dot(heads(x, q), heads(x, k), transpose_b=True) / 4**0.5
            scores = nd.where(
                nd.broadcast_to(mask.expand_dims(0), scores.shape), scores, scores - 1e4
            )
            out = nd.batch_dot(nd.softmax(scores, axis=-1), heads(x, v))
            out = out.reshape((-4, -1, 2, 0, 0)).transpose((0, 2, 1, 3)).reshape((0, 0, -3))
            y = nd.dot(out, o)
        y.backward()
        return y, scores

    return attend(x, mask), [w.grad for w in (q, k, v, o)]


@program
def lstm(decorate: Decorate) -> Any:
    x = noise(6, 3, 4)
    wi, wh, b = variables(noise(20, 4), noise(20, 5), nd.zeros(20))

    @decorate
    def run(x: Any, state: Any) -> Any:
        with autograd.record():
            h, c = state
            outputs = []
            for t in range(x.shape[0]):
                gates = nd.FullyConnected(x[t], wi, b, num_hidden=20)
                gates = gates + nd.dot(h, wh, transpose_b=True)
                i, f, g, o = nd.split(gates, num_outputs=4, axis=1)
                c = nd.sigmoid(f) * c + nd.sigmoid(i) * nd.tanh(g)
                h = nd.sigmoid(o) * nd.tanh(c)
                outputs.append(h)
            y = nd.stack(*outputs, axis=0)
            loss = y.mean()
        loss.backward()
        return y, (h, c)

    return run(x, [nd.zeros((3, 5)), nd.zeros((3, 5))]), wi.grad, wh.grad, b.grad


@program
def gru(decorate: Decorate) -> Any:
    x, h0 = noise(4, 2, 3), noise(2, 4)
    w, u, b = variables(noise(12, 3), noise(12, 4), noise(12))

    @decorate
    def run(x: Any, h: Any) -> Any:
        for step in x:
            a = nd.dot(step, w.T) + b
            r = nd.dot(h, u.T)
            reset = nd.sigmoid(a[:, 0:4] + r[:, 0:4])
            update = nd.sigmoid(a[:, 4:8] + r[:, 4:8])
            new = nd.tanh(a[:, 8:12] + reset * r[:, 8:12])
            h = (1 - update) * new + update * h
        return h

    with autograd.record():
        y = run(x, h0)
        loss = (y * y).sum()
    loss.backward()
    return y, w.grad, u.grad, b.grad


@program
def batch_norm_with_running_statistics(decorate: Decorate) -> Any:
    gamma, beta = variables(nd.ones((1, 3, 1, 1)), nd.zeros((1, 3, 1, 1)))
    mean, var = nd.zeros((1, 3, 1, 1)), nd.ones((1, 3, 1, 1))

    @decorate
    def norm(x: Any) -> Any:
        if autograd.is_training():
            m = nd.mean(x, axis=(0, 2, 3), keepdims=True)
            v = nd.mean(nd.square(nd.broadcast_sub(x, m)), axis=(0, 2, 3), keepdims=True)
            mean[:] = 0.9 * mean + 0.1 * m.detach()
            var[:] = 0.9 * var + 0.1 * v.detach()
        else:
            m, v = mean, var
        y = nd.broadcast_div(nd.broadcast_sub(x, m), nd.sqrt(v + 1e-5))
        return nd.broadcast_add(nd.broadcast_mul(y, gamma), beta)

    results = []
    for i in range(3):
        with autograd.record():
            y = norm(noise(4, 3, 2, 2, seed=i))
            loss = (y * y * y).sum()
        loss.backward()
        results += [y, gamma.grad.copy(), beta.grad.copy()]
    return results, norm(noise(4, 3, 2, 2)), mean, var


@program
def layer_norm_and_gelu(decorate: Decorate) -> Any:
    gamma, beta = variables(noise(6), noise(6, seed=2))

    @decorate
    def block(x: Any) -> Any:
        mean = x.mean(axis=-1, keepdims=True)
        centred = nd.broadcast_sub(x, mean)
        var = (centred**2).mean(axis=-1, keepdims=True)
        y = nd.broadcast_div(centred, nd.sqrt(var + 1e-5)) * gamma + beta
        return 0.5 * y * (1 + nd.erf(y / 2**0.5))

    x = noise(3, 4, 6)
    x.attach_grad()
    with autograd.record():
        y = block(x)
    y.backward(noise(3, 4, 6, seed=3))
    return y, x.grad, gamma.grad, beta.grad


@program
def embedding_and_pooling(decorate: Decorate) -> Any:
    table, w = variables(noise(7, 4), noise(4, 3))

    @decorate
    def classify(tokens: Any, lengths: Any, label: Any) -> Any:
        with autograd.record():
            e = nd.Embedding(tokens, table, input_dim=7, output_dim=4)
            e = nd.SequenceMask(e.transpose((1, 0, 2)), lengths, use_sequence_length=True, value=0)
            pooled = nd.broadcast_div(e.sum(axis=0), lengths.reshape((-1, 1)))
            loss = -nd.pick(nd.log_softmax(nd.dot(pooled, w)), label).mean()
        loss.backward()
        return loss

    tokens = nd.array([[1, 2, 0, 0], [3, 3, 5, 6], [4, 0, 0, 0]])
    losses = [classify(tokens, nd.array(n), nd.array([0, 1, 2])) for n in ([2, 4, 1], [1, 3, 1])]
    return losses, table.grad, w.grad


@program
def dropout_in_both_modes(decorate: Decorate) -> Any:
    w = noise(6, 6)
    w.attach_grad()

    @decorate
    def block(x: Any) -> Any:
        return nd.Dropout(nd.dot(nd.Dropout(x, p=0.3), w), p=0.5) + x

    results = [block(noise(4, 6))]
    for train in (True, False, True):
        with autograd.record(train_mode=train):
            y = block(noise(4, 6))
        y.backward()
        results += [y, w.grad.copy()]
    return results, mx.random.uniform(shape=(2,))


# --- losses ---------------------------------------------------------------------------------------


def loss_program(decorate: Decorate, function: Callable[..., Any], *inputs: Any) -> Any:
    """The loss and the gradient of its first input; then the same with other values."""
    call, results = decorate(function), []
    for factor in (1.0, -0.5):
        x = inputs[0] * factor
        x.attach_grad()
        with autograd.record():
            loss = call(x, *inputs[1:])
        loss.backward()
        results += [loss, x.grad]
    return results


@program
def label_smoothing(decorate: Decorate) -> Any:
    def loss(logits: Any, label: Any) -> Any:
        smooth = nd.one_hot(label, 4) * 0.9 + 0.1 / 4
        return -(smooth * nd.log_softmax(logits, axis=-1)).sum(axis=-1).mean()

    return loss_program(decorate, loss, noise(5, 4), nd.array([0, 1, 2, 3, 0]))


@program
def focal_loss(decorate: Decorate) -> Any:
    def loss(logits: Any, label: Any) -> Any:
        p = nd.sigmoid(logits)
        pt = nd.where(label == 1, p, 1 - p)
        alpha = nd.where(label == 1, nd.ones_like(p) * 0.25, nd.ones_like(p) * 0.75)
        return (-alpha * (1 - pt) ** 2 * nd.log(nd.clip(pt, 1e-7, 1))).sum()

    return loss_program(decorate, loss, noise(6, 2), nd.array([[0, 1]] * 6))


@program
def variational_autoencoder(decorate: Decorate) -> Any:
    w = noise(3, 2)

    def loss(x: Any) -> Any:
        mean, log_var = nd.split(nd.dot(x, noise(4, 6)), num_outputs=2, axis=1)
        z = mean + nd.exp(0.5 * log_var) * mx.random.normal(0, 1, shape=mean.shape)
        kl = -0.5 * nd.sum(1 + log_var - mean**2 - nd.exp(log_var), axis=1)
        out = nd.dot(z, w)
        target = nd.slice_axis(x, axis=1, begin=0, end=2)
        bce = nd.relu(out) - out * target + nd.Activation(-nd.abs(out), act_type="softrelu")
        return (bce.sum(axis=1) + kl).mean()

    return loss_program(decorate, loss, noise(5, 4) * 0.3)


@program
def huber_and_hinge(decorate: Decorate) -> Any:
    def loss(x: Any, y: Any) -> Any:
        hinge = nd.maximum(1 - x * nd.sign(y), 0)
        return nd.smooth_l1(x - y, scalar=1.0).mean(axis=1) + 0.3 * hinge.max(axis=1)

    return loss_program(decorate, loss, noise(4, 5), noise(4, 5, seed=1))


@program
def triplet_loss(decorate: Decorate) -> Any:
    def loss(a: Any, p: Any, n: Any) -> Any:
        distance = nd.sum(nd.square(a - p) - nd.square(a - n), axis=1)
        return nd.relu(distance + 1.0)

    return loss_program(decorate, loss, noise(4, 3), noise(4, 3, seed=1), noise(4, 3, seed=2))


# --- higher orders --------------------------------------------------------------------------------


@program
def gradient_penalty_inside(decorate: Decorate) -> Any:
    (w,) = variables(noise(4, 4) * 0.3)

    @decorate
    def step(x: Any) -> Any:
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            score = nd.tanh(nd.dot(x, w)).sum(axis=1)
            (slope,) = autograd.grad(score, [x], create_graph=True)
            penalty = ((nd.sqrt((slope**2).sum(axis=1) + 1e-6) - 1) ** 2).mean()
        penalty.backward()
        return penalty

    return [step(noise(3, 4, seed=i)) for i in range(2)], w.grad


@program
def gradient_penalty_around(decorate: Decorate) -> Any:
    (w,) = variables(noise(4, 4) * 0.3)
    critic = decorate(lambda x: nd.tanh(nd.dot(x, w)).sum(axis=1))
    (x,) = variables(noise(3, 4))
    with autograd.record():
        score = critic(x)
        (slope,) = autograd.grad(score, [x], create_graph=True)
        penalty = ((slope**2).sum(axis=1) - 1).sum() + score.mean()
    penalty.backward()
    return penalty, w.grad


@program
def hessian_vector_product(decorate: Decorate) -> Any:
    @decorate
    def product(x: Any, v: Any) -> Any:
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            y = (nd.sin(x) * x**3).sum()
            (slope,) = autograd.grad(y, [x], create_graph=True)
            z = (slope * v).sum()
        z.backward()
        return x.grad, slope

    return product(noise(5, dtype="float64"), noise(5, seed=1, dtype="float64"))


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


def test_threads_train_their_own_parameters() -> None:
    def train(decorate: Decorate, seed: int, found: dict[int, Any]) -> None:
        (w,) = variables(noise(3, 3, seed=seed))

        @decorate
        def step(x: Any) -> Any:
            with autograd.record():
                loss = nd.square(nd.dot(x, w)).mean()
            loss.backward()
            w[:] = w - 0.1 * w.grad
            return loss

        losses = [step(noise(4, 3, seed=i)).asnumpy() for i in range(5)]
        found[seed] = [*losses, w.asnumpy()]

    outcomes = []
    for decorate in (lambda function: function, mx.compile):
        found: dict[int, Any] = {}
        threads = [threading.Thread(target=train, args=(decorate, i, found)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcomes.append(found)
    for seed in range(4):
        for a, b in zip(outcomes[1][seed], outcomes[0][seed], strict=True):
            assert_close(a, b)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str) -> None:
    outcomes = []
    for decorate in (lambda function: function, mx.compile):
        mx.random.seed(5)
        outcomes.append(flattened(PROGRAMS[name](decorate)))
    eager, compiled = outcomes
    assert len(compiled) == len(eager)
    for a, b in zip(compiled, eager, strict=True):
        if isinstance(b, nd.NDArray):
            assert a.shape == b.shape and a.dtype == b.dtype
            assert_close(a, b, what=name)
        else:
            assert a == b


# --- mistakes -------------------------------------------------------------------------------------


def recorded_loss(x: Any) -> Any:
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        return x, (x * x).sum()


def twice(x: Any) -> None:
    _, loss = recorded_loss(x)
    loss.backward()
    loss.backward()


def overwritten(x: Any) -> None:
    x, loss = recorded_loss(x)
    x[:] = 0
    loss.backward()


def while_recorded(x: Any) -> None:
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        x += 1


def of_no_variable(x: Any) -> Any:
    with autograd.record():
        y = x * 2
    return autograd.grad(y, [x.copy()])


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "weight": lambda x: nd.FullyConnected(x, noise(3, 9), noise(3), num_hidden=3),
    "bias": lambda x: nd.FullyConnected(x, noise(3, 4), num_hidden=3),
    "batch": lambda x: nd.batch_dot(x.reshape((1, 3, 4)), x.reshape((2, 6, 1))),
    "join": lambda x: nd.concat(x, x[0:1, 0:2], dim=0),
    "stack": lambda x: nd.stack(x, x[0:1]),
    "split": lambda x: nd.split(x, num_outputs=5, axis=1),
    "reshape": lambda x: x.reshape((5, -1)),
    "axes": lambda x: nd.transpose(x, axes=(0, 0)),
    "broadcast": lambda x: nd.broadcast_to(x, (3, 5)),
    "elementwise": lambda x: nd.elemwise_add(x, x[0:1]),
    "where": lambda x: nd.where(x > 0, x, x[:, 0:2]),
    "labels": lambda x: nd.softmax_cross_entropy(x, nd.zeros(7)),
    "pick": lambda x: nd.pick(x, nd.zeros(3), mode="raise"),
    "mode": lambda x: nd.take(x, nd.zeros(3), mode="last"),
    "values": lambda x: nd.take(x, nd.array([0, 3]), mode="raise"),
    "vectors": lambda x: nd.gather_nd(x, nd.array([[0], [4]])),
    "top": lambda x: nd.topk(x, k=9, axis=1),
    "depth": lambda x: nd.one_hot(x, -1),
    "dtype": lambda x: x.astype("complex64"),
    "slice": lambda x: nd.slice_axis(x, axis=3, begin=0, end=1),
    "out": lambda x: nd.relu(x, out=nd.zeros(2)),
    "assign": lambda x: x.__setitem__(slice(0, 2), noise(3, 4)),
    "drop": lambda x: nd.Dropout(x, p=1.5),
    "draw": lambda x: x + mx.random.uniform(0, 1, shape=(-1, 4)),
    "number": lambda x: nd.clip(x, "low", 1),
    "missing": lambda x: nd.dot(x),
    "unrecorded": lambda x: x.sum().backward(),
    "twice": twice,
    "overwritten": overwritten,
    "while recorded": while_recorded,
    "no variable": of_no_variable,
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_said_in_the_same_words(mistake: Callable[[Any], Any]) -> None:
    with pytest.raises(Exception) as eager:  # noqa: PT011 (whatever it is)
        mistake(noise(3, 4))
    with pytest.raises(type(eager.value)) as compiled:
        mx.compile(mistake)(noise(3, 4))
    assert str(compiled.value) == str(eager.value)


DRAWS: dict[str, Callable[[], Any]] = {
    "uniform": lambda: nd.random.uniform(-1, 2, shape=(3, 4)),
    "normal": lambda: nd.random.normal(1, 2, shape=(3, 4), dtype="float64"),
    "randn": lambda: nd.random.randn(3, 4),
    "exponential": lambda: nd.random.exponential(2, shape=(3, 4)),
    "gamma": lambda: nd.random.gamma(2, 3, shape=(3, 4)),
    "poisson": lambda: nd.random.poisson(3, shape=(3, 4)),
    "negative binomial": lambda: nd.random.negative_binomial(3, 0.4, shape=(3, 4)),
    "generalized": lambda: nd.random.generalized_negative_binomial(2, 0.3, shape=(3, 4)),
    "randint": lambda: nd.random.randint(0, 9, shape=(3, 4)),
    "multinomial": lambda: nd.random.multinomial(nd.array([0.2, 0.3, 0.5]), shape=8),
    "shuffle": lambda: nd.random.shuffle(nd.arange(9)),
    "like": lambda: nd.random.normal_like(nd.zeros((3, 4)), scale=2),
    "dropout": lambda: nd.Dropout(nd.ones((3, 4)), mode="always"),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_are_those_of_the_eager_call(draw: Callable[[], Any]) -> None:
    found = []
    for function in (draw, mx.compile(draw)):
        mx.random.seed(8)
        found.append([function().asnumpy().tolist() for _ in range(3)])
    assert found[1] == found[0]
    assert found[0][0] != found[0][1]
