# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

__all__ = [
    'abs',
    'absolute',
    'add',
    'all',
    'alltrue',
    'amax',
    'amin',
    'any',
    'arange',
    'arccos',
    'arccosh',
    'arcsin',
    'arcsinh',
    'arctan',
    'arctan2',
    'arctanh',
    'argmax',
    'argmin',
    'around',
    'bitwise_and',
    'bitwise_not',
    'bitwise_or',
    'bitwise_xor',
    'blackman',
    'broadcast_to',
    'cbrt',
    'ceil',
    'column_stack',
    'concatenate',
    'copy',
    'copysign',
    'cos',
    'cosh',
    'count_nonzero',
    'cross',
    'cumsum',
    'deg2rad',
    'degrees',
    'diag',
    'diagflat',
    'diagonal',
    'divide',
    'dot',
    'dstack',
    'equal',
    'exp',
    'expand_dims',
    'expm1',
    'eye',
    'fabs',
    'fix',
    'flip',
    'float_power',
    'floor',
    'floor_divide',
    'fmax',
    'fmin',
    'greater',
    'greater_equal',
    'hamming',
    'hanning',
    'heaviside',
    'hstack',
    'hypot',
    'indices',
    'invert',
    'isclose',
    'isfinite',
    'isinf',
    'isnan',
    'isneginf',
    'isposinf',
    'kron',
    'lcm',
    'ldexp',
    'less',
    'less_equal',
    'linspace',
    'log',
    'log10',
    'log1p',
    'log2',
    'logaddexp',
    'logical_and',
    'logical_not',
    'logical_or',
    'logical_xor',
    'logspace',
    'matmul',
    'max',
    'maximum',
    'mean',
    'min',
    'minimum',
    'mod',
    'moveaxis',
    'multiply',
    'nanprod',
    'nansum',
    'negative',
    'nonzero',
    'not_equal',
    'ones',
    'polyval',
    'power',
    'prod',
    'product',
    'ptp',
    'rad2deg',
    'radians',
    'reciprocal',
    'remainder',
    'repeat',
    'resize',
    'rint',
    'roll',
    'rot90',
    'round',
    'round_',
    'row_stack',
    'sign',
    'sin',
    'sinh',
    'sometrue',
    'sqrt',
    'square',
    'squeeze',
    'stack',
    'std',
    'subtract',
    'sum',
    'take_along_axis',
    'tan',
    'tanh',
    'tile',
    'trace',
    'transpose',
    'tril',
    'triu',
    'true_divide',
    'trunc',
    'unravel_index',
    'var',
    'vstack',
    'zeros',
]

def negative(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """-x."""
    ...
def sign(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """-1, 0 or 1; 0 for NaN."""
    ...
def square(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """x squared."""
    ...
def abs(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The absolute value."""
    ...
def absolute(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The absolute value."""
    ...
def rint(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The nearest integer; halves go down."""
    ...
def ceil(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The least integer not below x."""
    ...
def floor(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The greatest integer not above x."""
    ...
def trunc(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The integer part."""
    ...
def fix(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The nearest integer towards zero."""
    ...
def reciprocal(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 / x."""
    ...
def sqrt(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The square root."""
    ...
def cbrt(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The cube root."""
    ...
def exp(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """e to the power x."""
    ...
def expm1(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """exp(x) - 1, accurate near 0."""
    ...
def log(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The natural logarithm."""
    ...
def log1p(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """log(1 + x), accurate near 0."""
    ...
def log2(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """To base 2."""
    ...
def log10(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """To base 10."""
    ...
def sin(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The sine; x in radians."""
    ...
def cos(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The cosine; x in radians."""
    ...
def tan(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The tangent; x in radians."""
    ...
def arcsin(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """In radians."""
    ...
def arccos(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """In radians."""
    ...
def arctan(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """In radians."""
    ...
def sinh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The hyperbolic sine."""
    ...
def cosh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The hyperbolic cosine."""
    ...
def tanh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The hyperbolic tangent."""
    ...
def arcsinh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The inverse hyperbolic sine."""
    ...
def arccosh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Of x >= 1."""
    ...
def arctanh(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Of |x| < 1."""
    ...
def degrees(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Radians to degrees."""
    ...
def radians(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Degrees to radians."""
    ...
def logical_not(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where x is 0, else 0."""
    ...
def isnan(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where x is NaN, else 0."""
    ...
def isinf(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where x is infinite, else 0."""
    ...
def isfinite(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def add(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a + b."""
    ...
def subtract(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a - b."""
    ...
def multiply(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a * b."""
    ...
def mod(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def power(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a to the power b."""
    ...
def maximum(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The greater one."""
    ...
def minimum(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The smaller one."""
    ...
def fmax(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The greater one."""
    ...
def fmin(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The smaller one."""
    ...
def floor_divide(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The quotient rounded down; integers by 0 give 0."""
    ...
def true_divide(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def hypot(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """sqrt(a^2 + b^2)."""
    ...
def arctan2(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The angle of the point (b, a), in radians."""
    ...
def equal(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a == b, else 0."""
    ...
def not_equal(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a != b, else 0."""
    ...
def greater(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a > b, else 0."""
    ...
def greater_equal(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a >= b, else 0."""
    ...
def less(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a < b, else 0."""
    ...
def less_equal(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where a <= b, else 0."""
    ...
def logical_and(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where both are not 0, else 0."""
    ...
def logical_or(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where one is not 0, else 0."""
    ...
def logical_xor(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """1 where just one is not 0."""
    ...
def bitwise_and(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_or(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_xor(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_not(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return not x of bools, -1 - x of integers."""
    ...
def copysign(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the magnitudes of *x1* with the signs of *x2*."""
    ...
def ldexp(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return x1 * 2^x2."""
    ...
def lcm(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Compute `lcm` by NumPy on the host: the function of this name there."""
    ...
def divide(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def remainder(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def fabs(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """The absolute value."""
    ...
def rad2deg(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Radians to degrees."""
    ...
def deg2rad(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Degrees to radians."""
    ...
def invert(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return not x of bools, -1 - x of integers."""
    ...
def all(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return whether all elements are not 0, over axes."""
    ...
def amax(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    initial: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
def amin(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    initial: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def any(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return whether some element is not 0, over axes."""
    ...
def copy(a: Any, out: Any = ..., order: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return a copy (recorded), whose memory is in C order whatever *order* says."""
    ...
def cumsum(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return running sums along an axis, or of the flat array."""
    ...
def diag(v: Any, k: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return a diagonal of a matrix, or a matrix with a diagonal."""
    ...
def diagflat(v: Any, k: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return a matrix with the elements of an array on a diagonal."""
    ...
def diagonal(
    a: Any,
    offset: Any = ...,
    axis1: Any = ...,
    axis2: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the diagonals of the matrices along two axes, as a last axis."""
    ...
def max(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    initial: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
def min(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    initial: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def moveaxis(a: Any, source: Any, destination: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the array with axes moved to other places."""
    ...
def prod(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return products over axes."""
    ...
def product(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return products over axes."""
    ...
def repeat(a: Any, repeats: Any, axis: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return an array whose elements, or parts along an axis, are repeated."""
    ...
def roll(a: Any, shift: Any, axis: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the array with what leaves it at an end put in at the other."""
    ...
def sometrue(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return whether some element is not 0, over axes."""
    ...
def squeeze(a: Any, axis: Any = ..., out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return a view without axes of length 1: all of them, or those at *axis*."""
    ...
def sum(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    out: Any = ...,
    where: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return sums over axes; bools are counted in int64."""
    ...
def trace(
    a: Any,
    offset: Any = ...,
    axis1: Any = ...,
    axis2: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the sums of the diagonals along two axes."""
    ...
def transpose(a: Any, axes: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the array with its axes in another order, by default reversed."""
    ...
def dot(a: Any, b: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the sum of products over the last axis of *a* and the last but one of *b*."""
    ...
def argmax(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def argmin(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def around(x: Any, decimals: Any = ..., out: Any = ..., **kwargs: Any) -> Any:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def broadcast_to(array: Any, shape: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return a copy in which axes of length 1 are repeated; leading axes may be new."""
    ...
def count_nonzero(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return how many elements are not 0; over axes, an array."""
    ...
def expand_dims(a: Any, axis: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return a view with axes of length 1 at *axis*."""
    ...
def flip(m: Any, axis: Any = ..., out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the array with the order along axes reversed, by default all."""
    ...
def isneginf(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return where elements are negative infinity."""
    ...
def isposinf(x: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return where elements are positive infinity."""
    ...
def mean(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return means over axes; of integers and bools in float32."""
    ...
def nanprod(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return products over axes of what is not NaN."""
    ...
def nansum(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return sums over axes of what is not NaN."""
    ...
def nonzero(a: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the indices of what is not 0, one array for each axis."""
    ...
def ptp(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the greatest minus the smallest, over axes."""
    ...
def resize(a: Any, new_shape: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return an array of another shape, repeated as often as it takes."""
    ...
def rot90(m: Any, k: Any = ..., axes: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return the array turned by right angles in the plane of two axes."""
    ...
def std(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return standard deviations over axes, with the divisor n - ddof; of integers in float32."""
    ...
def tile(A: Any, reps: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return an array repeated along each axis."""
    ...
def tril(m: Any, k: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return matrices with zeros above a diagonal."""
    ...
def triu(m: Any, k: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return matrices with zeros below a diagonal."""
    ...
def unravel_index(
    indices: Any,
    shape: Any,
    order: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the indices, one array for each axis, of positions in a flat array."""
    ...
def var(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return variances over axes, with the divisor n - ddof; of integers in float32."""
    ...
def cross(a: Any, b: Any, axis: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return cross products of vectors of three elements."""
    ...
def float_power(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return powers, of integers in float32."""
    ...
def heaviside(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return 0 where x1 < 0, x2 where it is 0, 1 where it is positive."""
    ...
def isclose(
    a: Any,
    b: Any,
    rtol: Any = ...,
    atol: Any = ...,
    equal_nan: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return where |a - b| <= atol + rtol |b|."""
    ...
def kron(a: Any, b: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the Kronecker product."""
    ...
def logaddexp(x1: Any, x2: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return log(exp(x1) + exp(x2)), which does not overflow."""
    ...
def matmul(a: Any, b: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return matrix products; leading axes broadcast."""
    ...
def polyval(p: Any, x: Any, *, name: Any = None, attr: Any = None) -> Any:
    """Return the values of a polynomial; its coefficients begin with that of the highest power."""
    ...
def take_along_axis(
    arr: Any,
    indices: Any,
    axis: Any,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return the elements at indices along an axis, which has them for each place of the others."""
    ...
def alltrue(
    a: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return whether all elements are not 0, over axes."""
    ...
def round(x: Any, decimals: Any = ..., out: Any = ..., **kwargs: Any) -> Any:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def round_(x: Any, decimals: Any = ..., out: Any = ..., **kwargs: Any) -> Any:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def concatenate(
    seq: Any,
    axis: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return arrays joined along an axis; with None, of all elements in one row."""
    ...
def stack(
    arrays: Any,
    axis: Any = ...,
    out: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Return arrays of one shape joined along a new axis."""
    ...
def vstack(arrays: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return arrays joined as rows, along the first axis."""
    ...
def hstack(arrays: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return arrays joined along the second axis, those of one axis along that."""
    ...
def dstack(arrays: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return arrays joined along the third axis."""
    ...
def column_stack(tup: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return arrays joined as columns."""
    ...
def row_stack(arrays: Any, out: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Return arrays joined as rows, along the first axis."""
    ...
def zeros(
    shape: Any,
    dtype: Any = ...,
    order: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make an array of zeros, by default of float32."""
    ...
def ones(
    shape: Any,
    dtype: Any = ...,
    order: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make an array of ones, by default of float32."""
    ...
def arange(
    start: Any,
    stop: Any = ...,
    step: Any = ...,
    dtype: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make an array of numbers in equal steps, by default of float32."""
    ...
def eye(
    N: Any,
    M: Any = ...,
    k: Any = ...,
    dtype: Any = ...,
    order: Any = ...,
    ctx: Any = ...,
    **kwargs: Any,
) -> Any:
    """Make a matrix with ones on a diagonal."""
    ...
def linspace(
    start: Any,
    stop: Any,
    num: Any = ...,
    endpoint: Any = ...,
    retstep: Any = ...,
    dtype: Any = ...,
    axis: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make an array of *num* numbers at equal distances; with *retstep* also the distance."""
    ...
def logspace(
    start: Any,
    stop: Any,
    num: Any = ...,
    endpoint: Any = ...,
    base: Any = ...,
    dtype: Any = ...,
    axis: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make an array of *num* powers of a base, at equal distances of their exponents."""
    ...
def indices(
    dimensions: Any,
    dtype: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make the indices of a grid, an axis of them in front."""
    ...
def hanning(M: Any, dtype: Any = ..., ctx: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Make a Hann window."""
    ...
def hamming(M: Any, dtype: Any = ..., ctx: Any = ..., *, name: Any = None, attr: Any = None) -> Any:
    """Make a Hamming window."""
    ...
def blackman(
    M: Any,
    dtype: Any = ...,
    ctx: Any = ...,
    *,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make a Blackman window."""
    ...
