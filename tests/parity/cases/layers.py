"""Layers: normalisation, convolution, pooling, sequences, optimizer steps."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% BatchNorm-train
x = noise(2, 3)
g, b, m, v = nd.array([2.0, 3.0, 1.0]), nd.array([0.5, 0.0, -1.0]), nd.zeros(3), nd.ones(3)
for p in (x, g, b):
    p.attach_grad()
with ag.record():
    y = nd.BatchNorm(x, g, b, m, v)
before = m.copy()
y.backward(ramp(2, 3))
y, before, m, v, x.grad, g.grad, b.grad, g

# %% BatchNorm-gamma
x = noise(4, 2)
g, b, m, v = nd.array([2.0, 3.0]), nd.array([0.5, 0.0]), nd.zeros(2), nd.ones(2)
for p in (x, g, b):
    p.attach_grad()
with ag.record():
    y = nd.BatchNorm(x, g, b, m, v, fix_gamma=False, momentum=0.8, eps=1e-5)
y.backward(noise(4, 2, low=0.0) ** 2)
y, m, v, x.grad, g.grad, b.grad

# %% BatchNorm-predict
nd.BatchNorm(
    noise(2, 3),
    nd.array([2.0, 3.0, 1.0]),
    nd.array([0.5, 0.0, 1.0]),
    nd.array([0.1, 0.2, 0.3]),
    nd.array([1.0, 4.0, 2.0]),
    fix_gamma=False,
)

# %% BatchNorm-global-stats
x, g, b = noise(2, 2), nd.array([2.0, 3.0]), nd.array([0.5, 0.0])
m, v = nd.array([0.1, 0.2]), nd.array([1.0, 4.0])
for p in (x, g, b):
    p.attach_grad()
with ag.record():
    y = nd.BatchNorm(x, g, b, m, v, fix_gamma=False, use_global_stats=True)
y.backward(ramp(2, 2))
y, m, v, x.grad, g.grad, b.grad

# %% BatchNorm-mean-var
with ag.record():
    y = nd.BatchNorm(
        noise(4, 2),
        nd.ones(2),
        nd.zeros(2),
        nd.zeros(2),
        nd.ones(2),
        fix_gamma=False,
        output_mean_var=True,
    )
y

# %% BatchNorm-images
x, g, b = noise(2, 2, 2, 2), nd.array([2.0, 3.0]), nd.array([0.5, 0.0])
with ag.record():
    y = nd.BatchNorm(x, g, b, nd.zeros(2), nd.ones(2), fix_gamma=False)
y

# %% BatchNorm-last-axis
with ag.record():
    y = nd.BatchNorm(noise(2, 2, 3), nd.ones(3), nd.zeros(3), nd.zeros(3), nd.ones(3), axis=-1)
y

# %% BatchNorm-second-backward
x = noise(2, 3)
g, b, m, v = nd.ones(3), nd.zeros(3), nd.zeros(3), nd.ones(3)
x.attach_grad()
with ag.record():
    y = nd.BatchNorm(x, g, b, m, v, momentum=0.75)
y.backward(ramp(2, 3), retain_graph=True)
first = m.asnumpy()
y.backward(ramp(2, 3))
first, m, v, x.grad

# %% BatchNorm-axis-{axis}
# for axis in 0 2 -2
x = noise(3, 3, 3)
g, b, m, v = noise(3), noise(3), noise(3), nd.ones(3)
for p in (x, g, b):
    p.attach_grad()
with ag.record():
    y = nd.BatchNorm(x, g, b, m, v, fix_gamma=False, axis=int(axis), cudnn_off=True)
y.backward(ramp(3, 3, 3))
y, m, v, x.grad, g.grad, b.grad

# %% BatchNorm-global-mean-var
with ag.record():
    y = nd.BatchNorm(
        noise(2, 2),
        nd.ones(2),
        nd.zeros(2),
        nd.array([0.1, 0.2]),
        nd.array([1.0, 4.0]),
        use_global_stats=True,
        output_mean_var=True,
    )
y

# %% LayerNorm-mean-var
nd.LayerNorm(noise(2, 4), noise(4), noise(4), output_mean_var=True)

# %% LayerNorm-first-axis
vg(lambda x, g, b: nd.LayerNorm(x, g, b, axis=0), noise(3, 2, 2), noise(3), noise(3))

# %% InstanceNorm-images
vg(lambda x, g, b: nd.InstanceNorm(x, g, b, eps=0.1), noise(1, 2, 2, 3), noise(2), noise(2))

# %% GroupNorm-mean-var
nd.GroupNorm(noise(2, 4, 3), noise(2), noise(2), num_groups=2, eps=1e-2, output_mean_var=True)

# %% LRN-even
vg(lambda x: nd.LRN(x, nsize=4, alpha=0.5, beta=0.5, knorm=1.0), noise(1, 5, 2, 1))

# %% LayerNorm
vg(nd.LayerNorm, noise(2, 4), noise(4), noise(4, low=-1))

# %% LayerNorm-axis-eps
vg(lambda x, g, b: nd.LayerNorm(x, g, b, axis=1, eps=1e-2), noise(2, 3, 2), noise(3), noise(3))

# %% InstanceNorm
vg(nd.InstanceNorm, noise(2, 2, 3), noise(2), noise(2))

# %% GroupNorm
vg(lambda x, g, b: nd.GroupNorm(x, g, b, num_groups=2), noise(2, 4, 2), noise(2), noise(2))

# %% L2Normalization-{mode}
# for mode in instance channel spatial
vg(lambda x: nd.L2Normalization(x, mode=mode), noise(2, 3, 2))

# %% LRN
vg(lambda x: nd.LRN(x, nsize=3, alpha=0.1, beta=0.75, knorm=2.0), noise(1, 4, 1, 2))

# %% Convolution-2d
vg(
    lambda x, w, b: nd.Convolution(x, w, b, kernel=(2, 2), num_filter=2),
    noise(1, 2, 3, 3),
    noise(2, 2, 2, 2),
    noise(2),
)

# %% Convolution-stride-pad-dilate
vg(
    lambda x, w: nd.Convolution(
        x, w, kernel=(2, 2), stride=(2, 1), pad=(1, 1), dilate=(1, 2), num_filter=1, no_bias=True
    ),
    noise(1, 1, 4, 4),
    noise(1, 1, 2, 2),
)

# %% Convolution-groups
vg(
    lambda x, w: nd.Convolution(x, w, kernel=(1, 1), num_filter=4, num_group=2, no_bias=True),
    noise(1, 2, 2, 2),
    noise(4, 1, 1, 1),
)

# %% Convolution-1d
vg(
    lambda x, w: nd.Convolution(x, w, kernel=(3,), num_filter=1, no_bias=True),
    noise(1, 2, 5),
    noise(1, 2, 3),
)

# %% Convolution-3d
nd.Convolution(
    noise(1, 1, 2, 3, 3), noise(1, 1, 2, 2, 2), kernel=(2, 2, 2), num_filter=1, no_bias=True
)

# %% Convolution-bad-weight
nd.Convolution(
    nd.ones((1, 1, 3, 3)), nd.ones((1, 2, 2, 2)), no_bias=True, kernel=(2, 2), num_filter=1
)

# %% Deconvolution
vg(
    lambda x, w: nd.Deconvolution(x, w, kernel=(2, 2), stride=(2, 2), num_filter=2),
    noise(1, 1, 2, 2),
    noise(1, 2, 2, 2),
)

# %% Deconvolution-pad-adj
nd.Deconvolution(
    noise(1, 1, 2, 2),
    noise(1, 1, 3, 3),
    kernel=(3, 3),
    stride=(2, 2),
    pad=(1, 1),
    adj=(1, 1),
    num_filter=1,
)

# %% Pooling-{kind}
# for kind in max avg sum
vg(lambda x: nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type=kind), noise(1, 1, 4, 4))

# %% Pooling-{kind}-pad
# for kind in max avg sum
vg(
    lambda x: nd.Pooling(x, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type=kind),
    noise(1, 1, 4, 4),
)

# %% Pooling-{kind}-global
# for kind in max avg
vg(lambda x: nd.Pooling(x, kernel=(1, 1), global_pool=True, pool_type=kind), noise(1, 2, 3, 3))

# %% Pooling-full-convention
nd.Pooling(
    ramp(1, 1, 4, 4), kernel=(3, 3), stride=(2, 2), pool_type="avg", pooling_convention="full"
)

# %% Pooling-exclude-pad
nd.Pooling(
    ramp(1, 1, 3, 3),
    kernel=(2, 2),
    pad=(1, 1),
    stride=(2, 2),
    pool_type="avg",
    count_include_pad=False,
)

# %% Pooling-lp
nd.Pooling(ramp(1, 1, 2, 2), kernel=(2, 2), pool_type="lp", p_value=2)

# %% Pooling-1d
nd.Pooling(ramp(1, 1, 6), kernel=(2,), stride=(2,), pool_type="max")

# %% Pooling-max-ties
vg(lambda x: nd.Pooling(x, kernel=(2, 2), pool_type="max"), [[[[1.0, 1.0], [1.0, 1.0]]]])

# %% UpSampling-nearest
vg(lambda x: nd.UpSampling(x, scale=2, sample_type="nearest"), noise(1, 1, 2, 2))

# %% BilinearResize
nd.contrib.BilinearResize2D(ramp(1, 1, 2, 2), height=3, width=3)

# %% AdaptiveAvgPooling
nd.contrib.AdaptiveAvgPooling2D(ramp(1, 1, 4, 4), output_size=2)

# %% im2col
(
    nd.im2col(ramp(1, 1, 3, 3), kernel=(2, 2)),
    nd.col2im(ramp(1, 4, 4), output_size=(3, 3), kernel=(2, 2)),
)

# %% SequenceMask
vg(
    lambda x: nd.SequenceMask(x, nd.array([1, 2]), use_sequence_length=True, value=-1),
    noise(3, 2, 2),
)

# %% SequenceMask-axis-1
nd.SequenceMask(ramp(2, 3), nd.array([1, 2]), use_sequence_length=True, axis=1)

# %% SequenceLast
vg(lambda x: nd.SequenceLast(x, nd.array([1, 3]), use_sequence_length=True), noise(3, 2, 2))

# %% SequenceReverse
(
    vg(lambda x: nd.SequenceReverse(x, nd.array([1, 3]), use_sequence_length=True), noise(3, 2, 2)),
    nd.SequenceReverse(ramp(3, 1)),
)

# %% sgd-update
w = nd.array([1.0, 2.0])
nd.sgd_update(w, nd.array([0.5, -0.5]), lr=0.1, wd=0.01, out=w)
w

# %% sgd-mom-update
w, m = nd.array([1.0, 2.0]), nd.zeros(2)
for _ in range(2):
    nd.sgd_mom_update(w, nd.array([0.5, -0.5]), m, lr=0.1, momentum=0.9, out=w)
w, m

# %% adam-update
w, m, v = nd.array([1.0, 2.0]), nd.zeros(2), nd.zeros(2)
for _ in range(2):
    nd.adam_update(w, nd.array([0.5, -0.5]), m, v, lr=0.1, out=w)
w, m, v

# %% update-without-out
w = nd.array([1.0])
r = nd.sgd_update(w, nd.array([1.0]), lr=0.1)
w, r

# %% clip-gradient
nd.sgd_update(nd.array([1.0]), nd.array([10.0]), lr=0.1, clip_gradient=1.0, rescale_grad=0.5)

# %% foreach
nd.contrib.foreach(lambda d, s: (d + s, d + s), nd.arange(4), nd.array([0.0]))

# %% cond
nd.contrib.cond(nd.array([1.0]), lambda: nd.array([1.0]), lambda: nd.array([2.0]))

# %% while-loop-state
nd.contrib.while_loop(
    lambda i: i < 3, lambda i: (i * 10, [i + 1]), [nd.array([0.0])], max_iterations=5
)[1]

# %% mp-sgd-mom-update
w, g = nd.array([1.0, 2.0], dtype="float16"), nd.array([0.5, -0.75], dtype="float16")
m, w32 = nd.array([0.1, 0.2]), nd.array([1.0, 2.0])
nd.mp_sgd_mom_update(w, g, m, w32, lr=0.1, wd=0.1, momentum=0.9, clip_gradient=0.6, out=w)
nd.mp_sgd_update(w, g, w32, lr=0.1, rescale_grad=0.5, out=w)
nd.mp_nag_mom_update(w, g, m, w32, lr=0.1, momentum=0.9, out=w)
w, m, w32

# %% lamb-update
w, g, m, v = nd.array([1.0, 2.0]), nd.array([0.5, -0.7]), nd.array([0.1, 0.2]), nd.array([0.3, 0.4])
d = nd.lamb_update_phase1(w, g, m, v, t=2, wd=0.1)
plain = nd.lamb_update_phase1(w, g, m, v, t=2, wd=0.1, bias_correction=False, clip_gradient=0.6)
r1, r2 = nd.array([2.0]), nd.array([3.0])
y = nd.lamb_update_phase2(w, d, r1, r2, lr=0.1)
bounded = nd.lamb_update_phase2(w, d, r1, r2, lr=0.1, lower_bound=0.1, upper_bound=0.7)
d, plain, m, v, w, y, bounded, nd.lamb_update_phase2(w, d, nd.zeros(1), r2, lr=0.1)

# %% multi-sgd-mom-update
a, b, ma, mb = nd.array([1.0, 2.0]), nd.ones((2, 2)), nd.array([0.1, 0.2]), nd.ones((2, 2))
ga, gb = nd.array([0.5, 0.2]), nd.ones((2, 2)) * 0.3
nd.multi_sgd_update(a, ga, b, gb, lrs=(0.1, 0.2), wds=(0, 0.1), num_weights=2, out=[a, b])
nd.multi_sgd_mom_update(
    a, ga, ma, b, gb, mb, lrs=(0.1, 0.2), wds=(0, 0.1), momentum=0.9, num_weights=2, out=[a, b]
)
lrs, wds = nd.array([0.1, 0.2]), nd.array([0.0, 0.1])
nd.preloaded_multi_sgd_update(a, ga, b, gb, lrs, wds, num_weights=2, out=[a, b])
nd.preloaded_multi_sgd_mom_update(a, ga, ma, b, gb, mb, lrs, wds, num_weights=2, out=[a, b])
a, b, ma, mb

# %% multi-lars
nd.multi_lars(
    nd.array([0.1, 0.2]), nd.array([1, 0]), nd.array([1, 2]), nd.array([0, 0.1]), eta=0.1, eps=1e-3
)

# %% reset-arrays
a, b = nd.array([1.0, 2.0]), nd.ones((2, 2))
nd.reset_arrays(a, b, num_arrays=2)
a, b
