"""OpenBLAS: which kernels it gets, products against NumPy, and calls from everywhere."""

import os
import subprocess
import sys
import textwrap

import numba
import numpy as np
import pytest

from ndgrad.base import MXNetError
from ndgrad.kernels import processor
from ndgrad.kernels.cpu import blas, tiles
from ndgrad.kernels.cpu.blas import address, dot, fast, gemm, gemv

DTYPES = [np.dtype("float32"), np.dtype("float64")]
AVX512 = {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}
AVX2 = {"avx2", "fma"}
SIZES = [(1, 1, 1), (5, 3, 7), (1, 9, 4), (9, 1, 4), (65, 33, 129), (70, 80, 90)]


@pytest.fixture(params=DTYPES, ids=str)
def dtype(request):
    return request.param


def run(source, timeout=60, **environ):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        env={k: v for k, v in (os.environ | environ).items() if v is not None},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def make(rng, shape, dtype):
    return rng.standard_normal(shape).astype(dtype)


def close(actual, expected, terms):
    epsilon = np.finfo(actual.dtype).eps
    np.testing.assert_allclose(actual, expected, rtol=0, atol=20 * epsilon * np.sqrt(terms + 1))


def reference(a, b):
    return (a.astype(np.float64) @ b.astype(np.float64)).astype(a.dtype)


# --- loading --------------------------------------------------------------------------------------


def test_never_kernels_that_the_processor_cannot_run():
    assert blas._best_core(AVX512 | AVX2) == "SkylakeX"
    for missing in AVX512:
        assert blas._best_core(AVX2 | AVX512 - {missing}) == "Haswell"
    assert blas._best_core({"avx2"}) is None
    assert blas._best_core(set()) is None


def test_environment_is_restored(monkeypatch):
    monkeypatch.delenv("A_NAME", raising=False)
    monkeypatch.setenv("THE_USERS", "1")
    with blas._environment(A_NAME="x", THE_USERS="x", NOTHING=None):
        assert os.environ["A_NAME"] == "x"
        assert os.environ["THE_USERS"] == "1"
        assert "NOTHING" not in os.environ
    assert "A_NAME" not in os.environ
    with pytest.raises(ZeroDivisionError), blas._environment(A_NAME="x"):
        raise ZeroDivisionError
    assert "A_NAME" not in os.environ
    assert os.environ["THE_USERS"] == "1"


def test_the_library_is_loaded_at_first_use_with_the_best_kernels():
    result = run(
        """
        import os, sys
        import numpy as np
        from ndgrad.kernels import processor
        from ndgrad.kernels.cpu import blas
        assert blas._loaded is None
        before = dict(os.environ)
        blas.address("gemm", np.dtype("float32"))
        assert blas._loaded is not None
        assert dict(os.environ) == before
        assert "scipy_openblas32" not in sys.modules
        best = blas._best_core(processor.host_features())
        assert best in (None, blas.core_name()), (best, blas.core_name())
        """,
        OPENBLAS_CORETYPE=None,
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.skipif(blas._best_core(processor.host_features()) is None, reason="x86 only")
def test_the_users_choice_of_kernels_is_respected():
    source = "from ndgrad.kernels.cpu import blas; print(blas.core_name())"
    assert run(source, OPENBLAS_CORETYPE="Nehalem").stdout.strip() == "Nehalem"


def test_a_missing_library_is_a_clear_error(monkeypatch):
    monkeypatch.setattr(blas, "_PACKAGE", "no_such_openblas")
    with pytest.raises(MXNetError, match="pip install no-such-openblas"):
        blas._library_path()


def test_a_broken_library_is_a_clear_error(monkeypatch, tmp_path):
    broken = tmp_path / "libscipy_openblas.so"
    broken.write_text("not a library")
    monkeypatch.setattr(blas, "_loaded", None)
    monkeypatch.setattr(blas, "_library_path", lambda: broken)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    with pytest.raises(MXNetError, match="cannot be loaded"):
        blas._library()
    assert "OPENBLAS_CORETYPE" not in os.environ


def test_unknown_functions_have_no_address():
    for function, dtype in (("gemm", np.dtype("float16")), ("symm", DTYPES[0])):
        with pytest.raises(MXNetError, match="float32 and float64"):
            address(function, dtype)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ta", [False, True])
@pytest.mark.parametrize("tb", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_gemm(dtype, size, ta, tb):
    m, n, k = size
    rng = np.random.default_rng(m * n * k)
    # each matrix lies within a larger one, so offsets and row lengths matter
    big_a = make(rng, (k + 2, m + 3) if ta else (m + 2, k + 3), dtype)
    big_b = make(rng, (n + 1, k + 2) if tb else (k + 1, n + 2), dtype)
    big_c = make(rng, (m + 2, n + 5), dtype)
    a = big_a[1:-1, 2:-1].T if ta else big_a[1:-1, 2:-1]
    b = big_b[1:, 1:-1].T if tb else big_b[1:, 1:-1]
    expected = big_c.copy()
    expected[1:-1, 3:-2] = 0.5 * reference(a, b) + 2 * big_c[1:-1, 3:-2]
    lda, ldb, ldc = big_a.shape[1], big_b.shape[1], big_c.shape[1]
    gemm(
        *(address("gemm", dtype), big_a.ravel(), lda + 2, lda, ta, big_b.ravel(), ldb + 1, ldb, tb),
        *(big_c.reshape(-1), ldc + 3, ldc, m, n, k, 0.5, 2.0),
    )
    close(big_c, expected, k)


def test_beta_zero_overwrites_nan(dtype):
    c = np.full(4, np.nan, dtype)
    one = np.ones(4, dtype)
    fast("gemm", dtype)(one, 0, 2, False, one, 0, 2, False, c, 0, 2, 2, 2, 2, 1.0, 0.0)
    assert (c == 2).all()


def test_empty_sizes(dtype):
    product = fast("gemm", dtype)
    none, c = np.empty(0, dtype), np.full(6, np.nan, dtype)
    product(none, 0, 0, False, none, 0, 3, False, c, 0, 3, 2, 3, 0, 1.0, 0.0)
    assert (c == 0).all()
    c[:] = 2
    product(none, 0, 0, False, none, 0, 3, False, c, 0, 3, 2, 3, 0, 1.0, 0.5)
    assert (c == 1).all()
    product(none, 0, 4, False, none, 0, 3, False, none, 0, 3, 0, 3, 4, 1.0, 0.0)
    product(none, 0, 4, False, none, 0, 0, False, none, 0, 0, 2, 0, 4, 1.0, 0.0)
    y = np.full(3, np.nan, dtype)
    fast("gemv", dtype)(none, 0, 0, False, none, 0, 1, y, 0, 1, 3, 0, 1.0, 0.0)
    assert (y == 0).all()
    fast("gemv", dtype)(none, 0, 3, False, y, 0, 1, none, 0, 1, 0, 3, 1.0, 0.0)
    assert fast("dot", dtype)(none, 0, 1, none, 0, 1, 0) == 0


@pytest.mark.parametrize("ta", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (300, 200)])
def test_gemv(dtype, size, ta):
    m, n = size
    rng = np.random.default_rng(m)
    big_a = make(rng, (n + 1, m + 2) if ta else (m + 1, n + 2), dtype)
    a = big_a[1:, 1:-1].T if ta else big_a[1:, 1:-1]
    x, y = make(rng, 2 * n + 1, dtype), make(rng, 3 * m + 2, dtype)
    expected = y.copy()
    expected[2::3] = 2 * reference(a, x[1::2]) - y[2::3]
    lda = big_a.shape[1]
    gemv(
        *(address("gemv", dtype), big_a.ravel(), lda + 1, lda, ta),
        *(x, 1, 2, y, 2, 3, m, n, 2.0, -1.0),
    )
    close(y, expected, n)


@pytest.mark.parametrize("n", [1, 7, 1000])
def test_dot(dtype, n):
    rng = np.random.default_rng(n)
    x, y = make(rng, 2 * n + 1, dtype), make(rng, n + 3, dtype)
    result = dot(address("dot", dtype), x, 1, 2, y, 3, 1, n)
    close(np.asarray(result, dtype), reference(x[1::2], y[3:]), n)


# --- refusals: before anything is written, and without a word from the library --------------------


@pytest.mark.parametrize(
    "change",
    [
        {"ao": 1},
        {"ao": -1},
        {"lda": 2},
        {"ldb": 1},
        {"ldc": 1},
        {"bo": 7},
        {"co": 1},
        {"m": -1},
        {"m": 5},
        {"n": 3},
        {"k": 4},
        {"k": 2**31},
        {"lda": 2**40},
    ],
    ids=str,
)
def test_a_matrix_outside_its_array_is_refused(dtype, change, capfd):
    given = {"ao": 0, "lda": 3, "bo": 0, "ldb": 2, "co": 0, "ldc": 2, "m": 4, "n": 2, "k": 3}
    given |= change
    a, b, c = np.ones(12, dtype), np.ones(6, dtype), np.zeros(8, dtype)
    with pytest.raises(ValueError, match="BLAS"):
        gemm(
            *(address("gemm", dtype), a, given["ao"], given["lda"], False),
            *(b, given["bo"], given["ldb"], False, c, given["co"], given["ldc"]),
            *(given["m"], given["n"], given["k"], 1.0, 0.0),
        )
    assert (c == 0).all()
    assert capfd.readouterr() == ("", "")


def test_a_vector_outside_its_array_is_refused(dtype):
    a, x, y = np.ones(6, dtype), np.ones(3, dtype), np.zeros(2, dtype)
    where = address("gemv", dtype)
    for xo, incx, yo, incy in (
        (1, 1, 0, 1),
        (0, 2, 0, 1),
        (0, 0, 0, 1),
        (0, 1, 0, 2),
        (0, 1, -1, 1),
    ):
        with pytest.raises(ValueError, match="BLAS"):
            gemv(where, a, 0, 3, False, x, xo, incx, y, yo, incy, 2, 3, 1.0, 0.0)
    with pytest.raises(ValueError, match="BLAS"):
        dot(address("dot", dtype), x, 0, 1, y, 0, 1, 3)


@pytest.mark.compiled
def test_wrong_arrays_are_refused():
    a, c = np.ones(4, np.float32), np.ones(4, np.float64)
    rest = (0, 2, False, a, 0, 2, False, c, 0, 2, 2, 2, 2, 1.0, 0.0)
    with pytest.raises(numba.TypingError, match="float32"):
        gemm(address("gemm", DTYPES[0]), a, *rest)
    with pytest.raises(TypeError):
        fast("gemm", DTYPES[0])(a, *rest)


# --- from everywhere ------------------------------------------------------------------------------


def test_from_compiled_code(dtype):
    @numba.njit(parallel=True)
    def products(where, a, b, c, batch, n):
        for i in numba.prange(batch):
            at = i * n * n
            gemm(where, a, at, n, False, b, at, n, True, c, at, n, n, n, n, 1.0, 0.0)

    rng = np.random.default_rng(2)
    a, b = make(rng, (8, 9, 9), dtype), make(rng, (8, 9, 9), dtype)
    c = np.empty_like(a)
    products(address("gemm", dtype), a.ravel(), b.ravel(), c.reshape(-1), 8, 9)
    close(c, reference(a, b.swapaxes(1, 2)), 9)


@pytest.mark.compiled
def test_from_compiled_code_that_another_process_cached(tmp_path):
    """The address is an argument, so a cached binary works wherever the library is loaded."""
    (tmp_path / "user_module.py").write_text(
        textwrap.dedent(
            """
            import numba
            import numpy as np
            from ndgrad.kernels.cpu.blas import address, gemm
            from ndgrad.kernels.build.binaries import KernelCache

            def kernel(where, a, b, c):
                gemm(where, a, 0, 2, False, b, 0, 2, False, c, 0, 2, 2, 2, 2, 1.0, 0.0)

            kernel = numba.njit(kernel)
            kernel._cache = KernelCache(kernel.py_func, {})
            one, c = np.ones(4), np.zeros(4)
            kernel(address("gemm", one.dtype), one, one, c)
            assert (c == 2).all()
            print(sum(kernel.stats.cache_hits.values()))
            """
        )
    )
    path = os.pathsep.join([str(tmp_path), *(entry for entry in sys.path if entry)])
    folder = tmp_path / "cache"
    for hits in ("0", "1"):
        result = run(
            "import user_module", PYTHONPATH=path, NDGRAD_CACHE_DIR=str(folder), timeout=90
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip() == hits


def test_threads_and_forks():
    result = run(
        """
        import os, sys, threading, time
        import numpy as np
        from ndgrad.kernels.cpu.blas import fast
        n, f4 = 256, np.dtype("float32")
        product = fast("gemm", f4)
        a = np.random.default_rng(0).standard_normal((n, n)).astype(f4)
        expected = a @ a
        def work():
            for _ in range(10):
                c = np.empty(n * n, f4)
                product(a.ravel(), 0, n, False, a.ravel(), 0, n, False, c, 0, n, n, n, n, 1.0, 0.0)
                assert np.allclose(c.reshape(n, n), expected, atol=1e-3)
        def in_threads():
            errors = []
            def guarded():
                try: work()
                except BaseException as error: errors.append(error)
            threads = [threading.Thread(target=guarded) for _ in range(4)]
            for t in threads: t.start()
            for t in threads: t.join()
            assert not errors, errors
        in_threads()
        if hasattr(os, "fork"):
            for _ in range(3):
                pid = os.fork()
                if pid == 0:
                    code = 1
                    try:
                        in_threads()
                        code = 0
                    finally:
                        os._exit(code)
                assert os.waitpid(pid, 0)[1] == 0
                work()
        """
    )
    assert result.returncode == 0, result.stderr


def test_openblas_starts_no_threads():
    result = run(
        """
        import numpy as np
        from ndgrad.kernels.cpu import blas
        blas.address("gemm", np.dtype("float32"))
        assert blas._library().scipy_openblas_get_num_threads() == 1
        """
    )
    assert result.returncode == 0, result.stderr


def test_without_compilation():
    result = run(
        """
        import numpy as np
        from ndgrad.kernels.cpu.blas import address, fast, gemm, gemv
        for name in ("float32", "float64"):
            dtype = np.dtype(name)
            a = np.arange(12, dtype=dtype); c = np.empty(5, dtype)
            fast("gemm", dtype)(a, 0, 3, False, a, 6, 2, False, c, 1, 2, 2, 2, 3, 1.0, 0.0)
            assert (c[1:].reshape(2, 2) == a[:6].reshape(2, 3) @ a[6:].reshape(3, 2)).all()
            gemv(address("gemv", dtype), a, 0, 3, True, a, 1, 2, c, 0, 1, 3, 4, 1.0, 0.0)
            assert (c[:3] == a.reshape(4, 3).T @ a[1:8:2]).all()
            assert fast("dot", dtype)(a, 0, 1, a, 0, 2, 4) == a[:4] @ a[:8:2]
        from ndgrad import nd
        y = nd.FullyConnected(nd.ones((90, 300)), nd.ones((80, 300)), nd.ones(80), num_hidden=80)
        assert (y.asnumpy() == 301).all()
        """,
        NUMBA_DISABLE_JIT="1",
    )
    assert result.returncode == 0, result.stderr


# --- register tiles -------------------------------------------------------------------------------

needs_tiles = pytest.mark.skipif(not tiles.BYTES, reason="no tiles for this processor")


@needs_tiles
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("ta", [False, True])
@pytest.mark.parametrize("tb", [False, True])
@pytest.mark.parametrize("factors", [(1.0, 0.0), (2.0, 1.0), (0.5, -2.0)])
def test_tiles_of_every_shape(dtype, ta, tb, factors):
    rng = np.random.default_rng(7)
    alpha, beta = factors
    sizes = [(1, 1, 1), (3, 5, 7), (8, 16, 4), (9, 17, 33), (16, 49, 16), (70, 130, 40)]
    sizes += [(19, 200, 300), (67, 210, 523)]  # packed in parts, whatever is transposed
    sizes += [(21, 200, 1024)]  # rows of A a page apart
    for m, n, k in sizes:
        a = rng.standard_normal((k, m) if ta else (m, k)).astype(dtype)
        b = rng.standard_normal((n, k) if tb else (k, n)).astype(dtype)
        c = rng.standard_normal((m, n)).astype(dtype)
        exact = alpha * ((a.T if ta else a).astype(float) @ (b.T if tb else b)) + beta * c
        if not beta:
            c[:] = np.nan  # what is not read does not matter
        y = np.concatenate([np.zeros(3, dtype), c.reshape(-1), np.ones(3, dtype)])
        lda, ldb = a.shape[1], b.shape[1]
        tiles.fast(np.dtype(dtype))(
            a.reshape(-1), 0, lda, ta, b.reshape(-1), 0, ldb, tb, y, 3, n, m, n, k, alpha, beta
        )
        assert (y[:3] == 0).all() and (y[-3:] == 1).all()
        tolerance = 8 * k * np.finfo(dtype).eps
        np.testing.assert_allclose(y[3:-3].reshape(m, n), exact, rtol=0, atol=tolerance * 4)


@needs_tiles
def test_tiles_stay_within_their_arrays():
    x, y = np.zeros(12, np.float32), np.zeros(9, np.float32)
    product = tiles.fast(x.dtype)
    with pytest.raises(ValueError, match="does not fit"):
        product(x, 0, 4, False, x, 0, 4, True, y, 1, 3, 3, 3, 4, 1.0, 0.0)
    with pytest.raises(ValueError, match="does not fit"):
        product(x, 0, 4, False, x, 0, 5, True, y, 0, 3, 3, 3, 4, 1.0, 0.0)


def test_tiles_take_what_openblas_would_pack():
    large = 1 << 12
    assert not tiles.fits(large, large, large, False, False)
    assert tiles.fits(16, 16, 16, False, False) == (tiles.BYTES == 32)
    assert not tiles.fits(4, 4, 0, False, True)
    assert tiles.fits(3, 256, 784, False, True) == (tiles.BYTES == 32)
    assert tiles.fits(128, 128, 128, True, False) == bool(tiles.BYTES)
    assert tiles.fits(16, 16, 16, False, True) == bool(tiles.BYTES)


@pytest.mark.parametrize(
    ("name", "size", "halves"),
    [("znver4", 64, True), ("znver4", 32, False), ("icelake-server", 64, False)],
)
def test_processors_that_compute_with_half_a_vector_at_a_time(monkeypatch, name, size, halves):
    monkeypatch.setattr(processor, "name", lambda: name)
    monkeypatch.setattr(processor, "vector_bytes", lambda: size)
    assert processor.halves_vectors() == halves
