"""What the docs take from the code: tables of operators, deviations and missing names.

    python docs/_generate.py operators     print it as Markdown
    python docs/_generate.py deviations
    python docs/_generate.py missing

`conf.py` puts them where a page says ``<!-- generated: operators -->``.
"""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ndgrad
from ndgrad import _mxnet
from ndgrad.kernels import OPS
from ndgrad.ops.table import CompositeOp, ElementwiseOp, UpdateOp

PARITY = Path(__file__).parents[1] / "tests" / "parity"
MXNET_NAMES = PARITY.parent / "upper" / "mxnet-1.9.1" / "names.json"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _module(op: Any) -> str:
    """The module that declares an operator, under ``ndgrad.ops``."""
    return str(op.module).removeprefix("ndgrad.ops.")


def _summary(op: Any) -> str:
    paragraph = op.doc.strip().split("\n\n")[0]
    return _cell(" ".join(paragraph.split()))


def _formula(op: Any) -> str:
    if isinstance(op, UpdateOp):
        return ", ".join(f"{name}: {_code(text)}" for name, text in op.formulas.items())
    return _code(op.formula) if isinstance(op, ElementwiseOp) else ""


def _gradient(op: Any) -> str:
    if op.gradient == "zero":
        return "zero"
    if op.gradient == "none":
        return "an error"
    if isinstance(op, CompositeOp):
        return "by operators, one by one"
    if isinstance(op, ElementwiseOp):
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
    """An operator's name as one writes it after ``nd.``; empty if it is internal."""
    name = name.replace("_contrib_", "contrib.").replace("_image_", "image.")
    return "" if name.startswith("_") else name


def _section(title: str, operators: Iterable[Any]) -> list[str]:
    lines = [f"## {title}", ""]
    lines += ["| Operator | What it is | Formula | Gradient | A sample call |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for op in sorted(operators, key=lambda op: op.name.lower()):
        names = ", ".join(f"`{name}`" for name in map(_shown, (op.name, *op.aliases)) if name)
        cells = (names, _summary(op), _formula(op), _gradient(op), _sample(op))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def operators() -> str:
    """One table for each module of definitions, as Markdown."""
    public = [op for op in OPS.values() if _shown(op.name)]
    lines: list[str] = []
    for module in sorted({_module(op) for op in public}):
        found = [op for op in public if _module(op) == module]
        lines += _section(f"`ndgrad.ops.{module}`", found)
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
    "operators": operators,
    "deviations": deviations,
    "missing": missing,
}

if __name__ == "__main__":
    print(PARTS[sys.argv[1]]())
