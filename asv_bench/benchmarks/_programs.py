"""Whole programs, for compilers: ndgrad and PyTorch with and without theirs, JAX with it.

A program's run returns all that it computes, gradients and what it updated in place among them, so
that libraries can be held against each other before they are timed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ._base import FLOAT, Case, Run, Target, integers, relative_difference, uniform
from ._fresh import FirstRun
from ._networks import (
    CROSS_ENTROPY,
    DROPPED,
    ELEMENTWISE_GRAPH,
    GATE,
    GELU_DROPOUT,
    LAYER_NORM,
    LSTM,
    TRANSFORMER,
    numpy_cross_entropy,
)

Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]


def uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """What stands for the compiler where there is none."""
    return function


def torch_compiler(function: Callable[..., Any]) -> Callable[..., Any]:
    """PyTorch's compiler, without what it keeps from case to case.

    It takes the functions of one line of source for one function: with every case it would make
    more sizes variable, and after eight run eagerly without a word.
    """
    import torch

    torch.compiler.reset()
    return torch.compile(function, fullgraph=True)


class Compilable(Case):
    """A case whose method `mx` takes a compiler beside the module."""

    target = Target(1.0, ("torch", "torch-compile", "jax"))
    tolerance = 1e-3

    def mx(self, mx: Any, compiler: Compiler = uncompiled) -> Run:
        raise NotImplementedError

    def ndgrad(self) -> Run:
        mx = importlib.import_module("ndgrad")
        if not hasattr(mx, "compile"):
            raise NotImplementedError("ndgrad has no compile")
        return self.mx(mx, mx.compile)

    def ndgrad_eager(self) -> Run:
        return self.mx(importlib.import_module("ndgrad"))


class Program(Compilable):
    """A function and, if it has variables, its gradients from heads of ones.

    Parameters
    ----------
    name : str
    inputs : callable
        Makes NumPy arrays: the variables, then the constants.
    variables : int
        How many variables there are; 0 is the function alone.
    functions : dict
        Library -> function of the library's module and the arrays.
    **facts
        Fields of `Case`.
    """

    def __init__(
        self,
        name: str,
        inputs: Callable[[], Sequence[Any]],
        variables: int,
        functions: dict[str, Callable[..., Any]],
        **facts: Any,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.variables = variables
        self.functions = functions
        vars(self).update(facts)

    def mx(self, mx: Any, compiler: Compiler = uncompiled) -> Run:
        nd, record, function = mx.nd, mx.autograd.record, self.functions["mx"]
        arrays = [nd.array(a) for a in self.inputs()]
        variables = arrays[: self.variables]
        for x in variables:
            x.attach_grad()

        def forward(*arrays: Any) -> Any:
            return function(nd, *arrays)

        def forward_backward(*arrays: Any) -> Any:
            with record():
                y = function(nd, *arrays)
            y.backward()
            return y

        step = compiler(forward_backward if variables else forward)
        return lambda: [step(*arrays), *[x.grad for x in variables]]

    def torch(self) -> Run:
        return self._torch(self.functions["torch"])

    def _torch(self, function: Callable[..., Any]) -> Run:
        import torch

        arrays = [torch.from_numpy(a) for a in self.inputs()]
        variables = arrays[: self.variables]
        for x in variables:
            x.requires_grad_()

        def run() -> Any:
            for x in variables:
                x.grad = None
            y = function(torch, *arrays)
            if variables:
                y.backward(torch.ones_like(y))
            return [y, *[x.grad for x in variables]]

        return run

    def torch_compile(self) -> Run:
        import torch

        function, count = self.functions["torch"], self.variables
        arrays = [torch.from_numpy(a) for a in self.inputs()]

        @torch_compiler
        def step(*arrays: Any) -> Any:
            # One graph; compiling the forward pass and calling `backward` makes slower code.
            constants = arrays[count:]
            if not count:
                return [function(torch, *constants)]
            y, pullback = torch.func.vjp(
                lambda *v: function(torch, *v, *constants), *arrays[:count]
            )
            return [y, *pullback(torch.ones_like(y))]

        return lambda: step(*arrays)

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        function, count = self.functions["jax"], self.variables
        arrays = [jnp.asarray(a) for a in self.inputs()]

        @jax.jit
        def step(*arrays: Any) -> Any:
            constants = arrays[count:]
            if not count:
                return [function(jnp, *constants)]
            y, pullback = jax.vjp(lambda *v: function(jnp, *v, *constants), *arrays[:count])
            return [y, *pullback(jnp.ones_like(y))]

        return lambda: jax.block_until_ready(step(*arrays))


class RecordedOutside(Program):
    """A compiled function that is recorded as any operator: for ndgrad one node of the tape."""

    def mx(self, mx: Any, compiler: Compiler = uncompiled) -> Run:
        nd, record, function = mx.nd, mx.autograd.record, self.functions["mx"]
        arrays = [nd.array(a) for a in self.inputs()]
        variables = arrays[: self.variables]
        for x in variables:
            x.attach_grad()
        forward = compiler(lambda *arrays: function(nd, *arrays))

        def run() -> Any:
            with record():
                y = forward(*arrays)
            y.backward()
            return [y, *[x.grad for x in variables]]

        return run

    def torch_compile(self) -> Run:
        import torch

        function = torch_compiler(partial(self.functions["torch"], torch))
        return self._torch(lambda torch, *arrays: function(*arrays))


class GeluDropout(Program):
    """Every library drops other elements, and JAX has to be given its random numbers."""

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        function = self.functions["jax"]
        arrays = [jnp.asarray(a) for a in self.inputs()]
        key = jax.random.key(0)

        @jax.jit
        def step(key: Any, *arrays: Any) -> Any:
            key, now = jax.random.split(key)
            y, pullback = jax.vjp(lambda *v: function(jnp, *v, now), *arrays)
            return key, [y, *pullback(jnp.ones_like(y))]

        def run() -> Any:
            nonlocal key
            key, results = jax.block_until_ready(step(key, *arrays))
            return results

        return run

    def difference(self, results: Sequence[Any], reference: Sequence[Any]) -> float:
        y, dx, dbias = results
        if abs(np.mean(y == 0) - DROPPED) > 0.01:
            return float("inf")
        both = (y != 0) & (reference[0] != 0)
        return max(
            relative_difference(y[both], reference[0][both]),
            relative_difference(dx[both], reference[1][both]),
            relative_difference(dbias, dx.sum(axis=0, dtype="float64")),
        )


# --- steps of training ----------------------------------------------------------------------------


class MLPStep(Case):
    """Forward, backward and update in place of a perceptron 784-256-128-10, batch of 128."""

    name = "mlp-step/784-256-128-10"
    target: Target | None = Target(0.8)
    requires = ("FullyConnected", "softmax_cross_entropy", "relu")
    comparable = False  # the weights move with every run

    widths = (784, 256, 128, 10)
    batch = 128
    rate = 0.01 / 128

    def _arrays(self) -> tuple[Any, Any, list[Any]]:
        parameters = []
        for k, (below, above) in enumerate(zip(self.widths, self.widths[1:], strict=False)):
            bound = (6 / (below + above)) ** 0.5
            parameters.append(uniform(above, below, low=-bound, high=bound, seed=k))
            parameters.append(np.zeros(above, "float32"))
        return uniform(self.batch, self.widths[0]), integers(self.batch, high=10), parameters

    def mx(self, mx: Any, compiler: Compiler = uncompiled) -> Run:
        nd, record, rate = mx.nd, mx.autograd.record, self.rate
        data, label, parameters = self._arrays()
        x, label = nd.array(data), nd.array(label)
        parameters = [nd.array(p) for p in parameters]
        for p in parameters:
            p.attach_grad()
        w1, b1, w2, b2, w3, b3 = parameters

        @compiler
        def step(x: Any, label: Any) -> None:
            with record():
                h = nd.relu(nd.FullyConnected(x, w1, b1, num_hidden=256))
                h = nd.relu(nd.FullyConnected(h, w2, b2, num_hidden=128))
                h = nd.FullyConnected(h, w3, b3, num_hidden=10)
                loss = nd.softmax_cross_entropy(h, label)
            loss.backward()
            for p in parameters:
                p -= rate * p.grad

        def run() -> Any:
            step(x, label)
            return parameters

        return run

    def _torch_arrays(self) -> tuple[Any, Any, list[Any]]:
        import torch

        data, label, parameters = self._arrays()
        parameters = [torch.from_numpy(p) for p in parameters]
        return torch.from_numpy(data), torch.from_numpy(label), parameters

    @staticmethod
    def _torch_loss(parameters: Any, x: Any, label: Any) -> Any:
        import torch
        from torch.nn import functional

        w1, b1, w2, b2, w3, b3 = parameters
        h = torch.relu(functional.linear(x, w1, b1))
        h = torch.relu(functional.linear(h, w2, b2))
        return functional.cross_entropy(functional.linear(h, w3, b3), label, reduction="sum")

    def torch(self) -> Run:
        import torch

        rate, loss = self.rate, self._torch_loss
        x, label, parameters = self._torch_arrays()
        for p in parameters:
            p.requires_grad_()

        def run() -> Any:
            loss(parameters, x, label).backward()
            with torch.no_grad():
                for p in parameters:
                    p -= rate * p.grad
                    p.grad = None
            return parameters

        return run

    def _numpy_loss(self, np: Any, parameters: Any, x: Any, label: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        h = np.maximum(np.dot(x, w1.T) + b1, 0)
        h = np.maximum(np.dot(h, w2.T) + b2, 0)
        return numpy_cross_entropy(np, np.dot(h, w3.T) + b3, label)

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        data, label, parameters = self._arrays()
        x, label = jnp.asarray(data), jnp.asarray(label)
        parameters = [jnp.asarray(p) for p in parameters]

        @jax.jit
        def step(parameters: Any, x: Any, label: Any) -> Any:
            gradients = jax.grad(lambda p: self._numpy_loss(jnp, p, x, label))(parameters)
            return [p - self.rate * g for p, g in zip(parameters, gradients, strict=True)]

        def run() -> Any:
            nonlocal parameters
            parameters = jax.block_until_ready(step(parameters, x, label))
            return parameters

        return run

    def autograd(self) -> Run:
        import autograd
        import autograd.numpy as anp

        x, label, parameters = self._arrays()
        gradient = autograd.grad(lambda p: self._numpy_loss(anp, p, x, label))

        def run() -> Any:
            for p, g in zip(parameters, gradient(parameters), strict=True):
                p -= self.rate * g
            return parameters

        return run


class MLPProgram(Compilable, MLPStep):
    """The step compiled."""

    name = "compiled/mlp-step"
    mx = MLPStep.mx

    def torch_compile(self) -> Run:
        import torch

        rate, loss = self.rate, self._torch_loss
        x, label, parameters = self._torch_arrays()

        @torch_compiler
        def step(parameters: Any, x: Any, label: Any) -> None:
            gradients = torch.func.grad(loss)(parameters, x, label)
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(rate * g)

        def run() -> Any:
            step(parameters, x, label)
            return parameters

        return run


class AdamStep(Compilable):
    """Update in place of weights and both their moments; the count of steps is an array."""

    name = "compiled/adam"
    size = 10_000_000
    rate, beta1, beta2, eps = 0.001, 0.9, 0.999, 1e-8
    traffic = 7 * FLOAT * size

    def _arrays(self) -> tuple[Any, ...]:
        """Weights, moments, count and gradient."""
        w, g = uniform(self.size), uniform(self.size, seed=1)
        return w, np.zeros_like(w), np.zeros_like(w), np.zeros(1, "float32"), g

    def _step(self, sqrt: Callable[[Any], Any], m: Any, v: Any, t: Any) -> Any:
        scaled = m * (self.rate / (1 - self.beta1**t))
        return scaled / (sqrt(v / (1 - self.beta2**t)) + self.eps)

    def mx(self, mx: Any, compiler: Compiler = uncompiled) -> Run:
        nd, beta1, beta2 = mx.nd, self.beta1, self.beta2
        arrays = [nd.array(a) for a in self._arrays()]

        @compiler
        def step(w: Any, m: Any, v: Any, t: Any, g: Any) -> None:
            t += 1
            m[:] = beta1 * m + (1 - beta1) * g
            v[:] = beta2 * v + (1 - beta2) * nd.square(g)
            w -= self._step(nd.sqrt, m, v, t)

        def run() -> Any:
            step(*arrays)
            return arrays[:3]

        return run

    def torch(self) -> Run:
        import torch

        w, *_, g = map(torch.from_numpy, self._arrays())
        w.grad = g
        optimizer = torch.optim.Adam(
            [w], lr=self.rate, betas=(self.beta1, self.beta2), eps=self.eps, fused=True
        )

        def run() -> Any:
            optimizer.step()
            state = optimizer.state[w]
            return [w, state["exp_avg"], state["exp_avg_sq"]]

        return run

    def torch_compile(self) -> Run:
        import torch

        arrays = [torch.from_numpy(a) for a in self._arrays()]

        @torch_compiler
        def step(w: Any, m: Any, v: Any, t: Any, g: Any) -> None:
            t.add_(1)
            m.lerp_(g, 1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            w.sub_(self._step(torch.sqrt, m, v, t))

        def run() -> Any:
            step(*arrays)
            return arrays[:3]

        return run

    def jax(self) -> Run:
        import functools

        import jax
        import jax.numpy as jnp

        *state, g = (jnp.array(a) for a in self._arrays())

        @functools.partial(jax.jit, donate_argnums=(0, 1, 2, 3))
        def step(w: Any, m: Any, v: Any, t: Any, g: Any) -> Any:
            t = t + 1
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * jnp.square(g)
            return w - self._step(jnp.sqrt, m, v, t), m, v, t

        def run() -> Any:
            nonlocal state
            state = jax.block_until_ready(step(*state, g))
            return state[:3]

        return run


# --- the table ------------------------------------------------------------------------------------


def _weight(above: int, below: int, seed: int) -> Any:
    bound = below**-0.5
    return uniform(above, below, low=-bound, high=bound, seed=seed)


def layer_norm_inputs() -> tuple[Any, ...]:
    return uniform(4096, 1024), uniform(1, 1024, seed=1), uniform(1, 1024, seed=2)


def _lstm_inputs() -> tuple[Any, ...]:
    steps, batch, width = 35, 32, 256
    weights = _weight(4 * width, width, 1), _weight(4 * width, width, 2)
    return *weights, uniform(4 * width, low=-0.1, high=0.1, seed=3), uniform(steps, batch, width)


def _transformer_inputs() -> tuple[Any, ...]:
    width = 256

    def normal(seed: int) -> tuple[Any, ...]:
        return uniform(width, low=0.5, high=1.5, seed=seed), uniform(width, seed=seed + 1)

    def dense(above: int, below: int, seed: int) -> tuple[Any, ...]:
        return _weight(above, below, seed), uniform(above, low=-0.1, high=0.1, seed=seed + 1)

    return (
        *normal(1),
        *dense(3 * width, width, 3),
        *dense(width, width, 5),
        *normal(7),
        *dense(4 * width, width, 9),
        *dense(width, 4 * width, 11),
        uniform(8, 128, width),
    )


_GATES = 4 << 20
_LAYER = FLOAT * 4096 * 1024
_CLASSES = FLOAT * 4096 * 1000

_PROGRAMS: list[Compilable] = [
    Program(
        "compiled/chain-forward", lambda: (uniform(_GATES),), 0, GATE, traffic=2 * FLOAT * _GATES
    ),
    Program("compiled/chain", lambda: (uniform(_GATES),), 1, GATE, traffic=3 * FLOAT * _GATES),
    Program("compiled/layer-norm-forward", layer_norm_inputs, 0, LAYER_NORM, traffic=2 * _LAYER),
    Program("compiled/layer-norm", layer_norm_inputs, 3, LAYER_NORM, traffic=3 * _LAYER),
    Program(
        "compiled/cross-entropy",
        lambda: (uniform(4096, 1000), integers(4096, high=1000)),
        1,
        CROSS_ENTROPY,
        traffic=2 * _CLASSES,
    ),
    GeluDropout(
        "compiled/gelu-dropout",
        lambda: (uniform(4096, 1024), uniform(1024, seed=1)),
        2,
        GELU_DROPOUT,
        traffic=3 * _LAYER,
    ),
    AdamStep(),
    MLPProgram(),
    Program(
        "compiled/elementwise-200",
        lambda: [uniform(8, seed=seed) for seed in range(3)],
        3,
        ELEMENTWISE_GRAPH,
    ),
    RecordedOutside(
        "compiled/elementwise-200-outside",
        lambda: [uniform(8, seed=seed) for seed in range(3)],
        3,
        ELEMENTWISE_GRAPH,
    ),
    RecordedOutside(
        "compiled/cross-entropy-outside",
        lambda: (uniform(4096, 1000), integers(4096, high=1000)),
        1,
        CROSS_ENTROPY,
        traffic=2 * _CLASSES,
    ),
    Program("compiled/lstm", _lstm_inputs, 3, LSTM),
    Program("compiled/transformer", _transformer_inputs, 12, TRANSFORMER),
]

PROGRAMS: list[Case] = [
    *_PROGRAMS,
    *(FirstRun(program, kind) for kind in ("cold", "warm", "memory") for program in _PROGRAMS),
]
"""Programs, then what each costs before it is warm, and the memory that it takes."""
