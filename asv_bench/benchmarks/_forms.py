"""Forms that most cases have: one call of one function, and a loss with its gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._base import Case, Run


class Functional(Case):
    """One call of one function, which goes by some name in each library.

    Parameters
    ----------
    name : str
    inputs : callable
        Makes NumPy arrays.
    functions : callable
        Library -> function of that library's module and its arrays.  A library that is not there
        has no such function.
    **facts
        Fields of `Case`.
    """

    def __init__(
        self,
        name: str,
        inputs: Callable[[], tuple[Any, ...]],
        functions: dict[str, Callable[..., Any]],
        **facts: Any,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.functions = functions
        vars(self).update(facts)

    def _function(self, library: str) -> Callable[..., Any]:
        try:
            return self.functions[library]
        except KeyError:
            raise NotImplementedError(f"{self.name} is not written for {library}") from None

    def mx(self, mx: Any) -> Run:
        function = self._function("mx")
        arrays = [mx.nd.array(a) for a in self.inputs()]
        return lambda: function(mx.nd, *arrays)

    def torch(self) -> Run:
        import torch

        function = self._function("torch")
        arrays = [torch.from_numpy(a) for a in self.inputs()]
        return lambda: function(torch, *arrays)

    def numpy(self) -> Run:
        function, arrays = self._function("numpy"), self.inputs()
        return lambda: function(np, *arrays)

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        function = self.functions.get("jax") or self._function("numpy")
        arrays = [jnp.asarray(a) for a in self.inputs()]
        return lambda: jax.block_until_ready(function(jnp, *arrays))


class Gradient(Case):
    """A loss and its gradients by all inputs but the constant ones.

    Parameters
    ----------
    name : str
    inputs : callable
        Makes NumPy arrays: the variables, then the constants.
    variables : int
        How many variables there are.
    losses : dict
        Library -> function of the library's module and the arrays; need not return a single number.
    **facts
        Fields of `Case`.
    """

    def __init__(
        self,
        name: str,
        inputs: Callable[[], tuple[Any, ...]],
        variables: int,
        losses: dict[str, Callable[..., Any]],
        **facts: Any,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.variables = variables
        self.losses = losses
        vars(self).update(facts)

    def _loss(self, library: str) -> Callable[..., Any]:
        try:
            return self.losses[library]
        except KeyError:
            raise NotImplementedError(f"{self.name} is not written for {library}") from None

    def mx(self, mx: Any) -> Run:
        loss = self._loss("mx")
        record = mx.autograd.record
        arrays = [mx.nd.array(a) for a in self.inputs()]
        for x in arrays[: self.variables]:
            x.attach_grad()

        def run() -> Any:
            with record():
                y = loss(mx.nd, *arrays)
            y.backward()
            return arrays[0].grad

        return run

    def torch(self) -> Run:
        import torch

        loss = self._loss("torch")
        arrays = [torch.from_numpy(a) for a in self.inputs()]
        variables = arrays[: self.variables]
        for x in variables:
            x.requires_grad_()

        def run() -> Any:
            for x in variables:
                x.grad = None
            y = loss(torch, *arrays)
            y.backward(torch.ones_like(y))
            return variables[0].grad

        return run

    def jax(self) -> Run:
        import jax
        import jax.numpy as jnp

        loss = self._loss("jax")
        arrays = [jnp.asarray(a) for a in self.inputs()]
        both = jax.jit(
            jax.value_and_grad(
                lambda *arrays: loss(jnp, *arrays).sum(), argnums=tuple(range(self.variables))
            )
        )
        return lambda: jax.block_until_ready(both(*arrays))[1][0]

    def autograd(self) -> Run:
        import autograd
        import autograd.numpy as anp

        loss = self._loss("autograd")
        arrays = self.inputs()
        both = autograd.value_and_grad(
            lambda variables: anp.sum(loss(anp, *variables, *arrays[self.variables :]))
        )
        return lambda: both(tuple(arrays[: self.variables]))[1][0]
