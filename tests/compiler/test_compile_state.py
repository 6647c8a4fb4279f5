"""Arguments, results, the memory they share, and writes, also between forward and backward."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable
from compile_helpers import agree, agree_closely, both, some

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.testing import assert_close

# Which values a program has: what its kernels compute is a matter for other tests.
pytestmark = pytest.mark.full_compiled

# --- arguments and results ------------------------------------------------------------------------

Pair = namedtuple("Pair", "left right")


def test_nested_arguments_and_results() -> None:
    def scenario(decorate: Any) -> Any:
        @decorate
        def function(pairs: list[Any], *, named: dict[str, Any], flag: bool) -> Any:
            (x, k), pair = pairs
            y = x * k + named["bias"] if flag else x
            return {"y": [y, None, (pair.left, k)], "pair": Pair(pair.right * 2, "text"), "n": 3}

        arguments = [(some(3), 2), Pair(some(2), some(2, 2))]
        results = [
            function(arguments, named={"bias": some(1)}, flag=flag) for flag in (True, False)
        ]
        assert isinstance(results[0]["pair"], Pair) and isinstance(results[0]["y"][2], tuple)
        return results

    agree(scenario)


def test_static_arguments_are_told_apart_by_type() -> None:
    function = mx.compile(lambda pair: (pair.left, pair.right))
    for k in (1, 1.0, True, np.float32(0.0), np.float32(-0.0), "1", [1.0]):
        _, result = function(Pair(some(1), k))
        assert type(result) is type(k) and repr(result) == repr(k)


def test_an_array_passed_twice() -> None:
    def scenario(decorate: Any) -> Any:
        x = some(3)
        x.attach_grad()
        function = decorate(lambda a, b: a * a * b)
        with autograd.record():
            y = function(x, x)
        y.backward()
        return y, x.grad

    agree(scenario)


def test_results_are_the_objects_that_the_function_returns() -> None:
    captured, x = some(3), some(3)
    x.attach_grad()

    @mx.compile
    def function(x: nd.NDArray) -> tuple[Any, ...]:
        y = x * 2
        return x, x.grad, captured, y, y

    a, grad, c, y, again = function(x)
    assert a is x and grad is x.grad and c is captured and y is again


MEMORY: dict[str, Callable[[nd.NDArray, nd.NDArray], Any]] = {
    "argument": lambda x, c: (x[1:3], x.reshape((3, 1))),
    "captured": lambda x, c: (c[1:3], c.detach(), x * c),
    "result": lambda x, c: (lambda y: (y, y[1:3], y.reshape((3, 1))))(x * 2),
    "copy": lambda x, c: (lambda y: (y, y.copy(), y * 1))(x * 2),
    "the same again": lambda x, c: (x * 2, x * 2, x.copy(), c.copy()),
    "constants": lambda x, c: (nd.zeros((3,)), nd.ones((3,)), nd.zeros_like(x)),
}


@pytest.mark.parametrize("function", MEMORY.values(), ids=MEMORY)
def test_results_share_memory_and_versions_as_in_eager(function: Callable[..., Any]) -> None:
    def scenario(decorate: Any) -> Any:
        captured, x = some(3), some(3)
        compiled = decorate(lambda x: function(x, captured))
        found = []
        for _ in range(2):
            results = compiled(x)
            for k, result in enumerate(results):
                result[0] = 100 + k
                found.append([r.copy() for r in (*results, x, captured)])
            cells = [id(r._version) for r in (*results, x, captured)]
            found.append([cells.index(cell) for cell in cells])
        return found

    agree(scenario)


def test_arguments_that_share_memory_with_a_write_are_refused() -> None:
    captured, x = some(4), some(4)

    def add(a: nd.NDArray, b: nd.NDArray) -> None:
        a += b

    def write_and_read_captured(a: nd.NDArray) -> nd.NDArray:
        a[:] = 0
        return captured * 2

    def run_backward(a: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
        with autograd.record():
            y = a * a
        y.backward()
        return b * 2

    variable = some(3)
    variable.attach_grad()

    def add_captured(b: nd.NDArray) -> None:
        captured[:] = captured + b

    def run_backward_into_captured(a: nd.NDArray) -> None:
        with autograd.record():
            y = a + variable
        y.backward()

    def write_gradient(a: nd.NDArray) -> nd.NDArray:
        variable.grad[:] = 1
        return a.grad * 2

    for function, arguments in (
        (add, (x[1:3], x[:2])),
        (write_and_read_captured, (captured,)),
        (write_and_read_captured, (captured[1:3],)),
        (run_backward, (variable, variable.grad)),
        (add_captured, (captured,)),
        (add_captured, (captured.reshape((4,)),)),
        (run_backward_into_captured, (variable,)),
        (write_gradient, (variable,)),
    ):
        with pytest.raises(mx.MXNetError, match=r"^compile: .* share"):
            mx.compile(function)(*arguments)
    np.testing.assert_array_equal(x.asnumpy(), some(4).asnumpy())
    np.testing.assert_array_equal(captured.asnumpy(), some(4).asnumpy())
    assert not variable.grad.asnumpy().any()


def test_sums_of_products_that_are_results_or_written() -> None:
    """Products over neighbouring rows are made at once; a sum with another one is not theirs."""
    rng = np.random.default_rng(0)
    x, w, v = (nd.array(rng.normal(size=s)) for s in ((3, 4, 16), (24, 16), (24, 5)))
    hidden = [nd.array(rng.normal(size=(4, 5))) for _ in range(3)]
    kept = [nd.zeros((4, 24)) for _ in range(3)]

    def sums(x: nd.NDArray) -> list[nd.NDArray]:
        return [
            nd.dot(x[t], w, transpose_b=True) + nd.dot(hidden[t], v, transpose_b=True)
            for t in range(3)
        ]

    def write(x: nd.NDArray) -> None:
        for target, value in zip(kept, sums(x), strict=True):
            target[:] = value

    compiled = mx.compile(sums)
    results = compiled(x)
    compiled(2 * x)  # which must not write to what was returned before
    mx.compile(write)(x)
    for result, target, expected in zip(results, kept, sums(x), strict=True):
        assert_close(result, expected)
        assert_close(target, expected)


def test_rows_that_lie_apart_are_not_one_product():
    x = nd.array(np.random.default_rng(0).random((4, 40)))

    def products(x):
        right = nd.split(x, num_outputs=2, axis=1)[1]
        rows = [nd.dot(right[i : i + 1], right, transpose_b=True) for i in range(3)]
        return rows[0] + rows[1] + rows[2]

    assert_close(mx.compile(products)(x).asnumpy(), products(x).asnumpy())


def test_one_array_as_two_arguments() -> None:
    @mx.compile
    def add(a: nd.NDArray, b: nd.NDArray) -> None:
        a += b

    x, y = some(4), some(4)
    add(x, x)
    np.testing.assert_array_equal(x.asnumpy(), 2 * some(4).asnumpy())
    add(x, y)
    np.testing.assert_array_equal(x.asnumpy(), 3 * some(4).asnumpy())


def test_results_from_before_a_write() -> None:
    """Parts of what an argument held, in rows that lie apart or not, are memory of their own."""

    def scenario(decorate: Any) -> Any:
        @decorate
        def function(x: nd.NDArray) -> Any:
            halves = nd.split(x, num_outputs=2, axis=1)
            first, again = nd.slice(x, begin=(0,), end=(2,)), nd.slice(x, begin=(0,), end=(2,))
            x *= 2
            return *halves, first, again

        x = some(3, 40)
        results = function(x)
        results[2][:] = 7
        return [x, *results]

    agree(scenario)


def test_writes_to_arguments() -> None:
    def scenario(decorate: Any) -> Any:
        @decorate
        def function(a: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
            a += b
            b[1:] = a[:2]
            return a

        a, b = some(3), some(3)
        return [(function(a, b), a.copy(), b.copy()) for _ in range(2)]

    agree(scenario)


# --- gradients and writes -------------------------------------------------------------------------

OVERWRITTEN: dict[str, Callable[..., Any]] = {
    "argument": lambda x, w, c: x * w,
    "captured": lambda x, w, c: x * c,
    "result": lambda x, w, c: x.exp(),
}


@pytest.mark.parametrize("what", OVERWRITTEN)
def test_an_overwritten_array_is_noticed(what: str) -> None:
    for decorate in (mx.compile, lambda function: function):
        x, w, captured = some(3), some(3), some(3)
        x.attach_grad()
        function = decorate(lambda x, w, c=captured: OVERWRITTEN[what](x, w, c))
        with autograd.record():
            y = function(x, w)
        {"argument": w, "captured": captured, "result": y}[what][0] = 5
        with pytest.raises(mx.MXNetError, match="overwritten between forward and backward"):
            y.backward()


HELD: dict[str, Callable[..., Any]] = {
    "made of an argument": lambda x, w, c: x * (w * 2),
    "made of a captured array": lambda x, w, c: x * (c * 2),
    "copy of an argument": lambda x, w, c: x * w.copy(),
    "copy of a captured array": lambda x, w, c: x * c.copy(),
    "assigned": lambda x, w, c: x * assigned(c),
}


def assigned(c: nd.NDArray) -> nd.NDArray:
    held = nd.zeros(c.shape, dtype="float64")
    held[:] = c
    return held


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("function", HELD.values(), ids=HELD)
def test_gradients_use_values_from_before_a_write(
    function: Callable[..., Any], inside: bool
) -> None:
    def scenario(decorate: Any) -> Any:
        x, w, captured = some(3), some(3), some(3)
        x.attach_grad()

        @decorate
        def compiled(x: nd.NDArray, w: nd.NDArray) -> nd.NDArray:
            y = function(x, w, captured)
            if inside:
                w[:] = 5
                captured[:] = 5
            return y

        with autograd.record():
            y = compiled(x, w)
        w[:] = 7
        captured[:] = 7
        y.backward()
        return y, x.grad

    agree(scenario)


def test_a_write_inside_that_spoils_backward_is_the_eager_error() -> None:
    def function(x: nd.NDArray, w: nd.NDArray) -> nd.NDArray:
        y = x * w
        w += 1
        return y

    texts = []
    for f in (function, mx.compile(function)):
        x, w = some(3), some(3)
        x.attach_grad()
        with autograd.record():
            y = f(x, w)
        with pytest.raises(mx.MXNetError, match="overwritten") as caught:
            y.backward()
        texts.append(str(caught.value))
        np.testing.assert_array_equal(w.asnumpy(), (some(3) + 1).asnumpy())
    assert texts[0] == texts[1]


@pytest.mark.parametrize("req", ["write", "add", "null"])
def test_gradients_of_arguments_and_captured_arrays(req: str) -> None:
    def scenario(decorate: Any) -> Any:
        x, w = some(2, 3), some(3)
        x.attach_grad(req)
        w.attach_grad()
        function = decorate(lambda x: (x * w).tanh().sum(axis=0))
        for _ in range(2):
            with autograd.record():
                y = function(x)
            y.backward(retain_graph=True)
            y.backward()
        return y, x.grad, w.grad, x._fresh_grad, w._fresh_grad

    agree(scenario)


@pytest.mark.parametrize("what", ["variable", "constant", "around"])
def test_what_a_recorded_backward_reads_must_not_be_overwritten(what: str) -> None:
    """Backward itself needs none of these: it has what was made of them."""
    around, unread = nd.ones(2), nd.ones(2)

    @mx.compile
    def f(x: Any, c: Any) -> Any:
        return nd.exp(x) * nd.exp(c) * nd.exp(around), unread

    x, c = nd.ones(2), nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y, _ = f(x, c)
    unread[:] = 5
    autograd.grad(y, x, create_graph=True)
    {"variable": x, "constant": c, "around": around}[what][:] = 5
    with pytest.raises(mx.MXNetError, match=r"compile: .* overwritten"):
        autograd.grad(y, x, create_graph=True)
    (slope,) = autograd.grad(y, x)
    np.testing.assert_allclose(slope.asnumpy(), np.exp([3, 3]), rtol=1e-6)


@pytest.mark.parametrize("decorate", [lambda f: f, mx.compile])
def test_what_is_made_of_a_released_record_is_a_constant_on_the_tape(decorate: Any) -> None:
    x, y = variable(1.0, 2.0), variable(3.0, 4.0)
    function = decorate(lambda v, a: (v * 2, a + 1, a.reshape((2, 1)), v * a))
    with autograd.record():
        a = x * 2
    a.backward()
    with autograd.record():
        outputs = function(nd.ones(2), a)
    assert [z._node is None for z in outputs] == [True, False, False, False]
    with pytest.raises(mx.MXNetError, match="no inputs in computation graph"):
        outputs[1].backward()
    with autograd.record():
        outputs = [*function(y, a), y * y]
    autograd.backward(outputs)
    assert y.grad.tolist() == [2 + 2 + 6, 2 + 4 + 8]
    assert function(nd.ones(2), a)[1]._node is None


def test_a_record_is_released_by_backward() -> None:
    x = some(3)
    x.attach_grad()
    with autograd.record():
        y = mx.compile(lambda x: x * x)(x)
    y.backward()
    with pytest.raises(mx.MXNetError, match="retain_graph"):
        y.backward()


def test_a_record_without_variables_that_want_gradients() -> None:
    """Backward passes by a function none of whose variables wants a gradient."""

    def scenario(decorate: Any) -> Any:
        x, w = some(3), some(3)
        x.attach_grad()
        w.attach_grad("null")
        with autograd.record():
            y = decorate(lambda w: w * w)(w)
            z = x * x
        autograd.backward([y, z])
        return [y, x.grad]

    agree(scenario)


def test_a_view_of_an_array_recorded_outside_says_so_in_backward() -> None:
    x = some(2, 3)
    x.attach_grad()
    with autograd.record():
        y = x * 2
        z = mx.compile(lambda: y.reshape((-1,)))()
    with pytest.raises(mx.MXNetError, match="recorded outside of it and is not among"):
        z.backward()


def test_compiled_and_eager_operators_in_one_graph() -> None:
    def scenario(decorate: Any) -> Any:
        x = some(3)
        x.attach_grad()
        function = decorate(lambda a: (a.exp(), a * a))
        with autograd.record():
            a, b = function(x * 2)
            c, _ = function(a + x)
            total = (c * b).sum()
        total.backward()
        return total, x.grad

    eager, compiled = both(scenario)
    np.testing.assert_allclose(compiled[1], eager[1], rtol=1e-13)


@pytest.mark.parametrize("train", [True, False])
def test_second_derivatives_repeat_the_draws_and_the_mode(train: bool) -> None:
    def scenario(decorate: Any) -> Any:
        x = some(20)
        x.attach_grad()
        function = decorate(lambda x: nd.Dropout(x * x * x, p=0.5))
        with autograd.record(train_mode=train):
            y = function(x)
            (slope,) = autograd.grad(y, [x], create_graph=True)
        slope.backward()
        return y, slope, x.grad, nd.random.uniform(shape=(2,))

    agree(scenario)


@pytest.mark.parametrize("given", [False, True])
def test_second_derivatives_by_operators_that_set_a_state(given: bool) -> None:
    """That is a write of the call, which would be the same if it were made again."""

    def scenario(decorate: Any) -> Any:
        x, gamma, beta = (nd.array(v) for v in ([[0.3, -1], [2, 0.5], [1, 4]], [0.5, 2], [0.1, 0]))
        mean, var = nd.zeros(2), nd.ones(2)
        for z in (x, gamma, beta):
            z.attach_grad()
        around = gamma

        @decorate
        def norm(x: Any, gamma: Any) -> Any:
            return nd.relu(nd.BatchNorm(x, gamma if given else around, beta, mean, var))

        with autograd.record():
            y = norm(x, gamma if given else beta)
            (slope,) = autograd.grad((y * y * x).sum(), [x], create_graph=True)
            loss = (slope * slope).sum()
        averages = mean.copy(), var.copy()
        loss.backward()
        return y, slope, averages, gamma, x.grad, gamma.grad, beta.grad

    agree_closely(scenario)


def test_what_is_written_otherwise_is_not_written_again() -> None:
    x, gamma, count = nd.array([[1.0, 2.0], [3.0, 5.0]]), nd.ones(2), nd.zeros(2)
    x.attach_grad()
    vectors = nd.zeros(2), nd.zeros(2), nd.ones(2)

    def normed(x: Any) -> Any:
        gamma[0:1] = 3
        return nd.BatchNorm(x, gamma, *vectors)

    def counted(x: Any) -> Any:
        count[:] = count + 1
        return nd.BatchNorm(x, gamma, *vectors)

    for function in (normed, counted):
        with autograd.record():
            y = mx.compile(function)(x)
        with pytest.raises(mx.MXNetError, match="writes to arrays, so it cannot be run again"):
            autograd.grad(y, x, create_graph=True)
    assert count.tolist() == [1, 1]


def test_a_variable_that_comes_twice_has_its_second_derivative_once():
    x = nd.array([1.0, -2.0, 0.5])
    x.attach_grad()
    twice = mx.compile(lambda a, b: a * b + a * x)
    with autograd.record():
        (slope,) = autograd.grad(twice(x, x).sum(), [x], create_graph=True)
        y = (slope * slope).sum()
    y.backward()
    np.testing.assert_allclose(slope.asnumpy(), 4 * x.asnumpy())
    np.testing.assert_allclose(x.grad.asnumpy(), 32 * x.asnumpy())
