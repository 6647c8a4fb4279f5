"""Record files of records and packed headers: ``python tests/upper/record.py recordio``."""

import json
from pathlib import Path

import mxnet as mx
import numpy as np
from recordio_cases import CONTENTS, HEADERS

FOLDER = Path(__file__).parent / "mxnet-1.9.1"

writer = mx.recordio.MXIndexedRecordIO(
    str(FOLDER / "recordio.idx"), str(FOLDER / "recordio.rec"), "w"
)
for i, content in enumerate(CONTENTS):
    writer.write_idx(3 * i, content)
writer.close()
packed = [
    mx.recordio.pack((0, np.array(label) if kind else label, 7, 8), b"zz").hex()
    for label, kind in HEADERS
]
(FOLDER / "recordio.json").write_text(json.dumps({"packed": packed}, indent=1) + "\n")
