import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.nn import Linear, Sequential
from digitpad.training.events import EpochCompleted, StopReason
from digitpad.training.policies import EarlyStopping, KeepBest, merit


def epoch(
    number: int,
    *,
    train_loss: float = 0.5,
    train_accuracy: float = 0.5,
    loss: float | None = None,
    accuracy: float | None = None,
) -> EpochCompleted:
    return EpochCompleted(number, 99, number, train_loss, train_accuracy, loss, accuracy, 1.0, 1.0)


def stops_after(policy: EarlyStopping, losses: list[float]) -> int | None:
    for number, loss in enumerate(losses, 1):
        if policy.epoch_completed(epoch(number, loss=loss, accuracy=0.5)) is StopReason.EARLY_STOPPING:
            return number
    return None


@pytest.mark.parametrize(
    ("patience", "losses", "stop"),
    [
        (1, [1.0, 0.9, 0.8], None),
        (1, [1.0, 0.9, 0.9], 3),
        (2, [1.0, 1.1, 0.9, 1.0, 0.95], 5),
        (3, [1.0, 1.1, 1.1], None),
        (3, [1.0, 1.1, 1.1, 1.1], 4),
    ],
)
def test_early_stopping_counts_epochs_in_a_row_without_improvement(
    patience: int, losses: list[float], stop: int | None
) -> None:
    assert stops_after(EarlyStopping(patience), losses) == stop


def test_an_improvement_below_the_least_one_does_not_count_but_adds_up() -> None:
    assert stops_after(EarlyStopping(2, min_delta=0.1), [1.0, 0.95, 0.92]) == 3
    assert stops_after(EarlyStopping(2, min_delta=0.1), [1.0, 0.95, 0.89, 0.85]) is None


def test_without_validation_the_training_loss_decides() -> None:
    policy = EarlyStopping(1)
    assert policy.epoch_completed(epoch(1, train_loss=0.5)) is None
    assert policy.epoch_completed(epoch(2, train_loss=0.6)) is StopReason.EARLY_STOPPING


@pytest.mark.parametrize(("patience", "min_delta"), [(0, 0.0), (1, -0.1), (1, float("nan"))])
def test_impossible_policies_are_refused(patience: int, min_delta: float) -> None:
    with pytest.raises(DigitpadError):
        EarlyStopping(patience, min_delta=min_delta)


def test_merit_prefers_validation_accuracy_then_loss() -> None:
    good = epoch(1, loss=0.3, accuracy=0.9)
    assert merit(epoch(2, loss=0.9, accuracy=0.91)) > merit(good)
    assert merit(epoch(2, loss=0.2, accuracy=0.9)) > merit(good)
    assert merit(epoch(2, loss=0.1, accuracy=0.89)) < merit(good)
    assert merit(epoch(2, train_accuracy=0.8)) > merit(epoch(1, train_accuracy=0.7))


def test_keep_best_restores_the_first_of_equally_good_epochs() -> None:
    network = Sequential([("fc", Linear(2, 2, rng=np.random.default_rng(0)))])
    policy = KeepBest(network)
    for number, accuracy in enumerate([0.5, 0.9, 0.9, 0.7], 1):
        network.parameters()[0].value[...] = number
        assert policy.epoch_completed(epoch(number, loss=0.1, accuracy=accuracy)) is None
    policy.training_stopped()
    assert policy.best_epoch == 2
    assert (network.parameters()[0].value == 2).all()


def test_keep_best_leaves_the_weights_of_a_run_without_a_finished_epoch() -> None:
    network = Sequential([("fc", Linear(2, 2, rng=np.random.default_rng(0)))])
    policy = KeepBest(network)
    network.parameters()[0].value[...] = 3
    policy.training_stopped()
    assert (network.parameters()[0].value == 3).all()
