"""MXNet's first interface to gradients; `ndgrad.autograd` is what replaced it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from .. import autograd
from ..array.ndarray import NDArray
from ..base import public_names
from ..tape import Scope

__all__ = [
    "backward",
    "compute_gradient",
    "grad",
    "grad_and_loss",
    "mark_variables",
    "set_is_training",
    "test_section",
    "train_section",
]
__dir__ = public_names(globals())


_Args = ParamSpec("_Args")
_Outputs = TypeVar("_Outputs", bound=NDArray | Sequence[NDArray])


def set_is_training(is_train: bool) -> bool:
    """Switch training mode, and recording, on or off in this thread; return what it was."""
    before = autograd.set_training(is_train)
    autograd.set_recording(is_train)
    return before


def train_section() -> Scope:
    """Return a scope that records, in training mode."""
    return autograd.record()


def test_section() -> Scope:
    """Return a scope that does not record, in prediction mode."""
    return autograd.pause()


def mark_variables(
    variables: Sequence[NDArray],
    gradients: Sequence[NDArray],
    grad_reqs: str | Sequence[str] = "write",
) -> None:
    """Do `ndgrad.autograd.mark_variables`."""
    autograd.mark_variables(variables, gradients, grad_reqs)


def backward(
    outputs: Sequence[NDArray],
    out_grads: Sequence[NDArray | None] | None = None,
    retain_graph: bool = False,
) -> None:
    """Do `ndgrad.autograd.backward`."""
    if not isinstance(outputs, (list, tuple)):
        raise AssertionError(
            f"backward: outputs must be a list or tuple of NDArrays, got {type(outputs).__name__}"
        )
    autograd.backward(outputs, out_grads, retain_graph)


def compute_gradient(outputs: Sequence[NDArray]) -> None:
    """Do `backward` with ones as the gradients of the outputs."""
    backward(outputs)


def grad_and_loss(
    func: Callable[_Args, _Outputs], argnum: int | Sequence[int] | None = None
) -> Callable[_Args, tuple[list[NDArray], _Outputs]]:
    """Make a function that returns the gradients of *func*, and what that returns.

    Parameters
    ----------
    func : callable
        Of arrays; returns one or a list of them.
    argnum : int or list of int, optional
        Which arguments to differentiate by; by default all.

    Raises (when called)
    --------------------
    AssertionError
        For an argument that is no array.

    Examples
    --------
    >>> import ndgrad as mx
    >>> mx.contrib.autograd.grad_and_loss(lambda x: x * x)(mx.nd.array([1, 2]))
    ([
    [2. 4.]
    <NDArray 2 @cpu(0)>],
    [1. 4.]
    <NDArray 2 @cpu(0)>)
    """

    @wraps(func)
    def differentiated(*args: _Args.args, **kwargs: _Args.kwargs) -> tuple[list[NDArray], _Outputs]:
        numbers = [argnum] if isinstance(argnum, int) else argnum
        variables: list[NDArray] = []
        for x in args if numbers is None else [args[i] for i in numbers]:
            if not isinstance(x, NDArray):
                raise AssertionError(f"type of autograd input should NDArray, got {type(x)}")
            variables.append(x)
        gradients = [x.zeros_like() for x in variables]
        mark_variables(variables, gradients)
        with train_section():
            outputs = func(*args, **kwargs)
        compute_gradient([outputs] if isinstance(outputs, NDArray) else outputs)
        return gradients, outputs

    return differentiated


def grad(
    func: Callable[_Args, NDArray | Sequence[NDArray]],
    argnum: int | Sequence[int] | None = None,
) -> Callable[_Args, list[NDArray]]:
    """Make a function that returns the gradients of *func*; see `grad_and_loss`."""
    both = grad_and_loss(func, argnum)

    @wraps(both)
    def differentiated(*args: _Args.args, **kwargs: _Args.kwargs) -> list[NDArray]:
        return both(*args, **kwargs)[0]

    return differentiated
