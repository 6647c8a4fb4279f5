"""Small modules under MXNet's names: `util`, `libinfo`, `log`, `runtime`, `engine`."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

import ndgrad as mx


def test_switch_for_shapes() -> None:
    assert not mx.is_np_shape()
    assert mx.util.use_np_shape(mx.is_np_shape)()

    @mx.use_np_shape
    class Model:
        def active(self) -> bool:
            return mx.is_np_shape()

    assert Model().active()
    mx.util.set_np(array=False)
    assert mx.is_np_shape()
    mx.util.reset_np()
    assert not mx.is_np_shape()


def test_lengths_that_are_not_known_are_minus_one_where_arrays_may_be_empty() -> None:
    net = mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=3, name="fc")
    with mx.util.np_shape(True):
        assert net.infer_shape_partial(x=(-1, 5))[:2] == ([(-1, 5), (3, 5), (3,)], [(-1, 3)])
        assert net.infer_shape(x=(0, 5))[1] == [(0, 3)]
        assert net.infer_shape_partial() == ([None] * 3, [None], [])
        with pytest.warns(UserWarning, match="Cannot decide shape"):
            assert net.infer_shape(x=(-1, 5)) == (None, None, None)
    assert net.infer_shape_partial(x=(-1, 5))[1] == [(0, 3)]


def test_switch_for_arrays() -> None:
    assert mx.is_np_array() is mx.util.is_np_array() is False
    with mx.np_array():
        assert mx.is_np_array()
    assert mx.use_np(lambda: (mx.is_np_array(), mx.is_np_shape()))() == (True, True)
    mx.npx.set_np()
    try:
        assert mx.util.is_np_array()
        with mx.np_array(False):
            assert not mx.is_np_array()
    finally:
        mx.npx.reset_np()
    assert not mx.is_np_array()
    assert not mx.is_np_shape()
    with pytest.raises(ValueError, match="NumPy Shape semantics is required"):
        mx.util.set_np(shape=False)


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NDGRAD_TEST", "1")
    assert mx.util.getenv("NDGRAD_TEST") == "1"
    mx.util.setenv("NDGRAD_TEST", None)
    assert mx.util.getenv("NDGRAD_TEST") is None
    mx.util.setenv("NDGRAD_TEST", "2")
    assert mx.util.getenv("NDGRAD_TEST") == "2"


def test_others() -> None:
    assert mx.util.get_gpu_count() == mx.num_gpus()
    assert mx.util.set_module("mxnet.there")(lambda: 1).__module__ == "mxnet.there"
    assert mx.error.InternalError is mx.base.InternalError


def test_libinfo() -> None:
    assert mx.libinfo.__version__ == "1.9.1"
    for function in (mx.libinfo.find_lib_path, mx.libinfo.find_include_path):
        with pytest.raises(RuntimeError, match="kernels are Python"):
            function()


def test_features() -> None:
    features = mx.runtime.Features()
    assert features.is_enabled("lapack")
    assert not features.is_enabled("CUDNN")
    assert str(features["LAPACK"]) == "✔ LAPACK"
    assert "✖ CUDNN" in str(features)
    assert [f.name for f in mx.runtime.feature_list()] == list(features)
    with pytest.raises(RuntimeError, match="Feature 'X' is unknown, known features are"):
        features.is_enabled("x")


def test_bulk() -> None:
    before = mx.engine.set_bulk_size(7)
    with mx.engine.bulk(3):
        assert mx.engine.set_bulk_size(4) == 3
    assert mx.engine.set_bulk_size(before) == 7


def test_loggers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log"
    logger = mx.log.get_logger("ndgrad-a", filename=str(path), level=mx.log.INFO)
    logger.debug("no")
    logger.info("to a file %d", 1)
    assert path.read_text() == "to a file 1\n"
    assert mx.log.get_logger("ndgrad-a") is logger
    assert len(logger.handlers) == 1
    logger = mx.log.get_logger("ndgrad-b")
    logger.warning("to the screen")
    form = r"W\d{4} \d\d:\d\d:\d\d \d+ \S*test_util.py:test_loggers:\d+\] to the screen\n"
    assert re.fullmatch(form, capsys.readouterr().err)
    assert mx.log.get_logger() is logging.getLogger()
    with pytest.warns(DeprecationWarning, match="Use get_logger instead"):
        assert mx.log.getLogger("ndgrad-b") is logger
    for name in ("ndgrad-a", "ndgrad-b"):
        for handler in [*logging.getLogger(name).handlers]:
            handler.close()
            logging.getLogger(name).removeHandler(handler)
