"""Einstein summation against NumPy's, and its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.testing import assert_close

RNG = np.random.default_rng(2)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("ba", [(2, 3)]),
        ("ij->ij", [(2, 3)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("iji->j", [(3, 2, 3)]),
        ("iii->i", [(2, 2, 2)]),
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
        ("...ij,...jk->...ik", [(5, 1, 3, 4), (2, 4, 2)]),
        ("i...,...j->...", [(2, 3), (3, 2)]),
        ("i,j->ij", [(2,), (3,)]),
        ("i,i->i", [(3,), (3,)]),
        ("i,i", [(3,), (1,)]),
        ("ij,ik->", [(2, 3), (2, 4)]),
        ("ab,bc,cd,d->a", [(2, 3), (3, 4), (4, 2), (2,)]),
        ("abc,cd,be->ade", [(2, 3, 4), (4, 2), (3, 2)]),
        (" i j , j -> i ", [(2, 0), (0,)]),
        ("ij->", [(2, 3)]),
        ("...->...", [(2, 3)]),
    ],
)
def test_einsum_is_numpys(subscripts: str, shapes: list[tuple[int, ...]]) -> None:
    arrays = [RNG.normal(size=shape) for shape in shapes]
    y = nd.einsum(subscripts, *[nd.array(x, dtype="float64") for x in arrays])
    assert_close(y, np.atleast_1d(np.einsum(subscripts, *arrays)))


def test_a_result_is_no_operand() -> None:
    x = nd.ones((2, 3))
    y = nd.einsum("ij->ij", x)
    y[:] = 2
    assert x.sum().asscalar() == 6


@pytest.mark.parametrize(
    ("subscripts", "shapes", "says"),
    [
        ("ij,jk->ik", [(2, 3)], "expected 2 arrays"),
        ("ij->ik", [(2, 3)], "expected letters of the arrays after"),
        ("ij->ii", [(2, 3)], "each of them once"),
        ("ij", [(2, 3, 4)], "a letter for each axis"),
        ("i1", [(2, 3)], "a letter for each axis"),
        ("ij,jk", [(2, 3), (4, 2)], "'j' stands for axes of 3 and 4 elements"),
        ("ij...", [(2,)], "a letter for each axis"),
        (3, [(2,)], "expected a string"),
    ],
)
def test_errors(subscripts: Any, shapes: list[tuple[int, ...]], says: str) -> None:
    with pytest.raises(mx.MXNetError, match=f"einsum: subscripts=.*{says}"):
        nd.einsum(subscripts, *[nd.ones(shape) for shape in shapes])
