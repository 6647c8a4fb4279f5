"""Compiled functions, gradients of one's own, and files, as type checkers see them."""

from __future__ import annotations

from typing import Any, assert_type

import ndgrad as mx
from ndgrad import autograd, nd


@mx.compile
def scaled(x: nd.NDArray, factor: float = 2.0) -> nd.NDArray:
    return nd.exp(x) * factor


class Clipped(autograd.Function):
    def forward(self, x: nd.NDArray) -> nd.NDArray:
        return x.clip(a_min=-1, a_max=1)

    def backward(self, grad: nd.NDArray) -> nd.NDArray:
        return grad


def second_order() -> None:
    x = nd.ones((2,))
    x.attach_grad()
    with autograd.record():
        y = scaled(x).sum()
        (first,) = autograd.grad(y, [x], create_graph=True)
    first.backward()
    assert_type(first, nd.NDArray)


def files() -> None:
    nd.save("arrays.params", {"x": nd.ones((2,))})
    loaded: Any = nd.load("arrays.params")
    print(loaded["x"].shape)
    record = mx.recordio.MXRecordIO("data.rec", "r")
    record.close()
    batch = mx.io.DataBatch(data=[nd.ones((2,))], label=None)
    print(batch.data, mx.num_gpus(), mx.current_context(), mx.gpu(0))


class Square(mx.operator.CustomOp):
    def forward(
        self,
        is_train: bool,
        req: list[str],
        in_data: list[nd.NDArray],
        out_data: list[nd.NDArray],
        aux: list[nd.NDArray],
    ) -> None:
        self.assign(out_data[0], req[0], in_data[0] ** 2)


@mx.operator.register("square")
class SquareProp(mx.operator.CustomOpProp):
    def __init__(self) -> None:
        super().__init__(need_top_grad=True)

    def list_arguments(self) -> list[str]:
        return ["data"]

    def create_operator(self, ctx: mx.Context, in_shapes: Any, in_dtypes: Any) -> Square:
        return Square()
