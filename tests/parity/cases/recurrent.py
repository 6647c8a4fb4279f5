"""Recurrent networks and the attention products, forward and with gradients."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

# %% rnn-{mode}
# for mode in rnn_relu rnn_tanh
vg(
    lambda x, p, h: nd.RNN(x, p, h, state_size=2, num_layers=1, mode=mode),
    noise(3, 1, 2),
    noise(12) * 0.25,
    noise(1, 1, 2),
)

# %% gru
vg(
    lambda x, p, h: nd.RNN(x, p, h, state_size=2, num_layers=1, mode="gru"),
    noise(3, 2, 2),
    noise(36) * 0.5,
    noise(1, 2, 2),
)

# %% lstm
vg(
    lambda x, p, h, c: nd.RNN(x, p, h, c, state_size=2, num_layers=1, mode="lstm"),
    noise(3, 2, 2),
    noise(48) * 0.5,
    noise(1, 2, 2),
    noise(1, 2, 2),
)

# %% layers-{mode}
# for mode in rnn_relu rnn_tanh
nd.RNN(
    noise(3, 1, 2), noise(56) * 0.5, noise(4, 1, 2),
    state_size=2, num_layers=2, mode=mode, bidirectional=True, state_outputs=True,
)  # fmt: skip

# %% layers-gru
nd.RNN(
    noise(3, 1, 2), noise(168) * 0.5, noise(4, 1, 2),
    state_size=2, num_layers=2, mode="gru", bidirectional=True, state_outputs=True,
)  # fmt: skip

# %% layers-lstm
nd.RNN(
    noise(3, 1, 2), noise(224) * 0.5, noise(4, 1, 2),
    noise(4, 1, 2) * 2, state_size=2, num_layers=2, mode="lstm", bidirectional=True,
    state_outputs=True,
)  # fmt: skip

# %% lstm-projection
nd.RNN(
    noise(3, 1, 2), noise(62) * 0.5, noise(1, 1, 2),
    noise(1, 1, 3), state_size=3, num_layers=1, mode="lstm", projection_size=2,
    state_outputs=True,
)  # fmt: skip

# %% rnn-bad-parameters
nd.RNN(
    nd.ones((3, 2, 2)),
    nd.ones((11,)),
    nd.ones((1, 2, 2)),
    state_size=2,
    num_layers=1,
    mode="rnn_tanh",
)

# %% rnn-bad-state
nd.RNN(
    nd.ones((3, 2, 2)),
    nd.ones((12,)),
    nd.ones((1, 1, 2)),
    state_size=2,
    num_layers=1,
    mode="rnn_tanh",
)

# %% rnn-bad-mode
nd.RNN(
    nd.ones((3, 2, 2)), nd.ones((12,)), nd.ones((1, 2, 2)), state_size=2, num_layers=1, mode="other"
)

# %% selfatt-qk
vg(lambda x: nd.contrib.interleaved_matmul_selfatt_qk(x, heads=2), noise(3, 2, 12))

# %% selfatt-valatt
vg(
    lambda x, a: nd.contrib.interleaved_matmul_selfatt_valatt(x, a, heads=2),
    noise(3, 2, 12),
    noise(4, 3, 3),
)

# %% encdec-qk
vg(
    lambda q, x: nd.contrib.interleaved_matmul_encdec_qk(q, x, heads=2),
    noise(3, 2, 4),
    noise(5, 2, 8),
)

# %% encdec-valatt
vg(
    lambda x, a: nd.contrib.interleaved_matmul_encdec_valatt(x, a, heads=2),
    noise(5, 2, 8),
    noise(4, 3, 5),
)

# %% lstm-{what}
# for what in lengths clipped
x, parameters, state = ramp(3, 2, 2) / 10, nd.array(np.sin(np.arange(48.0))), nd.zeros((1, 2, 2))
facts = {"state_size": 2, "num_layers": 1, "mode": "lstm"}
{
    "lengths": lambda: nd.RNN(
        x, parameters, state, state, nd.array([2, 3]), use_sequence_length=True, **facts
    ),
    "clipped": lambda: nd.RNN(
        x, parameters, state, state, lstm_state_clip_min=-0.05, lstm_state_clip_max=0.05, **facts
    ),
}[what]()
