"""`nd.save` and `nd.load`: MXNet's format, and files that are none of it."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ndgrad import MXNetError, nd

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool", "bfloat16")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3), (1,), (), (2, 0)])
def test_round_trip(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    x = nd.array(np.arange(int(np.prod(shape))).reshape(shape), dtype=dtype)
    nd.save(str(tmp_path / "a"), {"größe": x, "": x})
    back = nd.load(tmp_path / "a")
    assert list(back) == ["größe", ""]
    for y in back.values():
        assert y.dtype == x.dtype
        assert y.shape == x.shape
        np.testing.assert_array_equal(x.asnumpy(), y.asnumpy())


def test_bfloat16_as_mxnet_writes_it(tmp_path: Path) -> None:
    (tmp_path / "mxnet").write_bytes(
        struct.pack("<3Q2Ii", 0x112, 0, 1, 0xF993FAC9, 0, 1)
        + struct.pack("<q3i", 3, 1, 0, 12)
        + bytes.fromhex("803f204049c0")
        + struct.pack("<2Q", 1, 1)
        + b"a"
    )
    x = nd.load(str(tmp_path / "mxnet"))
    assert x["a"].dtype.__name__ == "bfloat16" and x["a"].tolist() == [1, 2.5, -3.140625]
    nd.save(str(tmp_path / "own"), x)
    assert (tmp_path / "own").read_bytes() == (tmp_path / "mxnet").read_bytes()


def test_what_is_loaded_can_be_written_to(tmp_path: Path) -> None:
    nd.save(str(tmp_path / "a"), nd.ones(2))
    (x,) = nd.load(str(tmp_path / "a"))
    x += 1
    assert x.tolist() == [2, 2]


def _file(array: bytes) -> bytes:
    return struct.pack("<3Q", 0x112, 0, 1) + array + struct.pack("<Q", 0)


def test_older_formats() -> None:
    values = struct.pack("<3i2f", 1, 0, 0, 1.5, -2)
    oldest = struct.pack("<3I", 2, 1, 2) + values
    old = struct.pack("<Ii2q", 0xF993FAC8, 2, 1, 2) + values
    for array in (oldest, old):
        (x,) = nd.load_frombuffer(_file(array))
        assert x.tolist() == [[1.5, -2]]


def test_an_array_that_is_none() -> None:
    (x,) = nd.load_frombuffer(_file(struct.pack("<Iii", 0xF993FAC9, 0, 0)))
    assert x.shape == (0,)


def test_sparse_arrays_are_refused() -> None:
    with pytest.raises(MXNetError, match="csr"):
        nd.load_frombuffer(_file(struct.pack("<Ii", 0xF993FAC9, 2) + bytes(40)))


def test_every_cut_and_every_changed_byte_is_an_error_or_arrays(tmp_path: Path) -> None:
    nd.save(str(tmp_path / "a"), {"w": nd.ones((2, 2)), "b": nd.zeros(1)})
    whole = (tmp_path / "a").read_bytes()
    for end in range(len(whole)):
        with pytest.raises(MXNetError, match="Invalid NDArray file format"):
            nd.load_frombuffer(whole[:end])
    for at in range(len(whole)):
        for value in (0, 1, 0x7F, 0xFF):
            try:
                nd.load_frombuffer(whole[:at] + bytes([value]) + whole[at + 1 :])
            except MXNetError:
                pass


def _v2(*shape: int, values: bytes = b"", dtype: int = 0) -> bytes:
    head = struct.pack(f"<Iii{len(shape)}q", 0xF993FACA, 0, len(shape), *shape)
    return _file(head + struct.pack("<3i", 1, 0, dtype) + values)


@pytest.mark.parametrize(
    "shape",
    [
        (2**62, 4),
        (2**62, 2**62),
        (0, 2**62, 2**62),
        (2**40,),
        (2**62,) * 64,
        (1,) * 65,
        (1,) * 20_000,
        (2**62,) * 20_000,
        (-1, 2),
        (-1, -1),
    ],
)
def test_a_shape_for_which_the_file_has_no_elements(shape: tuple[int, ...]) -> None:
    content = _v2(*shape, values=bytes(64))
    tracemalloc.start()
    try:
        with pytest.raises(MXNetError, match="Invalid NDArray file format"):
            nd.load_frombuffer(content)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(content) + 100_000
    finally:
        tracemalloc.stop()


def test_shapes_that_are_odd_and_right() -> None:
    (x,) = nd.load_frombuffer(_v2(*(1,) * 20, values=bytes(4)))
    assert x.shape == (1,) * 20
    (x,) = nd.load_frombuffer(_v2(2**40, 0))
    assert x.shape == (2**40, 0)


WORDS = [*range(-2, 9), 0x112, 0xF993FAC8, 0xF993FAC9, 0xF993FACA]
WORDS += [(1 << bits) - less for bits in (16, 31, 32, 33, 40, 61, 62, 63, 64) for less in (0, 1)]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([1, 4, 8]), st.sampled_from(WORDS)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 400),
    st.booleans(),
)
def test_changed_words_are_an_error_or_arrays(
    changes: list[tuple[int, int, int]], end: int, cut: bool
) -> None:
    """Of files in all three layouts: what is read of them is small, whatever they say."""
    values = struct.pack("<3i4f", 1, 0, 0, 1.5, -2, 3, 4)
    arrays = [
        struct.pack("<Iii2q", 0xF993FACA, 0, 2, 2, 2) + values,
        struct.pack("<Iii2q", 0xF993FAC9, 0, 2, 4, 1) + values,
        struct.pack("<Ii2q", 0xF993FAC8, 2, 2, 2) + values,
        struct.pack("<3I", 2, 2, 2) + values,
    ]
    names = b"".join(struct.pack("<Q", 1) + name for name in (b"a", b"b", b"c", b"d"))
    content = bytearray(struct.pack("<3Q", 0x112, 0, 4) + b"".join(arrays))
    content += struct.pack("<Q", 4) + names
    for at, size, word in changes:
        at = at * 4 % (len(content) - 8)
        content[at : at + size] = (word % 2 ** (8 * size)).to_bytes(size, "little")
    whole = bytes(content[: end if cut else None])
    try:
        found = nd.load_frombuffer(whole)
    except MXNetError:
        return
    found = list(found.values()) if isinstance(found, dict) else found
    assert sum(x.size for x in found) <= len(whole)


@pytest.mark.parametrize("data", [5, None, "a", np.ones(2), [1], {"a": 1}, {1: 2}])
def test_nothing_is_written_for_what_cannot_be(tmp_path: Path, data: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        nd.save(str(tmp_path / "a"), data)
    assert not (tmp_path / "a").exists()


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(MXNetError, match="No such file"):
        nd.load(str(tmp_path / "a"))
    with pytest.raises(MXNetError, match="No such file"):
        nd.save(str(tmp_path / "a" / "b"), nd.ones(1))
    with pytest.raises(TypeError, match="int"):
        nd.load(5)
    with pytest.raises(TypeError, match="str"):
        nd.load_frombuffer("a")
