"""Memory that several arrays share: views, and which part of it was written to when.

An array and the views of it that are in one graph are *aliases*: when a recorded write changes what
one of them holds, the others that overlap it get new nodes (`ndgrad.dispatch.writes`).  They know
each other by weak references in a list that they share, so nothing is asked of an array that has no
views.  Memory is one contiguous run of elements, and so is what any array has of it: where aliases
overlap follows from addresses, and no view keeps how it was made.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TypeVar
from weakref import ref

from .. import tracing
from ..base import Shape
from ..memory.device import BUFFERS, Buffer, address
from ..tracing import active
from .array import Array, Saved, Version, next_version
from .scopes import state

_A = TypeVar("_A", bound=Array)

_new = Array.__new__

_EVERYWHERE = 1 << 64  # behind the last address
_MANY = 64  # references from which those to arrays that are gone are thrown away


def new_view(x: _A, data: Buffer, shape: Shape) -> _A:
    """A view of *x*: an array of some of its elements, which a write to either gives new nodes.

    What is made outside of a record of an array in the graph is no part of the graph and stays so.
    """
    view = _new(x.__class__)
    view._data, view._shape, view._ctx, view._node = data, shape, x._ctx, None
    view._version = version = x._version
    if x._node is None or state.recording:
        try:
            aliases = x._aliases
        except AttributeError:
            aliases = x._aliases = [ref(x)]
        view._aliases = aliases
        aliases.append(ref(view))
        count = len(aliases)
        if count >= _MANY and not count & (count - 1):
            without_dead(aliases)
    if len(version) == 1:
        version.append(0)
    if active and (recorder := tracing.recorder()) is not None:
        recorder.created(view, view=True)
    return view


def without_dead(aliases: list[ref[Array]]) -> None:
    """Take those out of *aliases* that are gone."""
    aliases[:] = [alias for alias in aliases if alias() is not None]


def renew(x: Array, data: Buffer) -> None:
    """Give an array another buffer: its views, and what was recorded, keep the one before."""
    leave_aliases(x)
    x._data, x._version = data, [0]


def leave_aliases(x: Array) -> None:
    """Take *x* out of its aliases: it is in another graph from now on."""
    if hasattr(x, "_aliases"):
        x._aliases[:] = [alias for alias in x._aliases if alias() is not x]
        del x._aliases


def overlapping(x: Array, start: int = 0, stop: int | None = None) -> list[tuple[Array, int]]:
    """The other aliases of *x* that have some of its elements *start* to *stop*.

    Beside each stands where it begins, counted in elements from the beginning of *x*.
    """
    found: list[tuple[Array, int]] = []
    if not hasattr(x, "_aliases"):
        return found
    begin, size = address(x._data), x._data.dtype.itemsize
    stop = x._data.size if stop is None else stop
    for reference in x._aliases:
        alias = reference()
        if alias is not None and alias is not x:
            first = (address(alias._data) - begin) // size
            if first < stop and first + alias._data.size > start:
                found.append((alias, first))
    return found


# --- which part of a memory was written to when ---------------------------------------------------


def note_write(x: Array, start: int = 0, stop: int | None = None) -> None:
    """Let the version counter say that the elements *start* to *stop* of *x* are written to now.

    So a node that saved other elements of the memory can still be used.
    """
    data, version = x._data, x._version
    size = data.dtype.itemsize
    begin = address(data)
    begin, end = begin + start * size, begin + (data.size if stop is None else stop) * size
    if len(version) == 5 and version[0] == version[1]:
        if version[2] == begin and version[3] == end:  # the same as the last time
            version[0] = version[1] = version[4] = next_version()
            return
    while len(version) < 2:
        version.append(0)
    if version[0] != version[1]:  # that was anywhere
        version[2:] = [0, _EVERYWHERE, version[0]]
    first, last = _parts(version, begin, end)
    now = next_version()
    new = [begin, end, now]
    if first < last:
        if version[first] < begin:
            new = [version[first], begin, version[first + 2], *new]
        if version[last - 2] > end:
            new += [end, version[last - 2], version[last - 1]]
    version[first:last] = new
    version[0] = version[1] = now


def is_overwritten(data: Saved, version: Version, number: int) -> bool:
    """Whether some of *data*, whose memory has a version counter, was written to after *number*.

    Where *data* is no buffer, that is asked of all of the memory.
    """
    if version[0] <= number:
        return False
    if not isinstance(data, BUFFERS) or len(version) < 3 or version[0] != version[1]:
        return True
    begin = address(data)
    first, last = _parts(version, begin, begin + data.size * data.dtype.itemsize)
    return any(when > number for when in version[first + 2 : last : 3])


def _parts(version: Version, begin: int, end: int) -> tuple[int, int]:
    """Where in a version counter the noted parts stand that share something with a span."""
    count = range((len(version) - 2) // 3)
    first = bisect_right(count, begin, key=lambda i: version[3 * i + 3])
    last = bisect_left(count, end, key=lambda i: version[3 * i + 2])
    return 3 * first + 2, 3 * last + 2
