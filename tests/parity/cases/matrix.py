"""dot, batch_dot, FullyConnected and linalg."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% dot-{kind}
# for kind in vv mv vm mm 3m m3 33
SHAPES = {
    "vv": ((3,), (3,)),
    "mv": ((2, 3), (3,)),
    "vm": ((3,), (3, 2)),
    "mm": ((2, 3), (3, 4)),
    "3m": ((2, 3, 4), (4, 2)),
    "m3": ((2, 3), (3, 2, 2)),
    "33": ((2, 2, 3), (3, 2, 2)),
}
p, q = SHAPES[kind]
vg(nd.dot, noise(*p), noise(*q, low=-1))

# %% dot-{kind}-float64
# for kind in vv mm
p, q = {"vv": ((3,), (3,)), "mm": ((2, 3), (3, 4))}[kind]
vg(nd.dot, noise(*p, dtype="float64"), noise(*q, dtype="float64"))

# %% dot-transpose-a
vg(lambda a, b: nd.dot(a, b, transpose_a=True), noise(3, 2), noise(3, 4))

# %% dot-transpose-b
vg(lambda a, b: nd.dot(a, b, transpose_b=True), noise(2, 3), noise(4, 3))

# %% dot-transpose-both
vg(lambda a, b: nd.dot(a, b, transpose_a=True, transpose_b=True), noise(3, 2), noise(4, 3))

# %% dot-transpose-3d-a
nd.dot(noise(4, 2, 3), noise(4, 2), transpose_a=True)

# %% dot-transpose-3d-b
nd.dot(noise(2, 4), noise(3, 2, 4), transpose_b=True)

# %% dot-method
noise(2, 3).dot(noise(3, 2))

# %% dot-bad-shape
nd.dot(nd.ones((2, 3)), nd.ones((2, 3)))

# %% dot-bad-vector
nd.dot(nd.ones((3,)), nd.ones((2,)))

# %% dot-one-argument
nd.dot(nd.ones(2))

# %% dot-mixed-dtypes
nd.dot(nd.ones((2, 2)), nd.ones((2, 2), dtype="float64"))

# %% dot-int
nd.dot(nd.ones((2, 2), dtype="int32"), nd.ones((2, 2), dtype="int32"))

# %% dot-float16
nd.dot(noise(2, 3, dtype="float16"), noise(3, 2, dtype="float16"))

# %% dot-same-array
vg(lambda x: nd.dot(x, x), [[1.0, 2.0], [3.0, 4.0]])

# %% dot-chain
vg(lambda a, b, c: nd.dot(nd.dot(a, b), c), noise(2, 3), noise(3, 2), noise(2, 1))

# %% dot-transposed-view
vg(lambda a: nd.dot(a.T, a), noise(3, 2))

# %% dot-out
out = nd.zeros((2, 2))
nd.dot(nd.ones((2, 3)), nd.ones((3, 2)), out=out)
out

# %% batch-dot
vg(nd.batch_dot, noise(2, 3, 2), noise(2, 2, 2))

# %% batch-dot-transpose-a
vg(lambda a, b: nd.batch_dot(a, b, transpose_a=True), noise(2, 2, 3), noise(2, 2, 2))

# %% batch-dot-transpose-b
vg(lambda a, b: nd.batch_dot(a, b, transpose_b=True), noise(2, 3, 2), noise(2, 4, 2))

# %% batch-dot-transpose-both
vg(
    lambda a, b: nd.batch_dot(a, b, transpose_a=True, transpose_b=True),
    noise(2, 2, 3),
    noise(2, 4, 2),
)

# %% batch-dot-4d
nd.batch_dot(noise(2, 2, 2, 3), noise(2, 2, 3, 1))

# %% batch-dot-bad-shape
nd.batch_dot(nd.ones((2, 3, 4)), nd.ones((2, 3, 4)))

# %% batch-dot-bad-batch
nd.batch_dot(nd.ones((2, 3, 4)), nd.ones((3, 4, 2)))

# %% FullyConnected
vg(lambda x, w, b: nd.FullyConnected(x, w, b, num_hidden=4), noise(2, 3), noise(4, 3), noise(4))

# %% FullyConnected-no-bias
vg(lambda x, w: nd.FullyConnected(x, w, num_hidden=4, no_bias=True), noise(2, 3), noise(4, 3))

# %% FullyConnected-flatten
vg(lambda x, w, b: nd.FullyConnected(x, w, b, num_hidden=2), noise(2, 3, 2), noise(2, 6), noise(2))

# %% FullyConnected-no-flatten
vg(
    lambda x, w, b: nd.FullyConnected(x, w, b, num_hidden=2, flatten=False),
    noise(2, 3, 2),
    noise(2, 2),
    noise(2),
)

# %% FullyConnected-float64
vg(
    lambda x, w, b: nd.FullyConnected(x, w, b, num_hidden=2),
    noise(2, 3, dtype="float64"),
    noise(2, 3, dtype="float64"),
    noise(2, dtype="float64"),
)

# %% FullyConnected-keywords
nd.FullyConnected(data=nd.ones((1, 2)), weight=nd.ones((3, 2)), bias=nd.arange(3), num_hidden=3)

# %% FullyConnected-bad-weight
nd.FullyConnected(nd.ones((2, 3)), nd.ones((5, 4)), nd.ones(5), num_hidden=5)

# %% FullyConnected-bad-hidden
nd.FullyConnected(nd.ones((2, 3)), nd.ones((5, 3)), nd.ones(5), num_hidden=4)

# %% FullyConnected-bias-missing
nd.FullyConnected(nd.ones((2, 3)), nd.ones((5, 3)), num_hidden=5)

# %% FullyConnected-no-hidden :: num_hidden
nd.FullyConnected(nd.ones((2, 3)), nd.ones((5, 3)), nd.ones(5))

# %% linalg-gemm2
vg(lambda a, b: nd.linalg.gemm2(a, b, alpha=2.0), noise(2, 3), noise(3, 2))

# %% linalg-gemm2-batch-transpose
vg(lambda a, b: nd.linalg.gemm2(a, b, transpose_a=True), noise(2, 3, 2), noise(2, 3, 1))

# %% linalg-gemm
vg(
    lambda a, b, c: nd.linalg.gemm(a, b, c, alpha=2.0, beta=0.5, transpose_b=True),
    noise(2, 3),
    noise(2, 3),
    noise(2, 2),
)

# %% linalg-potrf
vg(nd.linalg.potrf, [[4.0, 2.0], [2.0, 3.0]])

# %% linalg-potri
vg(nd.linalg.potri, [[2.0, 0.0], [1.0, 1.5]])

# %% linalg-trsm
vg(lambda a, b: nd.linalg.trsm(a, b, alpha=2.0), [[2.0, 0.0], [1.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]])

# %% linalg-trsm-rightside-transpose
vg(
    lambda a, b: nd.linalg.trsm(a, b, rightside=True, transpose=True),
    [[2.0, 0.0], [1.0, 4.0]],
    [[1.0, 2.0], [3.0, 4.0]],
)

# %% linalg-trmm
vg(lambda a, b: nd.linalg.trmm(a, b), [[2.0, 0.0], [1.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]])

# %% linalg-syrk
vg(lambda a: nd.linalg.syrk(a, alpha=0.5), noise(2, 3))

# %% linalg-syrk-transpose
vg(lambda a: nd.linalg.syrk(a, transpose=True), noise(2, 3))

# %% linalg-sumlogdiag
vg(nd.linalg.sumlogdiag, [[2.0, 1.0], [1.0, 3.0]])

# %% linalg-inverse
vg(nd.linalg.inverse, [[4.0, 1.0], [2.0, 3.0]])

# %% linalg-det
vg(nd.linalg.det, [[4.0, 1.0], [2.0, 3.0]])

# %% linalg-slogdet
vg(nd.linalg.slogdet, [[4.0, 1.0], [2.0, -3.0]])

# %% linalg-extractdiag
vg(nd.linalg.extractdiag, noise(3, 3)), nd.linalg.extractdiag(noise(3, 3), offset=1)

# %% linalg-makediag
vg(nd.linalg.makediag, noise(2)), nd.linalg.makediag(noise(2), offset=-1)

# %% linalg-extracttrian
vg(nd.linalg.extracttrian, noise(3, 3))

# %% linalg-maketrian
vg(nd.linalg.maketrian, noise(3))

# %% linalg-potrf-not-positive
nd.linalg.potrf(-nd.eye(2)).asnumpy()

# %% linalg-inverse-singular
nd.linalg.inverse(nd.zeros((2, 2))).asnumpy()

# %% linalg-syevd
u, l = nd.linalg.syevd(nd.array([[2.0, 0.0], [0.0, 1.0]]))
nd.abs(u), l

# %% linalg-gelqf
q, l = nd.linalg.gelqf(nd.array([[1.0, 2.0, 2.0], [2.0, 1.0, -2.0]]))
nd.dot(l, q), nd.dot(q, q, transpose_b=True)

# %% linalg-aliases
m = nd.array([[4.0, 1.0], [1.0, 3.0]])
(
    nd.linalg_gemm2(m, m),
    nd.linalg_gemm(m, m, m),
    nd.linalg_syrk(m),
    nd.linalg_potrf(m),
    nd.linalg_det(m),
)

# %% linalg-potrf-batch
vg(nd.linalg.potrf, [[[4.0, 2.0], [2.0, 3.0]], [[9.0, 1.0], [1.0, 2.0]]])

# %% linalg-potrf-lower-read
vg(nd.linalg.potrf, [[4.0, 7.0], [2.0, 3.0]])

# %% linalg-potrf-upper
vg(lambda a: nd.linalg.potrf(a, lower=False), [[4.0, 2.0], [7.0, 3.0]])

# %% linalg-potri-upper
vg(lambda a: nd.linalg.potri(a, lower=False), [[2.0, 1.0], [5.0, 1.5]])

# %% linalg-gemm2-axis
vg(lambda a, b: nd.linalg.gemm2(a, b, transpose_b=True, axis=0), noise(2, 3, 2), noise(4, 3, 2))

# %% linalg-gemm-axis
vg(lambda a, b, c: nd.linalg.gemm(a, b, c, axis=-3), noise(2, 3, 2), noise(2, 3, 1), noise(2, 3, 1))

# %% linalg-gemm2-axis-last
nd.linalg.gemm2(nd.ones((2, 2)), nd.ones((2, 2)), axis=-1)

# %% linalg-potrf-not-square
nd.linalg.potrf(nd.ones((2, 3)))

# %% linalg-potrf-int
nd.linalg.potrf(nd.ones((2, 2), dtype="int32"))

# %% linalg-potri-batch-float64
vg(
    nd.linalg.potri,
    nd.array([[[2.0, 5.0], [1.0, 1.5]], [[1.0, 0.0], [-1.0, 2.0]]], dtype="float64"),
)

# %% linalg-potri-singular
nd.linalg.potri(nd.zeros((2, 2))).asnumpy()

# %% linalg-trsm-{flags}
# for flags in r0t0l0 r0t1l1 r0t1l0 r1t0l1 r1t0l0 r1t1l0
r, t, l = (bool(int(x)) for x in flags[1::2])
vg(
    lambda a, b: nd.linalg.trsm(a, b, rightside=r, transpose=t, lower=l, alpha=-0.5),
    noise(2, 2, 2) + 2,
    noise(2, 3, 2) if r else noise(2, 2, 3),
)

# %% linalg-trsm-bad-shape
nd.linalg.trsm(nd.ones((2, 2)), nd.ones((3, 2)))

# %% linalg-trsm-not-square
nd.linalg.trsm(nd.ones((2, 3)), nd.ones((3, 2)))

# %% linalg-trmm-{flags}
# for flags in r0t0l0 r0t1l1 r0t1l0 r1t0l1 r1t0l0 r1t1l0
r, t, l = (bool(int(x)) for x in flags[1::2])
vg(
    lambda a, b: nd.linalg.trmm(a, b, rightside=r, transpose=t, lower=l, alpha=-0.5),
    noise(2, 2, 2),
    noise(2, 3, 2) if r else noise(2, 2, 3),
)

# %% linalg-trmm-bad-shape
nd.linalg.trmm(nd.ones((2, 2)), nd.ones((3, 2)))

# %% linalg-inverse-batch
vg(nd.linalg.inverse, noise(2, 3, 3) + 3 * nd.eye(3).reshape((1, 3, 3)))

# %% linalg-inverse-not-square
nd.linalg.inverse(nd.ones((2, 3)))

# %% linalg-det-batch
vg(nd.linalg.det, noise(2, 3, 3) + 3 * nd.eye(3).reshape((1, 3, 3)))

# %% linalg-det-singular
vg(nd.linalg.det, [[1.0, 2.0], [2.0, 4.0]])

# %% linalg-slogdet-batch
vg(nd.linalg.slogdet, noise(2, 3, 3) + 3 * nd.eye(3).reshape((1, 3, 3)))

# %% linalg-slogdet-singular
nd.linalg.slogdet(nd.zeros((2, 2)))

# %% linalg-sumlogdiag-batch
vg(nd.linalg.sumlogdiag, noise(2, 3, 3) + 3)

# %% linalg-sumlogdiag-negative
nd.linalg.sumlogdiag(-nd.ones((2, 2)))

# %% linalg-extractdiag-batch
vg(lambda a: nd.linalg.extractdiag(a, offset=-1), noise(2, 3, 3))

# %% linalg-extractdiag-too-far
nd.linalg.extractdiag(nd.ones((2, 2)), offset=2)

# %% linalg-extractdiag-not-square
nd.linalg.extractdiag(nd.ones((2, 3)))

# %% linalg-makediag-batch
vg(lambda a: nd.linalg.makediag(a, offset=2), noise(2, 2))

# %% linalg-extracttrian-{kind}
# for kind in upper above below
offset, lower = {"upper": (0, False), "above": (1, True), "below": (-1, False)}[kind]
vg(lambda a: nd.linalg.extracttrian(a, offset=offset, lower=lower), noise(2, 3, 3))

# %% linalg-maketrian-{kind}
# for kind in upper above below
offset, lower = {"upper": (0, False), "above": (1, True), "below": (-1, False)}[kind]
vg(lambda a: nd.linalg.maketrian(a, offset=offset, lower=lower), noise(2, 3))

# %% linalg-maketrian-bad-length
nd.linalg.maketrian(nd.ones(4))

# %% linalg-syevd-gradient
vg(
    nd.linalg.syevd,
    nd.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 1.0]], dtype="float64"),
)

# %% linalg-syevd-signs
nd.linalg.syevd(-nd.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 1.0]], dtype="float64"))

# %% linalg-syevd-lower-read
nd.linalg.syevd(nd.array([[4.0, 7.0], [1.0, 3.0]], dtype="float64"))

# %% linalg-gelqf-gradient
vg(nd.linalg.gelqf, nd.array([[[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]]], dtype="float64"))

# %% linalg-gelqf-tall
nd.linalg.gelqf(nd.ones((3, 2)))

# %% histogram-{kind}
# for kind in even outside int one edges uneven repeated falling
x = nd.array([[1.0, 2.0, 4.0], [0.5, -1.0, 2.5]])
if kind == "even":
    results = nd.histogram(x, bins=4, range=(-1, 4))
elif kind == "outside":
    results = nd.histogram(x, bins=2, range=(1.0, 2.5))
elif kind == "int":
    results = nd.histogram(x.astype("int32"), bins=2, range=(0, 4))
elif kind == "one":
    results = nd.histogram(x, bins=2, range=(2, 2))
elif kind == "edges":
    results = nd.histogram(x)
else:
    edges = {"uneven": [-1, 0.5, 0.75, 4], "repeated": [1, 1, 2], "falling": [3, 2, 1]}[kind]
    results = nd.histogram(x, bins=nd.array(edges))
list(results)

# %% histogram-bad-range
nd.histogram(nd.ones(3), bins=2, range=(3, 0))

# %% histogram-bad-bins
nd.histogram(nd.ones(3), bins=[1, 2])

# %% histogram-no-bins
nd.histogram(nd.ones(3), bins=0)
