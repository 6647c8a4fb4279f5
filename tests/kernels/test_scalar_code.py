"""Scalar functions in machine code: loops are vectors, products in sums are rounded once."""

import re
from fractions import Fraction

import numba
import numpy as np
import pytest
from scalar_helpers import (
    DTYPES,
    REAL,
    SMALL,
    loop_of,
    run,
)

from ndgrad.kernels import processor
from ndgrad.kernels.scalar import SCALARS, inlining
from ndgrad.kernels.scalar.contract import contracted
from ndgrad.kernels.scalar.inlining import inlinable, inlined

PLAIN = {"sqrt", "reciprocal", "div"}
VECTORS = [(name, kind) for name in REAL if name not in PLAIN for kind in DTYPES]
VECTORS += [("mod", "float32"), *((name, "small32") for name in SMALL)]


_ARITHMETIC = "add|sub|mul|div|sqrt|fn?m(?:add|sub)\\d*|fmadd|fml[as]|fnm(?:add|sub)"
_PACKED = re.compile(rf"\tv?(?:{_ARITHMETIC})p[sd]\t|\tf?(?:{_ARITHMETIC})\tv\d+\.(?:4s|2d)")
_SINGLE = re.compile(rf"\tv?(?:{_ARITHMETIC})s[sd]\t|\tf?(?:{_ARITHMETIC})\t[sd]\d+")
_LABEL = re.compile(r"(\.?L\w+):")
_JUMP = re.compile(r"\t(?:j\w+|b(?:\.\w+)?|cbn?z\t\w+,|tbn?z\t\w+, #\d+,)\s+(\.?L\w+)")


def inner_loops(assembly):
    """The lines of each loop that has no other inside."""
    at, loops = {}, []
    lines = assembly.splitlines()
    for i, line in enumerate(lines):
        if found := _LABEL.match(line):
            at[found[1]] = i
        elif (found := _JUMP.match(line)) and found[1] in at:
            begin = at[found[1]]
            if not any(begin <= b for b, _ in loops):
                loops.append((begin, i))
    return [lines[begin:end] for begin, end in loops]


def vector_loops(loop):
    """(bytes of a register, packed instructions) of each loop whose arithmetic is all packed."""
    text = next(iter(loop.inspect_asm().values()))
    found = []
    for lines in inner_loops(text):
        body = "\n".join(lines)
        packed = [line for line in lines if _PACKED.match(line)]
        if packed and not _SINGLE.search(body):
            wide = max(64 * ("%zmm" in x) or 32 * ("%ymm" in x) or 16 for x in packed)
            found.append((wide, len(packed)))
    return found


@numba.njit
def _plain(x, out):
    for i in range(out.size):
        out[i] = x[i] * x[i]


@pytest.mark.compiled
@pytest.mark.parametrize(("name", "kind"), VECTORS)
def test_loops_vectorise(name, kind):
    """Nearly all elements go through a loop of the widest vectors that LLVM has a use for."""
    run(name, kind, *[np.ones(3)] * SCALARS[name].arity)
    _plain(*[np.ones(3, DTYPES.get(kind, np.float32))] * 2)
    widest = max(wide for wide, _ in vector_loops(_plain))
    found = vector_loops(loop_of(name, kind))
    assert any(wide == widest for wide, _ in found), (
        f"no loop of {widest} byte vectors; those found, with their packed instructions: {found}"
    )


def test_a_loop_of_scalars_would_be_seen():
    loop = "L1:\n\tvmulps\t%ymm0, %ymm1, %ymm1\n\tvaddss\t%xmm0, %xmm1, %xmm1\n\tjne\tL1"
    assert inner_loops(loop) == [loop.splitlines()[:3]]
    assert _SINGLE.search(loop) and _PACKED.search(loop)
    assert not _PACKED.search("\tvaddss\t%xmm0, %xmm1, %xmm1")
    assert _PACKED.search("\tfmul\tv0.4s, v1.4s, v2.4s")
    assert _SINGLE.search("\tfmadd\ts0, s1, s2, s3")


def _products_in_sums(a, b, c):
    return a * b + c, c + a * b, a * b - c, c - a * b, a * b + c * c


@pytest.mark.compiled
@pytest.mark.skipif(not processor.has_fma(), reason="this processor rounds products in sums twice")
@pytest.mark.parametrize("kind", DTYPES)
def test_products_in_sums_are_rounded_once(kind):
    """Whatever LLVM would do by itself, which is to round twice."""
    dtype = DTYPES[kind]
    a, c = dtype(1 + 3 * float(np.finfo(dtype).eps)), dtype(-1)
    product = Fraction(float(a)) ** 2  # which has more bits than fit
    exact = [product - 1, product - 1, product + 1, -1 - product, product + 1]
    inlinable(_products_in_sums, contracted)
    got = numba.njit(inlined(_products_in_sums))(a, a, c)
    assert got == tuple(dtype(float(x)) for x in exact)
    plain = numba.njit(_products_in_sums)(a, a, c)
    assert plain[0] == plain[1] != got[0]
    assert numba.njit(inlined(_products_in_sums))(3, 5, 7) == (22, 22, 8, -8, 64)


_STEP = 3.0


def _straight(x, step):
    step *= _STEP
    step, y = _inner(step), step
    return x + y, step


def _inner(x):
    return x - 1.0


def _with_loop(x):
    for _ in range(3):
        x += _inner(x)
    return x


def _calls(x, step):
    y, z = _straight(_with_loop(x) * step, _inner(step))
    return (y + _straight(z, x)[0]) if y > _inner(x) else _inner(z)


def test_calls_of_straight_functions_are_inlined(monkeypatch):
    monkeypatch.setattr(inlining, "_LONGEST", 4)  # that of ndgrad's own is a choice for speed
    for function in (_straight, _inner, _with_loop, _calls):
        inlinable(function, lambda definition: definition)
    made = inlined(_calls)
    assert not {"_straight", "_inner"} & set(inlined(_straight).__code__.co_names)
    assert "_with_loop" in made.__code__.co_names  # more than assignments
    assert made.__code__.co_names.count("_STEP") == 1
    for x, step in ((2.0, 0.5), (-2.0, 0.5), (0.0, 7.0)):
        assert made(x, step) == _calls(x, step)
