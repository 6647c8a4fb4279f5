"""`Executor`: a symbol with arrays for its arguments, as ``Symbol.bind`` returns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TypeAlias

import numpy as np

from .. import engine
from .._similar import did_you_mean
from ..array.ndarray import NDArray
from ..autograd import Function
from ..base import HostArray, MXNetError
from ..compiler import compile
from ..context import Context, current_context
from ..dispatch import write_into
from ..kernels.draws import drawing_from, position
from ..nd import array, zeros
from ..ops.definition import ZERO
from ..tape import Scope, state
from .entries import NodeEntry, Ref
from .graph import Graph, Values
from .inference import complete

__all__ = ["Executor"]

Monitor: TypeAlias = Callable[[str, NDArray], object]
"""Called with the name and the value of an operator's output."""


class _Watched(Function):
    """The inputs of an operator, whose gradients are shown to a monitor."""

    def __init__(self, monitor: Monitor, names: Sequence[str]) -> None:
        super().__init__()
        self.monitor = monitor
        self.names = names

    def forward(self, *inputs: NDArray) -> list[NDArray]:
        return [*inputs]

    def backward(self, *output_grads: NDArray) -> list[NDArray]:
        for name, gradient in zip(self.names, output_grads, strict=True):
            self.monitor(name, gradient)
        return [*output_grads]


class Executor:
    """A symbol with arrays for its arguments; made by `Symbol.bind` and `Symbol.simple_bind`.

    What comes the second time with the same shapes, dtypes and mode runs as a compiled program.

    Attributes
    ----------
    arg_dict : dict
        The arguments by name.  `forward` reads them, so writing to them changes its result.
    grad_dict : dict
        The gradients by name, None for an argument that has none.
    aux_dict : dict
        The auxiliary states by name.
    """

    def __init__(
        self,
        symbol: Graph,
        ctx: Context | None,
        args: Mapping[str, NDArray],
        grads: Mapping[str, NDArray | None],
        reqs: Mapping[str, str],
        states: Mapping[str, NDArray],
        places: Mapping[NodeEntry, Context] | None = None,
    ) -> None:
        for name, x in args.items():
            _check_gradient(name, x, grads.get(name), reqs.get(name, "null"))
        self._symbol = symbol
        self._ctx = ctx or next((x.context for x in args.values()), current_context())
        self._grad_req = dict(reqs)
        self.arg_dict = dict(args)
        self.grad_dict = {name: grads.get(name) for name in args}
        self.aux_dict = dict(states)
        self._heads: list[NDArray] = []
        self._recorded = False
        self._drawn_from: int | None = None  # the random numbers of the last `forward`
        self._outputs: list[NDArray] | None = None
        self._monitor: tuple[Monitor, bool] | None = None
        self._names = symbol.list_inputs()
        self._seen: set[bool] = set()
        self._places = places
        self._run = _evaluation(symbol, tuple(self._names), places)
        self._variables = self._marked()
        # A sparse array is its parts, which writes replace.
        self._sparse = [(x, y) for x, y in zip(self._arrays(), self._variables, strict=True)
                        if x.stype != "default"]  # fmt: skip
        compiles = _compiles(symbol) and not places
        self._program = compile(self._run, fallback=True) if compiles else self._run

    def _arrays(self) -> list[NDArray]:
        """Arguments and auxiliary states, in the order of `Symbol.list_inputs`."""
        return [(self.arg_dict | self.aux_dict)[name] for name in self._names]

    def _marked(self) -> list[NDArray]:
        """Arrays in the same memory, of which those are variables that have gradients."""
        found = []
        for name, own in zip(self._names, self._arrays(), strict=True):
            x = own.detach()
            gradient = self.grad_dict.get(name)
            if gradient is not None and self._grad_req.get(name, "null") != "null":
                engine.mark([x], [gradient], [self._grad_req[name]])
            found.append(x)
        return found

    # --- arrays -----------------------------------------------------------------------------------

    @property
    def arg_arrays(self) -> list[NDArray]:
        """The arguments, in the order of `Symbol.list_arguments`."""
        return list(self.arg_dict.values())

    @property
    def grad_arrays(self) -> list[NDArray | None]:
        """The gradients, in that order; None for an argument that has none."""
        return list(self.grad_dict.values())

    @property
    def aux_arrays(self) -> list[NDArray]:
        """The auxiliary states, in the order of `Symbol.list_auxiliary_states`."""
        return list(self.aux_dict.values())

    @property
    def outputs(self) -> list[NDArray]:
        """What the last `forward` computed; zeros before the first.

        The arrays stay the same: each `forward` writes to them.
        """
        if self._outputs is None:
            arrays = self.arg_dict | self.aux_dict
            known = self._symbol._inferred_shapes((), {n: x.shape for n, x in arrays.items()})[1]
            shapes = complete(known)
            if shapes is None:
                return []
            dtypes = self._symbol.infer_type_partial(**{n: x.dtype for n, x in arrays.items()})[1]
            self._outputs = [
                zeros(shape, self._ctx, dtype or "float32")
                for shape, dtype in zip(shapes, dtypes, strict=True)
            ]
        return self._outputs

    @property
    def output_dict(self) -> dict[str, NDArray]:
        """What the last `forward` returned, by name."""
        return dict(zip(self._symbol.list_outputs(), self.outputs, strict=False))

    # --- running ----------------------------------------------------------------------------------

    def forward(self, /, is_train: bool = False, **kwargs: NDArray | HostArray) -> list[NDArray]:
        """Calculate the outputs.

        Parameters
        ----------
        is_train : bool
            Training mode, and the record that `backward` needs.
        **kwargs : NDArray or numpy.ndarray
            New values, written to the arguments first.

        Raises
        ------
        TypeError
            For an unknown name.
        ValueError
            If a value has not its argument's shape, or is no array.
        """
        for name, value in kwargs.items():
            if name not in self.arg_dict:
                raise TypeError(f"Unknown argument {name}{did_you_mean(name, self.arg_dict)}")
            if not isinstance(value, (NDArray, np.ndarray)):
                raise ValueError(
                    "only accept keyword argument of NDArrays and numpy.ndarray, got "
                    f"{type(value).__name__} for {name}"
                )
            need = self.arg_dict[name].shape
            if value.shape != need:
                raise ValueError(
                    f"Shape not match! Argument {name}, need: {need}, received: {value.shape}"
                )
        train = bool(is_train)
        with Scope(False, train), self._ctx:
            for name, value in kwargs.items():
                given = value if isinstance(value, NDArray) else array(value, dtype=value.dtype)
                target = self.arg_dict[name]
                if target.stype == "default":
                    write_into(target, given.as_in_context(target.context), "forward")
                else:
                    target[:] = given
            for own, variable in self._sparse:
                variable._replace_parts(own._parts)  # type: ignore[attr-defined]
            self._drawn_from = position()
            with Scope(recording=train):
                self._heads = self._evaluated(train)
            self._recorded = train
            results = [head.detach() for head in self._heads]
            if self._outputs is None or not all(map(_alike, self._outputs, results)):
                self._outputs = results
            else:
                for target, x in zip(self._outputs, results, strict=True):
                    write_into(target, x, "forward")
        return self._outputs

    def _evaluated(self, recording: bool) -> list[NDArray]:
        if self._monitor is not None:
            return self._watched(*self._monitor)
        if recording in self._seen:
            return self._program(*self._variables)
        self._seen.add(recording)  # what runs once is not worth compiling
        return self._run(*self._variables)

    def _watched(self, monitor: Monitor, everything: bool) -> list[NDArray]:
        def note(entry: NodeEntry, inputs: Sequence[object], outputs: Sequence[NDArray]) -> None:
            if entry.op is None:
                return
            for key, made, x in zip(entry.input_names(), entry.inputs, inputs, strict=False):
                if everything and isinstance(made, Ref) and isinstance(x, NDArray):
                    if made.entry.op is None:
                        monitor(made.entry.name, x.detach())
                    monitor(f"{entry.name}_{key}", x.detach())
            for i, x in enumerate(outputs):
                monitor(entry.output_name(i), x.detach())

        def watch(entry: NodeEntry, inputs: Values) -> Values:
            dense = {
                i: x
                for i, x in enumerate(inputs)
                if isinstance(x, NDArray) and x._node is not None and x.stype == "default"
            }
            if not dense or entry.params.get("sparse_grad", False):
                return inputs
            name = f"{entry.name}_backward_output"
            names = [name if len(inputs) == 1 else f"{name}{i}" for i in dense]
            watched = _Watched(monitor, names)(*dense.values())
            found = dict(zip(dense, watched, strict=True))
            return [found.get(i, x) for i, x in enumerate(inputs)]

        values = dict(zip(self._names, self._variables, strict=True))
        return self._symbol._run(values, note, self._places, watch if state.recording else None)

    def backward(
        self,
        out_grads: NDArray | Sequence[NDArray | None] | Mapping[str, NDArray] | None = None,
        is_train: bool = True,
    ) -> None:
        """Leave the gradients of the last `forward` in `grad_dict`; before the first it runs here.

        Parameters
        ----------
        out_grads : NDArray, sequence of NDArray, or dict, optional
            One for each output, of its number of elements and cast to its dtype; by default ones,
            which a loss such as `SoftmaxOutput` does not ask for.  That of an output without a
            derivative is not looked at.
        is_train : bool
            Training mode while the gradients are computed.

        Raises
        ------
        TypeError
            If a gradient is no array.
        MXNetError
            If a gradient does not fit.
        """
        if isinstance(out_grads, NDArray):
            out_grads = [out_grads]
        if isinstance(out_grads, Mapping):
            out_grads = [out_grads.get(name) for name in self._symbol.list_outputs()]
        count = len(self._symbol._heads)
        grads: list[NDArray | None] = [None] * count if out_grads is None else list(out_grads)
        if len(grads) < count:
            raise MXNetError(f"backward: {len(grads)} gradients are given, expected {count}")
        if not self._recorded:  # nothing ran yet, or a prediction, whose gradients are asked for
            again = nullcontext() if self._drawn_from is None else drawing_from(self._drawn_from)
            with Scope(True, False), self._ctx, again:
                self._heads = self._evaluated(True)
            self._recorded = True
        for i, grad in enumerate(grads):
            if grad is not None and not isinstance(grad, NDArray):
                raise TypeError(
                    f"backward: out_grads[{i}] must be an NDArray, got {type(grad).__name__}"
                )
        # As in MXNet, a gradient that no operator reads may have any shape.
        grads = [
            g if self._reads_gradient(i) else None
            for i, g in zip(range(count), grads, strict=False)
        ]
        pairs = [(h, g) for h, g in zip(self._heads, grads, strict=False) if h._node is not None]
        if pairs:
            heads = [head for head, _ in pairs]
            given = [
                None if g is None else g.as_in_context(h.context).astype(h.dtype, copy=False)
                for h, g in pairs
            ]
            engine.backward(heads, given, True, bool(is_train))

    def _reads_gradient(self, index: int) -> bool:
        """Whether the operator of an output reads its gradient: `argmax` does not."""
        entry = self._symbol._heads[index].entry
        return entry.op is None or entry.foreign or entry.definition.gradient != ZERO

    # --- other arrays -----------------------------------------------------------------------------

    def copy_params_from(
        self,
        arg_params: Mapping[str, NDArray],
        aux_params: Mapping[str, NDArray] | None = None,
        allow_extra_params: bool = False,
    ) -> None:
        """Write values to arguments and auxiliary states.

        Raises
        ------
        ValueError
            If there is no array of a name, unless *allow_extra_params*.
        MXNetError
            If a value has another shape.
        """
        for given, own, what in (
            (arg_params, self.arg_dict, "arguments"),
            (aux_params or {}, self.aux_dict, "auxiliary states"),
        ):
            for name, value in given.items():
                if name in own:
                    if value.shape != own[name].shape:
                        raise MXNetError(
                            f"copy_params_from: {name} has shape {own[name].shape}, got a value of "
                            f"shape {value.shape}"
                        )
                    value.astype(own[name].dtype).copyto(own[name])
                elif not allow_extra_params:
                    raise ValueError(f'Find name "{name}" that is not in the {what}')

    def reshape(
        self, partial_shaping: bool = False, allow_up_sizing: bool = False, **kwargs: Sequence[int]
    ) -> Executor:
        """Return an executor for other shapes that shares the memory of this one's arrays.

        Parameters
        ----------
        partial_shaping : bool
            Whether shapes may change that are not given.
        allow_up_sizing : bool
            Whether arrays may become larger.
        **kwargs : tuple of int
            New shapes by name.

        Raises
        ------
        MXNetError
            If a shape changes that may not.
        """
        arguments, outputs, states = map(complete, self._symbol._inferred_shapes((), kwargs))
        if arguments is None or states is None:
            raise MXNetError("reshape: Insufficient argument shapes provided.")
        args: dict[str, NDArray] = {}
        grads: dict[str, NDArray | None] = {}
        for (name, x), shape in zip(self.arg_dict.items(), arguments, strict=True):
            gradient = self.grad_dict[name]
            if x.shape != shape:
                _may_change(name, x, shape, name in kwargs or partial_shaping, allow_up_sizing)
                x = _of_shape(x, shape)
                gradient = None if gradient is None else _of_shape(gradient, shape)
            args[name], grads[name] = x, gradient
        aux = {}
        for (name, x), shape in zip(self.aux_dict.items(), states, strict=True):
            if x.shape != shape:
                _may_change(name, x, shape, partial_shaping, allow_up_sizing)
                x = _of_shape(x, shape)
            aux[name] = x
        executor = Executor(self._symbol, self._ctx, args, grads, self._grad_req, aux, self._places)
        if self.outputs and outputs is not None:
            executor._outputs = [
                _of_shape(x, shape) for x, shape in zip(self.outputs, outputs, strict=True)
            ]
        executor._monitor = self._monitor
        return executor

    def set_monitor_callback(self, callback: Monitor, monitor_all: bool = False) -> None:
        """Let a function be called with the name and the value of each operator's output.

        `forward` calls it, and `backward` with the gradients of each operator's inputs, as
        ``name_backward_output0``; without the number if there is one input.

        Parameters
        ----------
        callback : callable
        monitor_all : bool
            Whether it is called with each operator's inputs too, as ``name_data``, and with the
            arguments and auxiliary states among them.
        """
        self._monitor = (callback, monitor_all)

    def get_optimized_symbol(self) -> Graph:
        """Return the symbol that is run."""
        return self._symbol

    def debug_str(self) -> str:
        """Return the symbol's `debug_str`, and how much memory its results take.

        With gradients these are all results that those depend on, otherwise what is needed at once.
        """
        text: str = self._symbol.debug_str()  # type: ignore[attr-defined]
        return f"{text}\nTotal {self._allocated() >> 20} MB allocated"

    def _allocated(self) -> int:
        """The bytes of results; those of arguments are not among them."""
        arrays = zip(self._names, self._arrays(), strict=True)
        forms = {name: (x.shape, np.dtype(x.dtype)) for name, x in arrays}
        known = self._symbol._inference(
            {name: shape for name, (shape, _) in forms.items()},
            {name: dtype for name, (_, dtype) in forms.items()},
        )
        order = self._symbol._reachable()
        last = {x.entry: i for i, entry in enumerate(order) for x in entry.refs}
        learnt = {
            entry
            for entry in order
            if entry.op is None and self._grad_req.get(entry.name, "null") != "null"
        }
        live: dict[NodeEntry, int] = {}
        kept = most = 0
        for i, entry in enumerate(order):
            if entry.op is None:
                continue
            passes = entry.definition.gradient != ZERO
            if passes and any(x.entry in learnt for x in entry.refs):
                learnt.add(entry)
            live[entry] = sum(
                int(np.prod(shape or ())) * np.dtype(dtype or "float32").itemsize
                for shape, dtype in zip(known.shapes[entry], known.dtypes[entry], strict=True)
            )
            most = max(most, sum(live.values()))
            kept += live[entry] if entry in learnt else 0
            live = {e: size for e, size in live.items() if last.get(e, i + 1) > i}
        through = {head.entry for head in self._symbol._heads} & learnt
        return max(kept, most) if through else most


def _check_gradient(name: str, x: NDArray, gradient: object, req: str) -> None:
    if req not in ("write", "add", "null"):
        raise ValueError(f"grad_req of {name} must be 'write', 'add' or 'null', got {req!r}")
    if gradient is None:
        return
    if not isinstance(gradient, NDArray):
        raise TypeError(f"the gradient of {name} must be an NDArray, got {type(gradient).__name__}")
    if gradient.shape != x.shape or gradient.dtype != x.dtype:
        raise MXNetError(
            f"bind: the gradient of {name} must have its shape {x.shape} and dtype "
            f"{np.dtype(x.dtype)}, got {gradient.shape} and {np.dtype(gradient.dtype)}"
        )


def _evaluation(
    symbol: Graph, names: tuple[str, ...], places: Mapping[NodeEntry, Context] | None
) -> Callable[..., list[NDArray]]:
    """The symbol as a function of its inputs; it refers to nothing that changes."""

    def evaluate(*arrays: NDArray) -> list[NDArray]:
        return symbol._run(dict(zip(names, arrays, strict=True)), places=places)

    evaluate.__qualname__ = f"symbol {symbol.name}"
    return evaluate


def _compiles(symbol: Graph) -> bool:
    """Whether a program can be made of all operators."""
    return not any(
        entry.foreign
        or entry.definition.dynamic_shape
        or (entry.own is not None and entry.op != "_foreach")
        for entry in symbol._reachable()
        if entry.op is not None
    )


def _alike(x: NDArray, y: NDArray) -> bool:
    """Whether *y* can be written to *x* as it is."""
    same = (x.shape, x.dtype, x.context) == (y.shape, y.dtype, y.context)
    return same and x.stype == y.stype == "default"


def _may_change(
    name: str, x: NDArray, shape: Sequence[int], given: bool, allow_up_sizing: bool
) -> None:
    if not given:
        raise MXNetError(
            f"reshape: Shape of unspecified argument {name} changes from {x.shape} to {shape}, so "
            "the new executor cannot share it; set partial_shaping=True if that is intended"
        )
    if int(np.prod(shape)) > x.size and not allow_up_sizing:
        raise MXNetError(
            f"reshape: New shape {shape} of {name} is larger than the original {x.shape}; set "
            "allow_up_sizing=True to allocate a new array"
        )


def _of_shape(x: NDArray, shape: Sequence[int]) -> NDArray:
    """The memory of *x* in another shape, or new memory if it does not suffice."""
    size = int(np.prod(shape))
    if x.stype != "default":
        return zeros(tuple(shape), x.context, x.dtype, stype=x.stype)
    if size <= x.size:
        return x.reshape((-1,))[:size].reshape(tuple(shape))
    return zeros(tuple(shape), x.context, x.dtype)
