"""`mx.profiler`: what tasks, frames, events, counters and markers record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ndgrad import MXNetError, profiler


@pytest.fixture(autouse=True)
def _running(tmp_path: Path) -> Iterator[None]:
    profiler.set_config(profile_all=True, filename=str(tmp_path / "trace.json"))
    profiler.dumps(reset=True)
    profiler.set_state("run")
    yield
    profiler.set_state("stop")
    profiler.dumps(reset=True)


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


def test_table() -> None:
    record()
    table = profiler.dumps(sort_by="count", ascending=True)
    assert table.index("\ntask") < table.index("\ncounter")
    assert "Avg Time (ms)" in table
    for wrong in ({"format": "xml"}, {"sort_by": "name"}):
        with pytest.raises(AssertionError, match="dumps: "):
            profiler.dumps(**wrong)


def test_trace(tmp_path: Path) -> None:
    record()
    profiler.dump()
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert [e["ph"] for e in events] == list("XXCCCXXi")
    assert [e["args"] for e in events if e["ph"] == "C"] == [
        {"counter": 5},
        {"counter": 8},
        {"counter": 7},
    ]
    profiler.dumps(reset=True)
    record()  # which is finished
    assert not statistics()


def test_pause() -> None:
    profiler.pause()
    record()
    assert not statistics()
    profiler.resume()
    profiler.Event("event").stop()  # without a start
    record()
    assert statistics()["event"]["event"]["Count"] == 1


def test_wrong_arguments() -> None:
    with pytest.raises(MXNetError, match="set_config: Cannot find argument 'file'"):
        profiler.set_config(file="x")
    with pytest.raises(KeyError):
        profiler.set_state("start")
    with pytest.raises(MXNetError, match="mark: Invalid Input: 'everywhere'"):
        profiler.Domain("net").new_marker("marker").mark("everywhere")


def test_old_names(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="use profiler.set_config"):
        profiler.profiler_set_config("all", str(tmp_path / "old.json"))
    with pytest.warns(UserWarning, match="use profiler.set_state"):
        profiler.profiler_set_state("stop")
    with pytest.warns(UserWarning, match="use profiler.dump"):
        profiler.dump_profile()
    assert (tmp_path / "old.json").exists()
