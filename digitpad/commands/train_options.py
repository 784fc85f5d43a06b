"""The options of `digitpad train`, and the request made from them."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digitpad.commands import argument_types as types
from digitpad.errors import DigitpadError
from digitpad.training.recipes import RECIPES, USUAL, default_recipe, find_recipe
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

if TYPE_CHECKING:
    from digitpad.commands.train import TrainRequest
    from digitpad.training.settings import TrainingSettings

#: Options whose defaults come from the recipe.
_RECIPE_CHOICES = ("epochs", "batch_size", "learning_rate", "optimizer", "momentum", "schedule", "label_smoothing")
#: Defaults of a new run.
_DEFAULTS: dict[str, Any] = {
    "architecture": "standard",
    "dataset": "mnist",
    "seed": 0,
    "device": "auto",
}
#: Settings with one option each: the parser, the metavar and the help text; left out, the trainer's default holds.
_SETTINGS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "weight_decay": (
        types.not_negative,
        "W",
        gettext_noop("L2 penalty on the weights; adamw has its own weight decay (default: 0; adamw: 0.01)"),
    ),
    "l1": (types.not_negative, "W", gettext_noop("L1 penalty on the weights (default: 0)")),
    "dropout": (
        types.share,
        "P",
        gettext_noop("dropout probability of all dropout layers (default: set by the architecture)"),
    ),
    "initializer": (
        str,
        "I",
        gettext_noop(
            "he_normal, he_uniform, xavier_normal, xavier_uniform, fan_in_uniform, normal, uniform or constant"
        ),
    ),
    "beta1": (types.share, "B", gettext_noop("adam, adamw: decay of the mean gradient (default: 0.9)")),
    "beta2": (types.share, "B", gettext_noop("adam, adamw: decay of the mean squared gradient (default: 0.999)")),
    "eps": (
        types.not_negative,
        "E",
        gettext_noop("adam, adamw, rmsprop, adagrad: added to the denominator (default: set by the optimizer)"),
    ),
    "alpha": (types.share, "A", gettext_noop("rmsprop: decay of the mean squared gradient (default: 0.99)")),
    "dampening": (
        types.probability,
        "D",
        gettext_noop("sgd: part of the gradient that does not enter the velocity (default: 0)"),
    ),
    "lr_decay": (
        types.not_negative,
        "D",
        gettext_noop("adagrad: decrease of the learning rate with the number of steps (default: 0)"),
    ),
    "initial_accumulator_value": (
        types.not_negative,
        "V",
        gettext_noop("adagrad: sum of squares before the first step (default: 0)"),
    ),
    "warm_up_epochs": (
        types.not_negative,
        "N",
        gettext_noop("epochs, or a fraction of one, of linear warm-up of the learning rate (default: 0)"),
    ),
    "step_epochs": (types.at_least(1), "N", gettext_noop("step: epochs between two decays (default: 2)")),
    "milestones": (
        types.increasing,
        "N,N",
        gettext_noop("multistep: epochs after which the rate is lowered, such as 10,15 (default: at 1/2 and 3/4)"),
    ),
    "gamma": (
        types.not_negative,
        "G",
        gettext_noop("step, multistep: factor of each decay; exponential, cyclic: factor of an epoch (default: 0.5)"),
    ),
    "power": (types.not_negative, "P", gettext_noop("polynomial: degree (default: 1)")),
    "final_learning_rate": (
        types.not_negative,
        "R",
        gettext_noop("cosine, polynomial, restarts, plateau: smallest learning rate (default: 0)"),
    ),
    "cycle_epochs": (
        types.at_least(1),
        "N",
        gettext_noop("restarts: epochs of the first cycle; cyclic: epochs of a cycle (default: 2)"),
    ),
    "cycle_growth": (
        types.at_least(1),
        "N",
        gettext_noop("restarts: factor of the length from cycle to cycle (default: 1)"),
    ),
    "cycle_mode": (str, "M", gettext_noop("cyclic: triangular, triangular2 or exp_range (default: triangular)")),
    "plateau_factor": (types.share, "F", gettext_noop("plateau: factor of each reduction (default: 0.5)")),
    "plateau_patience": (
        types.at_least(0),
        "N",
        gettext_noop("plateau: epochs without improvement before a reduction (default: 2)"),
    ),
    "rise": (
        types.not_negative,
        "S",
        gettext_noop("one-cycle, cyclic: fraction of the steps in which the rate rises (default: 0.3)"),
    ),
    "div_factor": (types.positive, "F", gettext_noop("one-cycle, cyclic: peak rate / initial rate (default: 25)")),
    "final_div_factor": (types.positive, "F", gettext_noop("one-cycle: initial rate / final rate (default: 10000)")),
    "low_momentum": (types.share, "M", gettext_noop("one-cycle, cyclic: momentum at the peak (default: unchanged)")),
    "patience": (types.at_least(1), "N", gettext_noop("stop after N epochs without improvement (default: never)")),
    "min_delta": (
        types.not_negative,
        "D",
        gettext_noop("smallest decrease of the loss that counts as an improvement (default: any)"),
    ),
    "threads": (types.at_least(1), "T", gettext_noop("threads that share a batch (default: one per processor)")),
}
#: Settings that are switched on.
_SWITCHES = {
    "amsgrad": gettext_noop("adam, adamw: divide by the largest mean squared gradient so far"),
    "centered": gettext_noop("rmsprop: divide by the standard deviation of the gradient"),
    "keep_best": gettext_noop("keep the weights of the best epoch instead of the last"),
}
#: Options that --resume accepts; everything else is fixed when the run starts.
_OF_A_RUN = {"resume", "epochs", "film_size", "films_size", "output", "force", "json"}
_FILM_SIZE, _FILMS_SIZE = 192, 2048  # MB


def add_options(add: Callable[..., object], dataset_help: str) -> None:
    """Add all options to a parser, with its `add_argument`. Options that are not given are None or False."""
    add(
        "--resume",
        metavar="RUN",
        help=_("resume an interrupted run, given by its name or folder; --epochs extends it"),
    )
    add(
        "--architecture",
        metavar="A",
        help=_("preset, such as light, or .json file (default: standard; recipe sprint: sprint)"),
    )
    add("--dataset", metavar="D", type=types.dataset, help=dataset_help.replace("%(default)s", "mnist"))
    add(
        "--start-from",
        metavar="M",
        help=_("model whose weights the training starts from (default: random weights)"),
    )
    # argparse formats help texts with the % operator.
    aims = ", ".join(f"{name} ({_(recipe.aim)})" for name, recipe in RECIPES.items()).replace("%", "%%")
    add(
        "--recipe",
        metavar="R",
        help=_(
            "defaults of the options below: {recipes} (default: {default}; catdog: {photo}; sprint: {sprint})"
        ).format(recipes=aims, default=USUAL, photo=default_recipe("catdog"), sprint=default_recipe("sprint")),
    )
    _add_choice(add, "--epochs", "N", types.at_least(1), _("passes over the training images"))
    _add_choice(add, "--batch-size", "B", types.at_least(1), _("images per step"))
    _add_choice(add, "--learning-rate", "R", types.positive, _("highest learning rate of the schedule"))
    _add_choice(add, "--optimizer", "O", str, "adam, adamw, sgd, nesterov, rmsprop, adagrad")
    _add_choice(add, "--momentum", "M", types.share, _("momentum of sgd and nesterov, at least 0 and less than 1"))
    _add_choice(
        add,
        "--schedule",
        "S",
        str,
        "constant, step, multistep, exponential, polynomial, cosine, restarts, cyclic, one-cycle, plateau",
    )
    _add_choice(
        add,
        "--label-smoothing",
        "S",
        types.share,
        _("share of each label that is spread over all classes, at least 0 and less than 1"),
    )
    add(
        "--augment",
        metavar="A",
        help=_(
            "random changes of the training images: usual, photo, none, or strengths such as {strengths} "
            "(default: none; recipe photo: photo)"
        ).format(
            strengths="rotation=10,shift=2,scale=0.1,shear=10,elastic=0.6,thickness=0.4,blur=0.5,noise=0.05,flip=0.5,"
            "crop=0.5,stretch=0.25,brightness=0.2,contrast=0.2,saturation=0.2",
        ),
    )
    for name, (read, metavar, text) in _SETTINGS.items():
        add(option_of(name), metavar=metavar, type=read, help=_(text))
    for name, text in _SWITCHES.items():
        add(option_of(name), action="store_true", default=None, help=_(text))
    add(
        "--seed",
        metavar="S",
        type=types.at_least(0),
        help=_("seed of all random choices; the same seed gives the same weights (default: 0)"),
    )
    add(
        "--device",
        choices=("auto", "cpu", "cuda"),
        help=_("auto uses a GPU if CuPy and a GPU are available (default: auto)"),
    )
    add(
        "--limit",
        metavar="N",
        type=types.at_least(1),
        help=_("use only N images, chosen at random, validation images included"),
    )
    add(
        "--limit-per-class",
        metavar="N",
        type=types.at_least(1),
        help=_("use at most N images of each class, chosen at random"),
    )
    add(
        "--validation",
        metavar="N",
        type=types.at_least(0),
        help=_("number of validation images (default: a sixth of the images, at most 5000)"),
    )
    add(
        "--fold",
        metavar="K/N",
        help=_("validate on every Nth writer of a dataset such as pen, from the Kth; the others are trained on"),
    )
    add("--name", metavar=_("NAME"), help=_("name of the run (default: the name of the architecture)"))
    add(
        "--film-size",
        metavar="MB",
        type=types.at_least(0),
        help=_(
            "largest size of the film of the run, which records the weights at many steps; 0 films nothing "
            "(default: {size})"
        ).format(size=_FILM_SIZE),
    )
    add(
        "--films-size",
        metavar="MB",
        type=types.at_least(0),
        help=_(
            "largest size of the films of all runs; the oldest are deleted first, runs never; 0 films nothing "
            "(default: {size})"
        ).format(size=_FILMS_SIZE),
    )
    add("--no-run", action="store_true", default=None, help=_("do not keep a run folder; the run cannot be resumed"))
    add(
        "--output",
        metavar=_("FILE"),
        type=types.path,
        help=_("model file (default: a new file in your data folder)"),
    )
    add("--force", action="store_true", help=_("overwrite the output file if it exists"))


def option_of(setting: str) -> str:
    """Return the command-line option of a setting."""
    return "--" + setting.replace("_", "-")


def read_options(options: argparse.Namespace) -> "tuple[TrainRequest, TrainingSettings | None]":
    """Return the request and the training settings; None for a run that is resumed with its own settings.

    Raises
    ------
    DigitpadError
        If a setting is invalid, or is given for a run that is resumed.
    """
    from digitpad.commands.train import TrainRequest
    from digitpad.training.folds import Fold

    given = {name: value for name, value in vars(options).items() if value is not None}
    film_size = _FILM_SIZE if options.film_size is None else options.film_size
    films_size = _FILMS_SIZE if options.films_size is None else options.films_size
    where = {"output": options.output, "overwrite": options.force, "json": options.json}
    where |= {"film_size": film_size, "films_size": films_size}
    if options.resume is not None:
        own = {
            *_DEFAULTS,
            *_RECIPE_CHOICES,
            *_SETTINGS,
            *_SWITCHES,
            "recipe",
            "augment",
            "limit",
            "limit_per_class",
            "validation",
            "fold",
        }
        own |= {"start_from", "name", "no_run"}
        extra = sorted((given.keys() & own) - _OF_A_RUN)
        if extra:
            raise DigitpadError(
                _("--resume continues a run with its own settings; omit {option}.").format(option=option_of(extra[0]))
            )
        return TrainRequest(resume=options.resume, epochs=options.epochs, **where), None
    chosen = _DEFAULTS | given
    if "architecture" not in given and "recipe" in given:
        chosen["architecture"] = find_recipe(given["recipe"]).architecture
    request = TrainRequest(
        architecture=chosen["architecture"],
        dataset=chosen["dataset"],
        limit=options.limit,
        validation=options.validation,
        limit_per_class=options.limit_per_class,
        start_from=options.start_from,
        fold=None if options.fold is None else str(Fold.parse(options.fold)),
        name=options.name or "",
        given=frozenset("augmentation" if name == "augment" else name for name in given),
        keep_run=not options.no_run,
        **where,
    )
    return request, _settings(chosen)


def _settings(chosen: dict[str, Any]) -> "TrainingSettings":
    from digitpad.data.augmentation import Augmentation
    from digitpad.training.settings import TrainingSettings

    recipe = find_recipe(chosen.get("recipe", default_recipe(chosen["architecture"])))
    values = {name: chosen.get(name, getattr(recipe, name)) for name in _RECIPE_CHOICES}
    values |= {name: chosen[name] for name in (*_SETTINGS, *_SWITCHES, "seed", "device") if name in chosen}
    augmentation = Augmentation.parse(chosen.get("augment", recipe.augmentation))
    return TrainingSettings(**values, augmentation=augmentation)


def _add_choice(
    add: Callable[..., object], option: str, metavar: str, read: Callable[[str], object], text: str
) -> None:
    """Add an option whose default depends on the recipe."""
    values = {name: getattr(recipe, option[2:].replace("-", "_")) for name, recipe in RECIPES.items()}
    default = str(values[USUAL])
    if len(set(values.values())) > 1:
        default += "".join(f"; {name}: {value}" for name, value in values.items() if name != USUAL)
    help_text = _("{text} (default: {default})").format(text=text, default=default)
    add(option, metavar=metavar, type=read, help=help_text)
