"""Variables, groups, and functions of symbols that take no array (`zeros`, `arange` ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..base import DTYPE_NUMBERS, as_dtype, is_attribute, public_names
from .entries import NodeEntry, Ref
from .functions import attributes, function
from .json import text
from .operators import definition
from .symbol import Symbol

if TYPE_CHECKING:
    from ..array.types import ShapeLike
    from ..base import DTypeLike

__all__ = ["Group", "Variable", "arange", "eye", "full", "linspace", "ones", "var", "zeros"]
__dir__ = public_names(globals())

_STORAGE = {"default": 0, "row_sparse": 1, "csr": 2}


class _Initializer(Protocol):
    """An `Initializer`, which is of a layer above, as variables see it."""

    def dumps(self) -> str: ...


def var(
    name: str,
    attr: Mapping[str, str] | None = None,
    shape: ShapeLike | None = None,
    lr_mult: float | None = None,
    wd_mult: float | None = None,
    dtype: DTypeLike | None = None,
    init: _Initializer | str | None = None,
    stype: str | None = None,
    profiler_scope: str | None = None,
    **kwargs: object,
) -> Symbol:
    """Make a variable.

    Parameters
    ----------
    name : str
    attr : dict of str, optional
        Attributes.
    shape : tuple of int, optional
        A length of 0 is not known.
    lr_mult, wd_mult : float, optional
        Factors of the learning rate and of weight decay.
    dtype : dtype, optional
    init : Initializer or str, optional
        What sets the values of a parameter.
    stype : {'default', 'row_sparse', 'csr'}, optional
    profiler_scope : str, optional
    **kwargs : str
        Attributes whose names begin and end with two underscores.

    Raises
    ------
    TypeError
        If *name* is no string.
    ValueError
        For an attribute of another name, or that is no string.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.sym.var("x", shape=(2, 3))
    >>> (x * 2).infer_shape()
    ([(2, 3)], [(2, 3)], [])
    """
    if not isinstance(name, str):
        raise TypeError("Expect a string for variable `name`")
    attrs = attributes(attr or {})
    entry = NodeEntry(name, attrs=attrs)
    facts: dict[str, object] = {
        "lr_mult": lr_mult,
        "wd_mult": wd_mult,
        "profiler_scope": profiler_scope,
    }
    entry.attrs |= {f"__{key}__": str(value) for key, value in facts.items() if value is not None}
    if shape is not None:
        lengths = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        entry.shapes = (tuple([int(n) if n is not None and n > 0 else 0 for n in lengths]),)
        entry.attrs["__shape__"] = text(tuple(map(int, lengths)))
    if dtype is not None:
        entry.dtype = as_dtype(dtype, op="var")
        entry.attrs["__dtype__"] = str(DTYPE_NUMBERS.get(entry.dtype.name, entry.dtype.name))
    if init is not None:
        entry.attrs["__init__"] = init if isinstance(init, str) else init.dumps()
    if stype is not None:
        entry.attrs["__storage_type__"] = str(_STORAGE[stype])
    for key, value in kwargs.items():
        if not is_attribute(key):
            raise ValueError(
                f"Attribute name={key} is not supported. Additional attributes must start and end "
                "with double underscores, e.g, __yourattr__"
            )
        entry.attrs[key] = str(value)
    return Symbol([Ref(entry, 0)])


Variable = var


def Group(symbols: Iterable[Symbol], create_fn: Callable[[list[Ref]], Symbol] = Symbol) -> Symbol:
    """Make a symbol with the outputs of several.

    Raises
    ------
    TypeError
        If one is no symbol, or there are none.
    """
    symbols = list(symbols) if isinstance(symbols, Iterable) else []
    if not symbols or any(not isinstance(x, Symbol) for x in symbols):
        raise TypeError("Group: Expected a list of symbols as input")
    heads = [head for x in symbols for head in x._heads]
    return create_fn(heads)


def _call(operator: str, **params: object) -> Symbol:
    params = {key: value for key, value in params.items() if value is not None}
    return function(definition(operator), operator)(**params)


def zeros(shape: ShapeLike, dtype: DTypeLike | None = None, **kwargs: object) -> Symbol:
    """Make zeros; a length of 0 or -1 is what the shapes of other arrays make it."""
    return _call("_zeros", shape=shape, dtype=dtype or "float32", **kwargs)


def ones(shape: ShapeLike, dtype: DTypeLike | None = None, **kwargs: object) -> Symbol:
    """Make ones; a length of 0 or -1 is what the shapes of other arrays make it."""
    return _call("_ones", shape=shape, dtype=dtype or "float32", **kwargs)


def full(shape: ShapeLike, val: float, dtype: DTypeLike | None = None, **kwargs: object) -> Symbol:
    """Make an array filled with a number."""
    return _call("_full", shape=shape, value=float(val), dtype=dtype or "float32", **kwargs)


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    name: str | None = None,
    dtype: DTypeLike | None = None,
) -> Symbol:
    """Make evenly spaced values in ``[start, stop)``, each *repeat* times; or ``[0, start)``."""
    return _call(
        "_arange", start=start, stop=stop, step=step, repeat=repeat, infer_range=infer_range,
        name=name, dtype=dtype or "float32",
    )  # fmt: skip


def linspace(
    start: float,
    stop: float,
    num: int,
    endpoint: bool = True,
    name: str | None = None,
    dtype: DTypeLike | None = None,
) -> Symbol:
    """Make *num* evenly spaced values from *start* to *stop*."""
    return _call(
        "_linspace", start=start, stop=stop, num=num, endpoint=endpoint, name=name,
        dtype=dtype or "float32",
    )  # fmt: skip


def eye(N: int, M: int = 0, k: int = 0, dtype: DTypeLike | None = None, **kwargs: object) -> Symbol:
    """Make a matrix of N rows and M columns (N if 0) with ones on its k-th diagonal."""
    return _call("_eye", N=N, M=M, k=k, dtype=dtype or "float32", **kwargs)
