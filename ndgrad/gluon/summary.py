"""The table that `Block.summary` prints: layers in the order of a call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..nd import NDArray
from ..symbol import Symbol
from .utils import HookHandle

if TYPE_CHECKING:
    from .block import Block

_WIDTH = 80


class _Layer:
    """What the table says of one call: the layer, the shape of its output, its parameters."""

    def __init__(self, name: str, shape: str, params: int, fixed: int, shared: int) -> None:
        self.name = name
        self.shape = shape
        self.params = params
        self.fixed = fixed
        self.shared = shared

    def __str__(self) -> str:
        return f"{self.name:>20}  {self.shape:>42} {self.params:>15}"


def summary(block: Block, inputs: Sequence[NDArray]) -> None:
    """Call *block* with *inputs*, and print what came of each layer."""
    layers = [_Layer("Input", _shown(inputs), 0, 0, 0)]
    seen: set[int] = set()
    handles: list[HookHandle] = []

    def note(layer: Block, _: object, output: object) -> None:
        if _symbolic(output):  # shapes are being inferred
            return
        counts = {"params": 0, "fixed": 0, "shared": 0}
        for param in layer._reg_params.values():
            size = math.prod(param.shape or ())
            counts["params"] += size
            counts["fixed"] += size if param.grad_req == "null" else 0
            counts["shared"] += size if id(param) in seen else 0
            seen.add(id(param))
        name = f"{type(layer).__name__}-{len(layers)}"
        layers.append(_Layer(name, _shown(output), **counts))

    def hook(layer: Block) -> None:
        if getattr(layer, "_active", False):
            raise AssertionError(f'"{layer.name}" must not be hybridized to print summary.')
        if layer._is_layer:
            handles.append(layer.register_forward_hook(note))

    try:
        block.apply(hook)
        block(*inputs)
    finally:
        for handle in handles:
            handle.detach()
    total, fixed, shared = (
        sum(getattr(layer, what) for layer in layers) for what in ("params", "fixed", "shared")
    )
    rule = "-" * _WIDTH
    print(rule)
    print(f"{'Layer (type)':>20}  {'Output Shape':>42} {'Param #':>15}")
    print("=" * _WIDTH)
    for layer in layers:
        print(layer)
    print("=" * _WIDTH)
    print("Parameters in forward computation graph, duplicate included")
    print(f"   Total params: {total}")
    print(f"   Trainable params: {total - fixed}")
    print(f"   Non-trainable params: {fixed}")
    print(f"Shared params in forward computation graph: {shared}")
    print(f"Unique parameters in model: {total - shared}")
    print(rule)


def _symbolic(arrays: object) -> bool:
    return isinstance(arrays, Symbol) or (
        isinstance(arrays, (list, tuple)) and any(map(_symbolic, arrays))
    )


def _shown(arrays: object) -> str:
    """The shapes of an array, or of each in nested lists, without brackets around all."""
    text = str(_shapes(arrays))
    return text[1:-1] if isinstance(arrays, (list, tuple)) else text


def _shapes(arrays: object) -> object:
    if isinstance(arrays, (list, tuple)):
        return [_shapes(x) for x in arrays]
    return getattr(arrays, "shape", None)
