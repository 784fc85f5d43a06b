import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.nn import SGD, Adam, Parameter
from digitpad.training.building import build_optimizer, build_scheduler
from digitpad.training.settings import OptimizerName, TrainingSettings, default_threads


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("batch_size", -5),
        ("seed", -1),
        ("threads", 0),
        ("learning_rate", 0.0),
        ("learning_rate", -0.1),
        ("learning_rate", math.nan),
        ("learning_rate", math.inf),
        ("momentum", 1.0),
        ("momentum", -0.1),
        ("momentum", math.nan),
        ("label_smoothing", 1.0),
        ("label_smoothing", -0.1),
        ("label_smoothing", math.nan),
        ("optimizer", "adamant"),
        ("schedule", "never"),
    ],
)
def test_an_impossible_value_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(DigitpadError) as caught:
        replace(TrainingSettings(), **{field: value})
    assert field.replace("_", " ") in str(caught.value)
    assert str(value) in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 1), ("batch_size", 1), ("seed", 0), ("threads", 1), ("momentum", 0.0), ("label_smoothing", 0.0)],
)
def test_the_least_possible_value_is_taken(field: str, value: Any) -> None:
    assert getattr(replace(TrainingSettings(), **{field: value}), field) == value


def test_an_unknown_choice_names_the_known_ones() -> None:
    with pytest.raises(DigitpadError, match="adam, adamw, sgd, nesterov, rmsprop, adagrad"):
        TrainingSettings(optimizer="lbfgs")


def test_threads_follow_the_processors_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2}, raising=False)
    assert default_threads() == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)), raising=False)
    assert default_threads() == 8
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_threads() == 1


def parameter() -> Parameter:
    return Parameter(np.zeros(3, np.float32))


def test_the_optimizer_is_the_one_asked_for() -> None:
    adam = build_optimizer(TrainingSettings(learning_rate=0.5), [parameter()])
    assert isinstance(adam, Adam)
    assert adam.learning_rate == 0.5
    sgd = build_optimizer(TrainingSettings(optimizer="sgd", momentum=0.3, learning_rate=0.2), [parameter()])
    assert isinstance(sgd, SGD)
    assert (sgd.learning_rate, sgd.momentum) == (0.2, 0.3)


def rates(schedule: str, steps: int) -> list[float]:
    settings = TrainingSettings(learning_rate=0.1, schedule=schedule)
    scheduler = build_scheduler(settings, build_optimizer(settings, [parameter()]), steps)
    return [scheduler.learning_rate_at(step) for step in range(steps)]


def test_constant_is_constant() -> None:
    assert set(rates("constant", 7)) == {0.1}


def test_cosine_falls_from_the_peak_towards_zero() -> None:
    fall = rates("cosine", 100)
    assert fall[0] == 0.1
    assert fall[50] == pytest.approx(0.05)
    assert fall[25] == pytest.approx(0.1 * (1 + math.cos(math.pi / 4)) / 2)
    assert 0 < fall[99] < 1e-4
    assert fall == sorted(fall, reverse=True)


def test_one_cycle_rises_for_three_tenths_then_falls() -> None:
    cycle = rates("one-cycle", 100)
    assert cycle[0] == pytest.approx(0.004)
    assert max(cycle) == cycle[29] == pytest.approx(0.1)
    assert cycle[:30] == sorted(cycle[:30])
    assert cycle[29:] == sorted(cycle[29:], reverse=True)
    assert 0 < cycle[99] < 1e-3


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
def test_the_shortest_run_has_a_rate(schedule: str) -> None:
    (rate,) = rates(schedule, 1)
    assert 0 < rate <= 0.1


def test_every_optimizer_is_built_with_the_rate_and_momentum_asked_for() -> None:
    for name in OptimizerName:
        optimizer = build_optimizer(TrainingSettings(optimizer=name, momentum=0.3, learning_rate=0.2), [parameter()])
        assert type(optimizer).__name__.lower() == {"nesterov": "sgd"}.get(name, name)
        assert optimizer.learning_rate == 0.2
        if isinstance(optimizer, SGD):
            assert (optimizer.momentum, optimizer.nesterov) == (0.3, name == "nesterov")


def test_nesterov_without_momentum_is_refused() -> None:
    with pytest.raises(DigitpadError, match="momentum must be greater"):
        TrainingSettings(optimizer="nesterov", momentum=0.0)
