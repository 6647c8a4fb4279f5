"""CSR matrices and row-sparse arrays."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd

S = nd.sparse
c = S.csr_matrix(([1.0, 2.0, 3.0], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))
d = S.csr_matrix(([5.0, 6.0], [2, 3], [0, 1, 1, 2]), shape=(3, 4))
r = S.row_sparse_array(([[1, 2], [3, 4]], [0, 2]), shape=(4, 2))
q = S.row_sparse_array(([[1, 2], [5, 6]], [1, 2]), shape=(4, 2))
w = nd.array(np.arange(8).reshape(4, 2))
v = nd.array(np.arange(6).reshape(3, 2))


def parts(x):
    """Everything that can be seen of an array."""
    if x.stype == "default":
        return [x.stype, x]
    indptr = [x.indptr] if x.stype == "csr" else []
    return [x.stype, repr(x), str(x.dtype), x.shape, x.data, x.indices, *indptr]


def seen(x):
    """Storage and elements, where MXNet's order of what is stored is its own."""
    return [x.stype, x.shape, x.tostype("default")]


def slope(function, x, stype=None, times=1):
    x.attach_grad(stype=stype)
    for _ in range(times):
        with ag.record():
            y = function(x)
        y.backward()
    return parts(x.grad)


# %% csr-{source}
# for source in parts shape numpy list nd csr float64 int32
SOURCES = {
    "parts": lambda: S.csr_matrix(([1, 2], [0, 1], [0, 1, 2])),
    "shape": lambda: S.csr_matrix((3, 4)),
    "numpy": lambda: S.csr_matrix(np.eye(3)),
    "list": lambda: S.csr_matrix([[0, 1], [2, 0]]),
    "nd": lambda: S.csr_matrix(nd.array([[0, 1], [2, 0]])),
    "csr": lambda: S.csr_matrix(c),
    "float64": lambda: S.csr_matrix((3, 4), dtype="float64"),
    "int32": lambda: S.csr_matrix(
        (np.array([1, 2], "int32"), np.array([0, 1], "int32"), np.array([0, 1, 2], "int32"))
    ),
}
parts(SOURCES[source]())

# %% row-sparse-{source}
# for source in parts shape three numpy list float64 one
SOURCES = {
    "parts": lambda: S.row_sparse_array(([[1, 2], [3, 4]], [0, 2])),
    "shape": lambda: S.row_sparse_array((4, 2)),
    "three": lambda: S.row_sparse_array((4, 2, 3)),
    "numpy": lambda: S.row_sparse_array(np.array([[0, 0], [1, 2]])),
    "list": lambda: S.row_sparse_array([[0, 0], [1, 2]]),
    "float64": lambda: S.row_sparse_array(r, dtype="float64"),
    "one": lambda: S.row_sparse_array(([1, 2], [0, 2]), shape=(4,)),
}
parts(SOURCES[source]())

# %% zeros-{stype}
# for stype in csr row_sparse default
[parts(S.zeros(stype, (2, 3))), parts(nd.zeros((2, 3), stype=stype))]

# %% tostype-{stype}
# for stype in csr row_sparse default
[parts(nd.array([[0, 1], [0, 0]]).tostype(stype)), parts(nd.cast_storage(c, "default"))]

# %% csr-of-three-axes :: Dimensional
nd.array([[[0, 1]]]).tostype("csr")

# %% csr-to-row-sparse :: not supported
c.tostype("row_sparse")

# %% bad-shape :: mismatch
S.csr_matrix(np.eye(3), shape=(4, 4))

# %% rows-{key}
# for key in 1 0:2 1: -1 -2:
parts(eval(f"c[{key}]"))

# %% bad-key-{key}
# for key in 0,1 ::2 [0,1] None
eval(f"c[{key}]")

# %% row-sparse-whole
parts(r[:])

# %% assigned
x = c.copy()
x[:] = np.ones((3, 4))
y = r.copy()
y[:] = nd.zeros((4, 2))
[parts(x), parts(y), parts(c.copyto(nd.zeros((3, 4)))), parts(c.astype("int32"))]

# %% unary-{op}
# for op in sin tan sqrt square abs sign relu log1p expm1 tanh round floor negative zeros_like cos exp sigmoid log
f = getattr(nd, op)
[parts(f(c)), parts(f(r))]

# %% number-{op}
# for op in x*2 2*x x/2 -x x>1 x==1 x+2 2-x x==0 x!=1
[parts(eval(op, {"x": c})), parts(eval(op, {"x": r}))]

# %% both-{op}
# for op in x+y x-y x*y
[seen(eval(op, {"x": c, "y": d})), parts(eval(op, {"x": r, "y": q}))]

# %% dense-{op}
# for op in x*y x+y y*x y+x y-x
[parts(eval(op, {"x": c, "y": nd.ones((3, 4)) * 2})), parts(eval(op, {"x": r, "y": w}))]

# %% broadcast-{op}
# for op in mul div add
f = getattr(nd, f"broadcast_{op}")
[parts(f(c, nd.array([[1, 2, 3, 4]]))), parts(f(c, nd.array([[1], [2], [4]])))]

# %% sum-{axis}
# for axis in None 0 1 -1
[nd.sum(c, axis=eval(axis)), nd.mean(c, axis=eval(axis)), nd.norm(c)]

# %% dot-{how}
# for how in plain ta ta-default tb csr rsp left left-default left-ta left-tb
DOTS = {
    "plain": lambda: nd.dot(c, w),
    "ta": lambda: nd.dot(c, v, transpose_a=True),
    "ta-default": lambda: nd.dot(c, v, transpose_a=True, forward_stype="default"),
    "tb": lambda: nd.dot(c, nd.ones((2, 4)), transpose_b=True),
    "csr": lambda: nd.dot(c, d, transpose_b=True),
    "rsp": lambda: nd.dot(c, r),
    "left": lambda: nd.dot(v.T, c),
    "left-default": lambda: nd.dot(v.T, c, forward_stype="default"),
    "left-ta": lambda: nd.dot(v, c, transpose_a=True),
    "left-tb": lambda: nd.dot(nd.ones((2, 4)), c, transpose_b=True),
}
seen(DOTS[how]())

# %% dot-shapes :: shape
nd.dot(c, nd.ones((5, 2)))

# %% retain
[parts(S.retain(r, nd.array([0, 1]))), parts(S.retain(r, nd.array([2, 0])))]

# %% others
[
    parts(nd.concat(c, d, dim=0)),
    parts(nd.take(c, nd.array([0, 2]))),
    parts(nd.slice(c, begin=(0, 1), end=(2, 3))),
    parts(S.add_n(r, q, r)),
    nd.contrib.getnnz(c),
    nd.contrib.getnnz(c, axis=1),
    parts(nd._internal._square_sum(r, axis=1, keepdims=True)),
    parts(nd._internal._square_sum(r, axis=0)),
    parts(nd._internal._scatter_plus_scalar(c, scalar=2.0)),
    parts(nd._internal._scatter_minus_scalar(r, scalar=2.0)),
    parts(nd._internal._scatter_elemwise_div(r, nd.full((4, 2), 2.0))),
]

# %% grad-dot
[slope(lambda w: nd.dot(c, w) * 2, w, "row_sparse", 2), slope(lambda w: nd.dot(c, w), w)]

# %% grad-sum
slope(lambda w: nd.dot(c, w) + nd.dot(nd.ones((3, 4)), w), w, "row_sparse")

# %% grad-dense
slope(lambda w: w * w, w, "row_sparse")

# %% grad-embedding
f = lambda w: nd.Embedding(nd.array([2, 0, 2]), w, input_dim=4, output_dim=2, sparse_grad=True)
slope(f, w, "row_sparse")

# %% grad-sparse-embedding
f = lambda w: nd.contrib.SparseEmbedding(nd.array([2, 0, 2]), w, input_dim=4, output_dim=2)
slope(f, w, "row_sparse")

# %% grad-of-row-sparse
[
    slope(lambda r: nd.dot(c, r), r),
    slope(lambda r: r * r, r),
    slope(lambda r: r.tostype("default"), r),
]

# %% grad-retain
slope(lambda r: S.retain(r, nd.array([0, 1])), r)

# %% grad-of-csr
[slope(lambda c: c * c, c), slope(lambda c: S.sin(c), c)]

# %% step-{op}
# for op in sgd_update sgd_mom_update adam_update
states = [
    nd.ones((4, 2)) for _ in range({"sgd_update": 1, "sgd_mom_update": 2, "adam_update": 3}[op])
]
f = getattr(nd, op)
f(states[0], r, *states[1:], out=states[0], lr=0.1, wd=0.1)
states

# %% step-std-{op}
# for op in sgd_update sgd_mom_update adam_update
states = [
    nd.ones((4, 2)) for _ in range({"sgd_update": 1, "sgd_mom_update": 2, "adam_update": 3}[op])
]
f = getattr(nd, op)
f(states[0], r, *states[1:], out=states[0], lr=0.1, wd=0.1, lazy_update=False)
states

# %% step-adagrad
x, h = nd.ones((4, 2)), nd.ones((4, 2))
S.adagrad_update(x, r, h, out=x, lr=0.1, epsilon=3.0)
[x, h]

# %% storage-of-{name}
# for name in elemwise_add elemwise_sub elemwise_mul elemwise_div broadcast_add broadcast_mul
square = [nd.array([[0, 2], [0, 0]]).tostype(x) for x in ("default", "csr", "row_sparse")]
[getattr(nd, name)(a, b).stype for a in square for b in square]

# %% storage-of-operator-{sign}
# for sign in + - *
square = [nd.array([[0, 2], [0, 0]]).tostype(x) for x in ("default", "csr", "row_sparse")]
[
    [eval(f"a {sign} b").stype for a in square for b in square],
    [[eval(f"a {sign} {k}").stype, eval(f"{k} {sign} a").stype] for a in square for k in (0, 2)],
]

# %% storage-of-quotients-and-casts
square = [nd.array([[0, 2], [0, 0]]).tostype(x) for x in ("csr", "row_sparse")]
[[(a / 2).stype, (a / 0).stype, (2 / a).stype, nd.cast(a, "int32").stype] for a in square]

# %% storage-of-products-{stype}
# for stype in None default csr row_sparse
square = [nd.array([[0, 2], [0, 0]]).tostype(x) for x in ("default", "csr", "row_sparse")]
[
    nd.dot(a, b, transpose_a=ta, transpose_b=tb, forward_stype=stype).stype
    for a in square
    for b in square
    for ta in (False, True)
    for tb in (False, True)
    if a is not square[0] or b is not square[0]
]

# %% storage-of-cast-{stype}
# for stype in default csr row_sparse
parts(nd.cast_storage(nd.array([[0, 1], [0, 0]]), stype))
