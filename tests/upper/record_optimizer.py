"""Record MXNet's optimizers: run where ``import mxnet`` works, from this folder."""

import json

import mxnet as mx
from optimizer_runs import all_runs

with open("mxnet-1.9.1/optimizer.json", "w") as file:
    file.write(json.dumps(all_runs(mx)).replace("]], ", "]],\n") + "\n")

optimizer = mx.optimizer.Adam(
    learning_rate=0.5, lr_scheduler=mx.lr_scheduler.FactorScheduler(2, 0.5)
)
update = mx.optimizer.get_updater(optimizer)
weights = [mx.nd.ones(2), mx.nd.ones((2, 1)).tostype("row_sparse")]
for _ in range(3):
    update(0, mx.nd.array([1, 2]), weights[0])
    update(1, weights[1], weights[1])
with open("mxnet-1.9.1/adam.states", "wb") as file:
    file.write(update.get_states(dump_optimizer=True))
mx.nd.save("mxnet-1.9.1/adam.params", weights)
update(0, mx.nd.array([1, 2]), weights[0])
update(1, weights[1], weights[1])
mx.nd.save("mxnet-1.9.1/adam-after.params", weights)
