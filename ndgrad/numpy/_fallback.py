"""NumPy's functions that no operators make: computed on the host, from and to arrays of ours.

Their results are constants to autograd, as in MXNet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Any

import numpy as onp

from ..array.ndarray import NDArray
from ..base import HostArray, set_signature
from ..context import Context, current_context
from ..tracing import host_read
from ._calls import named
from ._check import delivered
from .multiarray import ndarray

NAMES = {
    "ndarray": (
        "apply_along_axis apply_over_axes argpartition choose compress convolve corrcoef correlate "
        "cov cumprod digitize extract histogram_bin_edges i0 interp isin isreal "
        "left_shift lexsort median nancumprod nancumsum nanmax nanmean "
        "nanmedian nanmin nanpercentile nanquantile nanstd nanvar nextafter packbits partition "
        "piecewise poly polyadd polyint polymul polysub ravel_multi_index real "
        "right_shift roots select setdiff1d setxor1d signbit spacing trim_zeros "
        "union1d unpackbits unwrap vander"
    ),
    "tuple[ndarray, ...]": (
        "diag_indices_from divmod frexp histogram histogram2d ix_ modf polydiv tril_indices "
        "tril_indices_from triu_indices triu_indices_from"
    ),
    "tuple[ndarray, list[ndarray]]": "histogramdd",
    "Any": "intersect1d nanargmax nanargmin polyfit searchsorted",  # by their arguments
    "bool": "iscomplexobj isscalar",
    "DType": "min_scalar_type promote_types",
}
"""Their names by the type of the result; NumPy has them in every version that is supported."""

_RENAMED = {"interpolation": "method", "normed": "density"}
"""Arguments that NumPy has given other names since MXNet."""


def _to_host(x: Any, function: str) -> Any:
    if isinstance(x, NDArray):
        host_read(x, f"in {function}, which is computed on the host")
        return x.asnumpy()
    if isinstance(x, (list, tuple)):
        return type(x)([_to_host(y, function) for y in x])
    if isinstance(x, dict):
        return {k: _to_host(v, function) for k, v in x.items()}
    return x


def _from_host(x: Any, context: Context) -> Any:
    if isinstance(x, (onp.ndarray, onp.floating)) and x.dtype.kind in "biuf":
        x = onp.asarray(x)
        return ndarray._from_numpy(x, context)
    if isinstance(x, (list, tuple)):
        parts = [_from_host(y, context) for y in x]
        return parts if isinstance(x, list) else tuple(parts)
    return x


def on_host(function: Callable[..., object], name: str, result: str) -> Callable[..., Any]:
    """A function of NumPy for arrays of ours, whose results are of the type *result*."""

    def call(*args: object, out: ndarray | None = None, **kwargs: object) -> Any:
        context = _context((*args, *kwargs.values())) or current_context()
        given = [_to_host(x, name) for x in args]
        keywords = {_RENAMED.get(k, k): _to_host(v, name) for k, v in kwargs.items()}
        found = _from_host(function(*given, **keywords), context)
        return found if out is None else delivered(found, out, name)

    rest = [
        Parameter("args", Parameter.VAR_POSITIONAL, annotation="object"),
        Parameter("kwargs", Parameter.VAR_KEYWORD, annotation="object"),
    ]
    set_signature(call, Signature(rest, return_annotation=result))
    doc = f"Compute `{name}` by NumPy on the host: the function of this name there."
    return named(call, name, doc)


def _context(args: Iterable[object]) -> Context | None:
    for x in args:
        if isinstance(x, NDArray):
            return x._ctx
        if isinstance(x, (list, tuple)) and (found := _context(x)) is not None:
            return found
    return None


FUNCTIONS = {
    name: on_host(getattr(onp, name), name, result)
    for result, names in NAMES.items()
    for name in names.split()
}
_trapezoid = vars(onp).get("trapezoid") or vars(onp)["trapz"]  # NumPy 1's name
FUNCTIONS |= {name: on_host(_trapezoid, name, "ndarray") for name in ("trapezoid", "trapz")}


def _unique(ar: HostArray, *args: bool, axis: int | None = None, **kwargs: bool) -> Any:
    """Places in the flat array, as before NumPy 2."""
    found: Any = onp.unique(ar, *args, axis=axis, **kwargs)  # type: ignore[call-overload]
    names = ("return_index", "return_inverse", "return_counts")
    asked = [*args, *[kwargs.get(name, False) for name in names[len(args) :]]]
    if not asked[1]:
        return found
    at = 1 + bool(asked[0])
    return (*found[:at], found[at].reshape(-1), *found[at + 1 :])


FUNCTIONS["unique"] = on_host(_unique, "unique", "Any")
FUNCTIONS["in1d"] = on_host(
    lambda ar1, *rest, **kwargs: onp.isin(onp.ravel(ar1), *rest, **kwargs), "in1d", "ndarray"
)
