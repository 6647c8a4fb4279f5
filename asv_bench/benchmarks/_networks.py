"""Functions of arrays in the words of each library: what programs and other cases compute.

A name ends with the library that it is for: ``mx`` is ndgrad and MXNet, ``numpy`` also JAX and HIPS
autograd.  The first argument is the module; parameters come before data.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

# --- element by element ---------------------------------------------------------------------------


def chain(x: Any, w: Any, b: Any, tanh: Any, exp: Any, steps: int = 20) -> Any:
    """Five operators a step."""
    for _ in range(steps):
        x = exp((tanh(x) * w + b) * 0.5)
    return x


GATE = {
    "mx": lambda nd, x: nd.sigmoid(2 * x + 0.5) * nd.tanh(0.3 * x),
    "torch": lambda torch, x: torch.sigmoid(2 * x + 0.5) * torch.tanh(0.3 * x),
    "jax": lambda jnp, x: _jax_nn().sigmoid(2 * x + 0.5) * jnp.tanh(0.3 * x),
}

ELEMENTWISE_GRAPH = {
    "mx": lambda nd, x, w, b: chain(x, w, b, nd.tanh, nd.exp, 40),
    "torch": lambda torch, x, w, b: chain(x, w, b, torch.tanh, torch.exp, 40),
    "jax": lambda jnp, x, w, b: chain(x, w, b, jnp.tanh, jnp.exp, 40),
}


def _jax_nn() -> Any:
    import jax

    return jax.nn


DROPPED = 0.1


def _mx_gelu_dropout(nd: Any, x: Any, bias: Any) -> Any:
    return nd.Dropout(nd.LeakyReLU(x + bias, act_type="gelu"), p=DROPPED)


def _torch_gelu_dropout(torch: Any, x: Any, bias: Any) -> Any:
    functional = torch.nn.functional
    return functional.dropout(functional.gelu(x + bias), DROPPED)


def _jax_gelu_dropout(jnp: Any, x: Any, bias: Any, key: Any) -> Any:
    import jax

    y = jax.nn.gelu(x + bias, approximate=False)
    return jnp.where(jax.random.bernoulli(key, 1 - DROPPED, y.shape), y / (1 - DROPPED), 0)


GELU_DROPOUT: dict[str, Callable[..., Any]] = {
    "mx": _mx_gelu_dropout,
    "torch": _torch_gelu_dropout,
    "jax": _jax_gelu_dropout,
}

# --- layer normalisation and cross-entropy out of primitives --------------------------------------

_EPS = 1e-5


def _mx_layer_norm(nd: Any, x: Any, gamma: Any, beta: Any) -> Any:
    centred = x - nd.mean(x, axis=-1, keepdims=True)
    variance = nd.mean(nd.square(centred), axis=-1, keepdims=True)
    return centred / nd.sqrt(variance + _EPS) * gamma + beta


def _torch_layer_norm(torch: Any, x: Any, gamma: Any, beta: Any) -> Any:
    centred = x - torch.mean(x, dim=-1, keepdim=True)
    variance = torch.mean(torch.square(centred), dim=-1, keepdim=True)
    return centred / torch.sqrt(variance + _EPS) * gamma + beta


def _numpy_layer_norm(np: Any, x: Any, gamma: Any, beta: Any) -> Any:
    centred = x - np.mean(x, axis=-1, keepdims=True)
    variance = np.mean(np.square(centred), axis=-1, keepdims=True)
    return centred / np.sqrt(variance + _EPS) * gamma + beta


LAYER_NORM = {
    "mx": _mx_layer_norm,
    "torch": _torch_layer_norm,
    "numpy": _numpy_layer_norm,
    "jax": _numpy_layer_norm,
    "autograd": _numpy_layer_norm,
}


def _mx_cross_entropy(nd: Any, x: Any, label: Any) -> Any:
    shifted = x - nd.max(x, axis=1, keepdims=True)
    total = nd.log(nd.sum(nd.exp(shifted), axis=1))
    return nd.sum(total - nd.pick(shifted, label, axis=1))


def _torch_cross_entropy(torch: Any, x: Any, label: Any) -> Any:
    shifted = x - torch.amax(x, dim=1, keepdim=True)
    total = torch.log(torch.sum(torch.exp(shifted), dim=1))
    return torch.sum(total - torch.gather(shifted, 1, label[:, None])[:, 0])


def numpy_cross_entropy(np: Any, x: Any, label: Any) -> Any:
    """Summed over the batch."""
    shifted = x - np.max(x, axis=1, keepdims=True)
    total = np.sum(np.log(np.sum(np.exp(shifted), axis=1)))
    return total - np.sum(shifted[np.arange(len(label)), label])


CROSS_ENTROPY = {
    "mx": _mx_cross_entropy,
    "torch": _torch_cross_entropy,
    "jax": numpy_cross_entropy,
}

# --- recurrent layers -----------------------------------------------------------------------------


def _rnn(dot: str, np: Any, from_input: Any, from_state: Any, bias: Any, data: Any) -> Any:
    product = getattr(np, dot)
    h = np.tanh(product(data[0], from_input) + bias)
    for t in range(1, data.shape[0]):
        h = np.tanh(product(data[t], from_input) + product(h, from_state) + bias)
    return h


RNN = {
    "mx": partial(_rnn, "dot"),
    "torch": partial(_rnn, "mm"),
    "numpy": partial(_rnn, "dot"),
    "jax": partial(_rnn, "dot"),
    "autograd": partial(_rnn, "dot"),
}
"""A plain recurrent layer, step by step."""


def _mx_lstm(nd: Any, from_input: Any, from_state: Any, bias: Any, data: Any) -> Any:
    width = from_state.shape[1]
    h = c = nd.zeros((data.shape[1], width))
    states = []
    for x in data:
        gates = nd.FullyConnected(x, from_input, bias, num_hidden=4 * width)
        gates = gates + nd.FullyConnected(h, from_state, no_bias=True, num_hidden=4 * width)
        i, f, g, o = nd.split(gates, num_outputs=4, axis=1)
        c = nd.sigmoid(f) * c + nd.sigmoid(i) * nd.tanh(g)
        h = nd.sigmoid(o) * nd.tanh(c)
        states.append(h)
    return nd.stack(*states, axis=0)


def _torch_lstm(torch: Any, from_input: Any, from_state: Any, bias: Any, data: Any) -> Any:
    linear = torch.nn.functional.linear
    h = c = torch.zeros(data.shape[1], from_state.shape[1])
    states = []
    for x in data:
        gates = linear(x, from_input, bias) + linear(h, from_state)
        i, f, g, o = torch.chunk(gates, 4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


def _jax_lstm(jnp: Any, from_input: Any, from_state: Any, bias: Any, data: Any) -> Any:
    import jax

    def step(carried: Any, x: Any) -> Any:
        h, c = carried
        i, f, g, o = jnp.split(x @ from_input.T + bias + h @ from_state.T, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((data.shape[1], from_state.shape[1]), data.dtype)
    return jax.lax.scan(step, (zeros, zeros), data)[1]


LSTM = {"mx": _mx_lstm, "torch": _torch_lstm, "jax": _jax_lstm}

# --- a transformer block --------------------------------------------------------------------------

HEADS = 4


def _mx_transformer(nd: Any, *arrays: Any) -> Any:
    gamma1, beta1, w_qkv, b_qkv, w_out, b_out, gamma2, beta2, w_up, b_up, w_down, b_down, x = arrays

    def dense(x: Any, weight: Any, bias: Any) -> Any:
        return nd.FullyConnected(x, weight, bias, num_hidden=weight.shape[0], flatten=False)

    def heads(x: Any) -> Any:  # (batch, tokens, width) -> (batch * heads, tokens, width / heads)
        return nd.transpose(x.reshape((0, 0, HEADS, -1)), axes=(0, 2, 1, 3)).reshape((-3, 0, 0))

    normal = _mx_layer_norm(nd, x, gamma1, beta1)
    query, key, value = map(heads, nd.split(dense(normal, w_qkv, b_qkv), num_outputs=3, axis=2))
    scores = nd.batch_dot(query, key, transpose_b=True) * query.shape[-1] ** -0.5
    mixed = nd.batch_dot(nd.softmax(scores, axis=-1), value)
    mixed = nd.transpose(mixed.reshape((-4, -1, HEADS, 0, 0)), axes=(0, 2, 1, 3))
    x = x + dense(mixed.reshape((0, 0, -3)), w_out, b_out)
    inner = dense(_mx_layer_norm(nd, x, gamma2, beta2), w_up, b_up)
    return x + dense(nd.LeakyReLU(inner, act_type="gelu"), w_down, b_down)


def _torch_transformer(torch: Any, *arrays: Any) -> Any:
    gamma1, beta1, w_qkv, b_qkv, w_out, b_out, gamma2, beta2, w_up, b_up, w_down, b_down, x = arrays
    functional = torch.nn.functional

    def heads(x: Any) -> Any:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2)

    normal = _torch_layer_norm(torch, x, gamma1, beta1)
    projected = functional.linear(normal, w_qkv, b_qkv)
    query, key, value = map(heads, torch.chunk(projected, 3, dim=2))
    scores = torch.matmul(query, key.transpose(2, 3)) * query.shape[-1] ** -0.5
    mixed = torch.matmul(torch.softmax(scores, dim=-1), value)
    x = x + functional.linear(mixed.transpose(1, 2).reshape(x.shape), w_out, b_out)
    inner = functional.linear(_torch_layer_norm(torch, x, gamma2, beta2), w_up, b_up)
    return x + functional.linear(functional.gelu(inner), w_down, b_down)


def _jax_transformer(jnp: Any, *arrays: Any) -> Any:
    import jax

    gamma1, beta1, w_qkv, b_qkv, w_out, b_out, gamma2, beta2, w_up, b_up, w_down, b_down, x = arrays

    def heads(x: Any) -> Any:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    normal = _numpy_layer_norm(jnp, x, gamma1, beta1)
    query, key, value = map(heads, jnp.split(normal @ w_qkv.T + b_qkv, 3, axis=2))
    scores = query @ key.transpose(0, 1, 3, 2) * query.shape[-1] ** -0.5
    mixed = jax.nn.softmax(scores, axis=-1) @ value
    x = x + mixed.transpose(0, 2, 1, 3).reshape(x.shape) @ w_out.T + b_out
    inner = _numpy_layer_norm(jnp, x, gamma2, beta2) @ w_up.T + b_up
    return x + jax.nn.gelu(inner, approximate=False) @ w_down.T + b_down


TRANSFORMER = {"mx": _mx_transformer, "torch": _torch_transformer, "jax": _jax_transformer}
