"""The CUDA variant of any ``@chunked`` kernel: each thread does units of it, one at a time.

The serial function of the CPU becomes a device function and is called with ``lo = u, hi = u + 1``.
Units are independent of each other, so the results are those of the CPU; the speed is that of
threads which do not work together, so that kernels that matter have variants of their own.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types

from ...base import MXNetError
from ...device import DeviceArray
from .. import _cache
from .._launch import Chunked
from . import _text
from ._driver import Kernel, array_of, cuda


class _LocalArrays(ast.NodeTransformer):
    """``empty(n, dtype)`` of a constant size becomes memory of the thread's own."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.found = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = ast.unparse(node.func)
        if called not in ("empty", "np.empty"):
            return node
        try:
            size = eval(ast.unparse(node.args[0]), dict(self.namespace))
        except NameError:
            raise MXNetError(
                f"{ast.unparse(node)}: an array of that size has no CUDA variant yet"
            ) from None
        self.found = True
        array = ast.parse("cuda.local.array", mode="eval").body
        return ast.Call(array, [ast.Constant(size), *node.args[1:]], [])


def on_device(function: Callable[..., Any]) -> Any:
    """What a CUDA kernel calls for the Python function of a CPU kernel.

    Raises
    ------
    MXNetError
        If it needs memory of a size that is known only when it runs.
    """
    text = textwrap.dedent(inspect.getsource(function))
    if "empty(" not in text and not _helpers(function):
        return cuda.jit(device=True)(function)
    namespace = {**function.__globals__, "cuda": cuda}
    for name, helper in _helpers(function).items():
        namespace[name] = on_device(helper)
    tree = ast.parse(text)
    tree.body[0].decorator_list = []  # type: ignore[attr-defined]
    tree = ast.fix_missing_locations(_LocalArrays(namespace).visit(tree))
    exec(compile(tree, inspect.getfile(function), "exec"), namespace)
    return cuda.jit(device=True)(namespace[function.__name__])


def _helpers(function: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Compiled functions that a kernel calls and that take memory."""
    found = {}
    for name in function.__code__.co_names:
        value: Any = function.__globals__.get(name)
        helper = inspect.unwrap(getattr(value, "py_func", value)) if callable(value) else None
        compiled = hasattr(value, "__wrapped__" if numba.config.DISABLE_JIT else "py_func")
        if helper is not None and compiled and "empty(" in inspect.getsource(helper):
            found[name] = helper
    return found


@cache
def _factory(count: int) -> Callable[[Any], Callable[..., Any]]:
    args = ", ".join(f"a{i}" for i in range(count))
    lines = [
        "def over(loop):",
        f"    def kernel({args}, units):",
        "        for unit in range(cuda.grid(1), units, cuda.gridsize(1)):",
        f"            loop({args}, unit, unit + 1)",
        "    return kernel",
    ]
    title = f"A kernel of {count} arguments, unit by unit."
    made: Callable[[Any], Callable[..., Any]] = _cache.load(
        f"generic_{count}_cuda", _text.module(title, lines)
    ).over
    return made


_KERNELS: dict[Any, Kernel] = {}


def kernel(chunked: Chunked, signature: tuple[Any, ...]) -> Kernel:
    """The CUDA kernel of a chunked kernel for the types of its arguments without lo and hi."""
    key = chunked, signature
    if key not in _KERNELS:
        made = _factory(len(signature))(on_device(chunked.function))
        _KERNELS[key] = Kernel(made, (*signature, types.int64))
    return _KERNELS[key]


def _type_of(x: Any) -> Any:
    if isinstance(x, (DeviceArray, np.ndarray)):
        return array_of(x.dtype)
    if isinstance(x, np.generic):
        return numba.typeof(x)
    kind = {bool: types.boolean, int: types.int64, float: types.float64}.get(type(x))
    if kind is None:
        raise MXNetError(f"a kernel on a device cannot take {x!r}")
    return kind


def run(chunked: Chunked, args: tuple[Any, ...]) -> None:
    """Run a kernel as `Chunked.__call__` does, given *args*, the number of units and a grain."""
    *args_, units, _ = args
    device: Any = next(x.device for x in args_ if x.__class__ is DeviceArray)
    if units > 0:
        signature = tuple(map(_type_of, args_))
        kernel(chunked, signature).over(device, units, (*args_, units))
