"""Ranges of what a network computes, from examples: collected, and narrowed by their histograms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import numpy as np

from ... import nd
from ...base import HostArray, public_names
from ...io import DataIter
from ...module import Module
from ...nd import NDArray

if TYPE_CHECKING:
    from ...typing import LoggerLike

__all__ = ["combine_histogram"]
__dir__ = public_names(globals())

Histogram: TypeAlias = tuple[HostArray, HostArray, float, float, float]
"""Counts, ends of the bins, the least and the greatest number, and the end of the last bin."""

Ranges: TypeAlias = dict[str, tuple[float, float]]
"""The ends of ranges by the names of outputs."""


@runtime_checkable
class HasRanges(Protocol):
    """A collector of ranges."""

    min_max_dict: Ranges


class Collector(Protocol):
    """What is called with the name and the value of each output."""

    def collect(self, name: str, arr: NDArray) -> None:
        """Note an output."""


def combine_histogram(
    old_hist: Histogram, arr: HostArray, new_min: float, new_max: float, new_th: float
) -> Histogram:
    """Return a histogram of more numbers, with more bins of the old width if they need these.

    Parameters
    ----------
    old_hist : tuple
        Counts, ends of the bins, least and greatest number, and the end of the last bin.
    arr : numpy.ndarray
    new_min, new_max, new_th : float
        The least and the greatest of *arr*, and the greatest magnitude.
    """
    counts, edges, least, greatest, end = old_hist
    least, greatest = min(least, new_min), max(greatest, new_max)
    if new_th <= end:
        more, _ = np.histogram(arr, bins=len(counts), range=(-end, end))
        return counts + more, edges, least, greatest, end
    width = 2 * end / len(counts)
    added = int((new_th - end) // width + 1)
    end = added * width + end
    total, edges = np.histogram(arr, bins=2 * added + len(counts), range=(-end, end))
    total[added : added + len(counts)] += counts
    return total, edges, least, greatest, end


class _LayerHistogramCollector:
    """Histograms of outputs by name, of 8001 bins at first."""

    def __init__(
        self,
        num_bins: int = 8001,
        include_layer: Collection[str] | None = None,
        logger: LoggerLike | None = None,
    ) -> None:
        self.hist_dict: dict[str, Histogram] = {}
        self.num_bins = num_bins
        self.include_layer = include_layer
        self.logger = logger

    def collect(self, name: str, arr: NDArray) -> None:
        """Count the elements of an output, if it is one of those asked for."""
        if self.include_layer is not None and name not in self.include_layer:
            return
        values = arr.asnumpy()
        if self.logger is not None:
            self.logger.debug("Collecting layer %s histogram of shape %s", name, values.shape)
        least, greatest = float(values.min()), float(values.max())
        end = max(abs(least), abs(greatest))
        if name in self.hist_dict:
            old = self.hist_dict[name]
            self.hist_dict[name] = combine_histogram(old, values, least, greatest, end)
        else:
            end = end or 1.0  # bins of no width cannot be made wider
            counts, edges = np.histogram(values, bins=self.num_bins, range=(-end, end))
            self.hist_dict[name] = counts, edges, least, greatest, end


class _LayerOutputMinMaxCollector:
    """The least and the greatest element of outputs by name."""

    def __init__(
        self,
        quantized_dtype: str,
        include_layer: Collection[str] | None = None,
        logger: LoggerLike | None = None,
    ) -> None:
        self.min_max_dict: Ranges = {}
        self.quantized_dtype = quantized_dtype
        self.include_layer = include_layer
        self.logger = logger

    def collect(self, name: str, arr: NDArray) -> None:
        """Note the range of an output, if it is one of those asked for."""
        if self.include_layer is not None and name not in self.include_layer:
            return
        low, high = nd.min(arr).asscalar(), nd.max(arr).asscalar()
        old = self.min_max_dict.get(name, (low, high))
        self.min_max_dict[name] = min(old[0], low), max(old[1], high)
        if self.logger is not None:
            message = "Collecting layer %s min_range=%f, max_range=%f"
            self.logger.debug(message, name, low, high)


def _collect_layer_statistics(
    mod: Module,
    data: DataIter,
    collector: Collector,
    max_num_examples: int | None = None,
    logger: LoggerLike | None = None,
) -> int:
    """Run a network on batches, and show a collector what it computes; return how many examples."""
    if not isinstance(data, DataIter):
        raise ValueError(
            f"Only supports data as a type of DataIter, while received type {type(data)}"
        )
    mod._exec_group.execs[0].set_monitor_callback(collector.collect, monitor_all=True)
    batches = examples = 0
    for batch in data:
        mod.forward(batch, is_train=False)
        batches += 1
        examples += data.batch_size
        if max_num_examples is not None and examples >= max_num_examples:
            break
    if logger is not None:
        message = "Collected statistics from %d batches with batch_size=%d"
        logger.info(message, batches, data.batch_size)
    return examples


def _get_optimal_threshold(
    hist_data: Histogram, quantized_dtype: str, num_quantized_bins: int = 255
) -> tuple[float, float, float, float]:
    """The least and the greatest number, the end of the range that loses least, and the loss."""
    counts, edges, least, greatest, _ = hist_data
    if least >= 0 and quantized_dtype in ("auto", "uint8"):
        num_quantized_bins = 2 * num_quantized_bins + 1  # half of the bins are below zero
    threshold, divergence = nd.contrib.calibrate_entropy(
        nd.array(counts), nd.array(edges), num_quantized_bins=num_quantized_bins
    )
    return least, greatest, threshold.asscalar(), divergence.asscalar()


def _get_optimal_thresholds(
    hist_dict: Mapping[str, Histogram],
    quantized_dtype: str,
    num_quantized_bins: int = 255,
    logger: LoggerLike | None = None,
) -> Ranges:
    """The ranges that lose least, by the names of outputs."""
    found = {}
    for name, histogram in hist_dict.items():
        least, greatest, end, loss = _get_optimal_threshold(
            histogram, quantized_dtype, num_quantized_bins
        )
        positive = least >= 0 and quantized_dtype in ("auto", "uint8")
        found[name] = (0.0 if positive else -end, end)
        if logger is not None:
            message = "layer=%s, min_val=%f, max_val=%f, th=%f, divergence=%f"
            logger.debug(message, name, least, greatest, end, loss)
    return found
