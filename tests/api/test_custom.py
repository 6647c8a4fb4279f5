"""Custom operators: what they are asked and given, gradients, states, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.testing import check_gradients

calls: list[Any] = []


class TwoOutputs(mx.operator.CustomOp):
    """data * factor, and the sum of w; counts its calls in aux."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, is_train: Any, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
        calls.append(("forward", bool(is_train), req, autograd.is_recording()))
        self.assign(out_data[0], req[0], in_data[0] * self.factor)
        self.assign(out_data[1], req[1], in_data[1].sum())
        aux[0][:] += 1

    def backward(
        self, req: Any, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any, aux: Any
    ) -> None:
        calls.append(("backward", req, [g.asnumpy().tolist() for g in out_grad], aux[0].tolist()))
        assert out_data[0].tolist() == (in_data[0] * self.factor).tolist()
        self.assign(in_grad[0], req[0], out_grad[0] * self.factor)
        self.assign(in_grad[1], req[1], out_grad[1] * nd.ones_like(in_data[1]))


@mx.operator.register("two_outputs")
class TwoOutputsProp(mx.operator.CustomOpProp):
    def __init__(self, factor: str = "2", flag: str = "") -> None:
        super().__init__(need_top_grad=True)
        assert isinstance(factor, str)
        self.factor = float(factor)

    def list_arguments(self) -> list[str]:
        return ["data", "w"]

    def list_outputs(self) -> list[str]:
        return ["scaled", "total"]

    def list_auxiliary_states(self) -> list[str]:
        return ["count"]

    def infer_shape(self, in_shape: Any) -> Any:
        calls.append(("shape", in_shape))
        return in_shape, [in_shape[0], [1]], [[1]]

    def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> Any:
        calls.append(("create", ctx, in_shapes, in_dtypes))
        return TwoOutputs(self.factor)


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def test_what_an_operator_is_asked() -> None:
    x, w, count = variable(1, 2, 3), nd.ones(2), nd.zeros(1)
    with autograd.record():
        scaled, total = nd.Custom(x, w, count, op_type="two_outputs", factor=3, flag=True)
    scaled.backward()
    assert scaled.tolist() == [3, 6, 9]
    assert total.tolist() == [2]
    assert count.tolist() == [1]
    assert x.grad.tolist() == [3, 3, 3]
    assert calls == [
        ("shape", [[3], [2]]),
        ("create", mx.cpu(), [[3], [2], [1]], [np.float32] * 3),
        ("forward", True, ["write", "write"], False),
        ("backward", ["write", "null"], [[1, 1, 1], [0]], [1]),
    ]
    calls.clear()
    nd.Custom(x, count=count, w=w, op_type="two_outputs")
    assert calls[-1] == ("forward", False, ["write", "write"], False)


def test_gradients_accumulate_and_flow_on() -> None:
    x, w, count = variable(1, 2), variable(5, 6), nd.zeros(1)
    x.attach_grad("add")
    for _ in range(2):
        with autograd.record():
            scaled, total = nd.Custom(x * x, w, count, op_type="two_outputs")
            loss = (scaled * total).sum()
        loss.backward()
    assert x.grad.tolist() == [2 * 2 * 2 * 11 * v for v in (1, 2)]
    assert w.grad.tolist() == [2 * 5, 2 * 5]


class Cube(mx.operator.CustomOp):
    def forward(self, is_train: Any, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
        self.assign(out_data[0], req[0], in_data[0] ** 3)

    def backward(
        self, req: Any, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any, aux: Any
    ) -> None:
        self.assign(in_grad[0], req[0], 3 * in_data[0] ** 2 * out_grad[0])


@mx.operator.register("cube")
class CubeProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> Any:
        return Cube()

    def declare_backward_dependency(self, out_grad: Any, in_data: Any, out_data: Any) -> Any:
        return [*out_grad, *in_data]


def test_higher_orders_and_dtypes() -> None:
    x = nd.array([0.5, -1.5], dtype="float64")
    check_gradients(lambda v: nd.Custom(v, op_type="cube"), [x], order=3)
    assert nd.Custom(x.astype("int32"), op_type="cube").dtype == np.int32


def test_an_output_that_backward_does_not_read_may_be_overwritten() -> None:
    x = variable(2.0)
    with autograd.record():
        y = nd.Custom(x, op_type="cube")
    y[:] = 0
    y.backward()
    assert x.grad.asscalar() == 12


def test_out_is_written_and_returned() -> None:
    x, out = variable(2.0), nd.zeros(1)
    with autograd.record():
        assert nd.Custom(x, op_type="cube", out=out) is out
    out.backward()
    assert out.asscalar() == 8
    assert x.grad.asscalar() == 12
    with pytest.raises(MXNetError, match=r"Custom operator cube: out must be arrays of shapes"):
        nd.Custom(x, op_type="cube", out=nd.zeros(2))


def test_assign() -> None:
    x, op = nd.ones(1), mx.operator.CustomOp()
    for req, value in (("null", 1), ("write", 5), ("inplace", 5), ("add", 10), ("other", 10)):
        op.assign(x, req, nd.array([5]))
        assert x.asscalar() == value


def test_refusals() -> None:
    x = nd.ones(3)
    with pytest.raises(MXNetError, match="Custom: argument op_type is missing"):
        nd.Custom(x)
    with pytest.raises(MXNetError, match="op_type='three': there is no custom operator"):
        nd.Custom(x, op_type="three")
    with pytest.raises(MXNetError, match=r"Custom operator two_outputs expects 3 inputs .* got 1"):
        nd.Custom(x, op_type="two_outputs")
    with pytest.raises(MXNetError, match="Custom operator cube has no input 'weight'"):
        nd.Custom(x, weight=x, op_type="cube")
    with pytest.raises(TypeError, match="Custom operator cube: data must have NDArray type"):
        nd.Custom(3, op_type="cube")
    with pytest.raises(
        MXNetError, match=r"auxiliary state 0 has shape .2,. and dtype float32, exp"
    ):
        nd.Custom(x, x, nd.ones(2), op_type="two_outputs")
    with pytest.raises(MXNetError, match="calls Custom operator cube, whose code"):
        mx.compile(lambda v: nd.Custom(v, op_type="cube"))(x)


def test_errors_name_the_operator() -> None:
    class Failing(mx.operator.CustomOp):
        def forward(self, is_train: Any, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
            if in_data[0].shape == (3,):
                raise ValueError("no")

    @mx.operator.register("failing")
    class FailingProp(mx.operator.CustomOpProp):
        def infer_shape(self, in_shape: Any) -> Any:
            return in_shape, [in_shape[0]] * len(in_shape[0])

        def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> Any:
            return Failing()

    with pytest.raises(ValueError, match="no") as raised:
        nd.Custom(nd.ones(3), op_type="failing")
    assert raised.value.__notes__ == ["raised by forward of Custom operator failing"]
    assert isinstance(raised.value, MXNetError)
    with pytest.raises(
        MXNetError, match=r"infer_shape returns .* expected 1 in place 1 for list_o"
    ):
        nd.Custom(nd.ones((2, 2)), op_type="failing")


class Own(Exception):
    """An error that no one can make again from its arguments."""

    def __init__(self, place: str, *, code: int) -> None:
        super().__init__(f"in {place}")
        self.code = code


@pytest.mark.parametrize(
    "error",
    [
        KeyError("k"),
        OSError(2, "none", "f"),
        RuntimeError("r"),
        ExceptionGroup("g", [OSError()]),
        Own,
    ],
)
@pytest.mark.parametrize(
    "place", ["constructor", "infer_shape", "infer_type", "create_operator", "forward", "backward"]
)
def test_errors_of_users_are_mxnet_errors_too(place: str, error: Any) -> None:
    """MXNet raises an MXNetError in their place; the class and the text stay."""
    made = error("a place", code=7) if error is Own else error

    def fail_in(here: str) -> None:
        if here == place:
            raise made

    class Fails(mx.operator.CustomOp):
        def forward(self, is_train: Any, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
            fail_in("forward")

        def backward(self, *args: Any, **kwargs: Any) -> None:
            fail_in("backward")

    @mx.operator.register("fails_somewhere")
    class FailsProp(mx.operator.CustomOpProp):
        def __init__(self) -> None:
            super().__init__()
            fail_in("constructor")

        def infer_shape(self, in_shape: Any) -> Any:
            fail_in("infer_shape")
            return super().infer_shape(in_shape)

        def infer_type(self, in_type: Any) -> Any:
            fail_in("infer_type")
            return super().infer_type(in_type)

        def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> Any:
            fail_in("create_operator")
            return Fails()

    x = variable([1, 2])
    with pytest.raises(MXNetError) as raised, autograd.record():
        nd.Custom(x, op_type="fails_somewhere").backward()
    assert isinstance(raised.value, type(made))
    assert (str(raised.value), raised.value.args) == (str(made), made.args)
    assert getattr(raised.value, "code", None) == getattr(made, "code", None)
    assert getattr(raised.value, "filename", None) == getattr(made, "filename", None)
    assert any(place in note for note in raised.value.__notes__)
    assert raised.traceback[-1].name == "fail_in"


@pytest.mark.parametrize("base", [mx.operator.NumpyOp, mx.operator.NDArrayOp])
def test_operators_of_symbols_in_one_class(base: Any) -> None:
    class Loss(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(need_top_grad=False)

        def list_arguments(self) -> list[str]:
            return ["data", "label"]

        def infer_shape(self, in_shape: Any) -> Any:
            return [in_shape[0], in_shape[0][:1]], [in_shape[0]]

        def forward(self, in_data: Any, out_data: Any) -> None:
            assert type(in_data[0]) is (np.ndarray if base is mx.operator.NumpyOp else nd.NDArray)
            out_data[0][:] = in_data[0] * 2

        def backward(self, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any) -> None:
            in_grad[0][:] = out_data[0] - in_data[1].reshape((-1, 1))

    with pytest.warns(UserWarning, match="Loss has been deprecated"):
        op = Loss()
    net = op(mx.sym.var("x") + 1, name="loss")
    assert net.list_arguments() == ["x", "loss_label"]
    assert net.list_outputs() == ["loss_output"]
    run = net.simple_bind(mx.cpu(), x=(2, 3), grad_req={"x": "write", "loss_label": "null"})
    y = run.forward(is_train=True, x=nd.ones((2, 3)), loss_label=nd.array([1, 2]))[0]
    run.backward()
    assert y.tolist() == [[4.0] * 3] * 2
    assert run.grad_dict["x"].tolist() == [[3.0] * 3, [2.0] * 3]


# --- storage types -------------------------------------------------------------------------------


class Squares(mx.operator.CustomOp):
    """data * data in the storage that the operator is given; notes what it gets."""

    def forward(self, is_train: Any, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
        calls.append([[x.stype for x in arrays] for arrays in (in_data, out_data, aux)])
        self.assign(out_data[0], req[0], in_data[0] * in_data[0])
        self.assign(aux[0], "write", in_data[0])

    def backward(
        self, req: Any, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any, aux: Any
    ) -> None:
        given = out_grad, in_data, out_data, in_grad, aux
        calls.append([[x.stype for x in arrays] for arrays in given])
        self.assign(in_grad[0], req[0], 2 * nd.elemwise_mul(out_grad[0], in_data[0]))


class SquaresProp(mx.operator.CustomOpProp):
    def list_auxiliary_states(self) -> list[str]:
        return ["seen"]

    def infer_shape(self, in_shape: Any) -> Any:
        return in_shape, in_shape, in_shape

    def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> Any:
        return Squares()


@mx.operator.register("squares")
class StoredSquaresProp(SquaresProp):
    def infer_storage_type(self, in_stype: Any) -> Any:
        return in_stype, in_stype, in_stype

    def infer_storage_type_backward(self, *stypes: Any) -> Any:
        return [stypes[1]] * 5


@mx.operator.register("csr_squares")
class CsrSquaresProp(StoredSquaresProp):
    def infer_storage_type(self, in_stype: Any) -> Any:
        return ["csr"], ["csr"], ["csr"]


mx.operator.register("dense_squares")(SquaresProp)


@pytest.mark.parametrize("stype", ["default", "csr", "row_sparse"])
def test_custom_operators_of_sparse_arrays(stype: str) -> None:
    calls.clear()
    values = np.array([[0, 2], [0, 0], [1, 3]], "f")
    x, seen = nd.array(values).tostype(stype), nd.zeros((3, 2)).tostype(stype)
    x.attach_grad(stype=stype)
    with autograd.record():
        y = nd.Custom(x, seen, op_type="squares")
        z = y * 3
    z.backward()
    assert (y.stype, x.grad.stype, seen.stype) == (stype,) * 3
    assert y.asnumpy().tolist() == (values**2).tolist()
    assert x.grad.asnumpy().tolist() == (6 * values).tolist()
    assert seen.asnumpy().tolist() == values.tolist()
    assert calls == [[[stype]] * 3, [[stype]] * 5]


class _Alone(type):
    def __new__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any]) -> Any:
        assert len(bases) == 1
        return super().__new__(cls, name, bases, names)


class AloneError(Exception, metaclass=_Alone):
    """One that no other class can be joined with."""


def test_errors_of_classes_that_cannot_be_joined_go_on_as_they_are() -> None:
    class Fails(autograd.Function):
        def forward(self, x: nd.NDArray) -> nd.NDArray:
            return x

        def backward(self, g: nd.NDArray) -> nd.NDArray:
            raise AloneError("what happened")

    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = Fails()(x)
    with pytest.raises(AloneError, match="what happened"):
        y.backward()


def test_storage_types_that_an_operator_does_not_infer_are_refused() -> None:
    x = nd.ones((3, 2)).tostype("csr")
    with pytest.raises(MXNetError, match="infer_storage_type: in_stype"):
        nd.Custom(x, x.copy(), op_type="dense_squares")
    with pytest.raises(MXNetError, match="Provided = default, inferred storage type = csr"):
        nd.Custom(nd.ones((3, 2)), x, op_type="csr_squares")
