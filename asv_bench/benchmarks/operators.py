"""Every case of the table, as asv benchmarks: element-wise rows, then the groups of `CASES`."""

from __future__ import annotations

from typing import Any

from ._base import Case
from ._cases import CASES
from ._elementwise import Elementwise, rows

_ROWS = {row["op"]: row for row in rows()}


class _Timed:
    """Times a case with ndgrad; one that lacks its operator is left out, as asv's n/a."""

    param_names = ("variant",)

    def setup(self, *variant: str) -> None:
        self.run = self.case(*variant).build("ndgrad")
        self.run()  # compiles

    def time_run(self, *variant: str) -> None:
        self.run()

    def case(self, *variant: str) -> Case:
        raise NotImplementedError


class ElementwiseForward(_Timed):
    """One operator of the table on 4 M elements."""

    param_names = ("operator",)
    params = [list(_ROWS)]

    def case(self, *variant: str) -> Case:
        return Elementwise(_ROWS[variant[0]])


def _group(title: str, *prefixes: str, doc: str) -> Any:
    """An asv class of the cases in the groups *prefixes*, the case's name its parameter."""
    names = [name for name in CASES if name.split("/")[0] in prefixes]

    def case(self: _Timed, *variant: str) -> Case:
        return CASES[variant[0]]

    return type(
        title,
        (_Timed,),
        {"__doc__": doc, "__module__": __name__, "params": [names], "case": case},
    )


EagerOverhead = _group("EagerOverhead", "eager", doc="100 operators on 8 elements.")
AddMul = _group("AddMul", "add", "mul", doc="Into fresh memory, dropped at once.")
CopyBandwidth = _group("CopyBandwidth", "copy", doc="Into memory that is there.")
Reductions = _group(
    "Reductions",
    *("sum", "mean", "max", "min", "prod", "norm", "argmax"),
    doc="Over each axis, and both, of 4096 x 4096.",
)
Softmax = _group("Softmax", "softmax", "log_softmax", doc="Over the last axis.")
SoftmaxCrossEntropy = _group(
    "SoftmaxCrossEntropy", "softmax-cross-entropy", doc="Loss and gradient."
)
SmallArrays = _group("SmallArrays", "small", doc="32 x 64: what Python does around a kernel.")
Dot = _group("Dot", "dot", doc="Products of matrices.")
Dense = _group("Dense", "dense", "batch-dot", doc="Layers, and batches of products.")
Convolution = _group(
    "Convolution", "convolution", "pooling", doc="Layers of LeNet, ResNet and MobileNet."
)
Recurrent = _group("Recurrent", "rnn", doc="A plain recurrent layer of 35 steps.")
MLPStep = _group("MLPStep", "mlp-step", doc="Forward, backward and update of a batch.")
LayerNormPrimitives = _group("LayerNormPrimitives", "layer-norm", doc="Out of nine operators.")
Transpose = _group("Transpose", "transpose", doc="Axes moved in memory.")
Order = _group("Order", "sort", "argsort", "topk", doc="Of rows of 1000.")
TakeScatter = _group("TakeScatter", "take", "embedding", doc="Rows of a table, and their gradient.")
Gradients = _group("Gradients", "gradient", doc="Into a variable's memory, or a part of it.")
Sizes = _group("Sizes", "sizes", doc="From what Python does to what memory or arithmetic takes.")
Random = _group("Random", "random", doc="Draws of 4 M numbers.")
Compiled = _group("Compiled", "compiled", doc="Whole programs, each a compiled function.")
Layers = _group("Layers", "layers", doc="Norms, recurrence, steps of optimizers, sparse products.")
Models = _group("Models", "models", doc="Steps of training with Gluon, and a data loader.")
