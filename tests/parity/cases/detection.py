"""Object detection: boxes, suppression, anchors and their targets, proposals."""

import numpy as np
from ndgrad import nd
from parity_helpers import noise, vg

# %% box-nms-{name}
# for name in base ids force topk top-0 background valid none center center-corner corner-center other
boxes = [
    [0, 0.5, 0.1, 0.1, 0.2, 0.2],
    [1, 0.4, 0.1, 0.1, 0.2, 0.2],
    [0, 0.3, 0.1, 0.1, 0.14, 0.14],
    [2, 0.6, 0.5, 0.5, 0.7, 0.8],
    [0, 0.45, 0.1, 0.1, 0.2, 0.19],
    [0, 0.0, 5, 5, 6, 6],
]
arguments = {
    "base": {},
    "ids": {"id_index": 0},
    "force": {"id_index": 0, "force_suppress": True},
    "topk": {"topk": 3, "id_index": 0},
    "top-0": {"topk": 0},
    "background": {"id_index": 0, "background_id": 0},
    "valid": {"valid_thresh": 0.45, "overlap_thresh": 1},
    "none": {"valid_thresh": 0.9},
    "center": {"in_format": "center", "out_format": "center"},
    "center-corner": {"in_format": "center", "overlap_thresh": 0.9},
    "corner-center": {"out_format": "center", "overlap_thresh": 0.9},
    "other": {"score_index": 0, "overlap_thresh": 0},
}[name]
vg(lambda x: nd.contrib.box_nms(x, **arguments), boxes)

# %% box-nms-batches
x = nd.array((np.arange(2 * 2 * 9 * 5) * 37 % 101).reshape(2, 2, 9, 5) / 100)
nd.contrib.box_nms(x, coord_start=1, score_index=0, overlap_thresh=0.1, in_format="center")

# %% box-nms-inverted
rows = [[0, 0.9, 1, 1, 0, 0], [0, 0.5, 0, 0, 1, 1], [0, 0.7, 1, 1, 0, 0], [0, 0.2, 0, 0, 0, 0]]
nd.contrib.box_nms(nd.array(rows))

# %% box-nms-ties
rows = [[1, 0.5, 0, 0, 1, 1], [2, 0.5, 5, 5, 6, 6], [3, 0.5, 2, 2, 3, 3], [4, 0.5, 2, 2, 3, 3]]
nd.contrib.box_non_maximum_suppression(nd.array(rows))

# %% box-nms-bad-{name}
# for name in shape width coordinates score id
rows = nd.array([[0.0, 0.5, 0.1, 0.1, 0.2, 0.2]])
{
    "shape": lambda: nd.contrib.box_nms(rows[0]),
    "width": lambda: nd.contrib.box_nms(rows[:, :3]),
    "coordinates": lambda: nd.contrib.box_nms(rows, coord_start=3),
    "score": lambda: nd.contrib.box_nms(rows, score_index=3),
    "id": lambda: nd.contrib.box_nms(rows, id_index=1),
}[name]()

# %% box-iou-{form}
# for form in corner center
lhs = nd.array([[0, 0, 1, 1], [0.5, 0.5, 2, 2], [0, 0, 0, 0]])
rhs = nd.array([[[0, 0, 0.5, 1], [1, 1, 0, 0]], [[0, 0, 2, 2], [0.5, 0.5, 0.5, 0.5]]])
nd.contrib.box_iou(lhs, rhs, format=form)

# %% box-iou-gradient
vg(nd.contrib.box_iou, [[0.0, 0.0, 1.0, 1.0]], [[0.5, 0.0, 1.5, 1.0]])

# %% box-decode-{form}
# for form in corner center
data, anchors = noise(2, 2, 4), nd.array([[[0, 0, 1, 1], [0.5, 0.5, 0.75, 0.8]]])
[nd.contrib.box_decode(data, anchors, 0.1, 0.2, 0.3, 0.4, format=form, clip=c) for c in (-1, 0.3)]

# %% box-decode-gradient
vg(nd.contrib.box_decode, [[[0.0, 0.5, 0.0, 0.0]]], [[[0.0, 0.0, 1.0, 2.0]]])

# %% box-encode
samples, matches = nd.array([[1, -1, 0, 1]]), nd.array([[0, 1, 1, 0]])
anchors = nd.array([[[0, 0, 1, 1], [0.5, 0.5, 2, 3], [0, 0, 0.5, 0.5], [1, 1, 2, 2]]])
refs = nd.array([[[0, 0, 2, 2], [0.5, 0.5, 1, 1]]])
means, stds = nd.array([0, 0, 0.1, 0.1]), nd.array([0.1, 0.1, 0.2, 0.2])
nd.contrib.box_encode(samples, matches, anchors, refs, means, stds)

# %% bipartite-matching
s = nd.array([[0.5, 0.6, 0.3], [0.1, 0.2, 0.3], [0.3, 0.4, 0.45], [0.6, 0.6, 0.1]])
[
    nd.contrib.bipartite_matching(x, threshold=t, is_ascend=a, topk=k)
    for x, t, a, k in (
        (s, 1e-12, False, -1),
        (s, 1, True, -1),
        (s, 0.45, False, -1),
        (s, 0.0, False, 1),
        (nd.stack(s, 1 - s), 0.0, False, 0),
        (nd.ones((3, 3)), 3, True, 2),
    )
]

# %% bipartite-matching-gradient
vg(lambda x: nd.contrib.bipartite_matching(x, threshold=0.1), noise(2, 3))

# %% multibox-prior-{name}
# for name in base ratios clip steps
arguments = {
    "base": {},
    "ratios": {"sizes": (0.5, 0.25), "ratios": (2, 1, 0.5)},
    "clip": {"sizes": (0.9,), "ratios": (2,), "clip": True},
    "steps": {"sizes": (0.9,), "steps": (0.3, 0.4), "offsets": (0.1, 0.2)},
}[name]
nd.contrib.MultiBoxPrior(nd.ones((2, 3, 2, 3)), **arguments)

# %% multibox-target-{name}
# for name in base low no-threshold ignore mining mining-half variances
anchor = [[0.1, 0.1, 0.3, 0.3], [0.2, 0.2, 0.4, 0.5], [0.6, 0.6, 0.9, 0.9], [0.62, 0.6, 0.9, 0.95]]
nothing = [-1, -1, -1, -1, -1]
label = nd.array(
    [
        [[1, 0.1, 0.1, 0.3, 0.35], [0, 0.6, 0.6, 0.9, 0.9], nothing],
        [[2, 0.2, 0.2, 0.4, 0.4], nothing, nothing],
        [nothing] * 3,
    ]
)
arguments = {
    "base": {},
    "low": {"overlap_threshold": 0.2},
    "no-threshold": {"overlap_threshold": -1},
    "ignore": {"ignore_label": -2},
    "mining": {"negative_mining_ratio": 1},
    "mining-half": {"negative_mining_ratio": 0.5, "minimum_negative_samples": 3},
    "variances": {"variances": (1, 1, 0.5, 2)},
}[name]
nd.contrib.MultiBoxTarget(
    nd.array([[*anchor, [0, 0, 0.1, 0.1]]]), label, noise(3, 3, 5), **arguments
)

# %% multibox-detection-{name}
# for name in base free threshold low force topk few no-suppression variances
anchor = [[0.1, 0.1, 0.3, 0.3], [0.2, 0.2, 0.4, 0.5], [0.6, 0.6, 0.9, 0.9], [0.62, 0.6, 0.9, 0.95]]
prob = nd.array(
    [
        [[0.1, 0.2, 0.3, 0.1, 0.9], [0.6, 0.3, 0.6, 0.5, 0.05], [0.3, 0.5, 0.1, 0.4, 0.05]],
        [[0.8, 0.2, 0.3, 0.1, 0.004], [0.1, 0.5, 0.6, 0.005, 0.005], [0.1, 0.3, 0.1, 0.4, 0.003]],
    ]
)
arguments = {
    "base": {},
    "free": {"clip": False, "background_id": 1},
    "threshold": {"threshold": 0.4},
    "low": {"nms_threshold": 0.1},
    "force": {"nms_threshold": 0.1, "force_suppress": True},
    "topk": {"nms_topk": 2},
    "few": {"nms_threshold": 0.05, "nms_topk": 3},
    "no-suppression": {"nms_threshold": 0, "nms_topk": 1},
    "variances": {"variances": (0.5, 0.5, 1, 1), "threshold": 0.95},
}[name]
places = nd.array(np.linspace(-1, 1, 40).reshape(2, 20))
nd.contrib.MultiBoxDetection(prob, places, nd.array([[*anchor, [0, 0, 0.1, 0.1]]]), **arguments)

# %% {operator}-{name}
# for operator in Proposal MultiProposal
# for name in base score iou low small few ratios
arguments = {
    "base": {},
    "score": {"output_score": True},
    "iou": {"iou_loss": True},
    "low": {"threshold": 0.1, "output_score": True},
    "small": {"rpn_min_size": 30, "output_score": True},
    "few": {"rpn_pre_nms_top_n": 3, "output_score": True},
    "ratios": {"scales": (1,), "ratios": (0.5, 1.5)},
}[name]
sizes = {"rpn_pre_nms_top_n": 12, "rpn_post_nms_top_n": 6, "threshold": 0.5, "rpn_min_size": 4}
arguments = {**sizes, "scales": (1, 2), "ratios": (1,), **arguments}
prob, deltas = noise(1, 4, 3, 3, low=0, high=1), noise(1, 8, 3, 3, low=-0.5, high=0.5)
getattr(nd.contrib, operator)(prob, deltas, nd.array([[40, 44, 1.0]]), **arguments)

# %% MultiProposal-batches
prob, deltas = noise(2, 4, 3, 3, low=0, high=1), noise(2, 8, 3, 3, low=-0.5, high=0.5)
nd.contrib.MultiProposal(
    prob,
    deltas,
    nd.array([[40, 44, 1.0], [30, 48, 2.0]]),
    rpn_pre_nms_top_n=12,
    rpn_post_nms_top_n=6,
    rpn_min_size=4,
    scales=(1, 2),
    ratios=(1,),
    output_score=True,
)
