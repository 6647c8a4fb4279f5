"""`Op`, the definition of an operator, its kinds, and where all of them are found by name.

All facts of an operator are there; namespaces, graph, compiler, tests and docs read them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..base import DType, HostArray, MXNetError, Shape, argument_names
from ..context import Context
from ..kernels.spec.formula import Loop, formula
from ..memory.device import Buffer
from ..tape import Array
from .bound import Bound, Call

if TYPE_CHECKING:
    from .gradients import Derivative, Gradient, Gradients

_T = TypeVar("_T")

OPS: dict[str, Op] = {}
"""Every operator by its name; aliases stand in `ALIASES`."""

ALIASES: dict[str, str] = {}

DIFFERENTIABLE, ZERO, NONE = "differentiable", "zero", "none"
"""What an operator says of its gradient: it has one; it is zero everywhere; asking is an error."""

Result: TypeAlias = tuple[Buffer, Shape]
"""What forward returns for an output: its elements and its shape."""

ResultOn: TypeAlias = tuple[Buffer, Shape, Context]
"""The same for an output that is on another device than the inputs: with its context."""

Forward: TypeAlias = Callable[..., Result | ResultOn | list[Result]]
"""From arrays and parameters to results, as buffers."""

Params: TypeAlias = Mapping[str, Any]
"""Parameters of a call by name."""

Calls: TypeAlias = bool | Params
"""Which calls a fact is true of: all, none, or those in which parameters have these values."""


Shapes: TypeAlias = Mapping[str, Shape | Sequence[Shape | None] | None]
"""Shapes by names of inputs and outputs; None for what is not known, lists of variadic ones."""

DTypes: TypeAlias = Mapping[str, DType | Sequence[DType | None] | None]
"""The same of dtypes."""


@dataclass(frozen=True)
class Sample:
    """Arguments for which tests, docs and benchmarks may call an operator.

    Attributes
    ----------
    args : tuple
        For each array input a shape, or an array-like of fixed values (indices, masks); one of
        NumPy keeps a dtype other than float64, and all else takes that of the call.
    params : mapping
        Keyword arguments.
    """

    args: tuple[Any, ...]
    params: Params = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class Op:
    """The definition of an operator.

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
        Everything that forward returns.  Names that begin with an underscore are not returned to
        the user: kept for backward (a dropout mask), or written to an input (see *updates*); they
        come last.  A single ``*y`` stands for as many as forward returns, none of which can be
        saved.
    visible : callable or None
        How many of the outputs a call returns, from the mapping of all parameters; needed where
        that is not how many *outputs* names.
    updates : mapping
        Hidden output -> input that dispatch writes it to after forward, with no gradient.
    states : callable or None
        Which inputs the two that follow write to, from the mapping of all parameters.  The node
        keeps these arrays themselves: a derivative gets them as they are when it runs, without a
        place in the graph, and later writes to them are no error.
    before_forward : callable or None
        Called with inputs and parameters as forward is, before it; writes to states by updates.
    after_backward : callable or None
        Called each time backward has run through a node, with what its parameters name, as a
        derivative's do; writes to states by updates.
    forward : callable or None
        For an operator with structure: takes arrays (``_data`` a buffer, ``_shape``) and
        parameters, returns a pair (buffer, shape), or a list of them.
    vjp : callable or None
        The derivative: gradients of the inputs from ``g`` and whatever else its parameters name
        (inputs, outputs, parameters, ``<input>_shape``, ``<input>_dtype`` of inputs that need a
        gradient, ``needs``; which are marked variables, ``variables``).  The names decide what a
        node saves.  Written with operators of the table, so that it is differentiable itself.
    fast_vjp : callable or None
        The same for first order, as fused kernels over buffers; a test holds it against `vjp`.
        Where it returns None the call is left to `vjp`.
    gradient : str
        `DIFFERENTIABLE`, `ZERO` or `NONE`.
    ignores_head : bool
        Whether the vjp is no derivative of forward: a loss's own gradient, whatever comes in.
    none_is_unreached : bool
        Whether a gradient of None means that backward does not reach the input, rather than zero;
        the derivative is then given None, not zeros, for an output that backward does not reach.
    linear : tuple of tuple of str
        Groups of inputs: forward is linear in those of a group together while the others are held.
    validates : bool or mapping
        The calls (see `Calls`) in which forward may raise an error for values of elements.  The
        adjoints of such an operator, which get what it has let pass, need not say so.
    is_view : bool
        Whether a result may share memory with an input; any other operator's have their own.
    accumulate : callable or None
        For one that puts its inputs into zeros: called with a buffer of the result's size before
        the inputs and parameters, it adds the result to that; see `PartialGradient`.
    rows : callable or None
        For one like that: int64 numbers of rows, and their elements, of which those of one number
        are added up; or None.
    replace : callable or None
        For one that replaces a part of its only input: called with a buffer of the input's elements
        and the parameters, it does so in place; see `PartialGradient`.
    stochastic : bool
        Whether it draws random numbers.
    traceable : bool or mapping
        The calls in which forward calls nothing but entry points of kernels, which a compiler
        records; then *fast_vjp* does nothing else either.  All others become custom calls.
    dynamic_shape : bool
        Whether the shape of a result depends on the values of inputs.
    on_host : bool
        Whether it computes on the host: a call on a device waits for that.
    decompose : callable or None
        Forward as instructions that a compiler can fuse, from an emitter (see
        `ndgrad.compiler.front.decompose`), inputs and parameters; None leaves it to forward.
    decompose_vjp : callable or None
        The same for *fast_vjp*.
    sparse : callable or None
        The call with sparse inputs; see `ndgrad.ops.storage`.
    sparse_recorded : bool
        Whether *sparse* calls what is to be recorded: the call itself, of sparse constants.
    auxiliary : tuple of str
        The inputs that are auxiliary states of a symbol: no arguments, and without gradients.
    initial : mapping of str to str
        By input the initializer that its variable in a symbol has unless it is given one, in the
        text of `Initializer.dumps`.
    takes : callable or None
        Which optional inputs a call takes, from the mapping of all parameters: a symbol makes
        variables of those that it is not given.  Without it none.
    infer : callable or None
        What shapes follow from others: from those that its parameters name (inputs, outputs; None
        where nothing is known, 0 for a length that is not known; a list for variadic inputs, and
        for outputs whose number varies) and from parameters, to a mapping of names to shapes.  An
        input that is known may have another one, which the call then accepts or refuses.
    infer_dtypes : callable or None
        The same of dtypes that are not known.  Without it they are that of the first input with
        one, of outputs that of a parameter ``dtype``.
    results : tuple of str
        What symbols call the outputs where that is not ``output``, or ``output0``, ``output1`` ...
    keywords : tuple of str
        How callers name the inputs, where formulas use shorter names.
    aliases : tuple of str
    methods : tuple of str
        Those of its names that arrays have as methods.
    doc : str
    samples : tuple of Sample
    reference : callable or None
        NumPy's way to the result, for tests.
    domain : tuple of float
        An interval from which random inputs make sense.
    module : str
        The module that declares it; set by `register`.
    bound : Bound or None
        Set by `ndgrad.dispatch`.
    """

    name: str
    inputs: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    variadic: bool = False
    params: Params = field(default_factory=dict)
    outputs: tuple[str, ...] = ("y",)
    visible: Callable[[Params], int] | None = None
    updates: Mapping[str, str] = field(default_factory=dict)
    states: Callable[[Params], Collection[str]] | None = None
    before_forward: Callable[..., None] | None = None
    after_backward: Callable[..., None] | None = None
    forward: Forward | None = None
    vjp: Derivative | None = None
    fast_vjp: Derivative | None = None
    gradient: str = DIFFERENTIABLE
    ignores_head: bool = False
    none_is_unreached: bool = False
    linear: tuple[tuple[str, ...], ...] = ()
    validates: Calls = False
    is_view: bool = False
    stochastic: bool = False
    traceable: Calls = False
    dynamic_shape: bool = False
    on_host: bool = False
    decompose: Callable[..., Result | ResultOn | list[Result] | None] | None = None
    decompose_vjp: Callable[..., Gradient | Gradients] | None = None
    sparse: Callable[..., object] | None = None
    sparse_recorded: bool = False
    auxiliary: tuple[str, ...] = ()
    initial: Mapping[str, str] = field(default_factory=dict)
    takes: Callable[[Params], Collection[str]] | None = None
    infer: Callable[..., Shapes] | None = None
    infer_dtypes: Callable[..., DTypes] | None = None
    results: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    doc: str = ""
    samples: tuple[Sample, ...] = ()
    reference: Callable[..., object] | None = None
    domain: tuple[float, float] = (-2.0, 2.0)
    accumulate: Callable[..., None] | None = None
    rows: Callable[..., tuple[Buffer, Buffer] | None] | None = None
    replace: Callable[..., None] | None = None
    module: str = ""
    bound: Bound | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.keywords = self.keywords or self.inputs

    @property
    def call(self) -> Call:
        """The operator on arrays; recorded when an input is."""
        if self.bound is None or self.bound.call is None:
            raise RuntimeError(f"operator {self.name!r} cannot be called yet")
        return self.bound.call

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and aliases."""
        return (self.name, *self.aliases)

    def applies(self, fact: Calls, params: Params) -> bool:
        """Whether *fact* is true of a call with *params*, where others have their defaults."""
        if isinstance(fact, bool):
            return fact
        given = {**self.params, **params}
        return all(given[name] == value for name, value in fact.items())

    @cached_property
    def single(self) -> bool:
        """Whether every call returns one array rather than a list."""
        return self.visible is None and self._shown == 1 and not self._many

    @cached_property
    def _many(self) -> bool:
        return self.outputs[0].startswith("*")

    @cached_property
    def _shown(self) -> int:
        return sum(not name.startswith("_") for name in self.outputs)

    def visible_of(self, outputs: Sequence[_T], params: Params | None) -> Sequence[_T]:
        """Those of all *outputs*, or of facts of each, that a call with *params* returns."""
        if self._many:
            return outputs
        if self.visible is not None:
            return outputs[: self.visible({**self.params, **(params or {})})]
        return outputs[: self._shown]

    def count(self, params: Params) -> int:
        """How many outputs a call with *params* returns."""
        return self._shown if self.visible is None else self.visible({**self.params, **params})

    def taken(self, params: Params) -> tuple[str, ...]:
        """The inputs that a call with *params* is made with by a symbol."""
        others = () if self.takes is None else self.takes({**self.params, **params})
        return tuple([x for x in self.inputs if x not in self.optional or x in others])

    def output_names(self, count: int) -> tuple[str, ...]:
        """A name for each of *count* outputs."""
        if self._many:
            return tuple(f"{self.outputs[0][1:]}{i}" for i in range(count))
        return self.outputs

    def keeps(self, inputs: int, outputs: int) -> tuple[bool, ...]:
        """Which of a call's operands (inputs, then outputs) a node must keep for backward."""
        kept = self.saved
        if self.variadic:
            kept = (kept[0],) * inputs + kept[1:]
        if self._many:
            return kept[:inputs] + (False,) * outputs
        return kept[:inputs] + kept[len(kept) - len(self.outputs) :]

    def unread(self, needs: Sequence[bool]) -> frozenset[int]:
        """Operands (inputs, then outputs) that backward leaves alone if only *needs* want one."""
        return frozenset()

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Names that the derivatives use, and what is called after them."""
        used = (self.vjp, self.fast_vjp, self.after_backward)
        functions = [f for f in used if f is not None]
        return frozenset(name for f in functions for name in argument_names(f))

    @cached_property
    def saved(self) -> tuple[bool, ...]:
        """Which operands (inputs, then outputs) a node must keep for backward."""
        return tuple(name in self.wanted for name in (*self.inputs, *self.outputs))

    def check(self) -> None:
        """Raise `ValueError` where facts do not fit each other."""
        known = {*self.inputs, *self.outputs, *self.params, "g", "grads", "needs", "variables"}
        known |= {name.removeprefix("*") for name in self.outputs}
        known |= {f"{name}_shape" for name in (*self.inputs, *self.outputs)}
        known |= {f"{name}_dtype" for name in self.inputs} | {f"g_{name}" for name in self.outputs}
        hidden = [name for name in self.outputs if name.startswith("_")]
        for name in self.names:
            if not name.isidentifier():
                raise ValueError(f"operator {name!r}: a name is a word of Python")
        self._require(self.gradient in (DIFFERENTIABLE, ZERO, NONE), "gradient", [self.gradient])
        self._require(not self.wanted - known, "its derivative uses", self.wanted - known)
        self._require(
            list(self.outputs[len(self.outputs) - len(hidden) :]) == hidden,
            "hidden outputs that do not come last", hidden,
        )  # fmt: skip
        self._subset("updates of", self.updates.values(), self.inputs)
        self._subset("updates by", self.updates, hidden)
        self._subset("linear in", [name for group in self.linear for name in group], self.inputs)
        self._subset("methods", self.methods, self.names)
        self._subset("auxiliary states", self.auxiliary, self.inputs)
        self._subset("initializers of", self.initial, self.inputs)
        for rule in (self.infer, self.infer_dtypes):
            self._subset("infer from", () if rule is None else argument_names(rule), known)
        writes = self.before_forward is not None or self.after_backward is not None
        if writes != (self.states is not None):
            raise ValueError(f"operator {self.name!r}: states are what is written to, and no other")
        for fact in (self.validates, self.traceable):
            self._subset("a fact about", () if isinstance(fact, bool) else fact, self.params)
        if self.decompose_vjp is not None and self.fast_vjp is None:
            raise ValueError(f"operator {self.name!r}: decompose_vjp stands for no fast_vjp")
        self.check_definition()

    def check_definition(self) -> None:
        """The part of `check` that differs between kinds of operators."""
        if self.forward is None:
            raise ValueError(f"operator {self.name!r} has no forward")
        if self.gradient == DIFFERENTIABLE and self.vjp is None:
            raise ValueError(f"operator {self.name!r} needs a vjp, or the fact that it has none")

    def _check_formula(self, text: str, *more: str) -> None:
        """Raise ValueError if *text* is no formula of the operands and of *more*."""
        try:
            formula(text).check()
        except ValueError as error:
            raise ValueError(f"operator {self.name!r}: the formula {error}") from None
        known = (*more, *self.inputs, *self.params)
        self._subset(f"the formula {text!r} of {', '.join(known)} has", formula(text).names, known)

    def _subset(self, what: str, names: Iterable[str], known: Container[str]) -> None:
        unknown = [name for name in names if name not in known]
        self._require(not unknown, what, unknown)

    def _require(self, holds: bool, what: str, unknown: Iterable[str]) -> None:
        if not holds:
            raise ValueError(f"operator {self.name!r}: {what} unknown {sorted(unknown)}")


@dataclass(kw_only=True, eq=False)
class ElementwiseOp(Op):
    """The definition of an operator whose forward and derivatives are formulas.

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
    arranged : callable or None
        Takes the inputs of a call and returns those that the formula is for, by operators: where
        shapes meet by more than broadcasting.
    scalar_names : tuple of tuple of str
        What MXNet calls it with a number on the right, and with one on the left; first its name.
    ordered : bool
        Whether it makes a difference which of two equal operands is taken: to gradients, and to
        the sign of zero.
    functions : mapping
        Names of functions of `ndgrad.nd` that take two operands, arrays or numbers -> Python's own
        on two numbers.  Where that is one of the module `operator`, arrays have the operator too.
    """

    formula: str
    derivatives: Mapping[str, str] = field(default_factory=dict)
    mathematical: bool = False
    mathematical_gradient: bool = False
    free: frozenset[str] = frozenset()
    broadcast: bool = True
    arranged: Callable[..., Sequence[Array | HostArray | float]] | None = None
    scalar_names: tuple[tuple[str, ...], ...] = ()
    ordered: bool = False
    functions: Mapping[str, Callable[..., float]] = field(default_factory=dict)

    @property
    def python_operators(self) -> tuple[str, ...]:
        """The names, as in ``__add__``, of Python's operators that it is on arrays."""
        names = [function.__name__ for function in self.functions.values()]
        own = zip(names, self.functions.values(), strict=True)
        return tuple(name for name, function in own if getattr(operator, name, None) is function)

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

    def unread(self, needs: Sequence[bool]) -> frozenset[int]:
        read, operands = self.read_by(needs), (*self.inputs, "y")
        return frozenset(i for i, name in enumerate(operands) if name not in read)

    def read_by(self, needs: Sequence[bool]) -> frozenset[str]:
        """Names that the derivatives of the inputs *needs* use."""
        named = [name for name, need in zip(self.inputs, needs, strict=True) if need]
        texts = [self.derivatives[name] for name in named if name in self.derivatives]
        return frozenset().union(*(formula(text).names for text in texts))

    @cached_property
    def wanted(self) -> frozenset[str]:
        return self.read_by([True] * len(self.inputs))

    def check(self) -> None:
        self._check_formula(self.formula)
        for text in self.derivatives.values():
            self._check_formula(text, "g", "y")
        super().check()

    def check_definition(self) -> None:
        self._subset("derivatives of", self.derivatives, self.inputs)
        if self.gradient == DIFFERENTIABLE and not self.derivatives:
            raise ValueError(f"operator {self.name!r} has no derivative")
        if self.scalar_names and (len(self.scalar_names), len(self.inputs)) != (2, 2):
            raise ValueError(f"operator {self.name!r}: scalar_names are two, of two operands")


@dataclass(kw_only=True, eq=False)
class UpdateOp(Op):
    """The definition of an element-wise operator that replaces inputs, an optimizer's step.

    Attributes
    ----------
    formulas : mapping
        Input -> formula of its new value, over the inputs as they were before, and parameters.
        That of the first input is the result of a call; the others are states, which a call
        writes to.
    one_element : frozenset of str
        Inputs that have one element, whatever the shape of the others.
    mathematical : bool
        Whether integers go through floating point.
    by_rows : bool
        Whether a row-sparse gradient changes its rows alone, without *lazy_update*.
    """

    by_rows: bool = False
    formulas: Mapping[str, str]
    one_element: frozenset[str] = frozenset()
    mathematical: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.auxiliary = self.replaced[1:]

    @cached_property
    def loop(self) -> Loop:
        """All new values in one pass over memory, each in the place of the operand it replaces."""
        used = frozenset().union(*(formula(text).names for text in self.formulas.values()))
        numbers = [name for name in self.params if name in used]
        results = [("new_" + name, self.formulas[name]) for name in self.replaced]
        return Loop(self.name, (*self.inputs, *numbers), tuple(results))

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """The inputs that have formulas, in order."""
        return tuple(name for name in self.inputs if name in self.formulas)

    @cached_property
    def layout(self) -> str:
        """The letters of the loop's operands in place, for the writer of its kernel."""
        letters = dict.fromkeys(self.inputs, "v") | dict.fromkeys(self.replaced, "o")
        letters |= dict.fromkeys(self.one_element, "b")
        return "".join(letters.get(name, "s") for name in self.loop.args)

    def check_definition(self) -> None:
        self._subset("formulas of", self.formulas, self.inputs)
        self._subset("one element in", self.one_element, set(self.inputs) - set(self.formulas))
        for text in self.formulas.values():
            self._check_formula(text)
        if self.inputs[0] not in self.formulas:
            raise ValueError(f"operator {self.name!r} has no formula of {self.inputs[0]}")


@dataclass(kw_only=True, eq=False)
class CompositeOp(Op):
    """The definition of an operator by a function of other operators.

    It has the gradient of what it calls, is recorded as what it calls, and compiled as such.

    Attributes
    ----------
    function : callable
        Takes arrays and parameters, returns an array or a list of them.  One with a parameter
        ``_out`` writes to what ``out`` of a call is, and returns that; it is None without.
    """

    function: Callable[..., Array | list[Array]]

    def check_definition(self) -> None:
        facts = ("forward", "vjp", "fast_vjp", "decompose")
        if given := [name for name in facts if getattr(self, name) is not None]:
            raise ValueError(f"operator {self.name!r} is composite: {given} follow from its parts")


def lookup(name: str) -> Op:
    """The operator called *name*, by name or alias."""
    try:
        return OPS[ALIASES.get(name, name)]
    except KeyError:
        raise MXNetError(f"there is no operator {name!r}") from None
