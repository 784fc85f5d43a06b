import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.nn import SGD, Adam, Parameter
from digitpad.training.building import build_optimizer
from digitpad.training.schedules import build_scheduler
from digitpad.training.settings import OptimizerName, Schedule, TrainingSettings, default_threads, useful_options


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
        ("dampening", 1.1),
        ("power", -1.0),
        ("lr_decay", math.inf),
        ("initial_accumulator_value", -0.5),
        ("cycle_epochs", 0),
        ("cycle_growth", 0),
        ("cycle_mode", "square"),
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


def courses(batches: int = 10, **settings: Any) -> list[float]:
    """Return the learning rates of a run of ten epochs."""
    chosen = TrainingSettings(learning_rate=0.1, epochs=10, **settings)
    optimizer = build_optimizer(chosen, [parameter()])
    scheduler = build_scheduler(chosen, optimizer, 10 * batches, batches)
    return [scheduler.learning_rate_at(step) for step in range(10 * batches)]


def test_milestones_are_epochs_of_the_run_with_its_warm_up() -> None:
    rates = courses(schedule="multistep", milestones=(3, 7), gamma=0.1, warm_up_epochs=2)
    assert rates[20:30] == [0.1] * 10
    assert rates[30:70] == pytest.approx([0.01] * 40)
    assert rates[70:] == pytest.approx([0.001] * 30)
    usual = courses(schedule="multistep", gamma=0.1)
    assert [usual.count(rate) for rate in dict.fromkeys(usual)] == [50, 25, 25]


def test_gamma_of_an_exponential_is_the_factor_of_an_epoch() -> None:
    rates = courses(schedule="exponential", gamma=0.5)
    np.testing.assert_allclose(rates[::10], 0.1 * 0.5 ** np.arange(10))
    assert rates == sorted(rates, reverse=True)


def test_a_polynomial_falls_to_the_final_rate() -> None:
    np.testing.assert_allclose(courses(schedule="polynomial"), 0.1 * (1 - np.arange(100) / 100))
    rates = courses(schedule="polynomial", power=2.0, final_learning_rate=0.05)
    np.testing.assert_allclose(rates, 0.05 + 0.05 * (1 - np.arange(100) / 100) ** 2)


def test_restarts_begin_where_their_cycles_do() -> None:
    rates = courses(schedule="restarts", cycle_epochs=1, cycle_growth=2)
    assert [step for step, rate in enumerate(rates) if rate == 0.1] == [0, 10, 30, 70]


def test_cycles_rise_and_fall_by_epochs() -> None:
    rates = courses(schedule="cyclic", cycle_epochs=2, rise=0.5, div_factor=10.0)
    assert rates[::10] == pytest.approx([0.01, 0.1] * 5)
    halved = courses(schedule="cyclic", cycle_epochs=2, rise=0.5, div_factor=10.0, cycle_mode="triangular2")
    assert halved[10::20] == pytest.approx([0.01 + 0.09 / 2**cycle for cycle in range(5)])
    falling = courses(schedule="cyclic", cycle_epochs=2, rise=0.5, cycle_mode="exp_range", gamma=0.5, div_factor=10.0)
    assert falling[10::20] == pytest.approx([0.01 + 0.09 * 0.5**epoch for epoch in (1, 3, 5, 7, 9)])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "nesterov", "dampening": 0.1}, "Nesterov momentum requires a dampening of 0"),
        ({"milestones": (3, 3)}, "increasing whole numbers of at least 1, such as 10,15, not 3,3"),
        ({"milestones": (0,)}, "increasing whole numbers"),
        ({"milestones": ()}, "not none"),
        ({"schedule": "multistep", "milestones": (2,), "warm_up_epochs": 2.0}, "milestone, epoch 2, is within the"),
        ({"schedule": "cyclic", "optimizer": "adagrad", "low_momentum": 0.8}, "low momentum 0.8 cannot be used"),
    ],
)
def test_combinations_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        TrainingSettings(**settings)


def test_the_options_of_an_optimizer_reach_it() -> None:
    def built(**settings: Any) -> Any:
        return build_optimizer(TrainingSettings(**settings), [parameter()])

    assert built(optimizer="sgd", dampening=0.3).dampening == 0.3
    assert built(optimizer="adam", amsgrad=True).amsgrad
    assert built(optimizer="adamw", amsgrad=True).amsgrad
    assert built(optimizer="rmsprop", centered=True).centered
    adagrad = built(optimizer="adagrad", lr_decay=0.1, initial_accumulator_value=0.2)
    assert (adagrad.lr_decay, adagrad.initial_accumulator_value) == (0.1, 0.2)


def test_settings_come_back_from_json_and_older_files_have_the_defaults() -> None:
    settings = TrainingSettings(schedule="multistep", milestones=(2, 4), amsgrad=True, cycle_mode="triangular2")
    assert TrainingSettings.from_json(settings.to_json()) == settings
    older = settings.to_dict()
    for name in ("amsgrad", "dampening", "centered", "lr_decay", "initial_accumulator_value", "milestones", "power"):
        del older[name]
    for name in ("cycle_epochs", "cycle_growth", "cycle_mode"):
        del older[name]
    assert TrainingSettings.from_dict(older) == TrainingSettings(schedule="multistep")


def test_options_without_effect_are_known() -> None:
    assert useful_options(TrainingSettings(optimizer="sgd")) == {"momentum", "dampening"}
    cyclic = TrainingSettings(optimizer="adagrad", schedule="cyclic")
    assert "gamma" not in useful_options(cyclic)
    assert "gamma" in useful_options(replace(cyclic, cycle_mode="exp_range"))


@pytest.mark.parametrize("schedule", [name for name in Schedule if name != "cyclic"])
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
