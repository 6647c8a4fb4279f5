"""Making arrays, and what they look like."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% array-list
nd.array([1, 2, 3])

# %% array-nested
nd.array([[1, 2], [3, 4]])

# %% array-dtype-{dtype}
# for dtype in float16 float32 float64 int8 int32 int64 uint8 bool
nd.array([0, 1, 2, 3], dtype=dtype)

# %% array-from-numpy-{dtype}
# for dtype in float16 float64 int32 int64 uint8 bool
nd.array(np.array([0, 1, 2], dtype=dtype))

# %% array-from-ndarray-{dtype}
# for dtype in float16 float64 int32 int64 uint8
nd.array(nd.array([0, 1, 2], dtype=dtype))

# %% array-of-booleans
nd.array([True, False])

# %% array-of-python-ints-keeps-float32
nd.array([1, 2]).dtype, nd.array((1, 2)).dtype, nd.array(7).dtype

# %% array-dtype-spellings
[
    nd.array([1], dtype=d).dtype
    for d in ("float64", np.float64, np.dtype("float64"), float, int, bool)
]

# %% array-scalar
x = nd.array(5.0)
x, x.shape, x.size, x.ndim

# %% array-empty
x = nd.array([])
x, x.shape, x.size

# %% array-empty-2d
nd.array(np.zeros((2, 0)))

# %% array-copies-numpy
a = np.ones(3, "float32")
b = nd.array(a)
b[0] = 7
a

# %% array-fortran-order
nd.array(np.asfortranarray(np.arange(6.0).reshape(2, 3)))

# %% array-non-contiguous
nd.array(np.arange(12.0).reshape(3, 4)[::2, ::-1])

# %% array-string
nd.array("abc")

# %% array-ragged
nd.array([[1, 2], [3]])

# %% array-bad-dtype-{dtype}
# for dtype in complex64 uint16 uint32
nd.array([1], dtype=dtype)

# %% array-unknown-dtype
nd.array([1], dtype="foo")

# %% array-of-ndarrays
nd.array([nd.array([1.0, 2.0]).asnumpy(), nd.array([3.0, 4.0]).asnumpy()])

# %% array-int-rounding
nd.array([1.9, -1.9], dtype="int32")

# %% array-large-int64
nd.array([2**40, -(2**40)], dtype="int64")

# %% array-from-float64-rounds
nd.array(np.array([0.1, 1e300, 1e-300]))

# %% zeros-{dtype}
# for dtype in float16 float32 float64 int8 int32 int64 uint8 bool
nd.zeros((2, 3), dtype=dtype)

# %% ones-{dtype}
# for dtype in float16 float32 float64 int8 int32 int64 uint8 bool
nd.ones((2, 2), dtype=dtype)

# %% zeros-int-shape
nd.zeros(3)

# %% zeros-list-shape
nd.zeros([2, 1])

# %% zeros-negative-shape
nd.zeros((-1, 2))

# %% zeros-string-shape
nd.zeros("a")

# %% zeros-bad-dtype
nd.zeros((2,), dtype="foo")

# %% zeros-0d
nd.zeros(())

# %% zeros-0-size
nd.zeros((2, 0))

# %% zeros-0d-np-shape
with mx.util.np_shape(True):
    x = nd.zeros(())
    r = x, x.shape
r

# %% zeros-0-size-np-shape
with mx.util.np_shape(True):
    x = nd.zeros((0, 3))
    r = x.shape, x.size
r

# %% empty-shape
x = nd.empty((2, 3))
x.shape, x.dtype, nd.empty(4).shape, nd.empty((1,), dtype="int32").dtype

# %% full
(
    nd.full((2, 2), 7),
    nd.full(3, 0.5),
    nd.full((2,), 3, dtype="int32"),
    nd.full((1,), 2, dtype="float64"),
)

# %% full-from-ndarray
nd.full((2, 2), nd.array([3.0, 4.0]))

# %% full-truncates-for-int
nd.full((2,), 2.9, dtype="int32")

# %% full-out
out = nd.zeros((2,))
nd.full((2,), 5, out=out)
out

# %% arange-stop
nd.arange(3), nd.arange(1, 3), nd.arange(0, 1, 0.3)

# %% arange-step
nd.arange(0, 6, 2), nd.arange(5, 0, -2), nd.arange(2, 3, 10)

# %% arange-repeat
nd.arange(0, 6, 2, repeat=2)

# %% arange-{dtype}
# for dtype in float16 float64 int32 int64 uint8
nd.arange(1, 7, 2, dtype=dtype)

# %% arange-integers-cut-off-{dtype}
# for dtype in int32 uint8
(
    nd.arange(1.3, 5.6, 1.3, dtype=dtype),
    nd.arange(0, 3, 0.5, dtype=dtype),
    nd.arange(-1.5, 2, dtype=dtype),
    nd.arange(5, 0, -1.5, repeat=2, dtype=dtype),
)

# %% arange-integers-above-2-to-the-53rd
nd.arange(2**53, 2**53 + 4, dtype="int64")

# %% arange-float-start
nd.arange(0.5, 3.0)

# %% arange-empty
nd.arange(3, 1)

# %% arange-zero-step
nd.arange(0, 3, 0)

# %% linspace
nd.linspace(0, 1, 5), nd.linspace(0, 1, 4, endpoint=False), nd.linspace(3, 3, 2)

# %% linspace-float64
nd.linspace(0, 1, 3, dtype="float64")

# %% linspace-one
nd.linspace(2, 5, 1)

# %% eye
nd.eye(2), nd.eye(2, 3), nd.eye(3, k=1), nd.eye(3, 2, -1), nd.eye(2, dtype="int32")

# %% eye-zero-M
nd.eye(2, 0)

# %% zeros-like
x = nd.array([[1, 2]], dtype="int32")
nd.zeros_like(x), nd.ones_like(x), x.zeros_like(), x.ones_like()

# %% zeros-like-{dtype}
# for dtype in float16 float64 uint8 int64
nd.zeros_like(nd.ones((2,), dtype=dtype)), nd.ones_like(nd.ones((2,), dtype=dtype))

# %% zeros-like-gradient
vg(nd.zeros_like, [1.0, 2.0])

# %% ones-like-gradient
vg(nd.ones_like, [1.0, 2.0])

# %% context-argument
(
    nd.zeros((1,), ctx=mx.cpu(1)),
    nd.array([1], ctx=mx.cpu(1)),
    nd.arange(2, ctx=mx.cpu(2)),
    nd.full((1,), 3, ctx=mx.cpu(1)),
)

# %% from-numpy-zero-copy
a = np.ones(3, "float32")
b = nd.from_numpy(a, zero_copy=True)
b[0] = 7
b.wait_to_read()
a, a.flags.writeable

# %% from-numpy-copy
a = np.ones(3, "float32")
b = nd.from_numpy(a, zero_copy=False)
b[0] = 7
a, b

# %% concatenate-list
(
    nd.concatenate([nd.ones((1, 2)), nd.zeros((2, 2))]),
    nd.concatenate([nd.ones((2, 1)), nd.zeros((2, 2))], axis=1),
)

# %% moveaxis
nd.moveaxis(nd.zeros((2, 3, 4)), 0, 2).shape, nd.moveaxis(nd.zeros((2, 3, 4)), -1, 0).shape

# %% onehot-encode
out = nd.zeros((2, 3))
nd.onehot_encode(nd.array([2, 0]), out)

# %% repr-1d
repr(nd.array([1, 2, 3]))

# %% str-is-repr
x = nd.array([1.5])
str(x) == repr(x), str(x)

# %% repr-2d
repr(nd.array([[1, 2], [3, 4]]))

# %% repr-3d
repr(nd.zeros((2, 3, 1)))

# %% repr-{dtype}
# for dtype in float16 float64 int8 int32 int64 uint8 bool
repr(nd.array([1, 0, 3], dtype=dtype))

# %% repr-0d
repr(nd.array(5.0))

# %% repr-empty
repr(nd.array([]))

# %% repr-0x3
repr(nd.zeros((2, 3))[2:2])

# %% repr-special-values
repr(nd.array([1e-8, 1e8, float("nan"), float("inf")]))

# %% repr-long
repr(nd.arange(2000))

# %% repr-digits
repr(nd.array([1 / 3, 2 / 3, 1e-5]))

# %% repr-float16-digits
repr(nd.array([1 / 3, 2 / 3], dtype="float16"))

# %% repr-context
repr(nd.zeros((2, 3), ctx=mx.cpu(1)))

# %% repr-negative-zero
repr(nd.array([-0.0, 0.0]))

# %% repr-list-of-arrays
repr([nd.array([1]), nd.array([2])])

# %% format-print
"%s|%r|{}".format(nd.array([1])) % (nd.array([2]), nd.array([3]))

# %% creation-inside-record
with ag.record():
    r = nd.ones((2,)), nd.arange(2), nd.full((2,), 3)
r

# %% ones-0-size-sum
nd.array([]).sum()

# %% np-shape-reduction-still-1
with mx.util.np_shape(True):
    r = nd.sum(nd.ones((2, 2))).shape
r

# %% internal-{name}
# for name in _arange _arange-steps _linspace _eye _full
{
    "_arange": lambda: nd._internal._arange(start=3),
    "_arange-steps": lambda: nd._internal._arange(1, 8, 3, 2, dtype="int32"),
    "_linspace": lambda: nd._internal._linspace(start=0, stop=3, num=4),
    "_eye": lambda: nd._internal._eye(N=2, M=3, k=1, dtype="int8"),
    "_full": lambda: nd._internal._full(shape=(2, 3), value=2.5, dtype="int32"),
}[name]()

# %% full-beyond-{dtype}
# for dtype in int8 uint8 int32
[nd.full((2,), value, dtype=dtype) for value in (300, -1, 1e10)], nd.array([300, -1], dtype=dtype)
