"""The partial order of groups: which of them have to run before which, while groups change."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator


class PartialOrder:
    """Numbered elements, and which come before which.

    All that comes before an element is a bit set, so that a question costs one bit; what changes is
    handed on to those behind it, along direct relations.
    """

    def __init__(self) -> None:
        self._before: list[int] = []  # may have bits of elements that were merged
        self._parents: list[set[int]] = []
        self._children: list[set[int]] = []

    def new(self) -> int:
        """The number of a new element, which has no relation to another one."""
        self._before.append(0)
        self._parents.append(set())
        self._children.append(set())
        return len(self._before) - 1

    def is_before(self, a: int, b: int) -> bool:
        """Whether *a* comes before *b*."""
        return bool(self._before[b] >> a & 1)

    def is_between(self, a: int, b: int) -> bool:
        """Whether there is an element that comes after *a* and before *b*."""
        return any(x != a and self.is_before(a, x) for x in self._parents[b])

    def precede(self, earlier: Iterable[int], later: int) -> None:
        """Let each of *earlier*, which do not come after it, come before *later*."""
        before = 0
        for x in earlier:
            if x != later:
                self._parents[later].add(x)
                self._children[x].add(later)
                before |= self._before[x] | 1 << x
        self._spread(before, [later])

    def _spread(self, before: int, elements: list[int]) -> None:
        """Let all in *before* come before *elements* and what comes after these."""
        while elements:
            x = elements.pop()
            if before & ~self._before[x]:
                self._before[x] |= before
                elements += self._children[x]

    def merge(self, a: int, b: int) -> None:
        """Let *b*, with nothing between the two, be a part of *a*, and no element any more."""
        for x in self._parents[b]:
            self._children[x].discard(b)
            if x != a:
                self._children[x].add(a)
                self._parents[a].add(x)
        for x in self._children[b]:
            self._parents[x].discard(b)
            if x != a:
                self._parents[x].add(a)
                self._children[a].add(x)
        before = (self._before[a] | self._before[b]) & ~(1 << a | 1 << b)
        self._before[a], self._before[b] = before, 0
        self._parents[b], self._children[b] = set(), set()
        self._spread(before | 1 << a, [*self._children[a]])

    def insert(self, a: int, b: int) -> None:
        """Let the new element *a* come before *b*, behind all that came directly before *b*."""
        self._parents[a], self._parents[b] = self._parents[b], set()
        for x in self._parents[a]:
            self._children[x].discard(b)
            self._children[x].add(a)
        self._before[a] = self._before[b]
        self.precede([a], b)

    def sorted(self, elements: Iterable[int], turn: Callable[[int], int]) -> Iterator[int]:
        """*Elements*, all that are related, in their order; the least *turn* of those that can."""
        waiting = {x: len(self._parents[x]) for x in elements}
        ready = [(turn(x), x) for x, count in waiting.items() if not count]
        heapq.heapify(ready)
        while ready:
            _, x = heapq.heappop(ready)
            yield x
            for child in self._children[x]:
                waiting[child] -= 1
                if not waiting[child]:
                    heapq.heappush(ready, (turn(child), child))
