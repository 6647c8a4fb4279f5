"""Shapes and dtypes of a graph from those of some of its arrays: forwards, and to parameters.

What operators make follows from their calls on abstract buffers (`ndgrad.dispatch.abstract`), what
they take from the facts ``infer`` and ``infer_dtypes`` of their definitions.  Both are applied,
forwards and backwards through the graph, until nothing new follows.  A length of 0 is not known;
what operators make of such inputs follows from calls with several lengths in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, TypeVar

import numpy as np

from ..base import DType, MXNetError, Shape, argument_names, as_dtype
from ..dispatch.abstract import Form, abstract_forms, forms_of
from ..ops.table import OPS, ElementwiseOp, Op, Params
from ..util import is_np_shape
from .entries import NodeEntry, Ref
from .numpy_operators import NumpyOp

if TYPE_CHECKING:
    from ..array.types import Scalar

_Found = TypeVar("_Found", bound=Mapping[str, Any])

Known: TypeAlias = Shape | None
"""What is known of a shape."""

_FLOAT32 = np.dtype("float32")
_TRIALS = (60, 120, 1)
"""Lengths in place of those that are not known: two that most numbers divide, and the least."""


def is_complete(shape: Known) -> TypeGuard[Shape]:
    """Whether all of a shape is known."""
    return shape is not None and (-1 if is_np_shape() else 0) not in shape


def complete(shapes: Sequence[Known]) -> list[Shape] | None:
    """These shapes if all are known, else None."""
    found = [shape for shape in shapes if is_complete(shape)]
    return found if len(found) == len(shapes) else None


def merged(a: Known, b: Known) -> Known:
    """What two statements say of one shape.

    Raises
    ------
    ValueError
        If they contradict each other.
    """
    if a is None or b is None or a == b:
        return b if a is None else a
    if len(a) != len(b) or any(x != y and x and y for x, y in zip(a, b, strict=True)):
        raise ValueError
    return tuple([x or y for x, y in zip(a, b, strict=True)])


class Inference:
    """What is known of the arrays of a graph.

    Attributes
    ----------
    shapes, dtypes : dict
        For each entry a list, with one for each output.
    """

    def __init__(
        self,
        order: Sequence[NodeEntry],
        shapes: Mapping[str, Known],
        dtypes: Mapping[str, DType | None],
    ) -> None:
        self.order = order
        self.shapes: dict[NodeEntry, list[Known]] = {}
        self.dtypes: dict[NodeEntry, list[DType | None]] = {}
        for entry in order:
            self.shapes[entry] = [None] * entry.outputs
            self.dtypes[entry] = [None] * entry.outputs
            if entry.op is None:
                self.shapes[entry][0] = shapes.get(entry.name)
                self.dtypes[entry][0] = dtypes.get(entry.name)
        self._finished: set[NodeEntry] = set()
        self._doubtful: set[NodeEntry] = set()
        self._ruled: set[NodeEntry] = set()
        self._changed = False

    def run(self) -> Inference:
        """Apply all rules until nothing new follows."""
        calls = [entry for entry in self.order if entry.op is not None]
        while True:
            self._changed = False
            for entry in calls:
                self._step(entry)
            calls = [entry for entry in calls if entry not in self._finished]
            if not self._changed:
                for entry in calls:
                    self._call_with_trials(entry)
            if not self._changed:
                return self
            for entry in reversed(calls):
                self._step(entry)

    # --- one call ---------------------------------------------------------------------------------

    def _step(self, entry: NodeEntry) -> None:
        op, inputs = entry.definition, entry.inputs
        params = {**op.params, **entry.params}
        self._infer_shapes(entry, op, params)
        self._infer_dtypes(entry, op, params)
        forms: list[Form | Scalar | None] = []
        for x in inputs:
            if isinstance(x, Ref):
                shape, dtype = self.shapes[x.entry][x.output], self.dtypes[x.entry][x.output]
                if not is_complete(shape):
                    return
                forms.append((shape, _FLOAT32 if dtype is None else dtype))
            else:
                forms.append(x)
        self._call(entry, op, forms)

    def _call(self, entry: NodeEntry, op: Op, forms: Sequence[Form | Scalar | None]) -> None:
        """What the results are of inputs that are known."""
        known = all(
            self.dtypes[x.entry][x.output] is not None for x in entry.inputs if isinstance(x, Ref)
        )
        if known:
            self._finished.add(entry)
        # An operator that is not in the table may run code of a user, or draw numbers.
        if all(map(is_complete, self.shapes[entry])) and entry not in self._doubtful:
            if not known or not _is_pure(op):
                return
        if op.dynamic_shape and is_np_shape():  # a length of 0 would be a known one
            return
        try:
            found = forms_of(op, forms, entry.params)
        except (MXNetError, ValueError) as error:
            raise MXNetError(f"Error in operator {entry.name}: {error}") from None
        except TypeError:
            if known:
                raise
            return  # refused for a dtype that is a guess
        for i, (shape, dtype) in enumerate(found[: entry.outputs]):
            self._learn(entry, i, shape, entry, f"output {i}")
            before = self.dtypes[entry][i]
            if known and (before is None or before != dtype):
                self.dtypes[entry][i] = dtype  # what was there was a guess
                self._changed = True

    def _call_with_trials(self, entry: NodeEntry) -> None:
        """What the results are of inputs of which some lengths are not known.

        A length of a result is known if it is the same whatever stands for these.
        """
        op = entry.definition
        shapes = [self._shape(x) for x in entry.refs]
        if not _is_pure(op) or entry in self._ruled:
            return
        if None in shapes or all(map(is_complete, shapes)):
            return
        found = [self._trial(entry, op, length) for length in _TRIALS]
        first, second, least = found
        if first is None or second is None:
            return
        trials = [first, second] if least is None else [first, second, least]
        for i, results in enumerate(zip(*trials, strict=True)):
            if i < entry.outputs and len({len(shape) for shape in results}) == 1:
                axes = zip(*results, strict=True)
                shape = tuple([n if {n, *others} == {n} else 0 for n, *others in axes])
                self._learn(entry, i, shape, entry, f"output {i}")

    def _trial(self, entry: NodeEntry, op: Op, length: int) -> list[Shape] | None:
        forms: list[Form | Scalar | None] = []
        for x in entry.inputs:
            if isinstance(x, Ref):
                shape = tuple([n or length for n in self.shapes[x.entry][x.output] or ()])
                forms.append((shape, self.dtypes[x.entry][x.output] or _FLOAT32))
            else:
                forms.append(x)
        try:
            return [shape for shape, _ in abstract_forms(op, forms, entry.params)]
        except Exception:  # refused, or made of elements: nothing follows
            return None

    def _infer_shapes(self, entry: NodeEntry, op: Op, params: Params) -> None:
        pairs = zip(op.inputs, entry.inputs, strict=False)
        known = {name: self._shape(x) for name, x in pairs if x is not None}
        if op.infer is not None:
            given: Mapping[str, Known | Sequence[Known]] = known
            if op.variadic:
                given = {op.inputs[0]: [self._shape(x) for x in entry.inputs]}
            found = _follows(op.infer, {**params, **self._results(entry, op)}, given)
            for name, shape in found.items():
                self._learn_named(entry, op, name, shape)
            if entry.outputs == 1 and found.get(op.outputs[0]) is not None:
                self._ruled.add(entry)
        elif isinstance(op, ElementwiseOp) and (
            len(entry.refs) == 1 or not op.broadcast or (entry.op or "").startswith("_")
        ):
            self._of_one_shape(entry, op, known)

    def _of_one_shape(
        self, entry: NodeEntry, op: ElementwiseOp, known: Mapping[str, Known]
    ) -> None:
        """What follows if arrays do not broadcast.

        MXNet's internal names are for arrays of one shape; here those may be broadcast too.
        """
        alike = [name for name, _ in self._named(entry, op) if name not in op.free]
        shape = self.shapes[entry][0]
        for name in alike:
            try:
                shape = merged(shape, known[name])
            except ValueError:
                if op.broadcast:
                    return
                raise _mismatch(entry, name, known[name], shape) from None
        for name in alike:
            self._learn_named(entry, op, name, shape)
        self._learn(entry, 0, shape, entry, "the result")

    def _infer_dtypes(self, entry: NodeEntry, op: Op, params: Params) -> None:
        free = op.free if isinstance(op, (ElementwiseOp, NumpyOp)) else ()
        refs = [x for name, x in self._named(entry, op) if name not in free] if free else entry.refs
        if not refs:
            return
        known = [self.dtypes[x.entry][x.output] for x in refs]
        first = next((dtype for dtype in known if dtype is not None), None)
        if op.infer_dtypes is not None:
            named = self._named(entry, op)
            given = {name: self.dtypes[x.entry][x.output] for name, x in named}
            for name, dtype in _follows(op.infer_dtypes, params, given).items():
                if dtype is None:
                    continue
                if name in op.outputs[: entry.outputs]:
                    self._learn_dtype(entry, op.outputs.index(name), as_dtype(dtype, op=op.name))
                for own, x in named:
                    if own == name:
                        self._learn_dtype(x.entry, x.output, as_dtype(dtype, op=op.name))
        if first is not None:
            for x in refs:
                self._learn_dtype(x.entry, x.output, first)
        found = [dtype for dtype in known if dtype is not None]
        if params.get("dtype") is not None:
            wanted = params["dtype"]
        elif len(found) == len(known) and (len({*found}) > 1 or found[0].kind in "iub"):
            wanted = self._dtype_of_one(entry, op) or first  # which may be another one than theirs
        else:
            wanted = first
        if wanted is not None:
            for i in range(entry.outputs):
                self._learn_dtype(entry, i, as_dtype(wanted, op=op.name))

    def _dtype_of_one(self, entry: NodeEntry, op: Op) -> DType | None:
        """The dtype of a result that has one element; None if the operator has no such result."""
        if entry.outputs > 1 or self.dtypes[entry][0] is not None or not _is_pure(op):
            return None
        forms: list[Form | Scalar | None] = []
        for x in entry.inputs:
            if isinstance(x, Ref):
                forms.append(((1, 1), self.dtypes[x.entry][x.output] or _FLOAT32))
            else:
                forms.append(x)
        try:
            return abstract_forms(op, forms, entry.params)[0][1]
        except Exception:  # refused, or made of elements
            return None

    # --- what is known ----------------------------------------------------------------------------

    def _named(self, entry: NodeEntry, op: Op) -> list[tuple[str, Ref]]:
        pairs = zip(op.inputs, entry.inputs, strict=False)
        return [(name, x) for name, x in pairs if isinstance(x, Ref)]

    def _results(self, entry: NodeEntry, op: Op) -> Mapping[str, Known | Sequence[Known]]:
        shapes = self.shapes[entry]
        if op.outputs[0].startswith("*"):
            return {op.outputs[0][1:]: shapes}
        return dict(zip(op.outputs, shapes, strict=False))

    def _shape(self, x: object) -> Known:
        return self.shapes[x.entry][x.output] if isinstance(x, Ref) else ()

    def _learn_named(self, entry: NodeEntry, op: Op, name: str, shape: Any) -> None:
        if name in op.outputs:
            i = op.outputs.index(name)
            if i < entry.outputs:
                self._learn(entry, i, shape, entry, "the result")
        elif op.variadic:
            for i, (x, own) in enumerate(zip(entry.inputs, shape, strict=False)):
                if isinstance(x, Ref):
                    self._learn(x.entry, x.output, own, entry, f"input {i}")
        elif name in op.inputs:
            at = op.inputs.index(name)
            if at < len(entry.inputs) and isinstance(x := entry.inputs[at], Ref):
                self._learn(x.entry, x.output, shape, entry, f"input {op.keywords[at]}")

    def _learn(self, of: NodeEntry, output: int, shape: Known, by: NodeEntry, what: str) -> None:
        before = self.shapes[of][output]
        try:
            after = merged(before, shape)
        except ValueError:
            if of is by or not is_complete(before):
                raise _mismatch(by, what, before, shape) from None
            self._doubtful.add(by)  # an input may have another shape: the call finds out
            return
        if after != before:
            self.shapes[of][output] = after
            self._changed = True

    def _learn_dtype(self, of: NodeEntry, output: int, dtype: DType) -> None:
        if self.dtypes[of][output] is None:
            self.dtypes[of][output] = dtype
            self._changed = True


def _is_pure(op: Op) -> bool:
    """Whether a call has no effect; others may run code of a user, or draw numbers."""
    return OPS.get(op.name) is op or (isinstance(op, NumpyOp) and not op.stochastic)


def _mismatch(entry: NodeEntry, what: str, given: Known, inferred: Known) -> MXNetError:
    return MXNetError(
        f"Error in operator {entry.name}: {entry.op}: {what}: Shape inconsistent, Provided = "
        f"{list(given or ())}, inferred shape={list(inferred or ())}"
    )


def _follows(rule: Callable[..., _Found], params: Params, known: Mapping[str, object]) -> _Found:
    values = {**params, **known}
    return rule(**{name: values.get(name) for name in argument_names(rule)})
