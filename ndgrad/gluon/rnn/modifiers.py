"""Cells that change the inputs, outputs or states of other cells: dropout, zoneout, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ... import nd
from ...base import public_names
from ..block import Block
from ..parameter import tensor_types
from ..parameter_dict import ParameterDict
from .containers import BidirectionalCell
from .recurrent import (
    HybridRecurrentCell,
    Info,
    Maker,
    Outputs,
    RecurrentCell,
    States,
    Steps,
    masked,
)

if TYPE_CHECKING:
    from ...typing import Operators, Tensor

__all__ = ["DropoutCell", "ModifierCell", "ResidualCell", "ZoneoutCell"]
__dir__ = public_names(globals())


class DropoutCell(HybridRecurrentCell):
    """Dropout of the input; it has no state.

    Parameters
    ----------
    rate : float
        The fraction of elements that are set to 0.
    axes : tuple of int
        Along which one mask is used.
    prefix : str, optional
    params : ParameterDict, optional
    """

    def __init__(
        self,
        rate: float,
        axes: tuple[int, ...] = (),
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if not isinstance(rate, (int, float)):
            raise AssertionError("rate must be a number")
        self._rate = rate
        self._axes = axes

    def __repr__(self) -> str:
        return f"{type(self).__name__}(rate={self._rate}, axes={self._axes})"

    def _alias(self) -> str:
        return "dropout"

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return an empty list."""
        return []

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        if self._rate > 0:
            name = f"t{self._counter}_fwd"
            inputs = F.Dropout(inputs, p=self._rate, axes=self._axes, name=name)
        return inputs, states

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Drop elements of the sequence, at once if it is one array."""
        self.reset()
        steps = Steps(length, inputs, layout)
        elements = steps.format(merge_outputs)
        merged = isinstance(elements, tensor_types)
        if merged:
            return self.hybrid_forward(steps.F, elements, begin_state or [])
        return super().unroll(length, elements, begin_state, layout, merge_outputs, None)


class ModifierCell(HybridRecurrentCell):
    """A cell around another one, whose parameters and states it has.

    Parameters
    ----------
    base_cell : RecurrentCell
        It can be called only through this one from now on.
    """

    def __init__(self, base_cell: RecurrentCell) -> None:
        base_cell._modified = True
        super().__init__(prefix=base_cell.prefix + self._alias(), params=None)
        self.base_cell = base_cell

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_cell!r})"

    @property
    def params(self) -> ParameterDict:
        """The parameters of the cell inside."""
        return self.base_cell.params

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        return self.base_cell.state_info(batch_size)

    def begin_state(self, batch_size: int = 0, func: Maker = nd.zeros, **kwargs: object) -> States:
        """Make the first states; see `RecurrentCell.begin_state`."""
        if self._modified:
            return super().begin_state(batch_size, func, **kwargs)  # which refuses it
        self.base_cell._modified = False
        try:
            states = self.base_cell.begin_state(batch_size=batch_size, func=func, **kwargs)
        finally:
            self.base_cell._modified = True
        return states

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        raise NotImplementedError(f"{type(self).__name__} has no hybrid_forward")


class ZoneoutCell(ModifierCell):
    """Zoneout (Krueger et al. 2016): some elements stay as they were at the step before.

    Parameters
    ----------
    base_cell : RecurrentCell
    zoneout_outputs, zoneout_states : float
        The fraction of elements of outputs and states that stay, in training.
    """

    _keeps_steps = True

    def __init__(
        self, base_cell: RecurrentCell, zoneout_outputs: float = 0.0, zoneout_states: float = 0.0
    ) -> None:
        cells: list[Block] = []
        if isinstance(base_cell, RecurrentCell):
            base_cell.apply(cells.append)
        if any(isinstance(cell, BidirectionalCell) for cell in cells):
            raise AssertionError(
                "BidirectionalCell doesn't support zoneout since it doesn't support step. Please "
                "add ZoneoutCell to the cells underneath instead."
            )
        super().__init__(base_cell)
        self._zoneout_outputs = zoneout_outputs
        self._zoneout_states = zoneout_states
        self._prev_output: Any = None

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p_out={self._zoneout_outputs}, "
            f"p_state={self._zoneout_states}, {self.base_cell!r})"
        )

    def _alias(self) -> str:
        return "zoneout"

    def reset(self) -> None:
        """Begin a new sequence, before which the output is 0."""
        super().reset()
        self._prev_output = None

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        output, new = self.base_cell(inputs, states)

        def mixed(p: float, now: Tensor, before: Tensor | None) -> Tensor:
            mask = F.Dropout(F.ones_like(now), p=p)
            return F.where(mask, now, F.zeros_like(now) if before is None else before)

        if self._zoneout_outputs:
            output = mixed(self._zoneout_outputs, output, self._prev_output)
        if self._zoneout_states:
            new = [mixed(self._zoneout_states, a, b) for a, b in zip(new, states, strict=True)]
        self._prev_output = output
        return output, new


class ResidualCell(ModifierCell):
    """A residual connection (Wu et al. 2016): the input is added to the output.

    Parameters
    ----------
    base_cell : RecurrentCell
        Its output must have the shape of its input.
    """

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        output, states = self.base_cell(inputs, states)
        return F.elemwise_add(output, inputs, name=f"t{self._counter}_fwd"), states

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Run the cell inside over the sequence and add the inputs; see `RecurrentCell.unroll`."""
        self.reset()
        steps = Steps(length, inputs, layout)
        F = steps.F
        self.base_cell._modified = False
        try:
            outputs, states = self.base_cell.unroll(
                length, inputs, begin_state, layout, merge_outputs, valid_length
            )
        finally:
            self.base_cell._modified = True
        merged = isinstance(outputs, tensor_types)
        if valid_length is not None:
            whole = masked(F, steps.merge(), valid_length, steps.axis)
            steps = Steps(length, whole, layout)
        added = steps.format(merged)
        if merged:
            return F.elemwise_add(outputs, added), states
        return [F.elemwise_add(a, b) for a, b in zip(outputs, added, strict=True)], states
