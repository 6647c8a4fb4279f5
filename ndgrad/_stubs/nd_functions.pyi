# Made by tools/write_stubs.py from the table of operators; do not edit.

import numpy as np
from collections.abc import Sequence
from typing import Literal, overload
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.nd.random import (
    multinomial as sample_multinomial,
)
from ndgrad.nd.sparse import (
    cast_storage as cast_storage,
)
from ndgrad.operator.call import (
    Custom as Custom,
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
    'pow',
    'power',
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
    data: NDArray,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Apply an activation function to every element."""
    ...
@overload
def BatchNorm(
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
    """Normalise each channel, over all samples and places."""
    ...
@overload
def BatchNorm(
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
    """Normalise each channel, over all samples and places."""
    ...
@overload
def BatchNorm(
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
    """Normalise each channel, over all samples and places."""
    ...
@overload
def BatchNorm_v1(
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
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`BatchNorm` along axis 1."""
    ...
@overload
def BatchNorm_v1(
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
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`BatchNorm` along axis 1."""
    ...
@overload
def BatchNorm_v1(
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
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """`BatchNorm` along axis 1."""
    ...
def BilinearSampler(
    data: NDArray,
    grid: NDArray,
    cudnn_off: bool | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Bilinear samples of images at the positions of a grid; what is outside of an image is 0."""
    ...
def BlockGrad(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """A copy that gradients do not pass."""
    ...
def CTCLoss(
    data: NDArray,
    label: NDArray,
    data_lengths: NDArray | None = None,
    label_lengths: NDArray | None = None,
    *,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal['first', 'last'] = 'first',
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out."""
    ...
def Cast(
    data: NDArray,
    dtype: DTypeLike,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    ...
def Concat(
    *data: NDArray | Sequence[NDArray],
    dim: int = 1,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays joined along an axis that exists; other axes must be equally long."""
    ...
def Convolution(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
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
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sums of the elements in a window, times weights, at each of its places in an image."""
    ...
Convolution_v1 = Convolution
def Correlation(
    data1: NDArray,
    data2: NDArray,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Means of products of windows of one image with displaced windows of another."""
    ...
def Crop(
    *data: NDArray | Sequence[NDArray],
    offset: int | Sequence[int] = (0, 0),
    h_w: int | Sequence[int] = (0, 0),
    center_crop: bool = False,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A part of images, of the size that is given or that other images have."""
    ...
def Deconvolution(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
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
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The adjoint of a convolution: each element adds a window of weights to the image."""
    ...
def Dropout(
    data: NDArray,
    p: float = 0.5,
    mode: Literal['training', 'always'] = 'training',
    axes: int | Sequence[int] = (),
    cudnn_off: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode."""
    ...
def ElementWiseSum(
    *args: NDArray | Sequence[NDArray],
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum of arrays of one shape, several of them in one pass over memory."""
    ...
def Embedding(
    data: NDArray,
    weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones."""
    ...
def Flatten(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """A copy with two axes: the first one, and all others joined."""
    ...
def FullyConnected(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A dense layer: ``data @ weight.T + bias``."""
    ...
def GridGenerator(
    data: NDArray,
    transform_type: Literal['affine', 'warp'],
    target_shape: int | Sequence[int] = (0, 0),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Grids of positions for `BilinearSampler`, by affine maps or by a flow."""
    ...
@overload
def GroupNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: Literal[False] = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Normalise groups of channels of each sample."""
    ...
@overload
def GroupNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: Literal[True],
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Normalise groups of channels of each sample."""
    ...
@overload
def GroupNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Normalise groups of channels of each sample."""
    ...
def IdentityAttachKLSparseReg(
    data: NDArray,
    moving_avg: NDArray,
    sparseness_target: float = 0.1,
    penalty: float = 0.001,
    momentum: float = 0.9,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy whose gradient has that of a penalty for units that are not sparse."""
    ...
def InstanceNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    eps: float = 0.001,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Normalise each channel of each sample."""
    ...
def L2Normalization(
    data: NDArray,
    eps: float = 1e-10,
    mode: Literal['instance', 'channel', 'spatial'] = 'instance',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Divide by the Euclidean norm of a part."""
    ...
def LRN(
    data: NDArray,
    alpha: float = 0.0001,
    beta: float = 0.75,
    knorm: float = 2.0,
    nsize: int = ...,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Divide by ``(knorm + alpha / nsize * s) ** beta``, s the squares of neighbouring channels."""
    ...
@overload
def LayerNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: Literal[False] = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Normalise over one axis."""
    ...
@overload
def LayerNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: Literal[True],
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Normalise over one axis."""
    ...
@overload
def LayerNorm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Normalise over one axis."""
    ...
def LeakyReLU(
    data: NDArray,
    gamma: NDArray | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = 'leaky',
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Apply an activation function of the leaky family to every element."""
    ...
def LinearRegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy, whose backward is the gradient of half the squared distance from *label*."""
    ...
def LogisticRegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sigmoid, whose backward is the gradient of the cross-entropy with *label*."""
    ...
def MAERegressionOutput(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy, whose backward is the gradient of the distance from *label*."""
    ...
def MakeLoss(
    data: NDArray,
    grad_scale: float = 1.0,
    valid_thresh: float = 0.0,
    normalization: Literal['null', 'batch', 'valid'] = 'null',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy that starts gradients: its own is a constant, whatever comes in."""
    ...
def Pad(
    data: NDArray,
    mode: Literal['constant', 'edge', 'reflect'],
    pad_width: int | Sequence[int],
    constant_value: float = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The input with elements added before and after along each axis."""
    ...
def Pooling(
    data: NDArray,
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
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The greatest element, the sum, the mean or a norm of a window at each of its places."""
    ...
def Pooling_v1(
    data: NDArray,
    kernel: int | Sequence[int] = (),
    pool_type: Literal['max', 'avg', 'sum'] = 'max',
    global_pool: bool = False,
    pooling_convention: Literal['valid', 'full'] = 'valid',
    stride: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`Pooling` as it was: padding counts as elements that are 0, for the greatest element too."""
    ...
@overload
def RNN(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray | None = None,
    sequence_length: NDArray | None = None,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['rnn_relu', 'rnn_tanh', 'lstm', 'gru'],
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
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
@overload
def RNN(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray | None = None,
    sequence_length: NDArray | None = None,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal['rnn_relu', 'rnn_tanh', 'lstm', 'gru'],
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
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
@overload
def RNN(
    data: NDArray,
    parameters: NDArray,
    state: NDArray,
    state_cell: NDArray | None = None,
    sequence_length: NDArray | None = None,
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
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
def ROIPooling(
    data: NDArray,
    rois: NDArray,
    pooled_size: int | Sequence[int],
    spatial_scale: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient."""
    ...
def Reshape(
    data: NDArray,
    shape: int | Sequence[int] = (),
    reverse: bool = False,
    target_shape: int | Sequence[int] = (),
    keep_highest: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy in another shape."""
    ...
def SVMOutput(
    data: NDArray,
    label: NDArray,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy, whose backward is the gradient of the hinge loss, one class against the rest."""
    ...
def SequenceLast(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The last element of each sequence."""
    ...
def SequenceMask(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: Literal[0, 1] = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy in which what lies behind the end of each sequence is *value*."""
    ...
def SequenceReverse(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Each sequence reversed; what lies behind its end stays."""
    ...
def SliceChannel(
    data: NDArray,
    num_outputs: int,
    axis: int = 1,
    squeeze_axis: bool = False,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Cut an array into equal parts along an axis: a list, or the only part."""
    ...
def Softmax(
    data: NDArray,
    label: NDArray,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: Literal['null', 'batch', 'valid'] = 'null',
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The softmax, whose backward is the gradient of the cross-entropy with *label*."""
    ...
def SoftmaxActivation(
    data: NDArray,
    mode: str = 'instance',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The softmax along the last axis, or with ``mode='channel'`` along axis 1."""
    ...
SoftmaxOutput = Softmax
def SpatialTransformer(
    data: NDArray,
    loc: NDArray,
    target_shape: int | Sequence[int] = (0, 0),
    transform_type: Literal['affine'] = ...,
    sampler_type: Literal['bilinear'] = ...,
    cudnn_off: bool | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Bilinear samples of images at the positions that affine maps give; 0 outside of an image."""
    ...
def SwapAxis(
    data: NDArray,
    dim1: int = 0,
    dim2: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy with two axes exchanged."""
    ...
def UpSampling(
    *data: NDArray | Sequence[NDArray],
    scale: int,
    num_filter: int = 0,
    sample_type: Literal['nearest', 'bilinear'],
    multi_input_mode: Literal['concat', 'sum'] = 'concat',
    workspace: int = 512,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Images enlarged by a whole number, with elements repeated or by a deconvolution."""
    ...
def abs(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The absolute value."""
    ...
def adam_update(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of Adam, whose *lr* has the bias correction. Kingma and Ba 2015."""
    ...
@overload
def add(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """a + b."""
    ...
@overload
def add(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """a + b."""
    ...
@overload
def add(lhs: float, rhs: float) -> float:
    """a + b."""
    ...
add_n = ElementWiseSum
def all_finite(
    data: NDArray,
    init_output: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 if no element is infinite or NaN, else 0, as float32 of shape (1,)."""
    ...
def amp_cast(
    data: NDArray,
    dtype: DTypeLike,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`Cast` for mixed precision: integers and bool stay as they are."""
    ...
def amp_multicast(
    *data: NDArray | Sequence[NDArray],
    num_outputs: int,
    cast_narrow: bool = False,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`Cast` of several arrays to the widest of their dtypes; integers and bool stay as they are."""
    ...
def arccos(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """In radians."""
    ...
def arccosh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Of x >= 1."""
    ...
def arcsin(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """In radians."""
    ...
def arcsinh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The inverse hyperbolic sine."""
    ...
def arctan(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """In radians."""
    ...
@overload
def arctan2(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """The angle of the point (b, a), in radians."""
    ...
@overload
def arctan2(lhs: float, rhs: float) -> float:
    """The angle of the point (b, a), in radians."""
    ...
def arctanh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Of |x| < 1."""
    ...
def argmax(
    data: NDArray,
    axis: int | None = None,
    keepdims: bool = False,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Where the greatest element is: the first one, or the first NaN."""
    ...
def argmax_channel(
    data: NDArray,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`argmax` along axis 1."""
    ...
def argmin(
    data: NDArray,
    axis: int | None = None,
    keepdims: bool = False,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
    ...
def argsort(
    data: NDArray,
    axis: int | None = -1,
    is_ascend: bool = True,
    dtype: DTypeLike = 'float32',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Positions along an axis that would sort it; equal elements keep their order."""
    ...
def batch_dot(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal[None, 'default'] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Matrix products of the last two axes, one for each index of the axes before them."""
    ...
def batch_take(
    a: NDArray,
    indices: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """One element of each row."""
    ...
def broadcast_add(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a + b."""
    ...
def broadcast_arctan2(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The angle of the point (b, a), in radians."""
    ...
def broadcast_axes(
    data: NDArray,
    axis: int | Sequence[int] = (),
    size: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy in which axes of length 1 are repeated to the lengths *size*."""
    ...
broadcast_axis = broadcast_axes
def broadcast_div(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a / b; integers: C's."""
    ...
def broadcast_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a == b, else 0."""
    ...
def broadcast_floor_divide(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The quotient rounded down; integers by 0 give 0."""
    ...
def broadcast_greater(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a > b, else 0."""
    ...
def broadcast_greater_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a >= b, else 0."""
    ...
def broadcast_hypot(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """sqrt(a^2 + b^2)."""
    ...
def broadcast_lesser(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a < b, else 0."""
    ...
def broadcast_lesser_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a <= b, else 0."""
    ...
def broadcast_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_axes: int | Sequence[int] | None = None,
    rhs_axes: int | Sequence[int] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    ...
def broadcast_logical_and(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where both are not 0, else 0."""
    ...
def broadcast_logical_or(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where one is not 0, else 0."""
    ...
def broadcast_logical_xor(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where just one is not 0."""
    ...
def broadcast_maximum(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The greater one."""
    ...
def broadcast_minimum(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The smaller one."""
    ...
def broadcast_minus(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a - b."""
    ...
def broadcast_mod(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def broadcast_mul(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a * b."""
    ...
def broadcast_not_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """1 where a != b, else 0."""
    ...
broadcast_plus = broadcast_add
def broadcast_power(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a to the power b."""
    ...
broadcast_sub = broadcast_minus
def broadcast_to(
    data: NDArray,
    shape: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy in which axes of length 1 are repeated; a 0 in *shape* keeps the length."""
    ...
cast = Cast
def cbrt(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The cube root."""
    ...
def ceil(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The least integer not below x."""
    ...
def choose_element_0index(
    data: NDArray,
    index: NDArray,
    axis: int = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = 'clip',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """One element along an axis for each position of the other axes."""
    ...
def clip(
    data: NDArray,
    a_min: float | None = None,
    a_max: float | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """x, cut to [a_min, a_max]."""
    ...
def col2im(
    data: NDArray,
    output_size: int | Sequence[int],
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The adjoint of `im2col`: images to which the columns of a matrix are added."""
    ...
concat = Concat
def cos(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The cosine; x in radians."""
    ...
def cosh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The hyperbolic cosine."""
    ...
def crop(
    data: NDArray,
    begin: int | Sequence[int | None] | None,
    end: int | Sequence[int | None] | None,
    step: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    ...
ctc_loss = CTCLoss
def cumsum(
    a: NDArray,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sums of the elements up to each one along an axis."""
    ...
def degrees(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Radians to degrees."""
    ...
def depth_to_space(
    data: NDArray,
    block_size: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Blocks of channels laid out as squares in height and width."""
    ...
def diag(
    data: NDArray,
    k: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
    ...
def digamma(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """(log gamma)'."""
    ...
@overload
def divide(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """a / b; integers: C's."""
    ...
@overload
def divide(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """a / b; integers: C's."""
    ...
@overload
def divide(lhs: float, rhs: float) -> float:
    """a / b; integers: C's."""
    ...
def dot(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal[None, 'default', 'row_sparse', 'csr'] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Dot product: of the last axis of *lhs* with the first of *rhs*."""
    ...
def elemwise_add(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a + b. Shapes must be equal."""
    ...
def elemwise_div(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a / b; integers: C's. Shapes must be equal."""
    ...
def elemwise_mul(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a * b. Shapes must be equal."""
    ...
def elemwise_sub(
    lhs: NDArray | float | np.generic,
    rhs: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """a - b. Shapes must be equal."""
    ...
@overload
def equal(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """1 where a == b, else 0."""
    ...
@overload
def equal(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """1 where a == b, else 0."""
    ...
@overload
def equal(lhs: float, rhs: float) -> float:
    """1 where a == b, else 0."""
    ...
def erf(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The error function."""
    ...
def erfinv(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The inverse error function."""
    ...
def exp(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """e to the power x."""
    ...
def expand_dims(
    data: NDArray,
    axis: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy with a new axis of length 1, placed before *axis* of the result."""
    ...
def expm1(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """exp(x) - 1, accurate near 0."""
    ...
def fix(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The nearest integer towards zero."""
    ...
flatten = Flatten
def flip(
    data: NDArray,
    axis: int | Sequence[int] | None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy with the order of the elements reversed along axes."""
    ...
def floor(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The greatest integer not above x."""
    ...
floor_divide = broadcast_floor_divide
def ftml_update(
    weight: NDArray,
    grad: NDArray,
    d: NDArray,
    v: NDArray,
    z: NDArray,
    *,
    lr: float,
    beta1: float = 0.6,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    t: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_grad: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of FTML, the number *t*. Zheng and Kwok 2017."""
    ...
def ftrl_update(
    weight: NDArray,
    grad: NDArray,
    z: NDArray,
    n: NDArray,
    *,
    lr: float,
    lamda1: float = 0.01,
    beta: float = 1.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of FTRL-Proximal. McMahan et al. 2013."""
    ...
def gamma(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The gamma function."""
    ...
def gammaln(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """log |gamma(x)|."""
    ...
def gather_nd(
    data: NDArray,
    indices: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    ...
@overload
def greater(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """1 where a > b, else 0."""
    ...
@overload
def greater(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """1 where a > b, else 0."""
    ...
@overload
def greater(lhs: float, rhs: float) -> float:
    """1 where a > b, else 0."""
    ...
@overload
def greater_equal(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a >= b, else 0."""
    ...
@overload
def greater_equal(lhs: float, rhs: float) -> float:
    """1 where a >= b, else 0."""
    ...
def hard_sigmoid(
    data: NDArray,
    alpha: float = 0.2,
    beta: float = 0.5,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """alpha * x + beta, cut to [0, 1]."""
    ...
@overload
def hypot(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """sqrt(a^2 + b^2)."""
    ...
@overload
def hypot(lhs: float, rhs: float) -> float:
    """sqrt(a^2 + b^2)."""
    ...
def identity(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """A copy of the input."""
    ...
def im2col(
    data: NDArray,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The elements in a window at each of its places, as the columns of a matrix."""
    ...
def isfinite(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 where x is neither infinite nor NaN, else 0."""
    ...
def isinf(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 where x is infinite, else 0."""
    ...
def isnan(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 where x is NaN, else 0."""
    ...
def khatri_rao(
    *args: NDArray | Sequence[NDArray],
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Multiply matrices column by column: each column is the Kronecker product of their columns."""
    ...
def lamb_update_phase1(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    t: float,
    bias_correction: bool = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The direction of the step number *t* of LAMB; mean and var are updated. You et al. 2020."""
    ...
def lamb_update_phase2(
    weight: NDArray,
    g: NDArray,
    r1: NDArray,
    r2: NDArray,
    *,
    lr: float,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of LAMB in the direction *g*, as long as the norms ask for. You et al. 2020."""
    ...
@overload
def lesser(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """1 where a < b, else 0."""
    ...
@overload
def lesser(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """1 where a < b, else 0."""
    ...
@overload
def lesser(lhs: float, rhs: float) -> float:
    """1 where a < b, else 0."""
    ...
@overload
def lesser_equal(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a <= b, else 0."""
    ...
@overload
def lesser_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a <= b, else 0."""
    ...
@overload
def lesser_equal(lhs: float, rhs: float) -> float:
    """1 where a <= b, else 0."""
    ...
def linalg_det(A: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The determinants of square matrices, the last two axes; one matrix gives shape (1,)."""
    ...
def linalg_extractdiag(
    A: NDArray,
    offset: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The diagonals of square matrices, the last two axes."""
    ...
def linalg_extracttrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The elements in a triangle of square matrices, as vectors."""
    ...
def linalg_gelqf(
    A: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The factors Q, with orthonormal rows, and lower triangular L of A = L Q."""
    ...
def linalg_gemm(
    A: NDArray,
    B: NDArray,
    C: NDArray,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha * op(A) @ op(B) + beta * C``; the parameters are those of `linalg_gemm2`."""
    ...
def linalg_gemm2(
    A: NDArray,
    B: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha * op(A) @ op(B)`` of the last two axes, for each index of the axes before them."""
    ...
def linalg_inverse(A: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The inverses of square matrices, the last two axes."""
    ...
def linalg_makediag(
    A: NDArray,
    offset: int = 0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Square matrices with the vectors of the last axis as a diagonal, and else zeros."""
    ...
def linalg_maketrian(
    A: NDArray,
    offset: int = 0,
    lower: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Triangular matrices of the vectors of the last axis: the reverse of `linalg_extracttrian`."""
    ...
def linalg_potrf(
    A: NDArray,
    lower: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The Cholesky factors of positive definite matrices: lower triangular L of A = L L'."""
    ...
def linalg_potri(
    A: NDArray,
    lower: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The inverses of matrices from their Cholesky factors: of L it is the inverse of L L'."""
    ...
def linalg_slogdet(
    A: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The signs of determinants and the logarithms of their absolute values."""
    ...
def linalg_sumlogdiag(
    A: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum of the logarithms of the diagonal of square matrices, the last two axes."""
    ...
def linalg_syevd(
    A: NDArray,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """The eigenvectors, as rows of U, and rising eigenvalues L of symmetric matrices."""
    ...
def linalg_syrk(
    A: NDArray,
    transpose: bool = False,
    alpha: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha * A @ A.T`` of the last two axes, or ``alpha * A.T @ A`` with *transpose*."""
    ...
def linalg_trmm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """``alpha * op(A) @ B`` for triangular A."""
    ...
def linalg_trsm(
    A: NDArray,
    B: NDArray,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The solution X of ``op(A) @ X = alpha * B`` for triangular A."""
    ...
def log(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The natural logarithm."""
    ...
def log10(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """To base 10."""
    ...
def log1p(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """log(1 + x), accurate near 0."""
    ...
def log2(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """To base 2."""
    ...
def log_softmax(
    data: NDArray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    ...
@overload
def logical_and(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where both are not 0, else 0."""
    ...
@overload
def logical_and(lhs: float, rhs: float) -> float:
    """1 where both are not 0, else 0."""
    ...
def logical_not(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 where x is 0, else 0."""
    ...
@overload
def logical_or(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_or(lhs: float, rhs: float) -> float:
    """1 where one is not 0, else 0."""
    ...
@overload
def logical_xor(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where just one is not 0."""
    ...
@overload
def logical_xor(lhs: float, rhs: float) -> float:
    """1 where just one is not 0."""
    ...
def make_loss(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """A copy that starts gradients: its own is 1, whatever comes in."""
    ...
def matmul(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Matrix product as ``@`` of NumPy: axes before the last two broadcast."""
    ...
def max(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The greatest element; NaN if there is one."""
    ...
max_axis = max
@overload
def maximum(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """The greater one."""
    ...
@overload
def maximum(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """The greater one."""
    ...
@overload
def maximum(lhs: float, rhs: float) -> float:
    """The greater one."""
    ...
def mean(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The mean; integers lose their fraction."""
    ...
def min(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The smallest element; NaN if there is one."""
    ...
min_axis = min
@overload
def minimum(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """The smaller one."""
    ...
@overload
def minimum(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """The smaller one."""
    ...
@overload
def minimum(lhs: float, rhs: float) -> float:
    """The smaller one."""
    ...
mod = broadcast_mod
@overload
def modulo(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def modulo(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
@overload
def modulo(lhs: float, rhs: float) -> float:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def moments(
    data: NDArray,
    axes: int | Sequence[int] | None = None,
    keepdims: bool = False,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Mean and variance, the mean square of the distance from the mean."""
    ...
def mp_lamb_update_phase1(
    weight: NDArray,
    grad: NDArray,
    mean: NDArray,
    var: NDArray,
    weight32: NDArray,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    t: int,
    bias_correction: bool = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`lamb_update_phase1` of *weight32*, which *weight* is a rounded copy of."""
    ...
def mp_lamb_update_phase2(
    weight: NDArray,
    g: NDArray,
    r1: NDArray,
    r2: NDArray,
    weight32: NDArray,
    *,
    lr: float,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`lamb_update_phase2` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_nag_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    weight32: NDArray,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`nag_mom_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_sgd_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    weight32: NDArray,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`sgd_mom_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def mp_sgd_update(
    weight: NDArray,
    grad: NDArray,
    weight32: NDArray,
    *,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`sgd_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def multi_all_finite(
    *data: NDArray | Sequence[NDArray],
    num_arrays: int = 1,
    init_output: bool = True,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """`all_finite` of several arrays together."""
    ...
def multi_lars(
    lrs: NDArray | float | np.generic,
    weights_sum_sq: NDArray | float | np.generic,
    grads_sum_sq: NDArray | float | np.generic,
    wds: NDArray | float | np.generic,
    *,
    eta: float,
    eps: float,
    rescale_grad: float = 1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Learning rates of layers by LARS, from squared norms. You, Gitman and Ginsburg 2017."""
    ...
def multi_mp_sgd_mom_update(
    *data: NDArray | Sequence[NDArray],
    lrs: Sequence[float],
    wds: Sequence[float],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`mp_sgd_mom_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_mp_sgd_update(
    *data: NDArray | Sequence[NDArray],
    lrs: Sequence[float],
    wds: Sequence[float],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`mp_sgd_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sgd_mom_update(
    *data: NDArray | Sequence[NDArray],
    lrs: Sequence[float],
    wds: Sequence[float],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`sgd_mom_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sgd_update(
    *data: NDArray | Sequence[NDArray],
    lrs: Sequence[float],
    wds: Sequence[float],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`sgd_update` for several weights, whose arrays come weight by weight."""
    ...
def multi_sum_sq(
    *data: NDArray | Sequence[NDArray],
    num_arrays: int,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum of squares of each of several arrays, as float32 of shape ``(num_arrays,)``."""
    ...
@overload
def multiply(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """a * b."""
    ...
@overload
def multiply(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """a * b."""
    ...
@overload
def multiply(lhs: float, rhs: float) -> float:
    """a * b."""
    ...
def nag_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of Nesterov's accelerated gradient; mom decays by the new weight."""
    ...
def nanprod(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The product of what is not NaN."""
    ...
def nansum(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum of what is not NaN."""
    ...
def negative(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """-x."""
    ...
def norm(
    data: NDArray,
    ord: Literal[1, 2] = 2,
    axis: int | Sequence[int] | None = None,
    out_dtype: DTypeLike | None = None,
    keepdims: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The norm: the sum of absolute values, or the root of the sum of squares."""
    ...
def normal(
    loc: float = 0,
    scale: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*."""
    ...
@overload
def not_equal(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """1 where a != b, else 0."""
    ...
@overload
def not_equal(lhs: float, rhs: float) -> float:
    """1 where a != b, else 0."""
    ...
def one_hot(
    indices: NDArray,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: DTypeLike = 'float32',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
    ...
def ones_like(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Ones of the input's shape and dtype."""
    ...
pad = Pad
pick = choose_element_0index
def polygamma(
    n: NDArray | float | np.generic,
    x: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The n-th derivative of digamma."""
    ...
pow = broadcast_power
@overload
def power(lhs: NDArray, rhs: NDArray | float | np.generic, out: NDArray | None = None) -> NDArray:
    """a to the power b."""
    ...
@overload
def power(lhs: NDArray | float | np.generic, rhs: NDArray, out: NDArray | None = None) -> NDArray:
    """a to the power b."""
    ...
@overload
def power(lhs: float, rhs: float) -> float:
    """a to the power b."""
    ...
def preloaded_multi_mp_sgd_mom_update(
    *data: NDArray | Sequence[NDArray],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`_mp_sgd_mom_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_mp_sgd_update(
    *data: NDArray | Sequence[NDArray],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`_mp_sgd_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_sgd_mom_update(
    *data: NDArray | Sequence[NDArray],
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`_sgd_mom_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def preloaded_multi_sgd_update(
    *data: NDArray | Sequence[NDArray],
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """`_sgd_update_by_arrays` for several weights, whose arrays come weight by weight."""
    ...
def prod(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The product."""
    ...
def radians(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Degrees to radians."""
    ...
def random_exponential(
    lam: float = 1.0,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    ...
def random_gamma(
    alpha: float = 1,
    beta: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""
    ...
def random_generalized_negative_binomial(
    mu: float = 1,
    alpha: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def random_negative_binomial(
    k: float = 1,
    p: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""
    ...
random_normal = normal
def random_pdf_dirichlet(
    sample: NDArray,
    alpha: NDArray,
    is_log: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The density of the Dirichlet distribution, whose numbers are the last axis."""
    ...
def random_pdf_exponential(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The density of the exponential distribution."""
    ...
def random_pdf_gamma(
    sample: NDArray,
    alpha: NDArray,
    beta: NDArray,
    *,
    is_log: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The density of the gamma distribution of rate *beta*."""
    ...
def random_pdf_generalized_negative_binomial(
    sample: NDArray,
    mu: NDArray,
    alpha: NDArray,
    *,
    is_log: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The probability by the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def random_pdf_negative_binomial(
    sample: NDArray,
    k: NDArray,
    p: NDArray,
    *,
    is_log: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The probability of as many failures before the *k*-th success of probability *p*."""
    ...
def random_pdf_normal(
    sample: NDArray,
    mu: NDArray,
    sigma: NDArray,
    *,
    is_log: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The density of the normal distribution."""
    ...
def random_pdf_poisson(
    sample: NDArray,
    lam: NDArray,
    is_log: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The probability of numbers that are Poisson distributed."""
    ...
def random_pdf_uniform(
    sample: NDArray,
    low: NDArray,
    high: NDArray,
    *,
    is_log: bool = False,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The density of the uniform distribution, within its bounds."""
    ...
def random_poisson(
    lam: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""
    ...
def random_randint(
    low: float,
    high: float,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw whole numbers in [low, high), every one as likely."""
    ...
def random_uniform(
    low: float = 0,
    high: float = 1,
    shape: int | Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the uniform distribution over [low, high)."""
    ...
def ravel_multi_index(
    data: NDArray,
    shape: int | Sequence[int],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Linear indices, in an array of *shape*, of index vectors along the first axis of *data*."""
    ...
def rcbrt(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 / cbrt(x)."""
    ...
def reciprocal(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 / x."""
    ...
def relu(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """max(x, 0)."""
    ...
def repeat(
    data: NDArray,
    repeats: int,
    axis: int | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Each element repeated, along an axis or in the flat array."""
    ...
reshape = Reshape
def reshape_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    ...
reverse = flip
def rint(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The nearest integer; halves go down."""
    ...
def rmsprop_update(
    weight: NDArray,
    grad: NDArray,
    n: NDArray,
    *,
    lr: float,
    gamma1: float = 0.95,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of RMSProp, without centring. Tieleman and Hinton 2012."""
    ...
def rmspropalex_update(
    weight: NDArray,
    grad: NDArray,
    n: NDArray,
    g: NDArray,
    delta: NDArray,
    *,
    lr: float,
    gamma1: float = 0.95,
    gamma2: float = 0.9,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of RMSProp, centred and with momentum. Graves 2013."""
    ...
def round(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The nearest integer; halves go away from zero."""
    ...
def rsqrt(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 / sqrt(x)."""
    ...
def sample_exponential(
    lam: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the exponential distribution of rate *lam*, as the operators do."""
    ...
def sample_gamma(
    alpha: NDArray,
    beta: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the gamma distribution of shape *alpha* and scale *beta*; see `uniform`."""
    ...
def sample_generalized_negative_binomial(
    mu: NDArray,
    alpha: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the negative binomial distribution of mean *mu* and dispersion *alpha*."""
    ...
def sample_negative_binomial(
    k: NDArray,
    p: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw how many failures come before the *k*-th success of probability *p*; see `uniform`."""
    ...
def sample_normal(
    mu: NDArray,
    sigma: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the normal distribution with mean *loc* and standard deviation *scale*."""
    ...
def sample_poisson(
    lam: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the Poisson distribution with mean *lam*, as real numbers; see `uniform`."""
    ...
def sample_uniform(
    low: NDArray,
    high: NDArray,
    shape: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out: NDArray | None = None,
) -> NDArray:
    """Draw from the uniform distribution over [low, high)."""
    ...
def scatter_nd(
    data: NDArray,
    indices: NDArray,
    shape: int | Sequence[int],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    ...
def sgd_mom_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of gradient descent with momentum: weight + mom, mom = momentum * mom - lr * grad."""
    ...
def sgd_update(
    weight: NDArray,
    grad: NDArray,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of gradient descent: weight - lr * grad."""
    ...
def shape_array(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The lengths of the axes, as an int64 array."""
    ...
def shuffle(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The array's slices along its first axis in random order."""
    ...
def sigmoid(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """1 / (1 + exp(-x))."""
    ...
def sign(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """-1, 0 or 1; 0 for NaN."""
    ...
def signsgd_update(
    weight: NDArray,
    grad: NDArray,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step of gradient descent by the gradient's sign. Bernstein et al. 2018."""
    ...
def signum_update(
    weight: NDArray,
    grad: NDArray,
    mom: NDArray,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    wd_lh: float = 0.0,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A step by the sign of momentum; *wd_lh* is a decay of its own. Bernstein et al. 2018."""
    ...
def sin(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The sine; x in radians."""
    ...
def sinh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The hyperbolic sine."""
    ...
def size_array(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The number of elements, as an int64 array of one element."""
    ...
slice = crop
def slice_axis(
    data: NDArray,
    axis: int,
    begin: int,
    end: int | None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy of the elements from *begin* to *end* along one axis."""
    ...
def slice_like(
    data: NDArray,
    shape_like: NDArray,
    axes: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy cut to the lengths of another array, on all axes or those named."""
    ...
def smooth_l1(
    data: NDArray,
    scalar: float = 1.0,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Quadratic within 1 / scalar^2 of zero, linear beyond (Girshick 2015)."""
    ...
def softmax(
    data: NDArray,
    length: NDArray | None = None,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Exponentials divided by their sum along an axis."""
    ...
def softmax_cross_entropy(
    data: NDArray,
    label: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum over rows of ``-log softmax(row)[label]``."""
    ...
def softmin(
    data: NDArray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The softmax of the negative: see `softmax`."""
    ...
def softrelu(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """log(1 + exp(x)), also called softplus."""
    ...
def softsign(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """x / (1 + |x|)."""
    ...
def sort(
    data: NDArray,
    axis: int | None = -1,
    is_ascend: bool = True,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Sort along an axis."""
    ...
def space_to_depth(
    data: NDArray,
    block_size: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Squares in height and width laid out as blocks of channels."""
    ...
split = SliceChannel
def split_v2(
    ary: NDArray,
    indices_or_sections: int | Sequence[int],
    axis: int = 0,
    squeeze_axis: bool = False,
    *,
    out: Sequence[NDArray] | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Cut an array into equal sections, or before each of some indices."""
    ...
def sqrt(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The square root."""
    ...
def square(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """x squared."""
    ...
def squeeze(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy without axes of length 1: all of them, or those named."""
    ...
def stack(
    *data: NDArray | Sequence[NDArray],
    axis: int = 0,
    num_args: int | None = None,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Arrays of one shape joined along a new axis."""
    ...
stop_gradient = BlockGrad
@overload
def subtract(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """a - b."""
    ...
@overload
def subtract(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """a - b."""
    ...
@overload
def subtract(lhs: float, rhs: float) -> float:
    """a - b."""
    ...
def sum(
    data: NDArray,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The sum."""
    ...
sum_axis = sum
swapaxes = SwapAxis
def take(
    a: NDArray,
    indices: NDArray,
    axis: int = 0,
    mode: Literal['clip', 'wrap', 'raise'] = 'clip',
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Entries along an axis, picked by an array of indices."""
    ...
def tan(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The tangent; x in radians."""
    ...
def tanh(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The hyperbolic tangent."""
    ...
def tile(
    data: NDArray,
    reps: int | Sequence[int],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """The array repeated *reps* times along each axis."""
    ...
@overload
def topk(
    data: NDArray,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal['indices', 'value', 'mask'] = 'indices',
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    *,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Find the first *k* elements in order along an axis."""
    ...
@overload
def topk(
    data: NDArray,
    axis: int | None = -1,
    k: int = 1,
    *,
    ret_typ: Literal['both'],
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> list[NDArray]:
    """Find the first *k* elements in order along an axis."""
    ...
@overload
def topk(
    data: NDArray,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: Literal['indices', 'value', 'both', 'mask'] = 'indices',
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    *,
    out: Sequence[NDArray] | NDArray | None = None,
    name: str | None = None,
) -> NDArray | list[NDArray]:
    """Find the first *k* elements in order along an axis."""
    ...
def transpose(
    data: NDArray,
    axes: int | Sequence[int] = (),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """A copy with its axes in the order *axes*, by default reversed."""
    ...
@overload
def true_divide(
    lhs: NDArray,
    rhs: NDArray | float | np.generic,
    out: NDArray | None = None,
) -> NDArray:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(
    lhs: NDArray | float | np.generic,
    rhs: NDArray,
    out: NDArray | None = None,
) -> NDArray:
    """a / b; integers: C's."""
    ...
@overload
def true_divide(lhs: float, rhs: float) -> float:
    """a / b; integers: C's."""
    ...
def trunc(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """The integer part."""
    ...
uniform = random_uniform
def unravel_index(
    data: NDArray,
    shape: int | Sequence[int],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Index vectors, along a new first axis, of linear indices into an array of *shape*."""
    ...
def where(
    condition: NDArray | float | np.generic,
    x: NDArray | float | np.generic,
    y: NDArray | float | np.generic,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """x where condition is not 0, else y."""
    ...
def zeros_like(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Zeros of the input's shape and dtype."""
    ...
