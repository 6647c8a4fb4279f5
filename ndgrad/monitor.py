"""`Monitor`: statistics of what executors and blocks compute, to find where values go wrong."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from .base import public_names
from .nd import NDArray
from .symbol.executor import Executor

__all__ = ["Monitor"]
__dir__ = public_names(globals())

Value: TypeAlias = NDArray | float | Sequence[NDArray | float]
"""What is computed of an array."""

Statistic: TypeAlias = tuple[int, str, Value]
"""The number of the batch, the array's name, and the statistic."""


def mean_magnitude(x: NDArray) -> NDArray:
    """The root mean square: ``norm(x) / sqrt(size)``."""
    return x.norm() / math.sqrt(x.size)


class Monitor:
    """Statistics of outputs, and of arguments, every so many batches.

    Parameters
    ----------
    interval : int
        The number of batches from one report to the next.
    stat_func : callable, optional
        Computes the statistic of an array: an NDArray, a number or a list of them.  By default
        ``norm(x) / sqrt(size)``.
    pattern : str
        A regular expression for the names of arrays that are reported.
    sort : bool
        Whether reports are sorted by name.
    monitor_all : bool
        Whether inputs of operators are reported too.
    """

    def __init__(
        self,
        interval: int,
        stat_func: Callable[[NDArray], Value] | None = None,
        pattern: str = ".*",
        sort: bool = False,
        monitor_all: bool = False,
    ) -> None:
        self.interval = interval
        self.stat_func = stat_func or mean_magnitude
        self.re_prog = re.compile(pattern)
        self.sort = sort
        self.monitor_all = monitor_all
        self.activated = False
        self.queue: list[Statistic] = []
        self.step = 0
        self.exes: list[Executor] = []

    def stat_helper(self, name: str, array: NDArray) -> None:
        """Keep the statistic of an array, if this batch is reported and its name matches."""
        if self.activated and self.re_prog.match(name):
            self.queue.append((self.step, name, self.stat_func(array)))

    def install(self, exe: Executor) -> None:
        """Report what an executor computes."""
        exe.set_monitor_callback(self.stat_helper, self.monitor_all)
        self.exes.append(exe)

    def tic(self) -> None:
        """Begin a batch; call it before forward."""
        if self.step % self.interval == 0:
            self.queue = []
            self.activated = True
        self.step += 1

    def toc(self) -> list[tuple[int, str, str]]:
        """End a batch.

        Returns
        -------
        list of tuple
            The batch's number, an array's name, and its statistics as text; empty if the batch is
            not reported.
        """
        if not self.activated:
            return []
        for exe in self.exes:
            for name, array in {**exe.arg_dict, **exe.aux_dict}.items():
                self.stat_helper(name, array)
        self.activated = False
        if self.sort:
            self.queue.sort(key=lambda statistic: statistic[1])
        report = [(step, name, _text(value)) for step, name, value in self.queue]
        self.queue = []
        return report

    def toc_print(self) -> None:
        """End a batch, and log its report."""
        for step, name, text in self.toc():
            logging.info("Batch: %7d %-30s %s", step, name, text)


def _text(value: Value) -> str:
    """The numbers of a statistic, each followed by a tab."""
    return "".join(f"{_shown(x)}\t" for x in (value if isinstance(value, list) else [value]))


def _shown(x: object) -> object:
    if not isinstance(x, NDArray):
        return x
    return x.asscalar() if x.size == 1 else x.asnumpy()
