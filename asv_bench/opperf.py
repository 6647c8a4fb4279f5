"""Time every operator of the op table, forward and with gradients, beside PyTorch and MXNet.

Those libraries are timed that this interpreter can import, on the same values.  A result in JSON
holds the inputs too: another interpreter, which may have no ndgrad, reads it with ``--merge`` and
adds the libraries that the result lacks.

    python opperf.py --ops tanh,dot
    python opperf.py --groups nn,reduce --output nn.json --output-format json
    python opperf.py --groups nn --runs 5 --summary results/operators.json
    /opt/mxnet/bin/python opperf.py --merge nn.json --output nn.md --output-format md
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks._base import Run, integers, seconds, to_numpy, uniform
from benchmarks._calls import SHAPES, TORCH_CALLS
from benchmarks._elementwise import TORCH, Elementwise, described
from peers import SETTLE_SECONDS, pin, printed, processor, quantity, thread_variables
from plots import NAMES, ratio_bars, svg

LIBRARIES = ("ndgrad", "torch", "mxnet")
WAYS = ("forward", "forward+backward")
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

_SAME = 0.01  # relative difference of results from which something else was computed
_LARGE = {1: (1 << 20,), 2: (1024, 1024), 3: (64, 128, 128), 4: (32, 32, 32, 32)}

# --- what to time ---------------------------------------------------------------------------------


def _enlarged(args: Sequence[Any]) -> list[Any]:
    """Element-wise inputs with long axes; those of length one, which are broadcast, stay."""
    shapes = [np.shape(np.empty(arg) if isinstance(arg, tuple) else arg) for arg in args]
    most = max(map(len, shapes), default=0)
    if most not in _LARGE:
        return list(map(described, args))
    result = []
    for arg, shape in zip(args, shapes, strict=True):
        large = _LARGE[most][most - len(shape) :]
        new = tuple(1 if old == 1 else size for old, size in zip(shape, large, strict=True))
        entry = described(arg)
        result.append({**entry, "shape": new} if isinstance(entry, dict) else entry)
    return result


def table_rows(dtype: str) -> list[dict[str, Any]]:
    """What every operator of the table is called with, as plain data (imports ndgrad)."""
    from ndgrad.kernels import OPS
    from ndgrad.ops.table import DIFFERENTIABLE, ElementwiseOp

    rows = []
    for op in OPS.values():
        group, elementwise = op.module.split(".")[2], isinstance(op, ElementwiseOp)
        sample = op.samples[0]
        params = dict(sample.params)
        if op.name in SHAPES:
            shapes, params = SHAPES[op.name]
            args = [arg if isinstance(arg, dict) else {"shape": arg} for arg in shapes]
        elif elementwise or (
            group == "reduce"
            and "shape" not in params  # which would have to fit
            and all(isinstance(arg, tuple) for arg in sample.args)
        ):
            args = _enlarged(sample.args)
        else:
            args = [described(arg) for arg in sample.args]
        states = {*op.updates.values(), *op.auxiliary}
        names = op.inputs * len(args) if op.variadic else op.inputs
        wanted = [
            i
            for i, (arg, name) in enumerate(zip(args, names, strict=False))
            if isinstance(arg, dict) and arg.keys() == {"shape"} and name not in states
        ]
        rows.append(
            {
                "op": op.name,
                "names": list(op.names),
                "group": group,
                "elementwise": elementwise,
                "arithmetic": False,
                "comparable": not op.stochastic,
                "args": args,
                "params": params,
                "domain": list(op.domain),
                "dtype": dtype,
                "wanted": wanted if op.gradient == DIFFERENTIABLE else [],
                "seconds": {},
                "checks": {},
                "errors": {},
            }
        )
    return rows


def _values(row: dict[str, Any]) -> Iterator[Any]:
    """The arguments as NumPy arrays, the same in every process; indices are integers."""
    low, high = row["domain"]
    for position, arg in enumerate(row["args"]):
        if not isinstance(arg, dict):
            yield arg
        elif "high" in arg:
            yield integers(*arg["shape"], high=arg["high"], seed=position)
        elif "values" not in arg:
            yield uniform(*arg["shape"], low=low, high=high, seed=position).astype(row["dtype"])
        elif "shape" in arg:
            yield np.resize(np.asarray(arg["values"], row["dtype"]), arg["shape"])
        else:
            yield np.asarray(arg["values"])


# --- one operator in one library ------------------------------------------------------------------


def _mx_function(library: str, row: dict[str, Any]) -> Callable[..., Any]:
    if library == "ndgrad":
        from ndgrad.kernels import OPS

        return OPS[row["op"]].call
    nd = importlib.import_module("mxnet").nd
    for name in row["names"]:
        for module in (nd, nd._internal):
            if hasattr(module, name):
                return getattr(module, name)  # type: ignore[no-any-return]
    raise NotImplementedError(f"MXNet has no {row['op']}")


def mx_runs(library: str, row: dict[str, Any]) -> list[Run]:
    """Forward, and forward with backward where there is one, in ndgrad or MXNet."""
    mx, function = importlib.import_module(library), _mx_function(library, row)

    def array(value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        return mx.nd.array(value, dtype=row["dtype"] if value.dtype == row["dtype"] else "float32")

    args = list(map(array, _values(row)))
    params = {k: tuple(v) if isinstance(v, list) else v for k, v in row["params"].items()}

    def forward() -> Any:
        result = function(*args, **params)
        mx.nd.waitall()
        return result

    marked = [args[i] for i in row["wanted"]]
    for x in marked:
        x.attach_grad()

    def both() -> Any:
        with mx.autograd.record():
            result = function(*args, **params)
        mx.autograd.backward(result if isinstance(result, list | tuple) else [result])
        mx.nd.waitall()
        return result

    return [forward, both] if marked else [forward]


def torch_runs(row: dict[str, Any]) -> list[Run]:
    import torch

    if row["op"] in TORCH_CALLS:
        call = TORCH_CALLS[row["op"]]
        args = []
    elif row["elementwise"]:
        function = Elementwise(row).peer(TORCH, torch, torch.nn.functional)
        call, args = lambda _, *arguments: function(*arguments), [*row["params"].values()]
    else:
        raise NotImplementedError(f"PyTorch's call of {row['op']} is not known")
    values = list(_values(row))
    args = [torch.from_numpy(v) if isinstance(v, np.ndarray) else v for v in values] + args

    def forward() -> Any:
        with torch.no_grad():
            return call(torch, *args)

    marked = [args[i] for i in row["wanted"]]
    for x in marked:
        x.requires_grad_()

    def both() -> Any:
        for x in marked:
            x.grad = None
        result = call(torch, *args)
        result.backward(torch.ones_like(result))
        return result

    return [forward, both] if marked and call(torch, *args).requires_grad else [forward]


def time_row(
    library: str, row: dict[str, Any], runs: int, warmup: int, clock: Callable[[], float]
) -> None:
    """Add to *row* the seconds of *runs* calls each way, or the error that a call raised."""
    for held in ("seconds", "checks", "errors"):
        row[held].pop(library, None)
    try:
        ways = torch_runs(row) if library == "torch" else mx_runs(library, row)
        result = ways[0]()
        results = result if isinstance(result, list | tuple) else [result]
        if row["comparable"] and results:  # what only writes to its inputs returns none
            row["checks"][library] = float(np.abs(to_numpy(results[0]).astype("float64")).mean())
        time.sleep(SETTLE_SECONDS)
        for way, run in zip(WAYS, ways, strict=False):
            for _ in range(warmup):
                run()
            times = [seconds(run, clock=clock) for _ in range(runs)]
            row["seconds"].setdefault(library, {})[way] = times
    except NotImplementedError:
        pass  # the library does not have it
    except Exception as error:  # one operator that fails is no reason to lose the others
        row["errors"][library] = f"{type(error).__name__}: {error}".splitlines()[0][:200]


def imported(names: Sequence[str], threads: int) -> dict[str, str]:
    """The versions of the libraries that can be imported, each told to use *threads*."""
    os.environ.update(thread_variables(threads))
    pin(threads)
    sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout that this file stands in
    versions = {}
    for name in names:
        try:
            module = importlib.import_module(name)
        except (ImportError, OSError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        if hasattr(module, "set_num_threads"):
            module.set_num_threads(threads)
        versions[name] = str(module.__version__)
    return versions


# --- reporting ------------------------------------------------------------------------------------


def notes(row: dict[str, Any]) -> str:
    """The errors, and which libraries' results differ from ndgrad's."""
    found = [f"{library}: {error}" for library, error in row["errors"].items()]
    mine = row["checks"].get("ndgrad")
    for library, value in row["checks"].items():
        if mine is not None and not math.isclose(value, mine, rel_tol=_SAME, abs_tol=1e-30):
            if not (math.isnan(value) and math.isnan(mine)):
                found.append(f"{library}: mean magnitude {value:.6g}, ndgrad's is {mine:.6g}")
    return "; ".join(found).replace("|", "\\|")


def _inputs(row: dict[str, Any]) -> str:
    words = []
    for arg in row["args"]:
        shape = arg if not isinstance(arg, dict) else arg.get("shape") or np.shape(arg["values"])
        words.append("x".join(map(str, shape)) or "1" if np.ndim(shape) else str(shape))
    return ", ".join(words)


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Medians as a table; those of peers after ndgrad's time over theirs."""
    libraries = [library for library in LIBRARIES if any(library in r["seconds"] for r in rows)]
    columns = [(library, way) for way in WAYS for library in libraries]
    lines = [["operator", "group", "inputs", *(f"{lib} {way}" for lib, way in columns), "notes"]]
    for row in rows:
        cells = [row["op"], row["group"], _inputs(row)]
        for library, way in columns:
            times = row["seconds"].get(library, {}).get(way)
            mine = row["seconds"].get("ndgrad", {}).get(way)
            cell = quantity(statistics.median(times), "s") if times else "-"
            if times and mine and library != "ndgrad":
                cell = f"{statistics.median(mine) / statistics.median(times):.2f} of {cell}"
            cells.append(cell)
        lines.append([*cells, notes(row)])
    return printed(lines, markdown=True)


def summary(report: dict[str, Any], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write shortest times, and ndgrad's over PyTorch's, to *path*, for the pages of operators.

    Operators that it holds already and that are none of *rows* stay.
    """
    machine = {
        "date": date.today().isoformat(),
        "processor": report["processor"],
        "threads": report["threads"],
        "clock": report["clock"],
        "libraries": report["libraries"],
    }
    known = json.loads(path.read_text())["operators"] if path.exists() else {}
    for row in rows:
        mine, peer = (row["seconds"].get(name, {}) for name in ("ndgrad", "torch"))
        if mine:
            least = [min(mine[way]) for way in WAYS if way in mine]
            found = {"inputs": _inputs(row), "seconds": [float(f"{t:.2g}") for t in least]}
            if not any(x.startswith("torch") for x in notes(row).split("; ")):
                ratios = [min(mine[way]) / min(peer[way]) for way in WAYS if way in peer]
                found["torch"] = [round(ratio, 2) for ratio in ratios]
            known[row["op"]] = found
    lines = [f"  {json.dumps(name)}: {json.dumps(known[name])}" for name in sorted(known)]
    path.write_text(
        f'{{\n "machine": {json.dumps(machine)},\n "operators": {{\n'
        + ",\n".join(lines)
        + "\n }\n}\n"
    )


def draw(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write the ratios of medians to each peer, forward and with gradients; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for library in LIBRARIES[1:]:
        bars = []
        for row in rows:
            mine, peer = (row["seconds"].get(name, {}) for name in ("ndgrad", library))
            ratios = [
                statistics.median(mine[way]) / statistics.median(peer[way])
                if way in mine and way in peer
                else None
                for way in WAYS
            ]
            if ratios[0] is not None:
                bars.append((row["op"], ratios))
        if bars:
            files.append(folder / f"opperf-{library}.svg")
            files[-1].write_text(svg(ratio_bars(bars, WAYS, NAMES[library])))
    return files


# --- the program ----------------------------------------------------------------------------------


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


def arguments(argv: Sequence[str] | None) -> tuple[argparse.Namespace, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ops", type=_names, metavar="NAME,...", help="default: all")
    parser.add_argument(
        "--groups",
        type=_names,
        metavar="NAME,...",
        help="folders and files of ndgrad/ops that define the operators (default: all)",
    )
    parser.add_argument(
        "--dtype",
        default="float32",
        choices=("float16", "float32", "float64"),
        help="of the inputs, unless they come with --merge (default: float32)",
    )
    parser.add_argument("--threads", type=_positive, default=2, help="of each library (default: 2)")
    parser.add_argument(
        "--clock",
        choices=tuple(CLOCKS),
        default="wall",
        help="what counts: time, or the processor's, for one thread on a busy machine",
    )
    parser.add_argument("--runs", type=_positive, default=10, help="timed calls (default: 10)")
    parser.add_argument("--warmup", type=int, default=2, help="calls before them (default: 2)")
    parser.add_argument("--merge", type=Path, metavar="FILE", help="add to this result in JSON")
    parser.add_argument(
        "--summary",
        type=Path,
        metavar="FILE",
        help="put the shortest times into a file as results/operators.json, which the docs read",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--output-format", choices=("json", "md"), default="md")
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FOLDER",
        help="draw the ratios to each peer as SVG (needs Matplotlib)",
    )
    return parser.parse_args(argv), parser


def main(argv: Sequence[str] | None = None) -> None:
    options, parser = arguments(argv)
    if options.plot:
        importlib.import_module("matplotlib")  # before all that is timed
    report: dict[str, Any] = json.loads(options.merge.read_text()) if options.merge else {}
    done = report.get("libraries", {})
    versions = imported([name for name in LIBRARIES if name not in done], options.threads)
    if not report:
        if "ndgrad" not in versions:
            parser.error("ndgrad cannot be imported: give --merge a result in JSON")
        report = {
            "processor": processor(),
            "threads": options.threads,
            "clock": options.clock,
            "rows": table_rows(options.dtype),
        }
    report["libraries"] = done | versions
    rows = report["rows"]
    known = {name for row in rows for name in row["names"]}
    if unknown := set(options.ops or ()) - known:
        parser.error(f"--ops: no operator is called {', '.join(sorted(unknown))}")
    groups = {row["group"] for row in rows}
    if unknown := set(options.groups or ()) - groups:
        parser.error(
            f"--groups: {', '.join(sorted(unknown))} is none of {', '.join(sorted(groups))}"
        )
    if options.ops is not None:
        rows = [row for row in rows if not set(options.ops).isdisjoint(row["names"])]
    if options.groups is not None:
        rows = [row for row in rows if row["group"] in options.groups]
    for number, row in enumerate(rows, start=1):
        print(f"\r\033[K{number}/{len(rows)} {row['op']}", end="", file=sys.stderr, flush=True)
        for library in versions:
            time_row(library, row, options.runs, options.warmup, CLOCKS[options.clock])
    print("\r\033[K", end="", file=sys.stderr)
    report["rows"] = rows
    if options.output_format == "json":
        text = json.dumps(report, indent=1, default=str)
    else:
        text = markdown(rows)
    if options.summary:
        summary(report, rows, options.summary)
    if options.plot:
        print(*draw(rows, options.plot), sep="\n", file=sys.stderr)
    if options.output:
        options.output.write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
