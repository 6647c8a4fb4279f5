"""Blocks and parameters: programs recorded from MXNet, files, compiled blocks, contexts."""

import json
import pathlib

import block_programs
import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, gluon, nd
from ndgrad.gluon import nn

FOLDER = pathlib.Path(__file__).parent / "mxnet-1.9.1"
RECORDED = json.loads((FOLDER / "block.json").read_text())


def agree(found, recorded):
    """Compare nested lists: numbers within rounding, all else exactly."""
    if isinstance(recorded, list):
        assert isinstance(found, list) and len(found) == len(recorded), (found, recorded)
        for a, b in zip(found, recorded, strict=True):
            agree(a, b)
    elif isinstance(recorded, float):
        assert found == pytest.approx(recorded, rel=1e-4, abs=1e-5)
    else:
        assert found == recorded


@pytest.mark.parametrize("name", block_programs.PROGRAMS)
def test_programs_give_what_mxnet_gives(name, tmp_path):
    with mx.name.NameManager():
        found = block_programs.PROGRAMS[name](mx, tmp_path)
    agree(json.loads(json.dumps(found)), RECORDED[name])


# --- files ----------------------------------------------------------------------------------------


def numbered():
    net = block_programs.example(mx, "net_")
    net.initialize()
    net(nd.ones((1, 4)))
    block_programs.numbered(mx, net)
    return net


@pytest.mark.parametrize("file", ["block.params", "block-names.params"])
def test_files_that_mxnet_wrote_are_read(file):
    net = block_programs.example(mx, "net_")
    net.load_parameters(str(FOLDER / file))
    for found, expected in zip(
        net.collect_params().values(), numbered().collect_params().values(), strict=True
    ):
        assert (found.data() == expected.data()).asnumpy().all(), found.name


def test_networks_that_mxnet_exported_are_read():
    files = str(FOLDER / "block-symbol.json"), ["data"], str(FOLDER / "block-0003.params")
    x = nd.array([[1, -2, 0.5, 3], [2, 1, -1, 0]])
    y = gluon.SymbolBlock.imports(*files)(x)
    np.testing.assert_allclose(y.asnumpy(), numbered()(x).asnumpy(), rtol=1e-5)


def test_imported_networks_learn():
    files = str(FOLDER / "block-symbol.json"), ["data"], str(FOLDER / "block-0003.params")
    x = nd.array([[1, -2, 0.5, 3], [2, 1, -1, 0], [1, 1, 1, 0]])
    gradients = []
    for net in (gluon.SymbolBlock.imports(*files), numbered()):
        with autograd.record():
            loss = (net(x) * x[:, :2]).sum()
        loss.backward()
        params = net.collect_params()
        gradients.append({n: p.grad() for n, p in params.items() if p.grad_req != "null"})
        gradients[-1] |= {n: p.data() for n, p in params.items() if "running" in n}
    found, expected = gradients
    for name in set(expected):
        np.testing.assert_allclose(
            found[name].asnumpy(), expected[name].asnumpy(), rtol=1e-4, atol=1e-5, err_msg=name
        )


def test_all_that_does_not_fit_is_named_at_once(tmp_path):
    path = str(tmp_path / "a.params")
    net = numbered()
    arrays = {name: p.data() for name, p in net._collect_params_with_prefix().items()}
    before = arrays["w"].asnumpy()
    del arrays["first.weight"], arrays["rest.1.beta"]
    arrays |= {"w": nd.ones((3, 3)), "first.bias": nd.ones(5), "new": nd.ones(1)}
    nd.save(path, arrays)
    with pytest.raises(AssertionError) as info:
        net.load_parameters(path)
    for part in ("'first.weight'", "'rest.1.beta'", "net_w", "(3, 3)", "net_dense0_bias", "(5,)"):
        assert part in str(info.value)
    assert "'new'" in str(info.value)
    assert (net.w.data().asnumpy() == before).all()


def test_parameters_load_before_shapes_are_known(tmp_path):
    path = str(tmp_path / "a.params")
    numbered().save_parameters(path)
    net = block_programs.example(mx, "net_")
    net.load_parameters(path, ctx=[mx.cpu(0), mx.cpu(1)])
    assert net.first.weight.shape == (3, 4)
    assert net.first.weight.list_ctx() == [mx.cpu(0), mx.cpu(1)]


def test_blocks_are_saved_with_their_structure(tmp_path):
    net = numbered()
    net.save(str(tmp_path / "a"))
    tree = json.loads((tmp_path / "a-model.json").read_text())
    (top,) = tree.values()
    assert top["children"] == {"net_dense0": "first", "net_hybridsequential0": "rest"}
    assert [*top] == ["orig_name", "hybridized", "children", "dense1", "hybridsequential2"]
    assert [*top["hybridsequential2"]["children"].values()] == ["0", "1"]
    other = block_programs.example(mx)
    other.load(str(tmp_path / "a"))
    assert (other(nd.ones((2, 4))) == net(nd.ones((2, 4)))).asnumpy().all()


def test_a_network_whose_forward_was_called_is_exported(tmp_path):
    net = nn.Dense(2)
    net.initialize()
    net.hybridize()
    x = nd.ones((1, 3))
    y = net.forward(x)
    read = gluon.SymbolBlock.imports(*net.export(str(tmp_path / "a"))[:1], "data")
    read.load_parameters(str(tmp_path / "a-0000.params"))
    assert (read(x) == y).asnumpy().all()


def test_another_structure_is_refused(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.HybridSequential(prefix=""), nn.HybridSequential(prefix=""))
    net.save(str(tmp_path / "a"))
    net.load(str(tmp_path / "a"))
    assert [*net._children] == ["0", "1"]  # although both have one name
    other = nn.HybridSequential()
    other.add(nn.Flatten())
    with pytest.raises(ValueError, match="no 'flatten1'"):
        other.load(str(tmp_path / "a"))
    assert [*other._children] == ["0"]


@pytest.mark.parametrize("nested", [False, True])
def test_hooks_of_operators_get_arrays_and_leave_gradients(nested):
    class Two(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            y = x * 3
            return [y, (x + y,)] if nested else y

    net, seen = Two(), []
    net.hybridize()
    net.register_op_hook(lambda name, op, x: seen.append((op, x)))
    x = nd.array([2])
    x.attach_grad()
    with autograd.record():
        y = net(x)
    autograd.backward([y[0], y[1][0]] if nested else y)
    assert x.grad.asscalar() == (7 if nested else 3)
    ops = ["_mul_scalar", "elemwise_add"] if nested else ["_mul_scalar"]
    assert [op for op, _ in seen] == ops
    assert [v.asscalar() for _, v in seen] == ([6, 8] if nested else [6])
    net.register_op_hook(None)
    net(x)
    assert len(seen) == len(ops)


# --- deferred shapes ------------------------------------------------------------------------------


def test_shapes_are_inferred_through_layers():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, 3), nn.BatchNorm(), nn.MaxPool2D(), nn.Dense(4), nn.LayerNorm())
    net.initialize()
    net.infer_shape(nd.ones((2, 5, 8, 8)))
    shapes = [p.shape for p in net.collect_params().values()]
    assert shapes == [(3, 5, 3, 3), (3,), *[(3,)] * 4, (4, 27), (4,), (4,), (4,)]


def test_initialize_again_is_a_warning():
    net = nn.Dense(2, in_units=2)
    net.initialize()
    first = net.weight.data().asnumpy()
    with pytest.warns(UserWarning, match="force_reinit"):
        net.weight.initialize()
    net.initialize(mx.init.One(), force_reinit=True)
    assert (net.weight.data().asnumpy() != first).any()
    assert (net.weight.data().asnumpy() == 1).all()


def test_deferred_parameters_are_made_outside_of_recording():
    net = nn.Dense(2)
    net.initialize(mx.init.One())
    with autograd.record():
        y = net(nd.ones((1, 3)))
    y.backward()
    assert net.weight.grad().asnumpy().tolist() == [[1, 1, 1]] * 2


def test_summaries_show_each_layer_once_while_shapes_are_inferred(capsys):
    net = nn.HybridSequential()
    net.add(nn.Dense(3, activation="relu"))
    net.initialize()
    net.summary(nd.ones((2, 4)))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["Input", "Activation-1", "Dense-2"]


# --- compiled blocks ------------------------------------------------------------------------------


def network():
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(4, activation="tanh"), nn.BatchNorm(), nn.Dense(2))
    net.initialize(mx.init.Normal(0.5))
    return net


def steps(net, x, grad_reqs=("write",)):
    """Train for some steps; outputs, gradients, states and predictions."""
    found = []
    for grad_req in grad_reqs:
        for name, param in net.collect_params().items():
            if "running" not in name:
                param.grad_req = grad_req
        for _ in range(2):
            with autograd.record():
                y = net(x)
                loss = (y * x[:, :2]).sum()
            if grad_req != "null":
                loss.backward()
            found.append(y)
            for param in net.collect_params().values():
                found.append(param.grad().copy() if param.grad_req != "null" else param.data())
                found[-1] = found[-1].copy()
        found.append(net(x))
        for param in net.collect_params().values():
            if param.grad_req != "null":
                param.set_data(param.data() - 0.1 * param.grad())
    return [a.asnumpy() for a in found]


def test_compiled_blocks_do_what_eager_ones_do():
    x = nd.random.normal(shape=(5, 3))
    mx.random.seed(3)
    net = network()
    net(x)
    values = [p.data().copy() for p in net.collect_params().values()]
    reqs = ("write", "add", "null")
    expected = steps(net, x, reqs)
    twin = network()
    twin.hybridize()
    twin(x)
    for param, value in zip(twin.collect_params().values(), values, strict=True):
        param.set_data(value)
    for a, b in zip(steps(twin, x, reqs), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


def test_compiled_blocks_are_compiled_anew_for_other_shapes_and_parameters():
    net = network()
    net.hybridize()
    x = nd.random.normal(shape=(4, 3))
    assert net(x).shape == (4, 2)
    assert net(x[:2]).shape == (2, 2)
    net.add(nn.Dense(5))
    net[-1].initialize()
    assert net(x).shape == (4, 5)
    net.cast("float64")
    assert net(x.astype("float64")).dtype == np.float64


def test_compiled_blocks_take_arrays_of_many_shapes():
    net = network()
    net.hybridize()
    x = nd.random.normal(shape=(40, 3))
    expected = net(x).asnumpy()
    for count in range(1, 40):
        np.testing.assert_allclose(net(x[:count]).asnumpy(), expected[:count], rtol=1e-5)
    assert len(net._compiled.explain().programs) == 32
    assert not any(layer._compiled.explain().programs for layer in net)


def test_blocks_are_optimised_without_a_call(tmp_path):
    net = network()
    net.optimize_for(nd.ones((2, 3)), backend="MKLDNN", static_alloc=True)
    assert net[0].weight.data().shape == (4, 3)
    assert net._active and net[0]._active
    net.export(str(tmp_path / "a"))
    assert (tmp_path / "a-symbol.json").exists()


def test_hybridize_can_be_undone_and_repeated():
    net = nn.HybridLambda(lambda F, x: x * net.factor)
    net.factor = 2
    net.hybridize()
    x = nd.ones(2)
    assert net(x).asnumpy().tolist() == [2, 2]
    net.factor = 3
    net.hybridize()
    assert net(x).asnumpy().tolist() == [3, 3]
    net.hybridize(False)
    net.factor = 4
    assert net(x).asnumpy().tolist() == [4, 4]


def test_compiled_blocks_inside_of_blocks_record():
    net = nn.Sequential()
    net.add(network(), nn.Lambda("tanh"))
    net.hybridize()
    x = nd.random.normal(shape=(4, 3))
    x.attach_grad()
    with autograd.record():
        y = net(x).sum()
    y.backward()
    assert (x.grad.asnumpy() != 0).any()
    assert (net[0][2].weight.grad().asnumpy() != 0).any()


def test_the_recorded_graph_of_a_compiled_block_is_that_of_the_eager_one():
    net, x = network(), nd.random.normal(shape=(4, 3))
    net(x)

    def operators():
        with autograd.record():
            y = net(x) * 2
        graph = json.loads(autograd.get_symbol(y).tojson())
        assert json.loads(autograd.get_symbol(y).tojson()) == graph  # and the same names again
        return [(node["op"], node.get("attrs"), node["inputs"]) for node in graph["nodes"]]

    expected = operators()
    net.hybridize()
    assert operators() == expected
    net.hybridize()
    net[0].hybridize(False)
    assert operators() == expected


def test_hooks_are_called_around_compiled_blocks():
    net = nn.Dense(2, in_units=2)
    net.initialize()
    net.hybridize()
    seen = []
    net.register_forward_hook(lambda block, x, y: seen.append(y.shape))
    net(nd.ones((1, 2)))
    net(nd.ones((3, 2)))
    assert seen == [(1, 2), (3, 2)]


# --- contexts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hybrid", [False, True])
def test_each_context_has_arrays_of_its_own(hybrid):
    contexts = [mx.cpu(0), mx.cpu(1)]
    net = nn.HybridSequential()
    net.add(nn.Dense(2, activation="tanh"), nn.Dense(1))
    net.initialize(mx.init.One(), ctx=contexts)
    if hybrid:
        net.hybridize()
    batch = gluon.utils.split_and_load(nd.array([[1, 2], [3, 4]]), contexts)
    with autograd.record():
        outputs = [net(x) for x in batch]
    autograd.backward(outputs)
    assert [y.context for y in outputs] == contexts
    grads = net[0].weight.list_grad()
    assert [g.context for g in grads] == contexts
    assert (grads[0].asnumpy() != grads[1].asnumpy()).all()


def test_missing_contexts_are_named():
    net = nn.Dense(1, in_units=1)
    net.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    with pytest.raises(RuntimeError, match=r"cpu\(2\).*cpu\(0\), cpu\(1\)"):
        net(nd.ones((1, 1), ctx=mx.cpu(2)))


# --- blocks of one's own --------------------------------------------------------------------------


def test_unregistered_containers_are_a_warning():
    net = gluon.Block()
    net.layers = [nn.Dense(2), {"a": nn.Dense(3)}]
    with pytest.warns(UserWarning, match="unregistered container with Blocks"):
        net.collect_params()
    net.register_child(net.layers[0])
    net.register_child(net.layers[1]["a"])
    assert len(net.collect_params()) == 4


def test_constants_are_saved_and_do_not_learn(tmp_path):
    net = numbered()
    with pytest.warns(UserWarning, match="does not support grad_req"):
        net.collect_params().setattr("grad_req", "write")
    assert net.k.grad_req == "null"
    net.save_parameters(str(tmp_path / "a.params"))
    assert nd.load(str(tmp_path / "a.params"))["k"].asnumpy().tolist() == [1, 2]


def test_forward_may_be_overridden_in_hybrid_blocks():
    class Twice(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2)

        def forward(self, x):
            return self.dense(x) * (2 if x.shape[0] > 1 else 3)

    net = Twice()
    net.initialize(mx.init.One())
    for _ in range(2):
        assert net(nd.ones((1, 2))).asnumpy().tolist() == [[6, 6]]
        assert net(nd.ones((2, 2))).asnumpy().tolist() == [[4, 4]] * 2
        net.hybridize()


def test_a_compiled_function_that_calls_a_block_goes_on_after_steps() -> None:
    """Neither a trainer's counts nor new values of parameters make its program another one."""
    net = nn.Dense(2, in_units=3)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01, "momentum": 0.9})

    @mx.compile
    def squares(x: nd.NDArray) -> nd.NDArray:
        with autograd.record():
            loss = (net(x) ** 2).sum()
        loss.backward()
        return loss

    losses = []
    for _ in range(4):
        losses.append(float(squares(nd.ones((2, 3))).asscalar()))
        trainer.step(1)
    assert sorted(losses, reverse=True) == losses
    assert "1 signature" in str(squares.explain())
    net.initialize(mx.init.One(), force_reinit=True)  # other arrays
    assert float(squares(nd.ones((2, 3))).asscalar()) == 4 * 9


def test_recorded_arrays_in_place_of_weights_get_gradients() -> None:
    # As Bayes by Backprop does with samples of weights.
    net, mean = mx.gluon.nn.Dense(2, in_units=3), nd.full((2, 3), 2)
    mean.attach_grad()
    net.initialize("ones", ctx=[mx.cpu(0), mx.cpu(2)])
    assert net.weight._ctx_map == [[], [0, None, 1]]

    def step(factor: float) -> float:
        with autograd.record():
            net.weight._data[0] = mean * factor
            y = net(nd.ones((1, 3)))
        y.backward()
        return float(mean.grad.sum().asscalar())

    eager = step(3)
    net.hybridize()
    assert eager == step(3) == 18
    assert step(4) == 24
    net.hybridize()
    net.weight._data[0] = nd.ones((2, 3))
    net(nd.ones((1, 3)))
    with pytest.warns(RuntimeWarning, match="recorded outside of it.* runs eagerly"):
        assert step(5) == 30


def test_set_data_while_recording_leaves_what_was_recorded():
    parameter = gluon.Parameter("w", shape=(2,), init="ones")
    parameter.initialize()
    w = parameter.data()
    with autograd.record():
        y = (w * w).sum()
        parameter.set_data(nd.array([5, 6]))
        y = y + (w * w).sum()
    y.backward()
    assert parameter.data() is w and w.asnumpy().tolist() == [5, 6]
    assert w.grad.asnumpy().tolist() == [12, 14]
