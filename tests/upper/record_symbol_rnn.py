"""Recurrent networks of symbols, and what MXNet gives: ``python tests/upper/record_symbol_rnn.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/symbol_rnn.json``.  The tests run the functions too.
"""

import json
import random
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "symbol_rnn.json"

CELLS = {
    "rnn": "rnn.RNNCell(3, activation='relu', prefix='r_')",
    "lstm": "rnn.LSTMCell(3, prefix='l_', forget_bias=2.0)",
    "gru": "rnn.GRUCell(3, prefix='g_')",
    "fused-lstm": "rnn.FusedRNNCell(3, 2, 'lstm', True, get_next_state=True, prefix='f_')",
    "fused-gru": "rnn.FusedRNNCell(3, 1, 'gru', prefix='f_')",
    "fused-dropout": "rnn.FusedRNNCell(3, 2, 'rnn_tanh', dropout=0.5, prefix='f_')",
    "unfused": "rnn.FusedRNNCell(3, 2, 'lstm', True, dropout=0.5, prefix='f_').unfuse()",
    "unfused-relu": "rnn.FusedRNNCell(3, 2, 'rnn_relu', prefix='f_').unfuse()",
    "stack": "stack(rnn.RNNCell(3, prefix='a_'), rnn.DropoutCell(0.5), rnn.GRUCell(2, 'b_'))",
    "both": "rnn.BidirectionalCell(rnn.RNNCell(3, prefix='a_'), rnn.LSTMCell(2, prefix='b_'))",
    "residual": "rnn.ResidualCell(rnn.GRUCell(4, prefix='g_'))",
    "zoneout": "rnn.ZoneoutCell(rnn.RNNCell(3, prefix='a_'), zoneout_states=0.25)",
    "dropout": "rnn.DropoutCell(0.5)",
}
CONVOLUTIONAL = {
    "conv-rnn": "rnn.ConvRNNCell((2, 2, 4, 3), 2, activation='tanh', i2h_pad=(1, 0))",
    "conv-lstm": "rnn.ConvLSTMCell((2, 2, 4, 3), 2, prefix='l_', h2h_kernel=(1, 3))",
    "conv-gru": "rnn.ConvGRUCell((2, 2, 4, 3), 2, h2h_dilate=(2, 1))",
}
SENTENCES = [[1, 2], [3, 4, 5], [6], [1, 2, 3, 4, 5, 6, 7, 8], [2, 3], [4, 5, 6], [7, 8], [9]]


def cell(mx, name):
    """A new cell."""

    def stack(*cells):
        made = mx.rnn.SequentialRNNCell()
        for one in cells:
            made.add(one)
        return made

    return eval((CELLS | CONVOLUTIONAL)[name], {"rnn": mx.rnn, "stack": stack})


def flat(value):
    """What is in nested lists."""
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in flat(part)]
    return [value]


def graph(mx, name, **kwargs):
    """The nodes of a network of three steps: operators, names, inputs and attributes."""
    with mx.name.NameManager():
        outputs = cell(mx, name).unroll(3, mx.sym.var("data"), **kwargs)
    nodes = json.loads(mx.sym.Group(flat(outputs)).tojson())["nodes"]
    return [
        [
            node["op"],
            node["name"],
            [[nodes[i]["name"], j] for i, j, *_ in node["inputs"]],
            attributes(node),
        ]
        for node in nodes
    ]


def attributes(node):
    """The attributes of an operator; 1 is as good as True."""
    found = dict(node.get("attrs", {})) if node["op"] != "null" else {}
    if found.get("squeeze_axis") == "1":
        found["squeeze_axis"] = "True"
    return found


def values(mx, name):
    """What a network of three steps computes, parameters, and these divided by gates."""
    one = cell(mx, name)
    outputs = mx.sym.Group(flat(one.unroll(3, mx.sym.var("data"), merge_outputs=True)))
    shapes, _, _ = outputs.infer_shape(data=(2, 3, 2, 4, 3) if "conv" in name else (2, 3, 4))
    numbers = np.random.RandomState(0)
    args = {
        key: mx.nd.array(numbers.uniform(-1, 1, shape))
        for key, shape in zip(outputs.list_arguments(), shapes)  # noqa: B905
    }
    found = [x.asnumpy().tolist() for x in outputs.eval(**args)]
    divided = one.unpack_weights(args)
    packed = one.pack_weights(divided)
    same = sorted(packed) == sorted(args)
    same = same and all((packed[key].asnumpy() == args[key].asnumpy()).all() for key in args)
    parts = {key: [list(x.shape), float(x.asnumpy().sum())] for key, x in sorted(divided.items())}
    return [found, parts, same]


def sentences(mx):
    """Vocabularies, and the batches of two epochs."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    words = [["a", "b"], ["b", "c"]]
    found = [
        mx.rnn.encode_sentences(words),
        mx.rnn.encode_sentences(words, start_label=1, invalid_label=0),
        mx.rnn.encode_sentences(words, vocab={"a": 5, "b": 2, "c": 3}),
        mx.rnn.BucketSentenceIter([[1, 2]] * 4 + [[1, 2, 3]] * 5 + [[1]], 2).buckets,
        mx.rnn.BucketSentenceIter([[1, 2]] * 2, 2, buckets=[6, 1, 2]).buckets,
    ]
    for layout in ("NT", "TN"):
        it = mx.rnn.BucketSentenceIter(
            SENTENCES, 2, buckets=[4, 2], invalid_label=0, layout=layout, data_name="x"
        )
        found += [it.default_bucket_key, [list(x) for x in it.provide_data + it.provide_label]]
        for _ in range(2):
            found += [
                [
                    batch.bucket_key,
                    batch.data[0].asnumpy().tolist(),
                    batch.label[0].asnumpy().tolist(),
                    batch.pad,
                    [list(x) for x in batch.provide_data],
                ]
                for batch in it
            ]
            it.reset()
    return found


if __name__ == "__main__":
    import mxnet

    merged = {"merge_outputs": True, "layout": "TNC"}
    recorded = {
        name: {
            "graph": graph(mxnet, name),
            "merged": graph(mxnet, name, **merged),
            "values": values(mxnet, name),
        }
        for name in CELLS
    }
    for name in CONVOLUTIONAL:
        recorded[name] = {"values": values(mxnet, name)}
    recorded["sentences"] = sentences(mxnet)
    RECORDED.write_text(json.dumps(recorded) + "\n")
