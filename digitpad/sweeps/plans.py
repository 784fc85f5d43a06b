"""From the settings of a trial to the plan of its run, and the checks before anything is trained."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import find_architecture
from digitpad.sweeps.opened_data import samples_key, training_samples
from digitpad.sweeps.variables import Values, as_value, display_name, field_value
from digitpad.training.live import prepare
from digitpad.training.plan import RunPlan
from digitpad.training.recipes import Recipe, default_recipe, find_recipe
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _

_SETTINGS = {field.name for field in fields(TrainingSettings)}
#: Whether something can be trained depends on these, and on whether the others below are used; trials that agree in
#: both are checked once.
_CHECKED_ONCE = (
    "architecture",
    "dataset",
    "start_from",
    "limit",
    "limit_per_class",
    "validation",
    "initializer",
    "fold",
)
_CHECKED_IF_USED = ("dropout", "label_smoothing", "augment")


def recipe_of(chosen: Values) -> Recipe:
    """Return the recipe that settles what is not chosen."""
    named = chosen.get("recipe")
    return find_recipe(default_recipe(str(chosen.get("architecture", ""))) if named is None else str(named))


def plan_of(chosen: Values) -> RunPlan:
    """Return the plan of a trial: of the same training as `digitpad train` with these options.

    Parameters
    ----------
    chosen
        The chosen settings; the recipe and the defaults settle the others.

    Raises
    ------
    DigitpadError
        If they do not fit together.
    """
    recipe = recipe_of(chosen)
    settings: dict[str, Any] = {"threads": 1, "device": "cpu"} | recipe.settings()
    settings |= {name: field_value(name, value) for name, value in chosen.items() if name in _SETTINGS}
    if "augment" in chosen:
        settings["augmentation"] = Augmentation.parse(str(chosen["augment"]))
    rest: dict[str, Any] = {
        name: chosen[name]
        for name in ("limit", "validation", "limit_per_class", "start_from", "fold")
        if name in chosen
    }
    return RunPlan(
        find_architecture(str(chosen.get("architecture", recipe.architecture))),
        str(chosen.get("dataset", "mnist")),
        settings=TrainingSettings(**settings),
        **rest,
    )


def values_of(plan: RunPlan, architecture: str) -> Values:
    """Return the settings of a plan, so that `plan_of` gives the same training.

    Parameters
    ----------
    plan
        A plan.
    architecture
        The preset or file of its network.
    """
    settings = {name: getattr(plan.settings, name) for name in _SETTINGS - {"threads", "device", "augmentation"}}
    rest = {
        name: getattr(plan, name)
        for name in ("dataset", "limit", "validation", "limit_per_class", "start_from", "fold")
    }
    known = {name: as_value(value) for name, value in (settings | rest).items() if value is not None}
    return known | {"architecture": architecture, "augment": str(plan.settings.augmentation)}


def in_words(values: Values) -> str:
    """Return values as they are written on the command line: `optimizer=sgd, momentum=0.9`."""
    return ", ".join(f"{display_name(name)}={shown_value(value)}" for name, value in values.items())


def shown_value(value: object) -> str:
    """Return a value as it is written on the command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_trials(fixed: Values, trials: Sequence[Values]) -> None:
    """Check that all trials of a sweep can be trained, and compared with each other.

    The data are opened, and networks are built, once for all trials that agree in what matters.

    Parameters
    ----------
    fixed
        The settings that all trials share.
    trials
        The other settings of each trial.

    Raises
    ------
    DigitpadError
        The message names the first trial that cannot be trained, and why.
    """
    groups: dict[tuple[object, ...], list[tuple[int, Values, RunPlan]]] = {}
    for number, values in enumerate(trials, 1):
        chosen = fixed | values
        with _named(number, values):
            plan = plan_of(chosen)
        key = (
            *(chosen.get(name) for name in _CHECKED_ONCE),
            *(bool(chosen.get(name)) for name in _CHECKED_IF_USED),
        )
        groups.setdefault(key, []).append((number, values, plan))
    # Groups with the same data follow each other, since only a few datasets stay open.
    for group in sorted(groups.values(), key=lambda group: str(samples_key(group[0][2]))):
        group.sort(key=lambda trial: trial[2].settings.batch_size)
        # A batch may be too small for a layer, or too large for the memory.
        for number, values, plan in {id(trial): trial for trial in (group[0], group[-1])}.values():
            with _named(number, values):
                _check(plan)


def _check(plan: RunPlan) -> None:
    if not prepare(plan, diagnose=False, samples=training_samples(plan)).validation_count:
        raise DigitpadError(
            _("it has no validation images, and trials are compared on these; choose another --validation.")
        )


@contextlib.contextmanager
def _named(number: int, values: Values) -> Iterator[None]:
    """Name the trial in an error."""
    try:
        yield
    except DigitpadError as error:
        raise DigitpadError(
            _("Trial {number} ({settings}) cannot be trained: {trouble}").format(
                number=number, settings=in_words(values), trouble=error
            )
        ) from error
