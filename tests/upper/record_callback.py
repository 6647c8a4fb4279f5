"""What training loops log, and what MXNet logs: ``python tests/upper/record_callback.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/callback.json``.  The tests run `lines` too.
"""

import json
import logging
import time
from pathlib import Path

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "callback.json"

PROGRAMS = {
    "speedometer": "callback.Speedometer(10, 3)",
    "speedometer-total": "callback.Speedometer(batch_size=10, frequent=2, auto_reset=False)",
    "progress-bar": "callback.ProgressBar(7, 20)",
    "metric": "callback.log_train_metric(2)",
    "metric-reset": "callback.log_train_metric(3, auto_reset=True)",
    "validation": "callback.LogValidationMetricsCallback()",
}


class Clock:
    """A time that passes by half a second for each batch."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Lines(logging.Handler):
    """What is logged, as a list."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def lines(mx, program):
    """What a callback logs in two epochs, the second of which has no metric in the end."""
    handler, clock, logger, real = Lines(), Clock(), logging.getLogger(), time.time
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    time.time = clock
    try:
        call = eval(PROGRAMS[program], {"callback": mx.callback})
        metric = mx.metric.create(["acc", "loss"])
        for epoch in range(2):
            for batch in range(8):
                clock.now += 0.5
                metric.update(
                    [mx.nd.array([0, batch % 2, 1])],
                    [mx.nd.array([[0.25, 0.75], [0.125, 0.875], [0.5, batch]])],
                )
                shown = None if epoch and batch > 5 else metric
                call(mx.model.BatchEndParam(epoch, batch, shown, None))
    finally:
        time.time = real
        logger.setLevel(level)
        logger.removeHandler(handler)
    return handler.lines


if __name__ == "__main__":
    import mxnet

    recorded = {program: lines(mxnet, program) for program in PROGRAMS}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
