"""The optimizer of `SVRGModule`: a user's, and another that stores gradients over all data."""

from __future__ import annotations

import inspect

from ... import optimizer as optimizers
from ...base import public_names
from ...nd import NDArray
from ...optimizer.base import Index, Optimizer, State

__all__ = ["_AssignmentOptimizer", "_SVRGOptimizer"]
__dir__ = public_names(globals())

_COMMON = frozenset(inspect.signature(Optimizer).parameters) - {"unknown"}


@optimizers.register
class _AssignmentOptimizer(Optimizer):
    """Replaces a weight by its gradient, by which a `KVStore` keeps sums over devices."""

    def update(self, index: Index, weight: NDArray, grad: NDArray, state: State) -> None:
        weight[:] = grad


@optimizers.register
class _SVRGOptimizer(Optimizer):
    """Updates weights by another optimizer, and replaces those whose name has ``full`` in it.

    Parameters
    ----------
    default_optimizer : str or Optimizer
    **kwargs
        Arguments of *default_optimizer*, of which this one takes those of `Optimizer`.
    """

    def __init__(self, default_optimizer: str | Optimizer, **kwargs: object) -> None:
        super().__init__(**self._check_params(**kwargs))  # type: ignore[arg-type]
        if isinstance(default_optimizer, str):
            default_optimizer = optimizers.create(default_optimizer, **kwargs)
        self.default_opt = default_optimizer
        self.aux_opt = optimizers.create(_AssignmentOptimizer.__name__)

    @staticmethod
    def _check_params(**kwargs: object) -> dict[str, object]:
        """Those of *kwargs* that every optimizer takes."""
        return {name: value for name, value in kwargs.items() if name in _COMMON}

    def update(self, index: Index, weight: NDArray, grad: NDArray, state: State) -> None:
        self._of(index).update(index, weight, grad, state)

    def create_state(self, index: Index, weight: NDArray) -> State:
        return self._of(index).create_state(index, weight)

    def _of(self, index: Index) -> Optimizer:
        return self.aux_opt if "full" in self._check_index(index) else self.default_opt

    def _check_index(self, index: Index) -> str:
        """The name of a weight, by which or by whose number it is known."""
        return str(index) if index in self.idx2name.values() else self.idx2name[index]
