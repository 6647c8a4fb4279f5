"""`mx.image`: functions, augmenters and iterators, compared with what MXNet gives for one seed."""

from __future__ import annotations

import json
import pickle
import random
from pathlib import Path

import image_cases
import numpy as np
import pytest
from image_cases import CALLS, DUMPS, FILES, ITERATORS, PHOTOS, batches, described, evaluated

import ndgrad as mx
from ndgrad import image, nd
from ndgrad.base import MXNetError

HERE = Path(__file__).parent
FOLDER = str(HERE / "images") + "/"
RECORDED = json.loads((HERE / "mxnet-1.9.1" / "image.json").read_text())


@pytest.fixture(scope="module")
def names():
    return image_cases.names(mx, FOLDER)


def assert_same(found, expected, rtol=2e-5):
    assert type(found) is type(expected)
    if not isinstance(found, list):
        assert found == expected
        return
    assert len(found) == len(expected)
    if len(found) == 2 and isinstance(found[0], str) and isinstance(found[1], list):
        if (found[1] and not isinstance(found[1][0], (str, list))) or found[0] == expected[0] != "":
            assert found[0] == expected[0]
            np.testing.assert_allclose(found[1], expected[1], rtol=rtol, atol=2e-3)
            return
    for a, b in zip(found, expected, strict=True):
        assert_same(a, b, rtol)


@pytest.mark.parametrize("text", CALLS)
def test_functions_and_augmenters_are_mxnets(text):
    assert_same(evaluated(text, mx), RECORDED[text])


@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("file", FILES + PHOTOS)
def test_files_are_decoded_as_by_mxnet(file, flag):
    kind, values = described(image.imread(FOLDER + file, flag=flag))
    expected_kind, expected = RECORDED[f"{file} {flag}"]
    assert kind == expected_kind and np.shape(values) == np.shape(expected)
    # PNG's reader makes grey of colours by weights of its own, and JPEG's differ from each other.
    tolerance = 3 if file in PHOTOS else 1 if not flag else 0
    np.testing.assert_allclose(values, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("text", DUMPS)
def test_lists_of_augmenters_are_mxnets(text, names):
    def as_numbers(dumped):
        return [as_numbers(x) if isinstance(x, list) else json_or_name(x) for x in dumped]

    def json_or_name(text):
        return json.loads(text) if text.startswith("[") else text

    found = [augmenter.dumps() for augmenter in eval(text, names)]
    assert_close_nested(as_numbers(found), as_numbers(RECORDED[text]))


def assert_close_nested(found, expected):
    if isinstance(found, float):
        assert found == pytest.approx(expected, rel=1e-6)
    elif isinstance(found, dict):
        assert list(found) == list(expected)
        assert_close_nested(list(found.values()), list(expected.values()))
    elif isinstance(found, list):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert_close_nested(a, b)
    else:
        assert found == expected


@pytest.mark.parametrize("handling", ["pad", "discard", "roll_over"])
@pytest.mark.parametrize("text", ITERATORS)
def test_iterators_give_the_batches_of_mxnet(text, handling, names):
    found = batches(text, handling, names)
    for epoch, expected_epoch in zip(found, RECORDED[f"{text} {handling}"], strict=True):
        assert len(epoch) == len(expected_epoch)
        for (label, pad, data), (e_label, e_pad, e_data) in zip(epoch, expected_epoch, strict=True):
            assert (label, pad, data[0]) == (e_label, e_pad, e_data[0])
            np.testing.assert_allclose(data[1], e_data[1], rtol=1e-5, atol=1e-2)


def test_colours_may_come_in_the_order_of_opencv():
    content = Path(FOLDER, "rgb.png").read_bytes()
    rgb = image.imdecode(content).asnumpy()
    for buffer in (bytearray(content), np.frombuffer(content, np.uint8)):
        np.testing.assert_array_equal(image.imdecode(buffer, to_rgb=0).asnumpy(), rgb[..., ::-1])
    out = nd.zeros(rgb.shape, dtype="uint8")
    assert image.imdecode(nd.array(list(content), dtype="uint8"), out=out) is out
    np.testing.assert_array_equal(out.asnumpy(), rgb)


def test_wrong_arguments_are_an_error(names):
    x, planes = names["bytes_"], names["planes"]
    for error, text, call in (
        (MXNetError, "imread: cannot read fname='.*none.png'", lambda: image.imread("none.png")),
        (MXNetError, "imdecode: cannot decode the image", lambda: image.imdecode(b"garbage")),
        (MXNetError, "imdecode: cannot decode the image", lambda: image.imdecode(b"")),
        (ValueError, "imdecode: buf must be bytes", lambda: image.imdecode("text")),
        (MXNetError, "flag=-1, expected 0", lambda: image.imdecode(b"", flag=-1)),
        (MXNetError, "resize: size", lambda: image.imresize(x, 0, 3)),
        (MXNetError, "interp=9", lambda: image.imresize(x, 2, 3, interp=9)),
        (ValueError, "Unknown interp method 11", lambda: image.resize_short(x, 3, interp=11)),
        (MXNetError, "type=5, expected 0 to 4", lambda: image.copyMakeBorder(x, 1, 1, 1, 1, 5)),
        (MXNetError, "not be negative", lambda: image.copyMakeBorder(x, -1, 1, 1, 1)),
        (ValueError, "cannot be both True", lambda: image.imrotate(planes, 3, True, True)),
        (TypeError, "src must be float32, got uint8", lambda: image.imrotate(x, 3)),
        (TypeError, "must be a number", lambda: image.imrotate(planes, nd.ones(2))),
        (ValueError, "3 angles", lambda: image.imrotate(nd.stack(planes), nd.ones(3))),
        (MXNetError, "needs rand_crop", lambda: image.CreateAugmenter((3, 8, 8), rand_resize=True)),
        (MXNetError, "mean must have", lambda: image.CreateAugmenter((3, 8, 8), mean=[1, 2])),
        (MXNetError, "needs path_imgrec", lambda: image.ImageIter(2, (3, 8, 8))),
        (TypeError, "invalid Augmenter", lambda: image.DetBorrowAug(3)),
    ):
        with pytest.raises(error, match=text):
            call()
    records = {"path_imgrec": FOLDER + "images.rec"}
    for error, text, shape, options in (
        (ValueError, "length 3", (3, 8), records),
        (ValueError, "3 channels", (1, 8, 8), records),
        (MXNetError, "need path_imgidx", (3, 8, 8), {**records, "shuffle": True}),
        (
            MXNetError,
            "part_index=2 must be",
            (3, 8, 8),
            {"num_parts": 2, "part_index": 2, **records},
        ),
        (MXNetError, "dtype='uint8'", (3, 8, 8), {**records, "dtype": "uint8"}),
    ):
        with pytest.raises(error, match=text):
            image.ImageIter(2, shape, **options)


def test_a_damaged_image_is_named(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"garbage")
    iterator = image.ImageIter(1, (3, 8, 8), imglist=[[1, "bad.png"]], path_root=str(tmp_path))
    with pytest.raises(MXNetError, match=r"the file 'bad.png': imdecode: cannot decode"):
        iterator.next()
    missing = image.ImageIter(1, (3, 8, 8), imglist=[[1, "none.png"]], path_root=str(tmp_path))
    with pytest.raises(MXNetError, match=r"cannot read fname='.*none.png'"):
        missing.next()
    (tmp_path / "bad.lst").write_text("0\t1\ta.png\nx\n")
    with pytest.raises(MXNetError, match=r"line 2 of path_imglist="):
        image.ImageIter(1, (3, 8, 8), path_imglist=str(tmp_path / "bad.lst"))


def test_random_rotations():
    random.seed(0)
    planes = nd.ones((2, 6, 6))
    for src in (planes, nd.stack(planes, planes, planes)):
        turned = image.random_rotate(src, (20, 40), zoom_in=True)
        assert turned.shape == src.shape
        np.testing.assert_allclose(turned.asnumpy(), 1, rtol=1e-6)  # nothing from outside
    assert image.random_rotate(planes, (44, 45)).asnumpy().min() == 0


def test_augmenters_can_be_pickled():
    augmenters = image.CreateAugmenter((3, 8, 8), resize=9, rand_gray=1, mean=True, hue=0.1)
    copies = pickle.loads(pickle.dumps(augmenters))
    assert [a.dumps() for a in copies] == [a.dumps() for a in augmenters]


# --- labelled objects -----------------------------------------------------------------------------

OBJECTS = np.array([[0, 0.1, 0.2, 0.5, 0.6], [1, 0.3, 0.3, 0.9, 0.8]])


def marked(label, size=100):
    """An image in which each object is filled with a number of its own."""
    pixels = np.zeros((size, size, 3), np.float32)
    for number, (_, left, upper, right, lower) in enumerate(label, 1):
        x0, y0, x1, y1 = (round(v * size) for v in (left, upper, right, lower))
        pixels[y0:y1, x0:x1, number % 3] = 255
    return nd.array(pixels)


def test_crops_and_pads_move_labels_with_the_image():
    random.seed(1)
    crop = image.DetRandomCropAug(
        min_object_covered=0.5, area_range=(0.3, 0.9), min_eject_coverage=0.4
    )
    pad = image.DetRandomPadAug(area_range=(1.5, 3.0))
    src = marked(OBJECTS)
    for augmenter in (crop, pad, image.DetHorizontalFlipAug(1)):
        for _ in range(10):
            out, label = augmenter(src, OBJECTS.copy())
            h, w, _ = out.shape
            assert (out.shape != src.shape) or augmenter not in (crop, pad)
            for kind, left, upper, right, lower in label:
                x0, x1 = round(left * w), round(right * w)
                y0, y1 = round(upper * h), round(lower * h)
                inside = out[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1, (int(kind) + 1) % 3]
                assert inside.asnumpy().min() == 255
    out, label = pad(nd.ones((20, 20, 3), dtype="uint8"), OBJECTS)
    assert out[0, 0].asnumpy().tolist() in ([128] * 3, [1] * 3) and out.dtype == np.uint8
    assert len(image.DetRandomSelectAug([crop], 1)(src, OBJECTS)[1]) == 2
    assert image.DetRandomPadAug(area_range=(0.5, 0.9))(src, OBJECTS)[0] is src
    assert image.DetRandomCropAug(area_range=(0.9, 0.5))(src, OBJECTS)[0] is src


def test_batches_of_labelled_objects():
    files = [f"{'ab'[i % 2]}/{i}.png" for i in range(3)]
    one, two = [2, 5, 0, 0.1, 0.1, 0.5, 0.5], [2, 5, 1, 0, 0, 1, 1, 2, 0.2, 0.2, 0.4, 0.4]
    options = {
        "imglist": [[one, files[0]], [two, files[1]], [*one, files[2]]],
        "path_root": FOLDER + "folder",
    }
    iterator = image.ImageDetIter(2, (3, 8, 8), **options)
    assert iterator.provide_label == [("label", (2, 2, 5))]
    first, second = list(iterator)
    label = first.label[0].asnumpy()
    np.testing.assert_allclose(label[0], [one[2:], [-1] * 5], rtol=1e-6)
    np.testing.assert_allclose(label[1].ravel(), two[2:], rtol=1e-6)
    assert first.data[0].shape == (2, 3, 8, 8) and second.pad == 1
    iterator.reshape((3, 9, 9), (4, 5))
    assert iterator.provide_data == [("data", (2, 3, 9, 9))]
    iterator.reshape((3, 8, 8))
    iterator.reset()
    assert iterator.next().label[0].shape == (2, 4, 5)
    with pytest.raises(ValueError, match="too small"):
        iterator.reshape(label_shape=(1, 5))
    other = image.ImageDetIter(
        1, (3, 8, 8), rand_crop=0.5, rand_pad=0.5, rand_mirror=True, **options
    )
    assert iterator.sync_label_shape(other) is other and other.label_shape == (4, 5)
    assert len(list(other)) == 3
    for wrong, text in (([2, 5, 0], "7 numbers"), ([2, 5] + [0] * 6, "objects of 5")):
        with pytest.raises(MXNetError, match=text):
            image.ImageDetIter(1, (3, 8, 8), **{**options, "imglist": [[wrong, files[0]]]})
