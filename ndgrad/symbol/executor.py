"""`Executor`: a symbol with arrays for its arguments, as MXNet's ``Symbol.bind`` returns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .. import engine
from ..array.ndarray import NDArray
from ..base import MXNetError
from ..dispatch import write_into
from ..tape import Scope


class Evaluable(Protocol):
    """What an executor needs of a symbol."""

    def list_outputs(self) -> list[str]: ...

    def _run(self, values: dict[str, NDArray]) -> list[NDArray]: ...


class Executor:
    """A symbol with arrays for its arguments; made by `Symbol.bind`.

    Attributes
    ----------
    arg_dict : dict
        The arguments by name.  `forward` reads them, so writing to them changes its result.
    grad_dict : dict
        The gradients by name, None for an argument that has none.
    outputs : list of NDArray
        What the last `forward` returned.
    """

    def __init__(
        self,
        symbol: Evaluable,
        arrays: dict[str, NDArray],
        grads: Mapping[str, NDArray | None],
        reqs: Mapping[str, str],
    ) -> None:
        for name, array in arrays.items():
            gradient, req = grads.get(name), reqs.get(name, "null")
            if req not in ("write", "add", "null"):
                raise ValueError(
                    f"grad_req of {name} must be 'write', 'add' or 'null', got {req!r}"
                )
            if gradient is None:
                continue
            if not isinstance(gradient, NDArray):
                raise TypeError(
                    f"the gradient of {name} must be an NDArray, got {type(gradient).__name__}"
                )
            if gradient.shape != array.shape or gradient.dtype != array.dtype:
                raise MXNetError(
                    f"bind: the gradient of {name} must have its shape {array.shape} and dtype "
                    f"{np.dtype(array.dtype)}, got {gradient.shape} and {np.dtype(gradient.dtype)}"
                )
        self._symbol = symbol
        self._reqs = reqs
        self._heads: list[NDArray] = []
        self.arg_dict = arrays
        self.grad_dict = {name: grads.get(name) for name in arrays}
        self.outputs: list[NDArray] = []

    @property
    def arg_arrays(self) -> list[NDArray]:
        """The arguments, in the order of `Symbol.list_arguments`."""
        return list(self.arg_dict.values())

    @property
    def grad_arrays(self) -> list[NDArray | None]:
        """The gradients, in that order; None for an argument that has none."""
        return list(self.grad_dict.values())

    @property
    def output_dict(self) -> dict[str, NDArray]:
        """What the last `forward` returned, by name."""
        return dict(zip(self._symbol.list_outputs(), self.outputs, strict=False))

    def forward(self, /, is_train: bool = False, **kwargs: NDArray) -> list[NDArray]:
        """Calculate the outputs.

        Parameters
        ----------
        is_train : bool
            Training mode, and the record that `backward` needs.
        **kwargs : NDArray
            New values, written to the arguments first.

        Raises
        ------
        TypeError
            For an unknown name, or a value that is no array.
        ValueError
            If a value has not its argument's shape.
        """
        for name, value in kwargs.items():
            if name not in self.arg_dict:
                raise TypeError(f"Unknown argument {name}")
            if not isinstance(value, NDArray):
                raise TypeError(f"argument {name} must be an NDArray, got {type(value).__name__}")
            need = self.arg_dict[name].shape
            if value.shape != need:
                raise ValueError(
                    f"Shape not match! Argument {name}, need: {need}, received: {value.shape}"
                )
        with Scope(False, bool(is_train)):
            for name, value in kwargs.items():
                write_into(self.arg_dict[name], value, "forward")
            values = {name: array.detach() for name, array in self.arg_dict.items()}
            if is_train:
                for name, array in values.items():
                    gradient = self.grad_dict[name]
                    if gradient is not None and self._reqs.get(name, "null") != "null":
                        engine.mark([array], [gradient], [self._reqs[name]])
            with Scope(recording=bool(is_train)):
                self._heads = self._symbol._run(values)
        self.outputs = [head.detach() for head in self._heads]
        return self.outputs

    def backward(self, out_grads: NDArray | Sequence[NDArray | None] | None = None) -> None:
        """Leave the gradients of the last ``forward(is_train=True)`` in `grad_dict`.

        Parameters
        ----------
        out_grads : NDArray or sequence of NDArray, optional
            One for each output, of its dtype and number of elements; by default ones.

        Raises
        ------
        MXNetError
            If forward was not called in training mode, or a gradient does not fit.
        """
        if isinstance(out_grads, NDArray):
            out_grads = [out_grads]
        grads: list[Any] = [None] * len(self._heads) if out_grads is None else list(out_grads)
        if len(grads) != len(self._heads):
            raise MXNetError(
                f"backward: {len(grads)} gradients are given, expected {len(self._heads)}"
            )
        pairs = [(h, g) for h, g in zip(self._heads, grads, strict=True) if h._node is not None]
        if not pairs:
            raise MXNetError(
                "backward: call forward(is_train=True) first, on an executor with args_grad"
            )
        for i, grad in enumerate(grads):
            if grad is not None and not isinstance(grad, NDArray):
                raise TypeError(
                    f"backward: out_grads[{i}] must be an NDArray, got {type(grad).__name__}"
                )
        heads, given = [head for head, _ in pairs], [grad for _, grad in pairs]
        engine.backward(heads, given, retain_graph=True)
