"""The networks to choose from: model files, and runs with their checkpoints. Every menu uses this list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from digitpad.training.runs import Run

_MOST_RUNS = 12
_MOST_CHECKPOINTS = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """A network to choose.

    Attributes
    ----------
    name
        Display name, plain text.
    path
        As `digitpad.gui.workspace.models.load` takes it: a model file, the folder of a run, or a checkpoint.
    """

    name: str
    path: Path


def bundled() -> list[Entry]:
    """Return the bundled models."""
    from digitpad.models.model_file import bundled_models

    return [Entry(path.stem, path.resolve()) for path in bundled_models()]


def own(recent: Sequence[Path] = ()) -> list[Entry]:
    """Return the user's models: those in the models folder, then recently opened ones, without duplicates."""
    from digitpad.models.model_file import user_models

    paths = dict.fromkeys(path.resolve() for path in (*user_models(), *recent))
    for entry in bundled():
        paths.pop(entry.path, None)
    return [Entry(path.stem, path) for path in paths]


def runs(folder: Path | None = None) -> list[Entry]:
    """Return the newest runs that can be loaded, with distinct names.

    Parameters
    ----------
    folder
        The folder of the runs; None uses the user's.

    Raises
    ------
    DigitpadError
        If the folder cannot be read.
    """
    from digitpad.training.run_names import model_names
    from digitpad.training.runs import Run, RunStore

    able = (run for run in RunStore(folder).all() if isinstance(run, Run) and run.checkpoints())
    found = list(islice(able, _MOST_RUNS))
    return [Entry(name, run.folder.resolve()) for name, run in zip(run_names(found, model_names()), found, strict=True)]


def checkpoints(folder: Path) -> list[Entry]:
    """Return the last checkpoints of a run, newest first.

    Raises
    ------
    DigitpadError
        If the run cannot be read.
    """
    from digitpad.training.run import Run, checkpoint_name

    entries = []
    for file in reversed(Run(folder).checkpoints()[-_MOST_CHECKPOINTS:]):
        name = checkpoint_name(file)
        if file.epoch is not None:
            text = QCoreApplication.translate("Catalogue", "{step}, epoch {epoch}")
            name = text.format(step=name, epoch=file.epoch)
        entries.append(Entry(name, file.path.resolve()))
    return entries


def run_names(runs: "Sequence[Run]", models: Collection[str] = ()) -> list[str]:
    """Return distinct names for runs: their own names, with the folder added where a name is not distinct.

    Parameters
    ----------
    runs
        The runs.
    models
        Names of the models that are listed beside them.
    """
    names = [run.display_name() for run in runs]
    return [
        name if names.count(name) == 1 and name not in models else f"{name} ({run.folder.name})"
        for name, run in zip(names, runs, strict=True)
    ]
