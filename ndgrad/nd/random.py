"""`ndgrad.nd.random`: arrays of random numbers.

Parameters of a distribution are numbers, or arrays of one shape: then *shape* numbers are drawn for
each of their elements, on axes behind theirs.  Numbers depend on `ndgrad.random.seed` and on what
was drawn before, not on the number of threads.  For autograd they are constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from .. import dispatch
from .._similar import did_you_mean
from ..array.ndarray import NDArray
from ..base import (
    FLOATING,
    ArgumentTypeError,
    DType,
    DTypeLike,
    HostArray,
    MXNetError,
    as_dtype,
    is_attribute,
    is_floating,
    promote,
    public_names,
    shown,
)
from ..context import GPU, Context, cpu, current_context
from ..kernels import draws
from ..memory.device import Buffer, context_device, host, in_use, on_device, to_device
from ..ops.axes import flag
from ..ops.table import F
from ..tracing import host_read
from .creation import _context, _shape

__all__ = [
    "exponential",
    "exponential_like",
    "gamma",
    "gamma_like",
    "generalized_negative_binomial",
    "generalized_negative_binomial_like",
    "multinomial",
    "negative_binomial",
    "negative_binomial_like",
    "normal",
    "normal_like",
    "poisson",
    "poisson_like",
    "randint",
    "randn",
    "shuffle",
    "uniform",
    "uniform_like",
]
__dir__ = public_names(globals())

_FLOAT32 = np.dtype("float32")
_INT32, _INT64 = np.dtype("int32"), np.dtype("int64")
_Draw: TypeAlias = Callable[..., Buffer]
_Parameter: TypeAlias = NDArray | float


def _float_dtype(dtype: DTypeLike, what: str) -> DType:
    kind = as_dtype(dtype, op=what)
    if not is_floating(kind):
        raise MXNetError(f"{what}: dtype={kind}, expected {FLOATING}")
    return kind


def _no_more(kwargs: dict[str, object], what: str) -> None:
    """Raise an error if there is any argument but ``name`` and attributes."""
    kwargs.pop("name", None)
    for key in kwargs:
        if not is_attribute(key):
            hint = did_you_mean(key, ("shape", "dtype", "ctx", "out"))
            raise TypeError(f"{what}: unknown argument {key!r}{hint}")


def _deliver(result: NDArray, out: Any, what: str) -> NDArray:
    return result if out is None else dispatch.write_into(out, result, what)


def _number(value: _Parameter, what: str, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{what}: {name} must be a number or an NDArray, got {shown(value)}"
        ) from None


def _drawn_array(
    what: str,
    shape: int | Sequence[int] | None,
    ctx: Context | None,
    out: NDArray | None,
    draw: _Draw,
    *args: object,
) -> NDArray:
    """An array of what *draw* makes of a number of elements and *args*."""
    if shape is None:
        lengths = out.shape if isinstance(out, NDArray) else (1,)
    else:
        lengths = _shape(shape, what)
    context = current_context() if ctx is None else _context(ctx, what)
    if in_use or context.device_typeid == GPU:
        with on_device(context_device(context)):
            flat = draw(math.prod(lengths), *args)
    else:
        flat = draw(math.prod(lengths), *args)
    result = NDArray(flat, lengths, context)
    return result if out is None else dispatch.write_into(out, result, what)


def _draw(
    what: str,
    parameters: dict[str, _Parameter],
    check: Callable[..., None],
    draw: _Draw,
    shape: int | Sequence[int] | None,
    dtype: DTypeLike | None,
    ctx: Context | None,
    out: NDArray | None,
    kwargs: dict[str, object],
    draw_by_numbers: _Draw | None = None,
) -> NDArray:
    """Check the arguments that all distributions share, and draw.

    *check* raises or not, given each parameter's values; *draw* takes the number of elements, the
    dtype and the parameters as vectors, *draw_by_numbers* as numbers.
    """
    if kwargs:
        _no_more(kwargs, what)
    if dtype is None and isinstance(out, NDArray):
        dtype = out.dtype
    values = list(parameters.values())
    for value in values:
        if value.__class__ not in (int, float) and isinstance(value, NDArray):
            break
    else:
        try:
            numbers = list(map(float, values))
        except (TypeError, ValueError):  # which of them it was
            numbers = [_number(value, what, name) for name, value in parameters.items()]
        check(*numbers)
        kind = _FLOAT32 if dtype is None else _float_dtype(dtype, what)
        if draw_by_numbers is not None:
            return _drawn_array(what, shape, ctx, out, draw_by_numbers, kind, *numbers)
        vectors = map(np.atleast_1d, numbers)
        return _drawn_array(what, shape, ctx, out, draw, kind, *vectors)
    arrays = [value for value in values if isinstance(value, NDArray)]
    if len(arrays) != len(values):
        raise ArgumentTypeError(
            f"{what}: {', '.join(parameters)} must all be arrays or all be numbers, "
            f"got {', '.join(type(value).__name__ for value in values)}"
        )
    own = arrays[0]._shape
    for name, array in zip(parameters, arrays, strict=True):
        if array._shape != own:
            raise MXNetError(
                f"{what}: argument {name} has shape {list(array._shape)}, expected {list(own)}"
            )
    for array in arrays:
        host_read(array, f"by {what}")
    context = arrays[0]._ctx
    flats = [host(array._data).astype("float64") for array in arrays]
    for each in zip(*flats, strict=True):
        check(*each)
    if dtype is None:
        kind = arrays[0]._data.dtype
        for array in arrays[1:]:
            kind = promote(kind, array._data.dtype)
        kind = kind if is_floating(kind) else _FLOAT32
    else:
        kind = _float_dtype(dtype, what)
    lengths = own + (() if shape is None else _shape(shape, what))
    # Parameters that are arrays are looked at one by one, so this is drawn on the host.
    drawn = to_device(draw(math.prod(lengths), kind, *flats), context_device(context))
    return _deliver(F._drawn(NDArray(drawn, lengths, context), *arrays), out, what)


def _as_rows(z: Buffer, values: HostArray) -> tuple[NDArray, NDArray]:
    """Drawn numbers in rows, one for each parameter, and the parameters as a column."""
    ctx, rows = cpu(), max(1, values.size)
    column = NDArray(values.astype(z.dtype), (values.size, 1), ctx)
    return NDArray(z, (values.size, z.size // rows), ctx), column


def _scaled(z: Buffer, scale: HostArray) -> Buffer:
    rows, column = _as_rows(z, scale)
    return dispatch.unrecorded(F.broadcast_mul, rows, column)._data


def _shifted(z: Buffer, loc: HostArray) -> Buffer:
    rows, column = _as_rows(z, loc)
    return dispatch.unrecorded(F.broadcast_add, rows, column)._data


# --- uniform and normal ---------------------------------------------------------------------------


def _check_uniform(low: float, high: float) -> None:
    if not low <= high:
        raise MXNetError(
            f"uniform: low must be less or equal to high in uniform distribution, "
            f"got low={low:g}, high={high:g}"
        )


def _draw_uniform(n: int, kind: DType, low: HostArray, high: HostArray) -> Buffer:
    if low.size == 1:
        return draws.uniform(n, kind, float(low[0]), float(high[0]))
    y = _shifted(_scaled(draws.uniform(n, kind, 0.0, 1.0), high - low), low)
    below = np.where(low < high, np.nextafter(high.astype(kind), low.astype(kind)), high)
    rows, column = _as_rows(y, below)
    return dispatch.unrecorded(F.broadcast_minimum, rows, column)._data


def uniform(
    low: _Parameter = 0,
    high: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the uniform distribution over [low, high).

    Parameters
    ----------
    low, high : float or NDArray
    shape : int or tuple of int, optional
        (1,) by default; with arrays, a single number for each element.
    dtype : {'float16', 'bfloat16', 'float32', 'float64'}, optional
    ctx : Context, optional
    out : NDArray, optional
        Written to and returned.

    Raises
    ------
    MXNetError
        If low is greater than high, or the dtype is none for real numbers.
    """
    parameters = {"low": low, "high": high}
    return _draw(
        "uniform", parameters, _check_uniform, _draw_uniform, shape, dtype, ctx, out, kwargs,
        draws.uniform,
    )  # fmt: skip


def _check_normal(loc: float, scale: float) -> None:
    if not scale > 0:
        raise MXNetError(
            f"normal: scale parameter in gaussian has to be positive, got scale={scale:g}"
        )


def _draw_normal(n: int, kind: DType, loc: HostArray, scale: HostArray) -> Buffer:
    if loc.size == 1:
        return draws.normal(n, kind, float(loc[0]), float(scale[0]))
    return _shifted(_scaled(draws.normal(n, kind, 0.0, 1.0), scale), loc)


def normal(
    loc: _Parameter = 0,
    scale: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*.

    The other parameters are those of `uniform`.
    """
    parameters = {"loc": loc, "scale": scale}
    return _draw(
        "normal", parameters, _check_normal, _draw_normal, shape, dtype, ctx, out, kwargs,
        draws.normal,
    )  # fmt: skip


def randn(*shape: int, **kwargs: Any) -> NDArray:
    """Draw from a normal distribution in the shape given by the positional arguments.

    Parameters
    ----------
    *shape : int
    loc, scale, dtype, ctx, out
        Those of `normal`, by keyword.
    """
    loc, scale = kwargs.pop("loc", 0), kwargs.pop("scale", 1)
    return normal(loc, scale, shape=shape or None, **kwargs)


# --- other distributions --------------------------------------------------------------------------


def _positive(what: str, **values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise MXNetError(f"{what}: {name}={value:g}, expected a positive number")


def exponential(
    scale: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the exponential distribution with mean *scale*; see `uniform`."""

    def draw(n: int, kind: DType, mean: HostArray) -> Buffer:
        if mean.size == 1:
            return draws.exponential(n, kind, float(mean[0]))
        return _scaled(draws.exponential(n, kind, 1.0), mean)

    def check(value: float) -> None:
        _positive("exponential", scale=value)

    parameters = {"scale": scale}
    return _draw(
        "exponential", parameters, check, draw, shape, dtype, ctx, out, kwargs, draws.exponential
    )


def gamma(
    alpha: _Parameter = 1,
    beta: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""

    def draw(n: int, kind: DType, a: HostArray, b: HostArray) -> Buffer:
        return _scaled(draws.gamma(n, kind, a), b)

    def check(a: float, b: float) -> None:
        _positive("gamma", alpha=a, beta=b)

    parameters = {"alpha": alpha, "beta": beta}
    return _draw("gamma", parameters, check, draw, shape, dtype, ctx, out, kwargs)


def poisson(
    lam: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""

    def check(value: float) -> None:
        if not value >= 0:
            raise MXNetError(f"poisson: lam={value:g}, expected a number that is not negative")

    return _draw("poisson", {"lam": lam}, check, draws.poisson, shape, dtype, ctx, out, kwargs)


_FLOAT64 = np.dtype("float64")


@draws.drawing  # as a whole: the means are no numbers yet while a function is traced
def _mixed(n: int, kind: DType, alpha: HostArray, scale: HostArray) -> Buffer:
    """Poisson numbers whose means are gamma distributed."""
    return draws.poisson(n, kind, _scaled(draws.gamma(n, _FLOAT64, alpha), scale))


def negative_binomial(
    k: _Parameter = 1,
    p: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""

    def check(successes: float, probability: float) -> None:
        _positive("negative_binomial", k=successes, p=probability)
        if probability > 1:
            raise MXNetError(f"negative_binomial: p={probability:g}, expected a number in (0, 1]")

    def draw(n: int, kind: DType, k: HostArray, p: HostArray) -> Buffer:
        return _mixed(n, kind, k, (1 - p) / p)

    parameters = {"k": k, "p": p}
    return _draw("negative_binomial", parameters, check, draw, shape, dtype, ctx, out, kwargs)


def generalized_negative_binomial(
    mu: _Parameter = 1,
    alpha: _Parameter = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*.

    With *alpha* 0 it is Poisson's.  The other parameters are those of `uniform`.
    """
    what = "generalized_negative_binomial"

    def check(mean: float, dispersion: float) -> None:
        if not (mean >= 0 and dispersion >= 0):
            raise MXNetError(
                f"{what}: mu={mean:g}, alpha={dispersion:g}, expected numbers that are not negative"
            )

    def draw(n: int, kind: DType, mean: HostArray, dispersion: HostArray) -> Buffer:
        # A dispersion this small changes no float64, and Poisson's is the limit.
        bounded = np.maximum(dispersion, 1e-12)
        return _mixed(n, kind, 1 / bounded, bounded * mean)

    parameters = {"mu": mu, "alpha": alpha}
    return _draw(what, parameters, check, draw, shape, dtype, ctx, out, kwargs)


def randint(
    low: _Parameter,
    high: _Parameter,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Draw whole numbers in [low, high), every one as likely.

    Parameters
    ----------
    low, high : int
    shape : int or tuple of int, optional
        (1,) by default.
    dtype : {'int32', 'int64'}, optional
    ctx : Context, optional
    out : NDArray, optional
        Written to and returned.

    Raises
    ------
    MXNetError
        If low is not less than high, or the dtype cannot hold them.
    """
    if kwargs:
        _no_more(kwargs, "randint")
    if dtype is None and isinstance(out, NDArray):
        dtype = out.dtype
    kind = _INT32 if dtype is None else as_dtype(dtype, op="randint")
    if kind not in (_INT32, _INT64):
        raise MXNetError(f"randint: dtype={kind}, expected int32 or int64")
    try:
        first, end = int(low), int(high)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"randint: low={shown(low)}, high={shown(high)}, expected whole numbers"
        ) from None
    limit = 1 << 8 * kind.itemsize - 1
    if not -limit <= first < end <= limit:
        raise MXNetError(
            f"randint: low={first}, high={end}, expected low < high within the range of {kind}"
        )
    return _drawn_array("randint", shape, ctx, out, draws.randint, kind, first, end)


def multinomial(
    data: NDArray,
    shape: int | Sequence[int] | None = None,
    get_prob: bool = False,
    out: NDArray | Sequence[NDArray] | None = None,
    dtype: DTypeLike = "int32",
    **kwargs: object,
) -> Any:
    """Draw indices with given probabilities.

    Parameters
    ----------
    data : NDArray
        Probabilities in the last axis.
    shape : int or tuple of int, optional
        How many to draw for each row; by default one, without an axis of its own.
    get_prob : bool
        Whether to return the logarithm of each one's probability as well, which can be
        differentiated.
    out : NDArray, optional
        Written to and returned.
    dtype : str or type
        Of the indices.

    Returns
    -------
    NDArray or list of NDArray
    """
    _no_more(kwargs, "multinomial")
    if not isinstance(data, NDArray):
        raise ArgumentTypeError(
            f"multinomial: data must have NDArray type, got {type(data).__name__}"
        )
    lengths = () if shape is None else _shape(shape, "multinomial")
    get_prob = flag("multinomial", "get_prob", get_prob)
    index = F._choice(data, shape=lengths, dtype=dtype)
    if get_prob:
        probability = F._log_of_choice(data, index)
        results = [index, probability]
        if out is None:
            return results
        if not isinstance(out, (list, tuple)) or len(out) != 2:
            raise ArgumentTypeError(
                f"multinomial: out must be two NDArrays with get_prob=True, got {shown(out)}"
            )
        for target, result in zip(out, results, strict=True):
            dispatch.write_into(target, result, "multinomial")
        return out
    return _deliver(index, out, "multinomial")


def shuffle(data: NDArray, **kwargs: object) -> NDArray:
    """Put the slices along the first axis into random order; see ``nd.shuffle``."""
    out = kwargs.pop("out", None)
    _no_more(kwargs, "shuffle")
    if not isinstance(data, NDArray):
        raise ArgumentTypeError(f"shuffle: data must have NDArray type, got {type(data).__name__}")
    return F._shuffle(data) if out is None else F._shuffle(data, out=out)


# --- other names ----------------------------------------------------------------------------------


def _like(name: str, draw: Callable[..., NDArray]) -> Callable[..., NDArray]:
    def like(data: NDArray, *args: object, out: NDArray | None = None, **kwargs: object) -> NDArray:
        if not isinstance(data, NDArray):
            raise ArgumentTypeError(
                f"{name}_like: data must have NDArray type, got {type(data).__name__}"
            )
        return draw(*args, shape=data.shape, dtype=data.dtype, ctx=data.context, out=out, **kwargs)

    like.__name__ = like.__qualname__ = f"{name}_like"
    like.__doc__ = f"`{name}` in the shape, dtype and context of *data*."
    return like


def exponential_by_rate(lam: _Parameter = 1.0, **kwargs: Any) -> NDArray:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    if not isinstance(lam, NDArray):
        _positive("exponential", lam=_number(lam, "exponential", "lam"))
        return exponential(1.0 / float(lam), **kwargs)
    return exponential(dispatch.unrecorded(F.reciprocal, lam), **kwargs)


uniform_like = _like("uniform", uniform)
normal_like = _like("normal", normal)
exponential_like = _like("exponential", exponential_by_rate)
gamma_like = _like("gamma", gamma)
poisson_like = _like("poisson", poisson)
negative_binomial_like = _like("negative_binomial", negative_binomial)
generalized_negative_binomial_like = _like(
    "generalized_negative_binomial", generalized_negative_binomial
)
