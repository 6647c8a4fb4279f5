"""What the recorder and the tests share: read the cases, run one, encode and compare outcomes.

A topic is a file in `cases/`: ordinary Python in cells. What stands above the first cell is run
before each case of the topic, so no case sees what another one did.

    # %% clip-gradient                     one case; its outcome is the value of the last expression
    # %% bad-axis :: exceeds               the outcome is an error whose message has this word
    # %% {op}-{dtype}                      many cases: one for each combination of
    # for op in exp log                    the words given here, which the cell sees as strings
    # for dtype in float32 float64
    # within 1e-5                          MXNet itself is not closer than that
"""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import json
import re
import string
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

HERE = Path(__file__).parent
CASES = HERE / "cases"
RECORDED = HERE / "mxnet-1.9.1"
"""What MXNet made of the cases, a file for each file of cases."""

# (relative, absolute) difference allowed, by dtype; integers and bool must be equal.
TOLERANCE = {
    "float16": (2e-3, 1e-4),
    "float32": (1e-5, 1e-6),
    "float64": (1e-9, 1e-12),
}

# Where MXNet stumbles over an argument in its own internals, the class is an accident. Raising one
# of these instead is no deviation.
DELIBERATE = {"TypeError", "ValueError", "MXNetError"}
ACCIDENTS = {
    "AssertionError": "",
    "AttributeError": "has no attribute '(handle|_used)'",
    "KeyError": "<class ",
}


class Encoded(dict[str, Any]):
    """An outcome as it stands in the JSON file."""


@dataclass(frozen=True)
class Cell:
    topic: str
    name: str
    says: str
    within: float
    setup: CodeType
    setup_text: str
    tree: ast.Module
    path: Path

    @cached_property
    def body(self) -> tuple[CodeType, CodeType | None]:
        """The statements, and the last expression if there is one."""
        *rest, last = self.tree.body
        if not isinstance(last, ast.Expr):
            return compile(self.tree, str(self.path), "exec"), None
        statements = compile(ast.Module(rest, []), str(self.path), "exec")
        return statements, compile(ast.Expression(last.value), str(self.path), "eval")

    @cached_property
    def text(self) -> str:
        return self.setup_text + ast.unparse(self.tree)


@dataclass(frozen=True)
class Case:
    id: str
    cell: Cell
    words: Mapping[str, str]

    @property
    def says(self) -> str:
        return self.cell.says

    @property
    def program(self) -> str:
        """What was run, to be shown."""
        words = "".join(f"{name} = {word!r}\n" for name, word in self.words.items())
        return words + ast.unparse(self.cell.tree)

    @property
    def digest(self) -> str:
        """Changes with the program, not with its layout: tells a stale recording."""
        return f"{zlib.crc32((self.cell.text + repr(self.words)).encode()):08x}"


def recorded() -> dict[str, dict[str, Any]]:
    """What MXNet made of each case, by the case's id."""
    parts = (json.loads(path.read_text("utf-8")) for path in sorted(RECORDED.glob("*.json")))
    return {key: row for part in parts for key, row in part.items()}


def keep(rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what MXNet made of each case, by its id."""
    topics: dict[str, list[str]] = {}
    for key, row in rows.items():
        line = f"{json.dumps(key)}: {json.dumps(row)}"
        topics.setdefault(key.partition("/")[0], []).append(line)
    RECORDED.mkdir(exist_ok=True)
    for topic, lines in topics.items():
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        (RECORDED / f"{topic}.json").write_text(text, encoding="utf-8")


def load_cases(topics: Path = CASES) -> list[Case]:
    cases = [case for path in sorted(topics.glob("*.py")) for case in _read_topic(path)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ValueError(f"two cases are called {case.id}")
        seen.add(case.id)
    return cases


def _read_topic(path: Path) -> Iterator[Case]:
    head, *cells = re.split(r"^# %% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    setup_tree = ast.parse(head)
    setup, setup_text = compile(setup_tree, str(path), "exec"), ast.unparse(setup_tree)
    line = head.count("\n")
    for chunk in cells:
        title, _, code = chunk.partition("\n")
        name, _, says = (part.strip() for part in title.partition("::"))
        tree = ast.increment_lineno(ast.parse(code), line + 1)
        line += chunk.count("\n")
        grid: dict[str, list[str]] = {}
        within = 0.0
        for comment in code.splitlines():
            if match := re.match(r"# for (\w+) in (.+)", comment):
                grid[match[1]] = match[2].split()
            elif match := re.match(r"# within (\S+)", comment):
                within = float(match[1])
            else:
                break
        cell = Cell(path.stem, name, says, within, setup, setup_text, tree, path)
        for words in itertools.product(*grid.values()):
            named = dict(zip(grid, words, strict=True))
            yield Case(f"{path.stem}/{string.Formatter().vformat(name, (), named)}", cell, named)


def run_case(case: Case, mx: ModuleType) -> Encoded:
    """The outcome of one case under `mx`."""
    reset(mx)
    statements, last = case.cell.body
    scope: dict[str, Any] = {"__name__": f"parity_{case.cell.topic}", **case.words}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(case.cell.setup, scope)
            exec(statements, scope)
            value = None if last is None else eval(last, scope)
            return Encoded(value=encode(value))
    except Exception as error:
        kin = [cls.__name__ for cls in type(error).__mro__]
        return Encoded(raises=kin[0], says=essence(str(error)), kin=kin)
    finally:
        reset(mx)


def reset(mx: ModuleType) -> None:
    mx.autograd.set_recording(False)
    mx.autograd.set_training(False)
    # An error that a case left pending, or a broken seed(), must not spoil the next one.
    with contextlib.suppress(Exception):
        mx.nd.waitall()
    with contextlib.suppress(Exception):
        mx.random.seed(0)


def essence(message: str) -> str:
    """The line of a message that says what is wrong, without source positions and addresses."""
    noise = re.compile(r"Traceback|\s*File |\s*$")
    lines = [line for line in message.splitlines() if not noise.match(line)]
    text = lines[0] if lines else ""
    text = re.sub(r"\[\d\d:\d\d:\d\d\] \S+: ", "", text)
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    text = re.sub(r"/([\w.-]+/)+", "", text)
    text = re.sub(r"\bnode_\d+", "node_N", text)
    return text.removeprefix("MXNetError: ")[:280].rstrip()


def encode(value: Any) -> Any:
    """A value as JSON: arrays and scalars with their dtype, containers with their type."""
    if value is None or isinstance(value, (bool, int, str, Encoded)):
        return value
    if isinstance(value, np.generic):
        return Encoded(scalar=value.dtype.name, v=_digits(np.asarray(value)))
    if isinstance(value, float):
        return Encoded(float=repr(value))
    if isinstance(value, np.ndarray):
        return Encoded(np=_kind(value), v=_digits(value))
    if isinstance(value, type):
        return Encoded(type=value.__name__.rstrip("_"))  # NumPy 1 has bool_, NumPy 2 bool
    if isinstance(value, tuple):
        return Encoded(tuple=[encode(item) for item in value])
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return Encoded(dict={str(key): encode(item) for key, item in value.items()})
    if type(value).__name__ == "NDArray":
        data = value.asnumpy()
        where = str(value.context)
        place = {} if where == "cpu(0)" else {"ctx": where}
        return Encoded(nd=_kind(data), v=_digits(data), **place)
    if type(value).__name__ == "Context":
        return Encoded(context=str(value))
    return Encoded(object=type(value).__name__)


def _kind(data: np.ndarray) -> str:
    return f"{data.dtype.name} ({','.join(map(str, data.shape))})"


def _digits(data: np.ndarray) -> str:
    """Shortest digits that read back as the same number."""
    if data.dtype.kind == "O":
        return "..."
    if data.dtype.kind == "b":
        data = data.astype("int8")
    return " ".join(str(item).removesuffix(".0") for item in data.ravel())


def difference(expected: Any, actual: Any, says: str = "", within: float = 0.0) -> str | None:
    """What is different, in words; None where the two outcomes agree."""
    for outcome in (expected, actual):
        if "value" not in outcome and "raises" not in outcome:
            return f"nothing can be compared with {outcome}"
    if "raises" in expected:
        return _error_difference(expected, actual, says)
    if "raises" in actual:
        return f"raised {actual['raises']}: {actual['says']}\nexpected {expected['value']}"
    return _value_difference(expected["value"], actual["value"], within, "")


def _error_difference(expected: Any, actual: Any, says: str) -> str | None:
    wanted, words = expected["raises"].split("|"), expected["says"]
    if "raises" not in actual:
        return f"expected {' or '.join(wanted)}: {words}\ngot {actual['value']}"
    kin = set(actual.get("kin", [actual["raises"]]))
    allowed = set(wanted)
    if wanted[0] in ACCIDENTS and re.search(ACCIDENTS[wanted[0]], words):
        allowed |= DELIBERATE
    if not kin & allowed:
        return f"expected {' or '.join(wanted)}: {words}\ngot {actual['raises']}: {actual['says']}"
    if says.lower() not in actual["says"].lower():
        return f"the message lacks {says!r}: {actual['says']}"
    return None


def _value_difference(expected: Any, actual: Any, within: float, path: str) -> str | None:
    at = f"at {path}: " if path else ""
    if isinstance(expected, list) and isinstance(actual, list):
        pairs: Any = enumerate(zip(expected, actual, strict=False))
        if len(expected) != len(actual):
            return f"{at}expected {len(expected)} items, got {len(actual)}"
    elif isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            return f"{at}expected {expected}, got {actual}"
        if "v" in expected:
            return _number_difference(expected, actual, within, at)
        if "float" in expected:
            same = _close(expected["float"], actual["float"], "float32", within)
            return None if same else f"{at}expected {expected['float']}, got {actual['float']}"
        pairs = [(key, (expected[key], actual[key])) for key in expected]
    else:
        same = type(expected) is type(actual) and expected == actual
        return None if same else f"{at}expected {expected!r}, got {actual!r}"
    for key, (one, other) in pairs:
        if found := _value_difference(one, other, within, f"{path}[{key}]"):
            return found
    return None


def _number_difference(expected: Any, actual: Any, within: float, at: str) -> str | None:
    kinds = [{k: v for k, v in side.items() if k != "v"} for side in (expected, actual)]
    if kinds[0] != kinds[1]:
        return f"{at}expected {kinds[0]}, got {kinds[1]}"
    dtype = str(next(iter(kinds[0].values()))).split()[0]
    if _close(expected["v"], actual["v"], dtype, within):
        return None
    return f"{at}{kinds[0]}\nexpected {expected['v']}\n     got {actual['v']}"


def _close(expected: str, actual: str, dtype: str, within: float) -> bool:
    if dtype not in TOLERANCE:
        return expected == actual
    rtol, atol = TOLERANCE[dtype]
    one, other = (np.array(text.split(), dtype="float64") for text in (expected, actual))
    return one.shape == other.shape and bool(
        np.allclose(other, one, rtol=rtol, atol=max(atol, within), equal_nan=True)
    )
