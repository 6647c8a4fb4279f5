"""Kernels on compressed sparse rows (CSR): products, casts of storage, and the merging of rows.

Row i of a matrix has its stored elements at positions ``indptr[i]`` to ``indptr[i + 1]`` of *data*,
in the columns *indices*.  Sums are added up in the order in which elements are stored, whatever
the number of threads.  Positions and columns that are out of range are passed over: whatever the
index vectors hold, no kernel leaves its buffers.

Numbers are made unsigned one by one (``np.uintp``): as plain Python with NumPy 1.26, an unsigned
number and one of `range` would make a float.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer, device_of, host, to_device
from ...memory.storage import empty
from ..build.launch import chunked, grain
from .launch import launch

_WIDTH = 64
"""Columns of a block in which one thread adds rows to rows: four cache lines of float32.

Narrower ones, which more threads could share, read the index vectors more often."""


# --- products -------------------------------------------------------------------------------------


@chunked
def _product(data, indices, indptr, x, y, k, n, lo, hi):
    """y[i, :] = the sum of data[p] * x[indices[p], :] over the elements p of row i in [lo, hi)."""
    top, width = np.uintp(k), np.uintp(n)
    for i in range(lo, hi):
        row = np.uintp(i) * width
        for column in range(width):
            y[row + np.uintp(column)] = 0
        p, stop = np.uintp(max(indptr[i], 0)), np.uintp(max(min(indptr[i + 1], data.size), 0))
        while p + np.uintp(3) < stop:
            j0, j1 = np.uintp(indices[p]), np.uintp(indices[p + np.uintp(1)])
            j2, j3 = np.uintp(indices[p + np.uintp(2)]), np.uintp(indices[p + np.uintp(3)])
            if j0 >= top or j1 >= top or j2 >= top or j3 >= top:
                break
            a0, a1 = data[p], data[p + np.uintp(1)]
            a2, a3 = data[p + np.uintp(2)], data[p + np.uintp(3)]
            x0, x1, x2, x3 = j0 * width, j1 * width, j2 * width, j3 * width
            for column in range(width):
                c = np.uintp(column)
                total = (y[row + c] + a0 * x[x0 + c]) + a1 * x[x1 + c]
                y[row + c] = (total + a2 * x[x2 + c]) + a3 * x[x3 + c]
            p += np.uintp(4)
        while p < stop:
            j = np.uintp(indices[p])
            if j < top:
                a, source = data[p], j * width
                for column in range(width):
                    c = np.uintp(column)
                    y[row + c] += a * x[source + c]
            p += np.uintp(1)


@chunked
def _product_with_vector(data, indices, indptr, x, y, lo, hi):
    """`_product` with a matrix of one column."""
    top = np.uintp(x.size)
    for i in range(lo, hi):
        total = y.dtype.type(0)
        for p in range(
            np.uintp(max(indptr[i], 0)), np.uintp(max(min(indptr[i + 1], data.size), 0))
        ):
            j = np.uintp(indices[p])
            if j < top:
                total += data[p] * x[j]
        y[i] = total


@chunked
def _transposed_product(data, indices, indptr, x, y, m, k, n, lo, hi):
    """y[indices[p], :] += data[p] * x[i, :] over all elements p, in blocks [lo, hi) of columns."""
    top, whole = np.uintp(k), np.uintp(n)
    for block in range(np.uintp(lo), np.uintp(hi)):
        first = np.uintp(block) * np.uintp(_WIDTH)
        width = min(whole - first, np.uintp(_WIDTH))
        for row in range(top):
            for column in range(width):
                y[np.uintp(row) * whole + first + np.uintp(column)] = 0
        for i in range(np.uintp(m)):
            source = np.uintp(i) * whole + first
            start = max(indptr[i], 0)
            stop = max(min(indptr[np.uintp(i) + np.uintp(1)], data.size), 0)
            for p in range(np.uintp(start), np.uintp(stop)):
                j = np.uintp(indices[p])
                if j < top:
                    a, target = data[p], j * whole + first
                    for column in range(width):
                        c = np.uintp(column)
                        y[target + c] += a * x[source + c]


@chunked
def _transposed_product_with_vector(data, indices, indptr, x, y, m, lo, hi):
    """`_transposed_product` with a matrix of one column; one work item."""
    top = np.uintp(y.size)
    for row in range(top):
        y[row] = 0
    for i in range(np.uintp(m)):
        start = max(indptr[i], 0)
        stop = max(min(indptr[np.uintp(i) + np.uintp(1)], data.size), 0)
        for p in range(np.uintp(start), np.uintp(stop)):
            j = np.uintp(indices[p])
            if j < top:
                y[j] += data[p] * x[i]


def csr_product(
    data: Buffer,
    indices: Buffer,
    indptr: Buffer,
    x: Buffer,
    m: int,
    k: int,
    n: int,
    transpose: bool,
) -> Buffer:
    """The product of an (m, k) matrix, or of its transposed, with the dense matrix *x*.

    Parameters
    ----------
    data, indices, indptr : Buffer
        The matrix; indices are int64.
    x : Buffer
        Of the dtype of *data*: (k, n), or (m, n) if *transpose*.
    m, k, n : int
    transpose : bool

    Returns
    -------
    Buffer
        (m, n), or (k, n) if *transpose*.
    """
    y = empty((k if transpose else m) * n, data.dtype)
    if not y.size:
        return y
    each = 2 * max(1, data.size // max(1, m))
    if transpose and n == 1:
        launch(_transposed_product_with_vector, data, indices, indptr, x, y, m, 1, 1)
    elif transpose:
        blocks = -(-n // _WIDTH)
        launch(_transposed_product, data, indices, indptr, x, y, m, k, n, blocks, 1)
    elif n == 1:
        launch(_product_with_vector, data, indices, indptr, x, y, m, grain(each))
    else:
        launch(_product, data, indices, indptr, x, y, k, n, m, grain(n, each))
    return y


@chunked
def row_numbers(indptr, y, lo, hi):
    """y[p] = i for the elements p of the rows i in [lo, hi)."""
    for i in range(lo, hi):
        for p in range(max(indptr[i], 0), min(indptr[i + 1], y.size)):
            y[p] = i


def csr_row_numbers(indptr: Buffer, count: int) -> Buffer:
    """The row of each of *count* stored elements; 0 for those that are in none."""
    y = empty(count, np.dtype("int64"))
    y.fill(0)
    if indptr.size > 1:
        launch(row_numbers, indptr, y, indptr.size - 1, grain(1, 8))
    return y


# --- casts of storage -----------------------------------------------------------------------------


@chunked
def _spread(data, indices, indptr, y, n, lo, hi):
    top = np.uint64(n)
    for i in range(lo, hi):
        row = y[i * n : (i + 1) * n]
        for c in range(row.size):
            row[c] = 0
        for p in range(max(indptr[i], 0), min(indptr[i + 1], data.size)):
            if np.uint64(indices[p]) < top:
                row[indices[p]] += data[p]


def csr_to_dense(data: Buffer, indices: Buffer, indptr: Buffer, m: int, n: int) -> Buffer:
    """The (m, n) matrix with all its zeros; elements of one place are added up."""
    y: Buffer = empty(m * n, data.dtype)
    if y.size:
        _spread(data, indices, indptr, y, n, m, grain(n))
    return y


@chunked
def _count(x, counts, n, lo, hi):
    for i in range(lo, hi):
        row, found = x[i * n : (i + 1) * n], 0
        for c in range(row.size):
            found += row[c] != 0
        counts[i] = found


@chunked
def _collect(x, indptr, indices, data, n, lo, hi):
    for i in range(lo, hi):
        row, p = x[i * n : (i + 1) * n], indptr[i]
        for c in range(row.size):
            if row[c] != 0:
                indices[p] = c
                data[p] = row[c]
                p += 1


def _starts(counts: HostArray) -> HostArray:
    """Where the rows begin that have so many elements, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(counts)))


def _counts(x: Buffer, m: int, n: int) -> HostArray:
    """How many elements of each row of an (m, n) matrix are not zero; on the host."""
    counts = empty(m, np.dtype("int64"))
    counts.fill(0)
    if x.size:
        _count(x, counts, n, m, grain(n))
    return host(counts)


def dense_to_csr(x: Buffer, m: int, n: int) -> tuple[Buffer, Buffer, Buffer]:
    """Data, indices and indptr of what is not zero in an (m, n) matrix; NaN is not."""
    starts = _starts(_counts(x, m, n))
    indptr = to_device(starts, device_of(x))
    indices: Buffer = empty(int(starts[-1]), np.dtype("int64"))
    data: Buffer = empty(indices.size, x.dtype)
    if data.size:
        _collect(x, indptr, indices, data, n, m, grain(n, 2))
    return data, indices, indptr


def nonzero_rows(x: Buffer, m: int, n: int) -> HostArray:
    """The rows of an (m, n) matrix in which some element is not zero; on the host."""
    return np.flatnonzero(_counts(x, m, n))


# --- merging --------------------------------------------------------------------------------------


@chunked
def _merge(a, a_starts, b, b_starts, starts, places, store, lo, hi):
    """The union of two rising runs of columns for each row of [lo, hi).

    With *store*, *places* gets in each row of three: columns, and where these are in *a* and in
    *b*, or -1; otherwise *starts* gets how many there are.
    """
    for i in range(lo, hi):
        p, p_stop, q, q_stop = a_starts[i], a_starts[i + 1], b_starts[i], b_starts[i + 1]
        count = starts[i] if store else 0
        while p < p_stop or q < q_stop:
            left = p < p_stop and (q == q_stop or a[p] <= b[q])
            right = q < q_stop and (p == p_stop or b[q] <= a[p])
            if store:
                places[0, count] = a[p] if left else b[q]
                places[1, count] = p if left else -1
                places[2, count] = q if right else -1
            count += 1
            p += left
            q += right
        if not store:
            starts[i + 1] = count


def merge_rows(
    a: HostArray, a_indptr: HostArray, b: HostArray, b_indptr: HostArray
) -> tuple[HostArray, HostArray, HostArray, HostArray]:
    """The union of two matrices' stored places, rising in each row.

    Parameters
    ----------
    a, a_indptr, b, b_indptr : numpy.ndarray
        Columns that rise in each row, and where rows begin: valid ones.

    Returns
    -------
    tuple of numpy.ndarray
        Indices and indptr of the union; for each of its elements where it is in *a*, and in *b*,
        or -1.
    """
    rows, cost = a_indptr.size - 1, 4 * (1 + (a.size + b.size) // max(1, a_indptr.size))
    starts: HostArray = np.zeros(rows + 1, np.int64)
    _merge(a, a_indptr, b, b_indptr, starts, np.empty((3, 0), np.int64), False, rows, grain(cost))
    starts = np.cumsum(starts)
    places: HostArray = np.empty((3, int(starts[-1])), np.int64)
    _merge(a, a_indptr, b, b_indptr, starts, places, True, rows, grain(cost))
    return places[0], starts, places[1], places[2]
