"""`compile`: a function that runs as a few fused kernels."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeGuard

from .. import tracing
from ..array.ndarray import NDArray
from ..base import MXNetError, shorten_traceback
from ..context import current_context
from ..tape import state
from .front.guards import COMPILED_METHODS, watch
from .front.trace import flatten, trace
from .program.keys import Arguments
from .run.call import MISS, argument, dtype_of, place_of
from .run.explain import Explanation
from .run.runtime import Specialised

_MANY = 8  # programs of one function from which a warning asks whether that is meant
_MOST = 32  # programs of one function beyond which `Compiled.beyond` runs, if there is one
_RECENT = 4  # programs that a call asks whether it is for them, the last used first
_KEPT = 64  # programs of one signature; beyond, the oldest is dropped


Function: TypeAlias = Callable[..., Any]
"""A function of a program's, which takes and returns anything."""


class Evaluable(Protocol):
    """What stands for a function of arrays by name, as a symbol does."""

    def __function__(self) -> Function:
        """Return the function."""


class Compiled:
    """A function compiled for each signature that it is called with; made by `compile`.

    *beyond* does the same as *function*, and is called for all further signatures when there are
    many programs; without it there is a warning.
    """

    def __init__(
        self,
        function: Function,
        fallback: bool = False,
        beyond: Function | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._fallback = fallback
        self._beyond = beyond
        self._name = getattr(function, "__qualname__", type(function).__name__)
        self._programs: dict[object, list[Specialised]] = {}
        self._entries: list[Callable[[Sequence[Any]], object]] = []
        self._eager: set[object] = set()
        self._count = 0
        self._lock = threading.RLock()

    def __get__(self, instance: object, owner: type | None = None) -> Compiled:
        """Bind a compiled method to its object, which has programs of its own."""
        if instance is None:
            return self
        if not hasattr(instance, "__dict__"):
            raise TypeError(
                f"compile: {self._name} cannot keep its programs in a {type(instance).__name__}, "
                "which has __slots__ and no __dict__; compile a function instead"
            )
        methods = vars(instance).get(COMPILED_METHODS)
        if methods is None or methods.instance is not instance:
            methods = vars(instance)[COMPILED_METHODS] = _Methods(instance)
        if self not in methods.compiled:
            bound = self._function.__get__(instance, owner)
            methods.compiled[self] = Compiled(bound, self._fallback)
        found: Compiled = methods.compiled[self]
        return found

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        """Call the function by its program for these arguments, made if need be."""
        try:
            if tracing.active and tracing.recorder() is not None:
                return self._function(*args, **kwargs)  # a part of a larger program
            if not kwargs:
                for entry in self._entries:
                    result = entry(args)
                    if result is not MISS:
                        return result
            return self._found(args, kwargs)
        except Exception as error:
            shorten_traceback(error)
            raise

    def _found(self, args: tuple[Any, ...], kwargs: dict[str, object]) -> object:
        """Call the function by a program that is looked for by a key of the arguments."""
        arrays: Sequence[NDArray] = args
        containers: Sequence[object] = ()
        form: object = None
        if (
            kwargs
            or not all(isinstance(x, NDArray) for x in args)
            or len({*map(id, args)}) < len(args)
        ):
            given = Arguments()
            form = given.keys(args), *kwargs, given.keys([*kwargs.values()])
            arrays, containers = given.arrays, given.containers
        key = (
            form,
            state.recording,
            state.training,
            id(current_context()),  # there is one object a context, which stays
            *[(x.__class__, x._shape, dtype_of(x).num, id(x._ctx), place_of(x)) for x in arrays],
        )
        for program in self._programs.get(key, ()):
            if program.guard.holds(containers):
                if form is None:
                    others = [x for x in self._entries if x is not program.entry]
                    self._entries = [program.entry, *others[: _RECENT - 1]]
                return program.run(arrays)
        if key in self._eager:
            return self._function(*args, **kwargs)
        if self._beyond is not None and self._count >= _MOST:
            return self._beyond(*args, **kwargs)
        made = self._compiled(key, args, kwargs, arrays)
        if isinstance(made, Specialised):
            return made.run(arrays)
        result = self._function(*args, **kwargs)  # which raises its error after its writes
        if made is not None:
            warnings.warn(
                f"compile: {self._name} raised an error while it was traced, but not when it ran "
                f"eagerly: {made}",
                RuntimeWarning,
                stacklevel=3,
            )
        return result

    def _compiled(
        self,
        key: object,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        arrays: Sequence[NDArray],
    ) -> Specialised | str | None:
        """A program for *key*; the text of the function's own error, None if it runs eagerly."""
        given = Arguments()
        given.keys((*args, *kwargs.values()))
        with self._lock:
            programs = self._programs.setdefault(key, [])
            for program in programs:  # another thread may have been faster
                if program.guard.holds(given.containers):
                    return program
            guard = watch(self._function, *given.objects)
            tree = flatten((args, kwargs), {}, guard.meet(given.containers))
            try:
                traced = trace(self._function, tree, arrays, self._name)
                if self._fallback and _is_refusal(traced.unusable):
                    raise traced.unusable
            except Exception as error:
                if not _is_refusal(error):
                    return repr(error)  # its frames would lead back to the caller's
                if not self._fallback:
                    raise
                text = str(error).rstrip(".")
                warnings.warn(f"{text}. It runs eagerly.", RuntimeWarning, stacklevel=4)
                self._eager.add(key)
                return None
            if changed := guard.settle():
                warnings.warn(
                    f"compile: {self._name} changes what it finds around it "
                    f"({', '.join(sorted(set(changed)))}). That happens when it is compiled, not "
                    "when it is called; let it return what changes, or keep it in an array. A "
                    "network whose parameters wait for their shapes is to be called once before.",
                    RuntimeWarning,
                    stacklevel=4,
                )
            text = _signature(arrays)
            program = Specialised(
                self._name, text, self._function, tree, traced, guard, [*map(argument, arrays)]
            )
            programs.insert(0, program)
            del programs[_KEPT:]
            self._count += 1
            if self._count == _MANY and self._beyond is None:
                warnings.warn(
                    f"compile: {self._name} was compiled for {_MANY} signatures, which explain() "
                    "shows. Numbers that change from call to call are best passed as arrays.",
                    RuntimeWarning,
                    stacklevel=4,
                )
            return program

    def __repr__(self) -> str:
        return f"<compiled {self._name}>"

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()

    def explain(self) -> Explanation:
        """What was made of the function so far: programs, fused groups, sources, times, bytes."""
        return Explanation(self._name, [p for found in self._programs.values() for p in found])

    def clear(self) -> None:
        """Forget every program: the next call compiles anew."""
        with self._lock:
            self._programs.clear()
            self._entries = []
            self._eager.clear()
            self._count = 0


class _Methods:
    """The compiled methods of one object; a copy of the object starts with none."""

    def __init__(self, instance: object = None) -> None:
        self.instance = instance
        self.compiled: dict[Compiled, Compiled] = {}

    def __reduce__(self) -> tuple[type[_Methods], tuple[()]]:
        return _Methods, ()


def _is_refusal(error: Exception | None) -> TypeGuard[MXNetError]:
    """Whether *error* says that something cannot be compiled, though it may run."""
    return isinstance(error, MXNetError) and str(error).startswith("compile:")


def _signature(arrays: Sequence[NDArray]) -> str:
    parts = [f"{dtype_of(x)}{list(x._shape)}" + _storage(x) for x in arrays]
    scope = [name for name in ("recording", "training") if getattr(state, name)]
    return ", ".join(parts) + (f" ({', '.join(scope)})" if scope else "")


def _storage(x: NDArray) -> str:
    return "" if x.stype == "default" else f" in {x.stype} storage"


def compile(  # the field's name for it
    function: Function | Evaluable | None = None, *, fallback: bool = False
) -> Any:
    """Compile a function into a few fused kernels.

    The first call with a signature (shapes and dtypes of arrays, values of all other arguments,
    recording and training mode) traces the function: it runs once, without kernels, and what it
    would do becomes one program, forward and backward together.  Later calls run the program.

    Parameters
    ----------
    function : callable or Symbol
        Of arrays, also in lists, tuples and dicts, and of other arguments.  It may record, call
        `backward`, draw random numbers, write to arrays in place, and use arrays that it finds
        around it, such as parameters and their gradients.  Whatever else it does to the world
        happens while it is traced, and only then.  A symbol takes its arguments by name.
    fallback : bool
        Run the function eagerly, with one warning, where it or its backward cannot be compiled;
        otherwise that is an error.

    Returns
    -------
    Compiled
        To be called like the function; with ``explain()``, which shows what was made of it, and
        ``clear()``.

    Raises
    ------
    TypeError
        If *function* is neither.
    MXNetError
        When it is called: if the function needs the values of an array, to branch on them or to
        convert them; if arrays that it writes to share memory.

    Examples
    --------
    >>> import ndgrad as mx
    >>> @mx.compile
    ... def f(x):
    ...     return (2 * x + 0.5).sigmoid() * (0.3 * x).tanh()
    >>> f(mx.nd.array([0, 1])).asnumpy().round(4)
    array([0.    , 0.2692], dtype=float32)
    """
    if function is None:
        return functools.partial(compile, fallback=fallback)
    if hasattr(function, "__function__"):
        function = function.__function__()
    if not callable(function):
        raise TypeError(f"compile: expected a function or a Symbol, got {type(function).__name__}")
    return Compiled(function, fallback)
