"""Topological order of the recorded graph, and the checks that a backward can be run over it.

Creation numbers are the order: a node is younger than its parents.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from operator import attrgetter

from ..base import MXNetError
from .array import Constant, Maker, Node, OutputSlot, Parent, is_released, is_tracked, release
from .sharing import is_overwritten

NOT_RECORDED = "Cannot differentiate node because it is not in a computational graph. "
HOW_TO_RECORD = (
    "Compute it inside of autograd.record(), from arrays on which attach_grad() was called before, "
    "and without asnumpy() in between; what grad() returns is recorded with create_graph=True."
)
FREED = (
    "An earlier backward freed what was recorded. Record it again, or pass retain_graph=True to "
    "that backward."
)
NO_VARIABLES = "There are no inputs in computation graph that require gradients."

_number = attrgetter("number")


def reachable(heads: Iterable[Maker]) -> list[Maker]:
    """Nodes, output slots and leaves that *heads* were made from, oldest first."""
    seen = set(heads)
    pending = list(seen)
    while pending:
        for parent in pending.pop().parents:
            if is_tracked(parent) and parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return sorted(seen, key=_number)


def settle(nodes: Iterable[Maker]) -> None:
    """Let nodes take what had been released before they were made as constants.

    A node that was made of constants alone is released itself: it could as well not have been
    recorded.

    Parameters
    ----------
    nodes : iterable of Node, OutputSlot and Leaf
        All that can be reached from some heads, oldest first.
    """
    for node in nodes:
        if not isinstance(node, Node) or not node.parents:
            continue
        node.parents = tuple([_parent_now(parent, node.number) for parent in node.parents])
        if not any(map(is_tracked, node.parents)):
            release(node, [node.number, 1])


def _parent_now(parent: Parent, number: int) -> Parent:
    """What stands for *parent* in a node made at *number*."""
    if parent is None or isinstance(parent, Constant) or not is_released(parent):
        return parent
    since = _node_of(parent).released  # type: ignore[union-attr]  # a leaf is never released
    return since if since[0] < number else parent


def _node_of(made_by: Maker) -> Maker:
    return made_by.node if isinstance(made_by, OutputSlot) else made_by


def topological_order(heads: Iterable[Maker]) -> list[Maker]:
    """Nodes, output slots and leaves reachable from *heads*, youngest first, checked to be usable.

    What a backward has released is a constant to nodes made since, and is left out.

    Raises
    ------
    MXNetError
        A head, or something older than its release, was released by an earlier backward; an array
        that a node saved was overwritten.  Nothing has changed then.
    """
    heads = list(heads)
    seen = set(heads)
    pending = list(seen)
    found: list[Maker] = []
    unusable: list[Node] = []
    some_released = False
    last, sorted_already = heads[0].number if heads else 0, True
    take, reach, note = pending.pop, pending.append, found.append
    while pending:
        node = take()
        note(node)
        number = node.number
        if number > last:
            sorted_already = False
        last = number
        if node.__class__ is not Node:
            if node.__class__ is OutputSlot and node.node not in seen:
                seen.add(node.node)
                reach(node.node)
            continue
        if node.saved is None:
            if node.parents:
                unusable.append(node)  # it has no gradient
            else:
                some_released = True
        for version in node.versions:
            if version is not None and version[0] > number:
                unusable.append(node)
                break
        for parent in node.parents:
            if parent is not None and not isinstance(parent, Constant) and parent not in seen:
                seen.add(parent)
                reach(parent)
    if not sorted_already:  # a chain is
        found.sort(key=_number, reverse=True)
    if some_released:
        found = _without_released(found, heads)
    for node in unusable:
        if not is_released(node):  # else it is a constant by now
            _check_usable(node)
    return found


def _without_released(found: list[Maker], heads: list[Maker]) -> list[Maker]:
    """*found* without what is a constant to all that uses it."""
    settle(reversed(found))
    kept = [node for node in found if not is_released(node)]
    used = [parent for node in kept for parent in node.parents if is_tracked(parent)]
    for made_by in (*heads, *used):
        node = _node_of(made_by)
        if isinstance(node, Node) and is_released(node) and node.released[0] > node.number:
            raise MXNetError(NOT_RECORDED + FREED)
    return kept


def _check_usable(node: Node) -> None:
    """Raise if a node has no gradient, or if what it saved was overwritten."""
    if node.saved is None:
        raise MXNetError(f"Operator {node.op.name} is non-differentiable.")
    unread = node.op.unread([is_tracked(parent) for parent in node.parents])
    kept = enumerate(zip_longest(node.saved, node.versions))  # of some memory all that is watched
    lost = [
        i
        for i, (x, v) in kept
        if v is not None and i not in unread and is_overwritten(x, v, node.number)
    ]
    if not lost:
        return  # other elements of its memory were, or what backward does not read
    position, count = lost[0], len(node.parents)
    inputs, outputs = node.op.keywords, node.op.outputs
    names = [f"input {inputs[min(i, len(inputs) - 1)]!r}" for i in range(count)]
    names += [
        f"output {outputs[min(i, len(outputs) - 1)]!r}" for i in range(len(node.shapes) - count)
    ]
    what = "an array that it uses"
    if position < len(names):
        what = f"its {names[position]} (shape {node.shapes[position]})"
    raise MXNetError(
        f"Operator {node.op.name}: {what} was overwritten between forward and backward, so its "
        "gradient cannot be computed. Change arrays after backward, or work on a copy()."
    )
