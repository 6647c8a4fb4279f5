"""Several kernels in one launch: order, chunks, threads that come late, failures."""

import threading

import numpy as np
import pytest
from numba import types

from ndgrad.kernels.build.launch import Specialization, chunked, vector
from ndgrad.kernels.cpu import tasks
from ndgrad.kernels.cpu.tasks import ArrayName, Task, TaskList

FLOAT = np.dtype("float32")


@chunked
def _rolled(x, y, scale, shift, flag, lo, hi):
    """y[i] = x[i + shift] * scale + 1: reads what other chunks wrote."""
    n = y.size
    for i in range(lo, hi):
        y[i] = x[(i + shift) % n] * scale + (np.float32(1) if flag else np.float32(0))


@chunked
def _broken(x, limit, lo, hi):
    for i in range(lo, hi):
        if i >= limit:
            raise ValueError("beyond")
        x[i] += 1


def rolled():
    array = vector(FLOAT)
    kinds = (array, array, types.float32, types.intp, types.boolean, types.intp, types.intp)
    return Specialization(_rolled, kinds)


def expected(x, steps):
    for step in steps:
        _, _, scale, shift, flag = step.arguments
        x = np.roll(x, -shift) * np.float32(scale) + np.float32(flag)
    return x


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_step_sees_all_of_the_one_before(threads, monkeypatch):
    monkeypatch.setattr(tasks, "num_threads", lambda: threads)
    n, entry = 1000, rolled()
    a, b = ArrayName("a"), ArrayName("b")
    steps = [
        Task(
            entry, (*((a, b) if i % 2 == 0 else (b, a)), 0.5, 7 * i, i % 3 == 0), n, n // (1 + i), n
        )
        for i in range(20)
    ]
    task_list = TaskList(steps, kept="b")
    kept, given = np.empty(n, FLOAT), np.empty(n, FLOAT)
    run = task_list.prepared({b: kept})
    for seed in range(100):
        x = np.random.default_rng(seed).random(n, FLOAT)
        given[:] = x
        run(given)
        np.testing.assert_array_equal(given, expected(x, steps))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_step_that_follows_takes_each_chunk_from_the_step_before(threads, monkeypatch):
    monkeypatch.setattr(tasks, "num_threads", lambda: threads)
    n, entry = 1000, rolled()
    a, b, c, d = map(ArrayName, "abcd")
    first = Task(entry, (a, b, 2.0, 1, True), n, 64, n)
    second = Task(entry, (b, c, 3.0, 0, True), n, 64, n, chained=True)
    third = Task(entry, (c, b, 1.0, 5, False), n, 100, n)
    x, y, z, u = (np.arange(n, dtype=FLOAT) for _ in range(4))
    run = TaskList([first, second, second._replace(arguments=(c, d, 1.0, 0, True)), third])
    run.prepared({})(x, y, z, u)
    made = expected(x, [first, second])
    np.testing.assert_array_equal(z, made)
    np.testing.assert_array_equal(u, made + 1)
    np.testing.assert_array_equal(y, np.roll(made, -5))


def test_each_call_takes_the_arrays_it_is_given():
    entry, n = rolled(), 64
    run = TaskList(
        [Task(entry, (ArrayName("x"), ArrayName("y"), 2.0, 0, False), n, 16, n)]
    ).prepared({})
    for k in range(3):
        x, y = np.full(n, k, FLOAT), np.empty(n, FLOAT)
        run(x, y)
        assert (y == 2 * k).all()


@pytest.mark.compiled
@pytest.mark.parametrize("threads", [1, 2])
def test_rounds_run_the_tasks_on_arrays_that_lie_elsewhere_in_each(threads, monkeypatch):
    monkeypatch.setattr(tasks, "num_threads", lambda: threads)
    entry, n = rolled(), 64
    x, y, kept = np.arange(4 * n, dtype=FLOAT), np.empty(3 * n, FLOAT), np.empty(n, FLOAT)
    a, b, t = map(ArrayName, "abt")
    steps = [
        Task(entry, (a, t, 2.0, 1, True), n, 16, n),
        Task(entry, (t, b, 1.0, 1, True), n, 16, n),
    ]
    rounds = 4 * n * np.arange(3)
    addresses = np.stack([x.ctypes.data + rounds[::-1], y.ctypes.data + rounds], axis=1)
    TaskList(steps, kept="t").prepared({t: kept}).run_rounds(np.array([n, n]), addresses)
    expected_rows = [expected(row, steps) for row in x.reshape(4, n)[2::-1]]
    np.testing.assert_array_equal(y.reshape(3, n), expected_rows)


@pytest.mark.compiled
def test_a_kernel_that_raises_is_reported_and_nobody_waits_for_it(monkeypatch):
    monkeypatch.setattr(tasks, "num_threads", lambda: 2)
    x = np.zeros(64, FLOAT)
    entry = Specialization(_broken, (vector(FLOAT), *(types.intp,) * 3))
    steps = [Task(entry, (x, 64), 64, 8, 8), Task(entry, (x, 32), 64, 8, 8)]
    run = TaskList(steps).prepared({})
    with pytest.raises(RuntimeError, match="raised an error"):
        run()
    assert (x[:32] == 2).all()


def test_series_of_their_own_run_in_several_threads_at_once():
    entry, n = rolled(), 4096
    failures = []

    def work(seed):
        task_list = TaskList(
            [Task(entry, (ArrayName("x"), ArrayName("y"), 1.0, 1, True), n, 256, n),
             Task(entry, (ArrayName("y"), ArrayName("x"), 1.0, 1, True), n, 256, n)]
        )  # fmt: skip
        x, y = np.full(n, seed, FLOAT), np.empty(n, FLOAT)
        run = task_list.prepared({})
        for _ in range(200):
            run(x, y)
        if not (x == seed + 400).all():
            failures.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
