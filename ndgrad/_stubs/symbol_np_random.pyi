# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

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
    low: Any = ...,
    high: Any = ...,
    size: Any = ...,
    dtype: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw numbers in [low, high), every one as likely."""
    ...
def normal(
    loc: Any = ...,
    scale: Any = ...,
    size: Any = ...,
    dtype: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the normal distribution of mean *loc* and standard deviation *scale*."""
    ...
def gumbel(
    loc: Any = ...,
    scale: Any = ...,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Gumbel distribution."""
    ...
def logistic(
    loc: Any = ...,
    scale: Any = ...,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the logistic distribution."""
    ...
def laplace(
    loc: Any = ...,
    scale: Any = ...,
    size: Any = ...,
    dtype: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Laplace distribution."""
    ...
def gamma(
    shape: Any,
    scale: Any = ...,
    size: Any = ...,
    dtype: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the gamma distribution."""
    ...
def exponential(
    scale: Any = ...,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    dtype: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the exponential distribution."""
    ...
def rayleigh(
    scale: Any = ...,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Rayleigh distribution."""
    ...
def weibull(
    a: Any,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Weibull distribution."""
    ...
def pareto(
    a: Any,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Pareto distribution of the second kind."""
    ...
def power(
    a: Any,
    size: Any = ...,
    ctx: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the power distribution."""
    ...
def poisson(
    lam: Any = ...,
    size: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Draw from the Poisson distribution, as int64."""
    ...
