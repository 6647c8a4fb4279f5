"""What public modules have: ``__all__`` and ``dir`` list what users call, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Iterator

import pytest

import ndgrad as mx
import ndgrad.compiler
import ndgrad.testing
from ndgrad.ops.table import OPS


def public_modules() -> dict[str, types.ModuleType]:
    """`ndgrad`, what its ``__all__`` leads to, and what has to be imported by its own name."""
    found: dict[str, types.ModuleType] = {}

    def visit(module: types.ModuleType) -> None:
        if module.__name__ in found:
            return
        found[module.__name__] = module
        for name in module.__all__:
            if isinstance(value := getattr(module, name), types.ModuleType):
                visit(value)

    for module in (mx, ndgrad.testing, ndgrad.compiler):
        visit(module)
    return found


MODULES = public_modules()
CONSTANTS = {
    "ndgrad.base": {
        "DTYPES",
        "integer_types",
        "mx_real_t",
        "numeric_types",
        "settings",
        "string_types",
    },
    "ndgrad.kernels": {"ALIASES", "OPS"},
    "ndgrad.numpy": {
        "NAN",
        "NINF",
        "NZERO",
        "NaN",
        "PINF",
        "PZERO",
        "bool",
        "bool_",
        "dtype",
        "e",
        "euler_gamma",
        "finfo",
        "float16",
        "float32",
        "float64",
        "iinfo",
        "inf",
        "int16",
        "int32",
        "int64",
        "int8",
        "nan",
        "newaxis",
        "pi",
        "uint8",
    },
    "ndgrad.testing": {"TOLERANCES"},
}
modules = pytest.mark.parametrize("name", MODULES)


def shown(module: types.ModuleType) -> Iterator[str]:
    return (n for n in dir(module) if not (n.startswith("__") and n.endswith("__")))


def test_these_are_public() -> None:
    assert {name.removeprefix("ndgrad").removeprefix(".") for name in MODULES} == {
        "", "autograd", "base", "compiler", "context", "kernels", "nd", "nd.contrib", "nd.image",
        "nd.linalg", "nd.op", "nd.random", "nd.sparse", "numpy", "numpy.linalg", "numpy.random",
        "numpy_extension", "numpy_extension.image", "numpy_extension.random", "operator",
        "random", "symbol", "symbol.contrib", "symbol.image", "symbol.linalg", "symbol.op",
        "symbol.random", "symbol.sparse", "testing", "util",
    }  # fmt: skip


@modules
def test_dir_lists_what_all_does(name: str) -> None:
    module = MODULES[name]
    assert list(shown(module)) == sorted(module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)
    assert {"__name__", "__doc__", "__all__"} <= set(dir(module))
    assert not any(n.startswith("_") for n in shown(module))


@modules
def test_what_is_public_is_our_own_and_has_a_docstring(name: str) -> None:
    module = MODULES[name]
    for n in module.__all__:
        value = getattr(module, n)
        if n in CONSTANTS.get(name, ()):
            continue
        if isinstance(value, types.ModuleType):
            assert value.__name__ in MODULES, f"{name}.{n}"
        else:
            assert callable(value), f"{name}.{n}"
            assert value.__module__.partition(".")[0] == "ndgrad", f"{name}.{n}"
        assert value.__doc__, f"{name}.{n}"


def test_nd_has_every_operator_that_users_call() -> None:
    for op in OPS.values():
        for name in (op.name, *op.aliases):
            assert hasattr(mx.nd._internal, name)
            if not name.startswith("_"):
                assert name in mx.nd.__all__
                assert name in mx.nd.op.__all__
                assert callable(getattr(mx.nd, name))
    assert set(mx.nd.random.__all__) <= set(vars(mx.nd.random))
    assert {"sample_uniform", "random_normal", "uniform", "split", "NDArray"} <= set(dir(mx.nd))
    assert {"boolean_mask", "isnan"} <= set(dir(mx.nd.contrib))
    assert {"gemm", "gemm2", "syrk"} <= set(dir(mx.nd.linalg))


def test_star_imports() -> None:
    program = "\n".join(f"from {name} import *" for name in MODULES if not name.endswith(".op"))
    program += "\nprint(np_shape, check_gradients, gemm2, boolean_mask, 'os' in globals())"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert result.stdout.endswith("False\n")
