"""Record MXNet's transforms and datasets of images: ``python tests/upper/record.py vision``."""

import os
import tempfile
from pathlib import Path

from mxnet import nd
from mxnet.gluon.data import vision as V
from mxnet.gluon.data.vision import datasets
from mxnet.gluon.data.vision import transforms as T
from recording import write_lines
from vision_cases import DATASETS, TRANSFORMS, element, transformed, write_files

HERE = Path(__file__).parent

# The files are small ones of our own.
datasets.download = lambda url, path, sha1_hash=None: os.path.join(path, os.path.basename(url))
datasets.check_sha1 = lambda name, sha1: True

recorded = {text: transformed(text, T, nd) for text in TRANSFORMS}
with tempfile.TemporaryDirectory() as folder:
    write_files(Path(folder))
    names = {"FOLDER": folder + "/", "IMAGES": str(HERE / "images") + "/"}
    for text in DATASETS:
        recorded[text] = element(text, V, names)
write_lines("vision", recorded)
