"""The programs in `examples`, each for a few steps."""

import runpy
from pathlib import Path

import pytest

import ndgrad as mx

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name, *arguments):
    """What the ``main`` of an example returns."""
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"](arguments)


def test_linear_regression(capsys):
    assert run("linear_regression", "--epochs", "2") < 0.02
    assert "with Gluon, epoch 2" in capsys.readouterr().out


def test_matrix_factorisation():
    assert run("matrix_factorisation", "--epochs", "2") < run(
        "matrix_factorisation", "--epochs", "1"
    )


@pytest.mark.slow
def test_char_lstm(tmp_path, capsys):
    text = tmp_path / "text.txt"
    text.write_text("the quick brown fox jumps over the lazy dog. " * 30)
    arguments = ["--text", str(text), "--steps", "2", "--write", "5", "--epochs"]
    before, after = (run("char_lstm", *arguments, epochs) for epochs in ("1", "12"))
    assert after < 0.75 * before
    assert len(capsys.readouterr().out.splitlines()[-1]) >= 5


def test_lenet():
    pytest.importorskip("sklearn")
    assert run("lenet", "--epochs", "2") > 0.6


@pytest.mark.slow
def test_vae(capsys):
    pytest.importorskip("sklearn")
    assert run("vae", "--epochs", "1") < 45
    assert len(capsys.readouterr().out.splitlines()) == 9


@pytest.mark.slow
def test_fine_tuning(tmp_path):
    pytest.importorskip("sklearn")
    file = tmp_path / "digits.params"
    assert run("fine_tuning", "--epochs", "2", "--params", str(file)) > 0.6
    assert "features.0.weight" in mx.nd.load(str(file))
