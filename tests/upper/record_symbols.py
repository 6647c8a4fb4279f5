"""Record networks as MXNet composes, saves and trains them: run with MXNet 1.9.1.

Writes ``mxnet-1.9.1/symbols/``: for each network its -symbol.json and .params, and in
``symbols.json`` inputs, names, inferred shapes, outputs, and gradients and states of two steps;
in ``calls.json`` names and inferred shapes of the calls in ``symbol_calls``.
"""

from __future__ import annotations

import json
from pathlib import Path

import mxnet as mx
import numpy as np
from symbol_calls import CALLS

HERE = Path(__file__).parent / "mxnet-1.9.1" / "symbols"
sym = mx.sym


def mlp():
    x = sym.FullyConnected(sym.var("data"), num_hidden=5, name="fc1")
    x = sym.Activation(x, act_type="relu", name="relu1")
    x = sym.FullyConnected(x, num_hidden=3, name="fc2")
    return sym.SoftmaxOutput(x, name="softmax"), {"data": (2, 4)}


def lenet():
    x = sym.Convolution(sym.var("data"), kernel=(3, 3), num_filter=4, name="conv1")
    x = sym.BatchNorm(x, fix_gamma=False, name="bn1")
    x = sym.Activation(x, act_type="tanh", name="tanh1")
    x = sym.Pooling(x, pool_type="max", kernel=(2, 2), stride=(2, 2), name="pool1")
    x = sym.FullyConnected(sym.Flatten(x, name="flatten"), num_hidden=3, name="fc1")
    return sym.SoftmaxOutput(x, name="softmax"), {"data": (2, 1, 8, 8)}


def residual():
    data = sym.var("data")
    x = sym.BatchNorm(data, fix_gamma=True, eps=2e-5, momentum=0.9, name="bn_data")
    x = sym.Convolution(x, kernel=(3, 3), pad=(1, 1), num_filter=2, no_bias=True, name="conv0")
    y = sym.Activation(sym.BatchNorm(x, fix_gamma=False, name="bn1"), act_type="relu", name="relu1")
    y = sym.Convolution(y, kernel=(3, 3), pad=(1, 1), num_filter=2, no_bias=True, name="conv1")
    x = x + y
    x = sym.Pooling(x, global_pool=True, pool_type="avg", kernel=(7, 7), name="pool1")
    x = sym.FullyConnected(sym.flatten(x), num_hidden=2, name="fc1")
    return sym.SoftmaxOutput(x, name="softmax"), {"data": (2, 2, 4, 4)}


def recurrent():
    x = sym.RNN(
        sym.var("data"), state_size=2, num_layers=1, mode="lstm", state_outputs=True, name="lstm"
    )
    y = sym.FullyConnected(x[0], num_hidden=2, flatten=False, name="decoder")
    return sym.Group([sym.MakeLoss(sym.mean(y * y), name="loss"), x[1], x[2]]), {"data": (3, 2, 2)}


def pieces():
    x = sym.Embedding(sym.var("data"), input_dim=5, output_dim=4, name="embed")
    parts = sym.SliceChannel(x, num_outputs=2, axis=2, name="cut")
    x = sym.Concat(parts[1] * 2, 1 - parts[0], dim=2, name="join")
    x = sym.LeakyReLU(x.reshape((-1, 4)), act_type="elu", slope=0.3, name="elu")
    x = sym.broadcast_mul(x, sym.var("scale", shape=(1, 4), init="ones"))
    return sym.LinearRegressionOutput(x, name="regression"), {"data": (2, 3)}


def loop():
    weight, bias = sym.var("weight"), sym.var("bias")

    def step(x, state):
        y = sym.FullyConnected(x, weight=weight, bias=bias, num_hidden=2, name="fc")
        y = sym.tanh(y + state, name="tanh")
        return y * 2, y

    outputs, state = sym.contrib.foreach(step, sym.var("data"), sym.var("start"))
    return sym.Group([sym.mean(outputs), state]), {"data": (3, 2, 2), "start": (2, 2)}


def listed(arrays):
    return [x.asnumpy().tolist() for x in arrays]


def record(name, net, shapes):
    rng = np.random.RandomState(7)
    inputs = [k for k in net.list_arguments() if k in shapes or k.endswith("label")]
    reqs = {k: "null" if k in inputs else "write" for k in net.list_arguments()}
    executor = net.simple_bind(mx.cpu(), grad_req=reqs, **shapes)
    given = {}
    for key, x in executor.arg_dict.items():
        if name == "pieces" and key == "data":
            value = rng.randint(0, 5, x.shape)
        elif key == "softmax_label":
            value = rng.randint(0, 2, x.shape)
        else:
            value = rng.uniform(-0.5, 0.5, x.shape).round(3)
        x[:] = value
        if key in inputs:
            given[key] = x.asnumpy().tolist()
    for key, x in executor.aux_dict.items():
        x[:] = 1 if key.endswith("var") else 0
    params = {f"arg:{k}": x for k, x in executor.arg_dict.items() if k not in given}
    params |= {f"aux:{k}": x for k, x in executor.aux_dict.items()}
    net.save(str(HERE / f"{name}-symbol.json"))
    mx.nd.save(str(HERE / f"{name}-0000.params"), params)
    arguments, outputs, states = net.infer_shape(**shapes)
    facts = {
        "inputs": given,
        "shapes": shapes,
        "arguments": net.list_arguments(),
        "outputs": net.list_outputs(),
        "states": net.list_auxiliary_states(),
        "internals": net.get_internals().list_outputs(),
        "inferred": [arguments, outputs, states],
        "predicted": listed(executor.forward()),
    }
    heads = [None] if len(outputs) == 1 else [mx.nd.ones(s) for s in outputs]
    for step in ("first", "second"):
        made = listed(executor.forward(is_train=True))
        executor.backward(None if heads == [None] else heads)
        mx.nd.waitall()  # backward moves averages, for which reading them does not wait
        for key, x in executor.arg_dict.items():
            if key not in given:
                x -= 0.1 * executor.grad_dict[key]
        facts[step] = {
            "outputs": made,
            "states": listed(executor.aux_arrays),
            "gradients": {
                k: x.asnumpy().tolist() for k, x in executor.grad_dict.items() if k not in given
            },
        }
    return facts


def record_call(text, shapes):
    with mx.name.NameManager():
        made = eval(text, {"s": sym, "x": sym.var("x"), "y": sym.var("y")})
    return {
        "name": made.name,
        "arguments": made.list_arguments(),
        "states": made.list_auxiliary_states(),
        "outputs": made.list_outputs(),
        "inferred": made.infer_shape_partial(**shapes),
        "operators": [n["op"] for n in json.loads(made.tojson())["nodes"] if n["op"] != "null"],
    }


if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    found = {}
    for make in (mlp, lenet, residual, recurrent, pieces, loop):
        with mx.name.NameManager():
            found[make.__name__] = record(make.__name__, *make())
    (HERE / "symbols.json").write_text(json.dumps(found, indent=1) + "\n")
    calls = [record_call(*call) for call in CALLS]
    (HERE / "calls.json").write_text(json.dumps(calls, indent=1) + "\n")
