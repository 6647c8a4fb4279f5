"""Optimisers, networks and losses as users of MXNet and Gluon write them, compiled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from compile_helpers import Decorate, Programs, agree_closely, noise, variables

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.testing import assert_close

program = Programs()


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


@program
def truncated_backpropagation(decorate: Decorate) -> Any:
    """Two rounds in one call, and calls that start from what the last one returned."""
    (w,) = variables(noise(3))

    @decorate
    def rounds(h: Any) -> Any:
        slopes = []
        for _ in range(2):
            with autograd.record():
                h = nd.tanh(nd.exp(h) * w)
                loss = (h * h).sum()
            loss.backward()
            slopes.append(w.grad.copy())
        return h, loss, slopes

    h, found = nd.ones(3), []
    for _ in range(3):
        h, *rest = rounds(h)
        found.append((h, rest))
    return found


@program
def released_arrays_as_constants(decorate: Decorate) -> Any:
    """One found around the function and one passed to it, both made of a variable."""
    w, x = variables(noise(3), noise(3, seed=1))
    with autograd.record():
        around, passed = nd.exp(w), nd.sin(w)
        loss = around + passed
    loss.backward()
    w.zero_grad()

    @decorate
    def product(x: Any, h: Any) -> Any:
        factor = nd.sin(around) * nd.exp(h)
        return factor * x * x, factor

    found = []
    for _ in range(2):
        with autograd.record():
            y, factor = product(x, passed)
            z = y * factor
        z.backward()
        found.append(x.grad.copy())
        with autograd.record():
            y, _ = product(x, passed)
            (slope,) = autograd.grad(y, x, create_graph=True)
        slope.backward()
        found += [slope, x.grad.copy()]
    return found, w.grad


# --- what backward makes again --------------------------------------------------------------------


@program
def operands_overwritten_before_backward(decorate: Decorate) -> Any:
    """Sums keep nothing, so what was added may be written to; backward computes with it again."""
    around, part = noise(9, seed=4), nd.array([1.0, 0.5, 0.25, 2.0, 3.0, 4.0])
    x, w = variables(noise(3, 3), noise(3, 3, seed=1))
    shift = noise(3, 3, seed=2)

    @decorate
    def chain(x: Any, shift: Any) -> Any:
        y = x
        for _ in range(4):
            y = nd.exp((nd.tanh(y + shift) * w + around.reshape((3, 3))) * 0.5) + part[3:6]
        return y

    found = []
    for _ in range(2):
        with autograd.record():
            y = chain(x, shift)
        shift[:] = 7
        around[:] = -3
        part[:] = 5
        y.backward()
        found += [y, x.grad.copy(), w.grad.copy()]
    return found


@pytest.mark.slow
def test_cheap_values_are_not_kept_for_backward() -> None:
    @mx.compile
    def chain(x: Any, w: Any, b: Any) -> Any:
        for _ in range(10):
            x = nd.exp((nd.tanh(x) * w + b) * 0.5)
        return x

    x, w, b = variables(noise(8), noise(8, seed=1), noise(8, seed=2))
    with autograd.record():
        y = chain(x, w, b)
    y.backward()
    forward = chain.explain().programs[0].forward
    *_, results = forward.report.text.splitlines()
    # The output, for the caller and for backward, the first tanh, and a copy of b.
    assert results.strip() == "return [y0, y1, y2, y3]"


ONE_OF_EACH_KIND = (
    adam,
    gradient_penalty_inside,
    operands_overwritten_before_backward,
)
ONE_WITH_MORE_KERNELS = (attention, layer_norm_and_gelu)


@pytest.mark.parametrize("scenario", program.cases(*ONE_OF_EACH_KIND, slow=ONE_WITH_MORE_KERNELS))
def test_program(scenario: Callable[[Decorate], Any]) -> None:
    agree_closely(scenario)


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
