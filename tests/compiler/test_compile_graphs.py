"""Random programs: compiled, they do what they do eagerly, or are refused and change nothing.

A program is drawn as lines of Python: some make arrays, some are the body of a function.  Each is
run as it is drawn: those stay that eager mode accepts, and further lines may use what they make.  A
failure shrinks to a few lines that can be copied.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from forms import FULL_COMPILED, SLOW
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from numba import config

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.compiler.front import builder
from ndgrad.compiler.plan import assignment
from ndgrad.compiler.program import instructions
from ndgrad.kernels.cpu import fused, fused_text, matmul, philox
from ndgrad.tape import Leaf
from ndgrad.testing import assert_close

SHAPES = ("3", "2, 3", "3, 3", "1", "2, 1", "1, 3", "2, 2, 3", "3, 2", "2, 3, 2", "0, 3", "4, 20")
DTYPES = ("float64", "float64", "float64", "float32", "float16", "int32", "int64", "uint8")

# Names stand for arrays: x, z any; y one that broadcasts with x; s one of the shape of x (w, m);
# m, q matrices; t, u of three axes; w one to write to.  Words in capitals are drawn anew.
LINES = {
    "elements": """
        x + y | x - y | x * y | x / (y * y + 1) | x > y | x <= y | x == y | x % 3 | x // 2 | -x
        nd.maximum(x, y) | nd.minimum(x, y) | x * 0.5 | 1 - x | 2 / (x * x + 2) | x ** 2 | x > 0
        nd.tanh(x) | nd.sigmoid(x) | nd.sin(x) | nd.abs(x) | nd.relu(x) | nd.exp(-x * x)
        nd.clip(x, -1, 1) | nd.where(x > s, x, s) | nd.where(x, s, x) | nd.where(y > 0, y, y)
        nd.add_n(x, s, x) | x.astype(DTYPE) | nd.BlockGrad(x) | x.detach() | x.copy()
        nd.broadcast_to(x, shape=z.shape) | nd.zeros_like(x) | nd.full(x.shape, 0.5, dtype=x.dtype)
        nd.floor(x) | nd.LeakyReLU(x, slope=0.1) | x - x.mean(axis=-1, keepdims=True)
        x / (x * x + 1).sum(axis=0, keepdims=True) | (x * s).sum(axis=-1)
    """,
    "shapes": """
        x.reshape((-1,)) | x.reshape(x.shape + (1,)) | x.reshape((1, -1)) | x.reshape(z.shape)
        x.T | nd.swapaxes(x, dim1=0, dim2=AXIS) | nd.expand_dims(x, axis=AXIS) | x.squeeze()
        x[NUMBER] | x[NUMBER:] | x[:NUMBER] | x[NUMBER:3] | x[..., ::2] | x[::-1] | x[:, NUMBER]
        x[:, NUMBER:] | x[:, :NUMBER] | x[NUMBER:, NUMBER:] | x[NUMBER:][0:1]
        nd.flip(x, axis=AXIS)
        nd.slice_axis(x, axis=AXIS, begin=NUMBER, end=None) | nd.slice(x, begin=(0,), end=(2,))
        nd.tile(x, reps=(2, 1)) | nd.repeat(x, repeats=2, axis=AXIS) | nd.stack(x, s, axis=AXIS)
        nd.concat(x, s, dim=AXIS) | nd.concat(x, s, x, dim=AXIS) | nd.concat(x, y, dim=AXIS)
        nd.split(x, num_outputs=2, axis=AXIS)[1] | nd.split_v2(x, (NUMBER,), axis=AXIS)[-1]
    """,
    "reductions": """
        x.REDUCTION(axis=AXES, keepdims=FLAG) | x.REDUCTION(axis=AXES, keepdims=FLAG) | nd.norm(x)
        nd.softmax(x, axis=AXIS) | nd.log_softmax(x, axis=AXIS) | nd.argmax(x, axis=AXIS)
        nd.prod(x, axis=AXIS) | nd.nansum(x) | nd.pick(nd.log_softmax(x), y)
        nd.cumsum(x, axis=AXIS) | nd.softmax_cross_entropy(x, nd.zeros_like(x[:, 0]))
    """,
    "products": """
        nd.dot(m, q, transpose_a=FLAG, transpose_b=FLAG) | nd.dot(m, q) | m @ q | nd.dot(x, z)
        nd.dot(m, m, transpose_b=True) | nd.dot(m, m, transpose_a=True) | nd.dot(m.T, q)
        nd.batch_dot(t, u, transpose_a=FLAG, transpose_b=FLAG)
        nd.batch_dot(t, t, transpose_b=True) | nd.dot(m, q)[NUMBER:] + nd.dot(m[NUMBER:], q)
        nd.FullyConnected(x, m, num_hidden=m.shape[0], no_bias=True, flatten=FLAG)
        nd.FullyConnected(x, m, m[:, 0], num_hidden=m.shape[0], flatten=FLAG)
        nd.linalg_gemm2(m, q, transpose_a=FLAG, transpose_b=FLAG, alpha=0.5) | 0.5 * nd.dot(m, q)
        nd.linalg_gemm(m, q, s, alpha=2.0, beta=0.5) | nd.dot(m, q) + s | nd.dot(m[::-1], q)
        nd.dot(m[1:], q, transpose_b=True) | nd.dot(m[:, NUMBER:], q[NUMBER:])
        nd.dot(m, q, transpose_b=True) + nd.dot(q, m, transpose_b=True)
        nd.dot(m[0:1], q, transpose_b=True) + nd.dot(m[1:2], q, transpose_b=True)
        sum(nd.dot(m[i : i + 1], q[i : i + 1], transpose_a=True) for i in range(m.shape[0]))
        nd.dot(m.reshape((-1, 1)), q.reshape((1, -1)))
        nd.batch_dot(t, u)[NUMBER] + nd.dot(m, q) | nd.batch_dot(t, u)[0] + nd.batch_dot(t, u)[1]
        nd.concat(nd.dot(m, q), nd.dot(m, m, transpose_b=True), dim=AXIS)
        nd.dot((m + 1).T, q) | nd.dot(m, q).T | nd.dot((m * 2)[:, ::-1], (q + 1).T)
        nd.batch_dot(nd.swapaxes(t + 1, dim1=0, dim2=1), nd.swapaxes(u * 2, dim1=0, dim2=AXIS))
        nd.swapaxes(nd.batch_dot(t, u), dim1=0, dim2=AXIS) | nd.dot((m + 1)[:, NUMBER:], q[NUMBER:])
        nd.concat(nd.dot(m, q).T, nd.dot(q, m, transpose_b=FLAG), dim=AXIS)
    """,
    "others": """
        nd.take(x, y, axis=AXIS) | nd.take(x, y) | nd.one_hot(x, 3) | nd.sort(x, axis=AXIS)
        nd.Embedding(x, m, input_dim=m.shape[0], output_dim=m.shape[1]) | nd.pick(x, y)
        nd.topk(x, k=1, ret_typ='value') | nd.Dropout(x, p=0.5) | nd.Dropout(x, mode='always')
        x + mx.random.normal(0, 1, shape=x.shape, dtype=x.dtype) | nd.shuffle(x)
        mx.random.uniform(0, 1, shape=x.shape)
        nd.take(x, nd.abs(y), mode='raise') | nd.gather_nd(x, nd.abs(y).reshape((1, -1)))
        nd.contrib.index_copy(x, nd.abs(y), s) | nd.scatter_nd(x, nd.abs(s).reshape((1, -1)), (4,))
    """,
    "layers": """
        nd.Convolution(t, u, num_filter=u.shape[0], kernel=u.shape[2:], no_bias=True, pad=NUMBER)
        nd.Convolution(t, u, u[:, 0, 0], num_filter=u.shape[0], kernel=u.shape[2:], stride=2, pad=1)
        nd.Deconvolution(t, u, num_filter=u.shape[1], kernel=u.shape[2:], no_bias=True)
        nd.Pooling(t, kernel=2, pool_type='max', pad=1) | nd.Pooling(t, kernel=2, pool_type='avg')
        nd.Pooling(t, global_pool=FLAG, kernel=2, pool_type='sum', stride=2)
        nd.LayerNorm(x, nd.ones_like(x[0]), nd.zeros_like(x[0]), eps=0.1)
        nd.LayerNorm(t, t[0, :, 0], t[1, :, 1], axis=1, eps=0.1)
        nd.InstanceNorm(t, t[0, :, 0], t[1, :, 1], eps=0.1) | nd.L2Normalization(x, eps=0.1)
        nd.GroupNorm(t, t[0, :1, 0], t[1, :1, 1], num_groups=1, eps=0.1)
        nd.BatchNorm(t, t[0, :, 0] + 0, t[1, :, 1], t[0, :, 1] + 0, t[0, :, 1] + 2)
        batch_norm(t, t[0, :, 0] + 0, t[1, :, 1], t[0, :, 1] + 0, t[0, :, 1] + 2)
        rnn(t, nd.tile(x.reshape((-1,)), reps=60)[: t.shape[2] + 3], t[:1, :, :1])
        lstm(t, nd.tile(x.reshape((-1,)), reps=60)[: 4 * t.shape[2] + 12], *[t[:1, :, :1]] * 2)
        nd.SequenceMask(x, y, use_sequence_length=True) | nd.SequenceReverse(x) | nd.smooth_l1(x)
        nd.Activation(x, act_type='softsign') | nd.hard_sigmoid(x) | nd.erf(x) | nd.softmin(x)
        nd.linalg_syrk(m, transpose=FLAG) | nd.linalg_trmm(m, q) | nd.linalg_extractdiag(m)
        nd.linalg_potrf(nd.linalg_syrk(m) + 2 * nd.eye(m.shape[0], dtype=m.dtype))
        nd.linalg_inverse(nd.linalg_syrk(m) + 2 * nd.eye(m.shape[0], dtype=m.dtype))
        nd.khatri_rao(m, q) | nd.diag(x) | nd.moments(x, axes=AXES)[1]
        nd.SoftmaxOutput(m, m[:, 0]) | nd.contrib.div_sqrt_dim(x)
    """,
    "writes": """
        w[NUMBER] = z | w[:] = y | w[NUMBER:] = 0.5 | w[..., ::2] = z | w[:, NUMBER:] = z
        w[:] = w.T
        w += y | w -= y | w *= 0.5 | w *= y | w[NUMBER:3] += z | w[NUMBER][:] += 1 | w[::-1] = w
        w[NUMBER:3] = w[:NUMBER] | w.reshape((-1,))[NUMBER:] = 2 | w[0:2] = w[1:3] | s.copyto(w)
        nd.tanh(w, out=w) | nd.broadcast_add(w, y, out=w) | nd.dot(m, q, out=w)
        with autograd.pause(): w += y | with autograd.pause(): w[NUMBER:3] = z
        with autograd.pause(): w[:] = y | with autograd.pause(): nd.dot(m, q, out=w)
    """,
    "several": """
        NEW, NEW_1 = nd.split(x, num_outputs=2, axis=AXIS)
        NEW = x[NUMBER:]; NEW_1 = NEW[0:1]
        NEW = x.copy(); NEW_1 = NEW[NUMBER:3]; NEW_2 = NEW.reshape((-1,))
        NEW = nd.dot(m, q); NEW_1 = NEW[0:1]; NEW_2 = NEW[1:]
    """,
}
OFTEN = ("elements", "elements", "shapes", "products", "writes", "layers")
UPDATES = ("X -= 0.1 * X.grad", "X[:] = X - X.grad * 0.5", "X *= 0.9", "X.grad[:] = 0")
TEMPLATES = {
    kind: [line.strip() for line in re.split(r" \| |\n", text) if line.strip()]
    for kind, text in LINES.items()
}
WORDS = re.compile(r"\b([xyzsmqtuw]|AXIS|AXES|NUMBER|FLAG|DTYPE|REDUCTION|NEW)(?=\b|_\d)")
ERRORS = (mx.MXNetError, ValueError, TypeError, IndexError)
# What eager mode does and a compiled function refuses, by words of the error.
REFUSED = re.compile(
    "shares? memory|recorded outside|that existed before|is its array argument|cannot be run again"
)
# Words of programs whose sums compile may add up in another order.
SUMS = re.compile(
    "sum|mean|dot|[sS]oftm|Fully|linalg|[nN]orm|@|prod|[cC]onv|Pool|rnn|lstm|moments|Sequence"
)


@dataclass
class Program:
    """Lines, and how they are run.

    Attributes
    ----------
    mode : {'plain', 'recorded', 'step', 'second'}
        The function is called without a record; under one, with backward outside; records, runs
        backward and updates variables itself; is differentiated twice.
    captured, arguments : list of str
        Lines that make arrays: once; before each call.
    lines, results : list of str
        The function's body, and the names that it returns.
    updates : list of str
        In mode 'step', lines behind backward.
    train, retain : bool
        Training mode; whether backward runs twice.
    inside : bool
        In mode 'second', whether the gradient is taken in the function that is compiled.
    grows : bool
        Whether arguments of the second call, of three, have other shapes.
    small : bool
        Whether kernels cut their work into very small pieces.
    """

    mode: str = "plain"
    captured: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    train: bool = True
    retain: bool = False
    inside: bool = True
    grows: bool = False
    small: bool = False

    @property
    def names(self) -> list[str]:
        """Of the function's arguments."""
        return re.findall(r"^(a\d) =", "\n".join(self.arguments), re.MULTILINE)

    @property
    def source(self) -> str:
        captured = dict.fromkeys(re.findall(r"\bc\d\b", "\n".join(self.captured)))
        body = [f"global {', '.join(captured)}"] if captured else []
        returned = self.results
        if self.mode == "step":
            variables = re.findall(r"(\w+)\.attach", "\n".join([*self.captured, *self.arguments]))
            terms = [f"{x}.astype('float64').sum()" for x in [*self.results, *variables]]
            body += ["with autograd.record():", *[f"    {line}" for line in self.lines]]
            body += [f"    loss = {' + '.join(terms)}"]
            body += ["loss.backward(retain_graph=True)"] * self.retain + ["loss.backward()"]
            body += self.updates
            returned = ["loss", *returned]
        else:
            body += self.lines
        body.append(f"return [{', '.join(returned)}]")
        return f"def f({', '.join(self.names)}):\n" + textwrap.indent("\n".join(body), "    ")

    def __repr__(self) -> str:
        facts = [
            name for name in ("train", "retain", "inside", "grows", "small") if vars(self)[name]
        ]
        parts = [f"# {self.mode}, {', '.join(facts)}", *self.captured, "# before each call"]
        return "\n".join(["", *parts, *self.arguments, self.source, ""])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        for line in repr(self).split("\n"):
            printer.text(line)
            printer.break_()

    def scope(self, outside: bool = True) -> Any:
        """The state of autograd in which lines run, or *outside* of the function."""
        if self.mode == "plain" or (self.mode == "step" and outside):
            return autograd.train_mode() if self.train else autograd.predict_mode()
        return autograd.record(train_mode=self.train)


def space(seed: int) -> dict[str, Any]:
    """Names that lines use."""
    generator = np.random.default_rng(seed)

    def array(shape: Any, dtype: str) -> nd.NDArray:
        values = generator.uniform(-1.5, 1.5, shape)
        if not dtype.startswith("float"):
            values = np.round(values * 2)
        return nd.array(np.abs(values) if dtype == "uint8" else values, dtype=dtype)

    mx.random.seed(seed)
    layers: dict[str, Any] = {
        name: partial(nd.RNN, mode=mode, state_size=1, num_layers=1)
        for name, mode in (("rnn", "rnn_tanh"), ("lstm", "lstm"))
    }
    layers["batch_norm"] = partial(nd.BatchNorm, fix_gamma=False, eps=0.1)
    return {"nd": nd, "mx": mx, "autograd": autograd, "array": array, **layers}


# --- drawing --------------------------------------------------------------------------------------


class Drawing:
    """Draws a program, and runs its lines meanwhile."""

    def __init__(self, draw: Any, mode: str) -> None:
        self.draw = draw
        flags = {name: draw(st.booleans()) for name in ("train", "retain", "inside", "grows")}
        self.program = Program(mode, small=draw(st.booleans()), **flags)
        # Second derivatives cancel too much for so few digits.
        self.dtypes = [x for x in DTYPES if x != "float16" or mode != "second"]
        self.space = space(0)
        self.arrays: dict[str, nd.NDArray] = {}

    def one(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def run(self, line: str, outside: bool = False) -> bool:
        """Run a line; False, and all is as before, if it fails or its values grow too much."""
        before = dict(self.space)
        held = [(x, x._data.copy(), x._node) for x in self.arrays.values()]
        try:
            with self.program.scope(outside), np.errstate(all="ignore"):
                exec(line, self.space)
            found = {k: x for k, x in self.space.items() if re.match(r"[acv]\d", k)}
            fine = all(
                isinstance(x, nd.NDArray) and x.size < 200 and np.all(np.abs(x.asnumpy()) < 1e3)
                for x in found.values()
            )
        except ERRORS:
            fine = False
        if fine:
            self.arrays = found
            return True
        self.space.clear()
        self.space.update(before)
        for x, data, node in held:
            x._data[:], x._node = data, node
        return False

    def make(self, name: str) -> list[str]:
        """Lines that make an array, maybe of another one."""
        how = self.one("own", "own", "own", "own", "same", "part", "flat", "recorded")
        if how == "own" or not self.arrays:
            dtype = self.one(*self.dtypes)
            lines = [f"{name} = array(({self.one(*SHAPES)},), {dtype!r})"]
            req = self.one("write", "add", "null", "")
            # An integer's gradient is cut off, and its derivatives multiply what a last bit did.
            if req and (dtype.startswith("float") or self.program.mode != "second"):
                lines.append(f"{name}.attach_grad({req!r})")
        else:
            x = self.one(*self.arrays)
            ways = {"same": x, "part": f"{x}[1:3]", "flat": f"{x}.reshape((-1,))"}
            lines = [f"{name} = {ways.get(how, f'{x} * 1')}"]
        return lines if all(self.run(line, outside=True) for line in lines) else []

    def line(self) -> None:
        kind = self.one(*OFTEN, *TEMPLATES)
        number = len(self.program.lines)
        known: dict[str, str] = {}

        def word(match: re.Match[str]) -> str:
            name = match[0]
            if name not in "xyzsmqtuw":
                return f"v{number}" if name == "NEW" else self.choice(name, known)
            if name not in known:
                known[name] = self.operand(name, known)
            return known[name]

        try:
            text = WORDS.sub(word, self.one(*TEMPLATES[kind]))
        except LookupError:
            return
        line = text if kind in ("writes", "several") else f"v{number} = {text}"
        before = [(x, x._data.copy()) for x in self.arrays.values()]
        if self.run(line):
            # A write of what is there, as x[:] = x, is one in eager code and none in a program.
            same = all(np.array_equal(x._data, data) for x, data in before)
            if kind != "writes" or not same:
                self.program.lines.append(line)

    def choice(self, word: str, known: dict[str, str]) -> str:
        """A number, an axis and the like."""
        rank = max(1, self.arrays[next(iter(known.values()), next(iter(self.arrays)))].ndim)
        options = {"NUMBER": (1, 0, 2), "FLAG": (True, False), "AXIS": (*range(rank), -1)}
        if word == "AXES":
            axes = self.draw(st.lists(st.integers(0, rank - 1), unique=True, min_size=1))
            return str(tuple(axes))
        if word == "REDUCTION":
            return self.one("sum", "mean", "max", "min")
        return repr(self.one(*options.get(word, self.dtypes)))

    def operand(self, letter: str, known: dict[str, str]) -> str:
        """The name of an array that suits a letter of a template."""
        first = self.arrays[next(iter(known.values()))].shape if known else ()

        def suits(shape: tuple[int, ...]) -> bool:
            if letter == "s":
                return shape == first
            if letter == "y":
                return all(
                    1 in (a, b) or a == b for a, b in zip(shape[::-1], first[::-1], strict=False)
                )
            return letter in "xzw" or len(shape) == (2 if letter in "mq" else 3)

        # The newest first: a failure shrinks to a chain without gaps.
        names = [name for name, x in reversed(self.arrays.items()) if suits(x.shape)]
        if not names:
            raise LookupError(letter)
        return self.one(*names)


@st.composite
def programs(draw: Any, mode: str, most: int) -> Program:
    drawing = Drawing(draw, mode)
    program = drawing.program
    for i in range(draw(st.integers(0, 2))):
        program.captured += drawing.make(f"c{i}")
    for i in range(draw(st.integers(1, 3))):
        program.arguments += drawing.make(f"a{i}")
    assume(program.arguments)
    for _ in range(draw(st.integers(1, most))):
        drawing.line()
    names = list(drawing.arrays)[::-1]
    program.results = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    if mode == "step":
        variables = [k for k, x in drawing.arrays.items() if k[0] != "v" and x.grad is not None]
        for name in variables:
            program.updates.append(drawing.one(*UPDATES).replace("X", name))
    return program


# --- running --------------------------------------------------------------------------------------


@contextmanager
def small_pieces() -> Iterator[None]:
    """Several tiles, units, rows and blocks of products already in small arrays."""
    with ExitStack() as stack:
        stack.enter_context(patch.multiple(fused, TILE=3, _UNIT=6, _UNITS=3, _PREFETCH_FROM=2))
        stack.enter_context(patch.object(fused_text, "PREFETCH_ROW", 2))
        stack.enter_context(patch.object(matmul, "_block_shape", lambda m, n, k, tb: (1, n)))
        stack.enter_context(patch.object(matmul, "_CHUNK", 1))
        for module in (instructions, assignment, builder):
            stack.enter_context(patch.object(module, "SHORT", 2))
        yield


def penalised(function: Any) -> Any:
    """A function of the gradients of *function*'s results."""

    def penalty(*arguments: nd.NDArray) -> list[nd.NDArray]:
        results = function(*arguments)
        variables = [x for x in dict.fromkeys(arguments) if is_variable(x)]
        head = sum(x.astype("float64").sum() for x in (*results, *variables))
        slopes = autograd.grad(head, variables, create_graph=True) if variables else []
        return [sum(((g * g).sum().astype("float64") for g in slopes), head)]

    return penalty


def is_variable(x: nd.NDArray) -> bool:
    return isinstance(x._node, Leaf) and x._node.req != "null" and x._data.dtype.kind == "f"


class Run:
    """What running a program gave: arrays by what they are, in order, and the error."""

    def __init__(self, program: Program, compiled: bool) -> None:
        self.found: list[tuple[str, Any]] = []
        self.before: list[tuple[str, Any]] = []
        self.error = ""
        self.stage = ""
        self.space = space(1)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            with small_pieces() if program.small else nullcontext():
                try:
                    self._calls(program, compiled)
                except (mx.MXNetError, ValueError, IndexError) as error:
                    self.error = str(error)
                    if self.stage == "call":  # what was written before
                        self.found += self.state()

    def _calls(self, program: Program, compiled: bool) -> None:
        self._run(program, program.captured)
        exec(program.source, self.space)
        function = self.space["f"]
        inside = program.mode != "second" or program.inside
        if compiled and not inside:
            function = mx.compile(function)
        if program.mode == "second":
            function = penalised(function)
        if compiled and inside:
            function = mx.compile(function)
        for call in range(3 if program.grows else 2):
            longer = program.grows and call == 1
            self._run(program, [_longer(x) if longer else x for x in program.arguments])
            self.stage = "call"
            self.before = self.state()
            with program.scope():
                results = function(*[self.space[name] for name in program.names])
            self._note(results)
            self.stage = "backward"
            heads = [y for y in results if not isinstance(y._node, (Leaf, type(None)))]
            if program.mode in ("recorded", "second") and heads:
                grads = [(y + 1).detach() for y in heads]
                for _ in range(program.retain):
                    autograd.backward(heads, grads, retain_graph=True)
                autograd.backward(heads, grads)
                self._note(results)
            self.stage = "write"
            if program.mode in ("plain", "step"):  # an argument or another result sees it, or not
                results[0][:] = 7
                self._note(results)

    def _run(self, program: Program, lines: list[str]) -> None:
        with program.scope():
            for line in lines:
                exec(line, self.space)

    def state(self) -> list[tuple[str, Any]]:
        """Arrays that the function finds, their gradients, and the position of random numbers."""
        found: list[tuple[str, Any]] = [("position", np.array(philox.position()))]
        for name, x in self.space.items():
            if re.fullmatch(r"[ac]\d", name):
                found.append((name, x.asnumpy()))
                if x.grad is not None:
                    found.append((f"{name}.grad", x.grad.asnumpy()))
        return found

    def _note(self, results: list[nd.NDArray]) -> None:
        self.found += [(f"result {i}", y.asnumpy()) for i, y in enumerate(results)]
        self.found += self.state()


def _longer(line: str) -> str:
    return re.sub(r"array\(\((\d)", lambda match: f"array(({int(match[1]) + 1}", line)


def check(program: Program) -> None:
    eager, compiled = Run(program, False), Run(program, True)
    text = repr(program)
    if compiled.error.startswith("compile: "):
        event("refused")
        assert eager.error or REFUSED.search(compiled.error), compiled.error
        if compiled.stage == "call" and (program.mode != "second" or program.inside):
            for (what, x), (_, y) in zip(compiled.state(), compiled.before, strict=True):
                np.testing.assert_array_equal(x, y, err_msg=f"{what} changed: {compiled.error}")
        return
    assert bool(eager.error) == bool(compiled.error), (eager.error, compiled.error)
    if eager.stage == "call":
        assert compiled.error == eager.error
    assert len(eager.found) == len(compiled.found)
    exact = program.mode == "plain" and not SUMS.search(text)
    # A float64 may be made of rounded numbers, also of those that operators make in float32.
    coarse = re.search("float16|float32|int|random|one_hot", text)
    worst = None if coarse is None else "float16" if "float16" in text else "float32"
    for (what, x), (_, y) in zip(compiled.found, eager.found, strict=True):
        assert x.dtype == y.dtype and x.shape == y.shape, what
        if exact:
            np.testing.assert_array_equal(x, y, err_msg=what)
        elif x.dtype.kind != "f":  # also sums of floats that were cut to integers, by a last bit
            apart = (x - y).astype(f"int{8 * x.dtype.itemsize}").astype("float64")
            assert np.all(np.abs(apart) <= 1 + 1e-6 * np.abs(y.astype("float64"))), (what, x, y)
        else:
            assert_close(x, y, what=what, dtype=None if x.dtype.itemsize == 2 else worst)


# Every example compiles kernels of its own; many are tried as plain Python, without the JIT.
QUIET = settings(
    print_blob=False, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
FEW = settings(QUIET, max_examples=40 if config.DISABLE_JIT else 2)
MANY = settings(QUIET, max_examples=300 if config.DISABLE_JIT else 14)
MODES = ("plain", "recorded", "step", "second")


@pytest.mark.parametrize("mode", MODES)
@FEW
@given(st.data())
def test_graphs(mode: str, data: Any) -> None:
    check(data.draw(programs(mode, 4)))


@pytest.mark.full
@pytest.mark.parametrize("mode", MODES)
@MANY
@given(st.data())
def test_large_graphs(mode: str, data: Any) -> None:
    check(data.draw(programs(mode, 16)))


# What random graphs have found: the shapes of arguments, which are variables, and lines.
FOUND = {
    "a part of what backward makes again": (
        ["2, 2, 3"],
        ["v0 = nd.square(a0)", "v1 = v0[1]", "v0 = nd.dot(v1, v1, transpose_b=True)"],
    ),
    "a row and a column of the same memory": (["3, 1"], ["v0 = a0.reshape((-1,)) + a0"]),
    "a comparison is a number": (["3"], ["v0 = nd.sigmoid(a0 > 0)"]),
    "a view of what backward keeps": (
        ["2, 3"],
        ["v0 = nd.tanh(a0).sum(axis=(0,))", "v1 = v0[2:]", "v0 = nd.sin(v1)"],
    ),
    "rows that lie apart of what is written to": (
        ["3, 40"],
        ["v0 = nd.split(a0, num_outputs=2, axis=1)[1]", "with autograd.pause(): a0 *= 2"],
    ),
}


# A program has the kernels of "recorded" in the other modes too, and more around them.
@pytest.mark.parametrize(
    "mode", [pytest.param(m, marks=() if m == "recorded" else FULL_COMPILED) for m in MODES]
)
@pytest.mark.parametrize(
    ("shapes", "lines"),
    [pytest.param(*found, marks=SLOW if i else ()) for i, found in enumerate(FOUND.values())],
    ids=FOUND,
)
def test_graphs_that_once_failed(shapes: list[str], lines: list[str], mode: str) -> None:
    arguments = []
    for i, shape in enumerate(shapes):
        arguments += [f"a{i} = array(({shape},), 'float64')", f"a{i}.attach_grad()"]
    check(Program(mode, arguments=arguments, lines=lines, results=["v0"]))
