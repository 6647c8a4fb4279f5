"""Buffers without elements, and the program of what a function does with them.

A function of buffers that is run on abstract ones allocates no memory and launches no kernel: what
it would have done is noted in a `BufferProgram`, which then is a function of real buffers that does
that and nothing else.  Whatever asks an abstract buffer for its elements raises, so that a program
depends on sizes and dtypes alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NoReturn, Protocol, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from ..base import DType, HostArray, Shape

Allocate: TypeAlias = Callable[[int, DType], HostArray]
"""What makes a buffer of a number of elements of a dtype."""

Run: TypeAlias = Callable[..., Any]
"""A function of real buffers, and of what else its text says, which returns what that says."""
_LARGEST_CONSTANT = 1 << 16
"""Bytes of an array that a program may hold."""

PLAIN_RUNS = 8
"""Runs of a program from which it pays to load functions that take less time."""


class NeedsElements(Exception):
    """What a function does with abstract buffers depends on elements, or cannot be noted."""


class Launchable(Protocol):
    """A compiled kernel over work items; see `ndgrad.kernels.build.launch.Specialization`."""

    @property
    def serial(self) -> Callable[..., None]: ...

    def parallel(self, *args: object) -> None: ...


class AbstractBuffer:
    """A flat buffer of a program; it behaves like one as far as operators need it.

    Attributes
    ----------
    device : BufferProgram
        Where what is done with it is noted; so allocation on it is allocation in the program.
    name : str
        In the text of the program.
    size, dtype
    base : AbstractBuffer or None
        What it is a view of.
    """

    __slots__ = ("base", "device", "dtype", "name", "size")

    __array_ufunc__ = None
    __hash__ = object.__hash__
    ndim = 1

    def __init__(
        self,
        program: BufferProgram,
        name: str,
        size: int,
        dtype: DType,
        base: AbstractBuffer | None = None,
    ) -> None:
        self.device, self.name, self.size, self.dtype, self.base = program, name, size, dtype, base

    @property
    def shape(self) -> Shape:
        return (self.size,)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def _root(self) -> AbstractBuffer:
        return self if self.base is None else self.base

    def _no_elements(self, *args: object, **kwargs: object) -> NoReturn:
        raise NeedsElements

    __array__ = __bool__ = __int__ = __float__ = __index__ = __iter__ = __len__ = _no_elements
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __setitem__ = _no_elements

    def __getattr__(self, name: str) -> NoReturn:
        if name == "_numba_type_":  # Numba's C code asks for it, and prints any other error
            raise AttributeError(name)
        raise NeedsElements(name)

    def view(self, dtype: DTypeLike) -> AbstractBuffer:
        """The same memory as elements of another dtype of the same width."""
        kind = np.dtype(dtype)
        if kind.itemsize != self.dtype.itemsize:
            raise NeedsElements
        return AbstractBuffer(self.device, self.name, self.size, kind, self._root())

    def __getitem__(self, key: object) -> AbstractBuffer:
        if not isinstance(key, slice) or key.step not in (None, 1):
            raise NeedsElements
        start, stop, _ = key.indices(self.size)
        stop = max(start, stop)
        program = self.device
        text = f"{program.typed(self)}[{program.constant(slice(start, stop))}]"
        return program.result(text, stop - start, self.dtype, self._root())

    def fill(self, value: object) -> None:
        """Note that every element is set."""
        program = self.device
        program.lines.append(f"{program.typed(self)}.fill({program.constant(value)})")

    def copy(self) -> AbstractBuffer:
        return self.device.result(f"{self.device.typed(self)}.copy()", self.size, self.dtype)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> AbstractBuffer:
        kind = np.dtype(dtype)
        if kind == self.dtype and not copy:
            return self
        program = self.device
        text = f"{program.typed(self)}.astype({program.constant(kind)})"
        return program.result(text, self.size, kind)


class AbstractValue:
    """A number that is another one in each run of a program, of a NumPy type."""

    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: type[np.generic]) -> None:
        self.name, self.kind = name, kind


class BufferProgram:
    """What a function did with abstract buffers, line by line.

    Attributes
    ----------
    lines : list of str
    constants : list
        What lines refer to as ``c0``, ``c1`` ...: the text is the same for all sizes.
    launches : bool
        Whether launches of kernels are noted.
    """

    launches = True

    def __init__(self, allocator: Callable[[int, DType], Allocate]) -> None:
        self.lines: list[str] = []
        self.constants: list[object] = []
        self._allocator = allocator
        self._dtypes: dict[str, DType] = {}  # in which buffers are made, which views may not have
        self._made: dict[str, int] = {}  # the numbers of the lines that make small buffers
        self._shorter: dict[int, tuple[str, list[int], bool, Callable[[], Run]]] = {}
        self._parameters: list[str] = []

    def parameter(self, size: int, dtype: DType) -> AbstractBuffer:
        """A buffer that the program is given."""
        name = f"x{len(self._parameters)}"
        self._parameters.append(name)
        self._dtypes[name] = dtype
        return AbstractBuffer(self, name, size, dtype)

    def constant(self, value: object) -> str:
        """The name of *value*, which is the same in every run."""
        if isinstance(value, np.ndarray) and (
            value.nbytes > _LARGEST_CONSTANT or (value.size and value.flags.writeable)
        ):
            raise NeedsElements  # memory that a kernel may write to belongs to one run
        self.constants.append(value)
        return f"c{len(self.constants) - 1}"

    def result(
        self, text: str, size: int, dtype: DType, base: AbstractBuffer | None = None
    ) -> AbstractBuffer:
        """The buffer that *text* makes."""
        name = f"t{len(self._dtypes)}"
        self._dtypes[name] = dtype
        self.lines.append(f"{name} = {text}")
        return AbstractBuffer(self, name, size, dtype, base)

    def empty(self, n: int, dtype: DType) -> AbstractBuffer:
        """A new buffer."""
        n = int(n)
        allocator = self._allocator(n, dtype)
        text = f"{self.constant(allocator)}({self.constant(n)}, {self.constant(dtype)})"
        made = self.result(text, n, dtype)
        if allocator is np.empty:
            self._made[made.name] = len(self.lines) - 1
        return made

    def is_untouched(self, buffer: AbstractBuffer) -> bool:
        """Whether nothing is noted of a small *buffer* but that it was made."""
        made = self._made.get(buffer.name)
        if made is None:
            return False
        name = re.compile(rf"\b{buffer.name}\b")
        return not any(name.search(line) for line in self.lines[made + 1 :])

    def made_in(self, buffer: AbstractBuffer) -> DType:
        """The dtype in which *buffer* was made."""
        return self._dtypes[buffer.name]

    def values(
        self,
        function: Callable[..., object],
        args: Sequence[object],
        kinds: Sequence[type[np.generic]],
    ) -> list[AbstractValue]:
        """Numbers that *function* returns anew in each run, of these types."""
        first = len(self.lines)
        found = [AbstractValue(f"v{first}_{i}", kind) for i, kind in enumerate(kinds)]
        texts = [self.constant(x) for x in args]
        names = ", ".join([x.name for x in found])
        self.lines.append(f"{names}, = {self.constant(function)}({', '.join(texts)})")
        return found

    def typed(self, buffer: AbstractBuffer) -> str:
        """The text of a buffer with its own dtype."""
        if buffer.dtype == self._dtypes[buffer.name]:
            return buffer.name
        return f"{buffer.name}.view({self.constant(buffer.dtype)})"

    def launch(
        self, kernel: Launchable, args: Sequence[object], units: int, grain: int | None, typed: bool
    ) -> None:
        """Note a launch: in chunks of *grain* work items, or with None on the calling thread.

        *typed* says whether the kernel looks at the dtype of a buffer; machine code does not.
        """
        if grain is None:
            self.call(kernel.serial, (*args, 0, units), typed)
        else:
            self.call(kernel.parallel, (*args, units, grain), typed)

    def call(self, function: Callable[..., object], args: Sequence[object], typed: bool) -> None:
        """Note the call of a function that returns nothing; *typed* as for `launch`."""
        texts = []
        for x in args:
            if isinstance(x, AbstractBuffer):
                texts.append(self.typed(x) if typed else x.name)
            elif isinstance(x, AbstractValue):
                texts.append(x.name)
            else:
                texts.append(self.constant(x))
        self.lines.append(f"{self.constant(function)}({', '.join(texts)})")

    def shorten(
        self,
        make: Callable[[], Run],
        given: Sequence[AbstractBuffer | AbstractValue],
        made: Sequence[AbstractBuffer],
        refuses: bool = False,
    ) -> None:
        """Note that the last launch is also done by what *make* returns, in less time.

        It is given what differs between runs, and returns those buffers that it makes, which were
        untouched when it was launched.  One that *refuses* elements raises a RuntimeError; the
        launch itself says why.
        """
        target = f"{', '.join([x.name for x in made])} = " if made else ""
        text = f"{target}{{}}({', '.join([x.name for x in given])})"
        lines = [self._made[x.name] for x in made]
        self._shorter[len(self.lines) - 1] = text, lines, refuses, make

    def function(
        self,
        parameters: Sequence[str],
        results: str,
        replace: Callable[[Run], None],
        head: Sequence[str] = (),
    ) -> Run:
        """The program as a function of *parameters*, which may name more than buffers.

        Parameters
        ----------
        parameters : sequence of str
        results : str
        replace : callable
            Is given the function that takes less time, when this one has run `PLAIN_RUNS` times:
            what it calls takes milliseconds to load and longer to compile.
        head : sequence of str
            Lines before those that are noted.
        """
        end = f"return {results}"
        run = _function(parameters, [*head, *self.lines, end], self.constants)
        count = itertools.count(1).__next__

        def counted(*args: object) -> object:
            if count() == PLAIN_RUNS:
                lines, constants = self._shortened()
                called = f"{results} = c{len(constants) - 1}({', '.join(parameters)})"
                if [*head, *lines] == [called]:  # that is all: no function around it
                    replace(constants[-1])
                else:
                    replace(_function(parameters, [*head, *lines, end], constants))
            return run(*args)

        return counted

    def _shortened(self) -> tuple[list[str], list[Any]]:
        """Lines and constants with the launches that take less time."""
        lines: list[str] = []
        constants: list[Any] = list(self.constants)
        left_out = {i for _, makes, _, _ in self._shorter.values() for i in makes}
        for i, line in enumerate(self.lines):
            if i in left_out:
                continue
            if i in self._shorter:
                shorter, makes, refuses, function = self._shorter[i]
                general = [*[self.lines[made] for made in makes], line]
                line = shorter.format(f"c{len(constants)}")
                constants.append(function())
                if refuses:
                    blocks = ["try:", f"    {line}", "except RuntimeError:"]
                    line = _INDENT.join([*blocks, *[f"    {one}" for one in general]])
            lines.append(line)
        return lines, constants

    @property
    def parameters(self) -> Sequence[str]:
        return self._parameters


class ShapeProgram(BufferProgram):
    """What a function does with sizes and dtypes: nothing is noted, and no kernel made."""

    launches = False

    def __init__(self) -> None:
        super().__init__(lambda n, dtype: np.empty)

    def constant(self, value: object) -> str:
        return ""


_INDENT = "\n        "


def _function(parameters: Sequence[str], lines: Sequence[str], constants: Sequence[object]) -> Run:
    text = _INDENT.join(lines)
    names = ", ".join([f"c{i}" for i in range(len(constants))])
    made = _factory(
        f"def make({names}):\n    def run({', '.join(parameters)}):\n        {text}\n"
        "    return run\n"
    )
    return made(*constants)


@lru_cache(maxsize=1024)
def _factory(text: str) -> Callable[..., Run]:
    """Programs of one text differ in their constants alone."""
    made: dict[str, Callable[..., Run]] = {}
    exec(compile(text, "<plan>", "exec"), {}, made)
    return made["make"]
