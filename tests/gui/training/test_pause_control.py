"""Pausing between two steps."""

import threading

from digitpad.gui.training.pause_control import PauseControl, RunUntil
from digitpad.training.events import EpochCompleted, StepCompleted, ValidationProgress

STEP = StepCompleted(1, 1, 2, 1, 3, 8, 1.0, 0.5, 0.1, 0.01)
EPOCH = EpochCompleted(1, 2, 3, 1.0, 0.5, 1.0, 0.5, 0.1, 100.0)


def test_an_open_gate_lets_everything_through() -> None:
    gate = PauseControl()
    assert not any(gate.must_wait(event) for event in (STEP, EPOCH, ValidationProgress(1, 2)))
    gate.wait()


def test_one_batch_ends_with_the_next_step_and_not_before() -> None:
    gate = PauseControl(RunUntil.ONE_BATCH)
    assert not gate.must_wait(ValidationProgress(1, 2))
    assert not gate.must_wait(EPOCH)
    assert gate.must_wait(STEP)
    assert gate.passage is RunUntil.CLOSED


def test_one_epoch_ends_with_the_epoch() -> None:
    gate = PauseControl(RunUntil.ONE_EPOCH)
    assert not gate.must_wait(STEP)
    assert gate.must_wait(EPOCH)


def test_a_closed_gate_holds_until_it_is_opened_or_left() -> None:
    for release in ("let", "leave"):
        gate = PauseControl(RunUntil.CLOSED)
        assert gate.must_wait(STEP)
        passed = threading.Event()

        def go(gate: PauseControl = gate, passed: threading.Event = passed) -> None:
            gate.wait()
            passed.set()

        thread = threading.Thread(target=go)
        thread.start()
        assert not passed.is_set()
        if release == "let":
            gate.allow(RunUntil.OPEN)
        else:
            gate.leave()
        thread.join(timeout=10)
        assert passed.is_set()


def test_who_has_left_is_held_no_more() -> None:
    gate = PauseControl()
    gate.leave()
    gate.allow(RunUntil.CLOSED)
    assert not gate.must_wait(STEP)
