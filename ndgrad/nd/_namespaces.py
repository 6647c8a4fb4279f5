"""Namespaces that functions of operators are put into: `op`, `_internal`, `contrib` ..."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from ..base import public_names


def put(space: ModuleType, name: str, function: Callable[..., object]) -> None:
    """Make a function a public name of a namespace."""
    vars(space)[name] = function
    if name not in space.__all__:
        space.__all__.append(name)


class Namespaces:
    """The namespaces of a package that has a function of every operator.

    Parameters
    ----------
    package : dict
        Its globals.
    public : list
        Its ``__all__``.
    op, internal : module
        Operators under all their names; in `internal` those with an underscore are public too.
    contrib, image, linalg, sparse : module
        Those with a prefix, under the rest of their names; `sparse` has the package's others, too,
        beside functions of its own.
    """

    def __init__(
        self,
        package: dict[str, object],
        public: list[str],
        op: ModuleType,
        internal: ModuleType,
        contrib: ModuleType,
        image: ModuleType,
        linalg: ModuleType,
        sparse: ModuleType,
    ) -> None:
        self._package, self._public = package, public
        self._op, self._internal, self._sparse = op, internal, sparse
        self._own = frozenset(sparse.__all__)
        self._prefixes = (
            ("_contrib_", contrib), ("_image_", image), ("linalg_", linalg), ("_sparse_", sparse),
        )  # fmt: skip
        for space in (op, internal):
            vars(space).update(__all__=[], __dir__=public_names(vars(space)))

    def put_in_package(self, name: str, function: Callable[..., object]) -> None:
        """Make a function a name of the package and of `sparse`, unless it has an underscore."""
        if not name.startswith("_") and name not in self._public:
            self._package[name] = function
            self._public.append(name)
            if name not in self._own:
                put(self._sparse, name, function)

    def put_operator(self, name: str, function: Callable[..., object]) -> None:
        """Make a function of *name* known wherever operators are."""
        put(self._internal, name, function)
        vars(self._op)[name] = function
        if not name.startswith("_"):
            put(self._op, name, function)
        self.put_in_package(name, function)

    def put_short(self, name: str, make: Callable[[str, str], Callable[..., object]]) -> None:
        """Put a function under the rest of a name that has a prefix: *make* makes it of both."""
        for prefix, space in self._prefixes:
            short = name.removeprefix(prefix)
            if short != name and not short.startswith("_"):
                put(space, short, make(short, name))
