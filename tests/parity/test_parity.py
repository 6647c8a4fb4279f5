"""ndgrad does what MXNet 1.9.1 does, but for the rows of deviations.py."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import ndgrad as mx

sys.path.insert(0, str(Path(__file__).parent))  # for whatever --import-mode says

from deviations import DEVIATIONS
from later import LATER, has, mentioned
from parity_harness import Case, difference, load_cases, recorded, run_case

CASES = load_cases()
MXNET = recorded()
ASKED = {
    name
    for cell in {case.cell.text: case.cell for case in CASES}.values()
    for name in mentioned(cell.tree)
}
TOPICS = {case.id.partition("/")[0]: case for case in reversed(CASES)}
PROBLEM = "run record.py under MXNet, see README.md"


def missing(case: Case, outcome: Mapping[str, Any]) -> str | None:
    """The declared name for lack of which the case failed, if that is why."""
    for name in mentioned(case.cell.tree):
        lacks = f"has no attribute {name.rpartition('.')[2]!r}"
        if outcome.get("raises") == "AttributeError" and lacks in outcome["says"]:
            return None if has(mx.nd, name) else name
    return None


@pytest.mark.parametrize("name", sorted(LATER))
def test_what_comes_later_is_not_there(name: str) -> None:
    assert not has(mx.nd, name), f"nd.{name} is here: take it from later.py"
    assert name in ASKED, "no case asks for it"


def marks(case: Case) -> Any:
    """Compiled, the first case of each topic stands for the others."""
    return () if case in TOPICS.values() else pytest.mark.full_compiled


@pytest.mark.parametrize("case", [pytest.param(x, id=x.id, marks=marks(x)) for x in CASES])
def test_parity(case: Case) -> None:
    assert case.id in MXNET, f"not recorded: {PROBLEM}"
    assert MXNET[case.id]["case"] == case.digest, f"changed since it was recorded: {PROBLEM}"
    row = DEVIATIONS.get(case.id)
    expected = row.expected() if row else MXNET[case.id]
    says = expected.get("says", "") if row else case.says
    outcome = run_case(case, mx)
    found = difference(expected, outcome, says, case.cell.within)
    if found and (name := missing(case, outcome)):
        pytest.skip(f"nd.{name} comes later")
    if found:
        pytest.fail(f"{found}\n\n{case.program}", pytrace=False)


def test_recording_has_no_leftovers() -> None:
    assert len(CASES) > 2000  # docs/deviations.md says so
    assert MXNET.keys() == {case.id for case in CASES}, PROBLEM


@pytest.mark.parametrize("name", DEVIATIONS)
def test_deviation_deviates(name: str) -> None:
    """A row whose outcome is MXNet's own, or whose case is gone, is no deviation."""
    assert name in MXNET
    row = DEVIATIONS[name].expected()
    if "raises" in row:  # of several classes one may be MXNet's own
        assert "|" in row["raises"] or "raises" not in MXNET[name] or difference(row, MXNET[name])
    else:
        assert difference(MXNET[name], row)
