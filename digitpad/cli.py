"""The command line: one function for each command.

`digitpad.commands.parser` reads the arguments, and the function passes them to the module that does the work.
That module is imported only then, so that `digitpad --version` is quick and `digitpad predict` does not load the
window's libraries.

Exit codes: 0 success; 2 bad input or usage (one line on standard error); 1 a bug in digitpad (one line; the details are
in the log). Ctrl-C ends a command with 130, as shells expect, except for `train`: it saves the trained weights and
exits with 0.
"""

import argparse
import contextlib
import gc
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad import __version__
from digitpad.commands.output import flush, note, printable, say
from digitpad.commands.parser import parse
from digitpad.errors import DigitpadError
from digitpad.fault_log import open_log
from digitpad.system_libraries import advice, missing_library
from digitpad.translation import gettext as _
from digitpad.translation import preferred_language, use_language

if TYPE_CHECKING:
    from digitpad.commands.report import Printing

DONE, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The arguments after `digitpad`; None takes those of the process.

    Returns
    -------
    int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file name may contain characters that the terminal cannot show.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        use_language(preferred_language())
        options = parse(sys.argv[1:] if arguments is None else arguments)
        if options.command not in {gui.__name__, start.__name__}:
            gc.enable()  # see `digitpad.__main__`
        code = _COMMANDS[options.command](options) or DONE
        flush()
    except DigitpadError as error:
        note(f"digitpad: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has closed the pipe, as `head` does.
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
    """Read the digits and numbers in files."""
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
    with contextlib.ExitStack() as stack:
        if options.resume is None and options.dataset in {None, "mnist"}:
            from digitpad.data.mnist import loading_ahead

            stack.enter_context(loading_ahead("train"))
        from digitpad.commands.train import train as command
        from digitpad.commands.train_options import read_options

        command(*read_options(options))


def adapt(options: argparse.Namespace) -> None:
    """Adapt a model to one person's handwriting."""
    from digitpad.adaptation.learning import AdaptationSettings, Protection
    from digitpad.commands.adapt import AdaptRequest
    from digitpad.commands.adapt import adapt as command

    settings = AdaptationSettings(
        steps=options.steps,
        protection=Protection(options.protect),
        seed=options.seed,
        threads=options.threads,
    )
    command(
        AdaptRequest(
            ink=options.ink,
            model=options.model,
            output=options.output,
            settings=settings,
            overwrite=options.force,
            json=options.json,
        )
    )


def evaluate(options: argparse.Namespace) -> None:
    """Measure the accuracy of a model on a dataset."""
    from digitpad.commands.evaluate import EvaluateRequest
    from digitpad.commands.evaluate import evaluate as command

    command(
        EvaluateRequest(
            model=options.model,
            dataset=options.dataset,
            split=options.split,
            limit=options.limit,
            limit_per_class=options.limit_per_class,
            compare=options.compare,
            robustness=options.robustness,
            csv=options.csv,
            record=options.record,
            json=options.json,
        )
    )


def inspect(options: argparse.Namespace) -> None:
    """Look at a dataset for hard, doubtful and duplicate images."""
    from digitpad.commands.inspect import InspectRequest
    from digitpad.commands.inspect import inspect as command

    command(
        InspectRequest(
            dataset=options.dataset,
            hardest=options.hardest,
            suspects=options.mislabelled,
            duplicates=options.duplicates,
            model=options.model,
            top=options.top,
            json=options.json,
        )
    )


def summary(options: argparse.Namespace) -> None:
    """Show the layers and parameters of a network."""
    from digitpad.commands.summary import summary as command

    command(
        options.network,
        input_shape=options.input_shape,
        batch_size=options.batch_size,
        graph=options.graph,
        json=options.json,
    )


def gradcheck(options: argparse.Namespace) -> None:
    """Check the gradients of a network numerically."""
    from digitpad.commands.gradcheck import gradcheck as command

    command(options.architecture, seed=options.seed, json=options.json)


def features(options: argparse.Namespace) -> None:
    """Save the feature maps of every layer for one image."""
    from digitpad.commands.features import features as command

    command(options.path, model=options.model, out=options.out, index=options.index, json=options.json)


def lab(options: argparse.Namespace) -> None:
    """Work through a convolution, a loss, a network or an optimizer."""
    from digitpad.commands.lab.topics import run_topic

    run_topic(options)


def export(options: argparse.Namespace) -> None:
    """Export a network for other programs."""
    from digitpad.commands.export import export as command

    command(options.network, form=options.to, path=options.file, overwrite=options.force, json=options.json)


def collections(options: argparse.Namespace) -> None:
    """List, export and import collections."""
    from digitpad.commands.collections import collections as command

    command(options.action, options.words, form=options.to, overwrite=options.force, json=options.json)


def runs(options: argparse.Namespace) -> None:
    """List the runs, and export the film of one."""
    from digitpad.commands.runs import RunsRequest
    from digitpad.commands.runs import runs as command

    command(
        RunsRequest(
            action=options.action,
            run=options.run,
            out=options.out,
            steps=tuple(options.step or ()),
            overwrite=options.force,
            json=options.json,
        )
    )


def start(options: argparse.Namespace) -> int:
    """Open the window, and serve the page of its network on this computer."""
    from digitpad.gui.shell.app import run
    from digitpad.serving.packages import require_packages

    require_packages()
    return run(options.paths, options.model, port=options.port)


def serve(options: argparse.Namespace) -> None:
    """Read drawings that browsers and programs send."""
    from digitpad.commands.serve import serve as command

    command(model=options.model, port=options.port, share=options.share, json=options.json)


def sweep(options: argparse.Namespace) -> None:
    """Train with many settings."""
    from digitpad.commands.sweep import sweep as command
    from digitpad.commands.sweep_options import read_options

    command(read_options(options))


def report(options: argparse.Namespace) -> None:
    """Write a report about runs."""
    from digitpad.commands.report import ReportRequest
    from digitpad.commands.report import report as command
    from digitpad.reports.measured import ReportOptions

    command(
        ReportRequest(
            runs=options.runs,
            out=options.out,
            figures=options.figures,
            tables=options.tables,
            options=ReportOptions(
                dataset=options.dataset,
                split=options.split,
                limit=options.limit,
                robustness=not options.no_robustness,
                film=not options.no_film,
                drawing=options.drawing,
                index=options.index,
            ),
            overwrite=options.force,
            json=options.json,
        ),
        _printing,
    )


def _printing() -> "Printing":
    """Return what prints with Qt, which only PDF and figures need."""
    from digitpad.gui.shell.report_printing import ReportPrinting

    return ReportPrinting()


def bench(options: argparse.Namespace) -> None:
    """Measure the speed of this machine."""
    from digitpad.commands.bench import bench as command

    command(threads=options.threads, json=options.json)


def tour(options: argparse.Namespace) -> None:
    """Draw and train in the real window and save screenshots."""
    from digitpad.gui.shell.tour import run_tour

    for picture in run_tour(options.out):
        say(printable(picture))


_COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    command.__name__: command
    for command in (
        gui,
        predict,
        train,
        adapt,
        evaluate,
        inspect,
        summary,
        gradcheck,
        features,
        lab,
        export,
        collections,
        runs,
        start,
        serve,
        sweep,
        report,
        bench,
        tour,
    )
}


def _report_missing(library: str) -> int:
    """Report in one line which system library is missing, which is not a bug in digitpad; return the exit code."""
    note(f"digitpad: {advice(library)}")
    return BAD_INPUT


def _report_fault(error: Exception, log: Path | None) -> int:
    """Report in one line that digitpad has a bug and where the details are, and return the exit code."""
    fault = f"{type(error).__name__}: {error}"
    if log is None:
        note(_("digitpad: an internal error occurred ({fault}); the log could not be written.").format(fault=fault))
    else:
        note(
            _("digitpad: an internal error occurred ({fault}); the details are in {log}.").format(fault=fault, log=log)
        )
    return FAULT
