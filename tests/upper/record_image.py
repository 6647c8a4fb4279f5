"""Record what MXNet's functions on images return: ``python tests/upper/record.py image``."""

from pathlib import Path

import mxnet as mx
from image_cases import (
    CALLS,
    DUMPS,
    FILES,
    ITERATORS,
    PHOTOS,
    batches,
    described,
    evaluated,
    names,
)
from recording import write_lines

HERE = Path(__file__).parent
FOLDER = str(HERE / "images") + "/"
NAMES = names(mx, FOLDER)

recorded = {text: evaluated(text, mx) for text in CALLS}
for file in FILES + PHOTOS:
    for flag in (0, 1):
        recorded[f"{file} {flag}"] = described(mx.image.imread(FOLDER + file, flag=flag))
for text in DUMPS:
    recorded[text] = [augmenter.dumps() for augmenter in eval(text, NAMES)]
for text in ITERATORS:
    for handling in ("pad", "discard", "roll_over"):
        recorded[f"{text} {handling}"] = batches(text, handling, NAMES)
write_lines("image", recorded)
