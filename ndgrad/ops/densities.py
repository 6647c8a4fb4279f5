"""Densities of distributions, and probabilities where they are of whole numbers.

Parameters are arrays of one shape; a sample has further axes behind theirs, or none.  Each density
is its logarithm, in terms of other operators, so it has derivatives of any order; formulas are
those of Johnson, Kotz and Balakrishnan, and of MXNet, which does not ask whether a sample is one
that the distribution can give.
"""

from __future__ import annotations

from collections.abc import Callable

from ..base import MXNetError
from ..tape import Array
from .composite import composite
from .table import F, Sample


def _fitting(name: str, sample: Array, own: int, **parameters: Array) -> list[Array]:
    """Parameters with axes for those that the sample has behind theirs.

    The last *own* axes of all belong to a single number of the distribution.
    """
    shape = sample.shape
    results = []
    first = next(iter(parameters.values())).shape
    for key, x in parameters.items():
        outer = len(x.shape) - own
        fits = outer >= 0 and len(shape) >= len(x.shape) and shape[:outer] == x.shape[:outer]
        if not fits or shape[len(shape) - own :] != x.shape[outer:] or x.shape != first:
            raise MXNetError(
                f"Operator {name}: argument {key} has shape {list(x.shape)}, expected the shape of "
                f"the sample, {list(shape)}, or leading axes of it"
            )
        added = (1,) * (len(shape) - len(x.shape))
        results.append(F.reshape(x, shape=(*x.shape[:outer], *added, *x.shape[outer:])))
    return results


def _density(log: Array, is_log: bool) -> Array:
    return log if is_log else F.exp(log)


def _density_of(
    name: str, names: str, log: Callable[..., Array], doc: str, **facts: object
) -> None:
    """Declare ``_random_pdf_<name>`` by the logarithm of a density of a sample and *names*."""
    full, keys = f"_random_pdf_{name}", names.split()

    def density(sample: Array, *parameters: Array, is_log: bool = False) -> Array:
        given = dict(zip(keys, parameters, strict=True))
        return _density(log(sample, *_fitting(full, sample, 0, **given)), is_log)

    one = Sample(((2, 3), *((2,),) * len(keys)))
    two = Sample(((2,), *((2,),) * len(keys)), {"is_log": True})
    facts = {"samples": (one, two), "domain": (0.3, 0.9), **facts}
    aliases = (f"random_pdf_{name}",)
    inputs = ("sample", *keys)
    composite(full, doc=doc, inputs=inputs, variadic=False, aliases=aliases, **facts)(density)


def _uniform(x: Array, low: Array, high: Array) -> Array:
    return F.broadcast_sub(F.zeros_like(x), F.log(high - low))


def _normal(x: Array, mu: Array, sigma: Array) -> Array:
    z = F.broadcast_div(F.broadcast_sub(x, mu), sigma)
    return F.broadcast_sub(-0.5 * F.square(z), F.log(sigma) + 0.9189385332046727)  # log(2 pi) / 2


def _gamma(x: Array, alpha: Array, beta: Array) -> Array:
    powers = F.broadcast_mul(alpha - 1, F.log(x))
    scale = alpha * F.log(beta) - F.gammaln(alpha)
    return F.broadcast_add(F.broadcast_sub(powers, F.broadcast_mul(beta, x)), scale)


def _exponential(x: Array, lam: Array) -> Array:
    return F.broadcast_sub(F.log(lam), F.broadcast_mul(lam, x))


def _poisson(x: Array, lam: Array) -> Array:
    x = F.BlockGrad(x)  # whole numbers have no gradient
    powers = F.broadcast_mul(x, F.log(lam))
    return F.broadcast_sub(powers - F.gammaln(x + 1), lam)


def _negative_binomial(x: Array, k: Array, p: Array) -> Array:
    x = F.BlockGrad(x)
    count = F.gammaln(F.broadcast_add(x, k)) - F.gammaln(x + 1)
    powers = F.broadcast_mul(x, F.log(1 - p))
    return F.broadcast_add(count + powers, k * F.log(p) - F.gammaln(k))


def _generalized_negative_binomial(x: Array, mu: Array, alpha: Array) -> Array:
    return _negative_binomial(x, 1 / alpha, 1 / (mu * alpha + 1))


_density_of(
    "uniform", "low high", _uniform, "The density of the uniform distribution, within its bounds.",
    samples=(Sample(((2, 3), [0.0, 0.5], [1.5, 2.0])), Sample(((2,), [0.0, 0.5], [1.5, 2.0]))),
)  # fmt: skip
_density_of("normal", "mu sigma", _normal, "The density of the normal distribution.")
_density_of("gamma", "alpha beta", _gamma, "The density of the gamma distribution of rate *beta*.")
_density_of("exponential", "lam", _exponential, "The density of the exponential distribution.")
_COUNTS = [[0.0, 1.0, 3.0], [2.0, 5.0, 1.0]]

_density_of(
    "poisson", "lam", _poisson, "The probability of numbers that are Poisson distributed.",
    samples=(Sample((_COUNTS, (2,))), Sample(([0.0, 3.0], (2,)), {"is_log": True})),
)  # fmt: skip
_density_of(
    "negative_binomial", "k p", _negative_binomial,
    "The probability of as many failures before the *k*-th success of probability *p*.",
    samples=(Sample((_COUNTS, (2,), (2,))), Sample(([0.0, 3.0], (2,), (2,)), {"is_log": True})),
)  # fmt: skip
_density_of(
    "generalized_negative_binomial", "mu alpha", _generalized_negative_binomial,
    "The probability by the negative binomial distribution of mean *mu* and dispersion *alpha*.",
    samples=(Sample((_COUNTS, (2,), (2,))),),
)  # fmt: skip


@composite(
    "_random_pdf_dirichlet",
    aliases=("random_pdf_dirichlet",),
    domain=(0.3, 0.9),
    samples=(Sample(((2, 2, 3), (2, 3))), Sample(((3,), (3,)), {"is_log": True})),
)
def _random_pdf_dirichlet(sample: Array, alpha: Array, *, is_log: bool = False) -> Array:
    """The density of the Dirichlet distribution, whose numbers are the last axis.

    Raises
    ------
    MXNetError
        If the shapes do not fit: alpha has the first axes of the sample, and its last.
    """
    if not alpha.shape:
        raise MXNetError("Operator _random_pdf_dirichlet: alpha has shape [], expected an axis")
    (a,) = _fitting("_random_pdf_dirichlet", sample, 1, alpha=alpha)
    powers = F.sum(F.broadcast_mul(a - 1, F.log(sample)), axis=-1)
    scale = F.gammaln(F.sum(a, axis=-1)) - F.sum(F.gammaln(a), axis=-1)
    result = F.broadcast_add(powers, scale) if len(sample.shape) > 1 else powers + scale
    return _density(result, is_log)
