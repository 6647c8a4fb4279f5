"""A timeline of spans as SVG: a row for each depth of each thread, a colour for each category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from .records import (
    AUTOGRAD,
    BACKWARD,
    COMPILED,
    HOST,
    KERNEL,
    OPERATOR,
    PRODUCT,
    STEP,
    Facts,
    Span,
)
from .trace import shapes_text

_WIDTH, _LEFT, _ROW, _MARGIN = 900.0, 8.0, 16.0, 8.0
_MOST = 3000  # spans that are drawn: the longest
_DEEPEST = 6  # rows of a thread
_LETTER = 6.0  # the width of one

_COLOURS = {  # Okabe and Ito's
    OPERATOR: "#0072b2",
    BACKWARD: "#d55e00",
    AUTOGRAD: "#e69f00",
    COMPILED: "#009e73",
    STEP: "#8fd3bd",
    PRODUCT: "#cc79a7",
    KERNEL: "#56b4e9",
    HOST: "#f0e442",
}
_OTHER = "#999999"


def timeline(spans: Sequence[Span], threads: Mapping[int, str]) -> str:
    """The picture; *threads* are names by identifiers.  It refers to nothing outside of it."""
    start = min(x.record.start for x in spans)
    end = max(x.record.start + x.record.duration for x in spans)
    scale = (_WIDTH - 2 * _LEFT) / max(end - start, 1)
    longest = sorted(spans, key=lambda x: x.record.duration, reverse=True)[:_MOST]
    drawn = [x for x in longest if x.depth < _DEEPEST]
    y, rows = _MARGIN + 14, []
    parts: list[str] = []
    by_start = sorted(spans, key=lambda x: x.record.start)
    for thread in dict.fromkeys([x.record.thread for x in by_start]):
        own = [x for x in drawn if x.record.thread == thread]
        parts.append(_text(_LEFT, y + 11, threads.get(thread, str(thread)), "#555"))
        y += 15
        rows.append((y, own))
        y += _ROW * (1 + max([x.depth for x in own], default=0)) + 6
    for top, own in rows:
        parts += [_rectangle(x, start, scale, top) for x in own]
    height = y + 20
    parts += _legend([x.record.category for x in drawn], y + 4)
    milliseconds = (end - start) / 1e6
    shown = f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.3g}"
    length = _text(_WIDTH - _LEFT, _MARGIN + 8, f"{shown} ms", "#555", "end")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" '
            f'style="width: 100%; max-width: {_WIDTH:.0f}px" font-size="10" '
            'font-family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif">',
            f'<rect width="{_WIDTH:.0f}" height="{height:.0f}" rx="8" fill="#ffffff"/>',
            length,
            *parts,
            "</svg>",
        ]
    )


def _rectangle(span: Span, start: int, scale: float, top: float) -> str:
    x = span.record
    left, width = _LEFT + (x.start - start) * scale, max(x.duration * scale, 0.4)
    y = top + _ROW * span.depth
    said = f"{x.name}: {x.duration / 1e3:,.1f} \u00b5s"
    if isinstance(x.facts, Facts):
        said += f", {shapes_text(x.facts.inputs)} \u2192 {shapes_text(x.facts.outputs)}"
    elif x.facts:
        said += f"\n{x.facts}"
    colour = _COLOURS.get(x.category, _OTHER)
    letters = int((width - 4) / _LETTER)
    name = ""
    if letters >= 4:
        shown = x.name if len(x.name) <= letters else x.name[: letters - 1] + "\u2026"
        dark = x.category in (OPERATOR, BACKWARD, COMPILED)
        name = _text(left + 3, y + 11, shown, "#fff" if dark else "#111")
    return (
        f'<g><title>{escape(said)}</title><rect x="{left:.2f}" y="{y:.1f}" width="{width:.2f}" '
        f'height="{_ROW - 1:.0f}" fill="{colour}"/>{name}</g>'
    )


def _legend(categories: Sequence[str], y: float) -> list[str]:
    parts, x = [], _LEFT
    for category in sorted(set(categories), key=[*_COLOURS, *categories].index):
        colour = _COLOURS.get(category, _OTHER)
        parts.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="9" height="9" fill="{colour}"/>')
        parts.append(_text(x + 13, y + 8.5, category, "#333"))
        x += 30 + _LETTER * len(category)
    return parts


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="{colour}">{escape(text)}</text>'
