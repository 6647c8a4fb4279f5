"""Dead-code and common-subexpression elimination, copy propagation, and cutting backward out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence, Set

from ...kernels.spec.formula import formula
from .instructions import (
    Instruction,
    Map,
    Value,
    View,
    is_external,
    is_source,
    live,
    redirect,
    replaced,
    root,
)


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
    return x.dtype == y.dtype and x.shape == y.shape and not is_external(x)


def cost(instruction: Instruction) -> int:
    """Work of an element, in additions."""
    return formula(instruction.text).cost if isinstance(instruction, Map) else 1000


def partition(
    instructions: Sequence[Instruction],
    gradients: Sequence[Value],
    heads: Sequence[Value],
    held: Set[Value],
) -> tuple[list[Instruction], list[Value]]:
    """Cut backward out of a program of both directions.

    Sources in *held* must not be written to before backward, so it may read them.

    Returns
    -------
    backward : list of Instruction
        What the gradients need and forward need not do.
    saved : list of Value
        What backward reads of forward, sources included.
    """
    needed = live(instructions, gradients, keep_draws=False)
    late: set[Instruction] = {head.maker for head in heads}
    backward = []
    for instruction in needed:
        if any(x.maker in late for x in instruction.inputs):
            late.add(instruction)
            backward.append(instruction)
    own = set(backward) | {head.maker for head in heads}
    saved = _read(backward, gradients, own)
    # Rematerialisation: cheap element-wise work on what is saved anyway is not kept.
    made = {root(value)[0] for value in gradients}
    again: list[Instruction] = []
    while True:
        for value in list(saved):
            maker = value.maker
            if isinstance(maker, Map) and cost(maker) <= 2 and value not in made:
                roots = {root(x)[0] for x in maker.inputs}
                extra = [x for x in roots if x not in saved and not is_source(x)]
                if any(is_external(x) and x not in held for x in roots):
                    continue
                if sum(x.nbytes for x in extra) <= value.nbytes // 4:
                    own.add(maker)
                    again.append(maker)
                    saved = _read([*backward, *again], gradients, own)
                    break
        else:
            break
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
    return copies + sorted(backward, key=order.__getitem__), saved


def _read(
    instructions: Sequence[Instruction], wanted: Sequence[Value], own: set[Instruction]
) -> list[Value]:
    """What is read of what others make; of a view the memory that it is part of."""
    read = [x for instruction in instructions for x in instruction.inputs]
    roots = dict.fromkeys(root(x)[0] for x in (*read, *wanted))
    return [x for x in roots if x.maker not in own]
