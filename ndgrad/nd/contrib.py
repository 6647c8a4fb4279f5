"""`nd.contrib`: the operators that are called ``_contrib_...``, and control flow."""

from __future__ import annotations

from ..base import public_names
from . import control_flow as _control_flow
from .control_flow import *  # noqa: F403

__all__: list[str] = [*_control_flow.__all__]  # `ndgrad.nd` adds the operators
__dir__ = public_names(globals())
