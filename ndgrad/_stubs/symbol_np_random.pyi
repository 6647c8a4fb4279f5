# Made by tools/write_stubs.py from the table of operators; do not edit.

from ndgrad.base import DTypeLike
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy._calls import SymbolLike
from ndgrad.symbol.numpy_like import _Symbol
from ndgrad.typing import ContextLike, ShapeLike

__all__ = [
    'exponential',
    'gamma',
    'gumbel',
    'laplace',
    'logistic',
    'normal',
    'pareto',
    'poisson',
    'power',
    'rayleigh',
    'uniform',
    'weibull',
]

def uniform(
    low: SymbolLike = 0.0,
    high: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw numbers in [low, high), every one as likely."""
    ...
def normal(
    loc: SymbolLike = 0.0,
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the normal distribution of mean *loc* and standard deviation *scale*."""
    ...
def gumbel(
    loc: SymbolLike = 0.0,
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the Gumbel distribution."""
    ...
def logistic(
    loc: SymbolLike = 0.0,
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the logistic distribution."""
    ...
def laplace(
    loc: SymbolLike = 0.0,
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the Laplace distribution."""
    ...
def gamma(
    shape: SymbolLike,
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the gamma distribution."""
    ...
def exponential(
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
    dtype: DTypeLike | None = None,
) -> _Symbol:
    """Draw from the exponential distribution."""
    ...
def rayleigh(
    scale: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the Rayleigh distribution."""
    ...
def weibull(
    a: SymbolLike,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the Weibull distribution."""
    ...
def pareto(
    a: SymbolLike,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the Pareto distribution of the second kind."""
    ...
def power(
    a: SymbolLike,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
    out: Symbol | None = None,
) -> _Symbol:
    """Draw from the power distribution."""
    ...
def poisson(
    lam: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    ctx: ContextLike = None,
) -> _Symbol:
    """Draw from the Poisson distribution, as int64."""
    ...
