"""Pooling against windows that are taken one by one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def pooled(
    x: Any,
    kernel: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    kind: str,
    convention: str = "valid",
    count_pad: bool = True,
) -> Any:
    lengths = x.shape[2:]
    places, begin = [], []
    for n, k, s, p in zip(lengths, kernel, stride, pad, strict=True):
        room = n + 2 * p - k
        if convention == "same":
            places.append(-(-n // s))
            begin.append(max(0, (places[-1] - 1) * s + k - n) // 2)
        else:
            places.append((room // s if convention == "valid" else -(-room // s)) + 1)
            begin.append(p)
    y = np.zeros((*x.shape[:2], *places))
    for place in itertools.product(*map(range, places)):
        starts = [i * s - p for i, s, p in zip(place, stride, begin, strict=True)]
        ends = [
            min(a + k, n + p) for a, k, n, p in zip(starts, kernel, lengths, begin, strict=True)
        ]
        inside = [
            slice(max(a, 0), min(b, n)) for a, b, n in zip(starts, ends, lengths, strict=True)
        ]
        window = x[(slice(None), slice(None), *inside)].reshape(*x.shape[:2], -1)
        count = np.prod([b - a for a, b in zip(starts, ends, strict=True)])
        y[(slice(None), slice(None), *place)] = {
            "max": lambda w=window: w.max(axis=2),
            "sum": lambda w=window: w.sum(axis=2),
            "avg": lambda w=window, c=count: w.sum(axis=2) / (c if count_pad else w.shape[2]),
            "lp": lambda w=window: np.sqrt((w * w).sum(axis=2)),
        }[kind]()
    return y


SHAPES = {
    "one axis": ((3, 2, 9), (3,), (2,), (1,)),
    "two axes": ((2, 3, 7, 8), (3, 2), (2, 1), (1, 0)),
    "three axes": ((1, 2, 4, 6, 6), (2, 2, 3), (1, 2, 2), (0, 1, 1)),
    "steps wider than windows": ((1, 1, 11, 10), (2, 2), (3, 4), (0, 0)),
}


@pytest.mark.parametrize("convention", ["valid", "full", "same"])
@pytest.mark.parametrize("kind", ["max", "avg", "avg inside", "sum", "lp"])
@pytest.mark.parametrize("form", SHAPES.values(), ids=SHAPES)
def test_value_and_gradient(form: Any, kind: str, convention: str) -> None:
    shape, kernel, stride, pad = form
    name, count_pad = kind.split()[0], "inside" not in kind
    x = normal(*shape)
    facts = {"kernel": kernel, "stride": stride, "pad": pad, "pool_type": name}
    facts |= {"pooling_convention": convention, "count_include_pad": count_pad, "p_value": 2}
    data = nd.array(x, dtype="float64")
    data.attach_grad()
    with autograd.record():
        y = nd.Pooling(data, **facts)
    numbers = kernel, stride, pad, name, convention, count_pad
    expected = pooled(x, *numbers)
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12, atol=1e-12)
    head, along, h = normal(*expected.shape, seed=1), normal(*shape, seed=2), 1e-6
    y.backward(nd.array(head, dtype="float64"))
    change = (pooled(x + h * along, *numbers) - pooled(x - h * along, *numbers)) / (2 * h)
    np.testing.assert_allclose(
        (data.grad.asnumpy() * along).sum(), (change * head).sum(), rtol=1e-5
    )


@pytest.mark.parametrize("kind", ["max", "avg", "sum", "lp"])
def test_of_the_whole_image(kind: str) -> None:
    x = normal(2, 3, 4, 5)
    y = nd.Pooling(nd.array(x), global_pool=True, pool_type=kind, p_value=2, kernel=(2, 2))
    np.testing.assert_allclose(y.asnumpy(), pooled(x, (4, 5), (1, 1), (0, 0), kind), rtol=1e-5)


def test_channels_last() -> None:
    x = normal(2, 5, 6, 3)
    y = nd.Pooling(nd.array(x), kernel=(2, 3), pool_type="avg", layout="NHWC").asnumpy()
    first = pooled(np.moveaxis(x, -1, 1), (2, 3), (1, 1), (0, 0), "avg")
    np.testing.assert_allclose(np.moveaxis(y, -1, 1), first, rtol=1e-5, atol=1e-6)


def test_a_greatest_element_is_no_nan_and_the_first_of_equal_ones() -> None:
    x = nd.array([[[1, np.nan, 3, 3, np.nan, np.nan, -np.inf, -np.inf]]])
    x.attach_grad()
    with autograd.record():
        y = nd.Pooling(x, kernel=(2,), stride=(2,))
    y.backward(nd.array([[[1, 2, 3, 4]]]))
    np.testing.assert_array_equal(y.asnumpy().ravel(), [1, 3, -np.inf, -np.inf])
    np.testing.assert_array_equal(x.grad.asnumpy().ravel(), [1, 0, 2, 0, 0, 0, 4, 0])


def test_a_norm_of_zeros_has_the_gradient_0() -> None:
    for power in (2, 3):
        x = nd.zeros((1, 1, 4))
        x.attach_grad()
        with autograd.record():
            y = nd.Pooling(x, kernel=(2,), pool_type="lp", p_value=power)
        y.backward()
        assert not x.grad.asnumpy().any()


def test_numbers_for_more_axes_than_there_are_are_ignored() -> None:
    x = nd.arange(16).reshape((1, 1, 4, 4))
    y = nd.Pooling(x, kernel=(2, 2), stride=(2, 2, 9), pad=(0, 0, 9))
    assert y.tolist() == nd.Pooling(x, kernel=(2, 2), stride=(2, 2)).tolist()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"kernel": (9, 9)}, "kernel"),
        ({"pad": (2, 0)}, "pad"),
        ({"kernel": (2,)}, "data"),
        ({"kernel": ()}, "kernel"),
        ({"pool_type": "median"}, "pool_type"),
        ({"pool_type": "lp"}, "p_value"),
        ({"pooling_convention": "half"}, "pooling_convention"),
        ({"stride": (0, 1)}, "stride"),
    ],
)
def test_what_does_not_fit_is_named(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(mx.MXNetError, match=says):
        nd.Pooling(nd.ones((1, 1, 4, 4)), **{"kernel": (2, 2), **arguments})


@pytest.mark.parametrize("places", [1, 3, 4])
def test_the_first_greatest_number_of_few_or_many_windows(places: int) -> None:
    random = np.random.default_rng(places)
    values = random.integers(-3, 3, (4, 1, 5, places + 4)).astype("float32")
    values[random.random(values.shape) < 0.3] = np.nan
    values[1] = -np.inf
    values[1, 0, 0, 0] = np.nan
    x = nd.array(values)
    x.attach_grad()
    with autograd.record():
        y = nd.Pooling(x, kernel=(5, 5), stride=(1, 1), pool_type="max")
    y.backward()
    expected, gradient = np.empty((4, 1, 1, places), "float32"), np.zeros_like(values)
    for n, j in np.ndindex(4, places):
        window = values[n, 0, :, j : j + 5]
        expected[n, 0, 0, j] = np.nanmax(window)
        row, column = np.argwhere(window == np.nanmax(window))[0]
        gradient[n, 0, row, j + column] += 1
    np.testing.assert_array_equal(y.asnumpy(), expected)
    np.testing.assert_array_equal(x.grad.asnumpy(), gradient)
