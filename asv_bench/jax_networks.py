"""The networks of `benchmarks._models` in JAX: parameters, and a function of these and of arrays.

Each is called with the arrays of a step and returns a tree of parameters, made by NumPy, and a
function from parameters, arrays and a random key to a loss (or to scores).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Network = tuple[Any, Callable[..., Any]]

_generator = np.random.default_rng(0)


def _weights(*shape: int) -> Any:
    inputs = int(np.prod(shape[1:]))
    return (_generator.standard_normal(shape) / np.sqrt(inputs)).astype("float32")


def _dense(inputs: int, units: int) -> dict[str, Any]:
    return {"w": _weights(units, inputs), "b": np.zeros(units, "float32")}


def _apply_dense(p: Any, x: Any) -> Any:
    return x @ p["w"].T + p["b"]


def _cross_entropy(scores: Any, label: Any) -> Any:
    logs = jax.nn.log_softmax(scores)
    return -jnp.take_along_axis(logs, label[..., None], axis=-1).mean()


def _classifier(parameters: Any, scores: Callable[..., Any]) -> Network:
    def loss(p: Any, x: Any, label: Any, key: Any) -> Any:
        return _cross_entropy(scores(p, x), label)

    return parameters, loss


def mlp(*arrays: Any) -> Network:
    sizes = (784, 256, 128, 10)

    def scores(p: Any, x: Any) -> Any:
        for layer in p[:-1]:
            x = jax.nn.relu(_apply_dense(layer, x))
        return _apply_dense(p[-1], x)

    return _classifier([_dense(*pair) for pair in pairwise(sizes)], scores)


# --- convolutions ---------------------------------------------------------------------------------


def _convolved(x: Any, w: Any, stride: int = 1, pad: int = 0, groups: int = 1) -> Any:
    return jax.lax.conv_general_dilated(
        x, w, (stride, stride), ((pad, pad), (pad, pad)), feature_group_count=groups
    )


def _pooled(x: Any) -> Any:
    window = (1, 1, 2, 2)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")


def lenet(*arrays: Any) -> Network:
    parameters = {
        "convolutions": [
            {"w": _weights(20, 1, 5, 5), "b": np.zeros((20, 1, 1), "float32")},
            {"w": _weights(50, 20, 5, 5), "b": np.zeros((50, 1, 1), "float32")},
        ],
        "dense": [_dense(800, 500), _dense(500, 10)],
    }

    def scores(p: Any, x: Any) -> Any:
        for layer in p["convolutions"]:
            x = _pooled(jnp.tanh(_convolved(x, layer["w"]) + layer["b"]))
        x = jnp.tanh(_apply_dense(p["dense"][0], x.reshape(x.shape[0], -1)))
        return _apply_dense(p["dense"][1], x)

    return _classifier(parameters, scores)


def _normalised_convolution(filters: int, channels: int, size: int) -> dict[str, Any]:
    vector = np.ones((filters, 1, 1), "float32")
    return {"w": _weights(filters, channels, size, size), "scale": vector, "shift": 0 * vector}


def _apply_normalised(
    p: Any, x: Any, training: bool, stride: int = 1, pad: int = 1, groups: int = 1
) -> Any:
    """Moving averages are left out; without training they are zeros and ones."""
    y = _convolved(x, p["w"], stride, pad, groups)
    if training:
        mean = y.mean((0, 2, 3), keepdims=True)
        y = (y - mean) * jax.lax.rsqrt(jnp.square(y - mean).mean((0, 2, 3), keepdims=True) + 1e-5)
    return y * p["scale"] + p["shift"]


def _resnet(stages: Sequence[tuple[int, int]], training: bool) -> Network:
    blocks, strides, before = [], [], 64
    for channels, first in stages:
        for stride in (first, 1):
            block = {
                "first": _normalised_convolution(channels, before, 3),
                "second": _normalised_convolution(channels, channels, 3),
            }
            if channels != before:
                block["side"] = _normalised_convolution(channels, before, 1)
            blocks.append(block)
            strides.append(stride)
            before = channels
    parameters = {
        "stem": _normalised_convolution(64, 3, 3), "blocks": blocks, "out": _dense(before, 10)
    }  # fmt: skip

    def scores(p: Any, x: Any) -> Any:
        x = jax.nn.relu(_apply_normalised(p["stem"], x, training))
        for block, stride in zip(p["blocks"], strides, strict=True):
            y = jax.nn.relu(_apply_normalised(block["first"], x, training, stride))
            y = _apply_normalised(block["second"], y, training)
            side = x
            if "side" in block:
                side = _apply_normalised(block["side"], x, training, stride, 0)
            x = jax.nn.relu(y + side)
        return _apply_dense(p["out"], x.mean((2, 3)))

    if training:
        return _classifier(parameters, scores)
    return parameters, lambda p, x, key: scores(p, x)


def resnet(stages: Sequence[tuple[int, int]], training: bool) -> Callable[..., Network]:
    return lambda *arrays: _resnet(stages, training)


def separable(widths: Sequence[int]) -> Callable[..., Network]:
    def made(*arrays: Any) -> Network:
        pairs, before = [], 32
        for channels in widths:
            pairs.append(
                [
                    _normalised_convolution(before, 1, 3),
                    _normalised_convolution(channels, before, 1),
                ]
            )
            before = channels
        parameters = {
            "stem": _normalised_convolution(32, 3, 3), "pairs": pairs, "out": _dense(before, 10)
        }  # fmt: skip

        def scores(p: Any, x: Any) -> Any:
            x = jax.nn.relu(_apply_normalised(p["stem"], x, True))
            for depthwise, pointwise in p["pairs"]:
                x = jax.nn.relu(_apply_normalised(depthwise, x, True, groups=x.shape[1]))
                x = jax.nn.relu(_apply_normalised(pointwise, x, True, pad=0))
            return _apply_dense(p["out"], x.mean((2, 3)))

        return _classifier(parameters, scores)

    return made


# --- sequences ------------------------------------------------------------------------------------


def language_model(words: int, units: int) -> Callable[..., Network]:
    def made(*arrays: Any) -> Network:
        layers = [
            {"x": _weights(4 * units, units), "h": _weights(4 * units, units),
             "b": np.zeros(4 * units, "float32")} for _ in range(2)
        ]  # fmt: skip
        parameters = {
            "embedding": _weights(words, units), "layers": layers, "out": _dense(units, words)
        }  # fmt: skip

        def step(p: Any, carried: Any, gates: Any) -> Any:
            h, c = carried
            i, f, g, o = jnp.split(gates + h @ p["h"].T, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        def loss(p: Any, x: Any, following: Any, key: Any) -> Any:
            x = p["embedding"][x]
            zeros = jnp.zeros(x.shape[1:], x.dtype)
            for layer in p["layers"]:
                gates = x @ layer["x"].T + layer["b"]
                x = jax.lax.scan(partial(step, layer), (zeros, zeros), gates)[1]
            return _cross_entropy(_apply_dense(p["out"], x), following)

        return parameters, loss

    return made


def _normalised(p: Any, x: Any) -> Any:
    x = x - x.mean(-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + 1e-5) * p["w"] + p["b"]


def transformer(width: int, tokens: int, heads: int) -> Callable[..., Network]:
    def made(*arrays: Any) -> Network:
        def norm() -> dict[str, Any]:
            return {"w": np.ones(width, "float32"), "b": np.zeros(width, "float32")}

        layers = [
            {"norm1": norm(), "norm2": norm(), "qkv": _dense(width, 3 * width),
             "out": _dense(width, width), "up": _dense(width, 4 * width),
             "down": _dense(4 * width, width)} for _ in range(2)
        ]  # fmt: skip
        parameters = {"layers": layers, "out": _dense(tokens * width, 10)}

        def scores(p: Any, x: Any) -> Any:
            for layer in p["layers"]:
                qkv = _apply_dense(layer["qkv"], _normalised(layer["norm1"], x))
                q, k, v = jnp.moveaxis(qkv.reshape(*x.shape[:2], 3, heads, -1), (2, 3), (0, 2))
                weights = jax.nn.softmax(q @ jnp.swapaxes(k, 2, 3) * q.shape[-1] ** -0.5)
                mixed = jnp.swapaxes(weights @ v, 1, 2).reshape(x.shape)
                x = x + _apply_dense(layer["out"], mixed)
                inner = jax.nn.relu(_apply_dense(layer["up"], _normalised(layer["norm2"], x)))
                x = x + _apply_dense(layer["down"], inner)
            return _apply_dense(p["out"], x.reshape(x.shape[0], -1))

        return _classifier(parameters, scores)

    return made


# --- a variational autoencoder --------------------------------------------------------------------


def vae(hidden: int, latent: int) -> Callable[..., Network]:
    def made(*arrays: Any) -> Network:
        sizes = ((784, hidden), (hidden, 2 * latent), (latent, hidden), (hidden, 784))

        def loss(p: Any, x: Any, key: Any) -> Any:
            mean, log_var = jnp.split(_apply_dense(p[1], jax.nn.relu(_apply_dense(p[0], x))), 2, 1)
            sample = mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)
            y = _apply_dense(p[3], jax.nn.relu(_apply_dense(p[2], sample)))
            entropy = (jax.nn.softplus(y) - x * y).sum(1)
            divergence = 0.5 * (mean**2 + jnp.exp(log_var) - log_var - 1).sum(1)
            return (entropy + divergence).mean()

        return [_dense(*pair) for pair in sizes], loss

    return made


# --- steps ----------------------------------------------------------------------------------------


def _sgd(p: Any, state: Any, g: Any) -> Any:
    state = jax.tree.map(lambda m, d: 0.9 * m + d, state, g)
    return jax.tree.map(lambda w, m: w - 1e-3 * m, p, state), state


def _adam(p: Any, state: Any, g: Any) -> Any:
    mean, square, t = state
    t = t + 1
    mean = jax.tree.map(lambda m, d: 0.9 * m + 0.1 * d, mean, g)
    square = jax.tree.map(lambda v, d: 0.999 * v + 0.001 * d * d, square, g)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    p = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), p, mean, square)
    return p, (mean, square, t)


def training(network: Callable[..., Network], optimizer: str, arrays: Sequence[Any]) -> Any:
    """A step: loss, gradients and the optimizer's update in one compiled function."""
    arrays = [jnp.asarray(a) for a in arrays]
    parameters, loss_of = network(*arrays)
    parameters = jax.tree.map(jnp.asarray, parameters)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    update, state = (_sgd, zeros) if optimizer == "sgd" else (_adam, (zeros, zeros, jnp.zeros(())))

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(p: Any, state: Any, key: Any) -> Any:
        key, now = jax.random.split(key)
        loss, g = jax.value_and_grad(loss_of)(p, *arrays, now)
        return *update(p, state, g), key, loss

    held = [parameters, jax.tree.map(jnp.copy, state), jax.random.key(0)]

    def run() -> Any:
        *held[:], loss = step(*held)
        return jax.block_until_ready(loss)

    return run


def inference(network: Callable[..., Network], arrays: Sequence[Any]) -> Any:
    """Forward alone."""
    arrays = [jnp.asarray(a) for a in arrays]
    parameters, scores_of = network(*arrays)
    parameters, key = jax.tree.map(jnp.asarray, parameters), jax.random.key(0)
    forward = jax.jit(scores_of)
    return lambda: jax.block_until_ready(forward(parameters, *arrays, key))
