"""The intermediate representation: values, and the instructions that make them, in order.

Every value is flat memory with a shape, made once.  Writing to an array makes a new value of its
memory; what the function has written to when it ends are its *effects*.
"""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ...base import DType, Shape
from ...kernels.spec.matmul import Matrices
from ...kernels.spec.reduction import Reduction
from ...kernels.spec.strided import StridedSlice
from ...memory.device import Buffer
from ...tape import Array
from .keys import plain

Form = tuple[Shape, DType]
"""Shape and dtype of a value."""

SHORT = 16
"""Elements of a row from which kernels read and store rows that lie apart where they are."""


class Value:
    """One value: what made it, its shape and dtype.

    One that is *dynamic* has another length of its first axis in each call.  Only custom calls make
    and read such values, which are parts of sparse arrays.
    """

    __slots__ = ("dtype", "dynamic", "maker", "shape", "size")

    def __init__(self, shape: Shape, dtype: DType, maker: Instruction) -> None:
        self.shape = tuple(shape)
        self.size = math.prod(self.shape)
        self.dtype = np.dtype(dtype)
        self.maker = maker
        self.dynamic = False

    def __repr__(self) -> str:
        return f"<{self.maker.title} {self.dtype} {list(self.shape)}>"

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize


Operand = Value | int | float


@dataclass(eq=False, kw_only=True)
class Instruction:
    """Something that makes values from values."""

    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = field(default=(), init=False)

    @property
    def title(self) -> str:
        """What it is called in listings."""
        return "?"

    def make(self, form: Form) -> Value:
        """The one output, of the given shape and dtype."""
        (value,) = self.make_all(form)
        return value

    def make_all(self, *forms: Form) -> tuple[Value, ...]:
        """The outputs, of the given shapes and dtypes."""
        self.outputs = tuple(Value(shape, dtype, self) for shape, dtype in forms)
        return self.outputs

    def key(self) -> object:
        """What two instructions that make the same have in common; None if they never do."""
        return None


@dataclass(eq=False, kw_only=True)
class Source(Instruction):
    """A value from outside.

    Attributes
    ----------
    kind : {'argument', 'gradient', 'captured', 'constant', 'head', 'saved'}
        An argument; the gradient's buffer of one; an array that existed before the call; an array
        made in it from numbers; a head gradient; what forward keeps for backward.
    index : int
        Which argument, head or saved value.
    data : numpy.ndarray or None
        Of a captured array or a constant.
    """

    kind: str
    index: int = 0
    data: Buffer | None = None

    @property
    def title(self) -> str:
        return self.kind if self.kind in ("captured", "constant") else f"{self.kind} {self.index}"


@dataclass(eq=False, kw_only=True)
class Part(Source):
    """A part of what a sparse array holds when the program is called; it is not written to.

    Attributes
    ----------
    holder : {'argument', 'gradient', 'captured'}
        Whether the array is an argument, of the number *index*, the gradient of one, or one that
        the function finds around it.
    field : str
        The part's name.
    array : Array or None
        The captured one.
    """

    holder: str
    field: str
    array: Array | None = None

    @property
    def title(self) -> str:
        place = self.holder if self.array is not None else f"{self.holder} {self.index}"
        return f"{self.field} of {place}"


@dataclass(eq=False, kw_only=True)
class Map(Instruction):
    """A formula, element by element; operands broadcast to the result's shape.

    Attributes
    ----------
    name : str
        The operator that it comes from.
    text : str
        The formula.
    operands : tuple of (str, Value or number)
        What its names stand for.
    compute : str
        The type of the arithmetic.
    """

    name: str
    text: str
    operands: tuple[tuple[str, Operand], ...]
    compute: str

    def __post_init__(self) -> None:
        self.inputs = tuple(x for _, x in self.operands if isinstance(x, Value))

    @property
    def title(self) -> str:
        return self.name

    def key(self) -> object:
        out = self.outputs[0]
        text, order = positional(self.text)
        known = dict(self.operands)
        operands = tuple(plain(known[name]) or known[name] for name in order)
        return "map", text, operands, self.compute, out.shape, out.dtype


@cache
def positional(text: str) -> tuple[str, tuple[str, ...]]:
    """A formula with its names replaced by their order of appearance, and that order."""
    tree = ast.parse(text, mode="eval")
    functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    order: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node not in functions:
            node.id = order.setdefault(node.id, f"_{len(order)}")
    return ast.unparse(tree), tuple(order)


@dataclass(eq=False, kw_only=True)
class View(Instruction):
    """Neighbouring elements of a value, from *offset* on, in another shape: no work."""

    offset: int = 0
    title = "view"

    def key(self) -> object:
        return "view", self.inputs, self.offset, self.outputs[0].shape


@dataclass(eq=False, kw_only=True)
class RowStridedView(Instruction):
    """Rows of *n* elements of a value, *stride* apart, from *offset* on: no work in a kernel."""

    offset: int
    n: int
    stride: int
    title = "rows"

    def key(self) -> object:
        return "rows", self.inputs, self.offset, self.n, self.stride, self.outputs[0].shape


@dataclass(eq=False, kw_only=True)
class StridedCopy(Instruction):
    """The elements of a value on the host in a strided slice, in order."""

    part: StridedSlice
    title = "strided copy"

    def key(self) -> object:
        return "strided copy", self.inputs, self.part


@dataclass(eq=False, kw_only=True)
class Join(Instruction):
    """Values side by side: rows of *lengths* elements of each input make a row of the result."""

    lengths: Shape
    title = "join"

    def key(self) -> object:
        return "join", self.inputs, self.lengths, self.outputs[0].shape


@dataclass(eq=False, kw_only=True)
class Reduce(Instruction):
    """A reduction over *axes* of its input, one of `ndgrad.ops.reduce.reductions.REDUCTIONS`."""

    reduction: Reduction
    axes: tuple[int, ...]

    @property
    def title(self) -> str:
        return self.reduction.name

    def key(self) -> object:
        out = self.outputs[0]
        return "reduce", self.reduction, self.inputs, self.axes, out.shape, out.dtype


@dataclass(eq=False, kw_only=True)
class Product(Instruction):
    """``alpha * op(A) @ op(B)``, *batch* of them.

    A third input is added: to each row, or, of the result's size, to the whole.  *places* tells
    where A, B and the result lie, if not one matrix behind the other.
    """

    m: int
    n: int
    k: int
    transpose_a: bool
    transpose_b: bool
    alpha: float
    batch: int
    places: tuple[Matrices | None, ...] = (None, None, None)
    title = "product"

    def key(self) -> object:
        sizes = self.m, self.n, self.k, self.transpose_a, self.transpose_b, self.batch
        return "product", self.inputs, sizes, plain(self.alpha), self.places

    @property
    def continues(self) -> bool:
        """Whether the third input is as large as the result."""
        return len(self.inputs) == 3 and self.inputs[2].size == self.outputs[0].size != self.n


@dataclass(eq=False, kw_only=True)
class Update(Instruction):
    """The first input with the second, in place of its elements from *offset* on."""

    offset: int
    title = "update"


@dataclass(eq=False, kw_only=True)
class CustomCall(Instruction):
    """A custom call: kernels of an operator that are run as they are.

    Attributes
    ----------
    name : str
    run : callable
        From input buffers to a list of output buffers.
    facts : hashable
        What tells this call from others on the same inputs; None if it is to be run anyway, as it
        draws random numbers.
    validates : bool
        Whether it may refuse its inputs: it is run whether its results are read or not, and early.
    overwritten : tuple of Value
        Sources that the function writes to before.  What they hold then stands behind the inputs,
        to be in memory if the call refuses.
    plans : callable or None
        Returns the plans that it has made of programs of its own.
    replaced : tuple of int
        Operands that `run` writes to.  What they hold then are the first outputs, in that order;
        `run` returns the others.
    lends : bool
        Whether a buffer that it returns may be memory of an operand that others hold.
    """

    name: str
    run: Callable[[Sequence[Buffer]], Sequence[Buffer]]
    facts: object = None
    validates: bool = False
    overwritten: tuple[Value, ...] = ()
    plans: Callable[[], Sequence[Any]] | None = None
    replaced: tuple[int, ...] = ()
    lends: bool = False

    @property
    def operands(self) -> tuple[Value, ...]:
        """The inputs of `run`."""
        return self.inputs[: len(self.inputs) - len(self.overwritten)]

    @property
    def held(self) -> tuple[tuple[Value, Value], ...]:
        """The overwritten sources, and what they hold."""
        values = self.inputs[len(self.operands) :]
        return tuple(zip(self.overwritten, values, strict=True))

    @property
    def title(self) -> str:
        return self.name

    def key(self) -> object:
        return None if self.facts is None else ("call", self.name, self.operands, self.facts)


@dataclass(eq=False, kw_only=True)
class Program:
    """Instructions in order, and what is wanted of them.

    Attributes
    ----------
    instructions : list of Instruction
        Without sources.
    results : list of Value
    effects : list of (Value, Value)
        A source, and what its memory holds in the end.
    """

    instructions: list[Instruction]
    results: list[Value]
    effects: list[tuple[Value, Value]] = field(default_factory=list)

    def wanted(self) -> Iterator[Value]:
        yield from self.results
        for _, value in self.effects:
            yield value


def live(
    instructions: Sequence[Instruction], wanted: Iterable[Value], keep_draws: bool = True
) -> list[Instruction]:
    """Those of *instructions* that *wanted* values need, that check, or draw random numbers."""
    needed = {value.maker for value in wanted}
    found = []
    for instruction in reversed(instructions):
        needed_anyway = isinstance(instruction, CustomCall) and (
            instruction.validates or (keep_draws and instruction.facts is None)
        )
        if needed_anyway or instruction in needed:
            needed.update(value.maker for value in instruction.inputs)
            found.append(instruction)
    return found[::-1]


def replaced(instruction: Instruction, new: Mapping[Value, Value]) -> None:
    """Let *instruction* read *new* values in place of old ones."""
    if new.keys().isdisjoint(instruction.inputs):
        return
    instruction.inputs = tuple(new.get(value, value) for value in instruction.inputs)
    if isinstance(instruction, Map):
        instruction.operands = tuple(
            (name, new.get(x, x) if isinstance(x, Value) else x) for name, x in instruction.operands
        )


def root(value: Value) -> tuple[Value, int]:
    """The value whose memory *value* is part of, and where it begins.

    That means little for a part of rows that lie apart: see `place`.
    """
    offset = 0
    while isinstance(value.maker, (View, RowStridedView)):
        offset += value.maker.offset
        (value,) = value.maker.inputs
    return value, offset


class Region(NamedTuple):
    """Where a value lies in its root's memory: from *offset* on, or in rows of *n*, if not 0."""

    base: Value
    offset: int
    n: int = 0
    stride: int = 0


def region_of(value: Value) -> Region | None:
    """Where *value* lies; None for a part of rows that lie apart."""
    offset, inner = 0, value
    while isinstance(inner.maker, View):
        offset += inner.maker.offset
        (inner,) = inner.maker.inputs
    if not isinstance(inner.maker, RowStridedView):
        return Region(inner, offset)
    view = inner.maker
    below = region_of(view.inputs[0])
    if below is None or below.n or inner.size != value.size:
        return None
    return Region(below.base, below.offset + view.offset, view.n, view.stride)


def whole(value: Value) -> Value | None:
    """The root of *value* if it is all of its memory."""
    base, offset = root(value)
    return base if offset == 0 and base.size == value.size else None


def is_source(value: Value) -> bool:
    return isinstance(value.maker, Source)


def is_external(value: Value) -> bool:
    """Whether a value is memory from outside, which others may write to before backward."""
    maker = root(value)[0].maker
    return isinstance(maker, Source) and maker.kind != "constant"


def is_shared(value: Value) -> bool:
    """Whether a value may be memory that others hold: from outside, or lent by a call."""
    maker = root(value)[0].maker
    return is_external(value) or (isinstance(maker, CustomCall) and maker.lends)


def redirect(instruction: Instruction, new: Mapping[Value, Value]) -> None:
    """Let *instruction* read *new* values, the parts and in the shapes in which it read the old."""

    def seen(x: Value) -> Value:
        if x in new:
            return new[x]
        view = dataclasses.replace(x.maker, inputs=(seen(x.maker.inputs[0]),))
        return view.make((x.shape, x.dtype))

    replaced(instruction, {x: seen(x) for x in instruction.inputs if root(x)[0] in new})
