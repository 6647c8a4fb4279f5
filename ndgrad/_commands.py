"""``python -m ndgrad cache`` and ``warm``: the folder of compiled kernels, and filling it ahead."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable

from . import autograd
from ._installed import Contents, folders
from .base import DType, MXNetError, as_dtype
from .ops.definition import DIFFERENTIABLE
from .ops.table import ALIASES, OPS, Op
from .testing import sample_inputs


def cache(arguments: list[str]) -> None:
    """Print the size of the folder of compiled kernels, or empty it."""
    parser = argparse.ArgumentParser("python -m ndgrad cache", description=cache.__doc__)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--size", action="store_true", help="print it (the default)")
    action.add_argument(
        "--clear", action="store_true", help="delete all binaries, of other versions too"
    )
    clear = parser.parse_args(arguments).clear
    found = folders()
    if not found:
        sys.exit("no folder for compiled kernels can be written; set NDGRAD_CACHE_DIR")
    own, *others = found
    print(f"{own}: {Contents.of([own])}")
    if others:
        print(f"of {len(others)} other versions, processors or settings: {Contents.of(others)}")
    if clear:
        for folder in found:
            shutil.rmtree(folder, ignore_errors=True)
        print("deleted")


def warm(arguments: list[str], run: Callable[[list[str]], object]) -> None:
    """Compile kernels for later processes: those of operators and derivatives, or of a program.

    Which kernels an operator needs depends on dtypes and sometimes on shapes; what is compiled here
    is what small dense arrays need.  For what a program needs, have it run here with few steps.
    """
    parser = argparse.ArgumentParser("python -m ndgrad warm", description=warm.__doc__)
    parser.add_argument("--dtype", default="float32", help="of the arrays (default: %(default)s)")
    parser.add_argument(
        "what", nargs="*", help="operators (all by default), or program.py and its arguments"
    )
    start, before = time.perf_counter(), _files()
    if arguments and arguments[0].endswith(".py"):
        run(arguments)
        what = arguments[0]
    else:
        given = parser.parse_args(arguments)
        try:
            dtype = as_dtype(given.dtype, op="warm")
        except (MXNetError, TypeError) as error:
            parser.error(str(error))
        unknown = [name for name in given.what if name not in OPS and name not in ALIASES]
        if unknown:
            parser.error(f"no operator is called {', '.join(unknown)}")
        ops = [OPS[ALIASES.get(name, name)] for name in given.what] or [*OPS.values()]
        for i, op in enumerate(ops, 1):
            if sys.stdout.isatty():
                print(f"\r{i} of {len(ops)}: {op.name:<40}", end="\r", flush=True)
            _run(op, dtype)
        what = f"{len(ops)} operators"
    made, took = _files() - before, time.perf_counter() - start
    print(f"{what}: {made} files more in {took:.1f} s")


def _files() -> int:
    return Contents.of(folders()[:1]).files


def _run(op: Op, dtype: DType) -> None:
    """Call an operator with its samples, and its derivative where it has one."""
    for sample in op.samples:
        inputs = sample_inputs(op, sample, dtype)
        floats = [x for x in inputs if x.dtype == dtype]
        try:
            for x in floats:
                x.attach_grad()
            with autograd.record():
                results = op.call(*inputs, **sample.params)
            outputs = results if isinstance(results, (list, tuple)) else [results]
            heads = [y for y in outputs if y.dtype == dtype]
            if floats and heads and op.gradient == DIFFERENTIABLE:
                autograd.backward(heads)
        except (MXNetError, TypeError):
            continue  # an operator that has no kernels for this dtype
