"""`BaseRNNCell`: a step of a recurrent network as symbols, and its unrolling over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from .. import nd, symbol
from ..base import Shape
from ..nd import NDArray
from ..symbol import Symbol

if TYPE_CHECKING:
    from ..typing import MaybeMany

States: TypeAlias = "list[Symbol | MaybeMany]"
"""Symbols; of a `BidirectionalCell` lists of these, after the last step."""

Inputs: TypeAlias = Symbol | Sequence[Symbol]
"""A sequence, or its steps."""

StateInfo = TypedDict("StateInfo", {"shape": Shape, "__layout__": str})
"""A state's shape, where 0 is the batch's size, and layout."""


class RNNParams:
    """Variables by name, for cells that share them.

    Parameters
    ----------
    prefix : str
        Is put before each name.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._params: dict[str, Symbol] = {}

    def get(self, name: str, **kwargs: Any) -> Symbol:
        """The variable of this name; it is made, with these arguments, if there is none."""
        name = self._prefix + name
        if name not in self._params:
            self._params[name] = symbol.var(name, **kwargs)
        return self._params[name]


class BaseRNNCell:
    """The base of cells, which are functions of an input and of states.

    Parameters
    ----------
    prefix : str
        Is put before the names of parameters and outputs.
    params : RNNParams, optional
        Parameters to share with another cell.
    """

    _num_hidden: int

    def __init__(self, prefix: str = "", params: RNNParams | None = None) -> None:
        self._own_params = params is None
        self._prefix = prefix
        self._params = RNNParams(prefix) if params is None else params
        self._modified = False
        self.reset()

    def reset(self) -> None:
        """Count steps from zero, for a new graph."""
        self._init_counter = -1
        self._counter = -1

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        """A step.

        Parameters
        ----------
        inputs : Symbol
            Of shape ``(batch, channels)``.
        states : list of Symbol
            Of the step before, or `begin_state`.

        Returns
        -------
        output : Symbol
        states : list of Symbol
        """
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def _next_name(self) -> str:
        """What the names of the next step begin with."""
        self._counter += 1
        return f"{self._prefix}t{self._counter}_"

    @property
    def params(self) -> RNNParams:
        """The parameters; the cell does not own them from now on."""
        self._own_params = False
        return self._params

    @property
    def state_info(self) -> list[StateInfo]:
        """Shape and layout of each state; 0 is the batch's size."""
        raise NotImplementedError

    @property
    def state_shape(self) -> list[Shape]:
        """The shapes of the states."""
        return [info["shape"] for info in self.state_info]

    @property
    def _gate_names(self) -> Sequence[str]:
        return ()

    def begin_state(self, func: Callable[..., Symbol] | None = None, **kwargs: object) -> States:
        """The states before the first step.

        Parameters
        ----------
        func : callable
            Makes a symbol of a name, shape and ``__layout__``; by default ``sym.zeros``.
        **kwargs
            More arguments for it.
        """
        self._require_unmodified()
        make: Callable[..., Symbol] = symbol.zeros if func is None else func
        states: States = []
        for info in self.state_info:
            self._init_counter += 1
            name = f"{self._prefix}begin_state_{self._init_counter}"
            states.append(make(name=name, **{**kwargs, **info}))
        return states

    def _require_unmodified(self) -> None:
        if self._modified:
            raise AssertionError(
                f"{type(self).__name__} is inside of a modifier cell, such as ZoneoutCell: call "
                "that one"
            )

    def unpack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        """Parameters with the arrays of all gates divided, under a name for each."""
        found = dict(args)
        h = getattr(self, "_num_hidden", 0)
        for group in ("i2h", "h2h") if self._gate_names else ():
            weight = found.pop(f"{self._prefix}{group}_weight")
            bias = found.pop(f"{self._prefix}{group}_bias")
            for j, gate in enumerate(self._gate_names):
                name = f"{self._prefix}{group}{gate}"
                found[f"{name}_weight"] = weight[j * h : (j + 1) * h].copy()
                found[f"{name}_bias"] = bias[j * h : (j + 1) * h].copy()
        return found

    def pack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        """Parameters with the arrays of all gates joined: what `unpack_weights` divided."""
        found = dict(args)
        for group in ("i2h", "h2h") if self._gate_names else ():
            names = [f"{self._prefix}{group}{gate}" for gate in self._gate_names]
            for kind in ("weight", "bias"):
                parts = [found.pop(f"{name}_{kind}") for name in names]
                found[f"{self._prefix}{group}_{kind}"] = nd.concat(*parts, dim=0)
        return found

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        """The steps over a sequence.

        Parameters
        ----------
        length : int
            The number of steps.
        inputs : Symbol or list of Symbol
            The sequence, or a symbol for each step.
        begin_state : list of Symbol, optional
            By default `begin_state`.
        layout : {'NTC', 'TNC'}
            The axes of sequences.
        merge_outputs : bool, optional
            Whether the outputs are one symbol, rather than a list with one for each step; None
            leaves it to the cell.

        Returns
        -------
        outputs : Symbol or list of Symbol
        states : list of Symbol
            After the last step.
        """
        self.reset()
        steps, _ = sequence(length, inputs, layout, False)
        states = self.begin_state() if begin_state is None else begin_state
        outputs = []
        for i in range(length):
            output, states = self(steps[i], states)
            outputs.append(output)
        return sequence(length, outputs, layout, merge_outputs)[0], states


def sequence(
    length: int, inputs: Inputs | None, layout: str, merge: bool | None
) -> tuple[Symbol | MaybeMany, int]:
    """A sequence as one symbol (*merge*) or as a list of steps, and its axis of time.

    Parameters
    ----------
    length : int
    inputs : Symbol or list of Symbol
    layout : str
        Of the whole sequence.
    merge : bool, optional
        None leaves it as it is.
    """
    if inputs is None:
        raise AssertionError("unroll: inputs is None; expected a symbol, or a list of symbols")
    axis = layout.find("T")
    if isinstance(inputs, symbol.Symbol):
        if merge is False:
            if len(inputs.list_outputs()) != 1:
                raise AssertionError("unroll: inputs has several outputs; pass list(inputs)")
            inputs = list(symbol.split(inputs, axis=axis, num_outputs=length, squeeze_axis=True))
    else:
        if len(inputs) != length:
            raise AssertionError(f"unroll: length={length}, but there are {len(inputs)} inputs")
        if merge is True:
            inputs = symbol.concat(*(symbol.expand_dims(x, axis=axis) for x in inputs), dim=axis)
    return inputs, axis
