"""Fewer and larger matrix products: factors, sums and batches of them become parts of one.

Each pass takes a program's instructions and returns them with what took the place of values that
are gone, as `ndgrad.compiler.program.simplify.eliminate` does.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .instructions import (
    Instruction,
    Join,
    Map,
    Product,
    RowStridedView,
    Value,
    View,
    positional,
    region_of,
    replaced,
    root,
    whole,
)
from .keys import plain

_SMALL = 512  # rows up to which products are put together
_CHAIN = 3  # products of a sum from which that pays

New = dict[Value, Value]


def fold_alpha(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Fold a number that a product is multiplied by into its alpha, if nothing else reads it."""
    uses = Counter(
        root(x)[0]
        for i in instructions
        if not isinstance(i, (View, RowStridedView))
        for x in i.inputs
    )
    uses.update(root(x)[0] for x in wanted)
    new: New = {}
    kept: list[Instruction] = []
    gone: set[Instruction] = set()
    for instruction in instructions:
        replaced(instruction, new)
        product = _scaled_product(instruction, uses)
        if product is None or not isinstance(instruction, Map):
            kept.append(instruction)
            continue
        (out,) = instruction.outputs
        (number,) = (x for _, x in instruction.operands if not isinstance(x, Value))
        larger = dataclasses.replace(product, alpha=product.alpha * float(number))
        new[out] = larger.make((out.shape, out.dtype))
        uses[new[out]] = uses.pop(out, 0)
        gone.add(product)
        kept.append(larger)
    return [i for i in kept if i not in gone], new


def _scaled_product(instruction: Instruction, uses: Mapping[Value, int]) -> Product | None:
    """The product that *instruction* only multiplies by a number."""
    if not isinstance(instruction, Map) or positional(instruction.text)[0] != "_0 * _1":
        return None
    if len(instruction.inputs) != 1 or len(instruction.operands) != 2:
        return None
    (x,), (out,) = instruction.inputs, instruction.outputs
    base = whole(x)
    if base is None or uses[base] != 1 or not isinstance(base.maker, Product):
        return None
    fits = len(base.maker.inputs) == 2 and base.dtype == out.dtype and base.size == out.size
    return base.maker if fits else None


def accumulate_beta(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Beta-accumulate: sums of matrix products are made by products that add to the one before."""
    working = [i for i in instructions if not isinstance(i, (View, RowStridedView))]
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
    new: New = {}
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
    instruction: Instruction, uses: Mapping[Value, int], parts: Mapping[tuple[Value, int, int], int]
) -> tuple[Value, Product] | None:
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


def fuse_horizontally(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Horizontal fusion: one product of those that multiply neighbouring rows by the same matrix.

    So the inputs of all steps of a recurrent layer are projected at once.
    """
    alike: dict[object, list[tuple[int, Product]]] = {}
    for instruction in instructions:
        if not isinstance(instruction, Product) or instruction.transpose_a:
            continue
        p = instruction
        if p.batch != 1 or p.continues or p.m > _SMALL or not _is_plain(p.inputs[0]):
            continue
        base, offset = root(p.inputs[0])
        key = base, p.inputs[1:], p.m, p.n, p.k, p.transpose_b, plain(p.alpha)
        alike.setdefault(key, []).append((offset, p))
    place = {instruction: i for i, instruction in enumerate(instructions)}
    first: dict[Instruction, list[Instruction]] = {}
    new: New = {}
    gone: set[Instruction] = set()
    for found in alike.values():
        for run in _runs(found):
            start, p = run[0]
            earliest = min((q for _, q in run), key=place.__getitem__)
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


def concatenate_k(
    instructions: Sequence[Instruction], wanted: Sequence[Value]
) -> tuple[list[Instruction], New]:
    """Concatenation along K: one product of a sum of products ``A' B``.

    So the gradient of a recurrent layer's weight is one product over all steps.
    """
    continued = {
        root(i.inputs[2])[0].maker for i in instructions if isinstance(i, Product) and i.continues
    }
    new: New = {}
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
            neighbours = (
                len({base for base, _ in bases}) == 1
                and all(map(_is_plain, parts))
                and all(offset == end for (_, offset), end in zip(bases[1:], ends, strict=False))
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
    """Whether the elements of *value* follow each other in memory, from its root's offset on."""
    where = region_of(value)
    return where is not None and not where.n


def _chain(product: Product) -> list[Product]:
    """A product and those that it adds to, if all are like it."""
    chain = [product]
    while chain[-1].continues:
        maker = root(chain[-1].inputs[2])[0].maker
        assert isinstance(maker, Product)
        chain.append(maker)
    same = {(p.m, p.n, p.transpose_a, p.transpose_b, plain(p.alpha), p.batch) for p in chain}
    fits = same == {(product.m, product.n, True, False, plain(product.alpha), 1)}
    small = all(p.k <= _SMALL and len(p.inputs) == 2 + p.continues for p in chain)
    return chain if fits and small else []
