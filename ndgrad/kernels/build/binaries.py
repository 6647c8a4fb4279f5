"""Where generated source and compiled kernels live, and how they are kept safe.

Numba's own cache keys a binary by the file's time stamp and leaves out flags, globals and callees,
and processes that share a folder can collide on symbol names (numba/numba#10486).  Here

* every binary lies under a *stamp*: a hash of what compiles kernels (this package and the scalar
  functions, the versions of Python, Numba, llvmlite and NumPy) and of the processor;
* its file is named by the kernel's *identity*: its bytecode, constants, globals and callees.
  Anything that could change a binary changes one of the two, so nothing can be stale;
* a generated file's name carries the hash of its text;
* symbol names carry random numbers instead of a per-process count;
* files appear by an atomic rename, carry a checksum, and an unreadable one is compiled anew;
* a folder that cannot be written costs one warning and the disk cache, never a kernel.
"""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import os
import pickle
import platform
import sys
import tempfile
import threading
import types
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm
import numba
import numpy
from numba.core import bytecode, compiler
from numba.core.base import BaseContext
from numba.core.caching import _Cache
from numba.core.codegen import CPUCodegen, JITCodeLibrary, get_host_cpu_features
from numba.core.runtime import _nrt_python
from numba.core.serialize import dumps

from ...base import settings
from ..annotations import Function, Signature
from .identity import Unidentified, identity
from .target import import_compiler

_COMPILING = (Path(__file__).parent, Path(__file__).parents[1] / "scalar")
_GENERATED = "ndgrad_generated"


class _RandomIds(Iterator[int]):
    """Replacement for Numba's count of compiled functions: unique across processes and forks."""

    def __next__(self) -> int:
        return int.from_bytes(os.urandom(7), "little")


# The number becomes part of every mangled symbol.  A plain count restarts in each process (and
# continues in parallel after a fork), so a binary from the disk could meet another of its name.
bytecode.FunctionIdentity._unique_ids = _RandomIds()


@cache
def stamp() -> str:
    """Hash of everything a compiled kernel depends on besides its identity and signature."""
    digest = hashlib.sha256()
    for folder in _COMPILING:
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    versions = (sys.version, numba.__version__, llvmlite.__version__, numpy.__version__)
    processor = (llvm.get_host_cpu_name(), get_host_cpu_features())
    names = "BOUNDSCHECK CPU_FEATURES CPU_NAME DEBUGINFO_DEFAULT LOOP_VECTORIZE OPT SLP_VECTORIZE"
    overrides = [getattr(numba.config, name) for name in names.split()]
    machine = (platform.machine(), sys.platform)
    digest.update(repr((versions, processor, overrides, machine)).encode())
    return digest.hexdigest()[:16]


def _candidates() -> Iterator[Path]:
    if chosen := settings.cache_dir:
        yield Path(chosen)
        return
    xdg = os.environ.get("XDG_CACHE_HOME")
    try:
        yield (Path(xdg) if xdg else Path.home() / ".cache") / "ndgrad"
    except RuntimeError:  # no home directory
        pass
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    yield Path(tempfile.gettempdir()) / f"ndgrad-{user}"


def _private(path: Path) -> bool:
    """Whether no other user can write there: a loaded binary runs with the rights of this one."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def directory() -> Path | None:
    """The folder for this stamp, or None when no candidate can be written (warned once)."""
    reasons = []
    for root in _candidates():
        path = root / stamp()
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _private(path):
                raise PermissionError("it belongs to, or can be written by, another user")
            with tempfile.TemporaryFile(dir=path):
                return path
        except OSError as error:
            reasons.append(f"{root}: {error}")
    warnings.warn(
        "ndgrad: no folder for compiled kernels can be written, so each process compiles its own "
        f"({'; '.join(reasons)}). Set NDGRAD_CACHE_DIR to a writable folder.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _write(path: Path, content: bytes) -> None:
    """Make *path* appear with *content* at once or not at all; a full disk is no error."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError:
        _remove(draft)


def _remove(path: Path) -> None:
    """Remove a file, if it is there and may be removed."""
    with suppress(OSError):
        path.unlink()


def _content(path: Path) -> bytes | None:
    """What is in a file; None if it cannot be read, or if another process has just removed it."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def store(path: Path, payload: bytes) -> None:
    """Keep *payload* under its checksum."""
    _write(path, hashlib.sha256(payload).digest() + payload)


def stored(path: Path) -> bytes | None:
    """What `store` has kept there; None if there is nothing, or not all of it."""
    content = _content(path)
    if content is None:
        return None
    checksum, payload = content[:32], content[32:]
    return payload if hashlib.sha256(payload).digest() == checksum else None


@cache
def _name_runtime() -> None:
    """Tell LLVM where the functions of Numba's runtime are: binaries call them by name."""
    for name, address in _nrt_python.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


@cache
def _magic(codegen: CPUCodegen) -> tuple[object, ...]:
    """What Numba says of the processor that it compiles for."""
    return codegen.magic_tuple()


class _Loaded(JITCodeLibrary):
    """A library from the disk, whose bitcode is parsed when what is compiled links it.

    Numba parses it at once, to know which symbols there are: half the time of loading a kernel.
    """

    _shared_module: llvm.ModuleRef | None

    def __init__(self, codegen: CPUCodegen, name: str, binary: bytes, bitcode: bytes) -> None:
        super().__init__(codegen, name)
        self._bitcode = bitcode
        self.enable_object_caching()
        self._set_compiled_object(binary)
        self._finalize_final_module()

    def _get_module_for_linking(self) -> llvm.ModuleRef:
        if self._shared_module is None:
            self._shared_module = llvm.parse_bitcode(self._bitcode)
        return self._shared_module


def _packed(data: compiler.CompileResult) -> bytes:
    """What Numba keeps of a function, and which of its symbols Python may ask for."""
    names = data.fndesc.llvm_func_name, data.fndesc.llvm_cpython_wrapper_name
    defined = [name for name in names if data.codegen._engine.is_symbol_defined(name)]
    packed: bytes = dumps((defined, *data._reduce()))
    return packed


def _unpacked(context: BaseContext, payload: bytes) -> compiler.CompileResult:
    """What `_packed` was given, as ``CompileResult._rebuild`` makes it, with a `_Loaded`."""
    defined, library, fndesc, env, *rest = pickle.loads(payload)
    signature, objectmode, lifted, annotation, reload_init, environments = rest
    for function in reload_init:
        function()
    codegen = context.codegen()
    name, _, code = library
    library = _Loaded(codegen, name, *code)
    codegen._engine._defined_symbols.update(defined)
    result = compiler.compile_result(
        target_context=context,
        typing_context=context.typing_context,
        library=library,
        environment=env,
        entry_point=context.get_executable(library, fndesc, env),
        fndesc=fndesc,
        type_annotation=annotation,
        signature=signature,
        objectmode=objectmode,
        lifted=lifted,
        reload_init=reload_init,
        referenced_envs=environments,
    )
    for environment in environments:
        codegen.set_env(environment.env_name, environment)
    return result


class KernelCache(_Cache):
    """Disk cache of one function: one file per signature, named by the hash of all that matters."""

    def __init__(self, function: Function, options: Mapping[str, object]) -> None:
        self._function = function
        self._options = sorted(options.items())

    @property
    def cache_path(self) -> str:
        return str(directory())

    def _path(self, signature: Signature, codegen: CPUCodegen) -> Path | None:
        folder = directory()
        if folder is None:
            return None
        try:
            what = identity(self._function), self._options
            key = repr((what, str(signature), _magic(codegen)))
        except Unidentified:
            return None
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        return folder / f"{self._function.__module__.rpartition('.')[2]}-{digest}.nbc"

    def holds(self, sig: Signature, codegen: CPUCodegen) -> bool:
        """Whether a binary is stored."""
        path = self._path(sig, codegen)
        return path is not None and path.exists()

    def load_overload(self, sig, target_context):
        # Numba's own cache refreshes the contexts here: it imports all that it can compile, SciPy's
        # linear algebra among it, and compiles the runtime, which is nearly all the time of a first
        # call.  A binary has what it needs of that, but for symbols; whatever compiles refreshes by
        # itself.
        _name_runtime()
        path = self._path(sig, target_context.codegen())
        payload = None if path is None else stored(path)
        if path is None or payload is None:
            import_compiler()  # the kernel is about to be compiled
            return None
        try:
            return _unpacked(target_context, payload)
        except Exception:  # whatever is wrong with a cached file, compiling anew is right
            _remove(path)
            return None

    def save_overload(self, sig, data) -> None:
        path = self._path(sig, data.codegen)
        if path is None or data.library.has_dynamic_globals:
            return
        store(path, _packed(data))

    def enable(self) -> None: ...

    def disable(self) -> None: ...

    def flush(self) -> None: ...


_lock = threading.Lock()


def _renew_lock() -> None:
    """In a forked child: the lock may have been held by a thread that does not exist there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def load(name: str, text: str) -> types.ModuleType:
    """Import the generated module *text* from a readable file in the cache folder.

    Parameters
    ----------
    name : str
        What the file is called, before the hash of its text.
    text : str
        Python source.

    Returns
    -------
    module
        The same object for the same text, in every thread.
    """
    module_name = f"{_GENERATED}.{name}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    with _lock:
        if module_name in sys.modules:
            return sys.modules[module_name]
        folder = directory()
        if folder is None:
            path = f"<{module_name}>"
            linecache.cache[path] = (len(text), None, text.splitlines(True), path)
        else:
            file = folder / f"{module_name.partition('.')[2]}.py"
            if _content(file) != text.encode():
                _write(file, text.encode())
            path = str(file)
        spec = importlib.util.spec_from_loader(module_name, loader=None, origin=path)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        module.__dict__["__file__"] = path
        # Numba imports a kernel's module by name when it rebuilds a binary from the disk.
        sys.modules.setdefault(_GENERATED, types.ModuleType(_GENERATED))
        sys.modules[module_name] = module
        try:
            exec(compile(text, path, "exec"), module.__dict__)
        except BaseException:
            del sys.modules[module_name]
            raise
        return module
