"""MXNet's module paths: `install_as_mxnet`, ``python -m ndgrad``, and names that are missing."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import ndgrad

RECORDED: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "mxnet-1.9.1" / "names.json").read_text()
)
MISSING = "not in ndgrad; the page 'Coming from MXNet'"


@pytest.fixture
def mxnet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module ``mxnet``, for one test."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    ndgrad.install_as_mxnet()
    yield sys.modules["mxnet"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "mxnet"]:
        del sys.modules[name]


def test_modules_are_those_of_ndgrad(mxnet: Any) -> None:
    from mxnet import autograd, nd
    from mxnet.ndarray import random, sparse
    from mxnet.ndarray.ndarray import NDArray

    assert (nd, autograd) == (ndgrad.nd, ndgrad.autograd)
    assert (random, sparse) == (ndgrad.nd.random, ndgrad.nd.sparse)
    assert NDArray is ndgrad.nd.NDArray
    for path in ("mxnet.ndarray", "mxnet.ndarray.op", "mxnet.ndarray._internal", "mxnet.symbol"):
        module = importlib.import_module(path)
        assert module.__name__.startswith("ndgrad."), path
        assert module.__spec__ is None or module.__spec__.name == module.__name__


def test_modules_that_are_entered(mxnet: Any) -> None:
    # Libraries look there whether arrays or symbols can be of MXNet.
    assert sys.modules["mxnet.ndarray"] is sys.modules["mxnet.nd"] is ndgrad.nd
    assert sys.modules["mxnet.symbol"] is ndgrad.symbol
    assert mxnet.gluon is sys.modules["mxnet.gluon"]


def test_files_that_are_packages_there(mxnet: Any) -> None:
    from mxnet.contrib.amp import amp
    from mxnet.contrib.amp.loss_scaler import LossScaler

    assert LossScaler is ndgrad.contrib.amp.LossScaler
    assert amp is ndgrad.contrib.amp


def test_names_of_the_package(mxnet: Any) -> None:
    assert mxnet.nd is mxnet.ndarray is ndgrad.nd is ndgrad.ndarray
    assert mxnet.cpu() == ndgrad.cpu()
    assert mxnet.__version__ == "1.9.1" != ndgrad.__version__
    assert dir(mxnet) == dir(ndgrad)
    assert mxnet.__all__ == ndgrad.__all__


def test_attributes_under_mxnets_paths() -> None:
    assert ndgrad.nd.ndarray.NDArray is ndgrad.ndarray.ndarray.NDArray is ndgrad.nd.NDArray
    assert ndgrad.rnd is ndgrad.random
    assert ndgrad.sym is ndgrad.symbol


def test_install_twice(mxnet: Any) -> None:
    finders = [*sys.meta_path]
    ndgrad.load_ipython_extension(None)
    assert sys.modules["mxnet"] is mxnet
    assert sys.meta_path == finders


def test_another_mxnet_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    other: Any = ModuleType("mxnet")
    other.__file__ = "there/mxnet/__init__.py"
    monkeypatch.setitem(sys.modules, "mxnet", other)
    with pytest.raises(ImportError, match="imported already, from there/mxnet/"):
        ndgrad.install_as_mxnet()
    assert sys.modules["mxnet"] is other


def test_recorded_modules(mxnet: Any) -> None:
    for path in RECORDED:
        try:
            where = importlib.import_module(path).__name__
        except ModuleNotFoundError as error:
            where = str(error)
        known = where == "mxnet" or where.startswith("ndgrad.")
        assert known or MISSING in where or "is not a package" in where, path
    for path in ("gluon.block.HybridBlock", "gluon.parameter.ParameterDict", "engine.bulk"):
        module, _, name = path.rpartition(".")
        assert hasattr(importlib.import_module(f"mxnet.{module}"), name)


def test_list_of_missing_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "docs"))
    page = importlib.import_module("_generate").missing()
    assert "`mx.rtc`" in page
    assert "| `mx.base` | `MXCallbackList`" in page
    assert "`HybridBlock`" not in page


def test_missing_modules(mxnet: Any) -> None:
    for path in ("mxnet.tvmop", "mxnet.nosuch"):
        with pytest.raises(ModuleNotFoundError, match=MISSING):
            importlib.import_module(path)
    with pytest.raises(ModuleNotFoundError, match=MISSING):
        from mxnet import onnx  # noqa: F401


def test_arrays_like_numpys(mxnet: Any) -> None:
    from mxnet import np, npx

    for path, module in {
        "numpy": np, "numpy.random": np.random, "numpy.linalg": np.linalg, "ndarray.numpy": np,
        "numpy_extension": npx, "ndarray.numpy_extension": npx,
    }.items():  # fmt: skip
        assert importlib.import_module(f"mxnet.{path}") is module
    assert mxnet.nd.np is np
    assert mxnet.nd.npx is npx
    for path in ("symbol.numpy", "sym.np", "symbol.numpy._symbol"):
        assert importlib.import_module(f"mxnet.{path}") is mxnet.sym.np
    assert importlib.import_module("mxnet.symbol.numpy_extension") is mxnet.sym.npx
    assert callable(npx.image.imresize)


@pytest.mark.parametrize("path", ["", "nd", "nd.op", "nd.contrib", "base", "autograd", "symbol"])
def test_missing_names(path: str) -> None:
    space: Any = ndgrad
    for part in filter(None, path.split(".")):
        space = getattr(space, part)
    with pytest.raises(
        AttributeError, match=rf"module 'ndgrad[.\w]*' has no attribute 'x_y'.*{MISSING}"
    ):
        space.x_y  # noqa: B018
    assert not hasattr(space, "__wrapped__")


def test_missing_module_of_a_module(mxnet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a module of ours cannot import is no missing module of MXNet."""

    def import_module(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'pillow'", name="pillow")

    monkeypatch.setattr("ndgrad._mxnet.importlib", SimpleNamespace(import_module=import_module))
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'pillow'$"):
        import mxnet.nosuch  # noqa: F401


# --- python -m ndgrad -----------------------------------------------------------------------------

PROGRAM = """\
import sys
import mxnet as mx
from mxnet.ndarray import ones
import beside

def fail():
    raise ValueError("of the program")

if __name__ == "__main__":
    print(*sys.argv, sys.path[0], sys.modules["__main__"].fail is fail, mx.__version__, beside.x)
    print(ones(2).asnumpy())
    if len(sys.argv) > 1:
        fail()
"""


def run(*arguments: str, folder: Path) -> SimpleNamespace:
    """What ``python -m ndgrad`` does with arguments, in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "ndgrad", *arguments], cwd=folder, capture_output=True, text=True
    )
    return SimpleNamespace(out=done.stdout, error=done.stderr, code=done.returncode)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "inner").mkdir()
    for name, text in (
        ("inner/program.py", PROGRAM),
        ("inner/beside.py", "x = 1"),
        ("inner/__main__.py", "print('package', __package__)"),
        ("inner/faulty.py", "def f(:"),
    ):
        (folder / name).write_text(text)
    return folder


def test_run_a_program(folder: Path) -> None:
    done = run("inner/program.py", folder=folder)
    assert done.out == f"inner/program.py {folder}/inner True 1.9.1 1\n[1. 1.]\n"
    assert (done.error, done.code) == ("", 0)


def test_traceback_of_a_program(folder: Path) -> None:
    done = run("program.py", "-a", folder=folder / "inner")
    assert done.out.startswith("program.py -a ")
    first, second = done.error.splitlines()[:2]
    assert (first, done.code) == ("Traceback (most recent call last):", 1)
    assert second == '  File "program.py", line 13, in <module>'
    assert done.error.endswith("ValueError: of the program\n")
    assert "ndgrad" not in done.error
    done = run("faulty.py", folder=folder / "inner")
    assert done.error.startswith('  File "faulty.py", line 1\n')


def test_run_a_module_or_code(folder: Path) -> None:
    done = run("-m", "program", folder=folder / "inner")
    assert done.out.startswith(f"{folder}/inner/program.py {folder}/inner True 1.9.1")
    assert run("-m", "inner", folder=folder).out == "package inner\n"
    done = run("-c", "import sys; print(sys.argv); sys.exit(3)", "x", folder=folder)
    assert (done.out, done.code) == ("['-c', 'x']\n", 3)


def test_what_cannot_be_run(folder: Path) -> None:
    assert "can't open file 'nosuch.py'" in run("nosuch.py", folder=folder).error
    assert "No module named nosuch" in run("-m", "nosuch", folder=folder).error
    assert "python -m ndgrad program.py" in run("-m", folder=folder).error
