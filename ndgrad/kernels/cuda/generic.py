"""The CUDA variant of any ``@chunked`` kernel: each thread does one work item after the other.

The serial function of the CPU becomes a device function and is called with ``lo = u, hi = u + 1``.
Units are independent of each other, so the results are those of the CPU; the speed is that of
threads which do not work together, so that kernels that matter have variants of their own.

A kernel's own arrays are the one thing that has to be written anew.  ``empty(n, dtype)``, or
``scratch``, of a constant size is memory of the thread's; of a size that the kernel's arguments
give it is the thread's part of a workspace, which the host makes.

A kernel that draws tiles of random words (`philox.tile`) has units of a thousand elements.  A
block of threads does each together: own arrays are shared, and so are the loops within a unit,
whose rounds are independent of each other too.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types

from ...base import MXNetError
from ...memory.device import DeviceArray
from ..annotations import Arguments, Function, Key, Signature
from ..build import binaries
from ..build.launch import Chunked
from ..cpu import philox
from ..spec.text import module
from . import driver
from .driver import CudaKernel, array_of, cuda

_WORKERS = 4096
"""Threads of a kernel that needs a workspace, at most."""


@dataclass(frozen=True)
class _Workspace:
    """An array of each thread's own: its size and dtype as expressions of the arguments."""

    size: str
    dtype: str


class _OwnArrays(ast.NodeTransformer):
    """Gives ``empty(n, dtype)`` its memory on a device."""

    memory = "local"

    def __init__(self, namespace: dict[str, object]) -> None:
        self.namespace = namespace
        self.work: list[_Workspace] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.func) not in ("empty", "np.empty", "scratch"):
            return node
        size, dtype = map(ast.unparse, node.args)
        try:
            own = f"cuda.{self.memory}.array({eval(size, dict(self.namespace))}, {dtype})"
        except NameError:
            own = f"work{len(self.work)}[cuda.grid(1) * ({size}) : (cuda.grid(1) + 1) * ({size})]"
            self.work.append(_Workspace(size, dtype))
        return _in_place_of(node, own)


class _Together(_OwnArrays):
    """Makes a block of threads do a work item together; all do what is not in a loop."""

    memory = "shared"

    def visit_For(self, node: ast.For) -> ast.For | list[ast.stmt]:
        self.generic_visit(node)
        rounds = ast.unparse(node.iter)
        if not rounds.startswith("range(") or rounds == "range(lo, hi)":
            return node
        count = rounds.removeprefix("range(").removesuffix(")")
        mine = f"range(cuda.threadIdx.x, {count}, cuda.blockDim.x)"
        node.iter = _in_place_of(node.iter, mine)
        return [node, ast.Expr(_in_place_of(node, "cuda.syncthreads()"))]


def _in_place_of(node: ast.expr | ast.stmt, text: str) -> ast.expr:
    """An expression on a node's line, by which the simulator tells shared arrays apart."""
    made = ast.parse(text, mode="eval").body
    for part in ast.walk(made):
        ast.copy_location(part, node)
    return made


def _allocates(function: Function) -> bool:
    return any(name in inspect.getsource(function) for name in ("empty(", "scratch("))


def _draws(function: Function) -> bool:
    return "tile" in function.__code__.co_names and function.__globals__["tile"] is philox.tile


def on_device(function: Function) -> tuple[Function, list[_Workspace]]:
    """What a CUDA kernel calls for the Python function of a CPU kernel, and workspaces it takes."""
    helpers = _helpers(function)
    if not (helpers or _draws(function) or _allocates(function)):
        return cuda.jit(device=True)(function), []
    known = {}
    for name, helper in helpers.items():
        known[name], work = on_device(helper)
        if work:
            raise MXNetError(f"{name} has arrays of its own; only a kernel can on a device")
    if not _draws(function):
        return _rewritten(function, _OwnArrays, known)
    known["tile"], _ = _rewritten(_plain(philox.tile), _Together, {})
    return _rewritten(function, _Together, known)


def _rewritten(
    function: Function, rewriter: type[_OwnArrays], known: dict[str, Function]
) -> tuple[Function, list[_Workspace]]:
    """A function of the host as a device function, which calls those of *known* by their names."""
    enclosed = inspect.getclosurevars(function).nonlocals
    namespace = {**function.__globals__, **enclosed, "cuda": cuda, **known}
    own = rewriter(namespace)
    text = textwrap.dedent(inspect.getsource(function))
    tree = ast.increment_lineno(ast.parse(text), function.__code__.co_firstlineno - 1)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    own.visit(definition)
    definition.args.args += [ast.arg(f"work{i}") for i in range(len(own.work))]
    ast.fix_missing_locations(tree)
    exec(compile(tree, inspect.getfile(function), "exec"), namespace)
    return cuda.jit(device=True)(namespace[function.__name__]), own.work


def _plain(compiled: Function) -> Function:
    """The Python function of a compiled one."""
    plain: Function = inspect.unwrap(getattr(compiled, "py_func", compiled))
    return plain


def _helpers(function: Function) -> dict[str, Function]:
    """Compiled functions that a kernel calls and that have arrays of their own."""
    found = {}
    for name in function.__code__.co_names:
        value: Any = function.__globals__.get(name)
        if not hasattr(value, "__wrapped__" if numba.config.DISABLE_JIT else "py_func"):
            continue
        helper = _plain(value)
        if _allocates(helper):
            found[name] = helper
    return found


@cache
def _factory(args: int, work: int, together: bool) -> Callable[[Function], Function]:
    place, places = ("blockIdx.x", "gridDim.x") if together else ("grid(1)", "gridsize(1)")
    given = ", ".join(f"a{i}" for i in range(args))
    extra = "".join(f", work{i}" for i in range(work))
    lines = [
        "def over(loop):",
        f"    def kernel({given}{extra}, units):",
        f"        for unit in range(cuda.{place}, units, cuda.{places}):",
        f"            loop({given}, unit, unit + 1{extra})",
        "    return kernel",
    ]
    title = f"A kernel of {args} arguments and {work} workspaces, unit by unit."
    made: Callable[[Function], Function] = binaries.load(
        f"generic_{args}_{work}{'_together' * together}_cuda", module(title, lines)
    ).over
    return made


class GenericKernel:
    """The CUDA kernel of a chunked kernel for the types of its arguments."""

    def __init__(self, chunked: Chunked, signature: Signature, args: Arguments) -> None:
        function = chunked.function
        loop, self._work = on_device(function)
        self._names = tuple(inspect.signature(function).parameters)[:-2]
        self._namespace = function.__globals__
        self._dtypes = [np.dtype(self._value(work.dtype, args)) for work in self._work]
        self._together = _draws(function)
        made = _factory(len(signature), len(self._work), self._together)(loop)
        self.kernel = CudaKernel(made, (*signature, *map(array_of, self._dtypes), types.int64))

    def _value(self, expression: str, args: Arguments) -> Any:
        return eval(expression, self._namespace, dict(zip(self._names, args, strict=True)))

    def run(self, device: driver.CudaDevice, args: Arguments, units: int) -> None:
        if self._together:
            self.kernel(device, device.blocks(units), driver.THREADS, (*args, units))
            return
        if not self._work:
            self.kernel.over(device, units, (*args, units))
            return
        threads = min(driver.THREADS, 32)
        blocks = min(-(-units // threads), _WORKERS // threads)
        workers = min(blocks * threads, units)
        work = [
            device.empty(workers * self._value(work.size, args), dtype)
            for work, dtype in zip(self._work, self._dtypes, strict=True)
        ]
        self.kernel(device, blocks, threads, (*args, *work, units))


_KERNELS: dict[Key, GenericKernel] = {}


def _type_of(x: object) -> types.Type:
    if isinstance(x, (DeviceArray, np.ndarray)):
        return array_of(x.dtype)
    if isinstance(x, np.generic):
        return numba.typeof(x)
    kind = {bool: types.boolean, int: types.int64, float: types.float64}.get(type(x))
    if kind is None:
        raise MXNetError(f"a kernel on a device cannot take {x!r}")
    return kind


def run(chunked: Chunked, args: Arguments) -> None:
    """Run a kernel as `Chunked.__call__` does, given *args*, the number of units and a grain.

    Arrays of the host among the arguments are copied to the device, and not back: results have to
    be on the device.
    """
    given, units = args[:-2], args[-2]
    if units <= 0:
        return
    device: Any = None
    key: list[object] = [chunked]  # not of Numba's types, whose hashes take longer than a launch
    for x in given:
        kind = x.__class__
        if kind is DeviceArray:
            device = x.device
        key.append(x.dtype.char if kind is DeviceArray or kind is np.ndarray else kind)
    which = tuple(key)
    generic = _KERNELS.get(which)
    if generic is None:
        made = GenericKernel(chunked, tuple(map(_type_of, given)), given)
        generic = _KERNELS.setdefault(which, made)
    generic.run(device, given, units)
