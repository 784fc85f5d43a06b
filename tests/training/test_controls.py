"""Settings that can be changed during a run, and their invalid values."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.nn import Sequential
from digitpad.training.controls import Controls, ControlValues
from digitpad.training.events import ControlChanged, Event, StepCompleted
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

Make = Callable[..., Sequential]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate_factor", 0.0),
        ("learning_rate_factor", float("nan")),
        ("learning_rate", -1.0),
        ("learning_rate", float("inf")),
        ("momentum", 1.0),
        ("dropout", 1.0),
        ("weight_decay", -0.1),
    ],
)
def test_what_cannot_work_is_refused_and_changes_nothing(name: str, value: float) -> None:
    controls = Controls()
    with pytest.raises(DigitpadError, match=name.replace("_", " ")):
        controls.change(**{"momentum": 0.5, name: value})
    assert controls.values == ControlValues()


def test_changes_from_many_threads_are_all_kept() -> None:
    controls = Controls()
    names = ("learning_rate_factor", "learning_rate", "momentum", "weight_decay", "dropout")

    def change(name: str) -> None:
        for number in range(1, 501):
            controls.change(**{name: number / 1000})

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert controls.values == ControlValues(0.5, 0.5, 0.5, 0.5, 0.5)
    assert ControlValues.from_dict(controls.values.to_dict()) == controls.values


def events_with(
    network: Sequential, blobs: Dataset, settings: TrainingSettings, at: int, **changes: Any
) -> tuple[Trainer, list[Event]]:
    trainer = Trainer(network, blobs, None, settings)
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, StepCompleted) and event.step == at:
            trainer.controls.change(**changes)
    return trainer, events


def test_a_change_is_told_before_the_step_that_it_holds_for(blobs: Dataset, make_network: Make) -> None:
    settings = TrainingSettings(epochs=1, batch_size=50, schedule="cosine", learning_rate=0.1, threads=1)
    _, events = events_with(make_network(), blobs, settings, 3, learning_rate=0.02, learning_rate_factor=0.5)
    place = events.index(ControlChanged(4, "learning_rate", None, 0.02))
    assert events[place - 1] == ControlChanged(4, "learning_rate_factor", 1.0, 0.5)
    following = events[place + 1]
    assert isinstance(following, StepCompleted)
    assert (following.step, following.learning_rate) == (4, 0.01)


def test_the_schedule_is_followed_again_when_a_change_is_taken_back(blobs: Dataset, make_network: Make) -> None:
    settings = TrainingSettings(epochs=1, batch_size=50, schedule="cosine", learning_rate=0.1, threads=1)
    whole = Trainer(make_network(), blobs, None, settings).run()
    plain = [event.learning_rate for event in whole if isinstance(event, StepCompleted)]
    trainer = Trainer(make_network(), blobs, None, settings)
    rates = []
    for event in trainer.run():
        if isinstance(event, StepCompleted):
            rates.append(event.learning_rate)
            trainer.controls.change(learning_rate=0.5 if event.step < 3 else None)
    assert rates == [plain[0], 0.5, 0.5, *plain[3:]]


@pytest.mark.parametrize("threads", [1, 2])
def test_dropout_changes_in_every_thread(blobs: Dataset, make_network: Make, threads: int) -> None:
    settings = TrainingSettings(epochs=1, batch_size=50, threads=threads, dropout=0.1)

    def weights(**changes: Any) -> bytes:
        network = make_network()
        events_with(network, blobs, settings, 2, **changes)
        return network.state_dict()["fc.weight"].tobytes()

    assert weights(dropout=0.1) == weights()
    assert weights(dropout=0.9) != weights()


@pytest.mark.parametrize(
    ("optimizer", "changes"),
    [
        ("sgd", {"momentum": 0.1}),
        ("adam", {"momentum": 0.1}),
        ("adam", {"weight_decay": 0.5}),
        ("adamw", {"weight_decay": 0.5}),
    ],
)
def test_momentum_and_weight_decay_change_what_is_learned_from_the_next_step_on(
    blobs: Dataset, make_network: Make, optimizer: str, changes: dict[str, float]
) -> None:
    settings = TrainingSettings(epochs=1, batch_size=50, threads=1, optimizer=optimizer)

    def losses(**changes: float) -> list[float]:
        _, events = events_with(make_network(), blobs, settings, 2, **changes)
        return [event.loss for event in events if isinstance(event, StepCompleted)]

    plain, changed = losses(), losses(**changes)
    # The third step is the first with the change, and the fourth the first whose weights show it.
    assert plain[:3] == changed[:3]
    assert plain[3:] != changed[3:]


def test_penalties_are_told_beside_the_loss(blobs: Dataset, make_network: Make) -> None:
    network = make_network()
    weight = network.state_dict()["fc.weight"].copy()
    settings = TrainingSettings(epochs=1, batch_size=100, threads=1, l1=0.01, weight_decay=0.1)
    steps = [e for e in Trainer(network, blobs, None, settings).run() if isinstance(e, StepCompleted)]
    assert steps[0].penalty == pytest.approx(0.01 * np.abs(weight).sum() + 0.05 * (weight**2).sum(), rel=1e-5)
    plain = TrainingSettings(epochs=1, batch_size=100, threads=1)
    first = next(e for e in Trainer(make_network(), blobs, None, plain).run() if isinstance(e, StepCompleted))
    assert (first.penalty, first.loss) == (0.0, steps[0].loss)
