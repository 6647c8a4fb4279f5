"""Samplers, datasets, functions that make batches."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from data_cases import BATCHES, DATASETS, SAMPLERS, described

from ndgrad import autograd, nd
from ndgrad.base import MXNetError
from ndgrad.gluon import data as D
from ndgrad.gluon.contrib.data import IntervalSampler
from ndgrad.gluon.data import batchify
from ndgrad.gluon.data.dataloader import default_batchify_fn
from ndgrad.recordio import MXIndexedRecordIO

RECORDED = json.loads((Path(__file__).parent / "mxnet-1.9.1" / "data.json").read_text())
NAMES = {"D": D, "nd": nd, "np": np, "IntervalSampler": IntervalSampler}


@pytest.mark.parametrize("text", SAMPLERS)
def test_samplers_give_the_order_of_mxnet(text):
    np.random.seed(3)  # noqa: NPY002  # the generator that samplers draw from
    sampler = eval(text, NAMES)
    found = [x for _ in range(2) for x in (len(sampler), list(sampler))]
    assert found == RECORDED[text]


@pytest.mark.parametrize("text", DATASETS)
def test_datasets_have_the_elements_of_mxnets(text):
    dataset = eval(text, NAMES)
    found = [dataset[i] for i in range(len(dataset))]
    assert json.loads(json.dumps(found, default=float)) == RECORDED[text]


@pytest.mark.parametrize("text", BATCHES)
def test_batches_are_mxnets(text):
    assert described(default_batchify_fn(eval(text, NAMES))) == RECORDED[text]


def test_elements_that_do_not_stack_are_an_error():
    with pytest.raises(MXNetError, match=r"must have one shape, got \[\(2,\), \(3,\)\]"):
        default_batchify_fn([np.ones(2), np.ones(3)])
    with pytest.raises(TypeError, match="must be numbers or arrays, got <class 'str'>"):
        default_batchify_fn(["x", "y"])
    with pytest.raises(MXNetError, match="stack"):
        default_batchify_fn([nd.ones(2), nd.ones(3)])


def test_a_batch_is_recorded():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = default_batchify_fn([x, x * 2])
    y.backward()
    assert x.grad.asnumpy().tolist() == [3, 3]


def test_wrong_arguments_are_an_error():
    dataset = D.SimpleDataset([1, 2, 3])
    for count, index in ((3, 3), (3, -1), (0, 0)):
        with pytest.raises(MXNetError, match=f"shard: index={index} must be from 0"):
            dataset.shard(count, index)
    with pytest.raises(TypeError, match=r"must be a gluon.data.Sampler, got \[1, 2\]"):
        dataset.sample([1, 2])
    with pytest.raises(MXNetError, match=r"array\[0\] has length 2 while array\[1\] has 1"):
        D.ArrayDataset([1, 2], [1])
    with pytest.raises(MXNetError, match="needs at least 1 array"):
        D.ArrayDataset()
    with pytest.raises(ValueError, match=r"last_batch must be one of .* but got x"):
        len(D.BatchSampler(D.SequentialSampler(3), 2, "x"))
    with pytest.raises(MXNetError, match="interval=3 must be smaller than length=3"):
        IntervalSampler(3, 3)


def test_records_of_a_file(tmp_path):
    writer = MXIndexedRecordIO(str(tmp_path / "a.idx"), str(tmp_path / "a.rec"), "w")
    for key, content in ((5, b"five"), (2, b"two")):
        writer.write_idx(key, content)
    writer.close()
    dataset = D.RecordFileDataset(str(tmp_path / "a.rec"))
    for copy in (dataset, pickle.loads(pickle.dumps(dataset))):
        assert [copy[i] for i in range(len(copy))] == [b"five", b"two"]


def test_batchify_functions():
    ragged = [np.array([1, 2, 3]), np.array([4]), np.array([5, 6])]
    assert batchify.Pad()(ragged).asnumpy().tolist() == [[1, 2, 3], [4, 0, 0], [5, 6, 0]]
    padded, lengths = batchify.Pad(val=-1, ret_length=True, dtype="float32")(ragged)
    assert padded.dtype == np.float32 and padded.asnumpy()[1].tolist() == [4, -1, -1]
    assert lengths.dtype == np.int32 and lengths.asnumpy().tolist() == [3, 1, 2]
    wide = batchify.Pad(axis=1)([nd.ones((2, 1)), nd.ones((2, 3))])
    assert wide.asnumpy()[0].tolist() == [[1, 0, 0], [1, 0, 0]]
    with pytest.raises(MXNetError, match=r"Pad: elements must have the same number of axes"):
        batchify.Pad()([np.ones(2), np.ones((2, 2))])
    assert batchify.Stack()([[1, 2], [3, 4]]).shape == (2, 2)
    assert [x.shape for x in batchify.Append()(ragged)] == [(1, 3), (1, 1), (1, 2)]
    assert [x.shape for x in batchify.Append(expand=False)(ragged)] == [(3,), (1,), (2,)]
    elements = [(np.array([1, 2]), 0, "a"), (np.array([3]), 1, "b")]
    for group in (
        batchify.Group(batchify.Pad(), batchify.Stack(), batchify.AsList()),
        batchify.Group([batchify.Pad(), batchify.Stack(), batchify.AsList()]),
    ):
        x, y, z = group(elements)
        assert x.shape == (2, 2) and y.asnumpy().tolist() == [0, 1] and z == ["a", "b"]
    with pytest.raises(MXNetError, match="Group: elements must have 3 items"):
        group([(1, 2)])
    with pytest.raises(MXNetError, match="Group: fn must be functions"):
        batchify.Group(batchify.Pad(), 3)
