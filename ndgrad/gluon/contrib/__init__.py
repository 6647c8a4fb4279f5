"""What MXNet counts as experimental."""

from . import data

__all__ = ["data"]
