"""Operators declared at run time: nothing else has to be touched for all that the table's have.

Each is declared in as many lines as `DEFINITIONS` shows, then called as `nd.<name>`, recorded,
differentiated, compiled, checked by the table's own tests, found in the docs' table, and run on a
GPU, or a simulated one.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_compile_rows
import test_table

import ndgrad as mx
from ndgrad import autograd, nd, sym
from ndgrad.ops import table
from ndgrad.ops.composite import composite
from ndgrad.ops.declare import operator, unary, update
from ndgrad.ops.table import OPS, F, Op, Sample
from ndgrad.testing import assert_close

TESTS = Path(__file__).parents[1]

DEFINITIONS = {
    "mish": """
unary("mish", "x * tanh(softrelu(x))", "g * (y / x + x * sigmoid(x) * (1 - (y / x) * (y / x)))",
      methods=True, domain=(0.5, 2.0), doc="x tanh(log(1 + exp(x))) (Misra 2019).")
""",
    "toy_sgd_mom": """
update("toy_sgd_mom", "weight grad mom", params={"lr": 0.1, "momentum": 0.9},
       mom="momentum * mom - lr * grad", weight="weight + mom", doc="A step of momentum.")
""",
    "gated": '''
@composite("gated", methods=True, reference=lambda data: data / (1 + np.exp(-data)))
def gated(data):
    """The input times its sigmoid."""
    return F.broadcast_mul(data, F.sigmoid(data))
''',
    "mirrored_sum": '''
@chunked
def _mirrored(x, y, lo, hi):
    for i in range(lo, hi):
        y[i] = x[i] + x[x.size - 1 - i]

@operator("mirrored_sum", vjp=lambda g: F.mirrored_sum(g), linear=("data",),
          reference=lambda data: data + np.flip(data), samples=(Sample(((3, 4),)),))
def mirrored_sum(data):
    """Each element plus the one as far from the other end."""
    y = empty(data._data.size, data._data.dtype)
    _mirrored(data._data, y, y.size, grain(1))
    return y, data._shape
''',
}
"""What an author writes, by the name of the operator."""

HEAD = """
import numpy as np
from ndgrad.kernels.build.launch import chunked, grain
from ndgrad.memory.storage import empty
from ndgrad.ops.composite import composite
from ndgrad.ops.declare import operator, unary, update
from ndgrad.ops.table import F, Sample
"""
LINES = {"mish": 2, "toy_sgd_mom": 2, "gated": 4, "mirrored_sum": 12}


@pytest.fixture(scope="module")
def operators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Op]]:
    """The table with the definitions, until the tests of this module are over."""
    path = tmp_path_factory.mktemp("definitions") / "definitions.py"
    path.write_text(HEAD + "".join(DEFINITIONS.values()))
    with declared():
        spec = importlib.util.spec_from_file_location("definitions", path)
        assert spec is not None and spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        yield {name: OPS[name] for name in DEFINITIONS}


class declared:
    """Forgets at the end what was declared inside."""

    def __enter__(self) -> None:
        modules = [space for of in (nd, sym) for space in (of, of.op, of.sparse, of._internal)]
        spaces = (table.OPS, table.ALIASES, vars(F), *map(vars, modules))
        self._before = [(space, dict(space)) for space in spaces]
        self._listed = [(module, list(module.__all__)) for module in modules]
        self._methods = [(of, set(vars(of))) for of in (nd.NDArray, sym.Symbol)]

    def __exit__(self, *_: Any) -> None:
        for space, before in self._before:
            for name in space.keys() - before.keys():
                del space[name]
        for module, names in self._listed:
            module.__all__[:] = names
        for of, before in self._methods:
            for name in set(vars(of)) - before:
                delattr(of, name)


@pytest.fixture(params=DEFINITIONS)
def op(request: pytest.FixtureRequest, operators: dict[str, Op]) -> Op:
    return operators[request.param]


def test_as_many_lines_as_the_docs_promise() -> None:
    for name, text in DEFINITIONS.items():
        written = [line for line in text.splitlines() if line.strip()]
        assert len(written) <= LINES[name]


def test_the_tables_tests(op: Op) -> None:
    assert op.doc
    assert test_table.reference(op) is not None
    for sample in op.samples:
        for dtype in ("float64", "float32"):
            test_table.check_forward(op, sample, dtype)
        if op.gradient == table.DIFFERENTIABLE:
            test_table.test_gradients(op, sample)


def test_compiled(op: Op) -> None:
    for sample in op.samples:
        test_compile_rows.compare_row(op, sample, "float64")


def test_namespaces(op: Op) -> None:
    x = [nd.array(np.linspace(0.5, 1.5, 12).reshape(3, 4), dtype="float64") for _ in op.inputs]
    expected = op.call(*[y.copy() for y in x])
    assert op.name in nd.__all__ and op.name in nd.op.__all__
    composed = getattr(sym, op.name)(*map(sym.var, op.keywords), name="composed")
    assert composed.infer_shape(**dict.fromkeys(op.keywords, (3, 4)))[1] == [(3, 4)]
    assert_close(getattr(nd, op.name)(*[y.copy() for y in x]), expected)
    if op.methods:
        assert_close(getattr(x[0], op.name)(), expected)
    with pytest.raises(TypeError, match="no_such_parameter"):
        getattr(nd, op.name)(*x, no_such_parameter=1)


def test_recorded_as_symbols(operators: dict[str, Op]) -> None:
    x = nd.array([[0.5, 1.0]])
    x.attach_grad()
    with autograd.record():
        y = nd.mish(nd.mirrored_sum(x))
    symbol = autograd.get_symbol(y)
    (name,) = symbol.list_arguments()
    assert_close(mx.symbol.load_json(symbol.tojson()).eval(**{name: x})[0], y)


def test_source(op: Op) -> None:
    text = mx.kernels.source(op.name)
    assert op.name in text and ("def " in text)


def test_docs(op: Op) -> None:
    sys.path.insert(0, str(TESTS.parent / "docs"))
    try:
        section = [*importlib.import_module("_operators").section(op)]
    finally:
        sys.path.pop(0)
    assert f"## {op.name}" in section and f".. autofunction:: ndgrad.nd.{op.name}" in section
    assert getattr(mx.nd, op.name).__doc__.startswith(op.doc.splitlines()[0])


ON_GPU = """
import sys
sys.path[:0] = {paths!r}
import ndgrad as mx
from ndgrad.ops.table import OPS
{definitions}
from on_gpu.rows import test_row
for name in {names!r}:
    for sample in OPS[name].samples:
        test_row(OPS[name], sample, "float32", [])
print("ran", *{names!r})
"""


def run_on_gpu(tmp_path: Path, settings: dict[str, str]) -> None:
    program = tmp_path / "on_gpu_definitions.py"
    program.write_text(
        ON_GPU.format(
            paths=[str(TESTS / "cuda"), str(TESTS / "helpers"), str(TESTS.parent)],
            definitions=HEAD + "".join(DEFINITIONS.values()),
            names=list(DEFINITIONS),
        )
    )
    result = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.stdout.startswith("ran"), result.stdout[-4000:] + result.stderr[-4000:]


@pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None,
    reason="numba-cuda is not installed: pip install ndgrad[cuda]",
)
def test_in_the_simulator(tmp_path: Path) -> None:
    run_on_gpu(tmp_path, {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"})


@pytest.mark.gpu
def test_on_a_gpu(tmp_path: Path) -> None:
    run_on_gpu(tmp_path, {})


# --- states ---------------------------------------------------------------------------------------


def by_numpy(w: Any, g: Any, m: Any, lr: float = 0.1, momentum: float = 0.9) -> tuple[Any, Any]:
    m = momentum * m - lr * g
    return w + m, m


def arrays(seed: int = 0, dtype: str = "float32", shape: Any = (5, 7)) -> list[nd.NDArray]:
    draws = np.random.default_rng(seed).normal(size=(3, *shape))
    return [nd.array(x, dtype=dtype) for x in draws]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_an_update_in_place(operators: dict[str, Op], dtype: str, compiled: bool) -> None:
    w, g, m = arrays(dtype=dtype)
    kept = w, m._data
    expected_w, expected_m = (x.astype("float64").asnumpy() for x in (w, m))

    def step(weight: Any, grad: Any, mom: Any) -> None:
        nd.toy_sgd_mom(weight, grad, mom, lr=0.2, out=weight)

    run = mx.compile(step) if compiled else step
    for _ in range(3):
        run(w, g, m)
        expected_w, expected_m = by_numpy(
            expected_w, g.astype("float64").asnumpy(), expected_m, lr=0.2
        )
        assert_close(w, expected_w, dtype=dtype)
        assert_close(m, expected_m, dtype=dtype)
    assert nd.toy_sgd_mom(w, g, m, out=w) is w
    assert kept == (w, m._data)


def test_a_training_step_with_an_update(operators: dict[str, Op]) -> None:
    """Compiled with its backward, it leaves the weight and the state that it leaves eagerly."""

    def step(x: Any, w: Any, m: Any) -> Any:
        with autograd.record():
            loss = ((x * w) ** 2).sum()
        loss.backward()
        nd.toy_sgd_mom(w, w.grad, m, out=w)
        return loss

    found = []
    for run in (step, mx.compile(step)):
        x, w, m = arrays(seed=2)
        w.attach_grad()
        losses = [run(x, w, m).asscalar() for _ in range(3)]
        found.append([losses, w.asnumpy(), m.asnumpy(), w.grad.asnumpy()])
    for eager, compiled in zip(*found, strict=True):
        assert_close(compiled, eager, dtype="float32")


def test_an_update_without_out(operators: dict[str, Op]) -> None:
    """As in MXNet: a new weight, and the states are written to."""
    w, g, m = arrays()
    before = w.asnumpy()
    expected_w, expected_m = by_numpy(before, g.asnumpy(), m.asnumpy())
    assert_close(nd.toy_sgd_mom(w, g, m), expected_w)
    assert_close(m, expected_m)
    np.testing.assert_array_equal(w.asnumpy(), before)


def test_an_update_of_arrays_that_share_memory(operators: dict[str, Op]) -> None:
    base = nd.array(np.arange(9.0))
    w, g, m = base[1:9], base[0:8], nd.ones(8)
    expected, _ = by_numpy(w.asnumpy(), g.asnumpy(), m.asnumpy())
    nd.toy_sgd_mom(w, g, m, out=w)
    assert_close(w, expected)
    same = nd.array([1.0, 2.0])
    nd.toy_sgd_mom(same, same, m[:2], lr=1.0, momentum=0.0, out=same)
    assert_close(same, [0.0, 0.0])


def test_what_a_record_needs_and_an_update_spoils(operators: dict[str, Op]) -> None:
    w, g, m = arrays()
    m.attach_grad()
    with autograd.record():
        y = m * m
    nd.toy_sgd_mom(w, g, m, out=w)
    with pytest.raises(mx.MXNetError, match="written"):
        y.backward()


def test_an_update_says_which_argument_is_wrong(operators: dict[str, Op]) -> None:
    w, g, m = arrays()
    with pytest.raises(mx.MXNetError, match=r"toy_sgd_mom: argument mom has shape \[7\]"):
        nd.toy_sgd_mom(w, g, m[0], out=w)
    with pytest.raises(mx.MXNetError, match="toy_sgd_mom: lr must be a number"):
        nd.toy_sgd_mom(w, g, m, lr="fast", out=w)


def test_later_formulas_read_earlier_ones() -> None:
    """And an operator may replace three arrays, each by what another one was."""
    with declared():
        update("toy_turn", "a b c", b="a + b", c="b + c", a="c - a")
        given = [nd.array([x]) for x in (1.0, 2.0, 3.0)]
        nd.toy_turn(*given, out=given[0])
        assert [x.asscalar() for x in given] == [5.0, 3.0, 6.0]


def running_mean() -> None:
    """An operator with structure that normalises, and keeps a running mean as BatchNorm does."""

    @operator(
        "toy_centred",
        outputs="y mean _running",
        updates={"_running": "running"},
        visible=lambda params: 2 if params["output_mean"] else 1,
        vjp=lambda g_y, needs: (g_y - F.mean(g_y, axis=0, keepdims=True), None),
        samples=(Sample(((3, 4), (4,))),),
    )
    def centred(data: Any, running: Any, *, output_mean: bool = False) -> Any:
        """The input without its mean."""
        x = data._data.reshape(data._shape)
        mean = x.mean(0)
        state = (running._data + mean) / 2
        return [((x - mean).reshape(-1), data._shape), (mean, mean.shape), (state, mean.shape)]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_hidden_output_is_written_to_an_input(compiled: bool) -> None:
    with declared():
        running_mean()
        x, state = nd.array([[1.0, 2.0], [3.0, 6.0]]), nd.zeros(2)
        x.attach_grad()

        def layer(x: Any, state: Any) -> Any:
            return nd.toy_centred(x, state) * nd.array([[1.0, 0.0], [0.0, 2.0]])

        run = mx.compile(layer) if compiled else layer
        for expected in ([1.0, 2.0], [1.5, 3.0], [1.75, 3.5]):
            with autograd.record():
                y = run(x, state)
            y.backward()
            assert_close(state, expected)
            assert_close(x.grad, [[0.5, -1.0], [-0.5, 1.0]])
        y, mean = nd.toy_centred(x, state, output_mean=True)
        assert_close(mean, [2.0, 4.0])
        assert isinstance(nd.toy_centred(x, state), nd.NDArray)
        assert nd.toy_centred(x, state, out=y) is y


def _names_in(*functions: Any) -> list[str]:
    """The names that generated functions use themselves."""
    texts = [{*f.__globals__, *f.__code__.co_varnames, *f.__code__.co_names} for f in functions]
    found = {name for name in set.union(*texts) if name.isidentifier() and name[0] != "_"}
    return sorted(found - {"out", "name", "ctx"})  # arguments of every operator


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("kind", ["operator", "composite"])
def test_arguments_named_as_in_generated_calls(kind: str, swap: bool) -> None:
    x = nd.array([[1.0, 2.0]])
    nd.softmax(x), nd.concat(x, x), nd.moments(x, axes=(0,)), nd.tanh(x)
    names = _names_in(nd.softmax, nd.concat, nd.moments, nd.tanh)
    assert {"absent", "array", "call", "general", "node", "others", "plans", "x0", "y"} <= {*names}
    half = len(names) // 2
    inputs, params = (names[half:], names[:half]) if swap else (names[:half], names[half:])
    heads = ", ".join([*inputs, "*", *[f"{name}=2.0" for name in params]])
    if kind == "operator":
        facts, body = ', gradient="none"', f"{inputs[1]}._data, {inputs[1]}._shape"
    else:
        facts, body = "", f"{inputs[1]} * {params[0]}"
    text = f'@{kind}("toy_names"{facts})\ndef toy_names({heads}):\n    "Doc."\n    return {body}\n'
    with declared():
        exec(text, {"operator": operator, "composite": composite})
        arrays = [nd.array([float(i), 1.0]) for i in range(len(inputs))]
        arrays[1].attach_grad()
        given = dict(zip(inputs, arrays, strict=True))
        for _ in range(3):  # the third call of an operator has a plan
            with autograd.record():
                by_place = nd.toy_names(*arrays, **{params[0]: 3.0})
                by_name = nd.toy_names(**given, **{params[0]: 3.0})
            expected = [1.0, 1.0] if kind == "operator" else [3.0, 3.0]
            assert by_place.tolist() == by_name.tolist() == expected


@pytest.mark.parametrize("param", ["data", "n", "y_", "array", "state", "op", "given", "lhs"])
def test_parameters_of_formulas_named_as_in_generated_calls(param: str) -> None:
    with declared():
        params = {param: 2.0}
        unary("toy_scaled", f"x * {param}", f"g * {param}", keywords=("small",), params=params)
        update("toy_step", "weight data_of_weight", params=params, weight=f"{param} * weight")
        x, other = nd.array([1.0, 2.0]), nd.array([0.0, 0.0])
        x.attach_grad()
        with autograd.record():
            y = nd.toy_scaled(x, **{param: 3.0})
        y.backward()
        assert y.tolist() == [3.0, 6.0] and x.grad.tolist() == [3.0, 3.0]
        nd.toy_step(other + 1, other, out=other, **{param: 3.0})
        assert other.tolist() == [3.0, 3.0]
        nd.toy_step(other, x + 1, out=other, **{param: 2.0})
        assert other.tolist() == [6.0, 6.0]


def test_facts_are_checked() -> None:
    def forward(data: Any, state: Any, *, flag: bool = False) -> Any: ...

    for facts, message in (
        ({"updates": {"_new": "states"}, "outputs": "y _new"}, r"updates of unknown \['states'\]"),
        ({"updates": {"y": "state"}}, r"updates by unknown \['y'\]"),
        ({"linear": ("data stat",)}, r"linear in unknown \['stat'\]"),
        ({"methods": "other"}, r"methods unknown \['other'\]"),
        ({"traceable": {"flags": True}}, r"unknown \['flags'\]"),
        ({"outputs": "_mask y"}, r"do not come last"),
        ({"decompose_vjp": forward}, "stands for no fast_vjp"),
        ({"gradient": "some"}, r"gradient unknown \['some'\]"),
    ):
        with pytest.raises(ValueError, match=f"operator '_wrong': .*{message}"):
            operator("_wrong", **{"gradient": "zero", **facts})(forward)
    for text, message in (
        ("x + z", r"'x \+ z' of x has unknown \['z'\]"),
        ("tanhh(x)", r"'tanhh\(x\)' calls 'tanhh' \(did you mean 'tanh'\?\)"),
        ("tanh(x", r"'tanh\(x' is no expression: .* never closed"),
        ("np.exp(x)", "calls np.exp; functions have plain names"),
        ("x if x > 0 else 0", "'x if x > 0 else 0' in it.*where"),
        ("x[0]", r"'x\[0\]' in it"),
        ("'x'", "in it, which is no number"),
    ):
        with pytest.raises(ValueError, match=message):
            unary("_wrong", text, "g")
        if "z" not in text:
            with pytest.raises(ValueError, match=message):
                unary("_wrong", "x", text)
    with pytest.raises(ValueError, match=r"'two words'.*word of Python"):
        unary("two words", "x", "g")
    with pytest.raises(ValueError, match="has no formula of weight"):
        update("_wrong", "weight mom", mom="mom + weight")
    with pytest.raises(ValueError, match=r"is composite: \['vjp'\] follow"):
        composite("_wrong", vjp=lambda g: g)(lambda data: data)
    assert "_wrong" not in OPS
