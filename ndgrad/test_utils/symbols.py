"""Checks of what symbols compute: forward, backward, against finite differences."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import numpy as np

from ..base import DTypeLike, HostArray, Shape, is_floating
from ..context import Context
from ..metric.base import on_host
from ..nd import NDArray, array, waitall, zeros
from ..symbol import Symbol
from ..symbol.executor import Executor
from .comparison import assert_almost_equal, default_numeric_eps, dtype_of, get_tols
from .machine import default_context

if TYPE_CHECKING:
    from ..typing import ArrayLike, GradReqLike, MaybeMany, MaybeNone

_T = TypeVar("_T")

Arrays: TypeAlias = "Mapping[str, ArrayLike] | Sequence[ArrayLike]"
"""Arrays by name, or in order."""

_FLOAT32 = np.dtype("float32")


def _by_name(
    names: Sequence[str], given: Mapping[str, _T] | Iterable[_T], what: str
) -> dict[str, _T]:
    """Values by name, given so or in the order of *names*."""
    if isinstance(given, Mapping):
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(f"{what} has no argument {', '.join(unknown)}; expected {names}")
        return dict(given)
    return dict(zip(names, given, strict=True))


def _arrays(
    names: Sequence[str], given: Arrays, ctx: Context, dtype: DTypeLike, what: str
) -> dict[str, NDArray]:
    """Arrays by name; those given as NDArrays keep their dtype."""
    found = {}
    for name, value in _by_name(names, given, what).items():
        if isinstance(value, NDArray):
            found[name] = value.copyto(ctx) if value.stype == "default" else value.copy()
        else:
            found[name] = array(value, ctx=ctx, dtype=_dtype_of(value, dtype))
    return found


def _dtype_of(value: ArrayLike, dtype: DTypeLike) -> DTypeLike:
    """The dtype of an array made of *value*: its own where *dtype* is 'asnumpy'."""
    return dtype_of(value) if isinstance(dtype, str) and dtype == "asnumpy" else dtype


def _states(
    sym: Symbol, given: Arrays | None, ctx: Context, dtype: DTypeLike
) -> dict[str, NDArray]:
    names = sym.list_auxiliary_states()
    return {} if given is None else _arrays(names, given, ctx, dtype, "aux_states")


def simple_forward(
    sym: Symbol, ctx: Context | None = None, is_train: bool = False, **inputs: ArrayLike
) -> HostArray | MaybeMany:
    """Return a symbol's outputs for NumPy arrays, as NumPy arrays; one array for one output."""
    context = ctx or default_context()
    values = {name: array(x, ctx=context) for name, x in inputs.items()}
    executor = sym.bind(context, args=values)
    outputs = [x.asnumpy() for x in executor.forward(is_train=is_train)]
    return outputs[0] if len(outputs) == 1 else outputs


def check_symbolic_forward(
    sym: Symbol,
    location: Arrays,
    expected: Arrays,
    rtol: float | None = None,
    atol: float | None = None,
    aux_states: Arrays | None = None,
    ctx: Context | None = None,
    equal_nan: bool = False,
    dtype: DTypeLike = np.float32,
) -> list[NDArray]:
    """Hold a symbol's outputs against expected ones; return them.

    Parameters
    ----------
    sym : Symbol
    location : list or dict of array-like
        The arguments, in the order of ``list_arguments`` or by name.
    expected : list or dict of array-like
        In the order of ``list_outputs`` or by name.
    rtol, atol : float, optional
        See `almost_equal`.
    aux_states : list or dict, optional
    ctx : Context, optional
    equal_nan : bool
    dtype : optional
        Of arguments that are no NDArrays; 'asnumpy' leaves each its own.

    Raises
    ------
    AssertionError
        If an output differs.
    """
    context = ctx or default_context()
    arguments = _arrays(sym.list_arguments(), location, context, dtype, "location")
    executor = _bound(sym, context, arguments, {}, "null", aux_states, dtype)
    outputs = executor.forward(is_train=False)
    wanted = _by_name(sym.list_outputs(), expected, "expected")
    for name, output in zip(sym.list_outputs(), outputs, strict=True):
        if name in wanted:
            names = (f"EXPECTED_{name}", f"FORWARD_{name}")
            assert_almost_equal(wanted[name], output, rtol, atol, names, equal_nan)
    return list(executor.outputs)


def _bound(
    sym: Symbol,
    ctx: Context,
    arguments: dict[str, NDArray],
    gradients: dict[str, NDArray],
    grad_req: GradReqLike,
    aux_states: Arrays | None,
    dtype: DTypeLike,
) -> Executor:
    states = _states(sym, aux_states, ctx, dtype)
    return sym.bind(ctx, arguments, gradients, grad_req, states or None)


def check_symbolic_backward(
    sym: Symbol,
    location: Arrays,
    out_grads: Arrays | None,
    expected: Mapping[str, ArrayLike | None] | Sequence[ArrayLike | None],
    rtol: float | None = None,
    atol: float | None = None,
    aux_states: Arrays | None = None,
    grad_req: GradReqLike = "write",
    ctx: Context | None = None,
    grad_stypes: Mapping[str, str] | Sequence[str] | None = None,
    equal_nan: bool = False,
    dtype: DTypeLike = np.float32,
) -> dict[str, NDArray | MaybeNone]:
    """Hold the gradients of a symbol's arguments against expected ones; return them.

    Parameters
    ----------
    sym, location, rtol, atol, aux_states, ctx, equal_nan, dtype
        As for `check_symbolic_forward`.
    out_grads : list or dict of array-like, or None
        Gradients of the outputs; None stands for ones.  A list may be longer.
    expected : list or dict of array-like
        By argument.
    grad_req : str, or dict or list of them
        Where it is 'add', what was there before is added to what is expected.
    grad_stypes : dict or list of str, optional
        The storage types of the gradients, by default dense.
    """
    context, names = ctx or default_context(), sym.list_arguments()
    if isinstance(out_grads, (list, tuple)):
        out_grads = out_grads[: len(sym.list_outputs())]
    arguments = _arrays(names, location, context, dtype, "location")
    wanted: dict[str, HostArray] = {
        name: on_host(x)
        for name, x in _by_name(names, expected, "expected").items()
        if x is not None
    }
    before: dict[str, HostArray] = {
        name: np.asarray(np.random.normal(size=x.shape), arguments[name].dtype)  # noqa: NPY002
        for name, x in wanted.items()
    }
    stypes = _by_name(names, grad_stypes or {}, "grad_stypes")
    gradients = {
        name: array(x, context, x.dtype).tostype(stypes.get(name) or "default")
        for name, x in before.items()
    }
    reqs = dict.fromkeys(names, grad_req) if isinstance(grad_req, str) else grad_req
    reqs = _by_name(names, reqs, "grad_req")
    executor = _bound(sym, context, arguments, gradients, reqs, aux_states, dtype)
    executor.forward(is_train=True)
    heads = None
    if out_grads is not None:
        given = _by_name(sym.list_outputs(), out_grads, "out_grads")
        values = [on_host(given[n]) for n in sym.list_outputs()]
        heads = [array(x, context, _dtype_of(x, dtype)) for x in values]
    executor.backward(heads)
    for name, x in wanted.items():
        req = reqs.get(name, "null")
        if req == "null":
            x = before[name]
        elif req == "add":
            x = x + before[name]
        labels = (f"EXPECTED_{name}", f"BACKWARD_{name}")
        assert_almost_equal(x, gradients[name], rtol, atol, labels, equal_nan)
    return dict(executor.grad_dict)


class _Output(Protocol):
    def asnumpy(self) -> HostArray: ...


class Evaluated(Protocol):
    """What `numeric_grad` needs of an executor."""

    @property
    def arg_dict(self) -> Mapping[str, NDArray]: ...

    @property
    def aux_dict(self) -> Mapping[str, NDArray]: ...

    def forward(self, is_train: bool) -> Sequence[_Output]: ...


def numeric_grad(
    executor: Evaluated,
    location: Mapping[str, HostArray],
    aux_states: Mapping[str, HostArray] | None = None,
    eps: float = 1e-4,
    use_forward_train: bool = True,
    dtype: DTypeLike = np.float32,
) -> dict[str, HostArray]:
    """Return the gradients of an executor's summed outputs by central differences.

    Parameters
    ----------
    executor : Executor
    location : dict of numpy.ndarray
        The arguments, by name.
    aux_states : dict of numpy.ndarray, optional
        What auxiliary states are set to before each evaluation.
    eps : float
        The distance of the two points.
    use_forward_train : bool
        Evaluate in training mode.
    dtype : optional
        Of the results.
    """

    def value() -> float:
        for name, x in (aux_states or {}).items():
            executor.aux_dict[name][:] = x
        outputs = executor.forward(is_train=use_forward_train)
        return float(sum(x.asnumpy().astype("float64").sum() for x in outputs))

    found = {}
    for name, start in location.items():
        target = executor.arg_dict[name]
        flat: HostArray = np.array(start, dtype=target.dtype).reshape(-1)
        result = np.zeros(flat.size, "float64")
        if is_floating(np.dtype(target.dtype)):
            for i in range(flat.size):
                sides = []
                for step in (eps / 2, -eps / 2):
                    moved = flat.copy()
                    moved[i] += step
                    target[:] = moved.reshape(target.shape)
                    sides.append(value())
                result[i] = (sides[0] - sides[1]) / eps
            target[:] = flat.reshape(target.shape)
        found[name] = result.reshape(np.shape(start)).astype(dtype)
    return found


def check_numeric_gradient(
    sym: Symbol,
    location: Arrays,
    aux_states: Arrays | None = None,
    numeric_eps: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    grad_nodes: Sequence[str] | Mapping[str, str] | None = None,
    use_forward_train: bool = True,
    ctx: Context | None = None,
    grad_stype_dict: Mapping[str, str] | None = None,
    dtype: DTypeLike = np.float32,
) -> None:
    """Hold the gradients of a symbol against central differences, for random head gradients.

    Parameters
    ----------
    sym, location, aux_states, rtol, atol, ctx, dtype
        As for `check_symbolic_forward`.
    numeric_eps : float, optional
        The distance of the two points, by dtype by default.
    grad_nodes : list of str or dict, optional
        The arguments to check, by default all; in a dict, with their ``grad_req``.
    use_forward_train : bool
        Evaluate differences in training mode.
    grad_stype_dict : dict of str, optional
        Nothing depends on this.

    Raises
    ------
    AssertionError
        If a gradient differs.
    """
    context, names = ctx or default_context(), sym.list_arguments()
    arguments = _arrays(names, location, context, dtype, "location")
    chosen = names if grad_nodes is None else list(grad_nodes)
    reqs = dict.fromkeys(chosen, "write")
    if isinstance(grad_nodes, Mapping):
        reqs = dict(grad_nodes)
    gradients = {
        name: zeros(arguments[name].shape, context, arguments[name].dtype) for name in reqs
    }
    everything = dict.fromkeys(names, "null") | reqs
    executor = _bound(sym, context, arguments, gradients, everything, aux_states, dtype)
    outputs = executor.forward(is_train=True)
    heads = [_head_gradient(x.shape, x.dtype, context) for x in outputs]
    executor.backward(heads)
    symbolic = {name: x.asnumpy() for name, x in gradients.items()}
    eps = default_numeric_eps()[np.dtype(dtype)] if numeric_eps is None else numeric_eps
    states = {name: x.asnumpy() for name, x in _states(sym, aux_states, context, dtype).items()}
    weighted = _Weighted(executor, [x.asnumpy() for x in heads])
    start = {name: arguments[name].asnumpy() for name in reqs}
    differences = numeric_grad(weighted, start, states, eps, use_forward_train, dtype)
    for name, req in reqs.items():
        expected = differences[name] if req != "null" else np.zeros_like(symbolic[name])
        near = get_tols(expected, symbolic[name], rtol, atol)
        labels = (f"NUMERICAL_{name}", f"BACKWARD_{name}")
        assert_almost_equal(expected, symbolic[name], *near, names=labels)


def _head_gradient(shape: Shape, dtype: DTypeLike, ctx: Context) -> NDArray:
    """Random numbers that are not near 0, so that no gradient is lost in rounding."""
    values = np.random.uniform(0.5, 1.5, shape) * np.random.choice([-1, 1], shape)  # noqa: NPY002
    return array(values, ctx, dtype)


class _Weighted:
    """An executor whose outputs are multiplied by fixed weights."""

    def __init__(self, executor: Executor, weights: list[HostArray]) -> None:
        self.arg_dict = executor.arg_dict
        self.aux_dict = executor.aux_dict
        self._executor, self._weights = executor, weights

    def forward(self, is_train: bool) -> list[_Values]:
        outputs = self._executor.forward(is_train=is_train)
        return [
            _Values(x.asnumpy().astype("float64") * w)
            for x, w in zip(outputs, self._weights, strict=True)
        ]


class _Values:
    def __init__(self, values: HostArray) -> None:
        self._values = values

    def asnumpy(self) -> HostArray:
        return self._values


def check_consistency(
    sym: Symbol | Sequence[Symbol],
    ctx_list: Sequence[Mapping[str, Any]],
    scale: float = 1.0,
    grad_req: str = "write",
    arg_params: Mapping[str, ArrayLike] | None = None,
    aux_params: Mapping[str, ArrayLike] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    raise_on_err: bool = True,
    ground_truth: Mapping[str, ArrayLike] | None = None,
    equal_nan: bool = False,
    **kwargs: object,
) -> dict[str, NDArray]:
    """Hold a symbol's outputs and gradients in several contexts and dtypes against each other.

    Parameters
    ----------
    sym : Symbol, or one for each context
    ctx_list : list of dict
        Each with ``ctx``, the shapes of arguments by name, and optionally ``type_dict``, their
        dtypes.  The most precise one is what others are held against.
    scale : float
        The standard deviation of random arguments.
    grad_req : str
    arg_params, aux_params : dict, optional
        Values instead of random ones.
    rtol, atol : float, optional
    raise_on_err : bool
        Whether differences raise; otherwise they are printed.
    ground_truth : dict, optional
        Outputs by name that the first context is held against as well.
    equal_nan : bool

    Returns
    -------
    dict of NDArray
        Outputs and gradients by name, of the most precise context.
    """
    symbols = [sym] * len(ctx_list) if isinstance(sym, Symbol) else list(sym)
    values = dict(arg_params or {})
    auxiliary = dict(aux_params or {})
    found = []
    for one, facts in zip(symbols, ctx_list, strict=True):
        ctx, types = facts["ctx"], facts.get("type_dict", {})
        arguments = {}
        known = {name: facts[name] for name in one.list_inputs() if name in facts}
        shapes, _, states = one.infer_shape(**known)
        for name, shape in zip(one.list_auxiliary_states(), states, strict=True):
            auxiliary.setdefault(name, np.zeros(shape))
        for name, shape in zip(one.list_arguments(), shapes, strict=True):
            if name not in values:
                values[name] = np.random.normal(size=shape, scale=scale)  # noqa: NPY002
            arguments[name] = array(on_host(values[name]), ctx, types.get(name, _FLOAT32))
        gradients = {n: zeros(x.shape, ctx, x.dtype) for n, x in arguments.items()}
        executor = _bound(one, ctx, arguments, gradients, grad_req, auxiliary, _FLOAT32)
        executor.forward(is_train=grad_req != "null")
        if grad_req != "null":
            executor.backward([array(x.asnumpy(), ctx, x.dtype) for x in executor.outputs])
        results = dict(executor.output_dict)
        results |= {
            name: x
            for name, x in executor.grad_dict.items()
            if x is not None and grad_req != "null"
        }
        found.append(results)
    widths = [max(np.dtype(x.dtype).itemsize for x in results.values()) for results in found]
    best = found[widths.index(max(widths))]
    for results in found:
        for wanted in (best, ground_truth or {}):
            for (name, x), y in zip(results.items(), wanted.values(), strict=False):
                try:
                    assert_almost_equal(x, y, rtol, atol, (name, "expected"), equal_nan)
                except AssertionError as error:
                    if raise_on_err:
                        raise
                    print(error)
    return best


def check_speed(
    sym: Symbol,
    location: Mapping[str, ArrayLike] | None = None,
    ctx: Context | None = None,
    N: int = 20,
    grad_req: str | None = None,
    typ: str = "whole",
    **kwargs: Shape,
) -> float:
    """Return how many seconds a symbol takes, on average of *N* times.

    Parameters
    ----------
    sym : Symbol
    location : dict of array-like, optional
        The arguments; random ones of the shapes in **kwargs** by default.
    ctx : Context, optional
    N : int
    grad_req : str, optional
        'add' by default.
    typ : {'whole', 'forward'}
        Forward and backward, or forward alone.

    Raises
    ------
    ValueError
        For another *typ*.
    """
    if typ not in ("whole", "forward"):
        raise ValueError(f"check_speed: typ={typ!r}; expected 'whole' or 'forward'")
    context = ctx or default_context()
    if location is None:
        location = {n: np.random.normal(size=shape) for n, shape in kwargs.items()}  # noqa: NPY002
    arguments = _arrays(sym.list_arguments(), location, context, _FLOAT32, "location")
    gradients = {name: zeros(x.shape, context, x.dtype) for name, x in arguments.items()}
    req = "null" if typ == "forward" else grad_req or "add"
    executor = _bound(sym, context, arguments, gradients, req, None, _FLOAT32)
    start = 0.0
    for i in range(N + 1):  # the first one compiles
        if i == 1:
            waitall()
            start = time.time()
        executor.forward(is_train=typ == "whole")
        if typ == "whole":
            executor.backward(executor.outputs)
    waitall()
    return (time.time() - start) / N


def same_symbol_structure(sym1: Symbol, sym2: Symbol) -> bool:
    """Whether two graphs have the same operators, connected in the same way."""
    first, second = (json.loads(x.tojson()) for x in (sym1, sym2))
    if len(first["nodes"]) != len(second["nodes"]):
        return False
    return all(
        x["op"] == y["op"] and x["inputs"] == y["inputs"]
        for x, y in zip(first["nodes"], second["nodes"], strict=True)
    )
