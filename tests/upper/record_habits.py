"""What MXNet gives for small expressions of programs, as ``mxnet-1.9.1/habits.json``.

``arrays.pickle`` are arrays as MXNet pickles them.

Runs where MXNet 1.9.1 is installed: ``python tests/upper/record_habits.py``.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

EXPRESSIONS = """
x.flatten(inplace=True)
x.expand_dims(0, inplace=True)
x.expand_dims(axis=1, inplace=False)
y.squeeze(axis=0, inplace=True)
y.squeeze(inplace=True)
y.squeeze((0,))
nd.ones((1, 3)).broadcast_like(other=x)
nd.ones((1, 3)).broadcast_like(x)
x.transpose(axes=(1, 0))
x.split(num_outputs=3, axis=1, squeeze_axis=True)
x.slice_assign(nd.zeros((1, 1)), (0, 0), (1, 1), (1, 1))
x.slice_assign_scalar(7, (0, 0), (2, 1), None)
nd.fill_element_0index(x, v2, v2, out=x)
mx.Context.default_ctx
mx.cpu(1).default_ctx
mx.base.string_types
mx.base.py_str(b'ab')
mx.base.mx_real_t
str(mx.base.NotImplementedForSymbol(abs, 'x', 1))
str(mx.base.NotSupportedForSparseNDArray(abs, None, 1))
issubclass(mx.base.NotImplementedForSymbol, mx.base.MXNetError)
'exp' in mx.operator.get_all_registered_operators()
nd.zeros_like(x, dtype='int32')
x.ones_like(dtype='int32')
nd.relu(x, name='relu')
mx.sym.FullyConnected(mx.sym.var('a'), num_hidden=1, attr={'__init__': 3}).list_arguments()[0]
np.sum(x)
np.sum(x, axis=0)
np.max(x)
np.shape(x)
np.size(x)
np.float32(2) * x
x * np.float32(2)
np.int64(2) + x
np.bool_(True) * x
nd.from_numpy(np.ones((2, 3)).T)
nd.from_numpy(np.broadcast_to(np.ones(3), (2, 3)))
nd.from_numpy(np.ones((2, 3)).T, zero_copy=False)
copy.copy(x)
copy.deepcopy({'a': [x]})['a'][0]
pickle.loads(pickle.dumps(x))
bool(nd.zeros((1,)))
bool(x)
len(x)
[r.shape for r in x]
v in [v]
sum([v, v])
nd.array(range(3))
nd.array('abc')
nd.array([[1, 2], [3]])
nd.array({})
x.asnumpy().flags.writeable
x[5]
""".strip().splitlines()


def outcome(expression: str, mx: Any) -> Any:
    """The value of an expression as JSON has it, or the class of its error."""
    import copy

    nd = mx.nd
    names = {"mx": mx, "nd": nd, "np": np, "copy": copy, "pickle": pickle}
    names |= {"x": nd.array([[1, 2, 3], [4, 5, 6]]), "y": nd.ones((1, 2, 1, 3))}
    names |= {"v": nd.array([3.0]), "v2": nd.array([1.0, 2.0])}
    try:
        value = eval(expression, names)
    except Exception as error:
        return f"error: {type(error).__name__}"
    arrays = value if isinstance(value, list) else [value]
    if all(isinstance(x, nd.NDArray) for x in arrays):
        return [[x.dtype.__name__, x.shape, x.asnumpy().tolist()] for x in arrays]
    return repr(value)


def main() -> None:
    import mxnet

    found = {expression: outcome(expression, mxnet) for expression in EXPRESSIONS}
    folder = Path(__file__).parent / "mxnet-1.9.1"
    (folder / "habits.json").write_text(json.dumps(found) + "\n")
    ones = mxnet.nd.ones((2, 2))
    arrays = {"x": mxnet.nd.array([[1, 2], [3, 4]], dtype="int32")}
    arrays |= {"s": ones.tostype("csr"), "r": ones.tostype("row_sparse")}
    mxnet.nd.waitall()
    (folder / "arrays.pickle").write_bytes(pickle.dumps(arrays))


if __name__ == "__main__":
    main()
