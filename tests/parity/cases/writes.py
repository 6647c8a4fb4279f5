"""Writes to arrays while a graph holds them: what is refused, what backward notices."""

from ndgrad import autograd as ag
from ndgrad import nd

x = nd.array([1.0, 2.0])

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

# %% adamw-gradient
weight, grad = nd.array([1.0, 2.0]), nd.array([0.5, 0.25])
mean, var, scale = nd.zeros(2), nd.zeros(2), nd.array([2.0])
nd.contrib.adamw_update(weight, grad, mean, var, scale, lr=0.1, eta=1.0, wd=0.1, out=weight)
weight, grad

# %% mp-lamb-weight32
weight, weight32 = nd.array([1.0, 2.0], dtype="float16"), nd.array([1.0, 2.0])
arrays = weight, nd.array([0.5, 0.25]), nd.array([2.0]), nd.array([1.0]), weight32
nd.mp_lamb_update_phase2(*arrays, lr=0.1, out=weight)
weight, weight32
