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
        if path.parent.match("cuda/driver") or "cuda" not in (text := path.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            assert not any(f"{name}.".startswith(("cuda.", "numba.cuda.")) for name in names), path


SHORT = {"rows": ["rows"], "arrays": ["arrays", "streams", "sparse"]}
"""Files of `on_gpu` whose tests run always, but for those that are marked, by process."""

SLOW = {"others": ["products", "replay", "sharing"]}
"""And those that run with ``--slow``."""

LONG = {"rows": 4, "products": 1, "kernels": 2, "compiled": 1}
"""Files with more dtypes, shapes and compiled functions, and how many processes share each."""

REST = {"rows": ["-m", "full"], "products": ["-m", "full"]}
"""Of files that are in both: what has not run."""

PARTS = pytest.mark.parametrize(
    ("files", "options"),
    [
        *(pytest.param(files, [], id=name) for name, files in SHORT.items()),
        *(pytest.param(files, [], id=name, marks=pytest.mark.slow) for name, files in SLOW.items()),
        *(
            pytest.param(
                [name],
                ["--full", f"--shard={i}/{shards}", *REST.get(name, [])],
                id=f"{name}-{i}",
                marks=pytest.mark.full,
            )
            for name, shards in LONG.items()
            for i in range(shards)
        ),
    ],
)


@NEEDS_NUMBA_CUDA
@PARTS
def test_in_the_simulator(files: list[str], options: list[str]) -> None:
    run(files, options, {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"})


@pytest.mark.gpu
@PARTS
def test_on_a_gpu(files: list[str], options: list[str]) -> None:
    run(files, options, {})


def run(files: list[str], options: list[str], settings: dict[str, str]) -> None:
    """Run tests of `on_gpu` in a process that has *settings* from the start."""
    environment = os.environ | settings
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--no-header", *options]
    command += [str(HERE / "on_gpu" / f"{name}.py") for name in files]
    result = subprocess.run(
        [*command, f"--override-ini=testpaths={HERE}"],
        env=environment,
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
