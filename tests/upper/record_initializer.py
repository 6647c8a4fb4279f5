"""Record what MXNet's initializers do: ``python tests/upper/record.py initializer``."""

import json
import warnings

import mxnet as mx
from recording import FOLDER

ENDINGS = """
x_weight x_bias x_gamma x_beta x_moving_mean x_running_mean x_moving_var x_moving_inv_var
x_moving_avg x_min x_max x_amin bias_quantize upsampling_weight stn_loc_weight stn_loc_bias x_foo
X_WEIGHT weight_x
""".split()
RNN_SIZES = {"lstm": 240, "gru": 180, "rnn_relu": 60}
INITIALIZERS = {
    "Zero()": (3, 2),
    "One()": (3, 2),
    "Constant(2.5)": (3, 2),
    "Constant([1, 2])": (3, 2),
    "Bilinear()": (1, 2, 3, 5),
    "LSTMBias(2.0)": (9,),
    **{f"FusedRNN(Constant(9), 2, 2, {m!r}, True, 3)": (n,) for m, n in RNN_SIZES.items()},
    "FusedRNN(None, 2, 1, 'lstm')": (56,),
}
DUMPED = """
Zero() One() Constant(2) Uniform() Normal() Orthogonal() Xavier() MSRAPrelu() Bilinear() LSTMBias()
FusedRNN(Xavier(),4,2,"lstm") FusedRNN(None,4,2,"gru",True)
""".split()


def by_name(name, as_desc):
    array = mx.nd.zeros((1, 1, 2, 3)) - 7
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            desc = mx.init.InitDesc(name) if as_desc else name
            mx.init.Constant(3)(desc, array.reshape((6,)) if "bias" in name else array)
        except ValueError:
            return None
    return array.asnumpy().ravel().tolist()


def weight(text, shape):
    array = mx.nd.zeros(shape) - 7
    desc = mx.init.InitDesc("x_weight", global_init=mx.init.Constant(8))
    eval(text, vars(mx.init))(desc, array)
    return array.asnumpy().ravel().tolist()


recorded = {
    "endings": {name: [by_name(name, True), by_name(name, False)] for name in ENDINGS},
    "weights": {text: [shape, weight(text, shape)] for text, shape in INITIALIZERS.items()},
    "dumps": {text: eval(text, vars(mx.init)).dumps() for text in DUMPED},
}
(FOLDER / "initializer.json").write_text(json.dumps(recorded).replace("}, ", "},\n") + "\n")
