"""Changes during a run, reported with both values."""

from dataclasses import replace
from itertools import pairwise

from digitpad.nn import ARCHITECTURES
from digitpad.training.changes import Change, changes_in_words
from digitpad.training.events import ControlChanged
from digitpad.training.plan import RunPlan


def _plan(**settings: object) -> RunPlan:
    return RunPlan(ARCHITECTURES["light"]).with_settings(**settings)


def test_a_factor_is_told_as_the_rates_before_and_after() -> None:
    plan = _plan(learning_rate=0.05)
    changes = [
        ControlChanged(10, "learning_rate_factor", 1.0, 0.1),
        ControlChanged(20, "learning_rate", None, 0.4),
        ControlChanged(30, "learning_rate_factor", 0.1, 1.0),
    ]
    assert changes_in_words(plan, changes) == [
        Change(10, "learning rate 0.05 → 0.005"),
        Change(20, "learning rate 0.005 → 0.04"),
        Change(30, "learning rate 0.04 → 0.4"),
    ]


def test_what_the_plan_says_stands_before_the_first_change() -> None:
    plan = _plan(optimizer="adam", beta1=0.8, weight_decay=0.001)
    assert changes_in_words(
        plan,
        [
            ControlChanged(2, "momentum", None, 0.5),
            ControlChanged(3, "weight_decay", None, 0.01),
            ControlChanged(4, "dropout", None, 0.5),
        ],
    ) == [
        Change(2, "momentum 0.8 → 0.5"),
        Change(3, "L2 penalty 0.001 → 0.01"),
        Change(4, "dropout 0.25 → 0.5"),
    ]
    nesterov = replace(plan, settings=replace(plan.settings, optimizer="nesterov", momentum=0.7))
    assert changes_in_words(nesterov, [ControlChanged(2, "momentum", None, 0.5)])[0].text == "momentum 0.7 → 0.5"


def test_changes_before_one_step_are_one_and_none_if_nothing_is_left_of_them() -> None:
    plan = _plan(learning_rate=0.1)
    factors = [1.0, 0.5, 0.2, 0.1]
    made = [ControlChanged(7, "learning_rate_factor", a, b) for a, b in pairwise(factors)]
    assert changes_in_words(plan, made) == [Change(7, "learning rate 0.1 → 0.01")]
    assert changes_in_words(plan, [*made, ControlChanged(7, "learning_rate_factor", 0.1, 1.0)]) == []
