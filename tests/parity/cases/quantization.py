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
