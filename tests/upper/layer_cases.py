"""Layers and losses with their inputs, which MXNet and the tests run alike."""

import zlib

import numpy as np

LAYERS = [
    ("nn.Dense(3)", "normal(2, 4)"),
    ("nn.Dense(3, activation='relu', use_bias=False)", "normal(2, 2, 2)"),
    ("nn.Dense(3, 'tanh', flatten=False, in_units=4)", "normal(2, 3, 4)"),
    ("nn.Dense(2, weight_initializer='ones', bias_initializer='ones')", "normal(2, 4)"),
    ("nn.Dropout(0.5)", "normal(2, 4)"),
    ("nn.Dropout(0.5, axes=(1,))", "normal(2, 4)"),
    ("nn.Dropout(0)", "normal(2, 4)"),
    ("nn.Embedding(4, 3)", "ints(4, 2, 3)"),
    ("nn.Embedding(4, 3, sparse_grad=True)", "ints(4, 2)"),
    ("nn.Flatten()", "normal(2, 3, 2)"),
    ("nn.HybridLambda('tanh')", "normal(2, 3)"),
    ("nn.HybridLambda(lambda F, x: F.square(x) + x)", "normal(2, 3)"),
    ("nn.BatchNorm()", "normal(3, 2, 2)"),
    ("nn.BatchNorm(axis=-1, in_channels=4, momentum=0.5, epsilon=1e-3)", "normal(3, 4)"),
    ("nn.BatchNorm(center=False, scale=False)", "normal(3, 2, 2)"),
    ("nn.BatchNorm(use_global_stats=True, gamma_initializer='zeros')", "normal(3, 2, 2)"),
    ("nn.BatchNormReLU()", "normal(3, 2, 2, 2)"),
    ("nn.InstanceNorm()", "normal(2, 3, 4)"),
    ("nn.InstanceNorm(axis=2, scale=True, epsilon=1e-2)", "normal(2, 3, 4)"),
    ("nn.LayerNorm()", "normal(2, 3, 4)"),
    ("nn.LayerNorm(axis=1, in_channels=3, center=False)", "normal(2, 3, 4)"),
    ("nn.GroupNorm()", "normal(2, 4, 3)"),
    ("nn.GroupNorm(2, scale=False)", "normal(2, 4, 3)"),
    ("nn.Conv1D(2, 3)", "normal(1, 3, 5)"),
    ("nn.Conv1D(3, 3, 2, 1)", "normal(1, 2, 5)"),
    ("nn.Conv2D(2, 3, activation='relu')", "normal(1, 3, 4, 4)"),
    ("nn.Conv2D(4, (3, 2), (2, 1), (1, 0), groups=2, use_bias=False)", "normal(1, 4, 5, 4)"),
    ("nn.Conv2D(2, 2, dilation=(2, 1), in_channels=2)", "normal(1, 2, 4, 3)"),
    ("nn.Conv3D(2, 2)", "normal(1, 2, 3, 3, 2)"),
    ("nn.Conv1DTranspose(2, 3, strides=2, output_padding=1)", "normal(1, 3, 3)"),
    ("nn.Conv2DTranspose(2, 3, strides=2, padding=1)", "normal(1, 3, 2, 3)"),
    ("nn.Conv2DTranspose(4, 2, groups=2, in_channels=2, use_bias=False)", "normal(1, 2, 2, 3)"),
    ("nn.Conv3DTranspose(2, 2)", "normal(1, 2, 2, 2, 2)"),
    ("nn.ReflectionPad2D(1)", "normal(1, 2, 3, 3)"),
    ("nn.ReflectionPad2D((0, 0, 0, 0, 1, 2, 2, 1))", "normal(1, 2, 3, 3)"),
    ("nn.MaxPool1D()", "normal(1, 2, 5)"),
    ("nn.MaxPool2D()", "normal(1, 2, 4, 5)"),
    ("nn.MaxPool2D(3, 2, 1, ceil_mode=True)", "normal(1, 2, 4, 5)"),
    ("nn.MaxPool2D((3, 2), (1, 2), layout='NHWC')", "normal(1, 4, 5, 2)"),
    ("nn.MaxPool3D()", "normal(1, 2, 2, 3, 4)"),
    ("nn.AvgPool1D(3, 1, 1)", "normal(1, 2, 5)"),
    ("nn.AvgPool2D(3, 2, 1)", "normal(1, 2, 4, 5)"),
    ("nn.AvgPool2D(3, 2, 1, True, count_include_pad=False)", "normal(1, 2, 4, 5)"),
    ("nn.AvgPool3D()", "normal(1, 2, 2, 3, 4)"),
    ("nn.GlobalMaxPool1D()", "normal(2, 2, 3)"),
    ("nn.GlobalMaxPool2D()", "normal(2, 2, 3, 2)"),
    ("nn.GlobalMaxPool3D()", "normal(1, 2, 2, 3, 2)"),
    ("nn.GlobalAvgPool1D()", "normal(2, 2, 3)"),
    ("nn.GlobalAvgPool2D('NHWC')", "normal(2, 3, 2, 2)"),
    ("nn.GlobalAvgPool3D()", "normal(1, 2, 2, 3, 2)"),
    ("nn.Activation('relu')", "normal(2, 3)"),
    ("nn.Activation('sigmoid')", "normal(2, 3)"),
    ("nn.Activation('tanh')", "normal(2, 3)"),
    ("nn.Activation('softrelu')", "normal(2, 3)"),
    ("nn.Activation('softsign')", "normal(2, 3)"),
    ("nn.LeakyReLU(0.1)", "normal(2, 3)"),
    ("nn.PReLU()", "normal(2, 3)"),
    ("nn.PReLU('ones', in_channels=3)", "normal(2, 3, 2)"),
    ("nn.ELU()", "normal(2, 3)"),
    ("nn.ELU(0.5)", "normal(2, 3)"),
    ("nn.SELU()", "normal(2, 3)"),
    ("nn.GELU()", "normal(2, 3)"),
    ("nn.Swish()", "normal(2, 3)"),
    ("nn.Swish(2.5)", "normal(2, 3)"),
    ("sequence(nn.HybridSequential(), nn.Dense(3, 'relu'), nn.Dense(2))", "normal(2, 4)"),
    ("sequence(nn.Sequential(), nn.Dense(3), nn.Lambda('relu'))", "normal(2, 4)"),
    ("sequence(nn.HybridSequential(prefix='net_'), nn.Conv2D(2, 3), nn.BatchNorm(), "
     "nn.Activation('relu'), nn.GlobalAvgPool2D(), nn.Flatten())", "normal(2, 3, 4, 4)"),
    ("sequence(contrib.nn.HybridConcurrent(axis=1), nn.Dense(2), contrib.nn.Identity())",
     "normal(2, 3)"),
    ("sequence(contrib.nn.Concurrent(), nn.Dense(2), nn.Dense(1))", "normal(2, 3)"),
    ("contrib.nn.SyncBatchNorm(2, num_devices=1)", "normal(3, 2, 2)"),
    ("contrib.nn.PixelShuffle1D(2)", "normal(1, 4, 3)"),
    ("contrib.nn.PixelShuffle2D((2, 3))", "normal(1, 6, 2, 3)"),
    ("contrib.nn.PixelShuffle3D((1, 2, 3))", "normal(1, 6, 2, 1, 2)"),
    ("contrib.cnn.DeformableConvolution(2, 3, padding=1, activation='relu')",
     "normal(1, 2, 4, 4)"),
    ("contrib.cnn.ModulatedDeformableConvolution(2, 2, strides=2)", "normal(1, 2, 4, 4)"),
]  # fmt: skip

LOSSES = [
    ("loss.L2Loss()", "normal(3, 4), normal(3, 4)"),
    ("loss.L2Loss(weight=3, batch_axis=1)", "normal(3, 4), normal(12), positive(3, 1)"),
    ("loss.L1Loss()", "normal(3, 2, 2), normal(3, 4)"),
    ("loss.L1Loss(weight=0.5)", "normal(3, 4), normal(3, 4), positive(3, 1)"),
    ("loss.SigmoidBCELoss()", "normal(3, 4), ints(2, 3, 4)"),
    ("loss.SigmoidBCELoss()", "normal(3, 4), ints(2, 3, 4), positive(3, 4), positive(4)"),
    ("loss.SigmoidBCELoss(True)", "positive(3, 4), ints(2, 3, 4)"),
    ("loss.SigmoidBCELoss(True, weight=2)",
     "positive(3, 4), ints(2, 3, 4), positive(3, 1), positive(1, 4)"),
    ("loss.SoftmaxCELoss()", "normal(3, 4), ints(4, 3)"),
    ("loss.SoftmaxCELoss(axis=1, weight=2)", "normal(2, 4, 3), ints(4, 2, 3), positive(2, 1, 3)"),
    ("loss.SoftmaxCELoss(sparse_label=False)", "normal(3, 4), positive(3, 4)"),
    ("loss.SoftmaxCELoss(from_logits=True)", "normal(3, 4), ints(4, 3, 1)"),
    ("loss.KLDivLoss()", "normal(3, 4), positive(3, 4)"),
    ("loss.KLDivLoss(from_logits=False, axis=1)", "normal(2, 4, 2), positive(2, 4, 2)"),
    ("loss.CTCLoss()", "normal(2, 5, 4), ints(3, 2, 2)"),
    ("loss.CTCLoss('TNC', 'TN', weight=2)", "normal(5, 2, 4), ints(3, 2, 2)"),
    ("loss.CTCLoss()",
     "normal(2, 5, 4), ints(3, 2, 2), numbers(5, 4), numbers(2, 1), positive(2)"),
    ("loss.HuberLoss()", "normal(3, 4), normal(3, 4)"),
    ("loss.HuberLoss(rho=0.3, weight=2)", "normal(3, 4), normal(3, 4), positive(3, 1)"),
    ("loss.HingeLoss()", "normal(3, 4), signs(3, 4)"),
    ("loss.HingeLoss(margin=0.2)", "normal(3, 4), signs(3, 4), positive(3, 1)"),
    ("loss.SquaredHingeLoss()", "normal(3, 4), signs(3, 4)"),
    ("loss.SquaredHingeLoss(margin=0.2, weight=2)", "normal(3, 4), signs(3, 4)"),
    ("loss.LogisticLoss()", "normal(3, 4), signs(3, 4)"),
    ("loss.LogisticLoss(label_format='binary', weight=2)",
     "normal(3, 4), ints(2, 3, 4), positive(3, 1)"),
    ("loss.TripletLoss()", "normal(3, 4), normal(3, 4), normal(3, 4)"),
    ("loss.TripletLoss(margin=3, weight=2)", "normal(3, 4), normal(3, 2, 2), normal(3, 4)"),
    ("loss.PoissonNLLLoss()", "normal(3, 4), ints(4, 3, 4)"),
    ("loss.PoissonNLLLoss(from_logits=False, compute_full=True)",
     "positive(3, 4), positive(3, 4)"),
    ("loss.PoissonNLLLoss(weight=2)", "normal(3, 4), ints(4, 3, 4), positive(3, 1), 0.1"),
    ("loss.CosineEmbeddingLoss()", "normal(3, 4), normal(3, 4), numbers(1, -1, 1)"),
    ("loss.CosineEmbeddingLoss(weight=2, margin=0.1)",
     "normal(3, 2, 2), normal(3, 2, 2), signs(6), positive(6, 1)"),
    ("loss.SDMLLoss()", "normal(3, 4), normal(3, 4)"),
    ("loss.SDMLLoss(0.1, weight=2)", "normal(3, 2), normal(3, 2)"),
]  # fmt: skip


_ONLY_PREDICTED = ("Dropout", "Modulated", "SELU", "compute_full=True")
"""Layers that are random in training, or whose gradients MXNet does not compute (rightly)."""

_OTHER_GRAPHS = ("SDML", "compute_full=True", "Cosine", "Shuffle3D")
"""What MXNet cannot call with symbols, or computes by other operators."""


def run(mx, layer, inputs):
    """All that a layer makes of inputs: its text, parameters, outputs and gradients.

    Parameters
    ----------
    mx : module
        MXNet or ndgrad.
    layer, inputs : str
        Expressions.

    Returns
    -------
    dict
        Of what `json` can write, all arrays as pairs of shape and elements.
    """
    random = np.random.RandomState(zlib.crc32(f"{layer} {inputs}".encode()))
    differentiable = []

    def variable(values):
        x = mx.nd.array(values)
        x.attach_grad()
        differentiable.append(x)
        return x

    makers = {
        "normal": lambda *shape: variable(random.standard_normal(shape)),
        "positive": lambda *shape: variable(random.uniform(0.1, 0.9, shape)),
        "ints": lambda end, *shape: mx.nd.array(random.randint(0, end, shape)),
        "signs": lambda *shape: mx.nd.array(random.choice([-1, 1], shape)),
        "numbers": lambda *values: mx.nd.array(values),
    }
    gluon = mx.gluon
    names = {"nn": gluon.nn, "loss": gluon.loss, "contrib": gluon.contrib, "sequence": _sequence}
    with mx.name.NameManager():
        block = eval(layer, names)
        text = "" if "Modulated" in layer else repr(block)  # MXNet's is empty
        args = eval(f"[{inputs}]", makers)
        params = block.collect_params()
        before = {name: list(p.shape) for name, p in params.items()}
        block.initialize()
        found = {"predicted": _listed(block(*args))}  # and deferred shapes are known
        initial = {
            name: sorted({*_listed(p.data())[1]})
            for name, p in params.items()
            if p.init is not None
        }
        for name, param in sorted(params.items()):
            lowest = 0.5 if name.endswith("var") else -1
            param.set_data(mx.nd.array(random.uniform(lowest, 1, param.shape)))
        found["predicted"] = _listed(block(*args))
        if not any(name in layer for name in _ONLY_PREDICTED):
            with mx.autograd.record():
                y = block(*args)
            y.backward(mx.nd.array(random.standard_normal(y.shape)))
            found["output"] = _listed(y)
            found["gradients"] = [_listed(x.grad) for x in differentiable]
            for name, param in params.items():
                key = "gradients of" if param.grad_req != "null" else "states"
                x = param.grad() if param.grad_req != "null" else param.data()
                found.setdefault(key, {})[name] = _listed(x)
        if isinstance(block, gluon.HybridBlock) and not any(
            name in layer for name in _OTHER_GRAPHS
        ):
            variables = [
                mx.sym.var(f"x{i}") if hasattr(x, "shape") else x for i, x in enumerate(args)
            ]
            found["internals"] = block(*variables).get_internals().list_outputs()
    return {"repr": text, "shapes": before, "initial": initial, **found}


def _sequence(container, *layers):
    with container.name_scope():
        container.add(*layers)
    return container


def _listed(x):
    values = x.asnumpy().astype(np.float64).ravel()
    return [list(x.shape), [float(f"{value:.7g}") for value in values]]
