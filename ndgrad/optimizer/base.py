"""The base of optimizers: learning rates and decay of each weight, counts of updates, registry."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never, Protocol, TypeAlias, TypedDict, TypeVar

import numpy as np

from .. import registry
from .._similar import unknown_keyword
from ..array.ndarray import NDArray
from ..base import ArgumentTypeError, public_names, shown, wide_dtype
from ..lr_scheduler import LRScheduler
from ..symbol.symbol import Symbol

if TYPE_CHECKING:
    from ..array.types import MaybeMany

__all__ = ["Optimizer", "create", "register"]
__dir__ = public_names(globals())

_Class = TypeVar("_Class", bound=type)
_Value = TypeVar("_Value")

Index: TypeAlias = int | str
"""What a weight is known by."""

ByIndex: TypeAlias = Mapping[Any, _Value]
"""What weights have, by their indices, their names, or both."""

State: TypeAlias = Any
"""What an optimizer keeps of a weight: None, an array, or a tuple of such."""


def _is_narrow(weight: NDArray) -> bool:
    """Whether elements have fewer bits than the arithmetic on them."""
    dtype = np.dtype(weight.dtype)
    return wide_dtype(dtype) != dtype


class Multipliers(Protocol):
    """What an optimizer reads of a parameter."""

    lr_mult: float
    wd_mult: float


class CommonArguments(TypedDict, total=False):
    """Arguments of `Optimizer` that all optimizers pass on to it."""

    rescale_grad: float
    param_idx2name: ByIndex[str] | None
    wd: float
    clip_gradient: float | None
    lr_scheduler: LRScheduler | None
    sym: Symbol | None
    begin_num_update: int
    param_dict: ByIndex[Multipliers] | None


class ArgumentsWithoutRate(CommonArguments, total=False):
    """Those that optimizers pass on which have a learning rate of their own."""

    multi_precision: bool


class OptimizerArguments(ArgumentsWithoutRate, total=False):
    """All arguments of `Optimizer`."""

    learning_rate: float | None


class Optimizer:
    """Base of optimizers, which replace weights by better ones.

    A subclass overrides `step`, and `create_state` if it keeps something of each weight; or else
    `update`, as subclasses of MXNet's do, which calls ``self._update_count(index)``,
    ``self._get_lr(index)`` and ``self._get_wd(index)``.

    Parameters
    ----------
    rescale_grad : float, default 1.0
        What gradients are multiplied by, such as one over the size of a batch.
    param_idx2name : dict of int to str, optional
        Names of weights; those that do not end with ``_weight`` or ``_gamma`` have no decay.
    wd : float, default 0.0
        Weight decay: that times the weight is added to the gradient.
    clip_gradient : float, optional
        Bound of the gradient's elements, after *rescale_grad*.
    learning_rate : float, optional
        By default 0.01, or the rate of *lr_scheduler*.
    lr_scheduler : LRScheduler, optional
        Returns the learning rate, by the number of updates.
    sym : Symbol, optional
        Whose variables' ``__lr_mult__`` and ``__wd_mult__`` count.
    begin_num_update : int, default 0
        How many updates there have been before.
    multi_precision : bool, default False
        Whether float16 and bfloat16 weights have a float32 copy, which is updated.
    param_dict : dict of int to Parameter, optional
        Parameters, whose ``lr_mult`` and ``wd_mult`` count.

    Raises
    ------
    TypeError
        If an argument is of no such type.
    """

    aggregate_num = 0
    """How many weights `Updater` passes to `update` at once, in lists; 0 for one, as it is.

    It is 0 for subclasses that override `update` or `update_multi_precision`, unless they set it.
    It does not count where `at_once`.
    """

    at_once = True
    """Whether `Updater` passes all weights, as nothing is overridden that would see that."""

    master_last = False
    """Whether a state with a float32 copy is (state, copy), or (copy, state)."""

    opt_registry: dict[str, type]
    """Registered classes by name."""

    def __init__(
        self,
        rescale_grad: float = 1.0,
        param_idx2name: ByIndex[str] | None = None,
        wd: float = 0.0,
        clip_gradient: float | None = None,
        learning_rate: float | None = None,
        lr_scheduler: LRScheduler | None = None,
        sym: Symbol | None = None,
        begin_num_update: int = 0,
        multi_precision: bool = False,
        param_dict: ByIndex[Multipliers] | None = None,
        **unknown: Never,
    ) -> None:
        for key in unknown:
            raise unknown_keyword(self, Optimizer, key)
        name = type(self).__name__
        for key, value in {"learning_rate": learning_rate, "wd": wd}.items():
            try:
                if isinstance(value, str):
                    raise TypeError
                float(0.0 if value is None else value)
            except (TypeError, ValueError):
                message = f"{name}: {key} must be a number, got {shown(value)}"
                raise TypeError(message) from None
        for key, mapping in {"param_idx2name": param_idx2name, "param_dict": param_dict}.items():
            if mapping:
                _require_dict(name, key, mapping)
        self.rescale_grad = rescale_grad
        if lr_scheduler is not None and not callable(lr_scheduler):
            raise TypeError(
                f"{type(self).__name__}: lr_scheduler must be an LRScheduler, got "
                f"{shown(lr_scheduler)}"
            )
        self.lr_scheduler = lr_scheduler
        self.lr = 0.01 if learning_rate is None and lr_scheduler is None else learning_rate
        if lr_scheduler is not None and learning_rate is not None:
            if lr_scheduler.base_lr != learning_rate:
                warnings.warn(
                    "learning rate from ``lr_scheduler`` has been overwritten by "
                    "``learning_rate`` in optimizer.",
                    UserWarning,
                    stacklevel=2,
                )
            lr_scheduler.base_lr = learning_rate
        self.wd = wd
        self.lr_mult: dict[Index, float] = {}
        self.wd_mult: dict[Index, float] = {}
        self.begin_num_update = begin_num_update
        self.num_update = begin_num_update
        self._index_update_count: dict[Index, int] = {}
        self._all_index_update_counts = {0: self._index_update_count}
        self.clip_gradient = clip_gradient
        self.multi_precision = multi_precision
        self.idx2name: dict[Index, str] = {**(param_idx2name or {})}
        self.sym_info = () if sym is None else (sym.attr_dict(), sym.list_arguments())
        self.param_dict: ByIndex[Multipliers] = param_dict or {}
        self.set_lr_mult({})
        self.set_wd_mult({})

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        updates = "update", "update_multi_precision"
        rates = "_get_lr", "_get_lrs", "_get_wd", "_get_wds", "_update_count"
        changed = {x for x in (*updates, *rates) if getattr(cls, x) is not getattr(Optimizer, x)}
        cls.at_once = not changed
        if not changed.isdisjoint(updates) and "aggregate_num" not in vars(cls):
            cls.aggregate_num = 0

    @staticmethod
    def register(klass: _Class) -> _Class:
        """Register a subclass, so that `create` finds it by its name."""
        return register(klass)

    @staticmethod
    def create_optimizer(name: str | Optimizer, **kwargs: object) -> Optimizer:
        """Make an optimizer, see `create`."""
        return create(name, **kwargs)

    # --- what subclasses override -----------------------------------------------------------------

    def create_state(self, index: Index, weight: NDArray) -> State:
        """Return what is kept of a weight, None by default."""
        return None

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        """Replace a weight, whose learning rate and decay are *lr* and *wd*, and its state."""
        raise NotImplementedError(f"{type(self).__name__} overrides neither step nor update")

    # --- what callers call ------------------------------------------------------------------------

    def create_state_multi_precision(self, index: Index, weight: NDArray) -> State:
        """Return what is kept of a weight, with a float32 copy of it if it needs one."""
        if _is_narrow(weight):
            if self.multi_precision:
                master = weight.astype("float32")
                state = self.create_state(index, master)
                return (state, master) if self.master_last else (master, state)
            warnings.warn(
                f"Accumulating with {weight.dtype.__name__} in optimizer can lead to poor accuracy "
                "or slow convergence. Consider using multi_precision=True option of the optimizer",
                UserWarning,
                stacklevel=2,
            )
        return self.create_state(index, weight)

    def update(
        self,
        index: Index | MaybeMany,
        weight: NDArray | MaybeMany,
        grad: NDArray | MaybeMany,
        state: State,
    ) -> None:
        """Replace a weight and its state.

        Parameters
        ----------
        index : int or str
        weight, grad : NDArray
        state : None, NDArray or tuple
            What `create_state` returned for the weight.

        Each may be a list, for several weights.
        """
        if not isinstance(index, (list, tuple)):
            self._update_count(index)
            self.step(index, weight, grad, state, self._get_lr(index), self._get_wd(index))
            return
        self._update_count(index)
        rates = zip(self._get_lrs(index), self._get_wds(index), strict=True)
        updates = zip(index, weight, grad, state, strict=True)
        for update, (lr, wd) in zip(updates, rates, strict=True):
            self.step(*update, lr, wd)

    def update_multi_precision(
        self,
        index: Index | MaybeMany,
        weight: NDArray | MaybeMany,
        grad: NDArray | MaybeMany,
        state: State,
    ) -> None:
        """Replace a weight and its state, which `create_state_multi_precision` returned."""
        if not self.multi_precision:
            self.update(index, weight, grad, state)
        elif isinstance(index, (list, tuple)):
            for each in zip(index, weight, grad, state, strict=True):
                self.update_multi_precision(*each)
        elif _is_narrow(weight):
            inner, master = state if self.master_last else state[::-1]
            self.update(index, master, grad.astype("float32"), inner)
            master.copyto(weight)
        else:
            self.update(index, weight, grad, state)

    # --- learning rates and decay -----------------------------------------------------------------

    @property
    def learning_rate(self) -> float:
        """The learning rate, before multipliers of weights."""
        if self.lr_scheduler is not None:
            return self.lr_scheduler(self.num_update)
        return self.lr  # type: ignore[return-value]  # with no schedule there is a number

    def set_learning_rate(self, lr: float) -> None:
        """Set the learning rate.

        Raises
        ------
        UserWarning
            If there is a schedule, which gives it.
        """
        if self.lr_scheduler is not None:
            raise UserWarning(
                "LRScheduler of the optimizer has already been defined. Note that "
                "set_learning_rate can mutate the value of the learning rate of the optimizer "
                "only when the LRScheduler of the optimizer is undefined."
            )
        self.lr = lr

    def set_lr_scale(self, args_lrscale: object) -> None:
        """Raise DeprecationWarning: `set_lr_mult` took its place."""
        raise DeprecationWarning("set_lr_scale is deprecated, use set_lr_mult")

    def set_lr_mult(self, args_lr_mult: ByIndex[float]) -> None:
        """Set multipliers of the learning rate, by weights' names or indices.

        Those of *param_dict* come first, and these before those of the symbol.
        """
        _require_dict("set_lr_mult", "args_lr_mult", args_lr_mult)
        self.lr_mult = {**self._of_symbol("__lr_mult__"), **args_lr_mult}

    def set_wd_mult(self, args_wd_mult: ByIndex[float]) -> None:
        """Set multipliers of the decay, by weights' names or indices.

        By default they are 0 for names that do not end with ``_weight`` or ``_gamma``.
        """
        _require_dict("set_wd_mult", "args_wd_mult", args_wd_mult)
        others: dict[Index, float] = {
            name: 0.0 for name in self.idx2name.values() if not name.endswith(("_weight", "_gamma"))
        }
        self.wd_mult = {**others, **self._of_symbol("__wd_mult__"), **args_wd_mult}

    def _of_symbol(self, key: str) -> dict[Index, float]:
        """What variables of the symbol have as an attribute."""
        if not self.sym_info:
            return {}
        attributes, names = self.sym_info
        return {x: float(attributes[x][key]) for x in names if key in attributes.get(x, ())}

    def _get_lr(self, index: Index) -> float:
        return self._get_lrs([index])[0]

    def _get_wd(self, index: Index) -> float:
        return self._get_wds([index])[0]

    def _get_lrs(self, indices: Sequence[Index]) -> list[float]:
        lr, params = self.learning_rate, self.param_dict
        return [
            lr * (params[i].lr_mult if i in params else self._multiplier(self.lr_mult, i))
            for i in indices
        ]

    def _get_wds(self, indices: Sequence[Index]) -> list[float]:
        wd, params = self.wd, self.param_dict
        return [
            wd * (params[i].wd_mult if i in params else self._multiplier(self.wd_mult, i))
            for i in indices
        ]

    def _multiplier(self, multipliers: Mapping[Index, float], index: Index) -> float:
        if index in multipliers:
            return multipliers[index]
        name = self.idx2name.get(index)
        return 1.0 if name is None else multipliers.get(name, 1.0)

    def _common(self) -> dict[str, float]:
        """What all operators of updates are given."""
        return {"rescale_grad": self.rescale_grad, "clip_gradient": self.clip_gradient or -1.0}

    def _rescaled(self, grad: NDArray) -> NDArray:
        """The gradient, rescaled and clipped."""
        grad = grad * self.rescale_grad
        if self.clip_gradient:
            grad = grad.clip(-self.clip_gradient, self.clip_gradient)
        return grad

    # --- counts of updates ------------------------------------------------------------------------

    def _set_current_context(self, device_id: int) -> None:
        """Count the updates on a device apart from those on others."""
        counts = self._all_index_update_counts.setdefault(device_id, {})
        self._index_update_count = counts

    def _update_count(self, index: Index | MaybeMany) -> None:
        counts = self._index_update_count
        for i in index if isinstance(index, (list, tuple)) else (index,):
            count = counts[i] = counts.get(i, self.begin_num_update) + 1
            if count > self.num_update:
                self.num_update = count

    def __getstate__(self) -> dict[str, object]:
        return {key: value for key, value in vars(self).items() if key != "param_dict"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, param_dict={})
        self._set_current_context(0)


_register = registry.get_register_func(Optimizer, "optimizer")
_create = registry.get_create_func(Optimizer, "optimizer")
Optimizer.opt_registry = registry.registered(Optimizer)


def register(klass: _Class) -> _Class:
    """Register a subclass of `Optimizer`, so that `create` finds it by its name."""
    return _register(klass)


def create(name: str | Optimizer, **kwargs: object) -> Optimizer:
    """Make an optimizer.

    Parameters
    ----------
    name : str
        Of its class, in any case.
    **kwargs
        What the class is called with.

    Raises
    ------
    ValueError
        If no class has the name.
    TypeError
        For arguments that the class does not take.
    """
    return _create(name, **kwargs)


def _require_dict(function: str, what: str, given: object) -> None:
    if not isinstance(given, Mapping):
        raise ArgumentTypeError(f"{function}: {what} must be a dict, got {shown(given)}")
