"""`HybridBlock`: a block whose forward takes arrays or symbols, and can be compiled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import nd, symbol
from ..autograd import pause
from ..base import DTypeLike, public_names, shorten_traceback, shown
from ..compiler.compiled import Compiled
from ..context import current_context
from ..nd import NDArray
from ..numpy import ndarray
from ..symbol import Group, Symbol
from ..symbol.entries import NodeEntry
from ..symbol.json import encoded
from ..symbol.numpy import _Symbol
from ..tape.array import Leaf
from ..util import np_shape
from .block import ArrayBlock, Block
from .parameter import DeferredInitializationError, Parameter, shape_is_known
from .parameter_dict import ParameterDict

if TYPE_CHECKING:
    from ..typing import Operators

__all__ = ["HybridBlock"]
__dir__ = public_names(globals())


class _Eager(threading.local):
    depth = 0


_eager = _Eager()


def _free(forward: Callable[..., object]) -> Callable[..., Any]:
    """For type checkers: a method that subclasses write with other arguments."""
    return forward


class HybridBlock(Block):
    """A block that `hybridize` compiles.

    A subclass writes ``hybrid_forward(self, F, x, *args, **params)``, where *F* is `nd` or `sym`
    and *params* are the arrays, or variables, of the parameters that are its attributes; or a plain
    `forward`.

    Examples
    --------
    >>> import ndgrad as mx
    >>> class Scale(mx.gluon.HybridBlock):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = self.params.get("factor", shape=(1,), init="ones")
    ...
    ...     def hybrid_forward(self, F, x, factor):
    ...         return F.broadcast_mul(x, factor)
    >>> net = Scale()
    >>> net.initialize()
    >>> net.hybridize()
    >>> net(mx.nd.array([1, 2]))
    [1. 2.]
    <NDArray 2 @cpu(0)>
    """

    def __init__(
        self, prefix: str | None = None, params: ParameterDict | None = None, **unknown: object
    ) -> None:
        super().__init__(prefix=prefix, params=params, **unknown)
        self._active = False
        self._compiled: Callable[..., Any] | None = None
        self._op_hook: tuple[Callable[[str, str, NDArray], object], bool] | None = None
        self._input_tree: object = None  # how arrays were nested in the arguments of a call

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if isinstance(value, (HybridBlock, Parameter)):
            self._compiled = None

    def register_child(self, block: Block, name: str | None = None) -> None:
        """Make *block* a child.

        Raises
        ------
        ValueError
            If it is no `HybridBlock`.
        """
        if not isinstance(block, HybridBlock):
            raise ValueError(
                f"Children of HybridBlock must also be HybridBlock, but {block} has type "
                f"{type(block)}. If you are using Sequential, please try HybridSequential instead."
            )
        super().register_child(block, name)
        self._compiled = None

    def cast(self, dtype: DTypeLike) -> None:
        """Convert all parameters to a dtype."""
        self._compiled = None
        super().cast(dtype)

    def hybridize(
        self,
        active: bool = True,
        backend: str | None = None,
        clear: bool = True,
        static_alloc: bool = False,
        static_shape: bool = False,
        inline_limit: int = 2,
        forward_bulk_size: int | None = None,
        backward_bulk_size: int | None = None,
        **kwargs: object,
    ) -> None:
        """Compile `forward` at the next call, or call it as it is again.

        A compiled forward is one program, see `compile`, and returns lists instead of tuples.
        Attributes that are numbers, strings or lists are as they were when it was compiled;
        `hybridize` once more takes the new ones.  There are programs for the first 32 shapes and
        modes; others run as they are.

        Parameters
        ----------
        active : bool
        backend, clear, static_alloc, static_shape, inline_limit, forward_bulk_size, \
backward_bulk_size, **kwargs
            Without effect: memory and shapes of a program are always static.
        """
        self._active = active
        self._compiled = None
        super().hybridize(active)

    def optimize_for(self, x: NDArray, *args: Any, **kwargs: Any) -> None:
        """Infer the shapes of all parameters from inputs, and `hybridize`.

        Parameters
        ----------
        x, *args : NDArray
            What the block is called with.
        **kwargs
            As of `hybridize`, and without effect.
        """
        self.infer_shape(x, *args)
        for param in self.collect_params().values():
            param._finish_deferred_init()
        self.hybridize(**kwargs)

    # --- calls ------------------------------------------------------------------------------------

    def _run(self, *args: object) -> Any:
        if not self._active or _eager.depth or not any(map(_holds_array, args)):
            return self.forward(*args)
        if self._compiled is not None:
            return self._compiled(*args)
        try:
            self._compile(args)
            return self._compiled(*args)  # type: ignore[misc]
        except BaseException:  # a call that failed says nothing of the inputs
            self._compiled = self._input_tree = None
            raise

    def _compile(self, args: tuple[object, ...]) -> None:
        """Make the compiled forward; what is deferred is initialised before."""
        self._input_tree = _tree(args)
        params = [*self.collect_params().values()]
        forward = _Forward(self, params)
        if any(param._deferred_init for param in params):
            with pause():
                forward.eager(*args)
        if self._op_hook is not None:
            self._compiled = self._watched
        elif any(param.stype != "default" or _computed(param) for param in params):
            # Rows in use are looked up on the host, and programs make gradients of variables;
            # children are compiled.
            self._compiled = forward
        else:
            self._compiled = Compiled(forward, fallback=True, beyond=forward.eager)

    def register_op_hook(
        self, callback: Callable[[str, str, NDArray], object] | None, monitor_all: bool = False
    ) -> None:
        """Call a function with what each operator computes; see `Block.register_op_hook`."""
        super().register_op_hook(callback, monitor_all)
        self._op_hook = None if callback is None else (callback, bool(monitor_all))
        self._compiled = None

    def _watched(self, *args: object) -> object:
        """Call the operators of the block's symbol, and the hook with what they compute."""
        callback, everything = self._op_hook  # type: ignore[misc]
        names, tree = self._symbolic(args)
        arrays = [*_arrays(args)]
        values = dict(zip(names, arrays, strict=True))
        graph = _grouped(tree)
        inputs = {*graph.list_inputs()}
        for param in self.collect_params().values():
            if param.name in inputs:
                values[param.name] = param.data(arrays[0]._ctx)

        def note(entry: NodeEntry, given: Sequence[object], outputs: Sequence[NDArray]) -> None:
            if entry.op is None:
                return
            op = encoded(entry, strict=False)[0]
            for name, x in zip(entry.input_names(), given, strict=False):
                if everything and isinstance(x, NDArray):
                    callback(f"{entry.name}_{name}", op, x.detach())
            for i, x in enumerate(outputs):
                callback(entry.output_name(i), op, x.detach())

        return _refilled(_as_lists(tree), iter(graph._run(values, note)))

    @_free
    def forward(self, x: object, *args: object) -> Any:
        """Call `hybrid_forward` with `nd` or `sym`, and the parameters.

        Raises
        ------
        ValueError
            If there is neither an array nor a symbol among the inputs.
        """
        first = x if isinstance(x, (NDArray, Symbol)) else _first((x, *args))
        if isinstance(first, Symbol):
            variables = {name: param.var() for name, param in self._reg_params.items()}
            if isinstance(first, _Symbol):
                variables = {name: x.as_np_ndarray() for name, x in variables.items()}
            with self.name_scope():
                return self.hybrid_forward(symbol, x, *args, **variables)
        if first is None:
            raise ValueError(
                "In HybridBlock, there must be one NDArray or one Symbol in the input. Please "
                f"check the type of the args: {type(self).__name__} got "
                f"{', '.join(map(shown, (x, *args)))}. nd.array makes an NDArray of numbers."
            )
        ctx = first._ctx
        if self._active and self._input_tree is None:  # `export` asks for it
            self._input_tree = _tree((x, *args))
        if not self._reg_params:
            params: dict[str, NDArray] = {}
        else:
            try:
                params = {name: param.data(ctx) for name, param in self._reg_params.items()}
            except DeferredInitializationError:
                self._initialize_deferred(x, *args)
                params = {name: param.data(ctx) for name, param in self._reg_params.items()}
        try:
            if ctx is current_context():
                return self.hybrid_forward(nd, x, *args, **params)
            with ctx:
                return self.hybrid_forward(nd, x, *args, **params)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                error.add_note(  # it was not entered
                    "hybrid_forward is called with F (nd or sym), the inputs and, by name, the "
                    f"parameters: {', '.join(params) or 'there are none'}"
                )
            raise

    def hybrid_forward(self, F: Operators, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the output by operators of *F*; every subclass has its own, or `forward`.

        Parameters
        ----------
        F : module
            `nd` or `sym`.
        x, *args : NDArray or Symbol
            What the block is called with.
        **kwargs : NDArray or Symbol
            The parameters by name.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no hybrid_forward: define hybrid_forward(self, F, x), or "
            "forward(self, x)"
        )

    # --- shapes -----------------------------------------------------------------------------------

    def _initialize_deferred(self, *args: object) -> None:
        params = self._reg_params.values()
        if not all(shape_is_known(param.shape) for param in params):
            try:
                self.infer_shape(*args)
            except Exception as error:
                shorten_traceback(error)
                raise ValueError(
                    "Deferred initialization failed because shape cannot be inferred. "
                    f"{self.name}: {error}"
                ) from error
        for param in params:
            param._finish_deferred_init()

    def _infer(self, what: str, given: str, args: tuple[object, ...]) -> None:
        """Set an attribute of all parameters to what the symbol of the block infers."""
        names, tree = self._symbolic(args)
        outputs = _grouped(tree)
        known = {name: getattr(x, given) for name, x in zip(names, _arrays(args), strict=True)}
        infer = getattr(outputs, f"infer_{what}")
        with np_shape(False):  # in which 0 is a length that is not known
            arguments, _, states = infer(**known)
        if arguments is None:
            inputs = ", ".join(f"{name} {value}" for name, value in known.items())
            raise ValueError(
                f"the {what} of some parameter does not follow from that of the inputs: {inputs}"
            )
        found = dict(zip(outputs.list_arguments(), arguments, strict=True))
        found |= zip(outputs.list_auxiliary_states(), states, strict=True)
        for name, param in self.collect_params().items():
            if found.get(name) is not None:
                setattr(param, given, found[name])

    def infer_shape(self, *args: object) -> None:
        """Set the shapes of all parameters from those of the inputs."""
        self._infer("shape", "shape", args)

    def infer_type(self, *args: object) -> None:
        """Set the dtypes of all parameters from those of the inputs."""
        self._infer("type", "dtype", args)

    def _symbolic(self, args: tuple[object, ...]) -> tuple[list[str], object]:
        """The names of the inputs, and what forward makes of symbols."""
        self._input_tree = _tree(args)
        return self._traced()

    @property
    def _cached_graph(self) -> tuple[()] | tuple[list[Symbol], Symbol]:
        """The inputs and outputs as symbols, which libraries ask for; () before the first call."""
        if self._input_tree is None:
            return ()
        names, tree = self._traced()
        return [symbol.var(name) for name in names], _grouped(tree)

    def _traced(self) -> tuple[list[str], object]:
        count = len([*_leaves_of(self._input_tree)])
        names = ["data"] if count == 1 else [f"data{i}" for i in range(count)]
        variables = iter([symbol.var(name) for name in names])
        return names, self.forward(*_filled(self._input_tree, variables))

    def export(self, path: str, epoch: int = 0, remove_amp_cast: bool = True) -> tuple[str, str]:
        """Write the network as a symbol and its parameters, as `SymbolBlock.imports` reads them.

        Parameters
        ----------
        path : str
            What the names ``<path>-symbol.json`` and ``<path>-<epoch>.params`` begin with.
        epoch : int
        remove_amp_cast : bool
            Without effect.

        Returns
        -------
        tuple of str
            The names of both files.

        Raises
        ------
        RuntimeError
            If the block was not called yet, so that its inputs are not known.
        """
        if self._input_tree is None:
            raise RuntimeError(
                "Please first call block.hybridize() and then run forward with this block at least "
                "once before calling export."
            )
        outputs = _grouped(self._traced()[1])
        files = f"{path}-symbol.json", f"{path}-{epoch:04d}.params"
        outputs.save(files[0])
        arguments, states = {*outputs.list_arguments()}, {*outputs.list_auxiliary_states()}
        arrays = {}
        for name, param in self.collect_params().items():
            if name in arguments:
                arrays[f"arg:{name}"] = param._reduce()
            elif name in states:
                arrays[f"aux:{name}"] = param._reduce()
        nd.save(files[1], arrays)
        return files


class HybridArrayBlock(ArrayBlock, HybridBlock):
    """An `ArrayBlock` that `hybridize` compiles: most layers, and losses."""


class _Forward:
    """A block's forward, for `compile`: a program depends on the arrays of the parameters alone."""

    def __init__(self, block: HybridBlock, params: Iterable[Parameter]) -> None:
        self.__qualname__ = block.name or type(block).__name__
        self._block = block
        self._params = {param.name: param for param in params}

    def __guarded__(self) -> Mapping[str, object]:
        """What a program depends on."""
        return {name: param._data for name, param in self._params.items()}

    def __call__(self, *args: object) -> object:
        return _as_lists(self._block.forward(*args))

    def eager(self, *args: object) -> object:
        """Call forward without compiling anything, the children neither."""
        _eager.depth += 1
        try:
            return self(*args)
        finally:
            _eager.depth -= 1


def _computed(param: Parameter) -> bool:
    """Whether a program put recorded arrays into `Parameter._data`, as samples of weights are."""
    return any(x._node is not None and not isinstance(x._node, Leaf) for x in param._data or ())


# --- arguments ------------------------------------------------------------------------------------


def _flat(tree: object) -> Iterator[Any]:
    """What is in nested lists and tuples."""
    if isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _flat(item)
    else:
        yield tree


def _as_lists(tree: object) -> object:
    """Nested lists and tuples as lists, which hybridized blocks return in MXNet."""
    return [_as_lists(x) for x in tree] if isinstance(tree, (list, tuple)) else tree


def _grouped(tree: object) -> Symbol:
    """The symbols in nested lists and tuples as one."""
    symbols = [*_flat(tree)]
    return symbols[0] if len(symbols) == 1 else Group(symbols)


def _refilled(tree: Any, arrays: Iterator[NDArray]) -> object:
    """Nested lists of symbols with the next of *arrays* in the place of each output."""
    if isinstance(tree, list):
        return [_refilled(x, arrays) for x in tree]
    made = [next(arrays) for _ in tree.list_outputs()]
    return made[0] if len(made) == 1 else made


def _arrays(args: object) -> Iterator[NDArray]:
    return (x for x in _flat(args) if isinstance(x, NDArray))


def _holds_array(arg: object) -> bool:
    return isinstance(arg, NDArray) or (
        isinstance(arg, (list, tuple)) and any(map(_holds_array, arg))
    )


def _first(args: object) -> NDArray | Symbol | None:
    """The first array or symbol among nested arguments, or None."""
    return next((x for x in _flat(args) if isinstance(x, (NDArray, Symbol))), None)


class _Slot:
    """Where an array was among the arguments, and whether it was one like NumPy's."""

    def __init__(self, numpy_like: bool) -> None:
        self.numpy_like = numpy_like


_SLOTS = _Slot(False), _Slot(True)


def _tree(args: object) -> object:
    """Arguments with a mark in the place of each array."""
    if isinstance(args, (list, tuple)):
        return [_tree(x) for x in args]
    return _SLOTS[isinstance(args, ndarray)] if isinstance(args, NDArray) else args


def _leaves_of(tree: object) -> Iterator[_Slot]:
    return (x for x in _flat(tree) if isinstance(x, _Slot))


def _filled(tree: object, variables: Iterator[Symbol]) -> Any:
    """A tree with the next of *variables* in the place of each mark."""
    if isinstance(tree, list):
        return [_filled(x, variables) for x in tree]
    if not isinstance(tree, _Slot):
        return tree
    return next(variables).as_np_ndarray() if tree.numpy_like else next(variables)
