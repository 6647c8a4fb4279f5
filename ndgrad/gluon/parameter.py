"""`Parameter`: an array that a network learns, with its gradient, on one context or several."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from .. import initializer, nd, tracing
from ..autograd import pause
from ..base import DTypeLike, MXNetError, Shape, as_dtype, public_names, shown
from ..context import Context, cpu, current_context
from ..nd import NDArray
from ..symbol import Symbol, var
from ..tape import Scope, renew, state
from ..util import default_array, is_np_shape

if TYPE_CHECKING:
    from ..array.types import ArrayLike, ShapeLike
    from ..initializer.base import InitializerLike
    from .trainer import Trainer

    # What `Parameter.initialize` was given, and the values of a file if there is one.
    _Deferred = tuple[InitializerLike, list[Context], InitializerLike, NDArray | None]

__all__ = ["Constant", "DeferredInitializationError", "Parameter", "tensor_types"]
__dir__ = public_names(globals())

tensor_types = (Symbol, NDArray)
"""What a layer can be called with."""

_GRAD_REQS = ("write", "add", "null")
_STYPES = ("default", "row_sparse", "csr")


class DeferredInitializationError(MXNetError):
    """The array of a parameter was asked for before its shape is known."""


def shape_is_known(shape: Shape | None) -> TypeGuard[Shape]:
    """Whether no axis of a shape is unknown, which 0 or a negative length stands for."""
    return shape is not None and all(length > 0 for length in shape)


class Parameter:
    """An array that a network learns.

    Parameters
    ----------
    name : str
    grad_req : {'write', 'add', 'null'}
        What backward does with the gradient: replace it, add to it, or not compute it.
    shape : int or tuple of int, optional
        A length of 0 is not known yet.
    dtype : str or numpy type
    lr_mult, wd_mult : float
        By which a `Trainer` multiplies its learning rate and weight decay for this parameter.
    init : Initializer or str, optional
        By default the one that `initialize` is given.
    allow_deferred_init : bool
        Whether `initialize` may wait for the shape, which the first forward pass infers.
    differentiable : bool
        Without it *grad_req* is always 'null'.
    stype, grad_stype : {'default', 'row_sparse', 'csr'}
        Storage of the array and of its gradient.
    """

    def __init__(
        self,
        name: str,
        grad_req: str = "write",
        shape: ShapeLike | None = None,
        dtype: DTypeLike = np.float32,
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
        init: InitializerLike = None,
        allow_deferred_init: bool = False,
        differentiable: bool = True,
        stype: str = "default",
        grad_stype: str = "default",
    ) -> None:
        for argument, given in (("stype", stype), ("grad_stype", grad_stype)):
            if given not in _STYPES:
                raise AssertionError(
                    f"{argument} for Parameter '{name}' must be one of 'default', 'row_sparse', "
                    f"or 'csr', but got '{given}'"
                )
        self._data: list[NDArray] | None = None
        self._grad: list[NDArray] | None = None
        self._deferred_init: _Deferred | tuple[()] = ()
        self._trainer: Trainer | None = None
        self._var: Symbol | None = None
        self._dtype = dtype
        self._shape = (shape,) if isinstance(shape, (int, np.integer)) else _tuple(shape)
        self._differentiable = differentiable
        self._allow_deferred_init = allow_deferred_init
        self._stype, self._grad_stype = stype, grad_stype
        self._grad_req = "null"
        self.name = name
        self._label = f"Parameter {name}"
        self.lr_mult = lr_mult
        self.wd_mult = wd_mult
        self.init = init
        self.grad_req = grad_req

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.name} (shape={self.shape}, dtype={self.dtype})"

    def __guarded__(self) -> dict[str, object]:
        """What a compiled function that uses the parameter depends on: the arrays."""
        return {self._label: self._data}

    # --- attributes -------------------------------------------------------------------------------

    @property
    def grad_req(self) -> str:
        """What backward does with the gradient, 'write', 'add' or 'null'."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        if req not in _GRAD_REQS:
            raise AssertionError(
                f"grad_req must be one of 'write', 'add', or 'null', but got {req!r}"
            )
        if not self._differentiable:
            req = "null"
        if self._grad_req == req:
            return
        self._grad_req = req
        if self._data is not None:
            self._init_grad()

    @property
    def dtype(self) -> DTypeLike:
        """The dtype, as it was given; setting it casts."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype: DTypeLike) -> None:
        self.cast(dtype)

    @property
    def shape(self) -> Shape | None:
        """The shape; it may be set where it is unknown.

        0 stands for a length that is not known; with MXNet's switch for shapes on, -1.
        """
        if self._shape is not None and is_np_shape():
            return tuple([length or -1 for length in self._shape])
        return self._shape

    @shape.setter
    def shape(self, shape: Shape) -> None:
        new = _tuple(shape)
        if self._shape is not None and (new is None or not _agree(self._shape, new)):
            raise AssertionError(
                f"Parameter '{self.name}' has shape {self._shape}, with which the new shape {new} "
                "is incompatible."
            )
        self._shape = new

    @property
    def stype(self) -> str:
        """The storage of the array."""
        return self._stype

    @property
    def grad_stype(self) -> str:
        """The storage of the gradient."""
        return self._grad_stype

    def _set_trainer(self, trainer: Trainer | None) -> None:
        """Remember the trainer, which pulls the rows of a row-sparse parameter."""
        if self._stype != "default" and self._trainer and trainer and self._trainer is not trainer:
            raise RuntimeError(
                f"Failed to set the trainer for Parameter '{self.name}' because it was already "
                f"set. More than one trainers for a {self._stype} Parameter is not supported."
            )
        self._trainer = trainer

    # --- initialising -----------------------------------------------------------------------------

    def initialize(
        self,
        init: InitializerLike = None,
        ctx: Context | Sequence[Context] | None = None,
        default_init: InitializerLike = initializer.Uniform(),  # noqa: B008  # it has no state
        force_reinit: bool = False,
    ) -> None:
        """Make the array, or note that it is to be made when its shape is known.

        Parameters
        ----------
        init : Initializer or str, optional
            For this parameter, whatever its name and *init* attribute say.
        ctx : Context or sequence of Context, optional
            One array is made on each; by default on the current context.
        default_init : Initializer or str
            Where neither *init* nor the attribute *init* is given.
        force_reinit : bool
            Make it again if it is there; otherwise that is a warning.

        Raises
        ------
        ValueError
            If the shape is not known, and may not be deferred.
        """
        if self._data is not None and not force_reinit:
            warnings.warn(
                f"Parameter '{self.name}' is already initialized, ignoring. "
                "Set force_reinit=True to re-initialize.",
                stacklevel=2,
            )
            return
        contexts = _contexts(ctx)
        if init is None:
            init = default_init if self.init is None else self.init
        deferred = (init, contexts, default_init, None)
        if not shape_is_known(self._shape):
            if not self._allow_deferred_init:
                raise ValueError(
                    f"Cannot initialize Parameter '{self.name}' because it has invalid shape: "
                    f"{self._shape}."
                )
            self._data = self._grad = None
            self._deferred_init = deferred
            return
        self._deferred_init = deferred
        self._finish_deferred_init()

    def _finish_deferred_init(self) -> None:
        """Make the array that `initialize` deferred, if it did."""
        if not self._deferred_init:
            return
        init, contexts, default_init, data = self._deferred_init
        if not shape_is_known(self._shape):
            raise AssertionError(
                f"Cannot initialize Parameter '{self.name}' because it has invalid shape: "
                f"{self._shape}. Please specify in_units, in_channels, etc for `Block`s."
            )
        # While a function is traced this is done at once: it is no part of the program.
        with pause(), tracing.suspended(shapes_only=False):
            if data is None:
                data = default_array(nd.zeros(self._shape, ctx=cpu(), dtype=self._dtype))
                description = initializer.InitDesc(self.name, {"__init__": init})
                initializer.create(default_init)(description, data)
            self._init_impl(data, contexts)
        self._deferred_init = ()

    def _init_impl(self, data: NDArray, contexts: Sequence[Context]) -> None:
        """Copy *data* to each context and mark the copies as variables."""
        self._data = [default_array(data.copyto(ctx)) for ctx in contexts]
        if self._stype != data.stype:  # of a file, or what an initializer made
            self._data = [x.tostype(self._stype) for x in self._data]
        self._init_grad()

    def _init_grad(self) -> None:
        arrays = self.list_data()
        self._data = [x.detach() for x in arrays]
        self._grad = None
        if self._grad_req != "null":
            for x in self._data:
                x.attach_grad(self._grad_req, stype=self._grad_stype)
            self._grad = [x.grad for x in self._data if x.grad is not None]

    def _load_init(
        self,
        data: NDArray,
        ctx: Context | Sequence[Context] | None,
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Take the values of *data*, which comes from a file."""
        if misfit := self._misfit(data, cast_dtype):
            raise AssertionError(misfit)
        if cast_dtype:
            if dtype_source not in ("current", "saved"):
                raise ValueError(
                    f"dtype_source must be 'current' or 'saved', but got {dtype_source!r}"
                )
            if dtype_source == "saved":
                self.cast(np.dtype(data.dtype).type)
            data = data.astype(self._dtype)
        self.shape = data.shape
        if self._data is None:
            deferred = self._deferred_init[1] if self._deferred_init else None
            contexts = _contexts(ctx if ctx is not None else deferred or [cpu()])
            self._deferred_init = ()
            with pause():
                self._init_impl(data, contexts)
        else:
            self.set_data(data)

    def _misfit(self, data: NDArray, cast_dtype: bool = False) -> str:
        """Why *data*, from a file, cannot be the parameter's value; empty if it can."""
        failed = f"Failed loading Parameter '{self.name}' from saved params: "
        if self._shape is not None and not _agree(self._shape, data.shape):
            return f"{failed}shape incompatible expected {self._shape} vs saved {data.shape}"
        expected, saved = as_dtype(self._dtype, op="Parameter"), np.dtype(data.dtype)
        if not cast_dtype and expected != saved:
            return (
                f"{failed}dtype incompatible expected {expected} vs saved {saved}. Set "
                "cast_dtype=True to cast the dtype of saved params."
            )
        return ""

    def reset_ctx(self, ctx: Context | Sequence[Context] | None) -> None:
        """Move the array to other contexts; gradients start from zeros there.

        Raises
        ------
        ValueError
            If the parameter is not initialised.
        """
        contexts = _contexts(ctx)
        if self._data is not None:
            with pause():
                self._init_impl(self._reduce(), contexts)
        elif self._deferred_init:
            init, _, default_init, data = self._deferred_init
            self._deferred_init = (init, contexts, default_init, data)
        else:
            raise ValueError(
                f"Cannot reset context for Parameter '{self.name}' because it "
                "has not been initialized."
            )

    def cast(self, dtype: DTypeLike) -> None:
        """Convert the array and its gradient."""
        as_dtype(dtype, op=f"Parameter {self.name}: cast")  # before anything is changed
        self._dtype = dtype
        self._var = None
        if self._data is None:
            return
        with pause():
            self._data = [x.astype(dtype) for x in self._data]
            grads = self._grad
            self._init_grad()
            for new, old in zip(self._grad or (), grads or (), strict=True):
                if new.stype == "default":
                    new[:] = old.astype(dtype)

    # --- reading and writing ----------------------------------------------------------------------

    def _check_and_get(self, arrays: list[NDArray] | None, ctx: Context | None) -> NDArray:
        if arrays is not None:
            if len(arrays) == 1 and ctx is None:
                return arrays[0]
            ctx = ctx or current_context()
            for x in arrays:
                if x.context == ctx:
                    return x
            raise RuntimeError(
                f"Parameter '{self.name}' was not initialized on context {ctx}. "
                f"It was only initialized on {self.list_ctx()}."
            )
        if self._deferred_init:
            raise DeferredInitializationError(
                f"Parameter '{self.name}' has not been initialized yet because initialization was "
                "deferred. Actual initialization happens during the first forward pass. "
                "Please pass one batch of data through the network before accessing Parameters. "
                "You can also avoid deferred initialization by specifying in_units, "
                "num_features, etc., for network layers."
            )
        raise RuntimeError(
            f"Parameter '{self.name}' has not been initialized. Note that you should initialize "
            "parameters and create Trainer with Block.collect_params() instead of Block.params "
            "because the later does not include Parameters of nested child Blocks"
        )

    @property
    def _ctx_map(self) -> list[list[int | None]] | None:
        """Places in `_data` by ``device_typeid & 1`` and device: programs put arrays there."""
        if self._data is None:
            return None
        found: list[list[int | None]] = [[], []]
        for place, x in enumerate(self._data):
            ctx = x.context
            places = found[ctx.device_typeid & 1]
            places += [None] * (ctx.device_id + 1 - len(places))
            places[ctx.device_id] = place
        return found

    def _require_dense(self, doing: str) -> None:
        if self._stype != "default":
            raise RuntimeError(
                f"Cannot return a copy of Parameter '{self.name}' via {doing} because its storage "
                f"type is {self._stype}. Please use row_sparse_data() instead."
            )

    def data(self, ctx: Context | None = None) -> NDArray:
        """Return the array on a context.

        Raises
        ------
        DeferredInitializationError
            If the shape is not known yet.
        RuntimeError
            If the parameter is not initialised, or not on that context.
        """
        if self._stype != "default":
            self._require_dense("data()")
        arrays = self._data
        if arrays is not None and arrays[0]._ctx is ctx:
            return arrays[0]
        return self._check_and_get(arrays, ctx)

    def list_data(self) -> list[NDArray]:
        """Return the arrays on all contexts."""
        if self._data is None:
            self._check_and_get(None, None)
        return list(self._data or ())

    def set_data(self, data: NDArray) -> None:
        """Write values to the arrays on all contexts; the shape must fit.

        While recording they go to new memory: what was recorded before keeps the old values.

        Raises
        ------
        AssertionError
            If the shape does not fit, or the parameter has not been initialised.
        """
        if not hasattr(data, "shape"):
            raise TypeError(f"set_data: data of {self.name} must be an NDArray, got {shown(data)}")
        self.shape = data.shape
        if self._data is None:
            if not self._deferred_init:
                raise AssertionError(f"Parameter '{self.name}' has not been initialized")
            self._deferred_init = (*self._deferred_init[:3], data)
            return
        if self._trainer is not None:
            self._trainer._parameter_set(self)
        recording = state.recording and not tracing.active
        with pause():
            for x in self._data:
                if recording and x.stype == "default":
                    renew(x, nd.empty(x.shape, x.context, x.dtype)._data)
                x[:] = data

    def row_sparse_data(self, row_id: NDArray) -> NDArray:
        """Return the rows of *row_id*, sorted, as a row-sparse array on the context of *row_id*.

        Raises
        ------
        RuntimeError
            If the storage is not 'row_sparse', or there is no `Trainer`.
        """
        return self._get_row_sparse(self._data, row_id.context, row_id)

    def list_row_sparse_data(self, row_id: NDArray) -> list[NDArray]:
        """Return `row_sparse_data` on all contexts."""
        return [self._get_row_sparse(self._data, ctx, row_id) for ctx in self.list_ctx()]

    def _get_row_sparse(
        self, arrays: list[NDArray] | None, ctx: Context, row_id: NDArray
    ) -> NDArray:
        if self._stype != "row_sparse":
            raise RuntimeError(
                f"Cannot return a copy of Parameter {self.name} via row_sparse_data() because its "
                f"storage type is {self._stype}. Please use data() instead."
            )
        if self._trainer is None:
            raise RuntimeError(
                f"Cannot get row_sparse data for Parameter '{self.name}' when no Trainer is "
                "created with it."
            )
        rows = nd.array(np.unique(row_id.asnumpy()), ctx=ctx, dtype=np.int64)  # each once
        with Scope(recording=True):  # rows that are taken outside of a record have gradients too
            retained: NDArray = nd._internal._sparse_retain(self._check_and_get(arrays, ctx), rows)
        return retained

    def grad(self, ctx: Context | None = None) -> NDArray:
        """Return the gradient on a context.

        Raises
        ------
        RuntimeError
            If the parameter has none, or is not initialised there.
        """
        self._require_grad()
        return self._check_and_get(self._grad, ctx)

    def list_grad(self) -> list[NDArray]:
        """Return the gradients on all contexts."""
        self._require_grad()
        if self._grad is None:
            self._check_and_get(None, None)
        return list(self._grad or ())

    def _require_grad(self) -> None:
        if self._data is not None and self._grad is None:
            raise RuntimeError(
                f"Cannot get gradient array for Parameter '{self.name}' because grad_req='null'"
            )

    def list_ctx(self) -> list[Context]:
        """Return the contexts that the parameter is, or will be, initialised on.

        Raises
        ------
        RuntimeError
            If the parameter has not been initialised.
        """
        if self._data is not None:
            return [x.context for x in self._data]
        if self._deferred_init:
            return list(self._deferred_init[1])
        raise RuntimeError(f"Parameter '{self.name}' has not been initialized")

    def zero_grad(self) -> None:
        """Set the gradients to zeros."""
        for x in self._grad or ():
            x[:] = 0

    def var(self) -> Symbol:
        """Return the variable that stands for the parameter in symbols."""
        if self._var is None:
            self._var = var(
                self.name,
                shape=self._shape,
                dtype=self._dtype,
                lr_mult=self.lr_mult,
                wd_mult=self.wd_mult,
                init=self.init,
                stype=self._stype,
            )
        return self._var

    def _reduce(self) -> NDArray:
        """The mean over all contexts, on the CPU: what a file keeps."""
        copies = [x.copyto(cpu()) for x in self.list_data()]
        mean: NDArray = copies[0] if len(copies) == 1 else nd.add_n(*copies) / len(copies)
        return mean


class Constant(Parameter):
    """An array that training does not change, saved with the parameters.

    Parameters
    ----------
    name : str
    value : NDArray or what `nd.array` takes
    """

    def __init__(self, name: str, value: ArrayLike) -> None:
        self.value: NDArray = (
            value if isinstance(value, NDArray) else default_array(nd.array(value))
        )
        super().__init__(
            name,
            grad_req="null",
            shape=self.value.shape,
            dtype=self.value.dtype,
            init=initializer.Constant(self.value),
        )

    @property
    def grad_req(self) -> str:
        """Always 'null'."""
        return "null"

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        if req != "null":
            warnings.warn(
                f'Constant Parameter "{self.name}" does not support grad_req other than "null", '
                f'and new value "{req}" is ignored.',
                stacklevel=2,
            )


def _tuple(shape: Iterable[int] | None) -> Shape | None:
    try:
        return None if shape is None else tuple(int(length) for length in shape)
    except (TypeError, ValueError) as error:
        raise type(error)(f"a parameter's shape must be a tuple of ints, got {shape!r}") from None


def _agree(known: Shape, shape: Sequence[int]) -> bool:
    """Whether two shapes are equal where the first one is known."""
    return len(known) == len(shape) and all(
        a == b or a <= 0 for a, b in zip(known, shape, strict=True)
    )


def _contexts(ctx: Context | Sequence[Context] | None) -> list[Context]:
    if ctx is None:
        return [current_context()]
    if isinstance(ctx, Context):
        return [ctx]
    contexts = list(ctx) if isinstance(ctx, Iterable) else [ctx]
    if not all(isinstance(one, Context) for one in contexts):
        raise TypeError(f"ctx must be a Context such as cpu(), or a list of them, got {shown(ctx)}")
    return contexts
