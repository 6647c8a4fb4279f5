"""Every function of one array: values and gradients at ordinary points, then where they are not."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

UNIT = [-0.9, -0.35, 0.0, 0.2, 0.75]
REAL = [-2.3, -0.7, 0.1, 1.0, 3.2]
POSITIVE = [0.05, 0.5, 1.0, 2.5, 40.0]
ABOVE_1 = [1.01, 1.5, 2.0, 10.0]
DOMAIN = {
    **dict.fromkeys(["arccos", "arcsin", "arctanh", "erfinv"], UNIT),
    **dict.fromkeys(
        ["log", "log2", "log10", "sqrt", "rsqrt", "rcbrt", "reciprocal", "gamma", "gammaln"],
        POSITIVE,
    ),
    "arccosh": ABOVE_1,
    "log1p": [-0.6, -0.1, 0.0, 1e-4, 5.0],
    "gamma": [0.05, 0.5, 1.0, 2.5, 7.0],
    "cbrt": [-27.0, -1.0, 0.3, 8.0],
    "tan": [-1.2, -0.3, 0.0, 1.0],
}
NAN, INF = float("nan"), float("inf")


def points(op):
    return DOMAIN.get(op, REAL)


# %% {op}-float32
# for op in abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh degrees erf erfinv exp expm1 fix floor gamma gammaln log log10 log1p log2 negative radians rcbrt reciprocal relu rint round rsqrt sigmoid sign sin sinh softsign sqrt square tan tanh trunc hard_sigmoid logical_not identity
vg(getattr(nd, op), points(op))

# %% {op}-float64
# for op in abs arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh degrees erf erfinv exp expm1 gamma gammaln log log10 log1p log2 radians rcbrt reciprocal relu rsqrt sigmoid sin sinh softsign sqrt square tan tanh hard_sigmoid
vg(getattr(nd, op), points(op), dtype="float64")

# %% {op}-float16
# for op in abs cos exp log relu sigmoid sin sqrt square tanh erf
vg(getattr(nd, op), points(op), dtype="float16")

# %% {op}-int32
# for op in abs ceil floor negative rint round sign square trunc relu
getattr(nd, op)(nd.array([-3, 0, 5], dtype="int32"))

# %% {op}-int32-through-float
# for op in exp sqrt log cbrt tanh
getattr(nd, op)(nd.array([1, 4, 9], dtype="int32"))

# %% {op}-uint8
# for op in abs square sign
getattr(nd, op)(nd.array([0, 3, 200], dtype="uint8"))

# %% {op}-special-values
# for op in abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh exp expm1 floor log log10 log1p log2 relu rint round rsqrt sigmoid sign sin sinh softsign sqrt square tanh trunc erf reciprocal
getattr(nd, op)(nd.array([0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 2.0]))

# %% {op}-method
# for op in abs arccos arcsin arctan arcsinh arctanh cbrt ceil cos cosh degrees exp expm1 fix floor log log10 log1p log2 radians rcbrt reciprocal relu rint round rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc
getattr(nd.array([0.25, 0.75]), op)()

# %% {op}-2d
# for op in exp sqrt tanh
getattr(nd, op)(noise(2, 3, low=0.1, high=2))

# %% {op}-out
# for op in exp abs sigmoid
out = nd.zeros((3,))
r = getattr(nd, op)(nd.array([-1.0, 0.0, 1.0]), out=out)
r, out, r is out

# %% stop-gradient
vg(lambda x: nd.stop_gradient(x * 2) * x, [1.0, 2.0])

# %% large-arguments
(
    nd.exp(nd.array([88.0, 89.0, 1000.0, -1000.0])),
    nd.sinh(nd.array([89.0])),
    nd.tanh(nd.array([20.0, -1000.0])),
)

# %% small-arguments
s = nd.array([1e-7, -1e-7])
[
    getattr(nd, op)(s) * 1e7
    for op in ("expm1", "log1p", "sin", "tan", "sinh", "tanh", "arcsin", "arctan", "arctanh", "erf")
]

# %% sin-large-argument
nd.sin(nd.array([1e4, -1e5, 1e6])), nd.cos(nd.array([1e4, -1e5, 1e6]))

# %% sigmoid-saturates
vg(nd.sigmoid, [1000.0, -1000.0, 30.0, -30.0])

# %% round-halves
x = nd.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
nd.round(x), nd.rint(x), nd.fix(x), nd.trunc(x)

# %% hard-sigmoid-parameters
vg(lambda x: nd.hard_sigmoid(x, alpha=0.5, beta=0.1), [-2.0, -0.2, 0.0, 1.0, 1.8, 3.0])

# %% gammaln-negative
nd.gammaln(nd.array([-0.5, -1.5])), nd.gamma(nd.array([-0.5, -1.5]))

# %% unknown-argument-is-ignored
nd.exp(nd.ones(2), foo=1)

# %% out-of-wrong-shape
nd.exp(nd.ones(2), out=nd.zeros(3))

# %% number-argument
nd.exp(5)

# %% numpy-argument
nd.exp(np.ones(2))

# %% no-argument
nd.exp()

# %% name-argument
nd.exp(nd.zeros(2), name="foo")

# %% keyword-data
nd.exp(data=nd.zeros(2))

# %% no-such-operator
nd.nosuchop

# %% chain-of-many
vg(lambda x: nd.log(nd.exp(nd.sin(x) + 1) + nd.sqrt(nd.square(x) + 1)), [-1.0, 0.5, 2.0])

# %% contrib-{op}
# for op in isnan isinf isfinite
getattr(nd.contrib, op)(nd.array([NAN, INF, -INF, 1.0]))

# %% div-sqrt-dim
vg(nd.contrib.div_sqrt_dim, noise(2, 4))

# %% quadratic
vg(lambda x: nd.contrib.quadratic(x, a=2, b=-3, c=1), [-1.0, 0.0, 2.0])

# %% gradient-multiplier
vg(lambda x: nd.contrib.gradientmultiplier(x, scalar=-0.5), [1.0, 2.0])

# %% all-finite
(
    nd.all_finite(nd.array([1.0, 2.0])),
    nd.all_finite(nd.array([1.0, INF])),
    nd.multi_all_finite(nd.array([1.0]), nd.array([NAN]), num_arrays=2),
)

# %% cumsum
(
    nd.cumsum(ramp(2, 3)),
    nd.cumsum(ramp(2, 3), axis=0),
    nd.cumsum(ramp(2, 3), axis=1),
    nd.cumsum(ramp(3), dtype="float64"),
)

# %% cumsum-gradient
vg(lambda x: nd.cumsum(x, axis=1), noise(2, 3))

# %% cumsum-of-bools
nd.cumsum(nd.array([1, 1, 0], dtype="bool"))

# %% fractions-beside-integers-{dtype}
# for dtype in int8 int32 int64 uint8
x = nd.array([1, 4, 5], dtype=dtype)
nd.degrees(x), nd.radians(x * 10), nd.smooth_l1(x)
