# mypy: disable-error-code=override
# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from typing import Literal, overload
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.numpy.multiarray import ndarray
from ndgrad.typing import AnyArray, ArrayLike, Scalar, ShapeLike

__all__ = [
    'Methods',
]

class Methods(NDArray):
    """Methods of `ndarray`."""

    def __abs__(self) -> ndarray:
        ...
    def __add__(self, other: ArrayLike) -> ndarray:
        ...
    def __and__(self, other: ArrayLike) -> ndarray:
        ...
    def __ceil__(self, other: ArrayLike) -> ndarray:
        ...
    def __eq__(self, other: object) -> ndarray:
        ...
    def __floor__(self, other: ArrayLike) -> ndarray:
        ...
    def __floordiv__(self, other: ArrayLike) -> ndarray:
        ...
    def __ge__(self, other: ArrayLike) -> ndarray:
        ...
    def __gt__(self, other: ArrayLike) -> ndarray:
        ...
    def __iadd__(self, other: ArrayLike) -> ndarray:
        ...
    def __iand__(self, other: ArrayLike) -> ndarray:
        ...
    def __imatmul__(self, other: ArrayLike) -> ndarray:
        ...
    def __imod__(self, other: ArrayLike) -> ndarray:
        ...
    def __imul__(self, other: ArrayLike) -> ndarray:
        ...
    def __invert__(self) -> ndarray:
        ...
    def __ior__(self, other: ArrayLike) -> ndarray:
        ...
    def __isub__(self, other: ArrayLike) -> ndarray:
        ...
    def __itruediv__(self, other: ArrayLike) -> ndarray:
        ...
    def __ixor__(self, other: ArrayLike) -> ndarray:
        ...
    def __le__(self, other: ArrayLike) -> ndarray:
        ...
    def __len__(self, other: ArrayLike) -> ndarray:
        ...
    def __lt__(self, other: ArrayLike) -> ndarray:
        ...
    def __matmul__(self, other: ArrayLike) -> ndarray:
        ...
    def __mod__(self, other: ArrayLike) -> ndarray:
        ...
    def __mul__(self, other: ArrayLike) -> ndarray:
        ...
    def __ne__(self, other: object) -> ndarray:
        ...
    def __neg__(self) -> ndarray:
        ...
    def __or__(self, other: ArrayLike) -> ndarray:
        ...
    def __pow__(self, other: ArrayLike) -> ndarray:
        ...
    def __radd__(self, other: ArrayLike) -> ndarray:
        ...
    def __rand__(self, other: ArrayLike) -> ndarray:
        ...
    def __rfloordiv__(self, other: ArrayLike) -> ndarray:
        ...
    def __rmatmul__(self, other: ArrayLike) -> ndarray:
        ...
    def __rmod__(self, other: ArrayLike) -> ndarray:
        ...
    def __rmul__(self, other: ArrayLike) -> ndarray:
        ...
    def __ror__(self, other: ArrayLike) -> ndarray:
        ...
    def __round__(self, other: ArrayLike) -> ndarray:
        ...
    def __rpow__(self, other: ArrayLike) -> ndarray:
        ...
    def __rsub__(self, other: ArrayLike) -> ndarray:
        ...
    def __rtruediv__(self, other: ArrayLike) -> ndarray:
        ...
    def __rxor__(self, other: ArrayLike) -> ndarray:
        ...
    def __sub__(self, other: ArrayLike) -> ndarray:
        ...
    def __truediv__(self, other: ArrayLike) -> ndarray:
        ...
    def __trunc__(self, other: ArrayLike) -> ndarray:
        ...
    def __xor__(self, other: ArrayLike) -> ndarray:
        ...
    def abs(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The absolute value."""
        ...
    def all(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return whether all elements are not 0, over axes."""
        ...
    def any(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return whether some element is not 0, over axes."""
        ...
    def arccos(self, out: ndarray | None = None, **options: object) -> ndarray:
        """In radians."""
        ...
    def arccosh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """Of x >= 1."""
        ...
    def arcsin(self, out: ndarray | None = None, **options: object) -> ndarray:
        """In radians."""
        ...
    def arcsinh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The inverse hyperbolic sine."""
        ...
    def arctan(self, out: ndarray | None = None, **options: object) -> ndarray:
        """In radians."""
        ...
    def arctanh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """Of |x| < 1."""
        ...
    def argmax(
        self,
        axis: int | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return where extremes are along an axis, or in the flat array, as int64."""
        ...
    def argmax_channel(
        self,
        dtype: DTypeLike | None = None,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """`argmax` along axis 1."""
        ...
    def argmin(
        self,
        axis: int | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return where extremes are along an axis, or in the flat array, as int64."""
        ...
    def argsort(
        self,
        axis: int | None = -1,
        kind: str | None = None,
        order: str | None = None,
    ) -> ndarray:
        """Return the indices, as int64, that sort an array along an axis, or the flat one."""
        ...
    def as_in_ctx(self, ctx: Context) -> ndarray:
        """Return the array on *ctx*: itself if it is there already (recorded)."""
        ...
    def astype(
        self,
        dtype: DTypeLike,
        order: str = 'K',
        casting: str = 'unsafe',
        subok: bool = True,
        copy: bool = True,
    ) -> ndarray:
        """Return the array in another dtype (recorded); the same object if *copy* permits."""
        ...
    def broadcast_axes(
        self,
        axis: int | Sequence[int] = (),
        size: int | Sequence[int] = (),
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy in which axes of length 1 are repeated to the lengths *size*."""
        ...
    def broadcast_like(
        self,
        rhs: NDArray,
        lhs_axes: int | Sequence[int] | None = None,
        rhs_axes: int | Sequence[int] | None = None,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy of the left input repeated to the right one's shape, or along some axes of it."""
        ...
    def broadcast_to(self, shape: ShapeLike) -> ndarray:
        """Return a copy in which axes of length 1 are repeated; leading axes may be new."""
        ...
    def cbrt(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The cube root."""
        ...
    def ceil(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The least integer not below x."""
        ...
    def clip(
        self,
        min: AnyArray | Scalar | None = None,
        max: AnyArray | Scalar | None = None,
        out: ndarray | None = None,
    ) -> ndarray:
        """Return the array cut to an interval; None stands for no bound."""
        ...
    def copy(self, order: str = 'C') -> ndarray:
        """Return a copy on the same device (recorded)."""
        ...
    def cos(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The cosine; x in radians."""
        ...
    def cosh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The hyperbolic cosine."""
        ...
    def cumsum(
        self,
        axis: int | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
    ) -> ndarray:
        """Return running sums along an axis, or of the flat array."""
        ...
    def degrees(self, out: ndarray | None = None, **options: object) -> ndarray:
        """Radians to degrees."""
        ...
    def depth_to_space(
        self,
        block_size: int,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """Blocks of channels laid out as squares in height and width."""
        ...
    def diag(
        self,
        k: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
        ...
    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
        """Return the diagonals of the matrices along two axes, as a last axis."""
        ...
    def dot(self, b: ArrayLike, out: ndarray | None = None) -> ndarray:
        """Return the sum of products over the last axis of *a* and the last but one of *b*."""
        ...
    def exp(self, out: ndarray | None = None, **options: object) -> ndarray:
        """e to the power x."""
        ...
    def expand_dims(self, axis: int | Sequence[int]) -> ndarray:
        """Return a view with axes of length 1 at *axis*."""
        ...
    def expm1(self, out: ndarray | None = None, **options: object) -> ndarray:
        """exp(x) - 1, accurate near 0."""
        ...
    def fix(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The nearest integer towards zero."""
        ...
    def flatten(self, order: str = 'C') -> ndarray:
        """Return the elements along one axis, as a copy."""
        ...
    def flip(self, axis: int | Sequence[int] | None = None, out: ndarray | None = None) -> ndarray:
        """Return the array with the order along axes reversed, by default all."""
        ...
    def floor(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The greatest integer not above x."""
        ...
    def log(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The natural logarithm."""
        ...
    def log10(self, out: ndarray | None = None, **options: object) -> ndarray:
        """To base 10."""
        ...
    def log1p(self, out: ndarray | None = None, **options: object) -> ndarray:
        """log(1 + x), accurate near 0."""
        ...
    def log2(self, out: ndarray | None = None, **options: object) -> ndarray:
        """To base 2."""
        ...
    def log_softmax(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """The logarithm of the softmax, without its overflows: see `softmax`."""
        ...
    def max(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
    ) -> ndarray:
        """Return the maxima over axes; tied elements get the whole gradient each."""
        ...
    def mean(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return means over axes; of integers and bools in float32."""
        ...
    def min(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
    ) -> ndarray:
        """Return the minima over axes; tied elements get the whole gradient each."""
        ...
    def nanprod(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
        where: AnyArray | None = None,
    ) -> ndarray:
        """Return products over axes of what is not NaN."""
        ...
    def nansum(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
        where: AnyArray | None = None,
    ) -> ndarray:
        """Return sums over axes of what is not NaN."""
        ...
    def nonzero(self) -> tuple[ndarray, ...]:
        """Return the indices of what is not 0, one array for each axis."""
        ...
    def norm(
        self,
        ord: Literal[1, 2] = 2,
        axis: int | Sequence[int] | None = None,
        out_dtype: DTypeLike | None = None,
        keepdims: bool = False,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """The norm: the sum of absolute values, or the root of the sum of squares."""
        ...
    def one_hot(
        self,
        depth: int,
        on_value: float = 1.0,
        off_value: float = 0.0,
        dtype: DTypeLike = 'float32',
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
        ...
    def ones_like(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """Ones of the input's shape and dtype."""
        ...
    def pad(
        self,
        mode: Literal['constant', 'edge', 'reflect'],
        pad_width: int | Sequence[int],
        constant_value: float = 0,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """The input with elements added before and after along each axis."""
        ...
    def pick(
        self,
        index: NDArray,
        axis: int = -1,
        keepdims: bool = False,
        mode: Literal['clip', 'wrap'] = 'clip',
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """One element along an axis for each position of the other axes."""
        ...
    def prod(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
        where: AnyArray | None = None,
    ) -> ndarray:
        """Return products over axes."""
        ...
    def ptp(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        """Return the greatest minus the smallest, over axes."""
        ...
    def radians(self, out: ndarray | None = None, **options: object) -> ndarray:
        """Degrees to radians."""
        ...
    def ravel(self, order: str = 'C') -> ndarray:
        """Return the elements along one axis, a view."""
        ...
    def rcbrt(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """1 / cbrt(x)."""
        ...
    def reciprocal(self, out: ndarray | None = None, **options: object) -> ndarray:
        """1 / x."""
        ...
    def relu(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """max(x, 0)."""
        ...
    def repeat(self, repeats: int | AnyArray | Sequence[int], axis: int | None = None) -> ndarray:
        """Return an array whose elements, or parts along an axis, are repeated."""
        ...
    def reshape(self, *shape: ShapeLike, order: str = 'C', **kwargs: ShapeLike) -> ndarray:
        """Return a view of another shape; -1 stands for the length that is left."""
        ...
    def reshape_like(
        self,
        rhs: NDArray,
        lhs_begin: int | None = None,
        lhs_end: int | None = None,
        rhs_begin: int | None = None,
        rhs_end: int | None = None,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy of the left input in the right one's shape, or with some axes replaced by its."""
        ...
    def reshape_view(self, *shape: ShapeLike, **kwargs: object) -> ndarray:
        """Return a view of another shape, with the codes that `NDArray.reshape` knows."""
        ...
    def rint(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The nearest integer; halves go down."""
        ...
    def round(self, decimals: int = 0, out: ndarray | None = None, **kwargs: object) -> ndarray:
        """Return the nearest numbers of some decimals; halves go to the even one."""
        ...
    def rsqrt(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """1 / sqrt(x)."""
        ...
    def shape_array(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """The lengths of the axes, as an int64 array."""
        ...
    def sigmoid(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """1 / (1 + exp(-x))."""
        ...
    def sign(self, out: ndarray | None = None, **options: object) -> ndarray:
        """-1, 0 or 1; 0 for NaN."""
        ...
    def sin(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The sine; x in radians."""
        ...
    def sinh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The hyperbolic sine."""
        ...
    def size_array(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """The number of elements, as an int64 array of one element."""
        ...
    def slice(
        self,
        begin: int | Sequence[int | None] | None,
        end: int | Sequence[int | None] | None,
        step: int | Sequence[int] = (),
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
        ...
    def slice_axis(
        self,
        axis: int,
        begin: int,
        end: int | None,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy of the elements from *begin* to *end* along one axis."""
        ...
    def slice_like(
        self,
        shape_like: NDArray,
        axes: int | Sequence[int] = (),
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """A copy cut to the lengths of another array, on all axes or those named."""
        ...
    def softmax(
        self,
        length: NDArray | None = None,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """Exponentials divided by their sum along an axis."""
        ...
    def softmin(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: DTypeLike | None = None,
        use_length: bool = False,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """The softmax of the negative: see `softmax`."""
        ...
    def sort(self, axis: int = -1, kind: str | None = None, order: str | None = None) -> None:
        """Sort the array along an axis, in place."""
        ...
    def space_to_depth(
        self,
        block_size: int,
        *,
        out: ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
        """Squares in height and width laid out as blocks of channels."""
        ...
    def split(
        self,
        indices_or_sections: int | AnyArray | Sequence[int],
        axis: int = 0,
    ) -> list[ndarray]:
        """Return the parts of an array along an axis: of equal lengths, or between indices."""
        ...
    def split_v2(
        self,
        indices_or_sections: int | Sequence[int],
        axis: int = 0,
        squeeze_axis: bool = False,
        *,
        out: Sequence[ndarray] | None = None,
        name: str | None = None,
    ) -> list[ndarray]:
        """Cut an array into equal sections, or before each of some indices."""
        ...
    def sqrt(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The square root."""
        ...
    def square(self, out: ndarray | None = None, **options: object) -> ndarray:
        """x squared."""
        ...
    def squeeze(
        self,
        axis: int | Sequence[int] | None = None,
        out: ndarray | None = None,
    ) -> ndarray:
        """Return a view without axes of length 1: all of them, or those at *axis*."""
        ...
    def std(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        ddof: int = 0,
        keepdims: bool = False,
    ) -> ndarray:
        """Return standard deviations over axes, with the divisor n - ddof; of integers in float32."""
        ...
    def sum(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
        where: AnyArray | None = None,
    ) -> ndarray:
        """Return sums over axes; bools are counted in int64."""
        ...
    def swapaxes(self, axis1: int, axis2: int) -> ndarray:
        """Return the array with two axes exchanged."""
        ...
    def take(
        self,
        indices: ArrayLike,
        axis: int | None = None,
        mode: str = 'raise',
        out: ndarray | None = None,
    ) -> ndarray:
        """Return the parts of an array at indices along an axis, or of the flat array."""
        ...
    def tan(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The tangent; x in radians."""
        ...
    def tanh(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The hyperbolic tangent."""
        ...
    def tile(self, reps: ShapeLike) -> ndarray:
        """Return an array repeated along each axis."""
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
        out: Sequence[ndarray] | ndarray | None = None,
        name: str | None = None,
    ) -> ndarray:
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
        out: Sequence[ndarray] | ndarray | None = None,
        name: str | None = None,
    ) -> list[ndarray]:
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
        out: Sequence[ndarray] | ndarray | None = None,
        name: str | None = None,
    ) -> ndarray | list[ndarray]:
        """Find the first *k* elements in order along an axis."""
        ...
    def trace(
        self,
        offset: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        out: ndarray | None = None,
    ) -> ndarray:
        """Return the sums of the diagonals along two axes."""
        ...
    def transpose(self, *axes: int | Sequence[int]) -> ndarray:
        """Return the array with its axes in another order, by default reversed."""
        ...
    def trunc(self, out: ndarray | None = None, **options: object) -> ndarray:
        """The integer part."""
        ...
    def var(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        ddof: int = 0,
        keepdims: bool = False,
    ) -> ndarray:
        """Return variances over axes, with the divisor n - ddof; of integers in float32."""
        ...
    def zeros_like(self, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
        """Zeros of the input's shape and dtype."""
        ...
