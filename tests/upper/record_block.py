"""Record what MXNet 1.9.1 returns for the programs of `block_programs.py`, and files it writes.

Run in MXNet's environment (see README.md): ``python tests/upper/record.py block``.
"""

import pathlib
import tempfile
import warnings

import block_programs
import mxnet as mx
from recording import FOLDER, write_lines

warnings.simplefilter("ignore")
found = {}
for name, function in block_programs.PROGRAMS.items():
    with tempfile.TemporaryDirectory() as scratch, mx.name.NameManager():
        found[name] = function(mx, pathlib.Path(scratch))
write_lines("block", found)

net = block_programs.example(mx, "net_")
net.initialize()
net.hybridize()
net(mx.nd.ones((1, 4)))
block_programs.numbered(mx, net)
net.save_parameters(str(FOLDER / "block.params"))
net.collect_params().save(str(FOLDER / "block-names.params"), strip_prefix="net_")
net.export(str(FOLDER / "block"), epoch=3)
