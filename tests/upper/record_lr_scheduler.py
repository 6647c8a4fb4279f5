"""Record MXNet's learning rates: ``python tests/upper/record.py lr_scheduler``."""

import json

import mxnet as mx
from recording import FOLDER

SCHEDULES = """
FactorScheduler(3,.5,base_lr=1)
FactorScheduler(2,.1,1e-3,1,4,0.1)
MultiFactorScheduler([2,5,9],.1,base_lr=1)
MultiFactorScheduler([2,5,9],.1,1,4,.2)
PolyScheduler(10,1)
PolyScheduler(10,1,3,0.2,4,0.1)
CosineScheduler(10,1)
CosineScheduler(10,1,0.2,4,0.1,'constant')
""".split()


def rates(text, updates):
    schedule = eval(text, vars(mx.lr_scheduler))
    return [schedule(n) for n in updates]


if __name__ == "__main__":
    recorded = {text: [rates(text, range(14)), rates(text, (12, 3, 0, 9))] for text in SCHEDULES}
    text = json.dumps(recorded).replace("]], ", "]],\n")
    (FOLDER / "lr_scheduler.json").write_text(text + "\n")
