"""`mx.notebook`: what notebooks keep and draw of a training."""

from ..base import public_names
from . import callback

__all__ = ["callback"]
__dir__ = public_names(globals())
