"""`NDArray`: the array that users hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import dispatch, engine
from ..base import (
    DTypeLike,
    HostArray,
    MXNetError,
    Shape,
    as_dtype,
    printable,
    shorten_traceback,
    shown,
)
from ..context import GPU, Context, check_usable, current_context
from ..dispatch import check_writable, classes, written
from ..dispatch.array_calls import view_call
from ..memory.device import DeviceArray, context_device, host, on_device, to_device
from ..memory.storage import empty, empty_like
from ..ops.axes import choice, flag, integers
from ..ops.bound import CALLS
from ..ops.storage import compressed
from ..ops.table import ElementwiseOp, F, Op, for_each
from ..tape import Array, Leaf, state
from ..tracing import active, host_read
from . import indexing, interchange, writing
from .operands import in_place, operand, reflected

if TYPE_CHECKING:  # with what `_give_python_operators` and `ndgrad.nd` add to the class
    from .._stubs.nd_methods import Methods
    from ..memory.device import Buffer
else:
    Methods = Array

_STYPES = ("default", "row_sparse", "csr")


class NDArray(Methods):
    """An n-dimensional array of one dtype on one device.

    Made by `ndgrad.nd.array` and its like.  Memory is contiguous in C order; a basic slice of
    contiguous memory and `reshape` are views, any other indexing copies.
    """

    __slots__ = ()

    # NumPy leaves ``numpy_array + x`` to this class.  To its functions an array is what
    # `__array__` returns.
    __array_priority__ = 1000.0

    _one_element: ClassVar[Shape] = (1,)
    """The shape of a single element."""

    @staticmethod
    def _as_key(key: object) -> object:
        """A key of square brackets as `ndgrad.array.keys` reads it."""
        return key

    @staticmethod
    def _stop_before_start(start: int, stop: int) -> int:
        """Where a slice ends that would end before it begins."""
        raise MXNetError(f"Invalid slicing range [{start}, {stop})")

    # --- facts -----------------------------------------------------------------------------------

    @property
    def shape(self) -> Shape:
        """Lengths of the axes."""
        return self._shape

    @property
    def dtype(self) -> type:
        """The type of an element, as a NumPy scalar type."""
        return self._data.dtype.type

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._shape)

    @property
    def context(self) -> Context:
        """The device that the array lives on."""
        return self._ctx

    ctx = context

    @property
    def stype(self) -> str:
        """The storage type, always ``'default'``, dense."""
        return "default"

    @property
    def writable(self) -> bool:
        """Whether the array can be written to."""
        return self._data.flags.writeable

    @property
    def T(self) -> NDArray:
        """The array with its axes reversed."""
        return self if self.ndim < 2 else F.transpose(self)

    def __len__(self) -> int:
        if not self._shape:
            raise IndexError("len() of an NDArray without axes")  # the class as in MXNet
        return self._shape[0]

    def __repr__(self) -> str:
        shape = "x".join(map(str, self._shape))
        return f"\n{printable(self.asnumpy())!s}\n<{type(self).__name__} {shape} @{self._ctx}>"

    def _repr_html_(self) -> str:
        from .display import html  # a notebook's; most programs are none

        return html(self)

    def __bool__(self) -> bool:
        host_read(self, "as a truth value (use nd.where)")
        if self._data.size == 1:
            return bool(self._data[0])
        if self.size == 0:
            return False
        raise ValueError(
            "The truth value of an NDArray with multiple elements is ambiguous: it has shape "
            f"{self.shape}. Read one element, or use nd.where."
        )

    def _one(self, conversion: str) -> Any:
        if active:
            host_read(self, "as a number")
        if self._data.size != 1:
            raise TypeError(f"{conversion}() needs an array of one element, got shape {self.shape}")
        return self._data[0]

    def __float__(self) -> float:
        return float(self._one("float"))

    def __int__(self) -> int:
        return int(self._one("int"))

    def __index__(self) -> int:
        host_read(self, "as an index")
        if self._data.dtype.kind not in "iu":
            raise TypeError(f"only integer arrays can be an index, got dtype {self._data.dtype}")
        return int(self._one("index"))

    def __hash__(self) -> int:
        return id(self) >> 4

    def __iter__(self) -> Iterator[NDArray]:
        if not self._shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self._shape[0]))

    # --- to and from the host --------------------------------------------------------------------

    @classmethod
    def _from_numpy(cls, source: HostArray, ctx: Context | None) -> NDArray:
        """A copy of a NumPy array of a supported dtype."""
        context = current_context() if ctx is None else ctx
        if context.device_typeid == GPU:
            as_dtype(source.dtype, op="array")
            buffer = np.ascontiguousarray(source).reshape(-1)
            return cls(to_device(buffer, context_device(context)), source.shape, context)
        data = empty(source.size, as_dtype(source.dtype, op="array"))
        np.copyto(data.reshape(source.shape), source)
        return cls(data, source.shape, context)

    def asnumpy(self) -> HostArray:
        """Return a copy as a NumPy array."""
        values = to_numpy_call(self)
        if values is not None:
            return values
        host_read(self, "with asnumpy()")
        return self._data.reshape(self._shape).copy()  # type: ignore[return-value]

    def asscalar(self) -> Any:
        """Return the only element as a NumPy scalar.

        Raises
        ------
        ValueError
            If there is not exactly one element.
        """
        host_read(self, "with asscalar()")
        if self._data.size != 1:
            raise ValueError(f"The current array is not a scalar: it has shape {self.shape}")
        return self._data[0]

    def item(self) -> Any:
        """Return the only element as a Python number."""
        return self.asscalar().item()

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers."""
        host_read(self, "with tolist()")
        return self._data.reshape(self._shape).tolist()  # type: ignore[union-attr]

    def _check_convertible(self) -> None:
        """Refuse to become a NumPy array where the gradient would silently be lost."""
        host_read(self, "as a NumPy array")
        if state.recording and self._node is not None:
            raise MXNetError(
                "NumPy is given an NDArray that is in the recorded graph, but what it computes is "
                "not recorded: use functions of nd (nd.stack for a list of arrays), or asnumpy() "
                "or detach() where no gradient is wanted"
            )

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> HostArray:
        self._check_convertible()
        view: HostArray = self._data.reshape(self._shape)  # type: ignore[assignment]
        if dtype is not None and view.dtype != dtype:
            if copy is False:
                raise ValueError(f"an array of {view.dtype} cannot become {dtype} without a copy")
            return view.astype(dtype)
        return view if copy is False else view.copy()

    def __dlpack__(self, **options: Any) -> Any:
        """Share the memory with another library (DLPack)."""
        host_read(self, "through DLPack")
        return interchange.host_capsule(host(self._data).reshape(self._shape), **options)

    def __dlpack_device__(self) -> tuple[int, int]:
        """The device in DLPack's numbers: its kind (1 is the host, 2 CUDA) and its number."""
        return (1, 0)

    def to_dlpack_for_read(self) -> object:
        """Return a DLPack capsule of the memory, to be read."""
        return self.__dlpack__()

    def to_dlpack_for_write(self) -> object:
        """Return a DLPack capsule of the memory, to be written to; not while recording."""
        check_writable(self, "to_dlpack_for_write", recordable=False)
        written(self)
        return self.__dlpack__()

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickle, (self.asnumpy(), self._ctx.device_type, self._ctx.device_id)

    def __copy__(self) -> NDArray:
        return self.copy()

    def __deepcopy__(self, memo: object) -> NDArray:
        return self.copy()

    def wait_to_read(self) -> None:
        """Return when the array can be read: at once, as CPU kernels run synchronously."""

    def wait_to_write(self) -> None:
        """Return when the array can be written to: at once."""

    # --- copies and casts ------------------------------------------------------------------------

    def copy(self) -> NDArray:
        """Return a copy on the same device (recorded)."""
        return F.identity(self)

    def astype(self, dtype: object, copy: bool = True) -> NDArray:
        """Return the array in another dtype (recorded); the same object if *copy* permits."""
        wanted = as_dtype(dtype, op="astype")
        if not flag("astype", "copy", copy) and self._data.dtype == wanted:
            return self
        return F.Cast(self, dtype=wanted)

    def copyto(self, other: NDArray | Context) -> NDArray:
        """Copy into another array, or to a new one on another device.

        Raises
        ------
        TypeError
            If *other* is neither.
        MXNetError
            If the shapes differ, or *other* is a variable while recording.
        """
        if other.__class__ is self.__class__ and other._shape == self._shape:
            if other is self or writing.setitem_call(other, writing.WHOLE, self):
                return other
        if isinstance(other, Context):
            return self._on(other)
        if not isinstance(other, NDArray):
            raise TypeError(f"copyto: other: copyto does not support type {type(other)}")
        if isinstance(other, classes.sparse):
            return other._assign(self)
        return (
            other if writing.overwrite(other, self) else dispatch.write_into(other, self, "copyto")
        )

    def _on(self, context: Context) -> NDArray:
        check_usable(context)
        if context.device_typeid == GPU or self._ctx.device_typeid == GPU:
            result: NDArray = F._copy_to_context(self, ctx=str(context), source=str(self._ctx))
        else:
            result = F._copy_to_context(self)
        result._ctx = context
        return result

    def as_in_context(self, context: Context) -> NDArray:
        """Return the array on *context*: itself if it is there already (recorded)."""
        if not isinstance(context, Context):
            raise TypeError(
                f"as_in_context: context must be a Context such as cpu(), got {shown(context)}"
            )
        return self if context == self._ctx else self._on(context)

    as_in_ctx = as_in_context

    def as_nd_ndarray(self) -> NDArray:
        """Return the array itself."""
        return self

    def as_np_ndarray(self) -> Any:
        """Return an array like NumPy's, of `ndgrad.numpy`, that shares memory and record."""
        return dispatch.in_class(classes.numpy_like, self)

    def tostype(self, stype: str) -> NDArray:
        """Return the array in a storage type: itself, or a sparse array (recorded)."""
        choice("tostype", "stype", stype, _STYPES)
        if stype == "default":
            return self
        return dispatch.classes.sparse._of(compressed(self, stype), self._ctx)

    # --- autograd --------------------------------------------------------------------------------

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Mark the array as a variable, with a fresh gradient of zeros; leaves its graph.

        Parameters
        ----------
        grad_req : {'write', 'add', 'null'}
        stype : {None, 'default', 'row_sparse', 'csr'}
            The storage of the gradient; by default that of the array.

        Raises
        ------
        KeyError
            For an unknown *grad_req*.
        """
        engine.check_grad_req("attach_grad", grad_req)
        if stype is None:
            stype = self.stype
        else:
            choice("attach_grad", "stype", stype, _STYPES)
        if stype != "default":
            zeros = dispatch.classes.sparse._zeros(stype, self._shape, self.dtype, self._ctx)
            engine.mark([self], [zeros], [grad_req])
            return
        data = self._data
        if data.__class__ is np.ndarray:
            # Backward mostly puts another buffer in its place, so no page of it is touched here.
            gradient: Buffer = np.zeros(data.size, data.dtype)
        else:
            gradient = empty_like(data)
            gradient.fill(0)
        kind = self.__class__ if self.stype == "default" else NDArray
        engine.mark((self,), (kind(gradient, self._shape, self._ctx),), (grad_req,))

    @property
    def grad(self) -> NDArray | None:
        """The gradient's buffer of a marked variable, else None."""
        return self._node.grad if isinstance(self._node, Leaf) else None  # type: ignore[return-value]

    @property
    def _fresh_grad(self) -> bool:
        """Whether backward has written the gradient since the flag was last cleared."""
        return self._node.fresh if isinstance(self._node, Leaf) else False

    @_fresh_grad.setter
    def _fresh_grad(self, value: bool) -> None:
        if isinstance(self._node, Leaf):
            self._node.fresh = bool(value)

    def zero_grad(self) -> None:
        """Fill the gradient with zeros, if there is one."""
        gradient = self.grad
        if gradient is not None:
            gradient[:] = 0

    def detach(self) -> NDArray:
        """Return an array that shares the memory but is not in the graph."""
        return self.__class__(self._data, self._shape, self._ctx, self._version)

    def backward(
        self,
        out_grad: NDArray | None = None,
        retain_graph: bool = False,
        train_mode: bool = True,
    ) -> None:
        """Compute gradients with this array as the head; see `ndgrad.autograd.backward`."""
        try:
            if out_grad is not None and not isinstance(out_grad, NDArray):
                raise TypeError(
                    f"backward: out_grad must be an NDArray, got {type(out_grad).__name__}"
                )
            if retain_graph is not False:
                retain_graph = flag("backward", "retain_graph", retain_graph)
            if train_mode is not True:
                train_mode = flag("backward", "train_mode", train_mode)
            engine.backward((self,), (out_grad,), retain_graph, train_mode)
        except Exception as error:
            shorten_traceback(error)
            raise

    # --- indexing --------------------------------------------------------------------------------

    if TYPE_CHECKING:

        def __getitem__(self, key: object) -> NDArray: ...
        def __setitem__(self, key: object, value: object) -> None: ...

    else:  # not called by functions, which would take as long
        __getitem__ = indexing.getitem
        __setitem__ = writing.setitem

    # --- shapes: the methods check what the functions of `nd` do not ------------------------------

    def reshape(self, *shape: Any, **kwargs: object) -> NDArray:
        """Return a view of another shape.

        Parameters
        ----------
        *shape : int, or one tuple
            With MXNet's special codes: 0 keeps a length, -1 infers one, -2 keeps the rest, -3 joins
            two, -4 splits one.
        reverse : bool
            Match the codes from the right.
        """
        reverse = False
        if not kwargs:
            if (view := reshape_call(self, shape)) is not None:
                recorded = self._node is not None and state.recording
                return indexing.recorded_view(view, self) if recorded else view
        else:
            if "shape" in kwargs:
                shape = (kwargs.pop("shape"),)
            reverse = flag("reshape", "reverse", kwargs.pop("reverse", False))
            if kwargs:
                raise TypeError(f"reshape: unexpected argument {next(iter(kwargs))!r}")
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return indexing.reshape_method(self, shape, reverse)  # type: ignore[return-value]

    def broadcast_to(self, shape: int | Sequence[int]) -> NDArray:
        """Return a copy in which axes of length 1 are repeated; leading axes may be new.

        Raises
        ------
        ValueError
            If the shape cannot be broadcast to *shape*.
        """
        target = integers("broadcast_to", "shape", shape)
        own = (1,) * (len(target) - self.ndim) + self._shape
        if len(own) != len(target) or any(
            a not in (1, b) for a, b in zip(own, target, strict=True)
        ):
            raise ValueError(
                "broadcast_to: shape: operands could not be broadcast together with remapped shapes"
                f"[original->remapped]: {self._shape} and requested shape {target}"
            )
        x = self if own == self._shape else self.reshape(own)
        return F.broadcast_to(x, shape=target)

    # --- operators -------------------------------------------------------------------------------

    def __eq__(self, other: object) -> Any:
        return False if other is None else F.broadcast_equal(self, operand(other, self))

    def __ne__(self, other: object) -> Any:
        return True if other is None else F.broadcast_not_equal(self, operand(other, self))

    def __floordiv__(self, other: object) -> NDArray:
        return F.floor_divide(self, operand(other, self))

    def __rfloordiv__(self, other: object) -> NDArray:
        return F.floor_divide(operand(other, self), self)

    def __matmul__(self, other: object) -> NDArray:
        return F.matmul(self, self._factor(other))

    def __rmatmul__(self, other: object) -> NDArray:
        return F.matmul(self._factor(other), self)

    def _factor(self, other: object) -> NDArray:
        if not isinstance(other, (NDArray, np.ndarray)):
            raise TypeError(f"type {type(other)} not supported")
        return operand(other, self)

    def __neg__(self) -> NDArray:
        return F.negative(self)

    def __pos__(self) -> NDArray:
        return self

    def __abs__(self) -> NDArray:
        return F.abs(self)


class _OnDevice(NDArray):
    """An array whose elements are on a device: what looks at them asks for a copy on the host.

    A class of its own costs arrays on the host nothing, whose fast paths ask for their class.
    """

    __slots__ = ()

    _data: DeviceArray

    def asnumpy(self) -> HostArray:
        host_read(self, "with asnumpy()")
        return self._data.get().reshape(self._shape)

    def tolist(self) -> Any:
        host_read(self, "with tolist()")
        return self._data.get().reshape(self._shape).tolist()

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> HostArray:
        self._check_convertible()
        if copy is False:
            raise ValueError(f"an array on {self._ctx} cannot be used on the host without a copy")
        values = self._data.get().reshape(self._shape)
        return values if dtype is None else values.astype(dtype, copy=False)

    def __dlpack__(
        self, *, stream: object = None, dl_device: Sequence[int] | None = None, **options: object
    ) -> Any:
        if dl_device is not None and tuple(dl_device) != self.__dlpack_device__():
            if tuple(dl_device) != super().__dlpack_device__() or options.get("copy") is False:
                raise BufferError(f"an array on {self._ctx} cannot be shared with {dl_device}")
            return interchange.host_capsule(self.asnumpy(), **options)
        host_read(self, "through DLPack")
        data = self._data.copy() if options.get("copy") else self._data
        return interchange.capsule(data, self._shape, stream)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (interchange.CUDA, self._ctx.device_id)

    @property
    def __cuda_array_interface__(self) -> dict[str, object]:
        """How other libraries see the memory."""
        return {**self._data.__cuda_array_interface__, "shape": self._shape}

    def __getitem__(self, key: object) -> NDArray:
        with on_device(context_device(self._ctx)):
            return super().__getitem__(key)

    def __setitem__(self, key: object, value: object) -> None:
        with on_device(context_device(self._ctx)):
            super().__setitem__(key, value)

    def wait_to_read(self) -> None:
        self._data.wait()

    wait_to_write = wait_to_read


_OnDevice.__name__ = _OnDevice.__qualname__ = "NDArray"
Array._on_device = _OnDevice


def _unpickle(values: HostArray, device_type: str, device_id: int) -> NDArray:
    return NDArray._from_numpy(values, Context(device_type, device_id))


reshape_call = view_call("reshape", globals())
to_numpy_call = view_call("to_numpy", globals())
dispatch.install(NDArray)


# x **= 2 makes a new array, as in MXNet.
IN_PLACE = {"add": "+=", "sub": "-=", "mul": "*=", "truediv": "/=", "mod": "%="}
_COMPARISONS = ("gt", "ge", "lt", "le", "eq", "ne")


def _give_python_operators(op: Op) -> None:
    """``x + y`` is the operator's call itself: no function in between."""
    if not isinstance(op, ElementwiseOp):
        return
    for name in op.python_operators:
        if f"__{name}__" in vars(NDArray):
            continue
        setattr(NDArray, f"__{name}__", op.call)
        if name not in _COMPARISONS:
            setattr(NDArray, f"__r{name}__", reflected(op.call))
        if name in IN_PLACE:
            method = in_place(op, IN_PLACE[name], NDArray)
            CALLS[method] = op.name
            setattr(NDArray, f"__i{name}__", method)


for_each(_give_python_operators)
