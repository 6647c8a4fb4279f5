"""Deferred errors: what a program raises where the function would, after the same writes."""

from __future__ import annotations


class DeferredError(Exception):
    """A call raised an error after writes, which have been made.

    Attributes
    ----------
    error : Exception or None
    effects : list of int
        Which of the program's effects have begun.
    """

    def __init__(self, error: Exception, effects: list[int]) -> None:
        super().__init__()  # else `args` would refer to the error too
        self.error: Exception | None = error
        self.effects = effects

    def take(self) -> Exception:
        """Hand out the error, to be raised: its context is this one, which may not refer to it."""
        error, self.error = self.error, None
        assert error is not None
        return error
