"""Networks of the literature, with the parameter names of MXNet's files."""

from ...base import public_names
from . import model_store, vision

__all__ = ["model_store", "vision"]
__dir__ = public_names(globals())
