"""Dropout and random numbers: facts that do not depend on the stream."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

x = nd.ones((2, 8))
big = nd.ones((10000,))

# %% dropout-off-outside-training
nd.Dropout(x, p=0.5)

# %% dropout-outside-training-is-a-copy
y = nd.Dropout(x, p=0.5)
y += y
x, y

# %% dropout-off-in-predict-mode
with ag.record(train_mode=False):
    y = nd.Dropout(x, p=0.5)
y

# %% dropout-predict-gradient
x.attach_grad()
with ag.record(train_mode=False):
    y = nd.Dropout(x, p=0.5)
y.backward()
x.grad

# %% dropout-values
with ag.train_mode():
    y = nd.Dropout(big, p=0.75)
sorted(set(y.asnumpy().tolist()))

# %% dropout-record-values
with ag.record():
    y = nd.Dropout(big, p=0.5)
sorted(set(y.asnumpy().tolist()))

# %% dropout-rate
with ag.train_mode():
    y = nd.Dropout(big, p=0.3)
bool(abs((y == 0).mean().asscalar() - 0.3) < 0.03)

# %% dropout-gradient-is-mask
x.attach_grad()
with ag.record():
    y = nd.Dropout(x, p=0.5)
y.backward()
bool((x.grad == y).min().asscalar())

# %% dropout-gradient-ignores-train-mode
x.attach_grad()
with ag.record():
    y = nd.Dropout(x, p=0.5)
y.backward(train_mode=False)
bool((x.grad == y).min().asscalar())

# %% dropout-always
y = nd.Dropout(big, p=0.5, mode="always")
sorted(set(y.asnumpy().tolist()))

# %% dropout-axes-0
with ag.train_mode():
    y = nd.Dropout(nd.ones((3, 50)), p=0.5, axes=(0,)).asnumpy()
bool((y == y[0]).all())

# %% dropout-axes-1
with ag.train_mode():
    y = nd.Dropout(nd.ones((50, 3)), p=0.5, axes=(1,)).asnumpy()
bool((y == y[:, :1]).all())

# %% dropout-p-0
with ag.train_mode():
    y = nd.Dropout(x, p=0)
y

# %% dropout-p-1
with ag.train_mode():
    y = nd.Dropout(nd.ones((2,)), p=1)
y

# %% dropout-default-p
with ag.train_mode():
    y = nd.Dropout(big)
sorted(set(y.asnumpy().tolist()))

# %% dropout-p-too-large :: p
nd.Dropout(x, p=1.5)

# %% dropout-p-negative :: p
nd.Dropout(x, p=-0.1)

# %% dropout-bad-mode :: valid values
nd.Dropout(x, p=0.5, mode="foo")

# %% dropout-float64
with ag.train_mode():
    y = nd.Dropout(big.astype("float64"), p=0.5)
y.dtype, sorted(set(y.asnumpy().tolist()))

# %% dropout-differs-each-time
with ag.train_mode():
    p, q = nd.Dropout(big, p=0.5), nd.Dropout(big, p=0.5)
bool((p == q).min().asscalar())

# %% seed-repeats-{name}
# for name in uniform normal randint exponential gamma poisson
args = {
    "uniform": (0, 1),
    "normal": (0, 1),
    "randint": (0, 1000),
    "exponential": (1,),
    "gamma": (2, 2),
    "poisson": (3,),
}[name]
draw = getattr(nd.random, name)
mx.random.seed(42)
p = draw(*args, shape=(5,)).asnumpy()
q = draw(*args, shape=(5,)).asnumpy()
mx.random.seed(42)
r = draw(*args, shape=(5,)).asnumpy()
bool((p == r).all()), bool((p == q).all())

# %% seed-repeats-dropout
mx.random.seed(1)
with ag.train_mode():
    p = nd.Dropout(big, p=0.5).asnumpy()
    mx.random.seed(1)
    q = nd.Dropout(big, p=0.5).asnumpy()
bool((p == q).all())

# %% seed-bad
mx.random.seed("a")

# %% shapes-{name}
# for name in uniform normal exponential gamma poisson randn
args = {
    "gamma": (2, 2),
    "poisson": (3,),
    "uniform": (0, 1),
    "normal": (0, 1),
    "exponential": (1,),
    "randn": (),
}[name]
draw = getattr(nd.random, name)
y = draw(*args, shape=(2, 3)) if name != "randn" else draw(2, 3)
y.shape, y.dtype, y.context

# %% shape-default
(
    nd.random.uniform().shape,
    nd.random.normal().shape,
    nd.random.uniform(shape=3).shape,
    nd.random.randint(0, 5).shape,
)

# %% dtypes
(
    nd.random.uniform(shape=(1,), dtype="float64").dtype,
    nd.random.normal(shape=(1,), dtype="float16").dtype,
    nd.random.randint(0, 5, shape=(2,)).dtype,
    nd.random.randint(0, 5, shape=(2,), dtype="int64").dtype,
)

# %% uniform-range
y = nd.random.uniform(2, 5, shape=(10000,)).asnumpy()
bool((y >= 2).all() and (y < 5).all()), bool(abs(y.mean() - 3.5) < 0.1)

# %% normal-moments
y = nd.random.normal(1, 2, shape=(20000,)).asnumpy()
bool(abs(y.mean() - 1) < 0.1), bool(abs(y.std() - 2) < 0.1)

# %% randint-range
y = nd.random.randint(-3, 4, shape=(5000,)).asnumpy()
sorted(set(y.tolist()))

# %% aliases
[
    getattr(nd, name)(shape=(2,)).shape
    for name in ("random_uniform", "random_normal", "uniform", "normal")
]

# %% parameter-arrays
(
    nd.random.uniform(nd.array([0.0, 10.0]), nd.array([1.0, 20.0]), shape=(2,)).shape,
    nd.random.normal(nd.zeros((2,)), nd.ones((2,))).shape,
)

# %% sample-operators
(
    nd.sample_uniform(nd.array([0.0, 10.0]), nd.array([1.0, 20.0]), shape=(3,)).shape,
    nd.sample_normal(nd.zeros((2,)), nd.ones((2,)), shape=3).shape,
)

# %% parameter-mixed
nd.random.uniform(low=nd.array([0.0]), high=1)

# %% uniform-crossed :: low
nd.random.uniform(low=5, high=1, shape=(2,)).asnumpy()

# %% normal-negative-scale :: scale
nd.random.normal(0, -1, shape=(2,)).asnumpy()

# %% multinomial
y = nd.random.multinomial(nd.array([0.0, 1.0, 0.0]), shape=4)
y, nd.random.multinomial(nd.array([[0.0, 1.0], [1.0, 0.0]]))

# %% multinomial-prob
y, p = nd.sample_multinomial(nd.array([0.0, 1.0]), get_prob=True)
y, p

# %% shuffle-permutes
sorted(nd.random.shuffle(nd.arange(6)).asnumpy().tolist())

# %% shuffle-rows-stay-together
y = nd.random.shuffle(ramp(5, 2)).asnumpy()
sorted(map(tuple, y.tolist()))

# %% uniform-out
out = nd.zeros((3,))
r = nd.random.uniform(5, 6, shape=(3,), out=out)
bool((out >= 5).min().asscalar()), r is out

# %% numpy-seed-is-independent
mx.random.seed(3)
p = nd.random.uniform(shape=(3,)).asnumpy()
np.random.seed(99)
mx.random.seed(3)
q = nd.random.uniform(shape=(3,)).asnumpy()
bool((p == q).all())

# %% random-like
nd.random.uniform(shape=(2, 2), ctx=mx.cpu(1)).context

# %% no-gradient-into-parameters
low = nd.array([0.0])
high = nd.array([1.0])
low.attach_grad()
with ag.record():
    y = nd.random.uniform(low, high, shape=(2,))
y.backward()

# %% density-normal
x, mu, sigma = (
    nd.array([[0.5, 1.0, 2.0], [0.1, 3.0, 1.5]]),
    nd.array([1.0, 2.0]),
    nd.array([1.5, 0.7]),
)
for p in (x, mu, sigma):
    p.attach_grad()
with ag.record():
    y = nd.random_pdf_normal(x, mu, sigma)
y.backward()
y, x.grad, mu.grad, sigma.grad

# %% density-gamma-log
x, alpha, beta = nd.array([[0.5, 1.0], [0.1, 3.0]]), nd.array([1.5, 2.0]), nd.array([1.5, 0.7])
for p in (x, alpha, beta):
    p.attach_grad()
with ag.record():
    y = nd.random_pdf_gamma(x, alpha, beta, is_log=True)
y.backward()
y, x.grad, alpha.grad, beta.grad

# %% density-negative-binomial
x, k, q = nd.array([[0.0, 1.0], [2.0, 5.0]]), nd.array([1.5, 2.0]), nd.array([0.4, 0.7])
for p in (k, q):
    p.attach_grad()
with ag.record():
    y = nd.random_pdf_negative_binomial(x, k, q)
y.backward()
y, k.grad, q.grad, nd.random_pdf_generalized_negative_binomial(x, k, q, is_log=True)

# %% densities-of-one-parameter
x, lam = nd.array([[1.0, 2.0], [3.0, 0.0]]), nd.array([1.5, 0.5])
nd.random_pdf_exponential(x, lam), nd.random_pdf_poisson(x, lam), nd.random_pdf_poisson(lam, lam)

# %% density-uniform
nd.random_pdf_uniform(
    nd.array([[1.0, 2.0], [3.0, 9.0]]), nd.array([1.0, 2.0]), nd.array([4.0, 5.0])
)

# %% density-dirichlet
x, alpha = nd.array([[[0.1, 0.9], [0.3, 0.7]]]), nd.array([[1.5, 2.0]])
for p in (x, alpha):
    p.attach_grad()
with ag.record():
    y = nd.random_pdf_dirichlet(x, alpha)
y.backward()
y, x.grad, alpha.grad
