"""The process in which a `FirstRun` is measured: ``python -m benchmarks._first CASE LIBRARY``.

Prints seconds of the first run, and bytes of the peak of later ones.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path

from ._base import module_of
from ._cases import CASES

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident(what: str) -> int:
    """Bytes of memory that Linux counts as *what*: VmRSS now, VmHWM at the peak."""
    line = next(s for s in _STATUS.read_text().splitlines() if s.startswith(what))
    return 1024 * int(line.split()[1])


def main() -> None:
    name, library = sys.argv[1:]
    importlib.import_module(module_of(library))
    before = resident("VmRSS") if _STATUS.exists() else 0
    run = CASES[name].build(library)
    start = time.perf_counter()
    run()
    measured = {"s": time.perf_counter() - start}
    if before:
        run()
        gc.collect()
        _RESET.write_text("5")  # the peak begins anew
        for _ in range(3):
            run()
        measured["B"] = resident("VmHWM") - before
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
