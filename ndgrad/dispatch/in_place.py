"""In-place arithmetic while recording: ``x += y`` and its like, where it changes the graph."""

from __future__ import annotations

from collections.abc import Callable

from ..ops.table import ElementwiseOp, lookup
from ..tape import Array, Maker, Saved, Version, new_node
from .structured import tracked, unrecorded
from .writes import in_graph, parent_of, recorded_write, written


def recorded_in_place(op: ElementwiseOp) -> Callable[[Array, Array | float], bool]:
    """``x += y`` while recording; it says whether it did the work.

    It is called with the array to be written to, and a number or an array of its dtype that
    broadcasts to it.  It leaves to ``op.call`` what no graph has a part in.
    """

    def call(x: Array, other: Array | float) -> bool:
        if not (tracked(other) or in_graph(x)):
            return False
        inputs = (x, other)
        read = op.read_by((tracked(x), tracked(other)))
        # What backward reads of memory that is about to be overwritten is copied.
        kept = [
            unrecorded(lookup("identity").call, z)
            if name in read and isinstance(z, Array) and z._version is x._version
            else z
            for name, z in zip(op.inputs, inputs, strict=True)
        ]
        before = [*x._version]
        unrecorded(op.call, x, other, out=x)
        x._version[:] = before  # that a part was written to is noted while recording
        written(x)
        node: Maker | None = None
        if tracked(x) or tracked(other):
            saved: list[Saved] = []
            versions: list[Version | None] = []
            for name, z in zip((*op.inputs, "y"), (*kept, x), strict=True):
                wanted = name in read or not isinstance(z, Array)
                saved.append((z._data if isinstance(z, Array) else z) if wanted else None)
                versions.append(z._version if name in read and isinstance(z, Array) else None)
            shape = x._shape
            own = other._shape if isinstance(other, Array) else ()
            shapes = (shape, shape if own == shape else own, shape)  # one object, if they are equal
            parents = tuple([parent_of(z) if isinstance(z, Array) else None for z in inputs])
            new_node(op, op.params, parents, tuple(saved), tuple(versions), shapes, (x,))
            node = x._node
        recorded_write(x, node)
        return True

    return call
