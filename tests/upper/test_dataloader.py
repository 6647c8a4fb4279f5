"""`DataLoader`: the same batches whatever makes them; what happens when something goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from ndgrad import cpu_pinned, nd
from ndgrad.base import MXNetError
from ndgrad.gluon import data as D

X = np.arange(50 * 4000, dtype=np.float32).reshape(50, 4000)  # batches of it are shared, not sent
Y = list(range(50))
DATASET = D.ArrayDataset(nd.array(X), Y)

WORKERS = {
    "none": {},
    "threads": {"num_workers": 2, "thread_pool": True},
    "processes": {"num_workers": 2},
}
MAKERS = pytest.mark.parametrize("workers", WORKERS.values(), ids=WORKERS)


def no_processes() -> bool:
    """Whether all workers have ended, which loaders have that nothing refers to any more."""
    end = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < end:
        time.sleep(0.01)
    return not multiprocessing.active_children()


def check(loader, size=8):
    at = 0
    for x, y in loader:
        np.testing.assert_array_equal(x.asnumpy(), X[at : at + size])
        assert y.asnumpy().tolist() == Y[at : at + size] and y.dtype == np.int64
        at += size
    assert at >= len(X) > at - size


@MAKERS
def test_batches_are_the_same(workers):
    loader = D.DataLoader(DATASET, 8, **workers)
    assert len(loader) == 7
    for _ in range(3):  # all but the first batches of processes come through shared memory
        check(loader)
    if workers is WORKERS["processes"]:
        assert loader._workers._blocks
    first, second = iter(loader), iter(loader)
    for a, b in zip(first, second, strict=True):  # two at a time
        np.testing.assert_array_equal(a[0].asnumpy(), b[0].asnumpy())
    next(iter(loader))  # and one that is not used up
    check(loader)
    check(
        D.DataLoader(DATASET, batch_sampler=D.BatchSampler(D.SequentialSampler(50), 8), **workers)
    )
    (pinned, _), *_ = D.DataLoader(DATASET, 8, pin_memory=True, **workers)
    assert pinned.context == cpu_pinned(0)
    del loader, first, second
    assert no_processes()


@MAKERS
def test_shuffled_and_odd_batches(workers):
    np.random.seed(0)  # noqa: NPY002  # the generator that samplers draw from
    loader = D.DataLoader(DATASET, 20, shuffle=True, last_batch="discard", **workers)
    for _ in range(2):
        labels = np.concatenate([y.asnumpy() for _, y in loader])
        assert len(set(labels.tolist())) == 40 and labels.tolist() != Y[:40]
    bigger = D.DataLoader(
        D.SimpleDataset([np.full(s, s, "f4") for s in (20000, 30000, 3, 40000, 0, 20000)]),
        1,
        prefetch=1,
        **workers,
    )
    for _ in range(2):
        assert [x.shape[1] for x in bigger] == [20000, 30000, 3, 40000, 0, 20000]
    nested = D.DataLoader(
        DATASET, 10, batchify_fn=lambda xs: {"x": [xs[0][0]], "n": len(xs), "np": X[:2]}, **workers
    )
    batch = next(iter(nested))
    assert batch["n"] == 10 and batch["np"].tolist() == X[:2].tolist()
    np.testing.assert_array_equal(batch["x"][0].asnumpy(), X[0])


@pytest.mark.parametrize("workers", [WORKERS["threads"], WORKERS["processes"]])
def test_batches_are_prefetched(workers):
    loader = D.DataLoader(DATASET, 8, auto_reload=True, **workers)
    for _ in range(2):
        check(loader)
    assert loader._next is not None
    loader.refresh()
    check(loader)
    loader.clean()
    assert loader._next is None


def test_batches_come_without_shared_memory(monkeypatch):
    def exhausted(descriptor, offset, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", exhausted, raising=False)
    loader = D.DataLoader(DATASET, 8, num_workers=2)
    for _ in range(2):
        check(loader)
    assert not loader._workers._blocks and loader._workers._block_bytes
    monkeypatch.undo()
    check(loader)
    assert loader._workers._blocks


def wrong(x, y):
    raise KeyError("unknown label")


@MAKERS
def test_an_error_of_the_dataset_is_raised(workers):
    with pytest.raises(KeyError, match="unknown label") as caught:
        next(iter(D.DataLoader(DATASET.transform(wrong), 8, **workers)))
    if workers is WORKERS["processes"]:
        assert 'raise KeyError("unknown label")' in str(caught.value.__cause__)
    del caught
    assert no_processes()


class OddError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def odd(x, y):
    raise OddError("not", "picklable")


def test_an_error_that_cannot_be_pickled_is_reported():
    with pytest.raises(MXNetError, match="OddError: not picklable"):
        next(iter(D.DataLoader(DATASET.transform(odd), 8, num_workers=1)))


def test_a_batch_that_cannot_be_pickled_is_an_error():
    loader = D.DataLoader(DATASET, 8, num_workers=1, batchify_fn=lambda xs: lambda: xs)
    with pytest.raises(Exception, match="pickle"):
        next(iter(loader))


def killed(x, y):
    if y == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return x, y


def test_a_killed_worker_is_an_error():
    loader = D.DataLoader(DATASET.transform(killed), 8, num_workers=2)
    begin = time.monotonic()
    with pytest.raises(MXNetError, match=r"worker process .* was ended by SIGKILL"):
        list(loader)
    assert time.monotonic() - begin < 10 and no_processes()
    with pytest.raises(MXNetError, match="SIGKILL"):  # new ones
        list(loader)


def slow(x, y):
    time.sleep(30)


def test_a_batch_that_takes_too_long_is_an_error():
    begin = time.monotonic()
    with pytest.raises(multiprocessing.TimeoutError, match=r"timeout=0\.3 seconds"):
        next(iter(D.DataLoader(DATASET.transform(slow), 8, num_workers=2, timeout=0.3)))
    assert time.monotonic() - begin < 10 and no_processes()


def drawn(x, y):
    return np.random.rand(), random.random(), nd.random.uniform(shape=(1,)).asscalar()  # noqa: NPY002


def test_workers_draw_numbers_of_their_own():
    np.random.seed(1)  # noqa: NPY002  # what the dataset draws from
    random.seed(1)
    before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    loader = D.DataLoader(DATASET.transform(drawn), 10, num_workers=2)
    values = [np.concatenate([x.asnumpy() for x in column]) for column in zip(*loader, strict=True)]
    assert [len(set(v.tolist())) for v in values] == [50, 50, 50]
    assert before == (np.random.get_state()[1].tolist(), random.getstate())  # noqa: NPY002


@pytest.mark.compiled
def test_workers_run_kernels_after_the_parent_has():
    big = nd.ones((1000, 1000))
    assert (nd.tanh(big) * big).sum().asscalar() > 0  # the threads of kernels run now
    loader = D.DataLoader(
        DATASET.transform(lambda x, y: (nd.tanh(x * 1e-4), (big * 2)[0, y])), 8, num_workers=2
    )
    for _ in range(2):
        for i, (x, y) in enumerate(loader):
            np.testing.assert_allclose(
                x.asnumpy(), np.tanh(X[8 * i : 8 * i + 8] * np.float32(1e-4)), rtol=1e-6
            )
            assert y.asnumpy().ravel().tolist() == [2] * len(x)
        assert (big * 3).sum().asscalar() == 3e6


def test_wrong_arguments_are_an_error():
    sampler = D.SequentialSampler(50)
    for options, text in (
        ({}, "batch_size must be specified"),
        ({"batch_size": 2, "shuffle": True, "sampler": sampler}, "shuffle must not be"),
        ({"batch_sampler": [[1]], "shuffle": True}, "must not be specified if batch_sampler"),
        ({"batch_sampler": [[1]], "batch_size": 2}, "must not be specified if batch_sampler"),
    ):
        with pytest.raises(ValueError, match=text):
            D.DataLoader(DATASET, **options)
    with pytest.raises(MXNetError, match="timeout must be positive, got 0"):
        D.DataLoader(DATASET, 2, timeout=0)
    assert len(list(D.DataLoader(DATASET, 25, num_workers=-1))) == 2
    assert len(list(D.DataLoader(DATASET, 25, num_workers=1, prefetch=0))) == 2


SPAWNED = """
    import multiprocessing, sys
    import numpy as np
    from ndgrad import nd
    from ndgrad.gluon import data as D

    def double(x):
        return x * 2

    if __name__ == "__main__":
        multiprocessing.set_start_method("spawn")
        x = np.arange(40000, dtype="float32").reshape(4, 10000)
        loader = D.DataLoader(D.SimpleDataset(nd.array(x)).transform(double), 2, num_workers=1)
        for _ in range(2):
            got = np.concatenate([b.asnumpy() for b in loader])
            assert (got == 2 * x).all()
        print("done")
"""


def test_spawned_workers(tmp_path):
    script = tmp_path / "spawned.py"
    script.write_text(textwrap.dedent(SPAWNED))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


INTERRUPTED = """
    import signal, time
    from ndgrad.gluon import data as D

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored

    def slow(x):
        print("working", flush=True)
        time.sleep(60)

    if __name__ == "__main__":
        next(iter(D.DataLoader(D.SimpleDataset([1, 2, 3]).transform(slow), 1, num_workers=2)))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
def test_an_interrupt_ends_all(tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(textwrap.dedent(INTERRUPTED))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline().startswith("working")  # of one worker, or of two
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal
    _, errors = process.communicate(timeout=20)  # returns when no worker has the pipe any more
    assert errors.rstrip().endswith("KeyboardInterrupt") and errors.count("Traceback") == 1
