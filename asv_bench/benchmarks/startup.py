"""What a process pays before the first result: the import, and calls that find no kernel yet."""

from __future__ import annotations

import importlib
import subprocess
import sys

from ._fresh import ANOTHER, FIRST_CALLS, KernelCache


class Import:
    """In a fresh interpreter; Numba, which is most of it, beside."""

    params = [["ndgrad", "numba", "numpy"]]
    param_names = ("module",)
    number = 1  # a second import in the same process is free
    repeat = (3, 10, 10.0)

    def timeraw_import(self, module: str) -> str:
        return f"import {module}"


class Process:
    """From the start of an interpreter that imports, and does nothing else, to its end."""

    params = Import.params
    param_names = Import.param_names
    number = 1
    repeat = (3, 10, 10.0)

    def time_process(self, module: str) -> None:
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


class _NewKernel:
    """A call of an operator that this process has not called, as the first of all or later."""

    params = [list(FIRST_CALLS), ["first", "later"]]
    param_names = ("call", "place")
    number = 1

    def setup(self, call: str, place: str) -> None:
        needs, preparation, self.statement = FIRST_CALLS[call]
        if not hasattr(importlib.import_module("ndgrad").nd, needs):
            raise NotImplementedError(f"ndgrad has no nd.{needs}")
        another = ANOTHER if place == "later" else ""
        self.preparation = f"from ndgrad import nd\n{another}\n{preparation}"


class NewKernelCold(_NewKernel):
    """With an empty cache: the compiler runs."""

    repeat = (3, 5, 20.0)

    def timeraw_call(self, call: str, place: str) -> tuple[str, str]:
        # This is asked for once and run in a new process for each sample, each with a new folder.
        folder = (
            "import atexit, os, shutil, tempfile\n"
            "os.environ['NDGRAD_CACHE_DIR'] = folder = tempfile.mkdtemp(prefix='ndgrad-bench-')\n"
            "atexit.register(shutil.rmtree, folder, ignore_errors=True)\n"
        )
        return self.statement, folder + self.preparation


class NewKernelCached(_NewKernel):
    """With the kernels in the cache on the disk."""

    repeat = (3, 10, 10.0)

    def setup(self, call: str, place: str) -> None:
        super().setup(call, place)
        self.cache = KernelCache()
        folder = f"import os; os.environ['NDGRAD_CACHE_DIR'] = {self.cache.path!r}\n"
        self.preparation = folder + self.preparation
        program = f"{self.preparation}\n{self.statement}"
        subprocess.run([sys.executable, "-c", program], check=True)

    def teardown(self, call: str, place: str) -> None:
        if hasattr(self, "cache"):
            del self.cache

    def timeraw_call(self, call: str, place: str) -> tuple[str, str]:
        return self.statement, self.preparation
