# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from typing import Literal, overload
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad._stubs.nd_functions import (
    CTCLoss as CTCLoss,
    CTCLoss as ctc_loss,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
)

__all__ = [
    'AdaptiveAvgPooling2D',
    'BatchNormWithReLU',
    'BilinearResize2D',
    'CTCLoss',
    'DeformableConvolution',
    'DeformablePSROIPooling',
    'ModulatedDeformableConvolution',
    'MultiBoxDetection',
    'MultiBoxPrior',
    'MultiBoxTarget',
    'MultiProposal',
    'PSROIPooling',
    'Proposal',
    'ROIAlign',
    'RROIAlign',
    'SparseEmbedding',
    'SyncBatchNorm',
    'allclose',
    'arange_like',
    'bipartite_matching',
    'boolean_mask',
    'box_decode',
    'box_encode',
    'box_iou',
    'box_nms',
    'box_non_maximum_suppression',
    'calibrate_entropy',
    'count_sketch',
    'ctc_loss',
    'dequantize',
    'div_sqrt_dim',
    'fft',
    'getnnz',
    'gradientmultiplier',
    'group_adagrad_update',
    'hawkesll',
    'ifft',
    'index_array',
    'index_copy',
    'interleaved_matmul_encdec_qk',
    'interleaved_matmul_encdec_valatt',
    'interleaved_matmul_selfatt_qk',
    'interleaved_matmul_selfatt_valatt',
    'isfinite',
    'isinf',
    'isnan',
    'quadratic',
    'quantize',
    'quantize_asym',
    'quantize_v2',
    'quantized_act',
    'quantized_batch_norm',
    'quantized_concat',
    'quantized_conv',
    'quantized_elemwise_add',
    'quantized_elemwise_mul',
    'quantized_embedding',
    'quantized_flatten',
    'quantized_fully_connected',
    'quantized_pooling',
    'quantized_rnn',
    'requantize',
    'round_ste',
    'sign_ste',
]

def AdaptiveAvgPooling2D(
    data: NDArray,
    output_size: int | Sequence[int] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means over parts of images, as many as the result has elements."""
    ...
@overload
def BatchNormWithReLU(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: Literal[False] = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`BatchNorm`, and the greater of the result and zero."""
    ...
@overload
def BatchNormWithReLU(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: Literal[True],
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`BatchNorm`, and the greater of the result and zero."""
    ...
@overload
def BatchNormWithReLU(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """`BatchNorm`, and the greater of the result and zero."""
    ...
def BilinearResize2D(
    data: NDArray,
    like: NDArray | None = None,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: Literal['size', 'like', 'odd_scale', 'to_even_down', 'to_even_up', 'to_odd_down', 'to_odd_up'] = 'size',
    align_corners: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Images of another size by bilinear interpolation."""
    ...
def DeformableConvolution(
    data: NDArray,
    offset: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    *,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    layout: str | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A convolution of two axes whose window's elements are moved by offsets, place by place."""
    ...
def DeformablePSROIPooling(
    data: NDArray,
    rois: NDArray,
    trans: NDArray | None = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means over samples in the parts of boxes, where each part has channels and an offset."""
    ...
def ModulatedDeformableConvolution(
    data: NDArray,
    offset: NDArray,
    mask: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    *,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    im2col_step: int = 64,
    layout: str | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A convolution whose window's elements are moved by offsets and multiplied by a mask."""
    ...
def MultiBoxDetection(
    cls_prob: NDArray,
    loc_pred: NDArray,
    anchor: NDArray,
    *,
    clip: bool = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: float | Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Detections from predicted classes and offsets, after non-maximum suppression."""
    ...
def MultiBoxPrior(
    data: NDArray,
    sizes: float | Sequence[float] = (1.0,),
    ratios: float | Sequence[float] = (1.0,),
    clip: bool = False,
    steps: float | Sequence[float] = (-1.0, -1.0),
    offsets: float | Sequence[float] = (0.5, 0.5),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Anchors around each place of a feature map: of each size, then the first in other ratios."""
    ...
def MultiBoxTarget(
    anchor: NDArray,
    label: NDArray,
    cls_pred: NDArray,
    *,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: float | Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Targets of training: anchors are matched with the boxes of labels."""
    ...
@overload
def MultiProposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: Literal[False] = False,
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Propose regions of images that may hold an object."""
    ...
@overload
def MultiProposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: Literal[True],
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Propose regions of images that may hold an object."""
    ...
@overload
def MultiProposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Propose regions of images that may hold an object."""
    ...
def PSROIPooling(
    data: NDArray,
    rois: NDArray,
    spatial_scale: float,
    output_dim: int,
    pooled_size: int,
    group_size: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means over the elements in the parts of boxes, where each part has channels of its own."""
    ...
@overload
def Proposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: Literal[False] = False,
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Propose regions of an image that may hold an object."""
    ...
@overload
def Proposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: Literal[True],
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Propose regions of an image that may hold an object."""
    ...
@overload
def Proposal(
    cls_prob: NDArray,
    bbox_pred: NDArray,
    im_info: NDArray,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: float | Sequence[float] = (4.0, 8.0, 16.0, 32.0),
    ratios: float | Sequence[float] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Propose regions of an image that may hold an object."""
    ...
def ROIAlign(
    data: NDArray,
    rois: NDArray,
    pooled_size: int | Sequence[int],
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means of bilinear samples in the parts of boxes."""
    ...
def RROIAlign(
    data: NDArray,
    rois: NDArray,
    pooled_size: int | Sequence[int],
    spatial_scale: float,
    sampling_ratio: int = -1,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means of bilinear samples in the parts of boxes that are turned."""
    ...
def SparseEmbedding(
    data: NDArray,
    weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = 'float32',
    deterministic: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`Embedding`, whose gradient is row-sparse if that of *weight* is."""
    ...
@overload
def SyncBatchNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: Literal[False] = False,
    ndev: int = 1,
    key: str,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`BatchNorm` along axis 1; *ndev* and *key* are accepted for MXNet's sake."""
    ...
@overload
def SyncBatchNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: Literal[True],
    ndev: int = 1,
    key: str,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`BatchNorm` along axis 1; *ndev* and *key* are accepted for MXNet's sake."""
    ...
@overload
def SyncBatchNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    ndev: int = 1,
    key: str,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """`BatchNorm` along axis 1; *ndev* and *key* are accepted for MXNet's sake."""
    ...
def allclose(
    a: NDArray,
    b: NDArray,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Whether ``|a - b| <= atol + rtol * |b|`` for all elements: 1 or 0, as uint8 of shape ()."""
    ...
def arange_like(
    data: NDArray,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*."""
    ...
def bipartite_matching(
    data: NDArray,
    is_ascend: bool = False,
    threshold: float = ...,
    topk: int = -1,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Match rows to columns greedily: the pair with the highest score first."""
    ...
def boolean_mask(
    data: NDArray,
    index: NDArray,
    axis: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The entries along an axis for which *index* is not zero."""
    ...
def box_decode(
    data: NDArray,
    anchors: NDArray,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: Literal['center', 'corner'] = 'center',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Boxes from their offsets to anchors: corners."""
    ...
def box_encode(
    samples: NDArray,
    matches: NDArray,
    anchors: NDArray,
    refs: NDArray,
    means: NDArray,
    stds: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Offsets from anchors to the boxes that they are matched with, for training."""
    ...
def box_iou(
    lhs: NDArray,
    rhs: NDArray,
    format: Literal['corner', 'center'] = 'corner',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The intersection over union of each box on the left with each on the right."""
    ...
def box_nms(
    data: NDArray,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: Literal['corner', 'center'] = 'corner',
    out_format: Literal['corner', 'center'] = 'corner',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Non-maximum suppression: sort boxes by score and remove those that overlap a better one."""
    ...
box_non_maximum_suppression = box_nms
def calibrate_entropy(
    hist: NDArray,
    hist_edges: NDArray,
    num_quantized_bins: int = 255,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The symmetric range in which numbers lose least by quantization, from their histogram."""
    ...
def count_sketch(
    data: NDArray,
    h: NDArray,
    s: NDArray,
    *,
    out_dim: int,
    processing_batch_size: int = 32,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sums of the elements of rows, with signs, that a hash puts together."""
    ...
def dequantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    *,
    out_type: Literal['float32'] = 'float32',
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The real numbers that quantized ones stand for."""
    ...
def div_sqrt_dim(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Divide by the square root of the last axis' length, as in scaled dot-product attention."""
    ...
def fft(
    data: NDArray,
    compute_size: int = 128,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The Fourier transform of the last axis."""
    ...
def getnnz(
    data: NDArray,
    axis: int | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The number of stored elements of a CSR matrix, or of each row with *axis* 1; int64."""
    ...
def gradientmultiplier(
    data: NDArray,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy; gradients that pass it are multiplied by scalar."""
    ...
def group_adagrad_update(
    weight: NDArray,
    grad: NDArray,
    history: NDArray,
    *,
    lr: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    epsilon: float = 1e-05,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of AdaGrad with one number of *history* for each row: the sum of mean squares."""
    ...
def hawkesll(
    lda: NDArray,
    alpha: NDArray,
    beta: NDArray,
    state: NDArray,
    lags: NDArray,
    marks: NDArray,
    valid_length: NDArray,
    max_time: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Log likelihoods of sequences of events, each of which makes later ones of its kind likelier."""
    ...
def ifft(
    data: NDArray,
    compute_size: int = 128,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The real part of the inverse Fourier transform of the last axis, times its length."""
    ...
def index_array(
    data: NDArray,
    axes: int | Sequence[int] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Write each element's index, or those of some *axes* only, along a new last axis; int64."""
    ...
def index_copy(
    old_tensor: NDArray,
    index_vector: NDArray,
    new_tensor: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Entries along axis 0 replaced by those of another array; of equal indices the last counts."""
    ...
def interleaved_matmul_encdec_qk(
    queries: NDArray,
    keys_values: NDArray,
    heads: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Products of queries and keys of two sequences, divided by the root of their length."""
    ...
def interleaved_matmul_encdec_valatt(
    keys_values: NDArray,
    attention: NDArray,
    heads: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sums of the values of another sequence, weighted by *attention*."""
    ...
def interleaved_matmul_selfatt_qk(
    queries_keys_values: NDArray,
    heads: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Products of queries and keys in self-attention, divided by the root of their length."""
    ...
def interleaved_matmul_selfatt_valatt(
    queries_keys_values: NDArray,
    attention: NDArray,
    heads: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sums of the values in self-attention, weighted by *attention*."""
    ...
def quadratic(
    data: NDArray,
    a: float = 0.0,
    b: float = 0.0,
    c: float = 0.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a * x^2 + b * x + c."""
    ...
def quantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    *,
    out_type: Literal['int8', 'uint8'] = 'uint8',
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Quantize real numbers in a given range; those beyond it become its ends."""
    ...
def quantize_asym(
    data: NDArray,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Quantize real numbers as uint8, the least as 0 and the greatest as 255."""
    ...
def quantize_v2(
    data: NDArray,
    out_type: Literal['int8', 'uint8', 'auto'] = 'int8',
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Quantize real numbers in the range of a calibration, or else in their own."""
    ...
def quantized_act(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    *,
    act_type: Literal['relu'],
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Activation` of a quantized array, with its dtype and its range."""
    ...
def quantized_batch_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    moving_mean: NDArray,
    moving_var: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`BatchNorm` of a quantized array by the averages, as int8 in the range of a calibration."""
    ...
def quantized_concat(
    *data: NDArray | Sequence[NDArray],
    num_args: int,
    dim: int = 1,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`concat` of quantized arrays, in the steps of the widest of their ranges."""
    ...
def quantized_conv(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    min_data: NDArray | None = None,
    max_data: NDArray | None = None,
    min_weight: NDArray | None = None,
    max_weight: NDArray | None = None,
    min_bias: NDArray | None = None,
    max_bias: NDArray | None = None,
    *,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: str | None = None,
    cudnn_off: bool = False,
    layout: str | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Convolution` on quantized arrays: sums of int32, and their range."""
    ...
def quantized_elemwise_add(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The sum of quantized arrays, in the range of a calibration, or else in int32."""
    ...
@overload
def quantized_elemwise_mul(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: Literal[False] = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The product of quantized arrays, element by element."""
    ...
@overload
def quantized_elemwise_mul(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: Literal[True],
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The product of quantized arrays, element by element."""
    ...
@overload
def quantized_elemwise_mul(
    lhs: NDArray,
    rhs: NDArray,
    lhs_min: NDArray,
    lhs_max: NDArray,
    rhs_min: NDArray,
    rhs_max: NDArray,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """The product of quantized arrays, element by element."""
    ...
def quantized_embedding(
    data: NDArray,
    weight: NDArray,
    min_weight: NDArray,
    max_weight: NDArray,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Embedding` with a quantized weight, of int8, whose range the result has."""
    ...
def quantized_flatten(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Flatten` of a quantized array, with its range."""
    ...
def quantized_fully_connected(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    min_data: NDArray | None = None,
    max_data: NDArray | None = None,
    min_weight: NDArray | None = None,
    max_weight: NDArray | None = None,
    min_bias: NDArray | None = None,
    max_bias: NDArray | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`FullyConnected` on quantized arrays: sums of int32, and their range."""
    ...
def quantized_pooling(
    data: NDArray,
    min_data: NDArray,
    max_data: NDArray,
    *,
    kernel: int | Sequence[int] = (),
    pool_type: Literal['max', 'avg'] = 'max',
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: str = 'valid',
    stride: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Pooling` of quantized images: the greatest integer, or the mean, rounded, of each window."""
    ...
@overload
def quantized_rnn(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray,
    data_scale: NDArray,
    data_shift: NDArray,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['lstm'],
    p: float = 0.0,
    state_outputs: Literal[False] = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`RNN` of an array that `quantize_asym` has made, in real numbers."""
    ...
@overload
def quantized_rnn(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray,
    data_scale: NDArray,
    data_shift: NDArray,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['lstm'],
    p: float = 0.0,
    state_outputs: Literal[True],
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`RNN` of an array that `quantize_asym` has made, in real numbers."""
    ...
@overload
def quantized_rnn(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray,
    data_scale: NDArray,
    data_shift: NDArray,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['lstm'],
    p: float = 0.0,
    state_outputs: bool = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """`RNN` of an array that `quantize_asym` has made, in real numbers."""
    ...
def requantize(
    data: NDArray,
    min_range: NDArray,
    max_range: NDArray,
    *,
    out_type: Literal['int8', 'uint8', 'auto'] = 'int8',
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Quantized numbers of int32, such as sums, in 8 bits."""
    ...
def round_ste(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The nearest integer; halves go away from zero. Gradients pass it as they are (Bengio et al. 2013)."""
    ...
def sign_ste(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """-1, 0 or 1; 0 for NaN. Gradients pass it as they are (Bengio et al. 2013)."""
    ...
