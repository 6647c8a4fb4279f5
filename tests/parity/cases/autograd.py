"""Recording and variables: scopes, what is asked for gradients and where they are written."""

import ndgrad as mx
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import recorded

import threading

x = nd.array([1.0, 2.0])

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
