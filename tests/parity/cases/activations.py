"""Activations and clip: ordinary points, kinks, parameters."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

NAN, INF = float("nan"), float("inf")
X = [-3.0, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5]

# %% Activation-{kind}
# for kind in relu sigmoid tanh softrelu softsign
vg(lambda x: nd.Activation(x, act_type=kind), X)

# %% Activation-{kind}-float64
# for kind in relu sigmoid tanh softrelu softsign
vg(lambda x: nd.Activation(x, act_type=kind), X, dtype="float64")

# %% Activation-{kind}-extremes
# for kind in relu sigmoid tanh softrelu softsign
vg(lambda x: nd.Activation(x, act_type=kind), [100.0, -100.0, INF, -INF])

# %% Activation-2d
vg(lambda x: nd.Activation(x, act_type="tanh"), noise(2, 3))

# %% Activation-relu-nan
vg(lambda x: nd.Activation(x, act_type="relu"), [-1.0, 0.0, 1.0, -0.0, NAN])

# %% relu-nan
vg(nd.relu, [-1.0, 0.0, 1.0, -0.0, NAN, INF, -INF])

# %% Activation-bad-kind :: valid values
nd.Activation(nd.ones(2), act_type="foo")

# %% Activation-no-kind :: act_type
nd.Activation(nd.ones(2))

# %% LeakyReLU-{kind}
# for kind in leaky elu selu gelu
vg(lambda x: nd.LeakyReLU(x, act_type=kind), X)

# %% LeakyReLU-{kind}-float64
# for kind in leaky elu selu gelu
vg(lambda x: nd.LeakyReLU(x, act_type=kind), X, dtype="float64")

# %% LeakyReLU-{kind}-slope
# for kind in leaky elu
vg(lambda x: nd.LeakyReLU(x, act_type=kind, slope=0.1), X)

# %% LeakyReLU-default
nd.LeakyReLU(nd.array([-1.0, 1.0]))

# %% LeakyReLU-kink
vg(lambda x: nd.LeakyReLU(x, slope=0.1), [-1.0, 0.0, 1.0, NAN])

# %% LeakyReLU-prelu
vg(lambda x, g: nd.LeakyReLU(x, g, act_type="prelu"), noise(2, 3), [0.1, 0.2, 0.3])

# %% LeakyReLU-prelu-channels
vg(lambda x, g: nd.LeakyReLU(x, g, act_type="prelu"), noise(2, 3, 2), [0.1, 0.2, 0.3])

# %% LeakyReLU-prelu-one-slope
vg(lambda x, g: nd.LeakyReLU(x, g, act_type="prelu"), noise(2, 3), [0.25])

# %% LeakyReLU-prelu-two-axes
[
    vg(lambda x, g: nd.LeakyReLU(x, g, act_type="prelu"), noise(2, 3, 2), noise(*slopes))
    for slopes in [(2, 3), (1, 3), (2, 1), (1, 1)]
]

# %% LeakyReLU-prelu-last-axes
nd.LeakyReLU(nd.ones((2, 3, 4)), nd.ones((3, 4)), act_type="prelu").asnumpy()

# %% LeakyReLU-rrelu-predict
# In MXNet the second item is the mask, which it fills in training only.
nd.LeakyReLU(nd.array([-1.0, 0.0, 2.0]), act_type="rrelu", lower_bound=0.1, upper_bound=0.3)[0]

# %% LeakyReLU-rrelu-train-bounds
with ag.train_mode():
    y = nd.LeakyReLU(nd.ones((100,)) * -1, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)[0]
bool((y <= -0.1).min() > 0), bool((y >= -0.3).min() > 0)

# %% LeakyReLU-bad-kind :: valid values
nd.LeakyReLU(nd.ones(2), act_type="foo")

# %% clip
vg(lambda x: nd.clip(x, -1, 1), [-2.0, -1.0, 0.0, 1.0, 2.0, NAN, INF, -INF])

# %% clip-keywords
nd.clip(nd.array([1.0, 5.0]), a_min=2, a_max=4)

# %% clip-method
nd.arange(5).clip(1, 3), nd.arange(5).clip(a_min=1, a_max=3)

# %% clip-int
(
    nd.clip(nd.array([-5, 0, 5], dtype="int32"), -1, 2),
    nd.clip(nd.array([0, 5, 200], dtype="uint8"), 1, 100),
)

# %% clip-float64
vg(lambda x: nd.clip(x, 0.1, 0.7), [0.0, 0.1, 0.5, 0.7, 0.9], dtype="float64")

# %% clip-crossed-bounds
vg(lambda x: nd.clip(x, 2, 1), [0.0, 1.0, 1.5, 2.0, 3.0])

# %% clip-one-bound
nd.clip(nd.array([1.0, 5.0]), a_min=2)

# %% clip-out
x = nd.array([1.0, 5.0])
nd.clip(x, 2, 4, out=x)
x

# %% abs-kink
vg(nd.abs, [-1.0, 0.0, 1.0, -0.0, NAN])

# %% sign-kink
vg(nd.sign, [-1.0, 0.0, 1.0, -0.0, NAN])

# %% {op}-zero
# for op in sqrt rsqrt cbrt rcbrt log reciprocal
vg(getattr(nd, op), [0.0, 1.0])

# %% {op}-negative
# for op in sqrt rsqrt cbrt rcbrt log reciprocal log2 log10
vg(getattr(nd, op), [-8.0, NAN])

# %% log1p-edge
vg(nd.log1p, [-1.0, -2.0, 0.0])

# %% {op}-edge
# for op in arccos arcsin arctanh
vg(getattr(nd, op), [1.0, -1.0, 2.0])

# %% arccosh-edge
vg(nd.arccosh, [1.0, 0.5, 2.0])

# %% {op}-pole
# for op in gamma gammaln
vg(getattr(nd, op), [1.0, 0.0, 0.5])

# %% erfinv-edge
vg(nd.erfinv, [0.0, 1.0, -1.0, 0.5])

# %% hard-sigmoid-kinks
vg(nd.hard_sigmoid, [-2.5, 0.0, 2.5, 3.0])

# %% {op}-step
# for op in round rint fix floor ceil trunc
vg(getattr(nd, op), [0.5, 1.5, -0.5, 2.5, 1.7, -1.7])

# %% softsign-zero
vg(nd.softsign, [0.0, -1.0])

# %% relu-method
vg(lambda x: x.relu(), [-1.0, 0.0, 2.0])

# %% relu-twice
vg(lambda x: nd.relu(nd.relu(x) - 1), [-1.0, 0.5, 1.0, 3.0])
