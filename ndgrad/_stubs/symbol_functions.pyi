# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from typing import Literal, overload
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.extra import (
    Custom as Custom,
    histogram as histogram,
    split_v2 as split_v2,
)

__all__ = [
    'Activation',
    'BatchNorm',
    'BatchNorm_v1',
    'BilinearSampler',
    'BlockGrad',
    'CTCLoss',
    'Cast',
    'Concat',
    'Convolution',
    'Convolution_v1',
    'Correlation',
    'Crop',
    'Custom',
    'Deconvolution',
    'Dropout',
    'ElementWiseSum',
    'Embedding',
    'Flatten',
    'FullyConnected',
    'GridGenerator',
    'GroupNorm',
    'IdentityAttachKLSparseReg',
    'InstanceNorm',
    'L2Normalization',
    'LRN',
    'LayerNorm',
    'LeakyReLU',
    'LinearRegressionOutput',
    'LogisticRegressionOutput',
    'MAERegressionOutput',
    'MakeLoss',
    'Pad',
    'Pooling',
    'Pooling_v1',
    'RNN',
    'ROIPooling',
    'Reshape',
    'SVMOutput',
    'SequenceLast',
    'SequenceMask',
    'SequenceReverse',
    'SliceChannel',
    'Softmax',
    'SoftmaxActivation',
    'SoftmaxOutput',
    'SpatialTransformer',
    'SwapAxis',
    'UpSampling',
    'abs',
    'adam_update',
    'add',
    'add_n',
    'all_finite',
    'amp_cast',
    'amp_multicast',
    'arccos',
    'arccosh',
    'arcsin',
    'arcsinh',
    'arctan',
    'arctan2',
    'arctanh',
    'argmax',
    'argmax_channel',
    'argmin',
    'argsort',
    'batch_dot',
    'batch_take',
    'broadcast_add',
    'broadcast_arctan2',
    'broadcast_axes',
    'broadcast_axis',
    'broadcast_div',
    'broadcast_equal',
    'broadcast_floor_divide',
    'broadcast_greater',
    'broadcast_greater_equal',
    'broadcast_hypot',
    'broadcast_lesser',
    'broadcast_lesser_equal',
    'broadcast_like',
    'broadcast_logical_and',
    'broadcast_logical_or',
    'broadcast_logical_xor',
    'broadcast_maximum',
    'broadcast_minimum',
    'broadcast_minus',
    'broadcast_mod',
    'broadcast_mul',
    'broadcast_not_equal',
    'broadcast_plus',
    'broadcast_power',
    'broadcast_sub',
    'broadcast_to',
    'cast',
    'cast_storage',
    'cbrt',
    'ceil',
    'choose_element_0index',
    'clip',
    'col2im',
    'concat',
    'cos',
    'cosh',
    'crop',
    'ctc_loss',
    'cumsum',
    'degrees',
    'depth_to_space',
    'diag',
    'digamma',
    'divide',
    'dot',
    'elemwise_add',
    'elemwise_div',
    'elemwise_mul',
    'elemwise_sub',
    'equal',
    'erf',
    'erfinv',
    'exp',
    'expand_dims',
    'expm1',
    'fix',
    'flatten',
    'flip',
    'floor',
    'floor_divide',
    'ftml_update',
    'ftrl_update',
    'gamma',
    'gammaln',
    'gather_nd',
    'greater',
    'greater_equal',
    'hard_sigmoid',
    'histogram',
    'hypot',
    'identity',
    'im2col',
    'isfinite',
    'isinf',
    'isnan',
    'khatri_rao',
    'lamb_update_phase1',
    'lamb_update_phase2',
    'lesser',
    'lesser_equal',
    'linalg_det',
    'linalg_extractdiag',
    'linalg_extracttrian',
    'linalg_gelqf',
    'linalg_gemm',
    'linalg_gemm2',
    'linalg_inverse',
    'linalg_makediag',
    'linalg_maketrian',
    'linalg_potrf',
    'linalg_potri',
    'linalg_slogdet',
    'linalg_sumlogdiag',
    'linalg_syevd',
    'linalg_syrk',
    'linalg_trmm',
    'linalg_trsm',
    'log',
    'log10',
    'log1p',
    'log2',
    'log_softmax',
    'logical_and',
    'logical_not',
    'logical_or',
    'logical_xor',
    'make_loss',
    'matmul',
    'max',
    'max_axis',
    'maximum',
    'mean',
    'min',
    'min_axis',
    'minimum',
    'mod',
    'modulo',
    'moments',
    'mp_lamb_update_phase1',
    'mp_lamb_update_phase2',
    'mp_nag_mom_update',
    'mp_sgd_mom_update',
    'mp_sgd_update',
    'multi_all_finite',
    'multi_lars',
    'multi_mp_sgd_mom_update',
    'multi_mp_sgd_update',
    'multi_sgd_mom_update',
    'multi_sgd_update',
    'multi_sum_sq',
    'multiply',
    'nag_mom_update',
    'nanprod',
    'nansum',
    'negative',
    'norm',
    'normal',
    'not_equal',
    'one_hot',
    'ones_like',
    'pad',
    'pick',
    'polygamma',
    'preloaded_multi_mp_sgd_mom_update',
    'preloaded_multi_mp_sgd_update',
    'preloaded_multi_sgd_mom_update',
    'preloaded_multi_sgd_update',
    'prod',
    'radians',
    'random_exponential',
    'random_gamma',
    'random_generalized_negative_binomial',
    'random_negative_binomial',
    'random_normal',
    'random_pdf_dirichlet',
    'random_pdf_exponential',
    'random_pdf_gamma',
    'random_pdf_generalized_negative_binomial',
    'random_pdf_negative_binomial',
    'random_pdf_normal',
    'random_pdf_poisson',
    'random_pdf_uniform',
    'random_poisson',
    'random_randint',
    'random_uniform',
    'ravel_multi_index',
    'rcbrt',
    'reciprocal',
    'relu',
    'repeat',
    'reset_arrays',
    'reshape',
    'reshape_like',
    'reverse',
    'rint',
    'rmsprop_update',
    'rmspropalex_update',
    'round',
    'rsqrt',
    'sample_exponential',
    'sample_gamma',
    'sample_generalized_negative_binomial',
    'sample_multinomial',
    'sample_negative_binomial',
    'sample_normal',
    'sample_poisson',
    'sample_uniform',
    'scatter_nd',
    'sgd_mom_update',
    'sgd_update',
    'shape_array',
    'shuffle',
    'sigmoid',
    'sign',
    'signsgd_update',
    'signum_update',
    'sin',
    'sinh',
    'size_array',
    'slice',
    'slice_axis',
    'slice_like',
    'smooth_l1',
    'softmax',
    'softmax_cross_entropy',
    'softmin',
    'softrelu',
    'softsign',
    'sort',
    'space_to_depth',
    'split',
    'split_v2',
    'sqrt',
    'square',
    'squeeze',
    'stack',
    'stop_gradient',
    'subtract',
    'sum',
    'sum_axis',
    'swapaxes',
    'take',
    'tan',
    'tanh',
    'tile',
    'topk',
    'transpose',
    'true_divide',
    'trunc',
    'uniform',
    'unravel_index',
    'where',
    'zeros_like',
]

def Activation(
    data: Symbol,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Apply an activation function to every element."""
    ...
def BatchNorm(
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
    """Normalise each channel, over all samples and places."""
    ...
def BatchNorm_v1(
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
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`BatchNorm` along axis 1."""
    ...
def BilinearSampler(
    data: Symbol,
    grid: Symbol | None = None,
    cudnn_off: bool | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Bilinear samples of images at the positions of a grid; what is outside of an image is 0."""
    ...
def BlockGrad(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy that gradients do not pass."""
    ...
def CTCLoss(
    data: Symbol,
    label: Symbol | None = None,
    data_lengths: Symbol | None = None,
    label_lengths: Symbol | None = None,
    *,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal['first', 'last'] = 'first',
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out."""
    ...
def Cast(
    data: Symbol,
    dtype: DTypeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    ...
def Concat(
    *data: Symbol | Sequence[Symbol],
    dim: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Arrays joined along an axis that exists; other axes must be equally long."""
    ...
def Convolution(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
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
    """Sums of the elements in a window, times weights, at each of its places in an image."""
    ...
Convolution_v1 = Convolution
def Correlation(
    data1: Symbol,
    data2: Symbol | None = None,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means of products of windows of one image with displaced windows of another."""
    ...
def Crop(
    *data: Symbol | Sequence[Symbol],
    offset: int | Sequence[int] = (0, 0),
    h_w: int | Sequence[int] = (0, 0),
    center_crop: bool = False,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A part of images, of the size that is given or that other images have."""
    ...
def Deconvolution(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    adj: int | Sequence[int] = (),
    target_shape: int | Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 512,
    no_bias: bool = True,
    cudnn_tune: str | None = None,
    cudnn_off: bool = False,
    layout: str | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of a convolution: each element adds a window of weights to the image."""
    ...
def Dropout(
    data: Symbol,
    p: float = 0.5,
    mode: Literal['training', 'always'] = 'training',
    axes: int | Sequence[int] = (),
    cudnn_off: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode."""
    ...
def ElementWiseSum(
    *args: Symbol | Sequence[Symbol],
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of arrays of one shape, several of them in one pass over memory."""
    ...
def Embedding(
    data: Symbol,
    weight: Symbol | None = None,
    input_dim: int = ...,
    output_dim: int = ...,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones."""
    ...
def Flatten(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy with two axes: the first one, and all others joined."""
    ...
def FullyConnected(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A dense layer: ``data @ weight.T + bias``."""
    ...
def GridGenerator(
    data: Symbol,
    transform_type: Literal['affine', 'warp'],
    target_shape: int | Sequence[int] = (0, 0),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Grids of positions for `BilinearSampler`, by affine maps or by a flow."""
    ...
def GroupNorm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Normalise groups of channels of each sample."""
    ...
def IdentityAttachKLSparseReg(
    data: Symbol,
    moving_avg: Symbol | None = None,
    sparseness_target: float = 0.1,
    penalty: float = 0.001,
    momentum: float = 0.9,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy whose gradient has that of a penalty for units that are not sparse."""
    ...
def InstanceNorm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    eps: float = 0.001,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Normalise each channel of each sample."""
    ...
def L2Normalization(
    data: Symbol,
    eps: float = 1e-10,
    mode: Literal['instance', 'channel', 'spatial'] = 'instance',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Divide by the Euclidean norm of a part."""
    ...
def LRN(
    data: Symbol,
    alpha: float = 0.0001,
    beta: float = 0.75,
    knorm: float = 2.0,
    nsize: int = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Divide by ``(knorm + alpha / nsize * s) ** beta``, s the squares of neighbouring channels."""
    ...
def LayerNorm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Normalise over one axis."""
    ...
def LeakyReLU(
    data: Symbol,
    gamma: Symbol | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = 'leaky',
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Apply an activation function of the leaky family to every element."""
    ...
def LinearRegressionOutput(
    data: Symbol,
    label: Symbol | None = None,
    grad_scale: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy, whose backward is the gradient of half the squared distance from *label*."""
    ...
def LogisticRegressionOutput(
    data: Symbol,
    label: Symbol | None = None,
    grad_scale: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sigmoid, whose backward is the gradient of the cross-entropy with *label*."""
    ...
def MAERegressionOutput(
    data: Symbol,
    label: Symbol | None = None,
    grad_scale: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy, whose backward is the gradient of the distance from *label*."""
    ...
def MakeLoss(
    data: Symbol,
    grad_scale: float = 1.0,
    valid_thresh: float = 0.0,
    normalization: Literal['null', 'batch', 'valid'] = 'null',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy that starts gradients: its own is a constant, whatever comes in."""
    ...
def Pad(
    data: Symbol,
    mode: Literal['constant', 'edge', 'reflect'],
    pad_width: int | Sequence[int],
    constant_value: float = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The input with elements added before and after along each axis."""
    ...
def Pooling(
    data: Symbol,
    kernel: int | Sequence[int] = (),
    pool_type: Literal['max', 'avg', 'sum', 'lp'] = 'max',
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: Literal['valid', 'full', 'same'] = 'valid',
    stride: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greatest element, the sum, the mean or a norm of a window at each of its places."""
    ...
def Pooling_v1(
    data: Symbol,
    kernel: int | Sequence[int] = (),
    pool_type: Literal['max', 'avg', 'sum'] = 'max',
    global_pool: bool = False,
    pooling_convention: Literal['valid', 'full'] = 'valid',
    stride: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Pooling` as it was: padding counts as elements that are 0, for the greatest element too."""
    ...
def RNN(
    data: Symbol,
    parameters: Symbol | None = None,
    state: Symbol | None = None,
    state_cell: Symbol | None = None,
    sequence_length: Symbol | None = None,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['rnn_relu', 'rnn_tanh', 'lstm', 'gru'],
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
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
def ROIPooling(
    data: Symbol,
    rois: Symbol | None = None,
    pooled_size: int | Sequence[int] = ...,
    spatial_scale: float = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient."""
    ...
def Reshape(
    data: Symbol,
    shape: int | Sequence[int] = (),
    reverse: bool = False,
    target_shape: int | Sequence[int] = (),
    keep_highest: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy in another shape."""
    ...
def SVMOutput(
    data: Symbol,
    label: Symbol | None = None,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy, whose backward is the gradient of the hinge loss, one class against the rest."""
    ...
def SequenceLast(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The last element of each sequence."""
    ...
def SequenceMask(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: Literal[0, 1] = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy in which what lies behind the end of each sequence is *value*."""
    ...
def SequenceReverse(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Each sequence reversed; what lies behind its end stays."""
    ...
def SliceChannel(
    data: Symbol,
    num_outputs: int,
    axis: int = 1,
    squeeze_axis: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Cut an array into equal parts along an axis: a list, or the only part."""
    ...
def Softmax(
    data: Symbol,
    label: Symbol | None = None,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: Literal['null', 'batch', 'valid'] = 'null',
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The softmax, whose backward is the gradient of the cross-entropy with *label*."""
    ...
def SoftmaxActivation(
    data: Symbol,
    mode: str = 'instance',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The softmax along the last axis, or with ``mode='channel'`` along axis 1."""
    ...
SoftmaxOutput = Softmax
def SpatialTransformer(
    data: Symbol,
    loc: Symbol | None = None,
    target_shape: int | Sequence[int] = (0, 0),
    transform_type: Literal['affine'] = ...,
    sampler_type: Literal['bilinear'] = ...,
    cudnn_off: bool | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Bilinear samples of images at the positions that affine maps give; 0 outside of an image."""
    ...
def SwapAxis(
    data: Symbol,
    dim1: int = 0,
    dim2: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy with two axes exchanged."""
    ...
def UpSampling(
    *data: Symbol | Sequence[Symbol],
    scale: int,
    num_filter: int = 0,
    sample_type: Literal['nearest', 'bilinear'],
    multi_input_mode: Literal['concat', 'sum'] = 'concat',
    workspace: int = 512,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Images enlarged by a whole number, with elements repeated or by a deconvolution."""
    ...
def abs(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The absolute value."""
    ...
def adam_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of Adam, whose *lr* has the bias correction. Kingma and Ba 2015."""
    ...
@overload
def add(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """a + b."""
    ...
@overload
def add(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """a + b."""
    ...
@overload
def add(lhs: float, rhs: float) -> float:
    """a + b."""
    ...
add_n = ElementWiseSum
def all_finite(
    data: Symbol,
    init_output: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 if no element is infinite or NaN, else 0, as float32 of shape (1,)."""
    ...
def amp_cast(
    data: Symbol,
    dtype: DTypeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Cast` for mixed precision: integers and bool stay as they are."""
    ...
def amp_multicast(
    *data: Symbol | Sequence[Symbol],
    num_outputs: int,
    cast_narrow: bool = False,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Cast` of several arrays to the widest of their dtypes; integers and bool stay as they are."""
    ...
def arccos(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """In radians."""
    ...
def arccosh(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Of x >= 1."""
    ...
def arcsin(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """In radians."""
    ...
def arcsinh(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The inverse hyperbolic sine."""
    ...
def arctan(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """In radians."""
    ...
@overload
def arctan2(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(lhs: float, rhs: float) -> float:
    """The angle of the point (b, a), in radians."""
    ...
def arctanh(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Of |x| < 1."""
    ...
def argmax(
    data: Symbol,
    axis: int | None = None,
    keepdims: bool = False,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Where the greatest element is: the first one, or the first NaN."""
    ...
def argmax_channel(
    data: Symbol,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`argmax` along axis 1."""
    ...
def argmin(
    data: Symbol,
    axis: int | None = None,
    keepdims: bool = False,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
    ...
def argsort(
    data: Symbol,
    axis: int | None = -1,
    is_ascend: bool = True,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Positions along an axis that would sort it; equal elements keep their order."""
    ...
def batch_dot(
    lhs: Symbol,
    rhs: Symbol | None = None,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal[None, 'default'] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Matrix products of the last two axes, one for each index of the axes before them."""
    ...
def batch_take(
    a: Symbol,
    indices: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """One element of each row."""
    ...
def broadcast_add(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a + b."""
    ...
def broadcast_arctan2(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The angle of the point (b, a), in radians."""
    ...
def broadcast_axes(
    data: Symbol,
    axis: int | Sequence[int] = (),
    size: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy in which axes of length 1 are repeated to the lengths *size*."""
    ...
broadcast_axis = broadcast_axes
def broadcast_div(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's."""
    ...
def broadcast_equal(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a == b, else 0."""
    ...
def broadcast_floor_divide(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The quotient rounded down; integers by 0 give 0."""
    ...
def broadcast_greater(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a > b, else 0."""
    ...
def broadcast_greater_equal(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a >= b, else 0."""
    ...
def broadcast_hypot(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """sqrt(a^2 + b^2)."""
    ...
def broadcast_lesser(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a < b, else 0."""
    ...
def broadcast_lesser_equal(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a <= b, else 0."""
    ...
def broadcast_like(
    lhs: Symbol,
    rhs: Symbol | None = None,
    lhs_axes: int | Sequence[int] | None = None,
    rhs_axes: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    ...
def broadcast_logical_and(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where both are not 0, else 0."""
    ...
def broadcast_logical_or(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where one is not 0, else 0."""
    ...
def broadcast_logical_xor(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where just one is not 0."""
    ...
def broadcast_maximum(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greater one."""
    ...
def broadcast_minimum(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The smaller one."""
    ...
def broadcast_minus(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b."""
    ...
def broadcast_mod(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def broadcast_mul(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a * b."""
    ...
def broadcast_not_equal(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a != b, else 0."""
    ...
broadcast_plus = broadcast_add
def broadcast_power(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a to the power b."""
    ...
broadcast_sub = broadcast_minus
def broadcast_to(
    data: Symbol,
    shape: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy in which axes of length 1 are repeated; a 0 in *shape* keeps the length."""
    ...
cast = Cast
def cast_storage(
    data: Symbol,
    stype: str,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The array in another storage; of a dense one, a copy that is dense."""
    ...
def cbrt(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The cube root."""
    ...
def ceil(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The least integer not below x."""
    ...
def choose_element_0index(
    data: Symbol,
    index: Symbol | None = None,
    axis: int = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = 'clip',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """One element along an axis for each position of the other axes."""
    ...
def clip(
    data: Symbol,
    a_min: float | None = None,
    a_max: float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x, cut to [a_min, a_max]."""
    ...
def col2im(
    data: Symbol,
    output_size: int | Sequence[int],
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `im2col`: images to which the columns of a matrix are added."""
    ...
concat = Concat
def cos(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The cosine; x in radians."""
    ...
def cosh(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The hyperbolic cosine."""
    ...
def crop(
    data: Symbol,
    begin: int | Sequence[int | None] | None,
    end: int | Sequence[int | None] | None,
    step: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    ...
ctc_loss = CTCLoss
def cumsum(
    a: Symbol,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sums of the elements up to each one along an axis."""
    ...
def degrees(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Radians to degrees."""
    ...
def depth_to_space(
    data: Symbol,
    block_size: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Blocks of channels laid out as squares in height and width."""
    ...
def diag(
    data: Symbol,
    k: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
    ...
def digamma(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """(log gamma)'."""
    ...
@overload
def divide(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """a / b; integers: C's."""
    ...
@overload
def divide(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """a / b; integers: C's."""
    ...
@overload
def divide(lhs: float, rhs: float) -> float:
    """a / b; integers: C's."""
    ...
def dot(
    lhs: Symbol,
    rhs: Symbol | None = None,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal[None, 'default', 'row_sparse', 'csr'] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Dot product: of the last axis of *lhs* with the first of *rhs*."""
    ...
def elemwise_add(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a + b. Shapes must be equal."""
    ...
def elemwise_div(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's. Shapes must be equal."""
    ...
def elemwise_mul(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a * b. Shapes must be equal."""
    ...
def elemwise_sub(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b. Shapes must be equal."""
    ...
@overload
def equal(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a == b, else 0."""
    ...
@overload
def equal(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a == b, else 0."""
    ...
@overload
def equal(lhs: float, rhs: float) -> float:
    """1 where a == b, else 0."""
    ...
def erf(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The error function."""
    ...
def erfinv(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The inverse error function."""
    ...
def exp(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """e to the power x."""
    ...
def expand_dims(
    data: Symbol,
    axis: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy with a new axis of length 1, placed before *axis* of the result."""
    ...
def expm1(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """exp(x) - 1, accurate near 0."""
    ...
def fix(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The nearest integer towards zero."""
    ...
flatten = Flatten
def flip(
    data: Symbol,
    axis: int | Sequence[int] | None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy with the order of the elements reversed along axes."""
    ...
def floor(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greatest integer not above x."""
    ...
floor_divide = broadcast_floor_divide
def ftml_update(
    weight: Symbol,
    grad: Symbol | None = None,
    d: Symbol | None = None,
    v: Symbol | None = None,
    z: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.6,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    t: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_grad: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of FTML, the number *t*. Zheng and Kwok 2017."""
    ...
def ftrl_update(
    weight: Symbol,
    grad: Symbol | None = None,
    z: Symbol | None = None,
    n: Symbol | None = None,
    *,
    lr: float,
    lamda1: float = 0.01,
    beta: float = 1.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of FTRL-Proximal. McMahan et al. 2013."""
    ...
def gamma(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The gamma function."""
    ...
def gammaln(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """log |gamma(x)|."""
    ...
def gather_nd(
    data: Symbol,
    indices: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    ...
@overload
def greater(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a > b, else 0."""
    ...
@overload
def greater(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a > b, else 0."""
    ...
@overload
def greater(lhs: float, rhs: float) -> float:
    """1 where a > b, else 0."""
    ...
@overload
def greater_equal(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(lhs: float, rhs: float) -> float:
    """1 where a >= b, else 0."""
    ...
def hard_sigmoid(
    data: Symbol,
    alpha: float = 0.2,
    beta: float = 0.5,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """alpha * x + beta, cut to [0, 1]."""
    ...
@overload
def hypot(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(lhs: float, rhs: float) -> float:
    """sqrt(a^2 + b^2)."""
    ...
def identity(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the input."""
    ...
def im2col(
    data: Symbol,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The elements in a window at each of its places, as the columns of a matrix."""
    ...
def isfinite(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def isinf(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where x is infinite, else 0."""
    ...
def isnan(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where x is NaN, else 0."""
    ...
def khatri_rao(
    *args: Symbol | Sequence[Symbol],
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Multiply matrices column by column: each column is the Kronecker product of their columns."""
    ...
def lamb_update_phase1(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    t: float,
    bias_correction: bool = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The direction of the step number *t* of LAMB; mean and var are updated. You et al. 2020."""
    ...
def lamb_update_phase2(
    weight: Symbol,
    g: Symbol | None = None,
    r1: Symbol | None = None,
    r2: Symbol | None = None,
    *,
    lr: float,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of LAMB in the direction *g*, as long as the norms ask for. You et al. 2020."""
    ...
@overload
def lesser(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a < b, else 0."""
    ...
@overload
def lesser(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a < b, else 0."""
    ...
@overload
def lesser(lhs: float, rhs: float) -> float:
    """1 where a < b, else 0."""
    ...
@overload
def lesser_equal(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a <= b, else 0."""
    ...
@overload
def lesser_equal(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a <= b, else 0."""
    ...
@overload
def lesser_equal(lhs: float, rhs: float) -> float:
    """1 where a <= b, else 0."""
    ...
def linalg_det(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The determinants of square matrices, the last two axes; one matrix gives shape (1,)."""
    ...
def linalg_extractdiag(
    A: Symbol,
    offset: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The diagonals of square matrices, the last two axes."""
    ...
def linalg_extracttrian(
    A: Symbol,
    offset: int = 0,
    lower: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The elements in a triangle of square matrices, as vectors."""
    ...
def linalg_gelqf(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The factors Q, with orthonormal rows, and lower triangular L of A = L Q."""
    ...
def linalg_gemm(
    A: Symbol,
    B: Symbol | None = None,
    C: Symbol | None = None,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``alpha * op(A) @ op(B) + beta * C``; the parameters are those of `linalg_gemm2`."""
    ...
def linalg_gemm2(
    A: Symbol,
    B: Symbol | None = None,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``alpha * op(A) @ op(B)`` of the last two axes, for each index of the axes before them."""
    ...
def linalg_inverse(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The inverses of square matrices, the last two axes."""
    ...
def linalg_makediag(
    A: Symbol,
    offset: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Square matrices with the vectors of the last axis as a diagonal, and else zeros."""
    ...
def linalg_maketrian(
    A: Symbol,
    offset: int = 0,
    lower: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Triangular matrices of the vectors of the last axis: the reverse of `linalg_extracttrian`."""
    ...
def linalg_potrf(
    A: Symbol,
    lower: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The Cholesky factors of positive definite matrices: lower triangular L of A = L L'."""
    ...
def linalg_potri(
    A: Symbol,
    lower: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The inverses of matrices from their Cholesky factors: of L it is the inverse of L L'."""
    ...
def linalg_slogdet(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The signs of determinants and the logarithms of their absolute values."""
    ...
def linalg_sumlogdiag(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of the logarithms of the diagonal of square matrices, the last two axes."""
    ...
def linalg_syevd(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The eigenvectors, as rows of U, and rising eigenvalues L of symmetric matrices."""
    ...
def linalg_syrk(
    A: Symbol,
    transpose: bool = False,
    alpha: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``alpha * A @ A.T`` of the last two axes, or ``alpha * A.T @ A`` with *transpose*."""
    ...
def linalg_trmm(
    A: Symbol,
    B: Symbol | None = None,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``alpha * op(A) @ B`` for triangular A."""
    ...
def linalg_trsm(
    A: Symbol,
    B: Symbol | None = None,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The solution X of ``op(A) @ X = alpha * B`` for triangular A."""
    ...
def log(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The natural logarithm."""
    ...
def log10(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """To base 10."""
    ...
def log1p(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """log(1 + x), accurate near 0."""
    ...
def log2(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """To base 2."""
    ...
def log_softmax(
    data: Symbol,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    ...
@overload
def logical_and(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(lhs: float, rhs: float) -> float:
    """1 where both are not 0, else 0."""
    ...
def logical_not(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where x is 0, else 0."""
    ...
@overload
def logical_or(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(lhs: float, rhs: float) -> float:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_xor(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(lhs: float, rhs: float) -> float:
    """1 where just one is not 0."""
    ...
def make_loss(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy that starts gradients: its own is 1, whatever comes in."""
    ...
def matmul(
    lhs: Symbol,
    rhs: Symbol | None = None,
    transpose_a: bool = False,
    transpose_b: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Matrix product as ``@`` of NumPy: axes before the last two broadcast."""
    ...
def max(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greatest element; NaN if there is one."""
    ...
max_axis = max
@overload
def maximum(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """The greater one."""
    ...
@overload
def maximum(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """The greater one."""
    ...
@overload
def maximum(lhs: float, rhs: float) -> float:
    """The greater one."""
    ...
def mean(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The mean; integers lose their fraction."""
    ...
def min(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The smallest element; NaN if there is one."""
    ...
min_axis = min
@overload
def minimum(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """The smaller one."""
    ...
@overload
def minimum(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """The smaller one."""
    ...
@overload
def minimum(lhs: float, rhs: float) -> float:
    """The smaller one."""
    ...
mod = broadcast_mod
@overload
def modulo(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def modulo(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def modulo(lhs: float, rhs: float) -> float:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def moments(
    data: Symbol,
    axes: int | Sequence[int] | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Mean and variance, the mean square of the distance from the mean."""
    ...
def mp_lamb_update_phase1(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    t: int,
    bias_correction: bool = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`lamb_update_phase1` of *weight32*, which *weight* is a rounded copy of."""
    ...
def mp_lamb_update_phase2(
    weight: Symbol,
    g: Symbol | None = None,
    r1: Symbol | None = None,
    r2: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    lr: float,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`lamb_update_phase2` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_nag_mom_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`nag_mom_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_sgd_mom_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_mom_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_sgd_update(
    weight: Symbol,
    grad: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def multi_all_finite(
    *data: Symbol | Sequence[Symbol],
    num_arrays: int = 1,
    init_output: bool = True,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`all_finite` of several arrays together."""
    ...
def multi_lars(
    lrs: Symbol | float,
    weights_sum_sq: Symbol | float | None = None,
    grads_sum_sq: Symbol | float | None = None,
    wds: Symbol | float | None = None,
    *,
    eta: float,
    eps: float,
    rescale_grad: float = 1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Learning rates of layers by LARS, from squared norms. You, Gitman and Ginsburg 2017."""
    ...
def multi_mp_sgd_mom_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`mp_sgd_mom_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_mp_sgd_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`mp_sgd_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sgd_mom_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_mom_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sgd_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sum_sq(
    *data: Symbol | Sequence[Symbol],
    num_arrays: int,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of squares of each of several arrays, as float32 of shape ``(num_arrays,)``."""
    ...
@overload
def multiply(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """a * b."""
    ...
@overload
def multiply(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """a * b."""
    ...
@overload
def multiply(lhs: float, rhs: float) -> float:
    """a * b."""
    ...
def nag_mom_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of Nesterov's accelerated gradient; mom decays by the new weight."""
    ...
def nanprod(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The product of what is not NaN."""
    ...
def nansum(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of what is not NaN."""
    ...
def negative(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """-x."""
    ...
def norm(
    data: Symbol,
    ord: Literal[1, 2] = 2,
    axis: int | Sequence[int] | None = None,
    out_dtype: DTypeLike | None = None,
    keepdims: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The norm: the sum of absolute values, or the root of the sum of squares."""
    ...
def normal(
    loc: int = 0,
    scale: int = 1,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*."""
    ...
@overload
def not_equal(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(lhs: float, rhs: float) -> float:
    """1 where a != b, else 0."""
    ...
def one_hot(
    indices: Symbol,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
    ...
def ones_like(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Ones of the input's shape and dtype."""
    ...
pad = Pad
pick = choose_element_0index
def polygamma(
    n: Symbol | float,
    x: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The n-th derivative of digamma."""
    ...
def preloaded_multi_mp_sgd_mom_update(
    *data: Symbol | Sequence[Symbol],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_mp_sgd_mom_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_mp_sgd_update(
    *data: Symbol | Sequence[Symbol],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_mp_sgd_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_sgd_mom_update(
    *data: Symbol | Sequence[Symbol],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_sgd_mom_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_sgd_update(
    *data: Symbol | Sequence[Symbol],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_sgd_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def prod(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The product."""
    ...
def radians(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Degrees to radians."""
    ...
def random_exponential(
    lam: float = 1.0,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    ...
def random_gamma(
    alpha: int = 1,
    beta: int = 1,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""
    ...
def random_generalized_negative_binomial(
    mu: int = 1,
    alpha: int = 1,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def random_negative_binomial(
    k: int = 1,
    p: int = 1,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""
    ...
random_normal = normal
def random_pdf_dirichlet(
    sample: Symbol,
    alpha: Symbol | None = None,
    is_log: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The density of the Dirichlet distribution, whose numbers are the last axis."""
    ...
def random_pdf_exponential(
    sample: Symbol,
    lam: Symbol | None = None,
    is_log: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The density of the exponential distribution."""
    ...
def random_pdf_gamma(
    sample: Symbol,
    alpha: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    is_log: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The density of the gamma distribution of rate *beta*."""
    ...
def random_pdf_generalized_negative_binomial(
    sample: Symbol,
    mu: Symbol | None = None,
    alpha: Symbol | None = None,
    *,
    is_log: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The probability by the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def random_pdf_negative_binomial(
    sample: Symbol,
    k: Symbol | None = None,
    p: Symbol | None = None,
    *,
    is_log: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The probability of as many failures before the *k*-th success of probability *p*."""
    ...
def random_pdf_normal(
    sample: Symbol,
    mu: Symbol | None = None,
    sigma: Symbol | None = None,
    *,
    is_log: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The density of the normal distribution."""
    ...
def random_pdf_poisson(
    sample: Symbol,
    lam: Symbol | None = None,
    is_log: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The probability of numbers that are Poisson distributed."""
    ...
def random_pdf_uniform(
    sample: Symbol,
    low: Symbol | None = None,
    high: Symbol | None = None,
    *,
    is_log: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The density of the uniform distribution, within its bounds."""
    ...
def random_poisson(
    lam: int = 1,
    shape: int | Sequence[int] = (),
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""
    ...
def random_randint(
    low: int,
    high: int,
    shape: int | Sequence[int] | None = (),
    ctx: Context | None = None,
    dtype: DTypeLike | None = 'int32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw whole numbers in [low, high), every one as likely."""
    ...
def random_uniform(
    low: float = 0,
    high: float = 1,
    shape: int | Sequence[int] | None = (),
    ctx: Context | None = None,
    dtype: DTypeLike | None = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the uniform distribution over [low, high)."""
    ...
def ravel_multi_index(
    data: Symbol,
    shape: int | Sequence[int],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Linear indices, in an array of *shape*, of index vectors along the first axis of *data*."""
    ...
def rcbrt(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 / cbrt(x)."""
    ...
def reciprocal(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 / x."""
    ...
def relu(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """max(x, 0)."""
    ...
def repeat(
    data: Symbol,
    repeats: int,
    axis: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Each element repeated, along an axis or in the flat array."""
    ...
def reset_arrays(
    *data: Symbol | Sequence[Symbol],
    num_arrays: int,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Let all elements of the arrays be 0; there is no result."""
    ...
reshape = Reshape
def reshape_like(
    lhs: Symbol,
    rhs: Symbol | None = None,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    ...
reverse = flip
def rint(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The nearest integer; halves go down."""
    ...
def rmsprop_update(
    weight: Symbol,
    grad: Symbol | None = None,
    n: Symbol | None = None,
    *,
    lr: float,
    gamma1: float = 0.95,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of RMSProp, without centring. Tieleman and Hinton 2012."""
    ...
def rmspropalex_update(
    weight: Symbol,
    grad: Symbol | None = None,
    n: Symbol | None = None,
    g: Symbol | None = None,
    delta: Symbol | None = None,
    *,
    lr: float,
    gamma1: float = 0.95,
    gamma2: float = 0.9,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of RMSProp, centred and with momentum. Graves 2013."""
    ...
def round(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The nearest integer; halves go away from zero."""
    ...
def rsqrt(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 / sqrt(x)."""
    ...
def sample_exponential(
    lam: Symbol,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    ...
def sample_gamma(
    alpha: Symbol,
    beta: Symbol | None = None,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""
    ...
def sample_generalized_negative_binomial(
    mu: Symbol,
    alpha: Symbol | None = None,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def sample_multinomial(
    data: Symbol,
    shape: int | Sequence[int] | None = (),
    get_prob: bool = False,
    dtype: DTypeLike = 'int32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw indices with given probabilities."""
    ...
def sample_negative_binomial(
    k: Symbol,
    p: Symbol | None = None,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""
    ...
def sample_normal(
    mu: Symbol,
    sigma: Symbol | None = None,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*."""
    ...
def sample_poisson(
    lam: Symbol,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""
    ...
def sample_uniform(
    low: Symbol,
    high: Symbol | None = None,
    shape: int | Sequence[int] | None = (),
    dtype: DTypeLike | None = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw from the uniform distribution over [low, high)."""
    ...
def scatter_nd(
    data: Symbol,
    indices: Symbol | None = None,
    shape: int | Sequence[int] = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    ...
def sgd_mom_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of gradient descent with momentum: weight + mom, mom = momentum * mom - lr * grad."""
    ...
def sgd_update(
    weight: Symbol,
    grad: Symbol | None = None,
    lr: float = ...,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of gradient descent: weight - lr * grad."""
    ...
def shape_array(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The lengths of the axes, as an int64 array."""
    ...
def shuffle(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The array's slices along its first axis in random order."""
    ...
def sigmoid(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 / (1 + exp(-x))."""
    ...
def sign(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """-1, 0 or 1; 0 for NaN."""
    ...
def signsgd_update(
    weight: Symbol,
    grad: Symbol | None = None,
    lr: float = ...,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of gradient descent by the gradient's sign. Bernstein et al. 2018."""
    ...
def signum_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    wd_lh: float = 0.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step by the sign of momentum; *wd_lh* is a decay of its own. Bernstein et al. 2018."""
    ...
def sin(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The sine; x in radians."""
    ...
def sinh(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The hyperbolic sine."""
    ...
def size_array(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The number of elements, as an int64 array of one element."""
    ...
slice = crop
def slice_axis(
    data: Symbol,
    axis: int,
    begin: int,
    end: int | None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the elements from *begin* to *end* along one axis."""
    ...
def slice_like(
    data: Symbol,
    shape_like: Symbol | None = None,
    axes: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy cut to the lengths of another array, on all axes or those named."""
    ...
def smooth_l1(
    data: Symbol,
    scalar: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Quadratic within 1 / scalar^2 of zero, linear beyond (Girshick 2015)."""
    ...
def softmax(
    data: Symbol,
    length: Symbol | None = None,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Exponentials divided by their sum along an axis."""
    ...
def softmax_cross_entropy(
    data: Symbol,
    label: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum over rows of ``-log softmax(row)[label]``."""
    ...
def softmin(
    data: Symbol,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The softmax of the negative: see `softmax`."""
    ...
def softrelu(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """log(1 + exp(x)), also called softplus."""
    ...
def softsign(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x / (1 + |x|)."""
    ...
def sort(
    data: Symbol,
    axis: int | None = -1,
    is_ascend: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sort along an axis."""
    ...
def space_to_depth(
    data: Symbol,
    block_size: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Squares in height and width laid out as blocks of channels."""
    ...
split = SliceChannel
def sqrt(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The square root."""
    ...
def square(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x squared."""
    ...
def squeeze(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy without axes of length 1: all of them, or those named."""
    ...
def stack(
    *data: Symbol | Sequence[Symbol],
    axis: int = 0,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Arrays of one shape joined along a new axis."""
    ...
stop_gradient = BlockGrad
@overload
def subtract(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """a - b."""
    ...
@overload
def subtract(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """a - b."""
    ...
@overload
def subtract(lhs: float, rhs: float) -> float:
    """a - b."""
    ...
def sum(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum."""
    ...
sum_axis = sum
swapaxes = SwapAxis
def take(
    a: Symbol,
    indices: Symbol | None = None,
    axis: int = 0,
    mode: Literal['clip', 'wrap', 'raise'] = 'clip',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Entries along an axis, picked by an array of indices."""
    ...
def tan(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The tangent; x in radians."""
    ...
def tanh(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> Symbol:
    """The hyperbolic tangent."""
    ...
def tile(
    data: Symbol,
    reps: int | Sequence[int],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The array repeated *reps* times along each axis."""
    ...
def topk(
    data: Symbol,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal['indices', 'value', 'both', 'mask'] = 'indices',
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Find the first *k* elements in order along an axis."""
    ...
def transpose(
    data: Symbol,
    axes: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy with its axes in the order *axes*, by default reversed."""
    ...
@overload
def true_divide(lhs: Symbol, rhs: Symbol | float, *, name: str | None = None) -> Symbol:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(lhs: Symbol | float, rhs: Symbol, *, name: str | None = None) -> Symbol:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(lhs: float, rhs: float) -> float:
    """a / b; integers: C's."""
    ...
def trunc(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The integer part."""
    ...
uniform = random_uniform
def unravel_index(
    data: Symbol,
    shape: int | Sequence[int],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Index vectors, along a new first axis, of linear indices into an array of *shape*."""
    ...
def where(
    condition: Symbol | float,
    x: Symbol | float | None = None,
    y: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x where condition is not 0, else y."""
    ...
def zeros_like(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of the input's shape and dtype."""
    ...
