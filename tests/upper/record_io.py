"""Programs of iterators, and the batches of MXNet: ``python tests/upper/record_io.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/io.json``.  The tests run `batches` too.
"""

import json
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "io.json"

X = np.arange(14).reshape(7, 2)
Y = np.arange(7)
FILES = {
    "x.csv": "".join(f"{a},{b}\n" for a, b in X),
    "y.csv": "".join(f"{y}\n" for y in Y),
    "x.libsvm": "1 0:0.5 2:1.5\n0 1:2\n-1\n2 0:3 2:1\n1 0:1\n",
    "y.libsvm": "0 1:1\n0 0:1\n0 0:2 1:3\n0 1:1\n0 0:1\n",
}

PROGRAMS = {
    "pad": "NDArrayIter(X, Y, 3)",
    "discard": "NDArrayIter(X, Y, 3, last_batch_handle='discard')",
    "roll-over": "NDArrayIter(X, Y, 3, last_batch_handle='roll_over')",
    "shuffled": "NDArrayIter(X, Y, 3, shuffle=True)",
    "shuffled-roll-over": "NDArrayIter(X, Y, 3, True, 'roll_over')",
    "large-batch": "NDArrayIter(X, Y, 17)",
    "dict": "NDArrayIter({'b': X, 'a': X.astype('float16')}, {'y': Y}, 4)",
    "lists": "NDArrayIter([X] * 11, [Y, Y], 4, layout='NC')",
    "no-label": "NDArrayIter(X, batch_size=4, data_name='x')",
    "resized": "ResizeIter(NDArrayIter(X, Y, 3), 5)",
    "resized-going-on": "ResizeIter(NDArrayIter(X, Y, 3), 2, reset_internal=False)",
    "prefetched": "PrefetchingIter(NDArrayIter(X, Y, 3))",
    "prefetched-pair": """PrefetchingIter(
        [NDArrayIter(X, Y, 3), NDArrayIter(X + 1, Y, 3)],
        [{'data': 'a'}, {'data': 'b'}], [{'softmax_label': 'p'}, {'softmax_label': 'q'}])""",
    "csv": "CSVIter(data_csv='x.csv', data_shape=(2,), label_csv='y.csv', batch_size=3)",
    "csv-no-label": "CSVIter(data_csv='x.csv', data_shape=(2, 1), batch_size=3, dtype='int32')",
    "csv-not-round": """CSVIter(
        data_csv='x.csv', data_shape=(2,), label_csv='y.csv', batch_size=3, round_batch=False)""",
    "libsvm": "LibSVMIter(data_libsvm='x.libsvm', data_shape=(3,), batch_size=2)",
    "libsvm-labels": """LibSVMIter(
        data_libsvm='x.libsvm', data_shape=(3,), label_libsvm='y.libsvm', label_shape=(2,),
        batch_size=2)""",
}


def batches(mx, program):
    """What an iterator describes, and its batches in three epochs; in the folder of `FILES`."""
    np.random.seed(1)  # noqa: NPY002
    it = eval(PROGRAMS[program], {"X": X, "Y": Y, **vars(mx.io)})
    described = [
        [desc.name, list(desc.shape), np.dtype(desc.dtype).name, desc.layout]
        for desc in it.provide_data + it.provide_label
    ]
    found = [it.batch_size, described]
    for _ in range(3):
        found.append([shown(batch) for batch in it])
        it.reset()
    return found


def shown(batch):
    """A batch as lists."""
    arrays = [
        [(x.stype, np.dtype(x.dtype).name, x.asnumpy().tolist()) for x in part]
        for part in (batch.data, batch.label)
    ]
    index = batch.index if batch.index is None else [int(i) for i in batch.index]
    return [*arrays, batch.pad, index]


def write_files(folder):
    """Write `FILES`."""
    for name, text in FILES.items():
        (Path(folder) / name).write_text(text)


if __name__ == "__main__":
    import os
    import tempfile

    import mxnet

    with tempfile.TemporaryDirectory() as folder:
        write_files(folder)
        os.chdir(folder)
        recorded = {program: batches(mxnet, program) for program in PROGRAMS}
        RECORDED.write_text(json.dumps(recorded) + "\n")
