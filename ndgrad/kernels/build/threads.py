"""Threads of parallel kernels: which layer runs them, how many, and when a launch is safe.

Numba has three threading layers, and only one of them bears what Python programs do:

========== ============================ ================================ ==========================
layer      launches from many threads   launch in a forked child         here
========== ============================ ================================ ==========================
tbb        fine                         fine if no other thread has      used wherever it loads;
                                        launched; else it may hang       serial kernels in other
                                                                         children
omp (GNU)  fine                         kills or hangs the child         serial kernels in a child
workqueue  abort the process            crash the child                  one launch at a time, the
                                                                         others run serial kernels
========== ============================ ================================ ==========================

Which children may launch is settled here, so Numba's own warnings at a fork are not printed.

Importing this module compiles nothing and starts no thread; it only makes pip's TBB library known
to the loader, because Numba looks for it by its bare name and the wheel puts it where no loader
looks. Numba's default order of layers then picks it, and a user's ``NUMBA_THREADING_LAYER`` and
``NUMBA_NUM_THREADS`` stay in force.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import os
import sys
import threading
import time
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path

import numba
from numba.core.compiler_lock import global_compiler_lock as _global_compiler_lock
from numba.np.ufunc import parallel as _parallel

from ...base import MXNetError, settings
from ..annotations import Function

__all__ = ["launch", "layer", "num_threads", "parallel_is_safe", "set_num_threads"]

_TBB_NAME = {"linux": "libtbb.so.12", "darwin": "libtbb.12.dylib", "win32": "tbb12.dll"}


class _Gate(Enum):
    """What a launch has to do."""

    UNKNOWN = 0  # the layer has not been started yet
    OPEN = 1  # launch
    LOCKED = 2  # one launch at a time
    SERIAL = 3  # run the serial kernel


_UNKNOWN, _OPEN = _Gate.UNKNOWN, _Gate.OPEN  # globals are found faster than members


def _tbb_paths() -> Iterator[Path]:
    """Yield where pip may have put the TBB library, the likeliest first."""
    name = _TBB_NAME.get(sys.platform)
    if name is None:
        return
    for prefix in dict.fromkeys((sys.prefix, sys.exec_prefix)):
        yield Path(prefix, "lib", name)
        yield Path(prefix, "Library", "bin", name)  # where Windows wheels put it
    try:  # installed for the user alone, or into a folder of its own
        files = importlib.metadata.files("tbb") or []
    except importlib.metadata.PackageNotFoundError:
        return
    yield from (Path(str(file.locate())) for file in files if file.name == name)


def _load_tbb() -> ctypes.CDLL | None:
    for path in _tbb_paths():
        try:
            if path.is_file():
                return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        except OSError:  # built for another system; Numba takes its next layer
            continue
    return None


_config = numba.config  # its attributes appear as Numba reads the environment
_numba_parallel = _parallel  # not typed, as is the next
_compiler_lock = _global_compiler_lock
_tbb = _load_tbb()
_gate = _Gate.UNKNOWN
_lock = threading.Lock()  # held by the one launch that LOCKED allows
_change_lock = threading.RLock()  # held while the state below changes
_launchers: set[int] = set()  # threads that have launched, or were about to
_clean_fork = True  # at the last fork: whether TBB could wind its threads up
_crippled = False  # in a forked child: whether the layer's threads were lost on the way
_limit: int = _config.NUMBA_NUM_THREADS
_settings_read = False
_chosen: int | None = None
_version = 1  # of _chosen; Numba keeps a number for each thread, so each has to be told


class _Seen(threading.local):
    """Which version of the number of threads this Python thread has passed on to Numba."""

    version = 0


_seen = _Seen()


def _started() -> bool:
    return bool(_numba_parallel._is_initialized)


def layer() -> str:
    """Return the name of Numba's threading layer, ``tbb``, ``omp`` or ``workqueue``; start it.

    Raises
    ------
    MXNetError
        If ``NUMBA_THREADING_LAYER`` asks for one that cannot be loaded.
    """
    with _change_lock:
        if not _started():
            try:
                numba.get_num_threads()  # the public function that starts the layer
            except ValueError as error:
                raise MXNetError(f"Numba cannot start its threads: {error}") from None
        return str(_numba_parallel.threading_layer())


def _decide() -> _Gate:
    """Choose the gate for the layer, the number of threads and the process's history."""
    global _gate
    with _change_lock:
        if _config.DISABLE_JIT:  # a kernel is a Python function then and starts no thread
            _gate = _Gate.OPEN
        elif num_threads() == 1 or _crippled:
            _gate = _Gate.SERIAL
        else:
            _gate = _Gate.LOCKED if layer() == "workqueue" else _Gate.OPEN
        return _gate


def _enrol() -> None:
    """Note that this Python thread launches, and pass the number of threads on to Numba for it."""
    _launchers.add(threading.get_ident())
    _seen.version = _version
    if _chosen is not None and not _config.DISABLE_JIT:
        numba.set_num_threads(_chosen)


def parallel_is_safe() -> bool:
    """Return whether this thread may launch a parallel kernel now, and need not take a lock.

    To be asked before each launch, by the thread that launches: it is also how a changed number of
    threads gets to Numba, and how a fork learns who launches. False with one thread, under the
    workqueue layer, and in a forked child where threads would not work; run the serial kernel
    then, or leave the choice to `launch`.
    """
    gate = _gate
    if gate is _UNKNOWN:
        gate = _decide()
    if gate is not _OPEN:
        return False
    if _version != _seen.version:
        _enrol()
    return True


def launch(parallel: Function, serial: Function, *args: object) -> object:
    """Call `parallel` with `args` if it can be launched now, else `serial`.

    Parameters
    ----------
    parallel, serial : callable
        Two kernels that do the same.
    *args
        Their arguments.

    Returns
    -------
    object
        What the kernel returns.
    """
    if parallel_is_safe():
        return parallel(*args)
    # Not waiting for the lock: the other launch has the cores, and a kernel that launches another
    # one would wait for itself.
    if _gate is _Gate.LOCKED and _lock.acquire(blocking=False):
        try:
            if _version != _seen.version:
                _enrol()
            return parallel(*args)
        finally:
            _lock.release()
    return serial(*args)


def num_threads() -> int:
    """Return how many threads a kernel or a matrix product may use.

    It is what `set_num_threads` was last given, else ``NDGRAD_NUM_THREADS``, else Numba's number:
    ``NUMBA_NUM_THREADS`` or the cores that this process may use. Never more than Numba's.
    """
    global _settings_read
    if not _settings_read:
        with _change_lock:
            wanted = settings.num_threads
            if not _settings_read and wanted is not None and _chosen is None:
                _set(min(wanted, _limit))
            _settings_read = True
    return _limit if _chosen is None else _chosen


def _set(n: int) -> None:
    global _chosen, _gate, _version
    with _change_lock:
        _chosen = n
        _version += 1
        _gate = _Gate.UNKNOWN


def set_num_threads(n: int) -> None:
    """Set how many threads kernels and matrix products may use, in every Python thread.

    Parameters
    ----------
    n : int
        From 1 to the number of threads Numba was started with.

    Raises
    ------
    MXNetError
        If `n` is out of range.
    """
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= _limit:
        raise MXNetError(
            f"set_num_threads: n={n!r}; expected a whole number from 1 to {_limit} "
            "(start Python with NUMBA_NUM_THREADS set to allow more)"
        )
    _set(n)


class _ModuleDef(ctypes.Structure):
    """CPython's ``PyModuleDef``, which says how a module is freed."""

    _fields_ = [
        ("head", ctypes.c_char * object.__basicsize__),
        ("init", ctypes.c_void_p),
        ("index", ctypes.c_ssize_t),
        ("copy", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("doc", ctypes.c_void_p),
        ("size", ctypes.c_ssize_t),
        ("methods", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        ("traverse", ctypes.c_void_p),
        ("clear", ctypes.c_void_p),
        ("free", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ]


# tbb::finalize and what it is called with: exported by every version that Numba's module can load.
_TBB_ATTACH = "_ZN3tbb6detail2r13getERNS0_2d121task_scheduler_handleE"
_TBB_FINALIZE = "_ZN3tbb6detail2r18finalizeERNS0_2d121task_scheduler_handleEl"
_NO_EXCEPTION = 1


@cache
def _take_over_tbb() -> ctypes.CDLL | None:
    """TBB's library, once Numba has let go of the scheduler; None if that cannot be done.

    Numba holds a handle, and at each fork has TBB wind its threads up or prints a warning that it
    could not.  So the handle is released, by the function that does it at the end of Python (loops
    run without it), and `_finalized` asks TBB itself.
    """
    definition_of = ctypes.pythonapi.PyModule_GetDef
    definition_of.restype, definition_of.argtypes = ctypes.c_void_p, [ctypes.py_object]
    address = definition_of(importlib.import_module("numba.np.ufunc.tbbpool"))
    definition = _ModuleDef.from_address(address) if address else None
    try:
        library = ctypes.CDLL(_TBB_NAME[sys.platform])  # the one that is loaded
        library[_TBB_ATTACH], library[_TBB_FINALIZE]
    except (KeyError, OSError, AttributeError):
        return None
    if definition is None or definition.name != b"tbbpool" or not definition.free:
        return None
    definition.free(None)
    return library


def _finalized(library: ctypes.CDLL) -> bool:
    """Have TBB end its threads; False if some other thread has launched and has not ended."""
    finalize = library[_TBB_FINALIZE]
    finalize.restype, finalize.argtypes = ctypes.c_bool, [ctypes.c_void_p, ctypes.c_ssize_t]
    for _ in range(20):  # a thread that Python has joined takes a moment to end
        handle = ctypes.c_void_p()  # tbb::task_scheduler_handle
        library[_TBB_ATTACH](ctypes.byref(handle))
        if finalize(ctypes.byref(handle), _NO_EXCEPTION):
            return True
        time.sleep(0.001)
    return False


def _others_launch() -> bool:
    """Whether another Python thread has launched, and so may do it again at any time."""
    alive = {thread.ident for thread in threading.enumerate()}
    return bool(_launchers & alive - {threading.get_ident()})


def _wound_up() -> bool:
    """Whether the layer could end its threads, so that those of a forked child can start anew."""
    if _numba_parallel.threading_layer() != "tbb":
        return False
    library = _take_over_tbb()  # in any case: it is what prints warnings
    if library is None or _others_launch():
        return False
    return _finalized(library) and not _others_launch()


def _before_fork() -> None:
    global _clean_fork, _gate
    # A child that inherits these locks from a thread it does not have would wait for ever, so a
    # fork waits for a compilation to end. Numba itself does not.
    _change_lock.acquire()
    _compiler_lock.acquire()
    if not _started():
        return
    # A child whose parent still had threads of TBB may hang at its first launch: one in twenty did.
    _gate = _Gate.SERIAL
    _clean_fork = _wound_up()


def _after_fork_in_parent() -> None:
    global _gate
    _gate = _Gate.UNKNOWN
    _compiler_lock.release()
    _change_lock.release()


def _after_fork_in_child() -> None:
    global _crippled, _gate, _lock
    _lock = threading.Lock()
    if _started() and not _clean_fork:
        _crippled = True
    _gate = _Gate.UNKNOWN
    _compiler_lock.release()
    _change_lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
