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

# %% sampler-{dtype}
# for dtype in float32 float64
# within 1e-4
vg(
    nd.BilinearSampler,
    noise(2, 2, 3, 4, dtype=dtype),
    noise(2, 2, 2, 5, low=-1.4, high=1.4, dtype=dtype),
)

# %% sampler-at-kinks
vg(
    nd.BilinearSampler,
    noise(1, 2, 3, 5),
    nd.array([[[[-1, 0, 1, -1.5, 3, 1], [-1, 1, 1.5, 0.5, 0, 1]], [[-1, 0, 1, -2, 2, 0]] * 2]]),
)

# %% sampler-of-grid-{shape}
# for shape in (1,2,2) (2,2,2,2) (1,3,2,2)
nd.BilinearSampler(ramp(1, 1, 3, 4), nd.ones(eval(shape)))

# %% grid-affine-{height}-{width}
# for height in 1 2 4
# for width in 2 3
vg(
    lambda x: nd.GridGenerator(x, transform_type="affine", target_shape=(int(height), int(width))),
    noise(2, 6),
)

# %% grid-warp-{height}-{width}
# for height in 2 4
# for width in 2 3
vg(lambda x: nd.GridGenerator(x, transform_type="warp"), noise(2, 2, int(height), int(width)))

# %% grid-{kind}-of-{shape}
# for kind in affine warp
# for shape in (1,2,3) (1,5) (1,3,2,2)
nd.GridGenerator(nd.ones(eval(shape)), transform_type=kind, target_shape=(2, 2))

# %% grid-affine-without-shape
nd.GridGenerator(nd.ones((1, 6)), transform_type="affine")

# %% transformer-{height}-{width}
# for height in 2 5
# for width in 3 4
# within 1e-4
vg(
    lambda x, m: nd.SpatialTransformer(
        x,
        m,
        target_shape=(int(height), int(width)),
        transform_type="affine",
        sampler_type="bilinear",
    ),
    noise(2, 2, 3, 4),
    nd.array([[0.51, 0.13, 0.21, -0.33, 0.83, 0.11], [1.07, -0.2, 0.1, 0.15, 0.93, -0.3]]),
)

# %% transformer-by-{shape}
# for shape in (1,5) (1,2,3) (2,6)
nd.SpatialTransformer(
    ramp(1, 1, 3, 4),
    nd.ones(eval(shape)),
    target_shape=(2, 2),
    transform_type="affine",
    sampler_type="bilinear",
)

# %% deformable-{stride}-{pad}-{dilate}
# for stride in 1 2
# for pad in 0 1
# for dilate in 1 2
# within 1e-4
facts = {"stride": int(stride), "pad": int(pad), "dilate": int(dilate)}
size = [(n + 2 * int(pad) - int(dilate) - 1) // int(stride) + 1 for n in (4, 5)]
vg(
    lambda x, o, w: nd.contrib.DeformableConvolution(
        x, o, w, kernel=(2, 2), num_filter=3, no_bias=True, **{k: (v, v) for k, v in facts.items()}
    ),
    noise(2, 2, 4, 5),
    noise(2, 8, *size),
    noise(3, 2, 2, 2),
)

# %% deformable-by-nothing
vg(
    lambda x, o, w, b: nd.contrib.DeformableConvolution(
        x, o, w, b, kernel=(3, 3), num_filter=2, pad=(1, 1)
    ),
    noise(1, 2, 3, 4),
    nd.zeros((1, 18, 3, 4)),
    noise(2, 2, 3, 3),
    noise(2),
)

# %% deformable-groups
# within 1e-4
vg(
    lambda x, o, w: nd.contrib.DeformableConvolution(
        x, o, w, kernel=(1, 2), num_filter=4, num_group=2, num_deformable_group=4, no_bias=True
    ),
    noise(1, 4, 3, 3),
    noise(1, 16, 3, 2),
    noise(4, 2, 1, 2),
)

# %% deformable-with-offsets-{shape}
# for shape in (1,8,3,3) (1,7,2,2) (1,8,2)
nd.contrib.DeformableConvolution(
    ramp(1, 1, 3, 3),
    nd.ones(eval(shape)),
    ramp(1, 1, 2, 2),
    kernel=(2, 2),
    num_filter=1,
    no_bias=True,
)

# %% modulated-{stride}-{pad}-{groups}
# for stride in 1 2
# for pad in 0 1
# for groups in 1 2
# within 1e-4
size = [(n + 2 * int(pad) - 2) // int(stride) + 1 for n in (4, 5)]
nd.contrib.ModulatedDeformableConvolution(
    noise(2, 2, 4, 5),
    noise(2, 8 * int(groups), *size),
    noise(2, 4 * int(groups), *size),
    noise(4, 2, 2, 2),
    noise(4),
    kernel=(2, 2),
    num_filter=4,
    stride=(int(stride),) * 2,
    pad=(int(pad),) * 2,
    num_deformable_group=int(groups),
)

# %% correlation-{kernel}-{far}-{step}-{apart}-{pad}
# for kernel in 1 3
# for far in 1 2
# for step in 1 2
# for apart in 1 2
# for pad in 1 2
# within 1e-4
vg(
    lambda a, b: nd.Correlation(
        a,
        b,
        kernel_size=int(kernel),
        max_displacement=int(far),
        stride1=int(step),
        stride2=int(apart),
        pad_size=int(pad),
    ),
    noise(1, 2, 5, 6),
    noise(1, 2, 5, 6) * 0.7 + 0.3,
)

# %% correlation-of-differences-{far}
# for far in 0 1
vg(
    lambda a, b: nd.Correlation(a, b, max_displacement=int(far), pad_size=1, is_multiply=False),
    noise(2, 2, 3, 4),
    noise(2, 2, 3, 4) * 0.7 + 0.3,
)

# %% correlation-with-kernel-2 :: odd
nd.Correlation(ramp(1, 2, 4, 4), ramp(1, 2, 4, 4), kernel_size=2)

# %% correlation-that-does-not-fit :: fit in blob
nd.Correlation(ramp(1, 2, 2, 2), ramp(1, 2, 2, 2), max_displacement=4)

# %% crop-{height}-{width}-{top}-{left}-{center}
# for height in 1 3
# for width in 2 3
# for top in 0 1
# for left in 0 2
# for center in True False
vg(
    lambda x: nd.Crop(
        x,
        h_w=(int(height), int(width)),
        offset=(int(top), int(left)),
        center_crop=center == "True",
        num_args=1,
    ),
    noise(2, 2, 4, 5),
)

# %% crop-like-{center}
# for center in True False
vg(
    lambda x, like: nd.Crop(x, like, num_args=2, center_crop=center == "True"),
    noise(1, 2, 4, 5),
    noise(2, 1, 2, 2),
)

# %% crop-of-{shape}-by-{size}-at-{offset}
# for shape in (1,1,3,4) (3,4)
# for size in (0,0) (5,2) (2,)
# for offset in (0,0) (2,2)
nd.Crop(nd.ones(eval(shape)), h_w=eval(size), offset=eval(offset), num_args=1)

# %% pooling-v1-{kind}-{convention}-{stride}-{pad}
# for kind in max avg sum
# for convention in valid full
# for stride in 1 2
# for pad in 0 1
vg(
    lambda x: nd.Pooling_v1(
        x,
        kernel=(2, 3),
        pool_type=kind,
        pooling_convention=convention,
        stride=(int(stride),) * 2,
        pad=(int(pad),) * 2,
    ),
    noise(1, 2, 4, 6),
)

# %% pooling-v1-whole-{kind}
# for kind in max avg sum
vg(lambda x: nd.Pooling_v1(x, global_pool=True, pool_type=kind), noise(2, 1, 3, 4))

# %% pooling-v1-of-equal-elements
vg(lambda x: nd.Pooling_v1(x, kernel=(2, 2)), nd.ones((1, 1, 3, 3)))

# %% convolution-v1
vg(
    lambda x, w, b: nd.Convolution_v1(x, w, b, kernel=(2, 2), num_filter=2, stride=(1, 2)),
    noise(1, 2, 3, 4),
    noise(2, 2, 2, 2),
    noise(2),
)

# %% roi-align-{ratio}-{sensitive}-{aligned}-{scale}
# for ratio in -1 1 2
# for sensitive in True False
# for aligned in True False
# for scale in 0.5 1.0
# within 1e-4
vg(
    lambda x, rois: nd.contrib.ROIAlign(
        x,
        rois,
        pooled_size=(2, 1),
        spatial_scale=float(scale),
        sample_ratio=int(ratio),
        position_sensitive=sensitive == "True",
        aligned=aligned == "True",
    ),
    noise(2, 4, 5, 6),
    nd.array([[0, 0.3, 0.2, 4.1, 4.4], [1, 1.4, 2.6, 9, 3.3], [1, -2, -1.3, 3, 2]]),
)

# %% roi-pooling-{scale}-{dtype}
# for scale in 0.5 1.0
# for dtype in float32 float64
vg(
    lambda x, rois: nd.ROIPooling(x, rois, pooled_size=(2, 3), spatial_scale=float(scale)),
    noise(2, 2, 5, 6, dtype=dtype),
    nd.array([[0, 0, 0, 4, 4], [1, 1.4, 2.6, 9, 3.3], [1, 3, 3, 1, 1]], dtype=dtype),
)

# %% roi-pooling-of-equal-elements
vg(
    lambda x, rois: nd.ROIPooling(x, rois, pooled_size=(2, 2), spatial_scale=1.0),
    nd.ones((1, 1, 5, 6)),
    nd.array([[0, 0, 0, 4, 4], [0, 3, 3, 1, 1]]),
)

# %% {op}-of-{size}-with-{columns}-columns
# for op in ROIPooling contrib.ROIAlign
# for size in (0,2) (2,2)
# for columns in 4 5
(nd.contrib.ROIAlign if "Align" in op else nd.ROIPooling)(
    ramp(1, 1, 3, 4), nd.zeros((1, int(columns))), pooled_size=eval(size), spatial_scale=1.0
)

# %% rotated-roi-align-{ratio}-{scale}
# for ratio in -1 2
# for scale in 0.5 1.0
# within 1e-4
nd.contrib.RROIAlign(
    noise(2, 2, 5, 6),
    nd.array([[0, 2.5, 2, 4, 2, 30], [1, 2, 2, 3, 3, -75], [1, 0, 1, 3, 1, 190]]),
    pooled_size=(2, 3),
    spatial_scale=float(scale),
    sampling_ratio=int(ratio),
)

# %% sensitive-roi-pooling-{groups}-{scale}
# for groups in 0 1 2
# for scale in 0.5 1.0
vg(
    lambda x, rois: nd.contrib.PSROIPooling(
        x, rois, spatial_scale=float(scale), output_dim=2, pooled_size=2, group_size=int(groups)
    ),
    noise(2, 2 * (int(groups) or 2) ** 2, 5, 6),
    nd.array([[0, 0, 0, 4, 4], [1, 1.4, 2.6, 9, 3.3], [1, 3, 3, 1, 1]]),
)

# %% DeformablePSROIPooling-{name}
# within 2e-5
# for name in moved still classes beyond
x = noise(2, 8, 6, 5)
boxes = [[0, 1, 1, 4, 5], [1, 0, 2, 2, 3]] if name != "beyond" else [[0, -9, 3, 1, 12]]
facts = {"spatial_scale": 0.9, "output_dim": 2, "group_size": 2, "pooled_size": 2}
if name == "still":
    result = vg(
        lambda x: nd.contrib.DeformablePSROIPooling(
            x, nd.array(boxes), sample_per_part=2, no_trans=True, **facts
        ),
        x,
    )
else:
    moved = noise(len(boxes), 4 if name == "classes" else 2, 2, 2, low=-0.9, high=0.9)
    result = vg(
        lambda x, t: nd.contrib.DeformablePSROIPooling(
            x, nd.array(boxes), t, part_size=2, sample_per_part=3, trans_std=0.1, **facts
        ),
        x,
        moved,
    )
result

# %% bilinear-sampler-not-a-number
grid = nd.array([[[[float("nan"), 0, float("inf")]], [[0, 0, 0]]]])
nd.BilinearSampler(ramp(1, 1, 2, 2), grid)
