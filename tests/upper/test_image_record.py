"""`io.ImageRecordIter`: MXNet's batches, random changes, wrong arguments."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from image_record_cases import CASES, epochs

import ndgrad as mx
from ndgrad import nd, recordio
from ndgrad.base import MXNetError
from ndgrad.io.augmentation import moved_hsl, warped

HERE = Path(__file__).parent
FOLDER = str(HERE / "images") + "/"
RECORDED = json.loads((HERE / "mxnet-1.9.1" / "image_record.json").read_text())
RECORDS = {"path_imgrec": FOLDER + "images.rec", "data_shape": (3, 8, 8), "batch_size": 2}


@pytest.mark.parametrize("text", CASES)
def test_batches_are_mxnets(text):
    found, expected = epochs(text, mx, FOLDER), RECORDED[text]
    assert found[:2] == expected[:2]
    for epoch, e_epoch in zip(found[2:], expected[2:], strict=True):
        assert [batch[:2] for batch in epoch] == [batch[:2] for batch in e_epoch]
        for (_, _, data), (_, _, e_data) in zip(epoch, e_epoch, strict=True):
            np.testing.assert_allclose(data, e_data, rtol=1e-5, atol=1e-4)


def test_a_last_batch_that_is_not_filled():
    iterator = mx.io.ImageRecordIter(round_batch=False, **RECORDS)
    for _ in range(2):
        *_, last = iterator
        assert last.pad == 1 and last.label[0].asnumpy().tolist() == [4, 0]
        assert last.data[0][1].asnumpy().max() == 0
        iterator.reset()


def test_orders_and_changes_follow_from_seeds():
    options = {
        "shuffle": True,
        "rand_crop": True,
        "rand_mirror": True,
        "brightness": 0.3,
        "contrast": 0.3,
        "saturation": 0.3,
        "pca_noise": 0.1,
        "max_random_contrast": 0.1,
        "max_random_illumination": 3,
    }

    def two_epochs(**more):
        iterator = mx.io.ImageRecordIter(**RECORDS, **options, **more)
        found = []
        for _ in range(2):
            found.append([(b.label[0].asnumpy(), b.data[0].asnumpy()) for b in iterator])
            iterator.reset()
        return found

    first, again, other = (
        two_epochs(seed=3),
        two_epochs(seed=3, prefetch_buffer=1),
        two_epochs(seed=4),
    )
    for a, b in zip(first, again, strict=True):
        for (label, data), (label2, data2) in zip(a, b, strict=True):
            assert (label == label2).all() and (data == data2).all()
    labels = [np.concatenate([label for label, _ in epoch]).tolist() for epoch in first]
    assert labels[0] != labels[1]
    assert set(labels[0]) == {0, 1, 2, 3, 4}
    assert any((a[1] != b[1]).any() for a, b in zip(first[0], other[0], strict=True))


def test_crops_of_random_sizes():
    for options in (
        {"random_resized_crop": True, "min_random_area": 0.2, "max_aspect_ratio": 0.25},
        {"random_resized_crop": True, "min_aspect_ratio": 0.8, "max_aspect_ratio": 1.2},
        {"min_crop_size": 4, "max_crop_size": 9, "rand_crop": True},
        {"min_random_scale": 0.5, "max_random_scale": 1.5, "inter_method": 10},
        {"data_shape": (3, 30, 20), "inter_method": 9},
        {"data_shape": (1, 8, 8)},
    ):
        arguments = {**RECORDS, **options}
        batch = mx.io.ImageRecordIter(**arguments).next()
        assert batch.data[0].shape == (2, *arguments["data_shape"])
        assert 0 < batch.data[0].asnumpy().mean() < 255


def test_integers_are_not_normalised():
    byte = mx.io.ImageRecordUInt8Iter(mean_r=9, **RECORDS).next().data[0]
    assert byte.dtype == np.uint8 and byte[1, 0, 3, 3].asscalar() == 10
    small = mx.io.ImageRecordInt8Iter(**RECORDS).next().data[0]
    assert small.dtype == np.int8 and small.asnumpy().max() == 127


def test_a_mean_image(tmp_path):
    mean = nd.array(np.arange(192).reshape(3, 8, 8))
    nd.save(str(tmp_path / "mean.bin"), {"mean_img": mean})
    plain = mx.io.ImageRecordIter(**RECORDS).next().data[0]
    changed = mx.io.ImageRecordIter(mean_img=str(tmp_path / "mean.bin"), **RECORDS).next().data[0]
    np.testing.assert_array_equal(changed.asnumpy(), (plain - mean).asnumpy())


def test_a_mean_image_that_is_not_there_is_computed(tmp_path):
    name = str(tmp_path / "mean.bin")
    plain = [b.data[0].asnumpy() for b in mx.io.ImageRecordIter(**RECORDS)]
    mean = np.concatenate(plain)[:5].mean(axis=0)
    changed = mx.io.ImageRecordIter(mean_img=name, **RECORDS).next().data[0].asnumpy()
    np.testing.assert_allclose(changed, plain[0] - mean, atol=1e-4)
    np.testing.assert_allclose(nd.load(name)["mean_img"].asnumpy(), mean, atol=1e-4)


def test_turned_and_sheared_images():
    image = np.zeros((9, 9, 1), "uint8")
    image[2:7, 4] = 200
    quarter = warped(image, np.array([[0.0, 1], [-1, 0]]), (9, 9), 7)
    assert quarter[4, 2:7].tolist() == [[200]] * 5 or quarter[5, 2:7].tolist() == [[200]] * 5
    assert warped(image, np.eye(2), (9, 9), 7).tolist() == image.tolist()
    assert warped(image, np.eye(2), (13, 13), 7)[0].tolist() == [[7]] * 13
    options = {"max_rotate_angle": 10, "max_shear_ratio": 0.1, "random_h": 20, "random_s": 9}
    found = [
        mx.io.ImageRecordIter(**RECORDS, **options, random_l=9, seed_aug=n).next().data[0].asnumpy()
        for n in (1, 1, 2)
    ]
    assert found[0].tolist() == found[1].tolist() != found[2].tolist()


def test_hues_are_moved():
    image = np.array([[[200, 40, 40], [10, 90, 30], [7, 7, 7], [0, 0, 255]]], "uint8")
    assert np.abs(moved_hsl(image, 0, 0, 0).astype(int) - image).max() == 0
    assert moved_hsl(image, 60, 0, 0)[0, 0].tolist() == [40, 200, 40]  # red to green
    assert moved_hsl(image, 0, -255, 10)[0, 2:].tolist() == [[17] * 3, [138] * 3]


def test_unknown_arguments_are_ignored():
    with pytest.warns(UserWarning, match="and_mirror"):
        mx.io.ImageRecordIter(and_mirror=False, **RECORDS)


@pytest.fixture
def objects(tmp_path):
    """A file of two images with one and two objects."""
    labels = [2, 5, 0, 0.55, 0.5, 0.6, 0.75], [2, 5, 0, 0.1, 0.6, 0.5, 0.8, 1, 0.2, 0.4, 0.5, 0.9]
    writer = recordio.MXRecordIO(str(tmp_path / "objects.rec"), "w")
    for i, label in enumerate(labels):
        image = np.full((12, 16, 3), 50 + 100 * i, "uint8")
        writer.write(
            recordio.pack_img((0, np.array(label, "float32"), i, 0), image, img_fmt=".png")
        )
    writer.close()
    options = {"path_imgrec": writer.uri, "data_shape": (3, 8, 8), "batch_size": 2}
    return options, [np.array(label, "float32") for label in labels]


def test_batches_of_labelled_objects(objects):
    options, (one, two) = objects
    iterator = mx.io.ImageDetRecordIter(label_pad_width=14, mean_r=10, std_r=2, **options)
    assert iterator.provide_label == [("softmax_label", (2, 18))]
    batch = iterator.next()
    for row, label in zip(batch.label[0].asnumpy(), (one, two), strict=True):
        np.testing.assert_array_equal(row[:4], [3, 8, 8, label.size])
        np.testing.assert_array_equal(row[4 : 4 + label.size], label)
        assert (row[4 + label.size :] == -1).all()
    assert batch.data[0].asnumpy()[:, :, 3, 3].tolist() == [[20, 50, 50], [70, 150, 150]]
    fit = mx.io.ImageDetRecordIter(resize_mode="fit", **options).next()
    assert fit.label[0].asnumpy()[:, :3].tolist() == [[3, 6, 8]] * 2
    assert fit.data[0].asnumpy()[0, 0, 4:, 0].tolist() == [50, 50, 0, 0]
    row = mx.io.ImageDetRecordIter(rand_mirror_prob=1, **options).next().label[0].asnumpy()[0]
    np.testing.assert_allclose(row[6:11], [0, 0.4, 0.5, 0.45, 0.75], atol=1e-6)
    with pytest.raises(MXNetError, match="expected label_width=7"):
        mx.io.ImageDetRecordIter(label_width=7, **options)
    with pytest.raises(MXNetError, match="label_pad_width=9"):
        mx.io.ImageDetRecordIter(label_pad_width=9, **options)
    with pytest.raises(MXNetError, match="resize_mode='wide'"):
        mx.io.ImageDetRecordIter(resize_mode="wide", **options)


def test_objects_follow_random_changes(objects):
    options, (_, two) = objects
    colours = {"random_hue_prob": 1, "max_random_hue": 20, "random_contrast_prob": 1}
    crop = {"rand_crop_prob": 1, "min_crop_scales": (0.5,), "max_crop_scales": (0.9,)}
    for mode in ("center", "overlap"):
        changed = mx.io.ImageDetRecordIter(
            **crop, **colours, crop_emit_mode=mode, max_random_contrast=0.2, **options
        )
        rows = changed.next().label[0].asnumpy()
        assert rows[0, 7:11].tolist() != [0.55, 0.5, 0.6, 0.75]
        assert (rows[:, 7:11] >= 0).all() and (rows[:, 7:11] <= 1).all()
    row = mx.io.ImageDetRecordIter(rand_pad_prob=1, max_pad_scale=3, **options).next().label[0][1]
    sides = row.asnumpy()[4:][[5, 6]] - row.asnumpy()[4:][[3, 4]]
    assert (sides < two[[5, 6]] - two[[3, 4]]).all()


def test_a_reset_within_an_epoch_begins_again():
    iterator = mx.io.ImageRecordIter(**RECORDS)
    iterator.next()
    iterator.reset()
    assert [b.label[0].asnumpy().tolist() for b in iterator] == [[0, 1], [2, 3], [4, 0]]


def test_wrong_arguments_are_an_error(tmp_path):
    (tmp_path / "foreign.rec").write_bytes(b"no records at all")
    writer = recordio.MXRecordIO(str(tmp_path / "bad.rec"), "w")
    writer.write(recordio.pack((0, 1.0, 7, 0), b"no image"))
    writer.close()
    for text, options in (
        ("data_shape must be", {"data_shape": (3, 8)}),
        ("data_shape must be", {"data_shape": (2, 8, 8)}),
        ("needs path_imgrec", {"path_imgrec": ""}),
        ("needs path_imgrec", {"num_parts": 2, "part_index": 2}),
        ("cannot read '.*none.rec'", {"path_imgrec": str(tmp_path / "none.rec")}),
        ("has no record at byte 0", {"path_imgrec": str(tmp_path / "foreign.rec")}),
    ):
        with pytest.raises(MXNetError, match=text):
            mx.io.ImageRecordIter(**{**RECORDS, **options})
    for text, options in (
        ("expected label_width=2", {"label_width": 2}),
        ("cannot decode the image", {"path_imgrec": str(tmp_path / "bad.rec")}),
        ("max_crop_size=40 is larger", {"max_crop_size": 40}),
    ):
        with pytest.raises(MXNetError, match=text):
            mx.io.ImageRecordIter(**{**RECORDS, **options}).next()
