"""Record what MXNet 1.9.1 returns for the programs of `estimator_programs.py`.

Run in MXNet's environment (see README.md): ``python tests/upper/record.py estimator``.
"""

import pathlib
import tempfile
import warnings

import estimator_programs
import mxnet as mx
from recording import write_lines

warnings.simplefilter("ignore")
found = {}
for name, function in estimator_programs.PROGRAMS.items():
    with tempfile.TemporaryDirectory() as scratch, mx.name.NameManager():
        found[name] = function(mx, pathlib.Path(scratch))
write_lines("estimator", found)
