"""Types of arguments that arrays and all above them take; `ndgrad.typing` gives them to programs.

Names that end in ``Like`` say what a function takes and converts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from ..base import HostArray
from ..context import Context
from .ndarray import NDArray

# A number, of Python's or NumPy's types.
Scalar: TypeAlias = bool | int | float | np.generic

# An array: of ndgrad, or of NumPy.
AnyArray: TypeAlias = NDArray | HostArray

# A parameter that broadcasts: an array or a number.
ArrayOrFloat: TypeAlias = AnyArray | float

# What becomes an array: an array of either kind, a number, or nested sequences of these.
ArrayLike: TypeAlias = "AnyArray | Scalar | Sequence[ArrayLike]"

# The length of each axis, or the length of the only one.
ShapeLike: TypeAlias = int | Sequence[int]

# Where arrays are made; None for the current context.
ContextLike: TypeAlias = Context | None

# What backward does with gradients, "write", "add" or "null": of all arguments, or of each.
GradReqLike: TypeAlias = str | Sequence[str] | Mapping[str, str]

# In a union with a result: it is None in cases that programs need not look for.
MaybeNone: TypeAlias = Any

# In a union with the type of one: there may be a list of several, which most programs do not have.
MaybeMany: TypeAlias = Any
