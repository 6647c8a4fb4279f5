"""Sums, means, extremes, products, norms and their arguments."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

NAN, INF = float("nan"), float("inf")

# %% {op}-{dtype}
# for op in sum mean max min prod nansum nanprod
# for dtype in float16 float32 float64 int32 int64
x = nd.array([[1, 2, 3], [4, 5, 6]], dtype=dtype)
f = getattr(nd, op)
f(x), f(x, axis=1)

# %% {op}-small-int-{dtype}
# for op in sum mean max prod
# for dtype in uint8 int8
getattr(nd, op)(nd.array([100, 100, 3], dtype=dtype))

# %% {op}-axis-{axis}
# for op in sum mean max min prod nansum nanprod
# for axis in 0 1 2 -1 -2
vg(lambda x: getattr(nd, op)(x, axis=int(axis)), noise(2, 3, 4, low=0.5))

# %% {op}-all
# for op in sum mean max min prod nansum nanprod norm
vg(lambda x: getattr(nd, op)(x), noise(2, 3))

# %% {op}-two-axes
# for op in sum mean max min prod nansum nanprod
vg(lambda x: getattr(nd, op)(x, axis=(0, 2)), noise(2, 3, 2, low=0.5))

# %% {op}-keepdims
# for op in sum mean max min prod nansum nanprod
x = noise(2, 3, 2, low=0.5)
f = getattr(nd, op)
f(x, axis=1, keepdims=True), f(x, axis=(0, 1), keepdims=True), f(x, keepdims=True)

# %% {op}-exclude
# for op in sum mean max min prod nansum
vg(lambda x: getattr(nd, op)(x, axis=1, exclude=True), noise(2, 3, 2, low=0.5))

# %% {op}-exclude-two-axes-keepdims
# for op in sum max
getattr(nd, op)(noise(2, 3, 2), axis=(0, -1), exclude=True, keepdims=True)

# %% {op}-method
# for op in sum mean max min prod nansum nanprod norm
x = noise(2, 3)
f = getattr(x, op)
f(), f(axis=1), f(axis=0, keepdims=True)

# %% {op}-empty-axis
# for op in sum mean max
getattr(nd, op)(nd.ones((2, 3)), axis=())

# %% {op}-list-axis
# for op in sum mean
getattr(nd, op)(nd.ones((2, 3, 2)), axis=[0, 1])

# %% {op}-alias
# for op in sum_axis max_axis min_axis
getattr(nd, op)(noise(2, 3), axis=1)

# %% {op}-bad-axis
# for op in sum mean max argmax norm
getattr(nd, op)(nd.ones((2, 3)), axis=5)

# %% sum-duplicate-axes
nd.sum(nd.ones((2, 3)), axis=(0, 0))

# %% sum-axis-string :: axis
nd.sum(nd.ones(2), axis="a")

# %% sum-1d-axis-0
nd.sum(nd.array([1.0, 2.0]), axis=0), nd.sum(nd.array([1.0, 2.0]), axis=0, keepdims=True)

# %% sum-nan
vg(nd.sum, [1.0, NAN, 3.0])

# %% sum-inf
nd.sum(nd.array([INF, -INF])), nd.sum(nd.array([INF, 1.0]))

# %% nansum-nan
vg(nd.nansum, [1.0, NAN, 3.0])

# %% nanprod-nan
vg(nd.nanprod, [2.0, NAN, 3.0])

# %% nansum-all-nan
nd.nansum(nd.array([NAN, NAN])), nd.nanprod(nd.array([NAN, NAN]))

# %% max-ties
vg(nd.max, [1.0, 3.0, 3.0, 2.0])

# %% max-ties-axis
vg(lambda x: nd.max(x, axis=1), [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])

# %% min-ties
vg(nd.min, [1.0, 1.0, 3.0, 2.0])

# %% max-nan
vg(nd.max, [1.0, NAN, 3.0])

# %% max-nan-last
nd.max(nd.array([1.0, 3.0, NAN])), nd.min(nd.array([NAN, 3.0, 1.0])), nd.min(nd.array([3.0, NAN]))

# %% max-inf
nd.max(nd.array([-INF, 1.0])), nd.min(nd.array([INF, INF]))

# %% max-negative-only
vg(nd.max, [-5.0, -3.0])

# %% prod-with-zero
vg(nd.prod, [2.0, 0.0, 3.0])

# %% prod-with-two-zeros
vg(nd.prod, [0.0, 0.0, 3.0])

# %% mean-int-truncates
nd.mean(nd.array([1, 2], dtype="int32")), nd.mean(nd.array([-1, -2], dtype="int32"))

# %% mean-gradient
vg(nd.mean, [1.0, 2.0, 3.0])

# %% mean-exclude-gradient
vg(lambda x: nd.mean(x, axis=0, exclude=True), noise(2, 4))

# %% sum-float16-precision
nd.sum(nd.ones((3000,), dtype="float16"))

# %% mean-float16-overflow
nd.mean(nd.full((10,), 30000, dtype="float16"))

# %% sum-many
nd.sum(nd.full((100000,), 0.1)), nd.mean(nd.full((100000,), 0.1))

# %% norm-default
vg(nd.norm, [[3.0, 4.0], [0.0, 12.0]])

# %% norm-{order}-axis-{axis}
# for order in 1 2
# for axis in 0 1 -1
vg(lambda x: nd.norm(x, ord=int(order), axis=int(axis)), noise(2, 3))

# %% norm-ord-{order}-two-axes
# for order in 1 2
vg(lambda x: nd.norm(x, ord=int(order), axis=(0, 1)), noise(2, 3, 2))

# %% norm-keepdims
nd.norm(noise(2, 3), axis=1, keepdims=True), nd.norm(noise(2, 3), keepdims=True)

# %% norm-zero
vg(nd.norm, [0.0, 0.0])

# %% norm-1-kink
vg(lambda x: nd.norm(x, ord=1), [-3.0, 0.0, 4.0])

# %% norm-bad-order
nd.norm(nd.ones((2,)), ord=3)

# %% norm-float64
vg(nd.norm, [1.0, 2.0], dtype="float64")

# %% norm-out-dtype
nd.norm(nd.ones((2,)), out_dtype="float64")

# %% {op}-axis
# for op in argmax argmin
x = nd.array([[1.0, 5.0, 3.0], [7.0, 2.0, 6.0]])
f = getattr(nd, op)
f(x, axis=0), f(x, axis=1), f(x, axis=-1), f(x, axis=1, keepdims=True)

# %% {op}-no-axis
# for op in argmax argmin
getattr(nd, op)(nd.array([[1.0, 5.0, 3.0], [7.0, 2.0, 6.0]]))

# %% {op}-method
# for op in argmax argmin
getattr(nd.array([[1.0, 5.0], [7.0, 2.0]]), op)(axis=1)

# %% {op}-ties
# for op in argmax argmin
getattr(nd, op)(nd.array([3.0, 1.0, 3.0, 1.0]), axis=0)

# %% {op}-nan
# for op in argmax argmin
f = getattr(nd, op)
f(nd.array([1.0, NAN, 3.0]), axis=0), f(nd.array([NAN, 2.0, 3.0]), axis=0)

# %% {op}-int
# for op in argmax argmin
getattr(nd, op)(nd.array([[1, 5], [7, 2]], dtype="int32"), axis=1)

# %% {op}-float64
# for op in argmax argmin
getattr(nd, op)(nd.array([[1, 5], [7, 2]], dtype="float64"), axis=0)

# %% argmax-gradient
vg(lambda x: nd.argmax(x, axis=1), noise(2, 3))

# %% {op}-behind-what-float16-has
# for op in argmax argmin
host = np.zeros(2050)
host[2049] = 1 if op == "argmax" else -1
getattr(nd, op)(nd.array(host, dtype="float16"), axis=0)

# %% {op}-behind-what-uint8-has
# for op in argmax argmin
host = np.ones(300)
host[270] = 2 if op == "argmax" else 0
getattr(nd, op)(nd.array(host, dtype="uint8"), axis=0)

# %% {op}-behind-what-float32-has
# for op in argmax argmin
x = nd.zeros((2**24 + 2,))
x[2**24 + 1] = 1 if op == "argmax" else -1
getattr(nd, op)(x, axis=0).astype("float64")

# %% argmax-channel
nd.argmax_channel(nd.array([[1.0, 5.0, 3.0], [7.0, 2.0, 6.0]]))

# %% argmax-keepdims-no-axis
nd.argmax(nd.ones((2, 3)), keepdims=True)

# %% moments
nd.moments(noise(2, 3), axes=(0,)), nd.moments(noise(2, 3), axes=(0, 1), keepdims=True)

# %% moments-gradient
vg(lambda x: nd.moments(x, axes=(1,)), noise(2, 3))

# %% square-sum-chain
vg(lambda x: nd.sum(nd.square(x - nd.mean(x, axis=1, keepdims=True)), axis=1), noise(2, 3))

# %% variance
vg(lambda x: nd.mean((x - x.mean()) ** 2), noise(5))

# %% reduce-5d
vg(lambda x: nd.sum(x, axis=(1, 3)), noise(2, 2, 2, 2, 2))

# %% out
out = nd.zeros((2,))
nd.sum(nd.ones((2, 3)), axis=1, out=out)
out

# %% multi-sum-sq
nd.multi_sum_sq(nd.array([1.0, 2.0]), nd.array([3.0]), num_arrays=2)

# %% histogram
nd.histogram(nd.array([1.0, 2.0, 3.0]), bins=2, range=(0, 4))

# %% histogram-edges
nd.histogram(nd.array([0.0, 0.5, 1.0, 2.0, 3.5]), bins=nd.array([0.0, 1.0, 2.0]))

# %% shape-and-size-array
nd.shape_array(nd.zeros((2, 3))), nd.size_array(nd.zeros((2, 3)))
