"""`mx.contrib`: gradients by MXNet's first interface, text, mixed precision."""

from ..base import public_names
from . import autograd, text

__all__ = ["autograd", "text"]
__dir__ = public_names(globals())
