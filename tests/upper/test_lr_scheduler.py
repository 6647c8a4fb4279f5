"""Learning rate schedules: MXNet's rates, recorded; errors."""

import json
import logging
from pathlib import Path

import pytest

import ndgrad as mx

RECORDED = json.loads(
    Path(__file__).with_name("mxnet-1.9.1").joinpath("lr_scheduler.json").read_text()
)
schedulers = vars(mx.lr_scheduler)


@pytest.mark.parametrize("text", RECORDED)
def test_rates(text):
    for updates, expected in zip((range(14), (12, 3, 0, 9)), RECORDED[text], strict=True):
        schedule = eval(text, schedulers)
        assert [schedule(n) for n in updates] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_changes_are_logged(caplog):
    schedule = mx.lr_scheduler.FactorScheduler(2, 0.5, stop_factor_lr=0.5, base_lr=1)
    with caplog.at_level(logging.INFO):
        schedule(5)
    assert caplog.messages == [
        "Update[5]: Change learning rate to 5.00000e-01",
        "Update[5]: now learning rate arrived at 5.00000e-01, will not change in the future",
    ]


def test_a_warmup_up_to_the_last_update():
    assert mx.lr_scheduler.PolyScheduler(2, 0.1, warmup_steps=2)(2) == 0.1


def test_subclasses_override_call():
    with pytest.raises(NotImplementedError, match="LRScheduler does not override __call__"):
        mx.lr_scheduler.LRScheduler()(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LRScheduler(warmup_steps=-1)", "warmup_steps=-1"),
        ("LRScheduler(warmup_steps=1.5)", "warmup_steps=1.5"),
        ("LRScheduler(warmup_begin_lr=1)", "warmup_begin_lr=1 is above base_lr=0.01"),
        ("LRScheduler(warmup_mode='x')", "warmup_mode='x'"),
        ("LRScheduler(1, 5).get_warmup_lr(5)", "num_update=5"),
        ("FactorScheduler(0)", "step=0"),
        ("FactorScheduler(1, 1.5)", "factor=1.5"),
        ("MultiFactorScheduler([])", "step must be a list"),
        ("MultiFactorScheduler(3)", "step must be a list"),
        ("MultiFactorScheduler([3, 2])", r"step=\[3, 2\]"),
        ("MultiFactorScheduler([0, 2])", r"step=\[0, 2\]"),
        ("MultiFactorScheduler([1, 2], 1.5)", "factor=1.5"),
        ("PolyScheduler(0)", "max_update=0"),
        ("CosineScheduler(1.5)", "max_update=1.5"),
    ],
)
def test_bad_arguments(text, message):
    with pytest.raises(ValueError, match=message):
        eval(text, schedulers)
