"""What MXNet counts as experimental."""

from . import data
