"""Losses and outputs that make their own gradient, and operators that stop one."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% {kind}RegressionOutput
# for kind in Linear MAE Logistic
vg(
    lambda x: getattr(nd, f"{kind}RegressionOutput")(x, nd.array([[1.0, 0.0], [2.0, -1.0]])),
    [[1.5, 0.5], [2.0, 3.0]],
)

# %% {kind}RegressionOutput-grad-scale
# for kind in Linear MAE Logistic
vg(
    lambda x: getattr(nd, f"{kind}RegressionOutput")(x, nd.array([[1.0, 0.0]]), grad_scale=0.25),
    [[1.5, 0.5]],
)

# %% {kind}RegressionOutput-1d
# for kind in Linear MAE Logistic
vg(lambda x: getattr(nd, f"{kind}RegressionOutput")(x, nd.array([1.0, 0.0, 1.0])), [0.5, 0.5, 0.25])

# %% {kind}RegressionOutput-label-shape
# for kind in Linear MAE Logistic
vg(lambda x: getattr(nd, f"{kind}RegressionOutput")(x, nd.array([1.0, 0.0])), [[0.5], [0.25]])

# %% {kind}RegressionOutput-label-gradient
# for kind in Linear MAE
vg(getattr(nd, f"{kind}RegressionOutput"), [[0.5], [0.25]], [[1.0], [0.0]])

# %% LinearRegressionOutput-ignores-head
x = nd.array([[3.0]])
x.attach_grad()
with ag.record():
    y = nd.LinearRegressionOutput(x, nd.array([[1.0]]))
y.backward(nd.array([[100.0]]))
x.grad

# %% LinearRegressionOutput-3d
vg(lambda x: nd.LinearRegressionOutput(x, nd.zeros((2, 2, 2))), noise(2, 2, 2))

# %% LinearRegressionOutput-bad-label
nd.LinearRegressionOutput(nd.ones((2, 2)), nd.ones((3,)))

# %% SVMOutput
vg(lambda x: nd.SVMOutput(x, nd.array([0, 2])), [[0.5, 0.2, -2.0], [0.1, 0.3, 0.6]])

# %% SVMOutput-linear
vg(
    lambda x: nd.SVMOutput(
        x, nd.array([0, 2]), use_linear=True, margin=0.5, regularization_coefficient=2.0
    ),
    [[0.5, 0.2, -2.0], [0.1, 0.3, 0.6]],
)

# %% make-loss
vg(lambda x: nd.make_loss(x * 3), [1.0, 2.0])

# %% make-loss-ignores-head
x = nd.array([1.0, 2.0])
x.attach_grad()
with ag.record():
    y = nd.make_loss(x * 3)
y.backward(nd.array([10.0, 10.0]))
x.grad

# %% MakeLoss
vg(lambda x: nd.MakeLoss(x * x), [1.0, 2.0])

# %% MakeLoss-grad-scale
vg(lambda x: nd.MakeLoss(x * x, grad_scale=0.5), [1.0, 2.0])

# %% MakeLoss-normalization-{kind}
# for kind in null batch valid
vg(lambda x: nd.MakeLoss(x * x, normalization=kind), [[1.0, 2.0], [3.0, 0.0]])

# %% MakeLoss-valid-thresh
vg(lambda x: nd.MakeLoss(x * 2, normalization="valid", valid_thresh=3.0), [1.0, 2.0, 5.0])

# %% BlockGrad
vg(lambda x: nd.BlockGrad(x * 2) * x, [1.0, 2.0])

# %% BlockGrad-alone
x = nd.array([1.0])
x.attach_grad()
with ag.record():
    y = nd.BlockGrad(x)
y.backward()
x.grad

# %% stop-gradient
vg(lambda x: nd.stop_gradient(x) + x, [1.0, 2.0])

# %% identity
vg(nd.identity, [1.0, 2.0])


# %% cross-entropy-by-hand
def loss(x):
    p = nd.softmax(x)
    return -nd.mean(nd.log(nd.pick(p, nd.array([0, 1]))))


vg(loss, noise(2, 3))

# %% squared-loss-by-hand
vg(lambda w, b: nd.mean((nd.dot(noise(4, 2), w) + b - noise(4, 1)) ** 2), noise(2, 1), [0.1])

# %% logistic-loss-by-hand
vg(lambda x: nd.log(1 + nd.exp(-nd.array([1.0, -1.0]) * x)), [0.3, -0.7])

# %% huber-by-hand
vg(
    lambda x: nd.where(nd.abs(x) > 1, nd.abs(x) - 0.5, 0.5 * nd.square(x)),
    [-3.0, -0.5, 0.0, 1.0, 2.0],
)

# %% ctc-loss
vg(lambda x: nd.CTCLoss(x, nd.array([[1, 2], [2, 0]])), noise(4, 2, 3))

# %% ctc-loss-blank-last
vg(lambda x: nd.CTCLoss(x, nd.array([[0, 1], [1, -1]]), blank_label="last"), noise(4, 2, 3))

# %% ctc-loss-data-lengths
vg(
    lambda x: nd.CTCLoss(x, nd.array([[1, 2], [2, 1]]), nd.array([2, 3]), use_data_lengths=True),
    noise(3, 2, 3),
)

# %% ctc-loss-label-lengths
vg(
    lambda x: nd.ctc_loss(x, nd.array([[1, 2], [2, 2]]), nd.array([2, 1]), use_label_lengths=True),
    noise(4, 2, 3),
)

# %% ctc-loss-both-lengths
vg(
    lambda x: nd.contrib.ctc_loss(
        x, nd.array([[1, 2], [2, 2]]), nd.array([3, 4]), nd.array([2, 1]), use_data_lengths=True,
        use_label_lengths=True,
    ),
    noise(4, 2, 3),
)  # fmt: skip

# %% ctc-loss-bad-label
nd.CTCLoss(nd.ones((3, 2, 3)), nd.ones((3, 2)))

# %% hawkesll-{what}
# for what in gradients state
# within 2e-5
rates, alpha, beta = nd.array([[0.5, 0.6], [0.7, 0.8]]), nd.array([0.2, 0.3]), nd.array([1.0, 2.0])
state, marks = nd.array([[0.0, 0.1], [0.2, 0.3]]), nd.array([[0, 1, 0], [1, 1, 0]], dtype="int32")
rest = nd.array([[0.5, 1, 0.2], [1, 0.3, 0.4]]), marks, nd.array([3, 2]), nd.array([4, 5])
likelihood = lambda *args: nd.contrib.hawkesll(*args, *rest)
if what == "gradients":
    result = (
        vg(lambda *args: likelihood(*args, state)[0], rates, alpha, beta),
        likelihood(rates, alpha, beta, state),
    )
else:
    result = vg(lambda s: likelihood(rates, alpha, beta, s)[0], state)
result

# %% {kind}RegressionOutput-other-label-shapes
# for kind in Linear Logistic MAE
[
    vg(lambda x: getattr(nd, f"{kind}RegressionOutput")(x, noise(*label)), noise(*data))
    for data, label in (((2, 3, 2), (2, 2, 3)), ((2,), (2, 1)), ((2, 3, 2), (2, 6)))
]

# %% {kind}RegressionOutput-label-of-other-examples
# for kind in Linear Logistic MAE
getattr(nd, f"{kind}RegressionOutput")(noise(2, 3), noise(3, 2))
