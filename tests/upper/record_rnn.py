"""Programs with recurrent networks, and what MXNet gives: ``python tests/upper/record_rnn.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/rnn.json``; the functions are what the tests run too.
MXNet's layers fail without MKL-DNN, and its convolutional cells fail with it: run it once, and then
with ``MXNET_MKLDNN_ENABLED=0``, which records all but the layers.
"""

import json
import os
import zlib
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "rnn.json"
BATCH, STEPS, INPUTS = 2, 3, 3


def numbers(name, shape):
    """Values for a parameter or an input, by a formula of its name."""
    start = zlib.crc32(name.encode()) % 100
    values = np.sin(0.7 * np.arange(start, start + int(np.prod(shape)))) * 0.6
    return values.reshape(shape).astype("float32")


def stack(container, *cells):
    for cell in cells:
        container.add(cell)
    return container


CELLS = {
    "rnn": lambda r, c: r.RNNCell(2, prefix="a_"),
    "rnn relu": lambda r, c: r.RNNCell(2, activation="relu", prefix="a_"),
    "rnn softrelu": lambda r, c: r.RNNCell(2, activation="softrelu", prefix="a_"),
    "lstm": lambda r, c: r.LSTMCell(2, input_size=3, prefix="a_"),
    "lstm relu": lambda r, c: r.LSTMCell(
        2, activation="relu", recurrent_activation="softsign", prefix="a_"
    ),
    "gru": lambda r, c: r.GRUCell(2, prefix="a_"),
    "residual": lambda r, c: r.ResidualCell(r.GRUCell(3, prefix="a_")),
    "zoneout": lambda r, c: r.ZoneoutCell(r.LSTMCell(2, prefix="a_"), 0.5, 0.25),
    "dropout": lambda r, c: r.DropoutCell(0.5, prefix="a_"),
    "sequential": lambda r, c: stack(
        r.SequentialRNNCell(prefix="s_"),
        r.LSTMCell(2, prefix="a_"),
        r.DropoutCell(0.5, prefix="d_"),
        r.GRUCell(2, prefix="b_"),
    ),
    "hybrid sequential": lambda r, c: stack(
        r.HybridSequentialRNNCell(prefix="s_"),
        r.RNNCell(3, prefix="a_"),
        r.ResidualCell(r.RNNCell(3, prefix="b_")),
    ),
    "bidirectional": lambda r, c: r.BidirectionalCell(
        r.LSTMCell(2, prefix="a_"), r.RNNCell(1, prefix="b_"), output_prefix="o_"
    ),
    "lstmp": lambda r, c: c.LSTMPCell(3, 2, prefix="a_"),
    "variational": lambda r, c: c.VariationalDropoutCell(r.RNNCell(2, prefix="a_"), 0.5, 0, 0.5),
    "variational states": lambda r, c: c.VariationalDropoutCell(
        r.LSTMCell(2, prefix="a_"), 0.5, 0.5, 0.5
    ),
}
"""By name a cell of `gluon.rnn` or `gluon.contrib.rnn`."""

LAYOUTS = {
    "NTC": {},
    "TNC": {"layout": "TNC", "merge_outputs": True},
    "lengths": {"merge_outputs": False, "valid_length": [2, 3]},
}

CONVOLUTIONS = {
    f"{dims}D {kind}": (dims, kind, arguments)
    for dims, kind, arguments in [
        (1, "RNN", {"i2h_pad": 1, "activation": "relu"}),
        (1, "LSTM", {}),
        (1, "GRU", {"h2h_dilate": 2}),
        (2, "RNN", {"i2h_dilate": (1, 2)}),
        (2, "LSTM", {"i2h_pad": (1, 0)}),
        (2, "GRU", {}),
        (3, "RNN", {}),
    ]
}

LAYERS = {
    "RNN": lambda r: r.RNN(2, prefix="a_"),
    "RNN tanh": lambda r: r.RNN(2, 2, activation="tanh", layout="NTC", prefix="a_"),
    "GRU": lambda r: r.GRU(2, 2, bidirectional=True, prefix="a_"),
    "LSTM": lambda r: r.LSTM(2, layout="NTC", input_size=3, dropout=0.5, prefix="a_"),
    "LSTM both": lambda r: r.LSTM(2, 2, bidirectional=True, prefix="a_"),
}


def fill(net):
    """Give all parameters their values, by `numbers`."""
    for name, param in net.collect_params().items():
        param.set_data(numbers(name, param.shape))


def nested(value):
    return [nested(x) for x in value] if isinstance(value, (list, tuple)) else value.asnumpy()


def flat(values):
    return [y for x in values for y in flat(x)] if isinstance(values, (list, tuple)) else [values]


def facts(mx, net, compute, x, training=False):
    """What the network is, what it computes, and the gradients of that."""
    before = repr(net), [[name, p.shape] for name, p in net.collect_params().items()]
    net.initialize()
    compute(x)  # shapes are known behind this
    fill(net)
    x.attach_grad()
    with mx.autograd.record(train_mode=training):
        outputs, states = compute(x)
        parts = flat([outputs, states])
        loss = mx.nd.add_n(*[(y * mx.nd.array(numbers(str(i), y.shape))).sum()
                             for i, y in enumerate(parts)])  # fmt: skip
    loss.backward()
    gradients = {name: p.grad() for name, p in net.collect_params().items()}
    return {
        "repr": before[0],
        "params": before[1],
        "known": [[name, p.shape] for name, p in net.collect_params().items()],
        "files": [*net._collect_params_with_prefix()],
        "states": [dict(info) for info in net.state_info(4)],
        "values": [nested(outputs), nested(states)],
        "gradients": [x.grad.asnumpy(), [g.asnumpy() for g in gradients.values()]],
    }


def run_cell(mx, name, layout, hybridized=False):
    """A cell over a sequence."""
    cell = CELLS[name](mx.gluon.rnn, mx.gluon.contrib.rnn)
    settings = dict(LAYOUTS[layout])
    if "valid_length" in settings:
        settings["valid_length"] = mx.nd.array(settings["valid_length"])
    shape = (STEPS, BATCH, INPUTS) if layout == "TNC" else (BATCH, STEPS, INPUTS)
    if hybridized:
        cell.hybridize()
    return facts(
        mx, cell, lambda x: cell.unroll(STEPS, x, **settings), mx.nd.array(numbers("x", shape))
    )


def run_convolution(mx, name):
    """A convolutional cell over a sequence."""
    dims, kind, arguments = CONVOLUTIONS[name]
    make = getattr(mx.gluon.contrib.rnn, f"Conv{dims}D{kind}Cell")
    shape = (2, 5, 4, 3)[: dims + 1]
    cell = make(shape, 2, (3, 2, 1)[:dims], (3, 3, 1)[:dims], prefix="a_", **arguments)
    x = mx.nd.array(numbers("x", (BATCH, STEPS, *shape)))
    return facts(mx, cell, lambda x: cell.unroll(STEPS, x), x)


def run_layer(mx, name, hybridized=False):
    """A layer over a sequence, with states."""
    layer = LAYERS[name](mx.gluon.rnn)
    if hybridized:
        layer.hybridize()
    shape = (BATCH, STEPS, INPUTS) if layer._layout == "NTC" else (STEPS, BATCH, INPUTS)
    states = [
        mx.nd.array(numbers(f"state{i}", info["shape"]))
        for i, info in enumerate(layer.state_info(BATCH))
    ]
    x = mx.nd.array(numbers("x", shape))
    # In prediction MXNet's operator has no gradient.
    return facts(mx, layer, lambda x: layer(x, states), x, training=True)


def graph(mx, name, layout):
    """The names and operators of a cell's symbol."""
    cell = CELLS[name](mx.gluon.rnn, mx.gluon.contrib.rnn)
    settings = dict(LAYOUTS[layout])
    if "valid_length" in settings:
        settings["valid_length"] = mx.sym.var("lengths")
    with mx.name.NameManager():
        outputs, states = cell.unroll(STEPS, mx.sym.var("x"), **settings)
    nodes = json.loads(mx.sym.Group(flat([outputs, states])).tojson())["nodes"]
    return sorted([node["op"], node["name"]] for node in nodes)


GRAPHS = [("rnn", "NTC"), ("lstm", "TNC"), ("lstm relu", "NTC"), ("gru", "NTC"), ("gru", "lengths"),
          ("sequential", "NTC"), ("bidirectional", "NTC"), ("lstmp", "NTC")]  # fmt: skip


def plain(value):
    """Arrays as lists of rounded numbers, and tuples as lists."""
    if isinstance(value, dict):
        return {key: plain(x) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    if isinstance(value, np.ndarray):
        return plain([float(f"{x:.7g}") for x in value.ravel()])
    return value if isinstance(value, (int, float, str, type(None))) else str(value)


if __name__ == "__main__":
    import mxnet

    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    if os.environ.get("MXNET_MKLDNN_ENABLED") == "0":
        recorded |= {
            "cells": {
                f"{n}, {layout}": plain(run_cell(mxnet, n, layout))
                for n in CELLS
                for layout in LAYOUTS
            },
            "convolutions": {n: plain(run_convolution(mxnet, n)) for n in CONVOLUTIONS},
            "graphs": {f"{n}, {layout}": graph(mxnet, n, layout) for n, layout in GRAPHS},
        }
    else:
        recorded["layers"] = {n: plain(run_layer(mxnet, n)) for n in LAYERS}
    RECORDED.write_text(json.dumps(recorded) + "\n")
