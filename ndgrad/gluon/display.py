"""Blocks as HTML, for notebooks: a tree that folds, with the numbers of parameters."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .block import Block

_OPEN = 2  # levels that are unfolded at first


def tree(block: Block) -> str:
    """Describe a block and those inside it."""
    return f"<div>{_branch(block, '', 0)}</div>"


def _branch(block: Block, name: str, level: int) -> str:
    parameters = block.collect_params().values()
    sizes = [math.prod(p.shape) for p in parameters if p.shape and 0 not in p.shape]
    count = f"{sum(sizes):,} parameters" if parameters else ""
    if len(sizes) < len(parameters):
        count = f"shapes of {len(parameters) - len(sizes)} not yet known"
    title = repr(block)
    is_leaf = "\n" not in title  # a layer says on one line what its activation is
    title = title if is_leaf else type(block).__name__
    head = f"{escape(f'({name}): ') if name else ''}<code>{escape(title)}</code> <em>{count}</em>"
    if is_leaf:
        return f'<div style="margin-left: 1em">{head}</div>'
    inner = "".join(_branch(child, key, level + 1) for key, child in block._children.items())
    is_open = " open" if level < _OPEN else ""
    style = f"margin-left: {min(level, 1)}em"
    return f'<details style="{style}"{is_open}><summary>{head}</summary>{inner}</details>'
