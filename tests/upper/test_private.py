"""Names that are private in MXNet, but imported by libraries."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import ndgrad as mx
from ndgrad import _mxnet, _private, nd


def test_found_under_mxnets_paths() -> None:
    for full in ("base.NDArrayHandle", "gluon.nn.conv_layers._Conv", "metric.ndarray"):
        path, _, name = full.rpartition(".")
        there, _, own = _mxnet.NAMES[full].rpartition(".")
        wanted = importlib.import_module(f"ndgrad.{there or own}")
        found = getattr(_mxnet.module(path), name)
        assert found is (getattr(wanted, own) if there else wanted)


def test_all_have_a_place() -> None:
    targets = {target for target in _mxnet.NAMES.values() if target.startswith("_private.")}
    assert targets == {f"_private.{name}" for name in _private.__all__}


def test_flatten_and_regroup() -> None:
    x, y = nd.ones(1), nd.ones(2)
    given = [x, [y, [x]], None]
    flat, form = _private.flatten(given, "input")
    assert form == [0, [0, [0]], -1]
    assert [*map(id, flat)] == [id(x), id(y), id(x), id(None)]
    again, rest = _private.regroup([*flat, y], form)
    assert again[0] is x
    assert again[1][1][0] is x
    assert again[2] is None
    assert rest[0] is y
    assert _private.flatten(x, "input") == ([x], 0)
    assert _private.as_list(x) == [x]
    assert _private.as_list((3,)) == (3,)
    with pytest.raises(ValueError, match=r"output must be \(nested\) list"):
        _private.flatten([3], "output")


def test_weights_of_losses() -> None:
    x = _private.apply_weighting(nd, nd.ones((2, 1)), 3.0, nd.array([[1], [2]]))
    assert x.asnumpy().tolist() == [[3], [6]]
    assert _private.apply_weighting(nd, x) is x
    assert _private.reshape_like(nd, x, nd.ones(2)).shape == (2,)


def test_arrays_of_iterators() -> None:
    x = nd.ones(2)
    init_data = _mxnet.module("io")._init_data
    assert init_data([x, x], False, "a") == [("_0_a", x), ("_1_a", x)]
    assert init_data(None, True, "a") == []
    with pytest.raises(AssertionError, match="a is None"):
        init_data(None, False, "a")


def test_batches() -> None:
    x = nd.ones(1)
    moved = _private.as_in_context([x, [x, 3]], mx.cpu(1))
    assert (moved[0].context, moved[1][1]) == (mx.cpu(1), 3)
    with pytest.raises(NotImplementedError, match="_MultiWorkerIter"):
        _private.MultiWorkerIter(None)


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_GLUON_REPO", "https://there")
    assert _private.get_repo_file_url("gluon/dataset", "x") == "https://there/gluon/dataset/x"
    monkeypatch.delenv("MXNET_GLUON_REPO")
    assert _private.get_repo_url().endswith("amazonaws.com/")
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    _private.replace_file(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_text() == "1"


def test_graph_of_a_block() -> None:
    net = mx.gluon.nn.Dense(2, in_units=3, prefix="a_")
    net.initialize()
    net.hybridize()
    assert net._cached_graph == ()
    net(nd.ones((1, 3)))
    inputs, outputs = net._cached_graph
    assert [x.name for x in inputs] == ["data"]
    assert outputs.list_arguments() == ["data", "a_weight", "a_bias"]
