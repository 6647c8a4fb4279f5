"""Time ndgrad beside other libraries, and hold it to the targets of the table of cases.

Each library runs in a process of its own, with the same number of threads.  The processes take
turns: round after round each is asked for one timing of the same case, so that whatever else the
machine does falls on all of them alike.  Of the rounds the minimum and the median are kept.

    python peers.py --cases 'eager/*' 'dot/*' --rounds 10
    python peers.py --libraries ndgrad mxnet --python mxnet=/opt/mxnet/bin/python
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks._base import (
    CLOCKS,
    LIBRARIES,
    WAYS,
    Case,
    module_of,
    repetitions,
    seconds,
    to_numpy,
)
from benchmarks._cases import CASES, nearest_copy
from benchmarks._elementwise import Elementwise, rows
from benchmarks._fresh import Fresh
from plots import draw

COPY_FRACTION = 0.8
"""What memory-bound kernels shall reach of the bandwidth of a copy: the floor of their time."""

# Idle threads spin for a while, on the next library's cores: OpenMP's for some 10 ms, OpenBLAS's,
# which are NumPy's, for 2**28 cycles: a tenth of a second.
SETTLE_SECONDS = 0.02
"""Processes are left alone until they take no processor time for so long ..."""

SPIN_SECONDS = 0.2
"""... or for so long, after which no library's threads spin."""

_SAME = 0.01  # relative difference of results from which something else was computed
_EAGER = ("torch", "numpy", "autograd", "mxnet")  # JAX's gradients are compiled
_REFERENCES = ("torch", "jax", "ndgrad-eager")  # whose results are taken for right


INSTRUCTION_SETS: dict[str, dict[str, str]] = {
    "native": {},
    "avx2": {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,+f16c",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    },
}
"""What tells every library which instructions to use; ``native`` is all that the processor has."""

# --- the process of one library -------------------------------------------------------------------


class Worker:
    """Answers requests on standard input, one JSON object a line, until it ends."""

    def __init__(self, library: str, threads: int, clock: str) -> None:
        self.library = library
        self.clock = getattr(time, CLOCKS[clock])
        Fresh.clock = CLOCKS[clock]
        self.run: Any = None
        self.case: Case
        self.number = 1
        module = importlib.import_module(module_of(library))
        if module_of(library) == "torch":
            module.set_num_threads(threads)
        self.version = getattr(module, "__version__", None)
        if self.version is None:
            self.version = importlib.import_module("importlib.metadata").version(library)

    def hello(self) -> dict[str, Any]:
        if self.library == "torch-compile" and not shutil.which(os.environ.get("CXX", "g++")):
            return {"missing": "there is no C++ compiler (CXX, or else g++)"}
        return {"version": self.version, "python": platform.python_version()}

    def rows(self) -> dict[str, Any]:
        return {"rows": rows()}

    def prepare(self, name: str, row: dict[str, Any] | None, results: str) -> dict[str, Any]:
        """Set the case up, compile, and find how often a timing must repeat it.

        Of a case with a tolerance, the second run's results go to the file *results*.
        """
        self.run = None  # the last case's memory goes first
        self.case = CASES[name] if row is None else Elementwise(row)
        try:
            self.run = self.case.build(self.library)
        except NotImplementedError as reason:
            return {"missing": str(reason)}
        if self.case.times_itself:
            return {"check": None}
        result = self.run()
        check = None
        if self.case.tolerance is not None:
            np.savez(results, *map(to_numpy, self.run()))
        elif result is not None and self.case.comparable:
            check = float(abs(to_numpy(result).astype("float64")).mean())
        del result
        self.number = repetitions(self.run)
        return {"check": check}

    def time(self) -> dict[str, Any]:
        if self.case.times_itself:
            return {"seconds": self.run()}
        self.run()  # another process has used the caches
        return {"seconds": seconds(self.run, self.number, self.clock) / self.case.per}

    def serve(self) -> None:
        # What a library prints must not get between the answers.
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = getattr(self, request.pop("do"))(**request)
            except Exception as error:  # one case that fails is no reason to lose the others
                self.run = None
                answer = {"failed": f"{type(error).__name__}: {error}"[:300]}
            print(json.dumps(answer), file=answers, flush=True)


def thread_variables(threads: int) -> dict[str, str]:
    """The environment that tells every library to use *threads*, once it is imported."""
    names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "NDGRAD")
    return {f"{name}_NUM_THREADS": str(threads) for name in names}


class Peer:
    """The other end: a library's process, seen from here."""

    def __init__(
        self, library: str, python: str, threads: int, clock: str, instructions: str
    ) -> None:
        self.library = library
        environment = os.environ | INSTRUCTION_SETS[instructions]
        environment |= thread_variables(threads)
        if (
            module_of(library) == "ndgrad"
        ):  # the checkout that this file stands in, installed or not
            paths = [str(Path(__file__).parents[1]), environment.get("PYTHONPATH")]
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        options = ["--worker", library, "--threads", str(threads), "--clock", clock]
        self.process = subprocess.Popen(
            [python, __file__, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.facts = self.ask("hello")

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Send a request and wait for the answer.

        Raises
        ------
        ConnectionError
            If the process has ended.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps({"do": what, **details}) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise ConnectionError(f"the process of {self.library} has ended") from None
        line = self.process.stdout.readline()
        if not line:
            raise ConnectionError(f"the process of {self.library} has ended")
        return json.loads(line)  # type: ignore[no-any-return]

    def processor_time(self) -> int | None:
        """What its threads have taken so far, in the system's ticks; None if that is not known."""
        try:
            facts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return int(facts[11]) + int(facts[12])  # as a user's and as the system's

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def start(
    libraries: Iterable[str],
    pythons: dict[str, str],
    threads: int,
    clock: str,
    instructions: str,
) -> dict[str, Peer]:
    """The libraries that can be imported, each in its process."""
    peers = {}
    for library in libraries:
        python = pythons.get(library) or pythons.get(module_of(library), sys.executable)
        try:
            peer = Peer(library, python, threads, clock, instructions)
        except (ConnectionError, OSError):
            print(f"{library} is left out: it cannot be imported", file=sys.stderr)
            continue
        if "missing" in peer.facts:
            print(f"{library} is left out: {peer.facts['missing']}", file=sys.stderr)
            peer.close()
        else:
            peers[library] = peer
    return peers


# --- measuring ------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What was measured of one case."""

    case: Case
    times: dict[str, list[float]] = field(default_factory=dict)
    checks: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    floor: float | None = None  # seconds

    def best(self, library: str) -> float:
        return min(self.times[library])

    def median(self, library: str) -> float:
        return statistics.median(self.times[library])

    @property
    def rivals(self) -> list[str]:
        """Those that the target names and that have been timed."""
        target = self.case.target
        return [] if target is None else [lib for lib in target.against if lib in self.times]

    def ratio(self, library: str, of: Any = min) -> float:
        """ndgrad's time over that of *library*, by the minimum or the median."""
        return of(self.times["ndgrad"]) / of(self.times[library])  # type: ignore[no-any-return]

    def against_best(self, libraries: Sequence[str]) -> float | None:
        """ndgrad's time over that of the fastest of *libraries*; None if there is none."""
        return max(map(self.ratio, libraries), default=None)

    @property
    def fraction(self) -> float | None:
        """Of ndgrad's time, what the floor is."""
        if self.floor is None or "ndgrad" not in self.times:
            return None
        return self.floor / self.best("ndgrad")

    def verdicts(self) -> Iterator[tuple[str, bool]]:
        """Each target, in words, and whether the minimum meets it."""
        if "ndgrad" not in self.times:
            return
        if self.rivals and self.case.target is not None:
            rival = min(self.rivals, key=self.best)
            limit = self.case.target.ratio
            ratio = self.ratio(rival)
            yield f"{ratio:.2f} <= {limit:g} {rival}", ratio <= limit
        eager = self.case.eager_target
        if eager is not None and "ndgrad-eager" in self.times:
            for rival in eager.against:
                if rival in self.times:
                    ratio = self.best("ndgrad-eager") / self.best(rival)
                    yield f"eager {ratio:.2f} <= {eager.ratio:g} {rival}", ratio <= eager.ratio
        if self.case.limit is not None:
            words = quantity(self.case.limit, self.case.unit)
            yield f"<= {words}", self.best("ndgrad") <= self.case.limit
        if self.case.memory_bound and self.fraction is not None:
            yield f">= {COPY_FRACTION:.0%} floor", self.fraction >= COPY_FRACTION

    @property
    def disagreement(self) -> str | None:
        """Which libraries computed something else, if any did."""
        mine = self.checks.get("ndgrad")
        others = [
            f"{library} {value:.6g}"
            for library, value in self.checks.items()
            if mine is not None and not math.isclose(value, mine, rel_tol=_SAME, abs_tol=1e-30)
        ]
        return f"ndgrad {mine:.6g}, {', '.join(others)}" if others else None


def settle(peers: Iterable[Peer]) -> None:
    """Wait until nothing runs in the processes, not even threads that have nothing to do."""
    peers, end = list(peers), time.monotonic() + SPIN_SECONDS
    before = [peer.processor_time() for peer in peers]
    while time.monotonic() < end:
        time.sleep(SPIN_SECONDS if None in before else SETTLE_SECONDS)
        now = [peer.processor_time() for peer in peers]
        if now == before:
            return
        before = now


def measure(case: Case, row: dict[str, Any] | None, peers: dict[str, Peer], rounds: int) -> Outcome:
    """Time a case with every library that can do it."""
    outcome = Outcome(case)
    ready = []
    with tempfile.TemporaryDirectory(prefix="ndgrad-bench-") as folder:
        for library, peer in peers.items():
            results = f"{folder}/{library}.npz"
            answer = peer.ask("prepare", name=case.name, row=row, results=results)
            if "missing" in answer:
                outcome.missing[library] = answer["missing"]
            elif "failed" in answer:
                outcome.failed[library] = answer["failed"]
            else:
                ready.append(library)
                if answer["check"] is not None:
                    outcome.checks[library] = answer["check"]
        if case.tolerance is not None:
            outcome.failed |= wrong(case, case.tolerance, ready, folder)
    ready = [library for library in ready if library not in outcome.failed]
    for turn in range(min(rounds, case.rounds or rounds)):
        first = turn % max(1, len(ready))  # none always follows the same one
        for library in ready[first:] + ready[:first]:
            settle(peers.values())
            answer = peers[library].ask("time")
            if "failed" in answer:
                outcome.failed[library] = answer["failed"]
            else:
                outcome.times.setdefault(library, []).append(answer["seconds"])
    return outcome


def wrong(case: Case, tolerance: float, libraries: Sequence[str], folder: str) -> dict[str, str]:
    """Which libraries computed something else than the first of `_REFERENCES`, and how much."""

    def results(library: str) -> list[Any]:
        with np.load(f"{folder}/{library}.npz") as file:
            return list(file.values())

    reference = next((library for library in _REFERENCES if library in libraries), None)
    if reference is None:
        return {}
    expected = results(reference)
    differences = {library: case.difference(results(library), expected) for library in libraries}
    return {
        library: f"results differ from those of {reference} by {difference:.2g}"
        for library, difference in differences.items()
        if not difference <= tolerance  # NaN is wrong too
    }


def add_floors(outcomes: Sequence[Outcome]) -> None:
    """Tell each outcome the time that its bytes and its operations take at least.

    Bytes go at the bandwidth of a copy of the nearest size, operations at the rate of the fastest
    case of this run, whichever library did it.
    """
    by_name = {outcome.case.name: outcome for outcome in outcomes}
    peak = max(
        (o.case.operations / min(map(o.best, o.times)) for o in outcomes if o.case.operations),
        default=1.0,
    )
    for outcome in outcomes:
        floors = [outcome.case.operations / peak] if outcome.case.operations else []
        if outcome.case.traffic:
            copy = by_name[nearest_copy(outcome.case.traffic).name]
            if copy.times and copy.case.traffic:
                best = min(map(copy.best, copy.times))
                floors.append(best * outcome.case.traffic / copy.case.traffic)
        outcome.floor = max(floors, default=None)


# --- reporting ------------------------------------------------------------------------------------


_UNITS = {
    "s": (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)),
    "B": (("GB", 1e-9), ("MB", 1e-6), ("kB", 1e-3), ("B", 1.0)),
}


def quantity(value: float, unit: str) -> str:
    """Seconds or bytes in the unit that leaves three digits."""
    name, factor = next((u for u in _UNITS[unit] if value * u[1] >= 1), _UNITS[unit][-1])
    return f"{value * factor:.3g} {name}"


def table(outcomes: Sequence[Outcome], libraries: Sequence[str]) -> list[list[str]]:
    """Header and rows of what is printed."""
    others = [lib for lib in libraries if lib != "ndgrad" and any(lib in o.times for o in outcomes)]
    lines = [["case", "ndgrad", *others, "floor", "target", "met"]]
    for outcome in outcomes:
        cells = [outcome.case.name]
        for library in ("ndgrad", *others):
            if library in outcome.failed:
                cells.append("fails")
            elif library not in outcome.times:
                cells.append("-")
            else:
                unit = outcome.case.unit
                best, median = outcome.best(library), outcome.median(library)
                cell = f"{quantity(best, unit)} ({quantity(median, unit)})"
                if library != "ndgrad" and "ndgrad" in outcome.times:
                    by_median = outcome.ratio(library, statistics.median)
                    cell = f"{outcome.ratio(library):.2f} ({by_median:.2f}) of {cell}"
                cells.append(cell)
        if outcome.floor is None or outcome.fraction is None:
            cells.append("-")
        else:
            cells.append(f"{quantity(outcome.floor, 's')} ({outcome.fraction:.0%})")
        verdicts = list(outcome.verdicts())
        cells.append(", ".join(words for words, _ in verdicts))
        cells.append(", ".join("yes" if met else "NO" for _, met in verdicts))
        lines.append(cells)
    return lines


def printed(lines: Sequence[Sequence[str]], markdown: bool) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width for width in widths]
    text = []
    for cells in (lines[0], rule, *lines[1:]):
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        text.append(f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip())
    return "\n".join(text)


def remarks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What the table cannot say."""
    verdicts = [met for outcome in outcomes for _, met in outcome.verdicts()]
    yield f"{sum(verdicts)} of {len(verdicts)} targets met (by the minimum)."
    timed = [o for o in outcomes if "ndgrad" in o.times and not o.case.times_itself]
    timed = [o for o in timed if not o.case.name.startswith("copy/")]
    compiled = [o for o in timed if o.case.name.startswith("compiled/")]
    eager = [o for o in timed if o not in compiled]
    for library in _EAGER:
        ratios = [o.ratio(library) for o in eager if library in o.times]
        if ratios:
            mean = statistics.geometric_mean(ratios)
            yield f"Geometric mean over {len(ratios)} eager cases: {mean:.2f} of {library}."
    ratios = [min_ratio for o in compiled if (min_ratio := o.against_best(o.rivals))]
    if ratios:
        mean = statistics.geometric_mean(ratios)
        yield f"Geometric mean over {len(ratios)} compiled cases: {mean:.2f} of the best peer."
    for o in eager:
        ratio = o.against_best([library for library in _EAGER if library in o.times])
        if ratio is not None and ratio > 1:
            yield f"{o.case.name}: {ratio:.2f} of the best eager peer"
    for outcome in outcomes:
        if outcome.disagreement:
            yield f"{outcome.case.name}: results differ (mean magnitude): {outcome.disagreement}"
        for library, reason in outcome.failed.items():
            yield f"{outcome.case.name}: {library} fails: {reason}"
        if "ndgrad" in outcome.missing:
            yield f"{outcome.case.name}: {outcome.missing['ndgrad']}"


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def is_quiet() -> bool:
    """Whether nothing else has run here in the last minute, by the load average."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] < 0.5


def as_text(reports: Sequence[dict[str, Any]]) -> str:
    """The reports in JSON, a case a line, so that they can be compared by `diff`."""
    texts = []
    for report in reports:
        cases = ",\n".join(f"   {json.dumps(case)}" for case in report["cases"])
        machine = json.dumps(report["machine"])
        texts.append(f' {{\n  "machine": {machine},\n  "cases": [\n{cases}\n  ]\n }}')
    return "[\n" + ",\n".join(texts) + "\n]\n"


def as_json(outcomes: Sequence[Outcome], machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": machine,
        "cases": [
            {
                "name": outcome.case.name,
                "bytes" if outcome.case.unit == "B" else "seconds": outcome.times,
                "ratios": {
                    library: outcome.ratio(library)
                    for library in outcome.times
                    if library != "ndgrad" and "ndgrad" in outcome.times
                },
                "floor": outcome.floor,
                "targets": [{"target": words, "met": met} for words, met in outcome.verdicts()],
                "failed": outcome.failed,
            }
            for outcome in outcomes
        ],
    }


# --- the program ----------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--cases",
        nargs="+",
        default=["*"],
        metavar="PATTERN",
        help="names with shell wildcards, such as 'elementwise/*' (default: all); "
        "a group's name alone stands for the group",
    )
    parser.add_argument("--list", action="store_true", help="print the cases' names and stop")
    parser.add_argument("--rounds", type=int, default=7, help="timings of each (default: 7)")
    parser.add_argument(
        "--threads",
        type=int,
        nargs="+",
        default=[2],
        help="for every library: a table for each number (default: 2)",
    )
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="cpu counts processor time: with --threads 1 it can be trusted on a busy machine",
    )
    parser.add_argument(
        "--libraries",
        nargs="+",
        default=LIBRARIES + WAYS,
        choices=LIBRARIES + WAYS,
        metavar="LIBRARY",
        help=f"which to time (default: those of {', '.join(LIBRARIES)} that can be imported, and "
        f"{', '.join(WAYS)} for programs)",
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="LIBRARY=PATH",
        help="the interpreter of a library that lives in another environment",
    )
    parser.add_argument(
        "--instructions",
        nargs="+",
        default=["native"],
        choices=INSTRUCTION_SETS,
        metavar="SET",
        help=f"of {', '.join(INSTRUCTION_SETS)}: a table each (default: native)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every timing there")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FOLDER",
        help="draw ratios to PyTorch, and time against size and threads, as SVG (needs Matplotlib)",
    )
    parser.add_argument("--worker", choices=LIBRARIES + WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def pin(threads: int) -> None:
    """Keep this process and its children on the first *threads* cores, where that can be done.

    JAX takes its threads from the cores it may use, and from nothing else.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def chosen(patterns: Sequence[str], table_rows: Sequence[Any]) -> list[tuple[Case, Any]]:
    """Cases whose names match, copies first if others' traffic is to be compared with them."""
    every: list[tuple[Case, Any]] = [(case, None) for case in CASES.values()]
    every += [(Elementwise(row), row) for row in table_rows]
    wanted = [
        (case, row)
        for case, row in every
        if any(fnmatch(case.name, p) or fnmatch(case.name, f"{p}/*") for p in patterns)
    ]
    if any(case.traffic for case, _ in wanted):
        named = {case.name for case, _ in wanted}
        copies = [c for c in CASES.values() if c.name.startswith("copy/") and c.name not in named]
        wanted = [*((case, None) for case in copies), *wanted]
    return wanted


def main() -> None:
    options = arguments()
    if options.worker:
        Worker(options.worker, options.threads[0], options.clock).serve()
        return
    if options.plot:
        importlib.import_module("matplotlib")  # before an hour of measuring
    pythons = dict(text.split("=", 1) for text in options.python)
    quiet = is_quiet()  # before the first run, which is not
    reports = [
        compare(options, pythons, instructions, threads, quiet)
        for threads in sorted(options.threads, reverse=True)  # pinned to ever fewer cores
        for instructions in options.instructions
    ]
    if options.list:
        return
    if options.json:
        options.json.write_text(as_text(reports))
    if options.plot:
        print(*draw(reports, options.plot), sep="\n")


def _is_for(case: Case, way: str) -> bool:
    """Whether a case is written for a way of using a library."""
    return case.name.startswith("compiled") or hasattr(case, way.replace("-", "_"))


def compare(
    options: argparse.Namespace,
    pythons: dict[str, str],
    instructions: str,
    threads: int,
    quiet: bool,
) -> dict[str, Any]:
    """Time every case with the libraries told to use *instructions*, and print the table."""
    pin(threads)

    def started(libraries: Iterable[str]) -> dict[str, Peer]:
        return start(libraries, pythons, threads, options.clock, instructions)

    peers = started(library for library in options.libraries if library not in WAYS)
    if "ndgrad" not in peers:
        sys.exit("ndgrad itself cannot be imported")
    cases = chosen(options.cases, peers["ndgrad"].ask("rows")["rows"])
    if options.list:
        print("\n".join(case.name for case, _ in cases))
        return {}
    ways = [library for library in options.libraries if library in WAYS]
    peers |= started(way for way in ways if any(_is_for(case, way) for case, _ in cases))
    outcomes = []
    for i, (case, row) in enumerate(cases, start=1):
        print(f"\r\033[K{i}/{len(cases)} {case.name}", end="", file=sys.stderr, flush=True)
        outcomes.append(measure(case, row, peers, options.rounds))
    print("\r\033[K", end="", file=sys.stderr)
    add_floors(outcomes)
    machine = {
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "quiet": quiet,
        "instructions": instructions,
        "threads": threads,
        "clock": options.clock,
        "rounds": options.rounds,
        "libraries": {library: peer.facts for library, peer in peers.items()},
    }
    for peer in peers.values():
        peer.close()
    versions = ", ".join(f"{lib} {facts['version']}" for lib, facts in machine["libraries"].items())
    print(
        f"{machine['processor']}, instructions: {instructions}, threads: {threads}, "
        f"rounds: {options.rounds}, {options.clock} clock; {versions}"
    )
    print("Times: minimum (median). Beside a peer: ndgrad's time over the peer's, lower is better.")
    print(
        "Floor: the time of the bytes at a copy's bandwidth, or of the operations at the best rate"
    )
    print("of this run, and how much of ndgrad's time that is.\n")
    print(printed(table(outcomes, options.libraries), options.markdown))
    print()
    print("\n".join(remarks(outcomes)), end="\n\n")
    return as_json(outcomes, machine)


if __name__ == "__main__":
    main()
