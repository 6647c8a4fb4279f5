"""What the processes of `test_threads.py` launch, compiled once for all of them."""

import os
import threading  # noqa: F401
import time

import numba
import numpy as np

from ndgrad.kernels.build import threads as T


@numba.njit(parallel=True, nogil=True, cache=True)
def parallel(a):
    for i in numba.prange(64):
        a[i * 100 : (i + 1) * 100] += 1


def serial(a):
    a += 1


def work(times=100):
    a = np.zeros(6400)
    for _ in range(times):
        T.launch(parallel, serial, a)
    assert (a == times).all()


def in_child(function, patience=20):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            function()
            code = 0
        finally:
            os._exit(code)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.002)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return "hung"
