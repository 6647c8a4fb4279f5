"""Record what MXNet 1.9.1 returns for the programs of `estimator_programs.py`.

Run in MXNet's environment (see tests/parity/README.md): ``python tests/upper/record_estimator.py``.
"""

import json
import pathlib
import tempfile
import warnings

import estimator_programs
import mxnet as mx

warnings.simplefilter("ignore")
found = {}
for name, function in estimator_programs.PROGRAMS.items():
    with tempfile.TemporaryDirectory() as scratch, mx.name.NameManager():
        found[name] = function(mx, pathlib.Path(scratch))
lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
path = pathlib.Path(__file__).parent / "mxnet-1.9.1" / "estimator.json"
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{path}: {len(found)} programs")
