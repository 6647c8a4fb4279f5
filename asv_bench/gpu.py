"""How fast kernels are on a GPU: bandwidth as a fraction of a copy's, the rest beside PyTorch.

For each class of kernels that memory holds back: bytes that must be read and written, over time,
over those of a copy from device to device in the same run.  For matrix products and a training
step: ndgrad's time over PyTorch's on the same GPU, if PyTorch with CUDA can be imported.  Prints a
table in Markdown.

    python gpu.py
    python gpu.py --elements 16777216 --rounds 10
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks._base import repetitions, seconds
from benchmarks._programs import MLPStep

import ndgrad as mx
from ndgrad import nd

Run = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One thing to time.

    Attributes
    ----------
    name : str
    build : callable
        Puts the data where they belong and returns what is timed.
    traffic : int
        Bytes that must be read and written; 0 if memory is not what holds it back.
    torch : callable, optional
        The same for PyTorch.
    """

    name: str
    build: Callable[[], Run]
    traffic: int = 0
    torch: Callable[[Any], Run] | None = None


def array(*shape: int, dtype: str = "float32") -> Any:
    """Numbers in (0, 1) on the GPU."""
    return nd.random.uniform(shape=shape, ctx=mx.gpu()).astype(dtype)


def applied(function: Callable[..., Any], *shapes: tuple[int, ...], dtype: str = "float32") -> Any:
    """Builds a run of *function* over arrays of *shapes*."""

    def build() -> Run:
        arrays = [array(*shape, dtype=dtype) for shape in shapes]
        return lambda: function(*arrays)

    return build


def differentiated(function: Callable[..., Any], shape: tuple[int, ...]) -> Callable[[], Run]:
    """Builds a run of the gradient alone of a *function* with one operator."""

    def build() -> Run:
        x = array(*shape)
        x.attach_grad()
        with mx.autograd.record():
            y = function(x)
        head = array(*y.shape)
        return lambda: y.backward(head, retain_graph=True)

    return build


def bandwidth_cases(n: int) -> list[Case]:
    """Classes of kernels over about *n* elements."""
    side = max(64, math.isqrt(n) // 64 * 64)
    rows, width = max(1, n // 1024), 1024
    square, lines, flat = (side, side), (rows, width), (n,)
    one, long = 4 * side * side, 4 * rows * width
    tokens = np.random.default_rng(0).integers(0, rows, rows)

    index = nd.array(tokens, dtype="int64", ctx=mx.gpu())

    def embedded(x: Any) -> Any:
        return nd.take(x, index)

    return [
        Case("add", applied(lambda a, b: a + b, flat, flat), 12 * n),
        Case("add float16", applied(lambda a, b: a + b, flat, flat, dtype="float16"), 6 * n),
        Case("tanh", applied(nd.tanh, flat), 8 * n),
        Case("add a row", applied(lambda a, b: a + b, lines, (width,)), 2 * long),
        Case("float32 to float16", applied(lambda x: x.astype("float16"), flat), 6 * n),
        Case("sum of all", applied(nd.sum, flat), 4 * n),
        Case("sum of rows", applied(lambda x: nd.sum(x, axis=1), lines), long),
        Case("sum of columns", applied(lambda x: nd.sum(x, axis=0), lines), long),
        Case("max of rows", applied(lambda x: nd.max(x, axis=1), lines), long),
        Case("argmax of rows", applied(lambda x: nd.argmax(x, axis=1), lines), long),
        Case("softmax of rows", applied(nd.softmax, lines), 2 * long),
        Case("softmax of columns", applied(lambda x: nd.softmax(x, axis=0), lines), 2 * long),
        Case("gradient of softmax", differentiated(nd.softmax, lines), 3 * long),
        Case("transpose", applied(nd.transpose, square), 2 * one),
        Case("transpose float16", applied(nd.transpose, square, dtype="float16"), one),
        Case("part of each row", applied(lambda x: x[:, : width // 2].copy(), lines), long),
        Case("rows by index", applied(embedded, lines), 2 * long),
        Case("gradient of rows by index", differentiated(embedded, lines), 2 * long),
    ]  # fmt: skip


class _Step(MLPStep):
    """The training step of the CPU's benchmarks, on a GPU."""

    def _torch_arrays(self) -> tuple[Any, Any, list[Any]]:
        x, label, parameters = super()._torch_arrays()
        return x.cuda(), label.cuda(), [p.cuda() for p in parameters]


def other_cases(side: int) -> list[Case]:
    """Matrix products and a training step."""

    def product(size: int, dtype: str) -> Case:
        def by_torch(torch: Any) -> Run:
            a, b = (
                torch.rand(size, size, device="cuda").to(getattr(torch, dtype)) for _ in range(2)
            )
            return lambda: a @ b

        shapes = (size, size), (size, size)
        return Case(f"dot {size} {dtype}", applied(nd.dot, *shapes, dtype=dtype), torch=by_torch)

    def step() -> Run:
        with mx.gpu():
            run: Run = _Step().mx(mx)
        return run

    return [
        *[product(side // k, dtype) for k in (4, 1) for dtype in ("float32", "float16")],
        Case(_Step.name, step, torch=lambda torch: _Step().torch()),
    ]


def synchronized(run: Run, synchronize: Run) -> Callable[[int], Run]:
    """Several runs of *run*, and then a wait for all that they have started."""

    def times(number: int) -> Run:
        def several() -> None:
            for _ in range(number):
                run()
            synchronize()

        return several

    return times


class Timed:
    """The times of one run, round after round."""

    def __init__(self, run: Run, synchronize: Run) -> None:
        times = synchronized(run, synchronize)
        self.number = repetitions(times(1))
        self.run = times(self.number)
        self.seconds: list[float] = []

    def once(self) -> None:
        self.seconds.append(seconds(self.run) / self.number)

    @property
    def best(self) -> float:
        return min(self.seconds)


def cuda_torch() -> Any:
    """PyTorch if it can use a GPU."""
    try:
        import torch
    except ImportError:
        return None
    return torch if torch.cuda.is_available() else None


def device_name() -> str:
    """What the maker calls the GPU."""
    from numba import cuda

    name = getattr(cuda.get_current_device(), "name", "a simulated GPU")
    return name.decode() if isinstance(name, bytes) else str(name)


def measure(case: Case, n: int, rounds: int, torch: Any) -> tuple[float, float | None]:
    """Seconds of a case, and its fraction of a copy or its ratio to PyTorch."""
    timed = [Timed(case.build(), nd.waitall)]
    if case.traffic:
        x = array(n)
        timed.append(Timed(x.copy, nd.waitall))
    elif torch is not None and case.torch is not None:
        timed.append(Timed(case.torch(torch), torch.cuda.synchronize))
    for _ in range(rounds):
        for each in timed:
            each.once()
    ours = timed[0].best
    if case.traffic:
        return ours, case.traffic / ours / (8 * n / timed[1].best)
    return ours, ours / timed[1].best if len(timed) > 1 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, default=1 << 26, help="of an array (67108864)")
    parser.add_argument("--side", type=int, default=4096, help="of the larger matrices (4096)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the best counts (5)")
    given = parser.parse_args()
    try:
        array(1)
    except mx.MXNetError as error:
        sys.exit(f"These benchmarks need a GPU: {error}")
    torch = cuda_torch()
    print(f"{device_name()}; ndgrad {mx.__version__}, ", end="")
    print("no PyTorch with CUDA\n" if torch is None else f"PyTorch {torch.__version__}\n")
    print("| Case | time | of a copy | over PyTorch |\n| --- | --- | --- | --- |")
    fractions = []
    for case in [*bandwidth_cases(given.elements), *other_cases(given.side)]:
        taken, value = measure(case, given.elements, given.rounds, torch)
        if case.traffic and value is not None:
            fractions.append(value)
        cells = [f"{value:.0%}", "-"] if case.traffic and value is not None else ["-", "-"]
        if not case.traffic and value is not None:
            cells[1] = f"{value:.2f}"
        print(f"| {case.name} | {taken * 1e6:.4g} us | {' | '.join(cells)} |", flush=True)
    print(f"\nMedian of a copy: {statistics.median(fractions):.0%}")


if __name__ == "__main__":
    main()
