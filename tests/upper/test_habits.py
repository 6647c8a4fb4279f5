"""Small habits of MXNet's programs: arguments of methods, NumPy's functions, pickles."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from record_habits import EXPRESSIONS, outcome

import ndgrad as mx
from ndgrad import MXNetError, _mxnet, autograd, nd

RECORDED = json.loads((Path(__file__).parent / "mxnet-1.9.1" / "habits.json").read_text())


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_recorded(expression: str) -> None:
    found = outcome(expression, mx)
    assert json.loads(json.dumps(found)) == RECORDED[expression]


@pytest.mark.parametrize(
    "method", [("flatten",), ("expand_dims", 0), ("squeeze", 1), ("squeeze",)], ids=str
)
def test_inplace_is_a_view(method: tuple[str, int]) -> None:
    name, *args = method
    x = nd.ones((2, 1, 3))
    plain, view = getattr(x, name)(*args), getattr(x, name)(*args, inplace=True)
    assert plain.shape == view.shape
    view[:] = 5
    assert x.asnumpy().min() == 5
    assert plain.asnumpy().max() == 1
    x.attach_grad()
    with autograd.record():
        y = getattr(2 * x, name)(*args, inplace=True)
    y.backward()
    assert x.grad.asnumpy().tolist() == [[[2.0] * 3]] * 2
    with pytest.raises(TypeError, match=f"{name}: unknown argument 'inplac'"):
        getattr(x, name)(*args, inplac=True)


def in_thread(function: Callable[[], object]) -> object:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_default_ctx() -> None:
    with mx.cpu(2):
        assert mx.Context.default_ctx == mx.cpu(2)
        mx.Context.default_ctx = mx.cpu(3)
        assert nd.ones(1).context == mx.cpu(3)
        assert in_thread(mx.current_context) == mx.cpu(0)
    assert mx.Context.default_ctx == mx.cpu(0)
    with pytest.raises(TypeError, match=r"expected a Context such as cpu\(\), got 'cpu'"):
        mx.Context.default_ctx = "cpu"


def test_scopes_that_are_set() -> None:
    attributes, names = mx.AttrScope.current, mx.name.NameManager.current
    try:
        mx.AttrScope.current = mx.AttrScope(lr_mult="2")
        mx.name.NameManager.current = mx.name.Prefix("left_")
        x = mx.sym.sin(mx.sym.var("x"))
        assert x.name == "left_sin0"
        assert x.attr("lr_mult") == "2"
        assert in_thread(lambda: mx.AttrScope.current.get(None)) == {}
        assert in_thread(lambda: mx.name.NameManager.current.get(None, "sin")) == "sin0"
    finally:
        mx.AttrScope.current, mx.name.NameManager.current = attributes, names


def test_shapes_of_numpy() -> None:
    assert nd.ones((1, 3)).broadcast_to(np.array([2, 3])).shape == (2, 3)


def test_numpy_functions() -> None:
    x = nd.array([[1, 2], [3, 4]])
    assert np.mean(x).asscalar() == 2.5
    assert np.mean(x, axis=0, dtype="float64").dtype == np.float64
    assert np.allclose(x, x.asnumpy())
    assert np.stack([x, x]).shape == (2, 2, 2)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_arrays_without_axes_or_elements(shape: tuple[int, ...], tmp_path: Path) -> None:
    x = nd.full(shape, 3, dtype="int32")
    nd.save(str(tmp_path / "x"), [x])
    for y in (*nd.load(str(tmp_path / "x")), pickle.loads(pickle.dumps(x)), copy.copy(x)):
        assert (y.shape, y.dtype) == (shape, np.int32)
        assert y.asnumpy().tolist() == x.asnumpy().tolist()


class OfMXNet(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("mxnet."):
            return getattr(_mxnet.module(module.removeprefix("mxnet.")), name)
        return super().find_class(module, name)


def test_pickles_of_mxnet() -> None:
    """Of ``{"x": int32 [[1, 2], [3, 4]], "s": a CSR matrix of ones, "r": row-sparse ones}``."""
    with (Path(__file__).parent / "mxnet-1.9.1" / "arrays.pickle").open("rb") as file:
        found = OfMXNet(file).load()
    assert found["x"].dtype == np.int32
    x = nd.array([[5, 6], [7, 8]]) + found["x"]
    assert x.asnumpy().tolist() == [[6, 8], [10, 12]]
    for key, stype in (("s", "csr"), ("r", "row_sparse")):
        assert found[key].stype == stype
        assert pickle.loads(pickle.dumps(found[key])).asnumpy().tolist() == [[1, 1], [1, 1]]
    with pytest.raises(MXNetError, match="pickle"):
        found["x"].__setstate__({"handle": b"abcd"})
    assert found["x"].shape == (2, 2)


def test_constants_of_other_dtypes() -> None:
    params = mx.gluon.ParameterDict("x_")
    constant = params.get_constant("c", np.array([0.1, 0.2]))
    assert params.get_constant("c", np.array([0.1, 0.2])) is constant
    with pytest.raises(AssertionError, match="Constant 'x_c' already exists"):
        params.get_constant("c", np.array([0.1, 0.3]))


def test_children_share_parameters_of_another_network() -> None:
    class Net(mx.gluon.HybridBlock):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(**kwargs)
            with self.name_scope():
                self.inner = mx.gluon.nn.HybridSequential()
                with self.inner.name_scope():
                    self.inner.add(mx.gluon.nn.Dense(3, in_units=2))

    first = Net(prefix="first_")
    first.initialize()
    second = Net(params=first.collect_params(), prefix="second_")
    assert second.inner.prefix == "second_hybridsequential0_"
    assert second.inner[0].weight is first.inner[0].weight
    assert second.inner[0].weight.name == "first_hybridsequential0_dense0_weight"


def test_symbol_blocks_share_parameters() -> None:
    net = mx.gluon.nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(mx.gluon.nn.Dense(3, in_units=2), mx.gluon.nn.Dense(1, in_units=3))
    net.initialize()
    data = mx.sym.var("data")
    inner = net(data).get_internals()["net_dense0_fwd_output"]
    features = mx.gluon.SymbolBlock(inner, data, params=net.collect_params())
    assert features.collect_params()["net_dense0_weight"] is net[0].weight
    x = nd.ones((4, 2))
    assert (features(x) == net[0](x)).asnumpy().all()


def test_names_in_files_of_symbol_blocks() -> None:
    class Net(mx.gluon.HybridBlock):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(**kwargs)
            with self.name_scope():
                data = mx.sym.var("data")
                inner = mx.gluon.nn.Dense(2, in_units=3)
                outer = mx.gluon.nn.Dense(1, in_units=2)
                self.both = mx.gluon.SymbolBlock(outer(inner(data)), data, inner.collect_params())

        def hybrid_forward(self, F: object, x: object) -> object:
            return self.both(x)

    net = Net(prefix="net_")
    net.initialize()
    names = ["both.0_weight", "both.0_bias", "both.1_weight", "both.1_bias"]
    assert list(net._collect_params_with_prefix()) == names  # MXNet leaves out what all begin with
    assert next(iter(net.collect_params())) == "net_dense0_weight"
    assert net.both.prefix == ""
    assert net(nd.ones((2, 3))).shape == (2, 1)
