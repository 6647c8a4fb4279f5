"""Types of arguments, for the annotations of programs and of ndgrad itself.

Names that end in ``Like`` say what a function takes and converts.  ndgrad imports them for type
checkers alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from logging import Logger
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, TypeVar

import numpy as np

from .array.ndarray import NDArray
from .base import DTypeLike, HostArray, public_names
from .context import Context
from .initializer import Initializer
from .io.batches import DataIterLike, DataShapes
from .kvstore import KVStoreBase
from .metric.base import MetricLike
from .module.events import BatchEndCallback, EpochEndCallback
from .optimizer import Optimizer
from .symbol import Symbol

if TYPE_CHECKING:
    from .gluon.parameter_dict import ParameterDict

__all__ = [
    "AnyArray",
    "ArrayLike",
    "ArrayOrFloat",
    "BatchEndCallback",
    "BlockArguments",
    "ContextLike",
    "DTypeLike",
    "DataIterLike",
    "DataShapes",
    "EpochEndCallback",
    "GradReqLike",
    "InitializerLike",
    "KVStoreLike",
    "LoggerLike",
    "MaybeMany",
    "MaybeNone",
    "MetricLike",
    "Operators",
    "OptimizerLike",
    "Scalar",
    "ShapeLike",
    "Tensor",
]
__dir__ = public_names(globals())

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

# What a parameter's initial values are drawn by: an initializer or its registered name.
InitializerLike: TypeAlias = Initializer | str | None

# What backward does with gradients, "write", "add" or "null": of all arguments, or of each.
GradReqLike: TypeAlias = str | Sequence[str] | Mapping[str, str]

# What adds up gradients of several devices: a store, or its name; None for nothing.
KVStoreLike: TypeAlias = KVStoreBase | str | None

# An optimizer, or its registered name.
OptimizerLike: TypeAlias = Optimizer | str

# What messages are given to: a logger, or the module `logging`.
LoggerLike: TypeAlias = Logger | ModuleType

# In a union with a result: it is None in cases that programs need not look for.
MaybeNone: TypeAlias = Any

# In a union with the type of one: there may be a list of several, which most programs do not have.
MaybeMany: TypeAlias = Any

# The operators' namespace that `hybrid_forward` is given as ``F``: ``nd`` or ``sym``.
Operators: TypeAlias = ModuleType

# Arrays, or symbols: what is given to a block decides what it returns.
Tensor = TypeVar("Tensor", NDArray, Symbol)


class BlockArguments(TypedDict, total=False):
    """What layers pass on to `gluon.Block`: ``**kwargs: Unpack[BlockArguments]``."""

    prefix: str | None
    params: ParameterDict | None
