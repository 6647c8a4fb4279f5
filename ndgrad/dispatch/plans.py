"""Plans of calls: what an operator with structure does for inputs of some shapes, worked out once.

Checks, shapes, layouts and kernels of a call follow from the shapes and dtypes of its inputs and
from its parameters.  So a call that comes again needs none of that: forward is run once on abstract
buffers (`ndgrad.memory.abstract`), which makes a function of what it allocates and launches.  The
derivative of such a call is planned in the same way.  What depends on elements has no plan.

A plan that has run a few times calls kernels by C functions that hold all their numbers
(`ndgrad.kernels.cpu.calling`); to load these takes longer than a few runs gain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np

from .. import tracing
from ..base import DType, Shape
from ..memory.abstract import AbstractBuffer, BufferProgram, NeedsElements, Run
from ..memory.device import Buffer
from ..memory.noting import noted
from ..ops.bound import Backward
from ..ops.table import CompositeOp, Op, Params, PartialGradient, lookup
from ..tape import Array, Node, is_tracked
from . import classes
from .array_calls import PlanCalls
from .compositions import composed

_MOST = 512
"""Plans of one operator."""


class Plan:
    """What a call does.

    Attributes
    ----------
    run : callable
        From the buffers of the inputs to that of the result; to a tuple of several.
    shape, dtype
        Of the result; of the first of several.
    shapes : tuple of tuple of int
        Of all results.
    owner : int or None
        The input whose memory the result is; the first of several.
    owners : list
        The same of all results.
    params : PlannedParams
        All parameters.
    visible : int
        How many results callers see.
    call : callable or None
        Of a slice that copies, when it has run some times: from its array to the result, whose node
        is the plan where the array has one; None for an array that is not like that.
    """

    __slots__ = (
        "call",
        "dtype",
        "owner",
        "owners",
        "params",
        "run",
        "shape",
        "shapes",
        "visible",
    )

    def __init__(
        self,
        run: Run,
        shapes: tuple[Shape, ...],
        dtype: DType,
        owners: list[int | None],
        params: PlannedParams,
        visible: int,
    ) -> None:
        self.run, self.dtype, self.params, self.visible = run, dtype, params, visible
        self.shape, self.shapes = shapes[0], shapes
        self.owner, self.owners = owners[0], owners
        self.call: Callable[[Array], Array | None] | None = None


class PlannedParams(dict[str, Any]):
    """The parameters of planned calls, which their nodes hold, and the plans of their derivatives.

    Attributes
    ----------
    backwards : dict
        By which inputs need a gradient and which outputs have one: a function of the node and its
        gradient, or None where there is no plan.
    """

    __slots__ = ("backwards",)

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self.backwards: dict[object, Run | None] = {}


_repeated: dict[object, PlannedParams | None] = {}


def repeated_params(name: str, params: Params, dtype: DType, shapes: tuple[Shape, ...]) -> Params:
    """The parameters of a call whose node is made by hand, for arrays of the host.

    From the second such call on they hold plans of its derivative; parameters are kept for `_MOST`
    calls.
    """
    key = name, dtype, shapes, *params.values()
    try:
        found = _repeated[key]
    except KeyError:
        if len(_repeated) >= _MOST:
            _repeated.clear()
        _repeated[key] = None
        return params
    except TypeError:  # a buffer
        return params
    if found is None:
        found = _repeated[key] = PlannedParams(params)
    return found


class Plans(dict[object, "Plan | Callable[..., Any] | Literal[False] | None"]):
    """The plans of one operator, by the shapes and dtypes of its inputs and its parameters.

    A composite operator's are functions of arrays.

    Those of `_MOST` calls are kept: None for one that has not come often enough, False where there
    is none.

    Parameters
    ----------
    op : Op
    unplanned : int
        Calls of a kind before there is a plan: more than one where they need no kernel, which takes
        long to compile.
    """

    def __init__(self, op: Op, unplanned: int = 1) -> None:
        super().__init__()
        self.op, self.unplanned = op, unplanned
        self._times: dict[object, int] = {}
        self.calls = PlanCalls()

    def __missing__(self, key: object) -> None:
        return None

    def clear(self) -> None:
        """Forget all plans, and how often calls have come."""
        super().clear()
        self._times.clear()
        self.calls.clear()

    def found(self, key: object, inputs: Sequence[Array], params: Params) -> Any:
        """The plan of a call that has none yet; made when the same call comes again.

        A program whose shapes change with every call would make plans that it never uses.
        """
        if not all(map(self._is_plain, params, params.values())):
            return None
        times = self._times.get(key, 0) + 1
        if times <= self.unplanned:
            if len(self) >= _MOST:
                self.clear()
            self._times[key] = times
            self[key] = None
            return None
        try:
            op = self.op
            if isinstance(op, CompositeOp):
                plan: Any = composed(op, inputs, params)
            else:
                plan = _planned(op, inputs, params, self.calls.settled(op, inputs, params))
            self[key] = plan
        except Exception:  # whatever needs elements fails in its own way; the call says why
            self[key] = False
            return None
        return plan

    def _is_plain(self, name: str, value: object) -> bool:
        """Whether a check of *value* returns it, so that forward need not be given another."""
        wanted = _PLAIN.get(self.op.params[name].__class__)
        return not isinstance(value, Array) if wanted is None else value.__class__ in wanted


_PLAIN: Mapping[type, Container[type]] = {bool: (bool,), float: (float, int, bool)}
"""For defaults of some classes the classes of values: others, such as texts, are converted."""


def plannable(op: Op) -> bool:
    """Whether calls of *op* may have plans.

    A stochastic composite operator may call others with numbers that it has drawn.
    """
    drawn = op.stochastic and isinstance(op, CompositeOp)
    return not (op.updates or op.dynamic_shape or drawn or "_out" in op.params)


def _text(program: BufferProgram, results: Sequence[object]) -> str:
    """The text of a tuple of results: buffers of the program, partial gradients and None."""
    texts = []
    for x in results:
        if isinstance(x, AbstractBuffer):
            texts.append(program.typed(x))
        elif isinstance(x, PartialGradient):
            texts.append(_partial(program, x))
        elif x is None:
            texts.append("None")
        else:
            raise NeedsElements
    return f"({', '.join(texts)},)"


def _partial(program: BufferProgram, x: PartialGradient) -> str:
    inputs = ""
    for array in x.inputs:
        buffer = array._data
        assert isinstance(buffer, AbstractBuffer)
        made = program.constant(classes.array)
        inputs += f"{made}({program.typed(buffer)}, {program.constant(array._shape)}, node.ctx), "
    facts = (PartialGradient, x.name, x.params, _whole_by_plan(x))
    made, name, params, whole = map(program.constant, facts)
    return f"{made}({name}, ({inputs}), {params}, {whole})"


def _whole_by_plan(x: PartialGradient) -> Callable[..., Buffer]:
    """From the inputs of partial gradients like *x* to the whole; planned when it is first used."""
    op, params = lookup(x.name), x.params
    plans: list[Plan | None] = []

    def whole(*inputs: Array) -> Buffer:
        if not plans:
            try:
                plans.append(_planned(op, inputs, params))
            except Exception:  # as for forward
                plans.append(None)
        plan = plans[0]
        if plan is None:
            return op.call(*inputs, **params)._data
        return plan.run(*[array._data for array in inputs])

    return whole


def _planned(
    op: Op,
    inputs: Sequence[Array],
    params: Params,
    settled: Callable[[Plan], None] = lambda plan: None,
) -> Plan:
    """The plan of a call, made on inputs like the given ones.

    *settled* is given it when it has run some times, and runs as it always will.
    """
    forward = op.forward
    assert forward is not None
    with noted() as program:
        given = [program.parameter(x._data.size, x._data.dtype) for x in inputs]
        arrays = [
            classes.array(data, x._shape, x._ctx) for data, x in zip(given, inputs, strict=True)
        ]
        found: Any = forward(*arrays, **params)
    results = [found] if isinstance(found, tuple) else found
    owners: list[int | None] = []
    for data, _ in results:  # an output on another device has three facts, and no plan
        memory = data if data.base is None else data.base
        owners.append(next((i for i, x in enumerate(given) if memory is x), None))
    if not op.is_view and owners != [None] * len(owners):
        raise NeedsElements
    texts = _text(program, [data for data, _ in results])
    if isinstance(found, tuple):
        texts = texts[1:-2]
    shapes = tuple([tuple(shape) for _, shape in results])
    known = PlannedParams({**op.params, **params})

    def replace(run: Run) -> None:
        plan.run = run
        settled(plan)

    plan = Plan(
        program.function(program.parameters, texts, replace),
        shapes,
        results[0][0].dtype,
        owners,
        known,
        len(op.visible_of(shapes, known)),
    )
    return plan


# --- derivatives ----------------------------------------------------------------------------------

Apply: TypeAlias = Callable[
    [Node, Sequence[Array | None]], Sequence[Array | PartialGradient | None]
]
"""A derivative of an operator, from a node and the outputs' gradients."""


def planned_backward(general: Backward, apply: Apply) -> Backward:
    """First-order backward, by a plan where the call had one.

    Parameters
    ----------
    general : callable
        From a node and its gradient, a buffer or a list of them, to those of its inputs.
    apply : callable
        The operator's derivative, from a node and the outputs' gradients.
    """

    def backward(node: Node, grads: Any) -> Sequence[object]:
        params = node.params
        if params.__class__ is not PlannedParams or tracing.active:
            return general(node, grads)
        several = grads.__class__ is list
        key: object = None  # of a node of one input and one output, which both have gradients
        if several or len(node.parents) != 1:
            missing = tuple([g is None for g in grads]) if several else None
            key = tuple(map(is_tracked, node.parents)), missing
        backwards = params.backwards
        try:
            run = backwards[key]
        except KeyError:
            replace = partial(backwards.__setitem__, key)
            try:
                run = _backward_plan(node, grads if several else [grads], several, apply, replace)
            except Exception:  # as for forward
                run = None
            backwards[key] = run
        return general(node, grads) if run is None else run(node, grads)

    return backward


def _backward_plan(
    node: Node,
    grads: Sequence[object],
    several: bool,
    apply: Apply,
    replace: Callable[[Run], None],
) -> Run:
    outputs = node.shapes[len(node.parents) :]
    lines = []
    with noted() as program:

        def parameter(data: Any, place: str) -> Any:
            if isinstance(data, Array):  # a state, which the node keeps as it is
                elements = parameter(data._data, f"{place}._data")
                return classes.array(elements, data._shape, data._ctx)
            if not isinstance(data, np.ndarray):
                return data
            buffer = program.parameter(data.size, data.dtype)
            lines.append(f"{buffer.name} = {place}")
            return buffer

        arrays: list[Array | None] = []
        for i, (g, shape) in enumerate(zip(grads, outputs, strict=False)):
            if g is None and node.op.none_is_unreached:
                arrays.append(None)
                continue
            if g is None:
                buffer = program.empty(math.prod(shape), node.dtype)
                buffer.fill(0)
            else:
                buffer = parameter(g, f"g[{i}]" if several else "g")
            arrays.append(classes.array(buffer, shape, node.ctx))
        like = Node()
        for name in ("op", "params", "parents", "versions", "shapes", "ctx", "dtype", "number"):
            setattr(like, name, getattr(node, name))
        like.saved = tuple(
            [parameter(x, f"node.saved[{i}]") for i, x in enumerate(node.saved or ())]
        )
        results = apply(like, arrays)
    found = [x._data if isinstance(x, Array) else x for x in results]
    return program.function(("node", "g"), _text(program, found), replace, lines)
