"""Comparisons and logic: the result has the dtype of the operands."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

x = nd.array([1.0, 2.0, 3.0])
y = nd.array([3.0, 2.0, 1.0])
OPS = {
    "eq": lambda p, q: p == q,
    "ne": lambda p, q: p != q,
    "lt": lambda p, q: p < q,
    "le": lambda p, q: p <= q,
    "gt": lambda p, q: p > q,
    "ge": lambda p, q: p >= q,
}

# %% {op}-arrays
# for op in eq ne lt le gt ge
OPS[op](x, y)

# %% {op}-scalar
# for op in eq ne lt le gt ge
OPS[op](x, 2), OPS[op](2, x)

# %% {op}-{dtype}
# for op in eq lt ge
# for dtype in float16 float64 int32 int64 uint8
(
    OPS[op](nd.array([1, 2], dtype=dtype), nd.array([2, 2], dtype=dtype)),
    OPS[op](nd.array([1, 2], dtype=dtype), 1),
)

# %% {op}-broadcast
# for op in eq lt ge
OPS[op](nd.array([[1.0], [2.0]]), nd.array([1.0, 2.0]))

# %% {op}-nan
# for op in eq ne lt ge
n = nd.array([float("nan"), 1.0])
OPS[op](n, n)

# %% {op}-gradient
# for op in eq gt
vg(OPS[op], [1.0, 2.0], [2.0, 2.0])

# %% int-compared-with-fraction
(
    nd.array([1, 2], dtype="int32") == 1.5,
    nd.array([1, 2], dtype="int32") < 1.5,
    nd.array([1, 2], dtype="int32") > 1.5,
)

# %% named-{name}
# for name in equal not_equal greater greater_equal lesser lesser_equal
f = getattr(nd, name)
f(x, y), f(x, 2), f(2, x)

# %% broadcast-{name}
# for name in broadcast_equal broadcast_not_equal broadcast_greater broadcast_greater_equal broadcast_lesser broadcast_lesser_equal
getattr(nd, name)(nd.array([[1.0], [2.0]]), nd.array([[1.0, 2.0]]))

# %% logical-{name}
# for name in logical_and logical_or logical_xor
f = getattr(nd, name)
(
    f(nd.array([0.0, 0.0, 2.0, 2.0]), nd.array([0.0, 3.0, 0.0, -1.0])),
    f(nd.array([0.0, 2.0]), 1),
    f(0, nd.array([0.0, 2.0])),
)

# %% broadcast-{name}-2d
# for name in broadcast_logical_and broadcast_logical_or broadcast_logical_xor
getattr(nd, name)(nd.array([[0.0], [2.0]]), nd.array([[0.0, 5.0]]))

# %% logical-not-{dtype}
# for dtype in float32 int32 uint8
nd.logical_not(nd.array([0, 1, 2], dtype=dtype))

# %% logical-nan
n = nd.array([float("nan")])
nd.logical_not(n), nd.logical_and(n, 1)

# %% eq-none
x == None

# %% ne-none
x != None

# %% eq-string
x == "a"

# %% lt-none
x < None

# %% eq-numpy-array
x == np.array([1.0, 2.0, 4.0])

# %% eq-mixed-dtype
x == nd.array([1, 2, 4], dtype="int32")

# %% eq-bad-shape :: broadcast
x == nd.ones((2,))

# %% scalars-only
nd.equal(1, 1) == 1, nd.greater(1, 2) == 0, nd.lesser_equal(1, 2) == 1

# %% truth
(
    bool(nd.array([1])),
    bool(nd.array([0])),
    bool(nd.array([[2.5]])),
    bool(nd.array([])),
    bool(nd.array(3.0)),
)

# %% truth-of-many :: ambiguous
bool(x)

# %% truth-in-if
"yes" if (x.sum() > 5) else "no"

# %% contains
x in [x]

# %% hash
isinstance(hash(x), int), hash(x) == hash(x), len({x, y, x})

# %% chained-selection
(x > 1) * (x < 3)

# %% comparison-inside-record-is-constant
vg(lambda p: (p > 1) * p, [0.5, 1.0, 2.0])
