"""What operators are called with when all of them are timed, and PyTorch's calls of the same.

An operator that has no entry is called with its first sample, element-wise ones with larger arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any


def _indices(*shape: int, high: int) -> dict[str, Any]:
    return {"shape": shape, "high": high}


def _repeated(*shape: int, values: Sequence[Any]) -> dict[str, Any]:
    """*values* again and again, as many as *shape* holds."""
    return {"shape": shape, "values": list(values)}


_REGIONS = [[0, 2, 3, 20, 25], [1, 5, 0, 14, 9], [0, 8, 8, 27, 27], [1, 0, 0, 11, 20]]
_BOXES = [[0, 0.5, 0, 0, 2, 2], [1, 0.9, 0, 0, 2, 1.5], [0, 0.2, 4, 4, 5, 5], [0, 0.7, 1, 1, 3, 4]]

# Inputs and parameters of operators whose shapes depend on each other.
SHAPES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "Convolution": (
        [(32, 64, 28, 28), (64, 64, 3, 3), (64,)],
        {"kernel": (3, 3), "pad": (1, 1), "num_filter": 64},
    ),
    "Pooling": ([(32, 64, 56, 56)], {"kernel": (2, 2), "stride": (2, 2)}),
    "FullyConnected": ([(128, 784), (256, 784), (256,)], {"num_hidden": 256}),
    "BatchNorm": ([(32, 64, 28, 28), (64,), (64,), (64,), (64,)], {"fix_gamma": False}),
    "LayerNorm": ([(1024, 1024), (1024,), (1024,)], {}),
    "softmax": ([(1024, 1000)], {}),
    "log_softmax": ([(1024, 1000)], {}),
    "RNN": (
        # Four gates, each with weights of the input and of the state, and two biases.
        [(35, 32, 64), (4 * 64 * (64 + 64 + 2),), (1, 32, 64), (1, 32, 64)],
        {"state_size": 64, "num_layers": 1, "mode": "lstm"},
    ),
    "Embedding": (
        [_indices(64, 128, high=10000), (10000, 256)],
        {"input_dim": 10000, "output_dim": 256},
    ),
    "take": ([(10000, 256), _indices(64, 128, high=10000)], {}),
    "topk": ([(1024, 1000)], {"k": 10}),
    "dot": ([(512, 512), (512, 512)], {}),
    "batch_dot": ([(32, 128, 64), (32, 64, 128)], {}),
    "InstanceNorm": ([(32, 64, 28, 28), (64,), (64,)], {}),
    "GroupNorm": ([(32, 64, 28, 28), (8,), (8,)], {"num_groups": 8}),
    "L2Normalization": ([(32, 64, 28, 28)], {"mode": "channel"}),
    "LRN": ([(32, 64, 28, 28)], {"nsize": 5}),
    "Deconvolution": (
        [(8, 64, 28, 28), (64, 32, 4, 4)],
        {"kernel": (4, 4), "stride": (2, 2), "pad": (1, 1), "num_filter": 32},
    ),
    "_contrib_DeformableConvolution": (
        [(4, 32, 28, 28), (4, 18, 28, 28), (32, 32, 3, 3), (32,)],
        {"kernel": (3, 3), "pad": (1, 1), "num_filter": 32},
    ),
    "im2col": ([(8, 32, 28, 28)], {"kernel": (3, 3), "pad": (1, 1)}),
    "col2im": ([(8, 288, 784)], {"output_size": (28, 28), "kernel": (3, 3), "pad": (1, 1)}),
    "Correlation": ([(4, 32, 28, 28), (4, 32, 28, 28)], {"max_displacement": 4, "pad_size": 4}),
    "_contrib_AdaptiveAvgPooling2D": ([(8, 64, 28, 28)], {"output_size": (7, 7)}),
    "UpSampling": ([(8, 32, 28, 28)], {"scale": 2, "sample_type": "nearest"}),
    "_contrib_BilinearResize2D": ([(8, 32, 28, 28)], {"height": 56, "width": 56}),
    "BilinearSampler": ([(8, 32, 56, 56), (8, 2, 56, 56)], {}),
    "GridGenerator": ([(8, 6)], {"transform_type": "affine", "target_shape": (56, 56)}),
    "SpatialTransformer": (
        [(8, 32, 56, 56), (8, 6)],
        {"target_shape": (56, 56), "transform_type": "affine", "sampler_type": "bilinear"},
    ),
    "_contrib_ROIAlign": (
        [(2, 64, 28, 28), _repeated(64, 5, values=_REGIONS)],
        {"pooled_size": (7, 7), "spatial_scale": 1.0},
    ),
    "ROIPooling": (
        [(2, 64, 28, 28), _repeated(64, 5, values=_REGIONS)],
        {"pooled_size": (7, 7), "spatial_scale": 1.0},
    ),
    "_contrib_box_nms": ([_repeated(8, 200, 6, values=_BOXES)], {}),
    "_contrib_MultiBoxPrior": (
        [(1, 8, 56, 56)],
        {"sizes": (0.5, 0.25, 0.1), "ratios": (1.0, 2.0, 0.5)},
    ),
    "CTCLoss": ([(50, 32, 80), _repeated(32, 10, values=range(1, 80))], {}),
    "SoftmaxOutput": ([(1024, 1000), _indices(1024, high=1000)], {}),
    "Dropout": ([(1024, 1024)], {"p": 0.5, "mode": "always"}),
    "SequenceMask": (
        [(64, 128, 256), _repeated(128, values=range(1, 65))],
        {"use_sequence_length": True},
    ),
    "SequenceLast": (
        [(64, 128, 256), _repeated(128, values=range(1, 65))],
        {"use_sequence_length": True},
    ),
    "SequenceReverse": (
        [(64, 128, 256), _repeated(128, values=range(1, 65))],
        {"use_sequence_length": True},
    ),
    "Pad": (
        [(8, 64, 56, 56)],
        {"mode": "constant", "pad_width": (0, 0, 0, 0, 1, 1, 1, 1), "constant_value": 0},
    ),
    "tile": ([(256, 1024)], {"reps": (2, 2)}),
    "repeat": ([(256, 1024)], {"repeats": 4, "axis": 1}),
    "reverse": ([(64, 128, 128)], {"axis": 1}),
    "transpose": ([(64, 128, 128)], {"axes": (0, 2, 1)}),
    "SwapAxis": ([(64, 128, 128)], {"dim1": 0, "dim2": 2}),
    "depth_to_space": ([(8, 64, 28, 28)], {"block_size": 2}),
    "space_to_depth": ([(8, 16, 56, 56)], {"block_size": 2}),
    "Concat": ([(64, 32, 256)] * 3, {"dim": 1}),
    "stack": ([(64, 32, 256)] * 3, {"axis": 1}),
    "slice": ([(1024, 1024)], {"begin": (0, 256), "end": (1024, 768)}),
    "slice_axis": ([(1024, 1024)], {"axis": 1, "begin": 256, "end": 768}),
    "pick": ([(1024, 1000), _indices(1024, high=1000)], {}),
    "one_hot": ([_indices(1024, high=1000)], {"depth": 1000}),
    "gather_nd": ([(1000, 256), _indices(1, 8192, high=1000)], {}),
    "argmax": ([(1024, 1000)], {"axis": 1}),
    "argmin": ([(1024, 1000)], {"axis": 1}),
    "sort": ([(1024, 1000)], {}),
    "argsort": ([(1024, 1000)], {}),
    "cumsum": ([(1024, 1000)], {"axis": 1}),
    "norm": ([(1024, 1000)], {}),
    "softmin": ([(1024, 1000)], {}),
}


def _rnn(torch: Any, x: Any, weights: Any, h: Any, c: Any) -> Any:
    size = h.shape[-1]
    shapes = [(4 * size, x.shape[-1]), (4 * size, size), (4 * size,), (4 * size,)]
    parts = weights.split([math.prod(shape) for shape in shapes])
    parameters = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
    return torch.lstm(x, (h, c), parameters, True, 1, 0.0, False, False, False)[0]


def _reversed(torch: Any, x: Any, lengths: Any) -> Any:
    step = torch.arange(x.shape[0])[:, None]
    return x[torch.where(step < lengths, lengths - 1 - step, step), torch.arange(x.shape[1])]


# The calls of PyTorch that do the same for the inputs above, or for the enlarged sample.
TORCH_CALLS: dict[str, Callable[..., Any]] = {
    "Convolution": lambda torch, x, w, b: torch.nn.functional.conv2d(x, w, b, padding=1),
    "Pooling": lambda torch, x: torch.nn.functional.max_pool2d(x, 2),
    "FullyConnected": lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
    "LayerNorm": lambda torch, x, gamma, beta: torch.nn.functional.layer_norm(
        x, x.shape[-1:], gamma, beta
    ),
    "softmax": lambda torch, x: torch.softmax(x, -1),
    "log_softmax": lambda torch, x: torch.log_softmax(x, -1),
    "RNN": _rnn,
    "Embedding": lambda torch, i, w: torch.nn.functional.embedding(i, w),
    "take": lambda torch, x, i: x[i],
    "topk": lambda torch, x: torch.topk(x, 10)[1],
    "dot": lambda torch, x, y: torch.matmul(x, y),
    "batch_dot": lambda torch, x, y: torch.bmm(x, y),
    "sum": lambda torch, x: torch.sum(x),
    "mean": lambda torch, x: torch.mean(x),
    "max": lambda torch, x: torch.amax(x),
    "min": lambda torch, x: torch.amin(x),
    "prod": lambda torch, x: torch.prod(x),
    "BatchNorm": lambda torch, x, gamma, beta, mean, var: torch.nn.functional.batch_norm(
        x, mean, var, gamma, beta, training=torch.is_grad_enabled(), eps=1e-3
    ),
    "InstanceNorm": lambda torch, x, gamma, beta: torch.nn.functional.instance_norm(
        x, weight=gamma, bias=beta, eps=1e-3
    ),
    "GroupNorm": lambda torch, x, gamma, beta: torch.nn.functional.group_norm(
        x, 8, gamma.repeat_interleave(8), beta.repeat_interleave(8)
    ),
    "L2Normalization": lambda torch, x: torch.nn.functional.normalize(x, dim=1),
    "LRN": lambda torch, x: torch.nn.functional.local_response_norm(x, 5, k=2.0),
    "Deconvolution": lambda torch, x, w: torch.nn.functional.conv_transpose2d(
        x, w, stride=2, padding=1
    ),
    "im2col": lambda torch, x: torch.nn.functional.unfold(x, 3, padding=1),
    "col2im": lambda torch, x: torch.nn.functional.fold(x, (28, 28), 3, padding=1),
    "_contrib_AdaptiveAvgPooling2D": lambda torch, x: torch.nn.functional.adaptive_avg_pool2d(x, 7),
    "UpSampling": lambda torch, x: torch.nn.functional.interpolate(x, scale_factor=2),
    "_contrib_BilinearResize2D": lambda torch, x: torch.nn.functional.interpolate(
        x, (56, 56), mode="bilinear", align_corners=True
    ),
    "BilinearSampler": lambda torch, x, grid: torch.nn.functional.grid_sample(
        x, grid.permute(0, 2, 3, 1), align_corners=True
    ),
    "GridGenerator": lambda torch, x: torch.nn.functional.affine_grid(
        x.view(-1, 2, 3), [8, 1, 56, 56], align_corners=True
    ),
    "SpatialTransformer": lambda torch, x, loc: torch.nn.functional.grid_sample(
        x,
        torch.nn.functional.affine_grid(loc.view(-1, 2, 3), [8, 1, 56, 56], align_corners=True),
        align_corners=True,
    ),
    "CTCLoss": lambda torch, x, labels: torch.nn.functional.ctc_loss(
        torch.log_softmax(x, -1), labels.long(), (50,) * 32, (10,) * 32, reduction="none"
    ),
    "SoftmaxOutput": lambda torch, x, _: torch.softmax(x, -1),
    "Dropout": lambda torch, x: torch.nn.functional.dropout(x, 0.5, True),
    "SequenceMask": lambda torch, x, n: x.masked_fill(
        (torch.arange(64)[:, None] >= n)[:, :, None], 0.0
    ),
    "SequenceLast": lambda torch, x, n: x[n.long() - 1, torch.arange(128)],
    "SequenceReverse": lambda torch, x, n: _reversed(torch, x, n.long()),
    "Pad": lambda torch, x: torch.nn.functional.pad(x, (1, 1, 1, 1)),
    "tile": lambda torch, x: x.tile(2, 2),
    "repeat": lambda torch, x: x.repeat_interleave(4, 1),
    "reverse": lambda torch, x: x.flip(1),
    "transpose": lambda torch, x: x.permute(0, 2, 1).contiguous(),
    "SwapAxis": lambda torch, x: x.transpose(0, 2).contiguous(),
    "depth_to_space": lambda torch, x: torch.nn.functional.pixel_shuffle(x, 2),
    "space_to_depth": lambda torch, x: torch.nn.functional.pixel_unshuffle(x, 2),
    "Concat": lambda torch, *x: torch.cat(x, 1),
    "stack": lambda torch, *x: torch.stack(x, 1),
    "slice": lambda torch, x: x[:, 256:768].contiguous(),
    "slice_axis": lambda torch, x: x[:, 256:768].contiguous(),
    "pick": lambda torch, x, i: x.gather(1, i[:, None])[:, 0],
    "one_hot": lambda torch, i: torch.nn.functional.one_hot(i, 1000).float(),
    "gather_nd": lambda torch, x, i: x[i[0]],
    "argmax": lambda torch, x: x.argmax(1),
    "argmin": lambda torch, x: x.argmin(1),
    "sort": lambda torch, x: x.sort()[0],
    "argsort": lambda torch, x: x.argsort(),
    "cumsum": lambda torch, x: x.cumsum(1),
    "norm": lambda torch, x: x.norm(),
    "softmin": lambda torch, x: torch.softmax(-x, -1),
}
