"""Substitution of a graph's inputs, and copies of graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._similar import did_you_mean
from ..base import MXNetError
from .entries import NodeEntry, Ref, auxiliary_of, entries_below


def composed(
    heads: Sequence[Ref], args: Sequence[object], kwargs: Mapping[str, object], name: str | None
) -> list[Ref]:
    """*heads* with graphs in place of variables, by position or by name."""
    if args and kwargs:
        raise TypeError(
            "compose only accept input Symbols either as positional or keyword arguments, not both"
        )
    order = entries_below(heads)
    states = auxiliary_of(order)
    variables = [entry for entry in order if entry.op is None]
    names = [entry.name for entry in variables if entry not in states]
    if len(args) > len(names):
        raise MXNetError(f"compose: {len(args)} symbols are given for {len(names)} arguments")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    others: dict[str, Ref] = {}
    for key, symbol in given.items():
        own = getattr(symbol, "_heads", None)
        if own is None:
            raise TypeError("Compose expect `Symbol` as arguments")
        if len(own) != 1:
            raise MXNetError(f"compose: {key} must have one output, got {len(own)}")
        if key not in [entry.name for entry in variables]:
            raise MXNetError(
                f"compose: there is no argument {key}{did_you_mean(key, names)}, "
                f"expected one of {', '.join(names)}"
            )
        others[key] = own[0]
    places = {Ref(e, 0): others[e.name] for e in variables if e.name in others}
    tops = {head.entry for head in heads}
    return _rebuilt(heads, order, places, {entry: name for entry in tops if name}, False)


def copied(heads: Sequence[Ref]) -> list[Ref]:
    """The same graph of entries of its own."""
    return _rebuilt(heads, entries_below(heads), {}, {}, True)


def without_casts(heads: Sequence[Ref]) -> list[Ref]:
    """The graph without ``amp_cast`` and ``amp_multicast``."""
    order = entries_below(heads)
    places: dict[Ref, Ref] = {}
    for entry in order:
        if entry.op in ("amp_cast", "amp_multicast"):
            for k, x in enumerate(entry.refs):
                places[Ref(entry, k)] = places.get(x, x)
    return _rebuilt(heads, order, places, {}, False) if places else list(heads)


def _rebuilt(
    heads: Sequence[Ref],
    order: Sequence[NodeEntry],
    places: Mapping[Ref, Ref],
    names: Mapping[NodeEntry, str],
    everything: bool,
) -> list[Ref]:
    """*heads* with others in *places*; entries that do not change are shared."""
    new: dict[NodeEntry, NodeEntry] = {}

    def ref(x: Ref) -> Ref:
        x = places.get(x, x)
        return Ref(new.get(x.entry, x.entry), x.output)

    for entry in order:
        inputs = tuple([ref(x) if isinstance(x, Ref) else x for x in entry.inputs])
        if everything:
            new[entry] = entry.copy()
            new[entry].inputs = inputs
        elif inputs != entry.inputs or entry in names:
            new[entry] = entry.replaced(inputs, names.get(entry))
    return [ref(head) for head in heads]
