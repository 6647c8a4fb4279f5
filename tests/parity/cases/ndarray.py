"""NDArray attributes and methods, conversions, contexts, pickling, files."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg

import copy
import os
import pickle
import tempfile

x = nd.array([[1.5, -2.0], [3.0, 4.0]])
DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8"]

# %% attributes
x.shape, x.ndim, x.size, x.dtype, x.stype, x.context, x.ctx, x.T

# %% no-such-attribute
x.nosuch

# %% shape-is-tuple
type(x.shape).__name__, type(x.shape[0]).__name__, type(x.size).__name__

# %% asnumpy
a = x.asnumpy()
a, a.flags.writeable, type(a).__name__

# %% asnumpy-{dtype}
# for dtype in float16 float64 int8 int32 int64 uint8 bool
nd.array([0, 1, 2], dtype=dtype).asnumpy()

# %% asscalar
nd.array([1.5]).asscalar(), nd.array([3], dtype="int32").asscalar(), x.sum().asscalar()

# %% asscalar-0d
nd.array(2.5).asscalar()

# %% asscalar-of-many :: scalar
nd.array([1, 2]).asscalar()

# %% asscalar-1x1
nd.array([[1]], dtype="int32").asscalar()

# %% asscalar-1x2 :: scalar
nd.array([[1.0, 2.0]]).asscalar()

# %% astype-{source}-to-{target}
# for source in float32 float64 int32 uint8
# for target in float16 float32 float64 int8 int32 int64 uint8
nd.array([0, 1, 100], dtype=source).astype(target)

# %% astype-truncates
nd.array([1.7, -1.7, 2.5]).astype("int32"), nd.array([0.5, 0.0, -3.0]).astype("bool")

# %% astype-wraps
nd.array([300.7, -1.2]).astype("uint8")

# %% astype-copy
y = x.astype("float32")
y is x, x.astype("float32", copy=False) is x, x.astype(np.float64).dtype

# %% astype-gradient
vg(lambda a: a.astype("float64") * 3, [1.0, 2.0])

# %% astype-through-int-gradient
vg(lambda a: (a.astype("int32") * 3).astype("float32"), [1.5, 2.0])

# %% astype-bad
x.astype("foo")

# %% cast
(
    nd.cast(nd.array([1.5, -1.5]), dtype="int32"),
    nd.Cast(nd.array([1.5]), dtype="float16"),
    nd.cast(nd.array([1.5]), "float64").dtype,
)

# %% cast-bad
nd.Cast(nd.ones(2), dtype="foo")

# %% cast-gradient
vg(lambda a: nd.cast(a, dtype="float16"), [1.0, 2.0])

# %% amp-cast
(
    nd.amp_cast(nd.array([1.5]), dtype="float64"),
    nd.amp_cast(nd.array([1], dtype="int32"), dtype="float16"),
)

# %% amp-cast-float16
nd.amp_cast(nd.array([1.5]), dtype="float16")

# %% copy
y = x.copy()
y[:] = 0
x, y, y is x

# %% copy-module
y = copy.copy(x)
z = copy.deepcopy(x)
z[:] = 0
x, y

# %% copy-gradient
vg(lambda a: a.copy() * 3, [1.0, 2.0])

# %% copyto-array
z = nd.zeros((2, 2))
r = x.copyto(z)
z, r is z

# %% copyto-other-dtype
nd.array([1.7, 2.2]).copyto(nd.zeros((2,), dtype="int32"))

# %% copyto-context
x.copyto(mx.cpu(1)), x.copyto(mx.cpu(0)) is x

# %% copyto-bad-shape
x.copyto(nd.zeros((3,)))

# %% copyto-self
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    r = x.copyto(x)
r

# %% copyto-number
x.copyto(5)

# %% as-in-context
x.as_in_context(mx.cpu()) is x, x.as_in_context(mx.cpu(1)).context, x.as_in_context(mx.cpu(1))

# %% as-in-context-gradient
vg(lambda a: a.as_in_context(mx.cpu(1)) * 2, [1.0, 2.0])

# %% as-in-context-string
x.as_in_context("cpu")

# %% contexts
(
    mx.cpu(),
    mx.cpu(1),
    mx.gpu(),
    mx.gpu(2),
    mx.cpu_pinned(),
    mx.current_context(),
    mx.context.current_context(),
)

# %% context-attributes
(
    str(mx.cpu()),
    mx.cpu().device_type,
    mx.cpu(3).device_id,
    mx.cpu().device_typeid,
    mx.gpu(2).device_typeid,
    repr(mx.gpu(1)),
)

# %% context-equality
(
    mx.cpu() == mx.cpu(0),
    mx.cpu() == mx.cpu(1),
    mx.cpu() == mx.gpu(),
    mx.cpu() == "cpu",
    hash(mx.cpu()) == hash(mx.cpu(0)),
)

# %% context-from
mx.Context("cpu", 0), mx.Context(mx.cpu(3)), mx.Context("gpu"), mx.Context("cpu")

# %% context-bad
mx.Context("tpu", 0)

# %% context-with
with mx.Context(mx.cpu(2)):
    r = mx.current_context(), nd.zeros((1,)).context
with mx.cpu(3):
    s = nd.ones((1,)).context, nd.array([1]).context, nd.arange(2).context
r, s, mx.current_context()

# %% context-nested
with mx.cpu(1):
    with mx.cpu(2):
        a = mx.current_context()
    b = mx.current_context()
a, b

# %% context-survives-error
try:
    with mx.cpu(1):
        raise ValueError
except ValueError:
    pass
mx.current_context()

# %% contexts-mixed
nd.ones((1,), ctx=mx.cpu(0)) + nd.ones((1,), ctx=mx.cpu(1))

# %% num-gpus
mx.context.num_gpus()

# %% array-on-gpu
nd.array([1], ctx=mx.gpu(0)).asnumpy()

# %% ones-on-gpu
nd.ones((2,), ctx=mx.gpu(0)).asnumpy()

# %% ctx-string
nd.ones((1,), ctx="cpu")

# %% pickle-{dtype}
# for dtype in float16 float32 float64 int32 int64 uint8
pickle.loads(pickle.dumps(nd.array([[1, 2], [3, 4]], dtype=dtype)))

# %% pickle-context
pickle.loads(pickle.dumps(nd.ones((1,), ctx=mx.cpu(1)))).context

# %% pickle-context-object
pickle.loads(pickle.dumps(mx.cpu(2)))

# %% pickle-empty
pickle.loads(pickle.dumps(nd.array([])))

# %% pickle-drops-grad
y = nd.array([1.0])
y.attach_grad()
pickle.loads(pickle.dumps(y)).grad

# %% waiting
x.wait_to_read(), nd.waitall(), mx.nd.waitall()

# %% as-nd-ndarray
x.as_nd_ndarray() is x

# %% float-of-one
float(nd.array([2.5]))

# %% int-of-one
int(nd.array([2.7]))

# %% float-of-many
float(nd.array([1.0, 2.0]))

# %% index-protocol
[10, 20, 30][nd.array([1], dtype="int32")]

# %% tolist
nd.array([[1.0, 2.0]]).tolist()

# %% item
nd.array([2.5]).item()

# %% asnumpy-tolist
x.asnumpy().tolist()

# %% numpy-asarray
np.asarray(nd.array([1.0, 2.0]))

# %% numpy-asarray-dtype
np.asarray(nd.array([1.0, 2.0]), dtype="float64")

# %% numpy-sum
np.sum(nd.array([1.0, 2.0]))

# %% array-priority
x.__array_priority__

# %% setattr-free
x.foo = 5
x.foo

# %% shape-set
x.shape = (4,)
x.shape

# %% tostype-default
x.tostype("default")

# %% method-{name}
# for name in transpose flatten sum mean max min prod nansum nanprod norm sort argsort argmax argmin square sqrt relu exp zeros_like ones_like round sign softmax shape_array size_array
getattr(nd.array([[1.5, 2.0], [3.0, 0.5]]), name)()

# %% method-expand
y = nd.array([[1.0, 2.0]])
(
    y.expand_dims(0).shape,
    y.squeeze(),
    y.swapaxes(0, 1),
    y.broadcast_to((2, 2)),
    y.tile((2, 1)),
    y.repeat(2, 1),
    y.flip(1),
)

# %% method-pick-take
y = ramp(2, 3)
(
    y.pick(nd.array([0, 1])),
    y.take(nd.array([1])),
    y.slice_axis(1, 0, 2),
    y.slice((0, 0), (1, 1)),
    y.slice_like(nd.zeros((1, 1))),
    y.one_hot(2).shape,
    y.topk(k=1),
    y.diag(),
)

# %% method-clip
y = ramp(3)
y.clip(0.5, 1.5), y.clip(a_min=1, a_max=2)

# %% method-split
ramp(2, 2).split(2), ramp(2, 2).split(num_outputs=2, axis=0)

# %% save-list
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, [nd.array([1.0, 2.0]), nd.array([[3]], dtype="int32")])
nd.load(name)

# %% save-dict
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, {"w": nd.array([[1, 2]], dtype="int64"), "b": nd.array([3.0], dtype="float64")})
nd.load(name)

# %% save-one
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, nd.array([1.0]))
nd.load(name)

# %% save-bytes
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, {"w": nd.array([1.0, 2.0]), "i": nd.array([[7]], dtype="uint8")})
with open(name, "rb") as f:
    r = f.read().hex()
r

# %% save-empty-list
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, [])
nd.load(name)

# %% save-half-and-bool
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(
    name,
    [
        nd.array([1.5], dtype="float16"),
        nd.array([True], dtype="bool"),
        nd.array([-1], dtype="int8"),
    ],
)
nd.load(name)

# %% save-number
nd.save(os.path.join(tempfile.mkdtemp(), "a.params"), 5)

# %% save-list-of-numbers
nd.save(os.path.join(tempfile.mkdtemp(), "a.params"), [1])

# %% load-missing
nd.load(os.path.join(tempfile.mkdtemp(), "nope"))

# %% load-garbage :: Invalid NDArray file format
name = os.path.join(tempfile.mkdtemp(), "a.params")
with open(name, "wb") as f:
    f.write(b"hello world, not a param file")
nd.load(name)

# %% load-frombuffer
name = os.path.join(tempfile.mkdtemp(), "a.params")
nd.save(name, [nd.array([1.0, 2.0])])
with open(name, "rb") as f:
    r = nd.load_frombuffer(f.read())
r

# %% load-frombuffer-short
nd.load_frombuffer(b"abc")

# %% error-class
issubclass(mx.base.MXNetError, RuntimeError), mx.MXNetError is mx.base.MXNetError

# %% ndarray-names
(
    nd.NDArray is mx.ndarray.NDArray,
    mx.nd is mx.ndarray,
    type(x).__name__,
    isinstance(x, mx.nd.NDArray),
)
