"""Counts and times by category and name: what `dumps` returns, as in MXNet."""

from __future__ import annotations

import json
from collections.abc import Sequence

from .records import BACKWARD, MEMORY, OPERATOR, Record

SORTED = {"total": 1, "avg": 4, "min": 2, "max": 3, "count": 0}
"""Columns to sort by, and where they are in a row."""

_CATEGORIES = {BACKWARD: OPERATOR, MEMORY: "Device Storage"}
_TIMES = ("Total Count", "Time (ms)", "Min Time (ms)", "Max Time (ms)", "Avg Time (ms)")
_BYTES = ("Total Count", "Min Use  (kB)", "Max Use  (kB)", "Avg Use  (kB)")

_LONGEST = 60
"""Letters of a name that columns still make way for."""

Row = tuple[int, float, float, float, float]
"""Count, total, minimum, maximum and mean."""

Rows = dict[str, dict[str, Row]]
"""Rows by category and name."""


def rows_of(records: Sequence[Record], sort_by: str, ascending: bool) -> Rows:
    """Milliseconds by category and name; of counters their values, of memory kilobytes."""
    found: dict[str, dict[str, list[float]]] = {}
    for x in records:
        value = x.value if x.phase == "C" else x.duration / 1e6
        if x.category == MEMORY:
            value = x.value / 1000
        category = _CATEGORIES.get(x.category, x.category)
        found.setdefault(category, {}).setdefault(x.name, []).append(value)
    sorted_rows: Rows = {}
    for category, values in found.items():
        rows = {
            name: (len(v), sum(v), min(v), max(v), sum(v) / len(v)) for name, v in values.items()
        }
        order = sorted(rows, key=lambda n: rows[n][SORTED[sort_by]], reverse=not ascending)
        sorted_rows[category] = {name: rows[name] for name in order}
    return sorted_rows


def as_table(found: Rows) -> str:
    """The rows as text."""
    lines = ["", "Profile Statistics:", "\tOf counters the values stand in place of times."]
    width = max((len(name) for rows in found.values() for name in rows), default=0)
    width = max(25, min(width, _LONGEST))
    for category, rows in found.items():
        is_memory = category == _CATEGORIES[MEMORY]
        heads = _BYTES if is_memory else _TIMES
        lines += [category, "================="]
        for cells in (heads, ["-" * len(head) for head in heads]):
            name = "Name" if cells is heads else "----"
            lines.append(f"{name:<{width}} " + " ".join(f"{cell:>16}" for cell in cells))
        for name, (count, *values) in rows.items():
            shown = values[1:] if is_memory else values
            cells = [f"{count:>16}", *(f"{value:>16.4f}" for value in shown)]
            lines.append(f"{name:<{width}} " + " ".join(cells))
        lines.append("")
    return "\n".join(lines) + "\n"


def as_json(found: Rows) -> str:
    """The rows as JSON."""
    names = ("Count", "Total", "Min", "Max", "Avg")
    kinds: dict[str, dict[str, object]] = {"Time": {}, "Memory": {}}
    for category, rows in found.items():
        kind = kinds["Memory" if category == _CATEGORIES[MEMORY] else "Time"]
        kind[category] = {name: dict(zip(names, row, strict=True)) for name, row in rows.items()}
    return json.dumps({**kinds, "Unit": {"Time": "ms", "Memory": "kB"}}, indent=4)
