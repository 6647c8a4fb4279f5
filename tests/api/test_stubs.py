"""The stubs, from which editors and type checkers know what is made at run time."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import ndgrad

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture(scope="module")
def stubs() -> dict[str, str]:
    sys.path.insert(0, str(TOOLS))
    try:
        import write_stubs
    finally:
        sys.path.remove(str(TOOLS))
    return write_stubs.stubs()


def test_the_files_are_what_the_table_says(stubs: dict[str, str]) -> None:
    folder = Path(ndgrad.__file__).parent / "_stubs"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.pyi")}
    stale = [name for name in {*files, *stubs} if files.get(name) != stubs.get(name)]
    assert not stale, f"{sorted(stale)} are out of date: run `python tools/write_stubs.py`"


def test_they_have_every_name_that_no_source_has(stubs: dict[str, str]) -> None:
    for name, space in (("nd_op", ndgrad.nd.op), ("symbol_internal", ndgrad.symbol._internal)):
        (names,) = (
            ast.literal_eval(node.value)
            for node in ast.parse(stubs[f"{name}.pyi"]).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        )
        assert {*names} == {*space.__all__}
