"""get_symbol: the recorded graph, by its names. Numbers in names are counters and not compared."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

import re

x = nd.array([1.0, 2.0])
z = nd.array([3.0, 4.0])
x.attach_grad()
z.attach_grad()


def plain(names):
    """var7 -> var: the counters run through the whole process."""
    return [re.sub(r"(var|null|node_)\d+", r"\1", name) for name in names]


# %% arguments
with ag.record():
    y = x * x + 1
s = ag.get_symbol(y)
plain(s.list_arguments()), plain(s.list_outputs()), type(s).__name__

# %% order-of-arguments
with ag.record():
    y = nd.dot(x * x, z) + nd.exp(z)
s = ag.get_symbol(y)
a = s.list_arguments()
plain(a), int(a[0][3:]) < int(a[1][3:])

# %% internals
with ag.record():
    y = nd.dot(x * x, z) + nd.exp(z)
plain(ag.get_symbol(y).get_internals().list_outputs())

# %% unmarked-input
with ag.record():
    y = nd.ones(2) * x
plain(ag.get_symbol(y).list_arguments())

# %% several-outputs
with ag.record():
    y = nd.split(x, num_outputs=2, axis=0)
[plain(ag.get_symbol(part).list_outputs()) for part in y]

# %% leaf
plain(ag.get_symbol(x).list_arguments())

# %% same-variable-same-name
with ag.record():
    p, q = x * 2, nd.sin(x)
ag.get_symbol(p).list_arguments() == ag.get_symbol(q).list_arguments()

# %% freed-graph :: graph
with ag.record():
    y = x * x
y.backward()
ag.get_symbol(y)

# %% unrecorded :: graph
ag.get_symbol(nd.ones(2))

# %% operators-in-json
import json

with ag.record():
    y = nd.exp(x * 2) + nd.dot(x, z)
nodes = json.loads(ag.get_symbol(y).tojson())["nodes"]
[node["op"] for node in nodes]

# %% evaluate
with ag.record():
    y = nd.exp(x) * 2
s = ag.get_symbol(y)
s.bind(mx.cpu(), {n: nd.array([0.0, 1.0]) for n in s.list_arguments()}).forward()

# %% name
with ag.record():
    y = nd.exp(x)
plain([ag.get_symbol(y).name])
