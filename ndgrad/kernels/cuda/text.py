"""What generated CUDA modules have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_NUMPY = tuple("bool_ float32 float64 inf int8 int32 int64 uint8 uint16 uint32 uint64".split())
_HALVES = ("float_to_half", "half_to_float")
_VECTORS = tuple(f"{what}{n}" for what in ("load", "pick", "place", "store") for n in (2, 4, 8))


def module(title: str, lines: Sequence[str], scalars: Iterable[str] = ()) -> str:
    """The text of a module of *lines*, with a docstring and whatever the lines need imported."""
    text = "\n".join(lines)
    driver = [name for name in ("cuda", "libdevice") if f"{name}." in text]
    imports = {
        "numpy": [name for name in _NUMPY if f"{name}(" in text or f"{name})" in text],
        "ndgrad.kernels.cuda.driver": driver,
        "ndgrad.kernels.cuda.vectors": [name for name in _VECTORS if f"{name}(" in text],
        "ndgrad.kernels.cpu.sort_keys": [name for name in ("sort_key",) if f"{name}(" in text],
        "ndgrad.kernels.build.half": [name for name in _HALVES if f"{name}(" in text],
        "ndgrad.kernels.scalar": sorted(scalars),
    }
    head = [
        f"from {source} import {', '.join(names)}" for source, names in imports.items() if names
    ]
    return "\n".join([f'"""{title} Made; do not edit."""', "", *head, "", "", text, ""])
