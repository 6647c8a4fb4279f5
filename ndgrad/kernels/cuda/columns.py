"""Element-wise loops over columns of matrices, behind matrix products, on a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...memory.device import Buffer, DeviceArray
from ..cpu import columns as host
from ..spec.columns import NO_NUMBERS, Columns, Product
from ..spec.formula import Loop
from .matmul import product_into


def _on_device(x: Buffer) -> DeviceArray:
    return x  # type: ignore[return-value]


def columns(
    loop: Loop,
    arrays: Mapping[str, Columns],
    rows: int,
    n: int,
    numbers: Mapping[str, float] = NO_NUMBERS,
    steps: int = 1,
    products: Sequence[Product] = (),
    index: Buffer | None = None,
    picked: frozenset[str] = frozenset(),
) -> None:
    """What `ndgrad.kernels.cpu.columns.columns` does: a launch for each product and loop."""
    for t in range(steps):
        for p in products:
            left, result = p.left.at(t), p.result.at(t)
            a = _on_device(left.buffer[left.start : left.start + rows * p.k])
            c = _on_device(result.buffer[result.start : result.start + rows * p.n])
            product_into(
                a, _on_device(p.weight), None, c, rows, p.n, p.k, False, p.turned, 1.0, 1, p.add
            )
        now = {name: x.at(t) for name, x in arrays.items()}
        host.columns(loop, now, rows, n, numbers, index=index, picked=picked)
