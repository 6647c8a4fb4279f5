"""The program that times every operator: its results in JSON and as a table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "asv_bench" / "opperf.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), "--runs", "2", "--warmup", "0", *options]
    return subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))


def test_opperf_writes_timings_and_errors(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    summary = tmp_path / "summary.json"
    summary.write_text('{"operators": {"tanh": {}, "exp": {"seconds": [1]}}}')
    options = "--output", str(result), "--output-format", "json", "--summary", str(summary)
    done = run("--ops", "tanh,dot,sgd_update", *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(summary.read_text())
    assert found["machine"]["clock"] == "wall"
    assert found["operators"].keys() == {"tanh", "dot", "sgd_update", "exp"}
    assert found["operators"]["exp"] == {"seconds": [1]}
    assert found["operators"]["tanh"]["inputs"] == "1024x1024"
    assert len(found["operators"]["tanh"]["seconds"]) == 2

    report = json.loads(result.read_text())
    rows = {row["op"]: row for row in report["rows"]}
    assert rows.keys() == {"tanh", "dot", "sgd_update"}
    assert rows["tanh"]["args"] == [{"shape": [1024, 1024]}]
    for name, row in rows.items():
        assert row["errors"] == {}
        timings = row["seconds"]["ndgrad"]
        ways = ["forward"] if name == "sgd_update" else ["forward", "forward+backward"]
        assert list(timings) == ways
        assert all(len(times) == 2 and min(times) > 0 for times in timings.values())

    # Another interpreter finds the inputs in the file; here the one library is timed again.
    del report["libraries"]["ndgrad"]
    rows["dot"]["args"] = [{"shape": [2, 3]}, {"shape": [2, 3]}]
    result.write_text(json.dumps(report))
    done = run("--merge", str(result), "--groups", "math,linalg")
    assert done.returncode == 0, done.stderr
    lines = [[cell.strip() for cell in line.split(" | ")] for line in done.stdout.splitlines()]
    assert lines[0][0] == "| operator"
    assert "ndgrad forward" in lines[0]
    table = {cells[0].lstrip("| "): cells for cells in lines[2:]}
    assert table.keys() == {"tanh", "dot"}
    assert table["tanh"][2] == "1024x1024"
    assert "s" in table["tanh"][3]
    assert table["dot"][3] == "-"
    assert "ndgrad: " in table["dot"][-1]


def test_opperf_names_what_it_does_not_know() -> None:
    done = run("--ops", "tanh,tahn")
    assert done.returncode == 2
    assert "tahn" in done.stderr
