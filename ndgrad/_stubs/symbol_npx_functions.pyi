# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from typing import Literal
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy_like import _Symbol

__all__ = [
    'activation',
    'arange_like',
    'batch_dot',
    'batch_flatten',
    'batch_norm',
    'broadcast_like',
    'cast',
    'convolution',
    'ctc_loss',
    'deconvolution',
    'digamma',
    'dropout',
    'embedding',
    'erf',
    'erfinv',
    'fully_connected',
    'gamma',
    'gammaln',
    'gather_nd',
    'group_norm',
    'instance_norm',
    'l2_normalization',
    'layer_norm',
    'leaky_relu',
    'log_softmax',
    'multibox_detection',
    'multibox_prior',
    'multibox_target',
    'one_hot',
    'pick',
    'pooling',
    'relu',
    'reshape_like',
    'rnn',
    'roi_pooling',
    'scatter_nd',
    'sequence_last',
    'sequence_mask',
    'sequence_reverse',
    'shape_array',
    'sigmoid',
    'slice',
    'smooth_l1',
    'softmax',
    'stop_gradient',
    'topk',
]

def activation(
    data: Symbol,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Apply an activation function to every element."""
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
) -> _Symbol:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*."""
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
) -> _Symbol:
    """Matrix products of the last two axes, one for each index of the axes before them."""
    ...
def batch_flatten(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A copy with two axes: the first one, and all others joined."""
    ...
def batch_norm(
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
) -> _Symbol:
    """Normalise each channel, over all samples and places."""
    ...
def broadcast_like(
    lhs: Symbol,
    rhs: Symbol | None = None,
    lhs_axes: int | Sequence[int] | None = None,
    rhs_axes: int | Sequence[int] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    ...
def cast(
    data: Symbol,
    dtype: DTypeLike,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    ...
def convolution(
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
) -> _Symbol:
    """Sums of the elements in a window, times weights, at each of its places in an image."""
    ...
def ctc_loss(
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
) -> _Symbol:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out."""
    ...
def deconvolution(
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
) -> _Symbol:
    """The adjoint of a convolution: each element adds a window of weights to the image."""
    ...
def dropout(
    data: Symbol,
    p: float = 0.5,
    mode: Literal['training', 'always'] = 'training',
    axes: int | Sequence[int] = (),
    cudnn_off: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode."""
    ...
def embedding(
    data: Symbol,
    weight: Symbol | None = None,
    input_dim: int = ...,
    output_dim: int = ...,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones."""
    ...
def erf(data: Symbol, *, name: str | None = None, attr: Mapping[str, str] | None = None) -> _Symbol:
    """The error function."""
    ...
def erfinv(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The inverse error function."""
    ...
def fully_connected(
    data: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A dense layer: ``data @ weight.T + bias``."""
    ...
def gamma(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The gamma function."""
    ...
def gammaln(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """log |gamma(x)|."""
    ...
def digamma(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """(log gamma)'."""
    ...
def gather_nd(
    data: Symbol,
    indices: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    ...
def group_norm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Normalise groups of channels of each sample."""
    ...
def instance_norm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    eps: float = 0.001,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Normalise each channel of each sample."""
    ...
def l2_normalization(
    data: Symbol,
    eps: float = 1e-10,
    mode: Literal['instance', 'channel', 'spatial'] = 'instance',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Divide by the Euclidean norm of a part."""
    ...
def layer_norm(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Normalise over one axis."""
    ...
def leaky_relu(
    data: Symbol,
    gamma: Symbol | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = 'leaky',
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Apply an activation function of the leaky family to every element."""
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
) -> _Symbol:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    ...
def multibox_detection(
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
) -> _Symbol:
    """Detections from predicted classes and offsets, after non-maximum suppression."""
    ...
def multibox_prior(
    data: Symbol,
    sizes: float | Sequence[float] = (1.0,),
    ratios: float | Sequence[float] = (1.0,),
    clip: bool = False,
    steps: float | Sequence[float] = (-1.0, -1.0),
    offsets: float | Sequence[float] = (0.5, 0.5),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Anchors around each place of a feature map: of each size, then the first in other ratios."""
    ...
def multibox_target(
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
) -> _Symbol:
    """Targets of training: anchors are matched with the boxes of labels."""
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
) -> _Symbol:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
    ...
def pick(
    data: Symbol,
    index: Symbol | None = None,
    axis: int = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = 'clip',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """One element along an axis for each position of the other axes."""
    ...
def pooling(
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
) -> _Symbol:
    """The greatest element, the sum, the mean or a norm of a window at each of its places."""
    ...
def relu(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """max(x, 0)."""
    ...
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
) -> _Symbol:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    ...
def rnn(
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
) -> _Symbol:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
def roi_pooling(
    data: Symbol,
    rois: Symbol | None = None,
    pooled_size: int | Sequence[int] = ...,
    spatial_scale: float = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient."""
    ...
def scatter_nd(
    data: Symbol,
    indices: Symbol | None = None,
    shape: int | Sequence[int] = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    ...
def sequence_last(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The last element of each sequence."""
    ...
def sequence_mask(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: Literal[0, 1] = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A copy in which what lies behind the end of each sequence is *value*."""
    ...
def sequence_reverse(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Each sequence reversed; what lies behind its end stays."""
    ...
def shape_array(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """The lengths of the axes, as an int64 array."""
    ...
def sigmoid(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """1 / (1 + exp(-x))."""
    ...
def slice(
    data: Symbol,
    begin: int | Sequence[int | None] | None,
    end: int | Sequence[int | None] | None,
    step: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    ...
def smooth_l1(
    data: Symbol,
    scalar: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
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
) -> _Symbol:
    """Exponentials divided by their sum along an axis."""
    ...
def stop_gradient(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """A copy that gradients do not pass."""
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
) -> _Symbol:
    """Find the first *k* elements in order along an axis."""
    ...
