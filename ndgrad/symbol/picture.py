"""What a drawing of a recorded graph shows: the entries nearest to its outputs."""

from __future__ import annotations

from collections.abc import Sequence

from . import json
from .drawing import Edge, NodeBox, Picture, shape_text
from .entries import NodeEntry, Ref


def picture(
    entries: Sequence[NodeEntry], order: Sequence[int], heads: Sequence[Ref], limit: int
) -> Picture:
    """What to draw of a graph.

    Parameters
    ----------
    entries : sequence of NodeEntry
    order : sequence of int
        Positions of those that the outputs are made from, sources first.
    heads : sequence of Ref
        The outputs.
    limit : int
        How many entries to show at most.
    """
    chosen = _nearest(entries, heads, limit)
    kept = [i for i in order if i in chosen]
    number = {i: k for k, i in enumerate(kept)}
    boxes, edges = [], []
    for i in kept:
        entry = entries[i]
        if entry.op is None:
            kind = "constant" if entry.name.startswith("null") else "variable"
            boxes.append(NodeBox(entry.name, shape_text(entry.shapes, 0), kind))
            continue
        title, attrs, _ = json.encoded(entry, strict=False)
        detail = ", ".join(f"{key.strip('_')}={value}" for key, value in attrs.items())
        boxes.append(NodeBox(title, detail, "operator", entry.name))
    left_out = set()
    for i in kept:
        for x in entries[i].inputs:
            if x.__class__ is not Ref:
                continue
            label = shape_text(entries[x.entry].shapes, x.output)
            if x.entry in number:
                is_source = entries[x.entry].op is None
                edge = Edge(number[x.entry], number[i], "" if is_source else label)
                edges.append(edge)
            else:
                left_out.add(i)
    if left_out:
        boxes.append(NodeBox(f"{len(order) - len(kept)} more", "", "more"))
        edges += [Edge(len(boxes) - 1, number[i], "") for i in sorted(left_out)]
    for head in dict.fromkeys(heads):
        if head.entry in number and entries[head.entry].op is not None:
            entry = entries[head.entry]
            label = shape_text(entry.shapes, head.output)
            boxes.append(NodeBox(entry.output_name(head.output), "", "output"))
            edges.append(Edge(number[head.entry], len(boxes) - 1, label))
    note = f"{len(kept)} of {len(order)} entries are shown" if len(kept) < len(order) else ""
    return Picture(boxes, edges, note)


def _nearest(entries: Sequence[NodeEntry], heads: Sequence[Ref], limit: int) -> set[int]:
    """At most *limit* positions, breadth first from the heads."""
    chosen = dict.fromkeys(head.entry for head in heads[:limit])
    pending = list(chosen)
    for i in pending:
        for x in entries[i].inputs:
            if len(chosen) >= limit:
                return set(chosen)
            if x.__class__ is Ref and x.entry not in chosen:
                chosen[x.entry] = None
                pending.append(x.entry)
    return set(chosen)
