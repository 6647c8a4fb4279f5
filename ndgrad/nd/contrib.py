"""`nd.contrib`: the operators that are called ``_contrib_...``, control flow and optimizers.

Steps of optimizers are functions of their own: they take lists of arrays, and *rescale_grad* as a
number or an array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from .. import dispatch
from ..array.ndarray import NDArray
from ..base import MXNetError, public_names, shown
from ..context import Context, cpu
from ..kernels import draws
from ..ops.axes import integer, integers, number
from ..ops.table import lookup
from . import _bind
from . import control_flow as _control_flow
from ._check import array as _array
from .control_flow import *  # noqa: F403
from .creation import _context, full
from .random import uniform

if TYPE_CHECKING:
    from .._stubs.nd_contrib import *  # noqa: F403

__all__: list[str] = [  # `ndgrad.nd` adds the operators
    *_control_flow.__all__,
    "adamw_update",
    "mp_adamw_update",
    "multi_adamw_update",
    "multi_lamb_update",
    "multi_mp_adamw_update",
    "multi_mp_lamb_update",
    "rand_zipfian",
]
__dir__ = public_names(globals())

_Arrays = Sequence[NDArray]
_Numbers = Sequence[float]


def _operator(name: str, *args: object, **kwargs: object) -> Any:
    """The result of the operator ``_name``, whose errors say *name*."""
    return _bind.function(lookup(f"_{name}"), name)(*args, **kwargs)


def _scale(name: str, rescale_grad: NDArray | float, weight: object) -> NDArray:
    ctx = _array(name, "weight", weight).context
    if isinstance(rescale_grad, NDArray):
        return rescale_grad.as_in_context(ctx)
    try:
        return full((1,), float(rescale_grad), ctx=ctx)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name}: rescale_grad must be a number or an NDArray, got {shown(rescale_grad)}"
        ) from None


def _by_weight(name: str, **lists: _Arrays) -> list[NDArray]:
    """The arrays of the first weight, then those of the second, and so on."""
    for key, arrays in lists.items():
        if not isinstance(arrays, (list, tuple)) or not arrays:
            raise MXNetError(f"{name}: {key} must be a list of NDArrays, got {shown(arrays)}")
        for i, x in enumerate(arrays):
            _array(name, f"{key}[{i}]", x)
    return list(chain.from_iterable(zip(*lists.values(), strict=False)))


def _count(name: str, arg: str, value: object) -> int:
    count = integer(name, arg, value)
    if count < 0:
        raise MXNetError(f"{name}: {arg}={count}, expected 0 or more")
    return count


def _rates(name: str, lrs: object, count: int) -> list[float]:
    """Numbers under another name than the operator's."""
    given = lrs if isinstance(lrs, (list, tuple)) else [lrs]
    if len(given) != count:
        raise MXNetError(f"{name}: lrs has {len(given)} numbers, expected {count}")
    return [number(name, "lrs", x) for x in given]


def adamw_update(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    rescale_grad: NDArray | float,
    lr: float,
    eta: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    wd: float = 0.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of Adam with a decay of its own, times *eta*. Loshchilov and Hutter 2019.

    Parameters
    ----------
    weight, grad : NDArray
    mean, var : NDArray
        Updated.
    rescale_grad : float or NDArray
        A number or an array of one element that gradients are multiplied by.  If it is not finite,
        or 0, nothing is replaced: gradients have overflowed.
    lr, eta, beta1, beta2, epsilon, wd, clip_gradient : float
    out : NDArray, optional
        Usually *weight*.
    name : str, optional
        Ignored.
    """
    scale = _scale("adamw_update", rescale_grad, weight)
    return _operator(
        "adamw_update", weight, grad, mean, var, scale, lr=lr, eta=eta, beta1=beta1, beta2=beta2,
        epsilon=epsilon, wd=wd, clip_gradient=clip_gradient, out=out,
    )  # fmt: skip


def mp_adamw_update(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    weight32: NDArray,
    rescale_grad: NDArray | float,
    lr: float,
    eta: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    wd: float = 0.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`adamw_update` for a weight that is *weight32* rounded, which is updated too."""
    scale = _scale("mp_adamw_update", rescale_grad, weight)
    return _operator(
        "mp_adamw_update", weight, grad, mean, var, weight32, scale, lr=lr, eta=eta, beta1=beta1,
        beta2=beta2, epsilon=epsilon, wd=wd, clip_gradient=clip_gradient, out=out,
    )  # fmt: skip


def multi_adamw_update(
    weights: _Arrays,
    grads: _Arrays,
    mean: _Arrays,
    var: _Arrays,
    rescale_grad: NDArray | float,
    lrs: _Numbers,
    wds: _Numbers,
    etas: _Numbers,
    out: NDArray | _Arrays | None = None,
    name: str | None = None,
    size: int = 0,
    **kwargs: object,
) -> NDArray | list[NDArray]:
    """`adamw_update` for several weights.

    Parameters
    ----------
    weights, grads : list of NDArray
    mean, var : list of NDArray
        Updated.
    rescale_grad : float or NDArray
        For all of them.
    lrs, wds, etas : list of float
        A number for each weight.
    out : list of NDArray, optional
        Usually *weights*.
    name : str, optional
        Ignored.
    size : int
        The number of weights, counted if 0.
    **kwargs
        ``beta1``, ``beta2``, ``epsilon`` and ``clip_gradient``.
    """
    arrays = _by_weight("multi_adamw_update", weights=weights, grads=grads, mean=mean, var=var)
    scale = _scale("multi_adamw_update", rescale_grad, weights[0])
    count = _count("multi_adamw_update", "size", size) or len(weights)
    return _operator(
        "multi_adamw_update", *arrays, scale, num_weights=count,
        lrs=lrs, wds=wds, etas=etas, out=out, **kwargs,
    )  # fmt: skip


def multi_mp_adamw_update(
    weights: _Arrays,
    grads: _Arrays,
    mean: _Arrays,
    var: _Arrays,
    weights32: _Arrays,
    rescale_grad: NDArray | float,
    lrs: _Numbers,
    wds: _Numbers,
    etas: _Numbers,
    out: NDArray | _Arrays | None = None,
    name: str | None = None,
    size: int = 0,
    **kwargs: object,
) -> NDArray | list[NDArray]:
    """`multi_adamw_update` for weights that are *weights32* rounded, which are updated too."""
    arrays = _by_weight(
        "multi_mp_adamw_update",
        weights=weights, grads=grads, mean=mean, var=var, weights32=weights32,
    )  # fmt: skip
    scale = _scale("multi_mp_adamw_update", rescale_grad, weights[0])
    count = _count("multi_mp_adamw_update", "size", size) or len(weights)
    return _operator(
        "multi_mp_adamw_update", *arrays, scale, num_weights=count,
        lrs=lrs, wds=wds, etas=etas, out=out, **kwargs,
    )  # fmt: skip


def multi_lamb_update(
    weights: _Arrays,
    grads: _Arrays,
    mean: _Arrays,
    var: _Arrays,
    step_count: Sequence[int],
    lrs: _Numbers,
    wds: _Numbers,
    out: NDArray | _Arrays | None = None,
    num_tensors: int = 0,
    **kwargs: object,
) -> NDArray | list[NDArray]:
    """A step of LAMB for several weights. You et al. 2020.

    Parameters
    ----------
    weights, grads : list of NDArray
    mean, var : list of NDArray
        Updated.
    step_count : list of int
        The number of the step, for each weight.
    lrs, wds : list of float
        A number for each weight.
    out : list of NDArray, optional
        Usually *weights*.
    num_tensors : int
        The number of weights, counted if 0.
    **kwargs
        ``beta1``, ``beta2``, ``epsilon``, ``rescale_grad``, ``lower_bound``, ``upper_bound``,
        ``clip_gradient`` and ``bias_correction``.
    """
    arrays = _by_weight("multi_lamb_update", weights=weights, grads=grads, mean=mean, var=var)
    count = _count("multi_lamb_update", "num_tensors", num_tensors) or len(weights)
    return _operator(
        "multi_lamb_update", *arrays, num_tensors=count, step_count=step_count,
        learning_rates=_rates("multi_lamb_update", lrs, count), wds=wds, out=out, **kwargs,
    )  # fmt: skip


def multi_mp_lamb_update(
    weights: _Arrays,
    grads: _Arrays,
    mean: _Arrays,
    var: _Arrays,
    weights32: _Arrays,
    step_count: Sequence[int],
    lrs: _Numbers,
    wds: _Numbers,
    out: NDArray | _Arrays | None = None,
    num_tensors: int = 0,
    **kwargs: object,
) -> NDArray | list[NDArray]:
    """`multi_lamb_update` for weights that are *weights32* rounded, which are updated too."""
    arrays = _by_weight(
        "multi_mp_lamb_update",
        weights=weights, grads=grads, mean=mean, var=var, weights32=weights32,
    )  # fmt: skip
    count = _count("multi_mp_lamb_update", "num_tensors", num_tensors) or len(weights)
    return _operator(
        "multi_mp_lamb_update", *arrays, num_tensors=count, step_count=step_count,
        learning_rates=_rates("multi_mp_lamb_update", lrs, count), wds=wds, out=out, **kwargs,
    )  # fmt: skip


def rand_zipfian(
    true_classes: NDArray, num_sampled: int, range_max: int, ctx: Context | None = None
) -> tuple[NDArray, NDArray, NDArray]:
    """Draw classes with probabilities that fall with their number, about as Zipf's law says.

    The probability of a class is (log(class + 2) - log(class + 1)) / log(range_max + 1).

    Parameters
    ----------
    true_classes : NDArray
    num_sampled : int
        How many to draw.
    range_max : int
        Classes are in [0, range_max).
    ctx : Context, optional

    Returns
    -------
    samples : NDArray of int64
    expected_count_true, expected_count_sample : NDArray of float64
        How often each of the true classes, and of those drawn, is expected.

    Raises
    ------
    MXNetError
        If *range_max* is less than 1.
    """
    true_classes = _array("rand_zipfian", "true_classes", true_classes)
    count = _count("rand_zipfian", "num_sampled", num_sampled)
    if integer("rand_zipfian", "range_max", range_max) < 1:
        raise MXNetError(f"rand_zipfian: range_max={range_max}, expected 1 or more")
    ctx = _context(ctx, "rand_zipfian")
    scale = math.log(range_max + 1)
    drawn = uniform(0, scale, shape=(count,), dtype="float64", ctx=ctx)
    samples = (drawn.exp() - 1).astype("int64") % range_max

    def expected(classes: NDArray) -> NDArray:
        wide = classes.as_in_context(ctx).astype("float64")
        return ((wide + 2) / (wide + 1)).log() / scale * count

    return samples, expected(true_classes), expected(samples)


def _sample_unique_zipfian(
    range_max: int,
    shape: Sequence[int] = (),
    out: Sequence[NDArray] | None = None,
    **kwargs: object,
) -> Sequence[NDArray]:
    """Draw classes that differ, with probabilities as in `rand_zipfian`.

    Parameters
    ----------
    range_max : int
        Classes are in [0, range_max).
    shape : tuple of int
        How many times to draw, and how many classes each time.
    out : list of NDArray, optional
        Written to and returned.

    Returns
    -------
    samples : NDArray of int64
    num_tries : NDArray of int64
        How many were drawn each time, those that came again too.

    Raises
    ------
    MXNetError
        If there are fewer classes, or *shape* is none of two lengths.
    """
    op = "_sample_unique_zipfian"
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"{op}: unknown argument {next(iter(kwargs))!r}")
    classes, lengths = integer(op, "range_max", range_max), integers(op, "shape", shape)
    if len(lengths) != 2 or min(lengths) < 0:
        raise MXNetError(f"{op}: shape={lengths}, expected two lengths")
    rows, count = lengths
    if not max(1, count) <= classes < 2**52:
        raise MXNetError(f"{op}: range_max={classes}, expected shape[1]={count} or more")
    drawn = NDArray(draws.distinct_zipfian(rows, count, classes), (rows, count + 1), cpu())
    results = [drawn[:, :count].copy(), drawn[:, count].copy()]
    if out is None:
        return results
    if not isinstance(out, (list, tuple)) or len(out) != 2:
        raise TypeError(f"{op}: out must be two NDArrays, got {shown(out)}")
    for target, result in zip(out, results, strict=True):
        dispatch.write_into(target, result, op)
    return out


INTERNAL = {"_sample_unique_zipfian": _sample_unique_zipfian}
"""What `ndgrad.nd._internal` has of these."""
