"""Functions of symbols of arrays like NumPy's: the same code for MXNet and ndgrad."""

import numpy as onp

VALUES = {
    "x": onp.array([[0.5, -1, 2], [3, 0.25, -2]], "float32"),
    "y": onp.array([[1, 2, -0.5], [0.75, -3, 2]], "float32"),
    "p": onp.array([[4, 1, 0], [1, 3, 1], [0, 1, 5]], "float32"),
    "v": onp.array([1, -2, 3], "float32"),
    "i": onp.array([1, 0], "int32"),
    "t": onp.arange(24, dtype="float32").reshape(2, 3, 4),
}

CALLS = """
(x + y) * 2 - 1 / x
(2 - x) % 3 + 2 ** v
-x / y + v
np.arctan2(1, x) + np.hypot(x, 2) + np.copysign(x, y)
np.maximum(x, 0) + np.minimum(1, x)
(x > 0.5) * x + (1 >= y) + (x != y)
np.sqrt(np.abs(np.sin(x))) + np.log1p(np.square(y)) + np.rint(x)
np.lcm(i, 6) + np.bitwise_xor(i, 3)
x.sum()
np.sum(x, axis=(0, 1), keepdims=True, dtype='float64')
x.mean(axis=1) + x.max(axis=1) - x.min(axis=1)
x.std() + np.var(y, axis=None, ddof=1) + np.prod(y)
np.average(x, axis=0, weights=np.abs(y))
np.argmax(x, axis=1)
x.argsort()
np.sort(x, axis=0)
np.cumsum(x, axis=1)
np.any(x > 2, axis=0)
x[0] + x[1:, 1:2]
t[:, ::2, 1]
x.reshape(3, -1).T
t.transpose(2, 0, 1).flatten()
np.squeeze(np.expand_dims(x.swapaxes(0, 1), 0))
np.concatenate([x, y], axis=1).astype('float16')
np.concatenate((x, v), axis=None)
np.stack([x, y], axis=-1)
np.vstack([x, v])
np.hstack([v, v])
np.split(x, [1, 2], axis=1)
np.hsplit(x, 3)
np.tile(x, (2, 1)) + np.repeat(x, 2, axis=0)
np.flip(x) + np.roll(x, 1)
np.pad(x, ((1, 1), (0, 1))) * 2
np.where(x > 0, y, 0.5) + np.where(x > 1, 1, x) + np.where(y > 0, 1, 0)
np.take(x, i, axis=1) + x.take(i, axis=1).clip(0, 1)
np.dot(x, p) + np.matmul(x, p) + x.dot(p)
np.tensordot(x, y) * np.tensordot(x, p, 1) + np.inner(x, y).sum()
np.einsum('ij,kj->ik', x, y)
np.outer(v, v) + np.tril(p) + np.diag(v)
np.linalg.norm(x, axis=1) + np.linalg.norm(y)
np.linalg.inv(p) + np.linalg.solve(p, v)
np.zeros((2, 3)) + np.full_like(x, 2) + np.arange(3) + np.ones_like(x)
np.dot(x, np.eye(3)) + np.linspace(0, 1, 3) + np.full((3,), 0.5)
npx.fully_connected(x, p, v, num_hidden=3)
npx.relu(x) + npx.sigmoid(x) + npx.activation(x, act_type='tanh')
npx.softmax(x) + npx.log_softmax(x, axis=0)
npx.reshape(t, (-2, -6, 1, -1, -4))
npx.batch_dot(t, t, transpose_b=True)
npx.pick(x, i) + npx.one_hot(i, 2).sum(axis=1)
npx.layer_norm(x, v, v)
npx.topk(x, k=2, ret_typ='both')
i * 0.5 + 2.5 % (i + 1) - (i > 0.5)
-i + np.maximum(i, 1.5) * (i / 2)
np.power(i, 0.5) + np.hypot(i, 2.5)
np.diag_indices_from(p)
""".strip().split("\n")


def composed(mx, text):
    """The symbol that an expression gives, with names counted anew; of several, a group."""
    names = {name: mx.sym.var(name).as_np_ndarray() for name in VALUES}
    with mx.name.NameManager():
        made = eval(text, {"np": mx.sym.np, "npx": mx.sym.npx, **names})
    return mx.sym.Group(made).as_np_ndarray() if isinstance(made, list) else made


def evaluated(mx, symbol):
    """The dtype, shape and elements of each output."""
    names = symbol.list_inputs()
    block = mx.gluon.SymbolBlock(symbol, [mx.sym.var(name) for name in names])
    made = block(*[mx.np.array(VALUES[name], dtype=VALUES[name].dtype) for name in names])
    return [
        [str(z.dtype), list(z.shape), z.asnumpy().ravel().tolist()]
        for z in (made if isinstance(made, (list, tuple)) else [made])
    ]


def network(mx):
    """A network whose forward calls functions of NumPy's, with a parameter of its own."""

    class Net(mx.gluon.nn.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            nn = mx.gluon.nn
            with self.name_scope():
                self.body = nn.HybridSequential()
                self.body.add(
                    nn.Conv2D(2, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"),
                    nn.MaxPool2D(), nn.Flatten(), nn.Dropout(0.5), nn.Dense(4, activation="tanh"),
                    nn.LayerNorm(), nn.Swish(),
                )  # fmt: skip
                self.embedding = nn.Embedding(3, 4)
                self.scale = self.params.get("scale", shape=(4, 3))

        def hybrid_forward(self, F, x, index, scale):
            h = F.np.expand_dims(self.body(x), 1) + self.embedding(index)
            h = F.np.tanh(F.np.dot(h, scale) - 0.5).reshape(-1, 3)
            return F.npx.softmax(h), (h**2).mean(), h[:, 1:]

    return Net(prefix="net_")


def inputs(mx):
    """What the network is called with."""
    image = onp.linspace(-1, 1, 2 * 2 * 4 * 4, dtype="float32").reshape(2, 2, 4, 4)
    return mx.np.array(image), mx.np.array([[0, 1], [1, 2]])


def filled(net):
    """Set the parameters to ramps, in the order of names."""
    for param in net.collect_params().values():
        n = int(onp.prod(param.shape))
        ramp = onp.linspace(-0.5, 0.7, n, dtype="float32").reshape(param.shape)
        param.set_data(abs(ramp) + 0.5 if param.name.endswith("running_var") else ramp)
