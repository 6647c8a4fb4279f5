# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from ndgrad.base import DTypeLike, Shape
from ndgrad.context import Context
from ndgrad.memory.device import Buffer
from ndgrad.symbol.symbol import Symbol
from ndgrad.typing import ShapeLike
from ndgrad._stubs.symbol_contrib import (
    AdaptiveAvgPooling2D as _contrib_AdaptiveAvgPooling2D,
    BatchNormWithReLU as _contrib_BatchNormWithReLU,
    BilinearResize2D as _contrib_BilinearResize2D,
    DeformableConvolution as _contrib_DeformableConvolution,
    DeformablePSROIPooling as _contrib_DeformablePSROIPooling,
    ModulatedDeformableConvolution as _contrib_ModulatedDeformableConvolution,
    MultiBoxDetection as _contrib_MultiBoxDetection,
    MultiBoxPrior as _contrib_MultiBoxPrior,
    MultiBoxTarget as _contrib_MultiBoxTarget,
    MultiProposal as _contrib_MultiProposal,
    PSROIPooling as _contrib_PSROIPooling,
    Proposal as _contrib_Proposal,
    ROIAlign as _contrib_ROIAlign,
    RROIAlign as _contrib_RROIAlign,
    SparseEmbedding as _contrib_SparseEmbedding,
    SyncBatchNorm as _contrib_SyncBatchNorm,
    allclose as _contrib_allclose,
    arange_like as _contrib_arange_like,
    bipartite_matching as _contrib_bipartite_matching,
    boolean_mask as _contrib_boolean_mask,
    box_decode as _contrib_box_decode,
    box_encode as _contrib_box_encode,
    box_iou as _contrib_box_iou,
    box_nms as _contrib_box_nms,
    box_nms as _contrib_box_non_maximum_suppression,
    calibrate_entropy as _contrib_calibrate_entropy,
    count_sketch as _contrib_count_sketch,
    dequantize as _contrib_dequantize,
    div_sqrt_dim as _contrib_div_sqrt_dim,
    fft as _contrib_fft,
    getnnz as _contrib_getnnz,
    gradientmultiplier as _contrib_gradientmultiplier,
    group_adagrad_update as _contrib_group_adagrad_update,
    hawkesll as _contrib_hawkesll,
    ifft as _contrib_ifft,
    index_array as _contrib_index_array,
    index_copy as _contrib_index_copy,
    interleaved_matmul_encdec_qk as _contrib_interleaved_matmul_encdec_qk,
    interleaved_matmul_encdec_valatt as _contrib_interleaved_matmul_encdec_valatt,
    interleaved_matmul_selfatt_qk as _contrib_interleaved_matmul_selfatt_qk,
    interleaved_matmul_selfatt_valatt as _contrib_interleaved_matmul_selfatt_valatt,
    quadratic as _contrib_quadratic,
    quantize as _contrib_quantize,
    quantize_asym as _contrib_quantize_asym,
    quantize_v2 as _contrib_quantize_v2,
    quantized_act as _contrib_quantized_act,
    quantized_batch_norm as _contrib_quantized_batch_norm,
    quantized_concat as _contrib_quantized_concat,
    quantized_conv as _contrib_quantized_conv,
    quantized_elemwise_add as _contrib_quantized_elemwise_add,
    quantized_elemwise_mul as _contrib_quantized_elemwise_mul,
    quantized_embedding as _contrib_quantized_embedding,
    quantized_flatten as _contrib_quantized_flatten,
    quantized_fully_connected as _contrib_quantized_fully_connected,
    quantized_pooling as _contrib_quantized_pooling,
    quantized_rnn as _contrib_quantized_rnn,
    requantize as _contrib_requantize,
    round_ste as _contrib_round_ste,
    round_ste as _sparse__contrib_round_ste,
    sign_ste as _contrib_sign_ste,
    sign_ste as _sparse__contrib_sign_ste,
)
from ndgrad._stubs.symbol_functions import (
    Activation as Activation,
    BatchNorm as BatchNorm,
    BatchNorm_v1 as BatchNorm_v1,
    BilinearSampler as BilinearSampler,
    BlockGrad as BlockGrad,
    BlockGrad as stop_gradient,
    CTCLoss as CTCLoss,
    CTCLoss as _contrib_CTCLoss,
    CTCLoss as _contrib_ctc_loss,
    CTCLoss as ctc_loss,
    Cast as Cast,
    Cast as cast,
    Concat as Concat,
    Concat as concat,
    Convolution as Convolution,
    Convolution as Convolution_v1,
    Correlation as Correlation,
    Crop as Crop,
    Deconvolution as Deconvolution,
    Dropout as Dropout,
    ElementWiseSum as ElementWiseSum,
    ElementWiseSum as add_n,
    Embedding as Embedding,
    Flatten as Flatten,
    Flatten as flatten,
    FullyConnected as FullyConnected,
    GridGenerator as GridGenerator,
    GroupNorm as GroupNorm,
    IdentityAttachKLSparseReg as IdentityAttachKLSparseReg,
    InstanceNorm as InstanceNorm,
    L2Normalization as L2Normalization,
    LRN as LRN,
    LayerNorm as LayerNorm,
    LeakyReLU as LeakyReLU,
    LinearRegressionOutput as LinearRegressionOutput,
    LogisticRegressionOutput as LogisticRegressionOutput,
    MAERegressionOutput as MAERegressionOutput,
    MakeLoss as MakeLoss,
    Pad as Pad,
    Pad as pad,
    Pooling as Pooling,
    Pooling_v1 as Pooling_v1,
    RNN as RNN,
    ROIPooling as ROIPooling,
    Reshape as Reshape,
    Reshape as reshape,
    SVMOutput as SVMOutput,
    SequenceLast as SequenceLast,
    SequenceMask as SequenceMask,
    SequenceReverse as SequenceReverse,
    SliceChannel as SliceChannel,
    SliceChannel as split,
    Softmax as Softmax,
    Softmax as SoftmaxOutput,
    SoftmaxActivation as SoftmaxActivation,
    SpatialTransformer as SpatialTransformer,
    SwapAxis as SwapAxis,
    SwapAxis as swapaxes,
    UpSampling as UpSampling,
    abs as abs,
    adam_update as adam_update,
    all_finite as all_finite,
    amp_cast as amp_cast,
    amp_multicast as amp_multicast,
    arccos as arccos,
    arccosh as arccosh,
    arcsin as arcsin,
    arcsinh as arcsinh,
    arctan as arctan,
    arctanh as arctanh,
    argmax as argmax,
    argmax_channel as argmax_channel,
    argmin as argmin,
    argsort as argsort,
    batch_dot as batch_dot,
    batch_take as batch_take,
    broadcast_add as broadcast_add,
    broadcast_add as broadcast_plus,
    broadcast_arctan2 as arctan2,
    broadcast_arctan2 as broadcast_arctan2,
    broadcast_axes as broadcast_axes,
    broadcast_axes as broadcast_axis,
    broadcast_div as broadcast_div,
    broadcast_equal as _Equal,
    broadcast_equal as _equal,
    broadcast_equal as broadcast_equal,
    broadcast_floor_divide as broadcast_floor_divide,
    broadcast_floor_divide as floor_divide,
    broadcast_greater as _Greater,
    broadcast_greater as _greater,
    broadcast_greater as broadcast_greater,
    broadcast_greater_equal as _Greater_Equal,
    broadcast_greater_equal as _greater_equal,
    broadcast_greater_equal as broadcast_greater_equal,
    broadcast_hypot as _Hypot,
    broadcast_hypot as _hypot,
    broadcast_hypot as broadcast_hypot,
    broadcast_hypot as hypot,
    broadcast_lesser as _Lesser,
    broadcast_lesser as _lesser,
    broadcast_lesser as broadcast_lesser,
    broadcast_lesser_equal as _Lesser_Equal,
    broadcast_lesser_equal as _lesser_equal,
    broadcast_lesser_equal as broadcast_lesser_equal,
    broadcast_like as broadcast_like,
    broadcast_logical_and as _Logical_And,
    broadcast_logical_and as _logical_and,
    broadcast_logical_and as broadcast_logical_and,
    broadcast_logical_or as _Logical_Or,
    broadcast_logical_or as _logical_or,
    broadcast_logical_or as broadcast_logical_or,
    broadcast_logical_xor as _Logical_Xor,
    broadcast_logical_xor as _logical_xor,
    broadcast_logical_xor as broadcast_logical_xor,
    broadcast_maximum as _Maximum,
    broadcast_maximum as _maximum,
    broadcast_maximum as broadcast_maximum,
    broadcast_maximum as maximum,
    broadcast_minimum as _Minimum,
    broadcast_minimum as _minimum,
    broadcast_minimum as broadcast_minimum,
    broadcast_minimum as minimum,
    broadcast_minus as broadcast_minus,
    broadcast_minus as broadcast_sub,
    broadcast_mod as _Mod,
    broadcast_mod as _mod,
    broadcast_mod as broadcast_mod,
    broadcast_mod as mod,
    broadcast_mul as broadcast_mul,
    broadcast_not_equal as _Not_Equal,
    broadcast_not_equal as _not_equal,
    broadcast_not_equal as broadcast_not_equal,
    broadcast_power as _Power,
    broadcast_power as _power,
    broadcast_power as broadcast_power,
    broadcast_power as pow,
    broadcast_to as broadcast_to,
    cast_storage as cast_storage,
    cbrt as cbrt,
    ceil as ceil,
    choose_element_0index as choose_element_0index,
    choose_element_0index as pick,
    clip as clip,
    col2im as col2im,
    cos as cos,
    cosh as cosh,
    crop as crop,
    crop as slice,
    cumsum as cumsum,
    degrees as degrees,
    depth_to_space as depth_to_space,
    diag as diag,
    digamma as digamma,
    dot as dot,
    elemwise_add as _Plus,
    elemwise_add as _add,
    elemwise_add as _grad_add,
    elemwise_add as _plus,
    elemwise_add as elemwise_add,
    elemwise_div as _Div,
    elemwise_div as _div,
    elemwise_div as elemwise_div,
    elemwise_mul as _Mul,
    elemwise_mul as _mul,
    elemwise_mul as elemwise_mul,
    elemwise_sub as _Minus,
    elemwise_sub as _minus,
    elemwise_sub as _sub,
    elemwise_sub as elemwise_sub,
    erf as erf,
    erfinv as erfinv,
    exp as exp,
    expand_dims as expand_dims,
    expm1 as expm1,
    fix as fix,
    flip as flip,
    flip as reverse,
    floor as floor,
    ftml_update as ftml_update,
    ftrl_update as ftrl_update,
    gamma as gamma,
    gammaln as gammaln,
    gather_nd as gather_nd,
    hard_sigmoid as hard_sigmoid,
    identity as _copy,
    identity as identity,
    im2col as im2col,
    isfinite as _contrib_isfinite,
    isfinite as isfinite,
    isinf as _contrib_isinf,
    isinf as isinf,
    isnan as _contrib_isnan,
    isnan as isnan,
    khatri_rao as khatri_rao,
    lamb_update_phase1 as lamb_update_phase1,
    lamb_update_phase2 as lamb_update_phase2,
    linalg_det as _linalg_det,
    linalg_det as linalg_det,
    linalg_extractdiag as _linalg_extractdiag,
    linalg_extractdiag as linalg_extractdiag,
    linalg_extracttrian as _linalg_extracttrian,
    linalg_extracttrian as linalg_extracttrian,
    linalg_gelqf as _linalg_gelqf,
    linalg_gelqf as linalg_gelqf,
    linalg_gemm as _linalg_gemm,
    linalg_gemm as linalg_gemm,
    linalg_gemm2 as _linalg_gemm2,
    linalg_gemm2 as linalg_gemm2,
    linalg_inverse as _linalg_inverse,
    linalg_inverse as linalg_inverse,
    linalg_makediag as _linalg_makediag,
    linalg_makediag as linalg_makediag,
    linalg_maketrian as _linalg_maketrian,
    linalg_maketrian as linalg_maketrian,
    linalg_potrf as _linalg_potrf,
    linalg_potrf as linalg_potrf,
    linalg_potri as _linalg_potri,
    linalg_potri as linalg_potri,
    linalg_slogdet as _linalg_slogdet,
    linalg_slogdet as linalg_slogdet,
    linalg_sumlogdiag as _linalg_sumlogdiag,
    linalg_sumlogdiag as linalg_sumlogdiag,
    linalg_syevd as _linalg_syevd,
    linalg_syevd as linalg_syevd,
    linalg_syrk as _linalg_syrk,
    linalg_syrk as linalg_syrk,
    linalg_trmm as _linalg_trmm,
    linalg_trmm as linalg_trmm,
    linalg_trsm as _linalg_trsm,
    linalg_trsm as linalg_trsm,
    log as log,
    log10 as log10,
    log1p as log1p,
    log2 as log2,
    log_softmax as log_softmax,
    logical_not as logical_not,
    make_loss as make_loss,
    matmul as _matmul,
    matmul as matmul,
    max as max,
    max as max_axis,
    mean as mean,
    min as min,
    min as min_axis,
    moments as moments,
    mp_lamb_update_phase1 as mp_lamb_update_phase1,
    mp_lamb_update_phase2 as mp_lamb_update_phase2,
    mp_nag_mom_update as mp_nag_mom_update,
    mp_sgd_mom_update as mp_sgd_mom_update,
    mp_sgd_update as mp_sgd_update,
    multi_all_finite as multi_all_finite,
    multi_lars as multi_lars,
    multi_mp_sgd_mom_update as multi_mp_sgd_mom_update,
    multi_mp_sgd_update as multi_mp_sgd_update,
    multi_sgd_mom_update as multi_sgd_mom_update,
    multi_sgd_update as multi_sgd_update,
    multi_sum_sq as multi_sum_sq,
    nag_mom_update as nag_mom_update,
    nanprod as nanprod,
    nansum as nansum,
    negative as _np_negative,
    negative as negative,
    norm as norm,
    normal as _random_normal,
    normal as normal,
    normal as random_normal,
    one_hot as one_hot,
    ones_like as ones_like,
    polygamma as polygamma,
    preloaded_multi_mp_sgd_mom_update as preloaded_multi_mp_sgd_mom_update,
    preloaded_multi_mp_sgd_update as preloaded_multi_mp_sgd_update,
    preloaded_multi_sgd_mom_update as preloaded_multi_sgd_mom_update,
    preloaded_multi_sgd_update as preloaded_multi_sgd_update,
    prod as prod,
    radians as radians,
    random_exponential as _random_exponential,
    random_exponential as random_exponential,
    random_gamma as _random_gamma,
    random_gamma as random_gamma,
    random_generalized_negative_binomial as _random_generalized_negative_binomial,
    random_generalized_negative_binomial as random_generalized_negative_binomial,
    random_negative_binomial as _random_negative_binomial,
    random_negative_binomial as random_negative_binomial,
    random_pdf_dirichlet as _random_pdf_dirichlet,
    random_pdf_dirichlet as random_pdf_dirichlet,
    random_pdf_exponential as _random_pdf_exponential,
    random_pdf_exponential as random_pdf_exponential,
    random_pdf_gamma as _random_pdf_gamma,
    random_pdf_gamma as random_pdf_gamma,
    random_pdf_generalized_negative_binomial as _random_pdf_generalized_negative_binomial,
    random_pdf_generalized_negative_binomial as random_pdf_generalized_negative_binomial,
    random_pdf_negative_binomial as _random_pdf_negative_binomial,
    random_pdf_negative_binomial as random_pdf_negative_binomial,
    random_pdf_normal as _random_pdf_normal,
    random_pdf_normal as random_pdf_normal,
    random_pdf_poisson as _random_pdf_poisson,
    random_pdf_poisson as random_pdf_poisson,
    random_pdf_uniform as _random_pdf_uniform,
    random_pdf_uniform as random_pdf_uniform,
    random_poisson as _random_poisson,
    random_poisson as random_poisson,
    random_randint as _random_randint,
    random_randint as random_randint,
    random_uniform as _random_uniform,
    random_uniform as random_uniform,
    random_uniform as uniform,
    ravel_multi_index as _ravel_multi_index,
    ravel_multi_index as ravel_multi_index,
    rcbrt as rcbrt,
    reciprocal as reciprocal,
    relu as relu,
    repeat as repeat,
    reset_arrays as reset_arrays,
    reshape_like as reshape_like,
    rint as rint,
    rmsprop_update as rmsprop_update,
    rmspropalex_update as rmspropalex_update,
    round as round,
    rsqrt as rsqrt,
    sample_exponential as _sample_exponential,
    sample_exponential as sample_exponential,
    sample_gamma as _sample_gamma,
    sample_gamma as sample_gamma,
    sample_generalized_negative_binomial as _sample_generalized_negative_binomial,
    sample_generalized_negative_binomial as sample_generalized_negative_binomial,
    sample_multinomial as _sample_multinomial,
    sample_multinomial as sample_multinomial,
    sample_negative_binomial as _sample_negative_binomial,
    sample_negative_binomial as sample_negative_binomial,
    sample_normal as _sample_normal,
    sample_normal as sample_normal,
    sample_poisson as _sample_poisson,
    sample_poisson as sample_poisson,
    sample_uniform as _sample_uniform,
    sample_uniform as sample_uniform,
    scatter_nd as scatter_nd,
    sgd_mom_update as sgd_mom_update,
    sgd_update as sgd_update,
    shape_array as shape_array,
    shuffle as _shuffle,
    shuffle as shuffle,
    sigmoid as sigmoid,
    sign as sign,
    signsgd_update as signsgd_update,
    signum_update as signum_update,
    sin as sin,
    sinh as sinh,
    size_array as size_array,
    slice_axis as slice_axis,
    slice_like as slice_like,
    smooth_l1 as smooth_l1,
    softmax as softmax,
    softmax_cross_entropy as softmax_cross_entropy,
    softmin as softmin,
    softrelu as softrelu,
    softsign as softsign,
    sort as sort,
    space_to_depth as space_to_depth,
    sqrt as sqrt,
    square as square,
    squeeze as squeeze,
    stack as stack,
    sum as sum,
    sum as sum_axis,
    take as take,
    tan as tan,
    tanh as tanh,
    tile as tile,
    topk as topk,
    transpose as transpose,
    trunc as trunc,
    unravel_index as _unravel_index,
    unravel_index as unravel_index,
    where as where,
    zeros_like as zeros_like,
)
from ndgrad._stubs.symbol_image import (
    adjust_lighting as _image_adjust_lighting,
    crop as _image_crop,
    flip_left_right as _image_flip_left_right,
    flip_top_bottom as _image_flip_top_bottom,
    normalize as _image_normalize,
    random_brightness as _image_random_brightness,
    random_color_jitter as _image_random_color_jitter,
    random_contrast as _image_random_contrast,
    random_flip_left_right as _image_random_flip_left_right,
    random_flip_top_bottom as _image_random_flip_top_bottom,
    random_hue as _image_random_hue,
    random_lighting as _image_random_lighting,
    random_saturation as _image_random_saturation,
    resize as _image_resize,
    to_tensor as _image_to_tensor,
)
from ndgrad._stubs.symbol_sparse import (
    adagrad_update as _sparse_adagrad_update,
    retain as _sparse_retain,
)
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
    '_Div',
    '_DivScalar',
    '_Equal',
    '_EqualScalar',
    '_Greater',
    '_GreaterEqualScalar',
    '_GreaterScalar',
    '_Greater_Equal',
    '_Hypot',
    '_HypotScalar',
    '_Lesser',
    '_LesserEqualScalar',
    '_LesserScalar',
    '_Lesser_Equal',
    '_LogicalAndScalar',
    '_LogicalOrScalar',
    '_LogicalXorScalar',
    '_Logical_And',
    '_Logical_Or',
    '_Logical_Xor',
    '_Maximum',
    '_MaximumScalar',
    '_Minimum',
    '_MinimumScalar',
    '_Minus',
    '_MinusScalar',
    '_Mod',
    '_ModScalar',
    '_Mul',
    '_MulScalar',
    '_NotEqualScalar',
    '_Not_Equal',
    '_Plus',
    '_PlusScalar',
    '_Power',
    '_PowerScalar',
    '_RDivScalar',
    '_RMinusScalar',
    '_RModScalar',
    '_RPowerScalar',
    '_activation_relu',
    '_adadelta_update',
    '_adagrad_update',
    '_adamax_update',
    '_adamw_update',
    '_add',
    '_add_rows',
    '_arange',
    '_as_strided',
    '_as_strided_adjoint',
    '_assigned',
    '_at_choice',
    '_backward_gather_nd',
    '_choice',
    '_contrib_AdaptiveAvgPooling2D',
    '_contrib_BatchNormWithReLU',
    '_contrib_BilinearResize2D',
    '_contrib_CTCLoss',
    '_contrib_DeformableConvolution',
    '_contrib_DeformablePSROIPooling',
    '_contrib_ModulatedDeformableConvolution',
    '_contrib_MultiBoxDetection',
    '_contrib_MultiBoxPrior',
    '_contrib_MultiBoxTarget',
    '_contrib_MultiProposal',
    '_contrib_PSROIPooling',
    '_contrib_Proposal',
    '_contrib_ROIAlign',
    '_contrib_RROIAlign',
    '_contrib_SparseEmbedding',
    '_contrib_SyncBatchNorm',
    '_contrib_allclose',
    '_contrib_arange_like',
    '_contrib_bipartite_matching',
    '_contrib_boolean_mask',
    '_contrib_box_decode',
    '_contrib_box_encode',
    '_contrib_box_iou',
    '_contrib_box_nms',
    '_contrib_box_non_maximum_suppression',
    '_contrib_calibrate_entropy',
    '_contrib_count_sketch',
    '_contrib_ctc_loss',
    '_contrib_dequantize',
    '_contrib_div_sqrt_dim',
    '_contrib_fft',
    '_contrib_getnnz',
    '_contrib_gradientmultiplier',
    '_contrib_group_adagrad_update',
    '_contrib_hawkesll',
    '_contrib_ifft',
    '_contrib_index_array',
    '_contrib_index_copy',
    '_contrib_interleaved_matmul_encdec_qk',
    '_contrib_interleaved_matmul_encdec_valatt',
    '_contrib_interleaved_matmul_selfatt_qk',
    '_contrib_interleaved_matmul_selfatt_valatt',
    '_contrib_isfinite',
    '_contrib_isinf',
    '_contrib_isnan',
    '_contrib_quadratic',
    '_contrib_quantize',
    '_contrib_quantize_asym',
    '_contrib_quantize_v2',
    '_contrib_quantized_act',
    '_contrib_quantized_batch_norm',
    '_contrib_quantized_concat',
    '_contrib_quantized_conv',
    '_contrib_quantized_elemwise_add',
    '_contrib_quantized_elemwise_mul',
    '_contrib_quantized_embedding',
    '_contrib_quantized_flatten',
    '_contrib_quantized_fully_connected',
    '_contrib_quantized_pooling',
    '_contrib_quantized_rnn',
    '_contrib_requantize',
    '_contrib_round_ste',
    '_contrib_sign_ste',
    '_convolution_data',
    '_convolution_weight',
    '_copy',
    '_copy_to_context',
    '_crop_assign',
    '_crop_assign_scalar',
    '_csr_dot',
    '_csr_row_numbers',
    '_div',
    '_div_scalar',
    '_drawn',
    '_dropped',
    '_einsum',
    '_elu',
    '_equal',
    '_equal_scalar',
    '_expand',
    '_eye',
    '_full',
    '_gather',
    '_gather_adjoint',
    '_gather_nd_adjoint',
    '_gelu',
    '_gemm',
    '_grad_add',
    '_greater',
    '_greater_equal',
    '_greater_equal_scalar',
    '_greater_scalar',
    '_grid',
    '_gru_layer',
    '_histogram',
    '_hypot',
    '_hypot_scalar',
    '_image_adjust_lighting',
    '_image_crop',
    '_image_flip_left_right',
    '_image_flip_top_bottom',
    '_image_normalize',
    '_image_random_brightness',
    '_image_random_color_jitter',
    '_image_random_contrast',
    '_image_random_flip_left_right',
    '_image_random_flip_top_bottom',
    '_image_random_hue',
    '_image_random_lighting',
    '_image_random_saturation',
    '_image_resize',
    '_image_to_tensor',
    '_independent',
    '_inverse_or_zero',
    '_lamb_update',
    '_last_of_nd',
    '_last_rows',
    '_leaky',
    '_lesser',
    '_lesser_equal',
    '_lesser_equal_scalar',
    '_lesser_scalar',
    '_linalg_det',
    '_linalg_extractdiag',
    '_linalg_extracttrian',
    '_linalg_gelqf',
    '_linalg_gemm',
    '_linalg_gemm2',
    '_linalg_inverse',
    '_linalg_makediag',
    '_linalg_maketrian',
    '_linalg_potrf',
    '_linalg_potri',
    '_linalg_slogdet',
    '_linalg_sumlogdiag',
    '_linalg_syevd',
    '_linalg_syrk',
    '_linalg_trmm',
    '_linalg_trsm',
    '_linspace',
    '_log_of_choice',
    '_log_sum_exp',
    '_logical_and',
    '_logical_and_scalar',
    '_logical_or',
    '_logical_or_scalar',
    '_logical_xor',
    '_logical_xor_scalar',
    '_lstm_layer',
    '_matmul',
    '_max_pool',
    '_maximum',
    '_maximum_scalar',
    '_minimum',
    '_minimum_scalar',
    '_minus',
    '_minus_scalar',
    '_mod',
    '_mod_scalar',
    '_moving_average',
    '_mp_adamw_update',
    '_mp_lamb_update',
    '_mp_sgd_mom_update_by_arrays',
    '_mp_sgd_update_by_arrays',
    '_mul',
    '_mul_scalar',
    '_multi_adamw_update',
    '_multi_lamb_update',
    '_multi_mp_adamw_update',
    '_multi_mp_lamb_update',
    '_nadam_update',
    '_normal_like',
    '_normalised_rows',
    '_not_equal',
    '_not_equal_scalar',
    '_np_negative',
    '_npi_einsum',
    '_of_choice',
    '_of_one_node',
    '_ones',
    '_order',
    '_pick_adjoint',
    '_pick_in_windows',
    '_pieces',
    '_plus',
    '_plus_scalar',
    '_positions',
    '_power',
    '_power_scalar',
    '_prelu',
    '_put_back_in_windows',
    '_put_order',
    '_put_rows',
    '_quantized',
    '_random_exponential',
    '_random_exponential_like',
    '_random_gamma',
    '_random_gamma_like',
    '_random_generalized_negative_binomial',
    '_random_generalized_negative_binomial_like',
    '_random_negative_binomial',
    '_random_negative_binomial_like',
    '_random_normal',
    '_random_normal_like',
    '_random_pdf_dirichlet',
    '_random_pdf_exponential',
    '_random_pdf_gamma',
    '_random_pdf_generalized_negative_binomial',
    '_random_pdf_negative_binomial',
    '_random_pdf_normal',
    '_random_pdf_poisson',
    '_random_pdf_uniform',
    '_random_poisson',
    '_random_poisson_like',
    '_random_randint',
    '_random_uniform',
    '_random_uniform_like',
    '_ravel_multi_index',
    '_rdiv_scalar',
    '_region_greatest',
    '_region_means',
    '_resample',
    '_reshaped',
    '_resize_bytes',
    '_reverse_cumsum',
    '_rminus_scalar',
    '_rmod_scalar',
    '_rnn_layer',
    '_rnn_param_concat',
    '_rpower_scalar',
    '_running',
    '_sample_exponential',
    '_sample_gamma',
    '_sample_generalized_negative_binomial',
    '_sample_multinomial',
    '_sample_negative_binomial',
    '_sample_normal',
    '_sample_poisson',
    '_sample_uniform',
    '_sample_unique_zipfian',
    '_samples',
    '_scatter_elemwise_div',
    '_scatter_minus_scalar',
    '_scatter_plus_scalar',
    '_scatter_set_nd',
    '_selu',
    '_sequence_last_adjoint',
    '_sgd_mom_update_by_arrays',
    '_sgd_update_by_arrays',
    '_shuffle',
    '_slice_assign',
    '_slice_assign_scalar',
    '_sparse__contrib_round_ste',
    '_sparse__contrib_sign_ste',
    '_sparse_adagrad_update',
    '_sparse_retain',
    '_split_v2',
    '_spread_region_means',
    '_spread_samples',
    '_square_sum',
    '_sub',
    '_sum_to',
    '_suppress',
    '_take_adjoint',
    '_take_order',
    '_take_rows',
    '_topk_both',
    '_topk_indices',
    '_topk_mask',
    '_topk_values',
    '_triangle',
    '_uniform_like',
    '_unpadded',
    '_unravel_index',
    '_values',
    '_where_equal',
    '_window_spread',
    '_window_sum',
    '_without_rows',
    '_without_slice',
    '_zeros',
    '_zeros_without_dtype',
    'abs',
    'adam_update',
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
    'dot',
    'elemwise_add',
    'elemwise_div',
    'elemwise_mul',
    'elemwise_sub',
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
    'logical_not',
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
    'nag_mom_update',
    'nanprod',
    'nansum',
    'negative',
    'norm',
    'normal',
    'one_hot',
    'ones_like',
    'pad',
    'pick',
    'polygamma',
    'pow',
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
    'sum',
    'sum_axis',
    'swapaxes',
    'take',
    'tan',
    'tanh',
    'tile',
    'topk',
    'transpose',
    'trunc',
    'uniform',
    'unravel_index',
    'where',
    'zeros_like',
]

def _DivScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's."""
    ...
def _EqualScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a == b, else 0."""
    ...
def _GreaterEqualScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a <= b, else 0."""
    ...
def _GreaterScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a < b, else 0."""
    ...
def _HypotScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """sqrt(a^2 + b^2)."""
    ...
def _LesserEqualScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a <= b, else 0."""
    ...
def _LesserScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a < b, else 0."""
    ...
def _LogicalAndScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where both are not 0, else 0."""
    ...
def _LogicalOrScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where one is not 0, else 0."""
    ...
def _LogicalXorScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where just one is not 0."""
    ...
def _MaximumScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greater one."""
    ...
def _MinimumScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The smaller one."""
    ...
def _MinusScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b."""
    ...
def _ModScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def _MulScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a * b."""
    ...
def _NotEqualScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a != b, else 0."""
    ...
def _PlusScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a + b."""
    ...
def _PowerScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a to the power b."""
    ...
def _RDivScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's."""
    ...
def _RMinusScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b."""
    ...
def _RModScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def _RPowerScalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a to the power b."""
    ...
def _activation_relu(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`Activation`'s relu, which treats NaN unlike `relu`."""
    ...
def _adadelta_update(
    weight: Symbol,
    grad: Symbol | None = None,
    acc_g: Symbol | None = None,
    acc_delta: Symbol | None = None,
    *,
    rho: float = 0.9,
    epsilon: float = 1e-05,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of AdaDelta, without a learning rate. Zeiler 2012."""
    ...
def _adagrad_update(
    weight: Symbol,
    grad: Symbol | None = None,
    history: Symbol | None = None,
    *,
    lr: float,
    epsilon: float = 1e-07,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of AdaGrad, whose history is without the decay. Duchi et al. 2011."""
    ...
def _adamax_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    u: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of Adam by the infinity norm. Kingma and Ba 2015."""
    ...
def _adamw_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    rescale_grad: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    eta: float,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of Adam with a decay of its own, times *eta*. Loshchilov and Hutter 2019."""
    ...
def _add_rows(
    data: Symbol,
    index: Buffer,
    outer: int,
    length: int,
    inner: int,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `_take_rows`: zeros of *shape* to which the input's rows are added."""
    ...
def _arange(
    start: int = 0,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Evenly spaced values; with *infer_range* as many as *shape* says, 0 where it is not known."""
    ...
def _as_strided(
    data: Symbol,
    shape: Shape,
    strides: Shape,
    offset: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Distinct elements of the input along strides; a view when they are one run of memory."""
    ...
def _as_strided_adjoint(
    data: Symbol,
    lengths: Shape,
    strides: Shape,
    offset: int,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `_as_strided`: zeros of *shape* that hold the input in a strided slice."""
    ...
def _assigned(
    lhs: Symbol,
    rhs: Symbol | None = None,
    shape: Shape = ...,
    strides: Shape = ...,
    offset: int = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The left input with a strided slice replaced by the right one, which broadcasts to it."""
    ...
def _at_choice(
    x: Symbol,
    index: Symbol | None = None,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape*, with the elements of x added at the indices of each row."""
    ...
def _backward_gather_nd(
    data: Symbol,
    indices: Symbol | None = None,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape* to which entries are added where `gather_nd` would pick them."""
    ...
def _choice(
    data: Symbol,
    shape: int | Sequence[int] = (),
    dtype: DTypeLike = 'int32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Indices drawn with the probabilities in the last axis, *shape* of them for each row."""
    ...
def _convolution_data(
    data: Symbol,
    weight: Symbol | None = None,
    kernel: int | Sequence[int] = ...,
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    num_group: int = 1,
    layout: str | None = None,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The gradient of a convolution by its images, of *shape*, from that of its result."""
    ...
def _convolution_weight(
    data: Symbol,
    grad: Symbol | None = None,
    kernel: int | Sequence[int] = ...,
    stride: int | Sequence[int] = (),
    dilate: int | Sequence[int] = (),
    pad: int | Sequence[int] = (),
    num_group: int = 1,
    layout: str | None = None,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The gradient of a convolution by its weights, of *shape*, from images and its result's."""
    ...
def _copy_to_context(
    data: Symbol,
    ctx: str = '',
    source: str = '',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy to be placed on another device: *ctx*, if one of the two has memory of its own."""
    ...
def _crop_assign(
    lhs: Symbol,
    rhs: Symbol | None = None,
    begin: int | Sequence[int | None] | None = ...,
    end: int | Sequence[int | None] | None = ...,
    step: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The left input with a slice replaced by the right one."""
    ...
def _crop_assign_scalar(
    data: Symbol,
    scalar: int = 0,
    begin: int | Sequence[int | None] | None = ...,
    end: int | Sequence[int | None] | None = ...,
    step: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The input with a slice replaced by a number."""
    ...
def _csr_dot(
    data: Symbol,
    indices: Symbol | None = None,
    indptr: Symbol | None = None,
    rhs: Symbol | None = None,
    *,
    shape: int | Sequence[int],
    transpose: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The product of a CSR matrix, by its parts, and a dense one."""
    ...
def _csr_row_numbers(
    indptr: Symbol,
    count: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The row of each of *count* stored elements of a CSR matrix."""
    ...
def _div_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's."""
    ...
def _drawn(
    sample: Symbol,
    parameter: Symbol | None = None,
    other: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sample, as a function of the parameters that it was drawn with: constant."""
    ...
def _dropped(
    mask: Symbol | float,
    x: Symbol | float | None = None,
    scale: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x * scale where the mask is not 0, else 0."""
    ...
def _einsum(
    *args: Symbol | Sequence[Symbol],
    subscripts: str,
    optimize: int = 0,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sum products of elements along axes that letters name; see `nd.einsum`."""
    ...
def _elu(
    data: Symbol,
    slope: float = 0.25,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x, or slope * (exp(x) - 1) below 0 (Clevert et al. 2015)."""
    ...
def _equal_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a == b, else 0."""
    ...
def _expand(
    data: Symbol,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The input broadcast to *shape*."""
    ...
def _eye(
    N: int,
    M: int = 0,
    k: int = 0,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Make a matrix of N rows and M columns (N if 0) with ones on its k-th diagonal."""
    ...
def _full(
    shape: ShapeLike,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    value: float = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    ...
def _gather(
    x: Symbol,
    first: Symbol | None = None,
    second: Symbol | None = None,
    third: Symbol | None = None,
    *,
    axis: int = 0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``x[first, second, third]``: elements at index arrays, which broadcast, for axes in order."""
    ...
def _gather_adjoint(
    data: Symbol,
    first: Symbol | None = None,
    second: Symbol | None = None,
    third: Symbol | None = None,
    *,
    axis: int,
    shape: Shape,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape* to which entries are added where `_gather` would pick them."""
    ...
_gather_nd_adjoint = _backward_gather_nd
def _gelu(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x times the normal distribution's cumulative probability (Hendrycks and Gimpel 2016)."""
    ...
def _gemm(
    lhs: Symbol,
    rhs: Symbol | None = None,
    m: int = ...,
    n: int = ...,
    k: int = ...,
    shape: Shape = ...,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    batch: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """``alpha * op(A) @ op(B)`` of buffers, *batch* times, in a shape of its own."""
    ...
def _greater_equal_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a <= b, else 0."""
    ...
def _greater_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a < b, else 0."""
    ...
def _grid(
    data: Symbol,
    shape: int | Sequence[int],
    steps: Sequence[float],
    start: float = 0.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Numbers of the dtype of *data*: *start*, and one of *steps* more along each axis."""
    ...
def _gru_layer(
    data: Symbol,
    i2h_weight: Symbol | None = None,
    h2h_weight: Symbol | None = None,
    i2h_bias: Symbol | None = None,
    h2h_bias: Symbol | None = None,
    state: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A layer of gated recurrent units, whose gates are reset, update and new."""
    ...
def _histogram(
    data: Symbol,
    bins: Symbol | None = None,
    bin_cnt: int | None = None,
    range: float | Sequence[float] | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """How many elements are in each of some intervals."""
    ...
def _hypot_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """sqrt(a^2 + b^2)."""
    ...
def _independent(
    *data: Symbol | Sequence[Symbol],
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A copy of the first array, constant in all of them: a derivative that turned out to be so."""
    ...
def _inverse_or_zero(
    A: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The inverses of square matrices, and zeros for those that are singular."""
    ...
def _lamb_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    wd: float,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    t: int,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of LAMB: both phases, and the norms between them."""
    ...
def _last_of_nd(
    data: Symbol,
    indices: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where an index vector is the last of its kind, else 0, in the shape of `gather_nd`."""
    ...
def _last_rows(
    data: Symbol,
    index: Buffer,
    length: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where an index is the last of its kind, else 0; broadcasts to (outer, index, inner)."""
    ...
def _leaky(
    data: Symbol,
    slope: float = 0.25,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x, or slope * x below 0."""
    ...
def _lesser_equal_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a <= b, else 0."""
    ...
def _lesser_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a < b, else 0."""
    ...
def _linspace(
    start: float,
    stop: float | None = None,
    num: int = ...,
    endpoint: bool = True,
    step: float | None = None,
    repeat: int = 1,
    infer_range: bool = False,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    ...
def _log_of_choice(
    data: Symbol,
    index: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """log(data[row, index]) for the indices of each row."""
    ...
def _log_sum_exp(
    a: Symbol | float,
    b: Symbol | float | None = None,
    c: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """log(exp(a) + exp(b) + exp(c)), where no exponential overflows."""
    ...
def _logical_and_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where both are not 0, else 0."""
    ...
def _logical_or_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where one is not 0, else 0."""
    ...
def _logical_xor_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where just one is not 0."""
    ...
def _lstm_layer(
    data: Symbol,
    i2h_weight: Symbol | None = None,
    h2h_weight: Symbol | None = None,
    i2h_bias: Symbol | None = None,
    h2h_bias: Symbol | None = None,
    state: Symbol | None = None,
    state_cell: Symbol | None = None,
    h2r_weight: Symbol | None = None,
    *,
    clip_min: float | None = None,
    clip_max: float | None = None,
    clip_nan: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A layer of long short-term memory, whose gates are input, forget, new and output."""
    ...
def _max_pool(
    data: Symbol,
    kernel: Shape,
    stride: Shape,
    pad: Shape,
    places: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The first greatest element of each window, and where in its image it is."""
    ...
def _maximum_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The greater one."""
    ...
def _minimum_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The smaller one."""
    ...
def _minus_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b."""
    ...
def _mod_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def _moving_average(
    moving: Symbol,
    value: Symbol | None = None,
    momentum: float = 0.9,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Move an average towards a new value."""
    ...
def _mp_adamw_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    weight32: Symbol | None = None,
    rescale_grad: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    wd: float = 0.0,
    eta: float,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_adamw_update` for a weight that is *weight32* rounded, which is updated too."""
    ...
def _mp_lamb_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    weight32: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    wd: float,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    t: int,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_lamb_update` of *weight32*, which *weight* is a rounded copy of."""
    ...
def _mp_sgd_mom_update_by_arrays(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    weight32: Symbol | None = None,
    lr: Symbol | None = None,
    wd: Symbol | None = None,
    *,
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`mp_sgd_mom_update`, whose lr and wd are arrays of one element."""
    ...
def _mp_sgd_update_by_arrays(
    weight: Symbol,
    grad: Symbol | None = None,
    weight32: Symbol | None = None,
    lr: Symbol | None = None,
    wd: Symbol | None = None,
    *,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`mp_sgd_update`, whose lr and wd are arrays of one element."""
    ...
def _mul_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a * b."""
    ...
def _multi_adamw_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    etas: Sequence[float],
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_adamw_update` for several weights, whose arrays come weight by weight."""
    ...
def _multi_lamb_update(
    *data: Symbol | Sequence[Symbol],
    learning_rates: Sequence[float],
    wds: Sequence[float],
    step_count: Sequence[float],
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    num_tensors: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_lamb_update` for several weights, whose arrays come weight by weight."""
    ...
def _multi_mp_adamw_update(
    *data: Symbol | Sequence[Symbol],
    lrs: Sequence[float],
    wds: Sequence[float],
    etas: Sequence[float],
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    clip_gradient: float = -1.0,
    num_weights: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_mp_adamw_update` for several weights, whose arrays come weight by weight."""
    ...
def _multi_mp_lamb_update(
    *data: Symbol | Sequence[Symbol],
    learning_rates: Sequence[float],
    wds: Sequence[float],
    step_count: Sequence[float],
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-06,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    num_tensors: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`_mp_lamb_update` for several weights, whose arrays come weight by weight."""
    ...
def _nadam_update(
    weight: Symbol,
    grad: Symbol | None = None,
    mean: Symbol | None = None,
    var: Symbol | None = None,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-08,
    grad_factor: float = 1.0,
    mean_factor: float = 1.0,
    var_factor: float = 1.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A step of Adam with Nesterov's momentum, whose factors have the schedule. Dozat 2016."""
    ...
def _normal_like(
    data: Symbol,
    loc: float = 0.0,
    scale: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Normally distributed random numbers, of the input's shape and dtype."""
    ...
def _normalised_rows(
    data: Symbol,
    gamma: Symbol | None = None,
    beta: Symbol | None = None,
    *,
    eps: float = 1e-05,
    grouped: bool = False,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Normalise rows along the last axis."""
    ...
def _not_equal_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 where a != b, else 0."""
    ...
_npi_einsum = _einsum
def _of_choice(
    x: Symbol,
    index: Symbol | None = None,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The elements of x at the indices of each row."""
    ...
def _of_one_node(
    *data: Symbol | Sequence[Symbol],
    count: int,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The arrays as they are, as outputs of one node."""
    ...
def _ones(
    shape: ShapeLike,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    ...
def _order(
    data: Symbol,
    axis: int = -1,
    is_ascend: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """For each row along the axis the positions that sort it, one row for each."""
    ...
def _pick_adjoint(
    data: Symbol,
    index: Symbol | None = None,
    axis: int = ...,
    mode: str = ...,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape* that hold the input where `pick` would read."""
    ...
def _pick_in_windows(
    data: Symbol,
    index: Symbol | None = None,
    kernel: Shape = ...,
    stride: Shape = ...,
    pad: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The elements of images at these places, one for each window."""
    ...
def _pieces(
    data: Symbol,
    shapes: Sequence[Shape],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Views of a vector's elements as arrays of these shapes, one behind the other."""
    ...
def _plus_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a + b."""
    ...
def _positions(
    data: Symbol,
    axis: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The indices along an axis, as int64."""
    ...
def _power_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a to the power b."""
    ...
def _prelu(
    x: Symbol | float,
    slope: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x, or slope * x below 0, with a slope to be learnt (He et al. 2015)."""
    ...
def _put_back_in_windows(
    data: Symbol,
    index: Symbol | None = None,
    kernel: Shape = ...,
    stride: Shape = ...,
    pad: Shape = ...,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Images of *shape* to which elements are added at their places, and which are 0 elsewhere."""
    ...
def _put_order(
    x: Symbol,
    order: Symbol | None = None,
    shape: Shape = ...,
    axis: int | None = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros, with the elements of x at the positions in *order*."""
    ...
def _put_rows(
    lhs: Symbol,
    rhs: Symbol | None = None,
    index: Buffer = ...,
    outer: int = ...,
    length: int = ...,
    inner: int = ...,
    repeats: bool = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The left input with rows replaced by those of the right one."""
    ...
def _quantized(
    x: Symbol | float,
    scale: Symbol | float | None = None,
    low: float = -128.0,
    high: float = 127.0,
    missing: float = 127.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """x * scale as an integer of low to high; halves go to even ones, NaN is *missing*."""
    ...
def _random_exponential_like(
    data: Symbol,
    lam: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`exponential` in the shape, dtype and context of *data*."""
    ...
def _random_gamma_like(
    data: Symbol,
    alpha: int = 1,
    beta: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`gamma` in the shape, dtype and context of *data*."""
    ...
def _random_generalized_negative_binomial_like(
    data: Symbol,
    mu: int = 1,
    alpha: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`generalized_negative_binomial` in the shape, dtype and context of *data*."""
    ...
def _random_negative_binomial_like(
    data: Symbol,
    k: int = 1,
    p: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`negative_binomial` in the shape, dtype and context of *data*."""
    ...
def _random_normal_like(
    data: Symbol,
    loc: int = 0,
    scale: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`normal` in the shape, dtype and context of *data*."""
    ...
def _random_poisson_like(
    data: Symbol,
    lam: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`poisson` in the shape, dtype and context of *data*."""
    ...
def _random_uniform_like(
    data: Symbol,
    low: int = 0,
    high: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`uniform` in the shape, dtype and context of *data*."""
    ...
def _rdiv_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b; integers: C's."""
    ...
def _region_greatest(
    data: Symbol,
    image: Symbol | None = None,
    regions: Symbol | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The first greatest element (R, channels, P) of regions, 0 of empty ones, and where it is."""
    ...
def _region_means(
    data: Symbol,
    image: Symbol | None = None,
    regions: Symbol | None = None,
    *,
    stride: int,
    offsets: int | Sequence[int],
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Means (R, channels / stride, P) over regions (R, P, NUMBERS), of which r are of image[r]."""
    ...
def _resample(
    data: Symbol,
    like: Symbol | None = None,
    method: str = ...,
    size: int | Sequence[int] = ...,
    adjoint: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Images of another *size* by a method of `kernels.spec.resampling`, or the adjoint of that."""
    ...
def _reshaped(
    data: Symbol,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A view of the same elements in another shape."""
    ...
def _resize_bytes(
    data: Symbol,
    size: int | Sequence[int],
    interp: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Images of other height and width, in the fixed-point arithmetic of OpenCV for uint8."""
    ...
def _reverse_cumsum(
    a: Symbol,
    axis: int | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Sums of the elements from each one on along an axis: the adjoint of `cumsum`."""
    ...
def _rminus_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a - b."""
    ...
def _rmod_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The remainder, with the sign of b; 0 where b is 0."""
    ...
def _rnn_layer(
    data: Symbol,
    i2h_weight: Symbol | None = None,
    h2h_weight: Symbol | None = None,
    i2h_bias: Symbol | None = None,
    h2h_bias: Symbol | None = None,
    state: Symbol | None = None,
    *,
    activation: str = 'tanh',
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """A plain recurrent layer: h = f(W x + b + R h + c), with *activation* f, tanh or relu."""
    ...
def _rnn_param_concat(
    *data: Symbol | Sequence[Symbol],
    dim: int = 1,
    num_args: int | None = None,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Join arrays along axis *dim*, as `Concat`: the parts of packed parameters of `RNN`."""
    ...
def _rpower_scalar(
    data: Symbol,
    scalar: float = 1.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a to the power b."""
    ...
def _running(
    a: Symbol,
    b: Symbol | None = None,
    start: float = 0.0,
    reverse: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The recurrence v = v * a + b along axis 1 of three, each value before its step."""
    ...
def _sample_unique_zipfian(
    range_max: int,
    shape: int | Sequence[int] = (),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Draw classes that differ, with probabilities as in `rand_zipfian`."""
    ...
def _samples(
    data: Symbol,
    image: Symbol | None = None,
    rows: Symbol | None = None,
    columns: Symbol | None = None,
    *,
    slope: int | Sequence[int] = (False, False),
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Bilinear samples (R, channels, K) of images at positions (R, K), of which r is in image[r]."""
    ...
def _scatter_elemwise_div(
    lhs: Symbol | float,
    rhs: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """a / b, of equal shapes; of a row-sparse a, its stored rows."""
    ...
def _scatter_minus_scalar(
    data: Symbol,
    scalar: float = 0.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """data - scalar; of a sparse array, where elements are stored."""
    ...
def _scatter_plus_scalar(
    data: Symbol,
    scalar: float = 0.0,
    is_int: bool = True,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """data + scalar; of a sparse array, where elements are stored."""
    ...
def _scatter_set_nd(
    lhs: Symbol,
    rhs: Symbol | None = None,
    indices: Symbol | None = None,
    *,
    shape: int | Sequence[int],
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """*lhs* with the elements at index vectors replaced; of equal ones the last counts."""
    ...
def _selu(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The self-normalising elu (Klambauer et al. 2017)."""
    ...
def _sequence_last_adjoint(
    data: Symbol,
    sequence_length: Symbol | None = None,
    use_sequence_length: bool = ...,
    axis: int = ...,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `SequenceLast`."""
    ...
def _sgd_mom_update_by_arrays(
    weight: Symbol,
    grad: Symbol | None = None,
    mom: Symbol | None = None,
    lr: Symbol | None = None,
    wd: Symbol | None = None,
    *,
    momentum: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_mom_update`, whose lr and wd are arrays of one element."""
    ...
def _sgd_update_by_arrays(
    weight: Symbol,
    grad: Symbol | None = None,
    lr: Symbol | None = None,
    wd: Symbol | None = None,
    *,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: bool = True,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """`sgd_update`, whose lr and wd are arrays of one element."""
    ...
_slice_assign = _crop_assign
_slice_assign_scalar = _crop_assign_scalar
def _split_v2(
    data: Symbol,
    indices: int | Sequence[int],
    axis: int = 1,
    squeeze_axis: bool = False,
    sections: int = 0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """An array cut before each of *indices* (the first is 0), or into equal *sections*."""
    ...
def _spread_region_means(
    data: Symbol,
    image: Symbol | None = None,
    regions: Symbol | None = None,
    *,
    stride: int,
    offsets: int | Sequence[int],
    shape: int | Sequence[int],
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `_region_means`: images of *shape* to which elements of means are added."""
    ...
def _spread_samples(
    data: Symbol,
    image: Symbol | None = None,
    rows: Symbol | None = None,
    columns: Symbol | None = None,
    *,
    shape: int | Sequence[int],
    slope: int | Sequence[int] = (False, False),
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `_samples`: images of *shape* to which the elements of samples are added."""
    ...
def _square_sum(
    data: Symbol,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of squares along axes."""
    ...
def _sum_to(
    x: Symbol,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum over the axes along which an array of *shape* was broadcast to the input's."""
    ...
def _suppress(
    boxes: Symbol,
    present: Symbol | None = None,
    ids: Symbol | None = None,
    *,
    threshold: float,
    strict: bool = True,
    extra: float = 0.0,
    most: int = -1,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Non-maximum suppression: which boxes remain, as 1 or 0 in int32."""
    ...
def _take_adjoint(
    data: Symbol,
    indices: Symbol | None = None,
    axis: int = ...,
    mode: str = ...,
    shape: Shape = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Zeros of *shape* to which entries are added where `take` would pick them."""
    ...
def _take_order(
    data: Symbol,
    order: Symbol | None = None,
    axis: int | None = ...,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """For each row along the axis the elements at the positions in *order*, one row for each."""
    ...
def _take_rows(
    data: Symbol,
    index: Buffer,
    outer: int,
    length: int,
    inner: int,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Rows of the input seen as (outer, length, inner), picked by a vector of valid indices."""
    ...
def _topk_both(
    data: Symbol,
    axis: int = -1,
    k: int = 1,
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The first k in order and their positions."""
    ...
def _topk_indices(
    data: Symbol,
    axis: int = -1,
    k: int = 1,
    is_ascend: bool = False,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Positions of the first k in order."""
    ...
def _topk_mask(
    data: Symbol,
    axis: int = -1,
    k: int = 1,
    is_ascend: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """1 for the first k in order, else 0."""
    ...
def _topk_values(
    data: Symbol,
    axis: int = -1,
    k: int = 1,
    is_ascend: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The first k in order."""
    ...
def _triangle(
    A: Symbol,
    lower: bool = True,
    strict: bool = False,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Square matrices with zeros outside of a triangle, *strict* also on the diagonal."""
    ...
def _uniform_like(
    data: Symbol,
    low: float = 0.0,
    high: float = 1.0,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Random numbers in [low, high), of the input's shape and dtype."""
    ...
def _unpadded(
    data: Symbol,
    mode: str,
    pad_width: int | Sequence[int],
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `Pad`: what was added is summed into the elements that it repeated."""
    ...
def _values(
    data: Symbol,
    values: Sequence[float],
    shape: Shape,
    dtype: DTypeLike | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """Given numbers as an array, where *data* is and in its dtype or another."""
    ...
def _where_equal(
    a: Symbol | float,
    b: Symbol | float | None = None,
    c: Symbol | float | None = None,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """c where a == b, else 0: the derivative of an extreme, tied elements included."""
    ...
def _window_spread(
    data: Symbol,
    kernel: Shape,
    stride: Shape,
    pad: Shape,
    by: str,
    shape: Shape,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The adjoint of `_window_sum`: each element over its count in all of its window."""
    ...
def _window_sum(
    data: Symbol,
    kernel: Shape,
    stride: Shape,
    pad: Shape,
    places: Shape,
    by: str,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The sum of each window over images, over the number of its elements."""
    ...
def _without_rows(
    data: Symbol,
    index: Buffer,
    outer: int,
    length: int,
    inner: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The input, seen as (outer, length, inner), with zeros in rows."""
    ...
def _without_slice(
    data: Symbol,
    shape: Shape,
    strides: Shape,
    offset: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    """The input with zeros in a strided slice."""
    ...
def _zeros(
    shape: ShapeLike,
    ctx: Context | None = None,
    dtype: DTypeLike = 'float32',
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    ...
def _zeros_without_dtype(
    shape: ShapeLike,
    ctx: Context | None = None,
    dtype: DTypeLike | int = -1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> Symbol:
    ...
