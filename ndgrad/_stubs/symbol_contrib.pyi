# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from typing import Literal
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.symbol.symbol import Symbol
from ndgrad._stubs.symbol_functions import (
    CTCLoss as CTCLoss,
    CTCLoss as ctc_loss,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
)
from ndgrad.symbol.control_flow import (
    cond as cond,
    foreach as foreach,
    while_loop as while_loop,
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
    'cond',
    'count_sketch',
    'ctc_loss',
    'dequantize',
    'div_sqrt_dim',
    'fft',
    'foreach',
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
    'while_loop',
]

def AdaptiveAvgPooling2D(
    data: Symbol,
    output_size: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means over parts of images, as many as the result has elements."""
    ...
def BatchNormWithReLU(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    moving_mean: Symbol | None = None,
    moving_var: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`BatchNorm`, and the greater of the result and zero."""
    ...
def BilinearResize2D(
    data: Symbol,
    like: Symbol | None = None,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: Literal['size', 'like', 'odd_scale', 'to_even_down', 'to_even_up', 'to_odd_down', 'to_odd_up'] = 'size',
    align_corners: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Images of another size by bilinear interpolation."""
    ...
def DeformableConvolution(
    data: Symbol,
    offset: Symbol | None = None,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A convolution of two axes whose window's elements are moved by offsets, place by place."""
    ...
def DeformablePSROIPooling(
    data: Symbol,
    rois: Symbol | None = None,
    trans: Symbol | None = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means over samples in the parts of boxes, where each part has channels and an offset."""
    ...
def ModulatedDeformableConvolution(
    data: Symbol,
    offset: Symbol | None = None,
    mask: Symbol | None = None,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A convolution whose window's elements are moved by offsets and multiplied by a mask."""
    ...
def MultiBoxDetection(
    cls_prob: Symbol,
    loc_pred: Symbol | None = None,
    anchor: Symbol | None = None,
    *,
    clip: bool = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: float | Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Detections from predicted classes and offsets, after non-maximum suppression."""
    ...
def MultiBoxPrior(
    data: Symbol,
    sizes: float | Sequence[float] = (1.0,),
    ratios: float | Sequence[float] = (1.0,),
    clip: bool = False,
    steps: float | Sequence[float] = (-1.0, -1.0),
    offsets: float | Sequence[float] = (0.5, 0.5),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Anchors around each place of a feature map: of each size, then the first in other ratios."""
    ...
def MultiBoxTarget(
    anchor: Symbol,
    label: Symbol | None = None,
    cls_pred: Symbol | None = None,
    *,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: float | Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Targets of training: anchors are matched with the boxes of labels."""
    ...
def MultiProposal(
    cls_prob: Symbol,
    bbox_pred: Symbol | None = None,
    im_info: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Propose regions of images that may hold an object."""
    ...
def PSROIPooling(
    data: Symbol,
    rois: Symbol | None = None,
    spatial_scale: float = ...,
    output_dim: int = ...,
    pooled_size: int = ...,
    group_size: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means over the elements in the parts of boxes, where each part has channels of its own."""
    ...
def Proposal(
    cls_prob: Symbol,
    bbox_pred: Symbol | None = None,
    im_info: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Propose regions of an image that may hold an object."""
    ...
def ROIAlign(
    data: Symbol,
    rois: Symbol | None = None,
    pooled_size: int | Sequence[int] = ...,
    spatial_scale: float = ...,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means of bilinear samples in the parts of boxes."""
    ...
def RROIAlign(
    data: Symbol,
    rois: Symbol | None = None,
    pooled_size: int | Sequence[int] = ...,
    spatial_scale: float = ...,
    sampling_ratio: int = -1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means of bilinear samples in the parts of boxes that are turned."""
    ...
def SparseEmbedding(
    data: Symbol,
    weight: Symbol | None = None,
    input_dim: int = ...,
    output_dim: int = ...,
    dtype: DTypeLike = 'float32',
    deterministic: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Embedding`, whose gradient is row-sparse if that of *weight* is."""
    ...
def SyncBatchNorm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    moving_mean: Symbol | None = None,
    moving_var: Symbol | None = None,
    *,
    eps: float = 0.001,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    ndev: int = 1,
    key: str,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`BatchNorm` along axis 1; *ndev* and *key* are accepted for MXNet's sake."""
    ...
def allclose(
    a: Symbol,
    b: Symbol | None = None,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Whether ``|a - b| <= atol + rtol * |b|`` for all elements: 1 or 0, as uint8 of shape ()."""
    ...
def arange_like(
    data: Symbol,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*."""
    ...
def bipartite_matching(
    data: Symbol,
    is_ascend: bool = False,
    threshold: float = ...,
    topk: int = -1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Match rows to columns greedily: the pair with the highest score first."""
    ...
def boolean_mask(
    data: Symbol,
    index: Symbol | None = None,
    axis: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The entries along an axis for which *index* is not zero."""
    ...
def box_decode(
    data: Symbol,
    anchors: Symbol | None = None,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: Literal['center', 'corner'] = 'center',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Boxes from their offsets to anchors: corners."""
    ...
def box_encode(
    samples: Symbol,
    matches: Symbol | None = None,
    anchors: Symbol | None = None,
    refs: Symbol | None = None,
    means: Symbol | None = None,
    stds: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Offsets from anchors to the boxes that they are matched with, for training."""
    ...
def box_iou(
    lhs: Symbol,
    rhs: Symbol | None = None,
    format: Literal['corner', 'center'] = 'corner',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The intersection over union of each box on the left with each on the right."""
    ...
def box_nms(
    data: Symbol,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Non-maximum suppression: sort boxes by score and remove those that overlap a better one."""
    ...
box_non_maximum_suppression = box_nms
def calibrate_entropy(
    hist: Symbol,
    hist_edges: Symbol | None = None,
    num_quantized_bins: int = 255,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The symmetric range in which numbers lose least by quantization, from their histogram."""
    ...
def count_sketch(
    data: Symbol,
    h: Symbol | None = None,
    s: Symbol | None = None,
    *,
    out_dim: int,
    processing_batch_size: int = 32,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sums of the elements of rows, with signs, that a hash puts together."""
    ...
def dequantize(
    data: Symbol,
    min_range: Symbol | None = None,
    max_range: Symbol | None = None,
    *,
    out_type: Literal['float32'] = 'float32',
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The real numbers that quantized ones stand for."""
    ...
def div_sqrt_dim(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Divide by the square root of the last axis' length, as in scaled dot-product attention."""
    ...
def fft(
    data: Symbol,
    compute_size: int = 128,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The Fourier transform of the last axis."""
    ...
def getnnz(
    data: Symbol,
    axis: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The number of stored elements of a CSR matrix, or of each row with *axis* 1; int64."""
    ...
def gradientmultiplier(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy; gradients that pass it are multiplied by scalar."""
    ...
def group_adagrad_update(
    weight: Symbol,
    grad: Symbol | None = None,
    history: Symbol | None = None,
    *,
    lr: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    epsilon: float = 1e-05,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of AdaGrad with one number of *history* for each row: the sum of mean squares."""
    ...
def hawkesll(
    lda: Symbol,
    alpha: Symbol | None = None,
    beta: Symbol | None = None,
    state: Symbol | None = None,
    lags: Symbol | None = None,
    marks: Symbol | None = None,
    valid_length: Symbol | None = None,
    max_time: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Log likelihoods of sequences of events, each of which makes later ones of its kind likelier."""
    ...
def ifft(
    data: Symbol,
    compute_size: int = 128,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The real part of the inverse Fourier transform of the last axis, times its length."""
    ...
def index_array(
    data: Symbol,
    axes: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Write each element's index, or those of some *axes* only, along a new last axis; int64."""
    ...
def index_copy(
    old_tensor: Symbol,
    index_vector: Symbol | None = None,
    new_tensor: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Entries along axis 0 replaced by those of another array; of equal indices the last counts."""
    ...
def interleaved_matmul_encdec_qk(
    queries: Symbol,
    keys_values: Symbol | None = None,
    heads: int = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Products of queries and keys of two sequences, divided by the root of their length."""
    ...
def interleaved_matmul_encdec_valatt(
    keys_values: Symbol,
    attention: Symbol | None = None,
    heads: int = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sums of the values of another sequence, weighted by *attention*."""
    ...
def interleaved_matmul_selfatt_qk(
    queries_keys_values: Symbol,
    heads: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Products of queries and keys in self-attention, divided by the root of their length."""
    ...
def interleaved_matmul_selfatt_valatt(
    queries_keys_values: Symbol,
    attention: Symbol | None = None,
    heads: int = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sums of the values in self-attention, weighted by *attention*."""
    ...
def quadratic(
    data: Symbol,
    a: float = 0.0,
    b: float = 0.0,
    c: float = 0.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a * x^2 + b * x + c."""
    ...
def quantize(
    data: Symbol,
    min_range: Symbol | None = None,
    max_range: Symbol | None = None,
    *,
    out_type: Literal['int8', 'uint8'] = 'uint8',
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Quantize real numbers in a given range; those beyond it become its ends."""
    ...
def quantize_asym(
    data: Symbol,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Quantize real numbers as uint8, the least as 0 and the greatest as 255."""
    ...
def quantize_v2(
    data: Symbol,
    out_type: Literal['int8', 'uint8', 'auto'] = 'int8',
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Quantize real numbers in the range of a calibration, or else in their own."""
    ...
def quantized_act(
    data: Symbol,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
    *,
    act_type: Literal['relu'],
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Activation` of a quantized array, with its dtype and its range."""
    ...
def quantized_batch_norm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    moving_mean: Symbol | None = None,
    moving_var: Symbol | None = None,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`BatchNorm` of a quantized array by the averages, as int8 in the range of a calibration."""
    ...
def quantized_concat(
    *data: Symbol | Sequence[Symbol],
    num_args: int,
    dim: int = 1,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`concat` of quantized arrays, in the steps of the widest of their ranges."""
    ...
def quantized_conv(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
    min_weight: Symbol | None = None,
    max_weight: Symbol | None = None,
    min_bias: Symbol | None = None,
    max_bias: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Convolution` on quantized arrays: sums of int32, and their range."""
    ...
def quantized_elemwise_add(
    lhs: Symbol,
    rhs: Symbol | None = None,
    lhs_min: Symbol | None = None,
    lhs_max: Symbol | None = None,
    rhs_min: Symbol | None = None,
    rhs_max: Symbol | None = None,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of quantized arrays, in the range of a calibration, or else in int32."""
    ...
def quantized_elemwise_mul(
    lhs: Symbol,
    rhs: Symbol | None = None,
    lhs_min: Symbol | None = None,
    lhs_max: Symbol | None = None,
    rhs_min: Symbol | None = None,
    rhs_max: Symbol | None = None,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The product of quantized arrays, element by element."""
    ...
def quantized_embedding(
    data: Symbol,
    weight: Symbol | None = None,
    min_weight: Symbol | None = None,
    max_weight: Symbol | None = None,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Embedding` with a quantized weight, of int8, whose range the result has."""
    ...
def quantized_flatten(
    data: Symbol,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Flatten` of a quantized array, with its range."""
    ...
def quantized_fully_connected(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
    min_weight: Symbol | None = None,
    max_weight: Symbol | None = None,
    min_bias: Symbol | None = None,
    max_bias: Symbol | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`FullyConnected` on quantized arrays: sums of int32, and their range."""
    ...
def quantized_pooling(
    data: Symbol,
    min_data: Symbol | None = None,
    max_data: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Pooling` of quantized images: the greatest integer, or the mean, rounded, of each window."""
    ...
def quantized_rnn(
    data: Symbol,
    parameters: Symbol | None = None,
    state: Symbol | None = None,
    state_cell: Symbol | None = None,
    data_scale: Symbol | None = None,
    data_shift: Symbol | None = None,
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`RNN` of an array that `quantize_asym` has made, in real numbers."""
    ...
def requantize(
    data: Symbol,
    min_range: Symbol | None = None,
    max_range: Symbol | None = None,
    *,
    out_type: Literal['int8', 'uint8', 'auto'] = 'int8',
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Quantized numbers of int32, such as sums, in 8 bits."""
    ...
def round_ste(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The nearest integer; halves go away from zero. Gradients pass it as they are (Bengio et al. 2013)."""
    ...
def sign_ste(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """-1, 0 or 1; 0 for NaN. Gradients pass it as they are (Bengio et al. 2013)."""
    ...
