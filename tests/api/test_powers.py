"""Derivatives of powers, of any order, also where the base is 0."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable
from forms import FULL, first

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.testing import tolerance

INF, NAN, UNDEFINED = float("inf"), float("nan"), 12345.0

# a, b, and of a**b the derivatives by a, by a twice, by b, by b twice.
POWERS_AT_KINKS = [
    (0, 0, 0, 0, -INF, UNDEFINED),
    (0, 0.5, INF, -INF, 0, 0),
    (0, 1, 1, 0, 0, 0),
    (0, 1.5, 0, INF, 0, 0),
    (0, 2, 0, 2, 0, 0),
    (0, 3, 0, 0, 0, 0),
    (0, 7, 0, 0, 0, 0),
    (0, -1, -INF, INF, -INF, UNDEFINED),
    (2, 0, 0, 0, np.log(2), np.log(2) ** 2),
    (2, 1, 1, 0, 2 * np.log(2), 2 * np.log(2) ** 2),
    (-2, 0, 0, 0, NAN, NAN),
    (-2, 3, 12, -12, NAN, NAN),
]


def power_derivatives(function: Any, x: Any, compiled: bool) -> list[Any]:
    """The first derivative, by backward and recorded, and the second."""
    if compiled:
        function = mx.compile(function)
    x = nd.array(x, dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    with autograd.record():
        (first,) = autograd.grad(function(x), x, create_graph=True)
    found = [x.grad.asnumpy(), first.asnumpy()]
    first.backward()
    return [*found, x.grad.asnumpy()]


def assert_derivatives(found: list[Any], *exact: Any) -> None:
    for value, wanted in zip(found, exact, strict=True):
        wanted = np.array(wanted, "float64")
        np.testing.assert_allclose(value, np.where(wanted == UNDEFINED, value, wanted), rtol=1e-14)


@pytest.mark.full_compiled
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("power", [operator.pow, nd.power], ids=["operator", "nd.power"])
@pytest.mark.parametrize("form", first("row", "array", "column"))
def test_derivatives_of_powers(form: str, power: Any, compiled: bool) -> None:
    a, b, by_a, by_a_twice, by_b, by_b_twice = np.array(POWERS_AT_KINKS, "float64").T
    whole = {"array": a.shape, "row": (3, a.size), "column": (a.size, 1)}[form]
    exact_a, exact_b = (by_a, by_a, by_a_twice), (by_b, by_b, by_b_twice)
    if form == "row":  # the variable is used three times
        threes = [np.where(x == UNDEFINED, x, 3 * x) for x in (*exact_a, *exact_b)]
        exact_a, exact_b = threes[:3], threes[3:]
    if form == "column":
        exact_a, exact_b = ([x.reshape(whole) for x in e] for e in (exact_a, exact_b))
        a, b = a.reshape(whole), b.reshape(whole)
    base, exponent = (nd.array(np.broadcast_to(x, whole), dtype="float64") for x in (a, b))
    assert_derivatives(power_derivatives(lambda x: power(x, exponent), a, compiled), *exact_a)
    assert_derivatives(power_derivatives(lambda x: power(base, x), b, compiled), *exact_b)


@pytest.mark.parametrize(
    ("kink", "compiled"),
    [(kink, False) for kink in POWERS_AT_KINKS]
    + [
        pytest.param(kink, True, marks=FULL if i else ())
        for i, kink in enumerate(POWERS_AT_KINKS[:5])
    ],
)
def test_derivatives_of_powers_by_numbers(kink: Any, compiled: bool) -> None:
    a, b, by_a, by_a_twice, by_b, by_b_twice = kink
    for power in (operator.pow, nd.power):
        found = power_derivatives(lambda x, f=power: f(x, b), [a], compiled)
        assert_derivatives(found, [by_a], [by_a], [by_a_twice])
        found = power_derivatives(lambda x, f=power: f(a, x), [b], compiled)
        assert_derivatives(found, [by_b], [by_b], [by_b_twice])


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, [3.0]])
def test_higher_orders_of_powers_at_0(exponent: Any) -> None:
    x = variable(0, dtype="float64")
    n = exponent if isinstance(exponent, int) else nd.array(exponent, dtype="float64")
    with autograd.record():
        value = x**n
        for order in range(1, 6):
            (value,) = autograd.grad(value, x, create_graph=True)
            k = int(exponent if isinstance(exponent, int) else exponent[0])
            assert value.asscalar() == (math.factorial(k) if order == k else 0)


@pytest.mark.parametrize("dtype", first("float64", "float16", "float32"))
def test_derivatives_of_powers_by_both(dtype: str) -> None:
    a = variable(0, 0, 0, 0, 2, 2, dtype=dtype)
    b = variable(0, 1, 2, 0.5, 0, 2, dtype=dtype)
    with autograd.record():
        y = a**b
        by_a, by_b = autograd.grad(y, [a, b], create_graph=True)
    y.backward()
    log = np.log(2.0)
    for found, exact in (
        (a.grad, [0, 1, 0, INF, 0, 4]),
        (by_a, [0, 1, 0, INF, 0, 4]),
        (b.grad, [-INF, 0, 0, 0, log, 4 * log]),
        (by_b, [-INF, 0, 0, 0, log, 4 * log]),
    ):
        np.testing.assert_allclose(found.asnumpy(), exact, rtol=tolerance(dtype)[0])


def test_mixed_derivatives_of_powers() -> None:
    a, b = variable(2, 2, 0, dtype="float64"), variable(0, 2, 3, dtype="float64")
    exact = [1 / 2, 2 + 4 * np.log(2.0), 0]  # (1 + b log a) a**(b - 1)
    for one, other in ((a, b), (b, a)):
        with autograd.record():
            (slope,) = autograd.grad(a**b, one, create_graph=True)
        slope.backward()
        np.testing.assert_allclose(other.grad.asnumpy(), exact, rtol=1e-14)


def test_a_condition_that_is_a_number_is_differentiable_again() -> None:
    x, y = variable(1, 2), variable(3, 4)
    for condition, exact in ((1, ([2, 4], [0, 0])), (0, ([0, 0], [6, 8]))):
        with autograd.record():
            z = nd.where(condition, x * x, y * y)
            slopes = autograd.grad(z, [x, y], create_graph=True)
        for slope, values in zip(slopes, exact, strict=True):
            np.testing.assert_array_equal(slope.asnumpy(), values)


def test_integer_power_has_gradients():
    a, b = nd.array([2, 3], dtype="int32"), nd.array([3, 2], dtype="int32")
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = nd.broadcast_power(a, b)
    y.backward()
    assert a.grad.asnumpy().tolist() == [12, 6]
    assert b.grad.asnumpy().tolist() == [5, 9]  # of 8 log 2 and 9 log 3, cut off on storing
