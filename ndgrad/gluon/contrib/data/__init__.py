"""Samplers that MXNet counts as experimental."""

from ....base import public_names
from . import sampler
from .sampler import IntervalSampler

__all__ = ["IntervalSampler", "sampler"]
__dir__ = public_names(globals())
