"""GPUs without a GPU: what is said where there is none, and all that the simulator can run."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ndgrad
from ndgrad import MXNetError, context
from ndgrad.kernels import cuda

HERE = Path(__file__).parent
NEEDS_NUMBA_CUDA = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None,
    reason="numba-cuda is not installed: pip install ndgrad[cuda]",
)


def test_without_numba_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "numba_cuda" else find(name)
    )
    monkeypatch.setattr(context, "_gpu_target", cuda._Target())
    assert ndgrad.num_gpus() == 0
    with pytest.raises(MXNetError, match=r"gpu\(0\) cannot be used.*pip install 'ndgrad\[cuda\]'"):
        ndgrad.nd.zeros(3, ctx=ndgrad.gpu())


def test_one_package_imports_cuda() -> None:
    for path in Path(ndgrad.__file__).parent.rglob("*.py"):
        if path.parent.match("cuda/driver"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            assert not any(f"{name}.".startswith(("cuda.", "numba.cuda.")) for name in names), path


SHARDS = {"rows": 4, "kernels": 2}
"""Processes for tests that take minutes in the simulator, so that workers can share them."""

LONG = {"compiled", "kernels"}
"""More shapes, and compiled functions, of kernels that the rows run too."""

WHAT = pytest.mark.parametrize(
    ("what", "shard"),
    [
        pytest.param(
            what,
            f"{i}/{SHARDS.get(what, 1)}",
            id=f"{what}-{i}",
            marks=pytest.mark.full if what in LONG else (),
        )
        for what in "arrays compiled kernels products replay rows sharing streams".split()
        for i in range(SHARDS.get(what, 1))
    ],
)


@NEEDS_NUMBA_CUDA
@WHAT
def test_in_the_simulator(what: str, shard: str, full: bool) -> None:
    run(what, shard, full, {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"})


@pytest.mark.gpu
@WHAT
def test_on_a_gpu(what: str, shard: str, full: bool) -> None:
    run(what, shard, full, {})


def run(what: str, shard: str, full: bool, settings: dict[str, str]) -> None:
    """Run a part of `on_gpu/<what>.py` in a process that has *settings* from the start."""
    environment = os.environ | settings
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--no-header"]
    command += [f"--shard={shard}", *(["--full"] if full else [])]
    result = subprocess.run(
        [*command, f"--override-ini=testpaths={HERE}", str(HERE / "on_gpu" / f"{what}.py")],
        env=environment,
        cwd=HERE.parent,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
