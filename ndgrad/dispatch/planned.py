"""Calls by plans: the functions of operators with structure, written for each signature.

A call whose like has come before looks its plan up, runs it, and makes the array and the node, all
in one Python frame; any other goes the general way, of `ndgrad.dispatch.structured`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, partial
from inspect import Parameter
from typing import TypeAlias

from .. import tracing
from ..base import user_call, written_function
from ..memory.device import Buffer
from ..ops.table import NONE, CompositeOp, ElementwiseOp, Op, Params, UpdateOp
from ..tape import Array, Node, new_array, next_version, state
from . import classes
from .array_calls import has_array_call
from .numpy_arrays import converted_call
from .plans import Plan, Plans, plannable
from .structured import composite_call, record_call, structured_call, unrecorded

ABSENT = object()
"""The value of an argument that was not given."""


Plain: TypeAlias = Mapping[str, Container[type]]
"""For each parameter of an operator the classes of values that need no check."""


def planned_function(
    op: Op,
    general: Callable[..., object],
    plain: Plain | None = None,
    array: type[Array] | None = None,
    unplanned: tuple[Callable[..., object], int] | None = None,
) -> Callable[..., object]:
    """A call of *op* by its plan, where there is one, with the operator's own signature.

    Parameters
    ----------
    op : Op
    general : callable
        Takes calls that do not fit: arrays and parameters, as they were given.
    plain : mapping, optional
        For each parameter the classes that need no check before forward.
    array : type, optional
        The class of the arrays, by default `classes.array`.
    unplanned : tuple, optional
        What takes calls of arrays that have no plan, by default the operator, and how many of a
        kind it takes before there is one.
    """
    array = array or classes.array
    if not op.variadic:
        return _function(op, op.keywords, general, plain, array, unplanned)
    functions: dict[int, Callable[..., object]] = {}

    def call(*inputs: object, **params: object) -> object:
        count = len(inputs)
        function = functions.get(count)
        if function is None:
            if not 0 < count <= _MOST_INPUTS:
                return general(*inputs, **params)
            names = tuple(map(str, range(count)))  # which no caller can name
            function = functions[count] = _function(op, names, general, plain, array)
        return function(*inputs, **params)

    return call


_MOST_INPUTS = 32
"""Of a variadic operator, which has a function for each number of inputs."""


def _function(
    op: Op,
    inputs: tuple[str, ...],
    general: Callable[..., object],
    plain: Plain | None,
    array: type[Array],
    unplanned: tuple[Callable[..., object], int] | None = None,
) -> Callable[..., object]:
    params = tuple(name for name in op.params if not name.startswith("_"))
    order = (*inputs, *params)
    least = sum(name not in op.optional for name in op.inputs)
    if op.variadic:
        least = len(inputs)

    def as_given(values: tuple[object, ...], rest: tuple[object, ...], others: Params) -> object:
        if rest:
            return general(*values, *rest, **others)
        given = [(x, value) for x, value in zip(order, values, strict=True) if value is not ABSENT]
        if op.variadic:
            return general(*values[: len(inputs)], **dict(given[len(inputs) :]), **others)
        return general(**dict(given), **others)

    direct, plans = _direct(op) if array is classes.array else converted_call(op), plans_of(op)
    if unplanned is not None:
        direct, plans = unplanned[0], Plans(op, unplanned[1])
    names: dict[str, object] = {
        "absent": ABSENT,
        "active": tracing.active,
        "array": array,
        "before": op.before_forward,
        "direct": direct,
        "finished": partial(_finished, op, array),
        "general": as_given,
        "new_array": array.__new__,
        "new_node": Node,
        "next_version": next_version,
        "op": op,
        "plans": plans,
        "_state": state,
        "unrecorded": unrecorded,
    }
    if not isinstance(op, CompositeOp):
        for count in range(max(least, 1), len(inputs) + 1):
            plans.calls.add(count, names, f"arrays_{count}", array)
    for name in params:
        default = op.params[name]
        names[f"default_{name}"] = ABSENT if default is Parameter.empty else default
        names[f"plain_{name}"] = plain and plain[name]
    fits = "its_{0}.__class__ in plain_{0}" if plain is not None else "its_{0} is not absent"
    return written_function("call", lambda: _source(op, inputs, least, params, fits), names)


def _source(op: Op, inputs: tuple[str, ...], least: int, params: tuple[str, ...], fits: str) -> str:
    """The text of `planned_function`.

    For an operator of one input ``data`` and a parameter ``axis`` that saves its output it reads,
    without the ``try`` of `user_call`::

        def call(its_data=absent, its_axis=default_axis, *rest, name=None, **others):
            if not (rest or others or active):
                if its_data.__class__ is array:
                    result = arrays_1(its_data, its_axis)  # the C function
                    if result is not None:
                        plan = result._node  # where something has a node
                        if plan is not None:
                            result._node = None
                            ...  # the node, as below
                        return result
                    x0 = its_data._data
                    # For a tuple the classes of its elements.
                    key = its_data._shape, x0.dtype, its_axis, its_axis.__class__
                    try:
                        plan = plans[key]
                    except TypeError:  # a list
                        return general((its_data, its_axis,), rest, others)
                    if plan is None:
                        plan = plans.found(key, (its_data,), {"axis": its_axis,})
                    if plan:
                        y = plan.run(x0)
                        result = new_array(array)
                        result._data, result._shape, result._ctx = y, plan.shape, its_data._ctx
                        result._version, result._node = [0], None
                        n0 = its_data._node
                        if n0 is not None and _state.recording:
                            node = result._node = new_node()
                            ...
                        return result
                    if its_axis.__class__ in plain_axis:
                        return direct(its_data, axis=its_axis)
            return general((its_data, its_axis,), rest, others)
    """
    inputs = tuple([f"its_{name}" for name in inputs])
    heads = [f"{name}={'absent' if i < least else None}" for i, name in enumerate(inputs)]
    heads += [f"its_{name}=default_{name}" for name in params]
    values = ", ".join([*inputs, *[f"its_{name}" for name in params]])
    general = f"return general(({values},), rest, others)"
    lines = ["if not (rest or others or active):"]
    for count in range(len(inputs), max(least, 1) - 1, -1):
        given = [f"{name}.__class__ is array" for name in inputs[:count]]
        given += [f"{name} is None" for name in inputs[count:]]
        checks = [fits.format(name) for name in params]
        passed = ", ".join([*inputs[:count], *[f"{name}=its_{name}" for name in params]])
        lines += [
            f"    if {' and '.join(given)}:",
            *[f"        {line}" for line in _case(op, inputs[:count], params, general)],
            f"        if {' and '.join(checks) or 'True'}:",
            f"            return direct({passed})",
        ]
    head = f"call({', '.join(heads)}, *rest, name=None, **others)"
    return user_call(head, [*lines, general])


def _case(op: Op, inputs: tuple[str, ...], params: tuple[str, ...], general: str) -> list[str]:
    """The statements for a number of inputs."""
    key = [f"{name}._shape, x{i}.dtype" for i, name in enumerate(inputs)]
    for name in params:
        key.append(f"its_{name}")
        if op.params[name].__class__ not in (bool, float):  # whose checks take any number
            kind = f"its_{name}.__class__"  # which tells 1, 1.0 and True apart
            key.append(f"{kind} if {kind} is not tuple else tuple(map(type, its_{name}))")
    buffers = ", ".join([f"x{i}" for i in range(len(inputs))])
    arrays = ", ".join(inputs) + ","
    given = ", ".join([f"{name!r}: its_{name}" for name in params])
    training = []
    if "_training" in op.params:
        training = ["_training = _state.training"]
        key.append("_training")
        given += ", '_training': _training"
    if isinstance(op, CompositeOp):
        run = [f"return plan({arrays})"]
    else:
        before = f"unrecorded(before, {arrays} **plan.params)"
        run = [before] if op.before_forward else []
        run += [f"y = plan.run({buffers})", *_result(op, inputs, arrays)]
    at_once = []
    if has_array_call(op) and not isinstance(op, CompositeOp):
        values = [*inputs, *[f"its_{name}" for name in params], *["_training"] * bool(training)]
        at_once = [
            f"result = arrays_{len(inputs)}({', '.join(values)})",
            "if result is not None:",
            "    plan = result._node",
            "    if plan is not None:",
            "        result._node = None",
            *[f"        {line}" for line in _recorded(op, inputs, loaded=False)],
            "    return result",
        ]
    return [
        *training,
        *at_once,
        *[f"x{i} = {name}._data" for i, name in enumerate(inputs)],
        f"key = {', '.join(key)}",
        "try:",
        "    plan = plans[key]",
        "except TypeError:  # a list",
        f"    {general}",
        "if plan is None:",
        f"    plan = plans.found(key, ({arrays}), {{{given}}})",
        "if plan:",
        *[f"    {line}" for line in run],
    ]


def _result(op: Op, inputs: tuple[str, ...], arrays: str) -> list[str]:
    """The statements that make arrays of what a plan has computed, and the node."""
    if not (op.single and len(op.outputs) == 1) or op.states is not None:
        return [f"return finished(plan, y, ({arrays}))"]
    first = inputs[0]
    made = [
        "result = new_array(array)",
        f"result._data, result._shape, result._ctx = y, plan.shape, {first}._ctx",
        "result._version, result._node = [0], None",
    ]
    if op.is_view:
        made = [
            "if plan.owner is None:",
            *[f"    {line}" for line in made],
            "else:",
            f"    version = ({arrays})[plan.owner]._version",
            f"    result = array(y, plan.shape, {first}._ctx, version)",
        ]
    return [*made, *_recorded(op, inputs, loaded=True), "return result"]


def _recorded(op: Op, inputs: tuple[str, ...], *, loaded: bool) -> list[str]:
    """The statements that make the node; *loaded* says whether elements have names of their own."""
    first, *others = inputs
    count = len(inputs)
    kept = op.keeps(count, 1)
    parents = [f"{x}._version if n{i} is None else n{i}" for i, x in enumerate(inputs)]
    elements = [f"x{i}" if loaded else f"{x}._data" for i, x in enumerate(inputs)]
    saved = [x if keep else "None" for x, keep in zip(elements, kept, strict=False)]
    versions = [f"{x}._version" if keep else "None" for x, keep in zip(inputs, kept, strict=False)]
    saved.append(("y" if loaded else "result._data") if kept[-1] else "None")
    versions.append("result._version" if kept[-1] else "None")
    shapes = [f"{x}._shape" for x in inputs]
    nothing = op.gradient == NONE
    in_graph = " or ".join([f"n{i} is not None" for i in range(count)])
    return [
        *[f"n{i} = {x}._node" for i, x in enumerate(inputs)],
        f"if ({in_graph}) and _state.recording:",
        "    node = result._node = new_node()",
        "    node.op, node.params = op, plan.params",
        f"    node.parents = ({'n0' if not others else ', '.join(parents)},)",
        f"    node.saved = {'None' if nothing else '(' + ', '.join(saved) + ',)'}",
        f"    node.versions = ({', '.join(versions)},)",
        f"    node.shapes = ({', '.join([*shapes, 'plan.shape'])},)",
        f"    node.ctx, node.dtype = {first}._ctx, plan.dtype",
        "    node.number = next_version()",
    ]


def _finished(
    op: Op,
    array: type[Array],
    plan: Plan,
    buffers: Buffer | tuple[Buffer, ...],
    inputs: Sequence[Array],
) -> object:
    """What a call returns of several outputs, some of which may be hidden."""
    if not isinstance(buffers, tuple):
        buffers = (buffers,)
    ctx, visible = inputs[0]._ctx, plan.visible
    recorded = False
    if state.recording:
        for x in inputs:
            if x._node is not None:
                recorded = True
                break
    if visible == 1 and plan.owner is None and not recorded:
        return new_array(array, buffers[0], plan.shape, ctx)
    outputs = [
        new_array(array, y, shape, ctx)
        if owner is None
        else array(y, shape, ctx, inputs[owner]._version)
        for y, shape, owner in zip(
            buffers if recorded else buffers[:visible], plan.shapes, plan.owners, strict=False
        )
    ]
    if recorded:
        record_call(op, plan.params, inputs, outputs)
    return outputs[0] if op.single or visible == 1 else outputs[:visible]


plans_of = cache(Plans)


def _direct(op: Op) -> Callable[..., object]:
    return composite_call(op) if isinstance(op, CompositeOp) else structured_call(op)


def is_planned(op: Op, array: type[Array] | None = None) -> bool:
    """Whether calls of *op* go by plans, by a function with its own signature.

    That is for arrays of the class *array*, by default `classes.array`, whose results composite
    operators return.
    """
    if isinstance(op, CompositeOp) and array is not None and array is not classes.array:
        return False
    return not isinstance(op, (ElementwiseOp, UpdateOp)) and plannable(op)


def planned_call(op: Op, call: Callable[..., object], array: type[Array]) -> Callable[..., object]:
    """The call for *array* of an operator with structure that may have plans, else *call*."""
    if op.variadic:
        return planned_function(op, call, array=array)

    def general(*inputs: object, **given: object) -> object:
        arrays = [*inputs, *[given.pop(name) for name in op.keywords if name in given]]
        while arrays and arrays[-1] is None:
            arrays.pop()
        return call(*arrays, **given)

    return planned_function(op, general, array=array)
