"""Products that read and write matrices where they lie."""

import itertools

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.compiler.program.instructions import Region
from ndgrad.compiler.program.layout import _inverse, _through, matrices
from ndgrad.kernels.spec.strided import StridedSlice as Slice
from ndgrad.kernels.spec.strided import contiguous_strides

# Which steps a program has: what its kernels compute is a matter for other tests.
pytestmark = pytest.mark.full_compiled

rng = np.random.default_rng(3)
COPY = "strided copy"


def both(function, *arrays, rounding=2e-6):
    """What `explain` says of *function*, which does compiled what it does eagerly."""
    found = []
    compiled = mx.compile(function)
    for f in (function, compiled):
        arguments = [nd.array(x) for x in arrays]
        for x in arguments:
            x.attach_grad()
        with autograd.record():
            y = f(*arguments)
        y.backward()
        found.append([x.asnumpy() for x in (y, *(x.grad for x in arguments))])
    for x, y in zip(*found, strict=True):
        np.testing.assert_allclose(y, x, rtol=rounding, atol=rounding * abs(x).max())
    (program,) = compiled.explain().programs
    return program.forward.report.text + program.backward.report.text


def normal(*shape):
    return rng.standard_normal(shape).astype("f")


def heads(x, count):
    """(batch, length, width) as (batch * count, length, width / count)."""
    batch, length, width = x.shape
    split = x.reshape((batch, length, count, width // count)).transpose((0, 2, 1, 3))
    return split.reshape((batch * count, length, width // count))


def merged(x, count):
    batch, length, width = x.shape
    split = x.reshape((batch // count, count, length, width)).transpose((0, 2, 1, 3))
    return split.reshape((batch // count, length, count * width))


def attention(x, w, count=2):
    q, k, v = nd.split(nd.dot(x, w), num_outputs=3, axis=-1)
    q, k, v = heads(q, count), heads(k, count), heads(v, count)
    return merged(nd.batch_dot(nd.softmax(nd.batch_dot(q, k, transpose_b=True)), v), count)


def test_attention_copies_no_head():
    text = both(attention, normal(3, 20, 32), normal(32, 96))
    assert COPY not in text and "_runs" not in text and "_copy_rows_apart" not in text


def test_attention_of_narrow_heads():
    both(attention, normal(2, 5, 6), normal(6, 12))


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
def test_operands_and_results_with_permuted_axes(axes):
    sizes = 3, 4, 5
    a, b = np.empty((3, 4, 5), "f").transpose(axes).shape, np.empty((3, 5, 7)).transpose(axes).shape

    def function(x, y):
        x, y = (x * 2).transpose(np.argsort(axes).tolist()), y.transpose(np.argsort(axes).tolist())
        assert x.shape == sizes
        return nd.batch_dot(x, y).transpose(axes)

    both(function, normal(*a), normal(*b))


def test_what_others_read_is_copied_once():
    def function(x, y):
        turned = (x + 1).T
        return nd.dot(turned, y) * nd.sum(turned * turned, axis=1, keepdims=True)

    assert "_tiles" in both(function, normal(120, 90), normal(120, 4))


def test_backward_reads_what_memory_held_in_forward():
    def step(x, w):
        return nd.dot(x.T, w)

    found = []
    for f in (step, mx.compile(step)):
        x, w = nd.array(normal(8, 6) * 0 + np.arange(6, dtype="f")), nd.ones((8, 3))
        w.attach_grad()
        with autograd.record():
            y = f(x, w)
        x[:] = 7
        y.backward()
        found.append(w.grad.asnumpy())
    np.testing.assert_array_equal(*found)


def test_products_side_by_side_are_stored_there():
    def function(x, y):
        return nd.concat(nd.dot(x, y), nd.dot(x, y * 2), x, dim=1)

    text = both(function, normal(6, 16), normal(16, 32))
    assert text.count("_copy_rows_apart") <= 1


def elements(box):
    return box.offset + sum(
        np.arange(n).reshape((-1,) + (1,) * (len(box.shape) - i - 1)) * step
        for i, (n, step) in enumerate(zip(box.shape, box.strides, strict=True))
    )


def boxes(shape):
    """Permutations of an array of a shape, and parts of them."""
    steps = contiguous_strides(shape)
    for axes in itertools.permutations(range(len(shape))):
        whole = [(shape[i], steps[i]) for i in axes]
        yield Slice(*zip(*whole, strict=True))
        yield Slice(tuple(max(1, n - 1) for n, _ in whole), tuple(s for _, s in whole), steps[0])


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 4), (2, 2, 3, 4), (4, 1, 3)])
def test_matrices_are_the_elements_of_their_box(shape):
    found = 0
    for box in boxes(shape):
        divisors = [n for n in range(1, box.size + 1) if box.size % n == 0]
        for rows, columns in itertools.product(divisors, divisors):
            if box.size % (rows * columns):
                continue
            given = matrices(box, rows, columns)
            if given is None:
                continue
            found += 1
            (starts, step), turned = given
            shown = elements(box).reshape(-1, rows, columns)
            i, j = np.arange(rows)[:, None], np.arange(columns)
            within = j * step + i if turned else i * step + j
            np.testing.assert_array_equal(shown, np.array(starts)[:, None, None] + within)
    assert found >= 10


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 4), (4, 1, 3)])
def test_the_inverse_of_a_permutation(shape):
    for box in boxes(shape):
        inverse = _inverse(box, int(np.prod(shape)))
        if box.size < np.prod(shape):
            assert inverse is None
        else:
            assert (np.argsort(elements(box).reshape(-1)) == elements(inverse).reshape(-1)).all()


def test_boxes_of_rows_that_lie_apart():
    where = Region(None, 5, 4, 10)
    rows = elements(Slice((6, 4), (10, 1), 5)).reshape(-1)
    cases = [
        Slice((6, 4), (4, 1)),
        Slice((3, 2, 2), (8, 2, 1), 4),
        Slice((2, 6), (1, 4), 2),
    ]
    for box in cases:
        through = _through(box, where)
        np.testing.assert_array_equal(elements(through), rows[elements(box)])
    for box in (
        Slice((3, 8), (8, 1)),
        Slice((12,), (2,)),
        Slice((4,), (-1,), 3),
        Slice((6, 4), (4, 1), 1),
    ):
        assert _through(box, where) is None
