"""Checks of blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .. import autograd
from ..base import HostArray
from ..gluon import HybridBlock
from ..initializer import Initializer, Uniform
from ..nd import NDArray
from .comparison import assert_almost_equal


class _Known(Initializer):
    """The values that parameters of the same names had."""

    def __init__(self, values: Mapping[str, HostArray]) -> None:
        super().__init__()
        self._values = values

    def _init_weight(self, name: str, arr: NDArray) -> None:
        arr[()] = self._values[name]


def check_gluon_hybridize_consistency(
    net_builder: Callable[..., HybridBlock],
    data_l: Sequence[NDArray],
    numpy_func: Callable[..., HostArray] | None = None,
    test_grad: bool = True,
    rtol: float = 1e-4,
    atol: float = 1e-4,
) -> None:
    """Check that a block computes the same whether it is hybridized or not.

    Parameters
    ----------
    net_builder : callable
        Makes the block; it is called with ``prefix='net_'``, several times.
    data_l : list of NDArray
        Its inputs.
    numpy_func : callable, optional
        Computes the expected output from the inputs as NumPy arrays.
    test_grad : bool
        Compare the gradients of the inputs, too.
    rtol, atol : float

    Raises
    ------
    AssertionError
        If two outputs or gradients differ.
    """
    start: Initializer | None = None
    outputs: list[HostArray] = []
    gradients: list[list[HostArray]] = []
    for hybridize in (False, True):
        for recording in (False, True) if test_grad else (False,):
            net = net_builder(prefix="net_")
            net.initialize(start or Uniform())
            if hybridize:
                net.hybridize()
            inputs = [x.copy() for x in data_l]
            for x in inputs if recording else ():
                x.attach_grad()
            with autograd.record() if recording else autograd.pause():
                out = net(*inputs)
            if recording:
                out.backward(out)
                gradients.append([x.grad.asnumpy() for x in inputs if x.grad is not None])
            if start is None:
                start = _Known({k: p.data().asnumpy() for k, p in net.collect_params().items()})
            outputs.append(out.asnumpy())
    for other in outputs[1:]:
        assert_almost_equal(other, outputs[0], rtol=rtol, atol=atol)
    for found in gradients[1:]:
        for gradient, expected in zip(found, gradients[0], strict=True):
            assert_almost_equal(gradient, expected, rtol=rtol, atol=atol)
    if numpy_func is not None:
        known = numpy_func(*[x.asnumpy() for x in data_l])
        assert_almost_equal(outputs[0], known, rtol=rtol, atol=atol)
