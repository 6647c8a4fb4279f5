"""What the docs take from the code: the table of operators and the table of deviations.

    python docs/_generate.py operators     print it as Markdown
    python docs/_generate.py deviations

`conf.py` puts them where a page says ``<!-- generated: operators -->``.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ndgrad.kernels import OPS

PARITY = Path(__file__).parents[1] / "tests" / "parity"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _room(op: Any) -> str:
    """The op file that declares a row."""
    if hasattr(op, "formula"):
        return "math.elementwise"
    module: str = op.forward.__module__
    return module.removeprefix("ndgrad.ops.")


def _summary(op: Any) -> str:
    paragraph = op.doc.strip().split("\n\n")[0]
    return _cell(" ".join(paragraph.split()))


def _gradient(op: Any) -> str:
    if op.gradient == "zero":
        return "zero"
    if op.gradient == "none":
        return "an error"
    if hasattr(op, "formula"):
        if len(op.derivatives) == 1:
            return _code(next(iter(op.derivatives.values())))
        return ", ".join(f"{name}: {_code(text)}" for name, text in op.derivatives.items())
    return "by operators, fused for first order" if op.fast_vjp else "by operators"


def _sample(op: Any) -> str:
    """One call that tests and benchmarks make; a tuple in it stands for an array of that shape."""
    if not op.samples:
        return ""
    sample = op.samples[0]
    arguments = [str(argument) for argument in sample.args]
    arguments += [f"{name}={value!r}" for name, value in sample.params.items()]
    return _code(f"{_shown(op.name)}({', '.join(arguments)})")


def _shown(name: str) -> str:
    """A row's name as one writes it after ``nd.``; empty if it is internal."""
    name = name.replace("_contrib_", "contrib.")
    return "" if name.startswith("_") else name


def _section(title: str, rows: Iterable[Any]) -> list[str]:
    lines = [f"## {title}", ""]
    lines += ["| Operator | What it is | Formula | Gradient | A sample call |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for op in sorted(rows, key=lambda op: op.name.lower()):
        names = ", ".join(f"`{name}`" for name in map(_shown, (op.name, *op.aliases)) if name)
        formula = _code(getattr(op, "formula", ""))
        cells = (names, _summary(op), formula, _gradient(op), _sample(op))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def operators() -> str:
    """One table for each op file, as Markdown."""
    public = [op for op in OPS.values() if _shown(op.name)]
    lines: list[str] = []
    for room in sorted({_room(op) for op in public}):
        rows = [op for op in public if _room(op) == room]
        lines += _section(f"`ndgrad/kernels/{room}.py`", rows)
    return "\n".join(lines)


def deviations() -> str:
    """One section for each reason, as Markdown."""
    sys.path.insert(0, str(PARITY))
    try:
        table = importlib.import_module("deviations").DEVIATIONS
    finally:
        sys.path.remove(str(PARITY))
    lines = []
    for why, rows in itertools.groupby(table.items(), key=lambda item: item[1].why):
        lines += [f"## {why}", "", "| Case | What ndgrad does |", "| --- | --- |"]
        lines += [f"| `{case}` | {_code(row.instead)} |" for case, row in rows]
        lines.append("")
    return "\n".join(lines)


PARTS: dict[str, Callable[[], str]] = {"operators": operators, "deviations": deviations}

if __name__ == "__main__":
    print(PARTS[sys.argv[1]]())
