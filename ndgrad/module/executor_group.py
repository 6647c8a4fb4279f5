"""Executors of one symbol on several devices, each of which computes a part of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import nd
from ..base import DTypeLike, HostArray, MXNetError, Shape, as_dtype
from ..context import Context
from ..io import DataDesc
from ..metric import EvalMetric
from ..nd import NDArray
from ..symbol import Symbol
from ..symbol.binding import input_contexts, storages
from ..symbol.executor import Executor
from ..symbol.inference import complete
from .checks import check_metric
from .devices import merged

if TYPE_CHECKING:
    from ..typing import GradReqLike, LoggerLike, MaybeMany
    from .base_module import Batches, Labels

Groups: TypeAlias = Mapping[str, Context]
"""Where the parts of a symbol are whose ``ctx_group`` has a name."""

GroupsLike: TypeAlias = Mapping[str, Context | Sequence[Context]] | list[Groups]
"""The same for several devices: for each name one context or all, or for each device a mapping."""


class DataParallelExecutorGroup:
    """Executors of a symbol, one for each device, with arrays for its arguments.

    Parameters
    ----------
    symbol : Symbol
    contexts : list of Context
    workload : list of float or None
        How much of a batch each device takes, in proportion; equal parts by default.
    data_shapes, label_shapes : list of DataDesc
        Whole batches; what the symbol has no argument for is left out.
    param_names : list of str
        Arguments that are neither data nor labels nor states.
    for_training, inputs_need_grad : bool
        Whether gradients are computed, and those of the data too.
    shared_group : DataParallelExecutorGroup, optional
        Whose parameters and states these executors take over.
    logger : optional
        Ignored.
    fixed_param_names : list of str, optional
        Parameters without a gradient.
    grad_req : str, list of str or dict of str to str
        What becomes of gradients; see `grad_reqs`.
    state_names : list of str, optional
        Arguments that `set_states` sets.
    group2ctxs : list of dict, optional
        For each device the contexts of the symbol's groups.
    """

    _total_exec_bytes = 0
    """What MXNet counts, and modules of users copy."""

    def __init__(
        self,
        symbol: Symbol,
        contexts: Sequence[Context],
        workload: Sequence[float] | None,
        data_shapes: Sequence[DataDesc],
        label_shapes: Sequence[DataDesc] | None,
        param_names: Sequence[str],
        for_training: bool = True,
        inputs_need_grad: bool = False,
        shared_group: DataParallelExecutorGroup | None = None,
        logger: LoggerLike | None = None,
        fixed_param_names: Sequence[str] | None = None,
        grad_req: GradReqLike = "write",
        state_names: Sequence[str] | None = None,
        group2ctxs: Sequence[Groups] | None = None,
    ) -> None:
        self.symbol = symbol
        self.contexts = list(contexts)
        self._group2ctxs = group2ctxs or [{}] * len(self.contexts)
        self.param_names = list(param_names)
        self.aux_names: list[str] = symbol.list_auxiliary_states()
        self.state_names = list(state_names or ())
        self._arguments: list[str] = symbol.list_arguments()
        self.data_shapes = list(data_shapes)
        self.label_shapes = [desc for desc in label_shapes or () if desc.name in self._arguments]
        learnt = [name for name in self.param_names if name not in (fixed_param_names or ())]
        learnt += [desc.name for desc in self.data_shapes] if inputs_need_grad else []
        self.grad_req = grad_reqs(grad_req, self._arguments, learnt) if for_training else {}
        self.batch_size = _batch_size(self.data_shapes)
        self.slices = split_batch(self.batch_size, workload or [1.0] * len(self.contexts))
        self._output_axes = [
            DataDesc.get_batch_axis(symbol[i].attr("__layout__"))
            for i in range(len(symbol.list_outputs()))
        ]
        self.execs: list[Executor] = [
            self._bind(k, shared_group.execs[k] if shared_group else None)
            for k in range(len(self.contexts))
        ]

    def _bind(self, k: int, shared: Executor | None) -> Executor:
        """The executor on the device *k*, with the parameters of *shared* if there is one."""
        parts = [self._part(desc, k) for desc in (*self.data_shapes, *self.label_shapes)]
        shapes = {desc.name: desc.shape for desc in parts}
        arg_shapes, _, aux_shapes = map(complete, self.symbol._inferred_shapes((), shapes))
        if arg_shapes is None or aux_shapes is None:
            raise MXNetError(f"bind: the shapes of arguments do not follow from {shapes}")
        given = {desc.name: as_dtype(desc.dtype, op="bind").name for desc in parts}
        arg_types, _, aux_types = self.symbol.infer_type_partial(**given)
        stypes, gradient_stypes = storages(self.symbol)
        group2ctx = self._group2ctxs[k]
        at = input_contexts(self.symbol, self.contexts[k], group2ctx)
        args = _allocated(
            at,
            zip(self._arguments, arg_shapes, arg_types, strict=True),
            stypes,
            {} if shared is None else {n: shared.arg_dict.get(n) for n in self.param_names},
        )
        auxs = _allocated(
            at,
            zip(self.aux_names, aux_shapes, aux_types, strict=True),
            {},
            {} if shared is None else shared.aux_dict,
        )
        grads = {}
        for name, req in self.grad_req.items():
            if req != "null":
                x, stype = args[name], gradient_stypes.get(name, "default")
                old = None
                if shared is not None and shared.arg_dict.get(name) is x:
                    old = shared.grad_dict.get(name)
                if old is None:
                    old = nd.zeros(x.shape, x.context, x.dtype, stype=stype)
                grads[name] = old
        reqs = {name: self.grad_req.get(name, "null") for name in self._arguments}
        return self.symbol.bind(
            self.contexts[k], args=args, args_grad=grads, grad_req=reqs, aux_states=auxs,
            group2ctx=group2ctx,
        )  # fmt: skip

    @cached_property
    def param_arrays(self) -> list[list[NDArray]]:
        """Each parameter's arrays, one for each device."""
        return [[exe.arg_dict[name] for exe in self.execs] for name in self.param_names]

    @cached_property
    def grad_arrays(self) -> list[list[NDArray | None]]:
        """Each parameter's gradients, one for each device; None in place of those not computed."""
        return [[exe.grad_dict.get(name) for exe in self.execs] for name in self.param_names]

    @property
    def aux_arrays(self) -> list[list[NDArray]]:
        """Each auxiliary state's arrays, one for each device."""
        return [[exe.aux_dict[name] for exe in self.execs] for name in self.aux_names]

    @property
    def arg_names(self) -> list[str]:
        """The names of all arguments, which programs that wrap modules read."""
        return self._arguments

    def updates_on(self, k: int) -> tuple[list[int], list[NDArray], list[NDArray]]:
        """Numbers, gradients and arrays on device *k* of the parameters that are learnt.

        On several devices the numbers of a parameter follow each other, as each has states of its
        own.
        """
        indices, gradients, arrays = [], [], []
        for i, (weights, grads) in enumerate(zip(self.param_arrays, self.grad_arrays, strict=True)):
            if (grad := grads[k]) is not None:
                indices.append(i * len(self.execs) + k)
                gradients.append(grad)
                arrays.append(weights[k])
        return indices, gradients, arrays

    def set_params(
        self,
        arg_params: Mapping[str, NDArray],
        aux_params: Mapping[str, NDArray],
        allow_extra: bool = False,
    ) -> None:
        """Copy parameters to all devices.

        Raises
        ------
        ValueError
            For a name that the symbol does not have, unless *allow_extra*; for another shape.
        """
        for exe in self.execs:
            for what, values, arrays in (
                ("arguments", arg_params, exe.arg_dict),
                ("auxiliary states", aux_params, exe.aux_dict),
            ):
                for name, value in values.items():
                    if name in arrays:
                        copy_into(arrays[name], value, name)
                    elif not allow_extra:
                        raise ValueError(f'Find name "{name}" that is not in the {what}')

    def get_params(
        self, arg_params: Mapping[str, NDArray], aux_params: Mapping[str, NDArray]
    ) -> None:
        """Write the parameters, the mean of all devices', into these arrays."""
        for names, targets, attribute in (
            (self.param_names, arg_params, "arg_dict"),
            (self.aux_names, aux_params, "aux_dict"),
        ):
            for name in names:
                arrays = [getattr(exe, attribute)[name] for exe in self.execs]
                target = targets[name]
                mean = sum(x.as_in_context(target.context) for x in arrays[1:]) if arrays[1:] else 0
                first = arrays[0].as_in_context(target.context)
                target[:] = first if len(arrays) == 1 else (first + mean) / len(arrays)

    def forward(self, batch: Batches, is_train: bool) -> None:
        """Copy a batch to the devices and compute the outputs.

        Parameters
        ----------
        batch : DataBatch or list of DataBatch
            A list has a batch for each device.  What has no ``label`` has no labels.
        is_train : bool
        """
        for k, exe in enumerate(self.execs):
            mine, whole = (batch[k], False) if isinstance(batch, list) else (batch, True)
            self._load(k, self.data_shapes, mine.data, whole)
            label = getattr(mine, "label", None)
            if label:
                self._load(k, self.label_shapes, label, whole)
            exe.forward(is_train=is_train)

    def _load(
        self,
        k: int,
        descs: Sequence[DataDesc],
        arrays: Sequence[NDArray | HostArray],
        whole: bool,
    ) -> None:
        """Copy a batch, or of a *whole* one the part of device *k*, to the device's arrays."""
        if len(arrays) < len(descs):
            raise MXNetError(
                f"forward: a batch has {len(arrays)} arrays for {[desc.name for desc in descs]}"
            )
        for desc, array in zip(descs, arrays, strict=False):
            if whole:
                array = self._cut(array, DataDesc.get_batch_axis(desc.layout), k)
            copy_into(self.execs[k].arg_dict[desc.name], array, desc.name)

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        """Compute the gradients.

        Parameters
        ----------
        out_grads : NDArray or list of NDArray, optional
            Gradients of the outputs, of the whole batch.
        """
        if isinstance(out_grads, NDArray):
            out_grads = [out_grads]
        for k, exe in enumerate(self.execs):
            if out_grads is None:
                exe.backward()
                continue
            parts = [
                self._cut(grad, axis, k).as_in_context(output.context)
                for grad, axis, output in zip(
                    out_grads, self._output_axes, exe.outputs, strict=True
                )
            ]
            exe.backward(parts)

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        """The outputs, of the whole batch or as a list for each device."""
        arrays: list[MaybeMany] = [
            list(parts) for parts in zip(*(exe.outputs for exe in self.execs), strict=True)
        ]
        return merged(arrays, self._output_axes) if merge_multi_context else arrays

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        """The gradients of the data, of the whole batch or as a list for each device."""
        arrays: list[MaybeMany] = [
            [exe.grad_dict[desc.name] for exe in self.execs] for desc in self.data_shapes
        ]
        axes = [DataDesc.get_batch_axis(desc.layout) for desc in self.data_shapes]
        return merged(arrays, axes) if merge_multi_context else arrays

    def get_states(self) -> list[list[NDArray]]:
        """The arrays of the arguments that are states, for each a list of all devices'."""
        return [[exe.arg_dict[name] for exe in self.execs] for name in self.state_names]

    def set_states(self, states: Sequence[Sequence[NDArray]] | None, value: float | None) -> None:
        """Write states: the arrays of `get_states`, or a number."""
        for i, arrays in enumerate(self.get_states()):
            for k, array in enumerate(arrays):
                array[:] = value if states is None else states[i][k]

    def get_output_shapes(self) -> list[tuple[str, Shape]]:
        """Names and shapes of the outputs of a whole batch."""
        shapes = {desc.name: desc.shape for desc in (*self.data_shapes, *self.label_shapes)}
        _, out_shapes, _ = self.symbol.infer_shape(**shapes)
        return list(zip(self.symbol.list_outputs(), out_shapes, strict=True))

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, label_names: Sequence[str], pre_sliced: bool
    ) -> None:
        """Count the outputs of the last forward.

        Parameters
        ----------
        eval_metric : EvalMetric
        labels : list of NDArray, or a list of these for each device if *pre_sliced*
        label_names : list of str
        pre_sliced : bool
        """
        check_metric(eval_metric)
        names = self.symbol.list_outputs()
        axes = {desc.name: DataDesc.get_batch_axis(desc.layout) for desc in self.label_shapes}
        for k, exe in enumerate(self.execs):
            mine = labels[k] if pre_sliced else labels or []
            named = dict(zip(label_names, mine, strict=False))
            if not pre_sliced:
                named = {n: self._cut(x, axes.get(n, 0), k) for n, x in named.items()}
            eval_metric.update_dict(named, dict(zip(names, exe.outputs, strict=True)))

    def _part(self, desc: DataDesc, k: int) -> DataDesc:
        """The description of device *k*'s part of a batch."""
        axis = DataDesc.get_batch_axis(desc.layout)
        if axis < 0:
            return desc
        part, shape = self.slices[k], list(desc.shape)
        shape[axis] = shape[axis] * (part.stop - part.start) // self.batch_size
        return DataDesc(desc.name, tuple(shape), desc.dtype, desc.layout)

    def _cut(self, array: NDArray | HostArray, axis: int, k: int) -> NDArray | Any:
        """The part of an array that device *k* takes; axis -1 is not cut."""
        if len(self.execs) == 1 or axis < 0:
            return array
        times = array.shape[axis] // self.batch_size
        part = self.slices[k]
        if axis == 0:
            return array[part.start * times : part.stop * times]
        return array[(slice(None),) * axis + (slice(part.start * times, part.stop * times),)]


def copy_into(target: NDArray, value: NDArray | HostArray, name: str) -> None:
    """Write an array to another one, which may have another dtype and device.

    Raises
    ------
    ValueError
        If it has another shape.
    """
    if tuple(value.shape) != target.shape:
        raise ValueError(
            f"{name} has shape {tuple(value.shape)}; the module is bound with {target.shape}"
        )
    target[:] = value


def grad_reqs(
    grad_req: GradReqLike, arguments: Sequence[str], learnt: Sequence[str]
) -> dict[str, str]:
    """What becomes of each argument's gradient, from what the user says.

    Parameters
    ----------
    grad_req : str, list of str or dict of str to str
        A string holds for all of *learnt*, a list follows *arguments*; a dict may be incomplete.
    arguments, learnt : list of str
        All arguments, and those that have gradients.
    """
    if isinstance(grad_req, str):
        return dict.fromkeys(learnt, grad_req)
    if isinstance(grad_req, Mapping):
        return {name: grad_req.get(name, "write") for name in learnt} | dict(grad_req)
    if len(grad_req) != len(arguments):
        raise MXNetError(
            f"bind: grad_req has {len(grad_req)} elements for {len(arguments)} arguments"
        )
    return dict(zip(arguments, grad_req, strict=True))


def groups_of_devices(group2ctxs: GroupsLike | None, count: int) -> Sequence[Groups]:
    """For each of *count* devices the contexts of a symbol's groups, as `Module` is given them.

    Raises
    ------
    AssertionError
        For another number of contexts than devices, or anything else than these.
    """
    if group2ctxs is None:
        return [{}] * count
    if isinstance(group2ctxs, list):
        if len(group2ctxs) != count:
            raise AssertionError(
                f"length of group2ctxs should be {count}, the number of devices, got "
                f"{len(group2ctxs)}"
            )
        return group2ctxs
    if not isinstance(group2ctxs, Mapping):
        raise AssertionError(
            "group2ctxs should be list of dict of str to context, or dict of str to context or "
            f"list of context, got {type(group2ctxs).__name__}"
        )
    groups: list[dict[str, Context]] = [{} for _ in range(count)]
    for name, given in group2ctxs.items():
        places = [given] if isinstance(given, Context) else list(given)
        if len(places) not in (1, count):
            raise AssertionError(
                f"length of group2ctxs[{name}] should be {count} or 1, got {len(places)}"
            )
        for k, group in enumerate(groups):
            group[name] = places[k % len(places)]
    return groups


def _batch_size(data_shapes: Sequence[DataDesc]) -> int:
    sizes = {}
    for desc in data_shapes:
        axis = DataDesc.get_batch_axis(desc.layout)
        if axis >= 0:
            sizes[desc.name] = desc.shape[axis]
    if len(set(sizes.values())) > 1:
        raise AssertionError(f"all data must have the same batch size, got {sizes}")
    return next(iter(sizes.values()), 1)


def split_batch(batch_size: int, work_load_list: Sequence[float]) -> list[slice]:
    """Consecutive parts of a batch, in proportion to the work of each device.

    Each is rounded by itself, as in MXNet; the last one takes what is left.

    Raises
    ------
    ValueError
        If one would be empty.
    """
    total = sum(work_load_list)
    sizes = [round(work * batch_size / total) for work in work_load_list[:-1]]
    ends = [*(min(end, batch_size) for end in accumulate(sizes)), batch_size]
    parts = [slice(*pair) for pair in zip([0, *ends[:-1]], ends, strict=True)]
    if any(part.start >= part.stop for part in parts):
        raise ValueError(
            f"Too many slices: a batch of {batch_size} cannot be divided among {len(parts)} devices"
        )
    return parts


def _allocated(
    at: Mapping[str, Context],
    described: Iterable[tuple[str, Shape, DTypeLike | None]],
    stypes: Mapping[str, str],
    old: Mapping[str, NDArray | None],
) -> dict[str, NDArray]:
    """Arrays by name: old ones where there are some, else zeros."""
    arrays = {}
    for name, shape, dtype in described:
        array = old.get(name)
        if array is None:
            stype = stypes.get(name, "default")
            array = nd.zeros(shape, at[name], dtype or "float32", stype=stype)
        elif array.shape != tuple(shape):
            raise MXNetError(
                f"bind: {name} has shape {array.shape} where it comes from; here it needs "
                f"{tuple(shape)}, so it cannot be shared"
            )
        arrays[name] = array
    return arrays
