"""Arguments of an `Executor`: checks of given arrays, and arrays made from shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..array.ndarray import NDArray
from ..array.sparse import STYPES
from ..base import MXNetError, Shape, as_dtype, shown
from ..context import Context, current_context
from ..nd import zeros
from ..ops.axes import flag
from .entries import NodeEntry
from .executor import Executor
from .graph import Graph, arrays_for
from .inference import complete, is_complete

if TYPE_CHECKING:
    from ..array.types import GradReqLike
    from ..base import DTypeLike

_T = TypeVar("_T")


def by_name(
    given: Mapping[str, _T] | Iterable[_T], names: Sequence[str], what: str
) -> dict[str, _T]:
    """What is given by position or by name, by name."""
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, Iterable):
        raise TypeError(f"bind: {what} must be a list or a dict by names, got {shown(given)}")
    given = list(given)
    if len(given) != len(names):
        raise ValueError(
            f"Length of {what} does not match the number of arguments: bind got {len(given)}, "
            f"expected {len(names)}: {', '.join(names)}"
        )
    return dict(zip(names, given, strict=True))


def requirements(grad_req: GradReqLike, names: Sequence[str]) -> Mapping[str, str]:
    """For each of *names* what backward does with its gradient."""
    if isinstance(grad_req, str):
        return dict.fromkeys(names, grad_req)
    return by_name(grad_req, names, "grad_req")


def storages(
    symbol: Graph, given: Mapping[str, str] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """The storage types of arguments and of their gradients, by name; others are dense.

    Parameters
    ----------
    symbol : Graph
    given : dict, optional
        Storage types of arguments, instead of those that `var` was given.

    Returns
    -------
    arguments, gradients : dict
        A gradient is row-sparse if every call that uses the argument makes such a one: by
        ``sparse_grad``, of what a CSR argument is multiplied by, or else of a row-sparse argument
        if the operator does not make it dense.
    """
    arguments: dict[str, str] = {}
    dense: set[str] = set()
    gradients: dict[str, str] = {}
    for entry in symbol._reachable():
        if entry.op is None:
            number = int(entry.attrs.get("__storage_type__", 0))
            stype = (given or {}).get(entry.name, STYPES[max(number, 0)])
            if stype != "default":
                arguments[entry.name] = stype
            continue
        for x in entry.refs:
            if x.entry.op is not None:
                continue
            name, params = x.entry.name, {**entry.definition.params, **entry.params}
            if "sparse_grad" in params:
                asked = flag(entry.op, "sparse_grad", params["sparse_grad"])
                sparse = asked and x is entry.refs[-1]
            elif entry.definition.sparse_recorded and entry.refs[0].entry.op is None:
                rows = arguments.get(entry.refs[0].entry.name) == "csr"
                turned = flag(entry.op, "transpose_a", params["transpose_a"])
                sparse = rows and not turned and x is entry.refs[-1]
            else:
                sparse = arguments.get(name) == "row_sparse" and entry.definition.sparse is not None
            if sparse:
                gradients[name] = "row_sparse"
            else:
                dense.add(name)
    return arguments, {name: x for name, x in gradients.items() if name not in dense}


def contexts(
    symbol: Graph, ctx: Context, group2ctx: Mapping[str, Context]
) -> dict[NodeEntry, Context]:
    """Where entries are: by their ``ctx_group``, or *ctx*; variables that have none, by a use."""
    found = {}
    for entry in symbol._reachable():
        group = entry.attrs.get("__ctx_group__")
        if group is not None or entry.op is not None:
            found[entry] = group2ctx.get(group or "", ctx)
        for x in entry.refs:
            found.setdefault(x.entry, found[entry])
    return found


def input_contexts(
    symbol: Graph, ctx: Context, group2ctx: Mapping[str, Context] | None
) -> dict[str, Context]:
    """Where arguments and auxiliary states are to be, by name."""
    found = contexts(symbol, ctx, group2ctx or {})
    return {entry.name: found.get(entry, ctx) for entry in symbol._reachable() if entry.op is None}


def bound(
    symbol: Graph,
    ctx: Context | None,
    args: Mapping[str, NDArray] | Sequence[NDArray],
    args_grad: Mapping[str, NDArray | None] | Sequence[NDArray | None] | None,
    grad_req: GradReqLike,
    aux_states: Mapping[str, NDArray] | Sequence[NDArray] | None,
    group2ctx: Mapping[str, Context] | None,
) -> Executor:
    """See `Symbol.bind`."""
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    arrays = arrays_for(names, by_name(args, names, "args"), "args")
    aux = by_name([] if aux_states is None else aux_states, states, "aux_states")
    aux = arrays_for(states, aux, "aux_states")
    grads = {} if args_grad is None else by_name(args_grad, names, "args_grad")
    places = contexts(symbol, ctx or current_context(), group2ctx) if group2ctx else None
    executor = Executor(symbol, ctx, arrays, grads, requirements(grad_req, names), aux, places)
    if not any(entry.foreign for entry in symbol._reachable()):
        symbol.infer_shape_partial(**{name: x.shape for name, x in (arrays | aux).items()})
    return executor


def simply_bound(
    symbol: Graph,
    ctx: Context | None,
    grad_req: GradReqLike,
    type_dict: Mapping[str, DTypeLike] | None,
    stype_dict: Mapping[str, str] | None,
    group2ctx: Mapping[str, Context] | None,
    shared_names: Iterable[str] | None,
    shared: Executor | None,
    buffers: dict[str, NDArray] | None,
    shapes: Mapping[str, Sequence[int]],
) -> Executor:
    """See `Symbol.simple_bind`."""
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    inputs = [*names, *states]
    for name, shape in shapes.items():
        if not isinstance(shape, (tuple, list)):
            raise TypeError(
                f"simple_bind: the shape of {name} must be a tuple of ints, got {shown(shape)}; "
                "bind takes arrays"
            )
    given = {name: tuple(shape) for name, shape in shapes.items() if name in inputs}
    found, _, aux_found = symbol._inferred_shapes((), given)
    arg_shapes, aux_shapes = complete(found), complete(aux_found)
    if arg_shapes is None or aux_shapes is None:
        known = zip(inputs, [*found, *aux_found], strict=True)
        unknown = [name for name, shape in known if not is_complete(shape)]
        raise MXNetError(
            f"simple_bind error. Arguments: {dict(shapes)}. The shapes of {', '.join(unknown)} do "
            f"not follow from these; the arguments are {', '.join(inputs)}"
        )
    dtypes = {name: kind for name, kind in (type_dict or {}).items() if name in inputs}
    kinds, _, aux_kinds = symbol.infer_type_partial(**dtypes)
    reqs = requirements(grad_req, names)
    for name in names:
        if reqs.get(name, "null") not in ("write", "add", "null"):
            raise MXNetError(
                f"grad_req={reqs[name]} is not a valid input in simple_bind; only 'null', "
                "'write', and 'add' are supported"
            )
    chosen = {*(shared_names or ())}

    sparse, sparse_gradients = storages(symbol, stype_dict)
    ctx = ctx or current_context()
    places = contexts(symbol, ctx, group2ctx) if group2ctx else None
    at = input_contexts(symbol, ctx, group2ctx)

    def made(
        name: str,
        shape: Shape,
        kind: DTypeLike | None,
        own: Mapping[str, NDArray | None],
        fits: bool,
    ) -> NDArray:
        dtype = as_dtype("float32" if kind is None else kind, op="simple_bind")
        stype = sparse.get(name, "default")
        for before in (own.get(name) if fits else None, (buffers or {}).get(name)):
            if before is not None and (before.shape, before.dtype, before.stype) == (
                shape, dtype.type, stype,
            ):  # fmt: skip
                return before
        x = zeros(shape, at[name], dtype, stype=stype)
        if buffers is not None and fits is False:
            buffers[name] = x
        return x

    none: Mapping[str, NDArray | None] = {}
    args: dict[str, NDArray] = {}
    grads: dict[str, NDArray | None] = {}
    for name, shape, kind in zip(names, arg_shapes, kinds, strict=True):
        fits = shared is not None and name in chosen
        args[name] = made(name, shape, kind, shared.arg_dict if shared else none, fits)
        if reqs.get(name, "null") != "null":
            before = shared.grad_dict.get(name) if shared is not None and fits else None
            if before is not None and before.shape == shape and before.dtype == args[name].dtype:
                grads[name] = before
            else:
                stype = sparse_gradients.get(name, "default")
                grads[name] = zeros(shape, at[name], args[name].dtype, stype=stype)
    own = shared.aux_dict if shared is not None and chosen else none
    aux = {
        name: made(name, shape, kind, own, own is not none)
        for name, shape, kind in zip(states, aux_shapes, aux_kinds, strict=True)
    }
    return Executor(symbol, ctx, args, grads, reqs, aux, places)
