"""What networks are made of besides products: normalisation, recurrence, steps, sparse products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ._base import FLOAT, Case, Run, Target, uniform
from ._forms import Functional, Gradient

Functions = dict[str, Callable[..., Any]]


def _learnt(
    name: str,
    inputs: Callable[[], tuple[Any, ...]],
    functions: Functions,
    variables: int,
    targets: tuple[float, float],
    requires: str,
) -> Iterator[Case]:
    """The function alone, and with its gradients, against PyTorch."""
    alone, learnt = map(Target, targets)
    facts: dict[str, Any] = {"requires": (requires,), "comparable": False}
    yield Functional(name, inputs, functions, target=alone, **facts)
    yield Gradient(f"{name}+backward", inputs, variables, functions, target=learnt, **facts)


def _layer_norm() -> Iterator[Case]:
    yield from _learnt(
        "layers/layer-norm-4096x1024",
        lambda: (uniform(4096, 1024), uniform(1024, seed=1), uniform(1024, seed=2)),
        {
            "mx": lambda nd, x, gamma, beta: nd.LayerNorm(x, gamma, beta),
            "torch": lambda torch, x, *of: torch.nn.functional.layer_norm(x, (1024,), *of),
        },
        3,
        (0.6, 0.6),
        "LayerNorm",
    )


def _batch_norm() -> Iterator[Case]:
    def inputs() -> tuple[Any, ...]:
        ones, zeros = np.ones(64, "float32"), np.zeros(64, "float32")
        return uniform(32, 64, 56, 56), ones, zeros, zeros, ones

    def on_torch(torch: Any, x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
        training = x.requires_grad  # as ndgrad, which trains while it records
        return torch.nn.functional.batch_norm(x, mean, var, gamma, beta, training=training)

    yield from _learnt(
        "layers/batch-norm-32x64x56",
        inputs,
        {"mx": lambda nd, *inputs: nd.BatchNorm(*inputs, fix_gamma=False), "torch": on_torch},
        3,
        (0.8, 0.8),
        "BatchNorm",
    )


class _Step(Case):
    """A step of an optimizer over ten million weights, in place."""

    comparable = False
    size = 10_000_000

    def __init__(self, name: str, states: int, ratio: float, step: str, torch_name: str) -> None:
        self.name = f"layers/{name}-step"
        self.states, self.step, self.torch_name = states, step, torch_name
        self.target = Target(ratio)
        self.requires = (step,)
        self.traffic = FLOAT * self.size * (3 + 2 * states)

    def mx(self, mx: Any) -> Run:
        weight, grad = mx.nd.array(uniform(self.size)), mx.nd.array(uniform(self.size, seed=1))
        states = [mx.nd.zeros(self.size) for _ in range(self.states)]
        facts = {"momentum": 0.9} if self.states == 1 else {}
        update = getattr(mx.nd, self.step)

        def run() -> None:
            update(weight, grad, *states, lr=1e-6, out=weight, **facts)

        return run

    def torch(self) -> Run:
        import torch

        weight = torch.nn.Parameter(torch.from_numpy(uniform(self.size)))
        weight.grad = torch.from_numpy(uniform(self.size, seed=1))
        facts = {"momentum": 0.9} if self.states == 1 else {}
        optimizer = getattr(torch.optim, self.torch_name)([weight], lr=1e-6, fused=True, **facts)
        return lambda: optimizer.step()


def _lstm() -> Iterator[Case]:
    steps, rows, width = 35, 32, 256

    def inputs() -> tuple[Any, ...]:
        size = 4 * width * (2 * width + 2)
        states = np.zeros((1, rows, width), "float32")
        return uniform(steps, rows, width), 0.05 * uniform(size, seed=1), states, states

    def on_torch(torch: Any, x: Any, flat: Any, h: Any, c: Any) -> Any:
        shapes = [(4 * width, width)] * 2 + [(4 * width,)] * 2
        sizes = [int(np.prod(shape)) for shape in shapes]
        weights = [w.view(s) for w, s in zip(flat.split(sizes), shapes, strict=True)]
        return torch.lstm(x, (h, c), weights, True, 1, 0.0, False, False, False)[0]

    yield from _learnt(
        "layers/lstm-35x32x256",
        inputs,
        {
            "mx": lambda nd, *inputs: nd.RNN(*inputs, mode="lstm", state_size=width, num_layers=1),
            "torch": on_torch,
        },
        2,
        (0.9, 0.8),
        "RNN",
    )


class _SparseProduct(Case):
    """A CSR matrix of which one element in a hundred is stored, times a dense one."""

    name = "layers/csr-4096x4096-dense-64"
    target = Target(0.7, ("numpy",))
    requires = ("sparse.csr_matrix",)

    def _arrays(self) -> tuple[Any, Any]:
        import scipy.sparse

        matrix = scipy.sparse.random(4096, 4096, 0.01, "csr", "float32", random_state=0)
        return matrix, uniform(4096, 64)

    def mx(self, mx: Any) -> Run:
        matrix, dense = self._arrays()
        left, right = mx.nd.sparse.csr_matrix(matrix), mx.nd.array(dense)
        return lambda: mx.nd.sparse.dot(left, right)

    def numpy(self) -> Run:
        """SciPy's, which has one thread."""
        matrix, dense = self._arrays()
        return lambda: matrix @ dense


LAYERS: list[Case] = [
    *_layer_norm(),
    *_batch_norm(),
    _Step("adam", 2, 0.8, "adam_update", "Adam"),
    _Step("sgd-momentum", 1, 0.9, "sgd_mom_update", "SGD"),
    *_lstm(),
    _SparseProduct(),
]
