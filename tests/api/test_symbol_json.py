"""JSON of symbols: what is written, what is read, and what is refused."""

from __future__ import annotations

import copy
import json
import pickle
from xml.etree import ElementTree

import numpy as np
import pytest
from symbol_helpers import number, variable

import ndgrad as mx
import ndgrad.symbol.symbol as symbols
from ndgrad import MXNetError, nd
from ndgrad import autograd as ag
from ndgrad.base import bfloat16
from ndgrad.symbol.json import text, value_of


def test_layout(polynomial):
    _, symbol, name = polynomial
    graph = json.loads(symbol.tojson())
    number_of = number(symbol.name)
    assert graph["nodes"] == [
        {"op": "null", "name": name, "inputs": []},
        {"op": "broadcast_mul", "name": f"node_{number_of - 1}", "inputs": [[0, 0, 0]] * 2},
        {
            "op": "_plus_scalar",
            "name": f"node_{number_of}",
            "attrs": {"scalar": "1.0"},
            "inputs": [[1, 0, 0]],
        },
    ]
    assert graph["arg_nodes"] == [0]
    assert graph["node_row_ptr"] == [0, 1, 2, 3]
    assert graph["heads"] == [[2, 0, 0]]
    assert graph["attrs"]["mxnet_version"] == ["int", 10901]
    assert graph["attrs"]["shape"] == ["list_shape", [[2], [2], [2]]]


SCALAR_OPERATORS = {
    "_plus_scalar": lambda x: 2 + x,
    "_minus_scalar": lambda x: x - 2,
    "_rminus_scalar": lambda x: 2 - x,
    "_mul_scalar": lambda x: x * 2,
    "_div_scalar": lambda x: x / 2,
    "_rdiv_scalar": lambda x: 2 / x,
    "_mod_scalar": lambda x: x % 2,
    "_rmod_scalar": lambda x: 2 % x,
    "_power_scalar": lambda x: x**2,
    "_rpower_scalar": lambda x: 2**x,
    "_maximum_scalar": lambda x: nd.maximum(x, 2),
    "_minimum_scalar": lambda x: nd.minimum(2, x),
    "_equal_scalar": lambda x: x == 2,
    "_greater_scalar": lambda x: 2 < x,
    "_lesser_equal_scalar": lambda x: nd.lesser_equal(x, 2),
    "_greater_equal_scalar": lambda x: nd.lesser_equal(2, x),
}


@pytest.mark.parametrize("name", SCALAR_OPERATORS)
def test_numbers(name):
    x = variable([1.5, 2, 3])
    with ag.record():
        y = SCALAR_OPERATORS[name](x)
    symbol = ag.get_symbol(y)
    node = json.loads(symbol.tojson())["nodes"][1]
    assert node["op"] == name
    assert node["attrs"]["scalar"] == "2.0"
    again = symbols.load_json(symbol.tojson())
    assert again.tojson() == symbol.tojson()
    args = {symbol.list_arguments()[0]: x}
    for result in (symbol.eval(**args), again.eval(**args)):
        assert result[0].asnumpy().tolist() == y.asnumpy().tolist()


@pytest.mark.parametrize("name", SCALAR_OPERATORS)
def test_internal_functions_of_numbers(name):
    x = nd.array([0.5, 2, 3])
    expected = SCALAR_OPERATORS[name](x)
    title = name.title().replace("_", "")
    if name in ("_rminus_scalar", "_rdiv_scalar", "_rmod_scalar", "_rpower_scalar"):
        title = "R" + name[2:].title().replace("_", "")
    for spelling in (name, f"_{title}"):
        function = getattr(nd._internal, spelling)
        assert function(x, scalar=2).tolist() == expected.tolist()
        assert function.__name__ == spelling
        nodes = [
            {"op": "null", "name": "x", "inputs": []},
            {"op": spelling, "name": "y", "attrs": {"scalar": "2"}, "inputs": [[0, 0, 0]]},
        ]
        graph = {"nodes": nodes, "arg_nodes": [0], "heads": [[1, 0, 0]]}
        assert symbols.load_json(json.dumps(graph)).eval(x=x)[0].tolist() == expected.tolist()
    out = nd.zeros(3)
    assert nd._internal._rminus_scalar(x, 2, out=out) is out
    with pytest.raises(TypeError, match=f"{name}: argument data must have NDArray type"):
        getattr(nd._internal, name)(3, 2)
    with pytest.raises(TypeError, match=f"{name}: argument scalar must be a number"):
        getattr(nd._internal, name)(x, x)


def test_internal_names_of_two_arrays():
    x, y = nd.array([1, 2]), nd.array([2, 2])
    for name, expected in (
        ("_Plus", [3, 4]), ("_grad_add", [3, 4]), ("_sub", [-1, 0]), ("_Maximum", [2, 2]),
        ("_scatter_elemwise_div", [0.5, 1]), ("_Greater_Equal", [0, 1]), ("_logical_xor", [0, 0]),
    ):  # fmt: skip
        assert getattr(nd._internal, name)(x, y).tolist() == expected


def test_reflected_maximum_keeps_its_gradient():
    x = variable([2.0])
    with ag.record():
        y = nd.maximum(2, x)
    y.backward(retain_graph=True)
    wanted = x.grad.asscalar()
    symbol = symbols.load_json(ag.get_symbol(y).tojson())
    gradient = nd.zeros(1)
    executor = symbol.bind(mx.cpu(), [x], [gradient])
    executor.forward(is_train=True)
    executor.backward()
    assert gradient.asscalar() == wanted


def test_numbers_among_three_operands():
    x = variable([-1, 1])
    with ag.record():
        y = nd.where(x, x, 5) + nd.clip(x, 0, 0.5)
    symbol = ag.get_symbol(y)
    again = symbols.load_json(symbol.tojson())
    args = {symbol.list_arguments()[0]: nd.array([0, 2])}
    assert symbol.eval(**args)[0].asnumpy().tolist() == [5, 2.5]
    assert again.eval(**args)[0].asnumpy().tolist() == [5, 2.5]


def test_large_integer_numbers_are_exact():
    x = variable([1], "int64")
    with ag.record():
        y = x + (2**60 + 1)
    symbol = symbols.load_json(ag.get_symbol(y).tojson())
    assert symbol.eval(**{symbol.list_arguments()[0]: x})[0].asscalar() == 2**60 + 2


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -3,
        1.5,
        -1e-300,
        float("inf"),
        float("-inf"),
        "relu",
        "None",
        "inf",
        "(1, 2)",
        "it's",
        "",
        "a b",
        "f(x)",
        (),
        (1,),
        (1, (2, None)),
        [1, "x"],
        ...,
        slice(1, None, -1),
        (slice(None), ..., 2, None),
        {"a": 1},
    ],
)
def test_parameters_as_text(value):
    assert value_of(text(value)) == value


def test_arrays_and_dtypes_as_text():
    array = np.arange(6, dtype="int32").reshape(2, 3)
    back = value_of(text(array))
    assert back.dtype == array.dtype
    assert back.tolist() == array.tolist()
    assert value_of(text(np.dtype("float16"))) == value_of(text(np.float16)) == "float16"
    mxnets = np.dtype([("bfloat16", np.uint16)])
    assert text(mxnets) == text(bfloat16()) == "bfloat16"
    assert np.isnan(value_of(text(float("nan"))))
    assert value_of(text(np.float32(0.5))) == 0.5
    with pytest.raises(MXNetError, match="cannot be saved"):
        text(object())


def test_text_runs_nothing():
    assert value_of("__import__('os').getcwd()") == "__import__('os').getcwd()"
    assert value_of("array(1, 2)").__class__ is str


def test_casts_and_reductions_survive():
    x = variable([[1, 2, 3], [4, 5, 6]])
    with ag.record():
        y = nd.sum(nd.cast(x, dtype="float64"), axis=1, keepdims=True) * 0.1
    symbol = ag.get_symbol(y)
    again = symbols.load_json(symbol.tojson())
    (result,) = again.eval(**{symbol.list_arguments()[0]: x})
    assert result.dtype == np.float64
    assert result.asnumpy().tolist() == y.asnumpy().tolist()
    assert symbol.attr_dict() == again.attr_dict()


def test_save_and_load(polynomial, tmp_path):
    _, symbol, _ = polynomial
    file = tmp_path / "graph.json"
    symbol.save(str(file))
    assert symbols.load(file).tojson() == symbol.tojson()
    assert pickle.loads(pickle.dumps(symbol)).tojson() == symbol.tojson()
    assert copy.deepcopy(symbol).tojson() == symbol.tojson()
    with pytest.raises(TypeError, match="fname"):
        symbol.save(3)
    with pytest.raises(TypeError, match="fname"):
        symbols.load(3)


@pytest.mark.parametrize("bad", ["{}", "xx", "[]", '{"nodes": 3}'])
def test_not_a_graph(bad):
    with pytest.raises(MXNetError, match="not a graph"):
        symbols.load_json(bad)


def test_bad_graphs(polynomial):
    graph = json.loads(polynomial[1].tojson())
    unknown = copy.deepcopy(graph)
    unknown["nodes"][1]["op"] = "no_such_operator"
    with pytest.raises(MXNetError, match="no_such_operator"):
        symbols.fromjson(json.dumps(unknown))
    cycle = copy.deepcopy(graph)
    cycle["nodes"][1]["inputs"] = [[2, 0, 0], [0, 0, 0]]
    with pytest.raises(MXNetError, match="stand before"):
        symbols.load_json(json.dumps(cycle))
    head = copy.deepcopy(graph)
    head["heads"] = [[7, 0, 0]]
    with pytest.raises(MXNetError, match="no output"):
        symbols.load_json(json.dumps(head))
    with pytest.raises(TypeError):
        symbols.load_json(3)


def test_an_output_that_a_node_has_not():
    y = mx.sym.relu(mx.sym.sin(mx.sym.Variable("x")))
    for place in ("nodes", "heads"):
        graph = json.loads(y.tojson())
        for output in (1, -1):
            if place == "nodes":
                graph["nodes"][2]["inputs"][0][1] = output
            else:
                graph["heads"][0][1] = output
            with pytest.raises(mx.MXNetError, match=r"load_json: .* output"):
                symbols.load_json(json.dumps(graph))


def test_graph_that_mxnet_wrote():
    graph = """{
      "nodes": [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "clip", "name": "c", "attrs": {"a_max": "1", "a_min": "0"}, "inputs": [[0, 0, 0]]},
        {"op": "_rminus_scalar", "name": "m", "attrs": {"scalar": "3"}, "inputs": [[1, 0, 0]]}
      ],
      "arg_nodes": [0], "node_row_ptr": [0, 1, 2, 3], "heads": [[2, 0, 0]],
      "attrs": {"mxnet_version": ["int", 10901]}}"""
    symbol = symbols.load_json(graph)
    assert symbol.eval(data=nd.array([-1, 0.5, 9]))[0].asnumpy().tolist() == [3, 2.5, 2]
    with pytest.warns(UserWarning, match="data: "):
        assert symbol.infer_shape() == (None, None, None)
    assert symbol.infer_shape(data=(2, 3)) == ([(2, 3)], [(2, 3)], [])
    assert "data = variable -> ?" in symbol.debug_str()
    ElementTree.fromstring(symbol.draw())
