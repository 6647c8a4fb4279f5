"""`ndgrad.numpy.random`: arrays of random numbers.

Parameters are numbers, or arrays that broadcast with each other and with *size*.  What is drawn
depends on `ndgrad.random.seed`.  Samples are functions of their locations and scales, through which
gradients pass; for other parameters they are constants.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as onp

from .. import nd
from ..array.ndarray import NDArray
from ..base import DTypeLike, Shape, public_names
from ..dispatch import numpy_like
from ._calls import F
from ._check import array_argument, delivered, shape_argument
from ._creation import arange
from ._elementwise import add, exp, log, maximum, multiply, sqrt, subtract
from ._elementwise import power as _power
from ._products import matmul
from ._shaping import take
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, ArrayLike, ArrayOrFloat, ContextLike, ShapeLike

__all__ = [
    "beta", "chisquare", "choice", "exponential", "gamma", "gumbel", "laplace", "logistic",
    "lognormal", "multinomial", "multivariate_normal", "normal", "pareto", "permutation", "poisson",
    "power", "rand", "randint", "randn", "rayleigh", "shuffle", "uniform", "weibull",
]  # fmt: skip
__dir__ = public_names(globals())

_ARRAYS = (NDArray, onp.ndarray)


def _shape(size: ShapeLike | None, *parameters: ArrayOrFloat) -> Shape:
    if size is not None:
        return shape_argument("random", size)
    shapes = [x.shape for x in parameters if isinstance(x, _ARRAYS)]
    return tuple(onp.broadcast_shapes(*shapes))


def _context(ctx: ContextLike, *parameters: ArrayOrFloat) -> ContextLike:
    return next((x._ctx for x in parameters if isinstance(x, NDArray)), ctx)


def _uniforms(shape: Shape, dtype: DTypeLike | None, ctx: ContextLike) -> ndarray:
    """Numbers in [0, 1)."""
    return numpy_like(nd.random.uniform(0, 1, shape=shape, dtype=dtype, ctx=ctx))


def _normals(shape: Shape, dtype: DTypeLike | None, ctx: ContextLike) -> ndarray:
    return numpy_like(nd.random.normal(0, 1, shape=shape, dtype=dtype, ctx=ctx))


def uniform(
    low: ArrayOrFloat = 0.0,
    high: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw numbers in [low, high), every one as likely."""
    shape = _shape(size, low, high)
    if not (isinstance(low, _ARRAYS) or isinstance(high, _ARRAYS)):
        found = numpy_like(nd.random.uniform(low, high, shape=shape, dtype=dtype, ctx=ctx))
    else:
        drawn = _uniforms(shape, dtype, _context(ctx, low, high))
        found = add(low, multiply(drawn, high - low))
    return delivered(found, out, "uniform")


def normal(
    loc: ArrayOrFloat = 0.0,
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the normal distribution of mean *loc* and standard deviation *scale*."""
    shape = _shape(size, loc, scale)
    if not (isinstance(loc, _ARRAYS) or isinstance(scale, _ARRAYS)):
        found = numpy_like(nd.random.normal(loc, scale, shape=shape, dtype=dtype, ctx=ctx))
    else:
        drawn = _normals(shape, dtype, _context(ctx, loc, scale))
        found = add(loc, multiply(drawn, scale))
    return delivered(found, out, "normal")


def lognormal(
    mean: ArrayOrFloat = 0.0,
    sigma: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw numbers whose logarithms are normal."""
    return delivered(exp(normal(mean, sigma, size, dtype, ctx)), out, "lognormal")


def randint(
    low: int,
    high: int | None = None,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw integers in [low, high), or in [0, low), by default as int64."""
    if high is None:
        low, high = 0, low
    shape, kind = _shape(size), "int64" if dtype is None else onp.dtype(dtype).name
    wide = kind if kind in ("int32", "int64") else "int64"
    found = numpy_like(nd.random.randint(low, high, shape=shape, dtype=wide, ctx=ctx))
    found = found if kind == wide else F.Cast(found, dtype=kind)
    return delivered(found, out, "randint")


def rand(
    *size: int,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw numbers in [0, 1), in an array of these lengths."""
    return uniform(size=size, dtype=dtype, ctx=ctx, out=out)


def randn(
    *size: int,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the standard normal distribution, in an array of these lengths."""
    return normal(size=size, dtype=dtype, ctx=ctx, out=out)


def gamma(
    shape: ArrayOrFloat,
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the gamma distribution."""
    lengths, ctx = _shape(size, shape, scale), _context(ctx, shape, scale)
    if isinstance(shape, _ARRAYS):
        alpha = F._expand(array_argument("gamma", "shape", shape).detach(), shape=lengths)
        alpha = alpha.as_nd_ndarray()
        drawn = nd.random.gamma(alpha, nd.ones_like(alpha), dtype=dtype)
    else:
        drawn = nd.random.gamma(shape, 1, shape=lengths, dtype=dtype, ctx=ctx)
    return delivered(multiply(numpy_like(drawn), scale), out, "gamma")


def beta(
    a: ArrayOrFloat,
    b: ArrayOrFloat,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Draw from the beta distribution."""
    shape = _shape(size, a, b)
    x, y = gamma(a, 1.0, shape, dtype, ctx), gamma(b, 1.0, shape, dtype, ctx)
    return x / (x + y)


def chisquare(
    df: ArrayOrFloat,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Draw from the chi-square distribution."""
    return gamma(df / 2, 2.0, size, dtype, ctx)


def poisson(
    lam: ArrayOrFloat = 1.0, size: ShapeLike | None = None, ctx: ContextLike = None
) -> ndarray:
    """Draw from the Poisson distribution, as int64."""
    shape = _shape(size, lam)
    if isinstance(lam, _ARRAYS):
        mean = F._expand(array_argument("poisson", "lam", lam).detach(), shape=shape)
        drawn = nd.random.poisson(mean.as_nd_ndarray())
    else:
        drawn = nd.random.poisson(lam, shape=shape, ctx=ctx)
    return F.Cast(numpy_like(drawn), dtype="int64")


def _log_uniforms(
    size: ShapeLike | None,
    parameters: Sequence[ArrayOrFloat],
    dtype: DTypeLike | None,
    ctx: ContextLike,
) -> ndarray:
    """Logarithms of numbers in (0, 1]."""
    u = _uniforms(_shape(size, *parameters), dtype, _context(ctx, *parameters))
    return log(1.0 - u)


def exponential(
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
    dtype: DTypeLike | None = None,
) -> ndarray:
    """Draw from the exponential distribution."""
    return delivered(-_log_uniforms(size, (scale,), dtype, ctx) * scale, out, "exponential")


def gumbel(
    loc: ArrayOrFloat = 0.0,
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the Gumbel distribution."""
    tiny = 1e-30  # log(0) is not drawn often, but is
    waits = maximum(-_log_uniforms(size, (loc, scale), None, ctx), tiny)
    return delivered(subtract(loc, multiply(log(waits), scale)), out, "gumbel")


def logistic(
    loc: ArrayOrFloat = 0.0,
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the logistic distribution."""
    u = _uniforms(_shape(size, loc, scale), None, _context(ctx, loc, scale))
    u = u * (1 - 2e-7) + 1e-7
    return delivered(add(loc, multiply(log(u) - log(1.0 - u), scale)), out, "logistic")


def laplace(
    loc: ArrayOrFloat = 0.0,
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the Laplace distribution."""
    shape, ctx = _shape(size, loc, scale), _context(ctx, loc, scale)
    a, b = _log_uniforms(shape, (), dtype, ctx), _log_uniforms(shape, (), dtype, ctx)
    return delivered(add(loc, multiply(a - b, scale)), out, "laplace")


def pareto(
    a: ArrayOrFloat,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the Pareto distribution of the second kind."""
    return delivered(exp(-_log_uniforms(size, (a,), None, ctx) / a) - 1.0, out, "pareto")


def power(
    a: ArrayOrFloat,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the power distribution."""
    return delivered(exp(_log_uniforms(size, (a,), None, ctx) / a), out, "power")


def rayleigh(
    scale: ArrayOrFloat = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the Rayleigh distribution."""
    found = sqrt(_log_uniforms(size, (scale,), None, ctx) * -2.0) * scale
    return delivered(found, out, "rayleigh")


def weibull(
    a: ArrayOrFloat,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw from the Weibull distribution."""
    found = _power(-_log_uniforms(size, (a,), None, ctx), 1.0 / a)
    return delivered(found, out, "weibull")


def shuffle(x: NDArray) -> None:
    """Put the parts along the first axis into random order, in place."""
    x[...] = F._shuffle(array_argument("shuffle", "x", x))


def permutation(x: int | AnyArray, ctx: ContextLike = None) -> ndarray:
    """Return the parts of an array along the first axis in random order; of n, of ``arange(n)``."""
    if isinstance(x, (int, onp.integer)):
        x = arange(x, dtype="int64", ctx=ctx)
    return F._shuffle(array_argument("permutation", "x", x))


def choice(
    a: int | AnyArray,
    size: ShapeLike | None = None,
    replace: bool = True,
    p: ArrayLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw elements of an array of one axis, or of ``arange(a)``.

    Parameters
    ----------
    a : ndarray or int
    size : int or tuple of int, optional
    replace : bool
        Whether an element may be drawn again.
    p : ndarray, optional
        Probabilities; by default all are the same.

    Raises
    ------
    ValueError
        If more are to be drawn than there are.
    """
    shape = _shape(size)
    count, n = math.prod(shape), int(a) if isinstance(a, (int, onp.integer)) else len(a)
    if not replace and count > n:
        raise ValueError("Cannot take a larger sample than population when 'replace=False'")
    if p is None and replace:
        index = randint(0, n, shape, ctx=ctx)
    elif p is None:
        index = permutation(n, ctx)[:count].reshape(shape)
    else:
        weights = array_argument("choice", "p", p if isinstance(p, NDArray) else onp.asarray(p))
        if replace:
            index = F._choice(weights, shape=(count,), dtype="int64").reshape(shape)
        else:  # the first of independent waits, which is drawing one after the other
            waits = exponential(size=(n,), ctx=ctx) / weights.astype("float32")
            index = F.argsort(waits, dtype="int64")[:count].reshape(shape)
    found = index if isinstance(a, (int, onp.integer)) else take(a, index, 0)
    return delivered(found, out, "choice")


def multinomial(
    n: int, pvals: ArrayLike, size: ShapeLike | None = None, **kwargs: object
) -> ndarray:
    """Draw how often each of some outcomes is seen in *n* trials, as int64."""
    p = array_argument(
        "multinomial", "pvals", pvals if isinstance(pvals, NDArray) else onp.asarray(pvals)
    )
    shape = _shape(size)
    drawn = F._choice(p.astype("float64"), shape=(math.prod(shape), n), dtype="int64")
    counts = (drawn.reshape((-1, n, 1)) == arange(p.size, dtype="int64", ctx=p.ctx)).sum(axis=1)
    return counts.reshape((*shape, p.size))


def multivariate_normal(
    mean: AnyArray,
    cov: AnyArray,
    size: ShapeLike | None = None,
    check_valid: str | None = None,
    tol: float | None = None,
) -> ndarray:
    """Draw from the normal distribution of a mean and a covariance matrix."""
    mean, cov = array_argument("normal", "mean", mean), array_argument("normal", "cov", cov)
    factor = F.linalg_potrf(cov)
    batch = onp.broadcast_shapes(mean.shape[:-1], cov.shape[:-2])
    z = _normals((*_shape(size), *batch, mean.shape[-1], 1), mean.dtype, mean.ctx)
    return mean + matmul(factor, z).reshape(z.shape[:-1])
