"""Custom operators: forward and backward that a user writes in Python, called by ``nd.Custom``.

`NumpyOp` and `NDArrayOp` are MXNet's older classes for such operators in symbols.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from itertools import count as numbers_from
from typing import Any, TypeAlias, TypeVar

import numpy as np

from . import tracing
from ._similar import did_you_mean
from .array.ndarray import NDArray
from .autograd import Function, is_training
from .base import DType, HostArray, MXNetError, Shape, as_dtype, public_names, shown
from .context import Context, current_context
from .ops.table import ALIASES, OPS

__all__ = [
    "CustomOp",
    "CustomOpProp",
    "NDArrayOp",
    "NumpyOp",
    "PythonOp",
    "get_all_registered_operators",
    "register",
]
__dir__ = public_names(globals())

custom_symbol: Callable[..., Any]
"""`ndgrad.symbol.Custom`, set by `ndgrad.symbol`."""

Shapes: TypeAlias = Sequence[Sequence[int]]
Arrays: TypeAlias = list[NDArray]


def get_all_registered_operators() -> list[str]:
    """Return the names of all operators, with their aliases."""
    return sorted([*OPS, *ALIASES])


class CustomOp:
    """What a custom operator computes: to be derived from, and made by `CustomOpProp`."""

    def forward(
        self, is_train: bool, req: list[str], in_data: Arrays, out_data: Arrays, aux: Arrays
    ) -> None:
        """Write the outputs to *out_data*, by `assign`.

        Parameters
        ----------
        is_train : bool
            Whether this thread is in training mode.
        req : list of str
            For each output, what `assign` takes.
        in_data, out_data, aux : list of NDArray
            Inputs, outputs, and auxiliary states, which may be written to.
        """

    def backward(
        self,
        req: list[str],
        out_grad: Arrays,
        in_data: Arrays,
        out_data: Arrays,
        in_grad: Arrays,
        aux: Arrays,
    ) -> None:
        """Write the inputs' gradients to *in_grad*, by `assign`.

        Under ``grad(..., create_graph=True)`` it is recorded, and can be differentiated itself.

        Parameters
        ----------
        req : list of str
            For each input, what `assign` takes; 'null' where no gradient is needed.
        out_grad, in_data, out_data, in_grad, aux : list of NDArray
        """

    def assign(self, dst: NDArray, req: str, src: Any) -> None:
        """Write *src* to *dst*, as *req* says.

        Parameters
        ----------
        dst : NDArray
        req : {'null', 'write', 'inplace', 'add'}
            Nothing, replace, replace, or add.  Anything else does nothing either.
        src : NDArray, numpy.ndarray or number
        """
        if req in ("write", "inplace"):
            dst[:] = src
        elif req == "add":
            dst[:] += src


class CustomOpProp:
    """What there is to know of a custom operator before it is called: to be derived from.

    Keyword arguments of ``nd.Custom`` go to the constructor as strings.

    Parameters
    ----------
    need_top_grad : bool
        Whether backward reads the outputs' gradients; a loss does not.
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        self.need_top_grad_ = need_top_grad

    def infer_shape(self, in_shape: list[list[int]]) -> Sequence[Shapes]:
        """Shapes of inputs, outputs and, if there are some, auxiliary states.

        By default there is one output, of the first input's shape.
        """
        return in_shape, (in_shape[0],), ()

    def infer_type(self, in_type: list[type]) -> Sequence[Sequence[Any]]:
        """Dtypes of inputs, outputs and auxiliary states; by default the first input's."""
        outputs, states = len(self.list_outputs()), len(self.list_auxiliary_states())
        return in_type, [in_type[0]] * outputs, [in_type[0]] * states

    def list_arguments(self) -> list[str]:
        """Names of the inputs."""
        return ["data"]

    def list_outputs(self) -> list[str]:
        """Names of the outputs."""
        return ["output"]

    def list_auxiliary_states(self) -> list[str]:
        """Names of the auxiliary states, arrays that the operator may write to."""
        return []

    def declare_backward_dependency(
        self, out_grad: Sequence[int], in_data: Sequence[int], out_data: Sequence[int]
    ) -> list[int]:
        """Which arrays backward reads, of their numbers; others may be overwritten before."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]

    def create_operator(
        self, ctx: Context, in_shapes: list[list[int]], in_dtypes: list[type]
    ) -> CustomOp:
        """Make what computes, for inputs and auxiliary states of these shapes and dtypes."""
        return CustomOp()


_Prop = TypeVar("_Prop", bound=type)
_registered: dict[str, tuple[Callable[..., CustomOpProp], type[_Call]]] = {}


def register(reg_name: str) -> Callable[[_Prop], _Prop]:
    """Make a class derived from `CustomOpProp` known as ``nd.Custom(..., op_type=reg_name)``.

    A name that was registered before gets the new class.

    Examples
    --------
    >>> import ndgrad as mx
    >>> class Doubling(mx.operator.CustomOp):
    ...     def forward(self, is_train, req, in_data, out_data, aux):
    ...         self.assign(out_data[0], req[0], in_data[0] * 2)
    ...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
    ...         self.assign(in_grad[0], req[0], out_grad[0] * 2)
    >>> @mx.operator.register("doubling")
    ... class DoublingProp(mx.operator.CustomOpProp):
    ...     def create_operator(self, ctx, in_shapes, in_dtypes):
    ...         return Doubling()
    >>> mx.nd.Custom(mx.nd.array([1, 2]), op_type="doubling").tolist()
    [2.0, 4.0]
    """

    def add(prop_class: _Prop) -> _Prop:
        _registered[reg_name] = prop_class, type(reg_name, (_Call,), {})
        return prop_class

    return add


def Custom(
    *data: NDArray,
    op_type: str | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
    **kwargs: Any,
) -> NDArray | list[NDArray]:
    """Call a custom operator.

    Parameters
    ----------
    *data : NDArray
        Inputs, then auxiliary states; or by their names.
    op_type : str
        What it was registered as, see `ndgrad.operator.register`.
    out : NDArray or list of NDArray, optional
        Where to write the outputs.
    **kwargs
        For the constructor of its `CustomOpProp`, which gets them as strings.

    Returns
    -------
    NDArray or list of NDArray
        The output; several as a list.

    Raises
    ------
    TypeError
        If an input is no array.
    MXNetError
        If there is no such operator; for another number of inputs than it has; if shapes or dtypes
        are not those that it infers; in a function that is compiled.
    """
    if op_type is None:
        raise MXNetError("Custom: argument op_type is missing")
    what = f"Custom operator {op_type}"
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.refuse(
            f"calls {what}, whose code it cannot follow; write it as an autograd.Function, call it "
            "outside, or compile with fallback=True"
        )
    named = {key: kwargs.pop(key) for key in [*kwargs] if isinstance(kwargs[key], NDArray)}
    prop, call = made_prop(op_type, kwargs), _registered[op_type][1]
    arguments, states = prop.list_arguments(), prop.list_auxiliary_states()
    arrays = _in_order(what, [*arguments, *states], data, named)
    inputs, aux = arrays[: len(arguments)], arrays[len(arguments) :]
    forms = _inferred(what, prop, inputs, aux)
    ctx = arrays[0].ctx if arrays else current_context()
    dtypes = [x.dtype for x in arrays]
    op = prop.create_operator(ctx, [list(x.shape) for x in arrays], dtypes)
    results: Arrays = call(prop, op, what, forms, aux, ctx)(*inputs)
    if out is not None:
        _write(what, results, [out] if isinstance(out, NDArray) else list(out))
        return out if isinstance(out, NDArray) else list(out)
    return results[0] if len(results) == 1 else results


def made_prop(op_type: str, params: Mapping[str, object]) -> CustomOpProp:
    """What there is to know of a custom operator with parameters.

    Raises
    ------
    MXNetError
        If there is none of this name.
    """
    if op_type not in _registered:
        raise MXNetError(
            f"Custom: op_type={op_type!r}: there is no custom operator of this name"
            f"{did_you_mean(op_type, _registered)}"
        )
    return _registered[op_type][0](**{key: str(value) for key, value in params.items()})


def _in_order(
    what: str, names: list[str], data: Sequence[NDArray], named: dict[str, NDArray]
) -> Arrays:
    """Inputs and auxiliary states as they are listed."""
    rest = [name for name in names if name not in named]
    if unknown := sorted({*named} - {*names}):
        raise MXNetError(f"{what} has no input {unknown[0]!r}, expected {names}")
    if len(rest) != len(data):
        raise MXNetError(
            f"{what} expects {len(names)} inputs {names}, but got {len(data) + len(named)} instead."
        )
    given = {**dict(zip(rest, data, strict=True)), **named}
    for name in rest:
        if not isinstance(given[name], NDArray):
            raise TypeError(f"{what}: {name} must have NDArray type, got {shown(given[name])}")
    return [given[name] for name in names]


def _inferred(
    what: str, prop: CustomOpProp, inputs: Arrays, aux: Arrays
) -> list[tuple[Shape, DType]]:
    """Shape and dtype of each output; what is inferred of inputs and states must be so."""
    shapes = [*prop.infer_shape([list(x.shape) for x in inputs]), ()][:3]
    dtypes = [*prop.infer_type([x.dtype for x in inputs]), ()][:3]
    lists = ("list_arguments", len(inputs)), ("list_outputs", len(prop.list_outputs()))
    for i, (names, count) in enumerate((*lists, ("list_auxiliary_states", len(aux)))):
        for method, found in (("infer_shape", shapes), ("infer_type", dtypes)):
            if len(found) != 3 or len(found[i]) != count:
                raise MXNetError(
                    f"{what}: {method} returns {found}, expected {count} in place {i} for {names}"
                )
    for kind, i, arrays in (("input", 0, inputs), ("auxiliary state", 2, aux)):
        for j, (x, shape, dtype) in enumerate(zip(arrays, shapes[i], dtypes[i], strict=True)):
            if x.shape != tuple(shape) or x.dtype != as_dtype(dtype, op=what).type:
                raise MXNetError(
                    f"{what}: {kind} {j} has shape {x.shape} and dtype {np.dtype(x.dtype)}, "
                    f"expected {tuple(shape)} and {np.dtype(dtype)}"
                )
    forms = zip(shapes[1], dtypes[1], strict=True)
    return [(tuple(shape), as_dtype(dtype, op=what)) for shape, dtype in forms]


def _write(what: str, results: Arrays, out: Arrays) -> None:
    shapes = [x.shape for x in out if isinstance(x, NDArray)]
    if len(shapes) < len(out) or shapes != [y.shape for y in results]:
        raise MXNetError(
            f"{what}: out must be arrays of shapes {[y.shape for y in results]}, got {shapes}"
        )
    for target, result in zip(out, results, strict=True):
        target[:] = result


def _zeros(shape: Shape, dtype: DType, ctx: Context) -> NDArray:
    return NDArray._from_numpy(np.zeros(shape, dtype), ctx)


class _Call(Function):
    """One call of a custom operator, whose name a subclass has."""

    def __init__(
        self,
        prop: CustomOpProp,
        op: CustomOp,
        what: str,
        forms: Sequence[tuple[Shape, DType]],
        aux: Arrays,
        ctx: Context,
    ) -> None:
        super().__init__()
        self._prop, self._op, self._what = prop, op, what
        self._forms, self._aux, self._ctx = forms, aux, ctx

    def forward(self, *inputs: NDArray) -> Arrays:
        outputs = [_zeros(shape, dtype, self._ctx) for shape, dtype in self._forms]
        self._needs = ["null" if x._node is None else "write" for x in inputs]
        try:
            self._op.forward(
                is_train=is_training(), req=["write"] * len(outputs), in_data=[*inputs],
                out_data=[*outputs], aux=self._aux,
            )  # fmt: skip
        except Exception as error:
            error.add_note(f"raised by forward of {self._what}")
            raise
        self._keep([*inputs], outputs)
        return outputs

    def _keep(self, inputs: Arrays, outputs: Arrays) -> None:
        """Save what backward reads; it gets zeros in place of the others."""
        operands, count = [*inputs, *outputs], len(outputs)
        numbers = list(range(count + len(operands)))  # the outputs' gradients come first
        inner = count + len(inputs)
        read = self._prop.declare_backward_dependency(
            numbers[:count], numbers[count:inner], numbers[inner:]
        )
        self._read = [number in read for number in numbers[count:]]
        self._operand_forms = [(x.shape, np.dtype(x.dtype)) for x in operands]
        self.save_for_backward(*compress(operands, self._read))

    def backward(self, *output_grads: NDArray) -> Arrays:
        saved = iter(self.saved_tensors)
        operands = [
            next(saved) if is_read else _zeros(*form, self._ctx)
            for is_read, form in zip(self._read, self._operand_forms, strict=True)
        ]
        count = len(self._needs)
        gradients = [_zeros(*form, self._ctx) for form in self._operand_forms[:count]]
        self._op.backward(
            req=self._needs, out_grad=[*output_grads], in_data=operands[:count],
            out_data=operands[count:], in_grad=[*gradients], aux=self._aux,
        )  # fmt: skip
        return gradients


# --- operators of symbols in one class ------------------------------------------------------------

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

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.get_symbol(*args, **kwargs)

    def get_symbol(self, *args: Any, **kwargs: Any) -> Any:
        """Return a symbol of a call; what is not given becomes a variable.

        Parameters
        ----------
        *args : Symbol
            Inputs, also by their names.
        name : str, optional
        """
        raise NotImplementedError("Must override this")

    def forward(self, in_data: list[Any], out_data: list[Any]) -> None:
        """Write the outputs to *out_data*; by default the first input."""
        out_data[0][:] = in_data[0]

    def backward(
        self, out_grad: list[Any], in_data: list[Any], out_data: list[Any], in_grad: list[Any]
    ) -> None:
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
    op: PythonOp, create: Callable[[PythonOp], CustomOp], args: Sequence[Any], kwargs: Any
) -> Any:
    name = f"{type(op).__name__}{next(_numbers)}"
    _registered[name] = lambda: _PythonOpProp(op, create), type(name, (_Call,), {})
    return custom_symbol(*args, op_type=name, **kwargs)  # noqa: F821


class NDArrayOp(PythonOp):
    """An operator of symbols whose forward and backward take lists of NDArrays."""

    def get_symbol(self, *args: Any, **kwargs: Any) -> Any:
        return _symbol_of(self, _OnArrays, args, kwargs)

    def declare_backward_dependency(
        self, out_grad: Sequence[int], in_data: Sequence[int], out_data: Sequence[int]
    ) -> list[int]:
        """Which arrays backward reads, of their numbers; it gets all of them."""
        return [*(out_grad if self.need_top_grad() else ()), *in_data, *out_data]


class NumpyOp(PythonOp):
    """An operator of symbols whose forward and backward take lists of NumPy arrays."""

    def get_symbol(self, *args: Any, **kwargs: Any) -> Any:
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
