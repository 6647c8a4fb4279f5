"""Whether arrays are equal, or nearly so within tolerances by dtype."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import DType, DTypeLike, HostArray, bfloat16
from ..metric.base import on_host
from ..nd import NDArray

if TYPE_CHECKING:
    from ..typing import ArrayLike

_INTEGERS = ("bool", "int8", "uint8", "int32", "uint32", "int64", "uint64")


def _by_dtype(half: float, single: float, double: float, others: bool = True) -> dict[DType, float]:
    table: dict[DType, float] = {
        np.dtype("float16"): half,
        bfloat16(): 8 * half,
        np.dtype("float32"): single,
        np.dtype("float64"): double,
    }
    return table | (dict.fromkeys(map(np.dtype, _INTEGERS), 0.0) if others else {})


def default_rtols() -> dict[DType, float]:
    """Return relative tolerances by dtype."""
    return _by_dtype(1e-2, 1e-4, 1e-5)


def default_atols() -> dict[DType, float]:
    """Return absolute tolerances by dtype."""
    return _by_dtype(1e-1, 1e-3, 1e-20)


def default_numeric_eps() -> dict[DType, float]:
    """Return steps of finite differences by dtype."""
    return _by_dtype(2.0**-6, 2.0**-9, 2.0**-14, others=False)


def effective_dtype(dat: NDArray | HostArray) -> DType:
    """Return the dtype by which an array is compared."""
    return np.dtype(dat.dtype)


def get_tolerance(
    dat: NDArray | HostArray, tol: float | None, default_tol: dict[DType, float]
) -> float:
    """Return *tol*, or by default that of an array's dtype."""
    if tol is not None:
        return tol
    return default_tol[effective_dtype(dat)]


def get_tols(
    x: ArrayLike, y: ArrayLike, rtol: float | None, atol: float | None
) -> tuple[float, float]:
    """Return relative and absolute tolerance for two values: the greater one of each."""
    dtypes = [dtype_of(x), dtype_of(y)]
    if rtol is None:
        rtol = max(default_rtols()[dtype] for dtype in dtypes)
    if atol is None:
        atol = max(default_atols()[dtype] for dtype in dtypes)
    return rtol, atol


def dtype_of(x: ArrayLike) -> DType:
    """The dtype of an array or of what is one to NumPy."""
    return effective_dtype(x if isinstance(x, (NDArray, np.ndarray)) else np.asarray(x))


def get_rtol(rtol: float | None = None, dtype: DTypeLike = np.float64) -> float:
    """Return *rtol*, by default that of *dtype*."""
    return default_rtols()[np.dtype(dtype)] if rtol is None else rtol


def get_atol(atol: float | None = None, dtype: DTypeLike = np.float64) -> float:
    """Return *atol*, by default that of *dtype*."""
    return default_atols()[np.dtype(dtype)] if atol is None else atol


def get_etol(etol: float | None = None) -> float:
    """Return *etol*, by default 0: the share of elements that may differ."""
    return 0 if etol is None else etol


def same(a: ArrayLike, b: ArrayLike) -> bool:
    """Whether all elements are equal."""
    return np.array_equal(on_host(a), on_host(b))


def same_array(array1: NDArray, array2: NDArray) -> bool:
    """Whether two arrays share memory: whether a write to one shows in the other."""
    array1[:] += 1
    if not same(array1, array2):
        array1[:] -= 1
        return False
    array1[:] -= 1
    return same(array1, array2)


def almost_equal(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    use_broadcast: bool = True,
) -> bool:
    """Whether ``|a - b| <= atol + rtol * |b|`` everywhere.

    Parameters
    ----------
    a, b : array-like
    rtol, atol : float, optional
        By default by dtype; see `default_rtols`.
    equal_nan : bool
        Whether NaN equals NaN.
    use_broadcast : bool
        Whether shapes may differ, if they broadcast.
    """
    rtol, atol = get_tols(a, b, rtol, atol)
    x, y = on_host(a), on_host(b)
    if not use_broadcast and x.shape != y.shape:
        return False
    return np.allclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


def _errors(a: HostArray, b: HostArray, rtol: float, atol: float) -> HostArray:
    """How many times the tolerance each difference is; NaN where one is NaN."""
    with np.errstate(all="ignore"):
        difference = np.abs(a.astype("float64") - b.astype("float64"))
        difference[a == b] = 0  # infinities
        return difference / (atol + rtol * np.abs(b.astype("float64")) + 1e-300)


def _places(errors: HostArray, a: HostArray, b: HostArray, names: Sequence[str], n: int) -> str:
    order = np.argsort(-np.nan_to_num(errors, nan=np.inf), axis=None, kind="stable")[:n]
    lines = []
    for k, i in enumerate(order, start=1):
        at = tuple(int(j) for j in np.unravel_index(i, errors.shape))
        lines.append(
            f"{k:3d}: Error {errors[at]:f}  Location of error: {at}, "
            f"{names[0]}={a[at]:.8f}, {names[1]}={b[at]:.8f}"
        )
    return "\n".join(lines)


def assert_almost_equal(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float | None = None,
    atol: float | None = None,
    names: Sequence[str] = ("a", "b"),
    equal_nan: bool = False,
    use_broadcast: bool = True,
    mismatches: Sequence[int] = (10, 10),
) -> None:
    """Raise `AssertionError`, with the greatest errors, unless `almost_equal` holds.

    Parameters
    ----------
    a, b, rtol, atol, equal_nan, use_broadcast
        As for `almost_equal`.
    names : tuple of str
        What the arrays are called in the error.
    mismatches : tuple of int
        How many errors are shown; the first number counts.
    """
    if not use_broadcast and np.shape(on_host(a)) != np.shape(on_host(b)):
        raise AssertionError(
            f"Items are not equal: {names[0]}.shape = {on_host(a).shape} and "
            f"{names[1]}.shape = {on_host(b).shape} are not equal"
        )
    rtol, atol = get_tols(a, b, rtol, atol)
    if almost_equal(a, b, rtol, atol, equal_nan):
        return
    x, y = np.broadcast_arrays(on_host(a), on_host(b))
    errors = np.atleast_1d(_errors(x, y, rtol, atol))
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    if equal_nan:
        errors[np.isnan(x) & np.isnan(y)] = 0
    count = int((~(errors <= 1)).sum())
    raise AssertionError(
        f"Items are not equal: {count} of {errors.size} elements ({count / errors.size:.1%}) "
        f"differ by more than the tolerance rtol={rtol:e}, atol={atol:e}; the greatest errors, in "
        f"multiples of it:\n{_places(errors, x, y, names, min(mismatches[0], count))}\n"
        f" ACTUAL: {x!r}\n DESIRED: {y!r}"
    )


def assert_allclose(
    a: ArrayLike, b: ArrayLike, rtol: float = 1e-07, atol: float = 0, equal_nan: bool = True
) -> None:
    """Do `assert_almost_equal` with tolerances like NumPy's."""
    assert_almost_equal(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


def assert_almost_equal_with_err(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float | None = None,
    atol: float | None = None,
    etol: float | None = None,
    names: Sequence[str] = ("a", "b"),
    equal_nan: bool = False,
    mismatches: Sequence[int] = (10, 10),
) -> None:
    """Do `assert_almost_equal`, but let a share *etol* of all elements differ."""
    share = get_etol(etol)
    if share > 0:
        rtol, atol = get_tols(a, b, rtol, atol)
        x, y = np.broadcast_arrays(on_host(a), on_host(b))
        near = np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)
        if 1 - near.mean() <= share:
            return
    assert_almost_equal(a, b, rtol, atol, names, equal_nan, mismatches=mismatches)


def assert_almost_equal_ignore_nan(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float | None = None,
    atol: float | None = None,
    names: Sequence[str] = ("a", "b"),
) -> None:
    """Do `assert_almost_equal` for elements of which neither is NaN."""
    rtol, atol = get_tols(a, b, rtol, atol)
    x, y = on_host(a).copy(), on_host(b).copy()
    either = np.isnan(x) | np.isnan(y)
    x[either] = y[either] = 0
    assert_almost_equal(x, y, rtol, atol, names)


def assert_exception(
    f: Callable[..., object], exception_type: type[BaseException], *args: object, **kwargs: object
) -> None:
    """Raise `AssertionError` unless a call raises an error of this type."""
    try:
        f(*args, **kwargs)
    except exception_type:
        return
    raise AssertionError(f"{f} did not raise {exception_type.__name__}")


def compare_ndarray_tuple(
    t1: Any, t2: Any, rtol: float | None = None, atol: float | None = None
) -> None:
    """Do `assert_almost_equal` for arrays in nested tuples; None stands for no array."""
    if t1 is None or t2 is None:
        return
    if isinstance(t1, tuple):
        for x, y in zip(t1, t2, strict=True):
            compare_ndarray_tuple(x, y, rtol, atol)
    else:
        assert_almost_equal(t1, t2, rtol=rtol, atol=atol)
