"""Reshaping, transposing, broadcasting to a shape, repeating, padding."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% reshape-method-{codes}
# for codes in 6,4 -1 -1,4 2,-1,2 0,-1 0,0,4 -2 -2,1 0,-2 -3,0 0,-3 -4,1,2,0,0 -4,-1,2,0,0 0,-4,3,-1,0 -3,-2 0,0,-1 24
shape = tuple(int(code) for code in codes.split(","))
x = ramp(2, 3, 4)
x.reshape(shape), x.reshape(*shape).shape, x.reshape(shape=shape).shape

# %% reshape-operator-{codes}
# for codes in 6,4 -1 0,-1 -2 -2,1 -3,0 -4,1,2,0,0 -4,-1,2,-2 0,-4,3,-1,0
shape = tuple(int(code) for code in codes.split(","))
nd.reshape(ramp(2, 3, 4), shape=shape).shape, nd.Reshape(ramp(2, 3, 4), shape=shape).shape

# %% reshape-reverse-{codes}
# for codes in -1,0 -1,4 0,-3 -3,0 0,-1,0
shape = tuple(int(code) for code in codes.split(","))
(
    nd.reshape(ramp(2, 3, 4), shape=shape, reverse=True).shape,
    ramp(2, 3, 4).reshape(shape, reverse=True).shape,
)

# %% reshape-gradient
vg(lambda x: x.reshape((3, -1)) * ramp(3, 2), noise(2, 3))

# %% reshape-bad-{codes}
# for codes in 4,2 -1,4 7 -1,-1
ramp(2, 3).reshape(tuple(int(code) for code in codes.split(",")))

# %% reshape-smaller
ramp(2, 3).reshape((2, 2))

# %% reshape-operator-too-large
nd.reshape(nd.ones((2, 3)), shape=(4, 2)).shape

# %% reshape-operator-not-divisible
nd.reshape(nd.ones((2, 3)), shape=(-1, 4)).shape

# %% reshape-to-0d
nd.ones((1,)).reshape(())

# %% reshape-to-0d-bad
nd.ones((2, 3)).reshape(())

# %% reshape-like
(
    vg(lambda x: nd.reshape_like(x, nd.zeros((3, 2))), noise(2, 3)),
    noise(2, 3).reshape_like(nd.zeros((6,))).shape,
)

# %% reshape-like-part
nd.reshape_like(
    ramp(30, 7), nd.zeros((15, 2, 4)), lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2
).shape

# %% flatten
(
    nd.flatten(nd.ones((2, 3, 4))).shape,
    nd.Flatten(nd.ones((5,))).shape,
    nd.ones((2, 3, 1, 2)).flatten().shape,
)

# %% flatten-gradient
vg(nd.flatten, noise(2, 2, 2))

# %% transpose-2d
vg(nd.transpose, noise(2, 3))

# %% transpose-axes-{axes}
# for axes in 0,1,2 0,2,1 1,0,2 1,2,0 2,0,1 2,1,0
order = tuple(int(axis) for axis in axes.split(","))
vg(lambda x: nd.transpose(x, axes=order), noise(2, 3, 4))

# %% transpose-3d-default
nd.transpose(ramp(2, 3, 4)).shape, ramp(2, 3, 4).T.shape, ramp(2, 3).T

# %% transpose-method
x = ramp(2, 3, 4)
(
    x.transpose((2, 0, 1)).shape,
    x.transpose(axes=(1, 0, 2)).shape,
    x.transpose().shape,
    x.transpose(2, 0, 1).shape,
)

# %% transpose-negative-axes
nd.transpose(ramp(2, 3, 4), axes=(-1, 0, 1)).shape

# %% transpose-int-dtype
nd.transpose(nd.array([[1, 2], [3, 4]], dtype="int32"))

# %% transpose-repeated-axes
nd.transpose(nd.ones((2, 3)), axes=(0, 0))

# %% transpose-1d
nd.transpose(ramp(3)), ramp(3).T

# %% transpose-5d
nd.transpose(ramp(2, 1, 3, 2, 2), axes=(4, 2, 0, 3, 1))

# %% swapaxes
(
    vg(lambda x: nd.swapaxes(x, 0, 2), noise(2, 3, 2)),
    nd.SwapAxis(ramp(2, 3), dim1=0, dim2=1).shape,
    ramp(2, 3).swapaxes(0, 1).shape,
)

# %% swapaxes-negative
nd.swapaxes(ramp(2, 3, 4), dim1=-1, dim2=0).shape

# %% expand-dims
x = ramp(2, 3)
[nd.expand_dims(x, axis=k).shape for k in (0, 1, 2, -1, -2, -3)], x.expand_dims(1).shape

# %% expand-dims-bad
nd.expand_dims(nd.ones(2), 5)

# %% expand-dims-gradient
vg(lambda x: nd.expand_dims(x, 1), noise(2, 3))

# %% squeeze
x = nd.ones((1, 2, 1, 3))
(
    nd.squeeze(x).shape,
    nd.squeeze(x, axis=0).shape,
    nd.squeeze(x, axis=-2).shape,
    nd.squeeze(x, axis=(0, 2)).shape,
    x.squeeze().shape,
)

# %% squeeze-everything
nd.squeeze(nd.ones((1, 1))).shape

# %% squeeze-bad
nd.squeeze(nd.ones((2, 1)), axis=0)

# %% squeeze-gradient
vg(lambda x: nd.squeeze(x, axis=1), noise(2, 1, 3))

# %% broadcast-to
vg(lambda x: nd.broadcast_to(x, shape=(2, 3, 2)), noise(1, 3, 1))

# %% broadcast-to-zero-keeps
nd.broadcast_to(ramp(1, 3), shape=(2, 0)).shape

# %% broadcast-to-more-dims
nd.broadcast_to(nd.ones((3,)), shape=(2, 3))

# %% broadcast-to-method
(
    ramp(1, 3).broadcast_to((2, 3)),
    ramp(3).broadcast_to((2, 3)),
    nd.ones((1,)).broadcast_to((2, 2)).shape,
)

# %% broadcast-to-method-bad :: broadcast
nd.ones((2, 3)).broadcast_to((4, 3))

# %% broadcast-to-operator-bad
nd.broadcast_to(nd.ones((2, 3)), shape=(4, 3))

# %% broadcast-like
(
    vg(lambda x: nd.broadcast_like(x, nd.zeros((2, 3))), noise(1, 3)),
    noise(1, 3).broadcast_like(nd.zeros((2, 3))).shape,
)

# %% broadcast-like-axes
nd.broadcast_like(noise(1, 2), nd.zeros((3, 4)), lhs_axes=(0,), rhs_axes=(1,)).shape

# %% broadcast-axis
(
    vg(lambda x: nd.broadcast_axis(x, axis=(0, 2), size=(2, 3)), noise(1, 2, 1)),
    nd.broadcast_axes(noise(1, 2), axis=0, size=3).shape,
)

# %% broadcast-axis-bad
nd.broadcast_axis(noise(2, 2), axis=0, size=3)

# %% tile
x = ramp(2, 2)
nd.tile(x, reps=(2,)), nd.tile(x, reps=(2, 1)), nd.tile(x, reps=(2, 1, 2)), x.tile((1, 2))

# %% tile-int
nd.tile(ramp(2), reps=2)

# %% tile-gradient
vg(lambda x: nd.tile(x, reps=(2, 2)), noise(2, 2))

# %% repeat
x = ramp(2, 2)
(
    nd.repeat(x, repeats=2),
    nd.repeat(x, repeats=2, axis=0),
    nd.repeat(x, repeats=2, axis=1),
    nd.repeat(x, 3, axis=-1),
    x.repeat(2),
)

# %% repeat-gradient
(
    vg(lambda x: nd.repeat(x, repeats=2, axis=1), noise(2, 2)),
    vg(lambda x: nd.repeat(x, repeats=3), noise(2)),
)

# %% flip
x = ramp(2, 3)
(
    nd.flip(x, axis=0),
    nd.flip(x, axis=1),
    nd.reverse(x, axis=1),
    x.flip(axis=0),
    nd.reverse(x, axis=(0, 1)),
)

# %% flip-negative-axis
nd.flip(ramp(2, 3), axis=-1)

# %% flip-gradient
vg(lambda x: nd.flip(x, axis=1), noise(2, 3))

# %% pad-constant
vg(
    lambda x: nd.pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 0, 2, 1), constant_value=7),
    noise(1, 1, 2, 2),
)

# %% pad-{mode}
# for mode in edge reflect
vg(lambda x: nd.pad(x, mode=mode, pad_width=(0, 0, 0, 0, 1, 1, 2, 1)), noise(1, 1, 3, 3))

# %% pad-5d
(
    nd.pad(ramp(1, 1, 1, 2, 2), mode="constant", pad_width=(0, 0, 0, 0, 1, 0, 0, 0, 0, 1)).shape,
    nd.Pad(ramp(1, 1, 1, 2), mode="edge", pad_width=(0, 0, 0, 0, 0, 1, 1, 0)),
)

# %% pad-2d
nd.pad(ramp(2, 2), mode="constant", pad_width=(1, 1, 1, 1))

# %% pad-batch-axis
nd.pad(ramp(1, 1, 2, 2), mode="constant", pad_width=(1, 0, 0, 0, 0, 0, 0, 0))

# %% diag
(
    nd.diag(nd.array([1.0, 2.0])),
    nd.diag(ramp(3, 3)),
    nd.diag(ramp(3, 3), k=1),
    nd.diag(ramp(2, 3), k=-1),
    nd.diag(nd.array([1.0, 2.0]), k=1),
)

# %% diag-3d
nd.diag(ramp(2, 2, 3)), nd.diag(ramp(2, 2, 3), axis1=1, axis2=2)

# %% diag-gradient
vg(nd.diag, noise(3, 3)), vg(lambda x: nd.diag(x, k=-1), noise(2))

# %% depth-to-space
(
    vg(lambda x: nd.depth_to_space(x, block_size=2), noise(1, 4, 1, 2)),
    nd.space_to_depth(ramp(1, 1, 2, 4), block_size=2),
)

# %% split-and-join-round-trip
x = ramp(2, 6)
nd.concat(*nd.split(x, num_outputs=3, axis=1), dim=1)

# %% size-0-slice
ramp(2, 3)[0:0].shape, ramp(2, 3)[2:].shape
