"""Settings of all tests: where compiled kernels are kept, what hypothesis may do, GPU tests."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from numba import config as numba_config

# A first call compiles, which is no reason to call a test slow. On a CI machine the examples are
# the same in every run.
settings.register_profile("ndgrad", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ndgrad")

LEFT_OUT = pytest.StashKey[int]()
"""How many tests were left out for want of ``--full`` or ``--slow``."""

pytest.register_assert_rewrite("compile_helpers")  # so that a failure shows what was compared


def pytest_configure(config: pytest.Config) -> None:
    """Keep the kernels of test runs in pytest's cache folder, unless the user says where.

    A binary lies under a hash of everything it depends on, so it cannot be stale, and the next run
    starts warm; the user's own cache is left alone. `pytest --cache-clear` starts cold. Workers of
    pytest-xdist inherit the variable.
    """
    # Else each of the many processes that tests start makes bytecode of this package anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("NDGRAD_TRACEBACK", "full")  # a failing test shows where
    if "NDGRAD_CACHE_DIR" in os.environ:
        return
    cache = getattr(config, "cache", None)
    if cache is None:  # -p no:cacheprovider
        folder = Path(tempfile.mkdtemp(prefix="ndgrad-tests-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    else:
        folder = cache.mkdir("ndgrad-kernels")
    os.environ["NDGRAD_CACHE_DIR"] = str(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="run the tests marked full or slow too: the whole product of forms, rows and dtypes",
    )
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether ``--full`` is given."""
    return bool(pytestconfig.option.full)


@pytest.fixture
def collects_own_objects() -> Iterator[None]:
    """Collections of garbage look at what the test has made, not at all that compilers keep."""
    gc.freeze()
    yield
    gc.unfreeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not (config.option.full or any("::" in arg for arg in config.args)):  # named ones run
        marks = ["full"]
        if not numba_config.DISABLE_JIT:
            marks += ["full_compiled"] if config.option.slow else ["full_compiled", "slow"]
        left_out = [item for item in items if any(map(item.get_closest_marker, marks))]
        config.stash[LEFT_OUT] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not any(map(item.get_closest_marker, marks))]
    if numba_config.DISABLE_JIT:
        skip = pytest.mark.skip(reason="the JIT is off")
        for item in items:
            if item.get_closest_marker("compiled"):
                item.add_marker(skip)
    if not any(item.get_closest_marker("gpu") for item in items):
        return
    import ndgrad

    if not ndgrad.num_gpus():
        skip = pytest.mark.skip(reason="there is no CUDA device")
        for item in items:
            if item.get_closest_marker("gpu"):
                item.add_marker(skip)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that reports, of which this one is a worker, if so."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended; all have collected the same tests."""
    if hasattr(node, "workeroutput"):  # else it has crashed
        node.config.stash[LEFT_OUT] = node.workeroutput["left_out"]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} more tests with --full: every row, form and dtype")
