"""`CustomOp` and `CustomOpProp`, of which a user derives what an operator computes and infers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..array.ndarray import NDArray
from ..array.sparse import STYPES
from ..base import DTypeLike, HostArray, MXNetError
from ..context import Context

Shapes: TypeAlias = Sequence[Sequence[int]]
Arrays: TypeAlias = list[NDArray]
DENSE = STYPES[0]


class CustomOp:
    """What a custom operator computes: to be derived from, and made by `CustomOpProp`."""

    def forward(
        self, is_train: bool, req: list[str], in_data: Arrays, out_data: Arrays, aux: Arrays
    ) -> None:
        """Write the outputs to *out_data*, by `assign`.

        Parameters
        ----------
        is_train : bool
            Whether this thread is in training mode.
        req : list of str
            For each output, what `assign` takes.
        in_data, out_data, aux : list of NDArray
            Inputs, outputs, and auxiliary states, which may be written to.
        """

    def backward(
        self,
        req: list[str],
        out_grad: Arrays,
        in_data: Arrays,
        out_data: Arrays,
        in_grad: Arrays,
        aux: Arrays,
    ) -> None:
        """Write the inputs' gradients to *in_grad*, by `assign`.

        Under ``grad(..., create_graph=True)`` it is recorded, and can be differentiated itself.

        Parameters
        ----------
        req : list of str
            For each input, what `assign` takes; 'null' where no gradient is needed.
        out_grad, in_data, out_data, in_grad, aux : list of NDArray
        """

    def assign(self, dst: NDArray, req: str, src: NDArray | HostArray | float) -> None:
        """Write *src* to *dst*, as *req* says.

        Parameters
        ----------
        dst : NDArray
        req : {'null', 'write', 'inplace', 'add'}
            Nothing, replace, replace, or add.  Anything else does nothing either.
        src : NDArray, numpy.ndarray or number
        """
        if req in ("write", "inplace"):
            dst[:] = src
        elif req == "add":
            dst[:] += src


class CustomOpProp:
    """What there is to know of a custom operator before it is called: to be derived from.

    Keyword arguments of ``nd.Custom`` go to the constructor as strings.

    Parameters
    ----------
    need_top_grad : bool
        Whether backward reads the outputs' gradients; a loss does not.
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        self.need_top_grad_ = need_top_grad

    def infer_shape(self, in_shape: list[list[int]]) -> Sequence[Shapes]:
        """Shapes of inputs, outputs and, if there are some, auxiliary states.

        By default there is one output, of the first input's shape.
        """
        return in_shape, (in_shape[0],), ()

    def infer_type(self, in_type: list[type]) -> Sequence[Sequence[DTypeLike]]:
        """Dtypes of inputs, outputs and auxiliary states; by default the first input's."""
        outputs, states = len(self.list_outputs()), len(self.list_auxiliary_states())
        return in_type, [in_type[0]] * outputs, [in_type[0]] * states

    def infer_storage_type(self, in_stype: list[str]) -> Sequence[Sequence[str]]:
        """Storage types of inputs, outputs and, if there are some, auxiliary states.

        By default all are dense.  States may be of other types than these.

        Parameters
        ----------
        in_stype : list of {'default', 'row_sparse', 'csr'}
            What the inputs are.

        Raises
        ------
        MXNetError
            By default, if an input is sparse.
        """
        _expect_dense("infer_storage_type", in_stype=in_stype)
        outputs, states = len(self.list_outputs()), len(self.list_auxiliary_states())
        return in_stype, [DENSE] * outputs, [DENSE] * states

    def infer_storage_type_backward(
        self,
        ograd_stype: list[str],
        in_stype: list[str],
        out_stype: list[str],
        igrad_stype: list[str],
        aux_stype: list[str],
    ) -> Sequence[Sequence[str]]:
        """Storage types of the arrays that backward gets, in the order of the parameters.

        Gradients come and are added up in other storages than these as well: they are converted.
        By default all are dense.

        Parameters
        ----------
        ograd_stype, in_stype, out_stype, igrad_stype, aux_stype : list of str
            What gradients of outputs, inputs, outputs, gradients of inputs and auxiliary states
            are.

        Raises
        ------
        MXNetError
            By default, if a gradient is sparse.
        """
        _expect_dense(
            "infer_storage_type_backward", ograd_stype=ograd_stype, igrad_stype=igrad_stype
        )
        given = ograd_stype, in_stype, out_stype, igrad_stype, aux_stype
        return [[DENSE] * len(stypes) for stypes in given]

    def list_arguments(self) -> list[str]:
        """Names of the inputs."""
        return ["data"]

    def list_outputs(self) -> list[str]:
        """Names of the outputs."""
        return ["output"]

    def list_auxiliary_states(self) -> list[str]:
        """Names of the auxiliary states, arrays that the operator may write to."""
        return []

    def declare_backward_dependency(
        self, out_grad: Sequence[int], in_data: Sequence[int], out_data: Sequence[int]
    ) -> list[int]:
        """Which arrays backward reads, of their numbers; others may be overwritten before."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]

    def create_operator(
        self, ctx: Context, in_shapes: list[list[int]], in_dtypes: list[type]
    ) -> CustomOp:
        """Make what computes, for inputs and auxiliary states of these shapes and dtypes."""
        return CustomOp()


def _expect_dense(method: str, **given: list[str]) -> None:
    for name, stypes in given.items():
        for i, stype in enumerate(stypes):
            if stype != DENSE:
                raise MXNetError(
                    f"{method}: {name}[{i}] is {stype!r}, but the operator is written for dense "
                    "arrays; let its CustomOpProp have infer_storage_type and "
                    "infer_storage_type_backward"
                )
