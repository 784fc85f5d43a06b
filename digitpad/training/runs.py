"""Runs on disk: each is a folder with its plan, its history and its checkpoints, under the user's data folder.

    2026-11-21-121500-standard/
      run.json          the plan, the results, name and notes
      history.csv ...   see `digitpad.training.history`
      checkpoints/      step-00000938.safetensors ..., see `digitpad.training.checkpoints`
      model.safetensors the final model, once the run has ended
      run.lock          locked by the program that trains it; the system releases it when that program ends

A folder that was edited by hand, is incomplete or was written by a newer digitpad is listed with its problem and does
not affect other runs.
"""

import contextlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digitpad import paths
from digitpad.errors import DigitpadError
from digitpad.names import file_stem, plain_name
from digitpad.training.film.frame_file import copy_film
from digitpad.training.plan import RunPlan
from digitpad.training.run import CheckpointFile, Run
from digitpad.training.run_info import Membership, RunInfo, RunStatus, read_info, write_info
from digitpad.training.run_names import free_name, given_name
from digitpad.translation import gettext as _

__all__ = ["CheckpointFile", "Run", "RunStore", "TrashedRun", "UnreadableRun"]

_TRASH = ".trash"


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """A folder that is not a readable run.

    Attributes
    ----------
    folder
        The folder.
    trouble
        The problem, as a sentence for users.
    """

    folder: Path
    trouble: str


@dataclass(frozen=True, slots=True)
class TrashedRun:
    """A deleted run, which can be restored until it is purged.

    Attributes
    ----------
    folder
        The folder in the trash.
    store
        The store it belonged to.
    name
        Name of the run.
    """

    folder: Path
    store: "RunStore"
    name: str

    def restore(self) -> Path:
        """Restore the run, and return its folder.

        Raises
        ------
        DigitpadError
            If it cannot be moved.
        """
        target = self.store.free_folder(self.folder.name)
        _move(self.folder, target)
        return target

    def purge(self) -> None:
        """Delete the run permanently.

        Raises
        ------
        DigitpadError
            If it cannot be removed.
        """
        _remove(self.folder)


class RunStore:
    """All runs of a user.

    Parameters
    ----------
    folder
        The folder of the runs; None uses the user's data folder. It need not exist yet.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = paths.runs_dir() if folder is None else folder

    def all(self) -> list[Run | UnreadableRun]:
        """Return all runs, the newest first; unreadable ones come last."""
        sound: list[Run] = []
        broken: list[Run | UnreadableRun] = []
        try:
            folders = sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DigitpadError(
                _("{folder} could not be read ({reason}); check the folder.").format(
                    folder=self.folder, reason=error.strerror
                )
            ) from error
        for folder in folders:
            try:
                sound.append(Run(folder))
            except DigitpadError as error:
                broken.append(UnreadableRun(folder, str(error)))
        sound.sort(key=lambda run: (run.info.created, run.folder.name), reverse=True)
        return [*sound, *broken]

    def create(self, plan: RunPlan, name: str = "", notes: str = "", sweep: Membership | None = None) -> Run:
        """Create the folder of a new run.

        Parameters
        ----------
        plan
            The plan of the run.
        name
            Name of the run; if empty, that of the architecture, or the first variant that no run or model has.
        notes
            The user's notes.
        sweep
            The sweep that the run is a trial of; its folder has a fixed name then, see `trial_folder`.

        Raises
        ------
        DigitpadError
            If a model has the name, or the folder cannot be created.
        """
        created = datetime.now(UTC)
        title = given_name(name.strip() or self._free_name(plan.architecture.name))
        moment = created.astimezone().strftime("%Y-%m-%d-%H%M%S")
        folder = (
            self.free_folder(f"{moment}-{file_stem(plan.architecture.name)}")
            if sweep is None
            else self.trial_folder(sweep)
        )
        try:
            (folder / "checkpoints").mkdir(parents=True)
        except OSError as error:
            raise DigitpadError(
                _("{folder} could not be created ({reason}); free disk space, or check the folder.").format(
                    folder=folder, reason=error.strerror
                )
            ) from error
        try:
            write_info(folder, RunInfo(name=title, notes=notes, plan=plan, created=created, sweep=sweep))
            return Run(folder)
        except DigitpadError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def find(self, name_or_path: str | Path) -> Run:
        """Return a run by its folder, the name of the folder, or its own name if it is unique.

        Raises
        ------
        DigitpadError
            If no run or several runs match, or the run cannot be read.
        """
        path = Path(name_or_path)
        for folder in (path, self.folder / path):
            # A name that is too long for a file, or contains a NUL, is not that of a folder.
            with contextlib.suppress(OSError, ValueError):
                if (folder / "run.json").is_file():
                    return Run(folder)
        named = [run for run in self.all() if isinstance(run, Run) and run.info.name == str(name_or_path)]
        if len(named) == 1:
            return named[0]
        if named:
            folders = ", ".join(run.folder.name for run in named)
            raise DigitpadError(
                _("{count} runs are named {name}; choose one by its folder: {folders}.").format(
                    count=len(named), name=name_or_path, folders=folders
                )
            )
        known = ", ".join(run.folder.name for run in self.all() if isinstance(run, Run)) or _("none")
        raise DigitpadError(
            _("There is no run {name} in {folder}; known are: {known}.").format(
                name=name_or_path, folder=self.folder, known=known
            )
        )

    def branch(self, run: Run, checkpoint: CheckpointFile, name: str = "", **settings: Any) -> Run:
        """Branch: create a new run that continues from a checkpoint of another, which stays unchanged.

        Parameters
        ----------
        run
            The run to branch from.
        checkpoint
            One of its checkpoints.
        name
            Name of the new run; if empty, the old name with the step, or the first variant that no run or model has.
        settings
            Changes of the plan's settings, such as `learning_rate`.

        Raises
        ------
        DigitpadError
            If something cannot be read or written, or a setting is invalid.
        """
        info = run.info
        plan = info.plan.with_settings(**settings)
        given = name or self._free_name(
            _("{name} from step {step}").format(name=info.name, step=f"{checkpoint.step:,}")
        )
        twin = self.create(plan, given, info.notes)
        try:
            for source in (run.folder.glob("*.csv"), [checkpoint.path]):
                for path in source:
                    target = twin.folder / path.relative_to(run.folder)
                    shutil.copyfile(path, target)
            copy_film(run.film_folder, twin.film_folder, checkpoint.step)
        except OSError as error:
            shutil.rmtree(twin.folder, ignore_errors=True)
            raise DigitpadError(
                _("{folder} could not be written ({reason}); free disk space and try again.").format(
                    folder=twin.folder, reason=error.strerror
                )
            ) from error
        twin.update(
            status=RunStatus.INTERRUPTED,
            data_sha256=info.data_sha256,
            branched_from=f"{run.folder.name}, step {checkpoint.step}",
        )
        return twin

    def delete(self, run: Run | UnreadableRun) -> TrashedRun:
        """Move a run to the trash.

        Raises
        ------
        DigitpadError
            If it is being trained, or cannot be moved.
        """
        name = run.folder.name
        if isinstance(run, Run):
            name = run.info.name
            if run.is_running():
                raise DigitpadError(_("The run {name} is being trained; stop it first.").format(name=name))
        target = _free(self.folder / _TRASH, run.folder.name)
        _move(run.folder, target)
        return TrashedRun(target, self, name)

    def trash(self) -> list[TrashedRun]:
        """Return the deleted runs that are not purged, in any order."""
        trashed = []
        with contextlib.suppress(OSError):
            for folder in (self.folder / _TRASH).iterdir():
                name = folder.name
                with contextlib.suppress(DigitpadError):
                    name = read_info(folder).name
                trashed.append(TrashedRun(folder, self, name))
        return trashed

    def interrupted(self) -> Run | None:
        """Return the newest run if its program ended while it was training and it can be resumed; otherwise None."""
        newest = next((run for run in self.all() if isinstance(run, Run)), None)
        if newest is None or newest.info.status is not RunStatus.BROKEN_OFF or not newest.can_resume():
            return None
        return newest

    def _free_name(self, wanted: str) -> str:
        """Return a name, or the first numbered variant of it that neither a run nor a model has."""
        taken: set[str] = set()
        # If the runs cannot be listed, creating the folder fails too, with its own message.
        with contextlib.suppress(DigitpadError):
            taken = {run.info.name for run in self.all() if isinstance(run, Run)}
        return free_name(plain_name(wanted), taken)

    def trial_folder(self, sweep: Membership) -> Path:
        """Return the folder of the run of a trial.

        It follows from the trial, so that a second process that takes over the trial finds what the first one left.
        """
        return self.folder / f"{file_stem(sweep.sweep)}-trial-{sweep.trial:05d}"

    def free_folder(self, name: str) -> Path:
        """Return a folder of that name, or of the first numbered variant, that does not exist."""
        return _free(self.folder, name)


def _free(parent: Path, name: str) -> Path:
    target, number = parent / name, 1
    while target.exists():
        number += 1
        target = parent / f"{name}-{number}"
    return target


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    except OSError as error:
        raise DigitpadError(
            _("{source} could not be moved to {target} ({reason}); try again.").format(
                source=source, target=target, reason=error.strerror
            )
        ) from error


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be removed ({reason}); try again.").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error
