"""softmax and its relatives, SoftmaxOutput with its options."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

NAN, INF = float("nan"), float("inf")
X = nd.array([[1.0, 2.0, 3.0], [1.0, 0.5, -1.0]])

# %% {op}
# for op in softmax log_softmax softmin
# within 2e-5
vg(getattr(nd, op), X)

# %% {op}-axis-{axis}
# for op in softmax log_softmax softmin
# for axis in 0 1 -2
# within 2e-5
vg(lambda x: getattr(nd, op)(x, axis=int(axis)), noise(2, 3, 2))

# %% {op}-temperature
# for op in softmax log_softmax softmin
# within 2e-5
vg(lambda x: getattr(nd, op)(x, temperature=2.5), X)

# %% {op}-float64
# for op in softmax log_softmax softmin
# within 2e-5
vg(getattr(nd, op), X.astype("float64"))

# %% {op}-float16
# for op in softmax log_softmax
# within 2e-5
getattr(nd, op)(X.astype("float16"))

# %% {op}-1d
# for op in softmax log_softmax
# within 2e-5
vg(getattr(nd, op), [0.1, 0.2, -3.0])

# %% {op}-dtype-argument
# for op in softmax log_softmax
# within 2e-5
getattr(nd, op)(X, dtype="float64").dtype

# %% {op}-method
# for op in softmax log_softmax
# within 2e-5
getattr(X, op)(), getattr(X, op)(axis=0)

# %% {op}-large
# for op in softmax log_softmax
# within 2e-5
getattr(nd, op)(nd.array([[1000.0, 0.0], [-1000.0, -1001.0]]))

# %% {op}-bad-axis
# for op in softmax log_softmax
# within 2e-5
getattr(nd, op)(nd.ones((2, 2)), axis=3)

# %% {op}-int
# for op in softmax log_softmax
# within 2e-5
getattr(nd, op)(nd.array([[1, 2]], dtype="int32"))

# %% softmax-minus-infinity
nd.softmax(nd.array([[-INF, 1.0]])), nd.softmax(nd.array([[-INF, -INF]]))

# %% softmax-nan
nd.softmax(nd.array([[NAN, 1.0], [1.0, 1.0]]))

# %% softmax-temperature-zero
nd.softmax(X, temperature=0)

# %% softmax-length
vg(lambda x: nd.softmax(x, nd.array([2, 3], dtype="int32"), use_length=True), X)

# %% softmax-length-axis
nd.softmax(noise(2, 3, 2), nd.array([[1, 2], [3, 0]], dtype="int32"), use_length=True, axis=1)

# %% softmax-one-column
vg(nd.softmax, [[5.0], [6.0]])

# %% softmax-cross-entropy
vg(lambda x: nd.softmax_cross_entropy(x, nd.array([2, 0])), X)

# %% softmax-cross-entropy-bad-label
nd.softmax_cross_entropy(X, nd.array([2, 0, 1]))

# %% softmax-then-log-loss
vg(lambda x: -nd.sum(nd.log(nd.softmax(x)) * nd.one_hot(nd.array([2, 0]), 3)), X)

# %% log-softmax-pick-loss
# within 2e-5
vg(lambda x: -nd.pick(nd.log_softmax(x), nd.array([2, 0])), X)

# %% SoftmaxOutput
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0])), X)

# %% SoftmaxOutput-ignores-head-gradient
x = X.copy()
x.attach_grad()
with ag.record():
    y = nd.SoftmaxOutput(x, nd.array([2, 0]))
y.backward(nd.ones((2, 3)) * 5)
x.grad

# %% SoftmaxOutput-out-grad
x = X.copy()
x.attach_grad()
with ag.record():
    y = nd.SoftmaxOutput(x, nd.array([2, 0]), out_grad=True)
y.backward(nd.ones((2, 3)) * 5)
x.grad

# %% SoftmaxOutput-grad-scale
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), grad_scale=0.5), X)

# %% SoftmaxOutput-ignore
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, -1]), use_ignore=True, ignore_label=-1), X)

# %% SoftmaxOutput-ignore-label-0
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), use_ignore=True, ignore_label=0), X)

# %% SoftmaxOutput-ignore-without-use
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), ignore_label=0), X)

# %% SoftmaxOutput-normalization-{kind}
# for kind in null batch valid
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), normalization=kind), X)

# %% SoftmaxOutput-normalization-{kind}-ignore
# for kind in null batch valid
vg(
    lambda x: nd.SoftmaxOutput(
        x, nd.array([2, 0]), normalization=kind, use_ignore=True, ignore_label=0
    ),
    X,
)

# %% SoftmaxOutput-bad-normalization :: valid values
nd.SoftmaxOutput(X, nd.array([2, 0]), normalization="foo")

# %% SoftmaxOutput-smooth
vg(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), smooth_alpha=0.3), X)

# %% SoftmaxOutput-multi-output
vg(lambda x: nd.SoftmaxOutput(x, nd.array([[2, 0], [1, 1]]), multi_output=True), noise(2, 3, 2))

# %% SoftmaxOutput-multi-output-{kind}
# for kind in batch valid
vg(
    lambda x: nd.SoftmaxOutput(
        x, nd.array([[2, 0], [1, 1]]), multi_output=True, normalization=kind
    ),
    noise(2, 3, 2),
)

# %% SoftmaxOutput-multi-output-ignore
vg(
    lambda x: nd.SoftmaxOutput(
        x,
        nd.array([[2, 0], [1, 1]]),
        multi_output=True,
        use_ignore=True,
        ignore_label=1,
        normalization="valid",
    ),
    noise(2, 3, 2),
)

# %% SoftmaxOutput-preserve-shape
vg(lambda x: nd.SoftmaxOutput(x, nd.array([[2, 0], [1, 1]]), preserve_shape=True), noise(2, 2, 3))

# %% SoftmaxOutput-flattens
vg(lambda x: nd.SoftmaxOutput(x, nd.array([5, 0])), noise(2, 3, 2))

# %% SoftmaxOutput-label-gradient
vg(lambda x, l: nd.SoftmaxOutput(x, l), X, [2.0, 0.0])

# %% SoftmaxOutput-probability-labels
vg(lambda x: nd.SoftmaxOutput(x, nd.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])), X)

# %% SoftmaxOutput-predict-mode
nd.SoftmaxOutput(X, nd.array([2, 0]))

# %% SoftmaxOutput-bad-label-shape
nd.SoftmaxOutput(X, nd.array([2, 0, 1]))

# %% Softmax-alias
nd.Softmax(X, nd.array([2, 0]))

# %% SoftmaxActivation
vg(nd.SoftmaxActivation, X)

# %% SoftmaxActivation-channel
vg(lambda x: nd.SoftmaxActivation(x, mode="channel"), noise(2, 3, 2))

# %% SoftmaxActivation-instance-3d
nd.SoftmaxActivation(noise(2, 3, 2))
