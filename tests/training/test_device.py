"""Training on a device: the data go there once, and nothing is looked at in between."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.nn import ARCHITECTURES, Dropout, Sequential
from digitpad.nn.backend import CPU, Device, to_numpy
from digitpad.training.events import (
    EpochCompleted,
    LayersMeasured,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer
from tests.nn.fake_gpu import FakeCupy, gpu

__all__ = ["gpu"]

Make = Callable[..., Sequential]


def without_dropout(network: Sequential) -> Sequential:
    """Return the network without what a device draws with numbers of its own."""
    dropout = network.layers["dropout"]
    assert isinstance(dropout, Dropout)
    dropout.p = 0.0
    return network


def test_it_learns_what_the_cpu_learns(blobs: Dataset, make_network: Make, gpu: FakeCupy) -> None:
    # Adam would make steps of rounding errors where the gradient is nothing else.
    settings = TrainingSettings(2, 20, learning_rate=0.02, optimizer="sgd", schedule="cosine", seed=3, threads=1)
    training, validation = blobs.subset(np.arange(250)), blobs.subset(np.arange(250, 300))
    runs = []
    for device in (CPU, Device("cuda", gpu)):
        network = without_dropout(make_network("light")).to(device)
        trainer = Trainer(network, training, validation, settings)
        runs.append((list(trainer.run()), network.to(CPU).state_dict()))
    (here, own), (there, other) = runs
    assert [type(event) for event in here] == [type(event) for event in there]
    for ours, theirs in zip(here, there, strict=True):
        if isinstance(ours, StepCompleted) and isinstance(theirs, StepCompleted):
            assert theirs.loss == pytest.approx(ours.loss, rel=1e-3, abs=1e-5)
            assert isinstance(theirs.loss, float)
            assert (theirs.step, theirs.batch, theirs.images) == (ours.step, ours.batch, ours.images)
            assert theirs.learning_rate == ours.learning_rate
        if isinstance(ours, EpochCompleted) and isinstance(theirs, EpochCompleted):
            assert theirs.validation_accuracy == ours.validation_accuracy
            assert theirs.train_accuracy == pytest.approx(ours.train_accuracy, abs=0.01)
    for name, value in own.items():
        np.testing.assert_allclose(other[name], value, rtol=1e-3, atol=1e-5, err_msg=name)


def test_what_crosses_is_the_data_once_and_a_few_numbers_now_and_then(
    blobs: Dataset, make_network: Make, gpu: FakeCupy
) -> None:
    network = make_network("light").to(Device("cuda", gpu))
    gpu.to_device.clear()
    settings = TrainingSettings(epochs=2, batch_size=5, threads=2)
    trainer = Trainer(network, blobs, None, settings)
    assert gpu.to_device == [(300, 1, 28, 28), (300,)]
    events = list(trainer.run())
    started, *_ = events
    assert isinstance(started, TrainingStarted)
    assert started.threads == 1
    steps = [event for event in events if isinstance(event, StepCompleted)]
    assert len(steps) == 120
    # After the data only the order of each epoch goes there.
    assert gpu.to_device[2:] == [(300,), (300,)]
    # Back come the losses and counts of twenty steps at a time, and after an epoch whether the weights are sound.
    assert gpu.to_host.count((40,)) == 6
    assert len(gpu.to_host) <= 6 + 4


def test_a_stop_keeps_the_steps_that_were_taken(blobs: Dataset, make_network: Make, gpu: FakeCupy) -> None:
    network = make_network("linear").to(Device("cuda", gpu))
    trainer = Trainer(network, blobs, None, TrainingSettings(epochs=5, batch_size=5))
    seen = 0
    for event in trainer.run():
        if isinstance(event, StepCompleted):
            seen += 1
            trainer.stop()
        if isinstance(event, TrainingStopped):
            assert event.reason is StopReason.INTERRUPTED
            assert event.steps == seen == 20


def test_divergence_is_noticed_and_the_last_good_weights_are_kept(
    blobs: Dataset, make_network: Make, gpu: FakeCupy
) -> None:
    network = make_network("linear").to(Device("cuda", gpu))
    settings = TrainingSettings(epochs=2, batch_size=20, learning_rate=1e38, optimizer="sgd", momentum=0.0)
    *_, last = Trainer(network, blobs, None, settings).run()
    assert isinstance(last, TrainingStopped)
    assert last.reason is StopReason.DIVERGED
    assert last.train_loss is None or math.isfinite(last.train_loss)
    for value in network.to(CPU).state_dict().values():
        assert np.isfinite(value).all()


def test_in_a_long_epoch_weights_are_kept_on_the_way(blobs: Dataset, make_network: Make, gpu: FakeCupy) -> None:
    network = make_network("linear").to(Device("cuda", gpu))
    before = {name: to_numpy(value) for name, value in network.state_dict().items()}
    trainer = Trainer(network, blobs, None, TrainingSettings(epochs=1, batch_size=1, optimizer="sgd", momentum=0.0))
    for event in trainer.run():
        if isinstance(event, StepCompleted) and event.step == 140:
            trainer.controls.change(learning_rate_factor=1e41)
        if isinstance(event, TrainingStopped):
            assert event.reason is StopReason.DIVERGED
    for name, value in network.to(CPU).state_dict().items():
        assert np.isfinite(value).all()
        assert (value != before[name]).any()


def test_a_run_on_a_device_is_looked_at_and_gone_on_with(blobs: Dataset, make_network: Make, gpu: FakeCupy) -> None:
    settings = TrainingSettings(2, 20, optimizer="adam", keep_best=True, threads=1)

    def trainer(**more: Any) -> Trainer:
        network = without_dropout(make_network("light")).to(Device("cuda", gpu))
        return Trainer(network, blobs, blobs, settings, architecture=ARCHITECTURES["light"], diagnose=True, **more)

    whole, first = trainer(), trainer()
    events = list(whole.run())
    run = first.run()
    for event in run:
        if isinstance(event, LayersMeasured):
            break
    checkpoint = first.checkpoint()
    assert checkpoint.steps > 0
    assert all(isinstance(value, np.ndarray) for value in first.snapshot_model().network.state_dict().values())
    run.close()
    second = trainer(resume=checkpoint)
    (*_, last), (*_, end) = events, second.run()
    assert isinstance(last, TrainingStopped)
    assert isinstance(end, TrainingStopped)
    assert (end.steps, end.validation_loss) == (last.steps, last.validation_loss)
    own, other = whole.network.to(CPU).state_dict(), second.network.to(CPU).state_dict()
    for name, value in own.items():
        np.testing.assert_array_equal(other[name], value, err_msg=name)
