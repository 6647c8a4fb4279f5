"""The cases, for asv and for ``peers.py``: a class or an instance each, found by name in `CASES`.

To add one, write a class with a method for each library (see `Case`) and enter it into `CASES`.
Element-wise operators are not here: `_elementwise` makes a case for every row of the op table.
Programs, which can be compiled, are made in `_programs`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ._base import FLOAT, Case, Run, Target, integers, threads, uniform
from ._eager import EAGER
from ._forms import Functional, Gradient
from ._fresh import Fresh, first_calls
from ._layers import LAYERS
from ._models import MODELS
from ._networks import LAYER_NORM, chain, numpy_cross_entropy
from ._programs import PROGRAMS, MLPStep, layer_norm_inputs

MILLION = 1 << 20


class Eager(Case):
    """A chain of 100 operators on 8 elements: what is left is the way to the kernels."""

    per = 100

    def __init__(self, backward: bool) -> None:
        self.name = "eager/forward+backward" if backward else "eager/forward"
        self.target = Target(0.6)
        self.backward = backward
        self.arrays = [uniform(8, seed=seed) for seed in range(3)]

    def mx(self, mx: Any) -> Run:
        nd, autograd = mx.nd, mx.autograd
        x, w, b = (nd.array(a) for a in self.arrays)
        if not self.backward:
            return lambda: chain(x, w, b, nd.tanh, nd.exp)
        x.attach_grad()

        def run() -> Any:
            with autograd.record():
                y = chain(x, w, b, nd.tanh, nd.exp)
            y.backward()
            return x.grad

        return run

    def torch(self) -> Run:
        import torch

        x, w, b = (torch.from_numpy(a) for a in self.arrays)
        if not self.backward:
            return lambda: chain(x, w, b, torch.tanh, torch.exp)
        x.requires_grad_()
        ones = torch.ones(8)

        def run() -> Any:
            x.grad = None
            chain(x, w, b, torch.tanh, torch.exp).backward(ones)
            return x.grad

        return run

    def numpy(self) -> Run:
        if self.backward:
            raise NotImplementedError("NumPy has no gradients")
        x, w, b = self.arrays
        return lambda: chain(x, w, b, np.tanh, np.exp)

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        x, w, b = (jnp.asarray(a) for a in self.arrays)

        def forward(x: Any) -> Any:
            return chain(x, w, b, jnp.tanh, jnp.exp)

        function = jax.grad(lambda x: forward(x).sum()) if self.backward else forward
        return lambda: jax.block_until_ready(function(x))

    def autograd(self) -> Run:
        import autograd
        import autograd.numpy as anp

        x, w, b = self.arrays

        def forward(x: Any) -> Any:
            return chain(x, w, b, anp.tanh, anp.exp)

        if not self.backward:
            return lambda: forward(x)
        gradient = autograd.grad(lambda x: anp.sum(forward(x)))
        return lambda: gradient(x)


class Copy(Case):
    """Copy into memory that is there: what the machine can do at best."""

    def __init__(self, millions: int) -> None:
        self.name = f"copy/{millions}M"
        self.size = millions * MILLION
        self.traffic: int = 2 * FLOAT * self.size

    def mx(self, mx: Any) -> Run:
        x, y = mx.nd.ones((self.size,)), mx.nd.zeros((self.size,))
        identity = mx.nd.identity
        return lambda: identity(x, out=y)

    def torch(self) -> Run:
        import torch

        x, y = torch.ones(self.size), torch.zeros(self.size)
        return lambda: y.copy_(x)

    def numpy(self) -> Run:
        count = threads()
        pool = ThreadPoolExecutor(count)
        x, y = np.ones(self.size, "float32"), np.zeros(self.size, "float32")
        pairs = list(zip(np.array_split(y, count), np.array_split(x, count), strict=True))

        def run() -> Any:
            for future in [pool.submit(np.copyto, to, of) for to, of in pairs]:
                future.result()
            return y

        return run


# --- softmax cross-entropy ------------------------------------------------------------------------


def _torch_cross_entropy(torch: Any, x: Any, label: Any) -> Any:
    return torch.nn.functional.cross_entropy(x, label, reduction="sum")


_CROSS_ENTROPY = {
    "mx": lambda nd, x, label: nd.softmax_cross_entropy(x, label),
    "torch": _torch_cross_entropy,
    "jax": numpy_cross_entropy,
    "autograd": numpy_cross_entropy,
}

# --- the table ------------------------------------------------------------------------------------


def _pair(millions: int) -> Callable[[], tuple[Any, ...]]:
    def inputs() -> tuple[Any, ...]:
        size = millions * MILLION
        return uniform(size), uniform(size, seed=1)

    return inputs


def _arithmetic(sign: str, millions: int) -> Case:
    by_sign: dict[str, Callable[..., Any]] = {
        "add": lambda library, a, b: a + b,
        "mul": lambda library, a, b: a * b,
    }
    return Functional(
        f"{sign}/{millions}M",
        _pair(millions),
        dict.fromkeys(("mx", "torch", "numpy"), by_sign[sign]),
        target=Target(1.0 if millions == 4 else 0.5),
        traffic=3 * FLOAT * millions * MILLION,
        memory_bound=True,
    )


def _reduction(name: str, axis: int | None) -> Case:
    def on_mx(nd: Any, x: Any) -> Any:
        return getattr(nd, name)(x) if axis is None else getattr(nd, name)(x, axis=axis)

    def on_torch(torch: Any, x: Any) -> Any:
        torch_name = {"max": "amax", "min": "amin", "norm": "linalg.vector_norm"}.get(name, name)
        function = torch
        for part in torch_name.split("."):
            function = getattr(function, part)
        if axis is None:
            return function(x, dim=(0, 1)) if torch_name in ("amax", "amin") else function(x)
        return function(x, dim=axis)

    def on_numpy(np: Any, x: Any) -> Any:
        if name == "norm":
            return np.sqrt(np.sum(x * x, axis=axis))
        return getattr(np, name)(x, axis=axis)

    side = 4096
    low, high = (0.999, 1.001) if name == "prod" else (-1.0, 1.0)  # a product must not vanish
    return Functional(
        f"{name}/{'all' if axis is None else f'axis{axis}'}",
        lambda: (uniform(side, side, low=low, high=high),),
        {"mx": on_mx, "torch": on_torch, "numpy": on_numpy},
        requires=(name,),
        target=Target(1.0, ("torch", "numpy")),
        traffic=FLOAT * (side * side + (1 if axis is None else side)),
        memory_bound=name in ("sum", "mean", "max", "min"),
    )


def _transpose(shape: tuple[int, ...], axes: tuple[int, ...]) -> Case:
    size = int(np.prod(shape))
    return Functional(
        f"transpose/{'x'.join(map(str, shape))}-{''.join(map(str, axes))}",
        lambda: (uniform(*shape),),
        {
            "mx": lambda nd, x: nd.transpose(x, axes=axes),
            # Others only change the strides; the work is the same once memory is in order.
            "torch": lambda torch, x: x.permute(axes).contiguous(),
            "numpy": lambda np, x: np.ascontiguousarray(np.transpose(x, axes)),
            "jax": lambda np, x: np.transpose(x, axes),
        },
        requires=("transpose",),
        traffic=2 * FLOAT * size,
        memory_bound=True,
    )


def _gradients() -> list[Case]:
    """What is little but memory traffic of gradients: into a variable's, or a part of it."""

    def step_by_step(library: Any, x: Any) -> Any:
        """As a recurrent network reads its input."""
        total = x[0]
        for t in range(1, 16):
            total = total + x[t]
        return total

    matrix = (lambda: (uniform(2000, 1000),), 1)
    forms: list[tuple[str, Callable[[], tuple[Any, ...]], int, Callable[..., Any]]] = [
        (
            "mul-4M",
            lambda: (uniform(4 * MILLION), uniform(4 * MILLION, seed=1)),
            2,
            lambda library, a, b: a * b,
        ),
        ("rows", *matrix, lambda library, x: x[200:1200]),
        ("columns", *matrix, lambda library, x: x[:, 200:700]),
        ("16-slices", lambda: (uniform(16, 32, 1000),), 1, step_by_step),
        ("mean-16M", lambda: (uniform(4096, 4096),), 1, lambda library, x: x.mean()),
    ]
    libraries = ("mx", "torch", "jax", "autograd")
    return [
        Gradient(
            f"gradient/{name}",
            inputs,
            variables,
            dict.fromkeys(libraries, loss),
            target=Target(1.0, ("torch", "mxnet")),
        )
        for name, inputs, variables, loss in forms
    ]


def _jax_random(kind: str) -> Callable[..., Any]:
    keys: list[Any] = []

    def draw(np: Any) -> Any:
        import jax

        following, key = jax.random.split(keys.pop() if keys else jax.random.key(0))
        keys.append(following)
        return getattr(jax.random, kind)(key, (4 * MILLION,))

    return draw


def _random(kind: str) -> Case:
    generator = np.random.default_rng(0)
    shape = (4 * MILLION,)
    numpy_draw = generator.random if kind == "uniform" else generator.standard_normal
    return Functional(
        f"random/{kind}-4M",
        tuple,
        {
            "mx": lambda nd: getattr(nd.random, kind)(shape=shape),
            "torch": lambda torch: (torch.rand if kind == "uniform" else torch.randn)(shape),
            "numpy": lambda np: numpy_draw(shape, dtype="float32"),
            "jax": _jax_random(kind),
        },
        requires=(f"random.{kind}",),
        comparable=False,
        traffic=FLOAT * 4 * MILLION,
    )


def _sizes() -> list[Case]:
    """The same call on arrays of ever more elements, and products of ever larger squares."""
    vectors: list[tuple[str, int, dict[str, Any]]] = [
        ("add", 2, dict.fromkeys(("mx", "torch", "numpy"), lambda library, a, b: a + b)),
        ("tanh", 1, dict.fromkeys(("mx", "torch", "numpy"), lambda library, x: library.tanh(x))),
    ]
    products: dict[str, Callable[..., Any]] = {
        "mx": lambda nd, a, b: nd.dot(a, b),
        "torch": lambda torch, a, b: torch.matmul(a, b),
        "numpy": lambda np, a, b: np.matmul(a, b),
    }

    def inputs(*shape: int, count: int) -> Callable[[], tuple[Any, ...]]:
        return lambda: tuple(uniform(*shape, seed=seed) for seed in range(count))

    cases: list[Case] = [
        Functional(f"sizes/{name}/{8**power}", inputs(8**power, count=count), functions)
        for name, count, functions in vectors
        for power in range(1, 9)
    ]
    return cases + [
        Functional(f"sizes/dot/{side}", inputs(side, side, count=2), products)
        for side in (2, 8, 32, 128, 512, 1024)
    ]


def _softmax(name: str) -> list[Case]:
    functions: dict[str, Callable[..., Any]] = {
        "mx": lambda nd, x: getattr(nd, name)(x, axis=-1),
        "torch": lambda torch, x: getattr(torch, name)(x, dim=-1),
    }

    def inputs() -> tuple[Any, ...]:
        return (uniform(4096, 1000),)

    facts: dict[str, Any] = {"requires": (name,), "target": Target(1.0)}
    return [
        Functional(
            f"{name}/4096x1000", inputs, functions, traffic=2 * FLOAT * 4096 * 1000, **facts
        ),
        Gradient(
            f"{name}/4096x1000+backward", inputs, 1, functions, comparable=False, **facts
        ),  # whose gradient is 0 but for rounding
    ]


_ALL: list[Case] = [
    Eager(backward=False),
    Eager(backward=True),
    Copy(4),
    Copy(8),
    Copy(32),
    *(_arithmetic(sign, millions) for millions in (4, 32) for sign in ("add", "mul")),
    *(
        _reduction(name, axis)
        for name in ("sum", "mean", "max", "min", "prod", "norm", "argmax")
        for axis in (0, 1, None)
    ),
    *_softmax("softmax"),
    *_softmax("log_softmax"),
    Gradient(
        "softmax-cross-entropy/4096x1000",
        lambda: (uniform(4096, 1000), integers(4096, high=1000)),
        1,
        _CROSS_ENTROPY,
        requires=("softmax_cross_entropy",),
        target=Target(0.7),
    ),
    *EAGER,
    *LAYERS,
    MLPStep(),
    Functional(
        "layer-norm/forward",
        layer_norm_inputs,
        {name: function for name, function in LAYER_NORM.items() if name != "autograd"},
        requires=("mean", "square", "sqrt"),
    ),
    Gradient(
        "layer-norm/forward+backward",
        layer_norm_inputs,
        3,
        LAYER_NORM,
        requires=("mean", "square", "sqrt"),
    ),
    _transpose((4096, 4096), (1, 0)),
    _transpose((64, 256, 512), (0, 2, 1)),
    _transpose((64, 256, 512), (2, 0, 1)),
    *_gradients(),
    *_sizes(),
    _random("uniform"),
    _random("normal"),
    Fresh(
        "import/import",
        {
            library: ("", f"import {library}")
            for library in ("ndgrad", "numba", "numpy", "torch", "jax", "mxnet")
        },
        target=Target(1.5, ("numba",)),
    ),
    *first_calls(),
    *PROGRAMS,
    *MODELS,
]

CASES: dict[str, Case] = {case.name: case for case in _ALL}
"""Every case that is not an element-wise operator of the table, by name."""


def nearest_copy(traffic: int) -> Case:
    """The copy that moves most nearly as much: caches help small ones."""
    copies = [case for case in _ALL if isinstance(case, Copy)]
    return min(copies, key=lambda case: abs(math.log(case.traffic / traffic)))
