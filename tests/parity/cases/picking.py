"""Operators that pick by index: slice, take, pick, one_hot, Embedding, gather_nd."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% slice
x = ramp(3, 4)
(
    nd.slice(x, begin=(0, 1), end=(2, 3)),
    nd.slice(x, begin=(1,), end=(3,)),
    x.slice(begin=(0, 0), end=(1, 2)),
)

# %% slice-none
nd.slice(ramp(2, 3), begin=(None, 0), end=(None, 2))

# %% slice-step
(
    nd.slice(ramp(4, 4), begin=(0, 3), end=(4, None), step=(2, -1)),
    nd.slice(ramp(5), begin=(4,), end=(0,), step=(-2,)),
)

# %% slice-negative
nd.slice(ramp(3, 4), begin=(-2, -3), end=(-1, 4))

# %% slice-gradient
vg(lambda x: nd.slice(x, begin=(0, 1), end=(3, 4), step=(2, 2)), noise(3, 4))

# %% slice-bad
nd.slice(ramp(3), begin=(5,), end=(6,))

# %% slice-empty
nd.slice(ramp(3), begin=(2,), end=(1,))

# %% crop-alias
nd.crop(ramp(3, 4), begin=(0, 1), end=(2, 3))

# %% slice-axis
x = ramp(2, 4)
(
    nd.slice_axis(x, axis=1, begin=1, end=3),
    nd.slice_axis(x, axis=-1, begin=-2, end=None),
    x.slice_axis(axis=0, begin=0, end=1),
)

# %% slice-axis-gradient
vg(lambda x: nd.slice_axis(x, axis=1, begin=0, end=2), noise(2, 3))

# %% slice-axis-bad
nd.slice_axis(ramp(2, 4), axis=3, begin=0, end=1)

# %% slice-like
(
    vg(lambda x: nd.slice_like(x, nd.zeros((2, 2))), noise(3, 4)),
    nd.slice_like(ramp(3, 4), nd.zeros((2, 2)), axes=(1,)).shape,
)

# %% slice-like-bad
nd.slice_like(ramp(1, 4), nd.zeros((2, 2)))

# %% take
vg(lambda w: nd.take(w, nd.array([0, 2, 0])), noise(3, 2))

# %% take-axis-{axis}
# for axis in 0 1 -1
vg(lambda w: nd.take(w, nd.array([[1, 0], [1, 1]]), axis=int(axis)), noise(2, 3))

# %% take-{mode}
# for mode in clip wrap
nd.take(nd.array([1.0, 2.0, 3.0]), nd.array([-1, 5, -4, 3]), mode=mode)

# %% take-{mode}-gradient
# for mode in clip wrap
vg(lambda w: nd.take(w, nd.array([-1, 5, 0]), mode=mode), noise(3, 2))

# %% take-raise
nd.take(nd.array([1.0, 2.0, 3.0]), nd.array([-1, 5]), mode="raise").asnumpy()

# %% take-raise-valid
nd.take(nd.array([1.0, 2.0, 3.0]), nd.array([0, 2]), mode="raise")

# %% take-default-clips
nd.take(nd.array([1.0, 2.0, 3.0]), nd.array([-1, 5]))

# %% take-index-gradient
vg(lambda w, i: nd.take(w, i), noise(3, 2), [0.0, 1.0])

# %% take-int-indices
nd.take(ramp(3, 2), nd.array([2, 0], dtype="int32")), ramp(3, 2).take(nd.array([2], dtype="int64"))

# %% take-fractional-index
nd.take(ramp(4), nd.array([1.7, 2.2]))

# %% take-bad-axis
nd.take(nd.ones((2, 2)), nd.array([0]), axis=3)

# %% take-3d-indices
nd.take(ramp(4, 2), nd.array([[[0, 1]], [[2, 3]]])).shape

# %% pick
vg(lambda x: nd.pick(x, nd.array([2, 0])), noise(2, 3))

# %% pick-axis-{axis}
# for axis in 0 1 -1
vg(lambda x: nd.pick(x, nd.array([1, 0, 1]), axis=int(axis)), noise(3, 3))

# %% pick-keepdims
nd.pick(ramp(2, 3), nd.array([2, 0]), keepdims=True), ramp(2, 3).pick(nd.array([[1], [1]]))

# %% pick-out-of-range
(
    nd.pick(ramp(1, 3), nd.array([5])),
    nd.pick(ramp(1, 3), nd.array([-1])),
    nd.pick(ramp(1, 3), nd.array([4]), mode="wrap"),
)

# %% pick-3d
vg(lambda x: nd.pick(x, nd.array([[1, 0], [1, 1]]), axis=1), noise(2, 2, 2))

# %% pick-bad-shape
nd.pick(nd.ones((2, 2)), nd.array([0, 1, 0]))

# %% pick-int-index-gradient
i = nd.array([0, 1], dtype="int32")
w = nd.ones((2, 3))
i.attach_grad()
w.attach_grad()
with ag.record():
    y = nd.pick(w, i)
y.backward()
i.grad, w.grad

# %% choose-element-0index
nd.choose_element_0index(ramp(2, 3), nd.array([2, 0]))

# %% batch-take
nd.batch_take(ramp(2, 3), nd.array([2, 0], dtype="int32"))

# %% one-hot
(
    nd.one_hot(nd.array([0, 2, 5, -1]), 3),
    nd.one_hot(nd.array([1]), depth=3, on_value=5, off_value=-1, dtype="int32"),
)

# %% one-hot-2d
nd.one_hot(nd.array([[0, 1], [2, 0]]), 3), nd.array([1]).one_hot(2)

# %% one-hot-gradient
vg(lambda i: nd.one_hot(i, 3), [0.0, 2.0])

# %% one-hot-no-depth :: depth
nd.one_hot(nd.array([1]))

# %% Embedding
vg(lambda w: nd.Embedding(nd.array([[0, 2], [2, 1]]), w, input_dim=3, output_dim=2), noise(3, 2))

# %% Embedding-out-of-range
nd.Embedding(nd.array([5, -1]), nd.array([[1.0, 1.0], [2.0, 2.0]]), input_dim=2, output_dim=2)

# %% Embedding-int-indices
nd.Embedding(nd.array([1, 0], dtype="int32"), ramp(2, 2), input_dim=2, output_dim=2)

# %% Embedding-bad-weight
nd.Embedding(nd.array([0]), nd.ones((3, 2)), input_dim=2, output_dim=2)

# %% Embedding-index-gradient :: Embedding
i = nd.array([0, 1])
w = nd.ones((2, 3))
i.attach_grad()
w.attach_grad()
with ag.record():
    y = nd.Embedding(i, w, input_dim=2, output_dim=3)
y.backward()
i.grad.asnumpy()

# %% gather-nd
(
    vg(lambda x: nd.gather_nd(x, nd.array([[0, 1, 0], [1, 2, 1]])), noise(2, 3)),
    nd.gather_nd(ramp(2, 3), nd.array([[1, 0]])),
)

# %% gather-nd-negative
nd.gather_nd(ramp(2, 3), nd.array([[-1, 0], [-1, 0]]))

# %% gather-nd-out-of-range
nd.gather_nd(ramp(2, 3), nd.array([[5], [0]])).asnumpy()

# %% scatter-nd
vg(lambda d: nd.scatter_nd(d, nd.array([[1, 0], [0, 2]]), shape=(2, 3)), noise(2))

# %% boolean-mask
vg(lambda x: nd.contrib.boolean_mask(x, nd.array([1, 0, 1])), noise(3, 2))

# %% boolean-mask-none
nd.contrib.boolean_mask(ramp(2, 2), nd.array([0, 0])).shape

# %% index-copy
vg(lambda x, t: nd.contrib.index_copy(x, nd.array([2, 0]), t), noise(3, 2), noise(2, 2))

# %% index-array
nd.contrib.index_array(nd.zeros((2, 2))), nd.contrib.index_array(nd.zeros((2, 3)), axes=(1,))

# %% ravel-and-unravel
(
    nd.unravel_index(nd.array([5, 2]), shape=(2, 3)),
    nd.ravel_multi_index(nd.array([[1, 0], [2, 1]]), shape=(2, 3)),
)

# %% fill-element-0index
nd.fill_element_0index(nd.zeros((2, 3)), nd.array([5.0, 6.0]), nd.array([2, 0]))

# %% {op}-axis-{axis}
# for op in sort argsort
# for axis in 0 1 -1
getattr(nd, op)(noise(3, 4), axis=int(axis))

# %% {op}-descending
# for op in sort argsort
(
    getattr(nd, op)(nd.array([[3.0, 1.0, 2.0]]), is_ascend=False),
    getattr(nd.array([3.0, 1.0, 2.0]), op)(is_ascend=False),
)

# %% {op}-no-axis
# for op in sort argsort
getattr(nd, op)(nd.array([[3.0, 1.0], [2.0, 0.0]]), axis=None)

# %% argsort-ties
nd.argsort(nd.array([3, 1, 3, 1])), nd.argsort(nd.array([3, 1, 3, 1]), is_ascend=False)

# %% argsort-dtype
nd.argsort(nd.array([3.0, 1.0]), dtype="int32")

# %% sort-gradient
vg(lambda x: nd.sort(x, axis=0), [3.0, 1.0, 3.0, 2.0])

# %% sort-gradient-descending
vg(lambda x: nd.sort(x, axis=1, is_ascend=False), noise(2, 3))

# %% sort-int
nd.sort(nd.array([3, 1, 2], dtype="int32"))

# %% topk
x = nd.array([[3.0, 1.0, 4.0], [2.0, 9.0, 5.0]])
nd.topk(x), nd.topk(x, k=2), nd.topk(x, k=1, axis=0), x.topk(k=2)

# %% topk-{kind}
# for kind in value indices mask both
nd.topk(nd.array([[3.0, 1.0, 4.0], [2.0, 9.0, 5.0]]), k=2, ret_typ=kind)

# %% topk-ascending
nd.topk(nd.array([3.0, 1.0, 2.0]), k=2, is_ascend=True, ret_typ="both")

# %% topk-ties
(
    nd.topk(nd.array([3, 1, 3, 2]), k=2),
    vg(lambda x: nd.topk(x, k=2, ret_typ="value"), [3.0, 1.0, 3.0, 2.0]),
)

# %% topk-dtype
nd.topk(nd.array([3.0, 1.0]), dtype="int32")

# %% topk-axis-none
nd.topk(nd.array([[3.0, 1.0], [2.0, 9.0]]), axis=None, k=2)

# %% topk-k-0
nd.topk(nd.array([3.0, 1.0, 2.0]), k=0)

# %% topk-k-too-large
nd.topk(nd.array([3.0, 1.0, 2.0]), k=5)

# %% topk-value-gradient
vg(lambda x: nd.topk(x, k=2, axis=1, ret_typ="value"), noise(2, 4))

# %% topk-both-gradient
vg(lambda x: nd.topk(x, k=2, axis=1, ret_typ="both")[0], noise(2, 4))

# %% topk-bad-kind :: valid values
nd.topk(nd.ones(2), ret_typ="foo")

# %% shuffle-keeps-rows
nd.shuffle(ramp(5)).sum()

# %% where-by-fractions-{dtype}
# for dtype in float16 float32 float64
condition = nd.array([0.5, 0, -0.2], dtype=dtype)
nd.where(condition, nd.array([1, 2, 3], dtype="int32"), nd.array([4, 5, 6], dtype="int32"))
