"""One recurrent layer in one direction, over all steps: a plain one, GRU and LSTM.

The input's part of all steps is one product, and so is each derivative by weights.  A kernel makes
a run of steps: each is a product with the state before it, then a loop over what that gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from ...base import MXNetError
from ...kernels import front
from ...kernels.spec.columns import NO_NUMBERS, Columns, Product
from ...kernels.spec.formula import Loop
from ...memory.storage import empty
from ...tape import Array
from ..declare import operator
from ..parts import add_to
from ..products import as_dtype_of
from ..recurrent import (
    add_product,
    affine,
    as_rows,
    at_step,
    before_steps,
    buffer_in,
    data_gradient,
    dtypes_of,
    gates_of,
    gradient_arrays,
    layer_of,
    of_biases,
    of_input,
    parameter_gradients,
    result,
    steps_of,
    sum_of,
    sum_of_rows,
    sum_over_steps,
    zeros,
)
from ..table import F, Gradients, Needs, Result, Sample

# --- plain layers ---------------------------------------------------------------------------------

_PLAIN = {
    "tanh": (
        Loop("rnn_tanh_step", ("h",), (("h", "tanh(h)"),)),
        Loop("rnn_tanh_step_backward", ("g", "h"), (("d", "g * (1 - h * h)"),)),
    ),
    "relu": (
        Loop("rnn_relu_step", ("h",), (("h", "maximum(h, 0)"),)),
        Loop("rnn_relu_step_backward", ("g", "h"), (("d", "where(h > 0, g, 0)"),)),
    ),
}


def _plain_fast_vjp(
    g: Array,
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    y: Array,
    needs: Needs,
    activation: str,
) -> Gradients:
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state)
    layer = layer_of(
        f"rnn_{activation}", 1, data, i2h_weight, h2h_weight, (i2h_bias, h2h_bias), state
    )
    _, kind = dtypes_of("RNN", *inputs)
    x, w, r, _, _, h0 = (buffer_in(a, kind) for a in inputs)
    top, out, n = front.cast(g._data, kind), buffer_in(y, kind), layer.units
    d, d_state = empty(layer.rows * n, kind), zeros(layer.batch * n, kind)
    for t, steps in layer.backward_runs:
        g_at, h_at, d_at, after = (
            layer.columns(v, at, n, 0, -1) for v, at in ((top, t), (out, t), (d, t), (d, t + 1))
        )
        product = Product(after, r, g_at, n, n, False, True)
        front.columns(
            _PLAIN[activation][1], {"g": g_at, "h": h_at, "d": d_at}, layer.batch, n,
            steps=steps, products=() if t == layer.steps - 1 else (product,),
        )  # fmt: skip
    if layer.steps:
        add_product(layer.at(d, 0, n), r, d_state, layer.batch, n, n, False, False)
    gradients = of_input(d, x, w, layer, needs)
    gradients.append(sum_over_steps(d, h0, out, layer, n) if needs[2] else None)
    gradients += of_biases(d, layer, needs)
    return gradient_arrays(g, [*gradients, d_state], inputs)


def _plain_vjp(
    g: Array,
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    y: Array,
    activation: str,
) -> Gradients:
    slopes = steps_of(1 - y * y if activation == "tanh" else F.broadcast_greater(y, 0))
    d: list[Array] = []
    back: Array | None = None
    for top, slope in zip(reversed(steps_of(g)), reversed(slopes), strict=True):
        d.append((top if back is None else top + back) * slope)
        back = F.dot(d[-1], h2h_weight)
    assert back is not None
    whole = F.stack(*reversed(d), axis=0)
    d_weight, d_bias = parameter_gradients(whole, data, i2h_weight, i2h_bias)
    d_state_weight, d_state_bias = parameter_gradients(
        whole, before_steps(state, y), h2h_weight, h2h_bias
    )
    d_data = data_gradient(whole, data, i2h_weight)
    return d_data, d_weight, d_state_weight, d_bias, d_state_bias, as_dtype_of(back, state.dtype)


@operator(
    "_rnn_layer",
    vjp=_plain_vjp,
    fast_vjp=_plain_fast_vjp,
    samples=(
        Sample(((3, 2, 3), (2, 3), (2, 2), (2,), (2,), (2, 2))),
        Sample(((2, 1, 2), (2, 2), (2, 2), (2,), (2,), (1, 2)), {"activation": "relu"}),
    ),
)
def _rnn_layer(
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    *,
    activation: str = "tanh",
) -> Result:
    """A plain recurrent layer: h = f(W x + b + R h + c), with *activation* f, tanh or relu."""
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state)
    if activation not in _PLAIN:
        raise MXNetError(f"Operator _rnn_layer: activation={activation!r}, expected tanh or relu")
    layer = layer_of("_rnn_layer", 1, data, i2h_weight, h2h_weight, (i2h_bias, h2h_bias), state)
    dtype, kind = dtypes_of("_rnn_layer", *inputs)
    x, w, r, b, c, h = (buffer_in(a, kind) for a in inputs)
    n = layer.units
    y = front.dense(x, w, sum_of(b, c), layer.rows, n, layer.inputs)
    for t, steps in layer.runs:
        at, before = layer.columns(y, t, n), layer.columns(y, t - 1, n) if t else Columns(h, n)
        product = Product(before, r, at, n, n, True, True)
        front.columns(
            _PLAIN[activation][0], {"h": at}, layer.batch, n, steps=steps, products=(product,)
        )
    return result(y, (layer.steps, layer.batch, n), dtype)


# --- GRU ------------------------------------------------------------------------------------------

_GRU = Loop(
    "gru_step",
    ("r", "z", "n", "sr", "sz", "sn", "cn", "p"),
    (
        ("r", "sigmoid(r + sr)"),
        ("z", "sigmoid(z + sz)"),
        ("sn", "sn + cn"),
        ("n", "tanh(n + r * sn)"),
        ("h", "n + z * (p - n)"),
    ),
)
_GRU_BACKWARD = Loop(
    "gru_step_backward",
    ("r", "z", "n", "sn", "p", "g", "carry"),
    (
        ("_g", "g + carry"),
        ("dn", "_g * (1 - z) * (1 - n * n)"),
        ("dz", "_g * (p - n) * z * (1 - z)"),
        ("dr", "dn * sn * r * (1 - r)"),
        ("er", "dr"),
        ("ez", "dz"),
        ("en", "dn * r"),
        ("carry", "_g * z"),
    ),
)


def _gru_fast_vjp(
    g: Array,
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    y: Array,
    _gates: Array,
    _new: Array,
    needs: Needs,
) -> Gradients:
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state)
    layer = layer_of("_gru_layer", 3, data, i2h_weight, h2h_weight, (i2h_bias, h2h_bias), state)
    _, kind = dtypes_of("_gru_layer", *inputs)
    x, w, r, _, _, h0 = (buffer_in(a, kind) for a in inputs)
    top, out, n, width = front.cast(g._data, kind), buffer_in(y, kind), layer.units, layer.width
    d, e = (empty(layer.rows * width, kind) for _ in range(2))
    d_state = zeros(layer.batch * n, kind)
    for t, steps in layer.backward_runs:
        arrays = {
            **layer.gates_at(_gates._data, t, "rzn", -1),
            **layer.gates_at(d, t, ("dr", "dz", "dn"), -1),
            **layer.gates_at(e, t, ("er", "ez", "en"), -1),
            "sn": layer.columns(_new._data, t, width, 2 * n, -1),
            "p": layer.columns(out, t - 1, n, 0, -1) if t else Columns(h0, n),
            "g": layer.columns(top, t, n, 0, -1),
            "carry": Columns(d_state, n),
        }
        after = layer.columns(e, t + 1, width, 0, -1)
        product = Product(after, r, arrays["g"], n, width, False, True)
        products = () if t == layer.steps - 1 else (product,)
        front.columns(_GRU_BACKWARD, arrays, layer.batch, n, steps=steps, products=products)
    if layer.steps:
        add_product(layer.at(e, 0, width), r, d_state, layer.batch, n, width, False, False)
    gradients = of_input(d, x, w, layer, needs)
    gradients.append(sum_over_steps(e, h0, out, layer, width) if needs[2] else None)
    gradients.append(sum_of_rows(d, layer.rows, width) if needs[3] else None)
    gradients.append(sum_of_rows(e, layer.rows, width) if needs[4] else None)
    return gradient_arrays(g, [*gradients, d_state], inputs)


def _gru_vjp(
    g: Array,
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    y: Array,
) -> Gradients:
    before = before_steps(state, y)
    xr, xz, xn = gates_of(affine(data, i2h_weight, i2h_bias), 3)
    sr, sz, sn = gates_of(affine(before, h2h_weight, h2h_bias), 3)
    r, z = F.sigmoid(xr + sr), F.sigmoid(xz + sz)
    n = F.tanh(xn + r * sn)
    by_new = (1 - z) * (1 - n * n)
    by_reset = by_new * sn * r * (1 - r)
    by_update = (before - n) * z * (1 - z)
    factors = F.Concat(by_reset, by_update, by_new * r, dim=-1)
    tops: list[Array] = []
    back: Array | None = None
    parts = zip(steps_of(g), steps_of(factors), steps_of(z), strict=True)
    for top, factor, kept in reversed(list(parts)):
        h = top if back is None else top + back
        tops.append(h)
        back = h * kept + F.dot(F.Concat(h, h, h, dim=-1) * factor, h2h_weight)
    assert back is not None
    h = F.stack(*reversed(tops), axis=0)
    d = F.Concat(h * by_reset, h * by_update, h * by_new, dim=-1)
    e = F.Concat(h, h, h, dim=-1) * factors
    d_weight, d_bias = parameter_gradients(d, data, i2h_weight, i2h_bias)
    d_state_weight, d_state_bias = parameter_gradients(e, before, h2h_weight, h2h_bias)
    d_data = data_gradient(d, data, i2h_weight)
    return d_data, d_weight, d_state_weight, d_bias, d_state_bias, as_dtype_of(back, state.dtype)


@operator(
    "_gru_layer",
    vjp=_gru_vjp,
    fast_vjp=_gru_fast_vjp,
    outputs="y _gates _new",
    samples=(
        Sample(((3, 2, 3), (6, 3), (6, 2), (6,), (6,), (2, 2))),
        Sample(((1, 2, 2), (3, 2), (3, 1), (3,), (3,), (2, 1))),
    ),
)
def _gru_layer(
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
) -> list[Result]:
    """A layer of gated recurrent units, whose gates are reset, update and new.

    ``n = tanh(W x + b + r (R h + c)); h = (1 - z) n + z h``, r and z sigmoids of their own sums.

    References
    ----------
    Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder".
    """
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state)
    layer = layer_of("_gru_layer", 3, data, i2h_weight, h2h_weight, (i2h_bias, h2h_bias), state)
    dtype, kind = dtypes_of("_gru_layer", *inputs)
    x, w, r, b, c, h = (buffer_in(a, kind) for a in inputs)
    n, width, rows = layer.units, layer.width, layer.rows
    biases = front.cast(b, kind)
    add_to(biases[: 2 * n], c[: 2 * n])
    gates = front.dense(x, w, biases, rows, width, layer.inputs)
    new, y = empty(rows * width, kind), empty(rows * n, kind)
    for t, steps in layer.runs:
        before = layer.columns(y, t - 1, n) if t else Columns(h, n)
        arrays = {
            **layer.gates_at(gates, t, "rzn"),
            **layer.gates_at(new, t, ("sr", "sz", "sn")),
            "cn": Columns(c, 0, 2 * n),
            "p": before,
            "h": layer.columns(y, t, n),
        }
        product = Product(before, r, layer.columns(new, t, width), width, n, True, False)
        front.columns(_GRU, arrays, layer.batch, n, steps=steps, products=(product,))
    inner = (layer.steps, layer.batch)
    return [result(y, (*inner, n), dtype), (gates, (*inner, width)), (new, (*inner, width))]


# --- LSTM -----------------------------------------------------------------------------------------


@cache
def _lstm_loop(clip: str) -> Loop:
    """A step whose new cell is clipped to (low, high) in the way *clip*: '', 'clip' or 'nan'."""
    cell, numbers = "f * p + i * n", ("low", "high") if clip else ()
    if clip:
        cell = f"minimum(maximum({cell}, low), high)"
    if clip == "nan":
        cell = f"where(isnan(f * p + i * n), low, {cell})"
    results = (
        ("i", "sigmoid(i)"),
        ("f", "sigmoid(f)"),
        ("n", "tanh(n)"),
        ("o", "sigmoid(o)"),
        ("c", cell),
        ("h", "o * tanh(c)"),
    )
    return Loop(f"lstm_step{clip}", ("i", "f", "n", "o", "p", *numbers), results)


@cache
def _lstm_backward_loop(clip: str) -> Loop:
    passed, numbers = "gc + carry + g * o * (1 - _t * _t)", ("low", "high") if clip else ()
    if clip:
        passed = f"where(c > low, where(c < high, {passed}, 0), 0)"
    results = (
        ("_t", "tanh(c)"),
        ("do", "g * _t * o * (1 - o)"),
        ("_c", passed),
        ("di", "_c * n * i * (1 - i)"),
        ("df", "_c * p * f * (1 - f)"),
        ("dn", "_c * i * (1 - n * n)"),
        ("carry", "_c * f"),
    )
    args = ("i", "f", "n", "o", "p", "c", "g", "gc", "carry", *numbers)
    return Loop(f"lstm_step_backward{clip and 'clip'}", args, results)


def _clip(low: float | None, high: float | None, nan: bool) -> tuple[str, Mapping[str, float]]:
    """How cells are clipped, and the numbers that a loop takes for it."""
    if low is None or high is None:
        return "", NO_NUMBERS
    return "nan" if nan else "clip", {"low": low, "high": high}


def _lstm_fast_vjp(
    grads: Sequence[Array],
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    state_cell: Array,
    h2r_weight: Array | None,
    y: Array,
    cells: Array,
    _gates: Array,
    _hidden: Array,
    needs: Needs,
    clip_min: float | None,
    clip_max: float | None,
    clip_nan: bool,
) -> Gradients:
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state, state_cell, h2r_weight)
    layer = layer_of("_lstm_layer", 4, *inputs[:3], inputs[3:5], *inputs[5:])
    _, kind = dtypes_of("_lstm_layer", *inputs)
    x, w, r, _, _, h0, c0 = (buffer_in(a, kind) for a in inputs[:7])
    top, top_cells = front.cast(grads[0]._data, kind), buffer_in(grads[1], kind)
    out, cell, gates = buffer_in(y, kind), buffer_in(cells, kind), _gates._data
    n, width, size, rows = layer.units, layer.width, layer.size, layer.rows
    hidden, last = top, layer.steps - 1
    projection = None if h2r_weight is None else buffer_in(h2r_weight, kind)
    if projection is not None:
        hidden = empty(rows * n, kind)
        a, c = layer.at(top, last, size), layer.at(hidden, last, n)
        add_product(a, projection, c, layer.batch, n, size, False, False, False)
    clip, numbers = _clip(clip_min, clip_max, clip_nan)
    loop, d = _lstm_backward_loop(clip), empty(rows * width, kind)
    d_state, d_cell = zeros(layer.batch * size, kind), zeros(layer.batch * n, kind)
    for t, steps in layer.backward_runs:
        arrays = {
            **layer.gates_at(gates, t, "ifno", -1),
            **layer.gates_at(d, t, ("di", "df", "dn", "do"), -1),
            "p": layer.columns(cell, t - 1, n, 0, -1) if t else Columns(c0, n),
            "c": layer.columns(cell, t, n, 0, -1),
            "g": layer.columns(hidden, t, n, 0, -1),
            "gc": layer.columns(top_cells, t, n, 0, -1),
            "carry": Columns(d_cell, n),
        }
        products = []
        if t < last:
            after, g = layer.columns(d, t + 1, width, 0, -1), layer.columns(top, t, size, 0, -1)
            products.append(Product(after, r, g, size, width, False, True))
            if projection is not None:
                products.append(Product(g, projection, arrays["g"], n, size, False, False))
        front.columns(loop, arrays, layer.batch, n, numbers, steps, products)
    if layer.steps:
        add_product(layer.at(d, 0, width), r, d_state, layer.batch, size, width, False, False)
    gradients = of_input(d, x, w, layer, needs)
    gradients.append(sum_over_steps(d, h0, out, layer, width) if needs[2] else None)
    gradients += [*of_biases(d, layer, needs), d_state, d_cell]
    if h2r_weight is not None:
        gradients.append(front.product(top, _hidden._data, size, n, rows, True, False))
    return gradient_arrays(grads[0], gradients, inputs[: len(gradients)])


def _lstm_vjp(
    grads: Sequence[Array],
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    state_cell: Array,
    h2r_weight: Array | None,
    y: Array,
    cells: Array,
    clip_min: float | None,
    clip_max: float | None,
) -> Gradients:
    earlier, earlier_cells = before_steps(state, y), before_steps(state_cell, cells)
    sums = affine(data, i2h_weight, i2h_bias) + affine(earlier, h2h_weight, h2h_bias)
    i, f, n, o = gates_of(sums, 4)
    i, f, n, o, t = F.sigmoid(i), F.sigmoid(f), F.tanh(n), F.sigmoid(o), F.tanh(cells)
    to_cell, to_output = o * (1 - t * t), t * o * (1 - o)
    by_cell = F.Concat(n * i * (1 - i), earlier_cells * f * (1 - f), i * (1 - n * n), dim=-1)
    inside = None
    if clip_min is not None and clip_max is not None:
        inside = F.broadcast_greater(cells, clip_min) * F.broadcast_lesser(cells, clip_max)
    d: list[Array] = []
    outs: list[Array] = []
    back: Array | None = None
    back_cell: Array | None = None
    for at in reversed(range(data.shape[0])):
        top, dc, along, out, kept, factors = (
            at_step(x, at) for x in (*grads[:2], to_cell, to_output, f, by_cell)
        )
        if back is not None and back_cell is not None:
            top, dc = top + back, dc + back_cell
        outs.append(top)
        h = top if h2r_weight is None else F.dot(top, h2r_weight)
        dc = dc + h * along
        if inside is not None:
            dc = dc * at_step(inside, at)
        d.append(F.Concat(F.Concat(dc, dc, dc, dim=-1) * factors, h * out, dim=-1))
        back, back_cell = F.dot(d[-1], h2h_weight), dc * kept
    assert back is not None
    whole = F.stack(*reversed(d), axis=0)
    d_weight, d_bias = parameter_gradients(whole, data, i2h_weight, i2h_bias)
    d_state_weight, d_state_bias = parameter_gradients(whole, earlier, h2h_weight, h2h_bias)
    gradients = [data_gradient(whole, data, i2h_weight), d_weight, d_state_weight]
    gradients += [d_bias, d_state_bias, as_dtype_of(back, state.dtype)]
    assert back_cell is not None
    gradients.append(as_dtype_of(back_cell, state_cell.dtype))
    if h2r_weight is not None:
        top = F.stack(*reversed(outs), axis=0)
        d_projection = F.dot(as_rows(top), as_rows(o * t), transpose_a=True)
        gradients.append(as_dtype_of(d_projection, h2r_weight.dtype))
    return gradients


@operator(
    "_lstm_layer",
    vjp=_lstm_vjp,
    fast_vjp=_lstm_fast_vjp,
    outputs="y cells _gates _hidden",
    samples=(
        Sample(
            ((3, 2, 2), (8, 2), (8, 2), (8,), (8,), (2, 2), (2, 2)),
            {"clip_min": -0.5, "clip_max": 0.6},
        ),
        Sample(((2, 2, 2), (12, 2), (12, 2), (12,), (12,), (2, 2), (2, 3), (2, 3))),
    ),
)
def _lstm_layer(
    data: Array,
    i2h_weight: Array,
    h2h_weight: Array,
    i2h_bias: Array,
    h2h_bias: Array,
    state: Array,
    state_cell: Array,
    h2r_weight: Array | None = None,
    *,
    clip_min: float | None = None,
    clip_max: float | None = None,
    clip_nan: bool = False,
) -> list[Result]:
    """A layer of long short-term memory, whose gates are input, forget, new and output.

    ``c = f c + i n; h = o tanh(c)``, times *h2r_weight* if that is given; returns h and c of all
    steps.

    References
    ----------
    Hochreiter, Schmidhuber 1997, "Long short-term memory"; Sak et al. 2014, "Long short-term memory
    based recurrent neural network architectures for large vocabulary speech recognition".
    """
    inputs = (data, i2h_weight, h2h_weight, i2h_bias, h2h_bias, state, state_cell, h2r_weight)
    layer = layer_of("_lstm_layer", 4, *inputs[:3], inputs[3:5], *inputs[5:])
    dtype, kind = dtypes_of("_lstm_layer", *inputs)
    x, w, r, b, c, h, p = (buffer_in(a, kind) for a in inputs[:7])
    n, width, size, rows = layer.units, layer.width, layer.size, layer.rows
    gates = front.dense(x, w, sum_of(b, c), rows, width, layer.inputs)
    y, cells = empty(rows * size, kind), empty(rows * n, kind)
    hidden = y if h2r_weight is None else empty(rows * n, kind)
    clip, numbers = _clip(clip_min, clip_max, clip_nan)
    projection = None if h2r_weight is None else buffer_in(h2r_weight, kind)
    for t, steps in layer.runs:
        at, before = layer.columns(gates, t, width), layer.columns(y, t - 1, size)
        products = [Product(before if t else Columns(h, size), r, at, width, size, True, True)]
        if projection is not None and t:
            out = layer.columns(hidden, t - 1, n)
            products.insert(0, Product(out, projection, before, size, n, True, False))
        arrays = {
            **layer.gates_at(gates, t, "ifno"),
            "p": layer.columns(cells, t - 1, n) if t else Columns(p, n),
            "c": layer.columns(cells, t, n),
            "h": layer.columns(hidden, t, n),
        }
        front.columns(_lstm_loop(clip), arrays, layer.batch, n, numbers, steps, products)
    if projection is not None and layer.steps:
        a, last = layer.at(hidden, layer.steps - 1, n), layer.at(y, layer.steps - 1, size)
        add_product(a, projection, last, layer.batch, size, n, False, True, False)
    inner = (layer.steps, layer.batch)
    kept = (hidden, (*inner, n)) if hidden is not y else (empty(0, kind), (0,))
    results = [result(y, (*inner, size), dtype), result(cells, (*inner, n), dtype)]
    return [*results, (gates, (*inner, width)), kept]
