"""Layers that are not in `gluon.nn`: parallel branches, pixel shuffles, sparse embedding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from ... import nd
from ...base import DTypeLike, public_names
from ...nd import NDArray
from ..block import ArrayBlock
from ..hybrid import HybridArrayBlock
from ..nn.basic import EmbeddingArguments, embedding_repr
from ..nn.containers import HybridSequential, Sequential
from ..nn.norms import BatchNorm
from ..nn.windows import Lengths
from ..parameter_dict import ParameterDict

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = [
    "Concurrent",
    "HybridConcurrent",
    "Identity",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
    "SparseEmbedding",
    "SyncBatchNorm",
]
__dir__ = public_names(globals())


class Concurrent(Sequential):
    """Layers that are all called with the same input, their outputs joined.

    Parameters
    ----------
    axis : int
        Along which outputs are joined.
    prefix : str, optional
    params : ParameterDict, optional
    """

    def __init__(
        self, axis: int = -1, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self.axis = axis

    def forward(self, x: NDArray) -> NDArray:
        """Return the outputs of all layers, joined."""
        return nd.concat(*[block(x) for block in self._children.values()], dim=self.axis)


class HybridConcurrent(HybridSequential):
    """`Concurrent`, which `hybridize` compiles as one program.

    Parameters
    ----------
    axis : int
        Along which outputs are joined.
    prefix : str, optional
    params : ParameterDict, optional
    """

    def __init__(
        self, axis: int = -1, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self.axis = axis

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return the outputs of all layers, joined."""
        return F.concat(*[block(x) for block in self._children.values()], dim=self.axis)


class Identity(HybridArrayBlock):
    """Returns its input."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return *x*."""
        return x


class SparseEmbedding(ArrayBlock):
    """An embedding whose matrix and gradient are row-sparse; a `Trainer` pulls the rows in use.

    Parameters
    ----------
    input_dim : int
        The number of rows.
    output_dim : int
        The length of a row.
    dtype : str or numpy type
        Of the matrix.
    weight_initializer : Initializer or str, optional
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: DTypeLike = "float32",
        weight_initializer: InitializerLike = None,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs: EmbeddingArguments = {
            "input_dim": input_dim,
            "output_dim": output_dim,
            "dtype": dtype,
            "sparse_grad": True,
        }
        self.weight = self.params.get(
            "weight",
            shape=(input_dim, output_dim),
            init=weight_initializer,
            dtype=dtype,
            grad_stype="row_sparse",
            stype="row_sparse",
        )

    def forward(self, x: NDArray) -> NDArray:
        """Return ``weight[x]``."""
        weight = self.weight.row_sparse_data(x)
        return nd.Embedding(x, weight, name="fwd", **self._kwargs)

    def __repr__(self) -> str:
        return embedding_repr(self, self._kwargs)


class SyncBatchNorm(BatchNorm):
    """`BatchNorm` over the batches of several devices at once.

    Parameters
    ----------
    in_channels : int
        0 to infer it from the first array.
    num_devices : int, optional
        That are used; by default one.
    momentum, epsilon, center, scale, use_global_stats
        As in `BatchNorm`.
    beta_initializer, gamma_initializer : Initializer or str
    running_mean_initializer, running_variance_initializer : Initializer or str
    """

    _op_name = "SyncBatchNorm"

    def __init__(
        self,
        in_channels: int = 0,
        num_devices: int | None = None,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: InitializerLike = "zeros",
        gamma_initializer: InitializerLike = "ones",
        running_mean_initializer: InitializerLike = "zeros",
        running_variance_initializer: InitializerLike = "ones",
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(
            1,
            momentum,
            epsilon,
            center,
            scale,
            use_global_stats,
            beta_initializer,
            gamma_initializer,
            running_mean_initializer,
            running_variance_initializer,
            in_channels,
            **kwargs,
        )
        del self._kwargs["axis"]
        self._kwargs |= {"ndev": num_devices or 1, "key": self.prefix}


class _PixelShuffle(HybridArrayBlock):
    """Moves channels into windows: the base of pixel shuffles over one, two and three axes."""

    _rank: ClassVar[int]
    _factors: tuple[int, ...]

    def __init__(self, factor: Lengths) -> None:
        super().__init__()
        try:
            self._factors = (int(factor),) * self._rank  # type: ignore[arg-type]  # raises TypeError
        except TypeError:
            self._factors = tuple(int(f) for f in factor)  # type: ignore[union-attr]  # no number
            if len(self._factors) != self._rank:
                raise AssertionError(
                    f"factor must be a number or {self._rank} numbers, got {factor!r}"
                ) from None

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return an array with fewer channels, and longer axes."""
        splits, axes = self._moves()
        for shape in splits:
            x = F.reshape(x, shape)
        x = F.transpose(x, axes=axes)
        return F.reshape(x, (0, 0, *[-3] * self._rank))

    def _moves(self) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
        """The shapes that give each factor an axis, and the order of axes after that."""
        rank, factors = self._rank, self._factors
        # (N, f1*f2*C, W1, W2) -> (N, C, f1*f2, W1, W2) -> (N, C, f1, f2, W1, W2)
        splits: list[tuple[int, ...]] = [(0, -4, -1, math.prod(factors), *[0] * rank)]
        for i in range(rank - 1):
            rest = math.prod(factors[i + 1 :])
            splits.append((*[0] * (2 + i), -4, factors[i], rest, *[0] * rank))
        # -> (N, C, W1, f1, W2, f2) -> (N, C, W1*f1, W2*f2)
        return splits, (0, 1, *[axis for i in range(2, 2 + rank) for axis in (i + rank, i)])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._factors})"


class PixelShuffle1D(_PixelShuffle):
    """Makes sequences longer by a factor: ``(N, f*C, W)`` becomes ``(N, C, W*f)``.

    Parameters
    ----------
    factor : int
    """

    _rank = 1

    def __init__(self, factor: int) -> None:
        super().__init__(int(factor))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._factors[0]})"


class PixelShuffle2D(_PixelShuffle):
    """Makes images larger: ``(N, f1*f2*C, H, W)`` becomes ``(N, C, H*f1, W*f2)`` (Shi et al. 2016).

    Parameters
    ----------
    factor : int or tuple of int
        For both axes, or for each.
    """

    _rank = 2


class PixelShuffle3D(_PixelShuffle):
    """Makes volumes larger: ``(N, f1*f2*f3*C, D, H, W)`` becomes ``(N, C, D*f1, H*f2, W*f3)``.

    Parameters
    ----------
    factor : int or tuple of int
        For all axes, or for each.
    """

    _rank = 3
