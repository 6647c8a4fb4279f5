"""Checks of what modules are called with."""

from __future__ import annotations

from collections.abc import Sequence

from ..base import shown
from ..io import DataDesc
from ..io.batches import DataIterLike, DataShapes


def check_initializer(initializer: object) -> None:
    """TypeError for what is neither None nor a function of a name and an array."""
    if initializer is not None and not callable(initializer):
        raise TypeError(
            f"init_params: initializer must be an Initializer or None, got {shown(initializer)}; "
            "mx.init.create makes one by its name"
        )


def check_batches(parts: Sequence[object]) -> None:
    """TypeError if one is no batch."""
    for part in parts:
        if not hasattr(part, "data"):
            raise TypeError(
                f"forward: data_batch must be a DataBatch, with lists of arrays, got {shown(part)}"
            )


def check_metric(eval_metric: object) -> None:
    """TypeError for what is no metric."""
    if not hasattr(eval_metric, "update_dict"):
        raise TypeError(
            f"update_metric: eval_metric must be an EvalMetric, got {shown(eval_metric)}; "
            "mx.metric.create makes one by its name"
        )


def rewind(function: str, eval_data: DataIterLike) -> None:
    """Let an iterator begin anew; TypeError for what is none."""
    if not hasattr(eval_data, "reset"):
        raise TypeError(
            f"{function}: eval_data must be an iterator over batches, such as NDArrayIter, got "
            f"{shown(eval_data)}"
        )
    eval_data.reset()


def descriptions(shapes: DataShapes | None) -> list[DataDesc]:
    """Descriptions, from these or from pairs of name and shape."""
    for x in shapes or []:
        if not isinstance(x, (tuple, list)) or len(x) < 2:
            raise TypeError(
                "data_shapes and label_shapes are lists of DataDesc or of (name, shape), got "
                f"{shown(shapes)}"
            )
        if not isinstance(x[1], (tuple, list)):
            raise TypeError(
                f"data_shapes and label_shapes: the shape of {x[0]} must be a tuple of ints, got "
                f"{shown(x[1])}"
            )
    return [x if isinstance(x, DataDesc) else DataDesc(*x) for x in shapes or []]
