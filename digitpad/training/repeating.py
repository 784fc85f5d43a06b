"""The command line that reproduces a run."""

import shlex
from dataclasses import fields

from digitpad.nn import ARCHITECTURES
from digitpad.training.plan import RunPlan
from digitpad.training.recipes import default_recipe, find_recipe
from digitpad.training.settings import OptimizerName, TrainingSettings, default_threads

#: Settings that are handled separately below.
_WRITTEN = {"epochs", "batch_size", "learning_rate", "schedule", "optimizer", "momentum", "label_smoothing", "seed"}
_WRITTEN |= {"threads", "device", "keep_best", "augmentation", "patience"}


def repeating_command(plan: RunPlan, architecture: str | None = None) -> str:
    """Return the command that executes a plan, or "" if no command can.

    Settings that determine a run are written out; others only if they differ from the defaults.

    Parameters
    ----------
    plan
        The plan.
    architecture
        The preset or file that was named for the network; None finds the preset, if there is one.
    """
    if architecture is None:
        architecture = plan.architecture.name
        preset = ARCHITECTURES.get(architecture)
        if preset is None or preset.to_json() != plan.architecture.to_json():
            return ""
    settings = plan.settings
    words = ["digitpad", "train", "--architecture", architecture, "--dataset", plan.dataset]
    words += ["--start-from", plan.start_from] if plan.start_from is not None else []
    words += ["--epochs", str(settings.epochs), "--batch-size", str(settings.batch_size)]
    words += ["--learning-rate", repr(settings.learning_rate), "--schedule", str(settings.schedule)]
    words += ["--optimizer", str(settings.optimizer)]
    words += ["--momentum", repr(settings.momentum)] if OptimizerName(settings.optimizer).takes_momentum else []
    smoothing = find_recipe(default_recipe(architecture)).label_smoothing
    words += ["--label-smoothing", repr(settings.label_smoothing)] if settings.label_smoothing != smoothing else []
    words += ["--augment", str(settings.augmentation)] if settings.augmentation else []
    usual = TrainingSettings()
    for setting in fields(settings):
        value = getattr(settings, setting.name)
        if setting.name not in _WRITTEN and value != getattr(usual, setting.name):
            words += _written_out("--" + setting.name.replace("_", "-"), value)
    words += ["--device", settings.device]
    words += ["--seed", str(settings.seed), "--threads", str(settings.threads or default_threads())]
    for option, count in (
        ("--limit", plan.limit),
        ("--limit-per-class", plan.limit_per_class),
        ("--validation", plan.validation),
        ("--fold", plan.fold),
        ("--patience", settings.patience),
    ):
        words += [] if count is None else [option, str(count)]
    words += ["--keep-best"] if settings.keep_best else []
    return shlex.join(words)


def _written_out(option: str, value: object) -> list[str]:
    """Return an option with its value; a switch that is on has none."""
    match value:
        case True:
            return [option]
        case tuple():
            return [option, ",".join(map(str, value))]
        case _:
            return [option, str(value)]
