"""Normalisation layers: ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base import DTypeLike, as_dtype, public_names, wide_dtype
from ..hybrid import HybridArrayBlock
from ..parameter import Parameter

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = ["BatchNorm", "BatchNormReLU", "GroupNorm", "InstanceNorm", "LayerNorm"]
__dir__ = public_names(globals())


class _Norm(HybridArrayBlock):
    """The base of normalisation layers."""

    _kwargs: dict[str, object]
    gamma: Parameter
    beta: Parameter

    def _vector(
        self,
        name: str,
        init: InitializerLike,
        channels: int,
        learnt: bool,
        differentiable: bool = True,
    ) -> Parameter:
        return self.params.get(
            name,
            grad_req="write" if learnt else "null",
            shape=(channels,),
            init=init,
            allow_deferred_init=True,
            differentiable=differentiable,
        )

    def _shown(self) -> dict[str, object]:
        (channels,) = self.gamma.shape or (0,)
        return {**self._kwargs, "in_channels": channels}

    def __repr__(self) -> str:
        content = ", ".join(f"{name}={value!r}" for name, value in self._shown().items())
        return f"{type(self).__name__}({content})"


class _BatchNorm(_Norm):
    """The base of batch normalisation."""

    _op_name = "BatchNorm"
    fuse_relu = False

    def __init__(
        self,
        axis: int = 1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        running_mean_initializer: InitializerLike = "zeros",
        running_variance_initializer: InitializerLike = "ones",
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs = {
            "axis": axis,
            "eps": epsilon,
            "momentum": momentum,
            "fix_gamma": not scale,
            "use_global_stats": use_global_stats,
        }
        self.in_channels = in_channels
        self.gamma = self._vector("gamma", gamma_initializer, in_channels, scale, scale)
        self.beta = self._vector("beta", beta_initializer, in_channels, center, center)
        for name, init in (
            ("running_mean", running_mean_initializer),
            ("running_var", running_variance_initializer),
        ):
            setattr(self, name, self._vector(name, init, in_channels, False, False))

    def cast(self, dtype: DTypeLike) -> None:
        """Convert all parameters to a dtype; for float16 and bfloat16 they are float32."""
        kind = as_dtype(dtype, op=f"{type(self).__name__}.cast")
        super().cast(dtype if wide_dtype(kind) == kind else "float32")

    def hybrid_forward(
        self,
        F: Operators,
        x: Tensor,
        gamma: Tensor,
        beta: Tensor,
        running_mean: Tensor,
        running_var: Tensor,
    ) -> Tensor:
        """Return *x* normalised; in training the running statistics change."""
        function = getattr(F, self._op_name, None) or getattr(F.contrib, self._op_name)
        return function(x, gamma, beta, running_mean, running_var, name="fwd", **self._kwargs)

    def _shown(self) -> dict[str, object]:
        (channels,) = self.gamma.shape or (0,)
        return {**self._kwargs, "in_channels": channels or None}


class BatchNorm(_BatchNorm):
    """Normalises each channel over the batch and all other axes (Ioffe and Szegedy 2015).

    In training by the batch's mean and variance, of which it keeps running means; otherwise by
    those.

    Parameters
    ----------
    axis : int
        Of the channels.
    momentum : float
        How much of the running statistics stays at each step.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether *beta* and *gamma* are learnt.
    use_global_stats : bool
        Whether training normalises by the running statistics too.
    beta_initializer, gamma_initializer : Initializer or str
    running_mean_initializer, running_variance_initializer : Initializer or str
    in_channels : int
        0 to infer it from the first array.
    """


class BatchNormReLU(_BatchNorm):
    """`BatchNorm` and ReLU in one; the arguments are those of `BatchNorm`."""

    _op_name = "BatchNormWithReLU"
    fuse_relu = True


class InstanceNorm(_Norm):
    """Normalises each channel of each element of the batch (Ulyanov et al. 2016).

    Parameters
    ----------
    axis : int
        Of the channels.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether *beta* and *gamma* are learnt.
    beta_initializer, gamma_initializer : Initializer or str
    in_channels : int
        0 to infer it from the first array.
    """

    def __init__(
        self,
        axis: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = False,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs = {"eps": epsilon, "axis": axis, "center": center, "scale": scale}
        self._axis, self._epsilon = axis, epsilon
        self.gamma = self._vector("gamma", gamma_initializer, in_channels, scale)
        self.beta = self._vector("beta", beta_initializer, in_channels, center)

    def hybrid_forward(self, F: Operators, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """Return *x* normalised."""
        if self._axis == 1:
            return F.InstanceNorm(x, gamma, beta, name="fwd", eps=self._epsilon)
        x = x.swapaxes(1, self._axis)
        return F.InstanceNorm(x, gamma, beta, name="fwd", eps=self._epsilon).swapaxes(1, self._axis)


class LayerNorm(_Norm):
    """Normalises along one axis (Ba et al. 2016).

    Parameters
    ----------
    axis : int
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether *beta* and *gamma* are learnt.
    beta_initializer, gamma_initializer : Initializer or str
    in_channels : int
        The length of the axis; 0 to infer it from the first array.
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs = {"eps": epsilon, "axis": axis, "center": center, "scale": scale}
        self._axis, self._epsilon, self._center, self._scale = axis, epsilon, center, scale
        self.gamma = self._vector("gamma", gamma_initializer, in_channels, scale)
        self.beta = self._vector("beta", beta_initializer, in_channels, center)

    def hybrid_forward(self, F: Operators, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """Return *x* normalised."""
        return F.LayerNorm(x, gamma, beta, axis=self._axis, eps=self._epsilon)


class GroupNorm(_Norm):
    """Normalises groups of channels of each element of the batch (Wu and He 2018).

    Parameters
    ----------
    num_groups : int
        Into which the channels, axis 1, are divided.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether *beta* and *gamma* are learnt, of which there is one for each group.
    beta_initializer, gamma_initializer : Initializer or str
    """

    def __init__(
        self,
        num_groups: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs = {"eps": epsilon, "num_groups": num_groups, "center": center, "scale": scale}
        self._num_groups, self._epsilon = num_groups, epsilon
        self._center, self._scale = center, scale
        self.gamma = self._vector("gamma", gamma_initializer, num_groups, scale)
        self.beta = self._vector("beta", beta_initializer, num_groups, center)

    def hybrid_forward(self, F: Operators, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """Return *x* normalised."""
        return F.GroupNorm(x, gamma, beta, num_groups=self._num_groups, eps=self._epsilon)

    def _shown(self) -> dict[str, object]:
        return self._kwargs
