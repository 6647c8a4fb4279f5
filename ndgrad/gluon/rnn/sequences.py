"""What cells of users import from MXNet's: states of several cells, sequences, ends of sequences.

MXNet has these functions under private names, such as ``_format_sequence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ... import nd, symbol
from ...nd import NDArray
from ...symbol import Symbol
from ..parameter import tensor_types
from .recurrent import Info, Outputs, RecurrentCell, States, Steps, masked, split

if TYPE_CHECKING:
    from ...typing import Operators, Tensor


def cells_state_info(cells: Iterable[RecurrentCell], batch_size: int) -> list[Info]:
    """Shapes and layouts of the states of all cells."""
    return [info for cell in cells for info in cell.state_info(batch_size)]


def cells_begin_state(cells: Iterable[RecurrentCell], **kwargs: object) -> States:
    """The first states of all cells; see `RecurrentCell.begin_state`."""
    return [state for cell in cells for state in cell.begin_state(**kwargs)]  # type: ignore[arg-type]


def get_begin_state(
    cell: RecurrentCell,
    F: Operators,
    begin_state: States | None,
    inputs: Outputs,
    batch_size: int,
) -> States:
    """*begin_state*, or zeros on the device of the inputs."""
    if begin_state is not None:
        return begin_state
    if F is not nd:
        return cell.begin_state(func=symbol.zeros, batch_size=batch_size)
    first = inputs if isinstance(inputs, NDArray) else inputs[0]
    with first.context:
        return cell.begin_state(func=nd.zeros, batch_size=batch_size)


def format_sequence(
    length: int | None,
    inputs: Outputs,
    layout: str,
    merge: bool | None,
    in_layout: str | None = None,
) -> tuple[Outputs, int, Operators, int]:
    """A sequence as one array or as a list of steps.

    Parameters
    ----------
    length : int or None
        The number of steps that it must have; of a symbol it must be given.
    inputs : NDArray or Symbol, or list of them
    layout : str
        The wanted axes of an array of all steps, with T for steps and N for the batch.
    merge : bool or None
        Whether to return one array; None leaves the sequence as it is.
    in_layout : str, optional
        The axes of *inputs*, if they are others.

    Returns
    -------
    inputs, axis of steps, `nd` or `sym`, batch size (0 of symbols)

    Raises
    ------
    AssertionError
        If there is another number of steps, or no sequence.
    """
    if inputs is None:
        raise AssertionError(
            "unroll(inputs=None) has been deprecated. Please create input variables outside unroll."
        )
    axis = layout.find("T")
    if isinstance(inputs, tensor_types):
        given = in_layout or layout
        if length is None and isinstance(inputs, NDArray):
            length = inputs.shape[given.find("T")]
        assert length is not None
        steps = Steps(length, inputs, given)
        if merge is False:
            return steps.split(), axis, steps.F, steps.batch_size
        if given.find("T") != axis:
            inputs = steps.F.swapaxes(inputs, dim1=axis, dim2=given.find("T"))
        return inputs, axis, steps.F, steps.batch_size
    steps = Steps(len(inputs) if length is None else length, inputs, layout)
    return steps.format(merge or None), axis, steps.F, steps.batch_size


def mask_sequence_variable_length(
    F: Operators,
    data: Outputs,
    length: int,
    valid_length: Tensor,
    time_axis: int,
    merge: bool | None,
) -> Outputs:
    """A sequence with zeros after the end of each example, as one array or as a list of steps."""
    if not isinstance(data, tensor_types):
        data = F.stack(*data, axis=time_axis)
    whole = masked(F, data, valid_length, time_axis)
    return whole if merge else split(F, whole, length, time_axis)


def reverse_sequences(
    sequences: Sequence[Tensor], unroll_step: int, valid_length: Tensor | None = None
) -> list[Tensor]:
    """Steps in reversed order; with *valid_length* what comes after the end stays there."""
    if valid_length is None:
        return list(sequences)[::-1]
    F: Operators = symbol if isinstance(sequences[0], Symbol) else nd
    turned = F.SequenceReverse(
        F.stack(*sequences, axis=0), sequence_length=valid_length, use_sequence_length=True
    )
    return split(F, turned, unroll_step, 0)
