"""Metrics of losses, and of a user's function."""

from __future__ import annotations

from typing import Any

from .base import (
    Arrays,
    EvalMetric,
    Feval,
    check_label_shapes,
    listed,
    on_host,
    register,
)


@register
class Loss(EvalMetric):
    """The mean of all elements of the predictions, which are losses.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        name: str = "loss",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(name, output_names, label_names, has_global_stats=True)

    def update(self, _: object, preds: Arrays) -> None:
        for pred in listed(preds):
            losses = on_host(pred)
            self._add(float(losses.sum(dtype="float64")), losses.size)


@register
class Torch(Loss):
    """`Loss` under the name that Torch's criterions had."""

    def __init__(
        self,
        name: str = "torch",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(name, output_names, label_names)


@register
class Caffe(Loss):
    """`Loss` under the name that Caffe's losses had."""

    def __init__(
        self,
        name: str = "caffe",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(name, output_names, label_names)


@register
class CustomMetric(EvalMetric):
    """The mean of a function of labels and predictions, as NumPy arrays.

    Parameters
    ----------
    feval : callable
        ``feval(label, pred)`` returns a batch's value, or a sum and the number of its terms.
    name : str, optional
        The function's by default.
    allow_extra_outputs : bool
        Whether there may be more predictions than labels.
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        feval: Feval,
        name: str | None = None,
        allow_extra_outputs: bool = False,
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        if name is None:
            name = getattr(feval, "__name__", type(feval).__name__)
            if "<" in name:
                name = f"custom({name})"
        super().__init__(
            name,
            output_names,
            label_names,
            feval=feval,
            allow_extra_outputs=allow_extra_outputs,
            has_global_stats=True,
        )
        self._feval = feval
        self._allow_extra_outputs = allow_extra_outputs

    def update(self, labels: Arrays, preds: Arrays) -> None:
        if not self._allow_extra_outputs:
            check_label_shapes(labels, preds)
        for label, pred in zip(listed(labels), listed(preds), strict=False):
            value = self._feval(on_host(label), on_host(pred))
            total, count = value if isinstance(value, tuple) else (value, 1)
            self._add(total, count)

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError("CustomMetric cannot be serialized")


def np(
    numpy_feval: Feval, name: str | None = None, allow_extra_outputs: bool = False
) -> CustomMetric:
    """A metric of a function of NumPy arrays; see `CustomMetric`."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)
