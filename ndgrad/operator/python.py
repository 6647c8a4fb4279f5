"""`NumpyOp` and `NDArrayOp`: operators of symbols in one class."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import count as numbers_from
from typing import TYPE_CHECKING, Any, TypeAlias

from ..base import HostArray
from ..context import Context
from .call import add
from .definition import Arrays, CustomOp, CustomOpProp, Shapes

if TYPE_CHECKING:
    from ..symbol import Symbol

Data: TypeAlias = list[Any]
"""Arrays: of NumPy for a `NumpyOp`, else NDArrays."""

custom_symbol: Callable[..., Symbol]
"""`ndgrad.symbol.Custom`, set by `ndgrad.symbol`."""

_numbers = numbers_from()


class PythonOp:
    """An operator of symbols: the base of `NumpyOp` and `NDArrayOp`.

    .. deprecated:: 0.1
        As in MXNet; use `CustomOp`, which is called on arrays too.

    Parameters
    ----------
    need_top_grad : bool
        Whether backward reads the outputs' gradients; a loss does not.
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        self.need_top_grad_ = need_top_grad
        warnings.warn(
            f"{type(self).__name__} has been deprecated. Please use CustomOp", stacklevel=2
        )

    def __call__(self, *args: Symbol, **kwargs: Symbol | str) -> Symbol:
        return self.get_symbol(*args, **kwargs)

    def get_symbol(self, *args: Symbol, **kwargs: Symbol | str) -> Symbol:
        """Return a symbol of a call; what is not given becomes a variable.

        Parameters
        ----------
        *args : Symbol
            Inputs, also by their names.
        name : str, optional
        """
        raise NotImplementedError("Must override this")

    def forward(self, in_data: Data, out_data: Data) -> None:
        """Write the outputs to *out_data*; by default the first input."""
        out_data[0][:] = in_data[0]

    def backward(self, out_grad: Data, in_data: Data, out_data: Data, in_grad: Data) -> None:
        """Write the inputs' gradients to *in_grad*; by default ones."""
        in_grad[0][:] = 1.0

    def infer_shape(self, in_shape: list[list[int]]) -> Sequence[Shapes]:
        """Shapes of inputs and outputs; by default one output, of the first input's shape."""
        return in_shape, [in_shape[0]]

    def list_outputs(self) -> list[str]:
        """Names of the outputs."""
        return ["output"]

    def list_arguments(self) -> list[str]:
        """Names of the inputs."""
        return ["data"]

    def need_top_grad(self) -> bool:
        """Whether backward reads the outputs' gradients."""
        return self.need_top_grad_


class _PythonOpProp(CustomOpProp):
    """A `PythonOp` as an operator that ``Custom`` can call."""

    def __init__(self, op: PythonOp, create: Callable[[PythonOp], CustomOp]) -> None:
        super().__init__(op.need_top_grad())
        self._op, self._create = op, create
        self.infer_shape = op.infer_shape  # type: ignore[method-assign]
        self.list_arguments = op.list_arguments  # type: ignore[method-assign]
        self.list_outputs = op.list_outputs  # type: ignore[method-assign]

    def create_operator(
        self, ctx: Context, in_shapes: list[list[int]], in_dtypes: list[type]
    ) -> CustomOp:
        return self._create(self._op)


def _symbol_of(
    op: PythonOp,
    create: Callable[[PythonOp], CustomOp],
    args: Sequence[Symbol],
    kwargs: Mapping[str, Symbol | str],
) -> Symbol:
    name = f"{type(op).__name__}{next(_numbers)}"
    add(name, lambda: _PythonOpProp(op, create))
    return custom_symbol(*args, op_type=name, **kwargs)  # noqa: F821


class NDArrayOp(PythonOp):
    """An operator of symbols whose forward and backward take lists of NDArrays."""

    def get_symbol(self, *args: Symbol, **kwargs: Symbol | str) -> Symbol:
        return _symbol_of(self, _OnArrays, args, kwargs)

    def declare_backward_dependency(
        self, out_grad: Sequence[int], in_data: Sequence[int], out_data: Sequence[int]
    ) -> list[int]:
        """Which arrays backward reads, of their numbers; it gets all of them."""
        return [*(out_grad if self.need_top_grad() else ()), *in_data, *out_data]


class NumpyOp(PythonOp):
    """An operator of symbols whose forward and backward take lists of NumPy arrays."""

    def get_symbol(self, *args: Symbol, **kwargs: Symbol | str) -> Symbol:
        return _symbol_of(self, _OnHost, args, kwargs)


class _OnArrays(CustomOp):
    """What an `NDArrayOp` computes."""

    def __init__(self, op: PythonOp) -> None:
        self._op = op

    def forward(
        self, is_train: bool, req: list[str], in_data: Arrays, out_data: Arrays, aux: Arrays
    ) -> None:
        self._op.forward(in_data=in_data, out_data=out_data)

    def backward(
        self,
        req: list[str],
        out_grad: Arrays,
        in_data: Arrays,
        out_data: Arrays,
        in_grad: Arrays,
        aux: Arrays,
    ) -> None:
        self._op.backward(out_grad=out_grad, in_data=in_data, out_data=out_data, in_grad=in_grad)


class _OnHost(_OnArrays):
    """What a `NumpyOp` computes, on copies of the arrays."""

    def forward(
        self, is_train: bool, req: list[str], in_data: Arrays, out_data: Arrays, aux: Arrays
    ) -> None:
        results = _copies(out_data)
        self._op.forward(in_data=_copies(in_data), out_data=results)
        self._write(out_data, req, results)

    def backward(
        self,
        req: list[str],
        out_grad: Arrays,
        in_data: Arrays,
        out_data: Arrays,
        in_grad: Arrays,
        aux: Arrays,
    ) -> None:
        results = _copies(in_grad)
        self._op.backward(
            out_grad=_copies(out_grad), in_data=_copies(in_data), out_data=_copies(out_data),
            in_grad=results,
        )  # fmt: skip
        self._write(in_grad, req, results)

    def _write(self, targets: Arrays, req: list[str], values: list[HostArray]) -> None:
        for target, how, value in zip(targets, req, values, strict=True):
            self.assign(target, how, value)


def _copies(arrays: Arrays) -> list[HostArray]:
    return [x.asnumpy() for x in arrays]
