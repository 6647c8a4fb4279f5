"""Recording, backward, grad: when a gradient is written, where, and what is refused."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

import threading

x = nd.array([1.0, 2.0])


def recorded(f, *leaves):
    for leaf in leaves:
        leaf.attach_grad()
    with ag.record():
        return f(*leaves)


# %% state-default
ag.is_recording(), ag.is_training()

# %% state-record
with ag.record():
    r = ag.is_recording(), ag.is_training()
r, ag.is_recording(), ag.is_training()

# %% state-record-predict
with ag.record(train_mode=False):
    r = ag.is_recording(), ag.is_training()
r

# %% state-nested
states = []
with ag.record():
    with ag.pause():
        states.append((ag.is_recording(), ag.is_training()))
    with ag.pause(train_mode=True):
        states.append((ag.is_recording(), ag.is_training()))
    with ag.predict_mode():
        states.append((ag.is_recording(), ag.is_training()))
    with ag.train_mode():
        states.append((ag.is_recording(), ag.is_training()))
    states.append((ag.is_recording(), ag.is_training()))
states

# %% state-train-mode
with ag.train_mode():
    r = ag.is_recording(), ag.is_training()
    with ag.predict_mode():
        s = ag.is_recording(), ag.is_training()
        with ag.record():
            t = ag.is_recording(), ag.is_training()
        u = ag.is_training()
r, s, t, u

# %% state-record-in-record
with ag.record():
    with ag.record(train_mode=False):
        r = ag.is_training()
    s = ag.is_training(), ag.is_recording()
r, s

# %% state-set-recording
r = [ag.set_recording(True), ag.set_recording(True), ag.set_recording(False), ag.is_recording()]
r

# %% state-set-training
r = [ag.set_training(True), ag.set_training(True), ag.set_training(False), ag.is_training()]
r

# %% state-set-with-int
[ag.set_recording(1), ag.set_recording(0)]

# %% state-scope-reused
scope = ag.record()
states = []
for _ in range(2):
    with scope:
        states.append(ag.is_recording())
    states.append(ag.is_recording())
states

# %% state-after-error
try:
    with ag.record():
        raise ValueError("x")
except ValueError:
    r = ag.is_recording(), ag.is_training()
r


# %% state-not-a-decorator
@ag.record()
def f():
    return 1


# %% state-per-thread
seen = {}


def look():
    seen["child"] = ag.is_recording(), ag.is_training()


with ag.record():
    t = threading.Thread(target=look)
    t.start()
    t.join()
seen

# %% backward-in-other-thread
y = recorded(lambda a: a * 7, x)
t = threading.Thread(target=y.backward)
t.start()
t.join()
x.grad

# %% record-in-other-thread
x.attach_grad()


def work():
    with ag.record():
        y = x * 5
    y.backward()


t = threading.Thread(target=work)
t.start()
t.join()
x.grad

# %% context-per-thread
seen = []
with mx.cpu(3):
    t = threading.Thread(target=lambda: seen.append(str(mx.current_context())))
    t.start()
    t.join()
seen

# %% pause-cuts-the-graph
x.attach_grad()
with ag.record():
    y = x * 2
    with ag.pause():
        z = y * 3
    w = z + y
w.backward()
x.grad

# %% grad-before-attach
x.grad

# %% grad-after-attach
x.attach_grad()
x.grad

# %% grad-holder-is-live
x.attach_grad()
g = x.grad
with ag.record():
    y = x * 2
y.backward()
g

# %% grad-write-to-buffer
x.attach_grad()
x.grad[:] = 5
x.grad[0] = 7
x.grad

# %% grad-no-setter
x.attach_grad()
x.grad = nd.ones((2,))

# %% grad-in-place-then-no-setter
x.attach_grad()
x.grad[:] = 3
try:
    x.grad *= 2
except AttributeError:
    pass
x.grad

# %% grad-dtype-{dtype}
# for dtype in float16 float32 float64 int32
y = nd.array([1, 2], dtype=dtype)
y.attach_grad()
with ag.record():
    z = y * y
z.backward()
y.grad

# %% grad-context
y = nd.array([1.0], ctx=mx.cpu(1))
y.attach_grad()
with ag.record():
    z = y * 3
z.backward()
y.grad

# %% attach-twice-makes-new-buffer
x.attach_grad()
with ag.record():
    y = x * 2
y.backward()
old = x.grad
x.attach_grad()
x.grad, old

# %% attach-between-forward-and-backward
y = recorded(lambda a: a * 2, x)
x.attach_grad()
y.backward()
x.grad

# %% attach-inside-record
with ag.record():
    x.attach_grad()
    y = x * 3
y.backward()
x.grad

# %% attach-to-intermediate
x.attach_grad()
with ag.record():
    y = x * 2
    y.attach_grad()
    z = y * 3
z.backward()
x.grad, y.grad

# %% attach-to-intermediate-square
x.attach_grad()
with ag.record():
    y = x * 2
    y.attach_grad()
    z = y * y
z.backward()
y.grad

# %% attach-after-use
with ag.record():
    z = x * 3
    x.attach_grad()
z.backward()

# %% grad-req-add
x.attach_grad("add")
for _ in range(3):
    with ag.record():
        y = x * 2
    y.backward()
x.grad

# %% grad-req-add-reset
x.attach_grad(grad_req="add")
with ag.record():
    y = x * 2
y.backward()
x.grad[:] = 0
with ag.record():
    y = x * 3
y.backward()
x.grad

# %% grad-req-write
x.attach_grad("write")
for k in range(3):
    with ag.record():
        y = x * (k + 1)
    y.backward()
x.grad

# %% grad-req-add-used-twice
x.attach_grad("add")
for _ in range(2):
    with ag.record():
        y = x * x + x
    y.backward()
x.grad

# %% grad-req-null
x.attach_grad("null")
with ag.record():
    y = x * 2
x.grad

# %% grad-req-null-backward :: require gradients
x.attach_grad("null")
with ag.record():
    y = x * 2
y.backward()

# %% grad-req-null-beside-write
z = nd.array([3.0, 4.0])
x.attach_grad("null")
z.attach_grad()
with ag.record():
    y = x * z
y.backward()
x.grad, z.grad

# %% grad-req-bad
x.attach_grad("foo")

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

# %% mark-variables
g = nd.zeros(2)
ag.mark_variables([x], [g])
with ag.record():
    y = x * 3
y.backward()
g, x.grad

# %% mark-variables-single
g = nd.zeros(2)
ag.mark_variables(x, g)
with ag.record():
    y = x * 3
y.backward()
g

# %% mark-variables-requests
xs = [nd.ones(2), nd.ones(2), nd.ones(2)]
gs = [nd.zeros(2), nd.zeros(2), nd.full((2,), 9)]
ag.mark_variables(xs, gs, ["write", "add", "null"])
for _ in range(2):
    with ag.record():
        y = xs[0] * 2 + xs[1] * 3 + xs[2] * 4
    y.backward()
gs

# %% mark-variables-request-for-all
xs = [nd.ones(1), nd.ones(1)]
gs = [nd.ones(1), nd.ones(1)]
ag.mark_variables(xs, gs, "add")
with ag.record():
    y = xs[0] * 2 + xs[1] * 3
y.backward()
gs

# %% mark-variables-bad-request
ag.mark_variables([x], [nd.zeros(2)], "bogus")

# %% mark-variables-wrong-shape
ag.mark_variables([x], [nd.zeros(3)])
with ag.record():
    y = x * 2
y.backward()

# %% mark-variables-wrong-dtype
ag.mark_variables([x], [nd.zeros(2, dtype="float64")])
with ag.record():
    y = x * 2
y.backward()

# %% mark-variables-fewer-gradients
ag.mark_variables([nd.ones(2), nd.ones(2)], [nd.zeros(2)])

# %% mark-variables-intermediate
x.attach_grad()
with ag.record():
    q = x * 2
    ag.mark_variables([q], [nd.zeros(2)])
    p = q * 5
p.backward()
q.grad, x.grad

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

# %% in-place-outside-record
x.attach_grad()
x += 1
x[:] = x * 2
x[0] = 7
with ag.record():
    y = x * x
y.backward()
x, x.grad

# %% in-place-in-pause
x.attach_grad()
with ag.record():
    with ag.pause():
        x[:] = 3
    y = x * x
y.backward()
x.grad

# %% step-of-descent
w = nd.array([5.0])
w.attach_grad()
for _ in range(3):
    with ag.record():
        loss = (w - 1) ** 2
    loss.backward()
    w -= 0.1 * w.grad
w

# %% in-place-on-leaf
x.attach_grad()
with ag.record():
    x += 1

# %% in-place-on-leaf-leaves
x.attach_grad()
try:
    with ag.record():
        x += 1
except Exception:
    pass
x

# %% setitem-on-leaf
x.attach_grad()
with ag.record():
    x[0] = 5

# %% setitem-on-leaf-leaves
x.attach_grad()
try:
    with ag.record():
        x[:] = 5
except Exception:
    pass
x

# %% in-place-on-intermediate
x.attach_grad()
with ag.record():
    y = x * 2
    y += 1

# %% setitem-on-intermediate
x.attach_grad()
with ag.record():
    y = x * 2
    y[0] = 1

# %% out-on-intermediate
x.attach_grad()
with ag.record():
    y = x * 2
    nd.exp(x, out=y)

# %% full-assignment-to-fresh
x.attach_grad()
with ag.record():
    z = nd.zeros(2)
    z[:] = x * 2
    w = z * 3
w.backward()
x.grad

# %% out-on-fresh
x.attach_grad()
with ag.record():
    z = nd.zeros(2)
    nd.exp(x, out=z)
z.backward()
x.grad

# %% in-place-add-on-fresh
x.attach_grad()
with ag.record():
    z = nd.zeros(2)
    z += x
    w = z * 3
w.backward()
x.grad

# %% part-assignment-to-fresh
x.attach_grad()
with ag.record():
    z = nd.zeros(2)
    z[0] = x[0]
    w = z * 3
w.backward()
x.grad

# %% power-in-place-is-no-write
x.attach_grad()
with ag.record():
    y = x * 2
    y **= 2
y.backward()
x.grad

# %% constants-may-change-while-recording
with ag.record():
    z = nd.zeros(2)
    z[:] = 3
    z += 1
    z[0] = 9
z

# %% copyto-fresh
x.attach_grad()
z = nd.zeros((2,))
with ag.record():
    x.copyto(z)
    w = z * 4
w.backward()
x.grad

# %% copyto-recorded
x.attach_grad()
with ag.record():
    y = x * 2
    x.copyto(y)

# %% overwritten-input
x.attach_grad()
with ag.record():
    y = x * x
x[:] = 10
y.backward()
x.grad.asnumpy()

# %% overwritten-input-added
x.attach_grad()
with ag.record():
    y = x * x
x += 100
y.backward()
x.grad.asnumpy()

# %% overwritten-input-not-needed
x.attach_grad()
with ag.record():
    y = x + x
x[:] = 10
y.backward()
x.grad

# %% overwritten-constant-factor
c = nd.array([2.0, 3.0])
x.attach_grad()
with ag.record():
    y = x * c
c[:] = 100
y.backward()
x.grad.asnumpy()

# %% overwritten-output
x.attach_grad()
with ag.record():
    y = nd.exp(x)
y[:] = 0
y.backward()
x.grad.asnumpy()

# %% overwritten-through-view
v = nd.array([1.0, 2.0, 3.0])
v.attach_grad()
with ag.record():
    y = v * v
v[0:1][:] = 50
y.backward()
v.grad.asnumpy()
