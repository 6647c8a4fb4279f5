"""`Block`: a layer or a network, a tree of layers with parameters."""

from __future__ import annotations

import itertools
import json
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np

from .. import initializer, nd
from .._files import write_file
from .._similar import unknown_keyword
from ..base import DTypeLike, public_names, shorten_traceback, shown
from ..context import Context
from ..name import NameManager, Prefix
from ..nd import NDArray
from . import parameter_dict
from .parameter import Parameter
from .parameter_dict import ParameterDict, named_arrays, without_kinds
from .summary import summary
from .utils import HookHandle

if TYPE_CHECKING:
    from types import TracebackType

    from ..numpy import ndarray
    from ..typing import InitializerLike, Tensor

__all__ = ["Block"]
__dir__ = public_names(globals())

_UNGUARDED = {"_compiled", "_input_tree", "_name", "_params", "_prefix", "_scope"}
_UNGUARDED |= {"_counter", "_init_counter"}  # of a recurrent cell, for names of symbols
"""Attributes that change by calls, or that no result depends on."""

_Hook = Callable[..., object]


class _Scopes(threading.local):
    current: BlockScope | None = None


_scopes = _Scopes()


class BlockScope:
    """The scope in which blocks and symbols get names that begin with a block's prefix."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._counts: dict[str, int] = {}
        self._outer: list[tuple[BlockScope | None, Prefix]] = []

    @staticmethod
    def create(
        prefix: str | None, params: ParameterDict | None, hint: str
    ) -> tuple[str, ParameterDict]:
        """The whole prefix of a new block, and the dict of its parameters."""
        scope = _scopes.current
        if scope is None:
            if prefix is None:
                prefix = NameManager.current.get(None, hint) + "_"
            outer, names, shared = "", prefix, None
        else:
            if prefix is None:
                count = scope._counts.get(hint, 0)
                scope._counts[hint] = count + 1
                prefix = f"{hint}{count}_"
            outer, shared = scope._block.prefix, scope._block.params._shared
            # Parameters have the names of those that the block around shares, if it does.
            names, prefix = scope._block.params.prefix + prefix, outer + prefix
        if params is not None:
            return prefix, ParameterDict(params.prefix, params)
        return prefix, ParameterDict(names, shared)

    def __enter__(self) -> BlockScope:
        if not self._block._empty_prefix:
            names = Prefix(self._block.prefix)
            names.__enter__()
            self._outer.append((_scopes.current, names))
            _scopes.current = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._block._empty_prefix:
            _scopes.current, names = self._outer.pop()
            names.__exit__(kind, error, traceback)


class Block:
    """A layer or a network: parameters, children, and a `forward`.

    What is assigned to an attribute becomes a child, if it is a block, or a parameter.

    Parameters
    ----------
    prefix : str, optional
        With what the names of all parameters begin; by default the class' name in lower case and a
        number.
    params : ParameterDict, optional
        Of another block, whose parameters this one shares.

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.gluon import nn
    >>> class Twice(mx.gluon.Block):
    ...     def __init__(self, units):
    ...         super().__init__()
    ...         with self.name_scope():
    ...             self.dense = nn.Dense(units)
    ...
    ...     def forward(self, x):
    ...         return 2 * self.dense(x)
    >>> net = Twice(3)
    >>> net.initialize()
    >>> net(mx.nd.ones((2, 4))).shape
    (2, 3)
    """

    _is_layer = True  # and not only a container of layers

    def __init__(
        self, prefix: str | None = None, params: ParameterDict | None = None, **unknown: object
    ) -> None:
        for key in unknown:
            raise unknown_keyword(self, Block, key)
        if not isinstance(prefix, (str, type(None))):
            layers = isinstance(prefix, (Block, list, tuple))
            raise TypeError(
                f"{type(self).__name__}: prefix must be a str, got {shown(prefix)}"
                + (". Layers are given to add()" if layers else "")
            )
        self._empty_prefix = prefix == ""
        self._prefix, self._params = BlockScope.create(prefix, params, self._alias())
        self._name = self._prefix.removesuffix("_")
        self._scope = BlockScope(self)
        self._children: dict[str, Block] = {}
        self._reg_params: dict[str, Parameter] = {}
        self._forward_hooks: dict[int, _Hook] = {}
        self._forward_pre_hooks: dict[int, _Hook] = {}

    def __repr__(self) -> str:
        children = [
            f"  ({name}): {indented(repr(child))}"
            for name, child in self.__dict__.items()
            if isinstance(child, Block)
        ]
        return f"{type(self).__name__}(\n" + "\n".join(children) + "\n)"

    def _repr_html_(self) -> str:
        from .display import tree  # a notebook's; most programs are none

        return tree(self)

    def __setattr__(self, name: str, value: object) -> None:
        known = self.__dict__.get(name)
        if isinstance(value, (Parameter, Block)) and "_children" not in self.__dict__:
            raise AttributeError(
                f"{type(self).__name__}: {name} is assigned before super().__init__() was called"
            )
        if isinstance(known, (Parameter, Block)) and not isinstance(value, type(known)):
            raise TypeError(
                f"Changing attribute type for {name} from {type(known)} to {type(value)} is not "
                "allowed."
            )
        if isinstance(value, Block):
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            if self._reg_params.setdefault(name, value) is not value:
                raise AssertionError(
                    f"Overriding Parameter attribute {name} is not allowed: it is "
                    f"{self._reg_params[name]!r}"
                )
        super().__setattr__(name, value)

    def __guarded__(self) -> dict[str, object]:
        """What a compiled function that calls the block depends on: all but names."""
        return {name: x for name, x in vars(self).items() if name not in _UNGUARDED}

    # --- names ------------------------------------------------------------------------------------

    def _alias(self) -> str:
        return type(self).__name__.lower()

    @property
    def prefix(self) -> str:
        """With what the names of all parameters begin."""
        return self._prefix

    @property
    def name(self) -> str:
        """The prefix without its last underscore."""
        return self._name

    def name_scope(self) -> BlockScope:
        """Return the scope, for ``with``, in which children get names that begin with ours."""
        return self._scope

    # --- parameters and children ------------------------------------------------------------------

    @property
    def params(self) -> ParameterDict:
        """The block's own parameters, without its children's."""
        return self._params

    def collect_params(self, select: str | None = None) -> ParameterDict:
        """Return the parameters of the block and of all below it.

        Parameters
        ----------
        select : str, optional
            A regular expression that their names must match from the beginning, such as
            ``'.*weight|.*bias'``.
        """
        self._warn_of_containers()
        found = ParameterDict(self._params.prefix)
        if select is None:
            found.update(self.params)
        else:
            pattern = re.compile(select)
            found.update({n: p for n, p in self.params.items() if pattern.match(n)})
        for child in self._children.values():
            found.update(child.collect_params(select=select))
        return found

    def _warn_of_containers(self) -> None:
        for name, value in self.__dict__.items():
            if not isinstance(value, (list, tuple, dict)) or not value:
                continue
            if name.startswith("__") or value is self._children:
                continue
            blocks = {id(x) for x in _leaves(value) if isinstance(x, Block)}
            if blocks and not blocks <= {id(child) for child in self._children.values()}:
                warnings.warn(
                    f'"{type(self).__name__}.{name}" is an unregistered container with Blocks. '
                    "Note that Blocks inside the list, tuple or dict will not be registered "
                    "automatically. Make sure to register them using register_child() or switching "
                    "to nn.Sequential/nn.HybridSequential instead.",
                    stacklevel=3,
                )

    def _collect_params_with_prefix(self, prefix: str = "") -> dict[str, Parameter]:
        """Parameters by the path of attributes that leads to them, as files name them."""
        prefix += "." if prefix else ""
        found = {prefix + name: param for name, param in self._reg_params.items()}
        for name, child in self._children.items():
            found.update(child._collect_params_with_prefix(prefix + name))
        return found

    def register_child(self, block: Block, name: str | None = None) -> None:
        """Make *block* a child, whose parameters belong to this block's."""
        self._children[str(len(self._children)) if name is None else name] = block

    def initialize(
        self,
        init: InitializerLike = initializer.Uniform(),  # noqa: B008  # it has no state
        ctx: Context | Sequence[Context] | None = None,
        verbose: bool = False,
        force_reinit: bool = False,
    ) -> None:
        """Initialise all parameters; see `ParameterDict.initialize`."""
        self.collect_params().initialize(init, ctx, verbose, force_reinit)

    def cast(self, dtype: DTypeLike) -> None:
        """Convert all parameters to a dtype."""
        for child in self._children.values():
            child.cast(dtype)
        for param in self.params.values():
            param.cast(dtype)

    def apply(self, fn: Callable[[Any], object]) -> Self:
        """Call *fn* with all blocks below, and then with this one; return it."""
        for child in self._children.values():
            child.apply(fn)
        fn(self)
        return self

    def hybridize(self, active: bool = True, **kwargs: Any) -> None:
        """Compile the children that are `HybridBlock`."""
        for child in self._children.values():
            child.hybridize(active, **kwargs)

    # --- files ------------------------------------------------------------------------------------

    def save_parameters(self, filename: str, deduplicate: bool = False) -> None:
        """Write all parameters to a file, named by the path of attributes that leads to them.

        Parameters
        ----------
        filename : str
            In MXNet's format; ``.npz`` and ``.safetensors`` choose theirs.
        deduplicate : bool
            Write parameters that several blocks share once.
        """
        params = self._collect_params_with_prefix()
        if deduplicate:  # under their last name
            last = {id(param): name for name, param in params.items()}
            params = {name: param for name, param in params.items() if last[id(param)] == name}
        nd.save(filename, {name: param._reduce() for name, param in params.items()})

    def load_parameters(
        self,
        filename: str,
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Read all parameters from a file of `save_parameters` or `ParameterDict.save`.

        Parameters
        ----------
        filename : str
        ctx : Context or sequence of Context, optional
            For parameters that are not initialised.
        allow_missing, ignore_extra : bool
            Whether the file may lack parameters, or hold others.
        cast_dtype : bool
            Convert where dtypes differ: to that of the parameter, or of the file if *dtype_source*
            is 'saved'.

        Raises
        ------
        AssertionError
            If something is missing, or has another shape or dtype; nothing is changed then.
        ValueError
            If there is more in the file.
        """
        self.load_dict(
            {"params": named_arrays(nd.load(filename)), "filename": filename},
            ctx,
            allow_missing,
            ignore_extra,
            cast_dtype,
            dtype_source,
        )

    def load_dict(
        self,
        param_dict: Mapping[str, Any],
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Take all values from arrays by name; see `load_parameters`."""
        filename = (
            param_dict.get("filename") if isinstance(param_dict.get("params"), dict) else None
        )
        arrays: dict[str, NDArray] = param_dict["params"] if filename else dict(param_dict)
        params = self._collect_params_with_prefix()
        if not arrays and not params:
            return
        loaded = without_kinds(arrays)
        if not any("." in name for name in loaded):  # by the names of the parameters themselves
            self.collect_params().load_dict(
                loaded,
                ctx,
                allow_missing,
                ignore_extra,
                self.prefix,
                filename,
                cast_dtype,
                dtype_source,
            )
            return
        names: dict[int, list[str]] = {}
        for name, param in params.items():
            names.setdefault(id(param), []).append(name)
        parameter_dict.load(
            {name: (param, names[id(param)]) for name, param in params.items()},
            loaded,
            f"file '{filename}'" if filename else "param_dict",
            ctx=ctx,
            allow_missing=allow_missing,
            ignore_extra=ignore_extra,
            cast_dtype=cast_dtype,
            dtype_source=dtype_source,
        )

    def save_params(self, filename: str) -> None:
        """Write all parameters by their names without our prefix, as MXNet did before version 1.3.

        Raises
        ------
        ValueError
            If the name of one does not begin with our prefix; use `save_parameters`.
        """
        self.collect_params().save(filename, strip_prefix=self.prefix)

    def load_params(
        self,
        filename: str,
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
    ) -> None:
        """Read all parameters from a file; an older name of `load_parameters`."""
        self.load_parameters(filename, ctx, allow_missing, ignore_extra)

    def save(self, prefix: str) -> None:
        """Write the tree of blocks, ``<prefix>-model.json``, and all parameters, ``.params``."""
        tree = json.dumps(self._described(itertools.count()))
        write_file(f"{prefix}-model.json", [tree.encode()], "save")
        self.save_parameters(f"{prefix}-model.params")

    def _described(self, numbers: Iterator[int]) -> dict[str, object]:
        """Names of the block and of all below it, by class and number."""
        found: dict[str, object] = {"orig_name": self.name, "hybridized": False}
        key = f"{type(self).__name__.lower()}{next(numbers)}"
        found["children"] = {child.name: name for name, child in self._children.items()}
        for child in self._children.values():
            found |= child._described(numbers)
        return {key: found}

    def load(self, prefix: str) -> None:
        """Read all parameters of a block of the same structure, which `save` wrote.

        All blocks get the names that they had when they were saved.

        Raises
        ------
        ValueError
            If the structure is another one; nothing is changed then.
        """
        tree = json.loads(Path(f"{prefix}-model.json").read_text())
        renamed: list[tuple[Block, str, dict[str, Block]]] = []
        try:
            self._find_names(itertools.count(), tree, renamed)
        except KeyError as error:
            raise ValueError(
                f"load: '{prefix}-model.json' was saved from blocks of another structure: it has "
                f"no {error.args[0]!r}"
            ) from None
        for block, name, children in renamed:
            block._name, block._children = name, children
        self.load_parameters(f"{prefix}-model.params")

    def _find_names(
        self,
        numbers: Iterator[int],
        tree: Mapping[str, Any],
        found: list[tuple[Block, str, dict[str, Block]]],
    ) -> str:
        """The name that `_described` noted; *found* gets it, and those of the children."""
        described = tree[f"{type(self).__name__.lower()}{next(numbers)}"]
        name: str = described["orig_name"]
        names = [child._find_names(numbers, described, found) for child in self._children.values()]
        keys = [described["children"][child] for child in names]
        if len({*keys}) < len(keys):  # a name that two children have tells nothing
            keys = [*self._children]
        found.append((self, name, dict(zip(keys, self._children.values(), strict=True))))
        return name

    # --- calls ------------------------------------------------------------------------------------

    def register_forward_pre_hook(self, hook: Callable[[Any, Any], object]) -> HookHandle:
        """Call ``hook(block, inputs)`` before each `forward`."""
        handle = HookHandle()
        handle.attach(self._forward_pre_hooks, hook)
        return handle

    def register_forward_hook(self, hook: Callable[[Any, Any, Any], object]) -> HookHandle:
        """Call ``hook(block, inputs, output)`` after each `forward`."""
        handle = HookHandle()
        handle.attach(self._forward_hooks, hook)
        return handle

    def register_op_hook(
        self, callback: Callable[[str, str, NDArray], object] | None, monitor_all: bool = False
    ) -> None:
        """Call a function with what each operator of hybridized blocks computes in forward.

        Such blocks run operator by operator, not as compiled programs, until the hook is taken off.

        Parameters
        ----------
        callback : callable or None
            Called with the array's name, such as ``dense0_fwd_output``, the operator's name, and
            the array, which has no gradient.  None takes the hook off.
        monitor_all : bool
            Whether it is called with the operators' inputs too: ``dense0_fwd_weight``.

        Examples
        --------
        >>> import ndgrad as mx
        >>> net = mx.gluon.nn.Dense(2, activation="relu", prefix="dense_")
        >>> net.initialize()
        >>> net.hybridize()
        >>> net.register_op_hook(lambda name, op, x: print(name, op, x.shape))
        >>> y = net(mx.nd.ones((3, 4)))
        dense_fwd_output FullyConnected (3, 2)
        dense_relu_fwd_output Activation (3, 2)
        """
        for child in self._children.values():
            child.register_op_hook(callback, monitor_all)

    def __call__(self, *args: Any) -> Any:
        """Return what `forward` makes of the inputs; hooks are called before and after."""
        try:
            if self._forward_pre_hooks:
                for hook in [*self._forward_pre_hooks.values()]:
                    hook(self, args)
            out = self._run(*args)
            if self._forward_hooks:
                for hook in [*self._forward_hooks.values()]:
                    hook(self, args, out)
            return out
        except Exception as error:
            if shorten_traceback(error) and not hasattr(error, "__notes__"):
                error.add_note(self._called_with(args))
            raise

    def _called_with(self, args: tuple[object, ...]) -> str:
        """Which block was called with what, to be noted at an error."""
        shapes = [
            f"{np.dtype(x.dtype)} {x.shape}" if isinstance(x, NDArray) else type(x).__name__
            for x in _leaves(args)
        ]
        return (
            f"In {type(self).__name__} '{self.name}', called with {', '.join(shapes) or 'nothing'}"
        )

    def _run(self, *args: object) -> Any:
        return self.forward(*args)

    def forward(self, *args: Any, **others: Any) -> Any:
        """Compute the output; every subclass has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward: define forward(self, x)")

    def summary(self, *inputs: NDArray) -> None:
        """Print the shapes of outputs and the numbers of parameters, layer by layer.

        Parameters
        ----------
        *inputs : NDArray
            What the block is called with.

        Raises
        ------
        AssertionError
            If a block is hybridized: the layers of a compiled network are not called.
        """
        summary(self, inputs)


class ArrayBlock(Block):
    """A block that makes one array of one, or of several, for type checkers.

    Subclasses with a `forward` of their own may take and return anything else.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(self, x: ndarray, /, *args: Any) -> ndarray: ...
        @overload
        def __call__(self, x: Tensor, /, *args: Any) -> Tensor: ...
        @overload
        def __call__(self, *args: Any) -> Any: ...
        def __call__(self, *args: Any) -> Any: ...


def _leaves(value: object) -> Iterator[object]:
    """What lists, tuples and dicts hold, however nested."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        yield value
        return
    for item in value:
        yield from _leaves(item)


def indented(text: str, spaces: int = 2) -> str:
    """A text with all but its first line moved to the right."""
    return text.replace("\n", "\n" + " " * spaces)
