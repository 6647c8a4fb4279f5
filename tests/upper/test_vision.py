"""Datasets and transforms of images, compared with MXNet's."""

from __future__ import annotations

import json
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest
from vision_cases import DATASETS, TRANSFORMS, element, image, transformed, write_files

from ndgrad import gluon, nd
from ndgrad.base import MXNetError
from ndgrad.gluon.data import vision as V
from ndgrad.gluon.data.vision import transforms as T

HERE = Path(__file__).parent
IMAGES = str(HERE / "images") + "/"
RECORDED = json.loads((HERE / "mxnet-1.9.1" / "vision.json").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")
    write_files(folder)
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setenv("MXNET_GLUON_REPO", "file:///nowhere/")


@pytest.mark.parametrize("text", TRANSFORMS)
def test_transforms_are_mxnets(text):
    (kind, shape, values), (e_kind, e_shape, expected) = transformed(text, T, nd), RECORDED[text]
    assert (kind, shape) == (e_kind, e_shape)
    np.testing.assert_allclose(values, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("text", DATASETS)
def test_datasets_are_mxnets(text, folder):
    names = {"FOLDER": f"{folder}/", "IMAGES": IMAGES}
    assert json.loads(json.dumps(element(text, V, names))) == RECORDED[text]


def test_an_archive_is_read_in_place(folder, tmp_path):
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for path in sorted((folder / "cifar").iterdir()):
            archive.add(path, f"cifar-10-batches-bin/{path.name}")
    for train in (True, False):
        packed = V.CIFAR10(str(tmp_path), train=train)
        plain = V.CIFAR10(str(folder / "cifar"), train=train)
        np.testing.assert_array_equal(packed[0:][0].asnumpy(), plain[0:][0].asnumpy())
        np.testing.assert_array_equal(packed[0:][1], plain[0:][1])
    (tmp_path / "cifar-100-binary.tar.gz").write_bytes(
        (tmp_path / "cifar-10-binary.tar.gz").read_bytes()
    )
    with pytest.raises(MXNetError, match=r"cifar-100-binary.tar.gz' does not hold train.bin"):
        V.CIFAR100(str(tmp_path))


def test_a_missing_file_is_named(tmp_path):
    for dataset, file in (
        (V.MNIST, "train-images-idx3-ubyte.gz"),
        (V.CIFAR10, "cifar-10-binary.tar.gz"),
    ):
        with pytest.raises(MXNetError, match=f"{file!r} into '{tmp_path}'"):
            dataset(str(tmp_path))


def test_damaged_files_are_an_error(tmp_path):
    images = tmp_path / "train-images-idx3-ubyte.gz"
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    write_files(tmp_path)
    good = (tmp_path / "mnist" / images.name).read_bytes()
    for content, label, text in (
        (b"no gzip", b"", "cannot read '.*images.*': Not a gzipped file"),
        (good[:200], b"", "cannot read '.*images.*'"),
        ((tmp_path / "mnist" / labels.name).read_bytes(), b"", "no IDX file of bytes along 3 axes"),
        (good, (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").read_bytes(), "3 images and 2"),
    ):
        images.write_bytes(content)
        labels.write_bytes(label)
        with pytest.raises(MXNetError, match=text):
            V.MNIST(str(tmp_path))
    (tmp_path / "cifar" / "test_batch.bin").write_bytes(bytes(100))
    with pytest.raises(MXNetError, match="has 100 bytes, expected a multiple of 3073"):
        V.CIFAR10(str(tmp_path / "cifar"), train=False)


def test_images_of_a_list():
    for imglist in (
        IMAGES + "images.lst",
        "../images.lst",
        [[i, f"{'ab'[i % 2]}/{i}.png"] for i in range(5)],
    ):
        dataset = V.ImageListDataset(IMAGES + "folder", imglist)
        assert len(dataset) == 5 and dataset[3][1] == 3 and dataset[3][0].shape == (13, 12, 3)
    several = V.ImageListDataset(IMAGES + "folder", [[[1, 2], "a/0.png"]], flag=0)
    assert several[0][1].tolist() == [1, 2] and several[0][0].shape == (10, 12, 1)
    with pytest.raises(MXNetError, match="imglist must be a file or a list, got None"):
        V.ImageListDataset(IMAGES)


def test_folders_with_other_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").write_text("x")
    (tmp_path / "readme").write_text("x")
    with pytest.warns(UserWarning, match="Ignoring") as caught:
        dataset = V.ImageFolderDataset(str(tmp_path))
    assert len(caught) == 2 and len(dataset) == 0 and dataset.synsets == ["a"]


def test_a_list_of_transforms_is_put_together_as_by_mxnet():
    composed = T.Compose([T.Resize(4), T.ToTensor(), T.CenterCrop(3), T.Cast()])
    assert [type(x) for x in composed] == [gluon.nn.HybridSequential, T.CenterCrop, T.Cast]
    assert [type(x) for x in composed[0]] == [T.Resize, T.ToTensor]
    x = image(nd)
    hybrid = T.HybridCompose([T.ToTensor(), T.Normalize(0.5, 0.5)])
    np.testing.assert_allclose(
        hybrid(x).asnumpy(), x.asnumpy().transpose(2, 0, 1) / 127.5 - 1, rtol=1e-5, atol=1e-6
    )


def test_random_changes():
    x = image(nd)
    random.seed(0)
    for transform in (T.RandomFlipLeftRight(), T.RandomFlipTopBottom()):
        axis = 1 if isinstance(transform, T.RandomFlipLeftRight) else 0
        turned = np.flip(x.asnumpy(), axis)
        results = [transform(x).asnumpy() for _ in range(20)]
        count = sum(np.array_equal(y, turned) for y in results)
        assert 0 < count < 20
        assert all(np.array_equal(y, turned) or np.array_equal(y, x.asnumpy()) for y in results)
    for transform in (
        T.RandomBrightness(0.5),
        T.RandomContrast(0.5),
        T.RandomSaturation(0.5),
        T.RandomHue(0.3),
        T.RandomColorJitter(0.3, 0.3, 0.3, 0.1),
        T.RandomLighting(0.3),
    ):
        one, two = transform(x), transform(x)
        assert one.shape == x.shape and one.dtype == np.uint8
        assert not np.array_equal(one.asnumpy(), two.asnumpy())
    grey = T.RandomGray(1)(x).asnumpy()
    assert grey.dtype == np.uint8 and (grey == grey[..., :1]).all()
    assert (T.RandomGray(0)(x).asnumpy() == x.asnumpy()).all()
    cropped = T.RandomCrop(4, pad=2)(x)
    assert cropped.shape == (4, 4, 3)
    assert T.RandomCrop((2, 3))(x).shape == (3, 2, 3)
    assert T.RandomApply([T.ToTensor(), T.Cast("float16")], 1)(x).dtype == np.float16
    assert T.RandomApply([T.ToTensor()], 0)(x) is x
    results = [T.HybridRandomApply(T.Cast("uint8"), p)(x).asnumpy() for p in (0.0, 1.0)]
    assert (results[0] == results[1]).all()
    planes = T.ToTensor()(x)
    assert T.RandomRotation((-10, 10), zoom_in=True)(planes).shape == planes.shape
    assert T.RandomRotation((-10, 10), rotate_with_proba=0)(planes) is planes


def test_wrong_arguments_are_an_error():
    x = image(nd)
    for error, text, call in (
        (ValueError, "ordered tuple", lambda: T.RandomRotation((3, 2))),
        (ValueError, "between 0 and 1", lambda: T.RandomRotation((2, 3), rotate_with_proba=2)),
        (TypeError, "src must be float32", lambda: T.Rotate(30)(x)),
        (MXNetError, "normalize: std", lambda: T.Normalize(0, (1, 2))(T.ToTensor()(x))),
        (MXNetError, "crop: x=-1", lambda: T.CropResize(-1, 1, 2, 3)(x)),
        (MXNetError, "must be a HybridBlock", lambda: T.HybridRandomApply(abs)),
    ):
        with pytest.raises(error, match=text):
            call()


def test_training_data_of_images(folder):
    transform = T.Compose([T.RandomFlipLeftRight(), T.ToTensor(), T.Normalize(0.5, 0.5)])
    dataset = V.MNIST(f"{folder}/mnist").transform_first(transform)
    for workers in ({}, {"num_workers": 1}):
        (x, y), *_ = gluon.data.DataLoader(dataset, 3, **workers)
        assert x.shape == (3, 1, 28, 28) and x.dtype == np.float32
        assert y.dtype == np.int32 and y.asnumpy().tolist() == [0, 1, 2]
