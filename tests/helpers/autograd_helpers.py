"""Variables and Functions that tests of autograd share."""

from __future__ import annotations

from typing import Any

from ndgrad import autograd, nd


def variable(*values: float, dtype: str = "float32") -> Any:
    x = nd.array(values, dtype=dtype)
    x.attach_grad()
    return x


class Product(autograd.Function):
    def forward(self, h: Any, w: Any) -> Any:
        self.save_for_backward(h, w)
        return h * w

    def backward(self, g: Any) -> Any:
        h, w = self.saved_tensors
        return g * w, g * h
