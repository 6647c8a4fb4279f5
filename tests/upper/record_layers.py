"""Record what MXNet 1.9.1 makes of the layers and losses of `layer_cases.py`.

Run in MXNet's environment (see README.md): ``python tests/upper/record.py layers``.
"""

import warnings

import layer_cases
import mxnet as mx
from recording import write_lines

warnings.simplefilter("ignore")
for name, cases in (("layers", layer_cases.LAYERS), ("losses", layer_cases.LOSSES)):
    found = {}
    for layer, inputs in cases:
        try:
            found[f"{layer} <- {inputs}"] = layer_cases.run(mx, layer, inputs)
        except Exception as error:
            raise RuntimeError(f"{layer} <- {inputs}") from error
    write_lines(name, found)
