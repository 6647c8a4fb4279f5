"""Initializers: the first values of parameters, chosen by the parameters' names."""

from .. import registry
from ..base import public_names
from .base import InitDesc, Initializer, alias, create, register
from .named import Load, Mixed
from .recurrent import FusedRNN, LSTMBias
from .weights import (
    Bilinear,
    Constant,
    MSRAPrelu,
    Normal,
    One,
    Orthogonal,
    Uniform,
    Xavier,
    Zero,
)

__all__ = [
    "Bilinear",
    "Constant",
    "FusedRNN",
    "InitDesc",
    "Initializer",
    "LSTMBias",
    "Load",
    "MSRAPrelu",
    "Mixed",
    "Normal",
    "One",
    "Orthogonal",
    "Uniform",
    "Xavier",
    "Zero",
    "alias",
    "create",
    "register",
    "registry",
]
__dir__ = public_names(globals())
