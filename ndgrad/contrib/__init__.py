"""`mx.contrib`: text, mixed precision, and gradients by MXNet's first interface."""

from ..base import public_names
from . import amp, autograd, io, text

__all__ = ["amp", "autograd", "io", "text"]
__dir__ = public_names(globals())
