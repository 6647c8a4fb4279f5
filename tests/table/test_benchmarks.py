"""The benchmarks that asv looks for: in its environments there is ndgrad, and no other library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "asv_bench"
PROGRAM = """
import importlib, pkgutil, sys

sys.modules |= dict.fromkeys(("jax", "torch", "mxnet", "autograd", "matplotlib"))
import benchmarks

for module in pkgutil.iter_modules(benchmarks.__path__):
    print(importlib.import_module(f"benchmarks.{module.name}").__name__)
"""


def test_modules_are_found_without_other_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=FOLDER, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {"benchmarks.operators", "benchmarks.startup"} <= {*done.stdout.split()}
