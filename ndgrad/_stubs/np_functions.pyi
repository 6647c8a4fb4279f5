# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

__all__ = [
    'abs',
    'absolute',
    'add',
    'apply_along_axis',
    'apply_over_axes',
    'arccos',
    'arccosh',
    'arcsin',
    'arcsinh',
    'arctan',
    'arctan2',
    'arctanh',
    'argpartition',
    'bitwise_and',
    'bitwise_not',
    'bitwise_or',
    'bitwise_xor',
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
    'delete',
    'diag_indices_from',
    'digitize',
    'divide',
    'divmod',
    'equal',
    'exp',
    'expm1',
    'extract',
    'fabs',
    'fill_diagonal',
    'fix',
    'floor',
    'floor_divide',
    'fmax',
    'fmin',
    'frexp',
    'gcd',
    'greater',
    'greater_equal',
    'histogram',
    'histogram2d',
    'histogram_bin_edges',
    'histogramdd',
    'hypot',
    'i0',
    'in1d',
    'insert',
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
    'maximum',
    'median',
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
    'nanquantile',
    'nanstd',
    'nanvar',
    'negative',
    'nextafter',
    'not_equal',
    'packbits',
    'partition',
    'percentile',
    'piecewise',
    'poly',
    'polyadd',
    'polydiv',
    'polyfit',
    'polyint',
    'polymul',
    'polysub',
    'power',
    'promote_types',
    'quantile',
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
]

def abs(x: Any, out: Any = None) -> Any:
    """The absolute value."""
    ...
def absolute(x: Any, out: Any = None) -> Any:
    """The absolute value."""
    ...
def add(x1: Any, x2: Any, out: Any = None) -> Any:
    """a + b."""
    ...
def apply_along_axis(*args: Any, **kwargs: Any) -> Any:
    """Compute `apply_along_axis` by NumPy on the host: the function of this name there."""
    ...
def apply_over_axes(*args: Any, **kwargs: Any) -> Any:
    """Compute `apply_over_axes` by NumPy on the host: the function of this name there."""
    ...
def arccos(x: Any, out: Any = None) -> Any:
    """In radians."""
    ...
def arccosh(x: Any, out: Any = None) -> Any:
    """Of x >= 1."""
    ...
def arcsin(x: Any, out: Any = None) -> Any:
    """In radians."""
    ...
def arcsinh(x: Any, out: Any = None) -> Any:
    """The inverse hyperbolic sine."""
    ...
def arctan(x: Any, out: Any = None) -> Any:
    """In radians."""
    ...
def arctan2(x1: Any, x2: Any, out: Any = None) -> Any:
    """The angle of the point (b, a), in radians."""
    ...
def arctanh(x: Any, out: Any = None) -> Any:
    """Of |x| < 1."""
    ...
def argpartition(*args: Any, **kwargs: Any) -> Any:
    """Compute `argpartition` by NumPy on the host: the function of this name there."""
    ...
def bitwise_and(*args: Any, **kwargs: Any) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_not(*args: Any, **kwargs: Any) -> Any:
    """Return not x of bools, -1 - x of integers."""
    ...
def bitwise_or(*args: Any, **kwargs: Any) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def bitwise_xor(*args: Any, **kwargs: Any) -> Any:
    """Of bits of integers, or of bools, as NumPy's function of this name."""
    ...
def cbrt(x: Any, out: Any = None) -> Any:
    """The cube root."""
    ...
def ceil(x: Any, out: Any = None) -> Any:
    """The least integer not below x."""
    ...
def choose(*args: Any, **kwargs: Any) -> Any:
    """Compute `choose` by NumPy on the host: the function of this name there."""
    ...
def compress(*args: Any, **kwargs: Any) -> Any:
    """Compute `compress` by NumPy on the host: the function of this name there."""
    ...
def convolve(*args: Any, **kwargs: Any) -> Any:
    """Compute `convolve` by NumPy on the host: the function of this name there."""
    ...
def corrcoef(*args: Any, **kwargs: Any) -> Any:
    """Compute `corrcoef` by NumPy on the host: the function of this name there."""
    ...
def correlate(*args: Any, **kwargs: Any) -> Any:
    """Compute `correlate` by NumPy on the host: the function of this name there."""
    ...
def cos(x: Any, out: Any = None) -> Any:
    """The cosine; x in radians."""
    ...
def cosh(x: Any, out: Any = None) -> Any:
    """The hyperbolic cosine."""
    ...
def cov(*args: Any, **kwargs: Any) -> Any:
    """Compute `cov` by NumPy on the host: the function of this name there."""
    ...
def cumprod(*args: Any, **kwargs: Any) -> Any:
    """Compute `cumprod` by NumPy on the host: the function of this name there."""
    ...
def deg2rad(x: Any, out: Any = None) -> Any:
    """Degrees to radians."""
    ...
def degrees(x: Any, out: Any = None) -> Any:
    """Radians to degrees."""
    ...
def delete(*args: Any, **kwargs: Any) -> Any:
    """Compute `delete` by NumPy on the host: the function of this name there."""
    ...
def diag_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Compute `diag_indices_from` by NumPy on the host: the function of this name there."""
    ...
def digitize(*args: Any, **kwargs: Any) -> Any:
    """Compute `digitize` by NumPy on the host: the function of this name there."""
    ...
def divide(x1: Any, x2: Any, out: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def divmod(*args: Any, **kwargs: Any) -> Any:
    """Compute `divmod` by NumPy on the host: the function of this name there."""
    ...
def equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a == b, else 0."""
    ...
def exp(x: Any, out: Any = None) -> Any:
    """e to the power x."""
    ...
def expm1(x: Any, out: Any = None) -> Any:
    """exp(x) - 1, accurate near 0."""
    ...
def extract(*args: Any, **kwargs: Any) -> Any:
    """Compute `extract` by NumPy on the host: the function of this name there."""
    ...
def fabs(x: Any, out: Any = None) -> Any:
    """The absolute value."""
    ...
def fill_diagonal(*args: Any, **kwargs: Any) -> Any:
    """Compute `fill_diagonal` by NumPy on the host: the function of this name there."""
    ...
def fix(x: Any, out: Any = None) -> Any:
    """The nearest integer towards zero."""
    ...
def floor(x: Any, out: Any = None) -> Any:
    """The greatest integer not above x."""
    ...
def floor_divide(x1: Any, x2: Any, out: Any = None) -> Any:
    """The quotient rounded down; integers by 0 give 0."""
    ...
def fmax(x1: Any, x2: Any, out: Any = None) -> Any:
    """The greater one."""
    ...
def fmin(x1: Any, x2: Any, out: Any = None) -> Any:
    """The smaller one."""
    ...
def frexp(*args: Any, **kwargs: Any) -> Any:
    """Compute `frexp` by NumPy on the host: the function of this name there."""
    ...
def gcd(*args: Any, **kwargs: Any) -> Any:
    """Compute `gcd` by NumPy on the host: the function of this name there."""
    ...
def greater(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a > b, else 0."""
    ...
def greater_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a >= b, else 0."""
    ...
def histogram(*args: Any, **kwargs: Any) -> Any:
    """Compute `histogram` by NumPy on the host: the function of this name there."""
    ...
def histogram2d(*args: Any, **kwargs: Any) -> Any:
    """Compute `histogram2d` by NumPy on the host: the function of this name there."""
    ...
def histogram_bin_edges(*args: Any, **kwargs: Any) -> Any:
    """Compute `histogram_bin_edges` by NumPy on the host: the function of this name there."""
    ...
def histogramdd(*args: Any, **kwargs: Any) -> Any:
    """Compute `histogramdd` by NumPy on the host: the function of this name there."""
    ...
def hypot(x1: Any, x2: Any, out: Any = None) -> Any:
    """sqrt(a^2 + b^2)."""
    ...
def i0(*args: Any, **kwargs: Any) -> Any:
    """Compute `i0` by NumPy on the host: the function of this name there."""
    ...
def in1d(*args: Any, **kwargs: Any) -> Any:
    """Compute `in1d` by NumPy on the host: the function of this name there."""
    ...
def insert(*args: Any, **kwargs: Any) -> Any:
    """Compute `insert` by NumPy on the host: the function of this name there."""
    ...
def interp(*args: Any, **kwargs: Any) -> Any:
    """Compute `interp` by NumPy on the host: the function of this name there."""
    ...
def intersect1d(*args: Any, **kwargs: Any) -> Any:
    """Compute `intersect1d` by NumPy on the host: the function of this name there."""
    ...
def invert(*args: Any, **kwargs: Any) -> Any:
    """Return not x of bools, -1 - x of integers."""
    ...
def iscomplexobj(*args: Any, **kwargs: Any) -> Any:
    """Compute `iscomplexobj` by NumPy on the host: the function of this name there."""
    ...
def isfinite(x: Any, out: Any = None) -> Any:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def isin(*args: Any, **kwargs: Any) -> Any:
    """Compute `isin` by NumPy on the host: the function of this name there."""
    ...
def isinf(x: Any, out: Any = None) -> Any:
    """1 where x is infinite, else 0."""
    ...
def isnan(x: Any, out: Any = None) -> Any:
    """1 where x is NaN, else 0."""
    ...
def isreal(*args: Any, **kwargs: Any) -> Any:
    """Compute `isreal` by NumPy on the host: the function of this name there."""
    ...
def isscalar(*args: Any, **kwargs: Any) -> Any:
    """Compute `isscalar` by NumPy on the host: the function of this name there."""
    ...
def ix_(*args: Any, **kwargs: Any) -> Any:
    """Compute `ix_` by NumPy on the host: the function of this name there."""
    ...
def lcm(*args: Any, **kwargs: Any) -> Any:
    """Compute `lcm` by NumPy on the host: the function of this name there."""
    ...
def left_shift(*args: Any, **kwargs: Any) -> Any:
    """Compute `left_shift` by NumPy on the host: the function of this name there."""
    ...
def less(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a < b, else 0."""
    ...
def less_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a <= b, else 0."""
    ...
def lexsort(*args: Any, **kwargs: Any) -> Any:
    """Compute `lexsort` by NumPy on the host: the function of this name there."""
    ...
def log(x: Any, out: Any = None) -> Any:
    """The natural logarithm."""
    ...
def log10(x: Any, out: Any = None) -> Any:
    """To base 10."""
    ...
def log1p(x: Any, out: Any = None) -> Any:
    """log(1 + x), accurate near 0."""
    ...
def log2(x: Any, out: Any = None) -> Any:
    """To base 2."""
    ...
def logical_and(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where both are not 0, else 0."""
    ...
def logical_not(x: Any, out: Any = None) -> Any:
    """1 where x is 0, else 0."""
    ...
def logical_or(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where one is not 0, else 0."""
    ...
def logical_xor(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where just one is not 0."""
    ...
def maximum(x1: Any, x2: Any, out: Any = None) -> Any:
    """The greater one."""
    ...
def median(*args: Any, **kwargs: Any) -> Any:
    """Compute `median` by NumPy on the host: the function of this name there."""
    ...
def min_scalar_type(*args: Any, **kwargs: Any) -> Any:
    """Compute `min_scalar_type` by NumPy on the host: the function of this name there."""
    ...
def minimum(x1: Any, x2: Any, out: Any = None) -> Any:
    """The smaller one."""
    ...
def mod(x1: Any, x2: Any, out: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def modf(*args: Any, **kwargs: Any) -> Any:
    """Compute `modf` by NumPy on the host: the function of this name there."""
    ...
def multiply(x1: Any, x2: Any, out: Any = None) -> Any:
    """a * b."""
    ...
def nanargmax(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanargmax` by NumPy on the host: the function of this name there."""
    ...
def nanargmin(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanargmin` by NumPy on the host: the function of this name there."""
    ...
def nancumprod(*args: Any, **kwargs: Any) -> Any:
    """Compute `nancumprod` by NumPy on the host: the function of this name there."""
    ...
def nancumsum(*args: Any, **kwargs: Any) -> Any:
    """Compute `nancumsum` by NumPy on the host: the function of this name there."""
    ...
def nanmax(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanmax` by NumPy on the host: the function of this name there."""
    ...
def nanmean(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanmean` by NumPy on the host: the function of this name there."""
    ...
def nanmedian(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanmedian` by NumPy on the host: the function of this name there."""
    ...
def nanmin(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanmin` by NumPy on the host: the function of this name there."""
    ...
def nanpercentile(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanpercentile` by NumPy on the host: the function of this name there."""
    ...
def nanquantile(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanquantile` by NumPy on the host: the function of this name there."""
    ...
def nanstd(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanstd` by NumPy on the host: the function of this name there."""
    ...
def nanvar(*args: Any, **kwargs: Any) -> Any:
    """Compute `nanvar` by NumPy on the host: the function of this name there."""
    ...
def negative(x: Any, out: Any = None) -> Any:
    """-x."""
    ...
def nextafter(*args: Any, **kwargs: Any) -> Any:
    """Compute `nextafter` by NumPy on the host: the function of this name there."""
    ...
def not_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a != b, else 0."""
    ...
def packbits(*args: Any, **kwargs: Any) -> Any:
    """Compute `packbits` by NumPy on the host: the function of this name there."""
    ...
def partition(*args: Any, **kwargs: Any) -> Any:
    """Compute `partition` by NumPy on the host: the function of this name there."""
    ...
def percentile(*args: Any, **kwargs: Any) -> Any:
    """Compute `percentile` by NumPy on the host: the function of this name there."""
    ...
def piecewise(*args: Any, **kwargs: Any) -> Any:
    """Compute `piecewise` by NumPy on the host: the function of this name there."""
    ...
def poly(*args: Any, **kwargs: Any) -> Any:
    """Compute `poly` by NumPy on the host: the function of this name there."""
    ...
def polyadd(*args: Any, **kwargs: Any) -> Any:
    """Compute `polyadd` by NumPy on the host: the function of this name there."""
    ...
def polydiv(*args: Any, **kwargs: Any) -> Any:
    """Compute `polydiv` by NumPy on the host: the function of this name there."""
    ...
def polyfit(*args: Any, **kwargs: Any) -> Any:
    """Compute `polyfit` by NumPy on the host: the function of this name there."""
    ...
def polyint(*args: Any, **kwargs: Any) -> Any:
    """Compute `polyint` by NumPy on the host: the function of this name there."""
    ...
def polymul(*args: Any, **kwargs: Any) -> Any:
    """Compute `polymul` by NumPy on the host: the function of this name there."""
    ...
def polysub(*args: Any, **kwargs: Any) -> Any:
    """Compute `polysub` by NumPy on the host: the function of this name there."""
    ...
def power(x1: Any, x2: Any, out: Any = None) -> Any:
    """a to the power b."""
    ...
def promote_types(*args: Any, **kwargs: Any) -> Any:
    """Compute `promote_types` by NumPy on the host: the function of this name there."""
    ...
def quantile(*args: Any, **kwargs: Any) -> Any:
    """Compute `quantile` by NumPy on the host: the function of this name there."""
    ...
def rad2deg(x: Any, out: Any = None) -> Any:
    """Radians to degrees."""
    ...
def radians(x: Any, out: Any = None) -> Any:
    """Degrees to radians."""
    ...
def ravel_multi_index(*args: Any, **kwargs: Any) -> Any:
    """Compute `ravel_multi_index` by NumPy on the host: the function of this name there."""
    ...
def real(*args: Any, **kwargs: Any) -> Any:
    """Compute `real` by NumPy on the host: the function of this name there."""
    ...
def reciprocal(x: Any, out: Any = None) -> Any:
    """1 / x."""
    ...
def remainder(x1: Any, x2: Any, out: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def right_shift(*args: Any, **kwargs: Any) -> Any:
    """Compute `right_shift` by NumPy on the host: the function of this name there."""
    ...
def rint(x: Any, out: Any = None) -> Any:
    """The nearest integer; halves go down."""
    ...
def roots(*args: Any, **kwargs: Any) -> Any:
    """Compute `roots` by NumPy on the host: the function of this name there."""
    ...
def searchsorted(*args: Any, **kwargs: Any) -> Any:
    """Compute `searchsorted` by NumPy on the host: the function of this name there."""
    ...
def select(*args: Any, **kwargs: Any) -> Any:
    """Compute `select` by NumPy on the host: the function of this name there."""
    ...
def setdiff1d(*args: Any, **kwargs: Any) -> Any:
    """Compute `setdiff1d` by NumPy on the host: the function of this name there."""
    ...
def setxor1d(*args: Any, **kwargs: Any) -> Any:
    """Compute `setxor1d` by NumPy on the host: the function of this name there."""
    ...
def sign(x: Any, out: Any = None) -> Any:
    """-1, 0 or 1; 0 for NaN."""
    ...
def signbit(*args: Any, **kwargs: Any) -> Any:
    """Compute `signbit` by NumPy on the host: the function of this name there."""
    ...
def sin(x: Any, out: Any = None) -> Any:
    """The sine; x in radians."""
    ...
def sinh(x: Any, out: Any = None) -> Any:
    """The hyperbolic sine."""
    ...
def spacing(*args: Any, **kwargs: Any) -> Any:
    """Compute `spacing` by NumPy on the host: the function of this name there."""
    ...
def sqrt(x: Any, out: Any = None) -> Any:
    """The square root."""
    ...
def square(x: Any, out: Any = None) -> Any:
    """x squared."""
    ...
def subtract(x1: Any, x2: Any, out: Any = None) -> Any:
    """a - b."""
    ...
def tan(x: Any, out: Any = None) -> Any:
    """The tangent; x in radians."""
    ...
def tanh(x: Any, out: Any = None) -> Any:
    """The hyperbolic tangent."""
    ...
def trapezoid(*args: Any, **kwargs: Any) -> Any:
    """Compute `trapezoid` by NumPy on the host: the function of this name there."""
    ...
def trapz(*args: Any, **kwargs: Any) -> Any:
    """Compute `trapz` by NumPy on the host: the function of this name there."""
    ...
def tril_indices(*args: Any, **kwargs: Any) -> Any:
    """Compute `tril_indices` by NumPy on the host: the function of this name there."""
    ...
def tril_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Compute `tril_indices_from` by NumPy on the host: the function of this name there."""
    ...
def trim_zeros(*args: Any, **kwargs: Any) -> Any:
    """Compute `trim_zeros` by NumPy on the host: the function of this name there."""
    ...
def triu_indices(*args: Any, **kwargs: Any) -> Any:
    """Compute `triu_indices` by NumPy on the host: the function of this name there."""
    ...
def triu_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Compute `triu_indices_from` by NumPy on the host: the function of this name there."""
    ...
def true_divide(x1: Any, x2: Any, out: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def trunc(x: Any, out: Any = None) -> Any:
    """The integer part."""
    ...
def union1d(*args: Any, **kwargs: Any) -> Any:
    """Compute `union1d` by NumPy on the host: the function of this name there."""
    ...
def unique(*args: Any, **kwargs: Any) -> Any:
    """Compute `unique` by NumPy on the host: the function of this name there."""
    ...
def unpackbits(*args: Any, **kwargs: Any) -> Any:
    """Compute `unpackbits` by NumPy on the host: the function of this name there."""
    ...
def unwrap(*args: Any, **kwargs: Any) -> Any:
    """Compute `unwrap` by NumPy on the host: the function of this name there."""
    ...
def vander(*args: Any, **kwargs: Any) -> Any:
    """Compute `vander` by NumPy on the host: the function of this name there."""
    ...
