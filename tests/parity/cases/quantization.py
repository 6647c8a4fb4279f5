"""Quantization: to 8 bits and back, and operators on quantized arrays."""

import numpy as np
from ndgrad import nd

# %% quantize-{kind}
# for kind in int8 uint8
# Values at and beside halves of a step, beyond the range, and none.
steps = 127 if kind == "int8" else 255
halves = np.arange(-2 * steps - 9, 2 * steps + 9) / 2 / steps * 0.75
x = nd.array(np.concatenate([halves, np.linspace(-1.3, 1.7, 101), [np.nan, np.inf, -np.inf]]))
nd.contrib.quantize(x, nd.array([-0.75]), nd.array([0.6]), out_type=kind)

# %% quantize-shapes
x = nd.array([[[0.1, -2.0], [0.7, 1.5]]])
nd.contrib.quantize(x, nd.array([0.0]), nd.array([2.0]))

# %% quantize-bad-{name}
# for name in dtype shape out_type
one, ones = nd.array([1.0]), nd.array([1.0, 2.0])
{
    "dtype": lambda: nd.contrib.quantize(ones.astype("float64"), -one, one),
    "shape": lambda: nd.contrib.quantize(ones, -ones, one),
    "out_type": lambda: nd.contrib.quantize(ones, -one, one, out_type="int32"),
}[name]()

# %% quantize-v2-{kind}-{calibration}
# for kind in int8 uint8 auto
# for calibration in none below above half
ranges = {
    "none": {},
    "below": {"min_calib_range": -0.75, "max_calib_range": 0.6},
    "above": {"min_calib_range": 0.1, "max_calib_range": 0.75},
    "half": {"max_calib_range": 0.75},
}
steps = 255.5 if kind == "uint8" else 127.5
x = nd.array(np.concatenate([np.arange(-270, 270) / 2 / steps * 0.75, np.linspace(-1.3, 1.7, 51)]))
nd.contrib.quantize_v2(x, out_type=kind, **ranges[calibration])

# %% quantize-v2-integers-{dtype}-{kind}
# for dtype in int8 uint8
# for kind in int8 uint8 auto
x = nd.array(np.arange(256), dtype="uint8").astype(dtype)
given = {"min_calib_range": 0, "max_calib_range": 3}
[*nd.contrib.quantize_v2(x, out_type=kind), *nd.contrib.quantize_v2(x, out_type=kind, **given)]

# %% quantize-v2-bad-{name}
# for name in dtype out_type
x = nd.array([1.0, 2.0])
{
    "dtype": lambda: nd.contrib.quantize_v2(x.astype("float64")),
    "out_type": lambda: nd.contrib.quantize_v2(x, out_type="int32"),
}[name]()

# %% dequantize-{dtype}-{low}
# for dtype in int8 uint8
# for low in -0.75 0 -0.3
x = nd.array(np.arange(256).reshape(2, 128), dtype="uint8").astype(dtype)
nd.contrib.dequantize(x, nd.array([float(low)]), nd.array([0.6]))

# %% dequantize-bad-{name}
# for name in dtype shape
x, one = nd.array([1, 2], dtype="int8"), nd.array([1.0])
{
    "dtype": lambda: nd.contrib.dequantize(x.astype("float32"), -one, one),
    "shape": lambda: nd.contrib.dequantize(x, nd.array([[-1.0]]), one),
}[name]()

# %% requantize-{kind}-{calibration}-{low}
# for kind in int8 uint8 auto
# for calibration in none below above
# for low in -20 -2
ranges = {
    "none": {},
    "below": {"min_calib_range": -0.75, "max_calib_range": 0.6},
    "above": {"min_calib_range": 0.0, "max_calib_range": 0.6},
}
spread = np.arange(1, 200) * 2654435761 % 2**32 - 2**31
x = nd.array(np.concatenate([spread, spread // 128]), dtype="int32")
nd.contrib.requantize(
    x, nd.array([float(low)]), nd.array([2.0]), out_type=kind, **ranges[calibration]
)

# %% requantize-bad-{name}
# for name in dtype shape
x, one = nd.array([1, 2], dtype="int32"), nd.array([1.0])
{
    "dtype": lambda: nd.contrib.requantize(x.astype("int8"), -one, one),
    "shape": lambda: nd.contrib.requantize(x, nd.array([-1.0, -2.0]), one),
}[name]()

# %% quantized-flatten
x = nd.array([[[1, -2, 3], [100, -128, 127]]], dtype="int8")
nd.contrib.quantized_flatten(x, nd.array([-1.0]), nd.array([2.0]))

# %% quantized-act-{dtype}
# for dtype in int8 uint8 int32
x = nd.array([[1, -2, 3], [100, -128, 127]], dtype="int8").astype(dtype)
nd.contrib.quantized_act(x, nd.array([-1.0]), nd.array([2.0]), act_type="relu")

# %% quantized-act-tanh
x = nd.array([[1, -2, 3], [100, -128, 127]], dtype="int8")
nd.contrib.quantized_act(x, nd.array([-1.0]), nd.array([2.0]), act_type="tanh")

# %% quantized-pooling-{kind}-{dtype}-{name}
# for kind in max avg
# for dtype in int8 uint8
# for name in plain padded excluded global
arguments = {
    "plain": {"kernel": (2, 2), "stride": (2, 2)},
    "padded": {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1)},
    "excluded": {"kernel": (3, 3), "pad": (1, 1), "count_include_pad": False},
    "global": {"kernel": (2, 2), "global_pool": True},
}[name]
x = nd.array(np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4) * 37 % 256, dtype="uint8").astype(dtype)
nd.contrib.quantized_pooling(x, nd.array([-1.0]), nd.array([2.0]), pool_type=kind, **arguments)

# %% quantized-pooling-bad-{name}
# for name in kind dtype axes
x, ends = nd.ones((1, 1, 4, 4), dtype="int8"), (nd.array([-1.0]), nd.array([2.0]))
{
    "kind": lambda: nd.contrib.quantized_pooling(x, *ends, kernel=(2, 2), pool_type="sum"),
    "dtype": lambda: nd.contrib.quantized_pooling(x.astype("float32"), *ends, kernel=(2, 2)),
    "axes": lambda: nd.contrib.quantized_pooling(x[0], *ends, kernel=(2,)),
}[name]()

# %% quantized-embedding
x, weight = nd.array([0, 1, 5]), nd.array([[1, 2, 3], [-4, 5, -6]], dtype="int8")
ends = nd.array([-1.0]), nd.array([2.0])
nd.contrib.quantized_embedding(x, weight, *ends, input_dim=2, output_dim=3)

# %% quantized-concat-{first}-{second}-{end}
# for first in int8 uint8
# for second in int8 uint8
# for end in 1.3 2.7
x = nd.array(np.arange(0, 256, 3).reshape(1, -1), dtype="uint8")
ends = [nd.array([end]) for end in (-0.5, 2.0, -1.0, float(end))]
nd.contrib.quantized_concat(x.astype(first), x.astype(second), *ends, num_args=2, dim=0)

# %% quantized-fully-connected-{dtype}-{name}
# for dtype in int8 uint8
# for name in plain left-out bias axes
x = nd.array([[[1, 2, 3], [100, 200, 255]]], dtype="uint8").astype(dtype)
weight = nd.array([[1, 2, 3, 4, -5, 6], [-4, 5, -6, 127, -128, 5]], dtype="int8")
ends = [nd.array([end]) for end in (-0.12, 0.27, -0.13, 0.1)]
bias, bias_ends = nd.array([50, -101], dtype="int8"), [nd.array([-0.12]), nd.array([0.2])]
{
    "plain": lambda: nd.contrib.quantized_fully_connected(
        x, weight, None, *ends, num_hidden=2, no_bias=True
    ),
    "left-out": lambda: nd.contrib.quantized_fully_connected(
        x, weight, *ends, num_hidden=2, no_bias=True
    ),
    "bias": lambda: nd.contrib.quantized_fully_connected(
        x, weight, bias, *ends, *bias_ends, num_hidden=2
    ),
    "axes": lambda: nd.contrib.quantized_fully_connected(
        x, weight[:, :3], *ends, num_hidden=2, no_bias=True, flatten=False
    ),
}[name]()

# %% quantized-fully-connected-bad-{name}
# for name in dtype shape
x, weight = nd.ones((2, 3), dtype="int8"), nd.ones((2, 2), dtype="int8")
ends = [nd.array([end]) for end in (-0.12, 0.27, -0.13, 0.1)]
x = x.astype("float32") if name == "dtype" else x
nd.contrib.quantized_fully_connected(x, weight, *ends, num_hidden=2, no_bias=True)

# %% quantized-add-{dtype}-{calibration}
# for dtype in int8 uint8
# for calibration in none given
x = nd.array(np.arange(0, 256, 9), dtype="uint8").astype(dtype)
rows, columns = nd.repeat(x, repeats=29), nd.tile(x, reps=(29,))
ends = [nd.array([end]) for end in (0.0, 2.0, -0.9, 1.3)]
given = {"none": {}, "given": {"min_calib_range": -2, "max_calib_range": 2.5}}[calibration]
nd.contrib.quantized_elemwise_add(rows, columns, *ends, **given)

# %% quantized-add-bad-{name}
# for name in shape dtype
x, ends = nd.ones((2, 3), dtype="int8"), [nd.array([end]) for end in (0.0, 2.0, -0.9, 1.3)]
{
    "shape": lambda: nd.contrib.quantized_elemwise_add(x, x[:1], *ends),
    "dtype": lambda: nd.contrib.quantized_elemwise_add(*[x.astype("float32")] * 2, *ends),
}[name]()

# %% quantized-conv-{dtype}-{name}
# for dtype in int8 uint8
# for name in plain bias steps
x = nd.array(np.arange(32).reshape(1, 2, 4, 4) * 8 - (dtype == "int8") * 128, dtype=dtype)
weight = nd.array(np.arange(-18, 18).reshape(2, 2, 3, 3), dtype="int8")
ends = [nd.array([end]) for end in (-1.0, 2.0, -3.0, 1.0)]
bias = [nd.array([5, -7], dtype="int8"), nd.array([-0.5]), nd.array([0.25])]
facts = {"kernel": (3, 3), "num_filter": 2}
{
    "plain": lambda: nd.contrib.quantized_conv(x, weight, *ends, no_bias=True, **facts),
    "bias": lambda: nd.contrib.quantized_conv(x, weight, bias[0], *ends, *bias[1:], **facts),
    "steps": lambda: nd.contrib.quantized_conv(
        x, weight, *ends, no_bias=True, pad=(1, 1), stride=(2, 2), dilate=(1, 1), **facts
    ),
}[name]()

# %% quantized-batch-norm-{name}
# for name in plain uncalibrated
x = nd.array(np.arange(-16, 12).reshape(1, 2, 2, 7) * 4, dtype="int8")
vectors = [nd.array(v) for v in ([1.0, 2.0], [0.5, -0.5], [0.1, 0.2], [1.0, 2.0])]
ranges = {
    "plain": {"min_calib_range": -2.0, "max_calib_range": 3.0},
    "uncalibrated": {},
}
nd.contrib.quantized_batch_norm(x, *vectors, nd.array([-1.0]), nd.array([2.0]), **ranges[name])

# %% quantized-mul
x, ends = nd.ones((2, 3), dtype="int8"), [nd.array([end]) for end in (-1.0, 2.0, -3.0, 1.0)]
nd.contrib.quantized_elemwise_mul(x, x, *ends)

# %% quantize-asym
nd.contrib.quantize_asym(nd.array([-1.0, 0.5, 2.0]))

# %% calibrate-entropy-{bins}
# within 1e-5
# for bins in 3 5 9 13
counts = nd.array([4, 0, 0, 7, 9, 30, 9, 0, 8, 0, 0, 2, 5])
nd.contrib.calibrate_entropy(counts, nd.array(np.linspace(-2, 2, 14)), num_quantized_bins=int(bins))

# %% quantized-add-mixed
x, y = nd.array([[1, -2]], dtype="int8"), nd.array([[3, 200]], dtype="uint8")
nd.contrib.quantized_elemwise_add(x, y, *[nd.array([end]) for end in (-1.0, 2.0, 0.0, 1.0)])
