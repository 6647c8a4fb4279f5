"""Where values of MXNet are kept, and how they are written: for the scripts ``record_*.py``."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "mxnet-1.9.1"


def write_lines(family, values):
    """Write a dict to ``mxnet-1.9.1/<family>.json``, one entry a line."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in values.items()]
    path = FOLDER / f"{family}.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path}: {len(values)} entries")
