"""`topk`, which chooses among rows of the op table by an argument."""

from __future__ import annotations

from typing import Any

from ..array.ndarray import NDArray
from ..ops.axes import flag
from ..ops.table import F
from ._check import array, word

__all__ = ["topk"]

_KINDS = ("both", "indices", "mask", "value")


def topk(
    data: NDArray,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: Any = "float32",
    out: Any = None,
    name: str | None = None,
) -> Any:
    """Find the first *k* elements in order along an axis.

    Parameters
    ----------
    data : NDArray
    axis : int or None
        None takes all elements as one axis.
    k : int
        How many; all of them if it is less than 1.
    ret_typ : {'indices', 'value', 'both', 'mask'}
        What to return: positions, elements, a list of elements and positions, or an array of the
        input's shape with 1 for the elements found.
    is_ascend : bool
        Whether the least comes first rather than the greatest; NaN is last either way.
    dtype : str or type
        Of positions.
    out : NDArray or list of NDArray, optional
        Written to and returned.

    Raises
    ------
    MXNetError
        If there is no such axis, not so many elements, or no such *ret_typ*.
    """
    array("topk", "data", data)
    word("topk", "ret_typ", ret_typ, _KINDS)
    common = {"axis": axis, "k": k, "is_ascend": flag("topk", "is_ascend", is_ascend), "out": out}
    if ret_typ == "value":
        return F._topk_values(data, **common)
    if ret_typ == "mask":
        return F._topk_mask(data, **common)
    if ret_typ == "both":
        return F._topk_both(data, dtype=dtype, **common)
    return F._topk_indices(data, dtype=dtype, **common)
