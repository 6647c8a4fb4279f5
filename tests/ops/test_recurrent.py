"""Recurrent networks against loops over steps, layers and directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels.cpu import columns

STEPS, BATCH, INPUTS, UNITS = 4, 3, 2, 3
GATES = {"rnn_relu": 1, "rnn_tanh": 1, "gru": 3, "lstm": 4}


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def step(mode: str, x: Any, h: Any, c: Any, own: dict[str, Any], clip: Any) -> tuple[Any, Any]:
    a, b = own["i2h"] @ x + own["i2h_bias"], own["h2h"] @ h + own["h2h_bias"]
    if mode == "rnn_tanh":
        return np.tanh(a + b), c
    if mode == "rnn_relu":
        return np.maximum(a + b, 0), c
    if mode == "gru":
        (ar, az, an), (br, bz, bn) = np.split(a, 3), np.split(b, 3)
        r, z = sigmoid(ar + br), sigmoid(az + bz)
        return (1 - z) * np.tanh(an + r * bn) + z * h, c
    i, f, n, o = np.split(a + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(n)
    if clip is not None:
        c = np.clip(c, *clip)
    h = sigmoid(o) * np.tanh(c)
    return (own["h2r"] @ h if "h2r" in own else h), c


def parts(packed: Any, mode: str, layers: int, directions: int, projection: int | None) -> Any:
    """The matrices of each layer and direction, from the flat parameters; all have to be used."""
    width, size, at = GATES[mode] * UNITS, projection or UNITS, 0
    found: list[dict[str, Any]] = [{} for _ in range(layers * directions)]

    def take(own: dict[str, Any], name: str, *shape: int) -> None:
        nonlocal at
        own[name] = packed[at : at + np.prod(shape)].reshape(shape)
        at += np.prod(shape)

    for number, own in enumerate(found):
        take(own, "i2h", width, INPUTS if number < directions else size * directions)
        take(own, "h2h", width, size)
        if projection:
            take(own, "h2r", projection, UNITS)
    for own in found:
        take(own, "i2h_bias", width)
        take(own, "h2h_bias", width)
    assert at == packed.size
    return found


def network(
    x: Any, packed: Any, h0: Any, c0: Any, mode: str, layers: int, directions: int,
    projection: int | None, clip: Any, lengths: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    size = projection or UNITS
    own, last_h, last_c = parts(packed, mode, layers, directions, projection), h0.copy(), c0.copy()
    for layer in range(layers):
        y = np.zeros((STEPS, BATCH, directions * size))
        for direction in range(directions):
            at = layer * directions + direction
            for row in range(BATCH):
                h, c, places = h0[at, row], c0[at, row], range(lengths[row])
                for t in reversed(places) if direction else places:
                    h, c = step(mode, x[t, row], h, c, own[at], clip)
                    y[t, row, direction * size : (direction + 1) * size] = h
                last_h[at, row], last_c[at, row] = h, c
        x = y
    return x, last_h, last_c


def count(mode: str, layers: int, directions: int, projection: int | None) -> int:
    width, size = GATES[mode] * UNITS, projection or UNITS
    columns = [INPUTS] + [size * directions] * (layers - 1)
    each = [width * (n + size + 2) + (projection or 0) * UNITS for n in columns]
    return sum(each) * directions


CASES = {
    "relu": ("rnn_relu", 1, 1, {}),
    "tanh": ("rnn_tanh", 2, 2, {}),
    "gru": ("gru", 2, 2, {}),
    "gru-lengths": ("gru", 1, 2, {"lengths": [4, 1, 2]}),
    "lstm": ("lstm", 2, 2, {}),
    "lstm-lengths": ("lstm", 2, 2, {"lengths": [2, 4, 3]}),
    "lstm-projection": ("lstm", 2, 1, {"projection": 2}),
    "lstm-clip": ("lstm", 1, 1, {"clip": (-0.2, 0.3)}),
}


@pytest.mark.parametrize("name", CASES)
def test_against_loops(name: str) -> None:
    mode, layers, directions, options = CASES[name]
    projection, clip = options.get("projection"), options.get("clip")
    lengths = options.get("lengths")
    x = normal(STEPS, BATCH, INPUTS)
    packed = normal(count(mode, layers, directions, projection), seed=1) * 0.5
    h = normal(layers * directions, BATCH, projection or UNITS, seed=2)
    c = normal(layers * directions, BATCH, UNITS, seed=3)
    facts: dict[str, Any] = {"projection_size": projection}
    if clip:
        facts |= {"lstm_state_clip_min": clip[0], "lstm_state_clip_max": clip[1]}
    if lengths:
        facts |= {"sequence_length": nd.array(lengths), "use_sequence_length": True}
    given = [x, packed, h, c] if mode == "lstm" else [x, packed, h]
    arrays = [nd.array(a, dtype="float64") for a in given]
    results = nd.RNN(
        *arrays, state_size=UNITS, num_layers=layers, bidirectional=directions == 2, mode=mode,
        state_outputs=True, **facts,
    )  # fmt: skip
    expected = network(
        x, packed, h, c, mode, layers, directions, projection, clip, lengths or [STEPS] * BATCH
    )
    for result, value in zip(results, expected, strict=False):
        np.testing.assert_allclose(result.asnumpy(), value, rtol=1e-12, atol=1e-12)
    assert len(results) == (3 if mode == "lstm" else 2)


def test_a_clipped_nan_is_the_lower_end() -> None:
    x, packed = nd.array([[[np.nan]]]), nd.ones(16)
    zero = nd.zeros((1, 1, 1))
    clip = {"lstm_state_clip_min": -0.5, "lstm_state_clip_max": 0.5, "state_outputs": True}
    facts = {"state_size": 1, "num_layers": 1, "mode": "lstm", **clip}
    *_, kept = nd.RNN(x, packed, zero, zero, **facts)
    *_, clipped = nd.RNN(x, packed, zero, zero, lstm_state_clip_nan=True, **facts)
    assert np.isnan(kept.asscalar())
    assert clipped.asscalar() == -0.5


def test_dropout_between_layers() -> None:
    x, packed = nd.ones((2, 1, 2)), nd.ones(2 * 12)
    facts = {"state_size": 2, "num_layers": 2, "mode": "rnn_tanh"}
    plain = nd.RNN(x, packed, nd.zeros((2, 1, 2)), **facts).asnumpy()
    with autograd.record(train_mode=False):
        assert (nd.RNN(x, packed, nd.zeros((2, 1, 2)), p=1.0, **facts).asnumpy() == plain).all()
    with autograd.record():
        dropped = nd.RNN(x, packed, nd.zeros((2, 1, 2)), p=1.0, **facts).asnumpy()
    assert (dropped != plain).any()


FACTS = {"state_size": 2, "num_layers": 1, "mode": "lstm"}
WRONG = {
    "data": ({"data": nd.ones((3, 2))}, r"RNN: argument data has shape \[3,2\]"),
    "no steps": ({"data": nd.ones((0, 1, 1))}, "RNN: argument data has shape"),
    "parameters": ({"parameters": nd.ones(39)}, r"parameters.*\[39\].*\[40\]"),
    "state": ({"state": nd.ones((2, 1, 2))}, r"argument state: .*\[2,1,2\].*\[1,1,2\]"),
    "cell": ({"state_cell": nd.ones((1, 1, 3))}, r"state_cell: .*\[1,1,3\].*\[1,1,2\]"),
    "no cell": ({"state_cell": None}, "state_cell is missing"),
    "mode": ({"mode": "lsd"}, "lsd"),
    "layers": ({"num_layers": 0}, "num_layers=0"),
    "size": ({"state_size": -1}, "state_size=-1"),
    "p": ({"p": 1.5}, "1.5 for Parameter p"),
    "projection": ({"mode": "gru", "projection_size": 1}, "projection_size is for mode 'lstm'"),
    "lengths": ({"use_sequence_length": True}, "argument sequence_length has shape None"),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_what_is_wrong(name: str) -> None:
    changed, message = WRONG[name]
    good = {"data": nd.ones((3, 1, 2)), "parameters": nd.ones(48), "state": nd.ones((1, 1, 2))}
    if name == "parameters":
        good["data"] = nd.ones((3, 1, 1))
    given = {**good, "state_cell": nd.ones((1, 1, 2)), **FACTS, **changed}
    with pytest.raises(mx.MXNetError, match=message):
        nd.RNN(**given)


@pytest.mark.parametrize("wrong", ["i2h_weight", "h2h_weight", "i2h_bias", "state", "state_cell"])
def test_a_layer_refuses_shapes_that_do_not_fit(wrong: str) -> None:
    from ndgrad.ops.table import lookup

    shapes = {
        "data": (3, 2, 2), "i2h_weight": (8, 2), "h2h_weight": (8, 2), "i2h_bias": (8,),
        "h2h_bias": (8,), "state": (2, 2), "state_cell": (2, 2),
    }  # fmt: skip
    shapes[wrong] = (12, *shapes[wrong][1:])
    with pytest.raises(mx.MXNetError, match="inferred shape"):
        lookup("_lstm_layer").call(*map(nd.ones, shapes.values()))


@pytest.mark.parametrize("mode", ["lstm", "gru"])
def test_states_go_on_after_backward_from_the_output(mode):
    """As in MXNet, where one operator makes both: what backward released is a constant."""
    size = {"lstm": 4, "gru": 3}[mode] * 2 * (2 + 2 + 2)
    weights = nd.full((size,), 0.1)
    weights.attach_grad()
    states = [nd.zeros((1, 1, 2))] * (2 if mode == "lstm" else 1)
    for _ in range(2):
        with autograd.record():
            y, *states = nd.RNN(
                nd.ones((2, 1, 2)),
                weights,
                *states,
                state_size=2,
                num_layers=1,
                mode=mode,
                state_outputs=True,
            )
        y.backward()
    assert abs(weights.grad).sum() > 0


@pytest.mark.parametrize("mode", ["lstm", "gru"])
def test_threads_share_the_batch(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes some rows through all steps: bits do not depend on which."""
    monkeypatch.setattr(columns, "_LEAST_WORK", 1)
    monkeypatch.setattr(columns, "_FEW_ROWS", 1)
    size = GATES[mode] * UNITS * (INPUTS + UNITS + 2)
    arrays = [nd.array(normal(*s, seed=i)) for i, s in enumerate([(3, 5, INPUTS), (size,)])]
    states = [nd.zeros((1, 5, UNITS))] * (2 if mode == "lstm" else 1)

    def results(threads: int) -> list[Any]:
        monkeypatch.setattr(columns, "num_threads", lambda: threads)
        for x in arrays:
            x.attach_grad()
        with autograd.record():
            y = nd.RNN(*arrays, *states, mode=mode, state_size=UNITS, num_layers=1)
        y.backward()
        return [x.asnumpy() for x in (y, *(x.grad for x in arrays))]

    for alone, shared in zip(results(1), results(5), strict=True):
        np.testing.assert_array_equal(alone, shared)


def test_last_states_that_backward_does_not_reach_get_no_gradient() -> None:
    x, h = nd.array(normal(2, BATCH, INPUTS)), nd.zeros((1, BATCH, 1))
    layer = mx.compile(
        lambda *arrays: nd.RNN(
            *arrays, state_size=1, num_layers=1, mode="rnn_tanh", state_outputs=True
        )[0]
    )
    arrays = x, nd.ones(INPUTS + 3), h
    for a in arrays:
        a.attach_grad()
    with autograd.record():
        y = layer(*arrays)
    y.backward()
    assert "_sequence_last_adjoint" not in str(layer.explain())
