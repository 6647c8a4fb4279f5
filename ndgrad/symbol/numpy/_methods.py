"""The methods and operators of symbols of arrays like NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ...base import DTypeLike, NotImplementedForSymbol
from ...numpy._check import c_order
from ...numpy._elementwise import PYTHON_OPERATORS
from ...numpy._methods import METHODS
from ..numpy_like import _Symbol
from ..symbol import Symbol
from ._calls import SymbolLike, call

if TYPE_CHECKING:
    from ...array.types import MaybeMany


def _reshape(
    self: _Symbol,
    *shape: int | Sequence[int],
    order: str = "C",
    **kwargs: int | Sequence[int],
) -> _Symbol:
    """Return the elements in another shape; -1 stands for the length that is left."""
    c_order("reshape", order)
    if not shape:
        shape = (kwargs["newshape"] if "newshape" in kwargs else kwargs["shape"],)
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    return call("_np_reshape", self, newshape=tuple(lengths))


def _transpose(self: _Symbol, *axes: int | Sequence[int] | None) -> _Symbol:
    """Return the array with its axes in another order, by default reversed."""
    given = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return call("_np_transpose", self, axes=tuple(given) if given else None)


def _flatten(self: _Symbol, order: str = "C") -> _Symbol:
    """Return the elements along one axis."""
    c_order("flatten", order)
    return call("_np_reshape", self, newshape=(-1,))


def _astype(
    self: _Symbol,
    dtype: DTypeLike,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> _Symbol:
    """Return the array in another dtype."""
    return call("_npi_cast", self, dtype=dtype)


def _only_of_arrays(self: _Symbol, *args: object, **kwargs: object) -> NoReturn:
    """Raise: symbols have no memory to sort."""
    raise NotImplementedForSymbol(_only_of_arrays, "sort", *args)


def _getitem(self: _Symbol, key: Any) -> _Symbol | MaybeMany:
    """Return an output by its name or number, or a list; of one output what a basic index selects.

    Raises
    ------
    IndexError
        For arrays, symbols and bools as indices.
    """
    if isinstance(key, str):
        return Symbol.__getitem__(self, key)
    if self.num_outputs > 1:
        return self._each()[key]
    keys = key if isinstance(key, tuple) else (key,)
    for one in keys:
        bounds = (one.start, one.stop, one.step) if isinstance(one, slice) else (one,)
        if not all(_is_index(x) for x in bounds):
            raise IndexError(f"Only integers, slices, None and ... index a symbol, got {one!r}")
    if any(one is None or one is Ellipsis for one in keys):
        return call("_npi_getitem", self, key=key)
    if not keys:
        return self
    slices = [x if isinstance(x, slice) else slice(x, x + 1 if x != -1 else None) for x in keys]
    begin, end, step = (
        tuple([getattr(x, bound) for x in slices]) for bound in ("start", "stop", "step")
    )
    cut = call("_npi_slice", self, begin=begin, end=end, step=step)
    if isinstance(key, slice):
        return cut
    codes = tuple([-2 if isinstance(x, slice) else -3 for x in keys])
    return call("_npx_reshape", cut, newshape=(*codes, -4))


def _negated(self: _Symbol) -> _Symbol:
    """Return ``-self``."""
    return call("_npi_multiply", self, -1.0)


def _is_index(x: object) -> bool:
    if isinstance(x, bool) or isinstance(x, Symbol):
        return False
    return x is None or x is Ellipsis or hasattr(x, "__index__")


_METHODS: dict[str, object] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "flatten": _flatten,
    "astype": _astype,
    "sort": _only_of_arrays,
    "T": property(_transpose),
    "__getitem__": _getitem,
}


def _binary(
    function: Callable[..., _Symbol], swapped: bool = False
) -> Callable[[_Symbol, SymbolLike], _Symbol]:
    def method(self: _Symbol, other: SymbolLike) -> _Symbol:
        return function(other, self) if swapped else function(self, other)

    return method


def install(functions: Mapping[str, Callable[..., _Symbol]]) -> None:
    """Give the class its methods: those of arrays, made of functions of symbols."""
    methods: dict[str, object] = {name: functions[name] for name in METHODS if name in functions}
    methods |= _METHODS
    for own, name in PYTHON_OPERATORS.items():
        methods[f"__{own}__"] = _binary(functions[name])
        methods[f"__r{own}__"] = _binary(functions[name], swapped=True)
    for own, name in {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal",
                      "gt": "greater", "ge": "greater_equal"}.items():  # fmt: skip
        methods[f"__{own}__"] = _binary(functions[name])
    methods |= {"__neg__": _negated, "__abs__": functions["abs"]}
    methods |= {"__invert__": functions["invert"], "__hash__": object.__hash__}
    methods |= {"__matmul__": _binary(functions["matmul"])}
    for name, method in methods.items():
        setattr(_Symbol, name, method)
