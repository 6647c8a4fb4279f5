"""What MXNet's model zoo makes and computes: ``python tests/upper/record_zoo.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/zoo.json``; the functions are what the tests run too.
"""

import hashlib
import json
import zlib
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "zoo.json"

SMALL = {
    "squeezenet1.1": ({}, 224),
    "mobilenet0.25": ({}, 32),
    "resnet18_v1": ({"thumbnail": True}, 16),
}
"""Networks whose outputs are recorded: more arguments, and the size of the images."""


def digest(facts):
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def describe(mx, name):
    """Digests of parameters, of their names in files, of layers and of the symbol."""
    size = 299 if name == "inceptionv3" else 224
    net = mx.gluon.model_zoo.vision.get_model(name, prefix="net_")
    layers = repr(net)
    symbol = net(mx.sym.var("data"))
    shapes, _, states = symbol.infer_shape(data=(1, 3, size, size))
    known = dict(zip(symbol.list_arguments(), shapes, strict=True))
    known |= zip(symbol.list_auxiliary_states(), states, strict=True)
    params = net.collect_params()
    nodes = json.loads(symbol.tojson())["nodes"]
    return {
        "params": digest([[n, list(known[n]), p.grad_req] for n, p in params.items()]),
        "files": digest([*net._collect_params_with_prefix()]),
        "layers": digest(layers),
        "symbol": digest(sorted([n["op"], n["name"]] for n in nodes)),
    }


def numbers(name, shape):
    """Small values for a parameter or an image, by a formula of its name."""
    size = int(np.prod(shape))
    noise = (np.arange(size, dtype=np.int64) * 7919 + zlib.crc32(name.encode())) % 2003 / 1001 - 1
    if name.endswith(("running_var", "gamma")):
        noise = 1 + 0.1 * noise
    elif name != "data":
        noise *= (3 * np.prod(shape[1:]) ** -1.0) ** 0.5 if len(shape) > 1 else 0.1
    return noise.reshape(shape).astype("float32")


def scores(mx, name):
    """What a network with 10 classes computes of two images."""
    arguments, size = SMALL[name]
    if "thumbnail" in arguments:
        net = mx.gluon.model_zoo.vision.get_resnet(1, 18, prefix="net_", classes=10, **arguments)
    else:
        net = mx.gluon.model_zoo.vision.get_model(name, prefix="net_", classes=10)
    x = mx.nd.array(numbers("data", (2, 3, size, size)))
    net.initialize()
    net.infer_shape(x)
    for key, param in net.collect_params().items():
        param._finish_deferred_init()
        param.set_data(numbers(key, param.shape))
    return net(x).asnumpy().tolist()


if __name__ == "__main__":
    import mxnet

    names = mxnet.gluon.model_zoo.model_store._model_sha1
    recorded = {
        "networks": {name: describe(mxnet, name) for name in sorted(names)},
        "scores": {name: scores(mxnet, name) for name in SMALL},
    }
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
