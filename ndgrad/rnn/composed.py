"""Cells made of cells: stacks, both directions, and modifiers (dropout, zoneout, residuals)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .. import symbol
from ..nd import NDArray
from ..symbol import Symbol
from .base_cell import BaseRNNCell, Inputs, RNNParams, StateInfo, States, sequence

if TYPE_CHECKING:
    from ..typing import MaybeMany


class _Composed(BaseRNNCell):
    """A cell of several cells, with the states of all.

    Parameters
    ----------
    params : RNNParams, optional
        Parameters for all cells.
    """

    def __init__(self, params: RNNParams | None = None) -> None:
        self._cells: list[BaseRNNCell] = []
        super().__init__("", params)
        self._override_cell_params = params is not None

    def _append(self, cell: BaseRNNCell) -> None:
        self._cells.append(cell)
        if self._override_cell_params:
            if not cell._own_params:
                raise AssertionError(
                    f"Either specify params for {type(self).__name__} or child cells, not both."
                )
            cell.params._params.update(self.params._params)
        self.params._params.update(cell.params._params)

    def reset(self) -> None:
        super().reset()
        for cell in self._cells:
            cell.reset()

    @property
    def state_info(self) -> list[StateInfo]:
        return [info for cell in self._cells for info in cell.state_info]

    def begin_state(self, func: Callable[..., Symbol] | None = None, **kwargs: object) -> States:
        self._require_unmodified()
        return [x for cell in self._cells for x in cell.begin_state(func, **kwargs)]

    def _divided(self, states: States) -> list[States]:
        """The states of each cell."""
        found, start = [], 0
        for cell in self._cells:
            count = len(cell.state_info)
            found.append(states[start : start + count])
            start += count
        return found

    def unpack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        for cell in self._cells:
            args = cell.unpack_weights(args)
        return dict(args)

    def pack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        for cell in self._cells:
            args = cell.pack_weights(args)
        return dict(args)


class SequentialRNNCell(_Composed):
    """Cells in sequence: the output of each is the input of the next.

    Parameters
    ----------
    params : RNNParams, optional
        Parameters for all cells.
    """

    def add(self, cell: BaseRNNCell) -> None:
        """Put a cell on top."""
        self._append(cell)

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        self._counter += 1
        after: States = []
        for cell, mine in zip(self._cells, self._divided(states), strict=True):
            inputs, mine = cell(inputs, mine)
            after += mine
        return inputs, after

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        self.reset()
        states = self._divided(self.begin_state() if begin_state is None else begin_state)
        after: States = []
        for cell, mine in zip(self._cells, states, strict=True):
            merge = merge_outputs if cell is self._cells[-1] else None
            inputs, mine = cell.unroll(length, inputs, mine, layout, merge)
            after += mine
        return inputs, after


class BidirectionalCell(_Composed):
    """A cell over the sequence and one over the reversed sequence; their outputs are joined.

    Parameters
    ----------
    l_cell, r_cell : BaseRNNCell
    params : RNNParams, optional
        Parameters for both.
    output_prefix : str
        Is put before the outputs' names.
    """

    def __init__(
        self,
        l_cell: BaseRNNCell,
        r_cell: BaseRNNCell,
        params: RNNParams | None = None,
        output_prefix: str = "bi_",
    ) -> None:
        super().__init__(params)
        self._output_prefix = output_prefix
        self._append(l_cell)
        self._append(r_cell)

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        raise NotImplementedError("Bidirectional cannot be stepped. Please use unroll")

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        self.reset()
        steps, axis = sequence(length, inputs, layout, False)
        states = self._divided(self.begin_state() if begin_state is None else begin_state)
        (left, left_states), (right, right_states) = (
            cell.unroll(length, xs, mine, layout, merge_outputs)
            for cell, xs, mine in zip(self._cells, (steps, steps[::-1]), states, strict=True)
        )
        if merge_outputs is None:
            merge_outputs = all(isinstance(x, symbol.Symbol) for x in (left, right))
        left, right = (sequence(length, x, layout, merge_outputs)[0] for x in (left, right))
        prefix = self._output_prefix
        if merge_outputs:
            right = symbol.reverse(right, axis=axis)
            outputs: Symbol | MaybeMany = symbol.concat(left, right, dim=2, name=f"{prefix}out")
        else:
            outputs = [
                symbol.concat(a, b, dim=1, name=f"{prefix}t{i}")
                for i, (a, b) in enumerate(zip(left, right[::-1], strict=True))
            ]
        return outputs, [left_states, right_states]


class DropoutCell(BaseRNNCell):
    """A cell without states that zeroes a fraction of its inputs in training.

    Parameters
    ----------
    dropout : float
    prefix : str
    params : RNNParams, optional
    """

    def __init__(
        self, dropout: float, prefix: str = "dropout_", params: RNNParams | None = None
    ) -> None:
        super().__init__(prefix, params)
        self.dropout = dropout

    @property
    def state_info(self) -> list[StateInfo]:
        return []

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        if self.dropout > 0:
            inputs = symbol.Dropout(inputs, p=self.dropout)
        return inputs, states

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        inputs, _ = sequence(length, inputs, layout, merge_outputs)
        if isinstance(inputs, symbol.Symbol):
            self.reset()
            return self(inputs, [])
        return super().unroll(length, inputs, begin_state, layout, merge_outputs)


class ModifierCell(BaseRNNCell):
    """The base of cells that change what another cell returns, with its parameters.

    Parameters
    ----------
    base_cell : BaseRNNCell
        Is called through this one from now on.
    """

    def __init__(self, base_cell: BaseRNNCell) -> None:
        super().__init__()
        base_cell._modified = True
        self.base_cell = base_cell

    @property
    def params(self) -> RNNParams:
        self._own_params = False
        return self.base_cell.params

    @property
    def state_info(self) -> list[StateInfo]:
        return self.base_cell.state_info

    def begin_state(self, func: Callable[..., Symbol] | None = None, **kwargs: object) -> States:
        self._require_unmodified()
        self.base_cell._modified = False
        try:
            return self.base_cell.begin_state(func, **kwargs)
        finally:
            self.base_cell._modified = True

    def unpack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        return self.base_cell.unpack_weights(args)

    def pack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        return self.base_cell.pack_weights(args)


class ZoneoutCell(ModifierCell):
    """In training, elements of outputs and states keep their old values by chance.

    D. Krueger et al., "Zoneout: regularizing RNNs by randomly preserving hidden activations", 2016.

    Parameters
    ----------
    base_cell : BaseRNNCell
    zoneout_outputs, zoneout_states : float
        How probably.
    """

    def __init__(
        self, base_cell: BaseRNNCell, zoneout_outputs: float = 0.0, zoneout_states: float = 0.0
    ) -> None:
        if "unroll" in vars(type(base_cell)) and not isinstance(base_cell, SequentialRNNCell):
            raise AssertionError(
                f"{type(base_cell).__name__} doesn't support zoneout, which changes single steps: "
                "unfuse a FusedRNNCell, or modify the cells inside"
            )
        super().__init__(base_cell)
        self.zoneout_outputs = zoneout_outputs
        self.zoneout_states = zoneout_states
        self.prev_output: Symbol | None = None

    def reset(self) -> None:
        super().reset()
        self.prev_output = None
        if hasattr(self, "base_cell"):
            self.base_cell.reset()

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        output, after = self.base_cell(inputs, states)
        if self.zoneout_outputs:
            before = self.prev_output
            before = symbol.zeros_like(output) if before is None else before
            output = _kept(self.zoneout_outputs, output, before)
        if self.zoneout_states:
            pairs = zip(after, states, strict=True)
            after = [_kept(self.zoneout_states, new, old) for new, old in pairs]
        self.prev_output = output
        return output, after


def _kept(p: float, new: Symbol, old: Symbol) -> Symbol:
    """Elements of *old* with probability *p*, else of *new*."""
    return symbol.where(symbol.Dropout(symbol.ones_like(new), p=p), new, old)


class ResidualCell(ModifierCell):
    """Adds the input to the output.

    Parameters
    ----------
    base_cell : BaseRNNCell
        Its output has the length of its input.
    """

    def reset(self) -> None:
        super().reset()
        if hasattr(self, "base_cell"):
            self.base_cell.reset()

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        output, states = self.base_cell(inputs, states)
        return _residual(output, inputs), states

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        self.reset()
        self.base_cell._modified = False
        try:
            outputs, states = self.base_cell.unroll(
                length, inputs, begin_state, layout, merge_outputs
            )
        finally:
            self.base_cell._modified = True
        merged = isinstance(outputs, symbol.Symbol)
        inputs, _ = sequence(length, inputs, layout, merged)
        if merged:
            return _residual(outputs, inputs), states
        return [_residual(a, b) for a, b in zip(outputs, inputs, strict=True)], states


def _residual(output: Symbol, inputs: Symbol) -> Symbol:
    return symbol.elemwise_add(output, inputs, name=f"{output.name}_plus_residual")
