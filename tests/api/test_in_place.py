"""Writes while recording: to intermediates, to views of them, and to arrays that they fill."""

from __future__ import annotations

import gc
import operator
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED
from hypothesis import given
from hypothesis import strategies as st

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.tape import sharing
from ndgrad.testing import assert_close

WAYS = pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda f: f, id="eager"),
        pytest.param(mx.compile, id="compiled", marks=FULL_COMPILED),
    ],
)


def variable(*values: float, req: str = "write") -> nd.NDArray:
    x = nd.array(values, dtype="float64")
    x.attach_grad(req)
    return x


def gradient(function: Callable[[nd.NDArray], nd.NDArray], *values: float) -> list[float]:
    x = variable(*values)
    with autograd.record():
        y = function(x)
    y.backward()
    return x.grad.asnumpy().tolist()


# --- programs and what they are with other words --------------------------------------------------


def slices(x: Any) -> Any:
    z = nd.stack(x, x, x) * 2
    z[:, 0:2] = x[2:] * x[2:]
    z[2] = 3.0
    return z * z


def slices_said_otherwise(x: Any) -> Any:
    part = x[2:] * x[2:]
    row = nd.concat(part, x[2:] * 2, dim=0)
    z = nd.stack(row, row, nd.ones_like(x) * 3)
    return z * z


def arithmetic(x: Any) -> Any:
    z = x * 2
    z += x
    z *= z
    z -= 1
    z /= x
    z *= x[0:1]
    z %= 7
    return z


def arithmetic_said_otherwise(x: Any) -> Any:
    z = x * 2 + x
    return ((z * z - 1) / x * x[0:1]) % 7


def rows(x: Any) -> Any:
    z = nd.stack(x, x * x, x * 3)
    first, last, flat = z[0], z[2], z.reshape((-1,))
    last += first
    flat[0:6] = nd.concat(x[1:], x[1:], dim=0)
    first *= last
    return z * last + first


def rows_said_otherwise(x: Any) -> Any:
    last = x * 3 + x
    pairs = nd.concat(x[1:], x[1:], dim=0)
    first = pairs[0:4] * last if x.shape[0] == 4 else None
    middle = nd.concat(pairs[4:], (x * x)[2:], dim=0)
    return nd.stack(first, middle, last) * last + first


def repeated(x: Any) -> Any:
    z = nd.zeros((3, 4), dtype="float64") + x
    z[[0, 2, 0]] = nd.stack(x * 2, x * 3, x * 5)
    z[:, [1, 1]] = nd.stack(x[:3] * 7, x[1:] * x[1:], axis=1)
    return z * z


def repeated_said_otherwise(x: Any) -> Any:
    z = nd.stack(x * 5, x, x * 3)
    column = (x[1:] * x[1:]).reshape((3, 1))
    z = nd.concat(z[:, 0:1], column, z[:, 2:], dim=1)
    return z * z


def outputs(x: Any) -> Any:
    z = x * 2
    nd.tanh(z, out=z)
    z[:] = z + z
    y = z[1:3]
    x[0:2].copyto(y)
    return z * z


def outputs_said_otherwise(x: Any) -> Any:
    z = nd.tanh(x * 2)
    z = z + z
    z = nd.concat(z[0:1], x[0:2], z[3:], dim=0)
    return z * z


def loop(x: Any) -> Any:
    states = nd.zeros((4, 4), dtype="float64")
    states[0] = x
    for t in range(1, 4):
        states[t] = nd.tanh(states[t - 1] * x)
    return states


def loop_said_otherwise(x: Any) -> Any:
    states = [x]
    for _ in range(1, 4):
        states.append(nd.tanh(states[-1] * x))
    return nd.stack(*states)


PROGRAMS = [
    (slices, slices_said_otherwise),
    (arithmetic, arithmetic_said_otherwise),
    (rows, rows_said_otherwise),
    (repeated, repeated_said_otherwise),
    (outputs, outputs_said_otherwise),
    (loop, loop_said_otherwise),
]
SAID = pytest.mark.parametrize(("program", "otherwise"), PROGRAMS, ids=lambda f: f.__name__)


@WAYS
@SAID
@pytest.mark.parametrize("req", ["write", "add"])
def test_values_and_gradients(program: Any, otherwise: Any, req: str, way: Any) -> None:
    found = []
    for function in (way(program), otherwise):
        x = variable(0.3, -0.7, 1.1, 0.9, req=req)
        for _ in range(2):
            with autograd.record():
                y = function(x)
            y.backward()
        found.append((y.asnumpy(), x.grad.asnumpy()))
    for one, other in zip(*found, strict=True):
        assert_close(one, other)


@WAYS
@SAID
def test_second_order(program: Any, otherwise: Any, way: Any) -> None:
    found = []
    for function in (way(program), otherwise):
        x = variable(0.3, -0.7, 1.1, 0.9)
        with autograd.record():
            (slope,) = autograd.grad(function(x), [x], create_graph=True)
            y = slope * slope
        y.backward()
        found.append((slope.asnumpy(), x.grad.asnumpy()))
    for one, other in zip(*found, strict=True):
        assert_close(one, other)


def test_what_is_seen_by_hand() -> None:
    x = variable(1, 2, 3)
    with autograd.record():
        z = x * 2
        row = z[1:2]
        row += 5
        y = z * z
    assert z.asnumpy().tolist() == [2, 9, 6] and row.asnumpy().tolist() == [9]
    y.backward()
    assert x.grad.asnumpy().tolist() == [8, 36, 24]


def test_a_constant_cuts_the_gradient() -> None:
    def some(x: nd.NDArray) -> nd.NDArray:
        z = x * x
        z[1] = 7
        return z

    def all_but_an_old_use(x: nd.NDArray) -> nd.NDArray:
        z = x * x
        y = z + 1
        z[:] = 7
        return y + z * x

    assert gradient(some, 1, 2, 3) == [2, 0, 6]
    assert gradient(all_but_an_old_use, 1, 2, 3) == [9, 11, 13]
    x = variable(1, 2)
    with autograd.record():
        z = x * x
        row = z[0:1]
        z[:] = 7
    assert z._node is None and row._node is None


def test_masks() -> None:
    def positive(x: nd.NDArray) -> nd.NDArray:
        z = x * x
        z[x.detach().asnumpy().nonzero()[0]] = 1
        mask = nd.array([True, False, True], dtype="bool")
        z[mask] = x[:2] * 3
        return z

    assert gradient(positive, 1, 0, 3) == [3, 3, 0]


def test_views_that_overlap_in_part() -> None:
    def overlapping(x: nd.NDArray) -> nd.NDArray:
        z = x * 1
        early, late = z[0:3], z[1:4]
        late *= 2
        early *= 3
        return early.sum() + 10 * late.sum() + 100 * z.sum()

    # early is [3, 6, 6], late [6, 6, 2] and z [3, 6, 6, 2] times x
    assert gradient(overlapping, 1, 1, 1, 1) == [303, 666, 666, 220]


def test_a_view_outlives_what_it_is_of() -> None:
    def rest(x: nd.NDArray) -> nd.NDArray:
        row = (x * 2)[1:]
        gc.collect()
        row += x[:2]
        return row

    assert gradient(rest, 1, 2, 3) == [1, 3, 2]


def test_views_that_were_made_before_anything_was_recorded() -> None:
    buffer = nd.zeros((3, 2), dtype="float64")
    views = [buffer[i] for i in range(3)]
    x = variable(1, 2)
    with autograd.record():
        for i, view in enumerate(views):
            view[:] = x * (i + 1)
        views[1] *= 10
        y = buffer * buffer
    y.backward()
    assert x.grad.asnumpy().tolist() == [2 * (1 + 400 + 9), 4 * (1 + 400 + 9)]


def test_what_is_detached_stays_out() -> None:
    x = variable(1, 2)
    with autograd.record():
        z = x * 2
        alone = z.detach()
        z += x
        y = alone * x
        alone[:] = 5  # z is still in the graph, and reads what is there now
        w = z * 1
    assert alone._node is None
    assert w.asnumpy().tolist() == [5, 5]
    w.backward()
    assert x.grad.asnumpy().tolist() == [3, 3]
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()


def test_outside_of_a_record_the_graph_does_not_change() -> None:
    x = variable(1, 2)
    with autograd.record():
        z = x * 2
        with autograd.pause():
            z += 1
            z[0] = 9
            inside = z[1:]
        y = z + z
    z[1:] = 0
    assert inside._node is None
    y.backward()
    assert y.asnumpy().tolist() == [18, 10] and x.grad.asnumpy().tolist() == [4, 4]


def test_a_buffer_that_is_used_again() -> None:
    buffer, x = nd.zeros((2, 2), dtype="float64"), variable(1, 2)
    row = buffer[1]
    for i in range(3):
        with autograd.record():
            buffer[0] = x * i
            row[:] = x * x
            row += buffer[0]
            y = buffer.sum()
        y.backward()
        assert x.grad.asnumpy().tolist() == [2 * i + 2, 2 * i + 4]


# --- what is refused ------------------------------------------------------------------------------

WRITES: dict[str, Callable[[nd.NDArray], Any]] = {
    "item": lambda x: operator.setitem(x, 0, 7),
    "all": lambda x: operator.setitem(x, slice(None), 7),
    "index": lambda x: operator.setitem(x, [0, 0], 7),
    "add": lambda x: operator.iadd(x, 1),
    "add array": lambda x: operator.iadd(x, nd.ones(x.shape, dtype="float64")),
    "out": lambda x: nd.exp(nd.ones(x.shape, dtype="float64"), out=x),
    "copyto": lambda x: nd.ones(x.shape, dtype="float64").copyto(x),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("part", [lambda x: x, lambda x: x[1:], lambda x: x.reshape((3, 1))])
def test_variables_and_views_of_them_are_refused(part: Any, write: Any) -> None:
    x = variable(1, 2, 3)
    with autograd.record():
        target = part(x)
        with pytest.raises(mx.MXNetError, match="Nothing was written"):
            write(target)
        y = x * x
    y.backward()
    assert x.asnumpy().tolist() == [1, 2, 3] and x.grad.asnumpy().tolist() == [2, 4, 6]


def test_marking_takes_an_array_out_of_its_graph() -> None:
    z = nd.ones(3, dtype="float64")
    view = z[1:]
    z.attach_grad()
    x = variable(5, 6)
    with autograd.record():
        view[:] = x  # no view of the variable: it was made before
        y = z * view.sum()
    y.backward()
    assert z.grad.asnumpy().tolist() == [11, 11, 11] and x.grad.asnumpy().tolist() == [12, 12]


def test_an_intermediate_is_not_handed_out_to_be_written_to() -> None:
    x = variable(1, 2)
    with autograd.record():
        z = x * 2
        with pytest.raises(mx.MXNetError, match="Nothing was written"):
            z.to_dlpack_for_write()


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda z: operator.iadd(z, 1), r"broadcast_mul: its input 'lhs' \(shape \(3,\)\)"),
        (lambda z: operator.setitem(z, 1, 7), "broadcast_mul: its input 'lhs'"),
        (lambda z: operator.iadd(z[1:], 1), "broadcast_mul: its input 'lhs'"),
        (lambda z: operator.setitem(z.reshape((3, 1)), 2, 7), "broadcast_mul: its input 'lhs'"),
    ],
)
def test_what_was_saved_and_overwritten_is_named(write: Any, says: str) -> None:
    x = variable(1, 2, 3)
    with autograd.record():
        z = x * 2
        y = z * z
        write(z)
    with pytest.raises(mx.MXNetError, match=says + ".* was overwritten between forward"):
        y.backward()
    assert x.grad.asnumpy().tolist() == [0, 0, 0]


def test_the_result_of_a_write_is_saved_too() -> None:
    x = variable(1, 2)
    with autograd.record():
        z = x * 2
        w = x * 3
        z *= w
        w += 1
    with pytest.raises(mx.MXNetError, match=r"broadcast_mul: its input 'rhs'.*overwritten"):
        z.backward()


def test_other_parts_of_a_memory_may_be_overwritten() -> None:
    x = variable(1, 2)
    with autograd.record():
        z = nd.zeros((4, 2), dtype="float64")
        z[0] = x
        y = z[0] * z[0]
        z[2] = x
        z[3] += 1
        z[1:3] *= 2
    y.backward(retain_graph=True)
    assert x.grad.asnumpy().tolist() == [2, 4]
    with autograd.record():
        z[0:2] += 1
    with pytest.raises(mx.MXNetError, match="overwritten"):
        y.backward()


@WAYS
def test_what_backward_does_not_read_may_be_overwritten(way: Any) -> None:
    def factors(x: nd.NDArray) -> nd.NDArray:
        c = nd.array([3, 4], dtype="float64")
        z = x * 1
        y = z * 2 + z * c + 1 / c
        z += 1
        return y + z

    x = variable(1, 2)
    with autograd.record():
        y = way(factors)(x)
    y.backward()
    assert x.grad.asnumpy().tolist() == [6, 7]
    with autograd.record():
        (slope,) = autograd.grad((way(factors)(x) * x).sum(), [x], create_graph=True)
        y = slope.sum()
    y.backward()
    assert x.grad.asnumpy().tolist() == [12, 14]


def test_a_write_to_anywhere_counts_for_every_part() -> None:
    x = variable(1, 2)
    for write in (lambda z: z.__iadd__(1), lambda z: operator.setitem(z, 1, 7)):
        with autograd.record():
            z = nd.zeros((4, 2), dtype="float64")
            z[0] = x
            y = z[0] * z[0]
        write(z)
        with autograd.record():
            z[3] = x
        with pytest.raises(mx.MXNetError, match="overwritten"):
            y.backward()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 11), st.integers(1, 5)), max_size=12))
def test_parts_that_were_written_to(writes: list[tuple[bool, int, int]]) -> None:
    x = nd.zeros(16)
    times = np.zeros(16, int)
    for noted, start, length in writes:
        if noted:
            sharing.note_write(x, start, start + length)
            times[start : start + length] = x._version[0]
        else:
            x += 0
            times[:] = x._version[0]
        for number in (0, *times):
            for i in range(16):
                found = sharing.is_overwritten(x._data[i : i + 1], x._version, number)
                assert found == (times[i] > number)


def test_old_values_are_copied_where_backward_reads_them_alone() -> None:
    c = nd.array([3, 4], dtype="float64")
    x = variable(1, 2)
    with autograd.record():
        z = x * 2
        memory = z._data
        z *= c
        z += x
        z /= 2
        assert [s is None for s in z._node.saved] == [True, False, True]  # the number alone
        before = z._node.parents[0].parents[0]
        assert before.saved[0] is None and before.saved[1] is c._data
        z *= x
        assert z._node.saved[0] is not memory
    assert z._data is memory
    z.backward()
    # (3x, 4x) + x / 2, times x
    assert x.grad.asnumpy().tolist() == [7, 18]


# --- cost -----------------------------------------------------------------------------------------


def test_rows_of_a_buffer_cost_their_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the buffer nor its gradient is copied for each row that is written."""
    sizes = []
    original = nd.NDArray.__init__

    def noted(self: Any, data: Any, *args: Any) -> None:
        sizes.append(data.size)
        original(self, data, *args)

    x = variable(*range(8))
    with autograd.record():
        buffer = nd.zeros((50, 8), dtype="float64")
        monkeypatch.setattr(nd.NDArray, "__init__", noted)
        for t in range(50):
            buffer[t] = x * t
        assert max(sizes, default=0) <= 8
        y = buffer.sum()
    whole = mx.kernels.OPS["_without_slice"].call
    calls = []
    op = mx.kernels.OPS["_without_slice"]
    bound = op.bound
    monkeypatch.setattr(
        op, "bound", type(bound)(lambda *a, **p: calls.append(a) or whole(*a, **p),
                                 bound.buffer_backward, bound.recorded_backward)
    )  # fmt: skip
    y.backward()
    assert len(calls) <= 1  # that of the sum is a view
    assert x.grad.asnumpy().tolist() == [sum(range(50))] * 8


def test_a_gradient_that_is_held_elsewhere_is_not_overwritten() -> None:
    x = variable(1, 2, 3)
    head = nd.ones(3, dtype="float64")
    with autograd.record():
        z = x * 2
        kept = z + 0
        z[1] = x[0] * 5
        y = z + kept
    y.backward(head)
    assert head.asnumpy().tolist() == [1, 1, 1]
    assert x.grad.asnumpy().tolist() == [9, 2, 4]


def test_dead_views_are_forgotten() -> None:
    x = nd.zeros((4, 2))
    for _ in range(1000):
        x[0]
    assert len(x._aliases) < 65
    kept = [x[0] for _ in range(100)]
    assert len(x._aliases) > 100
    dead = weakref.ref(kept.pop())
    assert dead() is None
    del kept
    for _ in range(1000):
        x[0]
    assert len(x._aliases) < 200
    assert not hasattr(nd.zeros(3), "_aliases")
