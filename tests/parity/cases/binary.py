"""Functions of two arrays: elemwise_*, broadcast_*, maximum, hypot, where, add_n."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

NAN = float("nan")

# %% elemwise-{op}
# for op in add sub mul div
vg(getattr(nd, f"elemwise_{op}"), noise(2, 3, low=1), noise(2, 3, low=0.5))

# %% elemwise-{op}-{dtype}
# for op in add sub mul div
# for dtype in float64 int32
getattr(nd, f"elemwise_{op}")(nd.array([7, 8], dtype=dtype), nd.array([2, 3], dtype=dtype))

# %% elemwise-does-not-broadcast
nd.elemwise_add(nd.ones((2, 3)), nd.ones((1, 3)))

# %% elemwise-mixed-dtypes
nd.elemwise_add(nd.ones((2,)), nd.ones((2,), dtype="float64"))

# %% broadcast-{op}
# for op in add plus sub minus mul div mod power maximum minimum hypot
vg(getattr(nd, f"broadcast_{op}"), noise(2, 1, low=1, high=3), noise(2, 3, low=0.5, high=4))

# %% broadcast-{op}-trailing
# for op in add sub mul div mod power maximum minimum hypot
vg(getattr(nd, f"broadcast_{op}"), noise(3, 1, 2, low=1, high=3), noise(1, 2, 1, low=0.5, high=4))

# %% broadcast-{op}-fewer-dims
# for op in add mul maximum
vg(getattr(nd, f"broadcast_{op}"), noise(3, low=1), noise(2, 3, low=0.5))

# %% broadcast-{op}-{dtype}
# for op in add mul div mod maximum minimum
# for dtype in float64 int32 int64
getattr(nd, f"broadcast_{op}")(nd.array([[7], [9]], dtype=dtype), nd.array([[2, 8]], dtype=dtype))

# %% broadcast-bad-{op} :: broadcast
# for op in add maximum
getattr(nd, f"broadcast_{op}")(nd.ones((2, 3)), nd.ones((2, 2)))

# %% broadcast-one-argument
nd.broadcast_add(nd.ones(2))

# %% {op}-arrays
# for op in maximum minimum
vg(getattr(nd, op), [1.0, 5.0, 3.0], [4.0, 2.0, -3.0])

# %% {op}-scalar
# for op in maximum minimum
f = getattr(nd, op)
x = nd.array([1.0, 2.0, 3.0])
f(x, 2), f(2, x), f(2, 3), f(x, 2.5)

# %% {op}-int
# for op in maximum minimum
f = getattr(nd, op)
x = nd.array([1, 2, 3], dtype="int32")
f(x, 2), f(x, 2.5), f(x, nd.array([3, 2, 1], dtype="int32"))

# %% {op}-ties
# for op in maximum minimum
vg(getattr(nd, op), [1.0, 2.0, 3.0, NAN, 1.0], [1.0, 3.0, 2.0, 1.0, NAN])

# %% {op}-ties-scalar
# for op in maximum minimum
vg(lambda x: getattr(nd, op)(x, 1), [0.0, 1.0, 2.0, NAN])

# %% hypot
x = nd.array([3.0, 5.0])
nd.broadcast_hypot(x, nd.array([4.0, 12.0]))

# %% hypot-kink
vg(nd.broadcast_hypot, [0.0, 3.0], [0.0, 4.0])

# %% power-arrays-kinks
vg(nd.power, [0.0, 0.0, 0.0, -2.0, 2.0], [0.0, 1.0, 2.0, 2.0, 0.0])

# %% power-scalar-{exponent}
# for exponent in 0 1 2 3 0.5 -1 -2 1.5
vg(lambda x: x ** float(exponent), [0.0, 1.0, 4.0])

# %% power-scalar-negative-base-{exponent}
# for exponent in 0 1 2 3 0.5 -1
vg(lambda x: x ** float(exponent), [-2.0, -1.0])

# %% rpower-{base}
# for base in 0 2 -2
vg(lambda x: float(base) ** x, [0.0, 1.0, -1.0, 2.0])

# %% division-kinks
vg(lambda a, b: a / b, [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])

# %% mod-kinks
vg(lambda a, b: a % b, [5.0, -5.0, 5.0, 1.0], [3.0, 3.0, -3.0, 0.0])

# %% mod-scalar-gradient
vg(lambda x: x % 2, [3.0, -3.0, 2.0])

# %% rmod-gradient
vg(lambda x: 7 % x, [3.0, -3.0, 2.0])

# %% mod-not-integer
vg(lambda a, b: a % b, [5.5, -5.5, 0.7], [1.25, 1.25, -0.2])

# %% where
vg(lambda x, y: nd.where(nd.array([1.0, 0.0, 2.0]), x, y), [1.0, 2.0, 3.0], [10.0, 20.0, 30.0])

# %% where-rows
vg(lambda x, y: nd.where(nd.array([1.0, 0.0]), x, y), noise(2, 3), noise(2, 3))

# %% where-int-condition
nd.where(nd.array([1, 0], dtype="int32"), nd.array([1.0, 2.0]), nd.array([3.0, 4.0]))

# %% where-condition-gradient
vg(lambda c, x: nd.where(c, x, x * 2), [1.0, 0.0], [1.0, 2.0])

# %% where-nan-not-taken
vg(lambda x: nd.where(x > 0, nd.log(x), x), [-1.0, 0.0, 2.0])

# %% where-scalar-like
nd.where(nd.array([1, 0]), nd.ones((2,)) * 5, nd.zeros((2,)))

# %% where-mixed-dtypes
nd.where(nd.array([1.0, 0.0]), nd.ones((2,)), nd.ones((2,), dtype="float64"))

# %% where-bad-shape
nd.where(nd.array([1.0, 0.0]), nd.ones((3,)), nd.ones((3,)))

# %% where-method-comparison
x = noise(2, 3)
nd.where(x > 0, x, nd.zeros_like(x))

# %% add-n
vg(lambda *xs: nd.add_n(*xs), [1.0, 2.0], [3.0, 4.0], [5.0, 6.0])

# %% add-n-one
nd.add_n(nd.array([1.0]))

# %% ElementWiseSum
nd.ElementWiseSum(nd.ones(2), nd.ones(2))

# %% add-n-bad-shape
nd.add_n(nd.ones(2), nd.ones(3))

# %% add-n-same-array
vg(lambda x: nd.add_n(x, x, x), [1.0, 2.0])

# %% khatri-rao
nd.khatri_rao(noise(2, 2), noise(3, 2))

# %% out-argument
out = nd.zeros((2,))
r = nd.broadcast_add(nd.ones((2,)), nd.ones((2,)), out=out)
out, r is out

# %% out-alias-of-input
x = nd.array([1.0, 2.0])
nd.elemwise_add(x, x, out=x)
x

# %% keyword-operands
(
    nd.broadcast_sub(lhs=nd.array([5.0]), rhs=nd.array([3.0])),
    nd.elemwise_mul(rhs=nd.array([5.0]), lhs=nd.array([3.0])),
)

# %% smooth-l1
vg(lambda x: nd.smooth_l1(x, scalar=1.0), [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])

# %% smooth-l1-scalar-3
vg(lambda x: nd.smooth_l1(x, scalar=3.0), [-2.0, -0.1, 0.0, 0.05, 0.11, 0.12])

# %% smooth-l1-default
nd.smooth_l1(nd.array([-2.0, 0.3]), scalar=1)

# %% arange-like
(
    nd.contrib.arange_like(nd.zeros((2, 3))),
    nd.contrib.arange_like(nd.zeros((2, 3)), axis=1, start=1, step=2),
)

# %% broadcast-in-both-orders
x, y = noise(2, 3), noise(3)
(x - y) + (y - x)
