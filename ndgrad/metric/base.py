"""`EvalMetric`: sums over batches, local and global; composites, and creation by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .. import registry
from ..base import HostArray, shown
from ..nd import NDArray

if TYPE_CHECKING:
    from ..array.types import ArrayLike, MaybeMany

Array: TypeAlias = NDArray | HostArray
Arrays: TypeAlias = Array | Sequence[Array]
Given: TypeAlias = list[NDArray] | Any
"""What `EvalMetric.update` is given: lists of arrays; a metric of one's own may take others."""

Value: TypeAlias = tuple[str, float]
"""A metric's name and value."""

Feval: TypeAlias = Callable[[HostArray, HostArray], float | tuple[float, int]]
"""A function of a label and a prediction: a batch's value, or a sum and the number of its terms."""

MetricLike: TypeAlias = "EvalMetric | str | Feval | Mapping[str, object] | Sequence[MetricLike]"
"""What `create` makes a metric of."""


class EvalMetric:
    """The mean of a quantity over what `update` was called with.

    A metric of one's own overrides `update`, which adds to ``sum_metric`` and ``num_inst``
    (and, with ``has_global_stats=True``, to ``global_sum_metric`` and ``global_num_inst``; `_add`
    does both).  The global sums stay when `reset_local` clears the others, as `Speedometer` does
    between its lines.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        Which predictions and labels `update_dict` takes, and in which order; all by default.
    has_global_stats : bool
        Whether `update` keeps the global sums.
    **kwargs
        The arguments that `get_config` returns.
    """

    def __init__(
        self,
        name: str,
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
        **kwargs: object,
    ) -> None:
        self.name = str(name)
        self.output_names = output_names
        self.label_names = label_names
        self._has_global_stats = kwargs.pop("has_global_stats", False)
        self._kwargs = kwargs
        self.reset()

    def __str__(self) -> str:
        return f"EvalMetric: {dict(self.get_name_value())}"

    def get_config(self) -> dict[str, Any]:
        """The arguments from which `create` makes such a metric."""
        return {
            **self._kwargs,
            "metric": self.__class__.__name__,
            "name": self.name,
            "output_names": self.output_names,
            "label_names": self.label_names,
        }

    def update_dict(self, label: Mapping[str, Array], pred: Mapping[str, Array]) -> None:
        """Count a batch whose arrays come by name; see *output_names* and *label_names*."""
        self.update(
            _chosen(label, self.label_names, self.name, "label"),
            _chosen(pred, self.output_names, self.name, "prediction"),
        )

    def update(self, labels: Given, preds: Given) -> None:
        """Count a batch.

        Parameters
        ----------
        labels, preds : list of NDArray
            What is true and what is predicted; arrays of NumPy will do too.
        """
        raise NotImplementedError

    def reset(self) -> None:
        """Forget everything."""
        self.num_inst: float = 0
        self.sum_metric: float = 0.0
        self.global_num_inst: float = 0
        self.global_sum_metric: float = 0.0

    def reset_local(self) -> None:
        """Forget all but the global sums."""
        self.num_inst = 0
        self.sum_metric = 0.0

    def get(self) -> tuple[str | MaybeMany, float | MaybeMany]:
        """The name and the value since the last reset, or `reset_local`; nan of no batches."""
        return self.name, self._value(self.sum_metric, self.num_inst)

    def get_global(self) -> tuple[str | MaybeMany, float | MaybeMany]:
        """The name and the value since the last `reset`."""
        if not self._has_global_stats:
            return self.get()
        return self.name, self._value(self.global_sum_metric, self.global_num_inst)

    def get_name_value(self) -> list[Value]:
        """Pairs of name and value."""
        return _pairs(*self.get())

    def get_global_name_value(self) -> list[Value]:
        """Pairs of name and global value; those of `get_name_value` if there are no global sums."""
        return _pairs(*self.get_global()) if self._has_global_stats else self.get_name_value()

    def _value(self, total: float, count: float) -> float:
        return total / count if count else float("nan")

    def _add(self, total: float, count: int) -> None:
        """Add to the local and to the global sums."""
        self.sum_metric += total
        self.num_inst += count
        self.global_sum_metric += total
        self.global_num_inst += count


def _pairs(names: str | MaybeMany, values: MaybeMany) -> list[Value]:
    if not isinstance(names, list):
        names, values = [names], [values]
    return list(zip(names, values, strict=True))


def _chosen(
    arrays: Mapping[str, Array], names: list[str] | None, metric: str, what: str
) -> list[Array]:
    if names is None:
        return list(arrays.values())
    missing = [name for name in names if name not in arrays]
    if missing:
        raise KeyError(f"{metric}: no {what} named {missing[0]!r}; there are {list(arrays)}")
    return [arrays[name] for name in names]


def check_label_shapes(
    labels: Arrays, preds: Arrays, wrap: bool = False, shape: bool = False
) -> tuple[Arrays, Arrays]:
    """Raise ValueError unless there are as many labels as predictions.

    Parameters
    ----------
    labels, preds : NDArray or list of NDArray
    wrap : bool
        Whether to return single arrays in lists.
    shape : bool
        Whether to compare shapes, rather than lengths.
    """
    for arg, value in (("labels", labels), ("preds", preds)):
        if not hasattr(value, "shape" if shape else "__len__"):
            raise TypeError(f"update: {arg} must be arrays, got {shown(value)}")
    read: Callable[[Any], object] = attrgetter("shape") if shape else len
    given, expected = read(labels), read(preds)
    if given != expected:
        raise ValueError(f"Shape of labels {given} does not match shape of predictions {expected}")
    if wrap:
        labels, preds = listed(labels), listed(preds)
    return labels, preds


def listed(arrays: Arrays) -> Sequence[Array]:
    """A single array in a list; lists as they are."""
    return [arrays] if isinstance(arrays, (NDArray, np.ndarray)) else arrays


def on_host(array: ArrayLike) -> HostArray:
    """An array's elements, or numbers in lists, as an array of NumPy."""
    return array.asnumpy() if hasattr(array, "asnumpy") else np.asarray(array)


register = registry.get_register_func(EvalMetric, "metric")
alias = registry.get_alias_func(EvalMetric, "metric")
create_registered = registry.get_create_func(EvalMetric, "metric")


@register
@alias("composite")
class CompositeEvalMetric(EvalMetric):
    """Several metrics as one; `get` returns lists.

    Parameters
    ----------
    metrics : list
        Metrics, or what `create` makes them of.
    name : str
    output_names, label_names : list of str, optional
        Which arrays `update_dict` passes on; all by default.
    """

    def __init__(
        self,
        metrics: Sequence[MetricLike] | None = None,
        name: str = "composite",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        self.metrics: list[EvalMetric] = []  # the base class resets what is there
        super().__init__(name, output_names, label_names, has_global_stats=True)
        self.metrics += [create(metric) for metric in metrics or []]

    def add(self, metric: MetricLike) -> None:
        """Add a metric, or what `create` makes one of."""
        self.metrics.append(create(metric))

    def get_metric(self, index: int) -> EvalMetric:
        """The metric of this number.

        Raises
        ------
        ValueError
            If there is none.
        """
        try:
            return self.metrics[index]
        except IndexError:
            raise ValueError(
                f"Metric index {index} is out of range 0 and {len(self.metrics)}"
            ) from None

    def update_dict(self, label: Mapping[str, Array], pred: Mapping[str, Array]) -> None:
        if self.label_names is not None:
            label = {name: x for name, x in label.items() if name in self.label_names}
        if self.output_names is not None:
            pred = {name: x for name, x in pred.items() if name in self.output_names}
        for metric in self.metrics:
            metric.update_dict(label, pred)

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for metric in self.metrics:
            metric.update(labels, preds)

    def reset(self) -> None:
        for metric in self.metrics:
            metric.reset()

    def reset_local(self) -> None:
        for metric in self.metrics:
            metric.reset_local()

    def get(self) -> tuple[list[str], list[float]]:
        return self._joined(metric.get() for metric in self.metrics)

    def get_global(self) -> tuple[list[str], list[float]]:
        return self._joined(metric.get_global() for metric in self.metrics)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "metrics": [metric.get_config() for metric in self.metrics]}

    def _joined(
        self, results: Iterable[tuple[str | MaybeMany, float | MaybeMany]]
    ) -> tuple[list[str], list[float]]:
        """Names and values of metrics that have one each, or some."""
        names: list[str] = []
        values: list[float] = []
        for name, value in results:
            names.extend([name] if isinstance(name, str) else name)
            values.extend(value if isinstance(value, (list, tuple)) else [value])
        return names, values


def create(metric: MetricLike, *args: Any, **kwargs: Any) -> EvalMetric:
    """A metric by name, from a function, or from a list of these.

    Parameters
    ----------
    metric : str, callable, EvalMetric, dict or list
        A registered name such as ``'acc'``, with its arguments; a function of a label and a
        prediction (`CustomMetric`); an instance, which is returned; a dict of arguments with the
        name as ``'metric'`` (`EvalMetric.get_config`); a list of these (`CompositeEvalMetric`).

    Raises
    ------
    AssertionError
        If no metric of that name is registered.
    """
    if callable(metric):
        return create_registered("custommetric", metric, *args, **kwargs)
    if isinstance(metric, (list, tuple)):
        composite = CompositeEvalMetric(*args, **kwargs)
        for part in metric:
            composite.add(part)
        return composite
    return create_registered(metric, *args, **kwargs)
