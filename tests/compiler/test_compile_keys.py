"""What tells two calls of a compiled function apart: identity, types, signs of zero, names."""

from __future__ import annotations

import collections
import dataclasses
import gc
import math
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.symbol import load_json

# Which program a call gets: what its kernels compute is a matter for other tests.
pytestmark = pytest.mark.full_compiled

X = nd.array([1, 2])


def programs(function: Any) -> int:
    return len(function.explain().programs)


# --- identity -------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Config:
    rate: float


Pair = collections.namedtuple("Pair", "one two")

EQUAL_PAIRS: dict[str, Any] = {
    "lists": ([1.0], [1.0]),
    "tuples": ((X.ndim, 1.0), (X.ndim, 1.0)),
    "dicts": ({"a": 1}, {"a": 1}),
    "sets": ({1, 2}, {1, 2}),
    "namedtuples": (Pair(1, 2), Pair(1, 2)),
    "dataclasses": (Config(1.0), Config(1.0)),
    "NumPy arrays": (np.ones(2), np.ones(2)),
    "lists of arrays": ([X], [X]),
}


@pytest.mark.parametrize("pair", EQUAL_PAIRS.values(), ids=EQUAL_PAIRS)
def test_one_and_the_same_argument_or_two_equal_ones(pair: Any) -> None:
    p, q = pair
    function = mx.compile(lambda x, a, b: x * 2 if a is b else x * 3)
    for a, b, factor in ((p, p, 2), (p, q, 3), (q, p, 3), (q, q, 2)):
        for _ in range(2):
            np.testing.assert_array_equal(function(X, a, b).asnumpy(), [factor, 2 * factor])


def test_it_is_seen_in_structures_and_by_name() -> None:
    function = mx.compile(lambda x, tree, *, other: x * 2 if tree["p"][0] is other else x * 3)
    p, q = [1.0], [1.0]
    for a, b, factor in ((p, p, 2), (p, q, 3)):
        found = function(X, {"p": (a,)}, other=b)
        np.testing.assert_array_equal(found.asnumpy(), [factor, 2 * factor])


def test_equal_lists_made_anew_share_a_program() -> None:
    function = mx.compile(lambda x, axes, table: x.sum(axis=axes[0]) * table["k"])
    for _ in range(5):
        assert function(X, [0], {"k": 2.0}).asscalar() == 6
    assert programs(function) == 1


def test_a_container_of_the_surroundings_as_an_argument() -> None:
    default: list[float] = [1.0]

    class Holder:
        items = [2.0]

    def chosen(x: Any, a: Any, holder: Any) -> Any:
        return x * 2 if a is default else x * 5 if a is holder.items else x * 3

    function = mx.compile(chosen)
    for a in ([1.0], default, [1.0], [2.0], Holder.items, default):
        found = function(X, a, Holder)
        np.testing.assert_array_equal(found.asnumpy(), chosen(X, a, Holder).asnumpy())


def test_objects_that_compare_equal_may_differ() -> None:
    class Always:
        def __init__(self, k: float) -> None:
            self.k = k

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 1

    function = mx.compile(lambda x, thing: x * thing.k)
    one, zero, minus = Always(1.0), Config(0.0), Config(-0.0)
    assert function(X, one).asnumpy().tolist() == [1, 2]
    assert function(X, Always(3.0)).asnumpy().tolist() == [3, 6]
    divided = mx.compile(lambda x, config: x / config.rate)
    assert zero == minus
    assert divided(X, zero).asnumpy()[0] == math.inf
    assert divided(X, minus).asnumpy()[0] == -math.inf


def test_equal_objects_around_a_function() -> None:
    holder = Config(0.0)
    held = {"config": holder}
    function = mx.compile(lambda x: (x / held["config"].rate, x * 2 if holder is thing else x * 3))
    thing = holder
    assert [y.asnumpy()[0] for y in function(X)] == [math.inf, 2]
    thing = Config(0.0)
    assert [y.asnumpy()[0] for y in function(X)] == [math.inf, 3]
    held["config"] = Config(-0.0)
    assert [y.asnumpy()[0] for y in function(X)] == [-math.inf, 3]


@pytest.mark.usefixtures("collects_own_objects")
@pytest.mark.filterwarnings("ignore:.* 8 signatures")
def test_the_identity_of_an_object_that_is_gone_is_not_used_again() -> None:
    class Factor:
        __hash__ = None  # type: ignore[assignment]

        def __init__(self, k: float) -> None:
            self.k = k

    function = mx.compile(lambda x, factor: x * factor.k)
    for k in range(20):
        assert function(X, Factor(float(k))).asnumpy().tolist() == [k, 2 * k]
        gc.collect()


def test_containers_may_change_after_the_call() -> None:
    def scaled(x: Any, factors: Any, table: Any) -> Any:
        return x * factors[0] * x * table[0]

    x, factors, table = nd.array([1, 2]), [2.0], np.ones(1)
    x.attach_grad()
    function = mx.compile(scaled)
    with autograd.record():
        y = function(x, factors, table)
        factors[0] = table[0] = 7.0
        (slope,) = autograd.grad(y, x, create_graph=True)
    np.testing.assert_array_equal(slope.asnumpy(), [4, 8])  # of the call as it was
    with autograd.record():
        y = function(x, factors, table)
    np.testing.assert_array_equal(y.asnumpy(), [49, 196])


def test_results_keep_their_structure() -> None:
    def function(x: Any) -> Any:
        pair = [x + 1, 3]
        return pair, pair, np.zeros(2)

    compiled = mx.compile(function)
    for _ in range(2):
        one, two, array = compiled(X)
        assert one is two and one[1] == 3
        np.testing.assert_array_equal(array, [0, 0])
        one[1], array[:] = 5, 1  # a result is the caller's own


def test_a_list_that_holds_itself() -> None:
    def function(x: Any, loop: Any) -> Any:
        return x * 2 if loop[0] is loop else x * 3

    loop: list[Any] = []
    loop.append(loop)
    compiled = mx.compile(function)
    assert compiled(X, loop).asnumpy().tolist() == [2, 4]
    assert compiled(X, [loop]).asnumpy().tolist() == [3, 6]


# --- plain values ---------------------------------------------------------------------------------

NUMBERS = (0, 0.0, -0.0, 1, 1.0, True, False, 1j, complex(0.0, -0.0), complex(0.0, 0.0))
SCALARS = (np.float32(0.0), np.float32(-0.0), np.float64(1.0), np.int32(1), np.bool_(True))


def shown(x: Any, v: Any) -> Any:
    """A result that shows a number's type and sign."""
    return x, repr(v), str(type(v))


@pytest.mark.filterwarnings("ignore:.* 8 signatures")
@pytest.mark.parametrize("where", ["argument", "keyword", "nested", "default", "closure", "global"])
def test_numbers_are_told_apart(where: str) -> None:
    values = (*NUMBERS, *SCALARS)
    if where in ("argument", "keyword", "nested"):
        function = mx.compile(lambda x, v: shown(x, v[0]["k"] if where == "nested" else v))
        for v in values * 2:
            given = ({"k": v},) if where == "nested" else v
            found = function(X, v=given) if where == "keyword" else function(X, given)
            assert found[1:] == shown(X, v)[1:]
        assert programs(function) == len(values)
        return

    def default(x: Any, v: Any = None) -> Any:
        return shown(x, v)

    space: dict[str, Any] = {"shown": shown}
    exec("def of_global(x):\n    return shown(x, NUMBER)", space)
    number: Any = None
    closure = mx.compile(lambda x: shown(x, number))
    function = {"default": mx.compile(default), "closure": closure}.get(where)
    function = function or mx.compile(space["of_global"])
    for v in values * 2:
        number = space["NUMBER"] = v
        default.__defaults__ = (v,)
        assert function(X)[1:] == shown(X, v)[1:]


def test_nan_is_equal_to_itself() -> None:
    scale = float("nan")
    function = mx.compile(lambda x, v, w: x * v * scale)
    for _ in range(3):
        scale = float("nan")
        assert np.isnan(function(X, float("nan"), (np.float32("nan"),)).asnumpy()).all()
    assert programs(function) == 1


def test_division_by_zeros() -> None:
    by_argument = mx.compile(lambda x, v: x / v)
    zero = 0.0
    by_closure = mx.compile(lambda x: x / zero)
    for zero, found in ((0.0, math.inf), (-0.0, -math.inf)):
        assert by_argument(X, zero).asnumpy()[0] == found
        assert by_closure(X).asnumpy()[0] == found


def test_zeros_of_both_signs_in_one_program() -> None:
    def function(x: Any, m: Any) -> Any:
        kept = [x * v for v in (0.0, -0.0)] + [x / v for v in (0.0, -0.0)]
        return [*kept, *[nd.linalg.gemm2(m, m, alpha=v) for v in (0.0, -0.0)]]

    m = nd.array([[1.0]])
    for a, b in zip(mx.compile(function)(X, m), function(X, m), strict=True):
        np.testing.assert_array_equal(np.signbit(a.asnumpy()), np.signbit(b.asnumpy()))
        np.testing.assert_array_equal(a.asnumpy(), b.asnumpy())


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_numbers_without_a_literal(value: float) -> None:
    def function(x: Any) -> Any:
        return (x + 1) * value, nd.where(x > 1, x, value), nd.full((2,), value)

    for a, b in zip(mx.compile(function)(X), function(X), strict=True):
        np.testing.assert_array_equal(a.asnumpy(), b.asnumpy())


# --- names of arguments ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["self", "function", "args", "kwargs", "key", "arrays", "ctx"])
def test_an_argument_may_have_any_name(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def scaled(x, *, {name}=2.0):\n    return x * {name}", space)
    function = mx.compile(space["scaled"])
    for value in (3.0, nd.array([3.0])):
        np.testing.assert_array_equal(function(X, **{name: value}).asnumpy(), [3, 6])
    np.testing.assert_array_equal(function(x=X).asnumpy(), [2, 4])


@pytest.mark.parametrize("name", ["self", "ctx"])
def test_an_argument_of_a_symbol_may_have_any_name(name: str) -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        symbol = autograd.get_symbol(x * 2)
    (own,) = symbol.list_arguments()
    renamed = load_json(symbol.tojson().replace(f'"{own}"', f'"{name}"'))
    assert renamed.list_arguments() == [name]
    (y,) = mx.compile(renamed)(**{name: x})
    np.testing.assert_array_equal(y.asnumpy(), [2, 4])
    if name == "self":  # `ctx` is an argument of these, as in MXNet
        np.testing.assert_array_equal(renamed.eval(**{name: x})[0].asnumpy(), [2, 4])
        assert renamed.infer_shape(**{name: (3,)})[1] == [(3,)]


# --- containers around a function -----------------------------------------------------------------


def test_a_dict_and_a_set_around_a_function() -> None:
    table: dict[Any, float] = {"a": 2.0, "b": 3.0}
    chosen = {0.0}

    def function(x: Any) -> Any:
        return x * next(iter(table.values())), [x / k for k in chosen]

    compiled = mx.compile(function)

    def check() -> None:
        for _ in range(2):
            scaled, (divided,) = compiled(X)
            np.testing.assert_array_equal(scaled.asnumpy(), function(X)[0].asnumpy())
            np.testing.assert_array_equal(divided.asnumpy(), function(X)[1][0].asnumpy())

    check()
    table["a"] = table.pop("a")  # now behind b
    check()
    chosen.clear()
    chosen.add(-0.0)
    check()
    assert programs(compiled) == 3
