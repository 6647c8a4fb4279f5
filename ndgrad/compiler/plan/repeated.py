"""Plans that are one task list, run for many steps by one call of machine code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...base import HostArray
from ...kernels.cpu.tasks import TaskList
from ...memory.device import Buffer, address
from ...memory.storage import empty
from ..program.instructions import Value

_MOST = 4096  # steps whose arguments are in memory at once


class Repeated:
    """A task list whose arrays lie elsewhere in each step.

    Parameters
    ----------
    tasks : TaskList
    parameters : mapping of str to Value
        What a step is given, by name.
    temporary : sequence of str
        Names of the buffers that *new_space* makes.
    new_space : callable
    known : mapping
        What other names in the tasks are.
    """

    def __init__(
        self,
        tasks: TaskList,
        parameters: Mapping[str, Value],
        temporary: Sequence[str],
        new_space: Callable[[], tuple[Buffer, ...]],
        known: Mapping[str, Any],
    ) -> None:
        self._tasks, self._temporary = tasks, temporary
        self._new_space, self._known = new_space, known
        self._spaces: list[Any] = []
        columns, offsets, sizes = [], [], []
        for name in tasks.given:
            parameter = name.partition("[")[0]
            whole = empty(parameters[parameter].size, parameters[parameter].dtype)
            part = eval(name, {parameter: whole})  # or a slice of it
            columns.append([*parameters].index(parameter))
            offsets.append(address(part) - address(whole))
            sizes.append(part.size)
        self._columns, self._sizes = np.array(columns, np.intp), np.array(sizes, np.int64)
        self._offsets = np.array(offsets, np.int64)

    def run(self, addresses: HostArray) -> None:
        """Run all steps.

        Parameters
        ----------
        addresses : array of int64, 2-d
            For each step where the arrays of the parameters begin.
        """
        try:
            prepared = self._spaces.pop()
        except IndexError:
            names = dict(zip(self._temporary, self._new_space(), strict=True))
            kept = self._tasks.kept
            prepared = self._tasks.prepared({x: eval(x, dict(self._known), names) for x in kept})
        table = addresses[:, self._columns] + self._offsets
        for start in range(0, len(table), _MOST):
            prepared.run_rounds(self._sizes, table[start : start + _MOST])
        self._spaces.append(prepared)
