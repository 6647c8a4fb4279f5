"""The op table and its kernels: every file here whose name has no underscore registers rows."""

from __future__ import annotations

import importlib
import pkgutil

from ._table import ALIASES, OPS

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["ALIASES", "OPS"]
