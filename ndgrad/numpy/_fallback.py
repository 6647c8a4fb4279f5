"""NumPy's functions that no operators make: computed on the host, from and to arrays of ours.

Their results are constants to autograd, as in MXNet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as onp

from ..array.ndarray import NDArray
from ..context import current_context
from ..tracing import host_read
from .multiarray import ndarray

NAMES = (
    "apply_along_axis apply_over_axes argpartition choose compress convolve corrcoef "
    "correlate cov cumprod delete diag_indices_from digitize divmod extract fill_diagonal "
    "frexp gcd histogram histogram2d histogram_bin_edges histogramdd i0 insert interp "
    "intersect1d iscomplexobj isin isreal isscalar ix_ lcm left_shift lexsort median "
    "min_scalar_type modf nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian "
    "nanmin nanpercentile nanquantile nanstd nanvar nextafter packbits partition percentile "
    "piecewise poly polyadd polydiv polyfit polyint polymul polysub promote_types quantile "
    "ravel_multi_index real right_shift roots searchsorted select setdiff1d setxor1d signbit "
    "spacing tril_indices tril_indices_from trim_zeros triu_indices triu_indices_from union1d "
    "unique unpackbits unwrap vander"
).split()
"""Their names, which NumPy has in every version that is supported."""


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

    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.numpy"
    call.__doc__ = f"Compute `{name}` by NumPy on the host: the function of this name there."
    return call


def _context(args: Any) -> Any:
    for x in args:
        if isinstance(x, NDArray):
            return x._ctx
        if isinstance(x, (list, tuple)) and (found := _context(x)) is not None:
            return found
    return None


FUNCTIONS = {name: on_host(getattr(onp, name), name) for name in NAMES}
_trapezoid: Any = vars(onp).get("trapezoid") or vars(onp).get("trapz")  # NumPy 1's name
FUNCTIONS |= {name: on_host(_trapezoid, name) for name in ("trapezoid", "trapz")}
FUNCTIONS["in1d"] = on_host(
    lambda ar1, *rest, **kwargs: onp.isin(onp.ravel(ar1), *rest, **kwargs), "in1d"
)
