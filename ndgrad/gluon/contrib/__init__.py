"""What MXNet counts as experimental."""

from ...base import public_names
from . import cnn, data, estimator, nn, rnn

__all__ = ["cnn", "data", "estimator", "nn", "rnn"]
__dir__ = public_names(globals())
