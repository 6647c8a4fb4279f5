"""Record MXNet's optimizers: ``python tests/upper/record.py optimizer``."""

import json

import mxnet as mx
from optimizer_runs import all_runs
from recording import FOLDER

text = json.dumps(all_runs(mx)).replace("]], ", "]],\n")
(FOLDER / "optimizer.json").write_text(text + "\n")

optimizer = mx.optimizer.Adam(
    learning_rate=0.5, lr_scheduler=mx.lr_scheduler.FactorScheduler(2, 0.5)
)
update = mx.optimizer.get_updater(optimizer)
weights = [mx.nd.ones(2), mx.nd.ones((2, 1)).tostype("row_sparse")]
for _ in range(3):
    update(0, mx.nd.array([1, 2]), weights[0])
    update(1, weights[1], weights[1])
(FOLDER / "adam.states").write_bytes(update.get_states(dump_optimizer=True))
mx.nd.save(str(FOLDER / "adam.params"), weights)
update(0, mx.nd.array([1, 2]), weights[0])
update(1, weights[1], weights[1])
mx.nd.save(str(FOLDER / "adam-after.params"), weights)
