"""Columns of a matrix as operands of element-wise loops."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ...memory.device import Buffer

NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


class Columns(NamedTuple):
    """So many columns of a matrix: the elements from *start* on in each row of *step* elements."""

    buffer: Buffer
    step: int
    start: int = 0
