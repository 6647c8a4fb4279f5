# Made by tools/write_stubs.py from the table of operators; do not edit.

import numpy as np
from collections.abc import Sequence
from typing import Literal, overload
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike, HostArray
from ndgrad.tape import Array

__all__ = [
    'Methods',
]

class Methods(Array):
    """Methods of `NDArray`."""

    def __add__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __radd__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __iadd__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __sub__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __rsub__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __isub__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __mul__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __rmul__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __imul__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __truediv__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __rtruediv__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __itruediv__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __mod__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __rmod__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __imod__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __pow__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __rpow__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __gt__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __ge__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __lt__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def __le__(self, other: Array | float | np.generic | HostArray) -> NDArray:
        ...
    def pick(
        self,
        index: NDArray,
        axis: int = -1,
        keepdims: bool = False,
        mode: Literal['clip', 'wrap'] = 'clip',
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """One element along an axis for each position of the other axes."""
        ...
    def sort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Sort along an axis."""
        ...
    def argsort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        dtype: DTypeLike = 'float32',
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Positions along an axis that would sort it; equal elements keep their order."""
        ...
    @overload
    def topk(
        self,
        axis: int | None = -1,
        k: int = 1,
        ret_typ: Literal['indices', 'value', 'mask'] = 'indices',
        is_ascend: bool = False,
        dtype: DTypeLike = 'float32',
        *,
        out: Sequence[NDArray] | NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Find the first *k* elements in order along an axis."""
        ...
    @overload
    def topk(
        self,
        axis: int | None = -1,
        k: int = 1,
        *,
        ret_typ: Literal['both'],
        is_ascend: bool = False,
        dtype: DTypeLike = 'float32',
        out: Sequence[NDArray] | NDArray | None = None,
        name: str | None = None,
    ) -> list[NDArray]:
        """Find the first *k* elements in order along an axis."""
        ...
    @overload
    def topk(
        self,
        axis: int | None = -1,
        k: int = 1,
        ret_typ: Literal['indices', 'value', 'both', 'mask'] = 'indices',
        is_ascend: bool = False,
        dtype: DTypeLike = 'float32',
        *,
        out: Sequence[NDArray] | NDArray | None = None,
        name: str | None = None,
    ) -> NDArray | list[NDArray]:
        """Find the first *k* elements in order along an axis."""
        ...
    def take(
        self,
        indices: NDArray,
        axis: int = 0,
        mode: Literal['clip', 'wrap', 'raise'] = 'clip',
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Entries along an axis, picked by an array of indices."""
        ...
    def one_hot(
        self,
        depth: int,
        on_value: float = 1.0,
        off_value: float = 0.0,
        dtype: DTypeLike = 'float32',
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
        ...
    def zeros_like(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Zeros of the input's shape and dtype."""
        ...
    def ones_like(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Ones of the input's shape and dtype."""
        ...
    def reciprocal(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """1 / x."""
        ...
    def square(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """x squared."""
        ...
    def sqrt(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The square root."""
        ...
    def rsqrt(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """1 / sqrt(x)."""
        ...
    def cbrt(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The cube root."""
        ...
    def rcbrt(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """1 / cbrt(x)."""
        ...
    def abs(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The absolute value."""
        ...
    def sign(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """-1, 0 or 1; 0 for NaN."""
        ...
    def round(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The nearest integer; halves go away from zero."""
        ...
    def rint(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The nearest integer; halves go down."""
        ...
    def ceil(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The least integer not below x."""
        ...
    def floor(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The greatest integer not above x."""
        ...
    def trunc(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The integer part."""
        ...
    def fix(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The nearest integer towards zero."""
        ...
    def degrees(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Radians to degrees."""
        ...
    def radians(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Degrees to radians."""
        ...
    def exp(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """e to the power x."""
        ...
    def expm1(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """exp(x) - 1, accurate near 0."""
        ...
    def log(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The natural logarithm."""
        ...
    def log1p(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """log(1 + x), accurate near 0."""
        ...
    def log2(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """To base 2."""
        ...
    def log10(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """To base 10."""
        ...
    def sin(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The sine; x in radians."""
        ...
    def cos(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The cosine; x in radians."""
        ...
    def tan(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The tangent; x in radians."""
        ...
    def arcsin(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """In radians."""
        ...
    def arccos(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """In radians."""
        ...
    def arctan(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """In radians."""
        ...
    def sinh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The hyperbolic sine."""
        ...
    def cosh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The hyperbolic cosine."""
        ...
    def tanh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The hyperbolic tangent."""
        ...
    def arcsinh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The inverse hyperbolic sine."""
        ...
    def arccosh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Of x >= 1."""
        ...
    def arctanh(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """Of |x| < 1."""
        ...
    def relu(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """max(x, 0)."""
        ...
    def sigmoid(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """1 / (1 + exp(-x))."""
        ...
    def clip(
        self,
        a_min: float | None = None,
        a_max: float | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """x, cut to [a_min, a_max]."""
        ...
    def softmax(
        self,
        length: NDArray | None = None,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Exponentials divided by their sum along an axis."""
        ...
    def softmin(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The softmax of the negative: see `softmax`."""
        ...
    def log_softmax(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The logarithm of the softmax, without its overflows: see `softmax`."""
        ...
    def argmax(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        dtype: DTypeLike | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Where the greatest element is: the first one, or the first NaN."""
        ...
    def argmin(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        dtype: DTypeLike | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
        ...
    def argmax_channel(
        self,
        dtype: DTypeLike | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """`argmax` along axis 1."""
        ...
    def sum(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The sum."""
        ...
    def mean(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> NDArray:
        """The mean; integers lose their fraction."""
        ...
    def prod(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The product."""
        ...
    def nansum(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The sum of what is not NaN."""
        ...
    def nanprod(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The product of what is not NaN."""
        ...
    def max(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The greatest element; NaN if there is one."""
        ...
    def min(
        self,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The smallest element; NaN if there is one."""
        ...
    def norm(
        self,
        ord: Literal[1, 2] = 2,
        axis: int | Sequence[int] | None = None,
        out_dtype: DTypeLike | None = None,
        keepdims: bool = False,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The norm: the sum of absolute values, or the root of the sum of squares."""
        ...
    def split(
        self,
        num_outputs: int,
        axis: int = 1,
        squeeze_axis: bool = False,
        *,
        out: Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> list[NDArray]:
        """Cut an array into equal parts along an axis: a list, or the only part."""
        ...
    def split_v2(
        self,
        indices_or_sections: int | Sequence[int],
        axis: int = 0,
        squeeze_axis: bool = False,
        *,
        out: Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> list[NDArray]:
        """Cut an array into equal sections, or before each of some indices."""
        ...
    def pad(
        self,
        mode: Literal['constant', 'edge', 'reflect'],
        pad_width: int | Sequence[int],
        constant_value: float = 0,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The input with elements added before and after along each axis."""
        ...
    def broadcast_like(
        self,
        rhs: NDArray,
        lhs_axes: int | Sequence[int] | None = None,
        rhs_axes: int | Sequence[int] | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy of the left input repeated to the right one's shape, or along some axes of it."""
        ...
    def broadcast_axes(
        self,
        axis: int | Sequence[int] = (),
        size: int | Sequence[int] = (),
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy in which axes of length 1 are repeated to the lengths *size*."""
        ...
    def tile(
        self,
        reps: int | Sequence[int],
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The array repeated *reps* times along each axis."""
        ...
    def repeat(
        self,
        repeats: int,
        axis: int | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Each element repeated, along an axis or in the flat array."""
        ...
    def reshape_like(
        self,
        rhs: NDArray,
        lhs_begin: int | None = None,
        lhs_end: int | None = None,
        rhs_begin: int | None = None,
        rhs_end: int | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy of the left input in the right one's shape, or with some axes replaced by its."""
        ...
    def flatten(
        self,
        *,
        out: NDArray | None = None,
        name: str | None = None,
        inplace: bool = False,
    ) -> NDArray:
        """A copy with two axes: the first one, and all others joined."""
        ...
    def expand_dims(
        self,
        axis: int,
        *,
        out: NDArray | None = None,
        name: str | None = None,
        inplace: bool = False,
    ) -> NDArray:
        """A copy with a new axis of length 1, placed before *axis* of the result."""
        ...
    def squeeze(
        self,
        axis: int | Sequence[int] | None = None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
        inplace: bool = False,
    ) -> NDArray:
        """A copy without axes of length 1: all of them, or those named."""
        ...
    def shape_array(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The lengths of the axes, as an int64 array."""
        ...
    def size_array(self, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
        """The number of elements, as an int64 array of one element."""
        ...
    def slice(
        self,
        begin: int | Sequence[int | None] | None,
        end: int | Sequence[int | None] | None,
        step: int | Sequence[int] = (),
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
        ...
    def slice_axis(
        self,
        axis: int,
        begin: int,
        end: int | None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy of the elements from *begin* to *end* along one axis."""
        ...
    def slice_like(
        self,
        shape_like: NDArray,
        axes: int | Sequence[int] = (),
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy cut to the lengths of another array, on all axes or those named."""
        ...
    def flip(
        self,
        axis: int | Sequence[int] | None,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy with the order of the elements reversed along axes."""
        ...
    def diag(
        self,
        k: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
        ...
    def transpose(
        self,
        axes: int | Sequence[int] = (),
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy with its axes in the order *axes*, by default reversed."""
        ...
    def swapaxes(
        self,
        dim1: int = 0,
        dim2: int = 0,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A copy with two axes exchanged."""
        ...
    def depth_to_space(
        self,
        block_size: int,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Blocks of channels laid out as squares in height and width."""
        ...
    def space_to_depth(
        self,
        block_size: int,
        *,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Squares in height and width laid out as blocks of channels."""
        ...
    def slice_assign(
        self,
        rhs: NDArray,
        begin: Sequence[int | None],
        end: Sequence[int | None],
        step: Sequence[int | None] = (),
    ) -> NDArray:
        """Write an array to a strided slice of this one; return this one."""
        ...
    def slice_assign_scalar(
        self,
        value: float,
        begin: Sequence[int | None],
        end: Sequence[int | None],
        step: Sequence[int | None] = (),
    ) -> NDArray:
        """Write a number to a strided slice of this array; return the array."""
        ...
