"""Cells made of cells: in sequence, or one in each direction over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ... import nd
from ...base import public_names
from ..parameter_dict import ParameterDict
from .recurrent import (
    HybridRecurrentCell,
    Info,
    Maker,
    Outputs,
    RecurrentCell,
    States,
    Steps,
    masked,
    split,
)

if TYPE_CHECKING:
    from ...typing import Operators, Tensor

__all__ = ["BidirectionalCell", "HybridSequentialRNNCell", "SequentialRNNCell"]
__dir__ = public_names(globals())


def _shared_out(
    cells: Iterable[RecurrentCell], states: States
) -> Iterator[tuple[RecurrentCell, States]]:
    """Each cell with its part of the states."""
    at = 0
    for cell in cells:
        count = len(cell.state_info())
        yield cell, states[at : at + count]
        at += count


class _CellContainer(RecurrentCell):
    """A cell made of cells: its states are theirs, in order."""

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        return [info for cell in self._cells() for info in cell.state_info(batch_size)]

    def begin_state(self, batch_size: int = 0, func: Maker = nd.zeros, **kwargs: object) -> States:
        """Make the first states of all cells; see `RecurrentCell.begin_state`."""
        if self._modified:
            return super().begin_state(batch_size, func, **kwargs)  # which refuses it
        return [
            state
            for cell in self._cells()
            for state in cell.begin_state(batch_size=batch_size, func=func, **kwargs)
        ]

    def _cells(self) -> Iterable[Any]:
        return self._children.values()


class _Sequential(_CellContainer):
    """What both sequential containers do; each cell reads the output of the one before."""

    def __repr__(self) -> str:
        cells = "\n".join(f"({name}): {cell!r}" for name, cell in self._children.items())
        return f"{type(self).__name__}(\n{cells}\n)"

    def __getitem__(self, i: int) -> Any:
        return self._children[str(i)]

    def __len__(self) -> int:
        return len(self._children)

    def add(self, cell: RecurrentCell) -> None:
        """Append a cell, which reads the output of the last one."""
        self.register_child(cell)

    def _step(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        new: States = []
        for cell, own in _shared_out(self._cells(), states):
            if isinstance(cell, BidirectionalCell):
                raise AssertionError(
                    f"{type(self).__name__} with a BidirectionalCell cannot be stepped. Please use "
                    "unroll"
                )
            inputs, own = cell(inputs, own)
            new += own
        return inputs, new

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Run each cell over the sequence in turn; see `RecurrentCell.unroll`."""
        self.reset()
        states = self._first_states(begin_state, Steps(length, inputs, layout))
        new: States = []
        last = len(self._children) - 1
        for i, (cell, own) in enumerate(_shared_out(self._cells(), states)):
            merge = merge_outputs if i == last else None
            inputs, own = cell.unroll(length, inputs, own, layout, merge, valid_length)
            new += own
        return inputs, new


class SequentialRNNCell(_Sequential):
    """Cells in sequence: each reads the output of the one before.

    Parameters
    ----------
    prefix : str, optional
    params : ParameterDict, optional
    """

    def forward(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Compute the output and the new states of one step."""
        self._counter += 1
        return self._step(inputs, states)


class HybridSequentialRNNCell(_Sequential, HybridRecurrentCell):
    """Cells in sequence, compiled together.

    Parameters
    ----------
    prefix : str, optional
    params : ParameterDict, optional
    """

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        super().__init__(prefix=prefix, params=params)

    def hybrid_forward(
        self, F: Operators, inputs: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        return self._step(inputs, states)


class BidirectionalCell(_CellContainer, HybridRecurrentCell):
    """Two cells, the second of which reads the sequence from its end; only for `unroll`.

    Parameters
    ----------
    l_cell, r_cell : RecurrentCell
        For the forward and the backward direction; outputs are joined along axis 1.
    output_prefix : str
        With what the names of joined outputs begin in symbols.
    """

    def __init__(
        self, l_cell: RecurrentCell, r_cell: RecurrentCell, output_prefix: str = "bi_"
    ) -> None:
        super().__init__(prefix="", params=None)
        self.register_child(l_cell, "l_cell")
        self.register_child(r_cell, "r_cell")
        self._output_prefix = output_prefix

    def __repr__(self) -> str:
        cells = self._children
        return f"{type(self).__name__}(forward={cells['l_cell']}, backward={cells['r_cell']})"

    def __call__(self, inputs: Tensor, states: States) -> tuple[Tensor, list[Tensor]]:
        """Raise an error: a step of the backward direction needs the whole sequence."""
        raise NotImplementedError("Bidirectional cell cannot be stepped. Please use unroll")

    def unroll(
        self,
        length: int,
        inputs: Tensor | Sequence[Tensor],
        begin_state: list[Tensor] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Tensor | None = None,
    ) -> tuple[Outputs, list[Tensor]]:
        """Run both cells over the sequence and join their outputs; see `RecurrentCell.unroll`."""
        self.reset()
        steps = Steps(length, inputs, layout)
        F = steps.F

        def reverse(sequence: list[Tensor]) -> list[Tensor]:
            if valid_length is None:
                return sequence[::-1]
            whole = F.stack(*sequence, axis=0)
            whole = F.SequenceReverse(whole, valid_length, use_sequence_length=True)
            return split(F, whole, length, 0)

        x = steps.split()
        states = self._first_states(begin_state, steps)
        (l_cell, l_states), (r_cell, r_states) = _shared_out(self._cells(), states)
        forward, l_states = l_cell.unroll(length, x, l_states, layout, False, valid_length)
        backward, r_states = r_cell.unroll(
            length, reverse(x), r_states, layout, False, valid_length
        )
        outputs = [
            F.concat(a, b, dim=1, name=f"{self._output_prefix}t{i}")
            for i, (a, b) in enumerate(zip(forward, reverse(backward), strict=True))
        ]
        made = Steps(length, outputs, layout)
        if valid_length is not None:
            made = Steps(length, masked(F, made.merge(), valid_length, steps.axis), layout)
        return made.format(merge_outputs), l_states + r_states
