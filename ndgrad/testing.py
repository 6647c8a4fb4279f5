"""Checks of operators and gradients, for ndgrad's own tests and for users' kernels.

Gradients are held against finite differences along one random direction: one number for any number
of inputs, which still fails for any wrong derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import autograd
from .array.ndarray import NDArray
from .base import DTypeLike, HostArray, as_dtype, public_names
from .metric.base import on_host
from .ops.table import F, Op, Sample
from .tape import Leaf, topological_order

if TYPE_CHECKING:
    from .typing import ArrayLike

__all__ = ["TOLERANCES", "assert_close", "check_gradients", "sample_inputs", "tolerance"]
__dir__ = public_names(globals())

TOLERANCES: dict[str, tuple[float, float]] = {
    "float16": (4e-3, 2e-3),
    "bfloat16": (3.2e-2, 1.6e-2),
    "float32": (2e-5, 2e-6),
    "float64": (1e-9, 1e-11),
}
"""Relative and absolute tolerance by dtype; integers and bool must be equal."""

# Of the five-point difference: its error is of the order of 1e-11 for smooth functions.
_STEP = 2e-3
_DIFFERENCE = (3e-7, 3e-8)


def tolerance(dtype: DTypeLike) -> tuple[float, float]:
    """Relative and absolute tolerance for values of *dtype*."""
    name = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    return TOLERANCES.get(name, (0.0, 0.0))


def assert_close(
    actual: ArrayLike, expected: ArrayLike, *, what: str = "", dtype: DTypeLike | None = None
) -> None:
    """Assert equal shapes, and values equal within the tolerance of the dtype; NaN equals NaN.

    Parameters
    ----------
    actual, expected : NDArray or array-like
    what : str
        Put before the message.
    dtype : optional
        Whose tolerance to use; by default that of *actual*.
    """
    a, b = on_host(actual), on_host(expected)
    relative, absolute = tolerance(a.dtype if dtype is None else dtype)
    assert a.shape == b.shape, f"{what}: shape {a.shape}, expected {b.shape}"
    np.testing.assert_allclose(
        a.astype("float64"), b.astype("float64"), rtol=relative, atol=absolute, err_msg=what
    )


def sample_inputs(
    op: Op, sample: Sample, dtype: DTypeLike = "float64", seed: int = 0
) -> list[NDArray]:
    """Arrays for *sample*: random in the operator's domain where it gives a shape.

    Values keep away from each other and from 0, so that differences do not straddle a kink.
    """
    dtype = as_dtype(dtype, op="sample_inputs")
    generator = np.random.default_rng(seed)
    low, high = op.domain
    sizes = [math.prod(given) if isinstance(given, tuple) else 0 for given in sample.args]
    # Strata of equal width, shuffled: no two values are close, in one array or in two.
    count = max(sum(sizes), 1)
    places = generator.permutation(np.arange(count) + generator.uniform(0.25, 0.75, count)) / count
    values = low + (high - low) * places
    values[np.abs(values) < 0.02] = 0.02
    arrays = []
    for given, size in zip(sample.args, sizes, strict=True):
        if isinstance(given, tuple):
            host, values = values[:size].reshape(given), values[size:]
        else:
            host = np.asarray(given)
        kept = (
            isinstance(given, np.ndarray) and host.dtype != np.float64
        )  # the operator takes no other dtype
        arrays.append(NDArray._from_numpy(host if kept else host.astype(dtype), None))
    return arrays


def check_gradients(
    function: Callable[..., NDArray | Sequence[NDArray]],
    inputs: Sequence[NDArray],
    *,
    order: int = 1,
    variables: Sequence[int] | None = None,
    seed: int = 0,
    what: str = "",
) -> None:
    """Hold derivatives of every order up to *order* against finite differences.

    Parameters
    ----------
    function : callable
        Of arrays; returns an array or a list of them.  It must be deterministic.
    inputs : sequence of NDArray
        float64 arrays at which to check.
    order : int
        How many times to differentiate.
    variables : sequence of int, optional
        Which inputs to differentiate by; by default all.

    Raises
    ------
    AssertionError
        If a derivative is wrong; the message says of which order.
    """
    chosen = range(len(inputs)) if variables is None else variables
    generator = np.random.default_rng(seed)
    values = [x.asnumpy() for x in inputs]
    directions = [generator.uniform(0.5, 1.5, v.shape) * generator.choice([-1, 1]) for v in values]
    weights: list[NDArray] = []

    def weighted(arrays: list[NDArray]) -> NDArray:
        made = function(*arrays)
        results = [made] if isinstance(made, NDArray) else list(made)
        if not weights:
            weights.extend(
                NDArray._from_numpy(generator.uniform(0.5, 1.5, r.shape).astype(r.dtype), None)
                for r in results
            )
        return _total([F.sum(w * r) for w, r in zip(weights, results, strict=True)])

    def derived(of: Callable[[list[NDArray]], NDArray]) -> Callable[[list[NDArray]], NDArray]:
        def along(arrays: list[NDArray]) -> NDArray:
            gradients = _gradients(of(arrays), [arrays[i] for i in chosen])
            terms = [
                F.sum(NDArray._from_numpy(directions[i], None) * gradient)
                for i, gradient in zip(chosen, gradients, strict=True)
                if gradient is not None
            ]
            return _total(terms)

        return along

    current: Callable[[list[NDArray]], NDArray] = weighted
    for k in range(1, order + 1):
        following = derived(current)
        exact = _value(following, values, chosen)

        def at(step: float, of: Callable[[list[NDArray]], NDArray] = current) -> float:
            moved = [v + step * directions[i] if i in chosen else v for i, v in enumerate(values)]
            return _value(of, moved, chosen)

        h = _STEP
        difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        scale = max(abs(exact), abs(difference), abs(at(0.0)))
        assert abs(exact - difference) <= _DIFFERENCE[0] * scale + _DIFFERENCE[1], (
            f"{what}{': ' if what else ''}derivative of order {k} is {exact!r}, finite differences "
            f"say {difference!r}"
        )
        current = following


def _total(terms: list[NDArray]) -> NDArray:
    if not terms:
        return NDArray._from_numpy(np.zeros(1), None)
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _value(
    function: Callable[[list[NDArray]], NDArray],
    values: Sequence[HostArray],
    variables: Sequence[int],
) -> float:
    arrays = [NDArray._from_numpy(v, None) for v in values]
    for i in variables:
        arrays[i].attach_grad()
    with autograd.record():
        return float(function(arrays))


def _gradients(head: NDArray, variables: list[NDArray]) -> list[NDArray | None]:
    """Recorded gradients; None for a variable that the head does not depend on."""
    if head._node is None or isinstance(head._node, Leaf):
        return [None] * len(variables)
    reachable = set(topological_order([head._node]))
    wanted = [x for x in variables if x._node in reachable]
    found = iter(autograd.grad(head, wanted, create_graph=True) if wanted else [])
    return [next(found) if x._node in reachable else None for x in variables]
