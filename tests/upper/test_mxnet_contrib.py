"""`mx.contrib.text`, `mx.contrib.autograd` and `mx.contrib.tensorboard`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.contrib.text import embedding, utils
from ndgrad.contrib.text.vocab import Vocabulary

COUNTS = Counter(a=1, b=2, c=3, d=2)


# --- vocabularies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "tokens"),
    [
        ({}, ["<unk>", "c", "b", "d", "a"]),
        ({"most_freq_count": 2}, ["<unk>", "c", "b"]),
        ({"most_freq_count": -1}, ["<unk>", "c", "b", "d", "a"]),
        ({"min_freq": 2}, ["<unk>", "c", "b", "d"]),
        ({"unknown_token": "?"}, ["?", "c", "b", "d", "a"]),
        ({"reserved_tokens": ["<pad>", "b"]}, ["<unk>", "<pad>", "b", "c", "d", "a"]),
    ],
)
def test_order_of_tokens(arguments: dict[str, Any], tokens: list[str]) -> None:
    vocabulary = Vocabulary(COUNTS, **arguments)
    assert vocabulary.idx_to_token == tokens  # as MXNet orders them
    assert vocabulary.token_to_idx == {token: i for i, token in enumerate(tokens)}
    assert len(vocabulary) == len(tokens)


def test_tokens_and_indices() -> None:
    vocabulary = Vocabulary(COUNTS, reserved_tokens=["<pad>"])
    assert vocabulary.to_indices("c") == 2
    assert vocabulary.to_indices(["c", "other"]) == [2, 0]
    assert vocabulary.to_tokens(2) == "c"
    assert vocabulary.to_tokens([0, 1]) == ["<unk>", "<pad>"]
    assert (vocabulary.unknown_token, vocabulary.reserved_tokens) == ("<unk>", ["<pad>"])
    for wrong in (99, -1, "a", [1.5]):
        with pytest.raises(ValueError, match=r"Token index .* is invalid"):
            vocabulary.to_tokens(wrong)
    assert Vocabulary().idx_to_token == ["<unk>"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"counter": ["a"]},
        {"min_freq": 0},
        {"reserved_tokens": ["<unk>"]},
        {"reserved_tokens": ["x", "x"]},
    ],
    ids=str,
)
def test_wrong_vocabularies(arguments: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match=r"`(counter|min_freq|reserved_tokens?)`"):
        Vocabulary(**arguments)


def test_count_tokens() -> None:
    text = " Life is great ! \n life is good . \n"
    counts = utils.count_tokens_from_str(text, to_lower=True)
    assert counts == Counter({"life": 2, "is": 2, "great": 1, "!": 1, "good": 1, ".": 1})
    assert utils.count_tokens_from_str("a;b|a", ";", r"\|") == Counter(a=2, b=1)
    before = Counter(a=3)
    assert utils.count_tokens_from_str("a", counter_to_update=before) is before
    assert before == Counter(a=4)


# --- embeddings -----------------------------------------------------------------------------------


@pytest.fixture
def custom(tmp_path: Path) -> embedding.CustomEmbedding:
    path = tmp_path / "vectors.txt"
    path.write_text("2 2\na 1 2\nb 3 4\na 9 9\n<unk> 7 7\n")
    with pytest.warns(UserWarning, match="line [14] is skipped"):
        return embedding.CustomEmbedding(str(path))


def values(x: nd.NDArray) -> Any:
    return x.asnumpy().tolist()


def test_vectors(custom: embedding.CustomEmbedding, tmp_path: Path) -> None:
    assert custom.idx_to_token == ["<unk>", "a", "b"]
    assert values(custom.idx_to_vec) == [[7, 7], [1, 2], [3, 4]]
    assert custom.vec_len == 2
    assert values(custom.get_vecs_by_tokens("b")) == [3, 4]
    assert values(custom.get_vecs_by_tokens(["A", "x"])) == [[7, 7], [7, 7]]
    assert values(custom.get_vecs_by_tokens(["A"], lower_case_backup=True)) == [[1, 2]]
    with pytest.raises(ValueError, match=r"must be a valid path.*nosuch"):
        embedding.CustomEmbedding(str(tmp_path / "nosuch"))
    (tmp_path / "odd.txt").write_text("a 1 2\nb 1 2 3\n")
    with pytest.raises(AssertionError, match="line 2: the vector of b has length 3"):
        embedding.CustomEmbedding(str(tmp_path / "odd.txt"))
    (tmp_path / "odd.txt").write_text("a 1 2\nb\n")
    with pytest.raises(AssertionError, match="line 2: 'b' has no vector"):
        embedding.CustomEmbedding(str(tmp_path / "odd.txt"))


def test_update_vectors(custom: embedding.CustomEmbedding) -> None:
    custom.update_token_vectors("a", nd.array([5, 6]))
    custom.update_token_vectors(["b", "<unk>"], nd.array([[8, 9], [0, 1]]))
    assert values(custom.idx_to_vec) == [[0, 1], [5, 6], [8, 9]]
    with pytest.raises(ValueError, match="Token x is unknown"):
        custom.update_token_vectors("x", nd.array([5, 6]))
    with pytest.raises(AssertionError, match=r"got \(3,\), expected \(1, 2\)"):
        custom.update_token_vectors("a", nd.array([5, 6, 7]))


def test_embeddings_of_a_vocabulary(custom: embedding.CustomEmbedding, tmp_path: Path) -> None:
    vocabulary = Vocabulary(Counter("ba"), reserved_tokens=["<pad>"])
    both = embedding.CompositeEmbedding(vocabulary, [custom, custom])
    assert both.idx_to_token == ["<unk>", "<pad>", "a", "b"]
    assert values(both.get_vecs_by_tokens("b")) == [3, 4, 3, 4]
    assert both.idx_to_vec.shape == (4, 4)
    (tmp_path / "few.txt").write_text("b 3 4\n")
    few = embedding.CustomEmbedding(
        tmp_path / "few.txt", vocabulary=vocabulary, init_unknown_vec=nd.ones
    )
    assert values(few.idx_to_vec) == [[1, 1], [1, 1], [1, 1], [3, 4]]


def test_pretrained_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    with pytest.raises(KeyError, match=r"Cannot find pretrained file x\.txt for .* glove"):
        embedding.create("glove", pretrained_file_name="x.txt")
    (tmp_path / "embeddings" / "glove").mkdir(parents=True)
    (tmp_path / "embeddings" / "glove" / "x.txt").write_text("a 1 2\n")
    assert values(embedding.create("glove", pretrained_file_name="x.txt").idx_to_vec) == [
        [0, 0],
        [1, 2],
    ]
    assert embedding.get_pretrained_file_names() == {"glove": ["x.txt"], "fasttext": []}
    assert embedding.get_pretrained_file_names("glove") == ["x.txt"]
    with pytest.raises(KeyError, match="Cannot find `embedding_name` nosuch"):
        embedding.get_pretrained_file_names("nosuch")


# --- the first interface to gradients -------------------------------------------------------------


def test_grad_and_loss() -> None:
    first = mx.contrib.autograd
    x = nd.array([1, 2])
    gradients, loss = first.grad_and_loss(lambda x, y: x * x * y)(x, 1 * x)
    assert [values(g) for g in gradients] == [[2, 8], [1, 4]]
    assert values(loss) == [1, 8]
    assert values(first.grad(lambda x, y: x * y, argnum=1)(x, 3 * x)[0]) == [1, 2]
    with pytest.raises(AssertionError, match="type of autograd input should NDArray"):
        first.grad(lambda x: x)(np.ones(2))


def test_sections() -> None:
    first, x, gradient = mx.contrib.autograd, nd.array([1, 2]), nd.zeros(2)
    first.mark_variables([x], [gradient])
    with first.train_section():
        y = x * x
        with first.test_section():
            assert (mx.autograd.is_recording(), mx.autograd.is_training()) == (False, False)
    first.backward([y])
    assert values(gradient) == [2, 4]
    with pytest.raises(AssertionError, match="outputs must be a list"):
        first.backward(y)
    assert first.set_is_training(True) is False
    assert mx.autograd.is_recording()
    assert first.set_is_training(False) is True


def test_aliases() -> None:
    assert mx.contrib.nd is mx.contrib.ndarray is nd.contrib


def test_data_loader_iter() -> None:
    pairs = mx.gluon.data.ArrayDataset(nd.arange(10).reshape((5, 2)), nd.arange(5))
    batches = mx.contrib.io.DataLoaderIter(mx.gluon.data.DataLoader(pairs, 2), dtype="float64")
    assert batches.batch_size == 2
    assert batches.provide_data[0].shape == (2, 2)
    assert batches.provide_label[0].name == "softmax_label"
    for _ in range(2):
        found = list(batches)
        assert [values(b.data[0])[0] for b in found] == [[0, 1], [4, 5], [8, 9]]
        assert [values(b.label[0]) for b in found] == [[0, 1], [2, 3], [4, 0]]
        assert [b.pad for b in found] == [0, 0, 1]
        assert found[0].data[0].dtype == np.float64
        batches.reset()


# --- files of TensorBoard -------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "name"), [(None, "accuracy"), ("eval", "eval-accuracy")])
def test_metrics_are_written_under_the_number_of_the_epoch(
    prefix: str | None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, float, int]] = []

    class SummaryWriter:
        def __init__(self, logdir: str) -> None:
            assert logdir == "logs"

        def add_scalar(self, tag: str, value: float, global_step: int) -> None:
            written.append((tag, value, global_step))

    mxboard = ModuleType("mxboard")
    mxboard.SummaryWriter = SummaryWriter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mxboard", mxboard)
    log = mx.contrib.tensorboard.LogMetricsCallback("logs", prefix)
    metric = mx.metric.Accuracy()
    metric.update([nd.array([0, 1])], [nd.array([[1, 0], [1, 0]])])
    log(mx.model.BatchEndParam(3, 1, metric, {}))
    log(mx.model.BatchEndParam(4, 1, None, {}))
    assert written == [(name, 0.5, 3)]


def test_metrics_cannot_be_written_without_mxboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mxboard", None)
    with pytest.raises(ImportError, match="pip install mxboard"):
        mx.contrib.tensorboard.LogMetricsCallback("logs")
