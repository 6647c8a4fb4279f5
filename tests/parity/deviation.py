"""One place where ndgrad knowingly does not do what MXNet 1.9.1 does, and tables of them.

What ndgrad does is an expression. In it `float32([1, 2])` and its like are arrays,
`raises("MXNetError")` is an error of that class or a subclass, `raises("A|B", "word")` one of A or
B with the word in its message. `int64.scalar(3)` is a NumPy scalar, `float32.numpy([1])` a NumPy
array, `context("cpu(1)")` a context.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from parity_harness import Encoded, encode


class _Arrays:
    """The name of a dtype, callable."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def __call__(self, values: Any) -> Encoded:
        encoded = encode(np.array(values, dtype=self.dtype))
        return Encoded(nd=encoded["np"], v=encoded["v"])

    def numpy(self, values: Any) -> Encoded:
        return Encoded(encode(np.array(values, dtype=self.dtype)))

    def scalar(self, value: Any) -> Encoded:
        return Encoded(encode(np.dtype(self.dtype).type(value)))


class _Error(Encoded):
    """An error as the whole outcome."""


def _raises(classes: str, says: str = "") -> _Error:
    return _Error(raises=classes, says=says)


_NAMES: dict[str, Any] = {
    "raises": _raises,
    "context": lambda text: Encoded(context=text),
    "nan": float("nan"),
    "inf": float("inf"),
    **{
        dtype: _Arrays(dtype)
        for dtype in ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool")
    },
}


@dataclass(frozen=True)
class Deviation:
    """One row: why, and what happens instead."""

    why: str
    instead: str

    def expected(self) -> Encoded:
        """What happens instead, in the form of a recorded outcome."""
        value = eval(self.instead, {"__builtins__": {}, **_NAMES})
        return value if isinstance(value, _Error) else Encoded(value=encode(value))


def table(why: str, rows: Mapping[str, str]) -> dict[str, Deviation]:
    return {case: Deviation(why, instead) for case, instead in rows.items()}
