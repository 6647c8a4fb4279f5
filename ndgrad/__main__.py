"""``python -m ndgrad``: run a program that imports MXNet with ndgrad in its place, and tools.

    python -m ndgrad                         print versions, processor, threads, cache, GPUs
    python -m ndgrad program.py ARGUMENTS    run a program; it sees the sys.argv, sys.path
    python -m ndgrad -m module ARGUMENTS     and __main__ that Python itself would give it
    python -m ndgrad -c code ARGUMENTS
    python -m ndgrad cache [--size|--clear]  the folder of compiled kernels
    python -m ndgrad warm [OPERATORS]        compile kernels ahead, of all operators by default
    python -m ndgrad warm program.py         run a program, and say what was compiled

A program in a file named cache or warm is run as ./cache or ./warm.
"""

from __future__ import annotations

import builtins
import importlib.util
import io
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType, TracebackType

from . import install_as_mxnet, show_versions


def _module_code(name: str) -> tuple[CodeType, ModuleSpec]:
    """The code that ``python -m name`` runs."""
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__")
    loader = None if spec is None else spec.loader
    code = loader.get_code(spec.name) if spec and isinstance(loader, InspectLoader) else None
    if spec is None or code is None:
        sys.exit(f"{sys.executable}: No module named {name}")
    return code, spec


def _program_code(path: str) -> CodeType:
    """The code of a file, compiled as it stands: without the future statements of this module."""
    try:
        with io.open_code(str(Path(path).absolute())) as file:
            text = file.read()
    except OSError as error:
        sys.exit(f"{sys.executable}: can't open file {path!r}: {error}")
    return compile(text, path, "exec", dont_inherit=True)


def _do(arguments: list[str]) -> None:
    """Do what the command line asks for."""
    if not arguments:
        show_versions()
    elif arguments[0] in ("-h", "--help"):
        print(__doc__)
    elif arguments[0] == "cache":
        from ._commands import cache

        cache(arguments[1:])
    elif arguments[0] == "warm":
        from ._commands import warm

        warm(arguments[1:], _run)
    else:
        _run(arguments)


def _run(arguments: list[str]) -> None:
    """Run what the command line names as ``__main__``."""
    install_as_mxnet()
    spec, file = None, None
    kind, *rest = arguments
    if kind == "-m":
        code, spec = _module_code(rest[0])
        file = code.co_filename
        argv = [file, *rest[1:]]
    elif kind == "-c":
        code, argv = compile(rest[0], "<string>", "exec", dont_inherit=True), ["-c", *rest[1:]]
    else:
        code, file, argv = _program_code(kind), kind, arguments
        if not sys.flags.safe_path:  # which leaves the first place to the folder of the program
            sys.path[0] = str(Path(kind).absolute().parent)
    main = ModuleType("__main__")
    vars(main).update(__builtins__=builtins, __spec__=spec, __loader__=spec and spec.loader)
    if file is not None:
        vars(main)["__file__"] = file
    if spec is not None:
        vars(main).update(__package__=spec.parent, __cached__=spec.cached)
    sys.modules["__main__"], sys.argv[:] = main, argv
    exec(code, vars(main))


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    return trace


if __name__ == "__main__":
    given = sys.argv[1:]
    if given in (["-m"], ["-c"]):
        sys.exit(__doc__)
    try:
        _do(given)
    except Exception as error:
        error.__traceback__ = _without_own_frames(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)
