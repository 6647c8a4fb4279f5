"""`RecurrentCell`: one step of a recurrent network, and sequences of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ... import nd, symbol
from ...base import shown
from ...nd import NDArray
from ...symbol import Symbol
from ...util import default_array
from ..block import Block
from ..hybrid import HybridBlock
from ..parameter import tensor_types
from ..parameter_dict import ParameterDict

if TYPE_CHECKING:
    from ...typing import InitializerLike, Operators, Tensor

Info = dict[str, Any]
States = list[Any]
"""Of arrays, or of symbols."""
Outputs = Any
"""One array, or a list of one for each step."""
Maker = Callable[..., NDArray] | Callable[..., Symbol]
"""What makes a state from a shape and a name."""
ActivationLike = str | Callable[..., Any]
"""The name of an activation, or a block or a function."""

_ACTIVATIONS = ("relu", "sigmoid", "softsign", "tanh")


class Steps:
    """A sequence, in one array or as a list of steps, and what its layout says.

    Attributes
    ----------
    F : module
        `nd` or `sym`.
    merged : bool
        Whether they are one array.
    first : NDArray or Symbol
        That array, or the first step.
    axis : int
        Of the steps in an array of all of them.
    batch_size : int
        0 for symbols.
    """

    def __init__(self, length: int, sequence: Outputs, layout: str) -> None:
        self._sequence = sequence
        self._length = length
        self.axis = layout.find("T")
        if self.axis < 0 or "N" not in layout:
            raise ValueError(f"Invalid layout {layout}: it needs T for steps and N for the batch")
        self.merged = isinstance(sequence, tensor_types)
        first = self.first = sequence if self.merged else sequence[0]
        self.F: Operators = symbol if isinstance(first, Symbol) else nd
        self.batch_size = 0
        given = length if self.merged else len(sequence)
        if self.F is nd:
            axes = layout if self.merged else layout.replace("T", "")
            self.batch_size = first.shape[axes.find("N")]
            given = first.shape[self.axis] if self.merged else given
        elif self.merged and len(first.list_outputs()) != 1:
            raise AssertionError(
                "unroll doesn't allow grouped symbol as input. Please convert to list with "
                "list(inputs) first or let unroll handle splitting."
            )
        if given != length:
            raise AssertionError(f"unroll: the inputs have {given} steps, expected length={length}")

    def split(self) -> list[Any]:
        """A list of the steps."""
        if not self.merged:
            return list(self._sequence)
        return split(self.F, self._sequence, self._length, self.axis)

    def merge(self) -> Any:
        """One array of all steps."""
        return self._sequence if self.merged else self.F.stack(*self._sequence, axis=self.axis)

    def format(self, merged: bool | None) -> Outputs:
        """One array or a list; as it is for None."""
        return self._sequence if merged is None else self.merge() if merged else self.split()


def split(F: Operators, array: Tensor, count: int, axis: int) -> list[Tensor]:
    """Slices of length 1 along an axis, without that axis."""
    parts = F.split(array, axis=axis, num_outputs=count, squeeze_axis=1)
    if count == 1 and isinstance(parts, NDArray):
        parts = [parts]
    return list(parts)


def masked(F: Operators, array: Tensor, valid_length: Tensor, axis: int) -> Tensor:
    """*array* with zeros after the end of each sequence."""
    return F.SequenceMask(array, valid_length, use_sequence_length=True, axis=axis)


def last_states(F: Operators, states: Sequence[States], valid_length: NDArray | Symbol) -> States:
    """The states at the end of each sequence, from those after each step."""
    return [
        F.SequenceLast(F.stack(*values, axis=0), valid_length, use_sequence_length=True, axis=0)
        for values in zip(*states, strict=True)
    ]


class RecurrentCell(Block):
    """A step of a recurrent network: from an input and states to an output and new states.

    Parameters
    ----------
    prefix : str, optional
        With what the names of all parameters begin.
    params : ParameterDict, optional
        Of another cell, whose parameters this one shares.
    """

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        super().__init__(prefix=prefix, params=params)
        self._modified = False
        self.reset()

    def reset(self) -> None:
        """Begin a new sequence: steps and states are counted from 0, what cells keep is dropped."""
        self._init_counter = -1
        self._counter = -1
        for cell in self._children.values():
            if isinstance(cell, RecurrentCell):
                cell.reset()

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        raise NotImplementedError(f"{type(self).__name__} has no state_info")

    def begin_state(self, batch_size: int = 0, func: Maker = nd.zeros, **kwargs: object) -> States:
        """Make the first states.

        Parameters
        ----------
        batch_size : int
            0 for symbols, where it is inferred.
        func : callable
            Makes one from *shape* and *name*: ``nd.zeros``, ``sym.zeros``, ``nd.random.normal`` ...
        **kwargs
            More arguments of *func*, such as *ctx* and *dtype*.

        Returns
        -------
        list

        Raises
        ------
        AssertionError
            If the cell is part of a `ModifierCell`, whose states are to be used.
        """
        if self._modified:
            raise AssertionError(
                "After applying modifier cells (e.g. ZoneoutCell) the base cell cannot be called "
                "directly. Call the modifier cell instead."
            )
        states = []
        for info in self.state_info(batch_size):
            self._init_counter += 1
            name = f"{self._prefix}begin_state_{self._init_counter}"
            states.append(default_array(func(name=name, **(info | kwargs))))
        return states

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Run the cell over a sequence.

        Parameters
        ----------
        length : int
            The number of steps.
        inputs : NDArray or Symbol, or list of them
            All steps in one array, or one array a step.
        begin_state : list, optional
            By default zeros.
        layout : str
            Axes of an array of all steps: T for steps, N for the batch, C for channels.
        merge_outputs : bool, optional
            Whether to return one array; by default a list, but one array with *valid_length*.
        valid_length : NDArray or Symbol of shape (batch,), optional
            The steps of each sequence.  After its end outputs are 0 and states stay.

        Returns
        -------
        outputs : NDArray or Symbol, or list of them
        states : list
            After the last step.
        """
        self.reset()
        steps = Steps(length, inputs, layout)
        states = self._first_states(begin_state, steps)
        outputs, after = [], []
        for x in steps.split():
            output, states = self(x, states)
            outputs.append(output)
            after.append(states)
        made = Steps(length, outputs, layout)
        if valid_length is None:
            return made.format(merge_outputs), states
        states = last_states(steps.F, after, valid_length)
        whole = masked(steps.F, made.merge(), valid_length, steps.axis)
        return Steps(length, whole, layout).format(merge_outputs), states

    def _first_states(self, states: States | None, steps: Steps) -> States:
        """*states* or zeros."""
        if states is not None:
            return states
        if steps.F is symbol:
            return self.begin_state(func=symbol.zeros, batch_size=0)
        with steps.first.context:
            return self.begin_state(func=nd.zeros, batch_size=steps.batch_size)

    def _get_activation(
        self, F: Operators, inputs: Tensor, activation: ActivationLike, **kwargs: object
    ) -> Tensor:
        """Apply an activation, given by name or as a block or a function."""
        if not isinstance(activation, str):
            return activation(inputs)
        if activation in _ACTIVATIONS:
            return getattr(F, activation)(inputs, **kwargs)
        return F.Activation(inputs, act_type=activation, **kwargs)

    def _gate_parameters(
        self,
        gates: int,
        hidden_size: int,
        input_size: int,
        *initializers: InitializerLike,
        states: int = 0,
    ) -> None:
        """Make ``i2h_weight``, ``h2h_weight``, ``i2h_bias`` and ``h2h_bias``, rows gate by gate."""
        rows = gates * hidden_size
        shapes = (rows, input_size), (rows, states or hidden_size), (rows,), (rows,)
        names = "i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"
        for name, shape, init in zip(names, shapes, initializers, strict=True):
            param = self.params.get(name, shape=shape, init=init, allow_deferred_init=True)
            setattr(self, name, param)

    if TYPE_CHECKING:

        def __call__(self, inputs: Tensor, states: States) -> tuple[Tensor, list[Tensor]]: ...

    def forward(self, inputs: Any, states: States) -> Any:
        """Compute the output and the new states of one step.

        Parameters
        ----------
        inputs : NDArray or Symbol of shape (batch, channels)
        states : list
            Those before the step, or of `begin_state`.  A single one need not be in a list.

        Returns
        -------
        output : NDArray or Symbol
        states : list

        Raises
        ------
        ValueError
            If one state is given to a cell that has several.
        """
        self._counter += 1
        if isinstance(states, tensor_types):
            if (count := len(self.state_info())) != 1:
                raise ValueError(
                    f"{self.name}: states must be a list of {count}, got {shown(states)}"
                )
            states = [states]
        return super().forward(inputs, states)


class HybridRecurrentCell(RecurrentCell, HybridBlock):
    """A `RecurrentCell` that `hybridize` compiles; it writes `hybrid_forward`."""

    _keeps_steps = False
    """Whether a step reads what the cell itself kept of the one before."""

    def hybridize(self, active: bool = True, *args: Any, **kwargs: Any) -> None:
        """Compile the step at the next call, or call it as it is again.

        Cells that keep something between steps, such as `ZoneoutCell`, are compiled with the
        sequence they are part of, and not step by step.
        """
        super().hybridize(active, *args, **kwargs)
        cells: list[Block] = []
        self.apply(cells.append)
        if any(getattr(cell, "_keeps_steps", False) for cell in cells):
            self._active = False
