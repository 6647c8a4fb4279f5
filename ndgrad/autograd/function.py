"""`Function`: an operator whose forward and backward a user writes in Python."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np

from .._user_errors import ErrorsOf
from ..array.ndarray import NDArray
from ..array.sparse import BaseSparseNDArray
from ..base import MXNetError, Shape
from ..context import Context
from ..dispatch import as_list, convert, in_class_of, plain, record_call, unrecorded
from ..memory.device import Buffer
from ..ops.bound import Bound
from ..ops.storage import Parts
from ..ops.table import Op
from ..tape import Constant, Maker, Node, OutputSlot, Version, state


class Function:
    """An operator with its own backward.

    Subclass it and write ``forward(self, *inputs)``, which computes outputs from arrays (and other
    arguments) with recording off, and ``backward(self, *output_grads)``, which returns the gradient
    of each array input, None for one that has none.  An instance is called once.

    Under ``grad(..., create_graph=True)`` backward itself is recorded, so a derivative written with
    operators can be differentiated again.

    Examples
    --------
    >>> import ndgrad as mx
    >>> class Cube(mx.autograd.Function):
    ...     def forward(self, x):
    ...         self.save_for_backward(x)
    ...         return x * x * x
    ...     def backward(self, dy):
    ...         (x,) = self.saved_tensors
    ...         return 3 * x * x * dy
    >>> x = mx.nd.array([1, 2])
    >>> x.attach_grad()
    >>> with mx.autograd.record():
    ...     y = Cube()(x)
    >>> y.backward()
    >>> x.grad.asnumpy()
    array([ 3., 12.], dtype=float32)
    """

    def __init__(self) -> None:
        self._used = False
        self._saved: tuple[object, ...] = ()
        self._node: Node | None = None
        self._kind: type[NDArray] = NDArray

    def __guarded__(self) -> dict[str, object]:
        """What a compiled function that calls this depends on here: an instance is called once."""
        return {}

    def save_for_backward(self, *args: object) -> None:
        """Keep arrays (inputs, outputs or others) for backward.

        They must not be written to before backward, which raises an error then.
        """
        self._saved = args

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` kept."""
        return tuple([x.array(self._node) if isinstance(x, _Kept) else x for x in self._saved])

    # With **others, type checkers accept any parameters of what a subclass writes.

    def forward(self, *inputs: Any, **others: Any) -> Any:
        """Compute the outputs; to be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__}.forward is not written")

    def backward(self, *output_grads: Any, **others: Any) -> Any:
        """Compute the inputs' gradients; to be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__}.backward is not written")

    def __call__(self, *inputs: object) -> Any:
        """Run `forward`; record the call when this thread records."""
        name = type(self).__name__
        if not hasattr(self, "_used"):
            raise MXNetError(f"{name}.__init__ must call super().__init__()")
        if self._used:
            raise MXNetError(
                "Each Function instance can only be called once. Please create another instance."
            )
        self._used = True
        results = unrecorded(self.forward, *inputs)
        single = not isinstance(results, (list, tuple))
        outputs = [self._output(r, inputs) for r in ([results] if single else results)]
        if state.recording and any(isinstance(x, NDArray) and x._node is not None for x in inputs):
            caller = sys._getframe(1)
            site = f"{caller.f_code.co_filename}:{caller.f_lineno}"
            outputs = self._record(inputs, outputs, site)
        if single:
            return outputs[0]
        return type(results)(outputs)

    def _output(self, result: object, inputs: Sequence[object]) -> NDArray:
        if isinstance(result, np.ndarray):
            first = next((x for x in inputs if isinstance(x, NDArray)), None)
            made = NDArray._from_numpy(result, None if first is None else first._ctx)
            return in_class_of(type(first), made)
        if not isinstance(result, NDArray):
            raise TypeError(
                f"{type(self).__name__}.forward must return an NDArray or a list of them, "
                f"got {type(result).__name__}"
            )
        if any(result is x for x in inputs):  # the output must not be the input's own object
            return result.detach()
        return result

    def _record(
        self, inputs: Sequence[object], results: Sequence[NDArray], site: str
    ) -> list[NDArray]:
        """Put what *results* hold on a node; returns it as arrays of its own.

        The function is one of the node's parameters, so that backward releases it.  What it saved
        is not kept as the arrays it was given, nor are those put on the node: an array knows its
        node, and in a cycle all of them would live until the garbage collector runs.
        """
        arrays = [x for x in inputs if isinstance(x, NDArray)]
        outputs = [x.detach() for x in results]
        self._are_arrays, self._site = [isinstance(x, NDArray) for x in inputs], site
        self._kind = type(arrays[0])
        op = _op_of(type(self).__name__, len(arrays), len(outputs))
        record_call(op, {"_function": self}, arrays, outputs)
        made_by = outputs[0]._node
        node = made_by.node if isinstance(made_by, OutputSlot) else made_by
        assert isinstance(node, Node)
        operands = [*arrays, *results]
        saved, versions = list(node.saved or ()), list(node.versions)
        kept: list[object] = []
        for x in self._saved:
            if not isinstance(x, NDArray):
                kept.append(x)
                continue
            place = next((i for i, operand in enumerate(operands) if operand is x), len(saved))
            if place == len(saved):
                saved.append(None)
                versions.append(None)
            saved[place], versions[place] = x._data, x._version
            number = place - len(arrays)
            output = number if 0 <= number < len(results) else None
            parts = x._parts if isinstance(x, BaseSparseNDArray) else None
            facts = type(x), x._data, x._shape, x._ctx, x._version, x._node, output, parts
            kept.append(_Kept(*facts))
        node.saved, node.versions, self._saved = tuple(saved), tuple(versions), tuple(kept)
        return outputs

    def _backward(self, node: Node, grads: Sequence[Any]) -> list[Buffer | NDArray | None]:
        """What the engine calls: buffers in and out, or recorded arrays under create_graph."""
        name, site, count = type(self).__name__, self._site, len(node.parents)
        on_buffers = not isinstance(next(g for g in grads if g is not None), NDArray)
        heads = []
        for g, shape in zip(grads, node.shapes[count:], strict=True):
            if g is None:
                g = np.zeros(shape, node.dtype).reshape(-1)
                heads.append(NDArray(g, shape, node.ctx))
            else:
                heads.append(NDArray(g, shape, node.ctx) if on_buffers else g)
        self._node = None if on_buffers else node
        try:
            call = unrecorded if on_buffers else _call
            with ErrorsOf(f"{name}.backward, whose forward was called at {site}"):
                results = call(self.backward, *[in_class_of(self._kind, g) for g in heads])
        finally:
            self._node = None
        results = list(results) if isinstance(results, (list, tuple)) else [results]
        if len(results) == len(self._are_arrays) != count:
            pairs = zip(results, self._are_arrays, strict=True)
            results = [result for result, is_array in pairs if is_array]
        if len(results) != count:
            raise MXNetError(
                f"{name}.backward must return {count} gradients, one for each array input, "
                f"got {len(results)} (forward was called at {site})"
            )
        return [self._gradient(result, i, node, on_buffers) for i, result in enumerate(results)]

    def _gradient(
        self, result: object, i: int, node: Node, on_buffers: bool
    ) -> Buffer | NDArray | None:
        parent, shape = node.parents[i], node.shapes[i]
        if result is None or parent is None or isinstance(parent, Constant):
            return None
        if isinstance(result, np.ndarray):
            result = NDArray._from_numpy(result, node.ctx)
        if not isinstance(result, NDArray):
            raise TypeError(
                f"{type(self).__name__}.backward must return NDArrays, got "
                f"{type(result).__name__} for input {i} (forward was called at {self._site})"
            )
        if result._shape != shape:
            try:
                np.broadcast_to(np.empty(result._shape), shape)
            except ValueError:
                raise MXNetError(
                    f"{type(self).__name__}.backward: the gradient of input {i} must have its "
                    f"shape {shape}, got {result._shape} (forward was called at {self._site})"
                ) from None
            result = result.broadcast_to(shape)
        gradient: NDArray = convert(plain(result), parent.dtype)
        return gradient._data if on_buffers else gradient


@dataclass(frozen=True)
class _Kept:
    """A saved array as it was when the call was recorded.

    Attributes
    ----------
    made_by : Node, OutputSlot, Leaf or None
    output : int or None
        Which output of the call it is, if it is one.
    parts : Csr, RowSparse or None
        What a sparse array stores.
    """

    kind: type[NDArray]
    data: Buffer
    shape: Shape
    ctx: Context
    version: Version
    made_by: Maker | None
    output: int | None
    parts: Parts | None

    def array(self, node: Node | None) -> NDArray:
        """An array like it; while the backward of *node* is recorded, an output hangs on that."""
        if self.parts is None:
            array = self.kind(self.data, self.shape, self.ctx, self.version)
        else:
            array = BaseSparseNDArray._of(self.parts, self.ctx)
        array._node = self.made_by
        if self.output is not None and node is not None:
            array._node = node if node.op.single else OutputSlot(node, self.output, self.data.dtype)
        return array


@cache
def _op_of(name: str, inputs: int, outputs: int) -> Op:
    """What the nodes of a function with so many arrays call."""
    return Op(
        name=name,
        inputs=tuple(f"input{i}" for i in range(inputs)),
        outputs=tuple(f"output{i}" for i in range(outputs)),
        bound=Bound(call=None, buffer_backward=_backward, recorded_backward=_backward),
    )


def _backward(node: Node, grads: object) -> list[object]:
    function = (node.params or {})["_function"]
    found: list[object] = function._backward(node, as_list(grads))
    return found


_R = TypeVar("_R")


def _call(function: Callable[..., _R], *args: object) -> _R:
    return function(*args)
