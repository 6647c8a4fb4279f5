"""`Symbol`: the record behind an array, as a value to read, draw, save and evaluate.

`get_symbol` copies what the graph says of an array (operators, numbers, parameters, shapes; no
elements), so a symbol outlives backward, which releases the graph.

Examples
--------
>>> import ndgrad as mx
>>> x = mx.nd.array([1, 2])
>>> x.attach_grad()
>>> with mx.autograd.record():
...     y = x * x + 1
>>> symbol = mx.autograd.get_symbol(y)
>>> (name,) = symbol.list_arguments()
>>> symbol.eval(**{name: mx.nd.array([3, 4])})
[
[10. 17.]
<NDArray 2 @cpu(0)>]
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from . import _drawing, _symbol_json
from ._executor import Executor
from .base import MXNetError, as_dtype
from .context import Context, current_context
from .graph import Leaf, Node, Port, state, variables
from .kernels._table import OPS, Op
from .ndarray import NDArray
from .storage import empty

__all__ = ["Symbol", "fromjson", "get_symbol", "load", "load_json"]

NOT_RECORDED = (
    "NDArray is not part of a computation graph. Did you forget to turn on recording?"
)

_SHOWN_LINES = 100


class Ref(NamedTuple):
    """An input that an entry made: the entry's position, and which of its outputs."""

    entry: int
    output: int


class Entry:
    """A variable, a constant array, or one call of an operator.

    Attributes
    ----------
    name : str
    op : str or None
        The operator's row in the table; None for a variable or a constant.
    inputs : tuple
        Of `Ref`, numbers, and None for an optional input that was not given.
    params : dict
        What differs from the operator's defaults.
    outputs : int
        How many outputs the operator shows.
    shapes : tuple or None
        Their shapes, if known.
    dtype : numpy.dtype or None
        Of the first, if known.
    foreign : bool
        Whether the operator is not in the table: a user's `autograd.Function`.
    """

    __slots__ = ("name", "op", "inputs", "params", "outputs", "shapes", "dtype", "foreign")

    def __init__(
        self,
        name: str,
        op: str | None = None,
        inputs: tuple[Any, ...] = (),
        params: dict[str, Any] | None = None,
        outputs: int = 1,
        shapes: tuple[tuple[int, ...], ...] | None = None,
        dtype: np.dtype[Any] | None = None,
        foreign: bool = False,
    ) -> None:
        self.name = name
        self.op = op
        self.inputs = inputs
        self.params = params or {}
        self.outputs = outputs
        self.shapes = shapes
        self.dtype = dtype
        self.foreign = foreign

    def output_name(self, index: int) -> str:
        """What `list_outputs` calls an output."""
        if self.op is None:
            return self.name
        return f"{self.name}_output{index if self.outputs > 1 else ''}"


def _postorder(heads: Iterable[Any], below: Callable[[Any], Iterable[Any]]) -> list[Any]:
    """What can be reached from *heads*, each after what it is made from; no recursion."""
    seen: set[Any] = set()
    order: list[Any] = []
    for head in heads:
        if head in seen:
            continue
        seen.add(head)
        pending = [(head, iter(below(head)))]
        while pending:
            item, rest = pending[-1]
            for parent in rest:
                if parent not in seen:
                    seen.add(parent)
                    pending.append((parent, iter(below(parent))))
                    break
            else:
                order.append(item)
                pending.pop()
    return order


# --- from the record ------------------------------------------------------------------------------


class _Constant(NamedTuple):
    """An array without a node, told from others by the version cell of its memory.

    Views share the cell.  Where there are some, *which* is the address of the data, or the place
    where it is used if the node has not kept it: one array may have two names then, but never two
    arrays one.
    """

    cell: int
    shape: tuple[int, ...]
    which: Any


def _constant(node: Node, i: int) -> _Constant:
    cell: Any = node.parents[i]
    which: Any = None
    if len(cell) > 1:
        value = node.saved[i] if node.saved else None
        kept = isinstance(value, np.ndarray)
        which = value.__array_interface__["data"][0] if kept else (node.number, i)
    return _Constant(id(cell), node.shapes[i], which)


def _source(parent: Any) -> tuple[Any, int]:
    """The node or leaf that made an input, and which of its outputs the input is."""
    return (parent.node, parent.index) if parent.__class__ is Port else (parent, 0)


class _Names:
    """Names of nodes and constants, given when first asked for and then kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = itertools.count()
        self._nodes: WeakKeyDictionary[Node, tuple[str, dict[int, str]]] = WeakKeyDictionary()

    def of(self, order: Sequence[Any]) -> dict[Hashable, str]:
        """Names of everything in *order*; older nodes get lower numbers."""
        names: dict[Hashable, str] = {
            leaf: f"var{leaf.ordinal}" for leaf in order if leaf.__class__ is Leaf
        }
        nodes = sorted((n for n in order if n.__class__ is Node), key=lambda n: n.number)
        with self._lock:
            for node in nodes:
                known = self._nodes.get(node)
                if known is not None:
                    names[node] = known[0]
                    for i, name in known[1].items():
                        names.setdefault(_constant(node, i), name)
            for node in nodes:
                if node not in names:
                    names[node] = f"node_{next(self._calls)}"
                    constants = {}
                    for i, parent in enumerate(node.parents):
                        if parent.__class__ is list:
                            key = _constant(node, i)
                            if key not in names:
                                names[key] = f"null{next(variables)}"
                            constants[i] = names[key]
                    self._nodes[node] = names[node], constants
        return names


_names = _Names()


def _below(item: Any) -> Iterator[Any]:
    """What a node was made from; the check that it still knows is made here."""
    if item.__class__ is not Node:
        return
    if item.saved is None and not item.parents:
        raise MXNetError(NOT_RECORDED)
    for i, parent in enumerate(item.parents):
        if parent.__class__ is list:
            yield _constant(item, i)
        elif parent is not None:
            yield _source(parent)[0]


def _given(op: Op, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters that differ from their defaults; those with an underscore are not the caller's."""
    given = {}
    for name, value in (params or {}).items():
        default = op.params.get(name)
        same = value is default or (type(value) is type(default) and np.array_equal(value, default))
        if not same and not name.startswith("_"):
            given[name] = value
    return given


def get_symbol(x: NDArray) -> Symbol:
    """Return the recorded graph of an array.

    Variables are called ``var0``, ``var1`` ... in the order in which they were marked, other array
    inputs ``null<n>``, calls of operators ``node_<n>``.  The numbers count through the process, and
    what has been named keeps its name.

    Parameters
    ----------
    x : NDArray
        Recorded, or a marked variable.  The result of ``grad(..., create_graph=True)`` has a graph
        too, which MXNet could not show.

    Returns
    -------
    Symbol

    Raises
    ------
    TypeError
        If *x* is no array.
    MXNetError
        If *x* was not recorded, or backward has released the record.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.nd.array([1, 2])
    >>> x.attach_grad()
    >>> with mx.autograd.record():
    ...     y = 3 / x
    >>> symbol = mx.autograd.get_symbol(y)
    >>> len(symbol), len(symbol.list_arguments())
    (1, 1)
    """
    if not isinstance(x, NDArray):
        raise TypeError(f"get_symbol: Invalid argument type, expecting NDArray, got {type(x)}")
    if x._node is None:
        raise MXNetError(NOT_RECORDED)
    head, index = _source(x._node)
    order = _postorder([head], _below)
    names = _names.of(order)
    position: dict[Hashable, int] = {item: i for i, item in enumerate(order)}
    dtypes = _constant_dtypes(order)
    entries = []
    for item in order:
        if item.__class__ is Leaf:
            entries.append(Entry(names[item], shapes=(item.shape,), dtype=item.dtype))
        elif item.__class__ is _Constant:
            entries.append(Entry(names[item], shapes=(item.shape,), dtype=dtypes[item]))
        else:
            entries.append(_call_entry(item, names[item], position))
    return Symbol(entries, [Ref(len(entries) - 1, index)])


def _constant_dtypes(order: Sequence[Any]) -> dict[_Constant, np.dtype[Any]]:
    """The dtype of a constant: its data's where kept, else that of what was made from it."""
    dtypes: dict[_Constant, np.dtype[Any]] = {}
    for node in order:
        if node.__class__ is Node:
            for i, parent in enumerate(node.parents):
                if parent.__class__ is list:
                    value = node.saved[i] if node.saved else None
                    if isinstance(value, np.ndarray):
                        dtypes[_constant(node, i)] = value.dtype
                    else:
                        dtypes.setdefault(_constant(node, i), node.dtype)
    return dtypes


def _call_entry(node: Node, name: str, position: Mapping[Hashable, int]) -> Entry:
    op, count = node.op, len(node.parents)
    inputs: list[Any] = []
    for i, parent in enumerate(node.parents):
        if parent is None:
            inputs.append(node.saved[i] if node.saved else None)
        elif parent.__class__ is list:
            inputs.append(Ref(position[_constant(node, i)], 0))
        else:
            made_by, index = _source(parent)
            inputs.append(Ref(position[made_by], index))
    shapes = tuple(op.visible_of(node.shapes[count:]))
    foreign = OPS.get(op.name) is not op
    params = _given(op, node.params)
    return Entry(
        name, op.name, tuple(inputs), params, len(shapes), shapes, node.dtype, foreign
    )


# --- the value ------------------------------------------------------------------------------------


class Symbol:
    """A recorded graph: outputs, and the entries that they are made from.

    Made by `get_symbol`, `load` and `load_json`.  ``str(symbol)`` lists the entries, a notebook
    shows a drawing.
    """

    def __init__(self, entries: Sequence[Entry], heads: Sequence[Ref]) -> None:
        self._entries = entries
        self._heads = tuple(heads)
        self._order: list[int] | None = None

    def _reachable(self) -> list[int]:
        """Positions of the entries that the outputs are made from, sources first."""
        if self._order is None:
            entries = self._entries
            self._order = _postorder(
                [head.entry for head in self._heads],
                lambda i: [x.entry for x in entries[i].inputs if x.__class__ is Ref],
            )
        return self._order

    def _arguments(self) -> list[Entry]:
        return [e for e in map(self._entries.__getitem__, self._reachable()) if e.op is None]

    # --- names ------------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name of what makes the outputs; None if they are made by several."""
        names = {self._entries[head.entry].name for head in self._heads}
        return names.pop() if len(names) == 1 else None

    def list_arguments(self) -> list[str]:
        """Return the names of the arrays that the graph starts from, in order of first use."""
        return [entry.name for entry in self._arguments()]

    list_inputs = list_arguments

    def list_outputs(self) -> list[str]:
        """Return the names of the outputs."""
        return [self._entries[head.entry].output_name(head.output) for head in self._heads]

    def list_auxiliary_states(self) -> list[str]:
        """Return an empty list: states that an operator updates are arguments here."""
        return []

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """Return the parameters of each call that has some, as strings."""
        found = {}
        for i in self._reachable():
            attrs = _symbol_json.encoded(self._entries[i])[1]
            if attrs:
                found[self._entries[i].name] = attrs
        return found

    def list_attr(self) -> dict[str, str]:
        """Return the parameters of the call that makes the output, as strings."""
        return self.attr_dict().get(self.name or "", {})

    def get_internals(self) -> Symbol:
        """Return a symbol whose outputs are all outputs of all entries.

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.nd.array([1, 2])
        >>> x.attach_grad()
        >>> with mx.autograd.record():
        ...     y = mx.nd.exp(x) * 2
        >>> internals = mx.autograd.get_symbol(y).get_internals()
        >>> internals[1].eval(**{internals.list_arguments()[0]: mx.nd.array([0, 1])})
        [
        [1.        2.7182817]
        <NDArray 2 @cpu(0)>]
        """
        heads = [Ref(i, k) for i in self._reachable() for k in range(self._entries[i].outputs)]
        return Symbol(self._entries, heads)

    def __len__(self) -> int:
        return len(self._heads)

    def __iter__(self) -> Iterator[Symbol]:
        return (Symbol(self._entries, [head]) for head in self._heads)

    def __getitem__(self, key: int | str | slice) -> Symbol:
        """Return one output by its name or number, or a slice of them."""
        if isinstance(key, slice):
            return Symbol(self._entries, self._heads[key])
        if isinstance(key, str):
            found = [i for i, name in enumerate(self.list_outputs()) if name == key]
            if not found:
                raise ValueError(f'Cannot find output that matches name "{key}"')
            key = found[0]
        if not -len(self) <= key < len(self):
            raise IndexError(f"Symbol has {len(self)} outputs, there is no output {key}")
        return Symbol(self._entries, [self._heads[key]])

    def __repr__(self) -> str:
        if self.name is not None:
            return f"<Symbol {self.name}>"
        shown = [self._entries[head.entry].name for head in self._heads[: _SHOWN_LINES + 1]]
        if len(shown) > _SHOWN_LINES:
            shown[-1] = "..."
        return f"<Symbol group [{', '.join(shown)}]>"

    # --- reading ----------------------------------------------------------------------------------

    def _input_text(self, entry: Entry, i: int) -> str:
        value = entry.inputs[i]
        if value.__class__ is not Ref:
            return repr(value.item() if isinstance(value, np.generic) else value)
        source = self._entries[value.entry]
        return source.name + (f"[{value.output}]" if source.outputs > 1 else "")

    def _line(self, entry: Entry) -> str:
        if entry.op is None:
            what = "constant" if entry.name.startswith("null") else "variable"
        else:
            words = [self._input_text(entry, i) for i in range(len(entry.inputs))]
            words += [f"{key}={value}" for key, value in sorted(entry.params.items())]
            what = f"{entry.op}({', '.join(words)})"
        shapes = ", ".join(map(str, entry.shapes)) if entry.shapes else "?"
        return f"{entry.name} = {what} -> {shapes}" + (f" {entry.dtype}" if entry.dtype else "")

    def debug_str(self) -> str:
        """Return a line for each entry: name, operator, inputs, parameters, shapes, dtype.

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.nd.array([1, 2])
        >>> x.attach_grad()
        >>> with mx.autograd.record():
        ...     y = mx.nd.exp(x) - 1
        >>> print(mx.autograd.get_symbol(y).debug_str())  # doctest: +ELLIPSIS
        var... = variable -> (2,) float32
        node_... = exp(var...) -> (2,) float32
        node_... = broadcast_sub(node_..., 1) -> (2,) float32
        outputs: node_..._output
        """
        return "\n".join(self._lines(self._reachable()))

    def _lines(self, positions: Sequence[int]) -> list[str]:
        outputs = f"outputs: {', '.join(self.list_outputs()[:_SHOWN_LINES])}"
        return [*(self._line(self._entries[i]) for i in positions), outputs]

    def __str__(self) -> str:
        order = self._reachable()
        left_out = len(order) - _SHOWN_LINES
        if left_out <= 0:
            return self.debug_str()
        lines = self._lines([*order[: _SHOWN_LINES // 2], *order[-(_SHOWN_LINES // 2) :]])
        lines.insert(_SHOWN_LINES // 2, f"... ({left_out} more)")
        return "\n".join(lines)

    # --- saving -----------------------------------------------------------------------------------

    def tojson(self) -> str:
        """Return the graph in MXNet's JSON layout, from which `load_json` makes an equal symbol.

        Operators have MXNet's names, so MXNet can load what it has the operators for.  Shapes and
        dtypes stand in the graph's attributes.

        Raises
        ------
        MXNetError
            If an `autograd.Function` is in the graph: its code cannot be saved.
        """
        return _symbol_json.dumps(self._entries, self._reachable(), self._heads)

    def save(self, fname: str | Path) -> None:
        """Write `tojson` to a file."""
        if not isinstance(fname, (str, Path)):
            raise TypeError(f"fname needs to be a string or a path, got {type(fname).__name__}")
        Path(fname).write_text(self.tojson(), encoding="utf-8")

    def __reduce__(self) -> Any:
        return load_json, (self.tojson(),)

    # --- evaluating -------------------------------------------------------------------------------

    def _require_known(self, doing: str) -> None:
        for i in self._reachable():
            entry = self._entries[i]
            if entry.foreign:
                raise MXNetError(
                    f"{entry.name} calls the autograd.Function {entry.op!r}, whose code is not "
                    f"part of the graph: it cannot be {doing}"
                )

    def _run(self, values: Mapping[str, NDArray]) -> list[NDArray]:
        """Call the operators; what no later one uses is let go."""
        self._require_known("evaluated")
        entries, order = self._entries, self._reachable()
        last: dict[int, int] = {head.entry: -1 for head in self._heads}
        for i in reversed(order):
            for x in entries[i].inputs:
                if x.__class__ is Ref:
                    last.setdefault(x.entry, i)
        results: dict[int, Sequence[NDArray]] = {}
        for i in order:
            entry = entries[i]
            if entry.op is None:
                results[i] = [values[entry.name]]
                continue
            inputs = [
                results[x.entry][x.output] if x.__class__ is Ref else x for x in entry.inputs
            ]
            made = OPS[entry.op].call(*inputs, **entry.params)
            results[i] = made if isinstance(made, (list, tuple)) else [made]
            for x in entry.inputs:
                if x.__class__ is Ref and last[x.entry] == i:
                    results.pop(x.entry, None)
        return [results[head.entry][head.output] for head in self._heads]

    def _checked(self, args: Mapping[str, Any]) -> dict[str, NDArray]:
        values = {}
        for name in self.list_arguments():
            if name not in args:
                raise ValueError(f"key `{name}` is missing in `args`")
            if not isinstance(args[name], NDArray):
                raise TypeError(
                    f"argument {name} must be an NDArray, got {type(args[name]).__name__}"
                )
            values[name] = args[name]
        return values

    def eval(self, ctx: Context | None = None, **kwargs: NDArray) -> list[NDArray]:
        """Return the outputs for given arguments, in prediction mode.

        Within ``autograd.record()`` the calls are recorded like any others.

        Parameters
        ----------
        ctx : Context, optional
            Where to calculate; by default where the arguments are.
        **kwargs : NDArray
            One for each name in `list_arguments`.  Shapes and dtypes need not be the recorded ones.

        Raises
        ------
        ValueError
            If an argument is missing.
        TypeError
            If one is no array.
        MXNetError
            If an `autograd.Function` is in the graph, or an operator refuses its inputs.
        """
        values = self._checked(kwargs)
        if ctx is not None:
            values = {name: value.as_in_context(ctx) for name, value in values.items()}
        before, state.training = state.training, False
        try:
            return self._run(values)
        finally:
            state.training = before

    def bind(
        self,
        ctx: Context | None = None,
        args: Mapping[str, NDArray] | Sequence[NDArray] = (),
        args_grad: Mapping[str, NDArray] | Sequence[NDArray] | None = None,
        grad_req: str | Mapping[str, str] | Sequence[str] = "write",
    ) -> Executor:
        """Return an `Executor`: this graph with arrays for its arguments and their gradients.

        Parameters
        ----------
        ctx : Context, optional
            Where the arrays are.
        args : dict or sequence of NDArray
            By name, or in the order of `list_arguments`.
        args_grad : dict or sequence of NDArray, optional
            Where backward leaves gradients; what is left out in a dict gets none.
        grad_req : {'write', 'add', 'null'}, or a dict or sequence of them

        Raises
        ------
        ValueError
            If an argument is missing, or the numbers differ.
        TypeError
            If one is no array.
        MXNetError
            If a gradient has not its argument's shape and dtype.

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.nd.array([1, 2])
        >>> x.attach_grad()
        >>> with mx.autograd.record():
        ...     y = x * x
        >>> executor = mx.autograd.get_symbol(y).bind(
        ...     mx.cpu(), [mx.nd.array([3, 4])], [mx.nd.zeros(2)])
        >>> executor.forward(is_train=True)
        [
        [ 9. 16.]
        <NDArray 2 @cpu(0)>]
        >>> executor.backward()
        >>> executor.grad_arrays
        [
        [6. 8.]
        <NDArray 2 @cpu(0)>]
        """
        names = self.list_arguments()
        arrays = self._checked(_by_name(args, names, "args"))
        grads = {} if args_grad is None else _by_name(args_grad, names, "args_grad")
        if isinstance(grad_req, str):
            reqs: Mapping[str, str] = dict.fromkeys(names, grad_req)
        else:
            reqs = _by_name(grad_req, names, "grad_req")
        return Executor(self, arrays, grads, reqs)

    # --- shapes -----------------------------------------------------------------------------------

    def infer_shape(self, **kwargs: Sequence[int]) -> tuple[Any, Any, Any]:
        """Return the shapes of arguments, outputs and auxiliary states for given arguments.

        Parameters
        ----------
        **kwargs : tuple of int
            Shapes by argument name; those not given stay as they were recorded.

        Returns
        -------
        arg_shapes, out_shapes, aux_shapes : list of tuple
            In the order of `list_arguments` and `list_outputs`; the last is empty.  All are None
            if a shape is neither given nor recorded.

        Raises
        ------
        MXNetError
            For an unknown name, or shapes that an operator refuses.

        Notes
        -----
        For other shapes than the recorded ones the graph is evaluated on arrays of zeros (identity
        matrices where an argument is square).

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.nd.ones((2, 3))
        >>> x.attach_grad()
        >>> with mx.autograd.record():
        ...     y = x * x
        >>> symbol = mx.autograd.get_symbol(y)
        >>> symbol.infer_shape()
        ([(2, 3)], [(2, 3)], [])
        >>> symbol.infer_shape(**{symbol.list_arguments()[0]: (5,)})
        ([(5,)], [(5,)], [])
        """
        arguments = self._arguments()
        names = [entry.name for entry in arguments]
        for name in kwargs:
            if name not in names:
                raise MXNetError(
                    f"infer_shape: argument {name} not found; arguments are {', '.join(names)}"
                )
        shapes: list[tuple[int, ...]] = []
        for entry in arguments:
            shape = kwargs.get(entry.name, entry.shapes[0] if entry.shapes else None)
            if shape is None:
                return None, None, None
            shapes.append(tuple(int(length) for length in shape))
        heads = [(self._entries[head.entry].shapes, head.output) for head in self._heads]
        recorded = [entry.shapes for entry in arguments] == [(shape,) for shape in shapes]
        if recorded and all(known is not None for known, _ in heads):
            return shapes, [known[i] for known, i in heads if known is not None], []
        values = {
            entry.name: _probe(shape, entry.dtype or np.dtype("float32"))
            for entry, shape in zip(arguments, shapes, strict=True)
        }
        before, state.recording = state.recording, False
        try:
            return shapes, [y.shape for y in self.eval(**values)], []
        finally:
            state.recording = before

    # --- drawing ----------------------------------------------------------------------------------

    def _picture(self, limit: int) -> _drawing.Picture:
        """What to draw: the entries nearest to the outputs, if there are too many."""
        order = self._reachable()
        chosen = _nearest(self._entries, self._heads, limit)
        kept = [i for i in order if i in chosen]
        number = {i: k for k, i in enumerate(kept)}
        boxes, edges = [], []
        for i in kept:
            entry = self._entries[i]
            if entry.op is None:
                kind = "constant" if entry.name.startswith("null") else "variable"
                boxes.append(_drawing.Box(entry.name, _drawing.shape_text(entry.shapes, 0), kind))
                continue
            title, attrs, _ = _symbol_json.encoded(entry, strict=False)
            detail = ", ".join(
                f"{key.strip('_')}={value}" for key, value in attrs.items()
            )
            boxes.append(_drawing.Box(title, detail, "operator", entry.name))
        left_out = set()
        for i in kept:
            for x in self._entries[i].inputs:
                if x.__class__ is not Ref:
                    continue
                label = _drawing.shape_text(self._entries[x.entry].shapes, x.output)
                if x.entry in number:
                    is_source = self._entries[x.entry].op is None
                    edge = _drawing.Edge(number[x.entry], number[i], "" if is_source else label)
                    edges.append(edge)
                else:
                    left_out.add(i)
        if left_out:
            boxes.append(_drawing.Box(f"{len(order) - len(kept)} more", "", "more"))
            edges += [_drawing.Edge(len(boxes) - 1, number[i], "") for i in sorted(left_out)]
        for head in dict.fromkeys(self._heads):
            if head.entry in number and self._entries[head.entry].op is not None:
                entry = self._entries[head.entry]
                label = _drawing.shape_text(entry.shapes, head.output)
                boxes.append(_drawing.Box(entry.output_name(head.output), "", "output"))
                edges.append(_drawing.Edge(number[head.entry], len(boxes) - 1, label))
        note = f"{len(kept)} of {len(order)} entries are shown" if len(kept) < len(order) else ""
        return _drawing.Picture(boxes, edges, note)

    def draw(self, fname: str | Path | None = None, limit: int = 80) -> _drawing.Drawing:
        """Return a drawing, which a notebook shows, as the text of an SVG file.

        Parameters
        ----------
        fname : str or Path, optional
            Where to save it.
        limit : int
            How many entries to draw at most; those nearest to the outputs are chosen.

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.nd.array([1, 2])
        >>> x.attach_grad()
        >>> with mx.autograd.record():
        ...     y = x * x + 1
        >>> mx.autograd.get_symbol(y).draw()[:4]
        '<svg'
        """
        drawing = _drawing.Drawing(_drawing.svg(self._picture(limit)))
        if fname is not None:
            Path(fname).write_text(drawing, encoding="utf-8")
        return drawing

    def to_dot(self, limit: int = 1000) -> str:
        """Return the drawing in Graphviz's language, for those who have ``dot``."""
        return _drawing.dot(self._picture(limit))

    def _repr_svg_(self) -> str:
        return self.draw()


def _by_name(given: Any, names: Sequence[str], what: str) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    given = list(given)
    if len(given) != len(names):
        raise ValueError(f"Length of {what} does not match the number of arguments")
    return dict(zip(names, given, strict=True))


def _probe(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray:
    """An array that operators accept: indices stay in range, matrices can be factorised."""
    size = int(np.prod(shape, dtype=np.int64))
    data = empty(size, dtype)
    data.fill(0)
    if dtype.kind == "f" and len(shape) >= 2 and shape[-1] == shape[-2]:
        data.reshape(shape)[..., range(shape[-1]), range(shape[-1])] = 1
    return NDArray(data, shape, current_context())


def _nearest(entries: Sequence[Entry], heads: Sequence[Ref], limit: int) -> set[int]:
    """At most *limit* positions, breadth first from the heads."""
    chosen = dict.fromkeys(head.entry for head in heads[:limit])
    pending = list(chosen)
    for i in pending:
        for x in entries[i].inputs:
            if len(chosen) >= limit:
                return set(chosen)
            if x.__class__ is Ref and x.entry not in chosen:
                chosen[x.entry] = None
                pending.append(x.entry)
    return set(chosen)


# --- from a file ----------------------------------------------------------------------------------


def load_json(json_str: str) -> Symbol:
    """Make a symbol from what `Symbol.tojson` returned, here or in MXNet.

    Raises
    ------
    TypeError
        If *json_str* is no string.
    MXNetError
        If it is not a graph, or calls an operator that does not exist here.
    """
    if not isinstance(json_str, str):
        raise TypeError(f"load_json: a string is required, got {type(json_str).__name__}")
    try:
        graph = json.loads(json_str)
        nodes = graph["nodes"]
        heads = [Ref(int(head[0]), int(head[1])) for head in graph["heads"]]
        attributes = graph.get("attrs") or {}
        shapes = attributes.get("shape", (None, None))[1]
        rows = graph.get("node_row_ptr") or []
        dtypes = dict(
            zip(graph["arg_nodes"], attributes.get("arg_dtype", (None, ()))[1], strict=False)
        )
        entries = []
        for i, node in enumerate(nodes):
            inputs = [Ref(int(x[0]), int(x[1])) for x in node.get("inputs", ())]
            attrs = node.get("attrs") or node.get("attr") or node.get("param") or {}
            known = None
            if shapes is not None:
                known = tuple(tuple(shape) for shape in shapes[rows[i] : rows[i + 1]])
            outputs = rows[i + 1] - rows[i] if rows else 1
            if any(not 0 <= x.entry < i for x in inputs):
                raise MXNetError(f"load_json: node {i} uses a node that does not stand before it")
            if node["op"] == "null":
                dtype = as_dtype(dtypes[i], op="load_json") if i in dtypes else None
                entries.append(Entry(str(node["name"]), shapes=known, dtype=dtype))
            else:
                op, operands, params = _symbol_json.decoded(node["op"], attrs, inputs)
                entries.append(
                    Entry(str(node["name"]), op, tuple(operands), params, outputs, known)
                )
        for head in heads:
            if not (0 <= head.entry < len(entries) and head.output < entries[head.entry].outputs):
                raise MXNetError(f"load_json: there is no output {list(head)}")
    except MXNetError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise MXNetError(f"load_json: this is not a graph in JSON: {error!r}") from None
    return Symbol(entries, heads)


fromjson = load_json


def load(fname: str | Path) -> Symbol:
    """Make a symbol from a file that `Symbol.save` wrote."""
    if not isinstance(fname, (str, Path)):
        raise TypeError(f"fname needs to be a string or a path, got {type(fname).__name__}")
    return load_json(Path(fname).read_text(encoding="utf-8"))
