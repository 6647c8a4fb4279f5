# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy._calls import SymbolLike
from ndgrad.symbol.numpy_like import _Symbol
from ndgrad.typing import ContextLike, Scalar, ShapeLike

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
    'gcd',
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

def negative(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """-x."""
    ...
def sign(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """-1, 0 or 1; 0 for NaN."""
    ...
def square(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """x squared."""
    ...
def abs(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The absolute value."""
    ...
def absolute(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The absolute value."""
    ...
def rint(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The nearest integer; halves go down."""
    ...
def ceil(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The least integer not below x."""
    ...
def floor(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The greatest integer not above x."""
    ...
def trunc(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The integer part."""
    ...
def fix(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The nearest integer towards zero."""
    ...
def reciprocal(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 / x."""
    ...
def sqrt(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The square root."""
    ...
def cbrt(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The cube root."""
    ...
def exp(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """e to the power x."""
    ...
def expm1(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """exp(x) - 1, accurate near 0."""
    ...
def log(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The natural logarithm."""
    ...
def log1p(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """log(1 + x), accurate near 0."""
    ...
def log2(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """To base 2."""
    ...
def log10(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """To base 10."""
    ...
def sin(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The sine; x in radians."""
    ...
def cos(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The cosine; x in radians."""
    ...
def tan(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The tangent; x in radians."""
    ...
def arcsin(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """In radians."""
    ...
def arccos(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """In radians."""
    ...
def arctan(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """In radians."""
    ...
def sinh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The hyperbolic sine."""
    ...
def cosh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The hyperbolic cosine."""
    ...
def tanh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The hyperbolic tangent."""
    ...
def arcsinh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The inverse hyperbolic sine."""
    ...
def arccosh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of x >= 1."""
    ...
def arctanh(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of |x| < 1."""
    ...
def degrees(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Radians to degrees."""
    ...
def radians(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Degrees to radians."""
    ...
def logical_not(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where x is 0, else 0."""
    ...
def isnan(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where x is NaN, else 0."""
    ...
def isinf(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where x is infinite, else 0."""
    ...
def isfinite(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def add(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a + b."""
    ...
def subtract(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a - b."""
    ...
def multiply(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a * b."""
    ...
def mod(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def power(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a to the power b."""
    ...
def maximum(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The greater one."""
    ...
def minimum(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The smaller one."""
    ...
def fmax(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The greater one."""
    ...
def fmin(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The smaller one."""
    ...
def floor_divide(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The quotient rounded down; integers by 0 give 0."""
    ...
def true_divide(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a / b; integers: C's."""
    ...
def hypot(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """sqrt(a^2 + b^2)."""
    ...
def arctan2(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The angle of the point (b, a), in radians."""
    ...
def equal(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a == b, else 0."""
    ...
def not_equal(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a != b, else 0."""
    ...
def greater(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a > b, else 0."""
    ...
def greater_equal(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a >= b, else 0."""
    ...
def less(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a < b, else 0."""
    ...
def less_equal(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where a <= b, else 0."""
    ...
def logical_and(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where both are not 0, else 0."""
    ...
def logical_or(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where one is not 0, else 0."""
    ...
def logical_xor(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """1 where just one is not 0."""
    ...
def lcm(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def gcd(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_and(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_or(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_xor(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_not(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return not x of bools, -1 - x of integers."""
    ...
def copysign(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return the magnitudes of *x1* with the signs of *x2*."""
    ...
def ldexp(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return x1 * 2^x2, for integers cut off to integers."""
    ...
def divide(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """a / b; integers: C's."""
    ...
def remainder(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def fabs(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """The absolute value."""
    ...
def rad2deg(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Radians to degrees."""
    ...
def deg2rad(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Degrees to radians."""
    ...
def invert(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return not x of bools, -1 - x of integers."""
    ...
def all(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return whether all elements are not 0, over axes."""
    ...
def amax(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    initial: Scalar | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
def amin(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    initial: Scalar | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def any(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return whether some element is not 0, over axes."""
    ...
def copy(
    a: Symbol,
    out: Symbol | None = None,
    order: str = 'C',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a copy (recorded), whose memory is in C order whatever *order* says."""
    ...
def cumsum(
    a: Symbol,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return running sums along an axis, or of the flat array."""
    ...
def diag(
    v: Symbol,
    k: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a diagonal of a matrix, or a matrix with a diagonal."""
    ...
def diagflat(
    v: Symbol,
    k: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a matrix with the elements of an array on a diagonal."""
    ...
def diagonal(
    a: Symbol,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the diagonals of the matrices along two axes, as a last axis."""
    ...
def max(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    initial: Scalar | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the maxima over axes; tied elements get the whole gradient each."""
    ...
def min(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    initial: Scalar | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the minima over axes; tied elements get the whole gradient each."""
    ...
def moveaxis(
    a: Symbol,
    source: int | Sequence[int],
    destination: int | Sequence[int],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the array with axes moved to other places."""
    ...
def prod(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return products over axes."""
    ...
def product(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return products over axes."""
    ...
def repeat(
    a: Symbol,
    repeats: int | Symbol | Sequence[int],
    axis: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return an array whose elements, or parts along an axis, are repeated."""
    ...
def roll(
    a: Symbol,
    shift: int | Sequence[int],
    axis: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the array with what leaves it at an end put in at the other."""
    ...
def sometrue(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return whether some element is not 0, over axes."""
    ...
def squeeze(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a view without axes of length 1: all of them, or those at *axis*."""
    ...
def sum(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    out: Symbol | None = None,
    where: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return sums over axes; bools are counted in int64."""
    ...
def trace(
    a: Symbol,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the sums of the diagonals along two axes."""
    ...
def transpose(
    a: Symbol,
    axes: Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the array with its axes in another order, by default reversed."""
    ...
def dot(
    a: SymbolLike,
    b: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the sum of products over the last axis of *a* and the last but one of *b*."""
    ...
def argmax(
    a: Symbol,
    axis: int | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def argmin(
    a: Symbol,
    axis: int | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return where extremes are along an axis, or in the flat array, as int64."""
    ...
def around(
    x: SymbolLike,
    decimals: int = 0,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **kwargs: object,
) -> _Symbol:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def broadcast_to(
    array: Symbol,
    shape: ShapeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a copy in which axes of length 1 are repeated; leading axes may be new."""
    ...
def count_nonzero(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> int | _Symbol:
    """Return how many elements are not 0; over axes, an array."""
    ...
def expand_dims(
    a: Symbol,
    axis: int | Sequence[int],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return a view with axes of length 1 at *axis*."""
    ...
def flip(
    m: Symbol,
    axis: int | Sequence[int] | None = None,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the array with the order along axes reversed, by default all."""
    ...
def isneginf(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return where elements are negative infinity."""
    ...
def isposinf(
    x: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return where elements are positive infinity."""
    ...
def mean(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return means over axes; of integers and bools in float32."""
    ...
def nanprod(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return products over axes of what is not NaN."""
    ...
def nansum(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    where: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return sums over axes of what is not NaN."""
    ...
def nonzero(
    a: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> list[_Symbol]:
    """Return the indices of what is not 0, one array for each axis."""
    ...
def ptp(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    out: Symbol | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the greatest minus the smallest, over axes."""
    ...
def resize(
    a: Symbol,
    new_shape: ShapeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return an array of another shape, repeated as often as it takes."""
    ...
def rot90(
    m: Symbol,
    k: int = 1,
    axes: int | Sequence[int] = (0, 1),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the array turned by right angles in the plane of two axes."""
    ...
def std(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    ddof: int = 0,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return standard deviations over axes, with the divisor n - ddof; of integers in float32."""
    ...
def tile(
    A: Symbol,
    reps: ShapeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return an array repeated along each axis."""
    ...
def tril(
    m: Symbol,
    k: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return matrices with zeros above a diagonal."""
    ...
def triu(
    m: Symbol,
    k: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return matrices with zeros below a diagonal."""
    ...
def unravel_index(
    indices: Symbol | int,
    shape: int | Sequence[int],
    order: str = 'C',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> list[_Symbol]:
    """Return the indices, one array for each axis, of positions in a flat array."""
    ...
def var(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: Symbol | None = None,
    ddof: int = 0,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return variances over axes, with the divisor n - ddof; of integers in float32."""
    ...
def cross(
    a: Symbol,
    b: Symbol,
    axis: int = -1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return cross products of vectors of three elements."""
    ...
def float_power(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return powers in float64."""
    ...
def heaviside(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **options: object,
) -> _Symbol:
    """Return 0 where x1 < 0, x2 where it is 0, 1 where it is positive; NaN stays."""
    ...
def isclose(
    a: SymbolLike,
    b: SymbolLike,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return where |a - b| <= atol + rtol |b|."""
    ...
def kron(
    a: Symbol,
    b: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the Kronecker product."""
    ...
def logaddexp(
    x1: SymbolLike,
    x2: SymbolLike,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return log(exp(x1) + exp(x2)), which does not overflow."""
    ...
def matmul(
    a: Symbol,
    b: Symbol,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return matrix products; leading axes broadcast."""
    ...
def polyval(
    p: Symbol,
    x: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the values of a polynomial; its coefficients begin with that of the highest power."""
    ...
def take_along_axis(
    arr: Symbol,
    indices: Symbol,
    axis: int | None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return the elements at indices along an axis, which has them for each place of the others."""
    ...
def alltrue(
    a: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return whether all elements are not 0, over axes."""
    ...
def round(
    x: SymbolLike,
    decimals: int = 0,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **kwargs: object,
) -> _Symbol:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def round_(
    x: SymbolLike,
    decimals: int = 0,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **kwargs: object,
) -> _Symbol:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    ...
def concatenate(
    seq: Symbol | Sequence[Symbol],
    axis: int | None = 0,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined along an axis; with None, of all elements in one row."""
    ...
def stack(
    arrays: Symbol | Sequence[Symbol],
    axis: int = 0,
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays of one shape joined along a new axis."""
    ...
def vstack(
    arrays: Symbol | Sequence[Symbol],
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined as rows, along the first axis."""
    ...
def hstack(
    arrays: Symbol | Sequence[Symbol],
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined along the second axis, those of one axis along that."""
    ...
def dstack(
    arrays: Symbol | Sequence[Symbol],
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined along the third axis."""
    ...
def column_stack(
    tup: Symbol | Sequence[Symbol],
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined as columns."""
    ...
def row_stack(
    arrays: Symbol | Sequence[Symbol],
    out: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Return arrays joined as rows, along the first axis."""
    ...
def zeros(
    shape: ShapeLike,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make an array of zeros, by default of float32."""
    ...
def ones(
    shape: ShapeLike,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make an array of ones, by default of float32."""
    ...
def arange(
    start: NDArray | float,
    stop: NDArray | float | None = None,
    step: NDArray | float = 1,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make an array of numbers in equal steps, by default of float32."""
    ...
def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    order: str = 'C',
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
    **kwargs: object,
) -> _Symbol:
    """Make a matrix with ones on a diagonal."""
    ...
def linspace(
    start: SymbolLike,
    stop: SymbolLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol | tuple[_Symbol, float]:
    """Make an array of *num* numbers at equal distances; with *retstep* also the distance."""
    ...
def logspace(
    start: SymbolLike,
    stop: SymbolLike,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make an array of *num* powers of a base, at equal distances of their exponents."""
    ...
def indices(
    dimensions: int | Sequence[int],
    dtype: DTypeLike | None = 'int32',
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make the indices of a grid, an axis of them in front."""
    ...
def hanning(
    M: int,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make a Hann window."""
    ...
def hamming(
    M: int,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make a Hamming window."""
    ...
def blackman(
    M: int,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Make a Blackman window."""
    ...
