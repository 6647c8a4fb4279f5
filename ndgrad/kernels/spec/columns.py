"""Columns of a matrix as operands of element-wise loops, and products between such loops."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ...memory.device import Buffer

NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


class Columns(NamedTuple):
    """So many columns of a matrix: the elements from *start* on in each row of *step* elements.

    In a loop of several steps the matrix of each begins *advance* elements behind the one before.
    """

    buffer: Buffer
    step: int
    start: int = 0
    advance: int = 0

    def at(self, t: int) -> Columns:
        """The columns of one step."""
        return self._replace(start=self.start + t * self.advance)


class Product(NamedTuple):
    """``result = left @ weight``, or its transpose if *turned*; with *add* plus what result holds.

    *left* and *result* are whole matrices, of *k* and *n* columns, one for each step.
    """

    left: Columns
    weight: Buffer
    result: Columns
    n: int
    k: int
    turned: bool
    add: bool
