"""NumPy's functions that no operators make: computed on the host, from and to arrays of ours.

Their results are constants to autograd, as in MXNet.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as onp

from ..array.ndarray import NDArray
from ..context import current_context
from ..tracing import host_read
from .multiarray import ndarray

NAMES = (
    "apply_along_axis apply_over_axes argpartition choose compress convolve corrcoef correlate "
    "cov cumprod delete diag_indices_from digitize divmod extract fill_diagonal frexp gcd "
    "histogram histogram2d histogram_bin_edges histogramdd i0 in1d insert interp intersect1d "
    "iscomplexobj isin isreal isscalar ix_ lcm left_shift lexsort median min_scalar_type modf "
    "msort nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin "
    "nanpercentile nanquantile nanstd nanvar nextafter packbits partition percentile piecewise "
    "poly polyadd polydiv polyfit polyint polymul polysub promote_types quantile "
    "ravel_multi_index real right_shift roots searchsorted select setdiff1d setxor1d signbit "
    "spacing trapezoid trapz tril_indices tril_indices_from trim_zeros triu_indices "
    "triu_indices_from union1d unique unpackbits unwrap vander"
).split()
"""Their names; those that this NumPy has not are left out."""


def _to_host(x: Any, function: str) -> Any:
    if isinstance(x, NDArray):
        host_read(x, f"in {function}, which is computed on the host")
        return x.asnumpy()
    if isinstance(x, (list, tuple)):
        return type(x)([_to_host(y, function) for y in x])
    if isinstance(x, dict):
        return {k: _to_host(v, function) for k, v in x.items()}
    return x


def _from_host(x: Any, context: Any) -> Any:
    if isinstance(x, (onp.ndarray, onp.floating)) and x.dtype.kind in "biuf":
        x = onp.asarray(x)
        return ndarray._from_numpy(x, context)
    if isinstance(x, (list, tuple)):
        parts = [_from_host(y, context) for y in x]
        return parts if isinstance(x, list) else tuple(parts)
    return x


def on_host(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of NumPy for arrays of ours."""

    def call(*args: Any, **kwargs: Any) -> Any:
        context = _context((*args, *kwargs.values())) or current_context()
        given = [_to_host(x, name) for x in args]
        named = {k: _to_host(v, name) for k, v in kwargs.items()}
        return _from_host(function(*given, **named), context)

    functools.update_wrapper(call, function, assigned=("__doc__",), updated=())
    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.numpy"
    del call.__wrapped__  # type: ignore[attr-defined]
    return call


def _context(args: Any) -> Any:
    for x in args:
        if isinstance(x, NDArray):
            return x._ctx
        if isinstance(x, (list, tuple)) and (found := _context(x)) is not None:
            return found
    return None


_RENAMED = {"trapz": "trapezoid", "in1d": "isin"}

FUNCTIONS = {name: on_host(getattr(onp, name), name) for name in NAMES if hasattr(onp, name)}
FUNCTIONS |= {
    name: on_host(getattr(onp, new), name)
    for name, new in _RENAMED.items()
    if name not in FUNCTIONS
}
