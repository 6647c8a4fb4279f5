"""The back end of CUDA devices: the functions that `kernels.front` calls, under its names."""

from __future__ import annotations

import sys
from typing import cast as cast_type

from ...memory.device import Backend
from . import driver, fused
from .boxes import suppress
from .columns import columns
from .elementwise import FlatLoop, cast
from .elementwise import run as elementwise
from .extremes import run as argextreme
from .generic import run as chunked
from .indexed import add, add_into, checked, last_writer, one_hot, put, take
from .matmul import dense, product, product_into
from .reduction import run as reduce
from .rowwise import run as rowwise
from .scan import recurrence, running_sum
from .sort import move_by_order, order, sort_rows
from .sparse import csr_product
from .strided import expand, fill_around, strided_copy, strided_slice
from .windows import greatest_in_windows

__all__ = [
    "FlatLoop",
    "add",
    "add_into",
    "argextreme",
    "cast",
    "checked",
    "chunked",
    "columns",
    "csr_product",
    "dense",
    "elementwise",
    "expand",
    "fill_around",
    "fused",
    "greatest_in_windows",
    "last_writer",
    "move_by_order",
    "one_hot",
    "order",
    "product",
    "product_into",
    "put",
    "recurrence",
    "reduce",
    "rowwise",
    "running_sum",
    "sort_rows",
    "strided_copy",
    "strided_slice",
    "suppress",
    "take",
]

driver.CudaDevice.backend = cast_type(Backend, sys.modules[__name__])
