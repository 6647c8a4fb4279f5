"""Updates that follow from others: with a weight of more bits, by arrays, for several weights."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..base import ArgumentTypeError, MXNetError
from ..tape import Array
from .axes import integer, number
from .declare import with_formulas
from .table import NONE, CompositeOp, F, Op, Params, Sample, UpdateOp, register


def with_master_weight(name: str, single: UpdateOp, inputs: str) -> UpdateOp:
    """Declare *single* for a weight that is a rounded copy of another, ``weight32``.

    The step is that of ``weight32``, in whose dtype it is computed; the weight is its new value.
    *inputs* are those of *single* and ``weight32``, in the order of the operator.
    """
    first, names = single.inputs[0], tuple(inputs.split())
    formulas = {x: with_formulas(text, {first: "weight32"}) for x, text in single.formulas.items()}
    formulas["weight32"] = formulas[first]
    samples = []
    for sample in single.samples:
        given = dict(zip(single.inputs, sample.args, strict=True))
        given["weight32"] = given[first]
        samples.append(Sample(tuple(given[x] for x in names), sample.params))
    return register(
        replace(
            single,
            name=name,
            inputs=names,
            keywords=(),
            aliases=(),
            formulas=formulas,
            samples=tuple(samples),
            doc=f"`{single.name}` for a weight that is *weight32* rounded, which is updated too.",
            module="",
        )
    )


def with_arrays(name: str, single: UpdateOp, params: str) -> UpdateOp:
    """Declare *single* with inputs of one element in place of some of its parameters."""
    moved = tuple(params.split())
    kept = {key: value for key, value in single.params.items() if key not in moved}
    return register(
        replace(
            single,
            name=name,
            inputs=(*single.inputs, *moved),
            keywords=(),
            aliases=(),
            params=kept,
            one_element=single.one_element | {*moved},
            samples=tuple(
                Sample(
                    (*s.args, *((1,) for _ in moved)),
                    {key: value for key, value in s.params.items() if key in kept},
                )
                for s in single.samples
            ),
            doc=f"`{single.name}`, whose {' and '.join(moved)} are arrays of one element.",
            module="",
        )
    )


def multiple(
    name: str,
    single: Op,
    lists: Mapping[str, str],
    *,
    count: str = "num_weights",
    per_weight: str = "",
) -> None:
    """Declare *single* for several weights.

    Arrays come weight by weight, in the order of *single*; then those that are there once.

    Parameters
    ----------
    name : str
    single : Op
        The step for one weight.
    lists : mapping
        Parameters that are given for each weight -> the parameter of *single* that they are.
    count : str
        The parameter that says how many weights there are.
    per_weight : str
        Inputs of *single* that come last, and as one array with an element for each weight.
    """
    split = per_weight.split()
    once = [x for x in single.inputs if x in getattr(single, "one_element", ())]
    whole = len(once) - len(split)
    width = len(single.inputs) - len(once)
    hidden = {"lazy_update", "_out"}
    shared = {k: v for k, v in single.params.items() if k not in {*lists.values(), *hidden}}
    params = {**dict.fromkeys(lists, inspect.Parameter.empty), **shared, count: 1, "_out": None}

    def call(
        *data: Array, _out: Array | Sequence[Array] | None = None, **given: object
    ) -> list[Array]:
        missing = [x for x, v in params.items() if v is inspect.Parameter.empty and x not in given]
        if missing:
            raise ArgumentTypeError(f"{name}: argument {missing[0]!r} is missing")
        n = integer(name, count, given.pop(count, 1))
        expected = n * width + len(once)
        if n < 1 or len(data) != expected:
            raise MXNetError(
                f"Operator {name}: {len(data)} arrays are given, expected {expected} "
                f"for {count}={n}"
            )
        each = {own: _numbers(name, key, given.pop(key), n) for key, own in lists.items()}
        for i in range(n * width):
            weight = data[i - i % width]
            if data[i].shape != weight.shape:
                raise MXNetError(
                    f"Operator {name}: array {i}, {single.inputs[i % width]} of weight "
                    f"{i // width}, has shape {list(data[i].shape)}, expected {list(weight.shape)}"
                )
        rest = data[n * width :]
        for key, x in zip(split, rest[whole:], strict=True):
            if x.shape != (n,):
                raise MXNetError(
                    f"Operator {name}: argument {key}s has shape {list(x.shape)}, expected [{n}]"
                )
        if isinstance(_out, Array):
            _out = [_out]
        if _out is not None and len(_out) != n:
            raise MXNetError(f"Operator {name}: out has {len(_out)} arrays, expected {n}")
        results = []
        for i in range(n):
            own = [F.slice_axis(x, axis=0, begin=i, end=i + 1) for x in rest[whole:]]
            results.append(
                single.call(
                    *data[i * width : (i + 1) * width], *rest[:whole], *own,
                    out=None if _out is None else _out[i],
                    **{key: values[i] for key, values in each.items()}, **given,
                )
            )  # fmt: skip
        return results

    call.__annotations__.update(dict.fromkeys(lists, "Sequence[float]"))
    register(
        CompositeOp(
            name=name,
            inputs=("data",),
            variadic=True,
            params=params,
            function=call,
            gradient=NONE,
            outputs=("*y",),
            visible=lambda params: integer(name, count, params[count]),
            domain=(0.5, 2.0),
            doc=f"`{single.name}` for several weights, whose arrays come weight by weight.",
            samples=tuple(
                _sample(sample, lists, width, len(split), count) for sample in single.samples[:1]
            ),
        )
    )


def _numbers(name: str, key: str, values: object, n: int) -> Sequence[float]:
    """A number for each of *n* weights."""
    given = tuple(values) if isinstance(values, (list, tuple)) else (values,)
    numbers = [number(f"Operator {name}", key, value) for value in given]
    if len(numbers) != n:
        raise MXNetError(f"Operator {name}: {key} has {len(numbers)} numbers, expected {n}")
    return numbers


def _sample(
    sample: Sample, lists: Mapping[str, str], width: int, per_weight: int, count: str
) -> Sample:
    """A sample of two weights, from that of one."""
    arrays, once = sample.args[:width], sample.args[width : len(sample.args) - per_weight]
    params: Params = {key: (sample.params[own],) * 2 for key, own in lists.items()}
    rest = {key: value for key, value in sample.params.items() if key not in lists.values()}
    return Sample((*arrays, *arrays, *once, *((2,),) * per_weight), {**params, **rest, count: 2})
