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
        ("rand_corp", {"rand_corp": True}),
        ("rotate=30 is not supported", {"rotate": 30}),
        ("random_h=3 is not supported", {"random_h": 3}),
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
