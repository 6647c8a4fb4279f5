"""Cases that start a new interpreter for every timing: imports, and calls that find no kernel."""

from __future__ import annotations

import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from typing import Any

from ._base import Case, Run


class Fresh(Case):
    """A statement timed once in a new interpreter.

    Parameters
    ----------
    name : str
    programs : dict
        Library -> (preparation, statement), both Python source.
    cold : bool or None
        Whether ndgrad's kernel cache is empty each time; None leaves the environment's.
    """

    times_itself = True
    clock = "perf_counter"

    def __init__(
        self,
        name: str,
        programs: dict[str, tuple[str, str]],
        cold: bool | None = None,
        needs: str | None = None,
        **facts: Any,
    ) -> None:
        self.name = name
        self.programs = programs
        self.cold = cold
        self.needs = needs
        vars(self).update(facts)

    def build(self, library: str) -> Run:
        if library not in self.programs:
            raise NotImplementedError(f"{self.name} is not written for {library}")
        if self.needs is not None and not hasattr(importlib.import_module("ndgrad").nd, self.needs):
            raise NotImplementedError(f"ndgrad has no nd.{self.needs}")
        setup, statement = self.programs[library]
        program = (
            f"import time\n{setup}\nstart = time.{self.clock}()\n{statement}\n"
            f"print(time.{self.clock}() - start)"
        )
        kept = KernelCache() if self.cold is False else None

        def run() -> float:
            environment = dict(os.environ)
            cache = KernelCache() if self.cold else kept
            if cache is not None:
                environment["NDGRAD_CACHE_DIR"] = cache.path
            done = subprocess.run(
                [sys.executable, "-c", program],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            return float(done.stdout.split()[-1])

        run()  # the files are in the page cache and, unless cold, the kernels on the disk
        return run


class KernelCache:
    """A folder for compiled kernels, removed with the object."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="ndgrad-bench-")
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class FirstRun(Case):
    """What a program costs a new process: the first run, which compiles, or memory.

    Parameters
    ----------
    program : Case
    kind : {"cold", "warm", "memory"}
        The first run with empty caches on the disk; with what an earlier process left there; or
        the peak of later runs, over what the process held before the arrays and the program.
    """

    times_itself = True

    def __init__(self, program: Case, kind: str) -> None:
        group, _, variant = program.name.partition("/")
        self.name = f"{group}-{kind}/{variant}"
        self.program = program
        self.kind = kind
        self.unit = "B" if kind == "memory" else "s"
        self.rounds = 3 if kind == "warm" else 1

    def build(self, library: str) -> Run:
        if not hasattr(self.program, library.replace("-", "_")):
            raise NotImplementedError(f"{self.program.name} is not written for {library}")
        kept = None if self.kind == "cold" else _filled(self.program.name, library)

        def run() -> float:
            cache = kept or KernelCache()
            return _first_run(self.program.name, library, cache)[self.unit]

        return run


@functools.cache
def _filled(name: str, library: str) -> KernelCache:
    """A cache that holds what a first run leaves."""
    cache = KernelCache()
    _first_run(name, library, cache)
    return cache


def _first_run(name: str, library: str, cache: KernelCache) -> dict[str, float]:
    environment = os.environ | {
        "NDGRAD_CACHE_DIR": cache.path,
        "TORCHINDUCTOR_CACHE_DIR": cache.path,
        "JAX_COMPILATION_CACHE_DIR": cache.path,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._first", name, library],
        cwd=Path(__file__).parents[1],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-200:])
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


FIRST_CALLS = {
    "tanh-8": ("tanh", "x = nd.ones((8,))", "nd.tanh(x)"),
    "tanh-1M": ("tanh", "x = nd.ones((1 << 20,))", "nd.tanh(x)"),
    "sum": ("sum", "x = nd.ones((1000, 1000))", "nd.sum(x, axis=1)"),
    "dot": ("dot", "x = nd.ones((100, 100))", "nd.dot(x, x)"),
    "softmax_cross_entropy": (
        "softmax_cross_entropy",
        "x = nd.ones((1000, 100)); label = nd.zeros((1000,))",
        "nd.softmax_cross_entropy(x, label)",
    ),
}
"""Name -> (function it needs, preparation, statement), of calls that find no kernel compiled."""


ANOTHER = "nd.sigmoid(nd.ones((1 << 20,)))"
"""A call after which Numba itself, its parallel launch and the threads are up."""


def first_calls() -> list[Case]:
    """A case for each of `FIRST_CALLS`, with and without kernels on the disk."""
    cases: list[Case] = []
    for name, (needs, setup, statement) in FIRST_CALLS.items():
        for before, line in (("first-call", ""), ("later-call", ANOTHER)):
            program = (f"from ndgrad import nd\n{line}\n{setup}", statement)
            for cold, limit in ((True, 0.5), (False, 0.02)):
                case = Fresh(
                    f"{before}-{'cold' if cold else 'cached'}/{name}",
                    {"ndgrad": program},
                    cold,
                    needs,
                    limit=limit,
                )
                cases.append(case)
    return cases
