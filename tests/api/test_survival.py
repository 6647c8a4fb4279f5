"""What must survive: threads, forks, spawned children, a shared or unwritable cache, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

STEP = """
import ndgrad as mx
from ndgrad import nd, autograd

def step(scale=1.0, n=100_000):
    x = nd.full((n,), 0.5)
    x.attach_grad()
    with autograd.record():
        y = (nd.tanh(x * scale) * x).sum()
    y.backward()
    return float(x.grad.asnumpy()[-1])
"""


def run(
    code: str, timeout: float = 240, begin: str = STEP, **env: str
) -> subprocess.CompletedProcess[str]:
    program = begin + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **env},
        check=False,
    )


def succeeds(code: str, begin: str = STEP, **env: str) -> str:
    result = run(code, begin=begin, **env)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_four_threads_record_and_launch_at_once() -> None:
    out = succeeds("""
        import threading
        expected = {s: step(s) for s in (1.0, 2.0, 3.0, 4.0)}
        wrong = []
        def work(s):
            for _ in range(25):
                if step(s) != expected[s] or autograd.is_recording():
                    wrong.append(s)
        threads = [threading.Thread(target=work, args=(s,)) for s in expected]
        for t in threads: t.start()
        for t in threads: t.join()
        print("wrong", wrong)
    """)
    assert out == "wrong []\n"


@pytest.mark.full
def test_four_threads_compile_at_once(tmp_path: Path) -> None:
    out = succeeds(
        """
        import threading
        results = []
        threads = [threading.Thread(target=lambda: results.append(step())) for _ in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(len(results), len(set(results)))
    """,
        NDGRAD_CACHE_DIR=str(tmp_path),
    )
    assert out == "4 1\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_forked_child_computes() -> None:
    out = succeeds("""
        import os
        expected = step()
        pid = os.fork()
        if pid == 0:
            os._exit(0 if step() == expected and step(3.0) != expected else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), step() == expected)
    """)
    assert out == "0 True\n"


def test_spawned_children_compute(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        STEP
        + textwrap.dedent("""
        if __name__ == "__main__":
            import multiprocessing
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                print(len(set(pool.map(step, [2.0] * 4) + [step(2.0)])))
        """)
    )
    result = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "1\n"


@pytest.mark.full
def test_processes_share_a_cold_cache(tmp_path: Path) -> None:
    env = {**os.environ, "NDGRAD_CACHE_DIR": str(tmp_path)}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", STEP + "print(step())"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        for _ in range(3)
    ]
    outputs = [child.communicate(timeout=240) for child in children]
    assert all(child.returncode == 0 for child in children), outputs
    assert len({out for out, _ in outputs}) == 1
    assert succeeds("print(step())", NDGRAD_CACHE_DIR=str(tmp_path)) == outputs[0][0]
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_warm_start_loads_no_compiler() -> None:
    """Binaries that allocate, run in parallel, multiply, convert halves and draw, run as loaded."""
    code = """
        import sys
        import numba
        x = nd.array([[1, 3, 2], [5, 4, 6]])
        print(step(), nd.dot(x, x.T).sum().asscalar(), nd.softmax(x.astype("float16")).asnumpy())
        print(nd.sort(x).asnumpy(), nd.norm(x, axis=1).asnumpy(), nd.take(x, x[0]).asnumpy())
        mx.random.seed(1)
        print(nd.random.normal(shape=(3,)).asnumpy(), nd.sum(x.astype("int8")).asnumpy())
        compiler = "numba.np.arraymath"
        print("numpy.ma" in sys.modules)  # which Numba imports to find the type of an array
        print(compiler in sys.modules)
        numba.njit(lambda: 1)()
        print(compiler in sys.modules)
    """
    first = succeeds(code).splitlines()  # compiles what other tests have not
    warm = succeeds(code).splitlines()
    masked = np.lib.NumpyVersion(np.__version__) < "2.0.0"  # NumPy itself imports it
    assert warm[-3:] == [str(masked), "False", "True"]
    assert first[:-3] == warm[:-3]


def test_a_kernel_is_linked_with_those_that_were_loaded(tmp_path: Path) -> None:
    code = "mx.random.seed(1); print(nd.random.normal(shape=(3,)).asnumpy().tolist())"
    drawn = succeeds(code, NDGRAD_CACHE_DIR=str(tmp_path))
    caller, *called = sorted(tmp_path.rglob("*.nbc"), key=lambda file: -file.stat().st_size)
    written = [file.stat().st_mtime_ns for file in called]
    assert written
    caller.unlink()
    assert succeeds(code, NDGRAD_CACHE_DIR=str(tmp_path)) == drawn
    assert caller.exists()
    assert [file.stat().st_mtime_ns for file in called] == written


@pytest.mark.full
def test_damaged_cache_files_are_compiled_anew(tmp_path: Path) -> None:
    first = succeeds("print(step())", NDGRAD_CACHE_DIR=str(tmp_path))
    files = sorted(tmp_path.rglob("*.nbc"))
    assert files
    for i, file in enumerate(files):
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if i % 2 else b"not a kernel")
    assert succeeds("print(step())", NDGRAD_CACHE_DIR=str(tmp_path)) == first


def test_a_damaged_source_is_written_anew(tmp_path: Path) -> None:
    """A generated file in the cache may hold bytes that are no text, or be no file at all."""
    code = """
        from pathlib import Path
        from ndgrad.kernels.build import binaries
        for i in range(2):
            text = f"answer = {i}"
            path = Path(binaries.load("damaged", text).__file__)
            path.unlink()
            if i:
                path.mkdir()
            else:
                path.write_bytes(bytes(range(128, 256)))
            del binaries.sys.modules[f"ndgrad_generated.{path.stem}"]
            module = binaries.load("damaged", text)
            print(module.answer, path.is_dir() or path.read_text() == text)
    """
    assert succeeds(code, NDGRAD_CACHE_DIR=str(tmp_path)).splitlines() == ["0 True", "1 True"]


def test_unwritable_cache_costs_one_warning(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file cannot hold a folder")
    result = run("print(nd.zeros(3) + 1)", NDGRAD_CACHE_DIR=str(blocked / "cache"))
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("RuntimeWarning") == 1, result.stderr
    assert "NDGRAD_CACHE_DIR" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupt_is_a_keyboard_interrupt() -> None:
    code = """
        import signal

        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" ignores it
        step(n=4_000_000)
        print("ready", flush=True)
        try:
            while True:
                step(n=4_000_000)
        except KeyboardInterrupt:
            autograd.set_recording(False)
            print("stopped", step(2.0) == step(2.0))
    """
    child = subprocess.Popen(
        [sys.executable, "-c", STEP + textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=120)
    finally:
        child.kill()
    assert child.returncode == 0, err
    assert out == "stopped True\n"


def test_import_compiles_nothing_and_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    out = succeeds(
        """
        import sys
        print(*[name in sys.modules for name in ("numba.cuda", "numba_cuda", "ml_dtypes")])
    """,
        NDGRAD_CACHE_DIR=str(tmp_path),
    )
    assert out == "False False False\n"
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pass", "(True, True)"),
        ("gc.disable()", "(False, False)"),
        ("gc.freeze(); before = gc.get_freeze_count()", "(True, False)"),
    ],
)
def test_the_collector_leaves_what_was_imported_alone(before: str, after: str) -> None:
    """A program that has a say in the collector keeps it."""
    code = """
        import ndgrad
        print((gc.isenabled(), gc.get_freeze_count() > max(before, 100_000)))
    """
    out = succeeds(code, f"import gc; before = 0\n{before}\n")
    assert out == f"{after}\n"


def test_the_collector_is_on_after_an_import_that_failed() -> None:
    code = """
        import gc, sys
        sys.modules["numba"] = None
        try:
            import ndgrad
        except ImportError:
            print(gc.isenabled(), gc.get_freeze_count())
    """
    assert succeeds(code, "") == "True 0\n"


@pytest.mark.compiled
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_compiling_takes_little_memory(tmp_path: Path) -> None:
    """LLVM's pass managers are freed: they were most of what a kernel that is compiled took."""
    out = succeeds(
        """
        import gc

        def resident():
            gc.collect()
            pages = int(open("/proc/self/statm").read().split()[1])
            return pages * 4096 / 2**20

        def compile_for(dtype):
            x = nd.ones((3,), dtype=dtype)
            for name in ("abs", "square", "sign", "ceil", "floor", "trunc", "degrees", "radians"):
                getattr(nd, name)(x)

        compile_for("float32")
        before = resident()
        compile_for("float64")
        print((resident() - before) / 8)
    """,
        NDGRAD_CACHE_DIR=str(tmp_path),
    )
    assert float(out) < 0.7
