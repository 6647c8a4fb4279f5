"""All rows, programs and cases as plain Python, where kernels take no compiler.

Compiled, which takes minutes, some of them stand for the others, and all run with ``--full``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

PARTS = {
    "parity": ["parity"],
    "rows": ["table", "plans", "arguments", "bounds", "compile_rows", "compile_checks"],
    "memory": [
        *("memory_sharing", "compile_state", "compile_operator_state", "compile_layout"),
        *("in_place", "in_place_programs", "powers"),
        *("ops/contrib", "ops/detection", "ops/image", "ops/spatial", "ops/factorisations"),
        *("control_flow", "mxnet_models"),
    ],
    "programs": [
        *("compile_programs", "compile_training", "compile_graphs"),
        *("compile_guards", "compile_keys", "compile_loops", "compile_sparse"),
    ],
}
"""What has tests marked ``full_compiled``, by process: two workers can share them."""


def files(name: str) -> list[Path]:
    folder, _, stem = name.rpartition("/")
    return list((TESTS / folder).rglob(f"test_{stem}.py"))


@pytest.mark.compiled
@pytest.mark.parametrize("part", PARTS)
def test_as_plain_python(part: str) -> None:
    paths = [str(path) for name in PARTS[part] for path in files(name)]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--no-header", *paths],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_no_file_is_left_out() -> None:
    marked = {
        path
        for path in TESTS.rglob("test_*.py")
        if path != Path(__file__) and "full_compiled" in path.read_text().lower()
    }
    assert {path for names in PARTS.values() for name in names for path in files(name)} >= marked
