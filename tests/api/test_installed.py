"""What is installed: `show_versions`, ``python -m ndgrad cache`` and ``warm``, threadpoolctl."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

import ndgrad as mx
from ndgrad import _commands, _installed
from ndgrad.kernels import processor
from ndgrad.kernels.build import binaries

OWN, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for binaries that has those of two versions, and something else."""
    for name in (OWN, OTHER, "notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.nbc").write_bytes(bytes(1000))
    monkeypatch.setattr(binaries, "directory", lambda: tmp_path / OWN)
    return tmp_path


def test_show_versions(folder: Path) -> None:
    file = io.StringIO()
    mx.show_versions(file)
    lines = dict(line.split(maxsplit=1) for line in file.getvalue().splitlines())
    assert lines["ndgrad"].startswith(f"{mx.__version__}, the API of MXNet 1.9.1, in ")
    assert sys.executable in lines["Python"] and processor.name() in lines["processor"]
    assert lines["threads"].startswith(f"{mx.num_threads()}, run by ")
    assert lines["cache"] == f"{folder / OWN}, 1 files, 0.0 MB"
    assert ("gpu(0)" in lines["GPUs"]) == bool(mx.num_gpus())


def test_what_cannot_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "directory", lambda: None)
    monkeypatch.setenv("NDGRAD_NUM_THREADS", "2")

    def refuse() -> str:
        raise mx.MXNetError("Numba cannot start its threads")

    monkeypatch.setattr(_installed.threads, "layer", refuse)
    file = io.StringIO()
    mx.show_versions(file)
    assert "threads       none: Numba cannot start its threads" in file.getvalue()
    assert "cache         none: no folder can be written" in file.getvalue()
    assert "NDGRAD_NUM_THREADS=2" in file.getvalue()


def test_cache(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _commands.cache([])
    assert f"{folder / OWN}: 1 files, 0.0 MB\nof 1 other" in capsys.readouterr().out
    _commands.cache(["--clear"])
    assert capsys.readouterr().out.endswith("deleted\n")
    assert [path.name for path in folder.iterdir()] == ["notes"]


def test_warm(capsys: pytest.CaptureFixture[str]) -> None:
    _commands.warm(["tanh", "broadcast_add"], print)
    assert capsys.readouterr().out.startswith("2 operators: ")
    _commands.warm(["program.py", "--epochs", "1"], print)
    assert capsys.readouterr().out.startswith("['program.py', '--epochs', '1']\nprogram.py: ")
    for arguments, text in (
        (["tanhh"], "no operator is called tanhh"),
        (["--dtype", "complex64"], "dtype=complex64 is not supported"),
    ):
        with pytest.raises(SystemExit):
            _commands.warm(arguments, print)
        assert text in capsys.readouterr().err


def test_threadpool_limits() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    before = mx.num_threads()
    with threadpoolctl.threadpool_limits(1, user_api="ndgrad"):
        assert mx.num_threads() == 1
    with threadpoolctl.threadpool_limits(1000, user_api="ndgrad"):
        assert mx.num_threads() >= before
    assert mx.num_threads() == before


def test_features_follow_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "features", lambda: frozenset({"sse4.2", "f16c"}))
    features = mx.runtime.Features()
    assert features.is_enabled("CPU_SSE4_2") and features.is_enabled("F16C")
    assert not features.is_enabled("CPU_AVX2") and not features.is_enabled("CPU_SSE4A")
