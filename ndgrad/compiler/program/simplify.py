"""Dead-code and common-subexpression elimination, copy propagation, and cutting backward out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence, Set

from ...kernels.spec.formula import formula
from .instructions import (
    Instruction,
    Map,
    Value,
    View,
    is_external,
    is_shared,
    is_source,
    live,
    redirect,
    replaced,
    root,
)

_LARGE = 1 << 20  # bytes from which a value is not expected to stay in a core's cache
_CHEAP, _EXPENSIVE = 2, 24  # work for which a small and a large value are rematerialised, not read
_ARRAY = 4096  # what it costs to keep one more array from forward to backward, in additions


def eliminate(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], dict[Value, Value]]:
    """Eliminate dead code and common subexpressions, and propagate copies.

    Returns
    -------
    instructions : list of Instruction
    new : dict
        What took the place of values that are gone.
    """
    new: dict[Value, Value] = {}
    known: dict[object, Instruction] = {}
    kept: list[Instruction] = []
    for instruction in live(instructions, wanted):
        replaced(instruction, new)
        if isinstance(instruction, View):
            _compose(instruction)
            (x,), (y,) = instruction.inputs, instruction.outputs
            if instruction.offset == 0 and x.shape == y.shape:
                new[y] = x
                continue
        elif isinstance(instruction, Map) and _copies(instruction):
            new[instruction.outputs[0]] = instruction.inputs[0]
            continue
        key = instruction.key()
        if key is not None:
            same = known.setdefault(key, instruction)
            if same is not instruction:
                new.update(zip(instruction.outputs, same.outputs, strict=True))
                continue
        kept.append(instruction)
    return kept, new


def _compose(view: View) -> None:
    """Let a view of a view look at the memory itself."""
    (x,) = view.inputs
    while isinstance(x.maker, View):
        view.offset += x.maker.offset
        (x,) = x.maker.inputs
    view.inputs = (x,)


def _copies(instruction: Map) -> bool:
    """Whether a map only copies: every value is made once, so a copy is the value itself.

    A copy of memory from outside stays: it holds what was there before it was written to.
    """
    if instruction.text != "x" or len(instruction.inputs) != 1:
        return False
    x, y = instruction.inputs[0], instruction.outputs[0]
    return x.dtype == y.dtype and x.shape == y.shape and not is_shared(x)


def cost(instruction: Instruction) -> int:
    """Work of an element, in additions."""
    return formula(instruction.text).cost if isinstance(instruction, Map) else 1000


def worth_recomputing(value: Value) -> int:
    """Work of an element up to which *value* is rematerialised rather than read again."""
    return _EXPENSIVE if value.nbytes > _LARGE else _CHEAP


def partition(
    instructions: Sequence[Instruction],
    gradients: Sequence[Value],
    heads: Sequence[Value],
    held: Set[Value],
    results: Iterable[Value],
) -> tuple[list[Instruction], list[Value], set[Value]]:
    """Cut backward out of a program of both directions.

    Sources in *held* must not be written to before backward, so it may read them.  *results* are
    stored by forward in any case.

    Returns
    -------
    backward : list of Instruction
        What the gradients need and forward need not do.
    saved : list of Value
        What backward reads of forward, sources included.
    copied : set of Value
        Sources among those that may be written to before backward.
    """
    needed = live(instructions, gradients, keep_draws=False)
    late: set[Instruction] = {head.maker for head in heads}
    backward = []
    for instruction in needed:
        if any(x.maker in late for x in instruction.inputs):
            late.add(instruction)
            backward.append(instruction)
    read = _read(backward, gradients, set(backward) | {head.maker for head in heads})
    again, saved, copied = _recomputed(instructions, gradients, read, held, results)
    # Forward makes them too, and the programs must not share what they are free to change.
    order = {instruction: i for i, instruction in enumerate(instructions)}
    new: dict[Value, Value] = {}
    copies: list[Instruction] = []
    for maker in sorted(again, key=order.__getitem__):
        copy = dataclasses.replace(maker)
        redirect(copy, new)
        (out,) = maker.outputs
        new[out] = copy.make((out.shape, out.dtype))
        copies.append(copy)
    for instruction in backward:
        redirect(instruction, new)
    return copies + sorted(backward, key=order.__getitem__), list(saved), copied


def _recomputed(
    instructions: Sequence[Instruction],
    gradients: Sequence[Value],
    read: Iterable[Value],
    held: Set[Value],
    results: Iterable[Value],
) -> tuple[set[Map], dict[Value, None], set[Value]]:
    """Rematerialisation: maps that backward does again, what is saved instead, and `copied`.

    Values are taken youngest first, so that what one is made of may be recomputed in its turn.
    A source that may be written to before backward is copied if that saves four times its memory.
    """
    wanted = {root(value)[0] for value in gradients}
    stored = {root(value)[0] for value in results}
    refused: set[Value] = set()
    while True:
        again: set[Map] = set()
        saved = dict.fromkeys(read)
        worth: dict[Value, int] = {}  # copied sources, and the memory that they save
        for maker in reversed(instructions):
            value = next(iter(maker.outputs), None)
            if not isinstance(maker, Map) or value not in saved or value in wanted:
                continue
            limit = _CHEAP if value in stored else worth_recomputing(value)
            if value.size and value not in stored:
                limit += _ARRAY // value.size
            needed: dict[Map, None] = {}
            leaves: dict[Value, None] = {}
            if not _closure(value, limit, saved.keys(), again, needed, leaves):
                continue
            copied = {x for x in leaves if is_external(x) and x not in held}
            kept = sum(x.nbytes for x in leaves if not is_source(x))
            if kept > value.nbytes // 4 or not refused.isdisjoint(copied):
                continue
            again |= needed.keys()
            del saved[value]
            saved.update(leaves)
            for x in copied:
                worth[x] = worth.get(x, 0) + value.nbytes
        useless = {x for x in worth if x.nbytes > worth[x] // 4}
        if not useless:
            return again, saved, set(worth)
        refused |= useless


def _closure(
    value: Value,
    limit: int,
    saved: Set[Value],
    again: Set[Map],
    needed: dict[Map, None],
    leaves: dict[Value, None],
) -> bool:
    """Collect the maps that make *value* of *saved* values, and sources and others: the *leaves*.

    False if they cost more than *limit*.
    """
    pending = [value]
    while pending:
        maker = pending.pop().maker
        assert isinstance(maker, Map)
        needed[maker] = None
        limit -= cost(maker)
        if limit < 0:
            return False
        for x in maker.inputs:
            base = root(x)[0]
            if base.maker in again or base.maker in needed:
                continue
            if base in saved and not is_source(base):  # not *value*, which is made of it
                continue
            if isinstance(base.maker, Map) and base.nbytes > value.nbytes // 4:
                pending.append(base)
            else:
                leaves[base] = None
    return True


def _read(
    instructions: Sequence[Instruction], wanted: Sequence[Value], own: set[Instruction]
) -> dict[Value, None]:
    """What is read of what others make; of a view the memory that it is part of."""
    read = [x for instruction in instructions for x in instruction.inputs]
    roots = dict.fromkeys(root(x)[0] for x in (*read, *wanted))
    return {x: None for x in roots if x.maker not in own}
