"""Record values of MXNet 1.9.1: run the scripts ``record_*.py`` of this folder, all or some.

    python tests/upper/record.py              all families
    python tests/upper/record.py metric io    some

Runs in MXNet's environment; see README.md.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FAMILIES = sorted(path.stem.removeprefix("record_") for path in HERE.glob("record_*.py"))

# MXNet's recurrent layers fail without MKL-DNN, and its convolutional cells fail with it.
SETTINGS = {"rnn": ({}, {"MXNET_MKLDNN_ENABLED": "0"})}


def main(families):
    """Run the scripts of *families*, each in a process of its own."""
    unknown = sorted(set(families) - {*FAMILIES})
    if unknown:
        raise SystemExit(f"unknown families {unknown}; known are {FAMILIES}")
    for family in families or FAMILIES:
        for settings in SETTINGS.get(family, ({},)):
            print(family, *settings, flush=True)
            command = [sys.executable, f"record_{family}.py"]
            subprocess.run(command, cwd=HERE, env=os.environ | settings, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
