"""Control flow in symbols: `foreach`, `while_loop` and `cond` of ``sym.contrib``.

Functions are called once, with variables; what they compose becomes a graph of its own, whose
inputs are the variables and what it uses of the graph around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

from ..attribute import AttrScope
from ..base import MXNetError
from ..name import NameManager
from ..ops.table import lookup
from .creation import var
from .entries import NodeEntry, Operand, Ref, postorder
from .functions import attributes, function
from .graph import Graph
from .subgraphs import OwnOp, control_flow
from .symbol import Symbol

__all__ = ["cond", "foreach", "while_loop"]

_SUBGRAPH = "__subgraph_name__"

Nested: TypeAlias = "Symbol | Sequence[Nested]"
"""Symbols in nested lists."""

# What a function is given and returns is nested as what it stands for.
_Data = TypeVar("_Data", bound=Nested)
_States = TypeVar("_States", bound=Nested)
_Outputs = TypeVar("_Outputs", bound=Nested)
_After = TypeVar("_After", bound=Nested)


def foreach(
    body: Callable[[_Data, _States], tuple[_Outputs, _After]],
    data: _Data,
    init_states: _States,
    name: str = "foreach",
) -> tuple[_Outputs, _After]:
    """Call a function for each slice along axis 0, with states that go from call to call.

    Parameters
    ----------
    body : callable
        Takes a slice of *data* and the states, symbols or nested lists of them; returns outputs and
        new states.
    data, init_states : Symbol or nested list of Symbol
    name : str

    Returns
    -------
    outputs, states : Symbol or nested list of Symbol
        The outputs of all calls, stacked along a new axis 0; what the last call returns.

    Raises
    ------
    TypeError
        If *data* or *init_states* are no symbols.
    MXNetError
        If *body* returns another number of states than it takes.

    Examples
    --------
    >>> import ndgrad as mx
    >>> step = lambda x, total: (total + x, total + x)
    >>> sums, total = mx.sym.contrib.foreach(step, mx.sym.var("x"), mx.sym.var("start"))
    >>> sums.eval(x=mx.nd.array([[1], [2], [3]]), start=mx.nd.array([0]))[0].tolist()
    [[1.0], [3.0], [6.0]]
    """
    arrays = _flat("foreach", "data", data)
    states = _flat("foreach", "init_states", init_states)
    scope = NameManager.current.get(None, name)
    slices, own = _variables(arrays), _variables(states)
    with AttrScope(**{_SUBGRAPH: scope}):
        outputs, after = body(_nested(data, iter(slices)), _nested(init_states, iter(own)))
        made = _flat("foreach", "the output of body", outputs)
        last = _flat("foreach", "the states that body returns", after)
    if len(last) != len(states):
        raise MXNetError(f"foreach: body returns {len(last)} states, expected {len(states)}")
    graph, others = _cut([*made, *last], scope, [*slices, *own])
    names = graph.list_inputs()
    params = {
        "in_data_locs": _places(slices, names),
        "in_state_locs": _places(own, names),
        "remain_locs": [names.index(key) for key in others],
        "num_args": 1 + len(arrays) + len(states) + len(others),
        "num_out_data": len(made),
        "num_outputs": len(made) + len(last),
    }
    inputs = [*_heads(arrays), *_heads(states), *others.values()]
    found = iter(_made("_foreach", params, inputs, [graph]))
    return _nested(outputs, found), _nested(after, found)


def while_loop(
    cond: Callable[..., Symbol],
    func: Callable[..., tuple[_Outputs | None, Nested]],
    loop_vars: _States,
    max_iterations: int | None = None,
    name: str = "while_loop",
) -> tuple[_Outputs, _States]:
    """Call a function as long as a condition of its variables holds.

    Parameters
    ----------
    cond : callable
        Takes the variables, returns a symbol of one element.
    func : callable
        Takes the variables, returns outputs and new variables.
    loop_vars : Symbol or nested list of Symbol
    max_iterations : int
        Calls of *func* at most.
    name : str

    Returns
    -------
    outputs, loop_vars : Symbol or nested list of Symbol
        The outputs of all calls, stacked along a new axis 0 of length *max_iterations*, with zeros
        beyond the last call; what the last call returned, nested as *loop_vars*.

    Raises
    ------
    ValueError
        If *max_iterations* is missing, or *func* returns another number of variables.

    Examples
    --------
    >>> import ndgrad as mx
    >>> _, (last,) = mx.sym.contrib.while_loop(
    ...     lambda x: x < 10, lambda x: (x, [x * 2]), [mx.sym.var("x")], max_iterations=5)
    >>> last.eval(x=mx.nd.array([1]))[0].tolist()
    [16.0]
    """
    if max_iterations is None:
        raise ValueError("while_loop: max_iterations should be specified")
    states = _flat("while_loop", "loop_vars", loop_vars)
    scopes = [NameManager.current.get(None, f"{name}_{part}") for part in ("cond", "func")]
    own = _variables(states)
    with AttrScope(**{_SUBGRAPH: scopes[0]}):
        holds = _flat("while_loop", "what cond returns", cond(*own))
    with AttrScope(**{_SUBGRAPH: scopes[1]}):
        outputs, after = func(*own)
        structure = [] if outputs is None else outputs
        made = _flat("while_loop", "the output of func", structure)
        last = _flat("while_loop", "the variables that func returns", after)
    if len(last) != len(states):
        raise ValueError(
            f"while_loop: func returns {len(last)} loop_vars, expected {len(states)}: "
            "The length of loop_vars should be consistent during the loop"
        )
    graphs, of_graphs, inputs = _together(
        [(holds, scopes[0]), ([*made, *last], scopes[1])], own, _heads(states)
    )
    params = {
        "cond_input_locs": of_graphs[0],
        "func_input_locs": of_graphs[1],
        "func_var_locs": _places(own, graphs[1].list_inputs()),
        "max_iterations": int(max_iterations),
        "num_args": 2 + len(inputs),
        "num_out_data": len(made),
        "num_outputs": len(made) + len(last),
    }
    found = iter(_made("_while_loop", params, inputs, graphs))
    return _nested(structure, found), _nested(loop_vars, found)


def cond(
    pred: Symbol,
    then_func: Callable[[], _Outputs],
    else_func: Callable[[], Nested],
    name: str = "cond",
) -> _Outputs:
    """Evaluate one of two graphs, as *pred* is true or not.

    Parameters
    ----------
    pred : Symbol
        Of one element.
    then_func, else_func : callable
        Take nothing, return symbols.
    name : str

    Returns
    -------
    Symbol or list of Symbol
        As the functions return them.

    Raises
    ------
    MXNetError
        If the functions return different numbers of symbols.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.sym.var("x")
    >>> mx.sym.contrib.cond(x > 0, lambda: x, lambda: -x).eval(x=mx.nd.array([-3]))[0].tolist()
    [3.0]
    """
    parts = []
    structure: Nested = pred
    for part, made in (("pred", lambda: pred), ("then", then_func), ("else", else_func)):
        scope = NameManager.current.get(None, f"{name}_{part}")
        with AttrScope(**{_SUBGRAPH: scope}):
            found = made()
            parts.append((_flat("cond", f"what the function of {part} returns", found), scope))
        structure = found if part == "then" else structure
    if len(parts[1][0]) != len(parts[2][0]):
        raise MXNetError(
            f"cond: then_func returns {len(parts[1][0])} symbols, else_func {len(parts[2][0])}"
        )
    graphs, places, inputs = _together(parts, [], [])
    params = {
        "cond_input_locs": places[0],
        "then_input_locs": places[1],
        "else_input_locs": places[2],
        "num_args": 3 + len(inputs),
        "num_outputs": len(parts[1][0]),
    }
    return _nested(structure, iter(_made("_cond", params, inputs, graphs)))


def _made(
    name: str, params: dict[str, object], inputs: Sequence[Ref], graphs: Sequence[Graph]
) -> Iterator[Symbol]:
    """The outputs of a call with graphs."""
    op: OwnOp = control_flow(name, params, len(inputs), graphs)
    label = NameManager.current.get(None, name)
    count = len(op.outputs)
    attrs = attributes({})  # the scope of the function around it, which cuts it out with the rest
    entry = NodeEntry(label, name, tuple(inputs), params, count, attrs=attrs, own=op)
    return (Symbol([Ref(entry, i)]) for i in range(count))


def _flat(op: str, what: str, nested: object) -> list[Symbol]:
    """The outputs of symbols in nested lists, in order."""
    if isinstance(nested, Symbol):
        return nested._each()
    if not isinstance(nested, (list, tuple)):
        raise TypeError(f"{op}: {what} must be a Symbol or a nested list of them, got {nested!r}")
    return [x for part in nested for x in _flat(op, what, part)]


def _nested(like: Nested, symbols: Iterator[Symbol]) -> Any:
    """*symbols* in lists that are nested as in *like*."""
    if not isinstance(like, Symbol):
        return [_nested(part, symbols) for part in like]
    if like.num_outputs == 1:
        return type(like)(next(symbols)._heads)
    return type(like)([next(symbols)._heads[0] for _ in range(like.num_outputs)])


def _heads(symbols: Sequence[Symbol]) -> list[Ref]:
    return [x._heads[0] for x in symbols]


def _variables(symbols: Sequence[Symbol]) -> list[Symbol]:
    names = [f"{x._heads[0].entry.name}-{x._heads[0].output}" for x in symbols]
    return [type(x)(var(name)._heads) for name, x in zip(names, symbols, strict=True)]


def _places(variables: Sequence[Symbol], names: Sequence[str]) -> list[int]:
    """Where variables are among the inputs of a graph; -1 for one that it does not use."""
    return [names.index(x.name) if x.name in names else -1 for x in variables]


def _together(
    parts: Sequence[tuple[Sequence[Symbol], str]], own: Sequence[Symbol], inputs: list[Ref]
) -> tuple[list[Graph], list[list[int]], list[Ref]]:
    """Graphs of several functions, where the inputs of each are among those of the call, and these.

    The variables *own* are the first inputs of the call.
    """
    names = [x.name for x in own]
    inputs = [*inputs]
    graphs, places = [], []
    for symbols, scope in parts:
        graph, others = _cut(symbols, scope, own)
        found = []
        for key in graph.list_inputs():
            if key in others:
                if others[key] not in inputs[len(own) :]:
                    inputs.append(others[key])
                found.append(inputs.index(others[key], len(own)))
            else:
                found.append(names.index(key))
        graphs.append(graph)
        places.append(found)
    return graphs, places, inputs


def _cut(
    symbols: Sequence[Symbol], scope: str, own: Sequence[Symbol]
) -> tuple[Graph, dict[str, Ref]]:
    """What a function has composed, as a graph; and what it uses of that around it, by name."""
    variables = {x._heads[0].entry for x in own}

    def is_inside(entry: NodeEntry) -> bool:
        return entry.op is not None and entry.attrs.get(_SUBGRAPH) == scope

    identity = function(lookup("identity"), "identity")
    with AttrScope(**{_SUBGRAPH: scope}):
        heads: list[Ref] = []
        for x in symbols:
            head = x._heads[0]
            kept = is_inside(head.entry) and head not in heads
            heads.append(head if kept else identity(x)._heads[0])
    order = postorder(
        [head.entry for head in heads],
        lambda e: [x.entry for x in e.refs if is_inside(x.entry)],
    )
    new: dict[NodeEntry, NodeEntry] = {}
    outside: dict[Ref, Ref] = {}
    others: dict[str, Ref] = {}

    def taken(x: Operand) -> Operand:
        if not isinstance(x, Ref):
            return x
        if x.entry in new:
            return Ref(new[x.entry], x.output)
        if x.entry in variables:
            return x
        if x not in outside:
            key = x.entry.output_name(x.output)
            others[key] = x
            outside[x] = x if x.entry.op is None else Ref(NodeEntry(key), 0)
        return outside[x]

    for entry in order:
        new[entry] = entry.copy()
        new[entry].inputs = tuple(map(taken, entry.inputs))
    return Graph([Ref(new[head.entry], head.output) for head in heads]), others
