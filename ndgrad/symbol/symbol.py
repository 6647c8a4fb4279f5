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

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._files import file_name, read_file, write_file
from ..array.ndarray import NDArray
from ..base import DType, MXNetError, Shape, public_names, shown
from ..context import Context, current_context
from ..dispatch import separated
from ..memory.storage import empty
from ..ops.table import OPS
from ..tape import Scope
from . import json
from .drawing import Drawing, dot, svg
from .entries import NodeEntry, Ref, entries_of, postorder
from .executor import Executor
from .picture import picture

__all__ = ["Symbol", "fromjson", "get_symbol", "load", "load_json"]
__dir__ = public_names(globals())

_SHOWN_LINES = 100


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
    entries, head = entries_of(x)
    return Symbol(entries, [head])


# --- the value ------------------------------------------------------------------------------------


class Symbol:
    """A recorded graph: outputs, and the entries that they are made from.

    Made by `get_symbol`, `load` and `load_json`.  ``str(symbol)`` lists the entries, a notebook
    shows a drawing.
    """

    def __init__(self, entries: Sequence[NodeEntry], heads: Sequence[Ref]) -> None:
        self._entries = entries
        self._heads = tuple(heads)
        self._order: list[int] | None = None

    def __guarded__(self) -> dict[str, object]:
        """What a compiled function that uses the symbol depends on: a symbol never changes."""
        return {}

    def _reachable(self) -> list[int]:
        """Positions of the entries that the outputs are made from, sources first."""
        if self._order is None:
            entries = self._entries
            self._order = postorder(
                [head.entry for head in self._heads],
                lambda i: [x.entry for x in entries[i].inputs if x.__class__ is Ref],
            )
        return self._order

    def _arguments(self) -> list[NodeEntry]:
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
            attrs = json.encoded(self._entries[i])[1]
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

    def _input_text(self, entry: NodeEntry, i: int) -> str:
        value = entry.inputs[i]
        if value.__class__ is not Ref:
            return repr(value.item() if isinstance(value, np.generic) else value)
        source = self._entries[value.entry]
        return source.name + (f"[{value.output}]" if source.outputs > 1 else "")

    def _line(self, entry: NodeEntry) -> str:
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
        return json.dumps(self._entries, self._reachable(), self._heads)

    def save(self, fname: str | Path) -> None:
        """Write `tojson` to a file; an old one is replaced when all of it is on the disk.

        Raises
        ------
        MXNetError
            If the file cannot be written, or the graph has no JSON (see `tojson`).
        """
        name = file_name(fname, "Symbol.save")
        write_file(name, [self.tojson().encode()], "Symbol.save")

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
            inputs = [results[x.entry][x.output] if x.__class__ is Ref else x for x in entry.inputs]
            made = OPS[entry.op].call(*inputs, **entry.params)
            results[i] = made if isinstance(made, (list, tuple)) else [made]
            for x in entry.inputs:
                if x.__class__ is Ref and last[x.entry] == i:
                    results.pop(x.entry, None)
        outputs = [results[head.entry][head.output] for head in self._heads]
        return separated(outputs, values.values())  # type: ignore[return-value, arg-type]

    def _predict(self, values: Mapping[str, NDArray]) -> list[NDArray]:
        with Scope(training=False):
            return self._run(values)

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

    def eval(self, /, ctx: Context | None = None, **kwargs: NDArray) -> list[NDArray]:
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
        return self._predict(values)

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

    def infer_shape(self, /, **kwargs: Sequence[int]) -> tuple[Any, Any, Any]:
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
        shapes: list[Shape] = []
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
        with Scope(recording=False):
            return shapes, [y.shape for y in self._predict(values)], []

    # --- drawing ----------------------------------------------------------------------------------

    def draw(self, fname: str | Path | None = None, limit: int = 80) -> Drawing:
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
        drawing = Drawing(svg(picture(self._entries, self._reachable(), self._heads, limit)))
        if fname is not None:
            write_file(fname, [drawing.encode()], "Symbol.draw")
        return drawing

    def to_dot(self, limit: int = 1000) -> str:
        """Return the drawing in Graphviz's language, to be laid out by ``dot``."""
        return dot(picture(self._entries, self._reachable(), self._heads, limit))

    def _repr_svg_(self) -> str:
        return self.draw()


def _by_name(given: Any, names: Sequence[str], what: str) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    given = list(given)
    if len(given) != len(names):
        raise ValueError(f"Length of {what} does not match the number of arguments")
    return dict(zip(names, given, strict=True))


def _probe(shape: Shape, dtype: DType) -> NDArray:
    """An array that operators accept: indices stay in range, matrices can be factorised."""
    size = int(np.prod(shape, dtype=np.int64))
    data = empty(size, dtype)
    data.fill(0)
    if dtype.kind == "f" and len(shape) >= 2 and shape[-1] == shape[-2]:
        data.reshape(shape)[..., range(shape[-1]), range(shape[-1])] = 1
    return NDArray(data, shape, current_context())


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
        raise TypeError(f"load_json: json_str must be a string, got {shown(json_str)}")
    return Symbol(*json.loads(json_str))


fromjson = load_json


def load(fname: str | Path) -> Symbol:
    """Make a symbol from a file that `Symbol.save` wrote, here or in MXNet.

    Raises
    ------
    TypeError
        If *fname* is neither a string nor a path.
    MXNetError
        If the file cannot be read, or `load_json` refuses its text.
    """
    try:
        return load_json(read_file(fname, "symbol.load").decode())
    except UnicodeDecodeError as error:
        raise MXNetError(f"symbol.load: fname={fname!r} is no graph: it is not UTF-8") from error
