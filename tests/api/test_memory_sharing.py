"""Which results share memory with what they were made from: those of MXNet do, no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels import OPS
from ndgrad.ops.table import Op, Sample
from ndgrad.testing import sample_inputs

pytestmark = pytest.mark.full_compiled  # kernels are given the memory that they write to


def shared(a: nd.NDArray, b: nd.NDArray) -> bool:
    return np.shares_memory(a._data, b._data)


def listed(result: Any) -> list[nd.NDArray]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def assert_own_memory(results: list[nd.NDArray], given: list[Any], what: str) -> None:
    for i, result in enumerate(results):
        for other in (*given, *results[:i]):
            if isinstance(other, nd.NDArray):
                assert not shared(result, other), f"{what}: result {i} shares memory"


# --- the table ------------------------------------------------------------------------------------

CASES = [
    pytest.param(op, sample, id=f"{op.name}-{i}")
    for op in OPS.values()
    for i, sample in enumerate(op.samples)
]


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_only_views_share_memory(op: Op, sample: Sample) -> None:
    inputs = sample_inputs(op, sample, "float64")
    results = listed(op.call(*inputs, **sample.params))
    if op.is_view:
        assert op.name.startswith("_"), "a public operator makes its result"
    else:
        assert_own_memory(results, inputs, op.name)


FORMS = ((1,), (1, 1), (1, 3), (1, 1, 1, 1))


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in OPS.values()])
def test_only_views_share_memory_where_there_is_nothing_to_do(op: Op) -> None:
    """By their default parameters, on axes of length 1."""
    if op.is_view or len(op.inputs) != 1:
        return
    for form in FORMS:
        x = nd.ones(form)
        try:
            results = listed(op.call(x, **op.samples[0].params if op.samples else {}))
        except (mx.MXNetError, ValueError, IndexError):
            results = []  # such arrays are not for it
        try:
            results += listed(op.call(x))
        except (mx.MXNetError, TypeError, ValueError, IndexError):
            pass  # it has parameters that must be given
        assert_own_memory(results, [x], f"{op.name} of shape {form}")


# --- calls that change nothing --------------------------------------------------------------------

# In MXNet all of these return a copy.
COPIES: dict[str, Callable[[nd.NDArray], Any]] = {
    "identity": nd.identity,
    "BlockGrad": nd.BlockGrad,
    "make_loss": nd.make_loss,
    "cast": lambda x: nd.cast(x, dtype=x.dtype),
    "astype": lambda x: x.astype(x.dtype),
    "amp_cast": lambda x: nd.amp_cast(x, dtype=x.dtype),
    "copy": lambda x: x.copy(),
    "copyto": lambda x: x.copyto(x.context),
    "array": nd.array,
    "reshape": lambda x: nd.reshape(x, shape=x.shape),
    "reshape_like": lambda x: nd.reshape_like(x, x),
    "flatten": nd.flatten,
    "flatten method": lambda x: x.flatten(),
    "expand_dims": lambda x: nd.expand_dims(x, axis=0),
    "expand_dims method": lambda x: x.expand_dims(0),
    "squeeze": nd.squeeze,
    "squeeze method": lambda x: x.squeeze(),
    "slice": lambda x: nd.slice(x, begin=(0,), end=(None,)),
    "slice_axis": lambda x: nd.slice_axis(x, axis=0, begin=0, end=None),
    "slice_like": lambda x: nd.slice_like(x, x),
    "split": lambda x: nd.split(x, num_outputs=1),
    "split squeezed": lambda x: nd.split(x, num_outputs=1, axis=0, squeeze_axis=True),
    "split_v2": lambda x: nd.split_v2(x, 1),
    "concat": lambda x: nd.concat(x, dim=0),
    "concatenate": lambda x: nd.concatenate([x]),
    "stack": nd.stack,
    "add_n": nd.add_n,
    "broadcast_to": lambda x: nd.broadcast_to(x, shape=x.shape),
    "broadcast_to method": lambda x: x.broadcast_to(x.shape),
    "broadcast_like": lambda x: nd.broadcast_like(x, x),
    "broadcast_axis": lambda x: nd.broadcast_axis(x, axis=0, size=x.shape[0]),
    "tile": lambda x: nd.tile(x, reps=1),
    "repeat": lambda x: nd.repeat(x, repeats=1, axis=0),
    "pad by constant": lambda x: nd.pad(x, mode="constant", pad_width=(0,) * 8),
    "pad by edge": lambda x: nd.pad(x, mode="edge", pad_width=(0,) * 8),
    "pad by reflection": lambda x: nd.pad(x, mode="reflect", pad_width=(0,) * 8),
    "SequenceMask": nd.SequenceMask,
    "SequenceLast": nd.SequenceLast,
    "SequenceReverse": nd.SequenceReverse,
    "clip": lambda x: nd.clip(x, -1e9, 1e9),
    "moveaxis": lambda x: nd.moveaxis(x, 0, 0),
    "transpose": lambda x: nd.transpose(x, axes=tuple(range(x.ndim))),
    "T": lambda x: x.T,
    "swapaxes": lambda x: nd.swapaxes(x, dim1=0, dim2=0),
    "flip": lambda x: nd.flip(x, axis=0),
    "depth_to_space": lambda x: nd.depth_to_space(x, block_size=1),
    "space_to_depth": lambda x: nd.space_to_depth(x, block_size=1),
    "sum": lambda x: nd.sum(x, axis=0),
    "sum of nothing": lambda x: nd.sum(x, axis=tuple(range(x.ndim)), exclude=True),
    "max": lambda x: nd.max(x, axis=0),
    "cumsum": lambda x: nd.cumsum(x, axis=0),
    "sort": nd.sort,
    "topk": lambda x: nd.topk(x, k=0, ret_typ="value"),
    "take": lambda x: nd.take(x, nd.array([0])),
    "where": lambda x: nd.where(nd.ones_like(x), x, x),
    "add": lambda x: x + 0,
    "multiply": lambda x: x * 1,
    "power": lambda x: x**1,
    "relu": nd.relu,
    "LeakyReLU": nd.LeakyReLU,
    "khatri_rao": lambda x: nd.khatri_rao(x.reshape((x.shape[0], -1))),
    "shuffle": nd.random.shuffle,
    "Dropout": nd.Dropout,
    "Dropout of nothing": lambda x: nd.Dropout(x, p=0, mode="always"),
    "Dropout along axes": lambda x: nd.Dropout(x, axes=(0,)),
    "an index array": lambda x: x[[0]],
}

# Methods that MXNet documents as views, or as the array itself.
VIEWS: dict[str, Callable[[nd.NDArray], Any]] = {
    "reshape": lambda x: x.reshape(x.shape),
    "slice": lambda x: x[0:1],
    "integer": lambda x: x[0],
    "everything": lambda x: x[:],
    "detach": lambda x: x.detach(),
    "astype without a copy": lambda x: x.astype(x.dtype, copy=False),
    "as_in_context": lambda x: x.as_in_context(x.context),
    "tostype": lambda x: x.tostype("default"),
}


def decorated(function: Callable[..., Any], how: str) -> Callable[..., Any]:
    return mx.compile(function) if how == "compiled" else function


@pytest.mark.parametrize("how", ["eager", "recorded", "compiled"])
@pytest.mark.parametrize("name", [*COPIES, *(f"view: {name}" for name in VIEWS)])
def test_calls_that_change_nothing(name: str, how: str) -> None:
    view = name.startswith("view: ")
    function = VIEWS[name.removeprefix("view: ")] if view else COPIES[name]
    x = nd.array(np.arange(6).reshape(1, 1, 2, 3))
    if how == "recorded":
        x.attach_grad()
    with autograd.record(train_mode=False) if how == "recorded" else autograd.pause():
        results = listed(decorated(function, how)(x))
    assert [shared(y, x) for y in results] == [view]


def test_dropout_outside_training_leaves_its_input_alone() -> None:
    x = nd.array([1, 2, 3])
    y = nd.Dropout(x, p=0.5)
    y += y
    np.testing.assert_array_equal(x.asnumpy(), [1, 2, 3])
    np.testing.assert_array_equal(y.asnumpy(), [2, 4, 6])


# --- gradients and symbols ------------------------------------------------------------------------


class _Passed(autograd.Function):
    def forward(self, x: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
        return x + y

    def backward(self, dz: nd.NDArray) -> Any:
        return dz, dz


PASSED_THROUGH: dict[str, Callable[[nd.NDArray, nd.NDArray], nd.NDArray]] = {
    "add": lambda x, y: x + y,
    "identity": lambda x, y: nd.identity(x) + 0 * y,
    "Dropout": lambda x, y: nd.Dropout(x, p=0) + y,
    "reshape": lambda x, y: x.reshape(-1) + y.reshape(-1),
    "concat": lambda x, y: nd.concat(x, y, dim=0),
    "Function": lambda x, y: _Passed()(x, y),
    "product": lambda x, y: x * y,
}


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", PASSED_THROUGH)
def test_gradients_share_memory_with_nothing(name: str, create_graph: bool) -> None:
    x, y = nd.array([[1, 2, 3]]), nd.array([[4, 5, 6]])
    for variable in (x, y):
        variable.attach_grad()
    with autograd.record():
        z = PASSED_THROUGH[name](x, y)
        head = nd.ones(z.shape)
        found = autograd.grad(z, [x, y, x], [head], create_graph=create_graph, retain_graph=True)
    assert_own_memory(found, [x, y, z, head], name)
    found[0][:] = 7  # outside of record
    np.testing.assert_array_equal(head.asnumpy(), np.ones(z.shape))
    z.backward(head)
    assert_own_memory([x.grad, y.grad], [x, y, z, head], name)


def test_outputs_of_a_symbol_share_memory_with_nothing() -> None:
    x = nd.array([[1, 2, 3]])
    x.attach_grad()
    with autograd.record():
        symbol = autograd.get_symbol(x.reshape(-1))
    (name,) = symbol.list_arguments()
    (evaluated,) = symbol.eval(**{name: x})
    executor = symbol.bind(args=[x])
    (bound,) = executor.forward()
    assert_own_memory([evaluated, bound], [x], "symbol")
