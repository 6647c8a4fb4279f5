"""Write the type stubs of what ndgrad makes at run time: functions and methods of operators.

    python tools/write_stubs.py

A stub is of names that no source file has, and a module imports it where only type checkers look::

    if TYPE_CHECKING:
        from .._stubs.nd_functions import *

No stub stands beside a source file of the same name, which type checkers would then not read.
Types of parameters are those of the docstrings of operators, else of their defaults, else the
annotations of the function that a definition is made of.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import ndgrad
from ndgrad._mxnet import PATHS
from ndgrad.array.ndarray import NDArray
from ndgrad.nd._bind import signature
from ndgrad.numpy._methods import METHODS
from ndgrad.ops import axes
from ndgrad.ops.bound import CALLS
from ndgrad.ops.table import ALIASES, OPS, CompositeOp, ElementwiseOp, Op, UpdateOp, lookup
from ndgrad.symbol import Symbol
from ndgrad.symbol.operators import OTHERS

FOLDER = Path(ndgrad.__file__).parent / "_stubs"
_HEAD = "# Made by tools/write_stubs.py from the table of operators; do not edit.\n"
_WIDTH = 100
_REQUIRED = inspect.Parameter.empty
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_IMPORTS = {
    "collections.abc": "Callable Mapping Sequence",
    "typing": "Any Literal overload",
    "ndgrad.array.ndarray": "NDArray",
    "ndgrad.base": "DType DTypeLike HostArray Shape",
    "ndgrad.context": "Context",
    "ndgrad.memory.device": "Buffer",
    "ndgrad.numpy.multiarray": "ndarray",
    "ndgrad.symbol.symbol": "Symbol",
    "ndgrad.symbol.numpy._calls": "SymbolLike",
    "ndgrad.symbol.numpy_like": "_Symbol",
    "ndgrad.tape": "Array",
    "ndgrad.typing": "AnyArray ArrayLike ArrayOrFloat ContextLike Scalar ShapeLike",
}
"""Names that annotations may have, by the module that they are from."""

_SPACES = {"contrib": "_contrib_", "image": "_image_", "linalg": "linalg_", "sparse": "_sparse_"}
_INTEGERS = "int | Sequence[int]"
_TYPES = {
    "tuple of int": _INTEGERS,
    "tuple of float": "float | Sequence[float]",
    "str": "str", "int": "int", "float": "float", "bool": "bool", "Context": "Context",
    "type": "type", "None": "None", "dtype": "DTypeLike",
}  # fmt: skip
_WRITTEN_OUT = {"Sequence[int]": _INTEGERS} | {
    name: str(vars(axes)[name]).replace("collections.abc.", "") for name in ("Axis", "Bounds")
}
"""What a stub has in place of an annotation: an operator takes a number for one axis, too."""


_PYTHON_OPERATORS = {f"__{name}__" for name in ("neg", "abs", "eq", "ne", "lt", "le", "gt", "ge")}
_PYTHON_OPERATORS |= {
    f"__{kind}{name}__"
    for kind in ("", "r", "i")
    for name in ("add", "sub", "mul", "truediv", "mod", "pow")
}

_NUMPY_UNARY = ("__neg__", "__abs__", "__invert__")
_NUMPY_OPERATORS = {
    *[name for name in METHODS if name.startswith("__") and name != "__divmod__"],
    *[name for name in _PYTHON_OPERATORS if name.startswith("__i")],
}  # fmt: skip

# --- types of parameters --------------------------------------------------------------------------


def documented_types(op: Op) -> dict[str, str]:
    """The types that the section "Parameters" of an operator's docstring gives, by parameter."""
    found: dict[str, str] = {}
    _, _, section = inspect.cleandoc(op.doc).partition("\nParameters\n")
    for line in section.splitlines()[1:]:
        if line.startswith("---"):
            break
        if line and not line.startswith(" "):
            names, _, text = line.partition(" : ")
            found.update(dict.fromkeys([name.strip(" *\\") for name in names.split(",")], text))
    return found


def choices(documented: str) -> list[Any]:
    """The values that a docstring enumerates: ``{'relu', 'tanh'}``."""
    found = re.fullmatch(r"\{(.*)\}(, optional)?", documented)
    return [*ast.literal_eval(f"({found[1]},)")] if found else []


def declared_types(op: Op) -> dict[str, str]:
    """The annotations of a definition's function, by parameter; what formulas read is a number."""
    if isinstance(op, (ElementwiseOp, UpdateOp)):
        return dict.fromkeys(op.params, "float")
    function = op.function if isinstance(op, CompositeOp) else op.forward
    found: dict[str, str] = {**function.__annotations__} if function else {}
    known = _WRITTEN_OUT | ({} if op.name.startswith("_") else {"Shape": _INTEGERS})
    return {key: known.get(kind, kind) for key, kind in found.items()}


def annotation(name: str, documented: str, default: object, declared: str = "") -> str:
    """The type of a parameter, by what its docstring, its default and its annotation say."""
    if "dtype" in name:
        kinds = ["DTypeLike", *["int"] * isinstance(default, int)]
    elif values := choices(documented):
        kinds = [f"Literal[{', '.join(map(repr, values))}]"]
    elif text := documented.removesuffix("optional").rstrip(", "):
        kinds = [_type(name, part) for part in text.split(" or ") if part != "NDArray"]
    elif isinstance(default, (bool, int, float, str)):
        kinds = [type(default).__name__]
    elif isinstance(default, tuple):
        of = "float" if any(isinstance(x, float) for x in default) else "int"
        kinds = [f"{of} | Sequence[{of}]"]
    elif declared:
        kinds = [declared]
    else:
        raise ValueError(f"parameter {name}: no type is known, give its definition an annotation")
    if default is None or documented.endswith("optional"):
        kinds.append("None")
    parts = dict.fromkeys(part for kind in kinds for part in _alternatives(kind))
    return " | ".join(parts)


def _type(name: str, documented: str) -> str:
    if documented not in _TYPES:
        known = ", ".join(_TYPES)
        raise ValueError(f"parameter {name}: unknown type {documented!r}, expected one of {known}")
    return _TYPES[documented]


def _alternatives(kind: str) -> list[str]:
    return [kind] if kind.startswith("Literal") else kind.split(" | ")


def _shown(value: object) -> str:
    """A default, as far as it is a literal."""
    if isinstance(value, (bool, int, str, tuple)) or value is None:
        return repr(value)
    return repr(value) if isinstance(value, float) and value - value == 0 else "..."


# --- text -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """A parameter of a stub's function."""

    name: str
    type: str
    default: str = ""
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD

    def text(self) -> str:
        stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
        kind = f": {self.type}" if self.type else ""
        equals = f" = {self.default}" if kind else f"={self.default}"
        return f"{stars.get(self.kind, '')}{self.name}{kind}{equals if self.default else ''}"


@dataclass(frozen=True)
class Function:
    """A function or method of a stub: its forms, of which several are overloads."""

    name: str
    forms: Sequence[tuple[Sequence[Parameter], str]]
    doc: str
    note: str = ""

    def text(self, indent: str = "") -> str:
        found = []
        for parameters, result in self.forms:
            if len(self.forms) > 1:
                found.append(f"{indent}@overload")
            found += self._form(parameters, result, indent)
        return "\n".join(found)

    def _form(self, parameters: Sequence[Parameter], result: str, indent: str) -> Iterator[str]:
        listed: list[str] = []
        starred = False
        for parameter in parameters:
            if parameter.kind is _KEYWORD and not starred:
                listed.append("*")
            starred |= parameter.kind in (_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
            listed.append(parameter.text())
        line = f"{indent}def {self.name}({', '.join(listed)}) -> {result}:"
        if len(line) <= _WIDTH:
            yield line + self.note
        else:
            yield f"{indent}def {self.name}({self.note}"
            yield from (f"{indent}    {text}," for text in listed)
            yield f"{indent}) -> {result}:"
        escaped = "r" if "\\" in self.doc else ""
        if self.doc:
            yield f'{indent}    {escaped}"""{self.doc}"""'
        yield f"{indent}    ..."


@dataclass
class Stub:
    """A stub: what it imports, and its definitions."""

    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def text_of_module(self) -> str:
        text = "\n".join(self.text)
        used = {*re.findall(r"\w+", text)}
        lines = ["import numpy as np"] if "np." in text else []
        for module, known in _IMPORTS.items():
            if names := [x for x in known.split() if x in used and x not in self.names]:
                lines.append(f"from {module} import {', '.join(names)}")
        taken: dict[str, list[str]] = {}
        for name, (module, there) in self.imports.items():
            taken.setdefault(module, []).append(f"{there} as {name}")
        for module, parts in sorted(taken.items()):
            lines += [f"from {module} import (", *[f"    {part}," for part in sorted(parts)], ")"]
        listed = "".join(f"    {name!r},\n" for name in sorted(self.names))
        return "\n".join([_HEAD, *lines, f"\n__all__ = [\n{listed}]\n", text, ""])


# --- functions of operators -----------------------------------------------------------------------


@dataclass(frozen=True)
class Operators:
    """How operators look in one package: on arrays, or on symbols."""

    package: str
    array: str
    made: str
    """The class of results."""
    numbers: str
    """What an operand of a formula may be beside an array."""

    def result(self, op: Op) -> str:
        if self.array == "Symbol" or op.single:
            return self.made
        return f"list[{self.made}]"

    def function(self, op: Op, name: str) -> Function:
        """The function of an operator."""
        return self._call(op, name, [*self._parameters(op), *self._further(op)])

    def method(self, op: Op, name: str, method: Any) -> Function:
        """The method of an operator, which may take more than the function."""
        usual = {*signature(op).parameters}
        more = [
            Parameter(key, _text_of(given.annotation), _shown(given.default), _KEYWORD)
            for key, given in inspect.signature(method).parameters.items()
            if key not in usual
        ]
        _, *rest = self._parameters(op)
        return self._call(op, name, [Parameter("self", ""), *rest, *self._further(op), *more])

    def _call(self, op: Op, name: str, parameters: Sequence[Parameter]) -> Function:
        doc = (inspect.cleandoc(op.doc).splitlines() or [""])[0]
        decides = self.array == "NDArray" and self._decides(op)
        if not decides:
            return Function(name, [(parameters, self.result(op))], doc)
        key, one, several = decides
        position = [p.name for p in parameters].index(key)
        own = parameters[position]
        by_default = op.params[key] in one
        first, second = (one, several) if by_default else (several, one)
        results = [self.made, f"list[{self.made}]"]
        usual = self._given(parameters, position, replace(own, type=_literal(first)))
        other = [
            *parameters[:position],
            replace(own, type=_literal(second), default="", kind=_KEYWORD),
            *[replace(p, kind=_KEYWORD) for p in parameters[position + 1 :]],
        ]
        either = self._given(parameters, position, own), " | ".join(results)
        forms = [(usual, results[not by_default]), (other, results[by_default]), either]
        return Function(name, forms, doc)

    @staticmethod
    def _given(
        parameters: Sequence[Parameter], position: int, changed: Parameter
    ) -> list[Parameter]:
        return [*parameters[:position], changed, *parameters[position + 1 :]]

    def _parameters(self, op: Op) -> list[Parameter]:
        """Inputs, then parameters, as `ndgrad.nd._bind.signature` has them."""
        documented, declared = documented_types(op), declared_types(op)
        inputs = dict(zip(op.keywords, op.inputs, strict=True))
        found: list[Parameter] = []
        for key, given in signature(op).parameters.items():
            if key in ("out", "name"):
                continue
            if given.kind is inspect.Parameter.VAR_POSITIONAL:
                kind = f"{self.array} | Sequence[{self.array}]"
                found.append(Parameter(key, kind, kind=given.kind))
            elif key in inputs:
                kind = self.array
                if isinstance(op, ElementwiseOp) and len(inputs) > 1:
                    kind += f" | {self.numbers}"
                # A symbol makes variables of inputs that it is not given.
                made = self.array == "Symbol" and bool(found)
                optional = inputs[key] in op.optional or made
                found.append(Parameter(
                    key, f"{kind} | None" if optional else kind, "None" if optional else ""
                ))  # fmt: skip
            else:
                # Behind several arrays parameters are given by their names.  So those that are
                # required can be, and ``Convolution(x, *weights, kernel=3)`` is understood.
                place = _KEYWORD if len(inputs) > 2 else given.kind
                default = op.params[key]
                text = "" if default is _REQUIRED else _shown(default)
                if not text and place is not _KEYWORD and any(p.default for p in found):
                    text = "..."  # a required one behind optional ones
                kind = annotation(key, documented.get(key, ""), default, declared.get(key, ""))
                found.append(Parameter(key, kind, text, place))
        return found

    def _further(self, op: Op) -> Iterator[Parameter]:
        if op.variadic and "num_args" not in op.params:
            yield Parameter("num_args", "int | None", "None", _KEYWORD)
        if self.array == "NDArray":
            out = self.result(op).replace("list", "Sequence")
            if not op.single and self._decides(op):
                out += f" | {self.made}"
            yield Parameter("out", f"{out} | None", "None", _KEYWORD)
        yield Parameter("name", "str | None", "None", _KEYWORD)
        if self.array == "Symbol":
            yield Parameter("attr", "Mapping[str, str] | None", "None", _KEYWORD)

    @staticmethod
    def _decides(op: Op) -> tuple[str, list[Any], list[Any]] | None:
        """The parameter that says whether a call returns one array, its values that say so, others.

        None where there is no such parameter, or not exactly one with known values.
        """
        if op.visible is None:
            return None
        documented = documented_types(op)
        known = {
            key: [False, True] if isinstance(default, bool) else choices(documented.get(key, ""))
            for key, default in op.params.items()
        }
        usual = {
            key: (known[key] or [1])[0] if default is _REQUIRED else default
            for key, default in op.params.items()
        }
        found = []
        for key, values in known.items():
            one = [x for x in values if op.visible({**usual, key: x}) == 1]
            if 0 < len(one) < len(values) and op.params[key] in values:
                found.append((key, one, [x for x in values if x not in one]))
        return found[0] if len(found) == 1 else None

    def binary(self, op: ElementwiseOp, name: str) -> Function:
        """What takes two arrays or numbers: ``add``, ``maximum`` ..."""
        doc = inspect.cleandoc(op.doc).splitlines()[0]
        either = f"{self.array} | {self.numbers}"
        more = (
            [Parameter("out", "NDArray | None", "None")]
            if self.array == "NDArray"
            else [Parameter("name", "str | None", "None", _KEYWORD)]
        )
        forms = [
            ([Parameter("lhs", a), Parameter("rhs", b), *more], self.array)
            for a, b in ((self.array, either), (either, self.array))
        ]
        numbers = [Parameter("lhs", "float"), Parameter("rhs", "float")]
        return Function(name, [*forms, (numbers, "float")], doc)

    def scalar(self, op: ElementwiseOp, name: str) -> Function:
        """What takes an array and a number: ``_plus_scalar`` ..."""
        parameters = [
            Parameter("data", self.array),
            Parameter("scalar", "float", "1.0"),
            Parameter("is_int", "bool", "True"),
            *[replace(p, kind=_KEYWORD) for p in self._further(op)],
        ]
        doc = inspect.cleandoc(op.doc).splitlines()[0]
        return Function(name, [(parameters, self.array)], doc)


def _literal(values: Sequence[Any]) -> str:
    return f"Literal[{', '.join(map(repr, values))}]"


ARRAYS = Operators("nd", "NDArray", "NDArray", "float | np.generic")
NUMPY_LIKE = Operators("npx", "NDArray", "ndarray", "float | np.generic")
SYMBOLS = Operators("symbol", "Symbol", "Symbol", "float")
NUMPY_LIKE_SYMBOLS = Operators("symbol_npx", "Symbol", "_Symbol", "float")


# --- functions that are written by hand -----------------------------------------------------------


def written(name: str, function: Callable[..., Any], method: bool = False) -> Function:
    """A function with annotations of its own."""
    parameters: list[Parameter] = []
    for given in inspect.signature(function).parameters.values():
        default = "" if given.default is _REQUIRED else _shown(given.default)
        parameters.append(Parameter(given.name, _text_of(given.annotation), default, given.kind))
    if method:
        parameters[0] = Parameter("self", "")
    result = _text_of(inspect.signature(function).return_annotation)
    doc = (inspect.getdoc(function) or "").splitlines()[0]
    return Function(name, [(parameters, result)], doc)


def _text_of(given: object) -> str:
    return "Any" if given is _REQUIRED else _WRITTEN_OUT.get(str(given), str(given))


def home_of(name: str, function: Any, *, but: str) -> tuple[str, str] | None:
    """Where a function can be imported from: the module and its name there."""
    module = sys.modules.get(getattr(function, "__module__", ""))
    own = getattr(function, "__name__", name)
    if module is None or module.__name__ == but or vars(module).get(own) is not function:
        return None
    return module.__name__, own


# --- modules --------------------------------------------------------------------------------------


def bound_names(module: ModuleType) -> set[str]:
    """The names that the source of a module binds: what type checkers know of it."""
    if getattr(module, "__file__", None) is None:
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name != "*":
                    found.add(alias.asname or alias.name)
                elif isinstance(node, ast.ImportFrom) and "_stubs" not in (node.module or ""):
                    path = "." * node.level + (node.module or "")
                    found |= {*importlib.import_module(path, module.__package__).__all__}
    return found


class Package:
    """The stubs of one package: functions of operators, and where they have been defined."""

    def __init__(self, operators: Operators, package: ModuleType) -> None:
        self.operators = operators
        self.module = package
        self.homes: dict[object, tuple[str, str]] = {}
        """Stub and name of each definition, by what it is of."""
        own = {name: op for name, op in OPS.items() if op.module.startswith("ndgrad.")}
        self.ours = own | {alias: own[name] for alias, name in ALIASES.items() if name in own}
        """Operators by their names, without those that programs have added."""
        formulas = [op for op in own.values() if isinstance(op, ElementwiseOp)]
        self.binary = {name: op for op in formulas for name in op.functions}
        self.scalar = {name: op for op in formulas for names in op.scalar_names for name in names}

    def file(self, title: str) -> str:
        """The name of a stub, without its suffix."""
        return f"{self.operators.package}_{title.removeprefix('_')}"

    def stubs(self) -> Iterator[tuple[str, str]]:
        """All modules of the package: the stub's name and its text."""
        spaces = {"functions": self.module}
        titles = ("contrib", "image", "linalg", "random", "sparse", "op", "_internal")
        spaces |= {title: vars(self.module)[title] for title in titles}
        for title, space in spaces.items():
            known = bound_names(space) | self._added(title)
            names = [name for name in space.__all__ if name not in known]
            if names:
                yield self.file(title), self._stub(title, space, names)
        yield self.file("methods"), self._methods()

    def _stub(self, title: str, space: ModuleType, names: Sequence[str]) -> str:
        stub = Stub(names=[*names])
        # A function is defined under a public name, of which others are aliases.
        for name in sorted(names, key=lambda name: (name.startswith("_"), name)):
            function = vars(space)[name]
            of, define = self._origin(title, name, function)
            home = None if of else home_of(name, function, but=space.__name__)
            if home is not None:
                stub.imports[name] = home
                continue
            module, there = self.homes.setdefault(of or function, (title, name))
            if (module, there) == (title, name):
                stub.text.append(define().text())
            elif module == title:
                stub.text.append(f"{name} = {there}")
            else:
                stub.imports[name] = f"ndgrad._stubs.{self.file(module)}", there
        return stub.text_of_module()

    def _origin(
        self, title: str, name: str, function: Any
    ) -> tuple[object, Callable[[], Function]]:
        """What a function was made of, None if it is written by hand; what makes its stub."""
        if getattr(function, "__module__", "") == self.module.__name__:
            if op := self._operator(title, name, function):
                return ("function", op.name), lambda: self.operators.function(op, name)
            if formula := self.binary.get(name):
                return ("binary", formula.name, name), lambda: self.operators.binary(formula, name)
            if formula := self.scalar.get(name):
                return ("scalar", name), lambda: self.operators.scalar(formula, name)
        return None, lambda: written(name, function)

    def _operator(self, title: str, name: str, function: Any) -> Op | None:
        """The operator that a function is the call of."""
        if hasattr(function, "__signature__"):
            for known in (_SPACES.get(title, "") + name, name):
                if found := self.ours.get(known) or OTHERS.get(known):
                    return found
        return self.ours.get(CALLS.get(function, ""))

    def _added(self, title: str) -> set[str]:
        """The names in a module of operators that programs have added."""
        added = {*OPS, *ALIASES} - {*self.ours}
        return added | {name.removeprefix(_SPACES.get(title, "")) for name in added}

    def _methods(self) -> str:
        """The stub of a base class, with the methods that the class's own source has not."""
        of_arrays = self.operators is ARRAYS
        own, base = (NDArray, "Array") if of_arrays else (Symbol, "Graph")
        stub, added = Stub(names=["Methods"]), self._added("")
        stub.text.append(f'class Methods({base}):\n    """Methods of `{own.__name__}`."""\n')
        if not of_arrays:
            stub.imports["Graph"] = "ndgrad.symbol.graph", "Graph"
        written_by_hand = (f"{own.__name__}.", "object.", "_only_of_arrays.")
        for name, method in vars(own).items():
            qualified = getattr(method, "__qualname__", f"{own.__name__}.")
            if name in added or qualified.startswith(written_by_hand):
                continue
            if name in _PYTHON_OPERATORS:
                define = self._python_operator(name)
            elif name.startswith("__"):
                continue
            elif op := self._operator("", name, method):
                define = self.operators.method(op, name, method)
            else:
                define = written(name, method, method=True)
            stub.text.append(define.text("    "))
        return stub.text_of_module()

    def _python_operator(self, name: str) -> Function:
        own, other = self.operators.array, f"{self.operators.array} | {self.operators.numbers}"
        if name in ("__neg__", "__abs__"):
            return Function(name, [([Parameter("self", "")], own)], "")
        if self.operators is ARRAYS:
            other = f"Array | {self.operators.numbers} | HostArray"
        note = ""
        if name in ("__eq__", "__ne__"):
            other, note = "object", "  # type: ignore[override]"
        return Function(name, [([Parameter("self", ""), Parameter("other", other)], own)], "", note)


# --- arrays like NumPy's --------------------------------------------------------------------------


def numpy_functions() -> Iterator[tuple[str, str]]:
    """Stubs of what the modules for arrays like NumPy's make at run time."""
    for title, module in {
        "np_functions": ndgrad.np,
        "np_linalg": ndgrad.np.linalg,
        "npx_functions": ndgrad.npx,
        "npx_image": ndgrad.npx.image,
    }.items():
        known = bound_names(module)
        stub = Stub(names=[name for name in module.__all__ if name not in known])
        for name in stub.names:
            stub.text.append(_numpy_function(name, vars(module)[name]).text())
        yield title, stub.text_of_module()
    yield "np_methods", _numpy_methods()


def symbolic_functions() -> Iterator[tuple[str, str]]:
    """Stubs of what the modules for symbols of such arrays make at run time."""
    for title, module in {
        "symbol_np_functions": ndgrad.symbol.np,
        "symbol_np_linalg": ndgrad.symbol.np.linalg,
        "symbol_np_random": ndgrad.symbol.np.random,
        "symbol_npx_functions": ndgrad.symbol.npx,
        "symbol_npx_image": ndgrad.symbol.npx.image,
    }.items():
        known = bound_names(module)
        stub = Stub(names=[name for name in dict.fromkeys(module.__all__) if name not in known])
        for name in stub.names:
            operator = f"_image_{name}" if "image" in title else ndgrad.npx._OPERATORS.get(name, "")
            if "npx" in title:
                define = NUMPY_LIKE_SYMBOLS.function(lookup(operator), name)
            else:
                define = _symbolic(name, vars(module)[name])
            stub.text.append(define.text())
        yield title, stub.text_of_module()


_OF_SYMBOLS = {
    "AnyArray": "Symbol", "ndarray": "Symbol", "ArrayLike": "SymbolLike",
    "ArrayOrFloat": "SymbolLike",
}  # fmt: skip
"""What the functions of symbols take in place of what those of arrays do."""


def _symbolic(name: str, function: Callable[..., Any]) -> Function:
    """A function of symbols that has the arguments of one of arrays."""
    form = written(name, function)
    ((parameters, result),) = form.forms
    usual = {"out": "Symbol | None"}  # of a signature without annotations
    taken = [
        replace(x, type=_renamed(x.type) if x.type != "Any" else usual.get(x.name, "SymbolLike"))
        for x in parameters
    ]
    if function.__module__ == "ndgrad.symbol.numpy":
        kinds = {"name": "str | None", "attr": "Mapping[str, str] | None"}
        end = sum(x.kind is not inspect.Parameter.VAR_KEYWORD for x in taken)
        taken[end:end] = [Parameter(key, kind, "None", _KEYWORD) for key, kind in kinds.items()]
    made = "_Symbol" if result == "Any" else re.sub(r"\b(AnyArray|ndarray)\b", "_Symbol", result)
    made = re.sub(r"\btuple\[(_Symbol)(, (_Symbol|\.\.\.))*\]", "list[_Symbol]", made)
    return replace(form, forms=[(taken, made)])


def _renamed(kind: str) -> str:
    return re.sub(r"\w+", lambda word: _OF_SYMBOLS.get(word[0], word[0]), kind)


def _numpy_function(name: str, function: Any) -> Function:
    op = OPS.get(CALLS.get(function, ""))
    if op is None:
        return written(name, function)
    if getattr(function, "__module__", "") != "ndgrad.numpy":
        return NUMPY_LIKE.function(op, name)
    form = written(name, function)
    ((parameters, result),) = form.forms  # of arrays; of numbers it is NumPy's function
    *operands, out, options = parameters
    numbers = [replace(x, type="float") for x in operands]
    arrays = [
        ([*[replace(x, type="AnyArray") if x is y else x for x in operands], out, options], result)
        for y in operands
    ]
    return replace(form, forms=[*arrays, (numbers, "float")])


def _numpy_methods() -> str:
    """The stub of a base class of `ndarray`: the methods that its own source has not."""
    stub, this = Stub(names=["Methods"]), Parameter("self", "")
    stub.text.append('class Methods(NDArray):\n    """Methods of `ndarray`."""\n')
    for name, method in sorted((vars(NDArray) | METHODS).items()):
        op = OPS.get(CALLS.get(method, "")) if callable(method) else None
        if name in _NUMPY_OPERATORS:
            kind = "object" if name in ("__eq__", "__ne__") else "ArrayLike"
            operands = [this] if name in _NUMPY_UNARY else [this, Parameter("other", kind)]
            define = Function(name, [(operands, "ndarray")], "")
        elif name.startswith("_"):
            continue
        elif name in METHODS and callable(method):
            define = written(name, method, method=True)
        elif op is not None and op.module.startswith("ndgrad."):  # of no program's own
            define = NUMPY_LIKE.method(op, name, method)
        else:
            continue
        stub.text.append(define.text("    "))
    return "# mypy: disable-error-code=override\n" + stub.text_of_module()


def modules() -> str:
    """The stub of the modules that the package imports when they are first asked for."""
    stub = Stub()
    known = bound_names(ndgrad)
    for name, path in PATHS.items():
        if "." not in name and name not in known:
            module = vars(ndgrad).get(name)
            path = path if module is None else module.__name__.removeprefix("ndgrad.")
            stub.text.append(f"import ndgrad.{path} as {name}")
            stub.names.append(name)
    return stub.text_of_module()


def stubs() -> dict[str, str]:
    """The text of every stub, by the name of its file."""
    found = {"modules": modules()}
    for operators, package in ((ARRAYS, ndgrad.nd), (SYMBOLS, ndgrad.symbol)):
        found |= Package(operators, package).stubs()
    found |= numpy_functions()
    found |= symbolic_functions()
    return {f"{name}.pyi": text for name, text in found.items()}


def main() -> None:
    found = stubs()
    for path in FOLDER.glob("*.pyi"):
        path.unlink()
    for name, text in found.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(found)} files in {FOLDER}")


if __name__ == "__main__":
    main()
