"""`Function`: an operator whose forward and backward a user writes in Python."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from .base import MXNetError
from .dispatch import convert, record_call, unrecorded
from .graph import Node, Port, state
from .kernels._table import Op
from .ndarray import NDArray


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
        self._saved: tuple[Any, ...] = ()
        # Outputs among the saved arrays are kept by number: an output knows its node, which knows
        # this object, and a cycle would keep every array alive until the garbage collector runs.
        self._saved_outputs: dict[int, tuple[int, Any]] = {}
        self._node: Node | None = None

    def save_for_backward(self, *args: Any) -> None:
        """Keep arrays (inputs, outputs or others) for backward."""
        self._saved = args

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` kept."""
        saved = list(self._saved)
        for position, (number, flat) in self._saved_outputs.items():
            data, shape, ctx, version = flat
            array = NDArray(data, shape, ctx, version)
            if self._node is not None:
                node = self._node
                array._node = node if node.op.single else Port(node, number, data.dtype)
            saved[position] = array
        return tuple(saved)

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs; to be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__}.forward is not written")

    def backward(self, *output_grads: Any) -> Any:
        """Compute the inputs' gradients; to be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__}.backward is not written")

    def __call__(self, *inputs: Any) -> Any:
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
        if state.recording:
            arrays = [x for x in inputs if isinstance(x, NDArray)]
            if any(x._node is not None for x in arrays):
                caller = sys._getframe(1)
                site = f"{caller.f_code.co_filename}:{caller.f_lineno}"
                self._record(inputs, arrays, outputs, site)
        if single:
            return outputs[0]
        return type(results)(outputs)

    def _output(self, result: Any, inputs: Sequence[Any]) -> NDArray:
        if isinstance(result, np.ndarray):
            context = next((x._ctx for x in inputs if isinstance(x, NDArray)), None)
            return NDArray._from_numpy(result, context)
        if not isinstance(result, NDArray):
            raise TypeError(
                f"{type(self).__name__}.forward must return an NDArray or a list of them, "
                f"got {type(result).__name__}"
            )
        if any(result is x for x in inputs):  # the output must not be the input's own object
            return NDArray(result._data, result._shape, result._ctx, result._version)
        return result

    def _record(
        self, inputs: Sequence[Any], arrays: list[NDArray], outputs: list[NDArray], site: str
    ) -> None:
        are_arrays = tuple(isinstance(x, NDArray) for x in inputs)

        def backward(node: Node, grads: Any) -> list[Any]:
            grads = grads if isinstance(grads, list) else [grads]
            return self._backward(node, grads, are_arrays, site)

        row = Op(
            name=type(self).__name__,
            inputs=tuple(f"input{i}" for i in range(len(arrays))),
            outputs=tuple(f"output{i}" for i in range(len(outputs))),
            flat_backward=backward,
            recorded_backward=backward,
        )
        record_call(row, {}, arrays, outputs)
        for position, kept in enumerate(self._saved):
            for number, output in enumerate(outputs):
                if kept is output:
                    flat = (output._data, output._shape, output._ctx, output._version)
                    self._saved_outputs[position] = (number, flat)
        self._saved = tuple(
            None if i in self._saved_outputs else kept for i, kept in enumerate(self._saved)
        )

    def _backward(
        self, node: Node, grads: Sequence[Any], are_arrays: tuple[bool, ...], site: str
    ) -> list[Any]:
        """What the walk calls: flat buffers in and out, or recorded arrays under create_graph."""
        name, count = type(self).__name__, len(node.parents)
        flat = not isinstance(next(g for g in grads if g is not None), NDArray)
        heads = []
        for g, shape in zip(grads, node.shapes[count:], strict=True):
            if g is None:
                g = np.zeros(shape, node.dtype).reshape(-1)
                heads.append(NDArray(g, shape, node.ctx))
            else:
                heads.append(NDArray(g, shape, node.ctx) if flat else g)
        self._node = None if flat else node
        try:
            call = unrecorded if flat else _call
            results = call(self.backward, *heads)
        except Exception as error:
            error.add_note(f"raised by {name}.backward, whose forward was called at {site}")
            raise
        finally:
            self._node = None
        results = list(results) if isinstance(results, (list, tuple)) else [results]
        if len(results) == len(are_arrays) != count:
            results = [r for r, is_array in zip(results, are_arrays, strict=True) if is_array]
        if len(results) != count:
            raise MXNetError(
                f"{name}.backward must return {count} gradients, one for each array input, "
                f"got {len(results)} (forward was called at {site})"
            )
        return [self._gradient(result, i, node, flat, site) for i, result in enumerate(results)]

    def _gradient(self, result: Any, i: int, node: Node, flat: bool, site: str) -> Any:
        parent, shape = node.parents[i], node.shapes[i]
        if result is None or parent.__class__ is list:
            return None
        if isinstance(result, np.ndarray):
            result = NDArray._from_numpy(result, node.ctx)
        if not isinstance(result, NDArray):
            raise TypeError(
                f"{type(self).__name__}.backward must return NDArrays, got "
                f"{type(result).__name__} for input {i} (forward was called at {site})"
            )
        if result._shape != shape:
            try:
                np.broadcast_to(np.empty(result._shape), shape)
            except ValueError:
                raise MXNetError(
                    f"{type(self).__name__}.backward: the gradient of input {i} must have its "
                    f"shape {shape}, got {result._shape} (forward was called at {site})"
                ) from None
            result = result.broadcast_to(shape)
        result = convert(result, parent.dtype)
        return result._data if flat else result


def _call(function: Any, *args: Any) -> Any:
    return function(*args)
