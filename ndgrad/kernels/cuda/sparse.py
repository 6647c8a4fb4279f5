"""Products of CSR matrices on a device: a thread for each element of the result.

Neighbouring threads have neighbouring columns, so they read a row of the dense matrix together.  A
transposed matrix is sorted by columns first, in the order in which elements are stored.  So
sums are added up in the order of the host, and there are no atomics.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import DeviceArray
from ..build.launch import chunked
from ..cpu.sparse import row_numbers
from . import sort

_INDEX = np.dtype("int64")


@chunked
def _elements(data, indices, indptr, x, y, k, n, lo, hi):
    """y[i, c] = the sum of data[p] * x[indices[p], c] over the elements p of row i, of each u."""
    top, width = np.uintp(k), np.uintp(n)
    for u in range(lo, hi):
        i = np.uintp(u) // width
        c = np.uintp(u) - i * width
        start = max(indptr[i], 0)
        stop = max(min(indptr[i + np.uintp(1)], data.size), 0)
        total = y.dtype.type(0)
        for p in range(np.uintp(start), np.uintp(stop)):
            j = np.uintp(indices[p])
            if j < top:
                total += data[p] * x[j * width + c]
        y[u] = total


@chunked
def _permuted(data, rows, indices, order, new_data, new_rows, new_indices, lo, hi):
    """Elements, and their rows and columns, in another order."""
    for u in range(lo, hi):
        p = np.uintp(order[u])
        new_data[u] = data[p]
        new_rows[u] = rows[p]
        new_indices[u] = indices[p]


@chunked
def _starts(indices, starts, lo, hi):
    """Where in rising *indices* those of u begin: a search by halves."""
    for u in range(lo, hi):
        low, high = 0, indices.size
        while low < high:
            middle = (low + high) // 2
            if indices[middle] < u:
                low = middle + 1
            else:
                high = middle
        starts[u] = low


def csr_product(
    data: DeviceArray,
    indices: DeviceArray,
    indptr: DeviceArray,
    x: DeviceArray,
    m: int,
    k: int,
    n: int,
    transpose: bool,
) -> DeviceArray:
    """As `kernels.cpu.sparse.csr_product`."""
    device, count = data.device, data.size
    y = device.empty((k if transpose else m) * n, data.dtype)
    if not y.size:
        return y
    if not count or (transpose and not m):
        y.fill(0)
        return y
    if not transpose:
        _elements(data, indices, indptr, x, y, k, n, y.size, 1)
        return y
    rows, order = device.empty(count, _INDEX), device.empty(count, _INDEX)
    rows.fill(m)  # of an element that is in no row
    row_numbers(indptr, rows, m, 1)
    sort.order(indices, 1, count, 1, count, False, order)
    values = device.empty(count, data.dtype)
    numbers, columns = device.empty(count, _INDEX), device.empty(count, _INDEX)
    _permuted(data, rows, indices, order, values, numbers, columns, count, 1)
    starts = device.empty(k + 1, _INDEX)
    _starts(columns, starts, k + 1, 1)
    _elements(values, numbers, starts, x, y, m, n, y.size, 1)
    return y
