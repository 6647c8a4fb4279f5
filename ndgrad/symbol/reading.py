"""Entries from JSON in the layouts that MXNet wrote from 0.8 on.

Older versions call the attributes of a node ``attr`` (parameters and attributes together), or
``param`` (parameters) and ``attr``; write the multipliers of a parameter's variable at the operator
(``weight_lr_mult``); and leave out auxiliary states, which are no inputs there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from .._similar import did_you_mean
from ..base import DTYPE_NUMBERS, DType, MXNetError, Shape, as_dtype
from ..ops.table import OPS, Params
from .attributes import HIDDEN, hidden, is_hidden
from .entries import NodeEntry, Ref
from .graph import Graph
from .json import NUMBERS, REFLECTED, decoded, value_of
from .numpy_operators import UNDER_NUMPY
from .operators import FROM_NUMBER, definition
from .subgraphs import CONTROL_FLOW, control_flow, custom

_Object: TypeAlias = Mapping[str, Any]
"""An object of JSON."""


def loads(json_str: str) -> list[Ref]:
    """The heads of a graph that `json.dumps` or MXNet wrote.

    Raises
    ------
    MXNetError
        If it is no graph, or calls an operator that does not exist here, or one with a parameter
        that it does not have here.
    """
    try:
        return _Reader(json.loads(json_str)).heads()
    except MXNetError:
        raise
    except KeyError as error:
        raise MXNetError(f"load_json: json_str is not a graph in JSON: it lacks {error}") from None
    except ValueError as error:
        raise MXNetError(f"load_json: json_str is not a graph in JSON: {error}") from None
    except (IndexError, TypeError, AttributeError) as error:
        raise MXNetError(f"load_json: json_str is not a graph in JSON: {error!r}") from None


class _Reader:
    def __init__(self, graph: _Object) -> None:
        self.graph = graph
        self.nodes: Sequence[_Object] = graph["nodes"]
        facts = graph.get("attrs") or {}
        self.numpy_like = any(str(node["op"]).startswith("_np") for node in self.nodes)
        self.shapes = facts.get("shape", (None, None))[1]
        self.rows = graph.get("node_row_ptr") or []
        self.dtypes = dict(
            zip(graph["arg_nodes"], facts.get("arg_dtype", (None, ()))[1], strict=False)
        )
        self.entries: list[NodeEntry] = []

    def heads(self) -> list[Ref]:
        for i, node in enumerate(self.nodes):
            inputs = [(int(x[0]), int(x[1])) for x in node.get("inputs", ())]
            if any(not 0 <= at < i for at, _ in inputs):
                raise MXNetError(f"load_json: node {i} uses a node that does not stand before it")
            for at, output in inputs:
                if not 0 <= output < self.entries[at].outputs:
                    raise MXNetError(
                        f"load_json: node {i} uses output {output} of node {at}, which has "
                        f"{self.entries[at].outputs}"
                    )
            refs = [Ref(self.entries[at], output) for at, output in inputs]
            self.entries.append(self._variable(i) if node["op"] == "null" else self._call(i, refs))
        found = []
        for head in self.graph["heads"]:
            at, output = int(head[0]), int(head[1])
            if not (0 <= at < len(self.entries) and 0 <= output < self.entries[at].outputs):
                raise MXNetError(f"load_json: there is no output {list(head)}")
            found.append(Ref(self.entries[at], output))
        return found

    def _attributes(self, i: int) -> dict[str, str]:
        """Parameters and attributes of a node, whatever they are called."""
        node = self.nodes[i]
        found: dict[str, str] = {}
        for key in ("param", "attr", "attrs"):
            found.update(node.get(key) or {})
        return found

    def _known_shapes(self, i: int) -> tuple[Shape, ...] | None:
        if self.shapes is None:
            return None
        return tuple(tuple(shape) for shape in self.shapes[self.rows[i] : self.rows[i + 1]])

    def _variable(self, i: int) -> NodeEntry:
        attrs = hidden(self._attributes(i))
        dtype: DType | None = None
        if i in self.dtypes:
            dtype = as_dtype(self.dtypes[i], op="load_json")
        elif "__dtype__" in attrs:
            dtype = _dtype(attrs["__dtype__"])
        shapes = self._known_shapes(i)
        if shapes is None and "__shape__" in attrs:
            written = value_of(attrs["__shape__"])
            lengths = (written,) if isinstance(written, int) else tuple(written)
            shapes = (tuple([n if n and n > 0 else 0 for n in lengths]),)
        return NodeEntry(str(self.nodes[i]["name"]), shapes=shapes, dtype=dtype, attrs=attrs)

    def _call(self, i: int, refs: list[Ref]) -> NodeEntry:
        name, op_name = str(self.nodes[i]["name"]), str(self.nodes[i]["op"])
        if self.numpy_like:
            op_name = UNDER_NUMPY.get(op_name, op_name)
        given = self._attributes(i)
        if op_name in CONTROL_FLOW or op_name == "Custom":
            return self._own_call(i, refs)
        _known(op_name, name)
        given, attrs = self._split(i, op_name, given, refs)
        op, operands, params = decoded(op_name, given, refs)
        found = definition(op)
        if op_name not in FROM_NUMBER:
            operands += self._missing_states(op, name, params, operands, attrs)
        outputs = found.count(params)
        shapes = self._known_shapes(i)
        return NodeEntry(name, op, tuple(operands), params, outputs, shapes, attrs=attrs)

    def _own_call(self, i: int, refs: list[Ref]) -> NodeEntry:
        """A call with a definition for itself."""
        node, attrs = self.nodes[i], {}
        params: dict[str, object] = {}
        op_name = str(node["op"])
        for key, value in self._attributes(i).items():
            if is_hidden(key):
                attrs[key] = value
            else:
                params[key] = value if op_name == "Custom" else value_of(value)
        if op_name == "Custom":
            own = custom(params)
            missing = own.inputs[len(refs) :]
            refs = refs + [Ref(NodeEntry(f"{node['name']}_{key}"), 0) for key in missing]
        else:
            graphs = [Graph(_Reader(graph).heads()) for graph in node["subgraphs"]]
            own = control_flow(op_name, params, len(refs), graphs)
        return NodeEntry(
            str(node["name"]), op_name, tuple(refs), params, len(own.outputs),
            self._known_shapes(i), attrs=hidden(attrs), own=own,
        )  # fmt: skip

    def _split(
        self, i: int, op_name: str, given: Mapping[str, str], refs: Sequence[Ref]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Parameters and attributes of a node; those of its inputs are moved there."""
        params, attrs = {}, {}
        own = None if op_name in FROM_NUMBER else definition(op_name)
        for key, value in given.items():
            if key in (REFLECTED, NUMBERS) or (own is not None and key in own.params):
                params[key] = value
                continue
            if is_hidden(key):
                attrs[key] = value
                continue
            place = next((k for k in HIDDEN if key.endswith(f"_{k}")), None)
            if place is not None:
                of = key.removesuffix(f"_{place}")
                for ref in refs:
                    if ref.entry.op is None and ref.entry.name.endswith(f"_{of}"):
                        ref.entry.attrs.setdefault(f"__{place}__", value)
                continue
            if own is not None and not (own.variadic and key == "num_args"):
                raise MXNetError(
                    f"load_json: node {self.nodes[i]['name']!r} calls {op_name} with {key!r}="
                    f"{value!r}, a parameter that does not exist here"
                )
            params[key] = value
        return params, hidden(attrs)

    def _missing_states(
        self,
        op: str,
        name: str,
        params: Params,
        operands: Sequence[object],
        attrs: Mapping[str, str],
    ) -> list[Ref]:
        """Variables for inputs that older versions do not write: auxiliary states."""
        found = definition(op)
        if found.variadic:
            return []
        taken = found.taken(params)
        names = list(zip(found.inputs, found.keywords, strict=True))[len(operands) :]
        return [
            Ref(NodeEntry(f"{name}_{key}", attrs={"__init__": found.initial[own], **attrs}), 0)
            for own, key in names
            if own in taken and own in found.auxiliary
        ]


def _known(op_name: str, name: str) -> None:
    """Refuse a node whose operator is not there."""
    if op_name in FROM_NUMBER:
        return
    try:
        definition(op_name)
    except MXNetError:
        raise MXNetError(
            f"load_json: node {name!r} calls operator {op_name!r}, which does not exist here"
            f"{did_you_mean(op_name, OPS)}"
        ) from None


def _dtype(written: str) -> DType | None:
    """A dtype of MXNet's number, or of its name; -1 is none."""
    numbers = {number: name for name, number in DTYPE_NUMBERS.items()}
    if written.lstrip("-").isdigit():
        known = numbers.get(int(written))
        return None if known is None else as_dtype(known, op="load_json")
    return as_dtype(written, op="load_json")
