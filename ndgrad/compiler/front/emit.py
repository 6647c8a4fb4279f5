"""The emitter: adds instructions to the program of a function that is traced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from ...base import DType, MXNetError, Shape, is_floating, wide_dtype
from ...kernels.spec.formula import formula
from ...memory.device import Buffer, Device, device_of, to_device
from ..program.instructions import CustomCall, Form, Instruction, Map, Operand, Value


class Emitter:
    """Instructions in the order in which they are to run.

    Attributes
    ----------
    name : str
        What the function is called where it is refused.
    instructions : list of Instruction
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.instructions: list[Instruction] = []

    def add(self, instruction: Instruction, form: Form) -> Value:
        """Add an instruction that makes one value."""
        if any(x.dynamic for x in instruction.inputs):
            self.refuse(
                f"reads parts of a sparse array by {instruction.title}, but how long these are is "
                "not known; use the array itself, or what tostype('default') makes of it"
            )
        self.instructions.append(instruction)
        return instruction.make(form)

    def add_call(self, call: CustomCall, forms: Sequence[Form]) -> tuple[Value, ...]:
        """Add a custom call, which makes a value of each form."""
        self.instructions.append(call)
        return call.make_all(*forms)

    def map(
        self, name: str, text: str, operands: dict[str, Operand], compute: str, form: Form
    ) -> Value:
        """A formula, element by element; operands that it does not name are left out."""
        names = formula(text).names
        used = tuple((key, x) for key, x in operands.items() if key in names)
        return self.add(Map(name=name, text=text, operands=used, compute=compute), form)

    def fill(self, number: float, shape: Shape, dtype: DType) -> Value:
        """One number everywhere."""
        if not is_floating(dtype):
            number = int(number)
        return self.map("fill", "c", {"c": number}, arithmetic(dtype), (shape, dtype))

    def copy(self, value: Value) -> Value:
        """The elements of *value* in memory of their own."""
        form = value.shape, value.dtype
        return self.map("copy", "x", {"x": value}, arithmetic(value.dtype), form)

    def to_device(self, value: Value, device: Device | None) -> Value:
        """A copy of *value* on another device."""

        def run(buffers: Sequence[Buffer]) -> list[Buffer]:
            (buffer,) = buffers
            return [buffer.copy() if device_of(buffer) is device else to_device(buffer, device)]

        call = CustomCall(inputs=(value,), name="copy to device", run=run, facts=id(device))
        return self.add(call, ((value.size,), value.dtype))

    def refuse(self, what: str) -> NoReturn:
        """Raise: the function cannot be compiled because of *what* it does."""
        raise MXNetError(f"compile: {self.name} {what}")


def arithmetic(dtype: DType) -> str:
    """The type in which a formula that only copies is computed."""
    return wide_dtype(dtype).name if is_floating(dtype) else "int64"
