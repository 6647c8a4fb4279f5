"""What kernels are compiled for."""

import numba
import numpy as np
import pytest

from ndgrad.kernels.build.launch import type_of


def _read_only():
    x = np.arange(3)
    x.flags.writeable = False
    return x


@pytest.mark.parametrize(
    "x",
    [
        *(np.zeros((3, 4), dtype) for dtype in ("float32", "float16", "int8", "bool", "uint64")),
        *(np.zeros((3, 4)).T, np.zeros((3, 4))[:, 1:], np.zeros((1, 3)), np.zeros(())),
        *(_read_only(), np.float32(1), np.uint64(3), 3, 2.5, True, (1, 2)),
    ],
)
def test_types_are_those_that_numba_finds(x):
    assert type_of(x) == numba.typeof(x)
