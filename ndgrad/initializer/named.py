"""Initializers by parameters' names: values that were loaded, other initializers by pattern."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping

from .. import nd
from ..array.ndarray import NDArray
from ..base import ArgumentValueError, public_names, shown
from .base import Initializer, create

__all__ = ["Load", "Mixed"]
__dir__ = public_names(globals())


class Load(Initializer):
    """Parameters are copies of loaded ones with their names.

    Parameters
    ----------
    param : str or dict of str to NDArray
        A file, or what `nd.load` returned for it.  ``arg:`` and ``aux:`` before names are left out.
    default_init : Initializer, optional
        What initializes parameters that are not there.
    verbose : bool, default False
        Whether to log where each parameter comes from.

    Raises
    ------
    TypeError
        If *param* is, or its file holds, no dict.
    ValueError
        When a parameter is not there and has no *default_init*, or has another shape.
    """

    def __init__(
        self,
        param: str | Mapping[str, NDArray],
        default_init: Callable[[str, NDArray], None] | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(param=param, default_init=default_init)
        loaded = nd.load(param) if isinstance(param, str) else param
        if not isinstance(loaded, Mapping):
            raise TypeError(f"Load: param must be a dict or a file of one, got {shown(loaded)}")
        self.param = {re.sub("^(arg|aux):", "", name): x for name, x in loaded.items()}
        self.default_init = default_init
        self.verbose = verbose

    def __call__(self, desc: str, arr: NDArray) -> None:
        self._init_weight(desc, arr)

    def _init_weight(self, name: str, arr: NDArray) -> None:
        loaded = self.param.get(name)
        if loaded is not None:
            if arr.shape != loaded.shape:
                raise ValueError(
                    f"Load: parameter {name} has shape {arr.shape}, loaded was {loaded.shape}"
                )
            arr[:] = loaded
        elif self.default_init is None:
            raise ArgumentValueError(
                f"Load: parameter {name} was not loaded, and default_init=None"
            )
        else:
            self.default_init(name, arr)
        if self.verbose:
            logging.info("Initialized %s by %s", name, "default" if loaded is None else "loading")


class Mixed(Initializer):
    """Parameters are initialized by the first initializer whose pattern is found in their names.

    Parameters
    ----------
    patterns : list of str
        Regular expressions, which match at the beginning of a name.
    initializers : list of Initializer or str
        One for each.

    Raises
    ------
    ValueError
        If there are not as many; when no pattern matches a name.
    """

    def __init__(self, patterns: Iterable[str], initializers: Iterable[Initializer | str]) -> None:
        patterns, made = (
            list(patterns),
            [create(x) if isinstance(x, str) else x for x in initializers],
        )
        super().__init__(patterns=patterns, initializers=made)
        if len(patterns) != len(made):
            raise ArgumentValueError(
                f"Mixed: {len(patterns)} patterns, but {len(made)} initializers"
            )
        self.map = [(re.compile(p), init) for p, init in zip(patterns, made, strict=True)]

    def __call__(self, desc: str, arr: NDArray) -> None:
        self._chosen(desc)(desc, arr)

    def _init_weight(self, name: str, arr: NDArray) -> None:
        self._chosen(name)._init_weight(name, arr)

    def _chosen(self, name: str) -> Initializer:
        for pattern, init in self.map:
            if pattern.match(name):
                return init
        raise ValueError(
            f'Mixed: no pattern matches parameter {name}. Consider adding ".*" at the end, with a '
            "default initializer"
        )
