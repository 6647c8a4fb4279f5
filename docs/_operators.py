"""Pages of operators, made from the op table: one for each family, a section for each operator.

`write` puts them where Sphinx finds them; nothing on them is written by hand but the families.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import _tex
import matplotlib
import numpy as np

import ndgrad as mx
from ndgrad.kernels import OPS
from ndgrad.ops.table import CompositeOp, ElementwiseOp, UpdateOp

matplotlib.use("svg")
matplotlib.rcParams["svg.fonttype"] = "none"  # letters as text: smaller, and they can be found
import matplotlib.pyplot as plt  # noqa: E402  # it opens the back end

_LONG = 110  # formulas longer than this are easier to read as code
_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#888888"
_RANGE, _POINTS, _CLIP, _JUMP = 3.0, 241, 4.0, 0.5


class Family(NamedTuple):
    """A page: the name of its file, its title, what is on it, and which modules are."""

    slug: str
    title: str
    about: str
    modules: tuple[str, ...]


FAMILIES = (
    Family(
        "functions",
        "Functions of one array",
        "Element by element, with the shape of the input. In the plots the function is blue, its "
        "derivative orange.",
        ("math.elementwise", "nn.activation"),
    ),
    Family(
        "arithmetic",
        "Arithmetic and comparisons",
        "Of two arrays, or an array and a number. Shapes are broadcast.",
        ("math.operands",),
    ),
    Family(
        "reductions",
        "Reductions and running sums",
        "Over all elements or some axes.",
        ("reduce.reductions", "reduce.extremes"),
    ),
    Family(
        "shapes",
        "Shapes, joining and cutting",
        "Elements in other places.",
        (
            "shape.joining",
            "shape.padding",
            "shape.repeating",
            "shape.reshaping",
            "shape.slicing",
            "shape.transposing",
        ),
    ),
    Family(
        "indexing",
        "Indexing, sorting and sequences",
        "Elements that other arrays choose.",
        ("index.picking", "index.sequence", "index.sorting", "index.taking", "index.vectors"),
    ),
    Family(
        "linear-algebra",
        "Products and linear algebra",
        "Matrices are the last two axes; those before are a batch.",
        ("linalg.determinants", "linalg.factorisations", "linalg.products", "linalg.triangles"),
    ),
    Family(
        "layers",
        "Layers of networks",
        "Most users call them by [Gluon](../gluon.md).",
        (
            "nn.attention",
            "nn.batch_norm",
            "nn.convolution",
            "nn.dense",
            "nn.dropout",
            "nn.norms",
            "nn.pooling",
            "nn.recurrent",
            "nn.softmax",
            "nn.sparsity",
            "nn.unfolding",
        ),
    ),
    Family(
        "losses",
        "Losses and casts",
        "Operators whose gradient is that of a loss; conversions to other dtypes, zeros and ones.",
        ("nn.loss", "nn.ctc", "math.casting"),
    ),
    Family(
        "images",
        "Images and their places",
        "Colours, sizes, samples between pixels, regions and boxes.",
        (
            "image.colours",
            "image.geometry",
            "nn.correlation",
            "nn.deformable_regions",
            "nn.regions",
            "nn.resizing",
            "nn.sampling",
            "detection.boxes",
            "detection.multibox",
            "detection.proposal",
        ),
    ),
    Family(
        "optimizers",
        "Steps of optimizers",
        "They write to the weight and to their states.",
        ("optimizers",),
    ),
    Family(
        "quantization",
        "Quantization",
        "Arrays of 8-bit integers that stand for numbers in a range.",
        (
            "quantization.calibration",
            "quantization.conversions",
            "quantization.layers",
            "quantization.operators",
        ),
    ),
    Family(
        "more",
        "Sparse arrays, signals and others",
        "What is left.",
        ("contrib", "point_processes", "signal", "sparse"),
    ),
)


_TIMES = Path(__file__).parents[1] / "asv_bench" / "results" / "operators.json"


@cache
def _measured() -> Any:
    """What ``asv_bench/opperf.py --summary`` has written."""
    return json.loads(_TIMES.read_text(encoding="utf-8"))


def measured_on() -> str:
    """A sentence that says where and when the times of operators were measured."""
    machine = _measured()["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    what = "Times" if machine["clock"] == "wall" else "Times of the processor"
    threads = "one thread" if machine["threads"] == 1 else f"{machine['threads']} threads"
    return (
        f"{what} were measured on {machine['date']} with {threads} of an {machine['processor']}, "
        f"in float32, with {versions}: the shortest of some calls."
    )


def _duration(seconds: float) -> str:
    units = ("s", 1.0), ("ms", 1e-3), ("us", 1e-6)
    unit, size = next((x for x in units if seconds >= x[1]), units[-1])
    return f"{float(f'{seconds / size:.2g}'):g} {unit}"


def _time(op: Any) -> str:
    """The time of a call, and over PyTorch's of the same; empty where it was not measured."""
    found = _measured()["operators"].get(op.name)
    if found is None:
        return ""
    texts = []
    ways = ("", " with gradients")
    for way, seconds, ratio in zip_longest(ways, found["seconds"], found.get("torch", [])):
        if seconds is not None:
            peer = "" if ratio is None else f" ({ratio:.2f} of PyTorch's)"
            texts.append(f"{_duration(seconds)}{way}{peer}")
    return f"{', '.join(texts)}; inputs: {found['inputs']}"


def shown(name: str) -> str:
    """An operator's name as one writes it after ``nd.``; empty if it is internal."""
    name = name.replace("_contrib_", "contrib.").replace("_image_", "image.")
    return "" if name.startswith("_") else name


def module(op: Any) -> str:
    """The module that declares an operator, under ``ndgrad.ops``."""
    return str(op.module).removeprefix("ndgrad.ops.")


def write(folder: Path) -> None:
    """Write a page for each family into *folder*, and leave those alone that are up to date."""
    folder.mkdir(exist_ok=True)
    public = [op for op in OPS.values() if shown(op.name)]
    placed = {name for family in FAMILIES for name in family.modules}
    missing = {module(op) for op in public} - placed
    if missing:
        raise ValueError(f"FAMILIES has no page for the operators of {sorted(missing)}")
    for family in FAMILIES:
        ops = [op for op in public if module(op) in family.modules]
        text = "\n".join(_page(family, ops))
        path = folder / f"{family.slug}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def families() -> str:
    """Links to the pages, with the names on them."""
    lines = ["```{toctree}", ":hidden:", ""]
    lines += [f"operators/{family.slug}" for family in FAMILIES]
    lines += ["```", ""]
    for family in FAMILIES:
        ops = [op for op in OPS.values() if shown(op.name) and module(op) in family.modules]
        names = sorted((shown(op.name) for op in ops), key=_key)
        links = ", ".join(f"[{name}](#{_anchor(name)})" for name in names)
        lines += [f"**[{family.title}](operators/{family.slug}.md)**: {links}", ""]
    return "\n".join(lines)


def _key(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _anchor(name: str) -> str:
    return f"op-{name.replace('.', '-').replace('_', '-')}"


def _page(family: Family, ops: Iterable[Any]) -> Iterator[str]:
    yield from (f"# {family.title}", "", family.about, "")
    for op in sorted(ops, key=lambda op: _key(shown(op.name))):
        yield from section(op)


def section(op: Any) -> Iterator[str]:
    """Yield the lines of one operator's section."""
    name = shown(op.name)
    yield from (f"({_anchor(name)})=", f"## {name}", "")
    yield from ("```{eval-rst}", f".. autofunction:: ndgrad.nd.{name}", "```", "")
    yield from _formulas(op)
    yield from (f"- {title}: {text}" for title, text in _facts(op))
    yield ""
    plot = _plot(op)
    if plot:
        yield from ("```{raw} html", plot, "```", "")


def _facts(op: Any) -> Iterator[tuple[str, str]]:
    aliases = [f"`{other}`" for other in map(shown, op.aliases) if other]
    if aliases:
        yield "also called", ", ".join(aliases)
    yield "gradient", _gradient(op)
    if time := _time(op):
        yield "time", time
    if op.samples:
        sample = op.samples[0]
        arguments = [str(argument) for argument in sample.args]
        arguments += [f"{key}={value!r}" for key, value in sample.params.items()]
        call = " ".join(f"{shown(op.name)}({', '.join(arguments)})".split())
        yield "a call, with shapes in place of arrays", f"`{call}`"
    yield "defined in", f"`ndgrad/ops/{module(op).replace('.', '/')}.py`"


def _gradient(op: Any) -> str:
    if op.gradient == "zero":
        return "zero"
    if op.gradient == "none":
        return "none; asking for it is an error"
    if isinstance(op, ElementwiseOp):
        return "of any order, by the formula above"
    if isinstance(op, CompositeOp):
        return "of any order, of the operators that it is composed of"
    fused = "; a fused kernel does the first order" if op.fast_vjp else ""
    return f"of any order, written with other operators{fused}"


def _formulas(op: Any) -> Iterator[str]:
    if isinstance(op, UpdateOp):
        texts = op.formulas.items()
        if max(len(text) for _, text in texts) > _LONG:
            code = [f"{name} = {' '.join(text.split())}" for name, text in texts]
            yield from ("```text", *code, "```", "")
            return
        rows = [rf"{_tex.name(name)} &\leftarrow {_tex.tex(text)}" for name, text in texts]
    elif isinstance(op, ElementwiseOp):
        rows = [f"y &= {_tex.tex(op.formula)}"]
        if op.gradient == "differentiable":
            rows += [
                rf"\bar{{{_tex.name(name)}}} &= {_tex.tex(text.replace('y_else', 'y'))}"
                for name, text in op.derivatives.items()
            ]
    else:
        return
    yield from ("$$", r"\begin{aligned}", " \\\\\n".join(rows), r"\end{aligned}", "$$", "")


def _plot(op: Any) -> str:
    """An SVG of a function of one number and its derivative."""
    if not isinstance(op, ElementwiseOp) or len(op.inputs) != 1 or op.gradient != "differentiable":
        return ""
    x = mx.nd.array(np.linspace(-_RANGE, _RANGE, _POINTS))  # NaN is not drawn
    x.attach_grad()
    params = {key: value for key, value in op.samples[0].params.items() if value is not None}
    with mx.autograd.record():
        y = op.call(x, **params)
    y.backward()
    figure, axes = plt.subplots(figsize=(3.2, 2.0))
    outside = np.isnan(y.asnumpy())
    for values, colour in ((x.grad, _ORANGE), (y, _BLUE)):
        curve = values.asnumpy().astype(float)
        curve[outside] = np.nan
        curve[np.abs(np.diff(curve, append=curve[-1])) > _JUMP] = np.nan  # a jump is no line
        axes.plot(x.asnumpy(), curve, color=colour, linewidth=1.5)
    shown_values = np.concatenate([y.asnumpy(), x.grad.asnumpy()])
    finite = shown_values[np.isfinite(shown_values)]
    axes.set_xlim(-_RANGE, _RANGE)
    axes.set_ylim(max(finite.min(), -_CLIP) - 0.2, min(finite.max(), _CLIP) + 0.2)
    axes.axhline(0, color=_GREY, linewidth=0.5)
    axes.axvline(0, color=_GREY, linewidth=0.5)
    axes.tick_params(colors=_GREY, labelsize=7)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return _svg(figure, f"{shown(op.name)} and its derivative")


def _svg(figure: Any, description: str) -> str:
    """The text of a figure, transparent, to stand within a page."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, bbox_inches="tight")
    plt.close(figure)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    return text.replace("<svg", f'<svg role="img" aria-label="{description}"', 1)
