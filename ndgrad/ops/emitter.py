"""What a definition decomposes with: the emitter of a traced program, as decompositions see it.

The compiler, a layer above, makes what has these methods: `compiler.front.decompose.Decomposer`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..base import DType, Shape
from ..context import Context
from ..memory.device import Buffer
from ..tape import Array


class Value(Protocol):
    """What an instruction makes."""

    @property
    def shape(self) -> Shape: ...

    @property
    def dtype(self) -> DType: ...


class Emitter(Protocol):
    """Writes instructions into the program of a function that is traced."""

    def value(self, x: Array, shape: Shape | None = None) -> Value:
        """The value that the array *x* holds now, in its shape or another one."""

    def operand(self, x: Array, shape: Shape) -> Value | float:
        """The same as an operand of `map`: an array made of one number is that number."""

    def is_mapped(self, x: Array) -> bool:
        """Whether an element-wise instruction makes *x*, so that it need not be read again."""

    def map(
        self,
        name: str,
        text: str,
        shape: Shape,
        dtype: DType,
        *,
        compute: str | None = None,
        **operands: Value | float,
    ) -> Value:
        """A formula over *operands*, values that broadcast to *shape* and numbers."""

    def reduce(self, value: Value, how: str, axes: Shape) -> Value:
        """A reduction, by its name in `REDUCTIONS`; the axes stay, with length 1."""

    def arange(self, n: int, dtype: DType) -> Value:
        """The numbers 0 to n - 1."""

    def buffer(self, value: Value) -> Buffer:
        """A buffer that holds *value*."""

    def array(self, value: Value, shape: Shape, like: Array) -> Array:
        """An array that holds *value*, of the class and on the device of another one."""

    def filled(self, number: int, size: int, dtype: DType) -> Buffer:
        """A buffer of one number, of the size and dtype of an array."""

    def expand(self, x: Array, shape: Shape) -> Buffer:
        """A buffer of *x* broadcast to *shape*."""

    def product(
        self,
        lhs: Array,
        rhs: Array,
        m: int,
        n: int,
        k: int,
        *,
        transpose_a: bool = False,
        transpose_b: bool = False,
        bias: Array | None = None,
    ) -> Buffer:
        """A buffer of the product of two matrices of one dtype, each row with *bias* added."""

    def validated(
        self, name: str, check: Callable[[Array], Buffer], x: Array, facts: object
    ) -> Array:
        """*x* as *check* returns it, which a custom call runs and which may raise an error."""

    def to_context(self, x: Array, context: Context) -> Buffer:
        """A buffer of *x* on the device of *context*."""
