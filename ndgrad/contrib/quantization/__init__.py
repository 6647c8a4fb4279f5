"""`mx.contrib.quantization`: networks that compute in integers of eight bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ... import nd, symbol
from ...base import Shape, public_names
from ...context import Context, cpu
from ...gluon import HybridBlock, SymbolBlock
from ...io import DataBatch, DataDesc, DataIter
from ...io.batches import DataShapes, checked_iterator
from ...module import Module
from ...module.checks import descriptions
from ...nd import NDArray
from ...symbol import Symbol
from .calibration import (
    Collector,
    HasRanges,
    Ranges,
    _collect_layer_statistics,
    _get_optimal_threshold,
    _get_optimal_thresholds,
    _LayerHistogramCollector,
    _LayerOutputMinMaxCollector,
    combine_histogram,
)
from .graph import calibrated, quantized

if TYPE_CHECKING:
    from ...typing import LoggerLike

__all__ = [
    "_LayerHistogramCollector",
    "_LayerOutputMinMaxCollector",
    "_get_optimal_threshold",
    "_get_optimal_thresholds",
    "calib_graph",
    "combine_histogram",
    "quantize_graph",
    "quantize_model",
    "quantize_model_mkldnn",
    "quantize_net",
    "quantize_net_v2",
]
__dir__ = public_names(globals())

Params: TypeAlias = dict[str, NDArray]
"""Arrays by name."""

Quantized: TypeAlias = tuple[Symbol, Params, Params]
"""A symbol with its arguments and auxiliary states."""

_DTYPES = ("int8", "uint8", "auto")
_GRANULARITIES = ("tensor-wise", "channel-wise")


def _quantize_params(
    qsym: Symbol, params: Mapping[str, NDArray], th_dict: Mapping[str, tuple[float, float]]
) -> Params:
    """The parameters of a quantized symbol, as integers with their ranges where it takes these."""
    found: Params = {}
    for name in qsym.list_arguments():
        original = name.removesuffix("_quantize")
        if name in params:
            found[name] = params[name]
        elif original != name and original in params:
            x = params[original]
            ends = nd.min(x), nd.max(x)
            integers, low, high = nd.contrib.quantize(x, *ends, out_type="int8")
            found |= {name: integers, f"{name}_min": low, f"{name}_max": high}
    return found


def _check(
    excluded_names: Sequence[str] | None,
    excluded_ops: Sequence[str] | None,
    dtype: str,
    granularity: str,
) -> tuple[list[str], list[str]]:
    """What stays as it is, as lists."""
    for name, given in (("sym", excluded_names), ("op", excluded_ops)):
        if given is not None and not isinstance(given, list):
            raise ValueError(
                f"excluded_{name}_names must be a list of strings representing the names of the "
                f"{'symbols' if name == 'sym' else 'operators'} that will not be quantized, while "
                f"received type {type(given)}"
            )
    if dtype not in _DTYPES:
        raise ValueError(
            f"unknown quantized_dtype {dtype} received, expected `int8`, `uint8` or `auto`"
        )
    if granularity not in _GRANULARITIES:
        raise ValueError(
            f"unkonwn quantize_granularity {granularity} received, expected `tensor-wise` or "
            "`channel-wise`."
        )
    return [*(excluded_names or ())], [*(excluded_ops or ())]


def _collector(
    mode: str | None,
    outputs: Sequence[str],
    dtype: str,
    own: Collector | None,
    logger: LoggerLike | None,
) -> Collector | None:
    """What notes ranges or histograms, as a mode of calibration wants it."""
    if mode is None or mode == "none":
        return None
    if mode == "entropy":
        return _LayerHistogramCollector(include_layer=outputs, logger=logger)
    if mode == "naive":
        return _LayerOutputMinMaxCollector(dtype, outputs, logger)
    if mode == "customize" and own is not None:
        return own
    raise ValueError(
        f"unknown calibration mode {mode} received, expected `none`, `naive`, `entropy` or "
        "`customize`"
    )


def _ranges(mode: str, collector: object, dtype: str, logger: LoggerLike | None) -> Ranges:
    if mode == "entropy" and isinstance(collector, _LayerHistogramCollector):
        if logger is not None:
            logger.info("Calculating optimal thresholds for quantization")
        return _get_optimal_thresholds(collector.hist_dict, dtype, logger=logger)
    if mode != "entropy" and isinstance(collector, HasRanges):
        return collector.min_max_dict
    raise TypeError(
        f"calib_graph: a {type(collector).__name__} has not collected what calib_mode={mode} takes"
    )


def quantize_graph(
    sym: Symbol,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    ctx: Context | None = None,
    excluded_sym_names: list[str] | None = None,
    excluded_op_names: list[str] | None = None,
    calib_mode: str | None = "entropy",
    quantized_dtype: str = "int8",
    quantize_mode: str = "full",
    quantize_granularity: str = "tensor-wise",
    LayerOutputCollector: Collector | None = None,
    logger: LoggerLike | None = None,
) -> tuple[Symbol, Params, Params, Collector | None]:
    """Return a quantized symbol without ranges, its parameters, and what is to collect the ranges.

    The collector is then given to `Executor.set_monitor_callback` of the symbol *sym*, as
    ``collector.collect``, and to `calib_graph`.

    Parameters
    ----------
    sym, arg_params, aux_params, excluded_sym_names, excluded_op_names, calib_mode, \
    quantized_dtype, quantize_mode, quantize_granularity, logger
        See `quantize_model`.
    ctx : Context, optional
    LayerOutputCollector : optional
        With ``calib_mode='customize'``: an object whose ``collect`` is called with the names and
        the values of outputs, and whose ``min_max_dict`` has their ranges.

    Raises
    ------
    ValueError
        If an argument is not one of those that it may be.
    """
    if ctx is not None and not isinstance(ctx, Context):
        raise ValueError(f"currently only supports single ctx, while received {ctx}")
    names, ops = _check(
        excluded_sym_names, excluded_op_names, quantized_dtype, quantize_granularity
    )
    if calib_mode is None or calib_mode == "none":
        ops.append("BatchNorm")  # which takes no integers without a range for its result
    qsym, outputs = quantized(sym, names, ops, arg_params, quantized_dtype, quantize_mode)
    collector = _collector(calib_mode, outputs, quantized_dtype, LayerOutputCollector, logger)
    if logger is not None:
        logger.info("Quantized graph; %d outputs to be calibrated", len(outputs))
    return qsym, _quantize_params(qsym, arg_params, {}), dict(aux_params), collector


def calib_graph(
    qsym: Symbol,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    collector: Collector,
    calib_mode: str = "entropy",
    quantized_dtype: str = "int8",
    logger: LoggerLike | None = None,
) -> Quantized:
    """Return a quantized symbol with the ranges that a collector has found.

    Parameters
    ----------
    qsym : Symbol
        What `quantize_graph` returned.
    arg_params, aux_params : dict of NDArray
        Parameters of the symbol that was quantized.
    collector
        What `quantize_graph` returned, when it has seen what the network computes.
    calib_mode : {'entropy', 'naive', 'customize'}
    quantized_dtype, logger
        See `quantize_model`.

    Returns
    -------
    symbol, arg_params, aux_params

    Raises
    ------
    ValueError
        For another mode.
    """
    if calib_mode not in ("entropy", "naive", "customize"):
        raise ValueError(
            f"please set calibration mode to naive or entropy, or customize, got {calib_mode}"
        )
    ranges = _ranges(calib_mode, collector, quantized_dtype, logger)
    qsym = calibrated(qsym, ranges)
    return qsym, _quantize_params(qsym, arg_params, ranges), dict(aux_params)


def quantize_model(
    sym: Symbol,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    data_names: Sequence[str] = ("data",),
    label_names: Sequence[str] | None = ("softmax_label",),
    ctx: Context | None = None,
    excluded_sym_names: list[str] | None = None,
    excluded_op_names: list[str] | None = None,
    calib_mode: str | None = "entropy",
    calib_data: DataIter | None = None,
    num_calib_examples: int | None = None,
    quantized_dtype: str = "int8",
    quantize_mode: str = "smart",
    quantize_granularity: str = "tensor-wise",
    logger: LoggerLike | None = None,
) -> Quantized:
    """Return a symbol whose layers are computed in integers, and its parameters.

    Convolutions, dense and recurrent layers are; so are activations by ``relu``, pooling, batch
    normalisation, sums, joins and embeddings.  What lies between these and other calls is converted
    by `quantize_v2` and `dequantize`.

    Parameters
    ----------
    sym : Symbol
    arg_params, aux_params : dict of NDArray
    data_names, label_names : list of str
        Of *calib_data*, as in `Module`.
    ctx : Context, optional
        Where *calib_data* is run.
    excluded_sym_names, excluded_op_names : list of str, optional
        Calls by name, and operators, that stay as they are.
    calib_mode : {'entropy', 'naive', 'none'}
        How ranges are found: from the histograms of what is computed of *calib_data*, as the least
        and greatest numbers there, or each time that the network runs.
    calib_data : DataIter, optional
    num_calib_examples : int, optional
        How much of it, by default all.
    quantized_dtype : {'int8', 'uint8', 'auto'}
        With ``'auto'`` what is not negative is uint8.
    quantize_mode : {'smart', 'full'}
        Whether calls that only move numbers are quantized where they lie between layers, or always.
    quantize_granularity : {'tensor-wise', 'channel-wise'}
        Weights have one range either way.
    logger : logging.Logger, optional

    Returns
    -------
    symbol, arg_params, aux_params

    Raises
    ------
    ValueError
        If an argument is not one of those that it may be, or *calib_data* is missing.

    Examples
    --------
    >>> import ndgrad as mx
    >>> net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=1, no_bias=True, name="fc")
    >>> args = {"fc_weight": mx.nd.array([[1, -0.5]])}
    >>> symbol, args, states = mx.contrib.quantization.quantize_model(
    ...     net, args, {}, label_names=None, calib_mode="none"
    ... )
    >>> args["fc_weight_quantize"]
    [[127 -64]]
    <NDArray 1x2 @cpu(0)>
    >>> exe = symbol.bind(mx.cpu(), {**args, "data": mx.nd.array([[2, 1]])})
    >>> exe.forward()[0]
    [[1.4862437]]
    <NDArray 1x1 @cpu(0)>
    """
    if calib_mode is not None and calib_mode != "none":
        if calib_data is None:
            raise ValueError(f"calib_data must be provided when calib_mode={calib_mode}")
        if not isinstance(calib_data, DataIter):
            raise ValueError(
                f"calib_data must be of DataIter type when calib_mode={calib_mode}, while received "
                f"type {type(calib_data)}"
            )
    qsym, qargs, qstates, collector = quantize_graph(
        sym, arg_params, aux_params, ctx, excluded_sym_names, excluded_op_names, calib_mode,
        quantized_dtype, quantize_mode, quantize_granularity, None, logger,
    )  # fmt: skip
    if collector is None or calib_mode is None or calib_data is None:
        return qsym, qargs, qstates
    module = Module(sym, data_names, label_names, context=ctx)
    source = checked_iterator("quantize_model", calib_data)
    module.bind(source.provide_data, source.provide_label or None, for_training=False)
    module.set_params(arg_params, aux_params)
    _collect_layer_statistics(module, calib_data, collector, num_calib_examples, logger)
    return calib_graph(qsym, arg_params, aux_params, collector, calib_mode, quantized_dtype, logger)


def quantize_model_mkldnn(
    sym: Symbol,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    data_names: Sequence[str] = ("data",),
    label_names: Sequence[str] | None = ("softmax_label",),
    ctx: Context | None = None,
    excluded_sym_names: list[str] | None = None,
    excluded_op_names: list[str] | None = None,
    calib_mode: str | None = "entropy",
    calib_data: DataIter | None = None,
    num_calib_examples: int | None = None,
    quantized_dtype: str = "int8",
    quantize_mode: str = "smart",
    quantize_granularity: str = "tensor-wise",
    logger: LoggerLike | None = None,
) -> Quantized:
    """Do `quantize_model`, for a CPU; layers are not joined, as oneDNN does it in MXNet.

    Raises
    ------
    ValueError
        If *ctx* is no CPU.
    """
    if ctx is not None and (not isinstance(ctx, Context) or ctx.device_type != "cpu"):
        raise ValueError(
            "quantize_model_mkldnn only support Intel cpu platform with MKL-DNN Backend, "
            f"received {ctx}"
        )
    return quantize_model(
        sym, arg_params, aux_params, data_names, label_names, ctx, excluded_sym_names,
        excluded_op_names, calib_mode, calib_data, num_calib_examples, quantized_dtype,
        quantize_mode, quantize_granularity, logger,
    )  # fmt: skip


# --- Gluon ----------------------------------------------------------------------------------------


class _Batches(DataIter):
    """Batches of a `DataIter`, a `DataLoader` or another iterable, without what are no inputs."""

    def __init__(self, data: Iterable[object], inputs: Sequence[DataDesc]) -> None:
        super().__init__(inputs[0].shape[0])
        self.provide_data = [*inputs]
        self.provide_label: list[DataDesc] = []
        self.batches = iter(data)

    def next(self) -> DataBatch:
        return DataBatch(_arrays(next(self.batches))[: len(self.provide_data)])


def _arrays(batch: object) -> list[NDArray]:
    """The arrays of a batch; several crops of each example are examples of their own."""
    found = batch.data if isinstance(batch, DataBatch) else batch
    found = [*found] if isinstance(found, (list, tuple)) else [found]
    for x in found:
        if not isinstance(x, NDArray):
            raise TypeError(f"calib_data must have batches of NDArray, got {type(x).__name__}")
    if found[0].ndim > 4:
        found[0] = found[0].reshape((-1, *found[0].shape[2:]))
    return found


def _shapes(data: Iterable[object] | None, given: DataShapes | None) -> list[Shape]:
    """The shapes of what is in a batch."""
    if given:
        return [tuple(desc.shape) for desc in descriptions(given)]
    if isinstance(data, DataIter):
        source = checked_iterator("quantize_net", data)
        return [tuple(desc.shape) for desc in descriptions(source.provide_data)]
    if data is None:
        raise ValueError("quantize_net: data_shapes required, or calib_data")
    try:
        first = next(iter(data))
    except (TypeError, StopIteration) as error:
        raise TypeError(f"calib_data is not a valid iterator: {error!r}") from None
    return [x.shape for x in _arrays(first)]


def _exported(
    network: HybridBlock, shapes: Sequence[Shape]
) -> tuple[Symbol, Params, Params, list[DataDesc]]:
    """The symbol of a network, its parameters and inputs; the last of *shapes* may be of labels."""
    network.hybridize()
    for count in range(len(shapes), 0, -1):
        try:
            network(*[nd.zeros(shape) for shape in shapes[:count]])
            break
        except (TypeError, ValueError):
            if count == 1:
                raise
    assert network._cached_graph  # as it has been called
    variables, outputs = network._cached_graph
    params = network.collect_params()
    args = {n: params[n]._reduce() for n in outputs.list_arguments() if n in params}
    states = {n: params[n]._reduce() for n in outputs.list_auxiliary_states()}
    names = [str(x.name) for x in variables]
    return outputs, args, states, [DataDesc(*x) for x in zip(names, shapes, strict=False)]


def quantize_net_v2(
    network: HybridBlock,
    quantized_dtype: str = "auto",
    quantize_mode: str = "full",
    quantize_granularity: str = "tensor-wise",
    exclude_layers: list[str] | None = None,
    exclude_layers_match: list[str] | None = None,
    exclude_operators: list[str] | None = None,
    calib_data: Iterable[object] | None = None,
    data_shapes: DataShapes | None = None,
    calib_mode: str | None = "none",
    num_calib_examples: int | None = None,
    ctx: Context | None = None,
    LayerOutputCollector: Collector | None = None,
    logger: LoggerLike | None = None,
) -> SymbolBlock:
    """Return a block that computes a network's layers in integers.

    Parameters
    ----------
    network : HybridBlock
        It is hybridized, and called with zeros.
    exclude_layers : list of str, optional
        Calls that stay as they are, by their names in the network's symbol.
    exclude_layers_match : list of str, optional
        Parts of such names.
    exclude_operators : list of str, optional
    calib_data : DataIter, DataLoader or iterable of batches, optional
        What follows a network's inputs in a batch, such as labels, is left out.
    data_shapes : list of DataDesc, optional
        Shapes of the inputs, if there is no *calib_data*.
    ctx : Context, optional
        Where *calib_data* is run, and where the block is.
    quantized_dtype, quantize_mode, quantize_granularity, calib_mode, num_calib_examples, \
    LayerOutputCollector, logger
        See `quantize_model` and `quantize_graph`.

    Raises
    ------
    ValueError
        If an argument is not one of those that it may be, or *calib_data* or *data_shapes* is
        missing.

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.gluon import nn
    >>> net = nn.HybridSequential()
    >>> net.add(nn.Dense(8, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> data = [mx.nd.random.uniform(shape=(16, 4)) for _ in range(4)]
    >>> fast = mx.contrib.quantization.quantize_net(net, calib_data=data, calib_mode="naive")
    >>> bool(abs(fast(data[0]) - net(data[0])).max().asscalar() < 0.01)
    True
    """
    if ctx is not None and not isinstance(ctx, Context):
        raise ValueError(f"currently only supports single ctx, while received {ctx}")
    device = cpu() if ctx is None else ctx
    shapes = _shapes(calib_data, data_shapes)
    if calib_mode is not None and calib_mode != "none" and calib_data is None:
        raise ValueError(f"calib_data must be provided when calib_mode={calib_mode}")
    sym, args, states, inputs = _exported(network, shapes)
    names = [entry.name for entry in sym._reachable()]
    matched = [n for n in names if any(part in n for part in exclude_layers_match or ())]
    excluded = [*(exclude_layers or ()), *matched]
    qsym, qargs, qstates, collector = quantize_graph(
        sym, args, states, device, excluded, exclude_operators, calib_mode, quantized_dtype,
        quantize_mode, quantize_granularity, LayerOutputCollector, logger,
    )  # fmt: skip
    if collector is not None and calib_mode is not None and calib_data is not None:
        module = Module(sym, [desc.name for desc in inputs], None, context=device)
        module.bind(inputs, for_training=False)
        module.set_params(args, states)
        batches = _Batches(calib_data, inputs)
        _collect_layer_statistics(module, batches, collector, num_calib_examples, logger)
        qsym, qargs, qstates = calib_graph(
            qsym, args, states, collector, calib_mode, quantized_dtype, logger
        )
    block = SymbolBlock(qsym, [symbol.var(desc.name) for desc in inputs])
    for name, param in block.collect_params().items():
        x = qargs[name] if name in qargs else qstates[name]
        param._load_init(x, device, cast_dtype=True, dtype_source="saved")
    return block


def quantize_net(
    network: HybridBlock,
    quantized_dtype: str = "auto",
    quantize_mode: str = "full",
    exclude_layers: list[str] | None = None,
    exclude_layers_match: list[str] | None = None,
    exclude_operators: list[str] | None = None,
    calib_data: Iterable[object] | None = None,
    data_shapes: DataShapes | None = None,
    calib_mode: str | None = "none",
    num_calib_examples: int | None = None,
    ctx: Context | None = None,
    logger: LoggerLike | None = None,
) -> SymbolBlock:
    """Do `quantize_net_v2`, which has two arguments more."""
    return quantize_net_v2(
        network, quantized_dtype, quantize_mode, "tensor-wise", exclude_layers,
        exclude_layers_match, exclude_operators, calib_data, data_shapes, calib_mode,
        num_calib_examples, ctx, None, logger,
    )  # fmt: skip
