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
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from digitpad import __version__
from digitpad.commands.argument_types import at_least, dataset, path, probability, shape
from digitpad.commands.output import flush, note, printable, say
from digitpad.commands.train_options import add_options
from digitpad.errors import DigitpadError
from digitpad.fault_log import open_log
from digitpad.system_libraries import advice, missing_library
from digitpad.translation import gettext as _
from digitpad.translation import preferred_language, use_language

DONE, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


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
        use_language(preferred_language())
        options = _parse(sys.argv[1:] if arguments is None else arguments)
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
        library = missing_library(str(error)) if isinstance(error, ImportError) else None
        log = None
        if library is None:
            logger, log = open_log()
            logger.exception("digitpad %s %s", __version__, sys.argv)
        return _report_fault(error, log) if library is None else _report_missing(library)
    return code


def gui(options: argparse.Namespace) -> int:
    """Open the window."""
    from digitpad.gui.shell.app import run

    return run(options.paths, options.model)


def predict(options: argparse.Namespace) -> None:
    """Read digits and whole numbers in files."""
    from digitpad.commands.predict import predict as command

    command(
        options.paths,
        model=options.model,
        top=options.top,
        single=options.single,
        threshold=options.threshold,
        json=options.json,
    )


def train(options: argparse.Namespace) -> None:
    """Train a network."""
    from digitpad.commands.train import train as command
    from digitpad.commands.train_options import read_options

    command(*read_options(options))


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
    from digitpad.gui.shell.tour import run_tour

    for picture in run_tour(options.out):
        say(printable(picture))


def command_names() -> list[str]:
    """Return the names of all commands."""
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [str(name) for name in commands.choices]


def _parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Raises
    ------
    DigitpadError
        If it cannot be understood; a file whose name begins with a dash is named, with the two ways to pass it.
    """
    try:
        return _parser().parse_args(words)
    except DigitpadError as error:
        before = words[: words.index("--")] if "--" in words else words
        name = next((word for word in before if _is_dashed_file(word)), None)
        if name is None:
            raise
        raise DigitpadError(
            _(
                "{name} begins with a dash and is taken for an option; if it is a file, write ./{name}, or put -- "
                "before the files, as in `digitpad predict -- {name}`."
            ).format(name=name)
        ) from error


def _is_dashed_file(word: str) -> bool:
    """Return whether a word that looks like an option is the name of a file, or at least ends like one."""
    if not word.startswith("-") or word == "-":
        return False
    with suppress(OSError):  # a name that is too long is no file
        if Path(word).is_file():
            return True
    return re.fullmatch(r"-[^-=][^=]*\.[A-Za-z]\w*", word) is not None


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
    add("paths", nargs="*", type=path, metavar="PATH", help="an image or ink file to open")
    add("--model", metavar="M", help="name or file of a model (default: digitpad)")

    add = _adder(commands, predict, json="one array, a record a drawing")
    add("paths", nargs="+", type=path, metavar="PATH", help="an image file, or a .jsonl ink collection")
    add("--model", metavar="M", help="name or file of a model (default: digitpad)")
    add(
        "--top",
        metavar="K",
        type=at_least(1),
        default=1,
        help="show the K best readings of a digit (default: %(default)s)",
    )
    add("--single", action="store_true", help="take each drawing as one digit, never as a number")
    add(
        "--threshold",
        metavar="T",
        type=probability,
        help='from which probability of "no digit" on a drawing is refused (default: the model\'s own)',
    )

    add_options(_adder(commands, train, json="a line an epoch, and the result as the last line"), _DATASET)

    _add_evaluate(_adder(commands, evaluate, json="count, accuracy, per_class, confusion and more"))

    add = _adder(commands, summary, json="layers and parameters")
    add("network", metavar="A_OR_M", help="an architecture, such as light, or a model's name or file")
    add("--input-shape", metavar="C,H,W", type=shape, help="of one image (default: what the network is made for)")
    add(
        "--batch-size",
        metavar="B",
        type=at_least(1),
        default=64,
        help="whose memory is stated (default: %(default)s)",
    )
    add("--graph", metavar="FILE", type=path, help="draw the network, branches included, as SVG")

    add = _adder(commands, gradcheck, json="max_relative_error and layers")
    add("architecture", metavar="A", nargs="?", default="standard", help="an architecture (default: %(default)s)")
    add("--seed", metavar="S", type=at_least(0), default=0, help="draws weights and images (default: %(default)s)")

    add = _adder(commands, features, json="path, index, npz and pictures")
    add("path", type=path, metavar="PATH", help="an image file, or a .jsonl ink collection")
    add("--model", metavar="M", help="name or file of a model (default: digitpad)")
    add("--out", metavar="DIR", type=path, required=True, help="folder for a picture a layer, and all as one .npz")
    add(
        "--index",
        metavar="K",
        type=at_least(0),
        default=0,
        help="which drawing of a collection (default: the first)",
    )

    add = _adder(commands, export, json="path and max_difference")
    add("network", metavar="M", help="a model's name or file, or an architecture (its weights are then untrained)")
    add(
        "--to", choices=("onnx", "pytorch", "npz"), required=True, help="what to write; pytorch is a module and weights"
    )
    add("file", metavar="FILE", type=path, help="where to; for pytorch a name that ends in .py")
    add("--force", action="store_true", help="replace files that exist")

    add = _adder(commands, bench, json="versions, networks (images a second) and layers (milliseconds)")
    add("--threads", metavar="T", type=at_least(1), help="the most threads to try (default: one a processor)")

    add = _adder(commands, tour)
    add("--out", metavar="DIR", type=path, required=True, help="folder for the pictures")
    return parser


_DATASET = (
    "mnist, styles or negatives (made up), a folder of IDX files, a folder of image folders, a .jsonl ink collection, "
    "several of them as in mnist+ink.jsonl, or paper, pages to find ink on (default: %(default)s)"
)


def _add_evaluate(add: Callable[..., object]) -> None:
    add("--model", metavar="M", help="name or file of a model (default: digitpad)")
    add("--dataset", metavar="D", type=dataset, default="mnist", help=_DATASET)
    add(
        "--split",
        choices=("test", "train", "validation"),
        default="test",
        help="which images of it; validation: those that the model's training held out (default: %(default)s)",
    )
    add("--compare", metavar="M", help="a second model, to be measured on the same images")
    add("--robustness", action="store_true", help="read the images moved, turned, scaled, bolder and noisy, too")
    add("--csv", metavar="FILE", type=path, help="write a table with a row for each image")
    add("--record", action="store_true", help="write the accuracy on mnist into the model file")


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


def _report_missing(library: str) -> int:
    """Say in one line which system library is missing, which is no fault of ours, and return the exit code."""
    note(f"digitpad: {advice(library)}")
    return BAD_INPUT


def _report_fault(error: Exception, log: Path | None) -> int:
    """Say in one line that the fault is ours and where the details are, and return the exit code."""
    details = f"the details are in {log}" if log is not None else "its log could not be written"
    note(f"digitpad: something went wrong inside digitpad ({type(error).__name__}: {error}); {details}.")
    return FAULT
