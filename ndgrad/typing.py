"""Types of arguments, for the annotations of programs: these, and what lower modules define.

Names that end in ``Like`` say what a function takes and converts.  ndgrad imports them for type
checkers alone; what this module imports takes them from where they are defined.
"""

from __future__ import annotations

from logging import Logger
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias, TypedDict, TypeVar

from .array.ndarray import NDArray
from .array.types import (
    AnyArray,
    ArrayLike,
    ArrayOrFloat,
    ContextLike,
    GradReqLike,
    MaybeMany,
    MaybeNone,
    Scalar,
    ShapeLike,
)
from .base import DTypeLike, public_names
from .initializer.base import InitializerLike
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

# What adds up gradients of several devices: a store, or its name; None for nothing.
KVStoreLike: TypeAlias = KVStoreBase | str | None

# An optimizer, or its registered name.
OptimizerLike: TypeAlias = Optimizer | str

# What messages are given to: a logger, or the module `logging`.
LoggerLike: TypeAlias = Logger | ModuleType

# The operators' namespace that `hybrid_forward` is given as ``F``: ``nd`` or ``sym``.
Operators: TypeAlias = ModuleType

# Arrays, or symbols: what is given to a block decides what it returns.
Tensor = TypeVar("Tensor", NDArray, Symbol)


class BlockArguments(TypedDict, total=False):
    """What layers pass on to `gluon.Block`: ``**kwargs: Unpack[BlockArguments]``."""

    prefix: str | None
    params: ParameterDict | None
