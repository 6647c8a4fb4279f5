"""Definitions of calls that have graphs of their own, or code of a user: control flow, `Custom`.

Each call has a definition of its own, kept in its entry.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from .. import nd
from ..array.ndarray import NDArray
from ..base import DType, Shape, set_signature
from ..operator import Custom, made_prop
from ..ops.bound import Bound
from ..ops.table import NONE, CompositeOp, Params
from ..tape import Array
from .graph import Graph
from .inference import Known, merged
from .operators import underivable

_T = TypeVar("_T")
_Function: TypeAlias = Callable[..., Array | list[Array]]
_Rule: TypeAlias = Callable[[dict[str, Known]], Mapping[str, Known]]

CONTROL_FLOW = ("_foreach", "_while_loop", "_cond")


@dataclass(kw_only=True, eq=False)
class OwnOp(CompositeOp):
    """The definition of one call.

    Attributes
    ----------
    graphs : tuple of Graph
        Those that it evaluates.
    """

    graphs: tuple[Graph, ...] = ()


def _definition(
    name: str,
    function: _Function,
    inputs: Sequence[str],
    outputs: Sequence[str],
    infer: _Rule,
    graphs: Sequence[Graph] = (),
    results: tuple[str, ...] = (),
    auxiliary: tuple[str, ...] = (),
    infer_dtypes: Callable[..., Mapping[str, DType]] | None = None,
    params: Params | None = None,
) -> OwnOp:
    """A definition whose rule of shapes is given those of all inputs, and of no outputs."""

    def rule(**shapes: Known) -> Mapping[str, Known]:
        return infer(shapes)

    names = [inspect.Parameter(x, inspect.Parameter.KEYWORD_ONLY) for x in inputs]
    set_signature(rule, inspect.Signature(names))

    def call(*arrays: NDArray, out: object = None, **params: object) -> Array | list[Array]:
        return function(*arrays)

    return OwnOp(
        name=name, inputs=tuple(inputs), outputs=tuple(outputs), function=call, gradient=NONE,
        infer=rule, graphs=tuple(graphs), bound=Bound(call, underivable, underivable),
        results=results, auxiliary=auxiliary, infer_dtypes=infer_dtypes, params=params or {},
    )  # fmt: skip


# --- control flow ---------------------------------------------------------------------------------


def control_flow(name: str, params: Params, count: int, graphs: Sequence[Graph]) -> OwnOp:
    """The definition of a call of *count* inputs of one of `CONTROL_FLOW`.

    Parameters
    ----------
    params : mapping
        As MXNet writes them: which inputs of the call are those of the graphs.
    graphs : sequence of Graph
        The body; a condition and a body; a condition and two branches.
    """
    make = {"_foreach": _foreach, "_while_loop": _while_loop, "_cond": _cond}[name]
    function, infer, outputs = make(params, graphs)
    inputs = [f"input{i}" for i in range(count)]
    names = [f"output{i}" for i in range(outputs)]
    results = tuple(names) if outputs > 1 else ()
    return _definition(name, function, inputs, names, infer, graphs, results=results)


_Made: TypeAlias = tuple[_Function, _Rule, int]


def _values(graph: Graph, arrays: Sequence[_T], places: Sequence[int]) -> dict[str, _T]:
    """What inputs of a graph are: for each the number of an array."""
    names = graph.list_inputs()
    return {name: arrays[at] for name, at in zip(names, places, strict=True)}


def _inferred(
    graph: Graph, places: Sequence[int], shapes: dict[int, Known]
) -> tuple[dict[int, Known], list[Known]]:
    """Shapes of inputs of a call by their numbers, and of the outputs of a graph."""
    names = graph.list_inputs()
    given = {n: shapes[at] for n, at in zip(names, places, strict=True) if shapes.get(at)}
    known = graph._inference(given, {}).shapes  # type: ignore[arg-type]
    own = {entry.name: known[entry][0] for entry in graph._reachable() if entry.op is None}
    found = {at: own[name] for name, at in zip(names, places, strict=True)}
    return found, [known[head.entry][head.output] for head in graph._heads]


def _numbered(shapes: Mapping[str, Known]) -> dict[int, Known]:
    return dict(enumerate(shapes.values()))


def _named(inputs: Mapping[int, Known], outputs: Sequence[Known]) -> dict[str, Known]:
    found = {f"input{i}": shape for i, shape in inputs.items()}
    return found | {f"output{i}": shape for i, shape in enumerate(outputs)}


def _rest(shape: Known) -> Known:
    return None if shape is None else shape[1:] or (1,)


def _before(length: int, shape: Known) -> Known:
    return None if shape is None else (length, *shape)


def _foreach(params: Params, graphs: Sequence[Graph]) -> _Made:
    (body,) = graphs
    data, states = list(params["in_data_locs"]), list(params["in_state_locs"])
    split, outputs = int(params["num_out_data"]), int(params["num_outputs"])
    places = [0] * len(body.list_inputs())
    for i, at in enumerate([*data, *states, *params["remain_locs"]]):
        if at >= 0:
            places[at] = i

    def run(*arrays: NDArray) -> list[Array]:
        rest = list(arrays[len(data) + len(states) :])

        def step(slices: list[NDArray], own: list[NDArray]) -> tuple[list[NDArray], list[NDArray]]:
            made = body._run(_values(body, [*slices, *own, *rest], places))
            return made[:split], made[split:]

        first, last = nd.contrib.foreach(
            step, list(arrays[: len(data)]), list(arrays[len(data) : len(data) + len(states)])
        )
        return [*first, *last]

    def infer(shapes: dict[str, Known]) -> Mapping[str, Known]:
        numbered = _numbered(shapes)
        steps = next((numbered[i][0] for i in range(len(data)) if numbered[i]), 0)  # type: ignore[index]
        slices = {i: _rest(x) if i < len(data) else x for i, x in numbered.items()}
        found, made = _inferred(body, places, slices)
        own = {i: _before(steps, x) if i < len(data) else x for i, x in found.items()}
        return _named(own, [_before(steps, x) for x in made[:split]] + made[split:])

    return run, infer, outputs


def _while_loop(params: Params, graphs: Sequence[Graph]) -> _Made:
    condition, body = graphs
    most, split = int(params["max_iterations"]), int(params["num_out_data"])
    of_condition, of_body = list(params["cond_input_locs"]), list(params["func_input_locs"])
    variables = [of_body[at] if at >= 0 else i for i, at in enumerate(params["func_var_locs"])]

    def run(*arrays: NDArray) -> list[Array]:
        def together(own: Sequence[NDArray]) -> list[NDArray]:
            values = list(arrays)
            for at, x in zip(variables, own, strict=True):
                values[at] = x
            return values

        def holds(*own: NDArray) -> NDArray:
            return condition._run(_values(condition, together(own), of_condition))[0]

        def step(*own: NDArray) -> tuple[list[NDArray], list[NDArray]]:
            made = body._run(_values(body, together(own), of_body))
            return made[:split], made[split:]

        first, last = nd.contrib.while_loop(holds, step, [arrays[at] for at in variables], most)
        if len(first) < split:  # there was no step
            first = _zeros_of(body, _values(body, arrays, of_body), split, most)
        return [*first, *last]

    def infer(shapes: dict[str, Known]) -> Mapping[str, Known]:
        found, made = _inferred(body, of_body, _numbered(shapes))
        return _named(found, [_before(most, x) for x in made[:split]] + made[split:])

    return run, infer, int(params["num_outputs"])


def _zeros_of(
    graph: Graph, values: Mapping[str, NDArray], count: int, length: int
) -> list[NDArray]:
    """Zeros for *length* values of the first *count* outputs of a graph, along a new axis 0."""
    ctx = next(iter(values.values())).ctx
    shapes = graph.infer_shape(**{name: x.shape for name, x in values.items()})[1]
    dtypes = graph.infer_type(**{name: x.dtype for name, x in values.items()})[1]
    forms = zip(shapes[:count], dtypes[:count], strict=True)
    return [nd.zeros((length, *shape), ctx, dtype) for shape, dtype in forms]


def _cond(params: Params, graphs: Sequence[Graph]) -> _Made:
    places = [list(params[f"{part}_input_locs"]) for part in ("cond", "then", "else")]

    def run(*arrays: NDArray) -> list[Array]:
        def evaluated(i: int) -> list[Array]:
            return [*graphs[i]._run(_values(graphs[i], arrays, places[i]))]

        return nd.contrib.cond(evaluated(0)[0], lambda: evaluated(1), lambda: evaluated(2))

    def infer(shapes: dict[str, Known]) -> Mapping[str, Known]:
        numbered = _numbered(shapes)
        made: list[Known] = [None] * int(params["num_outputs"])
        for graph, at in zip(graphs[1:], places[1:], strict=True):
            found, own = _inferred(graph, at, numbered)
            numbered |= found
            made = [merged(x, y) for x, y in zip(made, own, strict=True)]
        return _named(numbered, made)

    return run, infer, int(params["num_outputs"])


# --- Custom ---------------------------------------------------------------------------------------


def custom(params: Params) -> OwnOp:
    """The definition of a call of a custom operator with these parameters."""
    op_type = str(params.get("op_type"))
    prop = made_prop(op_type, {key: x for key, x in params.items() if key != "op_type"})
    inputs, states = list(prop.list_arguments()), list(prop.list_auxiliary_states())
    outputs = list(prop.list_outputs())

    def infer(shapes: dict[str, Known]) -> Mapping[str, Known]:
        given = [list(shapes[name] or ()) for name in inputs]
        if not given or not given[0]:
            return {}
        found = [*prop.infer_shape(given), ()][:3]
        names = [inputs, outputs, states]
        return {
            name: _shape(shape)
            for of, known in zip(names, found, strict=False)
            for name, shape in zip(_distinct(of, inputs, of is outputs), known, strict=False)
        }

    def infer_dtypes(**dtypes: DType | None) -> Mapping[str, DType]:
        first = next((x for x in dtypes.values() if x is not None), np.dtype("float32"))
        given = [(dtypes[name] or first).type for name in inputs]
        found = prop.infer_type(given)
        return dict(zip(inputs, [np.dtype(x) for x in found[0]], strict=False))

    names = [inspect.Parameter(x, inspect.Parameter.KEYWORD_ONLY) for x in [*inputs, *states]]
    set_signature(infer_dtypes, inspect.Signature(names))

    def run(*arrays: NDArray) -> Array | list[Array]:
        made = Custom(*arrays, **params)
        return made if isinstance(made, NDArray) else [*made]

    return _definition(
        "Custom", run, [*inputs, *states], _distinct(outputs, inputs, True), infer,
        auxiliary=tuple(states), results=tuple(outputs), infer_dtypes=infer_dtypes,
        params=dict(params),
    )  # fmt: skip


def _shape(shape: Sequence[int]) -> Shape | None:
    return tuple(map(int, shape)) or None


def _distinct(names: Sequence[str], inputs: Sequence[str], are_outputs: bool) -> list[str]:
    """Names of outputs that no input has."""
    return [f"the {name}" if are_outputs and name in inputs else name for name in names]
