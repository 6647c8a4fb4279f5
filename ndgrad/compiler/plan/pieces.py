"""Cutting of groups that are too large for one kernel, at places that repeat.

What a loop of the user's program repeats is cut at the same place of each round, so the pieces are
kernels of one text, which are compiled once.  Windows of instructions are classified by prefix
doubling: two are of one class if they hold the same formulas, on operands as far back or from
outside of any kernel with them.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from ..program.instructions import Instruction, Map, Reduce, Value, positional, root

MOST = 128
"""Instructions of a kernel.  Beyond, compiling one takes seconds, and its values no registers."""

_MOST_ARRAYS = 40  # of a kernel: each takes as long to compile as some instructions
_DOUBLINGS = 5  # windows of 32 instructions


def pieces(
    members: Sequence[Instruction], stored: Container[Value], most_stored: int
) -> list[list[Instruction]]:
    """A group's instructions, in order, in as many kernels as they need.

    Parameters
    ----------
    members : sequence of Instruction
    stored : container of Value
        What others read of them.
    most_stored : int
        Such values of a kernel.
    """
    if len(members) <= MOST and _end(members, 0, stored, most_stored) == len(members):
        return [list(members)]
    classes = _classes(members)
    starts, anchors = [0], {classes[0]}
    while (end := _end(members, starts[-1], stored, most_stored)) < len(members):
        nearest = (starts[-1] + end) // 2
        end = next((i for i in range(end, nearest, -1) if classes[i] in anchors), end)
        anchors.add(classes[end])
        starts.append(end)
    stops = [*starts[1:], len(members)]
    return [list(members[a:b]) for a, b in zip(starts, stops, strict=True)]


def _end(
    members: Sequence[Instruction], start: int, stored: Container[Value], most_stored: int
) -> int:
    """Where a kernel that begins at *start* has to end at the latest."""
    own: set[Value] = set()
    read: set[tuple[Value, int]] = set()
    stores = 0
    for i in range(start, min(start + MOST, len(members))):
        places = map(root, members[i].inputs)
        read.update(place for place in places if place[0] not in own)
        own.update(members[i].outputs)
        stores += sum(value in stored for value in members[i].outputs)
        if i > start and (len(read) + stores > _MOST_ARRAYS or stores > most_stored):
            return i
    return min(start + MOST, len(members))


def _classes(members: Sequence[Instruction]) -> list[int]:
    """For each instruction the class of the window that begins with it."""
    place = {value: i for i, member in enumerate(members) for value in member.outputs}
    numbers: dict[object, int] = {}
    classes = [
        numbers.setdefault(_form(member, i, place), len(numbers))
        for i, member in enumerate(members)
    ]
    for doubling in range(_DOUBLINGS):
        numbers = {}
        seconds = [*classes[1 << doubling :], *[-1] * (1 << doubling)]
        classes = [
            numbers.setdefault(pair, len(numbers)) for pair in zip(classes, seconds, strict=False)
        ]
    return classes


def _form(member: Instruction, i: int, place: dict[Value, int]) -> object:
    """What *member*, number *i*, has in common with those that have its text in a kernel."""
    (out,) = member.outputs
    back = (i - place.get(root(x)[0], -MOST) for x in member.inputs)
    inputs = tuple(
        (x.shape, x.dtype, min(n, MOST)) for x, n in zip(member.inputs, back, strict=True)
    )
    if isinstance(member, Map):
        numbers = tuple(isinstance(x, Value) for _, x in member.operands)
        return positional(member.text), numbers, member.compute, out.shape, out.dtype, inputs
    assert isinstance(member, Reduce)
    return member.reduction, member.axes, out.shape, out.dtype, inputs
