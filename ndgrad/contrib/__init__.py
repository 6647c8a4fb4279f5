"""`mx.contrib`: text, mixed precision, TensorBoard, gradients by MXNet's first interface."""

from ..base import public_names
from . import amp, autograd, io, tensorboard, text

__all__ = ["amp", "autograd", "io", "tensorboard", "text"]
__dir__ = public_names(globals())
