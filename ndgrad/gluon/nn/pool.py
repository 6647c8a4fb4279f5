"""Pooling over one, two and three axes: the greatest or the mean of each window, or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base import public_names
from ..hybrid import HybridArrayBlock
from .windows import LAYOUTS, Lengths, lengths

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, Operators, Tensor

__all__ = [
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
]
__dir__ = public_names(globals())


class _Pooling(HybridArrayBlock):
    """The base of pooling layers."""

    def __init__(
        self,
        rank: int,
        pool_type: str,
        pool_size: Lengths,
        strides: Lengths | None,
        padding: Lengths,
        ceil_mode: bool,
        layout: str,
        count_include_pad: bool | None = None,
        global_pool: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        layouts = LAYOUTS[rank]
        if layout not in layouts:
            raise AssertionError(
                f"Only {layouts[0]} and {layouts[1]} layouts are valid for {rank}D Pooling, "
                f"got {layout!r}"
            )
        kernel = lengths(pool_size, rank, "pool_size")
        self._kwargs = {
            "kernel": kernel,
            "stride": kernel if strides is None else lengths(strides, rank, "strides"),
            "pad": lengths(padding, rank, "padding"),
            "global_pool": global_pool,
            "pool_type": pool_type,
            "layout": layout,
            "pooling_convention": "full" if ceil_mode else "valid",
        }
        if count_include_pad is not None:
            self._kwargs["count_include_pad"] = count_include_pad

    def _alias(self) -> str:
        return "pool"

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return one element for each window."""
        return F.Pooling(x, name="fwd", **self._kwargs)

    def __repr__(self) -> str:
        ceil_mode = self._kwargs["pooling_convention"] == "full"
        return (
            "{}(size={kernel}, stride={stride}, padding={pad}, ceil_mode={}, "
            "global_pool={global_pool}, pool_type={pool_type}, layout={layout})"
        ).format(type(self).__name__, ceil_mode, **self._kwargs)


class MaxPool1D(_Pooling):
    """The greatest element of each window along one axis.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    layout : {'NCW', 'NWC'}
    ceil_mode : bool
        Whether there are windows that only begin inside.
    """

    def __init__(
        self,
        pool_size: Lengths = 2,
        strides: Lengths | None = None,
        padding: Lengths = 0,
        layout: str = "NCW",
        ceil_mode: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(1, "max", pool_size, strides, padding, ceil_mode, layout, **kwargs)


class MaxPool2D(_Pooling):
    """The greatest element of each window along two axes.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    layout : {'NCHW', 'NHWC'}
    ceil_mode : bool
        Whether there are windows that only begin inside.
    """

    def __init__(
        self,
        pool_size: Lengths = (2, 2),
        strides: Lengths | None = None,
        padding: Lengths = 0,
        layout: str = "NCHW",
        ceil_mode: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(2, "max", pool_size, strides, padding, ceil_mode, layout, **kwargs)


class MaxPool3D(_Pooling):
    """The greatest element of each window along three axes.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    ceil_mode : bool
        Whether there are windows that only begin inside.
    layout : {'NCDHW', 'NDHWC'}
    """

    def __init__(
        self,
        pool_size: Lengths = (2, 2, 2),
        strides: Lengths | None = None,
        padding: Lengths = 0,
        ceil_mode: bool = False,
        layout: str = "NCDHW",
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(3, "max", pool_size, strides, padding, ceil_mode, layout, **kwargs)


class AvgPool1D(_Pooling):
    """The mean of each window along one axis.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    layout : {'NCW', 'NWC'}
    ceil_mode : bool
        Whether there are windows that only begin inside.
    count_include_pad : bool
        Whether the mean is also of the padding's zeros.
    """

    def __init__(
        self,
        pool_size: Lengths = 2,
        strides: Lengths | None = None,
        padding: Lengths = 0,
        layout: str = "NCW",
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        given = pool_size, strides, padding, ceil_mode, layout, count_include_pad
        super().__init__(1, "avg", *given, **kwargs)


class AvgPool2D(_Pooling):
    """The mean of each window along two axes.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    ceil_mode : bool
        Whether there are windows that only begin inside.
    layout : {'NCHW', 'NHWC'}
    count_include_pad : bool
        Whether the mean is also of the padding's zeros.
    """

    def __init__(
        self,
        pool_size: Lengths = (2, 2),
        strides: Lengths | None = None,
        padding: Lengths = 0,
        ceil_mode: bool = False,
        layout: str = "NCHW",
        count_include_pad: bool = True,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        given = pool_size, strides, padding, ceil_mode, layout, count_include_pad
        super().__init__(2, "avg", *given, **kwargs)


class AvgPool3D(_Pooling):
    """The mean of each window along three axes.

    Parameters
    ----------
    pool_size : int or tuple of int
    strides : int or tuple of int, optional
        By default *pool_size*.
    padding : int or tuple of int
    ceil_mode : bool
        Whether there are windows that only begin inside.
    layout : {'NCDHW', 'NDHWC'}
    count_include_pad : bool
        Whether the mean is also of the padding's zeros.
    """

    def __init__(
        self,
        pool_size: Lengths = (2, 2, 2),
        strides: Lengths | None = None,
        padding: Lengths = 0,
        ceil_mode: bool = False,
        layout: str = "NCDHW",
        count_include_pad: bool = True,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        given = pool_size, strides, padding, ceil_mode, layout, count_include_pad
        super().__init__(3, "avg", *given, **kwargs)


class _GlobalPooling(_Pooling):
    """The base of pooling over the whole of all axes."""

    def __init__(
        self, rank: int, pool_type: str, layout: str, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(rank, pool_type, 1, None, 0, True, layout, global_pool=True, **kwargs)


class GlobalMaxPool1D(_GlobalPooling):
    """The greatest element of each channel.

    Parameters
    ----------
    layout : {'NCW', 'NWC'}
    """

    def __init__(self, layout: str = "NCW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(1, "max", layout, **kwargs)


class GlobalMaxPool2D(_GlobalPooling):
    """The greatest element of each channel.

    Parameters
    ----------
    layout : {'NCHW', 'NHWC'}
    """

    def __init__(self, layout: str = "NCHW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(2, "max", layout, **kwargs)


class GlobalMaxPool3D(_GlobalPooling):
    """The greatest element of each channel.

    Parameters
    ----------
    layout : {'NCDHW', 'NDHWC'}
    """

    def __init__(self, layout: str = "NCDHW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(3, "max", layout, **kwargs)


class GlobalAvgPool1D(_GlobalPooling):
    """The mean of each channel.

    Parameters
    ----------
    layout : {'NCW', 'NWC'}
    """

    def __init__(self, layout: str = "NCW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(1, "avg", layout, **kwargs)


class GlobalAvgPool2D(_GlobalPooling):
    """The mean of each channel.

    Parameters
    ----------
    layout : {'NCHW', 'NHWC'}
    """

    def __init__(self, layout: str = "NCHW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(2, "avg", layout, **kwargs)


class GlobalAvgPool3D(_GlobalPooling):
    """The mean of each channel.

    Parameters
    ----------
    layout : {'NCDHW', 'NDHWC'}
    """

    def __init__(self, layout: str = "NCDHW", **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(3, "avg", layout, **kwargs)
