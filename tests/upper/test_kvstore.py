"""Key-value stores: sums, updates and copies by key; rows; states of optimizers; errors."""

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd, registry


def store(kind="local", **arrays):
    kv = mx.kv.create(kind)
    kv.init([*arrays], [nd.array(x) for x in arrays.values()])
    return kv


def pulled(kv, key, shape=(2,)):
    out = nd.zeros(shape)
    kv.pull(key, out=out)
    return out.asnumpy().tolist()


@pytest.mark.parametrize("kind", ["local", "device", "nccl", "dist_sync", "Device"])
def test_stores_of_one_process(kind):
    kv = mx.kv.create(kind)
    assert (kv.type, kv.rank, kv.num_workers) == (kind.lower(), 0, 1)
    assert kv.is_capable(mx.kvstore.KVStoreBase.OPTIMIZER)
    kv._barrier()
    with pytest.raises(ValueError, match="Unknown capability: x"):
        kv.is_capable("x")


def test_a_push_stores_the_sum():
    kv = store(a=[1, 1], b=[2, 2])
    assert pulled(kv, "a") == [1, 1]
    value = nd.array([5, 6])
    kv.push("a", value)
    value[:] = 0
    assert pulled(kv, "a") == [5, 6]
    kv.push("a", [nd.ones(2)] * 3)
    assert pulled(kv, "a") == [3, 3]
    kv.push(["a", "b", "a"], [nd.ones(2), [nd.ones(2)] * 2, nd.ones(2) * 3])
    outs = [nd.zeros(2), [nd.zeros(2), nd.zeros(2)]]
    kv.pull(["a", "b"], out=outs)
    assert [x.asnumpy().tolist() for x in (outs[0], *outs[1])] == [[4, 4], [2, 2], [2, 2]]


def test_integers_are_keys_too():
    kv = mx.kv.create()
    kv.init(3, nd.ones(2))
    kv.pushpull(3, [nd.ones(2), nd.ones(2)], out=nd.zeros(2))
    assert pulled(kv, 3) == [2, 2]


def test_pushpull_and_broadcast():
    kv = mx.kv.create("device")
    outs = [nd.zeros(2), nd.zeros(2)]
    kv.broadcast("a", nd.ones(2) * 4, out=outs)
    assert all(x.asnumpy().tolist() == [4, 4] for x in outs)
    grads = [nd.ones(2), nd.ones(2) * 2]
    kv.pushpull("a", grads)
    assert all(x.asnumpy().tolist() == [3, 3] for x in grads)
    with pytest.raises(mx.MXNetError, match="key a was initialized before"):
        kv.broadcast("a", nd.ones(2), out=outs)


def test_several_contexts():
    kv = mx.kv.create()
    kv.init("a", nd.ones(2))
    kv.push("a", [nd.ones(2, ctx=mx.cpu(0)), nd.ones(2, ctx=mx.cpu(1)) * 2])
    out = nd.zeros(2, ctx=mx.cpu(1))
    kv.pull("a", out=out)
    assert out.asnumpy().tolist() == [3, 3] and out.context == mx.cpu(1)


def test_optimizers_update_what_is_stored(tmp_path):
    kv = store(a=[1, 1])
    kv.set_optimizer(mx.optimizer.SGD(learning_rate=0.5, momentum=0.5))
    kv.push("a", [nd.ones(2), nd.ones(2)])
    assert pulled(kv, "a") == [0, 0]
    file = str(tmp_path / "states")
    kv.save_optimizer_states(file, dump_optimizer=True)
    out = nd.zeros(2)
    kv.pushpull("a", nd.zeros(2), out=out)
    assert out.asnumpy().tolist() == [-0.5, -0.5]
    other = store(a=[0, 0])
    other.set_optimizer(mx.optimizer.SGD())
    other.load_optimizer_states(file)
    other.push("a", nd.zeros(2))
    assert pulled(other, "a") == [-0.5, -0.5]


def test_updaters_of_ones_own():
    seen = []

    def update(key, value, stored):
        seen.append(key)
        stored += 2 * value

    kv = store(a=[1, 1])
    kv._set_updater(update)
    kv.push("a", [nd.ones(2)] * 3)
    assert pulled(kv, "a") == [7, 7] and seen == ["a"]


def test_row_sparse_arrays(caplog):
    kv = mx.kv.create()
    rows = nd.array(np.arange(6).reshape(3, 2))
    kv.init(["s", "d"], [rows.tostype("row_sparse"), rows])
    out = nd.sparse.zeros("row_sparse", (3, 2))
    kv.row_sparse_pull("s", out=out, row_ids=nd.array([2, 0, 2], dtype="int64"))
    assert out.indices.asnumpy().tolist() == [0, 2]
    assert out.asnumpy().tolist() == [[0, 1], [0, 0], [4, 5]]
    kv.pull("s", out=out)
    assert "key s is row-sparse" in caplog.text and len(out.indices) == 2
    kv.pull("s", out=out, ignore_sparse=False)
    assert len(out.indices) == 3
    assert pulled(kv, "s", (3, 2)) == [[0, 1], [2, 3], [4, 5]]
    grad = nd.sparse.row_sparse_array((nd.ones((1, 2)), [1]), shape=(3, 2))
    kv.set_optimizer(mx.optimizer.SGD(learning_rate=0.5))
    kv.push("d", [grad, grad])
    assert pulled(kv, "d", (3, 2)) == [[0, 1], [1, 2], [4, 5]]
    ids = nd.array([1], dtype="int64")
    with pytest.raises(mx.MXNetError, match="what is stored is default, expected row_sparse"):
        kv.row_sparse_pull("d", out=out, row_ids=ids)
    with pytest.raises(mx.MXNetError, match="out is default, expected row_sparse"):
        kv.row_sparse_pull("s", out=nd.zeros((3, 2)), row_ids=ids)
    with pytest.raises(TypeError, match="argument row_ids is missing"):
        kv.row_sparse_pull("s", out=out)


def test_gradient_compression_is_accepted():
    mx.kv.create("device").set_gradient_compression({"type": "2bit", "threshold": 0.5})
    with pytest.raises(mx.MXNetError, match="not supported by a kvstore of type 'local'"):
        mx.kv.create("local").set_gradient_compression({"type": "2bit"})
    with pytest.raises(mx.MXNetError, match="type='9'"):
        mx.kv.create("device").set_gradient_compression({"type": "9"})
    with pytest.raises(TypeError, match="expected a dict, got 5"):
        mx.kv.create("device").set_gradient_compression(5)


def test_classes_of_ones_own():
    @mx.kvstore.KVStoreBase.register
    class Mine(mx.kvstore.KVStoreBase):
        pass

    try:
        kv = mx.kv.create("mine")
        assert isinstance(kv, Mine)
        for call in (lambda: kv.pushpull(1, 2), lambda: kv.rank, lambda: kv.set_optimizer(1)):
            with pytest.raises(NotImplementedError, match="Mine has no"):
                call()
    finally:
        del registry.registered(mx.kvstore.KVStoreBase)["mine"]


def test_the_store_for_tests():
    kv = mx.kv.create("teststore")
    assert (kv.type, kv.rank, kv.num_workers, kv.is_capable("optimizer")) == (
        "teststore", 0, 1, False,
    )  # fmt: skip
    grads, out = [nd.ones(2), nd.ones(2)], nd.zeros(2)
    kv.pushpull("x", grads, out=[out])
    kv.pushpull("x", grads)
    assert [x.asnumpy().tolist() for x in (out, *grads)] == [[2, 2]] * 3
    kv.broadcast("x", grads[0], out)
    assert out.asnumpy().tolist() == [2, 2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda kv: mx.kv.create(5), TypeError, "name must be a string, got 5"),
        (lambda kv: mx.kv.create("nope"), ValueError, "unknown kvstore 'nope', expected one of"),
        (lambda kv: mx.kv.create("dist_async"), mx.MXNetError, "needs servers of parameters"),
        (lambda kv: kv.init("a", nd.ones(2)), mx.MXNetError, "key a was initialized before"),
        (lambda kv: kv.init(3, nd.ones(2)), mx.MXNetError, "ints and strings cannot be mixed"),
        (lambda kv: kv.init(["c", "d"], [nd.ones(2)] * 3), mx.MXNetError, "2 keys, but 3 values"),
        (lambda kv: kv.init("c", 5), TypeError, "key c: expected an NDArray, got 5"),
        (lambda kv: kv.init(2.5, nd.ones(2)), TypeError, "a key must be an int or a str"),
        (lambda kv: kv.pull("c", out=nd.ones(2)), mx.MXNetError, "key 'c' was not initialized"),
        (lambda kv: kv.push("c", nd.ones(2)), mx.MXNetError, "key 'c' was not initialized"),
        (lambda kv: kv.push("a", []), mx.MXNetError, "key a has no array"),
        (lambda kv: kv.pull("a"), TypeError, "key a: expected an NDArray"),
        (lambda kv: kv.set_optimizer(5), TypeError, "expected an Optimizer, got 5"),
        (lambda kv: kv.save_optimizer_states("x"), mx.MXNetError, "cannot save states"),
        (lambda kv: kv.load_optimizer_states("x"), mx.MXNetError, "cannot load states"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call(store(a=[1, 1]))


def test_several_processes_are_refused(monkeypatch):
    monkeypatch.setenv("DMLC_NUM_WORKER", "2")
    with pytest.raises(mx.MXNetError, match="DMLC_NUM_WORKER=2"):
        mx.kv.create("dist_sync")
