"""Record what MXNet 1.9.1 makes of the layers and losses of `layer_cases.py`.

Run in MXNet's environment (see tests/parity/README.md): ``python tests/upper/record_layers.py``.
"""

import json
import pathlib
import warnings

import layer_cases
import mxnet as mx

warnings.simplefilter("ignore")
here = pathlib.Path(__file__).parent
for name, cases in (("layers", layer_cases.LAYERS), ("losses", layer_cases.LOSSES)):
    found = {}
    for layer, inputs in cases:
        try:
            found[f"{layer} <- {inputs}"] = layer_cases.run(mx, layer, inputs)
        except Exception as error:
            raise RuntimeError(f"{layer} <- {inputs}") from error
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()]
    path = here / "mxnet-1.9.1" / f"{name}.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path}: {len(found)} cases")
