"""The options of `digitpad sweep`, and the request made from them."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digitpad.commands import argument_types as types
from digitpad.commands.train_options import add_options as add_train_options
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from digitpad.commands.sweep import SweepCommand
    from digitpad.sweeps.planning import SweepRequest

#: Options of `digitpad train` that concern a single run.
_OF_ONE_RUN = {"--resume", "--name", "--film-size", "--no-run", "--output", "--force"}
_FILM_SIZE = 24


def add_options(add: Callable[..., object], dataset_help: str) -> None:
    """Add all options to a parser, with its `add_argument`."""
    add(
        "--set",
        dest="vary",
        metavar="SETTING=VALUES",
        action="append",
        default=[],
        help=_(
            "vary an option of `digitpad train`: optimizer=adam,sgd tries a list, learning-rate=log:1e-4..1e-1 a range "
            "(also lin: and int:), and log:1e-4..1e-1:4 four values of it; may be given several times"
        ),
    )
    add(
        "--trials",
        metavar="N",
        type=types.at_least(1),
        help=_("draw N random combinations (default: all combinations, which needs lists)"),
    )
    add(
        "--halving",
        action="store_true",
        help=_("successive halving: stop the worse trials early, and train the best ones to the end"),
    )
    add(
        "--factor",
        metavar="F",
        type=types.at_least(2),
        default=3,
        help=_("halving: one trial in F is kept each time (default: %(default)s)"),
    )
    add(
        "--first-epochs",
        metavar="N",
        type=types.at_least(1),
        default=1,
        help=_("halving: epochs before trials are compared for the first time (default: %(default)s)"),
    )
    add("--name", metavar=_("NAME"), default="", help=_("name of the sweep (default: sweep, sweep 2 and so on)"))
    add(
        "--workers",
        metavar="N",
        type=types.at_least(1),
        help=_("processes that train at the same time (default: one per processor)"),
    )
    add(
        "--scheduler",
        metavar=_("ADDRESS"),
        help=_("train on the workers of a Dask scheduler, such as tcp://10.0.0.5:8786, instead of on this machine"),
    )
    add("--resume", metavar="SWEEP", help=_("resume a sweep that was stopped, given by its name or folder"))
    add("--list", action="store_true", help=_("list the sweeps"))
    add(
        "--folds",
        metavar="N",
        type=types.at_least(2),
        help=_("cross-validation: train each trial N times, and validate on every Nth writer of a dataset such as pen"),
    )
    add(
        "--ensemble",
        metavar="SWEEP",
        help=_("average the best trials of a sweep, and measure them on the test images of its dataset"),
    )
    add(
        "--top",
        metavar="K",
        type=types.at_least(2),
        default=5,
        help=_("ensemble: number of trials (default: %(default)s)"),
    )
    add("--show", metavar="SWEEP", help=_("show the trials of a sweep, the best first"))
    add(
        "--film-size",
        metavar="MB",
        type=types.at_least(0),
        default=_FILM_SIZE,
        help=_("largest size of the film of each run; 0 films nothing (default: %(default)s)"),
    )

    def add_fixed(*flags: str, **details: Any) -> None:
        if flags[0] in _OF_ONE_RUN:
            return
        if flags[0] == "--threads":
            details["help"] = _("threads of each trial (default: 1)")
        elif flags[0] == "--device":
            details["help"] = _("where trials are trained (default: cpu)")
        elif flags[0] == "--seed":
            details["help"] = _("seed of the choice of trials and of each training (default: 0)")
        add(*flags, **details)

    add_train_options(add_fixed, dataset_help)


def read_options(options: argparse.Namespace) -> "SweepCommand":
    """Return what is asked for.

    Raises
    ------
    DigitpadError
        If options contradict each other.
    """
    from digitpad.commands.sweep import SweepCommand
    from digitpad.sweeps.variables import FIXED, as_value

    given = {name: as_value(value) for name, value in vars(options).items() if name in FIXED and value is not None}
    actions = [name for name in ("list", "show", "ensemble", "resume") if vars(options)[name]]
    if len(actions) > 1:
        raise DigitpadError(
            _("--{first} and --{second} exclude each other.").format(first=actions[0], second=actions[1])
        )
    if actions:
        extra = [name for name in ("trials", "halving", "name", "folds") if vars(options)[name]]
        extra = ["set"] * bool(options.vary) + extra + sorted(given)
        if extra:
            raise DigitpadError(
                _("--{action} is about a sweep that exists, with its own settings; omit --{option}.").format(
                    action=actions[0], option=extra[0].replace("_", "-")
                )
            )
    return SweepCommand(
        request=None if actions else _request(options, given),
        action=actions[0] if actions else "start",
        sweep=options.show or options.ensemble or options.resume or "",
        top=options.top,
        workers=options.workers,
        scheduler=options.scheduler,
        json=options.json,
    )


def _request(options: argparse.Namespace, given: dict[str, Any]) -> "SweepRequest":
    from digitpad.sweeps.folds import fold_specification
    from digitpad.sweeps.planning import SweepRequest

    return SweepRequest(
        space=(*options.vary, *([] if options.folds is None else [fold_specification(options.folds)])),
        fixed=given,
        trials=options.trials,
        halving=options.halving,
        factor=options.factor,
        first_epochs=options.first_epochs,
        name=options.name,
        film_size=options.film_size,
    )
