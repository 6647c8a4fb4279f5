"""What `docs/performance.md` shows of the results in `asv_bench/results`: plots, and tables.

A plot becomes a part of the page, so that its text has the page's colour and font.  To look at one
as a file: ``python asv_bench/plots.py asv_bench/results/peers.json FOLDER``.
"""

from __future__ import annotations

import datetime
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[1] / "asv_bench"
sys.path.insert(0, str(BENCHMARKS))

import plots  # noqa: E402

RESULTS = ("peers", "networks", "layers", "convolutions", "sizes")

Report = dict[str, Any]

# What the cases of networks.json are; others go by their names.
TITLES = {
    "models/mlp-128": "Perceptron 784-256-128-10, batch 128",
    "models/lenet-64": "LeNet, batch 64",
    "models/resnet18-8": "ResNet-18 for 32x32 images, batch 8",
    "models/resnet18-inference-1": "ResNet-18, inference of 1 image",
    "models/resnet18-inference-32": "ResNet-18, inference of 32 images",
    "models/separable-16": "Depthwise-separable convolutions, batch 16",
    "models/lstm-language-model": (
        "Language model of two LSTM layers, 128 units, 35 steps, batch 20"
    ),
    "models/transformer-8": "Two layers of a transformer, 128 wide, 64 tokens, batch 8",
    "models/matrix-factorisation": (
        "Matrix factorisation, 50,000 x 64, sparse gradients, batch 1,024"
    ),
    "models/vae-128": "Variational autoencoder, batch 128",
    "models/data-loader": "An epoch of 4,000 images through a `DataLoader` of two workers",
}


def reports(name: str) -> list[Report]:
    text = (BENCHMARKS / "results" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def inline(figure: Any, title: str) -> str:
    """A figure as a block of HTML."""
    text = plots.svg(figure)
    text = text[text.index("<svg") :].replace(plots.TEXT, "currentColor")
    # Styles and names would count for the whole page, and the size is the style sheet's.
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    text = re.sub(r'<svg ([^>]*?)(width|height)="[^"]*" ', r"<svg \1", text, count=1)
    text = re.sub(r'<svg ([^>]*?)(width|height)="[^"]*" ', r"<svg \1", text, count=1)
    text = text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
    return f'```{{raw}} html\n<div class="plot">{text}</div>\n```'


def measured(name: str) -> str:
    """When, on what, and with which versions: a sentence for each run."""
    sentences = []
    for report in reports(name):
        machine = report["machine"]
        date = datetime.date.fromisoformat(machine["date"])
        versions = ", ".join(
            f"{plots.NAMES.get(library, library)} {facts['version']}"
            for library, facts in machine["libraries"].items()
        )
        instructions = plots.SETS.get(machine["instructions"], machine["instructions"])
        threads = machine["threads"]
        parts = [
            f"{machine['processor']}, {instructions}",
            "one thread" if threads == 1 else f"{threads} threads",
            "processor time" if machine["clock"] == "cpu" else "",
            f"{date.day} {date:%B %Y}",
            "the machine was quiet" if machine["quiet"] else "the machine had other guests",
        ]
        sentences.append(f"{', '.join(filter(None, parts))}; {versions}")
    return "\n".join(f"- {sentence}." for sentence in dict.fromkeys(sentences))


def _table(rows: Sequence[Sequence[str]]) -> str:
    header, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *body))


def _cells(case: dict[str, Any] | None, against: Sequence[str], floor: bool) -> Iterator[str]:
    case = case or {"seconds": {}, "ratios": {}, "floor": None}
    times = case["seconds"].get("ndgrad")
    yield plots.seconds_label(min(times)) if times else "-"
    for library in against:
        ratio = case["ratios"].get(library)
        yield "-" if ratio is None else f"{ratio:.2f}"
    if floor:
        yield f"{case['floor'] / min(times):.0%}" if times and case["floor"] is not None else "-"


def table(
    name: str,
    wanted: Callable[[str], bool],
    against: Sequence[str],
    floor: bool = True,
    strip: str = "",
) -> str:
    """Cases as rows; for each instruction set ndgrad's time, ratios to others, and the floor.

    A tab for each processor.
    """
    by_processor: dict[str, list[Report]] = {}
    for report in reports(name):
        by_processor.setdefault(plots.processor(report["machine"]), []).append(report)
    tabs = [
        f"````{{tab-item}} {processor}\n{_cases(found, wanted, against, floor, strip)}\n````"
        for processor, found in by_processor.items()
    ]
    return "\n".join(["`````{tab-set}", *tabs, "`````"])


def _cases(
    found: Sequence[Report],
    wanted: Callable[[str], bool],
    against: Sequence[str],
    floor: bool,
    strip: str,
) -> str:
    header = ["Case"]
    for report in found:
        header.append(plots.SETS[report["machine"]["instructions"]])
        header += [plots.NAMES[library] for library in against]
        header += ["floor"] if floor else []
    by_name = [{case["name"]: case for case in report["cases"]} for report in found]
    rows = [
        [
            case.removeprefix(strip),
            *(cell for cases in by_name for cell in _cells(cases.get(case), against, floor)),
        ]
        for case in by_name[0]
        if wanted(case)
    ]
    return _table([header, *rows])


def list_table(name: str, times: bool) -> str:
    """The cases of all runs; further processors add columns."""
    columns: dict[str, dict[str, tuple[str, ...]]] = {}
    for report in reports(name):
        cells = columns.setdefault(plots.processor(report["machine"]), {})
        for case in report["cases"]:
            cells[case["name"]] = tuple(_cells(case, ["torch"], floor=False))[not times :]
    header = [""]
    for processor in columns:
        which = f", {processor}" if len(columns) > 1 else ""
        header += [f"ndgrad{which}", f"over PyTorch{which}"][not times :]
    first = next(iter(columns.values()))
    rows = [
        [TITLES.get(case, case), *(text for cells in columns.values() for text in cells[case])]
        for case in first
    ]
    return _table([header, *rows])


def convolutions() -> str:
    """Forward, and the gradients by images and by weights, of each convolution."""
    rows = [["Convolution", "Forward", "Gradient of images", "Gradient of weights"]]
    cases = [case for report in reports("convolutions") for case in report["cases"]]
    ratios = {case["name"]: f"{case['ratios']['torch']:.2f}" for case in cases}
    for name, ratio in ratios.items():
        if "+" not in name:
            rows.append([name, ratio, ratios[f"{name}+images"], ratios[f"{name}+weights"]])
    return _table(rows)


def _compiled(name: str) -> bool:
    return name.startswith("compiled/")


def mean() -> str:
    """The geometric means over the eager cases, copies apart."""
    means = []
    found = reports("peers")
    for report, label in zip(found, plots.labels(found), strict=True):
        ratios = [
            case["ratios"]["torch"]
            for case in report["cases"]
            if "torch" in case["ratios"] and not case["name"].startswith(("compiled/", "copy/"))
        ]
        mean = statistics.geometric_mean(ratios)
        means.append(f"{mean:.2f} over {len(ratios)} rows ({label})")
    return f"The geometric mean of the eager ratios to PyTorch is {'; '.join(means)}."


def ratios(which: str) -> str:
    found = reports("peers")
    bars = plots.ratio_bars(plots.ratios(found, which), plots.labels(found))
    return inline(bars, f"Time over PyTorch's: {which}")


def networks() -> str:
    found = reports("networks")
    rows = plots.ratios(found, "networks")
    return inline(plots.ratio_bars(rows, plots.labels(found)), "Steps of training: PyTorch's is 1")


def sizes() -> str:
    panels = plots.sizes(reports("sizes")[0])
    return inline(plots.cost_lines(panels, plots.SIZE), "Time against size")


def threads() -> str:
    return inline(plots.cost_lines(plots.threads(reports("sizes")), "threads", base=0), "Time")


PARTS: dict[str, Callable[[], str]] = {
    **{f"ratios_{which}": partial(ratios, which) for which in (*plots.PARTS, "memory")},
    **{f"measured_{name}": partial(measured, name) for name in RESULTS},
    "mean": mean,
    "cases": partial(table, "peers", lambda name: not _compiled(name), ["torch", "numpy", "jax"]),
    "programs": partial(table, "peers", _compiled, ["torch", "jax"], strip="compiled/"),
    "ratios_networks": networks,
    "networks": partial(list_table, "networks", times=True),
    "convolutions": convolutions,
    "layers": partial(list_table, "layers", times=False),
    "sizes": sizes,
    "threads": threads,
}
