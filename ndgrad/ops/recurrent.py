"""Parts of recurrent layers: sizes, products over all steps, and parts of their derivatives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..base import DType, MXNetError, Shape, is_floating, promote, wide_dtype
from ..kernels import front
from ..kernels.spec.columns import Columns
from ..memory.device import Buffer
from ..memory.storage import empty
from ..tape import Array
from .parts import add_to
from .products import as_dtype_of, check_shape, show
from .table import F, Gradient, Needs, Result


class Layer(NamedTuple):
    """The sizes of a call: *units* of hidden state, *size* of the output, *gates* a unit."""

    steps: int
    batch: int
    inputs: int
    units: int
    size: int
    gates: int

    @property
    def rows(self) -> int:
        return self.steps * self.batch

    @property
    def width(self) -> int:
        """Columns of the gates."""
        return self.gates * self.units

    def at(self, x: Buffer, t: int, width: int) -> Buffer:
        """The rows of step *t*."""
        return x[t * self.batch * width : (t + 1) * self.batch * width]

    def columns(self, x: Buffer, t: int, width: int, first: int = 0, turn: int = 1) -> Columns:
        """Columns of step *t* from *first* on, then of later steps, or earlier for turn -1."""
        step = self.batch * width
        return Columns(x, width, t * step + first, turn * step)

    def gates_at(
        self, x: Buffer, t: int, names: Sequence[str], turn: int = 1
    ) -> Mapping[str, Columns]:
        """The columns of each gate, which lie side by side."""
        width = len(names) * self.units
        return {
            name: self.columns(x, t, width, i * self.units, turn) for i, name in enumerate(names)
        }

    @property
    def runs(self) -> Sequence[tuple[int, int]]:
        """First steps and lengths of runs of steps, each of which is one kernel.

        The first step stands alone: the state before it is no output.
        """
        return ((0, 1), (1, self.steps - 1))[: self.steps]

    @property
    def backward_runs(self) -> Sequence[tuple[int, int]]:
        """The same from the last step on, which stands alone too: nothing comes back to it."""
        runs = (self.steps - 1, 1), (self.steps - 2, self.steps - 2), (0, 1)
        return runs[: self.steps + (self.steps > 1)]


def layer_of(
    op: str,
    gates: int,
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    biases: Sequence[Array],
    state: Array,
    state_cell: Array | None = None,
    h2r_weight: Array | None = None,
) -> Layer:
    """The sizes of a call, whose arrays all fit each other."""
    if len(data._shape) != 3:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected 3 axes"
        )
    width = i2h_weight._shape[0] if i2h_weight._shape else 0
    if width % gates:
        raise MXNetError(
            f"Operator {op}: argument i2h_weight has {width} rows, expected a multiple of {gates}"
        )
    units = width // gates
    steps, batch, inputs = data._shape
    size = units
    if h2r_weight is not None:
        size = h2r_weight._shape[0] if h2r_weight._shape else 0
    expected = [
        ("i2h_weight", i2h_weight, (width, inputs)),
        ("h2h_weight", h2h_weight, (width, size)),
        *[(f"{which}_bias", x, (width,)) for which, x in zip(("i2h", "h2h"), biases, strict=True)],
        ("state", state, (batch, size)),
        ("state_cell", state_cell, (batch, units)),
        ("h2r_weight", h2r_weight, (size, units)),
    ]
    for name, x, shape in expected:
        if x is not None:
            check_shape(op, name, x, shape)
    return Layer(steps, batch, inputs, units, size, gates)


def dtypes_of(op: str, *arrays: Array | None) -> tuple[DType, DType]:
    """The dtype of results, and that of the arithmetic."""
    given = [x._data.dtype for x in arrays if x is not None]
    dtype = given[0]
    for other in given[1:]:
        dtype = promote(dtype, other)
    if not is_floating(dtype):
        raise MXNetError(f"Operator {op}: expected a floating-point dtype, got {dtype}")
    return dtype, wide_dtype(dtype)


def buffer_in(x: Array, dtype: DType) -> Buffer:
    return x._data if x._data.dtype == dtype else front.cast(x._data, dtype)


def result(y: Buffer, shape: Shape, dtype: DType) -> Result:
    return (y if y.dtype == dtype else front.cast(y, dtype)), shape


def sum_of(x: Buffer, y: Buffer) -> Buffer:
    total: Buffer = front.cast(x, x.dtype)
    add_to(total, y)
    return total


def add_product(
    a: Buffer, b: Buffer, c: Buffer, m: int, n: int, k: int, ta: bool, tb: bool, add: bool = True
) -> None:
    front.product_into(a, b, None, c, m, n, k, ta, tb, 1.0, 1, add)


def sum_over_steps(d: Buffer, before: Buffer, y: Buffer, layer: Layer, width: int) -> Buffer:
    """The sum over steps of d' h, where h is the output of the step before, first *before*."""
    total = empty(width * layer.size, d.dtype)
    first, rest = layer.batch, layer.rows - layer.batch
    add_product(d[: first * width], before, total, width, layer.size, first, True, False, False)
    if rest > 0:
        behind, earlier = d[first * width :], y[: rest * layer.size]
        add_product(behind, earlier, total, width, layer.size, rest, True, False)
    return total


def of_input(d: Buffer, x: Buffer, w: Buffer, layer: Layer, needs: Needs) -> list[Buffer | None]:
    """Gradients of data, and of the weights and the bias by which it enters the gates."""
    rows, inputs, width = layer.rows, layer.inputs, layer.width
    d_data = front.product(d, w, rows, inputs, width, False, False) if needs[0] else None
    d_weight = front.product(d, x, width, inputs, rows, True, False) if needs[1] else None
    return [d_data, d_weight]


def of_biases(d: Buffer, layer: Layer, needs: Needs) -> list[Buffer | None]:
    """Gradients of two biases that are added to the same gates."""
    total = sum_of_rows(d, layer.rows, layer.width) if needs[3] or needs[4] else None
    return [total if need else None for need in needs[3:5]]


def sum_of_rows(d: Buffer, rows: int, width: int) -> Buffer:
    ones = empty(rows, d.dtype)
    front.fill(ones, 1)
    return front.product(ones, d, 1, width, rows, False, False)


def gradient_arrays(
    g: Array, gradients: Sequence[Buffer | None], inputs: Sequence[Array | None]
) -> list[Gradient]:
    """Gradients as arrays, in the shapes and dtypes of inputs."""
    found: list[Gradient] = []
    for d, x in zip(gradients, inputs, strict=True):
        if d is None or x is None:
            found.append(None)
        else:
            data = d if d.dtype == x._data.dtype else front.cast(d, x._data.dtype)
            found.append(type(g)(data, x._shape, g._ctx))
    return found


def steps_of(x: Array) -> list[Array]:
    """The parts of an array along its first axis, without it."""
    return [at_step(x, t) for t in range(x.shape[0])]


def at_step(x: Array, t: int) -> Array:
    """The part of an array at one place of its first axis."""
    return F._reshaped(F.slice_axis(x, axis=0, begin=t, end=t + 1), shape=x.shape[1:])


def before_steps(first: Array, y: Array) -> Array:
    """What was there before each step: *first*, then y but for the last."""
    head = F.expand_dims(first, axis=0)
    steps = y.shape[0]
    if steps == 1:
        return head
    return F.Concat(head, F.slice_axis(y, axis=0, begin=0, end=steps - 1), dim=0)


def as_rows(x: Array) -> Array:
    return F._reshaped(x, shape=(math.prod(x.shape[:-1]), x.shape[-1]))


def affine(x: Array, weight: Array, bias: Array) -> Array:
    """x W' + b for each row of each step."""
    width = weight.shape[0]
    y = F.broadcast_add(F.dot(as_rows(x), weight, transpose_b=True), bias)
    return F._reshaped(y, shape=(*x.shape[:-1], width))


def gates_of(x: Array, count: int) -> list[Array]:
    """The columns of each gate."""
    units = x.shape[-1] // count
    return [F.slice_axis(x, axis=-1, begin=i * units, end=(i + 1) * units) for i in range(count)]


def parameter_gradients(d: Array, x: Array, weight: Array, bias: Array) -> tuple[Array, Array]:
    """Gradients of a weight and a bias that make gates with gradient *d* of x."""
    d_weight = F.dot(as_rows(d), as_rows(x), transpose_a=True)
    return (
        as_dtype_of(d_weight, weight.dtype),
        as_dtype_of(F.sum(as_rows(d), axis=0), bias.dtype),
    )


def data_gradient(d: Array, data: Array, weight: Array) -> Array:
    return as_dtype_of(F._reshaped(F.dot(as_rows(d), weight), shape=data.shape), data.dtype)


def zeros(n: int, dtype: DType) -> Buffer:
    y = empty(n, dtype)
    front.fill(y, 0)
    return y
