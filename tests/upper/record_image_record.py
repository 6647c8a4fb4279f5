"""Record batches of MXNet's ImageRecordIter: ``python tests/upper/record.py image_record``."""

from pathlib import Path

import mxnet as mx
from image_record_cases import CASES, epochs
from recording import write_lines

HERE = Path(__file__).parent
recorded = {text: epochs(text, mx, str(HERE / "images") + "/") for text in CASES}
write_lines("image_record", recorded)
