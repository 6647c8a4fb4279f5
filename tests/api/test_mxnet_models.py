"""Models that MXNet 1.9.1 saved: loaded, they give what MXNet gave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED

import ndgrad as mx
from ndgrad import autograd, nd

MODEL = r"""{
  "nodes": [
    {"op": "null", "name": "data", "inputs": []},
    {"op": "null", "name": "fc1_weight", "attrs": {"num_hidden": "5"}, "inputs": []},
    {"op": "null", "name": "fc1_bias", "attrs": {"num_hidden": "5"}, "inputs": []},
    {"op": "FullyConnected", "name": "fc1", "attrs": {"num_hidden": "5"}, "inputs": [[0, 0, 0],
    [1, 0, 0], [2, 0, 0]]},
    {"op": "Activation", "name": "act1", "attrs": {"act_type": "softrelu"}, "inputs": [[3, 0,
    0]]},
    {"op": "null", "name": "fc2_weight", "attrs": {"num_hidden": "4"}, "inputs": []},
    {"op": "null", "name": "fc2_bias", "attrs": {"num_hidden": "4"}, "inputs": []},
    {"op": "FullyConnected", "name": "fc2", "attrs": {"num_hidden": "4"}, "inputs": [[4, 0, 0],
    [5, 0, 0], [6, 0, 0]]},
    {"op": "null", "name": "prelu_gamma", "attrs":
    {"__init__": "[\"Constant\", {\"value\": 0.25}]", "act_type": "prelu"}, "inputs": []},
    {"op": "LeakyReLU", "name": "prelu", "attrs": {"act_type": "prelu"}, "inputs": [[7, 0, 0],
    [8, 0, 0]]},
    {"op": "SliceChannel", "name": "halves", "attrs": {"axis": "1", "num_outputs": "2"},
    "inputs": [[9, 0, 0]]},
    {"op": "_mul_scalar", "name": "_mulscalar0", "attrs": {"scalar": "2"}, "inputs": [[10, 0,
    0]]},
    {"op": "_rminus_scalar", "name": "_rminusscalar0", "attrs": {"scalar": "1"}, "inputs":
    [[10, 1, 0]]},
    {"op": "Concat", "name": "joined", "attrs": {"dim": "1", "num_args": "2"}, "inputs": [[11,
    0, 0], [12, 0, 0]]},
    {"op": "LeakyReLU", "name": "elu", "attrs": {"act_type": "elu", "slope": "0.5"}, "inputs":
    [[13, 0, 0]]},
    {"op": "zeros_like", "name": "zeros_like0", "inputs": [[14, 0, 0]]},
    {"op": "broadcast_greater", "name": "broadcast_greater0", "inputs": [[14, 0, 0], [15, 0,
    0]]},
    {"op": "_mul_scalar", "name": "_mulscalar1", "attrs": {"scalar": "0.5"}, "inputs": [[14, 0,
    0]]},
    {"op": "Dropout", "name": "dropout0", "attrs": {"p": "0.0"}, "inputs": [[17, 0, 0]]},
    {"op": "where", "name": "where0", "inputs": [[16, 0, 0], [14, 0, 0], [18, 0, 0]]},
    {"op": "null", "name": "softmax_label", "inputs": []},
    {"op": "SoftmaxOutput", "name": "softmax", "inputs": [[19, 0, 0], [20, 0, 0]]},
    {"op": "topk", "name": "top", "attrs": {"axis": "1", "k": "2", "ret_typ": "both"},
    "inputs": [[19, 0, 0]]},
    {"op": "transpose", "name": "transpose0", "inputs": [[19, 0, 0]]},
    {"op": "BlockGrad", "name": "blockgrad0", "inputs": [[23, 0, 0]]},
    {"op": "transpose", "name": "transpose1", "inputs": [[19, 0, 0]]},
    {"op": "BlockGrad", "name": "blockgrad1", "inputs": [[25, 0, 0]]},
    {"op": "khatri_rao", "name": "khatri_rao0", "attrs": {"num_args": "2"}, "inputs": [[24, 0,
    0], [26, 0, 0]]},
    {"op": "BlockGrad", "name": "blockgrad2", "inputs": [[27, 0, 0]]}
  ],
  "arg_nodes": [0, 1, 2, 5, 6, 8, 20],
  "node_row_ptr": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23,
  24, 26, 27, 28, 29, 30, 31, 32],
  "heads": [[21, 0, 0], [22, 0, 0], [22, 1, 0], [28, 0, 0]],
  "attrs": {"mxnet_version": ["int", 10901]}
}"""
"""A perceptron with layers of several kinds, by ``Symbol.tojson``."""

SHAPES = {
    "data": (3, 6),
    "fc1_weight": (5, 6),
    "fc1_bias": (5,),
    "fc2_weight": (4, 5),
    "fc2_bias": (4,),
    "prelu_gamma": (4,),
    "softmax_label": (3,),
}
# fmt: off
OUTPUTS: list[Any] = [
    [[0.215932, 0.222671, 0.282142, 0.279254], [0.118798, 0.365552, 0.229626, 0.286024],
    [0.21477, 0.16134, 0.399113, 0.224776]],
    [[0.857387, 0.8471], [1.206707, 0.961374], [0.892449, 0.318308]],
    [[2.0, 3.0], [1.0, 3.0], [2.0, 3.0]],
    [[0.34803, 0.006843, 0.074405], [0.366161, 0.099819, -0.003623], [0.505808, 0.061358,
    0.243436], [0.499739, 0.079525, 0.086826], [0.366161, 0.099819, -0.003623], [0.385236,
    1.456141, 0.000176], [0.532158, 0.895078, -0.011852], [0.525773, 1.160097, -0.004227],
    [0.505808, 0.061358, 0.243436], [0.532158, 0.895078, -0.011852], [0.735113, 0.550197,
    0.796465], [0.726292, 0.713102, 0.284074], [0.499739, 0.079525, 0.086826], [0.525773,
    1.160097, -0.004227], [0.726292, 0.713102, 0.284074], [0.717578, 0.92424, 0.10132]],
]
GRADIENTS: dict[str, Any] = {
    "data": [[0.385078, 0.22502, -0.101554, -0.485536, 0.172839, -0.153735], [0.811004,
    0.767796, -1.010591, 0.119416, 0.679943, -1.098444], [-0.016821, 0.040558, 0.042331,
    -0.14721, 0.024515, 0.026287]],
    "fc1_weight": [[0.131685, -0.128016, 0.316371, -0.547065, 0.011667, 0.456054], [0.463882,
    0.118945, -0.880189, 0.860029, -0.128083, -1.127217], [0.02431, -0.041267, 0.120124,
    -0.252638, 0.02919, 0.190581], [-0.477651, 0.007849, 0.450179, -0.18411, 0.071835,
    0.514166], [-0.01963, 0.114764, -0.382042, 0.664292, -0.068412, -0.565218]],
    "fc1_bias": [-1.117465, 1.976224, -0.563657, -0.511891, 1.465409],
    "fc2_weight": [[0.955884, 1.001254, 0.773214, 1.30241, 0.963787], [1.86807, 4.651895,
    1.329954, 2.727685, 1.929275], [0.293615, 0.235225, 0.419666, 0.629033, 0.353778],
    [-1.939381, -3.376115, -1.263432, -2.449898, -1.906758]],
    "fc2_bias": [1.261129, 3.195543, 0.47772, -2.790054],
    "prelu_gamma": [-0.452727, -0.002085, -0.134378, 0.0],
    "softmax_label": [0.0, 0.0, 0.0],
}
# fmt: on
"""Of all outputs together, with head gradients of 1; rounded to six digits."""


def arguments() -> dict[str, nd.NDArray]:
    made = {}
    for name, shape in SHAPES.items():
        numbers = np.arange(np.prod(shape)).reshape(shape)
        made[name] = nd.array((numbers * 7 % 11 - 5) / 8)
    made["softmax_label"] = nd.array([0, 2, 3])
    return made


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=FULL_COMPILED)])
def test_a_model_of_mxnet(compiled: bool) -> None:
    symbol = mx.symbol.load_json(MODEL)
    assert symbol.list_arguments() == list(SHAPES)
    given = arguments()
    for x in given.values():
        x.attach_grad()

    def evaluate(given: dict[str, nd.NDArray]) -> list[nd.NDArray]:
        return symbol.eval(**given)

    with autograd.record():
        outputs = (mx.compile(evaluate) if compiled else evaluate)(given)
    autograd.backward(outputs)
    for output, expected in zip(outputs, OUTPUTS, strict=True):
        np.testing.assert_allclose(output.asnumpy(), expected, atol=2e-6, rtol=2e-6)
    # MXNet's executor writes the result of a prelu over its input and then takes the gradient of
    # gamma from there, which gives gamma times the gradient.
    scales = {"prelu_gamma": given["prelu_gamma"].asnumpy()}
    for name, expected in GRADIENTS.items():
        gradient = given[name].grad.asnumpy() * scales.get(name, 1)
        np.testing.assert_allclose(gradient, expected, atol=2e-6, rtol=2e-6)
