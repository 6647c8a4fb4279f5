"""Transforms and datasets of images that MXNet and ndgrad evaluate."""

import gzip
import random
import struct

import numpy as np

TRANSFORMS = """
T.Cast('float16')
T.ToTensor()
T.Compose([T.ToTensor(), T.Normalize(0.5, (0.1, 0.2, 0.3))])
T.Compose([T.ToTensor(), T.Normalize((0.1, 0.2, 0.3), 2)])
T.Compose([T.Resize(4), T.ToTensor(), lambda x: x * 2])
T.Resize(3)
T.Resize(3, True)
T.Resize((3, 4), interpolation=2)
T.CenterCrop(3)
T.CenterCrop((3, 4))
T.CropResize(1, 1, 2, 3)
T.CropResize(1, 1, 2, 3, size=(5, 4), interpolation=1)
T.RandomResizedCrop(3)
T.RandomResizedCrop((4, 2), scale=(0.3, 0.9), ratio=(0.5, 2.0), interpolation=2)
T.Compose([T.ToTensor(), T.Rotate(30)])
T.Compose([T.ToTensor(), T.Rotate(30, zoom_in=True)])
T.RandomApply(T.Cast('float32'), 1.0)
T.RandomBrightness(0)
T.RandomContrast(0)
T.RandomSaturation(0)
T.RandomLighting(0)
""".strip().split("\n")

DATASETS = """
V.MNIST(FOLDER + 'mnist')
V.MNIST(FOLDER + 'mnist', train=False, transform=lambda x, y: (x.sum(), y))
V.FashionMNIST(FOLDER + 'mnist', train=False)
V.CIFAR10(FOLDER + 'cifar')
V.CIFAR10(FOLDER + 'cifar', train=False)
V.CIFAR100(FOLDER + 'cifar100')
V.CIFAR100(FOLDER + 'cifar100', fine_label=True)
V.CIFAR100(FOLDER + 'cifar100', train=False)
V.ImageFolderDataset(IMAGES + 'folder')
V.ImageFolderDataset(IMAGES + 'folder', flag=0, transform=lambda x, y: (x.shape, y))
V.ImageRecordDataset(IMAGES + 'images.rec')
""".strip().split("\n")


def image(nd):
    return nd.array(np.random.RandomState(0).randint(0, 256, (6, 5, 3)), dtype="uint8")


def write_files(folder):
    """Small files in the formats of MNIST and CIFAR."""
    for name in ("mnist", "cifar", "cifar100"):
        (folder / name).mkdir()
    for part, n in (("train", 3), ("t10k", 2)):
        pixels = (np.arange(n * 784) * 7 % 251).astype(np.uint8).tobytes()
        for name, content in (
            ("images-idx3", struct.pack(">IIII", 2051, n, 28, 28) + pixels),
            ("labels-idx1", struct.pack(">II", 2049, n) + bytes(range(n))),
        ):
            with gzip.open(folder / "mnist" / f"{part}-{name}-ubyte.gz", "wb") as file:
                file.write(content)
    pixels = (np.arange(3072) * 5 % 241).astype(np.uint8).tobytes()
    for i in range(1, 6):
        content = b"".join(bytes([j]) + pixels for j in range(2))
        (folder / "cifar" / f"data_batch_{i}.bin").write_bytes(content)
    (folder / "cifar" / "test_batch.bin").write_bytes(bytes([7]) + pixels)
    (folder / "cifar100" / "train.bin").write_bytes(bytes([1, 51]) + pixels)
    (folder / "cifar100" / "test.bin").write_bytes(bytes([7, 57]) + pixels)


def transformed(text, T, nd):
    random.seed(5)
    return described(eval(text, {"T": T})(image(nd)))


def element(text, V, names):
    """A dataset's length, and its last element; of an image only its shape and some elements."""
    dataset = eval(text, {"V": V, **names})
    return [len(dataset), described(dataset[len(dataset) - 1])]


def described(value):
    if isinstance(value, (list, tuple)):
        return [described(x) for x in value]
    if hasattr(value, "asnumpy"):
        value = value.asnumpy()
    if isinstance(value, np.ndarray):
        part = np.round(value.ravel()[:60].astype("float64"), 5).tolist()
        return [str(value.dtype), list(value.shape), part]
    return [type(value).__name__, value.item() if isinstance(value, np.generic) else value]
