"""What MXNet counts as experimental."""

from ...base import public_names
from . import cnn, data, nn, rnn

__all__ = ["cnn", "data", "nn", "rnn"]
__dir__ = public_names(globals())
