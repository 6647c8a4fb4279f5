"""`Graph`: outputs and the entries that they are made from; their names, shapes and values."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from .._similar import did_you_mean
from ..array.ndarray import NDArray
from ..base import DType, MXNetError, Shape, as_dtype
from ..context import Context
from ..dispatch import separated
from ..ops.axes import flag
from ..tape import Scope
from ..util import is_np_shape, np_shape
from . import json
from .attributes import hidden, shown
from .composing import without_casts
from .entries import NodeEntry, Operand, Ref, auxiliary_of, entries_below
from .inference import Inference, Known, complete, is_complete
from .numpy_operators import NumpyOp

if TYPE_CHECKING:
    from ..array.types import MaybeNone, Scalar, ShapeLike
    from ..base import DTypeLike

_T = TypeVar("_T")

ScalarType: TypeAlias = type[np.generic]
"""A dtype as symbols tell it: NumPy's class of scalars."""

Values: TypeAlias = "list[NDArray | Scalar | None]"
"""The values of an entry's inputs."""

EntryMonitor: TypeAlias = Callable[[NodeEntry, Sequence[object], Sequence[NDArray]], object]
"""Called with an entry, the values of its inputs, and those of its outputs."""


class Graph:
    """Facts about the entries of a symbol.

    Attributes
    ----------
    _heads : tuple of Ref
        The outputs.
    """

    def __init__(self, heads: Sequence[Ref]) -> None:
        self._heads = tuple(heads)
        self._order: list[NodeEntry] | None = None

    def __guarded__(self) -> dict[str, object]:
        """What a compiled function that uses the symbol depends on: a symbol never changes."""
        return {}

    def __function__(self) -> Callable[..., list[NDArray]]:
        """What `ndgrad.compile` makes a program of: the outputs, of arguments by name."""

        def evaluate(**arguments: NDArray) -> list[NDArray]:
            return self._predict(self._checked(arguments))

        evaluate.__qualname__ = f"symbol {self.name}"
        return evaluate

    def _reachable(self) -> list[NodeEntry]:
        """The entries that the outputs are made from, sources first."""
        if self._order is None:
            self._order = entries_below(self._heads)
        return self._order

    def _variables(self) -> tuple[list[NodeEntry], list[NodeEntry]]:
        """Arguments, and auxiliary states."""
        order = self._reachable()
        states = auxiliary_of(order)
        variables = [entry for entry in order if entry.op is None]
        return [e for e in variables if e not in states], [e for e in variables if e in states]

    # --- names ------------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name of what makes the outputs; None if they are made by several."""
        names = {head.entry.name for head in self._heads}
        return names.pop() if len(names) == 1 else None

    def list_arguments(self) -> list[str]:
        """Return the names of the arrays that the graph starts from, in order of first use."""
        return [entry.name for entry in self._variables()[0]]

    def list_inputs(self) -> list[str]:
        """Return the names of arguments and auxiliary states, in order of first use."""
        return [entry.name for entry in self._reachable() if entry.op is None]

    def list_outputs(self) -> list[str]:
        """Return the names of the outputs."""
        return [head.entry.output_name(head.output) for head in self._heads]

    def list_auxiliary_states(self) -> list[str]:
        """Return the names of the arrays that operators write to, such as moving averages."""
        return [entry.name for entry in self._variables()[1]]

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """Return the attributes of each entry that has some, and parameters of calls, as text."""
        found = {}
        for entry in self._reachable():
            attrs = {**json.encoded(entry)[1], **shown(entry.attrs)}
            if attrs:
                found[entry.name] = attrs
        return found

    def list_attr(self, recursive: bool = False) -> dict[str, str]:
        """Return the attributes of what makes the output, and its parameters, as text."""
        if recursive:
            raise DeprecationWarning(
                "Symbol.list_attr with recursive=True has been deprecated. Please use attr_dict "
                "instead."
            )
        return self.attr_dict().get(self.name or "", {})

    def attr(self, key: str) -> str | None:
        """Return an attribute, or a parameter as text; None if there is none."""
        return self.list_attr().get(key)

    def _set_attr(self, **kwargs: str) -> None:
        """Set attributes of what makes the output.

        Raises
        ------
        ValueError
            If a value is no string.
        """
        for value in kwargs.values():
            if not isinstance(value, str):
                raise ValueError("Set Attr only accepts string values")
        for head in self._heads:
            head.entry.attrs.update(hidden(kwargs))

    def tojson(self, remove_amp_cast: bool = True) -> str:
        """Return the graph in MXNet's JSON layout, from which `load_json` makes an equal symbol.

        Operators have MXNet's names, so MXNet can load what it has the operators for.  Shapes and
        dtypes are written to the graph's attributes.

        Parameters
        ----------
        remove_amp_cast : bool
            Whether calls of ``amp_cast`` and ``amp_multicast`` are left out.

        Raises
        ------
        MXNetError
            If an `autograd.Function` is in the graph: its code cannot be saved.
        """
        heads = without_casts(self._heads) if remove_amp_cast else self._heads
        return json.dumps(entries_below(heads), heads)

    # --- shapes and dtypes ------------------------------------------------------------------------

    def infer_shape(
        self, /, *args: Sequence[int] | None, **kwargs: Sequence[int]
    ) -> tuple[list[Shape] | MaybeNone, list[Shape] | MaybeNone, list[Shape] | MaybeNone]:
        """Return the shapes of arguments, outputs and auxiliary states for some given ones.

        Facts of parameters follow from those of data.  Nothing is computed.

        Parameters
        ----------
        *args : tuple of int or None
            Facts in the order of `list_arguments`.
        **kwargs : tuple of int
            Or by name.  A length of -1, or of 0 unless `np_shape` is on, is not known.  Those not
            given are as they were recorded, or as `var` was given.

        Returns
        -------
        arg_shapes, out_shapes, aux_shapes : list of tuple
            In the order of `list_arguments`, `list_outputs` and `list_auxiliary_states`.  All are
            None if one cannot be known.

        Raises
        ------
        TypeError
            If a shape is no tuple.
        ValueError
            If both ways are mixed.
        MXNetError
            For an unknown name, or shapes that an operator refuses.

        Examples
        --------
        >>> import ndgrad as mx
        >>> net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
        >>> net.infer_shape(data=(2, 4))
        ([(2, 4), (3, 4), (3,)], [(2, 3)], [])
        """
        found = self._inferred_shapes(args, kwargs)
        arguments, outputs, states = map(complete, found)
        if arguments is not None and outputs is not None and states is not None:
            return arguments, outputs, states
        shapes = found[0] if is_np_shape() else [shape or () for shape in found[0]]
        self._warn_of_unknown("shape", shapes, [not is_complete(x) for x in found[0]])
        return None, None, None

    def infer_shape_partial(
        self, /, *args: Sequence[int] | None, **kwargs: Sequence[int]
    ) -> tuple[list[Known], list[Known], list[Known]]:
        """Return what can be known of shapes: () for one that is not, 0 for such a length.

        Under `np_shape` these are None and -1.
        """
        found = self._inferred_shapes(args, kwargs)
        if is_np_shape():
            return found
        return tuple([shape or () for shape in shapes] for shapes in found)  # type: ignore[return-value]

    def infer_type(
        self, *args: DTypeLike | None, **kwargs: DTypeLike | None
    ) -> tuple[
        list[ScalarType] | MaybeNone, list[ScalarType] | MaybeNone, list[ScalarType] | MaybeNone
    ]:
        """Return the dtypes of arguments, outputs and auxiliary states for some given ones.

        Parameters
        ----------
        *args : dtype or None
            In the order of `list_arguments`.
        **kwargs : dtype
            Or by name.

        Returns
        -------
        arg_types, out_types, aux_types : list of type
            As of `infer_shape`.  All are None if one cannot be known.

        Raises
        ------
        ValueError
            If both ways are mixed.
        MXNetError
            For an unknown name.

        Examples
        --------
        >>> import ndgrad as mx
        >>> net = mx.sym.exp(mx.sym.var("data"))
        >>> net.infer_type(data="float16")
        ([<class 'numpy.float16'>], [<class 'numpy.float16'>], [])
        """
        found = self.infer_type_partial(*args, **kwargs)
        if all(dtype is not None for dtypes in found for dtype in dtypes):
            return found
        self._warn_of_unknown("type", found[0], [dtype is None for dtype in found[0]])
        return None, None, None

    def _warn_of_unknown(self, what: str, facts: Sequence[object], unknown: Sequence[bool]) -> None:
        names = zip(self.list_arguments(), facts, unknown, strict=True)
        listed = [f"\n\t{name}: {fact}" for name, fact, missing in names if missing]
        if listed:
            hint = " (0s in shape means unknown dimensions)" if what == "shape" else ""
            warnings.warn(
                f"Cannot decide {what} for the following arguments{hint}. Consider providing them "
                f"as input:{''.join(listed)}",
                stacklevel=3,
            )

    def infer_type_partial(
        self, *args: DTypeLike | None, **kwargs: DTypeLike | None
    ) -> tuple[list[ScalarType | None], list[ScalarType | None], list[ScalarType | None]]:
        """Return what can be known of dtypes: None for one that is not."""
        named = self._by_name("infer_type", args, kwargs)
        given = {name: as_dtype(x, op="infer_type", arg=name) for name, x in named.items()}
        known = self._inference({}, given)
        variables, states = self._variables()
        return (
            [_scalar_type(known.dtypes[e][0]) for e in variables],
            [_scalar_type(known.dtypes[head.entry][head.output]) for head in self._heads],
            [_scalar_type(known.dtypes[e][0]) for e in states],
        )

    def _inferred_shapes(
        self, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[list[Known], list[Known], list[Known]]:
        given = {}
        for name, shape in self._by_name("infer_shape", args, kwargs).items():
            if not isinstance(shape, (tuple, list)):
                raise TypeError(
                    f"Arguments need to be shapes (tuple), but '{name}' is {type(shape)}."
                )
            try:
                given[name] = tuple([-1 if n is None or n < 0 else int(n) for n in shape])
            except TypeError:
                raise TypeError(f"infer_shape: {name} must be a shape, got {shape!r}") from None
        variables, states = self._variables()
        # What is not known is 0 to the rules, and -1 to users where arrays may have no elements.
        partial = any(-1 in shape for shape in given.values()) or any(
            "-1" in entry.attrs.get("__shape__", "") for entry in (*variables, *states)
        )
        given = {name: tuple(max(n, 0) for n in shape) for name, shape in given.items()}
        np_shapes = is_np_shape()
        with np_shape(np_shapes and not partial):
            known = self._inference(given, {}).shapes

        def told(shape: Known) -> Known:
            if shape is None or not (np_shapes and partial):
                return shape
            return tuple(n or -1 for n in shape)

        return (
            [told(known[e][0]) for e in variables],
            [told(known[head.entry][head.output]) for head in self._heads],
            [told(known[e][0]) for e in states],
        )

    def _by_name(
        self, function: str, args: Sequence[_T | None], kwargs: Mapping[str, _T | None]
    ) -> dict[str, _T]:
        if args and kwargs:
            raise ValueError("Can only specify known argument by position or by name, not both")
        names = self.list_inputs()
        if args:
            arguments = self.list_arguments()
            if len(args) > len(arguments):
                raise MXNetError(
                    f"{function}: {len(args)} are given, but there are {len(arguments)} arguments"
                )
            return {n: x for n, x in zip(arguments, args, strict=False) if x is not None}
        for name in kwargs:
            if name not in names:
                raise MXNetError(
                    f"{function}: argument {name} not found{did_you_mean(name, names)}; "
                    f"arguments are {', '.join(names)}"
                )
        return {name: x for name, x in kwargs.items() if x is not None}

    def _inference(self, shapes: Mapping[str, Shape], dtypes: Mapping[str, DType]) -> Inference:
        """What is known of all entries, where variables are as given, or else as they say."""
        known: dict[str, Known] = {}
        kinds: dict[str, DType | None] = {}
        for entry in self._reachable():
            if entry.op is None:
                known[entry.name] = entry.shapes[0] if entry.shapes else None
                kinds[entry.name] = entry.dtype
        self._require_known("inferred")
        return Inference(self._reachable(), {**known, **shapes}, {**kinds, **dtypes}).run()

    # --- values -----------------------------------------------------------------------------------

    def _require_known(self, doing: str) -> None:
        for entry in self._reachable():
            if entry.foreign:
                raise MXNetError(
                    f"{entry.name} calls the autograd.Function {entry.op!r}, whose code is not "
                    f"part of the graph: it cannot be {doing}"
                )

    def _run(
        self,
        values: Mapping[str, NDArray],
        monitor: EntryMonitor | None = None,
        places: Mapping[NodeEntry, Context] | None = None,
        watch: Callable[[NodeEntry, Values], Values] | None = None,
    ) -> list[NDArray]:
        """Call the operators, in *places* if given, and *monitor* after each.

        They are called with what *watch* makes of their inputs.

        What no later one uses is let go.
        """
        self._require_known("evaluated")
        order = self._reachable()
        last: dict[NodeEntry, NodeEntry | None] = {head.entry: None for head in self._heads}
        for entry in reversed(order):
            for x in entry.refs:
                last.setdefault(x.entry, entry)
        results: dict[NodeEntry, Sequence[NDArray]] = {}
        shapes = self._shapes_of_sources(values)
        for entry in order:
            if entry.op is None:
                results[entry] = [values[entry.name]]
                if monitor is not None:
                    monitor(entry, [], results[entry])
                continue
            inputs = [results[x.entry][x.output] if isinstance(x, Ref) else x for x in entry.inputs]
            if watch is not None:
                inputs = watch(entry, inputs)
            params = entry.params
            if entry in shapes:
                params = {**params, "shape": shapes[entry]}
            if places is None:
                made = entry.definition.call(*inputs, **params)
            else:
                with places[entry]:
                    made = entry.definition.call(*_moved(inputs, places[entry]), **params)
            results[entry] = made if isinstance(made, (list, tuple)) else [made]
            if monitor is not None:
                monitor(entry, inputs, results[entry])
            for x in entry.refs:
                if last[x.entry] is entry:
                    results.pop(x.entry, None)
        outputs = [results[head.entry][head.output] for head in self._heads]
        return separated(outputs, values.values())  # type: ignore[return-value]

    def _shapes_of_sources(self, values: Mapping[str, NDArray]) -> dict[NodeEntry, Shape]:
        """Of calls that make arrays of none, and whose shape follows from what is made of these."""
        with np_shape(False):  # the functions of such calls take 0 for a length that is not known
            sources = [
                entry
                for entry in self._reachable()
                if entry.op is not None
                and not entry.inputs
                and not isinstance(entry.definition, NumpyOp)
                and (
                    not all(length > 0 for length in _as_shape(entry.params.get("shape", ())))
                    or flag("symbol", "infer_range", entry.params.get("infer_range", False))
                )
            ]
            if not sources:
                return {}
            forms = {name: (x.shape, np.dtype(x.dtype)) for name, x in values.items()}
            known = self._inference(
                {name: shape for name, (shape, _) in forms.items()},
                {name: dtype for name, (_, dtype) in forms.items()},
            )
        return {entry: known.shapes[entry][0] or () for entry in sources}

    def _predict(self, values: Mapping[str, NDArray]) -> list[NDArray]:
        with Scope(training=False):
            return self._run(values)

    def _checked(self, args: Mapping[str, object]) -> dict[str, NDArray]:
        return arrays_for(self.list_inputs(), args, "args")


def arrays_for(names: Sequence[str], given: Mapping[str, object], what: str) -> dict[str, NDArray]:
    """An array for each of *names*.

    Raises
    ------
    ValueError
        If one is missing.
    TypeError
        If one is no array.
    """
    found = {}
    for name in names:
        if name not in given:
            raise ValueError(f"key `{name}` is missing in `{what}`")
        x = given[name]
        if not isinstance(x, NDArray):
            raise TypeError(f"argument {name} must be an NDArray, got {type(x).__name__}")
        found[name] = x
    return found


def _moved(inputs: Sequence[NDArray | Operand], context: Context) -> list[NDArray | Operand]:
    return [x.as_in_context(context) if isinstance(x, NDArray) else x for x in inputs]


def _scalar_type(dtype: DType | None) -> ScalarType | None:
    return None if dtype is None else dtype.type


def _as_shape(shape: ShapeLike) -> Shape:
    return (shape,) if isinstance(shape, int) else tuple(shape)
