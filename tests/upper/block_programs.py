"""Programs that use blocks and parameters, which MXNet and the tests run alike.

Each function takes MXNet or ndgrad, and a folder for files, and returns what `json` can write.
"""

import contextlib
import io
import json

PROGRAMS = {}


def program(function):
    """Add a function to `PROGRAMS`."""
    PROGRAMS[function.__name__] = function
    return function


def error(function):
    """The name of a call's error, or 'none'."""
    try:
        function()
    except Exception as problem:
        return type(problem).__name__
    return "none"


def listed(x):
    """An array as nested lists."""
    return x.asnumpy().tolist()


def example(mx, prefix=None):
    """A network with parameters and a constant of its own, and layers below."""
    nn = mx.gluon.nn

    class Net(mx.gluon.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            with self.name_scope():
                self.first = nn.Dense(3)
                self.w = self.params.get("w", shape=(2, 0), allow_deferred_init=True)
                self.k = self.params.get_constant("k", mx.nd.array([1, 2]))
                self.rest = nn.HybridSequential()
                self.rest.add(nn.Dense(2, in_units=3), nn.BatchNorm(in_channels=2))

        def hybrid_forward(self, F, x, w, k):
            x = self.rest(self.first(x))
            return F.broadcast_mul(k, F.FullyConnected(x, w, None, num_hidden=2, no_bias=True))

    return Net(prefix=prefix)


def numbered(mx, net):
    """Give each parameter numbers of its own."""
    for i, param in enumerate(net.collect_params().values()):
        size = 1
        for length in param.shape:
            size *= length
        if param.name.endswith("_k"):
            continue
        values = mx.nd.arange(size).reshape(param.shape) / 8
        param.set_data(values + (1 if param.name.endswith("var") else 0.25 * i))


def shown(params):
    """Names, shapes, dtypes and `grad_req` of parameters."""
    return [
        [p.name, list(p.shape) if p.shape is not None else None, str(p.dtype), p.grad_req]
        for p in params.values()
    ]


@program
def names(mx, folder):
    nn = mx.gluon.nn
    net = nn.HybridSequential(prefix="model_")
    with net.name_scope():
        net.add(nn.Dense(3), nn.Dense(4), nn.HybridSequential())
        with net[2].name_scope():
            net[2].add(nn.Dense(1), nn.Conv2D(2, 3), nn.Activation("relu"))
    found = [net.name, net.prefix, *net.collect_params().keys()]
    found += [block.name for block in net[2]]
    bare = nn.HybridSequential(prefix="")
    with bare.name_scope():
        bare.add(nn.Dense(3), nn.Dense(3))
    found += [bare.name, bare.prefix, *[block.prefix for block in bare]]
    with mx.name.Prefix("outer_"):
        found.append(nn.Dense(3).prefix)
    with net.name_scope():
        found += [nn.Dense(3, prefix="mine_").prefix, nn.Dense(3).prefix]
    found += [nn.Dense(3).prefix, nn.Dense(3, prefix="x").weight.name, nn.Dense(3, prefix="").name]
    return found


@program
def texts(mx, folder):
    nn = mx.gluon.nn
    net = example(mx)
    outer = mx.gluon.nn.Sequential()
    outer.add(net, nn.Dropout(0.5))
    return [
        repr(net),
        repr(outer),
        repr(mx.gluon.Block()),
        repr(net.collect_params()),
        repr(net.params),
        repr(mx.gluon.ParameterDict("x_")),
        repr(mx.gluon.Constant("c", [[1, 2]])),
        repr(mx.gluon.Parameter("p", shape=3)),
    ]


@program
def registration(mx, folder):
    gluon, nn = mx.gluon, mx.gluon.nn
    net = gluon.Block()
    net.layer = nn.Dense(2)
    net.p = gluon.Parameter("p", shape=(2,))
    hybrid = gluon.HybridBlock()
    return [
        list(net._children),
        list(net._reg_params),
        error(lambda: setattr(net, "layer", 3)),
        error(lambda: setattr(net, "p", 3)),
        error(lambda: setattr(net, "p", gluon.Parameter("q", shape=(2,)))),
        error(lambda: setattr(net, "layer", nn.Dense(3))),
        error(lambda: setattr(hybrid, "child", gluon.Block())),
        error(lambda: net(1)),
        error(lambda: hybrid(mx.nd.ones(1))),
        error(lambda: nn.Dense(2)(3)),
        error(lambda: nn.Dense(2)(mx.nd.ones((1, 2)))),
        error(lambda: net.collect_params()["x"]),
        list(net.collect_params().keys()),
    ]


@program
def sharing(mx, folder):
    nn = mx.gluon.nn
    a = nn.Dense(3, in_units=2)
    b = nn.Dense(3, in_units=2, params=a.params)
    c = nn.Dense(3, in_units=2, params=a.collect_params(), prefix="c_")
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(2, in_units=2))
        net.add(nn.Dense(2, in_units=2, params=net[0].params))
        net.add(nn.Dense(2, in_units=2))
    twin = nn.HybridSequential(prefix="net_", params=net.collect_params())
    with twin.name_scope():
        twin.add(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    return [
        b.weight is a.weight,
        c.weight is a.weight,
        b.prefix,
        c.prefix,
        b.weight.name,
        c.weight.name,
        list(net.collect_params().keys()),
        [layer.prefix for layer in net],
        [layer.weight.name for layer in twin],
        twin[0].weight is net[0].weight,
        error(lambda: nn.Dense(4, in_units=2, params=a.params)),
        error(lambda: nn.Dense(3, in_units=2, params=a.params, dtype="float16")),
    ]


@program
def selection(mx, folder):
    net = example(mx, "net_")
    return [
        list(net.collect_params(select).keys())
        for select in (".*weight", "weight", ".*weight|.*bias", "net_dense0.*", "^net_w$", "x")
    ]


@program
def summary(mx, folder):
    nn = mx.gluon.nn
    net = example(mx)
    net.initialize()
    shared = nn.HybridSequential()
    shared.add(nn.Dense(4, in_units=4))
    shared.add(nn.Dense(4, in_units=4, params=shared[0].params), nn.Activation("relu"))
    shared.initialize()
    net(mx.nd.ones((2, 4)))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        net.summary(mx.nd.ones((2, 4)))
        shared.summary(mx.nd.ones((2, 4)))
        for several in (lambda x: [x], lambda x: [x, [x, None]], lambda x: ((x,), (x,))):
            nn.HybridLambda(lambda F, x, *_, f=several: f(x)).summary(mx.nd.ones(2))
        nn.HybridLambda(lambda F, x, *_: x).summary(mx.nd.ones(2), [mx.nd.ones(3)])
    shared.hybridize()
    return [out.getvalue(), error(lambda: shared.summary(mx.nd.ones((2, 4))))]


@program
def hooks(mx, folder):
    net = mx.gluon.nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(mx.gluon.nn.Dense(2), mx.gluon.nn.Dense(1))
    net.initialize()
    seen = []
    first = net.register_forward_pre_hook(lambda b, x: seen.append(["pre", b.name, len(x)]))
    second = net.register_forward_hook(lambda b, x, y: seen.append(["post", b.name, y.shape[1]]))
    net[1].register_forward_hook(lambda b, x, y: seen.append(["post", b.name, len(x)]))
    net(mx.nd.ones((1, 3)))
    first.detach()
    first.detach()
    with second:
        net(mx.nd.ones((1, 3)))
    net(mx.nd.ones((1, 3)))
    net.apply(lambda b: seen.append(b.name))
    return [[x if isinstance(x, str) else list(x) for x in seen], net.apply(lambda b: None) is net]


@program
def casting(mx, folder):
    net = example(mx)
    net.initialize()
    net(mx.nd.ones((1, 4)))
    net.cast("float64")
    found = [[p.name, p.data().dtype.__name__] for p in net.collect_params().values()]
    y = net(mx.nd.ones((1, 4), dtype="float64"))
    return [found, y.dtype.__name__]


@program
def results(mx, folder):
    net = example(mx)
    net.initialize()
    net(mx.nd.zeros((1, 4)))
    numbered(mx, net)
    x = mx.nd.array([[1, -2, 0.5, 3], [2, 1, -1, 0], [0, 1, 1, 1]])
    x.attach_grad()
    found = [shown(net.collect_params()), listed(net(x))]
    for _ in range(2):
        with mx.autograd.record():
            y = net(x)
            loss = (y * x[:, 1:3]).sum()
        loss.backward()
    found += [listed(y), listed(x.grad)]
    for param in net.collect_params().values():
        found.append(listed(param.grad() if param.grad_req != "null" else param.data()))
    return [*found, listed(net(x))]


@program
def parameters(mx, folder):
    nd, Parameter = mx.nd, mx.gluon.Parameter
    p = Parameter("w", shape=(2, 3))
    cpus = [mx.cpu(0), mx.cpu(1)]
    found = [
        [p.lr_mult, p.wd_mult, p.grad_req, list(p.shape)],
        error(p.data),
        error(p.list_data),
        error(p.grad),
        error(p.list_ctx),
        error(p.zero_grad),
        error(lambda: p.initialize(ctx=cpus)),
        error(lambda: p.data(mx.cpu(2))),
        str(p.data(mx.cpu(1)).context),
        [str(ctx) for ctx in p.list_ctx()],
        error(lambda: setattr(p, "shape", (2, 4))),
        error(lambda: setattr(p, "grad_req", "x")),
        error(lambda: p.set_data(nd.ones((2, 4)))),
        error(lambda: p.set_data(nd.ones((2, 3)))),
        [listed(x) for x in p.list_data()],
        error(lambda: p.reset_ctx(mx.cpu(0))),
        [str(ctx) for ctx in p.list_ctx()],
        error(lambda: p.cast("float16")),
        p.data().dtype.__name__,
        error(lambda: setattr(p, "grad_req", "null")),
        error(p.grad),
        error(p.list_grad),
        error(lambda: setattr(p, "grad_req", "add")),
        p.grad().dtype.__name__,
        error(lambda: Parameter("q", shape=(2, 0)).initialize()),
        error(lambda: Parameter("q").initialize()),
        error(lambda: Parameter("q", shape=2, stype="x")),
        error(lambda: Parameter("q", shape=2, grad_req="x")),
        error(lambda: Parameter("q", shape=2).reset_ctx(mx.cpu())),
    ]
    q = Parameter("q", shape=(2, 0), allow_deferred_init=True)
    found += [
        error(lambda: q.set_data(nd.ones((2, 5)))),
        list(q.shape),
    ]
    q = Parameter("q", shape=(2, 0), allow_deferred_init=True, init="ones")
    found += [
        error(q.initialize),
        error(q.data),
        [str(ctx) for ctx in q.list_ctx()],
        error(lambda: q.set_data(nd.ones((2, 2)) * 3)),
        error(q._finish_deferred_init),
        listed(q.data()),
        listed(q.grad()),
    ]
    c = mx.gluon.Constant("c", [[1, 2], [3, 4]])
    c.initialize()
    return [*found, c.grad_req, listed(c.data()), error(c.grad)]


@program
def dictionaries(mx, folder):
    gluon = mx.gluon
    d = gluon.ParameterDict("pre_")
    found = [
        list(d.get("w", shape=(2, 0)).shape),
        list(d.get("w", shape=(2, 3)).shape),
        error(lambda: d.get("w", shape=(3, 3))),
        error(lambda: d.get("w", shape=(2, 3, 1))),
        error(lambda: d.get("w", dtype="float16")),
        error(lambda: d.get("w", init="zeros")),
        d.get("w").init,
        error(lambda: d.get("w", init="ones")),
        error(lambda: d.update(d)),
        error(lambda: d["x"]),
        error(lambda: d.setattr("grad_req", "null")),
        d.get("w").grad_req,
        [list(d.keys()), "pre_w" in d, list(d), d.prefix],
    ]
    other = gluon.ParameterDict("pre_")
    other.get("w")
    found.append(error(lambda: d.update(other)))
    found.append(gluon.ParameterDict("q_", shared=d).get("w") is d.get("w"))
    found.append(gluon.ParameterDict("pre_", shared=d).get("w") is d.get("w"))
    e = gluon.ParameterDict()
    found += [
        listed(e.get_constant("c", mx.nd.array([1, 2])).value),
        error(lambda: e.get_constant("c", mx.nd.array([1, 2]))),
        error(lambda: e.get_constant("c", mx.nd.array([1, 3]))),
        error(lambda: e.get_constant("other")),
        error(lambda: e.get("c")),
    ]
    e.get("w", shape=(2,), init="ones")
    e.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    found += [[str(ctx) for ctx in e.list_ctx()], listed(e["w"].data(mx.cpu(1)))]
    e.reset_ctx(mx.cpu(1))
    found.append([str(ctx) for ctx in e.list_ctx()])
    e["w"].grad()[:] = 3
    e.zero_grad()
    return [*found, listed(e["w"].grad())]


@program
def files(mx, folder):
    net = example(mx, "net_")
    net.initialize()
    net(mx.nd.ones((1, 4)))
    path = str(folder / "a.params")
    found = []
    net.save_parameters(path)
    found.append(sorted(mx.nd.load(path)))
    net.collect_params().save(path, strip_prefix="net_")
    found.append(sorted(mx.nd.load(path)))
    found.append(error(lambda: net.collect_params().save(path, strip_prefix="x_")))
    other = example(mx, "net_")
    found.append(error(lambda: other.load_parameters(path)))
    found.append([list(p.shape) for p in other.params.values()])
    net.save_parameters(path)
    outer = mx.gluon.Block()
    outer.d = mx.gluon.nn.Dense(3)
    found += [
        error(lambda: outer.load_parameters(path)),
        error(lambda: outer.load_parameters(path, allow_missing=True)),
        error(lambda: outer.load_parameters(path, ignore_extra=True)),
        error(lambda: outer.load_parameters(path, allow_missing=True, ignore_extra=True)),
    ]
    d = mx.gluon.nn.Dense(4, in_units=9)
    half = mx.nd.ones((4, 9)).astype("float16")
    mx.nd.save(path, {"weight": mx.nd.ones((2, 3)), "bias": mx.nd.ones(4)})
    found.append(error(lambda: d.load_parameters(path)))
    mx.nd.save(path, {"weight": half, "bias": mx.nd.ones(4)})
    found += [
        error(lambda: d.load_parameters(path)),
        error(lambda: d.load_parameters(path, cast_dtype=True)),
        d.weight.data().dtype.__name__,
        error(lambda: d.load_parameters(path, cast_dtype=True, dtype_source="saved")),
        d.weight.data().dtype.__name__,
    ]
    twins = mx.gluon.nn.HybridSequential()
    twins.add(mx.gluon.nn.Dense(2, in_units=2))
    twins.add(mx.gluon.nn.Dense(2, in_units=2, params=twins[0].params))
    twins.initialize()
    twins.save_parameters(path)
    found.append(sorted(mx.nd.load(path)))
    twins.save_parameters(path, deduplicate=True)
    found += [sorted(mx.nd.load(path)), error(lambda: twins.load_parameters(path))]
    return found


@program
def symbols(mx, folder):
    net = example(mx, "net_")
    y = net(mx.sym.var("data"))
    found = [y.list_arguments(), y.list_auxiliary_states(), y.get_internals().list_outputs()]
    found.append(error(lambda: net.export(str(folder / "a"))))
    net.initialize()
    net.hybridize()
    net(mx.nd.ones((1, 4)))
    net.export(str(folder / "a"), epoch=3)
    found.append(sorted(mx.nd.load(str(folder / "a-0003.params"))))
    graph = json.loads((folder / "a-symbol.json").read_text())
    found.append([[node["op"], node["name"]] for node in graph["nodes"]])
    back = mx.gluon.SymbolBlock.imports(
        str(folder / "a-symbol.json"), ["data"], str(folder / "a-0003.params")
    )
    found.append(sorted(back.collect_params().keys()))
    found.append(listed(back(mx.nd.ones((1, 4)))) == listed(net(mx.nd.ones((1, 4)))))
    return found


@program
def arguments(mx, folder):
    class Many(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x, states, mask=None):
            y = x + states[0] + states[1][0]
            return (y, [states[0], y * 2]) if mask is None else (y * mask, [y])

    one, two = mx.nd.array([1, 2]), mx.nd.array([3, 4])
    found = []
    for args in ([one, [two, [one]]], [one, [two, (one,)], two], [one, [two, [one]], None]):
        for hybrid in (False, True):
            net = Many()
            net.hybridize(hybrid)
            y, states = net(*args)
            found.append([listed(y), [listed(s) for s in states]])
    return found


@program
def training(mx, folder):
    nn, found = mx.gluon.nn, []
    x = mx.nd.arange(7 * 2 * 6 * 6).reshape((7, 2, 6, 6))
    x = mx.nd.sin(x * x / 50)
    label = mx.nd.array([0, 1, 2, 0, 1, 2, 0])
    for hybrid, optimizer in ((False, "sgd"), (True, "sgd"), (True, "adam")):
        net = nn.HybridSequential()
        net.add(nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(), nn.BatchNorm())
        net.add(nn.Dense(8, activation="tanh"), nn.Dropout(0), nn.Dense(3))
        net.initialize()
        net(x)
        for i, param in enumerate(net.collect_params(".*weight").values()):
            size = 1
            for length in param.shape:
                size *= length
            param.set_data(mx.nd.cos(mx.nd.arange(size) * (i + 1)).reshape(param.shape) / 3)
        if hybrid:
            net.hybridize()
        given = {"learning_rate": 0.1, "wd": 0.01}
        given.update({"momentum": 0.9} if optimizer == "sgd" else {"epsilon": 0.1})
        trainer = mx.gluon.Trainer(net.collect_params(), optimizer, given)
        entropy = mx.gluon.loss.SoftmaxCrossEntropyLoss()
        for _ in range(3):
            for part in (slice(0, 4), slice(4, 7)):
                with mx.autograd.record():
                    loss = entropy(net(x[part]), label[part])
                loss.backward()
                trainer.step(loss.shape[0])
                found.append(loss.mean().asscalar().item())
        found.append(listed(net(x)))
        found.append([listed(p.data()) for p in net.collect_params(".*(running|beta)").values()])
    return found


@program
def utilities(mx, folder):
    utils, cpus = mx.gluon.utils, [mx.cpu(i) for i in range(5)]
    x = mx.nd.arange(12)
    found = [[listed(part) for part in utils.split_data(x, n, even_split=False)] for n in (5, 7)]
    found.append([listed(part) for part in utils.split_data(x.reshape((2, 6)), 3, batch_axis=1)])
    loaded = utils.split_and_load(x.asnumpy(), cpus, even_split=False)
    found.append([[str(part.context), listed(part)] for part in loaded])
    found += [error(lambda: utils.split_data(x, 5)), error(lambda: utils.split_data(x, 13))]
    found.append([part.shape[0] for part in utils.split_data(x, 13, even_split=False)])
    arrays = [mx.nd.array([3, 4]), mx.nd.array([[12]])]
    found += [float(utils.clip_global_norm(arrays, 2)), [listed(a) for a in arrays]]
    found += [float(utils.clip_global_norm(arrays, 20)), [listed(a) for a in arrays]]
    return [*found, listed(utils.clip_global_norm(arrays, 1, check_isfinite=False))]


@program
def saved_structures(mx, folder):
    nn = mx.gluon.nn

    class Chain(mx.gluon.Block):
        def add(self, block):
            self._children[block.name] = block  # a name with a number, another one in each net

        def forward(self, x):
            for block in self._children.values():
                x = block(x)
            return x

    def made():
        net, inner = Chain(), Chain()
        inner.add(nn.Dense(2))
        net.add(inner)
        net.add(nn.Dense(3))
        return net

    net, other, x = made(), made(), mx.nd.ones((1, 2))
    net.initialize(mx.init.One())
    net(x)
    net.save(str(folder / "chain"))
    other.load(str(folder / "chain"))
    found = [listed(other(x)), error(lambda: nn.Dense(3).load(str(folder / "chain"))) != "none"]
    plain = nn.HybridSequential(prefix="old_")
    with plain.name_scope():
        plain.add(nn.Dense(1, in_units=2))
    plain.initialize(mx.init.One())
    plain.save_params(str(folder / "old.params"))
    return [*found, sorted(mx.nd.load(str(folder / "old.params")))]


@program
def watched_operators(mx, folder):
    nn = mx.gluon.nn
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(4, in_units=2, flatten=False), nn.MaxPool1D())
    net.initialize(mx.init.One())
    x, seen = mx.nd.ones((2, 3, 2)), []

    def note(name, op, _):
        seen.append([mx.base.py_str(name), mx.base.py_str(op)])

    net.register_op_hook(note)
    net(x)  # calls none: it is not hybridized
    net.hybridize()
    for everything in (False, True):
        net.register_op_hook(note, everything)
        net(x)
        seen.append(None)
    return seen


@program
def rows_on_two_contexts(mx, folder):
    found, cpus = [], [mx.cpu(0), mx.cpu(1)]
    params = mx.gluon.ParameterDict()
    weight = params.get("w", shape=(4, 2), stype="row_sparse", grad_stype="row_sparse", init="ones")
    params.initialize(ctx=cpus)
    trainer = mx.gluon.Trainer(params, "sgd", {"learning_rate": 1})
    ids = [mx.nd.array([0, 2], ctx=cpus[0]), mx.nd.array([1, 2], ctx=cpus[1])]
    rows = [weight.row_sparse_data(i) for i in ids]
    with mx.autograd.record():
        ys = [
            mx.nd.Embedding(i, w, input_dim=4, output_dim=2, sparse_grad=True)
            for i, w in zip(ids, rows, strict=True)
        ]
    mx.autograd.backward(ys)
    trainer.step(1)
    every = mx.nd.arange(4)
    found += [listed(w) for w in weight.list_row_sparse_data(every)]
    params.save(str(folder / "rows"))
    dense = mx.gluon.ParameterDict()
    dense.get("w", shape=(4, 2))
    dense.load(str(folder / "rows"), mx.cpu())
    found += [dense["w"].data().stype, listed(dense["w"].data())]
    sparse = [mx.nd.ones((2, 2)).tostype("row_sparse"), mx.nd.ones((3, 4)).tostype("row_sparse")]
    return [*found, float(mx.gluon.utils.clip_global_norm(sparse, 1)), listed(sparse[0])]


@program
def symbol_blocks(mx, folder):
    x = mx.sym.var("data")
    y = mx.sym.FullyConnected(x, num_hidden=2, name="fc")
    found = []
    for outputs in (y, [y], [y, y + 1]):
        net = mx.gluon.SymbolBlock(outputs, x)
        net.initialize(mx.init.One())
        z = net(mx.nd.ones((1, 3)))
        found.append(len(z) if isinstance(z, list) else listed(z))
    net = mx.gluon.SymbolBlock(y, mx.sym.var("data", dtype="float64"))
    return [*found, [mx.nd.zeros((1,), dtype=p.dtype).dtype.__name__ for p in net.params.values()]]


@program
def kinds_of_outputs(mx, folder):
    class Pair(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return x, (x + 1, [x])

    net, found = Pair(), []
    for hybrid in (False, True):
        net.hybridize(hybrid)
        _, rest = made = net(mx.nd.ones((1,)))
        found.append([type(made).__name__, type(rest).__name__, type(rest[1]).__name__])
    return found
