"""The steps of plain, LSTM and GRU cells, whatever computes their gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .. import symbol
from ..base import Shape
from ..symbol import Symbol
from .base_cell import BaseRNNCell, StateInfo, States

if TYPE_CHECKING:
    from ..typing import InitializerLike

Activation: TypeAlias = str | Callable[..., Symbol]
"""Of `Activation`, or a function of a symbol and ``name``."""


class Weights(NamedTuple):
    """The variables of a layer."""

    weight: Symbol
    bias: Symbol


class GatedCell(BaseRNNCell):
    """A cell with weights for its input and weights for its state.

    Attributes
    ----------
    _layout : str
        Of the states.
    _axis : int
        The axis of channels, along which gates are divided.
    _state_shape : tuple of int
    _activation : str or callable
        Of `Activation`, or a function of a symbol and ``name``.
    """

    _layout: str
    _axis: int
    _activation: Activation
    _states = 1

    @property
    def _state_shape(self) -> Shape:
        raise NotImplementedError

    @property
    def state_info(self) -> list[StateInfo]:
        info: StateInfo = {"shape": self._state_shape, "__layout__": self._layout}
        return [info.copy() for _ in range(self._states)]

    def _variables(
        self,
        init_bias: InitializerLike,
        init_state_bias: InitializerLike = None,
        init_weights: Sequence[InitializerLike] = (None, None),
    ) -> list[Weights]:
        """Weight and bias of the input and of the state, with these initializers."""
        return [
            Weights(
                self._params.get(f"{group}_weight", init=weight or None),
                self._params.get(f"{group}_bias", init=bias or None),
            )
            for group, weight, bias in zip(
                ("i2h", "h2h"), init_weights, (init_bias, init_state_bias), strict=True
            )
        ]

    def _layers(self, inputs: Symbol, state: Symbol, name: str) -> tuple[Symbol, Symbol]:
        """All gates' linear functions of the input and of the state."""
        raise NotImplementedError

    def _act(self, x: Symbol, **name: Any) -> Symbol:
        if callable(self._activation):
            return self._activation(x, **name)
        kind: Any = self._activation  # refused if it is none of the operator's
        return symbol.Activation(x, act_type=kind, **name)

    def _divided(self, x: Symbol, name: str) -> Symbol:
        """A symbol with an output for each gate."""
        axis: dict[str, Any] = {} if self._axis == 1 else {"axis": self._axis}
        return symbol.split(x, num_outputs=len(self._gate_names), **axis, name=name)


class RNNStep(GatedCell):
    """``h' = activation(gates)``."""

    @property
    def _gate_names(self) -> Sequence[str]:
        return ("",)

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        name = self._next_name()
        i2h, h2h = self._layers(inputs, states[0], name)
        output = self._act(i2h + h2h, name=f"{name}out")
        return output, [output]


class LSTMStep(GatedCell):
    """``c' = f c + i g, h' = o activation(c')``."""

    _states = 2

    @property
    def _gate_names(self) -> Sequence[str]:
        return ["_i", "_f", "_c", "_o"]

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        name = self._next_name()
        i2h, h2h = self._layers(inputs, states[0], name)
        gates = self._divided(i2h + h2h, name=f"{name}slice")
        i = symbol.Activation(gates[0], act_type="sigmoid", name=f"{name}i")
        f = symbol.Activation(gates[1], act_type="sigmoid", name=f"{name}f")
        g = self._act(gates[2], name=f"{name}c")
        o = symbol.Activation(gates[3], act_type="sigmoid", name=f"{name}o")
        c = symbol.elemwise_add(f * states[1], i * g, name=f"{name}state")
        h = symbol.elemwise_mul(o, self._act(c), name=f"{name}out")
        return h, [h, c]


class GRUStep(GatedCell):
    """``h' = (1 - z) activation(W x + r (U h)) + z h``."""

    @property
    def _gate_names(self) -> Sequence[str]:
        return ["_r", "_z", "_o"]

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        name, h = self._next_name(), states[0]
        i2h, h2h = self._layers(inputs, h, f"{name}_")
        i2h = self._divided(i2h, name=f"{name}_i2h_slice")
        h2h = self._divided(h2h, name=f"{name}_h2h_slice")
        r = symbol.Activation(i2h[0] + h2h[0], act_type="sigmoid", name=f"{name}_r_act")
        z = symbol.Activation(i2h[1] + h2h[1], act_type="sigmoid", name=f"{name}_z_act")
        new = self._act(i2h[2] + r * h2h[2], name=f"{name}_h_act")
        output = symbol.elemwise_add((1.0 - z) * new, z * h, name=f"{name}out")
        return output, [output]
