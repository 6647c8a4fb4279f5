"""Functions of a user's own: what they are given, what they return, and what is checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from autograd_helpers import Product, variable

from ndgrad import MXNetError, autograd, nd


class Scaled(autograd.Function):
    """Two outputs, one argument that is no array, NumPy inside."""

    def forward(self, a: Any, factor: float, b: Any) -> Any:
        self.factor = factor
        product = a * b
        self.save_for_backward(a, b, product)
        return product * factor, nd.array(np.sin(b.asnumpy()))

    def backward(self, d_product: Any, d_sine: Any) -> Any:
        a, b, _ = self.saved_tensors
        return (
            d_product * b * self.factor,
            None,
            d_product * a * self.factor + d_sine * nd.cos(b),
        )


def test_function_of_many() -> None:
    a, b = variable(1, 2), variable(3, 4)
    with autograd.record():
        u, v = Scaled()(a, 10.0, b)
        total = u + v * 2
    total.backward()
    np.testing.assert_allclose(a.grad.asnumpy(), [30, 40])
    np.testing.assert_allclose(b.grad.asnumpy(), [10, 20] + 2 * np.cos([3, 4]), rtol=1e-6)


def test_function_with_one_output_used() -> None:
    a, b = variable(1, 2), variable(3, 4)
    with autograd.record():
        u, _ = Scaled()(a, 2.0, b)
    u.backward()
    np.testing.assert_allclose(b.grad.asnumpy(), [2, 4])


def test_function_adds_and_skips_inputs_without_gradient() -> None:
    a, b = nd.array([1.0, 2.0]), nd.array([3.0, 4.0])
    b.attach_grad("add")
    for _ in range(3):
        with autograd.record():
            u, _ = Scaled()(a, 1.0, b)
        u.backward()
    np.testing.assert_allclose(b.grad.asnumpy(), [3, 6])


def test_relu_of_an_integer_variable() -> None:
    x = variable(-2, 3, dtype="int32")
    with autograd.record():
        y = nd.relu(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [0, 1])


class Cube(autograd.Function):
    def forward(self, x: Any) -> Any:
        y = x * x * x
        self.save_for_backward(x, y)
        return y

    def backward(self, dy: Any) -> Any:
        x, y = self.saved_tensors
        return 3 * y / x * dy


def test_function_can_be_differentiated_again_through_inputs_and_outputs() -> None:
    x = variable(2, 3, dtype="float64")
    with autograd.record():
        value = Cube()(x)
        for _ in range(3):
            (value,) = autograd.grad(value, x, create_graph=True)
    np.testing.assert_allclose(value.asnumpy(), [6, 6], rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("input", "its input 'input1'"),
        ("view of an input", "its input 'input1'"),
        ("output", "its output 'output0'"),
        ("other", "an array that it uses"),
        ("view of another", "an array that it uses"),
    ],
)
def test_what_a_function_saved_must_not_be_overwritten(what: str, says: str, order: int) -> None:
    class Saves(autograd.Function):
        def forward(self, a: Any, b: Any) -> Any:
            y = a * b
            self.save_for_backward(a, b, y, other[1:], "no array")
            return y

        def backward(self, g: Any) -> Any:
            a, b, _, _, text = self.saved_tensors
            assert text == "no array"
            return g * b, g * a

    a, b, other = variable(1, 2), variable(3, 4), nd.ones(3)
    with autograd.record():
        y = Saves()(a, b)
        z = (y + a).sum()
    targets = {
        "input": b,
        "view of an input": b[:1],
        "output": y.detach(),
        "other": other,
        "view of another": other[:1],
    }
    targets[what][:] = 7
    with pytest.raises(MXNetError, match=f"Operator Saves: {says}.*overwritten"):
        z.backward() if order == 1 else autograd.grad(z, a, create_graph=True)
    assert not a.grad.asnumpy().any()


def test_a_function_hangs_on_what_its_input_was_when_it_was_called() -> None:
    x, buffer = variable(2, dtype="float64"), nd.array([3], dtype="float64")
    with autograd.record():
        y = Product()(buffer, x)
        moved = nd.zeros_like(buffer)
        moved[:] = y * x  # 3 x**2
        z = Product()(moved, x)
        (slope,) = autograd.grad(z, x, create_graph=True)
    slope.backward()
    assert slope.asscalar() == 9 * 4
    assert x.grad.asscalar() == 18 * 2


def test_function_errors_surface_as_themselves_with_the_call_site() -> None:
    class Broken(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x * 2

        def backward(self, dy: Any) -> Any:
            raise LookupError("boom")

    x = variable(1)
    with autograd.record():
        y = Broken()(x)
    with pytest.raises(LookupError, match="boom") as caught:
        y.backward()
    assert "Broken.backward" in caught.value.__notes__[0]
    assert __file__ in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (lambda dy: (dy, dy), "must return 1 gradients.*got 2"),
        (lambda dy: nd.ones(5), r"must have its shape \(2,\), got \(5,\)"),
        (lambda dy: "text", "must return NDArrays, got str"),
    ],
)
def test_function_results_are_checked(result: Any, text: str) -> None:
    class Wrong(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x * 2

        def backward(self, dy: Any) -> Any:
            return result(dy)

    x = variable(1, 2)
    with autograd.record():
        y = Wrong()(x)
    with pytest.raises((MXNetError, TypeError), match=text):
        y.backward()


def test_function_is_called_once_and_forward_may_fail() -> None:
    class Fails(autograd.Function):
        def forward(self, x: Any) -> Any:
            raise ValueError("no")

    x = variable(1)
    with autograd.record():
        with pytest.raises(ValueError, match="no"):
            Fails()(x)
        assert autograd.is_recording()
        cube = Cube()
        cube(x)
        with pytest.raises(MXNetError, match="only be called once"):
            cube(x)


def test_function_returning_its_input_is_an_identity() -> None:
    class Reversal(autograd.Function):
        def forward(self, x: Any) -> Any:
            return x

        def backward(self, dy: Any) -> Any:
            return -dy

    x = variable(1, 2)
    with autograd.record():
        y = Reversal()(x) * 3
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [-3, -3])
