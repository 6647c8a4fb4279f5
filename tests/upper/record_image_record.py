"""Record batches of MXNet's ImageRecordIter: ``python record_image_record.py``.

Runs where ``import mxnet`` is MXNet 1.9.1.
"""

import json
from pathlib import Path

import mxnet as mx
from image_record_cases import CASES, epochs

HERE = Path(__file__).parent
recorded = {text: epochs(text, mx, str(HERE / "images") + "/") for text in CASES}
lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in recorded.items())
(HERE / "mxnet-1.9.1" / "image_record.json").write_text("{\n" + lines + "\n}\n")
