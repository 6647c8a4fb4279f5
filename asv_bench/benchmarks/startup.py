"""What a process pays before the first result: the import, and an operator's first call."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import Any

from ._cases import FIRST_CALLS, KernelCache


class Import:
    """In a fresh interpreter; Numba, which is most of it, beside."""

    params = [["ndgrad", "numba", "numpy"]]
    param_names = ("module",)

    def timeraw_import(self, module: str) -> str:
        return f"import {module}"

    # asv would repeat the statement within one process, where the second import is free.
    timeraw_import.number = 1  # type: ignore[attr-defined]
    timeraw_import.repeat = (3, 10, 10.0)  # type: ignore[attr-defined]


class _FirstCall:
    params = [list(FIRST_CALLS)]
    param_names = ("call",)
    number = 1

    def setup(self, call: str) -> None:
        needs = FIRST_CALLS[call][0]
        if not hasattr(importlib.import_module("ndgrad").nd, needs):
            raise NotImplementedError(f"ndgrad has no nd.{needs}")


class FirstCallCold(_FirstCall):
    """With an empty kernel cache: the compiler runs."""

    repeat = (3, 5, 15.0)

    def timeraw_call(self, call: str) -> tuple[str, str]:
        _, setup, statement = FIRST_CALLS[call]
        # Each sample is a process of its own, and this is asked for once for all of them.
        folder = (
            "import atexit, os, shutil, tempfile\n"
            "os.environ['NDGRAD_CACHE_DIR'] = folder = tempfile.mkdtemp(prefix='ndgrad-bench-')\n"
            "atexit.register(shutil.rmtree, folder, ignore_errors=True)\n"
        )
        return statement, f"{folder}from ndgrad import nd\n{setup}"


class FirstCallCached(_FirstCall):
    """With the kernels in the cache on the disk, in a fresh process."""

    repeat = (3, 10, 10.0)

    def setup(self, call: str) -> None:
        super().setup(call)
        self.cache = KernelCache()
        subprocess.run(
            [sys.executable, "-c", "\n".join((self._head(), *FIRST_CALLS[call][1:]))],
            check=True,
            env=dict(os.environ),
        )

    def teardown(self, call: str) -> None:
        del self.cache

    def _head(self) -> str:
        return (
            f"import os; os.environ['NDGRAD_CACHE_DIR'] = {self.cache.path!r}\n"
            "from ndgrad import nd"
        )

    def timeraw_call(self, call: str) -> tuple[Any, str]:
        _, setup, statement = FIRST_CALLS[call]
        return statement, f"{self._head()}\n{setup}"
