"""Arrays in NumPy's files and in those of safetensors: there and back, and what is refused."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from ndgrad import MXNetError, nd
from ndgrad.nd.formats import decoded

KINDS = ("npz", "safetensors")
kinds = pytest.mark.parametrize("kind", KINDS)

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool", "bfloat16")


@kinds
def test_there_and_back(kind: str, tmp_path: Path) -> None:
    arrays = {f"layer0.{dtype}": nd.array([[1, 0], [2, 3]], dtype=dtype) for dtype in DTYPES}
    arrays |= {"scalar": nd.array(5.0), "file": nd.zeros((0, 3))}
    for name, format in ((f"file.{kind.upper()}", None), ("file", kind)):
        path = str(tmp_path / name)
        nd.save(path, arrays, format=format)
        found = nd.load(path, format=format)
        assert isinstance(found, dict) and found.keys() == arrays.keys()
        for key, x in arrays.items():
            assert found[key].dtype == x.dtype and found[key].shape == x.shape
            np.testing.assert_array_equal(found[key].asnumpy(), x.asnumpy())


@kinds
def test_lists(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"file.{kind}")
    for data in (nd.arange(3), [nd.arange(3), nd.ones((2, 2))]):
        nd.save(path, data)
        found = nd.load(path)
        assert isinstance(found, list) and found[0].tolist() == [0, 1, 2]


def test_files_of_the_libraries(tmp_path: Path) -> None:
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.savez_compressed(tmp_path / "a.npz", x=x, y=np.int32(4))
    found: Any = nd.load(str(tmp_path / "a.npz"))
    np.testing.assert_array_equal(found["x"].asnumpy(), x)
    assert found["y"].dtype == np.int32 and found["y"].shape == ()
    nd.save(str(tmp_path / "b.npz"), {"x": nd.array(x)})
    np.testing.assert_array_equal(np.load(tmp_path / "b.npz")["x"], x)
    nd.save(str(tmp_path / "b.safetensors"), {"x": nd.array(x)})
    loaded = safetensors.numpy.load_file(tmp_path / "b.safetensors")
    np.testing.assert_array_equal(loaded["x"], x)


def test_bfloat16_for_other_readers(tmp_path: Path) -> None:
    x = nd.array([1, 2.5], dtype="bfloat16")
    nd.save(str(tmp_path / "a.npz"), {"x": x})
    assert np.load(tmp_path / "a.npz")["x"]["bfloat16"].tolist() == [0x3F80, 0x4020]
    nd.save(str(tmp_path / "a.safetensors"), {"x": x})
    ((_, view),) = safetensors.deserialize((tmp_path / "a.safetensors").read_bytes())
    assert view["dtype"] == "BF16" and bytes(view["data"]) == x.asnumpy().tobytes()


def content(kind: str) -> bytes:
    arrays = {"x": np.arange(60, dtype="float32"), "y": np.ones((3, 4))}
    if kind == "safetensors":
        return safetensors.numpy.save(arrays)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@kinds
def test_files_that_are_cut_off_or_of_another_kind(kind: str, tmp_path: Path) -> None:
    whole = content(kind)
    for size in range(0, len(whole) - 1, 7):
        with pytest.raises(MXNetError, match=f"load: Invalid {kind} file"):
            decoded(kind, whole[:size], "load")
    path = tmp_path / f"file.{kind}"
    path.write_bytes(b"text")
    with pytest.raises(MXNetError, match=rf"load: fname='.*file\.{kind}': Invalid {kind} file"):
        nd.load(str(path))


@kinds
def test_damaged_files_raise_one_error_or_load(kind: str) -> None:
    whole, random = content(kind), np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for at in random.integers(0, len(whole), 3):
            damaged[at] = random.integers(256)
        with suppress(MXNetError, TypeError):  # TypeError: a dtype that is not supported
            decoded(kind, bytes(damaged), "load")


def test_objects_and_absurd_shapes_are_refused() -> None:
    file = io.BytesIO()
    np.savez(file, x=np.array([{}], dtype=object))
    with pytest.raises(MXNetError, match="holds Python objects"):
        decoded("npz", file.getvalue(), "load")
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (117 - len(header)) + b"\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(MXNetError, match=r"x.npy has 0 bytes for shape \(1000000000000,\)"):
        decoded("npz", file.getvalue(), "load")


def test_formats_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(MXNetError, match=r"save: format='zip'.*expected one of 'mxnet', 'npz'"):
        nd.save(str(path), nd.ones(1), format="zip")
    assert not path.exists()
