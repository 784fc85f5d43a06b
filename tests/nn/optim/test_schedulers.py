"""Schedulers: PyTorch's courses, resuming, and who drives what."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad import nn
from digitpad.nn.optim.optimizer import Optimizer

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "training.json").read_text(encoding="utf-8"))


def _sgd() -> nn.SGD:
    return nn.SGD([nn.Parameter(np.zeros(1))], 0.2, momentum=0.9)


#: Every schedule that is a formula; a new one adds a row.
SCHEDULES: dict[str, Callable[[Optimizer], nn.Scheduler]] = {
    "constant": nn.ConstantLR,
    "step": lambda o: nn.StepLR(o, 4, gamma=0.5),
    "multi_step": lambda o: nn.MultiStepLR(o, [3, 4, 9], gamma=0.5),
    "exponential": lambda o: nn.ExponentialLR(o, 0.8),
    "polynomial": lambda o: nn.PolynomialLR(o, 10, power=1.7),
    "restarts": lambda o: nn.CosineRestartsLR(o, 3, 2, minimum=0.01),
    "even_restarts": lambda o: nn.CosineRestartsLR(o, 5),
    "triangular": lambda o: nn.CyclicLR(o, 0.02, 4),
    "triangular2": lambda o: nn.CyclicLR(o, 0.02, 3, 5, "triangular2", momentum=(0.8, 0.95)),
    "exp_range": lambda o: nn.CyclicLR(o, 0.02, 4, 2, "exp_range", gamma=0.9, momentum=(0.7, 0.9)),
    "cosine": lambda o: nn.CosineLR(o, 12, minimum=0.01),
    "one_cycle": lambda o: nn.OneCycleLR(o, 17, momentum=(0.8, 0.95)),
    "warm_up": lambda o: nn.WarmUpLR(nn.CosineLR(o, 10), 5, start=0.1),
}
every_schedule = pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "constant"])
def test_the_course_is_pytorchs(name: str) -> None:
    optimizer = _sgd()
    scheduler = SCHEDULES[name](optimizer)
    course = []
    for _ in GOLDEN["schedules"][name]:
        course.append([optimizer.learning_rate, optimizer.momentum])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(course, GOLDEN["schedules"][name], rtol=1e-9, atol=1e-12)


def test_the_plateaus_course_is_pytorchs() -> None:
    optimizer = _sgd()
    scheduler = nn.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, cooldown=1, minimum=0.03)
    course = []
    for figure in GOLDEN["plateau_figures"]:
        course.append(optimizer.learning_rate)
        scheduler.step(figure)
    np.testing.assert_allclose(course, [rate for rate, _ in GOLDEN["schedules"]["plateau"]], rtol=1e-12)
    assert len(set(course)) > 2


@every_schedule
def test_the_course_is_known_in_advance_and_ends_steadily(make: Callable[[Optimizer], nn.Scheduler]) -> None:
    optimizer = _sgd()
    scheduler = make(optimizer)
    for step in range(30):
        assert optimizer.learning_rate == scheduler.learning_rate_at(step)
        assert 0 <= optimizer.learning_rate <= 0.2 * (1 + 1e-12)
        scheduler.step()
    if not isinstance(scheduler, nn.StepLR | nn.ExponentialLR | nn.CosineRestartsLR | nn.CyclicLR):
        assert scheduler.learning_rate_at(30) == scheduler.learning_rate_at(1000)


@every_schedule
def test_a_restored_state_goes_on_as_before(make: Callable[[Optimizer], nn.Scheduler]) -> None:
    whole = _sgd()
    scheduler = make(whole)
    for _ in range(7):
        scheduler.step()
    kept = json.loads(json.dumps(scheduler.state_dict()))

    # The optimizer of the resumed run begins with the rate that the first had come to.
    resumed = _sgd()
    resumed.learning_rate = 0.001
    second = make(resumed)
    second.load_state_dict(kept)
    for _ in range(8):
        assert (resumed.learning_rate, resumed.momentum) == (whole.learning_rate, whole.momentum)
        scheduler.step()
        second.step()


def test_a_restored_plateau_goes_on_as_before() -> None:
    whole, resumed = _sgd(), _sgd()
    first = nn.ReduceLROnPlateau(whole, factor=0.5, patience=1, cooldown=1)
    for figure in (1.0, 0.5, 0.6):
        first.step(figure)
    second = nn.ReduceLROnPlateau(resumed, factor=0.5, patience=1, cooldown=1)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    for figure in (0.7, 0.7, 0.7, 0.7, 0.7):
        first.step(figure)
        second.step(figure)
        assert resumed.learning_rate == whole.learning_rate
    assert whole.learning_rate < 0.2


def test_a_plateau_of_accuracies_looks_upwards_and_nan_is_no_improvement() -> None:
    optimizer = _sgd()
    scheduler = nn.ReduceLROnPlateau(optimizer, patience=1, maximize=True)
    for figure in (0.5, 0.6, 0.7):
        scheduler.step(figure)
    assert optimizer.learning_rate == 0.2
    for figure in (math.nan, math.nan):
        scheduler.step(figure)
    assert optimizer.learning_rate == pytest.approx(0.02)
    assert scheduler.best == 0.7


def test_one_cycle_drives_the_first_beta_of_adam() -> None:
    adam = nn.Adam([nn.Parameter(np.zeros(1))], 0.1)
    scheduler = nn.OneCycleLR(adam, 11, momentum=(0.8, 0.95))
    assert adam.betas[0] == pytest.approx(0.95)
    assert adam.betas[1] == 0.999
    for _ in range(10):
        scheduler.step()
    assert scheduler.momentum_at(3) == pytest.approx(0.807, abs=0.01)
    assert adam.learning_rate == pytest.approx(0.1 / 25 / 1e4)


def test_a_warm_up_hands_the_momentum_of_a_cycle_on() -> None:
    optimizer = _sgd()
    cycle = nn.OneCycleLR(optimizer, 5, rise=0.6, momentum=(0.8, 0.9))
    scheduler = nn.WarmUpLR(cycle, 2)
    seen = []
    for _ in range(8):
        seen.append(optimizer.momentum)
        scheduler.step()
    assert seen == pytest.approx([0.9, 0.9, 0.9, 0.85, 0.8, 0.85, 0.9, 0.9])


def test_a_cycle_that_only_rises_stays_at_its_peak() -> None:
    optimizer = _sgd()
    scheduler = nn.OneCycleLR(optimizer, 5, rise=1.0)
    for _ in range(9):
        scheduler.step()
    assert optimizer.learning_rate == pytest.approx(0.2)


def test_a_polynomial_ends_at_its_minimum() -> None:
    optimizer = _sgd()
    scheduler = nn.PolynomialLR(optimizer, 4, power=2, minimum=0.04)
    assert [scheduler.learning_rate_at(step) for step in range(6)] == pytest.approx([0.2, 0.13, 0.08, 0.05, 0.04, 0.04])


def test_a_restart_is_exact_far_into_the_training() -> None:
    """The start of a cycle by a logarithm, as in PyTorch, is off by a cycle where it rounds."""
    scheduler = nn.CosineRestartsLR(_sgd(), 7, 3)
    start = 0
    for cycle in range(20):
        assert scheduler.learning_rate_at(start) == 0.2
        length = 7 * 3**cycle
        assert scheduler.learning_rate_at(start + length - 1) < 0.2
        start += length


def test_a_cycle_drives_the_first_beta_of_adam() -> None:
    adam = nn.Adam([nn.Parameter(np.zeros(1))], 0.1)
    scheduler = nn.CyclicLR(adam, 0.0, 2, momentum=(0.8, 0.9))
    seen = []
    for _ in range(5):
        seen.append((adam.learning_rate, adam.betas[0]))
        scheduler.step()
    np.testing.assert_allclose(seen, [(0, 0.9), (0.05, 0.85), (0.1, 0.8), (0.05, 0.85), (0, 0.9)], atol=1e-15)


def test_a_plateau_never_raises_the_learning_rate() -> None:
    optimizer = _sgd()
    scheduler = nn.ReduceLROnPlateau(optimizer, patience=0, minimum=0.5)
    for _ in range(3):
        scheduler.step(1.0)
    assert optimizer.learning_rate == 0.2


def test_adam_keeps_its_mean_where_a_schedule_changes_its_momentum() -> None:
    """The paper's recurrences with a beta that changes, as PyTorch computes them."""
    rng = np.random.default_rng(1)
    parameter = nn.Parameter(rng.standard_normal(5))
    adam = nn.Adam([parameter], 0.1)
    scheduler = nn.OneCycleLR(adam, 30, momentum=(0.85, 0.95))
    value, mean, square = parameter.value.copy(), np.zeros(5), np.zeros(5)
    for t in range(1, 31):
        grad = rng.standard_normal(5)
        b1, b2 = adam.betas
        mean = b1 * mean + (1 - b1) * grad
        square = b2 * square + (1 - b2) * grad**2
        value -= adam.learning_rate * (mean / (1 - b1**t)) / (np.sqrt(square / (1 - b2**t)) + 1e-8)
        parameter.add_grad(grad)
        adam.step()
        scheduler.step()
    np.testing.assert_allclose(parameter.value, value, rtol=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda o: nn.StepLR(o, 0), "StepLR: step_size is 0"),
        (lambda o: nn.StepLR(o, 2, gamma=2), "StepLR: gamma is 2"),
        (lambda o: nn.MultiStepLR(o, [2, 2]), r"MultiStepLR: milestones is \[2, 2\]; expected increasing numbers"),
        (lambda o: nn.MultiStepLR(o, [0]), r"MultiStepLR: milestones\[0\] is 0; expected a whole number of at least 1"),
        (lambda o: nn.ExponentialLR(o, 1.1), "ExponentialLR: gamma is 1.1"),
        (lambda o: nn.PolynomialLR(o, 5, power=-1), "PolynomialLR: power is -1"),
        (lambda o: nn.CosineRestartsLR(o, 5, growth=0), "CosineRestartsLR: growth is 0"),
        (lambda o: nn.CyclicLR(o, -0.1), r"CyclicLR: minimum is -0.1; expected a number in \[0, inf\)"),
        (lambda o: nn.CyclicLR(o, 0.1, mode="square"), "CyclicLR: mode is 'square'; expected one of triangular, "),
        (
            lambda o: nn.CyclicLR(nn.AdaGrad(o.parameters, 0.2), 0.1, momentum=(0.8, 0.9)),
            r"CyclicLR: momentum is \(0.8, 0.9\); expected None",
        ),
        (lambda o: nn.CosineLR(o, -1), "CosineLR: total_steps is -1"),
        (lambda o: nn.WarmUpLR(nn.ConstantLR(o), 3, start=2), "WarmUpLR: start is 2"),
        (lambda o: nn.OneCycleLR(o, 1), "OneCycleLR: total_steps is 1"),
        (lambda o: nn.OneCycleLR(o, 9, momentum=(0.8, 1.0)), r"OneCycleLR: momentum\[1\] is 1.0"),
        (lambda o: nn.OneCycleLR(nn.AdaGrad(o.parameters), 9, momentum=(0.8, 0.9)), "OneCycleLR: momentum is"),
        (lambda o: nn.ReduceLROnPlateau(o, factor=1.0), "ReduceLROnPlateau: factor is 1.0"),
        (lambda o: nn.StepLR(o, 2).load_state_dict({"steps": 3}), "StepLR: the state has no base"),
    ],
)
def test_bad_arguments_are_refused_by_name(build: Callable[[Optimizer], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(_sgd())
