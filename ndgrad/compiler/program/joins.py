"""Sums of arrays that are zero but for a part, as derivatives of slices are: one join of the parts.

So the gradient of an array of which each step of a loop reads a row is written once, row by row,
rather than added up as often as there are rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from .instructions import (
    Instruction,
    Join,
    Map,
    Operand,
    Value,
    live,
    positional,
    replaced,
    root,
    whole,
)

New = dict[Value, Value]
Parts = list[tuple[int, Value | None]]
"""Lengths, and what has them; None for zeros."""


def add_joins(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Let sums of joins whose parts do not overlap, but for zeros, be joins."""
    new: New = {}
    kept: list[Instruction] = []
    for instruction in instructions:
        replaced(instruction, new)
        made = _joined(instruction)
        kept += made or [instruction]
        if made:
            new[instruction.outputs[0]] = made[-1].outputs[0]
    return live(kept, [new.get(value, value) for value in wanted]), new


def _joined(instruction: Instruction) -> list[Instruction]:
    """Instructions that make the sum that *instruction* is, the join last; none if it is no such.

    Like the engine, which adds a part to zeros, they add zeros to a part of the second term.
    """
    if not isinstance(instruction, Map) or positional(instruction.text)[0] != "_0 + _1":
        return []
    (out,) = instruction.outputs
    joins = [_join_of(x, out) for _, x in instruction.operands]
    if len(joins) != 2 or joins[0] is None or joins[1] is None:
        return []
    first, second = joins[0], joins[1]
    rows = out.size // max(1, sum(first.lengths))
    if sum(first.lengths) != sum(second.lengths) or not rows:
        return []
    parts = _overlaid(_parts(first), _parts(second))
    if parts is None:
        return []
    names = [name for name, _ in instruction.operands]
    made: list[Instruction] = []

    def mapped(name: str, text: str, operands: tuple[tuple[str, Operand], ...], n: int) -> Value:
        step = Map(name=name, text=text, operands=operands, compute=instruction.compute)
        made.append(step)
        return step.make(((rows * n,), out.dtype))

    inputs = []
    for n, left, right in parts:
        if right is not None:
            terms = zip(names, (0 if left is None else left, right), strict=True)
            inputs.append(mapped(instruction.name, instruction.text, tuple(terms), n))
        elif left is not None:
            inputs.append(left)
        else:
            inputs.append(mapped("fill", "c", (("c", 0),), n))
    join = Join(inputs=tuple(inputs), lengths=tuple(n for n, _, _ in parts))
    join.make((out.shape, out.dtype))
    return [*made, join]


def _join_of(x: Operand, out: Value) -> Join | None:
    """The join that makes *x*, a term of *out* of its size and dtype."""
    if not isinstance(x, Value) or x.size != out.size or x.dtype != out.dtype:
        return None
    base = whole(x)
    return base.maker if base is not None and isinstance(base.maker, Join) else None


def _parts(join: Join) -> Parts:
    """The parts of a row of a join, zeros that lie side by side as one."""
    parts: Parts = []
    for n, x in zip(join.lengths, join.inputs, strict=True):
        part = None if _is_zero(x) else x
        if n and part is None and parts and parts[-1][1] is None:
            parts[-1] = parts[-1][0] + n, None
        elif n:
            parts.append((n, part))
    return parts


def _is_zero(x: Value) -> bool:
    maker = root(x)[0].maker
    return isinstance(maker, Map) and maker.text == "c" and maker.operands[0][1] == 0


def _overlaid(first: Parts, second: Parts) -> list[tuple[int, Value | None, Value | None]] | None:
    """Two ways to cut a row as one; None if one of them cuts a part of the other."""
    found: list[tuple[int, Value | None, Value | None]] = []
    behind = [first[::-1], second[::-1]]
    while behind[0]:
        (m, left), (n, right) = behind[0].pop(), behind[1].pop()
        length = min(m, n)
        if (m > length and left is not None) or (n > length and right is not None):
            return None
        found.append((length, left, right))
        for rest, more in zip(behind, (m - length, n - length), strict=True):
            if more:
                rest.append((more, None))
    return found
