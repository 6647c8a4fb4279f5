"""Networks that MXNet composed, saved and trained: loaded, inferred, evaluated, trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd, sym

HERE = Path(__file__).parent / "mxnet-1.9.1" / "symbols"
RECORDED: dict[str, Any] = json.loads((HERE / "symbols.json").read_text())
networks = pytest.mark.parametrize("name", RECORDED)


def text_of(name: str) -> str:
    return (HERE / f"{name}-symbol.json").read_text()


def arrays_of(name: str) -> dict[str, dict[str, nd.NDArray]]:
    """Parameters and states, and inputs among the parameters."""
    found: dict[str, dict[str, nd.NDArray]] = {"arg": {}, "aux": {}}
    for key, x in nd.load(str(HERE / f"{name}-0000.params")).items():
        kind, _, own = key.partition(":")
        found[kind][own] = x
    found["arg"] |= {key: nd.array(x) for key, x in RECORDED[name]["inputs"].items()}
    return found


def assert_close(found: Any, expected: Any) -> None:
    for x, y in zip(found, expected, strict=True):
        np.testing.assert_allclose(x.asnumpy(), np.array(y), rtol=2e-4, atol=2e-6)


@networks
def test_names_and_shapes(name: str) -> None:
    net, facts = sym.load_json(text_of(name)), RECORDED[name]
    assert net.list_arguments() == facts["arguments"]
    assert net.list_outputs() == facts["outputs"]
    assert net.list_auxiliary_states() == facts["states"]
    assert net.get_internals().list_outputs() == facts["internals"]
    found = net.infer_shape(**{key: tuple(shape) for key, shape in facts["shapes"].items()})
    assert [[list(shape) for shape in shapes] for shapes in found] == facts["inferred"]


@networks
def test_what_is_written_is_read_again(name: str) -> None:
    net = sym.load_json(text_of(name))
    again = sym.load_json(net.tojson())
    assert again.tojson() == net.tojson()
    written, own = json.loads(text_of(name)), json.loads(net.tojson())
    for theirs, ours in zip(written["nodes"], own["nodes"], strict=True):
        assert (theirs["op"], theirs["name"]) == (ours["op"], ours["name"])
        assert theirs["inputs"] == ours["inputs"]
    assert written["heads"] == own["heads"]


@networks
def test_predictions(name: str) -> None:
    net, arrays = sym.load_json(text_of(name)), arrays_of(name)
    assert_close(net.eval(**arrays["arg"], **arrays["aux"]), RECORDED[name]["predicted"])


@networks
def test_training(name: str) -> None:
    net, arrays, facts = sym.load_json(text_of(name)), arrays_of(name), RECORDED[name]
    grads = {k: nd.zeros(x.shape) for k, x in arrays["arg"].items() if k not in facts["inputs"]}
    executor = net.bind(mx.cpu(), arrays["arg"], grads, "write", arrays["aux"])
    several = len(facts["outputs"]) > 1
    for step in ("first", "second"):  # eager, and compiled
        assert_close(executor.forward(is_train=True), facts[step]["outputs"])
        executor.backward([nd.ones(y.shape) for y in executor.outputs] if several else None)
        assert_close(executor.aux_arrays, facts[step]["states"])
        gradients = facts[step]["gradients"]
        assert_close([executor.grad_dict[k] for k in gradients], gradients.values())
        for key in grads:
            executor.arg_dict[key][:] -= 0.1 * executor.grad_dict[key]


def older(name: str, version: str) -> str:
    """The layout of an older version: 0.8, 0.11 or 1.0."""
    graph = json.loads(text_of(name))
    kept: list[dict[str, Any]] = []
    place: dict[int, int] = {}
    states = set(RECORDED[name]["states"]) if version == "0.8" else set()
    for i, node in enumerate(graph["nodes"]):
        if node["name"] in states:
            continue
        place[i] = len(kept)
        attrs = node.pop("attrs", {})
        node["inputs"] = [
            [place[x[0]], x[1]] if version == "0.8" else [place[x[0]], *x[1:]]
            for x in node["inputs"]
            if x[0] in place
        ]
        if version == "0.8":
            node |= {"param": attrs if node["op"] != "null" else {}, "backward_source_id": -1}
            if node["op"] == "FullyConnected":
                node["attr"] = {"weight_lr_mult": "2", "ctx_group": "one"}
        else:
            node["attr" if version == "0.11" else "attrs"] = attrs
        kept.append(node)
    arguments = [i for i, node in enumerate(kept) if node["op"] == "null"]
    heads = [[place[x[0]], *x[1:]] for x in graph["heads"]]
    new: dict[str, Any] = {"nodes": kept, "arg_nodes": arguments, "heads": heads}
    if version != "0.8":
        new["attrs"] = {"mxnet_version": ["int", 1100 if version == "0.11" else 10000]}
        new["node_row_ptr"] = graph["node_row_ptr"]
    return json.dumps(new)


@pytest.mark.parametrize("version", ["0.8", "0.11", "1.0"])
@pytest.mark.parametrize("name", ["mlp", "lenet", "pieces"])
def test_older_layouts(name: str, version: str) -> None:
    net, facts = sym.load_json(older(name, version)), RECORDED[name]
    assert net.list_arguments() == facts["arguments"]
    assert net.list_auxiliary_states() == facts["states"]
    arrays = arrays_of(name)
    assert_close(net.eval(**arrays["arg"], **arrays["aux"]), facts["predicted"])


def test_multipliers_at_operators_are_moved_to_parameters() -> None:
    attrs = sym.load_json(older("mlp", "0.8")).attr_dict()
    assert attrs["fc1_weight"]["lr_mult"] == attrs["fc1_weight"]["__lr_mult__"] == "2"
    assert "lr_mult" not in attrs.get("fc1_bias", {})
    assert attrs["fc1"]["ctx_group"] == "one"


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(MXNetError, match=r"'fc1'.*'FullyUnconnected'"):
        sym.load_json(text_of("mlp").replace('"FullyConnected"', '"FullyUnconnected"'))
    with pytest.raises(MXNetError, match=r"'fc1'.*FullyConnected.*'num_heads'"):
        sym.load_json(text_of("mlp").replace('"num_hidden"', '"num_heads"'))


def test_shapes_and_dtypes_of_variables_are_kept() -> None:
    x = sym.var("x", shape=(2, 0), dtype="float64", lr_mult=3)
    again = sym.load_json((x * 2).tojson())
    assert again.infer_shape_partial() == ([(2, 0)], [(2, 0)], [])
    assert again.infer_type()[0] == [np.float64]
    assert again.attr_dict()["x"]["lr_mult"] == "3"
