"""Differentiation written by the user: autograd.Function."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

a = nd.array([1.0, 2.0])
b = nd.array([3.0, 4.0])


class Sigmoid(ag.Function):
    def forward(self, x):
        y = 1 / (1 + nd.exp(-x))
        self.save_for_backward(y)
        return y

    def backward(self, dy):
        (y,) = self.saved_tensors
        return dy * y * (1 - y)


class Two(ag.Function):
    def forward(self, p, q):
        return p * q, p + q

    def backward(self, d1, d2):
        return d1 * 1 + d2 * 10, d1 * 100 + d2 * 1000


class Scale(ag.Function):
    def __init__(self, k):
        super().__init__()
        self.k = k

    def forward(self, p):
        return p * self.k

    def backward(self, d):
        return d * self.k


# %% sigmoid
vg(lambda x: Sigmoid()(x), [0.0, 1.0, -3.0])

# %% sigmoid-head-gradient
a.attach_grad()
with ag.record():
    y = Sigmoid()(a)
y.backward(nd.array([1.0, 10.0]))
a.grad

# %% composed
vg(lambda x: Sigmoid()(Sigmoid()(x) * 2), [0.0, 1.0])

# %% outside-record
Sigmoid()(a)

# %% used-twice :: once
f = Sigmoid()
f(a)
f(a)

# %% used-twice-in-record :: once
f = Sigmoid()
a.attach_grad()
with ag.record():
    f(a)
    f(a)

# %% backward-twice-retained
a.attach_grad("add")
with ag.record():
    y = Sigmoid()(a * 1)
y.backward(retain_graph=True)
y.backward()
a.grad


# %% state-inside
class Look(ag.Function):
    def forward(self, x):
        seen.append((ag.is_recording(), ag.is_training()))
        return x * 2

    def backward(self, d):
        seen.append((ag.is_recording(), ag.is_training()))
        return d


seen = []
a.attach_grad()
with ag.record():
    y = Look()(a)
    seen.append((ag.is_recording(), ag.is_training()))
y.backward()
nd.waitall()
seen

# %% two-outputs-first-used
a.attach_grad()
b.attach_grad()
with ag.record():
    u, v = Two()(a, b)
u.backward()
u, v, a.grad, b.grad

# %% two-outputs-second-used
a.attach_grad()
b.attach_grad()
with ag.record():
    u, v = Two()(a, b)
v.backward()
a.grad, b.grad

# %% two-outputs-both-used
a.attach_grad()
b.attach_grad()
with ag.record():
    u, v = Two()(a, b)
ag.backward([u, v])
a.grad, b.grad

# %% two-outputs-combined
vg(lambda p, q: sum(Two()(p, q)), [1.0, 2.0], [3.0, 4.0])

# %% output-type
type(Two()(a, b)).__name__


# %% list-output
class Listed(ag.Function):
    def forward(self, p):
        return [p * 2]

    def backward(self, d):
        return d


a.attach_grad()
with ag.record():
    u = Listed()(a)
u

# %% parameter
vg(lambda x: Scale(3)(x), [1.0, 2.0])


# %% gradient-may-lie
class Lie(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        return d * 100


vg(lambda x: Lie()(x), [1.0, 2.0])


# %% straight-through
class Round(ag.Function):
    def forward(self, p):
        return nd.round(p)

    def backward(self, d):
        return d


vg(lambda x: Round()(x * 2), [0.3, 1.4])


# %% through-numpy
class ByNumpy(ag.Function):
    def forward(self, p):
        return nd.array(np.cumsum(p.asnumpy()))

    def backward(self, d):
        return nd.array(np.cumsum(d.asnumpy()[::-1])[::-1])


vg(lambda x: ByNumpy()(x), [1.0, 2.0, 3.0])


# %% different-output-shape
class Pair(ag.Function):
    def forward(self, p):
        return p[:1] * 2

    def backward(self, d):
        return nd.concat(d * 2, nd.zeros(1), dim=0)


vg(lambda x: Pair()(x), [1.0, 2.0])

# %% first-input-needs-none
b.attach_grad()
with ag.record():
    u, v = Two()(a, b)
u.backward()
b.grad

# %% second-input-needs-none
a.attach_grad()
with ag.record():
    u, v = Two()(a, b)
u.backward()
a.grad


# %% first-input-needs-none-grad-function
class Times(ag.Function):
    def forward(self, p, q):
        return p * q

    def backward(self, d):
        return d * 5, d * 7


a.attach_grad()
b.attach_grad()
with ag.record():
    u = Times()(a, b)
ag.grad(u, [b])

# %% add-request-leaf
a.attach_grad("add")
for _ in range(3):
    with ag.record():
        u = Scale(2)(a)
    u.backward()
a.grad

# %% add-request-through-operator
a.attach_grad("add")
a.grad[:] = 1
with ag.record():
    u = Scale(5)(a * 1)
u.backward()
a.grad


# %% same-input-twice
class Times2(ag.Function):
    def forward(self, p, q):
        return p * q

    def backward(self, d):
        return d * 5, d * 7


vg(lambda x: Times2()(x, x), [1.0, 2.0])

# %% no-input-needs-gradient :: graph
with ag.record():
    u = Scale(2)(a)
u.backward()


# %% number-argument
class WithNumber(ag.Function):
    def forward(self, p, k):
        return p * k

    def backward(self, d):
        return d


a.attach_grad()
with ag.record():
    u = WithNumber()(a, 3)


# %% number-argument-outside-record
class WithNumber2(ag.Function):
    def forward(self, p, k):
        return p * k


WithNumber2()(a, 3)


# %% wrong-number-of-gradients
class TooFew(ag.Function):
    def forward(self, p, q):
        return p * q

    def backward(self, d):
        return d


a.attach_grad()
b.attach_grad()
with ag.record():
    u = TooFew()(a, b)
u.backward()
a.grad.asnumpy()


# %% none-gradient
class Nothing(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        return None


a.attach_grad()
with ag.record():
    u = Nothing()(a)
u.backward()
a.grad.asnumpy()


# %% numpy-gradient
class ReturnsNumpy(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        return np.ones(2)


a.attach_grad()
with ag.record():
    u = ReturnsNumpy()(a)
u.backward()
a.grad.asnumpy()


# %% wrong-shape-gradient
class WrongShape(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        return nd.ones((5,))


a.attach_grad()
with ag.record():
    u = WrongShape()(a)
u.backward()
a.grad.asnumpy()


# %% other-dtype-gradient
class OtherDtype(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        return nd.ones((2,), dtype="float64")


a.attach_grad()
with ag.record():
    u = OtherDtype()(a)
u.backward()
a.grad


# %% error-in-backward
class Fails(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        raise ValueError("boom")


a.attach_grad()
with ag.record():
    u = Fails()(a)
u.backward()
a.grad.asnumpy()


# %% error-in-forward :: boom
class FailsEarly(ag.Function):
    def forward(self, p):
        raise ValueError("boom")


a.attach_grad()
with ag.record():
    FailsEarly()(a)


# %% error-in-forward-state-inside-record
class FailsEarly2(ag.Function):
    def forward(self, p):
        raise ValueError("boom")


with ag.record():
    try:
        FailsEarly2()(a)
    except ValueError:
        pass
    r = ag.is_recording()
r


# %% no-backward
class NoBackward(ag.Function):
    def forward(self, p):
        return p * 2


a.attach_grad()
with ag.record():
    u = NoBackward()(a)
u.backward()
a.grad.asnumpy()

# %% no-forward
ag.Function()(a)


# %% super-init-missing
class NoInit(ag.Function):
    def __init__(self):
        pass

    def forward(self, p):
        return p * 2


NoInit()(a)


# %% returns-input
class Same(ag.Function):
    def forward(self, p):
        return p

    def backward(self, d):
        return d * 7


a.attach_grad()
with ag.record():
    u = Same()(a)
u.backward()
a.grad


# %% returns-number
class Number(ag.Function):
    def forward(self, p):
        return 5

    def backward(self, d):
        return d


a.attach_grad()
with ag.record():
    u = Number()(a)


# %% record-inside-forward
class Inner(ag.Function):
    def forward(self, p):
        with ag.record():
            t = nd.sin(p) * 1
        return t.copy()

    def backward(self, d):
        return d * 2


vg(lambda x: Inner()(x), [1.0, 2.0])


# %% changes-incoming-gradient
class Changes(ag.Function):
    def forward(self, p):
        return p * 2

    def backward(self, d):
        d[:] = 0
        return d


a.attach_grad()
with ag.record():
    u = Changes()(a)
g = nd.array([3.0, 4.0])
u.backward(g)
a.grad

# %% create-graph-first-order
a.attach_grad()
with ag.record():
    y = Sigmoid()(a)
    g = ag.grad(y, a, create_graph=True)[0]
g

# %% create-graph-second-order
a.attach_grad()
with ag.record():
    y = Sigmoid()(a)
    g = ag.grad(y, a, create_graph=True)[0]
g.backward()
a.grad.asnumpy()

# %% saved-tensors-default
Sigmoid().saved_tensors


# %% unused-output-is-zero-gradient
class ShowGrads(ag.Function):
    def forward(self, p):
        return p * 1, p * 2, p * 3

    def backward(self, d1, d2, d3):
        seen.extend([d1.asnumpy(), d2.asnumpy(), d3.asnumpy()])
        return d1 + d2 + d3


seen = []
a.attach_grad()
with ag.record():
    y = ShowGrads()(a)[1]
y.backward()
nd.waitall()
seen, a.grad
