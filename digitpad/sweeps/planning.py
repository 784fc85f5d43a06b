"""From a request to the record of a new sweep: its trials, checked before anything is trained."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from digitpad import paths
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.names import file_stem
from digitpad.nn import ARCHITECTURES
from digitpad.sweeps.halving import rungs_of
from digitpad.sweeps.opened_data import close_samples, training_samples
from digitpad.sweeps.plans import check_trials, plan_of, values_of
from digitpad.sweeps.record import Method, SweepInfo, Trial
from digitpad.sweeps.space import MOST_TRIALS, RandomStreams, Space
from digitpad.sweeps.variables import Values, display_name
from digitpad.training.plan import RunPlan
from digitpad.training.small_sets import small_set_defaults
from digitpad.translation import gettext as _

#: Networks of sweeps that are not presets, in the folder of the sweeps.
_NETWORKS = ".networks"
FILM_SIZE = 24
"""Largest size of the film of a trial in MB, unless another one is chosen: there are many of them."""


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """What is asked for.

    Attributes
    ----------
    space
        What to vary, as in `Space.parse`.
    fixed
        The settings that all trials share; the recipe and the defaults settle the others.
    trials
        Number of trials; None for all combinations.
    halving
        Whether to use successive halving.
    factor, first_epochs
        With successive halving: one trial in `factor` is kept, for the first time after `first_epochs`.
    name
        Name of the sweep; "" for one that no other has.
    film_size
        Largest size of the film of a run in MB.
    """

    space: tuple[str, ...]
    fixed: Values = field(default_factory=dict)
    trials: int | None = None
    halving: bool = False
    factor: int = 3
    first_epochs: int = 1
    name: str = ""
    film_size: int = FILM_SIZE


def plan_sweep(request: SweepRequest) -> tuple[SweepInfo, str]:
    """Return the record of a new sweep, and a sentence about defaults that suit a small dataset, or "".

    The data are opened to check all trials.

    Raises
    ------
    DigitpadError
        If something asked for cannot be done; nothing is written.
    """
    space = Space.parse(request.space)
    names = {dimension.name for dimension in space.dimensions}
    both = names & request.fixed.keys() - {"seed"}
    if both:
        raise DigitpadError(
            _("{setting} is both varied and fixed; omit --{setting}.").format(setting=display_name(min(both)))
        )
    fixed, sentence = _suited(request.fixed, names)
    seed = int(fixed.get("seed", 0))
    if request.trials is not None and not 1 <= request.trials <= MOST_TRIALS:
        raise DigitpadError(
            _("A sweep has between 1 and {most:,} trials, not {count:,}.").format(
                most=MOST_TRIALS, count=request.trials
            )
        )
    if request.trials is None:
        method, chosen = Method.GRID, space.grid(fixed)
    else:
        method, chosen = Method.RANDOM, space.sample(request.trials, RandomStreams(seed), fixed)
    rungs = _rungs(request, fixed, names) if request.halving else ()
    check_trials(fixed, chosen)
    close_samples()
    info = SweepInfo(
        name=request.name,
        created=datetime.now(UTC).astimezone(),
        method=Method.HALVING if rungs else method,
        seed=seed,
        space={dimension.name: dimension.text for dimension in space.dimensions},
        fixed=fixed,
        runs=str(paths.runs_dir()),
        trials=tuple(Trial(number, values) for number, values in enumerate(chosen, 1)),
        rungs=rungs,
        factor=request.factor,
        film_size=request.film_size,
    )
    return info, sentence


def fixed_by(plan: RunPlan) -> Values:
    """Return the settings of a plan that all trials of a sweep share; a network that is not a preset becomes a file.

    Raises
    ------
    DigitpadError
        If the file of the network cannot be written.
    """
    architecture = plan.architecture
    if ARCHITECTURES.get(architecture.name) == architecture:
        return values_of(plan, architecture.name)
    text = architecture.to_json().encode()
    folder = paths.sweeps_dir() / _NETWORKS
    path = folder / f"{file_stem(architecture.name)}-{hashlib.sha256(text).hexdigest()[:12]}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); free disk space, or check the folder.").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    with atomic_write(path) as file:
        file.write(text)
    return values_of(plan, str(path))


def _rungs(request: SweepRequest, fixed: Values, names: set[str]) -> tuple[int, ...]:
    if "epochs" in names or "recipe" in names:
        raise DigitpadError(
            _("Successive halving compares trials after the same epochs; give one number with --epochs.")
        )
    return rungs_of(plan_of(fixed).settings.epochs, request.factor, request.first_epochs)


def _suited(fixed: Values, names: set[str]) -> tuple[Values, str]:
    """Return the fixed settings with the defaults for a small dataset, as `digitpad train` uses them."""
    # A dataset, a number of images or a network that varies has no defaults of its own.
    if names & {"dataset", "limit", "limit_per_class", "recipe", "start_from"}:
        return fixed, ""
    plan = plan_of(fixed)
    given = {"augmentation" if name == "augment" else name for name in (*fixed, *names)}
    given |= {"architecture"} if "start_from" in fixed else set()
    defaults = small_set_defaults(training_samples(plan), given, limit=plan.limit, validation=plan.validation)
    if defaults is None:
        return fixed, ""
    values: dict[str, Any] = dict(defaults.settings)
    if "augmentation" in values:
        values["augment"] = str(values.pop("augmentation"))
    if defaults.architecture is not None:
        values["architecture"] = defaults.architecture
    return fixed | {name: value for name, value in values.items() if name not in fixed}, defaults.sentence
