"""Draw what `peers.py` has measured: SVG files, readable on light and dark pages and on a phone.

python plots.py results/peers.json FOLDER
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Report = dict[str, Any]
"""Results of one run, as ``peers.py --json`` writes them."""

TEXT = "#7b7b7b"  # has the same contrast on white and on black
_COLOURS = {"ndgrad": "#0072b2", "torch": "#d55e00", "numpy": "#009e73", "jax": "#cc79a7"}
_FASTER, _SLOWER = "#009e73", "#d55e00"
_MARKS = (("o", "#cc79a7"), ("s", "#0072b2"), ("D", "#e69f00"))
"""The marker and the colour of each column of ratios behind the bars'."""
NAMES = {"torch": "PyTorch", "numpy": "NumPy", "jax": "JAX", "mxnet": "MXNet"}
SETS = {"native": "AVX-512", "avx2": "AVX2"}

SIZE = "elements (for dot: rows of a square)"

_WIDTH = 4.2  # inches: what a phone shows without making letters smaller
_BAR = 0.19

PARTS = {
    "small": ("eager", "small"),
    "products": ("dot", "dense", "batch-dot", "rnn", "mlp-step", "convolution", "pooling"),
    "elementwise": ("elementwise", "add", "mul", "random"),
    "compiled": ("compiled", "compiled-cold", "compiled-warm"),
    "networks": ("models", "layers"),
}


def part(name: str) -> str:
    """Which of the plots of ratios has the case *name*: ``memory`` has all that no other has."""
    group = name.partition("/")[0]
    return next((part for part, groups in PARTS.items() if group in groups), "memory")


def _figure(height: float, rows: int = 1) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "ndgrad",  # the same file for the same figures
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 8.5,
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), TEXT
        ),
    }
    figure, axes = plt.subplots(rows, figsize=(_WIDTH, height), squeeze=False, layout="constrained")
    for axis in axes[:, 0]:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes[:, 0]


def ratio_bars(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    labels: Sequence[str],
    against: str = "PyTorch",
) -> Any:
    """Bars from 1.0, sorted: to the left where ndgrad takes less time than its peer.

    Parameters
    ----------
    rows : sequence of (str, sequence of float or None)
        The name of a case and its ratios, the first of which is the bar, the others marks.
    labels : sequence of str
        What the ratios are.
    against : str
        The peer.
    """
    rows = sorted(rows, key=lambda row: row[1][0] or 0.0, reverse=True)
    figure, (axis,) = _figure(0.9 + _BAR * len(rows))
    bars = [float(row[1][0] or 1.0) for row in rows]
    colours = [_SLOWER if bar > 1 else _FASTER for bar in bars]
    at = range(len(rows))
    # On a logarithmic axis a bar's width is a difference: from 1.0 to the ratio.
    axis.barh(at, [bar - 1 for bar in bars], left=1, color=colours, height=0.7, label=labels[0])
    marks = zip(labels[1:], _MARKS[: len(labels) - 1], strict=True)
    for number, (other, (marker, colour)) in enumerate(marks, start=1):
        points = [(row[1][number], i) for i, row in enumerate(rows) if row[1][number] is not None]
        axis.plot(*zip(*points, strict=True), marker, ms=3.5, color=colour, label=other)
    axis.set_xscale("log")
    every = [ratio for _, ratios in rows for ratio in ratios if ratio is not None]
    low, high = min(0.5, *every) / 1.1, max(1.5, *every) * 1.1
    axis.set_xlim(low, high)
    steps = (1, 10) if high / low > 50 else (1, 2, 5, 10)
    ticks = [step * 10.0**power for power in range(-3, 3) for step in steps[:-1]]
    ticks = [tick for tick in ticks if low <= tick <= high]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_yticks(at, [name for name, _ in rows])
    axis.tick_params(axis="y", length=0)
    axis.axvline(1, color=TEXT, linewidth=1.2)
    axis.set_xlabel(f"time over {against}'s")
    if len(labels) > 1:
        legend = figure.legend(loc="outside upper center", ncols=2, frameon=False)
        for handle in legend.get_patches():  # bars have two colours
            handle.set_color(TEXT)
    return figure


def cost_lines(
    panels: dict[str, dict[str, list[tuple[float, float]]]], xlabel: str, base: int = 2
) -> Any:
    """Seconds against sizes or threads, a panel for each case and a line for each library.

    Parameters
    ----------
    panels : dict
        Case -> library -> points ``(x, seconds)``.
    xlabel : str
    base : int
        Of the logarithmic axis of x; 0 for a linear one.
    """
    figure, axes = _figure(0.6 + 1.6 * len(panels), len(panels))
    for axis, (title, lines) in zip(axes, panels.items(), strict=True):
        for library, points in lines.items():
            colour = _COLOURS.get(library, TEXT)
            xs, ys = zip(*sorted(points), strict=True)
            axis.plot(xs, ys, "o-", ms=3, lw=1.4, color=colour, label=NAMES.get(library, library))
        if base:
            axis.set_xscale("log", base=base)
            axis.set_yscale("log")
            axis.set_yticks(*_second_ticks(axis.get_ylim()))
            axis.minorticks_off()
        else:
            axis.set_xticks(sorted({x for points in lines.values() for x, _ in points}))
            axis.set_ylim(0)
            ticks = axis.get_yticks()
            axis.set_yticks(ticks, [seconds_label(tick) for tick in ticks])
        axis.set_title(title, loc="left", fontsize=9)
        axis.set_ylabel("time")
    axes[-1].set_xlabel(xlabel)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
    return figure


def seconds_label(value: float) -> str:
    """Seconds in the unit that leaves three digits before the point, or fewer."""
    if not value:
        return "0"
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if value * factor >= 0.999:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _second_ticks(limits: tuple[float, float]) -> tuple[list[float], list[str]]:
    powers = range(math.ceil(math.log10(limits[0])), math.floor(math.log10(limits[1])) + 1)
    ticks = [10.0**power for power in powers]
    return ticks, [seconds_label(tick) for tick in ticks]


# --- from results to plots ------------------------------------------------------------------------


def labels(reports: Sequence[Report]) -> list[str]:
    """What tells each report from the others: instructions, and processors if there are several."""
    machines = [report["machine"] for report in reports]
    sets = [SETS.get(machine["instructions"], machine["instructions"]) for machine in machines]
    if len({machine["processor"] for machine in machines}) == 1:
        return sets
    return [f"{processor(m)}, {which}" for m, which in zip(machines, sets, strict=True)]


def processor(machine: dict[str, Any]) -> str:
    """The microarchitecture, where the processor's name has it in brackets."""
    name = machine["processor"]
    return name.partition("(")[2].rstrip(")") or name


def ratios(
    reports: Sequence[Report], which: str, against: str = "torch"
) -> list[tuple[str, list[float | None]]]:
    """The cases of one part, each with its ratio to *against* in every report; see `ratio_bars`."""
    tables = [{case["name"]: case["ratios"].get(against) for case in r["cases"]} for r in reports]
    names = [
        name
        for name, ratio in tables[0].items()
        if ratio is not None and part(name) == which and name.partition("/")[0] != "sizes"
    ]
    alone = len({name.partition("/")[0] for name in names}) == 1  # the group goes without saying
    return [
        (name.partition("/")[2] if alone else name, [table.get(name) for table in tables])
        for name in names
    ]


def best(report: Report) -> Iterator[tuple[str, str, float]]:
    """Cases, libraries, and the least time that each has taken."""
    for case in report["cases"]:
        for library, times in case.get("seconds", {}).items():
            yield case["name"], library, min(times)


def sizes(report: Report) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """The cases ``sizes/OPERATOR/SIZE``, as `cost_lines` takes them."""
    panels: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for name, library, seconds in best(report):
        group, _, rest = name.partition("/")
        if group == "sizes":
            operator, _, size = rest.partition("/")
            panels.setdefault(operator, {}).setdefault(library, []).append((int(size), seconds))
    return panels


def threads(reports: Sequence[Report]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """The cases of runs that differ in nothing but their threads, as `cost_lines` takes them.

    Of ``sizes`` the largest; none if there is one number of threads.
    """
    instructions = reports[0]["machine"]["instructions"]
    same = [report for report in reports if report["machine"]["instructions"] == instructions]
    if len({report["machine"]["threads"] for report in same}) < 2:
        return {}
    largest = {name: max(map(max, lines.values()))[0] for name, lines in sizes(same[0]).items()}
    panels: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for report in same:
        for name, library, seconds in best(report):
            group, _, rest = name.partition("/")
            operator, _, size = rest.partition("/")
            if group != "sizes" or int(size) == largest[operator]:
                lines = panels.setdefault(rest if group == "sizes" else name, {})
                lines.setdefault(library, []).append((report["machine"]["threads"], seconds))
    return panels


def draw(reports: Sequence[Report], folder: Path) -> list[Path]:
    """Write the plots that *reports* have data for; which files these are."""
    figures: dict[str, Any] = {}
    most = max(report["machine"]["threads"] for report in reports)
    same = [report for report in reports if report["machine"]["threads"] == most]
    for which in (*PARTS, "memory"):
        if rows := ratios(same, which):
            figures[f"ratios-{which}"] = ratio_bars(rows, labels(same))
    if panels := sizes(same[0]):
        figures["sizes"] = cost_lines(panels, SIZE)
    if panels := threads(reports):
        figures["threads"] = cost_lines(panels, "threads", base=0)
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        (folder / f"{name}.svg").write_text(svg(figure))
    return [folder / f"{name}.svg" for name in figures]


def svg(figure: Any) -> str:
    """A figure as SVG without a background; the figure is closed."""
    import io

    import matplotlib.pyplot as plt

    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)
    return text.getvalue()


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    print(*draw(json.loads(source.read_text()), target), sep="\n")
