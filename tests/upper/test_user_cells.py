"""Cells, layers and datasets that import private functions of Gluon, as recorded from MXNet."""

import json
import sys

import pytest
from record_user_cells import PROGRAMS, WORDS
from recording import FOLDER
from test_module import flat

import ndgrad as mx
from ndgrad import MXNetError, _mxnet

RECORDS = json.loads((FOLDER / "user_cells.json").read_text())


@pytest.fixture
def package(monkeypatch):
    """The name under which modules of MXNet are imported."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    mx.install_as_mxnet()
    yield "mxnet"
    for name in [name for name in sys.modules if name.partition(".")[0] == "mxnet"]:
        del sys.modules[name]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_give_what_mxnet_gives(program, package, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got, expected = flat(PROGRAMS[program](mx, package)), flat(RECORDS[program])
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a == b if isinstance(b, str) else a == pytest.approx(b, rel=2e-5, abs=2e-5)


def test_what_is_no_sequence():
    format_sequence = _mxnet.module("gluon.rnn.rnn_cell")._format_sequence
    with pytest.raises(AssertionError, match="deprecated"):
        format_sequence(3, None, "NTC", True)
    with pytest.raises(AssertionError, match="2 steps, expected length=3"):
        format_sequence(3, mx.nd.ones((1, 2, 1)), "NTC", False)


def test_texts_that_are_too_short(tmp_path):
    text = _mxnet.module("gluon.contrib.data.text")
    (tmp_path / "wiki.test.tokens").write_text(WORDS)
    with pytest.raises(MXNetError, match="seq_len=99 needs 100"):
        text.WikiText2(str(tmp_path), "test", seq_len=99)
    with pytest.raises(MXNetError, match="segment='valid'"):
        text.WikiText2(str(tmp_path), "valid")
