"""Joining and splitting."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% concat-dim-{dim}
# for dim in 0 1 2 -1
vg(lambda x, y: nd.concat(x, y, dim=int(dim)), noise(2, 2, 2), noise(2, 2, 2))

# %% concat-default-dim
nd.concat(nd.ones((2, 3)), nd.zeros((2, 1)))

# %% concat-different-sizes
vg(lambda x, y, z: nd.concat(x, y, z, dim=0), noise(1, 2), noise(3, 2), noise(2, 2))

# %% concat-1d
nd.concat(ramp(2), ramp(3), dim=0)

# %% concat-one
nd.concat(ramp(2, 2), dim=0)

# %% concat-same-array
vg(lambda x: nd.concat(x, x, dim=0), noise(2, 2))

# %% concat-int32
nd.concat(nd.array([1], dtype="int32"), nd.array([2, 3], dtype="int32"), dim=0)

# %% concat-alias
nd.Concat(ramp(2, 1), ramp(2, 1), dim=1)

# %% concat-bad-shape
nd.concat(nd.ones((2, 3)), nd.ones((3, 3)))

# %% concat-bad-rank
nd.concat(nd.ones((2, 3)), nd.ones((3,)), dim=0)

# %% concat-mixed-dtypes
nd.concat(nd.ones((2,)), nd.ones((2,), dtype="float64"), dim=0)

# %% concat-list-argument
nd.concat([nd.ones((2, 3))])

# %% concat-nothing
nd.concat()

# %% stack-axis-{axis}
# for axis in 0 1 2 -1
vg(lambda x, y: nd.stack(x, y, axis=int(axis)), noise(2, 3), noise(2, 3))

# %% stack-default
nd.stack(ramp(2), ramp(2), ramp(2))

# %% stack-bad-shape
nd.stack(nd.ones(2), nd.ones(3))

# %% stack-mixed-dtypes
nd.stack(nd.ones(2), nd.ones(2, dtype="float64"))

# %% split-axis-{axis}
# for axis in 0 1 2 -1
vg(lambda x: nd.split(x, num_outputs=2, axis=int(axis)), noise(2, 2, 2))

# %% split-default-axis
nd.split(ramp(2, 4), num_outputs=2)

# %% split-type
type(nd.split(nd.ones((2, 4)), num_outputs=2)).__name__

# %% split-one-output
nd.split(ramp(2, 4), num_outputs=1)

# %% split-squeeze
vg(lambda x: nd.split(x, num_outputs=3, axis=1, squeeze_axis=True), noise(2, 3))

# %% split-squeeze-bad
nd.split(nd.ones((2, 4)), num_outputs=2, axis=1, squeeze_axis=True)

# %% split-bad :: split
nd.split(nd.ones((2, 4)), num_outputs=3)

# %% SliceChannel
nd.SliceChannel(ramp(2, 4), num_outputs=4, axis=1)

# %% split-method
ramp(2, 4).split(num_outputs=2, axis=1)

# %% split-one-output-used
vg(lambda x: nd.split(x, num_outputs=2, axis=0)[1], noise(4))

# %% split-v2-sections
nd.split_v2(nd.arange(6), 3)

# %% split-v2-indices
nd.split_v2(nd.arange(6), (2, 4)), nd.split_v2(ramp(2, 4), (1,), axis=1)

# %% split-v2-squeeze
nd.split_v2(ramp(2, 3), 2, axis=0, squeeze_axis=True)

# %% split-v2-gradient
vg(lambda x: nd.split_v2(x, (1, 3), axis=1), noise(2, 4))

# %% concat-of-slices
vg(lambda x: nd.concat(x[:, 2:], x[:, :2], dim=1), noise(2, 4))

# %% concatenate
nd.concatenate([ramp(2, 1), ramp(2, 2)], axis=1), nd.concatenate([ramp(2)])
