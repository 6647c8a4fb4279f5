"""Record the modules of MXNet and the public names of each in ``mxnet-1.9.1/names.json``.

Runs where MXNet 1.9.1 is installed: ``python tests/upper/record_names.py``.  Left out are modules
that end with an import error, what is not meant to be imported (``mxnet.cython``, ``mxnet.tools``),
the NumPy interface, operators (which other tests compare), and what a module imports from others.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import types
from pathlib import Path

import mxnet

INTERNAL = {"cython", "tools", "register", "tvmop", "space", "setup", "api"}
OF_CONSTANTS = {"mxnet.base", "mxnet.log"}


def is_public(path: str) -> bool:
    """Whether programs import the module with this path."""
    return not any(
        part.startswith(("_", "gen_", "numpy")) or part in INTERNAL for part in path.split(".")[1:]
    )


def names(module: types.ModuleType) -> list[str]:
    """The public names that a module defines, or a package has from its own modules."""
    own, path = [], module.__name__
    for name, value in vars(module).items():
        owner = getattr(value, "__module__", path if path in OF_CONSTANTS else None) or ""
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        if owner == path or owner.startswith(f"{path}.") or name in getattr(module, "__all__", ()):
            own.append(name)
    return sorted(own)


def main() -> None:
    table = {"mxnet": names(mxnet)}
    for info in pkgutil.walk_packages(mxnet.__path__, "mxnet.", onerror=lambda name: None):
        if not is_public(info.name):
            continue
        try:
            module = importlib.import_module(info.name)
        except Exception:
            continue
        table[info.name] = names(module)
    path = Path(__file__).parent / "mxnet-1.9.1" / "names.json"
    path.write_text(json.dumps(table, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
