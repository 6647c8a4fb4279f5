# Made by tools/write_stubs.py from the table of operators; do not edit.
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np

from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.symbol.symbol import Symbol
from ndgrad.tape import Array
from ndgrad.numpy.multiarray import ndarray

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
    """Apply a function to 1-D slices along the given axis."""
    ...
def apply_over_axes(*args: Any, **kwargs: Any) -> Any:
    """Apply a function repeatedly over multiple axes."""
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
    """Perform an indirect partition along the given axis using the"""
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
    """Construct an array from an index array and a list of arrays to choose from."""
    ...
def compress(*args: Any, **kwargs: Any) -> Any:
    """Return selected slices of an array along given axis."""
    ...
def convolve(*args: Any, **kwargs: Any) -> Any:
    """Returns the discrete, linear convolution of two one-dimensional sequences."""
    ...
def corrcoef(*args: Any, **kwargs: Any) -> Any:
    """Return Pearson product-moment correlation coefficients."""
    ...
def correlate(*args: Any, **kwargs: Any) -> Any:
    """Cross-correlation of two 1-dimensional sequences."""
    ...
def cos(x: Any, out: Any = None) -> Any:
    """The cosine; x in radians."""
    ...
def cosh(x: Any, out: Any = None) -> Any:
    """The hyperbolic cosine."""
    ...
def cov(*args: Any, **kwargs: Any) -> Any:
    """Estimate a covariance matrix, given data and weights."""
    ...
def cumprod(*args: Any, **kwargs: Any) -> Any:
    """Return the cumulative product of elements along a given axis."""
    ...
def deg2rad(x: Any, out: Any = None) -> Any:
    """Degrees to radians."""
    ...
def degrees(x: Any, out: Any = None) -> Any:
    """Radians to degrees."""
    ...
def delete(*args: Any, **kwargs: Any) -> Any:
    """Return a new array with sub-arrays along an axis deleted. For a one"""
    ...
def diag_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Return the indices to access the main diagonal of an n-dimensional array."""
    ...
def digitize(*args: Any, **kwargs: Any) -> Any:
    """Return the indices of the bins to which each value in input array belongs."""
    ...
def divide(x1: Any, x2: Any, out: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def divmod(*args: Any, **kwargs: Any) -> Any:
    """divmod(x1, x2[, out1, out2], / [, out=(None, None)], *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
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
    """Return the elements of an array that satisfy some condition."""
    ...
def fabs(x: Any, out: Any = None) -> Any:
    """The absolute value."""
    ...
def fill_diagonal(*args: Any, **kwargs: Any) -> Any:
    """Fill the main diagonal of the given array of any dimensionality."""
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
    """frexp(x[, out1, out2], / [, out=(None, None)], *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def gcd(*args: Any, **kwargs: Any) -> Any:
    """gcd(x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def greater(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a > b, else 0."""
    ...
def greater_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a >= b, else 0."""
    ...
def histogram(*args: Any, **kwargs: Any) -> Any:
    """Compute the histogram of a dataset."""
    ...
def histogram2d(*args: Any, **kwargs: Any) -> Any:
    """Compute the bi-dimensional histogram of two data samples."""
    ...
def histogram_bin_edges(*args: Any, **kwargs: Any) -> Any:
    """Function to calculate only the edges of the bins used by the `histogram`"""
    ...
def histogramdd(*args: Any, **kwargs: Any) -> Any:
    """Compute the multidimensional histogram of some data."""
    ...
def hypot(x1: Any, x2: Any, out: Any = None) -> Any:
    """sqrt(a^2 + b^2)."""
    ...
def i0(*args: Any, **kwargs: Any) -> Any:
    """Modified Bessel function of the first kind, order 0."""
    ...
def in1d(*args: Any, **kwargs: Any) -> Any:
    """Calculates ``element in test_elements``, broadcasting over `element` only."""
    ...
def insert(*args: Any, **kwargs: Any) -> Any:
    """Insert values along the given axis before the given indices."""
    ...
def interp(*args: Any, **kwargs: Any) -> Any:
    """One-dimensional linear interpolation for monotonically increasing sample points."""
    ...
def intersect1d(*args: Any, **kwargs: Any) -> Any:
    """Find the intersection of two arrays."""
    ...
def invert(*args: Any, **kwargs: Any) -> Any:
    """Return not x of bools, -1 - x of integers."""
    ...
def iscomplexobj(*args: Any, **kwargs: Any) -> Any:
    """Check for a complex type or an array of complex numbers."""
    ...
def isfinite(x: Any, out: Any = None) -> Any:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def isin(*args: Any, **kwargs: Any) -> Any:
    """Calculates ``element in test_elements``, broadcasting over `element` only."""
    ...
def isinf(x: Any, out: Any = None) -> Any:
    """1 where x is infinite, else 0."""
    ...
def isnan(x: Any, out: Any = None) -> Any:
    """1 where x is NaN, else 0."""
    ...
def isreal(*args: Any, **kwargs: Any) -> Any:
    """Returns a bool array, where True if input element is real."""
    ...
def isscalar(*args: Any, **kwargs: Any) -> Any:
    """Returns True if the type of `element` is a scalar type."""
    ...
def ix_(*args: Any, **kwargs: Any) -> Any:
    """Construct an open mesh from multiple sequences."""
    ...
def lcm(*args: Any, **kwargs: Any) -> Any:
    """lcm(x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def left_shift(*args: Any, **kwargs: Any) -> Any:
    """left_shift(x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def less(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a < b, else 0."""
    ...
def less_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a <= b, else 0."""
    ...
def lexsort(*args: Any, **kwargs: Any) -> Any:
    """lexsort(keys, axis=-1)"""
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
    """Compute the median along the specified axis."""
    ...
def min_scalar_type(*args: Any, **kwargs: Any) -> Any:
    """min_scalar_type(a, /)"""
    ...
def minimum(x1: Any, x2: Any, out: Any = None) -> Any:
    """The smaller one."""
    ...
def mod(x1: Any, x2: Any, out: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def modf(*args: Any, **kwargs: Any) -> Any:
    """modf(x[, out1, out2], / [, out=(None, None)], *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def multiply(x1: Any, x2: Any, out: Any = None) -> Any:
    """a * b."""
    ...
def nanargmax(*args: Any, **kwargs: Any) -> Any:
    """Return the indices of the maximum values in the specified axis ignoring"""
    ...
def nanargmin(*args: Any, **kwargs: Any) -> Any:
    """Return the indices of the minimum values in the specified axis ignoring"""
    ...
def nancumprod(*args: Any, **kwargs: Any) -> Any:
    """Return the cumulative product of array elements over a given axis treating Not a"""
    ...
def nancumsum(*args: Any, **kwargs: Any) -> Any:
    """Return the cumulative sum of array elements over a given axis treating Not a"""
    ...
def nanmax(*args: Any, **kwargs: Any) -> Any:
    """Return the maximum of an array or maximum along an axis, ignoring any"""
    ...
def nanmean(*args: Any, **kwargs: Any) -> Any:
    """Compute the arithmetic mean along the specified axis, ignoring NaNs."""
    ...
def nanmedian(*args: Any, **kwargs: Any) -> Any:
    """Compute the median along the specified axis, while ignoring NaNs."""
    ...
def nanmin(*args: Any, **kwargs: Any) -> Any:
    """Return minimum of an array or minimum along an axis, ignoring any NaNs."""
    ...
def nanpercentile(*args: Any, **kwargs: Any) -> Any:
    """Compute the qth percentile of the data along the specified axis,"""
    ...
def nanquantile(*args: Any, **kwargs: Any) -> Any:
    """Compute the qth quantile of the data along the specified axis,"""
    ...
def nanstd(*args: Any, **kwargs: Any) -> Any:
    """Compute the standard deviation along the specified axis, while"""
    ...
def nanvar(*args: Any, **kwargs: Any) -> Any:
    """Compute the variance along the specified axis, while ignoring NaNs."""
    ...
def negative(x: Any, out: Any = None) -> Any:
    """-x."""
    ...
def nextafter(*args: Any, **kwargs: Any) -> Any:
    """nextafter(x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def not_equal(x1: Any, x2: Any, out: Any = None) -> Any:
    """1 where a != b, else 0."""
    ...
def packbits(*args: Any, **kwargs: Any) -> Any:
    """packbits(a, /, axis=None, bitorder='big')"""
    ...
def partition(*args: Any, **kwargs: Any) -> Any:
    """Return a partitioned copy of an array."""
    ...
def percentile(*args: Any, **kwargs: Any) -> Any:
    """Compute the q-th percentile of the data along the specified axis."""
    ...
def piecewise(*args: Any, **kwargs: Any) -> Any:
    """Evaluate a piecewise-defined function."""
    ...
def poly(*args: Any, **kwargs: Any) -> Any:
    """Find the coefficients of a polynomial with the given sequence of roots."""
    ...
def polyadd(*args: Any, **kwargs: Any) -> Any:
    """Find the sum of two polynomials."""
    ...
def polydiv(*args: Any, **kwargs: Any) -> Any:
    """Returns the quotient and remainder of polynomial division."""
    ...
def polyfit(*args: Any, **kwargs: Any) -> Any:
    """Least squares polynomial fit."""
    ...
def polyint(*args: Any, **kwargs: Any) -> Any:
    """Return an antiderivative (indefinite integral) of a polynomial."""
    ...
def polymul(*args: Any, **kwargs: Any) -> Any:
    """Find the product of two polynomials."""
    ...
def polysub(*args: Any, **kwargs: Any) -> Any:
    """Difference (subtraction) of two polynomials."""
    ...
def power(x1: Any, x2: Any, out: Any = None) -> Any:
    """a to the power b."""
    ...
def promote_types(*args: Any, **kwargs: Any) -> Any:
    """promote_types(type1, type2, /)"""
    ...
def quantile(*args: Any, **kwargs: Any) -> Any:
    """Compute the q-th quantile of the data along the specified axis."""
    ...
def rad2deg(x: Any, out: Any = None) -> Any:
    """Radians to degrees."""
    ...
def radians(x: Any, out: Any = None) -> Any:
    """Degrees to radians."""
    ...
def ravel_multi_index(*args: Any, **kwargs: Any) -> Any:
    """ravel_multi_index(multi_index, dims, mode='raise', order='C')"""
    ...
def real(*args: Any, **kwargs: Any) -> Any:
    """Return the real part of the complex argument."""
    ...
def reciprocal(x: Any, out: Any = None) -> Any:
    """1 / x."""
    ...
def remainder(x1: Any, x2: Any, out: Any = None) -> Any:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def right_shift(*args: Any, **kwargs: Any) -> Any:
    """right_shift(x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def rint(x: Any, out: Any = None) -> Any:
    """The nearest integer; halves go down."""
    ...
def roots(*args: Any, **kwargs: Any) -> Any:
    """Return the roots of a polynomial with coefficients given in p."""
    ...
def searchsorted(*args: Any, **kwargs: Any) -> Any:
    """Find indices where elements should be inserted to maintain order."""
    ...
def select(*args: Any, **kwargs: Any) -> Any:
    """Return an array drawn from elements in choicelist, depending on conditions."""
    ...
def setdiff1d(*args: Any, **kwargs: Any) -> Any:
    """Find the set difference of two arrays."""
    ...
def setxor1d(*args: Any, **kwargs: Any) -> Any:
    """Find the set exclusive-or of two arrays."""
    ...
def sign(x: Any, out: Any = None) -> Any:
    """-1, 0 or 1; 0 for NaN."""
    ...
def signbit(*args: Any, **kwargs: Any) -> Any:
    """signbit(x, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
    ...
def sin(x: Any, out: Any = None) -> Any:
    """The sine; x in radians."""
    ...
def sinh(x: Any, out: Any = None) -> Any:
    """The hyperbolic sine."""
    ...
def spacing(*args: Any, **kwargs: Any) -> Any:
    """spacing(x, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True[, signature])"""
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
    """Integrate along the given axis using the composite trapezoidal rule."""
    ...
def trapz(*args: Any, **kwargs: Any) -> Any:
    """Integrate along the given axis using the composite trapezoidal rule."""
    ...
def tril_indices(*args: Any, **kwargs: Any) -> Any:
    """Return the indices for the lower-triangle of an (n, m) array."""
    ...
def tril_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Return the indices for the lower-triangle of arr."""
    ...
def trim_zeros(*args: Any, **kwargs: Any) -> Any:
    """Remove values along a dimension which are zero along all other."""
    ...
def triu_indices(*args: Any, **kwargs: Any) -> Any:
    """Return the indices for the upper-triangle of an (n, m) array."""
    ...
def triu_indices_from(*args: Any, **kwargs: Any) -> Any:
    """Return the indices for the upper-triangle of arr."""
    ...
def true_divide(x1: Any, x2: Any, out: Any = None) -> Any:
    """a / b; integers: C's."""
    ...
def trunc(x: Any, out: Any = None) -> Any:
    """The integer part."""
    ...
def union1d(*args: Any, **kwargs: Any) -> Any:
    """Find the union of two arrays."""
    ...
def unique(*args: Any, **kwargs: Any) -> Any:
    """Find the unique elements of an array."""
    ...
def unpackbits(*args: Any, **kwargs: Any) -> Any:
    """unpackbits(a, /, axis=None, count=None, bitorder='big')"""
    ...
def unwrap(*args: Any, **kwargs: Any) -> Any:
    """Unwrap by taking the complement of large deltas with respect to the period."""
    ...
def vander(*args: Any, **kwargs: Any) -> Any:
    """Generate a Vandermonde matrix."""
    ...
