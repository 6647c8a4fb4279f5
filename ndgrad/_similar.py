"""Which of some names was meant by one that is unknown, for the texts of errors."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import Parameter, signature


def did_you_mean(given: object, known: Iterable[object]) -> str:
    """Return `` (did you mean 'tanh'?)``, or nothing if no known name is close to *given*.

    Capitals count for less than letters: ``'Tanh'`` is closest to ``'tanh'``.
    """
    if not isinstance(given, str):
        return ""
    from difflib import get_close_matches  # which most programs never need

    names: dict[str, str] = {}
    for name in known:
        if isinstance(name, str):
            names.setdefault(name.lower(), name)
    asked = given.lower()
    found = get_close_matches(asked, names, n=1, cutoff=0.7) or [
        name for name in names if _swapped(asked, name) or _abbreviated(asked, name)
    ]
    return f" (did you mean {names[found[0]]!r}?)" if found else ""


def _swapped(given: str, known: str) -> bool:
    """Whether letters of a short name are in another order: ``sdg``."""
    return sorted(given) == sorted(known)


def _abbreviated(given: str, known: str) -> bool:
    """Whether one consists of the initials of the other: ``lr`` and ``learning_rate``."""
    short, long = sorted((given, known), key=len)
    return len(short) > 1 and short == "".join(word[:1] for word in long.split("_"))


def unknown_argument(function: str, given: str, known: Iterable[str]) -> TypeError:
    """The error of an argument that *function* has not."""
    names = list(known)
    return TypeError(
        f"{function}: unknown argument {given!r}{did_you_mean(given, names)}; "
        f"expected one of {', '.join(names)}"
    )


def unknown_keyword(instance: object, base: type, given: str) -> TypeError:
    """The error of an argument that the class of *instance* hands on to *base*, which has it not.

    Known are the arguments of the class itself and those of *base*.
    """
    known = {
        name: None
        for cls in (type(instance), base)
        for name, parameter in signature(cls).parameters.items()
        if parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        and not name.startswith("_")
    }
    return unknown_argument(type(instance).__name__, given, known)
