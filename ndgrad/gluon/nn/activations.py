"""Activation functions as layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import initializer
from ...base import public_names
from ..hybrid import HybridArrayBlock

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = ["ELU", "GELU", "SELU", "Activation", "LeakyReLU", "PReLU", "Swish"]
__dir__ = public_names(globals())


class Activation(HybridArrayBlock):
    """An activation function by its name.

    Parameters
    ----------
    activation : {'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}
    """

    def __init__(self, activation: str, **kwargs: Unpack[BlockArguments]) -> None:
        self._act_type = activation
        super().__init__(**kwargs)

    def _alias(self) -> str:
        return self._act_type

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return the function of *x*."""
        return F.Activation(x, act_type=self._act_type, name="fwd")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._act_type})"


def activation_layer(activation: str | None) -> Activation | None:
    """The last part of a layer that takes *activation*."""
    return None if activation is None else Activation(activation, prefix=activation + "_")


class LeakyReLU(HybridArrayBlock):
    """``x`` where it is positive, ``alpha * x`` elsewhere.

    Parameters
    ----------
    alpha : float
        At least 0.
    """

    def __init__(self, alpha: float, **kwargs: Unpack[BlockArguments]) -> None:
        if alpha < 0:
            raise AssertionError(
                f"Slope coefficient for LeakyReLU must be no less than 0, got alpha={alpha}."
            )
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return ``max(x, 0) + alpha * min(x, 0)``."""
        return F.LeakyReLU(x, act_type="leaky", slope=self._alpha, name="fwd")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._alpha})"


class PReLU(HybridArrayBlock):
    """A leaky ReLU whose slope is learnt (He et al. 2015).

    Parameters
    ----------
    alpha_initializer : Initializer or str
    in_channels : int
        The number of slopes: one, or one for each channel.
    """

    def __init__(
        self,
        alpha_initializer: InitializerLike = initializer.Constant(0.25),  # noqa: B008  # it has no state
        in_channels: int = 1,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.alpha = self.params.get("alpha", shape=(in_channels,), init=alpha_initializer)

    def hybrid_forward(self, F: Operators, x: Tensor, alpha: Tensor) -> Tensor:
        """Return ``max(x, 0) + alpha * min(x, 0)``."""
        return F.LeakyReLU(x, gamma=alpha, act_type="prelu", name="fwd")


class ELU(HybridArrayBlock):
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere (Clevert et al. 2015).

    Parameters
    ----------
    alpha : float
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return ``max(x, 0) + alpha * (exp(min(x, 0)) - 1)``."""
        return F.LeakyReLU(x, act_type="elu", slope=self._alpha)


class SELU(HybridArrayBlock):
    """The scaled ELU of self-normalising networks (Klambauer et al. 2017)."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return ``1.0507 * elu(x)`` with ``alpha=1.6733``."""
        return F.LeakyReLU(x, act_type="selu", name="fwd")


class GELU(HybridArrayBlock):
    """``x`` times the normal distribution function of ``x`` (Hendrycks and Gimpel 2016)."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return ``x / 2 * (1 + erf(x / sqrt(2)))``."""
        return F.LeakyReLU(x, act_type="gelu", name="fwd")


class Swish(HybridArrayBlock):
    """``x * sigmoid(beta * x)`` (Ramachandran et al. 2017).

    Parameters
    ----------
    beta : float
    """

    def __init__(self, beta: float = 1.0, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        self._beta = beta

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return ``x * sigmoid(beta * x)``."""
        return x * F.sigmoid(self._beta * x, name="fwd")
