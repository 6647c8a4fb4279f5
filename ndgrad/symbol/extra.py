"""Functions of symbols that are no operators of the table: `Custom`, `histogram` ..."""

from __future__ import annotations

from collections.abc import Sequence

from ..base import MXNetError
from ..name import NameManager
from ..ops.table import lookup
from .entries import NodeEntry, Ref
from .functions import attributes, function
from .numpy_like import kind_of
from .subgraphs import custom
from .symbol import Symbol

__all__ = ["Custom", "histogram", "split_v2"]


def Custom(
    *args: Symbol,
    op_type: str | None = None,
    name: str | None = None,
    attr: dict[str, str] | None = None,
    **kwargs: object,
) -> Symbol:
    """Call a custom operator; see `ndgrad.operator`.

    Parameters
    ----------
    *args : Symbol
        Inputs, then auxiliary states; or by their names.  Variables are made for others.
    op_type : str
        What it was registered as.
    name : str, optional
    attr : dict of str, optional
        Attributes.
    **kwargs
        For the constructor of its `CustomOpProp`, which gets them as strings.

    Raises
    ------
    TypeError
        If an input is no symbol.
    MXNetError
        If there is no such operator, or no such input.
    """
    if op_type is None:
        raise MXNetError("Custom: argument op_type is missing")
    symbols = {key: kwargs.pop(key) for key in [*kwargs] if isinstance(kwargs[key], Symbol)}
    params: dict[str, object] = {
        "op_type": op_type,
        **{key: str(value) for key, value in kwargs.items()},
    }
    op = custom(params)
    if len(args) > len(op.inputs):
        raise MXNetError(
            f"Custom operator {op_type} expects {len(op.inputs)} inputs {list(op.inputs)}, but "
            f"got {len(args)} instead."
        )
    given = dict(zip(op.inputs, args, strict=False)) | symbols
    if unknown := sorted({*given} - {*op.inputs}):
        raise MXNetError(
            f"Custom operator {op_type} has no input {unknown[0]!r}, expected {list(op.inputs)}"
        )
    attrs = attributes(attr or {})
    label = NameManager.current.get(name, "custom")
    refs = []
    for key in op.inputs:
        x = given.get(key)
        if x is None:
            refs.append(Ref(NodeEntry(f"{label}_{key}", attrs=attrs), 0))
        elif isinstance(x, Symbol) and x.num_outputs == 1:
            refs.append(x._heads[0])
        else:
            raise TypeError(
                f"Custom operator {op_type}: {key} must be a Symbol of one output, got {x!r}"
            )
    count = len(op.outputs)
    entry = NodeEntry(label, "Custom", tuple(refs), params, count, attrs=attrs, own=op)
    return kind_of(given.values())([Ref(entry, i) for i in range(count)])


def histogram(
    a: Symbol,
    bins: int | Symbol = 10,
    range: Sequence[float] | None = None,
    **kwargs: object,
) -> Symbol:
    """How many elements are in each of some intervals, and the edges of the intervals.

    Parameters
    ----------
    a : Symbol
    bins : int or Symbol
        A number of intervals of equal width, which needs *range*; or their edges, rising.
    range : tuple of float, optional
        Where the first of a number of intervals begins and the last one ends.

    Raises
    ------
    ValueError
        If *bins* is a number, and there is no *range*; or is neither a number nor a symbol.
    """
    call = function(lookup("_histogram"), "_histogram")
    if isinstance(bins, Symbol):
        return call(a, bins, **kwargs)
    if isinstance(bins, int):
        if range is None:
            raise ValueError("null range is not supported in symbol mode")
        return call(a, bin_cnt=bins, range=range, **kwargs)
    raise ValueError("bins argument should be either an integer or an NDArray")


def split_v2(
    ary: Symbol,
    indices_or_sections: int | Sequence[int],
    axis: int = 0,
    squeeze_axis: bool = False,
    **kwargs: object,
) -> Symbol:
    """Cut an array into equal sections, or before each of some indices.

    Parameters
    ----------
    ary : Symbol
    indices_or_sections : int or tuple of int
    axis : int
    squeeze_axis : bool
        Whether to remove the axis, where parts have length 1.

    Raises
    ------
    ValueError
        If *indices_or_sections* is neither an int nor a tuple.
    """
    if isinstance(indices_or_sections, int):
        indices: Sequence[int] = []
        sections = indices_or_sections
    elif isinstance(indices_or_sections, (tuple, list, set)):
        indices, sections = [0, *indices_or_sections], 0
    else:
        raise ValueError("indices_or_sections must either int or tuple / set of ints")
    call = function(lookup("_split_v2"), "_split_v2")
    return call(
        ary, indices=indices, axis=axis, squeeze_axis=squeeze_axis, sections=sections, **kwargs
    )
