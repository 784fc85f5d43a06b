"""Any step, repeated from a checkpoint, has the weights of the uninterrupted run, bit for bit."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn.backend import Array
from digitpad.training.events import StepCompleted, TrainingStarted
from digitpad.training.film.replay import ExactSteps, ReplayProgress
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import Run, RunStore
from digitpad.training.stepper import Stepper

Make = Callable[..., RunPlan]
Weights = dict[int, dict[str, Array]]

EAGER = Keeping(between_epochs=0.0, times_its_cost=0.0)
EPOCH = 8  # steps: 240 images in batches of 32
CHANGES = {5: {"learning_rate": 0.004}, 11: {"dropout": 0.6, "momentum": 0.5}, 19: {"learning_rate_factor": 0.3}}


def trained(live: LiveRun, weights: Weights, stop_at: int | None = None, changes: Any = CHANGES) -> Run:
    """Train, and note the weights after every step; change settings, and stop, at given steps."""
    for event in live.events():
        if isinstance(event, TrainingStarted | StepCompleted):
            step = live.trainer.steps
            weights[step] = {name: value.copy() for name, value in live.trainer.network.state_dict().items()}
            live.controls.change(**changes.get(step, {}))
            if step == stop_at:
                live.stop()
    return Run(live.run.folder)


def result(steps: ExactSteps, step: int) -> tuple[Model, list[ReplayProgress]]:
    """Return the network of a step, and the progress."""
    progress = []
    job = steps.at(step)
    while True:
        try:
            progress.append(next(job))
        except StopIteration as done:
            return done.value, progress


def assert_step(steps: ExactSteps, step: int, weights: Weights) -> list[ReplayProgress]:
    model, progress = result(steps, step)
    state = model.network.state_dict()
    assert state.keys() == weights[step].keys()
    for name, value in state.items():
        np.testing.assert_array_equal(value, weights[step][name], err_msg=f"{name} at step {step}")
    assert f"step {step}" in model.name
    return progress


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "nesterov", "schedule": "one-cycle", "augmentation": Augmentation(15, 2, 0.1), "keep_best": True},
        {"optimizer": "adam", "schedule": "plateau", "plateau_patience": 0, "label_smoothing": 0.1, "l1": 1e-4},
    ],
    ids=["augmented", "plateau"],
)
def test_any_step_is_repeated_bit_for_bit(
    make_plan: Make, store: RunStore, settings: dict[str, Any], threads: int
) -> None:
    """With dropout, batch normalization, augmentation, and settings that were changed during the run."""
    weights: Weights = {}
    run = trained(LiveRun.start(make_plan(threads=threads, **settings), store, keeping=EAGER), weights)
    assert len(run.history().changes) == 4
    steps = ExactSteps(run)
    for step in (14, 3, 23, 12, 20, 6, 0, 24):
        assert_step(steps, step, weights)
    # From the initial weights only, through the ends of epochs.
    for file in run.checkpoints()[1:]:
        file.path.unlink()
    assert_step(ExactSteps(run), 22, weights)
    steps.close()


def test_a_step_forward_takes_one_step_and_a_step_back_none(make_plan: Make, store: RunStore) -> None:
    weights: Weights = {}
    run = trained(LiveRun.start(make_plan(), store, keeping=EAGER), weights)
    steps = ExactSteps(run)
    progress = assert_step(steps, 12, weights)
    assert progress == [ReplayProgress(done, 4) for done in range(5)]
    assert assert_step(steps, 13, weights) == [ReplayProgress(1, 1)]
    assert assert_step(steps, 12, weights) == []
    assert assert_step(steps, 11, weights) == []
    assert assert_step(steps, 14, weights) == [ReplayProgress(1, 1)]
    # A checkpoint is read.
    assert assert_step(steps, 16, weights) == []
    steps.close()


def test_a_cancelled_replay_goes_on_where_it_was(make_plan: Make, store: RunStore) -> None:
    weights: Weights = {}
    run = trained(LiveRun.start(make_plan(epochs=1), store, keeping=EAGER), weights)
    steps = ExactSteps(run)
    job: Generator[ReplayProgress, None, Model] = steps.at(7)
    assert [next(job).done for _ in range(4)] == [0, 1, 2, 3]
    job.close()
    assert assert_step(steps, 6, weights) == [ReplayProgress(1, 3), ReplayProgress(2, 3), ReplayProgress(3, 3)]
    steps.close()


@pytest.mark.parametrize("stop_at", [13, 16])
def test_steps_of_a_run_that_was_interrupted_and_extended(make_plan: Make, store: RunStore, stop_at: int) -> None:
    """The schedule of the first steps belongs to the first plan, whether that was interrupted or finished."""
    weights: Weights = {}
    plan = make_plan(epochs=2, schedule="cosine", optimizer="nesterov")
    run = trained(LiveRun.start(plan, store, keeping=EAGER), weights, stop_at)
    run = trained(LiveRun.resume(run, epochs=4, keeping=EAGER), weights)
    assert run.info.extensions == ((stop_at, 2),)
    for file in run.checkpoints()[1:]:
        file.path.unlink()
    steps = ExactSteps(run)
    for step in (6, 15, 12, 31):
        assert_step(steps, step, weights)
    steps.close()


def test_a_run_in_training_is_repeated_too(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store, keeping=EAGER)
    weights: Weights = {}
    events = live.events()
    for event in events:
        if isinstance(event, TrainingStarted | StepCompleted):
            state = live.trainer.network.state_dict()
            weights[live.trainer.steps] = {name: value.copy() for name, value in state.items()}
            if live.trainer.steps == 13:
                break
    steps = ExactSteps(live.run)
    assert steps.last_step() == 13
    assert_step(steps, 12, weights)
    next(events)
    assert steps.last_step() == 14
    events.close()
    steps.close()


def test_what_the_run_did_not_do_is_refused(make_plan: Make, store: RunStore) -> None:
    run = trained(LiveRun.start(make_plan(epochs=1), store, keeping=EAGER), {})
    steps = ExactSteps(run)
    for step in (-1, 9):
        with pytest.raises(DigitpadError, match=f"has no step {step}; its last step is 8"):
            next(steps.at(step))


def test_after_an_error_the_next_request_begins_again(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example after a picture could not be read."""
    weights: Weights = {}
    run = trained(LiveRun.start(make_plan(epochs=1), store, keeping=EAGER), weights)
    for file in run.checkpoints()[1:]:
        file.path.unlink()
    steps = ExactSteps(run)
    assert_step(steps, 2, weights)
    with monkeypatch.context() as patch:

        def unreadable(*_: object, **__: object) -> None:
            raise DigitpadError("a picture is gone")

        patch.setattr(Stepper, "take", unreadable)
        with pytest.raises(DigitpadError, match="a picture is gone"):
            list(steps.at(5))
    assert_step(steps, 5, weights)
    steps.close()


def test_steps_before_a_branch_belong_to_the_other_run(make_plan: Make, store: RunStore) -> None:
    weights: Weights = {}
    run = trained(LiveRun.start(make_plan(), store, keeping=EAGER), weights)
    checkpoint = next(file for file in run.checkpoints() if file.step == EPOCH)
    branch = store.branch(run, checkpoint, learning_rate=0.02)
    own = {step: weights[step] for step in range(EPOCH + 1)}
    branch = trained(LiveRun.resume(branch, keeping=EAGER), own, changes={})
    steps = ExactSteps(branch)
    assert_step(steps, 21, own)
    with pytest.raises(DigitpadError, match=r"branched after step 5.*step 8"):
        next(steps.at(5))
    steps.close()


def test_a_step_that_comes_out_differently_is_refused(make_plan: Make, store: RunStore) -> None:
    """As on another processor, whose sums differ in the last digit: the numbers would not be those of the run."""
    run = trained(LiveRun.start(make_plan(epochs=1), store, keeping=EAGER), {})
    path = run.folder / "history.csv"
    rows = path.read_text().splitlines()
    cells = rows[4].split(",")
    column = rows[0].split(",").index("loss")
    cells[column] = repr(float(np.nextafter(float(cells[column]), 9.0)))
    path.write_text("\n".join([*rows[:4], ",".join(cells), *rows[5:]]) + "\n")
    steps = ExactSteps(run)
    with pytest.raises(DigitpadError, match=r"Step 4 of the run .* cannot be repeated exactly"):
        list(steps.at(6))
