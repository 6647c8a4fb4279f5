"""MXNet's module paths and the modules of ndgrad that they import; `install_as_mxnet`.

A path of MXNet is the path of the module here as well, or `PATHS` says where it is.  The modules
themselves are shared: ``mxnet.gluon.nn`` is the object ``ndgrad.gluon.nn``.  Only ``mxnet`` is a
module of its own, with MXNet's version.  This imports nothing of ndgrad but `did_you_mean`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

from ._similar import did_you_mean

VERSION = "1.9.1"
"""The version of MXNet whose API this is."""

_PACKAGE = __name__.partition(".")[0]

PATHS: dict[str, str] = {
    # Names of modules that are imported when they are first asked for.
    "attribute": "attribute",
    "callback": "callback",
    "contrib": "contrib",
    "gluon": "gluon",
    "image": "image",
    "img": "image",
    "init": "initializer",
    "initializer": "initializer",
    "io": "io",
    "kv": "kvstore",
    "kvstore": "kvstore",
    "libinfo": "libinfo",
    "log": "log",
    "lr_scheduler": "lr_scheduler",
    "metric": "metric",
    "misc": "misc",
    "mod": "module",
    "model": "model",
    "module": "module",
    "mon": "monitor",
    "monitor": "monitor",
    "name": "name",
    "notebook": "notebook",
    "opt": "optimizer",
    "optimizer": "optimizer",
    "profiler": "profiler",
    "recordio": "recordio",
    "registry": "registry",
    "rnn": "rnn",
    "runtime": "runtime",
    "test_utils": "test_utils",
    "testing": "testing",
    "visualization": "visualization",
    "viz": "visualization",
    # Others under a second name.
    "engine": "runtime",
    "error": "base",
    "executor": "symbol.executor",
    "executor_manager": "module.executor_manager",
    "ndarray": "nd",
    "np": "numpy",
    "npx": "numpy_extension",
    "rnd": "random",
    "sym": "symbol",
    # Modules of MXNet whose content is in a package or in another module.
    "contrib.amp.amp": "contrib.amp",
    "contrib.amp.loss_scaler": "contrib.amp",
    "contrib.nd": "nd.contrib",
    "contrib.ndarray": "nd.contrib",
    "contrib.quant": "contrib.quantization",
    "contrib.sym": "symbol.contrib",
    "contrib.symbol": "symbol.contrib",
    "gluon.block": "gluon",
    "gluon.contrib.cnn.conv_layers": "gluon.contrib.cnn",
    "gluon.contrib.data.text": "contrib.text.datasets",
    "gluon.contrib.nn.basic_layers": "gluon.contrib.nn",
    "gluon.contrib.rnn.conv_rnn_cell": "gluon.contrib.rnn",
    "gluon.contrib.rnn.rnn_cell": "gluon.contrib.rnn",
    "gluon.data.dataloader": "gluon.data",
    "gluon.data.dataset": "gluon.data",
    "gluon.data.sampler": "gluon.data",
    "gluon.data.vision.datasets": "gluon.data.vision",
    "gluon.nn.activations": "gluon.nn",
    "gluon.nn.basic_layers": "gluon.nn",
    "gluon.nn.conv_layers": "gluon.nn",
    "gluon.parameter": "gluon",
    "gluon.rnn.rnn_cell": "gluon.rnn",
    "gluon.rnn.rnn_layer": "gluon.rnn",
    "image.detection": "image",
    "image.image": "image",
    "io.io": "io",
    "io.utils": "io",
    "kvstore.base": "kvstore",
    "kvstore.kvstore": "kvstore",
    "module.base_module": "module",
    "module.bucketing_module": "module",
    "module.module": "module",
    "module.python_module": "module",
    "module.sequential_module": "module",
    "ndarray.ndarray": "nd",
    "ndarray.numpy": "numpy",
    "ndarray.numpy_extension": "numpy_extension",
    "ndarray.utils": "nd",
    "nd.np": "numpy",
    "nd.npx": "numpy_extension",
    "numpy.fallback": "numpy",
    "numpy.fallback_linalg": "numpy.linalg",
    "numpy.utils": "numpy",
    "numpy_extension.image": "image",
    "optimizer.contrib": "optimizer",
    "optimizer.optimizer": "optimizer",
    "rnn.io": "rnn",
    "rnn.rnn": "rnn",
    "rnn.rnn_cell": "rnn",
    "symbol.numpy._symbol": "symbol.numpy",
    "symbol.symbol": "symbol",
}
"""Modules by MXNet's path, both without the name of the package."""


NAMES: dict[str, str] = {
    "base.NDArrayHandle": "_private.NDArrayHandle",
    "base._as_list": "_private.as_list",
    "autograd._RecordingStateScope": "autograd.Scope",
    "gluon.block._BlockScope": "gluon.block.BlockScope",
    "gluon.block._flatten": "_private.flatten",
    "gluon.block._indent": "gluon.block.indented",
    "gluon.block._regroup": "_private.regroup",
    "gluon.contrib.data.WikiText103": "contrib.text.datasets.WikiText103",
    "gluon.contrib.data.WikiText2": "contrib.text.datasets.WikiText2",
    "gluon.contrib.rnn.conv_rnn_cell._BaseConvRNNCell": "gluon.contrib.rnn.convolutional.ConvCell",
    "gluon.data.dataloader.ForkingPickler": "_private.ForkingPickler",
    "gluon.data.dataloader._MultiWorkerIter": "_private.MultiWorkerIter",
    "gluon.data.dataloader._as_in_context": "_private.as_in_context",
    "gluon.loss._apply_weighting": "_private.apply_weighting",
    "gluon.loss._reshape_like": "_private.reshape_like",
    "gluon.nn.basic_layers._BatchNorm": "gluon.nn.norms._BatchNorm",
    "gluon.nn.conv_layers._Conv": "gluon.nn.conv._Conv",
    "gluon.nn.conv_layers._Pooling": "gluon.nn.pool._Pooling",
    "gluon.nn.conv_layers._infer_weight_shape": "gluon.nn.conv.infer_weight_shape",
    "gluon.rnn.rnn_cell._cells_begin_state": "gluon.rnn.sequences.cells_begin_state",
    "gluon.rnn.rnn_cell._cells_state_info": "gluon.rnn.sequences.cells_state_info",
    "gluon.rnn.rnn_cell._format_sequence": "gluon.rnn.sequences.format_sequence",
    "gluon.rnn.rnn_cell._get_begin_state": "gluon.rnn.sequences.get_begin_state",
    "gluon.rnn.rnn_cell._mask_sequence_variable_length": (
        "gluon.rnn.sequences.mask_sequence_variable_length"
    ),
    "gluon.rnn.rnn_cell._reverse_sequences": "gluon.rnn.sequences.reverse_sequences",
    "gluon.rnn.rnn_layer._RNNLayer": "gluon.rnn.layers._RNNLayer",
    "gluon.utils._brief_print_list": "gluon.utils.brief",
    "gluon.utils._get_repo_file_url": "_private.get_repo_file_url",
    "gluon.utils._get_repo_url": "_private.get_repo_url",
    "gluon.utils._indent": "gluon.block.indented",
    "gluon.utils.replace_file": "_private.replace_file",
    "image.image._get_interp_method": "image.functions.interpolation",
    "io._init_data": "io.arrays.init_data",
    "io.io._init_data": "io.arrays.init_data",
    "metric.ndarray": "nd",
    "ndarray.CachedOp": "symbol.cached.CachedOp",
    "ndarray.ndarray.CachedOp": "symbol.cached.CachedOp",
    "ndarray.ndarray._DTYPE_MX_TO_NP": "_private.DTYPE_MX_TO_NP",
    "ndarray.ndarray._DTYPE_NP_TO_MX": "_private.DTYPE_NP_TO_MX",
    "ndarray.ndarray._GRAD_REQ_MAP": "_private.GRAD_REQ_MAP",
    "ndarray.ndarray._STORAGE_TYPE_ID_TO_STR": "_private.STORAGE_TYPE_ID_TO_STR",
    "ndarray.ndarray._STORAGE_TYPE_STR_TO_ID": "_private.STORAGE_TYPE_STR_TO_ID",
    "ndarray.ndarray.py_slice": "_private.py_slice",
    "model._create_kvstore": "module.devices.create_kvstore",
    "model._initialize_kvstore": "module.devices.initialize_kvstore",
    "model._update_params": "module.devices.update_params",
    "model._update_params_on_kvstore": "module.devices.update_params_on_kvstore",
    "module.base_module._as_list": "_private.as_list",
    "module.base_module._check_input_names": "module.devices.check_input_names",
    "module.base_module._check_names_match": "module.devices.check_names_match",
    "module.base_module._parse_data_desc": "module.devices.parse_data_desc",
    "module.executor_group._load_data": "module.devices.load_data",
    "module.executor_group._load_general": "module.devices.load_general",
    "module.executor_group._load_label": "module.devices.load_label",
    "module.executor_group._merge_multi_context": "module.devices.merged",
    "module.executor_group._prepare_group2ctxs": "module.executor_group.groups_of_devices",
}
"""Names that libraries import, though they are private in MXNet or of another module there."""


def _own_paths(path: str) -> Iterator[str]:
    """Where the module may be that MXNet has at *path*: there as well, or where the table says."""
    parent, dot, last = path.rpartition(".")
    if parent:
        yield from (f"{own}{dot}{last}" for own in _own_paths(parent))
    else:
        yield path
    if path in PATHS:
        yield PATHS[path]


def _at(path: str) -> ModuleType | None:
    """The module at a path of ours, imported if need be."""
    found = sys.modules[_PACKAGE]
    for part in path.split("."):
        name = f"{found.__name__}.{part}"
        try:
            next_ = vars(found)[part] if part in vars(found) else importlib.import_module(name)
            # A function may hide the module that it is in, as `alexnet` does.
            next_ = next_ if isinstance(next_, ModuleType) else sys.modules.get(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise  # something else, which this module imports
            return None
        if not isinstance(next_, ModuleType):
            return None
        found = next_
    return found


def module(path: str) -> ModuleType:
    """The module that MXNet has at *path*.

    Raises
    ------
    ModuleNotFoundError
        If there is none here.
    """
    for own in _own_paths(path):
        if (found := _at(own)) is not None:
            vars(found).setdefault("__getattr__", attributes(vars(found)))
            return found
    # Without `name=`, by which ``from mxnet import x`` would take it for a missing attribute.
    raise ModuleNotFoundError(f"No module named 'mxnet.{path}': it is {_ELSEWHERE}")


_ELSEWHERE = (
    "not in ndgrad; the page 'Coming from MXNet' of the documentation lists what MXNet has and "
    "ndgrad has not"
)


def attributes(names: dict[str, Any]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a module with these names, for those that are elsewhere here."""
    name = names["__name__"]
    own = name.partition(".")[2]
    known = [own, *(path for path, other in PATHS.items() if other == own)]

    def attribute(wanted: str) -> Any:
        for path in known:
            full = f"{path}.{wanted}" if path else wanted
            if full in PATHS:
                names[wanted] = module(full)
            elif full in NAMES:
                names[wanted] = resolve_name(f"{_PACKAGE}.{NAMES[full]}")
            if wanted in names:
                return names[wanted]
        if PATHS.get(own, own) != own and not wanted.startswith("__"):
            return getattr(module(PATHS[own]), wanted)
        hint = "" if wanted.startswith("_") else did_you_mean(wanted, names.get("__all__", names))
        raise AttributeError(
            f"module {name!r} has no attribute {wanted!r}{hint}: it is {_ELSEWHERE}"
        )

    return attribute


# --- the name mxnet -------------------------------------------------------------------------------


class _Package(ModuleType):
    """The module ``mxnet``: all of ndgrad, with MXNet's version."""

    def __init__(self, package: ModuleType) -> None:
        super().__init__("mxnet", package.__doc__)
        special = {name for name in vars(package) if name.startswith("__")} - {"__all__"}
        vars(self).update({n: x for n, x in vars(package).items() if n not in special})
        self.__version__, self.__file__, self.__path__ = VERSION, package.__file__, []

    def __getattr__(self, name: str) -> Any:
        found = getattr(sys.modules[_PACKAGE], name)
        vars(self)[name] = found
        if name in PATHS:
            _enter(name)
        return found

    def __dir__(self) -> list[str]:
        return dir(sys.modules[_PACKAGE])


class _Finder(MetaPathFinder, Loader):
    """Imports ``mxnet.<path>`` as the module of ndgrad for that path."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("mxnet."):
            return None
        module(fullname.removeprefix("mxnet."))
        return ModuleSpec(fullname, self)

    def exec_module(self, module_: ModuleType) -> None:
        # The import system takes what stands in `sys.modules` afterwards.
        _enter(module_.__name__.removeprefix("mxnet."))


def _enter(path: str) -> None:
    """Enter a module by MXNet's path in `sys.modules`, where libraries look what is imported."""
    found = sys.modules[f"mxnet.{path}"] = module(path)
    if not hasattr(found, "__path__"):  # nothing can be imported from it, as it is one file
        for below in PATHS:
            if below.startswith(f"{path}."):
                sys.modules[f"mxnet.{below}"] = module(below)


def install_as_mxnet() -> None:
    """Make ``import mxnet`` give ndgrad in this process, and ``mxnet.<path>`` its modules.

    Programs that import MXNet, or libraries that do, then run unchanged.  Modules are imported when
    they are asked for.  To call it again changes nothing.

    Raises
    ------
    ImportError
        If another ``mxnet`` has been imported before.

    Examples
    --------
    >>> import ndgrad
    >>> ndgrad.install_as_mxnet()
    >>> from mxnet import nd, autograd
    >>> import mxnet.ndarray as F
    >>> F is nd
    True
    """
    there = sys.modules.get("mxnet")
    if isinstance(there, _Package):
        return
    if there is not None:
        raise ImportError(
            f"install_as_mxnet: mxnet has been imported already, from {there.__file__}; call it "
            "before anything imports mxnet"
        )
    sys.meta_path.insert(0, _Finder())
    sys.modules["mxnet"] = _Package(sys.modules[_PACKAGE])
    for path in (*sys.modules[_PACKAGE].__all__, *PATHS):
        if "." not in path and f"{_PACKAGE}.{PATHS.get(path, path)}" in sys.modules:
            _enter(path)
