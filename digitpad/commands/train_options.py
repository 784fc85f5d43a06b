"""The options of `digitpad train`, and from them what is asked for."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digitpad.commands import argument_types as types
from digitpad.errors import DigitpadError
from digitpad.training.recipes import RECIPES, USUAL, find_recipe

if TYPE_CHECKING:
    from digitpad.commands.train import TrainRequest
    from digitpad.training.settings import TrainingSettings

#: What a recipe decides unless the command line does.
_RECIPE_CHOICES = ("epochs", "batch_size", "learning_rate", "optimizer", "momentum", "schedule", "label_smoothing")
#: What holds for a new run unless it is given.
_DEFAULTS: dict[str, Any] = {
    "architecture": "standard",
    "dataset": "mnist",
    "recipe": USUAL,
    "augment": "none",
    "seed": 0,
    "device": "auto",
    "keep_best": False,
}
#: Settings that have an option each, with what reads it and what it is for; left out, they are the trainer's own.
_SETTINGS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "weight_decay": (
        types.not_negative,
        "W",
        "L2 penalty on weights; adamw has its own decay (default: 0; adamw 0.01)",
    ),
    "l1": (types.not_negative, "W", "L1 penalty on weights (default: 0)"),
    "dropout": (types.share, "P", "of all dropout layers (default: as the architecture says)"),
    "initializer": (str, "I", "he_normal, he_uniform, xavier_normal, xavier_uniform, normal, uniform or constant"),
    "beta1": (types.share, "B", "of adam and adamw: decay of the mean gradient (default: 0.9)"),
    "beta2": (types.share, "B", "of adam and adamw: decay of the mean square (default: 0.999)"),
    "eps": (types.not_negative, "E", "of adam, adamw, rmsprop and adagrad (default: the optimizer's own)"),
    "alpha": (types.share, "A", "of rmsprop: decay of the mean square (default: 0.99)"),
    "warm_up_epochs": (types.not_negative, "N", "epochs, also parts of one, over which the rate climbs (default: 0)"),
    "step_epochs": (types.at_least(1), "N", "of step: epochs on each stair (default: 2)"),
    "gamma": (types.not_negative, "G", "of step: factor from stair to stair (default: 0.5)"),
    "final_learning_rate": (types.not_negative, "R", "of cosine and plateau: where the rate ends (default: 0)"),
    "plateau_factor": (types.share, "F", "of plateau: factor of each reduction (default: 0.5)"),
    "plateau_patience": (types.at_least(0), "N", "of plateau: epochs that it waits (default: 2)"),
    "rise": (types.not_negative, "S", "of one-cycle: share of the steps that go up (default: 0.3)"),
    "div_factor": (types.positive, "F", "of one-cycle: how far below the peak it begins (default: 25)"),
    "final_div_factor": (types.positive, "F", "of one-cycle: how far below that it ends (default: 10000)"),
    "low_momentum": (types.share, "M", "of one-cycle: where momentum goes meanwhile (default: it stays)"),
    "patience": (types.at_least(1), "N", "stop after N epochs without improvement (default: never)"),
    "min_delta": (types.not_negative, "D", "what counts as improvement of the loss (default: any)"),
    "threads": (types.at_least(1), "T", "threads that share a batch (default: one a processor)"),
}
#: What may be given with --resume: all else is as the run began.
_OF_A_RUN = {"resume", "epochs", "output", "force", "json"}


def add_options(add: Callable[..., object], dataset_help: str) -> None:
    """Add all options to a parser, by its `add_argument`. What is not given is None, or False."""
    add("--resume", metavar="RUN", help="go on with an interrupted run: its name or folder; --epochs asks for more")
    add("--architecture", metavar="A", help="a preset such as light, or a .json file (default: standard)")
    add("--dataset", metavar="D", type=types.dataset, help=dataset_help.replace("%(default)s", "mnist"))
    add(
        "--start-from",
        metavar="M",
        help="begin with the weights of a model that has learned already (default: by chance)",
    )
    aims = ", ".join(f"{name} ({recipe.aim})" for name, recipe in RECIPES.items())
    add("--recipe", metavar="R", help=f"what the choices below are unless given: {aims} (default: {USUAL})")
    add("--epochs", metavar="N", type=types.at_least(1), help=f"passes over the images {_in_recipes('epochs')}")
    add("--batch-size", metavar="B", type=types.at_least(1), help=f"images a step {_in_recipes('batch_size')}")
    add(
        "--learning-rate",
        metavar="R",
        type=types.positive,
        help=f"highest of the schedule {_in_recipes('learning_rate')}",
    )
    add("--optimizer", metavar="O", help=f"adam, adamw, sgd, nesterov, rmsprop or adagrad {_in_recipes('optimizer')}")
    add(
        "--momentum", metavar="M", type=types.share, help=f"of sgd and nesterov, 0 to below 1 {_in_recipes('momentum')}"
    )
    add("--schedule", metavar="S", help=f"constant, step, cosine, one-cycle or plateau {_in_recipes('schedule')}")
    add(
        "--label-smoothing",
        metavar="S",
        type=types.share,
        help=f"of each label, how much is spread over all classes, 0 to below 1 {_in_recipes('label_smoothing')}",
    )
    add(
        "--augment",
        metavar="A",
        help="change images by chance: usual, or strengths such as rotation=10,shift=2,scale=0.1,shear=10,elastic=0.6,"
        "thickness=0.4,blur=0.5,noise=0.05 (default: none)",
    )
    for name, (read, metavar, text) in _SETTINGS.items():
        add(option_of(name), metavar=metavar, type=read, help=text)
    add("--keep-best", action="store_true", default=None, help="keep the best epoch's weights instead of the last")
    add("--seed", metavar="S", type=types.at_least(0), help="same seed, same weights (default: 0)")
    add("--device", choices=("auto", "cpu", "cuda"), help="auto takes a GPU that works (needs CuPy) (default: auto)")
    add(
        "--limit",
        metavar="N",
        type=types.at_least(1),
        help="use only N images, drawn at random, the held-out ones included",
    )
    add("--validation", metavar="N", type=types.at_least(0), help="images to hold out (default: a sixth, 5000 at most)")
    add("--name", metavar="NAME", help="what to call the run (default: as the architecture)")
    add("--no-run", action="store_true", default=None, help="keep no run folder, so that nothing can be resumed")
    add("--output", metavar="FILE", type=types.path, help="the model file (default: a new name in your data folder)")
    add("--force", action="store_true", help="replace the output if it exists")


def option_of(setting: str) -> str:
    """Return the option that gives a setting."""
    return "--" + setting.replace("_", "-")


def read_options(options: argparse.Namespace) -> "tuple[TrainRequest, TrainingSettings | None]":
    """Return what is asked for, and how to train; None for a run that goes on as it began.

    Raises
    ------
    DigitpadError
        If a setting cannot work, or is given for a run that is resumed.
    """
    from digitpad.commands.train import TrainRequest

    given = {name: value for name, value in vars(options).items() if value is not None}
    where = {"output": options.output, "overwrite": options.force, "json": options.json}
    if options.resume is not None:
        own = {*_DEFAULTS, *_RECIPE_CHOICES, *_SETTINGS, "limit", "validation", "start_from", "name", "no_run"}
        extra = sorted((given.keys() & own) - _OF_A_RUN)
        if extra:
            raise DigitpadError(f"--resume goes on as the run began; leave out {option_of(extra[0])}.")
        return TrainRequest(resume=options.resume, epochs=options.epochs, **where), None
    chosen = _DEFAULTS | given
    request = TrainRequest(
        architecture=chosen["architecture"],
        dataset=chosen["dataset"],
        limit=options.limit,
        validation=options.validation,
        start_from=options.start_from,
        name=options.name or "",
        keep_run=not options.no_run,
        **where,
    )
    return request, _settings(chosen)


def _settings(chosen: dict[str, Any]) -> "TrainingSettings":
    from digitpad.data.augmentation import Augmentation
    from digitpad.training.settings import TrainingSettings

    recipe = find_recipe(chosen["recipe"])
    values = {name: chosen.get(name, getattr(recipe, name)) for name in _RECIPE_CHOICES}
    values |= {name: chosen[name] for name in (*_SETTINGS, "seed", "device", "keep_best") if name in chosen}
    return TrainingSettings(**values, augmentation=Augmentation.parse(chosen["augment"]))


def _in_recipes(choice: str) -> str:
    """Return what every recipe chooses, for a help text."""
    values = {name: getattr(recipe, choice) for name, recipe in RECIPES.items()}
    if len(set(values.values())) == 1:
        return f"(default: {values[USUAL]})"
    others = "".join(f"; {name}: {value}" for name, value in values.items() if name != USUAL)
    return f"(default: {values[USUAL]}{others})"
