"""Parallel launches under every threading layer, from many threads and in forked children.

Each case runs in a process of its own: what it guards against is an abort or a hang.
"""

import importlib
import os
import subprocess
import sys
import textwrap

import pytest
from forms import first

LAYERS = ["default", "omp", "workqueue"]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")

PRELUDE = "from launches import *\n"


def available(layer):
    if layer == "omp":
        try:
            importlib.import_module("numba.np.ufunc.omppool")
        except ImportError:
            return False
    return True


def compiled_once():
    """Settings of a process that finds the module `launches`, and what another has compiled."""
    cache = os.environ["NDGRAD_CACHE_DIR"]
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # with this folder
        "NUMBA_CACHE_DIR": os.path.join(cache, "launches"),
        "NDGRAD_CACHE_DIR": cache,
    }


def run(source, layer="default", timeout=60, path=None, **environ):
    # Waiting threads of GNU OpenMP would keep the few cores of a test machine from the others.
    variables = {"NUMBA_NUM_THREADS": "4", "OMP_WAIT_POLICY": "PASSIVE", **compiled_once()}
    variables |= environ
    if layer != "default":
        variables["NUMBA_THREADING_LAYER"] = layer
    if path is not None:
        variables["PYTHONPATH"] = str(path)
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "NDGRAD_"))}
    # Python from 3.12 on warns of every fork in a program with threads.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c"]
    result = subprocess.run(
        [*command, PRELUDE + textwrap.dedent(source)],
        env=keep | variables,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""  # a threading layer prints warnings of its own at a fork
    return result.stdout.split()


@pytest.fixture(params=first(*LAYERS))
def layer(request):
    if not available(request.param):
        pytest.skip(f"Numba has no {request.param} here")
    return request.param


def test_many_python_threads(layer):
    run(
        """
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
        """,
        layer,
    )


CHUNKS = """
from ndgrad.kernels.build.launch import chunked

@chunked
def add_one(a, lo, hi):
    for i in range(lo, hi):
        a[i] += 1

@chunked
def refuse(a, unit, lo, hi):
    if lo <= unit < hi:
        raise ValueError("refused")
    for i in range(lo, hi):
        a[i] += 1

for n in (1, 2, 63, 64, 1000):
    for grain in (1, 7, 64, 5000):
        a = np.zeros(n)
        add_one(a, n, grain)
        assert (a == 1).all()
a = np.zeros(100)
for unit in (0, 50, 99):
    try:
        refuse(a, unit, 100, 1)
    except ValueError as error:
        assert str(error) == "refused"
    else:
        raise AssertionError("no error")
a[:] = 0
refuse(a, 100, 100, 1)
assert (a == 1).all()
"""


def test_every_chunk_runs_once_and_errors_reach_the_caller(layer):
    run(CHUNKS, layer)


def test_chunks_without_compilation():
    run(CHUNKS, NUMBA_DISABLE_JIT="1")


@needs_fork
def test_forks(layer):
    """Children of a parent that has launched, grandchildren, and the parent afterwards."""
    silent = run(
        """
        work()
        assert in_child(work) == 0
        def nest():
            work()
            assert in_child(work) == 0
        assert in_child(nest) == 0
        work()

        result = []
        thread = threading.Thread(target=lambda: result.append(in_child(work)))
        thread.start(); thread.join()
        assert result == [0]
        work()
        """,
        layer,
    )
    assert silent == []


@needs_fork
def test_fork_while_other_threads_launch(layer):
    silent = run(
        """
        stop = threading.Event()
        def loop():
            while not stop.is_set(): work(20)
        threads = [threading.Thread(target=loop) for _ in range(3)]
        for t in threads: t.start()
        results = [in_child(lambda: work(20)) for _ in range(8)]
        stop.set()
        for t in threads: t.join()
        assert results == [0] * 8, results
        work()
        """,
        layer,
    )
    assert silent == []


CHILDREN = """
def is_parallel():
    work()
    assert T.parallel_is_safe()

def is_serial():
    work()
    assert not T.parallel_is_safe()

if T.layer() != "tbb":  # no child of any other layer's may launch
    is_parallel = is_serial
"""


@needs_fork
def test_children_launch_when_no_other_thread_does(layer):
    silent = run(
        CHILDREN
        + """
assert in_child(is_parallel) == 0
for _ in range(3):
    begun, end = threading.Barrier(4), threading.Event()
    def other():
        work()
        begun.wait()
        end.wait()
    threads = [threading.Thread(target=other) for _ in range(3)]
    for t in threads: t.start()
    begun.wait()
    assert in_child(is_serial) == 0
    end.set()
    for t in threads: t.join()
    assert in_child(is_parallel) == 0
work()
assert in_child(is_parallel) == 0

forked = []
thread = threading.Thread(target=lambda: forked.append(in_child(is_serial)))
thread.start(); thread.join()
assert forked == [0]
""",
        layer,
    )
    assert silent == []


@needs_fork
def test_parallel_functions_of_a_users_own_count_as_launches():
    """The children must not rely on a layer that such a thread has kept alive."""
    silent = run(
        CHILDREN
        + """
work()
begin, end = threading.Event(), threading.Event()
def own():
    parallel(np.zeros(6400))
    begin.set()
    end.wait()
thread = threading.Thread(target=own)
thread.start()
begin.wait()
assert not T._launchers & {thread.ident}
assert in_child(is_serial) == 0
end.set(); thread.join()
assert in_child(is_parallel) == 0
parallel(np.zeros(6400))
"""
    )
    assert silent == []


@needs_fork
def test_children_are_serial_where_tbb_cannot_be_asked():
    """Another build of TBB or of Numba: then Numba's warning stands."""
    run(
        CHILDREN
        + """
T._take_over_tbb = lambda: None
work()
assert in_child(is_serial) == 0
work()
"""
    )


@needs_fork
def test_fork_before_the_first_launch_costs_the_child_nothing():
    run(
        """
        def child():
            work()
            assert T.parallel_is_safe() or T.layer() == "workqueue"
        assert in_child(child) == 0
        work()
        """
    )


@pytest.mark.slow
def test_spawned_processes(tmp_path):
    script = tmp_path / "spawned.py"
    script.write_text(
        PRELUDE
        + textwrap.dedent(
            """
            import multiprocessing
            if __name__ == "__main__":
                work(1)
                context = multiprocessing.get_context("spawn")
                children = [context.Process(target=work) for _ in range(2)]
                for c in children: c.start()
                for c in children: c.join(50)
                assert [c.exitcode for c in children] == [0, 0]
            """
        )
    )
    subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | compiled_once(),
        timeout=60,
        check=True,
        capture_output=True,
    )


def test_tbb_is_found_where_pip_puts_it():
    names = run("print(T.layer(), T._tbb is not None, next(filter(None, T._tbb_paths())).name)")
    if names[1] == "True":
        assert names[0] == "tbb"
    else:
        assert names[0] in ("tbb", "omp", "workqueue")  # tbb if the system has it


def test_without_tbb_there_is_another_layer(tmp_path):
    """Numba's order of layers goes on when TBB is hidden from it and from us."""
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes, os, sys\n"
        "class CDLL(ctypes.CDLL):\n"
        "    def __init__(self, name, *args, **kwargs):\n"
        "        if 'tbb' in os.path.basename(str(name)):\n"
        "            raise OSError('hidden')\n"
        "        super().__init__(name, *args, **kwargs)\n"
        "ctypes.CDLL = CDLL\n"
        "sys.modules['numba.np.ufunc.tbbpool'] = None\n"
    )
    path = os.pathsep.join([str(tmp_path), compiled_once()["PYTHONPATH"]])
    source = """
        assert T._tbb is None
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(T.layer())
        """
    assert run(source, path=path)[0] in ("omp", "workqueue")


def test_a_users_layer_is_respected_and_one_that_is_missing_is_an_error():
    assert run("work(1); print(T.layer())", "workqueue") == ["workqueue"]
    text = run(
        """
        from ndgrad.base import MXNetError
        try: T.layer()
        except MXNetError as error: print(error)
        """,
        NUMBA_THREADING_LAYER="nonsense",
    )
    assert "nonsense" in " ".join(text)


def test_workqueue_runs_one_launch_at_a_time_and_the_rest_serially():
    run(
        """
        assert not T.parallel_is_safe()
        calls = []
        def outer(): T.launch(lambda: calls.append("parallel"), lambda: calls.append("serial"))
        T.launch(outer, serial)
        assert calls == ["serial"], calls
        outer()
        assert calls == ["serial", "parallel"], calls
        """,
        "workqueue",
    )


def test_the_number_of_threads_reaches_every_python_thread():
    """Importing has started and compiled nothing before, and bad numbers change nothing."""
    run(
        """
        from ndgrad.base import MXNetError
        assert not T._started()
        assert not parallel.signatures
        assert threading.active_count() == 1
        for bad in (0, 5, -1, 1.0, True, None):
            try: T.set_num_threads(bad)
            except MXNetError as error: assert "from 1 to 4" in str(error)
            else: raise AssertionError(bad)
        seen = []
        def note(): T.launch(lambda: seen.append(numba.get_num_threads()), serial)
        assert T.num_threads() == 4
        note()
        T.set_num_threads(2)
        note()
        thread = threading.Thread(target=note); thread.start(); thread.join()
        T.set_num_threads(4)
        note()
        assert seen == [4, 2, 2, 4], seen
        T.set_num_threads(1)
        assert not T.parallel_is_safe()
        T.launch(None, work)
        """
    )


def test_number_of_threads_from_the_environment():
    assert run("print(T.num_threads())", NDGRAD_NUM_THREADS="3") == ["3"]
    assert run("print(T.num_threads())", NDGRAD_NUM_THREADS="99") == ["4"]


def test_without_compilation_no_layer_is_started():
    run("work(2); assert T.parallel_is_safe() and not T._started()", NUMBA_DISABLE_JIT="1")
