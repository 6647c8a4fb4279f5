"""Executors: arrays that are made and shared, requirements, other shapes, monitors."""

from __future__ import annotations

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd, sym


def net():
    x = sym.FullyConnected(sym.var("data"), num_hidden=3, name="fc")
    return sym.SoftmaxOutput(x, name="softmax")


def filled(**options):
    executor = net().simple_bind(mx.cpu(), data=(2, 4), **options)
    executor.arg_dict["fc_weight"][:] = nd.arange(12).reshape((3, 4)) / 10
    executor.arg_dict["data"][:] = 0.5
    return executor


def test_arrays():
    executor = filled()
    assert list(executor.arg_dict) == ["data", "fc_weight", "fc_bias", "softmax_label"]
    assert [x.shape for x in executor.grad_arrays] == [(2, 4), (3, 4), (3,), (2,)]
    assert executor.outputs[0].shape == executor.output_dict["softmax_output"].shape == (2, 3)
    assert executor.aux_arrays == []
    assert isinstance(executor, mx.executor.Executor)


def test_requirements():
    null = filled(grad_req="null")
    assert null.grad_arrays == [None] * 4
    some = filled(grad_req={"fc_bias": "add"})
    assert [x is None for x in some.grad_arrays] == [True, True, False, True]
    for _ in range(2):
        some.forward(is_train=True)
        some.backward()
    once = filled()
    once.forward(is_train=True)
    once.backward()
    twice = 2 * once.grad_dict["fc_bias"].asnumpy()
    np.testing.assert_allclose(some.grad_dict["fc_bias"].asnumpy(), twice, rtol=1e-6)
    with pytest.raises(MXNetError, match="grad_req=foo"):
        filled(grad_req="foo")


def test_backward_before_forward_casts_its_gradients():
    gradient = nd.zeros(2)
    executor = sym.tanh(sym.var("x")).bind(mx.cpu(), [nd.array([0, 1])], [gradient])
    executor.backward(nd.array([3, 0], dtype="int32"))
    assert gradient.asnumpy().tolist() == [3, 0]


@pytest.mark.parametrize("stype", ["csr", "row_sparse"])
def test_sparse_arguments_are_read_at_each_forward(stype):
    x, gradient = nd.array([[1, 0]]).tostype(stype), nd.zeros((1, 2))
    executor = sym.sparse.square(sym.var("x", stype=stype)).bind(mx.cpu(), [x], [gradient])
    for i, change in enumerate((
        lambda: executor.forward(True),
        lambda: executor.forward(True, x=nd.array([[2, 0]]).tostype(stype)),
        lambda: nd.array([[0, 3]]).tostype(stype).copyto(executor.arg_dict["x"]),
        lambda: x.__setitem__(slice(None), nd.array([[4, 4]])),
    )):  # fmt: skip
        change()
        expected = [[1, 0], [2, 0], [0, 3], [4, 4]][i]
        assert executor.forward(True)[0].asnumpy().tolist() == [[v * v for v in expected]]
        executor.backward(nd.ones((1, 2)))
        assert gradient.asnumpy().tolist() == [[2 * v for v in expected]]


def test_dtypes_and_shapes_that_do_not_follow():
    executor = net().simple_bind(mx.cpu(), data=(2, 4), type_dict={"data": "float64"})
    assert executor.arg_dict["fc_weight"].dtype == np.float64
    with pytest.raises(MXNetError, match="data"):
        net().simple_bind(mx.cpu())
    with pytest.raises(MXNetError, match="Shape inconsistent"):
        net().bind(mx.cpu(), [nd.ones((2, 4)), nd.ones((3, 5)), nd.ones(3), nd.ones(2)])


def test_states_must_be_given():
    symbol = sym.BatchNorm(sym.var("x"), name="bn")
    args = [nd.ones((2, 4)), nd.ones(4), nd.ones(4)]
    with pytest.raises(ValueError, match="aux_states"):
        symbol.bind(mx.cpu(), args)
    with pytest.raises(ValueError, match="bn_moving_var"):
        symbol.bind(mx.cpu(), args, aux_states={"bn_moving_mean": nd.zeros(4)})


def test_gradients_of_a_prediction():
    executor = filled()
    executor.forward()
    executor.backward()
    gradient = executor.grad_dict["fc_bias"].asnumpy()
    executor.forward(is_train=True)
    executor.backward()
    np.testing.assert_allclose(executor.grad_dict["fc_bias"].asnumpy(), gradient, rtol=1e-6)


def test_other_shapes_share_parameters():
    executor = filled()
    larger = executor.reshape(allow_up_sizing=True, data=(5, 4), softmax_label=(5,))
    assert larger.arg_dict["fc_weight"] is executor.arg_dict["fc_weight"]
    assert larger.forward(data=nd.ones((5, 4)))[0].shape == (5, 3)
    smaller = executor.reshape(data=(1, 4), softmax_label=(1,))
    assert smaller.forward()[0].shape == (1, 3)
    with pytest.raises(MXNetError, match="allow_up_sizing"):
        executor.reshape(data=(5, 4), softmax_label=(5,))
    with pytest.raises(MXNetError, match="partial_shaping"):
        executor.reshape(data=(1, 4))


def test_executors_share_arrays():
    first = filled()
    names = ["fc_weight", "fc_bias"]
    second = net().simple_bind(
        mx.cpu(), shared_exec=first, shared_arg_names=names, data=(3, 4), softmax_label=(3,)
    )
    assert second.arg_dict["fc_weight"] is first.arg_dict["fc_weight"]
    assert second.grad_dict["fc_bias"] is first.grad_dict["fc_bias"]
    assert second.arg_dict["data"] is not first.arg_dict["data"]


def test_executors_share_no_arguments_unless_they_are_named():
    first = filled()
    second = net().simple_bind(mx.cpu(), shared_exec=first, data=(3, 4), softmax_label=(3,))
    second.arg_dict["fc_weight"][:] = 7
    assert (first.arg_dict["fc_weight"].asnumpy() != 7).all()


def test_parameters_are_copied():
    executor = filled()
    executor.copy_params_from({"fc_bias": nd.array([1, 2, 3])})
    assert executor.arg_dict["fc_bias"].asnumpy().tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match='"other"'):
        executor.copy_params_from({"other": nd.ones(3)})
    executor.copy_params_from({"other": nd.ones(3)}, allow_extra_params=True)


def test_what_comes_again_is_compiled_once():
    executor = filled()
    for _ in range(4):
        executor.forward(is_train=True)
        executor.backward()
        executor.forward()
    assert len(executor._program.explain().programs) == 2


def test_monitor():
    executor, seen = filled(), []
    executor.set_monitor_callback(lambda name, x: seen.append((name, x.shape)))
    executor.forward(is_train=True)
    assert seen == [("fc_output", (2, 3)), ("softmax_output", (2, 3))]
    executor.backward()
    del seen[2:]
    executor.set_monitor_callback(lambda name, x: seen.append(name), monitor_all=True)
    executor.forward()
    assert seen[2:] == [
        "data", "fc_data", "fc_weight", "fc_weight", "fc_bias", "fc_bias", "fc_output",
        "softmax_data", "softmax_label", "softmax_label", "softmax_output",
    ]  # fmt: skip
    executor.reshape(partial_shaping=True, data=(1, 4)).forward()
    assert seen[2:13] == seen[13:]


def test_monitor_of_gradients() -> None:
    """Names are MXNet's; the gradients of parameters are those that `backward` leaves."""
    executor, plain = filled(), filled()
    seen: dict[str, np.ndarray] = {}
    for exe in (executor, plain):
        exe.arg_dict["data"][:] = nd.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    executor.set_monitor_callback(lambda name, x: seen.__setitem__(name, x.asnumpy()))
    for exe in (executor, plain):
        exe.forward(is_train=True)
        exe.backward()
    own = [name for name in seen if "backward" in name]
    assert own[0] == "softmax_backward_output0"
    assert {*own[1:]} >= {"fc_backward_output1", "fc_backward_output2"}
    assert np.abs(seen["fc_backward_output1"]).max() > 0
    for name, shown in (("fc_weight", "fc_backward_output1"), ("fc_bias", "fc_backward_output2")):
        expected = plain.grad_dict[name].asnumpy()
        np.testing.assert_array_equal(executor.grad_dict[name].asnumpy(), expected)
        np.testing.assert_array_equal(seen[shown], expected)
    np.testing.assert_array_equal(executor.outputs[0].asnumpy(), plain.outputs[0].asnumpy())


def test_monitor_of_gradients_of_one_input() -> None:
    monitor = mx.mon.Monitor(1, pattern=".*backward.*")
    x = mx.sym.tanh(mx.sym.var("x"), name="t")
    exe = mx.sym.MakeLoss(x, name="loss").simple_bind(mx.cpu(), x=(2, 3))
    monitor.install(exe)
    monitor.tic()
    exe.forward(is_train=True)
    exe.backward()
    seen = [name for _, name, _ in monitor.toc()]
    assert seen == ["loss_backward_output", "t_backward_output"]
    assert exe.grad_dict["x"].asnumpy().tolist() == [[1] * 3] * 2  # at 0


def test_a_monitor_of_row_sparse_gradients() -> None:
    x = mx.sym.var("x")
    weight = mx.sym.var("w", stype="row_sparse")
    y = mx.sym.sparse.Embedding(x, weight, input_dim=6, output_dim=2, sparse_grad=True)
    grad = nd.zeros((6, 2), stype="row_sparse")
    args = {"x": nd.array([1, 4]), "w": nd.ones((6, 2))}
    exe = mx.sym.MakeLoss(y).bind(mx.cpu(), args, {"w": grad}, {"x": "null", "w": "write"})
    exe.set_monitor_callback(lambda name, x: None)
    exe.forward(is_train=True)
    exe.backward()
    assert exe.grad_dict["w"].stype == "row_sparse"
    assert exe.grad_dict["w"].asnumpy().sum() == 4


def test_a_monitor_stays_with_a_module_that_is_reshaped():
    module, seen = mx.mod.Module(net()), []
    module.bind([("data", (2, 4))], [("softmax_label", (2,))])
    module.init_params()
    module._exec_group.execs[0].set_monitor_callback(lambda name, x: seen.append(x.shape[0]))
    module.forward(mx.io.DataBatch([nd.ones((3, 4))], [nd.zeros(3)]))
    assert seen == [3, 3]


def test_values_that_are_given_to_forward():
    executor = filled()
    executor.forward(data=np.ones((2, 4)))
    assert executor.arg_dict["data"].asnumpy().tolist() == [[1] * 4] * 2
    with pytest.raises(ValueError, match="Shape not match"):
        executor.forward(data=nd.ones((3, 4)))
    with pytest.raises(ValueError, match=r"numpy\.ndarray"):
        executor.forward(data=[[1]])


def test_outputs_stay_the_same_arrays():
    executor = (sym.var("x") * 2).simple_bind(mx.cpu(), x=(3,), grad_req="null")
    kept = executor.outputs[0]
    assert executor.forward(x=nd.ones(3))[0] is kept
    executor.forward(x=nd.full(3, 4.0))
    assert kept.asnumpy().tolist() == [8, 8, 8]
    smaller = executor.reshape(x=(2,))
    smaller.forward(x=nd.ones(2))
    assert kept.asnumpy().tolist() == [2, 2, 8]


def test_groups_are_on_their_devices():
    data = sym.var("data")
    with mx.AttrScope(ctx_group="first"):
        x = sym.FullyConnected(data, num_hidden=3, name="fc1")
    with mx.AttrScope(ctx_group="second"):
        x = sym.BatchNorm(sym.FullyConnected(x, num_hidden=2, name="fc2"), name="bn")
    places = {"first": mx.cpu(1), "second": mx.cpu(2)}
    executor = sym.sum(x * sym.var("scale")).simple_bind(
        mx.cpu(), group2ctx=places, data=(4, 5), scale=(4, 2)
    )
    for name, array in (executor.arg_dict | executor.aux_dict).items():
        own = 0 if name == "scale" else 2 if name.startswith(("fc2", "bn")) else 1
        assert array.context == mx.cpu(own), name
    executor.arg_dict["fc1_weight"][:] = nd.arange(15).reshape((3, 5))
    executor.arg_dict["fc2_weight"][:] = nd.arange(6).reshape((2, 3))
    executor.arg_dict["scale"][:] = nd.arange(8).reshape((4, 2))
    alone = sym.sum(x * sym.var("scale")).bind(
        mx.cpu(),
        {name: array.copyto(mx.cpu()) for name, array in executor.arg_dict.items()},
        {name: nd.zeros(array.shape) for name, array in executor.arg_dict.items()},
        aux_states={name: x.copyto(mx.cpu()) for name, x in executor.aux_dict.items()},
    )
    for one in (executor, alone):
        one.forward(is_train=True, data=nd.arange(20).reshape((4, 5)))
        one.backward()
    assert executor.outputs[0].context == mx.cpu()
    assert executor.grad_dict["fc1_weight"].context == mx.cpu(1)
    for name, gradient in alone.grad_dict.items():
        np.testing.assert_array_equal(executor.grad_dict[name].asnumpy(), gradient.asnumpy())


def test_memory_that_results_take():
    x = sym.var("x")
    for _ in range(9):
        x = x * x
    found = []
    for head, grad_req in ((x, "write"), (x, "null"), (sym.stop_gradient(x), "write")):
        executor = head.simple_bind(mx.cpu(), x=(1024, 1024), grad_req=grad_req)
        found.append(executor.debug_str().splitlines()[-1])
    assert found == [f"Total {n} MB allocated" for n in (36, 8, 8)]


def test_gradients_that_no_operator_reads_may_have_any_shape():
    x, gradient = nd.array([[1, 3, 2]]), nd.ones((1, 3))
    executor = sym.argmax(sym.var("x"), axis=1).bind(mx.cpu(), [x], [gradient])
    executor.forward(is_train=True)
    executor.backward(nd.ones((1, 3)))
    assert gradient.asnumpy().tolist() == [[0, 0, 0]]
    summed = sym.sum(sym.var("x"), axis=1).bind(mx.cpu(), [x], [gradient])
    summed.forward(is_train=True)
    with pytest.raises(MXNetError, match="must have as many elements as the head"):
        summed.backward(nd.ones((1, 3)))


@pytest.mark.parametrize("times", [1, 3])
def test_backward_of_a_prediction_draws_what_it_drew(times):
    x, gradient = nd.ones((4, 50)), nd.zeros((4, 50))
    net = sym.Dropout(sym.var("x"), p=0.5, mode="always") * sym.random.uniform(1, 2, shape=(4, 50))
    executor = net.bind(mx.cpu(), [x], [gradient])
    for _ in range(times):
        executor.forward(is_train=False)
    executor.backward(nd.ones((4, 50)), is_train=False)
    assert gradient.asnumpy().tolist() == executor.outputs[0].asnumpy().tolist()
    assert 0 < (gradient.asnumpy() == 0).mean() < 1


def test_cached_op():
    net = sym.FullyConnected(sym.var("x"), num_hidden=2, name="fc") + 1
    call = mx.nd.CachedOp(net)
    x, weight, bias = nd.ones((3, 4)), nd.ones((2, 4)), nd.zeros(2)
    weight.attach_grad()
    with mx.autograd.record():
        y = call(x, weight, bias)
    y.backward()
    assert y.asnumpy().tolist() == [[5, 5]] * 3
    assert weight.grad.asnumpy().tolist() == [[3] * 4] * 2
    out = nd.zeros((3, 2))
    assert call(x, weight, bias + 1, out=out) is out
    assert out.asnumpy().tolist() == [[6, 6]] * 3
    both = mx.nd.CachedOp(sym.Group([sym.var("a") + 1, sym.var("b") * 2]), [("inline_limit", "0")])
    assert [p.asscalar() for p in both(nd.ones(1), nd.ones(1))] == [2, 2]
    with pytest.raises(MXNetError, match="2 arrays are given, expected 3: x, fc_weight, fc_bias"):
        call(x, weight)
    with pytest.raises(MXNetError, match=r"out has 2 arrays, expected 1: _plusscalar\d+_output"):
        call(x, weight, bias, out=[out, out])
    with pytest.raises(TypeError, match="sym must be a Symbol, got 1"):
        mx.nd.CachedOp(1)


@pytest.mark.parametrize("stype", ["default", "row_sparse"])
def test_gradients_of_what_csr_matrices_are_multiplied_by(stype):
    weight = sym.var("w", stype=stype)
    executor = sym.dot(sym.var("x", stype="csr"), weight).simple_bind(mx.cpu(), x=(2, 4), w=(4, 1))
    executor.arg_dict["x"][:] = nd.array([[0, 1, 0, 2], [0, 3, 0, 0]]).tostype("csr")
    executor.forward(is_train=True)
    executor.backward(nd.ones((2, 1)))
    gradient = executor.grad_dict["w"]
    assert gradient.stype == "row_sparse"
    assert gradient.indices.asnumpy().tolist() == [1, 3]
    assert gradient.asnumpy().tolist() == [[0], [4], [0], [2]]
    turned = sym.dot(sym.var("x", stype="csr"), weight, transpose_a=True)
    assert turned.simple_bind(mx.cpu(), x=(2, 4), w=(2, 1)).grad_dict["w"].stype == "default"
    dense = sym.dot(sym.var("x"), weight)
    assert dense.simple_bind(mx.cpu(), x=(2, 4), w=(4, 1)).grad_dict["w"].stype == "default"


def test_the_slope_of_prelu_behind_another_operator() -> None:
    """MXNet computes it of an array that the gradient of the input has overwritten."""
    y = mx.sym.LeakyReLU(mx.sym.var("x") * 2, act_type="prelu", name="p")
    executor = mx.sym.MakeLoss(mx.sym.square(y)).simple_bind(mx.cpu(), x=(1, 2, 2))
    executor.arg_dict["x"][:] = nd.array([[[-1, 2], [3, -4]]])
    executor.arg_dict["p_gamma"][:] = nd.array([0.5, 0.25])
    executor.forward(is_train=True)
    executor.backward()
    # The derivative of (slope * 2x) ** 2 where x is negative.
    assert executor.grad_dict["p_gamma"].asnumpy().tolist() == [4.0, 32.0]
