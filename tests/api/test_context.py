"""Contexts: names of devices, the current one, and what cannot be used."""

import copy
import pickle
import threading

import numpy as np
import pytest

from ndgrad import context
from ndgrad.base import MXNetError
from ndgrad.context import (
    Context,
    check_usable,
    cpu,
    cpu_pinned,
    cpu_shared,
    current_context,
    gpu,
    gpu_memory_info,
    num_gpus,
)
from ndgrad.memory import storage


class TwoGPUs:
    """A GPU target as another layer would install it."""

    def __init__(self):
        self.emptied = []

    def num_gpus(self):
        return 2

    def memory_info(self, device_id):
        return 10 + device_id, 20

    def empty_cache(self, device_id):
        self.emptied.append(device_id)


def test_attributes_and_repr():
    assert (cpu().device_type, cpu().device_id, cpu().device_typeid) == ("cpu", 0, 1)
    assert [c(2).device_typeid for c in (cpu, gpu, cpu_pinned, cpu_shared)] == [1, 2, 3, 5]
    assert repr(cpu(1)) == str(cpu(1)) == "cpu(1)"
    assert repr(Context("gpu")) == "gpu(0)"


def test_equality_and_hash():
    assert cpu() == cpu(0)
    assert cpu() != cpu(1)
    assert cpu() != gpu()
    assert cpu() != "cpu"
    assert {cpu(), cpu(0), gpu()} == {Context("cpu", 0), Context("gpu")}


def test_one_instance_a_device():
    assert Context("cpu", 3) is cpu(3) is Context(cpu(3)) is Context("cpu", np.int64(3))
    assert type(Context("cpu", np.int64(77)).device_id) is int
    assert pickle.loads(pickle.dumps(gpu(3))) is gpu(3)
    assert copy.deepcopy(cpu(1)) is copy.copy(cpu(1)) is cpu(1)


def test_a_context_cannot_be_changed():
    with pytest.raises(AttributeError, match="device_id"):
        cpu().device_id = 5


def test_bad_devices():
    with pytest.raises(KeyError, match="tpu"):
        Context("tpu", 0)
    with pytest.raises(MXNetError, match="device_id=-1"):
        cpu(-1)
    with pytest.raises(TypeError):
        cpu(0.5)


def test_current_context_nests_and_survives_errors():
    assert current_context() is cpu(0)
    with cpu(1) as outer, gpu(2):
        assert outer is cpu(1)
        assert current_context() is gpu(2)
        with pytest.raises(ZeroDivisionError), outer, outer:
            raise ZeroDivisionError
        assert current_context() is gpu(2)
    assert current_context() is cpu(0)


def test_current_context_belongs_to_the_thread():
    seen = []
    with cpu(4):
        thread = threading.Thread(target=lambda: seen.append(current_context()))
        thread.start()
        thread.join()
    assert seen == [cpu(0)]


def test_gpu_on_a_machine_without_a_target(monkeypatch):
    monkeypatch.setattr(context, "_gpu_target", None)
    assert num_gpus() == 0
    for call in (lambda: check_usable(gpu(), op="zeros"), gpu(1).empty_cache, gpu_memory_info):
        with pytest.raises(MXNetError, match=r"gpu\(\d\) cannot be used.*Use ctx=cpu\(\)"):
            call()
    with pytest.raises(MXNetError, match=r"^zeros: "):
        check_usable(gpu(), op="zeros")


def test_gpu_target(monkeypatch):
    target = TwoGPUs()
    monkeypatch.setattr(context, "_gpu_target", target)
    assert num_gpus() == 2
    assert gpu_memory_info(1) == (11, 20)
    check_usable(gpu(1))
    gpu(1).empty_cache()
    assert target.emptied == [1]
    with pytest.raises(MXNetError, match=r"gpu\(2\) cannot be used: this machine has 2 GPU"):
        check_usable(gpu(2))


def test_host_contexts_are_usable():
    for ctx in (cpu(), cpu(5), cpu_pinned(), cpu_shared()):
        check_usable(ctx)


def test_not_a_context():
    with pytest.raises(TypeError, match=r"ones: ctx='cpu' is a str; expected a Context"):
        check_usable("cpu", op="ones")


def test_empty_cache_frees_pooled_memory():
    storage.empty(storage.POOLED_BYTES, np.dtype("uint8"))
    assert storage.pool_stats().bytes_free > 0
    cpu().empty_cache()
    assert storage.pool_stats().bytes_free == 0
