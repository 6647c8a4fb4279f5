"""Expressions with arrays like NumPy's, and what they give: the same code for MXNet and ndgrad."""

import inspect

import numpy as onp

SHOWN = """
np.array([1, 2])
np.array([1, 2]) > 1
np.array([1, 2], dtype='int64')
np.array([1], dtype='float64')
np.array(3)
np.array(onp.arange(2))
np.zeros((0, 3))
np.full((2,), True)
np.array([1, 2], dtype='int32') / 2
np.array([1, 2], dtype='int32') * 1.5
(np.array([1, 2]) > 1) + 1
(np.array([1, 2]) > 1) + (np.array([1, 2]) < 2)
-(np.array([1, 2]) > 1)
(np.array([1, 2]) > 1).sum()
~(np.array([1, 2]) > 1)
np.array([1, 2], dtype='int32').mean()
np.array([1, 3, 2]).argmax()
np.argsort(np.array([1, 3, 2]))
np.array([[1, 2], [3, 4]])[1, 0]
np.array([[1, 2], [3, 4]])[[True, False]]
np.array([[1, 2], [3, 4]])[np.array([1, 0])]
np.array([[1, 2], [3, 4]]).sum(axis=())
np.array([1, 2]).astype('float16')
np.round(np.array([0.5, 1.5, -1.6]))
np.clip(np.array([1, 2, 3], dtype='int32'), 1, 2)
np.array([1, 2, 3]).clip(min=2)
np.array([1, 2, 3]).clip(1, 2)
np.genfromtxt(['1 2', '3 4'], dtype='float32')
nd.sgd_update(nd.ones(2), nd.ones(2), lr=np.array(0.5), rescale_grad=np.array(0.5))
npx.leaky_relu(np.array([-1, 1]), slope=np.array(0.5))
np.unique(np.array([3, 1, 1]), return_index=True)
np.linspace(0, 1, 3, endpoint=False)
np.split(np.arange(4), [1])
np.bincount(np.array([1, 2, 2], dtype='int32'))
np.nonzero(np.array([0, 1, 2]))
np.percentile(np.arange(5), 50)
npx.reshape(np.zeros((2, 3, 4)), (-2, -6, 1, -1, -4)).shape
npx.reshape(np.zeros((2, 3, 4)), (-5, -4)).shape
npx.topk(np.array([[1, 2.]]), k=1)
npx.one_hot(np.array([0, 1]), 2)
npx.arange_like(np.zeros((2, 2)), axis=0)
npx.nonzero(np.array([0, 1]))
f'{np.array(2):.2f} {np.arange(2)}'
onp.exp(np.zeros(2))
onp.concatenate([np.ones(1), np.zeros(1)])
np.max(np.arange(4).reshape(2, 2), 1, True)
np.sum(np.arange(4).reshape(2, 2), 0, None, True)
np.all(np.ones((2, 2)), 0, True)
np.arange(4).reshape(2, 2).sum(0, None, None, True)
np.copy(np.ones(2), order='C')
np.ones(2).copy('C')
np.reshape(np.arange(4), (2, 2), 'C')
np.squeeze(np.ones((1, 2)), None, np.zeros(2))
np.percentile(np.arange(4), 50, interpolation='lower')
np.zeros((2, 3)).reshape_view(0, -1).shape
np.ones(2).as_in_ctx(ctx=np.ones(2).ctx)
np.msort(np.array([[3, 1], [2, 4]]))
np.add(np.ones(2), 1, where=True, casting='same_kind', order='K', dtype=None, subok=True)
np.isposinf(np.ones(1), where=True)
onp.exp(np.zeros(1), where=True)
np.ones(2, dtype='float16') / np.array([2, 4], dtype='int32')
np.array([1, 2], dtype='int8') & 3.7
np.array([1, 2], dtype='int8') | onp.int32(3)
np.bitwise_and(np.array([1, 2]) < 2, 2)
np.copysign(2, np.array([-1, 1], dtype='float64'))
np.ldexp(np.ones(2), -1)
np.ldexp(np.array([6], dtype='int32'), np.array([-1], dtype='int32'))
np.lcm(x1=np.array([4], dtype='int32'), x2=6)
np.float_power(np.array([2]), 2)
np.heaviside(np.array([-1, 0, onp.nan]), 0.5)
np.heaviside(np.array([1], dtype='int32'), np.array([1], dtype='int32'))
np.array(1.5).__floor__(), np.array(1.5).__ceil__(), np.array(-1.5).__trunc__()
round(np.array([1.25, 2]), 1)
np.diag(np.ones((2, 3)), 5)
np.trace(np.ones((2, 2)), 5)
np.concatenate(x for x in [np.ones(1), np.zeros(1)])
np.unique(np.array([[3, 1], [1, 3]]), return_inverse=True)
np.percentile(np.array([1, 2, 4], dtype='int32'), 50)
np.percentile(np.arange(6).reshape(2, 3), np.array([0, 40]), axis=1, interpolation='midpoint')
np.quantile(np.arange(4), 0.3, interpolation='nearest', keepdims=True)
np.quantile(np.arange(4), np.array([0.1, 0.9]), interpolation='higher')
np.unravel_index(np.array([5], dtype='int32'), (2, 3))
np.resize(np.zeros((0,)), (2,))
np.insert(np.arange(4), 1, 5)
np.insert(np.arange(6).reshape(2, 3), 1, np.array([7, 8]), axis=1)
np.insert(np.arange(4), np.array([0, 2], dtype='int64'), np.array([8, 9]))
np.delete(np.arange(4), slice(0, 3, 2))
np.delete(np.arange(6).reshape(2, 3), np.array([0, 2], dtype='int64'), axis=1)
np.ones(np.array(2, dtype='int32'))
np.array([], dtype='bool')
np.arange(6).reshape(2, 3)[True].shape
np.arange(2)[False].shape
np.arange(2)[np.array(1) < 0].shape
np.array(3.).sum(-1)
np.array(3.).squeeze(0)
""".strip().split("\n")
"""Whose text is compared."""

DIFFERENTIATED = """
np.sum(x, axis=1)
np.max(x, axis=1)
np.cumsum(x, axis=1)
np.maximum(0, x)
np.power(p, p)
2**x / p
np.where(x > 0, x * 2, x * 3)
np.clip(x, -1, 1)
np.stack([x, x * x], axis=-1)
np.split(x, 3, axis=1)[1]
np.roll(x, 1, axis=1) * np.arange(3)
np.pad(x, ((1, 1), (0, 1))) * 2
x.T @ x
np.dot(x[0], x[1])
np.tensordot(x, x, 2)
np.einsum('ij,kj->ik', x, x)
np.linalg.norm(x, axis=1)
np.linalg.inv(p.T @ p + np.eye(3))
x[x > 0]
x[:, None].reshape(-1)[1:3]
np.take(x, np.array([0, 1]), axis=1)
np.average(x, axis=0)
npx.softmax(x) * np.arange(3)
npx.pick(x, np.array([0, 2]))
npx.batch_dot(x[None], x[None], transpose_b=True)
npx.layer_norm(x, np.ones(3), np.zeros(3)) * np.arange(3)
npx.sequence_mask(x, np.array([1, 2, 1]), use_sequence_length=True)
npx.leaky_relu(x, act_type='elu')
np.ldexp(x, 2)
""".strip().split("\n")
"""Of a variable `x` and a positive one `p`: values and gradients."""

X = onp.array([[1.5, -2, 3], [0.25, 0, -6]], "float32")


def shown(mx, text):
    """The text of what an expression gives."""
    return repr(eval(text, {"nd": mx.nd, "np": mx.np, "npx": mx.npx, "onp": onp}))


def differentiated(mx, text):
    """The dtype, shape and elements of what an expression gives, and the variables' gradients."""
    x, p = mx.np.array(X), mx.np.array(onp.abs(X) + 0.5)
    for variable in (x, p):
        variable.attach_grad()
    with mx.autograd.record():
        y = eval(text, {"np": mx.np, "npx": mx.npx, "x": x, "p": p})
    y.backward()
    elements = [z.asnumpy().ravel().tolist() for z in (y, x.grad, p.grad)]
    return [str(y.dtype), list(y.shape), *elements]


def arguments(mx):
    """The names of arguments, in order, of functions and methods that say them."""
    spaces = {
        "np": mx.np,
        "np.linalg": mx.np.linalg,
        "np.random": mx.np.random,
        "npx.random": mx.npx.random,
        "np.ndarray": mx.np.ndarray,
    }
    found = {}
    for path, space in spaces.items():
        for name in dir(space):
            function = getattr(space, name)
            if name.startswith("_") or not callable(function) or isinstance(function, type):
                continue
            try:
                parameters = inspect.signature(function).parameters.values()
            except ValueError:  # of C
                continue
            names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
            if names := names[path == "np.ndarray" :]:
                found[f"{path}.{name}"] = " ".join(names)
    return found
