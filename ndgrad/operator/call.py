"""`register`, and `Custom`, which calls what was registered: on arrays, recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import NamedTuple, TypeVar

import numpy as np

from .. import tracing
from .._similar import did_you_mean
from .._user_errors import ErrorsOf
from ..array.ndarray import NDArray
from ..array.sparse import STYPES, BaseSparseNDArray
from ..autograd import Function, is_training
from ..base import ArgumentTypeError, DType, MXNetError, Shape, as_dtype, shown
from ..context import Context, current_context
from ..tape import Leaf
from .definition import DENSE, Arrays, CustomOp, CustomOpProp

_Prop = TypeVar("_Prop", bound=type)
_T = TypeVar("_T")
_registered: dict[str, tuple[Callable[..., CustomOpProp], type[_Call]]] = {}


def add(name: str, make: Callable[..., CustomOpProp]) -> None:
    """Let ``Custom(..., op_type=name)`` call the operator of what *make* returns."""
    _registered[name] = make, type(name, (_Call,), {})


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
    if not isinstance(reg_name, str):
        raise TypeError(f"register: reg_name must be a string, got {shown(reg_name)}")

    def added(prop_class: _Prop) -> _Prop:
        if not callable(prop_class):
            raise TypeError(
                f"register: {reg_name!r} must be a subclass of CustomOpProp, got "
                f"{shown(prop_class)}"
            )
        add(reg_name, prop_class)
        return prop_class

    return added


def Custom(
    *data: NDArray,
    op_type: str | None = None,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
    **kwargs: object,
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
        If there is no such operator; for another number of inputs than it has; if shapes, dtypes
        or storage types are not those that it infers; in a function that is compiled.
    """
    if op_type is None:
        raise MXNetError("Custom: argument op_type is missing")
    what = f"Custom operator {op_type}"
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.refuse(
            f"calls {what}, whose code it cannot follow; write it as an autograd.Function, call it "
            "outside, or compile with fallback=True"
        )
    named = {key: x for key, x in kwargs.items() if isinstance(x, NDArray)}
    params = {key: x for key, x in kwargs.items() if key not in named}
    prop, call = made_prop(op_type, params), _registered[op_type][1]
    arguments, states = prop.list_arguments(), prop.list_auxiliary_states()
    arrays = _in_order(what, [*arguments, *states], data, named)
    inputs, aux = arrays[: len(arguments)], arrays[len(arguments) :]
    forms = _inferred(what, prop, inputs, aux)
    ctx = arrays[0].ctx if arrays else current_context()
    dtypes = [x.dtype for x in arrays]
    with ErrorsOf(f"create_operator of {what}"):
        op = prop.create_operator(ctx, [list(x.shape) for x in arrays], dtypes)
    if not hasattr(op, "forward"):
        raise TypeError(f"{what}: create_operator must return a CustomOp, got {shown(op)}")
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
    with ErrorsOf(f"the constructor of custom operator {op_type}"):
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
            raise ArgumentTypeError(
                f"{what}: {name} must have NDArray type, got {shown(given[name])}"
            )
    return [given[name] for name in names]


def _inferred(what: str, prop: CustomOpProp, inputs: Arrays, aux: Arrays) -> list[_Form]:
    """What each output is to be; what is inferred of inputs and states must be so."""
    with ErrorsOf(f"infer_shape of {what}"):
        found_shapes = prop.infer_shape([list(x.shape) for x in inputs])
    with ErrorsOf(f"infer_type of {what}"):
        found_dtypes = prop.infer_type([x.dtype for x in inputs])
    with ErrorsOf(f"infer_storage_type of {what}"):
        found_stypes = prop.infer_storage_type([x.stype for x in inputs])
    shapes = _three_lists(what, "infer_shape", found_shapes)
    dtypes = _three_lists(what, "infer_type", found_dtypes)
    stypes = _three_lists(what, "infer_storage_type", found_stypes)
    lists = ("list_arguments", len(inputs)), ("list_outputs", len(prop.list_outputs()))
    methods = ("infer_shape", shapes), ("infer_type", dtypes), ("infer_storage_type", stypes)
    for i, (names, count) in enumerate((*lists, ("list_auxiliary_states", len(aux)))):
        for method, found in methods:
            if len(found) != 3 or len(found[i]) != count:
                raise MXNetError(
                    f"{what}: {method} returns {found}, expected {count} in place {i} for {names}"
                )
    for kind, i, arrays in (("input", 0, inputs), ("auxiliary state", 2, aux)):
        for j, (x, shape, dtype) in enumerate(zip(arrays, shapes[i], dtypes[i], strict=True)):
            if x.shape != tuple(shape) or x.dtype != as_dtype(dtype, op=what).type:
                raise MXNetError(
                    f"{what}: {kind} {j} has shape {x.shape} and dtype {np.dtype(x.dtype)}, "
                    f"expected {tuple(shape)} and {as_dtype(dtype, op=what)}"
                )
    for j, (x, stype) in enumerate(zip(inputs, stypes[0], strict=True)):
        if x.stype != stype:
            raise MXNetError(
                f"{what}: input {j}: Storage type inconsistent, Provided = {x.stype}, "
                f"inferred storage type = {stype}"
            )
    _check_stypes(what, "infer_storage_type", stypes)
    return [
        _Form(tuple(shape), as_dtype(dtype, op=what), stype)
        for shape, dtype, stype in zip(shapes[1], dtypes[1], stypes[1], strict=True)
    ]


def _three_lists(what: str, method: str, found: Sequence[Sequence[_T]]) -> list[Sequence[_T]]:
    """What is inferred of inputs, of outputs and, if the method returns it, of states."""
    parts = [*found, ()][:3] if isinstance(found, (tuple, list)) else []
    if not parts or not all(hasattr(part, "__len__") for part in parts):
        raise TypeError(
            f"{what}: {method} must return lists for inputs, outputs and auxiliary states, got "
            f"{shown(found)}"
        )
    return parts


def _check_stypes(what: str, method: str, found: Sequence[Sequence[str]]) -> None:
    for stypes in found:
        for stype in stypes:
            if stype not in STYPES:
                raise MXNetError(
                    f"{what}: {method} returns {shown(stype)}, expected one of {STYPES}"
                )


def _write(what: str, results: Arrays, out: Arrays) -> None:
    shapes = [x.shape for x in out if isinstance(x, NDArray)]
    if len(shapes) < len(out) or shapes != [y.shape for y in results]:
        raise MXNetError(
            f"{what}: out must be arrays of shapes {[y.shape for y in results]}, got {shapes}"
        )
    for target, result in zip(out, results, strict=True):
        target[:] = result


def _zeros(form: _Form, ctx: Context) -> NDArray:
    if form.stype != DENSE:
        return BaseSparseNDArray._zeros(form.stype, form.shape, form.dtype, ctx)
    return NDArray._from_numpy(np.zeros(form.shape, form.dtype), ctx)


def _form(x: NDArray) -> _Form:
    return _Form(x.shape, np.dtype(x.dtype), x.stype)


def _stored_as(x: NDArray, stype: str) -> NDArray:
    """An array in a storage type."""
    return x if x.stype == stype else x.tostype(DENSE).tostype(stype)


class _Form(NamedTuple):
    """What an array is to be made of."""

    shape: Shape
    dtype: DType
    stype: str


class _Call(Function):
    """One call of a custom operator, whose name a subclass has."""

    def __init__(
        self,
        prop: CustomOpProp,
        op: CustomOp,
        what: str,
        forms: Sequence[_Form],
        aux: Arrays,
        ctx: Context,
    ) -> None:
        super().__init__()
        self._prop, self._op, self._what = prop, op, what
        self._forms, self._aux, self._ctx = forms, aux, ctx

    def forward(self, *inputs: NDArray) -> Arrays:
        outputs = [_zeros(form, self._ctx) for form in self._forms]
        self._needs = ["null" if x._node is None else "write" for x in inputs]
        grads = [x._node.grad if isinstance(x._node, Leaf) else None for x in inputs]
        self._grad_stypes = [g.stype if isinstance(g, NDArray) else DENSE for g in grads]
        with ErrorsOf(f"forward of {self._what}"):
            self._op.forward(
                is_train=is_training(), req=["write"] * len(outputs), in_data=[*inputs],
                out_data=[*outputs], aux=self._aux,
            )  # fmt: skip
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
        self._operand_forms = [_form(x) for x in operands]
        self.save_for_backward(*compress(operands, self._read))

    def _backward_stypes(self, heads: Sequence[NDArray]) -> Sequence[Sequence[str]]:
        """Storage types of what backward gets, by the groups of `infer_storage_type_backward`."""
        count = len(self._needs)
        operands = [form.stype for form in self._operand_forms]
        given = (
            [g.stype for g in heads], operands[:count], operands[count:], self._grad_stypes,
            [x.stype for x in self._aux],
        )  # fmt: skip
        method = "infer_storage_type_backward"
        found = [*self._prop.infer_storage_type_backward(*map(list, given)), ()][:5]
        if [*map(len, found)] != [*map(len, given)]:
            raise MXNetError(
                f"{self._what}: {method} returns {found}, expected lists of the lengths "
                f"{[*map(len, given)]}"
            )
        _check_stypes(self._what, method, found)
        return found

    def backward(self, *output_grads: NDArray) -> Arrays:
        heads, inputs, outputs, grads, _ = self._backward_stypes(output_grads)
        saved = iter(self.saved_tensors)
        operands = [
            _stored_as(next(saved) if is_read else _zeros(form, self._ctx), stype)
            for is_read, form, stype in zip(
                self._read, self._operand_forms, [*inputs, *outputs], strict=True
            )
        ]
        count = len(self._needs)
        forms = zip(self._operand_forms[:count], grads, strict=True)
        gradients = [_zeros(form._replace(stype=stype), self._ctx) for form, stype in forms]
        with ErrorsOf(f"backward of {self._what}"):
            self._op.backward(
                req=self._needs, out_grad=[*map(_stored_as, output_grads, heads)],
                in_data=operands[:count], out_data=operands[count:], in_grad=[*gradients],
                aux=self._aux,
            )  # fmt: skip
        return gradients
