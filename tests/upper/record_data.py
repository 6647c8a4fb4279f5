"""Record what MXNet's samplers, datasets and batches are: ``python tests/upper/record.py data``."""

import json

import numpy as np
from data_cases import BATCHES, DATASETS, SAMPLERS, described
from mxnet import nd
from mxnet.gluon import data as D
from mxnet.gluon.contrib.data import IntervalSampler
from mxnet.gluon.data.dataloader import default_batchify_fn
from recording import write_lines

names = {"D": D, "nd": nd, "np": np, "IntervalSampler": IntervalSampler}
recorded = {}
for text in SAMPLERS:
    np.random.seed(3)  # noqa: NPY002
    sampler = eval(text, names)
    found = [x for _ in range(2) for x in (len(sampler), list(sampler))]
    recorded[text] = json.loads(json.dumps(found, default=int))
for text in DATASETS:
    dataset = eval(text, names)
    recorded[text] = json.loads(
        json.dumps([dataset[i] for i in range(len(dataset))], default=float)
    )
for text in BATCHES:
    recorded[text] = described(default_batchify_fn(eval(text, names)))
write_lines("data", recorded)
