"""What is timed: operators, derivatives, compiled functions, kernels, reads by the host, memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType

from .. import engine, nd, tracing
from ..array.ndarray import NDArray
from ..compiler.compiled import Compiled
from ..compiler.plan.plan import PLANS, ExecutionPlan
from ..dispatch import classes
from ..kernels.build.launch import Specialization
from ..kernels.cpu import tasks
from ..nd import creation
from ..operator import Custom
from ..ops.bound import CALLS, Bound
from ..ops.table import Op
from ..tape import Array, Node
from . import records
from .memory import PoolUse
from .records import (
    AUTOGRAD,
    BACKWARD,
    COMPILED,
    HOST,
    KERNEL,
    OPERATOR,
    PRODUCT,
    STEP,
    Facts,
    clock,
    facts_of,
)
from .replacing import Arguments, Function, Hook, Keywords, Replacements, Wrapper

_READS = {
    "asnumpy": "asnumpy",
    "asscalar": "asscalar",
    "tolist": "tolist",
    "wait_to_read": "wait_to_read",
    "__array__": "NumPy's array",
    "__bool__": "bool",
    "_one": "float or int",
}
"""Methods that read elements on the host, and what their calls are shown as."""

_PLAN = "<plan>"  # the file of a plan's function, by which others are told apart


class _Open(threading.local):
    """Names of the spans of a thread that have begun and not ended."""

    def __init__(self) -> None:
        self.names: list[str] = []


_open = _Open()


def _traces() -> bool:
    """Whether calls of this thread are noted and do not run, if `tracing.active` is not empty."""
    return tracing.recorder() is not None or tracing.program() is not None


def _timed(
    category: str,
    name: str | Callable[[Arguments], str],
    facts: Callable[[Arguments, Keywords, object], Facts | str | None],
) -> Wrapper:
    """A wrapper of functions whose calls are spans.

    A call that only passes another one on, of the same name, is one span with it.
    """

    def wrapper(original: Function) -> Hook:
        add, active = records.recorder.add, tracing.active
        fixed, name_of = (name, None) if isinstance(name, str) else ("", name)

        def hook(args: Arguments, kwargs: Keywords) -> object:
            if active and _traces():
                return original(*args, **kwargs)
            called = fixed if name_of is None else name_of(args)
            names = _open.names
            if names and names[-1] == called:
                return original(*args, **kwargs)
            names.append(called)
            result = None
            start = clock()
            try:
                result = original(*args, **kwargs)
            finally:
                duration = clock() - start
                names.pop()
                add(category, called, "X", start, duration, facts=facts(args, kwargs, result))
            return result

        return hook

    return wrapper


def _of_arrays(args: Arguments, kwargs: Keywords, result: object) -> Facts:
    return facts_of((*args, *kwargs.values()) if kwargs else args, result)


def _of_part(args: Arguments, kwargs: Keywords, result: object) -> Facts:
    """What is read or written is a part of the first array, which a value may broadcast to."""
    return facts_of((*args, *kwargs.values()), result)._replace(nbytes=0)


def _none(args: Arguments, kwargs: Keywords, result: object) -> None:
    return None


class Instruments:
    """Replacements of what is timed.

    Attributes
    ----------
    memory : PoolUse
    """

    def __init__(self) -> None:
        self.memory = PoolUse()
        self._replaced = Replacements()
        self._lock = threading.Lock()
        self._installed = False
        self._bounds: dict[Op, Bound] = {}

    def install(self, options: Callable[[str], bool]) -> None:
        """Begin to time what *options* says, by the names of `set_config`."""
        replace, self._installed = self._replaced.function, True
        self.memory.begin(replace, options("profile_memory"))
        if options("profile_imperative"):
            for call, name in CALLS.items():
                replace(_plain(call), _timed(OPERATOR, name, _of_arrays))
            for space, prefix in ((creation, ""), (nd.random, "random_")):
                for name in space.__all__:
                    if isinstance(found := getattr(space, name), FunctionType):
                        replace(found, _timed(OPERATOR, prefix + name, _of_arrays))
            replace(_plain(Custom), _timed(OPERATOR, "Custom", _of_arrays))
            for name in ("getitem", "setitem"):
                found = getattr(NDArray, f"__{name}__")
                replace(found, _timed(OPERATOR, name, _of_part))
            for name in ("backward", "grad"):
                replace(_plain(getattr(engine, name)), _timed(AUTOGRAD, name, _none))
            replace(_plain(engine.run_backward), self._with_derivatives)
            replace(_plain(Specialization.parallel), _timed_kernel)
            for kind in (tasks._Prepared, tasks._Interpreted):
                replace(_plain(kind.__call__), _timed(STEP, _task_list, _tasks_of))
        if options("profile_symbolic"):
            replace(_plain(Compiled.__call__), _timed(COMPILED, _compiled_name, _of_arrays))
            replace(_plain(Compiled._compiled), _timed(COMPILED, _compiling_name, _none))
            replace(_plain(ExecutionPlan.__init__), self._with_steps)
            for plan in list(PLANS):
                self._time_steps(plan)
        if options("profile_api"):
            for owner in (NDArray, Array._on_device, classes.sparse):
                for name, shown in _READS.items():
                    if isinstance(found := vars(owner).get(name), FunctionType):
                        replace(found, _timed(HOST, shown, _of_arrays))
            replace(_plain(nd.waitall), _timed(HOST, "waitall", _none))

    def remove(self) -> None:
        """Let everything be what it was."""
        with self._lock:
            self._installed = False
            self._replaced.restore()
            for op, bound in self._bounds.items():
                op.bound = bound
            self._bounds.clear()
        self.memory.end()

    # --- derivatives ------------------------------------------------------------------------------

    def _with_derivatives(self, original: Function) -> Hook:
        """`engine.run_backward` where the derivatives of the nodes are timed."""

        def hook(args: Arguments, kwargs: Keywords) -> object:
            if not (tracing.active and _traces()):
                for node in args[0] if args else kwargs["order"]:
                    if node.__class__ is Node and node.op not in self._bounds:
                        with self._lock:
                            self._time_derivatives(node.op)
            return original(*args, **kwargs)

        return hook

    def _time_derivatives(self, op: Op) -> None:
        if op in self._bounds or not self._installed:  # another thread was faster
            return
        bound = op.bound
        assert bound is not None
        self._bounds[op] = bound
        timed = _timed(BACKWARD, f"_backward_{op.name}", _of_derivative)
        one, other = timed(bound.buffer_backward), timed(bound.recorded_backward)
        op.bound = Bound(
            bound.call,
            lambda node, grads: one((node, grads), {}),
            lambda node, grads: other((node, grads), {}),
        )

    # --- compiled functions -----------------------------------------------------------------------

    def _with_steps(self, original: Function) -> Hook:
        """`ExecutionPlan.__init__`, behind which the steps of the plan are timed."""

        def hook(args: Arguments, kwargs: Keywords) -> None:
            original(*args, **kwargs)
            self._time_steps(args[0])

        return hook

    def _time_steps(self, plan: ExecutionPlan) -> None:
        """Time what a line of the plan's function calls; on a GPU that only starts it."""
        function = plan.run
        if not isinstance(function, FunctionType) or function.__code__.co_filename != _PLAN:
            return
        names = function.__globals__
        with self._lock:
            for key, title in plan.report.calls.items() if self._installed else ():
                if key in names and getattr(names[key], "__func__", None) is not _PARALLEL:
                    step = _timed(STEP, _TITLES.get(title, title), _none)(names[key])
                    self._replaced.item(names, key, partial(_call, step))


_TITLES = {"_blocks": "product"}  # as of one on several threads
_PARALLEL = Specialization.parallel


def _call(hook: Hook, *args: object) -> object:
    return hook(args, {})


def _plain(function: object) -> FunctionType:
    assert isinstance(function, FunctionType)
    return function


def _of_derivative(args: Arguments, kwargs: Keywords, result: object) -> Facts:
    """The shapes of a node, and the bytes of what its derivative reads and makes."""
    node, grads = args
    inputs = len(node.parents)
    return Facts(
        node.shapes[inputs:],
        node.shapes[:inputs],
        _nbytes(node.saved or ()) + _nbytes((grads,)) + _nbytes((result,)),
    )


def _nbytes(things: Iterable[object]) -> int:
    total = 0
    for x in things:
        if isinstance(x, (list, tuple)):
            total += _nbytes(x)
        elif isinstance(x, Array):
            total += x._data.nbytes
        else:
            total += getattr(x, "nbytes", 0)
    return total


def _is_product(kernel: Specialization) -> bool:
    return kernel._kernel.function.__module__.endswith((".matmul", ".tiles"))


def _title(kernel: Specialization) -> str:
    return "product" if _is_product(kernel) else kernel.name


def _timed_kernel(original: Function) -> Hook:
    """`Specialization.parallel`: the launch of a kernel on all threads."""
    product, other = (
        _timed(category, lambda args: _title(args[0]), _none)(original)
        for category in (PRODUCT, KERNEL)
    )

    def hook(args: Arguments, kwargs: Keywords) -> object:
        if args[0]._kernel.function.__module__ == tasks.__name__:  # a task list, which is a step
            return original(*args, **kwargs)
        return (product if _is_product(args[0]) else other)(args, kwargs)

    return hook


def _task_list(args: Arguments) -> str:
    names = [_title(task.entry) for task in args[0].task_list.tasks]
    return f"{len(names)} kernels: {', '.join(names)}"


def _tasks_of(args: Arguments, kwargs: Keywords, result: object) -> str:
    """One line for each kernel of a task list."""
    return "\n".join(
        f"{_title(task.entry)}, {task.units} by {task.grain}" for task in args[0].task_list.tasks
    )


def _compiled_name(args: Arguments) -> str:
    return f"compiled {args[0]._name}"


def _compiling_name(args: Arguments) -> str:
    return f"trace and compile {args[0]._name}"
