"""What README, docs, docstrings, notebooks and examples show is what happens.

A Markdown page is one session: its ```python blocks run from top to bottom with shared names. Where
a block has prompts, the outputs are compared; the blank line with which an array's repr begins is
left out on the page, and `...` stands for anything.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import io
import json
import pkgutil
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from forms import SLOW

import ndgrad
from ndgrad import autograd

ROOT = Path(__file__).parents[2]
BUILT = (ROOT / "docs" / "operators", ROOT / "docs" / "_build")
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent not in BUILT),
]
MANY_KERNELS = ("compile.md", "gluon.md")
"""Pages whose kernels are compiled for them alone."""

MODULES = ["ndgrad", *(m.name for m in pkgutil.walk_packages(ndgrad.__path__, "ndgrad."))]
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


class _Checker(doctest.OutputChecker):
    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(want, got.lstrip("\n"), optionflags)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    ndgrad.random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - for pages that use NumPy's global state
    yield
    autograd.set_recording(False)
    autograd.set_training(False)


def _run(test: doctest.DocTest) -> None:
    report = io.StringIO()
    runner = doctest.DocTestRunner(_Checker(), verbose=False, optionflags=OPTIONS)
    runner.run(test, out=report.write, clear_globs=False)
    if runner.failures:
        pytest.fail(report.getvalue(), pytrace=False)


def _blocks(text: str) -> list[tuple[int, str]]:
    """Line number and code of each Python block."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start(1)), match[1]) for match in found]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=SLOW if page.name in MANY_KERNELS else (), id=_name(page))
        for page in PAGES
    ],
)
def test_page(page: Path) -> None:
    scope: dict[str, object] = {"__name__": "__main__"}
    for line, code in _blocks(page.read_text(encoding="utf-8")):
        if ">>> " in code:
            parser = doctest.DocTestParser()
            test = parser.get_doctest(code, scope, page.name, str(page), line)
            test.globs = scope  # get_doctest copies
            _run(test)
        else:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile("\n" * line + code, page, "exec"), scope)


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    if ".kernels.cuda." in name:
        pytest.importorskip("numba_cuda", reason="modules for GPUs need numba-cuda")
    # doctest's own finder does not see the forward that `@operator` turned into a row.
    module = importlib.import_module(name)
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    for place in ast.walk(ast.parse(source)):
        text = ast.get_docstring(place) if isinstance(place, DOCUMENTED) else None
        if text and ">>> " in text:
            label = f"{name}.{getattr(place, 'name', '__doc__')}"
            line = place.body[0].lineno - 1
            parser = doctest.DocTestParser()
            _run(parser.get_doctest(text, dict(vars(module)), label, module.__file__, line))


@pytest.mark.full
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    """Every cell runs, and prints what the notebook shows."""
    pytest.importorskip("matplotlib").use("Agg")
    scope: dict[str, object] = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1):
        if cell["cell_type"] != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(cell["source"]), f"{path.name}[{number}]", "exec"), scope)
        streams = [o for o in cell["outputs"] if o["output_type"] == "stream"]
        assert printed.getvalue() == "".join(line for o in streams for line in o["text"])


@pytest.mark.full
@pytest.mark.parametrize("more", [[], ["--compile"]], ids=["eager", "compiled"])
@pytest.mark.parametrize(("network", "epochs", "least"), [("mlp", 4, 0.93), ("conv", 2, 0.95)])
def test_digits(
    network: str,
    epochs: int,
    least: float,
    more: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The example learns in a few epochs, and does the same again with the same seed."""
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    main = runpy.run_path(str(ROOT / "examples" / "digits.py"))["main"]
    arguments = ["--network", network, "--epochs", str(epochs)]
    arguments += ["--output", str(tmp_path / "pictures"), *more]
    accuracy = main(arguments)
    assert accuracy > least
    printed = capsys.readouterr().out
    assert f"{accuracy:.2%}" in printed
    assert "steps a second" in printed
    for name in ("loss.png", "confusion.png"):
        assert (tmp_path / "pictures" / name).read_bytes().startswith(b"\x89PNG")
    assert main(arguments) == accuracy


def test_generated_pages() -> None:
    """Each public row of the table is on a page of operators, each deviation on theirs."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        generate = importlib.import_module("_generate")
    finally:
        sys.path.pop(0)
    families, deviations = generate.PARTS["operators"](), generate.deviations()
    for name in ndgrad.kernels.OPS:
        assert name.startswith("_") or f"[{name}](#op-" in families
    for name in importlib.import_module("deviations").DEVIATIONS:
        assert f"`{name}`" in deviations
