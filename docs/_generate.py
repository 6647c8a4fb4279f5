"""What the docs take from the code: lists of operators, deviations and missing names.

    python docs/_generate.py operators     print it as Markdown
    python docs/_generate.py deviations
    python docs/_generate.py missing

`conf.py` puts them where a page says ``<!-- generated: operators -->``.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import _figures
import _operators

import ndgrad
from ndgrad import _mxnet

PARITY = Path(__file__).parents[1] / "tests" / "parity"
MXNET_NAMES = PARITY.parent / "upper" / "mxnet-1.9.1" / "names.json"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def deviations() -> str:
    """One section for each reason, as Markdown."""
    sys.path.insert(0, str(PARITY))
    try:
        table = importlib.import_module("deviations").DEVIATIONS
    finally:
        sys.path.remove(str(PARITY))
    sections: dict[str, list[str]] = {}
    for case, row in table.items():
        sections.setdefault(row.why, []).append(f"| `{case}` | {_code(row.instead)} |")
    lines = []
    for why, rows in sections.items():
        heading = why[0].upper() + why[1:]
        lines += [f"## {heading}", "", "| Case | What ndgrad does |", "| --- | --- |", *rows, ""]
    return "\n".join(lines)


def missing() -> str:
    """What MXNet has and ndgrad has not: modules, then names by module, as Markdown."""
    recorded = json.loads(MXNET_NAMES.read_text(encoding="utf-8"))
    modules, names, seen = [], [], set()
    for path, known in recorded.items():
        own = path.removeprefix("mxnet").removeprefix(".")
        try:
            module = _mxnet.module(own) if own else ndgrad
        except ModuleNotFoundError:
            modules.append(_code(path.replace("mxnet", "mx", 1)))
            continue
        lacking = [n for n in known if not hasattr(module, n) and (module.__name__, n) not in seen]
        seen |= {(module.__name__, n) for n in lacking}
        if lacking:
            where = path.replace("mxnet", "mx", 1)
            names.append(f"| {_code(where)} | {', '.join(map(_code, lacking))} |")
    return "\n".join(
        [f"Modules: {', '.join(modules)}.", "", "| Module | Names |", "| --- | --- |", *names]
    )


PARTS: dict[str, Callable[[], str]] = {
    "operators": _operators.families,
    "times": _operators.measured_on,
    "deviations": deviations,
    "missing": missing,
    **_figures.PARTS,
}

if __name__ == "__main__":
    print(PARTS[sys.argv[1]]())
