"""The folder of one run: reading it, changing its information, and locking it for training."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import filelock

from digitpad.atomic import remove_unfinished
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, load_model, save_model
from digitpad.training.checkpoints import SUFFIX, Checkpoint, load_checkpoint
from digitpad.training.history import RunHistory, read_epochs, read_history
from digitpad.training.run_info import RunInfo, RunStatus, read_info, write_info
from digitpad.training.run_names import given_name
from digitpad.translation import gettext as _

_MODEL = "model.safetensors"
_STEP = "step-"
_CHECKPOINTS = "checkpoints"
FILM = "film"
"""The folder of a run's film in its folder, see `digitpad.training.film`."""


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A checkpoint in a run's folder.

    Attributes
    ----------
    path
        The file.
    step
        Number of steps taken.
    epoch
        Number of complete epochs; None in the middle of one.
    validation_loss, validation_accuracy
        Validation scores, if it was taken at the end of an epoch with validation images.
    size
        Size in bytes.
    """

    path: Path
    step: int
    epoch: int | None
    validation_loss: float | None
    validation_accuracy: float | None
    size: int


def checkpoint_name(checkpoint: CheckpointFile | Path) -> str:
    """Return the name of a checkpoint that follows the name of its run: "step 340"."""
    path = checkpoint if isinstance(checkpoint, Path) else checkpoint.path
    number = path.stem.removeprefix(_STEP)
    return _("step {step}").format(step=f"{int(number):,}") if number.isdecimal() else path.stem


class Run:
    """The folder of one run. May be used from any thread.

    Parameters
    ----------
    folder
        The folder.

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
        """The contents of the run's file. If its program crashed or was killed, the status says so."""
        info = self._info
        if info.status is RunStatus.RUNNING and not self.is_running():
            return replace(info, status=RunStatus.BROKEN_OFF, message=_("The program ended during this run."))
        return info

    def display_name(self, checkpoint: CheckpointFile | Path | None = None) -> str:
        """Return the display name of the run or of one of its checkpoints.

        Parameters
        ----------
        checkpoint
            A checkpoint of the run; None for the run in its current state.

        Returns
        -------
        str
            "standard 2" or "standard 2, step 340".
        """
        return self._info.name if checkpoint is None else f"{self._info.name}, {checkpoint_name(checkpoint)}"

    def is_running(self) -> bool:
        """Return whether a program, possibly this one, is training the run."""
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        except OSError:
            # Where no lock can be created, such as on a read-only disk, no training can be in progress.
            return False
        lock.release()
        return False

    def can_resume(self) -> bool:
        """Return whether the run is not finished and has a checkpoint to resume from."""
        info = self.info
        return info.status in {RunStatus.INTERRUPTED, RunStatus.BROKEN_OFF, RunStatus.FAILED} and bool(self._files())

    def update(self, **changes: Any) -> RunInfo:
        """Change fields of the run's file, and return its new contents.

        Raises
        ------
        DigitpadError
            If the file cannot be written; nothing changes then.
        """
        with self._lock:
            info = replace(self._info, **changes)
            write_info(self.folder, info)
            self._info = info
            return info

    def rename(self, name: str) -> None:
        """Rename the run; its folder keeps its name.

        Raises
        ------
        DigitpadError
            If the name is empty, a model has it, or the file cannot be written.
        """
        self.update(name=given_name(name))

    def set_notes(self, notes: str) -> None:
        """Save the user's notes about the run.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        self.update(notes=notes)

    def checkpoints(self) -> list[CheckpointFile]:
        """Return the checkpoints in order of steps."""
        figures = {}
        # Unreadable curves must not hide the weights.
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
        """Read a checkpoint; by default the last readable one.

        Raises
        ------
        DigitpadError
            If it cannot be read, or the run has no readable checkpoint.
        """
        if checkpoint is not None:
            return load_checkpoint(checkpoint if isinstance(checkpoint, Path) else checkpoint.path)
        trouble = None
        for _step, path in reversed(self._files()):
            try:
                return load_checkpoint(path)
            except DigitpadError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        raise DigitpadError(
            _("The run {name} has no checkpoint ({folder}); start it again.").format(
                name=self._info.name, folder=self.folder
            )
        )

    def model(self, checkpoint: CheckpointFile | Path | None = None) -> Model:
        """Return the final model of the run, or the network at a checkpoint.

        Raises
        ------
        DigitpadError
            If the file cannot be read or does not exist.
        """
        if checkpoint is None and self.model_path.exists():
            return replace(load_model(self.model_path), name=self._info.name)
        return self.load(checkpoint).model(self._info.name)

    def keep_model(self, model: Model) -> None:
        """Write the final model into the run's folder.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        save_model(self.model_path, model)

    def save_model(
        self, path: Path, checkpoint: CheckpointFile | Path | None = None, *, overwrite: bool = False
    ) -> None:
        """Save the model that `model` returns to a file.

        Raises
        ------
        DigitpadError
            If the run has no model, or the file cannot be written, or exists and must not be overwritten.
        """
        if path.exists() and not overwrite:
            raise DigitpadError(_("{path} already exists; choose another name, or replace it.").format(path=path))
        save_model(path, self.model(checkpoint))

    def history(self) -> RunHistory:
        """Read the history.

        Raises
        ------
        DigitpadError
            If a table cannot be read; the message names file and line.
        """
        return read_history(self.folder)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the run for training within the block, against other programs and this one.

        Raises
        ------
        DigitpadError
            If it is already being trained, or its folder is not writable.
        """
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise DigitpadError(
                _("The run {name} is already being trained; stop that training first.").format(name=self._info.name)
            ) from error
        except OSError as error:
            raise DigitpadError(
                _("{folder} cannot be written to ({reason}); choose another run.").format(
                    folder=self.folder, reason=error.strerror or error
                )
            ) from error
        try:
            # A program that trained it before may have been killed while writing.
            for folder in (self.folder, self.folder / _CHECKPOINTS, self.film_folder):
                remove_unfinished(folder)
            yield
        finally:
            lock.release()

    def checkpoint_path(self, step: int) -> Path:
        """Return the path of the checkpoint of a step."""
        return self.folder / _CHECKPOINTS / f"{_STEP}{step:08d}{SUFFIX}"

    @property
    def model_path(self) -> Path:
        """Path of the final model; the file does not exist before the run has ended."""
        return self.folder / _MODEL

    @property
    def film_folder(self) -> Path:
        """Folder of the run's film; it does not exist if the run was not filmed."""
        return self.folder / FILM

    @property
    def _lock_path(self) -> Path:
        return self.folder / "run.lock"

    def _files(self) -> list[tuple[int, Path]]:
        """Return the steps and files of the checkpoints, in order; files with other names are ignored."""
        found = []
        with contextlib.suppress(OSError):
            for path in (self.folder / _CHECKPOINTS).glob(f"{_STEP}*{SUFFIX}"):
                number = path.stem.removeprefix(_STEP)
                if number.isdecimal():
                    found.append((int(number), path))
        return sorted(found)
