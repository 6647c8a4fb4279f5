"""What cases are made of; imports no array library but NumPy, so that any peer's Python can."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

LIBRARIES = ("ndgrad", "torch", "numpy", "jax", "autograd", "mxnet", "numba")
"""Every library that a case may have a setup for; ``autograd`` is HIPS autograd."""

WAYS = ("ndgrad-eager", "torch-compile")
"""Libraries used in another way, which only programs have: see `_programs`."""


def module_of(library: str) -> str:
    """What a library or a way of using it is imported as."""
    return library.partition("-")[0]


Run = Callable[[], Any]

FLOAT = 4  # bytes of a float32, the dtype of all cases


@dataclass(frozen=True)
class Target:
    """At most *ratio* times the time of the fastest of *against* (those that are there)."""

    ratio: float
    against: tuple[str, ...] = ("torch",)


class Case:
    """One thing to time, written once for every library.

    A subclass has a method for each library that can do it, named after the library: it prepares
    the data and returns a function without arguments, the thing that is timed.  What that function
    returns is compared between libraries, unless it is None.  The method `mx` takes the module and
    serves ndgrad and MXNet, whose programs are the same.  A way of using a library has its method
    too, ``torch_compile`` for instance.

    Attributes
    ----------
    name : str
        ``group/variant``.
    target : Target or None
        What ndgrad shall reach in ``peers.py``.
    eager_target : Target or None
        What ``ndgrad-eager`` shall reach.
    limit : float or None
        The same in seconds.
    per : int
        How often one run does what is reported: the time is divided by it.
    traffic : int or None
        Bytes that must be read and written at least.
    operations : int or None
        Multiplications and additions that must be done at least.
    memory_bound : bool
        Whether memory should be all that one run waits for.
    requires : tuple of str
        Names under ``mx.nd``, without which ndgrad or MXNet cannot do it.
    comparable : bool
        Whether libraries return the same values.
    tolerance : float or None
        If given, a run returns a list of arrays, and a library of which one differs by more from
        the reference, as `difference` has it, is not timed.
    times_itself : bool
        Whether a run returns what is reported, measured in a process of its own.
    unit : str
        Of what is reported: ``s`` or ``B``.
    rounds : int or None
        How many timings are enough, where one takes long.
    """

    name: str
    target: Target | None = None
    eager_target: Target | None = None
    limit: float | None = None
    per: int = 1
    traffic: int | None = None
    operations: int | None = None
    memory_bound: bool = False
    requires: tuple[str, ...] = ()
    comparable: bool = True
    tolerance: float | None = None
    times_itself: bool = False
    unit: str = "s"
    rounds: int | None = None

    def build(self, library: str) -> Run:
        """Prepare the case for *library*.

        Raises
        ------
        NotImplementedError
            If the library, or the case for it, lacks something.
        """
        own = getattr(self, library.replace("-", "_"), None)
        if own is not None:
            return own()  # type: ignore[no-any-return]
        mx_run = getattr(self, "mx", None)
        if library not in ("ndgrad", "mxnet") or mx_run is None:
            raise NotImplementedError(f"{self.name} is not written for {library}")
        mx = importlib.import_module(library)
        for path in self.requires:
            try:
                attrgetter(path)(mx.nd)
            except AttributeError:
                raise NotImplementedError(f"{library} has no nd.{path}") from None
        run: Run = mx_run(mx)
        if library == "ndgrad":
            return run  # kernels run synchronously
        wait = mx.nd.waitall

        def waiting() -> Any:
            result = run()
            wait()
            return result

        return waiting

    def difference(self, results: Sequence[Any], reference: Sequence[Any]) -> float:
        """How far the arrays that two libraries returned are apart."""
        if len(results) != len(reference):
            return float("inf")
        return max(map(relative_difference, results, reference))


def relative_difference(a: Any, b: Any) -> float:
    """The largest difference of elements over the largest magnitude; NaN if there is any."""
    a, b = a.ravel().astype("float64"), b.ravel().astype("float64")
    if a.size != b.size:
        return float("inf")
    return float(abs(a - b).max() / (abs(b).max() or 1.0))


def uniform(*shape: int, low: float = -1.0, high: float = 1.0, seed: int = 0) -> Any:
    """The same float32 values in every process."""
    return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")


def integers(*shape: int, high: int, seed: int = 0) -> Any:
    """The same int64 values in [0, high) in every process."""
    return np.random.default_rng(seed).integers(0, high, shape)


def to_numpy(result: Any) -> Any:
    """A result of any library on the host."""
    for name in ("asnumpy", "detach"):
        if hasattr(result, name):
            result = getattr(result, name)()
    return np.asarray(result)


def threads() -> int:
    """How many threads this process was told to use."""
    return int(os.environ.get("NDGRAD_NUM_THREADS") or os.cpu_count() or 1)


# --- timing ---------------------------------------------------------------------------------------

LEAST_SECONDS = 0.02
"""A timing takes at least so long: short runs are repeated within it."""


CLOCKS = {"wall": "perf_counter", "cpu": "process_time"}
"""What a timing may count, and the function of `time` that does."""


def seconds(run: Run, number: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """The mean time of *number* runs."""
    start = clock()
    for _ in range(number):
        run()
    return (clock() - start) / number


def repetitions(run: Run, least: float = LEAST_SECONDS) -> int:
    """How many runs take about *least* seconds; warms up on the way."""
    run()
    run()
    number = 1
    while (taken := seconds(run, number) * number) < least:
        number = max(number + 1, min(10 * number, int(1.2 * number * least / max(taken, 1e-9))))
    return number
