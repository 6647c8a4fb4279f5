"""Records as a trace that Perfetto and ``chrome://tracing`` show."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from ..base import Shape
from .records import Facts, Record


def chrome_trace(records: Sequence[Record], threads: Mapping[int, str]) -> str:
    """Return the trace as JSON; *threads* are names by identifiers."""
    process = os.getpid()
    events: list[dict[str, object]] = [
        {
            "name": "thread_name",
            "ph": "M",
            "pid": process,
            "tid": thread,
            "args": {"name": threads.get(thread, str(thread))},
        }
        for thread in dict.fromkeys([x.thread for x in records])
    ]
    for x in records:
        event: dict[str, object] = {
            "name": x.name,
            "cat": x.category,
            "ph": x.phase,
            "ts": x.start / 1000,
        }
        event |= {"pid": process, "tid": x.thread}
        if x.phase == "X":
            event["dur"] = x.duration / 1000
            if x.facts is not None:
                event["args"] = _arguments(x.facts)
        elif x.phase == "C":
            event["args"] = {x.name: x.value}
        else:
            event["s"] = "p"
        events.append(event)
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"})


def _arguments(facts: Facts | str) -> dict[str, object]:
    if isinstance(facts, str):
        return {"kernels": facts}
    return {
        "inputs": shapes_text(facts.inputs),
        "outputs": shapes_text(facts.outputs),
        "bytes": facts.nbytes,
    }


def shapes_text(shapes: Sequence[Shape]) -> str:
    """Shapes as people write them: ``2x3, 3``."""
    return ", ".join("x".join(map(str, shape)) or "scalar" for shape in shapes)
