"""Runs on disk: each is a folder with its plan, its history and its checkpoints, under the user's data folder.

    2026-11-21-121500-standard/
      run.json          what was asked for, what came of it, name and notes
      history.csv ...   see `digitpad.training.history`
      checkpoints/      step-00000938.safetensors ..., see `digitpad.training.checkpoints`
      model.safetensors what the run has made, once it has ended
      run.lock          held by the program that trains it; the system lets go of it, whatever ends the program

A folder that was edited by hand, cut short or written by a newer digitpad is listed with what is wrong with it, and
harms no other.
"""

import contextlib
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from digitpad import paths
from digitpad.errors import DigitpadError
from digitpad.model_file import Model, load_model, save_model
from digitpad.training.checkpoints import SUFFIX, Checkpoint, load_checkpoint
from digitpad.training.history import History, read_epochs, read_history
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunInfo, RunStatus, read_info, write_info

_TRASH = ".trash"
_MODEL = "model.safetensors"


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A checkpoint in a run's folder.

    Attributes
    ----------
    path
        The file.
    step
        How many steps had been taken.
    epoch
        How many whole epochs; None in the middle of one.
    validation_loss, validation_accuracy
        What the held-out images said, if it was taken at the end of an epoch and there are any.
    size
        Bytes.
    """

    path: Path
    step: int
    epoch: int | None
    validation_loss: float | None
    validation_accuracy: float | None
    size: int


@dataclass(frozen=True, slots=True)
class UnreadableRun:
    """A folder that should be a run.

    Attributes
    ----------
    folder
        Where it is.
    trouble
        What is wrong, in a sentence for a person.
    """

    folder: Path
    trouble: str


class Run:
    """One run's folder. May be used from any thread.

    Parameters
    ----------
    folder
        Where it is.

    Raises
    ------
    DigitpadError
        If its `run.json` cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._info = read_info(folder)

    @property
    def info(self) -> RunInfo:
        """What the run's file says. A run that was broken off (by a crash, or `kill -9`) says so."""
        info = self._info
        if info.status is RunStatus.RUNNING and not self.is_running():
            return replace(info, status=RunStatus.BROKEN_OFF, message="The program ended in the middle of this run.")
        return info

    def is_running(self) -> bool:
        """Return whether a program, this one included, trains it now."""
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        except OSError:
            # Where no lock can be made, such as on a disk that is read-only, nothing can be training.
            return False
        lock.release()
        return False

    def can_resume(self) -> bool:
        """Return whether there is something left to do that can be gone on with."""
        info = self.info
        return info.status in {RunStatus.INTERRUPTED, RunStatus.BROKEN_OFF, RunStatus.FAILED} and bool(self._files())

    def update(self, **changes: Any) -> RunInfo:
        """Change some of what the run's file says, and return it all.

        Raises
        ------
        DigitpadError
            If the file cannot be written; nothing is changed then.
        """
        with self._lock:
            info = replace(self._info, **changes)
            write_info(self.folder, info)
            self._info = info
            return info

    def rename(self, name: str) -> None:
        """Give the run another name; its folder stays where it is.

        Raises
        ------
        DigitpadError
            If the name is empty, or the file cannot be written.
        """
        if not name.strip():
            raise DigitpadError("A run needs a name; type one.")
        self.update(name=name.strip())

    def set_notes(self, notes: str) -> None:
        """Keep what a person has to say about the run.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        self.update(notes=notes)

    def checkpoints(self) -> list[CheckpointFile]:
        """Return the checkpoints, the first first."""
        figures = {}
        # Curves that cannot be read are no reason to hide the weights.
        with contextlib.suppress(DigitpadError):
            figures = {epoch.step: epoch for epoch in read_epochs(self.folder)}
        found = []
        for step, path in self._files():
            epoch = figures.get(step)
            with contextlib.suppress(OSError):
                found.append(
                    CheckpointFile(
                        path,
                        step,
                        0 if step == 0 else None if epoch is None else epoch.epoch,
                        None if epoch is None else epoch.validation_loss,
                        None if epoch is None else epoch.validation_accuracy,
                        path.stat().st_size,
                    )
                )
        return found

    def load(self, checkpoint: CheckpointFile | Path | None = None) -> Checkpoint:
        """Read a checkpoint; by default the last one that can be read.

        Raises
        ------
        DigitpadError
            If it cannot be read, or the run has none that can.
        """
        if checkpoint is not None:
            return load_checkpoint(checkpoint if isinstance(checkpoint, Path) else checkpoint.path)
        trouble = None
        for _, path in reversed(self._files()):
            try:
                return load_checkpoint(path)
            except DigitpadError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        raise DigitpadError(f"The run {self._info.name} has no checkpoint ({self.folder}); start it anew.")

    def model(self, checkpoint: CheckpointFile | Path | None = None) -> Model:
        """Return what the run has made, or the network as it was at a checkpoint.

        Raises
        ------
        DigitpadError
            If the file cannot be read, or there is none.
        """
        path = self.folder / _MODEL
        if checkpoint is None and path.exists():
            return replace(load_model(path), name=self._info.name)
        return self.load(checkpoint).model(self._info.name)

    def keep_model(self, model: Model) -> None:
        """Write what the run has made into its folder.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        save_model(self.folder / _MODEL, model)

    def save_model(
        self, path: Path, checkpoint: CheckpointFile | Path | None = None, *, overwrite: bool = False
    ) -> None:
        """Write what `model` returns to a file of its own.

        Raises
        ------
        DigitpadError
            If there is no model, the file exists and may not be replaced, or cannot be written.
        """
        if path.exists() and not overwrite:
            raise DigitpadError(f"{path} exists already; choose another name, or replace it.")
        save_model(path, self.model(checkpoint))

    def history(self) -> History:
        """Read what happened.

        Raises
        ------
        DigitpadError
            If a table cannot be read, naming file and line.
        """
        return read_history(self.folder)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Train the run within the block: no other program, and nobody else in this one, can meanwhile.

        Raises
        ------
        DigitpadError
            If it is being trained already, or its folder cannot be written to.
        """
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise DigitpadError(f"The run {self._info.name} is being trained already; stop it there first.") from error
        except OSError as error:
            raise DigitpadError(
                f"{self.folder} cannot be written to ({error.strerror or error}); choose another run."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of a step goes."""
        return self.folder / "checkpoints" / f"step-{step:08d}{SUFFIX}"

    @property
    def _lock_path(self) -> Path:
        return self.folder / "run.lock"

    def _files(self) -> list[tuple[int, Path]]:
        """Return the checkpoints' steps and files, in their order; files with other names are none."""
        found = []
        with contextlib.suppress(OSError):
            for path in (self.folder / "checkpoints").glob(f"step-*{SUFFIX}"):
                number = path.stem.removeprefix("step-")
                if number.isdecimal():
                    found.append((int(number), path))
        return sorted(found)


@dataclass(frozen=True, slots=True)
class TrashedRun:
    """A run that was deleted, and can be had back until it is purged.

    Attributes
    ----------
    folder
        Where it is now.
    store
        Where it came from.
    name
        What it was called.
    """

    folder: Path
    store: "RunStore"
    name: str

    def restore(self) -> Path:
        """Put it back, and return its folder.

        Raises
        ------
        DigitpadError
            If it cannot be moved.
        """
        target = self.store.free_folder(self.folder.name)
        _move(self.folder, target)
        return target

    def purge(self) -> None:
        """Remove it for good.

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
        Where they are; None takes the user's data folder. It need not exist yet.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = paths.runs_dir() if folder is None else folder

    def all(self) -> list[Run | UnreadableRun]:
        """Return all runs, the newest first; those that cannot be read come last."""
        sound: list[Run] = []
        broken: list[Run | UnreadableRun] = []
        try:
            folders = sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DigitpadError(f"{self.folder} could not be read ({error.strerror}); check the folder.") from error
        for folder in folders:
            try:
                sound.append(Run(folder))
            except DigitpadError as error:
                broken.append(UnreadableRun(folder, str(error)))
        sound.sort(key=lambda run: (run.info.created, run.folder.name), reverse=True)
        return [*sound, *broken]

    def create(self, plan: RunPlan, name: str = "", notes: str = "") -> Run:
        """Make the folder of a new run.

        Parameters
        ----------
        plan
            What is going to be trained.
        name
            What to call it; empty takes the architecture's name.
        notes
            What a person has to say about it.

        Raises
        ------
        DigitpadError
            If the folder cannot be made.
        """
        created = datetime.now(UTC)
        title = name.strip() or plan.architecture.name
        moment = created.astimezone().strftime("%Y-%m-%d-%H%M%S")
        readable = "".join(letter if letter.isalnum() else "-" for letter in plan.architecture.name)[:40]
        folder = self.free_folder(f"{moment}-{readable}" if readable else moment)
        try:
            (folder / "checkpoints").mkdir(parents=True)
        except OSError as error:
            raise DigitpadError(
                f"{folder} could not be made ({error.strerror}); make room, or check the folder."
            ) from error
        try:
            write_info(folder, RunInfo(name=title, notes=notes, plan=plan, created=created))
            return Run(folder)
        except DigitpadError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def find(self, name_or_path: str | Path) -> Run:
        """Return a run by its folder, the folder's name, or its own name if no other has the same.

        Raises
        ------
        DigitpadError
            If there is none, or several, or it cannot be read.
        """
        path = Path(name_or_path)
        for folder in (path, self.folder / path):
            if (folder / "run.json").is_file():
                return Run(folder)
        named = [run for run in self.all() if isinstance(run, Run) and run.info.name == str(name_or_path)]
        if len(named) == 1:
            return named[0]
        if named:
            folders = ", ".join(run.folder.name for run in named)
            raise DigitpadError(f"{len(named)} runs are called {name_or_path}; name one by its folder: {folders}.")
        known = ", ".join(run.folder.name for run in self.all() if isinstance(run, Run)) or "none"
        raise DigitpadError(f"There is no run {name_or_path} in {self.folder}; known are: {known}.")

    def branch(self, run: Run, checkpoint: CheckpointFile, name: str = "", **settings: Any) -> Run:
        """Go back: make a new run that goes on from a checkpoint of another, which stays as it is.

        Parameters
        ----------
        run
            Where it comes from.
        checkpoint
            One of its checkpoints.
        name
            What to call the new one; empty takes the old name with the step.
        settings
            Changes of the plan's settings, such as `learning_rate`.

        Raises
        ------
        DigitpadError
            If something cannot be read or written, or a setting cannot work.
        """
        info = run.info
        plan = info.plan.with_settings(**settings)
        twin = self.create(plan, name or f"{info.name} from step {checkpoint.step:,}", info.notes)
        try:
            for source in (run.folder.glob("*.csv"), [checkpoint.path]):
                for path in source:
                    target = twin.folder / path.relative_to(run.folder)
                    shutil.copyfile(path, target)
        except OSError as error:
            shutil.rmtree(twin.folder, ignore_errors=True)
            raise DigitpadError(f"{twin.folder} could not be written ({error.strerror}); make room.") from error
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
                raise DigitpadError(f"The run {name} is being trained; stop it first.")
        target = _free(self.folder / _TRASH, run.folder.name)
        _move(run.folder, target)
        return TrashedRun(target, self, name)

    def trash(self) -> list[TrashedRun]:
        """Return what was deleted and not purged, in no order."""
        trashed = []
        with contextlib.suppress(OSError):
            for folder in (self.folder / _TRASH).iterdir():
                name = folder.name
                with contextlib.suppress(DigitpadError):
                    name = read_info(folder).name
                trashed.append(TrashedRun(folder, self, name))
        return trashed

    def free_folder(self, name: str) -> Path:
        """Return a folder of that name, or the next like it, that does not exist."""
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
        raise DigitpadError(f"{source} could not be moved to {target} ({error.strerror}); try again.") from error


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise DigitpadError(f"{folder} could not be removed ({error.strerror or error}); try again.") from error
