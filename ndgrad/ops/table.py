"""The op table: one row an operator, the single source for namespace, graph, tests and docs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..base import MXNetError
from ..kernels.spec.formula import Loop, formula
from ..memory.device import Buffer

OPS: dict[str, Op] = {}
"""Every operator by its name; aliases stand in `ALIASES`."""

ALIASES: dict[str, str] = {}

DIFFERENTIABLE, ZERO, NONE = "differentiable", "zero", "none"
"""What an operator says of its gradient: it has one; it is zero everywhere; asking is an error."""


@dataclass(frozen=True)
class Sample:
    """Arguments for which tests, docs and benchmarks may call an operator.

    Attributes
    ----------
    args : tuple
        For each array input a shape, or an array-like of fixed values (indices, masks).
    params : mapping
        Keyword arguments.
    """

    args: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class Op:
    """A row of the table.

    Attributes
    ----------
    name : str
        MXNet's name where there is one.
    inputs : tuple of str
        Array inputs, in order.  A variadic operator has one, which stands for all.
    optional : frozenset of str
        Inputs that may be None.
    variadic : bool
        Whether it takes any number of arrays.
    params : mapping
        Keyword parameters and their defaults (`inspect.Parameter.empty` when required).
    outputs : tuple of str
        Everything that forward returns.  Names that begin with an underscore are kept for backward
        (a dropout mask) and not shown to the caller; a single ``*y`` stands for as many as forward
        returns, none of which can be saved.
    forward : callable
        For an operator with structure: takes arrays (``_data`` flat, ``_shape``) and parameters,
        returns a pair (flat array, shape), or a list of them.
    vjp : callable or None
        The derivative: gradients of the inputs from ``g`` and whatever else its parameters name
        (inputs, outputs, parameters, ``<input>_shape``, ``<input>_dtype`` of inputs that need a
        gradient, ``needs``).  The names decide what a node saves.  Written with operators of the
        table, so that it is differentiable itself.
    fast_vjp : callable or None
        The same for first order, as fused kernels over flat arrays; a test holds it against `vjp`.
    gradient : str
        `DIFFERENTIABLE`, `ZERO` or `NONE`.
    checks : mapping or None
        Parameters with which forward may refuse its inputs for the values of their elements: with
        an empty one it always may, with None never.  The adjoints of such an operator, which get
        what it has let pass, need not say so.
    is_view : bool
        Whether a result may share memory with an input; the results of any other operator have
        memory of their own, whatever its parameters.
    accumulate : callable or None
        For one that puts its inputs into zeros: called with a buffer of the result's size before
        the inputs and parameters, it adds the result to that; see `PartialGradient`.
    keywords : tuple of str
        How callers name the inputs, where formulas use shorter names.
    """

    name: str
    inputs: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    variadic: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[str, ...] = ("y",)
    forward: Callable[..., Any] | None = None
    vjp: Callable[..., Any] | None = None
    fast_vjp: Callable[..., Any] | None = None
    gradient: str = DIFFERENTIABLE
    checks: Mapping[str, Any] | None = None
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    doc: str = ""
    samples: tuple[Sample, ...] = ()
    reference: Callable[..., Any] | None = None
    domain: tuple[float, float] = (-2.0, 2.0)
    stochastic: bool = False
    ignores_head: bool = False  # the vjp is a loss's own gradient, whatever comes in
    is_view: bool = False
    accumulate: Callable[..., None] | None = None
    none_is_unreached: bool = False  # a gradient of None is not zero: none reaches its input
    # Filled in by `ndgrad.dispatch`, the room above: how to call this operator on arrays, and its
    # derivative from a node and the outputs' gradients, on flat buffers and on recorded arrays.
    call: Callable[..., Any] = field(default=None, repr=False)  # type: ignore[assignment]
    flat_backward: Callable[..., Any] = field(default=None, repr=False)  # type: ignore[assignment]
    recorded_backward: Callable[..., Any] = field(default=None, repr=False)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.keywords = self.keywords or self.inputs

    def may_refuse(self, params: Mapping[str, Any]) -> bool:
        """Whether forward, called with *params*, looks at values and may raise an error."""
        given = {**self.params, **params}
        return self.checks is not None and all(given[k] == v for k, v in self.checks.items())

    @cached_property
    def single(self) -> bool:
        """Whether a call returns one array rather than a list."""
        return self._visible == 1 and not self.outputs[0].startswith("*")

    @cached_property
    def _visible(self) -> int:
        return sum(not name.startswith("_") for name in self.outputs)

    def visible_of(self, outputs: Sequence[Any]) -> Sequence[Any]:
        """Those of all *outputs* that the caller sees."""
        return outputs if self.outputs[0].startswith("*") else outputs[: self._visible]

    def output_names(self, count: int) -> tuple[str, ...]:
        """A name for each of *count* outputs."""
        if self.outputs[0].startswith("*"):
            return tuple(f"{self.outputs[0][1:]}{i}" for i in range(count))
        return self.outputs

    def keeps(self, inputs: int, outputs: int) -> tuple[bool, ...]:
        """Which of a call's operands (inputs, then outputs) a node must keep for backward."""
        kept = self.saved
        if self.variadic:
            kept = (kept[0],) * inputs + kept[1:]
        if self.outputs[0].startswith("*"):
            return kept[:inputs] + (False,) * outputs
        return kept[:inputs] + kept[len(kept) - len(self.outputs) :]

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Names that the derivatives use."""
        functions = [f for f in (self.vjp, self.fast_vjp) if f is not None]
        return frozenset(name for f in functions for name in inspect.signature(f).parameters)

    @cached_property
    def saved(self) -> tuple[bool, ...]:
        """Which operands (inputs, then outputs) a node must keep for backward."""
        return tuple(name in self.wanted for name in (*self.inputs, *self.outputs))


@dataclass(kw_only=True, eq=False)
class ElementwiseOp(Op):
    """A row whose forward and derivatives are formulas.

    Attributes
    ----------
    formula : str
        Over the inputs and parameters.
    derivatives : mapping
        Input -> formula of its gradient, over ``g``, the inputs, ``y`` and the parameters; it is
        zero for an input that is not there.
    mathematical : bool
        Whether integers go through floating point, as for ``exp``.
    mathematical_gradient : bool
        Whether they do in the derivatives, as for a power's.
    free : frozenset of str
        Inputs that keep a dtype of their own (a condition).
    broadcast : bool
        Whether shapes broadcast; otherwise they must be equal.
    """

    formula: str
    derivatives: Mapping[str, str] = field(default_factory=dict)
    mathematical: bool = False
    mathematical_gradient: bool = False
    free: frozenset[str] = frozenset()
    broadcast: bool = True

    @cached_property
    def forward_loop(self) -> Loop:
        args = (*self.inputs, *self._used_params((self.formula,)))
        return Loop(self.name, args, (("y", self.formula),))

    def _used_params(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        used = frozenset().union(*(formula(text).names for text in texts))
        return tuple(name for name in self.params if name in used)

    def backward_loop(self, needs: tuple[str, ...]) -> Loop:
        """Gradients of the inputs *needs* in one pass over memory."""
        texts = tuple(self.derivatives[name] for name in needs)
        used = frozenset().union(*(formula(text).names for text in texts))
        operands = [name for name in ("g", *self.inputs, "y", *self.params) if name in used]
        results = tuple(("grad_" + name, text) for name, text in zip(needs, texts, strict=True))
        return Loop(self.name + "_backward", tuple(operands), results)

    @cached_property
    def wanted(self) -> frozenset[str]:
        return frozenset().union(*(formula(text).names for text in self.derivatives.values()))


def register(row: Op) -> Op:
    """Enter *row* into the table, after checks that the row makes sense."""
    for name in (row.name, *row.aliases):
        if name in OPS or name in ALIASES:
            raise ValueError(f"operator {name!r} is registered twice")
    if row.gradient not in (DIFFERENTIABLE, ZERO, NONE):
        raise ValueError(f"operator {row.name!r}: no such gradient fact: {row.gradient!r}")
    known = {*row.inputs, *row.outputs, *row.params, "g", "grads", "needs"}
    known |= {f"{name}_shape" for name in (*row.inputs, *row.outputs)}
    known |= {f"{name}_dtype" for name in row.inputs} | {f"g_{name}" for name in row.outputs}
    if isinstance(row, ElementwiseOp):
        if unknown := formula(row.formula).names - {*row.inputs, *row.params}:
            raise ValueError(f"operator {row.name!r}: formula uses unknown {sorted(unknown)}")
        if row.gradient == DIFFERENTIABLE and not row.derivatives:
            raise ValueError(f"operator {row.name!r} has no derivative")
        if unknown := frozenset(row.derivatives) - set(row.inputs):
            raise ValueError(f"operator {row.name!r}: derivatives of unknown {sorted(unknown)}")
    elif row.forward is None:
        raise ValueError(f"operator {row.name!r} has no forward")
    elif row.gradient == DIFFERENTIABLE and row.vjp is None:
        raise ValueError(f"operator {row.name!r} needs a vjp, or the fact that it has none")
    if unknown := row.wanted - known:
        raise ValueError(f"operator {row.name!r}: its derivative uses unknown {sorted(unknown)}")
    OPS[row.name] = row
    for name in row.aliases:
        ALIASES[name] = row.name
    return row


def lookup(name: str) -> Op:
    """The row called *name*, by name or alias."""
    try:
        return OPS[ALIASES.get(name, name)]
    except KeyError:
        raise MXNetError(f"there is no operator {name!r}") from None


@dataclass(slots=True)
class PartialGradient:
    """A gradient that is zero but for a part of an array: a call of an operator that fills zeros.

    A derivative may return one in place of the call's result.  The engine then adds the part to the
    gradient that the array has already, if it has one, instead of zeros of its size.

    Attributes
    ----------
    name : str
        Of an operator with ``accumulate``.
    inputs : tuple
        What it is called with.
    params : mapping
    """

    name: str
    inputs: tuple[Any, ...]
    params: Mapping[str, Any]

    def whole(self) -> Any:
        """The gradient as an array."""
        return lookup(self.name).call(*self.inputs, **self.params)

    def accumulate(self, total: Buffer) -> None:
        """Add the gradient to a buffer of its size."""
        add = lookup(self.name).accumulate
        assert add is not None
        add(total, *self.inputs, **self.params)


class _Operators:
    """``F.sum(x, axis=1)``: operators of the table by name, for derivatives in terms of them."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):  # what inspect and copy look for
            raise AttributeError(name)
        call = lookup(name).call
        if call is None:
            raise RuntimeError(f"operator {name!r} is not open for calls yet")
        setattr(self, name, call)
        return call


F: Any = _Operators()
