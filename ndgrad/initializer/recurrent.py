"""Biases of LSTMs, and the parameters of fused recurrent layers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..array.ndarray import NDArray
from ..base import public_names
from .base import InitDesc, Initializer, create, register

__all__ = ["FusedRNN", "LSTMBias"]
__dir__ = public_names(globals())


@register
class LSTMBias(Initializer):
    """Biases of an LSTM's gates: *forget_bias* for the forget gate, 0 for the others.

    Parameters
    ----------
    forget_bias : float, default 1.0
    """

    def __init__(self, forget_bias: float = 1.0) -> None:
        super().__init__(forget_bias=forget_bias)
        self.forget_bias = forget_bias

    def _init_weight(self, name: str, arr: NDArray) -> None:
        # Gates come in the order input, forget, cell, output.
        arr[:] = 0.0
        hidden = arr.shape[0] // 4
        arr[hidden : 2 * hidden] = self.forget_bias


_GATES: dict[str, tuple[str, ...]] = {
    "rnn_relu": ("",),
    "rnn_tanh": ("",),
    "lstm": ("_i", "_f", "_c", "_o"),
    "gru": ("_r", "_z", "_o"),
}


@register
class FusedRNN(Initializer):
    """The parameters of a fused RNN, each weight and bias in them as if it were a parameter.

    Parameters
    ----------
    init : Initializer, str or None
        What initializes weights and biases; None is the initializer of the whole model.
    num_hidden : int
    num_layers : int
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    bidirectional : bool, default False
    forget_bias : float, default 1.0
        The biases of an LSTM's forget gates.
    """

    def __init__(
        self,
        init: Initializer | str | None,
        num_hidden: int,
        num_layers: int,
        mode: str,
        bidirectional: bool = False,
        forget_bias: float = 1.0,
    ) -> None:
        inner = create(init) if isinstance(init, str) else init
        super().__init__(
            init=None if inner is None else inner.dumps(),
            num_hidden=num_hidden,
            num_layers=num_layers,
            mode=mode,
            bidirectional=bidirectional,
            forget_bias=forget_bias,
        )
        if mode not in _GATES:
            raise ValueError(f"FusedRNN: mode={mode!r}, expected one of {', '.join(_GATES)}")
        self._init = inner
        self._num_hidden = num_hidden
        self._num_layers = num_layers
        self._mode = mode
        self._bidirectional = bidirectional
        self._forget_bias = forget_bias

    def _init_weight(self, name: str, arr: NDArray) -> None:
        global_init = getattr(name, "global_init", None)
        init = self._init or global_init
        if init is None:
            raise ValueError(f"FusedRNN: parameter {name} has no initializer, and init=None")
        flat = arr.reshape((-1,))
        end = 0
        for own, shape in self._parts(name, arr.size):
            begin, end = end, end + math.prod(shape)
            part = flat[begin:end].reshape(shape)
            if self._mode == "lstm" and own.endswith("_f_bias"):
                part[:] = self._forget_bias
            else:
                init(InitDesc(own, global_init=global_init), part)

    def _parts(self, name: str, size: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The name and shape of each gate's weights, layer by layer, then of their biases."""
        gates, h = _GATES[self._mode], self._num_hidden
        directions = "lr" if self._bidirectional else "l"
        b = len(directions)
        upper = (self._num_layers - 1) * (b * h + h + 2)
        inputs, rest = divmod(size, b * len(gates) * h)
        inputs -= upper + h + 2
        if rest or inputs < 1:
            raise ValueError(
                f"FusedRNN: parameter {name} has {size} elements, which fits no input of an RNN "
                f"with num_hidden={h}, num_layers={self._num_layers}, mode={self._mode!r}, "
                f"bidirectional={self._bidirectional}"
            )
        for kind in ("weight", "bias"):
            for layer in range(self._num_layers):
                for direction in directions:
                    for source, n in ("i2h", b * h if layer else inputs), ("h2h", h):
                        for gate in gates:
                            own = f"{direction}{layer}_{source}{gate}_{kind}"
                            yield own, (h, n) if kind == "weight" else (h,)
