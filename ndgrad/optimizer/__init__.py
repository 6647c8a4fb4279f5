"""Optimizers, which replace weights by better ones, and `Updater`, which keeps their states."""

from . import adaptive, contrib, layerwise, optimizer, sgd, updater
from .adaptive import FTML, AdaDelta, AdaGrad, Adam, Adamax, Ftrl, Nadam, RMSProp
from .layerwise import LAMB, LARS, LBSGD
from .optimizer import Optimizer, create, register
from .sgd import DCASGD, NAG, SGD, SGLD, Signum, Test, ccSGD
from .updater import Updater, get_updater

__all__ = [
    "DCASGD",
    "FTML",
    "LAMB",
    "LARS",
    "LBSGD",
    "NAG",
    "SGD",
    "SGLD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "Adamax",
    "Ftrl",
    "Nadam",
    "Optimizer",
    "RMSProp",
    "Signum",
    "Test",
    "Updater",
    "adaptive",
    "ccSGD",
    "contrib",
    "create",
    "get_updater",
    "layerwise",
    "optimizer",
    "register",
    "sgd",
    "updater",
]
