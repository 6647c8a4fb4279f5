"""Files of records: interchange with MXNet, forks, pickles, damaged files, packed images."""

from __future__ import annotations

import json
import os
import pickle
import struct
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from recordio_cases import CONTENTS, HEADERS, MAGIC

from ndgrad import recordio
from ndgrad.base import MXNetError

RECORDED = Path(__file__).parent / "mxnet-1.9.1"


def written(folder):
    paths = str(folder / "a.idx"), str(folder / "a.rec")
    writer = recordio.MXIndexedRecordIO(*paths, "w")
    for i, content in enumerate(CONTENTS):
        writer.write_idx(3 * i, content)
    writer.close()
    return paths


def test_files_are_mxnets(tmp_path):
    idx, rec = written(tmp_path)
    assert Path(rec).read_bytes() == (RECORDED / "recordio.rec").read_bytes()
    assert Path(idx).read_text() == (RECORDED / "recordio.idx").read_text()


def test_mxnets_files_are_read():
    reader = recordio.MXRecordIO(str(RECORDED / "recordio.rec"), "r")
    assert [reader.read() for _ in CONTENTS] == CONTENTS
    assert reader.read() is None
    reader.reset()
    assert [reader.read() for _ in CONTENTS] == CONTENTS
    by_key = recordio.MXIndexedRecordIO(RECORDED / "recordio.idx", RECORDED / "recordio.rec", "r")
    assert by_key.keys == list(range(0, 3 * len(CONTENTS), 3))
    for i in reversed(range(len(CONTENTS))):
        assert by_key.read_idx(3 * i) == CONTENTS[i]
    assert by_key.read_idx(3) == b"a"
    assert by_key.read() == b"abcd"  # the next one
    with pytest.raises(KeyError):
        by_key.read_idx(1)


def test_packed_headers_are_mxnets():
    packed = [
        bytes.fromhex(x) for x in json.loads((RECORDED / "recordio.json").read_text())["packed"]
    ]
    for (label, as_array), expected in zip(HEADERS, packed, strict=True):
        header = (0, np.array(label) if as_array else label, 7, 8)
        assert recordio.pack(header, b"zz") == expected
        back, content = recordio.unpack(expected)
        assert content == b"zz" and (back.id, back.id2) == (7, 8)
        np.testing.assert_array_equal(back.label, np.asarray(label, np.float32))
    assert recordio.pack(recordio.IRHeader(5, 3.0, 7, 8), b"")[:4] == bytes(4)


def test_wrong_use_is_an_error(tmp_path):
    idx, rec = written(tmp_path)
    with pytest.raises(ValueError, match="Invalid flag a"):
        recordio.MXRecordIO(rec, "a")
    with pytest.raises(MXNetError, match=r"cannot open uri='.*none.rec'"):
        recordio.MXRecordIO(str(tmp_path / "none.rec"), "r")
    with pytest.raises(FileNotFoundError):
        recordio.MXIndexedRecordIO(str(tmp_path / "none.idx"), rec, "r")
    reader = recordio.MXIndexedRecordIO(idx, rec, "r")
    for call in (lambda: reader.write(b"x"), reader.tell):
        with pytest.raises(MXNetError, match="was opened with flag='r', expected 'w'"):
            call()
    reader.close()
    reader.close()
    with pytest.raises(MXNetError, match="is closed"):
        reader.read()
    writer = recordio.MXRecordIO(str(tmp_path / "w.rec"), "w")
    with pytest.raises(MXNetError, match="was opened with flag='w', expected 'r'"):
        writer.read()
    with pytest.raises(TypeError, match="buf must be bytes"):
        writer.write("text")
    writer.close()
    (tmp_path / "bad.idx").write_text("0\t0\n1 8\n")
    with pytest.raises(MXNetError, match=r"line 2 of idx_path=.* a key, a tab and a position"):
        recordio.MXIndexedRecordIO(str(tmp_path / "bad.idx"), rec, "r")
    with pytest.raises(MXNetError, match="24 bytes or more, got 3"):
        recordio.unpack(b"abc")
    with pytest.raises(MXNetError, match="the 4000000000 labels"):
        recordio.unpack(struct.pack("<IfQQ", 4_000_000_000, 0, 0, 0) + b"abcd")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no records at all", "the magic number is missing"),
        (MAGIC + b"\0", "the file ends within it"),
        (MAGIC + struct.pack("<I", 0x1FFFFFFF) + b"abcd", "the file ends within it"),
        (MAGIC + struct.pack("<I", 40) + b"abcd", "the file ends within it"),
        (MAGIC + struct.pack("<I", 1 << 29 | 4) + b"abcd", "the file ends within it"),
        (MAGIC + struct.pack("<I", 2 << 29 | 4) + b"abcd", "unexpected continuation flag 2"),
        (MAGIC + struct.pack("<I", 7 << 29 | 4) + b"abcd", "unexpected continuation flag 7"),
    ],
)
def test_damaged_files_are_an_error(tmp_path, content, why):
    path = tmp_path / "damaged.rec"
    path.write_bytes(content)
    with pytest.raises(MXNetError, match=f"no record at byte 0: {why}"):
        recordio.MXRecordIO(str(path), "r").read()


def test_pickles_read_from_the_beginning(tmp_path):
    idx, rec = written(tmp_path)
    reader = recordio.MXIndexedRecordIO(idx, rec, "r")
    reader.read()
    copy = pickle.loads(pickle.dumps(reader))
    assert copy.read() == CONTENTS[0] and reader.read() == CONTENTS[1]
    assert copy.read_idx(6) == CONTENTS[2]
    writer = recordio.MXRecordIO(str(tmp_path / "w.rec"), "w")
    writer.write(b"kept")
    assert not pickle.loads(pickle.dumps(writer)).is_open
    writer.close()
    assert recordio.MXRecordIO(str(tmp_path / "w.rec"), "r").read() == b"kept"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_a_position_of_its_own(tmp_path):
    idx, rec = written(tmp_path)
    reader = recordio.MXIndexedRecordIO(idx, rec, "r")
    writer = recordio.MXRecordIO(str(tmp_path / "w.rec"), "w")
    writer.write(b"once")
    reader.read()
    child = os.fork()
    if not child:
        good = reader.read() == CONTENTS[0] and reader.read_idx(21) == CONTENTS[7]
        try:
            writer.write(b"x")
        except RuntimeError:
            writer.close()
            os._exit(0 if good else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert reader.read() == CONTENTS[1]
    writer.close()
    assert (tmp_path / "w.rec").stat().st_size == 12


def test_threads_may_share_a_reader(tmp_path):
    reader = recordio.MXIndexedRecordIO(*written(tmp_path), "r")
    order = np.random.default_rng(0).integers(0, len(CONTENTS), 600).tolist()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda i: reader.read_idx(3 * i), order))
    assert found == [CONTENTS[i] for i in order]


def test_images_are_packed_in_the_order_of_opencv():
    image = np.zeros((8, 6, 3), np.uint8)
    image[..., 0], image[3, :, 2] = 200, 90
    packed = recordio.pack_img((0, 1.0, 0, 0), image, quality=3, img_fmt=".png")
    header, back = recordio.unpack_img(packed)
    assert header.label == 1
    np.testing.assert_array_equal(back, image)
    decoded = np.asarray(Image.open(BytesIO(recordio.unpack(packed)[1])))
    assert decoded[0, 0].tolist() == [0, 0, 200]
    grey = recordio.unpack_img(packed, iscolor=0)[1]
    assert grey.shape == (8, 6) and grey[0, 0] == 23
    header, back = recordio.unpack_img(recordio.pack_img((0, [1, 2], 0, 0), image))
    assert back.shape == image.shape and header.label.tolist() == [1, 2]
    assert np.abs(back.astype(int) - image).mean() < 8  # JPEG
    assert recordio.unpack_img(recordio.pack_img((0, 1, 0, 0), image[..., 0], img_fmt=".png"))[
        1
    ].shape == (8, 6)
    with pytest.raises(MXNetError, match="img must be uint8 of shape"):
        recordio.pack_img((0, 1, 0, 0), image.astype("float32"))
    with pytest.raises(MXNetError, match=r"img_fmt='.nope'"):
        recordio.pack_img((0, 1, 0, 0), image, img_fmt=".nope")
    with pytest.raises(MXNetError, match="unpack_img: cannot decode the image"):
        recordio.unpack_img(recordio.pack((0, 1, 0, 0), b"no image"))
