"""Interrupted and resumed gives the weights of a run never interrupted, bit for bit."""

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.data.augmentation import Augmentation
from digitpad.nn import ARCHITECTURES
from digitpad.training.checkpoints import load_checkpoint, save_checkpoint
from digitpad.training.events import (
    EpochCompleted,
    Event,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
    ValidationProgress,
)
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore
from digitpad.training.trainer import Trainer

Make = Callable[..., RunPlan]
LIGHT = ARCHITECTURES["light"]


def everything(run: Run) -> dict[str, bytes]:
    """Return all numbers that a run has in the end: weights kept, weights of the last step, optimizer, figures."""
    last = run.load()
    kept = run.model().network.state_dict()
    numbers = {f"kept.{name}": value.tobytes() for name, value in kept.items()}
    numbers |= {f"last.{name}": value.tobytes() for name, value in last.network.items()}
    numbers |= {f"optimizer.{name}": value.tobytes() for name, value in last.optimizer.items()}
    numbers["streams"] = json.dumps(last.streams).encode()
    figures = [(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in run.history().epochs]
    numbers["epochs"] = repr(figures).encode()
    numbers["steps"] = repr([(s.step, s.loss, s.learning_rate, s.penalty) for s in run.history().steps]).encode()
    return numbers


def train(plan: RunPlan) -> Run:
    live = LiveRun.start(plan)
    *_, last = live.events()
    assert isinstance(last, TrainingStopped)
    return live.run


def broken(live: LiveRun, when: Callable[[Event], bool], how: str) -> Run:
    """Train until something happens, and end it there; then as often as it takes, until the run is done."""
    events = live.events()
    for event in events:
        if when(event):
            if how == "stop":
                live.stop()
                assert isinstance(list(events)[-1], TrainingStopped)
            events.close()
            break
    else:
        pytest.fail("what should end the run never happened")
    assert live.run.info.status is RunStatus.INTERRUPTED
    assert live.run.can_resume()
    again = LiveRun.resume(RunStore().find(live.run.folder))
    first, *_, last = again.events()
    assert isinstance(first, TrainingStarted)
    assert isinstance(last, TrainingStopped)
    assert last.reason is StopReason.FINISHED
    return again.run


MIDDLE, END = 4, 8  # steps of an epoch: 240 images in batches of 32


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adam", "schedule": "one-cycle", "low_momentum": 0.5, "keep_best": True},
        {"optimizer": "nesterov", "momentum": 0.8, "schedule": "plateau", "plateau_patience": 0, "weight_decay": 1e-3},
        {"optimizer": "adamw", "schedule": "cosine", "warm_up_epochs": 1.5, "augmentation": Augmentation(15, 2, 0.1)},
        {"optimizer": "rmsprop", "l1": 1e-4, "dropout": 0.5, "patience": 3, "schedule": "step", "step_epochs": 1},
        {"optimizer": "adagrad", "initializer": "xavier_uniform", "label_smoothing": 0.1, "threads": 2},
        {"optimizer": "sgd", "dampening": 0.5, "schedule": "multistep", "milestones": (1, 2), "weight_decay": 1e-3},
        {"optimizer": "adam", "amsgrad": True, "schedule": "restarts", "cycle_epochs": 1, "cycle_growth": 2},
        {"optimizer": "adamw", "amsgrad": True, "schedule": "polynomial", "power": 0.9},
        {"optimizer": "rmsprop", "centered": True, "schedule": "exponential"},
        {"optimizer": "nesterov", "schedule": "cyclic", "cycle_mode": "triangular2", "low_momentum": 0.8},
        {"optimizer": "adagrad", "lr_decay": 0.01, "initial_accumulator_value": 0.1, "schedule": "restarts"},
    ],
    ids=lambda settings: f"{settings['optimizer']}-{settings.get('schedule', 'constant')}",
)
def test_resumed_in_the_middle_of_an_epoch_is_as_never_interrupted(make_plan: Make, settings: dict[str, Any]) -> None:
    plan = make_plan(**settings)
    how = "stop" if settings["optimizer"] in {"adam", "adamw"} else "close"
    live = LiveRun.start(plan)
    interrupted = broken(live, lambda event: isinstance(event, StepCompleted) and event.step == END + MIDDLE, how)
    assert everything(interrupted) == everything(train(plan))


@pytest.mark.parametrize(("kind", "how"), [(EpochCompleted, "stop"), (TrainingStarted, "close")])
def test_resumed_between_epochs_is_as_never_interrupted(make_plan: Make, kind: type[Event], how: str) -> None:
    plan = make_plan(keep_best=True, schedule="plateau", plateau_patience=0)
    interrupted = broken(LiveRun.start(plan), lambda event: isinstance(event, kind), how)
    assert everything(interrupted) == everything(train(plan))


@pytest.mark.parametrize("how", ["stop", "close"])
def test_resumed_in_the_middle_of_validation_is_as_never_interrupted(
    make_plan: Make, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.training.validation._BATCH", 20)
    plan = make_plan()
    live = LiveRun.start(plan)
    seen = []

    def second_epoch(event: Event) -> bool:
        seen.append(event)
        return isinstance(event, ValidationProgress) and any(isinstance(e, EpochCompleted) for e in seen)

    assert everything(broken(live, second_epoch, how)) == everything(train(plan))


def test_a_run_interrupted_at_every_step_is_as_never_interrupted(make_plan: Make) -> None:
    plan = make_plan(epochs=2, keep_best=True, augmentation=Augmentation(10))
    live = LiveRun.start(plan)
    for _ in range(100):
        events = live.events()
        if any(isinstance(event, StepCompleted) for event in events):
            events.close()
            live = LiveRun.resume(live.run)
        else:
            break
    assert live.run.info.status is RunStatus.FINISHED
    assert everything(live.run) == everything(train(plan))


def test_what_was_changed_on_the_way_still_holds_and_is_told(make_plan: Make) -> None:
    plan = make_plan(dropout=0.2)

    def change(live: LiveRun, *, interrupt: bool) -> Run:
        events = live.events()
        for event in events:
            if isinstance(event, StepCompleted) and event.step == 3:
                live.controls.change(learning_rate_factor=0.5, dropout=0.6, momentum=0.7, weight_decay=0.01)
            if interrupt and isinstance(event, StepCompleted) and event.step == END + MIDDLE:
                events.close()
                return change(LiveRun.resume(live.run), interrupt=False)
        return live.run

    def changed(live: LiveRun) -> Run:
        for event in live.events():
            if isinstance(event, StepCompleted) and event.step == 3:
                live.controls.change(learning_rate_factor=0.5, dropout=0.6, momentum=0.7, weight_decay=0.01)
        return live.run

    interrupted, whole = change(LiveRun.start(plan), interrupt=True), changed(LiveRun.start(plan))
    assert everything(interrupted) == everything(whole) != everything(train(plan))
    changes = interrupted.history().changes
    assert {(c.step, c.name, c.old, c.new) for c in changes} == {
        (4, "learning_rate_factor", 1.0, 0.5),
        (4, "dropout", None, 0.6),
        (4, "momentum", None, 0.7),
        (4, "weight_decay", None, 0.01),
    }
    assert changes == whole.history().changes


KILLED = """
import sys
from pathlib import Path
from digitpad import paths
from digitpad.training.events import StepCompleted
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import RunStore

keeping = Keeping(0.0, float(sys.argv[3]), times_its_cost=0.0)
live = LiveRun.start(RunPlan.from_json(sys.argv[1]), RunStore(Path(sys.argv[2])), keeping=keeping)
for event in live.events():
    if isinstance(event, StepCompleted):
        print(event.step, flush=True)
        if event.step == 13:
            sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("seconds", [0.0, 30.0], ids=["in the middle of an epoch", "at its end"])
def test_after_kill_9_the_run_is_there_and_goes_on(make_plan: Make, tmp_path: Path, seconds: float) -> None:
    plan = make_plan(keep_best=True, optimizer="adam", augmentation=Augmentation(10))
    store = RunStore(tmp_path / "runs")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, "-c", KILLED, plan.to_json(), str(store.folder), str(seconds)]
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 13:
                (run,) = store.all()
                assert isinstance(run, Run)
                assert run.info.status is RunStatus.RUNNING
                process.send_signal(signal.SIGKILL)
                break
    (run,) = store.all()
    assert isinstance(run, Run)
    assert run.info.status is RunStatus.BROKEN_OFF
    assert "ended during this run" in run.info.message
    assert run.can_resume()
    assert run.load().steps == (13 if seconds == 0 else 8)
    assert len(run.history().steps) == 13
    *_, last = LiveRun.resume(run).events()
    assert isinstance(last, TrainingStopped)
    assert everything(run) == everything(train(plan))
    assert [step.step for step in run.history().steps] == list(range(1, 25))


def test_a_trainer_alone_goes_on_from_a_checkpoint_in_memory(make_plan: Make, blobs: Any, make_network: Any) -> None:
    plan = make_plan()

    def trainer(**more: Any) -> Trainer:
        network = make_network("light", 5)
        return Trainer(network, blobs, None, plan.settings, architecture=LIGHT, **more)

    whole, first = trainer(), trainer()
    list(whole.run())
    events = first.run()
    for event in events:
        if isinstance(event, StepCompleted) and event.step == 7:
            break
    checkpoint = first.checkpoint()
    # What the trainer does afterwards must not reach the checkpoint: it holds copies.
    next(events)
    events.close()
    second = trainer(resume=checkpoint)
    list(second.run())
    for name, value in whole.network.state_dict().items():
        assert np.array_equal(value, second.network.state_dict()[name]), name


def test_a_checkpoint_that_is_not_copied_takes_no_memory_and_is_written_alike(
    make_plan: Make, blobs: Any, make_network: Any, tmp_path: Path
) -> None:
    trainer = Trainer(make_network("light", 5), blobs, None, make_plan().settings, architecture=LIGHT)
    events = trainer.run()
    next(event for event in events if isinstance(event, StepCompleted) and event.step == 3)
    borrowed, copied = trainer.checkpoint(copied=False), trainer.checkpoint()
    for name, value in trainer.network.state_dict().items():
        # The weights of a convolution are stored in another order than they are written.
        assert np.shares_memory(borrowed.network[name], value) == value.flags.c_contiguous, name
        assert not np.shares_memory(copied.network[name], value), name
    tracemalloc.start()
    save_checkpoint(tmp_path / "borrowed.safetensors", borrowed)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = (tmp_path / "borrowed.safetensors").stat().st_size
    # The names and the state take some, the weights and moments none.
    assert peak < size / 2
    read = load_checkpoint(tmp_path / "borrowed.safetensors")
    for ours, theirs in ((read.network, copied.network), (read.optimizer, copied.optimizer)):
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    events.close()
