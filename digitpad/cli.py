"""The command line: words in, one function call out.

Each sub-command is one function here, which hands its arguments to the module of `digitpad.commands` that does
the work; that module is imported only then, so that `digitpad --version` is quick and `digitpad predict` does not
load the window's libraries.

Exit codes: 0 done; 2 bad input or usage (one line on standard error); 1 a fault of ours (one line, the details are
in the log). Ctrl-C ends a command with 130, as shells expect, except that `train` keeps what was learned: that is
a result, and gives 0.
"""

import argparse
import io
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from digitpad import __version__
from digitpad.commands.faults import open_log
from digitpad.commands.output import flush, note, printable, say
from digitpad.errors import DigitpadError
from digitpad.training.recipes import RECIPES, USUAL, find_recipe

DONE, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

#: What a recipe decides unless the command line does.
_RECIPE_CHOICES = ("epochs", "batch_size", "learning_rate", "optimizer", "momentum", "schedule", "label_smoothing")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The words after `digitpad`; None takes the process's own.

    Returns
    -------
    int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file name may hold what the terminal cannot show; that is no reason to fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        code: int = options.command(options) or DONE
        flush()
    except DigitpadError as error:
        note(f"digitpad: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        return DONE
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else DONE
    except Exception as error:
        logger, log = open_log()
        logger.exception("digitpad %s %s", __version__, sys.argv)
        return _report_fault(error, log)
    return code


def gui(options: argparse.Namespace) -> int:
    """Open the window."""
    from digitpad.gui.app import run

    return run(options.paths, options.model)


def predict(options: argparse.Namespace) -> None:
    """Read digits and whole numbers in files."""
    from digitpad.commands.predict import predict as command

    command(options.paths, model=options.model, top=options.top, single=options.single, json=options.json)


def train(options: argparse.Namespace) -> None:
    """Train a network."""
    from digitpad.commands.train import TrainRequest
    from digitpad.commands.train import train as command
    from digitpad.data.augmentation import Augmentation
    from digitpad.training.settings import TrainingSettings

    recipe = find_recipe(options.recipe)
    chosen = {
        choice: getattr(recipe if getattr(options, choice) is None else options, choice) for choice in _RECIPE_CHOICES
    }
    request = TrainRequest(
        architecture=options.architecture,
        dataset=options.dataset,
        limit=options.limit,
        validation=options.validation,
        output=options.output,
        overwrite=options.force,
        keep_best=options.keep_best,
        patience=options.patience,
        json=options.json,
        device=options.device,
    )
    augmentation = Augmentation.parse(options.augment)
    settings = TrainingSettings(**chosen, augmentation=augmentation, seed=options.seed, threads=options.threads)
    command(request, settings)


def evaluate(options: argparse.Namespace) -> None:
    """Measure how well a model reads a dataset."""
    from digitpad.commands.evaluate import EvaluateRequest
    from digitpad.commands.evaluate import evaluate as command

    command(
        EvaluateRequest(
            model=options.model,
            dataset=options.dataset,
            split=options.split,
            compare=options.compare,
            robustness=options.robustness,
            csv=options.csv,
            record=options.record,
            json=options.json,
        )
    )


def summary(options: argparse.Namespace) -> None:
    """Show what a network is made of."""
    from digitpad.commands.summary import summary as command

    command(
        options.network,
        input_shape=options.input_shape,
        batch_size=options.batch_size,
        graph=options.graph,
        json=options.json,
    )


def gradcheck(options: argparse.Namespace) -> None:
    """Check a network's gradients."""
    from digitpad.commands.gradcheck import gradcheck as command

    command(options.architecture, seed=options.seed, json=options.json)


def features(options: argparse.Namespace) -> None:
    """Show what every layer answers to a picture."""
    from digitpad.commands.features import features as command

    command(options.path, model=options.model, out=options.out, index=options.index, json=options.json)


def export(options: argparse.Namespace) -> None:
    """Write a network for other programs."""
    from digitpad.commands.export import export as command

    command(options.network, form=options.to, path=options.file, overwrite=options.force, json=options.json)


def bench(options: argparse.Namespace) -> None:
    """Measure how fast this machine is."""
    from digitpad.commands.bench import bench as command

    command(threads=options.threads, json=options.json)


def tour(options: argparse.Namespace) -> None:
    """Draw in the real window and save its pictures."""
    from digitpad.gui.tour import run_tour

    for path in run_tour(options.out):
        say(printable(path))


class _Parser(argparse.ArgumentParser):
    """Complains in one line, as every command does."""

    def error(self, message: str) -> NoReturn:
        raise DigitpadError(f"{message}; see {self.prog} --help.")


def _parser() -> _Parser:
    parser = _Parser(
        prog="digitpad",
        description="Draw a digit, see it recognised, and look inside the network that reads it.",
        epilog="Without a command, the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"digitpad {__version__}")
    parser.set_defaults(command=gui, paths=[], model=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    add = _adder(commands, gui)
    add("paths", nargs="*", type=_path, metavar="PATH", help="an image or ink file to open")
    add("--model", metavar="M", help="name or file of a model (default: standard)")

    add = _adder(commands, predict, json="one array, a record a drawing")
    add("paths", nargs="+", type=_path, metavar="PATH", help="an image file, or a .jsonl ink collection")
    add("--model", metavar="M", help="name or file of a model (default: standard)")
    add(
        "--top",
        metavar="K",
        type=_at_least(1),
        default=1,
        help="show the K best readings of a digit (default: %(default)s)",
    )
    add("--single", action="store_true", help="take each drawing as one digit, never as a number")

    _add_train(_adder(commands, train, json="a line an epoch, and the result as the last line"))

    _add_evaluate(_adder(commands, evaluate, json="count, accuracy, per_class, confusion and more"))

    add = _adder(commands, summary, json="layers and parameters")
    add("network", metavar="A_OR_M", help="an architecture, such as light, or a model's name or file")
    add("--input-shape", metavar="C,H,W", type=_shape, help="of one image (default: what the network is made for)")
    add(
        "--batch-size", metavar="B", type=_at_least(1), default=64, help="whose memory is stated (default: %(default)s)"
    )
    add("--graph", metavar="FILE", type=_path, help="draw the network, branches included, as SVG")

    add = _adder(commands, gradcheck, json="max_relative_error and layers")
    add("architecture", metavar="A", nargs="?", default="standard", help="an architecture (default: %(default)s)")
    add("--seed", metavar="S", type=_at_least(0), default=0, help="draws weights and images (default: %(default)s)")

    add = _adder(commands, features, json="path, index, npz and pictures")
    add("path", type=_path, metavar="PATH", help="an image file, or a .jsonl ink collection")
    add("--model", metavar="M", help="name or file of a model (default: standard)")
    add("--out", metavar="DIR", type=_path, required=True, help="folder for a picture a layer, and all as one .npz")
    add("--index", metavar="K", type=_at_least(0), default=0, help="which drawing of a collection (default: the first)")

    add = _adder(commands, export, json="path and max_difference")
    add("network", metavar="M", help="a model's name or file, or an architecture (its weights are then untrained)")
    add(
        "--to", choices=("onnx", "pytorch", "npz"), required=True, help="what to write; pytorch is a module and weights"
    )
    add("file", metavar="FILE", type=_path, help="where to; for pytorch a name that ends in .py")
    add("--force", action="store_true", help="replace files that exist")

    add = _adder(commands, bench, json="versions, networks (images a second) and layers (milliseconds)")
    add("--threads", metavar="T", type=_at_least(1), help="the most threads to try (default: one a processor)")

    add = _adder(commands, tour)
    add("--out", metavar="DIR", type=_path, required=True, help="folder for the pictures")
    return parser


_DATASET = (
    "mnist, styles or negatives (made up), a folder of IDX files, a folder of image folders, a .jsonl ink collection, "
    "several of them as in mnist+ink.jsonl, or paper, pages to find ink on (default: %(default)s)"
)


def _add_evaluate(add: Callable[..., object]) -> None:
    add("--model", metavar="M", help="name or file of a model (default: standard)")
    add("--dataset", metavar="D", type=_dataset, default="mnist", help=_DATASET)
    add(
        "--split",
        choices=("test", "train", "validation"),
        default="test",
        help="which images of it; validation: those that the model's training held out (default: %(default)s)",
    )
    add("--compare", metavar="M", help="a second model, to be measured on the same images")
    add("--robustness", action="store_true", help="read the images moved, turned, scaled, bolder and noisy, too")
    add("--csv", metavar="FILE", type=_path, help="write a table with a row for each image")
    add("--record", action="store_true", help="write the accuracy on mnist into the model file")


def _add_train(add: Callable[..., object]) -> None:
    add(
        "--architecture",
        metavar="A",
        default="standard",
        help="a preset such as light, or a .json file (default: %(default)s)",
    )
    add("--dataset", metavar="D", type=_dataset, default="mnist", help=_DATASET)
    aims = ", ".join(f"{name} ({recipe.aim})" for name, recipe in RECIPES.items())
    add(
        "--recipe",
        metavar="R",
        default=USUAL,
        help=f"what the choices below are unless given: {aims} (default: %(default)s)",
    )
    add("--epochs", metavar="N", type=_at_least(1), help=f"passes over the images {_in_recipes('epochs')}")
    add("--batch-size", metavar="B", type=_at_least(1), help=f"images a step {_in_recipes('batch_size')}")
    add("--learning-rate", metavar="R", type=_positive, help=f"highest of the schedule {_in_recipes('learning_rate')}")
    add(
        "--optimizer",
        metavar="O",
        help=f"adam, adamw, sgd, nesterov, rmsprop or adagrad {_in_recipes('optimizer')}",
    )
    add(
        "--momentum",
        metavar="M",
        type=_share,
        help=f"of sgd and nesterov, 0 to below 1 {_in_recipes('momentum')}",
    )
    add("--schedule", metavar="S", help=f"constant, cosine or one-cycle {_in_recipes('schedule')}")
    add(
        "--label-smoothing",
        metavar="S",
        type=_share,
        help=f"of each label, how much is spread over all classes, 0 to below 1 {_in_recipes('label_smoothing')}",
    )
    add(
        "--augment",
        metavar="A",
        default="none",
        help="change images by chance: usual, or strengths such as rotation=10,shift=2,scale=0.1,shear=10,elastic=0.6,"
        "thickness=0.4,blur=0.5,noise=0.05 (default: %(default)s)",
    )
    add("--seed", metavar="S", type=_at_least(0), default=0, help="same seed, same weights (default: %(default)s)")
    add("--threads", metavar="T", type=_at_least(1), help="threads that share a batch (default: one a processor)")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto takes a GPU that works (needs CuPy)")
    add(
        "--limit", metavar="N", type=_at_least(1), help="use only N images, drawn at random, the held-out ones included"
    )
    add("--validation", metavar="N", type=_at_least(0), help="images to hold out (default: a sixth, 5000 at most)")
    add("--keep-best", action="store_true", help="keep the best epoch's weights instead of the last")
    add("--patience", metavar="N", type=_at_least(1), help="stop after N epochs without improvement (default: never)")
    add("--output", metavar="FILE", type=_path, help="the model file (default: a new name in your data folder)")
    add("--force", action="store_true", help="replace the output if it exists")


def _in_recipes(choice: str) -> str:
    """Return what every recipe chooses, for a help text."""
    values = {name: getattr(recipe, choice) for name, recipe in RECIPES.items()}
    if len(set(values.values())) == 1:
        return f"(default: {values[USUAL]})"
    others = "".join(f"; {name}: {value}" for name, value in values.items() if name != USUAL)
    return f"(default: {values[USUAL]}{others})"


def _adder(
    commands: "argparse._SubParsersAction[_Parser]", function: Callable[..., object], json: str | None = None
) -> Callable[..., object]:
    """Add a sub-command for a function of this module, and return what adds arguments to it."""
    description = (function.__doc__ or "").strip()
    parser = commands.add_parser(
        function.__name__, help=description.rstrip(".").lower(), description=description, allow_abbrev=False
    )
    parser.set_defaults(command=function)
    if json is not None:
        parser.add_argument("--json", action="store_true", help=f"print JSON: {json}")
    return parser.add_argument


def _path(text: str) -> Path:
    path = Path(text)
    try:
        path.is_dir()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} cannot be used ({error.strerror})") from error
    return path


def _dataset(text: str) -> str:
    _path(text)
    return text


def _at_least(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return value

    return whole_number


def _positive(text: str) -> float:
    value = _number(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def _share(text: str) -> float:
    value = _number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to below 1")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _shape(text: str) -> tuple[int, int, int]:
    try:
        channels, height, width = (int(part) for part in text.split(","))
    except ValueError:
        channels = height = width = 0
    if min(channels, height, width) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no shape such as 1,28,28 (channels, height, width)")
    return channels, height, width


def _report_fault(error: Exception, log: Path | None) -> int:
    """Say in one line that the fault is ours and where the details are, and return the exit code."""
    details = f"the details are in {log}" if log is not None else "its log could not be written"
    note(f"digitpad: something went wrong inside digitpad ({type(error).__name__}: {error}); {details}.")
    return FAULT
