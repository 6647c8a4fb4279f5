"""What MXNet counts as experimental."""

from ...base import public_names
from . import cnn, data, nn

__all__ = ["cnn", "data", "nn"]
__dir__ = public_names(globals())
