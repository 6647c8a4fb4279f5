"""Calls of `mx.image` that MXNet and ndgrad evaluate, each with the same seeds."""

import random

import numpy as np

FILES = ("rgb.png", "rgba.png", "pal.png", "grey.png", "la.png", "g16.png", "rgb.bmp")
PHOTOS = ("rgb.jpg", "grey.jpg", "exif.jpg")  # decoders may differ by a little

CALLS = """
image.imresize(bytes_, 2, 3)
image.imresize(bytes_, 7, 9, 2)
image.imresize(floats, 3, 7, interp=1)
image.resize_short(bytes_, 3)
image.resize_short(bytes_, 7, interp=9)
image.resize_short(bytes_, 3, interp=9)
image.fixed_crop(bytes_, 1, 1, 2, 2)
image.fixed_crop(bytes_, 1, 1, 9, 9)
image.fixed_crop(bytes_, 1, 1, 2, 2, size=(4, 4))
image.center_crop(bytes_, (2, 3))
image.center_crop(bytes_, (8, 3))
image.random_crop(bytes_, (2, 3))
image.random_crop(bytes_, (20, 30))
image.random_size_crop(bytes_, (3, 3), (0.1, 1), (0.75, 1.33))
image.random_size_crop(bytes_, (3, 3), 0.5, (0.75, 1.33))
image.random_size_crop(bytes_, (3, 3), (9.0, 10.0), (0.75, 1.33))
image.color_normalize(floats, nd.array([1, 2, 3]), nd.array([1, 2, 4]))
image.color_normalize(floats, None, nd.array([1, 2, 4]))
image.copyMakeBorder(bytes_, 1, 2, 2, 1, type=0, value=7)
image.copyMakeBorder(bytes_, 1, 2, 2, 1, type=1)
image.copyMakeBorder(bytes_, 1, 2, 2, 1, type=2)
image.copyMakeBorder(bytes_, 1, 2, 2, 1, type=3)
image.copyMakeBorder(bytes_, 1, 2, 2, 1, type=4)
image.copyMakeBorder(floats, 1, 0, 0, 0, 0, values=(1.5, 2, 3))
image.copyMakeBorder(bytes_, 1, 0, 0, 1, 0, values=9)
image.copyMakeBorder(bytes_, 1, 0, 0, 1, 0, values=(1, 2))
image.copyMakeBorder(bytes_, 1, 0, 0, 1, 0, values=(1, 2, 3, 4))
image.imrotate(planes, 0)
image.imrotate(planes, 90)
image.imrotate(planes, 30.0)
image.imrotate(planes, -45, zoom_in=True)
image.imrotate(planes, 90, zoom_in=True)
image.imrotate(planes, 30.0, zoom_out=True)
image.imrotate(nd.stack(planes, planes), nd.array([30, 60]), zoom_out=True)
image.ResizeAug(3)(bytes_)
image.ForceResizeAug((3, 3), 9)(bytes_)
image.RandomCropAug((2, 3))(bytes_)
image.RandomSizedCropAug((3, 3), 0.3, (0.75, 1.33))(bytes_)
image.CenterCropAug((3, 3))(bytes_)
image.RandomOrderAug([image.BrightnessJitterAug(0.3), image.CastAug()])(floats)
image.BrightnessJitterAug(0.3)(floats)
image.ContrastJitterAug(0.3)(floats)
image.SaturationJitterAug(0.3)(floats)
image.HueJitterAug(0.3)(floats)
image.ColorJitterAug(0.1, 0.2, 0.3)(floats)
image.LightingAug(0.1, np.array([55.46, 4.794, 1.148]), np.eye(3))(floats)
image.ColorNormalizeAug(nd.array([1, 2, 3]), nd.array([1, 2, 4]))(floats)
image.RandomGrayAug(1)(floats)
image.HorizontalFlipAug(1)(floats)
image.CastAug()(bytes_)
image.SequentialAug([image.CastAug(), image.HorizontalFlipAug(1)])(bytes_)
image.DetHorizontalFlipAug(1)(floats, objects.copy())
image.DetBorrowAug(image.CastAug())(bytes_, objects.copy())
""".strip().split("\n")

DUMPS = """
image.CreateAugmenter((3, 8, 8))
image.CreateAugmenter((3, 8, 8), resize=9, rand_crop=True, rand_resize=True, rand_mirror=True, \
mean=True, std=True, brightness=.1, contrast=.1, saturation=.1, hue=.1, pca_noise=.1, rand_gray=.1)
image.CreateAugmenter((3, 8, 8), rand_crop=True, mean=np.array([1, 2, 3]), inter_method=9)
image.CreateDetAugmenter((3, 8, 8))
image.CreateDetAugmenter((3, 8, 8), resize=9, rand_crop=.5, rand_pad=.5, rand_gray=.2, \
rand_mirror=True, brightness=.1, contrast=.1, saturation=.1, hue=.1, pca_noise=.1)
[image.CreateMultiRandCropAugmenter([0.1, 0.5], area_range=[(0.1, 1), (0.5, 1)], skip_prob=0.5)]
""".strip().split("\n")

ITERATORS = """
path_imgrec=FOLDER + 'images.rec', path_imgidx=FOLDER + 'images.idx'
path_imgrec=FOLDER + 'images.rec'
path_imgrec=FOLDER + 'images.rec', path_imgidx=FOLDER + 'images.idx', shuffle=True
path_imgrec=FOLDER + 'images.rec', path_imgidx=FOLDER + 'images.idx', num_parts=2, part_index=1
path_imgrec=FOLDER + 'images.rec', path_imgidx=FOLDER + 'images.idx', rand_crop=True, mean=True
path_imglist=FOLDER + 'images.lst', path_root=FOLDER + 'folder'
imglist=[[[i, 7], f"{'ab'[i % 2]}/{i}.png"] for i in range(5)], label_width=2, \
path_root=FOLDER + 'folder'
""".strip().split("\n")


def names(mx, folder=""):
    """What the expressions refer to."""
    draw = np.random.RandomState(0)
    return {
        "FOLDER": folder,
        "image": mx.image,
        "nd": mx.nd,
        "np": np,
        "bytes_": mx.nd.array(draw.randint(0, 256, (5, 4, 3)), dtype="uint8"),
        "floats": mx.nd.array(draw.uniform(0, 255, (4, 3, 3))),
        "planes": mx.nd.array(draw.uniform(0, 1, (2, 4, 5))),
        "objects": np.array([[0, 0.1, 0.2, 0.5, 0.6], [1, 0.3, 0.3, 0.9, 0.8]]),
    }


def described(value):
    """Arrays as dtype and elements, rounded."""
    if isinstance(value, (list, tuple)):
        return [described(x) for x in value]
    if hasattr(value, "asnumpy"):
        value = value.asnumpy()
    if isinstance(value, np.ndarray):
        return [str(value.dtype), np.round(value.astype("float64"), 4).tolist()]
    return value


def evaluated(text, mx):
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    return described(eval(text, names(mx)))  # new arrays: MXNet writes to some


def batches(text, handling, names):
    """Labels, pads, and sums of the data of three epochs."""
    random.seed(5)
    iterator = eval(f"image.ImageIter(2, (3, 8, 8), last_batch_handle={handling!r}, {text})", names)
    epochs = []
    for _ in range(3):
        epochs.append(
            [
                [
                    batch.label[0].asnumpy().tolist(),
                    batch.pad,
                    described(batch.data[0].sum(axis=(2, 3))),
                ]
                for batch in iterator
            ]
        )
        iterator.reset()
    return epochs
