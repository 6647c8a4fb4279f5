"""`ParameterDict`: the parameters of a block, by name."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from .. import initializer, nd
from .._similar import did_you_mean
from ..base import DTypeLike, as_dtype, public_names
from ..context import Context
from ..nd import NDArray
from .parameter import Constant, Parameter
from .utils import brief

if TYPE_CHECKING:
    from typing import Unpack

    from ..array.types import ArrayLike, ShapeLike
    from ..initializer.base import InitializerLike

__all__ = ["ParameterDict"]
__dir__ = public_names(globals())


class ParameterArguments(TypedDict, total=False):
    """Of `Parameter`, without the name."""

    grad_req: str
    shape: ShapeLike | None
    dtype: DTypeLike
    lr_mult: float
    wd_mult: float
    init: InitializerLike
    allow_deferred_init: bool
    differentiable: bool
    stype: str
    grad_stype: str


class ParameterDict:
    """Parameters by name, all names with one prefix.

    Parameters
    ----------
    prefix : str
    shared : ParameterDict, optional
        Where `get` first looks, for parameters that blocks share.
    """

    def __init__(self, prefix: str = "", shared: ParameterDict | None = None) -> None:
        self._prefix = prefix
        self._params: dict[str, Parameter] = {}
        self._shared = shared

    def __repr__(self) -> str:
        name = f"{self._prefix} " if self._prefix else ""
        lines = "\n".join(f"  {p!r}" for p in self.values())
        return f"{name}(\n{lines}\n)"

    def __getitem__(self, key: str) -> Parameter:
        try:
            return self._params[key]
        except KeyError:
            hint = did_you_mean(key, self._params)
            raise KeyError(f"ParameterDict has no parameter {key!r}{hint}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, key: object) -> bool:
        return key in self._params

    def items(self) -> ItemsView[str, Parameter]:
        """Return names and parameters, in the order of creation."""
        return self._params.items()

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._params.keys()

    def values(self) -> ValuesView[Parameter]:
        """Return the parameters."""
        return self._params.values()

    @property
    def prefix(self) -> str:
        """With what all names begin that `get` makes."""
        return self._prefix

    def _found(self, name: str) -> Parameter | None:
        if name in self._params:
            return self._params[name]
        if self._shared is not None and name in self._shared._params:
            self._params[name] = self._shared._params[name]
            return self._params[name]
        return None

    def get(self, name: str, **kwargs: Unpack[ParameterArguments]) -> Parameter:
        """Return the parameter ``prefix + name``; it is made if there is none.

        Parameters
        ----------
        name : str
        **kwargs
            Arguments of `Parameter`.

        Raises
        ------
        AssertionError
            If there is one with other attributes.
        """
        name = self._prefix + name
        param = self._found(name)
        if param is None:
            param = self._params[name] = Parameter(name, **kwargs)
            return param
        for key, wanted in kwargs.items():
            stored = getattr(param, key, None)
            if stored is None:
                setattr(param, key, wanted)
            elif key == "shape" and (given := kwargs["shape"]) is not None:
                lengths = (given,) if isinstance(given, (int, np.integer)) else tuple(given)
                shape = _merged(stored, lengths)
                if shape is None:
                    raise _conflict(name, key, lengths, stored)
                param._shape = shape
            elif key == "dtype":
                new, old = (as_dtype(x, op="ParameterDict.get") for x in (kwargs["dtype"], stored))
                if new != old:
                    raise _conflict(name, key, wanted, stored)
            elif wanted is not None and wanted != stored:
                raise _conflict(name, key, wanted, stored)
        return param

    def get_constant(self, name: str, value: ArrayLike | None = None) -> Constant:
        """Return the constant ``prefix + name``; it is made of *value* if there is none.

        Raises
        ------
        KeyError
            If there is none, and no *value*.
        AssertionError
            If there is one with another value, or a `Parameter` of that name.
        """
        name = self._prefix + name
        param = self._found(name)
        if param is None:
            if value is None:
                raise KeyError(
                    f"No constant named '{name}'. Please specify value if you want to create a new "
                    "constant."
                )
            param = self._params[name] = Constant(name, value)
        if not isinstance(param, Constant):
            raise AssertionError(f"Parameter '{name}' already exists but it is not a constant.")
        if value is not None:
            given = value.asnumpy() if isinstance(value, NDArray) else np.asarray(value)
            known = param.value.asnumpy()
            if given.shape != known.shape or not (given.astype(known.dtype) == known).all():
                raise AssertionError(
                    f"Constant '{name}' already exists but its value is different."
                )
        return param

    def update(self, other: ParameterDict | Mapping[str, Parameter]) -> None:
        """Take all parameters of another dict.

        Raises
        ------
        AssertionError
            If both have different parameters of one name.
        """
        for name, param in other.items():
            if self._params.setdefault(name, param) is not param:
                raise AssertionError(
                    "Cannot update self with other because they have different Parameters with the "
                    f"same name '{name}'"
                )

    # --- all at once ------------------------------------------------------------------------------

    def initialize(
        self,
        init: InitializerLike = initializer.Uniform(),  # noqa: B008  # it has no state
        ctx: Context | Sequence[Context] | None = None,
        verbose: bool = False,
        force_reinit: bool = False,
    ) -> None:
        """Call `Parameter.initialize` for all, with *init* as the default."""
        made = initializer.create(init)
        if verbose:
            made.set_verbosity(verbose=verbose)
        for param in self.values():
            param.initialize(None, ctx, made, force_reinit=force_reinit)

    def zero_grad(self) -> None:
        """Set all gradients to zeros."""
        for param in self.values():
            param.zero_grad()

    def reset_ctx(self, ctx: Context | Sequence[Context] | None) -> None:
        """Move all to other contexts."""
        for param in self.values():
            param.reset_ctx(ctx)

    def list_ctx(self) -> list[Context]:
        """Return the contexts of all, each once."""
        return list(dict.fromkeys(ctx for param in self.values() for ctx in param.list_ctx()))

    def setattr(self, name: str, value: object) -> None:
        """Set an attribute of all, such as ``grad_req``."""
        for param in self.values():
            setattr(param, name, value)

    # --- files ------------------------------------------------------------------------------------

    def save(self, filename: str, strip_prefix: str = "") -> None:
        """Write all to a file, without *strip_prefix* before their names.

        Raises
        ------
        ValueError
            If a name does not begin with it.
        """
        arrays = {}
        for name, param in self.items():
            if not name.startswith(strip_prefix):
                raise ValueError(
                    f"Prefix '{strip_prefix}' is to be striped before saving, but Parameter's name "
                    f"'{name}' does not start with '{strip_prefix}'."
                )
            arrays[name[len(strip_prefix) :]] = param._reduce()
        nd.save(filename, arrays)

    def load(
        self,
        filename: str,
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Read all from a file that `save` wrote, here or in MXNet; see `Block.load_parameters`.

        *restore_prefix* is put before the names in the file.
        """
        self.load_dict(
            named_arrays(nd.load(filename)),
            ctx,
            allow_missing,
            ignore_extra,
            restore_prefix,
            filename,
            cast_dtype,
            dtype_source,
        )

    def load_dict(
        self,
        param_dict: Mapping[str, NDArray],
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        filename: str | None = None,
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Take all values from arrays by name; see `load`."""
        if restore_prefix:
            for name in self._params:
                if not name.startswith(restore_prefix):
                    raise AssertionError(
                        f"restore_prefix is '{restore_prefix}' but Parameters name '{name}' does "
                        f"not start with '{restore_prefix}'"
                    )
        load(
            {name: (param, [name]) for name, param in self.items()},
            {restore_prefix + name: x for name, x in without_kinds(param_dict).items()},
            f"file '{filename}'" if filename else "param_dict",
            ctx=ctx,
            allow_missing=allow_missing,
            ignore_extra=ignore_extra,
            cast_dtype=cast_dtype,
            dtype_source=dtype_source,
        )


def named_arrays(loaded: dict[str, NDArray] | list[NDArray]) -> dict[str, NDArray]:
    """What a file holds, by name; arrays without names go by their numbers."""
    return loaded if isinstance(loaded, dict) else {str(i): x for i, x in enumerate(loaded)}


def without_kinds(arrays: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Arrays of a file by name, without the kinds that symbols' checkpoints have before it."""
    return {name.removeprefix("arg:").removeprefix("aux:"): x for name, x in arrays.items()}


def load(
    params: Mapping[str, tuple[Parameter, Sequence[str]]],
    loaded: Mapping[str, NDArray],
    source: str,
    *,
    ctx: Context | Sequence[Context] | None,
    allow_missing: bool,
    ignore_extra: bool,
    cast_dtype: bool,
    dtype_source: str,
) -> None:
    """Give parameters the values of a file's arrays; all that does not fit is found first.

    Parameters
    ----------
    params : dict
        By name the parameter, and all names that it may have in the file.
    loaded : dict
        The file's arrays.
    source : str
        What they come from, for errors.

    Raises
    ------
    AssertionError
        For arrays that are missing, or whose shape or dtype does not fit.
    ValueError
        For arrays that belong to no parameter.
    """
    missing = [name for name, (_, names) in params.items() if not any(n in loaded for n in names)]
    extra = [name for name in loaded if name not in params]
    wrong = [] if allow_missing else _missing(missing, source, loaded)
    misfits = [params[n][0]._misfit(x, cast_dtype) for n, x in loaded.items() if n in params]
    wrong += [misfit for misfit in misfits if misfit]
    foreign = [] if ignore_extra else _extra(extra, source, params)
    if wrong:
        raise AssertionError("\n".join([*wrong, *foreign]))
    if foreign:
        raise ValueError("\n".join(foreign))
    for name, x in loaded.items():
        if name in params:
            params[name][0]._load_init(x, ctx, cast_dtype=cast_dtype, dtype_source=dtype_source)


def _missing(names: Sequence[str], source: str, loaded: Mapping[str, object]) -> list[str]:
    if not names:
        return []
    return [
        f"{_called(names)} missing in {source}, which contains parameters: {brief(loaded)}. "
        "Set allow_missing=True to ignore missing parameters."
    ]


def _extra(names: Sequence[str], source: str, params: Mapping[str, object]) -> list[str]:
    if not names:
        return []
    return [
        f"{_called(names, f'loaded from {source} ')} not present in ParameterDict, which contains "
        f"parameters {brief(params)}. Set ignore_extra=True to ignore."
    ]


def _called(names: Sequence[str], which: str = "") -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"Parameter {listed} {which}is" if len(names) == 1 else f"Parameters {listed} {which}are"


def _merged(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...] | None:
    """The shape that two shapes with unknown lengths have in common."""
    if len(a) != len(b) or any(x != y and x > 0 and y > 0 for x, y in zip(a, b, strict=True)):
        return None
    return tuple(max(x, y) for x, y in zip(a, b, strict=True))


def _conflict(name: str, key: str, wanted: object, stored: object) -> AssertionError:
    return AssertionError(
        f"Cannot retrieve Parameter '{name}' because desired attribute does not match with stored "
        f"for attribute '{key}': desired '{wanted}' vs stored '{stored}'."
    )
