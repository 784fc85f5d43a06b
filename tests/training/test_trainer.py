import itertools
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.nn import Architecture, Sequential
from digitpad.nn.backend import Array
from digitpad.nn.engine.parallel import ParallelNetwork
from digitpad.nn.losses import Loss
from digitpad.training import stepper
from digitpad.training.events import (
    EpochCompleted,
    Event,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.policies import EarlyStopping, KeepBest
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

MakeNetwork = Callable[..., Sequential]


def steps_of(events: list[Event]) -> list[StepCompleted]:
    return [event for event in events if isinstance(event, StepCompleted)]


def epochs_of(events: list[Event]) -> list[EpochCompleted]:
    return [event for event in events if isinstance(event, EpochCompleted)]


def end_of(events: list[Event]) -> TrainingStopped:
    last = events[-1]
    assert isinstance(last, TrainingStopped)
    return last


def weights(network: Sequential) -> list[bytes]:
    return [value.tobytes() for value in network.state_dict().values()]


def test_events_come_in_order_and_count_from_one(blobs: Dataset, make_network: MakeNetwork) -> None:
    settings = TrainingSettings(epochs=2, batch_size=128, threads=1)
    events = list(Trainer(make_network(), blobs, blobs.subset(range(50)), settings).run())

    kinds = [type(event) for event in events]
    an_epoch = [StepCompleted] * 3 + [EpochCompleted]
    assert kinds == [TrainingStarted, *an_epoch, *an_epoch, TrainingStopped]
    assert events[0] == TrainingStarted(2, 3, 128, 300, 50, 7850, 1)
    assert [(step.step, step.epoch, step.batch) for step in steps_of(events)] == [
        (1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1), (5, 2, 2), (6, 2, 3),
    ]  # fmt: skip
    assert {(step.epochs, step.batches) for step in steps_of(events)} == {(2, 3)}
    stopped = end_of(events)
    assert (stopped.reason, stopped.epochs, stopped.steps) == (StopReason.FINISHED, 2, 6)


def test_the_last_batch_has_what_is_left_over(blobs: Dataset, make_network: MakeNetwork) -> None:
    events = list(Trainer(make_network(), blobs, None, TrainingSettings(epochs=1, batch_size=128, threads=1)).run())
    assert [step.images for step in steps_of(events)] == [128, 128, 44]


def test_epoch_figures_are_means_over_images_not_over_batches(blobs: Dataset, make_network: MakeNetwork) -> None:
    events = list(Trainer(make_network(), blobs, None, TrainingSettings(epochs=1, batch_size=128, threads=1)).run())
    steps, (epoch,) = steps_of(events), epochs_of(events)
    assert epoch.train_loss == pytest.approx(sum(step.loss * step.images for step in steps) / 300)
    assert epoch.train_accuracy == pytest.approx(sum(step.accuracy * step.images for step in steps) / 300)
    assert epoch.images_per_second == pytest.approx(300 / sum(step.seconds for step in steps))


def test_it_learns_and_the_validation_figures_are_those_of_the_network(
    blobs: Dataset, make_network: MakeNetwork
) -> None:
    network = make_network("light")
    training, validation = blobs.split(100, np.random.default_rng(0))
    events = list(Trainer(network, training, validation, TrainingSettings(epochs=6, batch_size=20, threads=1)).run())
    epochs = epochs_of(events)
    assert epochs[-1].train_loss < 0.5 * epochs[0].train_loss
    assert epochs[-1].validation_accuracy == end_of(events).validation_accuracy
    inputs = (validation.pixels / 255 - 0.1307) / 0.3081
    right = network.forward(inputs.astype(np.float32)).argmax(axis=1) == validation.labels
    assert right.mean() > 0.9
    assert epochs[-1].validation_accuracy == pytest.approx(right.mean())


@pytest.mark.parametrize("threads", [1, 2])
def test_same_seed_and_threads_give_the_same_weights_bit_for_bit(
    blobs: Dataset, make_network: MakeNetwork, threads: int
) -> None:
    def run(seed: int) -> list[bytes]:
        network = make_network("light", seed)
        settings = TrainingSettings(epochs=2, batch_size=20, seed=seed, threads=threads)
        list(Trainer(network, blobs.subset(range(60)), None, settings).run())
        return weights(network)

    first = run(3)
    assert run(3) == first
    assert run(4) != first


def test_every_epoch_sees_every_image_once_in_another_order(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered = Dataset.of(
        "numbered",
        np.repeat(np.arange(250, dtype=np.uint8), 784).reshape(250, 1, 28, 28),
        np.zeros(250, np.int64),
    )
    trainer = Trainer(make_network(), numbered, None, TrainingSettings(epochs=3, batch_size=40, threads=1))
    seen: list[int] = []
    original = ParallelNetwork.training_step

    def spy(self: ParallelNetwork, x: Array, targets: Array, loss: Loss) -> tuple[Array, Array]:
        seen.extend(np.rint((x[:, 0, 0, 0] * 0.3081 + 0.1307) * 255).astype(int).tolist())
        return original(self, x, targets, loss)

    monkeypatch.setattr(ParallelNetwork, "training_step", spy)
    list(trainer.run())
    passes = [seen[start : start + 250] for start in range(0, 750, 250)]
    assert all(sorted(order) == list(range(250)) for order in passes)
    assert all(order != sorted(order) for order in passes)
    assert all(one != other for one, other in itertools.combinations(passes, 2))


def test_stop_ends_after_the_batch_under_way_and_keeps_what_was_learned(
    blobs: Dataset, make_network: MakeNetwork
) -> None:
    network = make_network()
    before = weights(network)
    trainer = Trainer(network, blobs, blobs, TrainingSettings(epochs=9, batch_size=100, threads=1))
    events = []
    kept = before
    for event in trainer.run():
        events.append(event)
        if isinstance(event, StepCompleted) and event.step == 5:
            kept = weights(network)
            trainer.stop()
    stopped = end_of(events)
    assert (stopped.reason, stopped.steps, stopped.epochs) == (StopReason.INTERRUPTED, 5, 1)
    assert weights(network) == kept != before
    # The figures are of these weights, half an epoch after the last regular validation.
    assert stopped.validation_loss is not None
    assert stopped.validation_loss != epochs_of(events)[-1].validation_loss
    assert stopped.train_loss == pytest.approx(np.mean([step.loss for step in steps_of(events)[3:]]))


def test_stop_between_epochs_keeps_the_figures_of_the_last_epoch(blobs: Dataset, make_network: MakeNetwork) -> None:
    trainer = Trainer(make_network(), blobs, blobs, TrainingSettings(epochs=9, batch_size=100, threads=1))
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, EpochCompleted):
            trainer.stop()
    (epoch,), stopped = epochs_of(events), end_of(events)
    assert stopped.reason is StopReason.INTERRUPTED
    assert (stopped.train_loss, stopped.validation_loss) == (epoch.train_loss, epoch.validation_loss)
    assert stopped.images_per_second == epoch.images_per_second


def test_stop_before_the_first_step_says_that_nothing_was_learned(blobs: Dataset, make_network: MakeNetwork) -> None:
    network = make_network()
    before = weights(network)
    trainer = Trainer(network, blobs, blobs, TrainingSettings(threads=1))
    trainer.stop()
    started, *_, stopped = trainer.run()
    assert isinstance(started, TrainingStarted)
    assert isinstance(stopped, TrainingStopped)
    assert (stopped.steps, stopped.train_loss, stopped.images_per_second) == (0, None, 0.0)
    assert stopped.validation_accuracy is not None
    assert weights(network) == before


def test_a_run_without_validation_images_has_no_validation_figures(blobs: Dataset, make_network: MakeNetwork) -> None:
    nobody = blobs.subset([])
    events = list(Trainer(make_network(), blobs, nobody, TrainingSettings(epochs=1, threads=1)).run())
    assert epochs_of(events)[0].validation_loss is None
    assert (end_of(events).validation_loss, end_of(events).validation_accuracy) == (None, None)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_loss_that_is_no_number_stops_with_the_last_good_weights(
    blobs: Dataset, make_network: MakeNetwork, threads: int
) -> None:
    network = make_network("light")
    settings = TrainingSettings(epochs=3, batch_size=50, learning_rate=1e30, optimizer="sgd", threads=threads)
    stopped = end_of(list(Trainer(network, blobs, blobs, settings).run()))
    assert stopped.reason is StopReason.DIVERGED
    assert "lower learning rate" in stopped.message
    assert stopped.steps < 6
    assert all(np.isfinite(value).all() for value in network.state_dict().values())
    assert stopped.validation_loss is not None
    assert np.isfinite(stopped.validation_loss)


def test_diverging_goes_back_to_the_last_snapshot_whose_loss_was_finite(
    blobs: Dataset, make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepper, "STEPS_BETWEEN_SNAPSHOTS", 4)
    network = make_network()
    trainer = Trainer(network, blobs, None, TrainingSettings(epochs=1, batch_size=20, threads=1))
    history = [weights(network)]
    for event in trainer.run():
        if isinstance(event, StepCompleted):
            history.append(weights(network))
            if event.step == 6:
                network.parameters()[0].value[...] = np.nan
    assert weights(network) == history[4]


def test_weights_that_broke_in_the_last_step_of_an_epoch_are_noticed_without_validation(
    blobs: Dataset, make_network: MakeNetwork
) -> None:
    network = make_network()
    trainer = Trainer(network, blobs, None, TrainingSettings(epochs=1, batch_size=100, threads=1))
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, StepCompleted) and event.batch == event.batches:
            network.parameters()[1].value[0] = np.inf
    assert end_of(events).reason is StopReason.DIVERGED
    assert epochs_of(events) == []
    assert all(np.isfinite(value).all() for value in network.state_dict().values())


def test_the_schedule_moves_the_learning_rate_and_the_factor_scales_it(
    blobs: Dataset, make_network: MakeNetwork
) -> None:
    settings = TrainingSettings(epochs=1, batch_size=30, schedule="cosine", learning_rate=0.01, threads=1)
    trainer = Trainer(make_network(), blobs, None, settings)
    rates = []
    for event in trainer.run():
        if isinstance(event, StepCompleted):
            rates.append(event.learning_rate)
            if event.step == 5:
                trainer.controls.change(learning_rate_factor=0.5)
    assert rates[0] == 0.01
    assert rates[4] > 0.006
    assert rates[5] == pytest.approx(0.0025)


def test_early_stopping_ends_the_run(blobs: Dataset, make_network: MakeNetwork) -> None:
    settings = TrainingSettings(epochs=50, batch_size=100, learning_rate=1e-12, threads=1)
    policy = EarlyStopping(2, min_delta=1.0)
    events = list(Trainer(make_network(), blobs, blobs, settings, policies=[policy]).run())
    assert len(epochs_of(events)) == 3
    assert end_of(events).reason is StopReason.EARLY_STOPPING


def test_keep_best_puts_the_best_epoch_back_and_reports_its_figures(blobs: Dataset, make_network: MakeNetwork) -> None:
    network = make_network()
    settings = TrainingSettings(epochs=3, batch_size=100, threads=1)
    trainer = Trainer(network, blobs, blobs, settings, policies=[KeepBest(network), EarlyStopping(9)])
    kept = []
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, StepCompleted) and event.epoch == 3 and event.batch == event.batches:
            network.parameters()[0].value *= -1
        if isinstance(event, EpochCompleted):
            kept.append(weights(network))
    epochs = epochs_of(events)
    assert epochs[2].validation_accuracy == 0
    assert weights(network) == kept[1] != kept[2]
    assert end_of(events).validation_accuracy == epochs[1].validation_accuracy
    assert end_of(events).validation_loss == pytest.approx(epochs[1].validation_loss)


def test_keep_best_sees_the_last_epoch_too(blobs: Dataset, make_network: MakeNetwork) -> None:
    network = make_network()
    policy = KeepBest(network)
    list(Trainer(network, blobs, blobs, TrainingSettings(epochs=2, threads=1), policies=[policy]).run())
    assert policy.best_epoch == 2


def test_threads_end_with_the_run_also_when_the_reader_leaves(blobs: Dataset, make_network: MakeNetwork) -> None:
    run = Trainer(make_network("light"), blobs, None, TrainingSettings(threads=2)).run()
    next(run)
    next(run)
    assert any("digitpad-nn" in thread.name for thread in threading.enumerate())
    run.close()
    assert not any("digitpad-nn" in thread.name for thread in threading.enumerate())


def test_the_times_add_up(blobs: Dataset, make_network: MakeNetwork) -> None:
    begun = time.perf_counter()
    events = list(Trainer(make_network("light"), blobs, blobs, TrainingSettings(epochs=2, threads=1)).run())
    took = time.perf_counter() - begun
    steps, epochs, stopped = steps_of(events), epochs_of(events), end_of(events)
    assert all(step.seconds > 0 for step in steps)
    assert sum(step.seconds for step in steps) == pytest.approx(sum(epoch.seconds for epoch in epochs))
    assert sum(epoch.seconds for epoch in epochs) < stopped.seconds < took


def test_one_batch_may_hold_all_images(blobs: Dataset, make_network: MakeNetwork) -> None:
    settings = TrainingSettings(epochs=1, batch_size=len(blobs), threads=1)
    events = list(Trainer(make_network(), blobs, blobs.subset([0]), settings).run())
    assert [step.images for step in steps_of(events)] == [300]
    assert end_of(events).validation_accuracy in {0.0, 1.0}


def test_without_a_validation_set_none_is_counted(blobs: Dataset, make_network: MakeNetwork) -> None:
    started = next(Trainer(make_network(), blobs, None, TrainingSettings(threads=1)).run())
    assert isinstance(started, TrainingStarted)
    assert started.validation_count == 0


def test_a_trainer_runs_once(blobs: Dataset, make_network: MakeNetwork) -> None:
    trainer = Trainer(make_network(), blobs, None, TrainingSettings(epochs=1, threads=1))
    list(trainer.run())
    with pytest.raises(RuntimeError, match="once"):
        next(trainer.run())


def test_the_images_stay_bytes_and_untouched(blobs: Dataset, make_network: MakeNetwork) -> None:
    before = blobs.pixels.copy()
    list(Trainer(make_network(), blobs, blobs, TrainingSettings(epochs=1, threads=1)).run())
    assert blobs.images.dtype == np.uint8
    assert np.array_equal(blobs.images, before)


def test_data_that_does_not_fit_is_refused_at_once(blobs: Dataset, make_network: MakeNetwork) -> None:
    def refuse(dataset: Dataset, batch_size: int = 10) -> str:
        with pytest.raises(DigitpadError) as caught:
            Trainer(make_network(), dataset, None, TrainingSettings(batch_size=batch_size))
        return str(caught.value)

    assert "batch size 301 is larger than the number of training images, 300" in refuse(blobs, 301)
    assert "no images" in refuse(blobs.subset([]))
    colour = Dataset.of("colour", np.zeros((20, 3, 28, 28), np.uint8), np.zeros(20, np.int64))
    assert "3x28x28" in refuse(colour)
    letters = Dataset.of("letters", np.zeros((20, 1, 28, 28), np.uint8), np.zeros(20, np.int64), tuple("abc"))
    assert "3 classes" in refuse(letters)


def test_smoothed_labels_leave_the_plain_cross_entropy_to_be_seen(blobs: Dataset) -> None:
    plan = Architecture(
        "linear",
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 10},
        ),
    )
    runs = {}
    for smoothing in (0.0, 0.2):
        settings = TrainingSettings(epochs=1, batch_size=50, learning_rate=1e-12, label_smoothing=smoothing, threads=1)
        runs[smoothing] = list(Trainer(build_network(plan, 0), blobs, blobs, settings).run())
    steps = {s: [e for e in events if isinstance(e, StepCompleted)] for s, events in runs.items()}
    epochs = {s: next(e for e in events if isinstance(e, EpochCompleted)) for s, events in runs.items()}
    # The weights hardly move, so the same images give the same cross-entropy for any training loss.
    for plain, smoothed in zip(steps[0.0], steps[0.2], strict=True):
        assert plain.cross_entropy is None
        assert smoothed.cross_entropy == pytest.approx(plain.loss, rel=1e-4)
        assert smoothed.loss != pytest.approx(plain.loss, rel=1e-4)
    assert epochs[0.0].validation_cross_entropy is None
    assert epochs[0.2].validation_cross_entropy == pytest.approx(epochs[0.0].validation_loss, rel=1e-4)
