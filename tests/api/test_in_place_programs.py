"""Random programs of writes while recording, compared with a model in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ndgrad as mx
from ndgrad import autograd, nd


class Dual:
    """Values and their derivatives in NumPy memory, of which slices are views: the model."""

    def __init__(self, value: Any, slope: Any) -> None:
        self.value, self.slope = value, slope

    def part(self, key: Any) -> Dual:
        value = self.value[key]
        if value.flags.c_contiguous:
            return Dual(value, self.slope[key])
        return Dual(value.copy(), self.slope[key].copy())

    def reshape(self, shape: Any) -> Dual:
        value = self.value.reshape(shape)
        return Dual(value, self.slope.reshape(*value.shape, self.slope.shape[-1]))


SHAPE = (4, 3)
KEYS: list[Any] = [
    np.s_[0:2],
    np.s_[1:],
    np.s_[:],
    np.s_[2],
    np.s_[:, 1:],
    np.s_[::2],
    np.s_[1, :2],
]
INDICES: list[Any] = [[0, 1, 0], [1], (slice(None), [0, 0, 1]), ([0, 1, 0], [1, 0, 1])]


def program(seed: int, recorded: bool = True) -> Callable[[nd.NDArray], Any]:
    """A program of views, writes and reads; with *model*, what it computes by the model."""

    def run(x: Any, model: bool = False) -> Any:
        rng = np.random.default_rng(seed)
        if model:
            n = x.size
            whole = Dual(x.copy().reshape(SHAPE), np.eye(n).reshape(*SHAPE, n))
            arrays = [Dual(whole.value * 2, whole.slope * 2)]
            arrays.append(Dual(np.zeros(SHAPE), np.zeros((*SHAPE, n))))
        else:
            whole = x.reshape(SHAPE)
            arrays = [whole * 2, nd.zeros(SHAPE, dtype="float64")]
        total: Any = Dual(np.zeros(1), np.zeros((1, x.size))) if model else x.sum() * 0

        def copied(y: Any, shape: Any) -> Any:
            """A smooth function of an element of *y* and of those of x, of a shape."""
            k = rng.integers(12)
            if not model:
                flat = x[int(k) : int(k) + 1] * y.reshape((-1,))[0:1].copy()
                return nd.broadcast_to(nd.tanh(flat).reshape((1,) * len(shape)), shape=shape)
            first = y.value.reshape(-1)[:1], y.slope.reshape(-1, x.size)[:1]
            value, row = np.tanh(x[k] * first[0]), x[k] * first[1] + first[0] * np.eye(x.size)[k]
            slope = (1 - value**2)[:, None] * row
            return Dual(
                np.broadcast_to(value, shape), np.broadcast_to(slope.reshape(-1), (*shape, x.size))
            )

        for _ in range(int(rng.integers(3, 14))):
            target = arrays[rng.integers(len(arrays))]
            shape = target.value.shape if model else target.shape
            source = arrays[rng.integers(len(arrays))]
            kind = rng.choice(["view", "reshape", "drop", "set", "put", "number", "arithmetic",
                               "factor", "itself", "part", "out", "read", "pause"])  # fmt: skip
            key = KEYS[rng.integers(len(KEYS))]
            try:
                if not np.empty(shape)[key].shape or not np.empty(shape)[key].size:
                    continue
            except IndexError:
                continue
            if kind == "view":
                arrays.append(target.part(key) if model else target[key])
            elif kind == "reshape":
                arrays.append(target.reshape((-1, 1)))
            elif kind == "drop":
                if len(arrays) > 2:
                    arrays.pop(int(rng.integers(len(arrays))))
            elif kind == "set":
                value = copied(source, np.empty(shape)[key].shape)
                if model:
                    target.value[key], target.slope[key] = value.value, value.slope
                else:
                    target[key] = value
            elif kind == "put":
                index = INDICES[rng.integers(len(INDICES))]
                try:
                    picked = np.empty(shape)[index].shape
                except IndexError:
                    continue
                # Different values, so that it shows which of equal indices counts.
                value = copied(source, picked)
                scale = np.arange(1.0, np.prod(picked) + 1).reshape(picked)
                if model:
                    target.value[index] = value.value * scale
                    target.slope[index] = value.slope * scale[..., None]
                else:
                    target[index] = value * nd.array(scale, dtype="float64")
            elif kind == "number":
                if model:
                    target.value[key], target.slope[key] = 0.5, 0
                else:
                    target[key] = 0.5
            elif kind == "arithmetic":
                value, minus = copied(source, shape), bool(rng.integers(2))
                if model:
                    sign = -1 if minus else 1
                    target.value[...] += sign * value.value
                    target.slope[...] += sign * value.slope
                elif minus:
                    target -= value
                else:
                    target += value
            elif kind == "factor":
                value = copied(source, shape)
                if model:
                    slope = target.slope * value.value[..., None]
                    target.slope[...] = slope + value.slope * target.value[..., None]
                    target.value[...] *= value.value
                else:
                    target *= value
            elif kind == "itself":
                if model:
                    target.slope[...] = 2 * target.slope * target.value[..., None]
                    target.value[...] *= target.value.copy()
                else:
                    target *= target
            elif kind == "part":
                if model:
                    target.value[key] += 2
                    target.value[key] /= 4
                    target.slope[key] /= 4
                else:
                    target[key] += 2
                    target[key] /= 4
            elif kind == "out":
                value = copied(source, shape)
                if model:
                    target.value[...], target.slope[...] = value.value, value.slope
                else:
                    nd.identity(value, out=target)
            elif kind == "read":
                value = copied(target, (1,))
                if model:
                    total.value += value.value
                    total.slope += value.slope
                else:
                    total = total + value
            elif recorded:
                if model:
                    target.value[key] = 2
                else:
                    with autograd.pause():
                        target[key] = 2
        for i, array in enumerate(arrays):
            if model:
                total.value += (i + 1) * array.value.sum()
                total.slope += (i + 1) * array.slope.reshape(-1, x.size).sum(axis=0)
            else:
                total = total + (i + 1) * array.sum()
        return total

    return run


POINT = np.linspace(-1.2, 1.4, 12)


def agrees(function: Callable[[Any], Any], seed: int) -> None:
    expected = program(seed)(POINT, model=True)
    x = nd.array(POINT, dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    np.testing.assert_allclose(y.asnumpy(), expected.value, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(x.grad.asnumpy(), expected.slope[0], rtol=1e-9, atol=1e-9)


@given(st.integers(0, 1 << 30))
@settings(max_examples=150)
def test_random_programs(seed: int) -> None:
    agrees(program(seed), seed)


@pytest.mark.full_compiled
@given(st.integers(0, 1 << 30))
@settings(max_examples=40)
def test_random_programs_compiled(seed: int) -> None:
    agrees(mx.compile(program(seed)), seed)
