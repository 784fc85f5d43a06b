"""One run's folder: reading it, changing what may be changed, and locking it for training."""

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
from digitpad.names import plain_name
from digitpad.training.checkpoints import SUFFIX, Checkpoint, load_checkpoint
from digitpad.training.history import History, read_epochs, read_history
from digitpad.training.run_info import RunInfo, RunStatus, read_info, write_info
from digitpad.translation import gettext as _

_MODEL = "model.safetensors"
_STEP = "step-"
_CHECKPOINTS = "checkpoints"


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


def checkpoint_name(checkpoint: CheckpointFile | Path) -> str:
    """Return what a checkpoint is called beside the name of its run: "step 340"."""
    path = checkpoint if isinstance(checkpoint, Path) else checkpoint.path
    number = path.stem.removeprefix(_STEP)
    return _("step {step}").format(step=f"{int(number):,}") if number.isdecimal() else path.stem


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
            return replace(info, status=RunStatus.BROKEN_OFF, message=_("The program ended during this run."))
        return info

    def display_name(self, checkpoint: CheckpointFile | Path | None = None) -> str:
        """Return what the run, or one of its checkpoints, is called wherever it is named.

        Parameters
        ----------
        checkpoint
            One of the run's checkpoints; None for the run as it is now.

        Returns
        -------
        str
            "standard 2" or "standard 2, step 340".
        """
        return self._info.name if checkpoint is None else f"{self._info.name}, {checkpoint_name(checkpoint)}"

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
            raise DigitpadError(_("A run needs a name; type one."))
        self.update(name=plain_name(name.strip()))

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
        """Return what the run has made, or the network as it was at a checkpoint.

        Raises
        ------
        DigitpadError
            If the file cannot be read, or there is none.
        """
        if checkpoint is None and self.model_path.exists():
            return replace(load_model(self.model_path), name=self._info.name)
        return self.load(checkpoint).model(self._info.name)

    def keep_model(self, model: Model) -> None:
        """Write what the run has made into its folder.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        save_model(self.model_path, model)

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
            raise DigitpadError(_("{path} already exists; choose another name, or replace it.").format(path=path))
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
            # The program that trained it before may have been killed while it wrote.
            for folder in (self.folder, self.folder / _CHECKPOINTS):
                remove_unfinished(folder)
            yield
        finally:
            lock.release()

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of a step goes."""
        return self.folder / _CHECKPOINTS / f"{_STEP}{step:08d}{SUFFIX}"

    @property
    def model_path(self) -> Path:
        """Where the run keeps what it has made; there is no such file before it has ended."""
        return self.folder / _MODEL

    @property
    def _lock_path(self) -> Path:
        return self.folder / "run.lock"

    def _files(self) -> list[tuple[int, Path]]:
        """Return the checkpoints' steps and files, in their order; files with other names are none."""
        found = []
        with contextlib.suppress(OSError):
            for path in (self.folder / _CHECKPOINTS).glob(f"{_STEP}*{SUFFIX}"):
                number = path.stem.removeprefix(_STEP)
                if number.isdecimal():
                    found.append((int(number), path))
        return sorted(found)
