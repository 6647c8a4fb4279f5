"""Iterators over batches, as recorded from MXNet; files of other formats; errors."""

import json
import struct

import numpy as np
import pytest
from record_io import PROGRAMS, RECORDED, X, Y, batches, write_files

import ndgrad as mx
from ndgrad import MXNetError, nd
from ndgrad.io import DataBatch, DataDesc, NDArrayIter

RECORDS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("program", PROGRAMS)
def test_batches_are_those_of_mxnet(program, tmp_path, monkeypatch):
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert json.loads(json.dumps(batches(mx, program))) == RECORDS[program]


def test_descriptions():
    desc = DataDesc("x", (2, 3), "float16", "NC")
    assert desc == ("x", (2, 3)) and repr(desc) == "DataDesc[x,(2, 3),float16,NC]"
    assert [DataDesc.get_batch_axis(layout) for layout in ("TNC", None, "HW")] == [1, 0, -1]
    (first, second) = DataDesc.get_list([("a", (1,)), ("b", (2,))], [("a", "int32"), ("b", "int8")])
    assert (first.dtype, second.name, second.dtype) == ("int32", "b", "int8")
    assert DataDesc.get_list([("a", (1,))], None)[0].dtype is np.float32


def test_batch():
    batch = DataBatch([nd.zeros((2, 3))], [nd.zeros(2)])
    assert str(batch) == "DataBatch: data shapes: [(2, 3)] label shapes: [(2,)]"
    assert str(DataBatch([nd.zeros(2)])) == "DataBatch: data shapes: [(2,)] label shapes: None"
    with pytest.raises(AssertionError, match="label must be a list of NDArrays, got NDArray"):
        DataBatch([nd.zeros(2)], nd.zeros(2))


def test_step_by_step():
    it = NDArrayIter(X, Y, 3)
    labels = []
    while it.iter_next():
        labels.append((it.getlabel()[0].asnumpy().tolist(), it.getpad(), it.getindex()))
    assert labels == [([0, 1, 2], 0, None), ([3, 4, 5], 0, None), ([6, 0, 1], 2, None)]
    with pytest.raises(AssertionError, match="needs reset"):
        it.getdata()
    with pytest.raises(StopIteration):
        it.next()


def test_an_iterator_of_users_needs_no_labels():
    class Noise(mx.io.DataIter):
        def iter_next(self):
            return True

        def getdata(self):
            return [nd.ones(2)]

    batch = Noise(2).next()
    assert (len(batch.data), batch.label, batch.pad, batch.index) == (1, None, None, None)


def test_hard_reset_forgets_what_is_left():
    it = NDArrayIter(X, Y, 3, last_batch_handle="roll_over")
    assert len(list(it)) == 2
    it.hard_reset()
    assert next(it).label[0].asnumpy().tolist() == [0, 1, 2]


def test_batches_are_copies():
    it = NDArrayIter(X, Y, 3)
    next(it).data[0][:] = -1
    it.reset()
    assert next(it).data[0].asnumpy().tolist() == X[:3].tolist()


def test_examples_along_another_axis():
    data = np.arange(24).reshape(2, 4, 3)
    it = NDArrayIter(data, np.arange(4), 3, layout="TNC")
    assert it.provide_data == [("data", (2, 3, 3))] and it.provide_label[0].shape == (3,)
    assert [batch.data[0].asnumpy().tolist() for batch in it] == [
        data[:, :3].tolist(),
        data[:, [3, 0, 1]].tolist(),
    ]


@pytest.mark.parametrize("shuffle", [False, True])
def test_sparse_arrays(shuffle):
    it = NDArrayIter(nd.array(X).tostype("csr"), Y, 3, shuffle=shuffle)
    for batch in it:
        assert batch.data[0].stype == "csr"
        assert (batch.data[0].asnumpy()[:, 1] == 2 * batch.label[0].asnumpy() + 1).all()


def test_errors_of_a_thread_that_prefetches_are_raised():
    class Failing(NDArrayIter):
        def next(self):
            if self.cursor >= 0:
                raise OSError("the disk is gone")
            return super().next()

    it = mx.io.PrefetchingIter(Failing(X, Y, 3))
    next(it)
    with pytest.raises(OSError, match="the disk is gone"):
        next(it)


def test_prefetching_iterators_of_different_lengths():
    it = mx.io.PrefetchingIter([NDArrayIter(X, Y, 3), NDArrayIter(X[:3], Y, 3)])
    next(it)
    with pytest.raises(AssertionError, match="iterator 1 ended before the others"):
        next(it)


def write_mnist(folder, images, labels):
    """Write images and labels as MNIST's files."""
    for name, array in (("images", images), ("labels", labels)):
        head = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
        (folder / name).write_bytes(head + array.tobytes())
    return {"image": str(folder / "images"), "label": str(folder / "labels")}


def test_mnist(tmp_path):
    images = np.random.RandomState(0).randint(0, 256, (7, 2, 3)).astype("uint8")
    files = write_mnist(tmp_path, images, np.arange(7, dtype="uint8"))
    it = mx.io.MNISTIter(**files, batch_size=3, shuffle=False)
    assert it.provide_data == [("data", (3, 1, 2, 3))]
    found = [(batch.data[0].asnumpy(), batch.label[0].asnumpy().tolist()) for batch in it]
    assert [label for _, label in found] == [[0, 1, 2], [3, 4, 5]]
    np.testing.assert_array_equal(found[0][0], images[:3, None] / np.float32(256))
    it.reset()
    assert len(list(it)) == 2
    flat = next(mx.io.MNISTIter(**files, batch_size=7, flat=True, seed=3))
    assert sorted(flat.label[0].asnumpy()) == list(range(7))
    order = flat.label[0].asnumpy().astype(int)
    np.testing.assert_array_equal(flat.data[0].asnumpy() * 256, images.reshape(7, 6)[order])
    part = next(mx.io.MNISTIter(**files, batch_size=2, shuffle=False, num_parts=3, part_index=1))
    assert part.label[0].asnumpy().tolist() == [2, 3]


def test_libsvm_in_parts(tmp_path):
    write_files(tmp_path)
    data = str(tmp_path / "x.libsvm")
    labels = []
    for index in range(2):
        it = mx.io.LibSVMIter(data, (3,), batch_size=1, num_parts=2, part_index=index)
        labels.append([batch.label[0].asscalar() for batch in it])
    assert labels == [[1, 0], [-1, 2, 1]]


def test_what_is_written_to_the_arrays_of_an_iterator_comes_next():
    it = mx.io.NDArrayIter({"data": np.ones((4, 2))}, {"label": np.zeros((4, 3))}, batch_size=2)
    assert [x.shape for x in it.data_list] == [(4, 2), (4, 3)]
    it.data_list[1][:] = np.arange(12).reshape(4, 3)
    next(it)
    assert next(it).label[0].asnumpy().tolist() == [[6, 7, 8], [9, 10, 11]]


@pytest.mark.parametrize(
    ("program", "error", "text"),
    [
        ("NDArrayIter('abc')", TypeError, "data must be an NDArray, .* got str"),
        ("NDArrayIter({'a': 'b'})", TypeError, "a must be an NDArray .* got str"),
        ("NDArrayIter([])", AssertionError, "data is empty"),
        ("NDArrayIter(X, Y[:6])", ValueError, "softmax_label has 6 examples, data has 7"),
        ("CSVIter('none.csv', (2,))", MXNetError, "cannot read fname='none.csv'"),
        ("CSVIter('x.csv', (3,))", MXNetError, r"have 2 numbers; shape \(3,\)"),
        ("CSVIter('x.libsvm', (3,))", MXNetError, "x.libsvm is not in CSV format"),
        ("CSVIter('x.csv', (2,), 'x.libsvm')", MXNetError, "x.libsvm is not in CSV format"),
        ("CSVIter('x.csv', (2,), dtype='float64')", MXNetError, "dtype=float64 is not float32,"),
        ("LibSVMIter('x.libsvm', (2,))", MXNetError, r"row 1 .* indices \[0, 2\]; .* length 2"),
        ("LibSVMIter('x.csv', (2,))", MXNetError, "row 1 of x.csv is not in LibSVM format"),
        ("LibSVMIter('x.libsvm', (3,), num_parts=2, part_index=2)", MXNetError, "part_index=2"),
        ("MNISTIter('x.csv', 'y.csv')", MXNetError, "x.csv is not an unpacked file of MNIST"),
        ("PrefetchingIter([])", AssertionError, "iters is empty"),
    ],
)
def test_errors(program, error, text, tmp_path, monkeypatch):
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=text):
        eval(program, {"X": X, "Y": Y, **vars(mx.io)})
