"""A case for every element-wise row of ndgrad's op table, and what peers call the same function.

What a row says (its sample, its domain) comes from ndgrad and travels to the peers' processes as
plain data, so a new row has its case, and its peers where they have the same name for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._base import FLOAT, Case, Run, Target, uniform

SIZE = 4 << 20


def described(arg: Any) -> Any:
    """An argument of a sample: a number as it is, an array as its shape or its values."""
    if isinstance(arg, tuple):
        return {"shape": arg}
    return {"values": np.asarray(arg).tolist()} if np.ndim(arg) else arg


def rows() -> list[dict[str, Any]]:
    """What the op table says of each element-wise row, as plain data (imports ndgrad)."""
    from ndgrad.kernels import OPS
    from ndgrad.ops.table import ElementwiseOp

    return [
        {
            "op": op.name,
            "args": [described(arg) for arg in op.samples[0].args],
            "params": dict(op.samples[0].params),
            "domain": list(op.domain),
            "arithmetic": not op.mathematical,
        }
        for op in OPS.values()
        if isinstance(op, ElementwiseOp)
    ]


def _lambdas(**functions: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    return functions


# Where a peer's name is another than ours without its prefix: a name, or what to do with it.
TORCH: dict[str, Any] = {
    "identity": "clone",
    "BlockGrad": "clone",
    "cbrt": None,
    "rint": "round",
    "degrees": "rad2deg",
    "radians": "deg2rad",
    "gammaln": "lgamma",
    "softrelu": "softplus",
    "hard_sigmoid": "hardsigmoid",
    "activation_relu": "relu",
    "mod": "remainder",
    "power": "pow",
    "equal": "eq",
    "not_equal": "ne",
    "greater": "gt",
    "greater_equal": "ge",
    "lesser": "lt",
    "lesser_equal": "le",
    **_lambdas(
        leaky=lambda torch, x: torch.nn.functional.leaky_relu(x, 0.25),
        elu=lambda torch, x: torch.nn.functional.elu(x, 0.25),
        prelu=lambda torch, x, slope: torch.where(x > 0, x, slope * x),
        smooth_l1=lambda torch, x: torch.nn.functional.smooth_l1_loss(
            x, torch.zeros(1).expand_as(x), reduction="none"
        ),
        where=lambda torch, condition, x, y: torch.where(condition != 0, x, y),
    ),
}
NUMPY: dict[str, Any] = {
    "identity": "copy",
    "BlockGrad": "copy",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "lesser": "less",
    "lesser_equal": "less_equal",
    "sigmoid": "expit",
    **_lambdas(
        relu=lambda np, x: np.maximum(x, np.float32(0)),
        activation_relu=lambda np, x: np.maximum(x, np.float32(0)),
        where=lambda np, condition, x, y: np.where(condition != 0, x, y),
    ),
}
JAX: dict[str, Any] = {
    **NUMPY,
    "sigmoid": "sigmoid",
    "rsqrt": "rsqrt",
    "softrelu": "softplus",
    "softsign": "soft_sign",
    **_lambdas(
        leaky=lambda jnp, x: _jax_nn().leaky_relu(x, 0.25),
        elu=lambda jnp, x: _jax_nn().elu(x, 0.25),
        gelu=lambda jnp, x: _jax_nn().gelu(x, approximate=False),
    ),
}


def _jax_nn() -> Any:
    import jax

    return jax.nn


# The peer's function is another one, as much work: a slope of 1/6, halves to even or away from 0.
NOT_COMPARABLE = {"hard_sigmoid"}


class Elementwise(Case):
    """One element-wise operator on `SIZE` elements.

    Parameters
    ----------
    row : dict
        One of `rows`.
    """

    def __init__(self, row: dict[str, Any]) -> None:
        self.op = row["op"]
        self.name = f"elementwise/{self.op}"
        self.row = row
        self.short = self.op.removeprefix("broadcast_").removeprefix("elemwise_").lstrip("_")
        self.comparable = self.op not in NOT_COMPARABLE
        arrays = sum(isinstance(arg, dict) for arg in row["args"])
        self.traffic = (arrays + 1) * FLOAT * SIZE
        self.memory_bound = row["arithmetic"]
        if arrays == 1:
            self.target = Target(1.0, ("torch", "numpy"))

    def _arguments(self, convert: Callable[[Any], Any]) -> list[Any]:
        low, high = self.row["domain"]
        arguments = []
        for position, arg in enumerate(self.row["args"]):
            if not isinstance(arg, dict):
                arguments.append(arg)
            elif "shape" in arg:
                arguments.append(convert(uniform(SIZE, low=low, high=high, seed=position)))
            else:  # values that matter, such as a condition
                arguments.append(convert(np.resize(np.asarray(arg["values"], "float32"), SIZE)))
        return arguments

    def ndgrad(self) -> Run:
        from ndgrad import nd
        from ndgrad.kernels import OPS

        call, params = OPS[self.op].call, self.row["params"]
        arguments = self._arguments(nd.array)
        return lambda: call(*arguments, **params)

    def mxnet(self) -> Run:
        from mxnet import nd

        function = getattr(nd, self.op, None)
        if function is None or self.op.startswith("_"):
            raise NotImplementedError(f"MXNet has no nd.{self.op}")
        arguments = self._arguments(nd.array)

        def run() -> Any:
            result = function(*arguments, **self.row["params"])
            result.wait_to_read()
            return result

        return run

    def peer(self, names: dict[str, Any], *modules: Any) -> Callable[..., Any]:
        """What *modules* call the operator, by *names* where that is another name."""
        name = names.get(self.short, self.short)
        if callable(name):
            return lambda *arguments: name(modules[0], *arguments)
        for module in modules:
            if name is not None and hasattr(module, name):
                return getattr(module, name)  # type: ignore[no-any-return]
        raise NotImplementedError(f"{modules[0].__name__} has no {self.short}")

    def torch(self) -> Run:
        import torch

        function = self.peer(TORCH, torch, torch.nn.functional)
        arguments = [*self._arguments(torch.from_numpy), *self.row["params"].values()]
        return lambda: function(*arguments)

    def numpy(self) -> Run:
        modules = [np]
        try:
            import scipy.special

            modules.append(scipy.special)  # NumPy's own ufuncs end where this begins
        except ImportError:
            pass
        function = self.peer(NUMPY, *modules)
        arguments = [*self._arguments(np.asarray), *self.row["params"].values()]
        return lambda: function(*arguments)

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        function = self.peer(JAX, jnp, jax.nn, jax.scipy.special, jax.lax)
        arguments = [*self._arguments(jnp.asarray), *self.row["params"].values()]
        return lambda: jax.block_until_ready(function(*arguments))
