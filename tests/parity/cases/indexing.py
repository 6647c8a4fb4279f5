"""Square brackets: reading, writing, gradients, what is a view and what is a copy."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

x = ramp(2, 3)
KEYS = {
    "int": 1,
    "negative": -1,
    "pair": (1, 2),
    "slice": slice(0, 1),
    "slice-tail": slice(1, None),
    "slice-negative": slice(-1, None),
    "slice-long": slice(0, 100),
    "slice-beyond": slice(5, None),
    "slice-empty": slice(2, 2),
    "step": slice(None, None, 2),
    "reverse": slice(None, None, -1),
    "column": (slice(None), 1),
    "column-slice": (slice(None), slice(1, 3)),
    "row-slice-column": (slice(0, 1), slice(None, None, -1)),
    "ellipsis": Ellipsis,
    "ellipsis-last": (Ellipsis, 0),
    "ellipsis-first": (0, Ellipsis),
    "none": None,
    "none-middle": (slice(None), None),
    "none-last": (Ellipsis, None),
    "empty-tuple": (),
    "list": [1, 0, 1],
    "list-negative": [-1],
    "list-pair": ([0, 1], [1, 2]),
    "list-and-slice": ([1, 0], slice(0, 2)),
    "slice-and-list": (slice(None), [2, 0]),
    "int-and-list": (1, [0, 2]),
    "booleans": [True, False],
    "numpy": np.array([1, 0]),
    "numpy-2d": np.array([[0, 1], [1, 0]]),
    "numpy-int": np.int64(1),
    "numpy-bool": np.array([True, False]),
    "range": range(2),
    "tuple-of-numpy": (np.array([0, 1]), np.array([2, 2])),
    "list-of-lists": [[0, 1], [1, 0]],
}

# %% get-{key}
# for key in int negative pair slice slice-tail slice-negative slice-long slice-beyond slice-empty step reverse column column-slice row-slice-column ellipsis ellipsis-last ellipsis-first none none-middle none-last empty-tuple list list-negative list-pair list-and-slice slice-and-list int-and-list booleans numpy numpy-2d numpy-int numpy-bool range tuple-of-numpy list-of-lists
x[KEYS[key]]

# %% gradient-{key}
# for key in int negative pair slice step reverse column column-slice row-slice-column ellipsis ellipsis-last none none-middle list list-pair list-and-slice slice-and-list booleans numpy numpy-2d tuple-of-numpy
vg(lambda a: a[KEYS[key]], noise(2, 3))

# %% set-number-{key}
# for key in int negative pair slice slice-tail slice-empty step reverse column column-slice row-slice-column ellipsis ellipsis-last none empty-tuple list list-pair list-and-slice slice-and-list booleans numpy numpy-bool
x[KEYS[key]] = -9
x

# %% set-array-{key}
# for key in int slice step reverse column column-slice ellipsis-last list slice-and-list list-pair
value = x[KEYS[key]] * 10 + 100
x[KEYS[key]] = value
x

# %% is-view-{key}
# for key in int negative pair slice slice-tail step reverse column column-slice ellipsis ellipsis-first none list numpy empty-tuple
x[KEYS[key]][:] = -9
x

# %% get-ndarray-index
x[nd.array([1, 0])], x[nd.array([[1, 0], [0, 1]])], x[nd.array([1], dtype="int32")]

# %% get-ndarray-pair
x[nd.array([0, 1]), nd.array([1, 2])]

# %% get-ndarray-fraction
x[nd.array([0.6, 1.4])]

# %% gradient-ndarray-index
vg(lambda a: a[nd.array([0, 0])], noise(2, 3))

# %% gradient-ndarray-pair
vg(lambda a: a[nd.array([0, 1, 0]), nd.array([1, 2, 1])], noise(2, 3))

# %% get-mask-is-not-a-mask
x[x > 2]

# %% set-mask-is-not-a-mask
z = nd.zeros((2, 3))
z[nd.array([[0.0, 0.0, 1.0]]) > 0.5] = 8
z

# %% get-3d
y = ramp(2, 3, 4)
y[1, 2, 3], y[0, :, 1], y[:, 1], y[..., -1], y[1, ..., 0], y[:, [0, 2], 1], y[[0, 1], :, [1, 2]]

# %% get-4d-mixed
y = ramp(2, 2, 2, 3)
y[1, :, [0, 1], 1:], y[:, 0, ..., [2, 0]], y[0, None, :, 1].shape

# %% get-contiguous-inner-slice-is-view
y = ramp(2, 3, 4)
y[1, 0:2][:] = -1
y

# %% get-out-of-range-{key}
# for key in 5 -3
x[int(key)]

# %% get-column-out-of-range
x[0, 5]

# %% get-too-many
x[0, 0, 0]

# %% get-string
x["a"]

# %% get-float
x[1.0]

# %% get-list-out-of-range
x[[0, 5]].asnumpy()

# %% get-ndarray-out-of-range
x[nd.array([0, 5])].asnumpy()

# %% get-ndarray-negative
x[nd.array([-1])]

# %% get-crossed-slice
x[1:0]

# %% get-step-0
x[::0]

# %% get-two-ellipses
x[..., ...]

# %% get-1d
v = nd.array([1.0, 2.0, 3.0])
v[0], v[-1], v[1:], v[:0:-1], v[[0, 0]], v[0].shape

# %% get-0d-result-shape
x[0, 1].shape, x[0][1].shape

# %% iterate
[row for row in x], len(x)

# %% iterate-1d
[v.shape for v in nd.array([1.0, 2.0])]


# %% iterate-gradient
def product(a):
    first, second = a
    return first * second


vg(product, noise(2, 3))

# %% len-of-0d
len(nd.array(5.0))

# %% set-row-numpy
x[1] = np.array([1, 2, 3])
x

# %% set-row-list
x[1] = [7, 8, 9]
x

# %% set-all-number
x[:] = 5
x

# %% set-all-list
x[:] = [1, 2, 3]
x

# %% set-all-array-broadcast
x[:] = nd.array([1.0, 2.0, 3.0])
x

# %% set-all-nested-list
x[:] = [[1, 2, 3], [4, 5, 6]]
x

# %% set-converts-dtype
x[:] = nd.ones((2, 3), dtype="int32") * 3
x

# %% set-truncates
z = nd.zeros((2,), dtype="int32")
z[0] = 2.9
z[1:] = np.array([-2.9])
z

# %% set-broadcast-column
x[:, 1:] = nd.array([[8.0], [9.0]])
x

# %% set-column-array
x[:, 1] = nd.array([5.0, 6.0])
x

# %% set-bad-shape :: broadcast
x[:] = nd.ones((3, 3))

# %% set-bad-row
x[0] = nd.ones((2,))

# %% set-out-of-range
x[5] = 1

# %% set-string
x[0] = "a"

# %% set-none
x[0] = None
x

# %% set-overlap
v = ramp(5)
v[1:] = v[:-1]
v

# %% set-reverse-of-itself
v = ramp(4)
v[:] = v[::-1]
v

# %% set-repeated-index
v = nd.zeros((3,))
v[[0, 0, 2]] = nd.array([1.0, 2.0, 3.0])
v

# %% set-ndarray-index
x[nd.array([1])] = 7
x

# %% set-ndarray-index-array
x[nd.array([1, 0])] = nd.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
x

# %% add-at-repeated-index
v = nd.zeros((3,))
v[[0, 0, 2]] += 1
v

# %% set-scalar-array
x[0, 2] = nd.array([9.0])
x

# %% set-through-none
v = nd.zeros((2,))
v[:, None] = nd.array([[1.0], [2.0]])
v

# %% set-3d
y = nd.zeros((2, 2, 2))
y[:, 1, 0] = nd.array([1.0, 2.0])
y[0, ..., 1] = 5
y[1, [0, 1], [1, 0]] = -1
y

# %% set-empty-slice
v = ramp(3)
v[1:1] = 5
v

# %% delete
del x[0]

# %% step-of-many-is-copy
v = ramp(5)
v[::2][:] = 9
v

# %% view-of-view
v = ramp(2, 3, 4)
v[1][2][:] = -1
v

# %% reshape-is-view
v = ramp(4)
v.reshape((2, 2))[0, 0] = 9
v

# %% operator-reshape-is-copy
v = ramp(4)
nd.reshape(v, shape=(2, 2))[:] = 9
v

# %% transpose-is-copy
v = ramp(2, 2)
v.T[:] = 9
v

# %% expand-dims-view-or-copy
v = ramp(2)
v.expand_dims(0)[:] = 9
v

# %% flatten-view-or-copy
v = ramp(2, 2)
v.flatten()[:] = 9
v

# %% squeeze-view-or-copy
v = ramp(1, 2)
v.squeeze()[:] = 9
v

# %% view-sees-later-write
v = ramp(4)
s = v[1:3]
v[:] = 7
s

# %% slice-is-view-while-recording
v = ramp(4)
with ag.record():
    s = v[1:3]
s[:] = 7
v

# %% get-while-recording-no-grad
with ag.record():
    r = x[0], x[:, 1], x[0, 1]
r

# %% numpy-result-is-copy
a = x.asnumpy()
a[0] = 9
x

# %% at-method-private-free
x.slice(begin=(0, 1), end=(1, 3)), x.slice_axis(axis=1, begin=0, end=1)

# %% index-of-index-gradient
vg(lambda a: a[1][0:2][::-1], noise(2, 3))

# %% reshape-then-index-gradient
vg(lambda a: a.reshape((3, 2))[1], noise(2, 3))

# %% transpose-then-index-gradient
vg(lambda a: a.T[1], noise(2, 3))

# %% int-dtype-get
nd.array([[1, 2], [3, 4]], dtype="int64")[:, 1], nd.array([[1, 2], [3, 4]], dtype="int64")[[1]]

# %% float64-get-set
v = nd.array([1.0, 2.0], dtype="float64")
v[0] = 1 / 3
v, v[0]

# %% scatter-set-nd-{name}
# for name in elements rows shape
x = ramp(3, 2)
places, new = {
    "elements": ([[0, 1], [1, 0]], [7, 8]),
    "rows": ([[2, 0]], [[7, 8], [9, 6]]),
    "shape": ([[2, 0]], [7, 8]),
}[name]
nd._internal._scatter_set_nd(x, nd.array(new), nd.array(places), shape=(3, 2), out=x)
x
