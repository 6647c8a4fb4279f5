"""`SVRGModule`: stochastic gradients whose variance is reduced by gradients over all data."""

from ...base import public_names
from . import svrg_module, svrg_optimizer
from .svrg_module import SVRGModule

__all__ = ["SVRGModule", "svrg_module", "svrg_optimizer"]
__dir__ = public_names(globals())
