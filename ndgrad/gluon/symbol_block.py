"""`SymbolBlock`: a symbol, such as one that a file holds, as a block."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix
from typing import Any

from .. import symbol
from ..base import DTypeLike, public_names
from ..context import Context, cpu
from ..nd import NDArray
from ..symbol import Group, Symbol
from ..symbol.numpy import _Symbol
from .hybrid import HybridBlock
from .parameter import DeferredInitializationError, shape_is_known
from .parameter_dict import ParameterArguments, ParameterDict
from .utils import brief

__all__ = ["SymbolBlock"]
__dir__ = public_names(globals())


class SymbolBlock(HybridBlock):
    """A block made of symbols: all arguments that are no inputs are its parameters.

    Parameters
    ----------
    outputs : Symbol or list of Symbol
    inputs : Symbol or list of Symbol
        The variables that stand for what the block is called with.
    params : ParameterDict, optional
        Of other blocks, from which parameters of equal names are taken.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.sym.var("data")
    >>> net = mx.gluon.SymbolBlock(mx.sym.FullyConnected(x, num_hidden=2, name="fc"), x)
    >>> list(net.collect_params())
    ['fc_weight', 'fc_bias']
    """

    @staticmethod
    def imports(
        symbol_file: str,
        input_names: str | Sequence[str],
        param_file: str | None = None,
        ctx: Context | Sequence[Context] | None = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
    ) -> SymbolBlock:
        """Make a block of files that `HybridBlock.export`, a `Module` or MXNet wrote.

        Parameters
        ----------
        symbol_file : str
            The graph, ``<name>-symbol.json``.
        input_names : str or list of str
            Which of its variables are inputs.
        param_file : str, optional
            The parameters; without it they are to be initialised.
        ctx : Context or sequence of Context, optional
            By default the CPU.
        allow_missing, ignore_extra : bool
            Whether the file may lack parameters, or hold others.
        """
        outputs = symbol.load(symbol_file)
        names = [input_names] if isinstance(input_names, str) else list(input_names)
        block = SymbolBlock(outputs, [symbol.var(name) for name in names])
        if param_file is not None:
            block.collect_params().load(
                param_file,
                ctx if ctx is not None else cpu(),
                allow_missing,
                ignore_extra,
                cast_dtype=True,
                dtype_source="saved",
            )
        return block

    def __init__(
        self,
        outputs: Symbol | Sequence[Symbol],
        inputs: Symbol | Sequence[Symbol],
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__()
        self._prefix = ""  # also where another block is around: the variables name the parameters
        self._params = ParameterDict("", params)
        self._symbol = outputs if isinstance(outputs, Symbol) else Group(list(outputs))
        given = [inputs] if isinstance(inputs, Symbol) else list(inputs)
        for x in given:
            if len(x.get_internals().list_outputs()) != 1:
                raise AssertionError(
                    f"Input symbols must be variable, but {x.name} is an output of operators"
                )
        self._inputs = [str(x.name) for x in given]
        states = self._symbol.list_auxiliary_states()
        names = [x for x in (*self._symbol.list_arguments(), *states) if x not in self._inputs]
        dtypes = self._dtypes(given)
        shared = len(commonprefix(names))  # noqa: RUF071  # files of parameters leave it out
        for name in names:
            facts: ParameterArguments = {"allow_deferred_init": True}
            if name in dtypes:
                facts["dtype"] = dtypes[name]
            param = self.params.get(name, **facts)
            if name in states:
                param.grad_req = "null"
            self._reg_params[name[shared:]] = param

    def _dtypes(self, inputs: Sequence[Symbol]) -> dict[str, type]:
        """What dtypes of arguments and states, by name, follow from those of the inputs."""
        known = {str(x.name): x.infer_type_partial()[0][0] for x in inputs}
        if any(dtype is None for dtype in known.values()):
            return {}
        arguments, _, states = self._symbol.infer_type_partial(**known)
        found = dict(zip(self._symbol.list_arguments(), arguments, strict=True))
        found |= zip(self._symbol.list_auxiliary_states(), states, strict=True)
        return {name: dtype for name, dtype in found.items() if dtype is not None}

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(\n{self._symbol!r} : {len(self._inputs)} -> "
            f"{len(self._symbol.list_outputs())}\n)"
        )

    def forward(self, x: Any, *args: Any) -> Any:
        """Return the outputs, one or a list, for arrays or symbols in the order of the inputs."""
        given = (x, *args)
        if len(given) != len(self._inputs):
            raise ValueError(
                f"SymbolBlock: {len(given)} inputs are given, expected {len(self._inputs)}: "
                f"{brief(self._inputs)}"
            )
        inputs = dict(zip(self._inputs, given, strict=True))
        if isinstance(x, Symbol):
            outputs = self._symbol(**inputs)
            return outputs.as_np_ndarray() if isinstance(x, _Symbol) else outputs
        if not isinstance(x, NDArray):
            raise ValueError(
                "In HybridBlock, there must be one NDArray or one Symbol in the input. Please "
                f"check the type of the args: SymbolBlock got {type(x).__name__}."
            )
        try:
            arrays = {p.name: p.data(x._ctx) for p in self._reg_params.values()}
        except DeferredInitializationError:
            self._initialize_deferred(*given)
            arrays = {p.name: p.data(x._ctx) for p in self._reg_params.values()}
        results = self._symbol._run(inputs | arrays)
        return results[0] if len(results) == 1 else results

    def infer_shape(self, *args: Any) -> None:
        """Set the shapes of all parameters from those of the inputs."""
        known = {name: x.shape for name, x in zip(self._inputs, args, strict=True)}
        for param in self._reg_params.values():
            if param.shape is not None and shape_is_known(param.shape):
                known[param.name] = param.shape
        arguments, _, states = self._symbol.infer_shape(**known)
        found = dict(zip(self._symbol.list_arguments(), arguments or (), strict=True))
        found |= zip(self._symbol.list_auxiliary_states(), states or (), strict=True)
        for param in self._reg_params.values():
            param.shape = found[param.name]

    def _traced(self) -> tuple[list[str], object]:
        return self._inputs, self._symbol

    def cast(self, dtype: DTypeLike) -> None:
        """Convert all parameters to a dtype."""
        super().cast(dtype)
        for param in self._reg_params.values():
            param.cast(dtype)

    def reset_ctx(self, ctx: Context | Sequence[Context]) -> None:
        """Move all parameters to other contexts."""
        self.collect_params().reset_ctx(ctx)
