"""Backward and grad: heads and their gradients, what a graph keeps, and what is refused."""

import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import recorded

x = nd.array([1.0, 2.0])

# %% used-twice
y = recorded(lambda a: a * 2 + a * 3, x)
y.backward()
x.grad

# %% two-heads-one-by-one
x.attach_grad()
with ag.record():
    y, z = x * 2, x * 3
y.backward()
g = x.grad.copy()
z.backward()
g, x.grad

# %% two-heads-together
x.attach_grad()
with ag.record():
    y, z = x * 2, x * 3
ag.backward([y, z])
x.grad

# %% two-heads-with-head-gradients
x.attach_grad()
with ag.record():
    y, z = x * 2, x * 3
ag.backward([y, z], head_grads=[nd.array([1.0, 1.0]), nd.array([10.0, 100.0])])
x.grad

# %% two-heads-one-none
x.attach_grad()
with ag.record():
    y, z = x * 2, x * 3
ag.backward([y, z], head_grads=[None, nd.array([10.0, 10.0])])
x.grad

# %% same-head-twice
x.attach_grad()
with ag.record():
    y = x * 2
ag.backward([y, y])
x.grad

# %% head-and-its-parent
x.attach_grad()
with ag.record():
    y = x * 2
    z = y * 3
ag.backward([y, z])
x.grad

# %% head-gradient-list-for-one
y = recorded(lambda a: a * 2, x)
ag.backward([y], head_grads=nd.array([1.0, 5.0]))
x.grad

# %% head-gradient-lengths-differ
y = recorded(lambda a: a * 2, x)
ag.backward(y, head_grads=[nd.ones(2), nd.ones(2)])

# %% backward-of-nothing
ag.backward([])

# %% head-gradient
y = recorded(lambda a: a * a, x)
y.backward(nd.array([10.0, 100.0]))
x.grad

# %% head-gradient-keyword
y = recorded(lambda a: a * 2, x)
y.backward(out_grad=nd.array([3.0, 3.0]), retain_graph=False, train_mode=True)
x.grad

# %% head-gradient-default-ones
y = recorded(lambda a: nd.exp(a) * 1, x)
y.backward()
x.grad

# %% head-gradient-is-not-changed
y = recorded(lambda a: a * 2, x)
g = nd.array([1.0, 2.0])
y.backward(g)
g

# %% head-gradient-wrong-shape-{name}
# for name in linear square exp sum
f = {"linear": lambda a: a * 2, "square": lambda a: a * a, "exp": nd.exp, "sum": nd.sum}[name]
y = recorded(f, x)
y.backward(nd.ones((3,)))
x.grad.asnumpy()

# %% head-gradient-other-shape-{name}
# for name in linear square exp
f = {"linear": lambda a: a * 2, "square": lambda a: a * a, "exp": nd.exp}[name]
v = x.reshape((2, 1))
y = recorded(f, v)
y.backward(nd.array([1.0, 10.0]))
v.grad

# %% head-gradient-other-shape-product
x.attach_grad()
with ag.record():
    y = nd.dot(x, nd.ones((2, 4))).reshape((4, 1))
y.backward(nd.array([[1.0, 2.0], [3.0, 4.0]]))
x.grad

# %% head-gradient-broadcastable
y = recorded(lambda a: a * 2, x)
y.backward(nd.ones((1,)))
x.grad.asnumpy()

# %% head-gradient-other-dtype
y = recorded(nd.exp, x)
y.backward(nd.ones((2,), dtype="float64"))
x.grad.asnumpy()

# %% head-gradient-numpy
y = recorded(lambda a: a * 2, x)
y.backward(np.ones(2))

# %% head-gradient-number
y = recorded(lambda a: a * 2, x)
y.backward(5.0)

# %% backward-without-record
x.attach_grad()
y = x * 2
y.backward()

# %% backward-of-unmarked :: graph
nd.ones(2).backward()

# %% backward-of-constant :: graph
with ag.record():
    z = nd.ones(2) * 2
z.backward()

# %% backward-of-leaf
x.attach_grad()
x.backward()
x.grad

# %% backward-of-leaf-with-head
x.attach_grad()
with ag.record():
    y = x
y.backward(nd.array([3.0, 4.0]))
x.grad

# %% backward-twice :: graph
y = recorded(lambda a: a * 2, x)
y.backward()
y.backward()

# %% retain-graph
y = recorded(lambda a: a * a, x)
y.backward(retain_graph=True)
y.backward(retain_graph=True)
y.backward()
x.grad

# %% retain-graph-then-freed :: graph
y = recorded(lambda a: a * a, x)
y.backward(retain_graph=True)
y.backward()
y.backward()

# %% retain-graph-add
x.attach_grad("add")
with ag.record():
    y = x * x
y.backward(retain_graph=True)
y.backward()
x.grad

# %% freed-part-of-graph
x.attach_grad()
with ag.record():
    y = x * 2
    z = y + 1
z.backward()
y.backward()

# %% freed-shared-part
x.attach_grad()
with ag.record():
    h = nd.exp(x)
    p, q = h * 2, h * 3
p.backward()
q.backward()

# %% freed-part-is-a-constant
x.attach_grad()
with ag.record():
    h = nd.exp(x)
    p = h * 2
p.backward()
with ag.record():
    z = nd.sin(h) * x
z.backward()
x.grad

# %% freed-part-is-all :: graph
x.attach_grad()
with ag.record():
    h = nd.exp(x)
h.backward()
with ag.record():
    z = nd.sin(h)
z.backward()

# %% freed-part-is-written-to
x.attach_grad()
with ag.record():
    h = nd.exp(x)
h.backward()
with ag.record():
    h += 1
    h[:] = x * 3
    z = h * 2
z.backward()
x.grad

# %% truncated-without-detach
w = nd.array([2.0, 3.0])
w.attach_grad()
h = x
r = []
for _ in range(3):
    with ag.record():
        h = nd.tanh(h * w)
        loss = (h * h).sum()
    loss.backward()
    r.append(w.grad.asnumpy())
r

# %% retained-shared-part
x.attach_grad()
with ag.record():
    h = nd.exp(x)
    p, q = h * 2, h * 3
p.backward(retain_graph=True)
q.backward()
x.grad

# %% backward-inside-record
x.attach_grad()
with ag.record():
    y = x * x
    y.backward()
    r = ag.is_recording(), ag.is_training()
x.grad, r

# %% use-after-backward-inside-record :: graph
x.attach_grad()
with ag.record():
    y = x * x
    y.backward()
    w = y * 2
w.backward()

# %% backward-inside-pause
x.attach_grad()
with ag.record():
    y = nd.sin(x)
    with ag.pause():
        y.backward()
x.grad

# %% graph-across-record-scopes
x.attach_grad()
with ag.record():
    y = x * 2
with ag.record():
    z = y * 3
z.backward()
x.grad

# %% unrecorded-step-cuts
x.attach_grad()
with ag.record():
    y = x * 2
y2 = y * 5
with ag.record():
    z = y2 * 3 + y
z.backward()
x.grad

# %% unreachable-variable-untouched
u = nd.array([1.0, 2.0])
x.attach_grad()
u.attach_grad()
u.grad[:] = 55
with ag.record():
    y = x * 2
y.backward()
u.grad

# %% zero-gradient-operators
x.attach_grad()
x.grad[:] = 9
with ag.record():
    y = nd.floor(x) + nd.zeros_like(x)
y.backward()
x.grad

# %% loop
x.attach_grad()
w = x
with ag.record():
    for _ in range(3):
        w = w * 2
w.backward()
x.grad, w.grad

# %% long-chain
x.attach_grad()
with ag.record():
    y = x
    for _ in range(2000):
        y = y * 1.0
y.backward()
x.grad

# %% diamond
x.attach_grad()
with ag.record():
    p = nd.sin(x)
    q = p * p
    y = p + q * p
y.backward()
x.grad

# %% shuffle-has-no-gradient
x.attach_grad()
with ag.record():
    y = nd.shuffle(x)
y.backward()

# %% dtype-of-intermediate
x.attach_grad()
with ag.record():
    y = (x.astype("float64") * 2).astype("float32") * x
y.backward()
x.grad

# %% detach
x.attach_grad()
with ag.record():
    y = x * 2
    z = y.detach()
    w = z * x
w.backward()
x.grad, z is y, z.grad

# %% detach-shares-memory
y = x.detach()
y[:] = 100
x

# %% detach-keeps-grad
x.attach_grad()
x.grad[:] = 4
x.detach().grad, x.grad

# %% copy-then-attach
y = x.copy()
y.attach_grad()
with ag.record():
    z = y * 3
z.backward()
y.grad, x.grad

# %% numpy-cuts-the-graph :: graph
x.attach_grad()
with ag.record():
    y = nd.array(x.asnumpy()) * 3
y.backward()

# %% array-of-ndarray-keeps-the-graph
x.attach_grad()
with ag.record():
    y = nd.array(x) * 3
y.backward()
x.grad

# %% asscalar-branch
x.attach_grad()
with ag.record():
    y = x * 2 if x.sum().asscalar() > 1 else x * 3
y.backward()
x.grad

# %% getitem-chain
y = recorded(lambda a: a[0] * a[1], x)
y.backward()
x.grad

# %% training-gradient-predict-forward
x.attach_grad()
with ag.record(train_mode=False):
    y = x * 2
y.backward(train_mode=False)
x.grad

# %% grad-function
y = recorded(lambda a: a * a, x)
r = ag.grad(y, x)
r, x.grad

# %% grad-function-list
y = recorded(nd.exp, x)
ag.grad(y, [x])

# %% grad-function-two-variables
z = nd.array([3.0, 4.0])
y = recorded(lambda a, b: a * b, x, z)
ag.grad(y, [z, x])

# %% grad-function-heads-list
x.attach_grad()
with ag.record():
    y, z = x * 2, x * x
ag.grad([y, z], x)

# %% grad-function-head-gradients
y = recorded(nd.exp, x)
ag.grad(y, x, head_grads=nd.array([1.0, 10.0]))

# %% grad-function-does-not-touch-grad
x.attach_grad("add")
with ag.record():
    y = x * 3
r = ag.grad(y, x, retain_graph=True)
s = x.grad.copy()
y.backward()
r, s, x.grad

# %% grad-function-null-request :: require gradient
x.attach_grad("null")
with ag.record():
    y = nd.sin(x)
ag.grad(y, x)

# %% grad-function-frees :: graph
y = recorded(nd.exp, x)
ag.grad(y, x)
ag.grad(y, x)

# %% grad-function-retain
y = recorded(nd.exp, x)
ag.grad(y, x, retain_graph=True)
ag.grad(y, x)

# %% grad-function-unreachable :: unreachable
u = nd.array([1.0, 2.0])
u.attach_grad()
y = recorded(nd.exp, x)
ag.grad(y, [x, u])

# %% grad-function-unmarked :: require gradient
y = recorded(nd.exp, x)
ag.grad(y, nd.ones(2))

# %% grad-function-intermediate
x.attach_grad()
with ag.record():
    y = nd.sin(x)
    w = y * 2
ag.grad(w, [y])

# %% grad-function-no-variables :: variables
y = recorded(nd.exp, x)
ag.grad(y, [])

# %% grad-function-without-record :: graph
x.attach_grad()
ag.grad(nd.sin(x), x)

# %% grad-result-is-constant :: graph
y = recorded(nd.sin, x)
g = ag.grad(y, x)[0]
g.backward()

# %% grad-train-mode-false
x.attach_grad()
with ag.record():
    y = nd.sin(x)
ag.grad(y, x, create_graph=True, train_mode=False)[0]
