"""How much of the memory's bandwidth kernels reach that do little else than read and write.

The measure is the best copy found in the same process, between the same timings: a fraction means
the same on another machine, which a time does not.
"""

from __future__ import annotations

from typing import Any

from ._base import Case, Run, repetitions, seconds
from ._cases import CASES, nearest_copy
from ._elementwise import Elementwise, rows

_CASES: dict[str, Case] = {name: case for name, case in CASES.items() if case.memory_bound} | {
    case.name: case for case in map(Elementwise, rows()) if case.memory_bound
}
_ROUNDS = 5


class FractionOfCopy:
    """Bytes a second of a kernel over those of a copy of about that size; 0.8 is the target."""

    params = [list(_CASES)]
    param_names = ("case",)
    unit = "fraction"

    def setup(self, name: str) -> None:
        case = _CASES[name]
        copy = nearest_copy(case.traffic or 1)
        self.runs: list[tuple[Run, Any]] = [
            (timed.build(library), timed.traffic)
            for timed, library in ((case, "ndgrad"), (copy, "ndgrad"), (copy, "numpy"))
        ]

    def track_fraction(self, name: str) -> float:
        numbers = [repetitions(run) for run, _ in self.runs]
        best = [0.0] * len(self.runs)
        for _ in range(_ROUNDS):
            for i, (run, traffic) in enumerate(self.runs):
                best[i] = max(best[i], traffic / seconds(run, numbers[i]))
        return best[0] / max(best[1:])
