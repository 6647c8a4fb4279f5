"""Runs of optimizers that are recorded with MXNet, and repeated here: *mx* is either."""

import numpy as np

FLOAT32 = """
SGD()
SGD(momentum=0.9, learning_rate=0.1, wd=0.01, clip_gradient=0.8)
ccSGD(learning_rate=0.1, wd=0.1)
NAG(learning_rate=0.1, wd=0.01)
NAG(momentum=0.9, learning_rate=0.1, wd=0.01, rescale_grad=0.5)
Signum(wd=0.01, wd_lh=0.1)
Signum(momentum=0.0, learning_rate=0.1, wd=0.1)
DCASGD(learning_rate=0.1, wd=0.01, clip_gradient=0.8)
AdaGrad(learning_rate=0.1, wd=0.01, clip_gradient=0.8)
RMSProp(learning_rate=0.1, wd=0.01, clip_gradient=0.8)
RMSProp(learning_rate=0.01, centered=True, wd=0.01, clip_weights=0.7)
AdaDelta(wd=0.01, clip_gradient=0.8)
AdaDelta(rho=0.5, epsilon=0.001, rescale_grad=0.5)
Ftrl()
Ftrl(lamda1=0.1, beta=0.5, wd=0.01, rescale_grad=0.5, clip_gradient=0.8)
Adam()
Adam(learning_rate=0.1, beta1=0.8, wd=0.01, rescale_grad=0.5, clip_gradient=0.8)
Adam(learning_rate=0.1, begin_num_update=5)
Adamax(learning_rate=0.1, wd=0.01, clip_gradient=0.8)
Nadam(learning_rate=0.1, wd=0.01, rescale_grad=0.5, clip_gradient=0.8)
FTML(learning_rate=0.1)
FTML(learning_rate=0.1, beta1=0.5, wd=0.01, clip_gradient=0.8)
LAMB(learning_rate=0.1, wd=0.01, clip_gradient=0.8)
LAMB(learning_rate=0.1, bias_correction=False, lower_bound=0.5, upper_bound=1.0)
LARS(learning_rate=0.1, eta=0.1, momentum=0.9, wd=0.01)
LARS(learning_rate=0.1, eta=0.1, eps=0.01, rescale_grad=0.5)
LBSGD(learning_rate=0.1, wd=0.1, warmup_epochs=2, updates_per_epoch=2)
LBSGD(learning_rate=0.1, momentum=0.9, warmup_epochs=2, updates_per_epoch=2, batch_scale=2)
LBSGD(learning_rate=0.1, warmup_strategy='power2', updates_per_epoch=2, batch_scale=3)
LBSGD(learning_rate=0.1, warmup_strategy='sqrt', updates_per_epoch=2, begin_epoch=1, batch_scale=2)
LBSGD(learning_rate=0.1, momentum=0.9, wd=0.1, warmup_strategy='lars', batch_scale=2)
Test(rescale_grad=0.5)
contrib.GroupAdaGrad(learning_rate=0.1, clip_gradient=0.8)
SGD(momentum=0.9, wd=0.1, lr_scheduler=schedule())
NAG(momentum=0.9, lr_scheduler=schedule())
Adam(learning_rate=0.1, lr_scheduler=schedule())
LARS(eta=0.1, momentum=0.9, lr_scheduler=schedule())
LARS(eta=0.1, momentum=0.9, momentum_correction=False, lr_scheduler=schedule())
""".strip().splitlines()

FLOAT16 = """
SGD(learning_rate=0.1, wd=0.01, multi_precision=True)
SGD(momentum=0.9, learning_rate=0.1, multi_precision=True)
NAG(momentum=0.9, learning_rate=0.1, multi_precision=True)
Adam(learning_rate=0.1, wd=0.01, multi_precision=True)
LAMB(learning_rate=0.1, multi_precision=True)
RMSProp(learning_rate=0.1, centered=True, multi_precision=True)
""".strip().splitlines()

SPARSE = """
SGD(learning_rate=0.1, wd=0.1)
SGD(learning_rate=0.1, wd=0.1, lazy_update=False)
SGD(momentum=0.9, learning_rate=0.1, wd=0.1)
Adam(learning_rate=0.1, wd=0.1)
AdaGrad(learning_rate=0.1)
Ftrl(learning_rate=0.1)
contrib.GroupAdaGrad(learning_rate=0.1)
""".strip().splitlines()


def made(mx, text):
    """The optimizer of a text."""

    def schedule():
        return mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.1)

    return eval(text, {**vars(mx.optimizer), "schedule": schedule})


def gradient(mx, shape, step, dtype, stype):
    """A gradient; the last row is never in that of row-sparse storage."""
    flat = np.sin(1.0 + np.arange(np.prod(shape)) * 1.7 + step)
    dense = flat.reshape(shape)
    if stype == "default":
        return mx.nd.array(dense, dtype=dtype)
    dense[-1] = 0.0
    return mx.nd.array(dense, dtype=dtype).tostype(stype)


def run(mx, text, dtype="float32", stype="default"):
    """Weights after 1, 2 and 10 updates of each."""
    update = mx.optimizer.get_updater(made(mx, text))
    shapes = {0: (2, 3), 1: (4, 1)}
    weights = {}
    for i, shape in shapes.items():
        dense = np.cos(np.arange(np.prod(shape)) * 0.9 + i).reshape(shape)
        weights[i] = mx.nd.array(dense, dtype=dtype).tostype(stype)
    results = []
    for step in range(10):
        grads = [gradient(mx, shape, step, dtype, stype) for shape in shapes.values()]
        update([*shapes], grads, [*weights.values()])
        if step in (0, 1, 9):
            results.append([float(x) for w in weights.values() for x in w.asnumpy().ravel()])
    return results


def all_runs(mx):
    """The results of all runs, by their names."""
    runs = {text: run(mx, text) for text in FLOAT32}
    runs.update({f"float16: {text}": run(mx, text, "float16") for text in FLOAT16})
    runs.update({f"sparse: {text}": run(mx, text, stype="row_sparse") for text in SPARSE})
    return runs
