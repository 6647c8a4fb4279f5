"""`mx.contrib`: text, mixed precision, quantization, TensorBoard, SVRG, MXNet's first gradients."""

from ..base import public_names
from . import amp, autograd, io, quantization, svrg_optimization, tensorboard, text

__all__ = ["amp", "autograd", "io", "quantization", "svrg_optimization", "tensorboard", "text"]
__dir__ = public_names(globals())
