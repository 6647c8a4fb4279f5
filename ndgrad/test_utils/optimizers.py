"""Comparison of two optimizers."""

from __future__ import annotations

from ..base import DTypeLike, Shape
from ..nd import NDArray, random
from ..optimizer import Optimizer
from .arrays import rand_ndarray
from .comparison import assert_almost_equal, compare_ndarray_tuple
from .machine import default_context


def _pair(shape: Shape, dtype: DTypeLike, stype: str) -> tuple[NDArray, NDArray]:
    """Random values, dense, and in storage *stype*."""
    if stype == "default":
        values = random.uniform(shape=shape, ctx=default_context(), dtype=dtype)
        return values.copy(), values
    stored = rand_ndarray(shape, stype, density=1, dtype=dtype)
    return stored.tostype("default"), stored


def compare_optimizer(
    opt1: Optimizer,
    opt2: Optimizer,
    shape: Shape | list[Shape],
    dtype: DTypeLike,
    w_stype: str = "default",
    g_stype: str = "default",
    rtol: float = 1e-4,
    atol: float = 1e-5,
    compare_states: bool = True,
    ntensors: int = 1,
) -> None:
    """Do one step with two optimizers, from the same random weights and gradients, and compare.

    Parameters
    ----------
    opt1, opt2 : Optimizer
        The first is given dense arrays.
    shape : tuple of int, or list of these
        With a list of *ntensors* shapes, one step updates that many weights.
    dtype : str or type
    w_stype, g_stype : {'default', 'row_sparse'}
        The storage of what *opt2* is given.
    rtol, atol : float
    compare_states : bool
        Whether states must be equal too, before and after.
    ntensors : int

    Raises
    ------
    AssertionError
        If results differ.
    """
    shapes = list(shape) if isinstance(shape, list) else [shape]
    if len(shapes) != ntensors:
        raise AssertionError(f"compare_optimizer: ntensors={ntensors}, expected {len(shapes)}")
    weights = [_pair(one, dtype, w_stype) for one in shapes]
    gradients = [_pair(one, dtype, g_stype) for one in shapes]
    states = [
        [o.create_state_multi_precision(i, w[side]) for i, w in enumerate(weights)]
        for side, o in enumerate((opt1, opt2))
    ]

    def compare() -> None:
        for first, second in zip(*states, strict=True):
            if compare_states:
                compare_ndarray_tuple(first, second, rtol=rtol, atol=atol)
        for first, second in weights:
            assert_almost_equal(first, second, rtol=rtol, atol=atol)

    compare()
    for side, optimizer in enumerate((opt1, opt2)):
        w, g = ([pair[side] for pair in pairs] for pairs in (weights, gradients))
        if isinstance(shape, list):
            optimizer.update_multi_precision(list(range(ntensors)), w, g, states[side])
        else:
            optimizer.update_multi_precision(0, w[0], g[0], states[side][0])
    compare()
