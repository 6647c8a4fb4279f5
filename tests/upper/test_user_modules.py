"""Modules, executors and stores that programs drive by themselves, as recorded from MXNet."""

import json

import pytest
from record_module import mlp, numbers
from record_user_modules import PROGRAMS
from recording import FOLDER
from test_module import flat

import ndgrad as mx
from ndgrad import _mxnet, nd

RECORDS = json.loads((FOLDER / "user_modules.json").read_text())


@pytest.mark.filterwarnings("ignore:Data provided by label_shapes:UserWarning")
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_give_what_mxnet_gives(program):
    # What is imported under a path of MXNet can be read as an attribute too.
    for path in ("executor_manager", "model", "module.base_module", "module.executor_group"):
        _mxnet.module(path)
    got, expected = flat(PROGRAMS[program](mx)), flat(RECORDS[program])
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a == b if isinstance(b, str) else a == pytest.approx(b, rel=2e-5, abs=2e-5)


def test_what_executor_managers_refuse():
    manager = _mxnet.module("executor_manager")
    data = mx.io.NDArrayIter(numbers((4, 4), 0), nd.zeros(4), batch_size=4)
    symbol = mlp(mx)
    names = symbol.list_arguments(), symbol.list_arguments()[1:-1], []
    with pytest.raises(AssertionError, match="2 numbers for 1 devices"):
        manager.DataParallelExecutorManager(symbol, [mx.cpu()], data, *names, [1, 1])
    executors = manager.DataParallelExecutorManager(symbol, [mx.cpu()], data, *names)
    with pytest.raises(AssertionError, match="Expected 4, got 3"):
        executors.load_data_batch(mx.io.DataBatch([nd.ones((3, 4))], [nd.ones(3)]))
    twice = mx.sym.var("a") + mx.sym.var("b") * mx.sym.var("a")
    with pytest.raises(ValueError, match='duplicated argument name "a"'):
        manager._check_arguments(twice)


def test_what_stores_and_names_refuse(monkeypatch):
    create = _mxnet.module("model")._create_kvstore
    assert create("local", 1, {}) == (None, False)
    assert create(None, 2, {}) == (None, False)
    monkeypatch.setenv("MXNET_UPDATE_ON_KVSTORE", "0")
    assert create("device", 2, {"x": nd.ones(2)})[1] is False
    with pytest.raises(TypeError, match="kvstore must be KVStore, str or None, got int"):
        create(3, 2, {})
    base = _mxnet.module("module.base_module")
    with pytest.raises(ValueError, match="Data provided by data_shapes"):
        base._parse_data_desc(["data"], [], [("x", (1, 2))], None)
    with pytest.warns(UserWarning, match="Data provided by label_shapes"):
        _, labels = base._parse_data_desc(["data"], ["y"], [("data", (1, 2))], None)
    assert labels is None
    with pytest.warns(UserWarning, match="label_names"):
        base._check_input_names(mlp(mx), ["wrong"], "label", False)
