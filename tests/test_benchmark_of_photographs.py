"""What the benchmark of cats and dogs computes from its runs, and that it trains the network that digitpad has."""

import cats_and_dogs
import pytest
from cats_and_dogs import Run
from training_speed import WORK

from digitpad.nn import ARCHITECTURES


def runs(library: str, *accuracies: float, seconds: float = 100, megabytes: float = 700) -> list[Run]:
    return [Run(library, seed, value, seconds, 2 * seconds, megabytes) for seed, value in enumerate(accuracies)]


def test_the_twins_may_differ_by_the_spread_of_the_seeds() -> None:
    ours, near, far = runs("digitpad", 0.83, 0.85, 0.84), runs("PyTorch", 0.85, 0.86), runs("PyTorch", 0.9, 0.9)
    figures = {figure.work: figure for figure in cats_and_dogs.judge(ours + near, recipe="photo")}
    assert figures["mean accuracy"].value == pytest.approx(0.84)
    difference = figures["difference of mean accuracies, spread"]
    assert difference.value == pytest.approx(0.015)
    assert difference.bound == pytest.approx(0.02)
    assert all(figure.met for figure in figures.values())
    figures = {figure.work: figure for figure in cats_and_dogs.judge(ours + far, recipe="photo")}
    assert not figures["difference of mean accuracies, spread"].met


def test_too_little_accuracy_too_much_time_and_memory_are_missed() -> None:
    slow = runs("digitpad", 0.81, seconds=400, megabytes=1100)
    assert [figure.met for figure in cats_and_dogs.judge(slow, recipe="photo")] == [False, False, False]
    assert [figure.work for figure in cats_and_dogs.judge(slow, recipe="photo-plain")] == ["peak memory"]


def test_the_network_and_the_batch_are_those_of_the_speed_benchmark() -> None:
    assert WORK[cats_and_dogs.NETWORK] == cats_and_dogs.BATCH
    assert cats_and_dogs.NETWORK in ARCHITECTURES
