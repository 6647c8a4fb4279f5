# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from ndgrad.base import DTypeLike
from ndgrad.symbol.symbol import Symbol

__all__ = [
    'exponential',
    'exponential_like',
    'gamma',
    'gamma_like',
    'generalized_negative_binomial',
    'generalized_negative_binomial_like',
    'negative_binomial',
    'negative_binomial_like',
    'normal',
    'normal_like',
    'poisson',
    'poisson_like',
    'randint',
    'uniform',
    'uniform_like',
]

def exponential(
    scale: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    ...
def exponential_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`exponential` in the shape and dtype of *data*."""
    ...
def gamma(
    alpha: Symbol | float = 1,
    beta: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""
    ...
def gamma_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`gamma` in the shape and dtype of *data*."""
    ...
def generalized_negative_binomial(
    mu: Symbol | float = 1,
    alpha: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def generalized_negative_binomial_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`generalized_negative_binomial` in the shape and dtype of *data*."""
    ...
def negative_binomial(
    k: Symbol | float = 1,
    p: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""
    ...
def negative_binomial_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`negative_binomial` in the shape and dtype of *data*."""
    ...
def normal(
    loc: Symbol | float = 0,
    scale: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*."""
    ...
def normal_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`normal` in the shape and dtype of *data*."""
    ...
def poisson(
    lam: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""
    ...
def poisson_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`poisson` in the shape and dtype of *data*."""
    ...
def randint(
    low: Symbol | float,
    high: Symbol | float,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw whole numbers in [low, high), every one as likely."""
    ...
def uniform(
    low: Symbol | float = 0,
    high: Symbol | float = 1,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the uniform distribution over [low, high)."""
    ...
def uniform_like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
    """`uniform` in the shape and dtype of *data*."""
    ...
