"""What can be had without changing a program's results: less of it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from ..kernels._codegen import formula
from ._program import (
    Instruction,
    Join,
    Map,
    Product,
    Strip,
    Value,
    View,
    is_source,
    live,
    may_change,
    place,
    positional,
    replaced,
    root,
)


def simplified(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], dict[Value, Value]]:
    """Without instructions that nobody needs or that make what another one made.

    Returns
    -------
    instructions : list of Instruction
    new : dict
        What took the place of values that are gone.
    """
    new: dict[Value, Value] = {}
    known: dict[Any, Instruction] = {}
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


def accumulated(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], dict[Value, Value]]:
    """Let sums of matrix products be made by the products: each adds to the one before.

    Returns what `simplified` does.
    """
    working = [i for i in instructions if not isinstance(i, (View, Strip))]
    places = [(*root(x), x.size) for i in working for x in i.inputs]
    places += [(*root(x), x.size) for x in wanted]
    uses = Counter(base for base, _, _ in places)
    parts = Counter(places)
    sizes: dict[Value, set[int]] = {}
    for base, offset, size in places:
        # Pieces of one size, side by side, are memory of their own; others may overlap.
        sizes.setdefault(base, set()).update((size,) if size and offset % size == 0 else (size, 0))
    for key, count in list(parts.items()):
        if len(sizes[key[0]]) > 1:
            parts[key] = count + 1
    new: dict[Value, Value] = {}
    kept: list[Instruction] = []
    gone: set[Instruction] = set()
    for instruction in instructions:
        replaced(instruction, new)
        pair = _added_products(instruction, uses, parts)
        if pair is None:
            kept.append(instruction)
            continue
        start, product = pair
        (out,) = instruction.outputs
        longer = dataclasses.replace(product, inputs=(*product.inputs, start))
        new[out] = longer.make((out.shape, out.dtype))
        uses[new[out]] = uses.pop(out, 0)
        gone.add(product)
        kept.append(longer)
    return [i for i in kept if i not in gone], new


def _added_products(
    instruction: Instruction, uses: Mapping[Value, int], parts: Mapping[Any, int]
) -> Any:
    """The first term and the product of a sum of two products that nothing else reads."""
    if not isinstance(instruction, Map) or positional(instruction.text)[0] != "_0 + _1":
        return None
    (out,) = instruction.outputs
    terms = [x for _, x in instruction.operands if isinstance(x, Value)]
    bases = [root(x)[0] for x in terms]
    if len(terms) != 2 or bases[0] is bases[1] or out.size in (0, 1):
        return None
    for first, second in ((0, 1), (1, 0)):
        x, base, product = terms[first], bases[first], bases[second].maker
        if not isinstance(base.maker, Product) or not isinstance(product, Product):
            return None
        if not x.size == terms[second].size == bases[second].size == out.size:
            continue
        if base.dtype != out.dtype or bases[second].dtype != out.dtype:
            return None
        alone = uses[base] == 1 if x.size == base.size else parts[*root(x), x.size] == 1
        if alone and uses[bases[second]] == 1 and len(product.inputs) == 2:
            if out.size != product.n:
                return x, product
    return None


def batched(instructions: Sequence[Instruction]) -> tuple[list[Instruction], dict[Value, Value]]:
    """Make one product of those that multiply neighbouring rows by the same matrix.

    So the inputs of all steps of a recurrent layer are projected at once.  Returns what
    `simplified` does.
    """
    alike: dict[Any, list[tuple[int, Product]]] = {}
    for instruction in instructions:
        if not isinstance(instruction, Product) or instruction.transpose_a:
            continue
        p = instruction
        if p.batch != 1 or p.continues or p.m > _SMALL:
            continue
        base, offset = root(p.inputs[0])
        key = base, p.inputs[1:], p.m, p.n, p.k, p.transpose_b, p.alpha
        alike.setdefault(key, []).append((offset, p))
    first: dict[Instruction, list[Instruction]] = {}
    new: dict[Value, Value] = {}
    gone: set[Instruction] = set()
    for found in alike.values():
        for run in _runs(found):
            start, p = run[0]
            earliest = next(i for i in instructions if any(i is q for _, q in run))
            rows = View(inputs=(root(p.inputs[0])[0],), offset=start)
            longer = dataclasses.replace(p, m=p.m * len(run))
            longer.inputs = (
                rows.make(((len(run) * p.m, p.k), p.outputs[0].dtype)),
                *p.inputs[1:],
            )
            out = longer.make(((len(run) * p.m * p.n,), p.outputs[0].dtype))
            made: list[Instruction] = [rows, longer]
            for j, (_, q) in enumerate(run):
                part = View(inputs=(out,), offset=j * p.m * p.n)
                new[q.outputs[0]] = part.make((q.outputs[0].shape, q.outputs[0].dtype))
                made.append(part)
                gone.add(q)
            first[earliest] = made
    kept: list[Instruction] = []
    for instruction in instructions:
        kept += first.get(instruction, ())
        if instruction not in gone:
            replaced(instruction, new)
            kept.append(instruction)
    return kept, new


def _runs(found: Sequence[tuple[int, Product]]) -> Iterator[list[tuple[int, Product]]]:
    """Products whose rows follow each other in memory, two or more of them."""
    run: list[tuple[int, Product]] = []
    for offset, p in sorted(found, key=lambda pair: pair[0]):
        if run and offset != run[-1][0] + p.m * p.k:
            if len(run) > 1:
                yield run
            run = []
        if not run or offset != run[-1][0]:
            run.append((offset, p))
    if len(run) > 1:
        yield run


def stacked(instructions: Sequence[Instruction]) -> tuple[list[Instruction], dict[Value, Value]]:
    """Make one product of a sum of products ``A' B``, by laying their rows in one piece of memory.

    So the gradient of a recurrent layer's weight is one product over all steps.  Returns what
    `simplified` does.
    """
    continued = {
        root(i.inputs[2])[0].maker for i in instructions if isinstance(i, Product) and i.continues
    }
    new: dict[Value, Value] = {}
    gone: set[Instruction] = set()
    kept: list[Instruction] = []
    for instruction in instructions:
        replaced(instruction, new)
        kept.append(instruction)
        if not isinstance(instruction, Product) or instruction in continued:
            continue
        chain = _chain(instruction)
        if len(chain) < _CHAIN:
            continue
        last, out = chain[0], instruction.outputs[0]
        chain.sort(key=lambda p: root(p.inputs[1])[1])
        sides = []
        for side in (0, 1):
            parts = [p.inputs[side] for p in chain]
            bases = [root(x) for x in parts]
            ends = [offset + x.size for (_, offset), x in zip(bases, parts, strict=True)]
            together = View(inputs=(bases[0][0],), offset=bases[0][1])
            join = Join(inputs=tuple(parts), lengths=tuple(x.size for x in parts))
            neighbours = len({base for base, _ in bases}) == 1 and all(
                _is_plain(x) and offset == end
                for x, (_, offset), end in zip(parts[1:], bases[1:], ends, strict=False)
            )
            one = together if neighbours else join
            size = sum(x.size for x in parts)
            sides.append(one.make(((size,), parts[0].dtype)))
            kept.insert(len(kept) - 1, one)
        longer = dataclasses.replace(last, k=sum(p.k for p in chain), inputs=tuple(sides))
        new[out] = longer.make((out.shape, out.dtype))
        gone.update(chain)
        kept[-1] = longer
    return [i for i in kept if i not in gone], new


def _is_plain(value: Value) -> bool:
    where = place(value)
    return where is not None and not where.n


def _chain(product: Product) -> list[Product]:
    """A product and those that it adds to, if all are like it."""
    chain = [product]
    while chain[-1].continues:
        maker = root(chain[-1].inputs[2])[0].maker
        assert isinstance(maker, Product)
        chain.append(maker)
    same = {(p.m, p.n, p.transpose_a, p.transpose_b, p.alpha, p.batch) for p in chain}
    fits = same == {(product.m, product.n, True, False, product.alpha, 1)}
    small = all(p.k <= _SMALL and len(p.inputs) == 2 + p.continues for p in chain)
    return chain if fits and small else []


_SMALL = 512  # rows up to which products are put together
_CHAIN = 3  # products from which that pays


def _compose(view: View) -> None:
    """Let a view of a view look at the memory itself."""
    (x,) = view.inputs
    while isinstance(x.maker, View):
        view.offset += x.maker.offset
        (x,) = x.maker.inputs
    view.inputs = (x,)


def _copies(instruction: Map) -> bool:
    """Whether a map only copies: every value is made once, so a copy is the value itself.

    A copy of memory from outside stays: it holds what was there before somebody wrote to it.
    """
    if instruction.text != "x" or len(instruction.inputs) != 1:
        return False
    x, y = instruction.inputs[0], instruction.outputs[0]
    return x.dtype == y.dtype and x.shape == y.shape and not may_change(x)


def cost(instruction: Instruction) -> int:
    """Work of an element in cheap operations; a function counts as eight."""
    if not isinstance(instruction, Map):
        return 1000
    return 1 + 8 * len(formula(instruction.text).functions - _CHEAP)


_CHEAP = frozenset({"where", "maximum", "minimum", "abs", "square", "neg", "isnan", "sign"})


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
    # Cheap element-wise work on what is saved anyway is done again rather than kept.
    while True:
        for value in list(saved):
            maker = value.maker
            if isinstance(maker, (View, Strip)) or (isinstance(maker, Map) and cost(maker) <= 2):
                roots = {root(x)[0] for x in maker.inputs}
                extra = [x for x in roots if x not in saved and not is_source(x)]
                if any(may_change(x) and x not in held for x in roots):
                    continue
                limit = value.nbytes // 4 if isinstance(maker, Map) else 8 * value.nbytes
                if sum(x.nbytes for x in extra) <= limit:
                    own.add(maker)
                    backward.append(maker)
                    saved = _read(backward, gradients, own)
                    break
        else:
            break
    order = {instruction: i for i, instruction in enumerate(instructions)}
    backward.sort(key=order.__getitem__)
    return backward, saved


def _read(
    instructions: Sequence[Instruction], wanted: Sequence[Value], own: set[Instruction]
) -> list[Value]:
    found: dict[Value, None] = {}
    for instruction in instructions:
        found.update((x, None) for x in instruction.inputs if x.maker not in own)
    found.update((x, None) for x in wanted if x.maker not in own)
    return list(found)
