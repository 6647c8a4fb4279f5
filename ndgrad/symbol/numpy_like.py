"""`_Symbol`: symbols of arrays like NumPy's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from ..base import public_names
from .symbol import Symbol

__all__ = ["_Symbol"]
__dir__ = public_names(globals())


class _Symbol(Symbol):
    """A symbol with the operators and methods of arrays like NumPy's.

    It shares everything with `Symbol` but what operators, methods and indices mean; one of several
    outputs is a sequence of them.  The functions of ``sym.np`` and ``sym.npx`` return such symbols,
    and so does any operator that is given one.
    """

    def __len__(self) -> int:
        if self.num_outputs == 1:
            raise TypeError(f"{self!r} has one output and no len()")
        return self.num_outputs

    def __iter__(self) -> Iterator[Self]:
        if self.num_outputs == 1:
            raise TypeError(f"{self!r} has one output, over which nothing iterates")
        return super().__iter__()

    def __repr__(self) -> str:
        return super().__repr__().replace("<Symbol", "<_Symbol", 1)

    def as_nd_ndarray(self, *args: object, **kwargs: object) -> Symbol:
        """Return the same outputs as a `Symbol`."""
        return Symbol(self._heads)

    def as_np_ndarray(self) -> _Symbol:
        """Return the symbol itself."""
        return self


def as_numpy_like(self: Symbol) -> _Symbol:
    """Return the same outputs as a symbol of arrays like NumPy's."""
    return self if isinstance(self, _Symbol) else _Symbol(self._heads)


def kind_of(operands: Iterable[object]) -> type[Symbol]:
    """The class of what an operator makes of symbols, as of arrays: like NumPy's if one is."""
    return _Symbol if any(isinstance(x, _Symbol) for x in operands) else Symbol
