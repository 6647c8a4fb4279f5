"""Control flow as functions of functions: `foreach`, `while_loop` and `cond` of ``nd.contrib``.

What a function computes is recorded as it runs, so there is nothing to differentiate but its
operators.  In compiled functions loops may become programs (`ndgrad.compiler.control_flow`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, TypeAlias, TypeVar

from .. import tracing
from ..array.ndarray import NDArray
from ..base import MXNetError, shown
from ..compiler import control_flow
from ..ops.table import F
from .creation import zeros

__all__ = ["cond", "foreach", "while_loop"]

Arrays: TypeAlias = Any
"""An array, or a list or tuple of such, nested to any depth."""

_Scalar = TypeVar("_Scalar", int, bool)
_Result = TypeVar("_Result")


def foreach(
    body: Callable[[Arrays, Arrays], tuple[Arrays, Arrays]],
    data: Arrays,
    init_states: Arrays,
    name: str | None = None,
) -> tuple[Arrays, Arrays]:
    """Call a function for each slice along axis 0, with states that go from call to call.

    Parameters
    ----------
    body : callable
        Takes a slice of *data* and the states; returns outputs and new states.
    data : NDArray or list of NDArray
        One array, or arrays of which each call gets a list of slices.
    init_states : NDArray or nested list of NDArray
    name : str, optional
        For programs that run with symbols too; an array has no name.

    Returns
    -------
    outputs : NDArray or nested list of NDArray
        As *body* returns them, stacked along a new axis 0.
    states : NDArray or nested list of NDArray
        What the last call returned.

    Raises
    ------
    TypeError
        If *data*, *init_states* or outputs are no arrays or nested lists of them.
    MXNetError
        If there is no array or an array of no axis in *data*, one is shorter than the first, or
        the last call returns more outputs than another.

    Examples
    --------
    >>> import ndgrad as mx
    >>> step = lambda x, total: (total + x, total + x)
    >>> sums, total = mx.nd.contrib.foreach(step, mx.nd.array([1, 2, 3]), mx.nd.array([0]))
    >>> sums.tolist(), total.tolist()
    ([[1.0], [3.0], [6.0]], [6.0])
    """
    if not callable(body):
        raise TypeError(f"foreach: body must be a function of (data, states), got {shown(body)}")
    arrays = _flat("foreach", "data", data)
    initial = _flat("foreach", "init_states", init_states)
    if not arrays:
        raise MXNetError("foreach: data is empty, expected one NDArray or more")
    shapes = [x.shape for x in arrays]
    if any(not shape or shape[0] < shapes[0][0] for shape in shapes):
        raise MXNetError(
            f"foreach: data has shapes {shapes}, expected one axis or more, as long as the first's"
        )
    states, steps, outputs = init_states, [], None
    probe = control_flow.probe(body, arrays, initial, shapes[0][0])
    for i in range(shapes[0][0]):
        slices = [x[i] for x in arrays]
        outputs, states = body(_nested(data, iter(slices)), states)
        steps.append(_flat("foreach", "the output of body", outputs))
        if probe is not None:

            def step(given: Sequence[NDArray], states: Arrays = states) -> list[NDArray]:
                rest = iter(given)
                slices = _nested(data, rest)
                made = body(slices, _nested(states, rest))
                return [x for part in made for x in _flat("foreach", "what body returns", part)]

            flat = _flat("foreach", "the states that body returns", states)
            found = probe.looped(step, slices, steps[-1], flat)
            if found is not None:
                return _nested(outputs, iter(found[0])), _nested(states, iter(found[1]))
    # As in MXNet, outputs that the last call does not return are left out.
    fewest = min(map(len, steps), default=0)
    if steps and len(steps[-1]) == fewest:
        steps = [step[:fewest] for step in steps]
    stacked = [F.stack(*column, axis=0) for column in _columns("foreach", steps)]
    return ([] if outputs is None else _nested(outputs, iter(stacked))), states


def while_loop(
    cond: Callable[..., object],
    func: Callable[..., tuple[Arrays, Arrays]],
    loop_vars: Arrays,
    max_iterations: int | None = None,
    name: str | None = None,
) -> tuple[Arrays, Arrays]:
    """Call a function as long as a condition of its variables holds.

    Parameters
    ----------
    cond : callable
        Takes the variables, returns an array of one element, or a number.
    func : callable
        Takes the variables, returns outputs (None if there are none) and new variables.
    loop_vars : NDArray or list of NDArray
    max_iterations : int
        Calls of *func* at most.
    name : str, optional
        As for `foreach`.

    Returns
    -------
    outputs : NDArray or nested list of NDArray
        As *func* returns them, stacked along a new axis 0 of length *max_iterations*; rows beyond
        the last call are 0.  An empty list if there was no call; in a function that is compiled,
        zeros.
    loop_vars : NDArray or list of NDArray
        What the last call returned.

    Raises
    ------
    ValueError
        If *max_iterations* is missing or no integer, there are no variables, *func* returns another
        number of them, or the condition has no truth value.
    TypeError
        If outputs are no arrays or nested lists of them.
    MXNetError
        If calls return different numbers of outputs, or outputs of different shapes; in a function
        that is compiled, if calls do not all do the same.

    Examples
    --------
    >>> import ndgrad as mx
    >>> powers, (last,) = mx.nd.contrib.while_loop(
    ...     lambda x: x < 10, lambda x: (x, [x * 2]), [mx.nd.array([1])], max_iterations=5)
    >>> powers.tolist(), last.tolist()
    ([[1.0], [2.0], [4.0], [8.0], [0.0]], [16.0])
    """
    if max_iterations is None:
        raise ValueError("while_loop: max_iterations should be specified")
    most = _scalar("while_loop", "max_iterations", int, max_iterations)
    single = isinstance(loop_vars, NDArray)
    variables = loop_vars if isinstance(loop_vars, (list, tuple)) else [loop_vars]
    if not variables:
        raise ValueError("while_loop: loop_vars should contain at least one element")
    steps: list[list[NDArray]] = []
    outputs: Arrays = []
    if tracing.active and most and all(isinstance(x, NDArray) for x in variables):
        looped = _traced_while_loop(cond, func, variables, most)
        if looped is not None:
            return looped[0], looped[1][0] if single else looped[1]
    while len(steps) < most and _scalar("while_loop", "cond", bool, cond(*variables)):
        outputs, made = func(*variables)
        outputs = [] if outputs is None else outputs
        made = [] if made is None else made
        made = list(made) if isinstance(made, (list, tuple)) else [made]
        if len(made) != len(variables):
            raise ValueError(
                f"while_loop: func returns {len(made)} loop_vars, expected {len(variables)}: "
                "The length of loop_vars should be consistent during the loop"
            )
        variables = made
        steps.append(_flat("while_loop", "the output of func", outputs))
    stacked = [_padded(column, most) for column in _columns("while_loop", steps)]
    return _nested(outputs, iter(stacked)), variables[0] if single else variables


def cond(
    pred: object,
    then_func: Callable[[], _Result],
    else_func: Callable[[], _Result],
    name: str | None = None,
) -> _Result:
    """Call one of two functions, as *pred* is true or not.

    Parameters
    ----------
    pred : NDArray of one element, or a number
    then_func, else_func : callable
        Take nothing.
    name : str, optional
        As for `foreach`.

    Returns
    -------
    object
        What the function returns.

    Raises
    ------
    ValueError
        If *pred* is an array of more elements, or has no truth value.
    MXNetError
        For an array, in a function that is compiled, if the functions return different shapes or
        dtypes, or do more than to compute.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.nd.array([-3])
    >>> mx.nd.contrib.cond(x > 0, lambda: x, lambda: -x).tolist()
    [3.0]
    """
    if tracing.active and isinstance(pred, NDArray):
        forms: list[Arrays] = []

        def flat(function: Callable[[], Any]) -> Callable[[Sequence[NDArray]], list[NDArray]]:
            def call(_: Sequence[NDArray]) -> list[NDArray]:
                made = function()
                arrays = _flat("cond", "what a function returns", made)
                forms.append(_nested(made, count()))
                return arrays

            return call

        functions = then_func, else_func
        found = control_flow.cond(pred, functions, [flat(function) for function in functions])
        if found is not None and forms[0] == forms[1]:
            return _nested(forms[0], iter(found))
    return then_func() if _scalar("cond", "pred", bool, pred) else else_func()


def _traced_while_loop(
    cond: Callable[..., Any], func: Callable[..., Any], variables: Arrays, most: int
) -> tuple[Arrays, Arrays] | None:
    """A loop in a function that is compiled, whose condition is an array; None if it is none."""
    if not isinstance(cond(*variables), NDArray):
        return None
    forms: list[Arrays] = []

    def step(given: Sequence[NDArray]) -> list[NDArray]:
        outputs, made = func(*given)
        outputs = [] if outputs is None else outputs
        made = made if isinstance(made, (list, tuple)) else [made]
        if len(made) != len(given):
            raise MXNetError("while_loop: func returns another number of loop_vars")
        arrays = _flat("while_loop", "the output of func", outputs)
        forms.append(_nested(outputs, count()))
        return [*arrays, *_flat("while_loop", "loop_vars", made)]

    found = control_flow.while_loop(cond, func, step, list(variables), most)
    return None if found is None else (_nested(forms[-1], iter(found[0])), found[1])


def _scalar(op: str, arg: str, kind: type[_Scalar], value: Any) -> _Scalar:
    """*value*, which may be an array of one element, as a number of Python's."""
    if isinstance(value, NDArray):
        tracing.host_read(value, f"as {arg} of contrib.{op}")
    if hasattr(value, "asscalar"):
        value = value.asscalar()
    try:
        return kind(value)
    except Exception as error:
        raise ValueError(
            f"{op}: Cannot convert {arg} to python {kind.__name__}, got {shown(value)}"
        ) from error


def _flat(op: str, what: str, nested: Arrays) -> list[NDArray]:
    """The arrays in nested lists, in order."""
    if isinstance(nested, NDArray):
        return [nested]
    if not isinstance(nested, (list, tuple)):
        raise TypeError(
            f"{op}: {what} must be an NDArray or a nested list of NDArrays, got {shown(nested)}"
        )
    return [x for part in nested for x in _flat(op, what, part)]


def _nested(like: Arrays, arrays: Iterator[Any]) -> Arrays:
    """*arrays* in lists that are nested as in *like*."""
    if isinstance(like, (list, tuple)):
        return [_nested(part, arrays) for part in like]
    return next(arrays)


def _columns(op: str, steps: Sequence[Sequence[NDArray]]) -> Iterator[tuple[NDArray, ...]]:
    """The outputs of all *steps*, one after the other."""
    counts = sorted({len(step) for step in steps})
    if len(counts) > 1:
        raise MXNetError(f"{op}: Number of elements should be the same in each step, got {counts}")
    for i, column in enumerate(zip(*steps, strict=True)):
        shapes = [x.shape for x in column]
        if len({*shapes}) > 1:
            raise MXNetError(f"{op}: shapes of output {i} differ between steps: {shapes}")
        yield column


def _padded(column: Sequence[NDArray], length: int) -> NDArray:
    """Arrays stacked along a new axis 0, with zeros up to *length*."""
    first, stacked = column[0], F.stack(*column, axis=0)
    if len(column) < length:
        rest = (length - len(column), *first.shape)
        padding = zeros(rest, ctx=first.ctx, dtype=first.dtype)
        stacked = F.concat(stacked, padding, dim=0)
    result: NDArray = stacked
    return result
