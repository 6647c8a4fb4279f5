"""Run every case under MXNet 1.9.1 and write what it does to mxnet-1.9.1/.

Each case runs twice, the second time in reverse order: an outcome that is not the same again
(MXNet read memory that is not its own) is recorded as "unstable". A case that ends the process is
recorded as "killed". Both need a row in deviations.py.

    python record.py               write the file
    python record.py --self-check  compare MXNet with the file instead
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from deviations import DEVIATIONS
from parity_harness import Case, difference, keep, load_cases, recorded, run_case


def work() -> None:
    """In the child: read case ids from stdin, write outcomes to stdout, one line each."""
    results = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # MXNet prints from C as well
    import mxnet

    # The cases import ndgrad; here that name means MXNet.
    for name in ("", ".nd", ".autograd"):
        sys.modules[f"ndgrad{name}"] = sys.modules[f"mxnet{name}".replace(".nd", ".ndarray")]
    cases = {case.id: case for case in load_cases()}
    for line in sys.stdin:
        case = cases[line.strip()]
        results.write(json.dumps({case.id: run_case(case, mxnet)}) + "\n")


def run_all(ids: Sequence[str]) -> dict[str, Any]:
    """Outcomes by id. When a case kills the child, the next child goes on behind it."""
    outcomes: dict[str, Any] = {}
    left = list(ids)
    while left:
        child = subprocess.run(
            [sys.executable, __file__, "--work"],
            input="\n".join(left),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        done = [json.loads(line) for line in child.stdout.splitlines()]
        for outcome in done:
            outcomes.update(outcome)
        left = left[len(done) :]
        if left and child.returncode:
            name = signal.Signals(-child.returncode).name if child.returncode < 0 else "exit"
            outcomes[left.pop(0)] = {"killed": name}
    return outcomes


def record(cases: Sequence[Case]) -> int:
    ids = [case.id for case in cases]
    first, second = run_all(ids), run_all(ids[::-1])
    rows: dict[str, Any] = {}
    problems = []
    for case in cases:
        outcome = first[case.id]
        kin = outcome.pop("kin", None)
        again = second[case.id]
        if outcome != again if "killed" in outcome else difference(outcome, again):
            outcome = {"unstable": True}
        if case.says and case.says.lower() not in outcome.get("says", "").lower():
            problems.append(f"{case.id}: MXNet does not say {case.says!r}: {outcome}")
        if not {"value", "raises"} & outcome.keys() and case.id not in DEVIATIONS:
            problems.append(f"{case.id} is {outcome} and has no row in deviations.py")
        if kin and kin[0] in ("NameError", "SyntaxError", "UnboundLocalError", "ImportError"):
            problems.append(f"{case.id} is itself wrong: {outcome}")
        rows[case.id] = {"case": case.digest, **outcome}
    keep(rows)
    print(f"{len(rows)} cases")
    print("\n".join(problems))
    return bool(problems)


def self_check(cases: Sequence[Case]) -> int:
    known = recorded()
    outcomes = run_all([case.id for case in cases])
    failed = 0
    for case in cases:
        if case.id in DEVIATIONS:
            continue
        found = difference(known[case.id], outcomes[case.id], case.says, case.cell.within)
        if found or known[case.id]["case"] != case.digest:
            failed += 1
            print(f"{case.id}: {found or 'changed since it was recorded'}")
    print(f"{len(cases)} cases, {failed} differ, {len(DEVIATIONS)} deviations not compared")
    return bool(failed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--self-check", action="store_true")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work()
        return 0
    cases = load_cases()
    return self_check(cases) if arguments.self_check else record(cases)


if __name__ == "__main__":
    sys.exit(main())
