"""Calls that type checkers must refuse, each with the error that mypy gives.

An error that is not found makes its comment one too many, which is an error as well.
"""
# mypy: warn-unused-ignores

from __future__ import annotations

import ndgrad as mx
from ndgrad import nd, np

x = nd.ones((2, 3))
s = mx.sym.var("s")
z = np.ones((2, 3))

nd.tanhh(x)  # type: ignore[attr-defined]
x.summ()  # type: ignore[attr-defined]
mx.gluonn.nn.Dense(1)  # type: ignore[attr-defined]
nd.tanh()  # type: ignore[call-arg]
nd.tanh([1, 2])  # type: ignore[arg-type]
nd.tanh(s)  # type: ignore[arg-type]
nd.sum(x, axes=1)  # type: ignore[call-arg]
nd.sum(x, axis="last")  # type: ignore[arg-type]
nd.expand_dims(x)  # type: ignore[call-arg]
nd.Activation(x, act_type="rellu")  # type: ignore[arg-type]
nd.Pooling(x, pool_type="median")  # type: ignore[arg-type]
nd.concat(x, 1, dim=1)  # type: ignore[arg-type]
nd.split(x, num_outputs=2).sum()  # type: ignore[attr-defined]
nd.contrib.box_iou(x)  # type: ignore[call-arg]
x + "1"  # type: ignore[operator]
x.sum(keepdim=True)  # type: ignore[call-arg]
mx.sym.FullyConnected(s, num_hiden=3)  # type: ignore[call-arg]
nd.FullyConnected(x, x, x)  # type: ignore[call-arg]
mx.sym.tanh(x)  # type: ignore[arg-type]
mx.sym.Activation(s, act_type="swish")  # type: ignore[arg-type]
s.asnumpy()  # type: ignore[attr-defined]
s + x  # type: ignore[operator]
mx.init.Xavier(size=2)  # type: ignore[call-arg]
np.tanhh(z)  # type: ignore[attr-defined]
z.summ()  # type: ignore[attr-defined]
z.sum(keepdim=True)  # type: ignore[call-arg]
np.sum(z, axes=1)  # type: ignore[call-arg]
np.sum([1, 2])  # type: ignore[arg-type]
np.zeros("2")  # type: ignore[arg-type]
np.add(z)  # type: ignore[call-overload]
np.concatenate(z, z)  # type: ignore[arg-type]
np.random.normal(size="2")  # type: ignore[arg-type]
np.linalg.norm(z, keepdim=True)  # type: ignore[call-arg]
mx.optimizer.Adam(learning_rate=0.1, weight_decay=0.1)  # type: ignore[call-arg]
mx.mod.Module(s).fit(x)  # type: ignore[arg-type]
mx.io.NDArrayIter(s)  # type: ignore[arg-type]
mx.metric.create(3)  # type: ignore[arg-type]
mx.gluon.nn.Dense(3, activaton="relu")  # type: ignore[call-arg]
