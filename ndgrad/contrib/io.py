"""A data loader of Gluon as an iterator for modules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..array.ndarray import NDArray
from ..base import DTypeLike, public_names
from ..io import DataDesc, DataIter
from ..nd import zeros

if TYPE_CHECKING:
    from ..typing import MaybeNone

__all__ = ["DataLoaderIter"]
__dir__ = public_names(globals())


class DataLoaderIter(DataIter):
    """An iterator over the batches of a `gluon.data.DataLoader` of data and labels.

    Parameters
    ----------
    loader : gluon.data.DataLoader
    data_name, label_name : str
    dtype : str or type
        Of the batches.

    Attributes
    ----------
    provide_data, provide_label : list of DataDesc
        As the first batch is; a last one that is smaller is filled up with zeros (`getpad`).
    """

    def __init__(
        self,
        loader: Iterable[Sequence[NDArray]],
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        self._loader, self.dtype = loader, dtype
        self._batches = iter(loader)
        data, label = next(self._batches)
        self.batch_size = data.shape[0]
        self.provide_data = [DataDesc(data_name, data.shape, dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, dtype)]
        self._current: Sequence[NDArray] | MaybeNone = None
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._batches = iter(self._loader)

    def iter_next(self) -> bool:
        """Go to the next batch; returns whether there is one."""
        self._current = next(self._batches, None)
        return self._current is not None

    def _filled(self, i: int) -> list[NDArray]:
        part = self._current[i].astype(self.dtype)
        if not self.getpad():
            return [part]
        whole = zeros((self.batch_size, *part.shape[1:]), dtype=self.dtype)
        whole[: part.shape[0]] = part
        return [whole]

    def getdata(self) -> list[NDArray]:
        """Return the data of the batch."""
        return self._filled(0)

    def getlabel(self) -> list[NDArray]:
        """Return the labels of the batch."""
        return self._filled(1)

    def getpad(self) -> int:
        """Return how many examples at the end of the batch are none."""
        return int(self.batch_size - self._current[0].shape[0])

    def getindex(self) -> None:
        """Return None: examples have no numbers here."""
