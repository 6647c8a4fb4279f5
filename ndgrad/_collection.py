"""Pauses of the garbage collector, where much is made that stays, or that goes all at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_EARLY = 150_000
"""Objects of a program that has imported a few libraries and made nothing yet."""


@contextmanager
def paused() -> Iterator[None]:
    """Do without passes of the collector; if it is switched off already, it stays so."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def kept() -> Iterator[None]:
    """Import without passes of the collector, and keep later passes from what was imported.

    Importing makes some 200 000 objects that live as long as the process.  The collector would look
    through them again and again: while they are made, in every full pass of the program, and
    several times when it ends, which takes longer than to make them.  `gc.freeze` takes them, and
    whatever else is there by then, out of its sight; what has no reference left is freed as ever.
    It is not for a program that has made much before, of which cycles could not be freed later, nor
    for one that has switched the collector off or has frozen objects itself.
    """
    early = len(gc.get_objects()) < _EARLY
    with paused():
        yield
    if early and gc.isenabled() and not gc.get_freeze_count():
        gc.freeze()
