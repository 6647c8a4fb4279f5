"""Drawings of recorded graphs: the entries nearest to the outputs."""

from __future__ import annotations

from collections.abc import Sequence

from .._drawing import Edge, NodeBox, Picture, shape_text
from . import json
from .entries import NodeEntry, Ref


def picture(order: Sequence[NodeEntry], heads: Sequence[Ref], limit: int) -> Picture:
    """What to draw of a graph.

    Parameters
    ----------
    order : sequence of NodeEntry
        Those that the outputs are made from, sources first.
    heads : sequence of Ref
        The outputs.
    limit : int
        How many entries to show at most.
    """
    chosen = _nearest(heads, limit)
    kept = [entry for entry in order if entry in chosen]
    number = {entry: k for k, entry in enumerate(kept)}
    boxes, edges = [], []
    for entry in kept:
        if entry.op is None:
            kind = "constant" if entry.name.startswith("null") else "variable"
            boxes.append(NodeBox(entry.name, shape_text(entry.shapes, 0), kind))
            continue
        title, attrs, _ = json.encoded(entry, strict=False)
        detail = ", ".join(f"{key.strip('_')}={value}" for key, value in attrs.items())
        boxes.append(NodeBox(title, detail, "operator", entry.name))
    left_out = set()
    for i, entry in enumerate(kept):
        for x in entry.refs:
            if x.entry in number:
                label = "" if x.entry.op is None else shape_text(x.entry.shapes, x.output)
                edges.append(Edge(number[x.entry], i, label))
            else:
                left_out.add(i)
    if left_out:
        boxes.append(NodeBox(f"{len(order) - len(kept)} more", "", "more"))
        edges += [Edge(len(boxes) - 1, i, "") for i in sorted(left_out)]
    for head in dict.fromkeys(heads):
        if head.entry in number and head.entry.op is not None:
            label = shape_text(head.entry.shapes, head.output)
            boxes.append(NodeBox(head.entry.output_name(head.output), "", "output"))
            edges.append(Edge(number[head.entry], len(boxes) - 1, label))
    note = f"{len(kept)} of {len(order)} entries are shown" if len(kept) < len(order) else ""
    return Picture(boxes, edges, note)


def _nearest(heads: Sequence[Ref], limit: int) -> set[NodeEntry]:
    """At most *limit* entries, breadth first from the heads."""
    chosen = dict.fromkeys(head.entry for head in heads[:limit])
    pending = list(chosen)
    for entry in pending:
        for x in entry.refs:
            if len(chosen) >= limit:
                return set(chosen)
            if x.entry not in chosen:
                chosen[x.entry] = None
                pending.append(x.entry)
    return set(chosen)
