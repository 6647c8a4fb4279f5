"""The identity of a kernel: what makes another binary of it, and what does not."""

from __future__ import annotations

import enum
import os
import subprocess
import sys
import types
from collections import namedtuple
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from ndgrad.kernels.build.identity import Unidentified, identity

COMMON = """
import enum, math
import numpy as np
from numba import njit
from collections import namedtuple
"""


def made(text: str, **names: Any) -> Any:
    """The function `kernel` of a module with *text*, always called the same."""
    space = {"__name__": "kernels_of_a_user", **names}
    exec(compile(COMMON + text, "<user>", "exec"), space)
    return space["kernel"]


CALLEE = """
def f(x):
    return x * 2
def kernel(x):
    return f(x)
"""
CLOSURE = """
def outer(k):
    def kernel(x):
        return x * k
    return kernel
kernel = outer(2.0)
"""
RECURSIVE = """
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
def kernel(n):
    return even(n)
"""
EDITS = {
    "constant": ("def kernel(x): return x * 2", "2", "3"),
    "type of a constant": ("def kernel(x): return x * 1", "1", "True"),
    "sign of zero": ("def kernel(x): return x + 0.0", "0.0", "-0.0"),
    "global": ("K = 2\ndef kernel(x): return x * K", "K = 2", "K = 3"),
    "global in a comprehension": ("K = 2\ndef kernel(x): return [y * K for y in x]", "= 2", "= 3"),
    "builtin that is hidden": ("def kernel(x): return abs(x)", "def", "abs = math.exp\ndef"),
    "callee": (CALLEE, "* 2", "* 3"),
    "compiled callee": ("@njit" + CALLEE, "* 2", "* 3"),
    "options of a callee": ("@njit()" + CALLEE, "@njit()", "@njit(fastmath=True)"),
    "signature of a callee": ("@njit" + CALLEE, "@njit", "@njit('f4(f4)')"),
    "closure": (CLOSURE, "2.0", "3.0"),
    "default": ("def kernel(x, k=2): return x * k", "k=2", "k=3"),
    "recursion": (RECURSIVE, "n == 0 else even", "n <= 0 else even"),
    "exception": (
        "def kernel(x):\n try:\n  y = x\n except ValueError:\n  y = 1\n return y", "= 1", "= 2"),
    "array": ("A = np.arange(3)\ndef kernel(i): return A[i]", "arange(3)", "ones(3)"),
    "dtype of an array": ("A = np.zeros(3, 'i4')\ndef kernel(i): return A[i]", "i4", "f4"),
    "layout of an array": (
        "A = np.ones((2, 2), order='C')\ndef kernel(i): return A[i]", "'C'", "'F'"),
    "tuple": ("A = (1, (2, 3))\ndef kernel(i): return A[1][i]", "3", "4"),
    "member of an enum": (
        "class E(enum.IntEnum):\n A = 1\ndef kernel(x): return x + E.A", "= 1", "= 2"),
    "fields of a named tuple": (
        "P = namedtuple('P', 'a b')\nK = P(1, 2)\ndef kernel(): return K.a", "a b", "b a"),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_makes_another_kernel(what: str) -> None:
    text, old, new = EDITS[what]
    assert old in text
    assert identity(made(text)) == identity(made(text))
    assert identity(made(text)) != identity(made(text.replace(old, new, 1)))


def test_an_attribute_of_a_users_module() -> None:
    constants, inner = types.ModuleType("constants"), types.ModuleType("constants.inner")
    constants.SCALE, constants.inner, inner.SHIFT = 2.0, inner, 3.0  # type: ignore[attr-defined]
    kernel = made("def kernel(x): return x * C.SCALE + C.inner.SHIFT", C=constants)
    found = [identity(kernel)]
    constants.SCALE = 4.0  # type: ignore[attr-defined]
    found.append(identity(kernel))
    inner.SHIFT = 5.0  # type: ignore[attr-defined]
    found.append(identity(kernel))
    constants.other = 6.0  # type: ignore[attr-defined]
    assert identity(kernel) == found[-1]
    assert len(set(found)) == 3


def test_a_global_that_changes_later() -> None:
    kernel = made("K = 2\nA = np.zeros(2)\ndef kernel(x): return x * K + A[0]")
    found = [identity(kernel)]
    kernel.__globals__["K"] = 3
    found.append(identity(kernel))
    kernel.__globals__["A"][0] = 1
    found.append(identity(kernel))
    assert len(set(found)) == 3


def test_comments_and_lines_do_not_matter() -> None:
    assert identity(made("def kernel(x):\n    # why\n\n    return x * 2")) == identity(
        made("def kernel(x): return x * 2")
    )


class Colour(enum.Enum):
    RED = object()


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([object()]),
        [].append,
        numba.vectorize(["f8(f8)"])(lambda x: x) if not numba.config.DISABLE_JIT else object(),
        Colour.RED,
        property(lambda self: 1),
        Point(1, object()),
    ],
)
def test_what_has_no_content_is_not_identified(value: Any) -> None:
    with pytest.raises(Unidentified):
        identity(made("def kernel(x): return K", K=value))


PROGRAM = """
import sys
import numpy as np
from ndgrad.kernels.build import launch
K, TABLE = float(sys.argv[1]), np.array([float(sys.argv[2]), 1.0])
def helper(x):
    return x * K
helper = launch.kernel(helper)
@launch.kernel
def scaled(x):
    return helper(x) + TABLE[0]
print(scaled(2.0), sum(scaled.stats.cache_hits.values()))
"""


@pytest.mark.compiled
def test_processes_share_binaries_of_one_content(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    environment = {**os.environ, "NDGRAD_CACHE_DIR": str(tmp_path / "cache")}

    def run(*arguments: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, str(file), *arguments],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    assert run("3", "0.5") == ["6.5", "0"]
    assert run("4", "0.25") == ["8.25", "0"]  # another global of a callee, another element of ours
    assert run("3", "0.5") == ["6.5", "1"]


FIRST_KERNEL = """
import sys
import numba, numpy
from ndgrad import nd

nd.exp(nd.ones(3)).asnumpy()
print("scipy.linalg" in sys.modules)

@numba.njit
def product(a):
    return numpy.dot(a, a)

print(product(numpy.ones(3)))
"""


@pytest.mark.compiled
def test_a_first_kernel_does_not_import_scipy(tmp_path: Path) -> None:
    """But a user's function that needs it does."""
    pytest.importorskip("scipy")
    done = subprocess.run(
        [sys.executable, "-c", FIRST_KERNEL],
        env={**os.environ, "NDGRAD_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "3.0"]
