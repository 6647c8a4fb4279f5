"""`sym.npx.random`: distributions that NumPy has not, of symbols."""

from __future__ import annotations

from ...base import public_names
from ..numpy.random import distribution

__all__ = ["bernoulli", "normal_n", "uniform_n"]
__dir__ = public_names(globals())

bernoulli, uniform_n, normal_n = map(distribution, ("bernoulli", "uniform_n", "normal_n"))
