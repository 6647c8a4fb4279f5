"""Train an LSTM to predict the next character of a text, and let it write.

By default the text is this program. Rows of it run side by side in a batch; at the end of a chunk
the states of the LSTM go on to the next chunk, without the record of how they came about.

    python examples/char_lstm.py --epochs 40 --seed 0
    python examples/char_lstm.py --text book.txt --epochs 10
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn, rnn
from ndgrad.nd import NDArray

HIDDEN = 128
LAYERS = 2
BATCH = 16
STEPS = 35
LEARNING_RATE = 5e-3
LARGEST_NORM = 5.0


class CharacterModel(gluon.HybridBlock):
    """From numbers of characters to the scores of what comes next."""

    def __init__(self, characters: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.embedding = nn.Embedding(characters, 32)
            self.lstm = rnn.LSTM(HIDDEN, LAYERS, dropout=0.2)
            self.scores = nn.Dense(characters, flatten=False)

    def hybrid_forward(
        self, F: Any, characters: NDArray, states: list[NDArray]
    ) -> tuple[NDArray, list[NDArray]]:
        output, states = self.lstm(self.embedding(characters), states)
        return self.scores(output), states

    def begin_state(self, batch_size: int) -> list[NDArray]:
        return self.lstm.begin_state(batch_size)


def chunks(text: np.ndarray) -> Iterator[tuple[NDArray, NDArray]]:
    """Characters and those that follow them, of shape (steps, batch)."""
    length = (len(text) - 1) // BATCH
    rows = [text[shift : shift + BATCH * length].reshape(BATCH, length).T for shift in (0, 1)]
    for start in range(0, length - STEPS + 1, STEPS):
        here, following = (nd.array(row[start : start + STEPS]) for row in rows)
        yield here, following


def write(net: CharacterModel, known: str, start: str, count: int) -> str:
    """Let the network go on after *start*; each character is drawn by its probability."""
    states, written = net.begin_state(1), start
    for character in start[:-1]:
        _, states = net(nd.array([[known.index(character)]]), states)
    for _ in range(count):
        scores, states = net(nd.array([[known.index(written[-1])]]), states)
        drawn = nd.random.multinomial(nd.softmax(scores[0, 0] * 1.3))
        written += known[int(drawn.asscalar())]
    return written


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, print; return the last perplexity."""
    parser = argparse.ArgumentParser(
        description="Train a character model.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--text", type=Path, default=Path(__file__), help="the file to learn")
    parser.add_argument("--epochs", type=int, default=40, help="passes over the text")
    parser.add_argument("--steps", type=int, help="end an epoch after this many batches")
    parser.add_argument("--write", type=int, default=300, help="characters to write at the end")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and of what is drawn")
    options = parser.parse_args(arguments)
    mx.random.seed(options.seed)

    text = options.text.read_text(encoding="utf-8")
    known = "".join(sorted({*text}))
    numbers = np.array([known.index(character) for character in text], dtype=np.float32)
    net = CharacterModel(len(known))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": LEARNING_RATE})

    perplexity = float("inf")
    for epoch in range(options.epochs):
        states, total, count = net.begin_state(BATCH), 0.0, 0
        for here, following in chunks(numbers):
            states = [state.detach() for state in states]
            with autograd.record():
                scores, states = net(here, states)
                loss = cross_entropy(scores.reshape((-1, len(known))), following.reshape((-1,)))
            loss.backward()
            gradients = [p.grad() for p in net.collect_params().values()]
            gluon.utils.clip_global_norm(gradients, LARGEST_NORM * BATCH * STEPS)
            trainer.step(BATCH * STEPS)
            total, count = total + loss.mean().asscalar(), count + 1
            if count == options.steps:
                break
        perplexity = float(np.exp(total / count))
        print(f"epoch {epoch + 1}: perplexity {perplexity:.2f}")
    print(write(net, known, text[:20], options.write))
    return perplexity


if __name__ == "__main__":
    main()
