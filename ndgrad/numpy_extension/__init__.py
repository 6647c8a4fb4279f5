"""`ndgrad.numpy_extension`, or `mx.npx`: what networks need beside NumPy's functions.

Operators of `ndgrad.nd` under MXNet's names for arrays like NumPy's, contexts, files, and the
switches of `ndgrad.util`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import nd
from ..base import MXNetError, public_names
from ..context import (
    Context,
    cpu,
    cpu_pinned,
    cpu_shared,
    current_context,
    gpu,
    gpu_memory_info,
    num_gpus,
)
from ..dispatch import numpy_like
from ..nd import _bind, waitall
from ..numpy._check import array_argument, delivered
from ..numpy._reductions import all as _all
from ..numpy._shaping import argwhere
from ..numpy.multiarray import ndarray
from ..ops.bound import CALLS
from ..ops.table import lookup
from ..util import (
    is_np_array,
    is_np_shape,
    np_array,
    np_shape,
    reset_np,
    set_np,
    set_np_shape,
    use_np,
    use_np_array,
    use_np_shape,
)
from . import image, random
from .random import seed

if TYPE_CHECKING:
    from .._stubs.npx_functions import *  # noqa: F403
    from ..array.ndarray import NDArray
    from ..array.types import AnyArray, ShapeLike

_OPERATORS = {
    "activation": "Activation",
    "arange_like": "_contrib_arange_like",
    "batch_dot": "batch_dot",
    "batch_flatten": "Flatten",
    "batch_norm": "BatchNorm",
    "broadcast_like": "broadcast_like",
    "cast": "Cast",
    "convolution": "Convolution",
    "ctc_loss": "CTCLoss",
    "deconvolution": "Deconvolution",
    "dropout": "Dropout",
    "embedding": "Embedding",
    "erf": "erf",
    "erfinv": "erfinv",
    "fully_connected": "FullyConnected",
    "gamma": "gamma",
    "gammaln": "gammaln",
    "digamma": "digamma",
    "gather_nd": "gather_nd",
    "group_norm": "GroupNorm",
    "instance_norm": "InstanceNorm",
    "l2_normalization": "L2Normalization",
    "layer_norm": "LayerNorm",
    "leaky_relu": "LeakyReLU",
    "log_softmax": "log_softmax",
    "multibox_detection": "_contrib_MultiBoxDetection",
    "multibox_prior": "_contrib_MultiBoxPrior",
    "multibox_target": "_contrib_MultiBoxTarget",
    "one_hot": "one_hot",
    "pick": "pick",
    "pooling": "Pooling",
    "relu": "relu",
    "reshape_like": "reshape_like",
    "rnn": "RNN",
    "roi_pooling": "ROIPooling",
    "scatter_nd": "scatter_nd",
    "sequence_last": "SequenceLast",
    "sequence_mask": "SequenceMask",
    "sequence_reverse": "SequenceReverse",
    "shape_array": "shape_array",
    "sigmoid": "sigmoid",
    "slice": "slice",
    "smooth_l1": "smooth_l1",
    "softmax": "softmax",
    "stop_gradient": "BlockGrad",
    "topk": "topk",
}
"""Operators of the table by their names here."""

__all__ = [
    *_OPERATORS,
    "Context", "cpu", "cpu_pinned", "cpu_shared", "current_context", "gpu", "gpu_memory_info",
    "constraint_check", "image", "is_np_array", "is_np_shape", "load", "nonzero", "np_array",
    "np_shape", "num_gpus",
    "random", "reset_np", "reshape", "save", "seed", "set_np", "set_np_shape", "use_np",
    "use_np_array", "use_np_shape", "waitall",
]  # fmt: skip

for _name, _operator in _OPERATORS.items():
    _made = _bind.function(lookup(_operator), _name, array=ndarray)
    _made.__module__ = __name__
    CALLS[_made] = lookup(_operator).name
    globals()[_name] = _made


def constraint_check(input: AnyArray, msg: str = "Constraint violated.") -> ndarray:
    """Return true, as an array; raise if an element is not true.

    Raises
    ------
    ValueError
        With the message *msg*.
    """
    holds = _all(input)
    if not holds.item():
        raise ValueError(msg)
    return holds


def nonzero(a: AnyArray) -> ndarray:
    """Return the indices of what is not 0, as rows."""
    return argwhere(a)


def reshape(
    a: AnyArray,
    newshape: ShapeLike,
    reverse: bool = False,
    order: str = "C",
    out: ndarray | None = None,
) -> ndarray:
    """Return a view of another shape, with MXNet's codes for it.

    Parameters
    ----------
    a : ndarray
    newshape : int or tuple of int
        -1 infers a length, -2 keeps one, -3 leaves out one of 1, -4 keeps all that are left, -5
        joins two, -6 splits one into the two that follow.
    reverse : bool
        Match the codes from the right.

    Raises
    ------
    MXNetError
        For codes that do not fit the shape.
    """
    a = array_argument("reshape", "a", a)
    codes = (newshape,) if isinstance(newshape, int) else tuple(newshape)
    shape = _shape(a.shape[::-1], _reversed(codes))[::-1] if reverse else _shape(a.shape, codes)
    return delivered(a.reshape(shape), out, "reshape")


def _reversed(codes: tuple[int, ...]) -> tuple[int, ...]:
    found: list[int] = []
    i = 0
    while i < len(codes):
        if codes[i] == -6:
            found = [-6, *codes[i + 1 : i + 3][::-1], *found]
            i += 3
        else:
            found = [codes[i], *found]
            i += 1
    return tuple(found)


def _shape(own: Sequence[int], codes: Sequence[int]) -> tuple[int, ...]:
    shape: list[int] = []
    rest, given = [*own], [*codes]

    def take() -> int:
        if not rest:
            raise MXNetError(f"reshape: newshape {tuple(codes)} has more codes than shape {own}")
        return rest.pop(0)

    while given:
        code = given.pop(0)
        if code == -2:
            shape.append(take())
        elif code == -3:
            if take() != 1:
                raise MXNetError(f"reshape: code -3 leaves out an axis of length 1, shape is {own}")
        elif code == -4:
            shape += rest
            rest = []
        elif code == -5:
            shape.append(take() * take())
        elif code == -6:
            n, (a, b) = take(), given[:2]
            del given[:2]
            a, b = (n // b if a == -1 else a), (n // a if b == -1 else b)
            if a * b != n:
                raise MXNetError(f"reshape: code -6 cannot split {n} into {a} and {b}")
            shape += [a, b]
        else:
            shape.append(code)
            if rest:
                rest.pop(0)
    return tuple(shape)


def save(file: str, arr: NDArray | list[NDArray] | dict[str, NDArray]) -> None:
    """Write arrays to a file, one, a list or a dict, as `ndgrad.nd.save`."""
    nd.save(file, arr)


def load(file: str) -> list[ndarray] | dict[str, ndarray]:
    """Read what `save` has written: a dict if there are names, else a list."""
    found = nd.load(file)
    if isinstance(found, dict):
        return {name: numpy_like(x) for name, x in found.items()}
    return [numpy_like(x) for x in found]


__dir__ = public_names(globals())
