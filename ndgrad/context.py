"""Devices: `Context`, its short forms, and which one is current.

A context is a name, so any may be written down on any machine; `check_usable` says whether arrays
can live there. The names, numbers and errors are those of MXNet 1.9.1.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Protocol

from ._similar import did_you_mean
from .base import MXNetError, public_names, shown

if TYPE_CHECKING:
    from .memory.device import Device

__all__ = [
    "Context",
    "cpu",
    "cpu_pinned",
    "cpu_shared",
    "current_context",
    "gpu",
    "gpu_memory_info",
    "num_gpus",
]
__dir__ = public_names(globals())

GPU = 2
"""The type number of a GPU."""


class GpuTarget(Protocol):
    """What a GPU target must offer to be installed as `_gpu_target`."""

    def num_gpus(self) -> int:
        """Return how many GPUs can be used."""

    def memory_info(self, device_id: int) -> tuple[int, int]:
        """Return the free and the total memory of a GPU in bytes."""

    def empty_cache(self, device_id: int) -> None:
        """Give a GPU's pooled memory back."""

    def device(self, device_id: int) -> Device:
        """Return what makes arrays there, a `ndgrad.memory.device.Device`."""

    def number_at(self, address: int) -> int:
        """Return which GPU's memory an address is in."""

    def unavailable_reason(self) -> str:
        """Return why there is no GPU, and what to do about it; "" if that is not known."""


# The package that drives GPUs installs itself here; it looks for GPUs when it is asked.
_gpu_target: GpuTarget | None = None

# What frees the host's pooled memory; `ndgrad.memory.storage`, a layer above, installs it.
_empty_host_cache: Callable[[], object] | None = None


class _CurrentContext(type):
    """The class of `Context`, whose ``default_ctx`` can be set, for the thread."""

    @property
    def default_ctx(cls) -> Context:
        """The current context."""
        return _local.current

    @default_ctx.setter
    def default_ctx(cls, context: Context) -> None:
        if not isinstance(context, Context):
            raise TypeError(
                f"Context.default_ctx: expected a Context such as cpu(), got {shown(context)}"
            )
        _local.current = context


class Context(metaclass=_CurrentContext):
    """A device: its type and its number.

    There is one instance a device, so contexts may be compared with ``is`` as well as ``==``.
    In a ``with`` statement it becomes the thread's current context.

    Parameters
    ----------
    device_type : {'cpu', 'gpu', 'cpu_pinned', 'cpu_shared'} or Context
        A type of device, or a context to return as it is.
    device_id : int, optional
        The number of the device, 0 or more.

    Raises
    ------
    KeyError
        If there is no such type of device.
    MXNetError
        If the number is negative.

    Examples
    --------
    >>> Context("cpu", 1)
    cpu(1)
    >>> with Context("cpu", 1):
    ...     current_context()
    cpu(1)
    """

    devtype2str: ClassVar[dict[int, str]] = {1: "cpu", 2: "gpu", 3: "cpu_pinned", 5: "cpu_shared"}
    devstr2type: ClassVar[dict[str, int]] = {"cpu": 1, "gpu": 2, "cpu_pinned": 3, "cpu_shared": 5}

    _instances: ClassVar[dict[tuple[str, int], Context]] = {}

    __slots__ = ("__weakref__", "_hash", "_repr", "device_id", "device_type", "device_typeid")

    device_type: str
    device_id: int
    device_typeid: int
    _hash: int
    _repr: str

    def __new__(cls, device_type: str | Context, device_id: int = 0) -> Context:
        if isinstance(device_type, Context):
            return device_type
        try:
            return cls._instances[device_type, device_id]
        except (KeyError, TypeError):  # TypeError: not hashable
            pass
        if not isinstance(device_type, str):
            raise TypeError(f"Context: device_type must be a string, got {shown(device_type)}")
        typeid = cls.devstr2type.get(device_type)
        if typeid is None:
            hint = did_you_mean(device_type, cls.devstr2type)
            raise KeyError(
                f"Context: device_type={device_type!r}{hint}, "
                f"expected one of {', '.join(cls.devstr2type)}"
            )
        try:
            number = operator.index(device_id)
        except TypeError:
            raise TypeError(f"Context: device_id must be an int, got {shown(device_id)}") from None
        if number < 0:
            raise MXNetError(f"Context: device_id={number}; expected 0 or more")
        self = super().__new__(cls)
        for name, value in (
            ("device_type", device_type),
            ("device_id", number),
            ("device_typeid", typeid),
            ("_hash", hash((typeid, number))),
            ("_repr", f"{device_type}({number})"),
        ):
            object.__setattr__(self, name, value)
        # setdefault, so that two threads that get here together leave with the same instance
        return cls._instances.setdefault((device_type, number), self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Context cannot be changed; make another one to set {name}")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Context)
            and self.device_typeid == other.device_typeid
            and self.device_id == other.device_id
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return self._repr

    def __reduce__(self) -> tuple[type[Context], tuple[str, int]]:
        return Context, (self.device_type, self.device_id)

    def __enter__(self) -> Context:
        _local.outer.append(_local.current)
        _local.current = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _local.current = _local.outer.pop()

    @property
    def default_ctx(self) -> Context:
        """The current context of the thread, which ``Context.default_ctx = ...`` sets."""
        return _local.current

    def empty_cache(self) -> None:
        """Give memory that is pooled for this device, and not in use, back to the system.

        Raises
        ------
        MXNetError
            If the device cannot be used on this machine.
        """
        check_usable(self)
        if self.device_typeid == GPU:
            assert _gpu_target is not None  # check_usable has seen it
            _gpu_target.empty_cache(self.device_id)
        elif _empty_host_cache is not None:
            _empty_host_cache()


_CPU0 = Context("cpu", 0)


class _Contexts(threading.local):
    """A thread's current context and the ones around it."""

    current: Context = _CPU0

    def __init__(self) -> None:
        self.outer: list[Context] = []


_local = _Contexts()


def current_context() -> Context:
    """Return the context of the innermost ``with`` statement of this thread, else ``cpu(0)``."""
    return _local.current


def cpu(device_id: int = 0) -> Context:
    """Return a CPU context. All of them share one memory; the number is only a name."""
    return Context("cpu", device_id)


def cpu_pinned(device_id: int = 0) -> Context:
    """Return a context of page-locked host memory. ndgrad keeps it as ordinary host memory."""
    return Context("cpu_pinned", device_id)


def cpu_shared(device_id: int = 0) -> Context:
    """Return a context of shared host memory. ndgrad keeps it as ordinary host memory."""
    return Context("cpu_shared", device_id)


def gpu(device_id: int = 0) -> Context:
    """Return a GPU context. Naming one works on any machine; putting an array there needs it."""
    return Context("gpu", device_id)


def num_gpus() -> int:
    """Return how many GPUs arrays can be put on; 0 where no GPU target is installed."""
    return 0 if _gpu_target is None else _gpu_target.num_gpus()


def no_gpu() -> str:
    """Say that there is no GPU, and why."""
    if _gpu_target is None:
        return "no GPU target is installed here"
    return f"no usable GPU{_gpu_target.unavailable_reason()}"


def gpu_memory_info(device_id: int = 0) -> tuple[int, int]:
    """Return the free and the total memory of a GPU.

    Parameters
    ----------
    device_id : int, optional
        The number of the GPU.

    Returns
    -------
    tuple of int
        Free bytes and total bytes.

    Raises
    ------
    MXNetError
        If the GPU cannot be used on this machine.
    """
    check_usable(gpu(device_id), op="gpu_memory_info")
    assert _gpu_target is not None  # check_usable has seen it
    return _gpu_target.memory_info(device_id)


def check_usable(ctx: Context, *, op: str | None = None) -> None:
    """Raise unless arrays can be put on `ctx`.

    Parameters
    ----------
    ctx : Context
        Where an array is wanted.
    op : str, optional
        The operator that asks, for the error.

    Raises
    ------
    TypeError
        If `ctx` is not a `Context`.
    MXNetError
        If `ctx` is a GPU that this machine does not have or that nothing here can drive.
    """
    if ctx is _CPU0:
        return
    prefix = "" if op is None else f"{op}: "
    if not isinstance(ctx, Context):
        raise TypeError(
            f"{prefix}ctx={ctx!r} is a {type(ctx).__name__}; expected a Context, such as cpu()"
        )
    if ctx.device_typeid != GPU:
        return
    if _gpu_target is None:
        raise MXNetError(
            f"{prefix}{ctx} cannot be used: {no_gpu()}, so num_gpus() is 0. "
            "Use ctx=cpu(), or choose with: ctx = gpu(0) if num_gpus() else cpu()"
        )
    count = _gpu_target.num_gpus()
    if ctx.device_id >= count:
        has, instead = f"{count} GPU(s), numbered from 0", ", or a number below num_gpus()"
        if count == 0:
            has, instead = no_gpu(), ""
        raise MXNetError(
            f"{prefix}{ctx} cannot be used: this machine has {has}. Use ctx=cpu(){instead}"
        )


def written(text: str) -> Context:
    """Return the context that ``str`` writes so, such as ``'gpu(0)'``."""
    kind, _, number = text.rstrip(")").partition("(")
    return Context(kind, int(number))


def gpu_at(address: int) -> Context:
    """Return the GPU whose memory another library's address is in; the first one for none.

    Raises
    ------
    MXNetError
        If no GPU can be used.
    """
    check_usable(gpu())
    assert _gpu_target is not None  # check_usable has seen it
    return gpu(_gpu_target.number_at(address) if address else 0)


def use_gpu(ctx: Context) -> Device:
    """Return what makes arrays on a GPU; raises as `check_usable` does."""
    check_usable(ctx)
    assert _gpu_target is not None  # check_usable has seen it
    return _gpu_target.device(ctx.device_id)
