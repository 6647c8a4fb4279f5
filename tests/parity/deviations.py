"""Where ndgrad knowingly does not do what MXNet 1.9.1 does: the reason, and what it does instead.

Each row is tested by test_parity.py. `python deviations.py` prints the table for the docs.
`deviation.py` says how the expressions are read.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from deviation import Deviation, table
from deviations_of_quantization import QUANTIZATION

DEVIATIONS: dict[str, Deviation] = {
    **table(
        "MXNet ends the process",
        {
            "arithmetic/int-divide-by-zero": "int32([0, 0, 0])",
            "arithmetic/int-array-divide-by-zero": "int32([0, 2, 0])",
            "activations/LeakyReLU-rrelu-train-bounds": "(True, True)",
            "autograd/mark-variables-fewer-gradients": 'raises("MXNetError")',
        },
    ),
    **table(
        "MXNet reads memory that is not the array's",
        {
            "shapes/reshape-operator-too-large": 'raises("MXNetError|ValueError", "reshape")',
            "shapes/transpose-repeated-axes": 'raises("MXNetError|ValueError", "axes")',
            "function/first-input-needs-none-grad-function": "[float32([7, 7])]",
        },
    ),
    **table(
        "the gradient of equal elements goes to the first, as in Pooling; in MXNet to all",
        {
            "spatial/pooling-v1-of-equal-elements": "[float32([[[[1, 1], [1, 1]]]]), "
            "float32([[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]])]",
        },
    ),
    **table(
        "MXNet silently leaves elements out",
        {"shapes/reshape-operator-not-divisible": 'raises("MXNetError|ValueError", "reshape")'},
    ),
    **table(
        "MXNet copies onto memory that it is still reading",
        {"indexing/set-overlap": "float32([0, 0, 1, 2, 3])"},
    ),
    **table(
        "MXNet accepts a head gradient of the wrong shape",
        {
            "backward/head-gradient-wrong-shape-linear": 'raises("MXNetError", "shape")',
            "backward/head-gradient-wrong-shape-square": 'raises("MXNetError", "shape")',
            "backward/head-gradient-broadcastable": 'raises("MXNetError", "shape")',
        },
    ),
    **table(
        "MXNet takes a head gradient of another shape and as many elements for some operators only",
        {"backward/head-gradient-other-shape-exp": "float32([[2.7182817], [73.890564]])"},
    ),
    **table(
        "MXNet computes with an array that was overwritten between forward and backward",
        {
            "writes/overwritten-input": 'raises("MXNetError", "overwritten")',
            "writes/overwritten-input-added": 'raises("MXNetError", "overwritten")',
            "writes/overwritten-constant-factor": 'raises("MXNetError", "overwritten")',
            "writes/overwritten-output": 'raises("MXNetError", "overwritten")',
            "writes/overwritten-through-view": 'raises("MXNetError", "overwritten")',
        },
    ),
    **table(
        "MXNet writes to the array before it refuses to",
        {
            "writes/in-place-on-leaf-leaves": "float32([1, 2])",
            "writes/setitem-on-leaf-leaves": "float32([1, 2])",
        },
    ),
    **table(
        "MXNet drops a gradient",
        {
            "backward/same-head-twice": "float32([4, 4])",
            "function/add-request-leaf": "float32([6, 6])",
            "second_order/head-gradient-is-constant": "(float32([0.28224, -1.513605]), "
            "float32([-0.5939955, -0.7843724]))",
            "function/first-input-needs-none": "float32([100, 100])",
        },
    ),
    **table(
        "MXNet forgets a variable with grad_req='null' once a backward passed it",
        {"autograd/grad-req-null-beside-write": "(float32([0, 0]), float32([1, 2]))"},
    ),
    **table(
        "MXNet leaves recording switched off after an error in Function.forward",
        {"function/error-in-forward-state-inside-record": "True"},
    ),
    **table(
        "MXNet keeps numbers that belong to the operator in float32, also for float64 arrays",
        {
            "activations/clip-float64": "[float64([0.1, 0.1, 0.5, 0.7, 0.7]), "
            "float64([0, 2, 3, 4, 0])]",
            "unary/degrees-float64": "[float64([-131.78029288008932, -40.10704565915762, "
            "5.729577951308233, 57.29577951308232, 183.34649444186346]), "
            "float64([57.29577951308232, 114.59155902616465, 171.88733853924697, "
            "229.1831180523293, 286.4788975654116])]",
            "unary/radians-float64": "[float64([-0.04014257279586958, -0.012217304763960306, "
            "0.0017453292519943296, 0.017453292519943295, 0.05585053606381855]), "
            "float64([0.017453292519943295, 0.03490658503988659, 0.05235987755982989, "
            "0.06981317007977318, 0.08726646259971647])]",
            "unary/hard_sigmoid-float64": "[float64([0.04, 0.36, 0.52, 0.7, 1]), "
            "float64([0.2, 0.4, 0.6, 0.8, 0])]",
            "activations/LeakyReLU-leaky-float64": "[float64([-0.75, -0.25, -0.075, 0, 0.4, 1, "
            "2.5]), float64([0.25, 0.5, 0.75, 1, 5, 6, 7])]",
        },
    ),
    **table(
        "MXNet computes in float32, also for float64 arrays",
        {
            "activations/LeakyReLU-gelu-float64": "[float64([-0.00404969409489031, "
            "-0.15865525393145707, -0.1146265733433142, 0, 0.2621686966441297, 0.8413447460685429, "
            "2.4844758366855597]), float64([-0.011945647204183918, -0.16663094117537258, "
            "0.8030166995186704, 2, 4.013648988658268, 6.499892823526118, 7.263277601357016])]",
            "unary/erf-float64": "[float64([-0.9988568234026434, -0.6778011938374183, "
            "0.1124629160182849, 0.8427007929497148, 0.9999939742388483]), "
            "float64([0.005689017242525367, 1.3825497208210773, 3.3514548203668104, "
            "1.6604299896823789, 0.0002014881776661777])]",
            "unary/erfinv-float64": "[float64([-1.1630871536766743, -0.32085832171518147, 0, "
            "0.1791434546212917, 0.8134198475976184]), float64([3.4280428114518418, "
            "1.9646517546894824, 2.658680776358274, 3.6605173900289376, 8.58749884683726])]",
            "unary/gamma-float64": "[float64([19.470085311255513, 1.7724538509055159, 1, "
            "1.329340388179137, 720]), float64([-399.0947906775, -6.960461813826524, "
            "-1.7316469947045987, 3.738938086504342, 6742.023606354482])]",
            "unary/gammaln-float64": "[float64([2.968879201051731, 0.5723649429247, 0, "
            "0.2846828704729192, 106.63176026064345]), float64([-20.49784499129987, "
            "-3.927020052042847, -1.7316469947045987, 2.8126265625809728, 18.381636870174212])]",
        },
    ),
    **table(
        "MXNet adds up a mean in the array's own dtype, where it overflows",
        {
            "reductions/mean-float16-overflow": "float16([30000])",
            "reductions/mean-small-int-int8": "int8([67])",
        },
    ),
    **table(
        "MXNet rounds or wraps an index that the dtype does not have; here dtype= chooses another",
        {
            f"reductions/{op}-behind-what-{dtype}-has": f'raises("MXNetError", "dtype={dtype}")'
            for op in ("argmax", "argmin")
            for dtype in ("float16", "uint8", "float32")
        },
    ),
    **table(
        "MXNet has the wrong sign at a pole",
        {
            "activations/gamma-pole": "[float32([1, inf, 1.7724539]), "
            "float32([-0.5772157, -inf, -10.440693])]",
            "activations/gammaln-pole": "[float32([0, inf, 0.5723649]), "
            "float32([-0.5772157, -inf, -5.89053])]",
        },
    ),
    **table(
        "MXNet scales selu's gradient twice below 0, and keeps its constants in float32",
        {
            "activations/LeakyReLU-selu": "[float32([-1.6705687, -1.1113307, -0.45566732, 0, "
            "0.4202804, 1.050701, 2.6267525]), float32([0.08753061, 1.2935373, 3.9072962, "
            "7.0323973, 5.2535048, 6.304206, 7.354907])]",
            "activations/LeakyReLU-selu-float64": "[float64([-1.6705687287671118, "
            "-1.1113307378125625, -0.4556673153791221, 0, 0.4202803949421922, 1.0507009873554805, "
            "2.626752468388701]), float64([0.08753061208026487, 1.2935372060696282, "
            "3.907296076404764, 7.0323973633895065, 5.253504936777402, 6.304205924132883, "
            "7.354906911488364])]",
        },
    ),
    **table(
        "MXNet multiplies the gradient by its own output where it says by the incoming gradient",
        {
            "softmax/SoftmaxOutput-out-grad": "float32([[0.45015287, 1.2236424, -1.6737952], "
            "[-2.129515, 1.7410371, 0.3884779]])",
        },
    ),
    **table(
        "MXNet refuses the labels of a softmax over all but the first axis, which it says it does",
        {
            "softmax/SoftmaxOutput-flattens": "[float32([[[0.16901282, 0.0365973], [0.43701807, "
            "0.09463], [0.02049077, 0.24225104]], [[0.04140105, 0.4943809], [0.1070511, "
            "0.02318038], [0.27404883, 0.05993774]]]), float32([[[0.16901282, 0.0365973], "
            "[0.43701807, 0.09463], [0.02049077, -0.75774896]], [[-0.95859895, 0.4943809], "
            "[0.1070511, 0.02318038], [0.27404883, 0.05993774]]])]",
        },
    ),
    **table(
        "MXNet makes NaN of what it drops with probability 1: 0 times infinity",
        {"random/dropout-p-1": "float32([0, 0])"},
    ),
    **table(
        "MXNet returns a second array that it does not fill in; here there is one",
        {"activations/LeakyReLU-rrelu-predict": "float32([-0.2])"},
    ),
    **table(
        "MXNet refuses negative axes here, as it does not elsewhere",
        {
            "shapes/transpose-negative-axes": "(4, 2, 3)",
            "shapes/flip-negative-axis": "float32([[2, 1, 0], [5, 4, 3]])",
        },
    ),
    **table(
        "MXNet pads the last axes of arrays of 4 or 5 axes only; here any axis of any array",
        {
            "shapes/pad-2d": "float32([[0, 0, 0, 0], [0, 0, 1, 0], [0, 2, 3, 0], [0, 0, 0, 0]])",
            "shapes/pad-batch-axis": "float32([[[[0, 0], [0, 0]]], [[[0, 1], [2, 3]]]])",
        },
    ),
    **table(
        "MXNet takes arrays one by one; here a list of them as well",
        {"joining/concat-list-argument": "float32([[1, 1, 1], [1, 1, 1]])"},
    ),
    **table(
        "MXNet cannot cast to float64 with amp_cast",
        {"ndarray/amp-cast": "(float64([1.5]), int32([1]))"},
    ),
    **table(
        "MXNet loses a NaN",
        {"softmax/softmax-nan": "float32([[nan, nan], [0.5, 0.5]])"},
    ),
    **table(
        "MXNet loses what it was given, or returns something else than it says",
        {
            "ndarray/asscalar-1x1": "int32.scalar(1)",
            "ndarray/pickle-context": 'context("cpu(1)")',
            "ndarray/copyto-self": "float32([[1.5, -2], [3, 4]])",
        },
    ),
    **table(
        "MXNet multiplies 0 by infinity in the derivatives of a power of 0",
        {
            "binary/power-arrays-kinks": "[float32([1, 0, 0, 4, 1]), float32([0, 2, 0, -16, 0]), "
            "float32([-inf, 0, 0, nan, 3.465736])]",
            "binary/power-scalar-0": "[float32([1, 1, 1]), float32([0, 0, 0])]",
            "binary/rpower-0": "[float32([1, 0, inf, 0]), float32([-inf, 0, -inf, 0])]",
        },
    ),
    **table(
        "MXNet divides the product by an element that is 0",
        {
            "reductions/prod-with-zero": "[float32([0]), float32([0, 6, 0])]",
            "reductions/prod-with-two-zeros": "[float32([0]), float32([0, 0, 0])]",
        },
    ),
    **table(
        "MXNet gives a wrong second order",
        {
            "second_order/second-arcsinh-wrong-sign": "(float32([0.5547002, 0.31622776]), "
            "float32([-0.25601548, -0.18973666]))",
            "second_order/second-arccosh-wrong-sign": "(float32([0.8944272, 0.35355338]), "
            "float32([-1.0733125, -0.26516503]))",
            "second_order/lost-part-FullyConnected": "(float32([[24]]), float32([[8]]))",
            "second_order/lost-part-clip": "(float32([2, 6]), float32([2, 4]))",
            "second_order/lost-part-Dropout": "True",
        },
    ),
    **table(
        "MXNet has no second order for these operators; here every operator has every order",
        {
            "second_order/needs-product": "(float32([0.27, 1.08]), float32([1.8, 7.2]))",
            "second_order/needs-power": "(float32([0.27, 1.08]), float32([1.8, 7.2]))",
            "second_order/needs-scalar-square": "(float32([0.6, 1.2]), float32([2, 4]))",
            "second_order/needs-exp-of-double": "(float32([3.6442376, 6.640234]), "
            "float32([7.288475, 26.560936]))",
            "second_order/needs-sum": "(float32([1.3498588, 1.8221188]), "
            "float32([1.3498588, 3.6442376]))",
            "second_order/needs-mean": "(float32([0.3, 0.6]), float32([1, 2]))",
            "second_order/needs-dot": "(float32([0.6, 1.2]), float32([2, 4]))",
            "second_order/needs-softmax": "(float32([0, 0]), float32([0, 0]))",
            "second_order/needs-division": "(float32([-11.111111, -2.7777777]), "
            "float32([74.074074, 18.518518]))",
            "second_order/needs-log-softmax": "(float32([0.14888503, -0.14888503]), "
            "float32([0.48891708, -0.48891708]))",
            "second_order/needs-reshape": "(float32([0.6, 1.2]), float32([2, 4]))",
            "second_order/needs-slice": "(float32([0.6, 0]), float32([2, 0]))",
            "second_order/needs-max": "(float32([0, 1.2]), float32([0, 4]))",
            "second_order/needs-broadcast": "(float32([1.2, 2.4]), float32([4, 8]))",
            "function/create-graph-second-order": "float32.numpy([-0.09085775, -0.07996252])",
        },
    ),
    **table(
        "MXNet calls the second order of a linear function an error; here it is zero",
        {
            f"second_order/linear-{name}": f"(float32([{slope}, {slope}]), float32([0, 0]))"
            for name, slope in (
                ("times-2", 2),
                ("divided-by-3", 0.33333334),
                ("negative", -1),
                ("plus", 1),
            )
        },
    ),
    **table(
        "MXNet refuses mixed dtypes; here they promote as in NumPy, an integer to the float",
        {
            "arithmetic/mixed-dtypes-float64": "float64([2, 4])",
            "arithmetic/mixed-dtypes-int-float": "float32([3, 6])",
            "arithmetic/mixed-dtypes-ints": "int64([2, 4])",
            "arithmetic/mixed-dtypes-float16": "float32([2.5])",
            "comparisons/eq-mixed-dtype": "float32([1, 1, 0])",
            "binary/elemwise-mixed-dtypes": "float64([2, 2])",
            "binary/where-mixed-dtypes": "float64([1, 1])",
            "matrix/dot-mixed-dtypes": "float64([[2, 2], [2, 2]])",
            "joining/concat-mixed-dtypes": "float64([1, 1, 1, 1])",
            "joining/stack-mixed-dtypes": "float64([[1, 1], [1, 1]])",
        },
    ),
    **table(
        "MXNet refuses arrays of no axes and of no elements; here they can be asked for",
        {
            "creation/zeros-0d": "float32(0)",
            "creation/zeros-0-size": "float32([[], []])",
            "arithmetic/broadcast-with-0d": "float32([[2, 2, 2], [2, 2, 2]])",
            "creation/arange-empty": "float32([])",
        },
    ),
    **table(
        "MXNet lacks the operator; here it does what it does in NumPy",
        {
            "arithmetic/matmul-operator": "float32([[11]])",
            "arithmetic/floor-divide": "float32([3, -4])",
            "arithmetic/floor-divide-reflected": "float32([3, -4])",
            "arithmetic/floor-divide-int": "int32([3, -4])",
            "arithmetic/unary-plus": "float32([1, -2])",
        },
    ),
    **table(
        "MXNet refuses to compare with None",
        {"comparisons/eq-none": "False", "comparisons/ne-none": "True"},
    ),
    **table(
        "MXNet cannot record a write to a part of an array, or to what an operator has computed",
        {
            "writes/in-place-add-on-fresh": "float32([3, 3])",
            "writes/part-assignment-to-fresh": "float32([3, 0])",
            "writes/in-place-on-intermediate": "None",
            "writes/setitem-on-intermediate": "None",
            "writes/out-on-intermediate": "None",
            "writes/copyto-recorded": "None",
        },
    ),
    **table(
        "A call that does not fit the operator's arguments is a TypeError, as anywhere in Python",
        {
            "unary/unknown-argument-is-ignored": 'raises("TypeError|MXNetError", "foo")',
            "unary/no-argument": 'raises("TypeError|MXNetError", "exp")',
            "binary/broadcast-one-argument": 'raises("TypeError|MXNetError", "broadcast_add")',
            "matrix/dot-one-argument": 'raises("TypeError|MXNetError", "dot")',
            "activations/Activation-no-kind": 'raises("TypeError|MXNetError", "act_type")',
            "activations/clip-one-bound": 'raises("TypeError|MXNetError", "a_max")',
            "matrix/FullyConnected-no-hidden": 'raises("TypeError|MXNetError", "num_hidden")',
            "joining/concat-nothing": 'raises("TypeError|MXNetError", "concat")',
            "picking/one-hot-no-depth": 'raises("TypeError|MXNetError", "depth")',
            "creation/zeros-string-shape": 'raises("TypeError|MXNetError", "shape")',
            "ndarray/ctx-string": 'raises("TypeError|MXNetError", "ctx")',
            "reductions/sum-axis-string": 'raises("TypeError|MXNetError", "axis")',
        },
    ),
    **table(
        "MXNet has matrix products of float32 and float64 only",
        {
            "matrix/dot-int": "int32([[2, 2], [2, 2]])",
            "matrix/dot-float16": "float16([[-3.61, 0.7974], [-3.74, 0.986]])",
        },
    ),
    **table(
        "MXNet has an argument that it cannot use",
        {"reductions/norm-out-dtype": "float64([1.4142135623730951])"},
    ),
    **table(
        "MXNet raises one class if the new shape is larger, another if it is smaller",
        {
            "shapes/reshape-bad-4,2": 'raises("MXNetError|ValueError", "reshape")',
            "shapes/reshape-bad-7": 'raises("MXNetError|ValueError", "reshape")',
        },
    ),
    **table(
        "MXNet computes with arrays only",
        {"unary/number-argument": "148.4131591025766"},
    ),
    **table(
        "MXNet has no way to a Python number but asscalar()",
        {
            "ndarray/float-of-one": "2.5",
            "ndarray/int-of-one": "2",
            "ndarray/index-protocol": "20",
            "ndarray/item": "2.5",
            "ndarray/tolist": "[[1.0, 2.0]]",
        },
    ),
    **table(
        "MXNet has no __array__",
        {
            "ndarray/numpy-asarray": "float32.numpy([1, 2])",
            "ndarray/numpy-asarray-dtype": "float64.numpy([1, 2])",
        },
    ),
    **table(
        "MXNet refuses a NumPy array beside an array",
        {
            "arithmetic/plus-numpy-array": "float32([6, -3, 8, -1])",
            "arithmetic/numpy-array-plus": "float32([6, -3, 8, -1])",
            "comparisons/eq-numpy-array": "float32([1, 1, 0])",
        },
    ),
    **table(
        "MXNet hides an error in Function.backward; here the user sees it",
        {
            "function/error-in-backward": 'raises("ValueError", "boom")',
            "function/no-backward": 'raises("NotImplementedError", "backward")',
        },
    ),
    **table(
        "MXNet takes and returns nothing but arrays in a Function",
        {
            "function/number-argument": "None",
            "function/none-gradient": "float32.numpy([0, 0])",
            "function/numpy-gradient": "float32.numpy([1, 1])",
            "function/returns-input": "float32([7, 7])",
        },
    ),
    **table(
        "MXNet's gradient is that of the identity, whatever the function",
        {
            "images/to-tensor-gradient": (
                "[float32([[[0.0018431372, -0.00043137255]], [[-0.0041568624, -0.0064313724]], "
                "[[0.0055686273, 0.0032549019]]]), float32([[[1 / 255, 3 / 255, 5 / 255], "
                "[2 / 255, 4 / 255, 6 / 255]]])]"
            ),
            "images/flip-gradient": (
                "[float32([[[-0.11, -1.64, 0.83], [0.47, -1.06, 1.42]]]), "
                "float32([[[4, 5, 6], [1, 2, 3]]])]"
            ),
            "images/resize-gradient": (
                "[float32([[[-0.295]], [[0.655]]]), float32([[[0.5], [0.5]], [[1], [1]]])]"
            ),
            "images/random-brightness-gradient": (
                "[float32([[[0.94, -2.12, 2.84], [-0.22, -3.28, 1.66]]]), "
                "float32([[[2, 4, 6], [8, 10, 12]]])]"
            ),
            "detection/box-nms-center-corner": (
                "[float32([[2, 0.6, 0.15, 0.1, 0.85, 0.9], [0, 0.5, 0, 0, 0.2, 0.2], "
                "[0, 0.3, 0.03, 0.03, 0.17, 0.17], [-1, -1, -1, -1, -1, -1], "
                "[-1, -1, -1, -1, -1, -1], [-1, -1, -1, -1, -1, -1]]), "
                "float32([[7, 8, 20, 22, 1, 1], [0, 0, 0, 0, 0, 0], [13, 14, 32, 34, 1, 1], "
                "[1, 2, 8, 10, 1, 1], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])]"
            ),
            "detection/box-nms-corner-center": (
                "[float32([[2, 0.6, 0.6, 0.65, 0.2, 0.3], [0, 0.5, 0.15, 0.15, 0.1, 0.1], "
                "[0, 0.45, 0.15, 0.145, 0.1, 0.09], [0, 0.3, 0.12, 0.12, 0.04, 0.04], "
                "[-1, -1, -1, -1, -1, -1], [-1, -1, -1, -1, -1, -1]]), "
                "float32([[7, 8, -6.5, -7, 15.5, 17], [0, 0, 0, 0, 0, 0], "
                "[19, 20, -12.5, -13, 33.5, 35], [1, 2, -3.5, -4, 6.5, 8], "
                "[13, 14, -9.5, -10, 24.5, 26], [0, 0, 0, 0, 0, 0]])]"
            ),
        },
    ),
    **table(
        "MXNet says that the gradient is zero",
        {
            "detection/box-iou-gradient": (
                "[float32([[1 / 3]]), float32([[2 / 9, -2 / 9, 2 / 3, 2 / 9]]), "
                "float32([[-2 / 3, 2 / 9, -2 / 9, -2 / 9]])]"
            ),
            "detection/box-decode-gradient": (
                "[float32([[[-0.5, 0, 0.5, 2]]]), float32([[[4, 12, 1, 2]]]), "
                "float32([[[4, 6, 1, 4]]])]"
            ),
        },
    ),
    **table(
        "MXNet reads outside of the image, or leaves a part of the result unwritten",
        {
            "images/crop-before": 'raises("MXNetError", "x=-1 and width=2")',
            "images/flip-odd": "float32([[[2], [1], [0]]])",
        },
    ),
    **table(
        "MXNet's defaults are four numbers, which fit no image",
        {"images/normalize-by-default": "float32([[[0, 1]], [[2, 3]], [[4, 5]]])"},
    ),
    **table(
        "MXNet says that the gradient is zero",
        {
            "losses/hawkesll-state": (
                "[float32([-6.8802757, -8.289234]), float32([[0.111491695, -0.25035894], "
                "[-0.39730483, -0.32496774]])]"
            ),
        },
    ),
    **table(
        "MXNet's CPU leaves lengths of sequences and bounds of cells aside",
        {
            "recurrent/lstm-lengths": (
                "float32([[[-0.4081223, 0.056927834], [-0.33989513, -0.1195546]], "
                "[[-0.08538133, -0.4275192], [0.1076393, -0.5874974]], "
                "[[0, 0], [0.31707516, -0.7694832]]])"
            ),
            "recurrent/lstm-clipped": (
                "float32([[[-0.03874743, 0.037965793], [-0.038543697, -0.040699072]], "
                "[[-0.038016047, -0.043062326], [-0.0382774, -0.04493656]], "
                "[[0.038083244, -0.04623833], [0.03788195, -0.0472247]]])"
            ),
        },
    ),
    **table(
        "MXNet multiplies what is outside of an image by a weight that is not a number",
        {"spatial/bilinear-sampler-not-a-number": "float32([[[[0, 1.5, 0]]]])"},
    ),
    **table(
        "MXNet leaves the rescaled gradient in the array of the gradient",
        {"writes/adamw-gradient": "(float32([0.5837703, 1.4837704]), float32([0.5, 0.25]))"},
    ),
    **table(
        "MXNet does not write the step to the float32 copy of the weight",
        {"writes/mp-lamb-weight32": "(float16([0.9, 1.95]), float32([0.9, 1.95]))"},
    ),
    **table(
        "MXNet takes a part of blue for the brightness of a colour",
        {"images/random-saturation": "float32([[[91.025, 66.025, 141.025]]])"},
    ),
    **QUANTIZATION,
}


def as_markdown() -> str:
    """The table for the docs, one row for each case."""
    lines = ["| What MXNet does | Case | What ndgrad does |", "| --- | --- | --- |"]
    for case, row in DEVIATIONS.items():
        instead = row.instead.replace("|", " or ")  # a bar would end the cell
        lines.append(f"| {row.why} | `{case}` | `{instead}` |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_markdown())
