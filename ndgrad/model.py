"""Checkpoints of symbols and parameters, and what callbacks are told."""

from __future__ import annotations

from .base import public_names
from .module.checkpoint import load_checkpoint, load_params, save_checkpoint
from .module.events import BatchEndParam

__all__ = ["BatchEndParam", "load_checkpoint", "load_params", "save_checkpoint"]
__dir__ = public_names(globals())
