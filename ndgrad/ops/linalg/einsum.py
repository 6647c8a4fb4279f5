"""Einstein summation as transposes, sums and matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import MXNetError, Shape, shown
from ...tape import Array
from ..composite import composite
from ..matrices import diagonal_places
from ..products import show
from ..table import F, Sample

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Plan(NamedTuple):
    """What *subscripts* say of arrays of some shapes: a letter for each axis.

    *sizes* are the lengths by letter, *order* the operands that each step contracts.
    """

    inputs: tuple[str, ...]
    output: str
    sizes: dict[str, int]
    order: tuple[tuple[int, ...], ...]


def _wrong(subscripts: object, shapes: Sequence[Shape], why: str) -> MXNetError:
    given = ", ".join(map(show, shapes))
    return MXNetError(
        f"Operator einsum: subscripts={shown(subscripts)}, args have shapes {given}: {why}"
    )


@lru_cache(maxsize=1024)
def _planned(subscripts: str, shapes: tuple[Shape, ...]) -> _Plan:
    def wrong(why: str) -> MXNetError:
        return _wrong(subscripts, shapes, why)

    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise wrong(f"expected {len(terms)} arrays")
    free = [letter for letter in _LETTERS if letter not in text]
    most = max(
        len(shape) - len(t) + 3 for t, shape in zip(terms, shapes, strict=True) if "..." in t
    ) if "..." in left else 0  # fmt: skip
    if most > len(free):
        raise wrong("too many axes")
    rest = "".join(free[:most])  # letters for the axes that ... stands for

    inputs, sizes = [], dict[str, int]()
    for term, shape in zip(terms, shapes, strict=True):
        count = len(shape) - len(term) + 3
        if "..." in term and count >= 0:
            term = term.replace("...", rest[most - count :], 1)
        if len(term) != len(shape) or not all(letter in _LETTERS for letter in term):
            raise wrong("expected a letter for each axis of an array")
        for letter, n in zip(term, shape, strict=True):
            if sizes.get(letter, 1) != n != 1 and sizes.get(letter, 1) != 1:
                raise wrong(f"{letter!r} stands for axes of {sizes[letter]} and {n} elements")
            if sizes.get(letter, 1) == 1:
                sizes[letter] = n
        inputs.append(term)
    joined = "".join(inputs)
    if arrow:
        output = right.replace("...", rest, 1)
        if len(set(output)) != len(output) or not all(letter in joined for letter in output):
            raise wrong("expected letters of the arrays after '->', each of them once")
    else:
        once = [letter for letter in sorted(set(joined)) if joined.count(letter) == 1]
        output = rest + "".join(letter for letter in once if letter not in rest)
    order: tuple[tuple[int, ...], ...] = (tuple(range(len(shapes))),)
    if len(shapes) > 2:
        blank = [np.broadcast_to(0.0, shape) for shape in shapes]
        path, _ = np.einsum_path(f"{','.join(inputs)}->{output}", *blank, optimize="greedy")
        order = tuple(path[1:])
    return _Plan(tuple(inputs), output, sizes, order)


class _Term(NamedTuple):
    """An array, whose axes have letters, each another one."""

    array: Array
    letters: str

    def arranged(self, letters: str, sizes: dict[str, int], shape: Shape | None = None) -> Array:
        """The array with its axes in the order *letters*, in a shape that has as many elements."""
        x = F._reshaped(self.array, shape=tuple(sizes[letter] for letter in self.letters))
        if letters != self.letters:
            x = F.transpose(x, axes=tuple(self.letters.index(letter) for letter in letters))
        return x if shape is None else F._reshaped(x, shape=shape)


def _without_repetitions(x: Array, letters: str, sizes: dict[str, int]) -> _Term:
    """An operand as diagonals, and without axes of one element that stand for more."""
    wide = [i for i, letter in enumerate(letters) if x.shape[i] == sizes[letter]]
    if len(wide) < len(letters):
        x = F._reshaped(x, shape=tuple(x.shape[i] for i in wide))
        letters = "".join(letters[i] for i in wide)
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            n, first, second = sizes[letter], letters.index(letter), letters.rindex(letter)
            others = [i for i in range(len(letters)) if i not in (first, second)]
            outer = tuple(x.shape[i] for i in others)
            x = F.transpose(x, axes=(*others, first, second))
            where = {"index": diagonal_places(n, 0), "outer": math.prod(outer)}
            x = F._take_rows(x, length=n * n, inner=1, shape=(*outer, n), **where)
            letters = "".join(letters[i] for i in others) + letter
    return _Term(x, letters)


def _summed(term: _Term, kept: str) -> _Term:
    """A term summed over the letters that are in neither of *kept*."""
    lone = tuple(i for i, letter in enumerate(term.letters) if letter not in kept)
    if not lone:
        return term
    letters = "".join(letter for letter in term.letters if letter in kept)
    return _Term(F.sum(term.array, axis=lone), letters)


def _contracted(a: _Term, b: _Term, kept: str, sizes: dict[str, int]) -> _Term:
    """The product of two operands, summed over what is in neither of *kept*."""
    shared = [letter for letter in a.letters if letter in b.letters]
    batch = "".join(letter for letter in shared if letter in kept)
    summed = "".join(letter for letter in shared if letter not in kept)
    rows = "".join(letter for letter in a.letters if letter not in b.letters)
    columns = "".join(letter for letter in b.letters if letter not in a.letters)
    letters = batch + rows + columns

    def size(of: str) -> int:
        return math.prod(sizes[letter] for letter in of)

    outer, m, n, k = size(batch), size(rows), size(columns), size(summed)
    if summed:
        left = a.arranged(batch + rows + summed, sizes, (outer, m, k))
        right = b.arranged(batch + summed + columns, sizes, (outer, k, n))
        return _Term(F.batch_dot(left, right), letters)
    left = a.arranged(batch + rows, sizes, (outer, m, 1))
    right = b.arranged(batch + columns, sizes, (outer, 1, n))
    return _Term(F.broadcast_mul(left, right), letters)


@composite(
    "_einsum",
    aliases=("_npi_einsum",),
    reference=lambda *args, subscripts, optimize=0: np.atleast_1d(np.einsum(subscripts, *args)),
    samples=(
        Sample(((2, 3), (3, 4)), {"subscripts": "ij,jk->ki"}),
        Sample(((2, 3, 3), (2, 1)), {"subscripts": "...ii,...j"}),
        Sample(((2, 3), (3, 2), (2,)), {"subscripts": "ab,bc,c->"}),
    ),
)
def _einsum(*args: Array, subscripts: str, optimize: int = 0) -> Array:
    """Sum products of elements along axes that letters name; see `nd.einsum`.

    Parameters
    ----------
    *args : NDArray
    subscripts : str
        A letter for each axis of each array, and after ``->`` those of the result.
    optimize : int
        Products are always taken in a good order.
    """
    shapes = tuple(x.shape for x in args)
    if not isinstance(subscripts, str):
        raise _wrong(subscripts, shapes, "expected a string")
    inputs, output, sizes, order = _planned(subscripts, shapes)
    terms = [_without_repetitions(x, t, sizes) for x, t in zip(args, inputs, strict=True)]
    for i, term in enumerate(terms):
        others = "".join(other.letters for j, other in enumerate(terms) if j != i)
        terms[i] = _summed(term, output + others)
    for step in order:
        chosen = [terms[i] for i in step]
        terms = [term for i, term in enumerate(terms) if i not in step]
        while len(chosen) > 1:
            a, b, *chosen = chosen
            kept = output + "".join(term.letters for term in (*terms, *chosen))
            chosen = [_contracted(a, b, kept, sizes), *chosen]
        terms += chosen
    (last,) = terms
    y = last.arranged(output, sizes, tuple(sizes[letter] for letter in output) or (1,))
    if any(y._version is x._version for x in args):  # it is a view
        return F.identity(y)
    return y
