"""What eager programs are made of: small arrays, products, indexing, order; with gradients too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ._base import FLOAT, Case, Run, Target, integers, uniform
from ._forms import Functional, Gradient
from ._networks import RNN

Functions = dict[str, Callable[..., Any]]

_FASTEST = Target(1.0, ("torch", "numpy", "mxnet"))
_GRADIENTS = ("mx", "torch", "jax", "autograd")


def _same(function: Callable[..., Any]) -> Functions:
    """A function that every library spells alike."""
    return dict.fromkeys(("mx", "torch", "numpy", "jax", "autograd"), function)


def _both(
    name: str,
    inputs: Callable[[], tuple[Any, ...]],
    functions: Functions,
    variables: int = 1,
    target: Target = _FASTEST,
    **facts: Any,
) -> Iterator[Case]:
    """The function alone, and with its gradients."""
    alone = {library: f for library, f in functions.items() if library != "autograd"}
    yield Functional(name, inputs, alone, target=target, **facts)
    facts = {key: value for key, value in facts.items() if key not in ("traffic", "operations")}
    learnt = {library: functions[library] for library in _GRADIENTS if library in functions}
    yield Gradient(
        f"{name}+backward",
        inputs,
        variables,
        learnt,
        target=target,
        **facts,
    )


# --- small arrays ---------------------------------------------------------------------------------


def _matrix() -> tuple[Any, ...]:
    return (uniform(32, 64),)


class _Written(Case):
    """What changes an array, in words that all libraries share."""

    target = Target(0.6)

    def _on(self, convert: Callable[[Any], Any]) -> Run:
        raise NotImplementedError

    def mx(self, mx: Any) -> Run:
        return self._on(mx.nd.array)

    def torch(self) -> Run:
        import torch

        return self._on(torch.from_numpy)

    def numpy(self) -> Run:
        return self._on(lambda x: x.copy())


class Update(_Written):
    """A parameter less a multiple of its gradient, in place."""

    name = "small/update"
    comparable = False  # the parameter moves with every run

    def _arrays(self) -> tuple[Any, Any]:
        return uniform(32, 64), uniform(32, 64, seed=1)

    def _on(self, convert: Callable[[Any], Any]) -> Run:
        w, g = map(convert, self._arrays())

        def run() -> None:
            nonlocal w
            w -= 1e-6 * g

        return run


class WriteRows(_Written):
    """Rows of a matrix, named by an index array, replaced."""

    name = "small/write-rows"

    def _on(self, convert: Callable[[Any], Any]) -> Run:
        w, rows, values = map(
            convert, (uniform(32, 64), integers(16, high=32), uniform(16, 64, seed=1))
        )

        def run() -> Any:
            w[rows] = values
            return w

        return run


class Write(_Written):
    """Part of a matrix replaced, in words that all libraries share."""

    def __init__(self, name: str, write: Callable[[Any, Any], None], value: Any = None) -> None:
        self.name = f"small/write-{name}"
        self.write, self.value = write, value

    def _on(self, convert: Callable[[Any], Any]) -> Run:
        x, value = convert(uniform(32, 64)), None
        if self.value is not None:
            value = convert(self.value)
        write = self.write

        def run() -> Any:
            write(x, value)
            return x

        return run


def _set(key: Any) -> Callable[[Any, Any], None]:
    def write(x: Any, value: Any) -> None:
        x[key] = 1.5 if value is None else value

    return write


def _add_to_row(x: Any, value: Any) -> None:
    x[3] += value


def _writes() -> Iterator[Case]:
    yield Write("row", _set(3), uniform(64, seed=1))
    yield Write("slice", _set(slice(3, 7)), uniform(4, 64, seed=1))
    yield Write("number", _set(3))
    yield Write("element", _set((3, 4)))
    yield Write("all", _set(slice(None)), uniform(32, 64, seed=1))
    yield Write("columns", _set((slice(None), slice(8, 40))))
    added = Write("added", _add_to_row, 1e-6 * uniform(64, seed=1))
    added.comparable = False  # the row moves with every run
    yield added


def _views_and_copies() -> Iterator[Case]:
    """What programs do between operators: parts, new arrays, copies, loops over rows."""
    functions: list[tuple[str, Functions]] = [
        ("element", _same(lambda np, x: x[3, 4])),
        ("slice", _same(lambda np, x: x[3:7])),
        ("rows", _same(lambda np, x: list(x)[-1])),
        ("ones", _same(lambda np, x: np.ones((32, 64)))),
        (
            "to-numpy",
            {
                "mx": lambda nd, x: x.asnumpy(),
                "torch": lambda torch, x: x.numpy().copy(),
                "numpy": lambda np, x: x.copy(),
            },
        ),
        (
            "from-list",
            {
                "mx": lambda nd, x: nd.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
                "torch": lambda torch, x: torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
                "numpy": lambda np, x: np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32"),
            },
        ),
    ]
    for name, calls in functions:
        calls.pop("autograd", None)
        calls.pop("jax", None)
        yield Functional(f"small/{name}", _matrix, calls, target=Target(0.6))
    values = uniform(32, 64)
    from_numpy: Functions = {
        "mx": lambda nd: nd.array(values),
        "torch": lambda torch: torch.tensor(values),
        "numpy": lambda np: np.array(values),
    }
    yield Functional("small/from-numpy", tuple, from_numpy, target=Target(0.6))


def _small() -> Iterator[Case]:
    forms: list[tuple[str, Callable[[], tuple[Any, ...]], int, Functions]] = [
        ("bias", lambda: (uniform(32, 64), uniform(64, seed=1)), 2, _same(lambda np, x, b: x + b)),
        (
            "column",
            lambda: (uniform(32, 64), uniform(32, 1, seed=1)),
            2,
            _same(lambda np, x, b: x * b),
        ),
        (
            "fan-out",
            _matrix,
            1,
            _same(lambda np, x: x * x + x),
        ),
        ("numbers", _matrix, 1, _same(lambda np, x: 2 * x + 1)),
        ("sum", _matrix, 1, _same(lambda np, x: x.sum())),
        ("mean-axis1", _matrix, 1, {**_same(lambda np, x: x.mean(1)), "mx": _mx_mean}),
        ("max-axis1", _matrix, 1, {**_same(lambda np, x: np.max(x, 1)), "torch": _torch_max}),
        (
            "softmax",
            _matrix,
            1,
            {
                "mx": lambda nd, x: nd.softmax(x) * x,
                "torch": lambda torch, x: torch.softmax(x, -1) * x,
            },
        ),
        ("reshape", _matrix, 1, _same(lambda np, x: x.reshape((64, 32)))),
        ("row", _matrix, 1, _same(lambda np, x: x[3])),
        ("columns", _matrix, 1, _same(lambda np, x: x[:, 8:40])),
        (
            "concat",
            lambda: (uniform(32, 64), uniform(32, 64, seed=1)),
            2,
            {
                "mx": lambda nd, a, b: nd.concat(a, b, dim=1),
                "torch": lambda torch, a, b: torch.cat((a, b), 1),
                "numpy": lambda np, a, b: np.concatenate((a, b), 1),
                "autograd": lambda np, a, b: np.concatenate((a, b), 1),
                "jax": lambda np, a, b: np.concatenate((a, b), 1),
            },
        ),
    ]
    for name, inputs, variables, functions in (*forms, *_picking()):
        yield from _both(f"small/{name}", inputs, functions, variables, Target(0.6))
    zeros = _same(lambda np: np.zeros((32, 64)))
    yield Functional("small/zeros", tuple, zeros, target=Target(0.6))
    draws: Functions = {
        "mx": lambda nd: nd.random.uniform(shape=(32, 64)),
        "torch": lambda torch: torch.rand((32, 64)),
    }
    yield Functional("small/uniform", tuple, draws, target=Target(0.6), comparable=False)
    normal: Functions = {
        "mx": lambda nd: nd.random.normal(shape=(32, 64)),
        "torch": lambda torch: torch.randn((32, 64)),
    }
    yield Functional("small/normal", tuple, normal, target=Target(0.6), comparable=False)
    yield Update()
    yield WriteRows()
    yield from _writes()
    yield from _views_and_copies()


def _picking() -> Iterator[tuple[str, Callable[[], tuple[Any, ...]], int, Functions]]:
    """Reads by index arrays, order, windows, and a loss with labels."""

    def picked() -> tuple[Any, ...]:
        return uniform(32, 64), integers(16, high=32), integers(16, high=64, seed=1)

    yield "gather", lambda: picked()[:2], 1, _same(lambda np, x, rows: x[rows])
    yield "pairs", picked, 1, _same(lambda np, x, rows, columns: x[rows, columns])
    sort: Functions = {
        "mx": lambda nd, x: nd.sort(x),
        "torch": lambda torch, x: torch.sort(x).values,
        "numpy": lambda np, x: np.sort(x),
    }
    yield "sort", _matrix, 1, sort
    topk: Functions = {
        "mx": lambda nd, x: nd.topk(x, k=5, ret_typ="value"),
        "torch": lambda torch, x: torch.topk(x, 5).values,
    }
    yield "topk", _matrix, 1, topk
    loss: Functions = {
        "mx": lambda nd, x, label: nd.softmax_cross_entropy(x, label),
        "torch": lambda torch, x, label: torch.nn.functional.cross_entropy(
            x, label, reduction="sum"
        ),
    }
    yield "cross-entropy", lambda: (uniform(32, 64), integers(32, high=64)), 1, loss
    pooling: Functions = {
        "mx": lambda nd, x: nd.Pooling(x, kernel=(2, 2), stride=(2, 2)),
        "torch": lambda torch, x: torch.nn.functional.max_pool2d(x, 2),
    }
    yield "pooling", lambda: (uniform(2, 4, 12, 12),), 1, pooling


def _mx_mean(nd: Any, x: Any) -> Any:
    return x.mean(axis=1)


def _torch_max(torch: Any, x: Any) -> Any:
    return torch.amax(x, 1)


# --- products -------------------------------------------------------------------------------------


def _products() -> Iterator[Case]:
    dot: Functions = {
        "mx": lambda nd, a, b: nd.dot(a, b),
        "torch": lambda torch, a, b: torch.mm(a, b),
        "numpy": lambda np, a, b: np.dot(a, b),
        "jax": lambda np, a, b: np.dot(a, b),
        "autograd": lambda np, a, b: np.dot(a, b),
    }
    for m, k, n in ((2, 2, 2), (32, 64, 64), (64, 64, 64), (256, 256, 256), (1024, 1024, 1024)):
        yield from _both(
            f"dot/{m}" if m == k == n else f"dot/{m}x{k}x{n}",
            lambda m=m, k=k, n=n: (uniform(m, k), uniform(k, n, seed=1)),  # type: ignore[misc]
            dot,
            variables=2,
            operations=2 * m * k * n,
        )
    dense: Functions = {
        "mx": lambda nd, x, w, b: nd.FullyConnected(x, w, b, num_hidden=w.shape[0]),
        "torch": lambda torch, x, w, b: torch.nn.functional.linear(x, w, b),
        "numpy": lambda np, x, w, b: np.dot(x, w.T) + b,
        "jax": lambda np, x, w, b: np.dot(x, w.T) + b,
        "autograd": lambda np, x, w, b: np.dot(x, w.T) + b,
    }
    for m, k, n in ((32, 64, 64), (128, 784, 256)):
        yield from _both(
            f"dense/{m}x{k}x{n}",
            lambda m=m, k=k, n=n: (uniform(m, k), uniform(n, k, seed=1), uniform(n, seed=2)),  # type: ignore[misc]
            dense,
            variables=3,
            operations=2 * m * k * n,
        )
    batch: Functions = {
        "mx": lambda nd, a, b: nd.batch_dot(a, b),
        "torch": lambda torch, a, b: torch.bmm(a, b),
        "numpy": lambda np, a, b: np.matmul(a, b),
        "jax": lambda np, a, b: np.matmul(a, b),
        "autograd": lambda np, a, b: np.matmul(a, b),
    }
    for count, m, k, n in ((8, 32, 32, 32), (32, 128, 64, 128)):
        yield from _both(
            f"batch-dot/{count}x{m}x{k}x{n}",
            lambda count=count, m=m, k=k, n=n: (  # type: ignore[misc]
                uniform(count, m, k),
                uniform(count, k, n, seed=1),
            ),
            batch,
            variables=2,
            operations=2 * count * m * k * n,
        )
    steps, rows, width = 35, 32, 64
    bound = width**-0.5
    yield from _both(
        "rnn/35x32x64",
        lambda: (
            uniform(width, width, low=-bound, high=bound, seed=1),
            uniform(width, width, low=-bound, high=bound, seed=2),
            uniform(width, low=-bound, high=bound, seed=3),
            uniform(steps, rows, width),
        ),
        RNN,
        variables=3,
        operations=steps * 4 * rows * width * width,
    )


# --- convolutions ---------------------------------------------------------------------------------


def _convolutions() -> Iterator[Case]:
    """Images, channels, side, filters, kernel, stride, pad, groups: of LeNet, ResNet, MobileNet."""
    for n, c, side, f, k, stride, pad, groups in (
        (32, 1, 28, 20, 5, 1, 0, 1),
        (8, 3, 112, 64, 7, 2, 3, 1),
        (8, 64, 56, 64, 3, 1, 1, 1),
        (8, 64, 56, 256, 1, 1, 0, 1),
        (8, 256, 14, 256, 3, 1, 1, 1),
        (8, 64, 56, 64, 3, 1, 1, 64),
    ):
        steps: dict[str, Any] = {"stride": (stride,) * 2, "pad": (pad,) * 2}
        facts = {"kernel": (k, k), "num_filter": f, "num_group": groups, "no_bias": True, **steps}
        torch_facts = {"stride": stride, "padding": pad, "groups": groups}

        def inputs(
            shape: tuple[int, ...] = (n, c, side, side),
            weight: tuple[int, ...] = (f, c // groups, k, k),
        ) -> tuple[Any, ...]:
            return uniform(*shape), uniform(*weight, seed=1)

        def on_mx(nd: Any, x: Any, w: Any, facts: dict[str, Any] = facts) -> Any:
            return nd.Convolution(x, w, **facts)

        def on_torch(torch: Any, x: Any, w: Any, facts: dict[str, Any] = torch_facts) -> Any:
            return torch.nn.functional.conv2d(x, w, **facts)

        places = (side + 2 * pad - k) // stride + 1
        yield from _both(
            f"convolution/{n}x{c}x{side}-{f}x{k}-{stride}-{groups}",
            inputs,
            {"mx": on_mx, "torch": on_torch},
            variables=2,
            requires=("Convolution",),
            operations=2 * n * f * places**2 * c // groups * k**2,
        )

    pooled: Functions = {
        "mx": lambda nd, x: nd.Pooling(x, kernel=(2, 2), stride=(2, 2)),
        "torch": lambda torch, x: torch.nn.functional.max_pool2d(x, 2),
    }
    yield from _both(
        "pooling/8x64x56-2-2",
        lambda: (uniform(8, 64, 56, 56),),
        pooled,
        requires=("Pooling",),
        traffic=FLOAT * 8 * 64 * 56 * 56 * 5 // 4,
    )


# --- indices and order ----------------------------------------------------------------------------

_ROWS, _WIDTH, _PICKED = 100_000, 64, 65_536


def _indexed() -> Iterator[Case]:
    take: Functions = {
        "mx": lambda nd, x, index: nd.take(x, index),
        "torch": lambda torch, x, index: x[index],
        "numpy": lambda np, x, index: np.take(x, index, axis=0),
        "jax": lambda np, x, index: np.take(x, index, axis=0),
        "autograd": lambda np, x, index: x[index],
    }
    embedding: Functions = {
        **take,
        "mx": lambda nd, x, index: nd.Embedding(index, x, input_dim=_ROWS, output_dim=_WIDTH),
        "torch": lambda torch, x, index: torch.nn.functional.embedding(index, x),
    }
    for name, functions in (("take", take), ("embedding", embedding)):
        yield from _both(
            f"{name}/rows",
            lambda: (uniform(_ROWS, _WIDTH), integers(_PICKED, high=_ROWS)),
            functions,
            traffic=2 * FLOAT * _PICKED * _WIDTH + 8 * _PICKED,
        )


def _ordered() -> Iterator[Case]:
    rows, columns = 4096, 1000
    facts: dict[str, Any] = {"target": _FASTEST, "traffic": 2 * FLOAT * rows * columns}
    yield Functional(
        f"sort/{rows}x{columns}",
        lambda: (uniform(rows, columns),),
        {
            "mx": lambda nd, x: nd.sort(x, axis=1),
            "torch": lambda torch, x: torch.sort(x, dim=1).values,
            "numpy": lambda np, x: np.sort(x, axis=1),
        },
        **facts,
    )
    yield Functional(
        f"argsort/{rows}x{columns}",
        lambda: (uniform(rows, columns),),
        {
            "mx": lambda nd, x: nd.argsort(x, axis=1),
            "torch": lambda torch, x: torch.argsort(x, dim=1),
            "numpy": lambda np, x: np.argsort(x, axis=1),
        },
        **facts,
    )
    best = 10
    yield Functional(
        f"topk/{best}-of-{columns}",
        lambda: (uniform(rows, columns),),
        {
            "mx": lambda nd, x: nd.topk(x, axis=1, k=best, ret_typ="value"),
            "torch": lambda torch, x: torch.topk(x, best, dim=1).values,
            "numpy": lambda np, x: -np.sort(np.partition(-x, best, axis=1)[:, :best], axis=1),
            "jax": lambda np, x: _jax_top(x, best),
        },
        target=_FASTEST,
        traffic=FLOAT * rows * columns,
    )


def _jax_top(x: Any, best: int) -> Any:
    import jax

    return jax.lax.top_k(x, best)[0]


EAGER: list[Case] = [*_small(), *_products(), *_convolutions(), *_indexed(), *_ordered()]
