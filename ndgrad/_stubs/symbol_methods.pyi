# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from typing import Literal
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy_like import _Symbol
from ndgrad.symbol.graph import (
    Graph as Graph,
)

__all__ = [
    'Methods',
]

class Methods(Graph):
    """Methods of `Symbol`."""

    def reshape(self, *shape: int | Sequence[int], **kwargs: object) -> Symbol:
        """Return the elements in another shape, as `NDArray.reshape`; see ``Reshape``."""
        ...
    def broadcast_to(self, shape: int | Sequence[int]) -> Symbol:
        """Return the elements repeated along axes of length 1."""
        ...
    def as_nd_ndarray(self, *args: object, **kwargs: object) -> Symbol:
        """Return the symbol, for which there is one back end."""
        ...
    def as_np_ndarray(self) -> _Symbol:
        """Return the same outputs as a symbol of arrays like NumPy's."""
        ...
    def get_backend_symbol(self, *args: object, **kwargs: object) -> Symbol:
        """Return the symbol, for which there is one back end."""
        ...
    def optimize_for(self, *args: object, **kwargs: object) -> Symbol:
        """Return the symbol, for which there is one back end."""
        ...
    def gradient(self, wrt: object) -> Symbol:
        """Raise: gradients are computed by `Executor.backward`, and by ``autograd``."""
        ...
    def astype(self, dtype: DTypeLike, copy: bool = True) -> Symbol:
        """Return the elements in another dtype."""
        ...
    def __neg__(self) -> Symbol:
        ...
    def __abs__(self) -> Symbol:
        ...
    def pick(
        self,
        index: Symbol | None = None,
        axis: int = -1,
        keepdims: bool = False,
        mode: Literal['clip', 'wrap'] = 'clip',
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """One element along an axis for each position of the other axes."""
        ...
    def sort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Sort along an axis."""
        ...
    def argsort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        dtype: DTypeLike = 'float32',
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Positions along an axis that would sort it; equal elements keep their order."""
        ...
    def topk(
        self,
        axis: int | None = -1,
        k: int = 1,
        ret_typ: Literal['indices', 'value', 'both', 'mask'] = 'indices',
        is_ascend: bool = False,
        dtype: DTypeLike = 'float32',
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Find the first *k* elements in order along an axis."""
        ...
    def take(
        self,
        indices: Symbol | None = None,
        axis: int = 0,
        mode: Literal['clip', 'wrap', 'raise'] = 'clip',
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Entries along an axis, picked by an array of indices."""
        ...
    def one_hot(
        self,
        depth: int,
        on_value: float = 1.0,
        off_value: float = 0.0,
        dtype: DTypeLike = 'float32',
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
        ...
    def zeros_like(
        self,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Zeros of the input's shape and dtype."""
        ...
    def ones_like(
        self,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Ones of the input's shape and dtype."""
        ...
    def reciprocal(
        self,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """1 / x."""
        ...
    def square(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """x squared."""
        ...
    def sqrt(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The square root."""
        ...
    def rsqrt(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """1 / sqrt(x)."""
        ...
    def cbrt(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The cube root."""
        ...
    def rcbrt(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """1 / cbrt(x)."""
        ...
    def abs(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The absolute value."""
        ...
    def sign(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """-1, 0 or 1; 0 for NaN."""
        ...
    def round(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The nearest integer; halves go away from zero."""
        ...
    def rint(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The nearest integer; halves go down."""
        ...
    def ceil(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The least integer not below x."""
        ...
    def floor(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The greatest integer not above x."""
        ...
    def trunc(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The integer part."""
        ...
    def fix(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The nearest integer towards zero."""
        ...
    def degrees(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """Radians to degrees."""
        ...
    def radians(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """Degrees to radians."""
        ...
    def exp(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """e to the power x."""
        ...
    def expm1(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """exp(x) - 1, accurate near 0."""
        ...
    def log(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The natural logarithm."""
        ...
    def log1p(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """log(1 + x), accurate near 0."""
        ...
    def log2(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """To base 2."""
        ...
    def log10(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """To base 10."""
        ...
    def sin(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The sine; x in radians."""
        ...
    def cos(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The cosine; x in radians."""
        ...
    def tan(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The tangent; x in radians."""
        ...
    def arcsin(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """In radians."""
        ...
    def arccos(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """In radians."""
        ...
    def arctan(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """In radians."""
        ...
    def sinh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The hyperbolic sine."""
        ...
    def cosh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The hyperbolic cosine."""
        ...
    def tanh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The hyperbolic tangent."""
        ...
    def arcsinh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """The inverse hyperbolic sine."""
        ...
    def arccosh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """Of x >= 1."""
        ...
    def arctanh(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """Of |x| < 1."""
        ...
    def relu(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """max(x, 0)."""
        ...
    def sigmoid(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """1 / (1 + exp(-x))."""
        ...
    def clip(
        self,
        a_min: float | None = None,
        a_max: float | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """x, cut to [a_min, a_max]."""
        ...
    def __add__(self, other: Symbol | float) -> Symbol:
        ...
    def __radd__(self, other: Symbol | float) -> Symbol:
        ...
    def __sub__(self, other: Symbol | float) -> Symbol:
        ...
    def __rsub__(self, other: Symbol | float) -> Symbol:
        ...
    def __mul__(self, other: Symbol | float) -> Symbol:
        ...
    def __rmul__(self, other: Symbol | float) -> Symbol:
        ...
    def __truediv__(self, other: Symbol | float) -> Symbol:
        ...
    def __rtruediv__(self, other: Symbol | float) -> Symbol:
        ...
    def __mod__(self, other: Symbol | float) -> Symbol:
        ...
    def __rmod__(self, other: Symbol | float) -> Symbol:
        ...
    def __pow__(self, other: Symbol | float) -> Symbol:
        ...
    def __rpow__(self, other: Symbol | float) -> Symbol:
        ...
    def __eq__(self, other: object) -> Symbol:  # type: ignore[override]
        ...
    def __ne__(self, other: object) -> Symbol:  # type: ignore[override]
        ...
    def __gt__(self, other: Symbol | float) -> Symbol:
        ...
    def __ge__(self, other: Symbol | float) -> Symbol:
        ...
    def __lt__(self, other: Symbol | float) -> Symbol:
        ...
    def __le__(self, other: Symbol | float) -> Symbol:
        ...
    def softmax(
        self,
        length: Symbol | None = None,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Exponentials divided by their sum along an axis."""
        ...
    def softmin(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The softmax of the negative: see `softmax`."""
        ...
    def log_softmax(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The logarithm of the softmax, without its overflows: see `softmax`."""
        ...
    def argmax(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        dtype: DTypeLike | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Where the greatest element is: the first one, or the first NaN."""
        ...
    def argmin(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        dtype: DTypeLike | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
        ...
    def argmax_channel(
        self,
        dtype: DTypeLike | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """`argmax` along axis 1."""
        ...
    def sum(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The sum."""
        ...
    def mean(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The mean; integers lose their fraction."""
        ...
    def prod(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The product."""
        ...
    def nansum(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The sum of what is not NaN."""
        ...
    def nanprod(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The product of what is not NaN."""
        ...
    def max(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The greatest element; NaN if there is one."""
        ...
    def min(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The smallest element; NaN if there is one."""
        ...
    def norm(
        self,
        ord: Literal[1, 2] = 2,
        axis: int | Sequence[int] | None = None,
        out_dtype: DTypeLike | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The norm: the sum of absolute values, or the root of the sum of squares."""
        ...
    def split(
        self,
        num_outputs: int,
        axis: int = 1,
        squeeze_axis: bool = False,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Cut an array into equal parts along an axis: a list, or the only part."""
        ...
    def split_v2(
        self,
        indices_or_sections: int | Sequence[int],
        axis: int = 0,
        squeeze_axis: bool = False,
        **kwargs: object,
    ) -> Symbol:
        """Cut an array into equal sections, or before each of some indices."""
        ...
    def pad(
        self,
        mode: Literal['constant', 'edge', 'reflect'],
        pad_width: int | Sequence[int],
        constant_value: float = 0,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The input with elements added before and after along each axis."""
        ...
    def broadcast_like(
        self,
        rhs: Symbol | None = None,
        lhs_axes: int | Sequence[int] | None = None,
        rhs_axes: int | Sequence[int] | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy of the left input repeated to the right one's shape, or along some axes of it."""
        ...
    def broadcast_axes(
        self,
        axis: int | Sequence[int] = (),
        size: int | Sequence[int] = (),
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy in which axes of length 1 are repeated to the lengths *size*."""
        ...
    def tile(
        self,
        reps: int | Sequence[int],
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The array repeated *reps* times along each axis."""
        ...
    def repeat(
        self,
        repeats: int,
        axis: int | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Each element repeated, along an axis or in the flat array."""
        ...
    def reshape_like(
        self,
        rhs: Symbol | None = None,
        lhs_begin: int | None = None,
        lhs_end: int | None = None,
        rhs_begin: int | None = None,
        rhs_end: int | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy of the left input in the right one's shape, or with some axes replaced by its."""
        ...
    def flatten(self, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
        """A copy with two axes: the first one, and all others joined."""
        ...
    def expand_dims(
        self,
        axis: int,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy with a new axis of length 1, placed before *axis* of the result."""
        ...
    def squeeze(
        self,
        axis: int | Sequence[int] | None = None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy without axes of length 1: all of them, or those named."""
        ...
    def shape_array(
        self,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The lengths of the axes, as an int64 array."""
        ...
    def size_array(
        self,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The number of elements, as an int64 array of one element."""
        ...
    def slice(
        self,
        begin: int | Sequence[int | None] | None,
        end: int | Sequence[int | None] | None,
        step: int | Sequence[int] = (),
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
        ...
    def slice_axis(
        self,
        axis: int,
        begin: int,
        end: int | None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy of the elements from *begin* to *end* along one axis."""
        ...
    def slice_like(
        self,
        shape_like: Symbol | None = None,
        axes: int | Sequence[int] = (),
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy cut to the lengths of another array, on all axes or those named."""
        ...
    def flip(
        self,
        axis: int | Sequence[int] | None,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy with the order of the elements reversed along axes."""
        ...
    def diag(
        self,
        k: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
        ...
    def transpose(
        self,
        axes: int | Sequence[int] = (),
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy with its axes in the order *axes*, by default reversed."""
        ...
    def swapaxes(
        self,
        dim1: int = 0,
        dim2: int = 0,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """A copy with two axes exchanged."""
        ...
    def depth_to_space(
        self,
        block_size: int,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Blocks of channels laid out as squares in height and width."""
        ...
    def space_to_depth(
        self,
        block_size: int,
        *,
        name: str | None = None,
        attr: Mapping[str, str] | None = None,
    ) -> Symbol:
        """Squares in height and width laid out as blocks of channels."""
        ...
