"""`mx.contrib`: text, mixed precision, TensorBoard, SVRG, gradients by MXNet's first interface."""

from ..base import public_names
from . import amp, autograd, io, svrg_optimization, tensorboard, text

__all__ = ["amp", "autograd", "io", "svrg_optimization", "tensorboard", "text"]
__dir__ = public_names(globals())
