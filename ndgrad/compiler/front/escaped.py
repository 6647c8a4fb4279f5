"""Arrays that a traced function kept: they have no values, and reading them is an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn, cast

from ...array.ndarray import NDArray
from ...array.sparse import BaseSparseNDArray
from ...base import MXNetError, Shape
from ...memory.device import Buffer
from ...tape import Array
from ..program.instructions import Source
from .recorder import Recorder


class Escaped:
    """The buffer of an array that outlives the trace it was made in; any use of it raises.

    Attributes
    ----------
    text : str
        Of the error.
    """

    __slots__ = ("text",)

    __array_ufunc__ = None

    def __init__(self, name: str, shape: Shape) -> None:
        self.text = (
            f"compile: an array of shape {list(shape)} was made in {name} while that was traced, "
            f"and kept: it has no values. A compiled function hands out what it returns and what "
            f"it writes to arrays that existed before; let {name} return it"
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python and NumPy ask for protocols
            raise AttributeError(name)
        raise MXNetError(self.text)

    def _refuse(self, *args: object) -> NoReturn:
        raise MXNetError(self.text)

    __getitem__ = __setitem__ = __len__ = __iter__ = __array__ = _refuse


def take_values(recorder: Recorder, arguments: Iterable[NDArray]) -> None:
    """Let every array of the trace that is still in use raise when it is read.

    What was made of numbers alone is left as it is: a mask, say, that the function makes once and
    keeps.  Memory that existed before has its elements.  Sparse arrays are left out.
    """
    made = (x for x in recorder.buffers.arrays() if not isinstance(x, BaseSparseNDArray))
    kept = [x for x in made if not _has_elements(recorder, x)]
    given = [x for x in arguments if not isinstance(x, BaseSparseNDArray)]
    for array in {id(x): x for x in (*kept, *given)}.values():
        array._data = cast("Buffer", Escaped(recorder.name, array._shape))


def _has_elements(recorder: Recorder, array: Array) -> bool:
    state = recorder.buffers.state(array._data)
    if state is None:
        return True
    if state.source is not None:
        source = state.source.maker
        return isinstance(source, Source) and source.kind == "captured"
    maker = state.value.maker
    return maker.kind == "constant" if isinstance(maker, Source) else not maker.inputs
