"""What is filmed: exactly the weights of the run, within the limits, and never at the cost of the training."""

import contextlib
import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest

from digitpad.atomic import atomic_write
from digitpad.data.dataset import Dataset
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES
from digitpad.nn.backend import Array, Device, to_numpy
from digitpad.training.events import (
    Event,
    RecordingTrouble,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.film import frame_file, recorder
from digitpad.training.film.frame_file import frame_files
from digitpad.training.film.limits import FilmLimits, delete_film, film_size, films_size, make_room
from digitpad.training.film.reader import Film
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import Run, RunStore
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer
from tests.nn.fake_gpu import FakeCupy, gpu

__all__ = ["gpu"]

Make = Callable[..., RunPlan]
Weights = dict[str, Array]

FREE = FilmLimits(most_cost=1e9, patience=1e9)
"""Limits without a limit of time, which would make the frames depend on the speed of the machine."""


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def filmed(live: LiveRun) -> tuple[dict[int, Weights], list[Event]]:
    """Train, and return the weights after every step, and all events."""
    weights: dict[int, Weights] = {}
    events = []
    for event in live.events():
        events.append(event)
        if isinstance(event, TrainingStarted | StepCompleted):
            state = live.trainer.network.state_dict()
            weights[live.trainer.steps] = {name: value.copy() for name, value in state.items()}
    return weights, events


def assert_same(one: Any, other: Weights) -> None:
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_every_step_of_a_short_run_is_filmed_exactly(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store, film=FREE)
    weights, _ = filmed(live)
    film = Film.open(live.run)
    assert [frame.step for frame in film.frames] == list(range(25))
    assert [frame.epochs for frame in film.frames] == [step / 8 for step in range(25)]
    for frame in film.frames:
        assert frame.is_exact
        assert_same(film.weights(frame), weights[frame.step])
        # Running statistics of batch normalization belong to the network.
        assert "bn1.running_mean" in film.weights(frame)
        assert_same(film.model(frame).network.state_dict(), weights[frame.step])


def test_filming_changes_no_weight(make_plan: Make, store: RunStore) -> None:
    one, other = (LiveRun.start(make_plan(), store, film=film) for film in (FREE, FilmLimits(most_bytes=0)))
    for live in (one, other):
        filmed(live)
    assert Film.exists(one.run)
    assert not other.run.film_folder.exists()
    assert_same(one.run.load().network, dict(other.run.load().network))


def test_a_film_that_would_be_too_large_is_rounded_and_says_so(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(epochs=1), store, film=FREE)
    weights, _ = filmed(live)
    whole = film_size(live.run.folder)
    live = LiveRun.start(
        make_plan(epochs=1), store, film=FilmLimits(most_bytes=whole * 3 // 4, most_cost=1e9, patience=1e9)
    )
    filmed(live)
    film = Film.open(live.run)
    assert film_size(live.run.folder) <= whole * 3 // 4
    for frame in film.frames:
        assert not frame.is_exact
        read = film.weights(frame)
        assert read["fc1.weight"].dtype == np.float16
        np.testing.assert_array_equal(read["fc1.weight"], weights[frame.step]["fc1.weight"].astype(np.float16))
        # Buffers are few, and variances may be too large or too small for float16.
        np.testing.assert_array_equal(read["bn1.running_var"], weights[frame.step]["bn1.running_var"])
        assert film.model(frame).network.state_dict()["fc1.weight"].dtype == np.float32


def test_a_weight_beyond_float16_is_not_rounded(make_network: Callable[..., Any]) -> None:
    network = make_network()
    network.parameters()[0].value[0, 0] = 1e6
    stored = frame_file.stored_form(network, network.state_dict(), rounded=True)
    assert stored["fc.weight"].dtype == np.float32
    assert stored["fc.bias"].dtype == np.float16


def test_a_longer_run_stays_within_its_frames(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(epochs=8), store, film=FilmLimits(most_frames=20, most_cost=1e9, patience=1e9))
    filmed(live)
    steps = [frame.step for frame in Film.open(live.run).frames]
    assert 10 <= len(steps) <= 20
    assert steps[:4] == [0, 1, 2, 3]
    assert steps[-1] == 64


def test_a_full_film_is_thinned_out(make_plan: Make, store: RunStore) -> None:
    limits = FilmLimits(most_frames=9, most_cost=1e9, patience=1e9)
    live = LiveRun.start(make_plan(epochs=1), store, film=limits)
    filmed(live)
    assert [frame.step for frame in Film.open(live.run).frames] == list(range(9))
    filmed(LiveRun.resume(live.run, epochs=4, film=limits))
    steps = [frame.step for frame in Film.open(live.run).frames]
    assert len(steps) <= 9
    assert steps[:3] == [0, 2, 4]
    assert [step for step in steps if 8 < step < 32]
    assert steps[-1] == 32


def test_a_film_costs_at_most_its_share_of_the_time(make_plan: Make, store: RunStore) -> None:
    """A tenth of the frames is left where a frame costs ten times what it may."""
    costly = LiveRun.start(make_plan(epochs=20), store, film=FilmLimits(most_cost=0.0))
    cheap = LiveRun.start(make_plan(epochs=20), store, film=FREE)
    for live in (costly, cheap):
        filmed(live)
    few, many = (len(frame_files(live.run.film_folder)) for live in (costly, cheap))
    assert 2 <= few < many == 161
    assert frame_files(costly.run.film_folder)[-1][0] == 160


def test_on_a_slow_disk_frames_are_left_out_and_the_training_goes_on(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def slow(*arguments: Any) -> int:
        assert released.wait(60)
        return frame_file.write_frame(*arguments)

    monkeypatch.setattr(recorder, "write_frame", slow)
    live = LiveRun.start(make_plan(), store, film=FilmLimits(most_cost=1e9, patience=0.0))
    for event in live.events():
        if isinstance(event, StepCompleted) and event.step == 10:
            released.set()
    steps = [frame.step for frame in Film.open(live.run).frames]
    assert steps[0] == 0
    assert steps[1] > 10
    assert steps[-1] == 24


@pytest.mark.parametrize("keep_best", [False, True])
def test_the_last_frame_is_the_last_step_of_a_stopped_run(make_plan: Make, store: RunStore, keep_best: bool) -> None:
    live = LiveRun.start(make_plan(epochs=30, keep_best=keep_best), store, film=FilmLimits(most_frames=10))
    last: Weights = {}
    for event in live.events():
        if isinstance(event, StepCompleted):
            last = {name: value.copy() for name, value in live.trainer.network.state_dict().items()}
            if event.step == 101:
                live.stop()
    film = Film.open(live.run)
    assert film.frames[-1].step == 101
    assert_same(film.weights(film.frames[-1]), last)


def test_a_training_that_is_closed_films_its_last_step(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(epochs=30), store, film=FilmLimits(most_frames=4, most_cost=1e9, patience=1e9))
    events = live.events()
    for event in events:
        if isinstance(event, StepCompleted) and event.step == 37:
            break
    last = {name: value.copy() for name, value in live.trainer.network.state_dict().items()}
    events.close()
    film = Film.open(live.run)
    assert film.frames[-1].step == 37
    assert_same(film.weights(film.frames[-1]), last)


def test_a_resumed_run_films_its_steps_again(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store, film=FREE)
    events = live.events()
    for event in events:
        if isinstance(event, StepCompleted) and event.step == 11:
            break
    events.close()
    # As if the program had been killed before the last checkpoint was written.
    live.run.checkpoint_path(11).unlink()
    assert [frame.step for frame in Film.open(live.run).frames] == list(range(12))
    resumed = LiveRun.resume(live.run, film=FREE)
    weights, _ = filmed(resumed)
    film = Film.open(live.run)
    assert [frame.step for frame in film.frames] == list(range(25))
    for frame in film.frames:
        if frame.step in weights:
            assert_same(film.weights(frame), weights[frame.step])


def test_a_diverged_run_has_no_frame_with_weights_that_are_not_finite(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(optimizer="sgd", learning_rate=1e20), store, film=FREE)
    *_, last = live.events()
    assert isinstance(last, TrainingStopped)
    assert last.reason is StopReason.DIVERGED
    film = Film.open(live.run)
    for frame in film.frames:
        assert all(np.isfinite(value).all() for value in film.weights(frame).values())


def test_a_full_disk_ends_the_film_once_and_not_the_training(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def full(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
        with atomic_write(path, durable=durable) as file:
            if path.stem >= "step-00000007":
                file.write(b"the beginning")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield file

    monkeypatch.setattr(frame_file, "atomic_write", full)
    live = LiveRun.start(make_plan(), store, film=FREE)
    _, events = filmed(live)
    troubles = [event for event in events if isinstance(event, RecordingTrouble)]
    assert len(troubles) == 1
    assert "No space left" in troubles[0].message
    assert "ends at step 6; training continues" in troubles[0].message
    assert live.run.info.status is RunStatus.FINISHED
    assert [frame.step for frame in Film.open(live.run).frames] == list(range(7))


def test_a_network_too_large_for_a_film_is_not_filmed(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(epochs=1), store, film=FilmLimits(most_bytes=5000))
    _, events = filmed(live)
    messages = [event.message for event in events if isinstance(event, RecordingTrouble)]
    assert len(messages) == 1
    assert "is not filmed" in messages[0]
    assert not Film.exists(live.run)


def test_the_oldest_films_make_room_and_no_run_does(make_plan: Make, store: RunStore) -> None:
    runs = []
    for age in range(3):
        live = LiveRun.start(make_plan(epochs=1), store, film=FREE)
        filmed(live)
        runs.append(live.run)
        for _, path in frame_files(live.run.film_folder):
            os.utime(path, (1000 + age, 1000 + age))
    size = film_size(runs[0].folder)
    assert films_size(store.folder) == sum(film_size(run.folder) for run in runs) > 0
    live = LiveRun.start(
        make_plan(epochs=1), store, film=FilmLimits(total_bytes=size * 7 // 2, most_cost=1e9, patience=1e9)
    )
    filmed(live)
    assert [Film.exists(run) for run in (*runs, live.run)] == [False, True, True, True]
    assert all(run.model_path.exists() and run.checkpoints() for run in runs)


def test_the_film_of_a_run_in_training_is_kept(make_plan: Make, store: RunStore) -> None:
    old, new = (LiveRun.start(make_plan(epochs=1), store, film=FREE) for _ in range(2))
    filmed(old)
    with old.run.locked():
        make_room(new.run, 1 << 20, 1 << 20)
        assert Film.exists(old.run)
    make_room(new.run, 1 << 20, 1 << 20)
    assert not Film.exists(old.run)


def test_a_deleted_run_takes_its_film_along_and_brings_it_back(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(epochs=1), store, film=FREE)
    filmed(live)
    trashed = store.delete(live.run)
    assert not live.run.film_folder.exists()
    run = Run(trashed.restore())
    assert len(Film.open(run).frames) == 9
    delete_film(run)
    assert not Film.exists(run)
    assert run.checkpoints()
    store.delete(run).purge()


def test_a_branch_keeps_the_film_up_to_its_checkpoint(make_plan: Make, store: RunStore) -> None:
    keeping = Keeping(between_epochs=0.0, times_its_cost=0.0)
    live = LiveRun.start(make_plan(), store, film=FREE, keeping=keeping)
    weights, _ = filmed(live)
    checkpoint = next(file for file in live.run.checkpoints() if 0 < file.step < 24)
    branch = store.branch(live.run, checkpoint, learning_rate=0.002)
    film = Film.open(branch)
    assert [frame.step for frame in film.frames] == list(range(checkpoint.step + 1))
    assert_same(film.weights(film.frames[3]), weights[3])
    filmed(LiveRun.resume(branch, film=FREE))
    assert [frame.step for frame in Film.open(branch).frames] == list(range(25))
    assert_same(Film.open(live.run).weights(Film.open(live.run).frames[-1]), weights[24])


def test_gradients_are_kept_with_the_film(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store, film=FREE)
    events = []
    for event in live.events():
        events.append(event)
        if isinstance(event, StepCompleted) and event.step in {4, 9}:
            live.measure_layers()
    kept = Film.open(live.run).gradients()
    assert {5, 10} <= {one.step for one in kept}
    for one in kept:
        assert list(one.layers) == ["conv1", "bn1", "fc1"]
        assert one.layers["fc1"].total == 1970
        assert one.layers["fc1"].low < 0 < one.layers["fc1"].high


def test_on_a_device_the_frames_are_of_steps_whose_weights_are_there(
    make_plan: Make, store: RunStore, blobs: Dataset, gpu: FakeCupy
) -> None:
    """Losses are fetched from a device for several steps at once; the weights in between are gone by then."""
    settings = TrainingSettings(epochs=2, batch_size=6, seed=5, threads=1)
    architecture = ARCHITECTURES["light"]
    network = build_network(architecture, 5).to(Device("cuda", gpu))
    trainer = Trainer(network, blobs, None, settings, architecture=architecture)
    live = LiveRun(store.create(make_plan()), trainer, film=FREE)
    weights: dict[int, Weights] = {}
    for event in live.events():
        if isinstance(event, TrainingStarted | StepCompleted):
            state = network.state_dict()
            weights[trainer.steps] = {name: np.array(to_numpy(value)) for name, value in state.items()}
    film = Film.open(live.run)
    assert [frame.step for frame in film.frames] == [0, 20, 40, 50, 70, 90, 100]
    for frame in film.frames:
        assert_same(film.weights(frame), weights[frame.step])
