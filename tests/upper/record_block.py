"""Record what MXNet 1.9.1 returns for the programs of `block_programs.py`, and files it writes.

Run in MXNet's environment (see tests/parity/README.md): ``python tests/upper/record_block.py``.
"""

import json
import pathlib
import tempfile
import warnings

import block_programs
import mxnet as mx

warnings.simplefilter("ignore")
folder = pathlib.Path(__file__).parent / "mxnet-1.9.1"
found = {}
for name, function in block_programs.PROGRAMS.items():
    with tempfile.TemporaryDirectory() as scratch, mx.name.NameManager():
        found[name] = function(mx, pathlib.Path(scratch))
lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
(folder / "block.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")

net = block_programs.example(mx, "net_")
net.initialize()
net.hybridize()
net(mx.nd.ones((1, 4)))
block_programs.numbered(mx, net)
net.save_parameters(str(folder / "block.params"))
net.collect_params().save(str(folder / "block-names.params"), strip_prefix="net_")
net.export(str(folder / "block"), epoch=3)
print(f"{folder}: {len(found)} programs")
