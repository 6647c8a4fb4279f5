"""MXNet's codes for new shapes: 0, -1, -2, -3 and -4."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import SupportsIndex

from ...base import MXNetError, Shape


def inferred_shape(
    op: str, shape: Shape, codes: Sequence[SupportsIndex], reverse: bool = False
) -> Shape:
    """The shape that *codes* mean for an array of *shape*.

    0 keeps a length, -1 infers one from the others, -2 keeps all lengths that are left, -3 joins
    the next two, -4 splits the next one into the two numbers that follow (one may be -1).

    Parameters
    ----------
    reverse : bool
        Match lengths and codes from the right.

    Returns
    -------
    tuple of int
        Where a -1 cannot be inferred evenly, it is rounded down: the caller compares sizes.

    Raises
    ------
    MXNetError
        If a code is unknown or does not fit.
    """
    numbers = [operator.index(code) for code in codes]
    lengths = list(shape)
    if reverse:
        numbers.reverse()
        lengths.reverse()

    result: list[int] = []
    position, i, inferred = 0, 0, -1

    def wrong(text: str) -> MXNetError:
        return MXNetError(
            f"Operator {op}: shape={tuple(codes)} does not fit an array of shape {shape}: {text}"
        )

    def take(count: int, code: int) -> list[int]:
        nonlocal position
        if position + count > len(lengths):
            raise wrong(f"there is no axis left for {code}")
        position += count
        return lengths[position - count : position]

    while i < len(numbers):
        code = numbers[i]
        i += 1
        if code > 0:
            result.append(code)
            position += 1
        elif code == 0:
            result += take(1, 0)
        elif code == -1:
            if inferred >= 0:
                raise wrong("one and only one dim can be inferred")
            inferred = len(result)
            result.append(1)
            position += 1
        elif code == -2:
            result += lengths[position:]
            position = max(position, len(lengths))
        elif code == -3:
            result.append(math.prod(take(2, -3)))
        elif code == -4:
            if i + 2 > len(numbers):
                raise wrong("-4 must be followed by two lengths")
            (whole,) = take(1, -4)
            one, two = numbers[i : i + 2]
            i += 2
            if one == two == -1:
                raise wrong("split dims cannot both be -1")
            one = whole // two if one == -1 and two else one
            two = whole // one if two == -1 and one else two
            if min(one, two) < 0 or one * two != whole:
                raise wrong(f"split dims {one}, {two} do not divide original dim {whole}")
            result += [one, two]
        else:
            raise wrong(f"no such code: {code}")
    if inferred >= 0:
        rest = math.prod(result)
        result[inferred] = math.prod(shape) // rest if rest else 0
    if reverse:
        result.reverse()
    return tuple(result)
