"""Attributes of entries: text beside an operator's parameters, such as ``__lr_mult__``."""

from __future__ import annotations

from collections.abc import Mapping

from ..base import is_attribute

HIDDEN = ("ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage", "profiler_scope")
"""Attributes that stand between underscores in a graph, and that may be given without."""


def hidden(attrs: Mapping[str, str]) -> dict[str, str]:
    """Attributes as a graph has them."""
    return {f"__{key}__" if key in HIDDEN else key: value for key, value in attrs.items()}


def shown(attrs: Mapping[str, str]) -> dict[str, str]:
    """Attributes as users read them, under both names."""
    found = dict(attrs)
    for key in HIDDEN:
        if f"__{key}__" in attrs:
            found[key] = attrs[f"__{key}__"]
    return found


def is_hidden(key: str) -> bool:
    """Whether an argument of this name is an attribute, and no parameter of an operator."""
    return key in HIDDEN or is_attribute(key)
