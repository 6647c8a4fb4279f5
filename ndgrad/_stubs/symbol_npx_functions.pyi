# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

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
    data: Any,
    act_type: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Apply an activation function to every element."""
    ...
def arange_like(
    data: Any,
    start: Any = ...,
    step: Any = ...,
    repeat: Any = ...,
    ctx: Any = ...,
    axis: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*."""
    ...
def batch_dot(
    lhs: Any,
    rhs: Any,
    transpose_a: Any = ...,
    transpose_b: Any = ...,
    forward_stype: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Matrix products of the last two axes, one for each index of the axes before them."""
    ...
def batch_flatten(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """A copy with two axes: the first one, and all others joined."""
    ...
def batch_norm(
    data: Any,
    gamma: Any,
    beta: Any,
    moving_mean: Any,
    moving_var: Any,
    eps: Any = ...,
    momentum: Any = ...,
    fix_gamma: Any = ...,
    use_global_stats: Any = ...,
    output_mean_var: Any = ...,
    axis: Any = ...,
    cudnn_off: Any = ...,
    min_calib_range: Any = ...,
    max_calib_range: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Normalise each channel, over all samples and places."""
    ...
def broadcast_like(
    lhs: Any,
    rhs: Any,
    lhs_axes: Any = ...,
    rhs_axes: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    ...
def cast(data: Any, dtype: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """The elements converted to another dtype; a real number loses its fraction in an integer."""
    ...
def convolution(
    data: Any,
    weight: Any,
    bias: Any = ...,
    kernel: Any = ...,
    stride: Any = ...,
    dilate: Any = ...,
    pad: Any = ...,
    num_filter: Any = ...,
    num_group: Any = ...,
    workspace: Any = ...,
    no_bias: Any = ...,
    cudnn_tune: Any = ...,
    cudnn_off: Any = ...,
    layout: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Sums of the elements in a window, times weights, at each of its places in an image."""
    ...
def ctc_loss(
    data: Any,
    label: Any,
    data_lengths: Any = ...,
    label_lengths: Any = ...,
    use_data_lengths: Any = ...,
    use_label_lengths: Any = ...,
    blank_label: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out."""
    ...
def deconvolution(
    data: Any,
    weight: Any,
    bias: Any = ...,
    kernel: Any = ...,
    stride: Any = ...,
    dilate: Any = ...,
    pad: Any = ...,
    adj: Any = ...,
    target_shape: Any = ...,
    num_filter: Any = ...,
    num_group: Any = ...,
    workspace: Any = ...,
    no_bias: Any = ...,
    cudnn_tune: Any = ...,
    cudnn_off: Any = ...,
    layout: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """The adjoint of a convolution: each element adds a window of weights to the image."""
    ...
def dropout(
    data: Any,
    p: Any = ...,
    mode: Any = ...,
    axes: Any = ...,
    cudnn_off: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode."""
    ...
def embedding(
    data: Any,
    weight: Any,
    input_dim: Any,
    output_dim: Any,
    dtype: Any = ...,
    sparse_grad: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones."""
    ...
def erf(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """The error function."""
    ...
def erfinv(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """The inverse error function."""
    ...
def fully_connected(
    data: Any,
    weight: Any,
    bias: Any = ...,
    num_hidden: Any = ...,
    no_bias: Any = ...,
    flatten: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """A dense layer: ``data @ weight.T + bias``."""
    ...
def gamma(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """The gamma function."""
    ...
def gammaln(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """log |gamma(x)|."""
    ...
def digamma(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """(log gamma)'."""
    ...
def gather_nd(
    data: Any,
    indices: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    ...
def group_norm(
    data: Any,
    gamma: Any,
    beta: Any,
    num_groups: Any = ...,
    eps: Any = ...,
    output_mean_var: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Normalise groups of channels of each sample."""
    ...
def instance_norm(
    data: Any,
    gamma: Any,
    beta: Any,
    eps: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Normalise each channel of each sample."""
    ...
def l2_normalization(
    data: Any,
    eps: Any = ...,
    mode: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Divide by the Euclidean norm of a part."""
    ...
def layer_norm(
    data: Any,
    gamma: Any,
    beta: Any,
    axis: Any = ...,
    eps: Any = ...,
    output_mean_var: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Normalise over one axis."""
    ...
def leaky_relu(
    data: Any,
    gamma: Any = ...,
    act_type: Any = ...,
    slope: Any = ...,
    lower_bound: Any = ...,
    upper_bound: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Apply an activation function of the leaky family to every element."""
    ...
def log_softmax(
    data: Any,
    axis: Any = ...,
    temperature: Any = ...,
    dtype: Any = ...,
    use_length: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    ...
def multibox_detection(
    cls_prob: Any,
    loc_pred: Any,
    anchor: Any,
    clip: Any = ...,
    threshold: Any = ...,
    background_id: Any = ...,
    nms_threshold: Any = ...,
    force_suppress: Any = ...,
    variances: Any = ...,
    nms_topk: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Detections from predicted classes and offsets, after non-maximum suppression."""
    ...
def multibox_prior(
    data: Any,
    sizes: Any = ...,
    ratios: Any = ...,
    clip: Any = ...,
    steps: Any = ...,
    offsets: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Anchors around each place of a feature map: of each size, then the first in other ratios."""
    ...
def multibox_target(
    anchor: Any,
    label: Any,
    cls_pred: Any,
    overlap_threshold: Any = ...,
    ignore_label: Any = ...,
    negative_mining_ratio: Any = ...,
    negative_mining_thresh: Any = ...,
    minimum_negative_samples: Any = ...,
    variances: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Targets of training: anchors are matched with the boxes of labels."""
    ...
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = ...,
    off_value: Any = ...,
    dtype: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*."""
    ...
def pick(
    data: Any,
    index: Any,
    axis: Any = ...,
    keepdims: Any = ...,
    mode: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """One element along an axis for each position of the other axes."""
    ...
def pooling(
    data: Any,
    kernel: Any = ...,
    pool_type: Any = ...,
    global_pool: Any = ...,
    cudnn_off: Any = ...,
    pooling_convention: Any = ...,
    stride: Any = ...,
    pad: Any = ...,
    p_value: Any = ...,
    count_include_pad: Any = ...,
    layout: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """The greatest element, the sum, the mean or a norm of a window at each of its places."""
    ...
def relu(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """max(x, 0)."""
    ...
def reshape_like(
    lhs: Any,
    rhs: Any,
    lhs_begin: Any = ...,
    lhs_end: Any = ...,
    rhs_begin: Any = ...,
    rhs_end: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    ...
def rnn(
    data: Any,
    parameters: Any,
    state: Any,
    state_cell: Any = ...,
    sequence_length: Any = ...,
    state_size: Any = ...,
    num_layers: Any = ...,
    bidirectional: Any = ...,
    mode: Any = ...,
    p: Any = ...,
    state_outputs: Any = ...,
    projection_size: Any = ...,
    lstm_state_clip_min: Any = ...,
    lstm_state_clip_max: Any = ...,
    lstm_state_clip_nan: Any = ...,
    use_sequence_length: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Recurrent layers, each of which reads the outputs of the one before it."""
    ...
def roi_pooling(
    data: Any,
    rois: Any,
    pooled_size: Any,
    spatial_scale: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient."""
    ...
def scatter_nd(
    data: Any,
    indices: Any,
    shape: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    ...
def sequence_last(
    data: Any,
    sequence_length: Any = ...,
    use_sequence_length: Any = ...,
    axis: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """The last element of each sequence."""
    ...
def sequence_mask(
    data: Any,
    sequence_length: Any = ...,
    use_sequence_length: Any = ...,
    value: Any = ...,
    axis: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """A copy in which what lies behind the end of each sequence is *value*."""
    ...
def sequence_reverse(
    data: Any,
    sequence_length: Any = ...,
    use_sequence_length: Any = ...,
    axis: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Each sequence reversed; what lies behind its end stays."""
    ...
def shape_array(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """The lengths of the axes, as an int64 array."""
    ...
def sigmoid(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """1 / (1 + exp(-x))."""
    ...
def slice(
    data: Any,
    begin: Any,
    end: Any,
    step: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    ...
def smooth_l1(
    data: Any,
    scalar: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Quadratic within 1 / scalar^2 of zero, linear beyond (Girshick 2015)."""
    ...
def softmax(
    data: Any,
    length: Any = ...,
    axis: Any = ...,
    temperature: Any = ...,
    dtype: Any = ...,
    use_length: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Exponentials divided by their sum along an axis."""
    ...
def stop_gradient(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """A copy that gradients do not pass."""
    ...
def topk(
    data: Any,
    axis: Any = ...,
    k: Any = ...,
    ret_typ: Any = ...,
    is_ascend: Any = ...,
    dtype: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Find the first *k* elements in order along an axis."""
    ...
