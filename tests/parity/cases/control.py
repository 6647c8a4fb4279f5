"""Control flow, custom operators, and other functions of users' functions."""

import ndgrad as mx
import numpy as np
from ndgrad import autograd as ag
from ndgrad import nd
from parity_helpers import noise, ramp, vg


class Product(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] * in_data[1])
        self.assign(out_data[1], req[1], in_data[0] + (10 if is_train else 20))
        aux[0][:] += 1

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * in_data[1] + out_grad[1])
        self.assign(in_grad[1], req[1], out_grad[0] * in_data[0] * aux[0])


@mx.operator.register("parity_product")
class ProductProp(mx.operator.CustomOpProp):
    def list_arguments(self):
        return ["lhs", "rhs"]

    def list_outputs(self):
        return ["product", "shifted"]

    def list_auxiliary_states(self):
        return ["count"]

    def infer_shape(self, in_shape):
        return in_shape, [in_shape[0], in_shape[0]], [[1]]

    def create_operator(self, ctx, shapes, dtypes):
        return Product()


@mx.operator.register("parity_asked")
class Asked(mx.operator.CustomOpProp):
    def __init__(self, factor, flag, shape):
        super().__init__(need_top_grad=False)
        self.asked = [factor, flag, shape]

    def infer_shape(self, in_shape):
        return in_shape, [[3]], []

    def infer_type(self, in_type):
        return in_type, [np.float64], []

    def create_operator(self, ctx, shapes, dtypes):
        asked = self.asked

        class Lengths(mx.operator.CustomOp):
            def forward(self, is_train, req, in_data, out_data, aux):
                self.assign(out_data[0], req[0], nd.array([len(x) for x in asked], dtype="float64"))

        return Lengths()


# %% foreach-nested
nd.contrib.foreach(
    lambda d, s: ([d[0] + s[0], (d[1], d[1] * 2)], [s[0] + 1, (s[1][0] * 2,)]),
    (ramp(2, 2), noise(2, 3)),
    [nd.zeros((2,)), [nd.ones(1)]],
)

# %% foreach-gradient
vg(
    lambda x, s: nd.contrib.foreach(lambda d, t: (d * t, t + d), x, s)[0],
    noise(4, 3),
    ramp(3),
)

# %% foreach-no-output
nd.contrib.foreach(lambda d, s: ([], s + d), ramp(3, 2), nd.zeros((2,)))

# %% while-loop-full
nd.contrib.while_loop(
    lambda i, s: i < 3,
    lambda i, s: ([s, [i]], (i + 1, s * 2)),
    (nd.zeros((1,)), nd.ones((2,))),
    max_iterations=3,
)

# %% while-loop-gradient
vg(
    lambda x: nd.contrib.while_loop(
        lambda v: v.sum() < 100, lambda v: (v * v, v * 3), x, max_iterations=9
    )[1],
    nd.array([1.0, 2.0]),
)

# %% while-loop-no-step
nd.contrib.while_loop(lambda v: 0, lambda v: (v, v), [nd.ones((2,))], max_iterations=2)

# %% while-loop-no-limit
nd.contrib.while_loop(lambda v: 0, lambda v: (v, v), [nd.ones((2,))])

# %% cond-gradient
vg(lambda x: nd.contrib.cond(x.sum() > 1, lambda: x * x, lambda: x * 3), nd.array([1.0, 2.0]))

# %% cond-number
nd.contrib.cond(0, lambda: nd.ones((1,)), lambda: [nd.zeros((2,)), nd.ones((1,))])

# %% custom-outputs-and-states
count = nd.zeros((1,))
x, y = noise(2, 3), ramp(2, 3)
x.attach_grad()
y.attach_grad("add")
for _ in range(2):
    with ag.record():
        a, b = nd.Custom(x, y, count, op_type="parity_product")
        c = a * b
    c.backward(ramp(2, 3))
a, b, count, x.grad, y.grad

# %% custom-predict
nd.Custom(noise(2), ramp(2), nd.zeros((1,)), op_type="parity_product")

# %% custom-parameters-are-strings
nd.Custom(ramp(2, 2), op_type="parity_asked", factor=1.5, flag=True, shape=(1, 2))

# %% custom-unknown
nd.Custom(ramp(2), op_type="parity_unknown")

# %% custom-too-few
nd.Custom(ramp(2), op_type="parity_product")

# %% round-ste
vg(nd.contrib.round_ste, nd.array([-2.5, -0.5, 0.0, 0.4, 1.5]))

# %% sign-ste
vg(nd.contrib.sign_ste, nd.array([-2.5, -0.5, 0.0, 0.4]))

# %% allclose
a = nd.array([1.0, -2.0])
allclose = nd.contrib.allclose
[
    int(y.asnumpy())
    for y in (
        allclose(a, a * 1.000001),
        allclose(a, a * 1.1),
        allclose(a, a * 1.1, rtol=0.1, atol=0.0),
        allclose(a, a + 1, atol=1.01),
    )
]

# %% internal-scalars
i = nd._internal
x = nd.array([-2.0, 0.0, 1.5, 3.0])
[
    i._PlusScalar(x, scalar=2.0),
    i._rminus_scalar(x, scalar=2.0),
    i._RDivScalar(x, scalar=2.0),
    i._hypot_scalar(x, scalar=2.0),
    i._GreaterEqualScalar(x, scalar=1.5),
    i._logical_xor_scalar(x, scalar=1.0),
    i._scatter_minus_scalar(x, scalar=1.0),
]
