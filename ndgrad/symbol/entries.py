"""Entries of a graph: variables, and calls of operators; their topological order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from ..base import DType, Shape
from ..ops.table import Op, Params
from .operators import definition

if TYPE_CHECKING:
    from ..array.types import Scalar

_T = TypeVar("_T", bound=Hashable)


class Ref(NamedTuple):
    """One of the outputs of an entry."""

    entry: NodeEntry
    output: int


Operand: TypeAlias = "Ref | Scalar | None"
"""An input of an entry; None for an optional one that was not given."""


class NodeEntry:
    """A variable, a constant array, or one call of an operator.

    Attributes
    ----------
    name : str
    op : str or None
        The operator's name, or one of its aliases; None for a variable or a constant.
    inputs : tuple of Operand
    params : dict
        What differs from the operator's defaults.
    outputs : int
        How many outputs the operator shows.
    shapes : tuple or None
        Their shapes, if known.
    dtype : numpy.dtype or None
        Of the first, if known.
    foreign : bool
        Whether the operator is not in the table: a user's `autograd.Function`.
    attrs : dict
        What else is said of it, as text: ``__shape__``, ``__lr_mult__`` ...
    own : Op or None
        The definition of a call that has one for itself.
    """

    __slots__ = (
        "attrs", "dtype", "foreign", "inputs", "name", "op", "outputs", "own", "params", "shapes",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        op: str | None = None,
        inputs: tuple[Operand, ...] = (),
        params: Params | None = None,
        outputs: int = 1,
        shapes: tuple[Shape, ...] | None = None,
        dtype: DType | None = None,
        foreign: bool = False,
        attrs: Mapping[str, str] | None = None,
        own: Op | None = None,
    ) -> None:
        self.name = name
        self.op = op
        self.inputs = inputs
        self.params: Params = params or {}
        self.outputs = outputs
        self.shapes = shapes
        self.dtype = dtype
        self.foreign = foreign
        self.attrs = dict(attrs or {})
        self.own = own

    @property
    def definition(self) -> Op:
        """The definition of the operator that is called."""
        assert self.op is not None
        return definition(self.op) if self.own is None else self.own

    @property
    def refs(self) -> list[Ref]:
        """The inputs that entries make."""
        return [x for x in self.inputs if x.__class__ is Ref]

    def output_name(self, index: int) -> str:
        """What `list_outputs` calls an output."""
        if self.op is None:
            return self.name
        results = () if self.foreign else self.definition.results
        if results:
            return f"{self.name}_{results[index]}"
        return f"{self.name}_output{index if self.outputs > 1 else ''}"

    def input_names(self) -> Iterable[str]:
        """What MXNet calls the operator's inputs; those of a variadic one are numbered."""
        op = self.definition
        return [f"arg{i}" for i in range(len(self.inputs))] if op.variadic else op.keywords

    def copy(self) -> NodeEntry:
        """An entry that says the same."""
        return NodeEntry(
            self.name, self.op, self.inputs, dict(self.params), self.outputs, self.shapes,
            self.dtype, self.foreign, self.attrs, self.own,
        )  # fmt: skip

    def replaced(self, inputs: tuple[Operand, ...], name: str | None = None) -> NodeEntry:
        """The same call of other inputs, whose shapes are not known."""
        made = self.copy()
        made.inputs, made.name = inputs, name or self.name
        if self.op is not None:
            made.shapes = made.dtype = None
        return made


def postorder(heads: Iterable[_T], below: Callable[[_T], Iterable[_T]]) -> list[_T]:
    """What can be reached from *heads*, each after what it is made from; no recursion."""
    seen: set[_T] = set()
    order: list[_T] = []
    for head in heads:
        if head in seen:
            continue
        seen.add(head)
        pending = [(head, iter(below(head)))]
        while pending:
            item, rest = pending[-1]
            for parent in rest:
                if parent not in seen:
                    seen.add(parent)
                    pending.append((parent, iter(below(parent))))
                    break
            else:
                order.append(item)
                pending.pop()
    return order


def entries_below(heads: Iterable[Ref]) -> list[NodeEntry]:
    """The entries that *heads* are made from, sources first."""
    return postorder([head.entry for head in heads], lambda e: [x.entry for x in e.refs])


def auxiliary_of(order: Sequence[NodeEntry]) -> set[NodeEntry]:
    """The variables among *order* that are auxiliary states of calls in it."""
    found = set()
    for entry in order:
        if entry.op is not None and not entry.foreign:
            op = entry.definition
            if op.auxiliary:
                for name, x in zip(op.inputs, entry.inputs, strict=False):
                    if name in op.auxiliary and isinstance(x, Ref) and x.entry.op is None:
                        found.add(x.entry)
    return found
