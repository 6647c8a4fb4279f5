"""Plans of composite operators: which operators one calls for inputs of some shapes.

A composite operator is a function of its inputs' shapes and dtypes and of its parameters that calls
other operators.  It is run once on abstract buffers, as variables, while recording: the graph that
this leaves says what was called.  A later call calls that, past all checks of the composite's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..memory.abstract import BufferProgram, NeedsElements
from ..memory.noting import noted
from ..ops.table import CompositeOp, Params
from ..tape import Array, Leaf, Node, OutputSlot, Parent, state
from . import classes


def composed(op: CompositeOp, inputs: Sequence[Array], params: Params) -> Callable[..., Any]:
    """A function of arrays like *inputs* that calls what *op* calls for these.

    Raises
    ------
    NeedsElements
        If a result depends on more than what is recorded of the inputs.
    """
    before = state.recording
    with noted() as program:
        data: list[Any] = [program.parameter(x._data.size, x._data.dtype) for x in inputs]
        arrays = [
            classes.array(elements, x._shape, x._ctx)
            for elements, x in zip(data, inputs, strict=True)
        ]
        for x in arrays:
            x._node = Leaf(x, x, "write")
        state.recording = True
        try:
            results = op.function(*arrays, **params)
        finally:
            state.recording = before
    made = results if isinstance(results, (list, tuple)) else [results]
    heads = [x._node for x in made]
    given = [f"x{i}" for i in range(len(arrays))]
    names: dict[Parent, str] = {x._node: name for x, name in zip(arrays, given, strict=True)}
    steps = BufferProgram(lambda n, dtype: np.empty)
    for node in _calls(heads):
        if isinstance(node, OutputSlot):
            names[node] = f"{names[node.node]}[{node.index}]"
        else:
            names[node] = _call_of(steps, node, names)
    if not all(node in names for node in heads):
        raise NeedsElements
    texts = ", ".join([names[node] for node in heads])
    if isinstance(results, (list, tuple)):
        texts = f"[{texts}]"
    return steps.function(given, texts, lambda run: None)


def _calls(heads: Sequence[Parent]) -> list[Node | OutputSlot]:
    """What *heads* were made by, the oldest first."""
    found: set[Node | OutputSlot] = set()
    pending = list(heads)
    while pending:
        node = pending.pop()
        if isinstance(node, (Node, OutputSlot)) and node not in found:
            found.add(node)
            pending += node.parents
    # A slot is numbered after its node.
    return sorted(found, key=lambda node: node.number)


def _call_of(steps: BufferProgram, node: Node, names: dict[Parent, str]) -> str:
    """Note the call that made *node*, of what has *names*; return the name of its result."""
    arguments = []
    for i, parent in enumerate(node.parents):
        if parent is None:
            number = None if node.saved is None else node.saved[i]
            if not isinstance(number, (int, float)):
                raise NeedsElements
            arguments.append(steps.constant(number))
        elif isinstance(parent, list):  # a constant, of whose elements nothing is known
            raise NeedsElements
        else:
            arguments.append(names[parent])
    for name, value in (node.params or {}).items():
        if not name.startswith("_"):
            arguments.append(f"{name}={steps.constant(value)}")
    name = f"y{len(steps.lines)}"
    steps.lines.append(f"{name} = {steps.constant(node.op.call)}({', '.join(arguments)})")
    return name
