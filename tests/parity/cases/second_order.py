"""Gradients of gradients, in the orders that MXNet has, and those that it lacks."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

x = nd.array([0.3, 0.6])


def orders(f, n, at=None):
    """The derivatives of f up to order n, each of the sum of the one before."""
    p = nd.array([0.3, 0.6]) if at is None else nd.array(at)
    p.attach_grad()
    found = []
    with ag.record():
        y = f(p)
        for _ in range(n):
            y = ag.grad(y, p, create_graph=True, retain_graph=True)[0]
            found.append(y)
    return found


def second(f, at=None):
    """The gradient of the gradient through backward, with head gradients 1, 2, ..."""
    p = nd.array([0.3, 0.6]) if at is None else nd.array(at)
    p.attach_grad()
    with ag.record():
        g = ag.grad(f(p), p, create_graph=True, retain_graph=True)[0]
    g.backward(nd.array(np.arange(1.0, p.size + 1).reshape(p.shape)))
    return g, p.grad


# %% second-{op}
# for op in arccos arcsin arctan arctanh cbrt cos cosh exp expm1 log log10 log1p log2 rcbrt reciprocal rsqrt sigmoid sin sinh sqrt square tan tanh abs relu radians
second(getattr(nd, op))

# %% third-{op}
# for op in arcsin cos cosh expm1 log reciprocal sigmoid sin sinh square tan tanh abs relu sqrt
orders(getattr(nd, op), 3)[2]

# %% second-{op}-wrong-sign
# for op in arcsinh arccosh
second(getattr(nd, op), [1.5, 3.0])

# %% chain-of-unary
second(lambda p: nd.sin(nd.exp(p)))

# %% gradient-penalty
x.attach_grad()
with ag.record():
    y = nd.sin(x)
    g = ag.grad(y, x, create_graph=True, retain_graph=True)[0]
    penalty = nd.square(g)
penalty.backward()
x.grad

# %% outside-record
x.attach_grad()
with ag.record():
    y = nd.sin(x)
g = ag.grad(y, x, create_graph=True)[0]
g.backward()
g, x.grad

# %% retain-graph-false
x.attach_grad()
with ag.record():
    y = nd.sin(x)
g = ag.grad(y, x, create_graph=True, retain_graph=False)[0]
g.backward()
x.grad

# %% head-gradient
x.attach_grad()
with ag.record():
    y = nd.sin(x)
g = ag.grad(y, x, head_grads=nd.array([2.0, 3.0]), create_graph=True)[0]
g.backward()
g, x.grad

# %% head-gradient-is-constant
w = nd.array([3.0, 4.0])
x.attach_grad()
w.attach_grad()
with ag.record():
    h = nd.sin(w)
    y = nd.square(x)
    g = ag.grad(y, x, head_grads=h, create_graph=True, retain_graph=True)[0]
g.backward()
x.grad, w.grad

# %% grad-buffer-is-constant
x.attach_grad()
with ag.record():
    y = nd.sin(x)
    y.backward(retain_graph=True)
    z = x.grad * x
z.backward()
x.grad

# %% two-variables
w = nd.array([3.0, 4.0])
x.attach_grad()
w.attach_grad()
with ag.record():
    y = nd.elemwise_add(nd.sin(x), nd.cos(w))
    gx, gw = ag.grad(y, [x, w], create_graph=True, retain_graph=True)
    z = nd.elemwise_add(gx, gw)
z.backward()
gx, gw, x.grad, w.grad

# %% elemwise-add
second(lambda p: nd.square(nd.elemwise_add(p, p)))

# %% transpose
second(lambda p: nd.square(nd.transpose(p)), [[1.0, 2.0], [3.0, 4.0]])

# %% plus-constant
second(lambda p: nd.square(p + 1))

# %% needs-{name}
# for name in product power scalar-square exp-of-double sum mean dot softmax division log-softmax reshape slice max broadcast
f = {
    "product": lambda p: p * p * p,
    "power": lambda p: p**3,
    "scalar-square": lambda p: p**2,
    "exp-of-double": lambda p: nd.exp(2 * p),
    "sum": lambda p: nd.sum(nd.exp(p)),
    "mean": lambda p: nd.mean(nd.square(p)),
    "dot": lambda p: nd.dot(p, p),
    "softmax": nd.softmax,
    "division": lambda p: 1 / p,
    "log-softmax": nd.log_softmax,
    "reshape": lambda p: nd.square(p.reshape((2, 1))),
    "slice": lambda p: nd.square(p[0:1]),
    "max": lambda p: nd.max(nd.square(p)),
    "broadcast": lambda p: nd.square(nd.broadcast_to(p.reshape((1, 2)), shape=(2, 2))),
}[name]
second(f)

# %% linear-{name}
# for name in times-2 divided-by-3 negative plus
f = {
    "times-2": lambda p: 2 * p,
    "divided-by-3": lambda p: p / 3,
    "negative": lambda p: -p,
    "plus": lambda p: p + 1,
}[name]
second(f)

# %% lost-part-FullyConnected
w = nd.array([[2.0]])
second(lambda p: nd.square(nd.FullyConnected(p, w, num_hidden=1, no_bias=True)), [[3.0]])

# %% lost-part-clip
second(lambda p: nd.square(nd.clip(p, 0, 5)), [1.0, 3.0])

# %% lost-part-Dropout
p = nd.ones((64,)) * 3
p.attach_grad()
with ag.record():
    d = nd.Dropout(p, p=0.5)
    y = nd.square(d)
    g = ag.grad(y, p, create_graph=True, retain_graph=True)[0]
g.backward()
r = p.grad == 8 * (d > 0)
bool(r.min().asscalar())

# %% kept-part-FullyConnected
w = nd.array([[2.0]])
second(lambda p: nd.FullyConnected(nd.square(p), w, num_hidden=1, no_bias=True), [[3.0]])

# %% kept-part-clip
second(lambda p: nd.clip(nd.square(p), 0, 50), [1.0, 3.0])

# %% batch-dot
w = nd.array([[[2.0]]])
second(lambda p: nd.square(nd.batch_dot(p, w)), [[[3.0]]])
