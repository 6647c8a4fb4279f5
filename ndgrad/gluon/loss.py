"""Losses: for each element of the batch one number, of a prediction and a label.

Each loss is multiplied by *weight* and, element by element, by *sample_weight*; the result is its
mean over all axes but that of the batch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..base import public_names
from .hybrid import HybridArrayBlock

if TYPE_CHECKING:
    from typing import Unpack

    from ..nd import NDArray
    from ..typing import BlockArguments, Operators, Tensor

__all__ = [
    "CTCLoss",
    "CosineEmbeddingLoss",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "LogisticLoss",
    "Loss",
    "PoissonNLLLoss",
    "SDMLLoss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "TripletLoss",
]
__dir__ = public_names(globals())

_TINY = 1e-12
"""Added to probabilities before their logarithm."""


class Loss(HybridArrayBlock):
    """The base of losses.

    Parameters
    ----------
    weight : float, optional
        By which the loss is multiplied.
    batch_axis : int
        The axis of the batch.
    """

    def __init__(
        self, weight: float | None, batch_axis: int, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(**kwargs)
        self._weight, self._batch_axis = weight, batch_axis

    def __repr__(self) -> str:
        return f"{type(self).__name__}(batch_axis={self._batch_axis}, w={self._weight})"

    def _weighted(
        self, F: Operators, loss: Tensor, sample_weight: Tensor | None, scale: float = 1
    ) -> Tensor:
        """*loss* times *sample_weight*, and times *weight* and *scale*."""
        if sample_weight is not None:
            loss = F.broadcast_mul(loss, sample_weight)
        if self._weight is None:
            return loss
        if not isinstance(self._weight, (int, float)):
            raise AssertionError(f"weight must be a number, got {self._weight!r}")
        return loss * (self._weight * scale)

    def _mean(
        self, F: Operators, loss: Tensor, sample_weight: Tensor | None, scale: float = 1
    ) -> Tensor:
        """The mean of the weighted loss over all axes but that of the batch."""
        loss = self._weighted(F, loss, sample_weight, scale)
        return F.mean(loss, axis=self._batch_axis, exclude=True)


def _log1p_exp_of_minus_abs(F: Operators, x: Tensor) -> Tensor:
    """``log(1 + exp(-|x|))``, which does not overflow."""
    return F.Activation(-F.abs(x), act_type="softrelu")


class L2Loss(Loss):
    """``weight / 2 * (label - pred)²``.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self, weight: float | None = 1.0, batch_axis: int = 0, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        label = F.reshape_like(label, pred)
        return self._mean(F, F.square(label - pred), sample_weight, 0.5)


class L1Loss(Loss):
    """``|label - pred|``.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        label = F.reshape_like(label, pred)
        return self._mean(F, F.abs(label - pred), sample_weight)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """``-pos_weight * label * log(p) - (1 - label) * log(1 - p)``, where ``p = sigmoid(pred)``.

    Parameters
    ----------
    from_sigmoid : bool
        Whether predictions are ``p`` already.
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self,
        from_sigmoid: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_sigmoid = from_sigmoid

    def hybrid_forward(
        self,
        F: Operators,
        pred: Tensor,
        label: Tensor,
        sample_weight: Tensor | None = None,
        pos_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        label = F.reshape_like(label, pred)
        if self._from_sigmoid:
            positive = F.log(pred + _TINY) * label
            if pos_weight is not None:
                positive = F.broadcast_mul(positive, pos_weight)
            loss = -(positive + F.log(1.0 - pred + _TINY) * (1.0 - label))
        elif pos_weight is None:
            loss = F.relu(pred) - pred * label + _log1p_exp_of_minus_abs(F, pred)
        else:
            factor = 1 + F.broadcast_mul(pos_weight - 1, label)
            log_q = _log1p_exp_of_minus_abs(F, pred) + F.relu(-pred)
            loss = pred - pred * label + factor * log_q
        return self._mean(F, loss, sample_weight)


SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss


class SoftmaxCrossEntropyLoss(Loss):
    """``-log(softmax(pred))`` of the label's class; or its sum over classes times *label*.

    Parameters
    ----------
    axis : int
        Of the classes.
    sparse_label : bool
        Whether labels are numbers of classes, or probabilities of all.
    from_logits : bool
        Whether predictions are logarithms of probabilities already.
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self,
        axis: int = -1,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._axis, self._sparse_label, self._from_logits = axis, sparse_label, from_logits

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        if not self._from_logits:
            pred = F.log_softmax(pred, axis=self._axis)
        if self._sparse_label:
            loss = -F.pick(pred, label, axis=self._axis, keepdims=True)
        else:
            label = F.reshape_like(label, pred)
            loss = -F.sum(pred * label, axis=self._axis, keepdims=True)
        return self._mean(F, loss, sample_weight)


SoftmaxCELoss = SoftmaxCrossEntropyLoss


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence, ``label * (log(label) - pred)``.

    Parameters
    ----------
    from_logits : bool
        Whether predictions are logarithms of probabilities; otherwise they get a log-softmax.
    axis : int
        Of the classes.
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits, self._axis = from_logits, axis

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,): a sum over all axes but that of the batch."""
        if not self._from_logits:
            pred = F.log_softmax(pred, axis=self._axis)
        loss = self._weighted(F, label * (F.log(label + _TINY) - pred), sample_weight)
        return F.sum(loss, axis=self._batch_axis, exclude=True)


class CTCLoss(Loss):
    """The connectionist temporal classification loss (Graves et al. 2006); the last class is blank.

    Parameters
    ----------
    layout : {'NTC', 'TNC'}
        The order of batch, time and classes in predictions.
    label_layout : {'NT', 'TN'}
        And in labels.
    weight : float, optional
    """

    def __init__(
        self,
        layout: str = "NTC",
        label_layout: str = "NT",
        weight: float | None = None,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        for name, given, known in (
            ("layout", layout, ("NTC", "TNC")),
            ("label_layout", label_layout, ("NT", "TN")),
        ):
            if given not in known:
                raise AssertionError(f"{name} must be {known[0]!r} or {known[1]!r}, got {given!r}")
        super().__init__(weight, label_layout.find("N"), **kwargs)
        self._layout, self._label_layout = layout, label_layout

    def hybrid_forward(
        self,
        F: Operators,
        pred: Tensor,
        label: Tensor,
        pred_lengths: Tensor | None = None,
        label_lengths: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        if self._layout == "NTC":
            pred = F.swapaxes(pred, 0, 1)
        if self._batch_axis == 1:
            label = F.swapaxes(label, 0, 1)
        lengths = {"data_lengths": pred_lengths, "label_lengths": label_lengths}
        loss = F.CTCLoss(
            pred,
            label,
            use_data_lengths=pred_lengths is not None,
            use_label_lengths=label_lengths is not None,
            blank_label="last",
            **{name: x for name, x in lengths.items() if x is not None},
        )
        return self._weighted(F, loss, sample_weight)


class HuberLoss(Loss):
    """``d² / (2 rho)`` where ``d = |label - pred|`` is at most ``rho``, else ``d - rho / 2``.

    Parameters
    ----------
    rho : float
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self,
        rho: float = 1,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._rho = rho

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        far = F.abs(F.reshape_like(label, pred) - pred)
        loss = F.where(far > self._rho, far - 0.5 * self._rho, 0.5 / self._rho * F.square(far))
        return self._mean(F, loss, sample_weight)


class _MarginLoss(Loss):
    """A loss with a margin, 1 by default."""

    def __init__(
        self,
        margin: float = 1,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin


class HingeLoss(_MarginLoss):
    """``max(0, margin - pred * label)``, with labels 1 and -1.

    Parameters
    ----------
    margin : float
    weight : float, optional
    batch_axis : int
    """

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        loss = F.relu(self._margin - pred * F.reshape_like(label, pred))
        return self._mean(F, loss, sample_weight)


class SquaredHingeLoss(_MarginLoss):
    """``max(0, margin - pred * label)²``, with labels 1 and -1.

    Parameters
    ----------
    margin : float
    weight : float, optional
    batch_axis : int
    """

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        loss = F.square(F.relu(self._margin - pred * F.reshape_like(label, pred)))
        return self._mean(F, loss, sample_weight)


class LogisticLoss(Loss):
    """``log(1 + exp(-pred * label))``, with labels 1 and -1.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int
    label_format : {'signed', 'binary'}
        Whether labels are 1 and -1, or 1 and 0.
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        label_format: str = "signed",
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        if label_format not in ("signed", "binary"):
            raise ValueError(f"label_format can only be signed or binary, received {label_format}.")
        self._label_format = label_format

    def hybrid_forward(
        self, F: Operators, pred: Tensor, label: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        label = F.reshape_like(label, pred)
        if self._label_format == "signed":
            label = (label + 1.0) / 2.0
        loss = F.relu(pred) - pred * label + _log1p_exp_of_minus_abs(F, pred)
        return self._mean(F, loss, sample_weight)


class TripletLoss(_MarginLoss):
    """``max(0, Σ (positive - pred)² - Σ (negative - pred)² + margin)``.

    Parameters
    ----------
    margin : float
    weight : float, optional
    batch_axis : int
    """

    def hybrid_forward(
        self, F: Operators, pred: Tensor, positive: Tensor, negative: Tensor
    ) -> Tensor:
        """Return the loss, of shape (batch,)."""
        positive, negative = F.reshape_like(positive, pred), F.reshape_like(negative, pred)
        nearer = F.square(positive - pred) - F.square(negative - pred)
        loss = F.relu(F.sum(nearer, axis=self._batch_axis, exclude=True) + self._margin)
        return self._weighted(F, loss, None)


class PoissonNLLLoss(Loss):
    """``exp(pred) - target * pred``, the negative log-likelihood of counts; one mean of all.

    Parameters
    ----------
    weight : float, optional
    from_logits : bool
        Whether predictions are logarithms of the mean, or the mean itself.
    batch_axis : int
    compute_full : bool
        Whether to add Stirling's approximation of ``log(target!)``.
    """

    def __init__(
        self,
        weight: float | None = None,
        from_logits: bool = True,
        batch_axis: int = 0,
        compute_full: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits, self._compute_full = from_logits, compute_full

    def hybrid_forward(
        self,
        F: Operators,
        pred: Tensor,
        target: Tensor,
        sample_weight: Tensor | None = None,
        epsilon: float = 1e-8,
    ) -> Tensor:
        """Return the loss, of one element."""
        target = F.reshape_like(target, pred)
        if self._from_logits:
            loss = F.exp(pred) - target * pred
        else:
            loss = pred - target * F.log(pred + epsilon)
        if self._compute_full:
            stirling = target * F.log(target) - target + 0.5 * F.log(2 * target * math.pi)
            loss = loss + F.where(target > 1, stirling, F.zeros_like(target))
        return F.mean(self._weighted(F, loss, sample_weight))


class CosineEmbeddingLoss(Loss):
    """``1 - cos`` of two vectors' angle for label 1, ``max(0, cos - margin)`` for label -1.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int
    margin : float
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        margin: float = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def hybrid_forward(
        self,
        F: Operators,
        input1: Tensor,
        input2: Tensor,
        label: Tensor,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss, of shape (batch, 1)."""
        input1 = F.reshape_like(input1, input2)
        norms = F.norm(input1, axis=-1) * F.norm(input2, axis=-1)
        cos = F.sum(input1 * input2, axis=-1) / F.maximum(norms, _TINY)
        cos = F.reshape(cos, (-1, 1))
        label = F.reshape_like(label, cos)
        loss = F.where(label == 1, 1 - cos, F.relu(cos - self._margin))
        return self._weighted(F, loss, sample_weight)


class SDMLLoss(Loss):
    """Smoothed deep metric learning of two batches, whose pairs belong together (Bonadiman 2019).

    The softmax of the negative squared distances of each vector of the first batch to all of the
    second one is compared with the smoothed identity matrix.

    Parameters
    ----------
    smoothing_parameter : float
        The probability that is spread over the other pairs.
    weight : float, optional
    batch_axis : int
    """

    def __init__(
        self,
        smoothing_parameter: float = 0.3,
        weight: float | None = 1.0,
        batch_axis: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self.kl_loss = KLDivLoss(from_logits=True)
        self.smoothing_parameter = smoothing_parameter

    def hybrid_forward(self, F: Operators, x1: NDArray, x2: NDArray) -> NDArray:
        """Return the loss, of shape (batch,)."""
        batch = x1.shape[0]
        gap = F.broadcast_sub(F.expand_dims(x1, 1), F.expand_dims(x2, 0))
        log_p = F.log_softmax(-F.sum(F.square(gap), axis=2), axis=1)
        same = F.eye(batch)
        other = self.smoothing_parameter / (batch - 1)
        labels = same * (1 - self.smoothing_parameter) + (1 - same) * other
        return self.kl_loss(log_p, labels)
