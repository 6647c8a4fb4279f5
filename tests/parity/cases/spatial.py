from parity_helpers import noise, ramp, vg

from ndgrad import nd


# %% resize-{height}-{width}-{align}
# for height in 1 2 5
# for width in 1 3 7
# for align in True False
vg(
    lambda x: nd.contrib.BilinearResize2D(
        x, height=int(height), width=int(width), align_corners=align == "True"
    ),
    noise(2, 1, 3, 4),
)

# %% resize-{mode}-{height}-{width}
# for mode in to_even_down to_even_up to_odd_down to_odd_up
# for height in 2 3
# for width in 4 5
vg(
    lambda x: nd.contrib.BilinearResize2D(x, mode=mode),
    noise(1, 2, int(height), int(width)),
)

# %% resize-{mode}-by-{down}-and-{across}
# for mode in size odd_scale
# for down in 2.0 1.3 0.5
# for across in 1.0 2.7
vg(
    lambda x: nd.contrib.BilinearResize2D(
        x, mode=mode, scale_height=float(down), scale_width=float(across)
    ),
    noise(1, 1, 3, 4),
)

# %% resize-like
vg(
    lambda x, like: nd.contrib.BilinearResize2D(x, like, mode="like"),
    noise(1, 1, 3, 4),
    noise(1, 2, 5, 2),
)

# %% resize-dtype-{dtype}
# for dtype in float64 float16 int32
nd.contrib.BilinearResize2D(ramp(1, 1, 2, 2, dtype=dtype), height=3, width=3)

# %% resize-without-like
nd.contrib.BilinearResize2D(ramp(1, 1, 2, 2), mode="like")

# %% resize-of-{ndim}-axes
# for ndim in 2 3 5
nd.contrib.BilinearResize2D(nd.ones((2,) * int(ndim)), height=2, width=2)

# %% resize-to-nothing :: height
nd.contrib.BilinearResize2D(ramp(1, 1, 2, 2), height=0, width=1)

# %% resize-unknown-mode :: 'half'
nd.contrib.BilinearResize2D(ramp(1, 1, 2, 2), height=1, width=1, mode="half")

# %% adaptive-{rows}-{columns}
# for rows in 1 2 7
# for columns in 1 3 4
vg(
    lambda x: nd.contrib.AdaptiveAvgPooling2D(x, output_size=(int(rows), int(columns))),
    noise(2, 1, 5, 4),
)

# %% adaptive-size-{size}
# for size in None 2 (2,) () (2,2,2)
nd.contrib.AdaptiveAvgPooling2D(ramp(1, 2, 5, 4), output_size=eval(size))

# %% adaptive-dtype-{dtype}
# for dtype in float64 float16 int32
nd.contrib.AdaptiveAvgPooling2D(ramp(1, 1, 2, 2, dtype=dtype), output_size=1)

# %% adaptive-of-{ndim}-axes
# for ndim in 2 3 5
nd.contrib.AdaptiveAvgPooling2D(nd.ones((2,) * int(ndim)))

# %% enlarged-{scale}
# for scale in 1 2 3
vg(lambda x: nd.UpSampling(x, scale=int(scale), sample_type="nearest"), noise(2, 2, 2, 3))

# %% enlarged-together-{how}
# for how in concat sum
vg(
    lambda x, y, z: nd.UpSampling(
        x, y, z, scale=4, sample_type="nearest", multi_input_mode=how, num_args=3
    ),
    noise(1, 2, 1, 2),
    noise(1, 2, 2, 4),
    noise(1, 2, 4, 8),
)

# %% enlarged-bilinear-{scale}
# for scale in 1 2 3
# within 1e-4
k = 2 * int(scale) - int(scale) % 2
vg(
    lambda x, w: nd.UpSampling(
        x, w, scale=int(scale), sample_type="bilinear", num_filter=2, num_args=2
    ),
    noise(2, 2, 2, 3),
    noise(2, 1, k, k),
)

# %% enlarged-dtype-{dtype}
# for dtype in float64 float16 int32
nd.UpSampling(ramp(1, 1, 2, 2, dtype=dtype), scale=2, sample_type="nearest")

# %% enlarged-that-does-not-divide
nd.UpSampling(ramp(1, 1, 2, 2), ramp(1, 1, 3, 3), scale=2, sample_type="nearest", num_args=2)

# %% enlarged-sum-of-other-channels
nd.UpSampling(
    ramp(1, 1, 2, 2),
    ramp(1, 2, 4, 4),
    scale=2,
    sample_type="nearest",
    num_args=2,
    multi_input_mode="sum",
)

# %% enlarged-by-{scale}
# for scale in 0 -1
nd.UpSampling(ramp(1, 1, 2, 2), scale=int(scale), sample_type="nearest")

# %% enlarged-by-weights-of-another-shape
nd.UpSampling(
    ramp(1, 1, 2, 2), ramp(1, 1, 3, 3), scale=2, sample_type="bilinear", num_filter=1, num_args=2
)
