"""Odd arguments: every public function says which one it cannot take, and in whose name.

The lists of functions, methods and parameters are derived from the code. Each parameter in turn is
given what it is not made for, the others what they are; the call may succeed, as MXNet takes much,
or raise one of the errors that users are told of, with the function's and the argument's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED, only_full

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.nd.distributions import OPERATORS
from ndgrad.ops.table import OPS, ElementwiseOp, Op, lookup
from ndgrad.symbol.recorded import NOT_RECORDED as NOT_IN_GRAPH
from ndgrad.tape import NO_VARIABLES, NOT_RECORDED


class Odd:
    def __repr__(self) -> str:
        return "<Odd>"


ODD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "a string": lambda: "odd",
    "bytes": lambda: b"\2\3",
    "a fraction": lambda: 1.5,
    "a negative number": lambda: -7,
    "a huge number": lambda: 2**70,
    "NaN": lambda: float("nan"),
    "a complex number": lambda: 1j,
    "nothing": lambda: (),
    "strings": lambda: ("odd", "even"),
    "fractions": lambda: (1.5, 2.5),
    "negative numbers": lambda: (-7, -7, -7),
    "huge numbers": lambda: (2**70, 1),
    "a ragged list": lambda: [[1, 2], [3]],
    "a dict": dict,
    "an object": Odd,
    "a class": lambda: Odd,
    "a function": lambda: lambda: None,
    "a NumPy array": lambda: np.ones((2, 3)),
    "an NDArray": lambda: nd.ones((5, 2)),
    "NDArrays": lambda: [nd.ones(2), None],
}
ARRAYS = ("an NDArray", "NDArrays")  # right in kind: it is the shape that does not fit
ERRORS = (MXNetError, TypeError, ValueError, IndexError, AssertionError)
MXNETS = (NO_VARIABLES, NOT_RECORDED, NOT_IN_GRAPH)  # word for word
# How Python and NumPy speak of what they were given, which a user of ours did not give them.
INTERNAL = re.compile(
    r"has no attribute|' object|not subscriptable|unsupported operand|not supported between|unpack"
    r"|positional argument|keyword argument|cannot be interpreted|must be real number|could not con"
    r"|invalid literal|truth value of an|argument must be a string|inhomogeneous|setting an array"
)


def fault(names: set[str], argument: str, odd: str, call: Callable[[], Any]) -> str | None:
    """What is wrong with the outcome of a call, if anything."""
    try:
        call()
    except MemoryError as error:
        return None if re.search("no memory for|Unable to allocate", str(error)) else f"{error!r}"
    except KeyError as error:
        return None if isinstance(error.args[0], str) else f"{error!r}"  # as in MXNet
    except ERRORS as error:
        text = str(error)
        if INTERNAL.search(text):
            return f"{error!r} is not about the arguments"
        if text in MXNETS or odd in ARRAYS:
            return None
        if not any(name in text for name in names):
            return f"{error!r} does not name the function"
        if argument not in text:
            return f"{error!r} does not name the argument"
    except BaseException as error:
        return f"{error!r} is no error for users"
    return None


# --- functions of the table ----------------------------------------------------------------------


def array(spec: Any) -> Any:
    if isinstance(spec, tuple) and all(isinstance(n, int) for n in spec):
        return nd.array(np.linspace(0.2, 0.8, int(np.prod(spec))).reshape(spec))
    kept = isinstance(spec, np.ndarray) and spec.dtype != np.float64
    return nd.array(np.asarray(spec), dtype=spec.dtype if kept else None)


def names_of(op: Op) -> dict[str, Callable[..., Any]]:
    """All public functions of an operator."""
    found = {}
    for name in (op.name, *op.aliases):
        found[name] = getattr(nd._internal, name)
        for prefix, space in (("_contrib_", nd.contrib), ("linalg_", nd.linalg)):
            if name.startswith(prefix):
                short = name.removeprefix(prefix)
                found[short] = getattr(space, short)
    return found


PUBLIC = [
    op for op in OPS.values() if not op.name.startswith("_") or op.name.startswith("_contrib_")
]


@pytest.mark.parametrize(
    "op", [pytest.param(op, id=op.name, marks=only_full(op, FULL_COMPILED)) for op in PUBLIC]
)
def test_operators_of_the_table(op: Op) -> None:
    sample, names = op.samples[0], set(names_of(op))
    # A composition may leave a check to the operator that its name is made of.
    names |= {other for other in OPS if other.lower() in op.name.lower().replace("_", "")}
    names |= {"Convolution"} if op.name.endswith("_conv") else set()
    function = names_of(op)[op.name]
    inputs = [array(spec) for spec in sample.args]
    function(*inputs, **sample.params)
    found = []
    for i in range(len(inputs)):
        argument = f"argument {i}" if op.variadic else op.keywords[i]
        for odd, make in ODD.items():
            given = [*inputs[:i], make(), *inputs[i + 1 :]]
            beside = isinstance(op, ElementwiseOp) and len(inputs) > 1 and odd == "a NumPy array"
            wrong = fault(
                names,
                argument,
                "an NDArray" if beside else odd,
                lambda given=given: function(*given, **sample.params),
            )
            if wrong:
                found.append(f"{argument}={odd}: {wrong}")
    for parameter in (*(p for p in op.params if not p.startswith("_")), "out"):
        for odd, make in ODD.items():
            given = {**sample.params, parameter: make()}
            wrong = fault(names, parameter, odd, lambda given=given: function(*inputs, **given))
            if wrong:
                found.append(f"{parameter}={odd}: {wrong}")
    assert not found, "\n".join(found)


def test_every_alias_is_checked_as_its_operator_is() -> None:
    for op in PUBLIC:
        if not op.inputs:
            continue
        for name, function in names_of(op).items():
            with pytest.raises(TypeError, match=rf"\b({name}|{op.name})\b.*argument"):
                function(*[Odd()] * len(op.inputs))


# --- functions written by hand --------------------------------------------------------------------


def recorded() -> Any:
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        return x, x * x


MATRIX = lambda: array((2, 3))  # noqa: E731
VECTOR = lambda: array((2,))  # noqa: E731
DRAWN = {"shape": (2,), "dtype": "float32", "ctx": mx.cpu(), "out": None}
BOTH = {"lhs": MATRIX(), "rhs": MATRIX(), "out": None}
ADAMW = {
    "lr": 0.1, "eta": 1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "wd": 0,
    "clip_gradient": -1, "out": None, "name": None,
}  # fmt: skip


def states(*more: str) -> dict[str, Any]:
    return {key: VECTOR() for key in ("weight", "grad", "mean", *more)}


def lists(*more: str) -> dict[str, Any]:
    return {key: [VECTOR()] for key in ("weights", "grads", "mean", *more)}


# For each function the arguments with which it works, all of those that it takes.
METHODS = [name for op in OPS.values() for name in op.methods]
ARITHMETIC = [name for op in OPS.values() if isinstance(op, ElementwiseOp) for name in op.functions]
CALLS: dict[Callable[..., Any], Callable[[], dict[str, Any]]] = {
    **{getattr(nd, name): lambda: dict(BOTH) for name in ARITHMETIC},
    nd.array: lambda: {"source_array": [1, 2], "ctx": mx.cpu(), "dtype": "float32"},
    nd.from_numpy: lambda: {"ndarray": np.ones(3, "float32"), "zero_copy": True},
    nd.from_dlpack: lambda: {"dlpack": np.ones(3, "float32")},
    nd.to_dlpack_for_read: lambda: {"data": VECTOR()},
    nd.to_dlpack_for_write: lambda: {"data": VECTOR()},
    nd.zeros: lambda: {
        "shape": 2, "ctx": mx.cpu(), "dtype": "int32", "stype": "default", "out": None,
    },
    nd.ones: lambda: {"shape": 2, "ctx": mx.cpu(), "dtype": "int32", "out": None},
    nd.full: lambda: {"shape": 2, "val": 3, "ctx": mx.cpu(), "dtype": "int32", "out": None},
    nd.empty: lambda: {"shape": 2, "ctx": mx.cpu(), "dtype": "int32", "stype": "default"},
    nd.arange: lambda: {
        "start": 0, "stop": 4, "step": 1, "repeat": 2, "infer_range": False, "ctx": mx.cpu(),
        "dtype": "float32",
    },
    nd.linspace: lambda: {
        "start": 0, "stop": 4, "num": 3, "endpoint": True, "ctx": mx.cpu(), "dtype": "float32",
    },
    nd.eye: lambda: {"N": 2, "M": 3, "k": 1, "ctx": mx.cpu(), "dtype": "float32"},
    nd.concatenate: lambda: {"arrays": [MATRIX(), MATRIX()], "axis": 0, "always_copy": True},
    nd.moveaxis: lambda: {"tensor": MATRIX(), "source": 0, "destination": 1},
    nd.onehot_encode: lambda: {"indices": nd.array([0, 1]), "out": nd.zeros((2, 3))},
    nd.fill_element_0index: lambda: {
        "lhs": MATRIX(), "mhs": nd.array([5, 6]), "rhs": nd.array([0, 1]),
    },
    nd.save: lambda: {"fname": "file", "data": [VECTOR()], "format": "mxnet"},
    nd.load: lambda: {"fname": "file"},
    nd.histogram: lambda: {"a": VECTOR(), "bins": 3, "range": (0, 1)},
    nd.cast_storage: lambda: {"data": MATRIX(), "stype": "default", "out": None},
    nd.load_frombuffer: lambda: {"buf": b""},
    nd.random.uniform: lambda: {"low": 0, "high": 1, **DRAWN},
    nd.random.normal: lambda: {"loc": 0, "scale": 1, **DRAWN},
    nd.random.exponential: lambda: {"scale": 1, **DRAWN},
    nd.random.gamma: lambda: {"alpha": 1, "beta": 1, **DRAWN},
    nd.random.poisson: lambda: {"lam": 1, **DRAWN},
    nd.random.negative_binomial: lambda: {"k": 1, "p": 0.5, **DRAWN},
    nd.random.generalized_negative_binomial: lambda: {"mu": 1, "alpha": 1, **DRAWN},
    nd.random.randint: lambda: {"low": 0, "high": 9, **DRAWN, "dtype": "int32"},
    nd.random.multinomial: lambda: {
        "data": nd.array([0.5, 0.5]), "shape": 2, "get_prob": False, "out": None, "dtype": "int32",
    },
    nd.random.randn: lambda: {"loc": 0, "scale": 1, "dtype": "float32", "ctx": mx.cpu()},
    nd.random.shuffle: lambda: {"data": VECTOR(), "out": None},
    nd.random.uniform_like: lambda: {"data": VECTOR(), "low": 0, "high": 1, "out": None},
    nd.random.normal_like: lambda: {"data": VECTOR(), "loc": 0, "scale": 1, "out": None},
    nd.random.exponential_like: lambda: {"data": VECTOR(), "lam": 1, "out": None},
    nd.random.gamma_like: lambda: {"data": VECTOR(), "alpha": 1, "beta": 1, "out": None},
    nd.random.poisson_like: lambda: {"data": VECTOR(), "lam": 1, "out": None},
    nd.random.negative_binomial_like: lambda: {"data": VECTOR(), "k": 1, "p": 0.5, "out": None},
    nd.random.generalized_negative_binomial_like: lambda: {
        "data": VECTOR(), "mu": 1, "alpha": 1, "out": None,
    },
    nd.contrib.adamw_update: lambda: {**states("var"), "rescale_grad": 1, **ADAMW},
    nd.contrib.mp_adamw_update: lambda: {
        **states("var", "weight32"), "rescale_grad": 1, **ADAMW,
    },
    nd.contrib.multi_adamw_update: lambda: {
        **lists("var"), "rescale_grad": 1, "lrs": [1], "wds": [0], "etas": [1], "out": None,
        "name": None, "size": 1,
    },
    nd.contrib.multi_mp_adamw_update: lambda: {
        **lists("var", "weights32"), "rescale_grad": 1, "lrs": [1], "wds": [0], "etas": [1],
        "out": None, "name": None, "size": 1,
    },
    nd.contrib.multi_lamb_update: lambda: {
        **lists("var"), "step_count": [1], "lrs": [1], "wds": [0], "out": None, "num_tensors": 1,
    },
    nd.contrib.multi_mp_lamb_update: lambda: {
        **lists("var", "weights32"), "step_count": [1], "lrs": [1], "wds": [0], "out": None,
        "num_tensors": 1,
    },
    nd.contrib.rand_zipfian: lambda: {
        "true_classes": VECTOR(), "num_sampled": 2, "range_max": 5, "ctx": mx.cpu(),
    },
    mx.random.seed: lambda: {"seed_state": 1, "ctx": "all"},
    autograd.backward: lambda: {
        "heads": recorded()[1], "head_grads": None, "retain_graph": False, "train_mode": True,
    },
    autograd.grad: lambda: {
        **dict(zip(("variables", "heads"), recorded(), strict=True)), "head_grads": None,
        "retain_graph": False, "create_graph": False, "train_mode": True,
    },
    autograd.mark_variables: lambda: {
        "variables": VECTOR(), "gradients": VECTOR(), "grad_reqs": "write",
    },
    autograd.set_recording: lambda: {"is_recording": False},
    autograd.set_training: lambda: {"train_mode": False},
    autograd.record: lambda: {"train_mode": True},
    autograd.pause: lambda: {"train_mode": False},
    autograd.get_symbol: lambda: {"x": recorded()[1]},
    mx.Context: lambda: {"device_type": "cpu", "device_id": 0},
    mx.cpu: lambda: {"device_id": 0},
    mx.cpu_pinned: lambda: {"device_id": 0},
    mx.cpu_shared: lambda: {"device_id": 0},
    mx.gpu: lambda: {"device_id": 0},
    mx.set_num_threads: lambda: {"n": 1},
    mx.set_np_shape: lambda: {"active": False},
    mx.np_shape: lambda: {"active": False},
    mx.np_array: lambda: {"active": False},
    mx.compile: lambda: {"function": lambda x: x},
    mx.symbol.load: lambda: {"fname": "file"},
    mx.symbol.load_json: lambda: {"json_str": "{}"},
    mx.kernels.source: lambda: {"name": "tanh", "dtype": "float32"},
}  # fmt: skip
# These take what is given, any number of arrays, functions of a user's, or nothing at all.
NO_ARGUMENTS = {
    nd.einsum, nd.reset_arrays, nd.Custom, nd.contrib.cond, nd.contrib.foreach,
    nd.contrib.while_loop,
    nd.NDArray, nd.waitall, autograd.is_recording, autograd.is_training, autograd.train_mode,
    autograd.predict_mode, autograd.Function, mx.current_context, mx.num_gpus, mx.num_threads,
    mx.is_np_shape, mx.gpu_memory_info, mx.use_np_shape, mx.MXNetError, mx.AttrScope,
    mx.install_as_mxnet, mx.is_np_array, mx.show_versions, mx.use_np, mx.use_np_array,
}  # fmt: skip
# Named otherwise in errors than here: operators by their own name.
OTHER_NAMES = {
    "true_divide": {"divide"},
    "fromjson": {"load_json"},
    "randn": {"normal"},
    **{name: {"Context"} for name in ("cpu", "cpu_pinned", "cpu_shared", "gpu")},
    "np_shape": {"set_np_shape"},
}
LIKE = {name: {name.removesuffix("_like")} for name in nd.random.__all__ if name.endswith("_like")}


def by_hand() -> dict[str, Callable[..., Any]]:
    """Public functions that are no operator of the table under one of its names."""
    found: dict[str, Callable[..., Any]] = {}
    for space in (mx, nd, nd.random, nd.contrib, nd.linalg, mx.random, autograd):
        for name in space.__all__:
            value = getattr(space, name)
            made = any(vars(s).get(name) is value for s in (nd._internal, nd.contrib, nd.linalg))
            of_table = made and _is_bound(name, space)
            if callable(value) and not of_table and name not in OPERATORS:
                found[f"{space.__name__}.{name}"] = value
    found["ndgrad.kernels.source"] = mx.kernels.source
    for name in ("load", "load_json", "fromjson"):  # what composes symbols is in test_symbols
        found[f"ndgrad.symbol.{name}"] = getattr(mx.symbol, name)
    return found


def _is_bound(name: str, space: Any) -> bool:
    full = {nd.contrib: "_contrib_", nd.linalg: "linalg_"}.get(space, "") + name
    try:
        lookup(full)
    except MXNetError:
        return False
    return getattr(nd._internal, full, None) is not None


BY_HAND = by_hand()


@pytest.fixture(autouse=True)
def unchanged(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No call leaves the thread in another mode, or a file outside of a folder of its own."""
    monkeypatch.chdir(tmp_path)
    threads = mx.num_threads()
    yield
    autograd.set_recording(False)
    autograd.set_training(False)
    mx.set_np_shape(False)
    mx.set_num_threads(threads)


def test_the_list_is_complete() -> None:
    left = {k: f for k, f in BY_HAND.items() if f not in CALLS and f not in NO_ARGUMENTS}
    assert not left


@pytest.mark.full_compiled
@pytest.mark.parametrize("name", [n for n, f in BY_HAND.items() if f in CALLS])
def test_functions_written_by_hand(name: str) -> None:
    function, short = BY_HAND[name], name.rpartition(".")[2]
    names = {short} | OTHER_NAMES.get(short, set()) | LIKE.get(short, set())
    found = []
    for parameter in CALLS[function]():
        for odd, make in ODD.items():
            given = {**CALLS[function](), parameter: make()}
            wrong = fault(names, parameter, odd, lambda given=given: function(**given))
            if wrong:
                found.append(f"{parameter}={odd}: {wrong}")
    assert not found, "\n".join(found)


def test_functions_of_any_number_of_arguments() -> None:
    for odd, make in ODD.items():
        for call, names, argument in (
            (lambda make=make: nd.khatri_rao(MATRIX(), make()), {"khatri_rao"}, "argument 1"),
            (lambda make=make: nd.random.randn(make()), {"normal"}, "shape"),
            (lambda make=make: nd.concat(VECTOR(), make(), dim=0), {"concat"}, "argument 1"),
        ):
            assert fault(names, argument, odd, call) is None


# --- methods --------------------------------------------------------------------------------------

METHOD_CALLS: dict[str, dict[str, Any]] = {
    "as_in_context": {"context": mx.cpu()},
    "as_in_ctx": {"context": mx.cpu()},
    "astype": {"dtype": "int32", "copy": True},
    "attach_grad": {"grad_req": "write", "stype": None},
    "backward": {"out_grad": None, "retain_graph": False, "train_mode": True},
    "broadcast_to": {"shape": (2, 2)},
    "copyto": {"other": nd.ones((2, 2))},
    "reshape": {"shape": (4, 1), "reverse": False},
    "slice_assign": {"rhs": nd.ones((1, 2)), "begin": (0, 0), "end": (1, 2), "step": (1, 1)},
    "slice_assign_scalar": {"value": 1, "begin": (0, 0), "end": (1, 2), "step": (1, 1)},
    "tostype": {"stype": "default"},
}
NO_PARAMETERS = {
    "as_nd_ndarray", "as_np_ndarray", "asnumpy", "asscalar", "copy", "detach", "item",
    "to_dlpack_for_read", "to_dlpack_for_write", "tolist", "wait_to_read", "wait_to_write",
    "zero_grad",
}  # fmt: skip


def test_the_list_of_methods_is_complete() -> None:
    names = (n for n in dir(nd.NDArray) if not n.startswith("_"))
    public = {n for n in names if callable(getattr(nd.NDArray, n))}
    assert public == {*METHOD_CALLS, *NO_PARAMETERS, *METHODS}


@pytest.mark.parametrize("name", METHOD_CALLS)
def test_methods_written_by_hand(name: str) -> None:
    found = []
    for parameter in METHOD_CALLS[name]:
        for odd, make in ODD.items():
            x = recorded()[1] if name == "backward" else nd.ones((2, 2))
            given = {**METHOD_CALLS[name], parameter: make()}
            wrong = fault(
                {name, name.replace("ctx", "context")},
                parameter,
                odd,
                lambda x=x, given=given: getattr(x, name)(**given),
            )
            if wrong:
                found.append(f"{parameter}={odd}: {wrong}")
    assert not found, "\n".join(found)


def test_methods_are_the_functions() -> None:
    """So that they check what those do, which is tested above."""
    x = nd.ones((2, 2))
    for name in METHODS:
        with pytest.raises(TypeError, match="no_such_argument"):
            getattr(x, name)(no_such_argument=1)


@pytest.mark.parametrize("odd", ODD)
def test_operators_and_indices(odd: str) -> None:
    """`x + y` and its like name the type, as in MXNet; indexing names itself."""
    for sign in ("add", "sub", "mul", "truediv", "mod", "pow", "gt", "ge", "lt", "le", "eq", "ne"):
        for form in (f"__{sign}__", f"__r{sign}__", f"__i{sign}__"):
            if hasattr(nd.NDArray, form):
                call = lambda form=form: getattr(nd.ones((2, 3)), form)(ODD[odd]())  # noqa: E731
                assert fault({"not supported", "Operator", "x "}, "", odd, call) is None
    x = nd.ones((2, 3))
    assert fault({""}, "", odd, lambda: x[ODD[odd]()]) is None
    assert fault({""}, "", odd, lambda: x.__setitem__(ODD[odd](), 1)) is None
    assert fault({""}, "", odd, lambda: x.__setitem__(0, ODD[odd]())) is None
