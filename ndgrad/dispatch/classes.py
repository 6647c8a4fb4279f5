"""The classes of arrays that operators return; `ndgrad.array` installs them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..tape import Array

array: type[Array] = Array


class NoSparse(Array):
    """What no array is: the class of sparse arrays until there is one."""


sparse: Any = NoSparse
"""The class of sparse arrays, with ``_parts``, ``_dense()``, ``_of(parts, context)``, ``_assign``
and ``_accumulate``; see `ndgrad.array.sparse`."""


class NoNumpyLike(Array):
    """What no array is: the class of arrays like NumPy's until there is one."""


numpy_like: type[Array] = NoNumpyLike
"""The class of arrays like NumPy's, which operators return for them; see `ndgrad.numpy`."""


def has_sparse(inputs: Iterable[object], out: object = None) -> bool:
    """Whether an input of a call, or what it writes to, is sparse."""
    for x in inputs:
        if isinstance(x, sparse):
            return True
    if isinstance(out, (list, tuple)):
        return has_sparse(out)
    return isinstance(out, sparse)
