"""Sentences as numbers, in batches of the same length."""

from __future__ import annotations

import bisect
import logging
import random
from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np

from .. import nd
from ..base import DTypeLike, HostArray
from ..io import DataBatch, DataDesc, DataIter

Vocabulary: TypeAlias = dict[Any, int]
"""The numbers of words, which are strings or other hashable objects."""


def encode_sentences(
    sentences: Sequence[Sequence[Hashable]],
    vocab: Vocabulary | None = None,
    invalid_label: int = -1,
    invalid_key: Hashable = "\n",
    start_label: int = 0,
    unknown_token: Hashable | None = None,
) -> tuple[list[list[int]], Vocabulary]:
    """Sentences of words as sentences of numbers.

    Parameters
    ----------
    sentences : list of list of str
    vocab : dict of str to int, optional
        The numbers of all words; otherwise they are numbered as they come.
    invalid_label : int
        A number that no word gets.
    invalid_key : str
        What the vocabulary calls it.
    start_label : int
        The number of the first word.
    unknown_token : str, optional
        What words that *vocab* does not have are taken for.

    Returns
    -------
    sentences : list of list of int
    vocab : dict of str to int

    Raises
    ------
    AssertionError
        If *vocab* does not have a word, and *unknown_token* is not given.
    """
    numbers = {invalid_key: invalid_label} if vocab is None else vocab
    following = start_label if vocab is None else max(vocab.values(), default=-1) + 1
    found = []
    for sentence in sentences:
        coded = []
        for word in sentence:
            if word not in numbers:
                if vocab is not None:
                    if unknown_token is None:
                        raise AssertionError(f"Unknown token {word}")
                    word = unknown_token
                if word not in numbers:
                    following += following == invalid_label
                    numbers[word] = following
                    following += 1
            coded.append(numbers[word])
        found.append(coded)
    return found, numbers


class BucketSentenceIter(DataIter):
    """Batches of sentences, each of which is filled up to the length of its bucket.

    Labels are the words that follow.  Sentences and batches are shuffled for each epoch, by
    ``random`` and ``numpy.random``.

    Parameters
    ----------
    sentences : list of list of int
    batch_size : int
    buckets : list of int, optional
        Lengths; by default those of *batch_size* sentences or more.  Longer sentences are left out,
        and so are buckets without a sentence.
    invalid_label : int
        What sentences are filled with.
    data_name, label_name : str
    dtype : dtype
    layout : {'NT', 'TN'}
        The axes of a batch.
    """

    def __init__(
        self,
        sentences: Sequence[Sequence[int]],
        batch_size: int,
        buckets: Sequence[int] | None = None,
        invalid_label: int = -1,
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: DTypeLike = "float32",
        layout: str = "NT",
    ) -> None:
        super().__init__(batch_size)
        self.major_axis = layout.find("N")
        if self.major_axis not in (0, 1):
            raise ValueError(
                f"Invalid layout {layout}: must be NT (batch major) or TN (time major)"
            )
        if not buckets:
            counts = np.bincount([len(sentence) for sentence in sentences])
            buckets = [length for length, count in enumerate(counts) if count >= batch_size]
        if not buckets:
            raise ValueError(
                f"BucketSentenceIter: no length occurs {batch_size} times; pass buckets"
            )
        lengths = sorted(buckets)
        rows: list[list[HostArray]] = [[] for _ in lengths]
        discarded = 0
        for sentence in sentences:
            bucket = bisect.bisect_left(lengths, len(sentence))
            if bucket == len(lengths):
                discarded += 1
                continue
            row = np.full(lengths[bucket], invalid_label, dtype)
            row[: len(sentence)] = sentence
            rows[bucket].append(row)
        if discarded:
            logging.warning("discarded %d sentences longer than the largest bucket.", discarded)
        if not any(rows):
            raise ValueError(f"BucketSentenceIter: no sentence fits a bucket of {lengths}")
        self.buckets = [length for length, x in zip(lengths, rows, strict=True) if x]
        self.data = [np.asarray(x, dtype) for x in rows if x]
        self.invalid_label = invalid_label
        self.data_name, self.label_name = data_name, label_name
        self.dtype = dtype
        self.layout = layout
        self.default_bucket_key = max(self.buckets)
        self.provide_data = [self._described(data_name, self.default_bucket_key)]
        self.provide_label = [self._described(label_name, self.default_bucket_key)]
        self.idx = [
            (i, start)
            for i, x in enumerate(self.data)
            for start in range(0, len(x) - batch_size + 1, batch_size)
        ]
        self.reset()

    def _described(self, name: str, length: int) -> DataDesc:
        shape = (self.batch_size, length) if self.major_axis == 0 else (length, self.batch_size)
        return DataDesc(name, shape, layout=self.layout)

    def reset(self) -> None:
        self.curr_idx = 0
        random.shuffle(self.idx)
        self.nddata: list[nd.NDArray] = []
        self.ndlabel: list[nd.NDArray] = []
        for x in self.data:
            np.random.shuffle(x)  # noqa: NPY002  # the order that a seeded program expects
            label = np.full_like(x, self.invalid_label)
            label[:, :-1] = x[:, 1:]
            self.nddata.append(nd.array(x, dtype=self.dtype))
            self.ndlabel.append(nd.array(label, dtype=self.dtype))

    def next(self) -> DataBatch:
        if self.curr_idx == len(self.idx):
            raise StopIteration
        i, start = self.idx[self.curr_idx]
        self.curr_idx += 1
        rows = slice(start, start + self.batch_size)
        data, label = self.nddata[i][rows], self.ndlabel[i][rows]
        if self.major_axis == 1:
            data, label = data.T, label.T
        length = self.buckets[i]
        return DataBatch(
            [data],
            [label],
            pad=0,
            bucket_key=length,
            provide_data=[self._described(self.data_name, length)],
            provide_label=[self._described(self.label_name, length)],
        )
