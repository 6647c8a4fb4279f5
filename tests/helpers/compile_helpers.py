"""What the tests of compiled code share: inputs, and scenarios run eagerly and compiled.

A scenario is a function of a decorator, with which it decorates what is to be compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED, SLOW

import ndgrad as mx
from ndgrad import nd
from ndgrad.testing import assert_close

Decorate = Callable[[Callable[..., Any]], Callable[..., Any]]
Scenario = Callable[[Decorate], Any]


class Programs(dict[str, Scenario]):
    """Scenarios by name; as a decorator it adds one."""

    def __call__(self, scenario: Scenario) -> Scenario:
        self[scenario.__name__] = scenario
        return scenario

    def cases(self, *compiled: Scenario, slow: Sequence[Scenario] = ()) -> list[Any]:
        """Parameters: *compiled* stand for all, which run as plain Python and with ``--full``.

        Those of *slow* do so with ``--slow``.
        """

        def when(scenario: Scenario) -> Any:
            if scenario in slow:
                return SLOW
            return () if scenario in compiled else FULL_COMPILED

        return [
            pytest.param(scenario, id=name, marks=when(scenario)) for name, scenario in self.items()
        ]


def some(*shape: int, dtype: str = "float64", scale: float = 0.1) -> nd.NDArray:
    """1, 2, 3 ... in a shape, scaled."""
    values = np.arange(1, 1 + np.prod(shape, dtype=int)).reshape(shape)
    return nd.array(values * scale, dtype=dtype)


def noise(*shape: int, seed: int = 0, dtype: str = "float32") -> nd.NDArray:
    return nd.array(np.random.default_rng((seed, *shape)).normal(size=shape), dtype=dtype)


def variables(*arrays: nd.NDArray) -> list[nd.NDArray]:
    for x in arrays:
        x.attach_grad()
    return list(arrays)


def values(result: Any) -> Any:
    """Arrays as nested lists, in the structure of *result*."""
    if isinstance(result, nd.NDArray):
        return result.asnumpy().tolist()
    if isinstance(result, dict):
        return {key: values(x) for key, x in result.items()}
    if isinstance(result, (list, tuple)):
        return [values(x) for x in result]
    return result


def flattened(result: Any) -> list[Any]:
    """Arrays and everything else in a nested result, in order."""
    if isinstance(result, dict):
        return [x for key, value in result.items() for x in (key, *flattened(value))]
    if isinstance(result, (list, tuple)):
        return [type(result), *[x for value in result for x in flattened(value)]]
    return [result]


def both(scenario: Scenario, seen: Callable[[Any], Any] = values) -> list[Any]:
    """What *scenario* gives, *seen* as values, eagerly and when `mx.compile` decorates."""
    found = []
    for decorate in (lambda function: function, mx.compile):
        mx.random.seed(11)
        found.append(seen(scenario(decorate)))
    return found


def agree(scenario: Scenario) -> Any:
    """Assert that both are equal, and return it."""
    eager, compiled = both(scenario)
    assert compiled == eager
    return eager


def agree_closely(scenario: Scenario) -> None:
    """Assert that both are equal but for the rounding of arrays' elements."""
    eager, compiled = both(scenario, flattened)
    assert len(compiled) == len(eager)
    for a, b in zip(compiled, eager, strict=True):
        if isinstance(b, nd.NDArray):
            assert a.shape == b.shape and a.dtype == b.dtype
            assert_close(a, b, what=scenario.__name__)
        else:
            assert a == b
