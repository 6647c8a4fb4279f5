"""`mx.profiler`: what operators, compiled functions, waits and programs themselves record."""

from __future__ import annotations

import gc
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd, profiler
from ndgrad.base import written_function
from ndgrad.kernels.build.launch import compile_seconds, entry_point
from ndgrad.nd import tanh
from ndgrad.ops.bound import CALLS
from ndgrad.ops.table import OPS
from ndgrad.profiler import session
from ndgrad.profiler.records import Record, spans
from ndgrad.profiler.replacing import Hook, Replacements

# --- what a program records -----------------------------------------------------------------------


@pytest.fixture
def _running(tmp_path: Path) -> Iterator[None]:
    profiler.set_config(profile_all=True, filename=str(tmp_path / "trace.json"))
    profiler.dumps(reset=True)
    profiler.set_state("run")
    yield
    profiler.set_state("stop")
    profiler.set_config(profile_all=False)
    profiler.dumps(reset=True)


running = pytest.mark.usefixtures("_running")


def record() -> None:
    domain = profiler.Domain("net")
    task = domain.new_task("task")
    for _ in range(2):
        task.start()
        task.stop()
    with domain.new_frame("frame"), profiler.Event("event"):
        counter = domain.new_counter("counter", 5)
        counter += 3
        counter -= 1
    domain.new_marker("marker").mark()


def statistics() -> dict[str, Any]:
    return json.loads(profiler.dumps(format="json"))["Time"]


@running
def test_statistics() -> None:
    record()
    times = statistics()
    assert {name: list(rows) for name, rows in times.items()} == {
        "net": ["counter", "task"],
        "net,frame": ["frame"],
        "event": ["event"],
        "net,instant_marker": ["marker"],
    }
    assert times["net"]["counter"] == {"Count": 3, "Total": 20, "Min": 5, "Max": 8, "Avg": 20 / 3}
    task = times["net"]["task"]
    assert task["Count"] == 2
    assert 0 <= task["Min"] <= task["Avg"] <= task["Max"] <= task["Total"]
    assert times["net,frame"]["frame"]["Total"] >= times["event"]["event"]["Total"]


@running
def test_table() -> None:
    record()
    table = profiler.dumps(sort_by="count", ascending=True)
    assert table.index("\ntask") < table.index("\ncounter")
    assert "Avg Time (ms)" in table
    for wrong in ({"format": "xml"}, {"sort_by": "name"}):
        with pytest.raises(AssertionError, match="dumps: "):
            profiler.dumps(**wrong)


@running
def test_trace(tmp_path: Path) -> None:
    record()
    profiler.dump()
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert [e["ph"] for e in events] == list("MXXCCCXXi")
    assert events[0]["args"] == {"name": "MainThread"}
    assert [e["args"] for e in events if e["ph"] == "C"] == [
        {"counter": 5},
        {"counter": 8},
        {"counter": 7},
    ]
    profiler.dumps(reset=True)
    record()  # which is finished
    assert not statistics()


@running
def test_pause() -> None:
    profiler.pause()
    record()
    assert not statistics()
    profiler.resume()
    profiler.Event("event").stop()  # without a start
    record()
    assert statistics()["event"]["event"]["Count"] == 1


@running
def test_wrong_arguments() -> None:
    with pytest.raises(MXNetError, match="set_config: Cannot find argument 'file'"):
        profiler.set_config(file="x")
    with pytest.raises(KeyError, match="'run' or 'stop', got 'start'"):
        profiler.set_state("start")
    with pytest.raises(MXNetError, match="mark: Invalid Input: 'everywhere'"):
        profiler.Domain("net").new_marker("marker").mark("everywhere")


@running
def test_old_names(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="use profiler.set_config"):
        profiler.profiler_set_config("all", str(tmp_path / "old.json"))
    with pytest.warns(UserWarning, match="use profiler.set_state"):
        profiler.profiler_set_state("stop")
    with pytest.warns(UserWarning, match="use profiler.dump"):
        profiler.dump_profile()
    assert (tmp_path / "old.json").exists()


# --- what ndgrad records --------------------------------------------------------------------------


def step(x: nd.NDArray) -> None:
    with autograd.record():
        y = tanh(x * x + 1)
    y.backward()


def names(p: profiler.profile, category: str) -> dict[str, int]:
    return {row.name: row.calls for row in p.operators() if row.category == category}


@pytest.fixture
def x() -> nd.NDArray:
    x = nd.ones((2, 3))
    x.attach_grad()
    step(x)
    return x


def test_operators(x: nd.NDArray) -> None:
    codes = {call: call.__code__ for call in CALLS}
    bounds = {op: op.bound for op in OPS.values()}
    with profiler.profile() as p:
        step(x)
        x += x
        x[0] = 2
        x.asnumpy()
        with autograd.pause(), pytest.raises(TypeError):
            nd.softmax("x")
    assert names(p, "operator") == {
        "tanh": 1, "broadcast_mul": 1, "broadcast_add": 2, "setitem": 1, "softmax": 1,
    }  # fmt: skip
    found = {f"_backward_{name}": 1 for name in ("tanh", "broadcast_mul", "broadcast_add")}
    assert names(p, "backward") == found
    assert names(p, "autograd") == {"backward": 1}
    assert names(p, "host read") == {"asnumpy": 1}
    nested = [span.record.name for span in spans(p.records) if span.depth]
    assert nested == ["_backward_tanh", "_backward_broadcast_add", "_backward_broadcast_mul"]
    (facts,) = [r.facts for r in p.records if r.name == "broadcast_mul"]
    assert facts == ([(2, 3), (2, 3)], [(2, 3)], 3 * 24)
    assert 0 < sum(row.own for row in p.operators()) <= p.seconds
    # Everything is what it was, but for what is written at the first call.
    changed = [call for call, code in codes.items() if call.__code__ is not code]
    assert all(codes[call].co_name == "_unwritten" for call in changed)
    assert all(op.bound is bound for op, bound in bounds.items())
    before = len(p.records)
    step(x)
    assert len(p.records) == before


def test_written_when_first_called() -> None:
    seen: list[tuple[object, ...]] = []

    def wrapper(original: Callable[..., Any]) -> Hook:
        def hook(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            seen.append(args)
            return original(*args, **kwargs)

        return hook

    def outer(y: int) -> Callable[..., int]:
        def closure(x: int, *, z: int = 3) -> int:
            return x + y + z

        return closure

    written = written_function("double", lambda: "def double(x, y=1):\n    return 2 * x + y", {})
    closure = outer(5)
    code = closure.__code__
    replacements = Replacements()
    for function in (written, closure):
        replacements.function(function, wrapper)  # type: ignore[arg-type]
    assert (written(2), written(3, y=0), closure(1), closure(1, z=1)) == (5, 6, 9, 7)
    assert seen == [(2,), (3,), (1,), (1,)]
    replacements.restore()
    assert (written(2), closure(1)) == (5, 9)
    assert len(seen) == 4
    assert closure.__code__ is code
    assert written.__code__.co_filename == "<ndgrad>"


def test_compiled(x: nd.NDArray) -> None:
    @mx.compile
    def f(x: nd.NDArray) -> nd.NDArray:
        return tanh(x * x + 1)

    def call() -> None:
        with autograd.record():
            y = f(x)
        y.backward()

    with profiler.profile() as p:
        call()
    name = "test_compiled.<locals>.f"
    assert names(p, "operator") == {}
    assert names(p, "compiled") == {f"compiled {name}": 1, f"trace and compile {name}": 1}
    assert names(p, "backward") == {f"_backward_compiled {name}": 1}
    steps = [row.name for row in p.kernels() if row.category == "step"]
    assert len(steps) == 2
    assert all(re.match("fused_", step) for step in steps)
    with profiler.profile() as p:
        call()
    assert names(p, "compiled") == {f"compiled {name}": 1}
    assert {row.name for row in p.kernels() if row.category == "step"} == set(steps)
    before = len(p.records)
    call()
    assert len(p.records) == before


def test_threads_in_a_trace(x: nd.NDArray, tmp_path: Path) -> None:
    with profiler.profile() as p:
        thread = threading.Thread(target=tanh, args=(x,), name="loader")
        thread.start()
        thread.join()
        tanh(x)
    p.dump(str(tmp_path / "trace.json"))
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    called = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M"}
    calls = [e for e in events if e["name"] == "tanh"]
    assert [called[e["tid"]] for e in calls] == ["loader", "MainThread"]
    assert calls[0]["args"] == {"inputs": "2x3", "outputs": "2x3", "bytes": 48}


def test_memory() -> None:
    nbytes = 1 << 20
    gc.collect()  # arrays of other tests that would be freed meanwhile
    with profiler.profile(profile_memory=True) as p:
        start = p.peak_bytes
        kept = nd.empty((nbytes // 4,))
        dropped = nd.empty((nbytes // 4,))
        del dropped
    assert p.current_bytes - start == nbytes
    assert p.peak_bytes - start == 2 * nbytes
    rows = [row for row in p.memory_by_line() if row[0] == __file__]
    assert [row[2:] for row in rows] == [(1, nbytes), (1, nbytes)]
    assert Path(__file__).name in repr(p)
    del kept


def test_shown(x: nd.NDArray, monkeypatch: pytest.MonkeyPatch) -> None:
    with profiler.profile() as p:
        step(x)
    table = repr(p)
    assert re.search(r"^tanh +1 .*% .*\b48 B ", table, re.MULTILINE)
    assert p.table(rows=1).count("\n") < table.count("\n")
    monkeypatch.setattr(session, "_limit", lambda: 1e9)
    assert "a copy moves 1 GB a second" in p.table(copy_limit=True)
    html = p._repr_html_()
    assert "<svg" in html
    assert "<title>_backward_tanh: " in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    with pytest.raises(MXNetError, match="profile: a scope is profiled once"), p:
        pass
    with pytest.raises(TypeError, match="profile: profile_memory must be a bool, got 1"):
        profiler.profile(profile_memory=1)


def test_time_to_compile(x: nd.NDArray, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter((5.0, 7.5, 7.5, 7.5))
    monkeypatch.setattr(session, "compile_seconds", lambda: next(seconds))
    with profiler.profile() as p:
        step(x)
    assert p.compile_seconds == 2.5
    assert "outside of ndgrad and 2.5 s to compile or load kernels" in repr(p)
    with profiler.profile() as p:
        step(x)
    assert p.compile_seconds == 0 and "compile or load" not in repr(p)


def test_kernels_that_are_compiled_take_time() -> None:
    before = compile_seconds()
    entry_point(numba.njit(lambda i: i + 1), (numba.types.intp,))
    assert compile_seconds() > before


def test_lines_of_cells_have_the_cells_number(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {"ipykernel/23.py": ("Cell", "In[7]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=cells.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert session._place("ipykernel/23.py") == "In[7]"
    assert session._place("/home/me/train.py") == "train.py"
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert session._place("ipykernel/23.py") == "23.py"


def test_copy_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_COPIED", 1 << 16)
    assert session.copy_limit.__wrapped__() > 1e6


def test_scopes_inside(x: nd.NDArray) -> None:
    with profiler.profile() as outer:
        tanh(x)
        with profiler.profile() as inner:
            tanh(x)
        tanh(x)
    assert (names(outer, "operator"), names(inner, "operator")) == ({"tanh": 3}, {"tanh": 1})


@running
def test_parts(x: nd.NDArray) -> None:
    profiler.dumps(reset=True)
    profiler.pause()
    tanh(x)
    profiler.resume()
    step(x)
    rows = statistics()["operator"]
    assert {name: row["Count"] for name, row in rows.items()} == {
        f"{prefix}{name}": 1
        for prefix in ("", "_backward_")
        for name in ("tanh", "broadcast_mul", "broadcast_add")
    }
    profiler.set_state("stop")
    profiler.set_config(profile_all=False, profile_imperative=False)
    profiler.dumps(reset=True)
    profiler.set_state("run")
    tanh(x).asnumpy()
    kept = nd.empty((1 << 16,))
    profiler.set_state("stop")
    profiler.set_config(profile_imperative=True)
    found = json.loads(profiler.dumps(format="json"))
    assert list(found["Time"]) == ["host read"]
    assert found["Memory"]["Device Storage"]["Memory: cpu/0"]["Max"] >= kept.size * 4 / 1000
    assert "Max Use  (kB)" in profiler.dumps()


def test_nesting() -> None:
    def span(
        name: str, start: int, end: int, category: str = "operator", thread: int = 1
    ) -> Record:
        return Record(category, name, "X", start, end - start, 0, thread, None)

    found = spans(
        [
            span("b", 1, 4), span("k", 5, 7, "kernel"), span("a", 0, 9), span("c", 9, 10),
            span("d", 2, 3, thread=2),
        ]
    )  # fmt: skip
    assert [(x.record.name, x.depth, x.own) for x in found] == [
        ("a", 0, 6), ("b", 1, 3), ("k", 1, 2), ("c", 0, 1), ("d", 0, 1),
    ]  # fmt: skip
    assert np.isclose(sum(x.own for x in found if x.record.category != "kernel"), 11)
