"""Pictures of graphs as SVG, laid out here in layers; and the same graphs for Graphviz.

The steps are those of Sugiyama, Tagawa and Toda (1981): layers by longest path, points where edges
cross a layer, an order within layers by barycentres, then coordinates.  Coordinates pull every
point towards its neighbours and keep the order, which is isotonic regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import NamedTuple

from .base import Shape


class NodeBox(NamedTuple):
    """A node of the picture; *kind* is a key of `_COLOURS`."""

    title: str
    detail: str
    kind: str
    tip: str = ""


class Edge(NamedTuple):
    source: int
    target: int
    label: str


class Picture(NamedTuple):
    boxes: Sequence[NodeBox]
    edges: Sequence[Edge]
    note: str


class Drawing(str):
    """The text of an SVG file; a notebook shows the picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


# Fill and border by kind: an Okabe-Ito palette, lightened, which the colour-blind can tell apart.
_COLOURS = {
    "variable": ("#d6eaf8", "#0072b2"),
    "constant": ("#eeeeee", "#777777"),
    "operator": ("#fdf1d3", "#c98a00"),
    "output": ("#d5f0e6", "#009e73"),
    "more": ("#ffffff", "#999999"),
}
_TITLE, _DETAIL = 13, 11
_WIDE_LETTERS = 0.62  # the width of a letter in font sizes, generously
_PAD, _GAP, _LAYER_GAP, _MARGIN = 12.0, 26.0, 44.0, 16.0
_SWEEPS = 12
_LONGEST = 42


def shape_text(shapes: Sequence[Shape] | None, index: int) -> str:
    """A shape as a label."""
    return "" if shapes is None else str(shapes[index])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


@dataclass
class _Point:
    """A box, or a place where an edge passes a layer."""

    box: int | None
    width: float
    height: float
    layer: int = 0
    x: float = 0.0
    y: float = 0.0
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Longest path from the sources; then a source moves down next to what first uses it.

    Boxes stand in topological order, except that edges may start at a later box ("more").
    """
    incoming: list[list[int]] = [[] for _ in range(count)]
    outgoing: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        incoming[target].append(source)
        outgoing[source].append(target)
    waiting = [len(sources) for sources in incoming]
    ready = [i for i in range(count) if not waiting[i]]
    layers = [0] * count
    for i in ready:
        for target in outgoing[i]:
            layers[target] = max(layers[target], layers[i] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for i in range(count):
        if not incoming[i] and outgoing[i]:
            layers[i] = min(layers[target] for target in outgoing[i]) - 1
    return layers


def _isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing numbers nearest to *wanted*: pool adjacent violators."""
    blocks: list[list[float]] = []  # mean, weight, how many
    for value, weight in zip(wanted, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, mass, many = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * mass) / (last[1] + mass)
            last[1] += mass
            last[2] += many
    return [mean for mean, _, many in blocks for _ in range(int(many))]


class _Layout:
    """Points with coordinates, and for every edge the points that it passes."""

    def __init__(self, picture: Picture) -> None:
        self.points = [_Point(i, *_size(box)) for i, box in enumerate(picture.boxes)]
        unique = list(dict.fromkeys((e.source, e.target) for e in picture.edges))
        for point, layer in zip(self.points, _layers(len(self.points), unique), strict=True):
            point.layer = layer
        self.paths: dict[tuple[int, int], list[int]] = {}
        for source, target in unique:
            self.paths[source, target] = self._path(source, target)
        count = 1 + max((p.layer for p in self.points), default=0)
        self.rows: list[list[int]] = [[] for _ in range(count)]
        for i in self._first_order():
            self.rows[self.points[i].layer].append(i)
        self._order_rows()
        self._place()

    def _weight(self, i: int) -> float:
        """How little a point yields: edges that pass are straight, sources make room."""
        point = self.points[i]
        return 4.0 if point.box is None else 1.0 if point.above else 0.02

    def _centre(self, i: int) -> float:
        """Where a point's neighbours would have it; sources follow and hardly pull."""
        points, total, mass = self.points, 0.0, 0.0
        for end in points[i].above + points[i].below:
            weight = 1.0 if points[end].above else 0.02
            total += weight * points[end].x
            mass += weight
        return total / mass if mass else points[i].x

    def _path(self, source: int, target: int) -> list[int]:
        path = [source]
        for layer in range(self.points[source].layer + 1, self.points[target].layer):
            self.points.append(_Point(None, 2.0, 0.0, layer))
            path.append(len(self.points) - 1)
        path.append(target)
        for a, b in pairwise(path):
            self.points[a].below.append(b)
            self.points[b].above.append(a)
        return path

    def _first_order(self) -> list[int]:
        """Depth first from the bottom, so that a subtree stays together."""
        seen: dict[int, None] = {}
        for start in sorted(range(len(self.points)), key=lambda i: -self.points[i].layer):
            pending = [start]
            while pending:
                i = pending.pop()
                if i not in seen:
                    seen[i] = None
                    pending.extend(reversed(self.points[i].above))
        return list(seen)

    def _crossings(self) -> int:
        total = 0
        for row in self.rows[1:]:
            above = {i: k for k, i in enumerate(self.rows[self.points[row[0]].layer - 1])}
            ends = [sorted(above[a] for a in self.points[i].above) for i in row]
            flat = [end for group in ends for end in group]
            total += sum(a > b for k, a in enumerate(flat) for b in flat[k + 1 :])
        return total

    def _order_rows(self) -> None:
        best, fewest = [row[:] for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            down = sweep % 2 == 0
            numbers = range(1, len(self.rows)) if down else range(len(self.rows) - 2, -1, -1)
            for number in numbers:
                beside = self.rows[number - 1 if down else number + 1]
                place = {i: k for k, i in enumerate(beside)}
                centre = {}
                for k, i in enumerate(self.rows[number]):
                    ends = self.points[i].above if down else self.points[i].below
                    centre[i] = sum(place[e] for e in ends) / len(ends) if ends else float(k)
                self.rows[number].sort(key=centre.__getitem__)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [row[:] for row in self.rows], crossings
        self.rows = best

    def _place(self) -> None:
        points = self.points
        y = _MARGIN
        for row in self.rows:
            height = max(points[i].height for i in row)
            for i in row:
                points[i].y = y + height / 2
            y += height + _LAYER_GAP
        self.height = y - _LAYER_GAP + _MARGIN
        offsets = []
        for row in self.rows:
            at, along = 0.0, []
            for k, i in enumerate(row):
                if k:
                    at += (points[row[k - 1]].width + points[i].width) / 2 + _GAP
                along.append(at)
                points[i].x = at
            offsets.append(along)
        for sweep in range(4 * _SWEEPS):
            order = list(range(len(self.rows)))
            for number in order if sweep % 2 else reversed(order):
                row, along = self.rows[number], offsets[number]
                wanted, weights = [], []
                for i, offset in zip(row, along, strict=True):
                    wanted.append(self._centre(i) - offset)
                    weights.append(self._weight(i))
                for i, offset, x in zip(row, along, _isotonic(wanted, weights), strict=True):
                    points[i].x = x + offset
        left = min(p.x - p.width / 2 for p in points)
        for point in points:
            point.x += _MARGIN - left
        self.width = max(p.x + p.width / 2 for p in points) + _MARGIN


def _size(box: NodeBox) -> tuple[float, float]:
    letters = max(len(_cut(box.title)) * _TITLE, len(_cut(box.detail)) * _DETAIL)
    return letters * _WIDE_LETTERS + 2 * _PAD, 44.0 if box.detail else 30.0


def _curve(layout: _Layout, path: Sequence[int], start_x: float, end_x: float) -> str:
    """An edge from the bottom of its first box to the top of its last, smooth in between."""
    first, last = layout.points[path[0]], layout.points[path[-1]]
    stops = [(start_x, first.y + first.height / 2)]
    stops += [(layout.points[i].x, layout.points[i].y) for i in path[1:-1]]
    stops.append((end_x, last.y - last.height / 2 - 1))
    text = f"M{stops[0][0]:.1f},{stops[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(stops):
        middle = (y0 + y1) / 2
        text += f" C{x0:.1f},{middle:.1f} {x1:.1f},{middle:.1f} {x1:.1f},{y1:.1f}"
    return text


def _text(x: float, y: float, size: int, colour: str, text: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="middle"{more}>{escape(text)}</text>'
    )


def svg(picture: Picture) -> str:
    """The picture as a standalone SVG document."""
    layout = _Layout(picture)
    height = layout.height + (22.0 if picture.note else 0.0)
    width = max(layout.width, len(picture.note) * _DETAIL * _WIDE_LETTERS + 2 * _MARGIN)
    shift = (width - layout.width) / 2
    for point in layout.points:
        point.x += shift
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" '
        'font-family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
        f'<rect width="{width:.1f}" height="{height:.1f}" rx="8" fill="#ffffff"/>',
    ]
    labels: list[str] = []
    labelled: set[tuple[int, str]] = set()
    for edge, start, end in _ports(layout, picture.edges):
        path = layout.paths[edge.source, edge.target]
        dashed = ' stroke-dasharray="4 3"' if picture.boxes[edge.source].kind == "more" else ""
        parts.append(
            f'<path d="{_curve(layout, path, start, end)}" fill="none" stroke="#555" '
            f'stroke-width="1.2"{dashed} marker-end="url(#arrow)"/>'
        )
        if edge.label and (edge.source, edge.label) not in labelled:
            labelled.add((edge.source, edge.label))
            source = layout.points[edge.source]
            following = layout.points[path[1]]
            x = start + (end - start) * 0.12 if len(path) == 2 else start
            y = source.y + source.height / 2 + 14
            side = 1 if following.x >= source.x - 1 else -1
            anchor = "start" if side > 0 else "end"
            # A white copy beneath keeps the label readable where an edge passes.
            labels += [
                f'<text x="{x + 5 * side:.1f}" y="{y:.1f}" font-size="{_DETAIL - 1}" '
                f'text-anchor="{anchor}" {paint}>{escape(edge.label)}</text>'
                for paint in ('fill="none" stroke="#fff" stroke-width="3"', 'fill="#444"')
            ]
    for i, box in enumerate(picture.boxes):
        parts.append(_drawn(box, layout.points[i]))
    parts += labels
    if picture.note:
        parts.append(_text(width / 2, height - 12, _DETAIL, "#666", picture.note))
    return "\n".join([*parts, "</svg>"])


def _drawn(box: NodeBox, point: _Point) -> str:
    fill, border = _COLOURS[box.kind]
    x, y = point.x - point.width / 2, point.y - point.height / 2
    radius = 6.0 if box.kind == "operator" else point.height / 2
    dashed = ' stroke-dasharray="4 3"' if box.kind == "more" else ""
    tip = ": ".join(part for part in (box.tip, box.title, box.detail) if part)
    rectangle = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{point.width:.1f}" height="{point.height:.1f}" '
        f'rx="{radius:.1f}" fill="{fill}" stroke="{border}" stroke-width="1.4"{dashed}/>'
    )
    middle = point.y + (-4 if box.detail else 4.5)
    words = _text(point.x, middle, _TITLE, "#111", _cut(box.title))
    if box.detail:
        words += _text(point.x, point.y + 13, _DETAIL, "#555", _cut(box.detail))
    return f"<g><title>{escape(tip)}</title>{rectangle}{words}</g>"


def _ports(layout: _Layout, edges: Sequence[Edge]) -> list[tuple[Edge, float, float]]:
    """Where edges leave and enter their boxes: spread, in the order of the other ends."""
    leaving: dict[int, list[int]] = {}
    entering: dict[int, list[int]] = {}
    for number, edge in enumerate(edges):
        leaving.setdefault(edge.source, []).append(number)
        entering.setdefault(edge.target, []).append(number)

    def spread(box: int, numbers: list[int], last: bool) -> dict[int, float]:
        def other_end(number: int) -> float:
            path = layout.paths[edges[number].source, edges[number].target]
            return layout.points[path[-2] if last else path[1]].x

        point = layout.points[box]
        step = min(18.0, (point.width - 2 * _PAD) / max(len(numbers), 1))
        first = point.x - step * (len(numbers) - 1) / 2
        ordered = sorted(numbers, key=other_end)
        return {number: first + step * k for k, number in enumerate(ordered)}

    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for box, numbers in leaving.items():
        starts |= spread(box, numbers, last=False)
    for box, numbers in entering.items():
        ends |= spread(box, numbers, last=True)
    return [(edge, starts[i], ends[i]) for i, edge in enumerate(edges)]


def dot(picture: Picture) -> str:
    """The picture in Graphviz's language."""
    lines = [
        "digraph symbol {",
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9];',
    ]
    for i, box in enumerate(picture.boxes):
        fill, border = _COLOURS[box.kind]
        label = _quoted(f"{box.title}\n{box.detail}".strip())
        lines.append(f'  n{i} [label={label}, fillcolor="{fill}", color="{border}"];')
    lines += [
        f"  n{edge.source} -> n{edge.target} [label={_quoted(edge.label)}];"
        for edge in picture.edges
    ]
    if picture.note:
        lines.append(f"  label={_quoted(picture.note)};")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
