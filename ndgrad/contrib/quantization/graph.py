"""Symbols whose layers are computed in integers: which layers, and what stands between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ...base import MXNetError, public_names
from ...symbol import Symbol
from ...symbol.composing import copied
from ...symbol.entries import NodeEntry, Ref, entries_below

__all__ = ["calibrated", "quantized"]
__dir__ = public_names(globals())

Integers = tuple[Ref, Ref, Ref]
"""A quantized array and the ends of its range."""


class Form(NamedTuple):
    """How an operator is called on quantized arrays.

    Attributes
    ----------
    op : str
        The operator that is called instead.
    real : tuple of int
        Its inputs that are not quantized.
    wide : bool
        Whether its results are of int32, and are quantized again.
    layer : bool
        Whether it has the work for which a network is quantized; others follow their neighbours.
    asymmetric : bool
        Whether it takes what `quantize_asym` makes, and returns real numbers.
    """

    op: str
    real: tuple[int, ...] = ()
    wide: bool = False
    layer: bool = False
    asymmetric: bool = False


FORMS = {
    "Activation": Form("_contrib_quantized_act"),
    "BatchNorm": Form("_contrib_quantized_batch_norm", real=(1, 2, 3, 4)),
    "Concat": Form("_contrib_quantized_concat"),
    "Convolution": Form("_contrib_quantized_conv", wide=True, layer=True),
    "Embedding": Form("_contrib_quantized_embedding", real=(0,)),
    "Flatten": Form("_contrib_quantized_flatten"),
    "FullyConnected": Form("_contrib_quantized_fully_connected", wide=True, layer=True),
    "Pooling": Form("_contrib_quantized_pooling"),
    "RNN": Form("_contrib_quantized_rnn", real=(1, 2, 3), layer=True, asymmetric=True),
    "elemwise_add": Form("_contrib_quantized_elemwise_add", wide=True),
    "elemwise_mul": Form("_contrib_quantized_elemwise_mul", wide=True),
}
"""By MXNet's names of operators."""

CALIBRATED = {
    "_contrib_quantize_asym": 0,
    "_contrib_quantize_v2": 0,
    "_contrib_quantized_batch_norm": None,
    "_contrib_requantize": 0,
}
"""Operators with a range from a calibration: the input that has it, or None for the output."""


def _form(entry: NodeEntry, dtype: str) -> Form | None:
    """How a call is made on quantized arrays; None if it cannot."""
    if entry.op is None or entry.foreign:
        return None
    op, params = entry.definition.name, entry.params
    fits = {
        "Activation": params.get("act_type") == "relu",
        "BatchNorm": not params.get("output_mean_var", False),
        "Concat": params.get("dim", 1) > 0,
        "Pooling": params.get("pool_type", "max") in ("max", "avg")
        and len(params.get("kernel", ())) != 1,
        "RNN": params.get("mode") == "lstm",
        "elemwise_mul": dtype == "int8",
    }
    return FORMS.get(op) if fits.get(op, True) else None


def _chosen(
    order: Sequence[NodeEntry], names: Collection[str], ops: Collection[str], dtype: str, mode: str
) -> dict[NodeEntry, Form]:
    """The calls that are made on quantized arrays."""
    found = {}
    for entry in order:
        form = _form(entry, dtype)
        if form is not None and entry.name not in names and not {entry.op, form.op} & {*ops}:
            found[entry] = form
    if mode == "full":
        return found
    below = {entry: [x.entry for x in entry.refs] for entry in order}
    above: dict[NodeEntry, list[NodeEntry]] = {entry: [] for entry in order}
    for entry, inputs in below.items():
        for x in inputs:
            above[x].append(entry)
    layers = [entry for entry, form in found.items() if form.layer]
    between = _reached(layers, below, found) & _reached(layers, above, found)
    return {entry: form for entry, form in found.items() if form.layer or entry in between}


def _reached(
    starts: Iterable[NodeEntry],
    neighbours: Mapping[NodeEntry, Sequence[NodeEntry]],
    found: Mapping[NodeEntry, Form],
) -> set[NodeEntry]:
    """What is reached from layers through calls that could be quantized and are no layers."""
    seen: set[NodeEntry] = set()
    pending = [*starts]
    while pending:
        for entry in neighbours[pending.pop()]:
            if entry in found and not found[entry].layer and entry not in seen:
                seen.add(entry)
                pending.append(entry)
    return seen


class _Quantizer:
    """The quantized graph while it is made: each output of the old one in integers, or not."""

    def __init__(self, offline: Collection[str], dtype: str) -> None:
        self.offline = offline
        self.dtype = dtype
        self.real: dict[Ref, Ref] = {}
        self.integers: dict[Ref, Integers] = {}
        self.asymmetric: dict[Ref, Integers] = {}

    def as_real(self, x: Ref) -> Ref:
        """An output of the old graph as real numbers."""
        if x not in self.real:
            name = f"{x.entry.name}_dequantize"
            self.real[x] = Ref(NodeEntry(name, "_contrib_dequantize", self.integers[x]), 0)
        return self.real[x]

    def as_integers(self, x: Ref) -> Integers:
        """The same in integers; a parameter is a variable of integers."""
        if x not in self.integers:
            source = x.entry
            if source.op is None and source.name in self.offline:
                name = f"{source.name}_quantize"
                low, high = (Ref(NodeEntry(f"{name}_{end}"), 0) for end in ("min", "max"))
                self.integers[x] = Ref(NodeEntry(name), 0), low, high
            else:
                params = {"out_type": self.dtype}
                self.integers[x] = self._quantize("_contrib_quantize_v2", x, params)
        return self.integers[x]

    def as_asymmetric(self, x: Ref) -> Integers:
        """The same in integers whose zero is not that of the real numbers."""
        if x not in self.asymmetric:
            self.asymmetric[x] = self._quantize("_contrib_quantize_asym", x, {})
        return self.asymmetric[x]

    def _quantize(self, op: str, x: Ref, params: dict[str, str]) -> Integers:
        name = f"{x.entry.output_name(x.output)}_quantize"
        return _outputs(NodeEntry(name, op, (self.as_real(x),), params, 3))

    def keep(self, entry: NodeEntry) -> None:
        """Take a call, or a variable, as it is."""
        inputs = tuple([self.as_real(x) if isinstance(x, Ref) else x for x in entry.inputs])
        new = entry if inputs == entry.inputs else entry.replaced(inputs)
        for k in range(entry.outputs):
            self.real[Ref(entry, k)] = Ref(new, k)

    def quantize(self, entry: NodeEntry, form: Form) -> None:
        """Make a call on integers instead."""
        made: list[Ref | None] = []
        ends: list[Ref] = []
        for i, x in enumerate(entry.refs):
            if i in form.real:
                made.append(self.as_real(x))
                continue
            values, *ends_of = (self.as_asymmetric if form.asymmetric else self.as_integers)(x)
            made.append(values)
            ends += ends_of
        if form.layer and form.wide and len(made) == 2:
            made.append(None)  # there is no bias
        params = dict(entry.params)
        if form.op == "_contrib_quantized_concat":
            params["num_args"] = len(made)
        new = NodeEntry(
            f"quantized_{entry.name}",
            form.op,
            (*made, *ends),
            params,
            entry.outputs if form.asymmetric else 3,
            attrs=entry.attrs,
        )
        if form.asymmetric:
            self.real |= {Ref(entry, k): Ref(new, k) for k in range(entry.outputs)}
            return
        if form.wide:
            name, params = f"requantize_{entry.name}", {"out_type": self.dtype}
            new = NodeEntry(name, "_contrib_requantize", _outputs(new), params, 3)
        self.integers[Ref(entry, 0)] = _outputs(new)


def _outputs(entry: NodeEntry) -> Integers:
    return Ref(entry, 0), Ref(entry, 1), Ref(entry, 2)


def quantized(
    symbol: Symbol,
    excluded_names: Collection[str] = (),
    excluded_ops: Collection[str] = (),
    offline: Collection[str] = (),
    dtype: str = "int8",
    mode: str = "smart",
) -> tuple[Symbol, list[str]]:
    """Return a symbol that computes in integers, and the outputs whose ranges a calibration finds.

    Parameters
    ----------
    symbol : Symbol
    excluded_names, excluded_ops : list of str
        Calls and operators that stay as they are.
    offline : list of str
        Parameters that will be given as integers.
    dtype : {'int8', 'uint8', 'auto'}
        Of quantized arrays; with ``'auto'`` uint8 where a calibration finds nothing negative.
    mode : {'smart', 'full'}
        Whether only convolutions, dense and recurrent layers and what lies between them is
        quantized, or all that can be.

    Raises
    ------
    MXNetError
        For another mode.
    """
    if mode not in ("smart", "full"):
        raise MXNetError(f"unrecognized quantize mode: {mode}, expected 'smart' or 'full'")
    order = symbol._reachable()
    chosen = _chosen(order, excluded_names, excluded_ops, dtype, mode)
    quantizer = _Quantizer(offline, dtype)
    for entry in order:
        if entry in chosen:
            quantizer.quantize(entry, chosen[entry])
        else:
            quantizer.keep(entry)
    heads = [quantizer.as_real(head) for head in symbol._heads]
    return type(symbol)(heads), [name for _, name in _ranges(entries_below(heads))]


def _ranges(order: Iterable[NodeEntry]) -> Iterator[tuple[NodeEntry, str]]:
    """Calls that take a range, and the output of the real network that it is of."""
    for entry in order:
        if entry.op in CALIBRATED:
            index = CALIBRATED[entry.op]
            x = Ref(entry, 0) if index is None else entry.refs[index]
            name = x.entry.output_name(x.output)
            if x.entry.op == "_contrib_dequantize":
                name = name.replace("_dequantize_", "_")
            yield entry, name.removeprefix("quantized_")


def calibrated(symbol: Symbol, ranges: Mapping[str, tuple[float, float]]) -> Symbol:
    """Return a quantized symbol with the ranges that a calibration has found, by outputs' names."""
    heads = copied(symbol._heads)
    for entry, name in _ranges(entries_below(heads)):
        if name in ranges:
            low, high = map(float, ranges[name])
            entry.params = {**entry.params, "min_calib_range": low, "max_calib_range": high}
    return type(symbol)(heads)
