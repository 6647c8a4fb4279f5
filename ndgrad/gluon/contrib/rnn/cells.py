"""`LSTMPCell`, dropout with one mask for all steps of a sequence, and `dynamic_unroll`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .... import nd, symbol
from ....base import public_names
from ....symbol import Symbol
from ...parameter import Parameter, tensor_types
from ...parameter_dict import ParameterDict
from ...rnn import BidirectionalCell, ModifierCell
from ...rnn.recurrent import (
    HybridRecurrentCell,
    Info,
    Outputs,
    RecurrentCell,
    States,
    Steps,
    masked,
)

if TYPE_CHECKING:
    from ....typing import InitializerLike, Operators, Tensor

__all__ = ["LSTMPCell", "VariationalDropoutCell", "dynamic_unroll"]
__dir__ = public_names(globals())


class LSTMPCell(HybridRecurrentCell):
    """A long short-term memory whose output is projected (Sak et al. 2014).

    As `LSTMCell`, but with ``h' = (s(o) * tanh(c')) W_r^T``, which is shorter than c'.

    Parameters
    ----------
    hidden_size : int
        The size of the state c.
    projection_size : int
        The size of the state h, and of the output.
    i2h_weight_initializer, h2h_weight_initializer, h2r_weight_initializer : Initializer or str
        Of the weights of inputs, states and projections.
    i2h_bias_initializer, h2h_bias_initializer : Initializer or str
        Of the biases.
    input_size : int
        0 to infer it at the first call.
    prefix : str, optional
    params : ParameterDict, optional
    """

    i2h_weight: Parameter

    def __init__(
        self,
        hidden_size: int,
        projection_size: int,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        h2r_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._hidden_size = hidden_size
        self._input_size = input_size
        self._projection_size = projection_size
        rows = 4 * hidden_size
        for name, shape, init in (
            ("i2h_weight", (rows, input_size), i2h_weight_initializer),
            ("h2h_weight", (rows, projection_size), h2h_weight_initializer),
            ("h2r_weight", (projection_size, hidden_size), h2r_weight_initializer),
            ("i2h_bias", (rows,), i2h_bias_initializer),
            ("h2h_bias", (rows,), h2h_bias_initializer),
        ):
            param = self.params.get(name, shape=shape, init=init, allow_deferred_init=True)
            setattr(self, name, param)

    def __repr__(self) -> str:
        rows, columns = self.i2h_weight.shape or (0, 0)
        return f"{type(self).__name__}({columns or None} -> {rows} -> {self._projection_size})"

    def _alias(self) -> str:
        return "lstmp"

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        sizes = self._projection_size, self._hidden_size
        return [{"shape": (batch_size, size), "__layout__": "NC"} for size in sizes]

    def hybrid_forward(
        self,
        F: Operators,
        inputs: Tensor,
        states: list[Tensor],
        i2h_weight: Tensor,
        h2h_weight: Tensor,
        h2r_weight: Tensor,
        i2h_bias: Tensor,
        h2h_bias: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        t, size = f"t{self._counter}_", 4 * self._hidden_size
        i2h = F.FullyConnected(inputs, i2h_weight, i2h_bias, num_hidden=size, name=f"{t}i2h")
        h2h = F.FullyConnected(states[0], h2h_weight, h2h_bias, num_hidden=size, name=f"{t}h2h")
        i, f, g, o = F.SliceChannel(i2h + h2h, num_outputs=4, name=f"{t}slice")
        enter = F.Activation(i, act_type="sigmoid", name=f"{t}i")
        forget = F.Activation(f, act_type="sigmoid", name=f"{t}f")
        new = F.Activation(g, act_type="tanh", name=f"{t}c")
        leave = F.Activation(o, act_type="sigmoid", name=f"{t}o")
        cell = F.elemwise_add(forget * states[1], enter * new, name=f"{t}state")
        activated = F.Activation(cell, act_type="tanh")
        hidden = F.elemwise_mul(leave, activated, name=f"{t}hidden")
        output = F.FullyConnected(
            hidden, h2r_weight, num_hidden=self._projection_size, no_bias=True, name=f"{t}out"
        )
        return output, [output, cell]


class VariationalDropoutCell(ModifierCell):
    """Dropout with one mask for all steps of a sequence (Gal and Ghahramani 2016).

    Parameters
    ----------
    base_cell : RecurrentCell
    drop_inputs, drop_states, drop_outputs : float
        The fraction of elements of inputs, of the first state and of outputs that are set to 0, in
        training.
    """

    _keeps_steps = True

    def __init__(
        self,
        base_cell: RecurrentCell,
        drop_inputs: float = 0.0,
        drop_states: float = 0.0,
        drop_outputs: float = 0.0,
    ) -> None:
        if drop_states and isinstance(base_cell, BidirectionalCell):
            raise AssertionError(
                "BidirectionalCell doesn't support variational state dropout. Please add "
                "VariationalDropoutCell to the cells underneath instead."
            )
        self._masks: dict[str, Any] = {}  # arrays, or symbols
        super().__init__(base_cell)
        self.drop_inputs = drop_inputs
        self.drop_states = drop_states
        self.drop_outputs = drop_outputs

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p_out = {self.drop_outputs}, p_state = {self.drop_states})"

    def _alias(self) -> str:
        return "vardrop"

    def reset(self) -> None:
        """Begin a new sequence, with new masks."""
        super().reset()
        self._masks = {}

    def _dropped(self, F: Operators, what: str, rate: float, x: Tensor) -> Tensor:
        """*x* times the sequence's mask of *what*, which is drawn at the first step."""
        if not rate:
            return x
        if what not in self._masks:
            self._masks[what] = F.Dropout(F.ones_like(x), p=rate)
        return x * self._masks[what]

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        first, *others = states
        first = self._dropped(F, "states", self.drop_states, first)
        inputs = self._dropped(F, "inputs", self.drop_inputs, inputs)
        output, states = self.base_cell(inputs, [first, *others])
        return self._dropped(F, "outputs", self.drop_outputs, output), states

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Run the cell over a sequence; see `RecurrentCell.unroll`.

        Without dropout of states, inputs and outputs are dropped for all steps at once, and the
        default is to return one array.
        """
        if self.drop_states:
            return super().unroll(length, inputs, begin_state, layout, merge_outputs, valid_length)
        self.reset()
        steps = Steps(length, inputs, layout)
        F, axes = steps.F, (steps.axis,)
        states = self._first_states(begin_state, steps)
        x = steps.merge()
        if self.drop_inputs:
            x = F.Dropout(x, p=self.drop_inputs, axes=axes)
        self.base_cell._modified = False
        try:
            outputs, states = self.base_cell.unroll(length, x, states, layout, True, valid_length)
        finally:
            self.base_cell._modified = True
        if self.drop_outputs:
            outputs = F.Dropout(outputs, p=self.drop_outputs, axes=axes)
        if valid_length is not None:
            outputs = masked(F, outputs, valid_length, steps.axis)
        assert isinstance(outputs, tensor_types)
        return Steps(length, outputs, layout).format(merge_outputs), states


def dynamic_unroll(
    cell: RecurrentCell,
    inputs: Tensor,
    begin_state: Tensor | list[Tensor],
    drop_inputs: float = 0,
    drop_outputs: float = 0,
    layout: str = "TNC",
    valid_length: Tensor | None = None,
) -> tuple[Tensor, list[Tensor]]:
    """Run a cell over a sequence by `foreach`, whose graph does not grow with the steps.

    Parameters
    ----------
    cell : RecurrentCell
    inputs : NDArray or Symbol
        All steps in one array.
    begin_state : NDArray or Symbol, or list of them
        The first states.
    drop_inputs, drop_outputs : float
        The fraction of elements that are set to 0 in training, the same ones in each step.
    layout : str
        Axes of inputs and outputs: T for steps, N for the batch, C for channels.
    valid_length : NDArray or Symbol of shape (batch,), optional
        The steps of each sequence.  After its end outputs are 0 and states stay.

    Returns
    -------
    outputs : NDArray or Symbol
    states : list
        After the last step.
    """
    F: Operators = symbol if isinstance(inputs, Symbol) else nd
    axis = layout.find("T")
    if axis:
        inputs = F.swapaxes(inputs, dim1=0, dim2=axis)
    if drop_inputs:
        inputs = F.Dropout(inputs, p=drop_inputs, axes=(0,))
    states = begin_state
    if valid_length is None:
        step = cell
    else:
        states = [states] if isinstance(states, tensor_types) else list(states)
        states.append(F.zeros_like(F.slice_axis(valid_length, axis=0, begin=0, end=1)))

        def step(x: Any, before: States) -> tuple[Any, States]:
            *own, number = before
            output, after = cell(x, own)
            runs = F.broadcast_greater(valid_length, number)
            kept = [F.where(runs, new, old) for new, old in zip(after, own, strict=True)]
            kept.append(number + 1)
            return output, kept

    outputs, states = F.contrib.foreach(step, inputs, states)
    if drop_outputs:
        outputs = F.Dropout(outputs, p=drop_outputs, axes=(0,))
    if axis:
        outputs = F.swapaxes(outputs, dim1=0, dim2=axis)
    if valid_length is not None:
        outputs, states = masked(F, outputs, valid_length, axis), states[:-1]
    return outputs, states
