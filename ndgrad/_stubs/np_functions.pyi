# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from typing import Any, overload
from ndgrad.base import DType, DTypeLike
from ndgrad.numpy.multiarray import ndarray
from ndgrad.typing import AnyArray, ArrayLike, ContextLike, Scalar, ShapeLike

__all__ = [
    'abs',
    'absolute',
    'add',
    'amax',
    'amin',
    'apply_along_axis',
    'apply_over_axes',
    'arccos',
    'arccosh',
    'arcsin',
    'arcsinh',
    'arctan',
    'arctan2',
    'arctanh',
    'argmax',
    'argmin',
    'argpartition',
    'bitwise_and',
    'bitwise_not',
    'bitwise_or',
    'bitwise_xor',
    'blackman',
    'cbrt',
    'ceil',
    'choose',
    'compress',
    'convolve',
    'corrcoef',
    'correlate',
    'cos',
    'cosh',
    'cov',
    'cumprod',
    'deg2rad',
    'degrees',
    'diag_indices_from',
    'digitize',
    'divide',
    'divmod',
    'empty',
    'equal',
    'exp',
    'expm1',
    'extract',
    'fabs',
    'fix',
    'floor',
    'floor_divide',
    'fmax',
    'fmin',
    'frexp',
    'gcd',
    'greater',
    'greater_equal',
    'hamming',
    'hanning',
    'histogram',
    'histogram2d',
    'histogram_bin_edges',
    'histogramdd',
    'hypot',
    'i0',
    'in1d',
    'interp',
    'intersect1d',
    'invert',
    'iscomplexobj',
    'isfinite',
    'isin',
    'isinf',
    'isnan',
    'isreal',
    'isscalar',
    'ix_',
    'lcm',
    'left_shift',
    'less',
    'less_equal',
    'lexsort',
    'log',
    'log10',
    'log1p',
    'log2',
    'logical_and',
    'logical_not',
    'logical_or',
    'logical_xor',
    'max',
    'maximum',
    'median',
    'min',
    'min_scalar_type',
    'minimum',
    'mod',
    'modf',
    'multiply',
    'nanargmax',
    'nanargmin',
    'nancumprod',
    'nancumsum',
    'nanmax',
    'nanmean',
    'nanmedian',
    'nanmin',
    'nanpercentile',
    'nanprod',
    'nanquantile',
    'nanstd',
    'nansum',
    'nanvar',
    'negative',
    'nextafter',
    'not_equal',
    'ones',
    'ones_like',
    'packbits',
    'partition',
    'piecewise',
    'poly',
    'polyadd',
    'polydiv',
    'polyfit',
    'polyint',
    'polymul',
    'polysub',
    'power',
    'prod',
    'product',
    'promote_types',
    'rad2deg',
    'radians',
    'ravel_multi_index',
    'real',
    'reciprocal',
    'remainder',
    'right_shift',
    'rint',
    'roots',
    'searchsorted',
    'select',
    'setdiff1d',
    'setxor1d',
    'sign',
    'signbit',
    'sin',
    'sinh',
    'spacing',
    'sqrt',
    'square',
    'subtract',
    'tan',
    'tanh',
    'trapezoid',
    'trapz',
    'tril_indices',
    'tril_indices_from',
    'trim_zeros',
    'triu_indices',
    'triu_indices_from',
    'true_divide',
    'trunc',
    'union1d',
    'unique',
    'unpackbits',
    'unwrap',
    'vander',
    'zeros',
    'zeros_like',
]

@overload
def abs(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The absolute value."""
    ...
@overload
def abs(x: float) -> float:
    """The absolute value."""
    ...
@overload
def absolute(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The absolute value."""
    ...
@overload
def absolute(x: float) -> float:
    """The absolute value."""
    ...
@overload
def add(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """a + b."""
    ...
@overload
def add(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """a + b."""
    ...
@overload
def add(x1: float, x2: float) -> float:
    """a + b."""
    ...
def amax(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: ndarray | None = None,
    initial: Scalar | None = None,
) -> ndarray:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
def amin(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: ndarray | None = None,
    initial: Scalar | None = None,
) -> ndarray:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def apply_along_axis(*args: object, **kwargs: object) -> ndarray:
    """Compute `apply_along_axis` by NumPy on the host: the function of this name there."""
    ...
def apply_over_axes(*args: object, **kwargs: object) -> ndarray:
    """Compute `apply_over_axes` by NumPy on the host: the function of this name there."""
    ...
@overload
def arccos(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """In radians."""
    ...
@overload
def arccos(x: float) -> float:
    """In radians."""
    ...
@overload
def arccosh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Of x >= 1."""
    ...
@overload
def arccosh(x: float) -> float:
    """Of x >= 1."""
    ...
@overload
def arcsin(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """In radians."""
    ...
@overload
def arcsin(x: float) -> float:
    """In radians."""
    ...
@overload
def arcsinh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The inverse hyperbolic sine."""
    ...
@overload
def arcsinh(x: float) -> float:
    """The inverse hyperbolic sine."""
    ...
@overload
def arctan(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """In radians."""
    ...
@overload
def arctan(x: float) -> float:
    """In radians."""
    ...
@overload
def arctan2(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(x1: float, x2: float) -> float:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctanh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Of |x| < 1."""
    ...
@overload
def arctanh(x: float) -> float:
    """Of |x| < 1."""
    ...
def argmax(
    a: AnyArray,
    axis: int | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
) -> ndarray:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def argmin(
    a: AnyArray,
    axis: int | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
) -> ndarray:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def argpartition(*args: object, **kwargs: object) -> ndarray:
    """Compute `argpartition` by NumPy on the host: the function of this name there."""
    ...
def bitwise_and(
    x1: ArrayLike,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_not(x: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return not x of bools, -1 - x of integers."""
    ...
def bitwise_or(
    x1: ArrayLike,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_xor(
    x1: ArrayLike,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def blackman(M: int, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
    """Make a Blackman window."""
    ...
@overload
def cbrt(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The cube root."""
    ...
@overload
def cbrt(x: float) -> float:
    """The cube root."""
    ...
@overload
def ceil(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The least integer not below x."""
    ...
@overload
def ceil(x: float) -> float:
    """The least integer not below x."""
    ...
def choose(*args: object, **kwargs: object) -> ndarray:
    """Compute `choose` by NumPy on the host: the function of this name there."""
    ...
def compress(*args: object, **kwargs: object) -> ndarray:
    """Compute `compress` by NumPy on the host: the function of this name there."""
    ...
def convolve(*args: object, **kwargs: object) -> ndarray:
    """Compute `convolve` by NumPy on the host: the function of this name there."""
    ...
def corrcoef(*args: object, **kwargs: object) -> ndarray:
    """Compute `corrcoef` by NumPy on the host: the function of this name there."""
    ...
def correlate(*args: object, **kwargs: object) -> ndarray:
    """Compute `correlate` by NumPy on the host: the function of this name there."""
    ...
@overload
def cos(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The cosine; x in radians."""
    ...
@overload
def cos(x: float) -> float:
    """The cosine; x in radians."""
    ...
@overload
def cosh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The hyperbolic cosine."""
    ...
@overload
def cosh(x: float) -> float:
    """The hyperbolic cosine."""
    ...
def cov(*args: object, **kwargs: object) -> ndarray:
    """Compute `cov` by NumPy on the host: the function of this name there."""
    ...
def cumprod(*args: object, **kwargs: object) -> ndarray:
    """Compute `cumprod` by NumPy on the host: the function of this name there."""
    ...
@overload
def deg2rad(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Degrees to radians."""
    ...
@overload
def deg2rad(x: float) -> float:
    """Degrees to radians."""
    ...
@overload
def degrees(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Radians to degrees."""
    ...
@overload
def degrees(x: float) -> float:
    """Radians to degrees."""
    ...
def diag_indices_from(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `diag_indices_from` by NumPy on the host: the function of this name there."""
    ...
def digitize(*args: object, **kwargs: object) -> ndarray:
    """Compute `digitize` by NumPy on the host: the function of this name there."""
    ...
@overload
def divide(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """a / b; integers: C's."""
    ...
@overload
def divide(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """a / b; integers: C's."""
    ...
@overload
def divide(x1: float, x2: float) -> float:
    """a / b; integers: C's."""
    ...
def divmod(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `divmod` by NumPy on the host: the function of this name there."""
    ...
def empty(
    shape: ShapeLike,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
) -> ndarray:
    """Make an array whose values are not set, by default float32."""
    ...
@overload
def equal(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a == b, else 0."""
    ...
@overload
def equal(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a == b, else 0."""
    ...
@overload
def equal(x1: float, x2: float) -> float:
    """1 where a == b, else 0."""
    ...
@overload
def exp(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """e to the power x."""
    ...
@overload
def exp(x: float) -> float:
    """e to the power x."""
    ...
@overload
def expm1(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """exp(x) - 1, accurate near 0."""
    ...
@overload
def expm1(x: float) -> float:
    """exp(x) - 1, accurate near 0."""
    ...
def extract(*args: object, **kwargs: object) -> ndarray:
    """Compute `extract` by NumPy on the host: the function of this name there."""
    ...
@overload
def fabs(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The absolute value."""
    ...
@overload
def fabs(x: float) -> float:
    """The absolute value."""
    ...
@overload
def fix(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The nearest integer towards zero."""
    ...
@overload
def fix(x: float) -> float:
    """The nearest integer towards zero."""
    ...
@overload
def floor(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The greatest integer not above x."""
    ...
@overload
def floor(x: float) -> float:
    """The greatest integer not above x."""
    ...
@overload
def floor_divide(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """The quotient rounded down; integers by 0 give 0."""
    ...
@overload
def floor_divide(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """The quotient rounded down; integers by 0 give 0."""
    ...
@overload
def floor_divide(x1: float, x2: float) -> float:
    """The quotient rounded down; integers by 0 give 0."""
    ...
@overload
def fmax(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The greater one."""
    ...
@overload
def fmax(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The greater one."""
    ...
@overload
def fmax(x1: float, x2: float) -> float:
    """The greater one."""
    ...
@overload
def fmin(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The smaller one."""
    ...
@overload
def fmin(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The smaller one."""
    ...
@overload
def fmin(x1: float, x2: float) -> float:
    """The smaller one."""
    ...
def frexp(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `frexp` by NumPy on the host: the function of this name there."""
    ...
def gcd(x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
@overload
def greater(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a > b, else 0."""
    ...
@overload
def greater(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a > b, else 0."""
    ...
@overload
def greater(x1: float, x2: float) -> float:
    """1 where a > b, else 0."""
    ...
@overload
def greater_equal(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(x1: float, x2: float) -> float:
    """1 where a >= b, else 0."""
    ...
def hamming(M: int, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
    """Make a Hamming window."""
    ...
def hanning(M: int, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
    """Make a Hann window."""
    ...
def histogram(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `histogram` by NumPy on the host: the function of this name there."""
    ...
def histogram2d(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `histogram2d` by NumPy on the host: the function of this name there."""
    ...
def histogram_bin_edges(*args: object, **kwargs: object) -> ndarray:
    """Compute `histogram_bin_edges` by NumPy on the host: the function of this name there."""
    ...
def histogramdd(*args: object, **kwargs: object) -> tuple[ndarray, list[ndarray]]:
    """Compute `histogramdd` by NumPy on the host: the function of this name there."""
    ...
@overload
def hypot(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(x1: float, x2: float) -> float:
    """sqrt(a^2 + b^2)."""
    ...
def i0(*args: object, **kwargs: object) -> ndarray:
    """Compute `i0` by NumPy on the host: the function of this name there."""
    ...
def in1d(*args: object, **kwargs: object) -> ndarray:
    """Compute `in1d` by NumPy on the host: the function of this name there."""
    ...
def interp(*args: object, **kwargs: object) -> ndarray:
    """Compute `interp` by NumPy on the host: the function of this name there."""
    ...
def intersect1d(*args: object, **kwargs: object) -> Any:
    """Compute `intersect1d` by NumPy on the host: the function of this name there."""
    ...
def invert(x: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return not x of bools, -1 - x of integers."""
    ...
def iscomplexobj(*args: object, **kwargs: object) -> bool:
    """Compute `iscomplexobj` by NumPy on the host: the function of this name there."""
    ...
@overload
def isfinite(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
@overload
def isfinite(x: float) -> float:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def isin(*args: object, **kwargs: object) -> ndarray:
    """Compute `isin` by NumPy on the host: the function of this name there."""
    ...
@overload
def isinf(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where x is infinite, else 0."""
    ...
@overload
def isinf(x: float) -> float:
    """1 where x is infinite, else 0."""
    ...
@overload
def isnan(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where x is NaN, else 0."""
    ...
@overload
def isnan(x: float) -> float:
    """1 where x is NaN, else 0."""
    ...
def isreal(*args: object, **kwargs: object) -> ndarray:
    """Compute `isreal` by NumPy on the host: the function of this name there."""
    ...
def isscalar(*args: object, **kwargs: object) -> bool:
    """Compute `isscalar` by NumPy on the host: the function of this name there."""
    ...
def ix_(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `ix_` by NumPy on the host: the function of this name there."""
    ...
def lcm(x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def left_shift(*args: object, **kwargs: object) -> ndarray:
    """Compute `left_shift` by NumPy on the host: the function of this name there."""
    ...
@overload
def less(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a < b, else 0."""
    ...
@overload
def less(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where a < b, else 0."""
    ...
@overload
def less(x1: float, x2: float) -> float:
    """1 where a < b, else 0."""
    ...
@overload
def less_equal(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a <= b, else 0."""
    ...
@overload
def less_equal(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a <= b, else 0."""
    ...
@overload
def less_equal(x1: float, x2: float) -> float:
    """1 where a <= b, else 0."""
    ...
def lexsort(*args: object, **kwargs: object) -> ndarray:
    """Compute `lexsort` by NumPy on the host: the function of this name there."""
    ...
@overload
def log(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The natural logarithm."""
    ...
@overload
def log(x: float) -> float:
    """The natural logarithm."""
    ...
@overload
def log10(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """To base 10."""
    ...
@overload
def log10(x: float) -> float:
    """To base 10."""
    ...
@overload
def log1p(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """log(1 + x), accurate near 0."""
    ...
@overload
def log1p(x: float) -> float:
    """log(1 + x), accurate near 0."""
    ...
@overload
def log2(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """To base 2."""
    ...
@overload
def log2(x: float) -> float:
    """To base 2."""
    ...
@overload
def logical_and(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(x1: float, x2: float) -> float:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_not(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 where x is 0, else 0."""
    ...
@overload
def logical_not(x: float) -> float:
    """1 where x is 0, else 0."""
    ...
@overload
def logical_or(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(x1: float, x2: float) -> float:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_xor(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(x1: float, x2: float) -> float:
    """1 where just one is not 0."""
    ...
def max(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: ndarray | None = None,
    initial: Scalar | None = None,
) -> ndarray:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
@overload
def maximum(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The greater one."""
    ...
@overload
def maximum(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The greater one."""
    ...
@overload
def maximum(x1: float, x2: float) -> float:
    """The greater one."""
    ...
def median(*args: object, **kwargs: object) -> ndarray:
    """Compute `median` by NumPy on the host: the function of this name there."""
    ...
def min(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: ndarray | None = None,
    initial: Scalar | None = None,
) -> ndarray:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def min_scalar_type(*args: object, **kwargs: object) -> DType:
    """Compute `min_scalar_type` by NumPy on the host: the function of this name there."""
    ...
@overload
def minimum(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The smaller one."""
    ...
@overload
def minimum(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The smaller one."""
    ...
@overload
def minimum(x1: float, x2: float) -> float:
    """The smaller one."""
    ...
@overload
def mod(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def mod(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def mod(x1: float, x2: float) -> float:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def modf(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `modf` by NumPy on the host: the function of this name there."""
    ...
@overload
def multiply(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """a * b."""
    ...
@overload
def multiply(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """a * b."""
    ...
@overload
def multiply(x1: float, x2: float) -> float:
    """a * b."""
    ...
def nanargmax(*args: object, **kwargs: object) -> Any:
    """Compute `nanargmax` by NumPy on the host: the function of this name there."""
    ...
def nanargmin(*args: object, **kwargs: object) -> Any:
    """Compute `nanargmin` by NumPy on the host: the function of this name there."""
    ...
def nancumprod(*args: object, **kwargs: object) -> ndarray:
    """Compute `nancumprod` by NumPy on the host: the function of this name there."""
    ...
def nancumsum(*args: object, **kwargs: object) -> ndarray:
    """Compute `nancumsum` by NumPy on the host: the function of this name there."""
    ...
def nanmax(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanmax` by NumPy on the host: the function of this name there."""
    ...
def nanmean(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanmean` by NumPy on the host: the function of this name there."""
    ...
def nanmedian(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanmedian` by NumPy on the host: the function of this name there."""
    ...
def nanmin(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanmin` by NumPy on the host: the function of this name there."""
    ...
def nanpercentile(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanpercentile` by NumPy on the host: the function of this name there."""
    ...
def nanprod(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: AnyArray | None = None,
) -> ndarray:
    """Return products over axes of what is not NaN."""
    ...
def nanquantile(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanquantile` by NumPy on the host: the function of this name there."""
    ...
def nanstd(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanstd` by NumPy on the host: the function of this name there."""
    ...
def nansum(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: AnyArray | None = None,
) -> ndarray:
    """Return sums over axes of what is not NaN."""
    ...
def nanvar(*args: object, **kwargs: object) -> ndarray:
    """Compute `nanvar` by NumPy on the host: the function of this name there."""
    ...
@overload
def negative(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """-x."""
    ...
@overload
def negative(x: float) -> float:
    """-x."""
    ...
def nextafter(*args: object, **kwargs: object) -> ndarray:
    """Compute `nextafter` by NumPy on the host: the function of this name there."""
    ...
@overload
def not_equal(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(x1: float, x2: float) -> float:
    """1 where a != b, else 0."""
    ...
def ones(
    shape: ShapeLike,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
) -> ndarray:
    """Make an array of ones, by default of float32."""
    ...
def ones_like(
    a: AnyArray,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Make an array of ones, of the shape and dtype of another."""
    ...
def packbits(*args: object, **kwargs: object) -> ndarray:
    """Compute `packbits` by NumPy on the host: the function of this name there."""
    ...
def partition(*args: object, **kwargs: object) -> ndarray:
    """Compute `partition` by NumPy on the host: the function of this name there."""
    ...
def piecewise(*args: object, **kwargs: object) -> ndarray:
    """Compute `piecewise` by NumPy on the host: the function of this name there."""
    ...
def poly(*args: object, **kwargs: object) -> ndarray:
    """Compute `poly` by NumPy on the host: the function of this name there."""
    ...
def polyadd(*args: object, **kwargs: object) -> ndarray:
    """Compute `polyadd` by NumPy on the host: the function of this name there."""
    ...
def polydiv(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `polydiv` by NumPy on the host: the function of this name there."""
    ...
def polyfit(*args: object, **kwargs: object) -> Any:
    """Compute `polyfit` by NumPy on the host: the function of this name there."""
    ...
def polyint(*args: object, **kwargs: object) -> ndarray:
    """Compute `polyint` by NumPy on the host: the function of this name there."""
    ...
def polymul(*args: object, **kwargs: object) -> ndarray:
    """Compute `polymul` by NumPy on the host: the function of this name there."""
    ...
def polysub(*args: object, **kwargs: object) -> ndarray:
    """Compute `polysub` by NumPy on the host: the function of this name there."""
    ...
@overload
def power(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """a to the power b."""
    ...
@overload
def power(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """a to the power b."""
    ...
@overload
def power(x1: float, x2: float) -> float:
    """a to the power b."""
    ...
def prod(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: AnyArray | None = None,
) -> ndarray:
    """Return products over axes."""
    ...
def product(
    a: AnyArray,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: AnyArray | None = None,
) -> ndarray:
    """Return products over axes."""
    ...
def promote_types(*args: object, **kwargs: object) -> DType:
    """Compute `promote_types` by NumPy on the host: the function of this name there."""
    ...
@overload
def rad2deg(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Radians to degrees."""
    ...
@overload
def rad2deg(x: float) -> float:
    """Radians to degrees."""
    ...
@overload
def radians(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """Degrees to radians."""
    ...
@overload
def radians(x: float) -> float:
    """Degrees to radians."""
    ...
def ravel_multi_index(*args: object, **kwargs: object) -> ndarray:
    """Compute `ravel_multi_index` by NumPy on the host: the function of this name there."""
    ...
def real(*args: object, **kwargs: object) -> ndarray:
    """Compute `real` by NumPy on the host: the function of this name there."""
    ...
@overload
def reciprocal(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """1 / x."""
    ...
@overload
def reciprocal(x: float) -> float:
    """1 / x."""
    ...
@overload
def remainder(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def remainder(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def remainder(x1: float, x2: float) -> float:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def right_shift(*args: object, **kwargs: object) -> ndarray:
    """Compute `right_shift` by NumPy on the host: the function of this name there."""
    ...
@overload
def rint(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The nearest integer; halves go down."""
    ...
@overload
def rint(x: float) -> float:
    """The nearest integer; halves go down."""
    ...
def roots(*args: object, **kwargs: object) -> ndarray:
    """Compute `roots` by NumPy on the host: the function of this name there."""
    ...
def searchsorted(*args: object, **kwargs: object) -> Any:
    """Compute `searchsorted` by NumPy on the host: the function of this name there."""
    ...
def select(*args: object, **kwargs: object) -> ndarray:
    """Compute `select` by NumPy on the host: the function of this name there."""
    ...
def setdiff1d(*args: object, **kwargs: object) -> ndarray:
    """Compute `setdiff1d` by NumPy on the host: the function of this name there."""
    ...
def setxor1d(*args: object, **kwargs: object) -> ndarray:
    """Compute `setxor1d` by NumPy on the host: the function of this name there."""
    ...
@overload
def sign(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """-1, 0 or 1; 0 for NaN."""
    ...
@overload
def sign(x: float) -> float:
    """-1, 0 or 1; 0 for NaN."""
    ...
def signbit(*args: object, **kwargs: object) -> ndarray:
    """Compute `signbit` by NumPy on the host: the function of this name there."""
    ...
@overload
def sin(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The sine; x in radians."""
    ...
@overload
def sin(x: float) -> float:
    """The sine; x in radians."""
    ...
@overload
def sinh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The hyperbolic sine."""
    ...
@overload
def sinh(x: float) -> float:
    """The hyperbolic sine."""
    ...
def spacing(*args: object, **kwargs: object) -> ndarray:
    """Compute `spacing` by NumPy on the host: the function of this name there."""
    ...
@overload
def sqrt(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The square root."""
    ...
@overload
def sqrt(x: float) -> float:
    """The square root."""
    ...
@overload
def square(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """x squared."""
    ...
@overload
def square(x: float) -> float:
    """x squared."""
    ...
@overload
def subtract(x1: AnyArray, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """a - b."""
    ...
@overload
def subtract(x1: ArrayLike, x2: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """a - b."""
    ...
@overload
def subtract(x1: float, x2: float) -> float:
    """a - b."""
    ...
@overload
def tan(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The tangent; x in radians."""
    ...
@overload
def tan(x: float) -> float:
    """The tangent; x in radians."""
    ...
@overload
def tanh(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The hyperbolic tangent."""
    ...
@overload
def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    ...
def trapezoid(*args: object, **kwargs: object) -> ndarray:
    """Compute `trapezoid` by NumPy on the host: the function of this name there."""
    ...
def trapz(*args: object, **kwargs: object) -> ndarray:
    """Compute `trapz` by NumPy on the host: the function of this name there."""
    ...
def tril_indices(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `tril_indices` by NumPy on the host: the function of this name there."""
    ...
def tril_indices_from(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `tril_indices_from` by NumPy on the host: the function of this name there."""
    ...
def trim_zeros(*args: object, **kwargs: object) -> ndarray:
    """Compute `trim_zeros` by NumPy on the host: the function of this name there."""
    ...
def triu_indices(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `triu_indices` by NumPy on the host: the function of this name there."""
    ...
def triu_indices_from(*args: object, **kwargs: object) -> tuple[ndarray, ...]:
    """Compute `triu_indices_from` by NumPy on the host: the function of this name there."""
    ...
@overload
def true_divide(
    x1: AnyArray,
    x2: ArrayLike,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(
    x1: ArrayLike,
    x2: AnyArray,
    out: ndarray | None = None,
    **options: object,
) -> ndarray:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(x1: float, x2: float) -> float:
    """a / b; integers: C's."""
    ...
@overload
def trunc(x: AnyArray, out: ndarray | None = None, **options: object) -> ndarray:
    """The integer part."""
    ...
@overload
def trunc(x: float) -> float:
    """The integer part."""
    ...
def union1d(*args: object, **kwargs: object) -> ndarray:
    """Compute `union1d` by NumPy on the host: the function of this name there."""
    ...
def unique(*args: object, **kwargs: object) -> Any:
    """Compute `unique` by NumPy on the host: the function of this name there."""
    ...
def unpackbits(*args: object, **kwargs: object) -> ndarray:
    """Compute `unpackbits` by NumPy on the host: the function of this name there."""
    ...
def unwrap(*args: object, **kwargs: object) -> ndarray:
    """Compute `unwrap` by NumPy on the host: the function of this name there."""
    ...
def vander(*args: object, **kwargs: object) -> ndarray:
    """Compute `vander` by NumPy on the host: the function of this name there."""
    ...
def zeros(
    shape: ShapeLike,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
) -> ndarray:
    """Make an array of zeros, by default of float32."""
    ...
def zeros_like(
    a: AnyArray,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Make an array of zeros, of the shape and dtype of another."""
    ...
