"""Operators on arrays and numbers, in place and broadcast."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

a = nd.array([5.0, -5.0, 5.0, -5.0])
b = nd.array([3.0, 3.0, -3.0, -3.0])
i = nd.array([1, 2, -7], dtype="int32")
u = nd.array([1, 2, 250], dtype="uint8")
OPS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "mod": lambda x, y: x % y,
    "pow": lambda x, y: x**y,
}

# %% arrays-{op}-{dtype}
# for op in add sub mul div mod pow
# for dtype in float16 float32 float64 int32 int64
OPS[op](nd.array([7, 2, 9], dtype=dtype), nd.array([2, 3, 4], dtype=dtype))

# %% array-scalar-{op}-{dtype}
# for op in add sub mul div mod pow
# for dtype in float16 float32 float64 int8 int32 int64 uint8
OPS[op](nd.array([1, 2, 9], dtype=dtype), 2)

# %% scalar-array-{op}-{dtype}
# for op in add sub mul div mod pow
# for dtype in float16 float32 float64 int32 int64
OPS[op](7, nd.array([1, 2, 4], dtype=dtype))

# %% array-fraction-{op}-{dtype}
# for op in add sub mul mod
# for dtype in float32 int32 int64
OPS[op](nd.array([1, 2, 9], dtype=dtype), 2.5)

# %% array-fraction-div-{dtype}
# for dtype in float32 int32
nd.array([1, 2, 9], dtype=dtype) / 2.5

# %% gradient-{op}
# for op in add sub mul div mod pow
vg(OPS[op], [2.0, 5.0, 0.5], [3.0, 1.5, 2.0])

# %% gradient-scalar-right-{op}
# for op in add sub mul div mod pow
vg(lambda x: OPS[op](x, 3), [2.0, 5.0, 0.5])

# %% gradient-scalar-left-{op}
# for op in add sub mul div mod pow
vg(lambda x: OPS[op](3, x), [2.0, 5.0, 0.5])

# %% gradient-broadcast-row-{op}
# for op in add sub mul div mod pow
vg(OPS[op], noise(2, 3, low=1, high=3), noise(3, low=1, high=2))

# %% gradient-broadcast-column-{op}
# for op in add sub mul div pow
vg(OPS[op], noise(2, 1, low=1, high=3), noise(2, 3, low=1, high=2))

# %% gradient-broadcast-both-{op}
# for op in add sub mul div pow
vg(OPS[op], noise(2, 1, 3, low=1, high=3), noise(1, 4, 1, low=1, high=2))

# %% same-operand-{op}
# for op in add sub mul div mod pow
vg(lambda x: OPS[op](x, x), [2.0, 3.0])

# %% gradient-float64
vg(lambda x, y: x * y + x / y, [1.0, 2.0], [3.0, 4.0], dtype="float64")

# %% gradient-float16
vg(lambda x, y: x * y + x, [1.0, 2.0], [3.0, 4.0], dtype="float16")

# %% gradient-int32
vg(lambda x: x * x + 3, [1, 2], dtype="int32")

# %% negative
-a, -i

# %% negative-gradient
vg(lambda x: -x, [1.0, -2.0])

# %% abs-builtin
abs(a), abs(i)

# %% int-plus-fraction
(i + 1.7), (i + 1.7).dtype

# %% int-times-fraction
i * 1.5

# %% int-divide-truncates
i / 2, nd.array([-7, 7], dtype="int32") / nd.array([2, 2], dtype="int32")

# %% int-reflected-divide
1 / i, 10 / nd.array([3, -3], dtype="int32")

# %% int-mod
i % 3, i % -3, nd.array([7, -7], dtype="int32") % nd.array([3, 3], dtype="int32")

# %% int-pow-negative
2**i, nd.array([2, 3], dtype="int32") ** -1

# %% int-divide-by-zero
i / 0

# %% int-array-divide-by-zero
i / nd.array([0, 1, 0], dtype="int32")

# %% int-mod-by-zero
i % 0

# %% uint8-wraps
u + 10, u * 2, u - 3, -u

# %% int8-wraps
x = nd.array([127, -128], dtype="int8")
x + 1, x - 1, x * 2

# %% int32-wraps
nd.array([2**31 - 1], dtype="int32") + nd.array([1], dtype="int32")

# %% float-mod-sign
a % b, a % 3, a % -3, -5 % nd.array([3.0])

# %% divide-by-zero
a / 0, nd.array([0.0]) / 0, 1 / nd.array([0.0])

# %% power-special
nd.array([0.0, 0.0, -8.0, 2.0]) ** nd.array([0.0, -1.0, 1 / 3, 0.5])

# %% power-negative-base
nd.array([-2.0, -2.0]) ** 3, (-2) ** nd.array([2.0, 3.0])

# %% numpy-scalar
a + np.float64(1), a * np.float32(2), np.float32(2) * a, a + np.int64(3)

# %% python-bool
a + True, a * False

# %% mixed-dtypes-float64
nd.array([1.0, 2.0]) + nd.array([1.0, 2.0], dtype="float64")

# %% mixed-dtypes-int-float
nd.array([1.5, 2.0]) * nd.array([2, 3], dtype="int32")

# %% mixed-dtypes-ints
nd.array([1, 2], dtype="int32") + nd.array([1, 2], dtype="int64")

# %% mixed-dtypes-float16
nd.array([1.5], dtype="float16") + nd.array([1.0], dtype="float32")

# %% plus-numpy-array
a + np.array([1.0, 2.0, 3.0, 4.0])

# %% numpy-array-plus
np.array([1.0, 2.0, 3.0, 4.0]) + a

# %% plus-string
a + "x"

# %% plus-none
a + None

# %% plus-list
a + [1, 2, 3, 4]

# %% broadcast-shapes
[
    (nd.ones(p) + nd.ones(q)).shape
    for p, q in [
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((2, 3), (3,)),
        ((1, 2, 3), (2, 3)),
        ((2, 1), (1, 4)),
        ((2, 3), (1,)),
    ]
]

# %% broadcast-bad :: broadcast
nd.ones((2, 3)) + nd.ones((2,))

# %% broadcast-bad-rows :: broadcast
nd.ones((2, 3)) + nd.ones((4, 3))

# %% broadcast-with-0d
nd.ones((2, 3)) + nd.array(1.0)

# %% broadcast-four-dims
vg(lambda x, y: x * y, noise(2, 1, 3, 1), noise(2, 1, 2))

# %% in-place-{op}
# for op in add sub mul div mod
x = nd.array([7.0, 8.0])
y = x
if op == "add":
    x += 3
elif op == "sub":
    x -= 3
elif op == "mul":
    x *= 3
elif op == "div":
    x /= 3
else:
    x %= 3
x, y, x is y

# %% in-place-array
x = nd.ones((2, 2))
y = x
x += nd.array([[1.0, 2.0], [3.0, 4.0]])
x *= nd.array([2.0, 3.0])
y

# %% in-place-pow-rebinds
x = nd.array([2.0, 3.0])
y = x
x **= 2
x, y, x is y

# %% in-place-mixed-dtype-scalar
x = nd.array([1, 2], dtype="int32")
x += 1.5
x /= 2
x

# %% in-place-bad-shape
x = nd.ones((2,))
x += nd.ones((2, 2))

# %% in-place-view
x = ramp(2, 3)
x[1] += 10
x

# %% in-place-column
x = ramp(2, 3)
x[:, 1] *= 10
x

# %% in-place-of-slice-view
x = ramp(4)
v = x[1:3]
v *= 10
x

# %% named-add
nd.add(a, b), nd.add(a, 1), nd.add(1, a), nd.add(1, 2)

# %% named-subtract
nd.subtract(a, b), nd.subtract(a, 1), nd.subtract(1, a), nd.subtract(1, 2)

# %% named-multiply
nd.multiply(a, b), nd.multiply(a, 2), nd.multiply(2, a), nd.multiply(2, 3)

# %% named-divide
nd.divide(a, b), nd.divide(a, 2), nd.divide(2, a), nd.divide(3, 2), nd.true_divide(a, 2)

# %% named-modulo
nd.modulo(a, b), nd.modulo(a, 3), nd.modulo(3, a), nd.modulo(7, 3)

# %% named-power
nd.power(nd.abs(a), b), nd.power(a, 2), nd.power(2, a), nd.power(2, 3)

# %% named-broadcast
nd.add(nd.ones((2, 3)), nd.ones((3,))).shape

# %% scalar-chain
2 * a - a / 5 + 1 - (3 - a)

# %% sum-builtin
sum([nd.array([1.0]), nd.array([2.0])])

# %% polynomial-gradient
vg(lambda x: 3 * x**3 - 2 * x**2 + x - 5, [-1.0, 0.5, 2.0])

# %% gradient-scalar-result-times-array
vg(lambda x: x * x.sum(), [1.0, 2.0, 3.0])

# %% matmul-operator
nd.array([[1.0, 2.0]]) @ nd.array([[3.0], [4.0]])

# %% floor-divide
nd.array([7.0, -7.0]) // 2

# %% floor-divide-reflected
7 // nd.array([2.0, -2.0])

# %% floor-divide-int
nd.array([7, -7], dtype="int32") // 2

# %% unary-plus
+nd.array([1.0, -2.0])

# %% divmod-builtin
divmod(nd.array([7.0]), nd.array([2.0]))

# %% round-builtin
round(nd.array([1.4, 2.6]))

# %% invert
~nd.array([1.0])

# %% bit-and
nd.array([1.0]) & nd.array([1.0])

# %% left-shift
nd.array([1.0]) << 1

# %% bool-and-number
b = nd.array([1, 0], dtype="bool")
[b + 2, b * 2.5, 1 - b, b / 2, b**2, b % 2, b == 1, b > 0, nd.maximum(b, 1)]
