"""Composite operators: functions of other operators are the whole definition."""

from __future__ import annotations

from collections.abc import Callable

from ..tape import Array
from .declare import default_samples, signature_facts, split_names
from .table import CompositeOp, Op, register


def composite(name: str, **facts: object) -> Callable[[Callable[..., Array | list[Array]]], Op]:
    """Declare an operator by a function of other operators, which it decorates.

    The function takes arrays and returns an array or a list of them; its signature and docstring
    are read as those of a forward (see `declare.operator`).  It calls operators as ``F.name``;
    which ones follows from shapes, dtypes and parameters alone, unless it is ``stochastic``, so it
    need not run again for a call like one before.

    Parameters
    ----------
    name : str
        As users call it.
    **facts
        Further fields of `Op`: ``aliases``, ``samples`` ...
    """

    def declare(function: Callable[..., Array | list[Array]]) -> Op:
        known = signature_facts(function)
        samples = default_samples(len(known["inputs"]), known["params"])
        return register(
            CompositeOp(
                name=name,
                function=function,
                **{**known, "samples": samples, **split_names(name, facts)},
            )
        )

    return declare
