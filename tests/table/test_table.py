"""Every row of the op table against NumPy and finite differences: nothing here is per operator."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.special
from forms import FULL, FULL_COMPILED, REPRESENTATIVES, first, made_of, only_full

import ndgrad as mx
from ndgrad import autograd
from ndgrad.dispatch import bind
from ndgrad.kernels import OPS
from ndgrad.kernels.build.launch import PARALLEL_ELEMENTS
from ndgrad.kernels.spec.formula import formula
from ndgrad.ops.declare import unary
from ndgrad.ops.table import (
    ALIASES,
    DIFFERENTIABLE,
    ZERO,
    ElementwiseOp,
    F,
    Op,
    Sample,
    UpdateOp,
)
from ndgrad.testing import assert_close, check_gradients, sample_inputs

# NumPy's and SciPy's names of scalar functions that formulas use under another name.
NUMPY: dict[str, Any] = {
    "pow": np.power,
    "round": lambda x: np.trunc(x + np.copysign(0.5, x)),
    "rint": lambda x: np.ceil(x - 0.5),
    "mod": np.mod,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "rcbrt": lambda x: 1 / np.cbrt(x),
    "sigmoid": scipy.special.expit,
    "softrelu": lambda x: np.logaddexp(0, x),
    "digamma": scipy.special.digamma,
    "polygamma": lambda n, x: scipy.special.polygamma(np.asarray(n).astype(int), x),
    "gamma": scipy.special.gamma,
    "gammaln": scipy.special.gammaln,
    "erf": scipy.special.erf,
    "erfinv": scipy.special.erfinv,
}


def numpy_function(name: str) -> Any:
    return NUMPY.get(name) or getattr(np, name)


def reference(op: Op) -> Any:
    """NumPy's way to the operator's result, or None."""
    if isinstance(op, UpdateOp):
        text = formula(op.formulas[op.inputs[0]])
    elif op.reference is not None or not isinstance(op, ElementwiseOp):
        return op.reference
    else:
        text = formula(op.formula)
    functions = {name: numpy_function(name) for name in text.functions}

    def evaluate(*arrays: Any, **params: Any) -> Any:
        operands = dict(zip(op.inputs, arrays, strict=True))
        return text.evaluate(functions, operands | dict(op.params) | params)

    return evaluate


# All rows in float64, most of them as plain Python; representatives in other dtypes.
CASES, SOME = (
    [
        pytest.param(op, sample, id=f"{op.name}-{i}", marks=only_full(op, mark))
        for op in OPS.values()
        for i, sample in enumerate(op.samples)
    ]
    for mark in (FULL_COMPILED, FULL)
)


def of(fact: str, cases: list[Any]) -> list[Any]:
    return [case for case in cases if case.values[0].gradient == fact]


def outputs(result: Any) -> list[mx.nd.NDArray]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def floating(op: Op, sample: Sample) -> list[int]:
    """Inputs to differentiate by: those that a sample gives as a shape."""
    return [i for i, given in enumerate(sample.args) if isinstance(given, tuple)]


def test_rows_can_be_tested() -> None:
    bare = [op.name for op in OPS.values() if not op.samples]
    assert not bare, f"rows without a sample: {bare}"
    undocumented = [op.name for op in OPS.values() if not op.doc and not op.name.startswith("_")]
    assert not undocumented, f"rows without a docstring: {undocumented}"


def test_representatives_are_made_of_all_that_rows_are_made_of() -> None:
    parts = {name: made_of(op) for name, op in OPS.items()}
    everything = frozenset().union(*parts.values())
    assert frozenset().union(*(parts[name] for name in REPRESENTATIVES)) == everything
    for kernel in ("scan.running_sum", "sort.move_by_order", "indexed.take", "reduction.run"):
        assert any(str(part).endswith(f".{kernel}") for part in everything)
    # Neither one more function of a number nor a composition makes more tests of kernels.
    loss = Op(name="_loss", inputs=("x",), forward=lambda x: F.sum(F.square(x)), vjp=lambda g: g)
    assert made_of(OPS["tanh"]) == made_of(OPS["exp"])
    assert made_of(loss) <= everything


def test_every_public_row_is_in_the_namespace() -> None:
    for name in (*OPS, *ALIASES):
        assert callable(getattr(mx.nd._internal, name))
        if not name.startswith("_"):
            assert callable(getattr(mx.nd, name))


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_forward(op: Op, sample: Sample) -> None:
    check_forward(op, sample, "float64")


@pytest.mark.parametrize("dtype", first("float32", "float16", "bfloat16"))
@pytest.mark.parametrize(("op", "sample"), SOME)
def test_forward_in_other_dtypes(op: Op, sample: Sample, dtype: str) -> None:
    check_forward(op, sample, dtype)


def check_forward(op: Op, sample: Sample, dtype: str) -> None:
    expect = reference(op)
    if expect is None or op.stochastic:
        expect = None
    inputs = sample_inputs(op, sample, dtype)
    exact = [x.asnumpy().astype("float64") for x in inputs]
    results = outputs(op.call(*inputs, **sample.params))
    if expect is None:
        assert all(isinstance(r, mx.nd.NDArray) for r in results)
        return
    expected = expect(*exact, **sample.params)
    expected = expected if isinstance(expected, (list, tuple)) else [expected]
    for result, value in zip(results, expected, strict=True):
        narrow = dtype == "float64" and is_rounded(result)
        assert_close(result, value, what=op.name, dtype="float32" if narrow else dtype)


def is_rounded(y: mx.nd.NDArray) -> bool:
    """Whether a definition rounds to float32 whatever it is given: indices are exact."""
    return y.dtype == np.float32 and bool((y.asnumpy() % 1 != 0).any())


@pytest.mark.parametrize(("op", "sample"), of(DIFFERENTIABLE, CASES))
def test_gradients(op: Op, sample: Sample) -> None:
    if op.vjp is not None and "make_loss" in (op.name, *op.aliases):
        pytest.skip("ignores the incoming gradient by design")
    variables = floating(op, sample)
    order = 3 if isinstance(op, ElementwiseOp) else 2
    inputs = sample_inputs(op, sample)
    if all(map(is_rounded, outputs(op.call(*inputs, **sample.params)))):
        pytest.skip("differences of float32 results are too coarse")
    if variables and not op.stochastic and not getattr(op, "ignores_head", False):
        check_gradients(
            lambda *xs: op.call(*xs, **sample.params),
            inputs,
            order=order,
            variables=variables,
            what=op.name,
        )


@pytest.mark.parametrize(("op", "sample"), of(ZERO, SOME))
def test_zero_gradients_are_written(op: Op, sample: Sample) -> None:
    inputs = sample_inputs(op, sample, "float32")
    for x in inputs:
        x.attach_grad()
        x.grad[:] = 7
    with autograd.record():
        results = outputs(op.call(*inputs, **sample.params))
    autograd.backward(results)
    for x in inputs:
        assert not x.grad.asnumpy().any()


def flat_and_recorded(op: Op, sample: Sample, dtype: str) -> Iterator[tuple[Any, Any]]:
    variables = floating(op, sample)
    for create_graph in (False, True):
        inputs = sample_inputs(op, sample, dtype)
        for i in variables:
            inputs[i].attach_grad()
        mx.random.seed(5)
        with autograd.record():
            heads = outputs(op.call(*inputs, **sample.params))
        grads = [mx.nd.full(h.shape, 0.5 + k, dtype=h.dtype) for k, h in enumerate(heads)]
        yield autograd.grad(heads, [inputs[i] for i in variables], grads, create_graph=create_graph)


@pytest.mark.parametrize("dtype", first("float32", "float16", "bfloat16"))
@pytest.mark.parametrize(("op", "sample"), of(DIFFERENTIABLE, SOME))
def test_fused_gradients_equal_those_that_can_be_differentiated(
    op: Op, sample: Sample, dtype: str
) -> None:
    if not floating(op, sample):
        return
    flat, recorded = flat_and_recorded(op, sample, dtype)
    for a, b in zip(flat, recorded, strict=True):
        assert a.dtype == b.dtype == np.dtype(dtype).type
        # Steps of a float16 formula round one by one where the fused kernel rounds once.
        assert_close(a.astype("float32"), b.astype("float32"), what=op.name, dtype=dtype)


ELEMENTWISE = [
    pytest.param(op, id=op.name, marks=only_full(op))
    for op in OPS.values()
    if isinstance(op, ElementwiseOp)
]


@pytest.mark.compiled
@pytest.mark.parametrize("op", ELEMENTWISE)
def test_parallel_equals_serial(op: ElementwiseOp) -> None:
    n = PARALLEL_ELEMENTS + 77
    big = Sample(((n,),) * len(op.inputs), op.samples[0].params)
    inputs = sample_inputs(op, big, "float32")
    whole = op.call(*inputs, **big.params).asnumpy()
    part = op.call(*[x[:1000] for x in inputs], **big.params).asnumpy()
    np.testing.assert_array_equal(whole[:1000], part)


@pytest.mark.parametrize("op", [p for p in ELEMENTWISE if len(p.values[0].inputs) == 2])
def test_broadcasting(op: ElementwiseOp) -> None:
    if not op.broadcast or op.derivatives.keys() != set(op.inputs):
        return
    shapes = ((2, 1, 3), (4, 1))
    for shape_a, shape_b in (shapes, shapes[::-1], ((3,), (2, 3)), ((2, 3), (1,))):
        inputs = sample_inputs(op, Sample((shape_a, shape_b)))
        check_gradients(op.call, inputs, order=2, what=f"{op.name} {shape_a} {shape_b}")


@pytest.mark.parametrize("op", ELEMENTWISE)
def test_empty_arrays(op: ElementwiseOp) -> None:
    empty = [mx.nd.array(np.empty((0, 3))) for _ in op.inputs]
    assert op.call(*empty, **op.samples[0].params).shape == (0, 3)


@pytest.mark.parametrize("op", [p for p in ELEMENTWISE if len(p.values[0].inputs) == 1])
def test_grad_req_add(op: ElementwiseOp) -> None:
    if op.gradient != DIFFERENTIABLE:
        return
    gradients = {}
    for req, times in (("write", 1), ("add", 3)):
        (x,) = sample_inputs(op, op.samples[0], "float64")
        x.attach_grad(req)
        for _ in range(times):
            with autograd.record():
                y = op.call(x, **op.samples[0].params)
            y.backward()
        gradients[req] = x.grad
    assert_close(gradients["add"], 3 * gradients["write"], what=op.name)


def test_parameters_are_cut_to_integers_backward_as_forward() -> None:
    x = mx.nd.array([1, 2, 3], dtype="int32")
    x.attach_grad()
    with autograd.record():
        y = mx.nd.contrib.quadratic(x, a=2.5, b=-3.5)
    y.backward()
    assert x.grad.asnumpy().tolist() == [2 * 2 * n - 3 for n in (1, 2, 3)]


@pytest.mark.full_compiled
def test_linear_facts_are_true() -> None:
    """f(2 x - 3 z) = 2 f(x) - 3 f(z), in all inputs of a group at once."""
    for op in OPS.values():
        for sample in op.samples:
            for group in op.linear:
                check_linear(op, sample, group)


def check_linear(op: Op, sample: Sample, group: tuple[str, ...]) -> None:
    generator = np.random.default_rng(1)

    def made(spec: Any) -> mx.nd.NDArray:
        return mx.nd.array(generator.uniform(0.5, 2.0, spec), dtype="float64")

    names = op.inputs * len(sample.args) if op.variadic else op.inputs
    fixed = [
        made(s) if isinstance(s, tuple) else mx.nd.array(s, dtype="float64") for s in sample.args
    ]
    places = [i for i, name in enumerate(names[: len(fixed)]) if name in group]
    x, z = ({i: made(fixed[i].shape) for i in places} for _ in range(2))
    both = {i: 2 * x[i] - 3 * z[i] for i in places}

    def called(values: dict[int, mx.nd.NDArray]) -> list[np.ndarray[Any, Any]]:
        y = op.call(*[values.get(i, own) for i, own in enumerate(fixed)], **sample.params)
        return [part.asnumpy() for part in (y if isinstance(y, (list, tuple)) else [y])]

    for whole, a, b in zip(called(both), called(x), called(z), strict=True):
        assert_close(whole, 2 * a - 3 * b, what=f"{op.name} in {group}", dtype="float64")


def test_the_checker_finds_a_wrong_derivative() -> None:
    row = unary("_wrong_sine", "sin(x)", "g * cos(x) * 1.001")
    try:
        bind(row)
        (x,) = sample_inputs(row, row.samples[0])
        with pytest.raises(AssertionError, match="derivative of order 1"):
            check_gradients(row.call, [x])
    finally:
        del OPS["_wrong_sine"]


def test_the_checker_finds_a_wrong_second_derivative() -> None:
    def half_wrong(g: Any, data: Any) -> Any:
        return g * 2 * data.detach()

    assert set(inspect.signature(half_wrong).parameters) == {"g", "data"}
    row = Op(
        name="_wrong_square",
        inputs=("data",),
        forward=lambda data: (data._data**2, data._shape),
        vjp=half_wrong,
    )
    bind(row)
    x = mx.nd.array([0.5, 1.5], dtype="float64")
    check_gradients(row.call, [x], order=1)
    with pytest.raises(AssertionError, match="derivative of order 2"):
        check_gradients(row.call, [x], order=2)
