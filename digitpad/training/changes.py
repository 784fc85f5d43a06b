"""Describes the changes that were made during a run, with the values before and after."""

from collections.abc import Iterable
from typing import NamedTuple

from digitpad.training.building import decay_of
from digitpad.training.controls import ControlValues
from digitpad.training.events import ControlChanged
from digitpad.training.plan import RunPlan
from digitpad.training.settings import OptimizerName
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

_NAMES = {
    "learning_rate": gettext_noop("learning rate"),
    "learning_rate_factor": gettext_noop("learning rate"),
    "momentum": gettext_noop("momentum"),
    "weight_decay": gettext_noop("L2 penalty"),
    "dropout": gettext_noop("dropout"),
}


class Change(NamedTuple):
    """One change: the step from which it applies, and a text such as "learning rate 0.05 → 0.005"."""

    step: int
    text: str


def changes_in_words(plan: RunPlan, changes: Iterable[ControlChanged]) -> list[Change]:
    """Return the changes of a run with the values before and after each.

    Several changes before the same step, for example by a held arrow key, count as one.

    Parameters
    ----------
    plan
        The plan of the run, which has the initial values.
    changes
        The changes, in the order in which they were made.
    """
    values = ControlValues()
    said: dict[tuple[int, str], tuple[float | None, float | None]] = {}
    for change in changes:
        before = _in_force(plan, values, change.name)
        values = _changed(values, change)
        after = _in_force(plan, values, change.name)
        key = change.step, _NAMES.get(change.name, change.name)
        said[key] = said[key][0] if key in said else before, after
    return [
        Change(
            step,
            _("{setting} {before} → {after}").format(setting=_(name), before=_number(before), after=_number(after)),
        )
        for (step, name), (before, after) in said.items()
        if before != after
    ]


def _changed(values: ControlValues, change: ControlChanged) -> ControlValues:
    new = change.new
    if change.name == "learning_rate_factor" and new is None:
        new = 1.0
    return ControlValues.from_dict(values.to_dict() | {change.name: new})


def _in_force(plan: RunPlan, values: ControlValues, name: str) -> float | None:
    """Return the value in force: the changed value, or the one in the plan."""
    settings = plan.settings
    match name:
        case "learning_rate" | "learning_rate_factor":
            rate = settings.learning_rate if values.learning_rate is None else values.learning_rate
            return rate * values.learning_rate_factor
        case "momentum":
            planned = settings.momentum if OptimizerName(settings.optimizer).takes_momentum else settings.beta1
            return planned if values.momentum is None else values.momentum
        case "weight_decay":
            return decay_of(settings) if values.weight_decay is None else values.weight_decay
        case "dropout":
            return _planned_dropout(plan) if values.dropout is None else values.dropout
        case _:
            return None


def _planned_dropout(plan: RunPlan) -> float | None:
    if plan.settings.dropout is not None:
        return plan.settings.dropout
    layers = (spec for spec in plan.architecture.layers if spec.get("type") == "Dropout")
    return next((float(spec.get("p", 0.5)) for spec in layers), None)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
