"""Record `mx.sym.np` and `mx.sym.npx`: ``python tests/upper/record.py numpy_symbols``.

Writes the graph that MXNet makes of each call, and its outputs; MXNet's names of such operators; a
network as `export` writes it, and its outputs.
"""

import ctypes
import json

import mxnet as mx
from mxnet.base import _LIB, check_call, py_str
from numpy_symbol_calls import CALLS, composed, evaluated, filled, inputs, network
from recording import FOLDER, write_lines


def operators():
    """The names of MXNet's operators on arrays like NumPy's."""
    names, count = ctypes.POINTER(ctypes.c_char_p)(), ctypes.c_uint()
    check_call(_LIB.MXListAllOpNames(ctypes.byref(count), ctypes.byref(names)))
    found = [py_str(names[i]) for i in range(count.value)]
    return sorted(name for name in found if name.startswith("_np") and "backward" not in name)


def recorded(text):
    made = composed(mx, text)
    graph = json.loads(made.tojson())
    kept = {key: graph[key] for key in ("nodes", "arg_nodes", "heads", "attrs")}
    outputs = made.list_outputs()
    return [kept, outputs, evaluated(mx, made)]


mx.npx.set_np()
net = network(mx)
net.initialize()
net.hybridize()
net(*inputs(mx))
filled(net)
made = [x.asnumpy().tolist() for x in net(*inputs(mx))]
net.export(str(FOLDER / "numpy"))
calls = {text: recorded(text) for text in CALLS}
write_lines("numpy_symbols", {"operators": operators(), "network": made, **calls})
