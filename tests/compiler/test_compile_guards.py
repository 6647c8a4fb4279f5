"""Which program a call runs: what a function finds around it, modes, random numbers, threads."""

from __future__ import annotations

import copy
import pickle
import threading
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from compile_helpers import agree, some

import ndgrad as mx
from ndgrad import autograd, nd

# Which program a call gets: what its kernels compute is a matter for other tests.
pytestmark = pytest.mark.full_compiled

# --- what a function finds around it --------------------------------------------------------------

RATE = 2.0


def test_guards() -> None:
    global RATE
    k, w = 3.0, some(3)
    w.attach_grad()
    function = mx.compile(lambda x: x * k + w * RATE)

    def check(count: int) -> None:
        for _ in range(2):
            expected = (some(3) * k + w * RATE).asnumpy()
            np.testing.assert_array_equal(function(some(3)).asnumpy(), expected)
        assert len(function.explain().programs) == count

    check(1)
    k = 4.0
    check(2)
    w = some(3) * 5
    check(3)
    w[:] = 7  # values may change
    check(3)
    w.attach_grad()
    check(4)
    with autograd.record():
        y = function(some(3))
    y.backward()
    np.testing.assert_array_equal(w.grad.asnumpy(), np.full(3, RATE))
    RATE = 5.0
    try:
        check(6)
    finally:
        RATE = 2.0


def test_a_replaced_array_is_noticed_wherever_its_memory_lies() -> None:
    whole = some(100)
    part = whole[0:1]
    function = mx.compile(lambda: part * 1)
    for i in range(100):
        part = None
        part = whole[i : i + 1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            assert function().asnumpy() == whole[i : i + 1].asnumpy()


def test_many_signatures_warn_once() -> None:
    function = mx.compile(lambda x, k: x * k)
    for k in range(7):
        function(some(3), float(k))
    with pytest.warns(RuntimeWarning, match="8 signatures"):
        function(some(3), 7.0)
    function(some(3), 8.0)


def test_lengths_of_lines_are_those_of_each_call():
    masked = mx.compile(lambda x, n: nd.softmax(x, length=n, use_length=True))
    x = nd.ones((2, 4))
    for lengths in ([1, 2], [3, 4]):
        n = nd.array(lengths, dtype="int32")
        want = nd.softmax(x, length=n, use_length=True).asnumpy()
        np.testing.assert_array_equal(masked(x, n).asnumpy(), want)


class Scale:
    def __init__(self, k: float) -> None:
        self.k = k
        self.weight = some(3)

    @mx.compile
    def apply(self, x: nd.NDArray) -> nd.NDArray:
        return x * self.k * self.weight


class Shifted(Scale):
    @mx.compile
    def apply(self, x: nd.NDArray) -> nd.NDArray:
        return super().apply(x) + 1


def test_methods() -> None:
    for kind, shift in ((Scale, 0), (Shifted, 1)):
        model = kind(2.0)
        model.apply(some(3))
        others = [copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
        for k, other in enumerate(others, 3):
            other.k = float(k)
        for other in (model, *others):
            expected = some(3) * other.k * other.weight + shift
            np.testing.assert_array_equal(other.apply(some(3)).asnumpy(), expected.asnumpy())
    assert isinstance(Scale.apply, type(mx.compile(len)))


def test_a_method_of_an_object_without_a_dict() -> None:
    class Slotted:
        __slots__ = ("k",)

        @mx.compile
        def apply(self, x: nd.NDArray) -> nd.NDArray:
            return x

    with pytest.raises(TypeError, match="__slots__"):
        Slotted().apply(some(1))


def test_a_compiled_function_inside_another() -> None:
    inner = mx.compile(lambda x: x.exp() + 1)
    outer = mx.compile(lambda x: inner(x) * inner(x * 2))
    x = some(3)
    expected = ((x.exp() + 1) * ((x * 2).exp() + 1)).asnumpy()
    np.testing.assert_array_equal(outer(x).asnumpy(), expected)
    assert len(outer.explain().programs) == 1 and not inner.explain().programs


def test_a_symbol() -> None:
    a, b = some(3), some(3) * 2
    for x in (a, b):
        x.attach_grad()
    with autograd.record():
        y = (a * b).exp() + a
    symbol = autograd.get_symbol(y)
    first, second = symbol.list_arguments()
    (result,) = mx.compile(symbol)(**{first: a, second: b})
    np.testing.assert_array_equal(result.asnumpy(), y.asnumpy())


class Cube(autograd.Function):
    def forward(self, x: nd.NDArray) -> nd.NDArray:
        self.save_for_backward(x)
        return x * x * x

    def backward(self, dy: nd.NDArray) -> nd.NDArray:
        (x,) = self.saved_tensors
        return 5 * x * x * dy  # not the derivative, so that nothing else can have made it


def test_a_users_function_inside() -> None:
    def scenario(decorate: Any) -> Any:
        x = some(3)
        x.attach_grad()
        function = decorate(lambda x: Cube()(x * 2) + 1)
        with autograd.record():
            y = function(x)
        y.backward()
        return y, x.grad

    agree(scenario)


# --- random numbers, modes, threads ---------------------------------------------------------------


def test_random_numbers_are_those_of_the_eager_call() -> None:
    def scenario(decorate: Any) -> Any:
        @decorate
        def function(x: nd.NDArray) -> Any:
            y = x * 2 + 1
            dropped = nd.Dropout(y * y.sum(), p=0.5, mode="always")
            noise = nd.random.normal(shape=(4,), dtype="float64")
            nd.random.uniform(shape=(5,))  # drawn, though it is not used
            # That the noise is wanted in the first kernel must not let it be drawn first.
            return dropped, noise.sum() * y, nd.random.randint(0, 100, shape=(4,))

        return [function(some(8)) for _ in range(3)]

    first, second, third = agree(scenario)
    assert first != second and second != third


DRAWS: dict[str, Callable[[], Any]] = {
    "uniform": lambda: nd.random.uniform(-1, 2, shape=(3, 4)),
    "normal": lambda: nd.random.normal(1, 2, shape=(3, 4), dtype="float64"),
    "randn": lambda: nd.random.randn(3, 4),
    "exponential": lambda: nd.random.exponential(2, shape=(3, 4)),
    "gamma": lambda: nd.random.gamma(2, 3, shape=(3, 4)),
    "poisson": lambda: nd.random.poisson(3, shape=(3, 4)),
    "negative binomial": lambda: nd.random.negative_binomial(3, 0.4, shape=(3, 4)),
    "generalized": lambda: nd.random.generalized_negative_binomial(2, 0.3, shape=(3, 4)),
    "randint": lambda: nd.random.randint(0, 9, shape=(3, 4)),
    "multinomial": lambda: nd.random.multinomial(nd.array([0.2, 0.3, 0.5]), shape=8),
    "shuffle": lambda: nd.random.shuffle(nd.arange(9)),
    "like": lambda: nd.random.normal_like(nd.zeros((3, 4)), scale=2),
    "dropout": lambda: nd.Dropout(nd.ones((3, 4)), mode="always"),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_are_those_of_the_eager_call(draw: Callable[[], Any]) -> None:
    found = []
    for function in (draw, mx.compile(draw)):
        mx.random.seed(8)
        found.append([function().asnumpy().tolist() for _ in range(3)])
    assert found[1] == found[0]
    assert found[0][0] != found[0][1]


def test_tracing_leaves_the_numbers_of_other_threads_alone() -> None:
    def drawn() -> Any:
        return mx.random.uniform(0, 1, shape=(3,)).asnumpy().tolist()

    mx.random.seed(3)
    expected = [drawn() for _ in range(3)]
    found = []

    @mx.compile
    def noisy(x: nd.NDArray) -> nd.NDArray:
        y = x + mx.random.uniform(0, 1, shape=(3,))
        if not found:
            thread = threading.Thread(target=lambda: found.append(drawn()))
            thread.start()
            thread.join()
        return y

    mx.random.seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it changes what it finds
        found.append(noisy(nd.zeros(3)).asnumpy().tolist())
    assert [*found, drawn()] == expected


def test_seeding_inside_is_refused() -> None:
    mx.random.seed(5)
    expected = nd.random.uniform(shape=(3,)).asnumpy()
    mx.random.seed(5)
    with pytest.raises(mx.MXNetError, match=r"^compile: .* seeds random numbers"):
        mx.compile(lambda x: mx.random.seed(7))(some(3))
    np.testing.assert_array_equal(nd.random.uniform(shape=(3,)).asnumpy(), expected)


def test_training_mode() -> None:
    function = mx.compile(lambda x: nd.Dropout(x, p=0.5))
    x = some(100)
    np.testing.assert_array_equal(function(x).asnumpy(), x.asnumpy())
    with autograd.train_mode():
        assert (function(x).asnumpy() == 0).any()
    with autograd.record(train_mode=False):
        np.testing.assert_array_equal(function(x).asnumpy(), x.asnumpy())
    assert len(function.explain().programs) == 3


def test_four_threads_call_one_function() -> None:
    function = mx.compile(lambda x: (x * 2).tanh().sum(axis=0) + x)
    inputs = [some(40, 3, scale=0.01 * k) for k in range(1, 5)]
    expected = [function._function(x).asnumpy() for x in inputs]
    failures = []
    start = threading.Barrier(4)

    def work(k: int) -> None:
        x = inputs[k]
        x.attach_grad()
        start.wait()
        for _ in range(50):
            with autograd.record():
                y = function(x)
            y.backward()
            if not np.allclose(y.asnumpy(), expected[k], rtol=1e-13):
                failures.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    gradients = [x.grad.asnumpy() for x in inputs]
    for x, gradient in zip(inputs, gradients, strict=True):
        with autograd.record():
            y = function._function(x)
        y.backward()
        np.testing.assert_allclose(gradient, x.grad.asnumpy(), rtol=1e-12)
    assert len(function.explain().programs) == 1


# --- explain, clear -------------------------------------------------------------------------------


def test_explain() -> None:
    @mx.compile
    def function(x: nd.NDArray) -> nd.NDArray:
        return (x * x).sum() * x.exp()

    x = some(3)
    x.attach_grad()
    assert "0 signatures" in repr(function.explain())
    with autograd.record():
        y = function(x)
    y.backward()
    text = str(function.explain())
    assert "float64[3] (recording, training)" in text
    assert ", forward" in text and ", backward" in text
    assert "broadcast_mul, sum" in text and "not joined: " in text and "needs the whole sum" in text
    assert any("def loop(" in source for source in function.explain().sources)
    picture = function.explain().picture()
    assert picture.startswith("<svg") and "argument 0" in picture
    assert picture in function.explain()._repr_html_()


def test_clear() -> None:
    function = mx.compile(lambda x: x * 2)
    function(some(3))
    (program,) = function.explain().programs
    function(some(3))
    assert function.explain().programs == [program]
    function.clear()
    assert not function.explain().programs
    function(some(3))
    assert len(function.explain().programs) == 1 and function.explain().programs != [program]


def test_compile_takes_functions() -> None:
    with pytest.raises(TypeError, match="expected a function or a Symbol, got int"):
        mx.compile(3)
    assert isinstance(mx.compile(fallback=True)(lambda x: x), type(mx.compile(len)))


# --- objects of ndgrad ----------------------------------------------------------------------------


def layer_class(**more: Any) -> type:
    """A class such as one that a module of ndgrad defines: an attribute of each kind, no method."""

    def call(self: Any, x: nd.NDArray) -> nd.NDArray:
        for inner in self.layers:
            x = inner(x)
        return x * self.factor + self.shift

    def init(self: Any, factor: float, *layers: Any) -> None:
        self.factor, self.shift, self.layers = factor, some(3), list(layers)

    # Not looked into: this code has the file of an installed package.
    installed = {name: f.__code__.replace(co_filename=mx.__file__) for name, f in
                 (("__call__", call), ("__init__", init))}  # fmt: skip
    methods = {name: types.FunctionType(code, globals()) for name, code in installed.items()}
    return type("Layer", (), {"__module__": "ndgrad.layers", **methods, **more})


def follows(function: Any, layer: Any, change: Callable[[], None]) -> None:
    """Assert that a compiled function's result is the eager one before and after a change."""
    for _ in range(2):
        np.testing.assert_array_equal(function(some(3)).asnumpy(), layer(some(3)).asnumpy())
    change()
    for _ in range(2):
        np.testing.assert_array_equal(function(some(3)).asnumpy(), layer(some(3)).asnumpy())


def change(layer: Any, name: str) -> None:
    if name == "layers":
        layer.layers.append(layer_class()(0.5))
    elif name == "inner":
        layer.layers[0].factor = 7.0
    else:
        setattr(layer, name, 5.0 if name == "factor" else some(3) * 4)


@pytest.mark.parametrize("what", ["factor", "shift", "layers", "inner"])
@pytest.mark.parametrize("given", ["global", "argument", "subclass", "method"])
def test_a_layer_of_ndgrad_is_as_it_was(what: str, given: str) -> None:
    kind = layer_class()
    if given == "subclass":
        kind = type("Mine", (kind,), {"__module__": __name__})
    layer = kind(2.0, layer_class()(3.0))
    if given == "argument":
        compiled = mx.compile(lambda x, layer: layer(x))
        function = lambda x: compiled(x, layer)  # noqa: E731
    elif given == "method":
        function = compiled = mx.compile(layer.__call__)
    else:
        function = compiled = mx.compile(lambda x: layer(x))
    follows(function, layer, lambda: change(layer, what))
    assert len(compiled.explain().programs) == 2


def test_a_layer_says_what_a_program_depends_on() -> None:
    def guarded(self: Any) -> dict[str, object]:
        return {"factor": self.factor, "shift": self.shift, "layers": self.layers}

    layer = layer_class(__guarded__=guarded)(2.0)
    layer.calls = 0
    compiled = mx.compile(lambda x: layer(x))
    follows(compiled, layer, lambda: setattr(layer, "calls", 1))
    assert len(compiled.explain().programs) == 1
    follows(compiled, layer, lambda: change(layer, "factor"))
    assert len(compiled.explain().programs) == 2


def test_what_a_subclass_of_a_layer_adds_is_guarded_too() -> None:
    class Mine(layer_class(__guarded__=lambda self: {})):  # type: ignore[misc]
        def __call__(self, x: nd.NDArray) -> nd.NDArray:
            return x * self.own

    layer = Mine(2.0)
    layer.own = 3.0
    follows(mx.compile(lambda x: layer(x)), layer, lambda: setattr(layer, "own", 4.0))


def test_an_attribute_that_code_does_not_name() -> None:
    class Plain:
        def __init__(self) -> None:
            self.scale1 = 2.0

        def __call__(self, x: nd.NDArray) -> nd.NDArray:
            return x * getattr(self, f"scale{1}")

    layer = Plain()
    follows(mx.compile(lambda x: layer(x)), layer, lambda: setattr(layer, "scale1", 3.0))


@pytest.mark.parametrize("given", ["a KeyError", "None"])
def test_an_object_that_answers_for_any_name(given: str) -> None:
    """Only the standard ways of looking for an attribute are asked what a function refers to."""

    class Options:
        def __init__(self) -> None:
            self.entries = {"scale": 2.0}

        def __getattr__(self, name: str) -> Any:
            return self.entries[name] if given == "a KeyError" else self.entries.get(name)

    options = Options()
    function, x = mx.compile(lambda x: x * options.scale), nd.array([1.0])
    assert function(x).asscalar() == 2
    options.entries["scale"] = 3.0
    assert function(x).asscalar() == 3


def test_code_that_was_executed_outside_of_modules() -> None:
    space: dict[str, Any] = {"__name__": "not_imported", "module": types.ModuleType("own")}
    space["module"].shift = 1.0
    exec(
        "class Layer:\n    scale = 2.0\nlayer = Layer()\n"
        "def call(x):\n    return x * layer.scale + module.shift\n",
        space,
    )
    function, x = mx.compile(space["call"]), nd.array([1.0])
    assert function(x).asscalar() == 3
    space["layer"].scale = 3.0
    assert function(x).asscalar() == 4
    space["module"].shift = 4.0
    assert function(x).asscalar() == 7


def test_a_layer_that_changes_while_it_is_traced_is_noticed() -> None:
    def call(self: Any, x: nd.NDArray) -> nd.NDArray:
        self.calls += 1
        return x * 2

    layer = type("Counting", (), {"__module__": "ndgrad.layers", "__call__": call, "calls": 0})()
    layer.calls = 0
    function = mx.compile(lambda x: layer(x))
    with pytest.warns(RuntimeWarning, match=r"changes what it finds around it \(calls\)"):
        function(some(3))
    function(some(3))
    assert len(function.explain().programs) == 1


def test_parameters_that_a_compiled_call_initialises_are_named() -> None:
    net = mx.gluon.nn.Dense(1, use_bias=False, prefix="late_")
    net.initialize(mx.init.One())
    function = mx.compile(lambda x: net(x))
    with pytest.warns(RuntimeWarning, match=r"\(Parameter late_weight\).* called once before"):
        assert function(nd.ones((1, 2))).asscalar() == 2
