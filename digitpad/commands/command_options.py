"""The options of every command.

Those of `lab`, `sweep` and `train` have modules of their own.
"""

import argparse
from collections.abc import Callable
from typing import TypeAlias

from digitpad.commands.argument_types import at_least, dataset, path, port, probability, shape
from digitpad.commands.lab.options import add_topics
from digitpad.commands.sweep_options import add_options as add_sweep_options
from digitpad.commands.train_options import add_options as add_train_options
from digitpad.translation import gettext as _

#: Named here, because the modules behind them take time to import.
ACTIONS = ("list", "export", "import")
RUN_ACTIONS = ("list", "film")
PROTECTIONS = ("replay", "consolidation", "none")
DEFAULT_PORT = 8020
SPLITS = ("auto", "test", "validation")
FORM_NAMES = ("zip", "npz", "csv", "idx", "png")

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the commands, in the order of the help text. Each sets `command` to its name."""
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    _add_gui(commands)
    _add_predict(commands)
    add = _adder(commands, "train", _("Train a network."), json=_("one line per epoch, then the result"))
    add_train_options(add, _dataset_help())
    _add_adapt(commands)
    _add_evaluate(commands)
    _add_inspect(commands)
    _add_summary(commands)
    _add_gradcheck(commands)
    _add_features(commands)
    _add_lab(commands)
    _add_export(commands)
    _add_collections(commands)
    _add_runs(commands)
    _add_start(commands)
    _add_serve(commands)
    _add_sweep(commands)
    _add_report(commands)
    _add_bench(commands)
    _add_tour(commands)


def _add_gui(commands: _Commands) -> None:
    add = _adder(commands, "gui", _("Open the window."))
    add("paths", nargs="*", type=path, metavar=_("PATH"), help=_("image or ink file to open"))
    _add_model(add)


def _add_predict(commands: _Commands) -> None:
    add = _adder(
        commands,
        "predict",
        _("Read drawings in files: digits, numbers, or the classes of the model."),
        json=_("an array with one object per drawing"),
    )
    add("paths", nargs="+", type=path, metavar=_("PATH"), help=_("image file or .jsonl ink file"))
    _add_model(add)
    add(
        "--top",
        metavar="K",
        type=at_least(1),
        default=1,
        help=_("show the K most probable classes of a drawing (default: %(default)s)"),
    )
    add("--single", action="store_true", help=_("read each drawing as a single digit, never as a number"))
    add(
        "--threshold",
        metavar="T",
        type=probability,
        help=_('probability of "not a digit" from which a drawing is read as that (default: set by the model)'),
    )


def _add_adapt(commands: _Commands) -> None:
    add = _adder(
        commands,
        "adapt",
        _("Adapt a model to one person's handwriting."),
        json=_("the accuracy before and after, and what is read differently"),
    )
    add("ink", metavar=_("INK"), help=_("labelled .jsonl ink file, or collection:NAME (of the Data tab)"))
    _add_model(add)
    add("--output", metavar=_("FILE"), type=path, required=True, help=_("file for the adapted model"))
    add(
        "--steps",
        metavar="N",
        type=at_least(1),
        default=60,
        help=_("number of steps; more learn more (default: %(default)s)"),
    )
    add(
        "--protect",
        choices=PROTECTIONS,
        default="replay",
        help=_(
            "what keeps the model from forgetting: replaying images that it knows, elastic weight consolidation, or "
            "nothing (default: %(default)s)"
        ),
    )
    add("--seed", metavar="S", type=at_least(0), default=0, help=_("seed of all choices (default: %(default)s)"))
    add("--threads", metavar="T", type=at_least(1), help=_("threads that share a batch (default: one per processor)"))
    add("--force", action="store_true", help=_("overwrite existing files"))


def _add_evaluate(commands: _Commands) -> None:
    add = _adder(
        commands,
        "evaluate",
        _("Measure the accuracy of a model on a dataset."),
        json=_("count, accuracy, per_class, confusion and more"),
    )
    _add_model(add)
    add("--dataset", metavar="D", type=dataset, default="mnist", help=_dataset_help())
    add(
        "--split",
        choices=("test", "train", "validation"),
        default="test",
        help=_(
            "images of the dataset to use; validation: those that the training of the model validated on "
            "(default: %(default)s)"
        ),
    )
    add(
        "--limit",
        metavar="N",
        type=at_least(1),
        help=_("use at most N images, chosen at random, always the same ones"),
    )
    add("--limit-per-class", metavar="N", type=at_least(1), help=_("use at most N images of each class"))
    add("--compare", metavar="M", help=_("second model to measure on the same images"))
    add(
        "--robustness",
        action="store_true",
        help=_("also measure shifted, rotated, scaled, bolder and noisy images"),
    )
    add("--csv", metavar=_("FILE"), type=path, help=_("write a table with one row per image"))
    add("--record", action="store_true", help=_("store the accuracy on mnist in the model file"))


def _add_inspect(commands: _Commands) -> None:
    add = _adder(
        commands,
        "inspect",
        _("Find hard, doubtful and duplicate images in a dataset."),
        json=_("count, splits, classes, and what is looked for"),
    )
    add("dataset", metavar="D", type=dataset, help=_("dataset, as in `digitpad evaluate --dataset`"))
    add("--hardest", action="store_true", help=_("list the images whose label has the largest loss"))
    add(
        "--mislabelled",
        action="store_true",
        help=_("list the images whose label the model doubts, found by confident learning"),
    )
    add(
        "--duplicates",
        action="store_true",
        help=_("list the test images that are nearest to a training image, with their distance"),
    )
    _add_model(add)
    add("--top", metavar="K", type=at_least(1), default=20, help=_("length of each list (default: %(default)s)"))


def _add_summary(commands: _Commands) -> None:
    add = _adder(
        commands, "summary", _("Show the layers and parameters of a network."), json=_("layers and parameters")
    )
    add("network", metavar="A_OR_M", help=_("architecture, such as light, or name or file of a model"))
    add(
        "--input-shape",
        metavar="C,H,W",
        type=shape,
        help=_("shape of one image (default: the input shape of the network)"),
    )
    add(
        "--batch-size",
        metavar="B",
        type=at_least(1),
        default=64,
        help=_("batch size for which the memory is computed (default: %(default)s)"),
    )
    add("--graph", metavar=_("FILE"), type=path, help=_("draw the graph of the network as SVG"))


def _add_gradcheck(commands: _Commands) -> None:
    add = _adder(
        commands,
        "gradcheck",
        _("Check the gradients of a network numerically."),
        json=_("max_relative_error and layers"),
    )
    add("architecture", metavar="A", nargs="?", default="standard", help=_("architecture (default: %(default)s)"))
    add(
        "--seed",
        metavar="S",
        type=at_least(0),
        default=0,
        help=_("seed of the weights and images (default: %(default)s)"),
    )


def _add_features(commands: _Commands) -> None:
    add = _adder(
        commands,
        "features",
        _("Save the feature maps of every layer for one image."),
        json=_("path, index, npz and pictures"),
    )
    add("path", type=path, metavar=_("PATH"), help=_("image file or .jsonl ink file"))
    _add_model(add)
    add(
        "--out",
        metavar=_("DIR"),
        type=path,
        required=True,
        help=_("folder for one picture per layer and an .npz file with all activations"),
    )
    add(
        "--index",
        metavar="K",
        type=at_least(0),
        default=0,
        help=_("index of the drawing in an ink file, from 0 (default: %(default)s)"),
    )


def _add_lab(commands: _Commands) -> None:
    description = _("Work through a convolution, a loss, a network or an optimizer.")
    parser = commands.add_parser("lab", help=description.rstrip("."), description=description, allow_abbrev=False)
    parser.set_defaults(command="lab")
    add_topics(parser.add_subparsers(title=_("topics"), metavar=_("TOPIC"), dest="topic", required=True))


def _add_export(commands: _Commands) -> None:
    add = _adder(commands, "export", _("Export a network for other programs."), json=_("path and max_difference"))
    add("network", metavar="M", help=_("name or file of a model, or an architecture with untrained weights"))
    add(
        "--to",
        choices=("onnx", "pytorch", "npz"),
        required=True,
        help=_("format; pytorch writes a Python module and a weights file"),
    )
    add("file", metavar=_("FILE"), type=path, help=_("output file; for pytorch, a name that ends in .py"))
    add("--force", action="store_true", help=_("overwrite existing files"))


def _add_collections(commands: _Commands) -> None:
    add = _adder(
        commands,
        "collections",
        _("List, export and import the collections of the Data tab."),
        json=_("name, folder, count and classes"),
    )
    add("action", nargs="?", choices=ACTIONS, default="list", help=_("what to do (default: %(default)s)"))
    add(
        "words",
        nargs="*",
        metavar=_("ARGUMENT"),
        help=_("export: name of the collection and output; import: .zip file, labelled ink, or folder of classes"),
    )
    add("--to", choices=FORM_NAMES, help=_("format of the export (default: by the name of the output)"))
    add("--force", action="store_true", help=_("overwrite existing files"))


def _add_runs(commands: _Commands) -> None:
    add = _adder(
        commands,
        "runs",
        _("List the runs, and export the film of one as models."),
        json=_("for list: an array with one object per run; for film: run, out and frames"),
    )
    add("action", nargs="?", choices=RUN_ACTIONS, default="list", help=_("what to do (default: %(default)s)"))
    add("run", nargs="?", metavar="RUN", help=_("film: name or folder of the run"))
    add("--out", metavar=_("DIR"), type=path, help=_("film: folder for one model file per frame"))
    add(
        "--step",
        metavar="N",
        type=at_least(0),
        action="append",
        help=_("film: export this step exactly instead, by repeating the training; may be given several times"),
    )
    add("--force", action="store_true", help=_("overwrite existing files"))


def _add_start(commands: _Commands) -> None:
    add = _adder(commands, "start", _("Open the window, and serve the page of its network on this computer."))
    add("paths", nargs="*", type=path, metavar=_("PATH"), help=_("image or ink file to open"))
    _add_model(add)
    _add_port(add)


def _add_serve(commands: _Commands) -> None:
    add = _adder(
        commands,
        "serve",
        _("Read drawings that browsers and programs send."),
        json=_("address, addresses, model and shared"),
    )
    _add_model(add)
    _add_port(add)
    add(
        "--share",
        action="store_true",
        help=_("serve everyone on this network who has the address, which ends with a random code"),
    )


def _add_port(add: Callable[..., object]) -> None:
    add(
        "--port",
        metavar="P",
        type=port,
        default=DEFAULT_PORT,
        help=_("port to listen at, 0 for any that is free (default: %(default)s)"),
    )


def _add_sweep(commands: _Commands) -> None:
    add = _adder(
        commands,
        "sweep",
        _("Train with many settings at the same time, and compare the results."),
        json=_("one line per trial that ends, then the sweep with its trials"),
    )
    add_sweep_options(add, _dataset_help())


def _add_report(commands: _Commands) -> None:
    add = _adder(
        commands,
        "report",
        _("Write a report about runs: what was trained, how it went, and what came of it."),
        json=_("path, figures and tables"),
    )
    add("runs", nargs="+", metavar="RUN", help=_("name or folder of a run; several are compared"))
    add("--out", metavar=_("FILE"), type=path, help=_("output file, whose name ends in .html or .pdf"))
    add("--figures", metavar=_("DIR"), type=path, help=_("folder for the figures as SVG, PNG and PDF"))
    add("--tables", metavar=_("DIR"), type=path, help=_("folder for the tables as CSV and LaTeX"))
    add("--dataset", metavar="D", type=dataset, help=_("images to measure on (default: those of each run)"))
    add(
        "--split",
        choices=SPLITS,
        default="auto",
        help=_("the test images, or the validation images of the run (default: the test images if there are any)"),
    )
    add(
        "--limit",
        metavar="N",
        type=at_least(1),
        default=10_000,
        help=_("measure on at most N images, chosen at random, always the same ones (default: %(default)s)"),
    )
    add("--no-robustness", action="store_true", help=_("do not measure disturbed images"))
    add("--no-film", action="store_true", help=_("do not read images with the frames of the film"))
    add(
        "--drawing",
        metavar=_("PATH"),
        type=path,
        help=_("image or ink file whose feature maps are shown (default: the first image that is read correctly)"),
    )
    add(
        "--index",
        metavar="K",
        type=at_least(0),
        default=0,
        help=_("index of the drawing in an ink file, from 0 (default: %(default)s)"),
    )
    add("--force", action="store_true", help=_("overwrite existing files"))


def _add_bench(commands: _Commands) -> None:
    add = _adder(
        commands,
        "bench",
        _("Measure the speed of this machine."),
        json=_("versions, networks (images per second) and layers (milliseconds)"),
    )
    add(
        "--threads",
        metavar="T",
        type=at_least(1),
        help=_("largest number of threads to try (default: one per processor)"),
    )


def _add_tour(commands: _Commands) -> None:
    add = _adder(commands, "tour", _("Draw and train in the real window and save screenshots."))
    add("--out", metavar=_("DIR"), type=path, required=True, help=_("folder for the pictures"))


def _add_model(add: Callable[..., object]) -> None:
    add("--model", metavar="M", help=_("name or file of a model (default: digitpad)"))


def _dataset_help() -> str:
    return _(
        "mnist, pen (pen ink of 30 writers), fashion-mnist (if installed), styles, manners, non-digits or figures "
        "(synthetic), a folder of IDX files, a folder with one folder of images per class, collection:NAME (of the "
        "Data tab), a .csv or .npz file of images, a .jsonl ink file, several of these joined by +, such as "
        "mnist+ink.jsonl, or paper (synthetic pages for finding ink) (default: %(default)s)"
    )


def _adder(commands: _Commands, name: str, description: str, json: str | None = None) -> Callable[..., object]:
    """Add a command, and return the method that adds arguments to it."""
    parser = commands.add_parser(name, help=description.rstrip("."), description=description, allow_abbrev=False)
    parser.set_defaults(command=name)
    if json is not None:
        parser.add_argument("--json", action="store_true", help=_("print JSON: {content}").format(content=json))
    return parser.add_argument
