"""nd.image: values, geometry and colours; a random change whose range is one number is certain."""

import numpy as np
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% to-tensor-{dtype}
# for dtype in uint8 float32 int32
nd.image.to_tensor(ramp(2, 3, 3, dtype=dtype)), nd.image.to_tensor(ramp(2, 1, 2, 1, dtype=dtype))

# %% to-tensor-gradient
vg(nd.image.to_tensor, noise(1, 2, 3))

# %% to-tensor-bad-shape
nd.image.to_tensor(ramp(2, 3))

# %% normalize
vg(lambda x: nd.image.normalize(x, mean=(0.5, 1.0, -0.5), std=(2.0, 0.5, 4.0)), noise(3, 2, 2))

# %% normalize-batch
(
    nd.image.normalize(noise(2, 1, 2, 2), mean=0.5, std=2.0),
    nd.image.normalize(noise(2, 3, 1, 2), mean=(1, 2, 3), std=4),
)

# %% normalize-bytes
nd.image.normalize(ramp(3, 2, 2, dtype="uint8"), mean=(0, 1, 2), std=(2, 2, 4))

# %% normalize-two-means
nd.image.normalize(noise(3, 2, 2), mean=(1, 2), std=1)

# %% normalize-by-default
nd.image.normalize(ramp(3, 1, 2))

# %% crop
(
    vg(lambda x: nd.image.crop(x, x=1, y=0, width=2, height=2), noise(3, 4, 3)),
    nd.image.crop(ramp(2, 2, 3, 1, dtype="uint8"), x=0, y=1, width=3, height=1),
)

# %% crop-outside
nd.image.crop(ramp(2, 3, 3), x=2, y=0, width=2, height=1)

# %% crop-before
nd.image.crop(ramp(2, 3, 3), x=-1, y=0, width=2, height=1)

# %% flip
nd.image.flip_left_right(ramp(2, 4, 3)), nd.image.flip_top_bottom(ramp(4, 2, 1, dtype="uint8"))

# %% flip-odd
nd.image.flip_left_right(ramp(1, 3, 1))

# %% flip-gradient
vg(nd.image.flip_left_right, noise(1, 2, 3))

# %% resize-{interp}-{dtype}
# for interp in 0 1 3 4
# for dtype in uint8 float32
image = nd.array((np.arange(5 * 7 * 3) * 37 % 256).reshape(5, 7, 3), dtype=dtype)
sizes = ((3, 4), (9, 11), (2, 7))
[nd.image.resize(image, size=size, interp=int(interp)).asnumpy().round(2) for size in sizes]

# %% resize-half
nd.image.resize(ramp(4, 4, 1), size=2), nd.image.resize(ramp(4, 4, 1, dtype="uint8"), size=2)

# %% resize-keep-ratio
[nd.image.resize(ramp(*s), size=2, keep_ratio=True).shape for s in ((4, 6, 3), (7, 4, 3))]

# %% resize-batch
nd.image.resize(noise(2, 2, 3, 3), size=(2, 4))

# %% resize-gradient
vg(lambda x: nd.image.resize(x, size=(1, 2)), noise(2, 2, 1))

# %% resize-nothing
nd.image.resize(ramp(2, 2, 3), size=0)

# %% resize-no-size
nd.image.resize(ramp(2, 2, 3))

# %% random-brightness
nd.image.random_brightness(ramp(2, 3, 3) * 9, min_factor=1.5, max_factor=1.5)

# %% random-brightness-bytes
nd.image.random_brightness(ramp(3, 3, 3, dtype="uint8") * 9, min_factor=1.5, max_factor=1.5)

# %% random-brightness-gradient
vg(lambda x: nd.image.random_brightness(x, min_factor=2, max_factor=2), noise(1, 2, 3))

# %% random-contrast
(
    nd.image.random_contrast(noise(2, 3, 3), min_factor=0.5, max_factor=0.5),
    nd.image.random_contrast(noise(2, 3, 1), min_factor=1.5, max_factor=1.5),
)

# %% random-saturation
nd.image.random_saturation(nd.array([[[100.0, 50.0, 200.0]]]), min_factor=0.5, max_factor=0.5)

# %% random-hue-{part}
# for part in 0.6
x, turn = noise(2, 3, 3, low=10, high=250), float(part)
nd.image.random_hue(x, min_factor=turn, max_factor=turn).asnumpy().round(2)

# %% adjust-lighting
nd.image.adjust_lighting(noise(2, 2, 3), alpha=(0.1, -0.2, 0.3))

# %% adjust-lighting-bytes
nd.image.adjust_lighting(ramp(2, 2, 3, dtype="uint8") * 20, alpha=(0.3, 0.2, -0.3))

# %% random-lighting-none
nd.image.random_lighting(ramp(2, 2, 3), alpha_std=0)
