"""Record what `mx.np` and `mx.npx` give: ``python tests/upper/record.py numpy``."""

import mxnet as mx
from numpy_calls import DIFFERENTIATED, SHOWN, arguments, differentiated, shown
from recording import write_lines

mx.npx.set_np()
values = {text: shown(mx, text) for text in SHOWN}
write_lines("numpy", values | {text: differentiated(mx, text) for text in DIFFERENTIATED})
write_lines("numpy-arguments", arguments(mx))
