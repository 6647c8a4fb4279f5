"""Calls of operators with arrays like NumPy's: results are such arrays too.

To an operator these are arrays like any others.  Here they are given to it as arrays of the plain
class, objects that share memory, version counter and place in the graph; and what it returns is
made an array like NumPy's, which is the same object in another class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..ops.bound import Call
from ..ops.table import Op
from ..tape import Array, new_array, new_view
from . import classes


def has_numpy_like(inputs: Iterable[object]) -> bool:
    """Whether an input of a call is an array like NumPy's."""
    for x in inputs:
        if isinstance(x, classes.numpy_like):
            return True
    return False


def plain(x: object) -> Any:
    """An array like NumPy's as one of the plain class; anything else as it is."""
    if not isinstance(x, classes.numpy_like):
        return x
    array = classes.array
    same = new_array(
        array if x.__class__ is classes.numpy_like else array._on_device, x._data, x._shape, x._ctx
    )
    same._version, same._node = x._version, x._node
    return same


def numpy_like(x: Any) -> Any:
    """Make a new array, or each of a list, an array like NumPy's; return it."""
    if isinstance(x, list):
        for one in x:
            numpy_like(one)
    elif isinstance(x, classes.array) and not isinstance(x, (classes.numpy_like, classes.sparse)):
        on_host = x.__class__ is classes.array
        x.__class__ = classes.numpy_like if on_host else classes.numpy_like._on_device
    return x


def in_class_of(kind: type, x: object) -> Any:
    """A new array, like NumPy's if those of a class are."""
    return numpy_like(x) if issubclass(kind, classes.numpy_like) else x


def in_class(kind: type[Array], x: Array) -> Array:
    """*x* as an array of a class: a view of all of it, with the same place in the graph."""
    view = new_view(x, x._data, x._shape)
    view.__class__ = kind if x._data.__class__ is np.ndarray else kind._on_device
    view._node = x._node
    return view


def converted_call(op: Op) -> Call:
    """A call of *op* with arrays like NumPy's among the inputs."""

    def call(*inputs: object, out: object = None, **params: object) -> object:
        given = [plain(x) for x in inputs]
        if out is not None:
            return op.call(*given, out=out, **params)
        return numpy_like(op.call(*given, **params))

    return call


def with_numpy_like(op: Op, call: Call) -> Call:
    """*call* of *op*, which may have arrays like NumPy's among its inputs."""
    numpy_like_call = converted_call(op)

    def general(*inputs: object, **params: object) -> object:
        if has_numpy_like(inputs):
            return numpy_like_call(*inputs, **params)
        return call(*inputs, **params)

    return general
