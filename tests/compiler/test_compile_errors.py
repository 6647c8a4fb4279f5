"""What compiled functions refuse, and errors: those of the eager call, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from compile_helpers import agree, noise, some

import ndgrad as mx
from ndgrad import autograd, nd

# --- what cannot be compiled ----------------------------------------------------------------------

HOST_READS: dict[str, Callable[[nd.NDArray], Any]] = {
    "asnumpy": lambda x: x.asnumpy(),
    "asscalar": lambda x: x.sum().asscalar(),
    "bool": lambda x: 1 if x.sum() else 2,
    "float": lambda x: float(x.sum()),
    "int": lambda x: int(x.sum()),
    "tolist": lambda x: x.tolist(),
    "numpy.asarray": lambda x: np.asarray(x),
    "an index": lambda x: some(9)[x],
    "a number as an index": lambda x: some(9)[x.sum().astype("int32")],
    "a shape": lambda x: nd.contrib.boolean_mask(x, x),
}


@pytest.mark.parametrize("read", HOST_READS.values(), ids=HOST_READS)
def test_a_host_read_is_refused_and_changes_nothing(read: Callable[..., Any]) -> None:
    captured, weight = some(3), some(3)
    weight.attach_grad()

    def function(x: nd.NDArray) -> nd.NDArray:
        captured[:] = x
        with autograd.record():
            y = (weight * x + nd.random.uniform(shape=(3,), dtype="float64")).sum()
        y.backward()
        read(x)
        return y

    mx.random.seed(5)
    expected = nd.random.uniform(shape=(3,)).asnumpy()
    mx.random.seed(5)
    for scope in (autograd.record(), autograd.pause()):
        with scope:
            before = autograd.is_recording(), autograd.is_training()
            with pytest.raises(mx.MXNetError, match=r"^compile: "):
                mx.compile(function)(some(3))
            assert (autograd.is_recording(), autograd.is_training()) == before
    np.testing.assert_array_equal(captured.asnumpy(), some(3).asnumpy())
    assert not weight.grad.asnumpy().any()
    assert captured._node is None
    np.testing.assert_array_equal(nd.random.uniform(shape=(3,)).asnumpy(), expected)


def test_arrays_that_a_function_keeps_have_no_values() -> None:
    kept: list[nd.NDArray] = []
    captured = some(3)

    @mx.compile
    def function(x: nd.NDArray) -> nd.NDArray:
        mask, y, changed = nd.array([1, 0, 1], dtype="float64"), x * 2, nd.ones(3, dtype="float64")
        changed += x
        kept.extend((mask, captured, x, y, y[1:], changed))
        return y * mask

    np.testing.assert_array_equal(function(some(3)).asnumpy(), (2 * some(3)).asnumpy() * [1, 0, 1])
    mask, memory, *others = kept
    assert mask.tolist() == [1, 0, 1] and memory is captured
    np.testing.assert_array_equal(captured.asnumpy(), some(3).asnumpy())
    for x in others:
        for use in (nd.NDArray.asnumpy, repr, nd.exp, lambda x: x + 1, lambda x: x[0], nd.sum):
            with pytest.raises(mx.MXNetError, match=r"compile: .*shape .* made in .*kept"):
                use(x)
    with pytest.raises(mx.MXNetError, match="kept"):
        mx.compile(lambda x: x + others[1])(some(3))


def test_fallback_runs_eagerly_with_one_warning() -> None:
    function = mx.compile(lambda x: x * float(x.sum()), fallback=True)
    with pytest.warns(RuntimeWarning, match="runs eagerly") as caught:
        results = [function(some(3)).asnumpy() for _ in range(3)]
    assert len(caught) == 1
    for result in results:
        np.testing.assert_array_equal(result, (some(3) * float(some(3).sum())).asnumpy())


def test_fallback_does_not_hide_other_errors() -> None:
    function = mx.compile(lambda x: nd.dot(x, some(2, 2)), fallback=True)
    with pytest.raises(mx.MXNetError, match="dot"):
        function(some(3, 3))


OUTSIDE: dict[str, Callable[[Any, nd.NDArray], Any]] = {
    "marks what existed": lambda x, captured: captured.attach_grad(),
    "marks an argument": lambda x, captured: x.attach_grad(),
    "records into what existed": lambda x, captured: captured.__setitem__(slice(None), x * 2),
    "returns a variable": lambda x, captured: marked(x * 2),
}


def marked(x: nd.NDArray) -> nd.NDArray:
    x.attach_grad()
    return x


@pytest.mark.parametrize("act", OUTSIDE.values(), ids=OUTSIDE)
def test_changes_of_the_graph_outside_are_refused(act: Callable[..., Any]) -> None:
    captured, x = some(3), some(3)
    x.attach_grad()
    with autograd.record(), pytest.raises(mx.MXNetError, match=r"^compile: "):
        mx.compile(lambda x: act(x, captured))(x)
    assert captured._node is None
    np.testing.assert_array_equal(captured.asnumpy(), some(3).asnumpy())


WRITES: dict[str, Callable[[Any], Any]] = {
    "number": lambda z: z.__setitem__(0, 5.0),
    "all": lambda z: z.__setitem__(slice(None), 5.0),
    "part": lambda z: z[1:].__iadd__(1),
    "product": lambda z: z.__imul__(z),
    "out": lambda z: nd.exp(some(3), out=z),
}


@pytest.mark.parametrize("captured", [False, True], ids=["argument", "captured"])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_writes_to_an_outer_record_are_refused(write: Callable[[Any], Any], captured: bool) -> None:
    w = some(3)
    w.attach_grad()
    with autograd.record():
        z = w * 2
        last = z[2:]
        before = z._node, last._node
        with pytest.raises(mx.MXNetError, match=r"^compile: .* existed before"):
            mx.compile(lambda *args: write(args[0] if args else z))(*[] if captured else [z])
        assert (z._node, last._node) == before
    z.backward()
    np.testing.assert_array_equal(w.grad.asnumpy(), [2, 2, 2])


def test_backward_into_an_outer_record_is_refused() -> None:
    w = some(3)
    w.attach_grad()
    with autograd.record():
        x = w * 2

    def run_backward(x: nd.NDArray) -> None:
        with autograd.record():
            y = (x * x).sum()
        y.backward()

    def take_gradient(x: nd.NDArray) -> list[nd.NDArray]:
        with autograd.record():
            y = (x * w).sum()
        return autograd.grad(y, [w])

    for function in (run_backward, take_gradient):
        with pytest.raises(mx.MXNetError, match=r"^compile: .* array argument 0"):
            mx.compile(function)(x)
        with pytest.raises(mx.MXNetError, match=r"^compile: .* an array that was recorded"):
            mx.compile(lambda function=function: function(x))()
    assert not w.grad.asnumpy().any()


def test_a_captured_variable_as_an_argument_is_refused() -> None:
    w = some(3)
    w.attach_grad()

    @mx.compile
    def slope(x: nd.NDArray) -> nd.NDArray:
        with autograd.record():
            y = (x * w).sum()
        return autograd.grad(y, [x])[0]

    with pytest.raises(mx.MXNetError, match=r"^compile: .* is its array argument 0 as well"):
        slope(w)


def test_an_argument_recorded_outside_is_no_variable_inside() -> None:
    def scenario(decorate: Any) -> Any:
        x = some(3)
        x.attach_grad()
        with autograd.record():
            return decorate(lambda y: y * (1 if y.grad is None else 2))(x * 2)

    agree(scenario)


# --- errors ---------------------------------------------------------------------------------------

ERRORS: dict[str, Callable[[nd.NDArray], Any]] = {
    "product": lambda x: nd.dot(x, x),
    "broadcast": lambda x: x + some(5),
    "reshape": lambda x: x.reshape((7,)),
    "axis": lambda x: x.sum(axis=4),
    "index": lambda x: x[9],
    "type": lambda x: x + "1",
    "keyword": lambda x: nd.relu(x, wrong=1),
    "in place": lambda x: x.__iadd__(some(3, 2, 3)),
    "its own": lambda x: {}["missing"],
}


@pytest.mark.parametrize("function", ERRORS.values(), ids=ERRORS)
def test_errors_are_those_of_the_eager_call(function: Callable[..., Any]) -> None:
    with pytest.raises(Exception) as eager:  # noqa: PT011 (whatever it is)
        function(some(2, 3))
    compiled = mx.compile(function)
    for _ in range(2):
        with autograd.record(), pytest.raises(type(eager.value)) as found:
            compiled(some(2, 3))
        assert str(found.value) == str(eager.value)
    assert not autograd.is_recording() and not autograd.is_training()


def recorded_loss(x: Any) -> Any:
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        return x, (x * x).sum()


def twice(x: Any) -> None:
    _, loss = recorded_loss(x)
    loss.backward()
    loss.backward()


def overwritten(x: Any) -> None:
    x, loss = recorded_loss(x)
    x[:] = 0
    loss.backward()


def while_recorded(x: Any) -> None:
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        x += 1


def of_no_variable(x: Any) -> Any:
    with autograd.record():
        y = x * 2
    return autograd.grad(y, [x.copy()])


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "weight": lambda x: nd.FullyConnected(x, noise(3, 9), noise(3), num_hidden=3),
    "bias": lambda x: nd.FullyConnected(x, noise(3, 4), num_hidden=3),
    "batch": lambda x: nd.batch_dot(x.reshape((1, 3, 4)), x.reshape((2, 6, 1))),
    "join": lambda x: nd.concat(x, x[0:1, 0:2], dim=0),
    "stack": lambda x: nd.stack(x, x[0:1]),
    "split": lambda x: nd.split(x, num_outputs=5, axis=1),
    "reshape": lambda x: x.reshape((5, -1)),
    "axes": lambda x: nd.transpose(x, axes=(0, 0)),
    "broadcast": lambda x: nd.broadcast_to(x, (3, 5)),
    "elementwise": lambda x: nd.elemwise_add(x, x[0:1]),
    "where": lambda x: nd.where(x > 0, x, x[:, 0:2]),
    "labels": lambda x: nd.softmax_cross_entropy(x, nd.zeros(7)),
    "pick": lambda x: nd.pick(x, nd.zeros(3), mode="raise"),
    "mode": lambda x: nd.take(x, nd.zeros(3), mode="last"),
    "values": lambda x: nd.take(x, nd.array([0, 3]), mode="raise"),
    "vectors": lambda x: nd.gather_nd(x, nd.array([[0], [4]])),
    "top": lambda x: nd.topk(x, k=9, axis=1),
    "depth": lambda x: nd.one_hot(x, -1),
    "dtype": lambda x: x.astype("complex64"),
    "slice": lambda x: nd.slice_axis(x, axis=3, begin=0, end=1),
    "out": lambda x: nd.relu(x, out=nd.zeros(2)),
    "assign": lambda x: x.__setitem__(slice(0, 2), noise(3, 4)),
    "drop": lambda x: nd.Dropout(x, p=1.5),
    "draw": lambda x: x + mx.random.uniform(0, 1, shape=(-1, 4)),
    "number": lambda x: nd.clip(x, "low", 1),
    "missing": lambda x: nd.dot(x),
    "unrecorded": lambda x: x.sum().backward(),
    "twice": twice,
    "overwritten": overwritten,
    "while recorded": while_recorded,
    "no variable": of_no_variable,
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_said_in_the_same_words(mistake: Callable[[Any], Any]) -> None:
    with pytest.raises(Exception) as eager:  # noqa: PT011 (whatever it is)
        mistake(noise(3, 4))
    with pytest.raises(type(eager.value)) as compiled:
        mx.compile(mistake)(noise(3, 4))
    assert str(compiled.value) == str(eager.value)
