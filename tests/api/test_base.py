"""The dtype table, promotion and settings."""

import functools
import inspect
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from ndgrad import base, nd
from ndgrad.base import DTYPES, MXNetError, Settings, argument_names, as_dtype, promote

MXNETS = np.dtype([("bfloat16", np.uint16)])


def test_mxnet_error_is_a_runtime_error():
    assert issubclass(MXNetError, RuntimeError)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_spelling_of_a_dtype(dtype):
    for spec in (dtype, dtype.type, dtype.name, dtype.str, dtype.char):
        assert as_dtype(spec, op="zeros") is dtype


@pytest.mark.parametrize("spec", ["bfloat16", base.bfloat16(), base.bfloat16().type, MXNETS])
def test_every_spelling_of_bfloat16(spec):
    assert as_dtype(spec, op="zeros") is base.bfloat16()


def test_python_types():
    assert as_dtype(float, op="zeros") == np.float64
    assert as_dtype(int, op="zeros") == np.int64
    assert as_dtype(bool, op="zeros") == np.bool_


@pytest.mark.parametrize("spec", ["float99", None, 3, "f4 +", object(), [3]])
def test_what_is_no_dtype_is_a_type_error(spec):
    with pytest.raises(TypeError, match=r"zeros: kind=.*float16, float32"):
        as_dtype(spec, op="zeros", arg="kind")


@pytest.mark.parametrize("spec", ["complex64", np.uint16, "f4,f4", "U3", np.longdouble, object])
def test_a_dtype_without_arrays_is_refused(spec):
    with pytest.raises(MXNetError, match=r"zeros: dtype=.*is not supported; expected.*uint8"):
        as_dtype(spec, op="zeros")


def test_foreign_byte_order_is_refused_and_explained():
    foreign = np.dtype("float32").newbyteorder("S")
    with pytest.raises(MXNetError, match="native byte order"):
        as_dtype(foreign, op="zeros")


def test_promotion_is_a_commutative_table_onto_itself():
    dtypes = (*DTYPES, base.bfloat16())
    for a, b in itertools.product(dtypes, dtypes):
        assert promote(a, b) is promote(b, a)
        assert promote(a, b) in dtypes
        assert promote(a, promote(a, b)) is promote(a, b)
    for a in dtypes:
        assert promote(a, a) is a


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("float16", "float64", "float64"),
        ("int8", "int64", "int64"),
        ("uint8", "int8", "int32"),
        ("bool", "uint8", "uint8"),
        ("bool", "float16", "float16"),
        ("int64", "float16", "float16"),
        ("int64", "float32", "float32"),
        ("int64", "bfloat16", "bfloat16"),
        ("bfloat16", "float32", "float32"),
        ("bfloat16", "float16", "float32"),
    ],
)
def test_promotion(a, b, expected):
    assert promote(np.dtype(a), np.dtype(b)) == expected


def test_promotion_of_an_unsupported_dtype():
    with pytest.raises(MXNetError, match="complex64"):
        promote(np.dtype("float32"), np.dtype("complex64"))
    with pytest.raises(MXNetError, match="complex64"):
        promote(np.dtype("complex64"), np.dtype("float32"))


def test_scalar_types_are_those_of_mxnet():
    assert isinstance(3, base.integer_types)
    assert isinstance(np.int64(3), base.integer_types)
    assert not isinstance(3.0, base.integer_types)
    assert isinstance(np.float32(3), base.numeric_types)
    assert not isinstance("3", base.numeric_types)


def test_settings_default_to_none():
    for environ in ({}, {"NDGRAD_NUM_THREADS": " ", "NDGRAD_POOL_BYTES": ""}):
        settings = Settings(environ)
        assert settings.cache_dir is None
        assert settings.num_threads is None
        assert settings.pool_bytes is None


def test_settings_are_read_when_asked(monkeypatch):
    monkeypatch.setenv("NDGRAD_NUM_THREADS", "3")
    assert base.settings.num_threads == 3
    monkeypatch.setenv("NDGRAD_NUM_THREADS", "5")
    assert base.settings.num_threads == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("4096", 4096), ("3k", 3072), ("512M", 2**29), ("2 GiB", 2**31), ("1tb", 2**40)],
)
def test_sizes(text, expected):
    assert Settings({"NDGRAD_POOL_BYTES": text}).pool_bytes == expected


@pytest.mark.parametrize("text", ["-1", "many", "1.5G", "3X", "G", "1MG"])
def test_bad_sizes(text):
    with pytest.raises(MXNetError, match=r"NDGRAD_POOL_BYTES=.*expected a whole number"):
        _ = Settings({"NDGRAD_POOL_BYTES": text}).pool_bytes


@pytest.mark.parametrize("text", ["0", "-2", "two", "1.0"])
def test_bad_number_of_threads(text):
    with pytest.raises(MXNetError, match=r"NDGRAD_NUM_THREADS=.*1 or more"):
        _ = Settings({"NDGRAD_NUM_THREADS": text}).num_threads


def test_cache_dir(tmp_path):
    assert Settings({"NDGRAD_CACHE_DIR": str(tmp_path)}).cache_dir == tmp_path
    assert Settings({"NDGRAD_CACHE_DIR": str(tmp_path / "new")}).cache_dir == tmp_path / "new"
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(MXNetError, match=r"NDGRAD_CACHE_DIR=.*not a directory"):
        _ = Settings({"NDGRAD_CACHE_DIR": str(file)}).cache_dir


@pytest.mark.parametrize(
    "function",
    [
        lambda: None,
        lambda x, /, y, *, z=1: (x, y, z),
        lambda x, *rest, z: (x, rest, z),
        lambda x, *, z, **others: (x, z, others),
        nd.exp,
        functools.partial(lambda x, y: x + y, 1),
        functools.wraps(nd.exp)(lambda *args: nd.exp(*args)),
    ],
)
def test_argument_names_are_those_of_the_signature(function: Callable[..., object]) -> None:
    assert argument_names(function) == tuple(inspect.signature(function).parameters)
