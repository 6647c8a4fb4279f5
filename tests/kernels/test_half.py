"""Conversions of bfloat16, for which there is no instruction, against those of ml_dtypes."""

from __future__ import annotations

import numpy as np

from ndgrad import nd
from ndgrad.base import bfloat16


def test_every_bfloat16_is_a_float32() -> None:
    bits = np.arange(2**16, dtype=np.uint16)
    x = nd.array(bits.view(bfloat16()), dtype="bfloat16").astype("float32").asnumpy()
    np.testing.assert_array_equal(x.view(np.uint32), bits.astype(np.uint32) << 16)


def test_floats_are_rounded_to_the_nearest_even_number() -> None:
    bits = np.random.default_rng(0).integers(2**32, size=50_000, dtype=np.uint32)
    near = np.arange(2**16, dtype=np.uint32)[::7] << 16
    bits = np.concatenate([bits, *[near | low for low in (0, 0x7FFF, 0x8000, 0x8001, 0xFFFF)]])
    x = bits.view(np.float32)
    y = nd.array(x).astype("bfloat16").asnumpy()
    with np.errstate(invalid="ignore"):
        expected = x.astype(bfloat16())
    np.testing.assert_array_equal(y.view(np.uint16), expected.view(np.uint16))


def test_arithmetic_is_that_of_float32() -> None:
    x = nd.random.normal(shape=200, dtype="bfloat16")
    wide = x.astype("float32")
    for y, z in ((nd.tanh(x), nd.tanh(wide)), (x.sum(), wide.sum())):
        np.testing.assert_array_equal(y.asnumpy(), z.astype("bfloat16").asnumpy())
