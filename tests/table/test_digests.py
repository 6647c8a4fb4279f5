"""The same bits on every processor: this machine's results against recorded digests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import digests
import numpy as np
import pytest

from ndgrad.kernels import processor
from ndgrad.kernels.cpu import sums

pytestmark = [
    pytest.mark.compiled,
    pytest.mark.skipif(
        not processor.has_fma(), reason="this processor rounds products in sums twice"
    ),
]


RECORDED: dict[str, str] = json.loads(digests.RECORDED.read_text())


def check(made: dict[str, str]) -> None:
    assert made.keys() <= RECORDED.keys(), "run tests/helpers/digests.py --record"
    assert [name for name in made if made[name] != RECORDED[name]] == []


@pytest.mark.slow
def test_digests_of_some_larger_arrays() -> None:
    check(digests.digests("float32", some=True))


@pytest.mark.full
def test_digests() -> None:
    made = digests.digests(*digests.DTYPES)
    assert made.keys() == RECORDED.keys(), "run tests/helpers/digests.py --record"
    check(made)


@pytest.mark.full
@pytest.mark.skipif(
    processor.vector_bytes() < 64, reason="registers are no wider: test_digests has compared all"
)
@pytest.mark.parametrize("dtype", digests.DTYPES)
def test_digests_with_narrower_registers(dtype: str) -> None:
    """As on a processor that has AVX2 and FMA, but not AVX-512."""
    narrow = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+avx2,+fma,+f16c"}
    result = subprocess.run(
        [sys.executable, digests.__file__, "--dtypes", dtype],
        env=os.environ | narrow,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    check(json.loads(result.stdout))


def test_a_digest_tells_bits_apart() -> None:
    x = np.array([1.0, np.nan, 0.0])
    assert digests.digest(x) == digests.digest(np.array([1.0, -np.nan, 0.0]))
    for other in ([1.0, np.nan, -0.0], [np.nextafter(1.0, 2), np.nan, 0.0], [[1.0, np.nan, 0.0]]):
        assert digests.digest(x) != digests.digest(np.array(other))
    assert digests.digest(x) != digests.digest(x.astype("float32"))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 63, 64, 65, 1000, sums.PART])
def test_order_of_sums(size: int, dtype: str) -> None:
    """Sixteen lanes; of float32 four neighbours of a lane meet before; then halves meet."""
    from ndgrad.kernels.build.launch import kernel

    x = digests.numbers(size, dtype=dtype).asnumpy() if size else np.zeros(0, dtype)
    together = 4 if dtype == "float32" else 1
    step = together * sums.LANES
    whole = size - size % step
    lanes = np.zeros(sums.LANES)
    for group in x[:whole].reshape(-1, together, sums.LANES):
        lanes += (group[0] + group[1]) + (group[2] + group[3]) if together == 4 else group[0]
    for i in range(whole, size):
        lanes[i % sums.LANES] += x[i]
    while lanes.size > 1:
        lanes = lanes[: lanes.size // 2] + lanes[lanes.size // 2 :]
    assert kernel(_total)(x) == lanes[0]


def _total(x):  # type: ignore[no-untyped-def]
    return sums.total(x)
