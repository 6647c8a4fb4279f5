"""Texts to learn languages from, in sequences of one length: WikiText.

MXNet has them as ``mx.gluon.contrib.data.text``.
"""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ... import nd
from ..._private import get_repo_file_url
from ...base import MXNetError, data_dir, public_names
from ...gluon.data.dataset import _DownloadedDataset
from ...gluon.utils import download
from .utils import count_tokens_from_str
from .vocab import Vocabulary

if TYPE_CHECKING:
    from ...nd import NDArray

__all__ = ["WikiText2", "WikiText103"]
__dir__ = public_names(globals())

_END = "<eos>"


class _WikiText(_DownloadedDataset):
    """Sequences of indices of tokens, and the same one token later."""

    _name: ClassVar[str]
    _archive: ClassVar[str]

    def __init__(self, root: str, segment: str, vocab: Vocabulary | None, seq_len: int) -> None:
        if segment not in ("train", "validation", "test"):
            raise MXNetError(
                f"{type(self).__name__}: segment={segment!r}, expected 'train', 'validation' or "
                "'test'"
            )
        self._segment, self._seq_len = segment, seq_len
        self._vocabulary = vocab
        self._frequencies: Counter[str] = Counter()
        super().__init__(root, None)

    @property
    def vocabulary(self) -> Vocabulary:
        """The given vocabulary, or the one made of the text, with its tokens."""
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(counter=self._frequencies, reserved_tokens=[_END])
        return self._vocabulary

    @property
    def frequencies(self) -> Counter[str]:
        """How often each token occurs."""
        return self._frequencies

    def _get_data(self) -> None:
        with open(self._file(), encoding="utf8") as file:
            text = file.read()
        self._frequencies = count_tokens_from_str(text)
        lines = [line.split() for line in text.splitlines()]
        tokens = [token for line in lines if line for token in [*line, _END]]
        indices = np.array(self.vocabulary.to_indices(tokens), np.int32)
        count = (len(indices) - 1) // self._seq_len * self._seq_len
        if count <= 0:
            raise MXNetError(
                f"{type(self).__name__}: the text has {len(indices)} tokens, seq_len="
                f"{self._seq_len} needs {self._seq_len + 1}"
            )
        self._data: NDArray = nd.array(indices[:count].reshape(-1, self._seq_len), dtype=np.int32)
        self._label: NDArray = nd.array(
            indices[1 : count + 1].reshape(-1, self._seq_len), dtype=np.int32
        )

    def _file(self) -> str:
        """The path of the text, which is fetched and unpacked if it is not there."""
        name = {"train": "train", "validation": "valid", "test": "test"}[self._segment]
        path = os.path.join(self._root, f"wiki.{name}.tokens")
        if not os.path.exists(path):
            address = get_repo_file_url(f"gluon/dataset/{self._name}", self._archive)
            archive = download(address, path=self._root, retries=0)
            with zipfile.ZipFile(archive) as packed:
                for member in packed.namelist():
                    file = os.path.basename(member)
                    if file.endswith(".tokens"):
                        with open(os.path.join(self._root, file), "wb") as target:
                            target.write(packed.read(member))
        return path


class WikiText2(_WikiText):
    """Two million words of Wikipedia, as sequences to predict the next word in.

    Elements are indices of *seq_len* tokens, int32, and those of the tokens that follow each.

    Parameters
    ----------
    root : str
        The folder of ``wiki.train.tokens``, ``wiki.valid.tokens`` and ``wiki.test.tokens``.
    segment : {'train', 'validation', 'test'}
    vocab : Vocabulary, optional
        By default made of the tokens of the text.
    seq_len : int
        The length of a sequence, wherever sentences end; each ends with ``<eos>``.

    Raises
    ------
    MXNetError
        If the text is shorter than a sequence, or cannot be fetched.
    """

    _name, _archive = "wikitext-2", "wikitext-2-v1.zip"

    def __init__(
        self,
        root: str = os.path.join(data_dir(), "datasets", "wikitext-2"),
        segment: str = "train",
        vocab: Vocabulary | None = None,
        seq_len: int = 35,
    ) -> None:
        super().__init__(root, segment, vocab, seq_len)


class WikiText103(_WikiText):
    """A hundred million words of Wikipedia; see `WikiText2`."""

    _name, _archive = "wikitext-103", "wikitext-103-v1.zip"

    def __init__(
        self,
        root: str = os.path.join(data_dir(), "datasets", "wikitext-103"),
        segment: str = "train",
        vocab: Vocabulary | None = None,
        seq_len: int = 35,
    ) -> None:
        super().__init__(root, segment, vocab, seq_len)
