"""`Symbol`: a graph of operators as a value, to compose, read, draw, save, infer and evaluate.

Its leaves are made by `var`, its calls by the functions of `ndgrad.symbol`; or both by
`get_symbol`, which copies what is recorded of an array (operators, numbers, parameters,
shapes; no elements), so that a symbol outlives backward, which releases the record.

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

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from .._drawing import Drawing, dot, svg
from .._files import file_name, read_file, write_file
from .._similar import did_you_mean
from ..array.ndarray import NDArray
from ..base import ArgumentTypeError, MXNetError, public_names, shown
from ..context import Context
from .binding import bound, simply_bound
from .composing import composed, copied
from .entries import NodeEntry, Ref
from .executor import Executor
from .graph import Graph
from .picture import picture
from .reading import loads
from .recorded import recorded

if TYPE_CHECKING:  # with what `ndgrad.symbol.methods` adds to the class
    from .._stubs.symbol_methods import Methods
    from ..array.types import GradReqLike
    from ..base import DTypeLike
else:
    Methods = Graph

__all__ = ["Symbol", "fromjson", "get_symbol", "load", "load_json"]
__dir__ = public_names(globals())

_SHOWN_NAMES = 100


def get_symbol(x: NDArray) -> Symbol:
    """Return the recorded graph of an array.

    Variables are called ``var0``, ``var1`` ... in the order in which they were marked, other array
    inputs ``null<n>``, calls of operators ``node_<n>``.  The numbers count through the process, and
    what has been named keeps its name.  A compiled function, or hybridized block, is run again to
    show the calls of operators in it.

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
        If *x* was not recorded, or backward has released the record; if a compiled function in the
        record writes to arrays.

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
        raise ArgumentTypeError(
            f"get_symbol: Invalid argument type, expecting NDArray, got {type(x)}"
        )
    return Symbol([recorded(x)])


# --- the value ------------------------------------------------------------------------------------


class Symbol(Methods):
    """A graph: outputs, and the entries that they are made from.

    Made by `var`, the functions of `ndgrad.symbol`, `get_symbol`, `load` and `load_json`.
    `debug_str` lists the entries, a notebook shows a drawing.
    """

    # NumPy shall leave ``numpy_array + x`` to this class.
    __array_ufunc__ = None
    __array_priority__ = 1000.0

    # --- parts ------------------------------------------------------------------------------------

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
        kind = type(self)
        return kind([Ref(e, k) for e in self._reachable() for k in range(e.outputs)])

    def get_children(self) -> Symbol | None:
        """Return a symbol whose outputs are the inputs of the output; None for a variable."""
        heads = [x for head in self._heads for x in head.entry.refs]
        return type(self)(heads) if heads else None

    def __len__(self) -> int:
        return len(self._heads)

    @property
    def num_outputs(self) -> int:
        """The number of outputs."""
        return len(self._heads)

    def __iter__(self) -> Iterator[Self]:
        return iter(self._each())

    def _each(self) -> list[Self]:
        """The outputs, a symbol for each."""
        return [type(self)([head]) for head in self._heads]

    def __getitem__(self, key: int | str | slice) -> Self:
        """Return one output by its name or number, or a slice of them.

        Raises
        ------
        IndexError
            If there is no output of this number, or a slice is empty or goes beyond the outputs:
            then elements of an array are meant, which `slice_axis` selects.
        ValueError
            If there is none of this name, or several.
        """
        if isinstance(key, slice):
            heads, bounds = self._heads[key], (key.start, key.stop)
            count = self.num_outputs
            if not heads or any(abs(i) > count for i in bounds if i is not None):
                raise IndexError(f"Symbol has {count} outputs, which {key} is not in")
            return type(self)(heads)
        if isinstance(key, str):
            found = [i for i, name in enumerate(self.list_outputs()) if name == key]
            if not found:
                hint = did_you_mean(key, self.list_outputs())
                raise ValueError(f'Cannot find output that matches name "{key}"{hint}')
            if len(found) > 1 and len({self._heads[i] for i in found}) > 1:
                raise ValueError(f'There are multiple outputs with name "{key}"')
            key = found[0]
        if not -self.num_outputs <= key < self.num_outputs:
            raise IndexError(f"Symbol has {self.num_outputs} outputs, there is no output {key}")
        return type(self)([self._heads[key]])

    # --- composing --------------------------------------------------------------------------------

    def __call__(self, *args: Symbol, name: str | None = None, **kwargs: Symbol) -> Self:
        """Return the graph with other symbols in place of some of its variables.

        Parameters
        ----------
        *args : Symbol
            In place of the variables, in the order of `list_arguments`.
        name : str, optional
            Of what makes the output.
        **kwargs : Symbol
            In place of the variables of these names.

        Raises
        ------
        TypeError
            If one is no symbol, or both ways are mixed.
        MXNetError
            If there is no such variable.
        """
        return type(self)(composed(self._heads, args, kwargs, name))

    def __copy__(self) -> Self:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(copied(self._heads))

    def __repr__(self) -> str:
        if self.name is not None:
            return f"<Symbol {self.name}>"
        shown = [head.entry.name for head in self._heads[: _SHOWN_NAMES + 1]]
        if len(shown) > _SHOWN_NAMES:
            shown[-1] = "..."
        return f"<Symbol group [{', '.join(shown)}]>"

    # --- reading ----------------------------------------------------------------------------------

    def _input_text(self, entry: NodeEntry, i: int) -> str:
        value = entry.inputs[i]
        if value.__class__ is not Ref:
            return repr(value.item() if isinstance(value, np.generic) else value)
        source = value.entry
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
        outputs = f"outputs: {', '.join(self.list_outputs())}"
        return "\n".join([*map(self._line, self._reachable()), outputs])

    # --- saving -----------------------------------------------------------------------------------

    def save(self, fname: str | Path, remove_amp_cast: bool = True) -> None:
        """Write `tojson` to a file; an old one is replaced when all of it is on the disk.

        Parameters
        ----------
        fname : str or Path
        remove_amp_cast : bool
            See `tojson`.

        Raises
        ------
        MXNetError
            If the file cannot be written, or the graph has no JSON (see `tojson`).
        """
        name = file_name(fname, "Symbol.save")
        write_file(name, [self.tojson(remove_amp_cast).encode()], "Symbol.save")

    def __reduce__(self) -> tuple[Callable[[type[Symbol], str], Symbol], tuple[type[Symbol], str]]:
        return _unpickle, (type(self), self.tojson())

    # --- evaluating -------------------------------------------------------------------------------

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
        if ctx is None:
            return self._predict(values)
        with ctx:
            return self._predict({name: x.as_in_context(ctx) for name, x in values.items()})

    def bind(
        self,
        ctx: Context | None = None,
        args: Mapping[str, NDArray] | Sequence[NDArray] = (),
        args_grad: Mapping[str, NDArray | None] | Sequence[NDArray | None] | None = None,
        grad_req: GradReqLike = "write",
        aux_states: Mapping[str, NDArray] | Sequence[NDArray] | None = None,
        group2ctx: Mapping[str, Context] | None = None,
        shared_exec: object = None,
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
        aux_states : dict or sequence of NDArray, optional
            By name, or in the order of `list_auxiliary_states`.
        group2ctx : dict, optional
            Where what has the attribute ``ctx_group`` is computed, by its value.
        shared_exec
            Accepted for MXNet's sake: memory comes from a pool.

        Raises
        ------
        ValueError
            If an array is missing, or the numbers differ.
        TypeError
            If one is no array.
        MXNetError
            If shapes do not fit, or a gradient has not its argument's shape and dtype.

        Examples
        --------
        >>> import ndgrad as mx
        >>> x = mx.sym.var("x")
        >>> executor = (x * x).bind(mx.cpu(), [mx.nd.array([3, 4])], [mx.nd.zeros(2)])
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
        return bound(self, ctx, args, args_grad, grad_req, aux_states, group2ctx)

    def simple_bind(
        self,
        ctx: Context | None = None,
        grad_req: GradReqLike = "write",
        type_dict: Mapping[str, DTypeLike] | None = None,
        stype_dict: Mapping[str, str] | None = None,
        group2ctx: Mapping[str, Context] | None = None,
        shared_arg_names: Sequence[str] | None = None,
        shared_exec: Executor | None = None,
        shared_buffer: dict[str, NDArray] | None = None,
        **kwargs: Sequence[int],
    ) -> Executor:
        """Return an `Executor` with arrays of zeros, whose shapes follow from some.

        Parameters
        ----------
        ctx : Context, optional
            Where the arrays are made.
        grad_req : {'write', 'add', 'null'}, or a dict or sequence of them
            What is left out in a dict gets no gradient.
        type_dict : dict, optional
            Dtypes by name; others follow, or are float32.
        stype_dict : dict, optional
            Storage types by name; others are as `var` was given.  A row-sparse argument has a
            row-sparse gradient if the operators that use it make one.
        shared_arg_names : sequence of str, optional
            Which arguments, with the auxiliary states, are those of *shared_exec*, where the shapes
            are the same; by default none.
        shared_exec : Executor, optional
            One whose arrays are used.
        shared_buffer : dict, optional
            Arrays by name that are used where they fit; others are added to it.
        group2ctx : dict, optional
            Where what has the attribute ``ctx_group`` is made and computed, by its value.
        **kwargs : tuple of int
            Shapes by name.

        Raises
        ------
        MXNetError
            If a shape does not follow, or for an unknown *grad_req*.

        Examples
        --------
        >>> import ndgrad as mx
        >>> net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
        >>> executor = net.simple_bind(mx.cpu(), data=(2, 4))
        >>> executor.arg_dict["fc_weight"].shape
        (3, 4)
        """
        return simply_bound(
            self, ctx, grad_req, type_dict, stype_dict, group2ctx, shared_arg_names, shared_exec,
            shared_buffer, kwargs,
        )  # fmt: skip

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
        drawing = Drawing(svg(picture(self._reachable(), self._heads, limit)))
        if fname is not None:
            write_file(fname, [drawing.encode()], "Symbol.draw")
        return drawing

    def to_dot(self, limit: int = 1000) -> str:
        """Return the drawing in Graphviz's language, to be laid out by ``dot``."""
        return dot(picture(self._reachable(), self._heads, limit))

    def _repr_svg_(self) -> str:
        return self.draw()


# --- from a file ----------------------------------------------------------------------------------


def _unpickle(kind: type[Symbol], json_str: str) -> Symbol:
    return kind(loads(json_str))


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
    return Symbol(loads(json_str))


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
