"""The networks to choose from: models in files, and runs with their checkpoints. One list for every menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.errors import DigitpadError
from digitpad.gui.workspace.models import is_checkpoint, run_of

if TYPE_CHECKING:
    from digitpad.training.runs import Run

_MOST_RUNS = 12
_MOST_CHECKPOINTS = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """A network that can be chosen.

    Attributes
    ----------
    name
        What to call it, in plain text.
    path
        As `digitpad.gui.workspace.models.load` takes it: a model file, the folder of a run, or a checkpoint.
    """

    name: str
    path: Path


def bundled() -> list[Entry]:
    """Return the models that come with digitpad."""
    from digitpad.models.model_file import bundled_models

    return [Entry(path.stem, path.resolve()) for path in bundled_models()]


def own(recent: Sequence[Path] = ()) -> list[Entry]:
    """Return the user's own models: those in the models folder, then those opened recently, each once."""
    from digitpad.models.model_file import user_models

    paths = dict.fromkeys(path.resolve() for path in (*user_models(), *recent))
    for entry in bundled():
        paths.pop(entry.path, None)
    return [Entry(path.stem, path) for path in paths]


def runs(folder: Path | None = None) -> list[Entry]:
    """Return the newest runs that have something to load, by names that tell them apart.

    Parameters
    ----------
    folder
        Where the runs are kept; None takes the user's.

    Raises
    ------
    DigitpadError
        If the folder cannot be read.
    """
    from digitpad.training.runs import Run, RunStore

    able = (run for run in RunStore(folder).all() if isinstance(run, Run) and run.checkpoints())
    found = list(islice(able, _MOST_RUNS))
    return [Entry(name, run.folder.resolve()) for name, run in zip(run_names(found), found, strict=True)]


def checkpoints(folder: Path) -> list[Entry]:
    """Return the last checkpoints of a run, the newest first.

    Raises
    ------
    DigitpadError
        If the run cannot be read.
    """
    from digitpad.training.runs import Run

    entries = []
    for file in reversed(Run(folder).checkpoints()[-_MOST_CHECKPOINTS:]):
        if file.epoch is None:
            name = QCoreApplication.translate("Catalogue", "step {step}").format(step=f"{file.step:,}")
        else:
            name = QCoreApplication.translate("Catalogue", "step {step}, epoch {epoch}").format(
                step=f"{file.step:,}", epoch=file.epoch
            )
        entries.append(Entry(name, file.path.resolve()))
    return entries


def run_names(runs: "Sequence[Run]") -> list[str]:
    """Return what to call runs beside each other: those of one name with the time of day, or as their folders."""
    ways = (
        [run.info.name or run.folder.name for run in runs],
        [f"{run.info.name} {run.info.created.astimezone():%H:%M:%S}" for run in runs],
        [run.folder.name for run in runs],
    )
    return [next(way[place] for way in ways if way.count(way[place]) == 1) for place in range(len(runs))]


def saved_name(path: Path) -> str:
    """Return what to call a network beside others: a model by its file, a run or its step as the menus do.

    Parameters
    ----------
    path
        As `Entry.path`.
    """
    run, step = _run_and_step(path)
    if not run:
        return path.stem
    return QCoreApplication.translate("Catalogue", "{run}, {step}").format(run=run, step=step) if step else run


def saved_title(path: Path, network: str) -> str:
    """Return what to call a network from a run or a file while it is looked at.

    Parameters
    ----------
    path
        As `Entry.path`.
    network
        What the network itself is called.
    """
    run, step = _run_and_step(path)
    if not run:
        return path.stem
    text = (
        QCoreApplication.translate("Catalogue", "{network}, {step} of run {run}")
        if step
        else QCoreApplication.translate("Catalogue", "{network}, end of run {run}")
    )
    return text.format(network=network, step=step, run=run)


def _run_and_step(path: Path) -> tuple[str, str]:
    """Return the names of the run and of the step that a path belongs to; empty where it belongs to none."""
    folder = run_of(path)
    if folder is None:
        return "", ""
    step = path.stem if is_checkpoint(path) else ""
    try:
        run = next((entry.name for entry in runs(folder.parent) if entry.path == folder.resolve()), folder.name)
        if step:
            step = next((entry.name for entry in checkpoints(folder) if entry.path == path.resolve()), step)
    except DigitpadError:
        # Whatever is wrong with the folder, it has a name.
        return folder.name, step
    return run, step
