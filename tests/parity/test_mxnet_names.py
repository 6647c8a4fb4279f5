"""Every name that MXNet 1.9.1 gives an operator is here, or left out for a reason.

``mxnet-1.9.1/names.txt`` lists them: as operators are registered, and as users call them after
``nd.``; methods of arrays as ``NDArray.name``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import ndgrad as mx
from ndgrad.ops.table import ALIASES, OPS

sys.path.insert(0, str(Path(__file__).parent))  # for whatever --import-mode says

from later import has

HERE = Path(__file__).parent
NAMES = frozenset((HERE / "mxnet-1.9.1" / "names.txt").read_text("utf-8").split())


def left_out() -> frozenset[str]:
    """The names in the docs' table of what is left out, and what users call those of contrib."""
    page = (HERE.parents[1] / "docs" / "deviations.md").read_text("utf-8")
    section = page.partition("## Operators that are left out")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    names = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    return frozenset(names | {re.sub("^_contrib_", "contrib.", name) for name in names})


def is_here(name: str) -> bool:
    if name in OPS or name in ALIASES or has(mx.nd, name):
        return True
    return has(mx.nd._internal, name)


def test_every_name_is_here_or_left_out_for_a_reason() -> None:
    missing = {name for name in NAMES if not is_here(name)}
    assert sorted(missing - left_out()) == [], "neither here nor in docs/deviations.md"


def test_nothing_is_left_out_that_is_here() -> None:
    assert sorted(filter(is_here, left_out())) == [], "here: take them from docs/deviations.md"
    assert sorted(left_out() - NAMES) == [], "names that MXNet does not have"
    assert len(left_out()) > 20
