"""Results whose bits are the same on every processor with FMA, and their digests.

`python tests/helpers/digests.py` prints the digests of what this machine computes, as JSON; with
`--record` it writes them to `digests.json`, which `test_digests.py` holds every machine to.  Record
when a case is new, or when a formula or the order of a sum has changed on purpose.

The cases are the rows of the op table, which come by themselves, and below the sums, draws and
compiled functions that want larger arrays than a row's samples.  Rows that call for a matrix
product or LAPACK are left out: those add up in an order that follows the processor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels import OPS
from ndgrad.kernels.cpu import libraries, matmul
from ndgrad.ops.table import DIFFERENTIABLE, ElementwiseOp, Op, Sample
from ndgrad.testing import sample_inputs

RECORDED = Path(__file__).with_name("digests.json")
DTYPES = ("float32", "float64")

Case = Callable[[], Any]


def digest(results: Any) -> str:
    """A hash of dtypes, shapes and bits; every NaN counts as the same."""
    made = hashlib.sha256()
    for y in results if isinstance(results, (list, tuple)) else [results]:
        a = y.asnumpy() if isinstance(y, nd.NDArray) else np.asarray(y)
        made.update(f"{a.dtype} {a.shape}".encode())
        if a.dtype.kind == "f":
            a = np.where(np.isnan(a), np.array(np.nan, a.dtype), a)
        made.update(a.tobytes())
    return made.hexdigest()[:16]


def numbers(*shape: int, dtype: Any, spread: float = 4.0) -> nd.NDArray:
    """Numbers in [-spread, spread), with all the bits of a float32, made without rounding."""
    draws = np.random.default_rng(math.prod(shape)).integers(-(2**23), 2**23, shape)
    return nd.array(draws * (spread / 2**23), dtype=dtype)


class _Product(Exception):
    """A case called for a matrix product, or for a function of a library."""


def _refuse(*args: Any, **kwargs: Any) -> None:
    raise _Product


def outcome(case: Case) -> str | None:
    """The digest of a case; None if products or functions of libraries are part of it."""
    mx.random.seed(7)
    routines = mock.patch.dict(libraries.ROUTINES, dict.fromkeys(libraries.ROUTINES, _refuse))
    with routines, mock.patch.multiple(matmul, single=_refuse, batched=_refuse):
        try:
            return digest(case())
        except _Product:
            return None


def with_gradients(function: Callable[..., Any], *inputs: Any, variables: Any = None) -> list[Any]:
    variables = inputs if variables is None else variables
    for x in variables:
        x.attach_grad()
    with autograd.record():
        result = function(*inputs)
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    if variables:
        heads = [numbers(*y.shape, dtype=y.dtype) for y in outputs]
        autograd.backward(outputs, heads)
    return [*outputs, *(x.grad for x in variables)]


def _row(op: Op, sample: Sample, dtype: str) -> list[Any]:
    inputs = sample_inputs(op, sample, dtype)
    given = zip(inputs, sample.args, strict=True)
    variables = [x for x, arg in given if isinstance(arg, tuple)]
    if op.gradient != DIFFERENTIABLE:
        variables = []
    return with_gradients(
        lambda *arrays: op.call(*arrays, **sample.params), *inputs, variables=variables
    )


def _rows(dtype: str) -> Iterator[tuple[str, Case]]:
    for op in OPS.values():
        samples = op.samples
        if isinstance(op, ElementwiseOp) and all(isinstance(a, tuple) for a in samples[0].args):
            first = samples[0]
            samples = (Sample(((3, 1367),) * len(first.args), first.params),)
        for i, sample in enumerate(samples):
            yield f"{op.name}-{i}", lambda op=op, sample=sample: _row(op, sample, dtype)


def _layer_norm(x: Any, weight: Any, bias: Any) -> Any:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    return centred / nd.sqrt(variance + 1e-5) * weight + bias


def _gelu(x: Any) -> Any:
    return 0.5 * x * (1 + nd.erf(x / math.sqrt(2)))


def _cross_entropy(x: Any) -> Any:
    e = nd.exp(x - x.max(axis=1, keepdims=True))
    return nd.log(e.sum(axis=1)) - x[:, 0]


def _larger(dtype: str) -> Iterator[tuple[str, Case]]:
    shapes = [(70_001,), (3, 5003), (211, 77), (5, 301, 6)]
    for shape in shapes:
        x = numbers(*shape, dtype=dtype)
        for name in ("sum", "mean", "nansum", "max", "min", "norm"):
            for axis in (None, *range(len(shape))):
                function = getattr(nd, name)
                yield (
                    f"{name}{shape}{axis}",
                    lambda f=function, x=x, axis=axis: with_gradients(lambda a: f(a, axis=axis), x),
                )
        near_one = x / 400 + 1
        yield f"prod{shape}", lambda x=near_one: nd.prod(x, axis=-1)
        yield f"nanprod{shape}", lambda x=near_one: nd.nanprod(x, axis=-1)
        yield f"norm1{shape}", lambda x=x: nd.norm(x, ord=1, axis=-1)
        yield f"moments{shape}", lambda x=x: list(nd.moments(x, axes=(-1,)))
        for axis in range(len(shape)):
            yield f"cumsum{shape}{axis}", lambda x=x, axis=axis: nd.cumsum(x, axis=axis)
            for name in ("softmax", "log_softmax", "softmin"):
                function = getattr(nd, name)
                yield (
                    f"{name}{shape}{axis}",
                    lambda f=function, x=x, axis=axis: with_gradients(lambda a: f(a, axis=axis), x),
                )
    x = numbers(300, 130, dtype=dtype)
    label = nd.arange(300, dtype=dtype) % 130
    yield (
        "cross_entropy",
        lambda: with_gradients(lambda a: nd.softmax_cross_entropy(a, label), x),
    )
    for name, params in {
        "uniform": {},
        "normal": {},
        "exponential": {},
        "gamma": {"alpha": 2.5},
        "poisson": {"lam": 4},
        "negative_binomial": {"k": 3, "p": 0.4},
        "generalized_negative_binomial": {"mu": 2, "alpha": 0.3},
    }.items():
        draw = getattr(nd.random, name)
        yield name, lambda f=draw, params=params: f(**params, shape=5003, dtype=dtype)
    weight, bias = numbers(5003, dtype=dtype), numbers(5003, dtype=dtype)
    for name, function, inputs in [
        ("layer_norm", _layer_norm, (numbers(40, 5003, dtype=dtype), weight, bias)),
        ("gelu", _gelu, (numbers(70_001, dtype=dtype),)),
        ("entropy", _cross_entropy, (numbers(300, 130, dtype=dtype),)),
    ]:
        yield name, lambda f=function, inputs=inputs: with_gradients(f, *inputs)
        made = mx.compile(function)
        yield f"compiled {name}", lambda f=made, inputs=inputs: with_gradients(f, *inputs)


SOME = re.compile(r"(sum|max|prod|cumsum|softmax)\(|compiled |normal|gamma")
"""Names of cases that stand for those of the larger arrays: a function of each kind."""


def digests(*dtypes: str, some: bool = False) -> dict[str, str]:
    """The digest of each case, or of *some* of the larger arrays alone."""
    made = {
        f"{name} {dtype}": outcome(case)
        for dtype in dtypes
        for name, case in (*(() if some else _rows(dtype)), *_larger(dtype))
        if not some or SOME.match(name)
    }
    return {name: value for name, value in made.items() if value is not None}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--dtypes", nargs="+", default=list(DTYPES))
    chosen = parser.parse_args()
    text = json.dumps(digests(*chosen.dtypes), indent=0) + "\n"
    if chosen.record:
        RECORDED.write_text(text)
    else:
        print(text)
