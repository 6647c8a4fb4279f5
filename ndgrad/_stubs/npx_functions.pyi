# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from typing import Literal, overload
from ndgrad.array.ndarray import NDArray
from ndgrad.base import DTypeLike
from ndgrad.context import Context
from ndgrad.numpy.multiarray import ndarray

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
    data: NDArray,
    act_type: Literal['relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'],
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Apply an activation function to every element."""
    ...
def arange_like(
    data: NDArray,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*."""
    ...
def batch_dot(
    lhs: NDArray,
    rhs: NDArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Literal[None, 'default'] | None = None,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Matrix products of the last two axes, one for each index of the axes before them."""
    ...
def batch_flatten(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """A copy with two axes: the first one, and all others joined."""
    ...
@overload
def batch_norm(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Normalise each channel, over all samples and places."""
    ...
@overload
def batch_norm(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """Normalise each channel, over all samples and places."""
    ...
@overload
def batch_norm(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray | list[ndarray]:
    """Normalise each channel, over all samples and places."""
    ...
def broadcast_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_axes: int | Sequence[int] | None = None,
    rhs_axes: int | Sequence[int] | None = None,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    ...
def cast(
    data: NDArray,
    dtype: DTypeLike,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    ...
def convolution(
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
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Sums of the elements in a window, times weights, at each of its places in an image."""
    ...
def ctc_loss(
    data: NDArray,
    label: NDArray,
    data_lengths: NDArray | None = None,
    label_lengths: NDArray | None = None,
    *,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal['first', 'last'] = 'first',
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out."""
    ...
def deconvolution(
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
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The adjoint of a convolution: each element adds a window of weights to the image."""
    ...
def dropout(
    data: NDArray,
    p: float = 0.5,
    mode: Literal['training', 'always'] = 'training',
    axes: int | Sequence[int] = (),
    cudnn_off: bool = False,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode."""
    ...
def embedding(
    data: NDArray,
    weight: NDArray,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = 'float32',
    sparse_grad: bool = False,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones."""
    ...
def erf(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """The error function."""
    ...
def erfinv(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """The inverse error function."""
    ...
def fully_connected(
    data: NDArray,
    weight: NDArray,
    bias: NDArray | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """A dense layer: ``data @ weight.T + bias``."""
    ...
def gamma(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """The gamma function."""
    ...
def gammaln(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """log |gamma(x)|."""
    ...
def digamma(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """(log gamma)'."""
    ...
def gather_nd(
    data: NDArray,
    indices: NDArray,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    ...
@overload
def group_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: Literal[False] = False,
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Normalise groups of channels of each sample."""
    ...
@overload
def group_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: Literal[True],
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """Normalise groups of channels of each sample."""
    ...
@overload
def group_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    num_groups: int = 1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray | list[ndarray]:
    """Normalise groups of channels of each sample."""
    ...
def instance_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    eps: float = 0.001,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Normalise each channel of each sample."""
    ...
def l2_normalization(
    data: NDArray,
    eps: float = 1e-10,
    mode: Literal['instance', 'channel', 'spatial'] = 'instance',
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Divide by the Euclidean norm of a part."""
    ...
@overload
def layer_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: Literal[False] = False,
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Normalise over one axis."""
    ...
@overload
def layer_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: Literal[True],
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """Normalise over one axis."""
    ...
@overload
def layer_norm(
    data: NDArray,
    gamma: NDArray,
    beta: NDArray,
    *,
    axis: int = -1,
    eps: float = 1e-05,
    output_mean_var: bool = False,
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray | list[ndarray]:
    """Normalise over one axis."""
    ...
def leaky_relu(
    data: NDArray,
    gamma: NDArray | None = None,
    act_type: Literal['elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'] = 'leaky',
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Apply an activation function of the leaky family to every element."""
    ...
def log_softmax(
    data: NDArray,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    ...
def multibox_detection(
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
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Detections from predicted classes and offsets, after non-maximum suppression."""
    ...
def multibox_prior(
    data: NDArray,
    sizes: float | Sequence[float] = (1.0,),
    ratios: float | Sequence[float] = (1.0,),
    clip: bool = False,
    steps: float | Sequence[float] = (-1.0, -1.0),
    offsets: float | Sequence[float] = (0.5, 0.5),
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Anchors around each place of a feature map: of each size, then the first in other ratios."""
    ...
def multibox_target(
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
    out: Sequence[ndarray] | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """Targets of training: anchors are matched with the boxes of labels."""
    ...
def one_hot(
    indices: NDArray,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: DTypeLike = 'float32',
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
    ...
def pick(
    data: NDArray,
    index: NDArray,
    axis: int = -1,
    keepdims: bool = False,
    mode: Literal['clip', 'wrap'] = 'clip',
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """One element along an axis for each position of the other axes."""
    ...
def pooling(
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
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The greatest element, the sum, the mean or a norm of a window at each of its places."""
    ...
def relu(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """max(x, 0)."""
    ...
def reshape_like(
    lhs: NDArray,
    rhs: NDArray,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    ...
@overload
def rnn(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
@overload
def rnn(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> list[ndarray]:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
@overload
def rnn(
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray | list[ndarray]:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
def roi_pooling(
    data: NDArray,
    rois: NDArray,
    pooled_size: int | Sequence[int],
    spatial_scale: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient."""
    ...
def scatter_nd(
    data: NDArray,
    indices: NDArray,
    shape: int | Sequence[int],
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    ...
def sequence_last(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """The last element of each sequence."""
    ...
def sequence_mask(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: Literal[0, 1] = 0,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """A copy in which what lies behind the end of each sequence is *value*."""
    ...
def sequence_reverse(
    data: NDArray,
    sequence_length: NDArray | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Each sequence reversed; what lies behind its end stays."""
    ...
def shape_array(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """The lengths of the axes, as an int64 array."""
    ...
def sigmoid(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """1 / (1 + exp(-x))."""
    ...
def slice(
    data: NDArray,
    begin: int | Sequence[int | None] | None,
    end: int | Sequence[int | None] | None,
    step: int | Sequence[int] = (),
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    ...
def smooth_l1(
    data: NDArray,
    scalar: float = 1.0,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
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
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Exponentials divided by their sum along an axis."""
    ...
def stop_gradient(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """A copy that gradients do not pass."""
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray:
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> list[ndarray]:
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
    out: Sequence[ndarray] | ndarray | None = None,
    name: str | None = None,
) -> ndarray | list[ndarray]:
    """Find the first *k* elements in order along an axis."""
    ...
