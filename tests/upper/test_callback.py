"""Callbacks, as recorded from MXNet, and checkpoints without a symbol."""

import json

import pytest
from record_callback import PROGRAMS, RECORDED, lines

import ndgrad as mx
from ndgrad import MXNetError, nd

RECORDS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_logged_is_what_mxnet_logs(program):
    assert lines(mx, program) == RECORDS[program]


def test_checkpoints_every_second_epoch(tmp_path):
    prefix = str(tmp_path / "m")
    save = mx.callback.do_checkpoint(prefix, 2)
    for epoch in range(4):
        save(epoch, None, {"w": nd.array([epoch])}, {"mean": nd.array([2.5])})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m-0002.params", "m-0004.params"]
    args, auxs = mx.model.load_params(prefix, 4)
    assert {name: x.asscalar() for name, x in args.items()} == {"w": 3.0}
    assert {name: x.asscalar() for name, x in auxs.items()} == {"mean": 2.5}


def test_module_checkpoint_calls_the_module():
    class Saved:
        def save_checkpoint(self, *args):
            calls.append(args)

    calls = []
    save = mx.callback.module_checkpoint(Saved(), "p", period=3, save_optimizer_states=True)
    for epoch in range(6):
        save(epoch)
    assert calls == [("p", 3, True), ("p", 6, True)]


def test_files_that_are_no_checkpoint(tmp_path):
    prefix = str(tmp_path / "m")
    nd.save(f"{prefix}-0001.params", [nd.zeros(1)])
    nd.save(f"{prefix}-0002.params", {"w": nd.zeros(1)})
    with pytest.raises(MXNetError, match="holds a list of arrays; expected names, arg:<name>"):
        mx.model.load_params(prefix, 1)
    with pytest.raises(MXNetError, match="array named 'w'; expected arg:<name> or aux:<name>"):
        mx.model.load_params(prefix, 2)
    with pytest.raises(MXNetError, match="m-0003"):
        mx.model.load_params(prefix, 3)
