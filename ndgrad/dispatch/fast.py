"""The fast path of element-wise calls: small and large arrays of one dtype, and numbers.

Eager programs on small arrays spend their time here, so a call is one Python function that does
nothing which could be done once. It is written from one template, for the number of inputs, the
operands that a node saves, and the parameters; kernels are bound by dtype, and by shapes where
these differ; the attributes of results and nodes are set in place, which takes half the time of a
constructor. What has come some times goes by a C function, which takes arrays and makes the result
(`ndgrad.kernels.cpu.array_calls`); the rest of the text is for what that does not know. What does
not fit goes the general way: several dtypes, large arrays that broadcast or are written to as
``out``, devices, and all that happens while tracing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..base import DType, Shape, user_call, written_function
from ..kernels import front
from ..kernels.annotations import PlanEntry, SmallCall
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..memory.abstract import PLAIN_RUNS
from ..memory.storage import empty
from ..ops.bound import Call
from ..ops.table import ElementwiseOp
from ..tape import Array, Node, next_version, state
from ..tracing import active
from .array_calls import PlanCalls, no_call, slots
from .elementwise import NUMBERS, BroadcastCalls, Kernels, SmallCalls, put

_NAMES = {1: ["data"], 2: ["lhs", "rhs"], 3: ["first", "second", "third"]}
"""What callers may name the inputs."""

_BOOL = np.dtype("bool")

_CASES = {1: ("v",), 2: ("vv", "vs", "sv"), 3: ("vvv",)}
"""Of some inputs, which are arrays (v) and which are numbers (s), the commonest first."""


class Style(NamedTuple):
    """What a call has of its own for a class of arrays.

    Attributes
    ----------
    array : type
        The class.
    inputs : tuple of str
        What callers may name the inputs; by default what MXNet calls them.
    condition : str
        On ``dtype``, that of the operands, for the fast path; empty for any.
    truth : bool
        Whether results are of dtype bool, and constants.
    number_first : bool
        Whether the fast path is also for a number before an array.
    options : callable, optional
        Checks what is given by other names, which says nothing about the result.
    """

    array: type[Array]
    inputs: tuple[str, ...] = ()
    condition: str = ""
    truth: bool = False
    number_first: bool = True
    options: Callable[[dict[str, object]], None] | None = None


class ArrayCalls(SmallCalls):
    """The small calls of an operator for one layout of operands, and the C function for arrays.

    The function tells a few dtypes apart, and is made anew when another one is used.  A kernel gets
    into it when it has run some times: to load the function takes longer than a few calls gain.

    Parameters
    ----------
    kernels : Kernels
    array : type
        The class of the arrays.
    names : dict
        Where the function is put, when it is made, as *name*: the globals of what calls it.
    name : str
    """

    def __init__(
        self, kernels: Kernels, array: type[Array], names: dict[str, object], name: str
    ) -> None:
        super().__init__(kernels)
        self.array, self.names, self.name = array, names, name
        self.entries: dict[DType, Any] = {}
        self.kinds = ""
        names[name] = no_call

    def __missing__(self, dtype: DType) -> SmallCall:
        kernel = self.kernels[dtype]
        plain = kernel.plain()
        count = itertools.count(1).__next__

        def counted(*args: object) -> object:
            if count() == PLAIN_RUNS:
                self[dtype] = kernel.small()
                self._enter(dtype, kernel)
            return plain(*args)

        self[dtype] = counted
        return counted

    def _enter(self, dtype: DType, kernel: Any) -> None:
        """Let the function know one dtype more, if that has the same kinds of operands."""
        self.kinds = self.kinds or kernel.kinds
        if kernel.kinds != self.kinds or len(self.entries) == front.MOST_DTYPES:
            return
        self.entries[dtype] = kernel.entry(dtype)
        entries = tuple(self.entries.values())
        self.names[self.name] = front.bound_to_kernels(
            entries, self.kinds, self.array, slots(), PARALLEL_ELEMENTS
        )


def elementwise_call(op: ElementwiseOp, general: Callable[..., object], style: Style) -> Call:
    """A call of an element-wise operator; *general* takes what does not fit: inputs, params, out.

    ``op.call`` is that for `classes.array`.
    """
    if len(op.inputs) not in _CASES:
        return lambda *inputs, out=None, **params: general(inputs, params, out)
    count = len(op.inputs)
    extra = op.forward_loop.args[count:]
    names: dict[str, object] = {
        "limit": PARALLEL_ELEMENTS,
        "Node": Node,
        "active": active,
        "array": style.array,
        "check_options": style.options,
        "truth": _BOOL,
        "empty": empty,
        "general": general,
        "new_array": style.array.__new__,
        "next_version": next_version,
        "nothing": (None,) * (count + 1),
        "numbers": NUMBERS,
        "op": op,
        "put": put(op),
        "state": state,
    }
    for letters in _CASES[count]:
        result = _BOOL if style.truth else None
        kernels = names[letters] = Kernels(op, letters + "s" * len(extra), result=result)
        name = f"{letters}_arrays"
        names[f"{letters}_small"] = ArrayCalls(kernels, style.array, names, name)
        settled = None
        if letters.count("v") > 1 and not (extra or op.free):
            settled = _settled(len(letters), names, f"{letters}_meeting", style.array)
        names[f"{letters}_broadcast"] = BroadcastCalls(op, len(extra), result, settled)
    free = tuple(name in op.free for name in op.inputs)
    inputs = style.inputs or tuple(_NAMES[count])
    form = inputs, op.saved, extra, bool(op.params), op.broadcast, free, style
    return written_function("call", lambda: source(*form), names)


def _settled(
    count: int, names: dict[str, object], name: str, array: type[Array]
) -> Callable[..., None]:
    """What enters calls for arrays that broadcast into a C function, which it puts into *names*."""
    calls = PlanCalls()
    calls.add(count, names, name, array)

    def settled(
        dtypes: tuple[DType, ...], shapes: tuple[Shape, ...], call: SmallCall, shape: Shape
    ) -> None:
        calls.enter(PlanEntry((), dtypes, shapes, call, shape, None))

    return settled


def source(
    names: tuple[str, ...],
    saved: tuple[bool, ...],
    extra: tuple[str, ...],
    params: bool,
    broadcast: bool,
    free: tuple[bool, ...],
    style: Style,
) -> str:
    """The text of the call for operators of one form.

    For ``broadcast_maximum``, which saves its inputs, the part for two arrays reads, without the
    ``try`` of `user_call`::

        def call(lhs, rhs, out=None, name=None):
            if active:
                return general((lhs, rhs,), {}, out)
            if lhs.__class__ is array and rhs.__class__ is array:
                if out is None:
                    result = vv_arrays(lhs, rhs)  # the C functions
                    if result is None:
                        result = vv_meeting(lhs, rhs)
                    if result is not None:
                        ...  # the node, as below
                        return result
                lhs_data, rhs_data = lhs._data, rhs._data
                dtype, shape, shapes = lhs_data.dtype, lhs._shape, None
                if rhs_data.dtype is dtype:
                    if rhs._shape == shape:
                        n = lhs_data.size
                        if n < limit:
                            y = vv_small[dtype](lhs_data, rhs_data, n)
                        elif out is None:
                            y = empty(n, dtype)
                            vv[dtype].run((lhs_data, rhs_data, y,), n, 1)
                        else:
                            return general((lhs, rhs,), {}, out)
                    else:
                        found = vv_broadcast[dtype, shape, rhs._shape]
                        if found is None:
                            return general((lhs, rhs,), {}, out)
                        small, shapes, shape = found
                        y = small(lhs_data, rhs_data)
                    result = new_array(array)
                    result._data, result._shape, result._ctx = y, shape, lhs._ctx
                    result._version, result._node = [0], None
                    lhs_node, rhs_node = lhs._node, rhs._node
                    if (lhs_node is not None or rhs_node is not None) and state.recording:
                        node = result._node = Node()
                        node.op, node.params = op, None
                        node.parents = (
                            lhs._version if lhs_node is None else lhs_node,
                            rhs._version if rhs_node is None else rhs_node,
                        )
                        node.saved = (lhs_data, rhs_data, None,)
                        node.versions = (lhs._version, rhs._version, None,)
                        node.shapes = shapes or (shape, shape, shape,)
                        node.ctx, node.dtype = lhs._ctx, dtype
                        node.number = next_version()
                    return result if out is None else put(out, result)

    Parameters
    ----------
    names : tuple of str
        Of the inputs.
    saved : tuple of bool
        Which inputs, and whether the output, backward reads.
    extra : tuple of str
        Parameters that the formula reads.
    params : bool
        Whether there are any parameters.
    broadcast : bool
        Whether shapes broadcast.
    free : tuple of bool
        Which inputs have a dtype of their own.
    style : Style
    """
    inputs = [*names]
    given = "params" if params else "{}"
    general = f"return general(({', '.join(inputs)},), {given}, out)"
    # Where there are parameters, one may be called as an input is here.
    rest = "/, out=None, name=None, **params" if params else "out=None, name=None"
    lines = ["if active:", f"    {general}"]
    if style.options is not None:
        rest = "out=None, **options"
        lines = ["if options:", "    check_options(options)", *lines]
    arguments = ", ".join([*inputs, rest])
    if params:
        lines.append("given = {**op.params, **params}")
        lines += [f"its_{name} = given[{name!r}]" for name in extra]
        extra = tuple(f"its_{name}" for name in extra)
    for letters in _CASES[len(inputs)]:
        if ("s" in letters and any(free)) or (letters == "sv" and not style.number_first):
            continue
        lines += _case(letters, inputs, saved, extra, params, broadcast, free, style, general)
    return user_call(f"call({arguments})", [*lines, general])


def _case(
    letters: str,
    inputs: list[str],
    saved: tuple[bool, ...],
    extra: tuple[str, ...],
    params: bool,
    broadcast: bool,
    free: tuple[bool, ...],
    style: Style,
    general: str,
) -> list[str]:
    """The statements for inputs of one kind each."""
    arrays = [name for name, letter in zip(inputs, letters, strict=True) if letter == "v"]
    numbers = [name for name in inputs if name not in arrays]
    own = [name for name, is_free in zip(inputs, free, strict=True) if is_free]
    first, *others = [name for name in arrays if name not in own] or arrays
    loaded = {name: f"{name}_data" if name in arrays else name for name in inputs}
    kinds = [f"{name}.__class__ is array" for name in arrays]
    kinds += [f"{name}.__class__ in numbers" for name in numbers]
    fits = [style.condition] if style.condition else []
    fits += [f"{name}_data.dtype is dtype" for name in others]
    fits += [
        f'(dtype.kind == "f" and {name}.__class__ in numbers'
        f' or {name}.__class__ is int and dtype.kind != "b"'
        f' or dtype.kind == "V" and {name}.__class__ in numbers)'  # bfloat16
        for name in [*numbers, *extra]
    ]
    operands = ", ".join([*loaded.values(), *extra])
    parents, kept, versions = [], [], []
    for name, keep in zip(inputs, saved, strict=False):
        if name in numbers:
            # A number is always kept, which costs nothing: the call can be shown and repeated.
            parents.append("None")
            kept.append(name)
            versions.append("None")
            continue
        alone = len(arrays) == 1
        parents.append(
            f"{name}_node" if alone else f"{name}._version if {name}_node is None else {name}_node"
        )
        kept.append(loaded[name] if keep else "None")
        versions.append(f"{name}._version" if keep else "None")
    kept.append("y" if saved[-1] else "None")
    versions.append("result._version" if saved[-1] else "None")
    in_graph = " or ".join(f"{name}_node is not None" for name in arrays)
    nothing = set(kept) == {"None"}
    flat = [
        f"n = {first}_data.size",
        "if n < limit:",
        f"    y = {letters}_small[dtype]({operands}, n)",
        "elif out is None:",
        f"    y = empty(n, {'truth' if style.truth else 'dtype'})",
        f"    {letters}[dtype].run(({operands}, y,), n, 1)",
        "else:",
        f"    {general}",
    ]
    same = [f"{name}._shape == shape" for name in others]
    by = ["dtype", *[f"{name}_data.dtype" for name in own], *[f"{name}._shape" for name in arrays]]
    meeting = [
        f"found = {letters}_broadcast[{', '.join(by)}]",
        "if found is None:",
        f"    {general}",
        "small, shapes, shape = found",
        f"y = small({operands})",
    ]
    several = len(arrays) > 1
    if own:
        computed = meeting
    elif several and broadcast:
        computed = [
            f"if {' and '.join(same)}:",
            *[f"    {line}" for line in flat],
            "else:",
            *[f"    {line}" for line in meeting],
        ]
    else:
        fits += same
        computed = flat
    alone = len(arrays) == 1
    same_shapes = f"({'shape, ' * (len(inputs) + 1)})"
    own_shapes = f"({', '.join(f'{x}._shape' for x in inputs)}, shape,)" if several else same_shapes
    recorded = [
        *[f"{name}_node = {name}._node" for name in arrays],
        f"if {in_graph if alone else f'({in_graph})'} and state.recording:",
    ]
    made = [
        "    node = result._node = Node()",
        f"    node.op, node.params = op, {'given' if params else 'None'}",
        f"    node.parents = ({', '.join(parents)},)",
        f"    node.saved = {'nothing' if nothing else '(' + ', '.join(kept) + ',)'}",
        f"    node.versions = {'nothing' if nothing else '(' + ', '.join(versions) + ',)'}",
        "    node.shapes = {}",
        f"    node.ctx, node.dtype = {first}._ctx, dtype",
        "    node.number = next_version()",
    ]
    body = [
        *computed,
        "result = new_array(array)",
        f"result._data, result._shape, result._ctx = y, shape, {first}._ctx",
        "result._version, result._node = [0], None",
        *(
            []
            if style.truth
            else [
                *recorded,
                *_formatted(made, f"shapes or {same_shapes}" if several else same_shapes),
            ]
        ),
        "return result if out is None else put(out, result)",
    ]
    at_once = []
    if not own:
        loads = [
            f"    {name}_data = {name}._data"
            for name in arrays
            if loaded[name] in kept or name == first
        ]
        loads += [f"    dtype, shape = {first}_data.dtype, result._shape"]
        loads += ["    y = result._data"] * saved[-1]
        at_once = [
            "if out is None:",
            f"    result = {letters}_arrays({', '.join([*inputs, *extra])})",
            *[
                "    if result is None:",
                f"        result = {letters}_meeting({', '.join(inputs)})",
            ]
            * (several and broadcast and not extra),
            "    if result is not None:",
            *[
                f"        {line}"
                for line in (
                    [] if style.truth else [*recorded, *loads, *_formatted(made, own_shapes)]
                )
            ],
            "        return result",
        ]
    lines = [
        f"if {' and '.join(kinds)}:",
        *[f"    {line}" for line in at_once],
        *[f"    {name}_data = {name}._data" for name in arrays],
        f"    dtype, shape = {first}_data.dtype, {first}._shape",
        *["    shapes = None"] * several,
    ]
    if fits:
        return [*lines, f"    if {' and '.join(fits)}:", *[f"        {line}" for line in body]]
    return [*lines, *[f"    {line}" for line in body]]


def _formatted(lines: list[str], *values: str) -> list[str]:
    return [line.format(*values) for line in lines]
