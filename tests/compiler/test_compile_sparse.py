"""Sparse arrays in compiled functions: the results of the eager calls, whatever they store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from scipy import sparse as scipy_sparse

import ndgrad as mx
from ndgrad import autograd, gluon, nd, sym

Call = Callable[[Callable[..., Any]], Any]
Case = Callable[[], tuple[Callable[..., Any], list[Call]]]


def matrix(seed: int, density: float = 0.3, shape: tuple[int, int] = (6, 9)) -> Any:
    draw = np.random.default_rng(seed)
    return nd.sparse.csr_matrix(
        scipy_sparse.random(*shape, density, format="csr", dtype="float32", random_state=draw)
    )


def rows(index: Sequence[int], seed: int = 0, shape: tuple[int, int] = (9, 3)) -> Any:
    data = noise(len(index), *shape[1:], seed=seed)
    return nd.sparse.row_sparse_array((data, list(index)), shape=shape)


def noise(*shape: int, seed: int = 0) -> Any:
    return nd.array(np.random.default_rng(seed).normal(size=shape))


def variable(*shape: int, seed: int = 0, req: str = "write") -> Any:
    x = noise(*shape, seed=seed)
    x.attach_grad(req, stype="row_sparse")
    return x


MATRICES = [matrix(seed, 0.1 * seed) for seed in (1, 2, 3, 0)]
ROWS = [rows(index, i) for i, index in enumerate(([0, 2], [1, 2, 5], [], range(9)))]


def held(x: Any) -> list[Any]:
    """All that an array, or several, are made of."""
    if isinstance(x, (list, tuple)):
        return [y for part in x for y in held(part)]
    names = {"csr": ("data", "indices", "indptr"), "row_sparse": ("data", "indices")}
    parts = [getattr(x, name) for name in names.get(x.stype, ())] or [x]
    return [x.stype, *[(y.shape, y.dtype, y.asnumpy().tobytes()) for y in parts]]


def check(case: Case) -> Any:
    """Run the calls of a case eagerly and compiled: the same bits, by one program."""
    function, calls = case()
    expected = [held(call(function)) for call in calls]
    function, calls = case()
    compiled = mx.compile(function)
    assert [held(call(compiled)) for call in calls] == expected
    assert len([*compiled._programs.values()]) == 1
    assert len(next(iter(compiled._programs.values()))) == 1
    return compiled


FUNCTIONS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "square": (lambda x: x.square(), MATRICES),
    "formulas": (lambda x: 2 * nd.sin(x) + x, MATRICES),
    "dense result": (lambda x: x + 1, MATRICES),
    "elements": (lambda x: x.tostype("default"), MATRICES),
    "elements changed": (lambda x: nd.tanh(x.tostype("default") * 2), MATRICES),
    "itself": (lambda x: x, MATRICES),
    "rows": (lambda x: x[1:3], MATRICES),
    "sums": (lambda x: [x.sum(), nd.sum(x, axis=0), nd.sum(x, axis=1), nd.mean(x)], MATRICES),
    "dtype": (lambda x: x.astype("float64"), MATRICES),
    "transposed product": (lambda x: nd.dot(x, nd.ones((6, 2)), transpose_a=True), MATRICES),
    "dense times sparse": (lambda x: nd.dot(nd.ones((2, 6)), x), MATRICES),
    "times dense": (lambda x: x * nd.ones((6, 9)) * 3, MATRICES),
    "counts": (lambda x: nd.contrib.getnnz(x), MATRICES),
    "compressed": (lambda x: nd.relu(x).tostype("csr"), [noise(4, 5, seed=i) for i in range(3)]),
    "retain": (lambda x: x.retain(nd.array([1, 2])), ROWS),
    "row-sparse elements": (lambda x: x.tostype("default"), ROWS),
    "row-sparse formulas": (lambda x: nd.sparse.add(2 * x, x.square()), ROWS),
    "zeros": (lambda x: nd.zeros_like(x), ROWS),
}


@pytest.mark.full_compiled
@pytest.mark.parametrize("name", FUNCTIONS)
def test_operators_see_what_each_call_passes(name: str) -> None:
    function, arguments = FUNCTIONS[name]
    check(lambda: (function, [lambda f, x=x: f(x) for x in arguments]))


@pytest.mark.full_compiled
def test_what_is_around_a_function_may_store_more_each_time() -> None:
    def case() -> Any:
        x, w = nd.sparse.zeros("csr", (6, 9)), noise(9, 2)

        def call(f: Any, value: Any) -> Any:
            x[:] = value
            return f(nd.ones(1))

        return lambda k: nd.dot(x, w) * k, [lambda f, v=v: call(f, v) for v in MATRICES]

    check(case)


@pytest.mark.full_compiled
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("req", ["write", "add"])
def test_gradients_of_products(req: str, transpose: bool) -> None:
    def case() -> Any:
        w, dense = variable(9, 3, req=req), variable(6, 3, seed=1)
        dense.attach_grad()

        def loss(x: Any) -> Any:
            y = nd.dot(x, dense, transpose_a=True) if transpose else nd.tanh(nd.dot(x, w))
            return (y.tostype("default") * 3).sum() + nd.dot(x, w).sum()

        def call(f: Any, x: Any) -> Any:
            with autograd.record():
                y = f(x)
            y.backward()
            return [y, w.grad, dense.grad]

        return loss, [lambda f, x=x: call(f, x) for x in MATRICES]

    check(case)


@pytest.mark.full_compiled
@pytest.mark.parametrize("inside", [False, True])
def test_second_derivatives(inside: bool) -> None:
    def case() -> Any:
        w = variable(9, 3)

        def loss(x: Any) -> Any:
            return (nd.tanh(nd.dot(x, w)) ** 2).sum()

        def penalty(f: Any, x: Any) -> Any:
            with autograd.record():
                y = f(x)
                (slope,) = autograd.grad(y, [w], create_graph=True)
                length = (slope * slope).sum()
            length.backward()
            return [y, slope.detach()]

        if inside:
            calls = [lambda f, x=x: [*f(x), w.grad] for x in MATRICES]
            return (lambda x: penalty(loss, x)), calls
        return loss, [lambda f, x=x: [*penalty(f, x), w.grad] for x in MATRICES]

    check(case)


def embedded(i: Any, w: Any) -> Any:
    return nd.Embedding(i, w, input_dim=20, output_dim=3, sparse_grad=True)


STEPS: dict[str, Callable[..., Any]] = {
    "sgd": lambda w, m, v: nd.sgd_update(w, w.grad, out=w, lr=0.1),
    "sgd of all rows": lambda w, m, v: nd.sgd_update(w, w.grad, out=w, lr=0.1, lazy_update=False),
    "momentum": lambda w, m, v: nd.sgd_mom_update(w, w.grad, m, out=w, lr=0.1, momentum=0.9),
    "adam": lambda w, m, v: nd.adam_update(w, w.grad, m, v, out=w, lr=0.1),
    "adagrad": lambda w, m, v: nd.sparse.adagrad_update(w, w.grad, m, out=w, lr=0.1),
    "not in place": lambda w, m, v: w.__setitem__(slice(None), nd.sgd_update(w, w.grad, lr=0.1)),
    "retained": lambda w, m, v: nd.sgd_update(w, w.grad.retain(nd.arange(9)), out=w, lr=0.1),
}


@pytest.mark.full_compiled
@pytest.mark.parametrize("state", ["default", "row_sparse"])
@pytest.mark.parametrize("name", STEPS)
def test_steps_write_the_rows_of_the_gradient(name: str, state: str) -> None:
    def case() -> Any:
        w, draw = variable(20, 3), np.random.default_rng(5)
        states = [nd.zeros((20, 3), stype=state) for _ in range(2)]

        def step(i: Any, j: Any) -> Any:
            with autograd.record():
                loss = (embedded(i, w) * embedded(j, w)).sum()
            loss.backward()
            STEPS[name](w, *states)
            return loss

        indices = [[nd.array(draw.integers(20, size=5)) for _ in "ij"] for _ in range(3)]
        return step, [lambda f, x=x: [f(*x), w, *states, w.grad] for x in indices]

    check(case)


def test_a_step_writes_to_the_weight_itself() -> None:
    w = variable(20, 3)

    @mx.compile
    def step(i: Any) -> Any:
        with autograd.record():
            loss = (embedded(i, w) ** 2).sum()
        loss.backward()
        nd.sgd_update(w, w.grad, out=w, lr=0.1)
        return loss

    step(nd.array([1, 2]))
    step(nd.array([2, 7, 7]))
    assert w.grad.indices.asnumpy().tolist() == [2, 7]
    plan = next(text for text in step.explain().sources if text.startswith("def plan"))
    assert "copyto" not in plan and plan.count(".copy()") == 0


@pytest.mark.full_compiled
def test_a_step_may_read_the_weight_before_and_after() -> None:
    def case() -> Any:
        w = variable(20, 3)

        def step(i: Any) -> Any:
            for _ in range(2):
                with autograd.record():
                    loss = (embedded(i, w) ** 2).sum() + (w * w).sum()
                loss.backward()
                before = w.sum()
                nd.sgd_update(w, w.grad, out=w, lr=0.1)
            return loss, before, w.sum()

        return step, [lambda f, i=i: [*f(nd.array(i)), w, w.grad] for i in ([1, 2], [4, 9])]

    check(case)


@pytest.mark.full_compiled
def test_weights_and_their_gradients_may_be_arguments() -> None:
    def case() -> Any:
        weights = [variable(9, 3, seed=i) for i in range(2)]

        def step(x: Any, w: Any) -> Any:
            with autograd.record():
                loss = (nd.tanh(nd.dot(x, w)) ** 2).sum()
            loss.backward()
            nd.sgd_update(w, w.grad, out=w, lr=0.1)
            return loss, w.grad

        return step, [
            lambda f, x=x, w=w: [*f(x, w), w, w.grad] for x in MATRICES[:2] for w in weights
        ]

    check(case)


@pytest.mark.full_compiled
def test_a_sparse_weight_gets_other_rows() -> None:
    def case() -> Any:
        w = rows([0, 3, 4])
        w.attach_grad(stype="row_sparse")

        def step(x: Any) -> Any:
            with autograd.record():
                loss = (nd.tanh(nd.dot(x, w)) ** 2).sum()
            loss.backward()
            nd.sgd_update(w, w.grad, out=w, lr=0.1)
            return loss

        return step, [lambda f, x=x: [f(x), w, w.grad] for x in MATRICES]

    check(case)


@pytest.mark.full_compiled
def test_arrays_around_a_function_are_assigned_to() -> None:
    def case() -> Any:
        x = nd.sparse.zeros("csr", (6, 9))

        def assign(y: Any, z: Any) -> Any:
            x[:] = y * 2
            nd.square(y, out=z)
            return x.sum(), z.sum()

        def call(f: Any, y: Any) -> Any:
            z = nd.sparse.zeros("csr", (6, 9))
            return [*f(y, z), x, z]

        return assign, [lambda f, y=y: call(f, y) for y in MATRICES]

    check(case)


@pytest.mark.full_compiled
def test_loops_read_sparse_arrays() -> None:
    def case() -> Any:
        w, x = variable(9, 3), MATRICES[1]

        def loop(steps: Any) -> Any:
            def step(row: Any, state: Any) -> Any:
                return nd.dot(x, w).sum() + row, state

            return nd.contrib.foreach(step, steps, nd.zeros(1))[0]

        def call(f: Any) -> Any:
            with autograd.record():
                y = f(nd.arange(20)).sum()
            y.backward()
            return [y, w.grad]

        return loop, [call, call]

    check(case)


@pytest.mark.full_compiled
def test_elements_of_a_complete_array_are_a_copy() -> None:
    x = rows(range(9))
    before = x.asnumpy()
    for y in (mx.compile(lambda x: x.tostype("default"))(x), mx.compile(nd.identity)(x)):
        y[:] = 0
    np.testing.assert_array_equal(x.asnumpy(), before)


# --- networks and symbols -------------------------------------------------------------------------


class Factors(gluon.HybridBlock):
    def __init__(self) -> None:
        super().__init__(prefix="")
        self.users = gluon.nn.Embedding(20, 4, sparse_grad=True)
        self.items = gluon.nn.Embedding(30, 4, sparse_grad=True)

    def hybrid_forward(self, F: Any, user: Any, item: Any) -> Any:
        return F.sum(self.users(user) * self.items(item), axis=1)


@pytest.mark.full_compiled
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_hybridized_networks_have_sparse_gradients(optimizer: str) -> None:
    def train(hybridize: bool) -> list[Any]:
        mx.random.seed(3)
        net, draw = Factors(), np.random.default_rng(7)
        net.initialize(mx.init.Normal(0.1))
        if hybridize:
            net.hybridize()
        trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.1})
        parameters, found = [*net.collect_params().values()], []
        for _ in range(3):
            user, item = nd.array(draw.integers(20, size=6)), nd.array(draw.integers(30, size=6))
            with autograd.record():
                loss = (net(user, item) - 1) ** 2
            loss.backward()
            found += held([loss, *[p.grad() for p in parameters]])
            trainer.step(6)
        if hybridize:
            assert "rows of" in str(net._compiled.explain())  # type: ignore[union-attr]
        return [*found, *held([p.data() for p in parameters])]

    assert train(True) == train(False)


def factorisation_machine(columns: int, factors: int) -> Any:
    """Rendle 2010, as a symbol, with sparse weights."""
    x = sym.var("data", stype="csr")
    v = sym.var("v", shape=(columns, factors), stype="row_sparse")
    w = sym.var("w", shape=(columns, 1), stype="row_sparse")
    linear = sym.broadcast_add(sym.dot(x, w), sym.var("b", shape=(1,)))
    squares = sym.dot(sym.square(x), sym._internal._square_sum(v, axis=1, keepdims=True))
    all_of = sym.concat(linear, 0.5 * sym.square(sym.dot(x, v)), dim=1)
    score = sym.sum(all_of, axis=1, keepdims=True) - 0.5 * squares
    return sym.LogisticRegressionOutput(score, sym.var("label"))


@pytest.mark.full_compiled
def test_a_factorisation_machine_is_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def train() -> tuple[list[Any], Any]:
        shape = {"data": (8, 40), "v": (40, 3), "w": (40, 1), "b": (1,), "label": (8, 1)}
        stype = {"data": "csr", "v": "row_sparse", "w": "row_sparse"}
        args = {
            name: noise(*shape[name], seed=1).tostype(stype.get(name, "default")) for name in shape
        }
        grads = {name: nd.zeros(shape[name], stype=stype.get(name)) for name in ("v", "w", "b")}
        reqs = {name: "write" if name in grads else "null" for name in args}
        executor = factorisation_machine(40, 3).bind(mx.cpu(), args, grads, reqs)
        update = mx.optimizer.get_updater(mx.optimizer.create("adam", learning_rate=0.1))
        found = []
        for seed in range(3):
            label = nd.array(np.random.default_rng(seed).integers(2, size=(8, 1)))
            executor.forward(True, data=matrix(seed, 0.1, (8, 40)), label=label)
            executor.backward()
            found += held([executor.outputs[0], *grads.values()])
            for i, name in enumerate(grads):
                update(i, grads[name], args[name])
        return [*found, *held([*args.values()])], executor

    compiled, executor = train()
    assert "_csr_dot" in str(executor._program.explain())
    monkeypatch.setattr("ndgrad.symbol.executor._compiles", lambda symbol: False)
    assert train()[0] == compiled


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.full_compiled
@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: x.data * 2, "reads parts of a sparse array"),
        (lambda x: x.indices, "reads parts of a sparse array"),
        (lambda x: x.asscipy(), "with asnumpy"),
        (lambda x: x.check_format(), "check_format"),
    ],
)
def test_lengths_cannot_be_read(function: Callable[..., Any], text: str) -> None:
    with pytest.raises(mx.MXNetError, match=f"^compile: .*{text}"):
        mx.compile(function)(MATRICES[0])


@pytest.mark.full_compiled
def test_sparse_results_have_gradients() -> None:
    def case() -> Any:
        w, v = noise(6, 2), rows([0, 3, 4])
        w.attach_grad()
        v.attach_grad()

        def call(f: Any, x: Any) -> Any:
            with autograd.record():
                y, z = f(x)
                loss = y.sum() + (z * z).sum()
            loss.backward()
            return [y.detach(), z.detach(), loss, w.grad, v.grad]

        function = lambda x: (nd.dot(x, w, transpose_a=True), v.square())  # noqa: E731
        return function, [lambda f, x=x: call(f, x) for x in MATRICES]

    check(case)


@pytest.mark.full_compiled
def test_arrays_that_are_written_to_are_passed_once() -> None:
    x = nd.sparse.zeros("csr", (6, 9))
    function = mx.compile(lambda y: [x.__setitem__(slice(None), y * 2), x.sum()][1])
    assert float(function(MATRICES[1])) == float((MATRICES[1] * 2).sum())
    with pytest.raises(mx.MXNetError, match="writes to sparse arrays"):
        function(x)


@pytest.mark.full_compiled
def test_tracing_leaves_arrays_as_they_were() -> None:
    w, x = variable(9, 3), nd.sparse.zeros("csr", (6, 9))

    def refused(y: Any) -> Any:
        with autograd.record():
            loss = nd.dot(y, w).sum()
        loss.backward()
        x[:] = y
        return float(loss)

    before = x._version[0], w.grad._version[0], w._node.fresh
    with pytest.raises(mx.MXNetError, match=r"^compile: "):
        mx.compile(refused)(MATRICES[1])
    assert (x._version[0], w.grad._version[0], w._node.fresh) == before
    assert not x.indices.size and not w.grad.indices.size


def test_dense_arrays_that_a_function_of_sparse_ones_keeps_have_no_values() -> None:
    kept: list[nd.NDArray] = []

    @mx.compile
    def function(x: nd.NDArray, w: nd.NDArray) -> nd.NDArray:
        y = nd.dot(x, w)
        kept.append(y)
        return y * 2

    w = noise(9, 2)
    for x in MATRICES:
        assert held(function(x, w)) == held(nd.dot(x, w) * 2)
    assert kept
    for y in kept:
        with pytest.raises(mx.MXNetError, match="and kept"):
            y.asnumpy()
