"""Record MXNet's optimizers: run where ``import mxnet`` works, from this folder."""

import json

import mxnet as mx
from optimizer_runs import all_runs

with open("mxnet-1.9.1/optimizer.json", "w") as file:
    file.write(json.dumps(all_runs(mx)).replace("]], ", "]],\n") + "\n")
