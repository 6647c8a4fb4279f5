"""Modules: programs recorded from MXNet, errors, and what MXNet refuses."""

import collections
import json
import logging

import numpy as np
import pytest
from record_module import FILES, PROGRAMS, RECORDED, labels, mlp, numbers, resumed, run

import ndgrad as mx
from ndgrad import MXNetError, nd

RECORDS = json.loads(RECORDED.read_text())


def flat(value):
    """The strings and numbers in nested lists and dicts."""
    if isinstance(value, dict):
        value = [x for pair in sorted(value.items()) for x in pair]
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in flat(part)]
    return [value]


@pytest.mark.filterwarnings("ignore:Parameters already initialized:UserWarning")
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_give_what_mxnet_gives(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result, lines = run(mx, program)
    recorded, recorded_lines = RECORDS[program]
    if program == "feed_forward":  # logs of the validation alone are alike
        lines, recorded_lines = ([x for x in y if "Val" in x] for y in (lines, recorded_lines))
    assert lines == recorded_lines
    got, expected = flat(result), flat(recorded)
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a == b if isinstance(b, str) else a == pytest.approx(b, rel=2e-5, abs=2e-5)


@pytest.mark.filterwarnings("ignore:Parameters already initialized:UserWarning")
def test_training_goes_on_from_a_checkpoint_of_mxnet():
    args, _ = resumed(mx, str(FILES / "mlp")).get_params()
    recorded = RECORDS["resume"][0][3][0]
    for name, values in recorded.items():
        assert args[name].asnumpy().ravel().tolist() == pytest.approx(flat(values), abs=2e-5)


@pytest.fixture
def data():
    return mx.io.NDArrayIter(numbers((10, 4), 0), labels(), batch_size=5)


@pytest.fixture
def module(data):
    """A module that is bound, with parameters."""
    made = mx.mod.Module(mlp(mx))
    made.bind(data.provide_data, data.provide_label)
    made.init_params(mx.init.Xavier())
    return made


def batch(count, features=4, label=True):
    """A batch of *count* examples."""
    return mx.io.DataBatch([nd.ones((count, features))], [nd.zeros(count)] if label else None)


def test_learning_with_random_parameters_fits_the_data(data):
    mx.random.seed(1)
    module = mx.mod.Module(mlp(mx))
    module.fit(data, num_epoch=60, optimizer="adam", optimizer_params={"learning_rate": 0.05})
    assert module.score(data, "acc") == [("accuracy", 1.0)]


def test_steps_in_the_wrong_order(data):
    module = mx.mod.Module(mlp(mx))
    with pytest.raises(AssertionError, match="init_params: call bind before"):
        module.init_params()
    with pytest.raises(AssertionError, match="predict: call bind before"):
        module.predict(data)
    with pytest.raises(AssertionError, match="data_shapes: call bind before"):
        module.data_shapes  # noqa: B018
    module.bind(data.provide_data, data.provide_label)
    with pytest.raises(AssertionError, match="forward: call init_params before"):
        module.forward(batch(5))
    module.init_params()
    module.forward(batch(5), is_train=True)
    with pytest.raises(AssertionError, match="update: call init_optimizer before"):
        module.update()
    with pytest.raises(AssertionError, match="bind with inputs_need_grad=True before"):
        module.get_input_grads()
    with pytest.raises(AssertionError, match="please specify number of epochs"):
        module.fit(data)


def test_names_that_the_symbol_does_not_have():
    with pytest.raises(ValueError, match=r"data_names=\['x'\].*not found.*\n\tdata\n\tsoftmax_l"):
        mx.mod.Module(mlp(mx), data_names=["x"])
    with pytest.raises(ValueError, match=r"fixed_param_names=\['x'\]"):
        mx.mod.Module(mlp(mx), fixed_param_names=["x"])
    with pytest.warns(UserWarning, match=r"label_names=\['x'\]"):
        mx.mod.Module(mlp(mx), label_names=["x"])
    module = mx.mod.Module(mlp(mx))
    with pytest.raises(ValueError, match=r"names specified by data_names \(\['x'\] vs. \['data'\]"):
        module.bind([("x", (5, 4))])
    with pytest.warns(UserWarning, match=r"label_names \(\['x'\] vs. \['softmax_label'\]"):
        module.bind([("data", (5, 4))], [("x", (5,))])


def test_parameters_that_are_missing_or_too_many(module):
    args, auxs = module.get_params()
    less = {name: x for name, x in args.items() if name != "fc1_bias"}
    with pytest.raises(RuntimeError, match="fc1_bias is not presented"):
        module.set_params(less, auxs)
    module.set_params({**less, "fc2_bias": nd.ones(2)}, auxs, allow_missing=True)
    assert module.get_params()[0]["fc2_bias"].asnumpy().tolist() == [1, 1]
    with pytest.raises(ValueError, match='Find name "zz" that is not in the arguments'):
        module.set_params({"zz": nd.ones(1)}, {}, allow_missing=True)
    module.set_params({"zz": nd.ones(1)}, {}, allow_missing=True, allow_extra=True)
    with pytest.raises(ValueError, match=r"fc1_bias has shape \(6,\); .* bound with \(5,\)"):
        module.set_params({**args, "fc1_bias": nd.ones(6)}, auxs)
    with pytest.warns(UserWarning, match="init_params call ignored"):
        module.init_params()


def test_batches_of_other_sizes(module):
    for count in (3, 5, 7):
        module.forward(batch(count))
        assert module.get_outputs()[0].shape == (count, 2)
        assert module.label_shapes == [("softmax_label", (count,))]
    module.forward(batch(2, label=False), is_train=False)
    assert module.get_outputs()[0].shape == (2, 2) and module.label_shapes is None
    module.forward(batch(2))
    assert module.label_shapes == [("softmax_label", (2,))]
    assert module.predict(np.ones((3, 4), "float32")).shape == (3, 2)
    with pytest.raises(MXNetError, match=r"fc1_weight has shape \(5, 4\) .* needs \(5, 3\)"):
        module.forward(batch(2, features=3))
    with pytest.raises(MXNetError, match=r"a batch has 0 arrays for \['data'\]"):
        module._exec_group.forward(mx.io.DataBatch([]), False)


def test_anything_with_data_is_a_batch(module):
    one = collections.namedtuple("Batch", ["data"])([nd.ones((2, 4))])
    module.forward(one, is_train=False)
    assert module.get_outputs()[0].shape == (2, 2)
    module.forward(mx.io.DataBatch(data=(nd.ones((3, 4)),), provide_data=[("data", (3, 4))]))
    assert module.get_outputs()[0].shape == (3, 2)


def test_outputs_are_written_to_by_the_next_forward_but_not_those_of_predict(module):
    data = mx.io.NDArrayIter(nd.array([[1, 2, 3, 4], [-4, 3, 2, -1]]), batch_size=1)
    first, second = module.predict(data, merge_batches=False)
    assert first[0].asnumpy().tolist() != second[0].asnumpy().tolist()
    module.forward(batch(1), is_train=False)
    output = module.get_outputs()[0]
    module.forward(mx.io.DataBatch([data.data[0][1][1:]]), is_train=False)
    assert output.asnumpy().tolist() == second[0].asnumpy().tolist()


def test_binding_again_keeps_parameters(module, caplog):
    before = {name: x.asnumpy().tolist() for name, x in module.get_params()[0].items()}
    with caplog.at_level(logging.WARNING):
        module.bind([("data", (3, 4))])
    assert "Already bound" in caplog.text and module.data_shapes == [("data", (5, 4))]
    module.bind([("data", (3, 4))], for_training=False, force_rebind=True)
    assert module.data_shapes == [("data", (3, 4))]
    module.forward(batch(3))
    after = {name: x.asnumpy().tolist() for name, x in module._exec_group.execs[0].arg_dict.items()}
    assert {name: after[name] for name in before} == before


def test_modules_that_share_parameters(module, data):
    module.init_optimizer()
    other = mx.mod.Module(mlp(mx))
    other.bind([("data", (2, 4))], [("softmax_label", (2,))], shared_module=module)
    other.forward_backward(batch(2))
    other.update()
    ours, theirs = (x._exec_group.execs[0].arg_dict for x in (module, other))
    assert ours["fc1_weight"] is theirs["fc1_weight"] and ours["data"] is not theirs["data"]


def test_a_bias_is_learnt_where_its_weight_is_not(data):
    """MXNet leaves the gradient of the bias as it is then."""
    module = mx.mod.Module(mlp(mx), fixed_param_names=["fc2_weight"])
    module.bind(data.provide_data, data.provide_label)
    module.init_params(mx.init.One())
    module.init_optimizer()
    module.forward_backward(next(data))
    module.update()
    args, _ = module.get_params()
    assert (args["fc2_weight"].asnumpy() == 1).all()
    assert (args["fc2_bias"].asnumpy() != 0).all()


def test_optimizers_that_are_given(module, caplog):
    with pytest.warns(UserWarning, match=r"rescale_grad is not normalized .* \(1.0 vs. 0.2\)"):
        module.init_optimizer(optimizer=mx.optimizer.SGD(learning_rate=0.5))
    assert module._optimizer.idx2name == dict(enumerate(module._param_names))
    with caplog.at_level(logging.WARNING):
        module.init_optimizer()
    assert "optimizer already initialized" in caplog.text
    with pytest.raises(AssertionError, match="optimizer must be a name or an Optimizer, got int"):
        module.init_optimizer(optimizer=3, force_init=True)


def test_several_devices(data):
    devices = [mx.cpu(i) for i in range(2)]
    module = mx.mod.Module(mlp(mx), context=devices, work_load_list=[1, 4])
    module.bind(data.provide_data, data.provide_label, inputs_need_grad=True)
    module.init_params()
    module.forward_backward(next(data))
    (parts,) = module.get_outputs(merge_multi_context=False)
    assert [part.shape for part in parts] == [(1, 2), (4, 2)]
    assert module.get_outputs()[0].shape == (5, 2)
    assert module.get_input_grads()[0].shape == (5, 4)
    module.forward([batch(1), batch(4)])
    (parts,) = module.get_outputs(merge_multi_context=False)
    assert [part.shape for part in parts] == [(1, 2), (4, 2)]
    metric = mx.metric.create("acc")
    module.update_metric(metric, [[nd.zeros(1)], [nd.zeros(4)]], pre_sliced=True)
    assert metric.num_inst == 5


def test_devices_without_a_store_have_states_of_their_own(data):
    module = mx.mod.Module(mlp(mx), context=[mx.cpu(0), mx.cpu(1)], fixed_param_names=["fc1_bias"])
    module.bind(data.provide_data, data.provide_label)
    module.init_params()
    module.init_optimizer(kvstore=None, optimizer_params={"momentum": 0.5})
    module.forward_backward(next(data))
    module.update()
    assert sorted(module._updater.states) == [0, 1, 4, 5, 6, 7]


def test_groups_of_a_symbol_are_on_their_own_devices():
    with mx.AttrScope(ctx_group="first"):
        x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="a")
    with mx.AttrScope(ctx_group="second"):
        net = mx.sym.FullyConnected(x, num_hidden=2, name="b")
    devices = [mx.cpu(0), mx.cpu(1)]
    groups = {"first": [mx.cpu(2), mx.cpu(3)], "second": mx.cpu(4)}
    found = []
    for group2ctxs in (None, groups, [{"first": mx.cpu(2), "second": mx.cpu(4)}] * 2):
        module = mx.mod.Module(net, label_names=None, context=devices, group2ctxs=group2ctxs)
        module.bind([("data", (2, 4))], inputs_need_grad=True)
        module.init_params(mx.init.One())
        module.forward(batch(2), is_train=True)
        module.backward([nd.ones((2, 2))])
        found.append(module.get_input_grads()[0].asnumpy().tolist())
    assert found[0] == found[1] == found[2]
    first, second = module._exec_group.execs
    assert [first.arg_dict[name].context for name in ("data", "a_bias")] == [mx.cpu(2)] * 2
    assert [exe.outputs[0].context for exe in (first, second)] == [mx.cpu(4)] * 2
    for wrong in ([{}], {"first": devices * 2}, 5):
        with pytest.raises(AssertionError, match="group2ctxs"):
            mx.mod.Module(net, label_names=None, context=devices, group2ctxs=wrong)


def test_too_many_devices():
    module = mx.mod.Module(mlp(mx), context=[mx.cpu(i) for i in range(3)])
    with pytest.raises(ValueError, match="a batch of 2 cannot be divided among 3 devices"):
        module.bind([("data", (2, 4))])


def test_states():
    x = mx.sym.var("data") + mx.sym.var("state")
    module = mx.mod.Module(x, state_names=["state"], label_names=None)
    module.bind([("data", (2, 3))], for_training=False)
    module.init_params()
    module.set_states(value=2)
    module.forward(mx.io.DataBatch([nd.ones((2, 3))]))
    assert module.get_outputs()[0].asnumpy().tolist() == [[3] * 3] * 2
    assert module.get_states(False)[0][0].asnumpy().tolist() == [[2] * 3] * 2


def test_chains_refuse_modules_that_do_not_fit():
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=4, name="a")
    chain = mx.mod.SequentialModule()
    with pytest.raises(AssertionError, match='Unknown meta "labels", a typo'):
        chain.add(mx.mod.Module(x, label_names=None), labels=True)
    chain.add(mx.mod.Module(x, label_names=None)).add(
        mx.mod.Module(x, label_names=None), auto_wiring=True
    )
    chain.bind([("data", (2, 4))])
    with pytest.raises(AssertionError, match='name "a_weight" in layer 1'):
        chain.init_params()


def test_python_losses_need_a_gradient():
    loss = mx.mod.PythonLossModule()
    with pytest.raises(AssertionError, match="grad_req='add'"):
        loss.bind([("data", (2, 2))], grad_req="add")
    loss.bind([("data", (2, 2))], [("softmax_label", (2,))])
    loss.forward(batch(2, 2))
    with pytest.raises(NotImplementedError, match="pass grad_func"):
        loss.backward()


def test_old_models_take_arrays_of_the_same_length():
    model = mx.model.FeedForward(mlp(mx), num_epoch=1)
    with pytest.raises(ValueError, match="y must be specified"):
        model.fit(numbers((4, 4), 0))
    with pytest.raises(ValueError, match="X has 4 examples, y has 3"):
        model.fit(numbers((4, 4), 0), labels(3))
    with pytest.raises(AssertionError, match="no parameters; fit it"):
        model.predict(numbers((4, 4), 0))


def test_a_module_compiles_its_forward_once_for_training_and_once_for_prediction(module, data):
    module.init_optimizer()
    for _ in range(3):
        data.reset()
        for one in data:
            module.forward_backward(one)
            module.update()
            module.forward(one, is_train=False)
    (executor,) = module._exec_group.execs
    assert "compiled for 2 signature" in str(executor._program.explain())


@pytest.mark.parametrize(
    ("optimizer", "options", "rows"),
    [
        # what MXNet 1.9.1 gives; of rows 0 and 3, whose second gradients come three steps later
        ("sgd", {"momentum": 0.9, "wd": 0.1}, [0.31522, 0.44959, 0.78400, 0.99600]),
        ("adam", {"wd": 0.1}, [0.25250, 0.35250, 0.88330, 0.98525]),
        ("adam", {"wd": 0.1, "lazy_update": False}, [0.30631, 0.40631, 1.00027, 1.11239]),
        ("adagrad", {}, [0.27041, 0.37045, 0.85547, 0.96508]),
    ],
)
def test_row_sparse_parameters_are_updated_where_they_have_gradients(optimizer, options, rows):
    x, w = mx.sym.var("data", stype="csr"), mx.sym.var("weight", shape=(6, 2), stype="row_sparse")
    net = mx.sym.LinearRegressionOutput(mx.sym.dot(x, w), mx.sym.var("label"))
    examples = np.zeros((4, 6), "float32")
    examples[[0, 1, 2, 3], [1, 3, 1, 0]] = [1, 2, -1, 0.5]
    labels = np.arange(8, dtype="float32").reshape(4, 2)
    data = mx.io.NDArrayIter(
        nd.array(examples).tostype("csr"), {"label": labels}, 2, last_batch_handle="discard"
    )
    module = mx.mod.Module(net, label_names=["label"])
    module.bind(data.provide_data, data.provide_label)
    module.init_params()
    assert module.get_params()[0]["weight"].stype == "row_sparse"
    module.set_params({"weight": nd.arange(1, 13).reshape((6, 2)) / 10}, {})
    module.init_optimizer(optimizer=optimizer, optimizer_params={"learning_rate": 0.1, **options})
    for _ in range(2):
        data.reset()
        for one in data:
            module.forward(one)
            module.backward()
            module.update()
    executor = module._exec_group.execs[0]
    assert executor.arg_dict["data"].stype == "csr"
    assert executor.grad_dict["weight"].indices.asnumpy().tolist() == [0, 1]
    w = module.get_params()[0]["weight"]
    assert w.stype == "row_sparse"
    np.testing.assert_allclose(w.asnumpy()[[0, 3]].ravel(), rows, atol=1e-5)
    np.testing.assert_allclose(w.asnumpy()[[2, 4, 5]].ravel(), [0.5, 0.6, 0.9, 1, 1.1, 1.2])


def test_names_that_programs_read_of_modules_and_their_executors():
    net = mx.sym.BatchNorm(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc"))
    bucketing = mx.module.BucketingModule(
        lambda key: (net, ["data"], None), 1, fixed_param_names=["fc_bias"], context=mx.cpu()
    )
    bucketing.bind([("data", (4, 2))])
    assert (bucketing._fixed_param_names, bucketing._state_names) == (["fc_bias"], [])
    group = bucketing._curr_module._exec_group
    assert group.arg_names == net.list_arguments()
    shapes = [[x if x is None else x.shape for x in each] for each in group.grad_arrays]
    assert shapes == [[(3, 2)], [None], [(3,)], [(3,)]]
    assert [[x.shape for x in each] for each in group.aux_arrays] == [[(3,)], [(3,)]]


def test_the_gradient_of_a_row_sparse_embedding_is_row_sparse():
    weight = mx.sym.var("w", stype="row_sparse")
    net = mx.sym.contrib.SparseEmbedding(mx.sym.var("i"), weight, input_dim=4, output_dim=2)
    executor = net.simple_bind(mx.cpu(), i=(2,), grad_req={"i": "null", "w": "write"})
    executor.arg_dict["i"][:] = nd.array([1, 3])
    executor.forward(is_train=True)
    executor.backward(nd.ones((2, 2)))
    assert executor.grad_dict["w"].stype == "row_sparse"
    assert executor.grad_dict["w"].indices.tolist() == [1, 3]
