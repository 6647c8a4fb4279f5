"""Attributes of symbols, which functions that make arrays take and ignore, as MXNet's do."""

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd


@pytest.mark.parametrize(
    "make",
    [
        lambda **k: nd.zeros((2,), **k),
        lambda **k: nd.ones((2,), **k),
        lambda **k: nd.random.normal(shape=(2,), **k),
        lambda **k: nd.random_uniform(shape=(2,), **k),
        lambda **k: nd.softmax(nd.ones(2), **k),
    ],
)
def test_attributes_of_symbols_are_ignored(make) -> None:
    assert make(__layout__="N", name="state").shape == (2,)
    with pytest.raises(TypeError, match="unknown argument '_layout'"):
        make(_layout="N")


def test_a_cells_description_of_its_state_makes_an_array() -> None:
    info = {"shape": (2, 3), "__layout__": "NC", "dtype": "float64"}
    assert nd.zeros(name="state", ctx=mx.cpu(), **info).dtype is np.float64


def test_states_and_slopes_have_initializers_of_their_own():
    """As MXNet's variables do; those that are given one keep it."""
    zero, one = '["zero", {}]', '["one", {}]'
    x = mx.sym.var("x")
    found = mx.sym.BatchNorm(x, name="bn").attr_dict()
    assert found == {"bn_moving_mean": {"__init__": zero}, "bn_moving_var": {"__init__": one}}
    gamma = mx.sym.LeakyReLU(x, act_type="prelu", name="p").attr_dict()["p_gamma"]
    assert gamma == {"__init__": '["Constant", {"value": 0.25}]'}
    given = mx.sym.var("mean", init=mx.init.One())
    assert mx.sym.BatchNorm(x, moving_mean=given).attr_dict()["mean"]["__init__"] == one
