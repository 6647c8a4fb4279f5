"""`CachedOp`: a symbol that is called like an operator, which is `nd.CachedOp`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..array.ndarray import NDArray
from ..base import MXNetError, shown
from ..dispatch import write_into
from .graph import Graph

__all__ = ["CachedOp"]


class CachedOp:
    """A symbol that is called with arrays and recorded as the operators that it consists of.

    Parameters
    ----------
    sym : Symbol
    flags : iterable of pairs
        As `HybridBlock.hybridize` takes them in MXNet; nothing depends on them.

    Raises
    ------
    TypeError
        If *sym* is no symbol.
    """

    def __init__(self, sym: Graph, flags: Iterable[tuple[str, object]] = ()) -> None:
        if not isinstance(sym, Graph):
            raise TypeError(f"CachedOp: sym must be a Symbol, got {shown(sym)}")
        self._symbol, self._names = sym, sym.list_inputs()

    def __call__(
        self, *args: NDArray, out: NDArray | Sequence[NDArray] | None = None
    ) -> NDArray | list[NDArray]:
        """Compute the outputs.

        Parameters
        ----------
        *args : NDArray
            In the order of `Symbol.list_inputs`.
        out : NDArray or list of NDArray, optional
            Where to write them.

        Returns
        -------
        NDArray or list of NDArray
            The output; several as a list.

        Raises
        ------
        MXNetError
            If there are more or fewer arrays than the symbol has inputs or outputs.
        """
        if len(args) != len(self._names):
            raise MXNetError(
                f"CachedOp: {len(args)} arrays are given, expected {len(self._names)}: "
                f"{', '.join(self._names)}"
            )
        results = self._symbol._run(dict(zip(self._names, args, strict=True)))
        if out is None:
            return results[0] if len(results) == 1 else results
        targets = [out] if isinstance(out, NDArray) else list(out)
        if len(targets) != len(results):
            raise MXNetError(
                f"CachedOp: out has {len(targets)} arrays, expected {len(results)}: "
                f"{', '.join(self._symbol.list_outputs())}"
            )
        for target, x in zip(targets, results, strict=True):
            write_into(target, x, "CachedOp")
        return out if isinstance(out, NDArray) else targets
