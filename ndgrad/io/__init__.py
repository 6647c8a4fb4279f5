"""`ndgrad.io`: iterators over batches, of arrays in memory and in files."""

from ..base import public_names
from .arrays import NDArrayIter
from .batches import DataBatch, DataDesc, DataIter
from .detection_record import ImageDetRecordIter
from .files import CSVIter, LibSVMIter, MNISTIter, MXDataIter
from .image_record import (
    ImageRecordInt8Iter,
    ImageRecordIter,
    ImageRecordIter_v1,
    ImageRecordUInt8Iter,
    ImageRecordUInt8Iter_v1,
)
from .wrappers import PrefetchingIter, ResizeIter

__all__ = [
    "CSVIter",
    "DataBatch",
    "DataDesc",
    "DataIter",
    "ImageDetRecordIter",
    "ImageRecordInt8Iter",
    "ImageRecordIter",
    "ImageRecordIter_v1",
    "ImageRecordUInt8Iter",
    "ImageRecordUInt8Iter_v1",
    "LibSVMIter",
    "MNISTIter",
    "MXDataIter",
    "NDArrayIter",
    "PrefetchingIter",
    "ResizeIter",
]
__dir__ = public_names(globals())
